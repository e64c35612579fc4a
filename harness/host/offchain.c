/* offchain.c - ext_offchain_*: refused inside blocks and runtime-API calls;
 * an offchain worker gets stand-ins that answer the same in every run: no network,
 * time zero, chance from a named stream, storage for the length of the call. */
#include "host/host_impl.h"

#include <assert.h>
#include <string.h>

enum { LOCAL_MAX = 64 << 20 };

dg_code dg_host_offchain_allowed(const dg_host *h, bool query_too, const char *what, dg_error *err)
{
    if (h->options.context == DG_HOST_CONTEXT_OFFCHAIN
        || (query_too && h->options.context == DG_HOST_CONTEXT_QUERY))
        return DG_OK;
    return dg_fail(err, DG_TRAP, "%s cannot be used here, but only by an offchain worker%s", what,
                   query_too ? " or a runtime-API call" : "");
}

dg_code dg_host_offchain_open(dg_host *h, dg_host_offchain **out, dg_error *err)
{
    if (!h->offchain) {
        h->offchain = dg_calloc(1, sizeof *h->offchain);
        if (!h->offchain)
            return dg_fail(err, DG_NOMEM, "no memory for the keystore");
        dg_arena_init(&h->offchain->arena, LOCAL_MAX);
        h->offchain->chance = dg_rng_fork(0, "offchain", 0, 0);
    }
    *out = h->offchain;
    return DG_OK;
}

void dg_host_offchain_free(dg_host_offchain *offchain)
{
    if (!offchain)
        return;
    dg_arena_clear(&offchain->arena);
    dg_free(offchain->items);
    dg_free(offchain);
}

static dg_code worker(dg_guest *guest, dg_host_offchain **o, dg_error *err)
{
    dg_host *h = dg_host_of(guest);
    dg_code rc = dg_host_offchain_allowed(h, false, "an offchain function", err);
    return rc < 0 ? rc : dg_host_offchain_open(h, o, err);
}

/* ---- the world outside ---- */

static dg_code is_validator(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host_offchain *o;
    (void)arg;
    *ret = 1;
    return worker(guest, &o, err);
}

static dg_code fixed_answer(dg_guest *guest, uint64_t *ret, dg_bytes answer, dg_error *err)
{
    dg_host_offchain *o;
    dg_code rc = worker(guest, &o, err);
    return rc < 0 ? rc : dg_host_lower(guest, ret, answer, err);
}

/* Taken and dropped: there is no pool behind it. */
static dg_code submit_transaction(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                  dg_error *err)
{
    static const uint8_t ok[1] = { 0 };
    (void)arg;
    return fixed_answer(guest, ret, DG_BYTES_OF(ok), err);
}

static dg_code submit_transaction_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                    dg_error *err)
{
    dg_host_offchain *o;
    (void)arg;
    *ret = 0;
    return worker(guest, &o, err);
}

/* Ok: no peer id, no addresses. */
static dg_code network_state(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    static const uint8_t state[3] = { 0, 0, 0 };
    (void)arg;
    return fixed_answer(guest, ret, DG_BYTES_OF(state), err);
}

static dg_code timestamp(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host_offchain *o;
    (void)arg;
    *ret = 0;
    return worker(guest, &o, err);
}

static dg_code random_seed(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    uint8_t seed[32];
    dg_host_offchain *o;
    dg_code rc = worker(guest, &o, err);
    (void)arg;
    if (rc < 0)
        return rc;
    dg_rng_bytes(&o->chance, seed, sizeof seed);
    return dg_host_lower_at(guest, ret, DG_BYTES_OF(seed), err);
}

static dg_code random_seed_2(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    uint8_t seed[32];
    dg_host_offchain *o;
    dg_code rc = worker(guest, &o, err);
    (void)ret;
    if (rc < 0)
        return rc;
    dg_rng_bytes(&o->chance, seed, sizeof seed);
    return dg_host_put_into(guest, (uint32_t)arg[0] | (uint64_t)32 << 32, DG_BYTES_OF(seed), err);
}

static dg_code nothing(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host_offchain *o;
    (void)arg, (void)ret;
    return worker(guest, &o, err);
}

/* ---- http: every request fails as without a network ---- */

static dg_code http_unit(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    static const uint8_t failed[1] = { 1 }; /* Err(()) */
    (void)arg;
    return fixed_answer(guest, ret, DG_BYTES_OF(failed), err);
}

static dg_code http_error(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    static const uint8_t failed[2] = { 1, 1 }; /* Err(IoError) */
    (void)arg;
    return fixed_answer(guest, ret, DG_BYTES_OF(failed), err);
}

static dg_code http_none(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    static const uint8_t empty[1] = { 0 }; /* of headers, of statuses */
    (void)arg;
    return fixed_answer(guest, ret, DG_BYTES_OF(empty), err);
}

/* ---- local storage ---- */

static dg_host_item *find(const dg_host_offchain *o, bool local, dg_bytes key)
{
    for (size_t i = 0; i < o->item_count; i++)
        if (o->items[i].key.at && o->items[i].local == local
            && dg_bytes_equal(o->items[i].key, key))
            return &o->items[i];
    return NULL;
}

