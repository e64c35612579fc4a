/* Each claim, red and green, on small hand-made streams of events. A claim that
 * never turns red would make every report a comfort; one that holds without
 * having seen anything would be worse. */
#include "../support/suite.h"

#include "claim/claim.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- a stream in short: "C5 slot 105 1 1" = control, block 5, kind, its numbers in
 * the order of the list (0 where there are fewer) and an optional detail as JSON with ' for ". One
 * event a line; but "C5 slots 105 109 1" is a slot each from 105 to 109, all with a block or all
 * without. ---- */

enum { EVENTS_MAX = 8192 };
typedef struct stream {
    dg_event at[EVENTS_MAX];
    size_t count;
} stream;

static dg_event_kind kind_of(const char *name, size_t len)
{
    for (int k = 0; k < DG_EVENT_KIND_COUNT; k++)
        if (strlen(dg_event_name((dg_event_kind)k)) == len
            && strncmp(dg_event_name((dg_event_kind)k), name, len) == 0)
            return (dg_event_kind)k;
    ck_abort_msg("no kind %.*s", (int)len, name);
    return DG_EVENT_SLOT;
}

static json_t *detail_of(const char *text, size_t len)
{
    char room[512];
    json_t *out;
    ck_assert_uint_lt(len, sizeof room);
    memcpy(room, text, len);
    for (size_t i = 0; i < len; i++)
        if (room[i] == '\'')
            room[i] = '"';
    out = json_loadb(room, len, 0, NULL);
    ck_assert_msg(out != NULL, "bad detail %.*s", (int)len, text);
    return out;
}

/* As a log has it: `numbers` in the order of the list; takes `detail`. */
static void add(stream *s, char arm, unsigned block, dg_event_kind kind, const int64_t *numbers,
                json_t *detail)
{
    json_t *line = json_pack("{s:s, s:I, s:i, s:I, s:s}", "arm",
                             arm == 'C' ? "control" : "treatment", "seq", (json_int_t)s->count,
                             "at_ns", 0, "block", (json_int_t)block, "kind", dg_event_name(kind));
    dg_error err = { .text = "" };
    ck_assert_uint_lt(s->count, EVENTS_MAX);
    for (size_t i = 0; dg_event_field(kind, i); i++)
        json_object_set_new(line, dg_event_field(kind, i), json_integer(numbers[i]));
    if (detail)
        json_object_set_new(line, "detail", detail);
    ck_assert_msg(dg_event_parse(&s->at[s->count++], line, &err) == DG_OK, "%s", err.text);
    json_decref(line);
}

static void line_in(stream *s, const char *line, size_t len)
{
    int64_t numbers[DG_EVENT_FIELDS_MAX] = { 0 };
    const char *end = line + len;
    char *next;
    unsigned block = (unsigned)strtoul(line + 1, &next, 10);
    size_t name = strcspn(++next, " \n");
    dg_event_kind kind = kind_of(next, name);
    next += name;
    for (size_t i = 0; i < DG_EVENT_FIELDS_MAX && next < end && next[1] != '{'; i++)
        numbers[i] = strtoll(next, &next, 10);
    add(s, line[0], block, kind, numbers,
        next < end ? detail_of(next + 1, (size_t)(end - next - 1)) : NULL);
}

static bool slots_in(stream *s, const char *line)
{
    unsigned block;
    int64_t from, to;
    int built;
    char arm;
    if (sscanf(line, "%c%u slots %" SCNd64 " %" SCNd64 " %d", &arm, &block, &from, &to, &built)
        != 5)
        return false;
    for (; from <= to; from++, block += built != 0)
        add(s, arm, block, DG_EVENT_SLOT, (const int64_t[]){ from, built, 1 }, NULL);
    return true;
}

/* "C5 paras 105 109 2 2": a block each slot, all with these numbers. */
static bool paras_in(stream *s, const char *line)
{
    struct dg_event_net_paras e;
    unsigned block;
    int64_t to;
    char arm;
    if (sscanf(line,
               "%c%u paras %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64
               " %" SCNd64,
               &arm, &block, &e.slot, &to, &e.backed, &e.included, &e.timed_out, &e.offered,
               &e.backable)
        != 9)
        return false;
    for (; e.slot <= to; e.slot++, block++)
        add(s, arm, block, DG_EVENT_NET_PARAS,
            (const int64_t[]){ e.slot, e.backed, e.included, e.timed_out, e.offered, e.backable },
            NULL);
    return true;
}

/* "C5 samples memory 60 1000 10": of node 0, a minute apart from minute 5 on, all in U's slot, each
 * so much above the one before it; memory in KiB, else the unread of that channel. */
static bool samples_in(stream *s, const char *line)
{
    unsigned block, count;
    int64_t first, more;
    char arm, what[40];
    if (sscanf(line, "%c%u samples %39s %u %" SCNd64 " %" SCNd64, &arm, &block, what, &count,
               &first, &more)
        != 6)
        return false;
    for (unsigned i = 0; i < count; i++) {
        bool memory = strcmp(what, "memory") == 0;
        int64_t value = first + more * i;
        add(s, arm, block, memory ? DG_EVENT_PROCESS : DG_EVENT_CHANNEL,
            (const int64_t[]){ 110, value, -1, -1, -1, -1 },
            memory ? NULL : json_pack("{s:s}", "entity", what));
        s->at[s->count - 1].at = (dg_ns)(block + i) * 60000000000;
    }
    return true;
}

/* What a run tells of itself before the rest: slots of 6 s, epochs of 20, U in slot 110. */
#define RUN                                                                                        \
    "C0 run-start 0 20 6000 1 1 2 110 1\nC0 node-limits 1000000 667 2000 10000 2000\n"             \
    "T0 run-start 0 20 6000 1 1 2 110 1\n"

static void lines_in(stream *s, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (len && !slots_in(s, text) && !paras_in(s, text) && !samples_in(s, text))
            line_in(s, text, len);
        text += len + (text[len] == '\n');
    }
}

static void stream_read(stream *s, const char *text)
{
    s->count = 0;
    lines_in(s, RUN);
    lines_in(s, text);
}

static void stream_clear(stream *s)
{
    for (size_t i = 0; i < s->count; i++)
        json_decref(s->at[i].detail);
}

/* In all streams U is #10, whether or not its block is in them. */
static dg_claim_setup setup_of(const stream *s)
{
    dg_claim_setup setup;
    dg_claim_setup_read(&setup, s->at, s->count);
    setup.upgrade_block = 10;
    return setup;
}

/* The claims of its plan. */
#define PLAN(claims) "C0 run-start 0 20 6000 1 1 2 110 1 {'claims':{" claims "}}\n"

#define ALL_A "'hashes':{'validators':'a','grandpa':'a','babe':'a','para':'a'}}"
#define GONE "'hashes':{'validators':'b','grandpa':'a','babe':'a','para':'a'}}"

/* A network of consensus bft, each arm with what it has beside its begin and end. */
#define BFT(control, treatment)                                                                    \
    "C0 bft-start 5 1 60 666667 10000 0 60000 24\n" control "C40 bft-end 40 50 60000 60000\n"      \
    "T0 bft-start 5 1 60 666667 10000 0 60000 24\n" treatment "T40 bft-end 40 50 60000 60000\n"

