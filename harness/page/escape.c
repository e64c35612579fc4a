/* escape.c - text from outside put where a format would act on it: one row a format. */
#include "page/page_impl.h"

#include <assert.h>

typedef struct swap {
    char of;
    const char *by;
    char before; /* only where that follows; 0: always */
} swap;

/* '#' and '@' would become links to other threads and calls to people, "://" a link. */
static const swap markdown[] = {
    { '\\', "\\\\", 0 }, { '`', "\\`", 0 },        { '*', "\\*", 0 },        { '_', "\\_", 0 },
    { '[', "\\[", 0 },   { ']', "\\]", 0 },        { '<', "&lt;", 0 },       { '>', "\\>", 0 },
    { '&', "&amp;", 0 }, { '|', "\\|", 0 },        { '~', "\\~", 0 },        { '$', "\\$", 0 },
    { ':', "\\:", '/' }, { '#', "\\#&#8203;", 0 }, { '@', "\\@&#8203;", 0 },
};
static const swap code[] = { { '`', "?", 0 }, { '|', "\\|", 0 } };

static const swap xml[] = {
    { '&', "&amp;", 0 },  { '<', "&lt;", 0 },   { '>', "&gt;", 0 },
    { '"', "&quot;", 0 }, { '\'', "&#39;", 0 },
};
/* "[text](target)" is a link, "{0}" an argument. */
static const swap sarif[] = {
    { '\\', "\\\\", 0 }, { '[', "\\[", 0 }, { ']', "\\]", 0 }, { '{', "{{", 0 }, { '}', "}}", 0 }
};
static const swap command[] = { { '%', "%25", 0 } };
static const swap command_value[] = { { '%', "%25", 0 }, { ':', "%3A", 0 }, { ',', "%2C", 0 } };

static const struct {
    const swap *swaps;
    size_t count;
} formats[DG_ESCAPE_COUNT] = {
    [DG_ESCAPE_MARKDOWN] = { markdown, sizeof markdown / sizeof *markdown },
    [DG_ESCAPE_CODE] = { code, sizeof code / sizeof *code },
    [DG_ESCAPE_XML] = { xml, sizeof xml / sizeof *xml },
    [DG_ESCAPE_COMMAND] = { command, sizeof command / sizeof *command },
    [DG_ESCAPE_COMMAND_VALUE] = { command_value, sizeof command_value / sizeof *command_value },
    [DG_ESCAPE_LINE] = { NULL, 0 },
    [DG_ESCAPE_SARIF] = { sarif, sizeof sarif / sizeof *sarif },
};

/* Bytes of the character at `at`, by its first byte; 0: none begins so. */
static size_t length_of(unsigned char first)
{
    return first < 0x80   ? 1
           : first < 0xc2 ? 0
           : first < 0xe0 ? 2
           : first < 0xf0 ? 3
           : first < 0xf5 ? 4
                          : 0;
}

/* The character at `*at`, which moves behind it; '?' where there is none. */
static uint32_t take(const char **at)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *byte = (const unsigned char *)*at;
    size_t len = length_of(*byte);
    assert(*byte); /* a text ends before it */
    uint32_t v = len < 2 ? *byte : *byte & (0x7fu >> len);
    (*at)++;
    if (len < 2)
        return len ? v : '?';
    for (size_t i = 1; i < len; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return '?'; /* a NUL ends here too */
        v = v << 6 | (byte[i] & 0x3fu);
    }
    if (v < least[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return '?';
    *at += len - 1;
    return v;
}

/* Nothing that a page can show. */
static bool is_unseen(uint32_t v)
{
    return v < 0x20 || (v >= 0x7f && v <= 0x9f) || (v >= 0x200b && v <= 0x200f)
           || (v >= 0x2028 && v <= 0x202e) || (v >= 0x2060 && v <= 0x206f) || v == 0xfeff
           || (v & 0xfffe) == 0xfffe;
}

static void put_char(dg_buf *out, dg_escape how, char c, char next)
{
    for (size_t i = 0; i < formats[how].count; i++) {
        const swap *s = &formats[how].swaps[i];
        if (s->of == c && (!s->before || s->before == next)) {
            dg_buf_put_text(out, s->by);
            return;
        }
    }
    dg_buf_put_u8(out, (uint8_t)c);
}

/* Where "- a", "+ a" or "12. a" would begin a list; NULL: it does not. */
static const char *list_mark(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    const char *mark = text + digits;
    bool is_mark = *mark && strchr(digits ? ".)" : "-+=", *mark);
    return is_mark && (!mark[1] || strchr(" \t\n\r-=", mark[1])) ? mark : NULL;
}

void dg_escape_put(dg_buf *out, dg_escape how, const char *text)
{
    const char *mark = how == DG_ESCAPE_MARKDOWN ? list_mark(text) : NULL;
    assert(how < DG_ESCAPE_COUNT);
    while (*text) {
        const char *from = text;
        uint32_t v = take(&text);
        if (from == mark)
            dg_buf_put_u8(out, '\\');
        if (v == '\n' || v == '\r' || v == '\t')
            dg_buf_put_u8(out, ' ');
        else if (is_unseen(v))
            dg_buf_put_u8(out, '?');
        else if (v < 0x80)
            put_char(out, how, (char)v, *text);
        else
            dg_buf_put(out, from, (size_t)(text - from));
    }
}
