/* A document in each format: the bytes of the golden pages, and that what an outcome says in words
 * never becomes a part of the format. */
#include "../support/suite.h"

#include <stdlib.h>
#include <string.h>

#include "compare/compare.h"
#include "page/page.h"

/* Something for each format to trip over. */
#define HOSTILE                                                                                    \
    "- a|b`c*d_e[f](https://x.y)<script>alert(1)</script>&amp;#1 @all ~~s~~ \\| $x$ {0} ]]> --> "  \
    "\"' %0A::error::z,y\n## h\r- l\t\x1b[2J\xe2\x80\xae \xef\xbf\xbf\n::set-output name=a::b\n"

static json_t *load(const char *name)
{
    char path[256];
    json_error_t why;
    json_t *out;
    snprintf(path, sizeof path, "tests/report/outcomes/%s.json", name);
    out = json_load_file(path, 0, &why);
    ck_assert_msg(out != NULL, "%s: %s", path, why.text);
    return out;
}

static void add_cell(json_t *cells, const char *at, const char *seed, const char *outcome)
{
    json_t *cell = json_pack("{s:i, s:{s:s, s:s}}", "place", (int)json_array_size(cells), "values",
                             "upgrade.at", at, "seed", seed);
    if (outcome) {
        json_object_set_new(cell, "state", json_string("done"));
        json_object_set_new(cell, "outcome", load(outcome));
    } else {
        bool failed = json_array_size(cells) % 2;
        json_object_set_new(cell, "state", json_string(failed ? "failed" : "undone"));
        if (failed) {
            json_object_set_new(cell, "why", json_string("its process went down twice"));
            json_object_set_new(cell, "exit", json_integer(5));
        }
    }
    json_array_append_new(cells, cell);
}

static json_t *sweep(void)
{
    json_t *cells = json_array();
    add_cell(cells, "boundary-8", "1", "stalled");
    add_cell(cells, "boundary", "1", "healthy");
    add_cell(cells, "boundary-8", "2", "harmed");
    add_cell(cells, "boundary", "2", NULL);
    add_cell(cells, "boundary-8", "3", NULL);
    add_cell(cells, "boundary", "3", "unsure");
    return json_pack("{s:i, s:{s:s}, s:{s:[{s:s, s:[s, s, s]}, {s:s, s:[s, s]}], s:i}, s:{s:s}, "
                     "s:o}",
                     "doppel", 1, "program", "name", "doppel", "sweep", "axes", "key", "seed",
                     "values", "1", "2", "3", "key", "upgrade.at", "values", "boundary-8",
                     "boundary", "cells", 6, "plan", "name", "two places, three seeds", "cells",
                     cells);
}

