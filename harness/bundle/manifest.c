/* manifest.c - what is in a bundle: names, sizes, hashes, and who made it. */
#include "bundle/bundle_impl.h"

#include <assert.h>
#include <string.h>

#include "wasm/wasm.h"

enum { FORMAT = 1 };

static const char *const explains[] = { "none", "recorded", "proved", NULL };
static const char *const positions[] = { "never", "broke", "always", NULL };

static const dg_keys_row rows[] = {
    { "doppel_bundle", DG_KEYS_WHOLE, true, .min = 1, .max = FORMAT,
      .says = "version of this format" },
    { "program", DG_KEYS_OBJECT, true, .says = "who made it" },
    { "program.name", DG_KEYS_TEXT, true, .says = "doppel" },
    { "program.version", DG_KEYS_TEXT, true, .says = "its version" },
    { "program.engine", DG_KEYS_TEXT, true, .says = "what executed the runtimes" },
    { "run", DG_KEYS_OBJECT, true, .says = "how the outcome was made" },
    { "run.explain", DG_KEYS_TEXT, true, .words = explains,
      .says = "how far a break was explained" },
    { "run.positions", DG_KEYS_TEXT, true, .words = positions,
      .says = "when U was tried at other positions" },
    { "exit", DG_KEYS_WHOLE, true, .max = DG_EXIT_INTERNAL, .says = "exit code of the run" },
    { "chain", DG_KEYS_TEXT, .says = "id of the state's chain, where its file does not tell it" },
    { "files", DG_KEYS_LIST, true, .says = "all other files of the bundle, by name" },
    { "files[]", DG_KEYS_OBJECT, .says = "a file" },
    { "files[].name", DG_KEYS_TEXT, true, .says = "plain, without a folder" },
    { "files[].bytes", DG_KEYS_WHOLE, true, .max = (int64_t)DG_BUNDLE_FILE_MAX,
      .says = "its size" },
    { "files[].blake2_256", DG_KEYS_TEXT, true, .says = "BLAKE2b-256 of its bytes" },
};

static const dg_keys_table table = { rows, sizeof rows / sizeof *rows,
                                     "The manifest of a bundle of doppel", "bundle.schema.json" };

const dg_keys_table *dg_bundle_keys(void)
{
    return &table;
}

json_t *dg_bundle_program(void)
{
    return json_pack("{s:s, s:s, s:s}", "name", "doppel", "version", DG_VERSION, "engine",
                     dg_engine_version());
}

bool dg_bundle_name_is_plain(const char *name)
{
    size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_");
    return len && !name[len] && len < DG_BUNDLE_NAME_MAX && name[0] != '.';
}

/* ---- out ---- */

json_t *dg_bundle_manifest_make(const dg_bundle_list *list, const dg_bundle_parts *parts,
                                const char *chain)
{
    json_t *files = json_array();
    for (size_t i = 0; i < list->count; i++) {
        const dg_bundle_file *f = &list->at[i];
        assert(dg_bundle_name_is_plain(f->name));
        json_array_append_new(files, json_pack("{s:s, s:I, s:s}", "name", f->name, "bytes",
                                               (json_int_t)f->bytes, "blake2_256",
                                               dg_hash_text(&f->hash).text));
    }
    if (json_array_size(files) != list->count) {
        json_decref(files);
        return NULL;
    }
    return json_pack("{s:i, s:o, s:{s:s, s:s}, s:i, s:s*, s:o}", "doppel_bundle", FORMAT, "program",
                     dg_bundle_program(), "run", "explain", parts->explain, "positions",
                     parts->positions, "exit", dg_outcome_exit(parts->outcome), "chain",
                     chain[0] ? chain : NULL, "files", files);
}

/* ---- in ---- */

dg_bundle_file *dg_bundle_file_of(dg_bundle_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->at[i].name, name) == 0)
            return &list->at[i];
    return NULL;
}

const dg_bundle_file *dg_bundle_state_of(const dg_bundle_list *list)
{
    static const char note[] = ".note";
    const dg_bundle_file *found = NULL;
    for (size_t i = 0; i < list->count; i++) {
        const dg_bundle_file *f = &list->at[i];
        size_t len = strlen(f->name);
        bool is_note = len > sizeof note && strcmp(f->name + len + 1 - sizeof note, note) == 0;
        if (strncmp(f->name, DG_BUNDLE_STATE, sizeof DG_BUNDLE_STATE - 1) != 0 || is_note)
            continue;
        if (found)
            return NULL;
        found = f;
    }
    return found;
}

