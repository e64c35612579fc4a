#include "model_state.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

static const char child_prefix[] = ":child_storage:default:";

twin *twin_new(void)
{
    twin *t = calloc(1, sizeof *t);
    ck_assert_ptr_nonnull(t);
    dg_arena_init(&t->arena, (size_t)1 << 30);
    return t;
}

void twin_free(twin *t)
{
    dg_arena_clear(&t->arena);
    free(t);
}

static bool has(const twin *t, dg_bytes child, dg_bytes key)
{
    for (size_t i = 0; i < t->count; i++)
        if (dg_bytes_equal(t->at[i].key, key) && dg_bytes_equal(t->at[i].child, child)
            && !t->at[i].child.at == !child.at)
            return true;
    return false;
}

void twin_add(twin *t, dg_bytes child, dg_bytes key, dg_bytes value)
{
    twin_entry *e = &t->at[t->count];
    ck_assert_uint_lt(t->count, TWIN_MAX);
    if (has(t, child, key))
        return;
    e->child = child.at ? dg_arena_copy(&t->arena, child) : (dg_bytes){ NULL, 0 };
    e->key = dg_arena_copy(&t->arena, key);
    e->value = dg_arena_copy(&t->arena, value);
    t->count++;
}

static void add_random(twin *t, dg_rng *rng, dg_bytes child)
{
    static const size_t sizes[] = { 0, 1, 4, 31, 32, 33, 34, 100, 600, 5000 };
    uint8_t key[40], value[5000];
    size_t key_len = 1 + dg_rng_below(rng, sizeof key);
    size_t value_len = sizes[dg_rng_below(rng, sizeof sizes / sizeof sizes[0])];
    dg_rng_bytes(rng, key, key_len);
    key[0] = (uint8_t)(key[0] & 3); /* shared prefixes, and none that is a child root */
    dg_rng_bytes(rng, value, value_len);
    twin_add(t, child, dg_bytes_of(key, key_len), dg_bytes_of(value, value_len));
}

twin *twin_random(dg_rng *rng, size_t keys, size_t children)
{
    twin *t = twin_new();
    dg_bytes top = { NULL, 0 };
    twin_add(t, top, dg_text(":code"), dg_text("the code of a runtime, which is longer than 32"));
    for (size_t i = 0; i < keys; i++)
        add_random(t, rng, top);
    for (size_t c = 0; c < children; c++) {
        uint8_t name[12];
        dg_rng_bytes(rng, name, sizeof name);
        for (size_t i = 0; i <= c; i++)
            add_random(t, rng, dg_bytes_of(name, sizeof name));
    }
    return t;
}

/* ---- as a spec ---- */

static void put_entries(dg_buf *out, const twin *t, dg_bytes child, const size_t *order)
{
    bool some = false;
    for (size_t i = 0; i < t->count; i++) {
        const twin_entry *e = &t->at[order[i]];
        if (!e->child.at != !child.at || !dg_bytes_equal(e->child, child))
            continue;
        dg_buf_put_text(out, some ? ", \"" : "\"");
        dg_hex_put(out, e->key);
        dg_buf_put_text(out, "\": \"");
        dg_hex_put(out, e->value);
        dg_buf_put_text(out, "\"");
        some = true;
    }
}

static void put_children(dg_buf *out, const twin *t, const size_t *order)
{
    bool some = false;
    for (size_t i = 0; i < t->count; i++) {
        bool first = t->at[i].child.at != NULL;
        for (size_t k = 0; k < i && first; k++)
            first = !t->at[k].child.at || !dg_bytes_equal(t->at[k].child, t->at[i].child);
        if (!first)
            continue;
        dg_buf_put_text(out, some ? ", \"" : "\"");
        dg_hex_put(out, t->at[i].child);
        dg_buf_put_text(out, "\": {");
        put_entries(out, t, t->at[i].child, order);
        dg_buf_put_text(out, "}");
        some = true;
    }
}

