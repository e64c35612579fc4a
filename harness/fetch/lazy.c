/* lazy.c - the state of a live block, fetched as it is read.
 *
 * The block is pinned as for a fetch of the whole, and what proves a node is the hash that its
 * parent names, so endpoints are believed in nothing but which block is final. What arrived stays
 * in a folder: by block its header, in one file the nodes of all. A block that is named by its
 * hash, and of which enough is there, needs nobody. */
#include "fetch/fetch_impl.h"

#include <string.h>
#include <unistd.h>

enum { KEYS_MAX = 128 /* of one proof */, PATH_SIZE = DG_FETCH_PATH_MAX };

struct dg_fetch_lazy {
    char *from, *endpoints;
    dg_rpc_options options;
    dg_rpc *rpc; /* NULL: nobody was asked yet */
    pid_t owner; /* a connection is of one process */
    dg_fetch_pin pin;
    dg_snapshot *snapshot;
};

/* ---- proofs ---- */

typedef struct part {
    const dg_snapshot_wanted *wanted;
    size_t count;
    const dg_hash *at;
    dg_fetch_proof proof;
} part;

/* What was asked for has to be in it: if not, another endpoint is asked. */
static dg_code check(void *user, dg_rpc_call *call, dg_error *err)
{
    part *p = user;
    dg_code rc = dg_fetch_proof_read(&p->proof, call->result, p->at, err);
    for (size_t i = 0; rc == DG_OK && i < p->count; i++)
        if (!dg_fetch_proof_find(&p->proof, &p->wanted[i].hash).at)
            rc = dg_fail(err, DG_MISMATCH, "its proof lacks content %s",
                         dg_hash_short(&p->wanted[i].hash).text);
    return rc;
}

static json_t *keys_json(const part *p)
{
    json_t *keys = json_array();
    for (size_t i = 0; keys && i < p->count; i++)
        if (json_array_append_new(keys, dg_fetch_hex_json(p->wanted[i].key)) != 0) {
            json_decref(keys);
            return NULL;
        }
    return keys;
}

static json_t *child_json(dg_bytes child)
{
    json_t *text;
    dg_buf key;
    dg_buf_init(&key, DG_TRIE_KEY_MAX + 64);
    dg_buf_put_text(&key, ":child_storage:default:");
    dg_buf_put_bytes(&key, child);
    text = key.rc < 0 ? NULL : dg_fetch_hex_json(dg_buf_bytes(&key));
    dg_buf_clear(&key);
    return text;
}

static dg_rpc_call call_for(part *p, dg_bytes child)
{
    dg_rpc_call call = { .method = child.len ? "state_getChildReadProof" : "state_getReadProof",
                         .check = check,
                         .user = p };
    json_t *at = dg_fetch_hex_json(dg_hash_bytes(p->at));
    call.params = child.len ? json_pack("[o, o, o]", child_json(child), keys_json(p), at)
                            : json_pack("[o, o]", keys_json(p), at);
    return call;
}

static dg_code hand_out(const part *p, dg_code (*item)(void *to, dg_bytes bytes, dg_error *err),
                        void *to, dg_error *err)
{
    const dg_fetch_item *items = (const dg_fetch_item *)(const void *)p->proof.items.at;
    dg_code rc = DG_OK;
    for (size_t i = 0; rc == DG_OK && i < p->proof.items.len / sizeof *items; i++)
        rc = item(to, dg_bytes_of(p->proof.bytes.at + items[i].at, items[i].len), err);
    return rc;
}

/* A connection is never shared with another process; what was the parent's is left to it. */
static dg_code connect(dg_fetch_lazy *l, dg_error *err)
{
    dg_fetch_endpoints ends;
    dg_code rc;
    if (l->rpc && l->owner == getpid())
        return DG_OK;
    if ((rc = dg_fetch_endpoints_of(&ends, l->from, l->endpoints, err)) == DG_OK)
        rc = dg_rpc_open(&l->rpc, ends.at, ends.count, &l->options, err);
    dg_fetch_endpoints_clear(&ends);
    l->owner = getpid();
    return rc;
}

