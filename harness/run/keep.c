/* keep.c - states of a run that are left as snapshots, to be looked at: called, inspected,
 * checked and run from like any other.
 *
 * At U it is N's code over N-1's storage, the state that a live chain has for six seconds. */
#include "run/run_impl.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

static const char *const moments[DG_RUN_KEEP_MOMENTS] = { "U-1", "U", "U+1", "session+1", "end" };
static const char *const arms[] = { "control", "treatment" };

/* ---- what is asked for ---- */

static dg_code read_one(dg_run_keep *out, const char *text, size_t len, dg_error *err)
{
    const char *colon = memchr(text, ':', len), *at = colon ? colon + 1 : text;
    size_t arm_len = colon ? (size_t)(colon - text) : 0, at_len = len - (size_t)(at - text);
    int arm = colon ? -1 : DG_ARM_TREATMENT;
    for (int i = 0; i < 2; i++)
        if (strlen(arms[i]) == arm_len && memcmp(arms[i], text, arm_len) == 0)
            arm = i;
    for (int m = 0; arm >= 0 && m < DG_RUN_KEEP_MOMENTS; m++)
        if (strlen(moments[m]) == at_len && memcmp(moments[m], at, at_len) == 0) {
            out->at[arm][m].wanted = true;
            return DG_OK;
        }
    return dg_fail(err, DG_USAGE,
                   "--keep: \"%.*s\" is not a state of a run; there are U-1, U, U+1, session+1 "
                   "and end, as they are for treatment, of control as control:end",
                   (int)(len < 80 ? len : 80), text);
}

dg_code dg_run_keep_read(dg_run_keep *out, const char *text, const char *folder, dg_error *err)
{
    dg_code rc = DG_OK;
    *out = (dg_run_keep){ .folder = folder };
    for (const char *end; rc == DG_OK && text; text = *end ? end + 1 : NULL) {
        end = text + strcspn(text, ",");
        rc = read_one(out, text, (size_t)(end - text), err);
    }
    return rc;
}

bool dg_run_keep_at(const dg_run_keep *keep, size_t i, dg_run_kept_state *out)
{
    size_t seen = 0;
    for (int arm = 0; arm < 2; arm++)
        for (int m = 0; m < DG_RUN_KEEP_MOMENTS; m++) {
            if (!keep->at[arm][m].wanted || seen++ != i)
                continue;
            *out = (dg_run_kept_state){ .arm = arms[arm],
                                        .moment = moments[m],
                                        .made = keep->at[arm][m].made,
                                        .block = keep->at[arm][m].block };
            snprintf(out->path, sizeof out->path, "%s/%s-%s", keep->folder, arms[arm], moments[m]);
            return true;
        }
    return false;
}

dg_code dg_run_keep_try(dg_run_keep *keep, dg_error *err)
{
    dg_run_kept_state s;
    dg_code rc = dg_dir_make(keep->folder, err);
    for (size_t i = 0; rc >= 0 && dg_run_keep_at(keep, i, &s); i++)
        rc = dg_snapshot_try(s.path, true, err);
    keep->process = (long)getpid();
    return rc;
}

void dg_run_keep_begin(dg_run_keep *keep)
{
    for (int arm = 0; keep && arm < 2; arm++)
        for (int m = 0; m < DG_RUN_KEEP_MOMENTS; m++)
            keep->at[arm][m].made = false;
}

/* ---- kept ---- */

/* The state is that of the header; only the fork of a run may be another than its block's. */
static dg_code check_root(bool *equal, const dg_run_arm *a, dg_block *block, dg_error *err)
{
    dg_header header;
    dg_hash root;
    dg_code rc = dg_header_decode(&header, dg_block_header(block), err);
    *equal = false;
    if (rc < 0 || (rc = dg_state_root(dg_block_state(block), &root, err)) < 0)
        return rc;
    *equal = dg_hash_equal(&root, &header.state_root);
    if (!*equal && dg_block_number(block) != a->run->span.fork_number)
        return dg_fail(err, DG_MISMATCH, "the state of block #%u has root %s, its header says %s",
                       header.number, dg_hash_short(&root).text,
                       dg_hash_short(&header.state_root).text);
    return DG_OK;
}

static dg_code fill(dg_snapshot_info *info, const dg_run_arm *a, dg_block *block,
                    const char *moment, dg_error *err)
{
    dg_runtime *runtime;
    dg_code rc = dg_block_runtime(a->chain, block, &runtime, err);
    if (rc < 0)
        return rc;
    *info = *dg_snapshot_info_of(a->run->source.snapshot);
    info->number = dg_block_number(block);
    info->hash = *dg_block_hash(block);
    snprintf(info->spec_name, sizeof info->spec_name, "%s", dg_runtime_version(runtime)->spec_name);
    info->spec_version = dg_runtime_version(runtime)->spec_version;
    snprintf(info->name, sizeof info->name, "%.60s, %s of %s", info->chain, moment, arms[a->which]);
    snprintf(info->source_kind, sizeof info->source_kind, "state");
    return DG_OK;
}

static dg_code save(const dg_run_arm *a, dg_block *block, dg_run_moment_kept m, const char *path,
                    dg_error *err)
{
    dg_snapshot_info info;
    bool equal;
    dg_code rc;
    if ((rc = check_root(&equal, a, block, err)) < 0
        || (rc = fill(&info, a, block, moments[m], err)) < 0)
        return rc;
    dg_run_tell_progress(a->run, "keep", 0, 0);
    return dg_state_replace(dg_block_state(block), path, &info,
                            equal ? dg_block_header(block) : dg_bytes_of(NULL, 0), err);
}

dg_code dg_run_arm_keep(dg_run_arm *a, dg_run_moment_kept m, dg_block *block, dg_error *err)
{
    dg_run_keep *keep = a->run->options->keep;
    char path[DG_RUN_KEEP_PATH_MAX];
    dg_code rc;
    if (!keep || !keep->at[a->which][m].wanted || keep->at[a->which][m].made
        || keep->process != (long)getpid()) /* what is tried in a fork is not this run */
        return DG_OK;
    snprintf(path, sizeof path, "%s/%s-%s", keep->folder, arms[a->which], moments[m]);
    if ((rc = save(a, block, m, path, err)) < 0)
        return dg_fail_within(err, rc, "%s", path);
    keep->at[a->which][m].made = true;
    keep->at[a->which][m].block = dg_block_number(block);
    return DG_OK;
}
