/* answer_types.c - answers that have another form under N, and whether a node that knows N-1's
 * types asks for them. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>

/* By the nodes that the plan names, or else by those of N-1's time: operators update late. */
static bool asked_by_the_old(const dg_run_state *run, const dg_survey_api *row, const char *method)
{
    uint32_t host = dg_version_api(dg_runtime_version(run->to), "ParachainHost");
    dg_plan_network net;
    if (!dg_plan_wants_network(run->plan))
        return dg_release_asks(dg_runtime_version(run->from_kept), method, row->since, host);
    dg_plan_network_read(&net, run->plan);
    for (size_t i = 0; i < net.options.share_count; i++)
        if (net.shares[i].ppm && dg_class_asks(net.shares[i].of, method, row->since, host))
            return true;
    for (size_t i = 0; i < net.options.joining_count; i++)
        if (dg_class_asks(net.joining[i], method, row->since, host))
            return true;
    return false;
}

static bool is_called(const dg_run_state *run, const dg_survey_api *row)
{
    char method[96];
    dg_survey_api_entry(method, sizeof method, row);
    return strcmp(row->api, "ParachainHost") != 0 || asked_by_the_old(run, row, method);
}

bool dg_run_is_asked(const dg_run_state *run, const dg_survey_api *row)
{
    const dg_version *to = dg_runtime_version(run->to);
    char method[96];
    dg_survey_api_entry(method, sizeof method, row);
    return is_called(run, row)
           || dg_release_asks(to, method, row->since, dg_version_api(to, "ParachainHost"));
}

static void log_type(dg_run_arm *a, size_t i, bool readable, const char *where)
{
    const dg_survey_api *row = dg_survey_api_at(i);
    char entry[96];
    json_t *detail;
    dg_survey_api_entry(entry, sizeof entry, row);
    if (!(detail = json_pack("{s:s, s:o}", "api", entry, "where", dg_event_text(where))))
        a->run->log.rc = DG_NOMEM;
    dg_event_log_add(&a->run->log, &(dg_event){ .arm = a->which,
                                                .at = a->kept.sampled_at[DG_RUN_MOMENT_AFTER],
                                                .node = DG_EVENT_NO_NODE,
                                                .block = a->kept.samples[DG_RUN_MOMENT_AFTER].block,
                                                .kind = DG_EVENT_API_TYPE,
                                                .api_type = { .readable = readable,
                                                              .called = is_called(a->run, row) },
                                                .detail = detail });
}

static void compare(dg_run_arm *a, size_t i, const dg_meta *old, const dg_meta *meta)
{
    const dg_survey_api *row = dg_survey_api_at(i);
    const dg_survey_answer *was = &a->kept.samples[DG_RUN_MOMENT_BEFORE].answers[i],
                           *is = &a->kept.samples[DG_RUN_MOMENT_AFTER].answers[i];
    char where[256];
    if (!was->asked || was->rc != DG_OK)
        return;
    dg_survey_type_difference(where, sizeof where, old, meta, row);
    if (!is->asked && dg_version_api(dg_runtime_version(a->run->to), row->api) < row->since)
        log_type(a, i, false, "N no longer offers it");
    else if (is->asked && is->rc == DG_OK && !is->decodes_old)
        log_type(a, i, false, where[0] ? where : "the answer does not decode with N-1's types");
    else if (where[0])
        log_type(a, i, true, where);
}

dg_code dg_run_sample_types(dg_run_arm *a, dg_error *err)
{
    const dg_meta *old = NULL, *meta = NULL;
    assert(a->which == DG_ARM_TREATMENT);
    dg_runtime_meta(a->run->from_kept, &old, NULL);
    dg_runtime_meta(a->run->to, &meta, NULL);
    if (a->kept.samples[DG_RUN_MOMENT_BEFORE].taken && a->kept.samples[DG_RUN_MOMENT_AFTER].taken)
        for (size_t i = 0; dg_survey_api_at(i); i++)
            compare(a, i, old, meta);
    return dg_event_log_check(&a->run->log, err);
}
