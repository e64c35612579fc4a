/* bisect.c - commit after commit is asked until one is left, and each answer is kept at once. */
#include "bisect/bisect_impl.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include "claim/claim.h"
#include "crypto/crypto.h"

/* ---- what was asked for ---- */

static dg_code known_claim(const char *name, dg_error *err)
{
    const char *names[DG_CLAIM_COUNT + 1] = { NULL }, *near;
    if (!name || dg_claim_named(name))
        return DG_OK;
    for (size_t i = 0; dg_claim_at(i); i++)
        names[i] = dg_claim_name(dg_claim_at(i)->id);
    near = dg_nearest(name, names);
    return dg_fail(err, DG_USAGE,
                   near ? "no claim %.60s; did you mean %s?"
                        : "no claim %.60s; see doppel help claims",
                   name, near);
}

/* The path as it is in a tree; the repository is not looked at. */
static dg_code straighten(dg_bisect_work *w, dg_error *err)
{
    char name[DG_GIT_NAME_MAX];
    dg_git_spec spec;
    dg_code rc;
    if ((size_t)snprintf(name, sizeof name, "git:@HEAD:%s", w->own.path) >= sizeof name)
        return dg_fail(err, DG_USAGE, "the path has more than %d bytes", DG_GIT_PATH_MAX - 1);
    if ((rc = dg_git_spec_parse(&spec, name, NULL)) < 0)
        return dg_fail(err, DG_USAGE, "the path %.200s is empty, or leads out of the repository",
                       w->own.path);
    memcpy(w->path, spec.path, sizeof w->path);
    w->own.path = w->path;
    return DG_OK;
}

/* Of all that a verdict hangs on but the runtime. */
static dg_code hash_asked(dg_hash *out, const dg_bisect_options *o, dg_error *err)
{
    json_t *plan = json_deep_copy(dg_plan_json(o->plan));
    char *text;
    dg_buf all;
    dg_code rc;
    json_object_del(json_object_get(plan, "upgrade"), "to");
    text = json_dumps(plan, JSON_SORT_KEYS | JSON_COMPACT);
    dg_buf_init(&all, 2 * DG_PLAN_MAX);
    dg_buf_printf(&all, "%s\n%s\n%s\n%s\n%s", DG_VERSION, o->path, o->claim ? o->claim : "",
                  o->build ? o->build : "", text ? text : "");
    rc = text ? dg_buf_check(&all, err, "the plan") : dg_fail(err, DG_NOMEM, "no memory");
    *out = dg_blake2_256(dg_buf_bytes(&all));
    dg_buf_clear(&all);
    dg_free(text);
    json_decref(plan);
    return rc;
}

/* ---- the log ---- */

static void end_line(char *out, size_t size, dg_bisect_work *w)
{
    dg_bisect_step step = dg_bisect_search_next(w->search);
    char hash[DG_GIT_HASH_TEXT], subject[DG_BISECT_TEXT_MAX];
    dg_git_history_hash(hash, w->history, step.commit);
    dg_git_history_subject(subject, sizeof subject, w->history, step.commit);
    out[0] = 0;
    if (step.state == DG_BISECT_FOUND)
        snprintf(out, size, "first bad commit: [%s] %s", hash, subject);
    else if (step.state == DG_BISECT_RANGE)
        snprintf(out, size, "only skipped commits left to test: one of %zu is the first bad commit",
                 step.open);
}

static dg_code write_log(dg_bisect_work *w, dg_error *err)
{
    char end[2 * DG_BISECT_TEXT_MAX] = "";
    dg_buf text;
    dg_code rc;
    if (w->log.count >= 2)
        end_line(end, sizeof end, w);
    dg_buf_init(&text, DG_BISECT_LOG_MAX);
    dg_bisect_log_text(&text, &w->log, end[0] ? end : NULL);
    if ((rc = dg_buf_check(&text, err, "the log")) >= 0)
        rc = dg_file_write(w->options->log, dg_buf_bytes(&text), err);
    dg_buf_clear(&text);
    return rc;
}

