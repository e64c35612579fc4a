/* import_sqlite.c - the store of chopsticks: what a fork has read of its chain, one row an entry.
 *
 *   key_value_pair   blockHash, key, value     hex; no value: the chain has none
 *   block            hash, number, parentHash  blocks that the fork built
 *
 * It holds what was asked for and no more, so what comes of it is partial. The file is read into
 * memory whole and opened there: it may be packed, and nothing is ever written beside it.
 * Mirrors: AcalaNetwork/chopsticks, chopsticks-db. */
#include "snapshot/snapshot_impl.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 30 };

typedef struct reader {
    dg_snapshot_import_job *import;
    dg_buf file, key, value;
    sqlite3 *db;
    dg_error *err;
} reader;

bool dg_snapshot_is_sqlite(dg_bytes start)
{
    static const char magic[16] = "SQLite format 3"; /* with the zero behind it */
    return start.len >= sizeof magic && memcmp(start.at, magic, sizeof magic) == 0;
}

static dg_code broken(reader *r)
{
    int rc = sqlite3_errcode(r->db);
    if (rc == SQLITE_NOMEM)
        return dg_fail(r->err, DG_NOMEM, "no memory for a database");
    return dg_fail(r->err, DG_MALFORMED, "is no store of chopsticks: %s", sqlite3_errmsg(r->db));
}

/* ---- opening ---- */

static dg_code read_file(reader *r)
{
    dg_snapshot_input *input = NULL;
    dg_bytes chunk;
    dg_code rc = dg_snapshot_input_open(&input, r->import->path, r->err);
    while (rc == DG_OK && (rc = dg_snapshot_input_read(input, &chunk, r->err)) == DG_OK) {
        dg_buf_put_bytes(&r->file, chunk);
        rc = dg_buf_check(&r->file, r->err, "sqlite file");
        dg_snapshot_import_progress(r->import, input, 0, 1);
    }
    if (rc == DG_END) {
        r->import->m.info.source_hash = dg_snapshot_input_hash(input);
        rc = DG_OK;
    }
    dg_snapshot_input_close(input);
    return rc;
}

/* A file with a write-ahead log says so in two bytes, and is not opened in memory. The log of a
 * process that ended is in the file; what one that still runs has not put there is not looked for.
 * Mirrors: sqlite.org, fileformat2, file format version numbers. */
static void forget_log(dg_buf *file)
{
    enum { WRITE_VERSION = 18, READ_VERSION = 19, LOG = 2 };
    if (file->len > READ_VERSION && file->at[WRITE_VERSION] == LOG && file->at[READ_VERSION] == LOG)
        file->at[WRITE_VERSION] = file->at[READ_VERSION] = 1;
}

/* A database of somebody else's making: no functions of its schema run, and no view of it can ask
 * for more than its tables hold. */
