/* advise.c - the document: what the runs say of each place, and the exit code. */
#include "advise/advise_impl.h"

#include <assert.h>
#include <string.h>

/* ---- the miss rate ---- */

/* The share of empty slots beyond which so few of them come in one case of twenty only. */
static double at_most(int64_t slots, int64_t empty)
{
    double low = 0, high = 1;
    assert(slots > 0 && empty <= slots);
    for (int i = 0; i < 40 && empty < slots; i++) {
        dg_forecast f = { (uint32_t)slots, (low + high) / 2 };
        bool likely = dg_forecast_at_least(&f, (uint32_t)(slots - empty)) > 0.05;
        *(likely ? &low : &high) = f.miss;
    }
    return high;
}

/* Below 0: nothing says. */
static double miss_of(const dg_advise_cases *cases, const dg_advise_options *options)
{
    assert(options->miss < 1);
    if (options->miss >= 0)
        return options->miss;
    return cases->slots && cases->empty < cases->slots ? (double)cases->empty / (double)cases->slots
                                                       : DG_ADVISE_UNKNOWN;
}

static int put_miss(json_t *out, const dg_advise_cases *cases, const dg_advise_options *options)
{
    double rate = miss_of(cases, options);
    json_t *miss;
    int bad;
    if (rate < 0)
        return 0;
    miss = json_pack("{s:f, s:s}", "rate", rate, "from",
                     options->miss < 0       ? "measured"
                     : options->miss_is_live ? "chain"
                                             : "given");
    bad = !miss;
    if (miss && cases->slots)
        bad = dg_advise_put(miss, "slots", json_integer(cases->slots))
              | dg_advise_put(miss, "empty", json_integer(cases->empty))
              | dg_advise_put(
                  miss, "at_most",
                  json_real((double)(long long)(at_most(cases->slots, cases->empty) * 1e6) / 1e6));
    return json_object_set_new(out, "miss", miss) | bad;
}

/* ---- cases ---- */

/* Nothing is said of nodes where there were none; a chain that breaks by itself breaks anyhow. */
static int exit_of(const dg_advise_case *of, const char **why)
{
    size_t held = 0, broke = 0, alone = 0;
    for (size_t i = 0; i < of->count; i++) {
        held += of->runs[i].standing == DG_ADVISE_HELD;
        broke += of->runs[i].standing == DG_ADVISE_BROKE;
        alone += of->runs[i].chain_only;
    }
    *why = held ? "chain-only" : "nothing-judged";
    if (held && alone)
        return DG_EXIT_INCONCLUSIVE;
    return held ? DG_EXIT_HELD : broke ? DG_EXIT_BROKE : DG_EXIT_INCONCLUSIVE;
}

/* By the rate that is meant, and by the highest that so few slots allow. */
typedef struct forecasts {
    dg_advise_ahead usual, cautious;
    uint32_t asked; /* blocks ahead; 0: none */
} forecasts;

static int put_schedule(json_t *out, const char *key, const dg_advise_ahead *ahead,
                        const dg_advise_spots *spots, uint32_t last)
{
    json_t *schedule = NULL;
    int bad = ahead->known && dg_advise_schedule(&schedule, ahead, spots, last);
    return bad || (schedule && dg_advise_put(out, key, schedule));
}

static int put_asked(json_t *out, const forecasts *f, const dg_advise_spots *spots, uint32_t last)
{
    return f->asked
               ? dg_advise_put(out, "asked", dg_advise_aim_of(&f->usual, spots, f->asked, last))
               : 0;
}

static json_t *case_json(const dg_advise_case *of, const dg_advise_cases *cases, const forecasts *f,
                         uint32_t last)
{
    json_t *out = json_object();
    dg_advise_spots spots = { .by_start = NULL };
    const char *why;
    bool known = cases->epoch_slots > 0;
    int bad = !out || json_object_set(out, "values", of->values)
              || dg_advise_put(out, "exit", json_integer(exit_of(of, &why)))
              || dg_advise_spots_make(&spots, of, known ? (uint32_t)cases->epoch_slots : 0)
              || dg_advise_put_windows(out, of, &spots, &f->usual, last)
              || put_schedule(out, "schedule", &f->usual, &spots, last)
              || put_asked(out, f, &spots, last)
              || put_schedule(out, "cautious", &f->cautious, &spots, last);
    dg_advise_spots_clear(&spots);
    if (!bad)
        return out;
    json_decref(out);
    return NULL;
}

