#include "model_bands.h"

json_t *bands;

void open_bands(void)
{
    json_error_t why;
    if (!(bands = json_load_file("tests/fidelity/bands.json", 0, &why)))
        ck_abort_msg("bands.json: line %d: %s", why.line, why.text);
}

void close_bands(void)
{
    json_decref(bands);
    bands = NULL;
}

uint64_t number(const json_t *value)
{
    ck_assert(json_is_integer(value));
    return (uint64_t)json_integer_value(value);
}

uint64_t figure(const json_t *of, const char *name)
{
    return number(json_object_get(of, name));
}
uint64_t figure_at(const json_t *of, const char *name, size_t i)
{
    return number(json_array_get(json_object_get(of, name), i));
}

dg_sim_link loopback_link(dg_ns latency[2])
{
    for (size_t i = 0; i < 2; i++)
        latency[i] = figure_at(bands, "loopback_ms", i) * DG_MS;
    return (dg_sim_link){ .latency_ns = latency, .latency_count = 2 };
}

void check_sessions(const world *w)
{
    uint64_t turned = 0, slots = figure(bands, "session_slots");
    for (size_t i = 0; i < w->count; i++)
        if (w->log[i].kind == DG_EVENT_NET_SESSION && w->log[i].net_session.session) {
            ck_assert_uint_eq(world_slot(w, &w->log[i]), slots * w->log[i].net_session.session);
            turned++;
        }
    ck_assert_uint_gt(turned, 0);
}
