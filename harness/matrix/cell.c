/* cell.c - one cell: started, ready, checked, stopped. */
#include "matrix/matrix_impl.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "process/process.h"

enum { AGAIN_FIRST_MS = 20, AGAIN_MOST_MS = 1000, VARIABLES = 3 + DG_MATRIX_PORTS };

typedef struct cell {
    dg_matrix *matrix;
    dg_matrix_came *came;
    const dg_matrix_options *options;
    size_t index;
    dg_process node;
    char room[VARIABLES][DG_MATRIX_TEXT_MAX * 2];
    const char *environment[VARIABLES + 1];
} cell;

/* ---- what commands are given ---- */

/* Held together, so that all are different; free again when this returns. */
static dg_code free_ports(unsigned ports[DG_MATRIX_PORTS], dg_error *err)
{
    int sockets[DG_MATRIX_PORTS];
    dg_code rc = DG_OK;
    size_t count = 0;
    for (; count < DG_MATRIX_PORTS && rc >= 0; count++) {
        struct sockaddr_in at = { .sin_family = AF_INET,
                                  .sin_addr = { .s_addr = htonl(INADDR_LOOPBACK) } };
        socklen_t len = sizeof at;
        sockets[count] = socket(AF_INET, SOCK_STREAM, 0);
        if (sockets[count] < 0 || bind(sockets[count], (struct sockaddr *)&at, sizeof at) != 0
            || getsockname(sockets[count], (struct sockaddr *)&at, &len) != 0)
            rc = dg_fail(err, DG_IO, "no port is free: %s", strerror(errno));
        ports[count] = ntohs(at.sin_port);
    }
    while (count--)
        if (sockets[count] >= 0)
            close(sockets[count]);
    return rc;
}

static dg_code variable(cell *c, size_t i, const char *name, const char *value, dg_error *err)
{
    int len = snprintf(c->room[i], sizeof c->room[i], "%s=%s", name, value);
    assert(i < VARIABLES);
    if (len < 0 || (size_t)len >= sizeof c->room[i])
        return dg_fail(err, DG_USAGE, "$%s is longer than %zu bytes", name, sizeof c->room[i]);
    c->environment[i] = c->room[i];
    return DG_OK;
}

static dg_code give(cell *c, const char *folder, dg_error *err)
{
    const dg_matrix_place *place = &dg_matrix_places[c->index];
    unsigned ports[DG_MATRIX_PORTS];
    dg_code rc;
    if ((rc = variable(c, 0, "BINARY", c->matrix->binary[place->binary], err)) < 0
        || (rc = variable(c, 1, "CONFIG", c->matrix->config[place->config], err)) < 0
        || (rc = variable(c, 2, "DATA", folder, err)) < 0 || (rc = free_ports(ports, err)) < 0)
        return rc;
    for (size_t i = 0; i < DG_MATRIX_PORTS && rc >= 0; i++) {
        char name[16], value[16];
        snprintf(name, sizeof name, "PORT%zu", i + 1);
        snprintf(value, sizeof value, "%u", ports[i]);
        rc = variable(c, 3 + i, name, value, err);
    }
    return rc;
}

/* ---- what goes wrong ---- */

static void failed(cell *c, const char *step, const char *why)
{
    if (c->came->step[0])
        return; /* what comes first is the reason */
    c->came->passed = false;
    snprintf(c->came->step, sizeof c->came->step, "%.63s", step);
    snprintf(c->came->why, sizeof c->came->why, "%.390s", why);
}

static void noted(cell *c, const char *text)
{
    size_t len = strlen(c->came->note);
    snprintf(c->came->note + len, sizeof c->came->note - len, "%s%s", len ? "; " : "", text);
}

/* ---- commands ---- */

/* One call of a command, by its limit; how it ended is in `why`. DG_OK: it succeeded; DG_LIMIT: it
 * did not; DG_END; DG_IO. */
static dg_code call(cell *c, const char *shell, uint64_t most_ms, char why[200], dg_error *err)
{
    dg_process_command command = { .shell = shell,
                                   .output = c->came->log,
                                   .environment = c->environment };
    dg_process p;
    unsigned left;
    dg_code rc = dg_process_start(&p, &command, err), waited;
    char how[40];
    if (rc < 0)
        return rc;
    waited = dg_process_wait(&p, most_ms, c->options->halts, c->options->user);
    dg_process_ended(how, &p);
    if (waited == DG_LIMIT)
        snprintf(why, 200, "its command took more than %llu s and was killed",
                 (unsigned long long)((most_ms + 999) / 1000));
    else
        snprintf(why, 200, "its command ends with %s", how);
    left = dg_process_stop(&p, 0);
    if (left && waited == DG_OK) {
        char text[120];
        snprintf(text, sizeof text, "a command left %u process%s behind, killed", left,
                 left == 1 ? "" : "es");
        if (!strstr(c->came->note, "a command left"))
            noted(c, text);
    }
    if (waited == DG_END)
        return DG_END;
    return waited == DG_OK && p.status == 0 ? DG_OK : DG_LIMIT;
}

