/* text.c - the page people paste: what was run, what broke first, what held, why,
 * what to do, and the exit code. */
#include "report/report_impl.h"

#include <stdarg.h>
#include <string.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static long long whole_at(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

/* A line of its own making, formatted first: lines are short, texts are wrapped. */
static void printf_wrap(sheet *s, unsigned indent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void printf_wrap(sheet *s, unsigned indent, const char *format, ...)
{
    char line[800];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    dg_sheet_wrap(s, indent, line);
}

/* ---- head ---- */

/* A plan may leave the code as it is and change the configuration. */
static bool code_stays(const json_t *o)
{
    return strcmp(text_at(json_object_get(o, "upgrade"), "how"), "config") == 0;
}

/* "executor_params, no_show_slots": what the plan changes of the configuration. */
static void fields_text(char *out, size_t size, const json_t *o)
{
    const json_t *config =
        json_object_get(json_object_get(json_object_get(o, "plan"), "upgrade"), "config");
    const char *path;
    size_t used = 0;
    json_t *v;
    out[0] = 0;
    json_object_foreach((json_t *)config, path, v) if (used < size) used +=
        (size_t)snprintf(out + used, size - used, "%s%.80s", used ? ", " : "", path);
}

static void title(sheet *s, const json_t *o)
{
    const json_t *from = json_object_get(o, "from"), *to = json_object_get(o, "to"),
                 *upgrade = json_object_get(o, "upgrade");
    bool same = strcmp(text_at(from, "spec_name"), text_at(to, "spec_name")) == 0;
    char line[400];
    snprintf(line, sizeof line, "%.60s %lld -> %s%.60s%s%lld", text_at(from, "spec_name"),
             whole_at(from, "spec_version"), same ? "" : text_at(to, "spec_name"), "",
             same ? "" : " ", whole_at(to, "spec_version"));
    if (code_stays(o))
        snprintf(line, sizeof line, "%.60s %lld, configuration changed", text_at(from, "spec_name"),
                 whole_at(from, "spec_version"));
    dg_sheet_put(s, line);
    snprintf(line, sizeof line, "   U = #%lld (%.40s, slot %lld of session %lld%s)",
             whole_at(upgrade, "block"), text_at(upgrade, "at"),
             whole_at(upgrade, "slot_of_session"), whole_at(upgrade, "session"),
             whole_at(upgrade, "slot_of_session") ? "" : ", which it begins");
    dg_sheet_put(s, line);
    snprintf(line, sizeof line, "   seed %lld   %lld validators, %lld parachains",
             whole_at(o, "seed"), whole_at(o, "validators"), whole_at(o, "parachains"));
    if (s->column + strlen(line) > s->width) {
        dg_sheet_end(s);
        dg_sheet_to(s, COLUMN_WORD);
        dg_sheet_put(s, line + 3);
    } else {
        dg_sheet_put(s, line);
    }
    dg_sheet_end(s);
}

static void label(sheet *s, const char *word)
{
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_ink(s, INK_DIM, word);
    dg_sheet_to(s, COLUMN_NAME);
}

/* Who the nodes are, and that their chain forks as real ones do. */
static void network(sheet *s, const json_t *n)
{
    const json_t *t = json_object_get(n, "treatment"), *count;
    long long slots = whole_at(t, "slots");
    const char *class;
    bool first = true;
    if (!n)
        return;
    label(s, "nodes");
    json_object_foreach((json_t *)json_object_get(n, "classes"), class, count)
    {
        printf_wrap(s, COLUMN_NAME, "%s%lld %.80s", first ? "" : "+ ",
                    (long long)json_integer_value(count), class);
        first = false;
    }
    if (slots)
        printf_wrap(s, COLUMN_NAME,
                    " (table %.20s); %lld of %lld slots contested (%lld %%), %lld blocks lost, "
                    "finality %lld to %lld behind",
                    text_at(n, "table"), whole_at(t, "contested"), slots,
                    100 * whole_at(t, "contested") / slots, whole_at(t, "pruned"),
                    whole_at(t, "lag_min"), whole_at(t, "lag_max"));
    dg_sheet_end(s);
}

/* What a block took in messages, by kind, where they were sent. */
static void messages(sheet *s, const json_t *n)
{
    const json_t *t = json_object_get(n, "treatment"), *sent = json_object_get(t, "messages"),
                 *count;
    long long blocks = whole_at(t, "blocks"), bytes = whole_at(sent, "bytes");
    const char *kind;
    char line[700];
    size_t used = 0;
    if (!sent || !blocks)
        return;
    label(s, "messages");
    json_object_foreach((json_t *)sent, kind, count) if (json_integer_value(count)
                                                         && strcmp(kind, "bytes") != 0
                                                         && used < sizeof line) used +=
        (size_t)snprintf(line + used, sizeof line - used, "%lld %.40s, ",
                         ((long long)json_integer_value(count) + blocks / 2) / blocks, kind);
    printf_wrap(s, COLUMN_NAME, "a block: %s%lld KiB together", used ? line : "",
                bytes / blocks >> 10);
    dg_sheet_end(s);
}

static void head(sheet *s, const json_t *o)
{
    const json_t *block = json_object_get(o, "block"), *program = json_object_get(o, "program");
    char fields[240];
    title(s, o);
    label(s, "fork");
    printf_wrap(s, COLUMN_NAME, "%.60s #%lld %.70s", text_at(o, "chain"), whole_at(block, "number"),
                text_at(block, "hash"));
    dg_sheet_end(s);
    label(s, "state");
    printf_wrap(s, COLUMN_NAME, "%.70s", text_at(json_object_get(o, "snapshot"), "hash"));
    dg_sheet_end(s);
    label(s, "N-1");
    printf_wrap(s, COLUMN_NAME, "%.70s %lld bytes", text_at(json_object_get(o, "from"), "hash"),
                whole_at(json_object_get(o, "from"), "blob_bytes"));
    dg_sheet_end(s);
    if (!code_stays(o)) {
        label(s, "N");
        printf_wrap(s, COLUMN_NAME, "%.70s %lld bytes", text_at(json_object_get(o, "to"), "hash"),
                    whole_at(json_object_get(o, "to"), "blob_bytes"));
        dg_sheet_end(s);
    }
    fields_text(fields, sizeof fields, o);
    if (fields[0]) {
        label(s, "config");
        printf_wrap(s, COLUMN_NAME, "%s", fields);
        dg_sheet_end(s);
    }
    network(s, json_object_get(o, "network"));
    messages(s, json_object_get(o, "network"));
    label(s, "by");
    printf_wrap(s, COLUMN_NAME, "%.40s %.40s, %.60s", text_at(program, "name"),
                text_at(program, "version"), text_at(program, "engine"));
    dg_sheet_end(s);
}

/* ---- claims ---- */

typedef enum manner { SHOWN_BROKE, SHOWN_WARN, SHOWN_UNSEEN, SHOWN_HELD, SHOWN_COUNT } manner;
static const struct {
    const char *word;
    ink colour;
} words[SHOWN_COUNT] = {
    { "BROKE", INK_RED },
    { "WARN", INK_YELLOW },
    { "unseen", INK_DIM },
    { "held", INK_GREEN },
};

static manner shown_as(const json_t *claim)
{
    const char *status = text_at(claim, "status");
    if (strcmp(status, "broke") == 0)
        return strcmp(text_at(claim, "severity"), "advice") == 0 ? SHOWN_WARN : SHOWN_BROKE;
    if (strcmp(status, "warned") == 0)
        return SHOWN_WARN;
    return strcmp(status, "held") == 0 ? SHOWN_HELD : SHOWN_UNSEEN;
}

/* What one event adds to its claim's line; "" when the line has said it all. */
static void fact(char *out, size_t size, const json_t *event)
{
    const json_t *d = json_object_get(event, "detail");
    const char *kind = text_at(event, "kind");
    out[0] = 0;
    if (strcmp(kind, "api") == 0 && text_at(d, "later")[0])
        snprintf(out, size, "%.80s: %.200s", text_at(d, "api"), text_at(d, "differs"));
    else if (strcmp(kind, "api") == 0)
        snprintf(out, size, "%.80s at #%lld: %.200s", text_at(d, "api"), whole_at(event, "block"),
                 text_at(d, "error"));
    else if (strcmp(kind, "api-type") == 0)
        snprintf(out, size, "%.80s: %.240s", text_at(d, "api"), text_at(d, "where"));
    else if (strcmp(kind, "identity") == 0)
        snprintf(out, size, "%.80s %.80s -> %.80s", text_at(d, "what"), text_at(d, "old"),
                 text_at(d, "new"));
    else if (strcmp(kind, "storage") == 0)
        snprintf(out, size, "%.60s.%.60s: %lld of %lld do not decode: %.160s", text_at(d, "pallet"),
                 text_at(d, "item"), whole_at(event, "undecodable"), whole_at(event, "entries"),
                 text_at(d, "reason"));
    else if (strcmp(kind, "config") == 0)
        snprintf(out, size, "%.60s at #%lld: %.240s", text_at(d, "what"), whole_at(event, "block"),
                 text_at(d, "changed"));
    else if (strcmp(kind, "call") == 0)
        snprintf(out, size, "%.120s: %.100s became %.100s", text_at(d, "where"), text_at(d, "old"),
                 text_at(d, "new"));
}

static bool said(const char *text, const char *fact)
{
    char begin[32];
    snprintf(begin, sizeof begin, "%.31s", fact);
    return strstr(text, begin) != NULL;
}

static void facts(sheet *s, const json_t *claim, size_t most)
{
    const json_t *list = json_object_get(claim, "evidence"), *event;
    size_t i, told = 0;
    json_array_foreach(list, i, event)
    {
        char line[480];
        fact(line, sizeof line, event);
        if (!line[0] || json_array_size(list) == 1 || said(text_at(claim, "text"), line))
            continue; /* the claim's own line has said it */
        if (told++ == most) {
            dg_sheet_to(s, COLUMN_TEXT);
            printf_wrap(s, COLUMN_TEXT, "and %zu more", json_array_size(list) - i);
            dg_sheet_end(s);
            return;
        }
        dg_sheet_to(s, COLUMN_TEXT);
        dg_sheet_put(s, "- ");
        dg_sheet_wrap(s, COLUMN_TEXT + 2, line);
        dg_sheet_end(s);
    }
}

static void claim_head(sheet *s, manner as, const json_t *claim, unsigned left)
{
    dg_sheet_to(s, left + COLUMN_WORD);
    dg_sheet_ink(s, words[as].colour, words[as].word);
    dg_sheet_to(s, left + COLUMN_NAME);
    dg_sheet_put(s, text_at(claim, "name"));
    dg_sheet_to(s, left + COLUMN_TEXT);
    if (s->column > left + COLUMN_TEXT)
        dg_sheet_put(s, " ");
}

static void claim_full(sheet *s, manner as, const json_t *claim, const dg_report_options *options)
{
    long long first = whole_at(claim, "first_block"), last = whole_at(claim, "last_block");
    claim_head(s, as, claim, 0);
    dg_sheet_wrap(s, COLUMN_TEXT, text_at(claim, "text"));
    if (last > first && as != SHOWN_HELD)
        printf_wrap(s, COLUMN_TEXT, " (#%lld..#%lld)", first, last);
    if (text_at(claim, "healed")[0])
        printf_wrap(s, COLUMN_TEXT, " healed by %.110s", text_at(claim, "healed"));
    dg_sheet_end(s);
    if (options->verbose || as == SHOWN_BROKE)
        facts(s, claim, options->verbose ? 32 : 5);
    if (options->verbose) {
        dg_sheet_to(s, COLUMN_TEXT);
        printf_wrap(s, COLUMN_TEXT, "(%.300s; %.300s)", text_at(claim, "says"),
                    text_at(claim, "because"));
        dg_sheet_end(s);
    }
}

static bool fits_half(const sheet *s, const json_t *claim)
{
    return strlen(text_at(claim, "text")) + COLUMN_TEXT <= s->width / 2
           && strlen(text_at(claim, "name")) < COLUMN_TEXT - COLUMN_NAME;
}

/* Short held claims come first, two on a line; the others follow, each on its own. */
static void held(sheet *s, const json_t *all, const dg_report_options *options)
{
    const json_t *claim;
    unsigned cell = 0;
    size_t i;
    json_array_foreach(all, i, claim)
    {
        if (shown_as(claim) != SHOWN_HELD || options->verbose || !fits_half(s, claim))
            continue;
        claim_head(s, SHOWN_HELD, claim, cell * (s->width / 2));
        dg_sheet_put(s, text_at(claim, "text"));
        if (cell == 1)
            dg_sheet_end(s);
        cell ^= 1;
    }
    if (cell)
        dg_sheet_end(s);
    json_array_foreach(all, i, claim)
    {
        if (shown_as(claim) == SHOWN_HELD && (options->verbose || !fits_half(s, claim)))
            claim_full(s, SHOWN_HELD, claim, options);
    }
}

static void claims(sheet *s, const json_t *o, const dg_report_options *options)
{
    const json_t *all = json_object_get(o, "claims"), *claim;
    size_t i;
    for (int as = 0; as < SHOWN_COUNT; as++)
        if (as == SHOWN_HELD)
            held(s, all, options);
        else
            json_array_foreach(all, i, claim) if (shown_as(claim) == (manner)as)
                claim_full(s, (manner)as, claim, options);
}

/* ---- tail ---- */

static void lines(sheet *s, const json_t *o, const char *key, const char *word)
{
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(o, key), i, line)
    {
        label(s, i ? "" : word);
        dg_sheet_wrap(s, COLUMN_NAME, json_is_string(line) ? json_string_value(line) : "");
        dg_sheet_end(s);
    }
}

