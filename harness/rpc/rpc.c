/* rpc.c - the loop: who waits is sent to whoever is free, what ended is settled. */
#include "rpc/rpc_impl.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { POLL_MS = 100, LANES_FIRST = 2, BATCH_FIRST = 8 };

/* ---- open and close ---- */

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_began;

static void begin_curl(void)
{
    curl_began = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static dg_ns wall(void *user)
{
    (void)user;
    return dg_wall_ns();
}

static void sleep_until(void *user, dg_ns until)
{
    dg_ns now = dg_wall_ns(), left = until > now ? until - now : 0;
    struct timespec rest = { (time_t)(left / 1000000000), (long)(left % 1000000000) };
    (void)user;
    nanosleep(&rest, NULL);
}

dg_ns dg_rpc_now(const dg_rpc *rpc)
{
    return rpc->options.now(rpc->options.user);
}

static void complete(dg_rpc_options *o)
{
#define REST(name, value) o->name = o->name ? o->name : (value)
    REST(answer_max, (size_t)64 << 20);
    REST(values_max, 4000000);
    REST(depth_max, 32);
    REST(timeout_ms, 60000);
    REST(patience_ms, 180000);
    REST(attempts_max, 12);
    REST(lanes_max, 8);
    REST(batch_max, 128);
    REST(now, wall);
    REST(sleep, sleep_until);
#undef REST
    o->headers = NULL; /* copied elsewhere */
    o->header_count = 0;
    o->cacert = NULL;
}

static dg_code take_headers(dg_rpc *rpc, const char *const *headers, size_t count, dg_error *err)
{
    struct curl_slist *more = curl_slist_append(NULL, "Content-Type: application/json");
    rpc->headers = more;
    for (size_t i = 0; more && i < count; i++) {
        const char *colon = strchr(headers[i], ':');
        /* Not repeated: it may hold a key. */
        if (!colon || colon == headers[i] || strpbrk(headers[i], "\r\n"))
            return dg_fail(err, DG_USAGE, "a header is \"Name: value\" on one line");
        if ((more = curl_slist_append(rpc->headers, headers[i])))
            rpc->headers = more;
    }
    return more ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for headers");
}

/* As the tool curl has it, which is not what the library does by itself. */
static dg_code take_certificates(dg_rpc *rpc, const char *cacert, dg_error *err)
{
    if (!cacert)
        cacert = getenv("CURL_CA_BUNDLE");
    if (!cacert)
        cacert = getenv("SSL_CERT_FILE");
    if (!cacert || !cacert[0])
        return DG_OK;
    if (!dg_file_exists(cacert))
        return dg_fail(err, DG_USAGE, "%s: there are no certificates", cacert);
    rpc->cacert = dg_strdup(cacert);
    return rpc->cacert ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a name");
}

static dg_code take_endpoint(dg_rpc *rpc, const dg_rpc_endpoint *from, dg_error *err)
{
    dg_rpc_place *p = &rpc->place[rpc->places];
    char text[DG_RPC_SHOWN_MAX + 120];
    bool moved = false;
    dg_code rc = dg_rpc_address(&p->url, p->shown, &moved, from->url, err);
    if (rc < 0)
        return rc;
    p->weight = from->weight ? from->weight : 1;
    p->lanes = LANES_FIRST < rpc->options.lanes_max ? LANES_FIRST : rpc->options.lanes_max;
    p->batch = BATCH_FIRST < rpc->options.batch_max ? BATCH_FIRST : rpc->options.batch_max;
    p->jitter = dg_rng_fork(rpc->options.seed, "rpc", rpc->places, 0);
    rpc->places++;
    snprintf(text, sizeof text, "%s is tried over HTTP, since WebSocket is not spoken here",
             p->shown);
    if (moved && rpc->options.note)
        rpc->options.note(rpc->options.user, text);
    return DG_OK;
}

dg_code dg_rpc_open(dg_rpc **out, const dg_rpc_endpoint *endpoints, size_t count,
                    const dg_rpc_options *options, dg_error *err)
{
    static const dg_rpc_options usual;
    const dg_rpc_options *o = options ? options : &usual;
    dg_rpc *rpc;
    dg_code rc;
    *out = NULL;
    if (count == 0 || count > DG_RPC_ENDPOINTS_MAX)
        return dg_fail(err, count ? DG_LIMIT : DG_USAGE, "%zu endpoints were given, not 1 to %d",
                       count, DG_RPC_ENDPOINTS_MAX);
    pthread_once(&curl_once, begin_curl);
    if (curl_began != CURLE_OK || !(rpc = dg_calloc(1, sizeof *rpc)))
        return dg_fail(err, DG_NOMEM, "no memory for a connection");
    rpc->options = *o;
    complete(&rpc->options);
    rpc->waiting_end = &rpc->waiting;
    rpc->done_end = &rpc->done;
    rpc->next_id = 1;
    rc = take_headers(rpc, o->headers, o->header_count, err);
    if (rc == DG_OK)
        rc = take_certificates(rpc, o->cacert, err);
    for (size_t i = 0; rc == DG_OK && i < count; i++)
        rc = take_endpoint(rpc, &endpoints[i], err);
    if (rc == DG_OK && !(rpc->multi = curl_multi_init()))
        rc = dg_fail(err, DG_NOMEM, "no memory for a connection");
    if (rc < 0) {
        dg_rpc_free(rpc);
        return rc;
    }
    rpc->last_good = dg_rpc_now(rpc);
    *out = rpc;
    return DG_OK;
}

void dg_rpc_free(dg_rpc *rpc)
{
    if (!rpc)
        return;
    while (rpc->all)
        dg_rpc_transfer_end(rpc, rpc->all);
    while (rpc->idle) {
        dg_rpc_transfer *t = rpc->idle;
        rpc->idle = t->next;
        dg_rpc_transfer_free(t);
    }
    for (unsigned i = 0; i < rpc->places; i++)
        dg_free(rpc->place[i].url);
    if (rpc->multi)
        curl_multi_cleanup(rpc->multi);
    curl_slist_free_all(rpc->headers);
    dg_free(rpc->cacert);
    dg_free(rpc);
}

/* ---- those that wait go to those that are free ---- */

void dg_rpc_start(dg_rpc *rpc, dg_rpc_call *call)
{
    assert(call->method && !call->result && (!call->params || json_is_array(call->params)));
    call->next = NULL;
    call->avoid = call->lied = call->lacked = call->unknown = 0;
    call->attempts = 0;
    call->alone = false;
    call->code = DG_OK;
    if (rpc->pending == 0)
        rpc->last_good = dg_rpc_now(rpc); /* patience begins with the first that waits */
    rpc->pending++;
    *rpc->waiting_end = call;
    rpc->waiting_end = &call->next;
    rpc->stats.calls++;
}

/* Up to a request's worth of calls that this place may be asked, off those that wait. */
static dg_rpc_call *pick(dg_rpc *rpc, unsigned place, size_t *count)
{
    dg_rpc_call **at = &rpc->waiting, *picked = NULL, **end = &picked;
    size_t most = rpc->place[place].batch;
    *count = 0;
    while (*at && *count < most) {
        dg_rpc_call *c = *at;
        if (!(dg_rpc_open_places(rpc, c) >> place & 1) || (c->alone && *count)) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        c->next = NULL;
        *end = c;
        end = &c->next;
        (*count)++;
        if (c->alone)
            break;
    }
    if (!*at)
        rpc->waiting_end = at; /* the scan came to the end of the list */
    return picked;
}

static void put_back(dg_rpc *rpc, dg_rpc_call *calls)
{
    dg_rpc_call **end = &calls;
    while (*end)
        end = &(*end)->next;
    *end = rpc->waiting;
    if (!rpc->waiting)
        rpc->waiting_end = end;
    rpc->waiting = calls;
}

static unsigned best_of(const dg_rpc *rpc, uint32_t skip)
{
    dg_ns now = dg_rpc_now(rpc);
    uint64_t best = UINT64_MAX;
    unsigned at = rpc->places;
    for (unsigned i = 0; i < rpc->places; i++) {
        uint64_t cost = skip >> i & 1 ? UINT64_MAX : dg_rpc_place_cost(&rpc->place[i], now);
        if (cost < best) {
            best = cost;
            at = i;
        }
    }
    return at;
}

static dg_code dispatch(dg_rpc *rpc, dg_error *err)
{
    uint32_t nothing_for = 0;
    dg_code rc = DG_OK;
    while (rc == DG_OK && rpc->waiting) {
        unsigned place = best_of(rpc, nothing_for);
        dg_rpc_call *calls;
        size_t count;
        if (place == rpc->places)
            break;
        if (!(calls = pick(rpc, place, &count))) {
            nothing_for |= UINT32_C(1) << place;
            continue;
        }
        if ((rc = dg_rpc_transfer_begin(rpc, place, calls, count, err)) < 0)
            put_back(rpc, calls);
    }
    return rc;
}

/* Calls that nobody is left for, since an endpoint was left out meanwhile. */
static void give_up(dg_rpc *rpc, bool all)
{
    dg_rpc_call *list = rpc->waiting, *next;
    rpc->waiting = NULL;
    rpc->waiting_end = &rpc->waiting;
    rpc->lost = false;
    for (dg_rpc_call *c = list; c; c = next) {
        next = c->next;
        c->next = NULL;
        if (all) {
            dg_rpc_finish(rpc, c, DG_IO);
        } else if (!dg_rpc_open_places(rpc, c)) {
            dg_rpc_again(rpc, c, false); /* ends it */
        } else {
            *rpc->waiting_end = c;
            rpc->waiting_end = &c->next;
        }
    }
}

/* Nothing is under way: until somebody may be asked again for what waits. */
static void rest(dg_rpc *rpc)
{
    dg_ns now = dg_rpc_now(rpc), wake = UINT64_MAX;
    uint32_t wanted = 0;
    for (const dg_rpc_call *c = rpc->waiting; c; c = c->next)
        wanted |= dg_rpc_open_places(rpc, c);
    for (unsigned i = 0; i < rpc->places; i++)
        if (wanted >> i & 1 && rpc->place[i].free_at < wake)
            wake = rpc->place[i].free_at;
    if (wake == UINT64_MAX || wake > rpc->last_good + rpc->options.patience_ms * DG_RPC_MS)
        give_up(rpc, true);
    else if (wake > now)
        rpc->options.sleep(rpc->options.user, wake);
}

static dg_code collect(dg_rpc *rpc, dg_error *err)
{
    CURLMsg *message;
    int left;
    CURLMcode rc = curl_multi_perform(rpc->multi, &left);
    if (rc != CURLM_OK)
        return dg_fail(err, DG_IO, "curl failed: %s", curl_multi_strerror(rc));
    while ((message = curl_multi_info_read(rpc->multi, &left))) {
        dg_rpc_transfer *t = NULL;
        CURLcode how = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&t);
        dg_rpc_settle(rpc, t, how);
        dg_rpc_transfer_end(rpc, t);
    }
    return DG_OK;
}

