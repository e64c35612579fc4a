/* population.h - a forked state with more validators and parachains than it had.
 *
 *   grow      dg_population_grow(chain)     a state with V validators and P parachains
 *   amend     dg_population_amend(chain)    a state with values of the user's own
 *   hand out  dg_population_dev_keys(chain) a genesis that real nodes start on
 *   use       dg_chain_options.state, dg_state_free
 *   look      dg_population_claims(chain)   parachains with a claim on a core
 *
 * What a state holds stays (but where a genesis is built anew); what is missing to V and P is added
 * under keys and ids that follow from an index alone. All is written by the names and types of the
 * metadata of the runtime at hand, so that the runtime itself seats the new ones, at
 * its next session boundary, as it would seat any others.
 *
 * Invariant: the same state and the same numbers give the same state. */
#ifndef DG_POPULATION_H
#define DG_POPULATION_H

#include "base/base.h"
#include "chain/chain.h"

enum { DG_POPULATION_VALIDATORS_MAX = 10000, DG_POPULATION_PARACHAINS_MAX = 1000 };

/* Validators of a session's whole set, of which para validators may be a part, and registered
 * parachains, whether they have a core or not. */
typedef struct dg_population {
    uint32_t validators, parachains;
} dg_population;

/* "300x50": validators and parachains. DG_USAGE: not so written, none, more than the greatest
 * numbers above, or more parachains than validators (each needs a backing group). */
dg_code dg_population_parse(dg_population *out, const char *text, dg_error *err);

/* What came of growing: `from` is what the state had, `to` what it has now, or will have from the
 * session on in which the runtime seats the new ones. */
typedef struct dg_growth {
    dg_population from, to;
    dg_state *state; /* owned by the caller */
    uint32_t writes; /* storage items written */
    char how[400];   /* in words, for the report */
} dg_growth;

typedef enum dg_growth_by {
    DG_GROWTH_WRITES, /* added to the state by the metadata's names */
    DG_GROWTH_GENESIS /* a genesis of the runtime's own builder, in place of one */
} dg_growth_by;

/* Over the state of the chain's root. DG_USAGE: a genesis for a block that is none; fewer than
 * there are; DG_UNSUPPORTED: a runtime without sessions or parachains, or session keys that nobody
 * knows how to make, or a genesis builder that is not there or refuses; DG_NOMEM. `wanted` is as
 * dg_population_parse lets it pass. */
dg_code dg_population_grow(dg_growth *out, dg_chain *chain, const dg_population *wanted,
                           dg_growth_by by, dg_error *err);

/* parachains; with a claim on a core */
typedef struct dg_population_claimed {
    uint32_t registered, claimed;
} dg_population_claimed;
/* Of the state of the chain's root. DG_ABSENT: a runtime without parachains; DG_MALFORMED. */
dg_code dg_population_claims(dg_population_claimed *out, dg_chain *chain, dg_error *err);

/* The state of the chain's root with `count` (1 and more) validators of the development phrase in
 * place of all others, as a genesis that real nodes can start on: authority sets of BABE, GRANDPA,
 * BEEFY and discovery, session keys and their owners, the session of the parachains. Block numbers,
 * slots and what was under way are forgotten; eras stand still. `out` is owned by the caller;
 * `writes`: storage items written. DG_UNSUPPORTED: a runtime without sessions or without BABE, or a
 * session key of another kind; DG_NOMEM; codes of the state. */
dg_code dg_population_dev_keys(dg_state **out, uint32_t *writes, dg_chain *chain, uint32_t count,
                               dg_error *err);
enum { DG_POPULATION_DEV_NAME = 24 };
/* Name of the node that has the keys of validator `index`: "alice", as in `polkadot --alice`; from
 * the ninth on "validator-8", whose keys are those of //Validator-8. */
void dg_population_dev_name(char out[DG_POPULATION_DEV_NAME], uint32_t index);

/* A key as "0x.." or "Pallet.Item" (a plain value), and its value: "0x.." for bytes as
 * they are stored, any other JSON by the type of the item, null to delete. `state` is
 * written to. DG_USAGE: no such item, a map, a value that does not fit. */
dg_code dg_population_amend(dg_state *state, dg_chain *chain, const char *key, const json_t *value,
                            dg_error *err);

#endif
