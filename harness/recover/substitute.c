/* substitute.c - code that operators put in N's place by their chain spec, on the real runtime.
 *
 * Nodes use a substitute for code of its own spec_version alone. So N-1 as it is never stands in
 * for N, which has a higher one: it has to be built again under N's version, and is given then.
 * What is rehearsed is a chain that stands: while one goes on, nodes that have the substitute and
 * nodes that have not execute the same blocks by different code. Mirrors: sc-service
 * wasm_substitutes.rs. */
#include "recover/recover_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

typedef struct substitution {
    char says[DG_RECOVER_TEXT_MAX], why[DG_RECOVER_TEXT_MAX];
    bool tried, works;
    int64_t recovered_ms;
} substitution;

static void why(substitution *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void why(substitution *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(s->why, sizeof s->why, format, args);
    va_end(args);
}

/* ---- the chain up to where it stands ---- */

/* U, by the way of the plan, and what N makes of the chain up to its newest block. */
static dg_code stand_still(dg_recover_branch *b, dg_recover_stand *tip, dg_error *err)
{
    dg_transition what = dg_run_branch_transition(b->branch);
    dg_build_options options = { .claim = { .slot = 0 } };
    dg_enactment way;
    dg_bytes extrinsic;
    uint64_t slot = b->span.upgrade_slot;
    dg_code rc = dg_chain_transition(b->chain, &way, b->before[0].block, &what, err);
    *tip = (dg_recover_stand){ way.parent, b->before[0].at };
    if (rc >= 0) {
        extrinsic = dg_buf_bytes(&way.extrinsic);
        options.extrinsics = &extrinsic;
        options.extrinsic_count = extrinsic.len != 0;
        options.writes = (const dg_bytes(*)[2])way.writes;
        options.write_count = way.write_count;
        while ((rc = dg_recover_extend_by(b, tip, slot, &options, err)) == DG_ABSENT)
            slot++;
    }
    dg_enactment_clear(&way);
    for (slot++; rc >= 0 && (int64_t)slot <= b->c->seen.last; slot++)
        if (dg_recover_extend(b, tip, slot, NULL) < 0)
            break; /* here it stands */
    return rc < 0 ? rc : DG_OK;
}

/* ---- and on ---- */

static bool is_ours(dg_code rc)
{
    return rc == DG_NOMEM || rc == DG_IO;
}

static dg_code go_on(dg_recover_branch *b, substitution *s, dg_recover_stand *tip, dg_error *err)
{
    const dg_client_span *next = &tip->at.next;
    uint32_t stood = dg_block_number(tip->block);
    dg_error told = { .text = "" };
    if (dg_recover_needs_every_epoch(b->c) && b->revived >= next->start + next->duration) {
        why(s, "the chain stays dead: epoch %llu has no block, and these nodes pass over none",
            (unsigned long long)next->index);
        return DG_OK;
    }
    for (uint64_t slot = b->revived; slot <= b->revived + DG_RECOVER_MORE_SLOTS; slot++) {
        dg_code rc = dg_recover_extend(b, tip, slot, &told);
        if (is_ours(rc))
            return dg_fail(err, rc, "%s", told.text);
        if (rc < 0) {
            why(s, "block #%u on the substitute cannot be: %.200s", dg_block_number(tip->block) + 1,
                told.text);
            return DG_OK;
        }
        if (rc == DG_OK && !s->recovered_ms)
            s->recovered_ms = dg_recover_ms_after(b->c, (int64_t)slot + 1);
    }
    s->works = dg_block_number(tip->block) > stood;
    if (s->works)
        why(s, "blocks #%u to #%u follow on the substitute", stood + 1,
            dg_block_number(tip->block));
    else
        why(s, "nobody may author a block in %d slots", DG_RECOVER_MORE_SLOTS);
    return DG_OK;
}

static dg_code rehearse(dg_recover_branch *b, substitution *s, dg_error *err)
{
    dg_bytes code = b->c->options->substitute;
    dg_error told = { .text = "" };
    dg_recover_stand tip;
    dg_code rc = stand_still(b, &tip, err);
    if (rc < 0)
        return rc;
    rc = dg_chain_substitute(b->chain, tip.block, code, &told);
    if (is_ours(rc))
        return dg_fail(err, rc, "%s", told.text);
    s->tried = true;
    snprintf(s->says + strlen(s->says), sizeof s->says - strlen(s->says), " from #%u on",
             dg_block_number(tip.block));
    if (rc < 0) {
        why(s, "nodes do not use it: %.240s", told.text);
        return DG_OK;
    }
    return go_on(b, s, &tip, err);
}

/* ---- the row ---- */

/* `which`: "from", "to". */
static json_int_t version_of(const dg_recover_case *c, const char *which)
{
    return json_integer_value(json_object_get(json_object_get(c->outcome, which), "spec_version"));
}

/* Why nothing is run; false: it is. */
static bool leaves_no_room(substitution *s, const dg_recover_case *c)
{
    json_int_t old = version_of(c, "from"), now = version_of(c, "to");
    if (!dg_plan_asked_of(c->plan)->to[0])
        why(s, "the plan brings no code, so there is none to put other code in the place of");
    else if (!c->options->substitute.len && old != now)
        why(s,
            "nodes put a substitute in the place of code of its own spec_version alone: N-1 has "
            "%lld, N has %lld, so N-1 has to be built again as %lld; --substitute takes that",
            (long long)old, (long long)now, (long long)now);
    else if (!c->options->substitute.len)
        why(s, "N-1 and N have one spec_version; --substitute takes the code to put in N's place");
    else if (!c->seen.halted)
        why(s, "the chain goes on, and until all nodes have the substitute it would part into "
               "blocks of N and blocks of the substitute");
    return s->why[0] != 0;
}

static json_t *with_list(const dg_recover_case *c)
{
    long long now = (long long)version_of(c, "to");
    return json_pack(
        "[s, o, s]",
        "all nodes restart with the new chain spec; one that does not refuses every block from "
        "there on",
        json_sprintf(":code stays N until another upgrade, which needs a spec_version above %lld, "
                     "ends the substitution",
                     now),
        "whoever reads :code from the state, as light clients do, still runs N");
}

static json_t *row_of(const substitution *s, const dg_recover_case *c, const dg_recover_branch *b)
{
    json_t *out = json_pack("{s:s, s:s, s:b, s:b, s:s}", "remedy", "substitute", "says", s->says,
                            "tried", s->tried, "works", s->works, "why", s->why);
    int bad = !out;
    if (s->tried)
        bad |= json_object_update_new(
            out,
            json_pack("{s:i, s:i, s:f, s:I, s:I, s:o}", "blocks_lost", 0, "finalized_lost", 0,
                      "acts", 1.0, "from_ms", (json_int_t)dg_recover_ms_after(c, c->seen.last + 1),
                      "by_ms", (json_int_t)dg_recover_ms_after(c, (int64_t)b->revived), "with",
                      with_list(c)));
    if (s->works)
        bad |= json_object_set_new(out, "recovered_ms", json_integer(s->recovered_ms));
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

dg_code dg_recover_substitute(json_t *rows, const dg_recover_case *c, dg_error *err)
{
    substitution s = { .why = "" };
    dg_recover_branch *b = NULL;
    dg_code rc = DG_OK;
    json_t *row = NULL;
    snprintf(s.says, sizeof s.says, "substitute: the chain spec puts %.160s in N's place",
             !c->options->substitute.len   ? "N-1"
             : c->options->substitute_name ? c->options->substitute_name
                                           : "other code");
    if (!leaves_no_room(&s, c) && (rc = dg_recover_branch_open(&b, c, err)) >= 0)
        rc = rehearse(b, &s, err);
    if (rc >= 0 && (!(row = row_of(&s, c, b)) || json_array_append_new(rows, row)))
        rc = dg_fail(err, DG_NOMEM, "no memory for a remedy");
    dg_recover_branch_close(b);
    return rc < 0 ? rc : DG_OK;
}
