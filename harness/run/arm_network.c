/* arm_network.c - an arm whose blocks are those of a network: validators around the
 * arm's chain compete, back and finalize. What they tell becomes events of the arm;
 * the blocks that they agree on are the arm's blocks, a few slots later. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

/* A network, and the arms that listen to it: one as a rule. */
typedef struct dg_run_stage {
    dg_network *net;
    dg_plan_network wish;                           /* with the network's options, */
    dg_plan_rollout rollouts[DG_PLAN_ROLLOUTS_MAX]; /* .. and its rollouts into these */
    dg_run_arm **arms;
    size_t arm_count;
} dg_run_stage;

struct dg_run_network {
    dg_run_stage *stage;
    bool is_guest;    /* the stage is another arm's */
    uint32_t newest;  /* number of the newest block */
    uint64_t noted;   /* slots below it have their event */
    uint32_t *claims; /* of each slot that is over, from the first on */
    size_t claims_count, claims_cap;
    bool slow;  /* a build of this slot took as long as it may */
    bool tried; /* somebody has tried slot U */
    /* number of the last block that clients refused over its epoch; 0: none */
    uint32_t stopped_at;
};

/* ---- events ---- */

/* Up to the first try of slot U both arms build the same, losing blocks too. Which of
 * two siblings wins may hang on what comes later, so all are compared. */
static void remember_built(dg_run_arm *a, int64_t slot, const dg_hash *about)
{
    a->network->tried |= slot >= (int64_t)a->run->span.upgrade_slot;
    if (!a->network->tried)
        a->built = dg_blake2_256_two(dg_hash_bytes(&a->built), dg_hash_bytes(about));
}

static dg_code remember_claims(struct dg_run_network *w, uint32_t claims, dg_error *err)
{
    assert(w->claims_count <= w->claims_cap);
    if (w->claims_count == w->claims_cap) {
        size_t cap = w->claims_cap ? w->claims_cap * 2 : 256;
        uint32_t *more = dg_realloc(w->claims, cap * sizeof *more);
        if (!more)
            return dg_fail(err, DG_NOMEM, "no memory for %zu slots", cap);
        w->claims = more;
        w->claims_cap = cap;
    }
    w->claims[w->claims_count++] = claims;
    return DG_OK;
}

/* A network that only fails is given as many slots as a single author. */
static dg_code slot_over(dg_run_arm *a, const struct dg_event_net_slot *n, dg_error *err)
{
    if (n->built)
        a->at.failures = 0;
    else if (n->failed)
        a->at.failures += a->network->slow ? DG_RUN_ARM_SLOW_FAILURE : 1;
    a->network->slow = false;
    return remember_claims(a->network, (uint32_t)n->claims, err);
}

/* What the arm itself goes by. A block that could not be built has its parent's hash. */
static dg_code note(dg_run_arm *a, const dg_event *e, const dg_hash *about, dg_error *err)
{
    if (e->kind == DG_EVENT_NET_BUILT) {
        remember_built(a, e->net_built.slot, about);
        if (e->block > a->network->newest)
            a->network->newest = e->block;
    }
    if (e->kind == DG_EVENT_NET_FAILED)
        remember_built(a, e->net_failed.slot, about);
    return e->kind == DG_EVENT_NET_SLOT ? slot_over(a, &e->net_slot, err) : DG_OK;
}

/* Takes the detail. */
static dg_code hear_as(dg_run_arm *a, dg_event e, const dg_hash *about, dg_error *err)
{
    dg_code rc = note(a, &e, about, err);
    if (rc < 0) {
        json_decref(e.detail);
        return rc;
    }
    e.arm = a->which;
    e.block = e.block ? e.block : a->network->newest;
    dg_event_log_add(&a->run->log, &e);
    return dg_event_log_check(&a->run->log, err);
}

static dg_code hear(void *user, const dg_event *event, const dg_hash *about, dg_error *err)
{
    const dg_run_stage *stage = user;
    dg_code rc = DG_OK;
    for (size_t i = 0; i < stage->arm_count && rc >= 0; i++) {
        json_incref(event->detail); /* one for each who takes it */
        rc = hear_as(stage->arms[i], *event, about, err);
    }
    json_decref(event->detail);
    return rc;
}

/* ---- blocks ---- */

