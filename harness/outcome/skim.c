/* skim.c - the text of a sweep without the series, chains and evidence of its cells, which are most
 * of it and which no page of a sweep shows: cut out before anything is made of them. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

/* Of `{"cells": [{"outcome": {"series": ..`: objects and lists around the key. */
static const struct {
    const char *key;
    size_t depth;
} cut[] = { { "\"series\"", 4 }, { "\"chains\"", 4 }, { "\"evidence\"", 6 } };

/* Bytes at which something begins or ends; all others are passed over. */
static const bool acts[256] = {
    ['"'] = true, ['['] = true, [']'] = true,  ['{'] = true,
    ['}'] = true, [','] = true, ['\n'] = true,
};

typedef struct skim {
    char *at;
    size_t len, from, to; /* read up to, kept up to: to <= from <= len */
    size_t depth;
    size_t inside; /* the value of such a key: its depth; 0: it is not */
} skim;

/* The first byte from `from` on that acts; `len` where there is none. */
static size_t acting(const skim *s, size_t from)
{
    while (from < s->len && !acts[(unsigned char)s->at[from]])
        from++;
    return from;
}

/* Behind the text that begins at `from`; `len` where it does not end. */
static size_t text_end(const skim *s, size_t from)
{
    const char *at = s->at + from + 1, *end = s->at + s->len, *quote;
    for (; at < end && (quote = memchr(at, '"', (size_t)(end - at))); at = quote + 1) {
        size_t slashes = 0; /* an odd number of them takes the quote's meaning away */
        while (quote - slashes > at && quote[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return (size_t)(quote - s->at) + 1;
    }
    return s->len;
}

/* Behind what closes the list that begins at `from`, whatever stands in it. */
static size_t list_end(const skim *s, size_t from)
{
    size_t open = 0, i = from;
    while ((i = acting(s, i)) < s->len) {
        char c = s->at[i];
        if (c == '"') {
            i = text_end(s, i);
            continue;
        }
        open += c == '[' || c == '{';
        open -= c == ']' || c == '}';
        i++;
        if (!open)
            return i;
    }
    return s->len;
}

static void keep(skim *s, size_t end)
{
    assert(s->to <= s->from && s->from <= end && end <= s->len);
    memmove(s->at + s->to, s->at + s->from, end - s->from);
    s->to += end - s->from;
    s->from = end;
}

static bool is_key(const skim *s, size_t end)
{
    size_t len = end - s->from, colon = end;
    bool named = false;
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++)
        named |= s->depth == cut[i].depth && strlen(cut[i].key) == len
                 && memcmp(s->at + s->from, cut[i].key, len) == 0;
    while (colon < s->len && s->at[colon] && strchr(" \t\r\n", s->at[colon]))
        colon++;
    return named && colon < s->len && s->at[colon] == ':';
}

static void step(skim *s)
{
    char c = s->at[s->from];
    if (c == '"') {
        size_t end = text_end(s, s->from);
        if (!s->inside && is_key(s, end))
            s->inside = s->depth;
        keep(s, end);
        return;
    }
    if (s->inside && c == '[') {
        size_t end = list_end(s, s->from);
        keep(s, s->from + 1);
        s->from = end;
        s->at[s->to++] = ']';
        return;
    }
    if (c == '\n') { /* what a line is set in by says nothing; its end keeps words apart */
        keep(s, s->from + 1);
        while (s->from < s->len && s->at[s->from] == ' ')
            s->from++;
        return;
    }
    s->depth += c == '[' || c == '{';
    s->depth -= s->depth && (c == ']' || c == '}');
    if (s->depth <= s->inside && (c == ',' || c == '}' || c == ']'))
        s->inside = 0; /* its value has ended */
    keep(s, acting(s, s->from + 1));
}

size_t dg_outcome_skim(char *text, size_t len)
{
    skim s = { .at = text, .len = len };
    while (s.from < s.len)
        step(&s);
    assert(s.to <= len);
    return s.to;
}
