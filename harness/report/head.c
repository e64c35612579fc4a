/* head.c - what was run: the chain and its state, both runtimes, the nodes, by which program. */
#include "report/report_impl.h"

#include <assert.h>
#include <string.h>

/* A plan may leave the code as it is and change the configuration. */
static bool code_stays(const json_t *o)
{
    return strcmp(dg_report_text_at(json_object_get(o, "upgrade"), "how"), "config") == 0;
}

/* "executor_params, no_show_slots": what the plan changes of the configuration. */
static void fields_text(char *out, size_t size, const json_t *o)
{
    assert(size > 0);
    const json_t *config =
        json_object_get(json_object_get(json_object_get(o, "plan"), "upgrade"), "config");
    const char *path;
    size_t used = 0;
    json_t *v;
    out[0] = 0;
    json_object_foreach((json_t *)config, path, v) if (used < size) used +=
        (size_t)snprintf(out + used, size - used, "%s%.80s", used ? ", " : "", path);
}

void dg_report_change(char *out, size_t size, const json_t *o)
{
    const json_t *from = json_object_get(o, "from"), *to = json_object_get(o, "to");
    const char *was = dg_report_text_at(from, "spec_name"),
               *is = dg_report_text_at(to, "spec_name");
    bool same = strcmp(was, is) == 0;
    assert(size > 0);
    out[0] = 0;
    if (!from)
        return;
    if (code_stays(o))
        snprintf(out, size, "%.60s %lld, configuration changed", was,
                 dg_report_whole_at(from, "spec_version"));
    else
        snprintf(out, size, "%.60s %lld -> %.60s%s%lld", was,
                 dg_report_whole_at(from, "spec_version"), same ? "" : is, same ? "" : " ",
                 dg_report_whole_at(to, "spec_version"));
}

void dg_report_place(char *out, size_t size, const json_t *upgrade)
{
    long long slots = dg_report_whole_at(upgrade, "slots_to_boundary"),
              blocks = dg_report_whole_at(upgrade, "blocks_to_boundary"),
              session = dg_report_whole_at(upgrade, "session"),
              slot = dg_report_whole_at(upgrade, "slot_of_session");
    const char *where = "before the session boundary";
    assert(size > 0);
    if (!slots) {
        snprintf(out, size, "slot %lld of session %lld%s", slot, session,
                 slot ? "" : ", which it begins");
        return;
    }
    if (!slot) {
        snprintf(out, size, "the first block of session %lld", session);
        return;
    }
    if (slot < slots) {
        slots = slot;
        blocks = dg_report_whole_at(upgrade, "blocks_of_session");
        where = "after the session boundary";
    }
    snprintf(out, size, "%lld slot%s and %lld block%s %s", slots, slots == 1 ? "" : "s", blocks,
             blocks == 1 ? "" : "s", where);
}

void dg_report_source(char *out, size_t size, const json_t *o, const char *input)
{
    const json_t *sources = json_object_get(json_object_get(o, "environment"), "sources"), *one;
    size_t i;
    assert(size > 0);
    out[0] = 0;
    json_array_foreach(sources, i, one)
    {
        const char *tag = dg_report_text_at(one, "tag");
        if (strcmp(dg_report_text_at(one, "input"), input) != 0
            || strcmp(dg_report_text_at(one, "from"), "repository") != 0)
            continue;
        snprintf(out, size, "commit %.40s%s%.100s%s%s", dg_report_text_at(one, "commit"),
                 tag[0] ? " (" : "", tag, tag[0] ? ")" : "",
                 json_is_true(json_object_get(one, "dirty"))
                     ? "; the working tree beside it had changes, which are no part of it"
                     : "");
        return;
    }
}

