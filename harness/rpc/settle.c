/* settle.c - what becomes of the calls of a request that has ended. */
#include "rpc/rpc_impl.h"

#include <assert.h>
#include <string.h>

enum { LIES_MAX = 3, CLIENT_ERRORS_MAX = 3 };

uint32_t dg_rpc_open_places(const dg_rpc *rpc, const dg_rpc_call *call)
{
    uint32_t open = 0;
    for (unsigned i = 0; i < rpc->places; i++)
        if (!rpc->place[i].out)
            open |= UINT32_C(1) << i;
    return open & ~call->avoid & (call->only ? call->only : UINT32_MAX);
}

void dg_rpc_leave_out(dg_rpc *rpc, unsigned place, const char *why)
{
    dg_rpc_place *p = &rpc->place[place];
    char text[420];
    snprintf(p->why, sizeof p->why, "%s", why);
    if (p->out)
        return;
    p->out = true;
    rpc->lost = true;
    snprintf(text, sizeof text, "%s is not asked any more: %s", p->shown, p->why);
    if (rpc->options.note)
        rpc->options.note(rpc->options.user, text);
}

/* ---- the end of a call ---- */

/* What each endpoint that may be asked did, in one line. */
static void reasons(char *out, size_t size, const dg_rpc *rpc, const dg_rpc_call *call)
{
    size_t used = 0;
    out[0] = 0;
    for (unsigned i = 0; i < rpc->places && used < size; i++) {
        const dg_rpc_place *p = &rpc->place[i];
        int n;
        if ((call->only && !(call->only >> i & 1)) || !p->why[0])
            continue;
        n = snprintf(out + used, size - used, "%s%s: %.160s", used ? "; " : "", p->shown, p->why);
        used += n > 0 ? (size_t)n : 0;
    }
}

void dg_rpc_finish(dg_rpc *rpc, dg_rpc_call *call, dg_code code)
{
    char why[400];
    call->code = code;
    if (code != DG_OK) {
        reasons(why, sizeof why, rpc, call);
        dg_fail(&call->err, code, "%s was not answered%s%s", call->method, why[0] ? ": " : "", why);
        json_decref(call->result);
        call->result = NULL;
    }
    call->next = NULL;
    *rpc->done_end = call;
    rpc->done_end = &call->next;
    assert(rpc->pending > 0);
    rpc->pending--;
}

/* Nobody is left: which of the reasons says most. */
static dg_code why_nobody(const dg_rpc_call *call)
{
    if (call->lied)
        return DG_MISMATCH;
    if (call->unknown)
        return DG_ABSENT;
    return call->lacked ? DG_UNSUPPORTED : DG_IO;
}

void dg_rpc_again(dg_rpc *rpc, dg_rpc_call *call, bool counts)
{
    call->attempts += counts;
    rpc->stats.retries++;
    if (!dg_rpc_open_places(rpc, call)) {
        dg_rpc_finish(rpc, call, why_nobody(call));
    } else if (call->attempts >= (call->tries ? call->tries : rpc->options.attempts_max)) {
        dg_rpc_finish(rpc, call, DG_IO);
    } else {
        call->next = rpc->waiting;
        if (!rpc->waiting)
            rpc->waiting_end = &call->next;
        rpc->waiting = call;
    }
}

/* ---- a request that failed as a whole ---- */

static void all_again(dg_rpc *rpc, dg_rpc_transfer *t, bool counts)
{
    dg_rpc_call *next;
    for (dg_rpc_call *c = t->calls; c; c = next) {
        next = c->next;
        dg_rpc_again(rpc, c, counts);
    }
}

/* Fewer at once; one alone that is too much stays so. */
static void too_much(dg_rpc *rpc, dg_rpc_transfer *t, const char *why)
{
    dg_rpc_place *p = &rpc->place[t->place];
    snprintf(p->why, sizeof p->why, "%s", why);
    if (t->count > 1) {
        dg_rpc_place_too_many(p, t->count);
        all_again(rpc, t, false);
        return;
    }
    t->calls->avoid |= UINT32_C(1) << t->place;
    if (dg_rpc_open_places(rpc, t->calls))
        dg_rpc_again(rpc, t->calls, true);
    else
        dg_rpc_finish(rpc, t->calls, t->calls->lied ? DG_MISMATCH : DG_LIMIT);
}

