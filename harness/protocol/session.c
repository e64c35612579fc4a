/* session.c - what all nodes of a session have in common: who takes part, and the
 * grid they stand in. Made once, shared; forks that disagree have one each. */
#include "protocol/protocol.h"

#include <string.h>

#include "crypto/crypto.h"

/* version of ParachainHost from which active indices and a seed come first */
enum { FIRST_WITH_SEED = 2 };

/* What stands behind the discovery keys: assignment keys, groups, and the rules of
 * approval. A runtime that leaves them out, or goes on behind them, tells no rules. */
static void take_rules(dg_session_told *out, dg_scale *s)
{
    dg_approval_rules r;
    dg_scale_take(s, (size_t)dg_scale_count(s, 32) * 32);
    for (uint32_t groups = dg_scale_count(s, 1); groups && s->rc == DG_OK; groups--)
        dg_scale_take(s, (size_t)dg_scale_count(s, 4) * 4);
    r.cores = dg_scale_u32(s);
    r.zeroth_width = dg_scale_u32(s);
    r.samples = dg_scale_u32(s);
    r.tranches = dg_scale_u32(s);
    r.no_show_slots = dg_scale_u32(s);
    r.needed = dg_scale_u32(s);
    out->rules_told = dg_scale_finish(s, NULL, "session info") == DG_OK && r.cores <= DG_CORES_MAX;
    if (out->rules_told)
        out->rules = r;
}

bool dg_session_take(dg_session_told *out, dg_bytes answer, uint32_t host_version)
{
    dg_scale s = dg_scale_from(answer);
    *out = (dg_session_told){ .count = 0 };
    if (!dg_scale_option(&s))
        return false;
    if (host_version >= FIRST_WITH_SEED) {
        dg_scale_take(&s, (size_t)dg_scale_count(&s, 4) * 4);
        dg_scale_take(&s, 36); /* seed, dispute period */
    }
    out->validators = dg_scale_count(&s, 32);
    out->para_keys = dg_scale_take(&s, (size_t)out->validators * 32);
    out->count = dg_scale_count(&s, 32);
    out->keys = dg_scale_take(&s, (size_t)out->count * 32);
    if (s.rc != DG_OK)
        return false;
    take_rules(out, &s);
    return out->count && out->count >= out->validators && out->count <= DG_VALIDATORS_MAX;
}

static dg_code find_nodes(dg_session *made, const dg_session_told *t, dg_view *view,
                          const dg_people *people, dg_error *err)
{
    made->node = dg_calloc(t->count, sizeof *made->node);
    made->member = dg_calloc(people->count, sizeof *made->member);
    made->keys = dg_malloc(t->para_keys.len ? t->para_keys.len : 1);
    if (!made->node || !made->member || !made->keys)
        return dg_fail(err, DG_NOMEM, "no memory for %u discovery keys", t->count);
    memcpy(made->keys, t->para_keys.at, t->para_keys.len);
    memset(made->member, 0xff, people->count * sizeof *made->member);
    for (uint32_t i = 0; i < t->count; i++) {
        dg_code rc = dg_people_owner(people, &made->node[i], view->chain, view->block, "audi",
                                     t->keys.at + (size_t)i * 32, err);
        if (rc < 0)
            return rc;
        if (made->node[i] != DG_NO)
            made->member[made->node[i]] = i;
    }
    return DG_OK;
}

static void session_free(dg_session *session)
{
    dg_grid_clear(&session->grid);
    dg_free(session->node);
    dg_free(session->member);
    dg_free(session->keys);
    dg_free(session);
}

static dg_code make(dg_session **out, const dg_session_told *t, const uint8_t *randomness,
                    dg_view *view, const dg_people *people, dg_error *err)
{
    dg_session *made = dg_calloc(1, sizeof *made);
    dg_code rc;
    if (!made)
        return dg_fail(err, DG_NOMEM, "no memory for a session");
    made->index = view->session;
    made->validators = t->validators;
    made->count = t->count;
    made->rules_told = t->rules_told;
    made->rules = t->rules;
    made->has_grid = randomness != NULL;
    if ((rc = find_nodes(made, t, view, people, err)) < 0
        || (randomness && (rc = dg_grid_init(&made->grid, t->count, randomness, err)) < 0)) {
        session_free(made);
        return rc;
    }
    *out = made;
    return DG_OK;
}

/* Randomness of the epoch the block is in; false where the runtime does not say. The
 * answer is the one that chain keeps: asked here for what it costs. */
