/* backing_state.c - what prospective parachains build on, parachain by parachain, and what
 * approval voting learns of a block. Read through and counted, not kept: candidates
 * themselves are made from what their collators ask. An answer that is none costs the
 * whole leaf.
 *
 * Real nodes ask of every parachain at every leaf. So does this where the code or the
 * session is new; elsewhere of some in turn, whose fuel then stands for that of all.
 * Mirrors: primitives async_backing.rs (BackingState, Constraints), CandidateEvent;
 * node/core/prospective-parachains (handle_active_leaves_update). */
#include "protocol/protocol.h"

/* version of ParachainHost from which constraints name max_head_data_size; unverified */
enum { FIRST_WITH_HEAD_SIZE = 13 };
enum { ONE_IN = 8 }; /* parachains that are asked of at a leaf where nothing is new */
enum { COMMITMENTS_HASH = 32, RECEIPT_LEN = DG_DESCRIPTOR_LEN + COMMITMENTS_HASH };

static void skip(dg_scale *s, size_t len)
{
    dg_scale_take(s, len);
}
static void skip_list(dg_scale *s, size_t each)
{
    skip(s, (size_t)dg_scale_count(s, each) * each);
}

static void skip_constraints(dg_scale *s, bool head_size)
{
    skip(s, 12 + (head_size ? 4 : 0) + 12); /* relay parent, sizes; upward messages */
    skip_list(s, 4);                        /* downward messages */
    skip_list(s, 4);                        /* watermarks */
    skip_list(s, 12);                       /* channels out */
    skip(s, 4);
    dg_scale_bytes(s); /* required parent */
    skip(s, 32);
    if (dg_scale_option(s))
        skip(s, 1); /* upgrade restriction */
    if (dg_scale_option(s))
        skip(s, 36); /* future code */
}

static void skip_commitments(dg_scale *s)
{
    for (uint32_t left = dg_scale_count(s, 1); left && s->rc == DG_OK; left--)
        dg_scale_bytes(s);
    for (uint32_t left = dg_scale_count(s, 5); left && s->rc == DG_OK; left--) {
        skip(s, 4);
        dg_scale_bytes(s);
    }
    if (dg_scale_option(s))
        dg_scale_bytes(s);
    dg_scale_bytes(s);
    skip(s, 8);
}

static void skip_pending(dg_scale *s, bool named)
{
    for (uint32_t left = dg_scale_count(s, DG_DESCRIPTOR_LEN); left && s->rc == DG_OK; left--) {
        skip(s, (named ? 32 : 0) + DG_DESCRIPTOR_LEN);
        skip_commitments(s);
        skip(s, named ? 8 : 0); /* number of the relay parent, max_pov_size */
    }
}

bool dg_view_take_backing_state(dg_bytes answer, bool *some, dg_request request,
                                uint32_t host_version)
{
    dg_scale s = dg_scale_from(answer);
    *some = request == DG_ASK_PENDING || dg_scale_option(&s);
    if (*some && request != DG_ASK_PENDING)
        skip_constraints(&s, request == DG_ASK_CONSTRAINTS && host_version >= FIRST_WITH_HEAD_SIZE);
    if (*some && request != DG_ASK_CONSTRAINTS)
        skip_pending(&s, request == DG_ASK_BACKING_STATE);
    return dg_scale_finish(&s, NULL, "backing state") == DG_OK;
}

typedef enum event_kind { EVENT_BACKED, EVENT_INCLUDED, EVENT_TIMED_OUT } event_kind;

bool dg_events_take(dg_bytes answer, uint32_t *included)
{
    dg_scale s = dg_scale_from(answer);
    *included = 0;
    for (uint32_t left = dg_scale_count(&s, RECEIPT_LEN); left && s.rc == DG_OK; left--) {
        uint8_t kind = dg_scale_u8(&s);
        if (kind > EVENT_TIMED_OUT)
            dg_scale_fail(&s, "unknown candidate event");
        skip(&s, RECEIPT_LEN);
        dg_scale_bytes(&s); /* head */
        skip(&s, kind == EVENT_TIMED_OUT ? 4 : 8);
        *included += kind == EVENT_INCLUDED;
    }
    return dg_scale_finish(&s, NULL, "candidate events") == DG_OK;
}

/* ---- asking ---- */

static uint32_t para_on(const dg_core *core)
{
    return core->kind == DG_CORE_OCCUPIED && core->next != DG_NO ? core->next
           : core->kind == DG_CORE_FREE                          ? DG_NO
                                                                 : core->para;
}

/* Parachains on cores, each once. */
static uint32_t list_paras(const dg_view *v, uint32_t *paras)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < v->core_count; i++) {
        uint32_t para = para_on(&v->cores[i]), k = 0;
        while (k < count && paras[k] != para)
            k++;
        if (k == count && para != DG_NO)
            paras[count++] = para;
    }
    return count;
}

static dg_code ask_one(dg_view *v, dg_request request, uint32_t para, dg_error *err)
{
    uint8_t input[4];
    bool some;
    dg_bytes answer;
    dg_code rc;
    dg_le32_put(input, para);
    if ((rc = dg_view_ask(v, &answer, request, DG_BYTES_OF(input), err)) == DG_OK
        && !dg_view_take_backing_state(answer, &some, request, v->host_version))
        dg_view_fail(v, request);
    return rc < 0 ? rc : DG_OK;
}

dg_code dg_view_ask_backing_states(dg_view *v, dg_request request, dg_error *err)
{
    uint32_t paras[DG_CORES_MAX], count = list_paras(v, paras), asked = 0;
    uint32_t wanted =
        v->by.all || v->session != v->by.session ? count : (count + ONE_IN - 1) / ONE_IN;
    uint64_t sum = 0;
    dg_code rc = DG_OK;
    for (; asked < wanted && rc == DG_OK && !(v->failed >> request & 1); asked++) {
        rc = ask_one(v, request, paras[(dg_block_number(v->block) * wanted + asked) % count], err);
        sum = v->cost[request] < DG_ENDLESS - sum ? sum + v->cost[request] : DG_ENDLESS;
    }
    if (asked)
        v->cost[request] = sum < DG_ENDLESS ? sum * count / asked : DG_ENDLESS;
    return rc;
}
