/* question.h - what runtime APIs are asked about at one block: a parachain that is
 * there, the session, an account, stored keys, the block's own first extrinsic. */
#ifndef DG_RUN_QUESTION_H
#define DG_RUN_QUESTION_H

#include "run/run_impl.h"

typedef struct question {
    dg_buf para, para_free, session, account, keys, extrinsic, code_hash, metadata;
} question;

/* Reads what it needs from the state; what the chain does not have stays empty. */
void question_make(question *q, arm *a, dg_block *block);
void question_clear(question *q);
/* The bytes for one kind of call. False: there is nothing on this chain to ask about. */
bool question_input(const question *q, api_argument ask, dg_bytes *out);

#endif
