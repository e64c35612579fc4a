/* bft.c - a run of consensus bft as a document: verdicts, the way to what broke, and the odds. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MS = 1000000, STEPS_MAX = 48 };

/* ---- arms ---- */

static json_t *arm_json(const dg_event_log *log, dg_arm arm)
{
    for (size_t i = log->count; i-- > 0;) {
        const dg_event *e = &log->at[i];
        if (e->arm == arm && e->kind == DG_EVENT_BFT_END)
            return json_pack("{s:I, s:I, s:I, s:I}", "blocks", (json_int_t)e->bft_end.blocks,
                             "rounds", (json_int_t)e->bft_end.rounds, "final_ms",
                             (json_int_t)e->bft_end.final_ms, "length_ms",
                             (json_int_t)e->bft_end.length_ms);
    }
    return NULL;
}

static const dg_event *start_of(const dg_event_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        if (log->at[i].kind == DG_EVENT_BFT_START)
            return &log->at[i];
    return NULL;
}

/* ---- an event as a sentence ---- */

static void certificate_words(char *out, size_t size, const dg_event *e)
{
    const struct dg_event_bft_round *r = &e->bft_round;
    if (r->by_qc)
        snprintf(out, size,
                 "round %lld ends both ways: %lld nodes saw the QC of its block (epoch %lld, on "
                 "epoch %lld), %lld the TC",
                 (long long)r->round, (long long)r->by_qc, (long long)r->epoch,
                 (long long)r->parent_epoch, (long long)r->by_tc);
    else
        snprintf(out, size, "round %lld ends by a TC for all %lld nodes%s", (long long)r->round,
                 (long long)r->by_tc, r->epoch < 0 ? ", without a block" : "");
}

static void quorum_words(char *out, size_t size, const dg_event *e)
{
    const struct dg_event_bft_quorum *q = &e->bft_quorum;
    snprintf(out, size,
             "round %lld: delivered %.2f (epoch %lld: %.2f, %lld: %.2f), tallied %.2f; %lld nodes "
             "waited, the first for %.1f s%s",
             (long long)q->round, (double)(q->first_ppm + q->second_ppm) / 1e6,
             (long long)q->first_epoch, (double)q->first_ppm / 1e6, (long long)q->first_epoch + 1,
             (double)q->second_ppm / 1e6, (double)q->tallied_ppm / 1e6, (long long)q->nodes,
             (double)q->waited_ms / 1e3, q->open ? ", to the end of the run" : "");
}

static void change_words(char *out, size_t size, const dg_event *e)
{
    const char *to = json_string_value(json_object_get(e->detail, "to"));
    if (e->bft_change.what == 0)
        snprintf(out, size, "restarts as %s", to ? to : "");
    else
        snprintf(out, size, "epoch %lld begins with another %s than control's",
                 (long long)e->bft_change.epoch,
                 e->bft_change.what == 1 ? "committee" : "set of parameters");
}

/* False: the kind stands in no chain. */
static bool words(char *out, size_t size, const dg_event *e)
{
    assert(size > 0);
    switch (e->kind) {
    case DG_EVENT_BFT_EPOCH:
        snprintf(out, size, "made the first block of epoch %lld in %.1f s, in round %lld%s",
                 (long long)e->bft_epoch.epoch, (double)e->bft_epoch.made_ms / 1e3,
                 (long long)e->bft_epoch.round, e->bft_epoch.payday ? ": a payday block" : "");
        return true;
    case DG_EVENT_BFT_ROUND:
        certificate_words(out, size, e);
        return true;
    case DG_EVENT_BFT_STUCK:
        snprintf(out, size,
                 "has been given enough timeout messages of round %lld for two seconds, and forms "
                 "no TC",
                 (long long)e->bft_stuck.round);
        return true;
    case DG_EVENT_BFT_QUORUM:
        quorum_words(out, size, e);
        return true;
    case DG_EVENT_BFT_FORMED:
        snprintf(out, size, "forms the TC of round %lld first%s%s", (long long)e->bft_formed.round,
                 e->bft_formed.two ? ", of messages of two epochs" : "",
                 e->bft_formed.as_set ? "; it tallies them as a set" : "");
        return true;
    case DG_EVENT_BFT_CAUGHT_UP:
        snprintf(out, size, "comes to round %lld by catch-up from node %lld",
                 (long long)e->bft_caught_up.round, (long long)e->bft_caught_up.from);
        return true;
    case DG_EVENT_BFT_CHANGE:
        change_words(out, size, e);
        return true;
    case DG_EVENT_BFT_BLOCK:
        snprintf(out, size, "sees the block of round %lld final, epoch %lld%s",
                 (long long)e->bft_block.round, (long long)e->bft_block.epoch,
                 e->bft_block.payday ? ", a payday block" : "");
        return true;
    default:
        return false;
    }
}