dg_buf twin_spec(const twin *t, dg_rng *rng)
{
    static size_t order[TWIN_MAX];
    bool children_first = dg_rng_below(rng, 2), names_last = dg_rng_below(rng, 2);
    static const char names[] = "\"name\": \"A twin\", \"id\": \"twin\"";
    dg_buf out;
    dg_buf_init(&out, (size_t)1 << 28);
    for (size_t i = 0; i < t->count; i++)
        order[i] = i;
    for (size_t i = t->count; i > 1; i--) {
        size_t j = dg_rng_below(rng, i), kept = order[j];
        order[j] = order[i - 1];
        order[i - 1] = kept;
    }
    dg_buf_printf(&out, "{%s \"other\": [1, {\"a\": null}], ",
                  names_last ? "" : "\"name\": \"A twin\", \"id\": \"twin\",");
    dg_buf_put_text(&out, "\"genesis\": {\"raw\": {");
    if (children_first) {
        dg_buf_put_text(&out, "\"childrenDefault\": {");
        put_children(&out, t, order);
        dg_buf_put_text(&out, "}, ");
    }
    dg_buf_put_text(&out, "\"top\": {");
    put_entries(&out, t, (dg_bytes){ NULL, 0 }, order);
    dg_buf_put_text(&out, "}");
    if (!children_first) {
        dg_buf_put_text(&out, ", \"childrenDefault\": {");
        put_children(&out, t, order);
        dg_buf_put_text(&out, "}");
    }
    dg_buf_printf(&out, "}}%s%s}", names_last ? ", " : "", names_last ? names : "");
    ck_assert_int_eq(out.rc, DG_OK);
    return out;
}

/* ---- its root, by the list function of the trie room ---- */

static dg_hash root_of(const twin *t, dg_bytes child, unsigned version, const dg_bytes (*more)[2],
                       size_t more_count)
{
    dg_bytes(*pairs)[2] = calloc(t->count + more_count + 1, sizeof *pairs);
    size_t count = 0;
    dg_hash root;
    ck_assert_ptr_nonnull(pairs);
    for (size_t i = 0; i < t->count; i++)
        if (!t->at[i].child.at == !child.at && dg_bytes_equal(t->at[i].child, child)) {
            pairs[count][0] = t->at[i].key;
            pairs[count++][1] = t->at[i].value;
        }
    for (size_t i = 0; i < more_count; i++) {
        pairs[count][0] = more[i][0];
        pairs[count++][1] = more[i][1];
    }
    ck_assert_int_eq(dg_trie_root_of(&root, (const dg_bytes(*)[2])pairs, count, version, NULL),
                     DG_OK);
    free(pairs);
    return root;
}

dg_hash twin_root(const twin *t, unsigned version)
{
    static dg_bytes roots[TWIN_MAX][2];
    dg_arena room;
    size_t count = 0;
    dg_hash root;
    dg_arena_init(&room, 1 << 24);
    for (size_t i = 0; i < t->count; i++) {
        dg_buf key;
        if (!t->at[i].child.at)
            continue;
        root = root_of(t, t->at[i].child, version, NULL, 0);
        dg_buf_init(&key, 1 << 20);
        dg_buf_put_text(&key, child_prefix);
        dg_buf_put_bytes(&key, t->at[i].child);
        roots[count][0] = dg_arena_copy(&room, dg_buf_bytes(&key));
        roots[count++][1] = dg_arena_copy(&room, dg_hash_bytes(&root));
        dg_buf_clear(&key);
    }
    root = root_of(t, (dg_bytes){ NULL, 0 }, version, (const dg_bytes(*)[2])roots, count);
    dg_arena_clear(&room);
    return root;
}

/* ---- files and imports ---- */

const char *spot(const char *name)
{
    static char room[32][512];
    static int next;
    char *path = room[next++ % 32];
    snprintf(path, 512, "%s", scratch_path(name));
    return path;
}

void put_file(const char *path, dg_bytes content)
{
    dg_error err;
    if (dg_file_write(path, content, &err) < 0)
        ck_abort_msg("%s", err.text);
}

dg_code state_version(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    (void)code, (void)err;
    info->state_version = *(const unsigned *)user;
    snprintf(info->spec_name, sizeof info->spec_name, "twin");
    info->spec_version = 7;
    return DG_OK;
}

