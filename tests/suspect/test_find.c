/* Whoever is not suspected is never proved, and whoever is costs a run: so a suspect is what was
 * recorded to differ, with a bound on how many there are, and what the bound leaves out is said. */
#include "../support/suite.h"
#include "suspect/suspect_impl.h"

#include <string.h>

#define PLAN                                                                                       \
    "{\"doppel\":1,\"snapshot\":\"README.md\",\"upgrade\":{\"at\":\"next\"%s},\"network\":{"       \
    "\"classes\":[{\"class\":\"%s\",\"share\":1}]%s}}"

typedef struct world {
    dg_plan *plan;
    dg_event_log log;
    dg_suspect_facts facts;
    dg_plan_fault faults[2];
} world;

static void open_world(world *w, const char *upgrade, const char *class, const char *network)
{
    char text[1024];
    dg_error err;
    memset(w, 0, sizeof *w);
    ck_assert_ptr_nonnull(dg_class_named(class));
    snprintf(text, sizeof text, PLAN, upgrade, class, network);
    if (dg_plan_parse(&w->plan, dg_text(text), "p", NULL, &err) < 0
        || dg_plan_check(w->plan, &err) < 0)
        ck_abort_msg("%s: %s", text, err.text);
    w->facts = (dg_suspect_facts){ .plan = w->plan,
                                   .asked = dg_plan_asked_of(w->plan),
                                   .log = &w->log,
                                   .host_old = 5,
                                   .host_new = 5,
                                   .upgrade_block = 33,
                                   .faults = w->faults,
                                   .network = true };
    w->facts.span.upgrade_slot = 100;
    w->facts.span.clock.next_slot = 90;
    w->facts.span.clock.slot_ms = 6000;
    dg_event_log_add(&w->log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                           .kind = DG_EVENT_NET_START,
                                           .node = DG_EVENT_NO_NODE,
                                           .net_start = { .nodes = 100 },
                                           .detail = json_pack("{s:{s:i}}", "classes",
                                                               dg_class_named(class)->name, 100) });
}

static void close_world(world *w)
{
    dg_event_log_clear(&w->log);
    dg_plan_free(w->plan);
}

/* "repair host-version": kinds of those that are suspected. */
static const char *kinds(world *w)
{
    static char room[400];
    static dg_suspects found;
    dg_suspects_find(&found, &w->facts);
    room[0] = 0;
    for (size_t i = 0; i < found.count; i++) {
        ck_assert(found.at[i].what[0] && found.at[i].says[0] && found.at[i].seen[0]);
        snprintf(room + strlen(room), sizeof room - strlen(room), "%s%s", i ? " " : "",
                 dg_suspect_kind_name(found.at[i].kind));
    }
    return room;
}

