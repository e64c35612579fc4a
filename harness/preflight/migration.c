/* migration.c - N's Core_initialize_block over a throw-away fork with N as `:code`:
 * what its migrations cost, whether they end, and the state they leave for the
 * other looks. No block comes of it: neither inherents nor finalization run. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* The header of the fork block's child, unsealed, with a secondary pre-digest. */
static dg_code header_of_child(dg_buf *out, dg_preflight_look *l, dg_error *err)
{
    dg_chain_options options = { .engine = l->in->engine, .lacked = dg_release_none_has };
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
        dg_buf_put_u8(&digest, DG_SLOT_CLAIM_SECONDARY_PLAIN);
        dg_scale_put_u32(&digest, 0); /* authority 0: it signs nothing here */
        dg_scale_put_u64(&digest, clock.next_slot);
        h.digest = dg_buf_bytes(&digest);
        dg_header_encode(out, &h);
        rc = dg_buf_check(out, err, "header");
    }
    dg_chain_close(chain);
    return rc;
}

static uint64_t fuel_of(const dg_preflight_look *l)
{
    return l->in->fuel ? l->in->fuel : DG_PREFLIGHT_FUEL;
}

/* `last`: what LastRuntimeUpgrade says before; NULL: as in the snapshot. */
static dg_code initialize_after(dg_host_result *result, dg_state **after, dg_preflight_look *l,
                                dg_runtime *runtime, const dg_bytes *last, dg_bytes header,
                                dg_error *err)
{
    dg_host_options how = { .context = DG_HOST_CONTEXT_BLOCK,
                            .heap = dg_memory_of_author(l->before),
                            .fuel = fuel_of(l) };
    dg_code rc;
    *after = dg_state_fork(l->before);
    if (!*after)
        return dg_fail(err, DG_NOMEM, "no memory for a fork of the state");
    dg_state_set_version(*after, dg_version_trie(dg_runtime_version(runtime)));
    if ((rc = dg_state_put(*after, dg_bytes_of(NULL, 0), dg_text(":code"), dg_runtime_blob(runtime),
                           err))
        < 0)
        return rc;
    if (last) {
        uint8_t key[32];
        dg_storage_prefix(key, "System", "LastRuntimeUpgrade");
        if ((rc = dg_state_put(*after, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), *last, err)) < 0)
            return rc;
    }
    return dg_runtime_call(runtime, result, "Core_initialize_block", header, *after, &how, err);
}

static dg_code initialize(dg_host_result *result, dg_state **after, dg_preflight_look *l,
                          dg_runtime *runtime, dg_bytes header, dg_error *err)
{
    return initialize_after(result, after, l, runtime, NULL, header, err);
}

/* What starting a block takes. */
typedef struct start_cost {
    uint64_t fuel;
    int64_t weight;       /* picoseconds; 0: not told */
    uint32_t memory_peak; /* bytes */
} start_cost;

/* What N-1 spends on the same header; nothing when it does not get there. Sets control. */
static start_cost cost_of_old(dg_preflight_look *l, dg_bytes header)
{
    dg_host_result result = { 0 };
    dg_error err;
    start_cost out = { 0 };
    if (initialize(&result, &l->control, l, l->in->from, header, &err) == DG_OK) {
        out = (start_cost){ result.cost.fuel, dg_survey_weight_used(l->old_meta, l->control),
                            result.cost.memory_peak };
    } else {
        dg_state_free(l->control);
        l->control = NULL;
    }
    dg_host_result_clear(&result);
    return out;
}

static void say_cost(dg_preflight_look *l, uint64_t old, uint64_t now)
{
    dg_preflight_find(
        l, DG_FIND_NOTE, "migration.cost", "Core_initialize_block", dg_preflight_find_int(old),
        dg_preflight_find_int(now),
        "N starts its first block with %llu thousand instructions, N-1 with %llu thousand",
        (unsigned long long)(now / 1000), (unsigned long long)(old / 1000));
}

/* As claim `memory` warns in a run. */
static void say_memory(dg_preflight_look *l, uint32_t old, const dg_call_cost *now)
{
    enum { WARN_TENTHS = 8 };
    unsigned pages = now->memory_peak / DG_WASM_PAGE, limit = now->memory_max / DG_WASM_PAGE;
    if (pages * 10 < limit * WARN_TENTHS || now->memory_peak <= old)
        return;
    dg_preflight_find(l, DG_FIND_WARN, "migration.memory", "Core_initialize_block",
                      dg_preflight_find_int(old / DG_WASM_PAGE), dg_preflight_find_int(pages),
                      "N starts its first block with %u of the %u pages of memory (64 KiB each) "
                      "that nodes give a call, N-1 with %u",
                      pages, limit, old / DG_WASM_PAGE);
}

/* ---- weight that the migrations registered, against the block's maximum ---- */

