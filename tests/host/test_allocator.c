/* The guest's heap belongs to the host for most runtimes. Two blocks that overlap,
 * or a header that is not what the runtime expects, corrupt memory far away.
 * The model: blocks as intervals, the header of each looked at after every step. */
#include "model_guest.h"

#include <string.h>

#include "host/host_impl.h"

enum { BLOCKS = 200, STEPS = 4000, ODD = 3 /* the heap begins where data ends, on any byte */ };

typedef struct block {
    uint32_t at, len, class_len;
} block;

static uint32_t class_of(uint32_t len)
{
    uint32_t size = 8;
    while (size < len)
        size *= 2;
    return size;
}

static unsigned log2_of(uint32_t size)
{
    unsigned n = 0;
    while (size > 8) {
        size /= 2;
        n++;
    }
    return n;
}

static void check_block(dg_guest *guest, const block *all, size_t count, const block *b)
{
    const uint8_t *header = dg_guest_at(guest, b->at - 8, 8);
    ck_assert_ptr_nonnull(header);
    ck_assert_uint_eq(b->at % 8, 0);
    ck_assert_uint_ge(b->at, dg_guest_heap_base(guest) + ODD + 8);
    ck_assert_uint_eq(dg_le64(header), (uint64_t)1 << 32 | log2_of(b->class_len));
    ck_assert_ptr_nonnull(dg_guest_at(guest, b->at, b->class_len));
    for (size_t i = 0; i < count; i++)
        if (&all[i] != b)
            ck_assert(b->at >= all[i].at + all[i].class_len + 8
                      || all[i].at >= b->at + b->class_len + 8);
}

static dg_code play(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err)
{
    static block blocks[BLOCKS];
    size_t count = 0;
    dg_rng chance = dg_rng_fork(3, "allocator", 0, 0);
    dg_host_heap heap;
    (void)arg, (void)arg_count;
    dg_host_heap_init(&heap, dg_guest_heap_base(guest) + ODD);
    for (int step = 0; step < STEPS; step++) {
        if (count < BLOCKS && (count == 0 || dg_rng_below(&chance, 5) < 3)) {
            block *b = &blocks[count++];
            b->len = (uint32_t)dg_rng_below(&chance, (uint64_t)1 << dg_rng_below(&chance, 13));
            b->class_len = class_of(b->len);
            ck_assert_msg(dg_host_heap_take(&heap, &b->at, guest, b->len, err) == DG_OK, "%s",
                          err->text);
            check_block(guest, blocks, count, b);
            memset(dg_guest_at(guest, b->at, b->class_len), 0xa5, b->class_len);
        } else {
            size_t i = (size_t)dg_rng_below(&chance, count);
            uint32_t freed = blocks[i].at, size = blocks[i].class_len, again;
            ck_assert_int_eq(dg_host_heap_give(&heap, guest, freed, err), DG_OK);
            if (step % 3 == 0) { /* the last one freed is the first one reused */
                ck_assert_int_eq(dg_host_heap_take(&heap, &again, guest, size, err), DG_OK);
                ck_assert_uint_eq(again, freed);
                ck_assert_int_eq(dg_host_heap_give(&heap, guest, freed, err), DG_OK);
            }
            blocks[i] = blocks[--count];
        }
    }
    return DG_OK;
}

/* Runs `before` inside some guest. */
static dg_code inside(dg_code (*before)(dg_guest *, uint64_t[2], unsigned, dg_error *),
                      dg_error *err)
{
    const dg_call_hooks hooks = { before, NULL };
    asker *g = guest_begin();
    dg_buf blob = guest_blob(g);
    dg_module *m;
    dg_code rc;
    ck_assert_int_eq(dg_module_new(&m, guest_engine(), dg_buf_bytes(&blob), err), DG_OK);
    ck_assert_int_eq(dg_module_link(m, NULL, NULL, 0, err), DG_OK);
    rc = dg_module_call(m, "run", &hooks, NULL, NULL, NULL, NULL, err);
    dg_module_free(m);
    dg_buf_clear(&blob);
    return rc;
}

START_TEST(blocks_never_overlap_and_keep_their_headers)
{
    dg_error err;
    ck_assert_msg(inside(play, &err) == DG_OK, "%s", err.text);
}
END_TEST

/* Each misuse is refused, and so is everything after it. */
static unsigned misuse;
static const char *const misuses[] = {
    "asked for; at most 32 MiB are allowed", "freed twice",
    "outside the memory was freed",          "outside the memory was freed",
    "header of a block was overwritten",     "marked as taken",
    "list of free blocks leaves the memory",
};

