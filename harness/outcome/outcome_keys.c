/* outcome_keys.c - the keys of an outcome, and reading one from a file. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

static const char *const results[] = { "held", "broke", "inconclusive", "non-deterministic", NULL };
static const char *const lucks[] = { "luck", "rule", "open", NULL };
static const char *const reaches[] = { "does-not-apply", "not-reached", "out-of-reach", NULL };
static const char *const statuses[] = { "held", "broke", "warned", "unexercised", NULL };
static const char *const answers[] = { "GO", "GO WITH HARM", "NO-GO", "CANNOT SAY", NULL };
static const char *const missings[] = {
    "control-fails", "no-block-at-u", "n-never-ran", "too-short",         "unexercised",
    "not-reached",   "out-of-reach",  "undecided",   "not-deterministic", NULL
};
static const char *const standings[] = { "held", "broke", "open", NULL };
static const char *const severities[] = { "gate", "advice", NULL };
static const char *const bounds[] = { "at-least", "at-most", NULL };
static const char *const hows[] = {
    "authorize", "set-code", "unchecked", "override", "config", NULL
};

#define RUNTIME(path)                                                                              \
    { path, DG_KEYS_OBJECT, true, .says = "a runtime" },                                           \
        { path ".spec_name", DG_KEYS_TEXT, true, .says = "name of the chain it is for" },          \
        { path ".spec_version", DG_KEYS_WHOLE, true, .says = "its version" },                      \
        { path ".transaction_version", DG_KEYS_WHOLE, true,                                        \
          .says = "version of its transactions" },                                                 \
        { path ".system_version", DG_KEYS_WHOLE, true, .says = "form of its state values" },       \
        { path ".blob_bytes", DG_KEYS_WHOLE, true, .says = "as stored on chain" },                 \
    {                                                                                              \
        path ".hash", DG_KEYS_TEXT, true, .says = "BLAKE2b-256 of the blob as stored"              \
    }
#define SERIES(path)                                                                               \
    { path, DG_KEYS_LIST, true, .says = "one row a block, in order" },                             \
        { path "[]", DG_KEYS_OBJECT, .says = "a block" },                                          \
        { path "[].block", DG_KEYS_WHOLE, true, .says = "number" },                                \
        { path "[].slot", DG_KEYS_WHOLE, true, .says = "BABE slot" },                              \
        { path "[].session", DG_KEYS_WHOLE, true, .says = "session index after the block" },       \
        { path "[].extrinsics", DG_KEYS_WHOLE, true, .says = "inherents and transactions" },       \
    {                                                                                              \
        path "[].fuel", DG_KEYS_WHOLE, true, .says = "wasm instructions, about"                    \
    }
#define SLOTS(path)                                                                                \
    { path, DG_KEYS_LIST, true, .says = "one row a slot; blocks that lost count too" },            \
        { path "[]", DG_KEYS_OBJECT, .says = "a slot" },                                           \
        { path "[].slot", DG_KEYS_WHOLE, true, .says = "BABE slot" },                              \
        { path "[].claims", DG_KEYS_WHOLE, true, .says = "authors that had it" },                  \
        { path "[].built", DG_KEYS_WHOLE, true, .says = "blocks built for it" },                   \
        { path "[].failed", DG_KEYS_WHOLE, true, .says = "builds that failed" },                   \
        { path "[].heads", DG_KEYS_WHOLE, true,                                                    \
          .says = "leaves that all nodes together have, at its end" },                             \
        { path "[].offered", DG_KEYS_WHOLE, true, .says = "candidates that its authors put in" },  \
        { path "[].backed", DG_KEYS_WHOLE, true, .says = "candidates that the runtime took" },     \
        { path "[].included", DG_KEYS_WHOLE, true, .says = "candidates that became available" },   \
        { path "[].timed_out", DG_KEYS_WHOLE, true, .says = "candidates that did not in time" },   \
        { path "[].lag", DG_KEYS_WHOLE, true,                                                      \
          .says = "blocks from the finalized one to the newest, at its end" },                     \
        { path "[].validators", DG_KEYS_WHOLE,                                                     \
          .says = "nodes that are para validators and up, at its end" },                           \
        { path "[].enabled", DG_KEYS_WHOLE,                                                        \
          .says = "of those, at a leaf with asynchronous backing" },                               \
        { path "[].disputes", DG_KEYS_WHOLE, .says = "candidates that somebody called invalid" },  \
        { path "[].unapproved", DG_KEYS_WHOLE,                                                     \
          .says = "candidates of blocks that were not final, at its end" },                        \
        { path "[].no_shows", DG_KEYS_WHOLE,                                                       \
          .says = "validators that said they check a candidate and had not approved it in time" }, \
        { path "[].aggression", DG_KEYS_WHOLE,                                                     \
          .says = "level at which approvals were sent again" },                                    \
        { path "[].assignments", DG_KEYS_WHOLE, .says = "messages" },                              \
        { path "[].approvals", DG_KEYS_WHOLE, .says = "messages" },                                \
    {                                                                                              \
        path "[].holders", DG_KEYS_WHOLE,                                                          \
            .says = "of those, with a grid topology of their session"                              \
    }
#define SUMS(path)                                                                                 \
    { path, DG_KEYS_OBJECT, true, .says = "the network of one arm, losing blocks included" },      \
        { path ".slots", DG_KEYS_WHOLE, true, .says = "slots that passed" },                       \
        { path ".contested", DG_KEYS_WHOLE, true, .says = "slots with two claims or more" },       \
        { path ".empty", DG_KEYS_WHOLE, true, .says = "slots without a block" },                   \
        { path ".claims", DG_KEYS_WHOLE, true, .says = "validators entitled to a slot" },          \
        { path ".blocks", DG_KEYS_WHOLE, true, .says = "built" },                                  \
        { path ".failed", DG_KEYS_WHOLE, true, .says = "that could not be built" },                \
        { path ".pruned", DG_KEYS_WHOLE, true, .says = "that lost" },                              \
        { path ".lag_min", DG_KEYS_WHOLE, true,                                                    \
          .says = "blocks that finality was behind at least" },                                    \
        { path ".lag_max", DG_KEYS_WHOLE, true, .says = "and at most" },                           \
        { path ".backed", DG_KEYS_WHOLE, true, .says = "candidates, by the runtime's events" },    \
        { path ".included", DG_KEYS_WHOLE, true, .says = "candidates" },                           \
        { path ".timed_out", DG_KEYS_WHOLE, true, .says = "candidates" },                          \
    {                                                                                              \
        path ".messages", DG_KEYS_OBJECT,                                                          \
            .open = true,                                                                          \
            .says = "with network.exchange of messages: sent, by kind, and their bytes"            \
    }
#define ARM(path)                                                                                  \
    { path, DG_KEYS_OBJECT, true, .says = "one arm of the run" },                                  \
        { path ".slots", DG_KEYS_WHOLE, true, .says = "slots that passed" },                       \
        { path ".blocks", DG_KEYS_WHOLE, true, .says = "blocks built" },                           \
        { path ".boundaries_after", DG_KEYS_WHOLE, true,                                           \
          .says = "session boundaries passed after U" },                                           \
    {                                                                                              \
        path ".ended", DG_KEYS_TEXT, true, .says = "why the arm ended"                             \
    }

static const char *const cause_kinds[] = { "cause", "contributes", "together", "recorded", NULL };

/* What one claim came to without a suspect. */
#define FIGURES(at)                                                                                \
    { at, DG_KEYS_OBJECT, .says = "a claim" },                                                     \
        { at ".claim", DG_KEYS_TEXT, true, .says = "its name" },                                   \
        { at ".status", DG_KEYS_TEXT, true, .words = statuses, .says = "without the thing" },      \
        { at ".unit", DG_KEYS_TEXT, .says = "of the figures; absent: nothing was measured" },      \
        { at ".with", DG_KEYS_NUMBER, .says = "measured in treatment" },                           \
        { at ".control", DG_KEYS_NUMBER, .says = "in control, over as many slots" },               \
        { at ".without", DG_KEYS_NUMBER, .says = "measured in treatment without the thing" },      \
    {                                                                                              \
        at ".without_control", DG_KEYS_NUMBER, .says = "in control, over as many slots as that"    \
    }

