/* cmd_snapshot_diff.c - doppel snapshot diff: two states held against each other. */
#include "cli/cli_impl.h"
#include "survey/survey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_TEXT = 20, SHOWN_JSON = 100000 };

static const dg_option options[] = {
    { "item", 0, DG_OPT_TEXT, "PALLET.ITEM", "this item alone, with every key and value" },
};

typedef struct side {
    dg_source source;
    dg_runtime *runtime;
    dg_survey_side seen;
} side;

/* Without code, or with code older than its metadata, keys stay what they are. */
static dg_code open_side(side *s, dg_engine *engine, const char *path, dg_error *err)
{
    dg_code rc;
    if ((rc = dg_cli_source(&s->source, engine, path, err)) < 0
        || (rc = dg_state_open(&s->seen.state, s->source.snapshot, err)) < 0)
        return rc;
    if (dg_cli_runtime_over(&s->runtime, engine, &s->source, NULL, NULL) != DG_OK
        || dg_runtime_meta(s->runtime, &s->seen.meta, NULL) != DG_OK)
        s->seen.meta = NULL;
    return DG_OK;
}

static void close_side(side *s)
{
    dg_runtime_free(s->runtime);
    dg_state_free(s->seen.state);
    dg_source_close(&s->source);
}

/* ---- text ---- */

static void print_entry(const json_t *entry)
{
    char keys[120], before[200], after[200];
    const json_t *decoded = json_object_get(entry, "keys");
    dg_event_short(keys, sizeof keys, decoded ? decoded : json_object_get(entry, "key"));
    dg_event_short(before, sizeof before, json_object_get(entry, "before"));
    dg_event_short(after, sizeof after, json_object_get(entry, "after"));
    printf("    %s: %s -> %s\n", keys, before, after);
}

static long long sum_of(const json_t *items, const char *key)
{
    long long sum = 0;
    const char *name;
    json_t *row;
    json_object_foreach((json_t *)items, name, row) sum +=
        json_integer_value(json_object_get(row, key));
    return sum;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void print_item(const char *name, const json_t *row, bool entries)
{
    static const char *const ways[] = { "added", "removed", "changed" };
    const json_t *entry;
    bool some = false;
    size_t i;
    printf("  %-36s ", name);
    for (i = 0; i < 3; i++) {
        json_int_t count = json_integer_value(json_object_get(row, ways[i]));
        if (count)
            printf("%s%lld %s", some ? ", " : "", (long long)count, ways[i]);
        some |= count != 0;
    }
    puts("");
    if (entries)
        json_array_foreach(json_object_get(row, "entries"), i, entry) print_entry(entry);
}

static dg_code print_text(const json_t *items, bool entries, dg_error *err)
{
    size_t count = json_object_size(items), n = 0;
    const char **names = dg_calloc(count + 1, sizeof *names), *name;
    json_t *row;
    if (!names)
        return dg_fail(err, DG_NOMEM, "no memory for the names of items");
    json_object_foreach((json_t *)items, name, row) names[n++] = name;
    qsort(names, n, sizeof *names, by_name);
    assert(n == count);
    printf("%zu item%s: of their keys %lld were added, %lld removed, %lld changed\n", count,
           count == 1 ? " differs" : "s differ", sum_of(items, "added"), sum_of(items, "removed"),
           sum_of(items, "changed"));
    for (size_t i = 0; i < n; i++)
        print_item(names[i], json_object_get(items, names[i]), entries);
    dg_free((void *)names);
    return DG_OK;
}

/* ---- the command ---- */

static dg_code only_item(json_t **items, const char *wanted, dg_error *err)
{
    json_t *row = json_object_get(*items, wanted), *one;
    if (!row)
        return dg_fail(err, DG_USAGE,
                       "--item: %s does not differ, or there is no such item; without --item "
                       "all items that differ are shown",
                       wanted);
    one = json_pack("{s:O}", wanted, row);
    json_decref(*items);
    *items = one;
    return one ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for one item");
}

static int run(const dg_args *args)
{
    side a = { .runtime = NULL }, b = { .runtime = NULL };
    dg_engine *engine = NULL;
    json_t *items = NULL;
    dg_error err;
    int exit_code = DG_EXIT_HELD;
    bool entries = args->verbose || args->text[0];
    if (dg_cli_engine(&engine, &err) < 0 || open_side(&a, engine, args->positional[0], &err) < 0
        || open_side(&b, engine, args->positional[1], &err) < 0
        || dg_survey_state_diff(&items, &a.seen, &b.seen,
                                args->json || args->text[0] ? SHOWN_JSON : SHOWN_TEXT, &err)
               < 0
        || (args->text[0] && only_item(&items, args->text[0], &err) < 0)) {
        exit_code = dg_cli_exit_with(&err);
    } else if (args->json) {
        exit_code = dg_cli_print_json(items);
        items = NULL; /* taken */
    } else if (print_text(items, entries, &err) < 0) {
        exit_code = dg_cli_exit_with(&err);
    }
    json_decref(items);
    close_side(&a);
    close_side(&b);
    dg_engine_free(engine);
    return exit_code;
}

const dg_command dg_cmd_snapshot_diff = {
    "snapshot diff",
    "BEFORE AFTER",
    "Show what differs between two states, item by item",
    "Each value is read by the runtime of its own state. -v shows keys and values too, the first "
    "twenty of an item.\nStates of a run: doppel run --keep U-1,U,U+1.",
    2,
    2,
    options,
    1,
    run,
    NULL,
};
