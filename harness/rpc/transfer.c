/* transfer.c - one HTTP request, by libcurl.
 *
 * Certificates are verified, no redirect is followed (a key would go with it), proxies are those of
 * the environment and passwords those of ~/.netrc, as users of curl have them. */
#include "rpc/rpc_impl.h"

#include <assert.h>
#include <string.h>

enum { QUESTION_MAX = 64 << 20, CONNECT_MS = 15000 };

static size_t take(char *at, size_t size, size_t count, void *user)
{
    dg_rpc_transfer *t = user;
    if (size * count > t->answer.max - t->answer.len) {
        t->too_large = true;
        return 0;
    }
    dg_buf_put(&t->answer, at, size * count);
    return t->answer.rc == DG_OK ? size * count : 0;
}

static CURL *prepare(dg_rpc *rpc, dg_rpc_transfer *t)
{
    CURL *e = curl_easy_init();
    bool good = e != NULL;
    if (!e)
        return NULL;
#define SET(option, value) good = curl_easy_setopt(e, option, value) == CURLE_OK && good
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_POST, 1L);
    SET(CURLOPT_WRITEFUNCTION, take);
    SET(CURLOPT_WRITEDATA, t);
    SET(CURLOPT_ERRORBUFFER, t->error);
    SET(CURLOPT_PRIVATE, t);
    SET(CURLOPT_HTTPHEADER, rpc->headers);
    SET(CURLOPT_USERAGENT, "doppel/" DG_VERSION);
    SET(CURLOPT_ACCEPT_ENCODING, "");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
    SET(CURLOPT_TIMEOUT_MS, (long)rpc->options.timeout_ms);
    SET(CURLOPT_CONNECTTIMEOUT_MS,
        (long)(rpc->options.timeout_ms < CONNECT_MS ? rpc->options.timeout_ms : CONNECT_MS));
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    if (rpc->cacert)
        SET(CURLOPT_CAINFO, rpc->cacert);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
#undef SET
    if (!good) {
        curl_easy_cleanup(e);
        return NULL;
    }
    return e;
}

static dg_rpc_transfer *fresh(dg_rpc *rpc)
{
    dg_rpc_transfer *t = rpc->idle;
    if (t) {
        rpc->idle = t->next;
        t->next = NULL;
        return t;
    }
    if (!(t = dg_calloc(1, sizeof *t)))
        return NULL;
    dg_buf_init(&t->question, QUESTION_MAX);
    dg_buf_init(&t->answer, rpc->options.answer_max);
    if (!(t->easy = prepare(rpc, t))) {
        dg_rpc_transfer_free(t);
        return NULL;
    }
    return t;
}

void dg_rpc_transfer_free(dg_rpc_transfer *t)
{
    if (!t)
        return;
    if (t->easy)
        curl_easy_cleanup(t->easy);
    dg_buf_clear(&t->question);
    dg_buf_clear(&t->answer);
    dg_free(t);
}

/* ---- the question ---- */

static int put_text(const char *at, size_t len, void *user)
{
    dg_buf_put(user, at, len);
    return 0;
}

static dg_code put_call(dg_buf *out, const dg_rpc_call *call, uint64_t id, dg_error *err)
{
    dg_buf_printf(out, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":",
                  (unsigned long long)id, call->method);
    if (!call->params)
        dg_buf_put_text(out, "[]");
    else if (json_dump_callback(call->params, put_text, out, JSON_COMPACT) != 0)
        return dg_fail(err, DG_NOMEM, "no memory for the parameters of %s", call->method);
    dg_buf_put_u8(out, '}');
    return dg_buf_check(out, err, "request");
}

static dg_code write_question(dg_rpc_transfer *t, const dg_rpc_call *calls, size_t count,
                              dg_error *err)
{
    uint64_t id = t->first_id;
    dg_code rc = DG_OK;
    dg_buf_reset(&t->question);
    if (count > 1)
        dg_buf_put_u8(&t->question, '[');
    for (const dg_rpc_call *c = calls; rc == DG_OK && c; c = c->next) {
        if (id > t->first_id)
            dg_buf_put_u8(&t->question, ',');
        rc = put_call(&t->question, c, id++, err);
    }
    if (count > 1)
        dg_buf_put_u8(&t->question, ']');
    return rc < 0 ? rc : dg_buf_check(&t->question, err, "request");
}

dg_code dg_rpc_transfer_begin(dg_rpc *rpc, unsigned place, dg_rpc_call *calls, size_t count,
                              dg_error *err)
{
    dg_rpc_transfer *t = fresh(rpc);
    dg_code rc;
    if (!t)
        return dg_fail(err, DG_NOMEM, "no memory for a request");
    t->first_id = rpc->next_id;
    t->too_large = false;
    t->error[0] = 0;
    dg_buf_reset(&t->answer);
    rc = write_question(t, calls, count, err);
    if (rc == DG_OK
        && (curl_easy_setopt(t->easy, CURLOPT_URL, rpc->place[place].url) != CURLE_OK
            || curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, (char *)t->question.at) != CURLE_OK
            || curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->question.len)
                   != CURLE_OK
            || curl_multi_add_handle(rpc->multi, t->easy) != CURLM_OK))
        rc = dg_fail(err, DG_NOMEM, "curl could not take a request");
    if (rc < 0) {
        t->next = rpc->idle;
        rpc->idle = t;
        return rc;
    }
    rpc->next_id += count;
    t->calls = calls;
    t->count = count;
    t->place = place;
    t->under_way = true;
    t->began = dg_rpc_now(rpc);
    t->next = rpc->all;
    rpc->all = t;
    rpc->place[place].in_flight++;
    rpc->stats.requests++;
    rpc->stats.bytes_out += t->question.len;
    return DG_OK;
}

long dg_rpc_transfer_status(const dg_rpc_transfer *t, dg_ns *after)
{
    curl_off_t seconds = 0;
    long status = 0;
    *after = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
        *after = (dg_ns)(seconds > 86400 ? 86400 : seconds) * 1000 * DG_RPC_MS;
    return status;
}

void dg_rpc_transfer_end(dg_rpc *rpc, dg_rpc_transfer *t)
{
    dg_rpc_transfer **at = &rpc->all;
    assert(t->under_way && rpc->place[t->place].in_flight > 0);
    while (*at != t)
        at = &(*at)->next;
    *at = t->next;
    curl_multi_remove_handle(rpc->multi, t->easy);
    rpc->place[t->place].in_flight--;
    t->under_way = false;
    t->calls = NULL;
    /* A large answer is not kept for small ones to come. */
    if (t->answer.cap > (size_t)4 << 20)
        dg_buf_clear(&t->answer);
    t->next = rpc->idle;
    rpc->idle = t;
}
