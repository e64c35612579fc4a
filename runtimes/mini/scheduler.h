/* scheduler.h - calls that wait for their block. */
#ifndef MINI_SCHEDULER_H
#define MINI_SCHEDULER_H

#include "env.h"

void scheduler_on_initialize(u32 now);

#endif
