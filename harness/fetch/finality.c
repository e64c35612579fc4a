/* finality.c - what GRANDPA says of the block, and what of that is proven.
 *
 * A node proves that a block is final by a justification of it or of a later one, with the headers
 * that lead there. It is checked against the authorities and the set number that the block's own
 * state holds, which its header vouches for. So what is proven is: if the header is of this chain,
 * more than two thirds of its authorities signed a block that it is an ancestor of. What is not:
 * that the authorities in that state came by their office on the chain that everybody calls by its
 * name. Mirrors: sc-consensus-grandpa, GrandpaJustification and FinalityProof. */
#include "fetch/fetch_impl.h"

#include <stdlib.h>
#include <string.h>

enum { AUTHORITIES_MAX = 100000, HEADERS_MAX = 20000, VOTE_PRECOMMIT = 1, SIGNED_LEN = 132 };

/* ---- a justification ---- */

typedef struct authority {
    uint8_t key[32];
    uint64_t weight;
    bool signed_it;
} authority;

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, 32);
}

static dg_code read_authorities(authority **out, size_t *count, uint64_t *total, dg_bytes encoded,
                                dg_error *err)
{
    dg_scale in = dg_scale_from(encoded);
    uint32_t n = dg_scale_count(&in, 40);
    *count = n;
    *total = 0;
    if (n > AUTHORITIES_MAX || !(*out = dg_calloc(n + 1, sizeof **out)))
        return dg_fail(err, DG_NOMEM, "no memory for %u authorities", n);
    for (uint32_t i = 0; i < n; i++) {
        dg_hash key = dg_scale_hash(&in);
        memcpy((*out)[i].key, key.at, 32);
        (*out)[i].weight = dg_scale_u64(&in);
        if ((*out)[i].weight > UINT64_MAX / 4 - *total)
            dg_scale_fail(&in, "weights are too large");
        *total += (*out)[i].weight;
    }
    qsort(*out, n, sizeof **out, by_key);
    return dg_scale_finish(&in, err, "authorities");
}

/* Headers by their hashes: which block has which parent. */
typedef struct ancestry {
    dg_fetch_header at[HEADERS_MAX];
    size_t count;
} ancestry;

static void step_over_header(dg_scale *in, ancestry *known)
{
    size_t from = in->at;
    dg_fetch_header h = { .parent = dg_scale_hash(in) };
    uint32_t logs;
    h.number = dg_scale_compact_u32(in);
    h.state_root = dg_scale_hash(in);
    dg_scale_hash(in);
    logs = dg_scale_count(in, 1);
    for (uint32_t i = 0; i < logs && in->rc == DG_OK; i++)
        dg_fetch_header_log(in);
    if (in->rc != DG_OK)
        return;
    if (known->count == HEADERS_MAX) {
        dg_scale_fail(in, "too many headers");
        return;
    }
    h.hash = dg_blake2_256(dg_bytes_of(in->in.at + from, in->at - from));
    known->at[known->count++] = h;
}

/* Is `above` the block, or one that `known` leads down from to it? */
static bool leads_to(const ancestry *known, dg_hash above, const dg_hash *block)
{
    for (size_t steps = 0; steps <= known->count; steps++) {
        const dg_fetch_header *h = NULL;
        if (dg_hash_equal(&above, block))
            return true;
        for (size_t i = 0; i < known->count && !h; i++)
            if (dg_hash_equal(&known->at[i].hash, &above))
                h = &known->at[i];
        if (!h)
            return false;
        above = h->parent;
    }
    return false;
}

typedef struct vote {
    dg_hash target;
    uint32_t number;
    dg_bytes signature;
    dg_hash signer;
} vote;

static bool is_signed(const vote *v, uint64_t round, uint64_t set_id)
{
    uint8_t room[64];
    dg_buf message = dg_buf_on(room, sizeof room);
    dg_buf_put_u8(&message, VOTE_PRECOMMIT);
    dg_buf_put_bytes(&message, dg_hash_bytes(&v->target));
    dg_scale_put_u32(&message, v->number);
    dg_scale_put_u64(&message, round);
    dg_scale_put_u64(&message, set_id);
    return dg_ed25519_verify(v->signature.at, dg_buf_bytes(&message), v->signer.at);
}

