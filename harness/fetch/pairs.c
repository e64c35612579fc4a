/* pairs.c - by pages of keys and their values, many ranges of keys at one time.
 *
 * A range is what lies above `lo` up to and with `hi`. Its pages come one after another, each with
 * the last key of the one before; where pages are left and questions are free, the rest of a range
 * is halved between its two ends, however unevenly keys lie there. */
#include "fetch/fetch_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_KEYS = 512, UNDER_WAY = 12, MID_BYTES = 8 };

static const char child_prefix[] = ":child_storage:default:";

typedef struct range {
    struct range *next;
    dg_buf child, lo, hi; /* hi empty: to the end */
} range;

/* A page of keys, or the values of one. */
typedef struct question {
    dg_rpc_call call;
    struct pairs *pairs;
    range *range;
    json_t *keys; /* of values; NULL: keys are asked for */
    struct question *next;
} question;

typedef struct pairs {
    dg_fetch_job *job;
    range *ranges; /* that wait */
    question *values, *idle;
    size_t under_way;
} pairs;

/* ---- ranges ---- */

static void range_free(range *r)
{
    if (!r)
        return;
    dg_buf_clear(&r->child);
    dg_buf_clear(&r->lo);
    dg_buf_clear(&r->hi);
    dg_free(r);
}

static range *range_new(dg_bytes child, dg_bytes lo, dg_bytes hi)
{
    range *r = dg_calloc(1, sizeof *r);
    if (!r)
        return NULL;
    dg_buf_init(&r->child, DG_TRIE_KEY_MAX);
    dg_buf_init(&r->lo, DG_TRIE_KEY_MAX);
    dg_buf_init(&r->hi, DG_TRIE_KEY_MAX);
    dg_buf_put_bytes(&r->child, child);
    dg_buf_put_bytes(&r->lo, lo);
    dg_buf_put_bytes(&r->hi, hi);
    if (r->child.rc < 0 || r->lo.rc < 0 || r->hi.rc < 0) {
        range_free(r);
        return NULL;
    }
    return r;
}

static dg_code add_range(pairs *p, dg_bytes child, dg_bytes lo, dg_bytes hi, dg_error *err)
{
    range *r = range_new(child, lo, hi);
    if (!r)
        return dg_fail(err, DG_NOMEM, "no memory for a range of keys");
    r->next = p->ranges;
    p->ranges = r;
    return DG_OK;
}

/* A key between the two, by the first bytes in which they differ. False: there is none to be had.
 */
static bool middle(dg_buf *out, dg_bytes lo, dg_bytes hi)
{
    size_t same = 0;
    uint64_t a = 0, b = 0;
    uint8_t bytes[MID_BYTES];
    while (hi.len && same < lo.len && same < hi.len && lo.at[same] == hi.at[same])
        same++;
    for (size_t i = 0; i < MID_BYTES; i++) {
        a = a << 8 | (same + i < lo.len ? lo.at[same + i] : 0);
        b = b << 8 | (!hi.len ? 0xff : same + i < hi.len ? hi.at[same + i] : 0);
    }
    if (b <= a + 1)
        return false;
    a += (b - a) / 2;
    for (size_t i = 0; i < MID_BYTES; i++)
        bytes[i] = (uint8_t)(a >> 8 * (MID_BYTES - 1 - i));
    dg_buf_put(out, lo.at, same);
    dg_buf_put(out, bytes, MID_BYTES);
    return out->rc == DG_OK;
}

static dg_code halve(pairs *p, range *r, dg_error *err)
{
    dg_buf mid;
    dg_code rc = DG_OK;
    dg_buf_init(&mid, DG_TRIE_KEY_MAX + MID_BYTES);
    if (middle(&mid, dg_buf_bytes(&r->lo), dg_buf_bytes(&r->hi))) {
        rc = add_range(p, dg_buf_bytes(&r->child), dg_buf_bytes(&mid), dg_buf_bytes(&r->hi), err);
        dg_buf_reset(&r->hi);
        dg_buf_put_bytes(&r->hi, dg_buf_bytes(&mid));
    }
    dg_buf_clear(&mid);
    return rc;
}