/* Slots up to `slot` that left no block on the chain. */
static void pass_over(dg_run_arm *a, uint64_t slot)
{
    struct dg_run_network *w = a->network;
    for (; w->noted < slot; w->noted++) {
        uint64_t at = w->noted - a->run->span.clock.next_slot;
        dg_run_arm_slot(a, w->noted, dg_block_number(a->tip) + 1, false,
                        at < w->claims_count ? w->claims[at] : 0);
    }
}

static void note_way(dg_run_arm *a, const dg_authored *made)
{
    if (!made->path || a->at.upgrade_block)
        return;
    dg_run_arm_note_way(a, made->path, made->config_session, made->amended);
}

/* A block that no client imports, once for its place in the chain: whoever tries it after
 * that gets the same. */
static void note_epoch(dg_run_arm *a, const dg_authored *made)
{
    const dg_client_note *note = made->epoch;
    if (a->network->stopped_at == made->number)
        return;
    a->network->stopped_at = made->number;
    dg_run_arm_log_epoch(a, made->slot, made->number, note);
}

static dg_code refused_as(dg_run_arm *a, const dg_authored *made, dg_error *err)
{
    note_way(a, made);
    if (made->epoch) {
        note_epoch(a, made);
        return dg_event_log_check(&a->run->log, err);
    }
    a->network->slow |= dg_run_arm_takes_long(made->report);
    dg_run_arm_refused(a, made->slot, made->number, made->report, made->why);
    return dg_event_log_check(&a->run->log, err);
}

static dg_code refused(void *user, const dg_authored *made, dg_error *err)
{
    const dg_run_stage *stage = user;
    dg_code rc = DG_OK;
    for (size_t i = 0; i < stage->arm_count && rc >= 0; i++)
        rc = refused_as(stage->arms[i], made, err);
    return rc;
}

static dg_code settled_as(void *arm, const dg_authored *made, dg_error *err)
{
    dg_run_arm *a = arm;
    struct dg_run_network *w = a->network;
    uint64_t at = made->slot - a->run->span.clock.next_slot;
    dg_code rc = DG_OK;
    if (dg_run_arm_not_enacted(a))
        return DG_OK; /* what follows is N-1's */
    pass_over(a, made->slot);
    w->noted = made->slot + 1;
    note_way(a, made);
    if (!a->at.upgrade_block && made->slot >= a->run->span.upgrade_slot)
        rc = dg_run_arm_before_upgrade(a, err);
    return rc < 0
               ? rc
               : dg_run_arm_grown(a, made->block, made->report,
                                  (dg_run_made){ .claims = at < w->claims_count ? w->claims[at] : 1,
                                                 .author = made->author },
                                  err);
}

static dg_code settled(void *user, const dg_authored *made, dg_error *err)
{
    const dg_run_stage *stage = user;
    dg_code rc = DG_OK;
    for (size_t i = 0; i < stage->arm_count && rc >= 0; i++)
        rc = settled_as(stage->arms[i], made, err);
    return rc;
}

/* ---- the network ---- */

uint64_t dg_run_network_refusing(const dg_run_arm *a, uint64_t bytes, uint64_t once)
{
    uint64_t refusing = 0;
    if (!a->network)
        return bytes > once * DG_CHAIN_HEAP_IMPORT_TIMES;
    for (uint32_t k = 0; k < dg_network_node_count(a->network->stage->net); k++) {
        const dg_node_class *of = dg_network_class(a->network->stage->net, (dg_node_ix){ k });
        refusing += bytes > once * dg_class_memory(of).import_times;
    }
    return refusing;
}

/* Puts how many nodes each class has, and what it does with a topology that comes early. */
static int put_classes(json_t *out, const dg_run_stage *w)
{
    json_t *classes = json_object(), *early = json_object();
    int bad = 0;
    for (size_t i = 0; i < w->wish.options.share_count; i++) {
        const dg_node_class *class = w->wish.shares[i].of;
        json_int_t nodes = 0;
        for (uint32_t k = 0; k < dg_network_node_count(w->net); k++)
            nodes += dg_network_class(w->net, (dg_node_ix){ k }) == class;
        if (nodes)
            bad |=
                json_object_set_new(classes, class->name, json_integer(nodes))
                | json_object_set_new(early, class->name, json_string(dg_class_early_name(class)));
    }
    return bad | json_object_set_new(out, "classes", classes)
           | json_object_set_new(out, "early", early);
}

