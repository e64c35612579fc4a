/* number.c - integers of any width as decimal text, and back. */
#include "scale/scale_impl.h"

#include <assert.h>
#include <string.h>

enum { LIMBS = 17, LIMB_DIGITS = 9, LIMB_BASE = 1000000000 };

/* Divides by 10^9 in place; returns what is left over. */
static uint32_t divide(uint32_t limbs[LIMBS])
{
    uint64_t rest = 0;
    for (int i = LIMBS - 1; i >= 0; i--) {
        rest = rest << 32 | limbs[i];
        limbs[i] = (uint32_t)(rest / LIMB_BASE);
        rest %= LIMB_BASE;
    }
    return (uint32_t)rest;
}

static bool is_zero(const uint32_t limbs[LIMBS])
{
    for (int i = 0; i < LIMBS; i++)
        if (limbs[i])
            return false;
    return true;
}

static void negate(uint8_t *le, size_t len)
{
    unsigned carry = 1;
    for (size_t i = 0; i < len; i++) {
        carry += (uint8_t)~le[i];
        le[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

size_t dg_scale_decimal_print(char out[DG_DECIMAL_MAX], dg_bytes le, bool is_signed)
{
    uint8_t raw[LIMBS * 4] = { 0 };
    uint32_t limbs[LIMBS];
    char digits[DG_DECIMAL_MAX];
    size_t count = 0, len = 0;
    bool minus = is_signed && le.len && le.at[le.len - 1] >> 7;
    assert(le.len <= sizeof raw);
    if (le.len)
        memcpy(raw, le.at, le.len);
    if (minus)
        negate(raw, le.len);
    for (int i = 0; i < LIMBS; i++)
        limbs[i] = dg_le32(raw + 4 * i);
    do {
        uint32_t part = divide(limbs);
        for (int i = 0; i < LIMB_DIGITS; i++, part /= 10)
            digits[count++] = (char)('0' + part % 10);
    } while (!is_zero(limbs));
    while (count > 1 && digits[count - 1] == '0')
        count--;
    if (minus)
        out[len++] = '-';
    while (count)
        out[len++] = digits[--count];
    out[len] = 0;
    return len;
}

/* le = le * 10 + digit; false if it ran over. */
static bool append_digit(uint8_t *le, size_t len, unsigned digit)
{
    for (size_t i = 0; i < len; i++) {
        digit += le[i] * 10u;
        le[i] = (uint8_t)digit;
        digit >>= 8;
    }
    return digit == 0;
}

bool dg_scale_decimal_parse(uint8_t *le, size_t len, bool is_signed, dg_bytes text)
{
    bool minus = is_signed && text.len && text.at[0] == '-';
    size_t i = minus ? 1 : 0;
    assert(len > 0);
    if (i == text.len)
        return false;
    memset(le, 0, len);
    for (; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9'
            || !append_digit(le, len, (unsigned)(text.at[i] - '0')))
            return false;
    }
    if (minus)
        negate(le, len);
    /* now the sign bit must say what the text said; -0 is no number of ours */
    return !is_signed || (le[len - 1] >> 7 == 1) == minus;
}
