/* api_parachains_11.c - what ParachainHost 11 brought: claim_queue says whose turn it
 * is on each core, as many turns ahead as the configuration says. Only blobs that
 * declare version 11 are linked with it. */
#include "configuration.h"
#include "host.h"
#include "migrations.h"
#include "paras.h"
#include "variant.h"

enum { CLAIMS_MAX = 8 };

/* The faulty one takes the number from where its own layout has it, whatever lies
 * there before the migration. */
static u32 lookahead(void)
{
    struct config c = config_active();
    return fault_is(CONFIG_MISREAD_AT_U) && on_old_storage() ? c.v[MAX_POV_SIZE]
                                                             : c.v[SCHEDULING_LOOKAHEAD];
}

/* Turn after turn by the assignment provider, as if each had to be looked up. */
static bool is_claimed(u32 core, u32 turn)
{
    enum { STEPS = 150 };
    volatile u32 seen = 0;
    for (u32 i = 0; i < STEPS; i++)
        seen |= core + turn + i + 1;
    return seen != 0;
}

ENTRY(ParachainHost_claim_queue)
{
    u32 cores = paras_count(), turns = lookahead();
    (void)in;
    put_compact(out, cores);
    for (u32 core = 0; core < cores; core++) {
        u32 claims = 0, para = para_at(core);
        for (u32 turn = 0; turn < turns; turn++)
            claims += is_claimed(core, turn);
        claims = claims < CLAIMS_MAX ? claims : CLAIMS_MAX;
        put_u32(out, core);
        put_compact(out, claims);
        while (claims--)
            put_u32(out, para);
    }
}

ENTRY(ParachainHost_candidates_pending_availability)
{
    put_compact(out, 0);
}
