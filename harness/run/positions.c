/* positions.c - U at other positions of a session: what a node keeps, or takes up, once a session
 * makes some of them worse than others, and which is the safe one hangs on the pair. Nothing is
 * said of a position but what a run with U there came to.
 *
 * Each is a whole run of the plan; they share control and what is before U where that can be. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

#include "outcome/outcome.h"

enum { POSITIONS = 4 };

typedef struct trials {
    const dg_run_state *run;
    const dg_plan *plan;
    dg_position at[POSITIONS];
    dg_plan *plans[POSITIONS]; /* with U there */
    json_t *rows[POSITIONS];   /* what came of it */
    size_t count, done;
} trials;

/* ---- which ---- */

/* By its boundary: the one that plain `boundary` means needs no number. */
static dg_position position_of(const dg_run_state *run, uint64_t boundary, int64_t offset)
{
    const dg_clock *clock = &run->span.clock;
    uint64_t nth = (boundary - clock->next_boundary) / clock->epoch_slots + 1;
    uint64_t plain = run->span.fork_number ? 1 : 2;
    return (dg_position){ .kind = DG_POSITION_BOUNDARY,
                          .boundary = nth == plain ? 0 : (uint32_t)nth,
                          .offset = offset };
}

/* The next one behind the U of the run, which may be before or after the boundary that follows. */
static dg_position next_with(const dg_run_state *run, uint64_t slot_of_session)
{
    uint64_t boundary = run->span.first_boundary, epoch = run->span.clock.epoch_slots,
             passed = run->span.upgrade_slot - (boundary - epoch);
    return position_of(run, boundary,
                       (int64_t)slot_of_session - (slot_of_session > passed ? (int64_t)epoch : 0));
}

/* The last block, the first, the one behind it, the middle; not the run's own. */
static void choose(trials *t)
{
    uint64_t epoch = t->run->span.clock.epoch_slots,
             passed = t->run->span.upgrade_slot - (t->run->span.first_boundary - epoch);
    const uint64_t each[POSITIONS] = { epoch - 1, 0, 1, epoch / 2 };
    assert(epoch && passed < epoch);
    for (size_t i = 0; i < POSITIONS; i++) {
        bool known = each[i] == passed || each[i] >= epoch;
        for (size_t k = 0; k < i; k++)
            known |= each[k] == each[i]; /* of a very short session */
        if (!known)
            t->at[t->count++] = next_with(t->run, each[i]);
    }
}

static void put_at(char *out, size_t size, const dg_position *at)
{
    assert(size > 0);
    char nth[16] = "", offset[24] = "";
    if (at->boundary)
        snprintf(nth, sizeof nth, "@%u", at->boundary);
    if (at->offset)
        snprintf(offset, sizeof offset, "%+lld", (long long)at->offset);
    snprintf(out, size, "boundary%s%s", nth, offset);
}

/* ---- what one came to ---- */

static const char *standing_of(const json_t *outcome)
{
    switch (dg_run_standing_of(outcome)) {
    case DG_RUN_STANDING_HELD:
        return "held";
    case DG_RUN_STANDING_BROKE:
        return "broke";
    default:
        return "open";
    }
}

