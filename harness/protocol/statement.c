/* statement.c - what statement distribution remembers from leaf to leaf.
 *
 * Two state machines stand side by side. A leaf whose runtime knows asynchronous
 * backing goes to the new one, any other to the old one; the new one is then not
 * told of it, but it is told of every signal that only deactivates. A topology
 * comes once in a session, at its first leaf. If that leaf was one for the old
 * machine, the new one has no entry to put it in: what it does then, and for how
 * long, is what went wrong in January and April of 2024.
 * Mirrors: polkadot statement-distribution lib.rs, v2/mod.rs
 * (handle_active_leaves_update, handle_deactivate_leaves, handle_network_update). */
#include "protocol/protocol.h"

#include <assert.h>
#include <string.h>

/* ---- room ---- */

/* For `count` of `size` bytes each, in the array at `at`, moved or not; NULL: no memory. */
static void *room_for(void *at, uint32_t *cap, uint32_t count, size_t size, dg_error *err)
{
    uint32_t more = *cap ? *cap : 4;
    void *moved;
    if (count <= *cap)
        return at;
    while (more < count)
        more *= 2;
    if (!(moved = dg_realloc(at, more * size)))
        dg_fail(err, DG_NOMEM, "no memory for %u things that a node remembers", more);
    else
        *cap = more;
    return moved;
}

void dg_statement_clear(dg_statement *sd)
{
    dg_free(sd->legacy);
    dg_free(sd->leaves);
    dg_free(sd->parents);
    dg_free(sd->entries);
    dg_free(sd->unused);
    dg_free(sd->lost);
    *sd = (dg_statement){ .of = sd->of, .copies = sd->copies };
}

enum { MINIMUM_RETAINED = 2 }; /* blocks below a leaf: backing_implicit_view.rs */

/* ---- sessions ---- */

static dg_entry *entry_of(dg_statement *sd, uint32_t session)
{
    for (uint32_t i = 0; i < sd->entry_count; i++)
        if (sd->entries[i].session == session)
            return &sd->entries[i];
    return NULL;
}

const dg_entry *dg_statement_entry(const dg_statement *sd, uint32_t session)
{
    for (uint32_t i = 0; i < sd->entry_count; i++)
        if (sd->entries[i].session == session)
            return &sd->entries[i];
    return NULL;
}

static void unused_remove(dg_statement *sd, uint32_t i)
{
    assert(i < sd->unused_count);
    memmove(&sd->unused[i], &sd->unused[i + 1], (--sd->unused_count - i) * sizeof sd->unused[0]);
}

/* The topology that was put aside for the session, taken out; of NULL: none. */
static dg_unused take_unused(dg_statement *sd, uint32_t session)
{
    for (uint32_t i = 0; i < sd->unused_count; i++)
        if (sd->unused[i].topology->index == session) {
            dg_unused found = sd->unused[i];
            unused_remove(sd, i);
            return found;
        }
    return (dg_unused){ .topology = NULL };
}

static void put_aside(dg_statement *sd, const dg_session *topology, uint32_t block)
{
    take_unused(sd, topology->index);          /* a second one for the session replaces it */
    assert(sd->unused_count < sd->unused_cap); /* room_for_topology has made it */
    sd->unused[sd->unused_count++] = (dg_unused){ topology, block };
}

/* It moves into the entry, and is nowhere else then. */
static void move_unused(dg_statement *sd, dg_entry *entry)
{
    dg_unused u = take_unused(sd, entry->session);
    entry->grid = u.topology;
    entry->block = u.block;
    if (u.topology && sd->copies)
        put_aside(sd, u.topology, u.block);
}

/* For all that may get lost at once: what is put aside, and what entries have. */
static dg_code room_for_losses(dg_statement *sd, dg_error *err)
{
    dg_loss *lost =
        room_for(sd->lost, &sd->lost_cap, sd->unused_cap + sd->entry_cap, sizeof *lost, err);
    if (!lost)
        return DG_NOMEM;
    sd->lost = lost;
    return DG_OK;
}

static dg_code entry_make(dg_statement *sd, const dg_session *info, dg_error *err)
{
    dg_entry *made;
    if (entry_of(sd, info->index))
        return DG_OK;
    if (!(made = room_for(sd->entries, &sd->entry_cap, sd->entry_count + 1, sizeof *made, err)))
        return DG_NOMEM;
    sd->entries = made;
    if (room_for_losses(sd, err) < 0)
        return DG_NOMEM;
    made = &sd->entries[sd->entry_count++];
    *made = (dg_entry){ .session = info->index, .info = info };
    if (sd->of->early == DG_EARLY_DERIVE)
        made->grid = info;
    else if (sd->of->early == DG_EARLY_KEEP)
        move_unused(sd, made);
    return DG_OK;
}

/* ---- relay parents ---- */