/* The log is of this bisect, or there is none yet. */
static dg_code same_bisect(const dg_bisect_log *was, const dg_bisect_log *is, dg_error *err)
{
    const char *differs = !dg_hash_equal(&was->asked, &is->asked)
                              ? "plan, path, claim, command or program"
                          : strcmp(was->good, is->good) != 0      ? "good commit"
                          : strcmp(was->bad, is->bad) != 0        ? "bad commit"
                          : was->first_parent != is->first_parent ? "--first-parent"
                                                                  : NULL;
    return differs ? dg_fail(err, DG_USAGE,
                             "it is the log of a bisect with another %s: name another --log, or "
                             "remove it",
                             differs)
                   : DG_OK;
}

/* Ends are not searched: that they are what they were said to be is seen first. */
static bool is_end(const dg_bisect_work *w, size_t commit)
{
    return commit == 0 || commit == dg_git_history_count(w->history) - 1;
}

/* Marks what the log has; that it was made by these steps is looked at, entry by entry. */
static dg_code replay(dg_bisect_work *w, const dg_bisect_log *was, dg_error *err)
{
    dg_code rc = DG_OK;
    for (size_t i = 0; i < was->count && rc == DG_OK; i++) {
        const dg_bisect_entry *e = &was->at[i];
        size_t commit = dg_git_history_find(w->history, e->commit);
        dg_bisect_mark end = commit == 0 ? DG_BISECT_GOOD : DG_BISECT_BAD;
        bool fits = commit != SIZE_MAX
                    && (is_end(w, commit) ? e->mark == end && !dg_bisect_entry_of(w, commit)
                                          : dg_bisect_search_mark(w->search, commit, e->mark));
        rc = fits ? dg_bisect_log_add(&w->log, e, err)
                  : dg_fail(err, DG_MALFORMED, "its mark of %.12s contradicts the marks before it",
                            e->commit);
    }
    return rc;
}

