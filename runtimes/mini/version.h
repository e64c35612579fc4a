/* version.h - RuntimeVersion and the table of runtime APIs. */
#ifndef MINI_VERSION_H
#define MINI_VERSION_H

#include "scale.h"
#include "types.h"

struct method {
    const char *name;
    const struct field *inputs; /* NULL: none */
    enum type_id output;
    u8 since; /* API version that brought it; 0: always there */
};

struct api {
    const char *name;
    u8 id[8];    /* BLAKE2b-64 of the name */
    u8 old, new; /* version in generation 1 and 2; 0: the variant says */
    const struct method *methods;
};

extern const struct api apis[]; /* ends with a row without a name */
u32 api_version(const struct api *api);
enum type_id method_output(const struct method *m); /* as it is in this variant */

void put_version(struct writer *out);

/* What can_set_code looks at. */
struct version_head {
    struct bytes spec_name;
    u32 spec_version;
};
struct version_head read_version_head(struct reader *in);

#endif
