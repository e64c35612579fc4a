/* babe.c - the threshold below which a VRF value wins a BABE slot.
 *
 * The one place of the program's outcomes where floating point rules, because
 * the chain's nodes compute it so: two divisions and one pow in doubles, and
 * from there on exactly. Mirrors: reference section "BABE slot lottery". */
#include "crypto_impl.h"

#include <math.h>
#include <string.h>

/* floor(p * 2^128) for 0 < p < 1: the 53 bits of the double moved into place. */
static void put_fraction(uint8_t out[16], double p)
{
    int exponent;
    double fraction = frexp(p, &exponent); /* p = fraction * 2^exponent, fraction in [1/2, 1) */
    uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
    int shift = exponent - 53 + 128;
    for (int bit = 0; bit < 53; bit++) {
        int to = bit + shift;
        if (mantissa >> bit & 1 && to >= 0)
            out[to / 8] |= (uint8_t)(1 << to % 8);
    }
}

void dg_babe_threshold(uint8_t out[16], uint64_t c0, uint64_t c1, uint64_t weight, uint64_t total)
{
    double c = (double)c0 / (double)c1;
    double theta = (double)weight / (double)total;
    double p = 1.0 - pow(1.0 - c, theta);
    memset(out, 0, 16);
    if (p >= 1.0)
        memset(out, 0xff, 16);
    else if (p > 0.0) /* not for NaN */
        put_fraction(out, p);
}
