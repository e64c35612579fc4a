/* Who asks a new runtime one question must not wait for its optimised code, and who asks a
 * million must not stay with the other. So there are two forms of one module, and a change from
 * one to the other between two calls; nobody may see which one answered. */
#include "writer.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wasm/wasm_impl.h"

/* Functions after the import: "works" counts two million down and gives what a host function
 * makes of 5 and 37, "reads_beyond" and "recurses" end by the processor, "panics" does not. */
static const wasm_import names[] = { { "ext_add", "il:l" }, { 0 } };
static const wasm_function functions[] = {
    { "works", "ii:l", "418089fa0021020340200241016b210220020d000b410542251000", 1 },
    { "reads_beyond", "ii:l", "4101410041001a1a1a417f2802001a4200", 0 },
    { "recurses", "ii:l", "4100410010031a4200", 0 },
    { "panics", "ii:l", "4101410041001a1a1a00", 0 },
    { 0 },
};
static const wasm_spec spec = { .imports = names, .functions = functions };

static dg_code add(dg_guest *guest, const uint64_t *arg, uint64_t *ret, dg_error *err)
{
    (void)guest, (void)err;
    *ret = arg[0] + arg[1];
    return DG_OK;
}
static const dg_import table[] = { { "ext_add", "il:l", add } };

enum { AT_ONCE_MS = 1, NEVER_MS = 3600000 }; /* of baseline calls, until optimising is worth it */

static dg_engine *engine_worth(dg_compiler compiler, const char *dir, uint32_t quick_from,
                               uint32_t worth_ms)
{
    dg_engine_options options = {
        .compiler = compiler, .cache_dir = dir, .quick_from = quick_from, .worth_ms = worth_ms
    };
    dg_engine *engine;
    dg_error err;
    ck_assert_msg(dg_engine_new(&engine, &options, &err) == DG_OK, "%s", err.text);
    return engine;
}

static dg_engine *engine_of(dg_compiler compiler, const char *dir, uint32_t quick_from)
{
    return engine_worth(compiler, dir, quick_from, AT_ONCE_MS);
}

static dg_module *made(dg_engine *engine)
{
    static const dg_import *const tables[] = { table };
    static const size_t counts[] = { 1 };
    dg_buf wasm = wasm_module(&spec);
    dg_module *m;
    dg_error err;
    ck_assert_msg(dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err) == DG_OK, "%s", err.text);
    ck_assert_msg(dg_module_link(m, tables, counts, 1, &err) == DG_OK, "%s", err.text);
    dg_buf_clear(&wasm);
    return m;
}

typedef struct answer {
    uint64_t result;
    dg_code rc;
    dg_trap_kind kind;
    dg_call_cost cost;
    char text[480];
} answer;

static dg_code keep(dg_guest *guest, uint64_t result, dg_error *err)
{
    (void)err;
    ((answer *)dg_guest_user(guest))->result = result;
    return DG_OK;
}

static answer ask(dg_module *m, const char *entry)
{
    static const dg_call_hooks hooks = { NULL, keep };
    answer a = { 0 };
    dg_error err = { .text = "" };
    a.rc = dg_module_call(m, entry, &hooks, &a, NULL, &a.kind, &a.cost, &err);
    snprintf(a.text, sizeof a.text, "%s", err.text);
    return a;
}

/* What optimised code says that was there from the start. */
static answer truth(const char *entry)
{
    dg_engine *engine = engine_of(DG_COMPILER_SPEED, NULL, 0);
    dg_module *m = made(engine);
    answer a = ask(m, entry);
    dg_module_free(m);
    dg_engine_free(engine);
    return a;
}

static void same(const answer *a, const answer *b)
{
    ck_assert_int_eq(a->rc, b->rc);
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->result, b->result);
    ck_assert_uint_eq(a->cost.fuel, b->cost.fuel);
    ck_assert_uint_eq(a->cost.memory_peak, b->cost.memory_peak);
    ck_assert_uint_eq(a->cost.host_calls, b->cost.host_calls);
    ck_assert_str_eq(a->text, b->text);
}

