/* watch.c - an arm seen from outside, as events: what no node knows, and both weights of each
 * count. A recount here shares nothing with a node's tally but the messages. */
#include "bft/bft_impl.h"

#include <assert.h>

enum { MS = 1000000, PPM = 1000000 };

static uint32_t height_of(const arm *a, uint32_t ix)
{
    return a->blocks[a->nodes[ix].qc].height;
}

static void add(arm *a, dg_event *e)
{
    e->at = dg_sim_now(a->sim);
    e->arm = a->which;
    if (a->log)
        dg_event_log_add(a->log, e);
    else
        json_decref(e->detail);
}

static int64_t ppm(uint64_t part, uint64_t whole)
{
    assert(whole);
    return (int64_t)((double)part / (double)whole * PPM + 0.5);
}

static round_sum *sum_of(arm *a, uint64_t round)
{
    round_sum *s = &a->rounds[round % ROUNDS_KEPT];
    if (s->round < round)
        *s = (round_sum){ .round = round };
    return s->round == round ? s : NULL;
}

/* ---- blocks ---- */

/* What begins with this epoch; a block that comes to nothing tells it too. */
static void note_due(arm *a, const header *b, uint64_t epoch, int64_t what)
{
    dg_event e = { .node = DG_EVENT_NO_NODE,
                   .block = b->height,
                   .kind = DG_EVENT_BFT_CHANGE,
                   .bft_change = { .what = what, .epoch = (int64_t)epoch } };
    if (a->which == DG_ARM_TREATMENT && epoch == b->epoch)
        add(a, &e);
}

void dg_bft_note_made(arm *a, uint32_t ix)
{
    const header *b = &a->blocks[ix];
    dg_event e = { .node = b->maker,
                   .block = b->height,
                   .kind = DG_EVENT_BFT_EPOCH,
                   .bft_epoch = { .epoch = (int64_t)b->epoch,
                                  .round = (int64_t)b->round,
                                  .finalizers =
                                      (int64_t)dg_bft_committee_at(a, b->epoch)->voters.count,
                                  .payday = b->payday,
                                  .made_ms = (int64_t)((b->done - b->at) / MS),
                                  .baker = (int64_t)a->bakers[b->maker] } };
    if (!b->turns)
        return;
    add(a, &e);
    if (a->epoch_told >= b->epoch)
        return;
    a->epoch_told = b->epoch;
    for (size_t i = 0; i < a->network->committee_count; i++)
        if (a->network->committees[i].treatment_only)
            note_due(a, b, a->network->committees[i].from_epoch, 1);
    for (size_t i = 0; i < a->network->parameter_count; i++)
        if (a->network->parameters[i].treatment_only)
            note_due(a, b, a->network->parameters[i].from_epoch, 2);
}

void dg_bft_note_final(arm *a, uint32_t n, uint32_t ix)
{
    dg_ns now = dg_sim_now(a->sim);
    /* with a block its parents are final, too */
    for (uint32_t at = ix; !a->blocks[at].final; at = a->blocks[at].parent) {
        header *b = &a->blocks[at];
        dg_event e = { .node = n,
                       .block = b->height,
                       .kind = DG_EVENT_BFT_BLOCK,
                       .bft_block = { .round = (int64_t)b->round,
                                      .epoch = (int64_t)b->epoch,
                                      .payday = b->payday,
                                      .made_ms = (int64_t)((b->done - b->at) / MS),
                                      .final_ms = (int64_t)((now - b->done) / MS) } };
        b->final = true;
        a->sum.blocks++;
        a->sum.last_final = now;
        add(a, &e);
    }
    if (a->turn_only && a->blocks[ix].epoch > a->network->first_epoch && !a->blocks[ix].turns)
        dg_sim_stop(a->sim);
}

/* ---- rounds ---- */

static void tell_round(arm *a, const round_sum *s)
{
    dg_event e = { .node = DG_EVENT_NO_NODE, .kind = DG_EVENT_BFT_ROUND };
    e.bft_round = (struct dg_event_bft_round){ .round = (int64_t)s->round,
                                               .by_qc = s->by_qc,
                                               .by_tc = s->by_tc,
                                               .epoch = -1,
                                               .parent_epoch = -1 };
    for (uint32_t i = a->block_count; i-- > 1 && a->blocks[i].round + SLOTS > s->round;)
        if (a->blocks[i].round == s->round) {
            e.block = a->blocks[i].height;
            e.bft_round.epoch = (int64_t)a->blocks[i].epoch;
            e.bft_round.parent_epoch = (int64_t)a->blocks[a->blocks[i].parent].epoch;
            break;
        }
    add(a, &e);
}

/* The round after the one that was left both ways ended late as well. */
static void split(arm *a, const round_sum *s)
{
    if (s->by_qc && s->by_tc && !a->sum.split_round) {
        a->sum.split_round = s->round;
        a->sum.split_by_qc = s->by_qc;
    }
    if (a->sum.split_round && s->round == a->sum.split_round + 1 && s->by_tc)
        a->sum.next_late = true;
}

