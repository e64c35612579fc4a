/* node.c - what a node does when something comes or a timer ends. */
#include "bft/bft_impl.h"

#include <assert.h>
#include <string.h>

static dg_code to_all(arm *a, uint32_t from, tag what, uint64_t x, uint64_t y, dg_error *err)
{
    const dg_sim_parcel parcel = { .channel = a->channel, .tag = (uint16_t)what, .a = x, .b = y };
    return dg_sim_broadcast(a->sim, a->all[from], a->all, a->node_count, &parcel, err);
}

static bool has(const arm *a, uint32_t ix, uint32_t block)
{
    return dg_bft_bit(a->blocks[block].checked, ix);
}

/* ---- catch-up ---- */

/* Of one that seems to be ahead; the same is not asked twice in a second. */
static dg_code ask(arm *a, uint32_t ix, uint32_t whom, uint64_t round, dg_error *err)
{
    peer *n = &a->nodes[ix];
    const dg_sim_parcel parcel = { .channel = a->channel, .tag = MSG_ASK, .a = n->round };
    if (whom == ix || (round <= n->asked_round && dg_sim_now(a->sim) < n->ask_again))
        return DG_OK;
    n->asked_round = round;
    n->ask_again = dg_sim_now(a->sim) + 1000000000;
    return dg_sim_send(a->sim, a->all[ix], a->all[whom], &parcel, err);
}

static dg_code tell(arm *a, uint32_t ix, uint32_t whom, dg_error *err)
{
    const peer *n = &a->nodes[ix];
    dg_sim_parcel parcel = { .channel = a->channel, .tag = MSG_TELL, .a = n->round, .b = n->qc };
    told *t;
    dg_code rc = dg_sim_msg_new(a->sim, &parcel.msg, sizeof *t, NULL, err);
    if (rc < 0)
        return rc;
    t = dg_sim_msg_room(parcel.msg);
    t->tc = n->tc + 1 == n->round ? n->tc : ROUND_NONE;
    for (uint32_t i = 0; i < a->node_count; i++)
        if (n->says[i].round == n->round) {
            t->at[t->count].node = i;
            t->at[t->count++].qc = n->says[i].qc;
        }
    rc = dg_sim_send(a->sim, a->all[ix], a->all[whom], &parcel, err);
    dg_sim_msg_drop(a->sim, parcel.msg);
    return rc;
}

/* ---- jobs ---- */

static dg_code begin(arm *a, uint32_t ix, const job *what, const header *b, dg_error *err)
{
    const dg_bft_parameters *p = dg_bft_parameters_at(a, b->epoch);
    peer *n = &a->nodes[ix];
    dg_ns now = dg_sim_now(a->sim);
    dg_code rc;
    assert(n->job.kind == JOB_NONE);
    n->job = *what;
    n->job.until = now + dg_bft_draw(n, b->payday ? p->payday : p->block);
    rc = dg_sim_timer_at(a->sim, NULL, a->all[ix], n->job.until,
                         &(dg_sim_timer){ .tag = TIMER_DONE }, err);
    if (rc < 0 || n->job.until == now)
        return rc;
    return dg_sim_pause(a->sim, a->all[ix], (dg_sim_span){ now, n->job.until }, err);
}

static dg_code execute(arm *a, uint32_t ix, uint32_t block, dg_error *err)
{
    const job what = { .kind = JOB_EXECUTE, .block = block };
    if (has(a, ix, block) || a->nodes[ix].job.kind != JOB_NONE)
        return DG_OK;
    return begin(a, ix, &what, &a->blocks[block], err);
}

/* ---- blocks ---- */

/* What a block carries ends the round before it, for who has its parent. */
static dg_code take_block(arm *a, uint32_t ix, uint32_t block, dg_error *err)
{
    peer *n = &a->nodes[ix];
    const header *b = &a->blocks[block];
    dg_code rc;
    n->epoch = n->epoch > b->epoch ? n->epoch : b->epoch;
    rc = dg_bft_take_qc(a, ix, b->parent, err);
    if (rc >= 0 && b->after_tc != ROUND_NONE && n->round <= b->after_tc)
        rc = dg_bft_enter(a, ix, b->after_tc + 1, true, err);
    return rc < 0 ? rc : execute(a, ix, block, err);
}