/* One event beside the network's start; `arm` as given. */
static const struct {
    const char *class;
    uint32_t host_new;
    dg_arm arm;
    dg_event event;
    const char *kinds;
} rows[] = {
    /* nothing was recorded: nobody */
    { "SD_V12_PURGE",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_SLOT, .slot = { .slot = 101, .built = 1 } },
      "" },
    { "SD_V12_PURGE",
      10,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_SLOT, .slot = { .slot = 101, .built = 1 } },
      "host-version" },
    { "SD_V1",
      10,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_SLOT, .slot = { .slot = 101, .built = 1 } },
      "repair host-version" },
    /* topologies that are missing: in treatment, from U on, and of a class that can lose them */
    { "SD_V12_PURGE",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_HOLDERS, .net_holders = { .slot = 101, .enabled = 9, .holders = 8 } },
      "repair" },
    { "SD_V12_DROP",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_HOLDERS, .net_holders = { .slot = 101, .enabled = 9, .holders = 8 } },
      "repair repair" },
    { "SD_V12_PURGE",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_HOLDERS, .net_holders = { .slot = 101, .enabled = 9, .holders = 9 } },
      "" },
    { "SD_V12_PURGE",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_HOLDERS, .net_holders = { .slot = 99, .enabled = 9, .holders = 8 } },
      "" },
    { "SD_V12_PURGE",
      5,
      DG_ARM_CONTROL,
      { .kind = DG_EVENT_NET_HOLDERS, .net_holders = { .slot = 101, .enabled = 9, .holders = 8 } },
      "" },
    { "SD_V12_OK",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_HOLDERS, .net_holders = { .slot = 101, .enabled = 9, .holders = 8 } },
      "" },
    /* candidates that could be backed, and a provisioner that keeps another mode */
    { "SD_V12_OK",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_MODE_KEPT,
        .net_mode_kept = { .slot = 101, .leaf = 1, .backable = 3 } },
      "repair" },
    { "SD_V12_OK",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_MODE_KEPT, .net_mode_kept = { .slot = 101, .leaf = 1 } },
      "" },
    { "SD_V12_OK",
      5,
      DG_ARM_CONTROL,
      { .kind = DG_EVENT_NET_MODE_KEPT,
        .net_mode_kept = { .slot = 101, .leaf = 1, .backable = 3 } },
      "" },
    { "v1.7..v1.8",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_MODE_KEPT,
        .net_mode_kept = { .slot = 101, .leaf = 1, .backable = 3 } },
      "" },
    /* collations that nobody takes */
    { "SD_V12_STRICT",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_COLLATORS, .net_collators = { .slot = 101, .refused = 2 } },
      "repair" },
    { "SD_V12_DROP",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_COLLATORS, .net_collators = { .slot = 101, .refused = 2 } },
      "" },
    /* disputes, of those who cannot read and of those who can */
    { "SD_V12_OK", 5, DG_ARM_TREATMENT, { .kind = DG_EVENT_NET_DISPUTE }, "repair" },
    /* a call that asks for more memory than nodes give: treatment's, from U on, by a page */
    { "SD_V12_RECEIPTS",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_MEMORY, .memory = { .slot = 101, .pages = 2066, .limit = 2065 } },
      "memory" },
    { "SD_V12_RECEIPTS",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_MEMORY, .memory = { .slot = 101, .pages = 2065, .limit = 2065 } },
      "" },
    { "SD_V12_RECEIPTS",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_MEMORY, .memory = { .slot = 99, .pages = 2066, .limit = 2065 } },
      "" },
    { "SD_V12_RECEIPTS",
      5,
      DG_ARM_CONTROL,
      { .kind = DG_EVENT_MEMORY, .memory = { .slot = 101, .pages = 2066, .limit = 2065 } },
      "" },
    { "SD_V2_ONLY", 5, DG_ARM_TREATMENT, { .kind = DG_EVENT_NET_DISPUTE }, "" },
    /* N compiled, and N's work */
    { "SD_V2_ONLY",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_COMPILED, .net_compiled = { .ms = 3000 } },
      "compile" },
    { "SD_V2_ONLY",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_STALLED, .net_stalled = { .waited_ms = 90000 } },
      "work" },
    /* artifacts that are missing while no parameter changes: by a restart, or by nothing known */
    { "SD_V12_DROP",
      5,
      DG_ARM_TREATMENT,
      { .kind = DG_EVENT_NET_PVF, .net_pvf = { .slot = 101, .pairs = 9, .ready = 8 } },
      "" },
};

START_TEST(only_what_was_recorded_is_suspected)
{
    dg_event event = rows[_i].event;
    world w;
    open_world(&w, ",\"to\":\"README.md\"", rows[_i].class, "");
    w.facts.host_new = rows[_i].host_new;
    event.arm = rows[_i].arm;
    event.node = DG_EVENT_NO_NODE;
    dg_event_log_add(&w.log, &event);
    ck_assert_str_eq(kinds(&w), rows[_i].kinds);
    close_world(&w);
}
END_TEST

/* What is advised has to help: a release that lacks nothing of what was seen and backs under N-1,
 * or a restart, where a new process has not lost it. */
static const struct {
    const char *class;
    uint32_t host_old, host_new;
    const char *advice; /* of the first repair */
} advised[] = {
    /* no asynchronous backing is brought: v1.12 has the repair */
    { "v1.10..v1.11", 8, 10,
      "update all 100 validators that run v1.10 to v1.11 to v1.12 or newer" },
    /* it is, and every release from v1.12 on keeps the mode, or does not back below 11 */
    { "v1.10..v1.11", 5, 10,
      "restart all 100 validators that run v1.10 to v1.11 after U: no release" },
    { "v1.7..v1.8", 5, 10, "restart all 100 validators that run v1.7 to v1.8 after U: no release" },
    { "v0.9..v1.0", 5, 10,
      "update all 100 validators that run v0.9 to v1.0 to v1.12, and restart them after U" },
};