static uint64_t weight_of(const arm *a, const uint64_t *bits, const committee *of,
                          const committee *in, const uint64_t *but, const committee *but_of)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < of->voters.count; i++) {
        uint32_t n = of->node_of[i], at = in->index_of[n];
        if (!dg_bft_bit(bits, i) || at == NOT_IN
            || (but && but_of->index_of[n] != NOT_IN && dg_bft_bit(but, but_of->index_of[n])))
            continue;
        sum += in->voters.members[at].weight;
    }
    (void)a;
    return sum;
}

/* What a node was given of its round, and what it makes of it. */
static void weigh(const arm *a, uint32_t ix, struct dg_event_bft_quorum *out, uint64_t *sum)
{
    const peer *n = &a->nodes[ix];
    const committee *first = dg_bft_committee_at(a, n->heard.first_epoch),
                    *second = dg_bft_committee_at(a, n->heard.first_epoch + 1),
                    *in = dg_bft_committee_at(a, a->blocks[n->qc].epoch);
    uint64_t one = weight_of(a, n->heard.first, first, in, NULL, NULL),
             two = weight_of(a, n->heard.second, second, in, n->heard.first, first);
    *sum = one + two;
    out->round = (int64_t)n->round;
    out->first_epoch = (int64_t)n->heard.first_epoch;
    out->first_ppm = ppm(one, in->weight);
    out->second_ppm = ppm(two, in->weight);
    out->tallied_ppm = ppm(dg_bft_timeouts_weight(n->class->tally, &n->heard, &first->voters,
                                                  &second->voters, &in->voters),
                           in->weight);
}

static bool is_stuck(const arm *a, const peer *n)
{
    return n->enough_at != DG_NEVER && n->enough_at + STUCK_NS <= dg_sim_now(a->sim);
}

/* Once a certificate is there, or the run is over: as those have it who still wait. */
static void show(arm *a, round_sum *s, bool open)
{
    dg_event e = { .kind = DG_EVENT_BFT_QUORUM };
    uint64_t sum;
    for (uint32_t i = 0; i < a->node_count; i++)
        if (a->nodes[i].round == s->round && is_stuck(a, &a->nodes[i])) {
            s->shown_node = i;
            break;
        }
    weigh(a, s->shown_node, &s->shown, &sum);
    e.node = s->shown_node;
    e.block = height_of(a, s->shown_node);
    e.bft_quorum = s->shown;
    e.bft_quorum.round = (int64_t)s->round;
    e.bft_quorum.waited_ms = (int64_t)((dg_sim_now(a->sim) - s->since) / MS);
    e.bft_quorum.nodes = s->stuck;
    e.bft_quorum.open = open;
    add(a, &e);
}

void dg_bft_note_left(arm *a, uint32_t n, uint64_t round, bool by_tc)
{
    round_sum *s = sum_of(a, round);
    if (!s)
        return;
    if (s->stuck && !s->freed++)
        show(a, s, false);
    a->sum.rounds += !s->by_qc && !s->by_tc;
    s->by_qc += !by_tc;
    s->by_tc += by_tc;
    split(a, s);
    (void)n;
    if (s->by_tc && s->by_qc + s->by_tc == a->node_count)
        tell_round(a, s);
}

/* ---- counts ---- */

dg_code dg_bft_note_tally(arm *a, uint32_t ix, uint64_t tallied, dg_error *err)
{
    peer *n = &a->nodes[ix];
    uint64_t own = a->blocks[n->qc].epoch, whole = dg_bft_committee_at(a, own)->weight, sum;
    struct dg_event_bft_quorum q = { .round = 0 };
    weigh(a, ix, &q, &sum);
    a->tallies[1]++;
    a->differing[1] += sum != tallied;
    if (n->enough_at != DG_NEVER
        || !dg_bft_enough(sum, whole, dg_bft_parameters_at(a, own)->threshold))
        return DG_OK;
    n->enough_at = dg_sim_now(a->sim);
    if (sum == tallied) /* it forms one now */
        return DG_OK;
    return dg_sim_timer_after(a->sim, NULL, a->all[ix], STUCK_NS,
                              &(dg_sim_timer){ .tag = TIMER_WATCH, .a = n->round }, err);
}

void dg_bft_note_signed(arm *a, const signatures *s, bool enough)
{
    const committee *c = dg_bft_committee_at(a, a->blocks[s->block].epoch);
    uint64_t sum = 0;
    a->tallies[0]++;
    if (!enough) /* too many to recount each; those that are enough are */
        return;
    for (uint32_t i = 0; i < c->voters.count; i++)
        sum += dg_bft_bit(s->by, i) ? c->voters.members[i].weight : 0;
    a->differing[0] += sum != s->weight;
}

void dg_bft_note_watch(arm *a, uint32_t ix, uint64_t round)
{
    const peer *n = &a->nodes[ix];
    round_sum *s = sum_of(a, round);
    dg_event e = { .node = ix, .block = height_of(a, ix), .kind = DG_EVENT_BFT_STUCK };
    if (!s || n->round != round || !is_stuck(a, n))
        return;
    if (!s->stuck++) {
        s->since = n->enough_at;
        s->shown_node = ix;
        a->sum.stuck_round = a->sum.stuck_round ? a->sum.stuck_round : round;
        e.bft_stuck.round = (int64_t)round;
        add(a, &e);
    }
}

