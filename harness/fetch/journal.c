/* journal.c - what arrived, appended to one file and found again by its hash.
 *
 *   "doppel fetch 1\n" | record ..        record: kind u8 | length u32 | payload | first 8 of its
 * hash
 *
 * A kill may leave a record half written; it and what is behind it are cut off when the file is
 * opened again. Nothing that is read back is believed for being there: content is kept by the hash
 * of its bytes, pages are checked by the root that they come to. */
#include "fetch/fetch_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[] = "doppel fetch 1\n";
enum { MAGIC_LEN = sizeof magic - 1, HEAD_LEN = 5, TAIL_LEN = 8 };

/* ---- records ---- */

dg_code dg_fetch_record_next(uint8_t *kind, dg_bytes *payload, dg_hash *hash, dg_bytes in,
                             size_t *at)
{
    size_t left = in.len - *at, len;
    const uint8_t *from = in.at + *at;
    if (left < HEAD_LEN + TAIL_LEN)
        return DG_END;
    *kind = from[0];
    len = dg_le32(from + 1);
    if (len > DG_FETCH_CONTENT_MAX * 2u || len > left - HEAD_LEN - TAIL_LEN
        || (*kind != DG_FETCH_HEAD && *kind != DG_FETCH_CONTENT && *kind != DG_FETCH_PAGE))
        return DG_END;
    *payload = dg_bytes_of(from + HEAD_LEN, len);
    *hash = dg_blake2_256(*payload);
    if (memcmp(hash->at, from + HEAD_LEN + len, TAIL_LEN) != 0)
        return DG_END;
    *at += HEAD_LEN + len + TAIL_LEN;
    return DG_OK;
}

void dg_fetch_record_put(dg_buf *out, uint8_t kind, dg_bytes payload)
{
    dg_hash hash = dg_blake2_256(payload);
    dg_buf_put_u8(out, kind);
    dg_scale_put_u32(out, (uint32_t)payload.len);
    dg_buf_put_bytes(out, payload);
    dg_buf_put(out, hash.at, TAIL_LEN);
}

/* ---- by hash ---- */

static size_t place_of(const dg_fetch_slot *slots, size_t cap, const dg_hash *hash)
{
    size_t at = dg_le64(hash->at) & (cap - 1);
    while (slots[at].used && !dg_hash_equal(&slots[at].hash, hash))
        at = (at + 1) & (cap - 1);
    return at;
}

static bool grow(dg_fetch_journal *j)
{
    size_t cap = j->slot_cap ? 2 * j->slot_cap : 1 << 12;
    dg_fetch_slot *slots = dg_calloc(cap, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < j->slot_cap; i++)
        if (j->slots[i].used)
            slots[place_of(slots, cap, &j->slots[i].hash)] = j->slots[i];
    dg_free(j->slots);
    j->slots = slots;
    j->slot_cap = cap;
    return true;
}

dg_fetch_slot *dg_fetch_journal_slot(dg_fetch_journal *j, const dg_hash *hash)
{
    size_t at;
    if (j->slot_count * 3 >= j->slot_cap * 2 && !grow(j))
        return NULL;
    at = place_of(j->slots, j->slot_cap, hash);
    if (!j->slots[at].used) {
        j->slots[at] = (dg_fetch_slot){ .hash = *hash, .used = true };
        j->slot_count++;
    }
    return &j->slots[at];
}

/* ---- the file ---- */

static dg_code fail(const dg_fetch_journal *j, dg_error *err)
{
    return dg_fail(err, DG_IO, "%s: %s", j->path, strerror(errno));
}

static dg_code enter(dg_fetch_journal *j, uint8_t kind, dg_bytes payload, const dg_hash *hash,
                     uint64_t at, dg_error *err)
{
    dg_fetch_page page = { at, (uint32_t)payload.len };
    dg_fetch_slot *slot;
    if (kind == DG_FETCH_HEAD) {
        dg_buf_reset(&j->head);
        dg_buf_put_bytes(&j->head, payload);
        return dg_buf_check(&j->head, err, "head of the journal");
    }
    j->bytes += payload.len;
    if (kind == DG_FETCH_PAGE) {
        dg_buf_put(&j->pages, &page, sizeof page);
        return dg_buf_check(&j->pages, err, "list of pages");
    }
    if (!(slot = dg_fetch_journal_slot(j, hash)))
        return dg_fail(err, DG_NOMEM, "no memory for the journal");
    slot->at = at;
    slot->len = (uint32_t)payload.len;
    return DG_OK;
}

