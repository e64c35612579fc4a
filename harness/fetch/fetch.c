/* fetch.c - the order of work: own the place, pin the block, fetch, finality, commit. */
#include "fetch/fetch_impl.h"

#include <assert.h>
#include <string.h>

const char *const dg_fetch_way_names[DG_FETCH_WAYS + 1] = { "any", "proofs", "pairs", NULL };

static void note(const dg_fetch_options *o, const char *text)
{
    if (o->note)
        o->note(o->user, text);
}

/* ---- what is wanted of it ---- */

/* Beside what was asked for, what a runtime cannot do without. */
static dg_code put_prefixes(dg_buf *out, const dg_fetch_options *o, dg_error *err)
{
    static const char *const always[] = { ":code", ":heappages", ":grandpa_authorities" };
    uint8_t prefix[16];
    if (!o->pallet_count)
        return DG_OK;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        dg_scale_put_bytes(out, dg_text(always[i]));
    for (size_t i = 0; i < o->pallet_count; i++) {
        dg_twox(prefix, sizeof prefix, dg_text(o->pallets[i]));
        dg_scale_put_bytes(out, dg_bytes_of(prefix, sizeof prefix));
    }
    return dg_buf_check(out, err, "list of pallets");
}

/* ---- the journal's head: of which block and what ---- */

static dg_code put_head(dg_fetch_journal *j, const dg_fetch_job *job, dg_error *err)
{
    dg_buf head;
    dg_code rc;
    dg_buf_init(&head, 4 << 20);
    dg_buf_put_bytes(&head, dg_hash_bytes(&job->pin->genesis));
    dg_scale_put_bytes(&head, dg_buf_bytes(&job->pin->encoded));
    dg_scale_put_bytes(&head, dg_buf_bytes(&job->prefixes));
    if ((rc = dg_buf_check(&head, err, "head of the journal")) == DG_OK)
        rc = dg_fetch_journal_put(j, DG_FETCH_HEAD, dg_buf_bytes(&head), err);
    dg_buf_clear(&head);
    return rc;
}

/* Whether the journal is of what is asked for now; `header` is borrowed from it. */
static bool is_of_this(dg_bytes *header, dg_hash *genesis, const dg_fetch_journal *j,
                       const dg_fetch_job *job, const char *at)
{
    dg_scale in = dg_scale_from(dg_buf_bytes(&j->head));
    dg_bytes prefixes;
    dg_fetch_header h;
    char number[16];
    if (!j->head.len)
        return false;
    *genesis = dg_scale_hash(&in);
    *header = dg_scale_bytes(&in);
    prefixes = dg_scale_bytes(&in);
    if (dg_scale_finish(&in, NULL, "head") < 0 || dg_fetch_header_read(&h, *header, NULL) < 0
        || !dg_bytes_equal(prefixes, dg_buf_bytes(&job->prefixes)))
        return false;
    snprintf(number, sizeof number, "%u", h.number);
    return !at || strcmp(at, "finalized") == 0 || strcmp(at, number) == 0
           || strcmp(at, dg_hash_text(&h.hash).text) == 0;
}

/* ---- from the journal to the snapshot ---- */

static dg_code put_tries(dg_snapshot_writer *writer, const dg_fetch_job *job,
                         dg_snapshot_info *info, dg_error *err);

static dg_code put_all(dg_snapshot_writer *writer, const dg_fetch_job *job, dg_snapshot_info *info,
                       dg_error *err)
{
    if (job->prefixes.len)
        return put_tries(writer, job, info, err);
    if (job->is_own) {
        info->state_root = job->own[info->state_version & 1];
        info->partial = true;
        return dg_fetch_build(&info->state_root, (dg_fetch_job *)(uintptr_t)job,
                              info->state_version & 1, dg_snapshot_put, writer, err);
    }
    info->state_root = job->pin->header.state_root;
    return dg_fetch_journal_each(job->journal, dg_snapshot_put, writer, err);
}

static dg_code copy_prefix(dg_trie *to, const dg_trie *from, dg_bytes prefix, unsigned version,
                           dg_error *err)
{
    dg_trie_iter *it = NULL;
    dg_bytes key, value;
    dg_code rc = dg_trie_iter_new(&it, from, prefix, err);
    while (rc == DG_OK && (rc = dg_trie_iter_next(it, &key, &value, err)) == DG_OK)
        rc = dg_trie_put(to, key, value, version, 0, err);
    dg_trie_iter_free(it);
    return rc == DG_END ? DG_OK : rc;
}

/* A pallet without a key is one that is not there. */
static dg_code check_pallets(const dg_trie *trie, const dg_fetch_options *o, dg_error *err)
{
    uint8_t prefix[16];
    dg_buf next;
    dg_code rc = DG_OK;
    dg_buf_init(&next, DG_TRIE_KEY_MAX);
    for (size_t i = 0; rc == DG_OK && i < o->pallet_count; i++) {
        dg_twox(prefix, sizeof prefix, dg_text(o->pallets[i]));
        rc = dg_trie_next(trie, &next, NULL, dg_bytes_of(prefix, sizeof prefix), true, err);
        if (rc == DG_END
            || (rc == DG_OK
                && !dg_bytes_begin(dg_buf_bytes(&next), dg_bytes_of(prefix, sizeof prefix))))
            rc = dg_fail(err, DG_USAGE, "the state has no key of a pallet %.80s", o->pallets[i]);
    }
    dg_buf_clear(&next);
    return rc;
}