/* Where U is, in both units, and what chance and size the run had. */
static void upgrade(sheet *s, const json_t *o)
{
    const json_t *u = json_object_get(o, "upgrade");
    char place[200];
    dg_sheet_label(s, "U");
    dg_report_place(place, sizeof place, u);
    dg_sheet_printf(s, COLUMN_NAME, "#%lld (%.40s), %s", dg_report_whole_at(u, "block"),
                    dg_report_text_at(u, "at"), place);
    if (json_object_get(u, "slots_to_boundary") && dg_report_whole_at(u, "slot_of_session"))
        dg_sheet_printf(s, COLUMN_NAME, " (slot %lld of session %lld)",
                        dg_report_whole_at(u, "slot_of_session"), dg_report_whole_at(u, "session"));
    dg_sheet_end(s);
    dg_sheet_label(s, "run");
    dg_sheet_printf(s, COLUMN_NAME, "seed %lld, %lld validators, %lld parachains",
                    dg_report_whole_at(o, "seed"), dg_report_whole_at(o, "validators"),
                    dg_report_whole_at(o, "parachains"));
    dg_sheet_end(s);
}

/* Who the nodes are. */
static void nodes(sheet *s, const json_t *n)
{
    const char *class;
    const json_t *count;
    bool first = true;
    dg_sheet_label(s, "nodes");
    json_object_foreach((json_t *)json_object_get(n, "classes"), class, count)
    {
        dg_sheet_printf(s, COLUMN_NAME, "%s%lld %.80s", first ? "" : "+ ",
                        (long long)json_integer_value(count), class);
        first = false;
    }
    dg_sheet_printf(s, COLUMN_NAME, " (class table %.20s)", dg_report_text_at(n, "table"));
    dg_sheet_end(s);
}

/* "88 v1.10 + 4 v1.11": the nodes that changed, by what they ran. */
static void left_text(char *out, size_t size, const json_t *from)
{
    assert(size > 0);
    const char *class;
    const json_t *count;
    size_t used = 0;
    out[0] = 0;
    json_object_foreach((json_t *)from, class, count) if (used < size) used +=
        (size_t)snprintf(out + used, size - used, "%s%lld %.80s", used ? " + " : "",
                         (long long)json_integer_value(count), class);
}

/* "#34 to #36: 100 nodes restarted, and 88 v1.10 became v1.12 (all nodes)" */
static void rollout_text(char *out, size_t size, const json_t *rollout)
{
    assert(size > 0);
    const json_t *from = json_object_get(rollout, "from");
    const char *to = dg_report_text_at(rollout, "to");
    long long nodes = dg_report_whole_at(rollout, "nodes"),
              block = dg_report_whole_at(rollout, "block"),
              last = dg_report_whole_at(rollout, "last_block");
    char until[40] = "", left[300], became[420] = "";
    left_text(left, sizeof left, from);
    if (last > block)
        snprintf(until, sizeof until, " to #%lld", last);
    if (left[0])
        snprintf(became, sizeof became, ", and %s became %.80s", left, to);
    else if (to[0] && nodes)
        snprintf(became, sizeof became, ", and were %.80s already", to);
    snprintf(
        out, size, "#%lld%s: %lld node%s %s%s (%.140s)", block, until, nodes, nodes == 1 ? "" : "s",
        json_is_true(json_object_get(rollout, "restarts")) ? "restarted"
                                                           : "began to run what had been installed",
        became, dg_report_text_at(rollout, "who"));
}

/* What becomes of them during the run. */
static void rollouts(sheet *s, const json_t *n)
{
    const json_t *rollout;
    char text[800];
    size_t i;
    json_array_foreach(json_object_get(n, "rollout"), i, rollout)
    {
        rollout_text(text, sizeof text, rollout);
        dg_sheet_label(s, "then");
        dg_sheet_printf(s, COLUMN_NAME, "%s", text);
        dg_sheet_end(s);
    }
}

/* That their chain forks as real ones do, in both arms. */
static void forks(sheet *s, const json_t *n)
{
    const json_t *t = json_object_get(n, "treatment"), *c = json_object_get(n, "control");
    if (!dg_report_whole_at(t, "slots"))
        return;
    dg_sheet_label(s, "forks");
    dg_sheet_printf(
        s, COLUMN_NAME,
        "%lld of %lld slots had several authors (%lld of %lld in control), %lld blocks "
        "lost to another (%lld), finality was %lld to %lld blocks behind (%lld to %lld)",
        dg_report_whole_at(t, "contested"), dg_report_whole_at(t, "slots"),
        dg_report_whole_at(c, "contested"), dg_report_whole_at(c, "slots"),
        dg_report_whole_at(t, "pruned"), dg_report_whole_at(c, "pruned"),
        dg_report_whole_at(t, "lag_min"), dg_report_whole_at(t, "lag_max"),
        dg_report_whole_at(c, "lag_min"), dg_report_whole_at(c, "lag_max"));
    dg_sheet_end(s);
}

