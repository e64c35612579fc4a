/* population_impl.h - shared inside the room only. */
#ifndef DG_POPULATION_IMPL_H
#define DG_POPULATION_IMPL_H

#include "population/population.h"

enum {
    DG_VALUE_MAX = 64 << 20,
    DG_PARA_VALIDATORS_MAX = 500 /* of a grown state, see dg_growth_configure */
};

/* A state that grows: read and written by the names of one metadata. */
typedef struct growth {
    const dg_meta *meta;
    dg_state *state;
    uint32_t number;     /* of its block */
    uint32_t validators; /* wanted */
    uint32_t writes;
} growth;

/* write.c. `keys`: of a map, as JSON array (borrowed); NULL of a plain value. */
bool dg_growth_has(const growth *g, const char *pallet, const char *item);
/* DG_OK; DG_ABSENT: no such item, or nothing is stored and it has no default. */
dg_code dg_growth_get(const growth *g, json_t **out, const char *pallet, const char *item,
                      const json_t *keys, dg_error *err);
/* Takes `value` (NULL: DG_NOMEM). DG_ABSENT: no such item. */
dg_code dg_growth_put(growth *g, const char *pallet, const char *item, const json_t *keys,
                      json_t *value, dg_error *err);
/* As put, for an item that not every runtime has. */
dg_code dg_growth_put_if(growth *g, const char *pallet, const char *item, const json_t *keys,
                         json_t *value, dg_error *err);
json_t *dg_growth_hex(dg_bytes bytes); /* "0x.."; NULL: no memory */

/* fresh.c */
/* Removes an item with all its keys; DG_OK where the runtime has none. */
dg_code dg_growth_clear(growth *g, const char *pallet, const char *item, dg_error *err);
/* What was a state of any block is the state of block #0 from here on. */
dg_code dg_growth_begin_anew(growth *g, dg_error *err);

/* validators.c, parachains.c: `added` more than there are */
dg_code dg_growth_validators(growth *g, uint32_t have, uint32_t added, dg_error *err);
dg_code dg_growth_parachains(growth *g, uint32_t have, uint32_t added, dg_error *err);

/* The type that a session key is owned under ("gran"), by its name; NULL: not known. */
const char *dg_growth_kind_of(const char *field);
/* A key of `field` ("stash" for the account) of the validator with this index, 32 or 33
 * bytes; false: of no size that is known. */
bool dg_growth_key(uint8_t out[33], const char *field, size_t size, uint32_t index);
/* Takes `config`: written as ActiveConfig with what it lacks for this many cores. Where
 * more validators are wanted than DG_PARA_VALIDATORS_MAX, so many take turns at parachains,
 * as on live networks of that size: the bitfields of more leave a candidate no room in a
 * block of most runtimes. */
dg_code dg_growth_configure(growth *g, json_t *config, uint32_t cores, dg_error *err);

/* ss58.c: for the first prefix */
void dg_growth_ss58(char out[80], dg_bytes key);

/* genesis.c: another state altogether in place of g->state */
dg_code dg_growth_build(growth *g, dg_runtime *runtime, const dg_population *wanted, dg_error *err);

#endif
