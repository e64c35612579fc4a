/* model_state.h - a naive twin of the state: the backend as sorted arrays, the
 * block's overlay as a list of entries (deletions too) that is copied whole for
 * every transaction, removal spelled out as the reference implementation does. */
#ifndef DG_TESTS_MODEL_STATE_H
#define DG_TESTS_MODEL_STATE_H

#include "state/state.h"

size_t state_play(const uint8_t *bytes, size_t size); /* as twin_play */

#endif
