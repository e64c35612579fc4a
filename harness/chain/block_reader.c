/* block_reader.c - blocks of a file, oldest first: SCALE bytes, lines of hex (one
 * block a line), or the JSON that chain_getBlock answers.
 *
 * Every form is brought to the same bytes (header, then Vec of extrinsics) and
 * taken apart by one function. A first pass notes where each block begins, since
 * dumps of a sync come newest first and blocks execute in the other order. */
#include "chain/chain_impl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30, BLOCK_MAX = 64 << 20, EXTRINSICS_MAX = 1 << 20 };

typedef enum form { FORM_SCALE, FORM_HEX, FORM_JSON } form;

/* Where a block begins in the file. */
typedef struct entry {
    size_t at, line, order;
    uint32_t number;
} entry;

struct dg_block_reader {
    dg_buf file;
    form form;
    size_t at, line; /* next byte; lines before it */
    entry *entries;
    size_t entry_count, entry_next;
    bool indexed;
    dg_code end; /* what came after the last good block */
    dg_error end_error;
    dg_buf block; /* bytes of the block at hand (hex, JSON) */
    dg_bytes *extrinsics;
    size_t cap;
    char where[80]; /* "line 3", "byte 1200": for messages */
};

/* The first bytes tell: a parent hash in binary is never 32 hex digits or a brace. */
static form recognise(dg_bytes file)
{
    size_t i = 0, seen = 0;
    while (i < file.len && isspace(file.at[i]))
        i++;
    if (i < file.len && (file.at[i] == '{' || file.at[i] == '['))
        return FORM_JSON;
    if (i + 1 < file.len && file.at[i] == '0' && file.at[i + 1] == 'x')
        i += 2;
    for (; i < file.len && seen < 32; i++, seen++)
        if (!isxdigit(file.at[i]))
            return FORM_SCALE;
    return FORM_HEX; /* also a file of blanks */
}

dg_code dg_block_reader_open(dg_block_reader **out, const char *path, dg_error *err)
{
    dg_block_reader *r = dg_calloc(1, sizeof *r);
    dg_code rc;
    *out = NULL;
    if (!r)
        return dg_fail(err, DG_NOMEM, "no memory to read %s", path);
    dg_buf_init(&r->file, FILE_MAX);
    dg_buf_init(&r->block, BLOCK_MAX);
    if ((rc = dg_file_read(&r->file, path, err)) < 0) {
        dg_block_reader_close(r);
        return rc;
    }
    r->form = recognise(dg_buf_bytes(&r->file));
    *out = r;
    return DG_OK;
}

void dg_block_reader_close(dg_block_reader *r)
{
    if (!r)
        return;
    dg_buf_clear(&r->file);
    dg_buf_clear(&r->block);
    dg_free(r->extrinsics);
    dg_free(r->entries);
    dg_free(r);
}

static dg_code keep_extrinsic(dg_block_reader *r, size_t i, dg_bytes raw)
{
    if (i == r->cap) {
        size_t cap = r->cap ? 2 * r->cap : 16;
        dg_bytes *grown = dg_realloc(r->extrinsics, cap * sizeof *grown);
        if (!grown)
            return DG_NOMEM;
        r->extrinsics = grown;
        r->cap = cap;
    }
    r->extrinsics[i] = raw;
    return DG_OK;
}

/* Splits the block at the start of `raw`; `used` bytes belong to it. */
static dg_code split(dg_block_reader *r, dg_bytes raw, dg_bytes *header, size_t *count,
                     size_t *used, dg_error *err)
{
    size_t header_len;
    dg_scale s;
    dg_code rc;
    if ((rc = dg_header_measure(raw, &header_len, err)) < 0)
        return rc;
    *header = dg_bytes_of(raw.at, header_len);
    s = dg_scale_from(dg_bytes_of(raw.at + header_len, raw.len - header_len));
    *count = dg_scale_count(&s, 1);
    if (*count > EXTRINSICS_MAX)
        return dg_fail(err, DG_MALFORMED, "block claims %zu extrinsics", *count);
    for (size_t i = 0; i < *count && s.rc == DG_OK; i++) {
        size_t from = s.at;
        dg_scale_bytes(&s);
        if (s.rc == DG_OK
            && (rc = keep_extrinsic(r, i, dg_bytes_of(s.in.at + from, s.at - from))) < 0)
            return dg_fail(err, rc, "no memory for %zu extrinsics", *count);
    }
    *used = header_len + s.at;
    return dg_scale_check(&s, err, "block body");
}

static dg_code split_all(dg_block_reader *r, dg_bytes raw, dg_bytes *header, size_t *count,
                         dg_error *err)
{
    size_t used = 0;
    dg_code rc = split(r, raw, header, count, &used, err);
    if (rc == DG_OK && used != raw.len)
        return dg_fail(err, DG_MALFORMED, "%zu bytes follow the block", raw.len - used);
    return rc;
}