static dg_code on_block(arm *a, uint32_t ix, uint32_t from, uint32_t block, dg_error *err)
{
    const header *b = &a->blocks[block];
    if (has(a, ix, block))
        return DG_OK;
    if (has(a, ix, b->parent))
        return take_block(a, ix, block, err);
    a->nodes[ix].waiting[b->round % SLOTS] = block;
    return ask(a, ix, from, b->round, err);
}

/* ---- signing ---- */

/* Once a round, and not after a timeout message of it. */
static dg_code sign(arm *a, uint32_t ix, uint32_t block, dg_error *err)
{
    peer *n = &a->nodes[ix];
    const header *b = &a->blocks[block];
    dg_code rc;
    if (b->round != n->round || n->signed_round >= n->round || n->quit_round >= n->round
        || dg_bft_committee_at(a, b->epoch)->index_of[ix] == NOT_IN)
        return DG_OK;
    n->signed_round = n->round;
    if ((rc = to_all(a, ix, MSG_SIGN, block, 0, err)) < 0)
        return rc;
    return dg_bft_on_sign(a, ix, ix, block, err);
}

/* ---- timeouts ---- */

/* One of the node's own round whose QC it can use is counted; others wait. */
static dg_code on_quit(arm *a, uint32_t ix, uint32_t from, const said *what, dg_error *err)
{
    peer *n = &a->nodes[ix];
    uint64_t round = what->round;
    uint32_t qc = what->qc;
    dg_code rc;
    if (round < n->round || n->says[from].round >= round)
        return DG_OK;
    n->says[from] = *what;
    if (!has(a, ix, qc))
        return ask(a, ix, from, round, err);
    if ((rc = dg_bft_take_qc(a, ix, qc, err)) < 0)
        return rc;
    if (round > n->round)
        return ask(a, ix, from, round, err);
    return round == n->round ? dg_bft_count_timeout(a, ix, from, qc, err) : DG_OK;
}

/* Says it once a round; the timer does not run again before the next one. */
static dg_code on_timeout(arm *a, uint32_t ix, dg_error *err)
{
    peer *n = &a->nodes[ix];
    const dg_bft_parameters *p = dg_bft_parameters_at(a, n->epoch);
    dg_code rc;
    n->deadline = DG_NEVER;
    if (n->quit_round >= n->round
        || dg_bft_committee_at(a, a->blocks[n->qc].epoch)->index_of[ix] == NOT_IN)
        return DG_OK;
    n->timeout = n->timeout / p->grow.den * p->grow.num;
    n->quit_round = n->round;
    n->quit_qc = n->qc;
    if ((rc = to_all(a, ix, MSG_QUIT, n->round, n->qc, err)) < 0)
        return rc;
    return on_quit(a, ix, ix, &(said){ n->round, n->qc }, err);
}

/* ---- a block is executed ---- */

/* .. which timeout messages may have waited for. */
static dg_code hear_waiting(arm *a, uint32_t ix, uint32_t block, dg_error *err)
{
    peer *n = &a->nodes[ix];
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < a->node_count && rc >= 0; i++) {
        said was = n->says[i];
        if (was.qc != block || was.round < n->round || was.round == ROUND_NONE)
            continue;
        n->says[i].round = ROUND_NONE;
        rc = on_quit(a, ix, i, &was, err);
    }
    return rc;
}

static dg_code reach_goal(arm *a, uint32_t ix, dg_error *err)
{
    peer *n = &a->nodes[ix];
    goal g = n->goal;
    dg_code rc;
    if (g.qc == BLOCK_NONE)
        return DG_OK;
    while (!has(a, ix, g.qc) && !has(a, ix, a->blocks[g.qc].parent)) /* the oldest first */
        g.qc = a->blocks[g.qc].parent;
    if (!has(a, ix, g.qc))
        return execute(a, ix, g.qc, err);
    n->goal.qc = BLOCK_NONE;
    rc = dg_bft_take_qc(a, ix, g.qc, err);
    if (rc >= 0 && g.tc != ROUND_NONE && n->round <= g.tc)
        rc = dg_bft_enter(a, ix, g.tc + 1, true, err);
    return rc;
}