static const struct row {
    const char *claim;
    dg_verdict_status status;
    uint32_t first;   /* where it broke; 0: nothing to say */
    const char *says; /* part of the verdict's text */
    const char *events;
} rows[] = {
    { "identity", DG_VERDICT_UNEXERCISED, 0, "never compared", "C5 slot 5 1 1" },
    { "identity", DG_VERDICT_HELD, 0, "2 facts",
      "T10 identity 1 1 {'what':'spec_name','old':'a','new':'a'}\nT10 identity 0 1 "
      "{'what':'impl_name','old':'a','new':'a'}" },
    { "identity", DG_VERDICT_BROKE, 10, "epoch_length 600 -> 20",
      "T10 identity 1 1 {'what':'spec_name','old':'a','new':'a'}\nT10 identity 1 0 "
      "{'what':'epoch_length','old':'600','new':'20'}" },
    { "identity", DG_VERDICT_BROKE, 10, "epoch_length 600 -> 20, and 1 more",
      "T10 identity 1 0 {'what':'epoch_length','old':'600','new':'20'}\nT10 identity 1 0 "
      "{'what':'spec_name','old':'a','new':'b'}" },
    { "identity", DG_VERDICT_WARNED, 10, "transaction_version 20 -> 19",
      "T10 identity 0 0 {'what':'transaction_version','old':'20','new':'19'}" },

    { "upgrade-enacted", DG_VERDICT_UNEXERCISED, 0, "never tried", "T9 block 9 1 1 2 5 0" },
    { "upgrade-enacted", DG_VERDICT_HELD, 0, "at #10 by scheduler",
      "T10 upgrade 0 1 10 0 {'path':'scheduler'}\nT11 block 11 1 1 2 5 0\nT11 upgrade 0 1 11 1" },
    { "upgrade-enacted", DG_VERDICT_WARNED, 0, "by sudo (the scheduler does not",
      "T10 upgrade 0 1 10 0 {'path':'sudo (the scheduler does not dispatch set_code)',"
      "'unserved':'scheduler'}\nT11 block 11 1 1 2 5 0\nT11 upgrade 0 1 11 1" },
    { "upgrade-enacted", DG_VERDICT_WARNED, 0,
      "written; the chain's own call set_executor_params refuses this change: InvalidNewValue; it "
      "was written all the same",
      "T10 upgrade 0 1 10 0 {'how':'config','path':'x written','objected':'InvalidNewValue'}\n"
      "T11 block 11 1 1 2 5 0\nT11 upgrade 0 1 11 1" },
    { "upgrade-enacted", DG_VERDICT_HELD, 0, "at #10 by sudo",
      "T10 upgrade 0 1 10 0 {'path':'sudo'}\nT11 block 11 1 1 2 5 0\nT11 upgrade 0 1 11 1" },
    { "upgrade-enacted", DG_VERDICT_BROKE, 10, "InvalidSpecName",
      "T10 upgrade 0 0 10 0 {'path':'scheduler','refused':'InvalidSpecName'}\nT11 block 11 1 1 2 5 "
      "0" },
    { "upgrade-enacted", DG_VERDICT_BROKE, 10, "the configuration was not enacted at #10: NewValue",
      "T10 upgrade 0 0 10 0 {'how':'override','part':'config','refused':'NewValue'}" },
    { "upgrade-enacted", DG_VERDICT_BROKE, 10, "N was not enacted at #10: NewValue",
      "T10 upgrade 0 0 10 0 {'how':'override','refused':'NewValue'}" },
    { "upgrade-enacted", DG_VERDICT_BROKE, 10, "no block followed",
      "T10 upgrade 0 1 10 0 {'path':'scheduler'}" },
    { "upgrade-enacted", DG_VERDICT_BROKE, 10, "the configuration is changed since #10 and no",
      "T10 upgrade 0 1 10 0 {'how':'config','path':'x'}" },
    { "upgrade-enacted", DG_VERDICT_BROKE, 10, "without taking over",
      "T10 upgrade 1 1 10 0 {'path':'x'}\nT11 block 11 1 1 2 5 0\nT11 upgrade 0 0 11 1 "
      "{'refused':'System.LastRuntimeUpgrade is 1'}" },

    { "block-cadence", DG_VERDICT_UNEXERCISED, 0, "no slot", "C9 slot 9 1 1\nT9 slot 9 1 1" },
    { "block-cadence", DG_VERDICT_HELD, 0, "a block every 6.00 s (6.00 s in control)",
      "C11 slot 11 1 1\nC12 slot 12 1 1\nT11 slot 11 1 1\nT12 slot 12 1 1" },
    /* N-1's slots */
    { "block-cadence", DG_VERDICT_HELD, 0, "a block every 6.00 s (6.00 s in control)",
      "C11 slot 12 1 1\nT10 slot 10 0 1\nT10 slot 11 0 1\nT11 slot 12 1 1" },
    { "block-cadence", DG_VERDICT_BROKE, 12,
      "1 blocks in 3 slots against 3 in control; longest gap 2 slots",
      "C11 slot 11 1 1\nC12 slot 12 1 1\nC13 slot 13 1 1\nT11 slot 11 1 1\nT12 slot 12 0 1\nT12 "
      "slot 13 0 1" },
    /* #11 to #2000, a block a slot; .. */
    { "block-cadence", DG_VERDICT_HELD, 0, "a block every 6.00 s (6.00 s in control)",
      "C11 slots 11 2000 1\nT11 slots 11 2000 1" },
    /* 54 s */
    { "block-cadence", DG_VERDICT_HELD, 0, "a block every 6.02 s (6.00 s in control)",
      "C11 slots 11 2000 1\nT11 slots 11 1000 1\nT1001 slots 1001 1009 0\nT1001 slots 1010 2000 "
      "1" },
    { "block-cadence", DG_VERDICT_WARNED, 1001,
      "10 slots in a row (60 s) without a block that control has, from #1001 on; longest gap 10 "
      "slots against 0",
      "C11 slots 11 2000 1\nT11 slots 11 1000 1\nT1001 slots 1001 1010 0\nT1001 slots 1011 2000 "
      "1" },
    { "block-cadence", DG_VERDICT_WARNED, 1001, "29 slots in a row (174 s)",
      "C11 slots 11 2000 1\nT11 slots 11 1000 1\nT1001 slots 1001 1029 0\nT1001 slots 1030 2000 "
      "1" },
    { "block-cadence", DG_VERDICT_BROKE, 1001, "30 slots in a row (180 s)",
      "C11 slots 11 2000 1\nT11 slots 11 1000 1\nT1001 slots 1001 1030 0\nT1001 slots 1031 2000 "
      "1" },
    /* as in control */
    { "block-cadence", DG_VERDICT_HELD, 0, " s in control)",
      "C11 slots 11 1000 1\nC1001 slots 1001 1025 0\nC1001 slots 1026 2000 1\nT11 slots 11 1000 "
      "1\nT1001 slots 1001 1030 0\nT1001 slots 1031 2000 1" },
    { "block-cadence", DG_VERDICT_UNEXERCISED, 0, "N-1 alone built no block in 30 slots (180 s)",
      "C11 slots 11 1000 1\nC1001 slots 1001 1030 0\nC1001 slots 1031 2000 1\nT11 slots 11 2000 "
      "1" },
    { "block-cadence", DG_VERDICT_WARNED, 1011, "10 slots in ten minutes (60 s)",
      "C11 slots 11 2000 1\nT11 slots 11 1010 1\n" /* half a minute twice */
      "T1011 slots 1011 1015 0\nT1011 slots 1016 1050 1\nT1046 slots 1051 1055 0\nT1046 slots 1056 "
      "2000 1" },
    { "block-cadence", DG_VERDICT_HELD, 0, " s in control)",
      "C11 slots 11 2000 1\nT11 slots 11 1010 1\n" /* and far from another */
      "T1011 slots 1011 1015 0\nT1011 slots 1016 1250 1\nT1246 slots 1251 1255 0\nT1246 slots 1256 "
      "2000 1" },
    { "block-cadence", DG_VERDICT_WARNED, 11, "20 slots in a row (120 s)",
      "C11 slots 11 2000 1\nT11 slots 11 30 0\nT11 slots 31 2000 1" },
    /* it was given up */
    { "block-cadence", DG_VERDICT_BROKE, 1990, "1010 slots in a row",
      "C11 slots 11 2999 1\nT11 slots 11 1989 1\nT1990 slots 1990 1999 0" },
    { "block-cadence", DG_VERDICT_UNEXERCISED, 0, "N-1 alone built no block",
      "C11 slot 11 0 1\nT11 slot 11 0 1" },

    { "session-cadence", DG_VERDICT_UNEXERCISED, 0, "no epoch ended",
      "C20 epoch 1 20 1 1 4 20\nT11 epoch 1 0 0 0 4 11" },
    { "session-cadence", DG_VERDICT_HELD, 0, "1 epoch",
      "C20 epoch 1 20 1 1 4 20\nT19 epoch 0 0 0 0 4 19\nT20 epoch 1 20 1 1 4 20" },
    /* N-1's block */
    { "session-cadence", DG_VERDICT_HELD, 0, "1 epoch",
      "C20 epoch 1 20 1 1 4 20\nT10 epoch 0 0 0 1 4 10\nT20 epoch 1 20 1 1 4 20" },
    { "session-cadence", DG_VERDICT_BROKE, 20,
      "0 unexpected, 1 missing; 2 session changes after U against 1",
      "C20 epoch 1 20 1 1 4 20\nC10 session 1 4 4 4 4 10\nC20 session 2 4 4 4 4 20\nT20 epoch 1 20 "
      "1 0 4 20\nT20 session 2 4 4 4 4 20\nT21 session 3 4 4 4 4 21" },
    { "session-cadence", DG_VERDICT_BROKE, 20, "0 unexpected, 1 missing",
      "C20 epoch 1 20 1 1 4 20\nT20 epoch 1 20 1 0 4 20" },
    { "session-cadence", DG_VERDICT_BROKE, 11, "1 unexpected, 0 missing",
      "C20 epoch 1 20 1 1 4 20\nT11 epoch 1 0 0 1 4 11\nT20 epoch 1 20 1 1 4 20" },
    { "session-cadence", DG_VERDICT_UNEXERCISED, 0, "N-1 alone",
      "C20 epoch 1 20 1 0 4 20\nT20 epoch 1 20 1 1 4 20" },

    { "authorable", DG_VERDICT_UNEXERCISED, 0, "no slot", "C9 slot 9 1 1" },
    { "authorable", DG_VERDICT_HELD, 0, "2 blocks built",
      "C11 slot 11 1 1\nT11 slot 11 1 1\nT12 slot 12 1 1" },
    /* nobody had slot 12 */
    { "authorable", DG_VERDICT_HELD, 0, "1 blocks built",
      "C11 slot 11 1 1\nT10 slot 10 1 1\nT11 slot 11 1 1\nT12 slot 12 0 0" },
    { "authorable", DG_VERDICT_BROKE, 11, "in initialize: boom",
      "C11 slot 11 1 1\nT11 build-failed 11 1 1 {'step':'initialize','panic':'boom'}\nT11 slot 11 "
      "0 1" },
    { "authorable", DG_VERDICT_UNEXERCISED, 0, "N-1 alone",
      "C9 build-failed 9 1 1 {'step':'initialize'}\nT11 build-failed 11 1 1 "
      "{'step':'initialize'}" },

    { "authorities-survive", DG_VERDICT_UNEXERCISED, 0, "no set",
      "C10 authorities 3 3 3 3 {'at':'U'," ALL_A },
    { "authorities-survive", DG_VERDICT_HELD, 0, "3 validators",
      "C10 authorities 3 3 3 3 {'at':'U'," ALL_A "\nT10 authorities 3 3 3 3 {'at':'U'," ALL_A },
    { "authorities-survive", DG_VERDICT_WARNED, 10, "validators 3 in control, 0 at #10",
      "C10 authorities 3 3 3 3 {'at':'U'," ALL_A "\nC11 authorities 3 3 3 3 {'at':'U+1'," ALL_A
      "\nT10 authorities 0 3 3 3 {'at':'U'," GONE "\nT11 authorities 3 3 3 3 {'at':'U+1'," ALL_A },
    { "authorities-survive", DG_VERDICT_BROKE, 40, "validators 3 in control, 0 at #40 (session+2)",
      "C40 authorities 3 3 3 3 {'at':'session+2'," ALL_A
      "\nT40 authorities 0 3 3 3 {'at':'session+2'," GONE },
    { "authorities-survive", DG_VERDICT_BROKE, 40, "para 3 in control, 2 at #40",
      "C40 authorities 3 3 3 3 {'at':'session+2'," ALL_A "\nT40 authorities 3 3 3 2 "
      "{'at':'session+2','hashes':{'validators':'a','grandpa':'a','babe':'a','para':'c'}}" },
    { "authorities-survive", DG_VERDICT_BROKE, 40, "but not those of control",
      "C40 authorities 3 3 3 3 {'at':'session+2'," ALL_A
      "\nT40 authorities 3 3 3 3 {'at':'session+2'," GONE },
    { "authorities-survive", DG_VERDICT_BROKE, 11, "Session.NextKeys: 3 of 3",
      "C10 authorities 3 3 3 3 {'at':'U'," ALL_A "\nT10 authorities 3 3 3 3 {'at':'U'," ALL_A
      "\nT11 storage 3 3 0 "
      "{'pallet':'Session','item':'NextKeys','role':'session-keys','reason':'32 bytes left'}" },

    { "config-survives", DG_VERDICT_UNEXERCISED, 0, "no configuration", "C11 slot 11 1 1" },
    { "config-survives", DG_VERDICT_HELD, 0, "1 items",
      "T11 config 1 1 1 {'what':'Configuration.ActiveConfig'}" },
    { "config-survives", DG_VERDICT_BROKE, 11, "cannot be read",
      "T11 config 0 0 1 {'what':'Configuration.ActiveConfig','changed':'ends early'}" },
    { "config-survives", DG_VERDICT_WARNED, 11, "rotation 10 -> 20",
      "T11 config 1 0 1 {'what':'Configuration.ActiveConfig','changed':'rotation 10 -> 20'}" },
    { "config-survives", DG_VERDICT_BROKE, 11, "20 of 30 values are read differently",
      "T11 config 1 0 1 30 20 {'what':'Configuration.ActiveConfig','changed':'max 9 -> 0'}" },
    { "config-survives", DG_VERDICT_UNEXERCISED, 0, "N-1 alone",
      "T11 config 0 0 0 {'what':'Configuration.ActiveConfig','changed':'ends early'}" },

    { "inherent-accepted", DG_VERDICT_UNEXERCISED, 0, "no block", "C11 inherent 2 2 1" },
    { "inherent-accepted", DG_VERDICT_HELD, 0, "in 1 block",
      "C11 inherent 2 2 1\nT11 inherent 2 2 1" },
    /* U is N-1's block */
    { "inherent-accepted", DG_VERDICT_HELD, 0, "in 1 block",
      "C11 inherent 2 2 1\nT10 inherent 3 2 1\nT11 inherent 2 2 1" },
    { "inherent-accepted", DG_VERDICT_HELD, 0, "in 1 block",
      "C11 inherent 1 1 0\nC12 inherent 2 2 0\nT11 inherent 1 1 0" },
    { "inherent-accepted", DG_VERDICT_BROKE, 11, "parachains' one is missing",
      "C11 inherent 2 2 1\nT11 inherent 1 1 0" },
    { "inherent-accepted", DG_VERDICT_BROKE, 11, "1 produced, 1 taken, 2 in control: boom",
      "C11 inherent 2 2 1\nT11 inherent 1 1 -1 {'refused':'boom'}" },
    { "inherent-accepted", DG_VERDICT_HELD, 0, "in 1 block",
      "C11 inherent 2 2 1\nT11 inherent 2 2 -1 {'refused':'finalize_block trapped'}" },
    { "inherent-accepted", DG_VERDICT_BROKE, 11, "2 produced, 1 taken, 2 in control: 0x0100",
      "C11 inherent 2 2 1\nT11 inherent 2 1 1 {'refused':'0x0100'}" },
    { "inherent-accepted", DG_VERDICT_UNEXERCISED, 0, "N-1 alone",
      "C11 inherent 2 1 1\nT11 inherent 2 1 1" },

    { "api-window", DG_VERDICT_UNEXERCISED, 0, "no runtime API",
      "T9 api 1 0 5 4 1 5 0 {'api':'Core_version','window':'U-1'}" },
    { "api-window", DG_VERDICT_HELD, 0, "1 answers at U",
      "T10 api 1 0 5 4 1 5 0 {'api':'Core_version','window':'U'}" },
    { "api-window", DG_VERDICT_BROKE, 10, "Core_version does not answer at #10 (U): boom",
      "T10 api 0 0 5 0 0 5 0 {'api':'Core_version','window':'U','error':'boom'}" },
    { "api-window", DG_VERDICT_BROKE, 10, "does not decode",
      "T10 api 1 0 5 4 0 5 0 {'api':'Core_version','window':'U'}" },
    { "api-window", DG_VERDICT_HELD, 0, "1 answers at U",
      "T10 api 1 0 1000000000 4 1 5 0 {'api':'Core_version','window':'U'}" },
    { "api-window", DG_VERDICT_WARNED, 10,
      "a takes up to 2.4 s at #10, and more: an author's inherent does not wait for it",
      "T10 api 1 0 1200000000 4 1 5 0 {'api':'a','window':'U'}\nT10 api 1 0 5000000000 4 1 5 0 "
      "{'api':'b','window':'U'}" },
    /* ten seconds, where machines are slow */
    { "api-window", DG_VERDICT_BROKE, 10, "a takes too long at #10 (U)",
      "T10 api 1 0 5000000001 4 1 5 0 {'api':'a','window':'U'}" },
    { "api-window", DG_VERDICT_BROKE, 10, "and more",
      "T10 api 0 0 5 0 0 5 0 {'api':'a','window':'U'}\nT10 api 0 0 5 0 0 5 0 "
      "{'api':'b','window':'U'}" },
    { "api-window", DG_VERDICT_WARNED, 10, "5 answers are not as they should be: a, b, c, d, ..",
      "T10 api 1 0 5 0 1 5 1 {'api':'a','window':'U'}\nT10 api 1 0 5 0 1 5 1 "
      "{'api':'b','window':'U'}\nT10 api 1 0 5 0 1 5 1 {'api':'c','window':'U'}\nT10 api 1 0 5 0 1 "
      "5 1 "
      "{'api':'d','window':'U'}\nT10 api 1 0 5 0 1 5 1 {'api':'e','window':'U'}" },
    { "api-window", DG_VERDICT_BROKE, 10, "takes too long",
      "T10 api 1 0 30000000000 4 1 5 0 {'api':'Core_version','window':'U'}" },
    { "api-window", DG_VERDICT_WARNED, 10, "1 answer is not as it should be",
      "T10 api 1 0 5 4 1 5 1 {'api':'GrandpaApi_grandpa_authorities','window':'U'}\nT11 api 1 0 5 "
      "4 1 "
      "5 0 {'api':'GrandpaApi_grandpa_authorities','window':'U+1'}" },

    /* against control: 1 as it, 2 empty, 3 not as many, 4 another value, 5 of the configuration */
    { "api-window", DG_VERDICT_HELD, 0, "1 answers at U, 1 later, 2 compared with control's",
      "T10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
      "T11 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U+1'}" },
    { "api-window", DG_VERDICT_BROKE, 11,
      "from #11 on 2 answers are not control's: a (0 of 6 cores), b (set 1 instead of 2)",
      "T10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
      "T11 api 1 0 5 4 1 5 0 2 {'api':'a','window':'U+1','differs':'0 of 6 cores'}\n"
      "T11 api 1 0 5 4 1 5 0 4 {'api':'b','window':'U+1','differs':'set 1 instead of 2'}\n"
      "T20 api 1 0 5 4 1 5 0 2 {'api':'a','window':'session+1','differs':'0 of 6 cores'}\n"
      "T20 api 1 0 5 4 1 5 0 4 {'api':'b','window':'session+1','differs':'set 1 instead of 2'}" },
    /* at U alone */
    { "api-window", DG_VERDICT_WARNED, 10, "at #10 1 answer is not as it should be: a (0 of 6)",
      "T10 api 1 0 5 4 1 5 0 2 {'api':'a','window':'U','differs':'0 of 6'}\n"
      "T11 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U+1'}" },
    /* at one moment alone: the blocks of the arms may have it so */
    { "api-window", DG_VERDICT_WARNED, 20, "at #20 1 answer is not as it should be: a (0 of 6)",
      "T10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
      "T20 api 1 0 5 4 1 5 0 2 {'api':'a','window':'session+1','differs':'0 of 6'}\n"
      "T30 api 1 0 5 4 1 5 0 1 {'api':'a','window':'end'}" },
    /* one block that is asked twice is one moment */
    { "api-window", DG_VERDICT_WARNED, 30, "at #30 1 answer is not as it should be",
      "T10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
      "T30 api 1 0 5 4 1 5 0 2 {'api':'a','window':'session+2'}\n"
      "T30 api 1 0 5 4 1 5 0 2 {'api':'a','window':'end'}" },
    /* the configuration is control's, what follows from it is not .. */
    { "api-window", DG_VERDICT_BROKE, 11, "from #11 on 1 answer is not control's: a (votes 1)",
      "T10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
      "T11 config 1 1 1 9 0 {'what':'Configuration.ActiveConfig'}\n"
      "T11 config 1 0 1 9 1 {'what':'Staking.ValidatorCount'}\n"
      "T11 api 1 0 5 4 1 5 0 5 {'api':'a','window':'U+1','differs':'votes 1'}\n"
      "T20 api 1 0 5 4 1 5 0 5 {'api':'a','window':'session+1','differs':'votes 1'}" },
    /* .. or is another itself, which has a claim of its own */
    { "api-window", DG_VERDICT_HELD, 0, "1 answers at U",
      "T10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
      "T11 config 1 0 1 9 1 {'what':'Configuration.ActiveConfig'}\n"
      "T11 api 1 0 5 4 1 5 0 5 {'api':'a','window':'U+1','differs':'votes 1'}\n"
      "T20 api 1 0 5 4 1 5 0 5 {'api':'a','window':'session+1','differs':'votes 1'}" },
    { "api-window", DG_VERDICT_BROKE, 11, "from #11 on 1 answer is not control's: b (none)",
      "T10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
      "T11 config 1 0 1 9 1 {'what':'Configuration.ActiveConfig'}\n"
      "T11 api 1 0 5 4 1 5 0 2 {'api':'b','window':'U+1','differs':'none'}\n"
      "T20 api 1 0 5 4 1 5 0 2 {'api':'b','window':'session+1','differs':'none'}" },
    /* N has it not */
    { "api-window", DG_VERDICT_BROKE, 10,
      "N declares 2 methods that it does not have, at U, U+1 and session+1: a, b",
      "T10 api 0 1 0 0 0 5 0 0 {'api':'a','window':'U','error':'declared, but not exported'}\n"
      "T10 api 0 1 0 0 0 5 0 0 {'api':'b','window':'U','error':'declared, but not exported'}\n"
      "T11 api 0 1 0 0 0 5 0 0 {'api':'a','window':'U+1'}\n"
      "T20 api 0 1 0 0 0 5 0 0 {'api':'a','window':'session+1'}" },
    { "api-window", DG_VERDICT_BROKE, 10, "b does not answer at #10 (U): boom, and more",
      "T10 api 0 0 0 0 0 5 0 0 {'api':'b','window':'U','error':'boom'}\n"
      "T10 api 0 1 0 0 0 5 0 0 {'api':'a','window':'U'}" },

    { "api-compatible", DG_VERDICT_UNEXERCISED, 0, "no runtime API", "C11 slot 11 1 1" },
    { "api-compatible", DG_VERDICT_HELD, 0, "keep their form",
      "T10 api 1 0 5 4 1 5 0 {'api':'Core_version','window':'U'}" },
    { "api-compatible", DG_VERDICT_BROKE, 10, "BabeApi_configuration: .c",
      "T10 api-type 0 1 {'api':'BabeApi_configuration','where':'.c'}" },
    { "api-compatible", DG_VERDICT_WARNED, 10, "StakingApi_x",
      "T10 api-type 1 1 {'api':'StakingApi_x','where':'.a'}" },
    /* nobody asks for it: newer nodes have another question in its place */
    { "api-compatible", DG_VERDICT_HELD, 0,
      "keep their form; 1 that none asks for has another: ParachainHost_x",
      "T10 api 1 0 5 4 1 5 0 0 {'api':'Core_version','window':'U'}\n"
      "T10 api-type 0 0 {'api':'ParachainHost_x','where':'.a'}" },
    { "api-compatible", DG_VERDICT_BROKE, 10, "1 answers that older nodes read",
      "T10 api-type 0 0 {'api':'ParachainHost_x','where':'.a'}\n"
      "T10 api-type 0 1 {'api':'BabeApi_configuration','where':'.c'}" },

    { "migration", DG_VERDICT_UNEXERCISED, 0, "no block", "T10 migration 0 5 5 0 0" },
    { "migration", DG_VERDICT_HELD, 0, "7 million",
      "T11 migration 0 7000000 5 1 9\nT40 run-end 30 2 0" },
    { "migration", DG_VERDICT_BROKE, 11, "still ran at the end",
      "T11 migration 1 7 5 1 9\nT12 migration 1 6 5 1 9" },
    /* two thirds of 6 s */
    { "migration", DG_VERDICT_HELD, 0, "4002 million", "T11 migration 0 4002000000 5 0 0" },
    { "migration", DG_VERDICT_BROKE, 11, "more than an author has time for (4002 million)",
      "T11 migration 0 4003000000 5 0 0" },
    { "migration", DG_VERDICT_BROKE, 11, "block limit is 2000 ms",
      "T11 migration 0 7 5 3000000000000 2000000000000 0" },
    /* a session's own weight */
    { "migration", DG_VERDICT_HELD, 0, "everything decodes",
      "T11 migration 0 7 5 3000000000000 2000000000000 2000000000000" },
    { "migration", DG_VERDICT_BROKE, 11, "and more",
      "T11 migration 0 7 5 0 0 0\nT11 storage 3 2 0 "
      "{'pallet':'A','item':'entries','reason':'entries'}\nT11 storage 3 2 0 "
      "{'pallet':'B','item':'x','reason':'r'}" },
    { "migration", DG_VERDICT_BROKE, 12, "2 of 3 entries of Paras.Heads",
      "T11 migration 0 7 5 0 0\nT12 storage 3 2 0 {'pallet':'Paras','item':'Heads','reason':'r'}" },
    { "migration", DG_VERDICT_HELD, 0, "everything decodes",
      "T11 migration 0 7 5 0 0\nT12 storage 3 2 2 {'pallet':'Paras','item':'Heads','reason':'r'}" },
    { "migration", DG_VERDICT_HELD, 0,
      "every value written since the fork decodes; the others were not looked at",
      "T11 migration 0 7 5 0 0 {'seen':'written'}" },
    { "migration", DG_VERDICT_HELD, 0,
      "every value in the partial snapshot decodes; what it lacks was not looked at",
      "T11 migration 1 7 5 0 0\nT12 migration 0 7 5 0 0 {'seen':'present'}" },

    { "migration", DG_VERDICT_WARNED, 11, "Configuration.ActiveConfig has another layout",
      "T11 migration 0 7 5 0 0 "
      "{'versions':[],'unraised':[{'item':'Configuration.ActiveConfig','version':8}]}" },

    { "session-values", DG_VERDICT_UNEXERCISED, 0, "nothing was asked", "C11 slot 11 1 1" },
    { "session-values", DG_VERDICT_HELD, 0, "2 answers that nodes keep for a session",
      "T11 session-value 1\nT11 session-value 1 0 0 0 1" },
    { "session-values", DG_VERDICT_HELD, 0, "does not apply: U ends its session",
      "T11 session-value 0\nT11 session-value 0" },
    { "session-values", DG_VERDICT_BROKE, 11,
      "F: 1 before U, 0 at U, 1 from U+1 on; nodes that ask first at U keep that to the session's "
      "end (v1.4 and later); so; so too G (v1.9 to v1.17)",
      "T11 session-value 1 0 1 0 0 {'what':'F','before':'1','at':'0','after':'1','releases':'v1.4 "
      "and later','place':'so'}\nT11 session-value 1 1 0 0 1 {'what':'G','releases':'v1.9 to "
      "v1.17'}" },
    { "session-values", DG_VERDICT_BROKE, 11, "all nodes ask first at U, and keep that",
      "T11 session-value 1 0 1 0 1 {'what':'F'}" },
    { "session-values", DG_VERDICT_BROKE, 11, "nodes that run keep the first to",
      "T11 session-value 1 1 0 0 1 {'what':'F'}" },
    { "session-values", DG_VERDICT_BROKE, 11, "nodes keep that there is none",
      "T11 session-value 1 0 0 1 1 {'what':'F'}" },

    { "queued-calls", DG_VERDICT_UNEXERCISED, 0, "N never ran", "C11 slot 11 1 1" },
    { "queued-calls", DG_VERDICT_HELD, 0, "does not apply: nothing was queued at U",
      "T11 upgrade 0 1 111 1" },
    { "queued-calls", DG_VERDICT_HELD, 0, "1 queued call checked",
      "T11 call 1 {'where':'Agenda','old':'System.remark','new':'System.remark'}" },
    { "queued-calls", DG_VERDICT_BROKE, 11, "System.remark became System.kill",
      "T11 call 0 {'where':'Agenda','old':'System.remark','new':'System.kill'}" },

    { "reimport", DG_VERDICT_UNEXERCISED, 0, "no block", "C11 slot 11 1 1" },
    { "reimport", DG_VERDICT_HELD, 0, "2 of 3 blocks executed again, with the same",
      "T11 block 11 1 1 2 5 0\nT11 reimport 1\nT12 block 12 1 1 2 5 0\nT12 reimport 1\nT13 block "
      "13 1 1 2 5 0" },
    { "reimport", DG_VERDICT_BROKE, 12, "1 of 2 blocks: root",
      "T11 reimport 1\nT12 reimport 0 {'reason':'root'}" },

    /* pages, limit, of, refusing */
    { "memory", DG_VERDICT_UNEXERCISED, 0, "no call was measured", "T11 slot 11 1 1" },
    { "memory", DG_VERDICT_HELD, 0,
      "A at #11 (U) takes 1651 of 2065 pages of memory (103.1 of 129.0 MiB); control takes at most "
      "1600 (100.0 MiB)",
      "C11 memory 111 1600 2065 0 0 {'call':'B','at':'U'}\n"
      "T11 memory 111 1651 2065 0 0 {'call':'A','at':'U'}" },
    { "memory", DG_VERDICT_WARNED, 0, "A at #12 (session) takes 1652 of 2065 pages",
      "C11 memory 111 1600 2065 0 0\nT11 memory 111 1600 2065 0 0\n"
      "T12 memory 112 1652 2065 0 0 {'call':'A','at':'session'}" },
    /* so much before: N does nothing to it */
    { "memory", DG_VERDICT_HELD, 0, "1700 of 2065 pages",
      "C11 memory 111 1700 2065 0 0\nT11 memory 111 1700 2065 0 0" },
    { "memory", DG_VERDICT_WARNED, 0, "2065 of 2065 pages", "T11 memory 111 2065 2065 0 0" },
    { "memory", DG_VERDICT_BROKE, 12,
      "A at #12 (era) asks for 2066 pages of memory (129.1 MiB), and nodes give 2065 (129.0 MiB); "
      "control takes at most 20 (1.2 MiB)",
      "C11 memory 111 20 2065 0 0\nT11 memory 111 20 2065 0 0\n"
      "T12 memory 112 2066 2065 0 1 {'call':'A','at':'era'}" },
    /* before U it is N-1's */
    { "memory", DG_VERDICT_HELD, 0, "20 of 2065",
      "T9 memory 109 2066 2065 0 1\nT11 memory 111 20 2065 0 0" },
    { "memory", DG_VERDICT_UNEXERCISED, 0, "N-1 alone: A at #11 asks for 2066 pages",
      "C11 memory 111 2066 2065 0 1 {'call':'A'}\nT11 memory 111 2066 2065 0 1" },
    { "state-growth", DG_VERDICT_UNEXERCISED, 0, "not measured", "C11 slot 11 1 1" },
    { "state-growth", DG_VERDICT_HELD, 0, "1100 keys", "T11 state 1100 5000 1000 4000" },
    { "state-growth", DG_VERDICT_BROKE, 11, "3000 keys", "T11 state 3000 5000 1000 4000" },
    /* what nine eras leave */
    { "state-growth", DG_VERDICT_UNEXERCISED, 0, "era 9 against 0",
      "T11 state 3000 5000 1000 4000 9 0" },
    { "state-growth", DG_VERDICT_HELD, 0, "1100 keys", "T11 state 1100 5000 1000 4000 9 0" },
    { "state-growth", DG_VERDICT_BROKE, 11, "3000 keys", "T11 state 3000 5000 1000 4000 9 9" },
    { "state-growth", DG_VERDICT_BROKE, 11, "keys", "T11 state 1000 50000000 1000 4000" },

/* U in slot 110, a boundary in 120, 20 slots a session */
#define NET(forks)                                                                                 \
    "C0 net-start 4 2 " forks " 110 120 20\nT0 net-start 4 2 " forks                               \
    " 110 120 20\nT1 net-session 1 4 2 2 0 101\n"
#define FACTS(does, from, to)                                                                      \
    "T0 net-start 4 2 1 110 120 20 {'early':{'A':'keeps','B':'" does "'},'host':{'from':" from     \
    ",'to':" to "}}\nT1 net-session 1 4 2 2 0 101\n"
#define RENEWED(at, slot, from, to)                                                                \
    at " net-renewed " slot " 0 1 {'early_from':'" from "','early_to':'" to "'}\n"
/* N's own first block is in */
#define RAN "T11 upgrade 0 1 111 1\n"
    { "memory", DG_VERDICT_BROKE, 12, "and 1 of 4 nodes give 2065",
      NET("1") "T12 memory 112 2500 2065 1 1" },
    { "memory", DG_VERDICT_BROKE, 12, "and nodes give 2065",
      NET("1") "T12 memory 112 2500 2065 1 4" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no validator",
      NET("1") "T9 net-holders 109 4 0 0 0 1" },
    /* no network began */
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no validator",
      "T10 net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_HELD, 0, "in each of 1 slots, with 1 forks pruned",
      NET("1") "T5 net-signal 105 5 1\nT10 net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "forgotten; the plan's network has none",
      NET("0") "T10 net-holders 110 4 4 4 4 1" },
    /* too late for U */
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      NET("1") "T10 net-holders 110 4 4 4 4 1\nT11 net-signal 111 5 1" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "forgotten; so in each of 2 seeds",
      NET("1") "T10 net-holders 110 4 4 4 4 1\nT10 seed 1 3 1 {'claims':{'topology-present':"
               "'unexercised'}}\nT10 seed 2 3 0 {'claims':{'topology-present':'unexercised'}}" },
    /* another session's */
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      "T0 net-start 4 2 1 110 120 20\nT1 net-session 1 4 2 2 0 80\nT1 net-signal 90 5 1\nT1 "
      "net-session 2 4 2 2 0 100\nT10 net-holders 110 4 4 4 4 2" },
    /* forked two slots before U, in a session that began nine before: what its nodes went through
       counts */
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      "T7 net-start 4 2 1 110 120 20\nT8 net-session 1 4 2 2 0 101\nT10 net-holders 110 4 4 4 4 "
      "1\nT11 net-signal 112 5 1" },
    { "topology-present", DG_VERDICT_HELD, 0, "in each of 1 slots, with 1 forks pruned",
      "T7 net-start 4 2 1 110 120 20\nT7 net-session 1 4 2 2 0 101\nT7 net-signal 107 0 1\nT10 "
      "net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_BROKE, 10,
      "0 of 4 validators hold a grid topology from #10 to #11",
      NET("1") "T10 net-holders 110 4 4 4 0 1\nT11 net-holders 111 4 4 4 1 1\nT20 net-holders 120 "
               "4 4 4 4 2" },
    { "topology-present", DG_VERDICT_HELD, 10, "2 slots lost, and the plan allows 2",
      PLAN("'topology-present':{'allow':2}")
          NET("1") "T10 net-holders 110 4 4 4 0 1\nT11 net-holders 111 4 4 4 1 1\nT20 net-holders "
                   "120 4 4 4 4 2" },
    { "topology-present", DG_VERDICT_BROKE, 10, "2 slots lost, and the plan allows 1",
      PLAN("'topology-present':{'allow':1}")
          NET("1") "T10 net-holders 110 4 4 4 0 1\nT11 net-holders 111 4 4 4 1 1\nT20 net-holders "
                   "120 4 4 4 4 2" },
    { "topology-present", DG_VERDICT_BROKE, 10, "3 of 4 validators",
      NET("1") "T10 net-holders 110 4 4 4 3 1" },
    /* what the plan has no room for: the version is not crossed, no class loses it, U begins its
     * session; each of them alone, and none where N never ran or something was lost all the same */
    { "topology-present", DG_VERDICT_HELD, 0,
      "does not apply: ParachainHost 11 -> 13 does not cross 7, so nodes switch nothing on at U",
      FACTS("forgets", "11", "13") RAN "T10 net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_HELD, 0,
      "does not apply: N has ParachainHost 5, and nodes use a grid from 7 on",
      FACTS("forgets", "5", "5") RAN "T10 net-holders 110 4 0 0 0 1" },
    { "topology-present", DG_VERDICT_HELD, 0, "does not apply: no class of the plan's nodes",
      FACTS("keeps", "5", "10") RAN "T10 net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_HELD, 0, "does not apply: U is the first block of its session",
      FACTS("forgets", "5", "10") RAN
      "T10 net-session 2 4 2 2 0 110\nT10 net-holders 110 4 4 4 4 2" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      FACTS("forgets", "5", "10") RAN
      "T9 net-session 2 4 2 2 0 109\nT10 net-holders 110 4 4 4 4 2" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      FACTS("forgets", "6", "7") RAN "T10 net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no validator",
      FACTS("forgets", "11", "11") "T9 net-holders 109 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_BROKE, 10, "0 of 4 validators",
      FACTS("keeps", "11", "11") RAN "T10 net-holders 110 4 4 4 0 1" },
    { "topology-present", DG_VERDICT_HELD, 0, "in each of 1 slots, with 1 forks pruned",
      FACTS("keeps", "5", "10") "T5 net-signal 105 5 1\n" RAN "T10 net-holders 110 4 4 4 4 1" },
    /* one that drops needs no fork, and has dropped it or was not there */
    { "topology-present", DG_VERDICT_HELD, 0, "in each of 1 slots, with 0 forks pruned",
      FACTS("drops", "5", "10") "T2 net-lost 1 0 2\n" RAN "T10 net-holders 110 100 100 100 99 1" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      FACTS("drops", "5", "10") RAN "T10 net-holders 110 4 4 4 4 1" },
    /* a class that was left before U loses nothing at U, one that is left after it may; one that is
     * joined before it may as well */
    { "topology-present", DG_VERDICT_HELD, 0, "does not apply: no class of the plan's nodes",
      FACTS("forgets", "5", "10") RENEWED("T8", "108", "forgets", "keeps") RAN
      "T10 net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      FACTS("forgets", "5", "10") RENEWED("T10", "110", "forgets", "keeps") RAN
      "T10 net-holders 110 4 4 4 4 1" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "no fork was pruned",
      FACTS("keeps", "5", "10") RENEWED("T8", "108", "keeps", "forgets") RAN
      "T10 net-holders 110 4 4 4 4 1" },
    /* six have no use for it */
    { "topology-present", DG_VERDICT_HELD, 0, "in each of 1 slots",
      NET("1") "T5 net-signal 105 5 1\nT10 net-holders 110 10 4 4 4 1" },
    { "topology-present", DG_VERDICT_UNEXERCISED, 0, "N-1 alone",
      NET("1") "C10 net-holders 110 4 4 4 0 1\nT10 net-holders 110 4 4 4 0 1" },

