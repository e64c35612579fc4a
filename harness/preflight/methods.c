/* methods.c - methods of runtime APIs: what N's declared versions promise and its
 * exports lack, what tools called on N-1 and cannot call on N, and types that
 * changed under a name, where metadata describes them. */
#include "preflight/preflight_impl.h"

#include "protocol/protocol.h"

#include <string.h>

/* What came with a version of ParachainHost. A node asks the version and then
 * calls without looking further. */
static const struct {
    uint32_t version;
    const char *entry;
} promised[] = {
    { 1, "ParachainHost_validators" },
    { 1, "ParachainHost_validator_groups" },
    { 1, "ParachainHost_availability_cores" },
    { 1, "ParachainHost_session_index_for_child" },
    { 1, "ParachainHost_persisted_validation_data" },
    { 1, "ParachainHost_candidate_events" },
    { 2, "ParachainHost_session_info" },
    { 2, "ParachainHost_pvfs_require_precheck" },
    { 3, "ParachainHost_disputes" },
    { 4, "ParachainHost_session_executor_params" },
    { 5, "ParachainHost_unapplied_slashes" },
    { 5, "ParachainHost_key_ownership_proof" },
    { 5, "ParachainHost_submit_report_dispute_lost" },
    { 6, "ParachainHost_minimum_backing_votes" },
    { 7, "ParachainHost_para_backing_state" },
    { 7, "ParachainHost_async_backing_params" },
    { 8, "ParachainHost_disabled_validators" },
    { 9, "ParachainHost_node_features" },
    { 10, "ParachainHost_approval_voting_params" },
    { 11, "ParachainHost_claim_queue" },
    { 11, "ParachainHost_candidates_pending_availability" },
    { 12, "ParachainHost_validation_code_bomb_limit" },
    { 13, "ParachainHost_backing_constraints" },
    { 13, "ParachainHost_scheduling_lookahead" },
    { 14, "ParachainHost_para_ids" },
    { 15, "ParachainHost_unapplied_slashes_v2" },
};

/* By a node of N-1's time or, with `new_too`, of N's; newer ones have other questions in place of
 * some. */
static bool is_asked(const dg_preflight_look *l, const char *entry, uint32_t since, bool new_too)
{
    uint32_t host = dg_version_api(l->new_, "ParachainHost");
    return dg_release_asks(l->old, entry, since, host)
           || (new_too && dg_release_asks(l->new_, entry, since, host));
}

static void broken_promises(dg_preflight_look *l)
{
    uint32_t old = dg_version_api(l->old, "ParachainHost"),
             now = dg_version_api(l->new_, "ParachainHost");
    for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++) {
        const char *entry = promised[i].entry;
        bool already = promised[i].version <= old && !dg_runtime_exports(l->in->from, entry);
        if (promised[i].version > now || dg_runtime_exports(l->in->to, entry)
            || !is_asked(l, entry, promised[i].version, true))
            continue;
        dg_preflight_find(l, already ? DG_FIND_WARN : DG_FIND_FAIL, "api.missing", entry,
                          dg_preflight_find_int(old), dg_preflight_find_int(now),
                          "N declares ParachainHost %u, but does not export %s: %s", now, entry,
                          already
                              ? "neither does N-1"
                              : "nodes that rely on the version get an error instead of an answer");
    }
}

/* "Api_method": is its API one that N still declares? Otherwise the look at
 * versions has said that the whole is gone. */
static bool of_declared_api(const dg_preflight_look *l, const char *entry)
{
    char api[80];
    const char *end = strchr(entry, '_');
    if (!end || end == entry || (size_t)(end - entry) >= sizeof api)
        return false;
    memcpy(api, entry, (size_t)(end - entry));
    api[end - entry] = '\0';
    return dg_version_api(l->old, api) > 0 && dg_version_api(l->new_, api) > 0;
}

static void gone(dg_preflight_look *l)
{
    const dg_module *module = dg_runtime_module(l->in->from);
    const char *entry;
    for (size_t i = 0; (entry = dg_module_export_at(module, i)); i++)
        if (of_declared_api(l, entry) && !dg_runtime_exports(l->in->to, entry)
            && !dg_preflight_found(l, "api.missing", entry))
            dg_preflight_find(l, DG_FIND_WARN, "api.method", entry, NULL, NULL,
                              "N-1 answers %s, but N does not export it: callers fail from U on",
                              entry);
}

/* ---- types ---- */