/* A gate with a plan of each kind, and an entry of the ledger of each. */
static json_t *gate(void)
{
    static const char text[] =
        "{\"doppel\":1,\"program\":{\"version\":\"1\"},\"gate\":{\"name\":\"next\",\"without_"
        "plan\":"
        "[\"people-kusama\"]},\"result\":\"red\",\"exit\":4,\"environment\":{\"today\":"
        "\"2026-12-01\"},\"cases\":["
        "{\"name\":\"stalled\",\"state\":\"done\",\"result\":\"red\",\"exit\":1,\"expected\":{"
        "\"exit\":0},"
        "\"found\":{\"exit\":1,\"left\":1,\"answer\":\"NO-GO\",\"reason\":\"claims broke\"},"
        "\"differences\":["
        "{\"claim\":\"topology-present\",\"expected\":\"not to "
        "break\",\"found\":\"broke\",\"text\":"
        "\"none of them\",\"excused\":true,\"known\":0},"
        "{\"claim\":\"backing-rate\",\"expected\":\"held\",\"found\":\"broke\",\"text\":\"80 "
        "lost\","
        "\"excused\":false,\"known\":3},"
        "{\"claim\":\"no-such\",\"expected\":\"held\",\"found\":\"not judged\",\"text\":\"no "
        "claim\","
        "\"excused\":false}]},"
        "{\"name\":\"healthy\",\"state\":\"done\",\"result\":\"green\",\"exit\":0,\"expected\":{"
        "\"exit\":"
        "0},\"found\":{\"exit\":0,\"left\":0,\"answer\":\"GO\"},\"differences\":[]},"
        "{\"name\":\"lost\",\"state\":\"failed\",\"result\":\"red\",\"exit\":4,\"why\":\"no such "
        "file\",\"retried\":true,\"expected\":{\"exit\":0},\"differences\":[]}],"
        "\"known\":["
        "{\"plan\":\"st*\",\"claim\":\"topology-present\",\"reason\":\"a repair\",\"link\":"
        "\"https://example.org/1?a=b&c\",\"expires\":\"2026-12-10\",\"days_left\":9,\"held\":[],"
        "\"status\":\"used\"},"
        "{\"plan\":\"gone\",\"claim\":\"no-shows\",\"reason\":\"r\",\"link\":\"https://x/2\","
        "\"expires\":\"2027-12-10\",\"days_left\":374,\"held\":[],\"status\":\"stale\"},"
        "{\"plan\":\"healthy\",\"claim\":\"no-shows\",\"reason\":\"r\",\"link\":\"https://x/3\","
        "\"expires\":\"2027-12-10\",\"days_left\":374,\"held\":[\"healthy\"],\"status\":\"passed\"}"
        ","
        "{\"plan\":\"stalled\",\"claim\":\"backing-rate\",\"reason\":\"r\",\"link\":\"https://x/"
        "4\","
        "\"expires\":\"2026-11-30\",\"days_left\":-1,\"held\":[],\"status\":\"expired\"}]}";
    json_t *out = json_loads(text, 0, NULL), *cases = json_object_get(out, "cases");
    ck_assert_ptr_nonnull(cases);
    json_object_set_new(json_array_get(cases, 0), "outcome", load("stalled"));
    json_object_set_new(json_array_get(cases, 1), "outcome", load("healthy"));
    return out;
}

static json_t *document_of(const char *name)
{
    return strcmp(name, "sweep") == 0  ? sweep()
           : strcmp(name, "gate") == 0 ? gate()
           : strcmp(name, "preflight") == 0
               ? json_load_file("tests/golden/preflight-paseo.json", 0, NULL)
               : load(name);
}

static const struct {
    const char *name;
    dg_code (*makes)(dg_buf *out, const json_t *document, dg_error *err);
} formats[] = {
    { "md", dg_page_markdown }, { "xml", dg_page_junit },   { "txt", dg_page_github },
    { "html", dg_page_html },   { "sarif", dg_page_sarif },
};
static const char *const documents[] = { "stalled",    "healthy", "harmed", "unsure", "refused",
                                         "chain-only", "drained", "sweep",  "gate",   "preflight" };
enum {
    HTML = 3,
    SARIF = 4,
    FORMATS = sizeof formats / sizeof *formats,
    DOCUMENTS = sizeof documents / sizeof *documents
};

/* A gate has no SARIF; a preflight has that alone. */
static bool has_page(const char *name, int format)
{
    return strcmp(name, "gate") == 0        ? format != SARIF
           : strcmp(name, "preflight") == 0 ? format == SARIF
                                            : true;
}

static dg_buf page_of(const json_t *document, int format)
{
    dg_error err = { .text = "" };
    dg_buf out;
    dg_buf_init(&out, 1 << 24);
    ck_assert_msg(formats[format].makes(&out, document, &err) == DG_OK, "%s", err.text);
    return out;
}

START_TEST(a_page_is_the_golden_one)
{
    const char *name = documents[_i % DOCUMENTS];
    int format = _i / DOCUMENTS;
    json_t *document;
    dg_buf got, want;
    char path[256];
    if (!has_page(name, format))
        return;
    document = document_of(name);
    got = page_of(document, format);
    snprintf(path, sizeof path, "tests/golden/page/%s.%s", name, formats[format].name);
    if (getenv("BLESS"))
        dg_file_write(path, dg_buf_bytes(&got), NULL);
    want = slurp(path);
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)),
                  "%s; BLESS=1 rewrites it. Got:\n%.3000s", path, dg_buf_text(&got));
    dg_buf_clear(&got);
    dg_buf_clear(&want);
    json_decref(document);
}
END_TEST

/* ---- hostile text ---- */