/* ---- asking ---- */

static dg_code check(void *user, dg_rpc_call *call, dg_error *err)
{
    question *q = user;
    const dg_hash *at = &q->pairs->job->pin->header.hash;
    return q->keys
               ? dg_fetch_values_check(call->result, q->keys, q->range->child.len ? NULL : at, err)
               : dg_fetch_keys_check(call->result, dg_buf_bytes(&q->range->lo), PAGE_KEYS, err);
}

static dg_code start(pairs *p, range *r, json_t *keys, dg_error *err)
{
    question *q = p->idle;
    json_t *at = dg_fetch_hex_json(dg_hash_bytes(&p->job->pin->header.hash));
    json_t *params = json_array();
    int bad = !at || !params;
    if (q)
        p->idle = q->next;
    else
        q = dg_calloc(1, sizeof *q);
    if (!bad && r->child.len)
        bad = json_array_append_new(params, dg_fetch_hex_json(dg_buf_bytes(&r->child)));
    if (!bad && keys)
        bad = json_array_append(params, keys);
    if (!bad && !keys)
        bad = json_array_append_new(params, json_string("0x"))
              || json_array_append_new(params, json_integer(PAGE_KEYS))
              || json_array_append_new(params, r->lo.len ? dg_fetch_hex_json(dg_buf_bytes(&r->lo))
                                                         : json_null());
    if (!bad)
        bad = json_array_append(params, at);
    json_decref(at);
    if (bad || !q) {
        dg_free(q);
        json_decref(params);
        json_decref(keys);
        range_free(r);
        return dg_fail(err, DG_NOMEM, "no memory for a question");
    }
    *q = (question){ .pairs = p, .range = r, .keys = keys };
    q->call = (dg_rpc_call){ .params = params, .check = check, .user = q };
    q->call.method = !keys
                         ? (r->child.len ? "childstate_getKeysPaged" : "state_getKeysPaged")
                         : (r->child.len ? "childstate_getStorageEntries" : "state_queryStorageAt");
    dg_rpc_start(p->job->rpc, &q->call);
    p->under_way++;
    return DG_OK;
}

static void done_with(pairs *p, question *q)
{
    dg_rpc_call_clear(&q->call);
    json_decref(q->keys);
    range_free(q->range);
    q->keys = NULL;
    q->range = NULL;
    q->next = p->idle;
    p->idle = q;
}

/* ---- a page of keys ---- */

static dg_code hex_of(dg_buf *out, const json_t *text, dg_error *err)
{
    dg_buf_reset(out);
    return dg_fetch_hex(out, text, "key", err);
}

/* Keys beyond the range are those of another. */
static dg_code cut_keys(json_t *keys, dg_buf *last, const range *r, dg_error *err)
{
    dg_code rc = DG_OK;
    while (json_array_size(keys)) {
        size_t end = json_array_size(keys) - 1;
        if ((rc = hex_of(last, json_array_get(keys, end), err)) < 0)
            return rc;
        if (!r->hi.len || dg_bytes_compare(dg_buf_bytes(last), dg_buf_bytes(&r->hi)) <= 0)
            break;
        json_array_remove(keys, end);
    }
    return rc;
}

/* Nodes answer a question for no values with no answer: it is not asked. */
static dg_code put_nothing(const pairs *p, const range *r, dg_error *err)
{
    dg_buf page;
    dg_code rc;
    dg_buf_init(&page, 4 * (size_t)DG_TRIE_KEY_MAX);
    dg_scale_put_bytes(&page, dg_buf_bytes(&r->child));
    dg_scale_put_bytes(&page, dg_buf_bytes(&r->lo));
    dg_scale_put_bytes(&page, dg_buf_bytes(&r->hi));
    dg_scale_put_compact(&page, 0);
    if ((rc = dg_buf_check(&page, err, "page")) == DG_OK)
        rc = dg_fetch_journal_put(p->job->journal, DG_FETCH_PAGE, dg_buf_bytes(&page), err);
    dg_buf_clear(&page);
    return rc;
}

