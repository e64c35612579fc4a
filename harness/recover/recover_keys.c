/* recover_keys.c - the keys of what dg_recover makes: the shipped schema is made of them. */
#include "recover/recover_impl.h"

static const char *const remedies[] = { "wait",    "session",  "config", "feature",    "restart",
                                        "release", "rollback", "clocks", "substitute", NULL };

static const dg_keys_row rows[] = {
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "recover", DG_KEYS_OBJECT, true, .says = "a plan that is red, and what can be done" },
    { "recover.name", DG_KEYS_TEXT, true, .says = "of the plan" },
    { "recover.chain", DG_KEYS_TEXT, true, .says = "id of the chain" },
    { "recover.seed", DG_KEYS_WHOLE, true, .says = "of all chance in each run" },
    { "recover.upgrade", DG_KEYS_OBJECT, true, .open = true, .says = "U, as of an outcome" },
    { "recover.slot_ms", DG_KEYS_WHOLE, true, .says = "duration of a slot" },
    { "recover.reason", DG_KEYS_TEXT, true, .says = "why the plan itself is red" },
    { "recover.broke", DG_KEYS_LIST, true, .says = "the gate claims that broke in it" },
    { "recover.broke[]", DG_KEYS_OBJECT, .open = true, .says = "as answer.breaks of an outcome" },
    { "recover.broke[].claim", DG_KEYS_TEXT, true, .says = "its name" },
    { "recover.halted", DG_KEYS_BOOL, true, .says = "the chain stands at the end" },
    { "recover.last_slot", DG_KEYS_WHOLE, true, .says = "of its newest block" },
    { "recover.remedies", DG_KEYS_LIST, true, .says = "the best first" },
    { "recover.remedies[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "recover.remedies[].remedy", DG_KEYS_TEXT, true, .words = remedies, .says = "of which kind" },
    { "recover.remedies[].says", DG_KEYS_TEXT, true, .says = "what is done" },
    { "recover.remedies[].tried", DG_KEYS_BOOL, true, .says = "it was run" },
    { "recover.remedies[].works", DG_KEYS_BOOL, true,
      .says = "nothing that broke is broken after it, where it was run" },
    { "recover.remedies[].why", DG_KEYS_TEXT, true,
      .says = "why it works, or not, or was not run" },
    { "recover.remedies[].recovered_ms", DG_KEYS_WHOLE,
      .says = "from U until nothing that broke is broken; absent: never" },
    { "recover.remedies[].acts", DG_KEYS_NUMBER, .max = 1,
      .says = "share of operators that must act; absent: nobody need" },
    { "recover.remedies[].from_ms", DG_KEYS_WHOLE, .says = "when they begin to, from U on" },
    { "recover.remedies[].by_ms", DG_KEYS_WHOLE, .says = "when the last of them has" },
    { "recover.remedies[].half_back_ms", DG_KEYS_WHOLE,
      .says = "from U until half of control's candidates are backed again" },
    { "recover.remedies[].acted_when_half_back", DG_KEYS_NUMBER, .max = 1,
      .says = "share of nodes that had acted by then" },
    { "recover.remedies[].relay_lost_ms", DG_KEYS_WHOLE,
      .says = "blocks of the relay chain that are missing, as time" },
    { "recover.remedies[].parachain_lost_ms", DG_KEYS_WHOLE,
      .says = "blocks that parachains are missing, all together, as time" },
    { "recover.remedies[].blocks_lost", DG_KEYS_WHOLE, .says = "blocks that are taken back" },
    { "recover.remedies[].finalized_lost", DG_KEYS_WHOLE,
      .says = "of them, final ones; absent: nobody votes in the run" },
    { "recover.remedies[].broke", DG_KEYS_LIST, .says = "the gate claims that broke in its run" },
    { "recover.remedies[].broke[]", DG_KEYS_OBJECT, .open = true,
      .says = "as answer.breaks of an outcome" },
    { "recover.remedies[].broke[].claim", DG_KEYS_TEXT, true, .says = "its name" },
    { "recover.remedies[].brings", DG_KEYS_LIST, .says = "of them, those that it alone breaks" },
    { "recover.remedies[].brings[]", DG_KEYS_TEXT, .says = "a claim" },
    { "recover.remedies[].with", DG_KEYS_LIST, .says = "what else it takes and brings" },
    { "recover.remedies[].with[]", DG_KEYS_TEXT, .says = "a clause" },
    { "recover.remedies[].lag_ms", DG_KEYS_WHOLE, .says = "how far clocks are set back" },
    { "recover.remedies[].catch_up_ms", DG_KEYS_WHOLE,
      .says = "how long they run fast until chain time is true time" },
};
static const dg_keys_table table = { rows, sizeof rows / sizeof *rows, "What doppel recover found",
                                     "recover.schema.json" };

const dg_keys_table *dg_recover_keys(void)
{
    return &table;
}
