/* messages.c - the kinds of messages between nodes, what each takes on the wire, and how many
 * were sent. */
#include "world/world.h"

static const struct {
    const char *name;
    uint64_t bytes;
} kinds[DG_MSG_COUNT] = {
    /* relay parent, index, compact statement, signature */
    [DG_MSG_STATEMENT] = { "statement", 140 },
    [DG_MSG_LEGACY] = { "legacy-statement", 600 }, /* .. and the whole receipt */
    [DG_MSG_MANIFEST] = { "manifest", 120 },
    [DG_MSG_KNOWN] = { "acknowledgement", 50 },
    [DG_MSG_VOTE] = { "grid-statement", 140 },
    [DG_MSG_ASK] = { "candidate-request", 60 },
    [DG_MSG_ANSWER] = { "candidate-response", 1200 },
    [DG_MSG_POV_ASK] = { "proof-request", 40 },
    [DG_MSG_POV] = { "proof", 256 << 10 },
    [DG_MSG_BITFIELD] = { "bitfield", 150 },
    [DG_MSG_CHUNK_ASK] = { "chunk-request", 40 },
    [DG_MSG_RECOVERY_ASK] = { "recovery-request", 40 },
    [DG_MSG_RECOVERY] = { "recovery-chunk", 0 },
    /* dg_backing_chunk_bytes; without a chunk as the request */
    [DG_MSG_CHUNK] = { "chunk", 0 },
};

const char *dg_world_message_name(dg_message_kind kind)
{
    return (unsigned)kind < DG_MSG_COUNT ? kinds[kind].name : NULL;
}

uint64_t dg_world_message_bytes(dg_message_kind kind)
{
    return kinds[kind].bytes;
}

uint64_t dg_world_answer_bytes(const dg_world *world, dg_leaf_id leaf, dg_place_ix core)
{
    return kinds[DG_MSG_ANSWER].bytes + world->blocks[leaf.v].candidates[core.v].new_code;
}

void dg_world_count_sent(dg_world *world, dg_message_kind kind, uint64_t count, uint64_t bytes)
{
    world->stats.messages[kind] += count;
    world->stats.message_bytes += count * bytes;
}
