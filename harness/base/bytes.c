/* bytes.c - borrowed bytes, owned bytes, hex. */
#include "base/base.h"

#include <stdarg.h>
#include <string.h>

dg_bytes dg_text(const char *text)
{
    return dg_bytes_of(text, strlen(text));
}

bool dg_bytes_equal(dg_bytes a, dg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

int dg_bytes_compare(dg_bytes a, dg_bytes b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.at, b.at, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool dg_bytes_begin(dg_bytes whole, dg_bytes prefix)
{
    return whole.len >= prefix.len
           && (prefix.len == 0 || memcmp(whole.at, prefix.at, prefix.len) == 0);
}

bool dg_hash_equal(const dg_hash *a, const dg_hash *b)
{
    return memcmp(a->at, b->at, 32) == 0;
}

/* ---- growing ---- */

void dg_buf_init(dg_buf *buf, size_t max)
{
    *buf = (dg_buf){ .max = max };
}

dg_buf dg_buf_on(void *room, size_t size)
{
    return (dg_buf){ .at = room, .cap = size, .max = size, .fixed = true };
}

void dg_buf_clear(dg_buf *buf)
{
    if (!buf->fixed) {
        dg_free(buf->at);
        buf->at = NULL;
        buf->cap = 0;
    }
    dg_buf_reset(buf);
}

void dg_buf_reset(dg_buf *buf)
{
    buf->len = 0;
    buf->rc = DG_OK;
}

uint8_t *dg_buf_grow(dg_buf *buf, size_t len)
{
    uint8_t *at;
    if (buf->rc != DG_OK)
        return NULL;
    if (len > buf->max || buf->len > buf->max - len) {
        buf->rc = DG_LIMIT;
        return NULL;
    }
    if (buf->len + len > buf->cap) {
        size_t cap = buf->cap * 2 < 64 ? 64 : buf->cap * 2;
        if (cap < buf->len + len)
            cap = buf->len + len;
        if (cap > buf->max)
            cap = buf->max;
        at = buf->fixed ? NULL : dg_realloc(buf->at, cap);
        if (!at) {
            buf->rc = DG_NOMEM;
            return NULL;
        }
        buf->at = at;
        buf->cap = cap;
    }
    if (!buf->at) { /* nothing asked, nothing there: still a valid address */
        static uint8_t nowhere[1];
        return nowhere;
    }
    at = buf->at + buf->len;
    buf->len += len;
    return at;
}

void dg_buf_put(dg_buf *buf, const void *at, size_t len)
{
    uint8_t *to = dg_buf_grow(buf, len);
    if (to && len)
        memcpy(to, at, len);
}

void dg_buf_put_bytes(dg_buf *buf, dg_bytes bytes)
{
    dg_buf_put(buf, bytes.at, bytes.len);
}

void dg_buf_put_u8(dg_buf *buf, uint8_t v)
{
    dg_buf_put(buf, &v, 1);
}

void dg_buf_put_text(dg_buf *buf, const char *text)
{
    dg_buf_put(buf, text, strlen(text));
}

void dg_buf_printf(dg_buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    int len;
    va_start(args, format);
    len = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (len < 0)
        return;
    if ((size_t)len < sizeof small) {
        dg_buf_put(buf, small, (size_t)len);
        return;
    }
    uint8_t *to = dg_buf_grow(buf, (size_t)len + 1);
    if (!to)
        return;
    va_start(args, format);
    vsnprintf((char *)to, (size_t)len + 1, format, args);
    va_end(args);
    buf->len--; /* the NUL is not ours */
}

const char *dg_buf_text(dg_buf *buf)
{
    uint8_t *nul = dg_buf_grow(buf, 1);
    if (!nul)
        return "";
    *nul = 0;
    buf->len--;
    return (const char *)buf->at;
}

dg_bytes dg_buf_bytes(const dg_buf *buf)
{
    return (dg_bytes){ buf->at, buf->len };
}

dg_code dg_buf_check(const dg_buf *buf, dg_error *err, const char *what)
{
    if (buf->rc == DG_LIMIT)
        return dg_fail(err, DG_LIMIT, "%s exceeded %zu bytes", what, buf->max);
    if (buf->rc < 0)
        return dg_fail(err, buf->rc, "no memory for %s", what);
    return DG_OK;
}

/* ---- hex ---- */

static const char digits[] = "0123456789abcdef";

static void hex_digits(char *out, dg_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[bytes.at[i] >> 4];
        out[2 * i + 1] = digits[bytes.at[i] & 15];
    }
}

void dg_hex_put(dg_buf *buf, dg_bytes bytes)
{
    if (bytes.len > SIZE_MAX / 2 - 1) {
        buf->rc = DG_LIMIT;
        return;
    }
    char *out = (char *)dg_buf_grow(buf, 2 + 2 * bytes.len);
    if (!out)
        return;
    memcpy(out, "0x", 2);
    hex_digits(out + 2, bytes);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

dg_code dg_hex_get(dg_buf *out, const char *text, size_t len, dg_error *err)
{
    size_t start = len >= 2 && text[0] == '0' && text[1] == 'x' ? 2 : 0;
    size_t count = len - start, before = out->len;
    uint8_t *to;
    if (count % 2)
        return dg_fail(err, DG_MALFORMED, "hex has an odd number of digits (%zu)", count);
    to = dg_buf_grow(out, count / 2);
    if (!to)
        return dg_buf_check(out, err, "hex");
    for (size_t i = 0; i < count / 2; i++) {
        int high = digit(text[start + 2 * i]), low = digit(text[start + 2 * i + 1]);
        if (high < 0 || low < 0) {
            out->len = before;
            return dg_fail(err, DG_MALFORMED, "character %zu of hex is not a digit",
                           start + 2 * i + (high < 0 ? 0 : 1));
        }
        to[i] = (uint8_t)(high << 4 | low);
    }
    return DG_OK;
}

dg_hex_text dg_hash_text(const dg_hash *hash)
{
    dg_hex_text t = { "0x" };
    hex_digits(t.text + 2, dg_hash_bytes(hash));
    t.text[66] = 0;
    return t;
}

dg_hex_text dg_hash_short(const dg_hash *hash)
{
    dg_hex_text t = { "0x" };
    hex_digits(t.text + 2, dg_bytes_of(hash->at, 4));
    memcpy(t.text + 10, "..", 2);
    hex_digits(t.text + 12, dg_bytes_of(hash->at + 28, 4));
    t.text[20] = 0;
    return t;
}