static const dg_keys_row rows[] = {
    { "doppel", DG_KEYS_WHOLE, true, .min = 1, .max = 1, .says = "version of this format" },
    { "name", DG_KEYS_TEXT, true, .says = "what the plan calls the run" },
    { "program", DG_KEYS_OBJECT, true, .says = "who judged" },
    { "program.name", DG_KEYS_TEXT, true, .says = "doppel" },
    { "program.version", DG_KEYS_TEXT, true, .says = "its version" },
    { "program.engine", DG_KEYS_TEXT, true, .says = "what executed the runtimes" },
    { "chain", DG_KEYS_TEXT, true, .says = "id of the chain" },
    { "block", DG_KEYS_OBJECT, true, .says = "the forked block" },
    { "block.number", DG_KEYS_WHOLE, true, .says = "its number" },
    { "block.hash", DG_KEYS_TEXT, true, .says = "its hash" },
    { "snapshot", DG_KEYS_OBJECT, true, .says = "the forked state" },
    { "snapshot.hash", DG_KEYS_TEXT, true, .says = "BLAKE2b-256 over block hash and state root" },
    { "snapshot.state_root", DG_KEYS_TEXT, true, .says = "root of the state" },
    { "snapshot.keys", DG_KEYS_WHOLE, true, .says = "entries in the state" },
    { "snapshot.partial", DG_KEYS_BOOL, true,
      .says = "keys are missing, so roots are not the chain's" },
    { "seeds", DG_KEYS_LIST,
      .says = "seeds that were run because the plan's own seed left the verdict to chance, in "
              "their order" },
    { "seeds[]", DG_KEYS_OBJECT, .says = "a run of the plan" },
    { "seeds[].seed", DG_KEYS_WHOLE, true, .says = "by that seed" },
    { "seeds[].exit", DG_KEYS_WHOLE, true, .says = "what it came to by itself" },
    { "seeds[].rests", DG_KEYS_BOOL, true, .says = "this outcome is of that run" },
    { "seeds[].claims", DG_KEYS_OBJECT, .open = true,
      .says = "claims that broke or were unexercised in it" },
    { "seeds[].why", DG_KEYS_TEXT, .says = "why it could not be run" },
    { "seed", DG_KEYS_WHOLE, true, .says = "of all chance in the run" },
    RUNTIME("from"),
    RUNTIME("to"),
    { "validators", DG_KEYS_WHOLE, true, .says = "in the session before U" },
    { "parachains", DG_KEYS_WHOLE, true, .says = "registered at the fork" },
    { "upgrade", DG_KEYS_OBJECT, true, .says = "U" },
    { "upgrade.at", DG_KEYS_TEXT, true, .says = "as the plan says" },
    { "upgrade.how", DG_KEYS_TEXT, true, .words = hows,
      .says = "way of enactment; config: the code stays" },
    { "upgrade.path", DG_KEYS_TEXT, true, .says = "what was done for it" },
    { "upgrade.block", DG_KEYS_WHOLE, true, .says = "number of U; 0: none was built" },
    { "upgrade.slot", DG_KEYS_WHOLE, true, .says = "slot meant" },
    { "upgrade.slot_of_session", DG_KEYS_WHOLE, true, .says = "slots since the session's first" },
    { "upgrade.slots_to_boundary", DG_KEYS_WHOLE, .says = "from U's to the next session's first" },
    { "upgrade.blocks_to_boundary", DG_KEYS_WHOLE,
      .says = "control's blocks in those slots, the one in U's place among them" },
    { "upgrade.blocks_of_session", DG_KEYS_WHOLE,
      .says = "control's blocks before U's slot since the session's first" },
    { "upgrade.session", DG_KEYS_WHOLE, true, .says = "session index before U" },
    { "upgrade.enacted", DG_KEYS_BOOL, true, .says = "N was the code after U" },
    { "upgrade.pending", DG_KEYS_BOOL, true, .says = "N waited one block in :pending_code" },
    { "epoch_slots", DG_KEYS_WHOLE, true, .says = "slots of a session, as read at the fork" },
    { "slot_ms", DG_KEYS_WHOLE, true, .says = "duration of a slot" },
    { "network", DG_KEYS_OBJECT, .says = "with a network" },
    { "network.nodes", DG_KEYS_WHOLE, true, .says = "validators of the fork" },
    { "network.parachains_without_core", DG_KEYS_WHOLE, true,
      .says = "registered at the fork, and no core works for them or is to" },
    { "network.forks", DG_KEYS_BOOL, true,
      .says = "false: only the first claim of a slot was used" },
    { "network.table", DG_KEYS_TEXT, true, .says = "version of the class table" },
    { "network.classes", DG_KEYS_OBJECT, true, .open = true, .says = "nodes of each class" },
    { "network.assumed", DG_KEYS_OBJECT, .says = "the plan names no nodes" },
    { "network.assumed.releases", DG_KEYS_TEXT, true,
      .says = "of the node, each with an equal share" },
    { "network.assumed.since", DG_KEYS_TEXT, true, .says = "why these" },
    { "network.rollout", DG_KEYS_LIST, .says = "restarts and updates of nodes, in treatment" },
    { "network.rollout[]", DG_KEYS_OBJECT, .says = "one of the plan's" },
    { "network.rollout[].block", DG_KEYS_WHOLE, true, .says = "newest block when it began" },
    { "network.rollout[].slot", DG_KEYS_WHOLE, true, .says = "slot of the run in which it began" },
    { "network.rollout[].nodes", DG_KEYS_WHOLE, true,
      .says = "nodes that were up again with a new process by it" },
    { "network.rollout[].last_block", DG_KEYS_WHOLE, true,
      .says = "newest block when the last of them was up" },
    { "network.rollout[].restarts", DG_KEYS_BOOL, true,
      .says = "false: a new release was only installed" },
    { "network.rollout[].who", DG_KEYS_TEXT, true, .says = "which nodes the plan means" },
    { "network.rollout[].from", DG_KEYS_OBJECT, true, .open = true,
      .says = "nodes that changed their release by it, by the class that they had" },
    { "network.rollout[].to", DG_KEYS_TEXT, .says = "class that they have after it" },
    SUMS("network.control"),
    SUMS("network.treatment"),
    { "chain_only", DG_KEYS_OBJECT, .says = "without a network: what was not judged, and why" },
    { "chain_only.reason", DG_KEYS_TEXT, true, .says = "why there are no nodes" },
    { "chain_only.claims", DG_KEYS_LIST, true,
      .says = "claims about the network that a run with one judges" },
    { "chain_only.claims[]", DG_KEYS_TEXT, .says = "its name" },
    ARM("control"),
    ARM("treatment"),
    { "result", DG_KEYS_TEXT, true, .words = results, .says = "the verdict" },
    { "reason", DG_KEYS_TEXT, true, .says = "in one line" },
    { "exit", DG_KEYS_WHOLE, true, .min = 0, .max = 5,
      .says = "exit code: 0 held, 1 broke, 3 inconclusive, 5 non-deterministic" },
    { "answer", DG_KEYS_OBJECT, .says = "what a release manager reads first, as facts" },
    { "answer.word", DG_KEYS_TEXT, true, .words = answers,
      .says = "GO: exit 0; GO WITH HARM: exit 0, and what was lost is allowed; NO-GO: exit 1; "
              "CANNOT SAY: any other" },
    { "answer.chain_only", DG_KEYS_BOOL, true, .says = "no network was simulated" },
    { "answer.not_judged", DG_KEYS_WHOLE, true,
      .says = "claims about the network that could therefore not be judged" },
    { "answer.claims", DG_KEYS_OBJECT, true, .says = "how many claims came to what" },
    { "answer.claims.judged", DG_KEYS_WHOLE, true, .says = "all of them" },
    { "answer.claims.held", DG_KEYS_WHOLE, true, .says = "that held" },
    { "answer.claims.broke", DG_KEYS_WHOLE, true, .says = "that broke, advice claims too" },
    { "answer.claims.warned", DG_KEYS_WHOLE, true, .says = "that warned" },
    { "answer.claims.unexercised", DG_KEYS_WHOLE, true, .says = "that had nothing to judge" },
    { "answer.breaks", DG_KEYS_LIST, true, .says = "the gate claims that broke" },
    { "answer.breaks[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "answer.breaks[].claim", DG_KEYS_TEXT, true, .says = "its name" },
    { "answer.breaks[].says", DG_KEYS_TEXT, true, .says = "what happens then, as a clause" },
    { "answer.breaks[].seeds", DG_KEYS_OBJECT, .open = true, .says = "as of the claim" },
    { "answer.breaks[].healed", DG_KEYS_TEXT, .says = "what healed it" },
    { "answer.breaks[].first_block", DG_KEYS_WHOLE, .says = "where it broke first" },
    { "answer.breaks[].last_block", DG_KEYS_WHOLE, .says = "where it broke last" },
    { "answer.breaks[].ms", DG_KEYS_WHOLE, .says = "from the one to the end of the other" },
    { "answer.breaks[].to_the_end", DG_KEYS_BOOL, .says = "it was broken when the run ended" },
    { "answer.granted", DG_KEYS_LIST,
      .says = "what claims would break on, had the plan not allowed so much" },
    { "answer.granted[]", DG_KEYS_OBJECT, .says = "one of them" },
    { "answer.granted[].claim", DG_KEYS_TEXT, true, .says = "its name" },
    { "answer.granted[].says", DG_KEYS_TEXT, true, .says = "what happens, as a clause" },
    { "answer.granted[].lost", DG_KEYS_NUMBER, true, .says = "by treatment beyond control" },
    { "answer.granted[].allowed", DG_KEYS_NUMBER, true, .says = "of that, by the plan" },
    { "answer.granted[].unit", DG_KEYS_TEXT, true, .says = "of both" },
    { "answer.harm", DG_KEYS_OBJECT, true,
      .says = "what was lost against control, from U's slot to control's last; nothing where U did "
              "not enact: N-1 goes on" },
    { "answer.harm.window_ms", DG_KEYS_WHOLE, true, .says = "how long that is" },
    { "answer.harm.relay_blocks", DG_KEYS_WHOLE, true, .says = "of the relay chain, in it" },
    { "answer.harm.relay_blocks_control", DG_KEYS_WHOLE, true, .says = "control's" },
    { "answer.harm.relay_lost_ms", DG_KEYS_WHOLE, true, .says = "slots of those that are missing" },
    { "answer.harm.parachains", DG_KEYS_WHOLE,
      .says = "with a network: that had a block included" },
    { "answer.harm.parachains_harmed", DG_KEYS_WHOLE,
      .says = "of those, with more than one block and more than a hundredth missing" },
    { "answer.harm.parachain_blocks", DG_KEYS_WHOLE, .says = "included, of all together" },
    { "answer.harm.parachain_blocks_control", DG_KEYS_WHOLE, .says = "control's" },
    { "answer.harm.parachain_lost_ms", DG_KEYS_WHOLE,
      .says = "time of the harmed ones, each block as long as control takes for it" },
    { "answer.harm.worst_parachain", DG_KEYS_WHOLE, .says = "the one that lost most; 0: none" },
    { "answer.harm.worst_lost_ms", DG_KEYS_WHOLE, .says = "and how much" },
    { "answer.why", DG_KEYS_LIST, true, .says = "proved causes" },
    { "answer.why[]", DG_KEYS_TEXT, .says = "one line" },
    { "answer.do", DG_KEYS_LIST, true, .says = "what U lacks to be enacted so, then as `advice`" },
    { "answer.objected", DG_KEYS_BOOL,
      .says = "the chain's own call refuses executor parameters that U writes all the same" },
    { "answer.do[]", DG_KEYS_TEXT, .says = "one line" },
    { "answer.positions", DG_KEYS_LIST,
      .says = "other positions of U that were tried, by the seed of this run; with --positions "
              "always, where luck keeps away what a claim is about, by the next that does not" },
    { "answer.positions[]", DG_KEYS_OBJECT, .says = "a run with U there" },
    { "answer.positions[].at", DG_KEYS_TEXT, true, .says = "as a plan would say it" },
    { "answer.positions[].standing", DG_KEYS_TEXT, true, .words = standings,
      .says = "open: nothing can be said, or luck may have made the break" },
    { "answer.positions[].why", DG_KEYS_TEXT, .says = "why it is open" },
    { "answer.positions[].seed", DG_KEYS_WHOLE,
      .says = "of that run; absent: it could not be run" },
    { "answer.positions[].broke", DG_KEYS_LIST, .says = "gate claims that broke" },
    { "answer.positions[].broke[]", DG_KEYS_TEXT, .says = "its name" },
    { "answer.positions[].parachain_lost_ms", DG_KEYS_WHOLE, .says = "as of `harm`" },
    { "answer.positions[].relay_lost_ms", DG_KEYS_WHOLE, .says = "as of `harm`" },
    { "answer.positions[].worst_lost_ms", DG_KEYS_WHOLE, .says = "as of `harm`" },
    { "answer.positions[].parachain_blocks", DG_KEYS_WHOLE, .says = "as of `harm`" },
    { "answer.positions[].parachain_blocks_control", DG_KEYS_WHOLE, .says = "as of `harm`" },
    { "answer.positions[].upgrade", DG_KEYS_OBJECT, .says = "U there, as of `upgrade`" },
    { "answer.positions[].upgrade.block", DG_KEYS_WHOLE, true, .says = "as there" },
    { "answer.positions[].upgrade.slot", DG_KEYS_WHOLE, true, .says = "as there" },
    { "answer.positions[].upgrade.slot_of_session", DG_KEYS_WHOLE, true, .says = "as there" },
    { "answer.positions[].upgrade.slots_to_boundary", DG_KEYS_WHOLE, true, .says = "as there" },
    { "answer.positions[].upgrade.blocks_to_boundary", DG_KEYS_WHOLE, true, .says = "as there" },
    { "answer.positions[].upgrade.blocks_of_session", DG_KEYS_WHOLE, true, .says = "as there" },
    { "answer.positions[].upgrade.session", DG_KEYS_WHOLE, true, .says = "as there" },
    { "answer.missing", DG_KEYS_TEXT, .words = missings,
      .says = "of CANNOT SAY: what is missing for an answer" },
    { "answer.missing_claim", DG_KEYS_TEXT, .says = "the first claim that it is missing for" },
    { "claims", DG_KEYS_LIST, true,
      .says = "every claim that was judged, in the order of the report" },
    { "claims[]", DG_KEYS_OBJECT, .says = "a claim" },
    { "claims[].name", DG_KEYS_TEXT, true, .says = "its name" },
    { "claims[].says", DG_KEYS_TEXT, true, .says = "in plain words" },
    { "claims[].because", DG_KEYS_TEXT, true, .says = "why it exists" },
    { "claims[].basis", DG_KEYS_TEXT, true, .says = "what it was judged on" },
    { "claims[].severity", DG_KEYS_TEXT, true, .words = severities,
      .says =
          "gate: breaking fails the run, and warning where the plan says gate; advice: neither" },
    { "claims[].status", DG_KEYS_TEXT, true, .words = statuses, .says = "what became of it" },
    { "claims[].reach", DG_KEYS_TEXT, .words = reaches,
      .says = "why it saw nothing of what it is about: it cannot come in this plan (held), it "
              "could have come with other luck, or the plan keeps it away" },
    { "claims[].text", DG_KEYS_TEXT, true, .says = "in one line, with numbers" },
    { "claims[].figures", DG_KEYS_OBJECT,
      .says = "the same as numbers; absent: nothing was measured" },
    { "claims[].figures.unit", DG_KEYS_TEXT, true, .says = "of measured, control and threshold" },
    { "claims[].figures.measured", DG_KEYS_NUMBER, .says = "in treatment" },
    { "claims[].figures.control", DG_KEYS_NUMBER, .says = "in control, over as many slots" },
    { "claims[].figures.threshold", DG_KEYS_NUMBER,
      .says = "the last number that holds without a budget" },
    { "claims[].figures.holds", DG_KEYS_TEXT, .words = bounds,
      .says = "which side of the threshold holds" },
    { "claims[].figures.over", DG_KEYS_WHOLE, .says = "slots or blocks that were looked at" },
    { "claims[].figures.over_unit", DG_KEYS_TEXT, .says = "which of the two" },
    { "claims[].figures.lost", DG_KEYS_NUMBER, .says = "by treatment beyond control; 0: nothing" },
    { "claims[].figures.allowed", DG_KEYS_NUMBER, .says = "of that, by the plan; absent: nothing" },
    { "claims[].figures.lost_unit", DG_KEYS_TEXT, .says = "of lost and allowed" },
    { "claims[].narrow", DG_KEYS_BOOL, .says = "it broke so narrowly that luck may have done it" },
    { "claims[].seeds", DG_KEYS_OBJECT,
      .says = "what other seeds of the plan say of a narrow break" },
    { "claims[].seeds.broke", DG_KEYS_WHOLE, true, .says = "seeds in which it broke" },
    { "claims[].seeds.of", DG_KEYS_WHOLE, true, .says = "seeds in which it was judged" },
    { "claims[].seeds.decided", DG_KEYS_TEXT, true, .words = lucks,
      .says = "luck (one seed in five breaks at most), a rule (one in two at least), or neither" },
    { "claims[].seeds.confidence", DG_KEYS_NUMBER, true, .says = "of luck and rule" },
    { "claims[].first_block", DG_KEYS_WHOLE, .says = "where it broke first" },
    { "claims[].last_block", DG_KEYS_WHOLE, .says = "where it broke last" },
    { "claims[].count", DG_KEYS_WHOLE, .says = "events that broke it" },
    { "claims[].healed", DG_KEYS_TEXT, .says = "what healed it" },
    { "claims[].control_failed", DG_KEYS_BOOL, .says = "N-1 alone fails it" },
    { "claims[].evidence", DG_KEYS_LIST, .says = "events" },
    { "apis", DG_KEYS_LIST, true, .says = "runtime APIs whose version changed" },
    { "apis[]", DG_KEYS_OBJECT, .says = "an API" },
    { "apis[].api", DG_KEYS_TEXT, true, .says = "its name, or id" },
    { "apis[].old", DG_KEYS_WHOLE, true, .says = "version in N-1; 0: absent" },
    { "apis[].new", DG_KEYS_WHOLE, true, .says = "version in N; 0: absent" },
    { "apis[].brings", DG_KEYS_LIST, .says = "what the versions between mean to nodes" },
    { "apis[].brings[]", DG_KEYS_TEXT, .says = "version and meaning" },
    { "causes", DG_KEYS_LIST, true, .says = "what explains the verdict" },
    { "causes[]", DG_KEYS_OBJECT, .says = "a change to one thing, or to several" },
    { "causes[].kind", DG_KEYS_TEXT, true, .words = cause_kinds,
      .says = "cause: without it a claim holds that broke; contributes: without it the claim is "
              "better by a tenth; together: it takes all of these; recorded: nothing was proved" },
    { "causes[].suspect", DG_KEYS_TEXT, .says = "what kind of thing" },
    { "causes[].keys", DG_KEYS_LIST,
      .says = "which things these are, alike in runs of any size: repair:4269" },
    { "causes[].keys[]", DG_KEYS_TEXT, .says = "kind of suspect, and its name or number" },
    { "causes[].what", DG_KEYS_TEXT, .says = "the change that was tried" },
    { "causes[].says", DG_KEYS_TEXT, true, .says = "in a sentence" },
    { "causes[].claims", DG_KEYS_LIST, .says = "what it does to claims that broke" },
    FIGURES("causes[].claims[]"),
    { "looked_at", DG_KEYS_LIST, .says = "what was tried and is not the cause" },
    { "looked_at[]", DG_KEYS_OBJECT, .says = "a change to one thing" },
    { "looked_at[].suspect", DG_KEYS_TEXT, true, .says = "what kind of thing" },
    { "looked_at[].what", DG_KEYS_TEXT, true, .says = "the change that was tried" },
    { "looked_at[].seen", DG_KEYS_TEXT, true, .says = "what was recorded of it" },
    { "looked_at[].failed", DG_KEYS_TEXT, .says = "why the trial showed nothing" },
    { "looked_at[].claims", DG_KEYS_LIST, .says = "that broke, and break without it" },
    FIGURES("looked_at[].claims[]"),
    { "left_out", DG_KEYS_OBJECT, .says = "suspects beyond those that were tried" },
    { "left_out.count", DG_KEYS_WHOLE, true, .says = "of them" },
    { "left_out.what", DG_KEYS_TEXT, true, .says = "their changes" },
    { "unexplained", DG_KEYS_OBJECT, .says = "what nothing that was tried explains" },
    { "unexplained.claims", DG_KEYS_LIST, true, .says = "that broke" },
    { "unexplained.claims[]", DG_KEYS_TEXT, .says = "a claim" },
    { "unexplained.differences", DG_KEYS_LIST, true,
      .says = "the first answers and events that differ between the arms" },
    { "unexplained.differences[]", DG_KEYS_TEXT, .says = "one line" },
    { "chains", DG_KEYS_LIST, true,
      .says = "for each broken claim of the network the recorded events back to its cause" },
    { "chains[]", DG_KEYS_OBJECT, .says = "a claim's" },
    { "chains[].claim", DG_KEYS_TEXT, true, .says = "its name" },
    { "chains[].steps", DG_KEYS_LIST, true, .says = "in the order of time" },
    { "chains[].steps[]", DG_KEYS_OBJECT, .says = "an event of treatment" },
    { "chains[].steps[].from_upgrade_ms", DG_KEYS_WHOLE, true,
      .says = "since U's slot began; negative: before" },
    { "chains[].steps[].block", DG_KEYS_WHOLE, true,
      .says = "that it is about, or the newest then" },
    { "chains[].steps[].validator", DG_KEYS_WHOLE, .says = "whose it is; absent: the network's" },
    { "chains[].steps[].kind", DG_KEYS_TEXT, true, .says = "of the event" },
    { "chains[].steps[].says", DG_KEYS_TEXT, true, .says = "its numbers in words" },
    { "ill_control", DG_KEYS_LIST, .says = "what is wrong with N-1 alone, by which N is measured" },
    { "ill_control[]", DG_KEYS_TEXT, .says = "one line" },
    { "advice", DG_KEYS_LIST, true, .says = "what the evidence supports doing" },
    { "advice[]", DG_KEYS_TEXT, .says = "one line" },
    { "notes", DG_KEYS_LIST, true, .says = "what is not as on the live chain" },
    { "notes[]", DG_KEYS_TEXT, .says = "one line" },
    { "series", DG_KEYS_OBJECT, true, .says = "for pictures" },
    SERIES("series.control"),
    SERIES("series.treatment"),
    { "series.network", DG_KEYS_OBJECT, .says = "with a network" },
    SLOTS("series.network.control"),
    SLOTS("series.network.treatment"),
    { "plan", DG_KEYS_OBJECT, true, .open = true, .says = "the plan as it was run" },
    { "environment", DG_KEYS_OBJECT, true, .open = true,
      .says = "of the machine; no part of the verdict, ignored by diffs" },
};

const dg_keys_table *dg_outcome_keys(void)
{
    static const dg_keys_table table = { rows, sizeof rows / sizeof *rows, "An outcome of doppel",
                                         "outcome.schema.json" };
    return &table;
}

json_t *dg_outcome_schema(void)
{
    return dg_keys_schema(dg_outcome_keys());
}

int dg_outcome_exit(const json_t *outcome)
{
    const json_t *v = json_object_get(outcome, "exit");
    json_int_t code = json_integer_value(v);
    return json_is_integer(v) && code >= 0 && code <= DG_EXIT_INTERNAL ? (int)code
                                                                       : DG_EXIT_INTERNAL;
}

enum { OUTCOME_MAX = 1 << 30, FORMAT = 1 };

static json_t *parsed(const dg_buf *text, size_t len, json_error_t *why)
{
    return json_loadb(text->len ? (const char *)text->at : "", len, JSON_REJECT_DUPLICATES, why);
}

dg_code dg_outcome_read(json_t **document, const char *path, dg_error *err)
{
    json_error_t why;
    dg_buf text;
    dg_code rc;
    assert(path);
    *document = NULL;
    dg_buf_init(&text, OUTCOME_MAX);
    if ((rc = dg_file_read(&text, path, err)) >= 0 && !(*document = parsed(&text, text.len, &why)))
        rc = dg_fail(err, DG_MALFORMED, "%s: line %d: %s", path, why.line, why.text);
    dg_buf_clear(&text);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_outcome_read_skimmed(json_t **document, const char *path, dg_error *err)
{
    json_error_t why;
    dg_buf text;
    dg_code rc;
    assert(path);
    *document = NULL;
    dg_buf_init(&text, OUTCOME_MAX);
    if ((rc = dg_file_read(&text, path, err)) >= 0 && text.len) {
        text.len = dg_outcome_skim((char *)text.at, text.len);
        *document = parsed(&text, text.len, &why);
        if (!*document) /* lines are not the file's any more */
            rc = dg_fail(err, DG_MALFORMED, "%s: near line %d: %s", path, why.line, why.text);
    } else if (rc >= 0) {
        rc = dg_fail(err, DG_MALFORMED, "%s: it is empty", path);
    }
    dg_buf_clear(&text);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_outcome_check(const json_t *document, dg_error *err)
{
    const json_t *format = json_object_get(document, "doppel");
    if (json_is_integer(format) && json_integer_value(format) > FORMAT)
        return dg_fail(err, DG_UNSUPPORTED, "outcome of format %lld, this program reads %d",
                       (long long)json_integer_value(format), FORMAT);
    return dg_keys_check(json_object_get(document, "consensus") ? dg_outcome_bft_keys()
                                                                : dg_outcome_keys(),
                         document, true, err)
                   < 0
               ? DG_MALFORMED
               : DG_OK;
}

dg_code dg_outcome_load(json_t **outcome, const char *path, dg_error *err)
{
    dg_code rc = dg_outcome_read(outcome, path, err);
    if (rc >= 0 && (rc = dg_outcome_check(*outcome, err)) < 0) {
        json_decref(*outcome);
        *outcome = NULL;
        return dg_fail_within(err, rc, "%s", path);
    }
    return rc;
}