static dg_code next_scale(dg_block_reader *r, dg_bytes *header, size_t *count, dg_error *err)
{
    size_t used = 0;
    dg_code rc;
    if (r->at == r->file.len)
        return DG_END;
    snprintf(r->where, sizeof r->where, "block at byte %zu", r->at);
    rc = split(r, dg_bytes_of(r->file.at + r->at, r->file.len - r->at), header, count, &used, err);
    r->at += used;
    return rc;
}

/* The next line that is not blank, without blanks around it; false at the end. */
static bool next_line(dg_block_reader *r, dg_bytes *line)
{
    while (r->at < r->file.len) {
        const uint8_t *from = r->file.at + r->at;
        const uint8_t *newline = memchr(from, '\n', r->file.len - r->at);
        size_t len = newline ? (size_t)(newline - from) : r->file.len - r->at;
        r->at += len + (newline ? 1 : 0);
        r->line++;
        while (len && isspace(from[len - 1]))
            len--;
        while (len && isspace(*from))
            from++, len--;
        *line = dg_bytes_of(from, len);
        if (len)
            return true;
    }
    return false;
}

static dg_code next_hex(dg_block_reader *r, dg_bytes *header, size_t *count, dg_error *err)
{
    dg_bytes line;
    dg_code rc;
    if (!next_line(r, &line))
        return DG_END;
    snprintf(r->where, sizeof r->where, "line %zu", r->line);
    dg_buf_reset(&r->block);
    if ((rc = dg_hex_get(&r->block, (const char *)line.at, line.len, err)) < 0)
        return rc;
    return split_all(r, dg_buf_bytes(&r->block), header, count, err);
}

static void skip_between(dg_block_reader *r)
{
    while (r->at < r->file.len && (isspace(r->file.at[r->at]) || strchr("[],", r->file.at[r->at])))
        r->at++;
}

/* Documents one after another, or the elements of an array of them. */
static dg_code next_json(dg_block_reader *r, dg_bytes *header, size_t *count, dg_error *err)
{
    json_error_t bad;
    json_t *document;
    dg_code rc;
    skip_between(r);
    if (r->at == r->file.len)
        return DG_END;
    snprintf(r->where, sizeof r->where, "block at byte %zu", r->at);
    document = json_loadb((const char *)r->file.at + r->at, r->file.len - r->at,
                          JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &bad);
    if (!document)
        return dg_fail(err, DG_MALFORMED, "not JSON: %s", bad.text);
    r->at += (size_t)bad.position;
    dg_buf_reset(&r->block);
    rc = dg_block_from_json(&r->block, document, err);
    json_decref(document);
    return rc < 0 ? rc : split_all(r, dg_buf_bytes(&r->block), header, count, err);
}

/* The block at the place in the file where the reader stands. */
static dg_code read_here(dg_block_reader *r, dg_bytes *header, size_t *count, dg_error *err)
{
    dg_code rc = DG_OK;
    switch (r->form) {
    case FORM_SCALE:
        rc = next_scale(r, header, count, err);
        break;
    case FORM_HEX:
        rc = next_hex(r, header, count, err);
        break;
    case FORM_JSON:
        rc = next_json(r, header, count, err);
        break;
    }
    return rc < 0 ? dg_fail_within(err, rc, "%s", r->where) : rc;
}

static int by_number(const void *left, const void *right)
{
    const entry *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static dg_code note(dg_block_reader *r, size_t at, size_t line, dg_bytes header)
{
    entry *grown = r->entries;
    dg_header fields;
    if ((r->entry_count & (r->entry_count - 1)) == 0) /* at 0, 1, 2, 4, .. */
        grown = dg_realloc(r->entries, (r->entry_count ? 2 * r->entry_count : 1) * sizeof *grown);
    if (!grown)
        return dg_fail(&r->end_error, DG_NOMEM, "no memory for %zu blocks", r->entry_count);
    r->entries = grown;
    dg_header_decode(&fields, header, NULL); /* it was measured already */
    r->entries[r->entry_count] = (entry){ at, line, r->entry_count, fields.number };
    r->entry_count++;
    return DG_OK;
}

static void index_file(dg_block_reader *r)
{
    dg_bytes header;
    size_t count;
    do {
        size_t at = r->at, line = r->line;
        r->end = read_here(r, &header, &count, &r->end_error);
        if (r->end == DG_OK)
            r->end = note(r, at, line, header);
    } while (r->end == DG_OK);
    if (r->entry_count)
        qsort(r->entries, r->entry_count, sizeof *r->entries, by_number);
    r->indexed = true;
}

dg_code dg_block_reader_next(dg_block_reader *r, dg_bytes *header, const dg_bytes **extrinsics,
                             size_t *count, dg_error *err)
{
    dg_code rc;
    *count = 0;
    if (!r->indexed)
        index_file(r);
    if (r->entry_next == r->entry_count)
        return r->end < 0 ? dg_fail(err, r->end, "%s", r->end_error.text) : DG_END;
    r->at = r->entries[r->entry_next].at;
    r->line = r->entries[r->entry_next].line;
    r->entry_next++;
    rc = read_here(r, header, count, err);
    *extrinsics = r->extrinsics;
    return rc;
}
