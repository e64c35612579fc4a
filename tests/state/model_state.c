#include "model_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../trie/model_trie.c" /* the sorted array and its root */

enum { CHILDREN = 3, DEPTH = 4, STATES = 3 };

static const char *const child_names[CHILDREN] = { "", "c1", "c2" }; /* 0: the top trie */

typedef struct over {
    unsigned child;
    bool present;
    twin_entry entry;
} over;

typedef struct overlay {
    over *at;
    size_t len;
} overlay;

typedef struct twin_state {
    twin backend[CHILDREN];
    overlay now, saved[DEPTH];
    unsigned depth, version;
} twin_state;

/* ---- overlay ---- */

static over *over_find(const overlay *o, unsigned child, dg_bytes key)
{
    for (size_t i = 0; i < o->len; i++)
        if (o->at[i].child == child && dg_bytes_equal(twin_key(&o->at[i].entry), key))
            return &o->at[i];
    return NULL;
}

/* `value.at` NULL: a deletion. */
static void over_set(overlay *o, unsigned child, dg_bytes key, dg_bytes value, unsigned version)
{
    over *e = over_find(o, child, key);
    twin one = { 0 };
    if (!e) {
        o->at = realloc(o->at, (o->len + 1) * sizeof *o->at);
        assert(o->at);
        e = &o->at[o->len++];
    }
    twin_put(&one, key, value, version, 0);
    *e = (over){ child, value.at != NULL, one.at[0] };
    twin_clear(&one);
}

static overlay over_copy(const overlay *o)
{
    overlay copy = { malloc((o->len + 1) * sizeof *o->at), o->len };
    assert(copy.at);
    if (o->len)
        memcpy(copy.at, o->at, o->len * sizeof *o->at);
    return copy;
}

/* The backend with the overlay on it. */
static twin merged(const twin_state *s, unsigned child)
{
    twin all = twin_copy(&s->backend[child]);
    for (size_t i = 0; i < s->now.len; i++) {
        const over *e = &s->now.at[i];
        if (e->child != child)
            continue;
        if (e->present)
            twin_put(&all, twin_key(&e->entry), twin_value(&e->entry), e->entry.version, 0);
        else
            twin_delete(&all, twin_key(&e->entry));
    }
    return all;
}

static dg_bytes root_key_of(unsigned child, uint8_t room[TWIN_KEY_MAX])
{
    int len = snprintf((char *)room, TWIN_KEY_MAX, ":child_storage:default:%s", child_names[child]);
    return dg_bytes_of(room, (size_t)len);
}

static dg_hash child_root_of(const twin_state *s, unsigned child)
{
    twin all = merged(s, child);
    dg_hash root = twin_root(&all);
    twin_clear(&all);
    return root;
}

/* The top trie as it is hashed: with the roots of the children. */
static twin hashed_top(const twin_state *s)
{
    twin top = merged(s, 0);
    for (unsigned c = 1; c < CHILDREN; c++) {
        uint8_t room[TWIN_KEY_MAX];
        dg_bytes key = root_key_of(c, room);
        dg_hash root = child_root_of(s, c);
        twin_entry *e = twin_find(&top, key);
        if (dg_hash_equal(&root, &DG_TRIE_EMPTY_ROOT))
            twin_delete(&top, key);
        else if (!e || !dg_bytes_equal(twin_value(e), dg_hash_bytes(&root)))
            twin_put(&top, key, dg_hash_bytes(&root), s->version, 0);
    }
    return top;
}

/* ---- removal, step by step ---- */

typedef struct removed {
    uint32_t backend, unique, loops;
    bool all;
    dg_bytes cursor; /* into the backend */
} removed;

static bool meets_children(dg_bytes prefix)
{
    dg_bytes common = dg_text(":child_storage:");
    return dg_bytes_begin(prefix, common) || dg_bytes_begin(common, prefix);
}

