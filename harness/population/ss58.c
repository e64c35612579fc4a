/* ss58.c - keys as text, as the JSON of a genesis wants them.
 * Mirrors: sp-core crypto.rs, Ss58Codec (prefix of one byte, checksum of two). */
#include "population/population_impl.h"

#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"

enum { DATA_MAX = 33 + 3, DIGITS_MAX = 64 };

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* Base 58, a leading zero byte as a leading '1'. */
static void base58(char *out, const uint8_t *data, size_t len)
{
    assert(len <= DATA_MAX);
    uint8_t digits[DIGITS_MAX] = { 0 };
    size_t count = 0, zeros = 0;
    while (zeros < len && !data[zeros])
        zeros++;
    for (size_t i = zeros; i < len; i++) {
        uint32_t carry = data[i];
        for (size_t k = 0; k < count || carry; k++) {
            carry += k < count ? digits[k] * 256u : 0;
            count = k < count ? count : k + 1;
            digits[k] = (uint8_t)(carry % 58);
            carry /= 58;
        }
    }
    for (size_t i = 0; i < zeros; i++)
        *out++ = alphabet[0];
    while (count)
        *out++ = alphabet[digits[--count]];
    *out = 0;
}

void dg_growth_ss58(char out[80], dg_bytes key)
{
    assert(key.len + 3 <= DATA_MAX);
    uint8_t hashed[7 + DATA_MAX] = "SS58PRE", sum[64], *data = hashed + 7;
    data[0] = 0;
    memcpy(data + 1, key.at, key.len);
    dg_blake2b(sum, sizeof sum, dg_bytes_of(hashed, 7 + 1 + key.len));
    memcpy(data + 1 + key.len, sum, 2);
    base58(out, data, key.len + 3);
}
