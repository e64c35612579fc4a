/* recorded_causes.c - why a claim about the chain itself broke, where its own evidence is the
 * reason: a panic, a weight, a value that does not decode. Each line is worded from the events
 * that show it and is not there without them; what has several reasons is left to proof. */
#include "outcome/outcome_impl.h"

#include <assert.h>
#include <string.h>

#include "survey/survey.h"

typedef struct line {
    char says[600], advice[300];
} line;

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* What a runtime said when it panicked, of a failure that tells where as well. */
static const char *short_of(const char *reason)
{
    const char *said = strstr(reason, "it said: "), *colon;
    if (said)
        return said + strlen("it said: ");
    colon = strncmp(reason, "block #", strlen("block #")) == 0 ? strstr(reason, ": ") : NULL;
    return colon ? colon + strlen(": ") : reason;
}

/* The first event of treatment from U on that `shows` it; `count`, which may be NULL: how many. */
static const dg_event *first_of(const dg_outcome_facts *run, size_t *count, dg_event_kind kind,
                                bool (*shows)(const dg_event *e))
{
    const dg_event *first = NULL;
    size_t found = 0;
    assert(shows);
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm != DG_ARM_TREATMENT || e->kind != kind || e->block < run->treatment.upgrade_block
            || !shows(e))
            continue;
        first = first ? first : e;
        found++;
    }
    if (count)
        *count = found;
    return first;
}

static bool always(const dg_event *e)
{
    (void)e;
    return true;
}

/* ---- N is no successor ---- */

static bool changes_epoch(const dg_event *e)
{
    return !e->identity.ok && strcmp(text_at(e->detail, "what"), "epoch_length") == 0;
}

static bool is_no_successor(const dg_event *e)
{
    return e->identity.fatal && !e->identity.ok && !changes_epoch(e);
}

static bool epochs(line *out, const dg_outcome_facts *run)
{
    const dg_event *e = first_of(run, NULL, DG_EVENT_IDENTITY, changes_epoch);
    if (!e)
        return false;
    snprintf(out->says, sizeof out->says,
             "N is built for epochs of %s slots and N-1 for %s; nodes keep the length they started "
             "with and expect epoch digests in other slots",
             text_at(e->detail, "new"), text_at(e->detail, "old"));
    snprintf(out->advice, sizeof out->advice,
             "build N with N-1's epoch length (a fast-runtime build is the usual cause)");
    return true;
}

static bool identity(line *out, const dg_outcome_facts *run)
{
    const dg_event *e = first_of(run, NULL, DG_EVENT_IDENTITY, is_no_successor);
    const char *what = e ? text_at(e->detail, "what") : "";
    if (!e)
        return false;
    snprintf(out->says, sizeof out->says, "N is no successor of N-1: %s %s -> %s", what,
             text_at(e->detail, "old"), text_at(e->detail, "new"));
    if (strcmp(what, "spec_name") == 0)
        snprintf(out->advice, sizeof out->advice, "this is the runtime of another chain");
    else if (strcmp(what, "spec_version") == 0)
        snprintf(out->advice, sizeof out->advice,
                 "raise spec_version: without it neither set_code nor migrations happen");
    else if (strcmp(what, "signed_transactions") == 0)
        snprintf(out->advice, sizeof out->advice,
                 "raise transaction_version: with the same one wallets sign as they did for N-1");
    else
        snprintf(out->advice, sizeof out->advice,
                 "build N with N-1's %s: nodes keep what they started with", what);
    return true;
}

/* ---- N does not come in ---- */

static bool is_refused(const dg_event *e)
{
    return !e->upgrade.enacted && text_at(e->detail, "refused")[0];
}

