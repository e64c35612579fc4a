/* test_fetch.c - the state of a live block. An endpoint may delay, refuse, forget or lie: a fetch
 * ends in the state whose root the header names, or in one line and no snapshot. The node here has
 * a trie of its own making, in another language. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../rpc/model_server.h"
#include "../support/suite.h"
#include "fetch/fetch_impl.h"

enum { V0, V1, MIXED, NODES };
static const char *const states[NODES] = { "low:900:0", "accounts:900:1", "accounts:900:mixed" };
static server nodes[NODES];
enum { KEYS = 900 + 4 + 60 + 61 };

typedef struct fake {
    dg_ns now;
    unsigned steps, die_at; /* die_at 0: never */
    char notes[4000];
} fake;

static dg_ns fake_now(void *user)
{
    return ((fake *)user)->now;
}

static void fake_sleep(void *user, dg_ns until)
{
    ((fake *)user)->now = until;
}

static void fake_note(void *user, const char *text)
{
    fake *f = user;
    size_t used = strlen(f->notes);
    snprintf(f->notes + used, sizeof f->notes - used, "%s\n", text);
}

static void step(void *user, const dg_fetch_progress *now)
{
    fake *f = user;
    ck_assert(now->done <= 1.0000001);
    if (++f->steps == f->die_at)
        raise(SIGKILL);
}

/* `paths` by '|': endpoints of that node; the path is what they do (node.py). */
static dg_rpc *open_node(const char *paths, int node, fake *f)
{
    dg_rpc_options o = { .now = fake_now,
                         .sleep = fake_sleep,
                         .note = fake_note,
                         .user = f,
                         .answer_max = 2000000,
                         .patience_ms = 3600000 };
    static char urls[4][200];
    dg_rpc_endpoint ends[4];
    size_t count = 0;
    dg_rpc *rpc = NULL;
    dg_error err;
    for (const char *at = paths; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL, count++) {
        snprintf(urls[count], sizeof urls[count], "http://127.0.0.1:%u/%.*s?%u", nodes[node].port,
                 (int)strcspn(at, "|"), at, (unsigned)getpid());
        ends[count] = (dg_rpc_endpoint){ urls[count], 1 };
    }
    ck_assert_msg(dg_rpc_open(&rpc, ends, count, &o, &err) == DG_OK, "%s", err.text);
    return rpc;
}

static dg_code describe(void *user, dg_snapshot_info *info, dg_bytes code, dg_error *err)
{
    (void)user;
    (void)err;
    ck_assert_uint_eq(code.len, 300000);
    info->state_version = 1;
    return DG_OK;
}

typedef struct asked {
    const char *paths, *out, *at;
    int node;
    dg_fetch_way way;
    const char *pallet;
} asked;

static dg_code fetch(dg_fetch_report *report, fake *f, asked a, dg_error *err)
{
    dg_rpc *rpc = open_node(a.paths, a.node, f);
    dg_fetch_options o = { .path_out = a.out,
                           .at = a.at,
                           .way = a.way,
                           .pallets = &a.pallet,
                           .pallet_count = a.pallet != NULL,
                           .describe = describe,
                           .progress = step,
                           .note = fake_note,
                           .user = f };
    dg_code rc = dg_fetch_snapshot(report, rpc, &o, err);
    dg_rpc_free(rpc);
    return rc;
}

static bool is_there(const char *path, const char *suffix)
{
    char whole[600];
    snprintf(whole, sizeof whole, "%s%s", path, suffix);
    return dg_file_exists(whole);
}