static removed remove_prefix(twin_state *s, unsigned child, dg_bytes prefix, uint32_t limit,
                             dg_bytes cursor)
{
    removed r = { .all = true };
    if (child == 0 && meets_children(prefix))
        return r;
    for (size_t i = 0; i < s->now.len; i++) {
        over *e = &s->now.at[i];
        if (e->child == child && dg_bytes_begin(twin_key(&e->entry), prefix)) {
            r.unique += e->present;
            e->present = false;
        }
    }
    for (size_t i = 0; i < s->backend[child].len; i++) {
        dg_bytes key = twin_key(&s->backend[child].at[i]);
        over *e = over_find(&s->now, child, key);
        if (!dg_bytes_begin(key, prefix) || (cursor.at && dg_bytes_compare(key, cursor) < 0))
            continue;
        if (limit != UINT32_MAX && r.loops == limit) {
            r.all = false;
            r.cursor = key;
            break;
        }
        if (!e || e->present) {
            over_set(&s->now, child, key, (dg_bytes){ NULL, 0 }, 0);
            r.backend++;
            r.unique++;
        }
        r.loops++;
    }
    return r;
}

/* ---- the player ---- */

typedef struct state_player {
    player draw; /* only its bytes are used */
    dg_state *state[STATES];
    twin_state twin[STATES];
} state_player;

static unsigned pick(state_player *p, unsigned below)
{
    return draw(&p->draw) % below;
}

static dg_bytes name_of(unsigned child)
{
    return dg_text(child_names[child]);
}

static void twin_state_clear(twin_state *s)
{
    for (unsigned c = 0; c < CHILDREN; c++)
        twin_clear(&s->backend[c]);
    for (unsigned i = 0; i < s->depth; i++)
        free(s->saved[i].at);
    free(s->now.at);
    *s = (twin_state){ 0 };
}

/* A twin whose backend is what `s` holds now, roots of children included. */
static twin_state twin_state_next(const twin_state *s)
{
    twin_state next = { .version = s->version };
    next.backend[0] = hashed_top(s);
    for (unsigned c = 1; c < CHILDREN; c++)
        next.backend[c] = merged(s, c);
    return next;
}

static void do_put(state_player *p, size_t h)
{
    uint8_t key_room[TWIN_KEY_MAX], value_room[TWIN_VALUE_MAX];
    unsigned child = pick(p, CHILDREN);
    dg_bytes key = draw_key(&p->draw, key_room), value = draw_value(&p->draw, value_room);
    dg_code rc = dg_state_put(p->state[h], name_of(child), key, value, NULL);
    assert(rc == DG_OK);
    over_set(&p->twin[h].now, child, key, value, p->twin[h].version);
}

static void do_delete(state_player *p, size_t h)
{
    uint8_t room[TWIN_KEY_MAX];
    unsigned child = pick(p, CHILDREN);
    twin all = merged(&p->twin[h], child);
    dg_bytes key = draw_key(&p->draw, room);
    dg_code rc;
    if (all.len && pick(p, 4))
        key = twin_key(&all.at[pick(p, (unsigned)all.len)]);
    if (child || !meets_children(key)) {
        rc = dg_state_delete(p->state[h], name_of(child), key, NULL);
        assert(rc == DG_OK);
        over_set(&p->twin[h].now, child, key, (dg_bytes){ NULL, 0 }, 0);
    }
    twin_clear(&all);
}

static void do_append(state_player *p, size_t h)
{
    uint8_t key_room[TWIN_KEY_MAX], item[3] = { 7, 8, (uint8_t)pick(p, 256) },
                                    whole[TWIN_VALUE_MAX];
    dg_bytes key = draw_key(&p->draw, key_room);
    size_t item_len = pick(p, 4), len = 0;
    twin all = merged(&p->twin[h], 0);
    twin_entry *e = twin_find(&all, key);
    dg_code rc;
    /* One and two byte counts are enough: the values drawn are short. */
    if (e && e->value_len >= 1 && (e->value[0] & 3) == 0 && e->value[0] < 0xfc) {
        memcpy(whole, e->value, e->value_len);
        whole[0] = (uint8_t)(whole[0] + 4);
        len = e->value_len;
    } else if (e && e->value_len >= 1 && ((e->value[0] & 3) != 0 || e->value[0] == 0xfc)) {
        twin_clear(&all);
        return; /* longer counts have a test of their own */
    } else {
        whole[len++] = 4;
    }
    if (len + item_len <= TWIN_VALUE_MAX) {
        memcpy(whole + len, item, item_len);
        rc = dg_state_append(p->state[h], key, dg_bytes_of(item, item_len), NULL);
        assert(rc == DG_OK);
        over_set(&p->twin[h].now, 0, key, dg_bytes_of(whole, len + item_len), p->twin[h].version);
    }
    twin_clear(&all);
}

