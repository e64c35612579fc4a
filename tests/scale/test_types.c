/* Types as people and other rooms see them. Comparing layouts is what says that
 * session keys or stored values changed under a migration that was forgotten. */
#include "../support/suite.h"

#include <string.h>

#include "model.h"
#include "real_meta.h"

static const struct {
    const char *end, *name;
} found[] = {
    { "AccountInfo", "frame_system::AccountInfo" },
    { "types::AccountData", "pallet_balances::types::AccountData" },
    { "SessionKeys", "paseo_runtime::SessionKeys" },
    { "paseo_runtime::SessionKeys", "paseo_runtime::SessionKeys" },
    { "HostConfiguration", "polkadot_runtime_parachains::configuration::HostConfiguration" },
};

START_TEST(types_are_found_by_the_end_of_their_path)
{
    dg_meta *meta = real_meta(14);
    dg_type_id type;
    dg_buf name;
    dg_buf_init(&name, 256);
    ck_assert(dg_type_find(meta, &type, found[_i].end));
    dg_type_name(&name, meta, type);
    ck_assert_str_eq(dg_buf_text(&name), found[_i].name);
    ck_assert(!dg_type_find(meta, &type, "xSessionKeys"));
    ck_assert(!dg_type_find(meta, &type, "Keys"));
    ck_assert(!dg_type_find(meta, &type, "other::SessionKeys"));
    ck_assert(!dg_type_find(meta, &type, "x::paseo_runtime::SessionKeys"));
    ck_assert(!dg_type_find(meta, &type, ""));
    dg_buf_clear(&name);
    dg_meta_free(meta);
}
END_TEST

/* What the session-key claim reads: field names in order, and 193 bytes. */
START_TEST(session_keys_have_their_fields)
{
    static const char *const names[] = {
        "grandpa", "babe", "para_validator", "para_assignment", "authority_discovery", "beefy"
    };
    dg_meta *meta = real_meta(15);
    dg_type_id keys, field;
    const char *name;
    size_t size, i;
    ck_assert(dg_type_find(meta, &keys, "SessionKeys"));
    ck_assert_int_eq(dg_type_kind_of(meta, keys), DG_TYPE_STRUCT);
    for (i = 0; dg_type_field_at(meta, keys, i, &name, &field); i++) {
        ck_assert_str_eq(name, names[i]);
        ck_assert(dg_type_size(meta, field, &size));
        ck_assert_uint_eq(size, i == 5 ? 33 : 32);
    }
    ck_assert_uint_eq(i, 6);
    ck_assert(dg_type_size(meta, keys, &size));
    ck_assert_uint_eq(size, 193);
    dg_meta_free(meta);
}
END_TEST

START_TEST(sizes_are_known_where_they_are_fixed)
{
    static const struct {
        const char *pallet, *item;
        size_t size;
    } sized[] = {
        { "System", "Account", 80 }, { "System", "Number", 4 },    { "System", "ParentHash", 32 },
        { "System", "Events", 0 },   { "Babe", "CurrentSlot", 8 }, { "Session", "Validators", 0 },
        { "Staking", "Bonded", 32 }, { "Staking", "ForceEra", 1 }, { "Staking", "Payee", 0 },
    };
    dg_meta *meta = real_meta(16);
    for (size_t i = 0; i < sizeof sized / sizeof sized[0]; i++) {
        const dg_meta_entry *e = dg_meta_storage(meta, sized[i].pallet, sized[i].item);
        size_t size = 0;
        ck_assert_int_eq(dg_type_size(meta, e->value, &size), sized[i].size != 0);
        ck_assert_uint_eq(size, sized[i].size);
    }
    dg_meta_free(meta);
}
END_TEST

