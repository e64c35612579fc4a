/* At the block that enacts N a node asks N's code about the storage of N-1. What it
 * then sees is neither what was nor what will be, and real nodes act on it. The
 * answers on this pair were measured with another executor; here they are what every
 * node of the network works with. */
#include "../support/model_net.h"

#include <string.h>

enum { AT = 2 * EPOCH + 5 };

static dg_world_block *block_in(world *w, uint32_t slot)
{
    for (uint32_t id = w->world->block_count; id--;)
        if (!w->world->blocks[id].gone
            && w->world->blocks[id].slot == dg_network_first_slot(w->net) + slot)
            return &w->world->blocks[id];
    ck_abort_msg("no block in slot %u", slot);
    return NULL;
}

static const struct {
    uint32_t slot, host_version, mode, depth, ancestry, cores, frequency;
    bool asks_votes, asks_async;
} seen[] = {
    { AT - 1, 5, DG_MODE_DISABLED, 0, 0, 20, 10, false, false },
    { AT, 10, DG_MODE_ENABLED, 0, 0, 0, 1, true, true }, /* defaults; cores that cannot be read */
    { AT + 1, 10, DG_MODE_ENABLED, 3, 2, 20, 10, true, true },
};

START_TEST(the_answers_at_the_upgrade_are_a_world_of_their_own)
{
    world_options o = { .seed = 1, .how = DG_HOW_OVERRIDE, .enact = AT };
    world w;
    world_open(&w, &o);
    world_run(&w, AT + 1);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        const dg_view *v = &block_in(&w, seen[i].slot)->view;
        ck_assert_uint_eq(v->host_version, seen[i].host_version);
        ck_assert_uint_eq(v->mode, seen[i].mode);
        ck_assert_uint_eq(v->depth, seen[i].depth);
        ck_assert_uint_eq(v->ancestry, seen[i].ancestry);
        ck_assert(v->cores_known);
        ck_assert_uint_eq(v->core_count, seen[i].cores);
        ck_assert_uint_eq(v->rotation.frequency, seen[i].frequency);
        ck_assert_uint_eq(v->validator_count, 100);
        ck_assert_uint_eq(v->group_count, 20);
        ck_assert(v->session_known && v->session == 2);
        ck_assert_uint_eq(v->votes_min, seen[i].asks_votes ? 2 : 0);
        ck_assert_uint_eq(dg_view_votes_needed(v, (dg_group_ix){ 0 }, v->votes_min), 2);
        ck_assert_int_eq(dg_view_supports(v, DG_ASK_BACKING_VOTES), seen[i].asks_votes);
        ck_assert_int_eq(dg_view_supports(v, DG_ASK_ASYNC_BACKING), seen[i].asks_async);
        ck_assert_uint_gt(v->fuel, 1000);
    }
    world_close(&w);
}
END_TEST

/* Every group member is in one group, groups are what the runtime's rule says, and a
 * validator's key leads to its node. */
START_TEST(groups_and_keys_lead_to_nodes)
{
    world_options o = { .seed = 1 };
    uint32_t sizes[20], nodes_seen = 0;
    const dg_world_block *b;
    world w;
    world_open(&w, &o);
    world_run(&w, EPOCH + 3);
    b = block_in(&w, EPOCH + 3);
    dg_groups_split(sizes, 20, 100);
    for (uint32_t g = 0; g < 20; g++)
        ck_assert_uint_eq(b->view.group_from[g + 1] - b->view.group_from[g], sizes[g]);
    for (uint32_t i = 0; i < 100; i++)
        ck_assert_uint_lt(dg_view_group_of(&b->view, i), 20);
    ck_assert_uint_eq(dg_view_group_of(&b->view, 100), DG_NO);
    ck_assert_ptr_nonnull(b->session);
    ck_assert_uint_eq(b->session->count, 100);
    ck_assert_uint_eq(b->session->validators, 100);
    for (uint32_t i = 0; i < 100; i++) {
        uint32_t node = b->session->node[i], owner;
        ck_assert_uint_lt(node, 100);
        ck_assert_uint_eq(b->session->member[node], i);
        nodes_seen += node;
        /* its `para` key belongs to the same account as its discovery key */
        ck_assert_int_eq(dg_people_owner(&w.world->people, &owner, w.chain, b->block, "para",
                                         b->view.validators[i], NULL),
                         DG_OK);
        ck_assert_uint_eq(owner, node);
    }
    ck_assert_uint_eq(nodes_seen, 99 * 100 / 2);
    world_close(&w);
}
END_TEST

