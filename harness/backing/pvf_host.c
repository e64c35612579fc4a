/* pvf_host.c - what a node has to compile before it can execute a parachain's blocks.
 *
 * An artifact is a parachain's code prepared with a session's executor parameters. A
 * node prepares one at a time: first those that backing waits for, in the order they
 * were asked for, then those that approval waits for. What is under way is finished.
 * Codes and the parameters in force when the run begins are prepared at all who validate
 * then, and at those who prepare ahead: with the parameters of the moment, so that is no help
 * where they change. Two blocks are executed at one time; backing does not wait for approval.
 * Not modelled: the pre-check of new code, and artifacts that grow old.
 * Mirrors: polkadot node/core/pvf (prepare/queue.rs, artifacts.rs, host.rs). */
#include "backing/backing_impl.h"

#include <assert.h>
#include <string.h>

enum { ARTIFACTS_MAX = 1 << 16 };

/* ---- the artifacts there are ---- */

static const dg_hash *params_of(const dg_session *s, const dg_node_class *of)
{
    return of->artifact_full ? &s->executor.full : &s->executor.prepares;
}

static bool was_there(const dg_world *world, const dg_session *s, dg_node_ix node)
{
    const dg_node_class *of = world->nodes[node.v].of;
    const dg_executor *first = &world->first_executor.of;
    return !world->backing->hosts[node.v].cold
           && dg_hash_equal(params_of(s, of), of->artifact_full ? &first->full : &first->prepares);
}

static const dg_pvf_code *code_of(const dg_world *world, dg_para_id para)
{
    for (uint32_t i = 0; i < world->backing->code_count; i++)
        if (world->backing->codes[i].para == para.v)
            return &world->backing->codes[i];
    return NULL;
}