START_TEST(advice_is_of_releases_that_help)
{
    static dg_suspects found;
    dg_event event = { .arm = DG_ARM_TREATMENT,
                       .kind = DG_EVENT_NET_HOLDERS,
                       .node = DG_EVENT_NO_NODE,
                       .net_holders = { .slot = 101, .enabled = 9, .holders = 8 } };
    world w;
    open_world(&w, ",\"to\":\"README.md\"", advised[_i].class, "");
    w.facts.host_old = advised[_i].host_old;
    w.facts.host_new = advised[_i].host_new;
    dg_event_log_add(&w.log, &event);
    dg_suspects_find(&found, &w.facts);
    ck_assert_uint_ge(found.count, 1);
    ck_assert_msg(strstr(found.at[0].advice, advised[_i].advice) == found.at[0].advice, "%s",
                  found.at[0].advice);
    close_world(&w);
}
END_TEST

/* A repair that is added to the table and has no record would be suspected of nothing, ever. */
START_TEST(every_repair_has_its_record)
{
    static dg_suspects found;
    for (size_t i = 0; dg_class_at(i); i++) {
        world w;
        open_world(&w, ",\"to\":\"README.md\"", dg_class_at(i)->name, "");
        dg_suspects_find(&found, &w.facts); /* asserts */
        ck_assert_uint_eq(found.count, 0);  /* nothing was recorded */
        close_world(&w);
    }
}
END_TEST

/* Nodes that went down, and lack what was prepared: no newer release keeps it, so none is advised.
 */
START_TEST(a_restart_is_suspected_of_what_is_lost_by_it)
{
    dg_event gap = { .arm = DG_ARM_TREATMENT,
                     .kind = DG_EVENT_NET_PVF,
                     .node = DG_EVENT_NO_NODE,
                     .net_pvf = { .slot = 101, .pairs = 9, .ready = 8 } };
    dg_event stalled = { .arm = DG_ARM_TREATMENT, .kind = DG_EVENT_NET_STALLED };
    static dg_suspects found;
    world w;
    open_world(&w, ",\"to\":\"README.md\"", _i ? "v1.5" : "v1.22", "");
    dg_event_log_add(&w.log, &gap);
    dg_event_log_add(&w.log, &stalled);
    ck_assert_str_eq(kinds(&w), _i ? "work" : "repair work"); /* who keeps them loses none */
    dg_suspects_find(&found, &w.facts);
    ck_assert(_i || strncmp(found.at[0].advice, "restart validators", 18) == 0);
    close_world(&w);
}
END_TEST

/* Whoever the nodes are, and whether or not there is a network: N does not start. */
START_TEST(functions_that_nodes_lack_are_suspected_first)
{
    static dg_suspects found;
    world w;
    open_world(&w, ",\"config\":{\"a\":1}", _i ? "kagome" : "SD_V2_ONLY", "");
    w.facts.stuck = true;
    w.facts.lacked = "ext_x_version_1";
    w.facts.lacked_count = 3;
    ck_assert_str_eq(kinds(&w), "host-functions config");
    dg_suspects_find(&found, &w.facts);
    ck_assert_str_eq(found.at[0].name, "ext_x_version_1");
    ck_assert_str_eq(found.at[0].what, "nodes have ext_x_version_1 and 2 more");
    ck_assert((strstr(found.at[0].says, "Kagome") != NULL) == _i);
    close_world(&w);
}
END_TEST

/* Where N builds no block any more trials with other nodes are as long as they are vain. */
START_TEST(nodes_are_not_suspected_of_what_n_cannot_build)
{
    dg_event stalled = { .arm = DG_ARM_TREATMENT, .kind = DG_EVENT_NET_STALLED };
    world w;
    open_world(&w, ",\"config\":{\"a\":1}", "SD_V2_ONLY", "");
    w.facts.host_new = 10;
    dg_event_log_add(&w.log, &stalled);
    ck_assert_str_eq(kinds(&w), "config work host-version");
    w.facts.stuck = true;
    ck_assert_str_eq(kinds(&w), "config");
    close_world(&w);
}
END_TEST

