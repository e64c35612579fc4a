/* model_bands.h - what real nodes did, from tests/fidelity/bands.json. */
#ifndef DG_TESTS_NODE_BANDS_H
#define DG_TESTS_NODE_BANDS_H

#include "../support/model_net.h"

#include <jansson.h>

extern json_t *bands; /* between the two */
void open_bands(void);
void close_bands(void);

/* A number that is missing is a test without its figure: these abort. */
uint64_t number(const json_t *value);
uint64_t figure(const json_t *of, const char *name);
uint64_t figure_at(const json_t *of, const char *name, size_t i);

/* Links as quick as theirs; `latency` has to live as long. */
dg_sim_link loopback_link(dg_ns latency[2]);

/* Sessions turn on the slot, and at least one did. */
void check_sessions(const world *w);

#endif
