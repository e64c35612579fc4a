/* Any bytes as a plan: read or refused with one line, and what was read prints
 * to a plan that is read as the same. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_plan *plan = NULL, *again = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_parse(&plan, dg_bytes_of(data, size), "fuzz", NULL, &err);
    assert(rc == DG_OK || rc == DG_USAGE || rc == DG_LIMIT);
    assert(rc == DG_OK ? plan != NULL : plan == NULL && err.text[0] && !strchr(err.text, '\n'));
    if (plan) {
        char *text = json_dumps(dg_plan_json(plan), JSON_SORT_KEYS);
        rc = dg_plan_parse(&again, dg_text(text), "again", NULL, &err);
        assert(rc == DG_OK && json_equal(dg_plan_json(plan), dg_plan_json(again)));
        rc = dg_plan_check(plan, &err);
        assert(rc == DG_OK || err.text[0]);
        free(text);
    }
    dg_plan_free(plan);
    dg_plan_free(again);
    return 0;
}
