/* code.c - the calls of System: remarks, and every way to replace the code. */
#include "host.h"
#include "migrations.h"
#include "system.h"
#include "variant.h"
#include "version.h"

enum {
    INVALID_SPEC_NAME,
    SPEC_VERSION_NEEDS_TO_INCREASE,
    FAILED_TO_EXTRACT_VERSION,
    MIGRATIONS_ONGOING = 6,
    NOTHING_AUTHORIZED = 7,
    UNAUTHORIZED = 8
};

static struct key authorized_key(void)
{
    return key_value("System", "AuthorizedUpgrade");
}
static struct outcome refused(u8 error)
{
    return failed(&pallet_system, error);
}

static struct outcome can_set_code(struct bytes code, bool check_version)
{
    struct bytes raw;
    if (migrations_ongoing())
        return refused(MIGRATIONS_ONGOING);
    if (!check_version)
        return succeeded();
    if (!host_runtime_version(code, &raw))
        return refused(FAILED_TO_EXTRACT_VERSION);
    struct reader in = reader_of(raw);
    struct version_head head = read_version_head(&in);
    if (in.bad)
        return refused(FAILED_TO_EXTRACT_VERSION);
    if (!equal(head.spec_name, text(variant.spec_name)))
        return refused(INVALID_SPEC_NAME);
    if (head.spec_version <= variant.spec_version)
        return refused(SPEC_VERSION_NEEDS_TO_INCREASE);
    return succeeded();
}

static void environment_updated(void)
{
    u8 item = DIGEST_ENVIRONMENT_UPDATED;
    system_deposit_digest(bytes_of(&item, 1));
    system_deposit_event(&pallet_system, CODE_UPDATED, bytes_of("", 0));
}

static struct outcome replace_code(struct bytes code, bool check_version)
{
    struct outcome o = can_set_code(code, check_version);
    if (o.kind != DISPATCH_OK)
        return o;
    store(key_known(variant.system_version >= 3 ? ":pending_code" : ":code"), code);
    environment_updated();
    return o;
}

void system_apply_pending_code(void)
{
    struct bytes code;
    if (!stored(key_known(":pending_code"), &code))
        return;
    store(key_known(":code"), code);
    forget(key_known(":pending_code"));
}

/* ---- calls ---- */

static struct outcome remark(const struct origin *origin, struct reader *args)
{
    (void)origin;
    read_bytes(args);
    return args->bad ? undecodable() : succeeded();
}

static struct outcome remark_with_event(const struct origin *origin, struct reader *args)
{
    struct writer event = { 0 };
    struct hash h = host_blake2_256(read_bytes(args));
    if (args->bad)
        return undecodable();
    put(&event, bytes_of(origin->account, 32));
    put_hash(&event, &h);
    system_deposit_event(&pallet_system, REMARKED, written(&event));
    return succeeded();
}

static struct outcome set_code_with(const struct origin *origin, struct reader *args,
                                    bool check_version)
{
    struct bytes code = read_bytes(args);
    if (args->bad)
        return undecodable();
    return origin->kind == ORIGIN_ROOT ? replace_code(code, check_version) : bad_origin();
}

static struct outcome set_code(const struct origin *origin, struct reader *args)
{
    return set_code_with(origin, args, true);
}

static struct outcome set_code_without_checks(const struct origin *origin, struct reader *args)
{
    return set_code_with(origin, args, false);
}

static struct outcome set_storage(const struct origin *origin, struct reader *args)
{
    struct reader look = *args;
    for (u32 n = read_count(&look, 2); n && !look.bad; n--) {
        read_bytes(&look);
        read_bytes(&look);
    }
    if (look.bad)
        return undecodable();
    if (origin->kind != ORIGIN_ROOT)
        return bad_origin();
    for (u32 n = read_count(args, 2); n; n--) {
        struct bytes key = read_bytes(args);
        host_set(key, read_bytes(args));
    }
    return succeeded();
}

