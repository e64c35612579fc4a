/* computed_grid.c - from the groups to all others: when each node has each candidate.
 *
 * Who has it and holds the grid announces it: a member to its row and column, a
 * neighbour of a member in the row to its column, one in the column to its row. Who
 * is told and holds the grid asks for it whoever told first, a few at a time, the
 * others in the order in which they were told of. All candidates of a leaf share
 * those few, so one wave carries them all; it is taken as far as the present, and
 * on from there when it is asked again.
 * Mirrors: statement-distribution v2/grid.rs, v2/requests.rs. */
#include "statements/statements_impl.h"

#include <assert.h>
#include <string.h>

enum { STEP_BACKED, STEP_TOLD, STEP_ANSWERED };
enum { SEAT_FREE, SEAT_QUEUED, SEAT_ASKED, SEAT_DONE };

typedef struct step {
    dg_ns at;
    uint32_t node;
    uint16_t core;
    uint8_t kind;
} step;
typedef struct seat {
    dg_ns told, done, path;
    uint32_t from, member;
    uint16_t next;
    uint8_t state;
} seat;
typedef struct place {
    const dg_session *grid;
    dg_ns grid_at, down;
    uint16_t head, tail;
    uint32_t asking;
    bool in;
} place;

struct dg_computed_grid {
    bool valid;
    /* of which world: leaf, who has taken it up, who holds the grid, who is where, what is prepared
     */
    uint64_t shape;
    uint32_t leaf, nodes, cores, slots;
    place *place;
    seat *seat; /* [node * cores + core] */
    struct {
        dg_ns manifest, ask;
    } * delay; /* [node * slots + slot]; manifest DG_NEVER: no way */
    step *heap;
    uint32_t heap_count, heap_cap;
};
enum { NEXT_NONE = UINT16_MAX };

/* ---- steps in the order of time ---- */

static bool before(const step *a, const step *b)
{
    if (a->at != b->at)
        return a->at < b->at;
    if (a->node != b->node)
        return a->node < b->node;
    return a->core != b->core ? a->core < b->core : a->kind < b->kind;
}

static dg_code push(dg_computed_grid *w, const step *s, dg_error *err)
{
    uint32_t at = w->heap_count;
    if (at == w->heap_cap) {
        uint32_t cap = w->heap_cap ? w->heap_cap * 2 : 1024;
        step *more = dg_realloc(w->heap, cap * sizeof *more);
        if (!more)
            return dg_fail(err, DG_NOMEM, "no memory for %u steps of a candidate", cap);
        w->heap = more;
        w->heap_cap = cap;
    }
    for (w->heap_count++; at && before(s, &w->heap[(at - 1) / 2]); at = (at - 1) / 2)
        w->heap[at] = w->heap[(at - 1) / 2];
    w->heap[at] = *s;
    return DG_OK;
}

static step pop(dg_computed_grid *w)
{
    assert(w->heap_count > 0);
    step first = w->heap[0], last = w->heap[--w->heap_count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child + 1 < w->heap_count && before(&w->heap[child + 1], &w->heap[child]))
            child++;
        if (child >= w->heap_count || !before(&w->heap[child], &last))
            break;
        w->heap[at] = w->heap[child];
        at = child;
    }
    w->heap[at] = last;
    return first;
}

/* ---- telling ---- */

static seat *seat_of(const dg_computed_grid *w, dg_node_ix node, dg_place_ix core)
{
    assert(node.v < w->nodes && core.v < w->cores);
    return &w->seat[(size_t)node.v * w->cores + core.v];
}

static bool in_group(const dg_world_block *b, uint32_t group, uint32_t member)
{
    for (uint32_t i = b->view.group_from[group]; i < b->view.group_from[group + 1]; i++)
        if (b->view.members[i] == member)
            return true;
    return false;
}

