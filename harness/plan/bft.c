/* bft.c - `bft` of a plan: the network that it describes, in the form that room bft runs. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PPM = 1000000, MS = 1000000 };

static const json_t *part(const dg_plan *plan, const char *key)
{
    return json_object_get(json_object_get(plan->json, "bft"), key);
}

static uint64_t whole(const json_t *holder, const char *path)
{
    return (uint64_t)dg_keys_whole(dg_plan_keys(), holder, path);
}

bool dg_plan_is_bft(const dg_plan *plan)
{
    const char *consensus = json_string_value(json_object_get(plan->json, "consensus"));
    return consensus && strcmp(consensus, "bft") == 0;
}

/* ---- committees ---- */

/* A list of members in the making; ids rise. */
typedef struct roster {
    dg_bft_member at[DG_BFT_BAKERS_MAX];
    size_t count;
} roster;

static size_t place_of(const roster *l, uint64_t baker)
{
    size_t i = 0;
    while (i < l->count && l->at[i].baker < baker)
        i++;
    return i;
}

/* `again`: one that is there gets the new weight; else it is a fault. */
static dg_code put(roster *l, const json_t *member, bool again, dg_error *err)
{
    dg_bft_member is = { (uint64_t)json_integer_value(json_object_get(member, "baker")),
                         (uint64_t)json_integer_value(json_object_get(member, "weight")) };
    size_t i = place_of(l, is.baker);
    if (i < l->count && l->at[i].baker == is.baker) {
        if (!again)
            return dg_fail(err, DG_USAGE, "baker %llu is there twice",
                           (unsigned long long)is.baker);
        l->at[i] = is;
        return DG_OK;
    }
    if (l->count == DG_BFT_BAKERS_MAX)
        return dg_fail(err, DG_USAGE, "there are more than %d members", DG_BFT_BAKERS_MAX);
    memmove(&l->at[i + 1], &l->at[i], (l->count - i) * sizeof *l->at);
    l->at[i] = is;
    l->count++;
    return DG_OK;
}

static dg_code take(roster *l, uint64_t baker, dg_error *err)
{
    size_t i = place_of(l, baker);
    if (i == l->count || l->at[i].baker != baker)
        return dg_fail(err, DG_USAGE, "leave: baker %llu is not in the committee before",
                       (unsigned long long)baker);
    memmove(&l->at[i], &l->at[i + 1], (l->count - i - 1) * sizeof *l->at);
    l->count--;
    return DG_OK;
}

/* `before`: NULL of the first. */
static dg_code members(roster *out, const json_t *of, const dg_bft_committee *before, dg_error *err)
{
    const json_t *all = json_object_get(of, "members"), *leave = json_object_get(of, "leave"),
                 *join = json_object_get(of, "join"), *bakers = json_object_get(of, "bakers"),
                 *item;
    bool sized = json_is_integer(bakers);
    dg_code rc = DG_OK;
    size_t i;
    out->count = 0;
    if ((all != NULL) + sized + (leave || join) != 1)
        return dg_fail(err, DG_USAGE,
                       "say who is in it by one of members, bakers, and leave with join");
    if (!all && !sized && !before)
        return dg_fail(err, DG_USAGE, "leave and join: there is no committee before this one");
    for (i = 0; sized && i < (size_t)json_integer_value(bakers); i++)
        out->at[out->count++] = (dg_bft_member){ i, 1 };
    json_array_foreach(all, i, item) if (rc >= 0) rc = put(out, item, false, err);
    if (all || sized)
        return rc;
    memcpy(out->at, before->members, before->count * sizeof *out->at);
    out->count = before->count;
    json_array_foreach(leave, i, item) if (rc >= 0) rc =
        take(out, (uint64_t)json_integer_value(item), err);
    json_array_foreach(join, i, item) if (rc >= 0) rc = put(out, item, true, err);
    return rc;
}

