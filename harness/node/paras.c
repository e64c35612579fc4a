/* paras.c - what became of the candidates, in the runtime's own events. */
#include "node/node_impl.h"

#include <string.h>

static void count_event(dg_paras *out, const json_t *event)
{
    const json_t *of = json_object_get(event, "ParaInclusion");
    const char *name = of ? json_object_iter_key(json_object_iter((json_t *)of)) : NULL;
    if (!name)
        return;
    out->backed += strcmp(name, "CandidateBacked") == 0;
    out->included += strcmp(name, "CandidateIncluded") == 0;
    out->timed_out += strcmp(name, "CandidateTimedOut") == 0;
}

/* A runtime without events, or with some that do not decode, has none for us. */
dg_code dg_paras_read(dg_network *net, dg_paras *out, dg_block *block, dg_error *err)
{
    json_t *events = NULL, *record;
    size_t i;
    dg_code rc = dg_chain_events(net->chain, block, &events, err);
    *out = (dg_paras){ 0 };
    if (rc == DG_NOMEM || rc == DG_IO)
        return rc;
    json_array_foreach(events, i, record)
        count_event(out, json_object_get(record, "event"));
    json_decref(events);
    return DG_OK;
}
