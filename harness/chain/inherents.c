/* inherents.c - what an author tells the runtime: time, slot, and what the
 * parachains brought.
 *
 * Time follows from the slot (slot x slot duration), never from a clock. Old
 * runtimes also ask for the slot, uncles and, before parachains had bitfields,
 * heads; their Core API is below 4 (before 2022). To the others the extra items
 * would mean nothing, so they are left out. */
#include "chain/chain_impl.h"

enum { OLD_CORE_API = 3 };

static void put_datum(dg_buf *out, const char *id, dg_bytes value)
{
    dg_buf_put_text(out, id);
    dg_scale_put_bytes(out, value);
}

static void put_number(dg_buf *out, const char *id, uint64_t v)
{
    uint8_t raw[8];
    dg_le64_put(raw, v);
    put_datum(out, id, DG_BYTES_OF(raw));
}

/* No bitfields, no candidates, no disputes, and the parent. */
static void put_paras(dg_buf *out, const dg_block *parent, dg_bytes given)
{
    static const uint8_t nothing[3] = { 0, 0, 0 };
    dg_bytes header = dg_block_header(parent);
    dg_buf_put_text(out, "parachn0");
    if (given.len) {
        dg_scale_put_bytes(out, given);
        return;
    }
    dg_scale_put_compact(out, sizeof nothing + header.len);
    dg_buf_put(out, nothing, sizeof nothing);
    dg_buf_put_bytes(out, header);
}

/* Sorted by id. */
dg_code dg_chain_inherent_data(dg_buf *out, dg_chain *chain, dg_block *parent,
                               const dg_runtime *runtime, uint64_t slot, dg_bytes paras,
                               dg_error *err)
{
    static const uint8_t empty_list[1] = { 0 };
    bool old = dg_version_api(dg_runtime_version(runtime), "Core") <= OLD_CORE_API;
    uint64_t slot_ms;
    dg_code rc = dg_chain_slot_ms(chain, &slot_ms, err);
    if (rc < 0)
        return rc;
    dg_scale_put_compact(out, old ? 5 : 2);
    if (old) {
        put_number(out, "babeslot", slot);
        put_datum(out, "newheads", DG_BYTES_OF(empty_list));
    }
    put_paras(out, parent, paras);
    put_number(out, "timstap0", slot * slot_ms);
    if (old)
        put_datum(out, "uncles00", DG_BYTES_OF(empty_list));
    return dg_buf_check(out, err, "inherent data");
}
