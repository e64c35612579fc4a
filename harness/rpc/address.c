/* address.c - an endpoint's URL, and what of it may be shown. */
#include "rpc/rpc_impl.h"

#include <string.h>
#include <strings.h>

static const struct {
    const char *from, *to;
    bool moved;
} schemes[] = {
    { "http", "http", false },
    { "https", "https", false },
    { "ws", "http", true },
    { "wss", "https", true },
};

static const char *scheme_of(const char *text, size_t len, bool *moved)
{
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strlen(schemes[i].from) == len && strncasecmp(text, schemes[i].from, len) == 0) {
            *moved = schemes[i].moved;
            return schemes[i].to;
        }
    return NULL;
}

static dg_code read_parts(CURLU *parts, char shown[DG_RPC_SHOWN_MAX], const char *scheme)
{
    char *host = NULL, *port = NULL;
    dg_code rc = DG_USAGE;
    if (curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK && host[0]) {
        curl_url_get(parts, CURLUPART_PORT, &port, 0);
        snprintf(shown, DG_RPC_SHOWN_MAX, "%s://%.90s%s%.8s", scheme, host, port ? ":" : "",
                 port ? port : "");
        rc = DG_OK;
    }
    curl_free(host);
    curl_free(port);
    return rc;
}

dg_code dg_rpc_address(char **url, char shown[DG_RPC_SHOWN_MAX], bool *moved, const char *text,
                       dg_error *err)
{
    const char *colon = strstr(text, "://");
    const char *scheme = colon ? scheme_of(text, (size_t)(colon - text), moved) : NULL;
    size_t size = strlen(text) + 8;
    CURLU *parts;
    dg_code rc;
    *url = NULL;
    /* The text may hold a key: it is not repeated. */
    if (!scheme)
        return dg_fail(err, DG_USAGE, "an endpoint begins with https://, http://, wss:// or ws://");
    if (!(*url = dg_malloc(size)) || !(parts = curl_url())) {
        dg_free(*url);
        *url = NULL;
        return dg_fail(err, DG_NOMEM, "no memory for an endpoint");
    }
    snprintf(*url, size, "%s%s", scheme, colon);
    rc = curl_url_set(parts, CURLUPART_URL, *url, 0) == CURLUE_OK ? read_parts(parts, shown, scheme)
                                                                  : DG_USAGE;
    curl_url_cleanup(parts);
    if (rc < 0) {
        dg_free(*url);
        *url = NULL;
        return dg_fail(err, rc, "an endpoint that begins with %s:// is no URL", scheme);
    }
    return DG_OK;
}
