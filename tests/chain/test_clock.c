/* Everything is placed relative to a session boundary. If our clock and the
 * runtime's differ by one slot, an upgrade is rehearsed on the other side of it;
 * if the client's view differs from a client's, a stalled chain is called sound. */
#include "model_fork.h"

#include <string.h>

static const char *const short_epochs[] = {
    "specs/paseo-1001002-e20-genesis.json.zst",
    "specs/paseo-local-1002005-e10.json.zst",
    "specs/rococo-local-103000-e10.json.zst",
    "specs/rococo-dev-1014000-e10.json.zst",
};

static dg_client_view *view_of(fork *f, dg_block *root)
{
    dg_client_view *view;
    dg_error err;
    if (dg_client_view_new(&view, f->chain, root, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return view;
}

static dg_client_note step(dg_client_view *view, dg_block *block)
{
    dg_client_note note;
    dg_error err;
    if (dg_client_view_step(view, &note, block, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return note;
}

/* What was foretold of a slot's epoch at its parent is what the runtime says of it
 * afterwards. */
static void check_foretold(fork *f, dg_block *parent, dg_block *block)
{
    dg_epoch told, is;
    dg_error err;
    ck_assert_int_eq(dg_chain_epoch(f->chain, parent, dg_block_slot(block), &told, &err), DG_OK);
    ck_assert_int_eq(dg_chain_epoch(f->chain, block, dg_block_slot(block), &is, &err), DG_OK);
    ck_assert_uint_eq(told.index, is.index);
    ck_assert_uint_eq(told.start_slot, is.start_slot);
    ck_assert_uint_eq(told.duration, is.duration);
    ck_assert_uint_eq(told.authority_count, is.authority_count);
    ck_assert(memcmp(told.authorities, is.authorities, is.authority_count * sizeof *is.authorities)
              == 0);
    ck_assert(memcmp(told.randomness, is.randomness, 32) == 0);
    dg_epoch_clear(&told);
    dg_epoch_clear(&is);
}

START_TEST(clock_client_and_runtime_agree_over_boundaries)
{
    dg_client_view *view;
    dg_clock before;
    dg_block *tip;
    unsigned boundaries = 0, digests = 0;
    fork f;
    if (!fork_open(&f, short_epochs[_i]))
        return;
    tip = dg_chain_root(f.chain);
    view = view_of(&f, tip);
    before = fork_clock(&f, tip);
    ck_assert_uint_eq(before.next_slot, DG_GENESIS_SLOT);
    ck_assert_uint_eq(before.epoch_start, DG_GENESIS_SLOT);
    ck_assert_uint_eq(before.next_boundary, DG_GENESIS_SLOT + before.epoch_slots);
    ck_assert_uint_eq(before.slot_ms, 6000);
    for (int i = 0; i < 50; i++) {
        uint64_t slot = before.next_slot + (i % 7 == 3); /* a slot is missed now and then */
        dg_block *block = fork_build(&f, tip, slot);
        dg_clock now = fork_clock(&f, block);
        dg_client_note note = step(view, block);
        bool crossed = slot >= before.next_boundary;
        ck_assert_uint_eq(now.slot, slot);
        ck_assert_uint_eq(now.next_slot, slot + 1);
        ck_assert(now.epoch_start <= slot && slot < now.next_boundary);
        ck_assert_uint_eq(now.epoch_index, before.epoch_index + crossed);
        ck_assert_uint_eq(now.session, before.session + crossed);
        ck_assert(note.digest_expected == note.digest_seen);
        ck_assert(note.digest_seen == (crossed || i == 0));
        ck_assert_uint_eq(note.epoch_index, now.epoch_index);
        ck_assert_uint_eq(note.epoch_start, now.epoch_start);
        if (i)
            check_foretold(&f, tip, block);
        boundaries += crossed;
        digests += note.digest_seen;
        before = now;
        tip = block;
    }
    ck_assert_uint_ge(boundaries, 2);
    ck_assert_uint_eq(digests, boundaries + 1);
    dg_client_view_free(view);
    fork_close(&f);
}
END_TEST

/* A chain that slept over whole epochs: the client moves the announced epoch to
 * where the slot is, and so does the runtime. */
START_TEST(skipped_epochs_are_counted_as_a_client_counts)
{
    dg_client_view *view;
    dg_client_note note;
    dg_clock before, now;
    dg_block *tip, *block;
    fork f;
    if (!fork_open(&f, "specs/paseo-local-1003000-e10.json.zst"))
        return;
    tip = dg_chain_root(f.chain);
    view = view_of(&f, tip);
    for (int i = 0; i < 12; i++, tip = block)
        step(view, block = fork_build(&f, tip, fork_clock(&f, tip).next_slot));
    before = fork_clock(&f, tip);
    block = fork_build(&f, tip, before.next_boundary + 3 * before.epoch_slots + 4);
    now = fork_clock(&f, block);
    note = step(view, block);
    ck_assert_uint_eq(now.epoch_index, before.epoch_index + 4);
    ck_assert_uint_eq(now.epoch_start, before.next_boundary + 3 * before.epoch_slots);
    ck_assert_uint_eq(now.session, before.session + 1);
    ck_assert(note.digest_expected && note.digest_seen);
    ck_assert_uint_eq(note.epoch_index, now.epoch_index);
    ck_assert_uint_eq(note.epoch_start, now.epoch_start);
    check_foretold(&f, tip, block);
    dg_client_view_free(view);
    fork_close(&f);
}
END_TEST

/* Written `:code`, in the block after the next. */
static dg_block * override(fork *f, dg_block *tip, dg_bytes code)
{
    dg_bytes writes[1][2] = { { dg_text(":code"), code } };
    dg_build_options options = { .writes = (const dg_bytes(*)[2])writes, .write_count = 1 };
    dg_block *block;
    dg_error err;
    if (fork_try(f, &block, tip, dg_block_slot(tip) + 1, &options, NULL, &err) != DG_OK)
        ck_abort_msg("%s", err.text);
    return block;
}

/* Blocks on until the client's view and the digests fall apart; 0 if they do not. */
static uint32_t first_refused(fork *f, dg_client_view *view, dg_block *tip, int blocks,
                              dg_client_note *note)
{
    for (int i = 0; i < blocks; i++) {
        dg_build_options options = { .claim = { .slot = dg_block_slot(tip) + 1,
                                                .kind = DG_SLOT_CLAIM_SECONDARY_PLAIN } };
        dg_block *block;
        dg_error err;
        if (dg_chain_build(f->chain, &block, NULL, tip, &options, &err) != DG_OK)
            ck_abort_msg("%s", err.text);
        *note = step(view, block);
        if (note->digest_expected != note->digest_seen)
            return dg_block_number(block);
        tip = block;
    }
    return 0;
}

/* Every block builds, and yet a client refuses the first one of N: it announces an
 * epoch where by the old length none ends. */
START_TEST(an_epoch_length_that_changes_is_seen_by_the_client_alone)
{
    dg_client_view *view;
    dg_client_note note;
    dg_block *tip;
    dg_buf code;
    fork f;
    if (!fork_open(&f, "specs/paseo-1001002-genesis.json.zst"))
        return;
    code = fork_code("specs/paseo-local-1002000-e20.json.zst");
    tip = dg_chain_root(f.chain);
    view = view_of(&f, tip);
    step(view, tip = fork_build(&f, tip, DG_GENESIS_SLOT));
    step(view, tip = fork_build(&f, tip, DG_GENESIS_SLOT + 30));
    step(view, tip = override(&f, tip, dg_buf_bytes(&code)));
    ck_assert_uint_eq(first_refused(&f, view, tip, 5, &note), dg_block_number(tip) + 1);
    ck_assert(note.digest_seen && !note.digest_expected);
    dg_client_view_free(view);
    dg_buf_clear(&code);
    fork_close(&f);
}
END_TEST

START_TEST(a_forgotten_digest_is_seen_by_the_client)
{
    dg_client_view *view;
    dg_client_note note;
    const char *spec = small_path("mini.json");
    dg_block *tip;
    dg_buf code;
    fork f;
    if (!spec)
        return;
    fork_open_path(&f, spec, NULL, NULL);
    code = slurp(small_path("mini-2-epoch-digest-forgotten.wasm"));
    tip = dg_chain_root(f.chain);
    view = view_of(&f, tip);
    step(view, tip = fork_build(&f, tip, DG_GENESIS_SLOT));
    step(view, tip = override(&f, tip, dg_buf_bytes(&code)));
    /* the first slot of the second epoch */
    ck_assert_uint_eq(first_refused(&f, view, tip, 20, &note), 11);
    ck_assert(note.digest_expected && !note.digest_seen);
    dg_client_view_free(view);
    dg_buf_clear(&code);
    fork_close(&f);
}
END_TEST

/* A view that begins in the middle of an epoch is the same as one from the start. */
START_TEST(a_view_can_begin_anywhere)
{
    dg_client_view *from_start, *later = NULL;
    dg_block *tip;
    fork f;
    if (!fork_open(&f, "specs/rococo-dev-1014000-e10.json.zst"))
        return;
    tip = dg_chain_root(f.chain);
    from_start = view_of(&f, tip);
    for (int i = 0; i < 33; i++) {
        dg_client_note a, b;
        tip = fork_build(&f, tip, fork_clock(&f, tip).next_slot);
        a = step(from_start, tip);
        if (later) {
            b = step(later, tip);
            ck_assert(a.digest_expected == b.digest_expected && a.epoch_index == b.epoch_index
                      && a.epoch_start == b.epoch_start);
        }
        if (i == 7 || i == 9 || i == 20) { /* inside, before a boundary, on one */
            dg_client_view_free(later);
            later = view_of(&f, tip);
        }
    }
    dg_client_view_free(from_start);
    dg_client_view_free(later);
    fork_close(&f);
}
END_TEST

/* Runtimes of 2020: asked in their own words. */
START_TEST(old_runtimes_tell_the_time_too)
{
    static const struct {
        const char *spec;
        uint64_t slot_ms, epoch_slots;
    } old[] = {
        { "specs/kusama-genesis-1020.json.zst", 6000, 600 },
        { "specs/westend2-genesis-1.json.zst", 6000, 600 },
    };
    for (size_t i = 0; i < 2; i++) {
        dg_clock clock;
        fork f;
        if (!fork_open(&f, old[i].spec))
            return;
        clock = fork_clock(&f, dg_chain_root(f.chain));
        ck_assert_uint_eq(clock.slot_ms, old[i].slot_ms);
        ck_assert_uint_eq(clock.epoch_slots, old[i].epoch_slots);
        ck_assert_uint_eq(clock.next_slot, DG_GENESIS_SLOT);
        fork_close(&f);
    }
}
END_TEST

/* index, start, duration, no authorities, randomness, c, allowed slots. */
static void put_epoch(dg_buf *out, uint64_t duration, uint64_t c0, uint64_t c1, uint8_t allowed,
                      size_t extra)
{
    dg_scale_put_u64(out, 5);
    dg_scale_put_u64(out, 1000);
    dg_scale_put_u64(out, duration);
    dg_scale_put_compact(out, 0);
    for (int i = 0; i < 32; i++)
        dg_buf_put_u8(out, 7);
    dg_scale_put_u64(out, c0);
    dg_scale_put_u64(out, c1);
    dg_buf_put_u8(out, allowed);
    for (size_t i = 0; i < extra; i++)
        dg_buf_put_u8(out, 0);
}

static const struct {
    uint64_t duration, c0, c1;
    uint8_t allowed;
    size_t extra;
    bool good;
} answers[] = {
    { 600, 1, 4, 2, 0, true },         { 0, 1, 4, 2, 0, false }, /* nothing may be divided by it */
    { UINT64_MAX, 1, 4, 2, 0, false }, { 600, 1, 0, 2, 0, false }, { 600, 5, 4, 2, 0, false },
    { 600, 1, 4, 3, 0, false },        { 600, 1, 4, 2, 1, false }, /* a byte too many */
};
START_TEST(an_epoch_that_makes_no_sense_is_refused)
{
    uint8_t room[256];
    dg_buf raw = dg_buf_on(room, sizeof room);
    dg_epoch epoch;
    dg_error err = { .text = "" };
    put_epoch(&raw, answers[_i].duration, answers[_i].c0, answers[_i].c1, answers[_i].allowed,
              answers[_i].extra);
    ck_assert_int_eq(dg_epoch_decode(&epoch, dg_buf_bytes(&raw), &err),
                     answers[_i].good ? DG_OK : DG_MALFORMED);
    ck_assert(answers[_i].good || strlen(err.text) > 0);
    if (answers[_i].good) {
        ck_assert_uint_eq(epoch.start_slot, 1000);
        for (size_t len = 0; len < raw.len; len++)
            ck_assert_int_eq(dg_epoch_decode(&(dg_epoch){ 0 }, dg_bytes_of(raw.at, len), &err),
                             DG_MALFORMED);
    }
    dg_epoch_clear(&epoch);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("clock");
    TCase *tc = tcase_create("clock");
    int failed;
    tcase_set_timeout(tc, 0);
    tcase_add_loop_test(tc, clock_client_and_runtime_agree_over_boundaries, 0, REDUCED ? 1 : 4);
    if (REDUCED)
        printf("not run: clocks of three more chains under sanitizers\n");
    tcase_add_test(tc, skipped_epochs_are_counted_as_a_client_counts);
    tcase_add_test(tc, an_epoch_length_that_changes_is_seen_by_the_client_alone);
    tcase_add_test(tc, a_forgotten_digest_is_seen_by_the_client);
    tcase_add_test(tc, a_view_can_begin_anywhere);
    tcase_add_test(tc, old_runtimes_tell_the_time_too);
    tcase_add_loop_test(tc, an_epoch_that_makes_no_sense_is_refused, 0,
                        (int)(sizeof answers / sizeof answers[0]));
    suite_add_tcase(s, tc);
    failed = suite_run(s);
    fork_engines_free();
    return failed;
}