static dg_code read_all(dg_fetch_journal *j, dg_bytes in, dg_error *err)
{
    size_t at = MAGIC_LEN, began;
    dg_bytes payload;
    dg_hash hash;
    uint8_t kind;
    dg_code rc = DG_OK;
    if (in.len < MAGIC_LEN || memcmp(in.at, magic, MAGIC_LEN) != 0)
        return DG_OK; /* nothing that is ours: `end` stays 0 */
    for (began = at; rc == DG_OK && dg_fetch_record_next(&kind, &payload, &hash, in, &at) == DG_OK;
         began = at) {
        if ((kind == DG_FETCH_HEAD) != (began == MAGIC_LEN)) {
            at = began;
            break;
        }
        rc = enter(j, kind, payload, &hash, (uint64_t)(payload.at - in.at), err);
    }
    j->end = j->head.len ? at : 0;
    return rc;
}

static dg_code look(dg_fetch_journal *j, dg_error *err)
{
    struct stat about;
    void *map;
    dg_code rc;
    if (fstat(j->fd, &about) != 0)
        return fail(j, err);
    if (about.st_size == 0)
        return DG_OK;
    map = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, j->fd, 0);
    if (map == MAP_FAILED)
        return fail(j, err);
    rc = read_all(j, dg_bytes_of(map, (size_t)about.st_size), err);
    munmap(map, (size_t)about.st_size);
    return rc;
}

