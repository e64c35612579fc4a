/* bft_keys.c - the keys of an outcome of consensus bft: those of its own, and of every outcome
 * those that are not about a chain. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

#define ARM(path)                                                                                  \
    { path, DG_KEYS_OBJECT, true, .says = "one arm of the run" },                                  \
        { path ".blocks", DG_KEYS_WHOLE, true, .says = "blocks that became final" },               \
        { path ".rounds", DG_KEYS_WHOLE, true, .says = "rounds that ended" },                      \
        { path ".final_ms", DG_KEYS_WHOLE, true,                                                   \
          .says = "when the last block became final, since the run began" },                       \
    {                                                                                              \
        path ".length_ms", DG_KEYS_WHOLE, true, .says = "how long the arm is"                      \
    }

static const char *const consensuses[] = { "bft", NULL };
static const dg_keys_row own[] = {
    { "consensus", DG_KEYS_TEXT, true, .words = consensuses, .says = "of the network" },
    { "nodes", DG_KEYS_WHOLE, true, .says = "bakers of all committees together" },
    { "classes", DG_KEYS_OBJECT, true, .open = true, .says = "nodes of each class at first" },
    ARM("control"),
    ARM("treatment"),
    { "odds", DG_KEYS_LIST, true, .says = "treatment by other seeds, a row for each cost" },
    { "odds[]", DG_KEYS_OBJECT, .says = "a cost of a payday block" },
    { "odds[].payday_ms", DG_KEYS_LIST, true, .says = "lowest and highest" },
    { "odds[].payday_ms[]", DG_KEYS_WHOLE, .says = "milliseconds" },
    { "odds[].seeds", DG_KEYS_WHOLE, true, .says = "that were run" },
    { "odds[].split", DG_KEYS_WHOLE, true,
      .says = "of them, with a round that some nodes left by a QC and others by a TC" },
    { "odds[].next_late", DG_KEYS_WHOLE, true,
      .says = "of those, in which the round after it timed out as well" },
    { "odds[].waited", DG_KEYS_WHOLE, true,
      .says = "in which a node had enough weight and no certificate for two seconds" },
    { "odds[].stuck", DG_KEYS_WHOLE, true, .says = "of those, in which it had none at the end" },
    { "odds[].stuck_behind_split", DG_KEYS_WHOLE, true,
      .says = "of those, in the round right after the one that ended both ways" },
    { "odds[].share", DG_KEYS_NUMBER, true, .says = "of seeds that are stuck" },
    { "odds[].share_95", DG_KEYS_LIST, true, .says = "where it lies with 95 % confidence" },
    { "odds[].share_95[]", DG_KEYS_NUMBER, .says = "lowest, highest" },
    { "odds[].first_stuck_seed", DG_KEYS_WHOLE, .says = "the first one that is stuck" },
};

/* What is about a chain: rows at these paths and below them. */
static const char *const chains_own[] = { "chain",
                                          "block",
                                          "snapshot",
                                          "seeds",
                                          "from",
                                          "to",
                                          "validators",
                                          "upgrade",
                                          "parachains",
                                          "epoch_slots",
                                          "slot_ms",
                                          "network",
                                          "chain_only",
                                          "control",
                                          "treatment",
                                          "apis",
                                          "looked_at",
                                          "left_out",
                                          "unexplained",
                                          "ill_control",
                                          "advice",
                                          "series",
                                          "causes",
                                          "answer.harm",
                                          "answer.chain_only",
                                          "answer.not_judged",
                                          "answer.granted",
                                          "answer.positions",
                                          "answer.objected" };

static bool about_chain(const char *path)
{
    for (size_t i = 0; i < sizeof chains_own / sizeof *chains_own; i++) {
        size_t len = strlen(chains_own[i]);
        if (strncmp(path, chains_own[i], len) == 0 && (!path[len] || strchr(".[", path[len])))
            return true;
    }
    return false;
}

const dg_keys_table *dg_outcome_bft_keys(void)
{
    enum { ROWS_MAX = 160 };
    static dg_keys_row rows[ROWS_MAX];
    static dg_keys_table table = { rows, 0, "An outcome of doppel, of consensus bft",
                                   "outcome-bft.schema.json" };
    const dg_keys_table *all = dg_outcome_keys();
    if (table.count)
        return &table;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        rows[table.count++] = own[i];
    for (size_t i = 0; i < all->count; i++)
        if (!about_chain(all->rows[i].path)) {
            assert(table.count < ROWS_MAX);
            rows[table.count++] = all->rows[i];
        }
    return &table;
}
