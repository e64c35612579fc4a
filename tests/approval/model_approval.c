#include "model_approval.h"

#include <string.h>

enum { SLOT = 4, AUTHOR = 0, TAG_WAKE = 1, TAG_ASSIGNED, TAG_CHECKED, TAG_APPROVED };
#define TICK (500 * DG_MS)
#define SLOT_NS (6000 * DG_MS)
static const dg_ns drawn[2] = { 20 * DG_MS, 200 * DG_MS };

/* ---- a network without a chain ---- */

typedef struct stage {
    dg_world net;
    dg_world_node nodes[TWIN_NODES_MAX];
    dg_world_block blocks[2];
    dg_session session;
    uint32_t node_of[TWIN_NODES_MAX], members[TWIN_NODES_MAX], group_from[TWIN_NODES_MAX + 1];
    dg_ns imported[TWIN_NODES_MAX];
    dg_included included[TWIN_CANDIDATES_MAX];
} stage;

static dg_code nothing(void *user, dg_sim *sim, const dg_sim_event *event, dg_error *err)
{
    (void)user, (void)sim, (void)event, (void)err;
    return DG_OK;
}

/* `hops` of the sender's latency to anybody. */
static void lay_links(dg_sim *sim, const scene *s, unsigned hops)
{
    dg_ns twice[2] = { hops * drawn[0], hops * drawn[1] };
    dg_link_ix link;
    ck_assert_int_eq(dg_sim_link_add(sim, &link,
                                     &(dg_sim_link){ .latency_ns = twice, .latency_count = 2 },
                                     NULL),
                     DG_OK);
    for (uint32_t from = 0; from < s->nodes && s->latency[from]; from++) {
        dg_ns own = hops * s->latency[from];
        ck_assert_int_eq(dg_sim_link_add(sim, &link,
                                         &(dg_sim_link){ .latency_ns = &own, .latency_count = 1 },
                                         NULL),
                         DG_OK);
        for (uint32_t to = 0; to <= s->nodes; to++)
            if (to != from)
                ck_assert_int_eq(
                    dg_sim_link_set(sim, (dg_node_ix){ from }, (dg_node_ix){ to }, link, NULL),
                    DG_OK);
    }
}

static dg_sim *make_sim(const scene *s, dg_sim_handler handler, void *user, unsigned hops)
{
    dg_sim_options options = { .seed = s->seed, .nodes_max = s->nodes + 1 };
    dg_sim *sim;
    ck_assert_int_eq(dg_sim_new(&sim, &options, NULL), DG_OK);
    for (uint32_t i = 0; i <= s->nodes; i++) {
        dg_node_ix made;
        ck_assert_int_eq(
            dg_sim_node_add(sim, &made, &(dg_sim_node){ .handler = handler, .user = user }, NULL),
            DG_OK);
        if (i < s->nodes && s->crash[i])
            ck_assert_int_eq(dg_sim_crash(sim, made, (dg_sim_span){ s->crash[i], DG_NEVER }, NULL),
                             DG_OK);
    }
    lay_links(sim, s, hops);
    return sim;
}

static void set_stage(stage *g, const scene *s)
{
    dg_view *view = &g->blocks[0].view;
    memset(g, 0, sizeof *g);
    g->session = (dg_session){ .validators = s->nodes,
                               .count = s->nodes,
                               .node = g->node_of,
                               .rules_told = true,
                               .rules = s->rules,
                               .executor.approval_ms = 12000 };
    for (uint32_t i = 0; i < s->nodes; i++) {
        g->node_of[i] = s->nodes - 1 - i; /* validators are not numbered like nodes */
        g->members[i] = i;
        g->group_from[i] = i * s->group < s->nodes ? i * s->group : s->nodes;
        g->nodes[i] = (dg_world_node){ .of = dg_class_named("SD_V12_OK"),
                                       .withholds = s->withholds[i] ? DG_WITHHOLD_APPROVALS : 0,
                                       .best = 1 };
    }
    memcpy(g->imported, s->imported, sizeof g->imported);
    *view = (dg_view){ .group_from = g->group_from,
                       .members = g->members,
                       .group_count = s->nodes / s->group,
                       .session_known = true,
                       .rules_told = true };
    g->blocks[0].session = &g->session;
    g->blocks[1] = (dg_world_block){ .number = 1,
                                     .slot = SLOT,
                                     .began = SLOT * SLOT_NS,
                                     .author = AUTHOR,
                                     .imported = g->imported,
                                     .taken = g->imported };
    for (uint32_t i = 0; i < s->candidates; i++)
        g->included[i] =
            (dg_included){ .core = i, .group = i % view->group_count, .para = 2000 + i };
    g->net = (dg_world){ .options = { .seed = s->seed },
                         .nodes = g->nodes,
                         .node_count = s->nodes,
                         .blocks = g->blocks,
                         .block_count = 2,
                         .slot_ns = SLOT_NS };
    dg_world_begin_streams(&g->net);
    ck_assert_int_eq(dg_backing_init(&g->net, NULL), DG_OK);
    ck_assert_int_eq(dg_statements_init(&g->net, NULL), DG_OK);
    ck_assert_int_eq(dg_approval_init(&g->net, NULL), DG_OK);
    g->net.approval->votes = true;
    ck_assert_int_eq(
        dg_approval_begin(&g->net, (dg_leaf_id){ 1 }, g->included, s->candidates, NULL), DG_OK);
}

