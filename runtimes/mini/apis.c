/* apis.c - the runtime APIs: ids, versions, and the types of each method. */
#include "variant.h"
#include "version.h"

#define NO_INPUT NULL
#define IN(...) FIELDS(__VA_ARGS__)

static const struct method core[] = {
    { "version", NO_INPUT, T_RUNTIME_VERSION, 0 },
    { "execute_block", IN({ "block", T_BLOCK }), T_UNIT, 0 },
    { "initialize_block", IN({ "header", T_HEADER }), T_INCLUSION_MODE, 5 },
    { 0 },
};
static const struct method metadata[] = {
    { "metadata", NO_INPUT, T_BYTES, 0 },
    { "metadata_at_version", IN({ "version", T_U32 }), T_OPTION_BYTES, 0 },
    { "metadata_versions", NO_INPUT, T_U32S, 0 },
    { 0 },
};
static const struct method block_builder[] = {
    { "apply_extrinsic", IN({ "extrinsic", T_EXTRINSIC }), T_APPLY_RESULT, 0 },
    { "finalize_block", NO_INPUT, T_HEADER, 0 },
    { "inherent_extrinsics", IN({ "inherent", T_INHERENT_DATA }), T_EXTRINSICS, 0 },
    { "check_inherents", IN({ "block", T_BLOCK }, { "data", T_INHERENT_DATA }), T_CHECK_INHERENTS,
      0 },
    { 0 },
};
static const struct method pool[] = {
    { "validate_transaction",
      IN({ "source", T_TRANSACTION_SOURCE }, { "tx", T_EXTRINSIC }, { "block_hash", T_H256 }),
      T_TRANSACTION_VALIDITY, 0 },
    { 0 },
};
static const struct method babe[] = {
    { "configuration", NO_INPUT, T_BABE_CONFIGURATION, 0 },
    { "current_epoch_start", NO_INPUT, T_SLOT, 0 },
    { "current_epoch", NO_INPUT, T_BABE_EPOCH, 0 },
    { "next_epoch", NO_INPUT, T_BABE_EPOCH, 0 },
    { "generate_key_ownership_proof", IN({ "slot", T_SLOT }, { "authority_id", T_SR25519 }),
      T_OPTION_BYTES, 0 },
    { 0 },
};
static const struct method grandpa[] = {
    { "grandpa_authorities", NO_INPUT, T_GRANDPA_AUTHORITIES, 0 },
    { "current_set_id", NO_INPUT, T_U64, 0 },
    { "generate_key_ownership_proof", IN({ "set_id", T_U64 }, { "authority_id", T_ED25519 }),
      T_OPTION_BYTES, 0 },
    { 0 },
};
static const struct method authority_discovery[] = {
    { "authorities", NO_INPUT, T_SR25519S, 0 },
    { 0 },
};
static const struct method session_keys[] = {
    { "decode_session_keys", IN({ "encoded", T_BYTES }), T_OPTION_DECODED_KEYS, 0 },
    { 0 },
};
static const struct method account_nonce[] = {
    { "account_nonce", IN({ "account", T_ACCOUNT }), T_U32, 0 },
    { 0 },
};