dg_code dg_backing_pvf_note_code(dg_world *world, dg_para_id para, const uint8_t hash[32],
                                 dg_error *err)
{
    dg_pvf_code *more;
    if (code_of(world, para))
        return DG_OK;
    if (!(more =
              dg_realloc(world->backing->codes, (world->backing->code_count + 1) * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for the code of parachain %u", para.v);
    world->backing->codes = more;
    more[world->backing->code_count].para = para.v;
    memcpy(more[world->backing->code_count++].hash.at, hash, 32);
    return DG_OK;
}

static uint32_t find_artifact(const dg_world *world, const dg_hash *code, const dg_hash *params)
{
    for (uint32_t i = world->backing->artifact_count; i--;)
        if (dg_hash_equal(&world->backing->artifacts[i].code, code)
            && dg_hash_equal(&world->backing->artifacts[i].params, params))
            return i;
    return DG_NO;
}

/* The same code takes as long everywhere, with whatever parameters. */
static dg_ns prepare_ns(const dg_world *world, const dg_hash *code)
{
    uint64_t least = world->options.prepare_ns_max ? world->options.prepare_ns_min
                                                   : dg_world_constant(DG_CONST_PREPARE_MIN);
    uint64_t most = world->options.prepare_ns_max ? world->options.prepare_ns_max
                                                  : dg_world_constant(DG_CONST_PREPARE_MAX);
    dg_rng rng = dg_rng_fork(world->options.seed, "pvf-prepare", dg_le64(code->at), 0);
    return least + dg_rng_below(&rng, most - least + 1);
}

static dg_code artifact_of(dg_world *world, uint32_t *out, const dg_hash *code,
                           const dg_hash *params, dg_error *err)
{
    dg_artifact *more;
    if ((*out = find_artifact(world, code, params)) != DG_NO)
        return DG_OK;
    if (world->backing->artifact_count == ARTIFACTS_MAX)
        return dg_fail(err, DG_LIMIT, "a network has more than %d artifacts", ARTIFACTS_MAX);
    if (!(more = dg_realloc(world->backing->artifacts,
                            (world->backing->artifact_count + 1) * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for an artifact");
    world->backing->artifacts = more;
    more[world->backing->artifact_count] = (dg_artifact){ *code, *params, prepare_ns(world, code) };
    *out = world->backing->artifact_count++;
    return DG_OK;
}

/* ---- one node's worker ---- */

static dg_code make_room(dg_pvf_host *h, uint32_t artifacts, dg_error *err)
{
    uint32_t cap = h->ready_cap ? h->ready_cap : 64;
    dg_ns *ready;
    dg_pvf_job *queue;
    if (h->ready_cap >= artifacts)
        return DG_OK;
    while (cap < artifacts)
        cap *= 2;
    if (!(ready = dg_realloc(h->ready, cap * sizeof *ready)))
        return dg_fail(err, DG_NOMEM, "no memory for %u artifacts of a node", cap);
    h->ready = ready;
    if (!(queue = dg_realloc(h->queue, cap * sizeof *queue)))
        return dg_fail(err, DG_NOMEM, "no memory for %u artifacts of a node", cap);
    h->queue = queue;
    for (uint32_t i = h->ready_cap; i < cap; i++)
        h->ready[i] = DG_NEVER;
    h->ready_cap = cap;
    return DG_OK;
}

/* The first critical one, else the first. */
static uint32_t next_job(const dg_pvf_host *h)
{
    for (uint32_t i = 0; i < h->count; i++)
        if (h->queue[i].critical)
            return i;
    return 0;
}

/* Whatever the worker began before `now`. */
static void work(const dg_world *world, dg_pvf_host *h, dg_ns now)
{
    while (h->count && h->busy_until <= now) {
        uint32_t at = next_job(h), artifact = h->queue[at].artifact;
        dg_ns from = h->queue[at].asked > h->busy_until ? h->queue[at].asked : h->busy_until;
        h->busy_until = from + world->backing->artifacts[artifact].prepare_ns;
        h->ready[artifact] = h->busy_until;
        memmove(&h->queue[at], &h->queue[at + 1], (h->count - at - 1) * sizeof *h->queue);
        h->count--;
    }
}

/* Backing that waits for what approval asked for makes it urgent. */
static void enqueue(dg_pvf_host *h, uint32_t artifact, dg_ns now, bool critical)
{
    assert(artifact < h->ready_cap);
    if (h->ready[artifact] == DG_NEVER) {
        assert(h->count < h->ready_cap); /* each waits once */
        h->ready[artifact] = DG_WORLD_WAITING;
        h->queue[h->count++] =
            (dg_pvf_job){ .artifact = artifact, .asked = now, .critical = critical };
        return;
    }
    for (uint32_t i = 0; i < h->count; i++)
        h->queue[i].critical |= critical && h->queue[i].artifact == artifact;
}

/* ---- the door ---- */

dg_code dg_backing_pvf_want(dg_world *world, dg_node_ix node, const dg_session *session,
                            dg_para_id para, dg_pvf_use use, dg_error *err)
{
    const dg_node_class *of = world->nodes[node.v].of;
    dg_pvf_host *h = &world->backing->hosts[node.v];
    const dg_pvf_code *code;
    uint32_t artifact;
    dg_code rc;
    assert(node.v < world->node_count && session);
    if (was_there(world, session, node) || !(code = code_of(world, para)))
        return DG_OK;
    if ((rc = artifact_of(world, &artifact, &code->hash, params_of(session, of), err)) < 0
        || (rc = make_room(h, world->backing->artifact_count, err)) < 0)
        return rc;
    work(world, h, dg_sim_now(world->sim));
    enqueue(h, artifact, dg_sim_now(world->sim), use == DG_PVF_BACKING);
    work(world, h, dg_sim_now(world->sim));
    return DG_OK;
}

dg_ns dg_backing_pvf_ready_at(const dg_world *world, dg_node_ix node, const dg_session *session,
                              dg_para_id para)
{
    const dg_node_class *of = world->nodes[node.v].of;
    const dg_pvf_host *h = &world->backing->hosts[node.v];
    const dg_pvf_code *code;
    uint32_t artifact;
    assert(node.v < world->node_count && session);
    if (was_there(world, session, node) || !(code = code_of(world, para)))
        return 0;
    artifact = find_artifact(world, &code->hash, params_of(session, of));
    if (artifact == DG_NO || artifact >= h->ready_cap
        || h->ready[artifact] > dg_sim_now(world->sim))
        return DG_NEVER;
    return h->ready[artifact];
}

uint32_t dg_backing_pvf_ready_count(const dg_world *world, dg_node_ix node)
{
    const dg_pvf_host *h = &world->backing->hosts[node.v];
    uint32_t ready = 0;
    for (uint32_t i = 0; i < world->backing->artifact_count && i < h->ready_cap; i++)
        ready += h->ready[i] <= dg_sim_now(world->sim);
    return ready;
}

static uint32_t para_on(const dg_view *v, dg_place_ix core, const dg_node_class *of)
{
    const dg_core *c = core.v < v->core_count ? dg_view_core(v, core.v, of) : NULL;
    if (!c || c->kind == DG_CORE_FREE)
        return DG_NO;
    return c->kind == DG_CORE_OCCUPIED && c->next != DG_NO ? c->next : c->para;
}

/* A backer wants what its group is assigned to as soon as it has the leaf. */
dg_code dg_backing_pvf_leaf(dg_world *world, dg_node_ix node, const dg_world_block *leaf,
                            dg_error *err)
{
    uint32_t member, group, para;
    if (!leaf->session || was_there(world, leaf->session, node) || !leaf->view.group_count)
        return DG_OK;
    member = leaf->session->member[node.v];
    if (member >= leaf->session->validators
        || (group = dg_view_group_of(&leaf->view, member)) == DG_NO)
        return DG_OK;
    para = para_on(&leaf->view,
                   (dg_place_ix){ dg_rotation_core(&leaf->view.rotation, (dg_group_ix){ group },
                                                   leaf->view.group_count) },
                   world->nodes[node.v].of);
    return para == DG_NO ? DG_OK
                         : dg_backing_pvf_want(world, node, leaf->session, (dg_para_id){ para },
                                               DG_PVF_BACKING, err);
}

/* What is on disk by then stays, what was asked for is forgotten. */
static void end_process(dg_pvf_host *h, dg_ns down)
{
    memset(h->executing, 0, sizeof h->executing);
    for (uint32_t i = 0; i < h->ready_cap; i++)
        if (h->ready[i] > down)
            h->ready[i] = DG_NEVER;
    h->count = 0;
    h->busy_until = 0;
}

/* A worker goes down with its node, and what it was at is lost. A node that stands still
 * has its worker finish that, and gives it nothing new. */
void dg_backing_pvf_step(dg_world *world)
{
    dg_ns now = dg_sim_now(world->sim);
    for (uint32_t i = 0; i < world->node_count; i++) {
        dg_pvf_host *h = &world->backing->hosts[i];
        if (!dg_sim_node_up(world->sim, (dg_node_ix){ i }))
            end_process(h, dg_sim_down_since(world->sim, (dg_node_ix){ i }));
        else if (!dg_sim_node_paused(world->sim, (dg_node_ix){ i }))
            work(world, h, now);
        else
            h->busy_until = h->busy_until > now ? h->busy_until : now;
    }
}

void dg_backing_pvf_restart(dg_world *world, dg_node_ix node, dg_ns down)
{
    end_process(&world->backing->hosts[node.v], down);
}

void dg_backing_pvf_clean(dg_world *world, dg_node_ix node, dg_ns down)
{
    dg_pvf_host *h = &world->backing->hosts[node.v];
    end_process(h, down);
    if (world->nodes[node.v].of->keeps_artifacts)
        return;
    h->cold = true;
    for (uint32_t i = 0; i < h->ready_cap; i++)
        h->ready[i] = DG_NEVER;
}

/* ---- executing ---- */

dg_ns dg_backing_pvf_execute_ns(const dg_world *world, dg_para_id para)
{
    uint64_t least = world->options.execute_ns_min, most = world->options.execute_ns_max;
    const dg_pvf_code *code = most ? code_of(world, para) : NULL;
    dg_rng rng;
    if (!most)
        return dg_world_constant(DG_CONST_VALIDATION);
    rng =
        dg_rng_fork(world->options.seed, "pvf-execute", code ? dg_le64(code->hash.at) : para.v, 0);
    return least + dg_rng_below(&rng, most - least + 1);
}

dg_ns dg_backing_pvf_execute(dg_world *world, dg_node_ix node, dg_para_id para, dg_ns from)
{
    dg_pvf_host *h = &world->backing->hosts[node.v];
    uint32_t at = 0, count = (uint32_t)dg_world_constant(DG_CONST_EXECUTORS);
    dg_ns takes = dg_backing_pvf_execute_ns(world, para);
    assert(count <= DG_EXECUTORS_MAX);
    if (!world->options.execute_ns_max)
        return from + takes;
    for (uint32_t i = 1; i < count; i++)
        at = h->executing[i] < h->executing[at] ? i : at;
    h->executing[at] = (h->executing[at] > from ? h->executing[at] : from) + takes;
    return h->executing[at];
}

/* ---- counting ---- */

static uint64_t ready_pairs(const dg_world *world, dg_node_ix node, const dg_session *session)
{
    uint64_t ready = 0;
    if (was_there(world, session, node))
        return world->backing->code_count;
    for (uint32_t i = 0; i < world->backing->code_count; i++)
        ready += dg_backing_pvf_ready_at(world, node, session,
                                         (dg_para_id){ world->backing->codes[i].para })
                 != DG_NEVER;
    return ready;
}

dg_code dg_backing_pvf_tell(dg_world *world, dg_error *err)
{
    const dg_session *session = world->blocks[dg_world_favourite(world)].session;
    struct dg_event_net_pvf n = { .slot = world->slot };
    if (!session || !world->backing->code_count)
        return DG_OK;
    n.session = session->index;
    for (uint32_t i = 0; i < world->node_count; i++) {
        int64_t ready, queued = world->backing->hosts[i].count;
        if (session->member[i] >= session->validators
            || !dg_sim_node_up(world->sim, (dg_node_ix){ i }))
            continue;
        ready = ready_pairs(world, (dg_node_ix){ i }, session);
        n.pairs += world->backing->code_count;
        n.ready += ready;
        n.deepest = queued > n.deepest ? queued : n.deepest;
        n.waiting += ready < world->backing->code_count;
    }
    return dg_world_emit(
        world, NULL,
        &(dg_event){ .kind = DG_EVENT_NET_PVF, .node = DG_EVENT_NO_NODE, .net_pvf = n }, err);
}