/* Whole, of that block, and nothing is left beside it. */
static void assert_whole(const char *path, const dg_fetch_report *report)
{
    dg_snapshot *snapshot = NULL;
    dg_error err;
    ck_assert_msg(dg_snapshot_open(&snapshot, path, &err) == DG_OK, "%s", err.text);
    ck_assert_msg(dg_snapshot_verify(snapshot, NULL, &err) == DG_OK, "%s", err.text);
    ck_assert_uint_eq(dg_snapshot_info_of(snapshot)->keys, KEYS);
    ck_assert_uint_eq(dg_snapshot_info_of(snapshot)->number, 7);
    ck_assert(!dg_snapshot_info_of(snapshot)->partial);
    ck_assert(report->root_is_header);
    ck_assert(dg_hash_equal(&report->info.state_root, &dg_snapshot_info_of(snapshot)->state_root));
    dg_snapshot_close(snapshot);
    ck_assert(!is_there(path, ".fetch") && !is_there(path, ".part") && !is_there(path, ".lock"));
    ck_assert(dg_dir_remove(path, &err) == DG_OK);
}

/* ---- what ends well ---- */

static const struct {
    const char *paths;
    int node;
    dg_fetch_way way;
} whole[] = {
    { "ok", V0, DG_FETCH_ANY },
    { "ok", V1, DG_FETCH_ANY },
    { "ok", MIXED, DG_FETCH_ANY },
    { "ok|ok|ok", MIXED, DG_FETCH_ANY },
    { "ok,500|ok,429:3|ok", V1, DG_FETCH_ANY },
    { "ok,ok,reset:100|cut:60,ok", V1, DG_FETCH_ANY },
    { "half,ok,ok|html,ok", V1, DG_FETCH_ANY },
    { "ok|lie", V1, DG_FETCH_ANY },
    { "ok|lack", MIXED, DG_FETCH_ANY },
    { "ok|other", V1, DG_FETCH_ANY },
    { "ok|pruned", V1, DG_FETCH_ANY },
    { "ok|noproofs", V1, DG_FETCH_ANY },
    { "ok|chain", V1, DG_FETCH_ANY },
    { "ok|header", V1, DG_FETCH_ANY },
    { "ok|swap", V1, DG_FETCH_ANY },
    { "ok|giant", V1, DG_FETCH_ANY },
    { "ok|401", V1, DG_FETCH_ANY },
    { "chaos:1|ok", MIXED, DG_FETCH_ANY },
    { "chaos:2|chaos:3|ok", MIXED, DG_FETCH_ANY },
    { "chaos:4|chaos:5|ok", V1, DG_FETCH_ANY },
    { "noproofs", V0, DG_FETCH_ANY },
    { "noproofs", V1, DG_FETCH_ANY },
    { "noproofs|noproofs,500", V1, DG_FETCH_ANY },
    { "noproofs|repeat", V1, DG_FETCH_PAIRS },
    { "noproofs|null", V1, DG_FETCH_PAIRS },
    { "noproofs|less", V1, DG_FETCH_PAIRS },
    { "noproofs|other", V1, DG_FETCH_PAIRS },
    { "noproofs|swap", V1, DG_FETCH_PAIRS },
    { "noproofs|nopairs", V0, DG_FETCH_PAIRS },
    /* What pairs cannot tell, or tell wrongly, proofs do. */
    { "ok", MIXED, DG_FETCH_PAIRS },
    { "ok|lie", V1, DG_FETCH_PAIRS },
    { "ok|lack", V0, DG_FETCH_PAIRS },
    { "chaos:6|chaos:7|ok", MIXED, DG_FETCH_PAIRS },
};
enum { WHOLE = sizeof whole / sizeof *whole };

START_TEST(a_state_is_whole_or_not_there)
{
    fake f = { 0 };
    dg_fetch_report report;
    dg_error err;
    const char *out = scratch_path("whole");
    dg_code rc = fetch(
        &report, &f,
        (asked){
            .paths = whole[_i].paths, .node = whole[_i].node, .way = whole[_i].way, .out = out },
        &err);
    ck_assert_msg(rc == DG_OK, "%s: %s\n%s", whole[_i].paths, err.text, f.notes);
    assert_whole(out, &report);
}
END_TEST

