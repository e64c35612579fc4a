/* walk.c - from the state root down: what a node names by hash and is not here is asked for by the
 * key that leads to it, and what is here is looked into. The answer is a proof, in which each thing
 * that was asked for must lie under its own hash: so each piece is verified when it arrives.
 *
 * Of what waits, the leftmost is asked for first, so that what is asked for together lies together,
 * and the nodes above it come once. */
#include "fetch/fetch_impl.h"

#include <assert.h>
#include <string.h>

enum {
    GROUP_FIRST = 64,
    GROUP_MAX = 1024,       /* keys in one question */
    ANSWER_WANTED = 600000, /* bytes of an answer, about */
    UNDER_WAY = 8,          /* questions for each endpoint */
    KEYS_FREE = 8           /* a question has at least so many, if there are */
};

static const char child_prefix[] = ":child_storage:default:";

/* A thing that is named by its hash. `path`: nibbles from the root of its trie, one a byte. */
typedef struct spot {
    struct spot *next;
    dg_hash hash;
    double share; /* of the state, for progress */
    uint32_t child, nibbles;
    bool is_value;
    uint8_t path[];
} spot;

typedef struct question {
    dg_rpc_call call;
    struct walk *walk;
    spot *spots; /* by `next` */
    size_t count;
    dg_fetch_proof proof;
    struct question *next;
} question;

typedef struct walk {
    dg_fetch_job *job;
    spot *ready, *wanted; /* stacks: the bytes are here; they are not */
    size_t wanted_count;
    question *idle;
    size_t under_way, group;
    double answer_per_spot; /* bytes, moving average */
    dg_buf *children;       /* keys of child tries with their prefix */
    size_t child_count, child_cap;
    const dg_fetch_proof *answer; /* what may hold more than was asked */
    const spot *at;               /* that is looked into */
    double share_each;
} walk;

/* ---- what is wanted ---- */

/* Whether a key that begins with this path may be one that is wanted. */
static bool is_near(const dg_buf *prefixes, const uint8_t *path, size_t nibbles)
{
    dg_scale in = dg_scale_from(dg_buf_bytes(prefixes));
    if (!prefixes->len)
        return true;
    while (dg_scale_left(&in)) {
        dg_bytes prefix = dg_scale_bytes(&in);
        size_t most = nibbles < 2 * prefix.len ? nibbles : 2 * prefix.len, i = 0;
        while (i < most && path[i] == (prefix.at[i / 2] >> (i & 1 ? 0 : 4) & 15))
            i++;
        if (i == most)
            return true;
    }
    return false;
}

static spot *spot_new(const walk *w, const dg_hash *hash, const uint8_t *tail, size_t tail_len,
                      bool is_value)
{
    size_t before = w->at ? w->at->nibbles : 0;
    spot *s = dg_malloc(sizeof *s + before + tail_len);
    if (!s)
        return NULL;
    *s = (spot){ .hash = *hash,
                 .share = w->share_each,
                 .child = w->at ? w->at->child : 0,
                 .nibbles = (uint32_t)(before + tail_len),
                 .is_value = is_value };
    if (before)
        memcpy(s->path, w->at->path, before);
    if (tail_len)
        memcpy(s->path + before, tail, tail_len);
    return s;
}

/* Takes the spot. What was walked already is not walked again. */
static dg_code add(walk *w, spot *s, dg_error *err)
{
    dg_fetch_journal *j = w->job->journal;
    dg_fetch_slot *slot;
    dg_bytes found;
    dg_code rc = DG_OK;
    if (!s || !(slot = dg_fetch_journal_slot(j, &s->hash))) {
        dg_free(s);
        return dg_fail(err, DG_NOMEM, "no memory for what is to be fetched");
    }
    if (slot->walked || (!s->child && !is_near(&w->job->prefixes, s->path, s->nibbles))) {
        w->job->now.done += s->share;
        dg_free(s);
        return DG_OK;
    }
    slot->walked = true;
    if (!slot->at && w->answer) {
        found = dg_fetch_proof_find(w->answer, &s->hash);
        if (found.at)
            rc = dg_fetch_journal_put(j, DG_FETCH_CONTENT, found, err);
        if (rc == DG_OK && found.at) {
            s->next = w->ready;
            w->ready = s;
            return DG_OK;
        }
    }
    if (rc == DG_OK && slot->at) {
        s->next = w->ready;
        w->ready = s;
        return DG_OK;
    }
    s->next = w->wanted;
    w->wanted = s;
    w->wanted_count++;
    return rc;
}