static struct outcome authorize_with(const struct origin *origin, struct reader *args,
                                     u8 check_version)
{
    struct writer out = { 0 };
    struct hash code = read_hash(args);
    if (args->bad)
        return undecodable();
    if (origin->kind != ORIGIN_ROOT)
        return bad_origin();
    put_hash(&out, &code);
    put_u8(&out, check_version);
    store(authorized_key(), written(&out));
    system_deposit_event(&pallet_system, UPGRADE_AUTHORIZED, written(&out));
    return succeeded();
}

static struct outcome authorize_upgrade(const struct origin *origin, struct reader *args)
{
    return authorize_with(origin, args, true);
}

static struct outcome authorize_upgrade_without_checks(const struct origin *origin,
                                                       struct reader *args)
{
    return authorize_with(origin, args, false);
}

/* DISPATCH_OK when `code` is what was authorised. */
static struct outcome check_authorized(struct bytes code, bool *check_version)
{
    struct bytes raw;
    if (!stored(authorized_key(), &raw))
        return refused(NOTHING_AUTHORIZED);
    struct reader in = reader_of(raw);
    struct hash allowed = read_hash(&in), given = host_blake2_256(code);
    *check_version = read_bool(&in);
    return equal(hash_bytes(&allowed), hash_bytes(&given)) ? succeeded() : refused(UNAUTHORIZED);
}

static struct outcome apply_authorized_upgrade(const struct origin *origin, struct reader *args)
{
    (void)origin; /* anybody may bring the code */
    struct bytes code = read_bytes(args);
    bool check_version = true;
    if (args->bad)
        return undecodable();
    struct outcome o = check_authorized(code, &check_version);
    if (o.kind == DISPATCH_OK)
        o = replace_code(code, check_version);
    if (o.kind == DISPATCH_OK)
        forget(authorized_key());
    return o;
}

enum { APPLY_AUTHORIZED_UPGRADE = 11 };

bool system_allows_bare(struct bytes call)
{
    struct reader in = reader_of(call);
    bool check_version;
    if (read_u8(&in) != pallet_index(&pallet_system) || read_u8(&in) != APPLY_AUTHORIZED_UPGRADE)
        return false;
    struct bytes code = read_bytes(&in);
    return !in.bad && check_authorized(code, &check_version).kind == DISPATCH_OK;
}

/* ---- tables ---- */

const struct call system_calls[] = {
    { "remark", 0, FIELDS({ "remark", T_BYTES }), remark },
    { "set_code", 2, FIELDS({ "code", T_BYTES }), set_code },
    { "set_code_without_checks", 3, FIELDS({ "code", T_BYTES }), set_code_without_checks },
    { "set_storage", 4, FIELDS({ "items", T_KEY_VALUES }), set_storage },
    { "remark_with_event", 7, FIELDS({ "remark", T_BYTES }), remark_with_event },
    { "authorize_upgrade", 9, FIELDS({ "code_hash", T_H256 }), authorize_upgrade },
    { "authorize_upgrade_without_checks", 10, FIELDS({ "code_hash", T_H256 }),
      authorize_upgrade_without_checks },
    { "apply_authorized_upgrade", APPLY_AUTHORIZED_UPGRADE, FIELDS({ "code", T_BYTES }),
      apply_authorized_upgrade },
    { 0 },
};

const struct choice system_errors[] = {
    { "InvalidSpecName", INVALID_SPEC_NAME, NULL },
    { "SpecVersionNeedsToIncrease", SPEC_VERSION_NEEDS_TO_INCREASE, NULL },
    { "FailedToExtractRuntimeVersion", FAILED_TO_EXTRACT_VERSION, NULL },
    { "MultiBlockMigrationsOngoing", MIGRATIONS_ONGOING, NULL },
    { "NothingAuthorized", NOTHING_AUTHORIZED, NULL },
    { "Unauthorized", UNAUTHORIZED, NULL },
    { 0 },
};
