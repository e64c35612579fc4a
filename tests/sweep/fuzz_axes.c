/* Any bytes as the values of an axis, which the first byte names: refused with one line, or read to
 * values that say the same when they are read as a list once more. */
#include <assert.h>
#include <string.h>

#include "sweep/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 400, AGAIN_MAX = 1000 /* values: more take long to compare */ };

static void assert_reads_again(const dg_axis *axis, dg_axis_kind kind)
{
    dg_axes again = { 0 };
    dg_buf list;
    dg_error err;
    dg_buf_init(&list, 1 << 20);
    for (size_t i = 0; i < axis->count; i++) {
        dg_buf_put_text(&list, i ? kind == DG_AXIS_NODES ? ";" : "," : "");
        dg_buf_put_text(&list, axis->values[i]);
    }
    assert(list.rc == DG_OK && dg_axes_add(&again, kind, dg_buf_text(&list), &err) == DG_OK);
    assert(again.of[kind].count == axis->count);
    for (size_t i = 0; i < axis->count; i++)
        assert(strcmp(again.of[kind].values[i], axis->values[i]) == 0);
    dg_axes_clear(&again);
    dg_buf_clear(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    dg_axis_kind kind = size ? data[0] % DG_AXES_MAX : DG_AXIS_AT;
    dg_axes axes = { 0 };
    dg_shard shard;
    char text[TEXT_MAX] = "";
    dg_error err = { .text = "" };
    dg_code rc;
    if (size > sizeof text)
        return 0;
    if (size)
        memcpy(text, data + 1, size - 1);
    rc = dg_axes_add(&axes, kind, text, &err);
    assert(rc == DG_OK || rc == DG_USAGE);
    assert(rc == DG_OK ? axes.of[kind].count > 0 : err.text[0] && !strchr(err.text, '\n'));
    if (rc == DG_OK && axes.of[kind].count <= AGAIN_MAX)
        assert_reads_again(&axes.of[kind], kind);
    dg_axes_clear(&axes);
    if (dg_shard_read(&shard, text, &err) == DG_OK)
        assert(shard.i >= 1 && shard.i <= shard.n);
    return 0;
}
