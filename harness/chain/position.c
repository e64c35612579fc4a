/* position.c - positions as people write them: `boundary-20`, `boundary-20b`, `boundary@2+5`,
 * `50%`, `#1234`, `next`. */
#include "chain/chain_impl.h"

#include <assert.h>
#include <string.h>

static const char example[] = "write boundary-20 (slots), boundary-20b (blocks), "
                              "boundary@2+5, 50%, #1234 or next";

/* Decimal digits up to `max`; false when there is none or too much of it. */
static bool take_number(const char **at, uint64_t *out, uint64_t max)
{
    uint64_t v = 0;
    const char *from = *at;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        v = v * 10 + (uint64_t)(**at - '0');
        if (v > max)
            return false;
    }
    *out = v;
    return *at > from;
}

static bool take_offset(const char **at, dg_position *out)
{
    uint64_t v;
    char sign = **at;
    if (sign != '+' && sign != '-')
        return true;
    ++*at;
    if (!take_number(at, &v, UINT32_MAX))
        return false;
    out->offset = sign == '-' ? -(int64_t)v : (int64_t)v;
    out->in_blocks = **at == 'b';
    *at += **at == 's' || **at == 'b';
    return true;
}

static bool parse_boundary(dg_position *out, const char *at)
{
    uint64_t k;
    out->kind = DG_POSITION_BOUNDARY;
    if (*at == '@') {
        at++;
        if (!take_number(&at, &k, 1000000) || k == 0)
            return false;
        out->boundary = (uint32_t)k;
    }
    return take_offset(&at, out) && !*at;
}

static bool parse(dg_position *out, const char *text)
{
    if (strncmp(text, "boundary", 8) == 0)
        return parse_boundary(out, text + 8);
    if (*text == '#') {
        text++;
        out->kind = DG_POSITION_BLOCK;
        return take_number(&text, &out->value, UINT32_MAX) && !*text;
    }
    if (strcmp(text, "next") == 0) {
        out->kind = DG_POSITION_NEXT;
        return true;
    }
    out->kind = DG_POSITION_PERCENT;
    return take_number(&text, &out->value, 100) && strcmp(text, "%") == 0;
}

dg_code dg_position_parse(dg_position *out, const char *text, dg_error *err)
{
    *out = (dg_position){ .kind = DG_POSITION_NEXT };
    if (!parse(out, text))
        return dg_fail(err, DG_USAGE, "position \"%.60s\" was not understood: %s", text, example);
    return DG_OK;
}

/* Slot of the k-th boundary after the fork, k from 1. */
static int64_t boundary_slot(const dg_clock *clock, uint32_t k)
{
    assert(k >= 1);
    return (int64_t)(clock->next_boundary + (k - 1) * clock->epoch_slots);
}

uint64_t dg_position_boundary(const dg_position *position, const dg_clock *clock, uint32_t first)
{
    assert(position->kind == DG_POSITION_BOUNDARY);
    return (uint64_t)boundary_slot(clock, position->boundary ? position->boundary
                                          : first            ? first
                                                             : 1);
}

dg_code dg_position_slot(const dg_position *position, uint64_t *slot, const dg_clock *clock,
                         uint32_t fork_number, uint32_t first, dg_error *err)
{
    assert(clock->epoch_slots > 0); /* dg_chain_clock made it */
    uint32_t k = position->boundary ? position->boundary : first ? first : 1;
    int64_t at = 0;
    switch (position->kind) {
    case DG_POSITION_BOUNDARY:
        at = boundary_slot(clock, k) + position->offset;
        break;
    case DG_POSITION_NEXT:
        at = boundary_slot(clock, 1);
        break;
    case DG_POSITION_PERCENT: /* of the epoch that ends at the boundary */
        at = boundary_slot(clock, k) - (int64_t)clock->epoch_slots
             + (int64_t)(clock->epoch_slots * position->value / 100);
        break;
    case DG_POSITION_BLOCK: /* one block a slot from the fork on */
        at = (int64_t)clock->next_slot + (int64_t)position->value - (int64_t)fork_number - 1;
        break;
    }
    if (at < (int64_t)clock->next_slot)
        return dg_fail(err, DG_USAGE,
                       "position is slot %lld, but the first slot after the fork block #%u is %llu "
                       "(next boundary: %llu)",
                       (long long)at, fork_number, (unsigned long long)clock->next_slot,
                       (unsigned long long)clock->next_boundary);
    *slot = (uint64_t)at;
    return DG_OK;
}
