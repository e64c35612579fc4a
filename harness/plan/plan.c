/* plan.c - what the user asks for: read, amended by flags, checked. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"
#include "fetch/fetch.h"
#include "git/git.h"

/* Two days of slots of 6 s. A default horizon takes three sessions at most, which are 7200 slots
 * on Polkadot; what is far beyond that is a slip of the pen, and would run for hours. */
dg_code dg_plan_new(dg_plan **out, dg_error *err)
{
    dg_plan *plan = dg_calloc(1, sizeof *plan);
    *out = NULL;
    if (plan && !(plan->json = json_pack("{s:i}", "doppel", 1))) {
        dg_free(plan);
        plan = NULL;
    }
    if (!plan)
        return dg_fail(err, DG_NOMEM, "no memory for a plan");
    snprintf(plan->source, sizeof plan->source, "the plan");
    *out = plan;
    return DG_OK;
}

void dg_plan_free(dg_plan *plan)
{
    if (!plan)
        return;
    json_decref(plan->json);
    dg_free(plan);
}

const json_t *dg_plan_json(const dg_plan *plan)
{
    return plan->json;
}

/* Who runs what is said once, in network.classes, whatever it was said in. */
static dg_code settle_nodes(json_t *plan, const char *folder, dg_error *err)
{
    json_t *network = json_object_get(plan, "network"), *list = NULL,
           *nodes = json_object_get(network, "nodes"),
           *classes = json_object_get(network, "classes");
    dg_code rc;
    if (nodes && classes)
        return dg_fail(err, DG_USAGE,
                       "network.nodes and network.classes both say what nodes run: give only one");
    if (!nodes && !classes)
        return DG_OK;
    rc = nodes ? dg_plan_nodes_json(&list, nodes, folder, err)
               : dg_plan_classes_spread(&list, classes, err);
    if (rc < 0)
        return nodes ? dg_fail_within(err, rc, "network.nodes") : rc;
    json_object_del(network, "nodes");
    return json_object_set_new(network, "classes", list)
               ? dg_fail(err, DG_NOMEM, "no memory for classes of nodes")
               : DG_OK;
}

static dg_code read_json(json_t **out, dg_bytes text, dg_error *err)
{
    json_error_t why;
    *out =
        json_loadb(text.len ? (const char *)text.at : "", text.len, JSON_REJECT_DUPLICATES, &why);
    if (*out)
        return DG_OK;
    if (json_error_code(&why) == json_error_out_of_memory)
        return dg_fail(err, DG_NOMEM, "no memory for the JSON");
    return dg_fail(err, DG_USAGE, "line %d, column %d: %s", why.line, why.column, why.text);
}

dg_code dg_plan_parse(dg_plan **out, dg_bytes text, const char *name, const char *folder,
                      dg_error *err)
{
    json_t *json = NULL;
    dg_plan *plan = NULL;
    dg_code rc;
    *out = NULL;
    if (text.len > DG_PLAN_MAX)
        return dg_fail(err, DG_LIMIT, "%s: the plan has %zu bytes; at most %d are allowed", name,
                       text.len, DG_PLAN_MAX);
    if ((rc = read_json(&json, text, err)) < 0
        || (rc = dg_keys_check(dg_plan_keys(), json, false, err)) < 0
        || (rc = settle_nodes(json, folder ? folder : "", err)) < 0)
        goto out;
    if ((rc = dg_plan_new(&plan, err)) < 0)
        goto out;
    json_decref(plan->json);
    plan->json = json;
    json = NULL; /* moved into the plan */
    snprintf(plan->source, sizeof plan->source, "%s", name);
    snprintf(plan->folder, sizeof plan->folder, "%s", folder ? folder : "");
out:
    json_decref(json);
    if (rc < 0)
        return dg_fail_within(err, rc, "%s", name);
    *out = plan;
    return DG_OK;
}

/* Relative paths of a plan may start where it lies, in its commit as well. */
static dg_code find_plan(char *from, char *folder, size_t size, const char *path, dg_error *err)
{
    const char *slash = strrchr(path, '/');
    dg_code rc;
    assert(size >= DG_GIT_NAME_MAX);
    if (dg_git_names(path)) {
        if ((rc = dg_git_pin(from, size, path, "", err)) >= 0)
            dg_git_folder(folder, size, from);
        return rc;
    }
    snprintf(folder, size, "%.*s", slash ? (int)(slash - path + 1) : 0, path);
    return DG_OK;
}