/* A block whose parent is there now, or one that catch-up has brought. */
static dg_code on_next(arm *a, uint32_t ix, dg_error *err)
{
    peer *n = &a->nodes[ix];
    dg_code rc = DG_OK;
    for (uint32_t i = 0; i < SLOTS && rc >= 0 && n->job.kind == JOB_NONE; i++) {
        uint32_t child = n->waiting[i];
        if (child == BLOCK_NONE || !has(a, ix, a->blocks[child].parent))
            continue;
        n->waiting[i] = BLOCK_NONE;
        rc = take_block(a, ix, child, err);
    }
    return rc < 0 || n->job.kind != JOB_NONE ? rc : reach_goal(a, ix, err);
}

static dg_code on_executed(arm *a, uint32_t ix, uint32_t block, dg_error *err)
{
    dg_code rc;
    dg_bft_bit_set(a->blocks[block].checked, ix);
    if ((rc = sign(a, ix, block, err)) < 0 || (rc = dg_bft_count_signatures(a, ix, block, err)) < 0
        || (rc = hear_waiting(a, ix, block, err)) < 0)
        return rc;
    return dg_sim_timer_after(a->sim, NULL, a->all[ix], 0, &(dg_sim_timer){ .tag = TIMER_NEXT },
                              err);
}

/* ---- proposing ---- */

static header next_block(const arm *a, uint32_t ix)
{
    const peer *n = &a->nodes[ix];
    const header *parent = &a->blocks[n->qc];
    bool turns = n->epoch != parent->epoch;
    return (header){ .round = n->round,
                     .epoch = n->epoch,
                     .parent = n->qc,
                     .height = parent->height + 1,
                     .maker = ix,
                     .after_tc = parent->round + 1 == n->round ? ROUND_NONE : n->tc,
                     .at = dg_sim_now(a->sim),
                     .turns = turns,
                     .payday = turns && n->epoch % a->network->payday_epochs == 0 };
}

static dg_code on_propose(arm *a, uint32_t ix, uint64_t round, dg_error *err)
{
    const peer *n = &a->nodes[ix];
    job what = { .kind = JOB_MAKE };
    if (n->round != round || n->quit_round >= round || n->job.kind != JOB_NONE)
        return DG_OK;
    what.draft = next_block(a, ix);
    return begin(a, ix, &what, &what.draft, err);
}

static dg_code on_made(arm *a, uint32_t ix, const header *draft, dg_error *err)
{
    header b = *draft;
    uint32_t at;
    dg_code rc;
    b.done = dg_sim_now(a->sim);
    dg_bft_bit_set(b.checked, ix);
    if ((rc = dg_bft_block_add(a, &at, &b, err)) < 0)
        return rc;
    dg_bft_note_made(a, at);
    if ((rc = to_all(a, ix, MSG_BLOCK, at, 0, err)) < 0)
        return rc;
    return sign(a, ix, at, err);
}

/* ---- catch-up, and a node that is up again ---- */

static dg_code on_told(arm *a, uint32_t ix, const dg_sim_event *e, dg_error *err)
{
    const told *t = dg_sim_msg_data(e->msg);
    peer *n = &a->nodes[ix];
    uint64_t before = n->round;
    dg_code rc;
    if (n->goal.qc == BLOCK_NONE || a->blocks[e->b].round >= a->blocks[n->goal.qc].round)
        n->goal = (goal){ (uint32_t)e->b, t->tc };
    if ((rc = reach_goal(a, ix, err)) < 0)
        return rc;
    if (n->round > before)
        dg_bft_note_caught_up(a, ix, e->from.v);
    for (uint32_t i = 0; i < t->count && rc >= 0; i++)
        rc = on_quit(a, ix, t->at[i].node, &(said){ e->a, t->at[i].qc }, err);
    return rc;
}

static dg_code start_timer(arm *a, uint32_t ix, dg_error *err)
{
    peer *n = &a->nodes[ix];
    n->deadline = dg_sim_now(a->sim) + n->timeout;
    return dg_sim_timer_after(a->sim, &n->timer, a->all[ix], n->timeout,
                              &(dg_sim_timer){ .tag = TIMER_TIMEOUT, .a = n->round }, err);
}

