/* migration.c - N's Core_initialize_block over a throw-away fork with N as `:code`:
 * what its migrations cost, whether they trap, and the state they leave for the
 * other looks. No block comes of it. */
#include "preflight/preflight_impl.h"

#include <stdlib.h>
#include <string.h>

/* The header of the fork block's child, unsealed, with a secondary pre-digest. */
static dg_code header_of_child(dg_buf *out, dg_look *l, dg_error *err)
{
    dg_chain_options options = { .engine = l->in->engine };
    dg_chain *chain = NULL;
    dg_clock clock;
    dg_code rc;
    if ((rc = dg_chain_open(&chain, l->in->snapshot, &options, err)) < 0)
        return rc;
    rc = dg_chain_clock(chain, dg_chain_root(chain), &clock, err);
    if (rc == DG_OK) {
        dg_block *root = dg_chain_root(chain);
        dg_buf digest;
        uint8_t room[64];
        dg_header h = { .parent = *dg_block_hash(root), .number = dg_block_number(root) + 1 };
        digest = dg_buf_on(room, sizeof room);
        dg_scale_put_compact(&digest, 1);
        dg_buf_put_u8(&digest, DG_DIGEST_PRERUNTIME);
        dg_buf_put_text(&digest, "BABE");
        dg_scale_put_compact(&digest, 13);
        dg_buf_put_u8(&digest, DG_CLAIM_SECONDARY_PLAIN);
        dg_scale_put_u32(&digest, 0); /* authority 0: it signs nothing here */
        dg_scale_put_u64(&digest, clock.next_slot);
        h.digest = dg_buf_bytes(&digest);
        dg_header_encode(out, &h);
        rc = dg_buf_check(out, err, "header");
    }
    dg_chain_close(chain);
    return rc;
}

static dg_code initialize(dg_host_result *result, dg_state **after, dg_look *l, dg_runtime *runtime, dg_bytes header, dg_error *err)
{
    dg_host_options how = { .context = DG_CONTEXT_BLOCK };
    *after = dg_state_fork(l->before);
    if (!*after)
        return dg_fail(err, DG_NOMEM, "no memory for a fork of the state");
    dg_state_set_version(*after, dg_version_trie(dg_runtime_version(runtime)));
    return dg_runtime_call(runtime, result, "Core_initialize_block", header, *after, &how, err);
}

static uint64_t cost_of_old(dg_look *l, dg_bytes header)
{
    dg_host_result result = { 0 };
    dg_state *after = NULL;
    dg_error err;
    uint64_t fuel = 0;
    if (initialize(&result, &after, l, l->in->from, header, &err) == DG_OK)
        fuel = result.cost.fuel;
    dg_host_result_clear(&result);
    dg_state_free(after);
    return fuel;
}

static void say_cost(dg_look *l, uint64_t old, uint64_t now)
{
    dg_find(l, DG_FIND_NOTE, "migration.cost", "Core_initialize_block", json_integer((json_int_t)old),
            json_integer((json_int_t)now), "the first block under N starts with %llu million instructions, against %llu million under N-1",
            (unsigned long long)(now / 1000000), (unsigned long long)(old / 1000000));
}

/* ---- weight that the migrations registered, against the block's maximum ---- */

static json_int_t ref_time(const json_t *weight)
{
    const json_t *value = json_is_object(weight) ? json_object_get(weight, "ref_time") : weight;
    return json_is_string(value) ? (json_int_t)strtoll(json_string_value(value), NULL, 10) : json_integer_value(value);
}

static dg_code say_weight(dg_look *l, dg_error *err)
{
    const dg_meta_entry *entry = l->new_meta ? dg_meta_storage(l->new_meta, "System", "BlockWeight") : NULL;
    const dg_meta_constant *limits = l->new_meta ? dg_meta_constant_named(l->new_meta, "System", "BlockWeights") : NULL;
    json_t *used = NULL, *max = NULL;
    dg_bytes raw;
    dg_code rc;
    if (!entry || !limits)
        return DG_OK;
    if ((rc = dg_look_item(&raw, l->new_meta, l->after, "System", "BlockWeight", err)) != DG_OK)
        return rc < 0 ? rc : DG_OK;
    if (dg_value_decode_all(l->new_meta, &used, entry->value, raw, NULL) == DG_OK
        && dg_value_decode_all(l->new_meta, &max, limits->type, limits->value, NULL) == DG_OK) {
        json_int_t mandatory = ref_time(json_object_get(used, "mandatory")), all = ref_time(json_object_get(max, "max_block"));
        if (all > 0 && mandatory > all)
            dg_find(l, DG_FIND_WARN, "migration.weight", "System.BlockWeight", json_integer(all), json_integer(mandatory),
                    "the migrations weigh %lld ms of a block of %lld ms: the first block under N is overweight",
                    (long long)(mandatory / 1000000000), (long long)(all / 1000000000));
    }
    json_decref(used);
    json_decref(max);
    return DG_OK;
}

static dg_code say_multi_block(dg_look *l, dg_error *err)
{
    dg_bytes cursor;
    dg_code rc;
    if (!l->new_meta || !dg_meta_pallet_named(l->new_meta, "MultiBlockMigrations"))
        return DG_OK;
    rc = dg_look_item(&cursor, l->new_meta, l->after, "MultiBlockMigrations", "Cursor", err);
    if (rc < 0)
        return rc;
    if (rc == DG_OK) {
        dg_find(l, DG_FIND_WARN, "migration.multi-block", "MultiBlockMigrations.Cursor", NULL, dg_find_hex(cursor),
                "N starts a multi-block migration: only inherents until it is done");
        dg_find_unknown(l, "the multi-block migration was not followed: what it leaves was not looked at");
    }
    return DG_OK;
}

dg_code dg_look_migration(dg_look *look, dg_error *err)
{
    dg_host_result result = { 0 };
    dg_buf header;
    dg_error why;
    dg_code rc;
    dg_buf_init(&header, 4096);
    rc = header_of_child(&header, look, &why);
    if (rc == DG_ABSENT || rc == DG_TRAP || rc == DG_MALFORMED || rc == DG_UNSUPPORTED) {
        dg_find_unknown(look, "N's migrations were not run: %s", why.text);
        rc = DG_OK;
        goto out;
    }
    if (rc < 0) {
        rc = dg_fail(err, rc, "%s", why.text);
        goto out;
    }
    rc = initialize(&result, &look->after, look, look->in->to, dg_buf_bytes(&header), &why);
    if (rc == DG_OK) {
        say_cost(look, cost_of_old(look, dg_buf_bytes(&header)), result.cost.fuel);
        rc = say_weight(look, err);
        rc = rc < 0 ? rc : say_multi_block(look, err);
        goto out;
    }
    dg_state_free(look->after);
    look->after = NULL;
    if (rc == DG_IO || rc == DG_NOMEM) {
        rc = dg_fail(err, rc, "%s", why.text);
        goto out;
    }
    dg_find(look, DG_FIND_FAIL, "migration.trap", "Core_initialize_block", NULL, json_string(result.panic[0] ? result.panic : why.text),
            "N cannot start its first block on this state: %s", result.panic[0] ? result.panic : why.text);
    rc = DG_OK;
out:
    dg_host_result_clear(&result);
    dg_buf_clear(&header);
    return rc;
}
