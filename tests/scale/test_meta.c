/* Everything that is looked up by name goes through the metadata of a real
 * runtime; a wrong offset in one version would give plausible nonsense. */
#include "../support/suite.h"

#include <jansson.h>
#include <string.h>

#include "real_meta.h"

static unsigned version_of(int i)
{
    return 14 + (unsigned)i;
}

/* ---- what one runtime says in three versions ---- */

START_TEST(each_version_tells_the_same_of_one_runtime)
{
    dg_meta *meta = real_meta(version_of(_i));
    const dg_meta_entry *account = dg_meta_storage(meta, "System", "Account");
    const dg_meta_constant *epoch = dg_meta_constant_named(meta, "Babe", "EpochDuration");
    const dg_meta_pallet *system = dg_meta_pallet_named(meta, "System");
    ck_assert_uint_eq(dg_meta_version(meta), version_of(_i));
    ck_assert_uint_eq(dg_meta_pallet_count(meta), 63);
    ck_assert_ptr_eq(dg_meta_pallet_at(meta, 0), system);
    ck_assert_ptr_null(dg_meta_pallet_at(meta, 63));
    ck_assert(system->has_calls && system->has_events && system->has_errors);
    ck_assert_uint_eq(account->hasher_count, 1);
    ck_assert_int_eq(account->hashers[0], DG_HASHER_BLAKE2_128_CONCAT);
    ck_assert(!account->optional);
    ck_assert_uint_eq(account->fallback.len, 80);
    ck_assert_str_eq(account->prefix, "System");
    ck_assert_uint_eq(dg_le64(epoch->value.at), 10);
    ck_assert_str_eq(dg_meta_error_name(meta, system->index, 1), "SpecVersionNeedsToIncrease");
    ck_assert_ptr_null(dg_meta_error_name(meta, system->index, 200));
    ck_assert_ptr_null(dg_meta_error_name(meta, 250, 0));
    ck_assert_uint_eq(dg_meta_extrinsic_version(meta), 4);
    ck_assert_uint_eq(dg_meta_extension_count(meta), 10);
    ck_assert_str_eq(dg_meta_extension_at(meta, 1)->name, "CheckSpecVersion");
    ck_assert_ptr_null(dg_meta_extension_at(meta, 10));
    dg_meta_free(meta);
}
END_TEST

/* The registry says a second time which pallet has which index and calls. */
START_TEST(pallets_agree_with_the_outer_call_enum)
{
    dg_meta *meta = real_meta(version_of(_i));
    dg_type_id outer;
    const char *name;
    uint8_t index;
    size_t i;
    ck_assert(dg_type_find(meta, &outer, "RuntimeCall"));
    for (i = 0; (name = dg_type_variant_at(meta, outer, i, &index)); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_named(meta, name);
        ck_assert_msg(p && p->has_calls && p->index == index, "%s", name);
    }
    ck_assert_uint_gt(i, 40);
    dg_meta_free(meta);
}
END_TEST

START_TEST(what_is_not_there_is_null)
{
    dg_meta *meta = real_meta(15);
    uint8_t key[40] = { 0 };
    dg_bytes number = hex("26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac");
    ck_assert_ptr_null(dg_meta_pallet_named(meta, "system"));
    ck_assert_ptr_null(dg_meta_storage(meta, "System", "account"));
    ck_assert_ptr_null(dg_meta_storage(meta, "Nothing", "Account"));
    ck_assert_ptr_null(dg_meta_constant_named(meta, "Babe", "Nothing"));
    ck_assert_ptr_null(dg_meta_method_named(meta, "Core", "nothing"));
    ck_assert_ptr_null(dg_meta_storage_of_key(meta, DG_BYTES_OF(key)));
    ck_assert_ptr_nonnull(dg_meta_storage_of_key(meta, number));
    number.len = 31;
    ck_assert_ptr_null(dg_meta_storage_of_key(meta, number));
    dg_meta_free(meta);
}
END_TEST

