/* Values by type id, both ways. A value that decodes to something else than the
 * runtime wrote, or that is called decodable when the runtime would refuse it,
 * would turn a verdict about storage around. */
#include "../support/suite.h"

#include <jansson.h>
#include <string.h>

#include "model.h"
#include "real_meta.h"

static dg_meta *meta_of(const model *m)
{
    dg_meta *meta;
    dg_error err;
    dg_buf raw;
    dg_buf_init(&raw, 1 << 20);
    model_meta(&raw, m);
    if (dg_meta_new(&meta, dg_buf_bytes(&raw), &err) < 0)
        ck_abort_msg("%s", err.text);
    dg_buf_clear(&raw);
    return meta;
}

/* decode, encode, compare; and skipping must agree. */
static void circle(const dg_meta *meta, dg_type_id type, dg_bytes raw, const char *what)
{
    dg_scale s = dg_scale_from(raw);
    json_t *json;
    dg_error err;
    dg_buf out;
    ck_assert_int_eq(dg_value_skip(meta, type, &s), DG_OK);
    ck_assert_int_eq(dg_scale_finish(&s, NULL, what), DG_OK);
    if (dg_value_decode_all(meta, &json, type, raw, &err) < 0)
        ck_abort_msg("%s: %s", what, err.text);
    dg_buf_init(&out, 1 << 26);
    if (dg_value_encode(meta, &out, type, json, &err) < 0)
        ck_abort_msg("%s: %s", what, err.text);
    assert_bytes(dg_buf_bytes(&out), raw, what);
    dg_buf_clear(&out);
    json_decref(json);
}

/* ---- against the naive twin ---- */

/* Cut short, the value must be refused at every length, by both walks. */
static void refuse_all_prefixes(const dg_meta *meta, dg_type_id type, dg_bytes raw)
{
    for (size_t len = 0; len < raw.len && len < 40; len++) {
        dg_scale s = dg_scale_from(dg_bytes_of(raw.at, len));
        json_t *json;
        ck_assert_int_eq(dg_value_skip(meta, type, &s), DG_MALFORMED);
        ck_assert_int_eq(dg_value_decode_all(meta, &json, type, s.in, NULL), DG_MALFORMED);
        ck_assert_ptr_null(json);
    }
}

START_TEST(random_values_of_random_types_close_the_circle)
{
    dg_rng rng = dg_rng_fork(11, "values", (uint64_t)_i, 0);
    model m;
    dg_meta *meta;
    memset(&m, 0, sizeof m);
    model_random(&m, &rng);
    meta = meta_of(&m);
    for (unsigned id = 0; id < m.count; id++) {
        size_t size, first = 0;
        bool fixed = dg_type_size(meta, (dg_type_id){ id }, &size);
        for (unsigned round = 0; round < 6; round++) {
            char what[64];
            dg_buf raw;
            dg_buf_init(&raw, 1 << 22);
            model_value(&raw, &m, id, &rng);
            if (raw.len < 4000) {
                snprintf(what, sizeof what, "world %d, type %u, round %u", _i, id, round);
                circle(meta, (dg_type_id){ id }, dg_buf_bytes(&raw), what);
                refuse_all_prefixes(meta, (dg_type_id){ id }, dg_buf_bytes(&raw));
                first = round == 0 ? raw.len : first;
                ck_assert_msg(!fixed || raw.len == size, "%s: %zu, not %zu", what, raw.len, size);
            }
            dg_buf_clear(&raw);
        }
        ck_assert(dg_type_same(meta, (dg_type_id){ id }, meta, (dg_type_id){ id }, NULL));
    }
    dg_meta_free(meta);
}
END_TEST

/* ---- a small world of types, value by value ---- */

enum {
    BOOL,
    CHAR,
    STR,
    U8,
    U16,
    U32,
    U64,
    U128,
    U256,
    I8,
    I16,
    I32,
    I64,
    I128,
    I256,
    LSB,
    MSB,
    BITS8,
    BITS16,
    UNIT,
    BYTES,
    FOUR,
    OPT,
    OPT2,
    NEW,
    CNEW,
    NAMED,
    ONE,
    ENUM,
    NEWOPT,
    OPTNEW,
    UNITS,
    MANY,
    SELF,
    DEEP,
    WIDE0,
    CUNIT = WIDE0 + 8,
    OPTUNIT,
    CBOOL,
    BADBITS,
    NEVER,
    MAP,
    EMPTY
};