/* Answers at U: one that fails, one that does not decode, one that the next block contradicts. */
static const struct {
    const char *window;
    struct dg_event_api api;
    const char *kinds;
} answers[] = {
    { "U", { .ok = 1, .decodes = 1 }, "" },
    { "U", { .ok = 0, .decodes = 1 }, "answers-at-upgrade" },
    { "U", { .ok = 1, .decodes = 0 }, "answers-at-upgrade" },
    { "U", { .ok = 1, .decodes = 1, .contradicts = 1 }, "answers-at-upgrade" },
    { "U", { .ok = 1, .decodes = 1, .against = DG_EVENT_AGAINST_EMPTY }, "answers-at-upgrade" },
    { "U", { .ok = 1, .decodes = 1, .against = DG_EVENT_AGAINST_SAME }, "" },
    /* .. and later */
    { "U+1", { .ok = 0, .decodes = 1 }, "answer" },
    { "U+1", { .ok = 1, .decodes = 1, .against = DG_EVENT_AGAINST_SAME }, "" },
    { "session+1", { .ok = 1, .decodes = 1, .against = DG_EVENT_AGAINST_EMPTY }, "answer" },
};
START_TEST(answers_at_u_are_suspected_where_they_are_odd)
{
    world w;
    open_world(&w, ",\"to\":\"README.md\"", "SD_V2_ONLY", "");
    dg_event_log_add(&w.log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                          .kind = DG_EVENT_API,
                                          .node = DG_EVENT_NO_NODE,
                                          .api = answers[_i].api,
                                          .detail = json_pack("{s:s, s:s}", "api", "A_b", "window",
                                                              answers[_i].window) });
    ck_assert_str_eq(kinds(&w), answers[_i].kinds);
    close_world(&w);
}
END_TEST

/* What nodes keep of a session is suspected where a leaf from U on says otherwise; what is advised
 * hangs on whether they asked at U (#33) or before. */
static const struct {
    dg_arm arm;
    struct dg_event_net_kept kept[2];
    const char *kinds, *says, *advice;
} keeps[] = {
    { DG_ARM_TREATMENT, { { .nodes = 0 } }, "", NULL, NULL },
    { DG_ARM_CONTROL, { { 101, 2, DG_SESSION_FEATURES, 9, 33, 0, 2 } }, "", NULL, NULL },
    { DG_ARM_TREATMENT,
      { { 99, 2, DG_SESSION_FEATURES, 9, 30, 0, 2 } },
      "",
      NULL,
      NULL }, /* before U */
    { DG_ARM_TREATMENT,
      { { 101, 2, DG_SESSION_FEATURES, 5, 33, 0, 2 },
        { 102, 2, DG_SESSION_FEATURES, 9, 33, 0, 10 } },
      "kept-answer",
      "9 nodes asked for the node features at #33, where N reads the storage of N-1, and keep the "
      "answer until session 2 ends: 0x0, where the runtime says 0xa",
      "enact N later in a session, when nodes have asked N-1 already, or have validators restart "
      "their nodes after #34; else wait for the end of session 2" },
    { DG_ARM_TREATMENT,
      { { 101, 7, DG_SESSION_VOTES, 9, 20, 2, 3 } },
      "kept-answer",
      "9 nodes asked for the minimum of backing votes at #20, and keep the answer until session 7 "
      "ends: 2, where the runtime says 3",
      "have validators restart their nodes after #34" },
    { DG_ARM_TREATMENT,
      { { 101, 2, DG_SESSION_VOTES, 9, 33, 2, 3 }, { 101, 2, DG_SESSION_FEATURES, 9, 33, 0, 2 } },
      "kept-answer kept-answer",
      "9 nodes asked for the minimum of backing votes at #33",
      "enact N later" },
};
START_TEST(what_nodes_keep_is_suspected_where_a_leaf_says_otherwise)
{
    static dg_suspects found;
    world w;
    open_world(&w, ",\"to\":\"README.md\"", "SD_V2_ONLY", "");
    for (size_t i = 0; i < 2 && keeps[_i].kept[i].nodes; i++)
        dg_event_log_add(&w.log, &(dg_event){ .arm = keeps[_i].arm,
                                              .kind = DG_EVENT_NET_KEPT,
                                              .node = DG_EVENT_NO_NODE,
                                              .block = 34 + (uint32_t)i,
                                              .net_kept = keeps[_i].kept[i] });
    ck_assert_str_eq(kinds(&w), keeps[_i].kinds);
    dg_suspects_find(&found, &w.facts);
    if (keeps[_i].says) {
        ck_assert_msg(strstr(found.at[0].says, keeps[_i].says) != NULL, "%s", found.at[0].says);
        ck_assert_msg(strstr(found.at[0].advice, keeps[_i].advice) != NULL, "%s",
                      found.at[0].advice);
    }
    close_world(&w);
}
END_TEST