/* Eight features to a byte, the lowest bit first; what does not decode is none. */
static const struct {
    const char *bytes;
    uint64_t features;
    bool core_bits;
} features[] = {
    { "00", 0, false },         { "0401", 1, false }, { "0802", 2, true },
    { "200b", 0x0b, true },     { "0402", 0, false }, /* a bit beyond the last */
    { "240a01", 0x010a, true }, { "240a", 0, false }  /* a byte is missing */
};

START_TEST(features_are_bits)
{
    dg_view v = { .host_version = 10 };
    ck_assert_int_eq(dg_view_take(&v, DG_ASK_FEATURES, hex(features[_i].bytes), NULL), DG_OK);
    ck_assert_uint_eq(v.features, features[_i].features);
    ck_assert_int_eq(v.core_bits, features[_i].core_bits);
    ck_assert(!dg_view_receipts_v2(&v)); /* collators are of the runtime's time */
    v.host_version = 12;
    ck_assert_int_eq(dg_view_receipts_v2(&v), features[_i].features >> 3 & 1);
}
END_TEST

START_TEST(a_session_is_one_for_all_who_agree_on_it)
{
    world_options o = { .seed = 1 };
    uint32_t per_session[4] = { 0 };
    world w;
    world_open(&w, &o);
    world_run(&w, 2 * EPOCH + 2);
    for (const dg_session *s = w.world->sessions; s; s = s->next) {
        ck_assert_uint_lt(s->index, 4);
        ck_assert(s->has_grid);
        /* Configuration.ActiveConfig of this snapshot, in the words of the session */
        ck_assert(s->rules_told);
        ck_assert_uint_eq(s->rules.cores, 20);
        ck_assert_uint_eq(s->rules.zeroth_width, 0);
        ck_assert_uint_eq(s->rules.samples, 6);
        ck_assert_uint_eq(s->rules.tranches, 89);
        ck_assert_uint_eq(s->rules.no_show_slots, 2);
        ck_assert_uint_eq(s->rules.needed, 30);
        per_session[s->index]++;
    }
    ck_assert_uint_eq(per_session[0], 0); /* a genesis has no session info */
    ck_assert_uint_eq(per_session[1], 1);
    ck_assert_uint_eq(per_session[2], 1);
    world_close(&w);
}
END_TEST

/* A chain without BABE is none that these validators can keep. */
START_TEST(a_chain_of_another_kind_is_refused)
{
    const char *path = corpus_path("specs/calamari-genesis-1.json.zst");
    dg_share all = { dg_class_named("SD_V12_OK"), 1000000 };
    dg_network_options options = { .shares = &all, .share_count = 1 };
    dg_error err = { .text = "" };
    dg_network *net;
    world w;
    if (!path)
        return;
    world_open_chain(&w, path);
    ck_assert_int_ne(dg_network_new(&net, w.chain, &options, &err), DG_OK);
    ck_assert_ptr_null(net);
    ck_assert_uint_gt(strlen(err.text), 10);
    world_close(&w);
}
END_TEST

/* ---- an answer that is rubbish ---- */

/* A runtime that lists no validators, no groups or no cores leaves the leaf empty. */
START_TEST(an_empty_view_has_no_groups)
{
    dg_view v = { .votes_min = 0 };
    ck_assert_uint_eq(dg_view_group_of(&v, 0), DG_NO);
    ck_assert(!dg_view_supports(&v, DG_ASK_SESSION));
}
END_TEST

/* ---- what nodes ask at every leaf ---- */

/* A newer real runtime answers all that its own version promises: nothing is passed over, and
 * what the block included is told as its own events say. */
