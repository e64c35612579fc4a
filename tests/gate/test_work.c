/* Cases are run, each in a process of its own: one that goes down is run once more, and no other
 * is lost with it. */
#include "../support/suite.h"

#include "gate/gate_impl.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* How many processes are still to go down; in all of them. */
static int *to_kill;
static pid_t parent;

/* An outcome is made of JSON, so a child comes here before it has answered. */
static void *take(size_t size)
{
    if (getpid() != parent && *to_kill > 0 && __atomic_fetch_sub(to_kill, 1, __ATOMIC_SEQ_CST) > 0)
        _exit(99);
    return malloc(size);
}

static void begin(int count)
{
    FILE *file = to_kill ? NULL : tmpfile();
    if (file) {
        ck_assert_int_eq(ftruncate(fileno(file), sizeof *to_kill), 0);
        to_kill = mmap(NULL, sizeof *to_kill, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
        fclose(file);
    }
    ck_assert(to_kill && to_kill != MAP_FAILED);
    *to_kill = count;
    parent = getpid();
    json_set_alloc_funcs(take, free);
}

/* Two plans of the small chain, without a network. */
static dg_gate *opened(void)
{
    static const char plan[] =
        "{\"doppel\": 1, \"snapshot\": \"%s/mini.json\", \"upgrade\": {\"to\": "
        "\"%s/mini-2.wasm\", \"at\": \"boundary-1\"}, \"network\": false}";
    static const char gate[] =
        "{\"doppel\": 1, \"plans\": [{\"name\": \"a\", \"plan\": \"plan.json\"},"
        " {\"name\": \"b\", \"plan\": \"plan.json\", \"set\": {\"seed\": 2}}]}";
    const char *folder = getenv("DOPPEL_RUNTIMES");
    char text[600];
    dg_error err = { .text = "" };
    dg_gate *out;
    folder = folder ? folder : "build/runtimes";
    snprintf(text, sizeof text, plan, folder, folder);
    ck_assert_int_eq(dg_file_write(scratch_path("plan.json"), dg_text(text), &err), DG_OK);
    ck_assert_int_eq(dg_file_write(scratch_path("gate.json"), dg_text(gate), &err), DG_OK);
    ck_assert_msg(dg_gate_load(&out, scratch_path("gate.json"), &err) == DG_OK, "%s", err.text);
    ck_assert_msg(dg_gate_open(out, &err) == DG_OK, "%s", err.text);
    return out;
}

typedef struct seen {
    size_t done, retried;
    bool halt;
} seen;

static void progress(void *user, const dg_gate_progress *now)
{
    seen *s = user;
    ck_assert_uint_eq(now->total, 2);
    s->done = now->done;
    s->retried += now->retried;
}

static bool halts(void *user)
{
    return ((seen *)user)->halt;
}

static dg_code work(dg_gate *gate, seen *s)
{
    dg_run_options run = { .cache_dir = dg_engine_cache_dir(), .compiler = DG_COMPILER_SPEED };
    dg_gate_options how = {
        .run = &run, .at_once = 1, .halts = halts, .progress = progress, .user = s
    };
    dg_error err = { .text = "" };
    dg_code rc = dg_gate_work(gate, &how, &err);
    ck_assert_msg(rc >= 0, "%s", err.text);
    return rc;
}

static const struct {
    int dies; /* so many processes go down */
    size_t retried;
    int exit;
    const char *states[2]; /* of the cases */
} rows[] = {
    { 0, 0, DG_EXIT_HELD, { "done", "done" } },
    { 1, 1, DG_EXIT_HELD, { "done", "done" } },
    { 2, 2, DG_EXIT_HELD, { "done", "done" } }, /* each once */
    { 3, 2, DG_EXIT_INTERNAL, { "failed", "done" } },
    { 4, 2, DG_EXIT_INTERNAL, { "failed", "failed" } },
};

START_TEST(one_that_goes_down_is_run_once_more)
{
    dg_gate *gate = opened();
    seen s = { .done = 0 };
    json_t *document;
    dg_error err = { .text = "" };
    begin(rows[_i].dies);
    ck_assert_int_eq(work(gate, &s), DG_OK);
    ck_assert_uint_eq(s.done, 2);
    ck_assert_uint_eq(s.retried, rows[_i].retried);
    ck_assert_int_eq(dg_gate_document(&document, gate, (dg_gate_day){ 20000 }, &err), DG_OK);
    ck_assert_int_eq(dg_gate_exit(document), rows[_i].exit);
    ck_assert_msg(dg_gate_check(document, &err) == DG_OK, "%s", err.text);
    for (size_t i = 0; i < 2; i++) {
        const json_t *one = json_array_get(json_object_get(document, "cases"), i);
        ck_assert_str_eq(json_string_value(json_object_get(one, "state")), rows[_i].states[i]);
    }
    json_decref(document);
    dg_gate_free(gate);
}
END_TEST

/* What is not judged must not look as if it were. */
START_TEST(what_was_halted_is_undone_and_not_green)
{
    dg_gate *gate = opened();
    seen s = { .halt = true };
    json_t *document;
    dg_error err = { .text = "" };
    begin(0);
    ck_assert_int_eq(work(gate, &s), DG_END);
    ck_assert_uint_eq(s.done, 0);
    ck_assert_int_eq(dg_gate_document(&document, gate, (dg_gate_day){ 20000 }, &err), DG_OK);
    ck_assert_int_eq(dg_gate_exit(document), DG_EXIT_INCONCLUSIVE);
    json_decref(document);
    dg_gate_free(gate);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("gate/work");
    TCase *tc = tcase_create("work");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, one_that_goes_down_is_run_once_more, 0, sizeof rows / sizeof *rows);
    tcase_add_test(tc, what_was_halted_is_undone_and_not_green);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