/* blocks in slots 110 to 115; a block's worth is 2 */
#define C6 "C10 paras 110 115 2 2 0 2 2\n"
#define T6(n) "T10 paras 110 115 " n "\n"
#define BARE "T0 net-start 4 0 1 110 120 20\n"
    { "backing-rate", DG_VERDICT_HELD, 0, "does not apply: the state has no parachain", BARE RAN },
    { "no-shows", DG_VERDICT_HELD, 0, "does not apply: the state has no parachain", BARE RAN },
    { "disputes", DG_VERDICT_UNEXERCISED, 0, "no candidate was checked", BARE },
    { "finality-lag", DG_VERDICT_UNEXERCISED, 0, "no slot after U", BARE RAN },
    { "backing-rate", DG_VERDICT_UNEXERCISED, 0, "no block after U",
      NET("1") "C9 net-paras 109 2 2 0 2 2\nT9 net-paras 109 2 2 0 2 2" },
    { "backing-rate", DG_VERDICT_HELD, 0,
      "2.0 candidates a block (2.0 in control) over 6 blocks from U on",
      NET("1") C6 T6("2 2 0 2 2") },
    { "backing-rate", DG_VERDICT_HELD, 0, "at worst 2 fewer, and control itself varies by 2",
      NET("1") C6 "T10 paras 110 112 2 2 0 2 2\nT13 net-paras 113 0 0 0 0 2\nT14 paras 114 115 2 2 "
                  "0 2 2" },
    /* from U itself */
    { "backing-rate", DG_VERDICT_BROKE, 10,
      "0.5 candidates backed a block against 2.0 in control (25 %) over 2 blocks: 3 lost, and "
      "control itself varies by 2",
      NET("1") C6
      "T10 net-paras 110 1 0 0 0 2\nT11 net-paras 111 0 0 0 0 2\nT12 paras 112 115 2 2 0 "
      "2 2" },
    /* the last two blocks before a boundary are no others */
    { "backing-rate", DG_VERDICT_BROKE, 10, "(25 %) over 2 blocks: 3 lost",
      "C0 net-start 4 2 1 110 112 20\nT0 net-start 4 2 1 110 112 20\n" C6
      "T10 net-paras 110 1 0 0 0 2\nT11 net-paras 111 0 0 0 0 2\nT12 paras 112 115 2 2 0 2 2" },
    /* cores are served in turns, and treatment's turn is the other one */
    { "backing-rate", DG_VERDICT_HELD, 0, "at worst 2 fewer, and control itself varies by 2",
      NET("1") "C10 net-paras 110 2 0 0 2 2\nC11 net-paras 111 0 2 0 2 2\nC12 net-paras 112 2 0 0 "
               "2 "
               "2\nC13 net-paras 113 0 2 0 2 2\nT10 net-paras 110 0 2 0 2 2\nT11 net-paras 111 2 0 "
               "0 "
               "2 2\nT12 net-paras 112 0 2 0 2 2\nT13 net-paras 113 2 0 0 2 2" },
    /* a slot without a block is no candidate's fault; and from the boundary on places count anew */
    { "backing-rate", DG_VERDICT_HELD, 0,
      "4.0 candidates a block (4.0 in control) over 3 blocks from U on",
      "C0 net-start 4 2 1 110 112 20\nT0 net-start 4 2 1 110 112 20\nC10 net-paras 110 2 0 0 2 "
      "2\nC11 net-paras 111 99 0 0 2 2\nC12 net-paras 112 3 0 0 2 2\nC13 net-paras 113 7 0 0 2 2\n"
      "T10 net-paras 110 2 0 0 2 2\nT11 net-paras 112 3 0 0 2 2\nT12 net-paras 113 7 0 0 2 2" },
    /* siblings count once */
    { "backing-rate", DG_VERDICT_BROKE, 10, "0.7 candidates backed a block against 2.0 in control",
      NET("1") C6
      "T10 net-paras 110 2 0 0 0 2\nT10 net-paras 110 1 0 0 0 2\nT11 net-paras 111 0 0 0 0 "
      "2\nT12 paras 112 115 2 2 0 2 2" },
    /* a twentieth for good, where a plan lets it pass, is said; a fifth breaks */
    { "backing-rate", DG_VERDICT_HELD, 0,
      "19.0 candidates a block (20.0 in control) over 30 blocks from U on; 30 lost, and "
      "at_least_of_control lets "
      "that pass",
      PLAN("'backing-rate':{'at_least_of_control':0.9}")
          NET("1") "C10 paras 110 139 20 20 0 2 2\nT10 paras 110 139 19 20 0 2 2" },
    { "backing-rate", DG_VERDICT_BROKE, 10, "(80 %) over 30 blocks: 120 lost",
      PLAN("'backing-rate':{'at_least_of_control':0.9}")
          NET("1") "C10 paras 110 139 20 20 0 2 2\nT10 paras 110 139 16 20 0 2 2" },
    { "backing-rate", DG_VERDICT_BROKE, 10, "(95 %) over 30 blocks: 30 lost",
      NET("1") "C10 paras 110 139 20 20 0 2 2\nT10 paras 110 139 19 20 0 2 2" },
