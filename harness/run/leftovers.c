/* leftovers.c - what N-1 leaves in storage at the end of U, and N does not expect in its first
 * block.
 *
 * Both begin a block over state U, each by itself: what is gone after N-1's first step, and is what
 * it was after N's, N-1 would have taken out and N did not. And a value that N knows, that its
 * first block takes out and control's keeps, is one that N leaves behind in no block. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

typedef struct looking {
    dg_run_arm *a;
    dg_block *block;
    dg_state *begun; /* by N */
    bool by_end;     /* N takes it out where its blocks end */
} looking;

static bool is_kept(const dg_run_leftovers *kept, dg_bytes key)
{
    for (size_t i = 0; i < kept->count; i++)
        if (dg_bytes_equal(dg_buf_bytes(&kept->keys[i]), key))
            return true;
    return false;
}

/* "Timestamp.DidUpdate", as N-1 or N calls it. */
static void name_of(char *out, size_t room, const dg_run_arm *a, dg_bytes key)
{
    assert(room > 0);
    dg_runtime *of[] = { a->run->from_kept, a->run->to };
    out[0] = '\0';
    for (size_t r = 0; r < 2 && !out[0]; r++) {
        const dg_meta *meta = NULL;
        const dg_meta_entry *entry = NULL;
        if (dg_runtime_meta(of[r], &meta, NULL) == DG_OK && meta)
            entry = dg_meta_storage_of_key(meta, key);
        if (entry)
            snprintf(out, room, "%.46s.%.46s", entry->prefix, entry->name);
    }
    if (!out[0])
        snprintf(out, room, "an item without a name");
}

static void log_leftover(looking *l, dg_bytes key, dg_bytes value)
{
    dg_run_arm *a = l->a;
    dg_run_leftovers *kept = &a->kept.leftovers;
    dg_buf *copy = &kept->keys[kept->count], hex;
    char item[96];
    json_t *detail;
    if (kept->count == DG_RUN_LEFTOVERS_MAX || is_kept(kept, key))
        return;
    name_of(item, sizeof item, a, key);
    dg_buf_init(copy, DG_TRIE_KEY_MAX);
    dg_buf_put_bytes(copy, key);
    dg_buf_init(&hex, 4 * DG_TRIE_KEY_MAX);
    dg_hex_put(&hex, key);
    detail = json_pack("{s:s, s:s%}", "item", item, "key", (const char *)hex.at, hex.len);
    if (!detail || copy->rc < 0)
        a->run->log.rc = DG_NOMEM;
    dg_buf_clear(&hex);
    dg_run_arm_log(a, dg_block_slot(l->block), dg_block_number(l->block),
                   &(dg_event){ .kind = DG_EVENT_LEFTOVER,
                                .leftover = { .place = (int64_t)kept->count,
                                              .by_end = l->by_end,
                                              .bytes = (int64_t)value.len },
                                .detail = detail });
    kept->count++;
}

/* Of a key that N-1's first step changed. */
static dg_code hold_against(void *user, dg_bytes key, dg_bytes before, dg_bytes after,
                            dg_error *err)
{
    looking *l = user;
    dg_bytes now = { NULL, 0 }, top = { NULL, 0 };
    dg_code rc;
    if (!before.at || after.at)
        return DG_OK;
    rc = dg_state_get(l->begun, &now, top, key, err);
    if (rc == DG_OK && now.at && dg_bytes_equal(now, before))
        log_leftover(l, key, before);
    return rc == DG_ABSENT ? DG_OK : rc;
}

void dg_run_leftovers_clear(dg_run_leftovers *kept)
{
    for (size_t i = 0; i < kept->count; i++)
        dg_buf_clear(&kept->keys[i]);
    kept->count = 0;
    dg_state_free(kept->upgrade);
    kept->upgrade = NULL;
}

/* A step that panics says nothing of what it would have taken out. */
static bool is_silent(dg_code rc)
{
    return rc < 0 && rc != DG_NOMEM && rc != DG_IO;
}

dg_code dg_run_leftovers_begin(dg_run_arm *a, dg_block *upgrade, dg_error *err)
{
    looking l = { .a = a, .block = upgrade };
    dg_error why = { .text = "" };
    dg_block *old, *now;
    dg_code rc;
    assert(a->which == DG_ARM_TREATMENT && !a->kept.leftovers.upgrade);
    if (!(a->kept.leftovers.upgrade = dg_state_fork(dg_block_state(upgrade))))
        return dg_fail(err, DG_NOMEM, "no memory for a fork of the state");
    if ((rc = dg_chain_begun_by(a->chain, &old, upgrade, a->run->from_kept, &why)) < 0
        || (rc = dg_chain_begun(a->chain, &now, upgrade, &why)) < 0)
        return is_silent(rc) ? DG_OK : dg_fail(err, rc, "%s", why.text);
    l.begun = dg_block_state(now);
    return dg_state_diff(dg_block_state(upgrade), dg_block_state(old), hold_against, &l, err);
}

/* Of a key that U's child under N changed. What a migration drops N does not know any more. */
static dg_code hold_against_control(void *user, dg_bytes key, dg_bytes before, dg_bytes after,
                                    dg_error *err)
{
    looking *l = user;
    dg_run_arm *a = l->a;
    const dg_meta *meta = NULL;
    const dg_meta_entry *entry = NULL;
    dg_bytes control, top = { NULL, 0 };
    dg_code rc;
    if (!before.at || after.at)
        return DG_OK;
    if (dg_runtime_meta(a->run->to, &meta, NULL) == DG_OK && meta)
        entry = dg_meta_storage_of_key(meta, key);
    if (!entry || entry->hasher_count)
        return DG_OK;
    if ((rc = dg_state_get(a->run->control.kept.after, &control, top, key, err)) == DG_OK)
        log_leftover(l, key, before);
    return rc == DG_ABSENT ? DG_OK : rc;
}

dg_code dg_run_leftovers_end(dg_run_arm *a, dg_block *after, dg_error *err)
{
    looking l = { .a = a, .block = after, .by_end = true };
    assert(a->which == DG_ARM_TREATMENT && a->kept.leftovers.upgrade);
    if (!a->run->control.kept.after)
        return DG_OK;
    return dg_state_diff(a->kept.leftovers.upgrade, dg_block_state(after), hold_against_control, &l,
                         err);
}
