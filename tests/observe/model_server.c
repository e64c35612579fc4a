/* model_server.c - see model_server.h. The parent listens before it forks, so a server that was
 * started answers. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "model_server.h"

#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/suite.h"

static void hold(size_t bytes)
{
    static size_t held;
    void *at;
    if (bytes <= held || bytes - held < 4096)
        return;
    at = mmap(NULL, bytes - held, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        _exit(1);
    memset(at, 1, bytes - held);
    held = bytes;
}

static void put(int to, const char *text)
{
    size_t len = strlen(text);
    while (len) {
        ssize_t put = write(to, text, len);
        if (put <= 0)
            return;
        text += put;
        len -= (size_t)put;
    }
}

static void serve(int to, server_kind kind, double mb, double seconds)
{
    char body[500], head[200];
    double unread = kind == SERVER_LEAKS ? mb * seconds / 3600 * 100 : 0;
    if (kind == SERVER_LEAKS)
        hold((size_t)(mb * 1e6 * seconds / 3600));
    if (kind == SERVER_WARMS)
        hold((size_t)(mb * 1e6 * (1 - exp(-seconds / 0.02))));
    if (kind == SERVER_ENDLESS) {
        put(to, "HTTP/1.1 200 OK\r\n\r\n");
        for (int i = 0; i < 1 << 20; i++)
            put(to, "substrate_block_height{status=\"best\"} 1204\n");
        return;
    }
    snprintf(body, sizeof body,
             kind == SERVER_HTML ? "<html><body>it works</body></html>\n"
                                 : "substrate_block_height{status=\"best\"} 1204\n"
                                   "substrate_unbounded_channel_len{action=\"send\",entity=\"mpsc_"
                                   "network_event_stream\"} %.0f\n",
             unread);
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
             kind == SERVER_MISSING ? "404 Not Found" : "200 OK", strlen(body));
    put(to, head);
    put(to, body);
}

static _Noreturn void be(int listener, server_kind kind, double mb)
{
    uint64_t from = dg_wall_ns();
    signal(SIGPIPE, SIG_IGN);
    for (int pages = 0;; pages++) {
        char room[2000];
        int to = accept(listener, NULL, NULL);
        if (to < 0 || read(to, room, sizeof room) <= 0 || (kind == SERVER_DIES && pages == 10))
            _exit(0);
        serve(to, kind, mb, (double)(dg_wall_ns() - from) / 1e9);
        close(to);
    }
}

server server_start(server_kind kind, double mb)
{
    struct sockaddr_in at = { .sin_family = AF_INET,
                              .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    server s;
    ck_assert_int_ge(listener, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(listener, 16), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    snprintf(s.url, sizeof s.url, "http://127.0.0.1:%u/metrics", (unsigned)ntohs(at.sin_port));
    s.pid = fork();
    ck_assert_int_ge(s.pid, 0);
    if (!s.pid)
        be(listener, kind, mb);
    close(listener);
    return s;
}

void server_stop(server *s)
{
    if (s->pid) {
        kill((pid_t)s->pid, SIGKILL);
        waitpid((pid_t)s->pid, NULL, 0);
    }
    s->pid = 0;
}
