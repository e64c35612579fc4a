/* model_server.c - see model_server.h */
#include "model_server.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/suite.h"

server server_start(const char *const *argv)
{
    int in[2], out[2];
    server s = { 0 };
    char line[400];
    FILE *lines;
    ck_assert(pipe(in) == 0 && pipe(out) == 0);
    fcntl(in[1], F_SETFD, FD_CLOEXEC);
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    s.pid = fork();
    ck_assert(s.pid >= 0);
    if (s.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    s.stdin_fd = in[1];
    lines = fdopen(out[0], "r");
    ck_assert_msg(lines && fgets(line, sizeof line, lines) && sscanf(line, "%u", &s.port) == 1,
                  "%s did not start", argv[1]);
    fclose(lines);
    return s;
}

void server_stop(server *s)
{
    close(s->stdin_fd);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}
