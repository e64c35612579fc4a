#include "suite.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch[256];

static void scratch_remove(void)
{
    if (scratch[0])
        dg_dir_remove(scratch, NULL);
}

int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failed;
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}

static char *slot(void)
{
    static char room[4][512];
    static int next;
    return room[next++ % 4];
}

const char *corpus_path(const char *name)
{
    const char *root = getenv("DOPPEL_CORPUS");
    char *path = slot();
    snprintf(path, 512, "%s/%s", root ? root : "../shared/fixtures", name);
    if (access(path, R_OK) == 0)
        return path;
    printf("not run: %s is not here\n", name);
    return NULL;
}

const char *fixture_path(const char *name)
{
    char *path = slot();
    snprintf(path, 512, "fixtures/%s", name);
    return path;
}

const char *scratch_dir(void)
{
    if (!scratch[0]) {
        const char *tmp = getenv("TMPDIR");
        snprintf(scratch, sizeof scratch, "%s/doppel-test-XXXXXX", tmp ? tmp : "/tmp");
        ck_assert_ptr_nonnull(mkdtemp(scratch));
        atexit(scratch_remove);
    }
    return scratch;
}

const char *scratch_path(const char *name)
{
    char *path = slot();
    snprintf(path, 512, "%s/%s", scratch_dir(), name);
    return path;
}

dg_buf slurp(const char *path)
{
    dg_buf buf;
    dg_error err;
    dg_buf_init(&buf, (size_t)1 << 30);
    if (dg_file_read(&buf, path, &err) < 0)
        ck_abort_msg("%s", err.text);
    return buf;
}

dg_bytes hex(const char *digits)
{
    static uint8_t room[8][4096];
    static int next;
    dg_error err;
    dg_buf buf = dg_buf_on(room[next++ % 8], sizeof room[0]);
    if (dg_hex_get(&buf, digits, strlen(digits), &err) < 0)
        ck_abort_msg("%s", err.text);
    return dg_buf_bytes(&buf);
}

void assert_bytes(dg_bytes got, dg_bytes want, const char *what)
{
    dg_buf a, b;
    if (dg_bytes_equal(got, want))
        return;
    dg_buf_init(&a, 1 << 24);
    dg_buf_init(&b, 1 << 24);
    dg_hex_put(&a, dg_bytes_of(got.at, got.len < 512 ? got.len : 512));
    dg_hex_put(&b, dg_bytes_of(want.at, want.len < 512 ? want.len : 512));
    ck_abort_msg("%s: got %zu bytes %s, want %zu bytes %s", what, got.len, dg_buf_text(&a),
                 want.len, dg_buf_text(&b));
}