/* Words that this program chose itself, and that a page sorts by. */
static bool is_word(const char *key)
{
    static const char *const keys[] = { "status", "severity", "kind", "word",   "how",
                                        "state",  "missing",  "key",  "result", "change" };
    for (size_t i = 0; key && i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* The document with every other text in it replaced. */
static json_t *with_text(const json_t *value, const char *key, const char *text)
{
    json_t *out, *one;
    const char *name;
    size_t i;
    if (json_is_string(value))
        return is_word(key) ? json_incref((json_t *)value) : json_string(text);
    if (json_is_array(value)) {
        out = json_array();
        json_array_foreach((json_t *)value, i, one)
            json_array_append_new(out, with_text(one, key, text));
        return out;
    }
    if (!json_is_object(value))
        return json_incref((json_t *)value);
    out = json_object();
    json_object_foreach((json_t *)value, name, one)
        json_object_set_new(out, name, with_text(one, name, text));
    return out;
}

static dg_buf page_with(const char *name, int format, const char *text)
{
    json_t *document = document_of(name), *changed = with_text(document, NULL, text);
    dg_buf out;
    if (strcmp(name, "sweep") == 0) { /* axes are found by their keys */
        json_object_set(json_object_get(changed, "sweep"), "axes",
                        json_object_get(json_object_get(document, "sweep"), "axes"));
    }
    out = page_of(changed, format);
    json_decref(document);
    json_decref(changed);
    return out;
}

/* What Markdown acts on, line by line: of the text between, nothing is left. */
static dg_buf markdown_bones(const char *page)
{
    dg_buf out;
    bool code = false;
    dg_buf_init(&out, 1 << 24);
    for (char before = 0; *page; before = *page++) {
        if (*page == '\\' && page[1] && page[1] != '\n' && !(code && page[1] != '|'))
            before = *page++;
        else if (*page == '`')
            code = !code;
        if (!code && strncmp(page, "://", 3) == 0 && before != '\\')
            dg_buf_put_u8(&out, ':');
        if (strchr("`\n", *page) && before != '\\')
            dg_buf_put_u8(&out, (uint8_t)*page);
        else if (!code && strchr("|*_[]<>#@~$", *page) && before != '\\'
                 && !(before == '&' && strncmp(page, "#8203;", 6) == 0))
            dg_buf_put_u8(&out, (uint8_t)*page);
        else if (code && *page == '|' && before != '\\')
            dg_buf_put_u8(&out, (uint8_t)*page);
    }
    return out;
}

START_TEST(no_text_becomes_markdown)
{
    if (!has_page(documents[_i], 0))
        return;
    dg_buf plain = page_with(documents[_i], 0, "Plain."),
           hostile = page_with(documents[_i], 0, HOSTILE),
           want = markdown_bones(dg_buf_text(&plain)), got = markdown_bones(dg_buf_text(&hostile));
    ck_assert_msg(strstr(dg_buf_text(&hostile), "d\\_e\\[f\\]") != NULL, "it is not there");
    ck_assert_ptr_null(strchr(dg_buf_text(&hostile), '\x1b'));
    ck_assert_ptr_null(strstr(dg_buf_text(&hostile), "\xe2\x80\xae"));
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)),
                  "%.700s\n---\n%.700s\n---\n%.1500s", dg_buf_text(&want), dg_buf_text(&got),
                  dg_buf_text(&hostile));
    dg_buf_clear(&plain);
    dg_buf_clear(&hostile);
    dg_buf_clear(&want);
    dg_buf_clear(&got);
}
END_TEST

/* Elements and attributes, with their values left out. */
static dg_buf xml_bones(const char *page)
{
    dg_buf out;
    bool tag = false, quoted = false;
    dg_buf_init(&out, 1 << 24);
    for (; *page; page++) {
        quoted ^= tag && *page == '"';
        tag = (tag || *page == '<') && (quoted || *page != '>');
        if ((tag && !quoted) || strchr("<>\n\"'", *page))
            dg_buf_put_u8(&out, (uint8_t)*page);
    }
    return out;
}

