/* view_impl.h - answers that view.c leaves to others of the room. */
#ifndef DG_PROTOCOL_VIEW_IMPL_H
#define DG_PROTOCOL_VIEW_IMPL_H

#include "protocol/protocol.h"

dg_code dg_view_take_cores(dg_view *v, dg_scale *s, dg_error *err);
dg_code dg_view_take_queue(dg_view *v, dg_scale *s, dg_error *err); /* after the cores */

#endif
