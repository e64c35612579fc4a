/* cmd_when.c - doppel when: the next session boundaries of a chain, by slot, by the clock, and by
 * the block numbers that it may have come to. */
#include "cli/cli_impl.h"
#include "forecast/forecast.h"
#include "report/report.h"

#include <assert.h>
#include <string.h>

static const dg_option options[] = {
    { "snapshot", 0, DG_OPT_TEXT, "S", "snapshot folder, raw chain spec or .snap file [needed]" },
    { "sessions", 0, DG_OPT_NUMBER, "N", "how many boundaries (5; at most 50)" },
    { "miss-rate", 0, DG_OPT_TEXT, "SHARE",
      "share of slots that stay empty, 0.02 (what the chain left empty since its first slot)" },
    { "block", 0, DG_OPT_NUMBER, "NUMBER",
      "where a call that is scheduled for that block lands, with which chance" },
    { "last", 0, DG_OPT_NUMBER, "K",
      "with --block: tell the last K blocks of a session apart (5)" },
};
enum { OPT_SNAPSHOT, OPT_SESSIONS, OPT_MISS, OPT_BLOCK, OPT_LAST };
enum { SESSIONS_USUAL = 5, SESSIONS_MOST = 50, LAST_USUAL = 5 };

/* ---- out ---- */

/* To a millionth: what a library computes behind that is nobody's. */
static double rounded(double chance)
{
    assert(chance >= 0 && chance <= 1);
    return (double)(long long)(chance * 1e6 + 0.5) / 1e6;
}

static dg_code forecast_to(dg_forecast *f, const dg_cli_chain *now, uint64_t slot, dg_error *err)
{
    assert(slot >= now->clock.next_slot);
    if (slot - now->clock.next_slot > DG_FORECAST_SLOTS_MAX)
        return dg_fail(err, DG_USAGE, "that is more than %d slots ahead", DG_FORECAST_SLOTS_MAX);
    *f = (dg_forecast){ (uint32_t)(slot - now->clock.next_slot), now->miss };
    return DG_OK;
}

/* The first block at or behind a slot has one more than the blocks before it. */
static dg_code boundary_json(json_t **out, const dg_cli_chain *now, uint32_t nth, dg_error *err)
{
    uint64_t slot = now->clock.next_boundary + (uint64_t)(nth - 1) * now->clock.epoch_slots;
    dg_forecast_span span;
    dg_forecast f;
    char at[32];
    assert(nth >= 1 && now->clock.epoch_slots);
    dg_code rc = forecast_to(&f, now, slot, err);
    if (rc < 0)
        return rc;
    dg_forecast_range(&span, &f, 0.95);
    dg_report_utc(at, slot, now->clock.slot_ms);
    *out = json_pack("{s:I, s:I, s:s, s:{s:I, s:I, s:I, s:f}}", "boundary", (json_int_t)nth, "slot",
                     (json_int_t)slot, "utc", at, "first_block", "least",
                     (json_int_t)now->block + span.least + 1, "likeliest",
                     (json_int_t)now->block + span.likely + 1, "most",
                     (json_int_t)now->block + span.most + 1, "chance_of_likeliest",
                     rounded(dg_forecast_exactly(&f, span.likely)));
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a boundary");
}

/* Of the boundary to which the block is nearest. */
static dg_code call_json(json_t **out, const dg_cli_chain *now, uint64_t block, uint32_t last,
                         dg_error *err)
{
    uint64_t ahead = block - now->block, slots = (uint64_t)((double)ahead / (1 - now->miss)),
             to_first = now->clock.next_boundary - now->clock.next_slot, nth = 1;
    dg_forecast_place place;
    dg_forecast f;
    dg_code rc;
    assert(block > now->block && now->miss < 1);
    if (slots > to_first)
        nth += (slots - to_first + now->clock.epoch_slots / 2) / now->clock.epoch_slots;
    rc = forecast_to(&f, now, now->clock.next_boundary + (nth - 1) * now->clock.epoch_slots, err);
    if (rc < 0)
        return rc;
    dg_forecast_call(&place, &f, (uint32_t)ahead, last);
    *out = json_pack("{s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "block", (json_int_t)block, "boundary",
                     (json_int_t)nth, "last", (json_int_t)last, "before", rounded(place.before),
                     "at_last", rounded(place.at_last), "first", rounded(place.first), "behind",
                     rounded(place.behind));
    return *out ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a block");
}

