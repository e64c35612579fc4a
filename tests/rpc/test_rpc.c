/* test_rpc.c - calls to servers that misbehave. A public endpoint refuses, cuts off, repeats, lies
 * and dies; none of it may end in an answer that is not the one asked for, nor in a second line. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../support/suite.h"
#include "model_server.h"
#include "rpc/rpc_impl.h"

static server plain, secure;

/* A clock that goes only where nobody would be under way: tests do not sleep. */
typedef struct fake {
    dg_ns now, slept;
    char notes[2000];
} fake;

static dg_ns fake_now(void *user)
{
    return ((fake *)user)->now;
}

static void fake_sleep(void *user, dg_ns until)
{
    fake *f = user;
    f->slept += until - f->now;
    f->now = until;
}

static void fake_note(void *user, const char *text)
{
    fake *f = user;
    size_t used = strlen(f->notes);
    snprintf(f->notes + used, sizeof f->notes - used, "%s\n", text);
}

static dg_rpc_options options_of(fake *f)
{
    return (dg_rpc_options){
        .now = fake_now, .sleep = fake_sleep, .note = fake_note, .user = f, .attempts_max = 6
    };
}

/* `paths` by '|': endpoints of the plain server; the path is what they do (server.py). */
static dg_rpc *open_with(const char *paths, const dg_rpc_options *options)
{
    static char urls[4][200];
    dg_rpc_endpoint ends[4];
    size_t count = 0;
    dg_rpc *rpc = NULL;
    dg_error err;
    for (const char *at = paths; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL, count++) {
        snprintf(urls[count], sizeof urls[count], "http://127.0.0.1:%u/%.*s", plain.port,
                 (int)strcspn(at, "|"), at);
        ends[count] = (dg_rpc_endpoint){ urls[count], 1 };
    }
    ck_assert_msg(dg_rpc_open(&rpc, ends, count, options, &err) == DG_OK, "%s", err.text);
    return rpc;
}

static dg_rpc_call echo(int number)
{
    return (dg_rpc_call){ .method = "echo", .params = json_pack("[i, s]", number, "x") };
}

/* Is the answer what was asked? */
static dg_code is_echo(void *user, dg_rpc_call *call, dg_error *err)
{
    (void)user;
    return json_equal(call->result, call->params) ? DG_OK
                                                  : dg_fail(err, DG_MISMATCH, "it echoed wrongly");
}

/* A path of its own for each row: the server counts by path. */
static const char *own(const char *path, int row)
{
    static char text[4][300];
    static unsigned next;
    char *to = text[next++ % 4];
    int used = 0;
    for (const char *at = path; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        used += snprintf(to + used, 300 - (size_t)used, "%s%.*s,ok?%d", used ? "|" : "",
                         (int)strcspn(at, "|"), at, row);
    return to;
}

/* ---- what heals ---- */

/* Each is answered in the end, whatever came first. The script's later entries are all "ok". */
static const char *const passing[] = {
    "ok",
    "429:7",
    "503:3",
    "500,502",
    "reset:0",
    "reset:30",
    "reset:90",
    "cut:5",
    "cut:120",
    "half",
    "html",
    "giant:9000",
    "deep:40",
    "wide:900",
    "twice",
    "other",
    "less",
    "neither",
    "swap",
    "most:3,most:3,most:3,most:3",
    "single,single,single,single",
    "zip",
    "408",
    "404",
};
enum { PASSING = sizeof passing / sizeof *passing };

START_TEST(what_passes_is_answered)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc_call calls[20];
    dg_rpc *rpc;
    dg_error err;
    o.values_max = 500;
    o.answer_max = 4000;
    rpc = open_with(own(passing[_i], _i), &o);
    for (int i = 0; i < 20; i++) {
        calls[i] = echo(i);
        calls[i].check = is_echo;
    }
    ck_assert_msg(dg_rpc_batch(rpc, calls, 20, &err) == DG_OK, "%s: %s", passing[_i], err.text);
    for (int i = 0; i < 20; i++) {
        ck_assert(json_equal(calls[i].result, calls[i].params));
        dg_rpc_call_clear(&calls[i]);
    }
    dg_rpc_free(rpc);
}
END_TEST