START_TEST(runtime_apis_are_there_from_v15_on)
{
    dg_meta *meta = real_meta(version_of(_i));
    const dg_meta_method *m = dg_meta_method_named(meta, "ParachainHost", "validation_code");
    dg_buf name;
    dg_buf_init(&name, 1 << 12);
    if (version_of(_i) == 14) {
        ck_assert_uint_eq(dg_meta_method_count(meta), 0);
        ck_assert_ptr_null(m);
    } else {
        ck_assert_uint_eq(dg_meta_method_count(meta), 106);
        ck_assert_uint_eq(m->input_count, 2);
        ck_assert_str_eq(m->input_names[0], "para_id");
        dg_type_name(&name, meta, m->inputs[1]);
        ck_assert_str_eq(dg_buf_text(&name), "polkadot_primitives::v8::OccupiedCoreAssumption");
        dg_buf_reset(&name);
        dg_type_name(&name, meta, m->output);
        ck_assert_str_eq(dg_buf_text(&name),
                         "Option<polkadot_parachain_primitives::primitives::ValidationCode>");
    }
    dg_buf_clear(&name);
    dg_meta_free(meta);
}
END_TEST

/* ---- refusals ---- */

static const struct {
    const char *raw;
    dg_code code;
    const char *says;
} heads[] = {
    { "", DG_MALFORMED, "metadata: bytes ran out at byte 0 of 0" },
    { "6d657461", DG_MALFORMED, "metadata: bytes ran out at byte 4 of 4" },
    { "6d6574620e", DG_MALFORMED, "metadata: does not begin with \"meta\"" },
    { "6d6574610d", DG_UNSUPPORTED, "metadata has version V13; V14, V15 and V16 are read" },
    { "6d6574610c00", DG_UNSUPPORTED, "metadata has version V12; V14, V15 and V16 are read" },
    { "6d65746111", DG_UNSUPPORTED, "metadata has version V17; V14, V15 and V16 are read" },
    { "6d6574610e03ffffffff", DG_MALFORMED,
      "metadata: more items are announced than bytes are left at byte 10 of 10" },
    { "6d6574610e0404000005030000000000", DG_MALFORMED,
      "metadata: type stands at another place than its id says at byte 7 of 16" },
    { "6d6574610e000000040000ff", DG_MALFORMED,
      "metadata: type id is beyond the registry at byte 8 of 12" },
};

START_TEST(metadata_is_refused_with_its_reason)
{
    dg_meta *meta;
    dg_error err;
    ck_assert_int_eq(dg_meta_new(&meta, hex(heads[_i].raw), &err), heads[_i].code);
    ck_assert_str_eq(err.text, heads[_i].says);
    ck_assert_ptr_null(meta);
}
END_TEST

/* A variant in the list of deprecated ones is deprecated: state 0 does not exist
 * there. The small metadata holds one such note, "old", for variant 3. */
START_TEST(a_variant_is_not_listed_as_not_deprecated)
{
    static const uint8_t note[] = { 3, 2, 12, 'o', 'l', 'd' };
    dg_buf raw = slurp("tests/scale/corpus/meta/small-v16");
    dg_meta *meta;
    dg_error err;
    size_t at = 0;
    ck_assert_int_eq(dg_meta_new(&meta, dg_buf_bytes(&raw), &err), DG_OK);
    dg_meta_free(meta);
    while (memcmp(raw.at + at, note, sizeof note) != 0)
        at++;
    raw.at[at + 1] = 0;
    ck_assert_int_eq(dg_meta_new(&meta, dg_buf_bytes(&raw), &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, "deprecation is not known"), "%s", err.text);
    dg_buf_clear(&raw);
}
END_TEST

/* Cut anywhere, lengthened, or with any one byte changed: refused or read, never
 * beyond its end. */
