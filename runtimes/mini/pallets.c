/* pallets.c - all pallets, and how a call finds its way to one. */
#include "host.h"
#include "configuration.h"
#include "pallet.h"
#include "variant.h"

const struct pallet *const pallets[] = {
    &pallet_system,
    &pallet_scheduler,
    &pallet_babe,
    &pallet_timestamp,
    &pallet_session,
    &pallet_preimage,
    &pallet_grandpa,
    &pallet_authority_discovery,
    &pallet_configuration,
    &pallet_paras_shared,
    &pallet_para_inherent,
    &pallet_para_scheduler,
    &pallet_paras,
    &pallet_initializer,
    &pallet_para_session_info,
    &pallet_migrations,
    &pallet_sudo,
    NULL,
};

bool pallet_is_there(const struct pallet *p)
{
    return p->since <= variant.generation;
}

const char *pallet_name(const struct pallet *p)
{
    return p == &pallet_configuration ? config_prefix() : p->name;
}

u8 pallet_index(const struct pallet *p)
{
    if (fault_is(CALLS_VANISHED) && p == &pallet_configuration)
        return p->index + 100;
    return p->index;
}

u8 call_index(const struct pallet *p, const struct call *c)
{
    if (fault_is(CALLS_RENUMBERED) && p == &pallet_configuration)
        return c->index + 1;
    return c->index;
}

static const struct pallet *find_pallet(u8 index)
{
    for (const struct pallet *const *p = pallets; *p; p++)
        if (pallet_is_there(*p) && pallet_index(*p) == index)
            return *p;
    return NULL;
}

static const struct call *find_call(const struct pallet *p, u8 index)
{
    for (const struct call *c = p ? p->calls : NULL; c && c->name; c++)
        if (call_index(p, c) == index)
            return c;
    return NULL;
}

struct outcome dispatch(const struct origin *origin, struct reader *in)
{
    const struct pallet *p = find_pallet(read_u8(in));
    const struct call *c = find_call(p, read_u8(in));
    if (in->bad || !c)
        return undecodable();
    host_begin();
    struct outcome o = c->run(origin, in);
    if (o.kind == DISPATCH_OK)
        host_commit();
    else
        host_rollback();
    return o;
}

void put_outcome(struct writer *out, struct outcome o)
{
    if (o.kind == DISPATCH_OK) {
        put_u8(out, 0);
        return;
    }
    put_u8(out, 1);
    put_u8(out, o.kind == DISPATCH_UNDECODABLE ? 0 : o.kind); /* 0: Other */
    if (o.kind == DISPATCH_MODULE) {
        put_u8(out, o.module);
        put_u8(out, o.error);
        put_zeros(out, 3); /* four bytes, of which FRAME uses the first */
    }
}