/* What stands on disk stays: blocks, the highest QC, the round, what it signed last. */
static dg_code on_restart(arm *a, uint32_t ix, dg_error *err)
{
    peer *n = &a->nodes[ix];
    const dg_bft_class *class = dg_bft_class_from(a, ix, dg_sim_now(a->sim));
    dg_code rc;
    if (class != n->class) {
        n->class = class;
        dg_bft_note_changed(a, ix);
    }
    memset(n->says, 0, a->node_count * sizeof *n->says);
    n->heard = (dg_bft_timeouts){ .any = false };
    n->goal.qc = BLOCK_NONE;
    n->job.kind = JOB_NONE;
    n->enough_at = DG_NEVER;
    for (uint32_t i = 0; i < SLOTS; i++)
        n->slots[i].block = n->waiting[i] = BLOCK_NONE;
    if ((rc = start_timer(a, ix, err)) < 0)
        return rc;
    if (n->quit_round == n->round
        && (rc = on_quit(a, ix, ix, &(said){ n->round, n->quit_qc }, err)) < 0)
        return rc;
    return to_all(a, ix, MSG_ASK, n->round, 0, err);
}

static dg_code on_start(arm *a, uint32_t ix, dg_error *err)
{
    dg_code rc = start_timer(a, ix, err);
    return rc >= 0 && dg_bft_leader(a, a->nodes[ix].round, a->nodes[ix].epoch) == ix
               ? dg_sim_timer_after(
                   a->sim, NULL, a->all[ix], 0,
                   &(dg_sim_timer){ .tag = TIMER_PROPOSE, .a = a->nodes[ix].round }, err)
               : rc;
}

/* What has to be first: the job that is over by now, then the timer that ended meanwhile. */
static dg_code settle(arm *a, uint32_t ix, dg_error *err)
{
    peer *n = &a->nodes[ix];
    job was = n->job;
    dg_code rc = DG_OK;
    if (was.kind != JOB_NONE && dg_sim_now(a->sim) >= was.until) {
        n->job.kind = JOB_NONE;
        rc = was.kind == JOB_MAKE ? on_made(a, ix, &was.draft, err)
                                  : on_executed(a, ix, was.block, err);
    }
    if (rc >= 0 && n->job.kind == JOB_NONE && dg_sim_now(a->sim) >= n->deadline)
        rc = on_timeout(a, ix, err);
    return rc;
}

static dg_code on_message(arm *a, uint32_t ix, const dg_sim_event *e, dg_error *err)
{
    switch ((tag)e->tag) {
    case MSG_BLOCK:
        return on_block(a, ix, e->from.v, (uint32_t)e->a, err);
    case MSG_SIGN:
        return dg_bft_on_sign(a, ix, e->from.v, (uint32_t)e->a, err);
    case MSG_QUIT:
        return on_quit(a, ix, e->from.v, &(said){ e->a, (uint32_t)e->b }, err);
    case MSG_ASK:
        return a->nodes[ix].round >= e->a ? tell(a, ix, e->from.v, err) : DG_OK;
    case MSG_TELL:
        return on_told(a, ix, e, err);
    default:
        assert(!"a message that no node sends");
        return DG_OK;
    }
}

dg_code dg_bft_on_event(void *user, dg_sim *sim, const dg_sim_event *e, dg_error *err)
{
    arm *a = user;
    uint32_t ix = e->node.v;
    dg_code rc;
    (void)sim;
    if (e->kind == DG_SIM_RESTART)
        return on_restart(a, ix, err);
    if ((rc = settle(a, ix, err)) < 0)
        return rc;
    if (e->kind == DG_SIM_MESSAGE)
        return on_message(a, ix, e, err);
    switch ((tag)e->tag) {
    case TIMER_START:
        return on_start(a, ix, err);
    case TIMER_PROPOSE:
        return on_propose(a, ix, e->a, err);
    case TIMER_NEXT:
        return on_next(a, ix, err);
    case TIMER_WATCH:
        dg_bft_note_watch(a, ix, e->a);
        return DG_OK;
    default: /* TIMER_DONE, TIMER_TIMEOUT: seen to */
        return DG_OK;
    }
}