/* It says for how long, and that is how long it is left alone. */
START_TEST(retry_after_is_kept)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc *rpc = open_with("429:41,503:9,ok", &o);
    dg_rpc_call call = echo(1);
    dg_error err;
    ck_assert(dg_rpc_ask(rpc, &call, &err) == DG_OK);
    ck_assert_uint_eq(f.slept / (1000 * DG_RPC_MS), 41 + 9);
    ck_assert_uint_eq(dg_rpc_stats_get(rpc).rate_limited, 2);
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
}
END_TEST

/* A slow drip is cut off by the time a request may take, and asked elsewhere. */
START_TEST(what_stalls_is_asked_elsewhere)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc *rpc;
    dg_rpc_call call = echo(1);
    dg_error err;
    o.timeout_ms = 150;
    rpc = open_with("stall:40|ok", &o);
    ck_assert_msg(dg_rpc_ask(rpc, &call, &err) == DG_OK, "%s", err.text);
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
}
END_TEST

/* ---- what does not heal ---- */

static const struct {
    const char *paths, *method;
    dg_code code;
    const char *says;
} failing[] = {
    { "500", "echo", DG_IO, "echo was not answered: http://127.0.0.1:PORT: HTTP status 500" },
    { "429:90000", "echo", DG_IO, "echo was not answered: http://127.0.0.1:PORT: HTTP status 429" },
    { "401", "echo", DG_IO, "HTTP status 401" },
    { "moved", "echo", DG_IO, "HTTP status 302" },
    { "html", "echo", DG_IO, "its answer is no JSON at byte" },
    { "giant:9000", "echo", DG_LIMIT, "its answer has more than 4000 bytes" },
    { "ok", "gone", DG_ABSENT, "gone: Client error: UnknownBlock: State already discarded" },
    { "ok", "nomethod", DG_UNSUPPORTED, "nomethod: Method not found" },
    { "ok", "refused", DG_IO, "refused: Invalid params" },
    { "ok", "busy", DG_IO, "Server is busy" },
    { "ok", "broken", DG_IO, "broken: Internal error" },
    { "lie", "echo", DG_MISMATCH, "it echoed wrongly" },
    { "lie|500", "echo", DG_IO, "it echoed wrongly; http://127.0.0.1:PORT: HTTP status 500" },
    { "lie|lie", "echo", DG_MISMATCH, "it echoed wrongly; http" },
    { "other", "echo", DG_IO, "it answered what was not asked" },
    { "neither", "echo", DG_IO, "neither a result nor an error" },
    { "deep:33", "echo", DG_IO, "its answer is nested more than 32 deep" },
};
enum { FAILING = sizeof failing / sizeof *failing };

START_TEST(what_stays_ends_in_one_line)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc_call call = { .method = failing[_i].method, .check = is_echo };
    char port[16], *at, text[600];
    dg_rpc *rpc;
    dg_error err;
    dg_code rc;
    o.answer_max = 4000;
    rpc = open_with(failing[_i].paths, &o);
    call.params = json_pack("[i]", 7);
    rc = dg_rpc_ask(rpc, &call, &err);
    ck_assert_msg(rc == failing[_i].code, "%s: %d %s", failing[_i].paths, rc, err.text);
    ck_assert(!call.result && call.err.code == rc);
    snprintf(port, sizeof port, ":%u", plain.port);
    snprintf(text, sizeof text, "%s", err.text);
    while ((at = strstr(text, port))) {
        memmove(at + 5, at + strlen(port), strlen(at + strlen(port)) + 1);
        memcpy(at, ":PORT", 5);
    }
    ck_assert_msg(strstr(text, failing[_i].says), "%s", text);
    ck_assert_msg(!strchr(text, '\n'), "%s", text);
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
}
END_TEST