/* In the order of their epochs; of two of one epoch the one of both arms is first. */
static dg_code add_committee(dg_plan_bft *out, const json_t *of, uint64_t from, bool treatment,
                             dg_error *err)
{
    size_t i = out->network.committee_count;
    const dg_bft_committee *before;
    roster *l;
    dg_bft_member *kept;
    dg_code rc;
    if (i == DG_BFT_COMMITTEES_MAX)
        return dg_fail(err, DG_USAGE, "there are more than %d committees", DG_BFT_COMMITTEES_MAX);
    while (i && out->committees[i - 1].from_epoch > from)
        i--;
    before = i ? &out->committees[i - 1] : NULL;
    if (!(l = dg_calloc(1, sizeof *l)))
        return dg_fail(err, DG_NOMEM, "no memory for a committee");
    if ((rc = members(l, of, before, err)) >= 0) {
        if (!(kept = dg_calloc(l->count + 1, sizeof *kept))) {
            rc = dg_fail(err, DG_NOMEM, "no memory for a committee");
        } else {
            memcpy(kept, l->at, l->count * sizeof *kept);
            memmove(&out->committees[i + 1], &out->committees[i],
                    (out->network.committee_count - i) * sizeof *out->committees);
            out->committees[i] = (dg_bft_committee){ from, kept, l->count, treatment };
            out->network.committee_count++;
        }
    }
    dg_free(l);
    return rc;
}

static dg_code read_committees(dg_plan_bft *out, const dg_plan *plan, dg_error *err)
{
    const json_t *list = part(plan, "committees"), *one;
    size_t i;
    dg_code rc;
    if (!json_array_size(list))
        return dg_fail(err, DG_USAGE, "bft.committees is missing, or empty: nobody finalizes");
    json_array_foreach(list, i, one)
    {
        const json_t *from = json_object_get(one, "from_epoch");
        if ((rc = add_committee(
                 out, one, from ? (uint64_t)json_integer_value(from) : out->network.first_epoch,
                 false, err))
            < 0)
            return dg_fail_within(err, rc, "bft.committees[%zu]", i);
    }
    return DG_OK;
}

/* ---- parameters ---- */

/* Two numbers, of a list of the plan or of the text that holds without it. */
static dg_code pair(uint64_t out[2], const json_t *holder, const char *path, dg_error *err)
{
    const dg_keys_row *row = dg_keys_find(dg_plan_keys(), path, strlen(path));
    const json_t *given = json_object_get(holder, strrchr(path, '.') + 1);
    assert(row);
    if (!given) {
        if (row->fallback && sscanf(row->fallback, "[%" SCNu64 ", %" SCNu64, &out[0], &out[1]) == 2)
            return DG_OK;
        return DG_ABSENT;
    }
    if (json_array_size(given) != 2)
        return dg_fail(err, DG_USAGE, "%s must be two numbers", path);
    out[0] = (uint64_t)json_integer_value(json_array_get(given, 0));
    out[1] = (uint64_t)json_integer_value(json_array_get(given, 1));
    return DG_OK;
}

static dg_code range(dg_bft_range *out, const json_t *holder, const char *path, dg_error *err)
{
    uint64_t two[2];
    dg_code rc = pair(two, holder, path, err);
    if (rc != DG_OK)
        return rc;
    if (two[0] > two[1])
        return dg_fail(err, DG_USAGE, "%s: the lowest is above the highest", path);
    *out = (dg_bft_range){ two[0] * MS, two[1] * MS };
    return DG_OK;
}

static dg_code ratio(dg_bft_ratio *out, const json_t *holder, const char *path, dg_error *err)
{
    uint64_t two[2];
    dg_code rc = pair(two, holder, path, err);
    if (rc == DG_OK)
        *out = (dg_bft_ratio){ (uint32_t)two[0], (uint32_t)two[1] };
    return rc;
}

