/* Any bytes as the plan of simulated relay nodes: refused with one line, or run to an outcome that
 * passes its own check. What would only take long is cut: an hour, two nodes, few messages. */
#include "../support/fuzz_file.h"
#include "observe/observe.h"

/* Whole numbers of a plan are brought between these. */
static const struct {
    const char *key;
    json_int_t least, most;
} cuts[] = { { "collators", 0, 2 },
             { "network_events", 0, 20 },
             { "slot_ms", 2000, INT64_MAX },
             { "sample_s", 60, INT64_MAX } };

static void cut(json_t *plan)
{
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        const json_t *v = json_object_get(plan, cuts[i].key);
        json_int_t n = json_integer_value(v);
        if (json_is_integer(v) && (n < cuts[i].least || n > cuts[i].most))
            json_object_set_new(plan, cuts[i].key,
                                json_integer(n < cuts[i].least ? cuts[i].least : cuts[i].most));
    }
    if (!json_object_get(plan, "hours") || json_integer_value(json_object_get(plan, "hours")) > 1)
        json_object_set_new(plan, "hours", json_integer(1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[200];
    json_t *plan = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL),
           *document = NULL;
    dg_observe_watched watched;
    dg_error err = { .text = "" };
    dg_code rc;
    int exit_code;
    fuzz_path(path, "plan.json");
    if (json_is_object(plan)) {
        char *text;
        cut(plan);
        text = json_dumps(plan, 0);
        fuzz_put(path, dg_text(text));
        free(text);
    } else {
        fuzz_put(path, dg_bytes_of(data, size));
    }
    rc = dg_observe_model(&watched, path, &err);
    if (rc < 0) {
        assert(rc == DG_USAGE || rc == DG_LIMIT);
        fuzz_refused(&err);
    } else {
        rc = dg_observe_document(&document, &watched, &err);
        assert(rc == DG_OK && (watched.samples || watched.kills));
        rc = dg_observe_check(document, &err);
        assert(rc == DG_OK);
        exit_code = dg_observe_exit(document);
        assert(exit_code >= DG_EXIT_HELD && exit_code <= DG_EXIT_INCONCLUSIVE);
    }
    dg_observe_clear(&watched);
    json_decref(document);
    json_decref(plan);
    return 0;
}
