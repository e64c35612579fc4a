/* cores.c - has every parachain of a network its core, and every core its backers?
 *
 * What a plan writes into the fork, or changes at U, need not go together. The runtime
 * itself is asked: a block on a chain of its own, then the first one of each session
 * until all that was written is in force. A state that is taken as it is may have
 * parachains without a core, as live ones do: that is told, not refused. */
#include "run/run_impl.h"

#include "population/population.h"

enum { SLOTS_TRIED = 64, SESSIONS_TO_CONFIG = 2 };

/* ---- a few blocks ---- */

static bool first_claim(dg_slot_claim *out, dg_chain *chain, dg_block *tip, uint64_t slot,
                        uint64_t seed)
{
    dg_epoch epoch;
    size_t count;
    if (dg_chain_epoch(chain, tip, slot, &epoch, NULL) != DG_OK)
        return false;
    count = dg_epoch_claims(&epoch, out, 1, slot, seed);
    dg_epoch_clear(&epoch);
    return count != 0;
}

/* A child of `*tip` in the first slot from `slot` on that has an author. False: the
 * runtime makes none, which the run itself will tell. */
static bool grow(dg_chain *chain, dg_block **tip, uint64_t slot, dg_build_options *options,
                 uint64_t seed)
{
    dg_build_report report;
    uint64_t end = slot + SLOTS_TRIED;
    while (slot < end && !first_claim(&options->claim, chain, *tip, slot, seed))
        slot++;
    return slot < end && dg_chain_build(chain, tip, &report, *tip, options, NULL) == DG_OK;
}

static bool first_block(const dg_run_state *run, dg_chain *chain, dg_block **tip)
{
    dg_transition what = { .config = run->asked->config };
    dg_enactment way = { .parent = *tip };
    bool grown;
    if (what.config && dg_chain_transition(chain, &way, *tip, &what, NULL) != DG_OK)
        return false;
    *tip = way.parent;
    grown = grow(chain, tip, run->span.clock.next_slot,
                 &(dg_build_options){ .writes = (const dg_bytes(*)[2])way.writes,
                                      .write_count = way.write_count },
                 run->asked->seed);
    if (what.config)
        dg_enactment_clear(&way);
    return grown;
}

/* ---- what a session has ---- */

static uint32_t empty_groups(const dg_view *v)
{
    uint32_t empty = 0;
    for (uint32_t g = 0; g < v->group_count; g++)
        empty += v->group_from[g] == v->group_from[g + 1];
    return empty;
}

static dg_code judge(const dg_view *v, const dg_population_claimed *claims, const char *when,
                     dg_error *err)
{
    uint32_t empty = empty_groups(v);
    if (!v->session_known || !v->group_count)
        return DG_OK;
    if (claims->claimed > v->group_count)
        return dg_fail(err, DG_USAGE,
                       "network: more parachains than cores: %u have a claim on one, and %s the "
                       "runtime has %u",
                       claims->claimed, when, v->group_count);
    if (empty)
        return dg_fail(err, DG_USAGE,
                       "network: fewer validators than backing groups: %s %u of %u groups have no "
                       "member, with %u validators for parachains",
                       when, empty, v->group_count, v->validator_count);
    return DG_OK;
}

static dg_code judge_at(dg_chain *chain, dg_block *tip, const dg_population_claimed *claims,
                        const char *when, dg_error *err)
{
    dg_view view;
    dg_code rc = dg_view_init(&view, chain, tip, &(dg_askers){ .known = 0 }, err);
    if (rc == DG_OK)
        rc = judge(&view, claims, when, err);
    dg_view_clear(&view);
    return rc;
}

static dg_code ask(const dg_run_state *run, dg_chain *chain, const dg_population_claimed *claims,
                   dg_error *err)
{
    dg_block *tip = dg_chain_root(chain);
    int sessions = run->asked->config ? SESSIONS_TO_CONFIG : 1;
    dg_code rc = DG_OK;
    if (!first_block(run, chain, &tip))
        return DG_OK;
    for (int i = 0; i < sessions && rc == DG_OK; i++) {
        if (!grow(chain, &tip,
                  run->span.clock.next_boundary + (uint64_t)i * run->span.clock.epoch_slots,
                  &(dg_build_options){ 0 }, run->asked->seed))
            return DG_OK;
        rc = judge_at(chain, tip, claims, i ? "with upgrade.config" : "from its next session on",
                      err);
    }
    return rc;
}

/* ---- the door ---- */

static bool writes(const dg_run_state *run)
{
    return run->state || run->asked->config;
}

dg_code dg_run_cores_check(dg_run_state *run, dg_error *err)
{
    dg_run_arm scratch = { .run = run };
    dg_population_claimed claims;
    dg_code rc = dg_population_claims(&claims, run->control.chain, err);
    if (rc == DG_ABSENT || rc == DG_MALFORMED)
        /* no parachains; or storage that its own runtime cannot read, which claims tell of */
        return DG_OK;
    if (rc < 0)
        return rc;
    run->coreless = claims.registered - claims.claimed;
    if (!writes(run))
        return DG_OK;
    if ((rc = dg_run_arm_open_chain(&scratch, err)) >= 0)
        rc = ask(run, scratch.chain, &claims, err);
    dg_chain_close(scratch.chain);
    return rc;
}
