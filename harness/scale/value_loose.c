/* value_loose.c - what people leave out of values, or write in another form.
 *
 * Mirrors: polkadot.js, createType (defaults, camel case), util-crypto decodeAddress; sp-core
 * crypto.rs, Ss58Codec. */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

bool dg_scale_name_like(const char *name, const char *given)
{
    for (;;) {
        while (*name == '_')
            name++;
        while (*given == '_')
            given++;
        char a = *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name;
        char b = *given >= 'A' && *given <= 'Z' ? (char)(*given + 32) : *given;
        if (a != b)
            return false;
        if (!a)
            return true;
        name++;
        given++;
    }
}

/* ---- defaults ---- */

enum { DEFAULT_MAX = 4096 };

/* Zero bytes are no integer but 0, no items, None, and the variant of index 0. */
bool dg_scale_put_default(const dg_meta *meta, dg_buf *out, uint32_t id)
{
    static const uint8_t zeros[DEFAULT_MAX];
    dg_scale s = dg_scale_from(DG_BYTES_OF(zeros));
    if (dg_value_skip(meta, (dg_type_id){ id }, &s) != DG_OK)
        return false;
    dg_buf_put(out, zeros, DEFAULT_MAX - dg_scale_left(&s));
    return true;
}

/* ---- addresses ---- */

enum { ADDRESS_MAX = 2 + 32 + 2, CHECK = 2 };

/* Base 58 to bytes; 0: it is none, or longer than an address. */
static size_t from_base58(uint8_t out[ADDRESS_MAX], const char *text)
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    uint8_t le[ADDRESS_MAX];
    size_t len = 0, zeros = strspn(text, "1");
    for (const char *c = text; *c; c++) {
        const char *at = strchr(alphabet, *c);
        uint32_t carry;
        if (!at)
            return 0;
        carry = (uint32_t)(at - alphabet);
        for (size_t i = 0; i < len || carry; i++) {
            if (i == ADDRESS_MAX)
                return 0;
            carry += i < len ? le[i] * 58u : 0;
            len = i < len ? len : i + 1;
            le[i] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    if (zeros + len > ADDRESS_MAX)
        return 0;
    memset(out, 0, zeros);
    for (size_t i = 0; i < len; i++)
        out[zeros + i] = le[len - 1 - i];
    return zeros + len;
}

bool dg_scale_put_address(dg_buf *out, uint32_t len, const char *text)
{
    uint8_t raw[ADDRESS_MAX], hashed[7 + ADDRESS_MAX] = "SS58PRE", sum[64];
    size_t size, prefix;
    if (len != 32 || !(size = from_base58(raw, text)))
        return false;
    prefix = raw[0] & 0x40 ? 2 : 1; /* of the network: one byte, or two with bit 6 of the first */
    if (raw[0] & 0x80 || size != prefix + len + CHECK)
        return false;
    memcpy(hashed + 7, raw, size - CHECK);
    dg_blake2b(sum, sizeof sum, dg_bytes_of(hashed, 7 + size - CHECK));
    if (memcmp(sum, raw + size - CHECK, CHECK) != 0)
        return false;
    dg_buf_put(out, raw + prefix, len);
    return true;
}
