/* test_finality.c - a proof of finality counts only if more than two thirds of the authorities of
 * the state signed a block that the headers lead down from. Whoever can make a fetch say "proven"
 * of anything else makes it lie. */
#include <string.h>

#include "../support/suite.h"
#include "fetch/fetch_impl.h"

enum { SIGNERS = 7, CHAIN = 5, SET = 3, ROUND = 11 };

/* A chain of headers above the block, the last of which is signed. */
typedef struct scene {
    dg_buf headers[CHAIN], authorities, proof;
    dg_fetch_header at[CHAIN];
} scene;

static void make_chain(scene *s)
{
    dg_hash parent = { { 9 } };
    for (unsigned i = 0; i < CHAIN; i++) {
        dg_buf_init(&s->headers[i], 400);
        dg_buf_put_bytes(&s->headers[i], dg_hash_bytes(&parent));
        dg_scale_put_compact(&s->headers[i], 100 + i);
        dg_buf_put_bytes(&s->headers[i], dg_hash_bytes(&DG_TRIE_EMPTY_ROOT));
        dg_buf_put_bytes(&s->headers[i], dg_hash_bytes(&DG_TRIE_EMPTY_ROOT));
        dg_buf_put_u8(&s->headers[i], 4);
        dg_buf_put_u8(&s->headers[i], 8); /* RuntimeEnvironmentUpdated */
        ck_assert(dg_fetch_header_read(&s->at[i], dg_buf_bytes(&s->headers[i]), NULL) == DG_OK);
        parent = s->at[i].hash;
    }
}

static void seed_of(uint8_t seed[32], unsigned i)
{
    memset(seed, 0, 32);
    seed[0] = (uint8_t)(i + 1);
}

static void make_authorities(scene *s)
{
    uint8_t seed[32], key[32];
    dg_buf_init(&s->authorities, 4096);
    dg_scale_put_compact(&s->authorities, SIGNERS);
    for (unsigned i = 0; i < SIGNERS; i++) {
        seed_of(seed, i);
        dg_ed25519_public(key, seed);
        dg_buf_put(&s->authorities, key, 32);
        dg_scale_put_u64(&s->authorities, 1);
    }
}

/* What is wrong with a proof; 0: nothing. */
typedef struct fault {
    unsigned signers;    /* that sign; 0: all */
    unsigned first;      /* of them; SIGNERS: one that is no authority */
    bool again;          /* the first signs twice more */
    uint64_t set, round; /* that are signed, instead */
    unsigned lacking;    /* a header of the path that is left out, from 1 */
    unsigned target;     /* index of the block that votes are for, instead of the last, from 1 */
    bool other_last;     /* the proof names another block than was signed */
    size_t cut;          /* bytes off its end */
} fault;

static void put_vote(dg_buf *out, const dg_fetch_header *target, unsigned signer, fault f)
{
    uint8_t seed[32], key[32], sig[64], room[64];
    dg_buf message = dg_buf_on(room, sizeof room);
    seed_of(seed, signer);
    dg_ed25519_public(key, seed);
    dg_buf_put_u8(&message, 1);
    dg_buf_put_bytes(&message, dg_hash_bytes(&target->hash));
    dg_scale_put_u32(&message, target->number);
    dg_scale_put_u64(&message, f.round ? f.round : ROUND);
    dg_scale_put_u64(&message, f.set ? f.set : SET);
    dg_ed25519_sign(sig, dg_buf_bytes(&message), seed);
    dg_buf_put_bytes(out, dg_hash_bytes(&target->hash));
    dg_scale_put_u32(out, target->number);
    dg_buf_put(out, sig, 64);
    dg_buf_put(out, key, 32);
}