START_TEST(damaged_metadata_is_refused)
{
    dg_bytes raw = real_meta_raw(version_of(_i));
    dg_rng rng = dg_rng_fork(3, "damage", (uint64_t)_i, 0);
    uint8_t *copy = malloc(raw.len + 1);
    dg_meta *meta;
    ck_assert_ptr_nonnull(copy);
    for (int round = 0; round < 300; round++) {
        size_t len = (size_t)dg_rng_below(&rng, raw.len);
        uint8_t *exact = malloc(len ? len : 1);
        memcpy(exact, raw.at, len);
        ck_assert_int_eq(dg_meta_new(&meta, dg_bytes_of(exact, len), NULL), DG_MALFORMED);
        free(exact);
    }
    memcpy(copy, raw.at, raw.len);
    copy[raw.len] = 0;
    ck_assert_int_eq(dg_meta_new(&meta, dg_bytes_of(copy, raw.len + 1), NULL), DG_MALFORMED);
    for (int round = 0; round < 300; round++) {
        size_t at = (size_t)dg_rng_below(&rng, raw.len);
        copy[at] ^= (uint8_t)(1 + dg_rng_below(&rng, 255));
        if (dg_meta_new(&meta, dg_bytes_of(copy, raw.len), NULL) == DG_OK)
            dg_meta_free(meta);
        copy[at] = raw.at[at];
    }
    free(copy);
}
END_TEST

START_TEST(no_allocation_of_parsing_is_trusted)
{
    dg_bytes raw = real_meta_raw(16);
    dg_meta *meta = NULL;
    dg_error err;
    uint64_t nth = 1;
    for (;; nth++) {
        dg_code rc;
        dg_alloc_fail_from(nth);
        rc = dg_meta_new(&meta, raw, &err);
        dg_alloc_fail_from(0);
        if (rc == DG_OK)
            break;
        ck_assert_int_eq(rc, DG_NOMEM);
        ck_assert_ptr_null(meta);
    }
    ck_assert_uint_gt(nth, 3);
    dg_meta_free(meta);
}
END_TEST

/* ---- keys ---- */

static const struct {
    const char *pallet, *item, *key;
} keys[] = {
    { "System", "LastRuntimeUpgrade",
      "26aa394eea5630e07c48ae0c9558cef7f9cce9c888469bb1a0dceaa129672ef8" },
    { "System", "AuthorizedUpgrade",
      "26aa394eea5630e07c48ae0c9558cef72fa9f1bf25567808771bff091dc89ecd" },
    { "System", "Number", "26aa394eea5630e07c48ae0c9558cef702a5c1b19ab7a04f536c519aca4983ac" },
    { "System", "ParentHash", "26aa394eea5630e07c48ae0c9558cef78a42f33323cb5ced3b44dd825fda9fcc" },
    { "System", "Digest", "26aa394eea5630e07c48ae0c9558cef799e7f93fc6a98f0874fd057f111c4d2d" },
    { "System", "Events", "26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7" },
    { "System", "BlockHash", "26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746" },
    { "Session", "CurrentIndex",
      "cec5070d609dd3497f72bde07fc96ba072763800a36a99fdfc7c10f6415f6ee6" },
    { "Session", "Validators", "cec5070d609dd3497f72bde07fc96ba088dcde934c658227ee1dfafcd6e16903" },
    { "Paras", "FutureCodeUpgrades",
      "cd710b30bd2eab0352ddcc26417aa19440a2e3ef2d6b1b7b64ce36356e02087e" },
    { "Paras", "UpgradeGoAheadSignal",
      "cd710b30bd2eab0352ddcc26417aa1949e94c040f5e73d9b7addd6cb603d15d3" },
    { "Paras", "UpgradeRestrictionSignal",
      "cd710b30bd2eab0352ddcc26417aa194f27bbb460270642b5bcaf032ea04d56a" },
    { "Configuration", "ActiveConfig",
      "06de3d8a54d27e44a9d5ce189618f22db4b49d95320d9021994c850f25b8e385" },
    { "Configuration", "PendingConfigs",
      "06de3d8a54d27e44a9d5ce189618f22d53b4123b2e186e07fb7bad5dda5f55c0" },
    { "ParaSessionInfo", "Sessions",
      "4da2c41eaffa8e1a791c5d65beeefd1f028685274e698e781f7f2766cba0cc83" },
    { "ParaScheduler", "ValidatorGroups",
      "94eadf0156a8ad5156507773d0471e4a16973e1142f5bd30d9464076794007db" },
    { "ParaScheduler", "ClaimQueue",
      "94eadf0156a8ad5156507773d0471e4a49f6c9aa90c04982c05388649310f22f" },
    { "ParasShared", "CurrentSessionIndex",
      "b341e3a63e58a188839b242d17f8c9f8b5cab3380174032968897a4c3ce57c0a" },
    { "ParasShared", "ActiveValidatorKeys",
      "b341e3a63e58a188839b242d17f8c9f87a50c904b368210021127f9238883a6e" },
    { "ParaInclusion", "V1", "196e027349017067f9eb56e2c4d9ded594d373b60dded722a8c2fa795bda8971" },
    { "Grandpa", "CurrentSetId",
      "5f9cc45b7a00c5899361e1c6099678dc8a2d09463effcc78a22d75b9cb87dffc" },
    { "ParachainSystem", "PendingValidationCode",
      "45323df7cc47150b3930e2666b0aa31390d171f8401887cf06fb43a732994c32" },
    { "ParachainSystem", "LastRelayChainBlockNumber",
      "45323df7cc47150b3930e2666b0aa313a2bca190d36bd834cc73a38fc213ecbd" },
    { "MultiBlockMigrations", "Cursor",
      "0b20199ace3564d0964e2c4d4a9ba46987b188618944a73221aaabb35521b0a1" },
};

