/* disputes.c - what a runtime answers to ParachainHost_disputes. */
#include "protocol/protocol.h"

static void take_bits(dg_dispute_told *out, dg_scale *s, int side)
{
    out->bit_count[side] = dg_scale_compact_u32(s);
    out->bits[side] = dg_scale_take(s, out->bit_count[side] / 8 + (out->bit_count[side] % 8 != 0));
}

bool dg_dispute_told_next(dg_dispute_told *out, dg_scale *s, uint32_t *left)
{
    if (!*left || s->rc != DG_OK)
        return false;
    (*left)--;
    out->session = dg_scale_u32(s);
    out->candidate = dg_scale_hash(s);
    take_bits(out, s, 0);
    take_bits(out, s, 1);
    dg_scale_take(s, 4); /* begun at */
    if ((out->concluded = dg_scale_option(s)))
        dg_scale_take(s, 4);
    return s->rc == DG_OK;
}
