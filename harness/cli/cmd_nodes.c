/* cmd_nodes.c - doppel nodes: what releases of the node are known, what each does and lacks.
 *
 * One document, made from the tables alone, is printed as JSON or as text. What is known of a
 * release beside its class stands in `parts`: a row each, with its key and how it is filled. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

#include "plan/plan.h"
#include "protocol/protocol.h"
#include "survey/survey.h"

/* ---- the document ---- */

static json_t *releases_json(const dg_node_class *class)
{
    json_t *out = json_array();
    for (const dg_release *r = class->from; r && r <= class->to; r++)
        json_array_append_new(out,
                              json_pack("{s:s, s:s*, s:s}", "release", r->name, "also",
                                        r->also[0] ? r->also : NULL, "published", r->published));
    return out;
}

/* The bits of a set of versions: [1, 2, 3]. */
static json_t *versions_json(unsigned set)
{
    json_t *out = json_array();
    for (int v = 0; v < 8; v++)
        if (set >> v & 1)
            json_array_append_new(out, json_integer(v));
    return out;
}
static json_t *validation_json(const dg_node_class *class)
{
    return versions_json(class->validation);
}
static json_t *collation_json(const dg_node_class *class)
{
    return versions_json(class->collation);
}

static json_t *host_json(const dg_node_class *class)
{
    return json_integer(class->host_known);
}

/* Repairs that it lacks, with the first release that has each; or those that it has. */
static json_t *repairs_json(const dg_node_class *class, bool lacking)
{
    json_t *out = json_array();
    const dg_repair *r;
    for (size_t i = 0; (r = dg_repair_at(i)); i++)
        if (lacking ? r->lacks(class) && !r->instead : r->has(class))
            json_array_append_new(
                out, lacking ? json_pack("{s:s, s:s, s:s}", "repair", r->name, "they", r->lack,
                                         "since", dg_class_named(r->first)->from->name)
                             : json_pack("{s:s, s:s}", "repair", r->name, "says", r->says));
    return out;
}
static json_t *lacks_json(const dg_node_class *class)
{
    return repairs_json(class, true);
}
static json_t *has_json(const dg_node_class *class)
{
    return repairs_json(class, false);
}

static bool keeps(const dg_survey_kept *row, const dg_node_class *class)
{
    uint32_t oldest = class->from->major ? class->from->minor : 0,
             newest = class->to->major ? class->to->minor : 0;
    return newest >= row->since && (!row->until || oldest <= row->until)
           && (class->to->major || !row->since);
}

/* Answers of the runtime that it takes once a session. */
static json_t *keeps_json(const dg_node_class *class)
{
    json_t *out = json_array();
    const dg_survey_kept *row;
    for (size_t i = 0; class->from && (row = dg_survey_kept_at(i)); i++)
        if (keeps(row, class)) {
            char method[96];
            snprintf(method, sizeof method, "%s_%s", row->api, row->method);
            json_array_append_new(out,
                                  json_pack("{s:s, s:s, s:s, s:b, s:b}", "method", method, "what",
                                            row->what, "use", row->use, "none_kept", (int)row->none,
                                            "presence_only", (int)row->presence));
        }
    return out;
}

/* What was read in its crates. */
static json_t *facts_json(const dg_node_class *class)
{
    json_t *out = json_array();
    const dg_release_fact *f;
    for (size_t i = 0; class->from && (f = dg_release_fact_at(i)); i++)
        if (f->to >= class->from && f->from <= class->to) {
            char words[60];
            dg_release_fact_words(words, sizeof words, f);
            json_array_append_new(out, json_pack("{s:s, s:s, s:s}", "what", f->what, "releases",
                                                 words, "source", f->source));
        }
    return out;
}

/* What is known of nodes, in the order of its telling. A property that other tables have by
 * release, such as memory, is a row here and a line in `detail`. */
static const struct {
    const char *key;
    json_t *(*of)(const dg_node_class *class);
} parts[] = {
    { "releases", releases_json },
    { "parachain_host_known", host_json },
    { "validation_protocols", validation_json },
    { "collation_protocols", collation_json },
    { "lacks", lacks_json },
    { "has", has_json },
    { "keeps_per_session", keeps_json },
    { "facts", facts_json },
};