static void failed(dg_rpc *rpc, dg_rpc_transfer *t, dg_ns after, const char *why)
{
    dg_rpc_place_bad(&rpc->place[t->place], dg_rpc_now(rpc), after, why);
    all_again(rpc, t, true);
}

/* Waiting is no failure of the call: only patience ends it. */
static void limited(dg_rpc *rpc, dg_rpc_transfer *t, dg_ns after, const char *why)
{
    dg_rpc_place *p = &rpc->place[t->place];
    dg_rpc_place_bad(p, dg_rpc_now(rpc), after, why);
    p->batch = p->batch > 1 ? p->batch / 2 : 1;
    rpc->stats.rate_limited++;
    all_again(rpc, t, false);
}

static void by_status(dg_rpc *rpc, dg_rpc_transfer *t, long status, dg_ns after)
{
    dg_rpc_place *p = &rpc->place[t->place];
    char why[64];
    snprintf(why, sizeof why, "HTTP status %ld", status);
    if (status == 413 || (status == 400 && t->count > 1)) {
        too_much(rpc, t, why);
    } else if (status == 429 || (status == 503 && after)) {
        limited(rpc, t, after, why);
    } else if (status == 401 || status == 403 || (status >= 300 && status < 400)) {
        dg_rpc_leave_out(rpc, t->place, why);
        all_again(rpc, t, true);
    } else {
        failed(rpc, t, after, why);
        if (status >= 400 && status < 500 && status != 408 && p->fails >= CLIENT_ERRORS_MAX)
            dg_rpc_leave_out(rpc, t->place, why);
    }
}

/* A certificate does not become better by waiting. */
static bool is_final(CURLcode how)
{
    return how == CURLE_PEER_FAILED_VERIFICATION || how == CURLE_SSL_CACERT_BADFILE
           || how == CURLE_SSL_ISSUER_ERROR || how == CURLE_UNSUPPORTED_PROTOCOL;
}

static void by_curl(dg_rpc *rpc, dg_rpc_transfer *t, CURLcode how)
{
    char why[CURL_ERROR_SIZE + 8];
    snprintf(why, sizeof why, "%s", t->error[0] ? t->error : curl_easy_strerror(how));
    if (t->too_large) {
        snprintf(why, sizeof why, "its answer has more than %zu bytes", t->answer.max);
        too_much(rpc, t, why);
    } else if (is_final(how)) {
        dg_rpc_leave_out(rpc, t->place, why);
        all_again(rpc, t, true);
    } else {
        failed(rpc, t, 0, why);
    }
}

/* ---- a request with replies ---- */

static void lied(dg_rpc *rpc, unsigned place, dg_rpc_call *call, const char *why)
{
    dg_rpc_place *p = &rpc->place[place];
    snprintf(p->why, sizeof p->why, "%.239s", why);
    call->avoid |= UINT32_C(1) << place;
    call->lied |= UINT32_C(1) << place;
    if (++p->lies >= LIES_MAX && rpc->places > 1)
        dg_rpc_leave_out(rpc, place, why);
    dg_rpc_again(rpc, call, true);
}

static void believe(dg_rpc *rpc, unsigned place, dg_rpc_call *call, dg_rpc_reply *reply)
{
    dg_error why;
    call->result = reply->result;
    call->endpoint = place;
    if (!call->check || call->check(call->user, call, &why) >= 0) {
        dg_rpc_finish(rpc, call, DG_OK);
        return;
    }
    json_decref(call->result);
    call->result = NULL;
    lied(rpc, place, call, why.text);
}

static void avoid(dg_rpc *rpc, unsigned place, dg_rpc_call *call, uint32_t *kind, const char *why)
{
    uint32_t bit = UINT32_C(1) << place;
    snprintf(rpc->place[place].why, sizeof rpc->place[place].why, "%s: %s", call->method, why);
    call->avoid |= bit;
    if (kind)
        *kind |= bit;
    dg_rpc_again(rpc, call, false);
}