/* A grid that was lost is suspected where somebody wants it after that. */
static const struct {
    uint32_t block;
    int64_t how, holders; /* of 9 that want it */
    const char *kinds;
} grids[] = {
    { 33, 2, 4, "kept-answer" },
    { 33, 2, 9, "" }, /* the session was over */
    { 32, 2, 4, "" }, /* before U (#33) */
    { 33, 1, 4, "" }, /* a repair's */
};
START_TEST(a_grid_that_went_with_its_session_is_suspected)
{
    world w;
    open_world(&w, ",\"to\":\"README.md\"", "SD_V2_ONLY", "");
    for (uint32_t node = 0; node < 5; node++)
        dg_event_log_add(&w.log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                              .kind = DG_EVENT_NET_LOST,
                                              .node = node,
                                              .block = grids[_i].block,
                                              .net_lost = { 2, grids[_i].how, 30 } });
    dg_event_log_add(&w.log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                          .kind = DG_EVENT_NET_HOLDERS,
                                          .node = DG_EVENT_NO_NODE,
                                          .block = 34,
                                          .net_holders = { .slot = 101,
                                                           .validators = 9,
                                                           .enabled = 9,
                                                           .holders = grids[_i].holders,
                                                           .session = 2 } });
    ck_assert_str_eq(kinds(&w), grids[_i].kinds);
    close_world(&w);
}
END_TEST

/* Where nothing explains a break the reader gets where the arms part: of each answer the first and
 * the last moment, of events the first of a kind that differs. */
START_TEST(where_the_arms_part_is_told)
{
    static const char *const windows[] = { "U", "U+1", "end" };
    json_t *told;
    world w;
    open_world(&w, ",\"to\":\"README.md\"", "SD_V2_ONLY", "");
    w.log.count = 0; /* control's events come first */
    json_decref(w.log.at[0].detail);
    for (int arm = DG_ARM_CONTROL; arm <= DG_ARM_TREATMENT; arm++)
        for (int64_t slot = 99; slot < 103; slot++)
            dg_event_log_add(
                &w.log,
                &(dg_event){ .arm = (dg_arm)arm,
                             .at = (dg_ns)(slot - 90) * 6000000000,
                             .block = 32 + (uint32_t)(slot - 99),
                             .kind = DG_EVENT_NET_PARAS,
                             .node = DG_EVENT_NO_NODE,
                             .net_paras = { .slot = slot, .backed = slot > 100 && arm ? 1 : 20 } });
    for (size_t i = 0; i < 3; i++)
        dg_event_log_add(
            &w.log,
            &(dg_event){ .arm = DG_ARM_TREATMENT,
                         .kind = DG_EVENT_API,
                         .node = DG_EVENT_NO_NODE,
                         .block = 33 + (uint32_t)i,
                         .api = { .ok = 1,
                                  .decodes = 1,
                                  .against = i ? DG_EVENT_AGAINST_EMPTY : DG_EVENT_AGAINST_SAME },
                         .detail = json_pack("{s:s, s:s, s:s}", "api", "A_queue", "window",
                                             windows[i], "differs", "0 of 6") });
    told = dg_suspect_differences(&w.facts);
    ck_assert_uint_eq(json_array_size(told), 2);
    ck_assert_str_eq(json_string_value(json_array_get(told, 0)),
                     "A_queue from #34 (U+1) to #35 (end): 0 of 6");
    ck_assert_str_eq(json_string_value(json_array_get(told, 1)),
                     "#34, 66.0 s after the fork: net-paras: backed 1 (control 20)");
    json_decref(told);
    close_world(&w);
}
END_TEST

