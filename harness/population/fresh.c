/* fresh.c - a state of any block becomes the state of block #0.
 *
 * A chain spec makes a genesis of what it holds: the node counts its blocks, slots, epochs and
 * GRANDPA's sets from nothing, and the runtime has to agree with it. What was under way in the last
 * block is forgotten, and so is what refuses a block for a number that is lower than one it
 * remembers. What counts sessions goes on. What was put off to a block number stays where it is: on
 * the new chain that block comes late.
 * Mirrors: pallet_babe initialize_genesis_epoch; sc-consensus-babe, the first epoch; polkadot
 * runtime parachains, what inclusion checks of a relay parent. */
#include "population/population_impl.h"

#include <string.h>

/* Removed with all their keys; a runtime without the item has nothing to remove. */
static const struct {
    const char *pallet, *item;
} forgotten[] = {
    /* the block that was executed last */
    { "System", "BlockHash" },
    { "System", "ExtrinsicCount" },
    { "System", "BlockWeight" },
    { "System", "BlockSize" },
    { "System", "AllExtrinsicsLen" },
    { "System", "AllExtrinsicsWeight" },
    { "System", "ExtrinsicData" },
    { "System", "Number" },
    { "System", "ParentHash" },
    { "System", "Digest" },
    { "System", "Events" },
    { "System", "EventCount" },
    { "System", "EventTopics" },
    { "System", "ExecutionPhase" },
    { "System", "InherentsApplied" },
    { "Timestamp", "Now" },
    { "Timestamp", "DidUpdate" },
    { "Authorship", "Author" },
    { "Authorship", "DidSetUncles" },
    { "Authorship", "Uncles" },
    { "ParaInherent", "Included" },
    { "ParaInherent", "OnChainVotes" },
    { "ParasInherent", "Included" },
    { "ParasInherent", "OnChainVotes" },
    /* slots and epochs */
    { "Babe", "EpochIndex" },
    { "Babe", "GenesisSlot" },
    { "Babe", "CurrentSlot" },
    { "Babe", "PendingEpochConfigChange" },
    { "Babe", "SegmentIndex" },
    { "Babe", "UnderConstruction" },
    { "Babe", "Initialized" },
    { "Babe", "AuthorVrfRandomness" },
    { "Babe", "EpochStart" },
    { "Babe", "Lateness" },
    { "Babe", "SkippedEpochs" },
    /* votes of other authorities */
    { "Grandpa", "State" },
    { "Grandpa", "PendingChange" },
    { "Grandpa", "NextForced" },
    { "Grandpa", "Stalled" },
    { "Grandpa", "CurrentSetId" },
    { "Grandpa", "SetIdSession" },
    { "Beefy", "SetIdSession" },
    { "Beefy", "ValidatorSetId" },
    { "ImOnline", "HeartbeatAfter" },
    { "ImOnline", "ReceivedHeartbeats" },
    { "ImOnline", "AuthoredBlocks" },
    { "Mmr", "RootHash" },
    { "Mmr", "NumberOfLeaves" },
    { "Mmr", "Nodes" },
    /* candidates on their way, and what speaks of validators that are gone */
    { "ParasShared", "AllowedRelayParents" },
    { "ParaInclusion", "AvailabilityBitfields" },
    { "ParaInclusion", "PendingAvailability" },
    { "ParaInclusion", "PendingAvailabilityCommitments" },
    { "ParaInclusion", "V1" },
    { "ParasDisputes", "Disputes" },
    { "ParasDisputes", "BackersOnDisputes" },
    { "ParasDisputes", "Included" },
    { "ParasDisputes", "Frozen" },
    { "ParasSlashing", "UnappliedSlashes" },
    { "ParasSlashing", "ValidatorSetCounts" },
    { "Initializer", "HasInitialized" },
    { "Initializer", "BufferedSessionChanges" },
    /* numbers that are greater than those to come */
    { "Paras", "MostRecentContext" },
    { "Hrmp", "HrmpWatermarks" },
    { "Scheduler", "IncompleteSince" },
};