START_TEST(prefixes_are_those_of_live_chains)
{
    uint8_t prefix[32];
    dg_storage_prefix(prefix, keys[_i].pallet, keys[_i].item);
    assert_bytes(DG_BYTES_OF(prefix), hex(keys[_i].key), keys[_i].item);
}
END_TEST

/* Who reads a value without keys must not be given a map of the same name. */
START_TEST(a_map_is_no_value)
{
    static const struct {
        const char *pallet, *item;
        bool is_value;
    } rows[] = { { "System", "Events", true },
                 { "System", "BlockHash", false }, /* a map */
                 { "Staking", "ErasStakersPaged", false },
                 { "System", "Cursor", false } }; /* there is none */
    dg_meta *meta = real_meta(14);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const dg_meta_entry *e = dg_meta_storage_value(meta, rows[i].pallet, rows[i].item);
        ck_assert_msg((e != NULL) == rows[i].is_value, "%s.%s", rows[i].pallet, rows[i].item);
        if (e)
            ck_assert_ptr_eq(e, dg_meta_storage(meta, rows[i].pallet, rows[i].item));
    }
    dg_meta_free(meta);
}
END_TEST

START_TEST(every_key_finds_its_entry)
{
    dg_meta *meta = real_meta(14);
    unsigned found = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const dg_meta_entry *e = dg_meta_storage(meta, keys[i].pallet, keys[i].item);
        ck_assert_ptr_eq(dg_meta_storage_of_key(meta, hex(keys[i].key)), e);
        found += e != NULL;
    }
    ck_assert_uint_eq(found, 21); /* a relay chain: all but the last three */
    for (size_t i = 0; i < dg_meta_pallet_count(meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(meta, i);
        for (size_t k = 0; k < p->storage_count; k++) {
            const dg_meta_entry *e = dg_meta_storage_at(meta, p, k);
            uint8_t key[33] = { 0 };
            dg_storage_prefix(key, e->prefix, e->name);
            ck_assert_ptr_eq(dg_meta_storage_of_key(meta, DG_BYTES_OF(key)), e);
        }
        ck_assert_ptr_null(dg_meta_storage_at(meta, p, p->storage_count));
    }
    dg_meta_free(meta);
}
END_TEST

