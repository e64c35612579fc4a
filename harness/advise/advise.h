/* advise.h - when to enact, from runs with U at many places of a session, as one document.
 *
 *   make    dg_advise_make     of outcomes and sweeps
 *   after   dg_advise_exit     report.h has its words
 *
 * Invariant: a place is told as the runs with U there came out, the worst of them first; of a place
 * where no run was nothing is told but that. Nothing is read of a clock: time is slots. */
#ifndef DG_ADVISE_H
#define DG_ADVISE_H

#include <jansson.h>

#include "base/base.h"

/* A chain at the moment from which slots are counted. */
typedef struct dg_advise_chain {
    uint32_t block;         /* its newest */
    uint64_t next_slot;     /* the first slot that can have the block behind it */
    uint64_t next_boundary; /* first slot of the session to aim at; at or behind next_slot */
    uint32_t epoch_slots;
} dg_advise_chain;

/* Zeros: the usual, but for the miss rate. */
typedef struct dg_advise_options {
    double miss;       /* share of slots that stay empty, below 1; below 0: as control's did */
    bool miss_is_live; /* .. it was measured on the chain, and not given */
    const dg_advise_chain *chain; /* NULL: the block of the fork */
    uint32_t block; /* one to tell of, wherever it lands; behind the chain's newest; 0: none */
    uint32_t last;  /* blocks at a session's end that are told by themselves; 0: DG_ADVISE_LAST */
} dg_advise_options;

enum { DG_ADVISE_LAST = 5, DG_ADVISE_LAST_MAX = 1000 };

/* The document:
 *
 *   exit      0: there is a place that was run and held, 1: none of those that were run held,
 *             3: cannot say;  why  of 3: "chain-only" (no network was simulated), "nothing-judged"
 *   chain, from, to, how, pending, name   as the outcome has them
 *   repeated  runs that more than one document, or place in it, tells of: each counts once
 *   session   {slots, slot_ms};  last  blocks
 *   miss      {rate, from: "measured" in control, "given", "chain"; slots, empty, at_most}:
 * control's slots, and the rate that so few empty ones leave likely (one case in twenty); absent:
 *             nothing to measure
 *   ahead     {block, next_slot, boundary_slot, slots, first_block: {least, likeliest, most}}:
 *             where slots are counted from, the boundary that is aimed at, and the first block
 *             behind it in 95 of 100 cases; absent: not known, and no `aim` either
 *   not_done  cells without an outcome
 *   cases     what differs in more than seed and place (nodes, N, size), the first one advised on:
 *     values    of the sweep's other axes
 *     exit      as above, of this case
 *     runs, held, broke, open    runs: how many; open: not decided
 *     safe      [{from, to}] slots of a session, from 0, where every run held
 *     not_run   [{from, to}] .. where none was
 *     windows   [{where: "first" block of a session, "last" blocks of one, "between"; runs, held,
 *               broke, open, not_run: places; claims: that broke; stall_ms, lost_blocks,
 *               relay_lost_ms: {best, worst, mean}; aim}]
 *     blocks    [{to_end, ..}] as a window, each of the last blocks by itself
 *     schedule  the aim that costs least, or else is safe likeliest; absent: nothing was run
 *     asked     the aim of options.block
 *     cautious  the same as schedule, were miss.at_most the rate; absent where the rate was not
 * measured aim       {block, delay, early, last, first, late: chances of where it lands; safe: of a
 *             place where all runs held; known: of one that was run, within
 *             half a session of the boundary; stall_ms: expected over the
 *             known ones; stall_ms_worst: of those that may well come (one case in a thousand)}
 *   broken    runs of the first case that broke and have an outcome of their own
 *   changes   [{kind, what, says, claims, of, mends}] proved in them, what mends most first: in how
 *             many of them it was a cause, and in how many of these no gate claim breaks with it
 *   recorded  true: in some broken run causes were recorded, and not proved
 *   advice    [{says, runs}] what the runs' evidence supports doing
 *
 * A stall is the time lost by the chain that lost most, relay chain or parachain, as the runs
 * counted it.
 *
 *   out       owned by the caller; NULL after a failure; it shares values with `documents`
 *   documents  an array of outcomes and sweeps of one state, N-1 and N, read defensively: what is
 *             missing is not known
 *
 * DG_OK; DG_USAGE: the documents are of different states or runtimes; the chain's sessions have
 * another length, or the block is not ahead, or more than two sessions from the boundary; DG_NOMEM.
 */
dg_code dg_advise_make(json_t **out, const json_t *documents, const dg_advise_options *options,
                       dg_error *err);
/* What `exit` of such a document says; DG_EXIT_INTERNAL for what is none. */
int dg_advise_exit(const json_t *advice);

#endif