START_TEST(variants_are_listed_with_their_index)
{
    dg_meta *meta = real_meta(14);
    const dg_meta_entry *force = dg_meta_storage(meta, "Staking", "ForceEra");
    const dg_meta_entry *validators = dg_meta_storage(meta, "Session", "Validators");
    static const char *const names[] = { "NotForcing", "ForceNew", "ForceNone", "ForceAlways" };
    dg_buf name;
    uint8_t index = 99;
    dg_buf_init(&name, 256);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_str_eq(dg_type_variant_at(meta, force->value, i, &index), names[i]);
        ck_assert_uint_eq(index, i);
    }
    ck_assert_ptr_null(dg_type_variant_at(meta, force->value, 4, &index));
    dg_type_name(&name, meta, validators->value);
    ck_assert_str_eq(dg_buf_text(&name), "Vec<sp_core::crypto::AccountId32>");
    dg_buf_reset(&name);
    dg_type_name(&name, meta, dg_type_item(meta, validators->value));
    ck_assert_str_eq(dg_buf_text(&name), "sp_core::crypto::AccountId32");
    ck_assert_uint_eq(dg_type_item(meta, force->value).v, force->value.v);
    dg_buf_clear(&name);
    dg_meta_free(meta);
}
END_TEST

/* ---- same bytes? ---- */

/* One runtime, three registries with other ids: every storage type is the same. */
START_TEST(one_runtime_is_the_same_in_each_version)
{
    dg_meta *a = real_meta(14), *b = real_meta(15 + (unsigned)_i);
    unsigned count = 0;
    for (size_t i = 0; i < dg_meta_pallet_count(a); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(a, i);
        for (size_t k = 0; k < p->storage_count; k++, count++) {
            const dg_meta_entry *x = dg_meta_storage_at(a, p, k);
            const dg_meta_entry *y = dg_meta_storage(b, p->name, x->name);
            dg_buf where;
            dg_buf_init(&where, 1024);
            ck_assert_ptr_nonnull(y);
            if (!dg_type_same(a, x->value, b, y->value, &where))
                ck_abort_msg("%s.%s: %s", p->name, x->name, dg_buf_text(&where));
            ck_assert_uint_eq(where.len, 0);
            dg_buf_clear(&where);
        }
    }
    ck_assert_uint_gt(count, 300);
    dg_meta_free(a);
    dg_meta_free(b);
}
END_TEST

enum {
    BOOL,
    CHAR,
    STR,
    U8,
    U16,
    U32,
    U64,
    LSB = 15,
    MSB, /* left side: */
    TREE,
    A_PAIR,
    A_NEST,
    A_NEW,
    A_BYTES,
    A_ARR,
    A_ENUM,
    A_KEYS,
    A_COMPACT,
    A_BITS,
    A_EMPTY,
    A_PADDED,
    /* right side: */
    B_TREE,
    B_NAMED,
    B_FLAT,
    B_ARR,
    B_ENUM,
    B_ENUM2,
    B_KEYS,
    B_COMPACT,
    B_BITS,
    B_THREE,
    UNIT,
    A_LIST,
    B_LIST
};

static void world_make(model *m)
{
    memset(m, 0, sizeof *m);
    for (unsigned i = 0; i < LSB; i++)
        model_add(m, (char)('0' + i), 0, NULL, 0);
    model_add(m, 'l', 0, NULL, 0);
    model_add(m, 'm', 0, NULL, 0);
    model_add(m, 'v', 1, (unsigned[]){ TREE }, 0);
    model_add(m, 't', 2, (unsigned[]){ U32, U64 }, 0);
    model_add(m, 't', 2, (unsigned[]){ A_PAIR, U8 }, 0);
    model_add(m, 's', 1, (unsigned[]){ U32 }, 0);
    model_add(m, 'v', 1, (unsigned[]){ U8 }, 0);
    model_add(m, 'a', 1, (unsigned[]){ U8 }, 32);
    model_add(m, 'e', 2, (unsigned[]){ 255, U32 }, 0);
    model_add(m, 'n', 2, (unsigned[]){ U8, A_ARR }, 0);
    model_add(m, 'c', 1, (unsigned[]){ U32 }, 0);
    model_add(m, 'b', 2, (unsigned[]){ U8, LSB }, 0);
    model_add(m, 'a', 1, (unsigned[]){ U8 }, 0);
    model_add(m, 't', 3, (unsigned[]){ UNIT, A_PAIR, A_EMPTY }, 0);
    model_add(m, 'v', 1, (unsigned[]){ B_TREE }, 0);
    model_add(m, 'n', 2, (unsigned[]){ A_NEW, U64 }, 0);
    model_add(m, 't', 3, (unsigned[]){ U32, U64, U8 }, 0);
    model_add(m, 'a', 1, (unsigned[]){ U8 }, 33);
    model_add(m, 'e', 3, (unsigned[]){ 255, U32, 255 }, 0);
    model_add(m, 'e', 2, (unsigned[]){ 255, U64 }, 0);
    model_add(m, 'n', 2, (unsigned[]){ U8, B_ARR }, 0);
    model_add(m, 'c', 1, (unsigned[]){ U64 }, 0);
    model_add(m, 'b', 2, (unsigned[]){ U8, MSB }, 0);
    model_add(m, 't', 3, (unsigned[]){ U32, U64, U64 }, 0);
    model_add(m, 't', 0, NULL, 0);
    model_add(m, 'v', 1, (unsigned[]){ A_KEYS }, 0);
    model_add(m, 'v', 1, (unsigned[]){ B_KEYS }, 0);
}

