/* figures.c - the numbers of a verdict, in thousandths. */
#include "claim/claim_impl.h"

dg_figure dg_claim_figure_milli(uint64_t milli)
{
    return (dg_figure){ true, milli < INT64_MAX ? (int64_t)milli : INT64_MAX };
}

dg_figure dg_claim_figure(uint64_t whole)
{
    return dg_claim_figure_milli(whole < INT64_MAX / 1000 ? whole * 1000 : INT64_MAX);
}

dg_figure dg_claim_figure_above(uint64_t a, uint64_t b)
{
    return dg_claim_figure(a > b ? a - b : 0);
}

dg_figures dg_claim_figures_none(const char *unit, uint64_t measured)
{
    return (dg_figures){ .unit = unit,
                         .measured = dg_claim_figure(measured),
                         .control = dg_claim_figure(0),
                         .threshold = dg_claim_figure(0),
                         .lost_unit = unit,
                         .lost = dg_claim_figure(measured) };
}
