/* layout.h - bytes of runtime-API answers, for runtimes whose metadata does not
 * describe their APIs (before V15).
 *
 *   b u8   u u32   U u64   Q u128   f bool   c compact   s bytes   B bits
 *   H 32 bytes   x292. as many bytes   [x] list   (xyz) tuple   ?x option
 *   <x|y|-> enum by index, - an empty variant   * anything to the end */
#ifndef DG_RUN_LAYOUT_H
#define DG_RUN_LAYOUT_H

#include <jansson.h>

#include "scale/scale.h"

/* One value of the layout as JSON; `s` is behind it, or holds its failure (then
 * NULL is returned, as when there is no memory). Owned by the caller. */
json_t *layout_decode(const char *layout, dg_scale *s);

#endif
