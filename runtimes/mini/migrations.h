/* migrations.h - from the storage of N-1 to that of N. */
#ifndef MINI_MIGRATIONS_H
#define MINI_MIGRATIONS_H

#include "env.h"

/* Does storage still belong to the code before this one? True in the block of an
 * upgrade, until the first block that this code executes. */
bool on_old_storage(void);
/* Runs what is due at the start of a block and records the upgrade. Returns the
 * weight, in picoseconds. */
u64 migrations_run(void);

/* Multi-block migrations (pallet_migrations). */
bool migrations_ongoing(void);
void migrations_step(void);

#endif
