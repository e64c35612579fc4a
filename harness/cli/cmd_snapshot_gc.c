/* cmd_snapshot_gc.c - doppel snapshot gc: what snapshots keep and none needs any more. */
#include "cli/cli_impl.h"

static json_t *as_json(const dg_snapshot_gc_report *r, const char *path)
{
    return json_pack("{s:s, s:I, s:I, s:I, s:I, s:b}", "path", path, "alone_bytes_before",
                     (json_int_t)r->alone_before, "alone_bytes", (json_int_t)r->alone_after,
                     "files_before", (json_int_t)r->files_before, "files",
                     (json_int_t)r->files_after, "swept", r->swept);
}

static void print_text(const dg_snapshot_gc_report *r, const char *path)
{
    const char *swept = r->swept ? "; what a dead process had left there was removed" : "";
    if (r->alone_after < r->alone_before)
        printf("%s  %llu bytes freed: %u files are %u now, of which it alone has %llu bytes%s\n",
               path, (unsigned long long)(r->alone_before - r->alone_after), r->files_before,
               r->files_after, (unsigned long long)r->alone_after, swept);
    else if (r->files_after == 1)
        printf("%s  nothing to free: it is one file, and all of it is its state%s\n", path, swept);
    else
        printf("%s  nothing to free: of its %u files it alone has %llu bytes, and written again "
               "they would be no fewer%s\n",
               path, r->files_after, (unsigned long long)r->alone_after, swept);
}

/* Each stands on its own: what was freed of one stays freed where the next fails. */
static int run(const dg_args *args)
{
    json_t *all = json_array();
    dg_snapshot_gc_report report;
    dg_error err;
    int exit_code = DG_EXIT_HELD, printed = DG_EXIT_HELD;
    for (size_t i = 0; exit_code == DG_EXIT_HELD && i < args->positional_count; i++) {
        const char *path = args->positional[i];
        if (dg_snapshot_gc(&report, path, args->positional, args->positional_count, &err) < 0)
            exit_code = dg_cli_exit_with(&err);
        else if (args->json)
            json_array_append_new(all, as_json(&report, path));
        else
            print_text(&report, path);
    }
    if (args->json)
        printed = dg_cli_print_json(all);
    else
        json_decref(all);
    return exit_code != DG_EXIT_HELD ? exit_code : printed;
}

const dg_command dg_cmd_snapshot_gc = {
    "snapshot gc",
    "SNAPSHOT..",
    "Free what snapshots keep and none needs",
    "A snapshot made by snapshot update keeps the files of those before it. Files that no other "
    "folder has any\n"
    "more are written again with what the state needs, over the newest of the snapshots named here "
    "that it was\n"
    "made over, if any, and where that is smaller. A kill leaves the old form or the new one.",
    1,
    DG_POSITIONALS_MAX,
    NULL,
    0,
    run,
    NULL,
};
