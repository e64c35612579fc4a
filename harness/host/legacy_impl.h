/* legacy_impl.h - shared by the functions that had no version numbers: pointers
 * and lengths apart, results written where the runtime says. */
#ifndef DG_HOST_LEGACY_IMPL_H
#define DG_HOST_LEGACY_IMPL_H

#include "host/host_impl.h"

static inline uint64_t dg_host_fat(uint64_t at, uint64_t len)
{
    return (uint32_t)at | len << 32;
}

/* `count` slices, each a pointer and a length; at most four. */
dg_code dg_host_lift_slices(dg_guest *guest, dg_bytes *in, const uint64_t *arg, size_t count,
                            dg_error *err);
/* A block of its own, its length elsewhere; absent: length u32::MAX, null. */
dg_code dg_host_lower_split(dg_guest *guest, uint64_t *ret, uint64_t len_at, const dg_bytes *value,
                            dg_error *err);
/* arg: buffer, its length, offset. The length left, or u32::MAX. */
dg_code dg_host_legacy_get_into(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                                const uint64_t *arg, dg_error *err);
dg_code dg_host_legacy_get_fresh(dg_guest *guest, uint64_t *ret, uint64_t len_at, dg_bytes child,
                                 dg_bytes key, dg_error *err);
dg_code dg_host_legacy_exists(dg_guest *guest, uint64_t *ret, dg_bytes child, dg_bytes key,
                              dg_error *err);
dg_code dg_host_legacy_remove(dg_guest *guest, dg_bytes child, dg_bytes prefix, dg_error *err);

#endif