/* The first whose id is not below this one. */
static uint32_t place_of(const dg_statement *sd, uint32_t id)
{
    uint32_t from = 0, to = sd->parent_count;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        if (sd->parents[middle].id < id)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static bool has_parent(const dg_statement *sd, uint32_t id)
{
    uint32_t at = place_of(sd, id);
    return at < sd->parent_count && sd->parents[at].id == id;
}

static dg_code parent_add(dg_statement *sd, const dg_parent *parent, dg_error *err)
{
    assert(sd->parent_count <= sd->parent_cap);
    uint32_t at = place_of(sd, parent->id);
    dg_parent *parents;
    if (has_parent(sd, parent->id))
        return DG_OK;
    if (!(parents =
              room_for(sd->parents, &sd->parent_cap, sd->parent_count + 1, sizeof *parents, err)))
        return DG_NOMEM;
    sd->parents = parents;
    memmove(&parents[at + 1], &parents[at], (sd->parent_count++ - at) * sizeof *parents);
    parents[at] = *parent;
    return DG_OK;
}

static dg_code v2_activate(dg_statement *sd, const dg_new_leaf *leaf, dg_error *err)
{
    uint32_t below =
        leaf->ancestor_count > MINIMUM_RETAINED ? leaf->ancestor_count : MINIMUM_RETAINED;
    dg_parent own;
    void *leaves;
    dg_code rc;
    if (leaf->fate == DG_LEAF_UNSEEN)
        return DG_OK;
    if (!(leaves =
              room_for(sd->leaves, &sd->leaf_cap, sd->leaf_count + 1, sizeof *sd->leaves, err)))
        return DG_NOMEM;
    sd->leaves = leaves;
    sd->leaves[sd->leaf_count].id = leaf->id;
    sd->leaves[sd->leaf_count++].retain = leaf->number > below ? leaf->number - below : 0;
    if (leaf->fate == DG_LEAF_PASSED || !leaf->info)
        return DG_OK; /* what is below it stays in view */
    own = (dg_parent){ leaf->id, leaf->number, leaf->info->index };
    if ((rc = entry_make(sd, leaf->info, err)) < 0 || (rc = parent_add(sd, &own, err)) < 0)
        return rc;
    for (uint32_t i = 0; i < leaf->ancestor_count; i++)
        if ((rc = parent_add(sd, &leaf->ancestors[i], err)) < 0)
            return rc;
    return DG_OK;
}

/* ---- forgetting ---- */

static bool forget_leaf(dg_statement *sd, uint32_t id)
{
    for (uint32_t i = 0; i < sd->leaf_count; i++)
        if (sd->leaves[i].id == id) {
            sd->leaves[i] = sd->leaves[--sd->leaf_count];
            return true;
        }
    return false;
}

/* What lies below all that the remaining leaves retain; everything, without leaves. */
static void forget_parents(dg_statement *sd)
{
    uint32_t lowest = DG_NO, kept = 0;
    for (uint32_t i = 0; i < sd->leaf_count; i++)
        lowest = sd->leaves[i].retain < lowest ? sd->leaves[i].retain : lowest;
    for (uint32_t i = 0; i < sd->parent_count; i++)
        if (sd->leaf_count && sd->parents[i].number >= lowest)
            sd->parents[kept++] = sd->parents[i];
    sd->parent_count = kept;
}

static bool session_in_view(const dg_statement *sd, uint32_t session)
{
    for (uint32_t i = 0; i < sd->parent_count; i++)
        if (sd->parents[i].session == session)
            return true;
    return false;
}

static uint32_t newest_unused(const dg_statement *sd)
{
    uint32_t newest = 0;
    for (uint32_t i = 0; i < sd->unused_count; i++)
        newest = sd->unused[i].topology->index > newest ? sd->unused[i].topology->index : newest;
    return newest;
}

static void note_loss(dg_statement *sd, dg_losses *lost, const dg_session *topology, uint32_t block,
                      bool purged)
{
    assert(lost->count < sd->lost_cap);
    sd->lost[lost->count++] = (dg_loss){ topology->index, block, .purged = purged };
    lost->of = sd->lost;
}

static bool has_newer(const dg_statement *sd, uint32_t session)
{
    for (uint32_t i = 0; i < sd->parent_count; i++)
        if (sd->parents[i].session > session)
            return true;
    return false;
}

/* A grid goes with its entry. That is a loss, unless a newer session has begun. */
static void forget_entries(dg_statement *sd, dg_losses *lost)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sd->entry_count; i++) {
        const dg_entry *e = &sd->entries[i];
        bool stays = session_in_view(sd, e->session);
        if (!stays && e->grid && !sd->copies && sd->of->early == DG_EARLY_KEEP
            && !has_newer(sd, e->session)) {
            note_loss(sd, lost, e->grid, e->block, false);
            sd->lost[lost->count - 1].moved = true;
        }
        if (stays)
            sd->entries[kept++] = *e;
    }
    sd->entry_count = kept;
}