/* ---- the chain of events ---- */

/* The round that was stuck for longest. */
static int64_t worst_round(const dg_event_log *log)
{
    int64_t round = -1, most = -1;
    for (size_t i = 0; i < log->count; i++) {
        const dg_event *e = &log->at[i];
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_BFT_QUORUM
            && e->bft_quorum.waited_ms > most) {
            most = e->bft_quorum.waited_ms;
            round = e->bft_quorum.round;
        }
    }
    return round;
}

/* Which of the blocks belong to the story: the last final one before the round, the first after. */
typedef struct story {
    int64_t round;
    uint64_t before, after; /* seq; 0: none */
    bool over;              /* the round's quorum is told */
} story;

static story story_of(const dg_event_log *log)
{
    story s = { .round = worst_round(log) };
    dg_ns told = DG_NEVER;
    for (size_t i = 0; i < log->count; i++) {
        const dg_event *e = &log->at[i];
        if (e->arm != DG_ARM_TREATMENT)
            continue;
        if (e->kind == DG_EVENT_BFT_QUORUM && e->bft_quorum.round == s.round)
            told = e->at;
        if (e->kind == DG_EVENT_BFT_BLOCK && told == DG_NEVER)
            s.before = e->seq;
        if (e->kind == DG_EVENT_BFT_BLOCK && told != DG_NEVER && !s.after)
            s.after = e->seq;
    }
    return s;
}

static bool belongs(const story *s, const dg_event *e)
{
    switch (e->kind) {
    case DG_EVENT_BFT_BLOCK:
        return e->seq == s->before || e->seq == s->after;
    case DG_EVENT_BFT_EPOCH:
        return e->bft_epoch.round + 4 >= s->round && e->bft_epoch.round <= s->round + 4;
    case DG_EVENT_BFT_ROUND:
        return e->bft_round.round + 4 >= s->round && e->bft_round.round <= s->round + 2;
    case DG_EVENT_BFT_FORMED:
        return e->bft_formed.round + 4 >= s->round && e->bft_formed.round <= s->round;
    case DG_EVENT_BFT_CAUGHT_UP:
        return e->bft_caught_up.round == s->round + 1;
    case DG_EVENT_BFT_STUCK:
        return e->bft_stuck.round == s->round;
    case DG_EVENT_BFT_QUORUM:
        return e->bft_quorum.round == s->round;
    case DG_EVENT_BFT_CHANGE:
        return true;
    default:
        return false;
    }
}

static json_t *step_json(const dg_event *e, int64_t from_ms)
{
    char text[400] = "", who[440];
    words(text, sizeof text, e);
    if (e->node != DG_EVENT_NO_NODE && e->kind != DG_EVENT_BFT_QUORUM)
        snprintf(who, sizeof who, "node %u %s", (unsigned)e->node, text);
    else
        snprintf(who, sizeof who, "%s", text);
    return json_pack("{s:I, s:I, s:s, s:s}", "from_upgrade_ms",
                     (json_int_t)(e->at / MS) - (json_int_t)from_ms, "block", (json_int_t)e->block,
                     "kind", dg_event_name(e->kind), "says", who);
}

