/* apis.c - the table. Methods that submit something, and those that only wallets
 * call, are left out: no block depends on them.
 * Mirrors: sp-api traits; polkadot's runtime-api subsystem. */
#include "survey/survey.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define EPOCH "(UUU[(HU)]H(UU)b)"
#define SCHEDULED "(u?H)"
#define RECEIPT "(x292.H)"
#define COMMITTED "(x292.([s][(us)]?ssuu))"
#define STATEMENTS "[(<<-|H|H|-|[H]>|<->>ux64.)]"
/* since stable2412 a list of variants; each carries its own number of bytes */
#define EXECUTOR "[<-|u|u|u|U|(bU)|(bU)|->]"

static const dg_survey_api rows[] = {
    { "Core", "version", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "*" },
    { "Metadata", "metadata", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "s" },
    { "Metadata", "metadata_versions", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[u]" },
    { "Metadata", "metadata_at_version", 2, DG_SURVEY_ASK_METADATA, DG_SURVEY_SAME_ALL, "?s" },
    { "BabeApi", "configuration", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL,
      "(UU(UU)[(HU)]Hb)" },
    { "BabeApi", "current_epoch_start", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "U" },
    { "BabeApi", "current_epoch", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, EPOCH },
    { "BabeApi", "next_epoch", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, EPOCH },
    { "GrandpaApi", "grandpa_authorities", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[(HU)]" },
    { "GrandpaApi", "current_set_id", 3, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "U" },
    { "AuthorityDiscoveryApi", "authorities", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[H]" },
    { "SessionKeys", "decode_session_keys", 1, DG_SURVEY_ASK_KEYS, DG_SURVEY_SAME_FIRST,
      "?[(sx4.)]" },
    { "AccountNonceApi", "account_nonce", 1, DG_SURVEY_ASK_ACCOUNT, DG_SURVEY_SAME_ALL, "u" },
    { "TransactionPaymentApi", "query_info", 1, DG_SURVEY_ASK_EXTRINSIC, DG_SURVEY_SAME_NEVER,
      "*" },
    { "TransactionPaymentApi", "query_fee_details", 1, DG_SURVEY_ASK_EXTRINSIC,
      DG_SURVEY_SAME_NEVER, "*" },
    { "BeefyApi", "beefy_genesis", 3, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "?u" },
    { "BeefyApi", "validator_set", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "?([x33.]U)" },
    { "MmrApi", "mmr_root", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_FIRST, "*" },
    { "MmrApi", "mmr_leaf_count", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_FIRST, "*" },
    { "ParachainHost", "validators", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[H]" },
    { "ParachainHost", "validator_groups", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_BUT_LAST4,
      "([[u]](uuu))" },
    { "ParachainHost", "availability_cores", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_COUNT,
      "[<(?" SCHEDULED "uu?" SCHEDULED "BuHx292.)|" SCHEDULED "|->]" },
    { "ParachainHost", "persisted_validation_data", 1, DG_SURVEY_ASK_PARA_FREE,
      DG_SURVEY_SAME_FIRST, "?(suHu)" },
    { "ParachainHost", "session_index_for_child", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL,
      "u" },
    { "ParachainHost", "validation_code", 1, DG_SURVEY_ASK_PARA_FREE, DG_SURVEY_SAME_ALL, "?s" },
    { "ParachainHost", "candidate_pending_availability", 1, DG_SURVEY_ASK_PARA,
      DG_SURVEY_SAME_FIRST, "?" COMMITTED },
    { "ParachainHost", "candidate_events", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_NEVER,
      "[<(" RECEIPT "suu)|(" RECEIPT "suu)|(" RECEIPT "su)>]" },
    { "ParachainHost", "dmq_contents", 1, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_ALL, "[(us)]" },
    { "ParachainHost", "inbound_hrmp_channels_contents", 1, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_ALL,
      "[(u[(us)])]" },
    { "ParachainHost", "validation_code_by_hash", 1, DG_SURVEY_ASK_CODE_HASH, DG_SURVEY_SAME_ALL,
      "?s" },
    { "ParachainHost", "on_chain_votes", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_FIRST,
      "?(u[(" RECEIPT "[(u<-|x64.|x64.>)])][(Hu" STATEMENTS ")])" },
    { "ParachainHost", "session_info", 2, DG_SURVEY_ASK_SESSION, DG_SURVEY_SAME_ALL,
      "?([u]Hu[H][H][H][[u]]uuuuuu)" },
    { "ParachainHost", "pvfs_require_precheck", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL,
      "[H]" },
    { "ParachainHost", "validation_code_hash", 2, DG_SURVEY_ASK_PARA_FREE, DG_SURVEY_SAME_ALL,
      "?H" },
    { "ParachainHost", "disputes", 3, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[(uH(BBu?u))]" },
    { "ParachainHost", "session_executor_params", 4, DG_SURVEY_ASK_SESSION, DG_SURVEY_SAME_ALL,
      "?" EXECUTOR },
    { "ParachainHost", "unapplied_slashes", 5, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_COUNT, "[*]" },
    { "ParachainHost", "minimum_backing_votes", 6, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "u" },
    { "ParachainHost", "para_backing_state", 7, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_FIRST, "*" },
    { "ParachainHost", "async_backing_params", 7, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL,
      "(uu)" },
    { "ParachainHost", "disabled_validators", 8, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[u]" },
    { "ParachainHost", "node_features", 9, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "B" },
    { "ParachainHost", "approval_voting_params", 10, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL,
      "u" },
    { "ParachainHost", "claim_queue", 11, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_COUNT, "[(u[u])]" },
    { "ParachainHost", "candidates_pending_availability", 11, DG_SURVEY_ASK_PARA,
      DG_SURVEY_SAME_COUNT, "[" COMMITTED "]" },
    { "ParachainHost", "validation_code_bomb_limit", 12, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL,
      "u" },
    { "ParachainHost", "backing_constraints", 13, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_FIRST, "*" },
    { "ParachainHost", "scheduling_lookahead", 13, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "u" },
    { "ParachainHost", "para_ids", 14, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[u]" },
};
enum { ROWS = sizeof rows / sizeof *rows };
_Static_assert((int)ROWS <= (int)DG_SURVEY_APIS_MAX, "answers are kept in arrays of API_COUNT_MAX");

const dg_survey_api *dg_survey_api_at(size_t i)
{
    return i < ROWS ? &rows[i] : NULL;
}

const dg_survey_api *dg_survey_api_named(size_t *i, const char *api, const char *method)
{
    for (*i = 0; *i < ROWS; (*i)++)
        if (strcmp(rows[*i].api, api) == 0 && strcmp(rows[*i].method, method) == 0)
            return &rows[*i];
    return NULL;
}

void dg_survey_api_entry(char *out, size_t size, const dg_survey_api *row)
{
    assert(strlen(row->api) + strlen(row->method) + 2 <= size);
    snprintf(out, size, "%s_%s", row->api, row->method);
}