dg_code dg_plan_load(dg_plan **out, const char *path, dg_error *err)
{
    char pinned[DG_GIT_NAME_MAX] = "", folder[DG_GIT_NAME_MAX];
    dg_buf text;
    dg_code rc = find_plan(pinned, folder, sizeof folder, path, err);
    *out = NULL;
    if (rc < 0)
        return rc;
    dg_buf_init(&text, DG_PLAN_MAX);
    if ((rc = dg_git_or_file_read(&text, pinned[0] ? pinned : path, err)) == DG_OK)
        rc = dg_plan_parse(out, dg_buf_bytes(&text), path, folder, err);
    dg_buf_clear(&text);
    return rc;
}

/* ---- flags ---- */

/* The object that holds the last part of a path, made on the way; borrowed. */
static json_t *holder(json_t *at, const char **key, const char *path)
{
    assert(path[0]);
    for (const char *dot; at && (dot = strchr(path, '.')); path = dot + 1) {
        char part[DG_KEYS_PATH_MAX];
        json_t *next;
        snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
        if ((!(next = json_object_get(at, part)) || json_is_false(next))
            && json_object_set_new(at, part, json_object()) == 0)
            next = json_object_get(at, part);
        at = next;
    }
    *key = path;
    return at;
}

/* What a flag says for a row; lists and objects are JSON, or a short form of their own. */
static dg_code value_for(json_t **out, const dg_keys_row *row, const char *text, const char *folder,
                         dg_error *err)
{
    if (strcmp(row->path, "network.nodes") == 0 && text[0] != '{' && text[0] != '[') {
        *out = json_string(text);
        return *out ? DG_OK : dg_fail(err, DG_USAGE, "network.nodes is no text in UTF-8");
    }
    if ((row->kind != DG_KEYS_OBJECT && row->kind != DG_KEYS_LIST)
        || (row->or_false && text[0] != '{'))
        return dg_keys_value_of(out, row, text, err);
    if (strcmp(row->path, "network.classes") == 0 && text[0] != '[') {
        dg_code rc = dg_plan_nodes_of(out, text, folder, err);
        return rc < 0 ? dg_fail_within(err, rc, "%s", row->path) : rc;
    }
    return dg_fail_within(err, read_json(out, dg_bytes_of(text, strlen(text)), err), "%s",
                          row->path);
}

/* Tried on a copy: a flag that is refused changes nothing. */
dg_code dg_plan_set(dg_plan *plan, const char *key, const char *value, dg_error *err)
{
    const dg_keys_row *row;
    const char *last;
    json_t *v = NULL, *copy, *object;
    dg_code rc = dg_keys_wanted(&row, dg_plan_keys(), key, err);
    if (rc < 0 || (rc = value_for(&v, row, value, plan->folder, err)) < 0)
        return rc;
    copy = json_deep_copy(plan->json);
    object = copy ? holder(copy, &last, key) : NULL;
    if (!object || json_object_set(object, last, v) != 0)
        rc = dg_fail(err, DG_NOMEM, "no memory for %s", key);
    json_decref(v);
    if (strcmp(row->path, "network.nodes") == 0)
        json_object_del(json_object_get(copy, "network"), "classes");
    if (rc < 0 || (rc = dg_keys_check(dg_plan_keys(), copy, false, err)) < 0
        || (rc = settle_nodes(copy, plan->folder, err)) < 0) {
        json_decref(copy);
        return rc;
    }
    json_decref(plan->json);
    plan->json = copy;
    plan->checked = false;
    return DG_OK;
}

/* ---- complete and consistent ---- */

static const char *text_at(const dg_plan *plan, const char *object, const char *key)
{
    return json_string_value(json_object_get(json_object_get(plan->json, object), key));
}

/* Plans of the repository name runtimes that it builds. */
static const char *how_to_make(const char *path)
{
    return strstr(path, "build/runtimes/") ? " (`make runtimes` builds it)" : "";
}

/* Beside a plan that lies in a repository; `name` is `len` bytes, where it has room for them. */
static dg_code pin_beside(char *name, size_t size, int len, dg_error *err)
{
    char copy[DG_GIT_NAME_MAX];
    if (len >= (int)size || len >= (int)sizeof copy)
        return dg_fail(err, DG_USAGE, "%.200s.. is too long", name);
    memcpy(copy, name, (size_t)len + 1);
    return dg_git_pin(name, size, copy, "", err);
}

dg_code dg_plan_resolve(char *out, size_t size, const char *folder, const char *path, dg_error *err)
{
    int len = snprintf(out, size, "%s", path);
    bool named; /* a chain; a file beside the plan goes before it */
    if (dg_git_names(path))
        return dg_git_pin(out, size, path, folder, err);
    if (strstr(path, "://") && len < (int)size)
        return DG_OK; /* of a live chain: who opens it says what is wrong with it */
    if (len > 0 && len < (int)size && dg_file_exists(out))
        return DG_OK;
    named = len > 0 && len < (int)size && dg_fetch_names_state(path);
    if (folder[0] && path[0] != '/') {
        len = snprintf(out, size, "%s%s", folder, path);
        if (dg_git_names(out))
            return pin_beside(out, size, len, err);
        if (len < (int)size && dg_file_exists(out))
            return DG_OK;
        if (named) {
            snprintf(out, size, "%s", path);
            return DG_OK;
        }
        return dg_fail(err, DG_IO, "neither %.200s nor %.200s exists%s", path, out,
                       how_to_make(path));
    }
    if (named)
        return DG_OK;
    return dg_fail(err, DG_IO, "%.300s does not exist%s", path, how_to_make(path));
}

