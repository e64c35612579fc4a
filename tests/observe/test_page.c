/* Pages that nodes serve, and what is no page: every number that is looked for is found under the
 * prefixes that there are, and one line says what is wrong with the rest. */
#include "../support/suite.h"

#include "observe/observe.h"

#include <string.h>

static dg_observe_sample sample;

static dg_code read_page(const char *page, dg_error *err)
{
    memset(&sample, 0, sizeof sample);
    sample.rss_kib = sample.cpu_ms = sample.best = sample.finalized = sample.peers = -1;
    return dg_observe_page(&sample, dg_text(page), err);
}

static int64_t unread(const char *entity)
{
    for (size_t i = 0; i < sample.channel_count; i++)
        if (strcmp(sample.channels[i].entity, entity) == 0)
            return sample.channels[i].unread;
    return -1;
}

START_TEST(a_page_of_a_relay_node)
{
    dg_error err;
    ck_assert_int_eq(
        read_page("# HELP substrate_block_height Block height info of the chain\n"
                  "# TYPE substrate_block_height gauge\n"
                  "substrate_block_height{status=\"best\",chain=\"paseo\"} 1204\n"
                  "substrate_block_height{status=\"finalized\",chain=\"paseo\"} 1202\r\n"
                  "substrate_block_height{status=\"sync_target\",chain=\"paseo\"} 99999\n"
                  "\n"
                  "substrate_sub_libp2p_peers_count{chain=\"paseo\"} 7\n"
                  "substrate_unbounded_channel_len{action=\"send\",entity=\"mpsc_x\"} 100\n"
                  "substrate_unbounded_channel_len{action=\"received\",entity=\"mpsc_x\"} 58\n"
                  "substrate_unbounded_channel_len{action=\"dropped\",entity=\"mpsc_x\"} 2\n"
                  "substrate_unbounded_channel_size{entity=\"mpsc_y\"} 5 1700000000000\n"
                  "process_resident_memory_bytes 2.72629760e+08\n"
                  "process_cpu_seconds_total 12.5\n",
                  &err),
        DG_OK);
    ck_assert_int_eq(sample.best, 1204);
    ck_assert_int_eq(sample.finalized, 1202);
    ck_assert_int_eq(sample.peers, 7);
    ck_assert_int_eq(sample.rss_kib, 266240);
    ck_assert_int_eq(sample.cpu_ms, 12500);
    ck_assert_uint_eq(sample.channel_count, 2);
    ck_assert_int_eq(unread("mpsc_x"), 40);
    ck_assert_int_eq(unread("mpsc_y"), 5);
}
END_TEST

/* A collator's process has two nodes in it, so two channels of each name. */
START_TEST(two_chains_in_one_process_have_channels_of_their_own)
{
    dg_error err;
    ck_assert_int_eq(
        read_page("substrate_unbounded_channel_size{chain=\"para\",entity=\"mpsc_x\"} 3\n"
                  "polkadot_unbounded_channel_size{entity=\"mpsc_x\",chain=\"relay\"} 48211\n",
                  &err),
        DG_OK);
    ck_assert_int_eq(unread("mpsc_x (para)"), 3);
    ck_assert_int_eq(unread("mpsc_x (relay)"), 48211);
}
END_TEST

static const struct {
    const char *page, *says;
} wrong[] = {
    { "<html><body>502 Bad Gateway</body></html>\n",
      "line 1 is none of a page of metrics: <html>" },
    { "{\"jsonrpc\":\"2.0\"}\n", "line 1 is none" },
    { "", "none of the metrics that are looked for" },
    { "go_goroutines 7\n", "none of the metrics that are looked for" },
    { "process_resident_memory_bytes\n", "line 1 is none" },
    { "process_resident_memory_bytes many\n", "line 1 is none" },
    { "process_resident_memory_bytes 0x10\n", "line 1 is none" },
    { "process_resident_memory_bytes 1 2 3\n", "line 1 is none" },
    { "# fine\na{b=\"c} 1\n", "line 2 is none" },
    { "a{b=\"c\" d=\"e\"} 1\n", "line 1 is none" },
};

START_TEST(what_is_no_page_is_told_in_one_line)
{
    dg_error err;
    ck_assert_int_eq(read_page(wrong[_i].page, &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, wrong[_i].says) != NULL, "%s", err.text);
}
END_TEST