START_TEST(no_text_becomes_an_element)
{
    int format = _i % 2 || !has_page(documents[_i / 2], 3) ? 1 : 3;
    if (!has_page(documents[_i / 2], format))
        return;
    dg_buf plain = page_with(documents[_i / 2], format, "Plain."),
           hostile = page_with(documents[_i / 2], format, HOSTILE),
           want = xml_bones(dg_buf_text(&plain)), got = xml_bones(dg_buf_text(&hostile));
    ck_assert_msg(strstr(dg_buf_text(&hostile), "&lt;script&gt;") != NULL, "it is not there");
    ck_assert_ptr_null(strstr(dg_buf_text(&hostile), "<script"));
    ck_assert_ptr_null(strchr(dg_buf_text(&hostile), '\x1b'));
    ck_assert_ptr_null(strstr(dg_buf_text(&hostile), "\xef\xbf\xbf"));
    ck_assert_ptr_null(strstr(dg_buf_text(&hostile), "&amp;#1 ")); /* its own & is one too */
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)), "%.700s\n---\n%.700s",
                  dg_buf_text(&want), dg_buf_text(&got));
    dg_buf_clear(&plain);
    dg_buf_clear(&hostile);
    dg_buf_clear(&want);
    dg_buf_clear(&got);
}
END_TEST

/* Every page of XML is what the readers of CI servers take, hostile text or not: by the public
 * schema of Jenkins, and by a stricter one of what doppel writes. */
START_TEST(junit_is_valid)
{
    static const char *const schemas[] = { "tests/page/schemas/junit-10.xsd",
                                           "tests/page/junit.xsd" };
    dg_buf page;
    char command[600];
    if (!has_page(documents[_i / 2], 1))
        return;
    page = page_with(documents[_i / 2], 1, HOSTILE);
    snprintf(command, sizeof command, "%s", scratch_path("junit.xml"));
    ck_assert_int_eq(dg_file_write(command, dg_buf_bytes(&page), NULL), DG_OK);
    snprintf(command, sizeof command, "xmllint --noout --schema %s %s >/dev/null 2>&1",
             schemas[_i % 2], scratch_path("junit.xml"));
    ck_assert_int_eq(system(command), 0);
    dg_buf_clear(&page);
}
END_TEST

/* By the public schema; whatever the texts are, messages neither link nor take arguments. */
START_TEST(sarif_is_valid)
{
    const char *name = documents[_i / 2];
    dg_buf page;
    char command[700];
    if (!has_page(name, SARIF))
        return;
    page = page_with(name, SARIF, _i % 2 ? HOSTILE : "Plain.");
    ck_assert_int_eq(dg_file_write(scratch_path("log.sarif"), dg_buf_bytes(&page), NULL), DG_OK);
    snprintf(command, sizeof command, "python3 tests/page/sarif_check.py %s",
             scratch_path("log.sarif"));
    ck_assert_int_eq(system(command), 0);
    dg_buf_clear(&page);
}
END_TEST

static size_t results_of(const json_t *log, const char *level)
{
    const json_t *run = json_array_get(json_object_get(log, "runs"), 0), *one;
    size_t i, count = 0;
    json_array_foreach(json_object_get(run, "results"), i, one) count +=
        strcmp(level, json_string_value(json_object_get(one, "level"))) == 0;
    return count;
}

/* As many as the documents themselves count. */
START_TEST(sarif_has_a_result_for_each_finding)
{
    static const struct {
        const char *name;
        size_t errors, warnings, notes;
    } rows[] = { { "preflight", 0, 14, 49 }, { "stalled", 4, 3, 0 }, { "healthy", 0, 3, 0 } };
    json_t *document = document_of(rows[_i].name), *log;
    dg_buf page = page_of(document, SARIF);
    log = json_loadb((const char *)page.at, page.len, 0, NULL);
    ck_assert_ptr_nonnull(log);
    ck_assert_uint_eq(results_of(log, "error"), rows[_i].errors);
    ck_assert_uint_eq(results_of(log, "warning"), rows[_i].warnings);
    ck_assert_uint_eq(results_of(log, "note"), rows[_i].notes);
    dg_buf_clear(&page);
    json_decref(log);
    json_decref(document);
}
END_TEST