static const struct {
    const char *of;
    uint32_t asked, not_asked;
} askers[] = {
    { "SD_V12_OK", 1u << DG_ASK_BACKING_STATE | 1u << DG_ASK_DISABLED | 1u << DG_ASK_EVENTS,
      1u << DG_ASK_CONSTRAINTS | 1u << DG_ASK_PENDING },
    { "SD_V2_ONLY",
      1u << DG_ASK_CONSTRAINTS | 1u << DG_ASK_PENDING | 1u << DG_ASK_DISABLED | 1u << DG_ASK_EVENTS,
      1u << DG_ASK_BACKING_STATE },
    { "SD_V1", 1u << DG_ASK_EVENTS,
      1u << DG_ASK_BACKING_STATE | 1u << DG_ASK_DISABLED | 1u << DG_ASK_CONSTRAINTS },
};
START_TEST(a_real_runtime_answers_what_its_version_promises)
{
    world_options o = { .of = askers[_i].of, .seed = 1 };
    uint64_t included = 0;
    world w;
    world_open_path(&w, fixture_path("paseo-1009001-e10-40val-8paras.json.zst"), &o);
    for (uint32_t slot = 11; slot <= 18; slot++) {
        const dg_view *v;
        world_run(&w, slot);
        v = &block_in(&w, slot)->view;
        ck_assert_uint_eq(v->failed, 0);
        ck_assert(v->events_known);
        for (dg_request r = 0; r < DG_ASK_COUNT; r++) {
            ck_assert(!(askers[_i].asked >> r & 1) || v->cost[r]);
            ck_assert(!(askers[_i].not_asked >> r & 1) || !v->cost[r]);
        }
        for (size_t i = 0; i < w.count; i++)
            if (w.log[i].kind == DG_EVENT_NET_PARAS
                && dg_hash_equal(&w.hashes[i], dg_block_hash(v->block))) {
                ck_assert_uint_eq(v->events_included, w.log[i].net_paras.included);
                included += v->events_included;
            }
        ck_assert_uint_eq(v->disabled_count, 0);
    }
    ck_assert(_i == 2 || included);
    world_close(&w);
}
END_TEST

