/* model_server.h - a small real server: a process of its own that serves a page of metrics on
 * loopback and takes memory as it is told to. */
#ifndef DG_TESTS_MODEL_SERVER_H
#define DG_TESTS_MODEL_SERVER_H

#include <stdint.h>

typedef enum server_kind {
    SERVER_LEAKS, /* `mb` an hour, in memory and in a channel's unread messages */
    SERVER_WARMS, /* to `mb`, with a time constant of 20 ms */
    SERVER_FLAT,
    SERVER_HTML,    /* a page that is none */
    SERVER_ENDLESS, /* one that never ends */
    SERVER_MISSING, /* 404 */
    SERVER_DIES     /* after its tenth page */
} server_kind;

typedef struct server {
    int64_t pid;
    char url[64];
} server;

/* Aborts the test where it cannot. */
server server_start(server_kind kind, double mb);
void server_stop(server *s);

#endif