static void time_of(dg_ns *out, const json_t *holder, const char *path)
{
    const dg_keys_row *row = dg_keys_find(dg_plan_keys(), path, strlen(path));
    if (row->fallback || json_object_get(holder, strrchr(path, '.') + 1))
        *out = (row->fallback
                    ? whole(holder, path)
                    : (uint64_t)json_integer_value(json_object_get(holder, strrchr(path, '.') + 1)))
               * MS;
}

/* What is not said stays as it is in `out`. */
static dg_code parameters(dg_bft_parameters *out, const json_t *of, const char *where,
                          dg_error *err)
{
    char path[8][DG_KEYS_PATH_MAX];
    static const char *const keys[] = { "block_ms",     "payday_ms",        "timeout_ms",
                                        "min_block_ms", "timeout_increase", "timeout_decrease",
                                        "threshold" };
    dg_code rc;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        snprintf(path[i], sizeof path[i], "%s.%s", where, keys[i]);
    time_of(&out->timeout, of, path[2]);
    time_of(&out->min_block, of, path[3]);
    if ((rc = range(&out->block, of, path[0], err)) < 0
        || (rc = range(&out->payday, of, path[1], err)) < 0
        || (rc = ratio(&out->grow, of, path[4], err)) < 0
        || (rc = ratio(&out->shrink, of, path[5], err)) < 0
        || (rc = ratio(&out->threshold, of, path[6], err)) < 0)
        return rc;
    return DG_OK;
}

/* ---- classes ---- */

static dg_code class_of(const dg_bft_class **out, const char *name, dg_error *err)
{
    char known[120] = "";
    size_t used = 0;
    if ((*out = dg_bft_class_of(name)))
        return DG_OK;
    for (size_t i = 0; dg_bft_class_at(i) && used < sizeof known; i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "",
                                 dg_bft_class_at(i)->name);
    return dg_fail(err, DG_USAGE, "\"%.60s\" is no release of this consensus; known are %s",
                   name ? name : "", known);
}

static uint32_t ppm_of(const json_t *share)
{
    return (uint32_t)(json_number_value(share) * PPM + 0.5);
}

static dg_code read_classes(dg_plan_bft *out, const dg_plan *plan, dg_error *err)
{
    const json_t *list = part(plan, "classes"), *one;
    uint64_t sum = 0;
    size_t i;
    dg_code rc;
    if (!json_array_size(list) || json_array_size(list) > DG_BFT_SHARES_MAX)
        return dg_fail(err, DG_USAGE, "bft.classes has %zu items; it must have from 1 to %d",
                       json_array_size(list), DG_BFT_SHARES_MAX);
    json_array_foreach(list, i, one)
    {
        dg_bft_share *s = &out->shares[out->network.share_count++];
        if ((rc = class_of(&s->class, json_string_value(json_object_get(one, "class")), err)) < 0)
            return dg_fail_within(err, rc, "bft.classes[%zu].class", i);
        sum += s->parts_ppm = ppm_of(json_object_get(one, "share"));
    }
    return sum == PPM ? DG_OK
                      : dg_fail(err, DG_USAGE, "bft.classes: the shares add up to %g, not to 1",
                                (double)sum / PPM);
}

/* ---- transitions ---- */