/* ---- what ends in a line ---- */

static const struct {
    const char *paths, *at, *pallet;
    dg_code code;
    const char *says;
} refused[] = {
    { "lie", NULL, NULL, DG_IO, "its proof lacks the node" },
    { "lie|lie", NULL, NULL, DG_IO, "its proof lacks the node" },
    { "lack", NULL, NULL, DG_IO, "its proof lacks the" },
    { "other", NULL, NULL, DG_IO, "it answered for block 0x" },
    { "pruned", NULL, NULL, DG_IO, "State already discarded" },
    { "noproofs,nopairs", NULL, NULL, DG_IO, "Method not found" },
    { "header", NULL, NULL, DG_IO, "the header that it gave for 0x" },
    { "500", NULL, NULL, DG_IO, "HTTP status 500" },
    { "moves", "48", NULL, DG_USAGE, "block #48 is not final yet: #" },
    { "ok", "8", NULL, DG_USAGE, "block #8 is not final yet: #7 is" },
    { "ok", "99999", NULL, DG_USAGE, "block #99999 is not final yet" },
    { "ok", "0x12", NULL, DG_USAGE, "--at 0x12: a block hash has 64 digits behind 0x" },
    { "ok", "soon", NULL, DG_USAGE, "--at soon: neither finalized, nor a number, nor a hash" },
    { "ok", "0x1111111111111111111111111111111111111111111111111111111111111111", NULL, DG_IO,
      "it has no such header" },
    { "ok", NULL, "Nobody", DG_USAGE, "the state has no key of a pallet Nobody" },
};
enum { REFUSED = sizeof refused / sizeof *refused };

START_TEST(what_cannot_be_had_is_one_line)
{
    fake f = { 0 };
    dg_fetch_report report;
    dg_error err;
    const char *out = scratch_path("refused");
    dg_code rc = fetch(&report, &f,
                       (asked){ .paths = refused[_i].paths,
                                .at = refused[_i].at,
                                .pallet = refused[_i].pallet,
                                .node = V1,
                                .out = out },
                       &err);
    ck_assert_msg(rc == refused[_i].code && err.code == rc, "%s: %d %s", refused[_i].paths, rc,
                  rc < 0 ? err.text : "");
    ck_assert_msg(strstr(err.text, refused[_i].says), "%s", err.text);
    ck_assert(!is_there(out, "") && !is_there(out, ".part") && !is_there(out, ".lock"));
    if (is_there(out, ".fetch")) {
        char journal[600];
        snprintf(journal, sizeof journal, "%s.fetch", out);
        ck_assert(dg_dir_remove(journal, &err) == DG_OK);
    }
}
END_TEST

/* Pairs of two state versions have no root that is the chain's, and a lie has none either: where no
 * proofs are served, that is said, and the snapshot says that it is not whole. */
static const struct {
    const char *paths;
    int node;
} own_root[] = { { "noproofs", MIXED }, { "noproofs+lie", V1 } };

START_TEST(without_proofs_a_root_may_be_its_own)
{
    const char *out = scratch_path("own");
    fake f = { 0 };
    dg_fetch_report report;
    dg_snapshot *snapshot = NULL;
    dg_error err;
    asked a = {
        .paths = own_root[_i].paths, .node = own_root[_i].node, .way = DG_FETCH_PAIRS, .out = out
    };
    ck_assert_msg(fetch(&report, &f, a, &err) == DG_OK, "%s", err.text);
    ck_assert(!report.root_is_header && report.info.partial);
    ck_assert(strstr(f.notes, "do not come to the header's state root"));
    ck_assert(dg_snapshot_open(&snapshot, out, &err) == DG_OK);
    ck_assert(dg_snapshot_info_of(snapshot)->partial);
    ck_assert(dg_snapshot_verify(snapshot, NULL, &err) == DG_OK);
    dg_snapshot_close(snapshot);
    ck_assert(dg_dir_remove(out, &err) == DG_OK);
}
END_TEST

