/* sweep.c - a sweep as a matrix: a line for each cell, a column for each claim that did not hold
 * everywhere. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

enum { COLUMNS_MAX = 64, SYMBOLS_PER_LINE = 64, NAME_MAX_WIDTH = 48 };

typedef struct matrix {
    const json_t *cells, *sweep;
    const char *columns[COLUMNS_MAX]; /* claims that broke, warned or saw nothing in some cell */
    size_t column_count, held;        /* held: claims that held in every cell */
    size_t unshown;                   /* times that there was no column for one */
    unsigned name_width;
} matrix;

/* ---- what stands in it ---- */

void dg_report_cell_name(dg_buf *out, const json_t *sweep, const json_t *cell)
{
    const json_t *axes = json_object_get(sweep, "axes");
    bool some = false;
    for (size_t i = json_array_size(axes); i--;) {
        const json_t *axis = json_array_get(axes, i);
        const char *key = dg_report_text_at(axis, "key");
        if (json_array_size(json_object_get(axis, "values")) < 2)
            continue;
        dg_buf_put_text(out, some ? ", " : "");
        dg_buf_put_text(out, strcmp(key, "seed") == 0 ? "seed " : "");
        dg_buf_put_text(out, dg_report_text_at(json_object_get(cell, "values"), key));
        some = true;
    }
}

/* .. as much of it as fits. */
static void name_of(char *out, size_t size, const matrix *m, const json_t *cell)
{
    assert(size > 0);
    dg_buf name;
    dg_buf_init(&name, 1 << 16);
    dg_report_cell_name(&name, m->sweep, cell);
    snprintf(out, size, "%s", dg_buf_text(&name));
    dg_buf_clear(&name);
}

static const json_t *claim_of(const json_t *cell, const char *name)
{
    const json_t *claim;
    size_t i;
    json_array_foreach(json_object_get(json_object_get(cell, "outcome"), "claims"), i, claim)
    {
        if (strcmp(dg_report_text_at(claim, "name"), name) == 0)
            return claim;
    }
    return NULL;
}

/* "." stands for held, so that what is not shows. */
static char symbol_of(const json_t *claim)
{
    static const char symbols[DG_REPORT_SHOWN_COUNT] = { 'B', 'w', '?', '.' };
    return claim ? symbols[dg_report_claim_shown(claim)] : ' ';
}

static ink ink_of(char symbol)
{
    return symbol == 'B'   ? INK_RED
           : symbol == 'w' ? INK_YELLOW
           : symbol == '.' ? INK_GREEN
                           : INK_DIM;
}

static bool has_column(const matrix *m, const char *name)
{
    for (size_t i = 0; i < m->column_count; i++)
        if (strcmp(m->columns[i], name) == 0)
            return true;
    return false;
}

static bool held_everywhere(const matrix *m, const char *name)
{
    const json_t *cell;
    size_t i;
    json_array_foreach(m->cells, i, cell)
    {
        char symbol = symbol_of(claim_of(cell, name));
        if (symbol != '.' && symbol != ' ')
            return false;
    }
    return true;
}

static void find_columns(matrix *m)
{
    const json_t *cell, *claim;
    size_t i, k;
    assert(!m->column_count && !m->held);
    json_array_foreach(m->cells, i, cell)
    {
        char name[200];
        size_t len;
        name_of(name, sizeof name, m, cell);
        len = strlen(name);
        if (len > m->name_width)
            m->name_width = len < NAME_MAX_WIDTH ? (unsigned)len : NAME_MAX_WIDTH;
        json_array_foreach(json_object_get(json_object_get(cell, "outcome"), "claims"), k, claim)
        {
            const char *of = dg_report_text_at(claim, "name");
            if (symbol_of(claim) == '.' || has_column(m, of))
                continue;
            if (m->column_count < COLUMNS_MAX)
                m->columns[m->column_count++] = of;
            else
                m->unshown++;
        }
    }
    json_array_foreach(m->cells, i, cell)
    {
        const json_t *claims = json_object_get(json_object_get(cell, "outcome"), "claims");
        if (!claims)
            continue;
        json_array_foreach(claims, k, claim) m->held +=
            held_everywhere(m, dg_report_text_at(claim, "name"));
        break;
    }
}

/* ---- lines ---- */

