/* repair.c - what a release family has that an older one lacked, each to be taken
 * away again: whether a repair repairs shows when the same run is red without it.
 * Sources: the pull requests of polkadot-sdk that the names are numbers of. */
#include "protocol/protocol.h"

#include <string.h>

/* ---- 4269 and, before it, 3063 ---- */

static bool keeps_newest(const dg_node_class *c)
{
    return c->keeps_newest;
}
static void forget_newest(dg_node_class *c)
{
    c->keeps_newest = false;
}
static bool puts_aside(const dg_node_class *c)
{
    return c->early == DG_EARLY_KEEP;
}
static void drop_early(dg_node_class *c)
{
    c->early = DG_EARLY_DROP;
}
static bool drops_early(const dg_node_class *c)
{
    return c->early == DG_EARLY_DROP;
}
static void put_aside(dg_node_class *c)
{
    c->early = DG_EARLY_KEEP;
    c->forgets_unused = true;
}
static bool loses_newest(const dg_node_class *c)
{
    return drops_early(c) || (puts_aside(c) && c->forgets_unused && !c->keeps_newest);
}
static void keep_newest(dg_node_class *c)
{
    put_aside(c);
    c->keeps_newest = true;
}

/* ---- 1920 ---- */

static bool keeps_v1(const dg_node_class *c)
{
    return c->keeps_v1_collations;
}
static void refuse_v1(dg_node_class *c)
{
    c->keeps_v1_collations = false;
}
static bool refuses_v1(const dg_node_class *c)
{
    return c->v2 && !c->keeps_v1_collations;
}
static void keep_v1(dg_node_class *c)
{
    c->keeps_v1_collations = true;
}

/* ---- 4211 ---- */

static bool few_params(const dg_node_class *c)
{
    return !c->artifact_full;
}
static void all_params(dg_node_class *c)
{
    c->artifact_full = true;
}
static bool knows_all_params(const dg_node_class *c)
{
    return c->artifact_full;
}
static void know_few_params(dg_node_class *c)
{
    c->artifact_full = false;
}

/* ---- artifacts that stay ---- */

static bool keeps_artifacts(const dg_node_class *c)
{
    return c->keeps_artifacts;
}
static void lose_artifacts(dg_node_class *c)
{
    c->keeps_artifacts = false;
}
static bool loses_artifacts(const dg_node_class *c)
{
    return !c->keeps_artifacts;
}
static void keep_artifacts(dg_node_class *c)
{
    c->keeps_artifacts = true;
}

/* ---- receipts of version 2 ---- */

static bool reads_receipts(const dg_node_class *c)
{
    return c->receipts_v2;
}
static void read_no_receipts(dg_node_class *c)
{
    c->receipts_v2 = false;
}
static bool cannot_read(const dg_node_class *c)
{
    return !c->receipts_v2;
}
static void read_receipts(dg_node_class *c)
{
    c->receipts_v2 = true;
}

/* ---- the collator protocol, of which the experimental one keeps the rotation ---- */

static bool asks_rotation(const dg_node_class *c)
{
    return c->v2 && !c->legacy && !c->keeps_rotation;
}
static void keep_rotation(dg_node_class *c)
{
    c->keeps_rotation = true;
}
static bool keeps_rotation(const dg_node_class *c)
{
    return c->keeps_rotation;
}
static void ask_rotation(dg_node_class *c)
{
    c->keeps_rotation = false;
}

/* ---- the provisioner's mode: at each leaf, or none to ask for ---- */

static bool asks_each_leaf(const dg_node_class *c)
{
    return c->v2 && !c->mode_by_session;
}
static void ask_once(dg_node_class *c)
{
    c->mode_by_session = true;
}
static bool asks_once(const dg_node_class *c)
{
    return c->mode_by_session;
}
static void ask_each_leaf(dg_node_class *c)
{
    c->mode_by_session = false;
}

/* ---- asynchronous backing: what v1.12 has ---- */

static bool has_v2(const dg_node_class *c)
{
    return c->v2;
}
static void be_legacy(dg_node_class *c)
{
    c->v2 = false;
    c->legacy = true;
    c->early = DG_EARLY_NONE;
}
static bool has_legacy_alone(const dg_node_class *c)
{
    return !c->v2;
}
static void be_v2(dg_node_class *c)
{
    const dg_node_class *ok = dg_class_named("v1.12..v1.13");
    c->v2 = true;
    c->validation |= ok->validation;
    c->collation |= ok->collation;
    c->host_known = c->host_known < ok->host_known ? ok->host_known : c->host_known;
    keep_v1(c);
    keep_newest(c);
}

/* ---- nodes of 2020 ---- */

