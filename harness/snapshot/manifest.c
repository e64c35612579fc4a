/* manifest.c - what a snapshot says of itself, as JSON. */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <string.h>

/* 2: it shares files with others, or holds not everything: a program that reads 1 alone would take
 * it for damaged. 3 and 4 are 1 and 2 with a seal, which those before 0.3 have not. */
enum { UNSEALED = 1, UNSEALED_WITH_BASES, FORMAT, FORMAT_WITH_BASES };

void dg_snapshot_manifest_init(dg_snapshot_manifest_data *m)
{
    memset(m, 0, sizeof *m);
    dg_buf_init(&m->header, 1 << 20);
}

void dg_snapshot_manifest_clear(dg_snapshot_manifest_data *m)
{
    dg_buf_clear(&m->header);
    json_decref(m->substitutes);
    m->substitutes = NULL;
}

/* ---- out ---- */

static json_t *hash_json(const dg_hash *hash)
{
    return json_string(dg_hash_text(hash).text);
}

static json_t *header_json(const dg_snapshot_manifest_data *m)
{
    json_t *text;
    dg_buf hex;
    if (!m->info.header_known)
        return json_null();
    dg_buf_init(&hex, 4 << 20);
    dg_hex_put(&hex, dg_buf_bytes(&m->header));
    text = hex.rc < 0 ? NULL : json_string(dg_buf_text(&hex));
    dg_buf_clear(&hex);
    return text;
}

static json_t *bases_json(const dg_snapshot_manifest_data *m)
{
    json_t *files = json_array();
    for (unsigned i = 0; files && i < m->base_count; i++) {
        json_t *one =
            json_pack("{s:s, s:I, s:o}", "file", dg_snapshot_base_name(i), "bytes",
                      (json_int_t)m->bases[i].bytes, "blake2_256", hash_json(&m->bases[i].hash));
        if (json_array_append_new(files, one) != 0) {
            json_decref(files);
            files = NULL;
        }
    }
    return json_pack("{s:o, s:I, s:o}", "state_root", hash_json(&m->over_root), "own_nodes",
                     (json_int_t)m->info.own_nodes, "files", files);
}

/* The members that a whole snapshot has not. */
static json_t *with_bases(json_t *all, const dg_snapshot_manifest_data *m)
{
    if (!all || (!m->base_count && !m->info.sparse))
        return all;
    if ((m->base_count ? json_object_set_new(all, "bases", bases_json(m))
                       : json_object_set_new(all, "sparse", json_true()))
            == 0
        && json_object_set_new(all, "doppel_snapshot", json_integer(FORMAT_WITH_BASES)) == 0)
        return all;
    json_decref(all);
    return NULL;
}

