/* types.c - all types. Where variants differ, type_of chooses. */
#include "types.h"

#include "configuration.h"
#include "pallet.h"
#include "paras.h"
#include "session.h"
#include "variant.h"

enum { P_BOOL = 0, P_STR = 2, P_U8 = 3, P_U16 = 4, P_U32 = 5, P_U64 = 6 };

#define PRIMITIVE(number)                                                                          \
    {                                                                                              \
        KIND_PRIMITIVE, .len = number                                                              \
    }
#define SEQUENCE(of)                                                                               \
    {                                                                                              \
        KIND_SEQUENCE, .item = of                                                                  \
    }
#define ARRAY(n, of)                                                                               \
    {                                                                                              \
        KIND_ARRAY, .item = of, .len = n                                                           \
    }
#define COMPACT(of)                                                                                \
    {                                                                                              \
        KIND_COMPACT, .item = of                                                                   \
    }
#define OPTION(of)                                                                                 \
    {                                                                                              \
        KIND_OPTION, .item = of, .path = "Option", .params = FIELDS({ "T", of })                   \
    }
#define TUPLE(...)                                                                                 \
    {                                                                                              \
        KIND_TUPLE, .fields = FIELDS(__VA_ARGS__)                                                  \
    }
#define STRUCT(path_, ...)                                                                         \
    {                                                                                              \
        KIND_STRUCT, .path = path_, .fields = FIELDS(__VA_ARGS__)                                  \
    }
#define ENUM(path_, ...)                                                                           \
    {                                                                                              \
        KIND_ENUM, .path = path_, .choices = CHOICES(__VA_ARGS__)                                  \
    }
#define RESULT(ok, error)                                                                          \
    {                                                                                              \
        KIND_ENUM,                                                                                 \
            .path = "Result", .params = FIELDS({ "T", ok }, { "E", error }),                       \
            .choices = CHOICES({ "Ok", 0, FIELDS({ 0, ok }) }, { "Err", 1, FIELDS({ 0, error }) }) \
    }
#define PER_CLASS(of)                                                                              \
    {                                                                                              \
        KIND_STRUCT,                                                                               \
            .path = "frame_support::dispatch::PerDispatchClass", .params = FIELDS({ "T", of }),    \
            .fields = FIELDS({ "normal", of }, { "operational", of }, { "mandatory", of })         \
    }
#define CALLS_OF(pallet_, path_)                                                                   \
    {                                                                                              \
        KIND_PALLET_CALLS, .path = path_, .pallet = &pallet_                                       \
    }
#define EVENTS_OF(pallet_, path_)                                                                  \
    {                                                                                              \
        KIND_PALLET_EVENTS, .path = path_, .pallet = &pallet_                                      \
    }
#define ERRORS_OF(pallet_, path_)                                                                  \
    {                                                                                              \
        KIND_PALLET_ERRORS, .path = path_, .pallet = &pallet_                                      \
    }
#define OF(...) FIELDS(__VA_ARGS__) /* what a variant holds */

