/* sheet.c - columns, wrapping and colour. */
#include "report/report_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

static void put_char(sheet *s, char c)
{
    bool shown = (unsigned char)c >= 0x20 && c != 0x7f;
    dg_buf_put_u8(s->out, (uint8_t)(shown ? c : '?'));
    s->column += ((unsigned char)c & 0xc0) != 0x80; /* a character of UTF-8 counts once */
}

void dg_sheet_put(sheet *s, const char *text)
{
    assert(s && text);
    for (; *text; text++)
        put_char(s, *text);
}

void dg_sheet_ink(sheet *s, ink colour, const char *text)
{
    static const char *const codes[] = { "", "\033[1;31m", "\033[33m", "\033[32m", "\033[2m" };
    bool on = s->colour && colour != INK_PLAIN;
    assert((size_t)colour < sizeof codes / sizeof *codes);
    if (s->fields)
        dg_buf_put_u8(s->out, (uint8_t)(colour + 1));
    else if (on)
        dg_buf_put_text(s->out, codes[colour]);
    dg_sheet_put(s, text);
    if (on && !s->fields)
        dg_buf_put_text(s->out, "\033[0m");
}

/* How many of the columns that fields begin at are at or before this one. */
static unsigned fields_to(unsigned column)
{
    return (column >= COLUMN_WORD) + (column >= COLUMN_NAME) + (column >= COLUMN_TEXT);
}

static void next_field(sheet *s, unsigned column)
{
    for (; s->field < fields_to(column); s->field++)
        dg_buf_put_u8(s->out, '\t');
    s->column = column;
}

void dg_sheet_to(sheet *s, unsigned column)
{
    if (s->fields)
        next_field(s, column);
    while (s->column < column)
        put_char(s, ' ');
}

void dg_sheet_end(sheet *s)
{
    assert(s && s->out);
    dg_buf_put_u8(s->out, '\n');
    s->column = 0;
    s->field = 0;
}

static unsigned columns_of(const char *word, size_t len)
{
    unsigned n = 0;
    for (size_t i = 0; i < len; i++)
        n += ((unsigned char)word[i] & 0xc0) != 0x80;
    return n;
}

void dg_sheet_wrap(sheet *s, unsigned indent, const char *text)
{
    bool first = s->column <= indent; /* behind other words: a blank comes first */
    assert(text);
    assert(indent < s->width);
    while (*text) {
        size_t gap = strspn(text, " "), len = strcspn(text + gap, " ");
        unsigned blank = first ? 0 : 1;
        text += gap;
        if (!len)
            break;
        if (!first && s->column + blank + columns_of(text, len) > s->width) {
            dg_sheet_end(s);
            dg_sheet_to(s, indent);
            blank = 0;
        }
        if (blank)
            put_char(s, ' ');
        for (size_t i = 0; i < len; i++)
            put_char(s, text[i]);
        text += len;
        first = false;
    }
}

void dg_sheet_printf(sheet *s, unsigned indent, const char *format, ...)
{
    char line[800];
    va_list args;
    assert(format);
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    dg_sheet_wrap(s, indent, line);
}

void dg_sheet_label(sheet *s, const char *word)
{
    dg_sheet_to(s, COLUMN_WORD);
    dg_sheet_ink(s, INK_DIM, word);
    dg_sheet_to(s, COLUMN_NAME);
}

/* What is a name is left as it is written: topology-present, network.classes, #33. */
static bool is_a_name(const char *text)
{
    size_t len = strcspn(text, " ");
    while (len && strchr(",:;", text[len - 1]))
        len--;
    for (size_t i = 0; i < len; i++)
        if (strchr("-_./#", text[i]))
            return true;
    return false;
}

void dg_report_sentence(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);
    bool ends = len && strchr(".?!:", text[len - 1]);
    assert(size >= 3);
    snprintf(out, size, "%.*s%s", (int)(size - 2), text, len && !ends ? "." : "");
    if (out[0] >= 'a' && out[0] <= 'z' && !is_a_name(text))
        out[0] = (char)(out[0] - 'a' + 'A');
}

void dg_report_minutes(char out[32], long long ms)
{
    enum { MS_A_TENTH = 6000 };
    long long tenths = ms / MS_A_TENTH + (ms % MS_A_TENTH >= MS_A_TENTH / 2);
    tenths = ms > 0 && !tenths ? 1 : tenths;
    snprintf(out, 32, "%lld.%lld", tenths / 10, tenths % 10);
}

void dg_report_utc(char out[32], uint64_t slot, uint64_t slot_ms)
{
    time_t at = (time_t)(slot * slot_ms / 1000);
    struct tm parts;
    if ((slot_ms && slot > (uint64_t)INT64_MAX / slot_ms) || !gmtime_r(&at, &parts)
        || !strftime(out, 32, "%Y-%m-%d %H:%M:%S", &parts))
        snprintf(out, 32, "-");
}