/* ---- looking into a node ---- */

static dg_code add_child_trie(walk *w, const uint8_t *key, size_t len, dg_bytes root, dg_error *err)
{
    const spot *at = w->at;
    dg_hash hash;
    spot *s;
    if (w->child_count == w->child_cap) {
        size_t cap = w->child_cap ? 2 * w->child_cap : 16;
        dg_buf *more = dg_realloc(w->children, cap * sizeof *more);
        if (!more || cap > DG_FETCH_CHILDREN_MAX)
            return dg_fail(err, DG_NOMEM, "no memory for %zu child tries", cap);
        w->children = more;
        w->child_cap = cap;
    }
    dg_buf_init(&w->children[w->child_count], DG_TRIE_KEY_MAX);
    dg_buf_put(&w->children[w->child_count++], key, len);
    memcpy(hash.at, root.at, 32);
    w->at = NULL;
    if ((s = spot_new(w, &hash, NULL, 0, false))) {
        s->child = (uint32_t)w->child_count;
        s->share = 0; /* the value that names it has it */
    }
    w->at = at;
    return add(w, s, err);
}

static dg_code look_at_value(walk *w, const dg_trie_spot *found, dg_error *err)
{
    size_t nibbles = w->at->nibbles + found->count, len = nibbles / 2;
    dg_code rc = DG_OK;
    uint8_t *key;
    w->job->now.keys++;
    if (w->at->child || found->bytes.len != 32 || len < sizeof child_prefix
        || !(key = dg_malloc(len)))
        return DG_OK;
    for (size_t i = 0; i < len; i++) {
        size_t a = 2 * i, b = a + 1, before = w->at->nibbles;
        unsigned high = a < before ? w->at->path[a] : found->nibbles[a - before];
        unsigned low = b < before ? w->at->path[b] : found->nibbles[b - before];
        key[i] = (uint8_t)(high << 4 | low);
    }
    if (dg_bytes_begin(dg_bytes_of(key, len), dg_text(child_prefix))
        && !dg_hash_equal(&DG_TRIE_EMPTY_ROOT, (const dg_hash *)(const void *)found->bytes.at))
        rc = add_child_trie(w, key, len, found->bytes, err);
    dg_free(key);
    return rc;
}

static dg_code look_at(void *user, const dg_trie_spot *found, dg_error *err)
{
    walk *w = user;
    dg_hash hash;
    if (found->kind == DG_TRIE_SPOT_VALUE) {
        w->job->now.done += w->share_each;
        return look_at_value(w, found, err);
    }
    memcpy(hash.at, found->bytes.at, 32);
    return add(
        w, spot_new(w, &hash, found->nibbles, found->count, found->kind == DG_TRIE_SPOT_VALUE_HASH),
        err);
}

static dg_code count_spot(void *user, const dg_trie_spot *found, dg_error *err)
{
    (void)found;
    (void)err;
    ++*(size_t *)user;
    return DG_OK;
}

/* The stack turns what is pushed: it is turned back, so that the leftmost comes first. */
static void turn(spot **top, const spot *end)
{
    spot *turned = *top, *first = *top, *rest;
    if (first == end)
        return;
    rest = first->next;
    first->next = (spot *)(uintptr_t)end;
    while (rest != end) {
        spot *next = rest->next;
        rest->next = turned;
        turned = rest;
        rest = next;
    }
    *top = turned;
}

static dg_code look_into(walk *w, const spot *s, dg_error *err)
{
    const spot *ready = w->ready, *wanted = w->wanted;
    dg_bytes bytes;
    size_t count = 0;
    dg_buf copy;
    dg_code rc = dg_fetch_journal_load(w->job->journal, &bytes, &s->hash, err);
    if (rc == DG_OK && s->is_value) {
        w->job->now.keys++;
        w->job->now.done += s->share;
    }
    if (rc < 0 || s->is_value)
        return rc;
    /* Looking writes to the journal, which lends one content at a time. */
    dg_buf_init(&copy, bytes.len + 1);
    dg_buf_put_bytes(&copy, bytes);
    if ((rc = dg_buf_check(&copy, err, "trie node")) == DG_OK)
        rc = dg_trie_node_spots(dg_buf_bytes(&copy), count_spot, &count, err);
    w->at = s;
    w->share_each = count ? s->share / (double)count : 0;
    if (rc == DG_OK)
        rc = dg_trie_node_spots(dg_buf_bytes(&copy), look_at, w, err);
    w->at = NULL;
    turn(&w->ready, ready);
    turn(&w->wanted, wanted);
    dg_buf_clear(&copy);
    return rc == DG_MALFORMED ? dg_fail_within(err, DG_MALFORMED, "content %s of the state",
                                               dg_hash_short(&s->hash).text)
                              : rc;
}