/* Of a part of a state a trie of its own, with a root of its own. */
static dg_code put_tries(dg_snapshot_writer *writer, const dg_fetch_job *job,
                         dg_snapshot_info *info, dg_error *err)
{
    dg_trie_loader loader = { .load = dg_fetch_journal_load, .source = job->journal };
    dg_trie *whole = dg_trie_open(&job->pin->header.state_root, &loader);
    dg_trie *part = dg_trie_empty();
    dg_scale in = dg_scale_from(dg_buf_bytes(&job->prefixes));
    dg_code rc = whole && part ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a trie");
    while (rc == DG_OK && dg_scale_left(&in))
        rc = copy_prefix(part, whole, dg_scale_bytes(&in), info->state_version, err);
    if (rc == DG_OK)
        rc = check_pallets(part, job->options, err);
    if (rc == DG_OK && (rc = dg_trie_root(part, &info->state_root, err)) == DG_OK)
        rc = dg_trie_flush(part, dg_snapshot_put, writer, err);
    info->partial = true;
    dg_trie_free(part);
    dg_trie_free(whole);
    return rc;
}

static dg_code describe(dg_snapshot_info *info, const dg_fetch_job *job, dg_trie *state,
                        dg_error *err)
{
    const dg_fetch_options *o = job->options;
    dg_bytes code;
    dg_code rc = dg_trie_get(state, &code, dg_text(":code"), err);
    info->number = job->pin->header.number;
    info->hash = job->pin->header.hash;
    info->header_known = true;
    snprintf(info->source_kind, sizeof info->source_kind, "rpc");
    snprintf(info->source, sizeof info->source, "%s #%u", job->pin->chain, info->number);
    snprintf(info->name, sizeof info->name, "%s", job->pin->chain);
    info->source_hash = job->pin->header.hash;
    if (rc == DG_OK && o->describe)
        rc = o->describe(o->describe_user, info, code, err);
    if (!info->chain[0])
        snprintf(info->chain, sizeof info->chain, "%s",
                 info->spec_name[0] ? info->spec_name : job->pin->chain);
    return rc < 0 ? rc : DG_OK;
}

static dg_code finish(dg_fetch_report *report, dg_snapshot_writer **writer, dg_fetch_job *job,
                      dg_error *err)
{
    dg_trie_loader loader = { .load = dg_fetch_journal_load, .source = job->journal };
    dg_trie *state =
        dg_trie_open(job->is_own ? &job->own[1] : &job->pin->header.state_root, &loader);
    dg_snapshot_writer *w = *writer;
    dg_code rc = state ? DG_OK : dg_fail(err, DG_NOMEM, "no memory for a trie");
    if (rc == DG_OK)
        rc = dg_fetch_journal_map(job->journal, err);
    if (rc == DG_OK)
        rc = describe(&report->info, job, state, err);
    if (rc == DG_OK)
        rc = dg_fetch_finality(report, job->rpc, job->pin, state, err);
    dg_trie_free(state);
    if (rc == DG_OK)
        rc = put_all(w, job, &report->info, err);
    if (rc < 0)
        return rc;
    report->root_is_header = dg_hash_equal(&report->info.state_root, &job->pin->header.state_root);
    *writer = NULL; /* commit frees it in every case */
    return dg_snapshot_commit(w, &report->info, dg_buf_bytes(&job->pin->encoded), NULL, err);
}

/* ---- the whole ---- */

static dg_code pin_and_head(dg_fetch_report *report, dg_fetch_job *job, dg_fetch_pin *pin,
                            dg_error *err)
{
    const dg_fetch_options *o = job->options;
    dg_bytes header = { NULL, 0 };
    dg_code rc;
    report->resumed = is_of_this(&header, &pin->genesis, job->journal, job, o->at);
    if (!report->resumed && job->journal->head.len) {
        note(o, "what another fetch to this place left is of another block or pallets, and is "
                "not used");
        if ((rc = dg_fetch_journal_empty(job->journal, err)) < 0)
            return rc;
    }
    rc = dg_fetch_pin_block(pin, job->rpc, o->at, report->resumed ? header : dg_bytes_of(NULL, 0),
                            err);
    if (rc == DG_OK && !report->resumed)
        rc = put_head(job->journal, job, err);
    return rc;
}

static dg_code keep(void *journal, const dg_hash *hash, dg_bytes bytes, dg_error *err)
{
    const dg_fetch_slot *slot = dg_fetch_journal_slot(journal, hash);
    if (!slot)
        return dg_fail(err, DG_NOMEM, "no memory for the journal");
    return slot->at ? DG_OK : dg_fetch_journal_put(journal, DG_FETCH_CONTENT, bytes, err);
}

