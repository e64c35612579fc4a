/* code.c - failures in words, and as the exit code of the program. */
#include "base/base.h"

#include <stdarg.h>
#include <string.h>

#undef dg_fail
#undef dg_fail_within

static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

dg_code dg_fail(dg_error *err, dg_code code, const char *format, ...)
{
    dg_error unheard;
    va_list args;
    if (!err && code != DG_NOMEM)
        return code;
    if (!err)
        err = &unheard;
    err->code = code;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    one_line(err->text);
    if (code == DG_NOMEM)
        dg_lack_met(err->text);
    return code;
}

dg_code dg_fail_within(dg_error *err, dg_code code, const char *format, ...)
{
    char old[sizeof err->text];
    va_list args;
    size_t len;
    if (!err)
        return code;
    memcpy(old, err->text, sizeof old);
    err->code = code;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    len = strlen(err->text);
    snprintf(err->text + len, sizeof err->text - len, ": %s", old);
    one_line(err->text);
    return code;
}

int dg_exit_worst(int a, int b)
{
    static const int worst_first[] = { DG_EXIT_INTERNAL, DG_EXIT_ENVIRONMENT,  DG_EXIT_USAGE,
                                       DG_EXIT_BROKE,    DG_EXIT_INCONCLUSIVE, DG_EXIT_HELD };
    for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++)
        if (a == worst_first[i] || b == worst_first[i])
            return worst_first[i];
    return DG_EXIT_INTERNAL; /* neither is one */
}

int dg_exit_of(dg_code rc)
{
    switch (rc) {
    case DG_USAGE:
    case DG_MALFORMED:
    case DG_UNSUPPORTED:
    case DG_MISMATCH:
    case DG_ABSENT:
        return DG_EXIT_USAGE;
    case DG_TRAP:
    case DG_LIMIT:
        return DG_EXIT_INCONCLUSIVE;
    case DG_IO:
    case DG_NOMEM:
        return DG_EXIT_ENVIRONMENT;
    case DG_OK:
    case DG_END:
        return DG_EXIT_HELD;
    }
    return DG_EXIT_INTERNAL;
}
