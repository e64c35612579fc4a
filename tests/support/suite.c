#include "suite.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char scratch[256];

static void scratch_remove(void)
{
    if (scratch[0])
        dg_dir_remove(scratch, NULL);
}

/* ---- which rows run ---- */

#ifdef __SANITIZE_ADDRESS__
static const char profile[] = "asan";
#else
static const char profile[] = "release";
#endif

static int added, left;

static void refuse(const char *what, const char *text)
{
    fprintf(stderr, "%s: %s\n", what, text);
    exit(2);
}

/* Is `row` in a list as "0,3-5,8-"? "all" holds every row. */
static bool holds(const char *list, int row)
{
    while (strcmp(list, "all") != 0) {
        char *end;
        long first = strtol(list, &end, 10), last = first;
        if (end == list)
            refuse("tests/long: no list of rows", list);
        if (*end == '-')
            last = end[1] >= '0' && end[1] <= '9' ? strtol(end + 1, &end, 10) : INT_MAX;
        if (row >= first && row <= last)
            return true;
        if (*end != ',')
            return false;
        list = end + 1;
    }
    return true;
}

/* The rows of a test that are long in this profile, in static storage; "" if none are. */
static const char *long_rows(const char *test)
{
    static char rows[128];
    char line[512], where[16], name[256];
    FILE *f = fopen("tests/long", "r");
    bool found = false;
    if (!f)
        refuse("tests/long", "not here: tests run from the root of the tree");
    while (!found && fgets(line, sizeof line, f))
        found = line[0] != '#' && sscanf(line, "%15s %255s %127s", where, name, rows) == 3
                && strcmp(name, test) == 0
                && (strcmp(where, "both") == 0 || strcmp(where, profile) == 0);
    fclose(f);
    return found ? rows : "";
}

/* Whether it is this process that takes the next row: DOPPEL_PART. */
static bool is_ours(void)
{
    static int seen;
    const char *part = getenv("DOPPEL_PART");
    int nth = 1, of = 1;
    if (part && (sscanf(part, "%d/%d", &nth, &of) != 2 || nth < 1 || nth > of))
        refuse("DOPPEL_PART", part);
    return seen++ % of == nth - 1;
}

void suite_add(TCase *tc, const TTest *test, int from, int to)
{
    const char *mode = getenv("DOPPEL_LONG");
    bool only = mode && strcmp(mode, "only") == 0;
    const char *rows = !mode || only ? long_rows(test->name) : "";
    for (int row = from; row < to; row++) {
        bool is_long = rows[0] && holds(rows, row);
        if (is_long != only) {
            left += !only;
        } else if (is_ours()) {
            _tcase_add_test(tc, test, 0, 0, row, row + 1);
            added++;
        }
    }
}

int suite_run(Suite *suite)
{
    const char *part = getenv("DOPPEL_PART");
    SRunner *runner = srunner_create(suite);
    int failed;
    srunner_set_fork_status(runner, CK_NOFORK);
    if (added)
        srunner_run_all(runner, CK_ENV);
    else
        puts("100%: Checks: 0, Failures: 0, Errors: 0");
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (left && (!part || strncmp(part, "1/", 2) == 0))
        printf("left to check-long: %d\n", left);
    return failed ? 1 : 0;
}

/* ---- places and bytes ---- */

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
