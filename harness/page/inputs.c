/* inputs.c - what was run, by name and hash, and the notes on how. */
#include "page/page_impl.h"

enum { NOTES_MAX = 40 };

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

/* One input of the first cell, looked for in another. */
typedef struct wanted {
    const char *name, *text;
    bool found;
} wanted;

static void look(void *user, const char *name, const char *text, bool is_hash)
{
    wanted *w = user;
    (void)is_hash;
    w->found |= strcmp(w->name, name) == 0 && strcmp(w->text, text) == 0;
}

typedef struct shared {
    const json_t *document;
    size_t first; /* the cell whose inputs they are */
    inputs to;
} shared;

static void put_shared(void *user, const char *name, const char *text, bool is_hash)
{
    const shared *s = user;
    for (size_t i = s->first + 1; i < dg_page_cell_count(s->document); i++) {
        dg_page_cell cell = dg_page_cell_at(s->document, i);
        wanted w = { name, text, false };
        if (cell.outcome)
            dg_page_inputs(cell.outcome, look, &w);
        if (cell.outcome && !w.found)
            return;
    }
    s->to.put(s->to.user, name, text, is_hash);
}

void dg_page_inputs_shared(const json_t *document, dg_page_input each, void *user)
{
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        shared s = { document, i, { each, user } };
        dg_page_cell cell = dg_page_cell_at(document, i);
        if (!cell.outcome)
            continue;
        dg_page_inputs(cell.outcome, put_shared, &s);
        return;
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
