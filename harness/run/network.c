/* network.c - an arm's slots once more, with validators around the chain: they
 * build on chains of their own over the same snapshot, compete, back and finalize.
 * What they tell becomes events of the arm. */
#include "run/run_impl.h"

#include <string.h>

typedef struct listener { arm *a; uint32_t newest; } listener;

/* Which event a record becomes; its fields and their order stay. */
static bool kind_of(dg_event_kind *out, dg_record_kind kind)
{
    switch (kind) {
    case DG_REC_PARAS:     *out = DG_EV_NET_PARAS; return true;
    case DG_REC_HOLDERS:   *out = DG_EV_NET_HOLDERS; return true;
    case DG_REC_LOST:      *out = DG_EV_NET_LOST; return true;
    case DG_REC_SIGNAL:    *out = DG_EV_NET_SIGNAL; return true;
    case DG_REC_SESSION:   *out = DG_EV_NET_SESSION; return true;
    case DG_REC_FINALIZED: *out = DG_EV_NET_FINALIZED; return true;
    case DG_REC_UPGRADE:   *out = DG_EV_NET_UPGRADE; return true;
    case DG_REC_SLOT:      *out = DG_EV_NET_SLOT; return true;
    case DG_REC_APPROVED:  *out = DG_EV_NET_APPROVED; return true;
    case DG_REC_APPROVAL:  *out = DG_EV_NET_APPROVAL; return true;
    case DG_REC_GROUPS:    *out = DG_EV_NET_GROUPS; return true;
    case DG_REC_FAULT:     *out = DG_EV_NET_FAULT; return true;
    default:               return false;
    }
}

static dg_code hear(void *user, const dg_record *r, dg_error *err)
{
    listener *l = user;
    event_log *log = &l->a->run->log;
    json_t *detail = NULL;
    dg_event_kind kind;
    int64_t n[6];
    if (r->kind == DG_REC_BLOCK && r->block > l->newest)
        l->newest = r->block;
    if (!kind_of(&kind, r->kind))
        return DG_OK;
    for (int i = 0; i < 6; i++)
        n[i] = (int64_t)r->n[i];
    if (r->kind == DG_REC_SLOT) { /* but for how many claims were primary: no claim asks */
        memmove(&n[2], &n[3], 3 * sizeof *n);
        n[5] = 0;
    }
    if (r->kind == DG_REC_UPGRADE && r->text && !(detail = json_pack("{s:o}", "refused", plain_json(r->text))))
        log->rc = DG_NOMEM;
    log_add(log, l->a->which, r->at, r->block ? r->block : l->newest, kind, n, detail);
    if (log->rc >= 0)
        log->at[log->count - 1].node = r->node;
    return log_check(log, err);
}

static json_t *classes_json(const dg_network *net)
{
    json_t *out = json_object();
    const dg_node_class *class;
    for (size_t i = 0; (class = dg_class_at(i)); i++) {
        json_int_t nodes = 0;
        for (uint32_t k = 0; k < dg_network_node_count(net); k++)
            nodes += dg_network_class(net, k) == class;
        if (nodes)
            json_object_set_new(out, class->name, json_integer(nodes));
    }
    return out;
}

static dg_code begin(arm *a, const dg_network *net, const network_wish *wish, dg_error *err)
{
    run_state *run = a->run;
    json_t *detail = json_pack("{s:s, s:o}", "table", DG_CLASS_TABLE_VERSION, "classes", classes_json(net));
    if (!detail)
        run->log.rc = DG_NOMEM;
    log_add(&run->log, a->which, 0, run->fork_number, DG_EV_NET_START,
            LOG_N(dg_network_node_count(net), run->parachains, !wish->no_forks, (int64_t)run->upgrade_slot,
                  (int64_t)run->first_boundary, (int64_t)run->clock.epoch_slots), detail);
    return log_check(&run->log, err);
}

static dg_code run_slots(arm *a, dg_network *net, dg_error *err)
{
    const run_state *run = a->run;
    uint64_t from = dg_network_first_slot(net);
    for (uint64_t slot = from; slot <= run->end_slot; slot++) {
        dg_code rc = dg_network_run(net, slot, err);
        run_progress(run, a->which == DG_ARM_CONTROL ? "control" : "treatment", slot - from + 1, run->end_slot - from + 1);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code set_transition(dg_network *net, const run_state *run, dg_error *err)
{
    dg_transition what = run_transition(run);
    dg_code rc = what.code.len ? dg_network_enact(net, run->upgrade_slot, what.how, what.code, err) : DG_OK;
    return rc == DG_OK && what.config ? dg_network_configure(net, run->upgrade_slot, what.config, err) : rc;
}

dg_code network_run(arm *a, dg_error *err)
{
    run_state *run = a->run;
    arm own = { .run = run, .which = a->which };
    listener l = { a, run->fork_number };
    dg_network *net = NULL;
    network_wish wish;
    dg_network_options options = { .seed = run->plan->seed, .each = hear, .user = &l };
    dg_code rc = arm_open_chain(&own, err);
    network_plan_read(&wish, run->plan);
    options.shares = wish.shares;
    options.share_count = wish.share_count;
    options.link = &wish.link;
    options.no_forks = wish.no_forks;
    if (rc >= 0 && (rc = dg_network_new(&net, own.chain, &options, err)) >= 0 && (rc = begin(a, net, &wish, err)) >= 0
        && (rc = faults_apply(net, a, err)) >= 0 && a->which == DG_ARM_TREATMENT)
        rc = set_transition(net, run, err);
    if (rc >= 0)
        rc = run_slots(a, net, err);
    dg_network_free(net);
    dg_chain_close(own.chain);
    return rc < 0 ? dg_fail_within(err, rc, "network") : DG_OK;
}
