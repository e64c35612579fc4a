/* Who rehearses without naming nodes gets those that ran at the time: a wrong row of the table
 * is a wrong verdict. The dates are those of incidents whose nodes are known. */
#include "../support/suite.h"
#include "protocol/protocol.h"

#include <string.h>

static const struct {
    const char *text;
    const char *row, *name; /* of its class; NULL: not known */
} names[] = {
    { "v1.10", "v1.10..v1.11", "v1.10" },
    { "1.10", "v1.10..v1.11", "v1.10" },
    { "v1.10.0", "v1.10..v1.11", "v1.10" },
    { "v1.10..v1.11", "v1.10..v1.11", "v1.10..v1.11" },
    { "SD_V12_PURGE", "v1.10..v1.11", "v1.10..v1.11" },
    { "v1.1", "v1.1", "v1.1" },
    { "v0.9.43", "v0.9..v1.0", "v0.9" },
    { "v0.9", "v0.9..v1.0", "v0.9" },
    { "v1.6.0", "v1.6", "v1.6" },
    { "v1.8", "v1.7..v1.8", "v1.8" },
    { "v1.12", "v1.12..v1.13", "v1.12" },
    { "stable2412", "v1.17", "v1.17" },
    { "stable2407-2", "v1.14..v1.15", "v1.15" },
    { "v1.18", "v1.18..v1.19", "v1.18" },
    { "1.19", "v1.18..v1.19", "v1.19" },
    { "SD_V1", "v0.9..v1.0", "v0.9..v1.0" },
    { "KAGOME", "kagome", "kagome" },
    { "stable2407-", "v1.14..v1.15", "v1.15" },
    /* releases of one row, and of several */
    { "v1.12..v1.13", "v1.12..v1.13", "v1.12..v1.13" },
    { "1.14.3..v1.15", "v1.14..v1.15", "v1.14..v1.15" },
    { "v1.13..v1.13", "v1.12..v1.13", "v1.13" },
    { "v1.14..v1.13", NULL, NULL },
    { "v1.9..v1.10", NULL, NULL },
    { "v1.13..", NULL, NULL },
    { "..v1.13", NULL, NULL },
    { "..", NULL, NULL },
    { "v1.13..kagome", NULL, NULL },
    /* what nodes say of themselves */
    { "Parity Polkadot/v1.10.0-7049c3c9883 (some name) (litep2p)", "v1.10..v1.11", "v1.10" },
    { "Parity Polkadot/v1.16.1", "v1.16", "v1.16" },
    { "1.16.1-835e0767fe8", "v1.16", "v1.16" },
    { "polkadot/v1.1.0-f60318f6868 (name)", "v1.1", "v1.1" },
    { "parity-polkadot/v0.9.43-ba42b9ce51d", "v0.9..v1.0", "v0.9" },
    { "polkadot-stable2407-1", "v1.14..v1.15", "v1.15" },
    { "polkadot-v1.10.0", "v1.10..v1.11", "v1.10" },
    { " \"v1.10.0-rc1\" ", "v1.10..v1.11", "v1.10" },
    { "Kagome Node/v0.9.3 (name)", "kagome", "kagome" },
    { "kagome-0.9.3", "kagome", "kagome" },
    { "kagome-1.0.0-rc3", "kagome", "kagome" },
    { "kagome-0.8.1", NULL, NULL },
    { "kagome-0.91", NULL, NULL },
    { "kagome/", NULL, NULL },
    { "gossamer/0.7.0", NULL, NULL },
    { "substrate-node/v1.10.0", NULL, NULL },
    { "Parity Polkadot/v1.99.0-7049c3c9883", NULL, NULL },
    { "Parity Polkadot/", NULL, NULL },
    { "polkadot-", NULL, NULL },
    { "(v1.10)", NULL, NULL },
    { "v1.100", NULL, NULL },
    { "v1.23", NULL, NULL },
    { "v1", NULL, NULL },
    { "v", NULL, NULL },
    { "", NULL, NULL },
    { "1.10.", NULL, NULL },
    { "1..10", NULL, NULL },
    { "v1.10.0.0", NULL, NULL },
    { "v1.10rc1", NULL, NULL },
    { "stable240", NULL, NULL },
    { "-", NULL, NULL },
    { "v2.0", NULL, NULL },
    { "1.99999999999", NULL, NULL },
    { "SD_V", NULL, NULL },
    { "v1.9..v1.12", NULL, NULL },
};

START_TEST(a_name_of_nodes_has_the_class_of_their_faults)
{
    dg_node_class of;
    const dg_node_class *row = names[_i].row ? dg_class_named(names[_i].row) : NULL;
    const dg_release *release = dg_release_named(names[_i].text, strlen(names[_i].text));
    ck_assert_msg(dg_class_read(&of, names[_i].text, strlen(names[_i].text)) == (row != NULL), "%s",
                  names[_i].text);
    if (!row)
        return;
    ck_assert_str_eq(of.name, names[_i].name);
    ck_assert_str_eq(of.says, row->says);
    ck_assert(!release || (of.from == release && of.to == release));
    ck_assert(!row->from || (of.from >= row->from && of.to <= row->to));
}
END_TEST