static dg_code resolve(char *out, size_t size, const dg_plan *plan, const char *key,
                       const char *path, dg_error *err)
{
    assert(size > 0);
    dg_code rc = dg_plan_resolve(out, size, plan->folder, path, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", key) : DG_OK;
}

static dg_how how_of(const char *text)
{
    if (text && strcmp(text, "authorize") == 0)
        return DG_HOW_AUTHORIZE;
    if (text && strcmp(text, "unchecked") == 0)
        return DG_HOW_UNCHECKED;
    return text && strcmp(text, "override") == 0 ? DG_HOW_OVERRIDE : DG_HOW_SET_CODE;
}

/* Of the table, or what it says without the key. */
static uint64_t whole_at(const json_t *object, const char *path)
{
    return (uint64_t)dg_keys_whole(dg_plan_keys(), object, path);
}

/* Does the plan have this claim judged, given that there is what it is about? */
static bool judges(const dg_plan *plan, const dg_claim *claim)
{
    const json_t *claims = json_object_get(plan->json, "claims"),
                 *own = json_object_get(claims, dg_claim_name(claim->id));
    return (!json_is_false(json_object_get(claims, "default")) || own)
           && !json_is_true(json_object_get(own, "off"));
}

/* A run in which nothing is judged would end with 0 and prove nothing. */
static dg_code some_claim(const dg_plan *plan, dg_error *err)
{
    const dg_claim *claim;
    const json_t *claims = json_object_get(plan->json, "claims");
    bool some = false, bft = dg_plan_is_bft(plan), code = text_at(plan, "upgrade", "to") != NULL,
         network = dg_plan_wants_network(plan) || dg_plan_leaves_nodes_open(plan);
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        bool named = json_object_get(claims, dg_claim_name(claim->id)) && judges(plan, claim);
        if (named && claim->bft != bft)
            return dg_fail(err, DG_USAGE, "claims.%s is %s consensus bft", dg_claim_name(claim->id),
                           bft ? "not about" : "about");
        if (named && claim->network && !network)
            return dg_fail(err, DG_USAGE,
                           "claims.%s is about the network, and the run has none (network: false)",
                           dg_claim_name(claim->id));
        if (named && claim->code && !code)
            return dg_fail(err, DG_USAGE, "claims.%s is about new code; name upgrade.to",
                           dg_claim_name(claim->id));
        some |= claim->bft == bft && judges(plan, claim) && (!claim->network || network)
                && (!claim->code || code);
    }
    return some ? DG_OK
                : dg_fail(err, DG_USAGE,
                          "claims: every claim is switched off, so nothing would be judged");
}

bool dg_plan_judges_network(const dg_plan *plan)
{
    const dg_claim *claim;
    for (size_t i = 0; (claim = dg_claim_at(i)); i++)
        if (claim->network && judges(plan, claim))
            return true;
    return false;
}

/* New code, new configuration, or both. */
static dg_code find_change(dg_plan *plan, dg_error *err)
{
    const char *to = text_at(plan, "upgrade", "to");
    plan->asked.to[0] = 0;
    plan->asked.config = json_object_get(json_object_get(plan->json, "upgrade"), "config");
    if (plan->asked.config && !json_object_size(plan->asked.config))
        return dg_fail(err, DG_USAGE, "upgrade.config names no field of the host configuration");
    if (!to && !plan->asked.config)
        return dg_fail(err, DG_USAGE,
                       "upgrade.to is missing (runtime N; a plan that only changes the "
                       "configuration has upgrade.config)");
    return to ? resolve(plan->asked.to, sizeof plan->asked.to, plan, "upgrade.to", to, err) : DG_OK;
}

static void ask_seeds(dg_plan *plan)
{
    plan->asked.seeds_max = (uint32_t)whole_at(plan->json, "seeds_max");
    plan->asked.seed = whole_at(plan->json, "seed");
}

static dg_code check_bft(dg_plan *plan, dg_error *err)
{
    dg_code rc;
    if ((rc = dg_keys_check(dg_plan_keys(), plan->json, true, err)) < 0
        || (rc = dg_plan_bft_check(plan, err)) < 0 || (rc = some_claim(plan, err)) < 0)
        return rc;
    plan->asked = (dg_plan_asked){ .snapshot = "" };
    ask_seeds(plan);
    plan->checked = true;
    return DG_OK;
}

