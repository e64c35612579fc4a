/* What broke on the chain itself has its own reason, and that alone: the sole cause printed was
 * once that ParachainHost crosses 7, whatever had happened. Each row is one fault; what is said of
 * it must not be said of any other, some of which break the same claim. */
#include "model_run.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *variant; /* N over mini-1; a mini-1-X is N-1 itself, under mini-2 */
    const char *says;    /* words of its cause; NULL: none of these is one */
    const char *advice;  /* words of what is to be done; NULL: nothing of it */
} rows[] = {
    { "mini-2-migration-heavy", "N's migrations weigh 10010 ms in #19, and a block may weigh 2000",
      "split N's migrations" },
    { "mini-2-migration-endless", "a migration of N in steps does not end: 1038 blocks on",
      "move its cursor" },
    { "mini-2-entries-left",
      "N's migrations leave 1 of 2 values of Paras.MostRecentContext in a layout",
      "migrate Paras.MostRecentContext in N" },
    { "mini-2-parachain-forgotten",
      "N's migrations drop 1 of 2 entries of Paras.Parachains, which N-1 keeps: 2000",
      "take along all that was there" },
    /* and what comes of it, which is api-window's to tell */
    { "mini-2-parachain-forgotten",
      "N answers ParachainHost_availability_cores otherwise than N-1 in control, from #19 to the "
      "end",
      "migrate what it reads" },
    { "mini-2-keys-swapped", "in Session.NextKeys, what was stored as grandpa is read as babe;",
      "session-key migration" },
    { "mini-2-sessions-stop", "N begins no session where one is due, first in #21: 0 from U on",
      "ShouldEndSession" },
    { "mini-2-epoch-digest-forgotten", "do not announce the next epoch (NextEpochData)",
      "enact_epoch_change" },
    /* sessions go wrong here as well */
    { "mini-2-epoch-length", "N is built for epochs of 20 slots and N-1 for 10", "fast-runtime" },
    { "mini-2-keys-longer",
      "the layout of SessionKeys changed and nothing rewrote the stored keys: 4 of 4",
      "session-key migration" },
    /* the set drains to one, GRANDPA's as well */
    { "mini-2-keys-shorter",
      "the layout of SessionKeys changed and nothing rewrote the stored keys: 4 of 4",
      "session-key migration" },
    { "mini-2-grandpa-lost", "leaves GRANDPA 0 of 4 authorities, while the validators stay",
      "keep the authorities" },
    { "mini-2-execution-differs",
      "N executes a block otherwise than it builds it, 14 times from #19 on: Storage root must",
      "Core_execute_block" },
    { "mini-2-inherent-refused",
      "N refuses an inherent that it made itself, 10 times from #19 on: mandatory inherent 1",
      "create_inherent" },
    /* the trap of an inherent that was left out is told, though the block came about */
    { "mini-1-flag-kept",
      "N refuses an inherent that it made itself, 1 time from #19 on: inherent 0 trapped: "
      "Timestamp must be updated only once in the block",
      "create_inherent" },
    /* blocks fail in finalize_block, and by that alone */
    { "mini-2-inherent-not-made", "N makes 1 of the 2 inherents that a block of N-1 has",
      "create_inherent" },
    { "mini-2-finalize-traps", "N's finalize_block panics over this state in 10 of 10 builds",
      "only a new client" },
    { "mini-2-migration-traps", "N's initialize_block panics over this state in 10 of 10 builds",
      "only a new client" },
    { "mini-2-migration-appetite",
      "N's initialize_block runs out of memory over this state in 3 of 3 builds, first in #19",
      "only a new client" },
    { "mini-2-session-appetite",
      "N's initialize_block runs out of memory over this state in 3 of 5 builds, first in #21",
      NULL },
    { "mini-2-init-eats-memory",
      "N's initialize_block runs out of memory over this state in 3 of 3 builds", "only a new" },
    { "mini-2-session-nearly", NULL, NULL },
    { "mini-2-init-loops", "N's initialize_block does not end over this state", "only a new" },
    { "mini-2-odd-slots", "N's initialize_block panics over this state in 7 of 14 builds", NULL },
    { "mini-2-calls-renumbered",
      "Configuration.set_max_head_data_size, which waits in Scheduler.Agenda of key 40420f00, "
      "place 0, is Configuration.set_max_pov_size under N",
      "cancel the queued calls" },
    { "mini-2-not-recorded", "does not take over: System.LastRuntimeUpgrade is still 1",
      "write System.LastRuntimeUpgrade" },
    { "mini-2-same-version", "SpecVersionNeedsToIncrease", "raise spec_version" },
    { "mini-2-extension-added", "though the extension CheckMetadataHash is new",
      "raise transaction_version" },
    { "mini-2-other-name", "spec_name mini -> mono", "another chain" },
    { "mini-2-answer-type", "ParachainHost_session_index_for_child has another form in N",
      "another version" },
    { "mini-2-api-missing", "N declares ParachainHost 10 and does not export all methods",
      "implement the methods" },
    /* a value is left in its old layout here as well */
    { "mini-2-config-lost", "Configuration.ActiveConfig cannot be read under N, and defaults stand",
      "HostConfiguration migrations" },
    { "mini-2", NULL, NULL },
};
enum { ROWS = sizeof rows / sizeof *rows };

