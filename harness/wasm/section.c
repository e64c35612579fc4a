/* section.c - custom sections: what a module says about itself. */
#include "wasm/wasm_impl.h"

dg_code dg_wasm_section(dg_bytes *out, dg_bytes wasm, const char *name, dg_error *err)
{
    dg_wasm_reader r;
    dg_wasm_part part;
    dg_code rc = dg_wasm_begin(&r, wasm, err);
    *out = (dg_bytes){ 0 };
    if (rc < 0)
        return rc;
    while ((rc = dg_wasm_next(&part, &r, wasm, err)) == DG_OK) {
        dg_wasm_reader body = dg_wasm_reader_on(part.body);
        dg_bytes title;
        if (part.id != DG_WASM_CUSTOM)
            continue;
        title = dg_wasm_name(&body);
        if (body.bad)
            return dg_fail(err, DG_MALFORMED, "a custom section of the wasm has no name");
        if (!dg_bytes_equal(title, dg_text(name)))
            continue;
        *out = dg_bytes_of(body.at, (size_t)(body.end - body.at));
        return DG_OK;
    }
    if (rc < 0)
        return rc;
    return dg_fail(err, DG_ABSENT, "the wasm has no section %s", name);
}
