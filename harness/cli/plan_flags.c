/* plan_flags.c - what the commands that run plans have in common: flags that change a plan, and
 * where what comes of it is written. */
#include "cli/cli_impl.h"
#include "report/report.h"

#include <assert.h>
#include <string.h>

const char *const dg_option_explains[4] = { "none", "recorded", "proved", NULL };
const char *const dg_option_positions[4] = { "never", "broke", "always", NULL };

dg_code dg_cli_plan_set(dg_plan *plan, const char *pair, dg_error *err)
{
    const char *equal = strchr(pair, '=');
    char key[200];
    if (!equal || (size_t)(equal - pair) >= sizeof key)
        return dg_fail(err, DG_USAGE, "--set needs KEY=VALUE, not %s", pair);
    memcpy(key, pair, (size_t)(equal - pair));
    key[equal - pair] = 0;
    return dg_plan_set(plan, key, equal + 1, err);
}

dg_code dg_cli_plan_of(dg_plan **out, const dg_args *args, const dg_option_for_key *flags,
                       size_t count, dg_error *err)
{
    dg_code rc = args->positional_count ? dg_plan_load(out, args->positional[0], err)
                                        : dg_plan_new(out, err);
    for (size_t i = 0; i < count && rc >= 0; i++)
        if (args->text[flags[i].option])
            rc = dg_plan_set(*out, flags[i].key,
                             flags[i].value ? flags[i].value : args->text[flags[i].option], err);
    for (size_t i = 0; i < args->each_count && rc >= 0; i++)
        rc = dg_cli_plan_set(*out, args->each[i], err);
    return rc;
}

dg_code dg_cli_folder_for(const char *path, dg_error *err)
{
    const char *slash = strrchr(path, '/');
    char folder[512];
    if (!slash || slash == path || (size_t)(slash - path) >= sizeof folder)
        return DG_OK;
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = 0;
    return dg_dir_make(folder, err);
}

dg_code dg_cli_try_place(const char *flag, const char *path, const char *const *inputs,
                         size_t count, dg_error *err)
{
    assert(flag && path);
    for (size_t i = 0; i < count; i++)
        if (inputs[i] && dg_file_same(path, inputs[i]))
            return dg_fail(err, DG_USAGE,
                           "--%s names %.200s, which is read here and would be lost: give it "
                           "another place",
                           flag, path);
    return dg_file_try(path, err);
}

dg_code dg_cli_write_json(const json_t *document, const char *path, dg_error *err)
{
    dg_buf text;
    dg_code rc;
    dg_buf_init(&text, (size_t)1 << 30);
    if ((rc = dg_report_json(&text, document, err)) >= 0)
        rc = dg_file_write(path, dg_buf_bytes(&text), err);
    dg_buf_clear(&text);
    return rc;
}

dg_code dg_cli_word_of(int *out, const char *flag, const char *text, const char *const names[4],
                       dg_error *err)
{
    const char *near;
    assert(names[0] && names[1] && names[2] && !names[3]); /* the message names three */
    for (int i = 0; text && names[i]; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = i;
            return DG_OK;
        }
    near = text ? dg_nearest(text, names) : NULL;
    return text ? dg_fail(err, DG_USAGE, "--%s takes %s, %s or %s, not %.40s%s%s%s", flag, names[0],
                          names[1], names[2], text, near ? "; did you mean " : "", near ? near : "",
                          near ? "?" : "")
                : DG_OK;
}
