/* metrics.c - asks a node for its page of metrics, over HTTP. */
#include "observe/observe_impl.h"

#include <assert.h>
#include <curl/curl.h>
#include <string.h>

enum { PAGE_TIMEOUT_MS = 5000 };

static size_t more(char *at, size_t one, size_t count, void *user)
{
    dg_buf *page = user;
    dg_buf_put(page, at, one * count);
    return page->rc < 0 ? 0 : one * count;
}

static void close_curl(dg_observe_source *s)
{
    curl_easy_cleanup(s->curl);
}

/* One handle for all pages, so that one connection is kept. */
static dg_code open_curl(dg_observe_source *s, dg_error *err)
{
    CURL *curl;
    if (strncmp(s->url, "http://", 7) != 0 && strncmp(s->url, "https://", 8) != 0)
        return dg_fail(err, DG_USAGE,
                       "%.200s is no address of a page: write http://HOST:PORT/metrics", s->url);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(curl = curl_easy_init()))
        return dg_fail(err, DG_NOMEM, "no memory to ask for a page");
    s->curl = curl;
    s->close = close_curl;
    curl_easy_setopt(curl, CURLOPT_URL, s->url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)PAGE_TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, more);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &s->page);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "doppel/" DG_VERSION);
    return DG_OK;
}

dg_code dg_observe_fetch(dg_observe_source *s, dg_observe_sample *out, dg_error *err)
{
    CURLcode got;
    long status = 0;
    dg_code rc;
    if (!s->curl && (rc = open_curl(s, err)) < 0)
        return rc;
    dg_buf_reset(&s->page);
    got = curl_easy_perform(s->curl);
    if (s->page.rc == DG_NOMEM)
        return dg_fail(err, DG_NOMEM, "no memory for a page of metrics");
    if (s->page.rc == DG_LIMIT)
        return dg_fail(err, DG_MALFORMED, "%.200s does not end: more than %d MiB came", s->url,
                       DG_OBSERVE_PAGE_MAX >> 20);
    if (got == CURLE_OPERATION_TIMEDOUT && s->page.len)
        return dg_fail(err, DG_MALFORMED, "%.200s does not end: %zu bytes came in %d s", s->url,
                       s->page.len, PAGE_TIMEOUT_MS / 1000);
    if (got != CURLE_OK)
        return dg_fail(err, DG_IO, "%.200s did not answer: %s", s->url, curl_easy_strerror(got));
    curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        return dg_fail(err, DG_MALFORMED, "%.200s is no page of metrics: HTTP status %ld", s->url,
                       status);
    if ((rc = dg_observe_page(out, dg_buf_bytes(&s->page), err)) < 0)
        return dg_fail_within(err, rc, "%.200s", s->url);
    return DG_OK;
}
