/* sent_chunks.c - each validator asks for its own chunk of what occupies a core, and
 * its bits say which it had when it signed.
 *
 * For candidates of a leaf that is taken up and of up to three blocks below it in the
 * session. What a node asks and has is kept with the block that put the candidate on
 * its core, so of two siblings with one candidate each is asked for: a real node would
 * ask once.
 * Mirrors: availability-distribution requester, responder. */
#include "statements/sent_impl.h"

#include <assert.h>

typedef enum seat_state { CHUNK_NONE, CHUNK_ASKED, CHUNK_HELD, CHUNK_FAILED } seat_state;

/* What one node knows of one candidate's chunk. */
typedef struct chunk_seat {
    dg_ns asked;
    uint16_t tried;
    uint8_t state;
} chunk_seat;
/* A candidate: its relay parent, and the nodes of the group that backed it. */
typedef struct chunk_core {
    uint32_t parent, members, *member;
    chunk_seat *seat;
} chunk_core;
struct dg_sent_chunks {
    uint32_t cores;
    chunk_core *core;
};

void dg_statements_chunks_free(dg_sent_chunks *c)
{
    for (uint32_t i = 0; c && i < c->cores; i++) {
        dg_free(c->core[i].member);
        dg_free(c->core[i].seat);
    }
    if (c)
        dg_free(c->core);
    dg_free(c);
}

void dg_statements_chunks_forget(dg_sent_chunks *c, dg_node_ix node)
{
    for (uint32_t i = 0; c && i < c->cores; i++)
        if (c->core[i].seat)
            c->core[i].seat[node.v] = (chunk_seat){ .state = CHUNK_NONE };
}

static chunk_core *core_at(const dg_world *world, dg_leaf_id home, dg_core_ix core)
{
    const dg_sent_chunks *c = world->blocks[home.v].chunks;
    return c && core.v < c->cores && c->core[core.v].seat ? &c->core[core.v] : NULL;
}

/* ---- a candidate that is asked for ---- */

static dg_code make_room(dg_world_block *b, uint32_t cores, dg_error *err)
{
    chunk_core *more;
    if (!b->chunks && !(b->chunks = dg_calloc(1, sizeof *b->chunks)))
        return dg_fail(err, DG_NOMEM, "no memory for chunks");
    if (cores <= b->chunks->cores)
        return DG_OK;
    if (!(more = dg_realloc(b->chunks->core, cores * sizeof *more)))
        return dg_fail(err, DG_NOMEM, "no memory for the chunks of %u cores", cores);
    for (uint32_t i = b->chunks->cores; i < cores; i++)
        more[i] = (chunk_core){ .member = NULL };
    b->chunks->core = more;
    b->chunks->cores = cores;
    return DG_OK;
}

/* The group is that of the leaf which asks first: they do not change within a session. */
static dg_code open_core(dg_world *world, dg_leaf_id home, const dg_world_block *leaf,
                         dg_core_ix core, dg_error *err)
{
    uint32_t group = leaf->view.cores[core.v].group, from = leaf->view.group_from[group],
             members = leaf->view.group_from[group + 1] - from;
    dg_code rc = make_room(&world->blocks[home.v], core.v + 1, err);
    chunk_core *c;
    if (rc < 0 || core_at(world, home, core))
        return rc;
    c = &world->blocks[home.v].chunks->core[core.v];
    c->parent = dg_backing_chunk_parent(world, home, &leaf->view.cores[core.v]);
    c->member = dg_calloc(members + 1, sizeof *c->member);
    c->seat = dg_calloc(world->node_count, sizeof *c->seat);
    if (!c->member || !c->seat)
        return dg_fail(err, DG_NOMEM, "no memory for the chunks of %u nodes", world->node_count);
    for (c->members = 0; c->members < members; c->members++)
        c->member[c->members] =
            dg_session_node(leaf->session, leaf->view.members[from + c->members]);
    return DG_OK;
}

/* ---- asking ---- */

static dg_code ask_next(dg_world *world, dg_node_ix node, dg_leaf_id home, dg_core_ix core,
                        dg_error *err)
{
    chunk_core *c = core_at(world, home, core);
    chunk_seat *s = &c->seat[node.v];
    uint32_t first = dg_backing_chunk_first(world, home, core, node, c->members);
    dg_said said = { .leaf = home.v, .core = (uint16_t)core.v, .votes = dg_sim_now(world->sim) };
    s->asked = said.votes;
    assert(s->state == CHUNK_ASKED);
    while (s->tried < c->members) {
        uint32_t of = c->member[(first + s->tried++) % c->members];
        bool sent = of == DG_NO;
        dg_code rc = of == node.v || sent
                         ? DG_OK
                         : dg_statements_send(world, &sent, node, (dg_node_ix){ of },
                                              DG_MSG_CHUNK_ASK, &said, err);
        if (rc < 0 || sent)
            return rc < 0 ? rc
                          : dg_statements_timer(
                              world, node, DG_TAG_SENT_CHUNK,
                              dg_world_own_wait(world, node,
                                                dg_world_constant(DG_CONST_CHUNK_TIMEOUT)),
                              &said, err);
    }
    s->state = CHUNK_FAILED;
    return DG_OK;
}

static bool backed_it(const dg_world *world, const chunk_core *c, dg_node_ix node)
{
    for (uint32_t i = 0; i < c->members; i++)
        if (c->member[i] == node.v)
            return dg_backing_chunk_has_all(world, (dg_leaf_id){ c->parent }, node,
                                            dg_sim_now(world->sim));
    return false;
}