/* What a release asks and gets no usable answer to takes the leaf from it, and from nobody else. */
static const struct {
    const char *of;
    dg_request failed, too;
    uint32_t host_version, kept;
    dg_mode mode;
} unanswered[] = {
    { "SD_V12_OK", DG_ASK_DISABLED, DG_ASK_DISABLED, 10, 0, DG_MODE_ERROR },
    { "SD_V12_STRICT", DG_ASK_DISABLED, DG_ASK_DISABLED, 10, 0, DG_MODE_ENABLED },
    { "v1.5", DG_ASK_DISABLED, DG_ASK_DISABLED, 10, 0, DG_MODE_ENABLED }, /* known, not asked */
    { "v1.6", DG_ASK_DISABLED, DG_ASK_DISABLED, 10, 0, DG_MODE_ERROR },
    { "v1.6", DG_ASK_FEATURES, DG_ASK_FEATURES, 10, 0, DG_MODE_ENABLED }, /* for approval alone */
    { "v1.9", DG_ASK_FEATURES, DG_ASK_FEATURES, 10, 0, DG_MODE_ERROR },
    { "v1.9", DG_ASK_FEATURES, DG_ASK_FEATURES, 10, 1u << DG_ASK_FEATURES, DG_MODE_ENABLED },
    { "SD_V12_OK", DG_ASK_BACKING_STATE, DG_ASK_BACKING_STATE, 13, 0, DG_MODE_ERROR },
    { "SD_V2_ONLY", DG_ASK_BACKING_STATE, DG_ASK_BACKING_STATE, 13, 0, DG_MODE_ENABLED },
    /* nothing newer to ask */
    { "SD_V2_ONLY", DG_ASK_BACKING_STATE, DG_ASK_BACKING_STATE, 12, 0, DG_MODE_ERROR },
    /* the older way is left */
    { "SD_V2_ONLY", DG_ASK_CONSTRAINTS, DG_ASK_CONSTRAINTS, 13, 0, DG_MODE_ENABLED },
    { "SD_V2_ONLY", DG_ASK_CONSTRAINTS, DG_ASK_BACKING_STATE, 13, 0, DG_MODE_ERROR },
    /* .. which v1.24 has no more */
    { "v1.22", DG_ASK_CONSTRAINTS, DG_ASK_CONSTRAINTS, 13, 0, DG_MODE_ENABLED },
    { "v1.24..v1.25", DG_ASK_CONSTRAINTS, DG_ASK_CONSTRAINTS, 13, 0, DG_MODE_ERROR },
    { "v1.24..v1.25", DG_ASK_PENDING, DG_ASK_PENDING, 13, 0, DG_MODE_ERROR },
    { "v1.24..v1.25", DG_ASK_BACKING_STATE, DG_ASK_BACKING_STATE, 13, 0, DG_MODE_ENABLED },
    /* knows of no such thing */
    { "SD_V12_DROP", DG_ASK_CLAIM_QUEUE, DG_ASK_CLAIM_QUEUE, 11, 0, DG_MODE_ENABLED },
    /* goes by the cores */
    { "SD_V12_PURGE", DG_ASK_CLAIM_QUEUE, DG_ASK_CLAIM_QUEUE, 11, 0, DG_MODE_ENABLED },
    { "SD_V12_OK", DG_ASK_CLAIM_QUEUE, DG_ASK_CLAIM_QUEUE, 11, 0, DG_MODE_ENABLED },
    { "v1.14..v1.15", DG_ASK_CLAIM_QUEUE, DG_ASK_CLAIM_QUEUE, 11, 0, DG_MODE_ERROR },
    { "SD_V12_OK", DG_ASK_BACKING_VOTES, DG_ASK_BACKING_VOTES, 10, 0, DG_MODE_ERROR },
    /* kept from before */
    { "SD_V12_OK", DG_ASK_BACKING_VOTES, DG_ASK_BACKING_VOTES, 10, 1u << DG_ASK_BACKING_VOTES,
      DG_MODE_ENABLED },
    { "SD_V12_OK", DG_ASK_BACKING_VOTES, DG_ASK_BACKING_VOTES, 10, ~(1u << DG_ASK_BACKING_VOTES),
      DG_MODE_ERROR },
    /* has a default */
    { "SD_V12_OK", DG_ASK_APPROVAL_PARAMS, DG_ASK_APPROVAL_PARAMS, 10, 0, DG_MODE_ENABLED },
    /* asks for the mode, or knows one alone */
    { "v1.2", DG_ASK_ASYNC_BACKING, DG_ASK_ASYNC_BACKING, 13, 0, DG_MODE_ERROR },
    { "v1.17", DG_ASK_ASYNC_BACKING, DG_ASK_ASYNC_BACKING, 13, 0, DG_MODE_ERROR },
    { "v1.18", DG_ASK_ASYNC_BACKING, DG_ASK_ASYNC_BACKING, 13, 0, DG_MODE_ENABLED },
    { "v1.25", DG_ASK_ASYNC_BACKING, DG_ASK_ASYNC_BACKING, 13, 0, DG_MODE_ENABLED },
};
START_TEST(no_usable_answer_costs_those_who_ask_the_leaf)
{
    dg_view v = { .mode = DG_MODE_ENABLED,
                  .host_version = unanswered[_i].host_version,
                  .by.known = 1u << 11 | 1u << 13 };
    dg_node_class of;
    ck_assert(dg_class_read(&of, unanswered[_i].of, strlen(unanswered[_i].of)));
    dg_view_fail(&v, unanswered[_i].failed);
    dg_view_fail(&v, unanswered[_i].too);
    ck_assert_int_eq(dg_view_mode_for(&v, &of, unanswered[_i].kept), unanswered[_i].mode);
    if (unanswered[_i].failed == DG_ASK_ASYNC_BACKING)
        ck_assert_int_eq(dg_view_mode_told(&v, &of), unanswered[_i].mode);
}
END_TEST

/* Of the mode a leaf is without where all ask for it in vain; rubbish is as good as a trap. */
START_TEST(a_mode_that_some_do_not_ask_for_is_there_all_the_same)
{
    for (uint32_t knows_one = 0; knows_one < 2; knows_one++) {
        dg_view v = { .host_version = 13, .by.known = 1u << (knows_one ? 16 : 11) };
        ck_assert_int_eq(dg_view_take(&v, DG_ASK_ASYNC_BACKING, hex("0300"), NULL), DG_OK);
        ck_assert_int_eq(v.mode, knows_one ? DG_MODE_ENABLED : DG_MODE_ERROR);
        ck_assert(v.failed >> DG_ASK_ASYNC_BACKING & 1);
    }
}
END_TEST

/* All answers are there, and the runtime is too old for some who ask: a node of v1.25.1 backed
 * nothing where ParachainHost was 11, and all where it was 13. */