static dg_code take_keys(pairs *p, question *q, dg_error *err)
{
    range *r = q->range, *page;
    json_t *keys = json_incref(q->call.result);
    size_t came = json_array_size(keys);
    bool more;
    dg_buf last;
    dg_code rc;
    dg_buf_init(&last, DG_TRIE_KEY_MAX);
    rc = cut_keys(keys, &last, r, err);
    more = came == PAGE_KEYS && json_array_size(keys) == came;
    page = range_new(dg_buf_bytes(&r->child), dg_buf_bytes(&r->lo),
                     more ? dg_buf_bytes(&last) : dg_buf_bytes(&r->hi));
    if (rc == DG_OK && !page)
        rc = dg_fail(err, DG_NOMEM, "no memory for a page");
    if (rc == DG_OK && more) {
        rc = add_range(p, dg_buf_bytes(&r->child), dg_buf_bytes(&last), dg_buf_bytes(&r->hi), err);
        if (rc == DG_OK && p->under_way < UNDER_WAY * (size_t)dg_rpc_endpoint_alive(p->job->rpc))
            rc = halve(p, p->ranges, err);
    }
    dg_buf_clear(&last);
    if (rc == DG_OK && !json_array_size(keys))
        rc = put_nothing(p, page, err);
    if (rc < 0 || !json_array_size(keys)) {
        json_decref(keys);
        range_free(page);
        return rc;
    }
    return start(p, page, keys, err);
}

/* ---- values ---- */

static dg_code put_value(dg_buf *out, const json_t *text, dg_error *err)
{
    dg_buf bytes;
    dg_code rc;
    dg_buf_init(&bytes, DG_FETCH_CONTENT_MAX);
    if ((rc = dg_fetch_hex(&bytes, text, "value", err)) == DG_OK)
        dg_scale_put_bytes(out, dg_buf_bytes(&bytes));
    dg_buf_clear(&bytes);
    return rc;
}

static const json_t *value_of(const json_t *answer, const json_t *by_key, const json_t *keys,
                              size_t i)
{
    return by_key ? json_object_get(by_key, json_string_value(json_array_get(keys, i)))
                  : json_array_get(answer, i);
}

/* Values of the top trie come with their keys, in any order. */
static json_t *sort_out(const json_t *answer)
{
    const json_t *changes = json_object_get(json_array_get(answer, 0), "changes");
    json_t *by_key = json_object();
    for (size_t i = 0; by_key && i < json_array_size(changes); i++) {
        const json_t *pair = json_array_get(changes, i);
        if (json_object_set(by_key, json_string_value(json_array_get(pair, 0)),
                            json_array_get(pair, 1))
            != 0) {
            json_decref(by_key);
            return NULL;
        }
    }
    return by_key;
}

static dg_code add_child(pairs *p, dg_bytes key, dg_error *err)
{
    dg_scale_put_bytes(&p->job->children, key);
    return dg_buf_check(&p->job->children, err, "list of child tries");
}

static dg_code put_page(pairs *p, question *q, dg_error *err)
{
    bool top = !q->range->child.len;
    json_t *by_key = top ? sort_out(q->call.result) : NULL;
    size_t count = json_array_size(q->keys);
    dg_buf page, key;
    dg_code rc = DG_OK;
    if (top && !by_key)
        return dg_fail(err, DG_NOMEM, "no memory for values");
    dg_buf_init(&page, (size_t)DG_FETCH_CONTENT_MAX * 2);
    dg_buf_init(&key, DG_TRIE_KEY_MAX);
    dg_scale_put_bytes(&page, dg_buf_bytes(&q->range->child));
    dg_scale_put_bytes(&page, dg_buf_bytes(&q->range->lo));
    dg_scale_put_bytes(&page, dg_buf_bytes(&q->range->hi));
    dg_scale_put_compact(&page, count);
    for (size_t i = 0; rc == DG_OK && i < count; i++) {
        if ((rc = hex_of(&key, json_array_get(q->keys, i), err)) < 0)
            break;
        dg_scale_put_bytes(&page, dg_buf_bytes(&key));
        rc = put_value(&page, value_of(q->call.result, by_key, q->keys, i), err);
        if (rc == DG_OK && top && dg_bytes_begin(dg_buf_bytes(&key), dg_text(child_prefix))
            && (rc = add_child(p, dg_buf_bytes(&key), err)) == DG_OK)
            rc = add_range(p, dg_buf_bytes(&key), dg_bytes_of(NULL, 0), dg_bytes_of(NULL, 0), err);
    }
    if (rc == DG_OK && (rc = dg_buf_check(&page, err, "page")) == DG_OK)
        rc = dg_fetch_journal_put(p->job->journal, DG_FETCH_PAGE, dg_buf_bytes(&page), err);
    p->job->now.keys += count;
    dg_buf_clear(&page);
    dg_buf_clear(&key);
    json_decref(by_key);
    return rc;
}

