/* candidate.c - candidates, votes and availability bits as a runtime reads them.
 * Mirrors: polkadot primitives (CommittedCandidateReceipt, BackedCandidate,
 * SignedAvailabilityBitfield); descriptors of both versions. */
#include "protocol/protocol.h"

#include <string.h>

#include "crypto/crypto.h"

enum { DESCRIPTOR_LEN = DG_DESCRIPTOR_LEN, COLLATOR_MESSAGE_LEN = 132 };

static void put_fill(dg_buf *out, uint8_t byte, size_t len)
{
    uint8_t *at = dg_buf_grow(out, len);
    if (at)
        memset(at, byte, len);
}

/* Nobody checks the availability of these candidates for real, so the collator,
 * the hash of the block and the erasure root are plain marks. */
enum { MARK_COLLATOR = 0x07, MARK_POV = 0x11, MARK_ERASURE = 0x22, MARK_CODE = 0x33 };

static void sign_collation(dg_buf *out, const dg_candidate_parts *parts, const dg_hash *data_hash,
                           dg_signer sign)
{
    uint8_t message[COLLATOR_MESSAGE_LEN], key[32], sig[64];
    memcpy(message, parts->relay_parent.at, 32);
    dg_le32_put(message + 32, parts->para);
    memcpy(message + 36, data_hash->at, 32);
    memset(message + 68, MARK_POV, 32);
    memcpy(message + 100, parts->code_hash, 32);
    memset(key, MARK_COLLATOR, sizeof key);
    sign(sig, DG_BYTES_OF(message), key);
    dg_buf_put(out, sig, sizeof sig);
}

/* In the second version nobody signs: the core and session it is for stand where the
 * collator's key was, and the rest is zero. Mirrors: RFC-103. */
enum {
    AT_VERSION = 36,
    AT_RESERVED = 43,
    AT_DATA_HASH = 68,
    AT_SIGNATURE = 164,
    AT_PARA_HEAD = 228
};

static void put_place(dg_buf *out, const dg_candidate_parts *parts)
{
    dg_buf_put_u8(out, 0);
    dg_buf_put_u8(out, (uint8_t)parts->core);
    dg_buf_put_u8(out, (uint8_t)(parts->core >> 8));
    dg_scale_put_u32(out, parts->session);
    put_fill(out, 0, AT_DATA_HASH - AT_RESERVED);
}

static bool all_zero(dg_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.at[i])
            return false;
    return true;
}

bool dg_descriptor_is_v2(dg_bytes d)
{
    return d.at[AT_VERSION] == 0
           && all_zero(dg_bytes_of(d.at + AT_RESERVED, AT_DATA_HASH - AT_RESERVED))
           && all_zero(dg_bytes_of(d.at + AT_SIGNATURE, AT_PARA_HEAD - AT_SIGNATURE));
}

static void put_descriptor(dg_buf *out, const dg_candidate_parts *parts, dg_signer sign)
{
    dg_hash data_hash = dg_blake2_256(parts->validation_data),
            head_hash = dg_blake2_256(parts->head);
    dg_scale_put_u32(out, parts->para);
    dg_buf_put_bytes(out, dg_hash_bytes(&parts->relay_parent));
    if (parts->receipt_v2)
        put_place(out, parts);
    else
        put_fill(out, MARK_COLLATOR, 32);
    dg_buf_put_bytes(out, dg_hash_bytes(&data_hash));
    put_fill(out, MARK_POV, 32);
    put_fill(out, MARK_ERASURE, 32);
    if (parts->receipt_v2)
        put_fill(out, 0, AT_PARA_HEAD - AT_SIGNATURE);
    else
        sign_collation(out, parts, &data_hash, sign);
    dg_buf_put_bytes(out, dg_hash_bytes(&head_hash));
    dg_buf_put(out, parts->code_hash, 32);
}

/* Upward messages: none; or behind a separator SelectCore, with claims of now. Mirrors:
 * RFC-103 (UMPSignal). */
static void put_signal(dg_buf *out, const dg_candidate_parts *parts)
{
    bool selects = parts->receipt_v2 && parts->selector;
    uint8_t signal[3] = { 0, (uint8_t)(parts->selector - 1), 0 };
    dg_scale_put_compact(out, selects ? 2 : 0);
    if (!selects)
        return;
    dg_scale_put_bytes(out, dg_bytes_of(NULL, 0));
    dg_scale_put_bytes(out, DG_BYTES_OF(signal));
}

/* A parachain's own, so that no two share their hash; nothing ever executes it. */
static void put_new_code(dg_buf *out, const dg_candidate_parts *parts)
{
    uint8_t id[4];
    if (!parts->new_code) {
        dg_buf_put_u8(out, 0);
        return;
    }
    dg_buf_put_u8(out, 1);
    dg_le32_put(id, parts->para);
    dg_scale_put_compact(out, parts->new_code);
    dg_buf_put(out, id, parts->new_code < sizeof id ? parts->new_code : sizeof id);
    if (parts->new_code > sizeof id)
        put_fill(out, MARK_CODE, parts->new_code - sizeof id);
}