static dg_code read_hash(dg_hash *out, const json_t *from, const char *name, dg_error *err)
{
    dg_buf bytes = dg_buf_on(out->at, sizeof out->at);
    const char *text = json_string_value(from);
    if (dg_hex_get(&bytes, text, strlen(text), NULL) < 0 || bytes.len != sizeof out->at)
        return dg_fail(err, DG_MALFORMED, "%s: %.80s of %s is not a hash", DG_BUNDLE_MANIFEST, text,
                       name);
    return DG_OK;
}

static dg_code read_file(dg_bundle_list *list, const json_t *from, uint64_t *total, dg_error *err)
{
    const char *name = json_string_value(json_object_get(from, "name"));
    dg_bundle_file *f;
    if (!dg_bundle_name_is_plain(name) || strcmp(name, DG_BUNDLE_MANIFEST) == 0)
        return dg_fail(err, DG_MALFORMED,
                       "%s: \"%.80s\" is no name for a file of a bundle, which has no folders",
                       DG_BUNDLE_MANIFEST, name);
    if (dg_bundle_file_of(list, name))
        return dg_fail(err, DG_MALFORMED, "%s names %s twice", DG_BUNDLE_MANIFEST, name);
    assert(list->count < DG_BUNDLE_FILES_MAX);
    f = &list->at[list->count++];
    *f = (dg_bundle_file){ .bytes = (uint64_t)json_integer_value(json_object_get(from, "bytes")) };
    snprintf(f->name, sizeof f->name, "%s", name);
    if ((*total += f->bytes) > DG_BUNDLE_TOTAL_MAX)
        return dg_fail(err, DG_MALFORMED, "%s: all files together have more than %llu bytes",
                       DG_BUNDLE_MANIFEST, (unsigned long long)DG_BUNDLE_TOTAL_MAX);
    return read_hash(&f->hash, json_object_get(from, "blake2_256"), name, err);
}

static dg_code read_files(dg_bundle_list *list, const json_t *files, dg_error *err)
{
    uint64_t total = 0;
    const json_t *one;
    size_t i;
    dg_code rc = DG_OK;
    if (json_array_size(files) > DG_BUNDLE_FILES_MAX)
        return dg_fail(err, DG_MALFORMED, "%s names %zu files; a bundle has at most %d",
                       DG_BUNDLE_MANIFEST, json_array_size(files), DG_BUNDLE_FILES_MAX);
    json_array_foreach(files, i, one) if ((rc = read_file(list, one, &total, err)) < 0) return rc;
    return DG_OK;
}

static dg_code check(const json_t *json, dg_error *err)
{
    const json_t *format = json_object_get(json, "doppel_bundle");
    dg_code rc;
    if (json_is_integer(format) && json_integer_value(format) > FORMAT)
        return dg_fail(err, DG_UNSUPPORTED,
                       "the bundle is of format %lld; this program reads format %d",
                       (long long)json_integer_value(format), FORMAT);
    rc = dg_keys_check(&table, json, true, err);
    return rc < 0
               ? dg_fail_within(err, rc == DG_NOMEM ? rc : DG_MALFORMED, "%s", DG_BUNDLE_MANIFEST)
               : DG_OK;
}

dg_code dg_bundle_manifest_read(json_t **json, dg_bundle_list *list, dg_bytes text, dg_error *err)
{
    json_error_t why;
    dg_code rc;
    *list = (dg_bundle_list){ .count = 0 };
    *json =
        json_loadb(text.len ? (const char *)text.at : "", text.len, JSON_REJECT_DUPLICATES, &why);
    if (!*json)
        return dg_fail(err, DG_MALFORMED, "%s: line %d, column %d: %s", DG_BUNDLE_MANIFEST,
                       why.line, why.column, why.text);
    if ((rc = check(*json, err)) >= 0)
        rc = read_files(list, json_object_get(*json, "files"), err);
    if (rc < 0) {
        json_decref(*json);
        *json = NULL;
    }
    return rc;
}
