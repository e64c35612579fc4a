/* What a runtime answers is from outside: whatever the bytes, a view is filled within
 * its bounds or left without that answer.
 *
 * Input: one byte that says which answer, one that says the version, the answer. Groups
 * need validators: those are made up, ten of them. */
#include "protocol/protocol.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_groups(const dg_view *v)
{
    for (uint32_t g = 0; g < v->group_count; g++) {
        assert(v->group_from[g] <= v->group_from[g + 1]);
        assert(v->group_from[g + 1] - v->group_from[g] <= DG_GROUP_MAX);
        for (uint32_t i = v->group_from[g]; i < v->group_from[g + 1]; i++)
            assert(v->members[i] < v->validator_count);
        assert(dg_rotation_group(&v->rotation,
                                 (dg_core_ix){ dg_rotation_core(&v->rotation, (dg_group_ix){ g },
                                                                v->group_count) },
                                 v->group_count)
               == g);
    }
}

/* The grid is of another answer, which may have fewer keys than there are validators. */
static void check_routes(const dg_view *v)
{
    static const uint8_t randomness[32] = { 1 };
    dg_grid grid;
    assert(dg_grid_init(&grid, 5, randomness, NULL) == DG_OK);
    for (uint32_t g = 0; g < v->group_count; g++)
        for (uint32_t member = 0; member < grid.count; member++) {
            dg_route to = dg_grid_sends(&grid, v, (dg_group_ix){ g }, (dg_discovery_ix){ member });
            assert(!to.row || v->group_from[g] < v->group_from[g + 1]);
        }
    dg_grid_clear(&grid);
}

static void check_session(dg_bytes answer, uint32_t host_version)
{
    dg_session_told told;
    if (!dg_session_take(&told, answer, host_version))
        return;
    assert(told.count && told.validators <= told.count);
    assert(!told.rules_told || told.rules.cores <= DG_CORES_MAX);
    assert(told.keys.len == (size_t)told.count * 32);
    assert(told.keys.at >= answer.at && told.keys.at + told.keys.len <= answer.at + answer.len);
}

/* Whatever comes: two digests, the same for the same bytes; those of none for none. */
static void check_executor(dg_bytes answer)
{
    dg_executor told, again;
    assert(dg_executor_take(&told, answer, NULL) == DG_OK
           && dg_executor_take(&again, answer, NULL) == DG_OK);
    assert(dg_hash_equal(&told.full, &again.full)
           && dg_hash_equal(&told.prepares, &again.prepares));
}

static void check_disputes(dg_bytes answer)
{
    dg_scale s = dg_scale_from(answer);
    uint32_t left = dg_scale_count(&s, 42);
    dg_dispute_told t;
    while (dg_dispute_told_next(&t, &s, &left))
        for (int side = 0; side < 2; side++)
            assert(t.bits[side].len == ((size_t)t.bit_count[side] + 7) / 8
                   && t.bits[side].at + t.bits[side].len <= answer.at + answer.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t ten[321] = { 10 << 2 };
    dg_view v = { .host_version = 16 };
    dg_bytes answer;
    if (size < 2)
        return 0;
    answer = dg_bytes_of(data + 2, size - 2);
    check_session(answer, data[1] % 16);
    if (size < 4096)
        check_executor(answer);
    check_disputes(answer);
    if (data[0] % DG_ASK_COUNT == DG_ASK_GROUPS)
        assert(dg_view_take(&v, DG_ASK_VALIDATORS, DG_BYTES_OF(ten), NULL) == DG_OK
               && v.validator_count == 10);
    assert(dg_view_take(&v, (dg_request)(data[0] % DG_ASK_COUNT), answer, NULL) == DG_OK);
    check_groups(&v);
    check_routes(&v);
    assert(v.core_count <= DG_CORES_MAX && (v.cores_known || !v.core_count));
    assert(v.core_bits == (v.features >> 1 & 1));
    assert(v.mode != DG_MODE_ENABLED || answer.len == 8);
    dg_view_clear(&v);
    return 0;
}