dg_code import_with(dg_snapshot_info *info, const char *in, const char *out, unsigned version,
                    bool replace, dg_error *err)
{
    dg_snapshot_import_options options = {
        .path_out = out, .replace = replace, .describe = state_version, .user = &version
    };
    return dg_snapshot_import(info, in, &options, err);
}

dg_snapshot_info import_well(const char *in, const char *out, unsigned version)
{
    dg_snapshot_info info;
    dg_error err;
    if (import_with(&info, in, out, version, true, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return info;
}

void assert_whole(const char *path, const dg_hash *root)
{
    dg_snapshot *s;
    dg_error err;
    uint64_t nodes;
    if (dg_snapshot_open(&s, path, &err) != DG_OK || dg_snapshot_verify(s, &nodes, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    if (root)
        assert_bytes(dg_hash_bytes(&dg_snapshot_info_of(s)->state_root), dg_hash_bytes(root),
                     "state root");
    dg_snapshot_close(s);
}

dg_buf pack_zstd(dg_bytes raw)
{
    dg_buf out;
    size_t len;
    dg_buf_init(&out, (size_t)1 << 28);
    ck_assert_ptr_nonnull(dg_buf_grow(&out, ZSTD_compressBound(raw.len)));
    len = ZSTD_compress(out.at, out.len, raw.at, raw.len, 3);
    ck_assert(!ZSTD_isError(len));
    out.len = len;
    return out;
}

dg_buf unpack_zstd(const char *path)
{
    dg_buf packed = slurp(path), out;
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    ZSTD_inBuffer in = { packed.at, packed.len, 0 };
    size_t left = 1;
    dg_buf_init(&out, (size_t)1 << 28);
    while (left && in.pos < in.size) {
        uint8_t chunk[65536];
        ZSTD_outBuffer to = { chunk, sizeof chunk, 0 };
        left = ZSTD_decompressStream(zstd, &to, &in);
        ck_assert(!ZSTD_isError(left));
        dg_buf_put(&out, chunk, to.pos);
        if (left == 0)
            break;
    }
    for (;;) { /* what the library still holds */
        uint8_t chunk[65536];
        ZSTD_outBuffer to = { chunk, sizeof chunk, 0 };
        if (left == 0 || ZSTD_isError(left = ZSTD_decompressStream(zstd, &to, &in)) || to.pos == 0)
            break;
        dg_buf_put(&out, chunk, to.pos);
    }
    ZSTD_freeDCtx(zstd);
    dg_buf_clear(&packed);
    ck_assert_int_eq(out.rc, DG_OK);
    return out;
}

size_t leavings(const char *path)
{
    char parent[512];
    const char *name = strrchr(path, '/') + 1;
    struct dirent *entry;
    size_t count = 0;
    DIR *dir;
    snprintf(parent, sizeof parent, "%.*s", (int)(name - path), path);
    dir = opendir(parent);
    ck_assert_ptr_nonnull(dir);
    while ((entry = readdir(dir)))
        if (strncmp(entry->d_name, name, strlen(name)) == 0 && strcmp(entry->d_name, name) != 0)
            count++;
    closedir(dir);
    return count;
}

/* ---- two states and a place for one ---- */

dg_hash two_roots[2];
char two_specs[2][512], target[512];

void two_specs_setup(void)
{
    char folder[300];
    snprintf(folder, sizeof folder, "%s/folder", scratch_dir());
    ck_assert_int_eq(dg_dir_remove(folder, NULL), DG_OK);
    ck_assert_int_eq(dg_dir_make(folder, NULL), DG_OK);
    snprintf(target, sizeof target, "%s/state", folder);
    for (unsigned i = 0; i < 2; i++) {
        dg_rng rng = dg_rng_fork(6, "place", i, 0);
        twin *t = twin_random(&rng, 100, 2);
        dg_buf text = twin_spec(t, &rng);
        snprintf(two_specs[i], sizeof two_specs[i], "%s/%u.json", scratch_dir(), i);
        put_file(two_specs[i], dg_buf_bytes(&text));
        two_roots[i] = twin_root(t, 1);
        dg_buf_clear(&text);
        twin_free(t);
    }
}
