/* all_calls.c - the enum of all calls of a runtime. The arguments of some calls and
 * questions are calls; that one was added somewhere is no change of those that can
 * hold it, so this pair of types is taken as equal where arguments are compared. */
#include "preflight/preflight_impl.h"

static uint32_t pallets_with_calls(const dg_meta *meta)
{
    uint32_t count = 0;
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++)
        count += dg_meta_pallet_at(meta, i)->has_calls;
    return count;
}

static bool is_all_calls(const dg_meta *meta, dg_type_id type, uint32_t pallets)
{
    const char *name;
    uint8_t index;
    uint32_t count = 0;
    if (dg_type_kind_of(meta, type) != DG_TYPE_ENUM)
        return false;
    for (; (name = dg_type_variant_at(meta, type, count, &index)); count++) {
        const dg_meta_pallet *p = dg_meta_pallet_named(meta, name);
        if (!p || !p->has_calls || p->index != index)
            return false;
    }
    return count == pallets;
}

/* By name in newer runtimes, by its variants in those that call it "Call". */
static bool find_all_calls(dg_type_id *out, const dg_meta *meta)
{
    uint32_t pallets = pallets_with_calls(meta);
    if (dg_type_find(meta, out, "RuntimeCall"))
        return true;
    for (out->v = 0; out->v < dg_type_count(meta); out->v++)
        if (is_all_calls(meta, *out, pallets))
            return true;
    return false;
}

bool dg_preflight_look_all_calls(dg_type_id any[2], const dg_preflight_look *look)
{
    return find_all_calls(&any[0], look->old_meta) && find_all_calls(&any[1], look->new_meta);
}