static void do_clear_prefix(state_player *p, size_t h)
{
    static const uint32_t limits[8] = { UINT32_MAX, UINT32_MAX, 0, 1, 2, 3, 5, 8 };
    uint8_t room[TWIN_KEY_MAX], cursor_room[TWIN_KEY_MAX];
    unsigned child = pick(p, CHILDREN);
    dg_bytes prefix = draw_key(&p->draw, room), cursor = { NULL, 0 };
    uint32_t limit = limits[pick(p, 8)];
    dg_state_removal got;
    removed want;
    dg_code rc;
    if (prefix.len > 2)
        prefix.len = 2;
    if (pick(p, 3) == 0)
        cursor = draw_key(&p->draw, cursor_room);
    rc = dg_state_clear_prefix(p->state[h], &got, name_of(child), prefix, limit, cursor, NULL);
    assert(rc == DG_OK);
    want = remove_prefix(&p->twin[h], child, prefix, limit, cursor);
    assert(got.all == want.all);
    assert(got.loops == want.loops);
    assert(got.backend == want.backend);
    assert(got.unique == want.unique);
    assert(want.all || dg_bytes_equal(dg_buf_bytes(&got.cursor), want.cursor));
    dg_buf_clear(&got.cursor);
}

static void do_next(state_player *p, size_t h)
{
    uint8_t room[TWIN_KEY_MAX];
    unsigned child = pick(p, CHILDREN);
    dg_bytes key = draw_key(&p->draw, room);
    twin all = merged(&p->twin[h], child);
    size_t want = twin_seek(&all, key);
    dg_buf next;
    dg_code rc;
    dg_buf_init(&next, DG_TRIE_KEY_MAX);
    if (twin_find(&all, key))
        want++;
    rc = dg_state_next(p->state[h], &next, name_of(child), key, NULL);
    assert(rc == (want < all.len ? DG_OK : DG_END));
    assert(rc == DG_END || dg_bytes_equal(dg_buf_bytes(&next), twin_key(&all.at[want])));
    dg_buf_clear(&next);
    twin_clear(&all);
}

static void do_begin(state_player *p, size_t h)
{
    twin_state *t = &p->twin[h];
    dg_code rc;
    if (t->depth == DEPTH)
        return;
    rc = dg_state_begin(p->state[h], NULL);
    assert(rc == DG_OK);
    t->saved[t->depth++] = over_copy(&t->now);
}

static void do_end(state_player *p, size_t h)
{
    twin_state *t = &p->twin[h];
    bool commit = pick(p, 2);
    dg_code rc = commit ? dg_state_commit(p->state[h], NULL) : dg_state_rollback(p->state[h], NULL);
    assert(rc == (t->depth ? DG_OK : DG_ABSENT));
    if (t->depth == 0)
        return;
    t->depth--;
    if (commit) {
        free(t->saved[t->depth].at);
    } else {
        free(t->now.at);
        t->now = t->saved[t->depth];
    }
    assert(dg_state_depth(p->state[h]) == t->depth);
}

static void check_root(state_player *p, size_t h)
{
    twin top = hashed_top(&p->twin[h]);
    dg_hash got, want = twin_root(&top);
    dg_code rc = dg_state_root(p->state[h], &got, NULL);
    assert(rc == DG_OK);
    assert(dg_hash_equal(&got, &want));
    twin_clear(&top);
}

static void do_root(state_player *p, size_t h)
{
    check_root(p, h);
}