/* Too many at once: the page becomes two. */
static dg_code split_page(pairs *p, question *q, dg_error *err)
{
    size_t count = json_array_size(q->keys), half = count / 2;
    json_t *low = json_array(), *high = json_array();
    range *a = NULL, *b = NULL;
    dg_buf mid;
    dg_code rc = low && high ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a page");
    dg_buf_init(&mid, DG_TRIE_KEY_MAX);
    for (size_t i = 0; rc == DG_OK && i < count; i++)
        if (json_array_append(i < half ? low : high, json_array_get(q->keys, i)) != 0)
            rc = dg_fail(err, DG_NOMEM, "no memory for a page");
    if (rc == DG_OK && (rc = hex_of(&mid, json_array_get(low, half - 1), err)) == DG_OK) {
        a = range_new(dg_buf_bytes(&q->range->child), dg_buf_bytes(&q->range->lo),
                      dg_buf_bytes(&mid));
        b = range_new(dg_buf_bytes(&q->range->child), dg_buf_bytes(&mid),
                      dg_buf_bytes(&q->range->hi));
        if (!a || !b)
            rc = dg_fail(err, DG_NOMEM, "no memory for a page");
    }
    dg_buf_clear(&mid);
    if (rc == DG_OK) {
        rc = start(p, a, low, err);
        a = NULL;
        low = NULL;
    }
    if (rc == DG_OK)
        return start(p, b, high, err);
    json_decref(low);
    json_decref(high);
    range_free(a);
    range_free(b);
    return rc;
}

/* ---- what is there from before ---- */

typedef struct covered {
    pairs *pairs;
    dg_buf list; /* dg_fetch_range, of bytes in `texts` */
    dg_arena texts;
} covered;

static int by_lo(const void *a, const void *b)
{
    const dg_fetch_range *x = a, *y = b;
    int order = dg_bytes_compare(x->child, y->child);
    return order ? order : dg_bytes_compare(x->lo, y->lo);
}

static dg_code note_child(void *user, const dg_fetch_range *of, dg_bytes key, dg_bytes value,
                          dg_error *err)
{
    covered *c = user;
    (void)value;
    c->pairs->job->now.keys++;
    return !of->child.len && dg_bytes_begin(key, dg_text(child_prefix))
               ? add_child(c->pairs, key, err)
               : DG_OK;
}

static dg_code read_pages(covered *c, dg_error *err)
{
    const dg_fetch_journal *j = c->pairs->job->journal;
    const dg_fetch_page *pages = (const dg_fetch_page *)(const void *)j->pages.at;
    dg_buf page;
    dg_code rc = DG_OK;
    dg_buf_init(&page, (size_t)DG_FETCH_CONTENT_MAX * 2);
    for (size_t i = 0; rc == DG_OK && i < j->pages.len / sizeof *pages; i++) {
        dg_fetch_range r;
        dg_buf_reset(&page);
        if ((rc = dg_fetch_journal_read(j, &page, pages[i].at, pages[i].len, err)) < 0
            || (rc = dg_fetch_page_read(&r, dg_buf_bytes(&page), note_child, c, err)) < 0)
            break;
        r.child = dg_arena_copy(&c->texts, r.child);
        r.lo = dg_arena_copy(&c->texts, r.lo);
        r.hi = dg_arena_copy(&c->texts, r.hi);
        dg_buf_put(&c->list, &r, sizeof r);
        rc = r.child.at && r.lo.at && r.hi.at ? dg_buf_check(&c->list, err, "list of pages")
                                              : dg_fail(err, DG_NOMEM, "no memory for pages");
    }
    dg_buf_clear(&page);
    return rc;
}