/* In the order of time; a roll-out by its first nodes. */
static json_t *chains_json(const dg_event_log *log, const json_t *claims)
{
    json_t *out = json_array(), *steps = json_array();
    story s = story_of(log);
    const dg_event *start = start_of(log);
    unsigned changes = 0;
    for (size_t i = 0; i < log->count && json_array_size(steps) < STEPS_MAX; i++) {
        const dg_event *e = &log->at[i];
        if (e->arm != DG_ARM_TREATMENT || !belongs(&s, e)
            || (e->kind == DG_EVENT_BFT_CHANGE && e->bft_change.what == 0 && changes++ >= 3))
            continue;
        json_array_append_new(steps, step_json(e, start->bft_start.transition_ms));
    }
    if (s.round >= 0 && dg_outcome_is(claims, DG_CLAIM_ROUND_PROGRESS, DG_VERDICT_BROKE))
        json_array_append_new(out,
                              json_pack("{s:s, s:O}", "claim",
                                        dg_claim_name(DG_CLAIM_ROUND_PROGRESS), "steps", steps));
    json_decref(steps);
    return out;
}

/* ---- odds ---- */

/* Where the true share lies with 95 % confidence. Mirrors: Wilson's score interval. */
static void interval(double out[2], double k, double n)
{
    const double z = 1.959963985;
    double p = k / n, middle = p + z * z / (2 * n),
           half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)), scale = 1 + z * z / n;
    out[0] = k > 0 ? (middle - half) / scale : 0;
    out[1] = k < n ? (middle + half) / scale : 1;
}

static json_t *odds_row(const dg_outcome_odds *o)
{
    double sure[2];
    json_t *out;
    assert(o->is.seeds);
    interval(sure, o->is.stuck, o->is.seeds);
    out = json_pack("{s:[I,I], s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:[f,f]}", "payday_ms",
                    (json_int_t)(o->payday.least / MS), (json_int_t)(o->payday.most / MS), "seeds",
                    (json_int_t)o->is.seeds, "split", (json_int_t)o->is.split, "next_late",
                    (json_int_t)o->is.late, "waited", (json_int_t)o->is.waited, "stuck",
                    (json_int_t)o->is.stuck, "stuck_behind_split", (json_int_t)o->is.stuck_whole,
                    "share", (double)o->is.stuck / o->is.seeds, "share_95", sure[0], sure[1]);
    if (o->is.stuck)
        json_object_set_new(out, "first_stuck_seed", json_integer((json_int_t)o->is.first_stuck));
    return out;
}

static json_t *odds_json(const dg_outcome_bft *run)
{
    json_t *out = json_array();
    for (size_t i = 0; i < run->odds_count; i++)
        json_array_append_new(out, odds_row(&run->odds[i]));
    return out;
}

/* ---- the answer ---- */

static json_t *breaks_json(const json_t *claims)
{
    json_t *out = json_array(), *claim;
    size_t i;
    json_array_foreach((json_t *)claims, i, claim)
    {
        json_t *row, *healed = json_object_get(claim, "healed");
        if (strcmp(json_string_value(json_object_get(claim, "status")), "broke") != 0
            || strcmp(json_string_value(json_object_get(claim, "severity")), "gate") != 0)
            continue;
        row = json_pack("{s:O, s:s}", "claim", json_object_get(claim, "name"), "says",
                        dg_claim_at(dg_outcome_claim_id(claim))->fails);
        if (healed)
            json_object_set(row, "healed", healed);
        json_array_append_new(out, row);
    }
    return out;
}

static json_t *tally_json(const json_t *claims)
{
    json_t *out = json_pack("{s:I}", "judged", (json_int_t)json_array_size(claims));
    for (int k = DG_VERDICT_HELD; k <= DG_VERDICT_UNEXERCISED; k++) {
        const char *name = dg_verdict_status_name((dg_verdict_status)k);
        const json_t *claim;
        json_int_t sum = 0;
        size_t i;
        json_array_foreach(claims, i, claim) sum +=
            strcmp(json_string_value(json_object_get(claim, "status")), name) == 0;
        json_object_set_new(out, name, json_integer(sum));
    }
    return out;
}

