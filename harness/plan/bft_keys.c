/* bft_keys.c - the keys of a plan whose consensus is bft. */
#include "plan/plan_impl.h"

#include "bft/bft.h"

static const char *const kinds[] = { "node-binary", "committee", "epoch-parameters", NULL };
enum { DAY_MS = 86400000 };

/* What an epoch's rounds are made of; `otherwise`: without the key. */
#define PARAMETERS(path, block, payday, timeout, apart, grow, shrink, threshold)                   \
    { path ".block_ms", DG_KEYS_LIST, block,                                                       \
      .says = "lowest and highest time in milliseconds that a node takes to make a block, and "    \
              "another one to execute it" },                                                       \
        { path ".block_ms[]", DG_KEYS_WHOLE, .min = 0, .max = DAY_MS, .says = "milliseconds" },    \
        { path ".payday_ms", DG_KEYS_LIST, payday, .says = "the same of a payday block" },         \
        { path ".payday_ms[]", DG_KEYS_WHOLE, .min = 0, .max = DAY_MS, .says = "milliseconds" },   \
        { path ".timeout_ms", DG_KEYS_WHOLE, .min = 1,                                             \
          .max = DAY_MS,      timeout,       .says = "a round's timeout at least" },               \
        { path ".min_block_ms", DG_KEYS_WHOLE, .min = 0,                                           \
          .max = DAY_MS,        apart,         .says = "from one block to the next at least" },    \
        { path ".timeout_increase", DG_KEYS_LIST, grow,                                            \
          .says = "times the timeout when it ends a round, as numerator and denominator" },        \
        { path ".timeout_increase[]", DG_KEYS_WHOLE, .min = 1, .max = DG_BFT_RATIO_MAX,            \
          .says = "a whole number" },                                                              \
        { path ".timeout_decrease", DG_KEYS_LIST, shrink,                                          \
          .says = "times the timeout when a quorum certificate ends a round" },                    \
        { path ".timeout_decrease[]", DG_KEYS_WHOLE, .min = 1, .max = DG_BFT_RATIO_MAX,            \
          .says = "a whole number" },                                                              \
        { path ".threshold", DG_KEYS_LIST, threshold,                                              \
          .says = "of a committee's weight, for a certificate" },                                  \
    {                                                                                              \
        path ".threshold[]", DG_KEYS_WHOLE, .min = 1, .max = DG_BFT_RATIO_MAX,                     \
                                            .says = "a whole number"                               \
    }
#define SAME .without = "as before"

/* Who is in a committee. */
#define MEMBERS(path)                                                                              \
    { path ".members", DG_KEYS_LIST, .without = "as of the other keys", .says = "all of them" },   \
        { path ".members[]", DG_KEYS_OBJECT, .says = "a finalizer" }, { path ".members[].baker",   \
                                                                        DG_KEYS_WHOLE,             \
                                                                        true,                      \
                                                                        .min = 0,                  \
                                                                        .max = INT64_MAX,          \
                                                                        .says = "its id" },        \
        { path ".members[].weight",          DG_KEYS_WHOLE,       true, .min = 0,                  \
          .max = (int64_t)DG_BFT_WEIGHT_MAX, .says = "its weight" },                               \
        { path ".leave", DG_KEYS_LIST, .without = "nobody",                                        \
          .says = "ids of the committee before that are no more in it" },                          \
        { path ".leave[]", DG_KEYS_WHOLE, .min = 0, .max = INT64_MAX, .says = "an id" },           \
        { path ".join", DG_KEYS_LIST, .without = "nobody",                                         \
          .says = "finalizers beside those of the committee before, or with another weight" },     \
        { path ".join[]", DG_KEYS_OBJECT, .says = "a finalizer" }, { path ".join[].baker",         \
                                                                     DG_KEYS_WHOLE,                \
                                                                     true,                         \
                                                                     .min = 0,                     \
                                                                     .max = INT64_MAX,             \
                                                                     .says = "its id" },           \
    {                                                                                              \
        path ".join[].weight", DG_KEYS_WHOLE, true, .min = 0, .max = (int64_t)DG_BFT_WEIGHT_MAX,   \
                                                    .says = "its weight"                           \
    }