/* Each hasher once; hashes computed with another implementation. */
static const struct {
    dg_hasher hasher;
    const char *part;
} hashers[] = {
    { DG_HASHER_BLAKE2_128, "11d2df4e979aa105cf552e9544ebd2b5" },
    { DG_HASHER_BLAKE2_256, "11da6d1f761ddf9bdb4c9d6e5303ebd41f61858d0a5647a1a7bfe089bf921be9" },
    { DG_HASHER_BLAKE2_128_CONCAT, "11d2df4e979aa105cf552e9544ebd2b500000000" },
    { DG_HASHER_TWOX_128, "b4def25cfda6ef3ac02a707a7013b12d" },
    { DG_HASHER_TWOX_256, "b4def25cfda6ef3ac02a707a7013b12ddc9c5f6a3e1994c51754be175bd6a3d4" },
    { DG_HASHER_TWOX_64_CONCAT, "b4def25cfda6ef3a00000000" },
    { DG_HASHER_IDENTITY, "00000000" },
};

START_TEST(each_hasher_builds_and_reads_its_key)
{
    dg_meta *meta = real_meta(14);
    dg_meta_entry e = *dg_meta_storage(meta, "System", "BlockHash"); /* u32 -> hash */
    json_t *given = json_pack("[i]", 0), *read = NULL;
    dg_bytes part = hex(hashers[_i].part), raw = hex("00000000");
    bool readable = part.len == 4 || (part.len != 16 && part.len != 32);
    dg_buf key, again, text;
    e.hashers[0] = hashers[_i].hasher;
    dg_buf_init(&key, 256);
    dg_buf_init(&again, 256);
    dg_buf_init(&text, 256);
    ck_assert_int_eq(dg_storage_key(meta, &key, &e, given, NULL), DG_OK);
    assert_bytes(dg_bytes_of(key.at, 32), hex(keys[6].key), "prefix");
    assert_bytes(dg_bytes_of(key.at + 32, key.len - 32), part, "part");
    dg_storage_key_raw(&again, &e, &raw);
    assert_bytes(dg_buf_bytes(&again), dg_buf_bytes(&key), "raw key");
    ck_assert_int_eq(dg_storage_key_decode(meta, &read, &e, dg_buf_bytes(&key), NULL), DG_OK);
    if (readable) {
        ck_assert(json_equal(read, given));
    } else {
        dg_hex_put(&text, part);
        ck_assert_str_eq(json_string_value(json_array_get(read, 0)), dg_buf_text(&text));
    }
    json_decref(read);
    dg_buf_put_u8(&key, 0); /* one byte too many */
    ck_assert_int_eq(dg_storage_key_decode(meta, &read, &e, dg_buf_bytes(&key), NULL),
                     DG_MALFORMED);
    key.len -= 2; /* one too few */
    ck_assert_int_eq(dg_storage_key_decode(meta, &read, &e, dg_buf_bytes(&key), NULL),
                     DG_MALFORMED);
    ck_assert_ptr_null(read);
    json_decref(given);
    dg_buf_clear(&key);
    dg_buf_clear(&again);
    dg_buf_clear(&text);
    dg_meta_free(meta);
}
END_TEST