/* A device or a pipe has nothing to go on from. */
static bool is_kept(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static dg_code take_log(dg_bisect_work *w, dg_error *err)
{
    dg_bisect_log was = { 0 };
    dg_buf text;
    dg_code rc = DG_OK;
    dg_buf_init(&text, DG_BISECT_LOG_MAX);
    if (is_kept(w->options->log) && (rc = dg_file_read(&text, w->options->log, err)) >= 0
        && ((rc = dg_bisect_log_parse(&was, dg_buf_bytes(&text), err)) < 0
            || (rc = same_bisect(&was, &w->log, err)) < 0 || (rc = replay(w, &was, err)) < 0))
        dg_fail_within(err, rc, "%s", w->options->log);
    dg_buf_clear(&text);
    dg_bisect_log_clear(&was);
    return rc;
}

const dg_bisect_entry *dg_bisect_entry_of(const dg_bisect_work *work, size_t commit)
{
    char hash[DG_GIT_HASH_TEXT];
    dg_git_history_hash(hash, work->history, commit);
    for (size_t i = 0; i < work->log.count; i++)
        if (strcmp(work->log.at[i].commit, hash) == 0)
            return &work->log.at[i];
    return NULL;
}

/* ---- one commit ---- */

static void tell(const dg_bisect_work *w, const dg_bisect_entry *e, const char *doing,
                 const char *same_as, const dg_bisect_step *step)
{
    dg_bisect_progress now = { .commit = e->commit,
                               .subject = e->subject,
                               .doing = doing,
                               .mark = e->mark,
                               .why = e->why,
                               .same_as = same_as && same_as[0] ? same_as : NULL,
                               .open = step ? step->open : 0,
                               .steps = step ? step->steps : 0 };
    if (w->options->progress)
        w->options->progress(w->options->user, &now);
}

/* The very bytes were run before, at another commit. */
static bool known(const dg_bisect_work *w, dg_bisect_verdict *v, const char *blob)
{
    for (size_t i = 0; i < w->log.count; i++) {
        const dg_bisect_entry *e = &w->log.at[i];
        if (strcmp(e->blob, blob) != 0)
            continue;
        *v = (dg_bisect_verdict){ .mark = e->mark, .code = DG_LIMIT };
        snprintf(v->why, sizeof v->why, "%s", e->why);
        snprintf(v->broke, sizeof v->broke, "%s", e->broke);
        memcpy(v->same_as, e->commit, sizeof v->same_as);
        return true;
    }
    return false;
}

/* By its bytes, which must be what is run. */
static dg_code blob_of_file(char *out, size_t size, const char *path, dg_error *err)
{
    dg_buf content;
    dg_hash hash;
    dg_code rc;
    dg_buf_init(&content, 2 * DG_BLOB_MAX);
    if ((rc = dg_file_read(&content, path, err)) >= 0) {
        hash = dg_blake2_256(dg_buf_bytes(&content));
        snprintf(out, size, "%s", dg_hash_text(&hash).text);
    }
    dg_buf_clear(&content);
    return rc;
}

/* Where the runtime of a commit is, and which bytes it has; or SKIP. */
static dg_code find_runtime(dg_bisect_work *w, dg_bisect_entry *e, dg_bisect_verdict *v,
                            char *runtime, size_t size, size_t commit, dg_error *err)
{
    const dg_bisect_options *o = w->options;
    dg_error own = { .text = "" };
    dg_git_spec spec;
    dg_code rc;
    if (o->build) {
        rc = dg_bisect_yard_build(v, runtime, size, &w->yard, w->history, commit, o, err);
        if (rc == DG_OK && v->mark == DG_BISECT_UNKNOWN
            && (rc = blob_of_file(e->blob, sizeof e->blob, runtime, &own)) < 0) {
            dg_bisect_skip(v, rc, own.text);
            rc = DG_OK;
        }
        return rc;
    }
    rc = dg_git_history_file(e->blob, w->history, commit, o->path, &own);
    if (rc == DG_IO || rc == DG_NOMEM)
        return dg_fail(err, rc, "%s", own.text);
    if (rc != DG_OK)
        dg_bisect_skip(v, DG_USAGE, own.text);
    snprintf(spec.repo, sizeof spec.repo, "%s", o->range.repo);
    memcpy(spec.rev, e->commit, sizeof e->commit);
    snprintf(spec.path, sizeof spec.path, "%s", o->path);
    dg_git_spec_text(runtime, size, &spec);
    return DG_OK;
}

/* Texts are kept and compared, and the folder has another name each time: paths begin in it. */
static void leave_out_folder(char *text, const char *folder)
{
    char prefix[DG_SCRATCH_FOLDER_MAX + 1];
    size_t len = (size_t)snprintf(prefix, sizeof prefix, "%s/", folder);
    for (char *at; folder[0] && (at = strstr(text, prefix));)
        memmove(at, at + len, strlen(at + len) + 1);
}

/* DG_OK: `e` has a mark. */
static dg_code ask(dg_bisect_work *w, dg_bisect_entry *e, dg_bisect_verdict *v, size_t commit,
                   const dg_bisect_step *step, dg_error *err)
{
    char runtime[DG_GIT_NAME_MAX];
    dg_code rc;
    memset(e, 0, sizeof *e);
    memset(v, 0, sizeof *v);
    dg_git_history_hash(e->commit, w->history, commit);
    dg_git_history_subject(e->subject, sizeof e->subject, w->history, commit);
    tell(w, e, w->options->build ? "build" : "run", NULL, step);
    if ((rc = find_runtime(w, e, v, runtime, sizeof runtime, commit, err)) != DG_OK)
        return rc;
    if (v->mark == DG_BISECT_UNKNOWN && !known(w, v, e->blob)) {
        if (w->options->build)
            tell(w, e, "run", NULL, step);
        if ((rc = dg_bisect_judge(v, w->options, runtime, err)) != DG_OK)
            return rc;
        w->runs++;
    }
    assert(v->mark != DG_BISECT_UNKNOWN);
    leave_out_folder(v->why, w->yard.scratch.folder);
    e->mark = v->mark;
    memcpy(e->why, v->why, sizeof e->why);
    memcpy(e->broke, v->broke, sizeof e->broke);
    return DG_OK;
}

static dg_code keep(dg_bisect_work *w, const dg_bisect_entry *e, const dg_bisect_verdict *v,
                    const dg_bisect_step *step, dg_error *err)
{
    dg_code rc = dg_bisect_log_add(&w->log, e, err);
    if (rc < 0 || (rc = write_log(w, err)) < 0)
        return rc;
    tell(w, e, NULL, v->same_as, step);
    return DG_OK;
}

/* ---- good and bad themselves ---- */

static dg_code no_such_end(const dg_bisect_work *w, const dg_bisect_entry *e,
                           const dg_bisect_verdict *v, size_t commit, dg_error *err)
{
    const char *name = commit == 0 ? w->options->range.good : w->options->range.bad;
    if (e->mark == DG_BISECT_SKIP)
        return dg_fail(err, v->code, "%s (%.80s, %.12s) cannot be judged: %s",
                       commit == 0 ? "good" : "bad", name, e->commit, e->why);
    if (commit == 0)
        return dg_fail(err, DG_USAGE, "good (%.80s, %.12s) is bad already: %.100s: %s", name,
                       e->commit, e->broke, e->why);
    return dg_fail(err, DG_USAGE, "bad (%.80s, %.12s) breaks nothing: %s", name, e->commit, e->why);
}

static dg_code try_end(dg_bisect_work *w, size_t commit, dg_error *err)
{
    dg_bisect_entry e;
    dg_bisect_verdict v;
    dg_code rc;
    if (dg_bisect_entry_of(w, commit))
        return DG_OK;
    if ((rc = ask(w, &e, &v, commit, NULL, err)) != DG_OK)
        return rc;
    if (e.mark != (commit == 0 ? DG_BISECT_GOOD : DG_BISECT_BAD))
        return no_such_end(w, &e, &v, commit, err);
    return keep(w, &e, &v, NULL, err);
}

/* ---- the search ---- */

static dg_code search(dg_bisect_work *w, dg_error *err)
{
    dg_code rc;
    if ((rc = try_end(w, 0, err)) != DG_OK
        || (rc = try_end(w, dg_git_history_count(w->history) - 1, err)) != DG_OK)
        return rc;
    for (;;) {
        dg_bisect_step step = dg_bisect_search_next(w->search);
        dg_bisect_entry e;
        dg_bisect_verdict v;
        bool fits;
        if (step.state != DG_BISECT_ASK)
            return DG_OK;
        if ((rc = ask(w, &e, &v, step.commit, &step, err)) != DG_OK)
            return rc;
        fits = dg_bisect_search_mark(w->search, step.commit, e.mark);
        assert(fits);
        if ((rc = keep(w, &e, &v, &step, err)) < 0)
            return rc;
    }
}

static size_t parents_of(const uint32_t **out, const void *user, size_t commit)
{
    return dg_git_history_parents(out, user, commit);
}

static dg_code begin(dg_bisect_work *w, dg_error *err)
{
    const dg_bisect_options *o = w->options;
    dg_bisect_graph graph = { .parents = parents_of };
    dg_code rc;
    if ((rc = straighten(w, err)) < 0 || (rc = known_claim(o->claim, err)) < 0
        || (rc = dg_git_history_new(&w->history, &o->range, err)) < 0
        || (rc = hash_asked(&w->log.asked, o, err)) < 0)
        return rc;
    graph.user = w->history;
    graph.count = dg_git_history_count(w->history);
    w->log.first_parent = o->range.first_parent;
    dg_git_history_hash(w->log.good, w->history, 0);
    dg_git_history_hash(w->log.bad, w->history, graph.count - 1);
    if ((rc = dg_bisect_search_new(&w->search, &graph, err)) < 0 || (rc = take_log(w, err)) < 0
        || (rc = write_log(w, err)) < 0)
        return rc;
    return o->build ? dg_bisect_yard_open(&w->yard, o->log, w->log.count == 0, err) : DG_OK;
}

dg_code dg_bisect(json_t **out, const dg_bisect_options *options, dg_error *err)
{
    dg_bisect_work w = { .own = *options };
    dg_code rc;
    *out = NULL;
    w.options = &w.own;
    rc = begin(&w, err);
    if (rc >= 0)
        rc = search(&w, err);
    if (rc >= 0 && !(*out = dg_bisect_document(&w, rc == DG_END)))
        rc = dg_fail(err, DG_NOMEM, "no memory for the result");
    dg_bisect_yard_close(&w.yard);
    dg_bisect_log_clear(&w.log);
    dg_bisect_search_free(w.search);
    dg_git_history_free(w.history);
    return rc;
}
