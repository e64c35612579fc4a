/* inherents.c - from the author's data to extrinsics. */
#include "inherents.h"

#include "extrinsic.h"
#include "pallet.h"

/* The datum called `id`; empty when there is none. */
static struct bytes find_datum(struct reader in, const char id[8])
{
    struct bytes found = bytes_of("", 0);
    for (u32 n = read_count(&in, 9); n && !in.bad; n--) {
        struct bytes name = read_take(&in, 8);
        struct bytes data = read_bytes(&in);
        if (equal(name, bytes_of(id, 8)))
            found = data;
    }
    return found;
}

void put_inherent_extrinsics(struct writer *out, struct reader *inherent_data)
{
    struct writer time = { 0 }, paras = { 0 };
    bool has_time = timestamp_inherent(&time, find_datum(*inherent_data, "timstap0"));
    bool has_paras = para_inherent_inherent(&paras, find_datum(*inherent_data, "parachn0"));
    put_compact(out, (u32)has_time + has_paras);
    if (has_time)
        put_bare(out, written(&time));
    if (has_paras)
        put_bare(out, written(&paras));
}

bool is_inherent(struct bytes call)
{
    struct reader in = reader_of(call);
    u8 pallet = read_u8(&in), index = read_u8(&in);
    bool ours =
        pallet == pallet_index(&pallet_timestamp) || pallet == pallet_index(&pallet_para_inherent);
    return !in.bad && ours && index == 0;
}