static dg_code want(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_core_ix core,
                    dg_error *err)
{
    uint32_t home = dg_backing_chunk_home(world, leaf, core);
    dg_code rc = open_core(world, (dg_leaf_id){ home }, &world->blocks[leaf.v], core, err);
    chunk_core *c;
    chunk_seat *s;
    if (rc < 0)
        return rc;
    c = core_at(world, (dg_leaf_id){ home }, core);
    s = &c->seat[node.v];
    if (s->state == CHUNK_ASKED || s->state == CHUNK_HELD)
        return DG_OK;
    s->tried = 0;
    s->state = backed_it(world, c, node) ? CHUNK_HELD : CHUNK_ASKED;
    return s->state == CHUNK_HELD ? DG_OK : ask_next(world, node, (dg_leaf_id){ home }, core, err);
}

static dg_code want_all(dg_world *world, dg_node_ix node, dg_leaf_id leaf, dg_error *err)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    dg_code rc = DG_OK;
    if (!b->session || b->session->member[node.v] >= b->session->validators)
        return DG_OK;
    for (uint32_t i = 0; i < b->view.core_count && rc == DG_OK; i++)
        if (b->view.cores[i].kind == DG_CORE_OCCUPIED
            && b->view.cores[i].group < b->view.group_count)
            rc = want(world, node, leaf, (dg_core_ix){ i }, err);
    return rc;
}

/* Of what occupies cores at the leaf, or did at a few blocks below it that are as new to the node.
 * Mirrors: availability-distribution requester, LEAF_ANCESTRY_LEN_WITHIN_SESSION. */
dg_code dg_statements_sent_chunks_taken_up(dg_world *world, dg_node_ix node, dg_leaf_id leaf,
                                           dg_error *err)
{
    enum { ANCESTRY = 3 };
    dg_ns now = dg_sim_now(world->sim);
    uint32_t id = leaf.v, session = world->blocks[leaf.v].view.session;
    dg_code rc = DG_OK;
    for (int left = ANCESTRY + 1; rc == DG_OK && left && id != DG_NO;
         left--, id = world->blocks[id].parent) {
        const dg_world_block *b = &world->blocks[id];
        if (b->gone || b->taken[node.v] != now || b->view.session != session)
            break;
        rc = want_all(world, node, (dg_leaf_id){ id }, err);
    }
    return rc;
}

/* ---- being asked, and the answer ---- */

dg_code dg_statements_chunk_requested(dg_world *world, dg_node_ix node, dg_node_ix from,
                                      const dg_said *said, dg_error *err)
{
    dg_said answer = *said;
    const dg_session *session = world->blocks[said->leaf].session;
    const chunk_core *c = core_at(world, (dg_leaf_id){ said->leaf }, (dg_core_ix){ said->core });
    uint64_t bytes = dg_world_message_bytes(DG_MSG_CHUNK_ASK);
    dg_entrance entered;
    dg_code rc;
    if ((answer.who = c
                      && dg_backing_chunk_has_all(world, (dg_leaf_id){ c->parent }, node,
                                                  dg_sim_now(world->sim))))
        bytes = dg_backing_chunk_bytes(session ? session->validators : 0);
    if ((rc = dg_statements_request_enter(world, &entered, node, from, DG_QUEUE_CHUNK, said, bytes,
                                          err))
            < 0
        || entered != DG_ENTRANCE_TAKEN)
        return rc;
    return dg_statements_send_bytes(world, NULL, node, from, DG_MSG_CHUNK, &answer, bytes, err);
}

/* The seat that still waits for this request. */
static chunk_seat *waiting(const dg_world *world, dg_node_ix node, const dg_said *said)
{
    chunk_core *c = core_at(world, (dg_leaf_id){ said->leaf }, (dg_core_ix){ said->core });
    return c && c->seat[node.v].state == CHUNK_ASKED && c->seat[node.v].asked == said->votes
               ? &c->seat[node.v]
               : NULL;
}

dg_code dg_statements_chunk_answer(dg_world *world, dg_node_ix node, const dg_said *said,
                                   dg_error *err)
{
    chunk_seat *s = waiting(world, node, said);
    if (!s)
        return DG_OK;
    if (!said->who)
        return ask_next(world, node, (dg_leaf_id){ said->leaf }, (dg_core_ix){ said->core }, err);
    s->state = CHUNK_HELD;
    return DG_OK;
}

dg_code dg_statements_chunk_timeout(dg_world *world, dg_node_ix node, const dg_said *said,
                                    dg_error *err)
{
    return waiting(world, node, said)
               ? ask_next(world, node, (dg_leaf_id){ said->leaf }, (dg_core_ix){ said->core }, err)
               : DG_OK;
}

/* ---- bits ---- */

bool dg_statements_chunk_is_held(const dg_world *world, dg_leaf_id leaf, dg_core_ix core,
                                 dg_node_ix node)
{
    const dg_view *v = &world->blocks[leaf.v].view;
    const chunk_core *c;
    if (v->cores[core.v].kind != DG_CORE_OCCUPIED)
        return false;
    if (v->cores[core.v].group >= v->group_count)
        return true;
    c = core_at(world, (dg_leaf_id){ dg_backing_chunk_home(world, leaf, core) }, core);
    return c && c->seat[node.v].state == CHUNK_HELD;
}
