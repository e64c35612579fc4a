/* event.c - the rows that say what an event of each kind carries, and its JSON. */
#include "claim/claim.h"

#include <string.h>

static const struct {
    const char *name;
    const char *n[6];
} kinds[DG_EV_KIND_COUNT] = {
    [DG_EV_RUN_START] = { "run-start",
                          { "fork_block", "epoch_slots", "slot_ms", "session", "system_version",
                            "boundaries_wanted" } },
    [DG_EV_SLOT] = { "slot", { "slot", "built", "claims" } },
    [DG_EV_BLOCK] = { "block",
                      { "slot", "session", "epoch_index", "extrinsics", "fuel",
                        "only_inherents" } },
    [DG_EV_BUILD_FAILED] = { "build-failed", { "slot", "step", "trap" } },
    [DG_EV_EPOCH] = { "epoch",
                      { "epoch_index", "epoch_start", "digest_expected", "digest_seen",
                        "authorities", "slot" } },
    [DG_EV_SESSION] = { "session",
                        { "session", "validators", "grandpa_authorities", "babe_authorities",
                          "para_validators", "slot" } },
    [DG_EV_UPGRADE] = { "upgrade", { "pending", "enacted", "slot", "migrated" } },
    [DG_EV_IDENTITY] = { "identity", { "fatal", "ok" } },
    [DG_EV_API] = { "api", { "ok", "fuel", "bytes", "decodes", "version", "contradicts" } },
    [DG_EV_API_TYPE] = { "api-type", { "readable", "called" } },
    [DG_EV_CONFIG] = { "config",
                       { "decodes", "equal", "control_decodes", "fields", "fields_changed" } },
    [DG_EV_AUTHORITIES] = { "authorities", { "validators", "grandpa", "babe", "para" } },
    [DG_EV_INHERENT] = { "inherent", { "produced", "applied", "paras_present" } },
    [DG_EV_MIGRATION] = { "migration",
                          { "running", "fuel", "fuel_control", "weight_ps", "weight_max_ps",
                            "weight_control_ps" } },
    [DG_EV_STORAGE] = { "storage", { "entries", "undecodable", "undecodable_control" } },
    [DG_EV_CALL] = { "call", { "same" } },
    [DG_EV_REIMPORT] = { "reimport", { "equal" } },
    [DG_EV_STATE] = { "state",
                      { "keys", "value_bytes", "keys_control", "value_bytes_control", "era",
                        "era_control" } },
    [DG_EV_NET_START] = { "net-start",
                          { "nodes", "parachains", "forks", "upgrade_slot", "first_boundary",
                            "epoch_slots" } },
    [DG_EV_NET_SLOT] = { "net-slot", { "slot", "claims", "built", "failed", "heads" } },
    [DG_EV_NET_PARAS] = { "net-paras",
                          { "slot", "backed", "included", "timed_out", "offered", "backable" } },
    [DG_EV_NET_HOLDERS] = { "net-holders",
                            { "slot", "validators", "enabled", "entries", "holders", "session" } },
    [DG_EV_NET_LOST] = { "net-lost", { "session", "how", "topology_block" } },
    [DG_EV_NET_SIGNAL] = { "net-signal", { "slot", "deactivated", "by_finality" } },
    [DG_EV_NET_SESSION] = { "net-session",
                            { "session", "validators", "groups", "cores", "discovery", "slot" } },
    [DG_EV_NET_FINALIZED] = { "net-finalized", { "slot", "lag", "pruned", "round" } },
    [DG_EV_NET_UPGRADE] = { "net-upgrade", { "slot", "enacted", "pending" } },
    [DG_EV_NET_COLLATORS] = { "net-collators",
                              { "slot", "attempts", "collations", "panics", "refused" } },
    [DG_EV_NET_INCLUDED] = { "net-included", { "slot", "para", "core" } },
    [DG_EV_NET_PVF] = { "net-pvf", { "slot", "session", "pairs", "ready", "deepest", "waiting" } },
    [DG_EV_NET_AVAILABLE] = { "net-available",
                              { "slot", "cores", "bits", "possible", "enough", "slow" } },
    [DG_EV_NET_GROUPS] = { "net-groups",
                           { "slot", "groups", "able", "wanted", "least", "session" } },
    [DG_EV_NET_DROPPED] = { "net-dropped",
                            { "slot", "para", "core", "reason", "bitfields", "kept" } },
    [DG_EV_NET_BITFIELDS] = { "net-bitfields",
                              { "slot", "offered", "kept", "sized", "cores", "waiting" } },
    [DG_EV_NET_FAULT] = { "net-fault", { "slot", "fault_kind", "begins", "nodes", "fault" } },
    [DG_EV_NET_DISPUTE] = { "net-dispute",
                            { "slot", "session", "para", "outcome", "against", "after_ms" } },
    [DG_EV_NET_STATEMENTS] = { "net-statements",
                               { "slot", "sets", "votes", "begun", "valid", "invalid" } },
    [DG_EV_NET_APPROVED] = { "net-approved",
                             { "slot", "candidates", "assigned", "no_shows", "tranche",
                               "after_ms" } },
    [DG_EV_NET_UNKNOWN] = { "net-unknown",
                            { "slot", "session", "candidates", "known", "after_ms" } },
    [DG_EV_NET_APPROVAL] = { "net-approval",
                             { "slot", "waiting", "no_shows", "level", "assignments",
                               "approvals" } },
    [DG_EV_NET_COMPILED] = { "net-compiled", { "slot", "ms", "again" } },
    [DG_EV_NET_REPUTATION] = { "net-reputation",
                               { "slot", "reports", "minor", "major", "banned", "refused" } },
    [DG_EV_NET_STALLED] = { "net-stalled", { "slot", "waited_ms", "down_ms", "host_version" } },
    [DG_EV_RUN_END] = { "run-end", { "blocks", "boundaries_passed", "migration_running" } },
};
static const char *const arms[] = { "control", "treatment" };