/* ---- the way back to a cause ---- */

static void step_line(sheet *s, const json_t *step)
{
    long long ms = whole_at(step, "from_upgrade_ms"), tenths = (ms < 0 ? -ms : ms) / 100;
    const json_t *validator = json_object_get(step, "validator");
    char when[60];
    snprintf(when, sizeof when, "%s%lld.%lld s  #%lld", ms < 0 ? "-" : "+", tenths / 10,
             tenths % 10, whole_at(step, "block"));
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_put(s, when);
    dg_sheet_to(s, COLUMN_TEXT);
    if (validator)
        printf_wrap(s, COLUMN_TEXT, "validator %lld:", (long long)json_integer_value(validator));
    dg_sheet_wrap(s, COLUMN_TEXT, text_at(step, "says"));
    dg_sheet_end(s);
}

/* The first one explains those below it; all of them where more is asked for. */
static void chains(sheet *s, const json_t *o, const dg_report_options *options)
{
    const json_t *chain, *step;
    size_t i, k;
    json_array_foreach(json_object_get(o, "chains"), i, chain)
    {
        if (i && !options->verbose)
            return;
        label(s, "chain");
        printf_wrap(s, COLUMN_NAME, "%.60s, seconds from U's slot", text_at(chain, "claim"));
        dg_sheet_end(s);
        json_array_foreach(json_object_get(chain, "steps"), k, step) step_line(s, step);
    }
}