/* Nodes that count by merging are the cause where treatment without them is not stuck. */
static void why(json_t *out, json_t *todo, const dg_outcome_bft *run, const json_t *claims)
{
    const json_t *classes = json_object_get(start_of(run->log)->detail, "classes"), *count;
    const char *name;
    char text[300];
    if (!run->tally_proved || !dg_outcome_is(claims, DG_CLAIM_ROUND_PROGRESS, DG_VERDICT_BROKE))
        return;
    json_object_foreach((json_t *)classes, name, count)
    {
        const dg_bft_class *class = dg_bft_class_of(name);
        if (!class || class->tally != DG_BFT_MERGE)
            continue;
        snprintf(
            text, sizeof text,
            "%lld nodes run %s: %s, and lose those whose ids do not rise along both (with every "
            "node counting as a set the same run is not stuck)",
            (long long)json_integer_value(count), name, class->says);
        json_array_append_new(out, json_string(text));
    }
    json_array_append_new(
        todo, json_string("run 6.3.1 or later, which tallies timeout messages as a set; one node "
                          "that does so forms the certificate, and the others take it over"));
}

static int put_answer(json_t *out, const dg_outcome_bft *run, const dg_outcome_tally *t,
                      const json_t *claims, int code)
{
    json_t *because = json_array(), *todo = json_array(), *answer;
    why(because, todo, run, claims);
    answer = json_pack("{s:s, s:o, s:o, s:o, s:o}", "word",
                       code == DG_EXIT_BROKE  ? "NO-GO"
                       : code == DG_EXIT_HELD ? "GO"
                                              : "CANNOT SAY",
                       "claims", tally_json(claims), "breaks", breaks_json(claims), "why", because,
                       "do", todo);
    if (answer && code == DG_EXIT_INCONCLUSIVE) {
        const char *claim = t->control_failed ? t->first_failed : t->first_missed;
        json_object_set_new(answer, "missing",
                            json_string(t->control_failed ? "control-fails" : "unexercised"));
        json_object_set_new(answer, "missing_claim", json_string(claim));
    }
    return dg_outcome_put(out, "answer", answer);
}

static int put_result(json_t *out, const dg_outcome_tally *t, int code)
{
    char reason[200];
    if (code == DG_EXIT_BROKE)
        snprintf(reason, sizeof reason, "%u of %u claims broke, first %s", t->broke, t->judged,
                 t->first_broke);
    else if (t->control_failed)
        snprintf(reason, sizeof reason, "%s already fails without the transition", t->first_failed);
    else if (t->missed)
        snprintf(reason, sizeof reason, "%s %s", t->first_missed, t->missed_why);
    else
        snprintf(reason, sizeof reason,
                 t->warned ? "%u claims judged, none broke, %u warned"
                           : "%u claims judged, none broke or warned",
                 t->judged, t->warned);
    return dg_outcome_put(out, "result",
                          json_string(code == DG_EXIT_BROKE  ? "broke"
                                      : code == DG_EXIT_HELD ? "held"
                                                             : "inconclusive"))
           | dg_outcome_put(out, "exit", json_integer(code))
           | dg_outcome_put(out, "reason", json_string(reason));
}

static int code_of(const dg_outcome_tally *t)
{
    return t->broke                         ? DG_EXIT_BROKE
           : t->control_failed || t->missed ? DG_EXIT_INCONCLUSIVE
                                            : DG_EXIT_HELD;
}

static json_t *notes_json(const dg_outcome_bft *run)
{
    json_t *out = json_array(), *own = json_object_get(dg_plan_json(run->plan), "notes"), *line;
    size_t i;
    json_array_append_new(
        out,
        json_string("All of it is a model of nodes and messages: signatures are not made, "
                    "leaders are drawn by weight, and a node that makes or executes a block "
                    "looks at nothing else until it is done, where its round's timer is first."));
    json_array_foreach(own, i, line) json_array_append(out, line);
    return out;
}

