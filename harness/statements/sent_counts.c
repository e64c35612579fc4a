/* sent_counts.c - what was sent in a slot, by its kind. */
#include "statements/sent_impl.h"

#include <assert.h>

/* Which number of which event a kind of message counts for. */
static int64_t *counted(dg_message_kind kind, struct dg_event_net_messages *n,
                        struct dg_event_net_data *data)
{
    switch (kind) {
    case DG_MSG_STATEMENT:
        return &n->cluster;
    case DG_MSG_LEGACY:
        return &n->legacy;
    case DG_MSG_MANIFEST:
    case DG_MSG_KNOWN:
    case DG_MSG_VOTE:
        return &n->grid;
    case DG_MSG_ASK:
    case DG_MSG_ANSWER:
    case DG_MSG_POV_ASK:
    case DG_MSG_POV:
        return &n->requests;
    case DG_MSG_BITFIELD:
        return &n->bitfields;
    case DG_MSG_CHUNK_ASK:
        return &data->chunks;
    case DG_MSG_CHUNK:
        return &data->given;
    case DG_MSG_RECOVERY_ASK:
        return &data->recoveries;
    case DG_MSG_RECOVERY:
        return &data->recovered;
    case DG_MSG_COUNT:
        break;
    }
    assert(!"a message is of a kind");
    return NULL;
}

dg_code dg_statements_sent_messages_tell(dg_world *world, dg_error *err)
{
    struct dg_event_net_messages n = { .slot = world->slot };
    struct dg_event_net_data data = { .slot = world->slot };
    dg_code rc;
    for (int i = 0; i < DG_MSG_COUNT; i++) {
        *counted((dg_message_kind)i, &n, &data) +=
            world->stats.messages[i] - world->statements->messages_told[i];
        world->statements->messages_told[i] = world->stats.messages[i];
    }
    data.kib = (world->stats.message_bytes >> 10) - (world->statements->bytes_told >> 10);
    world->statements->bytes_told = world->stats.message_bytes;
    rc = dg_world_emit(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_MESSAGES, .node = DG_EVENT_NO_NODE, .net_messages = n },
        err);
    return rc < 0 ? rc
                  : dg_world_emit(world, NULL,
                                  &(dg_event){ .kind = DG_EVENT_NET_DATA,
                                               .node = DG_EVENT_NO_NODE,
                                               .net_data = data },
                                  err);
}
