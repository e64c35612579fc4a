/* prove.c - what is proved of each suspect: trials of one alone, then of all together. */
#include "suspect/suspect_impl.h"

#include <assert.h>
#include <string.h>

enum { CONTRIBUTES_TENTHS = 1 }; /* of what was lost, at the least */

static dg_suspect_set one(size_t suspect)
{
    return (dg_suspect_set)1 << suspect;
}

static bool is_asked(const dg_proof *proof, size_t claim)
{
    return proof->claims >> claim & 1;
}

/* ---- trials ---- */

/* Where nothing was measured the events that broke it are counted. */
struct dg_trial_claim dg_trial_claim_of(const dg_verdict *v)
{
    const dg_figures *f = &v->figures;
    return (
        struct dg_trial_claim){ .status = v->status,
                                .lost = f->lost.known ? f->lost.milli : (int64_t)v->count * 1000,
                                .measured = f->unit && f->measured.known ? f->measured.milli : -1,
                                .control = f->unit && f->control.known ? f->control.milli : -1,
                                .unit = f->unit };
}

bool dg_trial_heals(const dg_trial *t, dg_claim_id claim)
{
    dg_verdict_status status = t->of[claim].status;
    assert((unsigned)claim < DG_CLAIM_COUNT);
    return !t->failed && status != DG_VERDICT_BROKE
           && (status != DG_VERDICT_UNEXERCISED || t->whole);
}

const dg_trial *dg_proof_trial(const dg_proof *proof, dg_suspect_set without)
{
    assert(proof->count <= DG_TRIALS_MAX);
    if (!without)
        return &proof->as_it_was;
    for (size_t i = 0; i < proof->count; i++)
        if (proof->tried[i].without == without)
            return &proof->tried[i].trial;
    return NULL;
}

/* Those that are new, as many as there is room for. */
static size_t pick_new(const dg_proof *proof, dg_suspect_set *out, const dg_suspect_set *sets,
                       size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count && proof->count + found < DG_TRIALS_MAX; i++) {
        bool twice = dg_proof_trial(proof, sets[i]) != NULL;
        for (size_t k = 0; k < found; k++)
            twice |= out[k] == sets[i];
        if (!twice)
            out[found++] = sets[i];
    }
    return found;
}

dg_code dg_proving_try(dg_proving *p, const dg_suspect_set *sets, size_t count, dg_error *err)
{
    dg_proof *proof = p->proof;
    dg_suspect_set fresh[DG_TRIALS_MAX];
    size_t found = pick_new(proof, fresh, sets, count);
    dg_trial *trials;
    dg_code rc;
    assert(proof->count + found <= DG_TRIALS_MAX);
    if (!found)
        return DG_OK;
    if (!(trials = dg_calloc(found, sizeof *trials)))
        return dg_fail(err, DG_NOMEM, "no memory for %zu trials", found);
    rc = p->try(p->user, trials, fresh, found, err);
    for (size_t i = 0; rc >= 0 && i < found; i++)
        proof->tried[proof->count++] = (dg_tried){ fresh[i], trials[i] };
    dg_free(trials);
    return rc;
}

bool dg_proving_heals(const dg_proving *p, dg_suspect_set without, dg_claim_id claim)
{
    const dg_trial *t = dg_proof_trial(p->proof, without);
    return t && dg_trial_heals(t, claim);
}

/* ---- roles ---- */

static bool is_better(const struct dg_trial_claim *now, const struct dg_trial_claim *was)
{
    return was->lost > 0 && now->lost <= was->lost - was->lost * CONTRIBUTES_TENTHS / 10
           && now->lost < was->lost;
}

dg_suspect_role dg_proof_role(const dg_proof *proof, size_t suspect, dg_claim_id claim)
{
    const dg_trial *t = dg_proof_trial(proof, one(suspect));
    assert(suspect < proof->suspects->count && is_asked(proof, claim));
    if (t && dg_trial_heals(t, claim))
        return DG_ROLE_CAUSE;
    if (!t || t->failed || t->of[claim].status == DG_VERDICT_UNEXERCISED)
        return DG_ROLE_FAILED;
    return is_better(&t->of[claim], &proof->as_it_was.of[claim]) ? DG_ROLE_CONTRIBUTES
                                                                 : DG_ROLE_NONE;
}

static bool alone_explains(const dg_proof *proof, dg_claim_id claim)
{
    for (size_t i = 0; i < proof->suspects->count; i++)
        if (dg_proof_role(proof, i, claim) == DG_ROLE_CAUSE)
            return true;
    return false;
}

bool dg_proof_explains(const dg_proof *proof, dg_claim_id claim)
{
    assert((unsigned)claim < DG_CLAIM_COUNT);
    return proof->together[claim] || alone_explains(proof, claim);
}

/* ---- all of it ---- */

static dg_code try_each(dg_proving *p, dg_error *err)
{
    dg_suspect_set sets[DG_SUSPECTS_MAX];
    size_t count = p->proof->suspects->count;
    for (size_t i = 0; i < count; i++)
        sets[i] = one(i);
    return dg_proving_try(p, sets, count, err);
}

/* Whose leaving out together is to be tried: all, where none explains the claim alone. Else those
 * faults of nodes of which none does: two of them hide each other where what N brings, which meets
 * both, explains all. */
static dg_suspect_set pool_of(const dg_proof *proof, dg_claim_id claim)
{
    const dg_suspects *s = proof->suspects;
    dg_suspect_set pool = 0;
    bool alone = alone_explains(proof, claim);
    for (size_t i = 0; i < s->count; i++)
        if (!alone
            || (s->at[i].kind == DG_SUSPECT_REPAIR
                && dg_proof_role(proof, i, claim) != DG_ROLE_CAUSE))
            pool |= one(i);
    return pool;
}

static dg_code try_together(dg_proving *p, dg_error *err)
{
    dg_code rc = DG_OK;
    for (dg_claim_id c = 0; c < DG_CLAIM_COUNT && rc >= 0; c++) {
        dg_suspect_set pool = is_asked(p->proof, c) ? pool_of(p->proof, c) : 0;
        if (!(pool & (pool - 1)))
            continue; /* at most one */
        if ((rc = dg_proving_try(p, &pool, 1, err)) >= 0 && dg_proving_heals(p, pool, c))
            rc = dg_proving_together(p, pool, c, err);
    }
    return rc;
}

dg_code dg_suspects_prove(dg_proof *out, const dg_suspects *suspects, const dg_trial *as_it_was,
                          dg_proof_claims claims, dg_suspects_try try, void *user, dg_error *err)
{
    dg_proving p = { .proof = out, .try = try, .user = user };
    dg_code rc;
    static_assert(DG_CLAIM_COUNT <= 64, "a claim has a bit");
    static_assert(DG_SUSPECTS_MAX < 32, "a suspect has a bit");
    assert(suspects->count <= DG_SUSPECTS_MAX);
    *out = (dg_proof){ .suspects = suspects, .claims = claims, .as_it_was = *as_it_was };
    if (!(out->tried = dg_calloc(DG_TRIALS_MAX, sizeof *out->tried)))
        return dg_fail(err, DG_NOMEM, "no memory for %d trials", DG_TRIALS_MAX);
    if ((rc = try_each(&p, err)) >= 0)
        rc = try_together(&p, err);
    if (rc < 0)
        dg_proof_clear(out);
    return rc < 0 ? rc : DG_OK;
}

void dg_proof_clear(dg_proof *proof)
{
    dg_free(proof->tried);
    memset(proof, 0, sizeof *proof);
}
