/* faults.h - what broken runtimes do besides their work. */
#ifndef MINI_FAULTS_H
#define MINI_FAULTS_H

#include "scale.h"

void fault_in_initialize(void);
void fault_in_finalize(void);
void fault_in_new_session(void);
u64 fault_in_migration(void); /* weight, in picoseconds */
/* In a block that is built, but not in one that is executed. */
void fault_in_building(void);
/* In a block that is executed, but not in one that is built. */
void fault_in_execution(void);
/* In one answer of the runtime API. True: the answer is written. */
bool fault_in_availability_cores(struct writer *out);

#endif