static dg_code look_into_ready(walk *w, dg_error *err)
{
    dg_code rc = DG_OK;
    while (rc == DG_OK && w->ready) {
        spot *s = w->ready;
        w->ready = s->next;
        rc = look_into(w, s, err);
        dg_free(s);
    }
    return rc;
}

/* ---- asking ---- */

static json_t *key_json(const spot *s)
{
    size_t len = (s->nibbles + 1) / 2;
    uint8_t *key = dg_calloc(1, len + 1);
    json_t *text;
    if (!key)
        return NULL;
    for (size_t i = 0; i < s->nibbles; i++)
        key[i / 2] |= (uint8_t)(s->path[i] << (i & 1 ? 0 : 4));
    text = dg_fetch_hex_json(dg_bytes_of(key, len));
    dg_free(key);
    return text;
}

static dg_code check_proof(void *user, dg_rpc_call *call, dg_error *err)
{
    question *q = user;
    dg_code rc = dg_fetch_proof_read(&q->proof, call->result, &q->walk->job->pin->header.hash, err);
    for (const spot *s = q->spots; rc == DG_OK && s; s = s->next)
        if (!dg_fetch_proof_find(&q->proof, &s->hash).at)
            rc = dg_fail(err, DG_MISMATCH, "its proof lacks %s %s",
                         s->is_value ? "the value" : "the node", dg_hash_short(&s->hash).text);
    return rc;
}

static question *question_new(walk *w)
{
    question *q = w->idle;
    if (q) {
        w->idle = q->next;
        q->next = NULL;
        return q;
    }
    if ((q = dg_calloc(1, sizeof *q))) {
        q->walk = w;
        dg_fetch_proof_init(&q->proof);
    }
    return q;
}

static dg_code params_of(question *q, const walk *w, dg_error *err)
{
    json_t *params = json_array(), *keys = json_array();
    uint32_t child = q->spots->child;
    int bad = !params || !keys;
    for (const spot *s = q->spots; !bad && s; s = s->next)
        bad = json_array_append_new(keys, key_json(s));
    if (!bad && child)
        bad =
            json_array_append_new(params, dg_fetch_hex_json(dg_buf_bytes(&w->children[child - 1])));
    if (!bad)
        bad = json_array_append(params, keys);
    if (!bad)
        bad = json_array_append_new(params,
                                    dg_fetch_hex_json(dg_hash_bytes(&w->job->pin->header.hash)));
    json_decref(keys);
    if (bad) {
        json_decref(params);
        return dg_fail(err, DG_NOMEM, "no memory for a question");
    }
    q->call = (dg_rpc_call){ .method = child ? "state_getChildReadProof" : "state_getReadProof",
                             .params = params,
                             .check = check_proof,
                             .user = q };
    return DG_OK;
}

/* Gives the spots back to those that are wanted, leftmost on top. */
static void give_back(walk *w, question *q)
{
    spot *list = q->spots, **end = &list;
    while (*end)
        end = &(*end)->next;
    *end = w->wanted;
    w->wanted = list;
    w->wanted_count += q->count;
    q->spots = NULL;
    q->count = 0;
}

static dg_code ask(walk *w, size_t most, dg_error *err)
{
    question *q = question_new(w);
    spot **end;
    dg_code rc;
    if (!q)
        return dg_fail(err, DG_NOMEM, "no memory for a question");
    q->spots = NULL;
    q->count = 0;
    end = &q->spots;
    while (w->wanted && q->count < most && (!q->spots || w->wanted->child == q->spots->child)) {
        spot *s = w->wanted;
        w->wanted = s->next;
        w->wanted_count--;
        s->next = NULL;
        *end = s;
        end = &s->next;
        q->count++;
    }
    if ((rc = params_of(q, w, err)) < 0) {
        give_back(w, q);
        q->next = w->idle;
        w->idle = q;
        return rc;
    }
    dg_rpc_start(w->job->rpc, &q->call);
    w->under_way++;
    return DG_OK;
}