/* What N answers over the state that its first start leaves, read by the types of N-1. */
static dg_code ask(dg_survey_sample *out, const dg_preflight_look *l, dg_error *err)
{
    dg_survey_asking how = { .old = l->old_meta,
                             .decode_old = true,
                             .fuel = l->in->fuel ? l->in->fuel : DG_PREFLIGHT_FUEL };
    dg_state *state = l->after ? l->after : l->before;
    json_t *session = dg_survey_item(l->new_meta, state, "Session", "CurrentIndex", NULL);
    how.session = (uint32_t)dg_survey_whole(session);
    json_decref(session);
    return dg_survey_sample_over(out, l->in->to, state, &how, err);
}

/* A node of N-1's time gets an answer that it cannot read: claim api-compatible breaks by
 * that in a run. A type that differs where the answer still reads warns in both. */
static bool is_unreadable(const dg_preflight_look *l, const dg_survey_sample *answers,
                          const dg_meta_method *of, const char *entry)
{
    size_t i;
    const dg_survey_api *row = dg_survey_api_named(&i, of->api, of->name);
    return row && answers->answers[i].asked && answers->answers[i].rc == DG_OK
           && !answers->answers[i].decodes_old
           && (strcmp(row->api, "ParachainHost") != 0 || is_asked(l, entry, row->since, false));
}

/* Nodes and tools of today read N's answers: N-1's type must read N's. */
static void compare_output(dg_preflight_look *l, const dg_meta_method *a, const dg_meta_method *b,
                           const char *entry, const dg_survey_sample *answers)
{
    bool unreadable = is_unreadable(l, answers, a, entry);
    dg_buf where;
    dg_buf_init(&where, 4096);
    if (!dg_type_reads(l->new_meta, b->output, l->old_meta, a->output, NULL, NULL)
        && !dg_type_same(l->old_meta, a->output, l->new_meta, b->output, &where))
        dg_preflight_find(
            l, unreadable ? DG_FIND_FAIL : DG_FIND_WARN, "api.answer", entry,
            dg_preflight_find_type(l->old_meta, a->output),
            dg_preflight_find_type(l->new_meta, b->output),
            unreadable ? "%s returns another type, at %s: today's nodes call it, and cannot "
                         "read N's answer over this state"
                       : "%s returns another type, at %s: callers that decode the old type fail",
            entry, dg_buf_text(&where));
    dg_buf_clear(&where);
}

static void compare_inputs(dg_preflight_look *l, const dg_meta_method *a, const dg_meta_method *b,
                           const char *entry, const dg_type_id *any)
{
    dg_buf where;
    bool same = a->input_count == b->input_count;
    dg_buf_init(&where, 4096);
    for (uint32_t i = 0; same && i < a->input_count; i++)
        same = dg_type_reads(l->old_meta, a->inputs[i], l->new_meta, b->inputs[i], any, &where);
    if (!same)
        dg_preflight_find(
            l, DG_FIND_WARN, "api.question", entry, dg_preflight_find_int(a->input_count),
            dg_preflight_find_int(b->input_count),
            "%s takes different arguments%s%s: calls encoded for N-1 are refused or misread", entry,
            where.len ? ", at " : "", dg_buf_text(&where));
    dg_buf_clear(&where);
}

static dg_code compare_types(dg_preflight_look *l, dg_error *err)
{
    dg_survey_sample answers = { .taken = false };
    dg_code rc;
    dg_type_id any[2];
    bool known = dg_preflight_look_all_calls(any, l);
    bool old_knows = dg_meta_method_count(l->old_meta) > 0,
         new_knows = dg_meta_method_count(l->new_meta) > 0;
    if (!old_knows || !new_knows) {
        dg_preflight_find_unknown(
            l,
            "metadata V14 of %s describes no runtime APIs: types of arguments and answers were "
            "not compared, only names",
            old_knows   ? "N"
            : new_knows ? "N-1"
                        : "N-1 and N");
        return DG_OK;
    }
    if ((rc = ask(&answers, l, err)) < 0)
        goto out;
    for (size_t i = 0; i < dg_meta_method_count(l->old_meta); i++) {
        const dg_meta_method *a = dg_meta_method_at(l->old_meta, i);
        const dg_meta_method *b = dg_meta_method_named(l->new_meta, a->api, a->name);
        char entry[200];
        snprintf(entry, sizeof entry, "%.98s_%.98s", a->api, a->name);
        if (!b)
            continue; /* said by its export */
        compare_output(l, a, b, entry, &answers);
        compare_inputs(l, a, b, entry, known ? any : NULL);
    }
out:
    dg_survey_sample_clear(&answers);
    return rc;
}

dg_code dg_preflight_look_methods(dg_preflight_look *look, dg_error *err)
{
    (void)err;
    broken_promises(look);
    gone(look);
    return DG_OK;
}

dg_code dg_preflight_look_answers(dg_preflight_look *look, dg_error *err)
{
    return look->old_meta && look->new_meta ? compare_types(look, err) : DG_OK;
}