static void world_make(model *m)
{
    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < LSB; i++)
        model_add(m, (char)('0' + i), 0, NULL, 0);
    model_add(m, 'l', 0, NULL, 0);
    model_add(m, 'm', 0, NULL, 0);
    model_add(m, 'b', 2, (unsigned[]){ U8, LSB }, 0);
    model_add(m, 'B', 2, (unsigned[]){ U16, MSB }, 0);
    model_add(m, 't', 0, NULL, 0);
    model_add(m, 'v', 1, (unsigned[]){ U8 }, 0);
    model_add(m, 'a', 1, (unsigned[]){ U8 }, 4);
    model_add(m, 'o', 1, (unsigned[]){ U32 }, 0);
    model_add(m, 'o', 1, (unsigned[]){ OPT }, 0);
    model_add(m, 's', 1, (unsigned[]){ U32 }, 0);
    model_add(m, 'c', 1, (unsigned[]){ NEW }, 0);
    model_add(m, 'n', 2, (unsigned[]){ U8, BYTES }, 0);
    model_add(m, 't', 1, (unsigned[]){ U8 }, 0);
    model_add(m, 'e', 3, (unsigned[]){ 255, U8, BYTES }, 0);
    model_add(m, 's', 1, (unsigned[]){ OPT }, 0);
    model_add(m, 'o', 1, (unsigned[]){ NEWOPT }, 0);
    model_add(m, 'v', 1, (unsigned[]){ UNIT }, 0);
    model_add(m, 'a', 1, (unsigned[]){ UNIT }, UINT32_MAX);
    model_add(m, 's', 1, (unsigned[]){ SELF }, 0);
    model_add(m, 'v', 1, (unsigned[]){ DEEP }, 0);
    for (unsigned i = 0; i < 8; i++) { /* 6^8 empty parts */
        unsigned below = i ? WIDE0 + i - 1 : UNIT;
        model_add(m, 't', 6, (unsigned[]){ below, below, below, below, below, below }, 0);
    }
    model_add(m, 'c', 1, (unsigned[]){ UNIT }, 0);
    model_add(m, 'o', 1, (unsigned[]){ UNIT }, 0);
    model_add(m, 'c', 1, (unsigned[]){ BOOL }, 0);
    model_add(m, 'b', 2, (unsigned[]){ CHAR, LSB }, 0);
    model_add(m, 'e', 0, NULL, 0);
    model_add(m, 's', 1, (unsigned[]){ MAP + 3 }, 0);
    model_add(m, 's', 0, NULL, 0);
    model_add(m, 't', 2, (unsigned[]){ U8, STR }, 0);
    model_add(m, 'v', 1, (unsigned[]){ MAP + 2 }, 0);
    m->types[NAMED].path = "Named";
}

