/* answer.c - the five lines that come first, as in the report of a run: the word, what breaks, why,
 * what to do, and when to enact. */
#include "preflight/preflight_impl.h"

#include <assert.h>
#include <string.h>

enum { TOLD_MAX = 3, REASONS_MAX = 2, COLUMN = 9, LINE_MAX = 1 << 14 };

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static long long whole_at(const json_t *object, const char *key)
{
    return (long long)json_integer_value(json_object_get(object, key));
}

static bool is(const json_t *p, const char *verdict)
{
    return strcmp(text_at(p, "verdict"), verdict) == 0;
}

/* Of a finding that forbids N, of whatever kind. */
static dg_preflight_kind kind_of(const json_t *finding)
{
    const dg_preflight_kind *kind = dg_preflight_kind_of(text_at(finding, "id"));
    return kind && kind->breaks ? *kind
                                : (dg_preflight_kind){ "", "", "N does not fit this state",
                                                       "See what the findings say." };
}

static bool forbids(const json_t *finding)
{
    return strcmp(text_at(finding, "severity"), "fail") == 0;
}

/* With a capital letter, unless a name begins it, and a full stop. */
static void put_sentence(dg_buf *line, const char *text)
{
    size_t len = strlen(text), word = strcspn(text, " ");
    bool plain = word && strcspn(text, "_./-") >= word;
    char first = text[0];
    if (!len)
        return;
    if (plain && first >= 'a' && first <= 'z')
        first = (char)(first - 'a' + 'A');
    dg_buf_printf(line, "%s%c%s%s", line->len ? " " : "", first, text + 1,
                  text[len - 1] == '.' ? "" : ".");
}

/* ---- 1: the word ---- */

static void say_word(dg_buf *line, const json_t *p)
{
    const json_t *from = json_object_get(p, "from"), *to = json_object_get(p, "to"),
                 *counts = json_object_get(p, "counts");
    long long fail = whole_at(counts, "fail"), warn = whole_at(counts, "warn");
    dg_buf_printf(line, "%s %lld -> ", text_at(from, "spec_name"), whole_at(from, "spec_version"));
    if (strcmp(text_at(from, "spec_name"), text_at(to, "spec_name")) != 0)
        dg_buf_printf(line, "%s ", text_at(to, "spec_name"));
    dg_buf_printf(line, "%lld over #%lld: ", whole_at(to, "spec_version"), whole_at(p, "block"));
    if (is(p, "fail"))
        dg_buf_printf(line, "%lld finding%s forbid%s it.", fail, fail == 1 ? "" : "s",
                      fail == 1 ? "s" : "");
    else if (is(p, "unknown"))
        dg_buf_printf(line, "what decides could not be known.");
    else
        dg_buf_printf(line, "no finding forbids it, %lld warn%s.", warn, warn == 1 ? "s" : "");
}

/* ---- 2: what breaks ---- */

static void say_breaks(dg_buf *line, const json_t *p)
{
    const char *last = "", *told[TOLD_MAX] = { NULL };
    size_t count = 0, i;
    const json_t *f;
    json_array_foreach(json_object_get(p, "findings"), i, f)
    {
        const char *breaks = kind_of(f).breaks;
        if (!forbids(f) || strcmp(breaks, last) == 0)
            continue;
        last = breaks;
        if (count < TOLD_MAX)
            told[count] = breaks;
        count++;
    }
    for (i = 0; i < count && i < TOLD_MAX; i++)
        dg_buf_printf(line, "%s%s",
                      !i               ? "Seen without building a block: "
                      : i + 1 == count ? " and "
                                       : ", ",
                      told[i]);
    if (count > TOLD_MAX)
        dg_buf_printf(line, ", and %zu more", count - TOLD_MAX);
    dg_buf_printf(line, "%s",
                  count              ? "."
                  : is(p, "unknown") ? "Not known: no finding forbids it among those that could be "
                                       "made."
                                     : "Nothing that is seen without building a block.");
}

/* ---- 3: why ---- */