/* control's own pairs differ by 4, so that 2 + 4 are let pass */
#define BY_FOUR                                                                                    \
    "C10 paras 110 111 2 0 0 2 2\nC12 paras 112 113 0 0 0 2 2\nC14 paras 114 115 2 0 0 2 2\n"      \
    "C16 paras 116 117 0 0 0 2 2\nC18 paras 118 119 2 0 0 2 2\nC20 paras 120 121 0 0 0 2 2\n"
    { "backing-rate", DG_VERDICT_HELD, 0, "at worst 6 fewer, and control itself varies by 6",
      NET("1") BY_FOUR
      "T10 paras 110 111 1 0 0 2 2\nT12 paras 112 115 0 0 0 2 2\nT16 paras 116 117 0 0 "
      "0 2 2\nT18 paras 118 119 2 0 0 2 2\nT20 paras 120 121 0 0 0 2 2" },
    { "backing-rate", DG_VERDICT_BROKE, 10, "7 lost, and control itself varies by 6",
      NET("1") BY_FOUR
      "T10 net-paras 110 1 0 0 2 2\nT11 paras 111 117 0 0 0 2 2\nT18 paras 118 119 2 0 0 "
      "2 2\nT20 paras 120 121 0 0 0 2 2" },
    { "backing-rate", DG_VERDICT_UNEXERCISED, 0,
      "at most 1 of 2 parachains had a candidate at a "
      "time, 2 in control",
      NET("1") C6 T6("2 2 0 2 1") },
    /* one has none without N either: of the other something can be said */
    { "backing-rate", DG_VERDICT_HELD, 0, "at most 1 of 2 parachains had one, as in control",
      NET("1") "C10 paras 110 115 1 1 0 1 1\n" T6("1 1 0 1 1") },
    { "backing-rate", DG_VERDICT_UNEXERCISED, 0, "N-1 alone has no candidate backed",
      NET("1") "C10 paras 110 115 0 2 0 2 2\n" T6("2 2 0 2 2") },
/* in the eighth session after U's, and in the one after the last that a plan may ask for */
#define LATE(arm, from, to, n) arm "300 paras " from " " to " " n "\n"
    { "backing-rate", DG_VERDICT_BROKE, 300,
      "0.0 candidates backed a block against 2.0 in control (0 %) over 4 blocks: 8 lost",
      NET("1") C6 T6("2 2 0 2 2") LATE("C", "263", "266", "2 2 0 2 2")
          LATE("T", "263", "266", "0 2 0 2 2") },
    { "inclusion-rate", DG_VERDICT_BROKE, 300, "0.0 candidates included",
      NET("1") C6 T6("2 2 0 2 2") LATE("C", "263", "266", "2 2 0 2 2")
          LATE("T", "263", "266", "2 0 0 2 2") },
    { "backing-rate", DG_VERDICT_BROKE, 300, "0.0 candidates backed a block against 2.0 in control",
      NET("1") C6 T6("2 2 0 2 2") LATE("C", "2163", "2166", "2 2 0 2 2")
          LATE("T", "2163", "2166", "0 2 0 2 2") },
    { "inclusion-rate", DG_VERDICT_HELD, 0, "2.0 candidates a block (2.0 in control)",
      NET("1") C6 T6("0 2 0 2 2") },
    { "inclusion-rate", DG_VERDICT_BROKE, 10,
      "0.0 candidates included a block against 2.0 in control (0 %) over 6 blocks: 12 lost",
      NET("1") C6 T6("2 0 0 2 2") },
