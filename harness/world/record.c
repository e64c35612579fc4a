/* record.c - what happened, in numbers, to whoever listens. */
#include "world/world.h"

#include <string.h>

static const struct {
    const char *name, *fields[6];
} kinds[DG_REC_COUNT] = {
    [DG_REC_SLOT] = { "slot", { "slot", "claims", "primary", "built", "failed", "heads" } },
    [DG_REC_BLOCK] = { "block",
                       { "slot", "primary", "parent_slot", "offered", "bitfields", "session" } },
    [DG_REC_FAILED] = { "failed", { "slot", "step", "offered", "bitfields" } },
    [DG_REC_PARAS] = { "paras",
                       { "slot", "backed", "included", "timed_out", "offered", "backable" } },
    [DG_REC_HOLDERS] = { "holders",
                         { "slot", "validators", "enabled", "entries", "holders", "session" } },
    [DG_REC_LOST] = { "lost", { "session", "how", "topology_block" } },
    [DG_REC_SIGNAL] = { "signal", { "slot", "deactivated", "by_finality" } },
    [DG_REC_SESSION] = { "session",
                         { "session", "validators", "groups", "cores", "discovery", "slot" } },
    [DG_REC_FINALIZED] = { "finalized", { "slot", "lag", "pruned", "round" } },
    [DG_REC_UPGRADE] = { "upgrade", { "slot", "enacted", "pending" } },
    [DG_REC_GROUPS] = { "groups", { "slot", "groups", "able", "wanted", "least", "session" } },
    [DG_REC_DISPUTE] = { "dispute",
                         { "slot", "session", "para", "outcome", "against", "after_ms" } },
    [DG_REC_STATEMENTS] = { "statements",
                            { "slot", "sets", "votes", "begun", "valid", "invalid" } },
    [DG_REC_APPROVED] = { "approved",
                          { "slot", "candidates", "assigned", "no_shows", "tranche", "after_ms" } },
    [DG_REC_UNKNOWN] = { "unknown", { "slot", "session", "candidates", "known", "after_ms" } },
    [DG_REC_APPROVAL] = { "approval",
                          { "slot", "waiting", "no_shows", "level", "assignments", "approvals" } },
    [DG_REC_COLLATORS] = { "collators", { "slot", "attempts", "collations", "panics", "refused" } },
    [DG_REC_INCLUDED] = { "included", { "slot", "para", "core" } },
    [DG_REC_PVF] = { "pvf", { "slot", "session", "pairs", "ready", "deepest", "waiting" } },
    [DG_REC_COMPILED] = { "compiled", { "slot", "ms", "again" } },
    [DG_REC_STALLED] = { "stalled", { "slot", "waited_ms", "down_ms", "host_version" } },
    [DG_REC_AVAILABLE] = { "available", { "slot", "cores", "bits", "possible", "enough", "slow" } },
    [DG_REC_MESSAGES] = { "messages",
                          { "slot", "cluster", "legacy", "grid", "requests", "bitfields" } },
    [DG_REC_DATA] = { "data", { "slot", "chunks", "given", "recoveries", "recovered", "kib" } },
    [DG_REC_BACKED] = { "backed",
                        { "slot", "candidates", "older", "waited", "longest", "several" } },
    [DG_REC_DROPPED] = { "dropped", { "slot", "para", "core", "reason", "bitfields", "kept" } },
    [DG_REC_BITFIELDS] = { "bitfields",
                           { "slot", "offered", "kept", "sized", "cores", "waiting" } },
    [DG_REC_ABSENT] = { "absent", { "session", "babe", "para" } },
    [DG_REC_REPUTATION] = { "reputation",
                            { "slot", "reports", "minor", "major", "banned", "refused" } },
    [DG_REC_FAULT] = { "fault", { "slot", "kind", "begins", "nodes", "fault" } },
};

const char *dg_record_name(dg_record_kind kind)
{
    return (unsigned)kind < DG_REC_COUNT ? kinds[kind].name : NULL;
}

const char *dg_record_field(dg_record_kind kind, size_t i)
{
    return (unsigned)kind < DG_REC_COUNT && i < 6 ? kinds[kind].fields[i] : NULL;
}

dg_code dg_record_emit(dg_world *world, dg_record_kind kind, uint32_t node,
                       const dg_world_block *about, const uint64_t n[6], const char *text,
                       dg_error *err)
{
    dg_record r = { .at = dg_sim_now(world->sim), .kind = kind, .node = node, .text = text };
    if (!world->options.each)
        return DG_OK;
    memcpy(r.n, n, sizeof r.n);
    if (about) {
        r.block = about->number;
        if (about->block)
            r.hash = *dg_block_hash(about->block);
    }
    return world->options.each(world->options.user, &r, err);
}

dg_code dg_record_losses(dg_world *world, uint32_t node, uint32_t id, const dg_losses *lost,
                         dg_error *err)
{
    for (uint32_t i = 0; i < lost->count; i++) {
        uint64_t n[6] = { lost->of[i].session, lost->of[i].purged, lost->of[i].block };
        dg_code rc = dg_record_emit(world, DG_REC_LOST, node, &world->blocks[id], n, NULL, err);
        if (rc < 0)
            return rc;
        if (lost->of[i].purged)
            world->stats.topologies_purged++;
        else
            world->stats.topologies_dropped++;
    }
    return DG_OK;
}