static dg_code count_votes(uint64_t *weight, dg_scale votes, uint32_t count, const ancestry *known,
                           const dg_hash *target, authority *authorities, size_t authority_count,
                           uint64_t round, uint64_t set_id, dg_error *err)
{
    *weight = 0;
    for (uint32_t i = 0; i < count; i++) {
        vote v;
        authority *a;
        v.target = dg_scale_hash(&votes);
        v.number = dg_scale_u32(&votes);
        v.signature = dg_scale_take(&votes, 64);
        v.signer = dg_scale_hash(&votes);
        a = bsearch(v.signer.at, authorities, authority_count, sizeof *a, by_key);
        if (!a)
            return dg_fail(err, DG_MISMATCH,
                           "it is signed by %s, which is no authority of the state",
                           dg_hash_short(&v.signer).text);
        if (!is_signed(&v, round, set_id))
            return dg_fail(err, DG_MISMATCH, "a signature in it does not verify for set %llu",
                           (unsigned long long)set_id);
        if (!leads_to(known, v.target, target))
            return dg_fail(err, DG_MISMATCH,
                           "a vote in it is for a block that its headers do not "
                           "lead down from");
        if (!a->signed_it)
            *weight += a->weight;
        a->signed_it = true;
    }
    return DG_OK;
}

dg_code dg_fetch_justification_check(dg_fetch_votes *votes, dg_bytes encoded, dg_bytes authorities,
                                     uint64_t set_id, dg_error *err)
{
    dg_scale in = dg_scale_from(encoded), signatures;
    ancestry *known = dg_calloc(1, sizeof *known);
    authority *list = NULL;
    uint32_t count, headers;
    size_t list_count;
    dg_code rc;
    if (!known)
        return dg_fail(err, DG_NOMEM, "no memory for a justification");
    rc = read_authorities(&list, &list_count, &votes->total, authorities, err);
    votes->round = dg_scale_u64(&in);
    votes->target = dg_scale_hash(&in);
    votes->number = dg_scale_u32(&in);
    count = dg_scale_count(&in, SIGNED_LEN);
    signatures = in;
    dg_scale_take(&in, (size_t)count * SIGNED_LEN);
    headers = dg_scale_count(&in, 1);
    for (uint32_t i = 0; i < headers && in.rc == DG_OK; i++)
        step_over_header(&in, known);
    if (rc == DG_OK)
        rc = dg_scale_finish(&in, err, "justification");
    if (rc == DG_OK)
        rc = count_votes(&votes->weight, signatures, count, known, &votes->target, list, list_count,
                         votes->round, set_id, err);
    if (rc == DG_OK && votes->weight < votes->total - (votes->total ? (votes->total - 1) / 3 : 0))
        rc = dg_fail(err, DG_MISMATCH, "%llu of %llu authorities signed it, which is not enough",
                     (unsigned long long)votes->weight, (unsigned long long)votes->total);
    dg_free(list);
    dg_free(known);
    return rc;
}

dg_code dg_fetch_finality_check(dg_fetch_votes *votes, dg_bytes proof, const dg_fetch_header *block,
                                dg_bytes authorities, uint64_t set_id, dg_error *err)
{
    dg_scale in = dg_scale_from(proof);
    ancestry *known = dg_calloc(1, sizeof *known);
    dg_bytes justification;
    dg_hash last;
    uint32_t headers;
    dg_code rc;
    if (!known)
        return dg_fail(err, DG_NOMEM, "no memory for a finality proof");
    last = dg_scale_hash(&in);
    justification = dg_scale_bytes(&in);
    headers = dg_scale_count(&in, 1);
    for (uint32_t i = 0; i < headers && in.rc == DG_OK; i++)
        step_over_header(&in, known);
    if ((rc = dg_scale_finish(&in, err, "finality proof")) == DG_OK)
        rc = dg_fetch_justification_check(votes, justification, authorities, set_id, err);
    if (rc == DG_OK
        && (!dg_hash_equal(&last, &votes->target) || !leads_to(known, last, &block->hash)))
        rc = dg_fail(err, DG_MISMATCH, "the headers in it do not lead from #%u down to #%u",
                     votes->number, block->number);
    dg_free(known);
    return rc;
}