/* Where one lies, lacks the method or has no such block, the other is asked. */
static const char *const helped[] = { "lie|ok", "500|ok", "401|ok", "half|ok", "giant:9000|ok" };

START_TEST(another_is_asked_instead)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc_call calls[40];
    dg_rpc *rpc;
    dg_error err;
    o.answer_max = 4000;
    rpc = open_with(helped[_i], &o);
    for (int i = 0; i < 40; i++) {
        calls[i] = echo(i);
        calls[i].check = is_echo;
    }
    ck_assert_msg(dg_rpc_batch(rpc, calls, 40, &err) == DG_OK, "%s", err.text);
    for (int i = 0; i < 40; i++) {
        ck_assert_uint_eq(calls[i].endpoint, 1);
        dg_rpc_call_clear(&calls[i]);
    }
    dg_rpc_free(rpc);
}
END_TEST

/* A port on which nobody listens. */
START_TEST(the_dead_are_left_alone)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    char url[64];
    dg_rpc_endpoint ends[2] = { { "http://127.0.0.1:1/k3y", 1 }, { url, 1 } };
    dg_rpc_call call = echo(1);
    dg_rpc *rpc;
    dg_error err;
    snprintf(url, sizeof url, "http://127.0.0.1:%u/ok", plain.port);
    ck_assert(dg_rpc_open(&rpc, ends, 1, &o, &err) == DG_OK);
    ck_assert(dg_rpc_ask(rpc, &call, &err) == DG_IO);
    ck_assert(strstr(err.text, "http://127.0.0.1:1: ") && !strstr(err.text, "k3y"));
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
    ck_assert(dg_rpc_open(&rpc, ends, 2, &o, &err) == DG_OK);
    call = echo(2);
    ck_assert(dg_rpc_ask(rpc, &call, &err) == DG_OK && call.endpoint == 1);
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
}
END_TEST

/* A batch that is too large is halved; one answer that is too large says so. */
START_TEST(answers_that_are_too_large_come_one_by_one)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc_call calls[16] = { 0 };
    dg_rpc *rpc;
    dg_error err;
    o.answer_max = 1000;
    rpc = open_with("ok", &o);
    for (int i = 0; i < 16; i++) {
        calls[i].method = "long";
        calls[i].params = json_pack("[i]", i == 9 ? 2000 : 400);
    }
    ck_assert(dg_rpc_batch(rpc, calls, 16, &err) == DG_LIMIT);
    for (int i = 0; i < 16; i++) {
        ck_assert_int_eq(calls[i].code, i == 9 ? DG_LIMIT : DG_OK);
        dg_rpc_call_clear(&calls[i]);
    }
    dg_rpc_free(rpc);
}
END_TEST

/* ---- secrets, certificates, proxies ---- */

START_TEST(keys_are_sent_and_not_told)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    const char *header = "X-Key: secret", *bad[] = { "no colon", "a: b\r\nc: d", ": x" };
    dg_rpc_call call = echo(1);
    dg_rpc_endpoint end = { "http://u:p@127.0.0.1:1/key?k=v", 1 };
    dg_rpc *rpc = NULL;
    dg_error err;
    o.headers = &header;
    o.header_count = 1;
    rpc = open_with("key", &o);
    ck_assert_msg(dg_rpc_ask(rpc, &call, &err) == DG_OK, "%s", err.text);
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
    for (int i = 0; i < 3; i++) {
        o.headers = &bad[i];
        ck_assert(dg_rpc_open(&rpc, &end, 1, &o, &err) == DG_USAGE && !rpc);
        ck_assert(!strstr(err.text, bad[i]));
    }
    o.header_count = 0;
    ck_assert(dg_rpc_open(&rpc, &end, 1, &o, &err) == DG_OK);
    ck_assert_str_eq(dg_rpc_endpoint_shown(rpc, 0), "http://127.0.0.1:1");
    dg_rpc_free(rpc);
}
END_TEST

