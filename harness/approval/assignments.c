/* assignments.c - who may check a candidate, and in which tranche: drawn, with a stream for each
 * validator, block and candidate.
 *
 * Every validator draws cores for tranche 0 (RelayVRFModulo), and for each candidate
 * a delay (RelayVRFDelay); the lower tranche counts. Nobody checks what its own group
 * has backed. Mirrors: approval-voting criteria.rs (compute_assignments). */
#include "approval/approval_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FEATURE_ASSIGNMENTS_V2 = 0 }; /* draws of one validator are distinct cores */

/* A block is named by its slot and author, which a change elsewhere does not renumber. */
typedef struct drawing {
    const dg_world *world;
    const dg_world_block *b, *parent;
    const dg_approval_rules *rules;
    uint64_t who;
    bool distinct;
} drawing;

bool dg_approval_assignments_distinct(const dg_view *parent)
{
    return parent->features >> FEATURE_ASSIGNMENTS_V2 & 1;
}

static void draw_cores(const drawing *d, bool *cores)
{
    bool distinct = d->distinct;
    uint32_t left = d->rules->samples, found = 0;
    dg_rng rng = dg_rng_branch(&d->world->approval->vrf.modulo, d->who, d->b->slot);
    memset(cores, 0, d->rules->cores * sizeof *cores);
    while (left && found < d->rules->cores) {
        uint32_t core = (uint32_t)dg_rng_below(&rng, d->rules->cores);
        left -= !distinct || !cores[core];
        found += !cores[core];
        cores[core] = true;
    }
}

static uint32_t draw_delay(const drawing *d, dg_core_ix core)
{
    uint64_t width = (uint64_t)d->rules->tranches + d->rules->zeroth_width, drawn;
    dg_rng rng = dg_rng_branch(&d->world->approval->vrf.delay, d->who, d->b->slot << 16 | core.v);
    drawn = width ? dg_rng_below(&rng, width) : 0;
    return drawn > d->rules->zeroth_width ? (uint32_t)(drawn - d->rules->zeroth_width) : 0;
}

static bool in_group(const dg_view *view, uint32_t group, dg_validator_ix validator)
{
    for (uint32_t i = group < view->group_count ? view->group_from[group] : 0;
         group < view->group_count && i < view->group_from[group + 1]; i++)
        if (view->members[i] == validator.v)
            return true;
    return false;
}

static void draw_validator(drawing *d, dg_approval_block *a, dg_validator_ix validator, bool *cores)
{
    uint32_t node = a->session->node[validator.v];
    if (node == DG_NO)
        return;
    d->who = (uint64_t)d->b->author << 32 | node;
    draw_cores(d, cores);
    for (uint32_t i = 0; i < a->count; i++) {
        dg_candidate_entry *t = &a->entries[i];
        bool zeroth = t->of.core < d->rules->cores && cores[t->of.core];
        if (t->reach != dg_approval_reach_of(d->world, a, (dg_node_ix){ node })
            || in_group(&d->parent->view, t->of.group, validator))
            continue;
        assert(t->assignment_count < a->session->validators); /* each once */
        t->assignments[t->assignment_count++] =
            (dg_assignment){ validator.v, zeroth ? 0 : draw_delay(d, (dg_core_ix){ t->of.core }),
                             zeroth && d->distinct && a->reaches > 1
                                 && dg_approval_speaks_newest(d->world->nodes[node].of) };
    }
}

static int by_tranche(const void *a, const void *b)
{
    const dg_assignment *x = a, *y = b;
    if (x->tranche != y->tranche)
        return x->tranche < y->tranche ? -1 : 1;
    return x->validator < y->validator ? -1 : x->validator > y->validator;
}

dg_code dg_approval_assignments_draw(const dg_world *world, dg_approval_block *a, dg_leaf_id id,
                                     dg_error *err)
{
    bool cores[DG_CORES_MAX];
    const dg_world_block *b = &world->blocks[id.v];
    drawing d = {
        .world = world, .b = b, .parent = &world->blocks[b->parent], .rules = &a->session->rules
    };
    assert(d.rules->cores <= DG_CORES_MAX);
    d.distinct = dg_approval_assignments_distinct(&d.parent->view);
    for (uint32_t i = 0; i < a->count; i++)
        if (!(a->entries[i].assignments = dg_calloc(
                  a->session->validators ? a->session->validators : 1, sizeof(dg_assignment))))
            return dg_fail(err, DG_NOMEM, "no memory for the assignments of %u validators",
                           a->session->validators);
    for (uint32_t v = 0; v < a->session->validators; v++)
        draw_validator(&d, a, (dg_validator_ix){ v }, cores);
    for (uint32_t i = 0; i < a->count; i++)
        qsort(a->entries[i].assignments, a->entries[i].assignment_count, sizeof(dg_assignment),
              by_tranche);
    return DG_OK;
}
