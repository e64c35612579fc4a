/* pack.c - content that was fetched, kept in one file for all processes and later runs.
 *
 *   record := "dgp1" length(4, little-endian) hash(32) bytes
 *
 * Appended under a lock of the file, never changed. Nothing in it is believed: a content is hashed
 * when it is read, so a damaged one is as one that was never there, and what follows a record that
 * is none is cut off by the next who writes. */
#include "snapshot/lazy_impl.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD = 40, WAITING_MAX = 256 << 20 };

static const char magic[4] = { 'd', 'g', 'p', '1' };

typedef struct record {
    dg_hash hash;
    uint64_t at; /* of the bytes; 0: an empty slot */
    uint32_t len;
} record;

struct dg_snapshot_pack {
    char path[DG_PATH_MAX];
    int fd;
    dev_t dev; /* of the file that the index is of */
    ino_t ino;
    pid_t owner; /* a lock is of the open file: a forked process opens its own */
    uint64_t scanned;
    record *slots;
    size_t count, cap;
    dg_buf waiting;
};

static dg_code fail(const dg_snapshot_pack *p, dg_error *err)
{
    return dg_fail(err, DG_IO, "%s: %s", p->path, strerror(errno));
}

/* ---- the index ---- */

static record *slot(const dg_snapshot_pack *p, const dg_hash *hash)
{
    size_t at = (size_t)dg_le64(hash->at) & (p->cap - 1);
    while (p->slots[at].at && !dg_hash_equal(&p->slots[at].hash, hash))
        at = (at + 1) & (p->cap - 1);
    return &p->slots[at];
}

static dg_code index_one(dg_snapshot_pack *p, const record *one, dg_error *err)
{
    if (2 * (p->count + 1) > p->cap) {
        dg_snapshot_pack bigger = { .cap = p->cap ? 2 * p->cap : 4096 };
        if (!(bigger.slots = dg_calloc(bigger.cap, sizeof *bigger.slots)))
            return dg_fail(err, DG_NOMEM, "no memory for the index of %s", p->path);
        for (size_t i = 0; i < p->cap; i++)
            if (p->slots[i].at)
                *slot(&bigger, &p->slots[i].hash) = p->slots[i];
        dg_free(p->slots);
        p->slots = bigger.slots;
        p->cap = bigger.cap;
    }
    p->count += !slot(p, &one->hash)->at;
    *slot(p, &one->hash) = *one; /* the later one: an earlier may be damaged */
    return DG_OK;
}