static size_t lines_with(const char *page, const char *begin)
{
    size_t count = 0;
    for (const char *line = page; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, begin, strlen(begin)) == 0;
    }
    return count;
}

/* A line that begins a command begins it here, and is of this program. */
START_TEST(no_text_becomes_a_workflow_command)
{
    if (!has_page(documents[_i], 2))
        return;
    dg_buf page = page_with(documents[_i], 2, HOSTILE);
    const char *text = dg_buf_text(&page);
    size_t own = lines_with(text, "::error title=") + lines_with(text, "::warning title=")
                 + lines_with(text, "::notice title=");
    ck_assert_uint_le(own, 8);
    ck_assert_uint_eq(own, lines_with(text, "::"));
    ck_assert_msg(own == 0 || strstr(text, "%250A") != NULL, "%s", text);
    ck_assert_msg(own == 0 || strstr(text, "z%2Cy") != NULL, "%s", text);
    ck_assert_ptr_null(strstr(text, "%0A"));
    dg_buf_clear(&page);
}
END_TEST

START_TEST(outputs_are_a_line_each)
{
    json_t *document = load("stalled"), *changed = with_text(document, NULL, HOSTILE);
    dg_buf out;
    dg_buf_init(&out, 1 << 20);
    ck_assert_int_eq(dg_page_github_outputs(&out, document, 1, NULL), DG_OK);
    ck_assert_str_eq(dg_buf_text(&out),
                     "exit=1\nanswer=NO-GO\nreason=4 of 26 claims broke, first topology-present\n"
                     "broke=topology-present,backing-rate,inclusion-rate,para-interval\n");
    dg_buf_reset(&out);
    ck_assert_int_eq(dg_page_github_outputs(&out, changed, 1, NULL), DG_OK);
    ck_assert_uint_eq(lines_with(dg_buf_text(&out), ""), 5); /* four, and the end */
    dg_buf_clear(&out);
    json_decref(document);
    json_decref(changed);
}
END_TEST

START_TEST(outputs_of_a_gate_count_its_plans)
{
    json_t *document = gate();
    dg_buf out;
    dg_buf_init(&out, 1 << 20);
    ck_assert_int_eq(dg_page_github_outputs(&out, document, 4, NULL), DG_OK);
    ck_assert_str_eq(dg_buf_text(&out), "exit=4\nresult=red\nplans=3\ngreen=1\nknown=0\nred=2\n");
    dg_buf_clear(&out);
    json_decref(document);
}
END_TEST

START_TEST(a_gate_has_no_sarif)
{
    json_t *document = gate();
    dg_error err;
    dg_buf out;
    dg_buf_init(&out, 1 << 20);
    ck_assert_int_eq(dg_page_sarif(&out, document, &err), DG_USAGE);
    ck_assert_str_eq(err.text,
                     "a gate has no such page: markdown, junit, github and html have one");
    json_decref(document);
}
END_TEST

/* GitHub takes 1,024 KiB of a step, other lines included. */
START_TEST(a_summary_is_cut_at_a_line_and_says_so)
{
    static const size_t taken[] = { 0, 1000 * 1024 - 4000, 1000 * 1024 - 20, 1 << 21 };
    json_t *document = load("stalled");
    dg_buf out, whole = page_of(document, 0);
    dg_buf_init(&out, 1 << 24);
    ck_assert_int_eq(dg_page_github_summary(&out, document, taken[_i], NULL), DG_OK);
    ck_assert_uint_le(out.len + (taken[_i] < 1000 * 1024 ? taken[_i] : 0), 1000 * 1024);
    if (_i == 0)
        ck_assert(dg_bytes_equal(dg_buf_bytes(&out), dg_buf_bytes(&whole)));
    if (_i == 1)
        ck_assert_msg(strstr(dg_buf_text(&out), " |\n\nThe rest is left out") != NULL, "not cut");
    if (_i > 1)
        ck_assert_uint_eq(out.len, 0);
    dg_buf_clear(&out);
    dg_buf_clear(&whole);
    json_decref(document);
}
END_TEST

