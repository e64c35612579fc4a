/* call.c - the bytes of a call by its names. */
#include "scale/scale_impl.h"

#include <assert.h>

static const char *pallet_name_at(const void *meta, size_t i)
{
    const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
    return p ? p->name : NULL;
}

dg_code dg_scale_call_encode(const dg_meta *meta, dg_buf *out, const char *pallet_name,
                             const char *call, const json_t *args, dg_error *err)
{
    const dg_meta_pallet *p = dg_meta_pallet_named(meta, pallet_name);
    const type *calls;
    const variant *v;
    char at[128];
    size_t before = out->len;
    dg_code rc;
    if (!p)
        return dg_fail(err, DG_USAGE, "there is no pallet %s%s", pallet_name,
                       dg_scale_suggest(pallet_name, pallet_name_at, meta).text);
    if (!p->has_calls)
        return dg_fail(err, DG_USAGE, "pallet %s has no calls", pallet_name);
    calls = dg_type_at(meta, p->calls.v);
    assert(calls->kind == DG_TYPE_ENUM);
    v = dg_scale_variant_named(calls, call);
    if (!v)
        return dg_fail(err, DG_USAGE, "pallet %s has no call %s%s", pallet_name, call,
                       dg_scale_suggest(call, dg_scale_variant_name_at, calls).text);
    dg_buf_put_u8(out, p->index);
    dg_buf_put_u8(out, v->index);
    snprintf(at, sizeof at, "%s.%s", pallet_name, call);
    rc = dg_scale_product_encode_at(meta, out, &v->body, args, at, err);
    if (rc < 0)
        out->len = before;
    return rc;
}
