/* api_versions.c - runtime APIs whose version N changes, and what nodes make of that. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

#include "survey/survey.h"

static json_t *brings(const char *api, uint32_t old, uint32_t now)
{
    json_t *out = json_array();
    for (uint32_t v = old + 1; old && v <= now && v < old + 64; v++) {
        const char *meaning = dg_survey_api_meaning(api, v);
        char line[300];
        if (!meaning)
            continue;
        snprintf(line, sizeof line, "%u: %s", v, meaning);
        json_array_append_new(out, json_string(line));
    }
    return out;
}

static void api_text(char *out, size_t size, const uint8_t id[8])
{
    assert(size > 0);
    const char *name = dg_api_name(id);
    if (name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, "0x%02x%02x%02x%02x%02x%02x%02x%02x", id[0], id[1], id[2], id[3], id[4],
                 id[5], id[6], id[7]);
}

static int add_delta(json_t *out, const uint8_t id[8], uint32_t old, uint32_t now)
{
    char name[64];
    if (old == now)
        return 0;
    api_text(name, sizeof name, id);
    return json_array_append_new(out, json_pack("{s:s, s:I, s:I, s:o}", "api", name, "old",
                                                (json_int_t)old, "new", (json_int_t)now, "brings",
                                                brings(name, old, now)));
}

json_t *dg_outcome_apis(const dg_outcome_facts *run)
{
    const dg_version *old = dg_runtime_version(run->from), *now = dg_runtime_version(run->to);
    json_t *out = json_array();
    int bad = 0;
    for (uint32_t i = 0; i < old->api_count; i++)
        bad |= add_delta(out, old->apis[i].id, old->apis[i].version,
                         dg_survey_api_version(now, old->apis[i].id));
    for (uint32_t i = 0; i < now->api_count; i++)
        if (!dg_survey_api_version(old, now->apis[i].id))
            bad |= add_delta(out, now->apis[i].id, 0, now->apis[i].version);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