static dg_code open_db(reader *r)
{
    forget_log(&r->file);
    if (sqlite3_open_v2(":memory:", &r->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, NULL)
        != SQLITE_OK)
        return dg_fail(r->err, DG_NOMEM, "no memory for a database");
    sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(r->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(r->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    sqlite3_limit(r->db, SQLITE_LIMIT_LENGTH, 2 * DG_VALUE_MAX + 64);
    if (sqlite3_deserialize(r->db, "main", r->file.at, (sqlite3_int64)r->file.len,
                            (sqlite3_int64)r->file.len, SQLITE_DESERIALIZE_READONLY)
        != SQLITE_OK)
        return broken(r);
    return DG_OK;
}

static dg_code ask(reader *r, sqlite3_stmt **out, const char *sql, const char *block)
{
    if (sqlite3_prepare_v2(r->db, sql, -1, out, NULL) != SQLITE_OK
        || (block && sqlite3_bind_text(*out, 1, block, -1, SQLITE_STATIC) != SQLITE_OK))
        return broken(r);
    return DG_OK;
}

static dg_code hex_of(reader *r, dg_buf *to, sqlite3_stmt *row, int column, const char *what)
{
    const char *text = (const char *)sqlite3_column_text(row, column);
    size_t len = (size_t)sqlite3_column_bytes(row, column);
    dg_code rc;
    dg_buf_reset(to);
    if (!text || len < 2 || memcmp(text, "0x", 2) != 0)
        return dg_fail(r->err, DG_MALFORMED, "%s is not hex with 0x before it", what);
    rc = dg_hex_get(to, text, len, r->err);
    return rc < 0 ? dg_fail_within(r->err, rc, "%s", what) : DG_OK;
}

/* ---- the block ---- */

/* Of one block, or of the one that the options name. */
static dg_code choose(reader *r, dg_hash *block)
{
    const dg_snapshot_import_options *o = r->import->options;
    sqlite3_stmt *rows = NULL;
    unsigned count = 0;
    dg_code rc = ask(r, &rows, "SELECT DISTINCT blockHash FROM key_value_pair", NULL);
    int step = SQLITE_DONE;
    while (rc == DG_OK && (step = sqlite3_step(rows)) == SQLITE_ROW) {
        if ((rc = hex_of(r, &r->key, rows, 0, "a block hash")) == DG_OK && r->key.len != 32)
            rc = dg_fail(r->err, DG_MALFORMED, "a block hash has %zu bytes", r->key.len);
        if (rc == DG_OK && o->block_known && memcmp(o->hash.at, r->key.at, 32) != 0)
            continue;
        if (rc == DG_OK)
            memcpy(block->at, r->key.at, 32);
        count++;
    }
    if (rc == DG_OK && step != SQLITE_DONE)
        rc = broken(r);
    sqlite3_finalize(rows);
    if (rc == DG_OK && count == 0)
        rc = dg_fail(r->err, DG_MALFORMED, "holds no entry%s",
                     o->block_known ? " of that block" : "");
    if (rc == DG_OK && count > 1)
        rc = dg_fail(r->err, DG_USAGE,
                     "holds entries of %u blocks: --number and --hash say which is meant", count);
    return rc;
}

/* The blocks that the fork built stand on the one it forked from. */
static dg_code number_of(reader *r, const char *block)
{
    sqlite3_stmt *row = NULL;
    dg_code rc = ask(r, &row, "SELECT min(number) FROM block WHERE parentHash = ?1", block);
    sqlite3_int64 child = 0;
    if (rc == DG_OK && sqlite3_step(row) == SQLITE_ROW)
        child = sqlite3_column_int64(row, 0);
    sqlite3_finalize(row);
    if (rc == DG_OK && child > 0 && child <= UINT32_MAX)
        r->import->m.info.number = (uint32_t)(child - 1);
    return rc;
}

/* ---- entries ---- */

static dg_code find_code(reader *r, const char *block)
{
    sqlite3_stmt *row = NULL;
    dg_code rc = ask(r, &row,
                     "SELECT value FROM key_value_pair WHERE blockHash = ?1 AND key = "
                     "'0x3a636f6465' AND value IS NOT NULL",
                     block);
    if (rc == DG_OK && sqlite3_step(row) == SQLITE_ROW)
        rc = hex_of(r, &r->value, row, 0, ":code");
    sqlite3_finalize(row);
    return rc == DG_OK ? dg_snapshot_import_describe(r->import, dg_buf_bytes(&r->value), r->err)
                       : rc;
}

static dg_code take_row(reader *r, dg_snapshot_build *build, sqlite3_stmt *row)
{
    dg_code rc;
    if ((rc = hex_of(r, &r->key, row, 0, "a key")) < 0
        || (rc = hex_of(r, &r->value, row, 1, "a value")) < 0)
        return rc;
    if (dg_snapshot_is_child_root(dg_buf_bytes(&r->key)))
        return DG_OK; /* nothing tells which child tries are whole, so none is */
    return dg_snapshot_build_entry(build, dg_buf_bytes(&r->key), dg_buf_bytes(&r->value), r->err);
}

static dg_code take_rows(reader *r, dg_snapshot_build *build, const char *block)
{
    sqlite3_stmt *rows = NULL;
    int step = SQLITE_DONE;
    dg_code rc = ask(r, &rows,
                     "SELECT key, value FROM key_value_pair WHERE blockHash = ?1 AND value IS NOT "
                     "NULL ORDER BY key",
                     block);
    while (rc == DG_OK && (step = sqlite3_step(rows)) == SQLITE_ROW)
        if ((rc = take_row(r, build, rows)) < 0)
            dg_fail_within(r->err, rc, "key %.100s", (const char *)sqlite3_column_text(rows, 0));
    if (rc == DG_OK && step != SQLITE_DONE)
        rc = broken(r);
    sqlite3_finalize(rows);
    return rc;
}

static dg_code take_all(reader *r, dg_snapshot_build *build)
{
    dg_snapshot_info *info = &r->import->m.info;
    const char *block;
    dg_hex_text name;
    dg_code rc;
    if ((rc = read_file(r)) < 0 || (rc = open_db(r)) < 0 || (rc = choose(r, &info->hash)) < 0)
        return rc;
    snprintf(info->source_kind, sizeof info->source_kind, "sqlite");
    name = dg_hash_text(&info->hash);
    block = name.text;
    dg_buf_reset(&r->value);
    if ((rc = find_code(r, block)) < 0
        || (rc = dg_snapshot_build_init(build, r->import->writer, info->state_version, r->err)) < 0
        || (rc = take_rows(r, build, block)) < 0
        || (rc = dg_snapshot_build_finish(build, &info->state_root, r->err)) < 0
        || (rc = dg_snapshot_import_block(r->import, r->err)) < 0)
        return rc;
    if (!info->header_known && !info->number)
        rc = number_of(r, block);
    info->partial = true;
    return rc;
}

dg_code dg_snapshot_import_sqlite(dg_snapshot_import_job *import, dg_error *err)
{
    reader r = { .import = import, .err = err };
    dg_snapshot_build build = { .writer = NULL };
    dg_code rc;
    dg_buf_init(&r.file, FILE_MAX);
    dg_buf_init(&r.key, DG_TRIE_KEY_MAX);
    dg_buf_init(&r.value, DG_VALUE_MAX);
    rc = take_all(&r, &build);
    dg_snapshot_build_clear(&build);
    sqlite3_close(r.db);
    dg_buf_clear(&r.file);
    dg_buf_clear(&r.key);
    dg_buf_clear(&r.value);
    if (rc < 0)
        return dg_fail_within(err, rc, "%s", import->path);
    rc = dg_snapshot_writer_commit(import->writer, &import->m, NULL, err);
    import->writer = NULL;
    return rc;
}
