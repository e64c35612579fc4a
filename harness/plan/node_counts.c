/* node_counts.c - who runs what, in few words or by count: names of nodes, each with a share or a
 * number of nodes, become the list of a plan's classes.
 *
 * Shares are decimals and add up to 1. Where all are whole numbers that do not, they are numbers
 * of nodes, of which each has its part. A range of releases has its share spread evenly over them.
 */
#include "plan/plan_impl.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1000000000 };

void dg_plan_counts_clear(dg_plan_counts *counts)
{
    dg_free(counts->of);
    *counts = (dg_plan_counts){ .of = NULL };
}

/* ---- numbers ---- */

static size_t digits(const char *text, size_t len)
{
    size_t count = 0;
    while (count < len && text[count] >= '0' && text[count] <= '9')
        count++;
    return count;
}

/* "1", "0.92", ".5", "276": what strtod takes besides (nan, 0x1, 1e9) is neither share nor count.
 */
bool dg_plan_number_read(dg_plan_number *out, const char *text, size_t len)
{
    size_t whole = digits(text, len), point = whole < len && text[whole] == '.',
           part = digits(text + whole + point, len - whole - point);
    char room[40];
    if (!(whole + part) || whole + point + part != len || len >= sizeof room)
        return false;
    snprintf(room, sizeof room, "%.*s", (int)len, text);
    *out = (dg_plan_number){ strtod(room, NULL), !point };
    return true;
}

/* ---- gathered ---- */

static dg_code check_number(const char *name, dg_plan_number number, dg_error *err)
{
    if (number.value == 0)
        return dg_fail(err, DG_USAGE, "%.80s has none of the nodes: leave it out", name);
    if (!(number.value > 0) || number.value > COUNT_MAX)
        return dg_fail(err, DG_USAGE,
                       "%.80s has %.12g nodes; a share is a decimal up to 1, a count "
                       "a whole number up to %d",
                       name, number.value, COUNT_MAX);
    return DG_OK;
}

static dg_plan_count *find(const dg_plan_counts *counts, const char *name)
{
    for (size_t i = 0; i < counts->count; i++)
        if (strcmp(counts->of[i].name, name) == 0)
            return &counts->of[i];
    return NULL;
}

