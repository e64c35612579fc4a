/* chains.c - endpoints of chains by their names, and lists of URLs. Public endpoints come and go: a
 * file of the user's own goes before this table. */
#include "fetch/fetch_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Run by several hands each, so that one that is down or limits stops nothing. */
static const struct {
    const char *chain, *url;
} known[] = {
    { "polkadot", "https://rpc.polkadot.io" },
    { "polkadot", "https://polkadot-rpc.publicnode.com" },
    { "polkadot", "https://polkadot.api.onfinality.io/public" },
    { "polkadot", "https://polkadot-rpc.dwellir.com" },
    { "kusama", "https://kusama-rpc.polkadot.io" },
    { "kusama", "https://kusama-rpc.publicnode.com" },
    { "kusama", "https://kusama.api.onfinality.io/public" },
    { "kusama", "https://kusama-rpc.dwellir.com" },
    { "paseo", "https://paseo-rpc.dwellir.com" },
    { "paseo", "https://paseo.rpc.amforc.com" },
    { "westend", "https://westend-rpc.polkadot.io" },
    { "westend", "https://westend-rpc.dwellir.com" },
    { "polkadot-asset-hub", "https://polkadot-asset-hub-rpc.polkadot.io" },
    { "polkadot-asset-hub", "https://asset-hub-polkadot-rpc.dwellir.com" },
    { "kusama-asset-hub", "https://kusama-asset-hub-rpc.polkadot.io" },
    { "kusama-asset-hub", "https://asset-hub-kusama-rpc.dwellir.com" },
    { "westend-asset-hub", "https://westend-asset-hub-rpc.polkadot.io" },
    { "polkadot-bridge-hub", "https://polkadot-bridge-hub-rpc.polkadot.io" },
    { "kusama-bridge-hub", "https://kusama-bridge-hub-rpc.polkadot.io" },
    { "polkadot-collectives", "https://polkadot-collectives-rpc.polkadot.io" },
    { "polkadot-coretime", "https://polkadot-coretime-rpc.polkadot.io" },
    { "kusama-coretime", "https://kusama-coretime-rpc.polkadot.io" },
    { "polkadot-people", "https://polkadot-people-rpc.polkadot.io" },
    { "kusama-people", "https://kusama-people-rpc.polkadot.io" },
};
enum { KNOWN = sizeof known / sizeof *known, FILE_MAX = 1 << 20 };

const char *dg_fetch_chain_at(size_t i)
{
    for (size_t k = 0; k < KNOWN; k++)
        if ((k == 0 || strcmp(known[k].chain, known[k - 1].chain) != 0) && i-- == 0)
            return known[k].chain;
    return NULL;
}

static dg_code add(dg_fetch_endpoints *e, dg_bytes url, unsigned weight, dg_error *err)
{
    if (e->count == DG_RPC_ENDPOINTS_MAX)
        return dg_fail(err, DG_LIMIT, "there are more than %d endpoints", DG_RPC_ENDPOINTS_MAX);
    e->at[e->count++].weight = weight;
    dg_buf_put_bytes(&e->texts, url);
    dg_buf_put_u8(&e->texts, 0);
    return dg_buf_check(&e->texts, err, "list of endpoints");
}

/* The texts moved while they were added. */
static void point(dg_fetch_endpoints *e)
{
    const char *at = (const char *)e->texts.at;
    for (size_t i = 0; i < e->count; i++, at += strlen(at) + 1)
        e->at[i].url = at;
}

/* ---- a file ---- */

static dg_bytes word(dg_bytes *line)
{
    dg_bytes out;
    while (line->len && isspace(line->at[0]))
        *line = dg_bytes_of(line->at + 1, line->len - 1);
    out = dg_bytes_of(line->at, 0);
    while (line->len && !isspace(line->at[0]) && line->at[0] != '#') {
        *line = dg_bytes_of(line->at + 1, line->len - 1);
        out.len++;
    }
    if (line->len && line->at[0] == '#')
        line->len = 0;
    return out;
}

