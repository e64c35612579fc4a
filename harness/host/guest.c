/* guest.c - between guest memory and host functions; every bound is checked here. */
#include "host/host_impl.h"

#include <assert.h>
#include <string.h>

dg_host *dg_host_of(dg_guest *guest)
{
    assert(dg_guest_user(guest));
    return dg_guest_user(guest);
}

/* ---- in ---- */

dg_code dg_host_lift_at(dg_guest *guest, uint8_t **out, uint64_t at, uint32_t len, dg_error *err)
{
    *out = dg_guest_at(guest, (uint32_t)at, len);
    if (*out)
        return DG_OK;
    return dg_fail(err, DG_TRAP, "%u bytes at 0x%x lie outside the guest's %u bytes of memory", len,
                   (uint32_t)at, dg_guest_memory_len(guest));
}

dg_code dg_host_lift(dg_guest *guest, dg_bytes *out, const uint64_t *arg, size_t count,
                     dg_error *err)
{
    assert(count == 0 || arg);
    for (size_t i = 0; i < count; i++) {
        static const uint8_t nothing[1];
        uint32_t len = (uint32_t)(arg[i] >> 32);
        uint8_t *at;
        if (len == 0) { /* the pointer of an empty slice may be anything */
            out[i] = dg_bytes_of(nothing, 0);
            continue;
        }
        if (dg_host_lift_at(guest, &at, arg[i], len, err) < 0)
            return DG_TRAP;
        out[i] = dg_bytes_of(at, len);
    }
    return DG_OK;
}

dg_code dg_host_lift_limit(uint32_t *limit, dg_bytes raw, dg_error *err)
{
    dg_scale in = dg_scale_from(raw);
    *limit = dg_scale_option(&in) ? dg_scale_u32(&in) : UINT32_MAX;
    return dg_scale_finish(&in, err, "limit argument") < 0 ? DG_TRAP : DG_OK;
}

dg_code dg_host_lift_option(dg_bytes *out, dg_bytes raw, dg_error *err)
{
    dg_scale in = dg_scale_from(raw);
    *out = (dg_bytes){ 0 };
    if (dg_scale_option(&in))
        *out = dg_scale_bytes(&in);
    return dg_scale_finish(&in, err, "optional bytes argument") < 0 ? DG_TRAP : DG_OK;
}

/* ---- out ---- */

static dg_code place(dg_guest *guest, uint32_t *at, uint8_t **room, size_t len, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc;
    if (h->own_heap)
        return dg_fail(err, DG_TRAP,
                       "the runtime has its own allocator, but called a function that needs the "
                       "host's allocator");
    if ((rc = dg_host_heap_take(&h->heap, at, guest, len, err)) < 0)
        return rc;
    return dg_host_lift_at(guest, room, *at, (uint32_t)len, err);
}

dg_code dg_host_lower(dg_guest *guest, uint64_t *ret, dg_bytes bytes, dg_error *err)
{
    uint32_t at = 0;
    uint8_t *room;
    dg_code rc = place(guest, &at, &room, bytes.len, err);
    if (rc < 0)
        return rc;
    if (bytes.len)
        memcpy(room, bytes.at, bytes.len);
    *ret = at | (uint64_t)bytes.len << 32;
    return DG_OK;
}

dg_code dg_host_lower_at(dg_guest *guest, uint64_t *ret, dg_bytes bytes, dg_error *err)
{
    dg_code rc = dg_host_lower(guest, ret, bytes, err);
    *ret &= UINT32_MAX;
    return rc;
}

/* Straight into the guest: values are large and this is the hottest path. */
dg_code dg_host_lower_option(dg_guest *guest, uint64_t *ret, const dg_bytes *value, dg_error *err)
{
    static const uint8_t none[1] = { 0 };
    size_t head;
    uint32_t at = 0;
    uint8_t *room;
    dg_buf out;
    dg_code rc;
    if (!value)
        return dg_host_lower(guest, ret, DG_BYTES_OF(none), err);
    head = 1 + dg_scale_compact_len(value->len);
    if ((rc = place(guest, &at, &room, head + value->len, err)) < 0)
        return rc;
    out = dg_buf_on(room, head + value->len);
    dg_buf_put_u8(&out, 1);
    dg_scale_put_bytes(&out, *value);
    *ret = at | (uint64_t)(head + value->len) << 32;
    assert(out.rc == DG_OK && out.len == head + value->len);
    return DG_OK;
}

dg_code dg_host_lower_scratch(dg_guest *guest, uint64_t *ret, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = dg_buf_check(&h->scratch, err, "result of a host function");
    return rc < 0 ? rc : dg_host_lower(guest, ret, dg_buf_bytes(&h->scratch), err);
}

dg_code dg_host_put_if_fits(dg_guest *guest, uint64_t buffer, dg_bytes bytes, dg_error *err)
{
    uint8_t *room;
    uint32_t len = (uint32_t)(buffer >> 32);
    if (bytes.len > len || bytes.len == 0)
        return DG_OK;
    if (dg_host_lift_at(guest, &room, buffer, len, err) < 0)
        return DG_TRAP;
    memcpy(room, bytes.at, bytes.len);
    return DG_OK;
}

dg_code dg_host_put_into(dg_guest *guest, uint64_t buffer, dg_bytes bytes, dg_error *err)
{
    if (bytes.len > (uint32_t)(buffer >> 32))
        return dg_fail(err, DG_TRAP, "a buffer of %u bytes was given for a result of %zu",
                       (uint32_t)(buffer >> 32), bytes.len);
    return dg_host_put_if_fits(guest, buffer, bytes, err);
}