static dg_code read_rollout(dg_plan_bft *out, const json_t *of, dg_error *err)
{
    const json_t *bakers = json_object_get(of, "bakers"), *share = json_object_get(of, "share"),
                 *one;
    dg_bft_rollout *r = &out->rollouts[out->network.rollout_count];
    size_t i;
    dg_code rc;
    if (out->network.rollout_count == DG_BFT_ROLLOUTS_MAX)
        return dg_fail(err, DG_USAGE, "there are more than %d roll-outs", DG_BFT_ROLLOUTS_MAX);
    if (!json_object_get(of, "at_ms") || !json_object_get(of, "to"))
        return dg_fail(err, DG_USAGE, "a node-binary needs at_ms and to");
    if (bakers && share)
        return dg_fail(err, DG_USAGE, "only one of bakers and share may say which nodes it is");
    if ((bakers && !json_array_size(bakers)) || (share && !ppm_of(share)))
        return dg_fail(err, DG_USAGE, "%s names no node, so nothing happens to anybody",
                       bakers ? "bakers" : "share");
    if ((rc = class_of(&r->to, json_string_value(json_object_get(of, "to")), err)) < 0)
        return dg_fail_within(err, rc, "to");
    r->at = (dg_ns)json_integer_value(json_object_get(of, "at_ms")) * MS;
    r->over = whole(of, "bft.transitions[].over_ms") * MS;
    r->down = whole(of, "bft.transitions[].down_ms") * MS;
    r->share_ppm = share ? ppm_of(share) : PPM;
    r->count = json_array_size(bakers);
    if (r->count > DG_BFT_BAKERS_MAX)
        return dg_fail(err, DG_USAGE, "bakers names more than %d", DG_BFT_BAKERS_MAX);
    json_array_foreach(bakers, i, one) out->bakers[out->network.rollout_count][i] =
        (uint64_t)json_integer_value(one);
    r->bakers = bakers ? out->bakers[out->network.rollout_count] : NULL;
    out->network.rollout_count++;
    return DG_OK;
}

static dg_code read_parameters(dg_plan_bft *out, const json_t *of, uint64_t epoch, dg_error *err)
{
    size_t i = out->network.parameter_count;
    dg_bft_parameters p;
    dg_code rc;
    if (i == DG_BFT_COMMITTEES_MAX)
        return dg_fail(err, DG_USAGE, "parameters change more than %d times",
                       DG_BFT_COMMITTEES_MAX - 1);
    while (out->parameters[i - 1].from_epoch > epoch)
        i--;
    p = out->parameters[i - 1];
    p.from_epoch = epoch;
    p.treatment_only = true;
    if ((rc = parameters(&p, of, "bft.transitions[]", err)) < 0)
        return rc;
    memmove(&out->parameters[i + 1], &out->parameters[i],
            (out->network.parameter_count - i) * sizeof p);
    out->parameters[i] = p;
    out->network.parameter_count++;
    return DG_OK;
}

static dg_code read_transition(dg_plan_bft *out, const json_t *of, dg_error *err)
{
    const char *kind = json_string_value(json_object_get(of, "kind"));
    const json_t *from = json_object_get(of, "epoch");
    uint64_t epoch = (uint64_t)json_integer_value(from);
    if (strcmp(kind, "node-binary") == 0)
        return read_rollout(out, of, err);
    if (!from || epoch <= out->network.first_epoch)
        return dg_fail(err, DG_USAGE, "epoch is missing, or not after the first epoch, %llu",
                       (unsigned long long)out->network.first_epoch);
    return strcmp(kind, "committee") == 0 ? add_committee(out, of, epoch, true, err)
                                          : read_parameters(out, of, epoch, err);
}

/* ---- all of it ---- */

static dg_code read_plan(dg_plan_bft *out, const dg_plan *plan, dg_error *err)
{
    const json_t *of = json_object_get(plan->json, "bft"), *one;
    dg_bft_network *net = &out->network;
    size_t i;
    dg_code rc;
    net->seed = whole(plan->json, "seed");
    net->first_epoch = whole(of, "bft.first_epoch");
    net->first_round = whole(of, "bft.first_round");
    net->payday_epochs = (uint32_t)whole(of, "bft.payday_epochs");
    net->epoch = whole(of, "bft.epoch_ms") * MS;
    net->before = whole(of, "bft.before_ms") * MS;
    net->length = net->before + whole(of, "bft.after_ms") * MS;
    out->parameters[0].from_epoch = net->first_epoch;
    net->parameter_count = 1;
    if ((rc = range(&net->latency, of, "bft.latency_ms", err)) < 0
        || (rc = parameters(&out->parameters[0], json_object_get(of, "parameters"),
                            "bft.parameters", err))
               < 0
        || (rc = read_classes(out, plan, err)) < 0 || (rc = read_committees(out, plan, err)) < 0)
        return rc;
    json_array_foreach(json_object_get(of, "transitions"), i,
                       one) if ((rc = read_transition(out, one, err))
                                < 0) return dg_fail_within(err, rc, "bft.transitions[%zu]", i);
    rc = dg_bft_check(net, err);
    return rc < 0 ? dg_fail_within(err, rc, "bft") : DG_OK;
}

