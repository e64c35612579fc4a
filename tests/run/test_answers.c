/* An answer of N that stays wrong is the cause of what breaks where a run in which N-1's code gives
 * it holds: N's blob with two exported functions in place of others, so that nothing else is new.
 */
#include "model_run.h"

#include <string.h>

#include "wasm/wasm.h"

static const char *const live = "fixtures/paseo-1009001-e10-40val-8paras.json.zst";

static uint32_t leb_at(const uint8_t *at, size_t *i)
{
    uint32_t out = 0, shift = 0;
    for (; at[*i] & 0x80; shift += 7)
        out |= (uint32_t)(at[(*i)++] & 0x7f) << shift;
    return out | (uint32_t)at[(*i)++] << shift;
}

/* The byte behind the name of an exported function, where its index is; 0: there is none. */
static size_t index_of(dg_bytes wasm, const char *name)
{
    size_t i = 8, len = strlen(name);
    while (i < wasm.len) {
        uint8_t id = wasm.at[i++];
        size_t size = leb_at(wasm.at, &i), end = i + size;
        uint32_t count = id == 7 ? leb_at(wasm.at, &i) : 0;
        for (uint32_t n = 0; n < count; n++) {
            size_t long_as = leb_at(wasm.at, &i), at = i;
            i += long_as + 1;
            if (long_as == len && memcmp(wasm.at + at, name, len) == 0)
                return i;
            leb_at(wasm.at, &i);
        }
        i = end;
    }
    return 0;
}

/* `name` becomes the function of `other`; indices of both are as long. */
static void give_answer_of(dg_buf *wasm, const char *name, const char *other)
{
    size_t to = index_of(dg_buf_bytes(wasm), name), from = index_of(dg_buf_bytes(wasm), other),
           end = to, end_other = from;
    ck_assert(to && from);
    leb_at(wasm->at, &end);
    leb_at(wasm->at, &end_other);
    ck_assert_uint_eq(end - to, end_other - from);
    memcpy(wasm->at + to, wasm->at + from, end - to);
}

/* The live code, where sessions have no rules and nobody is to be discovered. */
static const char *faulty(void)
{
    const char *path = scratch_path("faulty.wasm");
    dg_buf file, wasm;
    dg_error err = { .text = "" };
    dg_buf_init(&file, 1 << 26);
    dg_buf_init(&wasm, 1 << 26);
    if (dg_file_read(&file, code_file(live), &err) < 0
        || dg_blob_decode(&wasm, dg_buf_bytes(&file), &err) < 0)
        ck_abort_msg("%s", err.text);
    give_answer_of(&wasm, "ParachainHost_session_info",
                   "ParachainHost_candidate_pending_availability");
    give_answer_of(&wasm, "AuthorityDiscoveryApi_authorities", "ParachainHost_disputes");
    ck_assert_int_ge(dg_file_write(path, dg_buf_bytes(&wasm), &err), 0);
    dg_buf_clear(&file);
    dg_buf_clear(&wasm);
    return path;
}

/* Is what heals a claim the answer of that method? */
static bool blames(const json_t *o, const char *method, const char *claim)
{
    const json_t *cause, *one;
    size_t i, k;
    json_array_foreach(json_object_get(o, "causes"), i, cause)
    {
        if (!strstr(json_string_value(json_object_get(cause, "says")), method))
            continue;
        json_array_foreach(json_object_get(cause, "claims"), k,
                           one) if (strcmp(json_string_value(json_object_get(one, "claim")), claim)
                                    == 0) return true;
    }
    return false;
}

/* Code and storage are the live ones, and so are all other answers. */
static const char *const more[] = { "upgrade.how=override",
                                    "network.classes=[{\"class\":\"v1.18\",\"share\":1}]", NULL };

START_TEST(an_answer_that_stays_wrong_is_a_cause_of_what_it_breaks)
{
    json_t *o = explain_pair(live, faulty(), "boundary-8", more);
    ck_assert_str_eq(claim_status(o, "finality-lag"), "broke");
    ck_assert_msg(blames(o, "ParachainHost_session_info", "finality-lag"), "%s", causes_of(o));
    ck_assert_msg(!blames(o, "AuthorityDiscoveryApi_authorities", "finality-lag"), "%s",
                  causes_of(o));
    ck_assert_msg(any_advice(o, "make N answer ParachainHost_session_info as N-1 does"), "%s",
                  causes_of(o));
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("answers");
    TCase *tc = tcase_create("answers");
    tcase_add_test(tc, an_answer_that_stays_wrong_is_a_cause_of_what_it_breaks);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
