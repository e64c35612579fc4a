/* json_pull.c - the strict JSON reader of json_pull.h. */
#include "snapshot/json_pull.h"

#include <string.h>

/* What may stand next. */
enum { A_VALUE, A_VALUE_OR_END, A_KEY, A_KEY_OR_END, A_COMMA_OR_END, NOTHING };

void dg_snapshot_json_init(dg_snapshot_json *json, dg_snapshot_json_fill fill, void *user,
                           size_t key_max, size_t text_max)
{
    *json = (dg_snapshot_json){ .fill = fill, .user = user, .expect = A_VALUE };
    dg_buf_init(&json->key, key_max);
    dg_buf_init(&json->text, text_max);
}

void dg_snapshot_json_clear(dg_snapshot_json *json)
{
    dg_buf_clear(&json->key);
    dg_buf_clear(&json->text);
}

uint64_t dg_snapshot_json_offset(const dg_snapshot_json *json)
{
    return json->before + json->at;
}

/* ---- bytes ---- */

enum { NO_BYTE = -1 }; /* end of input, or a failure that `rc` tells */

static int look_far(dg_snapshot_json *j, dg_error *err)
{
    dg_code rc;
    if (j->ended || j->rc < 0)
        return NO_BYTE;
    rc = j->fill(j->user, &j->chunk, err);
    if (rc == DG_OK && j->chunk.len > 0) {
        j->before += j->at;
        j->at = 0;
        return j->chunk.at[0];
    }
    j->before += j->at;
    j->at = 0;
    j->chunk = (dg_bytes){ NULL, 0 };
    j->ended = true;
    if (rc < 0)
        j->rc = rc;
    return NO_BYTE;
}

/* The next byte, not taken. */
static inline int look(dg_snapshot_json *j, dg_error *err)
{
    return j->at < j->chunk.len ? j->chunk.at[j->at] : look_far(j, err);
}

/* A byte that does not fit, or the end of the input where none may be. */
static dg_code refuse(dg_snapshot_json *j, dg_error *err, const char *wanted)
{
    uint64_t at = dg_snapshot_json_offset(j);
    int byte = look(j, err);
    if (j->rc < 0)
        return j->rc;
    if (byte == NO_BYTE)
        j->rc = dg_fail(err, DG_MALFORMED, "not JSON: cut off at byte %llu, where %s was expected",
                        (unsigned long long)at, wanted);
    else
        j->rc = dg_fail(err, DG_MALFORMED, "not JSON: byte %llu is 0x%02x, where %s was expected",
                        (unsigned long long)at, (unsigned)byte, wanted);
    return j->rc;
}

static int look_past_space(dg_snapshot_json *j, dg_error *err)
{
    int byte;
    while ((byte = look(j, err)) == ' ' || byte == '\n' || byte == '\r' || byte == '\t')
        j->at++;
    return byte;
}

static dg_code word(dg_snapshot_json *j, const char *letters, dg_error *err)
{
    for (const char *p = letters; *p; p++, j->at++)
        if (look(j, err) != *p)
            return refuse(j, err, letters);
    return DG_OK;
}

/* ---- strings ---- */

static void keep(dg_snapshot_json *j, dg_buf *to, const uint8_t *at, size_t len)
{
    if (!j->discard)
        dg_buf_put(to, at, len);
}

static dg_code hex_unit(dg_snapshot_json *j, uint32_t *unit, dg_error *err)
{
    *unit = 0;
    for (int i = 0; i < 4; i++, j->at++) {
        int c = look(j, err);
        int lower = c | 0x20;
        if (c >= '0' && c <= '9')
            *unit = *unit << 4 | (uint32_t)(c - '0');
        else if (c > 0 && lower >= 'a' && lower <= 'f')
            *unit = *unit << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return refuse(j, err, "a hex digit of \\u");
    }
    return DG_OK;
}

static void keep_code_point(dg_snapshot_json *j, dg_buf *to, uint32_t c)
{
    uint8_t out[4];
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = len; i-- > 1; c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(lead[len] | c);
    keep(j, to, out, len);
}