static dg_code tell(dg_computed_grid *w, const dg_world *world, dg_node_ix from, uint32_t slot,
                    dg_node_ix to, dg_place_ix core, dg_ns at, dg_error *err)
{
    const dg_world_block *b = &world->blocks[w->leaf];
    const place *p = &w->place[to.v];
    uint32_t back;
    seat *s = seat_of(w, to, core);
    dg_ns view;
    if (!p->in || s->state != SEAT_FREE
        || w->delay[(size_t)from.v * w->slots + slot].manifest == DG_NEVER)
        return DG_OK;
    /* as the other sees it: on a fork the session of this index may be another one */
    back = p->grid->member[from.v] == DG_NO
               ? DG_NO
               : dg_grid_slot(&p->grid->grid, (dg_discovery_ix){ p->grid->member[to.v] },
                              (dg_discovery_ix){ p->grid->member[from.v] });
    if (back == DG_NO)
        return DG_OK;
    view = b->taken[to.v] + w->delay[(size_t)to.v * w->slots + back].ask;
    at = dg_world_link_arrival(world, from, to, view > at ? view : at,
                               w->delay[(size_t)from.v * w->slots + slot].manifest);
    if (at >= s->told || at < p->grid_at || at >= p->down)
        return DG_OK;
    s->told = at;
    s->from = from.v;
    return push(w, &(step){ at, to.v, (uint16_t)core.v, STEP_TOLD }, err);
}

static dg_code announce(dg_computed_grid *w, dg_world *world, const step *now, dg_error *err)
{
    const dg_world_block *b = &world->blocks[w->leaf];
    const place *p = &w->place[now->node];
    const dg_session *g = p->grid;
    uint32_t group = b->candidates[now->core].group, member;
    dg_route sends;
    dg_code rc = DG_OK;
    /* too late a topology: not announced again */
    if (!p->in || p->grid_at > now->at || p->down <= now->at)
        return DG_OK;
    member = g->member[now->node];
    sends = dg_grid_sends(&g->grid, &b->view, (dg_group_ix){ group }, (dg_discovery_ix){ member });
    for (uint32_t slot = 0; slot < dg_grid_slots(&g->grid) && rc == DG_OK; slot++) {
        uint32_t to = (slot < g->grid.width ? sends.row : sends.column)
                          ? dg_grid_neighbour(&g->grid, (dg_discovery_ix){ member }, slot)
                          : DG_NO;
        if (to != DG_NO && g->node[to] != DG_NO && !in_group(b, group, to))
            rc = tell(w, world, (dg_node_ix){ now->node }, slot, (dg_node_ix){ g->node[to] },
                      (dg_place_ix){ now->core }, now->at, err);
    }
    return rc;
}

/* ---- asking ---- */

static dg_code ask(dg_computed_grid *w, const dg_world *world, dg_node_ix node, dg_place_ix core,
                   dg_ns at, dg_error *err)
{
    seat *s = seat_of(w, node, core);
    dg_ns both = dg_statements_computed_request(world, node, (dg_node_ix){ s->from },
                                                (dg_leaf_id){ w->leaf }, core);
    s->state = SEAT_ASKED;
    w->place[node.v].asking++;
    if (both == DG_NEVER)
        return DG_OK; /* never in time, so never there; and the turn is not given back */
    return push(w, &(step){ at + both, node.v, (uint16_t)core.v, STEP_ANSWERED }, err);
}

static dg_code told(dg_computed_grid *w, const dg_world *world, const step *now, dg_error *err)
{
    place *p = &w->place[now->node];
    seat *s = seat_of(w, (dg_node_ix){ now->node }, (dg_place_ix){ now->core });
    if (s->state != SEAT_FREE || s->told != now->at)
        return DG_OK;
    if (p->asking < dg_world_constant(DG_CONST_REQUEST_PARALLEL))
        return ask(w, world, (dg_node_ix){ now->node }, (dg_place_ix){ now->core }, now->at, err);
    s->state = SEAT_QUEUED;
    s->next = NEXT_NONE;
    if (p->head == NEXT_NONE)
        p->head = now->core;
    else
        seat_of(w, (dg_node_ix){ now->node }, (dg_place_ix){ p->tail })->next = now->core;
    p->tail = now->core;
    return DG_OK;
}