static dg_code keep(dg_host_offchain *o, bool local, dg_bytes key, dg_bytes value, dg_error *err)
{
    dg_host_item *item = find(o, local, key);
    dg_bytes copy = dg_arena_copy(&o->arena, value);
    assert(o->item_count <= o->item_cap);
    if (!item) {
        dg_bytes name = dg_arena_copy(&o->arena, key);
        if (o->item_count == o->item_cap) {
            size_t cap = o->item_cap ? 2 * o->item_cap : 16;
            dg_host_item *more = dg_realloc(o->items, cap * sizeof *more);
            if (!more)
                return dg_fail(err, DG_NOMEM, "no memory for offchain storage");
            o->items = more;
            o->item_cap = cap;
        }
        if (!name.at || !copy.at)
            return dg_fail(err, DG_LIMIT, "offchain storage exceeded %d bytes", (int)LOCAL_MAX);
        o->items[o->item_count++] = (dg_host_item){ local, name, copy };
        return DG_OK;
    }
    if (!copy.at)
        return dg_fail(err, DG_LIMIT, "offchain storage exceeded %d bytes", (int)LOCAL_MAX);
    item->value = copy;
    return DG_OK;
}

static dg_code open_local(dg_guest *guest, dg_host_offchain **o, dg_bytes *in, const uint64_t *arg,
                          size_t count, dg_error *err)
{
    dg_code rc = worker(guest, o, err);
    if (rc == DG_OK && arg[0] > 1)
        return dg_fail(err, DG_TRAP, "offchain storage kind %llu does not exist",
                       (unsigned long long)arg[0]);
    return rc < 0 ? rc : dg_host_lift(guest, in, arg + 1, count, err);
}

static dg_code local_set(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host_offchain *o;
    dg_bytes in[2];
    dg_code rc = open_local(guest, &o, in, arg, 2, err);
    (void)ret;
    return rc < 0 ? rc : keep(o, arg[0] == 1, in[0], in[1], err);
}

static dg_code local_clear(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host_offchain *o;
    dg_bytes key;
    dg_host_item *item;
    dg_code rc = open_local(guest, &o, &key, arg, 1, err);
    (void)ret;
    if (rc == DG_OK && (item = find(o, arg[0] == 1, key)))
        item->key = (dg_bytes){ 0 };
    return rc;
}

static dg_code local_compare_and_set(dg_guest *guest, const uint64_t *arg, uint64_t *ret,
                                     dg_error *err)
{
    dg_host_offchain *o;
    dg_bytes in[3], old;
    dg_host_item *item;
    dg_code rc = open_local(guest, &o, in, arg, 3, err);
    if (rc < 0 || (rc = dg_host_lift_option(&old, in[1], err)) < 0)
        return rc;
    item = find(o, arg[0] == 1, in[0]);
    *ret = item ? old.at && dg_bytes_equal(item->value, old) : !old.at;
    return *ret ? keep(o, arg[0] == 1, in[0], in[2], err) : DG_OK;
}

static dg_code local_get(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host_offchain *o;
    dg_bytes key;
    dg_host_item *item;
    dg_code rc = open_local(guest, &o, &key, arg, 1, err);
    if (rc < 0)
        return rc;
    item = find(o, arg[0] == 1, key);
    return dg_host_lower_option(guest, ret, item ? &item->value : NULL, err);
}

/* arg: kind, key, buffer, offset; the length left or -1. */
static dg_code local_read(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    dg_host_offchain *o;
    dg_bytes key;
    dg_host_item *item;
    size_t from;
    dg_code rc = open_local(guest, &o, &key, arg, 1, err);
    if (rc < 0)
        return rc;
    item = find(o, arg[0] == 1, key);
    *ret = UINT64_MAX;
    if (!item)
        return DG_OK;
    from = arg[3] < item->value.len ? (size_t)arg[3] : item->value.len;
    *ret = item->value.len - from;
    return dg_host_put_if_fits(guest, arg[2], dg_bytes_of(item->value.at + from, *ret), err);
}

static const dg_import rows[] = {
    { "ext_offchain_is_validator_version_1", ":i", is_validator },
    { "ext_offchain_submit_transaction_version_1", "P:P", submit_transaction },
    { "ext_offchain_submit_transaction_version_2", "P:i", submit_transaction_2 },
    { "ext_offchain_network_state_version_1", ":P", network_state },
    { "ext_offchain_timestamp_version_1", ":l", timestamp },
    { "ext_offchain_sleep_until_version_1", "l:", nothing },
    { "ext_offchain_random_seed_version_1", ":p", random_seed },
    { "ext_offchain_random_seed_version_2", "p:", random_seed_2 },
    { "ext_offchain_local_storage_set_version_1", "iPP:", local_set },
    { "ext_offchain_local_storage_clear_version_1", "iP:", local_clear },
    { "ext_offchain_local_storage_compare_and_set_version_1", "iPPP:i", local_compare_and_set },
    { "ext_offchain_local_storage_get_version_1", "iP:P", local_get },
    { "ext_offchain_local_storage_read_version_1", "iPPi:l", local_read },
    { "ext_offchain_http_request_start_version_1", "PPP:P", http_unit },
    { "ext_offchain_http_request_add_header_version_1", "iPP:P", http_unit },
    { "ext_offchain_http_request_write_body_version_1", "iPP:P", http_error },
    { "ext_offchain_http_response_wait_version_1", "PP:P", http_none },
    { "ext_offchain_http_response_headers_version_1", "i:P", http_none },
    { "ext_offchain_http_response_read_body_version_1", "iPP:P", http_error },
    { "ext_offchain_set_authorized_nodes_version_1", "Pi:", nothing },
};
const dg_host_table dg_host_offchain_table = DG_HOST_TABLE_OF(rows);