START_TEST(keys_that_do_not_fit_are_refused)
{
    dg_meta *meta = real_meta(14);
    const dg_meta_entry *number = dg_meta_storage(meta, "System", "Number");
    const dg_meta_entry *account = dg_meta_storage(meta, "System", "Account");
    const dg_meta_entry *two = dg_meta_storage(meta, "Staking", "ErasStakersOverview");
    json_t *one = json_pack("[s]", "0x1234"), *read;
    dg_error err;
    dg_buf key;
    dg_buf_init(&key, 256);
    ck_assert_int_eq(dg_storage_key(meta, &key, number, NULL, &err), DG_OK);
    ck_assert_uint_eq(key.len, 32);
    ck_assert_int_eq(dg_storage_key_decode(meta, &read, number, dg_buf_bytes(&key), NULL), DG_OK);
    ck_assert_uint_eq(json_array_size(read), 0);
    json_decref(read);
    ck_assert_int_eq(dg_storage_key_decode(meta, &read, account, dg_buf_bytes(&key), NULL),
                     DG_MALFORMED);
    ck_assert_int_eq(dg_storage_key_decode(meta, &read,
                                           dg_meta_storage(meta, "System", "ParentHash"),
                                           dg_buf_bytes(&key), &err),
                     DG_MALFORMED);
    ck_assert_str_eq(err.text, "storage key is none of System.ParentHash");
    ck_assert_int_eq(dg_storage_key(meta, &key, account, one, &err), DG_USAGE);
    ck_assert_str_eq(err.text, "key 0 of System.Account: wants 32 bytes, got 4 digits of hex");
    ck_assert_int_eq(dg_storage_key(meta, &key, two, one, &err), DG_USAGE);
    ck_assert_str_eq(err.text, "Staking.ErasStakersOverview wants an array of 2 keys, got 1");
    ck_assert_uint_eq(key.len, 32); /* as it was */
    json_decref(one);
    dg_buf_clear(&key);
    dg_meta_free(meta);
}
END_TEST

/* A key whose hash does not fit its key is not the runtime's. */
START_TEST(a_wrong_hash_in_a_key_is_seen)
{
    dg_meta *meta = real_meta(14);
    const dg_meta_entry *account = dg_meta_storage(meta, "System", "Account");
    uint8_t id[32] = { 7 };
    dg_bytes raw = DG_BYTES_OF(id);
    json_t *read;
    dg_buf key;
    dg_error err;
    dg_buf_init(&key, 256);
    dg_storage_key_raw(&key, account, &raw);
    key.at[40] ^= 1;
    ck_assert_int_eq(dg_storage_key_decode(meta, &read, account, dg_buf_bytes(&key), &err),
                     DG_MALFORMED);
    ck_assert_str_eq(err.text, "key 0 of System.Account does not hash to what precedes it");
    dg_buf_clear(&key);
    dg_meta_free(meta);
}
END_TEST

/* ---- calls ---- */

static const struct {
    const char *pallet, *call, *args, *raw;
} calls[] = {
    { "System", "remark", "{\"remark\": \"0x6869\"}", "0000086869" },
    { "System", "set_code", "{\"code\": \"0x0061736d\"}", "0002100061736d" },
    { "System", "authorize_upgrade",
      "{\"code_hash\": \"0x0101010101010101010101010101010101010101010101010101010101010101\"}",
      "00090101010101010101010101010101010101010101010101010101010101010101" },
    { "Timestamp", "set", "{\"now\": 1700000000000}", "03000b0068e5cf8b01" },
    { "Sudo", "sudo", "{\"call\": {\"System\": {\"set_code\": {\"code\": \"0x00\"}}}}",
      "fb0000020400" },
    { "Utility", "batch", "{\"calls\": [{\"System\": {\"remark\": {\"remark\": \"0x\"}}}]}",
      "1a0004000000" },
    { "Balances", "transfer_keep_alive",
      "{\"dest\": {\"Id\": \"0x0202020202020202020202020202020202020202020202020202020202020202\"},"
      " \"value\": \"10000000000000000\"}",
      "05030002020202020202020202020202020202020202020202020202020202020202020f0000c16ff28623" },
};
enum { CALLS = sizeof calls / sizeof calls[0] };

START_TEST(calls_are_encoded_by_name)
{
    dg_meta *meta = real_meta(version_of(_i / CALLS));
    int row = _i % CALLS;
    json_t *args = json_loads(calls[row].args, 0, NULL);
    dg_buf out;
    dg_error err;
    dg_buf_init(&out, 1 << 12);
    if (dg_scale_call_encode(meta, &out, calls[row].pallet, calls[row].call, args, &err) < 0)
        ck_abort_msg("%s", err.text);
    assert_bytes(dg_buf_bytes(&out), hex(calls[row].raw), calls[row].call);
    json_decref(args);
    dg_buf_clear(&out);
    dg_meta_free(meta);
}
END_TEST