static dg_code weight_of(unsigned *weight, dg_bytes text, unsigned at, dg_error *err)
{
    *weight = 0;
    for (size_t i = 0; i < text.len && *weight <= 1000; i++) {
        if (!isdigit(text.at[i]))
            *weight = 1001;
        else
            *weight = *weight * 10 + text.at[i] - '0';
    }
    if (text.len == 0)
        *weight = 1;
    return *weight >= 1 && *weight <= 1000
               ? DG_OK
               : dg_fail(err, DG_MALFORMED, "line %u: a weight is a number from 1 to 1000", at);
}

static dg_code read_line(dg_fetch_endpoints *e, dg_bytes line, unsigned at, const char *name,
                         dg_error *err)
{
    dg_bytes chain = word(&line), url = word(&line), weight = word(&line);
    unsigned share;
    dg_code rc;
    if (!chain.len)
        return DG_OK;
    if (!url.len || word(&line).len)
        return dg_fail(err, DG_MALFORMED, "line %u: a line is NAME URL [WEIGHT]", at);
    if ((rc = weight_of(&share, weight, at, err)) < 0)
        return rc;
    return dg_bytes_equal(chain, dg_text(name)) ? add(e, url, share, err) : DG_OK;
}

static dg_code read_file(dg_fetch_endpoints *e, const char *file, const char *name, dg_error *err)
{
    dg_buf text;
    unsigned at = 0;
    dg_code rc;
    dg_buf_init(&text, FILE_MAX);
    rc = dg_file_read(&text, file, err);
    for (size_t i = 0; rc == DG_OK && i < text.len;) {
        const uint8_t *end = memchr(text.at + i, '\n', text.len - i);
        size_t len = end ? (size_t)(end - text.at) - i : text.len - i;
        rc = read_line(e, dg_bytes_of(text.at + i, len), ++at, name, err);
        if (rc < 0)
            dg_fail_within(err, rc, "%s", file);
        i += len + 1;
    }
    dg_buf_clear(&text);
    return rc;
}

/* ---- by name, or as they stand ---- */

static dg_code read_list(dg_fetch_endpoints *e, const char *from, dg_error *err)
{
    dg_code rc = DG_OK;
    while (rc == DG_OK && *from) {
        size_t len = strcspn(from, ",");
        if (len)
            rc = add(e, dg_bytes_of(from, len), 1, err);
        from += len + (from[len] == ',');
    }
    return rc;
}

static dg_code read_known(dg_fetch_endpoints *e, const char *name, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t k = 0; rc == DG_OK && k < KNOWN; k++)
        if (strcmp(known[k].chain, name) == 0)
            rc = add(e, dg_text(known[k].url), 1, err);
    return rc;
}

static dg_code read_names(dg_fetch_endpoints *e, const char *from, const char *file, dg_error *err)
{
    dg_code rc = DG_OK;
    if (strstr(from, "://"))
        return read_list(e, from, err);
    if (file)
        rc = read_file(e, file, from, err);
    return rc == DG_OK && !e->count ? read_known(e, from, err) : rc;
}

dg_code dg_fetch_endpoints_of(dg_fetch_endpoints *out, const char *from, const char *file,
                              dg_error *err)
{
    dg_code rc;
    *out = (dg_fetch_endpoints){ .count = 0 };
    dg_buf_init(&out->texts, FILE_MAX);
    rc = read_names(out, from, file, err);
    point(out);
    if (rc == DG_OK && !out->count)
        rc = dg_fail(err, DG_USAGE, "no chain is known by the name %.80s", from);
    return rc;
}

bool dg_fetch_names_chain(const char *from, const char *file)
{
    dg_fetch_endpoints e;
    bool named;
    if (strstr(from, "://"))
        return true;
    named = dg_fetch_endpoints_of(&e, from, file, NULL) == DG_OK;
    dg_fetch_endpoints_clear(&e);
    return named;
}

void dg_fetch_endpoints_clear(dg_fetch_endpoints *endpoints)
{
    dg_buf_clear(&endpoints->texts);
    endpoints->count = 0;
}