static dg_code grow(dg_plan_counts *counts, dg_error *err)
{
    size_t cap = counts->cap ? counts->cap * 2 : 16;
    dg_plan_count *more;
    if (counts->count == DG_PLAN_COUNTS_MAX)
        return dg_fail(err, DG_USAGE, "more than %d different names of nodes", DG_PLAN_COUNTS_MAX);
    if (counts->count < counts->cap)
        return DG_OK;
    if (!(more = dg_realloc(counts->of, cap * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu names of nodes", cap);
    counts->of = more;
    counts->cap = cap;
    return DG_OK;
}

dg_code dg_plan_counts_add(dg_plan_counts *counts, const char *text, size_t len,
                           const dg_plan_number *number, dg_error *err)
{
    dg_plan_count made = { .number = { 1, true }, .bare = !number };
    dg_plan_count *had;
    dg_code rc;
    if (len >= sizeof made.name)
        return dg_fail(err, DG_USAGE, "a name of nodes has %zu bytes; at most %zu are allowed", len,
                       sizeof made.name - 1);
    snprintf(made.name, sizeof made.name, "%.*s", (int)len, text);
    if (number)
        made.number = *number;
    had = find(counts, made.name);
    if (had && had->bare && made.bare) {
        had->number.value++; /* one node more that says so of itself */
        return DG_OK;
    }
    if (had)
        return dg_fail(err, DG_USAGE, "%s is given twice", made.name);
    if ((rc = check_number(made.name, made.number, err)) < 0
        || (rc = dg_plan_range_read(&made.range, made.name, err)) < 0
        || (rc = grow(counts, err)) < 0)
        return rc;
    counts->of[counts->count++] = made;
    return DG_OK;
}

/* ---- as a list of classes ---- */

dg_code dg_plan_counts_list(json_t **out, const dg_plan_counts *counts, dg_error *err)
{
    json_t *list;
    double sum = 0;
    bool whole = true;
    int bad = 0;
    assert(counts->count > 0);
    for (size_t i = 0; i < counts->count; i++) {
        sum += counts->of[i].number.value;
        whole = whole && counts->of[i].number.whole;
    }
    if (!whole && fabs(sum - 1) > 1e-9)
        return dg_fail(
            err, DG_USAGE,
            "the shares add up to %.12g, not to 1; numbers of nodes, instead of shares, are "
            "all whole",
            sum);
    list = json_array();
    for (size_t i = 0; i < counts->count; i++)
        bad |= dg_plan_classes_add(list, &counts->of[i].range,
                                   counts->of[i].number.value / (whole ? sum : 1), NULL);
    if (!list || bad) {
        json_decref(list);
        return dg_fail(err, DG_NOMEM, "no memory for classes of nodes");
    }
    *out = list;
    return DG_OK;
}

/* ---- in short ---- */

/* One of "v1.10", "v1.10=0.92", "v1.10=276". */
static dg_code add_short(dg_plan_counts *counts, const char *text, size_t len, dg_error *err)
{
    size_t name = 0;
    dg_plan_number number;
    while (name < len && text[name] != '=')
        name++;
    if (name == len)
        return dg_plan_counts_add(counts, text, len, NULL, err);
    if (!dg_plan_number_read(&number, text + name + 1, len - name - 1))
        return dg_fail(err, DG_USAGE,
                       "the share of %.*s is a decimal from 0 to 1, or its nodes a whole number, "
                       "not \"%.*s\"",
                       (int)(name < 80 ? name : 80), text,
                       (int)(len - name - 1 < 40 ? len - name - 1 : 40), text + name + 1);
    return dg_plan_counts_add(counts, text, name, &number, err);
}

static dg_code read_short(dg_plan_counts *counts, const char *text, dg_error *err)
{
    bool several = strchr(text, ',') != NULL;
    for (const char *at = text, *end; at; at = *end ? end + 1 : NULL) {
        size_t len = strcspn(at, ",");
        dg_code rc;
        end = at + len;
        if (!len || *at == '=' || (several && !memchr(at, '=', len)))
            return dg_fail(err, DG_USAGE,
                           "write RELEASE, or RELEASE=SHARE,RELEASE=SHARE, with releases such as "
                           "v1.10 or v1.7..v1.11, not \"%.200s\"",
                           text);
        if ((rc = add_short(counts, at, len, err)) < 0)
            return dg_file_exists(text) ? dg_fail(err, DG_USAGE,
                                                  "\"%.100s\" is no release but a file: write "
                                                  "@%.100s to read numbers of nodes from it",
                                                  text, text)
                                        : rc;
    }
    return DG_OK;
}

dg_code dg_plan_nodes_json(json_t **out, const json_t *nodes, const char *folder, dg_error *err)
{
    dg_plan_counts counts = { .of = NULL };
    dg_code rc;
    if (json_is_string(nodes))
        return dg_plan_nodes_of(out, json_string_value(nodes), folder, err);
    rc = dg_plan_counts_json(&counts, nodes, err);
    rc = rc < 0 ? rc : dg_plan_counts_list(out, &counts, err);
    dg_plan_counts_clear(&counts);
    return rc;
}

dg_code dg_plan_nodes_of(json_t **out, const char *text, const char *folder, dg_error *err)
{
    dg_plan_counts counts = { .of = NULL };
    dg_code rc = text[0] == '@' ? dg_plan_counts_read(&counts, text + 1, folder, err)
                                : read_short(&counts, text, err);
    if (rc >= 0 && (rc = dg_plan_counts_list(out, &counts, err)) < 0 && text[0] == '@')
        rc = dg_fail_within(err, rc, "%s", text + 1);
    dg_plan_counts_clear(&counts);
    return rc;
}