static long long longest_ms(const json_t *outcome)
{
    const json_t *one;
    long long longest = 0;
    size_t i;
    json_array_foreach(json_object_get(json_object_get(outcome, "answer"), "breaks"), i, one)
    {
        long long ms = dg_report_whole_at(one, "ms");
        longest = ms > longest ? ms : longest;
    }
    return longest;
}

static void put_word(sheet *s, const json_t *cell)
{
    const char *word =
        dg_report_text_at(json_object_get(json_object_get(cell, "outcome"), "answer"), "word");
    const char *state = dg_report_text_at(cell, "state");
    bool good = strcmp(word, "GO") == 0, bad = strcmp(word, "NO-GO") == 0;
    if (!word[0])
        dg_sheet_ink(s, strcmp(state, "failed") == 0 ? INK_RED : INK_DIM, state);
    else
        dg_sheet_ink(s, good ? INK_GREEN : bad ? INK_RED : INK_YELLOW, word);
}

static void put_cell(sheet *s, const matrix *m, const json_t *cell)
{
    const json_t *outcome = json_object_get(cell, "outcome");
    const json_t *harm = json_object_get(json_object_get(outcome, "answer"), "harm");
    unsigned at = COLUMN_WORD + m->name_width + 2;
    char name[200], text[80];
    name_of(name, sizeof name, m, cell);
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_put(s, name);
    dg_sheet_to(s, at);
    put_word(s, cell);
    dg_sheet_to(s, at + 13);
    if (!outcome) {
        dg_sheet_wrap(s, at + 13, dg_report_text_at(cell, "why"));
        dg_sheet_end(s);
        return;
    }
    snprintf(text, sizeof text, "%5.1f", (double)longest_ms(outcome) / 60000);
    dg_sheet_put(s, text);
    dg_sheet_to(s, at + 22);
    snprintf(text, sizeof text, "%6.1f",
             (double)dg_report_whole_at(harm, "parachain_lost_ms") / 60000);
    dg_sheet_put(s, text);
    dg_sheet_to(s, at + 33);
    for (size_t i = 0; i < m->column_count; i++) {
        char symbol[4] = { symbol_of(claim_of(cell, m->columns[i])), ' ', i % 5 == 4 ? ' ' : 0 };
        dg_sheet_ink(s, ink_of(symbol[0]), symbol);
    }
    dg_sheet_end(s);
}

static void put_heads(sheet *s, const matrix *m)
{
    unsigned at = COLUMN_WORD + m->name_width + 2;
    dg_sheet_to(s, at + 13);
    dg_sheet_put(s, "longest  parachain");
    dg_sheet_end(s);
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_put(s, "cell");
    dg_sheet_to(s, at);
    dg_sheet_put(s, "answer");
    dg_sheet_to(s, at + 13);
    dg_sheet_put(s, "stall,   time lost, ");
    for (size_t i = 0; i < m->column_count; i++) {
        char head[4] = { i < 26 ? (char)('a' + i) : (char)('A' + i - 26), ' ',
                         i % 5 == 4 ? ' ' : 0 };
        dg_sheet_put(s, head);
    }
    dg_sheet_end(s);
    dg_sheet_to(s, at + 13);
    dg_sheet_put(s, "minutes  minutes");
    dg_sheet_end(s);
}

static void put_legend(sheet *s, const matrix *m)
{
    dg_sheet_end(s);
    for (size_t i = 0; i < m->column_count; i++) {
        dg_sheet_to(s, COLUMN_WORD);
        dg_sheet_printf(s, COLUMN_WORD, "%c  %s", i < 26 ? (char)('a' + i) : (char)('A' + i - 26),
                        m->columns[i]);
        dg_sheet_end(s);
    }
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_printf(s, COLUMN_WORD,
                    "B broke, w warned, ? did not see what it is about, . held. %zu claims held in "
                    "every cell.",
                    m->held);
    if (m->unshown)
        dg_sheet_printf(s, COLUMN_WORD, " Claims beyond the %zu columns are not shown.",
                        m->column_count);
    dg_sheet_end(s);
}

/* ---- claims that more than one seed was asked about ---- */

enum { SEEDS_SHOWN_MAX = 24 };