/* The hash of all that it says but for the seal itself, in one spelling; NULL: no memory. */
static json_t *seal_of(const json_t *all)
{
    json_t *rest = json_copy((json_t *)(uintptr_t)all);
    char *text;
    dg_hash hash;
    json_object_del(rest, "seal");
    text = rest ? json_dumps(rest, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(rest);
    if (!text)
        return NULL;
    hash = dg_blake2_256(dg_text(text));
    dg_free(text);
    return hash_json(&hash);
}

static json_t *sealed(json_t *all)
{
    if (all && json_object_set_new(all, "seal", seal_of(all)) == 0)
        return all;
    json_decref(all);
    return NULL;
}

json_t *dg_snapshot_manifest_to_json(const dg_snapshot_manifest_data *m)
{
    const dg_snapshot_info *i = &m->info;
    /* "o" steals; a NULL from it makes the whole NULL */
    json_t *all = json_pack(
        "{s:i, s:s, s:s, s:{s:I, s:o, s:o, s:o}, s:{s:s, s:I}, "
        "s:{s:i, s:b, s:I, s:I, s:I}, s:{s:s, s:s, s:i, s:o, s:I}, s:O, "
        "s:{s:s, s:I, s:o}}",
        "doppel_snapshot", FORMAT, "chain", i->chain, "name", i->name, "block", "number",
        (json_int_t)i->number, "hash", hash_json(&i->hash), "state_root", hash_json(&i->state_root),
        "header", header_json(m), "runtime", "spec_name", i->spec_name, "spec_version",
        (json_int_t)i->spec_version, "state", "version", (int)i->state_version, "partial",
        (int)i->partial, "keys", (json_int_t)i->keys, "nodes", (json_int_t)i->nodes, "value_bytes",
        (json_int_t)i->value_bytes, "source", "file", i->source, "kind", i->source_kind, "version",
        (int)i->source_version, "blake2_256", hash_json(&i->source_hash), "unreferenced_nodes",
        (json_int_t)i->unreferenced, "code_substitutes", m->substitutes, "store", "file",
        "data.mdb", "bytes", (json_int_t)m->store_len, "blake2_256", hash_json(&m->store_hash));
    return sealed(with_bases(all, m));
}

dg_code dg_snapshot_manifest_write(const dg_snapshot_manifest_data *m, const char *dir,
                                   dg_error *err)
{
    char path[DG_PATH_MAX + 16];
    json_t *json = dg_snapshot_manifest_to_json(m);
    char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
    dg_buf out;
    dg_code rc;
    dg_buf_init(&out, DG_MANIFEST_MAX);
    json_decref(json);
    if (!text)
        return dg_fail(err, DG_NOMEM, "no memory for the manifest");
    dg_buf_put_text(&out, text);
    dg_buf_put_u8(&out, '\n');
    dg_free(text);
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    if ((rc = dg_buf_check(&out, err, "manifest")) == DG_OK)
        rc = dg_file_write(path, dg_buf_bytes(&out), err);
    dg_buf_clear(&out);
    dg_snapshot_reached("manifest");
    return rc;
}

/* ---- in: every value is wanted, of its type, in its range ---- */

typedef struct reader {
    const json_t *at;
    const char *missing;
} reader;

static const json_t *want(reader *r, const char *group, const char *name)
{
    const json_t *v = group ? json_object_get(r->at, group) : r->at;
    v = json_object_get(v, name);
    if (!v && !r->missing)
        r->missing = name;
    return v;
}

static void text_in(reader *r, char *to, size_t size, const char *group, const char *name)
{
    assert(size > 0);
    const char *text = json_string_value(want(r, group, name));
    if (!text || strlen(text) >= size)
        r->missing = r->missing ? r->missing : name;
    else
        memcpy(to, text, strlen(text) + 1);
}

static uint64_t number_in(reader *r, uint64_t max, const char *group, const char *name)
{
    const json_t *v = want(r, group, name);
    json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
    if (n < 0 || (uint64_t)n > max) {
        r->missing = r->missing ? r->missing : name;
        return 0;
    }
    return (uint64_t)n;
}

static void hash_in(reader *r, dg_hash *to, const char *group, const char *name)
{
    const char *text = json_string_value(want(r, group, name));
    dg_buf out = dg_buf_on(to->at, sizeof to->at);
    if (!text || dg_hex_get(&out, text, strlen(text), NULL) < 0 || out.len != sizeof to->at)
        r->missing = r->missing ? r->missing : name;
}

static dg_code header_in(reader *r, dg_snapshot_manifest_data *m, dg_error *err)
{
    const json_t *v = want(r, "block", "header");
    const char *text = json_string_value(v);
    m->info.header_known = text != NULL;
    if (!text && !json_is_null(v))
        r->missing = r->missing ? r->missing : "header";
    return text ? dg_hex_get(&m->header, text, strlen(text), err) : DG_OK;
}

static dg_code substitutes_in(reader *r, dg_snapshot_manifest_data *m, dg_error *err)
{
    const json_t *v = want(r, NULL, "code_substitutes");
    if (!json_is_object(v)) {
        r->missing = r->missing ? r->missing : "code_substitutes";
        return DG_OK;
    }
    m->substitutes = json_copy((json_t *)(uintptr_t)v);
    return m->substitutes ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for the manifest");
}

static void base_in(reader *r, dg_snapshot_manifest_data *m, const json_t *one)
{
    reader of = { one, NULL };
    dg_snapshot_base *base = &m->bases[m->base_count];
    char name[24];
    text_in(&of, name, sizeof name, NULL, "file");
    base->bytes = number_in(&of, INT64_MAX, NULL, "bytes");
    hash_in(&of, &base->hash, NULL, "blake2_256");
    m->info.shared_bytes += base->bytes;
    if (of.missing || strcmp(name, dg_snapshot_base_name(m->base_count)) != 0)
        r->missing = r->missing ? r->missing : "files of bases";
    m->base_count++;
}

static void bases_in(reader *r, dg_snapshot_manifest_data *m)
{
    const json_t *files = want(r, "bases", "files"), *one;
    size_t i;
    hash_in(r, &m->over_root, "bases", "state_root");
    m->info.own_nodes = number_in(r, INT64_MAX, "bases", "own_nodes");
    if (!json_array_size(files) || json_array_size(files) > DG_SNAPSHOT_BASES_MAX) {
        r->missing = r->missing ? r->missing : "files of bases";
        return;
    }
    json_array_foreach((json_t *)(uintptr_t)files, i, one) base_in(r, m, one);
}

/* Nothing else says that a number in it was changed: the store has a hash, and its name is here. */
static dg_code check_seal(const json_t *json, bool wanted, dg_error *err)
{
    const json_t *seal = json_object_get(json, "seal");
    json_t *is = seal_of(json);
    bool good = wanted ? is && json_equal(seal, is) : !seal;
    bool lack = !is;
    json_decref(is);
    return lack   ? dg_fail(err, DG_NOMEM, "no memory for the manifest")
           : good ? DG_OK
                  : dg_fail(err, DG_MALFORMED, "is damaged: its seal is not that of what it says");
}

static dg_code read_all(dg_snapshot_manifest_data *m, const json_t *json, dg_error *err)
{
    reader r = { json, NULL };
    dg_snapshot_info *i = &m->info;
    uint64_t format = number_in(&r, UINT32_MAX, NULL, "doppel_snapshot");
    bool with = format == UNSEALED_WITH_BASES || format == FORMAT_WITH_BASES;
    dg_code rc;
    if (format < UNSEALED || format > FORMAT_WITH_BASES)
        return dg_fail(err, r.missing ? DG_MALFORMED : DG_UNSUPPORTED,
                       "is not a manifest of snapshot format %d to %d", UNSEALED,
                       FORMAT_WITH_BASES);
    if ((rc = check_seal(json, format >= FORMAT, err)) < 0)
        return rc;
    i->sparse = with && json_is_true(json_object_get(json, "sparse"));
    if (with && !i->sparse)
        bases_in(&r, m);
    text_in(&r, i->chain, sizeof i->chain, NULL, "chain");
    text_in(&r, i->name, sizeof i->name, NULL, "name");
    i->number = (uint32_t)number_in(&r, UINT32_MAX, "block", "number");
    hash_in(&r, &i->hash, "block", "hash");
    hash_in(&r, &i->state_root, "block", "state_root");
    text_in(&r, i->spec_name, sizeof i->spec_name, "runtime", "spec_name");
    i->spec_version = (uint32_t)number_in(&r, UINT32_MAX, "runtime", "spec_version");
    i->state_version = (unsigned)number_in(&r, 1, "state", "version");
    i->partial = json_is_true(want(&r, "state", "partial"));
    i->keys = number_in(&r, INT64_MAX, "state", "keys");
    i->nodes = number_in(&r, INT64_MAX, "state", "nodes");
    i->value_bytes = number_in(&r, INT64_MAX, "state", "value_bytes");
    text_in(&r, i->source, sizeof i->source, "source", "file");
    text_in(&r, i->source_kind, sizeof i->source_kind, "source", "kind");
    i->source_version = (unsigned)number_in(&r, UINT16_MAX, "source", "version");
    hash_in(&r, &i->source_hash, "source", "blake2_256");
    i->unreferenced = number_in(&r, INT64_MAX, "source", "unreferenced_nodes");
    m->store_len = number_in(&r, INT64_MAX, "store", "bytes");
    i->own_bytes = m->store_len;
    hash_in(&r, &m->store_hash, "store", "blake2_256");
    if ((rc = header_in(&r, m, err)) < 0 || (rc = substitutes_in(&r, m, err)) < 0)
        return rc;
    return r.missing ? dg_fail(err, DG_MALFORMED, "%s is missing or out of range", r.missing)
                     : DG_OK;
}

static dg_code all_at_once(void *user, dg_bytes *chunk, dg_error *err)
{
    dg_bytes *text = user;
    (void)err;
    if (text->len == 0)
        return DG_END;
    *chunk = *text;
    text->len = 0;
    return DG_OK;
}

/* jansson words a lack of memory as a syntax error, so the reader of this room
 * says first whether the text is JSON. It keeps nothing and needs no memory. */
static dg_code check_grammar(dg_bytes text, dg_error *err)
{
    dg_snapshot_json json;
    dg_code rc;
    dg_snapshot_json_init(&json, all_at_once, &text, 0, 0);
    rc = dg_snapshot_json_skip(&json, err);
    if (rc == DG_OK)
        rc = dg_snapshot_json_skip(&json, err); /* the end */
    dg_snapshot_json_clear(&json);
    return rc;
}

static dg_code parse(json_t **json, dg_bytes text, dg_error *err)
{
    json_error_t why = { 0 };
    dg_code rc = check_grammar(text, err);
    if (rc < 0)
        return rc;
    *json =
        json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (*json)
        return DG_OK;
    switch (json_error_code(&why)) {
    case json_error_duplicate_key:
    case json_error_numeric_overflow:
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return dg_fail(err, DG_MALFORMED, "line %d: %s", why.line, why.text);
    default:
        return dg_fail(err, DG_NOMEM, "no memory for the manifest");
    }
}

dg_code dg_snapshot_manifest_read(dg_snapshot_manifest_data *m, const char *dir, dg_error *err)
{
    char path[DG_PATH_MAX + 16];
    json_t *json = NULL;
    dg_buf text;
    dg_code rc;
    snprintf(path, sizeof path, "%s/manifest.json", dir);
    if (dg_file_exists(dir) && !dg_file_exists(path))
        return dg_fail(err, DG_MALFORMED, "%s is not a snapshot: it holds no manifest.json", dir);
    dg_buf_init(&text, DG_MANIFEST_MAX);
    rc = dg_file_read(&text, path, err);
    if (rc == DG_OK && (rc = parse(&json, dg_buf_bytes(&text), err)) == DG_OK)
        rc = read_all(m, json, err);
    json_decref(json);
    dg_buf_clear(&text);
    return rc < 0 && rc != DG_IO ? dg_fail_within(err, rc, "%s", path) : rc;
}
