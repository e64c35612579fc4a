/* What help tells of a command its manual page tells too, and a shell offers it: otherwise one
 * finds an option in one place and misses it in another. The pages are read by those who judge
 * pages. */
#include "program.h"

#include <ctype.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64 };

/* The next command in the list of `doppel help`; false: there is none behind `*at`. */
static bool next_command(char out[NAME_MAX_BYTES], const char **at)
{
    enum { NAME_COLUMNS = 16 };
    const char *line = strstr(*at, "\n  doppel ");
    size_t len = NAME_COLUMNS;
    if (!line || strncmp(line, "\n  doppel help p", 16) == 0)
        return false;
    line += strlen("\n  doppel ");
    *at = line;
    while (len && line[len - 1] == ' ')
        len--;
    snprintf(out, NAME_MAX_BYTES, "%.*s", (int)len, line);
    return true;
}

/* The next option in a command's help: "--snap-version". */
static bool next_option(char out[NAME_MAX_BYTES], const char **at)
{
    const char *line, *dashes;
    while ((line = strstr(*at, "\n  "))) {
        *at = line + 3;
        dashes = line + 3 + strspn(line + 3, " ");
        if (dashes[0] == '-' && isalpha((unsigned char)dashes[1]) && dashes[2] == ',')
            dashes += 4;
        if (strncmp(dashes, "--", 2) != 0 || dashes - line > 7)
            continue; /* not in the column of options */
        snprintf(out, NAME_MAX_BYTES, "%.*s", (int)strcspn(dashes, " \n"), dashes);
        return true;
    }
    return false;
}

/* As a page spells it. */
static void in_roff(char *out, size_t size, const char *name)
{
    size_t n = 0;
    for (; *name && n + 3 < size; name++) {
        if (*name == '-')
            out[n++] = '\\';
        out[n++] = *name;
    }
    out[n] = 0;
}

static dg_buf told(const char *args)
{
    ran r = doppel("%s", args);
    if (r.exit != 0)
        ck_abort_msg("doppel %s: exit %d, said: %s", args, r.exit, dg_buf_text(&r.err));
    dg_buf_clear(&r.err);
    return r.out;
}

static dg_buf told_of(const char *before, const char *command, const char *behind)
{
    char args[200];
    snprintf(args, sizeof args, "%s %s %s", before, command, behind);
    return told(args);
}

START_TEST(every_option_of_every_command_is_in_its_page_and_is_offered)
{
    dg_buf list = told("help");
    const char *at = dg_buf_text(&list);
    char command[NAME_MAX_BYTES], option[NAME_MAX_BYTES], spelt[2 * NAME_MAX_BYTES];
    size_t commands = 0, options = 0;
    while (next_command(command, &at)) {
        dg_buf help = told_of("help", command, ""), page = told_of("man", command, ""),
               offers = told_of("completion offer --", command, "--");
        const char *line = dg_buf_text(&help);
        commands++;
        while (next_option(option, &line)) {
            char offered[NAME_MAX_BYTES + 2], tag[2 * NAME_MAX_BYTES + 8];
            in_roff(spelt, sizeof spelt, option);
            snprintf(offered, sizeof offered, "%s\t", option);
            snprintf(tag, sizeof tag, "%s\\fR", spelt);
            if (!strstr(dg_buf_text(&page), tag))
                ck_abort_msg("the page of %s says nothing of %s", command, option);
            if (!strstr(dg_buf_text(&offers), offered))
                ck_abort_msg("doppel %s --: %s is not offered", command, option);
            options++;
        }
        dg_buf_clear(&help);
        dg_buf_clear(&page);
        dg_buf_clear(&offers);
    }
    ck_assert_uint_ge(commands, 25);
    ck_assert_uint_ge(options, 25 * 4 + 40); /* four that all have */
    dg_buf_clear(&list);
}
END_TEST

