/* sarif.c - a preflight's findings, or what broke and warned in an outcome or a sweep, as a log of
 * SARIF 2.1.0. */
#include "page/page_impl.h"

#include <assert.h>
#include <ctype.h>

enum { TEXT_MAX = 1 << 20 };

/* The one run of the format, as far as it is made. */
typedef struct sarif {
    json_t *rules, *results, *artifacts; /* arrays */
    json_t *indices, *seen;              /* rules by id; fingerprints, with how often */
    bool bad;                            /* no memory */
} sarif;

/* What a result is of. */
typedef struct subject {
    const char *rule, *level, *says;
    const char *name; /* of what in the runtime, or of which cell; "": none */
    const json_t *runtime;
    size_t artifact;
} subject;

static json_t *escaped(sarif *s, dg_escape how, const char *text)
{
    dg_buf said;
    json_t *out;
    dg_buf_init(&said, TEXT_MAX);
    dg_escape_put(&said, how, text);
    out = json_string(dg_buf_text(&said));
    s->bad |= !out || said.rc < 0;
    dg_buf_clear(&said);
    return out;
}

static json_t *message(sarif *s, const char *text)
{
    return json_pack("{s:o}", "text",
                     escaped(s, DG_ESCAPE_SARIF, text[0] ? text : "Nothing said."));
}

static void put(sarif *s, json_t *object, const char *key, json_t *value)
{
    s->bad |= json_object_set_new(object, key, value) != 0;
}

/* ---- the blob ---- */

/* Files are called otherwise everywhere; what the runtime calls itself is the same. */
static void blob_name(dg_buf *out, const json_t *runtime)
{
    for (const char *at = dg_report_text_at(runtime, "spec_name"); *at; at++)
        dg_buf_put_u8(out, isalnum((unsigned char)*at) || *at == '-' ? (uint8_t)*at : '_');
    dg_buf_printf(out, "-%lld.wasm", dg_report_whole_at(runtime, "spec_version"));
}

static const char *hash_of(const json_t *runtime)
{
    const char *hash = dg_report_text_at(runtime, "blake2_256");
    if (!hash[0])
        hash = dg_report_text_at(runtime, "hash");
    return strncmp(hash, "0x", 2) == 0 ? hash + 2 : hash;
}

static json_t *location_of(sarif *s, const json_t *runtime, size_t artifact)
{
    json_t *out;
    dg_buf name;
    dg_buf_init(&name, 1 << 16);
    blob_name(&name, runtime);
    out = json_pack("{s:s, s:I}", "uri", dg_buf_text(&name), "index", (json_int_t)artifact);
    s->bad |= !out || name.rc < 0;
    dg_buf_clear(&name);
    return out;
}

/* The place of N among the blobs, which it takes when it is first told of. */
static size_t artifact_of(sarif *s, const json_t *runtime)
{
    const json_t *known;
    json_t *hash = escaped(s, DG_ESCAPE_LINE, hash_of(runtime)), *one;
    long long bytes = dg_report_whole_at(runtime, "blob_bytes");
    size_t i;
    json_array_foreach(s->artifacts, i, known)
    {
        if (json_equal(json_object_get(json_object_get(known, "hashes"), "blake2b-256"), hash)) {
            json_decref(hash);
            return i;
        }
    }
    bytes = bytes ? bytes : dg_report_whole_at(runtime, "bytes");
    i = json_array_size(s->artifacts);
    one =
        json_pack("{s:o, s:[s], s:s, s:{s:o}}", "location", location_of(s, runtime, i), "roles",
                  "analysisTarget", "mimeType", "application/wasm", "hashes", "blake2b-256", hash);
    put(s, one, "length", json_integer(bytes > 0 ? bytes : 0));
    s->bad |= json_array_append_new(s->artifacts, one) != 0;
    return i;
}

/* ---- rules and results ---- */

/* The place of a rule, which it takes when it is first asked for. */
static json_int_t rule_index(sarif *s, const char *id, const char *about, const char *help)
{
    json_int_t at = (json_int_t)json_array_size(s->rules);
    const json_t *known = json_object_get(s->indices, id);
    json_t *rule;
    if (known)
        return json_integer_value(known);
    rule = json_pack("{s:o, s:o, s:o}", "id", escaped(s, DG_ESCAPE_LINE, id), "shortDescription",
                     message(s, about), "help", message(s, help[0] ? help : about));
    s->bad |= json_array_append_new(s->rules, rule) != 0;
    put(s, s->indices, id, json_integer(at));
    return at;
}

/* The same wherever and whenever the same is found of the same thing. */
static json_t *fingerprint(sarif *s, const subject *of)
{
    json_int_t times;
    json_t *out;
    dg_buf text;
    dg_buf_init(&text, TEXT_MAX);
    dg_escape_put(&text, DG_ESCAPE_LINE, of->rule);
    dg_buf_put_u8(&text, ':');
    dg_escape_put(&text, DG_ESCAPE_LINE, of->name);
    times = json_integer_value(json_object_get(s->seen, dg_buf_text(&text))) + 1;
    put(s, s->seen, dg_buf_text(&text), json_integer(times));
    dg_buf_printf(&text, ":%lld", (long long)times);
    out = json_string(dg_buf_text(&text));
    s->bad |= !out || text.rc < 0;
    dg_buf_clear(&text);
    return out;
}

