/* statements.c - what the room keeps of a network, from its making to its end, and what was sent.
 */
#include "statements/statements_impl.h"

dg_code dg_statements_init(dg_world *world, dg_error *err)
{
    dg_statements *s = world->statements = dg_calloc(1, sizeof *s);
    if (!s || !(s->peers = dg_calloc(world->node_count + 1, sizeof *s->peers)))
        return dg_fail(err, DG_NOMEM, "no memory for the peers of %u nodes", world->node_count);
    return DG_OK;
}

void dg_statements_clear(dg_world *world)
{
    dg_statements *s = world->statements;
    if (!s)
        return;
    for (uint32_t i = 0; s->peers && i < world->node_count; i++) {
        dg_statements_peer_scores_clear(&s->peers[i].scores);
        for (int k = 0; k < DG_QUEUE_COUNT; k++)
            dg_statements_queue_clear(&s->peers[i].queues[k]);
    }
    for (uint32_t i = 0; i < DG_COMPUTED_GRIDS; i++)
        dg_statements_computed_grid_free(s->grids[i]);
    dg_free(s->peers);
    dg_free(s);
    world->statements = NULL;
}

dg_code dg_statements_messages_tell(dg_world *world, dg_error *err)
{
    static const uint8_t field[DG_MSG_COUNT] = {
        [DG_MSG_STATEMENT] = 1, [DG_MSG_LEGACY] = 2,   [DG_MSG_MANIFEST] = 3, [DG_MSG_KNOWN] = 3,
        [DG_MSG_VOTE] = 3,      [DG_MSG_ASK] = 4,      [DG_MSG_ANSWER] = 4,   [DG_MSG_POV_ASK] = 4,
        [DG_MSG_POV] = 4,       [DG_MSG_BITFIELD] = 5,
    };
    static const uint8_t data_field[DG_MSG_COUNT] = {
        [DG_MSG_CHUNK_ASK] = 1, [DG_MSG_CHUNK] = 2, [DG_MSG_RECOVERY_ASK] = 3, [DG_MSG_RECOVERY] = 4
    };
    uint64_t n[6] = { 0 }, data[6] = { 0 };
    dg_code rc;
    if (world->options.exchange != DG_EXCHANGE_MESSAGES)
        return DG_OK;
    for (int i = 0; i < DG_MSG_COUNT; i++) {
        n[field[i]] += world->stats.messages[i] - world->statements->messages_told[i];
        data[data_field[i]] += world->stats.messages[i] - world->statements->messages_told[i];
        world->statements->messages_told[i] = world->stats.messages[i];
    }
    n[0] = data[0] = world->slot;
    data[5] = (world->stats.message_bytes >> 10) - (world->statements->bytes_told >> 10);
    world->statements->bytes_told = world->stats.message_bytes;
    rc = dg_record_emit(world, DG_REC_MESSAGES, DG_NO_NODE, NULL, n, NULL, err);
    return rc < 0 ? rc : dg_record_emit(world, DG_REC_DATA, DG_NO_NODE, NULL, data, NULL, err);
}
