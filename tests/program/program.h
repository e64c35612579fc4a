/* program.h - runs the binary under test as a user does. */
#ifndef DG_TESTS_PROGRAM_H
#define DG_TESTS_PROGRAM_H

#include "../support/suite.h"

typedef struct ran { int exit; dg_buf out, err; } ran;

/* `doppel ARGS` through the shell, in the checkout. Released by ran_clear. */
ran doppel(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ran_clear(ran *r);
/* Writes a scratch file and returns its path (static storage of four). */
const char *file_of(const char *name, dg_bytes content);

#endif
