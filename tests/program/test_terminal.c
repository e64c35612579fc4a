/* On a terminal a report is as wide as it, and coloured where its owner did not say otherwise: an
 * empty NO_COLOR says nothing, TERM=dumb says that escapes are shown as rubbish. */
#include "program.h"

#include <errno.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTCOME "tests/report/outcomes/stalled.json"

static const struct {
    const char *term, *no_color; /* NULL: not set */
    const char *option;          /* NULL: none */
    unsigned short columns;
    bool colour;
    unsigned width;
} rows[] = {
    { "xterm", NULL, NULL, 80, true, 80 },          { "xterm", "", NULL, 80, true, 80 },
    { "xterm", "1", NULL, 80, false, 80 },          { "dumb", NULL, NULL, 80, false, 80 },
    { "dumb", NULL, "--color", 80, true, 80 },      { NULL, NULL, NULL, 120, true, 120 },
    { "xterm", NULL, "--width=60", 120, true, 60 }, { "xterm", "1", NULL, 0, false, 100 },
    { "xterm", "1", NULL, 500, false, 160 },
};

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void become(size_t i)
{
    const char *binary = getenv("DOPPEL");
    binary = binary ? binary : "build/release/doppel";
    set("TERM", rows[i].term);
    set("NO_COLOR", rows[i].no_color);
    execl(binary, binary, "report", "show", OUTCOME, rows[i].option, (char *)NULL);
    _exit(127);
}

/* What the program wrote on a terminal of its own. */
static dg_buf on_a_terminal(size_t i)
{
    struct winsize size = { .ws_row = 24, .ws_col = rows[i].columns };
    char chunk[4096];
    dg_buf out;
    ssize_t got;
    int master, status;
    pid_t child = forkpty(&master, NULL, NULL, &size);
    ck_assert_int_ge(child, 0);
    if (!child)
        become(i);
    dg_buf_init(&out, 1 << 20);
    while ((got = read(master, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            dg_buf_put(&out, chunk, (size_t)got);
    close(master);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return out;
}

/* Columns of the longest line, escapes apart. */
static unsigned widest(const char *text)
{
    unsigned most = 0, column = 0;
    for (; *text; text++) {
        if (*text == '\033')
            text += strcspn(text, "m");
        else
            column = *text == '\n' ? 0 : column + (*text != '\r');
        most = column > most ? column : most;
    }
    return most;
}

START_TEST(a_terminal_gets_what_it_can_show)
{
    dg_buf text = on_a_terminal((size_t)_i);
    unsigned most = widest(dg_buf_text(&text));
    ck_assert_ptr_nonnull(strstr(dg_buf_text(&text), "NO-GO"));
    ck_assert_int_eq(strchr(dg_buf_text(&text), '\033') != NULL, rows[_i].colour);
    /* a hash is not broken */
    ck_assert_msg(most <= (rows[_i].width > 95 ? rows[_i].width : 95), "%u", most);
    ck_assert_msg(most > rows[_i].width - 20, "%u", most);
    dg_buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("terminal");
    TCase *tc = tcase_create("terminal");
    tcase_set_timeout(tc, 300);
    tcase_add_loop_test(tc, a_terminal_gets_what_it_can_show, 0, sizeof rows / sizeof *rows);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