static bool refused(line *out, const dg_outcome_facts *run)
{
    const dg_event *e = first_of(run, NULL, DG_EVENT_UPGRADE, is_refused);
    if (!e)
        return false;
    snprintf(out->says, sizeof out->says,
             e->upgrade.migrated ? "N's first block, #%u, does not take over: %s"
             : run->new_code && strcmp(text_at(e->detail, "part"), "config") != 0
                 ? "the chain does not take N's code in #%u: %s"
                 : "the chain does not take the change in #%u: %s",
             e->block, short_of(text_at(e->detail, "refused")));
    if (e->upgrade.migrated)
        snprintf(out->advice, sizeof out->advice,
                 "make N write System.LastRuntimeUpgrade in its first block, as frame_executive "
                 "does");
    return true;
}

/* ---- blocks that cannot be built ---- */

static bool is_ours(const dg_event *e)
{
    return e->inherent.paras_present < 0 || text_at(e->detail, "refused")[0];
}

/* Inherents that control's block at U+1 has. */
static int64_t inherents_of_control(const dg_outcome_facts *run)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm == DG_ARM_CONTROL && e->kind == DG_EVENT_INHERENT
            && e->block > run->treatment.upgrade_block)
            return e->inherent.produced;
    }
    return 0;
}

static const char *times(size_t count)
{
    return count == 1 ? "time" : "times";
}

static bool inherents(line *out, const dg_outcome_facts *run)
{
    size_t count;
    const dg_event *e = first_of(run, &count, DG_EVENT_INHERENT, is_ours);
    int64_t control = inherents_of_control(run);
    if (!e)
        return false;
    if (e->inherent.produced > e->inherent.applied)
        snprintf(out->says, sizeof out->says,
                 "N refuses an inherent that it made itself, %zu %s from #%u on: %s", count,
                 times(count), e->block, short_of(text_at(e->detail, "refused")));
    else if (e->inherent.produced < control)
        snprintf(out->says, sizeof out->says,
                 "N makes %lld of the %lld inherents that a block of N-1 has, %zu %s from #%u "
                 "on: %s",
                 (long long)e->inherent.produced, (long long)control, count, times(count), e->block,
                 short_of(text_at(e->detail, "refused")));
    else
        return false;
    snprintf(out->advice, sizeof out->advice,
             "make N's create_inherent and the call that takes it agree over this state");
    return true;
}

/* How a call ended, as a verb. */
static const char *ending(int64_t trap)
{
    return trap == DG_TRAP_FUEL     ? "does not end"
           : trap == DG_TRAP_STACK  ? "runs out of stack"
           : trap == DG_TRAP_MEMORY ? "reads or writes outside of its memory"
           : trap == DG_TRAP_PANIC  ? "panics"
                                    : "fails";
}

/* The call of that block that asked for more memory than nodes give; NULL: none did. */
static const dg_event *out_of_memory(const dg_outcome_facts *run, uint32_t block)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm == DG_ARM_TREATMENT && e->kind == DG_EVENT_MEMORY && e->block == block
            && e->memory.pages > e->memory.limit)
            return e;
    }
    return NULL;
}

static bool builds(line *out, const dg_outcome_facts *run)
{
    line other;
    size_t failed, built;
    const dg_event *e = first_of(run, &failed, DG_EVENT_BUILD_FAILED, always);
    const char *panic = e ? text_at(e->detail, "panic") : "";
    first_of(run, &built, DG_EVENT_BLOCK, always);
    if (!e || inherents(&other, run))
        return false;
    snprintf(out->says, sizeof out->says,
             "N's %s %s over this state in %zu of %zu builds, first "
             "in #%u%s%s",
             text_at(e->detail, "step"),
             out_of_memory(run, e->block) ? "runs out of memory" : ending(e->build_failed.trap),
             failed, failed + (built ? built - 1 : 0), e->block, panic[0] ? ": " : "", panic);
    if (built <= 1) /* U itself */
        snprintf(out->advice, sizeof out->advice,
                 "do not enact N: where no block can be built, only a new client brings the chain "
                 "back");
    return true;
}

static bool differs(const dg_event *e)
{
    return !e->reimport.equal;
}