static const struct {
    const char *of;
    uint32_t host_version;
    dg_mode before, here; /* at the version before, and at this one */
} needs[] = {
    { "v1.16", 8, DG_MODE_ENABLED, DG_MODE_ENABLED },
    { "v1.17", 11, DG_MODE_ERROR, DG_MODE_ENABLED },
    { "v1.18..v1.19", 11, DG_MODE_ERROR, DG_MODE_ENABLED },
    { "v1.22", 11, DG_MODE_ERROR, DG_MODE_ENABLED },
    { "v1.24..v1.25", 13, DG_MODE_ERROR, DG_MODE_ENABLED },
    { "v1.24..v1.25", 11, DG_MODE_ERROR, DG_MODE_ERROR },
};
START_TEST(a_runtime_that_is_too_old_takes_every_leaf)
{
    const dg_node_class *of = dg_class_named(needs[_i].of);
    for (uint32_t i = 0; i < 2; i++) {
        dg_view v = { .mode = DG_MODE_ENABLED,
                      .session_known = true,
                      .host_version = needs[_i].host_version - 1 + i };
        dg_mode mode = i ? needs[_i].here : needs[_i].before;
        ck_assert_int_eq(dg_view_mode_for(&v, of, 0), mode);
        ck_assert_int_eq(dg_view_fate_for(&v, of, 0),
                         mode == DG_MODE_ERROR ? DG_LEAF_PASSED : DG_LEAF_TAKEN);
        ck_assert_int_eq(dg_class_backs(of, v.host_version), mode == DG_MODE_ENABLED);
    }
}
END_TEST

/* The runtime promises version 10 and does not answer: nobody who asks works at that leaf,
 * and where the events cannot be told finality stops below. */
enum { SILENT = EPOCH + 6 };
static const struct {
    dg_request unanswered;
    uint32_t new_way;
    bool finalizes;
    const char *of; /* NULL: the usual ones */
} silences[] = {
    { DG_ASK_COUNT, 99, true, NULL },
    { DG_ASK_DISABLED, 0, true, NULL },
    { DG_ASK_EVENTS, 99, false, NULL },
    { DG_ASK_ASYNC_BACKING, 0, true, NULL },
    { DG_ASK_ASYNC_BACKING, 99, true, "new alone" },
};
START_TEST(a_leaf_without_an_answer_is_passed_over)
{
    world_options o = {
        .seed = 5, .of = silences[_i].of, .how = DG_HOW_OVERRIDE, .enact = 4, .no_forks = true
    };
    uint32_t ways[3] = { 0 }, id;
    dg_world_block *b;
    world w;
    world_open(&w, &o);
    world_run(&w, SILENT - 1);
    for (id = w.world->block_count; id == w.world->block_count || !w.world->blocks[id].viewed;)
        ck_assert_int_eq(dg_sim_step(dg_network_sim(w.net), NULL), DG_OK);
    b = &w.world->blocks[id];
    if (silences[_i].unanswered < DG_ASK_COUNT)
        dg_view_fail(&b->view, silences[_i].unanswered);
    b->view.events_known = silences[_i].unanswered != DG_ASK_EVENTS;
    world_run(&w, SILENT);
    b = &w.world->blocks[id];
    for (uint32_t i = 0; i < w.world->node_count; i++)
        ways[b->author == i ? DG_WAY_NONE : b->way[i]]++;
    ck_assert_uint_eq(ways[DG_WAY_LEGACY], 0);
    ck_assert_uint_eq(ways[DG_WAY_V2], silences[_i].new_way);
    id = b->number;
    world_run(&w, SILENT + 12);
    ck_assert_int_eq(w.world->stats.finalized >= id, silences[_i].finalizes);
    world_close(&w);
}
END_TEST

/* In the middle of a session one leaf's lookahead cannot be asked. Since v1.22 that leaf is not in
 * view, and the grid goes with what was: nobody has it to the session's end. Before, or were it
 * kept, the leaf alone is lost. */
