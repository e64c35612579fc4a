/* rpc_impl.h - what the files of this room share. */
#ifndef DG_RPC_IMPL_H
#define DG_RPC_IMPL_H

#include <curl/curl.h>

#include "rpc/rpc.h"

#define DG_RPC_MS UINT64_C(1000000) /* ns */

/* ---- address.c: what stands behind --from ---- */

/* `url` as it is asked, to be given back with dg_free, and as it is shown. `*moved`: ws or wss.
 * DG_USAGE; DG_NOMEM. */
dg_code dg_rpc_address(char **url, char shown[DG_RPC_SHOWN_MAX], bool *moved, const char *text,
                       dg_error *err);

/* ---- answer.c: what came ---- */

/* What becomes of a call by what was answered. */
typedef enum dg_rpc_kind {
    DG_RPC_MISSING, /* nothing was answered: again */
    DG_RPC_GOOD,
    DG_RPC_RATE,    /* too often: later */
    DG_RPC_BIG,     /* too much at once: fewer */
    DG_RPC_METHOD,  /* no such method here, or not for us */
    DG_RPC_BLOCK,   /* no such block here, or its state is gone */
    DG_RPC_REFUSED, /* these parameters, not here */
    DG_RPC_SERVER   /* the node failed: again */
} dg_rpc_kind;

typedef struct dg_rpc_reply {
    dg_rpc_kind kind;
    json_t *result; /* of GOOD; owned by the caller */
    int64_t code;   /* of an error */
    char text[200]; /* of an error; printable */
} dg_rpc_reply;

typedef struct dg_rpc_limits {
    size_t values_max;
    unsigned depth_max;
} dg_rpc_limits;

/* Reads the answer to `count` calls with the ids first, first + 1, ..; of one call it is an object,
 * else an array in any order, or one error for all of them. DG_MALFORMED: no JSON, an id that was
 * not asked or comes twice; DG_LIMIT: nested too deep, too many values; DG_NOMEM. Then `replies`
 * hold nothing. */
dg_code dg_rpc_answer_read(dg_rpc_reply *replies, size_t count, uint64_t first, dg_bytes body,
                           const dg_rpc_limits *limits, dg_error *err);

/* ---- endpoint.c: who is asked, and who is left alone for how long ---- */

typedef struct dg_rpc_place {
    char *url;
    char shown[DG_RPC_SHOWN_MAX];
    unsigned weight;
    bool out;              /* for good */
    unsigned fails, lies;  /* fails: in a row */
    unsigned lanes, batch; /* as many as it takes, by what it took */
    unsigned batch_cap;    /* more than this were too many; 0: not known */
    unsigned at_cap;       /* requests that went well with so many */
    unsigned in_flight;    /* requests */
    dg_ns free_at;         /* it is left alone until then */
    dg_ns took_ns;         /* of a request, moving average */
    dg_rng jitter;
    char why[240]; /* the last failure; "": none */
} dg_rpc_place;

/* How long to leave alone what failed `fails` times in a row: doubles up to 30 s, and chance takes
 * away up to half of it. */
dg_ns dg_rpc_backoff(dg_rng *jitter, unsigned fails);
void dg_rpc_place_good(dg_rpc_place *p, dg_ns took, unsigned lanes_max, unsigned batch_max);
/* It failed: left alone until now + the larger of backoff and `after`. */
void dg_rpc_place_bad(dg_rpc_place *p, dg_ns now, dg_ns after, const char *why);
/* So many calls were too many for it, of one request. */
void dg_rpc_place_too_many(dg_rpc_place *p, size_t count);
/* Smaller is better; UINT64_MAX: not now. */
uint64_t dg_rpc_place_cost(const dg_rpc_place *p, dg_ns now);

/* ---- transfer.c: one HTTP request ---- */

typedef struct dg_rpc_transfer {
    CURL *easy;
    dg_rpc_call *calls; /* by `next`, in the order of their ids */
    size_t count;
    uint64_t first_id;
    unsigned place;
    dg_buf question, answer;
    bool too_large, under_way;
    dg_ns began;
    char error[CURL_ERROR_SIZE];
    struct dg_rpc_transfer *next;
} dg_rpc_transfer;

struct dg_rpc {
    dg_rpc_options options; /* completed */
    dg_rpc_place place[DG_RPC_ENDPOINTS_MAX];
    unsigned places;
    CURLM *multi;
    struct curl_slist *headers;
    char *cacert;
    dg_rpc_transfer *all, *idle; /* by `next`: under way, and to be used again */
    dg_rpc_call *waiting, **waiting_end, *done, **done_end;
    size_t pending; /* waiting and under way */
    bool lost;      /* an endpoint was left out since those that wait were looked through */
    uint64_t next_id;
    dg_ns last_good;
    dg_rpc_stats stats;
};

/* A request with these calls (taken) to that place, under way. On failure they are still the
 * caller's. */
dg_code dg_rpc_transfer_begin(dg_rpc *rpc, unsigned place, dg_rpc_call *calls, size_t count,
                              dg_error *err);
/* The HTTP status, 0 if none came; *after: what Retry-After says. */
long dg_rpc_transfer_status(const dg_rpc_transfer *t, dg_ns *after);
/* Off the list of those under way, to be used again. */
void dg_rpc_transfer_end(dg_rpc *rpc, dg_rpc_transfer *t);
void dg_rpc_transfer_free(dg_rpc_transfer *t);

/* ---- settle.c: what becomes of the calls of a request that ended ---- */

void dg_rpc_settle(dg_rpc *rpc, dg_rpc_transfer *t, CURLcode how);
/* Ends the call with that code and these words, its endpoints' failures behind them. */
void dg_rpc_finish(dg_rpc *rpc, dg_rpc_call *call, dg_code code);
/* Back to those that wait; ends it where it has been tried often enough or nobody is left. */
void dg_rpc_again(dg_rpc *rpc, dg_rpc_call *call, bool counts);
/* The places that may still be asked for it. */
uint32_t dg_rpc_open_places(const dg_rpc *rpc, const dg_rpc_call *call);
void dg_rpc_leave_out(dg_rpc *rpc, unsigned place, const char *why);
dg_ns dg_rpc_now(const dg_rpc *rpc);

#endif
