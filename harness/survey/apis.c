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
    { "Core", "version", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "*", NULL, false,
      "N is another version" },
    { "Metadata", "metadata", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "s", NULL, false,
      "N describes itself" },
    { "Metadata", "metadata_versions", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[u]", NULL,
      false, "N describes itself" },
    { "Metadata", "metadata_at_version", 2, DG_SURVEY_ASK_METADATA, DG_SURVEY_SAME_ALL, "?s", NULL,
      false, "N describes itself" },
    { "BabeApi", "configuration", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "(UU(UU)[(HU)]Hb)",
      "(={slot duration}={epoch length}(={c}={c})#{authorities}..)", false,
      "randomness comes of the blocks, all else of the chain and its session" },
    { "BabeApi", "current_epoch_start", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "U",
      "={start of the epoch}", false, "one clock for both arms" },
    { "BabeApi", "current_epoch", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, EPOCH,
      "(={epoch index}={start}={length}#{authorities}...)", false,
      "one clock for both arms; randomness comes of the blocks" },
    { "BabeApi", "next_epoch", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, EPOCH,
      "(={epoch index}={start}={length}#{authorities}...)", false,
      "one clock for both arms; randomness comes of the blocks" },
    { "GrandpaApi", "grandpa_authorities", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[(HU)]",
      "#{authorities}", false, "who they are is asked by authorities-survive" },
    { "GrandpaApi", "current_set_id", 3, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "U", NULL,
      false, "counts changes of the set, and a migration of session keys may make one" },
    { "AuthorityDiscoveryApi", "authorities", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[H]",
      "#{authorities}", false, "who they are is asked by authorities-survive" },
    { "SessionKeys", "decode_session_keys", 1, DG_SURVEY_ASK_KEYS, DG_SURVEY_SAME_FIRST,
      "?[(sx4.)]", "!{decoded keys}", false, "stored keys are the same, their layout may be N's" },
    { "AccountNonceApi", "account_nonce", 1, DG_SURVEY_ASK_ACCOUNT, DG_SURVEY_SAME_ALL, "u",
      "={nonce}", false, "no transaction is sent in either arm" },
    { "TransactionPaymentApi", "query_info", 1, DG_SURVEY_ASK_EXTRINSIC, DG_SURVEY_SAME_NEVER, "*",
      NULL, false, "weights and fees are N's" },
    { "TransactionPaymentApi", "query_fee_details", 1, DG_SURVEY_ASK_EXTRINSIC,
      DG_SURVEY_SAME_NEVER, "*", NULL, false, "weights and fees are N's" },
    { "BeefyApi", "beefy_genesis", 3, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "?u", "!{genesis}",
      false, "where BEEFY runs it goes on running" },
    { "BeefyApi", "validator_set", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "?([x33.]U)",
      "?{validator set}(#{validators}.)", false, "who they are follows from the session" },
    { "MmrApi", "mmr_root", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_FIRST, "*", "k{root}", false,
      "the root itself comes of the blocks" },
    { "MmrApi", "mmr_leaf_count", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_FIRST, "*", "k{count}",
      false, "one leaf a block, and the arms' blocks may differ in number" },
    { "ParachainHost", "validators", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[H]",
      "#{validators}", false,
      "who they are is asked by authorities-survive, their order is drawn" },
    { "ParachainHost", "validator_groups", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_BUT_LAST4,
      "([[u]](uuu))", "(#{groups}(.={rotation frequency}.))", true,
      "members are drawn, and groups rotate with the blocks" },
    { "ParachainHost", "availability_cores", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_COUNT,
      "[<(?" SCHEDULED "uu?" SCHEDULED "BuHx292.)|" SCHEDULED "|->]", "[#{cores}%{cores in use}]",
      true, "what is on a core hangs on what was backed" },
    { "ParachainHost", "persisted_validation_data", 1, DG_SURVEY_ASK_PARA_FREE,
      DG_SURVEY_SAME_FIRST, "?(suHu)", NULL, false,
      "nothing while a candidate waits for availability" },
    { "ParachainHost", "session_index_for_child", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "u",
      NULL, false, "asked by session-cadence; the last block of a session tells the next one" },
    { "ParachainHost", "validation_code", 1, DG_SURVEY_ASK_PARA_FREE, DG_SURVEY_SAME_ALL, "?s",
      NULL, false, "nothing while a candidate waits for availability" },
    { "ParachainHost", "candidate_pending_availability", 1, DG_SURVEY_ASK_PARA,
      DG_SURVEY_SAME_FIRST, "?" COMMITTED, NULL, false, "moves with every block" },
    { "ParachainHost", "candidate_events", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_NEVER,
      "[<(" RECEIPT "suu)|(" RECEIPT "suu)|(" RECEIPT "su)>]", NULL, false, "of one block" },
    { "ParachainHost", "dmq_contents", 1, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_ALL, "[(us)]", NULL,
      false, "empties as candidates are included" },
    { "ParachainHost", "inbound_hrmp_channels_contents", 1, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_ALL,
      "[(u[(us)])]", NULL, false, "empties as candidates are included" },
    { "ParachainHost", "validation_code_by_hash", 1, DG_SURVEY_ASK_CODE_HASH, DG_SURVEY_SAME_ALL,
      "?s", "!{code}", false, "the hash is the one that the state names" },
    { "ParachainHost", "on_chain_votes", 1, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_FIRST,
      "?(u[(" RECEIPT "[(u<-|x64.|x64.>)])][(Hu" STATEMENTS ")])", "!{votes}", false,
      "of one block; every inherent leaves some" },
    { "ParachainHost", "session_info", 2, DG_SURVEY_ASK_SESSION, DG_SURVEY_SAME_ALL,
      "?([u]Hu[H][H][H][[u]]uuuuuu)",
      "?{session}(#{active validators}.={dispute period}#{validators}#{discovery keys}#{assignment "
      "keys}#{groups}={cores}={zeroth delay tranche width}={VRF modulo samples}={delay "
      "tranches}={no-show slots}={needed approvals})",
      true, "order and seed are drawn, all else is of the session and its configuration" },
    { "ParachainHost", "pvfs_require_precheck", 2, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[H]",
      NULL, false, "moves with the votes" },
    { "ParachainHost", "validation_code_hash", 2, DG_SURVEY_ASK_PARA_FREE, DG_SURVEY_SAME_ALL, "?H",
      NULL, false, "nothing while a candidate waits for availability" },
    { "ParachainHost", "disputes", 3, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[(uH(BBu?u))]",
      NULL, false, "asked by disputes" },
    { "ParachainHost", "session_executor_params", 4, DG_SURVEY_ASK_SESSION, DG_SURVEY_SAME_ALL,
      "?" EXECUTOR, "?{session}={executor parameters}", true,
      "of the session and its configuration" },
    { "ParachainHost", "unapplied_slashes", 5, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_COUNT, "[*]",
      NULL, false, "follow from what validators did" },
    { "ParachainHost", "minimum_backing_votes", 6, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "u",
      "={votes}", true, "configuration" },
    { "ParachainHost", "para_backing_state", 7, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_FIRST, "*",
      "!{state}", false, "moves with every block, but is there while the parachain is" },
    { "ParachainHost", "async_backing_params", 7, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "(uu)",
      "(={candidate depth}={ancestry length})", true, "configuration" },
    { "ParachainHost", "disabled_validators", 8, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[u]",
      NULL, false, "follow from what validators did" },
    { "ParachainHost", "node_features", 9, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "B",
      "={features}", true, "configuration" },
    { "ParachainHost", "approval_voting_params", 10, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "u",
      "={approvals coalesced}", true, "configuration" },
    { "ParachainHost", "claim_queue", 11, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_COUNT, "[(u[u])]",
      "[%{cores with a claim}]", true, "which cores wait for what moves with orders and blocks" },
    { "ParachainHost", "candidates_pending_availability", 11, DG_SURVEY_ASK_PARA,
      DG_SURVEY_SAME_COUNT, "[" COMMITTED "]", NULL, false, "moves with every block" },
    { "ParachainHost", "validation_code_bomb_limit", 12, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL,
      "u", NULL, false, "a limit of N's own" },
    { "ParachainHost", "backing_constraints", 13, DG_SURVEY_ASK_PARA, DG_SURVEY_SAME_FIRST, "*",
      "!{constraints}", false, "move with every block, but are there while the parachain is" },
    { "ParachainHost", "scheduling_lookahead", 13, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "u",
      "={lookahead}", true, "configuration" },
    { "ParachainHost", "para_ids", 14, DG_SURVEY_ASK_NOTHING, DG_SURVEY_SAME_ALL, "[u]",
      "#{parachains}", false, "parachains come and go in both arms alike" },
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
