/* export.c - a snapshot as a raw chain spec, or as a .snap. Both stream: memory
 * is that of a walk. */
#include "snapshot/snapshot_impl.h"

#include <string.h>

static const char child_prefix[] = ":child_storage:default:";

static bool ends_in(const char *name, const char *end)
{
    size_t a = strlen(name), b = strlen(end);
    return a >= b && strcmp(name + a - b, end) == 0;
}

/* A walk over a snapshot that was verified finds everything; over one that was
 * damaged since, what is missing must not look like an answer. */
static dg_code walked(dg_code rc, dg_error *err)
{
    return rc == DG_ABSENT ? dg_fail_within(err, DG_MISMATCH, "snapshot is damaged") : rc;
}

static dg_code sink_state(const dg_snapshot_sink *sink, dg_error *err)
{
    return dg_snapshot_sink_failed(sink) ? dg_fail(err, DG_IO, "could not be written") : DG_OK;
}

/* ---- raw spec ---- */

typedef struct spec_out {
    dg_snapshot_sink *sink;
    bool children;     /* child tries are printed, not the top one */
    bool some;         /* a member stands before in this object */
    const uint8_t *in; /* the child trie whose entries are printed */
} spec_out;

static void member_line(spec_out *o, const char *indent, dg_bytes key)
{
    dg_snapshot_sink_text(o->sink, o->some ? ",\n" : "\n");
    dg_snapshot_sink_text(o->sink, indent);
    dg_snapshot_sink_hex(o->sink, key);
    dg_snapshot_sink_text(o->sink, ": ");
    o->some = true;
}

static void child_line(spec_out *o, dg_bytes child)
{
    if (o->in == child.at)
        return;
    if (o->in)
        dg_snapshot_sink_text(o->sink, "\n        }");
    o->some = o->in != NULL;
    member_line(o, "        ", child);
    dg_snapshot_sink_text(o->sink, "{");
    o->in = child.at; /* one address for each child trie */
    o->some = false;
}

static dg_code spec_entry(void *user, dg_bytes child, dg_bytes key, dg_bytes value, dg_error *err)
{
    spec_out *o = user;
    if ((child.at != NULL) != o->children)
        return DG_OK;
    if (!child.at && dg_bytes_begin(key, dg_text(child_prefix)))
        return DG_OK; /* follows from the entries of the child trie */
    if (child.at)
        child_line(o, child);
    member_line(o, child.at ? "          " : "        ", key);
    dg_snapshot_sink_hex(o->sink, value);
    return sink_state(o->sink, err);
}

static dg_code spec_part(dg_snapshot *s, spec_out *o, bool children, dg_error *err)
{
    dg_snapshot_walk walk = {
        .from = &s->loader, .positions = true, .top_only = !children, .user = o, .entry = spec_entry
    };
    dg_code rc;
    o->children = children;
    o->some = false;
    rc = dg_snapshot_walk_run(&walk, &s->m.info.state_root, err);
    dg_snapshot_walk_clear(&walk);
    return walked(rc, err);
}

