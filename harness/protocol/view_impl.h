/* view_impl.h - answers that view.c leaves to others of the room, and whose failure is whose. */
#ifndef DG_PROTOCOL_VIEW_IMPL_H
#define DG_PROTOCOL_VIEW_IMPL_H

#include "protocol/protocol.h"

dg_code dg_view_take_cores(dg_view *v, dg_scale *s, dg_error *err);
dg_code dg_view_take_queue(dg_view *v, dg_scale *s, dg_error *err); /* after the cores */
/* Is it what the runtime itself got wrong, as opposed to this program? */
bool dg_view_blames(dg_code rc);

#endif
