/* runtimes.c - a list of runtimes as repositories of runtimes keep it for their own CI:
 * .github/workflows/runtimes-matrix.json of polkadot-fellows/runtimes, paseo-network/runtimes and
 * polkadot-sdk. Each has keys of its own for its other jobs; only these are read. */
#include "gate/gate_impl.h"

#include <assert.h>
#include <fnmatch.h>
#include <string.h>

static const dg_keys_row rows[] = {
    { "runtimes", DG_KEYS_LIST, true, .says = "the list" },
    { "runtimes[]", DG_KEYS_OBJECT, .open = true, .says = "a runtime" },
    { "runtimes[].name", DG_KEYS_TEXT, true, .says = "what it is called" },
    { "runtimes[].package", DG_KEYS_TEXT, true, .says = "the package that it is built from" },
    { "runtimes[].path", DG_KEYS_TEXT, true, .says = "the package's folder" },
    { "runtimes[].is_relay", DG_KEYS_BOOL, .says = "whether it is a relay chain's" },
    { "runtimes[].uri", DG_KEYS_ANY, .says = "a node of its chain, which is not asked here" },
};
static const dg_keys_table table = { rows, sizeof rows / sizeof *rows, "A list of runtimes",
                                     "runtimes.schema.json" };

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static dg_code check(const json_t *list, dg_error *err)
{
    json_t *holder = json_pack("{s:O}", "runtimes", list);
    dg_code rc = holder ? dg_keys_check(&table, holder, true, err)
                        : dg_fail(err, DG_NOMEM, "no memory for a list of runtimes");
    json_decref(holder);
    if (rc >= 0 && !json_array_size(list))
        return dg_fail(err, DG_USAGE, "the list of runtimes is empty");
    for (size_t i = 0; rc >= 0 && i < json_array_size(list); i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(text_of(json_array_get(list, i), "name"),
                       text_of(json_array_get(list, k), "name"))
                == 0)
                return dg_fail(err, DG_USAGE, "two runtimes are called \"%.80s\"",
                               text_of(json_array_get(list, i), "name"));
    return rc;
}

dg_code dg_gate_runtimes_parse(json_t **out, dg_bytes text, const char *name, dg_error *err)
{
    json_error_t why;
    json_t *list =
        json_loadb(text.len ? (const char *)text.at : "", text.len, JSON_REJECT_DUPLICATES, &why);
    dg_code rc = DG_OK;
    *out = NULL;
    if (!list)
        rc = dg_fail(err, DG_USAGE, "line %d, column %d: %s", why.line, why.column, why.text);
    else if (!json_is_array(list))
        rc = dg_fail(err, DG_USAGE, "it is no list of runtimes, as runtimes-matrix.json is one");
    else
        rc = check(list, err);
    if (rc < 0) {
        json_decref(list);
        return dg_fail_within(err, rc, "%s", name);
    }
    *out = list;
    return DG_OK;
}

dg_code dg_gate_runtimes_read(json_t **out, const char *path, dg_error *err)
{
    dg_buf text;
    dg_code rc;
    *out = NULL;
    dg_buf_init(&text, DG_GATE_BYTES_MAX);
    if ((rc = dg_git_or_file_read(&text, path, err)) >= 0)
        rc = dg_gate_runtimes_parse(out, dg_buf_bytes(&text), path, err);
    dg_buf_clear(&text);
    return rc;
}

bool dg_gate_runtimes_takes(const json_t *globs, const json_t *runtime)
{
    const char *name = text_of(runtime, "name");
    bool relay = json_is_true(json_object_get(runtime, "is_relay"));
    const json_t *glob;
    size_t i;
    json_array_foreach(globs, i, glob)
    {
        const char *text = json_string_value(glob);
        assert(text); /* the table has it so */
        if (strcmp(text, name) == 0 || (relay && fnmatch(text, name, 0) == 0))
            return true;
    }
    return false;
}

/* ---- filled in ---- */

static void put_crate(dg_buf *out, const char *package)
{
    for (; *package; package++)
        dg_buf_put_u8(out, *package == '-' ? '_' : (uint8_t)*package);
}

/* Is `text` the place of `key`, "{key}"? */
static bool is_place(const char *text, const char *key)
{
    size_t len = strlen(key);
    return strncmp(text + 1, key, len) == 0 && text[1 + len] == '}';
}

void dg_gate_runtimes_fill(dg_buf *out, const char *text, const json_t *runtime)
{
    static const char *const keys[][2] = { { "runtime", "name" },
                                           { "package", "package" },
                                           { "path", "path" } };
    while (*text) {
        size_t len = 1;
        if (*text == '{' && is_place(text, "crate")) {
            put_crate(out, text_of(runtime, "package"));
            len = strlen("{crate}");
        }
        for (size_t i = 0; len == 1 && *text == '{' && i < sizeof keys / sizeof *keys; i++)
            if (is_place(text, keys[i][0])) {
                dg_buf_put_text(out, text_of(runtime, keys[i][1]));
                len = strlen(keys[i][0]) + 2;
            }
        if (len == 1)
            dg_buf_put_u8(out, (uint8_t)*text);
        text += len;
    }
}