#define THREE_LOST                                                                                 \
    C6 "T10 net-paras 110 1 0 0 0 2\nT11 net-paras 111 0 0 0 0 2\nT12 paras 112 115 2 2 0 2 2\n"
    { "backing-rate", DG_VERDICT_HELD, 10, "3 candidates lost, and the plan allows 3",
      PLAN("'backing-rate':{'allow':3}") NET("1") THREE_LOST },
    { "backing-rate", DG_VERDICT_BROKE, 10, "3 candidates lost, and the plan allows 2.9",
      PLAN("'backing-rate':{'allow':2.9}") NET("1") THREE_LOST },
    /* another claim's */
    { "backing-rate", DG_VERDICT_BROKE, 10, "3 lost",
      PLAN("'inclusion-rate':{'allow':3}") NET("1") THREE_LOST },
    { "inclusion-rate", DG_VERDICT_UNEXERCISED, 0, "N-1 alone has no candidate included",
      NET("1") "C10 paras 110 115 2 0 0 2 2\n" T6("2 2 0 2 2") },

    { "finality-lag", DG_VERDICT_UNEXERCISED, 0, "no slot after U",
      NET("1") "C9 net-slot 109 1 1 0 1\nT9 net-slot 109 1 1 0 1" },
    { "finality-lag", DG_VERDICT_HELD, 0, "at most 3 blocks behind (3 in control)",
      NET("1") "C10 net-finalized 110 2 0 1\nC11 net-slot 111 1 1 0 1\nT10 net-finalized 110 2 0 "
               "1\nT11 net-slot 111 1 1 0 1\nC10 net-slot 112 0 0 0 1" },
    { "finality-lag", DG_VERDICT_BROKE, 14, "up to 9 blocks behind, at most 3 in control",
      NET("1") "C10 net-finalized 110 2 0 1\nC11 net-slot 111 1 1 0 1\nT14 net-finalized 114 8 0 "
               "1\nT14 net-slot 114 1 1 0 1" },
    { "availability", DG_VERDICT_UNEXERCISED, 0, "no occupied core",
      NET("1") "C9 net-available 109 4 40 40 4 0\nT9 net-available 109 4 40 40 4 0" },
    /* no network began */
    { "availability", DG_VERDICT_UNEXERCISED, 0, "no occupied core",
      "C13 net-available 113 4 40 40 4 0\nT13 net-available 113 4 40 40 4 0" },
    { "availability", DG_VERDICT_UNEXERCISED, 0,
      "N-1 alone makes 0 % available in one block: 25 % of bits set",
      NET("1") "C13 net-available 113 4 10 40 0 0\nT13 net-available 113 4 10 40 0 0" },
    { "availability", DG_VERDICT_HELD, 0,
      "100 % of candidates available in one block (100 % in control), in the worst two in a row "
      "100 % (100 %); 90 % of bits set (100 %)",
      NET("1") "C13 net-available 113 4 40 40 4 0\nT13 net-available 113 4 36 40 4 0" },
    /* one block alone */
    { "availability", DG_VERDICT_HELD, 0,
      "50 % of candidates available in one block (100 % in control)",
      NET("1") "C13 net-available 113 4 40 40 4 0\nT13 net-available 113 4 10 40 0 0\nT14 "
               "net-available 114 4 40 40 4 4" },
    /* two that competed for one place are no two in a row */
    { "availability", DG_VERDICT_HELD, 0,
      "33 % of candidates available in one block (100 % in control), in the worst two in a row "
      "100 % (100 %)",
      NET("1") "C13 net-available 113 4 40 40 4 0\nT13 net-available 113 4 10 40 0 0\nT13 "
               "net-available 113 4 10 40 0 0\nT14 net-available 114 4 40 40 4 4" },
    { "availability", DG_VERDICT_HELD, 0,
      "50 % of candidates available in one block (62 % in control)",
      NET("1") "C13 net-available 113 4 40 40 4 0\nC14 net-available 114 4 20 40 1 0\nC15 "
               "net-available 115 4 20 40 1 0\nC16 net-available 116 4 40 40 4 0\n"
               /* as in control's worst two */
               "T13 net-available 113 4 40 40 3 0\nT14 net-available 114 4 20 40 1 0\nT15 "
               "net-available 115 4 20 40 1 0\nT16 net-available 116 4 40 40 3 0" },
    /* from U itself */
    { "availability", DG_VERDICT_BROKE, 10, "0 % of candidates available in one block",
      NET("1") "C10 net-available 110 4 40 40 4 0\nC11 net-available 111 4 40 40 4 0\nT10 "
               "net-available 110 4 10 40 0 0\nT11 net-available 111 4 10 40 0 4" },
    { "availability", DG_VERDICT_BROKE, 14,
      "43 % of candidates available in one block against 62 %",
      NET("1") "C13 net-available 113 4 40 40 4 0\nC14 net-available 114 4 20 40 1 0\nC15 "
               "net-available 115 4 20 40 1 0\nC16 net-available 116 4 40 40 4 0\n"
               "T13 net-available 113 4 40 40 4 0\nT14 net-available 114 4 20 40 0 0\nT15 "
               "net-available 115 4 20 40 0 0\nT16 net-available 116 4 40 40 3 0" },
    { "availability", DG_VERDICT_BROKE, 13,
      "0 % of candidates available in one block against 100 % in control; 25 % of bits set against "
      "100 %, 4 slow",
      NET("1") "C13 net-available 113 4 40 40 4 0\nT13 net-available 113 4 10 40 0 0\nT14 "
               "net-available 114 4 10 40 0 4" },

    { "groups-able", DG_VERDICT_UNEXERCISED, 0, "no backing group",
      NET("1") "C9 net-groups 109 4 4 2 5 1\nT9 net-groups 109 4 1 2 1 1" },
    /* no network began */
    { "groups-able", DG_VERDICT_UNEXERCISED, 0, "no backing group",
      "C10 net-groups 110 4 4 2 5 1\nT10 net-groups 110 4 1 2 1 1" },
    { "groups-able", DG_VERDICT_HELD, 0, "at most 0 groups unable to back at a time (0 in control)",
      NET("1") "C10 net-groups 110 4 4 2 5 1\nT10 net-groups 110 4 4 2 5 1" },
    { "groups-able", DG_VERDICT_HELD, 0, "at most 1 groups unable to back at a time (1 in control)",
      NET("1") "C10 net-groups 110 4 3 2 1 1\nT10 net-groups 110 4 3 2 1 1\nT11 net-groups 111 4 3 "
               "2 1 1" },
    /* each time one slot */
    { "groups-able", DG_VERDICT_HELD, 0, "at most 3 groups unable",
      NET("1") "C10 net-groups 110 4 4 2 5 1\nT10 net-groups 110 4 1 2 1 1\nT11 net-groups 111 4 4 "
               "2 5 1\nT12 net-groups 112 4 1 2 1 1" },
    { "groups-able", DG_VERDICT_BROKE, 10,
      "up to 3 of 4 groups cannot reach 2 votes, at most 0 in control; the weakest has 1",
      NET("1") "C10 net-groups 110 4 4 2 5 1\nT10 net-groups 110 4 1 2 1 1\nT11 net-groups 111 4 1 "
               "2 1 1" },
    /* the worst slot is the first */
    { "groups-able", DG_VERDICT_BROKE, 10, "up to 3 of 4 groups cannot reach 2 votes",
      NET("1") "C10 net-groups 110 4 4 2 5 1\nT10 net-groups 110 4 1 2 1 1\nT11 net-groups 111 4 2 "
               "2 1 1" },
    { "groups-able", DG_VERDICT_BROKE, 10, "at most 1 in control",
      NET("1") "C10 net-groups 110 4 3 2 5 1\nT10 net-groups 110 4 2 2 1 1\nT11 net-groups 111 4 2 "
               "2 0 1" },

#define CHECKED "C10 net-approval 110 0 0 0 9 9\nT10 net-approval 110 0 0 0 9 9\n"
    { "disputes", DG_VERDICT_UNEXERCISED, 0, "no candidate was checked",
      NET("1") "C9 net-approval 109 0 0 0 9 9\nT9 net-approval 109 0 0 0 9 9\nT9 net-dispute 109 1 "
               "2000 0 3 0" },
    /* no network began */
    { "disputes", DG_VERDICT_UNEXERCISED, 0, "no candidate was checked",
      CHECKED "T10 net-dispute 110 1 2000 0 3 0" },
    /* before U */
    { "disputes", DG_VERDICT_HELD, 0, "0 candidates disputed (0 in control)",
      NET("1") CHECKED "T9 net-dispute 109 1 2000 0 3 0" },
    { "disputes", DG_VERDICT_HELD, 0, "1 candidates disputed (1 in control)",
      NET("1") "C11 net-dispute 111 1 2000 0 3 0\nC11 net-dispute 111 1 2000 1 3 1500\n" CHECKED
               "T12 net-dispute 112 1 2001 0 3 0\nT12 net-dispute 112 1 2001 1 3 1500" },
    { "disputes", DG_VERDICT_UNEXERCISED, 0,
      "N-1 alone has 1 candidates disputed and only 0 settled valid",
      /* open in control */
      NET("1") "C11 net-dispute 111 1 2000 0 3 0\n" CHECKED
               "T12 net-dispute 112 1 2001 0 3 0\nT12 net-dispute 112 1 2001 1 3 1500" },
    { "pvf-ready", DG_VERDICT_UNEXERCISED, 0, "N-1 alone has only 47 %",
      NET("1") "C10 net-pvf 110 1 40 19 0 0\nT10 net-pvf 110 1 40 19 1 4" },
    { "collator-health", DG_VERDICT_UNEXERCISED, 0, "N-1 alone takes none of 4 collations",
      NET("1") "C10 net-collators 110 4 4 0 4\nT10 net-collators 110 4 4 0 4" },
    { "disputes", DG_VERDICT_BROKE, 12,
      "2 candidates disputed, 0 in control; the first 2 slots after U, in session 4; up to 5 "
      "validators against; 1 settled valid, 0 invalid, 1 open; at most 1.5 s",
      NET("1") CHECKED "T12 net-dispute 112 4 2000 0 3 0\nT13 net-dispute 113 4 2001 0 5 0\nT13 "
                       "net-dispute 113 4 2000 1 3 1520" },
    { "disputes", DG_VERDICT_BROKE, 12, "0 settled valid, 1 invalid, 0 open",
      NET("1") CHECKED "T12 net-dispute 112 4 2000 0 30 0\nT13 net-dispute 113 4 2000 2 30 900" },
    /* before U */
    { "no-shows", DG_VERDICT_UNEXERCISED, 0, "no candidate was checked",
      NET("1") "C9 net-approval 109 0 0 0 9 9\nT9 net-approval 109 0 5 0 9 9" },
    { "no-shows", DG_VERDICT_UNEXERCISED, 0, "no candidate was checked",
      NET("1") "C10 net-approval 110 0 0 0 9 9\nT10 net-approval 110 0 0 0 0 0" },
    /* no network began */
    { "no-shows", DG_VERDICT_UNEXERCISED, 0, "no candidate was checked",
      "C10 net-approval 110 0 0 0 9 9\nT10 net-approval 110 0 5 0 9 9" },
    { "no-shows", DG_VERDICT_HELD, 0, "0 no-shows in 1 slots (0 in control)",
      NET("1") "C10 net-approval 110 0 0 0 9 9\nT10 net-approval 110 0 0 0 9 9" },
    /* 9 - 4 <= 1.5 x 4 */
    { "no-shows", DG_VERDICT_HELD, 0, "9 no-shows in 2 slots (4 in control)",
      NET("1") "C10 net-approval 110 0 4 0 9 9\nT10 net-approval 110 0 5 0 9 9\nT11 net-approval "
               "111 0 4 0 9 9" },
    { "no-shows", DG_VERDICT_HELD, 0, "40 no-shows in 10 slots (4 in control)",
      NET("1") "C10 net-approval 110 0 4 0 9 9\n"
               "T10 net-approval 110 0 4 0 9 9\nT11 net-approval 111 0 4 0 9 9\nT12 net-approval "
               "112 0 4 0 9 9\nT13 net-approval 113 0 4 0 9 9\nT14 net-approval 114 0 4 0 9 9\n"
               /* no slot worse */
               "T15 net-approval 115 0 4 0 9 9\nT16 net-approval 116 0 4 0 9 9\nT17 net-approval "
               "117 0 4 0 9 9\nT18 net-approval 118 0 4 0 9 9\nT19 net-approval 119 0 4 0 9 9" },
    { "no-shows", DG_VERDICT_BROKE, 12, "1 no-shows in 2 slots, 1 in the worst (#12), 0 in control",
      NET("1") "C10 net-approval 110 0 0 0 9 9\nT11 net-approval 111 0 0 0 9 9\nT12 net-approval "
               "112 0 1 0 9 9" },
    { "no-shows", DG_VERDICT_BROKE, 10,
      "31 no-shows in 2 slots, 20 in the worst (#11), 4 in control; approved up to tranche 33, "
      "aggression level 2",
      NET("1") "C10 net-approval 110 0 4 0 9 9\nT10 net-approval 110 0 11 1 9 9\nT10 net-approved "
               "110 20 600 31 33 9000\nT11 net-approval 111 0 20 2 9 9" },

#define EVERY_TWO(arm, para)                                                                       \
    arm "9 net-included 109 " para " 0\n" arm "11 net-included 111 " para " 0\n" arm               \
        "13 net-included 113 " para " 0\n" arm "13 net-paras 113 1 1 0 1 1\n"
    { "para-interval", DG_VERDICT_UNEXERCISED, 0, "N-1 alone includes nothing after U",
      NET("1") "C9 net-included 109 7 0\nT11 net-included 111 7 0\nT11 net-paras 111 1 1 0 1 1" },
    { "para-interval", DG_VERDICT_UNEXERCISED, 0, "no block after U",
      NET("1") EVERY_TWO("C", "7") "T9 net-paras 109 1 1 0 1 1" },
    /* never in treatment */
    { "para-interval", DG_VERDICT_BROKE, 9,
      "parachain 7 had no block included in 14 blocks (at most 2 in control)",
      NET("1") EVERY_TWO("C", "7") "T9 net-paras 109 1 1 0 1 1\nT23 net-paras 123 1 1 0 1 1" },
    /* and none of it before U */
    { "para-interval", DG_VERDICT_BROKE, 9,
      "parachain 8 had no block included in 8 blocks (at most 2 in control)",
      NET("1") "C9 net-paras 109 1 1 0 1 1\nC11 net-included 111 8 0\n" EVERY_TWO(
          "C", "7") "T9 net-paras 109 1 1 0 1 1\n" EVERY_TWO("T",
                                                             "7") "T15 net-included 115 7 0\nT17 "
                                                                  "net-included 117 7 0\nT17 "
                                                                  "net-paras 117 1 1 0 1 1" },
    /* nor for long after it */
    { "para-interval", DG_VERDICT_BROKE, 9, "parachain 8 had no block included in 9 blocks",
      NET("1") "C9 net-paras 109 1 1 0 1 1\nC11 net-included 111 8 0\n" EVERY_TWO(
          "C",
          "7") "C13 net-included 113 8 0\nT9 net-paras 109 1 1 0 1 1\n" EVERY_TWO("T",
                                                                                  "7") "T18 "
                                                                                       "net-"
                                                                                       "included "
                                                                                       "118 8 "
                                                                                       "0\nT18 "
                                                                                       "net-"
                                                                                       "included "
                                                                                       "118 7 "
                                                                                       "0\nT18 "
                                                                                       "net-paras "
                                                                                       "118 1 1 0 "
                                                                                       "1 1" },
    { "para-interval", DG_VERDICT_HELD, 0, "its next block within 5 blocks (2 in control)",
      NET("1") "C9 net-paras 109 1 1 0 1 1\nC11 net-included 111 8 0\n" EVERY_TWO(
          "C",
          "7") "C13 net-included 113 8 0\nT9 net-paras 109 1 1 0 1 1\n" EVERY_TWO("T",
                                                                                  "7") "T14 "
                                                                                       "net-"
                                                                                       "included "
                                                                                       "114 8 "
                                                                                       "0\nT15 "
                                                                                       "net-"
                                                                                       "included "
                                                                                       "115 8 "
                                                                                       "0\nT15 "
                                                                                       "net-paras "
                                                                                       "115 1 1 0 "
                                                                                       "1 1" },
    { "para-interval", DG_VERDICT_HELD, 0, "its next block within 2 blocks (2 in control)",
      NET("1") EVERY_TWO("C", "7") EVERY_TWO("T", "7") },
    /* twice, and two */
    { "para-interval", DG_VERDICT_HELD, 0, "its next block within 6 blocks (2 in control)",
      NET("1") EVERY_TWO("C", "7")
          EVERY_TWO("T", "7") "T19 net-included 119 7 0\nT19 net-paras 119 1 1 0 1 1" },
    { "para-interval", DG_VERDICT_BROKE, 13,
      "parachain 7 had no block included in 7 blocks (at most 2 in control)",
      NET("1") EVERY_TWO("C", "7")
          EVERY_TWO("T", "7") "T20 net-included 120 7 0\nT20 net-paras 120 1 1 0 1 1\nT22 "
                              "net-included 122 7 0\n" },
    /* waits at the end */
    { "para-interval", DG_VERDICT_BROKE, 13, "parachain 8 had no block included in 8 blocks",
      NET("1") EVERY_TWO("C", "7") EVERY_TWO("C", "8") EVERY_TWO("T", "7") EVERY_TWO(
          "T", "8") "T15 net-included 115 7 0\nT17 net-included 117 7 0\nT19 net-included 119 7 "
                    "0\nT21 net-included 121 7 0\nT21 net-paras 121 1 1 0 1 1" },
    /* a sibling */
    { "para-interval", DG_VERDICT_HELD, 0, "its next block within 2 blocks (2 in control)",
      NET("1") EVERY_TWO("C", "7")
          EVERY_TWO("T", "7") "T13 net-included 114 7 0\nT15 net-included 115 7 0" },