static const struct {
    const char *of;
    uint32_t spared;
    bool loses;
} losers[] = {
    { "v1.22", 0, true },
    { "v1.22", 1u << DG_SESSION_GRID, false },
    { "v1.19", 0, false },
};
START_TEST(a_leaf_that_fails_may_cost_a_session_its_grid)
{
    dg_node_class of;
    dg_share all = { &of, 1000000 };
    world_options o = { .shares = &all,
                        .share_count = 1,
                        .seed = 5,
                        .how = DG_HOW_OVERRIDE,
                        .enact = 4,
                        .no_forks = true,
                        .spared.kept = losers[_i].spared };
    uint32_t id;
    world w;
    ck_assert(dg_class_read(&of, losers[_i].of, strlen(losers[_i].of)));
    of.host_needed = 0; /* as over a runtime that is new enough for it */
    of.bits_always = false;
    world_open(&w, &o);
    world_run(&w, SILENT - 1);
    for (id = w.world->block_count; id == w.world->block_count || !w.world->blocks[id].viewed;)
        ck_assert_int_eq(dg_sim_step(dg_network_sim(w.net), NULL), DG_OK);
    dg_view_fail(&w.world->blocks[id].view, DG_ASK_LOOKAHEAD);
    world_run(&w, 2 * EPOCH + 3);
    for (uint32_t slot = SILENT + 2; slot < 2 * EPOCH; slot++)
        ck_assert_int_eq(world_sum(&w, DG_EVENT_NET_HOLDERS, "holders", slot, slot) < 50,
                         losers[_i].loses);
    ck_assert_int_eq(w.world->stats.topologies_dropped > 0, losers[_i].loses);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_HOLDERS, "holders", 2 * EPOCH + 2, 2 * EPOCH + 2),
                      100);
    world_close(&w);
}
END_TEST

/* ---- answers are one thing, who reads them another ---- */

/* In the middle of a session the claim queue names the parachains one core on. Who knows of
 * it has nothing to back, where collators go by the cores; nodes that never ask go on. */
static const struct {
    const char *of;
    uint32_t backed;
} readers[] = { { "SD_V12_DROP", 20 }, { "SD_V12_OK", 0 } };
START_TEST(a_broken_queue_takes_nothing_from_who_never_asks)
{
    world_options o = {
        .of = readers[_i].of, .seed = 5, .how = DG_HOW_OVERRIDE, .enact = 4, .no_forks = true
    };
    uint32_t id, slot = SILENT;
    dg_world_block *b;
    world w;
    world_open(&w, &o);
    do { /* a leaf whose cores are all waiting for somebody */
        world_run(&w, slot++);
        for (id = w.world->block_count; id == w.world->block_count || !w.world->blocks[id].viewed;)
            ck_assert_int_eq(dg_sim_step(dg_network_sim(w.net), NULL), DG_OK);
        b = &w.world->blocks[id];
    } while (b->view.core_count != 20 || b->view.cores[0].kind != DG_CORE_SCHEDULED);
    ck_assert_ptr_nonnull(b->view.cores_told = dg_calloc(20, sizeof *b->view.cores));
    memcpy(b->view.cores_told, b->view.cores, 20 * sizeof *b->view.cores);
    for (uint32_t i = 0; i < 20; i++)
        b->view.cores[i].para = b->view.cores_told[(i + 1) % 20].para;
    b->view.queue_known = true;
    world_run(&w, slot + 1);
    ck_assert_uint_eq(world_sum(&w, DG_EVENT_NET_PARAS, "backed", slot + 1, slot + 1),
                      readers[_i].backed);
    world_close(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("view");
    TCase *tc = tcase_create("view");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, a_runtime_that_is_too_old_takes_every_leaf, 0,
                        (int)(sizeof needs / sizeof *needs));
    tcase_add_test(tc, the_answers_at_the_upgrade_are_a_world_of_their_own);
    tcase_add_test(tc, groups_and_keys_lead_to_nodes);
    tcase_add_loop_test(tc, features_are_bits, 0, (int)(sizeof features / sizeof *features));
    tcase_add_test(tc, a_session_is_one_for_all_who_agree_on_it);
    tcase_add_test(tc, a_chain_of_another_kind_is_refused);
    tcase_add_test(tc, an_empty_view_has_no_groups);
    tcase_add_loop_test(tc, a_real_runtime_answers_what_its_version_promises, 0,
                        (int)(sizeof askers / sizeof *askers));
    tcase_add_test(tc, a_mode_that_some_do_not_ask_for_is_there_all_the_same);
    tcase_add_loop_test(tc, no_usable_answer_costs_those_who_ask_the_leaf, 0,
                        (int)(sizeof unanswered / sizeof *unanswered));
    tcase_add_loop_test(tc, a_leaf_without_an_answer_is_passed_over, 0,
                        (int)(sizeof silences / sizeof *silences));
    tcase_add_loop_test(tc, a_leaf_that_fails_may_cost_a_session_its_grid, 0,
                        (int)(sizeof losers / sizeof *losers));
    tcase_add_loop_test(tc, a_broken_queue_takes_nothing_from_who_never_asks, 0,
                        (int)(sizeof readers / sizeof *readers));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    world_engine_free();
    return failed;
}