/* Again and again, until it succeeds, its time is over, or the node is gone. */
static dg_code until(cell *c, const char *step, const char *shell, uint64_t most_ms, dg_error *err)
{
    uint64_t from = dg_wall_ns(), again_ms = AGAIN_FIRST_MS;
    char why[200], how[40], text[300];
    if (c->options->progress)
        c->options->progress(c->options->user, c->index, step);
    for (;;) {
        uint64_t spent_ms = (dg_wall_ns() - from) / 1000000, left_ms;
        dg_code rc;
        left_ms = spent_ms < most_ms ? most_ms - spent_ms : 1;
        rc = call(c, shell, left_ms < c->matrix->command_ms ? left_ms : c->matrix->command_ms, why,
                  err);
        if (rc != DG_LIMIT)
            return rc;
        rc = dg_process_wait(&c->node, again_ms, c->options->halts, c->options->user);
        if (rc == DG_END)
            return DG_END;
        if (rc == DG_OK) {
            dg_process_ended(how, &c->node);
            snprintf(text, sizeof text, "the node ended (%s)", how);
            failed(c, step, text);
            return DG_LIMIT;
        }
        if (dg_wall_ns() - from >= most_ms * 1000000) {
            snprintf(text, sizeof text, "not within %llu s: %s",
                     (unsigned long long)(most_ms / 1000), why);
            failed(c, step, text);
            return DG_LIMIT;
        }
        again_ms = again_ms * 2 < AGAIN_MOST_MS ? again_ms * 2 : AGAIN_MOST_MS;
    }
}

/* ---- the cell ---- */

static dg_code checks(cell *c, dg_error *err)
{
    dg_code rc = DG_OK;
    if (c->matrix->ready)
        rc = until(c, "starts", c->matrix->ready, c->matrix->ready_ms, err);
    for (size_t i = 0; i < c->matrix->check_count && rc == DG_OK; i++)
        rc =
            until(c, c->matrix->checks[i].name, c->matrix->checks[i].run, c->matrix->check_ms, err);
    return rc;
}

static dg_code stop(cell *c, dg_error *err)
{
    uint64_t most_ms = c->matrix->stop_ms;
    char why[200], text[200];
    dg_code rc = DG_OK;
    unsigned left;
    bool ran = dg_process_wait(&c->node, 0, NULL, NULL) == DG_LIMIT;
    if (c->options->progress)
        c->options->progress(c->options->user, c->index, "stops");
    if (ran && c->matrix->stop) {
        rc = call(c, c->matrix->stop, c->matrix->command_ms, why, err);
        if (rc == DG_LIMIT)
            failed(c, "stops", why);
        if (rc == DG_OK && dg_process_wait(&c->node, most_ms, NULL, NULL) == DG_LIMIT)
            rc = DG_LIMIT;
    }
    /* killed by us is what a node that ignores the request ends by */
    left = dg_process_stop(&c->node, c->matrix->stop && ran ? 0 : most_ms);
    if (ran && (c->node.status & 0x7f) == 9) {
        snprintf(text, sizeof text, "it did not stop in %llu s, and was killed",
                 (unsigned long long)(most_ms / 1000));
        failed(c, "stops", text);
    }
    if (left) {
        snprintf(text, sizeof text, "it left %u process%s behind, killed", left,
                 left == 1 ? "" : "es");
        noted(c, text);
    }
    return rc == DG_LIMIT ? DG_OK : rc;
}

/* The last lines of its output that have words, printable. */
static void keep_tail(dg_matrix_came *came)
{
    char line[LOG_LINE_MAX];
    FILE *in = fopen(came->log, "r");
    size_t seen = 0;
    while (in && fgets(line, sizeof line, in)) {
        size_t len = strcspn(line, "\n");
        line[len] = 0;
        if (!len)
            continue;
        for (char *at = line; *at; at++)
            *at = (char)(*at >= 32 && *at < 127 ? *at : '?');
        if (seen >= LOG_LINES)
            memmove(came->tail[0], came->tail[1], sizeof came->tail - sizeof came->tail[0]);
        memcpy(came->tail[seen < LOG_LINES ? seen : LOG_LINES - 1], line, sizeof line);
        seen++;
    }
    if (in)
        fclose(in);
    came->tail_count = seen < LOG_LINES ? seen : LOG_LINES;
}

dg_code dg_matrix_cell(dg_matrix *matrix, size_t index, const char *folder,
                       const dg_matrix_options *options, dg_error *err)
{
    cell c = { .matrix = matrix, .came = &matrix->came[index], .options = options, .index = index };
    dg_process_command command = { .shell = matrix->start, .environment = c.environment };
    dg_code rc, stopped;
    *c.came = (dg_matrix_came){ .ran = true, .passed = true };
    snprintf(c.came->log, sizeof c.came->log, "%.380s/cell-%zu.log", options->logs, index + 1);
    unlink(c.came->log);
    command.output = c.came->log;
    if ((rc = give(&c, folder, err)) < 0 || (rc = dg_process_start(&c.node, &command, err)) < 0)
        return rc;
    rc = checks(&c, err);
    stopped = stop(&c, err);
    if (!c.came->passed)
        keep_tail(c.came);
    return rc == DG_END || (rc < 0 && rc != DG_LIMIT) ? rc : stopped;
}