/* ---- which block ---- */

START_TEST(the_block_is_pinned_once)
{
    static const char *const ats[] = { NULL, "finalized", "7" };
    fake f = { 0 };
    dg_fetch_report report;
    dg_error err;
    const char *out = scratch_path("pinned");
    for (int i = 0; i < 3; i++) {
        asked a = { .paths = "ok|moves", .at = ats[i], .node = V1, .out = out };
        ck_assert_msg(fetch(&report, &f, a, &err) == DG_OK, "%s", err.text);
        ck_assert(report.named == 2 && report.asked == 2);
        assert_whole(out, &report);
    }
    ck_assert(strstr(f.notes, "fetching block #7 0x"));
}
END_TEST

START_TEST(a_pallet_alone_is_partial)
{
    fake f = { 0 };
    dg_fetch_report report;
    dg_snapshot *snapshot = NULL;
    dg_error err;
    const char *out = scratch_path("pallet");
    asked a = { .paths = "ok", .node = V1, .out = out, .pallet = "System" };
    ck_assert_msg(fetch(&report, &f, a, &err) == DG_OK, "%s", err.text);
    ck_assert(dg_snapshot_open(&snapshot, out, &err) == DG_OK);
    ck_assert(dg_snapshot_info_of(snapshot)->partial && !report.root_is_header);
    ck_assert(dg_snapshot_info_of(snapshot)->keys == 630 + 2);
    ck_assert(dg_snapshot_verify(snapshot, NULL, &err) == DG_OK);
    dg_snapshot_close(snapshot);
    ck_assert(dg_dir_remove(out, &err) == DG_OK);
}
END_TEST

/* ---- going on ---- */

static dg_buf reference;

static void read_store(dg_buf *out, const char *path)
{
    char file[600];
    dg_error err;
    dg_buf_init(out, 1 << 28);
    snprintf(file, sizeof file, "%s/data.mdb", path);
    ck_assert_msg(dg_file_read(out, file, &err) == DG_OK, "%s", err.text);
}

static void make_reference(void)
{
    fake f = { 0 };
    dg_fetch_report report;
    dg_error err;
    const char *out = scratch_path("reference");
    if (reference.len)
        return;
    ck_assert(fetch(&report, &f, (asked){ .paths = "ok", .node = MIXED, .out = out }, &err)
              == DG_OK);
    read_store(&reference, out);
    assert_whole(out, &report);
}

/* A process that dies at its n-th answer, of whose journal `cut` bytes are gone as well. */
static void die(const char *out, dg_fetch_way way, unsigned n, size_t cut)
{
    char journal[600];
    dg_buf bytes;
    dg_error err;
    int status;
    pid_t pid = fork();
    ck_assert(pid >= 0);
    if (pid == 0) {
        fake f = { .die_at = n };
        dg_fetch_report report;
        fetch(&report, &f, (asked){ .paths = "ok|ok", .node = MIXED, .way = way, .out = out },
              NULL);
        _exit(0);
    }
    ck_assert(waitpid(pid, &status, 0) == pid);
    snprintf(journal, sizeof journal, "%s.fetch/journal", out);
    if (WIFSIGNALED(status)) {
        ck_assert(WTERMSIG(status) == SIGKILL && is_there(out, ".part"));
        dg_buf_init(&bytes, 1 << 28);
        ck_assert(dg_file_read(&bytes, journal, &err) == DG_OK);
        ck_assert(truncate(journal, (off_t)(cut < bytes.len ? bytes.len - cut : 0)) == 0);
        dg_buf_clear(&bytes);
    }
}

