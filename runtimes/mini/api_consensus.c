/* api_consensus.c - what block authors and voters ask. */
#include "authorities.h"
#include "host.h"

ENTRY(BabeApi_configuration)
{
    babe_put_configuration(out);
}
ENTRY(BabeApi_current_epoch)
{
    babe_put_epoch(out, false);
}
ENTRY(BabeApi_next_epoch)
{
    babe_put_epoch(out, true);
}
ENTRY(BabeApi_current_epoch_start)
{
    put_u64(out, babe_epoch_start());
}
/* No proofs are kept here, so none is given and no report is taken. */
ENTRY(BabeApi_generate_key_ownership_proof)
{
    put_u8(out, 0);
}
ENTRY(BabeApi_submit_report_equivocation_unsigned_extrinsic)
{
    put_u8(out, 0);
}

ENTRY(GrandpaApi_grandpa_authorities)
{
    grandpa_put_authorities(out);
}
ENTRY(GrandpaApi_current_set_id)
{
    put_u64(out, grandpa_set_id());
}
ENTRY(GrandpaApi_generate_key_ownership_proof)
{
    put_u8(out, 0);
}
ENTRY(GrandpaApi_submit_report_equivocation_unsigned_extrinsic)
{
    put_u8(out, 0);
}

ENTRY(AuthorityDiscoveryApi_authorities)
{
    put(out, stored_list(key_value("AuthorityDiscovery", "Keys")));
}
