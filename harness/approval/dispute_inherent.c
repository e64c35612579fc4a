/* dispute_inherent.c - the votes of disputes, as an author puts them into its block for the
 * runtime: what it has heard and the chain does not know.
 *
 * A dispute goes in once more than a third of the validators have spoken, on both
 * sides; those who backed the candidate speak first. Mirrors: provisioner (prioritized
 * selection); primitives (DisputeStatementSet); runtime parachains disputes.rs. */
#include "approval/dispute_impl.h"

#include <string.h>

#include "crypto/crypto.h"

enum { DISPUTES_MAX = 16 << 20 };

/* ---- what the chain knows ---- */

static bool find_told(dg_dispute_told *out, dg_bytes answer, const dg_dispute *d)
{
    dg_scale s = dg_scale_from(answer);
    uint32_t left = dg_scale_count(&s, 42);
    while (dg_dispute_told_next(out, &s, &left))
        if (out->session == d->session->index && dg_hash_equal(&out->candidate, &d->candidate))
            return true;
    *out = (dg_dispute_told){ .concluded = false };
    return false;
}

static bool has_told(const dg_dispute_told *t, dg_validator_ix validator)
{
    for (int side = 0; side < 2; side++)
        if (validator.v < t->bit_count[side]
            && t->bits[side].at[validator.v / 8] >> validator.v % 8 & 1)
            return true;
    return false;
}

/* ---- one vote ---- */

static const struct {
    const char *magic;
    uint8_t side, kind, word;
    bool has_word, has_parent;
} stances[] = {
    [DG_STANCE_SECONDED] = { "BKNG", 0, 1, 1, true, true },
    [DG_STANCE_BACKED] = { "BKNG", 0, 2, 2, true, true },
    [DG_STANCE_APPROVED] = { "APPR", 0, 3, 0, false, false },
    [DG_STANCE_VALID] = { "DISP", 0, 0, 1, true, false },
    [DG_STANCE_INVALID] = { "DISP", 1, 0, 0, true, false },
};

static void put_vote(dg_buf *out, const dg_dispute *d, dg_validator_ix validator, dg_signer sign)
{
    dg_stance stance = d->votes[validator.v].stance;
    uint8_t room[80], sig[64];
    dg_buf message = dg_buf_on(room, sizeof room);
    dg_buf_put(&message, stances[stance].magic, 4);
    if (stances[stance].has_word)
        dg_buf_put_u8(&message, stances[stance].word);
    dg_buf_put_bytes(&message, dg_hash_bytes(&d->candidate));
    dg_scale_put_u32(&message, d->session->index);
    if (stances[stance].has_parent)
        dg_buf_put_bytes(&message, dg_hash_bytes(&d->relay_parent));
    sign(sig, dg_buf_bytes(&message), d->session->keys[validator.v]);
    dg_buf_put_u8(out, stances[stance].side);
    dg_buf_put_u8(out, stances[stance].kind);
    if (stances[stance].has_parent)
        dg_buf_put_bytes(out, dg_hash_bytes(&d->relay_parent));
    dg_scale_put_u32(out, validator.v);
    dg_buf_put(out, sig, sizeof sig);
}

/* ---- one dispute ---- */

uint32_t dg_approval_dispute_count(const dg_dispute *d, const dg_dispute_told *told, dg_ns now,
                                   uint32_t sides[2])
{
    uint32_t fresh = 0;
    sides[0] = sides[1] = 0;
    for (uint32_t i = 0; i < d->session->validators; i++) {
        bool spoke = d->votes[i].stance != DG_STANCE_NONE && d->votes[i].at <= now;
        sides[d->votes[i].stance == DG_STANCE_INVALID] += spoke;
        fresh += spoke && !has_told(told, (dg_validator_ix){ i });
    }
    return fresh;
}

static uint32_t put_set(dg_buf *out, const dg_dispute *d, dg_bytes answer, dg_ns now,
                        dg_signer sign)
{
    dg_dispute_told told;
    uint32_t sides[2], fresh;
    if (!d->votes || d->began > now)
        return 0;
    find_told(&told, answer, d);
    fresh = dg_approval_dispute_count(d, &told, now, sides);
    if (told.concluded || !fresh || !sides[0] || !sides[1]
        || sides[0] + sides[1] <= (d->session->validators - 1) / 3)
        return 0;
    dg_buf_put_bytes(out, dg_hash_bytes(&d->candidate));
    dg_scale_put_u32(out, d->session->index);
    dg_scale_put_compact(out, fresh);
    for (uint32_t i = 0; i < d->session->validators; i++)
        if (d->votes[i].stance != DG_STANCE_NONE && d->votes[i].at <= now
            && !has_told(&told, (dg_validator_ix){ i }))
            put_vote(out, d, (dg_validator_ix){ i }, sign);
    return fresh;
}

/* Sets go in as a list; `*votes` of all of them. */
dg_code dg_approval_disputes_put(dg_world *world, dg_buf *out, uint32_t *sets, uint32_t *votes,
                                 dg_world_block *parent, dg_error *err)
{
    dg_ns now = dg_sim_now(world->sim);
    dg_bytes answer = dg_bytes_of(NULL, 0);
    dg_buf list;
    dg_code rc = world->approval->disputes ? dg_view_ask(&parent->view, &answer, DG_ASK_DISPUTES,
                                                         dg_bytes_of(NULL, 0), err)
                                           : DG_OK;
    *sets = *votes = 0;
    if (rc < 0)
        return rc;
    dg_buf_init(&list, DISPUTES_MAX);
    for (const dg_dispute *d = rc == DG_OK ? world->approval->disputes : NULL; d; d = d->next) {
        uint32_t fresh = put_set(&list, d, answer, now, dg_marked_sign);
        *sets += fresh != 0;
        *votes += fresh;
    }
    dg_scale_put_compact(out, *sets);
    dg_buf_put_bytes(out, dg_buf_bytes(&list));
    rc = dg_buf_check(&list, err, "disputes");
    dg_buf_clear(&list);
    return rc;
}
