/* What the runtime says it backed has to agree with what the author put in; where it
 * does not, somebody has to be able to see why. */
#include "../support/model_net.h"

#include <string.h>

#include "crypto/crypto.h"

/* In a sound network on a sound runtime nothing is dropped, and nothing backed that
 * nobody offered. */
START_TEST(what_is_offered_is_backed)
{
    world w;
    world_open(&w, &(world_options){ .seed = 31 });
    world_run(&w, EPOCH + 12);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_DROPPED, 0, EPOCH + 12), 0);
    ck_assert_uint_gt(world_sum(&w, DG_EVENT_NET_PARAS, "backed", 0, EPOCH + 12), 0);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", 0, EPOCH + 12),
                      world_sum(&w, DG_EVENT_NET_PARAS, "offered", 0, EPOCH + 12));
    world_close(&w);
}
END_TEST

/* ---- candidates that the runtime cannot take ---- */

/* The commitments of a candidate: this many empty messages upwards, and that head. */
static void put_commitments(dg_buf *out, uint32_t upward, dg_bytes head, uint32_t number)
{
    dg_scale_put_compact(out, upward);
    for (uint32_t i = 0; i < upward + 2; i++) /* none to others, no new code */
        dg_buf_put_u8(out, 0);
    dg_scale_put_bytes(out, head);
    dg_scale_put_u32(out, 0);
    dg_scale_put_u32(out, number);
}

static void rehash(dg_candidate *c)
{
    uint8_t receipt[DG_DESCRIPTOR_LEN + 32];
    dg_hash commitments = dg_blake2_256(
        dg_bytes_of(c->committed.at + DG_DESCRIPTOR_LEN, c->committed.len - DG_DESCRIPTOR_LEN));
    memcpy(receipt, c->committed.at, DG_DESCRIPTOR_LEN);
    memcpy(receipt + DG_DESCRIPTOR_LEN, commitments.at, 32);
    c->hash = dg_blake2_256(DG_BYTES_OF(receipt));
}

/* .. with other commitments, and the hash of their head in the descriptor. */
static void recommit(dg_candidate *c, uint32_t upward, size_t head_len, uint32_t number)
{
    static uint8_t head[1 << 16];
    dg_hash hash = dg_blake2_256(dg_bytes_of(head, head_len));
    dg_buf whole;
    memcpy(c->committed.at + 228, hash.at, 32);
    dg_buf_init(&whole, DG_CANDIDATE_MAX);
    dg_buf_put(&whole, c->committed.at, DG_DESCRIPTOR_LEN);
    put_commitments(&whole, upward, dg_bytes_of(head, head_len), number);
    dg_buf_clear(&c->committed);
    c->committed = whole;
}

typedef enum spoil {
    SOUND,
    OTHER_CODE,
    OTHER_DATA,
    LONG_HEAD,
    MANY_MESSAGES,
    WRONG_HEAD_HASH
} spoil;

static void spoil_one(dg_candidate *c, spoil how, uint32_t number)
{
    switch (how) {
    case OTHER_CODE:
        c->committed.at[260] ^= 1;
        break;
    case OTHER_DATA:
        c->committed.at[68] ^= 1;
        break;
    case LONG_HEAD:
        recommit(c, 0, 40000, number);
        break; /* 20480 or 32768 may be */
    case MANY_MESSAGES:
        recommit(c, 100, 8, number);
        break; /* 16 may be */
    case WRONG_HEAD_HASH:
        c->committed.at[228] ^= 1;
        break;
    case SOUND:
        recommit(c, 0, 8, number);
        break;
    }
    rehash(c);
}

/* The first candidate of the best leaf, before its next author takes it. */
static uint32_t spoil_at_leaf(world *w, spoil how)
{
    uint32_t leaf = dg_world_favourite(w->world);
    dg_world_block *b = &w->world->blocks[leaf];
    dg_error err;
    ck_assert_int_eq(dg_backing_collate(w->world, (dg_leaf_id){ leaf }, &err), DG_OK);
    for (uint32_t core = 0; b->candidates && core < b->view.core_count; core++)
        if (b->candidates[core].para != DG_NO) {
            spoil_one(&b->candidates[core], how, b->number);
            return b->candidates[core].para;
        }
    return DG_NO;
}

static const struct {
    spoil how;
    dg_rejection why;
} spoils[] = {
    { SOUND, DG_REJECTION_COUNT }, /* what is made anew as it was is backed */
    { OTHER_CODE, DG_REJECTION_CODE },
    { OTHER_DATA, DG_REJECTION_HEAD },
    { LONG_HEAD, DG_REJECTION_LIMITS },
    { MANY_MESSAGES, DG_REJECTION_LIMITS },
    { WRONG_HEAD_HASH, DG_REJECTION_SILENT }, /* nothing that the chain holds says so */
};
START_TEST(what_the_runtime_cannot_take_is_told_with_its_reason)
{
    uint32_t tried = 0, dropped = 0;
    world w;
    world_open(&w, &(world_options){ .seed = 31, .no_forks = true });
    world_run(&w, EPOCH + 2);
    for (uint32_t slot = EPOCH + 3; slot < EPOCH + 10; slot++) {
        size_t from = w.count;
        uint32_t para = spoil_at_leaf(&w, spoils[_i].how), here = 0;
        world_run(&w, slot);
        tried += para != DG_NO;
        for (size_t i = from; i < w.count; i++)
            if (w.log[i].kind == DG_EVENT_NET_DROPPED) {
                ck_assert_uint_eq(w.log[i].net_dropped.para, para);
                ck_assert_msg(w.log[i].net_dropped.reason == (int64_t)spoils[_i].why, "%s",
                              w.texts[i]);
                here++;
            }
        ck_assert_uint_le(here, 1); /* and the others are backed beside it */
        dropped += here;
    }
    ck_assert_uint_ge(tried, 3);
    ck_assert_uint_eq(world_times(&w, DG_EVENT_NET_FAILED, 0, EPOCH + 10), 0);
    ck_assert_msg(spoils[_i].why == DG_REJECTION_COUNT ? dropped == 0 : dropped >= 2,
                  "%u of %u dropped", dropped, tried);
    world_close(&w);
}
END_TEST

START_TEST(every_reason_has_its_words)
{
    for (int i = 0; i < DG_REJECTION_COUNT; i++)
        ck_assert(dg_consensus_rejection_says((dg_rejection)i)
                  && strlen(dg_consensus_rejection_says((dg_rejection)i)) > 10);
    ck_assert_ptr_null(dg_consensus_rejection_says(DG_REJECTION_COUNT));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rejected_candidates");
    TCase *tc = tcase_create("rejected_candidates");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, what_is_offered_is_backed);
    tcase_add_loop_test(tc, what_the_runtime_cannot_take_is_told_with_its_reason, 0,
                        (int)(sizeof spoils / sizeof *spoils));
    tcase_add_test(tc, every_reason_has_its_words);
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
