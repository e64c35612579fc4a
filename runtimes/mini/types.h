/* types.h - the type registry of the metadata as a C table: an enum constant is
 * the id of a type. */
#ifndef MINI_TYPES_H
#define MINI_TYPES_H

#include "env.h"

enum type_id {
    /* plain */
    T_UNIT,
    T_BOOL,
    T_STR,
    T_U8,
    T_U16,
    T_U32,
    T_U64,
    T_BYTES,
    T_U32S,
    T_ARRAY_4,
    T_ARRAY_8,
    T_ARRAY_20,
    T_ARRAY_32,
    T_ARRAY_33,
    T_ARRAY_64,
    T_ARRAY_65,
    T_ARRAYS_32,
    T_COMPACT_U32,
    T_COMPACT_U64,
    T_COMPACT_UNIT,
    T_BITS,
    T_BIT_ORDER,
    T_H256,
    T_ACCOUNT,
    T_ACCOUNTS,
    T_SR25519,
    T_SR25519S,
    T_ED25519,
    T_ECDSA,
    T_ED25519_SIGNATURE,
    T_SR25519_SIGNATURE,
    T_ECDSA_SIGNATURE,
    T_KEY_VALUE,
    T_KIND_AND_KEY,
    T_KEY_VALUES,
    T_OPTION_U32,
    T_OPTION_ARRAY_32,
    T_OPTION_BYTES,
    T_OPTION_UNIT,
    T_OPTION_H256,
    /* the runtime's enums */
    T_CALL,
    T_EVENT,
    T_ERROR,
    T_SYSTEM_CALL,
    T_SCHEDULER_CALL,
    T_TIMESTAMP_CALL,
    T_SESSION_CALL,
    T_PREIMAGE_CALL,
    T_CONFIGURATION_CALL,
    T_PARA_INHERENT_CALL,
    T_SUDO_CALL,
    T_SYSTEM_EVENT,
    T_SCHEDULER_EVENT,
    T_SESSION_EVENT,
    T_SUDO_EVENT,
    T_MIGRATIONS_EVENT,
    T_SYSTEM_ERROR,
    T_PARA_INHERENT_ERROR,
    T_SUDO_ERROR,
    /* System */
    T_ACCOUNT_INFO,
    T_WEIGHT,
    T_OPTION_WEIGHT,
    T_WEIGHT_PER_CLASS,
    T_WEIGHTS_PER_CLASS,
    T_CLASS_WEIGHTS,
    T_BLOCK_WEIGHTS,
    T_DISPATCH_CLASS,
    T_PAYS,
    T_DISPATCH_INFO,
    T_DISPATCH_ERROR,
    T_MODULE_ERROR,
    T_TOKEN_ERROR,
    T_ARITHMETIC_ERROR,
    T_TRANSACTIONAL_ERROR,
    T_DISPATCH_RESULT,
    T_DIGEST,
    T_DIGEST_ITEMS,
    T_DIGEST_ITEM,
    T_PHASE,
    T_EVENT_RECORD,
    T_EVENT_RECORDS,
    T_H256S,
    T_LAST_UPGRADE,
    T_AUTHORIZED_UPGRADE,
    T_RUNTIME_VERSION,
    T_API_VERSION,
    T_API_VERSIONS,
    T_HEADER,
    /* extrinsics */
    T_EXTRINSIC,
    T_EXTRINSICS,
    T_ADDRESS,
    T_SIGNATURE,
    T_EXTRA,
    T_ERA,
    T_VALID_TRANSACTION,
    T_VALIDITY_ERROR,
    T_INVALID,
    T_UNKNOWN,
    T_TRANSACTION_VALIDITY,
    T_APPLY_RESULT,
    T_TRANSACTION_SOURCE,
    T_INCLUSION_MODE,
    T_BLOCK,
    T_INHERENT_DATA,
    T_INHERENT_DATUM,
    T_INHERENT_DATUMS,
    T_CHECK_INHERENTS,
    /* consensus */
    T_SLOT,
    T_BABE_AUTHORITY,
    T_BABE_AUTHORITIES,
    T_BABE_EPOCH_CONFIG,
    T_RATIO,
    T_ALLOWED_SLOTS,
    T_SKIPPED_EPOCH,
    T_SKIPPED_EPOCHS,
    T_BABE_CONFIGURATION,
    T_BABE_EPOCH,
    T_GRANDPA_AUTHORITY,
    T_GRANDPA_AUTHORITIES,
    T_SESSION_KEYS,
    T_QUEUED_KEY,
    T_QUEUED_KEYS,
    T_DECODED_KEY,
    T_DECODED_KEYS,
    T_OPTION_DECODED_KEYS,
    T_MIGRATION_CURSOR,
    T_ACTIVE_CURSOR,
    /* Scheduler */
    T_AGENDA,
    T_OPTION_SCHEDULED,
    T_SCHEDULED,
    T_BOUNDED_CALL,
    T_PERIOD,
    T_OPTION_PERIOD,
    T_ORIGIN,
    T_RAW_ORIGIN,
    T_TASK_ADDRESS,
    T_PREIMAGE_KEY,
    T_REQUEST_STATUS,
    T_OPTION_ACCOUNT,
    /* parachains */
    T_ASYNC_BACKING_PARAMS,
    T_APPROVAL_VOTING_PARAMS,
    T_HOST_CONFIGURATION,
    T_PENDING_CONFIG,
    T_PENDING_CONFIGS,
    T_PARA_ID,
    T_PARA_IDS,
    T_PARA_LIFECYCLE,
    T_HEAD_DATA,
    T_CODE,
    T_CODE_HASH,
    T_CONTEXT,
    T_BUFFERED_SESSION,
    T_BUFFERED_SESSIONS,
    T_GROUP,
    T_GROUPS,
    T_SESSION_INFO,
    T_PARAS_INHERENT_DATA,
    T_BITFIELD,
    T_BITFIELDS,
    T_BACKED,
    T_BACKEDS,
    T_COMMITTED_RECEIPT,
    T_RECEIPT,
    T_DESCRIPTOR,
    T_COMMITMENTS,
    T_BYTES_LIST,
    T_HRMP_OUT,
    T_HRMP_OUTS,
    T_OPTION_CODE,
    T_ATTESTATION,
    T_ATTESTATIONS,
    T_DISPUTE_SET,
    T_DISPUTE_SETS,
    T_DISPUTE_VOTE,
    T_DISPUTE_VOTES,
    T_DISPUTE_STATEMENT,
    T_DISPUTE_VALID,
    T_DISPUTE_INVALID,
    T_ROTATION,
    T_GROUPS_ANSWER,
    T_CORE,
    T_CORES,
    T_OCCUPIED_CORE,
    T_SCHEDULED_CORE,
    T_OPTION_SCHEDULED_CORE,
    T_OPTION_COLLATOR,
    T_ASSUMPTION,
    T_VALIDATION_DATA,
    T_OPTION_VALIDATION_DATA,
    T_VALIDATION_DATA_AND_HASH,
    T_OPTION_VALIDATION_DATA_AND_HASH,
    T_OPTION_CODE_HASH,
    T_OPTION_COMMITTED,
    T_CANDIDATE_EVENT,
    T_CANDIDATE_EVENTS,
    T_OPTION_SESSION_INFO,
    T_INBOUND_DOWNWARD,
    T_INBOUND_DOWNWARDS,
    T_INBOUND_HRMP,
    T_INBOUND_HRMPS,
    T_INBOUND_CHANNEL,
    T_INBOUND_CHANNELS,
    T_SCRAPED_VOTES,
    T_OPTION_SCRAPED_VOTES,
    T_RECEIPT_VOTE,
    T_RECEIPT_VOTES,
    T_RECEIPT_BACKERS,
    T_RECEIPTS_BACKERS,
    T_PVF_STATEMENT,
    T_CODE_HASHES,
    T_DISPUTE,
    T_DISPUTES,
    T_DISPUTE_STATE,
    T_EXECUTOR_PARAM,
    T_EXECUTOR_PARAMS,
    T_OPTION_EXECUTOR_PARAMS,
    T_PVF_PREP_KIND,
    T_PVF_EXEC_KIND,
    T_PENDING_SLASH,
    T_PENDING_SLASH_ROW,
    T_PENDING_SLASHES,
    T_SLASH_KEY,
    T_SLASH_KEYS,
    T_SLASH_KIND,
    T_DISPUTE_PROOF,
    T_BACKING_STATE,
    T_OPTION_BACKING_STATE,
    T_CONSTRAINTS,
    T_INBOUND_LIMITS,
    T_OUTBOUND_LIMIT,
    T_OUTBOUND_LIMITS,
    T_OUTBOUND_LIMIT_ROW,
    T_RESTRICTION,
    T_OPTION_RESTRICTION,
    T_FUTURE_CODE,
    T_OPTION_FUTURE_CODE,
    T_PENDING_CANDIDATE,
    T_PENDING_CANDIDATES,
    T_CLAIMS,
    T_CLAIM_QUEUE,
    T_COMMITTEDS,
    T_COUNT,
    T_END = T_COUNT /* ends a list of fields */
};