const char *dg_event_name(dg_event_kind kind)
{
    return (unsigned)kind < DG_EV_KIND_COUNT ? kinds[kind].name : NULL;
}

const char *dg_event_field(dg_event_kind kind, size_t i)
{
    return (unsigned)kind < DG_EV_KIND_COUNT && i < 6 ? kinds[kind].n[i] : NULL;
}

json_t *dg_event_json(const dg_event *e)
{
    json_t *out = json_object();
    int bad = json_object_set_new(out, "arm", json_string(arms[e->arm == DG_ARM_TREATMENT]));
    bad |= json_object_set_new(out, "seq", json_integer((json_int_t)e->seq));
    bad |= json_object_set_new(out, "at_ns", json_integer((json_int_t)e->at));
    bad |= json_object_set_new(out, "block", json_integer(e->block));
    bad |= json_object_set_new(out, "kind", json_string(kinds[e->kind].name));
    if (e->node != UINT32_MAX)
        bad |= json_object_set_new(out, "node", json_integer(e->node));
    for (size_t i = 0; i < 6 && kinds[e->kind].n[i]; i++)
        bad |= json_object_set_new(out, kinds[e->kind].n[i], json_integer(e->n[i]));
    if (e->detail)
        bad |= json_object_set(out, "detail", e->detail);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- reading one back ---- */

static dg_code number(int64_t *out, const json_t *line, const char *key, dg_error *err)
{
    const json_t *v = json_object_get(line, key);
    if (!json_is_integer(v))
        return dg_fail(err, DG_MALFORMED, "event has no whole number `%s`", key);
    *out = json_integer_value(v);
    return DG_OK;
}

static dg_code word(unsigned *out, const json_t *line, const char *key, unsigned count,
                    const char *(*name)(unsigned), dg_error *err)
{
    const char *text = json_string_value(json_object_get(line, key));
    for (*out = 0; text && *out < count; (*out)++)
        if (strcmp(name(*out), text) == 0)
            return DG_OK;
    return dg_fail(err, DG_MALFORMED, "event has no known `%s`: %s", key, text ? text : "absent");
}

static const char *arm_name(unsigned i)
{
    return arms[i];
}

static const char *kind_name(unsigned i)
{
    return kinds[i].name;
}

static dg_code parse_numbers(dg_event *out, const json_t *line, dg_error *err)
{
    int64_t seq = 0, at = 0, block = 0, node = UINT32_MAX;
    dg_code rc;
    if ((rc = number(&seq, line, "seq", err)) < 0 || (rc = number(&at, line, "at_ns", err)) < 0
        || (rc = number(&block, line, "block", err)) < 0)
        return rc;
    if (json_object_get(line, "node") && (rc = number(&node, line, "node", err)) < 0)
        return rc;
    if (seq < 0 || at < 0 || block < 0 || block > UINT32_MAX || node < 0 || node > UINT32_MAX)
        return dg_fail(err, DG_MALFORMED, "event has a number out of its range");
    out->seq = (uint64_t)seq;
    out->at = (dg_ns)at;
    out->block = (uint32_t)block;
    out->node = (uint32_t)node;
    for (size_t i = 0; i < 6 && kinds[out->kind].n[i]; i++)
        if ((rc = number(&out->n[i], line, kinds[out->kind].n[i], err)) < 0)
            return rc;
    return DG_OK;
}

dg_code dg_event_parse(dg_event *out, const json_t *line, dg_error *err)
{
    unsigned arm, kind;
    dg_code rc;
    memset(out, 0, sizeof *out);
    if ((rc = word(&arm, line, "arm", 2, arm_name, err)) < 0
        || (rc = word(&kind, line, "kind", DG_EV_KIND_COUNT, kind_name, err)) < 0)
        return rc;
    out->arm = (dg_arm)arm;
    out->kind = (dg_event_kind)kind;
    if ((rc = parse_numbers(out, line, err)) < 0)
        return rc;
    out->detail = json_incref(json_object_get(line, "detail"));
    return DG_OK;
}