static void forget_unused(dg_statement *sd, dg_losses *lost)
{
    uint32_t newest = newest_unused(sd);
    for (uint32_t i = 0; i < sd->unused_count;) {
        const dg_unused *u = &sd->unused[i];
        if (session_in_view(sd, u->topology->index)
            || ((sd->of->keeps_newest || sd->copies) && u->topology->index == newest)) {
            i++;
            continue;
        }
        note_loss(sd, lost, u->topology, u->block, true);
        unused_remove(sd, i);
    }
}

static void v2_deactivate(dg_statement *sd, dg_losses *lost, const dg_signal *signal)
{
    for (uint32_t i = 0; i < signal->deactivated_count; i++)
        if (forget_leaf(sd, signal->deactivated[i]))
            forget_parents(sd);
    forget_entries(sd, lost);
    if (sd->of->forgets_unused)
        forget_unused(sd, lost);
}

static void legacy_deactivate(dg_statement *sd, const dg_signal *signal)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < sd->legacy_count; i++) {
        bool gone = false;
        for (uint32_t k = 0; k < signal->deactivated_count; k++)
            gone |= sd->legacy[i] == signal->deactivated[k];
        if (!gone)
            sd->legacy[kept++] = sd->legacy[i];
    }
    sd->legacy_count = kept;
}

/* May hold more than the overseer has active: a head that is deactivated by a leaf
 * for the new machine stays behind in the old one. */
static dg_code legacy_activate(dg_statement *sd, uint32_t id, dg_error *err)
{
    uint32_t *legacy =
        room_for(sd->legacy, &sd->legacy_cap, sd->legacy_count + 1, sizeof *legacy, err);
    if (!legacy)
        return DG_NOMEM;
    sd->legacy = legacy;
    sd->legacy[sd->legacy_count++] = id;
    return DG_OK;
}

/* ---- what comes in ---- */

/* Which of the two machines a leaf is for. One that never heard of asynchronous
 * backing does not ask; one without the old machine takes no answer but a yes. */
static dg_mode mode_for(const dg_node_class *of, dg_mode mode)
{
    if (!of->v2)
        return DG_MODE_DISABLED;
    if (!of->legacy && mode == DG_MODE_DISABLED)
        return DG_MODE_ERROR;
    return mode;
}

dg_code dg_statement_signal(dg_statement *sd, dg_losses *lost, const dg_signal *signal,
                            const dg_new_leaf *leaf, dg_error *err)
{
    assert(sd->of);
    assert(!signal->activates || leaf);
    dg_mode mode = signal->activates ? mode_for(sd->of, leaf->mode) : DG_MODE_ERROR;
    dg_code rc = DG_OK;
    lost->count = 0;
    if (!signal->activates) {
        legacy_deactivate(sd, signal);
        if (sd->of->v2)
            v2_deactivate(sd, lost, signal);
    } else if (mode == DG_MODE_ENABLED) {
        rc = v2_activate(sd, leaf, err);
        v2_deactivate(sd, lost, signal);
    } else if (mode == DG_MODE_DISABLED) {
        legacy_deactivate(sd, signal);
        rc = legacy_activate(sd, leaf->id, err);
    }
    return rc;
}

/* For one topology more, which may get lost with all others at once. */
static dg_code room_for_topology(dg_statement *sd, dg_error *err)
{
    dg_unused *unused =
        room_for(sd->unused, &sd->unused_cap, sd->unused_count + 1, sizeof *unused, err);
    if (!unused)
        return DG_NOMEM;
    sd->unused = unused;
    return room_for_losses(sd, err);
}

dg_code dg_statement_topology(dg_statement *sd, dg_losses *lost, const dg_session *topology,
                              uint32_t block, dg_error *err)
{
    assert(sd->of && topology);
    dg_entry *entry = entry_of(sd, topology->index);
    dg_code rc = room_for_topology(sd, err);
    lost->count = 0;
    if (rc < 0)
        return rc;
    if (entry) {
        entry->grid = topology;
        entry->block = block;
    }
    if (entry && sd->copies)
        put_aside(sd, topology, block);
    if (entry)
        return DG_OK;
    if (sd->of->early == DG_EARLY_DROP)
        note_loss(sd, lost, topology, block, false);
    else if (sd->of->early == DG_EARLY_KEEP)
        put_aside(sd, topology, block);
    return DG_OK;
}

void dg_statement_stamp(dg_statement *sd, dg_ns now)
{
    for (uint32_t i = 0; i < sd->entry_count; i++)
        if (sd->entries[i].grid && !sd->entries[i].stamped) {
            sd->entries[i].grid_at = now;
            sd->entries[i].stamped = true;
        }
}

bool dg_statement_legacy_at(const dg_statement *sd, uint32_t id)
{
    for (uint32_t i = 0; i < sd->legacy_count; i++)
        if (sd->legacy[i] == id)
            return true;
    return false;
}

bool dg_statement_v2_at(const dg_statement *sd, uint32_t id)
{
    return has_parent(sd, id);
}
