/* forecast.c - the binomial distribution, summed as it is. */
#include "forecast/forecast.h"

#include <assert.h>
#include <math.h>

static void check(const dg_forecast *f)
{
    assert(f->slots <= DG_FORECAST_SLOTS_MAX);
    assert(f->miss >= 0 && f->miss < 1);
}

double dg_forecast_exactly(const dg_forecast *f, uint32_t blocks)
{
    double n = f->slots, k = blocks;
    check(f);
    if (blocks > f->slots)
        return 0;
    if (f->miss <= 0)
        return blocks == f->slots ? 1 : 0;
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log1p(-f->miss)
               + (n - k) * log(f->miss));
}

/* From the smaller tail, so that nothing small is lost beside something large. */
double dg_forecast_at_least(const dg_forecast *f, uint32_t blocks)
{
    double mean = f->slots * (1 - f->miss), sum = 0;
    check(f);
    if (blocks > mean) {
        for (uint32_t k = blocks; k <= f->slots; k++)
            sum += dg_forecast_exactly(f, k);
        return sum < 1 ? sum : 1;
    }
    for (uint32_t k = 0; k < blocks; k++)
        sum += dg_forecast_exactly(f, k);
    return sum < 1 ? 1 - sum : 0;
}

void dg_forecast_range(dg_forecast_span *out, const dg_forecast *f, double share)
{
    double tail = (1 - share) / 2, below = 0, above = 0, best = -1;
    check(f);
    assert(share > 0 && share < 1);
    *out = (dg_forecast_span){ .most = f->slots };
    while (out->least < f->slots && below + dg_forecast_exactly(f, out->least) <= tail)
        below += dg_forecast_exactly(f, out->least++);
    while (out->most > out->least && above + dg_forecast_exactly(f, out->most) <= tail)
        above += dg_forecast_exactly(f, out->most--);
    for (uint32_t k = out->least; k <= out->most; k++) {
        double chance = dg_forecast_exactly(f, k);
        if (chance > best) {
            best = chance;
            out->likely = k;
        }
    }
}

/* Before the boundary there are K blocks: the call's is one of them if it is at most the K-th. */
void dg_forecast_call(dg_forecast_place *out, const dg_forecast *f, uint32_t blocks, uint32_t last)
{
    double in_session = dg_forecast_at_least(f, blocks), early;
    assert(blocks >= 1);
    early = blocks + last <= f->slots ? dg_forecast_at_least(f, blocks + last) : 0;
    *out = (dg_forecast_place){ .before = early,
                                .at_last = in_session - early,
                                .first = dg_forecast_exactly(f, blocks - 1) };
    out->behind = 1 - in_session - out->first;
    if (out->behind < 0) /* by rounding */
        out->behind = 0;
}