static void exit_line(sheet *s, const json_t *o)
{
    if (!json_is_integer(json_object_get(o, "exit")))
        return;
    printf_wrap(s, 8, "exit %lld: %.300s", whole_at(o, "exit"), text_at(o, "reason"));
    dg_sheet_end(s);
}

static sheet sheet_for(dg_buf *out, const dg_report_options *options)
{
    unsigned width = options->width ? options->width < 40 ? 40 : options->width : 100;
    return (sheet){ .out = out, .width = width, .colour = options->colour };
}

dg_code dg_report_verdicts(dg_buf *out, const json_t *document, const dg_report_options *options,
                           dg_error *err)
{
    sheet s = sheet_for(out, options);
    claims(&s, document, options);
    chains(&s, document, options);
    exit_line(&s, document);
    return dg_buf_check(out, err, "report");
}

dg_code dg_report_text(dg_buf *out, const json_t *outcome, const dg_report_options *options,
                       dg_error *err)
{
    sheet s = sheet_for(out, options);
    if (!json_is_integer(json_object_get(outcome, "doppel"))
        || !json_is_array(json_object_get(outcome, "claims")))
        return dg_fail(err, DG_MALFORMED, "this JSON is not an outcome of doppel");
    head(&s, outcome);
    claims(&s, outcome, options);
    lines(&s, outcome, "causes", "cause");
    chains(&s, outcome, options);
    lines(&s, outcome, "advice", "advice");
    lines(&s, outcome, "notes", "note");
    exit_line(&s, outcome);
    return dg_buf_check(out, err, "report");
}