static dg_code ask_all(dg_fetch_lazy *l, part *parts, dg_rpc_call *calls, size_t count,
                       dg_bytes child, dg_error *err)
{
    for (size_t i = 0; i < count; i++) {
        calls[i] = call_for(&parts[i], child);
        if (!calls[i].params)
            return dg_fail(err, DG_NOMEM, "no memory for a question");
    }
    return dg_rpc_batch(l->rpc, calls, count, err);
}

static dg_code prove(void *user, dg_bytes child, const dg_snapshot_wanted *wanted, size_t count,
                     dg_code (*item)(void *to, dg_bytes bytes, dg_error *err), void *to,
                     dg_error *err)
{
    dg_fetch_lazy *l = user;
    size_t n = (count + KEYS_MAX - 1) / KEYS_MAX;
    part *parts = dg_calloc(n, sizeof *parts);
    dg_rpc_call *calls = dg_calloc(n, sizeof *calls);
    dg_code rc =
        parts && calls ? connect(l, err) : dg_fail(err, DG_NOMEM, "no memory for a question");
    for (size_t i = 0; parts && i < n; i++) {
        size_t first = i * KEYS_MAX;
        parts[i].wanted = wanted + first;
        parts[i].count = count - first < KEYS_MAX ? count - first : KEYS_MAX;
        parts[i].at = &l->pin.header.hash;
        dg_fetch_proof_init(&parts[i].proof);
    }
    if (rc == DG_OK)
        rc = ask_all(l, parts, calls, n, child, err);
    for (size_t i = 0; rc == DG_OK && i < n; i++)
        rc = hand_out(&parts[i], item, to, err);
    for (size_t i = 0; parts && i < n; i++) {
        dg_fetch_proof_clear(&parts[i].proof);
        if (calls)
            dg_rpc_call_clear(&calls[i]);
    }
    dg_free(parts);
    dg_free(calls);
    return dg_fetch_as_failure(rc, err);
}

/* ---- which block ---- */

static void head_path(char out[PATH_SIZE], const char *folder, const dg_hash *hash)
{
    snprintf(out, PATH_SIZE, "%.3900s/%s.head", folder, dg_hash_text(hash).text);
}

/* The header of a block whose hash was given, and the name of its chain, from an earlier run. */
static bool known_head(dg_fetch_lazy *l, const char *at, const char *folder)
{
    char path[PATH_SIZE];
    dg_hash hash;
    dg_buf raw, bytes = dg_buf_on(hash.at, sizeof hash.at);
    dg_scale in;
    dg_bytes header, chain;
    bool good = false;
    if (!folder || !at || strncmp(at, "0x", 2) != 0 || dg_hex_get(&bytes, at, strlen(at), NULL) < 0
        || bytes.len != 32)
        return false;
    head_path(path, folder, &hash);
    dg_buf_init(&raw, DG_FETCH_HEADER_MAX);
    if (dg_file_exists(path) && dg_file_read(&raw, path, NULL) == DG_OK) {
        in = dg_scale_from(dg_buf_bytes(&raw));
        header = dg_scale_bytes(&in);
        chain = dg_scale_bytes(&in);
        good = dg_scale_finish(&in, NULL, "head") == DG_OK && chain.len < sizeof l->pin.chain
               && dg_fetch_header_read(&l->pin.header, header, NULL) == DG_OK
               && dg_hash_equal(&l->pin.header.hash, &hash);
        if (good) {
            dg_buf_reset(&l->pin.encoded);
            dg_buf_put_bytes(&l->pin.encoded, header);
            memcpy(l->pin.chain, chain.at, chain.len);
            l->pin.chain[chain.len] = 0;
        }
    }
    dg_buf_clear(&raw);
    return good;
}