static int put_cases(json_t *out, const dg_advise_cases *cases, const forecasts *f, uint32_t last)
{
    json_t *list = json_array();
    int bad = !list;
    for (size_t i = 0; i < cases->count && !bad; i++)
        bad = json_array_append_new(list, case_json(&cases->at[i], cases, f, last));
    return json_object_set_new(out, "cases", list) | bad;
}

/* ---- all of it ---- */

static int put_copy(json_t *out, const char *key, const json_t *from)
{
    json_t *value = json_object_get(from, key);
    return value ? json_object_set(out, key, value) : 0;
}

static int put_head(json_t *out, const dg_advise_cases *cases)
{
    const json_t *upgrade = json_object_get(cases->first, "upgrade");
    int bad = put_copy(out, "chain", cases->first) | put_copy(out, "name", cases->first)
              | put_copy(out, "from", cases->first) | put_copy(out, "to", cases->first)
              | put_copy(out, "how", upgrade) | put_copy(out, "pending", upgrade)
              | dg_advise_put(out, "not_done", json_integer((json_int_t)cases->not_done))
              | dg_advise_put(out, "repeated", json_integer((json_int_t)cases->repeated));
    if (cases->epoch_slots > 0 && cases->slot_ms > 0)
        bad |= dg_advise_put(out, "session",
                             json_pack("{s:I, s:I}", "slots", (json_int_t)cases->epoch_slots,
                                       "slot_ms", (json_int_t)cases->slot_ms));
    return bad;
}

static int put_exit(json_t *out, const dg_advise_cases *cases)
{
    const char *why = "nothing-judged";
    int code = cases->count ? exit_of(cases->at, &why) : DG_EXIT_INCONCLUSIVE,
        bad = dg_advise_put(out, "exit", json_integer(code));
    if (code == DG_EXIT_INCONCLUSIVE)
        bad |= dg_advise_put(out, "why", json_string(why));
    return bad;
}

/* Blocks from the newest one to the one that is asked for; 0: none is. */
static dg_code blocks_to(uint32_t *out, const dg_advise_ahead *ahead, uint32_t asked, dg_error *err)
{
    const dg_advise_chain *c = &ahead->chain;
    uint64_t most = (uint64_t)c->block + ahead->forecast.slots + 2 * (uint64_t)c->epoch_slots;
    *out = 0;
    if (!asked)
        return DG_OK;
    if (!ahead->known)
        return dg_fail(err, DG_USAGE,
                       "where #%u lands cannot be said: the runs do not tell from where to count, "
                       "or how many slots stay empty",
                       asked);
    if (asked <= c->block || asked > most)
        return dg_fail(err, DG_USAGE,
                       "block %u: it has to be behind #%u, and within two sessions of the boundary "
                       "that is aimed at, #%llu at most",
                       asked, c->block, (unsigned long long)most);
    *out = asked - c->block;
    return DG_OK;
}

static int put_parts(json_t *out, const dg_advise_cases *cases, const dg_advise_options *options,
                     const forecasts *f)
{
    uint32_t last = options->last ? options->last : DG_ADVISE_LAST;
    if (cases->epoch_slots > 0 && last >= cases->epoch_slots)
        last = (uint32_t)cases->epoch_slots - 1;
    return put_exit(out, cases) || put_head(out, cases) || put_miss(out, cases, options)
           || dg_advise_put(out, "last", json_integer((json_int_t)last))
           || (f->usual.known && dg_advise_put(out, "ahead", dg_advise_ahead_json(&f->usual)))
           || put_cases(out, cases, f, last)
           || (cases->count && dg_advise_put_changes(out, cases->at));
}

