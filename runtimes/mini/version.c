/* version.c - RuntimeVersion. */
#include "version.h"

#include "variant.h"

u32 api_version(const struct api *api)
{
    if (variant.generation == 1)
        return api->old;
    return api->new ? api->new : variant.host;
}

void put_version(struct writer *out)
{
    u32 count = 0;
    while (apis[count].name)
        count++;
    put_text(out, variant.spec_name);
    put_text(out, "mini-relay"); /* impl_name */
    put_u32(out, 0);             /* authoring_version */
    put_u32(out, variant.spec_version);
    put_u32(out, 0); /* impl_version */
    put_compact(out, count);
    for (u32 i = 0; i < count; i++) {
        put(out, bytes_of(apis[i].id, 8));
        put_u32(out, api_version(&apis[i]));
    }
    put_u32(out, 1); /* transaction_version */
    put_u8(out, variant.system_version);
}

struct version_head read_version_head(struct reader *in)
{
    struct version_head head;
    head.spec_name = read_bytes(in);
    read_bytes(in); /* impl_name */
    read_u32(in);   /* authoring_version */
    head.spec_version = read_u32(in);
    return head;
}