/* parachain 7 in each block from U to #21, and what the network had of them */
#define IN(arm, n) arm #n " net-included 1" #n " 7 0\n"
#define IN_4(arm, a, b, c, d) IN(arm, a) IN(arm, b) IN(arm, c) IN(arm, d)
#define IN_ALL(arm)                                                                                \
    arm "9 net-included 109 7 0\n" IN_4(arm, 10, 11, 12, 13) IN_4(arm, 14, 15, 16, 17)             \
        IN_4(arm, 18, 19, 20, 21) arm "9 paras 109 121 1 1 0 1 1\n"
    { "para-interval", DG_VERDICT_HELD, 0, "within 2 blocks (1 in control)",
      NET("1") IN_ALL("C") "T9 net-included 109 7 0\n" IN_4("T", 10, 11, 12, 13) IN_4(
          "T", 14, 15, 16, 17) IN("T", 19) IN("T", 20) IN("T", 21) "T9 paras 109 121 1 1 0 1 1" },
    { "para-interval", DG_VERDICT_BROKE, 10,
      "parachain 7 had 10 blocks included, 12 in control: 2 lost, of which 1 may be chance",
      NET("1") IN_ALL("C") "T9 net-included 109 7 0\n" IN_4("T", 10, 11, 12, 13) IN("T", 15) IN(
          "T", 16) IN("T", 17) IN("T", 19) IN("T", 20) IN("T", 21) "T9 paras 109 121 1 1 0 1 1" },
    /* the relay chain is a block short */
    { "para-interval", DG_VERDICT_HELD, 0, "within 2 blocks (1 in control)",
      NET("1") IN_ALL("C") "T9 net-included 109 7 0\n" IN_4("T", 10, 11, 12, 13) IN("T", 15) IN(
          "T", 16) IN("T", 17) IN("T", 18) IN("T", 19) IN("T", 20) "T9 paras 109 120 1 1 0 1 1" },
    { "pvf-ready", DG_VERDICT_UNEXERCISED, 0, "no candidate named a code",
      NET("1") "C9 net-pvf 109 1 40 40 0 0\nT9 net-pvf 109 1 40 0 0 0" },
    { "pvf-ready", DG_VERDICT_HELD, 0,
      "at least 100 % of pairs of validator and parachain prepared (100 % in control)",
      NET("1") "C10 net-pvf 110 1 40 40 0 0\nT10 net-pvf 110 1 40 40 0 0" },
    { "pvf-ready", DG_VERDICT_HELD, 0, "at least 90 %",
      NET("1") "C10 net-pvf 110 1 40 40 0 0\nT10 net-pvf 110 1 40 36 1 4" },
    /* as control in that slot */
    { "pvf-ready", DG_VERDICT_HELD, 0,
      "at least 50 % of pairs of validator and parachain prepared (50 % in control)",
      NET("1") "C10 net-pvf 110 1 40 20 0 0\nT10 net-pvf 110 1 40 20 1 4" },
    { "pvf-ready", DG_VERDICT_BROKE, 10,
      "10 % of 40 pairs of validator and parachain had their artifact at worst (#10), 50 % in "
      "control; short in 1 slots, up to 7 queued",
      NET("1") "C10 net-pvf 110 1 40 20 0 0\nT10 net-pvf 110 1 40 4 7 4\nT11 net-pvf 111 1 40 40 0 "
               "0" },
    { "pvf-ready", DG_VERDICT_BROKE, 11, "0 % of 40 pairs",
      NET("1") "C10 net-pvf 110 1 40 40 0 0\nC11 net-pvf 111 1 40 40 0 0\nT10 net-pvf 110 1 40 40 "
               "0 0\nT11 net-pvf 111 1 40 0 7 4" },
    { "collator-health", DG_VERDICT_UNEXERCISED, 0, "N-1 alone has no collations",
      NET("1") "C9 net-collators 109 4 4 0 0\nT10 net-collators 110 4 4 0 0" },
    { "collator-health", DG_VERDICT_UNEXERCISED, 0, "no collator tried after U",
      NET("1") "C10 net-collators 110 4 4 0 0\nT9 net-collators 109 4 4 0 0" },
    { "collator-health", DG_VERDICT_BROKE, 10, "no collation after U, 4 in control",
      NET("1") "C10 net-collators 110 4 4 0 0\nT10 net-collators 110 4 0 0 0" },
    { "collator-health", DG_VERDICT_HELD, 0, "4 collations (4 in control), 0 panics, 0 refused",
      NET("1") "C10 net-collators 110 4 4 0 0\nT9 net-collators 109 8 4 4 0\nT10 net-collators 110 "
               "4 4 0 0" },
    /* one in ten is let pass */
    { "collator-health", DG_VERDICT_HELD, 0, "10 collations (10 in control), 1 panics",
      NET("1") "C10 net-collators 110 10 10 0 0\nT10 net-collators 110 11 10 1 0" },
    /* as in control */
    { "collator-health", DG_VERDICT_HELD, 0, "4 collations (4 in control), 4 panics, 2 refused",
      NET("1") "C10 net-collators 110 8 4 4 2\nT10 net-collators 110 8 4 4 2" },
    { "collator-health", DG_VERDICT_WARNED, 11,
      "4 panics beside 4 blocks made (1.0 each, 0.0 in control)",
      NET("1") "C10 net-collators 110 4 4 0 0\nT10 net-collators 110 2 2 0 0\nT11 net-collators "
               "111 6 2 4 0" },
    { "collator-health", DG_VERDICT_BROKE, 10,
      "2 of 4 collations were taken by no backer, 0 of 4 in control",
      NET("1") "C10 net-collators 110 4 4 0 0\nT10 net-collators 110 4 4 0 2" },

    { "finality-lag", DG_VERDICT_BROKE, 14,
      "up to 9 blocks behind, at most 3 in control; approval voting knows nothing of 2 blocks, "
      "first #12: no runtime gives",
      NET("1") "C10 net-finalized 110 2 0 1\nC11 net-slot 111 1 1 0 1\nC11 net-unknown 111 5 0 0 "
               "0\nT12 net-unknown 112 5 0 0 0\nT13 net-unknown 113 5 3 0 0\n"
               "T13 net-unknown 113 5 3 1 9000\nT14 net-finalized 114 8 0 1\nT14 net-slot 114 1 1 "
               "0 1" },
    { "finality-lag", DG_VERDICT_UNEXERCISED, 0, "N-1 alone is up to 11 blocks behind",
      NET("1") "C10 net-finalized 110 11 0 1\nC11 net-slot 111 1 0 0 1\nT10 net-finalized 110 11 0 "
               "1\nT11 net-slot 111 1 0 0 1" },
    { "finality-lag", DG_VERDICT_UNEXERCISED, 0, "N-1 alone finalized nothing",
      NET("1") "C11 net-slot 111 1 1 0 1\nT11 net-slot 111 1 1 0 1" },
#define PANICS                                                                                     \
    "C10 net-collators 110 4 4 0 0\nT10 net-collators 110 2 2 0 0\nT11 net-collators 111 6 2 4 0"
    { "collator-health", DG_VERDICT_BROKE, 11,
      "no block is lost by it; a warning, which the plan makes a gate",
      PLAN("'collator-health':{'severity':'gate'}") NET("1") PANICS },
    { "collator-health", DG_VERDICT_BROKE, 11, "which the plan makes a gate",
      PLAN("'strict':true") NET("1") PANICS },
    { "collator-health", DG_VERDICT_WARNED, 11, "no block is lost by it",
      PLAN("'strict':true,'collator-health':{'severity':'advice'}") NET("1") PANICS },
    { "collator-health", DG_VERDICT_WARNED, 11, "no block is lost by it",
      PLAN("'strict':false,'disputes':{'severity':'gate'}") NET("1") PANICS },
/* all bitfields of a block were of the wrong length; nothing of it is in what is lost */
#define LEFT_OUT                                                                                   \
    "C13 net-available 113 4 40 40 4 0\nT13 net-available 113 4 40 40 4 0\nT11 net-bitfields 111 " \
    "10 0 0 4 4\n"
    { "availability", DG_VERDICT_WARNED, 11, "10 of 10 bitfields were left out",
      PLAN("'availability':{'allow':9}") NET("1") LEFT_OUT },
    { "availability", DG_VERDICT_BROKE, 11, "which the plan makes a gate",
      PLAN("'availability':{'allow':9,'severity':'gate'}") NET("1") LEFT_OUT },
#define U_BUILT "C9 net-slot 110 1 1 0 1\nT9 net-upgrade 110 1 0\nT9 net-slot 110 1 1 0 1\n"
    { "upgrade-stall", DG_VERDICT_UNEXERCISED, 0, "no slot after U", NET("1") U_BUILT },
    /* no U at all */
    { "upgrade-stall", DG_VERDICT_UNEXERCISED, 0, "no slot after U",
      NET("1") "C9 net-slot 110 1 1 0 1\nC10 net-slot 111 1 1 0 1\nT9 net-slot 110 1 0 0 1\nT10 "
               "net-slot 111 1 0 0 1" },
    { "upgrade-stall", DG_VERDICT_HELD, 0,
      "0 slots empty right after U, 0 in control; compiling N took 5.5 s",
      NET("1") U_BUILT "C11 net-slot 111 1 1 0 1\nT10 net-compiled 110 5500 0\nT11 net-slot 111 1 "
                       "1 0 1\nT11 net-slot 112 1 0 0 1\nT11 net-slot 113 1 0 0 1" },
    { "upgrade-stall", DG_VERDICT_HELD, 0, "1 slots empty right after U",
      NET("1") U_BUILT
      "C11 net-slot 111 1 1 0 1\nT10 net-slot 111 1 0 0 1\nT11 net-slot 112 1 1 0 1" },
    { "upgrade-stall", DG_VERDICT_BROKE, 10,
      "2 slots empty right after U, 0 in control; 2 of 4 nodes compiled N in 12.0 to 13.5 s, 0 "
      "stalled",
      NET("1") U_BUILT "C11 net-slot 111 1 1 0 1\nT10 net-compiled 110 13500 0\nT10 net-compiled "
                       "110 12000 0\nT10 net-compiled 119 99000 1\nT10 net-slot 111 1 0 0 1\nT10 "
                       "net-slot 112 1 0 0 1\nT11 net-slot 113 1 1 0 1" },
    { "upgrade-stall", DG_VERDICT_HELD, 0, "2 slots empty right after U, 1 in control",
      NET("1") U_BUILT "C11 net-slot 111 1 0 0 1\nC11 net-slot 112 1 1 0 1\nT10 net-slot 111 1 0 0 "
                       "1\nT10 net-slot 112 1 0 0 1\nT11 net-slot 113 1 1 0 1" },
    { "upgrade-stall", DG_VERDICT_UNEXERCISED, 0, "N-1 alone has no block in 1 slots",
      NET("1") U_BUILT "C10 net-slot 111 1 0 0 1\nT11 net-slot 111 1 1 0 1" },
/* slot 111 is empty and the others are not; as the network has it, and as it was settled */
#define STALLED                                                                                    \
    NET("1")                                                                                       \
    U_BUILT                                                                                        \
    "C11 net-slot 111 1 1 0 1\nC11 slots 111 140 1\nT10 net-slot 111 1 0 0 1\nT11 net-slot "       \
    "112 1 1 0 1\nT11 slot 111 0 1\nT11 slots 112 140 1\n"
    { "block-cadence", DG_VERDICT_HELD, 0, "", STALLED },
    { "block-cadence", DG_VERDICT_BROKE, 11, "29 blocks in 30 slots against 30 in control",
      PLAN("'upgrade-stall':{'off':true}") STALLED },
    { "block-cadence", DG_VERDICT_UNEXERCISED, 0, "and upgrade-stall counts them",
      NET("1") U_BUILT
      "C11 net-slot 111 1 1 0 1\nC11 slots 111 112 1\nT10 net-slot 111 1 0 0 1\nT10 "
      "net-slot 112 1 0 0 1\nT11 slots 111 112 0\n" },
#define U_LATE                                                                                     \
    "C9 net-slot 110 1 1 0 1\nC10 net-slot 111 1 1 0 1\nT9 net-slot 110 1 0 0 1\nT10 net-upgrade " \
    "111 1 0\nT10 net-slot 111 1 1 0 1\n"
    { "upgrade-stall", DG_VERDICT_BROKE, 11, "2 slots empty right after U, 0 in control",
      NET("1") U_LATE
      "T11 net-slot 112 1 0 0 1\nT11 net-slot 113 1 0 0 1\nT12 net-slot 114 1 1 0 1" },
    { "upgrade-stall", DG_VERDICT_HELD, 0, "0 slots empty right after U",
      NET("1") U_LATE
      "T11 net-slot 112 1 1 0 1\nT11 net-slot 113 1 0 0 1\nT12 net-slot 114 1 0 0 1" },
/* One slot more than is let pass, with what other seeds came to: s broke, h held, u saw nothing. */
#define STALL                                                                                      \
    NET("1")                                                                                       \
    U_LATE "T11 net-slot 112 1 0 0 1\nT11 net-slot 113 1 0 0 1\n"
#define SEED_S "T9 seed 2 1 0 {'claims':{'upgrade-stall':'broke'}}\n"
#define SEED_H "T9 seed 3 0 0 {'claims':{'no-shows':'broke'}}\n"
#define SEED_U "T9 seed 4 3 0 {'claims':{'upgrade-stall':'unexercised'}}\n"
#define SEED_G "T9 seed 2 1 0 {'claims':{'groups-able':'broke'}}\n"
#define UNABLE                                                                                     \
    "C10 net-groups 110 4 4 2 5 1\nT10 net-groups 110 4 1 2 1 1\nT11 net-groups 111 4 1 2 1 1\n"
