/* session_answers.c - what a node keeps of a runtime's answers until a session ends.
 *
 * The runtime answers for a block; the node keeps what it answered under the session, and the
 * first usable answer of a session wins. What a node asks first at the block that enacts N,
 * where N's code reads the storage of N-1, it has until the session ends or it is restarted.
 * Mirrors: node/core/runtime-api cache.rs (a request that fails is not kept, nor is one that
 * the runtime has no method for); collator-protocol validator_side_experimental (rotation). */
#include "protocol/protocol.h"

#include <assert.h>

static uint32_t bit(dg_request request)
{
    return 1u << request;
}

/* The entry of a session, made where there is none: of the two newest that were asked for. NULL:
 * it is older than both. */
static dg_session_answers *entry_of(dg_answers *a, uint32_t session)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (a->of[i].session == session)
            return &a->of[i];
    if (a->count == DG_ANSWERS_SESSIONS && session < a->of[1].session)
        return NULL;
    if (a->count && session > a->of[0].session) {
        a->of[1] = a->of[0];
        a->count = DG_ANSWERS_SESSIONS;
        a->of[0] = (dg_session_answers){ .session = session };
        return &a->of[0];
    }
    a->of[a->count ? 1 : 0] = (dg_session_answers){ .session = session };
    a->count = a->count ? DG_ANSWERS_SESSIONS : 1;
    return &a->of[a->count - 1];
}

const dg_session_answers *dg_answers_of(const dg_answers *a, uint32_t session)
{
    for (uint32_t i = 0; i < a->count; i++)
        if (a->of[i].session == session)
            return &a->of[i];
    return NULL;
}

uint32_t dg_answers_kept(const dg_answers *a, const dg_view *view)
{
    const dg_session_answers *s = view->session_known ? dg_answers_of(a, view->session) : NULL;
    return s ? s->have : 0;
}

static void keep_value(dg_session_answers *s, dg_request request, const dg_view *view,
                       uint32_t number)
{
    if (request == DG_ASK_BACKING_VOTES) {
        s->votes_min = view->votes_min;
        s->asked_at[DG_SESSION_VOTES] = number;
    } else if (request == DG_ASK_FEATURES) {
        s->features = view->features;
        s->asked_at[DG_SESSION_FEATURES] = number;
    } else if (request == DG_ASK_LOOKAHEAD) {
        s->lookahead = view->lookahead;
        s->asked_at[DG_SESSION_LOOKAHEAD] = number;
    }
}

static bool is_answered(const dg_view *view, dg_request request, const dg_node_class *of)
{
    return dg_request_at(request)->lasts == DG_LASTS_SESSION && dg_view_is_asked(view, request, of)
           && dg_view_supports(view, request) && !(view->failed & bit(request));
}

/* Backing asks for groups at each leaf, so this is no answer that saves a question. */
static void keep_rotation(dg_session_answers *s, const dg_view *view, uint32_t number)
{
    if (s->asked_at[DG_SESSION_ROTATION] || !view->group_count)
        return;
    s->rotation_start = view->rotation.session_start;
    s->rotation_frequency = view->rotation.frequency;
    s->asked_at[DG_SESSION_ROTATION] = number;
}

void dg_answers_take(dg_answers *a, const dg_node_class *of, const dg_view *view, uint32_t number)
{
    dg_session_answers *s = view->session_known ? entry_of(a, view->session) : NULL;
    for (dg_request r = 0; s && r < DG_ASK_COUNT; r++)
        if (!(s->have & bit(r)) && is_answered(view, r, of)) {
            s->have |= bit(r);
            keep_value(s, r, view, number);
        }
    if (s && of->keeps_rotation)
        keep_rotation(s, view, number);
}

/* What is kept of one request; NULL: nothing, and the block's own answer counts. */
static const dg_session_answers *kept(const dg_answers *a, const dg_view *view, dg_request request)
{
    const dg_session_answers *s = view->session_known ? dg_answers_of(a, view->session) : NULL;
    return s && s->have & bit(request) ? s : NULL;
}

uint32_t dg_answers_votes(const dg_answers *a, const dg_view *view)
{
    const dg_session_answers *s = kept(a, view, DG_ASK_BACKING_VOTES);
    return s ? s->votes_min : view->votes_min;
}

uint64_t dg_answers_features(const dg_answers *a, const dg_view *view)
{
    const dg_session_answers *s = kept(a, view, DG_ASK_FEATURES);
    return s ? s->features : view->features;
}

/* Where the runtime has no such method: DEFAULT_SCHEDULING_LOOKAHEAD, which is not kept. */
enum { LOOKAHEAD_DEFAULT = 3 };

uint32_t dg_answers_ancestry(const dg_answers *a, const dg_view *view, const dg_node_class *of)
{
    const dg_session_answers *s = kept(a, view, DG_ASK_LOOKAHEAD);
    uint32_t lookahead = s                                          ? s->lookahead
                         : dg_view_supports(view, DG_ASK_LOOKAHEAD) ? view->lookahead
                                                                    : LOOKAHEAD_DEFAULT;
    if (!dg_view_is_asked(view, DG_ASK_LOOKAHEAD, of))
        return view->ancestry;
    return lookahead ? lookahead - 1 : 0;
}

dg_rotation dg_answers_rotation(const dg_answers *a, const dg_view *view)
{
    const dg_session_answers *s = view->session_known ? dg_answers_of(a, view->session) : NULL;
    return s && s->asked_at[DG_SESSION_ROTATION]
               ? (dg_rotation){ s->rotation_start, s->rotation_frequency, view->rotation.now }
               : view->rotation;
}

void dg_answers_verify(const dg_answers *a)
{
    assert(a->count <= DG_ANSWERS_SESSIONS);
    assert(a->count < 2 || a->of[1].session < a->of[0].session);
    for (uint32_t i = 0; i < a->count; i++)
        for (dg_request r = 0; r < DG_ASK_COUNT; r++)
            assert(!(a->of[i].have & bit(r)) || dg_request_at(r)->lasts == DG_LASTS_SESSION);
}