static void say_why(dg_buf *line, const json_t *p)
{
    const json_t *f, *one, *counts = json_object_get(p, "counts");
    long long fail = whole_at(counts, "fail");
    size_t i, told = 0;
    json_array_foreach(json_object_get(p, "findings"), i, f) if (forbids(f) && told < REASONS_MAX)
    {
        put_sentence(line, text_at(f, "says"));
        told++;
    }
    if (fail > (long long)told)
        dg_buf_printf(line, " %lld more forbid%s it.", fail - (long long)told,
                      fail - (long long)told == 1 ? "s" : "");
    if (is(p, "unknown"))
        json_array_foreach(json_object_get(p, "undecided"), i,
                           one) if (i < REASONS_MAX && json_is_string(one))
            put_sentence(line, json_string_value(one));
    if (!line->len)
        dg_buf_printf(line,
                      "N-1 and N were compared over this state, and N's first block was "
                      "begun over it: %lld warnings, %lld notes, %lld unknown.",
                      whole_at(counts, "warn"), whole_at(counts, "note"),
                      whole_at(counts, "unknown"));
}

/* ---- 4: what to do ---- */

static void say_do(dg_buf *line, const json_t *p)
{
    const char *last = "";
    size_t count = 0, i;
    const json_t *f;
    json_array_foreach(json_object_get(p, "findings"), i, f)
    {
        const char *remedy = kind_of(f).remedy;
        if (!forbids(f) || strcmp(remedy, last) == 0 || count++ >= TOLD_MAX)
            continue;
        put_sentence(line, remedy);
        last = remedy;
    }
    if (is(p, "unknown"))
        dg_buf_printf(line, "Ask it over a whole state, of a chain spec or a live node.");
    else if (!line->len)
        dg_buf_printf(line, "Rehearse it with `doppel run`: what nodes do, how blocks come and "
                            "what later sessions bring is seen there alone.");
}

/* ---- 5: when ---- */

static void say_when(dg_buf *line, const json_t *p)
{
    if (is(p, "fail"))
        dg_buf_printf(line, "Not over the state of #%lld.", whole_at(p, "block"));
    else if (is(p, "unknown"))
        dg_buf_printf(line, "Not before this is known.");
    else
        dg_buf_printf(line, "Not asked: no block was built, so no place for U was tried. Another "
                            "state may say otherwise: ask again over a late one.");
}

/* ---- all five ---- */

static const struct {
    const char *label; /* NULL: the word itself */
    void (*says)(dg_buf *line, const json_t *p);
} lines[] = { { NULL, say_word },
              { "breaks", say_breaks },
              { "why", say_why },
              { "do", say_do },
              { "when", say_when } };

static const char *word_of(const json_t *p)
{
    return is(p, "fail") ? "NO-GO" : is(p, "unknown") ? "CANNOT SAY" : is(p, "pass") ? "GO" : NULL;
}

void dg_preflight_answer(dg_buf *out, const json_t *p)
{
    const char *word = word_of(p);
    if (!word)
        return;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        dg_buf line;
        dg_buf_init(&line, LINE_MAX);
        lines[i].says(&line, p);
        dg_buf_printf(out, lines[i].label ? "  %-6s " : "%-8s ",
                      lines[i].label ? lines[i].label : word);
        dg_preflight_wrap(out, COLUMN, dg_buf_text(&line));
        out->rc = out->rc < 0 ? out->rc : line.rc;
        dg_buf_clear(&line);
    }
}

json_t *dg_preflight_answer_json(const json_t *p)
{
    const char *word = word_of(p);
    json_t *out;
    int bad;
    assert(word);
    out = json_pack("{s:s}", "word", word);
    bad = !out;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        dg_buf line;
        dg_buf_init(&line, LINE_MAX);
        lines[i].says(&line, p);
        bad |= line.rc < 0
               || json_object_set_new(out, lines[i].label ? lines[i].label : "says",
                                      json_string(dg_buf_text(&line)));
        dg_buf_clear(&line);
    }
    if (bad)
        json_decref(out);
    return bad ? NULL : out;
}