static dg_code ask_all(walk *w, dg_error *err)
{
    size_t most = (size_t)UNDER_WAY * dg_rpc_endpoint_alive(w->job->rpc);
    dg_code rc = DG_OK;
    while (rc == DG_OK && w->wanted && w->under_way < most) {
        size_t each = w->wanted_count / (most - w->under_way) + 1;
        each = each < KEYS_FREE ? KEYS_FREE : each;
        rc = ask(w, each < w->group ? each : w->group, err);
    }
    return rc;
}

/* ---- answers ---- */

static dg_code accept_proof(walk *w, question *q, dg_error *err)
{
    dg_fetch_journal *j = w->job->journal;
    const dg_fetch_slot *slot;
    dg_code rc = DG_OK;
    double wide = (double)q->proof.bytes.len / (double)q->count, fit;
    w->answer_per_spot = w->answer_per_spot > 0 ? (w->answer_per_spot * 7 + wide) / 8 : wide;
    fit = ANSWER_WANTED / (w->answer_per_spot + 1);
    w->group = fit > GROUP_MAX ? GROUP_MAX : fit < 1 ? 1 : (size_t)fit;
    w->answer = &q->proof;
    while (rc == DG_OK && q->spots) {
        spot *s = q->spots;
        q->spots = s->next;
        slot = dg_fetch_journal_slot(j, &s->hash);
        assert(slot); /* it was made when the spot was added */
        if (!slot->at)
            rc = dg_fetch_journal_put(j, DG_FETCH_CONTENT, dg_fetch_proof_find(&q->proof, &s->hash),
                                      err);
        if (rc == DG_OK)
            rc = look_into(w, s, err);
        dg_free(s);
        if (rc == DG_OK)
            rc = look_into_ready(w, err);
    }
    w->answer = NULL;
    return rc;
}

static dg_code take(walk *w, question *q, dg_error *err)
{
    dg_code rc = q->call.code;
    w->under_way--;
    if (rc == DG_OK) {
        rc = accept_proof(w, q, err);
    } else if (rc == DG_LIMIT && q->count > 1) {
        w->group = q->count / 2;
        w->answer_per_spot = (double)ANSWER_WANTED / (double)w->group;
        give_back(w, q);
        rc = DG_OK;
    } else if (err) {
        *err = q->call.err;
    }
    dg_rpc_call_clear(&q->call);
    while (q->spots) {
        spot *s = q->spots;
        q->spots = s->next;
        dg_free(s);
    }
    q->next = w->idle;
    w->idle = q;
    w->job->now.bytes = w->job->journal->bytes;
    if (w->job->options->progress)
        w->job->options->progress(w->job->options->user, &w->job->now);
    return rc;
}

static void clear(walk *w)
{
    spot *lists[] = { w->ready, w->wanted };
    for (int i = 0; i < 2; i++)
        while (lists[i]) {
            spot *next = lists[i]->next;
            dg_free(lists[i]);
            lists[i] = next;
        }
    while (w->idle) {
        question *next = w->idle->next;
        dg_fetch_proof_clear(&w->idle->proof);
        dg_free(w->idle);
        w->idle = next;
    }
    for (size_t i = 0; i < w->child_count; i++)
        dg_buf_clear(&w->children[i]);
    dg_free(w->children);
}

/* What is still under way is waited for: its answers are kept by nobody. */
static void drain(walk *w)
{
    dg_rpc_call *call;
    while (w->under_way && dg_rpc_wait(w->job->rpc, &call, NULL) == DG_OK) {
        question *q = call->user;
        w->under_way--;
        dg_rpc_call_clear(&q->call);
        give_back(w, q);
        q->next = w->idle;
        w->idle = q;
    }
}

dg_code dg_fetch_walk(dg_fetch_job *job, dg_error *err)
{
    walk w = { .job = job, .group = GROUP_FIRST, .share_each = 1 };
    dg_rpc_call *call;
    dg_code rc;
    for (size_t i = 0; i < job->journal->slot_cap; i++)
        job->journal->slots[i].walked = false;
    if (dg_hash_equal(&job->pin->header.state_root, &DG_TRIE_EMPTY_ROOT))
        return DG_OK;
    rc = add(&w, spot_new(&w, &job->pin->header.state_root, NULL, 0, false), err);
    if (rc == DG_OK)
        rc = look_into_ready(&w, err);
    while (rc == DG_OK && (w.wanted || w.under_way)) {
        if ((rc = ask_all(&w, err)) == DG_OK && (rc = dg_rpc_wait(job->rpc, &call, err)) == DG_OK)
            rc = take(&w, call->user, err);
    }
    assert(rc != DG_END);
    drain(&w);
    clear(&w);
    return rc;
}