static int put_all(json_t *out, const dg_outcome_bft *run, const dg_outcome_tally *t,
                   json_t *claims)
{
    const json_t *plan = dg_plan_json(run->plan), *name = json_object_get(plan, "name");
    const dg_event *start = start_of(run->log);
    int code = code_of(t);
    return dg_outcome_put(out, "doppel", json_integer(1))
           | dg_outcome_put(out, "consensus", json_string("bft"))
           | dg_outcome_put(out, "name",
                            name ? json_deep_copy(name) : json_string("a network of consensus bft"))
           | dg_outcome_put(out, "program",
                            json_pack("{s:s, s:s, s:s}", "name", "doppel", "version", DG_VERSION,
                                      "engine", "none"))
           | dg_outcome_put(out, "seed",
                            json_integer((json_int_t)dg_plan_asked_of(run->plan)->seed))
           | dg_outcome_put(out, "nodes", json_integer((json_int_t)start->bft_start.nodes))
           | dg_outcome_put(out, "classes",
                            json_deep_copy(json_object_get(start->detail, "classes")))
           | dg_outcome_put(out, "control", arm_json(run->log, DG_ARM_CONTROL))
           | dg_outcome_put(out, "treatment", arm_json(run->log, DG_ARM_TREATMENT))
           | put_result(out, t, code) | put_answer(out, run, t, claims, code)
           | json_object_set(out, "claims", claims)
           | dg_outcome_put(out, "chains", chains_json(run->log, claims))
           | dg_outcome_put(out, "odds", odds_json(run))
           | dg_outcome_put(out, "notes", notes_json(run))
           | dg_outcome_put(out, "plan", json_deep_copy(plan))
           | dg_outcome_put(out, "environment", json_object());
}

/* As far as a log goes: verdicts and the way there. */
dg_code dg_outcome_explain_bft(json_t *document, const dg_claim_setup *setup,
                               const dg_event_log *log, dg_error *err)
{
    json_t *claims = json_array();
    dg_outcome_bft run = { .log = log };
    dg_outcome_tally t = { 0 };
    dg_code rc;
    if (!setup->control_ended || !setup->treatment_ended) {
        json_decref(claims);
        return dg_fail(err, DG_MALFORMED, "the log has no bft-end of %s",
                       dg_event_arm_name(setup->control_ended ? DG_ARM_TREATMENT : DG_ARM_CONTROL));
    }
    rc = dg_outcome_judge(claims, &t, setup, log, err);
    if (rc >= 0
        && (dg_outcome_put(document, "consensus", json_string("bft"))
            | put_result(document, &t, code_of(&t))
            | put_answer(document, &run, &t, claims, code_of(&t))
            | dg_outcome_put(document, "chains", chains_json(log, claims))
            | json_object_set(document, "claims", claims)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the verdicts");
    json_decref(claims);
    return rc;
}

dg_code dg_outcome_make_bft(json_t **out, const dg_outcome_bft *run, dg_error *err)
{
    json_t *outcome = json_object(), *claims = json_array();
    dg_outcome_tally t = { 0 };
    dg_claim_setup setup;
    dg_code rc;
    assert(start_of(run->log));
    dg_claim_setup_read(&setup, run->log->at, run->log->count);
    assert(setup.begun && setup.bft && setup.control_ended && setup.treatment_ended);
    rc = dg_outcome_judge(claims, &t, &setup, run->log, err);
    if (rc >= 0 && put_all(outcome, run, &t, claims))
        rc = dg_fail(err, DG_NOMEM, "no memory for the outcome");
    json_decref(claims);
    if (rc < 0) {
        json_decref(outcome);
        return rc;
    }
    *out = outcome;
    return DG_OK;
}