/* A module looks for its other form now and then: its next call will. */
static void time_to_look(dg_module *m)
{
    m->looked_ns = dg_wall_ns() - 3600000000000; /* an hour ago */
}

static size_t images_in(const char *cache)
{
    char modules[400];
    struct dirent *entry;
    size_t count = 0;
    DIR *d;
    snprintf(modules, sizeof modules, "%s/modules", cache);
    ck_assert_ptr_nonnull(d = opendir(modules));
    while ((entry = readdir(d)))
        count += entry->d_name[0] != '.';
    closedir(d);
    return count;
}

START_TEST(the_optimised_form_comes_between_two_calls)
{
    dg_engine *engine = engine_of(DG_COMPILER_BOTH, scratch_path("cache-1"), 1);
    dg_module *m = made(engine);
    answer want = truth("works"), panic = truth("panics"), got;
    ck_assert_uint_eq(want.result, 42);
    ck_assert(dg_module_is_baseline(m));
    while (m->baseline_ns < 1000000) { /* until it is worth it */
        got = ask(m, "works");
        same(&got, &want);
    }
    time_to_look(m);
    got = ask(m, "panics");
    same(&got, &panic);
    dg_engine_wait(engine);
    time_to_look(m);
    got = ask(m, "works");
    same(&got, &want);
    ck_assert(!dg_module_is_baseline(m));
    got = ask(m, "panics");
    same(&got, &panic);
    dg_module_free(m);
    dg_engine_free(engine);
    ck_assert_uint_eq(images_in(scratch_path("cache-1")), 1);         /* the other went */
    engine = engine_of(DG_COMPILER_BOTH, scratch_path("cache-1"), 1); /* the next program */
    m = made(engine);
    ck_assert(!dg_module_is_baseline(m) && dg_module_from_cache(m));
    got = ask(m, "works");
    same(&got, &want);
    dg_module_free(m);
    dg_engine_free(engine);
}
END_TEST

/* A few calls: nothing is compiled behind anybody's back. */
START_TEST(what_is_asked_little_is_not_optimised)
{
    dg_engine *engine = engine_worth(DG_COMPILER_BOTH, scratch_path("cache-2"), 1, NEVER_MS);
    dg_module *m = made(engine);
    for (int i = 0; i < 20; i++)
        ask(m, "panics");
    time_to_look(m);
    ask(m, "panics");
    dg_engine_wait(engine);
    time_to_look(m);
    ask(m, "panics");
    ck_assert(dg_module_is_baseline(m));
    dg_module_free(m);
    m = made(engine);
    ck_assert(dg_module_from_cache(m)); /* the baseline form is kept, too */
    dg_module_free(m);
    dg_engine_free(engine);
}
END_TEST

static const char *const by_processor[] = { "reads_beyond", "recurses" };

/* Where compilers differ, the baseline says that it does not know. */
START_TEST(what_the_processor_ends_is_for_the_optimised_to_say)
{
    const char *cache = _i & 1 ? scratch_path(_i & 2 ? "cache-r" : "cache-s") : NULL,
               *entry = by_processor[_i / 2];
    dg_engine *engine = engine_of(DG_COMPILER_BOTH, cache, 1);
    dg_module *m = made(engine);
    answer want = truth(entry), got = ask(m, entry);
    dg_error err = { .text = "" };
    ck_assert_int_eq(got.rc, DG_TRAP);
    ck_assert_int_eq(got.kind, DG_TRAP_UNSURE);
    ck_assert_msg(dg_module_optimise(m, &err) == DG_OK, "%s", err.text);
    ck_assert(!dg_module_is_baseline(m));
    got = ask(m, entry);
    same(&got, &want);
    ck_assert_int_eq(dg_module_optimise(m, NULL), DG_OK);
    dg_module_free(m);
    dg_engine_free(engine);
}
END_TEST

