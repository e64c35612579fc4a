/* api_parachains_10.c - what ParachainHost 6 to 10 brought. Only blobs that
 * declare version 10 are linked with it. */
#include "configuration.h"
#include "host.h"
#include "paras.h"
#include "system.h"
#include "variant.h"

ENTRY(ParachainHost_minimum_backing_votes)
{
    struct config c = config_active();
    put_u32(out, c.v[MINIMUM_BACKING_VOTES]);
}

ENTRY(ParachainHost_async_backing_params)
{
    struct config c = config_active();
    put_u32(out, c.v[ASYNC_MAX_CANDIDATE_DEPTH]);
    put_u32(out, c.v[ASYNC_ALLOWED_ANCESTRY_LEN]);
}

static void put_constraints(struct writer *out, struct bytes head, const struct hash *code)
{
    struct config c = config_active();
    u32 number = system_number(), depth = c.v[ASYNC_ALLOWED_ANCESTRY_LEN];
    put_u32(out, number > depth ? number - depth : 0);
    put_u32(out, c.v[MAX_POV_SIZE]);
    put_u32(out, c.v[MAX_CODE_SIZE]);
    put_u32(out, c.v[MAX_UPWARD_QUEUE_COUNT]);
    put_u32(out, c.v[MAX_UPWARD_QUEUE_SIZE]);
    put_u32(out, c.v[MAX_UPWARD_MESSAGE_NUM_PER_CANDIDATE]);
    put_compact(out, 0); /* downward messages */
    put_compact(out, 0); /* valid watermarks */
    put_compact(out, 0); /* channels out */
    put_u32(out, c.v[HRMP_MAX_MESSAGE_NUM_PER_CANDIDATE]);
    put_bytes(out, head);
    put_hash(out, code);
    put_u8(out, 0); /* no upgrade restriction */
    put_u8(out, 0); /* no future code */
}

ENTRY(ParachainHost_para_backing_state)
{
    struct bytes head;
    struct hash code;
    u32 para = read_u32(in);
    bool some = para_head(para, &head) && para_code_hash(para, &code);
    put_u8(out, some);
    if (!some)
        return;
    put_constraints(out, head, &code);
    put_compact(out, 0); /* candidates pending availability */
}

ENTRY(ParachainHost_disabled_validators)
{
    put_compact(out, 0);
}

ENTRY(ParachainHost_node_features)
{
    struct config c = config_active();
    put(out, c.node_features);
}

ENTRY(ParachainHost_approval_voting_params)
{
    struct config c = config_active();
    put_u32(out, c.max_approval_coalesce_count);
}
