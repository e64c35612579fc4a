/* allocator.c - the heap of runtimes that let the host allocate.
 *
 * Blocks of 8 << order bytes behind a header of 8; freed ones are kept in a list
 * for each order, through their headers; what was never used is bumped off the
 * end. The header is part of the contract: recent runtimes write into its last
 * two bytes, which are zero in either form.
 * Mirrors: sc-allocator freeing_bump. */
#include "host/host_impl.h"

#include <assert.h>

static const uint32_t end_of_list = UINT32_MAX;
static const uint64_t occupied = (uint64_t)1 << 32;
enum { HEADER = 8 };

void dg_host_heap_init(dg_host_heap *heap, uint32_t heap_base)
{
    heap->bump = heap_base > UINT32_MAX - 7 ? UINT32_MAX & ~7u : (heap_base + 7) & ~7u;
    heap->poisoned = false;
    for (size_t i = 0; i < DG_HOST_HEAP_ORDERS; i++)
        heap->free[i] = end_of_list;
    assert(heap->bump % 8 == 0);
}

static unsigned order_of(uint32_t len)
{
    assert(len <= DG_HOST_HEAP_BLOCK_MAX);
    return len <= 8 ? 0 : 29 - (unsigned)__builtin_clz(len - 1);
}

static dg_code misused(dg_host_heap *heap, dg_error *err, const char *what, uint32_t at)
{
    heap->poisoned = true;
    return dg_fail(err, DG_TRAP, "guest allocator: %s at 0x%x", what, at);
}

static dg_code take_free(dg_host_heap *heap, uint32_t *header, dg_guest *guest, unsigned order,
                         dg_error *err)
{
    assert(order < DG_HOST_HEAP_ORDERS && heap->free[order] != end_of_list);
    uint8_t *raw = dg_guest_at(guest, heap->free[order], HEADER + ((uint64_t)8 << order));
    uint64_t value;
    if (!raw)
        return misused(heap, err, "list of free blocks leaves the memory", heap->free[order]);
    value = dg_le64(raw);
    if (value & occupied)
        return misused(heap, err, "a free block is marked as taken", heap->free[order]);
    *header = heap->free[order];
    heap->free[order] = (uint32_t)value;
    return DG_OK;
}

static dg_code take_new(dg_host_heap *heap, uint32_t *header, dg_guest *guest, unsigned order,
                        dg_error *err)
{
    assert(order < DG_HOST_HEAP_ORDERS);
    assert(heap->bump % 8 == 0);
    uint64_t end = (uint64_t)heap->bump + HEADER + ((uint64_t)8 << order);
    dg_code rc = DG_OK;
    dg_guest_used(guest, end);
    if (!dg_guest_at(guest, 0, end)) {
        uint64_t twice = 2 * (uint64_t)dg_guest_memory_len(guest);
        if (twice < end || dg_guest_grow(guest, twice, NULL) < 0)
            rc = dg_guest_grow(guest, end, err);
    }
    if (rc < 0) {
        heap->poisoned = true;
        return dg_fail_within(err, rc, "guest allocator");
    }
    *header = heap->bump;
    heap->bump = (uint32_t)end;
    return DG_OK;
}

dg_code dg_host_heap_take(dg_host_heap *heap, uint32_t *at, dg_guest *guest, uint64_t len,
                          dg_error *err)
{
    uint32_t header = 0;
    unsigned order;
    uint8_t *raw;
    dg_code rc;
    if (heap->poisoned)
        return dg_fail(err, DG_TRAP, "guest allocator: used again after a failure");
    if (len > DG_HOST_HEAP_BLOCK_MAX) {
        heap->poisoned = true;
        return dg_fail(err, DG_TRAP,
                       "guest allocator: a block of %llu bytes was asked for; at most 32 MiB "
                       "are allowed",
                       (unsigned long long)len);
    }
    order = order_of((uint32_t)len);
    rc = heap->free[order] != end_of_list ? take_free(heap, &header, guest, order, err)
                                          : take_new(heap, &header, guest, order, err);
    if (rc < 0)
        return rc;
    raw = dg_guest_at(guest, header, HEADER);
    if (!raw)
        return misused(heap, err, "a block lies outside the memory", header);
    dg_le64_put(raw, occupied | order);
    *at = header + HEADER;
    return DG_OK;
}

dg_code dg_host_heap_give(dg_host_heap *heap, dg_guest *guest, uint32_t at, dg_error *err)
{
    uint8_t *raw;
    uint64_t value;
    uint32_t order;
    if (heap->poisoned)
        return dg_fail(err, DG_TRAP, "guest allocator: used again after a failure");
    raw = at < HEADER ? NULL : dg_guest_at(guest, at - HEADER, HEADER);
    if (!raw)
        return misused(heap, err, "a block outside the memory was freed", at);
    value = dg_le64(raw);
    if (!(value & occupied))
        return misused(heap, err, "a block was freed twice", at);
    order = (uint32_t)value; /* above bit 32 the guest may have written */
    if (order >= DG_HOST_HEAP_ORDERS)
        return misused(heap, err, "the header of a block was overwritten", at);
    dg_le64_put(raw, heap->free[order]);
    heap->free[order] = at - HEADER;
    return DG_OK;
}