static json_t *class_json(const dg_node_class *class)
{
    json_t *out = json_pack("{s:s, s:s*, s:s, s:s}", "class", class->name, "also",
                            class->also[0] ? class->also : NULL, "says", class->says,
                            "early_topology", dg_class_early_name(class));
    int bad = out == NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !bad; i++)
        bad = json_object_set_new(out, parts[i].key, parts[i].of(class));
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

static json_t *document_json(json_t *classes)
{
    return classes ? json_pack("{s:s, s:o}", "table", DG_CLASS_TABLE_VERSION, "classes", classes)
                   : NULL;
}

static json_t *all_json(void)
{
    const dg_node_class *class;
    json_t *list = json_array();
    for (size_t i = 0; list && (class = dg_class_at(i)); i++)
        if (json_array_append_new(list, class_json(class))) {
            json_decref(list);
            list = NULL;
        }
    return document_json(list);
}

/* Of a range each row of the table that is in it. */
static json_t *some_json(const dg_plan_range *range)
{
    dg_node_class class;
    json_t *list = json_array();
    for (size_t i = 0; list && dg_plan_range_part(&class, range, i); i++)
        if (json_array_append_new(list, class_json(&class))) {
            json_decref(list);
            list = NULL;
        }
    return document_json(list);
}

/* ---- as text ---- */

typedef struct page {
    size_t width;
} page;

static const char *text_at(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

/* "2024-03 to 2024-05" */
static void published_text(char *out, size_t size, const json_t *class)
{
    assert(size > 0);
    const json_t *releases = json_object_get(class, "releases");
    size_t count = json_array_size(releases);
    const char *first = text_at(json_array_get(releases, 0), "published"),
               *last = count ? text_at(json_array_get(releases, count - 1), "published") : "";
    snprintf(out, size, strcmp(first, last) == 0 ? "%s" : "%s to %s", first, last);
}

/* "1, 2, 3", or the texts under a key of each item. */
static void list_text(char *out, size_t size, const json_t *list, const char *key)
{
    assert(size > 0);
    const json_t *item;
    size_t i, used = 0;
    out[0] = 0;
    json_array_foreach(list, i, item)
    {
        const char *before = i ? ", " : "";
        if (used < size && key)
            used += (size_t)snprintf(out + used, size - used, "%s%s", before, text_at(item, key));
        else if (used < size)
            used += (size_t)snprintf(out + used, size - used, "%s%lld", before,
                                     (long long)json_integer_value(item));
    }
}

enum { COLUMN = 14, WIDTH_LEAST = 40 };

/* "lacks         4211, 4269", wrapped below itself; nothing where there is nothing to say. */
static void say(const page *p, const char *label, const char *text)
{
    if (!text[0])
        return;
    printf("  %-*s", COLUMN - 2, label);
    dg_cli_wrap_to(stdout, p->width, COLUMN, COLUMN, text);
}

static void say_list(const page *p, const char *label, const json_t *list, const char *key)
{
    char text[2000];
    list_text(text, sizeof text, list, key);
    say(p, label, text);
}

/* Stable names of its releases: "v1.15 stable2407, v1.16 stable2409". */
static void say_releases(const page *p, const json_t *class)
{
    const json_t *r;
    char text[1200] = "";
    size_t i, used = 0;
    json_array_foreach(json_object_get(class, "releases"), i, r) if (used < sizeof text) used +=
        (size_t)snprintf(text + used, sizeof text - used, "%s%s%s%s (%s)", i ? ", " : "",
                         text_at(r, "release"), text_at(r, "also")[0] ? " or " : "",
                         text_at(r, "also"), text_at(r, "published"));
    say(p, "releases", text);
}

static void say_protocols(const page *p, const json_t *class)
{
    char validation[40], collation[40], text[200];
    list_text(validation, sizeof validation, json_object_get(class, "validation_protocols"), NULL);
    list_text(collation, sizeof collation, json_object_get(class, "collation_protocols"), NULL);
    snprintf(text, sizeof text,
             "validation protocols %s; collation protocols %s; questions for ParachainHost up to "
             "%lld",
             validation, collation,
             (long long)json_integer_value(json_object_get(class, "parachain_host_known")));
    say(p, "speaks", text);
}

static void head(const page *p, const json_t *class)
{
    char published[40], line[300];
    published_text(published, sizeof published, class);
    snprintf(line, sizeof line, "%s%s%s%s%s%s", text_at(class, "class"), published[0] ? " (" : "",
             published, published[0] ? ")" : "", text_at(class, "also")[0] ? ", once " : "",
             text_at(class, "also"));
    dg_cli_wrap_to(stdout, p->width, 0, 0, line);
}

static void in_short(const page *p, const json_t *class)
{
    head(p, class);
    say(p, "does", text_at(class, "says"));
    say_protocols(p, class);
    say_list(p, "lacks", json_object_get(class, "lacks"), "repair");
    say_list(p, "keeps", json_object_get(class, "keeps_per_session"), "what");
}

/* A line for each item; the label stands before the first. */
static void say_each(const page *p, const char *label, const json_t *list,
                     void (*word)(char *out, size_t size, const json_t *item))
{
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item)
    {
        char text[600];
        word(text, sizeof text, item);
        say(p, i ? "" : label, text);
    }
}

