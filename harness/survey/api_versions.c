/* api_versions.c - versions of runtime APIs, and what each brought to a node. */
#include "survey/survey.h"

#include <string.h>

uint32_t dg_survey_api_version(const dg_version *of, const uint8_t id[8])
{
    for (uint32_t i = 0; i < of->api_count; i++)
        if (memcmp(of->apis[i].id, id, 8) == 0)
            return of->apis[i].version;
    return 0;
}

static const struct {
    const char *api;
    uint32_t version;
    const char *means;
} meanings[] = {
    { "ParachainHost", 2, "session_info and PVF pre-check calls" },
    { "ParachainHost", 3, "disputes: the provisioner selects them by priority" },
    { "ParachainHost", 4, "session_executor_params: PVF artifacts depend on the parameters" },
    { "ParachainHost", 5, "slashing of dispute losers" },
    { "ParachainHost", 6, "minimum_backing_votes (before: min(2, group size))" },
    { "ParachainHost", 7,
      "async backing: switches on prospective parachains, backing, collator protocol, "
      "provisioner and statement distribution v2 at the leaf where it appears, in the middle of "
      "a session" },
    { "ParachainHost", 8, "disabled_validators: backing, statements and disputes are filtered" },
    { "ParachainHost", 9, "node_features: feature bits act two sessions later" },
    { "ParachainHost", 10, "approval_voting_params: votes may be coalesced" },
    { "ParachainHost", 11,
      "claim_queue and candidates_pending_availability: cores are read from another source" },
    { "ParachainHost", 12, "validation_code_bomb_limit" },
    { "ParachainHost", 13, "backing_constraints and scheduling_lookahead" },
    { "ParachainHost", 14, "para_ids" },
    { "ParachainHost", 15, "unapplied_slashes_v2" },
    { "Core", 3, "RuntimeVersion gains transaction_version" },
    { "Core", 4, "RuntimeVersion gains state_version" },
    { "Core", 5, "initialize_block answers which extrinsics may follow (multi-block migrations)" },
    { "Metadata", 2, "metadata by version" },
    { "BlockBuilder", 6, "module errors take four bytes" },
    { "TaggedTransactionQueue", 3, "validate_transaction takes the block hash" },
    { "BabeApi", 2, "configuration names the kinds of secondary slots" },
    { "GrandpaApi", 3, "current_set_id" },
    { "TransactionPaymentApi", 2, "weights have two dimensions" },
};

const char *dg_survey_api_meaning(const char *api, uint32_t version)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].version == version && strcmp(meanings[i].api, api) == 0)
            return meanings[i].means;
    return NULL;
}