static void clear_stage(stage *g)
{
    dg_approval_block_free(g->blocks[1].approval);
    dg_sim_free(g->net.sim);
    dg_approval_clear(&g->net);
    dg_statements_clear(&g->net);
    dg_backing_clear(&g->net);
}

void scene_count(const scene *s, told_of *out, dg_ns until)
{
    stage g;
    set_stage(&g, s);
    g.net.sim = make_sim(s, nothing, NULL, 1);
    memset(out, 0, s->candidates * sizeof *out);
    for (dg_ns at = SLOT * SLOT_NS; at <= until; at += TICK) {
        ck_assert_int_eq(dg_sim_run(g.net.sim, at, NULL), DG_OK);
        ck_assert_int_eq(dg_approval_step(&g.net, NULL), DG_OK);
        dg_approval_verify(&g.net);
        for (uint32_t i = 0; i < s->candidates; i++) {
            const dg_candidate_entry *t = &g.blocks[1].approval->entries[i];
            out[i].approved_at = t->approved_at;
            out[i].assignments = t->checker_count;
            out[i].no_shows = t->no_shows;
        }
    }
    clear_stage(&g);
}

static uint32_t count_voters(const stage *g)
{
    uint32_t voters = 0;
    for (uint32_t i = 0; i < g->net.node_count; i++)
        voters += dg_approval_given(&g->net, (dg_node_ix){ i }, &g->blocks[1]);
    return voters;
}

void scene_voters(const scene *s, uint32_t voters[2])
{
    stage g;
    set_stage(&g, s);
    g.net.sim = make_sim(s, nothing, NULL, 1);
    for (dg_ns at = SLOT * SLOT_NS; g.blocks[1].approval->waiting; at += TICK) {
        ck_assert_int_eq(dg_sim_run(g.net.sim, at, NULL), DG_OK);
        ck_assert_uint_eq(count_voters(&g), 0); /* not before */
        ck_assert_int_eq(dg_approval_step(&g.net, NULL), DG_OK);
    }
    voters[0] = count_voters(&g);
    ck_assert_int_eq(dg_sim_run(g.net.sim, dg_sim_now(g.net.sim) + 2 * drawn[1], NULL), DG_OK);
    voters[1] = count_voters(&g);
    clear_stage(&g);
}

/* One candidate cannot be read by anybody, so that there is a dispute too. */
dg_code scene_starve(const scene *s, uint64_t n)
{
    dg_error err = { .text = "" };
    dg_code rc;
    stage g;
    set_stage(&g, s);
    g.net.sim = make_sim(s, nothing, NULL, 1);
    dg_approval_block_free(g.blocks[1].approval);
    g.blocks[1].approval = NULL;
    dg_alloc_fail_from(n);
    rc = dg_approval_begin(&g.net, (dg_leaf_id){ 1 }, g.included, s->candidates, &err);
    if (rc == DG_OK)
        g.blocks[1].approval->entries[0].receipt_v2 = true;
    for (dg_ns at = SLOT * SLOT_NS; rc >= 0 && at <= SLOT * SLOT_NS + 8000 * DG_MS; at += TICK)
        if ((rc = dg_sim_run(g.net.sim, at, &err)) >= 0
            && (rc = dg_approval_step(&g.net, &err)) >= 0)
            rc = dg_approval_disputes_step(&g.net, &err);
    dg_alloc_fail_from(0);
    ck_assert(rc >= 0 || err.text[0]);
    ck_assert(rc < 0 || g.net.stats.disputes == 1);
    clear_stage(&g);
    return rc;
}

/* ---- the twin ---- */