static const struct {
    unsigned type;
    const char *raw, *json;
} rows[] = {
    { BOOL, "00", "false" },
    { BOOL, "01", "true" },
    { CHAR, "41000000", "\"A\"" },
    { CHAR, "00f60100", "\"\xf0\x9f\x98\x80\"" },
    { STR, "0c666f6f", "\"foo\"" },
    { STR, "08c3a9", "\"\xc3\xa9\"" },
    { STR, "0400", "\"\\u0000\"" },
    { U8, "ff", "255" },
    { U64, "0000000000002000", "9007199254740992" },
    { U64, "0100000000002000", "\"9007199254740993\"" },
    { U64, "ffffffffffffffff", "\"18446744073709551615\"" },
    { U128, "05000000000000000000000000000000", "5" },
    { U128, "ffffffffffffffffffffffffffffffff", "\"340282366920938463463374607431768211455\"" },
    { U256, "00000000000000000000000000000000000000000000000000000000000000ff",
      "\"115339776388732929035197660848497720713218148788040405586178452820382218977280\"" },
    { I8, "80", "-128" },
    { I8, "ff", "-1" },
    { I16, "ff7f", "32767" },
    { I64, "000000000000e0ff", "-9007199254740992" },
    { I64, "ffffffffffffdfff", "\"-9007199254740993\"" },
    { I64, "0000000000000080", "\"-9223372036854775808\"" },
    { I128, "ffffffffffffffffffffffffffffffff", "-1" },
    { I128, "00000000000000000000000000000080", "\"-170141183460469231731687303715884105728\"" },
    { I256, "feffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "-2" },
    { BITS8, "00", "\"0b\"" },
    { BITS8, "0c05", "\"0b101\"" },
    { BITS8, "910100000000000000000000000000",
      "\"0b0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
      "000000000000\"" },
    { BITS16, "0c00a0", "\"0b101\"" },
    { BITS16,
      "440080"
      "0080",
      "\"0b10000000000000001\"" },
    { UNIT, "", "[]" },
    { BYTES, "00", "\"0x\"" },
    { BYTES, "08beef", "\"0xbeef\"" },
    { FOUR, "01020304", "\"0x01020304\"" },
    { OPT, "00", "null" },
    { OPT, "0107000000", "7" },
    { OPT2, "00", "null" },
    { OPT2, "0100", "{\"Some\": null}" },
    { OPT2, "010107000000", "{\"Some\": 7}" },
    { NEW, "07000000", "7" },
    { CNEW, "1c", "7" },
    { CNEW, "03ffffffff", "4294967295" },
    { NAMED, "010402", "{\"a\": 1, \"b\": \"0x02\"}" },
    { ONE, "05", "[5]" },
    { ENUM, "00", "\"a\"" },
    { ENUM, "0309", "{\"b\": 9}" },
    { ENUM, "060409", "{\"c\": \"0x09\"}" },
    { NEWOPT, "00", "null" },
    { OPTNEW, "00", "null" },
    { OPTNEW, "0100", "{\"Some\": null}" },
    { UNITS, "0c", "[[], [], []]" },
    { DEEP,
      "080400"
      "00",
      "[[[]], []]" },
    { CUNIT, "", "[]" },
    { OPTUNIT, "01", "[]" },
    { OPTUNIT, "00", "null" },
    { MAP, "08010461020462", "[[1, \"a\"], [2, \"b\"]]" },
    { EMPTY, "", "[]" },
};

START_TEST(values_print_as_documented_and_read_back)
{
    model m;
    dg_meta *meta;
    json_t *got, *want;
    dg_error err;
    dg_bytes raw = hex(rows[_i].raw);
    dg_type_id type = { rows[_i].type };
    world_make(&m);
    meta = meta_of(&m);
    if (dg_value_decode_all(meta, &got, type, raw, &err) < 0)
        ck_abort_msg("%s", err.text);
    want = json_loads(rows[_i].json, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    ck_assert_ptr_nonnull(want);
    if (!json_equal(got, want))
        ck_abort_msg("got %s, want %s", json_dumps(got, JSON_ENCODE_ANY), rows[_i].json);
    circle(meta, type, raw, rows[_i].json);
    json_decref(got);
    json_decref(want);
    dg_meta_free(meta);
}
END_TEST

/* The runtime's decoder drops what stands behind the last bit, so must we. */
START_TEST(bits_beyond_the_last_are_dropped)
{
    model m;
    dg_meta *meta;
    json_t *got;
    dg_buf out;
    world_make(&m);
    meta = meta_of(&m);
    dg_buf_init(&out, 16);
    ck_assert_int_eq(dg_value_decode_all(meta, &got, (dg_type_id){ BITS8 }, hex("0cfd"), NULL),
                     DG_OK);
    ck_assert_str_eq(json_string_value(got), "0b101");
    ck_assert_int_eq(dg_value_encode(meta, &out, (dg_type_id){ BITS8 }, got, NULL), DG_OK);
    assert_bytes(dg_buf_bytes(&out), hex("0c05"), "bits");
    json_decref(got);
    dg_buf_clear(&out);
    dg_meta_free(meta);
}
END_TEST

static const struct {
    unsigned type;
    const char *raw, *says;
} refused[] = {
    { BOOL, "02", "bool: bool is neither 0 nor 1 at byte 0 of 1" },
    { CHAR, "00d80000", "char: char is no Unicode scalar value at byte 4 of 4" },
    { CHAR, "00001100", "char: char is no Unicode scalar value at byte 4 of 4" },
    { STR, "04ff", "str: text is not UTF-8 at byte 2 of 2" },
    { STR, "08c080", "str: text is not UTF-8 at byte 3 of 3" },     /* overlong */
    { STR, "0ceda080", "str: text is not UTF-8 at byte 4 of 4" },   /* surrogate */
    { STR, "10f4908080", "str: text is not UTF-8 at byte 5 of 5" }, /* above 0x10ffff */
    { BYTES, "0801", "Vec<u8>: more items are announced than bytes are left at byte 1 of 2" },
    { OPT, "0201000000", "Option: option is neither 0 nor 1 at byte 0 of 5" },
    { CNEW,
      "0700000000"
      "01",
      "Compact<(u32,)>: compact is too large for its type at byte 6 of 6" },
    { CNEW, "0100", "Compact<(u32,)>: compact is not in its shortest form at byte 2 of 2" },
    { ENUM, "01", "enum: enum has no such variant at byte 0 of 1" },
    { NEVER, "00", "enum: enum has no such variant at byte 0 of 1" },
    { CBOOL, "04", "Compact<bool>: type has no compact form at byte 0 of 1" },
    { BADBITS, "04ff",
      "BitVec<u0, Lsb0>: bit sequence has an unknown store or order at byte 1 of 2" },
    { U32, "0102030405", "u32: 1 bytes follow its end at byte 4" },
    { NAMED, "0108", "Named: more items are announced than bytes are left at byte 2 of 2" },
    { SELF, "00", NULL },
    { BITS8, "0c", "BitVec<u8, Lsb0>: bytes ran out at byte 1 of 1" },
};

START_TEST(values_are_refused_with_their_reason)
{
    model m;
    dg_meta *meta;
    json_t *got;
    dg_error err;
    dg_type_id type = { refused[_i].type };
    dg_scale s = dg_scale_from(hex(refused[_i].raw));
    world_make(&m);
    meta = meta_of(&m);
    ck_assert_int_eq(dg_value_decode_all(meta, &got, type, s.in, &err), DG_MALFORMED);
    if (refused[_i].says)
        ck_assert_str_eq(err.text, refused[_i].says);
    ck_assert_ptr_null(got);
    dg_value_skip(meta, type, &s);
    ck_assert_int_eq(dg_scale_finish(&s, NULL, "value"), DG_MALFORMED);
    dg_meta_free(meta);
}
END_TEST

/* Items without bytes cost nothing to announce: 4 billion of them, or 6^8 empty
 * parts, must be refused or stepped over at once. */
START_TEST(work_is_bounded_by_bytes)
{
    static const struct {
        unsigned type;
        const char *raw;
        dg_code skip;
        const char *says;
    } hostile[] = {
        { UNITS, "03ffffffff", DG_OK, "value has more parts than its bytes can hold" },
        { MANY, "", DG_OK, "value has more parts than its bytes can hold" },
        { WIDE0 + 7, "", DG_OK, "value has more parts than its bytes can hold" },
        { SELF, "", DG_MALFORMED, "value is nested too deeply" },
    };
    model m;
    dg_meta *meta;
    world_make(&m);
    meta = meta_of(&m);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        dg_type_id type = { hostile[i].type };
        dg_scale s = dg_scale_from(hex(hostile[i].raw));
        dg_error err;
        json_t *got;
        ck_assert_int_eq(dg_value_skip(meta, type, &s), hostile[i].skip);
        ck_assert_int_eq(dg_value_decode_all(meta, &got, type, s.in, &err), DG_MALFORMED);
        ck_assert_msg(strstr(err.text, hostile[i].says), "%s", err.text);
    }
    dg_meta_free(meta);
}
END_TEST

START_TEST(nesting_is_bounded)
{
    uint8_t raw[300];
    model m;
    dg_meta *meta;
    world_make(&m);
    meta = meta_of(&m);
    memset(raw, 4, sizeof raw); /* a Vec of one Vec of one Vec .. */
    for (size_t deep = 126; deep < 131; deep++) {
        dg_scale s;
        json_t *got;
        dg_code want = deep < DG_SCALE_DEPTH_MAX ? DG_OK : DG_MALFORMED;
        raw[deep] = 0;
        s = dg_scale_from(dg_bytes_of(raw, deep + 1));
        ck_assert_int_eq(dg_value_skip(meta, (dg_type_id){ DEEP }, &s), want);
        ck_assert_int_eq(dg_value_decode_all(meta, &got, (dg_type_id){ DEEP }, s.in, NULL), want);
        json_decref(got);
        raw[deep] = 4;
    }
    dg_meta_free(meta);
}
END_TEST

/* ---- encoding what people write ---- */

static const struct {
    unsigned type;
    const char *json, *raw, *says;
} written[] = {
    { U128, "\"12\"", "0c000000000000000000000000000000", NULL },
    { I8, "\"-128\"", "80", NULL },
    { BYTES, "[1, 2]", "080102", NULL },
    { FOUR, "[1, 2, 3, 4]", "01020304", NULL },
    { ENUM, "{\"a\": null}", "00", NULL },
    { ENUM, "{\"a\": []}", "00", NULL },
    { U8, "256", NULL, "value: wants u8 as number or decimal text, got 256" },
    { U8, "-1", NULL, "value: wants u8 as number or decimal text, got -1" },
    { U8, "1.5", NULL, "value: wants u8 as number or decimal text, got a fraction" },
    { U8, "\"0x10\"", NULL, "value: wants u8 as number or decimal text, got \"0x10\"" },
    { U8, "\"\"", NULL, "value: wants u8 as number or decimal text, got \"\"" },
    { I8, "128", NULL, "value: wants i8 as number or decimal text, got 128" },
    { I8, "\"-129\"", NULL, "value: wants i8 as number or decimal text, got \"-129\"" },
    { U128, "\"340282366920938463463374607431768211456\"", NULL,
      "value: wants u128 as number or decimal text, got "
      "\"340282366920938463463374607431768211456\"" },
    { BOOL, "1", NULL, "value: wants true or false, got 1" },
    { CHAR, "\"ab\"", NULL, "value: wants a text of one character, got \"ab\"" },
    { STR, "null", NULL, "value: wants text, got null" },
    { BYTES, "\"0x0g\"", NULL, "value: character 3 of hex is not a digit" },
    { BYTES, "\"hello\"", NULL, "value: wants Vec<u8> as hex, got \"hello\"" },
    { BYTES, "[1, 999]", NULL, "value[1]: wants u8 as number or decimal text, got 999" },
    { FOUR, "\"0x01\"", NULL, "value: wants 4 bytes, got 2 digits of hex" },
    { FOUR, "[1]", NULL, "value: wants [u8; 4] as hex, got an array of 1" },
    { BITS8, "\"0b12\"", NULL, "value: wants bits as \"0b..\", got \"0b12\"" },
    { BITS8, "5", NULL, "value: wants bits as \"0b..\", got 5" },
    { OPT2, "7", NULL, "value: wants null or {\"Some\": value}, got 7" },
    { OPT2, "{\"Some\": 1, \"x\": 2}", NULL,
      "value: wants null or {\"Some\": value}, got an object" },
    { NAMED, "{\"a\": 1}", NULL, "value: field b is missing" },
    { NAMED, "{\"a\": 1, \"b\": \"0x\", \"c\": 2}", NULL,
      "value: there is no field c; did you mean a?" },
    { NAMED, "{\"a\": 1, \"b\": [\"x\"]}", NULL,
      "value.b[0]: wants u8 as number or decimal text, got \"x\"" },
    { NAMED, "[1]", NULL, "value: wants an object, got an array of 1" },
    { ONE, "[1, 2]", NULL, "value: wants an array of 1, got an array of 2" },
    { ENUM, "\"zzzzz\"", NULL, "value: enum has no variant zzzzz" },
    { ENUM, "{\"b\": 1, \"c\": 2}", NULL,
      "value: wants enum as \"Variant\" or {\"Variant\": ..}, got an object" },
    { ENUM, "{\"b\": \"q\"}", NULL, "value.b: wants u8 as number or decimal text, got \"q\"" },
    { CBOOL, "1", NULL, "value: wants Compact<bool>, which has no known form, got 1" },
    { SELF, "1", NULL, "value: value is nested too deeply" },
    { UNIT, "1", NULL, "value: wants nothing ([]), got 1" },
};

START_TEST(encoding_takes_what_fits_and_names_what_does_not)
{
    model m;
    dg_meta *meta;
    json_t *json = json_loads(written[_i].json, JSON_DECODE_ANY, NULL);
    dg_error err = { 0 };
    dg_buf out;
    dg_code rc;
    world_make(&m);
    meta = meta_of(&m);
    dg_buf_init(&out, 64);
    dg_buf_put_u8(&out, 0xee);
    rc = dg_value_encode(meta, &out, (dg_type_id){ written[_i].type }, json, &err);
    ck_assert_str_eq(err.text, written[_i].says ? written[_i].says : "");
    ck_assert_int_eq(rc, written[_i].says ? DG_USAGE : DG_OK);
    assert_bytes(dg_bytes_of(out.at + 1, out.len - 1), hex(written[_i].raw ? written[_i].raw : ""),
                 written[_i].json);
    json_decref(json);
    dg_buf_clear(&out);
    dg_meta_free(meta);
}
END_TEST

START_TEST(a_full_buffer_is_a_limit)
{
    model m;
    dg_meta *meta;
    json_t *json = json_string("0x0102030405");
    dg_error err;
    dg_buf out;
    world_make(&m);
    meta = meta_of(&m);
    dg_buf_init(&out, 4);
    ck_assert_int_eq(dg_value_encode(meta, &out, (dg_type_id){ BYTES }, json, &err), DG_LIMIT);
    ck_assert_uint_eq(out.len, 0);
    json_decref(json);
    dg_buf_clear(&out);
    dg_meta_free(meta);
}
END_TEST

/* ---- real values ---- */

START_TEST(every_constant_and_default_closes_the_circle)
{
    dg_meta *meta = real_meta(14 + (unsigned)_i);
    unsigned count = 0;
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        for (size_t k = 0; k < p->constant_count; k++, count++) {
            const dg_meta_constant *c = dg_meta_constant_at(meta, p, k);
            circle(meta, c->type, c->value, c->name);
        }
        for (size_t k = 0; k < p->storage_count; k++) {
            const dg_meta_entry *e = dg_meta_storage_at(meta, p, k);
            if (!e->optional)
                circle(meta, e->value, e->fallback, e->name);
            count += !e->optional;
        }
    }
    ck_assert_uint_eq(count, 304);
    dg_meta_free(meta);
}
END_TEST

