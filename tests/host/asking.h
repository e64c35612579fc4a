/* asking.h - what tests of host functions share: a state for each, the names of the
 * functions asked most, and a run that must be refused. */
#ifndef DG_TESTS_HOST_ASKING_H
#define DG_TESTS_HOST_ASKING_H

#include <string.h>

#include "model_corpus.h"
#include "model_guest.h"

#define SET "ext_storage_set_version_1", "PP:"
#define GET "ext_storage_get_version_1", "P:P"
#define EXISTS "ext_storage_exists_version_1", "P:i"
#define START "ext_storage_start_transaction_version_1", ":", NO_ARGS
#define COMMIT "ext_storage_commit_transaction_version_1", ":", NO_ARGS
#define ROLLBACK "ext_storage_rollback_transaction_version_1", ":", NO_ARGS
#define CHILD(name) "ext_default_child_storage_" name

static dg_state *state; /* of one test */

static inline void open_state(void)
{
    state = dg_state_empty();
    ck_assert_ptr_nonnull(state);
}

static inline void close_state(void)
{
    dg_state_free(state);
}

static inline dg_bytes got(const char *key)
{
    dg_bytes value = { 0 };
    ck_assert_int_ge(dg_state_get(state, &value, (dg_bytes){ 0 }, dg_text(key), NULL), 0);
    return value;
}

/* The run must end in `rc` with these words. */
static inline void refused(asker *g, dg_code rc, const char *says)
{
    dg_error err;
    ck_assert_int_eq(guest_run(g, state, &err), rc);
    ck_assert_msg(strstr(err.text, says) != NULL, "%s", err.text);
    guest_end(g);
}

/* Three keys of the parent state and one written in this call. */
static inline void three_keys(void)
{
    dg_state *parent = state;
    static const char *const keys[] = { "p1", "p2", "p3" };
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(
            dg_state_put(parent, (dg_bytes){ 0 }, dg_text(keys[i]), dg_text("v"), NULL), DG_OK);
        ck_assert_int_eq(dg_state_put(parent, dg_text("c"), dg_text(keys[i]), dg_text("v"), NULL),
                         DG_OK);
    }
    state = dg_state_fork(parent);
    dg_state_free(parent);
}

#endif