static void make_proof(scene *s, fault f)
{
    const dg_fetch_header *last = &s->at[CHAIN - 1],
                          *target = f.target ? &s->at[f.target - 1] : last;
    unsigned signers = f.signers ? f.signers : SIGNERS, extra = f.again ? 2 : 0, path = 0;
    dg_buf justification;
    dg_buf_init(&justification, 1 << 16);
    dg_scale_put_u64(&justification, ROUND);
    dg_buf_put_bytes(&justification, dg_hash_bytes(&last->hash));
    dg_scale_put_u32(&justification, last->number);
    dg_scale_put_compact(&justification, signers + extra);
    for (unsigned i = 0; i < signers; i++)
        put_vote(&justification, target, f.first + i, f);
    for (unsigned i = 0; i < extra; i++)
        put_vote(&justification, target, f.first, f);
    dg_scale_put_compact(&justification, 0); /* no ancestries */
    dg_buf_init(&s->proof, 1 << 16);
    dg_buf_put_bytes(&s->proof, dg_hash_bytes(f.other_last ? &s->at[2].hash : &last->hash));
    dg_scale_put_bytes(&s->proof, dg_buf_bytes(&justification));
    for (unsigned i = 1; i < CHAIN; i++)
        path += i != f.lacking;
    dg_scale_put_compact(&s->proof, path);
    for (unsigned i = 1; i < CHAIN; i++)
        if (i != f.lacking)
            dg_buf_put_bytes(&s->proof, dg_buf_bytes(&s->headers[i]));
    s->proof.len -= f.cut;
    dg_buf_clear(&justification);
}

static dg_code judge(dg_fetch_votes *votes, fault f, dg_error *err)
{
    scene s;
    dg_code rc;
    make_chain(&s);
    make_authorities(&s);
    make_proof(&s, f);
    rc = dg_fetch_finality_check(votes, dg_buf_bytes(&s.proof), &s.at[0],
                                 dg_buf_bytes(&s.authorities), SET, err);
    for (unsigned i = 0; i < CHAIN; i++)
        dg_buf_clear(&s.headers[i]);
    dg_buf_clear(&s.authorities);
    dg_buf_clear(&s.proof);
    return rc;
}

START_TEST(a_proof_proves)
{
    dg_fetch_votes votes = { .weight = 0 };
    dg_error err;
    ck_assert_msg(judge(&votes, (fault){ .cut = 0 }, &err) == DG_OK, "%s", err.text);
    ck_assert(votes.weight == 7 && votes.total == 7 && votes.number == 104 && votes.round == ROUND);
    ck_assert(judge(&votes, (fault){ .signers = 5 }, &err) == DG_OK);
    ck_assert(votes.weight == 5);
}
END_TEST

static const struct {
    fault fault;
    dg_code code;
    const char *says;
} faults[] = {
    { { .signers = 4 }, DG_MISMATCH, "4 of 7 authorities signed it, which is not enough" },
    { { .signers = 4, .again = true }, DG_MISMATCH, "4 of 7 authorities signed it" },
    { { .signers = 1, .first = SIGNERS }, DG_MISMATCH, "which is no authority of the state" },
    { { .set = SET + 1 }, DG_MISMATCH, "a signature in it does not verify for set 3" },
    { { .round = ROUND + 1 }, DG_MISMATCH, "a signature in it does not verify for set 3" },
    { { .lacking = 1 }, DG_MISMATCH, "do not lead from #104 down to #100" },
    { { .lacking = 3 }, DG_MISMATCH, "do not lead from #104 down to #100" },
    { { .target = 2 }, DG_MISMATCH, "for a block that its headers do not lead down from" },
    { { .other_last = true }, DG_MISMATCH, "do not lead from #104 down to #100" },
    { { .cut = 1 }, DG_MALFORMED, "finality proof" },
};

START_TEST(anything_else_does_not)
{
    dg_fetch_votes votes = { .weight = 0 };
    dg_error err;
    dg_code rc = judge(&votes, faults[_i].fault, &err);
    ck_assert_msg(rc == faults[_i].code && strstr(err.text, faults[_i].says), "%d: %s", rc,
                  rc < 0 ? err.text : "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("finality");
    TCase *tc = tcase_create("finality");
    tcase_add_test(tc, a_proof_proves);
    tcase_add_loop_test(tc, anything_else_does_not, 0, sizeof faults / sizeof *faults);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
