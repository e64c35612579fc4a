/* Any bytes as the plan of a matrix: read, or refused with one line; what is read has a document,
 * with no cell yet, that passes its own check. Nothing is run. */
#include "../support/fuzz_file.h"
#include "matrix/matrix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[200];
    dg_matrix *matrix = NULL;
    json_t *document = NULL;
    dg_error err = { .text = "" };
    dg_code rc;
    fuzz_put(fuzz_path(path, "plan.json"), dg_bytes_of(data, size));
    rc = dg_matrix_load(&matrix, path, &err);
    assert((rc == DG_OK) == (matrix != NULL));
    if (rc < 0) {
        assert(rc == DG_USAGE || rc == DG_LIMIT);
        fuzz_refused(&err);
        return 0;
    }
    rc = dg_matrix_document(&document, matrix, &err);
    assert(rc == DG_OK);
    rc = dg_matrix_check(document, &err);
    assert(rc == DG_OK && dg_matrix_exit(document) == DG_EXIT_INCONCLUSIVE); /* no cell was run */
    json_decref(document);
    dg_matrix_free(matrix);
    return 0;
}
