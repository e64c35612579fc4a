/* metadata.h - what this runtime says about itself. */
#ifndef MINI_METADATA_H
#define MINI_METADATA_H

#include "scale.h"

enum { METADATA_14 = 14, METADATA_15 = 15 };
/* "meta", the version byte, the metadata. */
void put_metadata(struct writer *out, u32 version);

#endif
