/* digest.c - the items of a header's digest, one by one.
 *
 * Items of the first years (changes tries, tags 2 and 7) are stepped over, so
 * that historic headers decode; nothing here acts on them. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

enum { DIGEST_CHANGES_ROOT = 2, DIGEST_CHANGES_SIGNAL = 7 };

/* An empty digest (genesis) may be written as no bytes at all. */
void dg_digest_iter_init(dg_digest_iter *it, dg_bytes digest)
{
    it->s = dg_scale_from(digest);
    it->left = digest.len ? dg_scale_count(&it->s, 1) : 0;
}

/* Changes-trie signal: NewConfiguration(Option<(u32, u32)>), the only variant. */
static dg_bytes take_signal(dg_scale *s)
{
    size_t from = s->at;
    if (dg_scale_u8(s) != 0)
        dg_scale_fail(s, "unknown changes-trie signal");
    if (dg_scale_option(s))
        dg_scale_take(s, 8);
    return dg_bytes_of(s->in.at + from, s->at - from);
}

static void take_payload(dg_scale *s, dg_digest_item *item)
{
    dg_bytes engine;
    switch (item->tag) {
    case DG_DIGEST_OTHER:
        item->payload = dg_scale_bytes(s);
        break;
    case DG_DIGEST_CONSENSUS:
    case DG_DIGEST_SEAL:
    case DG_DIGEST_PRERUNTIME:
        engine = dg_scale_take(s, 4);
        if (engine.len == 4)
            memcpy(item->engine, engine.at, 4);
        item->payload = dg_scale_bytes(s);
        break;
    case DIGEST_CHANGES_ROOT:
        item->payload = dg_scale_take(s, 32);
        break;
    case DIGEST_CHANGES_SIGNAL:
        item->payload = take_signal(s);
        break;
    case DG_DIGEST_ENVIRONMENT_UPDATED:
        break;
    default:
        dg_scale_fail(s, "unknown digest item");
    }
}

dg_code dg_digest_next(dg_digest_iter *it, dg_digest_item *item, dg_error *err)
{
    size_t from = it->s.at;
    memset(item, 0, sizeof *item);
    if (it->s.rc < 0)
        return dg_scale_check(&it->s, err, "digest");
    if (!it->left)
        return DG_END;
    it->left--;
    item->tag = dg_scale_u8(&it->s);
    take_payload(&it->s, item);
    if (it->s.rc < 0)
        return dg_scale_check(&it->s, err, "digest");
    item->raw = dg_bytes_of(it->s.in.at + from, it->s.at - from);
    return DG_OK;
}

/* All items decode and nothing follows them. */
dg_code dg_digest_check(dg_bytes digest, dg_error *err)
{
    dg_digest_iter it;
    dg_digest_item item;
    dg_code rc;
    dg_digest_iter_init(&it, digest);
    while ((rc = dg_digest_next(&it, &item, err)) == DG_OK)
        continue;
    return rc < 0 ? rc : dg_scale_finish(&it.s, err, "digest");
}

/* First item with this tag and engine ("BABE"; NULL: any). DG_ABSENT. */
dg_code dg_digest_find(dg_bytes digest, dg_digest_item *item, uint8_t tag, const char *engine)
{
    assert(!engine || strlen(engine) == 4);
    dg_digest_iter it;
    dg_code rc;
    dg_digest_iter_init(&it, digest);
    while ((rc = dg_digest_next(&it, item, NULL)) == DG_OK)
        if (item->tag == tag && (!engine || memcmp(item->engine, engine, 4) == 0))
            return DG_OK;
    return rc < 0 ? rc : DG_ABSENT;
}

/* Slot of the pre-runtime item of BABE or Aura; 0 when there is none. */
uint64_t dg_digest_slot(dg_bytes digest)
{
    dg_digest_item item;
    dg_scale s;
    if (dg_digest_find(digest, &item, DG_DIGEST_PRERUNTIME, "BABE") == DG_OK) {
        s = dg_scale_from(item.payload);
        dg_scale_take(&s, 1 + 4); /* kind, authority index */
        return dg_scale_u64(&s);
    }
    if (dg_digest_find(digest, &item, DG_DIGEST_PRERUNTIME, "aura") == DG_OK) {
        s = dg_scale_from(item.payload);
        return dg_scale_u64(&s);
    }
    return 0;
}

/* The pre-runtime item of a BABE claim, appended. */
void dg_digest_put_claim(dg_buf *out, const dg_slot_claim *claim)
{
    assert(claim->kind >= DG_SLOT_CLAIM_PRIMARY && claim->kind <= DG_SLOT_CLAIM_SECONDARY_VRF);
    bool vrf = claim->kind != DG_SLOT_CLAIM_SECONDARY_PLAIN;
    dg_buf_put_u8(out, DG_DIGEST_PRERUNTIME);
    dg_buf_put_text(out, "BABE");
    dg_scale_put_compact(out, 1 + 4 + 8 + (vrf ? 32 + 64 : 0));
    dg_buf_put_u8(out, (uint8_t)claim->kind);
    dg_scale_put_u32(out, claim->authority);
    dg_scale_put_u64(out, claim->slot);
    if (vrf) {
        dg_buf_put(out, claim->vrf_output, sizeof claim->vrf_output);
        dg_buf_put(out, claim->vrf_proof, sizeof claim->vrf_proof);
    }
}