static void kill_and_go_on(unsigned seed)
{
    dg_rng rng = dg_rng_fork(seed, "kills", 0, 0);
    fake f = { 0 };
    dg_fetch_report report;
    dg_buf bytes;
    dg_error err;
    const char *out = scratch_path("killed");
    dg_fetch_way way = seed % 2 ? DG_FETCH_PAIRS : DG_FETCH_PROOFS;
    make_reference();
    for (unsigned deaths = 1 + (unsigned)dg_rng_below(&rng, 3); deaths && !is_there(out, "");
         deaths--)
        die(out, way, 1 + (unsigned)dg_rng_below(&rng, 30),
            dg_rng_below(&rng, 2) ? 0 : (size_t)dg_rng_below(&rng, 3000));
    if (!is_there(out, "")) {
        dg_code rc = fetch(
            &report, &f, (asked){ .paths = "ok|ok", .node = MIXED, .way = way, .out = out }, &err);
        ck_assert_msg(rc == DG_OK, "seed %u: %s", seed, err.text);
    } else {
        report.root_is_header = true;
        dg_snapshot *snapshot = NULL;
        ck_assert(dg_snapshot_open(&snapshot, out, &err) == DG_OK);
        report.info = *dg_snapshot_info_of(snapshot);
        dg_snapshot_close(snapshot);
    }
    read_store(&bytes, out);
    assert_bytes(dg_buf_bytes(&bytes), dg_buf_bytes(&reference), "store after kills");
    dg_buf_clear(&bytes);
    assert_whole(out, &report);
}

START_TEST(it_goes_on_after_a_kill)
{
    kill_and_go_on((unsigned)_i);
}
END_TEST

START_TEST(it_goes_on_after_two_hundred_kills)
{
    for (unsigned seed = 100; seed < 300; seed++)
        kill_and_go_on(seed);
}
END_TEST

/* What a journal holds is not believed: bytes that were changed are asked for again. */
START_TEST(a_journal_that_was_changed_is_no_state)
{
    const char *out = scratch_path("changed");
    dg_fetch_way way = _i ? DG_FETCH_PAIRS : DG_FETCH_PROOFS;
    fake f = { 0 };
    dg_fetch_report report;
    char journal[600];
    dg_buf bytes;
    dg_error err;
    die(out, way, 12, 0);
    snprintf(journal, sizeof journal, "%s.fetch/journal", out);
    dg_buf_init(&bytes, 1 << 28);
    ck_assert(dg_file_read(&bytes, journal, &err) == DG_OK && bytes.len > 3000);
    bytes.at[bytes.len / 2] ^= 1;
    ck_assert(dg_file_write(journal, dg_buf_bytes(&bytes), &err) == DG_OK);
    dg_buf_clear(&bytes);
    ck_assert_msg(
        fetch(&report, &f, (asked){ .paths = "ok", .node = MIXED, .way = way, .out = out }, &err)
            == DG_OK,
        "%s", err.text);
    ck_assert(report.resumed && strstr(f.notes, "going on with block #7"));
    assert_whole(out, &report);
}
END_TEST

START_TEST(two_on_one_target)
{
    const char *out = scratch_path("two");
    dg_snapshot_writer *other = NULL;
    fake f = { 0 };
    dg_fetch_report report;
    dg_error err;
    ck_assert(dg_snapshot_begin(&other, out, false, &err) == DG_OK);
    ck_assert(fetch(&report, &f, (asked){ .paths = "ok", .node = V1, .out = out }, &err) == DG_IO);
    ck_assert_msg(strstr(err.text, "is being made by another doppel process"), "%s", err.text);
    dg_snapshot_abandon(other);
    ck_assert(fetch(&report, &f, (asked){ .paths = "ok", .node = V1, .out = out }, &err) == DG_OK);
    assert_whole(out, &report);
    ck_assert(dg_dir_make(out, &err) == DG_OK);
    ck_assert(fetch(&report, &f, (asked){ .paths = "ok", .node = V1, .out = out }, &err)
              == DG_USAGE);
    ck_assert(dg_dir_remove(out, &err) == DG_OK);
}
END_TEST