/* Each field, and each item where there are several. */
START_TEST(each_planned_field_is_suspected)
{
    world w;
    open_world(&w, ",\"config\":{\"a\":1,\"b\":[2],\"c\":[3,4]}", "SD_V2_ONLY", "");
    ck_assert_str_eq(kinds(&w), "config config config config-item config-item");
    w.facts.network = false; /* a chain has a configuration too */
    ck_assert_str_eq(kinds(&w), "config config config config-item config-item");
    close_world(&w);
}
END_TEST

/* Of node features those that nodes work by: bits 1 and 3, from the left. */
static const struct {
    const char *bits, *kinds;
} features[] = {
    { "0b11110000", "config node-feature node-feature" },
    { "0b11101000", "config node-feature" },
    { "0b10100000", "config" },
    { "0b0101", "config node-feature node-feature" },
    { "0b01", "config node-feature" },
    { "0b", "config" },
};
START_TEST(a_feature_is_suspected_where_nodes_work_by_it)
{
    char upgrade[100];
    world w;
    snprintf(upgrade, sizeof upgrade, ",\"config\":{\"node_features\":\"%s\"}", features[_i].bits);
    open_world(&w, upgrade, "SD_V2_ONLY", "");
    ck_assert_str_eq(kinds(&w), features[_i].kinds);
    w.facts.network = false; /* nobody looks at it */
    ck_assert_str_eq(kinds(&w), "config");
    close_world(&w);
}
END_TEST

/* A timeout below what blocks take is to be raised above that; one above it is left out. */
static const struct {
    const char *ms, *advice;
} timeouts[] = {
    { "1000", "raise the timeout of approvals (PvfExecTimeout) from 1.0 s to more than the 1.5 s "
              "that blocks of parachains take" },
    { "1500", "leave executor_params as it is" },
};
START_TEST(a_timeout_is_advised_by_what_blocks_take)
{
    static dg_suspects found;
    char upgrade[200];
    world w;
    snprintf(upgrade, sizeof upgrade,
             ",\"config\":{\"executor_params\":[{\"PvfExecTimeout\":[\"Approval\",%s]}]}",
             timeouts[_i].ms);
    open_world(&w, upgrade, "SD_V2_ONLY",
               ",\"pvf\":{\"execute_ms_min\":1200,\"execute_ms_max\":1500}");
    dg_suspects_find(&found, &w.facts);
    ck_assert_uint_eq(found.count, 1);
    ck_assert_str_eq(found.at[0].advice, timeouts[_i].advice);
    close_world(&w);
}
END_TEST