/* What lies between the pages of one trie. */
static dg_code add_gaps(covered *c, dg_bytes child, dg_error *err)
{
    const dg_fetch_range *list = (const dg_fetch_range *)(const void *)c->list.at;
    size_t count = c->list.len / sizeof *list;
    dg_bytes lo = { NULL, 0 };
    dg_code rc = DG_OK;
    for (size_t i = 0; rc == DG_OK && i < count; i++) {
        if (!dg_bytes_equal(list[i].child, child))
            continue;
        if (dg_bytes_compare(list[i].lo, lo) > 0)
            rc = add_range(c->pairs, child, lo, list[i].lo, err);
        if (!list[i].hi.len)
            return rc; /* to the end */
        if (dg_bytes_compare(list[i].hi, lo) > 0)
            lo = list[i].hi;
    }
    return rc < 0 ? rc : add_range(c->pairs, child, lo, dg_bytes_of(NULL, 0), err);
}

static dg_code go_on(pairs *p, dg_error *err)
{
    covered c = { .pairs = p };
    dg_code rc;
    dg_buf_init(&c.list, (size_t)1 << 34);
    dg_arena_init(&c.texts, (size_t)1 << 34);
    rc = read_pages(&c, err);
    if (rc == DG_OK && c.list.len)
        qsort(c.list.at, c.list.len / sizeof(dg_fetch_range), sizeof(dg_fetch_range), by_lo);
    if (rc == DG_OK)
        rc = add_gaps(&c, dg_bytes_of(NULL, 0), err);
    dg_scale in = dg_scale_from(dg_buf_bytes(&p->job->children));
    while (rc == DG_OK && dg_scale_left(&in))
        rc = add_gaps(&c, dg_scale_bytes(&in), err);
    dg_buf_clear(&c.list);
    dg_arena_clear(&c.texts);
    return rc;
}

/* ---- the loop ---- */

static dg_code take(pairs *p, question *q, dg_error *err)
{
    dg_code rc = q->call.code;
    p->under_way--;
    if (rc == DG_OK) {
        rc = q->keys ? put_page(p, q, err) : take_keys(p, q, err);
    } else if (rc == DG_LIMIT && q->keys && json_array_size(q->keys) > 1) {
        rc = split_page(p, q, err);
    } else if (err) {
        *err = q->call.err;
    }
    done_with(p, q);
    p->job->now.bytes = p->job->journal->bytes;
    if (p->job->options->progress)
        p->job->options->progress(p->job->options->user, &p->job->now);
    return rc;
}

static void clear(pairs *p)
{
    dg_rpc_call *call;
    while (p->under_way && dg_rpc_wait(p->job->rpc, &call, NULL) == DG_OK) {
        p->under_way--;
        done_with(p, call->user);
    }
    while (p->ranges) {
        range *next = p->ranges->next;
        range_free(p->ranges);
        p->ranges = next;
    }
    while (p->idle) {
        question *next = p->idle->next;
        dg_free(p->idle);
        p->idle = next;
    }
}

dg_code dg_fetch_pairs(dg_fetch_job *job, dg_error *err)
{
    pairs p = { .job = job };
    dg_rpc_call *call;
    dg_code rc;
    dg_buf_reset(&job->children);
    rc = go_on(&p, err);
    while (rc == DG_OK && (p.ranges || p.under_way)) {
        while (rc == DG_OK && p.ranges
               && p.under_way < UNDER_WAY * (size_t)dg_rpc_endpoint_alive(job->rpc)) {
            range *r = p.ranges;
            p.ranges = r->next;
            rc = start(&p, r, NULL, err);
        }
        if (rc == DG_OK && p.under_way && (rc = dg_rpc_wait(job->rpc, &call, err)) == DG_OK)
            rc = take(&p, call->user, err);
    }
    assert(rc != DG_END);
    clear(&p);
    return rc;
}
