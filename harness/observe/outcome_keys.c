/* outcome_keys.c - the keys of what was watched: its check and the shipped schema are made of them.
 * Its claims are those of every outcome. */
#include "observe/observe_impl.h"

#include <assert.h>
#include <string.h>

#include "outcome/outcome.h"

static const char *const results[] = { "held", "broke", "inconclusive", NULL };

#define PAIR(path, what)                                                                           \
    { path, DG_KEYS_LIST, .says = what },                                                          \
    {                                                                                              \
        path "[]", DG_KEYS_WHOLE, .says = "at first, at last"                                      \
    }

static const dg_keys_row own[] = {
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "program", DG_KEYS_OBJECT, true, .says = "who watched" },
    { "program.name", DG_KEYS_TEXT, true, .says = "doppel" },
    { "program.version", DG_KEYS_TEXT, true, .says = "its version" },
    { "observe", DG_KEYS_OBJECT, true, .says = "what was watched" },
    { "observe.of", DG_KEYS_TEXT, true, .says = "a process, a page, a file of samples, a plan" },
    { "observe.samples", DG_KEYS_WHOLE, true, .says = "that were taken" },
    { "observe.missed", DG_KEYS_WHOLE, true, .says = "that could not be" },
    { "observe.over_ms", DG_KEYS_WHOLE, true, .says = "from the first to the last" },
    { "observe.settle_ms", DG_KEYS_WHOLE, true, .says = "at the start that are not judged" },
    { "observe.ended", DG_KEYS_TEXT, true, .says = "why it ended" },
    PAIR("observe.rss_kib", "resident memory, KiB; absent: nobody told"),
    PAIR("observe.best", "number of the best block; absent: nobody told"),
    PAIR("observe.finalized", "number of the newest final block; absent: nobody told"),
    PAIR("observe.cpu_ms", "processor time; absent: nobody told"),
    { "observe.kills", DG_KEYS_WHOLE, .says = "of simulated processes, for want of memory" },
    { "observe.down_ms", DG_KEYS_WHOLE, .says = "that these were down" },
    { "observe.control_samples", DG_KEYS_WHOLE, .says = "of N-1; absent: there are none" },
    { "result", DG_KEYS_TEXT, true, .words = results, .says = "the verdict" },
    { "exit", DG_KEYS_WHOLE, true, .max = DG_EXIT_INCONCLUSIVE, .says = "the exit code" },
    { "reason", DG_KEYS_TEXT, true, .says = "why, in one line" },
};

static bool about_claims(const char *path)
{
    static const char at[] = "claims";
    return strncmp(path, at, sizeof at - 1) == 0
           && (!path[sizeof at - 1] || path[sizeof at - 1] == '[');
}

const dg_keys_table *dg_observe_outcome_keys(void)
{
    enum { ROWS_MAX = 80 };
    static dg_keys_row rows[ROWS_MAX];
    static dg_keys_table table = { rows, 0, "What doppel observe saw",
                                   "observe-outcome.schema.json" };
    const dg_keys_table *all = dg_outcome_keys();
    if (table.count)
        return &table;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        rows[table.count++] = own[i];
    for (size_t i = 0; i < all->count; i++)
        if (about_claims(all->rows[i].path)) {
            assert(table.count < ROWS_MAX);
            rows[table.count++] = all->rows[i];
        }
    return &table;
}