static json_t *spec_state(const char *path)
{
    dg_buf packed = slurp(path);
    size_t max = (size_t)64 << 20, len;
    char *text = malloc(max);
    json_t *spec;
    len = ZSTD_decompress(text, max, packed.at, packed.len);
    ck_assert(!ZSTD_isError(len));
    spec = json_loadb(text, len, 0, NULL);
    ck_assert_ptr_nonnull(spec);
    free(text);
    dg_buf_clear(&packed);
    return spec;
}

static dg_buf unhex(const char *text)
{
    dg_buf raw;
    dg_buf_init(&raw, (size_t)1 << 26);
    ck_assert_int_eq(dg_hex_get(&raw, text, strlen(text), NULL), DG_OK);
    return raw;
}

/* The key in JSON builds the same key again, where no part is only hashed. */
static void key_circle(const dg_meta *meta, const dg_meta_entry *e, dg_bytes key)
{
    json_t *parts;
    dg_error err;
    dg_buf again;
    if (dg_storage_key_decode(meta, &parts, e, key, &err) < 0)
        ck_abort_msg("%s.%s: %s", e->pallet, e->name, err.text);
    dg_buf_init(&again, 1 << 12);
    ck_assert_int_eq(dg_storage_key(meta, &again, e, parts, NULL), DG_OK);
    assert_bytes(dg_buf_bytes(&again), key, e->name);
    dg_buf_clear(&again);
    json_decref(parts);
}