static dg_code document_of(json_t **out, const dg_cli_chain *now, const dg_args *args,
                           dg_error *err)
{
    uint64_t sessions = args->text[OPT_SESSIONS] ? args->number[OPT_SESSIONS] : SESSIONS_USUAL,
             last = args->text[OPT_LAST] ? args->number[OPT_LAST] : LAST_USUAL;
    json_t *boundaries = json_array(), *one = NULL;
    dg_code rc = DG_OK;
    if (!sessions || sessions > SESSIONS_MOST)
        rc = dg_fail(err, DG_USAGE, "--sessions is from 1 to %d", SESSIONS_MOST);
    else if (args->text[OPT_BLOCK]
             && (args->number[OPT_BLOCK] <= now->block || args->number[OPT_BLOCK] > UINT32_MAX))
        rc = dg_fail(err, DG_USAGE,
                     "--block: the chain is at #%u, so the block has to be behind it", now->block);
    else if (last > DG_FORECAST_SLOTS_MAX)
        rc = dg_fail(err, DG_USAGE, "--last is at most %d", DG_FORECAST_SLOTS_MAX);
    for (uint32_t nth = 1; nth <= sessions && rc >= 0; nth++)
        if ((rc = boundary_json(&one, now, nth, err)) >= 0)
            json_array_append_new(boundaries, one);
    *out = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:s, s:o}", "runtime", now->name, "block",
                     (json_int_t)now->block, "slot", (json_int_t)now->clock.slot, "slot_ms",
                     (json_int_t)now->clock.slot_ms, "epoch_slots",
                     (json_int_t)now->clock.epoch_slots, "session", (json_int_t)now->clock.session,
                     "miss_rate", rounded(now->miss), "miss_rate_from",
                     args->text[OPT_MISS] ? "given"
                     : now->measured      ? "measured"
                                          : "none",
                     "boundaries", boundaries);
    if (rc >= 0 && args->text[OPT_BLOCK]
        && (rc = call_json(&one, now, args->number[OPT_BLOCK], (uint32_t)last, err)) >= 0)
        json_object_set_new(*out, "call", one);
    return rc;
}

static double number_at(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static void print_call(const json_t *call)
{
    printf("\nA call for #%.0f lands, of boundary %.0f:\n", number_at(call, "block"),
           number_at(call, "boundary"));
    printf("  %5.1f %%  in the session before, more than %.0f blocks before its end\n",
           100 * number_at(call, "before"), number_at(call, "last"));
    printf("  %5.1f %%  in the last %.0f blocks of that session\n",
           100 * number_at(call, "at_last"), number_at(call, "last"));
    printf("  %5.1f %%  in the first block of the session behind the boundary\n",
           100 * number_at(call, "first"));
    printf("  %5.1f %%  later than that\n", 100 * number_at(call, "behind"));
}

static void print(const json_t *document, const dg_cli_chain *now)
{
    const char *from = json_string_value(json_object_get(document, "miss_rate_from"));
    const json_t *row;
    size_t i;
    printf("%s at #%u, session %u: slots of %.1f s, sessions of %llu slots.\n", now->name,
           now->block, now->clock.session, (double)now->clock.slot_ms / 1000,
           (unsigned long long)now->clock.epoch_slots);
    printf("Empty slots: %.2f %% (%s).\n\n", 100 * now->miss,
           strcmp(from, "measured") == 0 ? "measured from the chain's first slot on"
           : strcmp(from, "given") == 0  ? "as given"
                                         : "nothing to measure; give --miss-rate");
    printf("  %-12s %-12s %-21s %-28s %s\n", "boundary", "slot", "UTC",
           "first block, 95 % of cases", "likeliest");
    json_array_foreach(json_object_get(document, "boundaries"), i, row)
    {
        const json_t *first = json_object_get(row, "first_block");
        char name[24], range[40];
        snprintf(name, sizeof name, i ? "boundary@%.0f" : "boundary", number_at(row, "boundary"));
        snprintf(range, sizeof range, "#%.0f to #%.0f", number_at(first, "least"),
                 number_at(first, "most"));
        printf("  %-12s %-12.0f %-21s %-28s #%.0f (%.1f %%)\n", name, number_at(row, "slot"),
               json_string_value(json_object_get(row, "utc")), range, number_at(first, "likeliest"),
               100 * number_at(first, "chance_of_likeliest"));
    }
    if (json_object_get(document, "call"))
        print_call(json_object_get(document, "call"));
}

static int run(const dg_args *args)
{
    dg_cli_chain now = { .miss = 0 };
    json_t *document = NULL;
    dg_error err;
    int exit_code = DG_EXIT_HELD;
    dg_code rc = args->text[OPT_SNAPSHOT]
                     ? dg_cli_chain_look(&now, args->text[OPT_SNAPSHOT], &err)
                     : dg_fail(&err, DG_USAGE, "when: --snapshot says of which chain");
    if (rc >= 0 && (rc = dg_cli_chain_miss(&now, args->text[OPT_MISS], &err)) >= 0)
        rc = document_of(&document, &now, args, &err);
    if (rc < 0)
        exit_code = dg_cli_exit_with(&err);
    else if (args->json)
        exit_code = dg_cli_print_json(json_incref(document));
    else
        print(document, &now);
    json_decref(document);
    return exit_code;
}

const dg_command dg_cmd_when = {
    "when",
    "--snapshot S",
    "Say when the next sessions begin, and in which one a scheduled call will land",
    "Slots come by the clock, blocks by luck: each slot stays empty with the chain's own share, so "
    "the "
    "number of a session's first block is known only with a chance.",
    0,
    0,
    options,
    sizeof options / sizeof options[0],
    run,
    NULL,
};