struct field {
    const char *name;
    enum type_id type;
}; /* name NULL: unnamed */
struct choice {
    const char *name;
    u8 index;
    const struct field *fields;
};

#define FIELDS(...)                                                                                \
    (const struct field[])                                                                         \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0, T_END                                                                               \
        }                                                                                          \
    }
#define CHOICES(...)                                                                               \
    (const struct choice[])                                                                        \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

/* STRUCT and TUPLE use `fields`; ENUM `choices`; ARRAY `item` and `len`; the
 * others `item`. CALLS, RUNTIME_* are written from the pallets' tables. */
enum type_kind {
    KIND_STRUCT,
    KIND_ENUM,
    KIND_SEQUENCE,
    KIND_ARRAY,
    KIND_TUPLE,
    KIND_PRIMITIVE,
    KIND_COMPACT,
    KIND_BITS,
    KIND_OPTION,
    KIND_PALLET_CALLS,
    KIND_PALLET_EVENTS,
    KIND_PALLET_ERRORS,
    KIND_RUNTIME_CALL,
    KIND_RUNTIME_EVENT,
    KIND_RUNTIME_ERROR
};

struct pallet;
struct type {
    enum type_kind kind;
    enum type_id item;
    u32 len;          /* of an array; number of a primitive */
    const char *path; /* "a::b::C" or NULL */
    const struct field *fields;
    const struct choice *choices;
    const struct field *params; /* generic parameters that readers look for */
    const struct pallet *pallet;
};

#define STRUCT_OF(path_, fields_)                                                                  \
    {                                                                                              \
        KIND_STRUCT, .path = path_, .fields = fields_                                              \
    }

/* As it is in this variant. */
const struct type *type_of(enum type_id id);

#endif
