/* event_impl.h - that the numbers of an event stand in a row, for the files of this room. */
#ifndef DG_EVENT_IMPL_H
#define DG_EVENT_IMPL_H

#include "event/event.h"

/* How many numbers the kind has. */
size_t dg_event_field_count(dg_event_kind kind);
/* The first of the event's numbers; dg_event_field_count of them follow one another. */
int64_t *dg_event_numbers(dg_event *event);

#endif