#define PARA IN({ "para_id", T_PARA_ID })
static const struct method parachain_host[] = {
    { "validators", NO_INPUT, T_SR25519S, 0 },
    { "validator_groups", NO_INPUT, T_GROUPS_ANSWER, 0 },
    { "availability_cores", NO_INPUT, T_CORES, 0 },
    { "persisted_validation_data", IN({ "para_id", T_PARA_ID }, { "assumption", T_ASSUMPTION }),
      T_OPTION_VALIDATION_DATA, 0 },
    { "assumed_validation_data",
      IN({ "para_id", T_PARA_ID }, { "expected_persisted_validation_data_hash", T_H256 }),
      T_OPTION_VALIDATION_DATA_AND_HASH, 0 },
    { "check_validation_outputs", IN({ "para_id", T_PARA_ID }, { "outputs", T_COMMITMENTS }),
      T_BOOL, 0 },
    { "session_index_for_child", NO_INPUT, T_U32, 0 },
    { "validation_code", IN({ "para_id", T_PARA_ID }, { "assumption", T_ASSUMPTION }),
      T_OPTION_CODE, 0 },
    { "candidate_pending_availability", PARA, T_OPTION_COMMITTED, 0 },
    { "candidate_events", NO_INPUT, T_CANDIDATE_EVENTS, 0 },
    { "dmq_contents", IN({ "recipient", T_PARA_ID }), T_INBOUND_DOWNWARDS, 0 },
    { "inbound_hrmp_channels_contents", IN({ "recipient", T_PARA_ID }), T_INBOUND_CHANNELS, 0 },
    { "validation_code_by_hash", IN({ "hash", T_CODE_HASH }), T_OPTION_CODE, 0 },
    { "on_chain_votes", NO_INPUT, T_OPTION_SCRAPED_VOTES, 0 },
    { "session_info", IN({ "index", T_U32 }), T_OPTION_SESSION_INFO, 0 },
    { "submit_pvf_check_statement",
      IN({ "stmt", T_PVF_STATEMENT }, { "signature", T_SR25519_SIGNATURE }), T_UNIT, 0 },
    { "pvfs_require_precheck", NO_INPUT, T_CODE_HASHES, 0 },
    { "validation_code_hash", IN({ "para_id", T_PARA_ID }, { "assumption", T_ASSUMPTION }),
      T_OPTION_CODE_HASH, 0 },
    { "disputes", NO_INPUT, T_DISPUTES, 0 },
    { "session_executor_params", IN({ "session_index", T_U32 }), T_OPTION_EXECUTOR_PARAMS, 0 },
    { "unapplied_slashes", NO_INPUT, T_PENDING_SLASHES, 0 },
    { "key_ownership_proof", IN({ "validator_id", T_SR25519 }), T_OPTION_BYTES, 0 },
    { "submit_report_dispute_lost",
      IN({ "dispute_proof", T_DISPUTE_PROOF }, { "key_ownership_proof", T_BYTES }), T_OPTION_UNIT,
      0 },
    { "minimum_backing_votes", NO_INPUT, T_U32, 6 },
    { "para_backing_state", PARA, T_OPTION_BACKING_STATE, 7 },
    { "async_backing_params", NO_INPUT, T_ASYNC_BACKING_PARAMS, 7 },
    { "disabled_validators", NO_INPUT, T_U32S, 8 },
    { "node_features", NO_INPUT, T_BITS, 9 },
    { "approval_voting_params", NO_INPUT, T_APPROVAL_VOTING_PARAMS, 10 },
    { "candidates_pending_availability", PARA, T_COMMITTEDS, 11 },
    { "claim_queue", NO_INPUT, T_CLAIM_QUEUE, 11 },
    { 0 },
};

enum type_id method_output(const struct method *m)
{
    bool changed =
        fault_is(ANSWER_TYPE_CHANGED) && equal(text(m->name), text("session_index_for_child"));
    return changed ? T_U64 : m->output;
}

const struct api apis[] = {
    { "Core", { 0xdf, 0x6a, 0xcb, 0x68, 0x99, 0x07, 0x60, 0x9b }, 4, 5, core },
    { "Metadata", { 0x37, 0xe3, 0x97, 0xfc, 0x7c, 0x91, 0xf5, 0xe4 }, 2, 2, metadata },
    { "BlockBuilder", { 0x40, 0xfe, 0x3a, 0xd4, 0x01, 0xf8, 0x95, 0x9a }, 6, 6, block_builder },
    { "TaggedTransactionQueue", { 0xd2, 0xbc, 0x98, 0x97, 0xee, 0xd0, 0x8f, 0x15 }, 3, 3, pool },
    { "BabeApi", { 0xcb, 0xca, 0x25, 0xe3, 0x9f, 0x14, 0x23, 0x87 }, 2, 2, babe },
    { "GrandpaApi", { 0xed, 0x99, 0xc5, 0xac, 0xb2, 0x5e, 0xed, 0xf5 }, 3, 3, grandpa },
    { "ParachainHost", { 0xaf, 0x2c, 0x02, 0x97, 0xa2, 0x3e, 0x6d, 0x3d }, 5, 0, parachain_host },
    { "AuthorityDiscoveryApi",
      { 0x68, 0x7a, 0xd4, 0x4a, 0xd3, 0x7f, 0x03, 0xc2 },
      1,
      1,
      authority_discovery },
    { "SessionKeys", { 0xab, 0x3c, 0x05, 0x72, 0x29, 0x1f, 0xeb, 0x8b }, 1, 1, session_keys },
    { "AccountNonceApi", { 0xbc, 0x9d, 0x89, 0x90, 0x4f, 0x5b, 0x92, 0x3f }, 1, 1, account_nonce },
    { 0 },
};