#define SEED_N "T9 seed 2 1 0 {'claims':{'no-shows':'broke'}}\n"
#define SEED_4N SEED_N SEED_N SEED_N SEED_N
#define SHOWS(n) "C10 net-approval 110 0 1000 0 9 9\nT10 net-approval 110 0 " n " 0 9 9\n"
#define SEED_4S SEED_S SEED_S SEED_S SEED_S
#define SEED_4H SEED_H SEED_H SEED_H SEED_H
    { "upgrade-stall", DG_VERDICT_BROKE, 11, "2 slots empty right after U, 0 in control", STALL },
    { "upgrade-stall", DG_VERDICT_BROKE, 11, "2 slots empty", STALL SEED_S },
    { "upgrade-stall", DG_VERDICT_UNEXERCISED, 11,
      "in 3 of 3 seeds, which decides nothing: 2 slots", STALL SEED_S SEED_S SEED_S },
    { "upgrade-stall", DG_VERDICT_BROKE, 11, "; in 4 of 4 seeds", STALL SEED_4S SEED_4H },
    { "upgrade-stall", DG_VERDICT_BROKE, 11, "; in 4 of 5 seeds",
      STALL SEED_S SEED_H SEED_4S SEED_4H },
    { "upgrade-stall", DG_VERDICT_WARNED, 11, "in 1 of 10 seeds, which is luck: 2 slots empty",
      STALL SEED_S SEED_4H SEED_4H SEED_H SEED_4S },
    { "upgrade-stall", DG_VERDICT_UNEXERCISED, 11,
      "in 1 of 9 seeds, which decides nothing: 2 slots",
      STALL SEED_S SEED_4H SEED_4H SEED_U SEED_U },
    { "upgrade-stall", DG_VERDICT_WARNED, 11, "in 3 of 16 seeds, which is luck",
      STALL SEED_S SEED_4H SEED_S SEED_4H SEED_S SEED_4H SEED_H },
    /* one slot in a row more than is let pass; and two */
    { "groups-able", DG_VERDICT_UNEXERCISED, 10, "in 2 of 2 seeds", NET("1") UNABLE SEED_G SEED_G },
    { "groups-able", DG_VERDICT_BROKE, 10, "up to 3 of 4 groups",
      NET("1") UNABLE "T12 net-groups 112 4 1 2 1 1\n" SEED_G SEED_4H SEED_4H SEED_H },
    /* of thousands, chance moves a hundred */
    { "no-shows", DG_VERDICT_BROKE, 10, "; in 4 of 4 seeds", NET("1") SHOWS("2590") SEED_4N },
    { "no-shows", DG_VERDICT_BROKE, 10, "2700 no-shows in 1 slots, 2700 in the worst",
      NET("1") SHOWS("2700") SEED_N SEED_4S SEED_4S SEED_S },
    /* what has no luck in it */
    { "disputes", DG_VERDICT_BROKE, 12, "1 candidates disputed, 0 in control",
      NET("1") CHECKED
      "T12 net-dispute 112 4 2000 0 30 0\nT13 net-dispute 113 4 2000 2 30 900\n" SEED_S SEED_4H
          SEED_4H },
    /* far beyond what is let pass, no seed is asked */
    { "upgrade-stall", DG_VERDICT_BROKE, 11, "3 slots empty right after U, 0 in control",
      STALL "T11 net-slot 114 1 0 0 1\n" SEED_S SEED_4H SEED_4H SEED_H },
    /* its sibling */
    { "upgrade-stall", DG_VERDICT_BROKE, 11, "2 slots empty right after U",
      NET("1") U_BUILT
      "C10 net-slot 111 1 1 0 1\nT10 net-upgrade 111 1 0\nT10 net-slot 111 1 1 0 1\nT11 net-slot "
      "112 1 0 0 1\nT11 net-slot 113 1 0 0 1\nT12 net-slot 114 1 1 0 1" },
    /* and a child */
    { "upgrade-stall", DG_VERDICT_HELD, 0, "0 slots empty right after U",
      NET("1") U_BUILT
      "C10 net-slot 111 1 1 0 1\nT10 net-upgrade 111 1 0\nT10 net-slot 111 1 2 0 1\nT11 net-slot "
      "112 1 0 0 1\nT11 net-slot 113 1 0 0 1\nT12 net-slot 114 1 1 0 1" },

    { "memory-slope", DG_VERDICT_UNEXERCISED, 0, "too few samples", "T10 samples memory 3 1000 0" },
    { "memory-slope", DG_VERDICT_HELD, 0, "memory grows by 0.0 MB/h (0.0 to 0.0), from 1 to 1 MB",
      "T10 samples memory 60 1000 0" },
    /* 5,000 KiB a minute */
    { "memory-slope", DG_VERDICT_BROKE, 0, "memory grows by 307 MB/h (307 to 307), from 102 to",
      "T10 samples memory 60 100000 5000" },
    { "memory-slope", DG_VERDICT_UNEXERCISED, 0, "N-1 alone: memory grows by 313 MB/h",
      "C10 samples memory 60 100000 5000\nT10 samples memory 60 100000 5100" },
    { "memory-slope", DG_VERDICT_UNEXERCISED, 0, "N-1 alone: memory grows by 31.3 MB/h",
      "C10 samples memory 60 100000 500\nT10 samples memory 60 100000 510" },
    { "memory-slope", DG_VERDICT_HELD, 0, "the limit is 400",
      PLAN("'memory-slope':{'at_most':400}") "T10 samples memory 60 100000 5000" },
    { "memory-slope", DG_VERDICT_BROKE, 12, "1 time a process was killed for want of memory",
      "T10 samples memory 60 100000 1\nT12 process-killed 110 4000000 4000000 60000 1" },
    /* killed before there was a slope, and where control's is killed as well */
    { "memory-slope", DG_VERDICT_BROKE, 12,
      "too few samples for a slope; 1 time a process was killed for want of memory",
      "T10 samples memory 3 1000 0\nT12 process-killed 110 4000000 4000000 60000 1" },
    { "memory-slope", DG_VERDICT_BROKE, 12, "too few samples for a slope; 1 time",
      "T12 process-killed 110 4000000 4000000 60000 1" },
    { "memory-slope", DG_VERDICT_UNEXERCISED, 0, "too few samples of memory",
      "C12 process-killed 110 4000000 4000000 60000 1\nT10 samples memory 3 1000 0\n"
      "T12 process-killed 110 4000000 4000000 60000 1" },
    /* growth that slows down */
    { "memory-slope", DG_VERDICT_UNEXERCISED, 0, "it may be warming up",
      PLAN("'memory-slope':{'least_s':5000}") "T10 samples memory 20 100000 5000\nT30 samples "
                                              "memory 20 200000 4000\nT50 samples memory 20 "
                                              "280000 1000" },
    { "channel-bounded", DG_VERDICT_UNEXERCISED, 0, "no channel was measured", "C5 slot 5 1 1" },
    { "channel-bounded", DG_VERDICT_HELD, 0, "at most 3 unread in one of 2 channels",
      "T10 samples a 60 3 0\nT10 samples b 60 1 0" },
    { "channel-bounded", DG_VERDICT_BROKE, 0, "b: 177 unread, growing by 180 an hour",
      "T10 samples a 60 3 0\nT10 samples b 60 0 3" },
    { "channel-bounded", DG_VERDICT_BROKE, 0, "never fewer than 200 for 59.0 minutes",
      "T10 samples a 60 200 0" },
    { "channel-bounded", DG_VERDICT_BROKE, 0, "a: 48211 unread", "T10 samples a 1 48211 0" },
    { "channel-bounded", DG_VERDICT_UNEXERCISED, 0, "N-1 alone: a: 200 unread",
      "C10 samples a 60 200 0\nT10 samples a 60 200 0" },
    { "round-progress", DG_VERDICT_HELD, 0, "each of 50 rounds ended within 10.0 s", BFT("", "") },
    { "round-progress", DG_VERDICT_HELD, 0, "each of 50 rounds",
      BFT("", "T9 bft-quorum 77 5 460000 540000 610000 10000 60 0\n") },
    { "round-progress", DG_VERDICT_BROKE, 9,
      "round 77: delivered 1.00 (epoch 5: 0.46, 6: 0.54), tallied 0.61, threshold 0.667: stuck for "
      "10.0 s, in 1 round; 40 blocks final, 40 in control",
      BFT("", "T9 bft-quorum 77 5 460000 540000 610000 10001 60 0\n") },
    { "round-progress", DG_VERDICT_BROKE, 9, "stuck for 8.85 hours, to the end of the run",
      BFT("", "T9 bft-quorum 77 5 460000 540000 610000 31860000 60 1\n") },
    { "round-progress", DG_VERDICT_UNEXERCISED, 0, "control alone is stuck for 20.0 s: round 77",
      BFT("C9 bft-quorum 77 5 460000 540000 610000 20000 60 0\n",
          "T9 bft-quorum 77 5 460000 540000 610000 31860000 60 1\n") },
    { "round-progress", DG_VERDICT_UNEXERCISED, 0, "no round ended",
      "C0 bft-start 5 1 60 666667 10000 0 60000 24\nC40 bft-end 40 50 60000 60000\nT0 bft-start 5 "
      "1 "
      "60 666667 10000 0 60000 24\nT0 bft-end 0 0 0 60000\n" },
    { "round-progress", DG_VERDICT_UNEXERCISED, 0, "control alone ended no round",
      "C0 bft-start 5 1 60 666667 10000 0 60000 24\nC0 bft-end 0 0 0 60000\nT0 bft-start 5 1 60 "
      "666667 10000 0 60000 24\nT40 bft-end 40 50 60000 60000\n" },
    { "quorum-equivalence", DG_VERDICT_HELD, 0, "120 counts are as a recount has them",
      BFT("", "T0 bft-tally 0 0 100 0\nT0 bft-tally 1 0 20 0\n") },
    { "quorum-equivalence", DG_VERDICT_BROKE, 0,
      "3 of 120 counts differ from a recount of the same messages: timeout certificates 3 (1 in "
      "control)",
      BFT("C0 bft-tally 1 0 9 1\n", "T0 bft-tally 0 0 100 0\nT0 bft-tally 1 0 20 3\n") },
    { "quorum-equivalence", DG_VERDICT_WARNED, 0,
      "of all 900 splits over two epochs or sessions of up to 4 voters, 2 kinds of certificate, "
      "timeout certificates 7",
      BFT("", "T0 bft-tally 0 0 100 0\nT0 bft-tally 1 4 500 7\nT0 bft-tally 0 4 400 0\n") },
};

/* Claims about rates and ends have one line and no single event to show. */
static bool shows_events(const struct row *r)
{
    static const char *const without[] = { "block-cadence", "upgrade-enacted", "state-growth",
                                           "memory-slope",  "channel-bounded", NULL };
    for (size_t i = 0; without[i]; i++)
        if (strcmp(r->claim, without[i]) == 0)
            return false;
    return strcmp(r->claim, "migration") != 0 || strstr(r->says, "entries")
           || strstr(r->says, "layout");
}

/* No number says otherwise than the verdict. */
static void figures_agree(const struct row *r, const dg_verdict *v)
{
    const dg_figures *f = &v->figures;
    bool within = f->at_least ? f->measured.milli >= f->threshold.milli
                              : f->measured.milli <= f->threshold.milli;
    bool granted = f->allowed.known && f->lost.milli <= f->allowed.milli;
    ck_assert_msg(v->status != DG_VERDICT_UNEXERCISED || !f->unit, "%s: %s", r->claim, v->text);
    if (!f->unit)
        return;
    ck_assert(f->measured.known && f->threshold.known && !f->lost.known == !f->lost_unit);
    ck_assert(f->measured.milli >= 0 && f->control.milli >= 0 && f->lost.milli >= 0);
    ck_assert_msg(v->status != DG_VERDICT_HELD || within || granted,
                  "%s holds with %" PRId64 " against %" PRId64 " (%" PRId64 "): %s", r->claim,
                  f->measured.milli, f->control.milli, f->threshold.milli, v->text);
}

/* What is said of a claim that saw nothing, in words and by its word. */
static void reach_agrees(const dg_verdict *v)
{
    bool spared = strncmp(v->text, "does not apply: ", 16) == 0,
         away = strstr(v->text, "the plan's network has none") != NULL,
         luck = strstr(v->text, "no fork was pruned") != NULL
                || strstr(v->text, "had a candidate at a time") != NULL;
    dg_verdict_reach wanted = spared ? DG_VERDICT_DOES_NOT_APPLY
                              : away ? DG_VERDICT_OUT_OF_REACH
                              : luck ? DG_VERDICT_NOT_REACHED
                                     : DG_VERDICT_REACHED;
    ck_assert_msg(v->reach == wanted, "%s: %d", v->text, (int)v->reach);
    ck_assert(!spared || v->status == DG_VERDICT_HELD);
}

START_TEST(a_claim_judges_its_stream)
{
    const struct row *r = &rows[_i];
    static stream s;
    dg_verdict v;
    dg_claim_setup setup;
    stream_read(&s, r->events);
    setup = setup_of(&s);
    ck_assert_int_eq(dg_claim_judge(dg_claim_named(r->claim), &v, &setup, s.at, s.count, NULL),
                     DG_OK);
    ck_assert_msg(v.status == r->status, "%s over %s: %s (%s)", r->claim, r->events,
                  dg_verdict_status_name(v.status), v.text);
    ck_assert_msg(strstr(v.text, r->says) != NULL, "%s says: %s", r->claim, v.text);
    ck_assert_msg(v.first_block == r->first, "%s: first #%u, %s", r->claim, v.first_block, v.text);
    ck_assert(v.status != DG_VERDICT_BROKE || v.count > 0);
    reach_agrees(&v);
    ck_assert_msg(v.control_failed
                      == (strstr(v.text, "N-1 alone") || strstr(v.text, "control alone")),
                  "%s", v.text);
    ck_assert_msg(v.status == DG_VERDICT_HELD || v.status == DG_VERDICT_UNEXERCISED
                      || !shows_events(r) || json_array_size(v.evidence) > 0,
                  "%s: %s", r->claim, v.text);
    figures_agree(r, &v);
    dg_verdict_clear(&v);
    stream_clear(&s);
}
END_TEST

/* Three blocks without a candidate, then as in control: what heals is what happened in that very
 * block, for what is included in the one before, and nothing that came sooner or later. */
#define THREE                                                                                      \
    "C10 paras 110 115 2 2 0 2 2\nT10 paras 110 112 0 0 0 2 2\nT13 paras 113 115 2 2 0 2 2\n"
#define FOUND_MISSING                                                                              \
    FACTS("forgets", "5", "10") "T5 net-signal 105 5 1\n" RAN "T10 net-holders 110 4 4 4 0 1\n"