static bool execution(line *out, const dg_outcome_facts *run)
{
    size_t count;
    const dg_event *e = first_of(run, &count, DG_EVENT_REIMPORT, differs);
    if (!e)
        return false;
    snprintf(out->says, sizeof out->says,
             "N executes a block otherwise than it builds it, %zu %s from #%u on: %s", count,
             times(count), e->block, short_of(text_at(e->detail, "reason")));
    snprintf(out->advice, sizeof out->advice,
             "find what N does in BlockBuilder calls and not in Core_execute_block, or the other "
             "way round: every importer refuses such blocks");
    return true;
}

/* ---- sessions and sets ---- */

static bool is_missed(const dg_event *e)
{
    return e->epoch.digest_expected && !e->epoch.digest_seen;
}

static size_t sessions_of(const dg_outcome_facts *run, dg_arm arm)
{
    size_t count = 0;
    for (size_t i = 0; i < run->log->count; i++)
        count += run->log->at[i].arm == arm && run->log->at[i].kind == DG_EVENT_SESSION
                 && run->log->at[i].block > run->treatment.upgrade_block;
    return count;
}

static bool sessions(line *out, const dg_outcome_facts *run)
{
    size_t missed, now = sessions_of(run, DG_ARM_TREATMENT),
                   control = sessions_of(run, DG_ARM_CONTROL);
    const dg_event *e = first_of(run, &missed, DG_EVENT_EPOCH, is_missed);
    if (!e || now > control || first_of(run, NULL, DG_EVENT_IDENTITY, changes_epoch))
        return false; /* more than in control: there is nobody left to begin an epoch with */
    if (now < control)
        snprintf(out->says, sizeof out->says,
                 "N begins no session where one is due, first in #%u: %zu from U on, against %zu "
                 "in control",
                 e->block, now, control);
    else
        snprintf(out->says, sizeof out->says,
                 "N's sessions change as in control (%zu), but its blocks do not announce the "
                 "next epoch (NextEpochData), first in #%u",
                 now, e->block);
    snprintf(out->advice, sizeof out->advice,
             "look at pallet Session's ShouldEndSession and Babe's enact_epoch_change in N");
    return true;
}

static const dg_event *control_at(const dg_outcome_facts *run, const char *moment)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i];
        if (e->arm == DG_ARM_CONTROL && e->kind == DG_EVENT_AUTHORITIES
            && strcmp(text_at(e->detail, "at"), moment) == 0)
            return e;
    }
    return NULL;
}

/* GRANDPA's set alone: where all of them shrink, it is not the migration of this one. At U it may
 * be empty until the next block. */
static bool grandpa(line *out, const dg_outcome_facts *run)
{
    for (size_t i = 0; i < run->log->count; i++) {
        const dg_event *e = &run->log->at[i], *was;
        const char *at = text_at(e->detail, "at");
        if (e->arm != DG_ARM_TREATMENT || e->kind != DG_EVENT_AUTHORITIES || strcmp(at, "U+1") != 0
            || !(was = control_at(run, at)) || e->authorities.grandpa >= was->authorities.grandpa
            || e->authorities.validators < was->authorities.validators)
            continue;
        snprintf(out->says, sizeof out->says,
                 "N's first block, #%u, leaves GRANDPA %lld of %lld authorities, while the "
                 "validators stay",
                 e->block, (long long)e->authorities.grandpa, (long long)was->authorities.grandpa);
        snprintf(out->advice, sizeof out->advice,
                 "let N's migration of pallet Grandpa keep the authorities: without them nothing "
                 "is finalized any more");
        return true;
    }
    return false;
}

/* ---- values that N cannot read ---- */

static bool are_other_keys(const dg_event *e)
{
    return strcmp(text_at(e->detail, "role"), "keys-changed") == 0;
}

static bool are_keys(const dg_event *e)
{
    return e->storage.undecodable > e->storage.undecodable_control
           && (strcmp(text_at(e->detail, "role"), "session-keys") == 0 || are_other_keys(e));
}