/* ---- names of chains ---- */

START_TEST(a_file_goes_before_the_table)
{
    const char *file = scratch_path("chains");
    dg_fetch_endpoints e;
    dg_error err;
    ck_assert(dg_fetch_endpoints_of(&e, "polkadot", NULL, &err) == DG_OK && e.count >= 3);
    dg_fetch_endpoints_clear(&e);
    ck_assert(dg_fetch_endpoints_of(&e, "https://a,wss://b,", NULL, &err) == DG_OK);
    ck_assert(e.count == 2);
    ck_assert_str_eq(e.at[1].url, "wss://b");
    dg_fetch_endpoints_clear(&e);
    ck_assert(dg_file_write(
                  file, dg_text("# ours\npolkadot https://own 7 # fast\n\nmine http://m\n"), &err)
              == DG_OK);
    ck_assert(dg_fetch_endpoints_of(&e, "polkadot", file, &err) == DG_OK && e.count == 1);
    ck_assert_str_eq(e.at[0].url, "https://own");
    ck_assert_uint_eq(e.at[0].weight, 7);
    dg_fetch_endpoints_clear(&e);
    ck_assert(dg_fetch_names_chain("mine", file) && !dg_fetch_names_chain("mine", NULL));
    ck_assert(dg_fetch_names_chain("kusama", file) && !dg_fetch_names_chain("spec.json", NULL));
    ck_assert(dg_file_write(file, dg_text("a http://b\nx http://y 0\n"), &err) == DG_OK);
    ck_assert(dg_fetch_endpoints_of(&e, "a", file, &err) == DG_MALFORMED);
    ck_assert_msg(strstr(err.text, "line 2: a weight is a number from 1 to 1000"), "%s", err.text);
    dg_fetch_endpoints_clear(&e);
    ck_assert(dg_fetch_endpoints_of(&e, "nowhere", NULL, &err) == DG_USAGE);
    dg_fetch_endpoints_clear(&e);
    for (size_t i = 0; dg_fetch_chain_at(i); i++) {
        dg_rpc *rpc = NULL;
        ck_assert(dg_fetch_endpoints_of(&e, dg_fetch_chain_at(i), NULL, &err) == DG_OK);
        ck_assert(dg_rpc_open(&rpc, e.at, e.count, NULL, &err) == DG_OK);
        dg_rpc_free(rpc);
        dg_fetch_endpoints_clear(&e);
    }
}
END_TEST

static void begin(void)
{
    for (int i = 0; i < NODES; i++) {
        const char *argv[] = { "python3", "tests/fetch/node.py", states[i], NULL };
        nodes[i] = server_start(argv);
    }
}

static void end(void)
{
    for (int i = 0; i < NODES; i++)
        server_stop(&nodes[i]);
    dg_buf_clear(&reference);
}

int main(void)
{
    Suite *suite = suite_create("fetch");
    TCase *tc = tcase_create("fetch");
    tcase_add_unchecked_fixture(tc, begin, end);
    tcase_set_timeout(tc, 600);
    tcase_add_loop_test(tc, a_state_is_whole_or_not_there, 0, WHOLE);
    tcase_add_loop_test(tc, what_cannot_be_had_is_one_line, 0, REFUSED);
    tcase_add_loop_test(tc, without_proofs_a_root_may_be_its_own, 0, 2);
    tcase_add_test(tc, the_block_is_pinned_once);
    tcase_add_test(tc, a_pallet_alone_is_partial);
    tcase_add_loop_test(tc, it_goes_on_after_a_kill, 0, 6);
    tcase_add_test(tc, it_goes_on_after_two_hundred_kills);
    tcase_add_loop_test(tc, a_journal_that_was_changed_is_no_state, 0, 2);
    tcase_add_test(tc, two_on_one_target);
    tcase_add_test(tc, a_file_goes_before_the_table);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