static json_t *broke_of(const json_t *answer)
{
    json_t *out = json_array(), *row;
    size_t i;
    json_array_foreach(json_object_get(answer, "breaks"), i, row)
    {
        if (json_array_append(out, json_object_get(row, "claim")) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *upgrade_of(const json_t *outcome)
{
    static const char *const keys[] = { "block",
                                        "slot",
                                        "slot_of_session",
                                        "slots_to_boundary",
                                        "blocks_to_boundary",
                                        "blocks_of_session",
                                        "session" };
    const json_t *whole = json_object_get(outcome, "upgrade");
    json_t *out = json_object();
    int bad = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        bad |= json_object_set(out, keys[i], json_object_get(whole, keys[i]));
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *summary(const json_t *outcome)
{
    const json_t *answer = json_object_get(outcome, "answer"),
                 *harm = json_object_get(answer, "harm");
    const char *standing = standing_of(outcome);
    json_t *out = json_pack("{s:s, s:O, s:o, s:o}", "standing", standing, "seed",
                            json_object_get(outcome, "seed"), "broke", broke_of(answer), "upgrade",
                            upgrade_of(outcome));
    static const char *const lost[] = { "parachain_lost_ms", "relay_lost_ms", "worst_lost_ms",
                                        "parachain_blocks", "parachain_blocks_control" };
    int bad = out == NULL;
    for (size_t i = 0; i < sizeof lost / sizeof *lost; i++)
        if (json_object_get(harm, lost[i]))
            bad |= json_object_set(out, lost[i], json_object_get(harm, lost[i]));
    if (strcmp(standing, "open") == 0)
        bad |= json_object_set(out, "why", json_object_get(outcome, "reason"));
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- all of them ---- */

/* By the seed of the run. Where luck keeps away what a claim is about, the position stays open: a
 * red run shall not cost many. Asked for by name, other seeds are tried as in the run itself. */
static dg_code plan_there(trials *t, size_t i, dg_error *err)
{
    bool thorough = t->run->options->positions == DG_RUN_POSITIONS_ALWAYS;
    char at[64], seed[24];
    dg_plan *plan;
    dg_code rc = dg_plan_copy(&t->plans[i], t->plan, err);
    if (rc < 0)
        return rc;
    plan = t->plans[i];
    put_at(at, sizeof at, &t->at[i]);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)t->run->asked->seed);
    if ((rc = dg_plan_set(plan, "upgrade.at", at, err)) < 0
        || (rc = dg_plan_set(plan, "seed", seed, err)) < 0
        || (!thorough && (rc = dg_plan_set(plan, "seeds_max", "1", err)) < 0))
        return rc;
    return dg_plan_check(plan, err);
}

/* What could not be run is told as open. */
static json_t *row_of(const json_t *outcome, const char *why, const dg_position *at)
{
    char text[64];
    json_t *row = outcome ? summary(outcome)
                          : json_pack("{s:s, s:o}", "standing", "open", "why", dg_event_text(why));
    put_at(text, sizeof text, at);
    if (json_object_set_new(row, "at", json_string(text)) == 0)
        return row;
    json_decref(row);
    return NULL;
}

static dg_code ended(void *user, size_t i, json_t *outcome, bool crashed, const dg_error *why,
                     dg_error *err)
{
    trials *t = user;
    assert(i < t->count && !t->rows[i]);
    if (!outcome && dg_code_is_of_machine(why->code))
        return dg_fail(err, why->code, "%s", why->text);
    t->rows[i] = row_of(outcome, crashed ? "its process went down" : why->text, &t->at[i]);
    json_decref(outcome);
    dg_run_tell_progress(t->run, "positions", ++t->done, t->count);
    return t->rows[i] ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for what a position came to");
}

static dg_code run_all(trials *t, dg_error *err)
{
    dg_run_options quiet = *t->run->options;
    dg_run_cells_options how = { .at_once = quiet.workers, .ended = ended, .user = t };
    quiet.explain = DG_RUN_EXPLAIN_NONE;
    quiet.positions = DG_RUN_POSITIONS_NONE;
    quiet.verify_determinism = false;
    return dg_run_cells((const dg_plan *const *)t->plans, t->count, &quiet, &how, err);
}

dg_code dg_run_positions_try(json_t **out, const dg_run_state *run, const dg_plan *plan,
                             dg_error *err)
{
    trials t = { .run = run, .plan = plan };
    dg_code rc = DG_OK;
    assert(!*out);
    choose(&t);
    dg_run_tell_progress(run, "positions", 0, t.count);
    for (size_t i = 0; i < t.count && rc >= 0; i++)
        rc = plan_there(&t, i, err);
    if (rc >= 0 && (rc = run_all(&t, err)) >= 0 && !(*out = json_array()))
        rc = DG_NOMEM;
    for (size_t i = 0; i < t.count; i++) {
        if (rc >= 0 && json_array_append(*out, t.rows[i]) != 0)
            rc = dg_fail(err, DG_NOMEM, "no memory for other positions");
        json_decref(t.rows[i]);
        dg_plan_free(t.plans[i]);
    }
    return rc;
}