static dg_code answered(dg_computed_grid *w, dg_world *world, const step *now, dg_error *err)
{
    place *p = &w->place[now->node];
    seat *s = seat_of(w, (dg_node_ix){ now->node }, (dg_place_ix){ now->core });
    const seat *from = seat_of(w, (dg_node_ix){ s->from }, (dg_place_ix){ now->core });
    step backed = { now->at, now->node, now->core, STEP_BACKED };
    dg_code rc = DG_OK;
    assert(s->state == SEAT_ASKED && p->asking > 0);
    s->state = SEAT_DONE;
    s->done = now->at;
    s->member = from->member;
    s->path = from->path
              + dg_world_link_delay(world, (dg_node_ix){ s->from }, (dg_node_ix){ now->node },
                                    (dg_leaf_id){ w->leaf }, DG_MSG_VOTE);
    p->asking--;
    if (p->head != NEXT_NONE) {
        uint16_t next = p->head;
        p->head = seat_of(w, (dg_node_ix){ now->node }, (dg_place_ix){ next })->next;
        rc = ask(w, world, (dg_node_ix){ now->node }, (dg_place_ix){ next }, now->at, err);
    }
    return rc < 0 ? rc : announce(w, world, &backed, err);
}

/* ---- the wave of a leaf ---- */

static void wave_clear(dg_computed_grid *w)
{
    dg_free(w->place);
    dg_free(w->seat);
    dg_free(w->delay);
    dg_free(w->heap);
    *w = (dg_computed_grid){ .valid = false };
}

void dg_statements_computed_grid_free(dg_computed_grid *wave)
{
    if (wave)
        wave_clear(wave);
    dg_free(wave);
}