/* What N's migrations leave, as events tell it; also without a network. */
static const struct {
    dg_arm arm;
    dg_event event;
    const char *detail, *kinds, *name, *advice;
} stored[] = {
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_MIGRATION },
      "{\"unraised\":[{\"item\":\"A.B\",\"version\":2},{\"item\":\"A.C\",\"version\":2}]}",
      "storage-version",
      "A",
      "add the migration of A from storage version 2 to 3 to N" },
    { DG_ARM_TREATMENT, { .kind = DG_EVENT_MIGRATION }, "{\"unraised\":[]}", "", "", "" },
    { DG_ARM_CONTROL,
      { .kind = DG_EVENT_MIGRATION },
      "{\"unraised\":[{\"item\":\"A.B\",\"version\":2}]}",
      "",
      "",
      "" },
    /* a new pallet that holds cores, and one that does not */
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_MIGRATION },
      "{\"unraised\":[],\"empty\":[\"Coretime\",\"CoretimeAssignmentProvider\"]}",
      "cores",
      "CoretimeAssignmentProvider",
      "assigns cores to parachains in CoretimeAssignmentProvider" },
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_MIGRATION },
      "{\"unraised\":[],\"empty\":[\"Coretime\"]}",
      "",
      "",
      "" },
    /* one value, that decodes in control; a map, keys, what is left out, what is read as others */
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_STORAGE, .storage = { .entries = 1, .undecodable = 1 } },
      "{\"pallet\":\"A\",\"item\":\"B\",\"role\":\"\",\"reason\":\"short\"}",
      "storage-item",
      "A.B",
      "migrate A.B in N" },
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_STORAGE,
        .storage = { .entries = 1, .undecodable = 1, .undecodable_control = 1 } },
      "{\"pallet\":\"A\",\"item\":\"B\",\"role\":\"\"}",
      "",
      "",
      "" },
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_STORAGE, .storage = { .entries = 2, .undecodable = 1 } },
      "{\"pallet\":\"A\",\"item\":\"B\",\"role\":\"\"}",
      "storage-item",
      "A.B",
      "migrate A.B in N" },
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_STORAGE, .storage = { .entries = 1, .undecodable = 1 } },
      "{\"pallet\":\"Session\",\"item\":\"QueuedKeys\",\"role\":\"session-keys\"}",
      "storage-item",
      "Session.QueuedKeys",
      "migrate Session.QueuedKeys in N" },
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_STORAGE, .storage = { .entries = 2, .undecodable = 1 } },
      "{\"pallet\":\"Paras\",\"item\":\"Parachains\",\"role\":\"entity\",\"reason\":\"2000\"}",
      "storage-item",
      "Paras.Parachains",
      "migrate Paras.Parachains in N" },
    /* of no use, and as they were stored: nothing to put back */
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_STORAGE, .storage = { .entries = 4 } },
      "{\"pallet\":\"Session\",\"item\":\"NextKeys\",\"role\":\"keys-unusable\"}",
      "",
      "",
      "" },
    /* the field that differs, where both have it */
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_CONFIG, .config = { .decodes = 1, .control_decodes = 1 } },
      "{\"what\":\"Configuration.ActiveConfig\",\"control\":{\"a\":1,\"g\":{\"b\":2,\"c\":3}},"
      "\"treatment\":{\"a\":1,\"g\":{\"b\":5},\"d\":7}}",
      "config-value",
      "g.b",
      "keep g.b at 2" },
    { DG_ARM_TREATMENT,
      { .kind = DG_EVENT_CONFIG, .config = { .decodes = 1, .control_decodes = 1 } },
      "{\"what\":\"Babe.EpochConfig\",\"control\":{\"a\":1},\"treatment\":{\"a\":2}}",
      "",
      "",
      "" },
};

START_TEST(what_migrations_leave_is_suspected)
{
    static dg_suspects found;
    dg_event e = stored[_i].event;
    world w;
    open_world(&w, ",\"to\":\"README.md\"", "SD_V2_ONLY", "");
    w.facts.network = false;
    e.arm = stored[_i].arm;
    e.block = 34;
    e.detail = json_loads(stored[_i].detail, 0, NULL);
    ck_assert_ptr_nonnull(e.detail);
    dg_event_log_add(&w.log, &e);
    ck_assert_str_eq(kinds(&w), stored[_i].kinds);
    dg_suspects_find(&found, &w.facts);
    if (stored[_i].kinds[0]) {
        ck_assert_str_eq(found.at[0].name, stored[_i].name);
        ck_assert_msg(strstr(found.at[0].advice, stored[_i].advice), "%s", found.at[0].advice);
    }
    close_world(&w);
}
END_TEST

START_TEST(what_is_beyond_the_bound_is_named)
{
    static dg_suspects found;
    memset(&found, 0, sizeof found);
    for (uint32_t i = 0; i < DG_SUSPECTS_MAX + 2; i++)
        dg_suspect_add(&found, DG_SUSPECT_CONFIG, i, "change %u", i);
    ck_assert_uint_eq(found.count, DG_SUSPECTS_MAX);
    ck_assert_uint_eq(found.left_out, 2);
    ck_assert_str_eq(found.left_names, "change 16; change 17");
}
END_TEST

#define LOOP(test, table) tcase_add_loop_test(tc, test, 0, (int)(sizeof table / sizeof *table))

