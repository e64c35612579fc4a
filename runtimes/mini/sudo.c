/* sudo.c - the key that may act as root. */
#include "pallet.h"
#include "system.h"

enum { REQUIRE_SUDO };

static struct outcome as_root(const struct origin *origin, struct reader *call)
{
    struct writer event = { 0 };
    struct origin root = { .kind = ORIGIN_ROOT };
    struct hash key = stored_hash(key_value("Sudo", "Key"));
    if (origin->kind != ORIGIN_SIGNED || memcmp(key.at, origin->account, 32) != 0)
        return failed(&pallet_sudo, REQUIRE_SUDO);
    struct outcome o = dispatch(&root, call);
    if (o.kind == DISPATCH_UNDECODABLE)
        return o;
    put_outcome(&event, o);
    system_deposit_event(&pallet_sudo, 0, written(&event));
    return succeeded();
}

static struct outcome sudo(const struct origin *origin, struct reader *args)
{
    return as_root(origin, args);
}

/* The weight that follows the call is not looked at. */
static struct outcome sudo_unchecked_weight(const struct origin *origin, struct reader *args)
{
    return as_root(origin, args);
}

static const struct entry entries[] = {
    { "Key", OPTIONAL, HASH_NONE, T_END, T_ACCOUNT },
    { 0 },
};
static const struct call calls[] = {
    { "sudo", 0, FIELDS({ "call", T_CALL }), sudo },
    { "sudo_unchecked_weight", 1, FIELDS({ "call", T_CALL }, { "weight", T_WEIGHT }),
      sudo_unchecked_weight },
    { 0 },
};
static const struct choice events[] = {
    { "Sudid", 0, FIELDS({ "sudo_result", T_DISPATCH_RESULT }) },
    { 0 },
};
static const struct choice errors[] = {
    { "RequireSudo", REQUIRE_SUDO, NULL },
    { 0 },
};
const struct pallet pallet_sudo = {
    "Sudo", 255, entries, calls, events, errors, NULL, T_SUDO_CALL, T_SUDO_EVENT, T_SUDO_ERROR,
};
