/* inherents.h - what an author puts into every block. */
#ifndef MINI_INHERENTS_H
#define MINI_INHERENTS_H

#include "scale.h"

/* Each writes its call from the author's data; false: there is none to make. */
bool timestamp_inherent(struct writer *call, struct bytes data);     /* "timstap0" */
bool para_inherent_inherent(struct writer *call, struct bytes data); /* "parachn0" */

void timestamp_on_initialize(void);
void timestamp_on_finalize(void);
void para_inherent_on_finalize(void);

/* Is this call one of the two? */
bool is_inherent(struct bytes call);
/* Vec<Extrinsic> made from InherentData. */
void put_inherent_extrinsics(struct writer *out, struct reader *inherent_data);

#endif