/* Four slots, a session that begins in the third, U in the second: control lies behind. */
START_TEST(series_are_pictures)
{
    static const char *const want[] = { "<line class=\"boundary\" x1=\"286.7\"",
                                        "<line class=\"upgrade\" x1=\"161.3\"",
                                        "<polyline class=\"control\"",
                                        "<polyline class=\"treatment\" points=\"36.0,108.0 "
                                        "161.3,12.0 286.7,60.0 412.0,108.0\"/>" };
    json_t
        *outcome = load("stalled"),
        *series = json_loads(
            "{\"treatment\":[{\"slot\":10,\"session\":1},{\"slot\":12,\"session\":2}],\"network\":{"
            "\"control\":[{\"slot\":10,\"backed\":1},{\"slot\":13,\"backed\":2}],\"treatment\":["
            "{\"slot\":10,\"backed\":0},{\"slot\":11,\"backed\":4},{\"slot\":12,\"backed\":2},"
            "{\"slot\":13,\"backed\":0}]}}",
            0, NULL);
    dg_buf page = page_of(outcome, 3);
    const char *at;
    ck_assert_ptr_null(strstr(dg_buf_text(&page), "<svg"));
    dg_buf_clear(&page);
    json_object_set_new(outcome, "series", series);
    json_object_set_new(json_object_get(outcome, "upgrade"), "slot", json_integer(11));
    page = page_of(outcome, 3);
    at = strstr(dg_buf_text(&page), "<figcaption>Candidates backed");
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        ck_assert_msg(at && strstr(at, want[i]) != NULL, "%s: %.900s", want[i], at);
        at = strstr(at, want[i]); /* in this order */
    }
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

static json_t *long_series(int slots)
{
    json_t *rows = json_array();
    for (int i = 0; i < slots; i++)
        json_array_append_new(
            rows, json_pack("{s:i, s:i}", "slot", 1000 + i, "backed", i == 401 ? 40 : i % 2 * 20));
    return json_pack("{s:[], s:{s:O, s:o}}", "treatment", "network", "control", rows, "treatment",
                     rows);
}

/* 600 slots are drawn each; of 1,129 six share a column, of which a peak of one is still seen. */
START_TEST(many_slots_are_a_shade_and_their_mean)
{
    json_t *outcome = load("stalled");
    const char *at, *end;
    size_t points = 0;
    dg_buf page;
    json_object_set_new(outcome, "series", long_series(_i ? 1129 : 600));
    page = page_of(outcome, HTML);
    at = strstr(dg_buf_text(&page), "<polyline class=\"treatment\"");
    end = at ? strstr(at, "/>") : NULL;
    ck_assert_ptr_nonnull(end);
    for (const char *p = at; p < end; p++)
        points += *p == ',';
    ck_assert_uint_eq(points, _i ? 188 : 600);
    ck_assert_int_eq(strstr(dg_buf_text(&page), "the shade reaches") != NULL, _i);
    at = strstr(dg_buf_text(&page), "<polygon class=\"treatment\" points=\" 37,60.0 39,60.0");
    ck_assert_int_eq(at != NULL, _i);
    ck_assert_int_eq(at && strstr(at, " 169,12.0 ") != NULL, _i);    /* the peak */
    ck_assert_int_eq(at && strstr(at, " 37,108.0\"/>") != NULL, _i); /* back along the least */
    ck_assert_int_eq(at && strstr(at, "points=\" 37,84.0 39,84.0 ") != NULL, _i);
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* What blocks cost is in the outcome of a run without a network too. */
START_TEST(work_of_blocks_is_a_picture)
{
    json_t *outcome = load("stalled"),
           *series =
               json_pack("{s:[{s:i, s:i}, {s:i, s:i}], s:[{s:i, s:i}, {s:i, s:i}]}", "control",
                         "slot", 10, "fuel", 10000000, "slot", 11, "fuel", 20000000, "treatment",
                         "slot", 10, "fuel", 10000000, "slot", 11, "fuel", 40000000);
    dg_buf page;
    json_object_set_new(outcome, "series", series);
    page = page_of(outcome, HTML);
    ck_assert_ptr_null(strstr(dg_buf_text(&page), "Candidates backed in a slot"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "millions of wasm instructions</figcaption>"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "points=\"36.0,84.0 412.0,60.0\"/>"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "points=\"36.0,84.0 412.0,12.0\"/>"));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&page), "text-anchor=\"end\">40</text>"));
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* Who holds the grid is a picture where somebody works by it, and else none. */
START_TEST(holders_are_shown_where_a_grid_is_used)
{
    json_t *outcome = load("stalled"),
           *series =
               json_pack("{s:[], s:{s:[], s:[{s:i, s:i, s:i}, {s:i, s:i, s:i}]}}", "treatment",
                         "network", "control", "treatment", "slot", 10, "enabled", 0, "holders", 0,
                         "slot", 11, "enabled", _i ? 100 : 0, "holders", 0);
    dg_buf page;
    json_object_set_new(outcome, "series", series);
    page = page_of(outcome, HTML);
    ck_assert_int_eq(strstr(dg_buf_text(&page), "grid topology</figcaption>") != NULL, _i);
    dg_buf_clear(&page);
    json_decref(outcome);
}
END_TEST

