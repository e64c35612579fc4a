/* release_facts.c - what nodes of each release do, for whoever asks what a class stands on: a row
 * for each fact, with the releases and the crate and line in which it was read. RELEASES.md has the
 * same rows and more beside them; a test holds them together. */
#include "protocol/release_impl.h"

#include <assert.h>

enum { LATER = RELEASES - 1 };

#define ROW(first, last, what, source)                                                             \
    {                                                                                              \
        &dg_release_table[first], &dg_release_table[last], what, source                            \
    }

static const dg_release_fact rows[] = {
    ROW(V1_0, V1_0, "legacy statements only, no mode at all",
        "statement-distribution 1.0.0: no second module"),
    ROW(V1_1, V1_1, "asynchronous backing waits for ParachainHost 99",
        "node-subsystem-types 2.0.0 messages.rs:732"),
    ROW(V1_2, LATER, "asynchronous backing from ParachainHost 7 on",
        "node-subsystem-types 3.0.0 messages.rs:728"),
    ROW(V1_18, LATER,
        "asynchronous backing alone: its parameters are not asked for, and relay parents go back "
        "by the scheduling lookahead, as it was at the session's first leaf",
        "node-core-prospective-parachains 21.0.0 lib.rs:238; 20.0.0 :217"),
    ROW(V1_2, V1_6, "a grid topology that comes before asynchronous backing is on is dropped",
        "statement-distribution 3.0.0 to 7.0.0: no `unused_topologies`"),
    ROW(V1_7, V1_11, "an early topology is kept, and lost when a leaf signal only deactivates",
        "statement-distribution 8.0.0 v2/mod.rs:465, 772; 12.0.0 :829"),
    ROW(V1_12, LATER, "the newest early topology is kept (pull request 4269)",
        "statement-distribution 13.0.0 v2/mod.rs:833"),
    ROW(V1_3, V1_6, "a leaf that cannot be taken up leaves its parent active",
        "statement-distribution 4.0.0 lib.rs:322"),
    ROW(V1_7, LATER,
        "a leaf that cannot be taken up is taken down all the same, and a grid goes with the last "
        "leaf of its session",
        "statement-distribution 8.0.0 lib.rs:320, v2/mod.rs:612"),
    ROW(V1_2, V1_17, "legacy statements beside the others",
        "statement-distribution: `legacy_v1/` is in 21.1.0, not in 22.0.0"),
    ROW(V1_0, V1_1, "validation protocol 1", "node-network-protocol 2.0.0 peer_set.rs:121"),
    ROW(V1_2, V1_5, "validation protocols 1 and 2", "node-network-protocol 3.0.0 peer_set.rs:120"),
    ROW(V1_6, V1_17, "validation protocols 1, 2 and 3",
        "node-network-protocol 7.0.0 peer_set.rs:133, 441"),
    ROW(V1_18, LATER, "validation protocol 3 only", "node-network-protocol 22.0.0 peer_set.rs:141"),
    ROW(V1_0, V1_1, "collation protocol 1", "node-network-protocol 2.0.0 peer_set.rs:121"),
    ROW(V1_2, V1_21, "collation protocols 1 and 2", "node-network-protocol 3.0.0 peer_set.rs:120"),
    ROW(V1_22, LATER, "collation protocols 1, 2 and 3 (4 with the experimental side of v1.25)",
        "node-network-protocol 29.0.0 peer_set.rs:149; 34.0.0"),
    ROW(V1_2, V1_2, "collations of version 1 refused under asynchronous backing",
        "collator-protocol 3.0.0 validator_side/mod.rs:1064"),
    ROW(V1_3, LATER, "collations of version 1 taken (pull request 1920)",
        "collator-protocol 4.0.0 validator_side/mod.rs:273"),
    ROW(V1_22, LATER,
        "experimental collator protocol of validators, by flag; on Kusama by default from v1.25",
        "polkadot-cli 32.0.0 cli.rs:172; 39.0.0 command.rs:262"),
    ROW(V1_1, V1_8, "the provisioner takes the mode of each leaf",
        "node-core-provisioner 2.0.0 to 9.0.0 lib.rs:195"),
    ROW(V1_9, V1_17, "the provisioner takes the mode of a session from its first leaf",
        "node-core-provisioner 10.0.0 to 18.0.0 lib.rs:218, 20.0.0, 21.0.0 :216"),
    ROW(V1_18, LATER, "the provisioner has no mode: always asynchronous",
        "node-core-provisioner 22.0.0"),
    ROW(V1_8, V1_17, "the core index of a backed candidate is given if node feature 1 is set",
        "node-core-backing 9.0.0 lib.rs:1128 (and 8.0.1)"),
    ROW(V1_18, LATER, "the core index of a backed candidate is always given",
        "node-core-backing 22.0.0 `table_attested_to_backed`"),
    ROW(V1_12, LATER, "prepared code is known by the parameters that matter (pull request 4211)",
        "node-core-pvf 13.0.0 artifacts.rs:93"),
    ROW(V1_5, V1_5, "prepared code outlives a restart; all others delete it at start",
        "node-core-pvf 6.0.0 artifacts.rs:204; 5.0.0 :191, 7.0.0 :179, 36.0.0 :234"),
    ROW(V1_16, LATER, "parachains' code is prepared for the next session (patched v1.15 as well)",
        "node-core-candidate-validation 18.0.0 lib.rs:267, 17.1.0"),
    ROW(V1_17, V1_21, "receipts of version 2, once node feature 3 is set",
        "statement-distribution 20.0.0 v2/mod.rs:648; collator-protocol 20.0.0 "
        "validator_side/mod.rs:375"),
    ROW(V1_22, LATER, "receipts of version 2, always",
        "statement-distribution and collator-protocol 29.0.0: not asked"),
    ROW(V1_22, LATER, "receipts of version 3, once node feature 4 was seen",
        "node-core-backing 29.0.0 lib.rs:463"),
};

#undef ROW

const dg_release_fact *dg_release_fact_at(size_t i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

void dg_release_fact_words(char *out, size_t size, const dg_release_fact *fact)
{
    assert(fact->from <= fact->to);
    if (fact->from == fact->to)
        snprintf(out, size, "%s", fact->from->name);
    else if (fact->to == dg_release_newest())
        snprintf(out, size, "%s and later", fact->from->name);
    else
        snprintf(out, size, "%s to %s", fact->from->name, fact->to->name);
}