static const struct {
    const char *claim, *healed, *events;
} heals[] = {
    { "backing-rate", "the network itself", NET("1") THREE },
    { "backing-rate", "session change", NET("1") "T13 net-session 2 4 2 2 0 113\n" THREE },
    { "backing-rate", "the network itself", NET("1") "T12 net-session 2 4 2 2 0 112\n" THREE },
    { "backing-rate", "the network itself", NET("1") "T14 net-session 2 4 2 2 0 114\n" THREE },
    { "backing-rate", "the network itself", NET("1") "C13 net-session 2 4 2 2 0 113\n" THREE },
    { "inclusion-rate", "session change", NET("1") "T12 net-session 2 4 2 2 0 112\n" THREE },
    { "backing-rate", "the end of a planned fault", NET("1") "T12 net-fault 113 0 0 1 0\n" THREE },
    { "backing-rate", "the network itself", NET("1") "T12 net-fault 113 0 1 1 0\n" THREE },
    { "backing-rate", "the network itself", NET("1") "T12 net-fault 112 0 0 1 0\n" THREE },
    { "backing-rate", "a restart of validators",
      NET("1") "T12 net-renewed 113 0 9\nT12 net-renewed 113 0 9\n" THREE },
    { "backing-rate", "the network itself", NET("1") "T12 net-renewed 112 0 9\n" THREE },
    { "topology-present", "a restart of validators",
      FOUND_MISSING "T11 net-renewed 111 0 9\nT11 net-holders 111 4 4 4 4 1\n" },
    { "topology-present", "the network itself", FOUND_MISSING "T11 net-holders 111 4 4 4 4 1\n" },
    { "topology-present", "the network itself",
      "T9 net-renewed 109 0 9\n" FOUND_MISSING "T11 net-holders 111 4 4 4 4 1\n" },
    { "topology-present", "session change",
      FOUND_MISSING "T11 net-renewed 111 0 9\nT20 net-holders 120 4 4 4 4 2\n" },
    { "backing-rate", "N's first block", NET("1") "T13 upgrade 0 1 13 1\n" THREE },
    { "backing-rate", "the network itself", NET("1") "T13 upgrade 0 1 13 0\n" THREE },
    /* two blocks say nothing of what lasted for four */
    { "backing-rate", "",
      NET("1") "C10 paras 110 115 2 2 0 2 2\nT10 paras 110 113 0 0 0 2 2\nT14 paras 114 115 2 2 0 "
               "2 2\n" },
    { "availability", "the next block", NET("1") LEFT_OUT },
    { "availability", "the network itself",
      NET("1") LEFT_OUT "T12 net-bitfields 112 10 0 0 4 3\n" },
    { "availability", "", NET("1") LEFT_OUT "T13 net-bitfields 113 10 0 0 4 3\n" },
    { "backing-rate", "",
      NET("1") "C10 paras 110 115 2 2 0 2 2\nT10 paras 110 115 0 0 0 2 2\nT15 net-session 2 4 2 2 "
               "0 115" },
    { "backing-rate", "",
      NET("1") "C10 paras 110 113 2 2 0 2 2\nC14 paras 114 115 0 0 0 2 2\nT10 paras "
               "110 115 0 0 0 2 2\nT14 net-session 2 4 2 2 0 114" },
};
START_TEST(what_heals_happened_in_that_block)
{
    static stream s;
    dg_verdict v;
    dg_claim_setup setup;
    stream_read(&s, heals[_i].events);
    setup = setup_of(&s);
    dg_claim_judge(dg_claim_named(heals[_i].claim), &v, &setup, s.at, s.count, NULL);
    ck_assert(v.status == DG_VERDICT_BROKE || v.status == DG_VERDICT_WARNED);
    ck_assert_str_eq(v.healed, heals[_i].healed);
    dg_verdict_clear(&v);
    stream_clear(&s);
}
END_TEST

/* An empty slot right after U is lost once: to upgrade-stall where nothing was built in it, and to
 * block-cadence where what was built lost, or where nobody asks upgrade-stall. */
static const struct {
    int64_t cadence, stall; /* thousandths of a block; -1: not asked */
    const char *events;
} once[] = {
    { 0, 1000, STALLED },
    { 1000, 0,
      NET("1") U_BUILT "C11 net-slot 111 1 1 0 1\nC11 slots 111 140 1\nT10 net-slot 111 1 1 0 "
                       "1\nT11 net-slot 112 1 1 0 "
                       "1\nT11 slot 111 0 1\nT11 slots 112 140 1\n" },
    { 1000, -1, PLAN("'upgrade-stall':{'off':true}") STALLED },
    /* another one later */
    { 1000, 1000,
      NET("1") U_BUILT "C11 net-slot 111 1 1 0 1\nC11 slots 111 140 1\nT10 net-slot 111 1 0 0 "
                       "1\nT11 net-slot 112 1 1 0 "
                       "1\nT11 net-slot 113 1 0 0 1\nT11 slot 111 0 1\nT11 slot 112 1 1\nT12 slot "
                       "113 0 1\nT12 slots 114 "
                       "140 1\n" },
    /* empty in control too */
    { 0, 0,
      NET("1") U_BUILT
      "C11 net-slot 111 1 0 0 1\nC11 net-slot 112 1 1 0 1\nC11 slot 111 0 1\nC11 slots 112 140 "
      "1\nT10 "
      "net-slot 111 1 0 0 1\nT11 net-slot 112 1 1 0 1\nT11 slot 111 0 1\nT11 slots 112 140 1\n" },
};
START_TEST(an_empty_slot_is_lost_once)
{
    static const char *const names[] = { "block-cadence", "upgrade-stall" };
    const int64_t lost[] = { once[_i].cadence, once[_i].stall };
    static stream s;
    dg_claim_setup setup;
    stream_read(&s, once[_i].events);
    setup = setup_of(&s);
    for (int k = 0; k < 2; k++) {
        dg_verdict v;
        ck_assert_int_eq(dg_claim_is_judged(dg_claim_named(names[k]), &setup), lost[k] >= 0);
        dg_claim_judge(dg_claim_named(names[k]), &v, &setup, s.at, s.count, NULL);
        ck_assert_msg(lost[k] < 0 || v.figures.lost.milli == lost[k], "%s: %" PRId64 ": %s",
                      names[k], v.figures.lost.milli, v.text);
        dg_verdict_clear(&v);
    }
    stream_clear(&s);
}
END_TEST

/* Silence is not consent: no claim may hold over an empty log. */
START_TEST(no_claim_holds_over_nothing)
{
    const dg_claim *claim;
    dg_claim_setup setup;
    dg_claim_setup_read(&setup, NULL, 0);
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        dg_verdict v;
        ck_assert_int_eq(dg_claim_judge(claim, &v, &setup, NULL, 0, NULL), DG_OK);
        ck_assert_msg(v.status == DG_VERDICT_UNEXERCISED, "%s: %s", dg_claim_name(claim->id),
                      v.text);
        dg_verdict_clear(&v);
    }
}
END_TEST

/* The rows above must leave no claim without a red and a green stream. */
START_TEST(every_claim_was_seen_red_and_green)
{
    const dg_claim *claim;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        bool red = false, green = false;
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            if (strcmp(rows[k].claim, dg_claim_name(claim->id)) != 0)
                continue;
            red |= rows[k].status == DG_VERDICT_BROKE;
            green |= rows[k].status == DG_VERDICT_HELD;
        }
        ck_assert_msg(red && green, "%s", dg_claim_name(claim->id));
        ck_assert(claim->says && claim->fails && claim->because && claim->basis);
    }
}
END_TEST

/* A log that is written and read back gives the verdict of the run. */
START_TEST(a_verdict_can_be_checked_from_the_log)
{
    const struct row *r = &rows[_i];
    static stream s, again;
    dg_claim_setup setup, setup_again;
    dg_verdict v, w;
    again.count = 0;
    stream_read(&s, r->events);
    for (size_t i = 0; i < s.count; i++) {
        json_t *line = dg_event_json(&s.at[i]);
        ck_assert_int_eq(dg_event_parse(&again.at[again.count++], line, NULL), DG_OK);
        json_decref(line);
    }
    setup = setup_of(&s);
    setup_again = setup_of(&again);
    dg_claim_judge(dg_claim_named(r->claim), &v, &setup, s.at, s.count, NULL);
    dg_claim_judge(dg_claim_named(r->claim), &w, &setup_again, again.at, again.count, NULL);
    ck_assert_int_eq(v.status, w.status);
    ck_assert_str_eq(v.text, w.text);
    ck_assert(json_equal(v.evidence, w.evidence) || (!v.evidence && !w.evidence));
    dg_verdict_clear(&v);
    dg_verdict_clear(&w);
    stream_clear(&s);
    stream_clear(&again);
}
END_TEST

/* A plan may loosen a threshold: 1 block in 3 slots is enough for a fifth. */
START_TEST(a_threshold_comes_from_the_plan)
{
    dg_claim_setup loose;
    static stream s;
    dg_verdict v;
    stream_read(&s, "C0 run-start 0 20 6000 1 1 2 110 1 "
                    "{'claims':{'block-cadence':{'at_least_of_control':0.2}}}\nC11 slot 11 1 "
                    "1\nC12 slot 12 1 1\nC13 slot 13 1 1\nT11 slot 11 1 1\nT12 slot "
                    "12 0 1\nT12 slot 13 0 1");
    loose = setup_of(&s);
    dg_claim_judge(dg_claim_named("block-cadence"), &v, &loose, s.at, s.count, NULL);
    ck_assert_int_eq(v.status, DG_VERDICT_HELD);
    dg_verdict_clear(&v);
    stream_clear(&s);
}
END_TEST

/* Healed is what was seen to be right again, by what it was first. */
static const struct {
    const char *events, *healed;
} answers_heal[] = {
    { "T10 api 1 0 5 4 1 5 1 2 {'api':'a','window':'U'}\n"
      "T11 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U+1'}\n"
      "T20 api 1 0 5 4 1 5 0 1 {'api':'a','window':'session+1'}",
      "N's first block" },
    { "T10 api 1 0 5 4 1 5 1 2 {'api':'a','window':'U'}\n"
      "T11 api 1 0 5 4 1 5 0 2 {'api':'a','window':'U+1'}\n"
      "T20 api 1 0 5 4 1 5 0 1 {'api':'a','window':'session+1'}",
      "the next session" },
    /* control does not tell: it stays so, or it moves */
    { "T10 api 1 0 5 4 1 5 1 0 {'api':'a','window':'U','hash':'0x1'}\n"
      "T11 api 1 0 5 4 1 5 0 0 {'api':'a','window':'U+1','hash':'0x2'}\n"
      "T20 api 1 0 5 4 1 5 0 0 {'api':'a','window':'session+1','hash':'0x2'}",
      "N's first block" },
    { "T10 api 1 0 5 4 1 5 1 0 {'api':'a','window':'U','hash':'0x1'}\n"
      "T11 api 1 0 5 4 1 5 0 0 {'api':'a','window':'U+1','hash':'0x2'}\n"
      "T20 api 1 0 5 4 1 5 0 0 {'api':'a','window':'session+1','hash':'0x3'}",
      "" },
    { "T10 api 1 0 5 4 1 5 1 0 {'api':'a','window':'U','hash':'0x1'}", "" },
    /* right again, and then not */
    { "T10 api 1 0 5 4 1 5 1 2 {'api':'a','window':'U'}\n"
      "T11 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U+1'}\n"
      "T20 api 1 0 5 4 1 5 0 2 {'api':'a','window':'session+1'}",
      "" },
    /* one of two */
    { "T10 api 1 0 5 4 1 5 1 2 {'api':'a','window':'U'}\n"
      "T10 api 1 0 5 4 1 5 1 2 {'api':'b','window':'U'}\n"
      "T11 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U+1'}",
      "" },
};

START_TEST(an_answer_is_healed_when_it_was_seen_to_be)
{
    static stream s;
    dg_claim_setup setup;
    dg_verdict v;
    char text[2000];
    snprintf(text, sizeof text, "T10 upgrade 0 1 110\n%s", answers_heal[_i].events);
    stream_read(&s, text);
    setup = setup_of(&s);
    dg_claim_judge(dg_claim_named("api-window"), &v, &setup, s.at, s.count, NULL);
    ck_assert_int_eq(v.status, DG_VERDICT_WARNED);
    ck_assert_str_eq(v.healed, answers_heal[_i].healed);
    dg_verdict_clear(&v);
    stream_clear(&s);
}
END_TEST

/* One block that is asked for two moments is shown once. */
START_TEST(an_answer_is_shown_once_for_a_block)
{
    static const struct {
        unsigned end;
        size_t shown;
    } ends[] = { { 30, 2 }, { 31, 3 } };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        static stream s;
        dg_claim_setup setup;
        dg_verdict v;
        char text[2000];
        snprintf(text, sizeof text,
                 "T10 upgrade 0 1 110\nT10 api 1 0 5 4 1 5 0 1 {'api':'a','window':'U'}\n"
                 "T11 api 1 0 5 4 1 5 0 2 {'api':'a','window':'U+1'}\n"
                 "T30 api 1 0 5 4 1 5 0 2 {'api':'a','window':'session+2'}\n"
                 "T%u api 1 0 5 4 1 5 0 2 {'api':'a','window':'end'}",
                 ends[i].end);
        stream_read(&s, text);
        setup = setup_of(&s);
        dg_claim_judge(dg_claim_named("api-window"), &v, &setup, s.at, s.count, NULL);
        ck_assert_int_eq(v.status, DG_VERDICT_BROKE);
        ck_assert_uint_eq(json_array_size(v.evidence), ends[i].shown);
        dg_verdict_clear(&v);
        stream_clear(&s);
    }
}
END_TEST

/* Memory that ends anywhere ends the judgement with a code, never with half a verdict. */
START_TEST(a_claim_without_memory_says_so)
{
    static stream s;
    dg_claim_setup setup;
    dg_verdict v;
    dg_error err;
    bool done = false;
    json_set_alloc_funcs(dg_malloc, dg_free);
    stream_read(&s, "T10 identity 1 0 {'what':'epoch_length','old':'600','new':'20'}\nT10 identity "
                    "1 0 {'what':'spec_name','old':'a','new':'b'}");
    setup = setup_of(&s);
    for (uint64_t nth = 1; !done && nth < 200; nth++) {
        dg_code rc;
        dg_alloc_fail_from(nth);
        rc = dg_claim_judge(dg_claim_named("identity"), &v, &setup, s.at, s.count, &err);
        dg_alloc_fail_from(0);
        ck_assert(rc == DG_OK || rc == DG_NOMEM);
        done = rc == DG_OK;
        if (done)
            ck_assert_uint_eq(json_array_size(v.evidence), 2);
        dg_verdict_clear(&v);
    }
    ck_assert(done);
    stream_clear(&s);
    json_set_alloc_funcs(malloc, free);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("claims");
    TCase *tc = tcase_create("claims");
    int count = sizeof rows / sizeof *rows;
    tcase_add_loop_test(tc, a_claim_judges_its_stream, 0, count);
    tcase_add_loop_test(tc, a_verdict_can_be_checked_from_the_log, 0, count);
    tcase_add_loop_test(tc, what_heals_happened_in_that_block, 0, sizeof heals / sizeof *heals);
    tcase_add_loop_test(tc, an_empty_slot_is_lost_once, 0, sizeof once / sizeof *once);
    tcase_add_test(tc, no_claim_holds_over_nothing);
    tcase_add_test(tc, every_claim_was_seen_red_and_green);
    tcase_add_test(tc, a_threshold_comes_from_the_plan);
    tcase_add_loop_test(tc, an_answer_is_healed_when_it_was_seen_to_be, 0,
                        sizeof answers_heal / sizeof *answers_heal);
    tcase_add_test(tc, an_answer_is_shown_once_for_a_block);
    tcase_add_test(tc, a_claim_without_memory_says_so);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