void dg_bft_note_formed(arm *a, uint32_t ix)
{
    const peer *n = &a->nodes[ix];
    round_sum *s = sum_of(a, n->round);
    bool two = false;
    for (size_t i = 0; i < DG_BFT_BITS; i++)
        two |= n->heard.second[i] != 0;
    dg_event e = { .node = ix,
                   .block = height_of(a, ix),
                   .kind = DG_EVENT_BFT_FORMED,
                   .bft_formed = { .round = (int64_t)n->round,
                                   .two = two,
                                   .as_set = n->class->tally == DG_BFT_SET } };
    if (!s || s->formed)
        return;
    s->formed = true;
    add(a, &e);
}

void dg_bft_note_caught_up(arm *a, uint32_t ix, uint32_t from)
{
    round_sum *s = sum_of(a, a->nodes[ix].round);
    dg_event e = { .node = ix,
                   .block = height_of(a, ix),
                   .kind = DG_EVENT_BFT_CAUGHT_UP,
                   .bft_caught_up = { .round = (int64_t)a->nodes[ix].round, .from = from } };
    if (!s || s->caught_up)
        return;
    s->caught_up = true;
    add(a, &e);
}

void dg_bft_note_changed(arm *a, uint32_t ix)
{
    dg_event e = { .node = ix,
                   .block = height_of(a, ix),
                   .kind = DG_EVENT_BFT_CHANGE,
                   .bft_change = { .what = 0, .epoch = (int64_t)a->nodes[ix].epoch },
                   .detail = json_pack("{s:s}", "to", a->nodes[ix].class->name) };
    add(a, &e);
}

/* ---- begin and end ---- */

static json_t *classes_of(const arm *a)
{
    json_t *out = json_object();
    for (uint32_t i = 0; i < a->node_count; i++) {
        const char *name = a->nodes[i].class->name;
        json_object_set_new(out, name,
                            json_integer(json_integer_value(json_object_get(out, name)) + 1));
    }
    return out;
}

/* When what treatment alone has begins: the first of it. */
static dg_ns transition_at(const arm *a)
{
    const dg_bft_network *net = a->network;
    dg_ns first = DG_NEVER;
    for (size_t i = 0; i < net->rollout_count; i++)
        first = net->rollouts[i].at < first ? net->rollouts[i].at : first;
    for (size_t i = 1; i < net->committee_count; i++)
        if (net->committees[i].treatment_only) {
            dg_ns at = dg_bft_epoch_end(a, net->committees[i].from_epoch - 1);
            first = at < first ? at : first;
        }
    for (size_t i = 1; i < net->parameter_count; i++)
        if (net->parameters[i].treatment_only) {
            dg_ns at = dg_bft_epoch_end(a, net->parameters[i].from_epoch - 1);
            first = at < first ? at : first;
        }
    return first == DG_NEVER ? net->before : first;
}

void dg_bft_note_start(arm *a, json_t *claims)
{
    const dg_bft_network *net = a->network;
    const dg_bft_parameters *p = dg_bft_parameters_at(a, net->first_epoch);
    dg_event e = { .node = DG_EVENT_NO_NODE,
                   .kind = DG_EVENT_BFT_START,
                   .bft_start = { .first_epoch = (int64_t)net->first_epoch,
                                  .first_round = (int64_t)net->first_round,
                                  .nodes = a->node_count,
                                  .threshold_ppm = ppm(p->threshold.num, p->threshold.den),
                                  .timeout_ms = (int64_t)(p->timeout / MS),
                                  .transition_ms = (int64_t)(transition_at(a) / MS),
                                  .length_ms = (int64_t)(net->length / MS),
                                  .payday_epochs = net->payday_epochs } };
    if (!a->log)
        return;
    e.detail = json_pack("{s:o}", "classes", classes_of(a));
    if (claims)
        json_object_set(e.detail, "claims", claims);
    add(a, &e);
}

void dg_bft_note_end(arm *a)
{
    dg_event e = { .node = DG_EVENT_NO_NODE, .kind = DG_EVENT_BFT_END };
    for (size_t i = 0; i < ROUNDS_KEPT; i++)
        if (a->rounds[i].stuck && !a->rounds[i].freed) {
            a->sum.stuck_at_end = true;
            show(a, &a->rounds[i], true);
        }
    for (int kind = 0; kind < 2; kind++) {
        dg_event t = { .node = DG_EVENT_NO_NODE,
                       .kind = DG_EVENT_BFT_TALLY,
                       .bft_tally = { .certificate = kind,
                                      .counts = (int64_t)a->tallies[kind],
                                      .differ = (int64_t)a->differing[kind] } };
        add(a, &t);
    }
    e.block = a->sum.blocks;
    e.bft_end = (struct dg_event_bft_end){ .blocks = a->sum.blocks,
                                           .rounds = (int64_t)a->sum.rounds,
                                           .final_ms = (int64_t)(a->sum.last_final / MS),
                                           .length_ms = (int64_t)(a->network->length / MS) };
    add(a, &e);
}