/* ---- what differs ---- */

static json_t *differences(int of)
{
    json_t *older = of ? sweep() : load("stalled"), *newer = of ? sweep() : load("healthy"), *told;
    if (of) { /* a cell that broke, and one that is not there any more */
        json_t *cells = json_object_get(newer, "cells");
        json_object_set_new(json_array_get(cells, 1), "outcome", load("stalled"));
        json_array_remove(cells, 2);
    }
    dg_compare_pair both = { older, newer };
    ck_assert_int_eq(of ? dg_compare_sweeps(&told, both, NULL) : dg_compare_runs(&told, both, NULL),
                     DG_OK);
    json_decref(older);
    json_decref(newer);
    return told;
}

static dg_buf page_of_differences(const json_t *told)
{
    dg_buf out;
    dg_buf_init(&out, 1 << 24);
    ck_assert_int_eq(dg_page_differences(&out, told, false, NULL), DG_OK);
    return out;
}

START_TEST(what_differs_is_the_golden_page)
{
    static const char *const paths[] = { "tests/golden/page/diff.html",
                                         "tests/golden/page/diff-sweep.html" };
    json_t *told = differences(_i);
    dg_buf got = page_of_differences(told), want;
    if (getenv("BLESS"))
        dg_file_write(paths[_i], dg_buf_bytes(&got), NULL);
    want = slurp(paths[_i]);
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)),
                  "%s; BLESS=1 rewrites it. Got:\n%.3000s", paths[_i], dg_buf_text(&got));
    dg_buf_clear(&got);
    dg_buf_clear(&want);
    json_decref(told);
}
END_TEST

START_TEST(no_text_becomes_an_element_of_what_differs)
{
    json_t *told = differences(_i), *plain = with_text(told, NULL, "Plain."),
           *hostile = with_text(told, NULL, HOSTILE);
    dg_buf a = page_of_differences(plain), b = page_of_differences(hostile),
           want = xml_bones(dg_buf_text(&a)), got = xml_bones(dg_buf_text(&b));
    ck_assert_msg(strstr(dg_buf_text(&b), "&lt;script&gt;") != NULL, "it is not there");
    ck_assert_ptr_null(strstr(dg_buf_text(&b), "<script"));
    ck_assert_ptr_null(strchr(dg_buf_text(&b), '\x1b'));
    ck_assert_msg(dg_bytes_equal(dg_buf_bytes(&got), dg_buf_bytes(&want)), "%.700s\n---\n%.700s",
                  dg_buf_text(&want), dg_buf_text(&got));
    dg_buf_clear(&a);
    dg_buf_clear(&b);
    dg_buf_clear(&want);
    dg_buf_clear(&got);
    json_decref(told);
    json_decref(plain);
    json_decref(hostile);
}
END_TEST

START_TEST(where_nothing_differs_there_is_no_page)
{
    json_t *told = json_pack("{s:b, s:b}", "sweep", 0, "differs", 0), *none = json_object();
    dg_buf page = page_of_differences(told);
    ck_assert_uint_eq(page.len, 0);
    ck_assert_int_eq(dg_page_differences(&page, none, false, NULL), DG_MALFORMED);
    dg_buf_clear(&page);
    json_decref(told);
    json_decref(none);
}
END_TEST

/* ---- what is no document ---- */

