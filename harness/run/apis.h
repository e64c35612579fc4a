/* apis.h - the runtime APIs that nodes call, one row a method. */
#ifndef DG_RUN_APIS_H
#define DG_RUN_APIS_H

#include "base/base.h"

/* What the call is asked about; the run makes the bytes from the state. */
typedef enum api_argument {
    ASK_NOTHING,
    ASK_PARA,
    ASK_PARA_FREE,
    ASK_SESSION,
    ASK_ACCOUNT,
    ASK_KEYS,
    ASK_EXTRINSIC,
    ASK_CODE_HASH,
    ASK_METADATA
} api_argument;

/* How two answers are compared: a value that moves with every block says nothing
 * about the code that gave it. */
typedef enum api_compare {
    SAME_ALL,       /* every byte */
    SAME_BUT_LAST4, /* without the last four bytes, which hold the block number */
    SAME_COUNT,     /* the length of the outer list */
    SAME_FIRST,     /* Some or None, Ok or Err */
    SAME_NEVER      /* not compared */
} api_compare;

typedef struct api_row {
    const char *api, *method; /* "ParachainHost", "validators" */
    uint32_t since;           /* version of the API that brought it */
    api_argument ask;
    api_compare compare;
    const char *layout; /* layout.h: bytes of the answer at every version */
} api_row;

enum { API_COUNT_MAX = 96 };
/* NULL past the end. Rows keep their order from version to version of the program. */
const api_row *api_at(size_t i);
/* "ParachainHost_validators", in the caller's room. */
void api_entry(char *out, size_t size, const api_row *row);

#endif