static uint64_t stir(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* Whatever of the network a wave depends on. */
static uint64_t shape_of(const dg_world *world, dg_leaf_id leaf)
{
    const dg_world_block *b = &world->blocks[leaf.v];
    uint64_t hash = stir(leaf.v, b->candidate_count);
    for (uint32_t i = 0; i < world->node_count; i++) {
        dg_ns since = DG_NEVER;
        hash = stir(hash, b->taken[i] + b->way[i]);
        hash =
            stir(hash, dg_statements_grid_held(world, (dg_node_ix){ i }, leaf, &since) ? since
                                                                                       : DG_NEVER);
        hash = stir(hash,
                    dg_sim_down_since(world->sim, (dg_node_ix){ i }) + world->nodes[i].withholds);
        hash = stir(hash, world->nodes[i].clock);
        hash = stir(hash, dg_backing_pvf_ready_count(world, (dg_node_ix){ i }));
        hash = stir(hash, dg_sim_cut(world->sim, (dg_node_ix){ 0 }, (dg_node_ix){ i },
                                     (dg_sim_span){ b->taken[i], dg_sim_now(world->sim) }));
    }
    return hash;
}

static void find_places(dg_computed_grid *w, const dg_world *world)
{
    const dg_world_block *b = &world->blocks[w->leaf];
    for (uint32_t i = 0; i < w->nodes; i++) {
        place *p = &w->place[i];
        *p = (place){ .head = NEXT_NONE, .down = dg_sim_down_since(world->sim, (dg_node_ix){ i }) };
        p->grid = b->way[i] == DG_WAY_V2 ? dg_statements_grid_held(
                      world, (dg_node_ix){ i }, (dg_leaf_id){ w->leaf }, &p->grid_at)
                                         : NULL;
        p->in = p->grid && p->grid->member[i] != DG_NO;
        if (p->in && dg_grid_slots(&p->grid->grid) > w->slots)
            w->slots = dg_grid_slots(&p->grid->grid);
    }
}

static void find_delays(dg_computed_grid *w, const dg_world *world)
{
    for (uint32_t i = 0; i < w->nodes; i++) {
        const dg_session *g = w->place[i].grid;
        for (uint32_t slot = 0; slot < w->slots; slot++) {
            size_t at = (size_t)i * w->slots + slot;
            bool has = w->place[i].in && slot < dg_grid_slots(&g->grid);
            uint32_t member =
                has ? dg_grid_neighbour(&g->grid, (dg_discovery_ix){ g->member[i] }, slot) : DG_NO;
            uint32_t to = member == DG_NO ? DG_NO : g->node[member];
            uint64_t draw;
            w->delay[at].manifest = w->delay[at].ask = DG_NEVER;
            if (to == DG_NO || !w->place[to].in
                || !dg_world_linked(world, (dg_node_ix){ i }, (dg_node_ix){ to }, DG_WAY_V2))
                continue;
            draw = dg_world_link_draw(world, (dg_node_ix){ i }, (dg_node_ix){ to }, w->leaf);
            w->delay[at].manifest =
                dg_sim_link_delay(world->sim, (dg_node_ix){ i }, (dg_node_ix){ to }, draw,
                                  dg_world_message_bytes(DG_MSG_MANIFEST));
            w->delay[at].ask = dg_sim_link_delay(world->sim, (dg_node_ix){ i }, (dg_node_ix){ to },
                                                 draw, dg_world_message_bytes(DG_MSG_ASK));
        }
    }
}

/* Members have what their group gave them; the rest waits to be told. */
static dg_code find_groups(dg_computed_grid *w, const dg_world *world, dg_error *err)
{
    dg_computed_cluster s;
    for (uint32_t core = 0; core < w->cores; core++) {
        if (!dg_statements_is_offered(&world->blocks[w->leaf], (dg_place_ix){ core }))
            continue;
        dg_statements_computed_cluster_init(&s, world, (dg_leaf_id){ w->leaf },
                                            (dg_place_ix){ core });
        for (uint32_t i = 0; i < s.members; i++) {
            uint32_t node = dg_statements_computed_cluster_node(&s, (dg_member_ix){ i });
            dg_ns backed = dg_statements_computed_cluster_backed(&s, (dg_member_ix){ i });
            dg_code rc;
            if (node == DG_NO)
                continue;
            *seat_of(w, (dg_node_ix){ node }, (dg_place_ix){ core }) =
                (seat){ .done = backed, .member = i, .state = SEAT_DONE };
            if (backed != DG_NEVER
                && (rc = push(w, &(step){ backed, node, (uint16_t)core, STEP_BACKED }, err)) < 0)
                return rc;
        }
    }
    return DG_OK;
}

static dg_code wave_begin(dg_computed_grid *w, const dg_world *world, dg_leaf_id leaf,
                          uint64_t shape, dg_error *err)
{
    wave_clear(w);
    w->leaf = leaf.v;
    w->nodes = world->node_count;
    w->cores = world->blocks[leaf.v].place_count;
    if (!(w->place = dg_calloc(w->nodes, sizeof *w->place)))
        return dg_fail(err, DG_NOMEM, "no memory for the candidates of a leaf");
    find_places(w, world);
    w->seat = dg_calloc((size_t)w->nodes * w->cores, sizeof *w->seat);
    w->delay = dg_calloc((size_t)w->nodes * w->slots + 1, sizeof *w->delay);
    if (!w->seat || !w->delay)
        return dg_fail(err, DG_NOMEM, "no memory for the candidates of a leaf");
    for (size_t i = 0; i < (size_t)w->nodes * w->cores; i++)
        w->seat[i].told = w->seat[i].done = DG_NEVER;
    find_delays(w, world);
    w->valid = true;
    w->shape = shape;
    return find_groups(w, world, err);
}

static dg_code wave_run(dg_computed_grid *w, dg_world *world, dg_error *err)
{
    dg_ns now = dg_sim_now(world->sim);
    dg_code rc = DG_OK;
    while (rc == DG_OK && w->heap_count && w->heap[0].at <= now) {
        step s = pop(w);
        if (s.kind == STEP_BACKED)
            rc = announce(w, world, &s, err);
        else
            rc = s.kind == STEP_TOLD ? told(w, world, &s, err) : answered(w, world, &s, err);
    }
    return rc;
}

dg_code dg_statements_computed_grid_reach(dg_world *world, dg_reached *out, dg_leaf_id leaf,
                                          dg_place_ix core, dg_node_ix node, dg_error *err)
{
    uint64_t shape = shape_of(world, leaf);
    dg_computed_grid **w = &world->statements->grids[leaf.v % DG_COMPUTED_GRIDS];
    const seat *s;
    dg_code rc = DG_OK;
    *out = (dg_reached){ .at = DG_NEVER };
    if (!*w && !(*w = dg_calloc(1, sizeof **w)))
        return dg_fail(err, DG_NOMEM, "no memory for the candidates of a leaf");
    if (!(*w)->valid || (*w)->shape != shape)
        rc = wave_begin(*w, world, leaf, shape, err);
    if (rc < 0 || (rc = wave_run(*w, world, err)) < 0)
        (*w)->valid = false;
    s = rc < 0 ? NULL : seat_of(*w, node, core);
    if (s && s->state == SEAT_DONE)
        *out = (dg_reached){ s->done, s->path, s->member };
    return rc;
}
