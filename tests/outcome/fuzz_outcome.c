/* Any bytes as an outcome: refused in one line, or an outcome whose exit code is one of the
 * contract and which, written out, is read as the same. */
#include "../support/fuzz_file.h"

#include "outcome/outcome.h"

/* What is a document stays one without its series, whatever else it is. */
static void skims(const char *path)
{
    json_t *whole, *skimmed;
    dg_error err = { .text = "" };
    dg_code rc = dg_outcome_read(&whole, path, &err), again;
    again = dg_outcome_read_skimmed(&skimmed, path, &err);
    assert(rc != DG_OK || again == DG_OK);
    assert((again == DG_OK) == (skimmed != NULL));
    json_decref(whole);
    json_decref(skimmed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char path[200];
    dg_error err = { .text = "" };
    json_t *first, *second;
    char *text;
    int code;
    dg_code rc;
    fuzz_put(fuzz_path(path, "outcome.json"), dg_bytes_of(data, size));
    skims(path);
    if ((rc = dg_outcome_load(&first, path, &err)) != DG_OK) {
        assert(rc == DG_MALFORMED || rc == DG_UNSUPPORTED || rc == DG_LIMIT);
        assert(!first);
        fuzz_refused(&err);
        return 0;
    }
    code = dg_outcome_exit(first);
    assert(code >= DG_EXIT_HELD && code <= DG_EXIT_INTERNAL && code != DG_EXIT_USAGE
           && code != DG_EXIT_ENVIRONMENT);
    text = json_dumps(first, JSON_SORT_KEYS);
    assert(text);
    fuzz_put(path, dg_text(text));
    rc = dg_outcome_load(&second, path, &err);
    assert(rc == DG_OK && json_equal(first, second));
    free(text);
    json_decref(first);
    json_decref(second);
    return 0;
}