static const char *const none[] = { "{}", "{\"claims\":1}", "{\"sweep\":[]}" };
START_TEST(what_is_no_document_is_refused)
{
    json_t *document = json_loads(none[_i % 3], 0, NULL);
    dg_error err = { .text = "" };
    dg_buf out;
    dg_buf_init(&out, 1 << 20);
    ck_assert_int_eq(formats[_i / 3].makes(&out, document, &err), DG_MALFORMED);
    ck_assert_str_eq(err.text, "this JSON is neither an outcome nor a sweep of doppel");
    ck_assert_uint_eq(out.len, 0);
    dg_buf_clear(&out);
    json_decref(document);
}
END_TEST

static const char *const odd[] = {
    "{\"doppel\":1,\"claims\":[]}",
    "{\"doppel\":1,\"claims\":[1,null,{}],\"answer\":{\"word\":7,\"breaks\":[2]},\"notes\":[{}]}",
    "{\"sweep\":{},\"cells\":[{},3,{\"outcome\":{}},{\"outcome\":{\"claims\":{}}}]}",
    "{\"gate\":{\"without_plan\":[1]},\"known\":[{},7,{\"status\":\"passed\",\"held\":[2]}],"
    "\"cases\":[{},3,{\"differences\":[{},{\"known\":99},{\"known\":-1},4]}]}",
};
START_TEST(an_odd_document_is_a_page_without_a_guess)
{
    json_t *document = json_loads(odd[_i % 4], 0, NULL);
    dg_buf page;
    if (_i % 4 == 3 && !has_page("gate", _i / 4)) {
        json_decref(document);
        return;
    }
    page = page_of(document, _i / 4);
    ck_assert(page.len > 0 || _i / 4 == 2); /* nothing to annotate is nothing */
    dg_buf_clear(&page);
    json_decref(document);
}
END_TEST

START_TEST(a_page_that_does_not_fit_says_so)
{
    json_t *document = load("healthy");
    dg_buf out;
    dg_buf_init(&out, 100);
    ck_assert_int_eq(formats[_i].makes(&out, document, NULL), DG_LIMIT);
    dg_buf_clear(&out);
    json_decref(document);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pages");
    TCase *tc = tcase_create("pages");
    tcase_add_loop_test(tc, a_page_is_the_golden_one, 0, DOCUMENTS * FORMATS);
    tcase_add_loop_test(tc, no_text_becomes_markdown, 0, DOCUMENTS);
    tcase_add_loop_test(tc, no_text_becomes_an_element, 0, 2 * DOCUMENTS);
    tcase_add_loop_test(tc, junit_is_valid, 0, 2 * DOCUMENTS);
    tcase_add_loop_test(tc, no_text_becomes_a_workflow_command, 0, DOCUMENTS);
    tcase_add_loop_test(tc, sarif_is_valid, 0, 2 * DOCUMENTS);
    tcase_add_loop_test(tc, sarif_has_a_result_for_each_finding, 0, 3);
    tcase_add_test(tc, series_are_pictures);
    tcase_add_loop_test(tc, many_slots_are_a_shade_and_their_mean, 0, 2);
    tcase_add_test(tc, work_of_blocks_is_a_picture);
    tcase_add_loop_test(tc, holders_are_shown_where_a_grid_is_used, 0, 2);
    tcase_add_test(tc, outputs_are_a_line_each);
    tcase_add_test(tc, outputs_of_a_gate_count_its_plans);
    tcase_add_test(tc, a_gate_has_no_sarif);
    tcase_add_loop_test(tc, a_summary_is_cut_at_a_line_and_says_so, 0, 4);
    tcase_add_loop_test(tc, what_differs_is_the_golden_page, 0, 2);
    tcase_add_loop_test(tc, no_text_becomes_an_element_of_what_differs, 0, 2);
    tcase_add_test(tc, where_nothing_differs_there_is_no_page);
    tcase_add_loop_test(tc, what_is_no_document_is_refused, 0, 3 * FORMATS);
    tcase_add_loop_test(tc, an_odd_document_is_a_page_without_a_guess, 0, 4 * FORMATS);
    tcase_add_loop_test(tc, a_page_that_does_not_fit_says_so, 0, FORMATS);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