static void add_result(sarif *s, const subject *of, json_int_t rule)
{
    json_t *where = json_pack("{s:{s:o}}", "physicalLocation", "artifactLocation",
                              location_of(s, of->runtime, of->artifact));
    json_t *one;
    assert((size_t)rule < json_array_size(s->rules) || s->bad);
    if (of->name[0])
        put(s, where, "logicalLocations",
            json_pack("[{s:o}]", "fullyQualifiedName", escaped(s, DG_ESCAPE_LINE, of->name)));
    one = json_pack("{s:o, s:I, s:s, s:o, s:[o], s:{s:o}}", "ruleId",
                    escaped(s, DG_ESCAPE_LINE, of->rule), "ruleIndex", rule, "level", of->level,
                    "message", message(s, of->says), "locations", where, "partialFingerprints",
                    "doppel/v1", fingerprint(s, of));
    s->bad |= json_array_append_new(s->results, one) != 0;
}

/* ---- a preflight ---- */

static void add_finding(sarif *s, const json_t *document, const json_t *finding)
{
    const char *severity = dg_report_text_at(finding, "severity"),
               *id = dg_report_text_at(finding, "id");
    const json_t *kind = json_object_get(json_object_get(document, "kinds"), id),
                 *runtime = json_object_get(document, "to");
    subject of = { .rule = id,
                   .level = strcmp(severity, "fail") == 0   ? "error"
                            : strcmp(severity, "warn") == 0 ? "warning"
                                                            : "note",
                   .says = dg_report_text_at(finding, "says"),
                   .name = dg_report_text_at(finding, "subject"),
                   .runtime = runtime,
                   .artifact = artifact_of(s, runtime) };
    add_result(
        s, &of,
        rule_index(s, id, dg_report_text_at(kind, "about"), dg_report_text_at(kind, "remedy")));
}

/* ---- an outcome, a sweep ---- */

static void add_claim(sarif *s, const dg_page_cell *cell, const json_t *claim)
{
    const json_t *runtime = json_object_get(cell->outcome, "to");
    dg_report_shown as = dg_report_claim_shown(claim);
    subject of = { .rule = dg_report_text_at(claim, "name"),
                   .level = as == DG_REPORT_BROKE ? "error" : "warning",
                   .says = dg_report_text_at(claim, "text"),
                   .name = cell->name,
                   .runtime = runtime };
    if (as != DG_REPORT_BROKE && as != DG_REPORT_WARN)
        return;
    of.artifact = artifact_of(s, runtime);
    add_result(s, &of,
               rule_index(s, of.rule, dg_report_text_at(claim, "says"),
                          dg_report_text_at(claim, "because")));
}

static void add_cells(sarif *s, const json_t *document)
{
    const json_t *claim;
    size_t k;
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        json_array_foreach(json_object_get(cell.outcome, "claims"), k, claim)
            add_claim(s, &cell, claim);
    }
}

/* ---- the log ---- */

static bool is_preflight(const json_t *document)
{
    return json_object_get(document, "doppel_preflight") != NULL;
}

/* What could not be known is no result: the tool says so of itself. */
static json_t *invocation(sarif *s, const json_t *document)
{
    json_t *notes = json_array();
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(document, "unknown"), i, one)
    {
        const char *text = json_string_value(one);
        s->bad |= json_array_append_new(notes, json_pack("{s:s, s:o}", "level", "note", "message",
                                                         message(s, text ? text : "")))
                  != 0;
    }
    return json_pack("{s:b, s:o}", "executionSuccessful", 1, "toolExecutionNotifications", notes);
}

static json_t *log_of(sarif *s, const json_t *document)
{
    const char *version = dg_report_text_at(json_object_get(document, "program"), "version");
    json_t *driver = json_pack("{s:s, s:O}", "name", "doppel", "rules", s->rules);
    if (version[0])
        put(s, driver, "version", escaped(s, DG_ESCAPE_LINE, version));
    return json_pack("{s:s, s:s, s:[{s:{s:o}, s:s, s:[o], s:O, s:O}]}", "$schema",
                     "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs",
                     "tool", "driver", driver, "columnKind", "unicodeCodePoints", "invocations",
                     invocation(s, document), "artifacts", s->artifacts, "results", s->results);
}

static dg_code print(dg_buf *out, sarif *s, const json_t *document, dg_error *err)
{
    json_t *log = s->bad ? NULL : log_of(s, document);
    dg_code rc = !log || s->bad ? dg_fail(err, DG_NOMEM, "no memory for the page")
                                : dg_report_json(out, log, err);
    json_decref(log);
    return rc;
}

dg_code dg_page_sarif(dg_buf *out, const json_t *document, dg_error *err)
{
    sarif s = { json_array(), json_array(), json_array(), json_object(), json_object(), false };
    dg_code rc = is_preflight(document) ? DG_OK : dg_page_check(document, err);
    const json_t *finding;
    size_t i;
    s.bad = !s.rules || !s.results || !s.artifacts || !s.indices || !s.seen;
    if (rc >= 0 && is_preflight(document)) {
        json_array_foreach(json_object_get(document, "findings"), i, finding)
            add_finding(&s, document, finding);
    } else if (rc >= 0) {
        add_cells(&s, document);
    }
    if (rc >= 0)
        rc = print(out, &s, document, err);
    json_decref(s.rules);
    json_decref(s.results);
    json_decref(s.artifacts);
    json_decref(s.indices);
    json_decref(s.seen);
    return rc;
}
