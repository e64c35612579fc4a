/* offer.c - what may come at the end of a command line, for shells to offer: from the tables of
 * commands, options, keys of a plan and releases, so that a new row of those is offered at once.
 *
 * A line each: the whole word, a tab, what it is. In place of a word ":files" says that names of
 * files fit there, ":folders" names of folders; behind the tab stands how many bytes of what was
 * typed come before such a name. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "claim/claim.h"
#include "protocol/protocol.h"

enum { TOKEN_MAX = 64, SAYS_MAX = 72 };

typedef struct offers {
    FILE *out;
    const char *typed; /* the last word, as far as it is there */
    size_t kept;       /* bytes of it that stay as they are */
    const char *const *before;
    size_t before_count; /* arguments that were given before it */
} offers;

/* ---- one offer ---- */

static void say(FILE *out, const char *says)
{
    size_t len = strcspn(says, "\n[;");
    const char *end = says + len;
    if (len > SAYS_MAX)
        for (end = says + SAYS_MAX; end > says && *end != ' '; end--)
            ;
    while (end > says && strchr(" ,:", end[-1]))
        end--;
    fprintf(out, "%.*s%s", (int)(end - says), says, len > SAYS_MAX ? " .." : "");
}

static void offer(const offers *o, const char *word, const char *suffix, const char *says)
{
    const char *rest = o->typed + o->kept;
    char whole[DG_KEYS_PATH_MAX + TOKEN_MAX];
    assert(o->kept <= strlen(o->typed));
    snprintf(whole, sizeof whole, "%s%s", word, suffix);
    if (strncmp(whole, rest, strlen(rest)) != 0)
        return;
    fprintf(o->out, "%.*s%s\t", (int)o->kept, o->typed, whole);
    say(o->out, says);
    fputc('\n', o->out);
}

static void offer_words(offers *o, const char *const *words, const char *says)
{
    for (size_t i = 0; words[i]; i++)
        offer(o, words[i], "", says);
}

/* What stands behind the last of these separators is the word. */
static void keep_to(offers *o, const char *separators)
{
    const char *at = o->typed + o->kept;
    for (const char *hit; (hit = strpbrk(at, separators)); at = hit + 1)
        ;
    o->kept = (size_t)(at - o->typed);
}

/* ---- by the name that help gives a value ---- */

static void nothing(offers *o)
{
    (void)o;
}

static void files(offers *o)
{
    fprintf(o->out, ":files\t%zu\n", o->kept);
}

static void folders(offers *o)
{
    fprintf(o->out, ":folders\t%zu\n", o->kept);
}

static void many_files(offers *o)
{
    keep_to(o, ",");
    files(o);
}

/* `behind` each name: "=" where its share follows. */
static void name_releases(offers *o, const char *behind)
{
    const dg_release *release;
    const dg_node_class *row;
    for (size_t i = 0; (release = dg_release_at(i)); i++) {
        offer(o, release->name, behind, release->also[0] ? release->also : release->published);
        if (release->also[0])
            offer(o, release->also, behind, release->name);
    }
    for (size_t i = 0; (row = dg_class_at(i)); i++)
        if (!dg_release_named(row->name, strlen(row->name)))
            offer(o, row->name, behind, row->says);
}

static void releases(offers *o)
{
    name_releases(o, "");
}

/* v1.10=0.92,v1.6=0.08; @FILE */
static void nodes(offers *o)
{
    keep_to(o, ",;");
    if (o->typed[o->kept] == '@') {
        o->kept++;
        files(o);
    } else {
        name_releases(o, o->kept ? "=" : "");
    }
}

static void positions(offers *o)
{
    keep_to(o, ", ");
    offer(o, "next", "", "the next block");
    offer(o, "boundary", "", "the first block of a session");
    offer(o, "every", "", "of a sweep: each slot of a session");
    offer(o, "boundary-", "", "slots before a session begins, boundary-20b: blocks of control");
    offer(o, "boundary+", "", "slots after a session began");
}

static void moments(offers *o)
{
    dg_run_keep all;
    dg_run_kept_state state;
    dg_error err;
    keep_to(o, ",");
    if (dg_run_keep_read(&all, "U-1,U,U+1,session+1,end,control:end", "", &err) < 0)
        return;
    for (size_t i = 0; dg_run_keep_at(&all, i, &state); i++) {
        char word[TOKEN_MAX];
        bool of_control = strcmp(state.arm, "control") == 0;
        snprintf(word, sizeof word, "%s%s", of_control ? "control:" : "", state.moment);
        offer(o, word, "", state.arm);
    }
}

static void explains(offers *o)
{
    offer_words(o, dg_option_explains, "how a broken claim is explained");
}

static void whens(offers *o)
{
    offer_words(o, dg_option_positions, "when other positions are tried");
}

static void claims(offers *o)
{
    const dg_claim *claim;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++)
        offer(o, dg_claim_name(claim->id), "", claim->says);
}

