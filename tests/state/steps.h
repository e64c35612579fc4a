/* steps.h - the small steps that the tests of this room are made of. */
#ifndef DG_TESTS_STATE_STEPS_H
#define DG_TESTS_STATE_STEPS_H

#include <string.h>

#include "../support/suite.h"
#include "state/state.h"

static const dg_bytes TOP = { NULL, 0 }, START = { NULL, 0 };
#define NO_LIMIT UINT32_MAX

static inline void put(dg_state *s, dg_bytes child, const char *key, const char *value)
{
    ck_assert_int_eq(dg_state_put(s, child, dg_text(key), dg_text(value), NULL), DG_OK);
}

static inline void assert_value(dg_state *s, dg_bytes child, dg_bytes key, dg_bytes want)
{
    dg_bytes got;
    ck_assert_int_eq(dg_state_get(s, &got, child, key, NULL), DG_OK);
    assert_bytes(got, want, "value");
}

static inline void assert_absent(dg_state *s, dg_bytes child, const char *key)
{
    dg_bytes got;
    ck_assert_int_eq(dg_state_get(s, &got, child, dg_text(key), NULL), DG_ABSENT);
}

static inline void nothing_left(void)
{
    ck_assert_uint_eq(dg_trie_stats_get().nodes_live, 0);
    ck_assert_uint_eq(dg_trie_stats_get().bytes_live, 0);
}

#endif
