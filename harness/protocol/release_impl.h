/* release_impl.h - where each release stands in the table of release.c. */
#ifndef DG_PROTOCOL_RELEASE_IMPL_H
#define DG_PROTOCOL_RELEASE_IMPL_H

#include "protocol/protocol.h"

/* There is no v1.23; of v0.7 to v0.9.42 only the first is here, for what nodes of 2020 did. */
enum {
    V0_7,
    V0_9,
    V1_0,
    V1_1,
    V1_2,
    V1_3,
    V1_4,
    V1_5,
    V1_6,
    V1_7,
    V1_8,
    V1_9,
    V1_10,
    V1_11,
    V1_12,
    V1_13,
    V1_14,
    V1_15,
    V1_16,
    V1_17,
    V1_18,
    V1_19,
    V1_20,
    V1_21,
    V1_22,
    V1_24,
    V1_25,
    RELEASES
};
extern const dg_release dg_release_table[RELEASES];

/* agent.c: what a node says of itself, or a version alone: a release, or a row that has none.
 * False: neither is known. */
bool dg_agent_read(const dg_node_class **row, const dg_release **release, const char *text,
                   size_t len);

#endif