static void value_of_key(offers *o, const dg_keys_row *key, const char *name);

/* KEY=VALUE: first the key, then what its row allows. Items of lists are no keys of --set; an
 * object is set key by key. */
static void pairs(offers *o)
{
    const dg_keys_table *table = dg_plan_keys();
    const char *pair = o->typed + o->kept, *equal = strchr(pair, '=');
    if (equal) {
        const dg_keys_row *key = dg_keys_find(table, pair, (size_t)(equal - pair));
        o->kept = (size_t)(equal + 1 - o->typed);
        if (key)
            value_of_key(o, key, key->path);
        return;
    }
    for (size_t i = 0; i < table->count; i++)
        if (!strpbrk(table->rows[i].path, "[$")
            && (table->rows[i].kind != DG_KEYS_OBJECT || table->rows[i].open
                || table->rows[i].or_false))
            offer(o, table->rows[i].path, "=", table->rows[i].says);
}

static void command_words(offers *o, const char *const *before, size_t count);

static void command_names(offers *o)
{
    command_words(o, o->before, o->before_count);
}

static const struct {
    const char *name;
    void (*offer)(offers *o);
} values[] = {
    { "KEY=VALUE", pairs },
    { "COMMAND", command_names },
    { "RELEASE", releases },
    { "NODES", nodes },
    { "POSITION", positions },
    { "POSITIONS", positions },
    { "RUNTIMES", many_files },
    { "LIST", moments },
    { "HOW", explains },
    { "WHEN", whens },
    { "DIR", folders },
    { "CLAIM", claims },
    /* What only the user knows. All others are files. */
    { "WORD", nothing },
    { "N", nothing },
    { "K", nothing },
    { "NUMBER", nothing },
    { "COLUMNS", nothing },
    { "HEX", nothing },
    { "HASH", nothing },
    { "REV", nothing },
    { "CMD", nothing },
    { "SEEDS", nothing },
    { "SIZES", nothing },
    { "VxP", nothing },
    { "I/N", nothing },
    { "TIME", nothing },
    { "DATE", nothing },
    { "DAY", nothing },
    { "CELL", nothing },
    { "SHARE", nothing },
    { "PALLET.ITEM", nothing },
    { "API_method", nothing },
    { "0xARGS", nothing },
};

/* `name` is how help calls it: words in small letters are meant as they stand, others are names of
 * what stands there, several of both parted by "|". */
