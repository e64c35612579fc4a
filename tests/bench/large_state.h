/* large_state.h - states as large as those of live chains, made of nothing.
 *
 * Keys and sizes are shaped as those of System.Account, Staking.Ledger, Staking.Nominators and
 * Assets.Account: under few prefixes, most assets' accounts under one asset, lists of nominations
 * from one to sixteen, and a few values of megabytes, as validation code is. All follows from an
 * index, so the same number of keys gives the same state. */
#ifndef DG_LARGE_STATE_H
#define DG_LARGE_STATE_H

#include "base/base.h"

typedef dg_code (*large_state_entry)(void *user, dg_bytes key, dg_bytes value, dg_error *err);
/* Hands out `keys` entries and, first, `:code` and the huge ones. */
dg_code large_state(uint64_t keys, large_state_entry each, void *user, dg_error *err);
/* The same as a raw chain spec at `path`. */
dg_code large_state_spec(const char *path, uint64_t keys, dg_error *err);

#endif
