/* preflight.h - what can be said of N over N-1's state before any block is built.
 *
 *   dg_preflight         compares two runtimes over one state: findings as JSON
 *   dg_preflight_exit    does a finding forbid enactment, or could that not be known?
 *   dg_preflight_text    the findings for people
 *
 * Everything is read from the blobs, their metadata and the state; the one thing
 * that is executed is N's Core_initialize_block over a throw-away fork (its
 * migrations run there), so that what a migration repairs is distinguished from what stays
 * broken. What cannot be known this way is listed and counted, never passed over.
 *
 * A finding: {"id", "severity": "fail" | "warn" | "note", "subject", "old", "new",
 * "says"}; findings are sorted by severity, then id, then subject. */
#ifndef DG_PREFLIGHT_H
#define DG_PREFLIGHT_H

#include <jansson.h>

#include "base/base.h"
#include "host/host.h"
#include "protocol/protocol.h"
#include "snapshot/snapshot.h"

/* Seconds of computing. The first block of real upgrades takes a thousandth of it;
 * one that takes more is of no use to a node. */
#define DG_PREFLIGHT_FUEL ((uint64_t)4000000000)

/* Nodes of one class that are to run N, and how many of a thousand they are. */
typedef struct dg_preflight_nodes {
    dg_node_class of;
    unsigned per_mille;
} dg_preflight_nodes;

typedef struct dg_preflight_input {
    dg_engine *engine;
    dg_snapshot *snapshot; /* the state N would meet */
    dg_runtime *from, *to; /* N-1 (the snapshot's own code, as a rule) and N */
    uint64_t fuel;         /* instructions that one call may take; 0: DG_PREFLIGHT_FUEL */
    /* who is to run N; NULL: nobody was named, and nothing is said of releases */
    const dg_preflight_nodes *nodes;
    size_t nodes_count;
} dg_preflight_input;

/* `*out` is owned by the caller: {"program", "chain", "from", "to", "findings", "unknown",
 * "undecided", "counts", "verdict": "pass" | "fail" | "unknown", "answer", "kinds"}. `answer`: the
 * five lines {"word", "says", "breaks", "why", "do", "when"}; `kinds`: by id what findings of it
 * are
 * {"about"}, and of those that can forbid enactment {"breaks", "remedy"}. DG_USAGE: both are one
 * blob; DG_IO from the snapshot; DG_NOMEM. A runtime that traps is a finding, not a failure. */
dg_code dg_preflight(json_t **out, const dg_preflight_input *input, dg_error *err);
/* DG_EXIT_BROKE: a finding forbids enactment; DG_EXIT_INCONCLUSIVE: none does, but what decides
 * could not be known ("undecided"); DG_EXIT_HELD. `preflight` is what dg_preflight gave. */
int dg_preflight_exit(const json_t *preflight);
/* Appends what a preflight says for people: the answer in five lines (GO, NO-GO or CANNOT SAY; what
 * breaks; why; what to do; when), and unless `brief` the findings, the gravest first. Failure: the
 * buffer's `rc`. */
void dg_preflight_text(dg_buf *out, const json_t *preflight, bool brief);

/* ---- one that was read from a file ---- */

/* Does it say that it is one? */
bool dg_preflight_is_document(const json_t *document);
/* Can this program read it? DG_MALFORMED; DG_UNSUPPORTED: of a later format, by number. */
dg_code dg_preflight_check(const json_t *document, dg_error *err);

#endif