static const dg_keys_row rows[] = {
    { "bft", DG_KEYS_OBJECT, .without = "needed for consensus bft",
      .says = "the network, its first epochs, and what changes; control is without transitions" },
    { "bft.first_epoch", DG_KEYS_WHOLE, .min = 1, .max = INT64_C(1) << 53, .fallback = "1",
      .says = "epoch in which the run begins" },
    { "bft.first_round", DG_KEYS_WHOLE, .min = 1, .max = INT64_C(1) << 53, .fallback = "1",
      .says = "round with which it begins" },
    { "bft.payday_epochs", DG_KEYS_WHOLE, .min = 1, .max = 1000000, .fallback = "24",
      .says = "the first block of each epoch whose number this divides is a payday block" },
    { "bft.epoch_ms", DG_KEYS_WHOLE, .min = 1, .max = 30 * (int64_t)DAY_MS, .fallback = "3600000",
      .says = "nominal length of an epoch in milliseconds; it ends with a block past that" },
    { "bft.before_ms", DG_KEYS_WHOLE, .min = 0, .max = 30 * (int64_t)DAY_MS, .fallback = "60000",
      .says = "milliseconds from the run's begin to the nominal end of the first epoch" },
    { "bft.after_ms", DG_KEYS_WHOLE, .min = 1, .max = 30 * (int64_t)DAY_MS, .fallback = "600000",
      .says = "milliseconds from there to the run's end" },
    { "bft.latency_ms", DG_KEYS_LIST, .fallback = "[20, 200]",
      .says = "lowest and highest time in milliseconds that a message is under way" },
    { "bft.latency_ms[]", DG_KEYS_WHOLE, .min = 0, .max = 600000, .says = "milliseconds" },
    { "bft.committees", DG_KEYS_LIST, .without = "needed",
      .says = "who finalizes, from which epoch on, in both arms" },
    { "bft.committees[]", DG_KEYS_OBJECT, .says = "a committee" },
    { "bft.committees[].from_epoch", DG_KEYS_WHOLE, .min = 0, .max = INT64_C(1) << 53,
      .without = "the first epoch", .says = "first epoch of this committee" },
    { "bft.committees[].bakers", DG_KEYS_WHOLE, .min = 0, .max = DG_BFT_BAKERS_MAX,
      .without = "as of the other keys",
      .says = "so many finalizers of equal weight, with ids from 0 on" },
    MEMBERS("bft.committees[]"),
    { "bft.parameters", DG_KEYS_OBJECT, .without = "as of its keys",
      .says = "what holds from the first epoch on, in both arms" },
    PARAMETERS("bft.parameters", .fallback = "[100, 300]", .fallback = "[1000, 2000]",
               .fallback = "10000", .fallback = "2000", .fallback = "[5, 4]", .fallback = "[4, 5]",
               .fallback = "[2, 3]"),
    { "bft.classes", DG_KEYS_LIST, .without = "needed",
      .says = "releases that nodes run when the run begins" },
    { "bft.classes[]", DG_KEYS_OBJECT, .says = "nodes of one release" },
    { "bft.classes[].class", DG_KEYS_TEXT, true,
      .says = "a release, such as 6.3.0, which tallies timeouts by merging two lists, or 6.3.1, "
              "which tallies them as a set" },
    { "bft.classes[].share", DG_KEYS_NUMBER, true, .max = 1,
      .says = "share of the nodes, drawn by lot" },
    { "bft.transitions", DG_KEYS_LIST, .without = "none, so both arms are the same",
      .says = "what treatment has and control has not" },
    { "bft.transitions[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "bft.transitions[].kind", DG_KEYS_TEXT, true, .words = kinds,
      .says = "node-binary: nodes restart as another release; committee: another one from an epoch "
              "on; epoch-parameters: other times or thresholds from an epoch on" },
    { "bft.transitions[].epoch", DG_KEYS_WHOLE, .min = 0, .max = INT64_C(1) << 53,
      .without = "needed but for node-binary", .says = "first epoch with it" },
    { "bft.transitions[].at_ms", DG_KEYS_WHOLE, .min = 0, .max = 60 * (int64_t)DAY_MS,
      .without = "needed for node-binary",
      .says = "node-binary: milliseconds from the run's begin to the first restart" },
    { "bft.transitions[].over_ms", DG_KEYS_WHOLE, .min = 0, .max = 30 * (int64_t)DAY_MS,
      .fallback = "0", .says = "node-binary: from the first restart to the last one" },
    { "bft.transitions[].down_ms", DG_KEYS_WHOLE, .min = 1, .max = 30 * (int64_t)DAY_MS,
      .fallback = "30000", .says = "node-binary: how long each is down" },
    { "bft.transitions[].to", DG_KEYS_TEXT, .without = "needed for node-binary",
      .says = "node-binary: the release that they run then" },
    { "bft.transitions[].bakers", DG_KEYS_LIST, .without = "as of share",
      .says = "node-binary: only these, by id" },
    { "bft.transitions[].bakers[]", DG_KEYS_WHOLE, .min = 0, .max = INT64_MAX, .says = "an id" },
    { "bft.transitions[].share", DG_KEYS_NUMBER, .max = 1, .without = "all nodes",
      .says = "node-binary: only this share of them, drawn by lot" },
    MEMBERS("bft.transitions[]"),
    PARAMETERS("bft.transitions[]", SAME, SAME, SAME, SAME, SAME, SAME, SAME),
    { "bft.odds", DG_KEYS_OBJECT, .without = "the run's own seed alone",
      .says = "treatment is run again by other seeds, without node binaries, from at most 6 s "
              "before the first epoch's end until the next one goes on, and what came of them is "
              "counted" },
    { "bft.odds.seeds", DG_KEYS_WHOLE, .min = 1, .max = 100000, .fallback = "100",
      .says = "how many, from the plan's own seed on" },
    { "bft.odds.after_ms", DG_KEYS_WHOLE, .min = 1, .max = 30 * (int64_t)DAY_MS,
      .fallback = "120000", .says = "how long after the first epoch's nominal end each run ends" },
    { "bft.odds.payday_ms", DG_KEYS_LIST, .without = "as of the plan",
      .says = "costs of a payday block, each a lowest and a highest one, for a row each" },
    { "bft.odds.payday_ms[]", DG_KEYS_LIST, .says = "a lowest and a highest one" },
    { "bft.odds.payday_ms[][]", DG_KEYS_WHOLE, .min = 0, .max = DAY_MS, .says = "milliseconds" },
};

const dg_keys_row *dg_plan_bft_row(size_t i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}