static bool read_at(int fd, void *to, size_t len, uint64_t at)
{
    uint8_t *out = to;
    while (len > 0) {
        ssize_t got = pread(fd, out, len, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out += got;
        at += (uint64_t)got;
        len -= (size_t)got;
    }
    return true;
}

/* From where the last look ended to the end, or to what is no record. */
static dg_code scan(dg_snapshot_pack *p, dg_error *err)
{
    struct stat about;
    uint8_t head[HEAD];
    dg_code rc = DG_OK;
    if (fstat(p->fd, &about) != 0)
        return fail(p, err);
    while (rc == DG_OK && p->scanned + HEAD <= (uint64_t)about.st_size
           && read_at(p->fd, head, HEAD, p->scanned)) {
        record one = { .at = p->scanned + HEAD, .len = dg_le32(head + 4) };
        if (memcmp(head, magic, 4) != 0 || one.len > DG_VALUE_MAX
            || one.at + one.len > (uint64_t)about.st_size)
            break;
        memcpy(one.hash.at, head + 8, 32);
        if ((rc = index_one(p, &one, err)) == DG_OK)
            p->scanned = one.at + one.len;
    }
    return rc;
}

/* ---- the door ---- */

static dg_code open_file(dg_snapshot_pack *p, dg_error *err)
{
    struct stat about;
    p->fd = open(p->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    p->owner = getpid();
    if (p->fd < 0 || fstat(p->fd, &about) != 0)
        return fail(p, err);
    if (about.st_dev != p->dev || about.st_ino != p->ino) {
        p->dev = about.st_dev;
        p->ino = about.st_ino;
        p->scanned = p->count = 0;
        if (p->cap)
            memset(p->slots, 0, p->cap * sizeof *p->slots);
    }
    return DG_OK;
}

dg_code dg_snapshot_pack_open(dg_snapshot_pack **out, const char *path, dg_error *err)
{
    dg_snapshot_pack *p = dg_calloc(1, sizeof *p);
    dg_code rc;
    *out = NULL;
    if (!p)
        return dg_fail(err, DG_NOMEM, "no memory to open %s", path);
    snprintf(p->path, sizeof p->path, "%s", path);
    dg_buf_init(&p->waiting, WAITING_MAX);
    if ((rc = open_file(p, err)) == DG_OK)
        rc = scan(p, err);
    if (rc < 0)
        dg_snapshot_pack_close(p);
    else
        *out = p;
    return rc;
}

void dg_snapshot_pack_close(dg_snapshot_pack *p)
{
    if (!p)
        return;
    if (p->fd >= 0)
        close(p->fd);
    dg_buf_clear(&p->waiting);
    dg_free(p->slots);
    dg_free(p);
}

dg_code dg_snapshot_pack_get(dg_snapshot_pack *p, dg_bytes *out, const dg_hash *hash,
                             dg_arena *arena, dg_error *err)
{
    record *r = p->cap ? slot(p, hash) : NULL;
    dg_hash is;
    uint8_t *bytes;
    if (!r || !r->at)
        return DG_ABSENT;
    if (!(bytes = dg_arena_take(arena, (size_t)r->len + 1)))
        return dg_fail(err, DG_NOMEM, "no memory for a node");
    if (!read_at(p->fd, bytes, r->len, r->at))
        return DG_ABSENT;
    is = dg_blake2_256(dg_bytes_of(bytes, r->len));
    if (!dg_hash_equal(&is, hash))
        return DG_ABSENT; /* damaged: it is fetched once more, and the later record counts */
    *out = dg_bytes_of(bytes, r->len);
    return DG_OK;
}

dg_code dg_snapshot_pack_put(dg_snapshot_pack *p, const dg_hash *hash, dg_bytes bytes,
                             dg_error *err)
{
    uint8_t head[HEAD];
    memcpy(head, magic, 4);
    dg_le32_put(head + 4, (uint32_t)bytes.len);
    memcpy(head + 8, hash->at, 32);
    dg_buf_put(&p->waiting, head, HEAD);
    dg_buf_put_bytes(&p->waiting, bytes);
    return dg_buf_check(&p->waiting, err, "content that was fetched");
}

static bool write_at(int fd, const uint8_t *from, size_t len, uint64_t at)
{
    while (len > 0) {
        ssize_t done = pwrite(fd, from, len, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        from += done;
        at += (uint64_t)done;
        len -= (size_t)done;
    }
    return true;
}

static dg_code append(dg_snapshot_pack *p, dg_error *err)
{
    dg_code rc = scan(p, err);
    if (rc == DG_OK && ftruncate(p->fd, (off_t)p->scanned) != 0)
        rc = fail(p, err);
    if (rc == DG_OK && !write_at(p->fd, p->waiting.at, p->waiting.len, p->scanned)) {
        rc = fail(p, err);
        if (ftruncate(p->fd, (off_t)p->scanned) != 0)
            return rc; /* a torn record is cut off by the next who writes */
    }
    return rc == DG_OK ? scan(p, err) : rc;
}

static dg_code own_file(dg_snapshot_pack *p, dg_error *err)
{
    if (p->owner == getpid())
        return DG_OK;
    close(p->fd);
    return open_file(p, err);
}

/* The cache may be cleared while runs are at work: what is appended to a file without a name is
 * lost, so it goes to the one that has the name now. */
static dg_code lock_file(dg_snapshot_pack *p, dg_error *err)
{
    struct stat named;
    dg_code rc = own_file(p, err);
    while (rc == DG_OK) {
        if (flock(p->fd, LOCK_EX) != 0) {
            if (errno != EINTR)
                return fail(p, err);
            continue;
        }
        if (stat(p->path, &named) == 0 && named.st_dev == p->dev && named.st_ino == p->ino)
            return DG_OK;
        close(p->fd);
        rc = open_file(p, err);
    }
    return rc;
}

dg_code dg_snapshot_pack_flush(dg_snapshot_pack *p, dg_error *err)
{
    dg_code rc;
    if (!p->waiting.len)
        return DG_OK;
    if ((rc = lock_file(p, err)) < 0)
        return rc;
    rc = append(p, err);
    flock(p->fd, LOCK_UN);
    dg_buf_reset(&p->waiting);
    return rc;
}

dg_code dg_snapshot_pack_look_again(dg_snapshot_pack *p, dg_error *err)
{
    dg_code rc = own_file(p, err);
    return rc == DG_OK ? scan(p, err) : rc;
}