static bool authors_any(const dg_node_class *c)
{
    return !c->native_authoring;
}
static void author_native(dg_node_class *c)
{
    c->native_authoring = true;
}
static bool authors_native(const dg_node_class *c)
{
    return c->native_authoring;
}
static void author_any(dg_node_class *c)
{
    c->native_authoring = false;
}
static bool skips_epochs(const dg_node_class *c)
{
    return !c->needs_every_epoch;
}
static void need_epochs(dg_node_class *c)
{
    c->needs_every_epoch = true;
}
static bool needs_epochs(const dg_node_class *c)
{
    return c->needs_every_epoch;
}
static void skip_epochs(dg_node_class *c)
{
    c->needs_every_epoch = false;
}

static const dg_repair repairs[] = {
    { "1920", "collations of version 1 are accepted under asynchronous backing as well",
      "refuse collations of version 1 once asynchronous backing is on", "v1.3", NULL, keeps_v1,
      refuse_v1, refuses_v1, keep_v1, false },
    { "3063", "a topology that arrives early is kept for later",
      "forget a grid topology that arrives before asynchronous backing is on", "v1.7..v1.8", NULL,
      puts_aside, drop_early, drops_early, put_aside, true },
    { "4211", "artifacts depend only on the executor parameters that affect them",
      "prepare every parachain's code again when any executor parameter changes", "v1.12..v1.13",
      NULL, few_params, all_params, knows_all_params, know_few_params, false },
    { "4269", "the newest topology kept for later is not lost",
      "lose the grid topology that they kept for later when a leaf signal only deactivates",
      "v1.12..v1.13", NULL, keeps_newest, forget_newest, loses_newest, keep_newest, true },
    { "async-backing", "backing and statements work where ParachainHost is 7 or newer",
      "take no part in backing where ParachainHost is 7 or newer", "v1.12..v1.13", NULL, has_v2,
      be_legacy, has_legacy_alone, be_v2, false },
    { "artifacts", "prepared code of parachains outlives a restart",
      "lose the parachains' prepared code when they restart", "v1.5",
      "restart validators one group after the other, and wait until each has prepared its code",
      keeps_artifacts, lose_artifacts, loses_artifacts, keep_artifacts, false },
    { "provisioner-mode", "provisioners do not keep the mode of a session's first leaf",
      "keep, in their provisioner, the mode of asynchronous backing of the session's first leaf, "
      "so their own blocks hold no candidates until the session changes",
      "v1.18..v1.19", NULL, asks_each_leaf, ask_once, asks_once, ask_each_leaf, true },
    { "receipts-v2", "candidate receipts of version 2 can be read",
      "call candidates with receipts of version 2 invalid", "v1.17", NULL, reads_receipts,
      read_no_receipts, cannot_read, read_receipts, false },
    { "rotation", "collations are asked for by the group rotation of each leaf",
      "keep the group rotation of a session's first leaf, with the experimental collator protocol",
      "v1.18..v1.19", NULL, asks_rotation, keep_rotation, keeps_rotation, ask_rotation, true },
    { "skipped-epochs", "an epoch without a block is passed over (substrate pull request 11727)",
      "take no block behind an epoch in which there was none", "v0.9..v1.0", NULL, skips_epochs,
      need_epochs, needs_epochs, skip_epochs, false },
    { "native-version", "blocks are made whatever the native runtime of the node is",
      "make no block where spec_name or authoring_version of the chain's runtime are not those of "
      "their native one",
      "v0.9..v1.0", NULL, authors_any, author_native, authors_native, author_any, false },
};

const dg_repair *dg_repair_at(size_t i)
{
    return i < sizeof repairs / sizeof *repairs ? &repairs[i] : NULL;
}

static dg_code named(const dg_repair **out, const char *name, dg_error *err)
{
    char known[160] = "";
    for (size_t i = 0; (*out = dg_repair_at(i)); i++) {
        if (strcmp((*out)->name, name) == 0)
            return DG_OK;
        snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s", i ? ", " : "",
                 (*out)->name);
    }
    return dg_fail(err, DG_USAGE, "there is no repair %s; the repairs are %s", name, known);
}

dg_code dg_class_without(dg_node_class *of, const char *repair, dg_error *err)
{
    const dg_repair *r;
    dg_code rc = named(&r, repair, err);
    if (rc < 0)
        return rc;
    if (!r->has(of))
        return dg_fail(err, DG_USAGE, "%s has no repair %s", of->name, repair);
    r->undo(of);
    return DG_OK;
}

dg_code dg_class_with(dg_node_class *of, const char *repair, dg_error *err)
{
    const dg_repair *r;
    dg_code rc = named(&r, repair, err);
    if (rc < 0)
        return rc;
    if (!r->lacks(of))
        return dg_fail(err, DG_USAGE, "%s does not lack repair %s", of->name, repair);
    r->add(of);
    return DG_OK;
}