static dg_code abuse(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err)
{
    uint32_t a, b;
    dg_host_heap heap;
    dg_code rc = DG_OK;
    (void)arg, (void)arg_count;
    dg_host_heap_init(&heap, dg_guest_heap_base(guest));
    ck_assert_int_eq(dg_host_heap_take(&heap, &a, guest, 100, err), DG_OK);
    ck_assert_int_eq(dg_host_heap_take(&heap, &b, guest, 100, err), DG_OK);
    switch (misuse) {
    case 0:
        rc = dg_host_heap_take(&heap, &b, guest, (32 << 20) + 1, err);
        break;
    case 1:
        ck_assert_int_eq(dg_host_heap_give(&heap, guest, a, err), DG_OK);
        rc = dg_host_heap_give(&heap, guest, a, err);
        break;
    case 2:
        rc = dg_host_heap_give(&heap, guest, 7, err);
        break;
    case 3:
        rc = dg_host_heap_give(&heap, guest, UINT32_MAX, err);
        break;
    case 4:
        dg_le32_put(dg_guest_at(guest, a - 8, 4), 23);
        rc = dg_host_heap_give(&heap, guest, a, err);
        break;
    case 5:
        ck_assert_int_eq(dg_host_heap_give(&heap, guest, a, err), DG_OK);
        dg_le64_put(dg_guest_at(guest, a - 8, 8), (uint64_t)1 << 32);
        rc = dg_host_heap_take(&heap, &b, guest, 100, err);
        break;
    default:
        ck_assert_int_eq(dg_host_heap_give(&heap, guest, a, err), DG_OK);
        dg_le64_put(dg_guest_at(guest, a - 8, 8), 0xfffffff0); /* as a guest's wild write would */
        ck_assert_int_eq(dg_host_heap_take(&heap, &b, guest, 100, err), DG_OK);
        rc = dg_host_heap_take(&heap, &b, guest, 100, err);
    }
    ck_assert_int_lt(rc, 0);
    ck_assert_int_eq(dg_host_heap_take(&heap, &b, guest, 8, NULL), DG_TRAP);
    ck_assert_int_eq(dg_host_heap_give(&heap, guest, b, NULL), DG_TRAP);
    return rc;
}

START_TEST(misuse_is_an_error_for_good)
{
    dg_error err;
    misuse = (unsigned)_i;
    ck_assert_int_eq(inside(abuse, &err), DG_TRAP);
    ck_assert_msg(strstr(err.text, misuses[_i]) != NULL, "%s", err.text);
}
END_TEST

/* Recent runtimes keep a number in the two bytes below a block. */
static dg_code pad(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err)
{
    uint32_t a, b;
    dg_host_heap heap;
    (void)arg, (void)arg_count;
    dg_host_heap_init(&heap, dg_guest_heap_base(guest));
    ck_assert_int_eq(dg_host_heap_take(&heap, &a, guest, 100, err), DG_OK);
    dg_guest_at(guest, a - 2, 2)[0] = 0x34;
    dg_guest_at(guest, a - 2, 2)[1] = 0x12;
    ck_assert_int_eq(dg_host_heap_give(&heap, guest, a, err), DG_OK);
    ck_assert_int_eq(dg_host_heap_take(&heap, &b, guest, 100, err), DG_OK);
    ck_assert_uint_eq(a, b);
    ck_assert_uint_eq(dg_le64(dg_guest_at(guest, b - 8, 8)), (uint64_t)1 << 32 | 4);
    return DG_OK;
}

START_TEST(the_two_bytes_below_a_block_are_the_guests)
{
    dg_error err;
    ck_assert_msg(inside(pad, &err) == DG_OK, "%s", err.text);
}
END_TEST

/* 32 MiB is the largest block; memory ends where the engine says. */
static dg_code fill(dg_guest *guest, uint64_t arg[2], unsigned arg_count, dg_error *err)
{
    uint32_t a;
    dg_host_heap heap;
    dg_code rc = DG_OK;
    int count = 0;
    (void)arg, (void)arg_count;
    dg_host_heap_init(&heap, dg_guest_heap_base(guest));
    while (rc == DG_OK && count < 100) {
        rc = dg_host_heap_take(&heap, &a, guest, 32 << 20, err);
        count += rc == DG_OK;
    }
    ck_assert_int_eq(count, 15); /* of 512 MiB, a little is taken */
    return rc;
}

START_TEST(memory_ends_at_the_limit)
{
    dg_error err;
    ck_assert_int_eq(inside(fill, &err), DG_LIMIT);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("allocator");
    TCase *tc = tcase_create("allocator");
    tcase_set_timeout(tc, 0);
    tcase_add_test(tc, blocks_never_overlap_and_keep_their_headers);
    tcase_add_loop_test(tc, misuse_is_an_error_for_good, 0, sizeof misuses / sizeof misuses[0]);
    tcase_add_test(tc, the_two_bytes_below_a_block_are_the_guests);
    tcase_add_test(tc, memory_ends_at_the_limit);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
