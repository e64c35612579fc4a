/* inputs.c - what went into two runs, leaf by leaf. */
#include "compare/compare_impl.h"

static const struct {
    const char *key, *what;
} inputs[] = {
    { "program", "program" },   { "chain", "chain" }, { "block", "block" },
    { "snapshot", "snapshot" }, { "from", "N-1" },    { "to", "N" },
    { "seed", "seed" },         { "plan", "plan" },
};
enum { INPUT_COUNT = sizeof inputs / sizeof *inputs };

bool dg_compare_is_input(const char *key)
{
    for (size_t i = 0; i < INPUT_COUNT; i++)
        if (strcmp(inputs[i].key, key) == 0)
            return true;
    return false;
}

/* The plan's seed is the run's, and said as that. */
static bool said_by_the_run(const json_t *row, dg_compare_pair outcomes)
{
    dg_compare_pair seeds = dg_compare_at(outcomes, "seed");
    return strcmp(dg_compare_text(row, "path"), "plan.seed") == 0
           && dg_compare_same((dg_compare_pair){ seeds.older, json_object_get(row, "old") })
           && dg_compare_same((dg_compare_pair){ seeds.newer, json_object_get(row, "new") });
}

int dg_compare_inputs(json_t *out, dg_compare_pair outcomes)
{
    json_t *rows = json_array();
    int bad = !rows;
    for (size_t i = 0; i < INPUT_COUNT && !bad; i++)
        bad = dg_compare_leaves(rows, inputs[i].what, inputs[i].key,
                                dg_compare_at(outcomes, inputs[i].key));
    for (size_t i = json_array_size(rows); i-- && !bad;)
        if (said_by_the_run(json_array_get(rows, i), outcomes))
            bad = json_array_remove(rows, i);
    if (!bad && json_array_size(rows))
        bad = json_object_set(out, "inputs", rows);
    json_decref(rows);
    return bad;
}