/* Of keys and values two tries are made, one in each state version; the walk from the header's root
 * then finds their nodes here and asks for those of neither, which are above values of both. */
static dg_code by_pairs(dg_fetch_report *report, dg_fetch_job *job, dg_error *err)
{
    const dg_hash *root = &job->pin->header.state_root;
    bool found = false;
    dg_code rc = dg_fetch_pairs(job, err);
    for (unsigned version = 2; rc == DG_OK && !found && version-- > 0;) {
        rc = dg_fetch_build(&job->own[version], job, version, keep, job->journal, err);
        found = dg_hash_equal(&job->own[version], root);
    }
    report->way = DG_FETCH_PAIRS;
    if (rc != DG_OK)
        return rc;
    rc = dg_fetch_walk(job, err);
    if (!found && rc == DG_UNSUPPORTED) {
        job->is_own = true;
        rc = dg_fetch_build(&job->own[0], job, 0, keep, job->journal, err);
        if (rc == DG_OK)
            rc = dg_fetch_build(&job->own[1], job, 1, keep, job->journal, err);
        note(job->options,
             "keys and values alone do not come to the header's state root (values of "
             "two state versions, or endpoints that say what is not so), and no "
             "endpoint serves the proofs that would");
        return rc;
    }
    return rc;
}

static dg_code by_any_way(dg_fetch_report *report, dg_fetch_job *job, dg_error *err)
{
    dg_fetch_way way = job->options->way;
    dg_code rc;
    if (way == DG_FETCH_PAIRS && job->prefixes.len)
        return dg_fail(err, DG_USAGE, "pallets alone are fetched by proofs, and not by pairs");
    if (way == DG_FETCH_PAIRS)
        return by_pairs(report, job, err);
    report->way = DG_FETCH_PROOFS;
    rc = dg_fetch_walk(job, err);
    if (rc != DG_UNSUPPORTED || way == DG_FETCH_PROOFS || job->prefixes.len)
        return rc;
    note(job->options, "no endpoint serves read proofs: keys and values are fetched instead");
    job->now = (dg_fetch_progress){ .keys = 0 };
    return by_pairs(report, job, err);
}

static dg_code fetch(dg_fetch_report *report, dg_snapshot_writer **writer, dg_fetch_job *job,
                     dg_fetch_pin *pin, dg_error *err)
{
    char text[200];
    dg_code rc = pin_and_head(report, job, pin, err);
    if (rc != DG_OK)
        return rc;
    snprintf(text, sizeof text, "%s block #%u %s of %s",
             report->resumed ? "going on with" : "fetching", pin->header.number,
             dg_hash_text(&pin->header.hash).text, pin->chain);
    note(job->options, text);
    report->named = pin->named;
    report->asked = pin->asked;
    if ((rc = by_any_way(report, job, err)) != DG_OK)
        return rc;
    return finish(report, writer, job, err);
}

/* Nobody handed in what endpoints say: it is the world that fails. */
dg_code dg_fetch_as_failure(dg_code rc, dg_error *err)
{
    if (rc == DG_ABSENT || rc == DG_MISMATCH || rc == DG_MALFORMED || rc == DG_UNSUPPORTED) {
        if (err)
            err->code = DG_IO;
        return DG_IO;
    }
    return rc;
}

dg_code dg_fetch_snapshot(dg_fetch_report *report, dg_rpc *rpc, const dg_fetch_options *options,
                          dg_error *err)
{
    dg_fetch_pin pin = { .chain = "" };
    dg_fetch_journal journal = { .fd = -1 };
    dg_fetch_job job = { .rpc = rpc, .journal = &journal, .pin = &pin, .options = options };
    dg_snapshot_writer *writer = NULL;
    dg_code rc;
    assert(options->path_out && options->pallet_count <= DG_FETCH_PALLETS_MAX);
    *report = (dg_fetch_report){ .finality = "" };
    dg_buf_init(&pin.encoded, DG_FETCH_HEADER_MAX);
    dg_buf_init(&job.prefixes, 1 << 16);
    dg_buf_init(&job.children, (size_t)DG_FETCH_CONTENT_MAX);
    if ((rc = dg_snapshot_begin(&writer, options->path_out, options->replace, err)) == DG_OK
        && (rc = put_prefixes(&job.prefixes, options, err)) == DG_OK
        && (rc = dg_fetch_journal_open(&journal, options->path_out, err)) == DG_OK)
        rc = dg_fetch_as_failure(fetch(report, &writer, &job, &pin, err), err);
    dg_snapshot_abandon(writer);
    if (rc == DG_OK)
        rc = dg_fetch_journal_remove(&journal, err);
    else if (journal.fd >= 0 && journal.end && !journal.bytes)
        dg_fetch_journal_remove(&journal, NULL); /* nothing had arrived */
    dg_fetch_journal_close(&journal);
    dg_buf_clear(&pin.encoded);
    dg_buf_clear(&job.prefixes);
    dg_buf_clear(&job.children);
    return rc;
}
