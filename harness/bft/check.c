/* check.c - whether a network can be run: committees, weights, epochs, costs, what changes. */
#include "bft/bft_impl.h"

#include <assert.h>

#define RUN_NS_MAX ((dg_ns)1 << 50) /* 13 days */

static dg_code committee_ok(const dg_bft_committee *c, dg_error *err)
{
    uint64_t sum = 0;
    if (!c->count)
        return dg_fail(err, DG_USAGE, "the committee from epoch %llu on has no member",
                       (unsigned long long)c->from_epoch);
    for (size_t i = 0; i < c->count; i++) {
        if (i && c->members[i].baker <= c->members[i - 1].baker)
            return dg_fail(err, DG_USAGE, "the committee from epoch %llu on has baker %llu twice",
                           (unsigned long long)c->from_epoch,
                           (unsigned long long)c->members[i].baker);
        if (c->members[i].weight > DG_BFT_WEIGHT_MAX
            || (sum += c->members[i].weight) > DG_BFT_WEIGHT_MAX)
            return dg_fail(
                err, DG_USAGE, "the committee from epoch %llu on weighs more than %llu together",
                (unsigned long long)c->from_epoch, (unsigned long long)DG_BFT_WEIGHT_MAX);
    }
    return sum ? DG_OK
               : dg_fail(err, DG_USAGE,
                         "the committee from epoch %llu on has a weight of zero, so nobody can "
                         "certify anything",
                         (unsigned long long)c->from_epoch);
}

static dg_code committees_ok(const dg_bft_network *net, dg_error *err)
{
    dg_code rc = DG_OK;
    size_t bakers;
    if (!net->committee_count || net->committees[0].from_epoch > net->first_epoch
        || net->committees[0].treatment_only)
        return dg_fail(err, DG_USAGE, "epoch %llu, the first, has no committee",
                       (unsigned long long)net->first_epoch);
    if (net->committee_count > DG_BFT_COMMITTEES_MAX)
        return dg_fail(err, DG_USAGE, "there are %zu committees; at most %d are allowed",
                       net->committee_count, DG_BFT_COMMITTEES_MAX);
    for (size_t i = 0; i < net->committee_count && rc >= 0; i++) {
        if (i && net->committees[i].from_epoch <= net->committees[i - 1].from_epoch)
            return dg_fail(err, DG_USAGE, "two committees begin with epoch %llu, or out of order",
                           (unsigned long long)net->committees[i].from_epoch);
        rc = committee_ok(&net->committees[i], err);
    }
    if (rc < 0 || (rc = dg_bft_bakers(&bakers, net, err)) < 0)
        return rc;
    return bakers <= DG_BFT_BAKERS_MAX
               ? DG_OK
               : dg_fail(err, DG_USAGE, "the committees have %zu bakers; at most %d are allowed",
                         bakers, DG_BFT_BAKERS_MAX);
}

static bool ratio_ok(dg_bft_ratio r)
{
    return r.num && r.den && r.num <= DG_BFT_RATIO_MAX && r.den <= DG_BFT_RATIO_MAX;
}

static dg_code parameters_ok(const dg_bft_parameters *p, dg_error *err)
{
    if (!ratio_ok(p->threshold) || p->threshold.num > p->threshold.den
        || 2 * p->threshold.num <= p->threshold.den)
        return dg_fail(err, DG_USAGE,
                       "the threshold of a certificate is %u/%u; it must be more than a half, and "
                       "at most all",
                       p->threshold.num, p->threshold.den);
    if (!ratio_ok(p->grow) || p->grow.num < p->grow.den)
        return dg_fail(err, DG_USAGE, "a timeout grows by %u/%u; it must not shrink", p->grow.num,
                       p->grow.den);
    if (!ratio_ok(p->shrink) || p->shrink.num > p->shrink.den)
        return dg_fail(err, DG_USAGE, "a timeout shrinks by %u/%u; it must not grow", p->shrink.num,
                       p->shrink.den);
    if (!p->timeout)
        return dg_fail(err, DG_USAGE, "the timeout is 0, so no round could end with a block");
    return DG_OK;
}

static dg_code all_parameters_ok(const dg_bft_network *net, dg_error *err)
{
    dg_code rc = DG_OK;
    assert(net->parameter_count && net->parameters[0].from_epoch <= net->first_epoch);
    if (net->parameter_count > DG_BFT_COMMITTEES_MAX)
        return dg_fail(err, DG_USAGE, "parameters change %zu times; at most %d are allowed",
                       net->parameter_count - 1, DG_BFT_COMMITTEES_MAX - 1);
    for (size_t i = 0; i < net->parameter_count && rc >= 0; i++) {
        if (i && net->parameters[i].from_epoch <= net->parameters[i - 1].from_epoch)
            return dg_fail(err, DG_USAGE,
                           "parameters change twice with epoch %llu, or out of order",
                           (unsigned long long)net->parameters[i].from_epoch);
        rc = parameters_ok(&net->parameters[i], err);
    }
    return rc;
}

static bool knows(const dg_bft_network *net, uint64_t baker)
{
    for (size_t c = 0; c < net->committee_count; c++)
        for (size_t i = 0; i < net->committees[c].count; i++)
            if (net->committees[c].members[i].baker == baker)
                return true;
    return false;
}

static dg_code rollouts_ok(const dg_bft_network *net, dg_error *err)
{
    if (net->rollout_count > DG_BFT_ROLLOUTS_MAX)
        return dg_fail(err, DG_USAGE, "there are %zu roll-outs; at most %d are allowed",
                       net->rollout_count, DG_BFT_ROLLOUTS_MAX);
    for (size_t i = 0; i < net->rollout_count; i++) {
        const dg_bft_rollout *r = &net->rollouts[i];
        if (r->at >= net->length)
            return dg_fail(
                err, DG_USAGE, "a roll-out begins %llu ms into the run, which is %llu ms long",
                (unsigned long long)(r->at / 1000000), (unsigned long long)(net->length / 1000000));
        for (size_t k = 0; r->bakers && k < r->count; k++)
            if (!knows(net, r->bakers[k]))
                return dg_fail(err, DG_USAGE, "a roll-out names baker %llu, who is in no committee",
                               (unsigned long long)r->bakers[k]);
    }
    return DG_OK;
}

dg_code dg_bft_check(const dg_bft_network *net, dg_error *err)
{
    dg_code rc;
    assert(net->share_count && net->share_count <= DG_BFT_SHARES_MAX);
    assert(net->first_round && net->payday_epochs && net->epoch);
    if (net->length > RUN_NS_MAX || net->before > RUN_NS_MAX)
        return dg_fail(err, DG_USAGE, "the run is longer than %llu ms",
                       (unsigned long long)(RUN_NS_MAX / 1000000));
    if (net->length <= net->before)
        return dg_fail(err, DG_USAGE, "the run ends before its first epoch does");
    if ((rc = committees_ok(net, err)) < 0 || (rc = all_parameters_ok(net, err)) < 0)
        return rc;
    return rollouts_ok(net, err);
}