static dg_code keep_head(const dg_fetch_lazy *l, const char *folder, dg_error *err)
{
    char path[PATH_SIZE];
    dg_buf raw;
    dg_code rc;
    if (!folder)
        return DG_OK;
    head_path(path, folder, &l->pin.header.hash);
    dg_buf_init(&raw, DG_FETCH_HEADER_MAX + 256);
    dg_scale_put_bytes(&raw, dg_buf_bytes(&l->pin.encoded));
    dg_scale_put_bytes(&raw, dg_text(l->pin.chain));
    if ((rc = dg_buf_check(&raw, err, "header")) == DG_OK)
        rc = dg_file_write(path, dg_buf_bytes(&raw), err);
    dg_buf_clear(&raw);
    return rc;
}

static dg_code pin(dg_fetch_lazy *l, const char *at, const char *folder, dg_error *err)
{
    dg_code rc;
    if (known_head(l, at, folder))
        return DG_OK;
    if ((rc = connect(l, err)) == DG_OK
        && (rc = dg_fetch_pin_block(&l->pin, l->rpc, at, dg_bytes_of(NULL, 0), err)) == DG_OK)
        rc = keep_head(l, folder, err);
    return dg_fetch_as_failure(rc, err);
}

/* ---- the door ---- */

static void say_what(dg_snapshot_info *info, const dg_fetch_lazy *l)
{
    *info = (dg_snapshot_info){ .number = l->pin.header.number,
                                .hash = l->pin.header.hash,
                                .header_known = true,
                                .state_root = l->pin.header.state_root,
                                .source_hash = l->pin.header.hash,
                                .source_kind = "rpc" };
    snprintf(info->chain, sizeof info->chain, "%s", l->pin.chain);
    snprintf(info->name, sizeof info->name, "%s", l->pin.chain);
    snprintf(info->source, sizeof info->source, "%s",
             l->rpc ? dg_rpc_endpoint_shown(l->rpc, 0) : "what was fetched before");
}

static dg_code open_snapshot(dg_fetch_lazy *l, const dg_fetch_lazy_options *o, dg_error *err)
{
    char pack[PATH_SIZE];
    dg_snapshot_info info;
    dg_snapshot_lazy_options how = { .prover = { prove, l }, .over = o->over };
    dg_code rc;
    if (o->folder) {
        snprintf(pack, sizeof pack, "%.3900s/nodes", o->folder);
        how.pack = pack;
    }
    say_what(&info, l);
    rc = dg_snapshot_open_lazy(&l->snapshot, &info, dg_buf_bytes(&l->pin.encoded), &how, err);
    return rc;
}

dg_code dg_fetch_lazy_open(dg_fetch_lazy **out, const char *from, const char *at,
                           const dg_fetch_lazy_options *options, dg_error *err)
{
    dg_fetch_lazy *l = *out = dg_calloc(1, sizeof *l);
    const dg_fetch_asking *asked = dg_fetch_asked();
    const char *endpoints = options->endpoints ? options->endpoints : asked->endpoints;
    dg_code rc;
    if (!l)
        return dg_fail(err, DG_NOMEM, "no memory to open %s", from);
    dg_buf_init(&l->pin.encoded, DG_FETCH_HEADER_MAX);
    l->options = (dg_rpc_options){ .headers = asked->headers,
                                   .header_count = asked->header_count,
                                   .cacert = asked->cacert,
                                   .note = options->note,
                                   .user = options->user };
    l->from = dg_strdup(from);
    l->endpoints = endpoints ? dg_strdup(endpoints) : NULL;
    if (!l->from || (endpoints && !l->endpoints))
        rc = dg_fail(err, DG_NOMEM, "no memory to open %s", from);
    else if ((rc = pin(l, at, options->folder, err)) == DG_OK)
        rc = open_snapshot(l, options, err);
    if (rc != DG_OK) {
        dg_fetch_lazy_close(l);
        *out = NULL;
    }
    return rc;
}

dg_snapshot *dg_fetch_lazy_snapshot(const dg_fetch_lazy *l)
{
    return l->snapshot;
}

void dg_fetch_lazy_close(dg_fetch_lazy *l)
{
    if (!l)
        return;
    dg_snapshot_close(l->snapshot);
    if (l->owner == getpid())
        dg_rpc_free(l->rpc);
    dg_buf_clear(&l->pin.encoded);
    dg_free(l->from);
    dg_free(l->endpoints);
    dg_free(l);
}