/* No messages to others; all downward messages left where they are. */
static void put_commitments(dg_buf *out, const dg_candidate_parts *parts)
{
    put_signal(out, parts);
    put_fill(out, 0, 1);
    put_new_code(out, parts);
    dg_scale_put_bytes(out, parts->head);
    dg_scale_put_u32(out, 0);
    dg_scale_put_u32(out, parts->number);
}

dg_code dg_candidate_init(dg_candidate *out, const dg_candidate_parts *parts, dg_signer sign,
                          dg_error *err)
{
    uint8_t receipt[DESCRIPTOR_LEN + 32];
    dg_hash commitments;
    dg_code rc;
    *out = (dg_candidate){ .para = parts->para,
                           .relay_parent = parts->relay_parent,
                           .receipt_v2 = parts->receipt_v2,
                           .new_code = parts->new_code };
    dg_buf_init(&out->committed, DG_CANDIDATE_MAX);
    put_descriptor(&out->committed, parts, sign);
    put_commitments(&out->committed, parts);
    if ((rc = dg_buf_check(&out->committed, err, "candidate")) < 0) {
        dg_candidate_clear(out);
        return rc;
    }
    commitments = dg_blake2_256(
        dg_bytes_of(out->committed.at + DESCRIPTOR_LEN, out->committed.len - DESCRIPTOR_LEN));
    memcpy(receipt, out->committed.at, DESCRIPTOR_LEN);
    memcpy(receipt + DESCRIPTOR_LEN, commitments.at, 32);
    out->hash = dg_blake2_256(DG_BYTES_OF(receipt));
    return DG_OK;
}

void dg_candidate_clear(dg_candidate *candidate)
{
    dg_buf_clear(&candidate->committed);
}

enum { NOTIFICATION_MAX = 100 << 10 };

bool dg_candidate_is_large(const dg_candidate *c)
{
    return c->new_code || c->committed.len > NOTIFICATION_MAX / 2;
}

/* ---- votes ---- */

static void put_vote(dg_buf *out, const dg_candidate *c, dg_vote vote, const uint8_t key[32],
                     dg_signer sign)
{
    uint8_t message[73], sig[64];
    memcpy(message, "BKNG", 4);
    message[4] = (uint8_t)vote;
    memcpy(message + 5, c->hash.at, 32);
    dg_le32_put(message + 37, c->session);
    memcpy(message + 41, c->relay_parent.at, 32);
    sign(sig, DG_BYTES_OF(message), key);
    dg_buf_put_u8(out, (uint8_t)vote); /* Seconded is implicit (1), Valid explicit (2) */
    dg_buf_put(out, sig, sizeof sig);
}

static void put_bits(dg_buf *out, const bool *bits, uint32_t count)
{
    uint8_t byte = 0;
    dg_scale_put_compact(out, count);
    for (uint32_t i = 0; i < count; i++) {
        byte = (uint8_t)(byte | bits[i] << i % 8);
        if (i % 8 == 7 || i + 1 == count) {
            dg_buf_put_u8(out, byte);
            byte = 0;
        }
    }
}

void dg_candidate_put(dg_buf *out, const dg_candidate *candidate, const uint8_t *voted,
                      const uint8_t (*keys)[32], uint32_t members, bool core_bits, dg_signer sign)
{
    bool bits[DG_GROUP_MAX + 8];
    uint32_t votes = 0;
    for (uint32_t i = 0; i < members; i++)
        votes += (bits[i] = voted[i] != 0);
    dg_buf_put_bytes(out, dg_buf_bytes(&candidate->committed));
    dg_scale_put_compact(out, votes);
    for (uint32_t i = 0; i < members; i++)
        if (voted[i])
            put_vote(out, candidate, (dg_vote)voted[i], keys[i], sign);
    for (uint32_t i = 0; core_bits && i < 8; i++)
        bits[members + i] = candidate->core >> i & 1;
    put_bits(out, bits, members + (core_bits ? 8 : 0));
}

/* ---- availability ---- */

void dg_bitfield_put(dg_buf *out, dg_validator_ix validator, const bool *held, uint32_t cores,
                     const dg_hash *parent, uint32_t session, const uint8_t key[32], dg_signer sign)
{
    uint8_t room[DG_CORES_MAX / 8 + 64], sig[64];
    dg_buf message = dg_buf_on(room, sizeof room);
    put_bits(&message, held, cores);
    dg_buf_put_bytes(out, dg_buf_bytes(&message));
    dg_scale_put_u32(&message, session);
    dg_buf_put_bytes(&message, dg_hash_bytes(parent));
    sign(sig, dg_buf_bytes(&message), key);
    dg_scale_put_u32(out, validator.v);
    dg_buf_put(out, sig, sizeof sig);
}
