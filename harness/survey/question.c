/* question.c - finds in a state what runtime APIs can be asked about. */
#include "survey/survey_impl.h"

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

/* First item of a stored Vec of fixed-size items; false if there is none. */
static bool first_of(dg_chain *chain, dg_block *block, dg_bytes *out, size_t size,
                     const char *pallet, const char *item)
{
    dg_bytes value;
    dg_scale s;
    if (dg_chain_storage(chain, block, &value, pallet, item, NULL, NULL) != DG_OK)
        return false;
    s = dg_scale_from(value);
    if (!dg_scale_count(&s, size))
        return false;
    *out = dg_scale_take(&s, size);
    return s.rc == DG_OK;
}

/* The session keys that the next validator in line has stored. */
static void ask_keys(dg_block *block, dg_buf *out)
{
    uint8_t prefix[32];
    dg_bytes key, value;
    dg_state_iter it;
    dg_storage_prefix(prefix, "Session", "NextKeys");
    if (dg_state_iter_init(&it, dg_block_state(block), dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix),
                           NULL)
        < 0)
        return;
    if (dg_state_iter_next(&it, &key, &value, NULL) == DG_OK)
        dg_scale_put_bytes(out, value);
    dg_state_iter_clear(&it);
}

static void ask_paras(dg_chain *chain, dg_block *block, dg_survey_question *q)
{
    dg_bytes para, hash;
    if (!first_of(chain, block, &para, 4, "Paras", "Parachains"))
        return;
    dg_buf_put_bytes(&q->para, para);
    dg_buf_put_bytes(&q->para_free, para);
    dg_buf_put_u8(&q->para_free, 2); /* OccupiedCoreAssumption::Free */
    if (dg_chain_storage(chain, block, &hash, "Paras", "CurrentCodeHash", &para, NULL) == DG_OK
        && hash.len == 32)
        dg_buf_put_bytes(&q->code_hash, hash);
}

void dg_survey_question_make(dg_survey_question *q, dg_chain *chain, dg_block *block,
                             uint32_t session_index)
{
    dg_bytes account, extrinsic;
    uint8_t session[4], version[4] = { 15 };
    question_init(q);
    ask_paras(chain, block, q);
    dg_le32_put(session, session_index);
    dg_buf_put(&q->session, session, 4);
    dg_buf_put(&q->metadata, version, 4);
    if (first_of(chain, block, &account, 32, "Session", "Validators"))
        dg_buf_put_bytes(&q->account, account);
    ask_keys(block, &q->keys);
    if (dg_block_extrinsic_count(block)) {
        uint8_t len[4];
        extrinsic = dg_block_extrinsic(block, 0);
        dg_le32_put(len, (uint32_t)extrinsic.len);
        dg_buf_put_bytes(&q->extrinsic, extrinsic);
        dg_buf_put(&q->extrinsic, len, 4);
    }
}

bool dg_survey_question_input(const dg_survey_question *q, dg_survey_ask ask, dg_bytes *out)
{
    const dg_buf *from[] = { NULL,     &q->para,      &q->para_free, &q->session, &q->account,
                             &q->keys, &q->extrinsic, &q->code_hash, &q->metadata };
    *out = from[ask] ? dg_buf_bytes(from[ask]) : dg_bytes_of(NULL, 0);
    return !from[ask] || out->len;
}
