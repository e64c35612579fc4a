/* picture.c - series of a run as lines in SVG: control behind treatment, U and sessions marked. */
#include "page/page_impl.h"

#include <assert.h>

enum { WIDE = 420, HIGH = 130, LEFT = 36, RIGHT = 8, TOP = 12, BOTTOM = 22 };

typedef struct span {
    long long first, last; /* slots */
    double most;           /* of the value */
    bool some;             /* a row has the value */
} span;

static double value_of(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

static void widen(span *s, const json_t *rows, const char *key)
{
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        long long slot = dg_report_whole_at(row, "slot");
        s->first = !s->first || slot < s->first ? slot : s->first;
        s->last = slot > s->last ? slot : s->last;
        s->some |= json_object_get(row, key) != NULL;
        s->most = value_of(row, key) > s->most ? value_of(row, key) : s->most;
    }
}

static double x_of(const span *s, long long slot)
{
    assert(s->last > s->first); /* else there is no picture */
    return LEFT + (double)(slot - s->first) / (double)(s->last - s->first) * (WIDE - LEFT - RIGHT);
}

static double y_of(const span *s, double value)
{
    assert(s->most > 0);
    return HIGH - BOTTOM - value / s->most * (HIGH - TOP - BOTTOM);
}

static void put_line(dg_buf *out, const span *s, const json_t *rows, const char *key,
                     const char *class)
{
    const json_t *row;
    size_t i;
    dg_buf_printf(out, "<polyline class=\"%s\" points=\"", class);
    json_array_foreach(rows, i, row)
    {
        dg_buf_printf(out, "%s%.1f,%.1f", i ? " " : "", x_of(s, dg_report_whole_at(row, "slot")),
                      y_of(s, value_of(row, key)));
    }
    dg_buf_put_text(out, "\"/>\n");
}

static void put_mark(dg_buf *out, const span *s, long long slot, const char *class)
{
    if (slot >= s->first && slot <= s->last)
        dg_buf_printf(out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n",
                      class, x_of(s, slot), TOP, x_of(s, slot), HIGH - BOTTOM);
}

/* Where the session index of the block changes. */
static void put_boundaries(dg_buf *out, const span *s, const json_t *blocks)
{
    const json_t *row;
    long long was = -1;
    size_t i;
    json_array_foreach(blocks, i, row)
    {
        long long session = dg_report_whole_at(row, "session");
        if (was >= 0 && session != was)
            put_mark(out, s, dg_report_whole_at(row, "slot"), "boundary");
        was = session;
    }
}

static void put_axes(dg_buf *out, const span *s, double unit, long long upgrade_slot)
{
    dg_buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.*g</text>\n", LEFT - 4,
                  TOP + 4, unit > 1 ? 3 : 6, s->most / unit);
    dg_buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>\n", LEFT - 4,
                  HIGH - BOTTOM);
    if (upgrade_slot >= s->first && upgrade_slot <= s->last)
        dg_buf_printf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">U</text>\n",
                      x_of(s, upgrade_slot), HIGH - 6);
}

void dg_page_picture(dg_buf *out, const json_t *outcome, const dg_page_series *of)
{
    const json_t *series = json_object_get(outcome, "series"),
                 *of_arms = of->blocks ? series : json_object_get(series, "network"),
                 *control = json_object_get(of_arms, "control"),
                 *treatment = json_object_get(of_arms, "treatment");
    long long upgrade = dg_report_whole_at(json_object_get(outcome, "upgrade"), "slot");
    span s = { .most = 1 };
    widen(&s, control, of->key);
    widen(&s, treatment, of->key);
    if (s.last <= s.first || !s.some)
        return;
    dg_buf_printf(out,
                  "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" role=\"img\" "
                  "aria-label=\"%s: control and treatment, slot by slot\">\n",
                  of->says, WIDE, HIGH, of->says);
    put_boundaries(out, &s, json_object_get(series, "treatment"));
    put_mark(out, &s, upgrade, "upgrade");
    put_line(out, &s, control, of->key, "control");
    put_line(out, &s, treatment, of->key, "treatment");
    put_axes(out, &s, of->unit > 0 ? of->unit : 1, upgrade);
    dg_buf_put_text(out, "</svg></figure>\n");
}
