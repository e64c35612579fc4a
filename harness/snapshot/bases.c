/* bases.c - what a snapshot shares with the ones it was made over.
 *
 * Nodes are named by what they hold, so of a second state only those are new that differ. The
 * file of the first is linked into the folder of the second: it was sealed and is never written
 * again, the disk holds it once, and whichever folder is removed first, the other is whole. A copy
 * of one folder is whole as well. Rejected: a path to the other folder (it would dangle) and one
 * pool for all (a damaged page would be everybody's). */
#include "snapshot/snapshot_impl.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *dg_snapshot_base_name(unsigned nth)
{
    static const char *const names[DG_SNAPSHOT_BASES_MAX] = { "base-1.mdb", "base-2.mdb",
                                                              "base-3.mdb", "base-4.mdb",
                                                              "base-5.mdb", "base-6.mdb",
                                                              "base-7.mdb", "base-8.mdb" };
    assert(nth < DG_SNAPSHOT_BASES_MAX);
    return names[nth];
}

/* ---- making ---- */

static void unlink_all(const char *dir, unsigned count)
{
    char file[DG_SNAPSHOT_FILE_MAX];
    for (unsigned i = 0; i < count; i++) {
        snprintf(file, sizeof file, "%s/%s", dir, dg_snapshot_base_name(i));
        unlink(file);
    }
}

/* What a filesystem answers that has no such link; all else is a failure. */
static bool is_no_link(int error)
{
    return error == EXDEV || error == EPERM || error == EMLINK || error == ENOTSUP
           || error == ENOSYS;
}

dg_code dg_snapshot_bases_link(dg_snapshot_manifest_data *m, const dg_snapshot *from,
                               const char *dir, dg_error *err)
{
    char was[DG_SNAPSHOT_FILE_MAX], now[DG_SNAPSHOT_FILE_MAX];
    unsigned count = from->m.base_count + 1;
    if (count > DG_SNAPSHOT_BASES_MAX)
        return DG_END;
    for (unsigned i = 0; i < count; i++) {
        snprintf(was, sizeof was, "%s/%s", from->dir,
                 i ? dg_snapshot_base_name(i - 1) : "data.mdb");
        snprintf(now, sizeof now, "%s/%s", dir, dg_snapshot_base_name(i));
        if (link(was, now) != 0) {
            int error = errno;
            unlink_all(dir, i);
            return is_no_link(error) ? DG_END : dg_fail(err, DG_IO, "%s: %s", now, strerror(error));
        }
        m->bases[i] =
            i ? from->m.bases[i - 1] : (dg_snapshot_base){ from->m.store_len, from->m.store_hash };
    }
    m->base_count = count;
    m->over_root = from->m.info.state_root;
    return DG_OK;
}

/* ---- reading ---- */

static dg_code check_size(const char *dir, const char *name, uint64_t bytes, dg_error *err)
{
    char file[DG_SNAPSHOT_FILE_MAX];
    struct stat about;
    snprintf(file, sizeof file, "%s/%s", dir, name);
    if (stat(file, &about) != 0)
        return dg_fail(err, DG_IO, "%s: %s", file, strerror(errno));
    if ((uint64_t)about.st_size != bytes)
        return dg_fail(err, DG_MISMATCH, "%s has %lld bytes, but the manifest says %llu", file,
                       (long long)about.st_size, (unsigned long long)bytes);
    return DG_OK;
}

dg_code dg_snapshot_bases_open(dg_snapshot_bases *bases, const dg_snapshot_manifest_data *m,
                               const char *dir, dg_error *err)
{
    dg_code rc = DG_OK;
    bases->count = 0;
    for (unsigned i = 0; i < m->base_count && rc == DG_OK; i++)
        if ((rc = check_size(dir, dg_snapshot_base_name(i), m->bases[i].bytes, err)) == DG_OK
            && (rc = dg_snapshot_store_open(&bases->at[i], dir, dg_snapshot_base_name(i), err))
                   == DG_OK)
            bases->count++;
    if (rc < 0)
        dg_snapshot_bases_close(bases);
    return rc;
}

void dg_snapshot_bases_close(dg_snapshot_bases *bases)
{
    while (bases->count > 0)
        dg_snapshot_store_close(&bases->at[--bases->count]);
}

dg_code dg_snapshot_bases_get(const dg_snapshot_bases *bases, dg_bytes *out, const dg_hash *hash,
                              dg_error *err)
{
    dg_code rc = DG_ABSENT;
    for (unsigned i = 0; i < bases->count && rc == DG_ABSENT; i++)
        rc = dg_snapshot_store_get(&bases->at[i], out, hash, err);
    return rc;
}

dg_code dg_snapshot_bases_check_sums(const dg_snapshot_manifest_data *m, const char *dir,
                                     dg_error *err)
{
    dg_code rc = DG_OK;
    for (unsigned i = 0; i < m->base_count && rc == DG_OK; i++) {
        const char *name = dg_snapshot_base_name(i);
        uint64_t len;
        dg_hash hash;
        rc = dg_snapshot_store_sum(dir, name, &len, &hash, err);
        if (rc == DG_OK && (len != m->bases[i].bytes || !dg_hash_equal(&hash, &m->bases[i].hash)))
            rc = dg_fail(err, DG_MISMATCH, "%s is not what was written: BLAKE2b-256 %s", name,
                         dg_hash_text(&hash).text);
    }
    return rc;
}