dg_code dg_plan_bft_read(dg_plan_bft **out, const dg_plan *plan, dg_error *err)
{
    dg_plan_bft *b = dg_calloc(1, sizeof *b);
    dg_code rc;
    assert(dg_plan_is_bft(plan));
    *out = NULL;
    if (!b)
        return dg_fail(err, DG_NOMEM, "no memory for the network of a plan");
    b->network.committees = b->committees;
    b->network.parameters = b->parameters;
    b->network.shares = b->shares;
    b->network.rollouts = b->rollouts;
    if ((rc = read_plan(b, plan, err)) < 0) {
        dg_plan_bft_free(b);
        return rc;
    }
    *out = b;
    return DG_OK;
}

void dg_plan_bft_free(dg_plan_bft *b)
{
    for (size_t i = 0; b && i < b->network.committee_count; i++)
        dg_free((void *)b->committees[i].members);
    dg_free(b);
}

/* ---- odds ---- */

bool dg_plan_bft_odds(dg_plan_odds *out, const dg_plan *plan)
{
    const json_t *odds = part(plan, "odds");
    *out = (dg_plan_odds){ .seeds = 0 };
    if (!odds)
        return false;
    out->seeds = (uint32_t)whole(odds, "bft.odds.seeds");
    out->after = whole(odds, "bft.odds.after_ms") * MS;
    out->rows = json_array_size(json_object_get(odds, "payday_ms"));
    return true;
}

dg_bft_range dg_plan_bft_odds_cost(const dg_plan *plan, size_t row)
{
    const json_t *two = json_array_get(json_object_get(part(plan, "odds"), "payday_ms"), row);
    assert(json_array_size(two) == 2);
    return (dg_bft_range){ (dg_ns)json_integer_value(json_array_get(two, 0)) * MS,
                           (dg_ns)json_integer_value(json_array_get(two, 1)) * MS };
}

static dg_code check_odds(const dg_plan *plan, dg_error *err)
{
    const json_t *two;
    size_t i;
    json_array_foreach(json_object_get(part(plan, "odds"), "payday_ms"), i, two)
    {
        if (json_array_size(two) != 2
            || json_integer_value(json_array_get(two, 0))
                   > json_integer_value(json_array_get(two, 1)))
            return dg_fail(err, DG_USAGE,
                           "bft.odds.payday_ms[%zu] must be two numbers, the lowest and the "
                           "highest",
                           i);
    }
    return DG_OK;
}

/* ---- what goes together ---- */

dg_code dg_plan_bft_check(const dg_plan *plan, dg_error *err)
{
    static const char *const others[] = { "snapshot", "upgrade", "horizon", "fork", "network" };
    dg_plan_bft *read;
    dg_code rc;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (json_object_get(plan->json, others[i]))
            return dg_fail(err, DG_USAGE,
                           "%s does not go with consensus bft, which has no chain to fork and no "
                           "runtime to enact",
                           others[i]);
    if (!json_object_get(plan->json, "bft"))
        return dg_fail(err, DG_USAGE, "bft is missing (the network of consensus bft)");
    if ((rc = check_odds(plan, err)) < 0 || (rc = dg_plan_bft_read(&read, plan, err)) < 0)
        return rc;
    dg_plan_bft_free(read);
    return DG_OK;
}
