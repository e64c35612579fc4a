/* Any bytes as a file of counts: read or refused with one line, and what was read comes to classes
 * whose shares add up, which a plan that has them reads again as the same. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan_impl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_list(const json_t *list)
{
    json_t *again = NULL;
    const json_t *item;
    double sum = 0;
    size_t i;
    dg_error err;
    json_array_foreach(list, i, item)
    {
        dg_node_class class;
        dg_plan_class_read(&class, item);
        sum += json_number_value(json_object_get(item, "share"));
    }
    assert(fabs(sum - 1) < 1e-6);
    assert(dg_plan_classes_spread(&again, list, &err) == DG_OK && json_equal(again, list));
    json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_plan_counts counts = { .of = NULL };
    json_t *list = NULL;
    dg_error err = { .text = "" };
    dg_code rc = dg_plan_counts_parse(&counts, dg_bytes_of(data, size), &err);
    if (rc == DG_OK)
        rc = dg_plan_counts_list(&list, &counts, &err);
    assert(rc == DG_OK || rc == DG_USAGE);
    assert(rc == DG_OK ? list != NULL : err.text[0] && !strchr(err.text, '\n'));
    if (list)
        assert_list(list);
    json_decref(list);
    dg_plan_counts_clear(&counts);
    return 0;
}
