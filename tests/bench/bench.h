/* bench.h - figures on real input: each part prints rows "what  figure  goal". */
#ifndef DG_BENCH_H
#define DG_BENCH_H

#include "chain/chain.h"
#include "outcome/outcome.h"
#include "run/run.h"
#include "source/source.h"

void row(const char *what, double figure, const char *unit, const char *goal);
/* A row that was printed otherwise. */
void row_counts(bool is_short);
/* Each part at its smallest, so that one that goes down is seen: figures mean little then. */
extern bool bench_quick;
/* How often, or how many: `full`, or `small` where the bench is quick. */
unsigned bench_count(unsigned full, unsigned small);
/* Optimised code, or where the bench is quick whatever is there soonest. */
dg_compiler bench_compiler(void);
/* The plan of an incident, or where the bench is quick a pair without a network. */
const char *bench_plan_path(void);
/* That one, read; keys may be set before it is checked. Ends the bench when it cannot be. */
dg_plan *bench_plan(void);
double median(double *figures, size_t count); /* sorts them; count >= 1 */
double seconds_since(uint64_t start_ns);
/* Of this process and of those that it has waited for. */
double processor_seconds(void);
double rss_mib(void);     /* of this process, now */
double rss_max_mib(void); /* .. and the most it ever had */
/* Ends the bench when `rc` is a failure. */
void must(dg_code rc, const dg_error *err, const char *what);
/* Path of a corpus file where the corpus is, else of the embedded one. */
const char *pick(const char *corpus, const char *embedded);

void bench_trie(void);
void bench_import(void);
/* A state of four million keys: what a second one costs. */
void bench_delta(void);
/* A state of live size, brought in as spec and as .snap, and opened. */
void bench_large(void);
/* The first block of N over a state that is fetched as it is read. */
void bench_lazy(const char *spec, const char *blob, unsigned keys);
void bench_compile(const char *spec, const char *blob);
void bench_call(const char *spec);
void bench_blocks(const char *spec, unsigned count);
/* `warm` slots, then `slots` measured ones; `n`: enacted at once, or NULL. */
void bench_fuel(const char *spec);
void bench_network(const char *spec, const char *n, const char *title, bool messages, unsigned warm,
                   unsigned slots, const char *goal);
/* What a message costs in networks of three sizes, and what a block does where none is sent. */
void bench_messages(const char *spec, const char *n);
void bench_network_long(const char *spec, const char *title, unsigned slots);
/* The incident's plan with so many session boundaries after U, grown to `size` (NULL: as it is). */
void bench_run(const char *size, const char *boundaries, const char *title,
               const char *seconds_goal, const char *rate_goal);
/* Ten plans of one pair, beside ten runs. */
void bench_gate(void);
/* What is swept: NULLs are the incident's own; offsets count back from the boundary. */
typedef struct bench_pair {
    const char *snapshot, *to, *size;
    unsigned offsets, step; /* at most 32; slots between two */
} bench_pair;
void bench_sweep(const bench_pair *pair, const char *title, const char *goal);
/* What host functions charge, beside what they take; `blob`: one whose version is asked. */
void bench_prices(const char *blob);
/* An hour of rounds of consensus bft. */
void bench_bft(void);
/* The page of a sweep of a thousand cells. */
void bench_page(void);
void bench_long_run(const char *spec, unsigned blocks);

#endif
