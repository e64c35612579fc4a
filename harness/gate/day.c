/* day.c - days as an expiry names them. */
#include "gate/gate_impl.h"

#include <assert.h>
#include <string.h>

enum { YEAR_MIN = 1970, YEAR_MAX = 9999 };

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    assert(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && is_leap(year));
}

static int days_of_year(int year)
{
    return is_leap(year) ? 366 : 365;
}

/* `count` digits, or -1. */
static int digits(const char *text, size_t count)
{
    int v = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        v = v * 10 + (text[i] - '0');
    }
    return v;
}

dg_code dg_gate_day_read(dg_gate_day *out, const char *text, dg_error *err)
{
    bool shaped = strlen(text) == sizeof "2026-12-31" - 1 && text[4] == '-' && text[7] == '-';
    int year = shaped ? digits(text, 4) : -1, month = shaped ? digits(text + 5, 2) : -1,
        day = shaped ? digits(text + 8, 2) : -1;
    if (year < 0 || month < 0 || day < 0)
        return dg_fail(err, DG_USAGE, "\"%.40s\" is no day: write YYYY-MM-DD", text);
    if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 || day > days_of(year, month))
        return dg_fail(err, DG_USAGE, "\"%.40s\" is a day that no calendar has from %d on", text,
                       YEAR_MIN);
    out->v = day - 1;
    for (int y = YEAR_MIN; y < year; y++)
        out->v += days_of_year(y);
    for (int m = 1; m < month; m++)
        out->v += days_of(year, m);
    return DG_OK;
}

dg_gate_day dg_gate_day_of(int64_t seconds)
{
    assert(seconds >= 0);
    return (dg_gate_day){ seconds / 86400 };
}

void dg_gate_day_text(char out[16], dg_gate_day day)
{
    int64_t left = day.v;
    int year = YEAR_MIN, month = 1;
    assert(left >= 0);
    for (; year < YEAR_MAX && left >= days_of_year(year); year++)
        left -= days_of_year(year);
    for (; month < 12 && left >= days_of(year, month); month++)
        left -= days_of(year, month);
    snprintf(out, 16, "%04d-%02d-%02d", year, month, (int)(left % 31 + 1));
}