/* As claim `migration` judges it in a run: what N's first block has beyond N-1's. */
static void say_weight(dg_preflight_look *l, int64_t old)
{
    int64_t own = dg_survey_weight_used(l->new_meta, l->after) - old,
            block = dg_survey_weight_limit(l->new_meta);
    if (block > 0 && own > block)
        dg_preflight_find(
            l, DG_FIND_FAIL, "migration.weight", "System.BlockWeight",
            dg_preflight_find_int((uint64_t)block), dg_preflight_find_int((uint64_t)own),
            "the migrations weigh %llu ms of a block of %llu ms: the first block under N is "
            "overweight",
            (unsigned long long)(own / 1000000000), (unsigned long long)(block / 1000000000));
}

/* ---- what tells the next block that the migrations are done ---- */

/* System.LastRuntimeUpgrade {Compact<u32> version, text name}: while it differs
 * from N, every block runs the migrations again. */
static dg_code say_recorded(dg_preflight_look *l, dg_error *err)
{
    dg_bytes raw, name;
    dg_scale s;
    uint32_t version;
    dg_code rc =
        dg_preflight_look_item(&raw, l->new_meta, l->after, "System", "LastRuntimeUpgrade", err);
    if (rc < 0 || !dg_meta_storage(l->new_meta, "System", "LastRuntimeUpgrade"))
        return rc < 0 ? rc : DG_OK;
    if (dg_preflight_fails(l, "code.section", "runtime_version"))
        return DG_OK; /* the code records what it takes itself for */
    s = dg_scale_from(rc == DG_OK ? raw : dg_bytes_of(NULL, 0));
    version = dg_scale_compact_u32(&s);
    name = dg_scale_bytes(&s);
    if (s.rc != DG_OK || version != l->new_->spec_version
        || !dg_bytes_equal(name, dg_text(l->new_->spec_name)))
        dg_preflight_find(
            l, DG_FIND_FAIL, "migration.recorded", "System.LastRuntimeUpgrade", NULL,
            s.rc == DG_OK ? dg_preflight_find_int(version) : NULL,
            "after N's first block starts, LastRuntimeUpgrade is not %s %u: every block would "
            "run the migrations again",
            l->new_->spec_name, l->new_->spec_version);
    return DG_OK;
}

static dg_code say_multi_block(dg_preflight_look *l, dg_error *err)
{
    dg_bytes cursor;
    dg_code rc = dg_preflight_look_item(&cursor, l->new_meta, l->after, "MultiBlockMigrations",
                                        "Cursor", err);
    if (rc != DG_OK)
        return rc < 0 ? rc : DG_OK;
    l->in_steps = true;
    dg_preflight_find(l, DG_FIND_WARN, "migration.multi-block", "MultiBlockMigrations.Cursor", NULL,
                      dg_preflight_find_hex(cursor),
                      "N starts a multi-block migration: blocks carry only inherents until it "
                      "is done");
    dg_preflight_find_unknown(
        l, "the multi-block migration was not followed: the state that it leaves was not "
           "checked");
    return DG_OK;
}

static dg_code say_all(dg_preflight_look *l, const start_cost *old, uint64_t fuel, dg_error *err)
{
    dg_code rc = DG_OK;
    say_cost(l, old->fuel, fuel);
    if (!l->new_meta)
        return DG_OK;
    say_weight(l, old->weight);
    if (l->migrates)
        rc = say_recorded(l, err);
    return rc < 0 ? rc : say_multi_block(l, err);
}

/* ---- another release before this one ---- */

/* Names up to three items that differ. */
static dg_code say_gated(dg_preflight_look *l, dg_state *other, uint32_t version, dg_error *err)
{
    dg_survey_side a = { l->after, l->new_meta }, b = { other, l->new_meta };
    json_t *diff, *v;
    char names[200] = "";
    const char *name;
    size_t used = 0, count = 0;
    dg_code rc = dg_survey_state_diff(&diff, &a, &b, 1, err);
    if (rc < 0)
        return rc;
    json_object_foreach(diff, name, v) if (count++ < 3) used +=
        (size_t)snprintf(names + used, sizeof names - used, "%s%.50s", used ? ", " : "", name);
    if (count)
        dg_preflight_find(
            l, DG_FIND_WARN, "migration.gated", "System.LastRuntimeUpgrade",
            dg_preflight_find_int(l->old->spec_version), dg_preflight_find_int(version),
            "what N's migrations do depends on the version that was enacted before: after a "
            "release %u between N-1 and N they leave %s otherwise (%s%s)",
            version, dg_preflight_find_count(count, "storage item").text, names,
            count > 3 ? ", .." : "");
    json_decref(diff);
    return DG_OK;
}

/* The first version after N-1's stands for any that may come between; 0: none can. */
static uint32_t version_between(const dg_preflight_look *l)
{
    uint32_t next = l->old->spec_version + 1;
    return l->new_meta && next < l->new_->spec_version
                   && strcmp(l->old->spec_name, l->new_->spec_name) == 0
               ? next
               : 0;
}