static json_t *host_json(const dg_run_state *run)
{
    return json_pack(
        "{s:I, s:I}", "from",
        (json_int_t)dg_version_api(dg_runtime_version(run->from_kept), "ParachainHost"), "to",
        (json_int_t)dg_version_api(dg_runtime_version(run->to), "ParachainHost"));
}

static dg_code log_start(dg_run_arm *a, dg_error *err)
{
    dg_run_state *run = a->run;
    const dg_run_stage *stage = a->network->stage;
    json_t *detail =
        json_pack("{s:s, s:o}", "table", DG_CLASS_TABLE_VERSION, "host", host_json(run));
    if (!detail || put_classes(detail, a->network->stage))
        run->log.rc = DG_NOMEM;
    dg_event_log_add(
        &run->log,
        &(dg_event){ .arm = a->which,
                     .at = 0,
                     .node = DG_EVENT_NO_NODE,
                     .block = run->span.fork_number,
                     .kind = DG_EVENT_NET_START,
                     .net_start = { .nodes = dg_network_node_count(stage->net),
                                    .parachains = run->parachains,
                                    .forks = !stage->wish.options.no_forks,
                                    .upgrade_slot = (int64_t)run->span.upgrade_slot,
                                    .first_boundary = (int64_t)run->span.first_boundary,
                                    .epoch_slots = (int64_t)run->span.clock.epoch_slots },
                     .detail = detail });
    return dg_event_log_check(&run->log, err);
}

/* What the plan says; otherwise what validators need for a blob of N's size. */
static dg_code compile_time(dg_plan_network *wish, const dg_run_state *run, dg_error *err)
{
    dg_ns range[2] = { 0, 0 };
    dg_buf wasm;
    dg_code rc = DG_OK;
    if (wish->compile_given)
        return DG_OK;
    dg_buf_init(&wasm, DG_BLOB_MAX);
    if (run->code.len)
        rc = dg_blob_decode(&wasm, dg_buf_bytes(&run->code), err);
    if (wasm.len)
        dg_world_compile_range(range, wasm.len);
    dg_buf_clear(&wasm);
    wish->options.compile_ns_min = range[0];
    wish->options.compile_ns_max = range[1];
    return rc;
}

static dg_code set_transition(dg_network *net, const dg_run_state *run, dg_error *err)
{
    dg_transition what = dg_run_transition(run);
    dg_code rc = what.code.len
                     ? dg_network_enact(net, run->span.upgrade_slot, what.how, what.code, err)
                     : DG_OK;
    return rc == DG_OK && what.config
               ? dg_network_configure(net, run->span.upgrade_slot, what.config, err)
               : rc;
}

static dg_code make_network(dg_run_arm *a, dg_run_stage *stage, dg_error *err)
{
    dg_run_state *run = a->run;
    dg_network_options *options = &stage->wish.options;
    dg_code rc;
    dg_plan_network_read(&stage->wish, run->plan);
    options->seed = run->asked->seed;
    options->all_prepared = run->grown[0] != 0;
    options->each = hear;
    options->settled = settled;
    options->refused = refused;
    options->user = stage;
    if ((rc = dg_plan_network_place(&stage->wish, run->plan, &run->span, err)) < 0
        || (rc = compile_time(&stage->wish, run, err)) < 0)
        return rc;
    dg_run_intervene_network(run, &stage->wish);
    return dg_network_new(&stage->net, a->chain, options, err);
}

/* Hears what is told from now on. */
static dg_code listen(dg_run_arm *a, dg_run_stage *stage, bool is_guest, dg_error *err)
{
    struct dg_run_network *w = a->network = dg_calloc(1, sizeof *w);
    dg_run_arm **arms = dg_realloc(stage->arms, (stage->arm_count + 1) * sizeof *arms);
    if (arms)
        stage->arms = arms;
    if (!w || !arms) {
        dg_free(w);
        a->network = NULL;
        return dg_fail(err, DG_NOMEM, "no memory for a network");
    }
    *w = (struct dg_run_network){ .stage = stage,
                                  .is_guest = is_guest,
                                  .newest = a->run->span.fork_number,
                                  .noted = a->run->span.clock.next_slot };
    stage->arms[stage->arm_count++] = a;
    return DG_OK;
}

static void stage_free(dg_run_stage *stage)
{
    dg_network_free(stage->net);
    dg_free(stage->arms);
    dg_free(stage);
}