/* ---- asking ---- */

static void say(dg_fetch_report *report, const char *why)
{
    snprintf(report->finality, sizeof report->finality, "finality is not proven: %.200s", why);
}

/* The authorities and their set, as the pallet Grandpa keeps them. DG_ABSENT: it does not. */
static dg_code authorities_of(dg_buf *out, uint64_t *set_id, const dg_trie *state, dg_error *err)
{
    uint8_t key[32];
    dg_bytes value;
    dg_code rc;
    dg_storage_prefix(key, "Grandpa", "CurrentSetId");
    if ((rc = dg_trie_get(state, &value, dg_bytes_of(key, 32), err)) < 0)
        return rc;
    *set_id = rc == DG_OK && value.len == 8 ? dg_le64(value.at) : 0;
    dg_storage_prefix(key, "Grandpa", "Authorities");
    rc = dg_trie_get(state, &value, dg_bytes_of(key, 32), err);
    if (rc == DG_ABSENT) { /* of older runtimes, behind the version of its form */
        rc = dg_trie_get(state, &value, dg_text(":grandpa_authorities"), err);
        if (rc == DG_OK && value.len)
            value = dg_bytes_of(value.at + 1, value.len - 1);
    }
    if (rc != DG_OK)
        return rc;
    dg_buf_put_bytes(out, value);
    return dg_buf_check(out, err, "authorities");
}

static dg_code ask(dg_buf *proof, dg_rpc *rpc, uint32_t number, dg_error *err)
{
    dg_rpc_call call = { .method = "grandpa_proveFinality",
                         .params = json_pack("[I]", (json_int_t)number),
                         .tries = 2 };
    dg_code rc = dg_rpc_ask(rpc, &call, err);
    if (rc == DG_OK && !json_is_string(call.result))
        rc = dg_fail(err, DG_MALFORMED, "no endpoint has a justification for #%u or later yet",
                     number);
    if (rc == DG_OK)
        rc = dg_fetch_hex(proof, call.result, "finality proof", err);
    dg_rpc_call_clear(&call);
    return rc;
}

dg_code dg_fetch_finality(dg_fetch_report *report, dg_rpc *rpc, const dg_fetch_pin *pin,
                          const dg_trie *state, dg_error *err)
{
    dg_fetch_votes votes = { .weight = 0 };
    uint64_t set_id = 0;
    dg_error why = { .text = "" };
    dg_buf authorities, proof;
    dg_code rc;
    dg_buf_init(&authorities, 8 << 20);
    dg_buf_init(&proof, (size_t)DG_FETCH_CONTENT_MAX);
    rc = authorities_of(&authorities, &set_id, state, &why);
    if (rc == DG_ABSENT)
        say(report, "the state holds no GRANDPA authorities");
    else if (pin->header.number == 0)
        say(report, "it is the genesis, which nobody signs");
    else if (rc != DG_OK || (rc = ask(&proof, rpc, pin->header.number, &why)) != DG_OK
             || (rc = dg_fetch_finality_check(&votes, dg_buf_bytes(&proof), &pin->header,
                                              dg_buf_bytes(&authorities), set_id, &why))
                    != DG_OK)
        say(report, why.text);
    else {
        report->final_proven = true;
        snprintf(
            report->finality, sizeof report->finality,
            "finality is proven by GRANDPA: %llu of %llu authorities of set %llu, as the state "
            "names them, signed #%u",
            (unsigned long long)votes.weight, (unsigned long long)votes.total,
            (unsigned long long)set_id, votes.number);
    }
    dg_buf_clear(&authorities);
    dg_buf_clear(&proof);
    return rc == DG_NOMEM ? dg_fail(err, rc, "%s", why.text) : DG_OK;
}
