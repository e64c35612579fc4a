/* json.c - any JSON of this program, as it is written to files. */
#include "report/report.h"

#include <assert.h>
#include <string.h>

dg_code dg_report_json(dg_buf *out, const json_t *document, dg_error *err)
{
    json_free_t release;
    char *text = json_dumps(document, JSON_INDENT(2) | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    assert(out);
    if (!text)
        return dg_fail(err, DG_NOMEM, "no memory to print JSON, or no JSON to print");
    dg_buf_put_text(out, text);
    dg_buf_put_u8(out, '\n');
    json_get_alloc_funcs(NULL, &release);
    release(text);
    return dg_buf_check(out, err, "JSON");
}