static void lack_words(char *out, size_t size, const json_t *item)
{
    snprintf(out, size, "%s: they %s; %s and later do not", text_at(item, "repair"),
             text_at(item, "they"), text_at(item, "since"));
}
static void has_words(char *out, size_t size, const json_t *item)
{
    snprintf(out, size, "%s: %s", text_at(item, "repair"), text_at(item, "says"));
}
static void keeps_words(char *out, size_t size, const json_t *item)
{
    snprintf(out, size, "%s%s (%s): %s", text_at(item, "what"),
             json_is_true(json_object_get(item, "none_kept")) ? ", \"none\" too" : "",
             text_at(item, "method"), text_at(item, "use"));
}
static void fact_words(char *out, size_t size, const json_t *item)
{
    snprintf(out, size, "%s, %s [%s]", text_at(item, "what"), text_at(item, "releases"),
             text_at(item, "source"));
}

static void detail(const page *p, const json_t *class)
{
    head(p, class);
    say(p, "does", text_at(class, "says"));
    say_releases(p, class);
    say_protocols(p, class);
    say_each(p, "lacks", json_object_get(class, "lacks"), lack_words);
    say_each(p, "has", json_object_get(class, "has"), has_words);
    say_each(p, "keeps", json_object_get(class, "keeps_per_session"), keeps_words);
    say_each(p, "read in", json_object_get(class, "facts"), fact_words);
}

static void print(const page *p, const json_t *document, bool details)
{
    const json_t *class;
    size_t i;
    char line[400];
    snprintf(
        line, sizeof line,
        "Nodes by the releases that behave alike (class table %s): what they do and speak, the "
        "repairs that they lack (doppel help nodes), the answers of the runtime that they "
        "keep for a session. doppel nodes RELEASE has the sources.",
        text_at(document, "table"));
    if (!details)
        dg_cli_wrap_to(stdout, p->width, 0, 0, line);
    json_array_foreach(json_object_get(document, "classes"), i, class)
    {
        if (!details || i)
            putchar('\n');
        if (details)
            detail(p, class);
        else
            in_short(p, class);
    }
}

/* ---- the command ---- */

static const dg_option options[] = {
    { "width", 0, DG_OPT_NUMBER, "COLUMNS",
      "wrap lines at this column (the terminal's, else 100)" },
};
enum { OPT_WIDTH };

static int run(const dg_args *args)
{
    const char *name = args->positional_count ? args->positional[0] : NULL;
    page p = { .width = dg_cli_width(stdout, args->number[OPT_WIDTH]) };
    dg_plan_range range;
    dg_error err;
    json_t *document;
    if (name && dg_plan_range_read(&range, name, &err) < 0)
        return dg_cli_exit_with(&err);
    document = name ? some_json(&range) : all_json();
    if (args->json || !document)
        return dg_cli_print_json(document);
    p.width = p.width > WIDTH_LEAST ? p.width : WIDTH_LEAST;
    print(&p, document, name != NULL);
    json_decref(document);
    return DG_EXIT_HELD;
}

const dg_command dg_cmd_nodes = {
    "nodes",
    "[RELEASE]",
    "Releases of the node: what each does, lacks and keeps",
    "RELEASE is v1.10, stable2407-1, a row such as v1.10..v1.11, kagome, or what a node says of "
    "itself.",
    0,
    1,
    options,
    sizeof options / sizeof options[0],
    run,
    dg_topic_nodes,
};