/* Behind "\u". A high surrogate needs its low half at once. */
static dg_code escaped_unit(dg_snapshot_json *j, dg_buf *to, dg_error *err)
{
    uint32_t unit, low;
    if (hex_unit(j, &unit, err) < 0)
        return j->rc;
    if (unit >= 0xdc00 && unit < 0xe000)
        return refuse(j, err, "no low surrogate before this");
    if (unit >= 0xd800 && unit < 0xdc00) {
        if (word(j, "\\u", err) < 0 || hex_unit(j, &low, err) < 0)
            return j->rc;
        if (low < 0xdc00 || low >= 0xe000)
            return refuse(j, err, "a low surrogate before this");
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    keep_code_point(j, to, unit);
    return DG_OK;
}

static dg_code escape(dg_snapshot_json *j, dg_buf *to, dg_error *err)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    int byte;
    const char *p;
    j->at++;
    byte = look(j, err);
    if (byte == 'u') {
        j->at++;
        return escaped_unit(j, to, err);
    }
    p = byte > 0 ? strchr(from, byte) : NULL;
    if (!p)
        return refuse(j, err, "an escape");
    keep(j, to, (const uint8_t *)&into[p - from], 1);
    j->at++;
    return DG_OK;
}

/* One character of two to four bytes, by the table of well-formed sequences:
 * no overlong form, no surrogate, nothing beyond U+10FFFF. */
static dg_code wide(dg_snapshot_json *j, dg_buf *to, dg_error *err)
{
    int first = look(j, err), low = 0x80, high = 0xbf;
    int more = first >= 0xc2 && first < 0xe0   ? 1
               : first >= 0xe0 && first < 0xf0 ? 2
               : first >= 0xf0 && first < 0xf5 ? 3
                                               : 0;
    uint8_t out[4] = { (uint8_t)first };
    if (!more)
        return refuse(j, err, "UTF-8");
    if (first == 0xe0)
        low = 0xa0;
    else if (first == 0xf0)
        low = 0x90;
    else if (first == 0xed)
        high = 0x9f;
    else if (first == 0xf4)
        high = 0x8f;
    j->at++;
    for (int i = 1; i <= more; i++, j->at++, low = 0x80, high = 0xbf) {
        int byte = look(j, err);
        if (byte < low || byte > high)
            return refuse(j, err, "UTF-8");
        out[i] = (uint8_t)byte;
    }
    keep(j, to, out, (size_t)more + 1);
    return DG_OK;
}

