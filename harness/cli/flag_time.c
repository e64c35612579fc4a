/* flag_time.c - how long a flag says. */
#include "cli/cli_impl.h"

#include <stdlib.h>
#include <string.h>

dg_code dg_cli_time(uint64_t *out_ns, const char *flag, const char *text, dg_error *err)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
    char *end;
    unsigned long long count;
    if (!text)
        return DG_OK;
    count = strtoull(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (text[0] >= '0' && text[0] <= '9' && strcmp(end, units[i].unit) == 0 && count
            && count < 1000000) {
            *out_ns = count * units[i].ms * 1000000u;
            return DG_OK;
        }
    return dg_fail(err, DG_USAGE, "--%s %.40s is no time: write 90s, 10m or 2h", flag, text);
}