static dg_code quoted(dg_snapshot_sink *sink, const char *text, dg_error *err)
{
    json_t *json = json_string(text);
    char *out = json ? json_dumps(json, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;
    json_decref(json);
    if (!out)
        return dg_fail(err, DG_NOMEM, "no memory for a name");
    dg_snapshot_sink_text(sink, out);
    dg_free(out);
    return DG_OK;
}

static dg_code spec_substitutes(dg_snapshot *s, dg_snapshot_sink *sink, dg_error *err)
{
    char *text = json_dumps(s->substitutes, JSON_SORT_KEYS | JSON_COMPACT);
    if (!text)
        return dg_fail(err, DG_NOMEM, "no memory for code substitutes");
    dg_snapshot_sink_text(sink, "  \"codeSubstitutes\": ");
    dg_snapshot_sink_text(sink, text);
    dg_free(text);
    return DG_OK;
}

static dg_code write_spec(dg_snapshot *s, dg_snapshot_sink *sink, dg_error *err)
{
    spec_out o = { .sink = sink };
    dg_code rc;
    dg_snapshot_sink_text(sink, "{\n  \"bootNodes\": [],\n");
    if ((rc = spec_substitutes(s, sink, err)) < 0)
        return rc;
    dg_snapshot_sink_text(sink,
                          ",\n  \"genesis\": {\n    \"raw\": {\n      \"childrenDefault\": {");
    if ((rc = spec_part(s, &o, true, err)) < 0)
        return rc;
    if (o.in)
        dg_snapshot_sink_text(sink, "\n        }");
    dg_snapshot_sink_text(sink, o.in ? "\n      },\n      \"top\": {" : "},\n      \"top\": {");
    if ((rc = spec_part(s, &o, false, err)) < 0)
        return rc;
    dg_snapshot_sink_text(sink, o.some ? "\n      }\n    }\n  },\n  \"id\": "
                                       : "}\n    }\n  },\n  \"id\": ");
    if ((rc = quoted(sink, s->m.info.chain, err)) < 0)
        return rc;
    dg_snapshot_sink_text(sink, ",\n  \"name\": ");
    if ((rc = quoted(sink, s->m.info.name, err)) < 0)
        return rc;
    /* what some readers of specs insist on, though it may be empty */
    dg_snapshot_sink_text(sink, ",\n  \"properties\": {}\n}\n");
    return DG_OK;
}

dg_code dg_snapshot_export_spec(dg_snapshot *s, const char *path, dg_error *err)
{
    dg_snapshot_sink *sink;
    dg_code rc;
    if (!ends_in(path, ".json") && !ends_in(path, ".json.zst"))
        return dg_fail(err, DG_USAGE, "%s: the name of a chain spec ends in .json or .json.zst",
                       path);
    if ((rc = dg_snapshot_sink_open(&sink, path, ends_in(path, ".zst"), err)) < 0)
        return rc;
    rc = write_spec(s, sink, err);
    if (rc == DG_OK)
        return dg_snapshot_sink_commit(sink, err);
    dg_snapshot_sink_abandon(sink);
    return dg_fail_within(err, rc, "%s", path);
}

/* ---- .snap ---- */

typedef struct snap_out {
    dg_snapshot_sink *sink;
    uint64_t count; /* of the first walk */
    bool write;
    dg_buf head; /* of one entry */
} snap_out;

/* The order is that of the trie: a node, its value, its children; then the child
 * tries in the order of their keys. The order of the client is that of a hash
 * table with a random seed and cannot be had again. */
static dg_code snap_content(void *user, const dg_snapshot_walk_at *at, const dg_hash *hash,
                            dg_bytes bytes, dg_error *err)
{
    snap_out *o = user;
    size_t key_len = at->child.len + (at->count + 1) / 2 + 32;
    static const uint8_t once[4] = { 1 };
    o->count++;
    if (!o->write)
        return DG_OK;
    dg_buf_reset(&o->head);
    dg_scale_put_compact(&o->head, key_len);
    dg_snapshot_key(&o->head, at, hash);
    dg_scale_put_compact(&o->head, bytes.len);
    if (o->head.rc < 0)
        return dg_buf_check(&o->head, err, "entry");
    dg_snapshot_sink_put(o->sink, dg_buf_bytes(&o->head));
    dg_snapshot_sink_put(o->sink, bytes);
    dg_snapshot_sink_put(o->sink, dg_bytes_of(once, sizeof once));
    return sink_state(o->sink, err);
}

static dg_code snap_walk(dg_snapshot *s, snap_out *o, bool write, dg_error *err)
{
    dg_snapshot_walk walk = {
        .from = &s->loader, .positions = true, .user = o, .content = snap_content
    };
    dg_code rc;
    o->write = write;
    o->count = 0;
    rc = dg_snapshot_walk_run(&walk, &s->m.info.state_root, err);
    dg_snapshot_walk_clear(&walk);
    return walked(rc, err);
}

static dg_code write_snap(dg_snapshot *s, snap_out *o, unsigned version, dg_error *err)
{
    const dg_snapshot_info *i = &s->m.info;
    dg_code rc = snap_walk(s, o, false, err);
    if (rc < 0)
        return rc;
    dg_scale_put_compact(&o->head, version);
    dg_buf_put_u8(&o->head, (uint8_t)i->state_version);
    if (version == 3)
        dg_buf_put_bytes(&o->head, dg_hash_bytes(&i->hash));
    dg_scale_put_compact(&o->head, o->count);
    if ((rc = dg_buf_check(&o->head, err, "head")) < 0)
        return rc;
    dg_snapshot_sink_put(o->sink, dg_buf_bytes(&o->head));
    if ((rc = snap_walk(s, o, true, err)) < 0)
        return rc;
    dg_snapshot_sink_put(o->sink, dg_hash_bytes(&i->state_root));
    if (version == 4)
        dg_snapshot_sink_put(o->sink, dg_buf_bytes(&s->m.header));
    return DG_OK;
}

dg_code dg_snapshot_export_snap(dg_snapshot *s, const char *path, unsigned version, dg_error *err)
{
    snap_out o = { 0 };
    dg_code rc;
    if (version != 3 && version != 4)
        return dg_fail(err, DG_USAGE, "a .snap is written in version 3 or 4, not %u", version);
    if (version == 4 && !s->m.info.header_known)
        return dg_fail(err, DG_USAGE,
                       "a .snap of version 4 needs the header, which this snapshot does not "
                       "hold");
    if ((rc = dg_snapshot_sink_open(&o.sink, path, false, err)) < 0)
        return rc;
    dg_buf_init(&o.head, 64 + 2 * DG_TRIE_KEY_MAX);
    rc = write_snap(s, &o, version, err);
    dg_buf_clear(&o.head);
    if (rc == DG_OK)
        return dg_snapshot_sink_commit(o.sink, err);
    dg_snapshot_sink_abandon(o.sink);
    return dg_fail_within(err, rc, "%s", path);
}
