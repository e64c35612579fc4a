/* Any bytes as `bft` of a plan: refused with one line, or read into a network that can be run and
 * whose promises hold. */
#include <assert.h>
#include <string.h>

#include "plan/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promises(const dg_bft_network *net)
{
    uint64_t ppm = 0;
    size_t bakers;
    assert(dg_bft_check(net, NULL) == DG_OK);
    assert(dg_bft_bakers(&bakers, net, NULL) == DG_OK && bakers && bakers <= DG_BFT_BAKERS_MAX);
    for (size_t i = 0; i < net->committee_count; i++) {
        const dg_bft_committee *c = &net->committees[i];
        const dg_bft_voters all = { c->members, c->count };
        assert(c->count && dg_bft_voters_weight(&all) > 0);
        for (size_t k = 1; k < c->count; k++)
            assert(c->members[k - 1].baker < c->members[k].baker);
    }
    for (size_t i = 0; i < net->share_count; i++)
        ppm += net->shares[i].parts_ppm;
    assert(ppm == 1000000 && net->length > net->before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char head[] = "{\"doppel\":1,\"consensus\":\"bft\",\"bft\":";
    char text[1 << 14];
    dg_plan *plan = NULL;
    dg_plan_bft *read = NULL;
    dg_error err = { .text = "" };
    dg_code rc;
    if (size > sizeof text - sizeof head - 2)
        return 0;
    memcpy(text, head, sizeof head - 1);
    memcpy(text + sizeof head - 1, data, size);
    text[sizeof head - 1 + size] = '}';
    rc = dg_plan_parse(&plan, dg_bytes_of(text, sizeof head + size), "fuzz", NULL, &err);
    assert(rc == DG_OK || (rc == DG_USAGE && err.text[0] && !strchr(err.text, '\n')));
    if (rc >= 0 && dg_plan_is_bft(plan)) {
        rc = dg_plan_check(plan, &err);
        assert(rc == DG_OK || (rc == DG_USAGE && err.text[0] && !strchr(err.text, '\n')));
        if (rc == DG_OK) {
            assert(dg_plan_bft_read(&read, plan, &err) == DG_OK);
            promises(&read->network);
        }
    }
    dg_plan_bft_free(read);
    dg_plan_free(plan);
    return 0;
}
