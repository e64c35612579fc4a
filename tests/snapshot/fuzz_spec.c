/* Any bytes as a chain spec: never a crash, and the same answer however the
 * input is cut. What jansson takes for JSON, our reader must take for JSON too,
 * and the other way round. */
#include <assert.h>
#include <string.h>

#include "crypto/crypto.h"
#include "snapshot/snapshot_impl.h"

typedef struct feed {
    dg_bytes rest;
    size_t step;
} feed;

static dg_code fill(void *user, dg_bytes *chunk, dg_error *err)
{
    feed *f = user;
    size_t len = f->rest.len < f->step ? f->rest.len : f->step;
    (void)err;
    if (!len)
        return DG_END;
    *chunk = dg_bytes_of(f->rest.at, len);
    f->rest = dg_bytes_of(f->rest.at + len, f->rest.len - len);
    return DG_OK;
}

static void mix(dg_hash *sum, dg_bytes bytes)
{
    dg_hash one = dg_blake2_256(bytes);
    *sum = dg_blake2_256_two(dg_hash_bytes(sum), dg_hash_bytes(&one));
}

static dg_code entry(void *user, dg_bytes key, dg_bytes value, dg_error *err)
{
    (void)err;
    mix(user, key);
    mix(user, value);
    return DG_OK;
}

static dg_code child(void *user, dg_bytes name, bool begins, dg_error *err)
{
    (void)err;
    mix(user, dg_text(begins ? "begin" : "end"));
    mix(user, name);
    return DG_OK;
}

static dg_code read_cut(dg_bytes raw, size_t step, dg_hash *sum, dg_error *err)
{
    feed f = { raw, step };
    dg_snapshot_spec spec = { .user = sum, .entry = entry, .child = child };
    dg_snapshot_json json;
    dg_code rc;
    memset(sum, 0, sizeof *sum);
    dg_snapshot_json_init(&json, fill, &f, 4096, 1 << 20);
    rc = dg_snapshot_spec_read(&spec, &json, err);
    mix(sum, dg_text(spec.id));
    mix(sum, dg_text(spec.name));
    dg_snapshot_json_clear(&json);
    dg_snapshot_spec_clear(&spec);
    return rc;
}

static dg_code grammar(dg_bytes raw, dg_error *err)
{
    feed f = { raw, 7 };
    dg_snapshot_json json;
    dg_code rc;
    dg_snapshot_json_init(&json, fill, &f, 0, 0);
    rc = dg_snapshot_json_skip(&json, err);
    if (rc == DG_OK)
        rc = dg_snapshot_json_skip(&json, err);
    dg_snapshot_json_clear(&json);
    return rc;
}

static void compare_grammar(dg_bytes raw)
{
    json_error_t why = { 0 };
    if (raw.len && memchr(raw.at, 0, raw.len))
        return; /* jansson takes a zero byte for the end */
    json_t *theirs =
        json_loadb((const char *)raw.at, raw.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    dg_error err = { .text = "" };
    dg_code ours = grammar(raw, &err);
    enum json_error_code code = theirs ? json_error_unknown : json_error_code(&why);
    if (theirs)
        assert(ours == DG_OK || ours == DG_LIMIT || strstr(err.text, "nests deeper than 64"));
    else if (code != json_error_numeric_overflow && code != json_error_null_byte_in_key)
        assert(ours != DG_OK);
    json_decref(theirs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_bytes raw = dg_bytes_of(data, size);
    dg_error a = { 0 }, b = { 0 };
    dg_hash sums[2];
    dg_code rc[2] = { read_cut(raw, 1, &sums[0], &a), read_cut(raw, 1 << 16, &sums[1], &b) };
    assert(rc[0] == rc[1] && rc[0] <= 0);
    assert(dg_hash_equal(&sums[0], &sums[1]));
    assert(rc[0] == DG_OK || (strcmp(a.text, b.text) == 0 && a.text[0] && !strchr(a.text, '\n')));
    compare_grammar(raw);
    return 0;
}
