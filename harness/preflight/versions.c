/* versions.c - storage versions: what pallets say of the layout of their values
 * (`:__STORAGE_VERSION__:`), before U and after N's migrations. */
#include "preflight/preflight_impl.h"

#include <string.h>

typedef struct tally {
    uint32_t kept, absent;
    dg_buf names;
} tally;

/* -1: the pallet has none. */
static dg_code version_of(int *version, dg_state *state, const char *prefix, dg_error *err)
{
    uint8_t key[32];
    dg_bytes value;
    dg_code rc;
    dg_storage_prefix(key, prefix, ":__STORAGE_VERSION__:");
    rc = dg_state_get(state, &value, dg_bytes_of(NULL, 0), DG_BYTES_OF(key), err);
    *version = rc == DG_OK && value.len == 2 ? dg_le16(value.at) : -1;
    return rc < 0 ? rc : DG_OK;
}

/* Did the look at values find items of the pallet that N's migrations converted? */
static bool was_migrated(const dg_preflight_look *l, const dg_meta_pallet *p)
{
    for (size_t i = 0; i < p->storage_count; i++)
        if (dg_preflight_found(
                l, "storage.at-u",
                dg_preflight_find_subject(p->name, dg_meta_storage_at(l->new_meta, p, i)->name)
                    .text))
            return true;
    return false;
}

static json_t *or_none(int version)
{
    return version < 0 ? json_null() : json_integer(version);
}

static void say(dg_preflight_look *l, tally *t, const dg_meta_pallet *p, int was, int is)
{
    char from[16] = "none", to[16] = "none";
    if (was >= 0)
        snprintf(from, sizeof from, "%d", was);
    if (is >= 0)
        snprintf(to, sizeof to, "%d", is);
    if (was != is) {
        dg_preflight_find(
            l, is < was ? DG_FIND_WARN : DG_FIND_NOTE, "storage.version", p->name, or_none(was),
            or_none(is), "%s: storage version %s -> %s in N's first block%s", p->name, from, to,
            is < was ? ": it goes backwards, so the next migration may run on the wrong layout"
                     : "");
        return;
    }
    if (was < 0)
        return;
    dg_buf_printf(&t->names, "%s%s %d", t->kept++ ? ", " : "", p->name, was);
    /* 0: it never began to count */
    if (was > 0 && l->migrates && !l->in_steps && was_migrated(l, p))
        dg_preflight_find(
            l, DG_FIND_WARN, "storage.version-kept", p->name, or_none(was), or_none(is),
            "%s: values were migrated, but the storage version stays %d: the migration may run "
            "again later",
            p->name, was);
}

dg_code dg_preflight_look_versions(dg_preflight_look *look, dg_error *err)
{
    tally t = { 0 };
    dg_code rc = DG_OK;
    if (!look->new_meta || !look->after)
        return DG_OK;
    dg_buf_init(&t.names, 1 << 16);
    for (size_t i = 0; rc == DG_OK && i < dg_meta_pallet_count(look->new_meta); i++) {
        const dg_meta_pallet *p = dg_meta_pallet_at(look->new_meta, i);
        int was, is;
        if (!p->storage_prefix)
            continue;
        if ((rc = version_of(&was, look->before, p->storage_prefix, err)) == DG_OK
            && (rc = version_of(&is, look->after, p->storage_prefix, err)) == DG_OK)
            say(look, &t, p, was, is);
    }
    if (rc == DG_OK && t.kept)
        dg_preflight_find(look, DG_FIND_NOTE, "storage.versions", "pallets", NULL,
                          dg_preflight_find_int(t.kept), "storage version kept by %s: %s",
                          dg_preflight_find_count(t.kept, "pallet").text, dg_buf_text(&t.names));
    dg_buf_clear(&t.names);
    return rc;
}
