/* child.c - child tries: found, opened from their root in the top trie, copied
 * before they are written. */
#include "state/state_impl.h"

static const char root_prefix[] = ":child_storage:default:";
static const char common_prefix[] = ":child_storage:";

dg_code dg_state_child_root_key(dg_buf *out, dg_bytes child, dg_error *err)
{
    dg_buf_init(out, sizeof root_prefix + DG_TRIE_KEY_MAX);
    dg_buf_put_text(out, root_prefix);
    dg_buf_put_bytes(out, child);
    return dg_buf_check(out, err, "key of a child trie");
}

bool dg_state_meets_children(dg_bytes prefix)
{
    dg_bytes common = dg_text(common_prefix);
    return dg_bytes_begin(prefix, common) || dg_bytes_begin(common, prefix);
}

bool dg_state_is_child_key(dg_bytes key)
{
    return dg_bytes_begin(key, dg_text(common_prefix));
}

/* ---- counted ---- */

static dg_code no_memory(dg_error *err)
{
    return dg_fail(err, DG_NOMEM, "no memory for a child trie");
}

/* Takes `trie`, also when there is no memory. */
static dg_state_child *child_new(dg_trie *trie, dg_bytes key, bool touched)
{
    dg_state_child *c = trie ? dg_malloc(sizeof *c + key.len) : NULL;
    if (!c) {
        dg_trie_free(trie);
        return NULL;
    }
    *c = (dg_state_child){ .refs = 1, .trie = trie, .touched = touched, .key_len = key.len };
    memcpy(c->key, key.at, key.len);
    return c;
}

static void child_release(dg_state_child *c)
{
    if (!c || --c->refs > 0)
        return;
    dg_trie_free(c->trie);
    dg_free(c);
}

dg_state_family *dg_state_family_keep(dg_state_family *family)
{
    if (family)
        family->refs++;
    return family;
}

void dg_state_family_release(dg_state_family *family)
{
    if (!family || --family->refs > 0)
        return;
    for (size_t i = 0; i < family->count; i++)
        child_release(family->at[i]);
    dg_free(family);
}

static size_t seek(const dg_state_family *family, dg_bytes key)
{
    size_t low = 0, high = family ? family->count : 0;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        const dg_state_child *c = family->at[mid];
        assert(c); /* there are no gaps in a family */
        if (dg_bytes_compare(dg_bytes_of(c->key, c->key_len), key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static dg_state_child **find(const dg_state_layer *layer, dg_bytes key)
{
    size_t i = seek(layer->kids, key);
    dg_state_child **at = layer->kids && i < layer->kids->count ? &layer->kids->at[i] : NULL;
    return at && dg_bytes_equal(dg_bytes_of((*at)->key, (*at)->key_len), key) ? at : NULL;
}

/* The layer's family, its own, with room for `more` children behind the last. Room grows twofold:
 * a guest may make children by the hundred thousand. */
static dg_code own_family(dg_state_layer *layer, size_t more, dg_error *err)
{
    dg_state_family *old = layer->kids, *f;
    size_t count = old ? old->count : 0, cap = count + more;
    bool own = old && old->refs == 1;
    if (own && cap <= old->cap)
        return DG_OK;
    if (own && cap < 2 * old->cap)
        cap = 2 * old->cap;
    f = own ? dg_realloc(old, sizeof *f + cap * sizeof f->at[0])
            : dg_malloc(sizeof *f + cap * sizeof f->at[0]);
    if (!f)
        return no_memory(err);
    if (own) {
        f->cap = cap;
        layer->kids = f;
        return DG_OK;
    }
    *f = (dg_state_family){ .refs = 1, .count = count, .cap = cap };
    for (size_t i = 0; i < count; i++) {
        f->at[i] = old->at[i];
        f->at[i]->refs++;
    }
    dg_state_family_release(old);
    layer->kids = f;
    return DG_OK;
}

/* Adds `c`, which it takes in every case. */
static dg_code adopt(dg_state_layer *layer, dg_state_child *c, dg_error *err)
{
    size_t i;
    dg_code rc = c ? own_family(layer, 1, err) : no_memory(err);
    if (rc < 0) {
        child_release(c);
        return rc;
    }
    i = seek(layer->kids, dg_bytes_of(c->key, c->key_len));
    memmove(layer->kids->at + i + 1, layer->kids->at + i,
            (layer->kids->count - i) * sizeof layer->kids->at[0]);
    layer->kids->at[i] = c;
    layer->kids->count++;
    return DG_OK;
}

/* The child's trie as its root in the top trie names it; NULL: no root there. */
static dg_code open_from_top(const dg_state_layer *layer, dg_trie **out, dg_bytes key,
                             dg_error *err)
{
    dg_buf root_key;
    dg_bytes value;
    dg_hash root;
    dg_code rc = dg_state_child_root_key(&root_key, key, err);
    *out = NULL;
    if (rc == DG_OK)
        rc = dg_trie_get(layer->top, &value, dg_buf_bytes(&root_key), err);
    dg_buf_clear(&root_key);
    if (rc != DG_OK)
        return rc < 0 ? rc : DG_OK;
    if (value.len != 32)
        return dg_fail(err, DG_MALFORMED, "root of a child trie has %zu bytes", value.len);
    memcpy(root.at, value.at, 32);
    *out = dg_trie_open_beside(layer->top, &root);
    return *out ? DG_OK : no_memory(err);
}

dg_code dg_state_layer_child(dg_state_layer *layer, dg_state_child **out, dg_bytes key,
                             dg_error *err)
{
    dg_state_child **at = find(layer, key);
    dg_trie *trie;
    dg_code rc;
    *out = at ? *at : NULL;
    if (at)
        return DG_OK;
    if ((rc = open_from_top(layer, &trie, key, err)) < 0 || !trie)
        return rc;
    if ((rc = adopt(layer, child_new(trie, key, false), err)) == DG_OK)
        *out = *find(layer, key);
    return rc;
}

dg_code dg_state_child_find(dg_state *state, dg_state_child **out, dg_bytes key, dg_error *err)
{
    dg_state_child **at = find(&state->now, key);
    dg_code rc;
    *out = at ? *at : NULL;
    if (at || (rc = dg_state_layer_child(&state->backend, out, key, err)) < 0)
        return at ? DG_OK : rc;
    if (!*out)
        return DG_OK;
    (*out)->refs++;
    return adopt(&state->now, *out, err);
}

dg_code dg_state_child_mut(dg_state *state, dg_state_child **out, dg_bytes key, dg_error *err)
{
    dg_state_child **at, *copy;
    dg_code rc = dg_state_child_find(state, out, key, err);
    if (rc == DG_OK && !*out)
        rc = adopt(&state->now, child_new(dg_trie_empty(), key, false), err);
    if (rc < 0 || (rc = own_family(&state->now, 0, err)) < 0)
        return rc;
    at = find(&state->now, key);
    if ((*at)->refs > 1) {
        if (!(copy = child_new(dg_trie_fork((*at)->trie), key, false)))
            return no_memory(err);
        child_release(*at);
        *at = copy;
    }
    (*at)->touched = true;
    *out = *at;
    return DG_OK;
}

dg_code dg_state_trie(dg_state *state, dg_trie **out, dg_bytes child, dg_error *err)
{
    dg_state_child *c;
    dg_code rc;
    *out = state->now.top;
    if (child.len == 0)
        return DG_OK;
    rc = dg_state_child_find(state, &c, child, err);
    *out = rc == DG_OK && c ? c->trie : NULL;
    return rc;
}