static const struct type types[T_COUNT] = {
    /* ---- plain ---- */
    [T_UNIT] = { KIND_TUPLE },
    [T_BOOL] = PRIMITIVE(P_BOOL),
    [T_STR] = PRIMITIVE(P_STR),
    [T_U8] = PRIMITIVE(P_U8),
    [T_U16] = PRIMITIVE(P_U16),
    [T_U32] = PRIMITIVE(P_U32),
    [T_U64] = PRIMITIVE(P_U64),
    [T_BYTES] = SEQUENCE(T_U8),
    [T_U32S] = SEQUENCE(T_U32),
    [T_ARRAY_4] = ARRAY(4, T_U8),
    [T_ARRAY_8] = ARRAY(8, T_U8),
    [T_ARRAY_20] = ARRAY(20, T_U8),
    [T_ARRAY_32] = ARRAY(32, T_U8),
    [T_ARRAY_33] = ARRAY(33, T_U8),
    [T_ARRAY_64] = ARRAY(64, T_U8),
    [T_ARRAY_65] = ARRAY(65, T_U8),
    [T_ARRAYS_32] = SEQUENCE(T_ARRAY_32),
    [T_COMPACT_U32] = COMPACT(T_U32),
    [T_COMPACT_U64] = COMPACT(T_U64),
    [T_COMPACT_UNIT] = COMPACT(T_UNIT),
    [T_BITS] = { KIND_BITS, .item = T_BIT_ORDER },
    [T_BIT_ORDER] = { KIND_STRUCT, .path = "bitvec::order::Lsb0" },
    [T_H256] = STRUCT("primitive_types::H256", { 0, T_ARRAY_32 }),
    [T_ACCOUNT] = STRUCT("sp_core::crypto::AccountId32", { 0, T_ARRAY_32 }),
    [T_ACCOUNTS] = SEQUENCE(T_ACCOUNT),
    [T_SR25519] = STRUCT("sp_core::sr25519::Public", { 0, T_ARRAY_32 }),
    [T_SR25519S] = SEQUENCE(T_SR25519),
    [T_ED25519] = STRUCT("sp_core::ed25519::Public", { 0, T_ARRAY_32 }),
    [T_ECDSA] = STRUCT("sp_core::ecdsa::Public", { 0, T_ARRAY_33 }),
    [T_ED25519_SIGNATURE] = STRUCT("sp_core::ed25519::Signature", { 0, T_ARRAY_64 }),
    [T_SR25519_SIGNATURE] = STRUCT("sp_core::sr25519::Signature", { 0, T_ARRAY_64 }),
    [T_ECDSA_SIGNATURE] = STRUCT("sp_core::ecdsa::Signature", { 0, T_ARRAY_65 }),
    [T_KEY_VALUE] = TUPLE({ 0, T_BYTES }, { 0, T_BYTES }),
    [T_KIND_AND_KEY] = TUPLE({ 0, T_ARRAY_4 }, { 0, T_BYTES }),
    [T_KEY_VALUES] = SEQUENCE(T_KEY_VALUE),
    [T_OPTION_U32] = OPTION(T_U32),
    [T_OPTION_ARRAY_32] = OPTION(T_ARRAY_32),
    [T_OPTION_BYTES] = OPTION(T_BYTES),
    [T_OPTION_UNIT] = OPTION(T_UNIT),
    [T_OPTION_H256] = OPTION(T_H256),

    /* ---- the runtime's enums ---- */
    [T_CALL] = { KIND_RUNTIME_CALL, .path = "mini_runtime::RuntimeCall" },
    [T_EVENT] = { KIND_RUNTIME_EVENT, .path = "mini_runtime::RuntimeEvent" },
    [T_ERROR] = { KIND_RUNTIME_ERROR, .path = "mini_runtime::RuntimeError" },
    [T_SYSTEM_CALL] = CALLS_OF(pallet_system, "frame_system::pallet::Call"),
    [T_SCHEDULER_CALL] = CALLS_OF(pallet_scheduler, "pallet_scheduler::pallet::Call"),
    [T_TIMESTAMP_CALL] = CALLS_OF(pallet_timestamp, "pallet_timestamp::pallet::Call"),
    [T_SESSION_CALL] = CALLS_OF(pallet_session, "pallet_session::pallet::Call"),
    [T_PREIMAGE_CALL] = CALLS_OF(pallet_preimage, "pallet_preimage::pallet::Call"),
    [T_CONFIGURATION_CALL] =
        CALLS_OF(pallet_configuration, "polkadot_runtime_parachains::configuration::pallet::Call"),
    [T_PARA_INHERENT_CALL] =
        CALLS_OF(pallet_para_inherent, "polkadot_runtime_parachains::paras_inherent::pallet::Call"),
    [T_SUDO_CALL] = CALLS_OF(pallet_sudo, "pallet_sudo::pallet::Call"),
    [T_SYSTEM_EVENT] = EVENTS_OF(pallet_system, "frame_system::pallet::Event"),
    [T_SCHEDULER_EVENT] = EVENTS_OF(pallet_scheduler, "pallet_scheduler::pallet::Event"),
    [T_SESSION_EVENT] = EVENTS_OF(pallet_session, "pallet_session::pallet::Event"),
    [T_MIGRATIONS_EVENT] = EVENTS_OF(pallet_migrations, "pallet_migrations::pallet::Event"),
    [T_SUDO_EVENT] = EVENTS_OF(pallet_sudo, "pallet_sudo::pallet::Event"),
    [T_SYSTEM_ERROR] = ERRORS_OF(pallet_system, "frame_system::pallet::Error"),
    [T_PARA_INHERENT_ERROR] = ERRORS_OF(
        pallet_para_inherent, "polkadot_runtime_parachains::paras_inherent::pallet::Error"),
    [T_SUDO_ERROR] = ERRORS_OF(pallet_sudo, "pallet_sudo::pallet::Error"),

    /* ---- System ---- */
    [T_ACCOUNT_INFO] =
        STRUCT("frame_system::AccountInfo", { "nonce", T_U32 }, { "consumers", T_U32 },
               { "providers", T_U32 }, { "sufficients", T_U32 }),
    [T_WEIGHT] = STRUCT("sp_weights::weight_v2::Weight", { "ref_time", T_COMPACT_U64 },
                        { "proof_size", T_COMPACT_U64 }),
    [T_OPTION_WEIGHT] = OPTION(T_WEIGHT),
    [T_WEIGHT_PER_CLASS] = PER_CLASS(T_WEIGHT),
    [T_WEIGHTS_PER_CLASS] = PER_CLASS(T_CLASS_WEIGHTS),
    [T_CLASS_WEIGHTS] = STRUCT("frame_system::limits::WeightsPerClass",
                               { "base_extrinsic", T_WEIGHT }, { "max_extrinsic", T_OPTION_WEIGHT },
                               { "max_total", T_OPTION_WEIGHT }, { "reserved", T_OPTION_WEIGHT }),
    [T_BLOCK_WEIGHTS] = STRUCT("frame_system::limits::BlockWeights", { "base_block", T_WEIGHT },
                               { "max_block", T_WEIGHT }, { "per_class", T_WEIGHTS_PER_CLASS }),
    [T_DISPATCH_CLASS] = ENUM("frame_support::dispatch::DispatchClass", { "Normal", 0, NULL },
                              { "Operational", 1, NULL }, { "Mandatory", 2, NULL }),
    [T_PAYS] = ENUM("frame_support::dispatch::Pays", { "Yes", 0, NULL }, { "No", 1, NULL }),
    [T_DISPATCH_INFO] = STRUCT("frame_support::dispatch::DispatchInfo", { "weight", T_WEIGHT },
                               { "class", T_DISPATCH_CLASS }, { "pays_fee", T_PAYS }),
    [T_DISPATCH_ERROR] = ENUM(
        "sp_runtime::DispatchError", { "Other", 0, NULL }, { "CannotLookup", 1, NULL },
        { "BadOrigin", 2, NULL }, { "Module", 3, OF({ 0, T_MODULE_ERROR }) },
        { "ConsumerRemaining", 4, NULL }, { "NoProviders", 5, NULL },
        { "TooManyConsumers", 6, NULL }, { "Token", 7, OF({ 0, T_TOKEN_ERROR }) },
        { "Arithmetic", 8, OF({ 0, T_ARITHMETIC_ERROR }) },
        { "Transactional", 9, OF({ 0, T_TRANSACTIONAL_ERROR }) }, { "Exhausted", 10, NULL },
        { "Corruption", 11, NULL }, { "Unavailable", 12, NULL }, { "RootNotAllowed", 13, NULL }),
    [T_MODULE_ERROR] = STRUCT("sp_runtime::ModuleError", { "index", T_U8 }, { "error", T_ARRAY_4 }),
    [T_TOKEN_ERROR] = ENUM("sp_runtime::TokenError", { "FundsUnavailable", 0, NULL },
                           { "OnlyProvider", 1, NULL }),
    [T_ARITHMETIC_ERROR] = ENUM("sp_arithmetic::ArithmeticError", { "Underflow", 0, NULL },
                                { "Overflow", 1, NULL }, { "DivisionByZero", 2, NULL }),
    [T_TRANSACTIONAL_ERROR] =
        ENUM("sp_runtime::TransactionalError", { "LimitReached", 0, NULL }, { "NoLayer", 1, NULL }),
    [T_DISPATCH_RESULT] = RESULT(T_UNIT, T_DISPATCH_ERROR),
    [T_DIGEST] = STRUCT("sp_runtime::generic::digest::Digest", { "logs", T_DIGEST_ITEMS }),
    [T_DIGEST_ITEMS] = SEQUENCE(T_DIGEST_ITEM),
    [T_DIGEST_ITEM] =
        ENUM("sp_runtime::generic::digest::DigestItem", { "Other", 0, OF({ 0, T_BYTES }) },
             { "Consensus", 4, OF({ 0, T_ARRAY_4 }, { 0, T_BYTES }) },
             { "Seal", 5, OF({ 0, T_ARRAY_4 }, { 0, T_BYTES }) },
             { "PreRuntime", 6, OF({ 0, T_ARRAY_4 }, { 0, T_BYTES }) },
             { "RuntimeEnvironmentUpdated", 8, NULL }),
    [T_PHASE] = ENUM("frame_system::Phase", { "ApplyExtrinsic", 0, OF({ 0, T_U32 }) },
                     { "Finalization", 1, NULL }, { "Initialization", 2, NULL }),
    [T_EVENT_RECORD] = { KIND_STRUCT, .path = "frame_system::EventRecord",
                         .params = OF({ "E", T_EVENT }, { "T", T_H256 }),
                         .fields = OF({ "phase", T_PHASE }, { "event", T_EVENT },
                                      { "topics", T_H256S }) },
    [T_EVENT_RECORDS] = SEQUENCE(T_EVENT_RECORD),
    [T_H256S] = SEQUENCE(T_H256),
    [T_LAST_UPGRADE] = STRUCT("frame_system::LastRuntimeUpgradeInfo",
                              { "spec_version", T_COMPACT_U32 }, { "spec_name", T_STR }),
    [T_AUTHORIZED_UPGRADE] = STRUCT("frame_system::CodeUpgradeAuthorization",
                                    { "code_hash", T_H256 }, { "check_version", T_BOOL }),
    [T_RUNTIME_VERSION] = STRUCT(
        "sp_version::RuntimeVersion", { "spec_name", T_STR }, { "impl_name", T_STR },
        { "authoring_version", T_U32 }, { "spec_version", T_U32 }, { "impl_version", T_U32 },
        { "apis", T_API_VERSIONS }, { "transaction_version", T_U32 }, { "system_version", T_U8 }),
    [T_API_VERSION] = TUPLE({ 0, T_ARRAY_8 }, { 0, T_U32 }),
    [T_API_VERSIONS] = SEQUENCE(T_API_VERSION),
    [T_HEADER] = STRUCT("sp_runtime::generic::header::Header", { "parent_hash", T_H256 },
                        { "number", T_COMPACT_U32 }, { "state_root", T_H256 },
                        { "extrinsics_root", T_H256 }, { "digest", T_DIGEST }),

    /* ---- extrinsics ---- */
    [T_EXTRINSIC] = { KIND_STRUCT,
                      .path = "sp_runtime::generic::unchecked_extrinsic::UncheckedExtrinsic",
                      .fields = OF({ 0, T_BYTES }),
                      .params = OF({ "Address", T_ADDRESS }, { "Call", T_CALL },
                                   { "Signature", T_SIGNATURE }, { "Extra", T_EXTRA }) },
    [T_EXTRINSICS] = SEQUENCE(T_EXTRINSIC),
    [T_ADDRESS] = { KIND_ENUM, .path = "sp_runtime::multiaddress::MultiAddress",
                    .params = OF({ "AccountId", T_ACCOUNT }, { "AccountIndex", T_UNIT }),
                    .choices = CHOICES({ "Id", 0, OF({ 0, T_ACCOUNT }) },
                                       { "Index", 1, OF({ 0, T_COMPACT_UNIT }) },
                                       { "Raw", 2, OF({ 0, T_BYTES }) },
                                       { "Address32", 3, OF({ 0, T_ARRAY_32 }) },
                                       { "Address20", 4, OF({ 0, T_ARRAY_20 }) }) },
    [T_SIGNATURE] =
        ENUM("sp_runtime::MultiSignature", { "Ed25519", 0, OF({ 0, T_ED25519_SIGNATURE }) },
             { "Sr25519", 1, OF({ 0, T_SR25519_SIGNATURE }) },
             { "Ecdsa", 2, OF({ 0, T_ECDSA_SIGNATURE }) }),
    [T_EXTRA] =
        TUPLE({ 0, T_UNIT }, { 0, T_UNIT }, { 0, T_UNIT }, { 0, T_ERA }, { 0, T_COMPACT_U32 }),
    [T_ERA] = ENUM("sp_runtime::generic::era::Era", { "Immortal", 0, NULL }),
    [T_VALID_TRANSACTION] =
        STRUCT("sp_runtime::transaction_validity::ValidTransaction", { "priority", T_U64 },
               { "requires", T_BYTES_LIST }, { "provides", T_BYTES_LIST }, { "longevity", T_U64 },
               { "propagate", T_BOOL }),
    [T_VALIDITY_ERROR] =
        ENUM("sp_runtime::transaction_validity::TransactionValidityError",
             { "Invalid", 0, OF({ 0, T_INVALID }) }, { "Unknown", 1, OF({ 0, T_UNKNOWN }) }),
    [T_INVALID] = ENUM("sp_runtime::transaction_validity::InvalidTransaction", { "Call", 0, NULL },
                       { "Payment", 1, NULL }, { "Future", 2, NULL }, { "Stale", 3, NULL },
                       { "BadProof", 4, NULL }, { "AncientBirthBlock", 5, NULL },
                       { "ExhaustsResources", 6, NULL }, { "Custom", 7, OF({ 0, T_U8 }) },
                       { "BadMandatory", 8, NULL }, { "MandatoryValidation", 9, NULL },
                       { "BadSigner", 10, NULL }),
    [T_UNKNOWN] =
        ENUM("sp_runtime::transaction_validity::UnknownTransaction", { "CannotLookup", 0, NULL },
             { "NoUnsignedValidator", 1, NULL }, { "Custom", 2, OF({ 0, T_U8 }) }),
    [T_TRANSACTION_VALIDITY] = RESULT(T_VALID_TRANSACTION, T_VALIDITY_ERROR),
    [T_APPLY_RESULT] = RESULT(T_DISPATCH_RESULT, T_VALIDITY_ERROR),
    [T_TRANSACTION_SOURCE] =
        ENUM("sp_runtime::transaction_validity::TransactionSource", { "InBlock", 0, NULL },
             { "Local", 1, NULL }, { "External", 2, NULL }),
    [T_INCLUSION_MODE] = ENUM("sp_runtime::ExtrinsicInclusionMode", { "AllExtrinsics", 0, NULL },
                              { "OnlyInherents", 1, NULL }),
    [T_BLOCK] = STRUCT("sp_runtime::generic::block::Block", { "header", T_HEADER },
                       { "extrinsics", T_EXTRINSICS }),
    [T_INHERENT_DATA] = STRUCT("sp_inherents::InherentData", { "data", T_INHERENT_DATUMS }),
    [T_INHERENT_DATUM] = TUPLE({ 0, T_ARRAY_8 }, { 0, T_BYTES }),
    [T_INHERENT_DATUMS] = SEQUENCE(T_INHERENT_DATUM),
    [T_CHECK_INHERENTS] = STRUCT("sp_inherents::CheckInherentsResult", { "okay", T_BOOL },
                                 { "fatal_error", T_BOOL }, { "errors", T_INHERENT_DATA }),

    /* ---- consensus ---- */
    [T_SLOT] = STRUCT("sp_consensus_slots::Slot", { 0, T_U64 }),
    [T_BABE_AUTHORITY] = TUPLE({ 0, T_SR25519 }, { 0, T_U64 }),
    [T_BABE_AUTHORITIES] = SEQUENCE(T_BABE_AUTHORITY),
    [T_BABE_EPOCH_CONFIG] = STRUCT("sp_consensus_babe::BabeEpochConfiguration", { "c", T_RATIO },
                                   { "allowed_slots", T_ALLOWED_SLOTS }),
    [T_RATIO] = TUPLE({ 0, T_U64 }, { 0, T_U64 }),
    [T_ALLOWED_SLOTS] = ENUM("sp_consensus_babe::AllowedSlots", { "PrimarySlots", 0, NULL },
                             { "PrimaryAndSecondaryPlainSlots", 1, NULL },
                             { "PrimaryAndSecondaryVRFSlots", 2, NULL }),
    [T_SKIPPED_EPOCH] = TUPLE({ 0, T_U64 }, { 0, T_U32 }),
    [T_SKIPPED_EPOCHS] = SEQUENCE(T_SKIPPED_EPOCH),
    [T_BABE_CONFIGURATION] =
        STRUCT("sp_consensus_babe::BabeConfiguration", { "slot_duration", T_U64 },
               { "epoch_length", T_U64 }, { "c", T_RATIO }, { "authorities", T_BABE_AUTHORITIES },
               { "randomness", T_ARRAY_32 }, { "allowed_slots", T_ALLOWED_SLOTS }),
    [T_BABE_EPOCH] =
        STRUCT("sp_consensus_babe::Epoch", { "epoch_index", T_U64 }, { "start_slot", T_SLOT },
               { "duration", T_U64 }, { "authorities", T_BABE_AUTHORITIES },
               { "randomness", T_ARRAY_32 }, { "config", T_BABE_EPOCH_CONFIG }),
    [T_GRANDPA_AUTHORITY] = TUPLE({ 0, T_ED25519 }, { 0, T_U64 }),
    [T_GRANDPA_AUTHORITIES] = SEQUENCE(T_GRANDPA_AUTHORITY),
    [T_QUEUED_KEY] = TUPLE({ 0, T_ACCOUNT }, { 0, T_SESSION_KEYS }),
    [T_QUEUED_KEYS] = SEQUENCE(T_QUEUED_KEY),
    [T_DECODED_KEY] = TUPLE({ 0, T_BYTES }, { 0, T_ARRAY_4 }),
    [T_DECODED_KEYS] = SEQUENCE(T_DECODED_KEY),
    [T_OPTION_DECODED_KEYS] = OPTION(T_DECODED_KEYS),
    [T_MIGRATION_CURSOR] = ENUM("pallet_migrations::MigrationCursor",
                                { "Active", 0, OF({ 0, T_ACTIVE_CURSOR }) }, { "Stuck", 1, NULL }),
    [T_ACTIVE_CURSOR] = STRUCT("pallet_migrations::ActiveCursor", { "index", T_U32 },
                               { "inner_cursor", T_OPTION_BYTES }, { "started_at", T_U32 }),

    /* ---- Scheduler ---- */
    [T_AGENDA] = SEQUENCE(T_OPTION_SCHEDULED),
    [T_OPTION_SCHEDULED] = OPTION(T_SCHEDULED),
    [T_SCHEDULED] = STRUCT("pallet_scheduler::Scheduled", { "maybe_id", T_OPTION_ARRAY_32 },
                           { "priority", T_U8 }, { "call", T_BOUNDED_CALL },
                           { "maybe_periodic", T_OPTION_PERIOD }, { "origin", T_ORIGIN }),
    [T_BOUNDED_CALL] =
        ENUM("frame_support::traits::preimages::Bounded", { "Legacy", 0, OF({ "hash", T_H256 }) },
             { "Inline", 1, OF({ 0, T_BYTES }) },
             { "Lookup", 2, OF({ "hash", T_H256 }, { "len", T_U32 }) }),
    [T_PERIOD] = TUPLE({ 0, T_U32 }, { 0, T_U32 }),
    [T_OPTION_PERIOD] = OPTION(T_PERIOD),
    [T_ORIGIN] = ENUM("mini_runtime::OriginCaller", { "system", 0, OF({ 0, T_RAW_ORIGIN }) }),
    [T_RAW_ORIGIN] = ENUM("frame_support::dispatch::RawOrigin", { "Root", 0, NULL },
                          { "Signed", 1, OF({ 0, T_ACCOUNT }) }, { "None", 2, NULL }),
    [T_TASK_ADDRESS] = TUPLE({ 0, T_U32 }, { 0, T_U32 }),
    [T_PREIMAGE_KEY] = TUPLE({ 0, T_H256 }, { 0, T_U32 }),
    [T_REQUEST_STATUS] = ENUM("pallet_preimage::RequestStatus",
                              { "Unrequested", 0, OF({ "ticket", T_ACCOUNT }, { "len", T_U32 }) },
                              { "Requested", 1,
                                OF({ "maybe_ticket", T_OPTION_ACCOUNT }, { "count", T_U32 },
                                   { "maybe_len", T_OPTION_U32 }) }),
    [T_OPTION_ACCOUNT] = OPTION(T_ACCOUNT),

#include "types_parachains.inc"
};

const struct type *type_of(enum type_id id)
{
    if (id == T_SESSION_KEYS)
        return &session_keys_types[variant.keys];
    if (id == T_HOST_CONFIGURATION)
        return &config_types[variant.generation - 1];
    if (id == T_CONTEXT)
        return &context_types[variant.contexts_with_hash];
    return &types[id];
}
