/* code_upgrade.c - parachains that publish new code of their own, each once.
 *
 * A collator puts it into every candidate from its slot on until one of them was
 * included: then the relay chain's restriction stands for that parachain, and it is
 * over. None goes on top of a candidate that carries it.
 * Nobody votes on the code (pre-checking), so it never comes into force.
 * Mirrors: cumulus parachain-system (pending_validation_code); paras
 * (UpgradeRestrictionSignal). */
#include "backing/backing_impl.h"

/* The signal is an Option by itself: absent, or of one byte. */
static dg_code is_restricted(dg_world *world, bool *out, dg_world_block *leaf, dg_para_id para,
                             dg_error *err)
{
    uint8_t id[4];
    dg_bytes key = DG_BYTES_OF(id), value;
    dg_code rc;
    dg_le32_put(id, para.v);
    rc = dg_chain_storage(world->chain, leaf->block, &value, "Paras", "UpgradeRestrictionSignal",
                          &key, err);
    *out = rc == DG_OK;
    return rc == DG_NOMEM || rc == DG_IO ? rc : DG_OK;
}

static const dg_code_upgrade *find(const dg_world *world, dg_para_id para, const dg_hash *candidate)
{
    for (uint32_t i = 0; i < world->backing->upgrade_count; i++)
        if (world->backing->upgrades[i].para == para.v
            && (candidate ? !world->backing->upgrades[i].over
                                && dg_hash_equal(&world->backing->upgrades[i].candidate, candidate)
                          : world->backing->upgrades[i].over))
            return &world->backing->upgrades[i];
    return NULL;
}

static dg_code add(dg_world *world, const dg_code_upgrade *more, dg_error *err)
{
    if (world->backing->upgrade_count == world->backing->upgrade_cap) {
        uint32_t cap = world->backing->upgrade_cap ? 2 * world->backing->upgrade_cap : 32;
        dg_code_upgrade *grown = dg_realloc(world->backing->upgrades, cap * sizeof *grown);
        if (!grown)
            return dg_fail(err, DG_NOMEM, "no memory for %u candidates with new code", cap);
        world->backing->upgrades = grown;
        world->backing->upgrade_cap = cap;
    }
    world->backing->upgrades[world->backing->upgrade_count++] = *more;
    return DG_OK;
}

static bool waits(const dg_world *world, const dg_view *v, dg_para_id para)
{
    for (uint32_t i = 0; i < v->core_count; i++)
        if (v->cores[i].kind == DG_CORE_OCCUPIED && v->cores[i].para == para.v
            && find(world, para, &v->cores[i].candidate))
            return true;
    return false;
}

dg_code dg_backing_code_upgrade_due(dg_world *world, uint32_t *bytes, dg_world_block *leaf,
                                    dg_para_id para, dg_error *err)
{
    const dg_collators *by = dg_backing_collators_of(world, para);
    const dg_code_upgrade *over;
    bool restricted;
    dg_code rc;
    *bytes = 0;
    if (!by->code_bytes || leaf->slot < by->code_from
        || ((over = find(world, para, NULL)) && over->number <= leaf->number)
        || waits(world, &leaf->view, para))
        return DG_OK;
    if ((rc = is_restricted(world, &restricted, leaf, para, err)) < 0)
        return rc;
    if (restricted)
        return over
                   ? DG_OK
                   : add(world,
                         &(dg_code_upgrade){ .para = para.v, .over = true, .number = leaf->number },
                         err);
    *bytes = by->code_bytes;
    return DG_OK;
}

dg_code dg_backing_code_upgrade_made(dg_world *world, const dg_candidate *candidate, dg_error *err)
{
    return candidate->new_code
               ? add(world,
                     &(dg_code_upgrade){ .para = candidate->para, .candidate = candidate->hash },
                     err)
               : DG_OK;
}
