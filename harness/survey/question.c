/* question.c - finds in a state what runtime APIs can be asked about. */
#include "survey/survey_impl.h"

#include <assert.h>

static void question_init(dg_survey_question *q)
{
    dg_buf *all[] = { &q->para, &q->para_free, &q->session,   &q->account,
                      &q->keys, &q->extrinsic, &q->code_hash, &q->metadata };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        dg_buf_init(all[i], 1 << 26);
}

void dg_survey_question_clear(dg_survey_question *q)
{
    dg_buf *all[] = { &q->para, &q->para_free, &q->session,   &q->account,
                      &q->keys, &q->extrinsic, &q->code_hash, &q->metadata };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        dg_buf_clear(all[i]);
}

/* A stored value, or its default; false: there is neither. `keys` is of a map. */
static bool stored(dg_bytes *out, const dg_meta *meta, dg_state *state, const char *pallet,
                   const char *item, const dg_bytes *keys)
{
    const dg_meta_entry *entry = meta ? dg_meta_storage(meta, pallet, item) : NULL;
    dg_buf key;
    dg_code rc;
    if (!entry || (entry->hasher_count != 0) != (keys != NULL))
        return false;
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    dg_storage_key_raw(&key, entry, keys);
    if ((rc = dg_buf_check(&key, NULL, item)) == DG_OK)
        rc = dg_state_get(state, out, dg_bytes_of(NULL, 0), dg_buf_bytes(&key), NULL);
    dg_buf_clear(&key);
    if (rc == DG_ABSENT && !entry->optional) {
        *out = entry->fallback;
        return true;
    }
    return rc == DG_OK;
}

/* First item of a stored Vec of fixed-size items; false if there is none. */
static bool first_of(dg_bytes *out, const dg_meta *meta, dg_state *state, size_t size,
                     const char *pallet, const char *item)
{
    dg_bytes value;
    dg_scale s;
    if (!stored(&value, meta, state, pallet, item, NULL))
        return false;
    s = dg_scale_from(value);
    if (!dg_scale_count(&s, size))
        return false;
    *out = dg_scale_take(&s, size);
    return s.rc == DG_OK;
}

/* The session keys that the next validator in line has stored. */
static void ask_keys(dg_state *state, dg_buf *out)
{
    uint8_t prefix[32];
    dg_bytes key, value;
    dg_state_iter it;
    dg_storage_prefix(prefix, "Session", "NextKeys");
    if (dg_state_iter_init(&it, state, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix), NULL) < 0)
        return;
    if (dg_state_iter_next(&it, &key, &value, NULL) == DG_OK)
        dg_scale_put_bytes(out, value);
    dg_state_iter_clear(&it);
}

static void ask_paras(const dg_meta *meta, dg_state *state, dg_survey_question *q)
{
    dg_bytes para, hash;
    if (!first_of(&para, meta, state, 4, "Paras", "Parachains"))
        return;
    dg_buf_put_bytes(&q->para, para);
    dg_buf_put_bytes(&q->para_free, para);
    dg_buf_put_u8(&q->para_free, 2); /* OccupiedCoreAssumption::Free */
    if (stored(&hash, meta, state, "Paras", "CurrentCodeHash", &para) && hash.len == 32)
        dg_buf_put_bytes(&q->code_hash, hash);
}

/* A validator, but not the one whose key a run may enact N with: its nonce would be ours. */
static void ask_account(const dg_meta *meta, dg_state *state, dg_buf *out)
{
    dg_bytes list, sudo;
    dg_scale s;
    if (!stored(&list, meta, state, "Session", "Validators", NULL))
        return;
    if (!stored(&sudo, meta, state, "Sudo", "Key", NULL))
        sudo = dg_bytes_of(NULL, 0);
    s = dg_scale_from(list);
    for (uint32_t left = dg_scale_count(&s, 32); left && !out->len; left--) {
        dg_bytes account = dg_scale_take(&s, 32);
        if (account.len == 32 && !dg_bytes_equal(account, sudo))
            dg_buf_put_bytes(out, account);
    }
}

void dg_survey_question_make(dg_survey_question *q, const dg_meta *meta, dg_state *state,
                             uint32_t session_index, dg_bytes extrinsic)
{
    uint8_t session[4], version[4] = { 15 };
    question_init(q);
    ask_paras(meta, state, q);
    dg_le32_put(session, session_index);
    dg_buf_put(&q->session, session, 4);
    dg_buf_put(&q->metadata, version, 4);
    ask_account(meta, state, &q->account);
    ask_keys(state, &q->keys);
    if (extrinsic.at) {
        uint8_t len[4];
        dg_le32_put(len, (uint32_t)extrinsic.len);
        dg_buf_put_bytes(&q->extrinsic, extrinsic);
        dg_buf_put(&q->extrinsic, len, 4);
    }
}

bool dg_survey_question_input(const dg_survey_question *q, dg_survey_ask ask, dg_bytes *out)
{
    const dg_buf *from[] = { NULL,     &q->para,      &q->para_free, &q->session, &q->account,
                             &q->keys, &q->extrinsic, &q->code_hash, &q->metadata };
    assert((size_t)ask < sizeof from / sizeof *from);
    *out = from[ask] ? dg_buf_bytes(from[ask]) : dg_bytes_of(NULL, 0);
    return !from[ask] || out->len;
}