/* The root of one child, which from then on is seen in the top trie. */
static void do_child_root(state_player *p, size_t h)
{
    uint8_t room[TWIN_KEY_MAX];
    unsigned child = 1 + pick(p, CHILDREN - 1);
    dg_bytes key = root_key_of(child, room);
    dg_hash got, want = child_root_of(&p->twin[h], child);
    twin top = merged(&p->twin[h], 0);
    twin_entry *e = twin_find(&top, key);
    dg_code rc = dg_state_child_root(p->state[h], &got, name_of(child), NULL);
    assert(rc == DG_OK);
    assert(dg_hash_equal(&got, &want));
    if (dg_hash_equal(&want, &DG_TRIE_EMPTY_ROOT)) {
        if (e)
            over_set(&p->twin[h].now, 0, key, (dg_bytes){ NULL, 0 }, 0);
    } else if (!e || !dg_bytes_equal(twin_value(e), dg_hash_bytes(&want))) {
        over_set(&p->twin[h].now, 0, key, dg_hash_bytes(&want), p->twin[h].version);
    }
    twin_clear(&top);
}

static void close_all(state_player *p, size_t h)
{
    twin_state *t = &p->twin[h];
    dg_state_unwind(p->state[h], 0);
    if (t->depth == 0)
        return;
    free(t->now.at);
    t->now = t->saved[0];
    for (unsigned i = 1; i < t->depth; i++)
        free(t->saved[i].at);
    t->depth = 0;
}

static void do_fork(state_player *p, size_t h)
{
    size_t to = pick(p, STATES);
    twin_state next;
    if (to == h)
        return;
    close_all(p, h);
    check_root(p, h);
    dg_state_free(p->state[to]);
    p->state[to] = dg_state_fork(p->state[h]);
    assert(p->state[to]);
    next = twin_state_next(&p->twin[h]);
    twin_state_clear(&p->twin[to]);
    p->twin[to] = next;
}

static void do_begin_block(state_player *p, size_t h)
{
    twin_state next;
    close_all(p, h);
    check_root(p, h);
    dg_state_begin_block(p->state[h]);
    next = twin_state_next(&p->twin[h]);
    twin_state_clear(&p->twin[h]);
    p->twin[h] = next;
}

static void do_version(state_player *p, size_t h)
{
    p->twin[h].version = pick(p, 2);
    dg_state_set_version(p->state[h], p->twin[h].version);
    assert(dg_state_version(p->state[h]) == p->twin[h].version);
}

static void compare_all(state_player *p, size_t h)
{
    for (unsigned c = 0; c < CHILDREN; c++) {
        twin all = merged(&p->twin[h], c);
        dg_state_iter it;
        dg_bytes key, value;
        size_t i = 0;
        dg_code rc = dg_state_iter_init(&it, p->state[h], name_of(c), (dg_bytes){ NULL, 0 }, NULL);
        assert(rc == DG_OK);
        for (; (rc = dg_state_iter_next(&it, &key, &value, NULL)) == DG_OK; i++) {
            dg_bytes same;
            assert(i < all.len);
            assert(dg_bytes_equal(key, twin_key(&all.at[i])));
            assert(dg_bytes_equal(value, twin_value(&all.at[i])));
            rc = dg_state_get(p->state[h], &same, name_of(c), key, NULL);
            assert(rc == DG_OK && dg_bytes_equal(same, value));
        }
        assert(rc == DG_END);
        assert(i == all.len);
        dg_state_iter_clear(&it);
        twin_clear(&all);
    }
}

static void (*const deeds[16])(state_player *p, size_t h) = {
    do_put,  do_put,   do_put, do_put,  do_delete,     do_append, do_clear_prefix, do_clear_prefix,
    do_next, do_begin, do_end, do_root, do_child_root, do_fork,   do_begin_block,  do_version,
};

size_t state_play(const uint8_t *bytes, size_t size)
{
    state_player p = { .draw = { .at = bytes, .end = bytes + size } };
    dg_trie_stats stats;
    size_t count = 0;
    for (size_t h = 0; h < STATES; h++) {
        p.state[h] = dg_state_empty();
        assert(p.state[h]);
    }
    for (; p.draw.at < p.draw.end; count++) {
        unsigned deed = pick(&p, 16);
        size_t h = pick(&p, STATES);
        deeds[deed](&p, h);
        dg_state_verify(p.state[h]);
        compare_all(&p, h);
    }
    for (size_t h = 0; h < STATES; h++) {
        check_root(&p, h);
        dg_state_free(p.state[h]);
        twin_state_clear(&p.twin[h]);
    }
    stats = dg_trie_stats_get();
    assert(stats.nodes_live == 0);
    assert(stats.bytes_live == 0);
    return count;
}
