/* model_server.h - a server of a test's own on loopback, ended with the test. */
#ifndef DG_TESTS_MODEL_SERVER_H
#define DG_TESTS_MODEL_SERVER_H

#include <sys/types.h>

typedef struct server {
    pid_t pid;
    int stdin_fd; /* it serves until this is closed */
    unsigned port;
} server;

/* Runs `argv` and reads its port, the first line it prints. The test fails if there is none. */
server server_start(const char *const *argv);
void server_stop(server *s);

#endif
