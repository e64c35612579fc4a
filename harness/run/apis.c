/* apis.c - the table. Methods that submit something, and those that only wallets
 * call, are left out: no block depends on them.
 * Mirrors: sp-api traits; polkadot's runtime-api subsystem. */
#include "run/apis.h"

#include <stdio.h>

#define EPOCH "(UUU[(HU)]H(UU)b)"
#define SCHEDULED "(u?H)"
#define RECEIPT "(x292.H)"
#define COMMITTED "(x292.([s][(us)]?ssuu))"
#define STATEMENTS "[(<<-|H|H|-|[H]>|<->>ux64.)]"
/* since stable2412 a list of variants; each carries its own number of bytes */
#define EXECUTOR "[<-|u|u|u|U|(bU)|(bU)|->]"

static const api_row rows[] = {
    { "Core", "version", 1, ASK_NOTHING, SAME_ALL, "*" },
    { "Metadata", "metadata", 1, ASK_NOTHING, SAME_ALL, "s" },
    { "Metadata", "metadata_versions", 2, ASK_NOTHING, SAME_ALL, "[u]" },
    { "Metadata", "metadata_at_version", 2, ASK_METADATA, SAME_ALL, "?s" },
    { "BabeApi", "configuration", 1, ASK_NOTHING, SAME_ALL, "(UU(UU)[(HU)]Hb)" },
    { "BabeApi", "current_epoch_start", 1, ASK_NOTHING, SAME_ALL, "U" },
    { "BabeApi", "current_epoch", 2, ASK_NOTHING, SAME_ALL, EPOCH },
    { "BabeApi", "next_epoch", 2, ASK_NOTHING, SAME_ALL, EPOCH },
    { "GrandpaApi", "grandpa_authorities", 1, ASK_NOTHING, SAME_ALL, "[(HU)]" },
    { "GrandpaApi", "current_set_id", 3, ASK_NOTHING, SAME_ALL, "U" },
    { "AuthorityDiscoveryApi", "authorities", 1, ASK_NOTHING, SAME_ALL, "[H]" },
    { "SessionKeys", "decode_session_keys", 1, ASK_KEYS, SAME_FIRST, "?[(sx4.)]" },
    { "AccountNonceApi", "account_nonce", 1, ASK_ACCOUNT, SAME_ALL, "u" },
    { "TransactionPaymentApi", "query_info", 1, ASK_EXTRINSIC, SAME_NEVER, "*" },
    { "TransactionPaymentApi", "query_fee_details", 1, ASK_EXTRINSIC, SAME_NEVER, "*" },
    { "BeefyApi", "beefy_genesis", 3, ASK_NOTHING, SAME_ALL, "?u" },
    { "BeefyApi", "validator_set", 1, ASK_NOTHING, SAME_ALL, "?([x33.]U)" },
    { "MmrApi", "mmr_root", 2, ASK_NOTHING, SAME_FIRST, "*" },
    { "MmrApi", "mmr_leaf_count", 2, ASK_NOTHING, SAME_FIRST, "*" },
    { "ParachainHost", "validators", 1, ASK_NOTHING, SAME_ALL, "[H]" },
    { "ParachainHost", "validator_groups", 1, ASK_NOTHING, SAME_BUT_LAST4, "([[u]](uuu))" },
    { "ParachainHost", "availability_cores", 1, ASK_NOTHING, SAME_COUNT,
      "[<(?" SCHEDULED "uu?" SCHEDULED "BuHx292.)|" SCHEDULED "|->]" },
    { "ParachainHost", "persisted_validation_data", 1, ASK_PARA_FREE, SAME_FIRST, "?(suHu)" },
    { "ParachainHost", "session_index_for_child", 1, ASK_NOTHING, SAME_ALL, "u" },
    { "ParachainHost", "validation_code", 1, ASK_PARA_FREE, SAME_ALL, "?s" },
    { "ParachainHost", "candidate_pending_availability", 1, ASK_PARA, SAME_FIRST, "?" COMMITTED },
    { "ParachainHost", "candidate_events", 1, ASK_NOTHING, SAME_NEVER,
      "[<(" RECEIPT "suu)|(" RECEIPT "suu)|(" RECEIPT "su)>]" },
    { "ParachainHost", "dmq_contents", 1, ASK_PARA, SAME_ALL, "[(us)]" },
    { "ParachainHost", "inbound_hrmp_channels_contents", 1, ASK_PARA, SAME_ALL, "[(u[(us)])]" },
    { "ParachainHost", "validation_code_by_hash", 1, ASK_CODE_HASH, SAME_ALL, "?s" },
    { "ParachainHost", "on_chain_votes", 1, ASK_NOTHING, SAME_FIRST,
      "?(u[(" RECEIPT "[(u<-|x64.|x64.>)])][(Hu" STATEMENTS ")])" },
    { "ParachainHost", "session_info", 2, ASK_SESSION, SAME_ALL, "?([u]Hu[H][H][H][[u]]uuuuuu)" },
    { "ParachainHost", "pvfs_require_precheck", 2, ASK_NOTHING, SAME_ALL, "[H]" },
    { "ParachainHost", "validation_code_hash", 2, ASK_PARA_FREE, SAME_ALL, "?H" },
    { "ParachainHost", "disputes", 3, ASK_NOTHING, SAME_ALL, "[(uH(BBu?u))]" },
    { "ParachainHost", "session_executor_params", 4, ASK_SESSION, SAME_ALL, "?" EXECUTOR },
    { "ParachainHost", "unapplied_slashes", 5, ASK_NOTHING, SAME_COUNT, "[*]" },
    { "ParachainHost", "minimum_backing_votes", 6, ASK_NOTHING, SAME_ALL, "u" },
    { "ParachainHost", "para_backing_state", 7, ASK_PARA, SAME_FIRST, "*" },
    { "ParachainHost", "async_backing_params", 7, ASK_NOTHING, SAME_ALL, "(uu)" },
    { "ParachainHost", "disabled_validators", 8, ASK_NOTHING, SAME_ALL, "[u]" },
    { "ParachainHost", "node_features", 9, ASK_NOTHING, SAME_ALL, "B" },
    { "ParachainHost", "approval_voting_params", 10, ASK_NOTHING, SAME_ALL, "u" },
    { "ParachainHost", "claim_queue", 11, ASK_NOTHING, SAME_COUNT, "[(u[u])]" },
    { "ParachainHost", "candidates_pending_availability", 11, ASK_PARA, SAME_COUNT,
      "[" COMMITTED "]" },
    { "ParachainHost", "validation_code_bomb_limit", 12, ASK_NOTHING, SAME_ALL, "u" },
    { "ParachainHost", "backing_constraints", 13, ASK_PARA, SAME_FIRST, "*" },
    { "ParachainHost", "scheduling_lookahead", 13, ASK_NOTHING, SAME_ALL, "u" },
    { "ParachainHost", "para_ids", 14, ASK_NOTHING, SAME_ALL, "[u]" },
};
enum { ROWS = sizeof rows / sizeof *rows };
_Static_assert((int)ROWS <= (int)API_COUNT_MAX, "answers are kept in arrays of API_COUNT_MAX");

const api_row *api_at(size_t i)
{
    return i < ROWS ? &rows[i] : NULL;
}

void api_entry(char *out, size_t size, const api_row *row)
{
    snprintf(out, size, "%s_%s", row->api, row->method);
}