static void network(sheet *s, const json_t *n)
{
    if (!n)
        return;
    nodes(s, n);
    rollouts(s, n);
    forks(s, n);
}

static long long a_block(const json_t *arm, long long sum)
{
    long long blocks = dg_report_whole_at(arm, "blocks");
    return blocks ? (sum + blocks / 2) / blocks : 0;
}

/* What a block took in messages, by kind, where they were sent. */
static void messages(sheet *s, const json_t *n)
{
    const json_t *t = json_object_get(n, "treatment"), *c = json_object_get(n, "control"),
                 *sent = json_object_get(t, "messages"), *was = json_object_get(c, "messages"),
                 *count;
    const char *kind;
    if (!sent)
        return;
    dg_sheet_label(s, "sent");
    dg_sheet_printf(s, COLUMN_NAME, "messages a block, and in control:");
    json_object_foreach((json_t *)sent, kind,
                        count) if (json_integer_value(count) && strcmp(kind, "bytes") != 0)
        dg_sheet_printf(s, COLUMN_NAME, " %.40s %lld (%lld),", kind,
                        a_block(t, (long long)json_integer_value(count)),
                        a_block(c, dg_report_whole_at(was, kind)));
    dg_sheet_printf(s, COLUMN_NAME, " together %lld KiB (%lld KiB)",
                    a_block(t, dg_report_whole_at(sent, "bytes")) >> 10,
                    a_block(c, dg_report_whole_at(was, "bytes")) >> 10);
    dg_sheet_end(s);
}

/* .. at the end of a line. */
static void source(sheet *s, const json_t *o, const char *input)
{
    char text[300];
    dg_report_source(text, sizeof text, o, input);
    if (text[0])
        dg_sheet_printf(s, COLUMN_NAME, ", of %s", text);
}

/* `o`: the outcome whose N it is, or NULL. */
static void runtime(sheet *s, const char *word, const json_t *r, const json_t *o)
{
    dg_sheet_label(s, word);
    dg_sheet_printf(s, COLUMN_NAME, "%.60s %lld, %lld bytes, %.70s",
                    dg_report_text_at(r, "spec_name"), dg_report_whole_at(r, "spec_version"),
                    dg_report_whole_at(r, "blob_bytes"), dg_report_text_at(r, "hash"));
    if (o)
        source(s, o, "to");
    dg_sheet_end(s);
}

void dg_report_head(sheet *s, const json_t *o)
{
    const json_t *block = json_object_get(o, "block"), *program = json_object_get(o, "program");
    char fields[240];
    upgrade(s, o);
    dg_sheet_label(s, "fork");
    dg_sheet_printf(s, COLUMN_NAME, "%.60s #%lld, %.70s", dg_report_text_at(o, "chain"),
                    dg_report_whole_at(block, "number"), dg_report_text_at(block, "hash"));
    dg_sheet_end(s);
    dg_sheet_label(s, "state");
    dg_sheet_printf(s, COLUMN_NAME, "%.70s",
                    dg_report_text_at(json_object_get(o, "snapshot"), "hash"));
    source(s, o, "snapshot");
    dg_sheet_end(s);
    runtime(s, "N-1", json_object_get(o, "from"), NULL);
    if (!code_stays(o))
        runtime(s, "N", json_object_get(o, "to"), o);
    fields_text(fields, sizeof fields, o);
    if (fields[0]) {
        dg_sheet_label(s, "config");
        dg_sheet_printf(s, COLUMN_NAME, "%s", fields);
        dg_sheet_end(s);
    }
    network(s, json_object_get(o, "network"));
    messages(s, json_object_get(o, "network"));
    dg_sheet_label(s, "by");
    dg_sheet_printf(s, COLUMN_NAME, "%.40s %.40s, %.60s", dg_report_text_at(program, "name"),
                    dg_report_text_at(program, "version"), dg_report_text_at(program, "engine"));
    dg_sheet_end(s);
}
