/* rollback.c - blocks that are taken back, on the real runtime: one author a slot, as it is once
 * all operators have acted.
 *
 * What U enacts was decided before it. A branch whose first block is U's number enacts it again;
 * with one block more, that block can hold the call that undoes the decision. Then time has gone
 * by: where clients need a block in each epoch, only clocks that are set back let the branch live,
 * and they run fast until chain time is true time again. */
#include "recover/recover_impl.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { BACK = 3, EPOCHS_EXECUTED = 128 };
static const double OPERATORS = 2.0 / 3; /* what a finalized block takes */

/* How a branch ended. */
typedef struct ending {
    bool works;
    char why[DG_RECOVER_TEXT_MAX];
} ending;

static void end(ending *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void end(ending *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(out->why, sizeof out->why, format, args);
    va_end(args);
}

/* ---- a new branch ---- */

static bool is_new_code(dg_recover_branch *b, dg_block *block)
{
    bool pending;
    return dg_chain_enacted(b->chain, block, dg_run_branch_transition(b->branch).code, &pending,
                            NULL)
           == DG_OK;
}

/* From the slot on, each `step` slots, until the number of U is there and `more` slots over. Below
 * zero is a failure of ours. */
static dg_code live(dg_recover_branch *b, ending *out, dg_recover_stand tip, uint64_t slot,
                    uint64_t until, dg_error *err)
{
    dg_error why = { .text = "" };
    bool passed = false;
    for (; slot <= until || !passed; slot++) {
        dg_code rc = dg_recover_extend(b, &tip, slot, &why);
        if (rc == DG_ABSENT)
            continue;
        if (rc == DG_NOMEM || rc == DG_IO)
            return dg_fail(err, rc, "%s", why.text);
        if (rc < 0) {
            end(out, "block #%u of the new branch cannot be: %.160s",
                dg_block_number(tip.block) + 1, why.text);
            return DG_OK;
        }
        if (!passed && dg_block_number(tip.block) == b->number && is_new_code(b, tip.block)) {
            end(out,
                "#%u enacts N again: what decided it lies before the first block of the new branch",
                b->number);
            return DG_OK;
        }
        passed |= dg_block_number(tip.block) == b->number;
    }
    out->works = true;
    end(out, "N-1 goes on, and nothing is enacted in #%u", b->number);
    return DG_OK;
}

/* One block in each epoch, which is the least that clients need, over the time that clocks run
 * fast; as many epochs as are executed here come out in `*executed`. */
static dg_code live_sparsely(dg_recover_branch *b, dg_recover_stand *tip, uint64_t epochs,
                             uint64_t *executed, dg_error *err)
{
    for (*executed = 0; *executed < epochs && *executed < EPOCHS_EXECUTED; (*executed)++) {
        uint64_t slot = tip->at.next.start;
        dg_code rc;
        while ((rc = dg_recover_extend(b, tip, slot, err)) == DG_ABSENT)
            slot++;
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

static dg_recover_stand parent_of(const dg_recover_branch *b, uint32_t back)
{
    return back == 1 ? b->amended : b->before[back - 1];
}

/* ---- rows ---- */

static int put(json_t *out, const char *key, json_t *value)
{
    return json_object_set_new(out, key, value);
}

static int64_t newest_of(const json_t *outcome)
{
    const json_t *blocks = json_object_get(json_object_get(outcome, "series"), "treatment");
    return json_integer_value(
        json_object_get(json_array_get(blocks, json_array_size(blocks) - 1), "block"));
}

/* The newest final block when the chain stands; -1: there is no network to finalize any. */
static int64_t final_of(const json_t *outcome)
{
    const json_t *slots = json_object_get(
        json_object_get(json_object_get(outcome, "series"), "network"), "treatment");
    const json_t *last = json_array_get(slots, json_array_size(slots) - 1);
    return last ? newest_of(outcome) - json_integer_value(json_object_get(last, "lag")) : -1;
}

static json_t *row_of(const dg_recover_branch *b, uint32_t back, const ending *came, json_t *says)
{
    int64_t head = (int64_t)b->number - back, final = final_of(b->c->outcome),
            crossed = final > head ? final - head : 0;
    json_t *out =
        json_pack("{s:s, s:o, s:b, s:b, s:s, s:I, s:f, s:I, s:I}", "remedy", "rollback", "says",
                  says, "tried", true, "works", came->works, "why", came->why, "blocks_lost",
                  (json_int_t)(newest_of(b->c->outcome) - head), "acts", OPERATORS, "from_ms",
                  (json_int_t)dg_recover_ms_after(b->c, b->c->seen.last + 1), "by_ms",
                  (json_int_t)dg_recover_ms_after(b->c, (int64_t)b->revived));
    int bad = !out;
    if (final >= 0)
        bad |= put(out, "finalized_lost", json_integer(crossed));
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *with_list(const dg_recover_branch *b, uint32_t back)
{
    int64_t final = final_of(b->c->outcome), head = (int64_t)b->number - back;
    json_t *out = json_array();
    if (final > head)
        json_array_append_new(out, json_sprintf("GRANDPA is set forward by hand, beyond all rounds "
                                                "that had votes: %lld blocks that were final are "
                                                "taken back",
                                                (long long)(final - head)));
    json_array_append_new(out, json_string("the first block that is taken back is named as bad in "
                                           "the spec of every node"));
    if (back > 1)
        json_array_append_new(out, json_string("the new branch holds another call in place of the "
                                               "one that decided"));
    return out;
}

static dg_code at_once(dg_recover_branch *b, json_t *rows, uint32_t back, bool *helps,
                       dg_error *err)
{
    dg_recover_stand parent = parent_of(b, back);
    const dg_client_span *next = &parent.at.next;
    ending came = { .works = false }, timeless = { .works = false };
    uint64_t from = b->revived;
    json_t *row;
    dg_code rc = live(b, &timeless, parent, dg_block_slot(parent.block) + 1,
                      dg_block_slot(parent.block) + 1 + DG_RECOVER_MORE_SLOTS, err);
    if (rc < 0)
        return rc;
    *helps = timeless.works;
    if (!timeless.works) {
        came = timeless;
    } else if (dg_recover_needs_every_epoch(b->c) && from >= next->start + next->duration) {
        end(&came, "the chain stays dead: epoch %llu has no block, and these nodes pass over none",
            (unsigned long long)next->index);
    } else if ((rc = live(b, &came, parent, from, from + DG_RECOVER_MORE_SLOTS, err)) < 0) {
        return rc;
    }
    row =
        row_of(b, back, &came,
               json_sprintf("rollback: %u block%s, U and what stands on it, are taken back %.1f h "
                            "after the chain came to stand",
                            back, back == 1 ? "" : "s",
                            (double)(from - (uint64_t)b->c->seen.last - 1)
                                * (double)b->span.clock.slot_ms / 3600000));
    if (!row || put(row, "with", with_list(b, back))
        || (came.works
            && put(row, "recovered_ms", json_integer(dg_recover_ms_after(b->c, (int64_t)from + 1))))
        || json_array_append_new(rows, row))
        return dg_fail(err, DG_NOMEM, "no memory for a remedy");
    return DG_OK;
}

/* ---- clocks set back ---- */

static json_t *warp_with(const dg_recover_branch *b, uint32_t back, uint64_t executed,
                         uint64_t epochs)
{
    double epoch_ms = (double)b->span.clock.epoch_slots * (double)b->span.clock.slot_ms;
    json_t *out = with_list(b, back);
    json_array_append_new(
        out,
        json_sprintf("a session passes in %.1f min of true time, so heartbeats have a %g-th of "
                     "their time, and whoever misses one is reported as offline",
                     epoch_ms / b->warp / 60000, b->warp));
    json_array_append_new(out, json_string("an upgrade of nodes takes the clocks out again once "
                                           "chain time is true time"));
    json_array_append_new(
        out, json_sprintf("one block an epoch was executed for %llu of the %llu epochs until then",
                          (unsigned long long)executed, (unsigned long long)epochs));
    return out;
}

static dg_code warped(dg_recover_branch *b, json_t *rows, uint32_t back, dg_error *err)
{
    dg_recover_stand parent = parent_of(b, back), tip = parent;
    uint64_t first = dg_block_slot(parent.block) + 1, executed = 0, epochs;
    double slot_ms = (double)b->span.clock.slot_ms, lag = (double)(b->revived - first) * slot_ms,
           catch_up = lag / (b->warp - 1), epoch_ms = (double)b->span.clock.epoch_slots * slot_ms;
    ending came = { .works = false };
    dg_error why = { .text = "" };
    json_t *row;
    dg_code rc = live(b, &came, parent, first, first + DG_RECOVER_MORE_SLOTS, err);
    epochs = (uint64_t)ceil((lag + catch_up) / epoch_ms);
    if (rc < 0)
        return rc;
    if (came.works && epoch_ms / b->warp < slot_ms) {
        came.works = false;
        end(&came, "an epoch passes in %.1f s of true time, in which no author is sure of a block",
            epoch_ms / b->warp / 1000);
    }
    if (came.works && (rc = live_sparsely(b, &tip, epochs, &executed, &why)) < 0) {
        if (rc == DG_NOMEM || rc == DG_IO)
            return dg_fail(err, rc, "%s", why.text);
        came.works = false;
        end(&came, "%.200s", why.text);
    }
    if (came.works)
        end(&came,
            "each epoch has a block, and chain time is true time again %.1f h after the start",
            catch_up / 3600000);
    row =
        row_of(b, back, &came,
               json_sprintf("clocks: %u blocks are taken back, all clocks are set back %.2f h and "
                            "run %g times as fast",
                            back, lag / 3600000, b->warp));
    if (!row || put(row, "remedy", json_string("clocks"))
        || put(row, "with", warp_with(b, back, executed, epochs))
        || put(row, "lag_ms", json_integer((json_int_t)lag))
        || put(row, "catch_up_ms", json_integer((json_int_t)(catch_up + 0.5)))
        || (came.works
            && put(row, "recovered_ms",
                   json_integer(dg_recover_ms_after(b->c, (int64_t)b->revived)
                                + (json_int_t)(catch_up + 0.5))))
        || json_array_append_new(rows, row))
        return dg_fail(err, DG_NOMEM, "no memory for a remedy");
    return DG_OK;
}

/* ---- all of it ---- */

static dg_code try_all(dg_recover_branch *b, json_t *rows, dg_error *err)
{
    uint32_t asked = b->c->options->back_blocks, most = asked ? asked : BACK, helped = 0;
    dg_code rc = DG_OK;
    if (asked > DG_RECOVER_BACK_MAX || asked > b->kept)
        return dg_fail(
            err, DG_USAGE,
            "%u blocks back from U (#%u) are more than there are above the fork, or than "
            "%d",
            asked, b->number, DG_RECOVER_BACK_MAX);
    most = most < b->kept ? most : (uint32_t)b->kept;
    for (uint32_t back = 1; back <= most && rc >= 0 && !helped; back++) {
        bool helps = false;
        rc = at_once(b, rows, back, &helps, err);
        helped = helps ? back : 0;
    }
    return rc >= 0 && helped ? warped(b, rows, helped, err) : rc;
}

dg_code dg_recover_rollbacks(json_t *rows, const dg_recover_case *c, dg_error *err)
{
    dg_recover_branch *b = NULL;
    dg_code rc;
    if (!c->seen.halted)
        return json_array_append_new(
                   rows, json_pack("{s:s, s:s, s:b, s:b, s:s}", "remedy", "rollback", "says",
                                   "rollback: U and what stands on it are taken back", "tried",
                                   false, "works", false, "why",
                                   "the chain goes on, so there is nothing to take back"))
                   ? dg_fail(err, DG_NOMEM, "no memory for a remedy")
                   : DG_OK;
    if ((rc = dg_recover_branch_open(&b, c, err)) >= 0)
        rc = try_all(b, rows, err);
    dg_recover_branch_close(b);
    return rc < 0 ? rc : DG_OK;
}
