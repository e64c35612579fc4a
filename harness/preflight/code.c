/* code.c - the blobs themselves: sizes, compression, imports, and whether what a
 * blob says of itself in its custom sections is what its code answers. Nodes and
 * set_code read the sections; the code goes by its own constants. */
#include "preflight/preflight_impl.h"

#include <assert.h>
#include <string.h>

enum { VERSION_MAX = 1 << 16 };

/* ---- version: section against Core_version ---- */

/* The linker puts the section together in an order of its own: what is listed counts. */
static bool apis_differ(char *out, size_t size, const dg_version *a, const dg_version *b)
{
    for (uint32_t i = 0; i < a->api_count + b->api_count; i++) {
        const uint8_t *id = i < a->api_count ? a->apis[i].id : b->apis[i - a->api_count].id;
        const char *name = dg_api_name(id);
        uint32_t one = dg_survey_api_version(a, id), other = dg_survey_api_version(b, id);
        if (one == other)
            continue;
        snprintf(out, size, "runtime API %s %u against %u%s", name ? name : "of no known name", one,
                 other, one && other ? "" : " (0: not listed)");
        return true;
    }
    return false;
}

/* The first field in which they differ, as "spec_version 2 against 3"; false: none. */
static bool versions_differ(char *out, size_t size, const dg_version *a, const dg_version *b)
{
    assert(size > 0);
    if (strcmp(a->spec_name, b->spec_name) != 0)
        snprintf(out, size, "spec_name %s against %s", a->spec_name, b->spec_name);
    else if (a->spec_version != b->spec_version)
        snprintf(out, size, "spec_version %u against %u", a->spec_version, b->spec_version);
    else if (a->transaction_version != b->transaction_version)
        snprintf(out, size, "transaction_version %u against %u", a->transaction_version,
                 b->transaction_version);
    else if (a->system_version != b->system_version)
        snprintf(out, size, "system_version %u against %u", a->system_version, b->system_version);
    else if (a->authoring_version != b->authoring_version)
        snprintf(out, size, "authoring_version %u against %u", a->authoring_version,
                 b->authoring_version);
    else
        return apis_differ(out, size, a, b);
    return true;
}

static bool carries(const dg_runtime *runtime, const char *section)
{
    dg_bytes found;
    dg_buf wasm;
    bool there;
    dg_buf_init(&wasm, DG_BLOB_MAX);
    there = dg_blob_decode(&wasm, dg_runtime_blob(runtime), NULL) == DG_OK
            && dg_wasm_section(&found, dg_buf_bytes(&wasm), section, NULL) == DG_OK;
    dg_buf_clear(&wasm);
    return there;
}

/* Nodes ask the code then, as does set_code. Mirrors: sc-executor (read_embedded_version). */
static void say_absent(dg_preflight_look *l)
{
    bool list = carries(l->in->to, "runtime_apis");
    if (list || carries(l->in->from, "runtime_version"))
        dg_preflight_find(
            l, DG_FIND_WARN, "code.section", "runtime_version", NULL, NULL,
            "N carries no runtime_version section, and %s: its build lost it, and its "
            "version is the answer of Core_version",
            list ? "has a list of APIs beside none" : "N-1 does");
    else
        dg_preflight_find(l, DG_FIND_NOTE, "code.section", "runtime_version", NULL, NULL,
                          "N carries no runtime_version section (it predates them, or was "
                          "stripped): its version is the answer of Core_version");
}

/* Does set_code find a version in N? */
static bool is_taken(const dg_preflight_look *l)
{
    dg_buf version;
    bool told;
    dg_buf_init(&version, VERSION_MAX);
    told =
        dg_host_inner_version(l->in->engine, &version, dg_runtime_blob(l->in->to), NULL) == DG_OK;
    dg_buf_clear(&version);
    return told;
}

static void say_refused(dg_preflight_look *l)
{
    dg_preflight_find(l, DG_FIND_FAIL, "code.section", "runtime_version", NULL, NULL,
                      "no node can use N: %s; set_code %s", dg_runtime_refused(l->in->to),
                      is_taken(l) ? "takes it all the same, and U is the last block"
                                  : "refuses it");
}

static dg_code answered(dg_version *out, dg_preflight_look *l, dg_error *why)
{
    dg_buf answer;
    dg_code rc;
    dg_buf_init(&answer, VERSION_MAX);
    rc = dg_preflight_look_call(&answer, l, l->in->to, l->before, "Core_version",
                                dg_bytes_of(NULL, 0), why);
    if (rc == DG_OK)
        rc = dg_version_decode(out, dg_buf_bytes(&answer), why);
    dg_buf_clear(&answer);
    return rc;
}