/* A command that is there can be found by the first tab. */
START_TEST(every_command_is_offered)
{
    dg_buf list = told("help"), first = told("completion offer -- ''");
    const char *at = dg_buf_text(&list);
    char command[NAME_MAX_BYTES];
    while (next_command(command, &at)) {
        char *space = strchr(command, ' '), want[NAME_MAX_BYTES + 2];
        dg_buf second = { 0 };
        if (space)
            *space = 0;
        snprintf(want, sizeof want, "%s\t", command);
        ck_assert_ptr_nonnull(strstr(dg_buf_text(&first), want));
        if (!space)
            continue;
        second = told_of("completion offer --", command, "''");
        snprintf(want, sizeof want, "%s\t", space + 1);
        ck_assert_ptr_nonnull(strstr(dg_buf_text(&second), want));
        dg_buf_clear(&second);
    }
    dg_buf_clear(&list);
    dg_buf_clear(&first);
}
END_TEST

/* A plan's keys are what the page of plans is about, and claims that of claims. */
START_TEST(every_key_and_claim_of_help_is_in_its_page)
{
    static const struct {
        const char *topic, *begins;
        size_t least;
    } topics[] = { { "plan", "\n  ", 60 }, { "claims", "\n\n  ", 28 } };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        dg_buf help = told_of("help", topics[i].topic, ""),
               page = told_of("man", topics[i].topic, "");
        size_t count = 0;
        for (const char *at = dg_buf_text(&help); (at = strstr(at, topics[i].begins));) {
            char name[128], spelt[260], tag[280];
            at += strlen(topics[i].begins);
            if (*at == ' ')
                continue;
            snprintf(name, sizeof name, "%.*s", (int)strcspn(at, " \n"), at);
            in_roff(spelt, sizeof spelt, name);
            snprintf(tag, sizeof tag, "\\fB%s\\fR", spelt);
            if (!strstr(dg_buf_text(&page), tag))
                ck_abort_msg("the page of %s says nothing of %s", topics[i].topic, name);
            count++;
        }
        ck_assert_uint_ge(count, topics[i].least);
        dg_buf_clear(&help);
        dg_buf_clear(&page);
    }
}
END_TEST

/* Both programs that show pages take them without a word. */
START_TEST(pages_are_without_a_warning)
{
    static const char *const judges[] = { "mandoc -T lint", "groff -man -Tutf8 -ww -z" };
    char folder[300], args[400];
    ran r;
    snprintf(folder, sizeof folder, "%s", scratch_path("man"));
    r = doppel("man --date 2026-01-31 --into %s", folder);
    ck_assert_int_eq(r.exit, 0);
    ran_clear(&r);
    snprintf(args, sizeof args, "%s/man?/*", folder);
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++) {
        r = doppel_by(judges[i], NULL, args);
        if (r.exit != 0 || r.out.len || r.err.len)
            ck_abort_msg("%s: exit %d: %s%s", judges[i], r.exit, dg_buf_text(&r.out),
                         dg_buf_text(&r.err));
        ran_clear(&r);
    }
}
END_TEST

static const struct {
    const char *args, *says;
} wrong[] = {
    { "man snapshto", "no page doppel-snapshto" },
    { "man run --into x", "--into writes every page: name none" },
    { "man --date 31.1.2026", "--date 31.1.2026 is no date: write 2026-01-31" },
    { "completion tcsh", "bash, zsh and fish, not for tcsh" },
    { "completion", "usage: doppel completion bash|zsh|fish" },
};

START_TEST(what_there_is_no_page_or_script_of_is_told)
{
    refused(doppel("%s", wrong[_i].args), wrong[_i].args, wrong[_i].says, 2);
}
END_TEST

START_TEST(a_place_that_cannot_be_written_is_told)
{
    refused(doppel("man --into /dev/null/man"), "man --into", "/dev/null", 4);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("manual");
    TCase *tc = tcase_create("manual");
    tcase_set_timeout(tc, 120);
    tcase_add_test(tc, every_option_of_every_command_is_in_its_page_and_is_offered);
    tcase_add_test(tc, every_command_is_offered);
    tcase_add_test(tc, every_key_and_claim_of_help_is_in_its_page);
    tcase_add_test(tc, pages_are_without_a_warning);
    tcase_add_loop_test(tc, what_there_is_no_page_or_script_of_is_told, 0,
                        sizeof wrong / sizeof *wrong);
    tcase_add_test(tc, a_place_that_cannot_be_written_is_told);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