/* What one node knows of one candidate. Ticks and times are its own; 0: never. */
typedef struct knows {
    uint64_t assigned_tick[TWIN_NODES_MAX]; /* by validator; when it heard */
    bool assigned[TWIN_NODES_MAX], approved[TWIN_NODES_MAX], told, done;
} knows;

typedef struct twin {
    const scene *s;
    uint32_t tranche[TWIN_CANDIDATES_MAX]
                    [TWIN_NODES_MAX]; /* of a validator's assignment; UINT32_MAX: none */
    knows of[TWIN_NODES_MAX + 1][TWIN_CANDIDATES_MAX];
    told_of *out;
} twin;

typedef struct answer {
    enum { WAIT, ENOUGH, EVERYBODY } kind;
    uint32_t needed, missing;
    int64_t broadcast, drift;
    uint64_t last;
} answer;

static int64_t most(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* One tranche after the other, empty ones as well, until its turn has not come. */
static answer how_many(const twin *w, const knows *k, uint32_t candidate, int64_t now)
{
    const int64_t block = SLOT * SLOT_NS / TICK,
                  late = w->s->rules.no_show_slots * (int64_t)(SLOT_NS / TICK);
    int64_t told = 0, depth = 0, covered = 0, covering = w->s->rules.needed, uncovered = 0,
            newest = 0;
    answer a = { .kind = WAIT };
    for (uint32_t tranche = 0; (int64_t)tranche <= most(most(now - depth * late, 0) - block, 0);
         tranche++) {
        int64_t here = 0, missing = 0, open;
        for (uint32_t v = 0; v < w->s->nodes; v++) {
            int64_t tick = (int64_t)k->assigned_tick[v];
            if (!k->assigned[v] || w->tranche[candidate][v] != tranche)
                continue;
            here++;
            newest = most(newest, tick);
            missing +=
                !k->approved[v]
                && most(most(tick - depth * late, 0), block) + late <= most(now - depth * late, 0);
        }
        if (depth)
            here = here > 1 ? 1 : here;
        covered += depth ? here : 0;
        covering = most(covering - here, 0);
        uncovered += missing;
        told += depth ? 0 : here;
        if (depth) /* all of them count as told, one covers */
            for (uint32_t v = 0; v < w->s->nodes; v++)
                told += k->assigned[v] && w->tranche[candidate][v] == tranche;
        if (!covering && uncovered) {
            depth++;
            covering = uncovered;
            uncovered = 0;
        }
        open = (depth ? covering : 0) + uncovered;
        a = (answer){ .kind = WAIT,
                      .broadcast = depth ? tranche + open : INT64_MAX,
                      .drift = depth * late };
        if (depth && told + open >= (int64_t)w->s->nodes)
            return (answer){ .kind = EVERYBODY };
        if (told >= (int64_t)w->s->rules.needed && !open)
            return (answer){ .kind = ENOUGH,
                             .needed = tranche,
                             .missing = (uint32_t)covered,
                             .last = (uint64_t)newest };
    }
    return a;
}

static uint32_t approvals_of(const twin *w, const knows *k)
{
    uint32_t count = 0;
    for (uint32_t v = 0; v < w->s->nodes; v++)
        count += k->approved[v];
    return count;
}

static bool is_enough(const twin *w, const knows *k, uint32_t candidate, uint64_t now)
{
    answer a = how_many(w, k, candidate, (int64_t)now);
    uint32_t told = 0, approved = 0;
    if (3 * approvals_of(w, k) > w->s->nodes)
        return true;
    for (uint32_t v = 0; v < w->s->nodes; v++)
        if (k->assigned[v] && w->tranche[candidate][v] <= a.needed) {
            told++;
            approved += k->approved[v];
        }
    return a.kind == ENOUGH && a.last + 2 <= now && approved + a.missing >= told;
}

static void broadcast(const twin *w, dg_sim *sim, uint32_t node, uint16_t tag, uint64_t candidate,
                      uint64_t validator)
{
    for (uint32_t to = 0; to <= w->s->nodes; to++)
        if (to != node)
            ck_assert_int_eq(
                dg_sim_send(sim, (dg_node_ix){ node }, (dg_node_ix){ to },
                            &(dg_sim_parcel){ .tag = tag, .a = candidate, .b = validator }, NULL),
                DG_OK);
}

/* Its own assignment, when its turn has come and more are wanted. */
static void consider(twin *w, dg_sim *sim, uint32_t node, uint32_t candidate)
{
    uint32_t validator = w->s->nodes - 1 - node, tranche = w->tranche[candidate][validator];
    knows *k = &w->of[node][candidate];
    uint64_t now = dg_sim_now(sim) / TICK;
    answer a = how_many(w, k, candidate, (int64_t)now);
    int64_t turn = (int64_t)now - (int64_t)(SLOT * SLOT_NS / TICK);
    dg_ns ready = dg_world_constant(DG_CONST_RECOVERY) + dg_world_constant(DG_CONST_VALIDATION);
    if (tranche == UINT32_MAX || k->told || k->done || tranche > turn)
        return;
    if (tranche
        && (a.kind == ENOUGH
            || (a.kind == WAIT
                && ((int64_t)tranche > a.broadcast || (int64_t)tranche > turn - a.drift))))
        return;
    k->told = k->assigned[validator] = true;
    k->assigned_tick[validator] = now;
    w->out[candidate].assignments++;
    broadcast(w, sim, node, TAG_ASSIGNED, candidate, validator);
    if (!w->s->withholds[node])
        ck_assert_int_eq(dg_sim_timer_after(
                             sim, NULL, (dg_node_ix){ node }, ready,
                             &(dg_sim_timer){ .tag = TAG_CHECKED, .a = candidate, .b = validator },
                             NULL),
                         DG_OK);
}

static void look(twin *w, dg_sim *sim, uint32_t node, uint32_t candidate)
{
    knows *k = &w->of[node][candidate];
    if (k->done || !(k->done = is_enough(w, k, candidate, dg_sim_now(sim) / TICK)))
        return;
    if (node == w->s->nodes)
        w->out[candidate].approved_at = dg_sim_now(sim);
}

static dg_code at_node(void *user, dg_sim *sim, const dg_sim_event *e, dg_error *err)
{
    twin *w = user;
    uint32_t node = e->node.v;
    (void)err;
    if (e->tag == TAG_WAKE) {
        for (uint32_t t = 0; t < w->s->candidates; t++) {
            if (node < w->s->nodes && dg_sim_now(sim) >= w->s->imported[node])
                consider(w, sim, node, t);
            look(w, sim, node, t);
        }
        return dg_sim_timer_at(sim, NULL, e->node, (dg_sim_now(sim) / TICK + 1) * TICK,
                               &(dg_sim_timer){ .tag = TAG_WAKE }, err);
    }
    if (e->tag == TAG_ASSIGNED) {
        w->of[node][e->a].assigned[e->b] = true;
        w->of[node][e->a].assigned_tick[e->b] = dg_sim_now(sim) / TICK;
    } else {
        w->of[node][e->a].approved[e->b] = true;
        if (e->tag == TAG_CHECKED)
            broadcast(w, sim, node, TAG_APPROVED, e->a, e->b);
    }
    look(w, sim, node, (uint32_t)e->a);
    return DG_OK;
}

/* The same assignments as those counted: what they are is another test's matter. */
static void take_assignments(twin *w)
{
    stage g;
    set_stage(&g, w->s);
    memset(w->tranche, 0xff, sizeof w->tranche);
    for (uint32_t i = 0; i < w->s->candidates; i++)
        for (uint32_t k = 0; k < g.blocks[1].approval->entries[i].assignment_count; k++) {
            const dg_assignment *own = &g.blocks[1].approval->entries[i].assignments[k];
            w->tranche[i][own->validator] = own->tranche;
        }
    clear_stage(&g);
}

void scene_play(const scene *s, told_of *out, dg_ns until)
{
    twin *w = dg_calloc(1, sizeof *w);
    dg_sim *sim;
    dg_channel_ix channel;
    ck_assert_ptr_nonnull(w);
    w->s = s;
    w->out = out;
    for (uint32_t i = 0; i < s->candidates; i++)
        out[i] = (told_of){ .approved_at = DG_NEVER };
    take_assignments(w);
    sim = make_sim(s, at_node, w, 2);
    ck_assert_int_eq(
        dg_sim_channel_add(sim, &channel, &(dg_sim_channel){ .name = "approvals" }, NULL), DG_OK);
    for (uint32_t i = 0; i <= s->nodes; i++) {
        dg_ns first = i < s->nodes ? s->imported[i] : SLOT * SLOT_NS;
        ck_assert_int_eq(dg_sim_timer_at(sim, NULL, (dg_node_ix){ i }, first,
                                         &(dg_sim_timer){ .tag = TAG_WAKE }, NULL),
                         DG_OK);
    }
    ck_assert_int_eq(dg_sim_run(sim, until, NULL), DG_OK);
    dg_sim_free(sim);
    dg_free(w);
}