static dg_code compare_sections(dg_preflight_look *l, dg_error *err)
{
    size_t rest = dg_runtime_section_rest(l->in->to);
    dg_version by_code;
    dg_error why;
    char where[200];
    dg_code rc;
    if (dg_runtime_refused(l->in->to)) {
        say_refused(l);
        return DG_OK;
    }
    if (!carries(l->in->to, "runtime_version")) {
        say_absent(l);
        return DG_OK;
    }
    if (rest)
        dg_preflight_find(l, DG_FIND_WARN, "code.section", "runtime_version", NULL, NULL,
                          "N's runtime_version section has %zu byte%s behind the version: nodes "
                          "pass over them, but no build of today leaves any",
                          rest, rest == 1 ? "" : "s");
    rc = answered(&by_code, l, &why);
    if (rc == DG_NOMEM || rc == DG_IO)
        return dg_fail(err, rc, "%s", why.text);
    if (rc != DG_OK)
        dg_preflight_find(
            l, DG_FIND_FAIL, "code.section", "Core_version", NULL, NULL,
            "N carries its version in a section, but does not answer Core_version over this "
            "state: %s",
            why.text);
    else if (versions_differ(where, sizeof where, l->new_, &by_code))
        dg_preflight_find(l, DG_FIND_FAIL, "code.section", "runtime_version", NULL, NULL,
                          "N's runtime_version section and its Core_version disagree: %s", where);
    return DG_OK;
}

/* ---- sizes and form ---- */

static void sizes(dg_preflight_look *l, size_t old_wasm, size_t new_wasm)
{
    size_t a = dg_runtime_blob_len(l->in->from), b = dg_runtime_blob_len(l->in->to);
    dg_preflight_find(l, DG_FIND_NOTE, "code.size", "bytes of code",
                      json_pack("[I,I]", (json_int_t)a, (json_int_t)old_wasm),
                      json_pack("[I,I]", (json_int_t)b, (json_int_t)new_wasm),
                      "N is %zu bytes as stored (%zu unpacked), N-1 %zu (%zu)", b, new_wasm, a,
                      old_wasm);
    if (b == new_wasm)
        dg_preflight_find(
            l, DG_FIND_WARN, "code.raw", "compression", NULL, NULL,
            "N is not compressed; releases are, and their published hash is of the compressed "
            "form");
}

/* A node binds all imports before the first call: one that it lacks is enough. */
static void say_import(dg_preflight_look *l, size_t i)
{
    const char *name = dg_module_import_at(dg_runtime_module(l->in->to), i);
    const dg_release *newest = dg_release_newest();
    const char *crate = dg_release_is_relay(l->new_) ? NULL : dg_release_crate(name);
    unsigned last = dg_release_dropped(name);
    char gone[60] = "";
    if (last)
        snprintf(gone, sizeof gone, " since sp-io %u, the last with it", last);
    if (dg_runtime_imports(l->in->from, l->in->to, i))
        dg_preflight_find(l, DG_FIND_WARN, "code.import", name, NULL, NULL,
                          "N imports %s as N-1 does, which no release of the node up to %s "
                          "provides%s: this chain's own nodes have to",
                          name, newest->name, gone);
    else if (crate)
        dg_preflight_find(
            l, DG_FIND_WARN, "code.import", name, NULL, NULL,
            "N imports %s, which N-1 does not: it comes from the crate %s, and a node "
            "of this chain built without it never starts N, so it stops at U",
            name, crate);
    else
        dg_preflight_find(l, DG_FIND_FAIL, "code.import", name, NULL, NULL,
                          "N imports %s, which no release of the node up to %s provides%s: such "
                          "a node never starts the runtime, so it stops at U",
                          name, newest->name, gone);
}

/* Types are compared exactly: that of parameters, too, which no code here ever looks at. */
static void say_other_type(dg_preflight_look *l, size_t i)
{
    const dg_module *module = dg_runtime_module(l->in->to);
    bool kept = dg_runtime_imports(l->in->from, l->in->to, i);
    dg_preflight_find(l, kept ? DG_FIND_WARN : DG_FIND_FAIL, "code.import",
                      dg_module_import_at(module, i), NULL, NULL, "N imports %s%s: %s",
                      dg_module_import_word(module, i).text, kept ? ", and N-1 does, too" : "",
                      kept ? "this chain's own nodes have to have it so"
                      : is_taken(l)
                          ? "such a node never starts the runtime, so it stops at U"
                          : "no node starts the runtime, and set_code, which has to ask its code "
                            "for the version, refuses it");
}

static void imports(dg_preflight_look *l)
{
    const char *name;
    for (size_t i = 0; (name = dg_module_import_at(dg_runtime_module(l->in->to), i)); i++)
        if (dg_release_provides(dg_release_newest(), name)) {
            if (dg_module_import_given_at(dg_runtime_module(l->in->to), i))
                say_other_type(l, i);
        } else if (!(dg_release_crate(name) && dg_runtime_imports(l->in->from, l->in->to, i)
                     && !dg_release_is_relay(l->new_)))
            say_import(l, i);
}

dg_code dg_preflight_look_code(dg_preflight_look *look, dg_error *err)
{
    dg_buf a, b;
    dg_code rc;
    dg_buf_init(&a, DG_BLOB_MAX);
    dg_buf_init(&b, DG_BLOB_MAX);
    if ((rc = dg_blob_decode(&a, dg_runtime_blob(look->in->from), err)) == DG_OK
        && (rc = dg_blob_decode(&b, dg_runtime_blob(look->in->to), err)) == DG_OK) {
        sizes(look, a.len, b.len);
        imports(look);
        rc = compare_sections(look, err);
    }
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    return rc;
}
