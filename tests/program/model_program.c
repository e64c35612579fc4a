#include "program.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

ran doppel_by(const char *binary, const char *stdout_path, const char *args)
{
    char command[3000], out[300], err[300];
    ran r;
    int status;
    snprintf(out, sizeof out, "%s", scratch_path("stdout"));
    snprintf(err, sizeof err, "%s", scratch_path("stderr"));
    if (!binary)
        binary = getenv("DOPPEL");
    snprintf(command, sizeof command, "%s %s >%s 2>%s </dev/null",
             binary ? binary : "build/release/doppel", args, stdout_path ? stdout_path : out, err);
    status = system(command);
    r.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (stdout_path)
        dg_buf_init(&r.out, 16);
    else
        r.out = slurp(out);
    r.err = slurp(err);
    return r;
}

ran doppel(const char *format, ...)
{
    char args[2400];
    va_list list;
    va_start(list, format);
    vsnprintf(args, sizeof args, format, list);
    va_end(list);
    return doppel_by(NULL, NULL, args);
}

dg_buf shell_says(const char *format, ...)
{
    char command[2400], quoted[2404];
    va_list list;
    ran r;
    va_start(list, format);
    vsnprintf(command, sizeof command, format, list);
    va_end(list);
    ck_assert_ptr_null(strchr(command, '\''));
    snprintf(quoted, sizeof quoted, "'%s'", command);
    r = doppel_by("sh -c", NULL, quoted);
    if (r.exit != 0)
        ck_abort_msg("%s: exit %d: %s", command, r.exit, dg_buf_text(&r.err));
    dg_buf_clear(&r.err);
    return r.out;
}

void ran_clear(ran *r)
{
    dg_buf_clear(&r->out);
    dg_buf_clear(&r->err);
}

void refused(ran r, const char *what, const char *says, int exit)
{
    const char *text = dg_buf_text(&r.err), *newline = strchr(text, '\n');
    if (r.exit != exit || !strstr(text, says) || !newline || newline == text || newline[1]
        || r.out.len)
        ck_abort_msg("%s: exit %d instead of %d, %zu bytes on stdout, said: %s", what, r.exit, exit,
                     r.out.len, text);
    ran_clear(&r);
}

json_t *answered(ran r, const char *what)
{
    json_error_t bad;
    json_t *answer = NULL;
    if (r.exit != 0)
        ck_abort_msg("%s: exit %d, said: %s", what, r.exit, dg_buf_text(&r.err));
    answer = json_loadb((const char *)r.out.at, r.out.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
                        &bad);
    if (!answer)
        ck_abort_msg("%s: %s in: %s", what, bad.text, dg_buf_text(&r.out));
    ran_clear(&r);
    return answer;
}

const char *file_of(const char *name, dg_bytes content)
{
    const char *path = scratch_path(name);
    dg_error err;
    if (dg_file_write(path, content, &err) < 0)
        ck_abort_msg("%s", err.text);
    return path;
}

const char *runtime_path(const char *name)
{
    static char paths[4][300];
    static unsigned turn;
    const char *dir = getenv("DOPPEL_RUNTIMES");
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", dir ? dir : "build/runtimes", name);
    return path;
}

const char *small_snapshot(void)
{
    static char path[300];
    if (!path[0]) {
        ran r;
        snprintf(path, sizeof path, "%s", scratch_path("small"));
        r = doppel("snapshot create -q --from %s %s", runtime_path("mini.json"), path);
        if (r.exit != 0)
            ck_abort_msg("the small snapshot: %s", dg_buf_text(&r.err));
        ran_clear(&r);
    }
    return path;
}