static const struct {
    unsigned a, b;
    const char *where;
} pairs[] = {
    { U32, U32, "" },
    { TREE, B_TREE, "" },    /* circles in both */
    { A_PAIR, B_NAMED, "" }, /* names and newtypes are no layout */
    { A_NEST, B_FLAT, "" },  /* nor is grouping */
    { A_NEW, U32, "" },
    { STR, A_BYTES, "" },
    { A_EMPTY, UNIT, "" },
    { A_PADDED, A_PAIR, "" }, /* parts without bytes do not count */
    { U32, U64, "u32 against u64" },
    { U32, A_BYTES, "u32 against Vec<u8>" },
    { A_ARR, B_ARR, "[u8; 32] against [u8; 33]" },
    { A_KEYS, B_KEYS, ".b: [u8; 32] against [u8; 33]" },
    { A_LIST, B_LIST, "[].b: [u8; 32] against [u8; 33]" },
    { A_PAIR, B_THREE, "2 parts against 3" },
    { B_FLAT, B_THREE, ".2: u8 against u64" },
    { A_NEST, A_KEYS, ".0.0: u32 against u8 (3 parts against 2)" },
    { A_ENUM, B_ENUM, "variant 6 (c) is new" },
    { B_ENUM, A_ENUM, "variant 6 (c) is gone" },
    { A_ENUM, B_ENUM2, ".b: u32 against u64" },
    { A_COMPACT, B_COMPACT, "Compact<u32> against Compact<u64>" },
    { A_COMPACT, U32, "Compact<u32> against u32" },
    { A_BITS, B_BITS, "BitVec<u8, Lsb0> against BitVec<u8, Msb0>" },
    { UNIT, U8, "0 parts against 1" },
    { BOOL, U8, "bool against u8" },
};

START_TEST(layouts_are_compared_not_names)
{
    model m;
    dg_meta *meta;
    dg_buf raw, where;
    bool answer;
    world_make(&m);
    dg_buf_init(&raw, 1 << 16);
    dg_buf_init(&where, 1024);
    model_meta(&raw, &m);
    ck_assert_int_eq(dg_meta_new(&meta, dg_buf_bytes(&raw), NULL), DG_OK);
    answer =
        dg_type_same(meta, (dg_type_id){ pairs[_i].a }, meta, (dg_type_id){ pairs[_i].b }, &where);
    ck_assert_str_eq(dg_buf_text(&where), pairs[_i].where);
    ck_assert_int_eq(answer, pairs[_i].where[0] == 0);
    ck_assert_int_eq(
        dg_type_same(meta, (dg_type_id){ pairs[_i].a }, meta, (dg_type_id){ pairs[_i].b }, NULL),
        answer);
    dg_buf_clear(&raw);
    dg_buf_clear(&where);
    dg_meta_free(meta);
}
END_TEST

/* Without memory the answer is "not known to be the same", never "the same". */
/* A reader may know more variants than the writer, never fewer; everything else has to
 * be as for equal layouts, both ways round. */