dg_code dg_growth_clear(growth *g, const char *pallet, const char *item, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(g->meta, pallet, item);
    dg_state_removal done = { .all = false };
    uint8_t prefix[32];
    dg_code rc;
    if (!entry)
        return DG_OK;
    dg_storage_prefix(prefix, entry->prefix, item);
    rc = dg_state_clear_prefix(g->state, &done, dg_bytes_of(NULL, 0), DG_BYTES_OF(prefix),
                               UINT32_MAX, dg_bytes_of(NULL, 0), err);
    g->writes += done.unique;
    dg_buf_clear(&done.cursor);
    return rc < 0 ? dg_fail_within(err, rc, "%s.%s", pallet, item) : DG_OK;
}

/* Two sets of names of one list: an element is None, or Free, where nothing occupies the core. */
static dg_code free_cores(growth *g, dg_error *err)
{
    const dg_meta_entry *entry = dg_meta_storage(g->meta, "ParaScheduler", "AvailabilityCores");
    json_t *cores = NULL, *core;
    bool option = true;
    uint8_t index;
    size_t i;
    dg_code rc;
    if (!entry)
        return DG_OK;
    if ((rc = dg_growth_get(g, &cores, "ParaScheduler", "AvailabilityCores", NULL, err)) != DG_OK)
        return rc < 0 ? rc : DG_OK;
    for (i = 0; dg_type_variant_at(g->meta, dg_type_item(g->meta, entry->value), i, &index); i++)
        if (strcmp(dg_type_variant_at(g->meta, dg_type_item(g->meta, entry->value), i, &index),
                   "Free")
            == 0)
            option = false;
    json_array_foreach(cores, i, core)
        json_array_set_new(cores, i, option ? json_null() : json_string("Free"));
    return dg_growth_put(g, "ParaScheduler", "AvailabilityCores", NULL, cores, err);
}

/* Parachains get it on registration, and a candidate is refused without. */
static dg_code put_contexts(growth *g, dg_error *err)
{
    json_t *paras = NULL, *id;
    size_t i;
    dg_code rc;
    if (!dg_growth_has(g, "Paras", "MostRecentContext"))
        return DG_OK;
    if ((rc = dg_growth_get(g, &paras, "Paras", "Parachains", NULL, err)) < 0)
        return rc;
    json_array_foreach(paras, i, id)
    {
        json_t *keys = json_pack("[O]", id);
        rc = keys ? dg_growth_put(g, "Paras", "MostRecentContext", keys, json_integer(0), err)
                  : dg_fail(err, DG_NOMEM, "no memory for a key");
        json_decref(keys);
        if (rc < 0)
            break;
    }
    json_decref(paras);
    return rc < 0 ? rc : DG_OK;
}

/* What a genesis has of its own. */
static dg_code put_first(growth *g, dg_error *err)
{
    static const uint8_t sixty_nine[32] = { 69, 69, 69, 69, 69, 69, 69, 69, 69, 69, 69,
                                            69, 69, 69, 69, 69, 69, 69, 69, 69, 69, 69,
                                            69, 69, 69, 69, 69, 69, 69, 69, 69, 69 };
    json_t *zero = json_pack("[i]", 0), *session = NULL, *config = NULL;
    dg_code rc =
        dg_growth_put(g, "System", "BlockHash", zero, dg_growth_hex(DG_BYTES_OF(sixty_nine)), err);
    if (rc >= 0)
        rc = dg_growth_get(g, &session, "Session", "CurrentIndex", NULL, err);
    if (rc == DG_OK)
        rc = dg_growth_put_if(g, "Grandpa", "SetIdSession", zero, json_incref(session), err);
    /* without it the node takes the one of its first epoch, and the runtime none */
    if (rc >= 0 && dg_growth_has(g, "Babe", "EpochConfig")
        && (rc = dg_growth_get(g, &config, "Babe", "EpochConfig", NULL, err)) == DG_ABSENT)
        rc = dg_growth_put(
            g, "Babe", "EpochConfig", NULL,
            json_pack("{s:[i, i], s:s}", "c", 1, 4, "allowed_slots", "PrimaryAndSecondaryVRFSlots"),
            err);
    json_decref(config);
    json_decref(session);
    json_decref(zero);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_growth_begin_anew(growth *g, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t i = 0; rc >= 0 && i < sizeof forgotten / sizeof *forgotten; i++)
        rc = dg_growth_clear(g, forgotten[i].pallet, forgotten[i].item, err);
    if (rc >= 0)
        rc = free_cores(g, err);
    if (rc >= 0)
        rc = put_contexts(g, err);
    return rc < 0 ? rc : put_first(g, err);
}