static void big(dg_rpc *rpc, dg_rpc_transfer *t, dg_rpc_call *call, const char *why)
{
    dg_rpc_place *p = &rpc->place[t->place];
    snprintf(p->why, sizeof p->why, "%s", why);
    if (!call->alone && t->count > 1) {
        call->alone = t->count <= 2;
        dg_rpc_place_too_many(p, t->count);
        dg_rpc_again(rpc, call, false);
        return;
    }
    call->avoid |= UINT32_C(1) << t->place;
    if (dg_rpc_open_places(rpc, call))
        dg_rpc_again(rpc, call, true);
    else
        dg_rpc_finish(rpc, call, call->lied ? DG_MISMATCH : DG_LIMIT);
}

/* Whether the request as a whole told the endpoint's health: bad, or nothing. */
typedef struct tally {
    unsigned good, rate, server;
    char why[240];
} tally;

static void settle_one(dg_rpc *rpc, dg_rpc_transfer *t, dg_rpc_call *call, dg_rpc_reply *r,
                       tally *sum)
{
    switch (r->kind) {
    case DG_RPC_GOOD:
        sum->good++;
        believe(rpc, t->place, call, r);
        break;
    case DG_RPC_METHOD:
        sum->good++;
        avoid(rpc, t->place, call, &call->lacked, r->text);
        break;
    case DG_RPC_BLOCK:
        sum->good++;
        avoid(rpc, t->place, call, &call->unknown, r->text);
        break;
    case DG_RPC_REFUSED:
        sum->good++;
        avoid(rpc, t->place, call, NULL, r->text);
        break;
    case DG_RPC_BIG:
        big(rpc, t, call, r->text);
        break;
    case DG_RPC_RATE:
        sum->rate++;
        snprintf(sum->why, sizeof sum->why, "%s", r->text);
        dg_rpc_again(rpc, call, false);
        break;
    case DG_RPC_SERVER:
        sum->server++;
        snprintf(sum->why, sizeof sum->why, "%s: %s", call->method, r->text);
        dg_rpc_again(rpc, call, true);
        break;
    case DG_RPC_MISSING:
        sum->server++;
        snprintf(sum->why, sizeof sum->why, "%s is not in its answer", call->method);
        dg_rpc_again(rpc, call, true);
        break;
    }
}

static void by_answer(dg_rpc *rpc, dg_rpc_transfer *t)
{
    dg_rpc_limits limits = { rpc->options.values_max, rpc->options.depth_max };
    dg_rpc_reply *replies = dg_calloc(t->count, sizeof *replies);
    dg_rpc_place *p = &rpc->place[t->place];
    dg_ns now = dg_rpc_now(rpc);
    dg_error err = { .text = "no memory for its answers" };
    tally sum = { 0 };
    dg_rpc_call *next;
    size_t i = 0;
    if (!replies
        || dg_rpc_answer_read(replies, t->count, t->first_id, dg_buf_bytes(&t->answer), &limits,
                              &err)
               < 0) {
        failed(rpc, t, 0, err.text);
        dg_free(replies);
        return;
    }
    for (dg_rpc_call *c = t->calls; c; c = next, i++) {
        next = c->next;
        settle_one(rpc, t, c, &replies[i], &sum);
    }
    dg_free(replies);
    if (sum.good)
        rpc->last_good = now;
    if (sum.rate || sum.server)
        dg_rpc_place_bad(p, now, 0, sum.why);
    else if (sum.good)
        dg_rpc_place_good(p, now - t->began, rpc->options.lanes_max, rpc->options.batch_max);
    rpc->stats.rate_limited += sum.rate > 0;
}

void dg_rpc_settle(dg_rpc *rpc, dg_rpc_transfer *t, CURLcode how)
{
    dg_ns after;
    long status = dg_rpc_transfer_status(t, &after);
    rpc->stats.bytes_in += t->answer.len;
    if (status != 0 && status != 200 && !t->too_large)
        by_status(rpc, t, status, after);
    else if (how != CURLE_OK)
        by_curl(rpc, t, how);
    else
        by_answer(rpc, t);
}