START_TEST(every_release_is_younger_than_the_one_before)
{
    const dg_release *r, *before = NULL;
    for (size_t i = 0; (r = dg_release_at(i)); before = r, i++) {
        char name[24];
        snprintf(name, sizeof name, "v%u.%u", r->major, r->minor);
        ck_assert_str_eq(r->name, name);
        ck_assert_uint_eq(strlen(r->published), 7);
        ck_assert(!before || strcmp(before->published, r->published) <= 0);
        ck_assert(!before || before->major < r->major || before->minor < r->minor);
    }
}
END_TEST

/* A release in none would have nobody's faults, and one in two those of the first. */
START_TEST(rows_are_named_by_their_releases_and_leave_none_out)
{
    const dg_node_class *c;
    const dg_release *next = dg_release_at(0);
    for (size_t i = 0; (c = dg_class_at(i)); i++) {
        dg_node_class copy = *c;
        if (!c->from)
            continue; /* another implementation */
        ck_assert_ptr_eq(c->from, next);
        ck_assert_ptr_eq(dg_class_of_release(c->to), c);
        dg_class_narrow(&copy, c->from, c->to);
        ck_assert_str_eq(copy.name, c->name);
        next = c->to + 1;
    }
    for (size_t i = 0; dg_release_at(i); i++)
        ck_assert_ptr_ne(dg_release_at(i), next);
}
END_TEST

/* What the program says of a release stands in the page for readers, with the same source, and what
 * stands there by release the program says. */
START_TEST(facts_are_those_of_the_page)
{
    dg_buf page = slurp("harness/protocol/RELEASES.md");
    const char *at = strstr(dg_buf_text(&page), "\n## By release\n"), *end;
    const dg_release_fact *f;
    size_t lines = 0, facts = 0;
    ck_assert_ptr_nonnull(at);
    end = strstr(at + 1, "\n## ");
    ck_assert_ptr_nonnull(end);
    for (const char *line = at; (line = strstr(line, "\n| ")) && line < end; line++)
        lines++;
    for (; (f = dg_release_fact_at(facts)); facts++) {
        char words[60], row[600];
        const char *found;
        dg_release_fact_words(words, sizeof words, f);
        snprintf(row, sizeof row, "\n| %s | %s | %s |\n", f->what, words, f->source);
        found = strstr(at, row);
        ck_assert_msg(found && found <= end, "%s", row);
    }
    ck_assert_uint_eq(lines, facts + 1); /* and the heading */
    dg_buf_clear(&page);
}
END_TEST

static const struct {
    const char *name;
    uint32_t version, host;
    const char *oldest, *newest; /* by their classes and minors; NULL: not known */
    const char *why;
} eras[] = {
    { "paseo", 1002000, 10, "1.7", "1.10", "April 2024, when runtime 1002000" },
    { "polkadot", 1002000, 10, "1.7", "1.10", "April 2024" },
    { "polkadot", 1002006, 10, "1.7", "1.10", "April 2024" },
    { "kusama", 1001000, 7, "1.4", "1.6", "January 2024" },
    { "polkadot", 1003000, 11, "1.12", "1.15", "September 2024" },
    { "kusama", 1005000, 12, "1.17", "1.18", "May 2025" },
    { "kusama", 2000002, 13, "1.19", "1.20", "November 2025" },
    { "polkadot", 9999000, 16, "1.21", "1.22", "June 2026" },
    { "polkadot", 9390, 4, "0.9", "0.9", "runtime 9390 was released with node v0.9.39" },
    { "rococo", 1014000, 11, "1.13", "1.14", "runtime 1014000 was released with node v1.14" },
    { "rococo", 103000, 8, "1.2", "1.3", "node v1.3" },
    { "westend", 10000, 5, "1.0", "1.0", "node v1.0" },
    { "westend", 1023000, 13, "1.21", "1.22", "node v1.22" },
    { "mini", 2, 10, "1.7", "1.10", "when relay chains came to ParachainHost 9" },
    { "mini", 2, 4, "0.9", "0.9", "ParachainHost 1" },
    { "mini", 2, 0, NULL, NULL, NULL },
    { "polkadot", 25, 1, NULL, NULL, NULL },
};

static void is_release(const dg_release *r, const char *text)
{
    ck_assert_ptr_nonnull(r);
    ck_assert_ptr_eq(r, dg_release_named(text, strlen(text)));
}