static void put_trial(sheet *s, const char *cell, const json_t *claim)
{
    const json_t *seeds = json_object_get(claim, "seeds");
    const char *decided = dg_report_text_at(seeds, "decided");
    bool open = strcmp(decided, "open") == 0;
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_printf(s, COLUMN_WORD, "%s at %s: broke in %lld of %lld seeds, which is %s",
                    dg_report_text_at(claim, "name"), cell, dg_report_whole_at(seeds, "broke"),
                    dg_report_whole_at(seeds, "of"),
                    open                           ? "not enough to tell luck from a rule"
                    : strcmp(decided, "rule") == 0 ? "a rule"
                                                   : decided);
    if (!open)
        dg_sheet_printf(s, COLUMN_WORD, " (%.0f %% confidence)",
                        json_number_value(json_object_get(seeds, "confidence")) * 100);
    dg_sheet_put(s, ".");
    dg_sheet_end(s);
}

/* A claim that broke narrowly is not called broken by one seed. */
static void put_trials(sheet *s, const matrix *m)
{
    const json_t *cell, *claim;
    size_t i, k, count = 0;
    json_array_foreach(m->cells, i, cell)
    {
        char name[200];
        name_of(name, sizeof name, m, cell);
        json_array_foreach(json_object_get(json_object_get(cell, "outcome"), "claims"), k, claim)
        {
            if (!json_object_get(claim, "seeds") || count++ >= SEEDS_SHOWN_MAX)
                continue;
            if (count == 1)
                dg_sheet_end(s);
            put_trial(s, name, claim);
        }
    }
    if (count <= SEEDS_SHOWN_MAX)
        return;
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_printf(s, COLUMN_WORD, "%zu more claims were run over several seeds.",
                    count - SEEDS_SHOWN_MAX);
    dg_sheet_end(s);
}

static size_t count_states(const json_t *cells, const char *state)
{
    const json_t *cell;
    size_t i, count = 0;
    json_array_foreach(cells, i, cell) count +=
        strcmp(dg_report_text_at(cell, "state"), state) == 0;
    return count;
}

static size_t count_words(const json_t *cells, const char *word)
{
    const json_t *cell;
    size_t i, count = 0;
    json_array_foreach(cells, i, cell)
    {
        const json_t *answer = json_object_get(json_object_get(cell, "outcome"), "answer");
        count += strcmp(dg_report_text_at(answer, "word"), word) == 0;
    }
    return count;
}

static void put_rest(sheet *s, size_t count, const char *what)
{
    char text[48];
    snprintf(text, sizeof text, ", %zu %s", count, what);
    if (count)
        dg_sheet_put(s, text);
}

static void put_summary(sheet *s, const json_t *document, const matrix *m)
{
    const json_t *shard = json_object_get(json_object_get(document, "sweep"), "shard");
    size_t failed = count_states(m->cells, "failed"), undone = count_states(m->cells, "undone");
    char part[64] = "";
    if (shard)
        snprintf(part, sizeof part, " (shard %lld/%lld)", dg_report_whole_at(shard, "i"),
                 dg_report_whole_at(shard, "n"));
    dg_sheet_printf(s, 0,
                    "Sweep of %zu cells%s: %zu GO, %zu GO WITH HARM, %zu NO-GO, %zu CANNOT "
                    "SAY",
                    json_array_size(m->cells), part, count_words(m->cells, "GO"),
                    count_words(m->cells, "GO WITH HARM"), count_words(m->cells, "NO-GO"),
                    count_words(m->cells, "CANNOT SAY"));
    put_rest(s, failed, "failed");
    put_rest(s, undone, "not done");
    dg_sheet_put(s, ".");
    dg_sheet_end(s);
}

dg_code dg_report_sweep(dg_buf *out, const json_t *document, const dg_report_options *options,
                        dg_error *err)
{
    sheet s = { .out = out,
                .width = options->width ? options->width < 40 ? 40 : options->width : 100,
                .colour = options->colour };
    matrix m = { .cells = json_object_get(document, "cells"),
                 .sweep = json_object_get(document, "sweep") };
    const json_t *cell;
    size_t i;
    if (!json_is_object(json_object_get(document, "sweep")))
        return dg_fail(err, DG_MALFORMED, "this is not a sweep");
    find_columns(&m);
    put_summary(&s, document, &m);
    if (!options->brief) {
        dg_sheet_end(&s);
        put_heads(&s, &m);
        json_array_foreach(m.cells, i, cell) put_cell(&s, &m, cell);
        put_legend(&s, &m);
        put_trials(&s, &m);
    }
    return dg_buf_check(out, err, "the report of a sweep");
}