static bool take_done(dg_rpc *rpc, dg_rpc_call **out)
{
    if (!(*out = rpc->done))
        return false;
    rpc->done = (*out)->next;
    if (!rpc->done)
        rpc->done_end = &rpc->done;
    (*out)->next = NULL;
    return true;
}

static dg_code step(dg_rpc *rpc, bool wait, dg_error *err)
{
    dg_code rc;
    if (rpc->lost)
        give_up(rpc, false);
    if ((rc = dispatch(rpc, err)) < 0)
        return rc;
    if (!rpc->all) {
        if (wait && rpc->waiting)
            rest(rpc);
        return DG_OK;
    }
    if ((rc = collect(rpc, err)) < 0 || rpc->done || !wait || !rpc->all)
        return rc;
    curl_multi_poll(rpc->multi, NULL, 0, POLL_MS, NULL);
    return DG_OK;
}

dg_code dg_rpc_wait(dg_rpc *rpc, dg_rpc_call **out, dg_error *err)
{
    dg_code rc = DG_OK;
    while (!take_done(rpc, out)) {
        if (!rpc->pending)
            return DG_END;
        if ((rc = step(rpc, true, err)) < 0)
            return rc;
    }
    /* More requests leave before the caller looks at this answer. */
    if (rpc->waiting && (rc = dispatch(rpc, err)) == DG_OK && rpc->all)
        rc = collect(rpc, err);
    return rc;
}

