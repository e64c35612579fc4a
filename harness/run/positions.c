/* positions.c - U at other positions of a session: what a node keeps, or takes up, once a session
 * makes some of them worse than others, and which is the safe one hangs on the pair. Nothing is
 * said of a position but what a run with U there came to.
 *
 * Each is a whole run of the plan, control too: what is asked at U, and how far the arms go, moves
 * with it. */
#include "run/run_impl.h"
#include "run/workers_impl.h"

#include <assert.h>
#include <string.h>

#include "outcome/outcome.h"

enum { POSITIONS = 4 };

typedef struct trials {
    const dg_run_state *run;
    const dg_plan *plan;
    dg_position at[POSITIONS];
    size_t count;
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
    static const char *const lost[] = { "parachain_lost_ms", "relay_lost_ms" };
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

/* Where luck keeps away what a claim is about, the position stays open: a red run shall not cost
 * many. Asked for by name, it is looked for with other seeds, as in the run itself. */
static dg_code run_there(const trials *t, json_t **outcome, const dg_position *at, dg_error *err)
{
    const dg_plan_asked *asked = t->run->asked;
    bool thorough = t->run->options->positions == DG_RUN_POSITIONS_ALWAYS;
    uint32_t most = thorough ? asked->seeds_max : 1;
    dg_code rc = DG_OK;
    *outcome = NULL;
    for (uint32_t i = 0; i < most; i++) {
        json_decref(*outcome);
        if ((rc = dg_run_alone(outcome, t->plan, t->run->options, asked->seed + i, at, err)) < 0
            || dg_run_standing_of(*outcome) != DG_RUN_STANDING_NOT_REACHED)
            return rc;
    }
    return rc;
}

static dg_code job(void *user, size_t i, json_t **document, dg_error *err)
{
    const trials *t = user;
    json_t *outcome;
    dg_code rc = run_there(t, &outcome, &t->at[i], err);
    if (rc < 0)
        return rc;
    *document = summary(outcome);
    json_decref(outcome);
    return *document ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for what a position came to");
}

static void tell_trials(void *user, size_t done, size_t count)
{
    dg_run_tell_progress(((trials *)user)->run, "positions", done, count);
}

/* What could not be run is told as open. */
static json_t *row_of(const dg_position *at, const dg_run_answer *answer)
{
    char text[64];
    json_t *row = answer->rc < 0 ? json_pack("{s:s, s:o}", "standing", "open", "why",
                                             dg_event_text(answer->err.text))
                                 : json_incref(answer->document);
    put_at(text, sizeof text, at);
    if (json_object_set_new(row, "at", json_string(text)) == 0)
        return row;
    json_decref(row);
    return NULL;
}

static json_t *rows_of(const trials *t, const dg_run_answer *answers)
{
    json_t *out = json_array();
    for (size_t i = 0; i < t->count; i++)
        if (json_array_append_new(out, row_of(&t->at[i], &answers[i])) != 0) {
            json_decref(out);
            return NULL;
        }
    return out;
}

dg_code dg_run_positions_try(json_t **out, const dg_run_state *run, const dg_plan *plan,
                             dg_error *err)
{
    dg_run_workers_options options = { .at_once = run->options->workers, .progress = tell_trials };
    dg_run_answer answers[POSITIONS];
    trials t = { .run = run, .plan = plan };
    dg_code rc;
    assert(!*out);
    choose(&t);
    tell_trials(&t, 0, t.count);
    if ((rc = dg_run_workers(answers, t.count, job, &t, &options, err)) < 0)
        return rc;
    *out = rows_of(&t, answers);
    dg_run_answers_clear(answers, t.count);
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for other positions");
}
