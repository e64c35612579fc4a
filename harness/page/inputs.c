/* inputs.c - what was run, by name and hash, and the notes on how. */
#include "page/page_impl.h"

#include <assert.h>

enum { NOTES_MAX = 40, INPUTS_MAX = 24, TEXT_MAX = 1 << 30 };

typedef struct inputs {
    dg_page_input put;
    void *user;
} inputs;

static void put(const inputs *to, const char *name, const char *text)
{
    if (text[0])
        to->put(to->user, name, text, false);
}

static void put_hash(const inputs *to, const char *name, const json_t *of)
{
    const char *hash = dg_report_text_at(of, "hash");
    if (hash[0])
        to->put(to->user, name, hash, true);
}

static void put_whole(const inputs *to, const char *name, const json_t *of, const char *key)
{
    char text[40];
    if (!json_is_integer(json_object_get(of, key)))
        return;
    snprintf(text, sizeof text, "%lld", dg_report_whole_at(of, key));
    put(to, name, text);
}

static void put_runtime(const inputs *to, const char *name, const char *hash_name,
                        const json_t *runtime)
{
    char text[200];
    if (!runtime)
        return;
    snprintf(text, sizeof text, "%.100s %lld, %lld bytes", dg_report_text_at(runtime, "spec_name"),
             dg_report_whole_at(runtime, "spec_version"),
             dg_report_whole_at(runtime, "blob_bytes"));
    put(to, name, text);
    put_hash(to, hash_name, runtime);
}

/* The commit that an input is of, where it was named in a repository. */
static void put_source(const inputs *to, const char *name, const json_t *o, const char *input)
{
    char text[300];
    dg_report_source(text, sizeof text, o, input);
    put(to, name, text);
}

static void put_upgrade(const inputs *to, const json_t *upgrade)
{
    char place[200], text[300];
    if (!upgrade)
        return;
    dg_report_place(place, sizeof place, upgrade);
    snprintf(text, sizeof text, "#%lld (%.60s), %s", dg_report_whole_at(upgrade, "block"),
             dg_report_text_at(upgrade, "at"), place);
    put(to, "U", text);
}

static void put_nodes(const inputs *to, const json_t *network)
{
    const char *class;
    const json_t *count;
    dg_buf text;
    dg_buf_init(&text, 1 << 16);
    json_object_foreach((json_t *)json_object_get(network, "classes"), class, count) dg_buf_printf(
        &text, "%s%lld %s", text.len ? " + " : "", (long long)json_integer_value(count), class);
    if (text.len)
        dg_buf_printf(&text, " (class table %s)", dg_report_text_at(network, "table"));
    put(to, "nodes", dg_buf_text(&text));
    dg_buf_clear(&text);
}

void dg_page_inputs(const json_t *o, dg_page_input each, void *user)
{
    const inputs to = { each, user };
    const json_t *block = json_object_get(o, "block"), *program = json_object_get(o, "program");
    char text[200];
    put(&to, "chain", dg_report_text_at(o, "chain"));
    put_whole(&to, "fork block", block, "number");
    put_hash(&to, "fork block hash", block);
    put_hash(&to, "state hash", json_object_get(o, "snapshot"));
    put_source(&to, "state from", o, "snapshot");
    put_runtime(&to, "N-1", "N-1 hash", json_object_get(o, "from"));
    if (strcmp(dg_report_text_at(json_object_get(o, "upgrade"), "how"), "config") != 0)
        put_runtime(&to, "N", "N hash", json_object_get(o, "to"));
    put_source(&to, "N from", o, "to");
    put_upgrade(&to, json_object_get(o, "upgrade"));
    put_whole(&to, "seed", o, "seed");
    put_whole(&to, "validators", o, "validators");
    put_whole(&to, "parachains", o, "parachains");
    put_nodes(&to, json_object_get(o, "network"));
    snprintf(text, sizeof text, "%.60s %.60s, %.60s", dg_report_text_at(program, "name"),
             dg_report_text_at(program, "version"), dg_report_text_at(program, "engine"));
    if (program)
        put(&to, "program", text);
}

/* ---- of many cells ---- */

/* Inputs of the first finished cell; those that another lacks drop out. */
typedef struct shared {
    struct {
        const char *name;
        dg_buf text;
        bool is_hash, found, alike; /* found: in the cell that is looked at */
    } of[INPUTS_MAX];
    size_t count;
} shared;

static void take(void *user, const char *name, const char *text, bool is_hash)
{
    shared *s = user;
    size_t i = s->count++;
    assert(i < INPUTS_MAX);
    s->of[i].name = name;
    s->of[i].is_hash = is_hash;
    s->of[i].alike = true;
    dg_buf_init(&s->of[i].text, TEXT_MAX);
    dg_buf_put_text(&s->of[i].text, text);
}

static void look(void *user, const char *name, const char *text, bool is_hash)
{
    shared *s = user;
    (void)is_hash;
    for (size_t i = 0; i < s->count; i++)
        s->of[i].found |=
            strcmp(s->of[i].name, name) == 0 && strcmp(dg_buf_text(&s->of[i].text), text) == 0;
}

static void narrow(shared *s, const json_t *outcome)
{
    for (size_t i = 0; i < s->count; i++)
        s->of[i].found = false;
    dg_page_inputs(outcome, look, s);
    for (size_t i = 0; i < s->count; i++)
        s->of[i].alike &= s->of[i].found;
}

void dg_page_inputs_shared(const json_t *document, dg_page_input each, void *user)
{
    shared s = { .count = 0 };
    bool first = true;
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        if (!cell.outcome)
            continue;
        if (first)
            dg_page_inputs(cell.outcome, take, &s);
        else
            narrow(&s, cell.outcome);
        first = false;
    }
    for (size_t i = 0; i < s.count; i++) {
        if (s.of[i].alike)
            each(user, s.of[i].name, dg_buf_text(&s.of[i].text), s.of[i].is_hash);
        dg_buf_clear(&s.of[i].text);
    }
}

static bool is_told(const char *const *told, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(told[i], text) == 0)
            return true;
    return false;
}

size_t dg_page_notes(const json_t *document, dg_page_note each, void *user)
{
    const char *told[NOTES_MAX];
    size_t count = 0, left = 0, k;
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        const json_t *note;
        json_array_foreach(json_object_get(cell.outcome, "notes"), k, note)
        {
            const char *text = json_is_string(note) ? json_string_value(note) : "";
            if (!text[0] || is_told(told, count, text))
                continue;
            if (count == NOTES_MAX) {
                left++;
                continue;
            }
            told[count++] = text;
            each(user, text);
        }
    }
    return left;
}