static dg_code append(dg_fetch_journal *j, dg_bytes bytes, dg_error *err)
{
    size_t done = 0;
    while (done < bytes.len) {
        ssize_t n = pwrite(j->fd, bytes.at + done, bytes.len - done, (off_t)(j->end + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return fail(j, err);
        done += (size_t)n;
    }
    j->end += bytes.len;
    return DG_OK;
}

static dg_code cut(dg_fetch_journal *j, dg_error *err)
{
    if (ftruncate(j->fd, (off_t)j->end) != 0)
        return fail(j, err);
    return j->end ? DG_OK : append(j, dg_bytes_of(magic, MAGIC_LEN), err);
}

dg_code dg_fetch_journal_open(dg_fetch_journal *j, const char *path_out, dg_error *err)
{
    size_t len = strlen(path_out);
    dg_code rc;
    *j = (dg_fetch_journal){ .fd = -1 };
    dg_buf_init(&j->head, 4 << 20);
    dg_buf_init(&j->pages, (size_t)1 << 34);
    dg_buf_init(&j->content, (size_t)DG_FETCH_CONTENT_MAX * 2);
    while (len > 1 && path_out[len - 1] == '/')
        len--;
    if (len > DG_FETCH_PATH_MAX - 64)
        return dg_fail(err, DG_USAGE, "%.80s is not a name for a snapshot", path_out);
    snprintf(j->dir, sizeof j->dir, "%.*s.fetch", (int)len, path_out);
    snprintf(j->path, sizeof j->path, "%s/journal", j->dir);
    if ((rc = dg_dir_make(j->dir, err)) < 0)
        return rc;
    if ((j->fd = open(j->path, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) < 0)
        return fail(j, err);
    return (rc = look(j, err)) < 0 ? rc : cut(j, err);
}

dg_code dg_fetch_journal_empty(dg_fetch_journal *j, dg_error *err)
{
    dg_free(j->slots);
    j->slots = NULL;
    j->slot_count = j->slot_cap = 0;
    dg_buf_reset(&j->head);
    dg_buf_reset(&j->pages);
    j->end = j->bytes = 0;
    return cut(j, err);
}

dg_code dg_fetch_journal_put(dg_fetch_journal *j, uint8_t kind, dg_bytes bytes, dg_error *err)
{
    dg_hash hash = dg_blake2_256(bytes);
    uint64_t at = j->end + HEAD_LEN;
    dg_buf record;
    dg_code rc;
    dg_buf_init(&record, bytes.len + HEAD_LEN + TAIL_LEN);
    dg_fetch_record_put(&record, kind, bytes);
    if ((rc = dg_buf_check(&record, err, "record of the journal")) == DG_OK
        && (rc = append(j, dg_buf_bytes(&record), err)) == DG_OK)
        rc = enter(j, kind, bytes, &hash, at, err);
    dg_buf_clear(&record);
    return rc;
}

dg_code dg_fetch_journal_read(const dg_fetch_journal *j, dg_buf *out, uint64_t at, uint32_t len,
                              dg_error *err)
{
    uint8_t *to = dg_buf_grow(out, len);
    size_t done = 0;
    if (!to)
        return dg_buf_check(out, err, "content of the journal");
    while (done < len) {
        ssize_t n = pread(j->fd, to + done, len - done, (off_t)(at + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(j, err);
        if (n == 0)
            return dg_fail(err, DG_IO, "%s was cut off by another process", j->path);
        done += (size_t)n;
    }
    return DG_OK;
}

dg_code dg_fetch_journal_load(void *journal, dg_bytes *out, const dg_hash *hash, dg_error *err)
{
    dg_fetch_journal *j = journal;
    const dg_fetch_slot *slot;
    dg_hash is;
    dg_code rc;
    if (!j->slot_cap)
        return DG_ABSENT;
    slot = &j->slots[place_of(j->slots, j->slot_cap, hash)];
    if (!slot->used || !slot->at)
        return DG_ABSENT;
    if (j->map.len >= slot->at + slot->len) {
        *out = dg_bytes_of(j->map.at + slot->at, slot->len);
    } else {
        dg_buf_reset(&j->content);
        if ((rc = dg_fetch_journal_read(j, &j->content, slot->at, slot->len, err)) < 0)
            return rc;
        *out = dg_buf_bytes(&j->content);
    }
    is = dg_blake2_256(*out);
    if (!dg_hash_equal(&is, hash))
        return dg_fail(err, DG_IO, "%s was changed by another process", j->path);
    return DG_OK;
}

dg_code dg_fetch_journal_map(dg_fetch_journal *j, dg_error *err)
{
    void *map = mmap(NULL, (size_t)j->end, PROT_READ, MAP_SHARED, j->fd, 0);
    if (map == MAP_FAILED)
        return fail(j, err);
    j->map = dg_bytes_of(map, (size_t)j->end);
    return DG_OK;
}

static int by_hash(const void *a, const void *b)
{
    return memcmp((*(const dg_fetch_slot *const *)a)->hash.at,
                  (*(const dg_fetch_slot *const *)b)->hash.at, 32);
}

dg_code dg_fetch_journal_each(dg_fetch_journal *j,
                              dg_code (*each)(void *user, const dg_hash *hash, dg_bytes bytes,
                                              dg_error *err),
                              void *user, dg_error *err)
{
    const dg_fetch_slot **list = dg_calloc(j->slot_count + 1, sizeof *list);
    size_t count = 0;
    dg_bytes bytes;
    dg_code rc = DG_OK;
    if (!list)
        return dg_fail(err, DG_NOMEM, "no memory for the journal");
    for (size_t i = 0; i < j->slot_cap; i++)
        if (j->slots[i].used && j->slots[i].walked && j->slots[i].at)
            list[count++] = &j->slots[i];
    qsort(list, count, sizeof *list, by_hash);
    for (size_t i = 0; rc == DG_OK && i < count; i++)
        if ((rc = dg_fetch_journal_load(j, &bytes, &list[i]->hash, err)) == DG_OK)
            rc = each(user, &list[i]->hash, bytes, err);
    dg_free(list);
    return rc;
}

void dg_fetch_journal_close(dg_fetch_journal *j)
{
    if (j->map.len)
        munmap((void *)(uintptr_t)j->map.at, j->map.len);
    j->map = dg_bytes_of(NULL, 0);
    if (j->fd >= 0)
        close(j->fd);
    j->fd = -1;
    dg_free(j->slots);
    j->slots = NULL;
    j->slot_count = j->slot_cap = 0;
    dg_buf_clear(&j->head);
    dg_buf_clear(&j->pages);
    dg_buf_clear(&j->content);
}

dg_code dg_fetch_journal_remove(const dg_fetch_journal *j, dg_error *err)
{
    if (unlink(j->path) != 0 && errno != ENOENT)
        return fail(j, err);
    rmdir(j->dir); /* what somebody else keeps there stays */
    return DG_OK;
}
