/* picture.c - series of a run as lines in SVG: control behind treatment, U and sessions marked. */
#include "page/page_impl.h"

#include <assert.h>

enum { WIDE = 420, HIGH = 130, LEFT = 36, RIGHT = 8, TOP = 12, BOTTOM = 22 };
/* Above so many rows neighbours share a column, two units wide. */
enum { ROWS_MOST = 600, COLUMN_WIDE = 2, COLUMNS = (WIDE - LEFT - RIGHT) / COLUMN_WIDE };

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

/* ---- many rows ---- */

typedef struct column {
    double least, most, sum;
    unsigned count; /* 0: no row is in it */
} column;

static void fill(column columns[COLUMNS], const span *s, const json_t *rows, const char *key)
{
    const json_t *row;
    size_t i;
    json_array_foreach(rows, i, row)
    {
        double at = (x_of(s, dg_report_whole_at(row, "slot")) - LEFT) / COLUMN_WIDE,
               value = value_of(row, key);
        column *c = &columns[at < COLUMNS ? (size_t)at : COLUMNS - 1];
        assert(at >= 0 && at <= COLUMNS);
        c->least = !c->count || value < c->least ? value : c->least;
        c->most = !c->count || value > c->most ? value : c->most;
        c->sum += value;
        c->count++;
    }
}

static void put_point(dg_buf *out, const span *s, size_t at, double value)
{
    dg_buf_printf(out, " %zu,%.1f", LEFT + at * COLUMN_WIDE + COLUMN_WIDE / 2, y_of(s, value));
}

/* From the least to the most value of each column a shade, and a line through their means: a line
 * through all values is a solid band. */
static void put_shade(dg_buf *out, const span *s, const json_t *rows, const char *key,
                      const char *class)
{
    column columns[COLUMNS] = { { .count = 0 } };
    fill(columns, s, rows, key);
    dg_buf_printf(out, "<polygon class=\"%s\" points=\"", class);
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].count)
            put_point(out, s, i, columns[i].most);
    for (size_t i = COLUMNS; i-- > 0;)
        if (columns[i].count)
            put_point(out, s, i, columns[i].least);
    dg_buf_printf(out, "\"/>\n<polyline class=\"%s\" points=\"", class);
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].count)
            put_point(out, s, i, columns[i].sum / columns[i].count);
    dg_buf_put_text(out, "\"/>\n");
}

static void put_arm(dg_buf *out, const span *s, const json_t *rows, const char *key,
                    const char *class)
{
    (json_array_size(rows) > ROWS_MOST ? put_shade : put_line)(out, s, rows, key, class);
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
    put_arm(out, &s, control, of->key, "control");
    put_arm(out, &s, treatment, of->key, "treatment");
    put_axes(out, &s, of->unit > 0 ? of->unit : 1, upgrade);
    dg_buf_put_text(out, "</svg></figure>\n");
}

bool dg_page_picture_shades(const json_t *outcome)
{
    const json_t *series = json_object_get(outcome, "series"),
                 *network = json_object_get(series, "network");
    return json_array_size(json_object_get(series, "treatment")) > ROWS_MOST
           || json_array_size(json_object_get(network, "treatment")) > ROWS_MOST;
}