static dg_code judge_between(dg_preflight_look *l, dg_state *other, uint32_t version, dg_error *err)
{
    dg_hash roots[2];
    dg_code rc;
    if ((rc = dg_state_root(l->after, &roots[0], err)) < 0
        || (rc = dg_state_root(other, &roots[1], err)) < 0)
        return rc;
    return dg_hash_equal(&roots[0], &roots[1]) ? DG_OK : say_gated(l, other, version, err);
}

/* An emergency release may come between, with the same storage: does N do the same after it? */
static dg_code try_between(dg_preflight_look *l, dg_bytes header, dg_error *err)
{
    uint32_t version = version_between(l);
    dg_host_result result = { 0 };
    dg_state *other = NULL;
    uint8_t room[96];
    dg_buf last = dg_buf_on(room, sizeof room);
    dg_bytes as_bytes;
    dg_code rc;
    if (!version)
        return DG_OK;
    dg_scale_put_compact(&last, version);
    dg_scale_put_bytes(&last, dg_text(l->new_->spec_name));
    as_bytes = dg_buf_bytes(&last);
    rc = initialize_after(&result, &other, l, l->in->to, &as_bytes, header, err);
    if (rc == DG_OK)
        rc = judge_between(l, other, version, err);
    else if (rc == DG_TRAP) {
        dg_preflight_find(
            l, DG_FIND_WARN, "migration.gated", "System.LastRuntimeUpgrade",
            dg_preflight_find_int(l->old->spec_version), dg_preflight_find_int(version),
            "after a release %u between N-1 and N, N cannot start its first block", version);
        rc = DG_OK;
    }
    dg_host_result_clear(&result);
    dg_state_free(other);
    return rc;
}

/* Over part of a state it may be the rest that is missed. */
static bool blames_snapshot(dg_preflight_look *l, const char *said)
{
    char words[200];
    if (!dg_snapshot_info_of(l->in->snapshot)->partial)
        return false;
    dg_snapshot_say_lacking(words, sizeof words, l->in->snapshot, said);
    dg_preflight_find_undecided(l, "N's migrations were not run: %s", words);
    return true;
}

static void say_trap(dg_preflight_look *l, const dg_host_result *result, const dg_error *why)
{
    const char *reason = result->panic[0] ? result->panic : why->text;
    if (blames_snapshot(l, "Core_initialize_block"))
        return;
    if (result->trap == DG_TRAP_FUEL)
        dg_preflight_find(
            l, DG_FIND_FAIL, "migration.trap", "Core_initialize_block", NULL,
            dg_preflight_find_text("endless"),
            "N's first block did not start within %llu million instructions (seconds of "
            "computing) on this state",
            (unsigned long long)(fuel_of(l) / 1000000));
    else
        dg_preflight_find(l, DG_FIND_FAIL, "migration.trap", "Core_initialize_block", NULL,
                          dg_preflight_find_text(reason),
                          "N cannot start its first block on this state: %s", reason);
}

/* Failures of ours, against those that say something of the runtimes. */
static bool is_ours(dg_code rc)
{
    return rc == DG_IO || rc == DG_NOMEM;
}

static dg_code start(dg_preflight_look *l, dg_bytes header, dg_error *err)
{
    dg_host_result result = { 0 };
    dg_error why;
    dg_code rc = initialize(&result, &l->after, l, l->in->to, header, &why);
    if (rc == DG_OK) {
        start_cost old = cost_of_old(l, header);
        say_memory(l, old.memory_peak, &result.cost);
        rc = say_all(l, &old, result.cost.fuel, err);
        if (rc == DG_OK && l->migrates)
            rc = try_between(l, header, err);
    } else {
        dg_state_free(l->after);
        l->after = NULL;
        if (is_ours(rc)) {
            dg_fail(err, rc, "%s", why.text);
        } else {
            say_trap(l, &result, &why);
            rc = DG_OK;
        }
    }
    dg_host_result_clear(&result);
    return rc;
}

dg_code dg_preflight_look_migration(dg_preflight_look *look, dg_error *err)
{
    dg_buf header;
    dg_error why;
    dg_code rc;
    look->migrates = look->new_->spec_version > look->old->spec_version
                     || strcmp(look->new_->spec_name, look->old->spec_name) != 0;
    dg_buf_init(&header, 4096);
    rc = header_of_child(&header, look, &why);
    if (rc == DG_OK)
        rc = start(look, dg_buf_bytes(&header), err);
    else if (is_ours(rc))
        dg_fail(err, rc, "%s", why.text);
    else {
        if (!blames_snapshot(look, why.text))
            dg_preflight_find_undecided(look, "N's migrations were not run: %s", why.text);
        rc = DG_OK;
    }
    dg_buf_clear(&header);
    return rc;
}
