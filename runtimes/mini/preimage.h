/* preimage.h - long calls by their hash. */
#ifndef MINI_PREIMAGE_H
#define MINI_PREIMAGE_H

#include "env.h"

bool preimage_get(const struct hash *h, u32 len, struct bytes *image);
/* One request less; without requests and without an owner it is forgotten. */
void preimage_drop(const struct hash *h, u32 len);

#endif
