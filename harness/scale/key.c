/* key.c - storage keys: prefix, then each key part behind its hasher. */
#include "scale/scale_impl.h"

#include "crypto/crypto.h"

void dg_storage_prefix(uint8_t out[32], const char *pallet_prefix, const char *item)
{
    dg_twox(out, 16, dg_text(pallet_prefix));
    dg_twox(out + 16, 16, dg_text(item));
}