START_TEST(numbers_that_no_count_has_are_the_nearest_that_is)
{
    dg_error err;
    ck_assert_int_eq(read_page("block_height{status=\"best\"} NaN\n"
                               "block_height{status=\"finalized\"} +Inf\n"
                               "unbounded_channel_len{entity=\"a\\\"\\n\",action=\"received\"} 5\n",
                               &err),
                     DG_OK);
    ck_assert_int_eq(sample.best, 0);
    ck_assert_int_eq(sample.finalized, INT64_C(9000000000000000));
    ck_assert_int_eq(unread("a\"n"), 0);
}
END_TEST

START_TEST(more_channels_than_are_kept)
{
    dg_buf page;
    dg_error err;
    dg_buf_init(&page, 1 << 20);
    for (int i = 0; i <= DG_OBSERVE_CHANNELS_MAX; i++)
        dg_buf_printf(&page, "x_unbounded_channel_size{entity=\"e%d\"} 1\n", i);
    ck_assert_int_eq(read_page(dg_buf_text(&page), &err), DG_LIMIT);
    dg_buf_clear(&page);
}
END_TEST

START_TEST(a_sample_is_the_same_when_it_is_read_again)
{
    dg_observe_sample again;
    dg_buf line;
    dg_error err;
    dg_buf_init(&line, DG_OBSERVE_LINE_MAX);
    ck_assert_int_eq(read_page("block_height{status=\"best\"} 3\n"
                               "unbounded_channel_size{entity=\"a\\\"b\\\\\"} 5\n",
                               &err),
                     DG_OK);
    sample.at_ms = 17;
    dg_observe_line_out(&line, &sample);
    ck_assert_str_eq(dg_buf_text(&line),
                     "{\"at_ms\":17,\"best\":3,\"channels\":{\"a\\\"b\\\\\":5}}");
    ck_assert_int_eq(dg_observe_line_in(&again, dg_buf_bytes(&line), &err), DG_OK);
    ck_assert_int_eq(again.rss_kib, -1);
    ck_assert_int_eq(again.at_ms, 17);
    ck_assert_str_eq(again.channels[0].entity, "a\"b\\");
    dg_buf_clear(&line);
}
END_TEST

static const struct {
    const char *line, *says;
} no_sample[] = {
    { "[]", "no object" },
    { "{", "this is no sample" },
    { "{\"rss_kib\":1}", "no `at_ms`" },
    { "{\"at_ms\":-1}", "`at_ms` of a sample is no count" },
    { "{\"at_ms\":1.5}", "`at_ms` of a sample is no count" },
    { "{\"at_ms\":1,\"rss\":1}", "no key `rss`" },
    { "{\"at_ms\":1,\"at_ms\":2}", "duplicate" },
    { "{\"at_ms\":1,\"channels\":[]}", "`channels` of a sample is no object" },
    { "{\"at_ms\":1,\"channels\":{\"a\":-1}}", "channel a of a sample has no count" },
    { "{\"at_ms\":1,\"channels\":{\"\\u00e9\":1}}", "not printable" },
};

START_TEST(what_is_no_sample_is_told_in_one_line)
{
    dg_observe_sample out;
    dg_error err;
    ck_assert_int_eq(dg_observe_line_in(&out, dg_text(no_sample[_i].line), &err), DG_MALFORMED);
    ck_assert_msg(strstr(err.text, no_sample[_i].says) != NULL, "%s", err.text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("page");
    TCase *tc = tcase_create("page");
    tcase_add_test(tc, a_page_of_a_relay_node);
    tcase_add_test(tc, two_chains_in_one_process_have_channels_of_their_own);
    tcase_add_loop_test(tc, what_is_no_page_is_told_in_one_line, 0, sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, numbers_that_no_count_has_are_the_nearest_that_is);
    tcase_add_test(tc, more_channels_than_are_kept);
    tcase_add_test(tc, a_sample_is_the_same_when_it_is_read_again);
    tcase_add_loop_test(tc, what_is_no_sample_is_told_in_one_line, 0,
                        sizeof no_sample / sizeof *no_sample);
    suite_add_tcase(suite, tc);
    return suite_run(suite);
}
