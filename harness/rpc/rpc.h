/* rpc.h - JSON-RPC over HTTP(S) to several endpoints that answer for one another.
 *
 *   open   dg_rpc_open(endpoints, options)
 *   ask    dg_rpc_call                     one call, to its end
 *          dg_rpc_batch                    many, to their end; they travel together
 *          dg_rpc_start .. dg_rpc_wait     many under way at one time, each as it ends
 *   close  dg_rpc_free
 *
 * Which endpoint is asked, when again, and with how many calls in one request, is decided here:
 * an endpoint that fails is left alone for a while (longer each time, or as its Retry-After says),
 * one whose answer a `check` refuses is not asked that again, and one that takes less is sent less.
 * So a caller sees answers, or one line when there is none to be had. In short:
 *
 *   dg_rpc_call call = { .method = "chain_getHeader", .params = json_pack("[s]", hash) };
 *   rc = dg_rpc_ask(rpc, &call, err);
 *   .. call.result ..
 *   dg_rpc_call_clear(&call);
 *
 * Invariant: no text that leaves this room holds more of an endpoint than scheme, host and port.
 * One dg_rpc is used by one thread at a time. Mirrors: JSON-RPC 2.0; error numbers of jsonrpsee
 * and of sc-rpc. */
#ifndef DG_RPC_H
#define DG_RPC_H

#include <jansson.h>

#include "base/base.h"

typedef struct dg_rpc dg_rpc;

enum {
    DG_RPC_ENDPOINTS_MAX = 32,
    DG_RPC_HEADERS_MAX = 16,
    DG_RPC_SHOWN_MAX = 128 /* bytes of an endpoint's name in messages */
};

typedef struct dg_rpc_endpoint {
    const char *url; /* http, https; ws and wss are tried as these */
    unsigned weight; /* share of the calls against others; 0: 1 */
} dg_rpc_endpoint;

/* What is 0 or NULL has the value that stands in brackets. */
typedef struct dg_rpc_options {
    const char *const *headers; /* "Name: value", sent with every request; never told anybody */
    size_t header_count;
    const char *cacert;  /* file of certificates to trust [CURL_CA_BUNDLE, SSL_CERT_FILE, system] */
    size_t answer_max;   /* bytes of one answer, unpacked [64 MiB] */
    size_t values_max;   /* JSON values in one answer [4 million] */
    unsigned depth_max;  /* levels of nesting in one answer [32] */
    uint32_t timeout_ms; /* of one request from connecting to its last byte [60 000] */
    uint32_t patience_ms;                   /* without any good answer from anybody [180 000] */
    unsigned attempts_max;                  /* of one call [12] */
    unsigned lanes_max;                     /* requests under way at one endpoint [8] */
    unsigned batch_max;                     /* calls in one request [128] */
    uint64_t seed;                          /* of the jitter */
    dg_ns (*now)(void *user);               /* [the wall clock] */
    void (*sleep)(void *user, dg_ns until); /* nothing is under way until then [sleeps] */
    /* A sentence for the user, without a full stop: an endpoint is left out, wss is tried as https
     * [nobody]. Borrowed until it returns. */
    void (*note)(void *user, const char *text);
    void *user;
} dg_rpc_options;

/* One call. The caller's storage, zeroed but for what is set, from start until it has ended. */
typedef struct dg_rpc_call {
    const char *method; /* lives as long as the call */
    json_t *params;     /* an array; NULL: none. Given back by dg_rpc_call_clear */
    /* Is this answer true? NULL: whatever is an answer will do. Below zero: it is not, with why;
     * another endpoint is asked. `call->result` is what came. Must not use the dg_rpc. */
    dg_code (*check)(void *user, struct dg_rpc_call *call, dg_error *err);
    void *user;
    uint32_t only;  /* bit i: endpoint i may be asked; 0: any */
    unsigned tries; /* attempts_max for this one; 0: as the options have it */
    /* out */
    json_t *result; /* given back by dg_rpc_call_clear; NULL unless `code` is DG_OK */
    /* DG_OK. DG_ABSENT: the block or its state is not there at any endpoint that was asked.
     * DG_UNSUPPORTED: no endpoint has the method. DG_LIMIT: the answer is larger than answer_max.
     * DG_MISMATCH: every answer was refused by `check`. DG_IO: the rest. */
    dg_code code;
    dg_error err;      /* of any code but DG_OK */
    unsigned endpoint; /* index of who answered */
    /* inside */
    struct dg_rpc_call *next;
    uint32_t avoid, lied, lacked, unknown; /* bit i: endpoint i */
    unsigned attempts;
    bool alone; /* goes without others, since it was too much with them */
} dg_rpc_call;

/* `count` endpoints of 1..DG_RPC_ENDPOINTS_MAX. Opens no connection. `options` may be NULL; it and
 * all it points to is copied, but for `user`. DG_USAGE: a URL that is none, or of another scheme,
 * or a header without colon or with a line break; DG_LIMIT; DG_NOMEM. */
dg_code dg_rpc_open(dg_rpc **out, const dg_rpc_endpoint *endpoints, size_t count,
                    const dg_rpc_options *options, dg_error *err);
/* Calls that were started and not waited for are forgotten. NULL is fine. */
void dg_rpc_free(dg_rpc *rpc);

/* Adds the call to those that are under way; it ends in a dg_rpc_wait. */
void dg_rpc_start(dg_rpc *rpc, dg_rpc_call *call);
/* The next call that has ended, whether well or not: `*out`, with `code` set. DG_END: none is under
 * way. DG_IO: curl itself failed; DG_NOMEM. */
dg_code dg_rpc_wait(dg_rpc *rpc, dg_rpc_call **out, dg_error *err);
/* As dg_rpc_wait, but DG_ABSENT if none has ended by now: it does what is to be done and returns.
 */
dg_code dg_rpc_poll(dg_rpc *rpc, dg_rpc_call **out, dg_error *err);

/* Starts the call and waits for it; what else is under way goes on. Its `code`, and its `err`. */
dg_code dg_rpc_ask(dg_rpc *rpc, dg_rpc_call *call, dg_error *err);
/* The same for all of them: DG_OK if each ended so, else the first code that is not, and its words;
 * each call has its own. */
dg_code dg_rpc_batch(dg_rpc *rpc, dg_rpc_call *calls, size_t count, dg_error *err);
/* Gives `params` and `result` back; the rest is zeroed. Not while it is under way. */
void dg_rpc_call_clear(dg_rpc_call *call);

/* "https://host:port", borrowed: lives as long as `rpc`. */
const char *dg_rpc_endpoint_shown(const dg_rpc *rpc, unsigned endpoint);
/* How many endpoints there are. */
unsigned dg_rpc_endpoint_count(const dg_rpc *rpc);
/* How many of them have not been left out for good. */
unsigned dg_rpc_endpoint_alive(const dg_rpc *rpc);
/* An answer that had been accepted proved untrue later: the endpoint is left out for good. */
void dg_rpc_blame(dg_rpc *rpc, unsigned endpoint, const char *why);

/* Since it was opened: for progress, never for an outcome. */
typedef struct dg_rpc_stats {
    uint64_t requests, calls, retries, bytes_in, bytes_out, rate_limited;
} dg_rpc_stats;
/* Returned by value; see dg_rpc_stats. */
dg_rpc_stats dg_rpc_stats_get(const dg_rpc *rpc);

#endif