static bool keys(line *out, const dg_outcome_facts *run)
{
    const dg_event *e = first_of(run, NULL, DG_EVENT_STORAGE, are_keys);
    if (!e)
        return false;
    snprintf(
        out->says, sizeof out->says,
        are_other_keys(e)
            ? "N takes session keys for others: of %lld of %lld validators, in %s.%s, %s; they "
              "have no secrets for these, and are missed from the next session on"
            : "the layout of SessionKeys changed and nothing rewrote the stored keys: %lld of "
              "%lld of %s.%s do not decode under N (%s), and whoever is queued is lost at the "
              "next session",
        (long long)e->storage.undecodable, (long long)e->storage.entries,
        text_at(e->detail, "pallet"), text_at(e->detail, "item"), text_at(e->detail, "reason"));
    snprintf(out->advice, sizeof out->advice,
             "enact the releases in between one after another, or add their session-key migration "
             "to N");
    return true;
}

static bool reads_otherwise(const dg_event *e)
{
    return e->config.control_decodes && (!e->config.decodes || !e->config.equal);
}

static bool config(line *out, const dg_outcome_facts *run)
{
    const dg_event *e = first_of(run, NULL, DG_EVENT_CONFIG, reads_otherwise);
    if (!e)
        return false;
    snprintf(out->says, sizeof out->says,
             e->config.decodes
                 ? "N reads other values in %s, which its migrations left or made: %s"
                 : "%s cannot be read under N, and defaults stand for it, silently, so that "
                   "limits, rotation and async backing are no longer the chain's: %s",
             text_at(e->detail, "what"), text_at(e->detail, "changed"));
    snprintf(out->advice, sizeof out->advice,
             "enact the releases in between one after another, or add their HostConfiguration "
             "migrations to N");
    return true;
}

/* ---- migrations ---- */

static bool is_too_heavy(const dg_event *e)
{
    return e->migration.weight_max_ps > 0
           && e->migration.weight_ps - e->migration.weight_control_ps > e->migration.weight_max_ps;
}

static bool still_runs(const dg_event *e)
{
    return e->run_end.migration_running != 0;
}

static bool is_left(const dg_event *e)
{
    const char *role = text_at(e->detail, "role");
    return e->storage.undecodable > e->storage.undecodable_control
           && strcmp(role, "session-keys") != 0 && strcmp(role, "keys-changed") != 0
           && strcmp(text_at(e->detail, "pallet"), "Configuration") != 0;
}

static bool migration(line *out, const dg_outcome_facts *run)
{
    const dg_event *heavy = first_of(run, NULL, DG_EVENT_MIGRATION, is_too_heavy),
                   *end = first_of(run, NULL, DG_EVENT_RUN_END, still_runs),
                   *left = first_of(run, NULL, DG_EVENT_STORAGE, is_left);
    if (heavy) {
        const struct dg_event_migration *n = &heavy->migration;
        snprintf(out->says, sizeof out->says,
                 "N's migrations weigh %lld ms in #%u, and a block may weigh %lld ms",
                 (long long)((n->weight_ps - n->weight_control_ps) / 1000000000), heavy->block,
                 (long long)(n->weight_max_ps / 1000000000));
        snprintf(out->advice, sizeof out->advice,
                 "split N's migrations over several blocks (pallet Migrations), or over several "
                 "releases");
    } else if (end) {
        snprintf(out->says, sizeof out->says,
                 "a migration of N in steps does not end: %lld blocks on, its cursor was there "
                 "still, and until then blocks take inherents only",
                 (long long)(end->block - run->treatment.upgrade_block));
        snprintf(out->advice, sizeof out->advice,
                 "make the migration move its cursor in every step, and give up where it cannot");
    } else if (left && strcmp(text_at(left->detail, "role"), "entity") == 0) {
        snprintf(out->says, sizeof out->says,
                 "N's migrations drop %lld of %lld entries of %s.%s, which N-1 keeps: %s",
                 (long long)left->storage.undecodable, (long long)left->storage.entries,
                 text_at(left->detail, "pallet"), text_at(left->detail, "item"),
                 text_at(left->detail, "reason"));
        snprintf(out->advice, sizeof out->advice,
                 "make N's migration of %s.%s take along all that was there",
                 text_at(left->detail, "pallet"), text_at(left->detail, "item"));
    } else if (left) {
        snprintf(out->says, sizeof out->says,
                 "N's migrations leave %lld of %lld values of %s.%s in a layout that N does not "
                 "read: %s",
                 (long long)left->storage.undecodable, (long long)left->storage.entries,
                 text_at(left->detail, "pallet"), text_at(left->detail, "item"),
                 text_at(left->detail, "reason"));
        snprintf(out->advice, sizeof out->advice,
                 "enact the releases in between one after another, or migrate %s.%s in N",
                 text_at(left->detail, "pallet"), text_at(left->detail, "item"));
    }
    return heavy || end || left;
}

