#include "program.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

ran doppel(const char *format, ...)
{
    const char *binary = getenv("DOPPEL");
    char args[2000], command[3000];
    const char *out = scratch_path("stdout"), *err = scratch_path("stderr");
    ran r;
    va_list list;
    int status;
    va_start(list, format);
    vsnprintf(args, sizeof args, format, list);
    va_end(list);
    snprintf(command, sizeof command, "%s %s >%s 2>%s </dev/null", binary ? binary : "build/release/doppel", args, out, err);
    status = system(command);
    r.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    r.out = slurp(out);
    r.err = slurp(err);
    return r;
}

void ran_clear(ran *r)
{
    dg_buf_clear(&r->out);
    dg_buf_clear(&r->err);
}

const char *file_of(const char *name, dg_bytes content)
{
    const char *path = scratch_path(name);
    dg_error err;
    if (dg_file_write(path, content, &err) < 0)
        ck_abort_msg("%s", err.text);
    return path;
}
