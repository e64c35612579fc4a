/* code.c - failures in words. */
#include "base/base.h"

#include <stdarg.h>
#include <string.h>

static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = '?';
}

dg_code dg_fail(dg_error *err, dg_code code, const char *format, ...)
{
    va_list args;
    if (!err)
        return code;
    err->code = code;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    one_line(err->text);
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