static const struct {
    const char *pallet, *call, *args, *says;
} bad_calls[] = {
    { "Sytem", "remark", "{}", "there is no pallet Sytem; did you mean System?" },
    { "Qqqqqq", "remark", "{}", "there is no pallet Qqqqqq" },
    { "System", "setcode", "{}", "pallet System has no call setcode; did you mean set_code?" },
    { "Historical", "set", "{}", "pallet Historical has no calls" },
    { "System", "set_code", "{}", "System.set_code: field code is missing" },
    { "System", "set_code", NULL, "System.set_code: wants an object, got nothing" },
    { "System", "set_code", "{\"cod\": \"0x\"}",
      "System.set_code: there is no field cod; did you mean code?" },
    { "System", "set_code", "{\"code\": \"0x123\"}",
      "System.set_code.code: hex has an odd number of digits (3)" },
    { "System", "set_code", "{\"code\": 7}", "System.set_code.code: wants Vec<u8> as hex, got 7" },
    { "Timestamp", "set", "{\"now\": -1}",
      "Timestamp.set.now: wants u64 as number or decimal text, got -1" },
    { "Sudo", "sudo", "{\"call\": {\"System\": {\"set_cod\": {}}}}",
      "Sudo.sudo.call.System: frame_system::pallet::Call has no variant set_cod; did you mean "
      "set_code?" },
    { "Utility", "batch", "{\"calls\": [{\"System\": {\"set_code\": {\"code\": null}}}]}",
      "Utility.batch.calls[0].System.set_code.code: wants Vec<u8> as hex, got null" },
};

START_TEST(calls_that_do_not_fit_name_the_place)
{
    dg_meta *meta = real_meta(14);
    json_t *args = bad_calls[_i].args ? json_loads(bad_calls[_i].args, 0, NULL) : NULL;
    dg_buf out;
    dg_error err;
    dg_buf_init(&out, 1 << 12);
    ck_assert_int_eq(
        dg_scale_call_encode(meta, &out, bad_calls[_i].pallet, bad_calls[_i].call, args, &err),
        DG_USAGE);
    ck_assert_str_eq(err.text, bad_calls[_i].says);
    ck_assert_uint_eq(out.len, 0);
    json_decref(args);
    dg_buf_clear(&out);
    dg_meta_free(meta);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("meta");
    TCase *tc = tcase_create("meta");
    tcase_add_loop_test(tc, each_version_tells_the_same_of_one_runtime, 0, 3);
    tcase_add_loop_test(tc, pallets_agree_with_the_outer_call_enum, 0, 3);
    tcase_add_test(tc, what_is_not_there_is_null);
    tcase_add_loop_test(tc, runtime_apis_are_there_from_v15_on, 0, 3);
    tcase_add_loop_test(tc, metadata_is_refused_with_its_reason, 0,
                        (int)(sizeof heads / sizeof heads[0]));
    tcase_add_test(tc, a_variant_is_not_listed_as_not_deprecated);
    tcase_add_loop_test(tc, damaged_metadata_is_refused, 0, 3);
    tcase_add_test(tc, no_allocation_of_parsing_is_trusted);
    tcase_add_loop_test(tc, prefixes_are_those_of_live_chains, 0,
                        (int)(sizeof keys / sizeof keys[0]));
    tcase_add_test(tc, every_key_finds_its_entry);
    tcase_add_test(tc, a_map_is_no_value);
    tcase_add_loop_test(tc, each_hasher_builds_and_reads_its_key, 0,
                        (int)(sizeof hashers / sizeof hashers[0]));
    tcase_add_test(tc, keys_that_do_not_fit_are_refused);
    tcase_add_test(tc, a_wrong_hash_in_a_key_is_seen);
    tcase_add_loop_test(tc, calls_are_encoded_by_name, 0, 3 * CALLS);
    tcase_add_loop_test(tc, calls_that_do_not_fit_name_the_place, 0,
                        (int)(sizeof bad_calls / sizeof bad_calls[0]));
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