static const char *file(const char *name, const char *ending)
{
    static char rooms[2][512];
    static int next;
    char *room = rooms[next++ % 2];
    const char *at = getenv("DOPPEL_RUNTIMES") ? getenv("DOPPEL_RUNTIMES") : "build/runtimes";
    snprintf(room, sizeof rooms[0], "%s/%s%s", at, name, ending);
    return room;
}

static bool says(const json_t *o, const char *list, const char *words)
{
    const json_t *one;
    size_t i;
    json_array_foreach(json_object_get(o, list), i, one)
    {
        const char *text =
            json_string_value(json_is_string(one) ? one : json_object_get(one, "says"));
        if (text && strstr(text, words))
            return true;
    }
    return false;
}

/* What another row is told by, up to its numbers, which are each row's own. */
static bool is_told_as(const json_t *o, size_t row)
{
    char words[120];
    snprintf(words, sizeof words, "%.*s", (int)strcspn(rows[row].says, "0123456789"),
             rows[row].says);
    return strlen(words) > 10 && says(o, "causes", words);
}

static bool same_words(size_t a, size_t b)
{
    size_t words = strcspn(rows[a].says, "0123456789");
    return rows[b].says && strncmp(rows[a].says, rows[b].says, words) == 0;
}

static const char *dumped(const json_t *value)
{
    static char room[2000];
    size_t len = json_dumpb(value, room, sizeof room - 1, JSON_COMPACT);
    room[len < sizeof room ? len : 0] = 0;
    return room;
}

static json_t *run_of(const char *variant)
{
    static const char *const more[] = { "network=false", NULL };
    char fork[80];
    if (strncmp(variant, "mini-1-", strlen("mini-1-")) != 0)
        return run_small_pair(file("mini", ".json"), file(variant, ".wasm"), "boundary@2-3", more);
    snprintf(fork, sizeof fork, "mini-%.60s", variant + strlen("mini-1-"));
    return run_small_pair(file(fork, ".json"), file("mini-2", ".wasm"), "boundary@2-3", more);
}

START_TEST(a_fault_of_the_chain_has_its_own_cause)
{
    json_t *o;
    if (!dg_file_exists(file(rows[_i].variant, ".wasm")))
        return;
    o = run_of(rows[_i].variant);
    if (rows[_i].says)
        ck_assert_msg(says(o, "causes", rows[_i].says), "%s: not said, but %s", rows[_i].variant,
                      dumped(json_object_get(o, "causes")));
    if (rows[_i].advice)
        ck_assert_msg(says(o, "advice", rows[_i].advice), "%s", rows[_i].variant);
    for (size_t k = 0; k < ROWS; k++)
        if (rows[k].says && strcmp(rows[k].variant, rows[_i].variant) != 0
            && !same_words(k, (size_t)_i))
            ck_assert_msg(!is_told_as(o, k), "%s is told as %s", rows[_i].variant, rows[k].variant);
    json_decref(o);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("chain causes");
    TCase *tc = tcase_create("chain causes");
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_fault_of_the_chain_has_its_own_cause, 0, ROWS);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