/* ---- calls and answers ---- */

static bool is_another(const dg_event *e)
{
    return !e->call.same;
}

static bool calls(line *out, const dg_outcome_facts *run)
{
    size_t count;
    const dg_event *e = first_of(run, &count, DG_EVENT_CALL, is_another);
    if (!e)
        return false;
    snprintf(out->says, sizeof out->says,
             "N gives pallets or calls other indices: %s, which waits in %s, %s %s under N%s",
             text_at(e->detail, "old"), text_at(e->detail, "where"),
             strcmp(text_at(e->detail, "new"), DG_SURVEY_CALL_UNREADABLE) == 0 ? "becomes" : "is",
             text_at(e->detail, "new"), count > 1 ? ", and there are more" : "");
    snprintf(out->advice, sizeof out->advice,
             "cancel the queued calls before U and schedule them again under N");
    return true;
}

static bool is_unreadable(const dg_event *e)
{
    return e->api_type.called && !e->api_type.readable;
}

static bool forms(line *out, const dg_outcome_facts *run)
{
    size_t count;
    const dg_event *e = first_of(run, &count, DG_EVENT_API_TYPE, is_unreadable);
    if (!e)
        return false;
    snprintf(out->says, sizeof out->says,
             "%s has another form in N, and nodes that ask for it know the old one: %s%s",
             text_at(e->detail, "api"), text_at(e->detail, "where"),
             count > 1 ? "; it is not the only one" : "");
    snprintf(out->advice, sizeof out->advice,
             "give %s another version in N, or enact N when all nodes know the new form",
             text_at(e->detail, "api"));
    return true;
}

static bool is_missing(const dg_event *e)
{
    return e->api.missing != 0;
}

static bool methods(line *out, const dg_outcome_facts *run)
{
    const dg_event *e = first_of(run, NULL, DG_EVENT_API, is_missing);
    char api[40];
    if (!e)
        return false;
    snprintf(api, sizeof api, "%.*s", (int)strcspn(text_at(e->detail, "api"), "_"),
             text_at(e->detail, "api"));
    snprintf(out->says, sizeof out->says,
             "N declares %s %lld and does not export all methods of that version, %s first", api,
             (long long)e->api.version, text_at(e->detail, "api"));
    snprintf(out->advice, sizeof out->advice,
             "implement the methods, or declare the version of %s that N has", api);
    return true;
}

/* `configured`: N's configuration is another, and what follows from it is config-survives' to
 * tell. */
static bool is_otherwise(const dg_event *e, bool configured)
{
    return e->kind == DG_EVENT_API && e->arm == DG_ARM_TREATMENT
           && e->api.against > DG_EVENT_AGAINST_SAME
           && !(configured && e->api.against == DG_EVENT_AGAINST_CONFIGURED);
}

