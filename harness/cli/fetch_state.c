/* fetch_state.c - doppel snapshot create --from URLS|CHAIN: flags, progress, and what is said in
 * the end. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

/* ---- endpoints and headers ---- */

typedef struct headers {
    const char *at[DG_RPC_HEADERS_MAX];
    size_t count;
    dg_buf files; /* of those that were given as @FILE; NUL behind each line */
} headers;

static dg_code add_header(headers *h, const char *text, dg_error *err)
{
    if (h->count == DG_RPC_HEADERS_MAX)
        return dg_fail(err, DG_USAGE, "--rpc-header: more than %d headers", DG_RPC_HEADERS_MAX);
    h->at[h->count++] = text;
    return DG_OK;
}

/* @FILE keeps a key off the command line, where other users can see it. */
static dg_code read_headers(headers *h, const char *const *each, size_t count, dg_error *err)
{
    dg_code rc = DG_OK;
    size_t from_files = 0;
    for (size_t i = 0; rc == DG_OK && i < count; i++) {
        if (each[i][0] != '@') {
            rc = add_header(h, each[i], err);
        } else if ((rc = dg_file_read(&h->files, each[i] + 1, err)) == DG_OK) {
            dg_buf_put_u8(&h->files, '\n');
            rc = dg_buf_check(&h->files, err, "headers");
        } else {
            dg_fail_within(err, rc, "--rpc-header");
        }
    }
    for (size_t i = 0; i < h->files.len; i++)
        if (h->files.at[i] == '\n' || h->files.at[i] == '\r')
            h->files.at[i] = 0;
    while (rc == DG_OK && from_files < h->files.len) {
        const char *line = (const char *)h->files.at + from_files;
        from_files += strlen(line) + 1;
        if (line[0])
            rc = add_header(h, line, err);
    }
    return rc;
}

static void say(void *user, const char *text)
{
    (void)user;
    dg_log(DG_LOG_NORMAL, "rpc", "%s", text);
}

bool dg_cli_is_remote(const char *from, const char *endpoints)
{
    return !dg_file_exists(from) && dg_fetch_names_chain(from, endpoints);
}

dg_code dg_cli_rpc(dg_rpc **out, const char *from, const dg_cli_rpc_flags *flags, dg_error *err)
{
    dg_rpc_options options = { .cacert = flags->cacert, .note = say };
    dg_fetch_endpoints ends;
    headers h = { .count = 0 };
    dg_code rc;
    *out = NULL;
    dg_buf_init(&h.files, 1 << 20);
    rc = dg_fetch_endpoints_of(&ends, from, flags->endpoints, err);
    if (rc == DG_OK)
        rc = read_headers(&h, flags->headers, flags->header_count, err);
    options.headers = h.at;
    options.header_count = h.count;
    options.seed = dg_wall_ns(); /* of waits alone */
    if (rc == DG_OK)
        rc = dg_rpc_open(out, ends.at, ends.count, &options, err);
    dg_fetch_endpoints_clear(&ends);
    dg_buf_clear(&h.files);
    return rc;
}

dg_code dg_cli_ask_with(const dg_cli_rpc_flags *flags, dg_error *err)
{
    static headers kept; /* as long as the process */
    dg_code rc = DG_OK;
    assert(!kept.count);
    dg_buf_init(&kept.files, 1 << 20);
    if (flags->endpoints && !dg_file_exists(flags->endpoints))
        rc = dg_fail(err, DG_IO, "--endpoints: %.200s does not exist", flags->endpoints);
    if (rc == DG_OK)
        rc = read_headers(&kept, flags->headers, flags->header_count, err);
    if (rc == DG_OK)
        dg_fetch_ask_with(
            &(dg_fetch_asking){ kept.at, kept.count, flags->cacert, flags->endpoints });
    return rc;
}

/* ---- create ---- */

static void step(void *user, const dg_fetch_progress *now)
{
    dg_progress *p = user;
    p->bytes = now->bytes;
    /* `done` counts each branch alike, and one map may be nearly all of a state: it names no total.
     */
    dg_progress_step(p, now->keys, 0);
}

static dg_code split(const char *pallets[DG_FETCH_PALLETS_MAX], size_t *count, char *list,
                     dg_error *err)
{
    char *rest = NULL;
    for (char *at = strtok_r(list, ",", &rest); at; at = strtok_r(NULL, ",", &rest)) {
        if (*count == DG_FETCH_PALLETS_MAX)
            return dg_fail(err, DG_USAGE, "--pallet: more than %d pallets", DG_FETCH_PALLETS_MAX);
        pallets[(*count)++] = at;
    }
    return *count ? DG_OK : dg_fail(err, DG_USAGE, "--pallet names no pallet");
}

static dg_code way_of(dg_fetch_way *way, const char *word, dg_error *err)
{
    for (int i = 0; word && dg_fetch_way_names[i]; i++)
        if (strcmp(word, dg_fetch_way_names[i]) == 0) {
            *way = (dg_fetch_way)i;
            return DG_OK;
        }
    return word ? dg_fail(err, DG_USAGE, "--way %.40s: there are any, proofs and pairs", word)
                : DG_OK;
}

static dg_code fetch(dg_fetch_report *report, const dg_cli_fetch_flags *flags, dg_engine *engine,
                     dg_error *err)
{
    const char *pallets[DG_FETCH_PALLETS_MAX];
    dg_progress progress;
    dg_fetch_options options = { .path_out = flags->out,
                                 .replace = flags->replace,
                                 .at = flags->at,
                                 .pallets = pallets,
                                 .describe = dg_runtime_describe,
                                 .describe_user = engine,
                                 .progress = step,
                                 .note = say,
                                 .user = &progress };
    char *list = flags->pallets ? dg_strdup(flags->pallets) : NULL;
    dg_rpc *rpc = NULL;
    dg_code rc = way_of(&options.way, flags->way, err);
    if (rc == DG_OK && list)
        rc = split(pallets, &options.pallet_count, list, err);
    if (rc == DG_OK)
        rc = dg_cli_rpc(&rpc, flags->from, &flags->rpc, err);
    dg_progress_init(&progress, "fetch");
    if (rc == DG_OK)
        rc = dg_fetch_snapshot(report, rpc, &options, err);
    dg_progress_done(&progress);
    dg_rpc_free(rpc);
    dg_free(list);
    return rc;
}

static void tell(const dg_fetch_report *r)
{
    const dg_snapshot_info *info = &r->info;
    if (r->root_is_header)
        dg_log(DG_LOG_NORMAL, "fetch", "state root equals the header of #%u %s", info->number,
               dg_hash_text(&info->hash).text);
    else
        dg_log(DG_LOG_NORMAL, "fetch",
               "the root is the snapshot's own, not that of the header of #%u %s", info->number,
               dg_hash_text(&info->hash).text);
    dg_log(DG_LOG_NORMAL, "fetch", "%s; %u of %u endpoints name this block at its height",
           r->finality, r->named, r->asked);
}

dg_code dg_cli_fetch(const dg_cli_fetch_flags *flags, dg_engine *engine, dg_error *err)
{
    dg_fetch_report report;
    dg_code rc = fetch(&report, flags, engine, err);
    if (rc == DG_OK)
        tell(&report);
    return rc;
}