static const struct {
    const char *url, *shown; /* NULL: refused */
    bool note;
} addresses[] = {
    { "https://a.example/x", "https://a.example", false },
    { "wss://a.example:443/x?key=1", "https://a.example:443", true },
    { "ws://127.0.0.1:9944", "http://127.0.0.1:9944", true },
    { "HTTPS://[::1]:9944", "https://[::1]:9944", false },
    { "ftp://a.example", NULL, false },
    { "file:///etc/passwd", NULL, false },
    { "a.example", NULL, false },
    { "https://", NULL, false },
    { "https://a b/", NULL, false },
};

START_TEST(endpoints_are_urls)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc_endpoint end = { addresses[_i].url, 0 };
    dg_rpc *rpc = NULL;
    dg_error err;
    dg_code rc = dg_rpc_open(&rpc, &end, 1, &o, &err);
    ck_assert_int_eq(rc, addresses[_i].shown ? DG_OK : DG_USAGE);
    if (rc == DG_OK)
        ck_assert_str_eq(dg_rpc_endpoint_shown(rpc, 0), addresses[_i].shown);
    ck_assert_int_eq(f.notes[0] != 0, addresses[_i].note);
    dg_rpc_free(rpc);
}
END_TEST

/* TLS: a certificate that nobody vouches for is refused at once; with --cacert, or as curl's own
 * users say it, it is trusted. */
START_TEST(certificates_are_verified)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    char url[64];
    dg_rpc_endpoint end = { url, 1 };
    dg_rpc_call call = echo(1);
    dg_rpc *rpc;
    dg_error err;
    snprintf(url, sizeof url, "wss://127.0.0.1:%u/ok", secure.port);
    unsetenv("CURL_CA_BUNDLE");
    for (int way = 0; way < 3; way++) {
        o.cacert = way == 1 ? "tests/rpc/localhost.crt" : NULL;
        if (way == 2)
            setenv("CURL_CA_BUNDLE", "tests/rpc/localhost.crt", 1);
        ck_assert(dg_rpc_open(&rpc, &end, 1, &o, &err) == DG_OK);
        ck_assert_int_eq(dg_rpc_ask(rpc, &call, &err), way ? DG_OK : DG_IO);
        if (!way)
            ck_assert_msg(f.slept == 0 && strstr(err.text, "certificate"), "%s", err.text);
        dg_rpc_call_clear(&call);
        call = echo(1);
        dg_rpc_free(rpc);
    }
    dg_rpc_call_clear(&call);
    setenv("CURL_CA_BUNDLE", "nowhere.crt", 1);
    ck_assert(dg_rpc_open(&rpc, &end, 1, &o, &err) == DG_USAGE);
    ck_assert_str_eq(err.text, "nowhere.crt: there are no certificates");
    unsetenv("CURL_CA_BUNDLE");
}
END_TEST

START_TEST(proxies_and_netrc_are_those_of_curl)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc_endpoint end = { "http://node.invalid/ok", 1 };
    char proxy[64], *home = strdup(getenv("HOME") ? getenv("HOME") : "/");
    const char *netrc = "machine 127.0.0.1 login me password my\n";
    dg_rpc_call call = echo(1);
    dg_rpc *rpc;
    dg_error err;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", plain.port);
    setenv("http_proxy", proxy, 1);
    ck_assert(dg_rpc_open(&rpc, &end, 1, &o, &err) == DG_OK);
    ck_assert_msg(dg_rpc_ask(rpc, &call, &err) == DG_OK, "%s", err.text);
    unsetenv("http_proxy");
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
    ck_assert(dg_file_write(scratch_path(".netrc"), dg_text(netrc), &err) == DG_OK);
    setenv("HOME", scratch_dir(), 1);
    rpc = open_with("netrc", &o);
    call = echo(2);
    ck_assert_msg(dg_rpc_ask(rpc, &call, &err) == DG_OK, "%s", err.text);
    dg_rpc_call_clear(&call);
    dg_rpc_free(rpc);
    setenv("HOME", home, 1);
    free(home);
}
END_TEST

