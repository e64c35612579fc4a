/* assertion.c - a broken promise between our own functions, as the exit code that it has. */
#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli_impl.h"

/* In the place of the C library's, which ends with abort(3), as libraries do where memory is
 * refused (base, lack.c): the two have to be told apart. Mirrors: glibc and musl, assert.h. */
void __assert_fail(const char *assertion, const char *file, unsigned line, /* NOLINT */
                   const char *function)
{
    fprintf(stderr, "doppel: internal error: %s:%u: %s: %s does not hold\n", file, line, function,
            assertion);
    dg_scrap_remove();
    _exit(DG_EXIT_INTERNAL);
}
