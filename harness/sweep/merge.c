/* merge.c - the shards of one sweep, put together to the bytes of the unsplit one. */
#include "sweep/sweep_impl.h"

#include <assert.h>

typedef struct merging {
    const json_t *const *documents;
    const char *const *names;
    size_t count;
    json_int_t shards; /* how many the sweep was split into */
    json_t **cells;    /* by place; borrowed */
    size_t cell_count;
} merging;

static json_int_t shard_of(const json_t *document, const char *key)
{
    const json_t *shard = json_object_get(json_object_get(document, "sweep"), "shard");
    return shard ? json_integer_value(json_object_get(shard, key)) : 1;
}

static dg_code all_of_one(const merging *m, dg_error *err)
{
    for (size_t i = 1; i < m->count; i++) {
        const char *other = dg_sweep_differs(m->documents[0], m->documents[i]);
        if (other)
            return dg_fail(err, DG_USAGE, "%s and %s are of different sweeps: another %s",
                           m->names[0], m->names[i], other);
        if (shard_of(m->documents[i], "n") != m->shards)
            return dg_fail(err, DG_USAGE, "%s and %s are of one sweep that was split differently",
                           m->names[0], m->names[i]);
        for (size_t k = 0; k < i; k++)
            if (shard_of(m->documents[i], "i") == shard_of(m->documents[k], "i"))
                return dg_fail(err, DG_USAGE, "%s and %s are both shard %lld/%lld", m->names[k],
                               m->names[i], (long long)shard_of(m->documents[i], "i"),
                               (long long)m->shards);
    }
    return DG_OK;
}

static dg_code none_missing(const merging *m, dg_error *err)
{
    for (json_int_t shard = 1; shard <= m->shards && (size_t)shard <= m->count + 1; shard++) {
        bool there = false;
        for (size_t i = 0; i < m->count; i++)
            there |= shard_of(m->documents[i], "i") == shard;
        if (!there)
            return dg_fail(err, DG_USAGE, "shard %lld/%lld is missing", (long long)shard,
                           (long long)m->shards);
    }
    return DG_OK;
}

static dg_code collect(merging *m, dg_error *err)
{
    for (size_t i = 0; i < m->count; i++) {
        json_t *cell;
        size_t k;
        json_array_foreach(json_object_get(m->documents[i], "cells"), k, cell)
        {
            size_t place = (size_t)json_integer_value(json_object_get(cell, "place"));
            if (place >= m->cell_count || m->cells[place])
                return dg_fail(err, DG_MALFORMED,
                               "%s: cells[%zu] has a place that is no place of it", m->names[i], k);
            m->cells[place] = cell;
        }
    }
    for (size_t place = 0; place < m->cell_count; place++)
        if (!m->cells[place])
            return dg_fail(err, DG_MALFORMED, "no file has cell %zu", place);
    return DG_OK;
}

static dg_code put_together(json_t **out, const merging *m, dg_error *err)
{
    json_t *document = json_deep_copy(m->documents[0]), *cells = json_array();
    for (size_t place = 0; place < m->cell_count; place++)
        assert(m->cells[place]); /* collect has seen to it */
    int bad = !document || !cells;
    if (!bad)
        json_object_del(json_object_get(document, "sweep"), "shard");
    for (size_t place = 0; place < m->cell_count && !bad; place++)
        bad = json_array_append(cells, m->cells[place]);
    if (bad || json_object_set(document, "cells", cells)) {
        json_decref(document);
        document = NULL;
    }
    json_decref(cells);
    *out = document;
    return document ? DG_OK : dg_fail(err, DG_NOMEM, "no memory to merge a sweep");
}

dg_code dg_sweep_merge(json_t **out, const json_t *const *documents, const char *const *names,
                       size_t count, dg_error *err)
{
    merging m = { .documents = documents, .names = names, .count = count };
    dg_code rc;
    assert(count > 0);
    *out = NULL;
    m.shards = shard_of(documents[0], "n");
    m.cell_count = (size_t)json_integer_value(
        json_object_get(json_object_get(documents[0], "sweep"), "cells"));
    if ((rc = all_of_one(&m, err)) < 0 || (rc = none_missing(&m, err)) < 0)
        return rc;
    if (!(m.cells = dg_calloc(m.cell_count ? m.cell_count : 1, sizeof *m.cells)))
        return dg_fail(err, DG_NOMEM, "no memory to merge a sweep");
    if ((rc = collect(&m, err)) >= 0)
        rc = put_together(out, &m, err);
    dg_free(m.cells);
    return rc;
}
