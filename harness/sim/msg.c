/* msg.c - message objects: one content, many receivers. */
#include "sim/sim_impl.h"

dg_code dg_sim_msg_new(dg_sim *sim, dg_sim_msg **out, size_t size, void (*clear)(void *data),
                       dg_error *err)
{
    *out = NULL;
    if (size > DG_SIM_MSG_MAX)
        return dg_fail(err, DG_LIMIT, "a message of %zu bytes was made, the most is %u", size,
                       (unsigned)DG_SIM_MSG_MAX);
    if (size > sim->options.msg_bytes_max - sim->stats.msg_bytes)
        return dg_fail(err, DG_LIMIT, "messages held more than %llu bytes at %llu ns",
                       (unsigned long long)sim->options.msg_bytes_max,
                       (unsigned long long)sim->now);
    dg_sim_msg *msg = dg_calloc(1, sizeof *msg + size);
    if (!msg)
        return dg_fail(err, DG_NOMEM, "no memory for a message of %zu bytes", size);
    msg->clear = clear;
    msg->size = size;
    msg->refs = 1;
    msg->after = sim->msgs;
    if (sim->msgs)
        sim->msgs->before = msg;
    sim->msgs = msg;
    sim->stats.msgs++;
    sim->stats.msg_bytes += size;
    if (sim->stats.msg_bytes > sim->stats.msg_bytes_max)
        sim->stats.msg_bytes_max = sim->stats.msg_bytes;
    *out = msg;
    return DG_OK;
}

void *dg_sim_msg_room(dg_sim_msg *msg)
{
    return msg + 1;
}

const void *dg_sim_msg_data(const dg_sim_msg *msg)
{
    return msg + 1;
}

size_t dg_sim_msg_size(const dg_sim_msg *msg)
{
    return msg->size;
}

/* The content is constant for everybody but its maker; the count of its holders
 * is not part of the content. */
dg_sim_msg *dg_sim_msg_keep(const dg_sim_msg *msg)
{
    dg_sim_msg *held = (dg_sim_msg *)(uintptr_t)msg;
    if (held)
        held->refs++;
    return held;
}

void dg_sim_msg_drop(dg_sim *sim, dg_sim_msg *msg)
{
    if (!msg || sim->closing)
        return;
    assert(msg->refs > 0);
    if (--msg->refs > 0)
        return;
    if (msg->before)
        msg->before->after = msg->after;
    else
        sim->msgs = msg->after;
    if (msg->after)
        msg->after->before = msg->before;
    sim->stats.msgs--;
    sim->stats.msg_bytes -= msg->size;
    if (msg->clear)
        msg->clear(msg + 1);
    dg_free(msg);
}