static dg_code put_all(json_t *out, const dg_advise_cases *cases, const dg_advise_options *options,
                       dg_error *err)
{
    double cautious =
        options->miss < 0 && cases->slots ? at_most(cases->slots, cases->empty) : DG_ADVISE_UNKNOWN;
    forecasts f;
    dg_code rc = DG_OK;
    int bad = dg_advise_ahead_make(&f.usual, cases, options->chain, miss_of(cases, options))
              | dg_advise_ahead_make(&f.cautious, cases, options->chain, cautious);
    if (!bad)
        rc = blocks_to(&f.asked, &f.usual, options->block, err);
    if (bad || (rc >= 0 && put_parts(out, cases, options, &f)))
        rc = dg_fail(err, DG_NOMEM, "no memory to advise");
    dg_advise_ahead_clear(&f.usual);
    dg_advise_ahead_clear(&f.cautious);
    return rc;
}

static bool is_other_session(const dg_advise_chain *chain, const dg_advise_cases *cases)
{
    return chain && cases->epoch_slots > 0 && chain->epoch_slots != cases->epoch_slots;
}

/* What a place came to over another state, or with another N, says nothing of this one. */
static dg_code check_one_question(const json_t *documents, dg_error *err)
{
    static const struct {
        const char *of, *key, *says;
    } shared[] = { { "snapshot", "state_root", "forks another state" },
                   { "from", "hash", "is of another N-1" },
                   { "to", "hash", "is of another N" } };
    const json_t *first = dg_advise_first_of(json_array_get(documents, 0)), *document;
    size_t i;
    json_array_foreach(documents, i, document)
    {
        const json_t *other = dg_advise_first_of(document);
        if (json_object_get(document, "consensus"))
            return dg_fail(err, DG_USAGE,
                           "document %zu is of consensus bft, which has no block to enact at",
                           i + 1);
        for (size_t k = 0; first && other && k < sizeof shared / sizeof *shared; k++) {
            const char *a = dg_advise_text(json_object_get(first, shared[k].of), shared[k].key),
                       *b = dg_advise_text(json_object_get(other, shared[k].of), shared[k].key);
            if (strcmp(a, b) != 0)
                return dg_fail(err, DG_USAGE, "document %zu %s than the first: %s %.80s, not %.80s",
                               i + 1, shared[k].says, shared[k].key, b, a);
        }
    }
    return DG_OK;
}

dg_code dg_advise_make(json_t **out, const json_t *documents, const dg_advise_options *options,
                       dg_error *err)
{
    dg_advise_cases cases;
    json_t *advice = json_object();
    dg_code rc = check_one_question(documents, err);
    assert(json_is_array(documents));
    assert(options->last <= DG_ADVISE_LAST_MAX);
    assert(!options->chain || options->chain->next_slot <= options->chain->next_boundary);
    *out = NULL;
    if (rc < 0)
        cases = (dg_advise_cases){ .at = NULL };
    else if (dg_advise_cases_read(&cases, documents) || !advice)
        rc = dg_fail(err, DG_NOMEM, "no memory to advise");
    else if (is_other_session(options->chain, &cases))
        rc = dg_fail(err, DG_USAGE,
                     "sessions of the chain have %u slots, those of the runs %lld: what a place "
                     "came to there says nothing here",
                     options->chain->epoch_slots, (long long)cases.epoch_slots);
    else
        rc = put_all(advice, &cases, options, err);
    dg_advise_cases_clear(&cases);
    if (rc < 0)
        json_decref(advice);
    else
        *out = advice;
    return rc;
}

int dg_advise_exit(const json_t *advice)
{
    const json_t *code = json_object_get(advice, "exit");
    json_int_t value = json_integer_value(code);
    return json_is_integer(code) && value >= DG_EXIT_HELD && value <= DG_EXIT_INTERNAL
               ? (int)value
               : DG_EXIT_INTERNAL;
}