START_TEST(a_runtime_meets_the_nodes_of_its_time)
{
    dg_release_span span;
    bool known = dg_release_of_runtime(&span, eras[_i].name, eras[_i].version, eras[_i].host);
    ck_assert_int_eq(known, eras[_i].oldest != NULL);
    if (!known)
        return;
    is_release(span.oldest, eras[_i].oldest);
    is_release(span.newest, eras[_i].newest);
    ck_assert_msg(strstr(span.why, eras[_i].why), "%s", span.why);
}
END_TEST

/* A newer question takes the place of an older one for nodes that know it, where the runtime has
 * it; what a node does not know it does not ask. */
static const struct {
    uint16_t knows;
    const char *method;
    uint32_t since, host;
    bool asks;
} questions[] = {
    { 11, "ParachainHost_para_backing_state", 7, 11, true },
    { 11, "ParachainHost_para_backing_state", 7, 13, true },
    { 13, "ParachainHost_para_backing_state", 7, 12, true },
    { 13, "ParachainHost_para_backing_state", 7, 13, false },
    { 12, "ParachainHost_backing_constraints", 13, 13, false },
    { 13, "ParachainHost_backing_constraints", 13, 13, true },
    { 13, "ParachainHost_validators", 1, 13, true },
    { 11, "ParachainHost_candidates_pending_availability", 11, 13, true },
};

START_TEST(a_node_asks_what_it_knows_and_has_nothing_newer_for)
{
    dg_node_class of = { .host_known = questions[_i].knows };
    ck_assert(dg_class_asks(&of, questions[_i].method, questions[_i].since, questions[_i].host)
              == questions[_i].asks);
}
END_TEST

/* By the releases of a runtime's time; a chain that is not known has nodes of its API's time. */
START_TEST(nodes_of_a_runtimes_time_ask)
{
    static const char method[] = "ParachainHost_para_backing_state";
    dg_version of = { .spec_name = "polkadot", .spec_version = 2000005 };
    ck_assert(!dg_release_asks(&of, method, 7, 13));
    of.spec_version = 1003000;
    ck_assert(dg_release_asks(&of, method, 7, 13));
    of.spec_version = 9390; /* v0.9 knows 5 */
    ck_assert(!dg_release_asks(&of, method, 7, 13));
    of = (dg_version){ .spec_name = "mini" };
    ck_assert(!dg_release_asks(&of, method, 7, 13));
}
END_TEST

START_TEST(what_is_known_stands_in_one_line)
{
    char line[400], little[8];
    dg_class_list(line, sizeof line);
    ck_assert_str_eq(line,
                     "v0.7, v0.9..v1.0, v1.1, v1.2, v1.3, v1.4, v1.5, v1.6, v1.7..v1.8, v1.9, "
                     "v1.10..v1.11, v1.12..v1.13, v1.14..v1.15, v1.16, v1.17, "
                     "v1.18..v1.19, "
                     "v1.20..v1.21, v1.22, v1.24..v1.25, kagome");
    dg_class_list(little, sizeof little);
    ck_assert_str_eq(little, "v0.7, v");
}
END_TEST

static const struct {
    const char *name, *without, *words;
} sentences[] = {
    { "v0.9", "", "v0.9" },
    { "v1.10..v1.11", "", "v1.10 to v1.11" },
    { "v1.10", "", "v1.10" },
    { "v1.12..v1.13", " without 4269", "v1.12 to v1.13 without 4269" },
    { "stable2407", " without 4269", "v1.15 without 4269" },
    { "KAGOME", "", "Kagome" },
};
START_TEST(a_sentence_names_what_nodes_run)
{
    dg_node_class of;
    char line[80];
    ck_assert(dg_class_read(&of, sentences[_i].name, strlen(sentences[_i].name)));
    strcat(of.name, sentences[_i].without); /* as a plan has it */
    dg_class_words(line, sizeof line, &of);
    ck_assert_str_eq(line, sentences[_i].words);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("release");
    TCase *tc = tcase_create("release");
    tcase_add_loop_test(tc, a_name_of_nodes_has_the_class_of_their_faults, 0,
                        (int)(sizeof names / sizeof *names));
    tcase_add_test(tc, facts_are_those_of_the_page);
    tcase_add_test(tc, every_release_is_younger_than_the_one_before);
    tcase_add_test(tc, rows_are_named_by_their_releases_and_leave_none_out);
    tcase_add_loop_test(tc, a_runtime_meets_the_nodes_of_its_time, 0,
                        (int)(sizeof eras / sizeof *eras));
    tcase_add_loop_test(tc, a_node_asks_what_it_knows_and_has_nothing_newer_for, 0,
                        (int)(sizeof questions / sizeof *questions));
    tcase_add_test(tc, nodes_of_a_runtimes_time_ask);
    tcase_add_test(tc, what_is_known_stands_in_one_line);
    tcase_add_loop_test(tc, a_sentence_names_what_nodes_run, 0,
                        (int)(sizeof sentences / sizeof *sentences));
    suite_add_tcase(s, tc);
    return suite_run(s);
}