/* Bytes up to the next quote, escape, control or wide character. */
static void plain(dg_snapshot_json *j, dg_buf *to)
{
    const uint8_t *start = j->chunk.at + j->at, *p = start, *end = j->chunk.at + j->chunk.len;
    while (p < end && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\')
        p++;
    keep(j, to, start, (size_t)(p - start));
    j->at += (size_t)(p - start);
}

static dg_code check_room(dg_snapshot_json *j, const dg_buf *to, const char *what, dg_error *err)
{
    if (to->rc == DG_LIMIT)
        j->rc = dg_fail(err, DG_LIMIT, "%s at byte %llu is longer than %zu bytes", what,
                        (unsigned long long)j->began, to->max);
    else if (to->rc < 0)
        j->rc = dg_fail(err, to->rc, "no memory for %s", what);
    return j->rc;
}

static dg_code string(dg_snapshot_json *j, dg_buf *to, const char *what, dg_error *err)
{
    int byte;
    j->began = dg_snapshot_json_offset(j);
    j->at++; /* the opening quote */
    dg_buf_reset(to);
    while ((byte = look(j, err)) != '"') {
        if (byte == '\\')
            escape(j, to, err);
        else if (byte >= 0x80)
            wide(j, to, err);
        else if (byte >= 0x20)
            plain(j, to);
        else
            refuse(j, err, "the rest of a string");
        if (j->rc < 0 || check_room(j, to, what, err) < 0)
            return j->rc;
    }
    j->at++;
    return DG_OK;
}

/* ---- numbers ---- */

static bool is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static void take(dg_snapshot_json *j)
{
    keep(j, &j->text, j->chunk.at + j->at, 1);
    j->at++;
}

static dg_code some_digits(dg_snapshot_json *j, dg_error *err)
{
    if (!is_digit(look(j, err)))
        return refuse(j, err, "a digit");
    while (is_digit(look(j, err)))
        take(j);
    return DG_OK;
}

static dg_code number(dg_snapshot_json *j, dg_error *err)
{
    j->began = dg_snapshot_json_offset(j);
    dg_buf_reset(&j->text);
    if (look(j, err) == '-')
        take(j);
    if (look(j, err) == '0')
        take(j);
    else
        some_digits(j, err);
    if (j->rc == DG_OK && look(j, err) == '.') {
        take(j);
        some_digits(j, err);
    }
    if (j->rc == DG_OK && (look(j, err) | 0x20) == 'e') {
        take(j);
        if (look(j, err) == '+' || look(j, err) == '-')
            take(j);
        some_digits(j, err);
    }
    return j->rc < 0 ? j->rc : check_room(j, &j->text, "a number", err);
}

/* ---- structure ---- */

static dg_code enter(dg_snapshot_json *j, bool object, dg_error *err)
{
    if (j->depth == DG_JSON_DEPTH_MAX) {
        j->rc = dg_fail(err, DG_MALFORMED, "JSON nests deeper than %d at byte %llu",
                        DG_JSON_DEPTH_MAX, (unsigned long long)dg_snapshot_json_offset(j));
        return j->rc;
    }
    j->in_object[j->depth++] = object;
    j->expect = object ? A_KEY_OR_END : A_VALUE_OR_END;
    j->at++;
    return DG_OK;
}

static void value_done(dg_snapshot_json *j)
{
    j->expect = j->depth ? A_COMMA_OR_END : NOTHING;
}

static dg_code leave(dg_snapshot_json *j, dg_snapshot_json_event *event)
{
    j->at++;
    *event = j->in_object[--j->depth] ? DG_JSON_OBJECT_END : DG_JSON_ARRAY_END;
    value_done(j);
    return DG_OK;
}

static dg_code value(dg_snapshot_json *j, dg_snapshot_json_event *event, int byte, dg_error *err)
{
    dg_code rc;
    if (byte == '{' || byte == '[') {
        *event = byte == '{' ? DG_JSON_OBJECT : DG_JSON_ARRAY;
        return enter(j, byte == '{', err);
    }
    if (byte == '"') {
        *event = DG_JSON_STRING;
        rc = string(j, &j->text, "a string", err);
    } else if (byte == '-' || is_digit(byte)) {
        *event = DG_JSON_NUMBER;
        rc = number(j, err);
    } else if (byte == 't' || byte == 'f' || byte == 'n') {
        *event = byte == 't' ? DG_JSON_TRUE : byte == 'f' ? DG_JSON_FALSE : DG_JSON_NULL;
        rc = word(j, byte == 't' ? "true" : byte == 'f' ? "false" : "null", err);
    } else {
        return refuse(j, err, "a value");
    }
    value_done(j);
    return rc;
}

static dg_code member(dg_snapshot_json *j, dg_snapshot_json_event *event, int byte, dg_error *err)
{
    if (byte != '"')
        return refuse(j, err, "a key in quotes");
    if (string(j, &j->key, "a key", err) < 0)
        return j->rc;
    if (look_past_space(j, err) != ':')
        return refuse(j, err, "a colon");
    j->at++;
    j->expect = A_VALUE;
    *event = DG_JSON_KEY;
    return DG_OK;
}

dg_code dg_snapshot_json_next(dg_snapshot_json *j, dg_snapshot_json_event *event, dg_error *err)
{
    int byte;
    if (j->rc < 0)
        return dg_fail(err, j->rc, "JSON was read on after a failure");
    byte = look_past_space(j, err);
    if (j->rc < 0)
        return j->rc;
    if (j->expect == NOTHING) {
        *event = DG_JSON_END;
        return byte == NO_BYTE ? DG_OK : refuse(j, err, "the end of the document");
    }
    if (j->depth
        && (j->expect == A_COMMA_OR_END || j->expect == A_KEY_OR_END || j->expect == A_VALUE_OR_END)
        && byte == (j->in_object[j->depth - 1] ? '}' : ']'))
        return leave(j, event);
    if (j->expect == A_COMMA_OR_END) {
        if (byte != ',')
            return refuse(j, err, "a comma or the end of the list");
        j->at++;
        j->expect = j->in_object[j->depth - 1] ? A_KEY : A_VALUE;
        byte = look_past_space(j, err);
    }
    if (j->expect == A_KEY || j->expect == A_KEY_OR_END)
        return member(j, event, byte, err);
    return value(j, event, byte, err);
}

dg_code dg_snapshot_json_skip(dg_snapshot_json *j, dg_error *err)
{
    unsigned depth = j->depth;
    dg_snapshot_json_event event;
    dg_code rc;
    j->discard = true;
    do
        rc = dg_snapshot_json_next(j, &event, err);
    while (rc == DG_OK && j->depth > depth);
    j->discard = false;
    return rc;
}