START_TEST(small_code_is_optimised_at_once)
{
    dg_engine *engine = engine_of(DG_COMPILER_BOTH, NULL, 1 << 20);
    dg_module *m = made(engine);
    answer want = truth("reads_beyond"), got = ask(m, "reads_beyond");
    ck_assert(!dg_module_is_baseline(m));
    same(&got, &want);
    dg_module_free(m);
    dg_engine_free(engine);
}
END_TEST

/* A run does its jobs in processes that it forks off. They have no threads of the library: code
 * made there must not wait for one. */
START_TEST(a_forked_process_compiles_alone)
{
    dg_engine *engine = engine_of(_i ? DG_COMPILER_BOTH : DG_COMPILER_SPEED, NULL, 1);
    dg_module *m = made(engine), *other; /* the threads are there now */
    answer want = truth("reads_beyond"), got;
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGALRM, SIG_DFL); /* the suite has a handler of its own */
        alarm(60);
        other = made(engine);
        if (dg_module_optimise(other, NULL) != DG_OK || dg_module_optimise(m, NULL) != DG_OK)
            _exit(1);
        got = ask(other, "reads_beyond");
        if (got.kind != want.kind || got.cost.fuel != want.cost.fuel)
            _exit(2);
        got = ask(m, "works");
        _exit(got.result == 42 ? 0 : 3);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
    dg_module_free(m);
    dg_engine_free(engine);
}
END_TEST

/* Another process makes it: found all the same, by a fork of ours as well. */
START_TEST(a_form_that_somebody_else_made_is_taken)
{
    dg_engine *engine = engine_of(DG_COMPILER_BOTH, scratch_path("cache-6"), 1), *other;
    dg_module *m = made(engine);
    int status;
    pid_t pid;
    ask(m, "panics");
    ck_assert(dg_module_is_baseline(m));
    other = engine_of(DG_COMPILER_SPEED, scratch_path("cache-6"), 0);
    dg_module_free(made(other));
    dg_engine_free(other);
    time_to_look(m);
    pid = fork();
    if (pid == 0) {
        ask(m, "panics");
        _exit(dg_module_is_baseline(m) ? 1 : 0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
    ask(m, "panics");
    ck_assert(!dg_module_is_baseline(m));
    dg_module_free(m);
    dg_engine_free(engine);
}
END_TEST

START_TEST(an_allocation_that_fails_leaves_nothing)
{
    static const dg_import *const tables[] = { table };
    static const size_t counts[] = { 1 };
    dg_engine *engine = engine_of(DG_COMPILER_BOTH, scratch_path("cache-7"), 1);
    dg_buf wasm = wasm_module(&spec);
    dg_code rc = DG_NOMEM;
    for (uint64_t nth = 1; rc == DG_NOMEM; nth++) {
        dg_module *m = NULL;
        dg_error err;
        ck_assert_uint_lt(nth, 1000);
        dg_alloc_fail_from(nth);
        rc = dg_module_new(&m, engine, dg_buf_bytes(&wasm), &err);
        if (rc == DG_OK)
            rc = dg_module_link(m, tables, counts, 1, &err);
        if (rc == DG_OK)
            rc = dg_module_optimise(m, &err);
        dg_alloc_fail_from(0);
        ck_assert(rc < 0 || !dg_module_is_baseline(m));
        dg_module_free(m);
    }
    ck_assert_int_eq(rc, DG_OK);
    dg_buf_clear(&wasm);
    dg_engine_free(engine);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("stages");
    TCase *tc = tcase_create("stages");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, the_optimised_form_comes_between_two_calls);
    tcase_add_test(tc, what_is_asked_little_is_not_optimised);
    tcase_add_loop_test(tc, what_the_processor_ends_is_for_the_optimised_to_say, 0, 4);
    tcase_add_test(tc, small_code_is_optimised_at_once);
    tcase_add_loop_test(tc, a_forked_process_compiles_alone, 0, 2);
    tcase_add_test(tc, a_form_that_somebody_else_made_is_taken);
    tcase_add_test(tc, an_allocation_that_fails_leaves_nothing);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
