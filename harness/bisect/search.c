/* search.c - which commit halves what is left.
 *
 * A commit has as many of the open ones behind it as it can reach, itself included; of a history
 * that merges they are counted by sets of 64 at a time. */
#include "bisect/bisect.h"

#include <assert.h>
#include <string.h>

struct dg_bisect_search {
    dg_bisect_graph graph;
    bool *open, *reached;
    uint8_t *marks;
    uint64_t *sets;
    uint32_t *behind; /* open commits that one reaches */
    size_t bad;       /* the oldest that is known to be so */
};

/* What `commit` reaches, itself included. */
static void reach(dg_bisect_search *s, size_t commit)
{
    memset(s->reached, 0, s->graph.count * sizeof *s->reached);
    s->reached[commit] = true;
    for (size_t i = commit + 1; i-- > 0;) {
        const uint32_t *parents;
        size_t count = s->reached[i] ? s->graph.parents(&parents, s->graph.user, i) : 0;
        for (size_t k = 0; k < count; k++) {
            assert(parents[k] < i);
            s->reached[parents[k]] = true;
        }
    }
}

dg_code dg_bisect_search_new(dg_bisect_search **out, const dg_bisect_graph *graph, dg_error *err)
{
    dg_bisect_search *s = dg_calloc(1, sizeof *s);
    size_t count = graph->count;
    *out = NULL;
    assert(count >= 2 && count < UINT32_MAX);
    if (s) {
        s->graph = *graph;
        s->open = dg_calloc(count, sizeof *s->open);
        s->reached = dg_calloc(count, sizeof *s->reached);
        s->marks = dg_calloc(count, sizeof *s->marks);
        s->sets = dg_calloc(count, sizeof *s->sets);
        s->behind = dg_calloc(count, sizeof *s->behind);
        s->bad = count - 1;
    }
    if (!s || !s->open || !s->reached || !s->marks || !s->sets || !s->behind) {
        dg_bisect_search_free(s);
        return dg_fail(err, DG_NOMEM, "no memory to look through %zu commits", count);
    }
    s->marks[0] = DG_BISECT_GOOD;
    s->marks[s->bad] = DG_BISECT_BAD;
    reach(s, s->bad);
    for (size_t i = 1; i < count; i++)
        s->open[i] = s->reached[i];
    *out = s;
    return DG_OK;
}

void dg_bisect_search_free(dg_bisect_search *search)
{
    if (!search)
        return;
    dg_free(search->open);
    dg_free(search->reached);
    dg_free(search->marks);
    dg_free(search->sets);
    dg_free(search->behind);
    dg_free(search);
}

/* ---- marks ---- */

bool dg_bisect_search_is_open(const dg_bisect_search *search, size_t commit)
{
    return commit < search->graph.count && search->open[commit];
}

bool dg_bisect_search_mark(dg_bisect_search *search, size_t commit, dg_bisect_mark mark)
{
    assert(mark != DG_BISECT_UNKNOWN);
    if (!dg_bisect_search_is_open(search, commit) || search->marks[commit] != DG_BISECT_UNKNOWN)
        return false;
    search->marks[commit] = (uint8_t)mark;
    if (mark == DG_BISECT_SKIP)
        return true;
    if (mark == DG_BISECT_BAD)
        search->bad = commit;
    reach(search, commit);
    for (size_t i = 0; i < search->graph.count; i++)
        search->open[i] &= search->reached[i] == (mark == DG_BISECT_BAD);
    assert(search->open[search->bad]);
    return true;
}

/* ---- halving ---- */

static unsigned bits_of(uint64_t set)
{
    unsigned count = 0;
    for (; set; set &= set - 1)
        count++;
    return count;
}

/* Sets `behind` of the open ones. */
static void count_behind(dg_bisect_search *s)
{
    size_t count = s->graph.count;
    memset(s->behind, 0, count * sizeof *s->behind);
    for (size_t from = 0; from < count; from += 64) {
        memset(s->sets, 0, count * sizeof *s->sets);
        for (size_t i = from; i < count; i++) { /* nothing below can reach one of these */
            const uint32_t *parents;
            size_t parent_count = s->open[i] ? s->graph.parents(&parents, s->graph.user, i) : 0;
            uint64_t set = s->open[i] && i - from < 64 ? UINT64_C(1) << (i - from) : 0;
            for (size_t k = 0; k < parent_count; k++)
                set |= s->sets[parents[k]];
            s->sets[i] = set;
            s->behind[i] += bits_of(set);
        }
    }
}

/* 1/2, 1/4, 3/4, 1/8, 5/8, .. of `of`: the n-th, in parts of 2^16. */
static uint64_t part(size_t n, uint64_t of)
{
    uint64_t bit = 1 << 15, sum = 0;
    for (n++; n && bit; n >>= 1, bit >>= 1)
        sum += n & 1 ? bit : 0;
    return sum * of;
}

/* The one with nearly `wanted` / 2^16 behind it. */
static size_t nearest(const dg_bisect_search *s, uint64_t wanted)
{
    size_t best = s->graph.count;
    uint64_t off_best = UINT64_MAX;
    for (size_t i = 0; i < s->graph.count; i++) {
        uint64_t has = (uint64_t)s->behind[i] << 16, off;
        if (!s->open[i] || s->marks[i] != DG_BISECT_UNKNOWN)
            continue;
        off = has > wanted ? has - wanted : wanted - has;
        if (off < off_best) {
            off_best = off;
            best = i;
        }
    }
    assert(best < s->graph.count);
    return best;
}

static unsigned log2_of(size_t n)
{
    unsigned log = 0;
    for (; n > 1; n = (n + 1) / 2)
        log++;
    return log;
}

dg_bisect_step dg_bisect_search_next(dg_bisect_search *search)
{
    dg_bisect_step step = { .state = DG_BISECT_ASK, .commit = search->bad };
    size_t skipped = 0;
    for (size_t i = 0; i < search->graph.count; i++) {
        step.open += search->open[i];
        skipped += search->open[i] && search->marks[i] == DG_BISECT_SKIP;
    }
    assert(step.open >= 1 + skipped); /* the bad one is open, and not skipped */
    if (step.open == 1 + skipped) {
        step.state = skipped ? DG_BISECT_RANGE : DG_BISECT_FOUND;
        return step;
    }
    count_behind(search);
    step.commit = nearest(search, part(skipped, step.open));
    step.steps = log2_of(step.open);
    return step;
}
