/* bft.c - a plan of consensus bft: both arms, the odds it asks for, and what they mean. */
#include "run/run_impl.h"

#include <assert.h>

#include "bft/bft.h"
#include "outcome/outcome.h"

typedef struct odds_progress {
    const dg_run_options *options;
    uint64_t done, total;
} odds_progress;

static void tell(const dg_run_options *options, const char *phase, uint64_t done, uint64_t total)
{
    if (options->progress)
        options->progress(options->user, &(dg_run_progress){ phase, done, total });
}

static void seed_done(void *user)
{
    odds_progress *p = user;
    tell(p->options, "odds", ++p->done, p->total);
}

/* Of each tally that a node of the plan has, all splits of a few bakers' messages. */
static void try_splits(dg_event_log *log, const dg_bft_network *network)
{
    enum { BAKERS = 5 };
    bool done[2] = { false };
    for (size_t i = 0; i < network->share_count; i++) {
        dg_bft_tally tally = network->shares[i].class->tally;
        dg_bft_splits s;
        if (done[tally])
            continue;
        done[tally] = true;
        dg_bft_splits_try(&s, tally, BAKERS);
        dg_event_log_add(log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                           .at = network->length,
                                           .node = DG_EVENT_NO_NODE,
                                           .kind = DG_EVENT_BFT_TALLY,
                                           .bft_tally = { .certificate = 1,
                                                          .voters = BAKERS,
                                                          .counts = (int64_t)s.counts,
                                                          .differ = (int64_t)s.differ } });
    }
}

/* Treatment once more, but for the tally: every node counts messages as a set. */
static dg_code without_merge(bool *moves, const dg_bft_network *network, dg_error *err)
{
    dg_bft_network all = *network;
    const dg_bft_share set = { dg_bft_class_of("6.3.1"), 1000000 };
    dg_bft_outcome o;
    dg_code rc;
    assert(set.class && set.class->tally == DG_BFT_SET);
    all.shares = &set;
    all.share_count = 1;
    rc = dg_bft_run(&o, NULL, &all, DG_ARM_TREATMENT, NULL, err);
    *moves = rc >= 0 && !o.stuck_round;
    return rc;
}

/* Control is without the transitions, treatment with them. */
static dg_code both_arms(dg_event_log *log, const dg_plan *plan, const dg_bft_network *network,
                         bool *stuck, const dg_run_options *options, dg_error *err)
{
    json_t *claims = json_object_get(dg_plan_json(plan), "claims");
    dg_bft_outcome arm;
    dg_code rc;
    tell(options, "control", 0, 1);
    if ((rc = dg_bft_run(&arm, log, network, DG_ARM_CONTROL, claims, err)) < 0)
        return rc;
    tell(options, "treatment", 0, 1);
    if ((rc = dg_bft_run(&arm, log, network, DG_ARM_TREATMENT, claims, err)) < 0)
        return rc;
    try_splits(log, network);
    *stuck = arm.stuck_round != 0;
    return dg_event_log_check(log, err);
}

/* A row for each cost; none asked for: the network's own. */
static dg_code ask_odds(dg_outcome_odds *out, const dg_plan *plan, const dg_plan_odds *asked,
                        const dg_plan_bft *read, const dg_run_options *options, dg_error *err)
{
    size_t rows = asked->rows ? asked->rows : 1;
    odds_progress p = { options, 0, (uint64_t)asked->seeds * rows };
    dg_code rc = DG_OK;
    for (size_t i = 0; i < rows && rc >= 0; i++) {
        dg_bft_range cost = asked->rows
                                ? dg_plan_bft_odds_cost(plan, i)
                                : read->parameters[read->network.parameter_count - 1].payday;
        dg_bft_odds_options how = { .seeds = asked->seeds,
                                    .payday = asked->rows ? &cost : NULL,
                                    .after = asked->after,
                                    .done = seed_done,
                                    .user = &p };
        out[i].payday = cost;
        rc = dg_bft_odds_of(&out[i].is, &read->network, &how, err);
    }
    return rc;
}

static dg_code perform(json_t **outcome, dg_event_log *log, const dg_plan *plan,
                       const dg_run_options *options, dg_error *err)
{
    dg_plan_bft *read;
    dg_plan_odds asked;
    dg_outcome_bft run = { .plan = plan, .log = log };
    dg_outcome_odds *odds = NULL;
    bool stuck = false;
    dg_code rc = dg_plan_bft_read(&read, plan, err);
    if (rc < 0)
        return rc;
    rc = both_arms(log, plan, &read->network, &stuck, options, err);
    if (rc >= 0 && stuck && options->explain == DG_RUN_EXPLAIN_PROVED) {
        tell(options, "causes", 0, 1);
        rc = without_merge(&run.tally_proved, &read->network, err);
    }
    if (rc >= 0 && dg_plan_bft_odds(&asked, plan)) {
        run.odds_count = asked.rows ? asked.rows : 1;
        rc = (odds = dg_calloc(run.odds_count, sizeof *odds))
                 ? ask_odds(odds, plan, &asked, read, options, err)
                 : dg_fail(err, DG_NOMEM, "no memory for the odds");
    }
    run.odds = odds;
    if (rc >= 0)
        rc = dg_outcome_make_bft(outcome, &run, err);
    dg_free(odds);
    dg_plan_bft_free(read);
    return rc;
}

dg_code dg_run_bft(json_t **outcome, dg_hash *hash, const dg_plan *plan,
                   const dg_run_options *options, dg_error *err)
{
    dg_event_log log = { .at = NULL };
    dg_code rc = perform(outcome, &log, plan, options, err);
    if (rc >= 0 && (rc = dg_event_log_hash(&log, hash, err)) >= 0 && options->events_path)
        rc = dg_event_log_write(&log, options->events_path, err);
    dg_event_log_clear(&log);
    return rc;
}
