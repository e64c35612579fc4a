/* api.c - runtime-API versions that change at U, and what that means to a node.
 *
 * A node asks the version at each leaf and switches subsystems by it, so a delta
 * is the first sign of risk: most of the steps of ParachainHost came with an
 * incident. */
#include "preflight/preflight_impl.h"

#include <string.h>

/* Without these a node of the relay chain cannot work. */
static const char *const essential[] = { "Core",
                                         "BlockBuilder",
                                         "TaggedTransactionQueue",
                                         "BabeApi",
                                         "GrandpaApi",
                                         "ParachainHost",
                                         "AuthorityDiscoveryApi",
                                         "SessionKeys",
                                         "Metadata",
                                         NULL };

static bool is_essential(const char *api)
{
    for (size_t i = 0; essential[i]; i++)
        if (strcmp(essential[i], api) == 0)
            return true;
    return false;
}

static void say_step(dg_preflight_look *l, const char *api, uint32_t a, uint32_t b)
{
    char crossed[900] = "";
    bool mid_session = strcmp(api, "ParachainHost") == 0 && a < 7 && b >= 7;
    for (uint32_t v = a + 1; v <= b; v++) {
        const char *means = dg_survey_api_meaning(api, v);
        size_t len = strlen(crossed);
        if (means && len < sizeof crossed - 1)
            snprintf(crossed + len, sizeof crossed - len, "; %u: %s", v, means);
    }
    dg_preflight_find(l, mid_session ? DG_FIND_WARN : DG_FIND_NOTE, "api.version", api,
                      json_integer(a), json_integer(b), "%s %u -> %u%s%s", api, a, b,
                      mid_session ? " crosses 7" : "", crossed);
}

static void compare(dg_preflight_look *l, const uint8_t id[8])
{
    uint32_t a = dg_survey_api_version(l->old, id), b = dg_survey_api_version(l->new_, id);
    const char *known = dg_api_name(id);
    char hex[20] = "0x";
    const char *api = known ? known : hex;
    for (int i = 0; i < 8; i++)
        snprintf(hex + 2 + 2 * i, 3, "%02x", id[i]);
    if (a == b)
        return;
    if (b == 0)
        dg_preflight_find(l, is_essential(api) ? DG_FIND_FAIL : DG_FIND_WARN, "api.removed", api,
                          json_integer(a), json_integer(0),
                          "%s %u is gone in N: nodes and tools that call it fail from U on", api,
                          a);
    else if (a == 0)
        dg_preflight_find(l, DG_FIND_NOTE, "api.added", api, json_integer(0), json_integer(b),
                          "%s %u is new in N", api, b);
    else if (b < a)
        dg_preflight_find(l, DG_FIND_WARN, "api.lowered", api, json_integer(a), json_integer(b),
                          "%s goes back from %u to %u: nodes switch off the features that they "
                          "had switched on",
                          api, a, b);
    else
        say_step(l, api, a, b);
}

dg_code dg_preflight_look_apis(dg_preflight_look *look, dg_error *err)
{
    (void)err;
    for (uint32_t i = 0; i < look->old->api_count; i++)
        compare(look, look->old->apis[i].id);
    for (uint32_t i = 0; i < look->new_->api_count; i++)
        if (dg_survey_api_version(look->old, look->new_->apis[i].id) == 0)
            compare(look, look->new_->apis[i].id);
    return DG_OK;
}