/* What only a chain is forked with. */
static dg_code check_chain_keys(const dg_plan *plan, dg_error *err)
{
    static const char *const needed[] = { "snapshot", "upgrade" };
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!json_object_get(plan->json, needed[i]))
            return dg_fail(err, DG_USAGE, "%s is missing (%s)", needed[i],
                           dg_keys_find(dg_plan_keys(), needed[i], strlen(needed[i]))->says);
    return json_object_get(plan->json, "bft")
               ? dg_fail(err, DG_USAGE, "bft does not go with consensus relay; say consensus: bft")
               : DG_OK;
}

static dg_code check(dg_plan *plan, dg_error *err)
{
    const char *at = text_at(plan, "upgrade", "at");
    dg_code rc;
    if (dg_plan_is_bft(plan))
        return check_bft(plan, err);
    if ((rc = dg_keys_check(dg_plan_keys(), plan->json, true, err)) < 0
        || (rc = check_chain_keys(plan, err)) < 0 || (rc = dg_plan_network_check(plan, err)) < 0
        || (rc = dg_plan_fork_check(plan, err)) < 0 || (rc = some_claim(plan, err)) < 0)
        return rc;
    if ((rc = dg_position_parse(&plan->asked.at, at, err)) < 0)
        return dg_fail_within(err, rc, "upgrade.at");
    if ((rc = resolve(plan->asked.snapshot, sizeof plan->asked.snapshot, plan, "snapshot",
                      json_string_value(json_object_get(plan->json, "snapshot")), err))
            < 0
        || (rc = find_change(plan, err)) < 0)
        return rc;
    plan->asked.how = how_of(text_at(plan, "upgrade", "how"));
    plan->asked.boundaries_after =
        (uint32_t)whole_at(json_object_get(plan->json, "horizon"), "horizon.boundaries_after");
    plan->asked.slots_max =
        (uint32_t)whole_at(json_object_get(plan->json, "horizon"), "horizon.slots_max");
    ask_seeds(plan);
    plan->checked = true;
    return DG_OK;
}

dg_code dg_plan_check(dg_plan *plan, dg_error *err)
{
    dg_code rc = check(plan, err);
    return rc < 0 ? dg_fail_within(err, rc, "%s", plan->source) : DG_OK;
}

/* What `network` comes to where the plan left it open. */
static int put_network(json_t *plan, const dg_release_span *nodes)
{
    json_t *network = json_object_get(plan, "network");
    if (!nodes)
        return json_object_set_new(plan, "network", json_false());
    if (!network && json_object_set_new(plan, "network", json_object()) == 0)
        network = json_object_get(plan, "network");
    return json_object_set_new(network, "classes", dg_plan_classes_equal(nodes));
}

dg_code dg_plan_copy(dg_plan **out, const dg_plan *plan, dg_error *err)
{
    dg_plan *copy = dg_calloc(1, sizeof *copy);
    *out = NULL;
    if (copy) {
        *copy = *plan;
        copy->checked = false;
        copy->json = json_deep_copy(plan->json);
    }
    if (!copy || !copy->json) {
        dg_plan_free(copy);
        return dg_fail(err, DG_NOMEM, "no memory for the plan");
    }
    *out = copy;
    return DG_OK;
}

dg_code dg_plan_settle(dg_plan **out, const dg_plan *plan, const dg_release_span *nodes,
                       dg_error *err)
{
    dg_plan *copy;
    dg_code rc = dg_plan_copy(&copy, plan, err);
    *out = NULL;
    assert(plan->checked && dg_plan_leaves_nodes_open(plan));
    assert(nodes || !dg_plan_wants_network(plan));
    if (rc < 0)
        return rc;
    if (put_network(copy->json, nodes)) {
        dg_plan_free(copy);
        return dg_fail(err, DG_NOMEM, "no memory for the plan");
    }
    if ((rc = dg_plan_check(copy, err)) < 0) {
        dg_plan_free(copy);
        return rc;
    }
    assert(dg_plan_wants_network(copy) == (nodes != NULL));
    *out = copy;
    return DG_OK;
}

const dg_plan_asked *dg_plan_asked_of(const dg_plan *plan)
{
    return plan->checked ? &plan->asked : NULL;
}

dg_ns dg_plan_slot_at(const dg_plan_span *span, uint64_t slot)
{
    assert(span->clock.slot_ms > 0);
    return slot < span->clock.next_slot
               ? 0
               : (slot - span->clock.next_slot) * span->clock.slot_ms * 1000000;
}

json_t *dg_plan_schema(void)
{
    return dg_keys_schema(dg_plan_keys());
}