static void value_named(offers *o, const char *name, const char *says)
{
    char one[TOKEN_MAX];
    bool are_files = false; /* said once */
    for (const char *at = name; *at; at += strspn(at, "|")) {
        size_t len = strcspn(at, "|"), i = 0;
        offers of_one = *o; /* each keeps what it likes */
        assert(len < sizeof one);
        snprintf(one, sizeof one, "%.*s", (int)len, at);
        at += len;
        while (i < sizeof values / sizeof *values && strcmp(values[i].name, one) != 0)
            i++;
        if (i < sizeof values / sizeof *values)
            values[i].offer(&of_one);
        else if (strpbrk(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            are_files = true;
        else
            offer(&of_one, one, "", says);
    }
    if (are_files)
        files(o);
}

/* Where its row leaves it open, by its name: that of its value in help, or its path. */
static void value_of_key(offers *o, const dg_keys_row *key, const char *name)
{
    static const char *const truths[] = { "true", "false", NULL }, *const no[] = { "false", NULL };
    if (key->words)
        offer_words(o, key->words, key->says);
    else if (key->kind == DG_KEYS_BOOL)
        offer_words(o, truths, key->says);
    else if (key->or_false)
        offer_words(o, no, key->says);
    else if (strcmp(key->path, "network.nodes") == 0)
        nodes(o);
    else if (strcmp(key->path, "upgrade.at") == 0)
        positions(o);
    else if (strcmp(key->path, "snapshot") == 0 || strcmp(key->path, "upgrade.to") == 0)
        files(o);
    else if (name != key->path)
        value_named(o, name, key->says);
}

/* ---- where the line is ---- */

static bool in_group(const dg_command *command, const char *word, size_t len)
{
    return len && strncmp(command->name, word, len) == 0 && command->name[len] == ' ';
}

/* The first word of a command; of a group with what follows it. */
static void offer_first(const offers *o, const char *name)
{
    const dg_command *command;
    size_t len = strcspn(name, " ");
    char word[TOKEN_MAX], room[300];
    dg_buf says = dg_buf_on(room, sizeof room);
    snprintf(word, sizeof word, "%.*s", (int)len, name);
    for (size_t i = 0; (command = dg_command_at(i)); i++)
        if (strcmp(command->name, word) == 0)
            dg_buf_put_text(&says, command->says);
        else if (in_group(command, name, len))
            dg_buf_printf(&says, "%s%s", says.len ? ", " : "", command->name + len + 1);
    offer(o, word, "", dg_buf_text(&says));
}

/* The words that may follow `before` in the name of a command, or of a topic of help. */
static void command_words(offers *o, const char *const *before, size_t count)
{
    const dg_command *command;
    const char *shown = "";
    for (size_t i = 0; count < 2 && (command = dg_command_at(i)); i++) {
        size_t len = strcspn(command->name, " ");
        if (count && in_group(command, before[0], strlen(before[0])))
            offer(o, command->name + len + 1, "", command->says);
        else if (!count && !in_group(command, shown, strcspn(shown, " ")))
            offer_first(o, shown = command->name);
    }
}

/* Argument `i` of those that help shows, as "[PLAN]" without brackets; the last one again where it
 * stands for many. False: no more are taken. */
static bool argument_at(char out[TOKEN_MAX], const dg_command *command, size_t i)
{
    const char *at = command->arguments;
    size_t n = 0;
    out[0] = 0;
    while (*(at += strspn(at, " "))) {
        size_t len = strcspn(at, " ");
        if (strncmp(at, "--", 2) == 0) { /* an option that is needed, and its value */
            at += len;
            at += strspn(at, " ");
            at += strcspn(at, " ");
            continue;
        }
        assert(len < TOKEN_MAX);
        snprintf(out, TOKEN_MAX, "%.*s", (int)len, at);
        at += len;
        if (n++ == i)
            break;
    }
    if (!out[0] || i >= command->max)
        return false;
    out[strcspn(out, "].")] = 0;
    if (out[0] == '[')
        memmove(out, out + 1, strlen(out));
    return true;
}

static void option_value(offers *o, const dg_option *row)
{
    const dg_keys_row *key = dg_option_key(row);
    assert(row->kind != DG_OPT_FLAG);
    if (key)
        value_of_key(o, key, row->value);
    else
        value_named(o, row->value, row->says);
}

/* Those that are not on the line yet, or may be there again. */
static void option_names(offers *o, const dg_command *command, const bool *given)
{
    const dg_option *row;
    for (size_t i = 0; (row = dg_command_option(command, i)); i++) {
        char name[TOKEN_MAX], room[1200];
        dg_buf says = dg_buf_on(room, sizeof room);
        if (given[i] && row->kind != DG_OPT_EACH)
            continue;
        dg_option_describe(&says, row);
        snprintf(name, sizeof name, "--%s", row->name);
        offer(o, name, "", dg_buf_text(&says));
    }
}

/* Words of a command behind its name; the last one is `o->typed`. */
static void in_command(offers *o, const dg_command *command, const char *const *words, size_t count)
{
    enum { ROWS_MAX = DG_OPTIONS_MAX + 8 };
    bool given[ROWS_MAX] = { false }, only_arguments = false;
    const char *arguments[DG_POSITIONALS_MAX], *value;
    const dg_option *open = NULL; /* waits for its value */
    char name[TOKEN_MAX];
    int at;
    o->before = arguments;
    for (size_t i = 0; i + 1 < count; i++) {
        if (open) {
            open = NULL;
        } else if (!only_arguments && words[i][0] == '-' && words[i][1]) {
            only_arguments = strcmp(words[i], "--") == 0;
            if (only_arguments || (at = dg_command_option_find(command, words[i], &value)) < 0)
                continue;
            assert(at < ROWS_MAX);
            given[at] = true;
            open = dg_command_option(command, (size_t)at);
            if (value || open->kind == DG_OPT_FLAG)
                open = NULL;
        } else if (o->before_count < DG_POSITIONALS_MAX) {
            arguments[o->before_count++] = words[i];
        } else {
            return; /* more than any command takes */
        }
    }
    if (open) {
        option_value(o, open);
    } else if (!only_arguments && o->typed[0] == '-') {
        at = dg_command_option_find(command, o->typed, &value);
        o->kept = value ? (size_t)(value - o->typed) : 0;
        if (!value)
            option_names(o, command, given);
        else if (at >= 0 && dg_command_option(command, (size_t)at)->kind != DG_OPT_FLAG)
            option_value(o, dg_command_option(command, (size_t)at));
    } else if (argument_at(name, command, o->before_count)) {
        value_named(o, name, command->says);
    } else if (!only_arguments) {
        option_names(o, command, given);
    }
}

void dg_cli_offer(FILE *out, const char *const *words, size_t count)
{
    const dg_command *command;
    offers o = { .out = out };
    assert(count > 0);
    o.typed = words[count - 1];
    for (size_t i = 0; (command = dg_command_at(i)); i++) {
        size_t used = dg_command_words(command, words, count - 1);
        if (used) {
            in_command(&o, command, words + used, count - used);
            return;
        }
    }
    if (count == 1 && o.typed[0] == '-') {
        offer(&o, "--help", "", "all commands");
        offer(&o, "--version", "", "version of this program and of its engine");
    }
    command_words(&o, words, count - 1);
}