dg_code dg_run_network_begin(dg_run_arm *a, dg_error *err)
{
    assert(!a->network && a->chain);
    dg_run_stage *stage = dg_calloc(1, sizeof *stage);
    dg_code rc;
    if (!stage)
        return dg_fail(err, DG_NOMEM, "no memory for a network");
    if ((rc = listen(a, stage, false, err)) < 0) {
        stage_free(stage);
        return rc;
    }
    if ((rc = make_network(a, stage, err)) < 0 || (rc = log_start(a, err)) < 0
        || (rc = dg_run_faults_apply(stage->net, a, err)) < 0)
        return rc;
    return dg_run_rollouts_apply(stage->net, a, stage->rollouts, &stage->wish, err);
}

dg_code dg_run_network_join(dg_run_arm *a, const dg_run_arm *host, dg_error *err)
{
    assert(!a->network && host->network && a->chain == host->chain);
    dg_code rc = listen(a, host->network->stage, true, err);
    return rc < 0 ? rc : log_start(a, err);
}

void dg_run_network_leave(dg_run_arm *a)
{
    dg_run_stage *stage = a->network->stage;
    size_t kept = 0;
    for (size_t i = 0; i < stage->arm_count; i++)
        if (stage->arms[i] != a)
            stage->arms[kept++] = stage->arms[i];
    assert(kept + 1 == stage->arm_count);
    stage->arm_count = kept;
}

void dg_run_network_alone(dg_run_arm *a)
{
    dg_run_stage *stage = a->network->stage;
    stage->arms[0] = a;
    stage->arm_count = 1;
}

dg_code dg_run_network_enact(dg_run_arm *a, dg_error *err)
{
    assert(a->network && a->which == DG_ARM_TREATMENT);
    const dg_run_later *later = &a->run->options->later;
    dg_transition what = { .config = later->config, .session = later->session };
    dg_code rc = set_transition(a->network->stage->net, a->run, err);
    if (rc < 0 || !later->slots)
        return rc;
    return dg_network_later(a->network->stage->net, a->run->span.upgrade_slot + later->slots, &what,
                            err);
}

dg_code dg_run_network_slot(dg_run_arm *a, uint64_t slot, dg_error *err)
{
    assert(a->network);
    dg_code rc = dg_network_run(a->network->stage->net, slot, err);
    return rc < 0 ? dg_fail_within(err, rc, "network") : rc;
}

/* All of them, where they were sent. */
static dg_code keep_messages(dg_run_arm *a, dg_error *err)
{
    dg_world_stats stats;
    int bad = 0;
    dg_network_stats_get(a->network->stage->net, &stats);
    if (!stats.message_bytes)
        return DG_OK;
    if (!(a->kept.messages = json_object()))
        return dg_fail(err, DG_NOMEM, "no memory for the messages of a network");
    for (int kind = 0; kind < DG_MSG_COUNT; kind++)
        bad |= json_object_set_new(a->kept.messages, dg_world_message_name((dg_message_kind)kind),
                                   json_integer((json_int_t)stats.messages[kind]));
    bad |= json_object_set_new(a->kept.messages, "bytes",
                               json_integer((json_int_t)stats.message_bytes));
    return bad ? dg_fail(err, DG_NOMEM, "no memory for the messages of a network") : DG_OK;
}

dg_code dg_run_network_end(dg_run_arm *a, uint64_t end, dg_error *err)
{
    assert(a->network && !a->kept.messages);
    dg_run_state *run = a->run;
    dg_code rc = dg_network_unsettled(a->network->stage->net, settled_as, a, err);
    if (rc < 0 || (rc = keep_messages(a, err)) < 0)
        return rc;
    if (!dg_run_arm_not_enacted(a))
        pass_over(a, end);
    if (!a->at.upgrade_block && end > run->span.upgrade_slot
        && (rc = dg_run_arm_before_upgrade(a, err)) < 0)
        return rc; /* no block at U: what is before it can be told all the same */
    run->diverged |= a->which == DG_ARM_TREATMENT && !dg_hash_equal(&a->built, &run->control.built);
    return dg_event_log_check(&run->log, err);
}

dg_block *dg_run_network_best(const dg_run_arm *a)
{
    return dg_network_best(a->network->stage->net);
}

void dg_run_network_free(dg_run_arm *a)
{
    if (!a->network)
        return;
    if (!a->network->is_guest)
        stage_free(a->network->stage);
    dg_free(a->network->claims);
    dg_free(a->network);
    a->network = NULL;
}