/* Whoever left a release before U is not to blame for it; whoever left it at U or later is. */
static const struct {
    int64_t slot;
    uint32_t nodes;
    const char *says; /* NULL: nobody is suspected */
} left[] = {
    { 0, 0, "all 100 validators run v1.10 to v1.11: " },
    { 99, 40, "60 of 100 validators run v1.10 to v1.11: " },
    { 99, 100, NULL },
    { 100, 40, "all 100 validators run v1.10 to v1.11: " },
    { 130, 100, "all 100 validators run v1.10 to v1.11: " },
};
START_TEST(a_release_that_was_left_before_the_upgrade_is_not_blamed)
{
    static dg_suspects found;
    world w;
    open_world(&w, ",\"to\":\"VERSION\"", "v1.10..v1.11", "");
    for (uint32_t i = 0; i < left[_i].nodes; i++)
        dg_event_log_add(&w.log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                              .kind = DG_EVENT_NET_RENEWED,
                                              .node = i,
                                              .net_renewed = { .slot = left[_i].slot },
                                              .detail = json_pack("{s:s, s:s}", "from",
                                                                  "v1.10..v1.11", "to", "v1.12") });
    dg_event_log_add(&w.log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                          .kind = DG_EVENT_NET_HOLDERS,
                                          .node = DG_EVENT_NO_NODE,
                                          .net_holders = { .slot = 101, .enabled = 9 } });
    dg_suspects_find(&found, &w.facts);
    if (left[_i].says) {
        ck_assert_uint_eq(found.count, 1);
        ck_assert_msg(strncmp(found.at[0].says, left[_i].says, strlen(left[_i].says)) == 0, "%s",
                      found.at[0].says);
    } else {
        ck_assert_uint_eq(found.count, 0);
    }
    close_world(&w);
}
END_TEST

/* The plan's own restarts, where treatment without them is control up to U. */
START_TEST(restarts_of_the_plan_are_suspected_from_the_upgrade_on)
{
    static dg_suspects found;
    for (int64_t slot = 99; slot <= 100; slot++) {
        world w;
        open_world(&w, ",\"to\":\"VERSION\"", "v1.12..v1.13", ",\"rollout\":[{\"at\":\"U\"}]");
        dg_event_log_add(&w.log, &(dg_event){ .arm = DG_ARM_TREATMENT,
                                              .kind = DG_EVENT_NET_ROLLOUT,
                                              .node = DG_EVENT_NO_NODE,
                                              .block = 33,
                                              .net_rollout = { .slot = slot, .restarts = 1 } });
        dg_suspects_find(&found, &w.facts);
        ck_assert_uint_eq(found.count, slot == 100);
        if (found.count)
            ck_assert_str_eq(found.at[0].says,
                             "by network.rollout[0] all nodes restart from #33 on");
        close_world(&w);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("find");
    TCase *tc = tcase_create("find");
    LOOP(only_what_was_recorded_is_suspected, rows);
    tcase_add_loop_test(tc, advice_is_of_releases_that_help, 0,
                        (int)(sizeof advised / sizeof *advised));
    tcase_add_test(tc, every_repair_has_its_record);
    tcase_add_loop_test(tc, functions_that_nodes_lack_are_suspected_first, 0, 2);
    tcase_add_test(tc, nodes_are_not_suspected_of_what_n_cannot_build);
    tcase_add_loop_test(tc, a_restart_is_suspected_of_what_is_lost_by_it, 0, 2);
    LOOP(answers_at_u_are_suspected_where_they_are_odd, answers);
    tcase_add_loop_test(tc, what_nodes_keep_is_suspected_where_a_leaf_says_otherwise, 0,
                        (int)(sizeof keeps / sizeof *keeps));
    tcase_add_loop_test(tc, a_grid_that_went_with_its_session_is_suspected, 0,
                        (int)(sizeof grids / sizeof *grids));
    tcase_add_test(tc, where_the_arms_part_is_told);
    tcase_add_test(tc, each_planned_field_is_suspected);
    LOOP(a_feature_is_suspected_where_nodes_work_by_it, features);
    LOOP(a_timeout_is_advised_by_what_blocks_take, timeouts);
    LOOP(what_migrations_leave_is_suspected, stored);
    tcase_add_test(tc, what_is_beyond_the_bound_is_named);
    tcase_add_loop_test(tc, a_release_that_was_left_before_the_upgrade_is_not_blamed, 0,
                        (int)(sizeof left / sizeof *left));
    tcase_add_test(tc, restarts_of_the_plan_are_suspected_from_the_upgrade_on);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
