/* claim_impl.h - what the claims of this room share. */
#ifndef DG_CLAIM_IMPL_H
#define DG_CLAIM_IMPL_H

#include "claim/claim.h"
#include "trend/trend.h"

#include <stddef.h>

#define FACTS_NONE SIZE_MAX /* a claim that keeps none */

#define X(ID, member, name) extern const dg_claim dg_claim_##member;
#include "claim/claim_list.h"
#undef X

/* Where something went wrong, and how often. */
typedef struct tally {
    uint32_t first, last;
    uint64_t count;
} tally;
/* One more, at that block; blocks come in their order. */
void dg_claim_tally_add(tally *t, uint32_t block);

/* Facts that a verdict shows; beyond DG_VERDICT_EVIDENCE_MAX they are counted only. Whether any
 * was lost, and giving them back, is seen to where a claim is judged. */
typedef struct evidence {
    json_t *list;
    bool lost;
} evidence;
void dg_claim_evidence_add(evidence *e, json_t *item); /* takes the item */
/* .. the event as the log has it */
void dg_claim_evidence_event(evidence *e, const dg_event *event);

/* Closing words. `say` keeps one line; `span` copies where it broke; `show` moves
 * the evidence into the verdict. */
void dg_verdict_say(dg_verdict *v, dg_verdict_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Held, because what it is about cannot come in this plan: the reason, without a verb before it. */
void dg_verdict_spare(dg_verdict *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dg_verdict_span(dg_verdict *v, const tally *t);
void dg_verdict_show(dg_verdict *v, evidence *e);

/* chance.c: whether it broke narrowly, and what comes of it by the seeds of the log. */
void dg_claim_weigh(dg_verdict *v, const dg_claim *claim, const dg_event *events, size_t count);

/* Figures: a whole number, a number of thousandths, and how much `a` is above `b`, 0 if it is not.
 * What is too big for a figure is the biggest there is. */
dg_figure dg_claim_figure(uint64_t whole);
dg_figure dg_claim_figure_milli(uint64_t milli);
dg_figure dg_claim_figure_above(uint64_t a, uint64_t b);
/* Nothing of its kind may go wrong: `measured` things did, and all of them are lost. */
dg_figures dg_claim_figures_none(const char *unit, uint64_t measured);

/* What in treatment may heal something, in the order of time: healing.c. */
enum { HEALING_MAX = 256 };
typedef struct healing_moment {
    uint32_t block; /* 0: of none */
    int64_t slot;
    const char *what;
} healing_moment;
typedef struct healing {
    healing_moment at[HEALING_MAX];
    size_t count;
    bool full; /* there were more, and what came then is not known */
} healing;
void dg_claim_healing_step(healing *h, const dg_event *event);
/* `block`, in `slot`, is the first that is as in control again: says what happened there first, or
 * else that the network itself did it. */
void dg_claim_healing_say(const healing *h, dg_verdict *v, uint32_t block, int64_t slot);

/* grant.c: a warning breaks the claim; what was lost is held against the plan's `allow`, and the
 * claim holds where that is no less. */
void dg_claim_gate(dg_verdict *v);
void dg_claim_allow(dg_verdict *v, const dg_claim_setup *setup);

/* Slots without a block from U's own to the first block on it: stall.c. Told by a network's slots,
 * in which blocks that lost count. */
typedef struct stall_gap {
    uint64_t slots, empty; /* after U's; of them, until it was over */
    bool begun, over;      /* U's block is there; and one on it */
} stall_gap;
typedef struct stall {
    int64_t enacting_slot;
    uint64_t enacting; /* blocks of that slot that enact N */
    stall_gap arm[2];
} stall;
/* Whether the event is a slot that counts as empty. */
bool dg_claim_stall_step(stall *s, const dg_claim_setup *setup, const dg_event *event);

/* Candidates a block, from U on, against control: para_rate.c. As many blocks as a hundred
 * sessions of four hours have are kept of each arm, by height; what comes after is not judged. */
enum { PARA_BLOCKS = 1 << 18 };
typedef struct para_block {
    int64_t slot; /* of the first of its siblings */
    uint32_t sum, siblings;
} para_block;
typedef struct para_series {
    uint32_t first, count; /* block numbers: at[0]'s; as many, with gaps */
    para_block at[PARA_BLOCKS];
} para_series;
/* Blocks in a row; candidates in thousandths. */
typedef struct para_stretch {
    uint32_t first, last, blocks;
    int64_t control, treatment, short_by;
} para_stretch;
typedef struct para_rate {
    dg_claim_setup setup;
    int64_t (*count)(const dg_event *paras); /* candidates, by a net-paras event */
    const char *did;                         /* "backed" */
    uint32_t behind; /* blocks from what heals to what it does to these: 1 for what is included */
    int64_t floor_permille, most_backable[2];
    int64_t peak;                /* control's fullest block */
    int64_t spread, fewer, lost; /* thousandths */
    para_series arm[2];
    healing heals;
    int64_t changes[PARA_BLOCKS / 2];
    evidence facts;
} para_rate;
extern const dg_claim_option dg_claim_rate_options[];
void dg_claim_rate_start(para_rate *r, const dg_claim_setup *setup,
                         int64_t (*count)(const dg_event *paras), const char *did, uint32_t behind);
void dg_claim_rate_step(void *rate, const dg_event *e);
void dg_claim_rate_finish(void *rate, dg_verdict *v);

/* What was measured of processes, in order of time: process_series.c. One for each arm, node and,
 * of channels, entity, which is borrowed from the events. Values that came after a process was
 * killed are not added, unless there were too few before. */
enum { SERIES_MAX = 1024, SERIES_POINTS_MAX = 1 << 18, SERIES_FEWEST = 32 };
typedef struct process_series {
    dg_arm arm;
    uint32_t node;
    const char *entity; /* "": memory */
    dg_trend_point *at;
    size_t count, cap;
    bool ended; /* its process was killed */
    double most, last;
    int64_t high_since_ms, high_ms; /* above what may last: since when, -1: it is not; how long */
} process_series;
typedef struct process_set {
    process_series at[SERIES_MAX];
    size_t count, left_out;
    bool lost;
} process_set;
/* The one it belongs to, begun where there is none; NULL: there are too many. */
process_series *dg_claim_series_of(process_set *set, const dg_event *e, const char *entity);
void dg_claim_series_add(process_set *set, process_series *s, dg_trend_point point);
/* The process of a node was killed. */
void dg_claim_series_end(process_set *set, const dg_event *killed);
/* What control has of the same; NULL: nothing. */
const process_series *dg_claim_series_control(const process_set *set, const process_series *s);
/* Gives all back; whether some was lost is told to the facts. */
void dg_claim_series_clear(process_set *set, evidence *facts);
/* Does a sample count: one from U on, or one of a log that has no U. */
bool dg_claim_series_counts(const dg_claim_setup *setup, int64_t slot);
/* "310", "2.5", "-3" */
typedef struct rate_text {
    char text[32];
} rate_text;
rate_text dg_claim_rate_text(double per_hour);
/* "12.0 minutes", "45 s" */
rate_text dg_claim_span_text(int64_t ms);

/* Answers of runtime APIs from U on, method by method: api_moments.c. Zero it to begin; it borrows
 * from the events. */
enum { API_METHODS_MAX = 128 };
typedef struct api_method {
    const char *name;
    const dg_event *odd;    /* at U against what is said before and after; NULL: it is not */
    const dg_event *since;  /* from there on not control's; NULL: it is, when last compared */
    const dg_event *last;   /* at which it was not */
    const dg_event *healed; /* .. and was again */
    const dg_event *after;  /* its next answer after `odd`, where there is none of control's .. */
    bool moved;             /* .. and a later one is another */
    unsigned moments;       /* blocks at which it was not, since */
    bool missing;           /* N had no such method */
} api_method;
typedef struct api_moments {
    api_method at[API_METHODS_MAX];
    size_t count;
    const char *lacked; /* the last moment at which N lacked one, and those before it */
    char lacked_before[80];
} api_moments;
typedef enum api_course { API_RIGHT, API_PASSES, API_STAYS } api_course;
void dg_claim_api_moments_add(api_moments *m, const dg_event *e);
/* Methods that N declares and lacks, how many, and the moments at which it did. */
unsigned dg_claim_api_missing(const api_moments *m, char *names, size_t size, char *when,
                              size_t when_size);
/* Methods whose answers took that course: how many, blocks, and "A (how), B". `configured`: N's
 * configuration is another, so what follows from it is not looked at. */
unsigned dg_claim_api_wrong(const api_moments *m, tally *when, char *names, size_t size,
                            api_course course, bool configured);
/* By what all were healed whose wrong answers passed; "": it was not seen of each. */
const char *dg_claim_api_healed(const api_moments *m, bool configured);

/* Where control itself is so far off that its number is no measure: */
enum {
    /* no block for three minutes: the alert rules shipped with substrate (BlockProductionSlow) */
    CONTROL_GAP_MS = 180000,
    /* blocks in which every group is at every core once more on live chains: polkadot-sdk 3314 has
       a group that cannot back cost its parachain that much, no more */
    CONTROL_ROTATION = 10,
    CONTROL_THIRD = 3 /* one in three: what consensus is built to bear is less */
};

/* The difference, or what is nearest to it: a log from elsewhere may hold any number. */
static inline int64_t dg_claim_less(int64_t a, int64_t b)
{
    int64_t out;
    return !__builtin_sub_overflow(a, b, &out) ? out : a < b ? INT64_MIN : INT64_MAX;
}

static inline int64_t dg_claim_between(int64_t n, int64_t least, int64_t most)
{
    return n < least ? least : n > most ? most : n;
}

/* Of an event, as a count: so many fit into any sum over a log. */
static inline uint64_t dg_claim_count(int64_t n)
{
    return (uint64_t)dg_claim_between(n, 0, INT32_MAX);
}

/* Thousandths: from none to all of it. */
static inline uint64_t dg_claim_share(int64_t part, int64_t of)
{
    if (part <= 0 || of <= 0)
        return 0;
    return part >= of              ? 1000
           : of > INT64_MAX / 1000 ? (uint64_t)(part / (of / 1000))
                                   : (uint64_t)(part * 1000 / of);
}

/* Text of event.detail[key]; "" when there is none. */
const char *dg_claim_detail(const dg_event *event, const char *key);
/* A ratio of the plan as parts of a thousand, or what holds without it. */
uint64_t dg_claim_permille(const dg_claim_setup *setup, const dg_claim_option *option);
/* A whole number of the plan; likewise. */
uint64_t dg_claim_whole(const dg_claim_setup *setup, const dg_claim_option *option);
/* .. or that, of an option whose table has no number. */
uint64_t dg_claim_whole_or(const dg_claim_setup *setup, const dg_claim_option *option,
                           uint64_t otherwise);
/* Copies at most size-1 bytes, always terminated. */
void dg_claim_text_copy(char *out, size_t size, const char *text);

#endif