/* ---- waiting ---- */

/* It doubles, has a ceiling, and is the same for one seed. */
START_TEST(backoff_doubles_with_jitter)
{
    dg_rng a = dg_rng_fork(1, "rpc", 0, 0), b = a;
    for (unsigned n = 1; n < 40; n++) {
        dg_ns whole = (n > 7 ? 30000 : UINT64_C(250) << (n - 1)) * DG_RPC_MS;
        dg_ns got = dg_rpc_backoff(&a, n);
        ck_assert(got <= whole && got >= whole / 2);
        ck_assert(got == dg_rpc_backoff(&b, n));
    }
}
END_TEST

/* Calls under way at one time end in any order, each once; what is added while others are under way
 * is answered too. */
START_TEST(many_are_under_way_at_once)
{
    fake f = { 0 };
    dg_rpc_options o = options_of(&f);
    dg_rpc *rpc = open_with("ok|most:5|500,ok", &o);
    static dg_rpc_call calls[1200];
    dg_rpc_call *one, extra = echo(-1);
    size_t ended = 0;
    dg_error err;
    for (int i = 0; i < 1000; i++) {
        calls[i] = echo(i);
        dg_rpc_start(rpc, &calls[i]);
    }
    while (dg_rpc_wait(rpc, &one, &err) == DG_OK) {
        ck_assert(one->code == DG_OK && json_equal(one->result, one->params));
        if (ended == 500) {
            ck_assert(dg_rpc_ask(rpc, &extra, &err) == DG_OK);
            dg_rpc_call_clear(&extra);
        }
        if (++ended <= 200) {
            calls[999 + ended] = echo((int)(999 + ended));
            dg_rpc_start(rpc, &calls[999 + ended]);
        }
        dg_rpc_call_clear(one);
    }
    ck_assert_uint_eq(ended, 1200);
    ck_assert(dg_rpc_stats_get(rpc).requests < 600);
    dg_rpc_free(rpc);
}
END_TEST

static void begin(void)
{
    const char *argv[] = { "python3", "tests/rpc/server.py", NULL, NULL, NULL };
    plain = server_start(argv);
    argv[2] = "tests/rpc/localhost.crt";
    argv[3] = "tests/rpc/localhost.key";
    secure = server_start(argv);
}

static void end(void)
{
    server_stop(&plain);
    server_stop(&secure);
}

int main(void)
{
    Suite *suite = suite_create("rpc");
    TCase *tc = tcase_create("rpc");
    for (const char *const *name = (const char *const[]){ "http_proxy", "https_proxy", "all_proxy",
                                                          "HTTPS_PROXY", "ALL_PROXY", NULL };
         *name; name++)
        unsetenv(*name);
    tcase_add_unchecked_fixture(tc, begin, end);
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, what_passes_is_answered, 0, PASSING);
    tcase_add_test(tc, retry_after_is_kept);
    tcase_add_test(tc, what_stalls_is_asked_elsewhere);
    tcase_add_loop_test(tc, what_stays_ends_in_one_line, 0, FAILING);
    tcase_add_loop_test(tc, another_is_asked_instead, 0, sizeof helped / sizeof *helped);
    tcase_add_test(tc, the_dead_are_left_alone);
    tcase_add_test(tc, answers_that_are_too_large_come_one_by_one);
    tcase_add_test(tc, keys_are_sent_and_not_told);
    tcase_add_loop_test(tc, endpoints_are_urls, 0, sizeof addresses / sizeof *addresses);
    tcase_add_test(tc, certificates_are_verified);
    tcase_add_test(tc, proxies_and_netrc_are_those_of_curl);
    tcase_add_test(tc, backoff_doubles_with_jitter);
    tcase_add_test(tc, many_are_under_way_at_once);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