START_TEST(every_value_of_a_real_state_closes_the_circle)
{
    const char *path = corpus_path("specs/paseo-local-1009001-e10.json.zst"), *key_text;
    unsigned known = 0;
    json_t *spec, *top, *value;
    dg_meta *meta;
    if (!path)
        return;
    meta = real_meta(14 + (unsigned)_i);
    spec = spec_state(path);
    top = json_object_get(json_object_get(json_object_get(spec, "genesis"), "raw"), "top");
    json_object_foreach(top, key_text, value)
    {
        dg_buf key = unhex(key_text), raw = unhex(json_string_value(value));
        const dg_meta_entry *e = dg_meta_storage_of_key(meta, dg_buf_bytes(&key));
        if (e) {
            circle(meta, e->value, dg_buf_bytes(&raw), e->name);
            key_circle(meta, e, dg_buf_bytes(&key));
            known++;
        }
        dg_buf_clear(&key);
        dg_buf_clear(&raw);
    }
    ck_assert_uint_eq(known, 121); /* the rest: code, and versions of pallets */
    json_decref(spec);
    dg_meta_free(meta);
}
END_TEST

/* ---- memory ---- */

START_TEST(no_allocation_of_a_value_is_trusted)
{
    static const char raw[] = "010402";
    model m;
    dg_meta *meta;
    dg_error err;
    unsigned decoded = 0, encoded = 0;
    world_make(&m);
    meta = meta_of(&m);
    json_set_alloc_funcs(dg_malloc, dg_free);
    for (uint64_t nth = 1; !decoded || !encoded; nth++) {
        json_t *json;
        dg_buf out;
        dg_code rc;
        dg_alloc_fail_from(nth);
        rc = dg_value_decode_all(meta, &json, (dg_type_id){ NAMED }, hex(raw), &err);
        dg_alloc_fail_from(0);
        ck_assert(rc == DG_OK || (rc == DG_NOMEM && !json));
        if (rc < 0)
            continue;
        decoded++;
        ck_assert_uint_gt(nth, 2);
        dg_buf_init(&out, 64);
        dg_alloc_fail_from(nth - 3);
        rc = dg_value_encode(meta, &out, (dg_type_id){ NAMED }, json, &err);
        dg_alloc_fail_from(0);
        ck_assert(rc == DG_OK || rc == DG_NOMEM);
        encoded += rc == DG_OK;
        dg_buf_clear(&out);
        json_decref(json);
    }
    json_set_alloc_funcs(malloc, free);
    dg_meta_free(meta);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("value");
    TCase *tc = tcase_create("value");
    json_object_seed(1); /* its table is not ours to fault */
    tcase_add_loop_test(tc, random_values_of_random_types_close_the_circle, 0, 40);
    tcase_add_loop_test(tc, values_print_as_documented_and_read_back, 0,
                        (int)(sizeof rows / sizeof rows[0]));
    tcase_add_test(tc, bits_beyond_the_last_are_dropped);
    tcase_add_loop_test(tc, values_are_refused_with_their_reason, 0,
                        (int)(sizeof refused / sizeof refused[0]));
    tcase_add_test(tc, work_is_bounded_by_bytes);
    tcase_add_test(tc, nesting_is_bounded);
    tcase_add_loop_test(tc, encoding_takes_what_fits_and_names_what_does_not, 0,
                        (int)(sizeof written / sizeof written[0]));
    tcase_add_test(tc, a_full_buffer_is_a_limit);
    tcase_add_loop_test(tc, every_constant_and_default_closes_the_circle, 0, 3);
    tcase_add_loop_test(tc, every_value_of_a_real_state_closes_the_circle, 0, 3);
    tcase_add_test(tc, no_allocation_of_a_value_is_trusted);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