/* The last look at the method of `first` that was not right; NULL: a later one was. */
static const dg_event *last_look(const dg_outcome_facts *run, const dg_event *first,
                                 bool configured)
{
    const dg_event *last = first, *end = run->log->at + run->log->count;
    for (const dg_event *e = first; e < end; e++) {
        if (e->kind != DG_EVENT_API || e->arm != DG_ARM_TREATMENT
            || strcmp(text_at(e->detail, "api"), text_at(first->detail, "api")) != 0)
            continue;
        if (e->api.against == DG_EVENT_AGAINST_SAME)
            return NULL;
        last = is_otherwise(e, configured) ? e : last;
    }
    return last;
}

/* An answer that is not control's and stays so. */
static bool answers(line *out, const dg_outcome_facts *run)
{
    bool configured = first_of(run, NULL, DG_EVENT_CONFIG, reads_otherwise) != NULL;
    const dg_event *end = run->log->at + run->log->count, *last;
    for (const dg_event *e = run->log->at; e < end; e++) {
        const char *api = text_at(e->detail, "api");
        if (!is_otherwise(e, configured) || !(last = last_look(run, e, configured))
            || last->block == e->block)
            continue;
        snprintf(out->says, sizeof out->says,
                 "N answers %.80s otherwise than N-1 in control, from #%u to the end, #%u: %.200s",
                 api, e->block, last->block, text_at(last->detail, "differs"));
        snprintf(out->advice, sizeof out->advice,
                 "make N answer %.80s as N-1 does, or migrate what it reads", api);
        return true;
    }
    return false;
}

/* ---- all of them ---- */

static const struct {
    dg_claim_id claim;
    bool (*shown)(line *out, const dg_outcome_facts *run);
} reasons[] = {
    { DG_CLAIM_IDENTITY, epochs },
    { DG_CLAIM_IDENTITY, identity },
    { DG_CLAIM_UPGRADE_ENACTED, refused },
    { DG_CLAIM_INHERENT_ACCEPTED, inherents },
    { DG_CLAIM_AUTHORABLE, builds },
    { DG_CLAIM_REIMPORT, execution },
    { DG_CLAIM_SESSION_CADENCE, sessions },
    { DG_CLAIM_AUTHORITIES_SURVIVE, keys },
    { DG_CLAIM_AUTHORITIES_SURVIVE, grandpa },
    { DG_CLAIM_CONFIG_SURVIVES, config },
    { DG_CLAIM_MIGRATION, migration },
    { DG_CLAIM_QUEUED_CALLS, calls },
    { DG_CLAIM_API_COMPATIBLE, forms },
    { DG_CLAIM_API_WINDOW, methods },
    { DG_CLAIM_API_WINDOW, answers },
};

/* Is there proof of what broke it? Then what was recorded adds nothing. */
static bool is_proved(const json_t *causes, dg_claim_id claim)
{
    const json_t *cause, *one;
    size_t i, k;
    json_array_foreach(causes, i, cause)
    {
        json_array_foreach(json_object_get(cause, "claims"), k,
                           one) if (strcmp(text_at(cause, "kind"), "contributes") != 0
                                    && strcmp(text_at(one, "claim"), dg_claim_name(claim)) == 0
                                    && strcmp(text_at(one, "status"), "broke") != 0) return true;
    }
    return false;
}

int dg_outcome_recorded(json_t *causes, json_t *advice, const dg_outcome_facts *run,
                        const json_t *claims)
{
    int bad = 0;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        line it = { .says = "" };
        if (!dg_outcome_is(claims, reasons[i].claim, DG_VERDICT_BROKE)
            || is_proved(causes, reasons[i].claim) || !reasons[i].shown(&it, run))
            continue;
        bad |= json_array_append_new(
            causes, json_pack("{s:s, s:o}", "kind", "recorded", "says", dg_event_text(it.says)));
        if (it.advice[0])
            bad |= json_array_append_new(advice, dg_event_text(it.advice));
    }
    return bad;
}