static dg_code randomness_of(dg_view *view, uint8_t out[32], bool *known, dg_error *err)
{
    dg_epoch epoch;
    dg_bytes answer;
    dg_code rc = dg_view_ask(view, &answer, DG_ASK_EPOCH, dg_bytes_of(NULL, 0), err);
    if (rc < 0)
        return rc;
    rc = dg_chain_epoch(view->chain, view->block, dg_block_slot(view->block), &epoch, err);
    *known = rc == DG_OK;
    if (rc == DG_OK) {
        memcpy(out, epoch.randomness, 32);
        dg_epoch_clear(&epoch);
    }
    return rc == DG_NOMEM || rc == DG_IO ? rc : DG_OK;
}

static dg_code executor_of(dg_executor *out, dg_view *view, dg_error *err)
{
    uint8_t index[4];
    dg_bytes answer;
    dg_code rc;
    dg_le32_put(index, view->session);
    rc = dg_view_ask(view, &answer, DG_ASK_EXECUTOR, DG_BYTES_OF(index), err);
    return rc < 0 ? rc : dg_executor_take(out, rc == DG_OK ? answer : dg_bytes_of(NULL, 0), err);
}

/* A number, of the session. `otherwise`: not supported, or no usable answer. */
static dg_code number_of(uint32_t *out, dg_view *view, dg_request request, uint32_t otherwise,
                         dg_error *err)
{
    dg_bytes answer;
    dg_code rc = dg_view_ask(view, &answer, request, dg_bytes_of(NULL, 0), err);
    *out = rc == DG_OK && answer.len == 4 ? dg_le32(answer.at) : otherwise;
    if (rc == DG_OK && answer.len != 4)
        dg_view_fail(view, request);
    return rc < 0 ? rc : DG_OK;
}

/* Parameters that a runtime could not be asked for are asked for where it has grown. */
static bool asks_executor(const dg_session *of, const dg_view *view)
{
    return of->asked_version < dg_request_at(DG_ASK_EXECUTOR)->since
           && dg_view_supports(view, DG_ASK_EXECUTOR);
}

/* Questions of which only the newest know; asked again where the runtime has grown. */
static dg_code ask_numbers(dg_session *of, dg_view *view, dg_error *err)
{
    dg_code rc;
    if (of->asked_version >= view->host_version)
        return DG_OK;
    if (of->asked_version && asks_executor(of, view)
        && (rc = executor_of(&of->executor, view, err)) < 0)
        return rc;
    of->asked_version = view->host_version;
    of->coalesce = 1;
    return dg_view_is_asked_by_any(view, DG_ASK_APPROVAL_PARAMS)
               ? number_of(&of->coalesce, view, DG_ASK_APPROVAL_PARAMS, 1, err)
               : DG_OK;
}

static dg_session *known_as(dg_session *all, uint32_t index, const dg_hash *content)
{
    for (; all; all = all->next)
        if (all->index == index && dg_hash_equal(&all->content, content))
            return all;
    return NULL;
}

dg_code dg_session_of(dg_session **all, const dg_session **out, dg_view *view,
                      const dg_people *people, dg_error *err)
{
    uint8_t index[4], randomness[32] = { 0 };
    bool known, taken;
    dg_session *made = NULL;
    dg_hash content;
    dg_bytes answer;
    dg_code rc;
    dg_session *known_one;
    dg_session_told t;
    dg_executor executor;
    *out = NULL;
    dg_le32_put(index, view->session);
    if (!view->session_known
        || (rc = dg_view_ask(view, &answer, DG_ASK_SESSION_INFO, DG_BYTES_OF(index), err))
               == DG_ABSENT)
        return DG_ABSENT;
    if (rc < 0 || (rc = randomness_of(view, randomness, &known, err)) < 0)
        return rc;
    taken = dg_session_take(&t, answer, view->host_version);
    view->rules_told = t.rules_told;
    if (!taken)
        return DG_ABSENT;
    content = dg_blake2_256_two(answer, dg_bytes_of(randomness, known ? 32 : 0));
    if ((*out = known_one = known_as(*all, view->session, &content)))
        return ask_numbers(known_one, view, err);
    if ((rc = executor_of(&executor, view, err)) < 0
        || (rc = make(&made, &t, known ? randomness : NULL, view, people, err)) < 0)
        return rc;
    made->executor = executor;
    made->content = content;
    made->next = *all;
    *out = *all = made;
    return ask_numbers(made, view, err);
}

uint32_t dg_session_node(const dg_session *session, uint32_t validator)
{
    return validator < session->count ? session->node[validator] : DG_NO;
}

void dg_sessions_free(dg_session *all)
{
    while (all) {
        dg_session *next = all->next;
        session_free(all);
        all = next;
    }
}