dg_code dg_rpc_poll(dg_rpc *rpc, dg_rpc_call **out, dg_error *err)
{
    dg_code rc;
    if (take_done(rpc, out))
        return DG_OK;
    if (!rpc->pending)
        return DG_END;
    if ((rc = step(rpc, false, err)) < 0)
        return rc;
    return take_done(rpc, out) ? DG_OK : DG_ABSENT;
}

/* ---- to the end ---- */

dg_code dg_rpc_batch(dg_rpc *rpc, dg_rpc_call *calls, size_t count, dg_error *err)
{
    dg_rpc_call *others = NULL, **end = &others, *one;
    size_t left = count;
    dg_code rc = DG_OK;
    for (size_t i = 0; i < count; i++)
        dg_rpc_start(rpc, &calls[i]);
    while (left && (rc = dg_rpc_wait(rpc, &one, err)) == DG_OK) {
        if (one >= calls && one < calls + count) {
            left--;
        } else {
            *end = one;
            end = &one->next;
        }
    }
    assert(rc != DG_END);
    *end = rpc->done; /* those of others are taken by whoever waits for them */
    if (others) {
        if (!rpc->done)
            rpc->done_end = end;
        rpc->done = others;
    }
    for (size_t i = 0; rc == DG_OK && i < count; i++)
        if ((rc = calls[i].code) != DG_OK && err)
            *err = calls[i].err;
    return rc;
}

dg_code dg_rpc_ask(dg_rpc *rpc, dg_rpc_call *call, dg_error *err)
{
    return dg_rpc_batch(rpc, call, 1, err);
}

void dg_rpc_call_clear(dg_rpc_call *call)
{
    json_decref(call->params);
    json_decref(call->result);
    memset(call, 0, sizeof *call);
}

/* ---- about it ---- */

const char *dg_rpc_endpoint_shown(const dg_rpc *rpc, unsigned endpoint)
{
    assert(endpoint < rpc->places);
    return rpc->place[endpoint].shown;
}

unsigned dg_rpc_endpoint_count(const dg_rpc *rpc)
{
    return rpc->places;
}

unsigned dg_rpc_endpoint_alive(const dg_rpc *rpc)
{
    unsigned alive = 0;
    for (unsigned i = 0; i < rpc->places; i++)
        alive += !rpc->place[i].out;
    return alive;
}

void dg_rpc_blame(dg_rpc *rpc, unsigned endpoint, const char *why)
{
    assert(endpoint < rpc->places);
    dg_rpc_leave_out(rpc, endpoint, why);
}

dg_rpc_stats dg_rpc_stats_get(const dg_rpc *rpc)
{
    return rpc->stats;
}
