/* Any JSON as an outcome, a sweep, or an array of such: advice is given or it is not, its exit code
 * is one of the contract, chances are chances, and its words can be put on paper. The first byte
 * chooses the miss rate. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "advise/advise.h"
#include "report/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static double chance(const json_t *aim, const char *key)
{
    double value = json_number_value(json_object_get(aim, key));
    assert(value >= 0 && value <= 1);
    return value;
}

static void check_aim(const json_t *aim)
{
    double sum;
    if (!json_is_object(aim))
        return;
    sum = chance(aim, "early") + chance(aim, "last") + chance(aim, "first") + chance(aim, "late");
    assert(sum > 0.9999 && sum < 1.0001);
    assert(chance(aim, "safe") >= 0 && chance(aim, "known") >= 0);
    assert(json_integer_value(json_object_get(aim, "block")) > 0);
}

static void check(const json_t *advice)
{
    const json_t *of;
    size_t i;
    int code = dg_advise_exit(advice);
    assert(code == DG_EXIT_HELD || code == DG_EXIT_BROKE || code == DG_EXIT_INCONCLUSIVE);
    json_array_foreach(json_object_get(advice, "cases"), i, of)
    {
        json_int_t runs = json_integer_value(json_object_get(of, "runs"));
        assert(runs
               == json_integer_value(json_object_get(of, "held"))
                      + json_integer_value(json_object_get(of, "broke"))
                      + json_integer_value(json_object_get(of, "open")));
        check_aim(json_object_get(of, "schedule"));
        check_aim(json_object_get(of, "cautious"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_advise_options options = { .miss = -1, .last = size ? data[0] % 8 : 0 };
    dg_report_options how = { .width = 60 };
    json_t *document, *advice;
    dg_error err = { .text = "" };
    dg_buf text;
    if (size < 2 || !(document = json_loadb((const char *)data + 1, size - 1, 0, NULL)))
        return 0;
    if (data[0] & 0x80)
        options.miss = (data[0] & 0x7f) / 128.0;
    if (!json_is_array(document))
        document = json_pack("[o]", document);
    if (dg_advise_make(&advice, document, &options, &err) != DG_OK) {
        assert(!advice && err.code == DG_USAGE); /* of another state than the first */
        json_decref(document);
        return 0;
    }
    check(advice);
    dg_buf_init(&text, 1 << 24);
    assert(dg_report_advice(&text, advice, &how, &err) == DG_OK && text.len);
    dg_buf_clear(&text);
    json_decref(advice);
    json_decref(document);
    return 0;
}