START_TEST(a_reader_may_know_more_variants)
{
    unsigned a = pairs[_i].a, b = pairs[_i].b;
    bool there = !pairs[_i].where[0] || strstr(pairs[_i].where, "is new"),
         back = !pairs[_i].where[0] || strstr(pairs[_i].where, "is gone");
    model m;
    dg_meta *meta;
    dg_buf raw, where;
    world_make(&m);
    dg_buf_init(&raw, 1 << 16);
    dg_buf_init(&where, 1024);
    model_meta(&raw, &m);
    ck_assert_int_eq(dg_meta_new(&meta, dg_buf_bytes(&raw), NULL), DG_OK);
    ck_assert_int_eq(dg_type_reads(meta, (dg_type_id){ a }, meta, (dg_type_id){ b }, NULL, &where),
                     there);
    ck_assert_int_eq(where.len == 0, there);
    ck_assert_int_eq(dg_type_reads(meta, (dg_type_id){ b }, meta, (dg_type_id){ a }, NULL, NULL),
                     back);
    /* whatever is assumed readable is */
    ck_assert(dg_type_reads(meta, (dg_type_id){ a }, meta, (dg_type_id){ b },
                            (dg_type_id[]){ { a }, { b } }, NULL));
    dg_buf_clear(&raw);
    dg_buf_clear(&where);
    dg_meta_free(meta);
}
END_TEST

/* Variants are found by name: "b" is the second of all three, with u32, u32 and u64. */
static const struct {
    unsigned a, b;
    const char *name;
    bool reads;
    const char *where;
} variants[] = {
    { A_ENUM, B_ENUM, "b", true, "" },
    { A_ENUM, B_ENUM2, "b", false, "u32 against u64" },
    { A_ENUM, B_ENUM2, "a", true, "" },
    { A_ENUM, B_ENUM, "c", false, "" }, /* of which the first knows nothing */
    { B_ENUM, A_ENUM, "c", false, "" },
    { A_ENUM, B_ENUM, "none", false, "" },
};

START_TEST(one_variant_is_read_by_its_name)
{
    model m;
    dg_meta *meta;
    dg_buf raw, where;
    world_make(&m);
    dg_buf_init(&raw, 1 << 16);
    dg_buf_init(&where, 1024);
    model_meta(&raw, &m);
    ck_assert_int_eq(dg_meta_new(&meta, dg_buf_bytes(&raw), NULL), DG_OK);
    ck_assert_int_eq(dg_variant_reads(meta, (dg_type_id){ variants[_i].a }, meta,
                                      (dg_type_id){ variants[_i].b }, variants[_i].name, NULL,
                                      &where),
                     variants[_i].reads);
    ck_assert_msg(strstr(dg_buf_text(&where), variants[_i].where)
                      && (variants[_i].where[0] || !where.len),
                  "%s", dg_buf_text(&where));
    dg_buf_clear(&raw);
    dg_buf_clear(&where);
    dg_meta_free(meta);
}
END_TEST

START_TEST(comparing_without_memory_does_not_say_same)
{
    dg_meta *meta = real_meta(14);
    const dg_meta_entry *e = dg_meta_storage(meta, "Configuration", "ActiveConfig");
    bool same = false;
    uint64_t nth;
    for (nth = 1; !same; nth++) {
        dg_alloc_fail_from(nth);
        same = dg_type_same(meta, e->value, meta, e->value, NULL);
        dg_alloc_fail_from(0);
    }
    ck_assert_uint_gt(nth, 4);
    dg_meta_free(meta);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("types");
    TCase *tc = tcase_create("types");
    tcase_add_loop_test(tc, types_are_found_by_the_end_of_their_path, 0,
                        (int)(sizeof found / sizeof found[0]));
    tcase_add_test(tc, session_keys_have_their_fields);
    tcase_add_test(tc, sizes_are_known_where_they_are_fixed);
    tcase_add_test(tc, variants_are_listed_with_their_index);
    tcase_add_loop_test(tc, one_runtime_is_the_same_in_each_version, 0, 2);
    tcase_add_loop_test(tc, layouts_are_compared_not_names, 0,
                        (int)(sizeof pairs / sizeof pairs[0]));
    tcase_add_loop_test(tc, a_reader_may_know_more_variants, 0,
                        (int)(sizeof pairs / sizeof pairs[0]));
    tcase_add_loop_test(tc, one_variant_is_read_by_its_name, 0,
                        (int)(sizeof variants / sizeof variants[0]));
    tcase_add_test(tc, comparing_without_memory_does_not_say_same);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
