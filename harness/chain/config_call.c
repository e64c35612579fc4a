/* config_call.c - would the chain's own calls take a changed configuration?
 *
 * Each field has a call of the pallet Configuration, or the struct around it has one
 * (set_max_code_size, set_async_backing_params); the runtime checks the whole configuration in
 * it. They are put before the scheduler in a block that is thrown away, several as one batch.
 * Executor parameters are asked apart, as their check compares with defaults compiled into the
 * runtime, not with the rest of the configuration.
 * Mirrors: polkadot runtime parachains configuration.rs (schedule_config_update). */
#include "chain/enact_impl.h"

#include <string.h>

#define EXECUTOR "executor_params"
enum { PATH_MAX_LEN = 160, FIELD_CALLS_MAX = 32 };

/* The value at the first `len` characters of a path. */
static const json_t *value_at(const json_t *config, const char *path, size_t len)
{
    while (len && config) {
        char part[PATH_MAX_LEN];
        size_t n = strcspn(path, ".");
        n = n < len ? n : len;
        snprintf(part, sizeof part, "%.*s", (int)n, path);
        config = json_object_get(config, part);
        path += n < len ? n + 1 : n;
        len -= n < len ? n + 1 : n;
    }
    return config;
}

/* The call for the longest part of the path that has one; DG_ABSENT: none has. */
static dg_code put_setter(const dg_enact_attempt *a, dg_buf *out, const json_t *config,
                          const char *path, dg_error *err)
{
    for (size_t len = strlen(path); len; len--) {
        char name[PATH_MAX_LEN];
        size_t from = len;
        json_t *args;
        dg_code rc;
        if (path[len] && path[len] != '.')
            continue;
        while (from && path[from - 1] != '.')
            from--;
        snprintf(name, sizeof name, "set_%.*s", (int)(len - from), path + from);
        args = json_pack("{s:O}", "new", value_at(config, path, len));
        rc = args ? dg_scale_call_encode(a->meta, out, "Configuration", name, args, err)
                  : dg_fail(err, DG_NOMEM, "no memory for a call of Configuration.%s", name);
        json_decref(args);
        if (rc != DG_USAGE)
            return rc;
    }
    return DG_ABSENT;
}

/* Utility.batch_all of calls that stand one behind the other; one alone is itself. */
static dg_code put_batch(const dg_enact_attempt *a, dg_buf *out, dg_bytes calls, size_t count,
                         dg_error *err)
{
    json_t *none = json_pack("{s:[]}", "calls");
    dg_code rc = DG_OK;
    if (count > 1) {
        rc = none ? dg_scale_call_encode(a->meta, out, "Utility", "batch_all", none, err)
                  : dg_fail(err, DG_NOMEM, "no memory for a batch");
        out->len -= rc == DG_OK && out->len; /* the empty list */
        dg_scale_put_compact(out, count);
    }
    json_decref(none);
    dg_buf_put_bytes(out, calls);
    return rc < 0 ? rc : dg_buf_check(out, err, "call");
}

static bool of_executor(const char *path)
{
    return strcspn(path, ".") == strlen(EXECUTOR) && strncmp(path, EXECUTOR, strlen(EXECUTOR)) == 0;
}

/* `rest`: without the executor parameters. */
static dg_code ask(const dg_enact_attempt *a, char *why, size_t why_size, const json_t *config,
                   const json_t *fields, bool rest, dg_error *err)
{
    dg_error refusal = { .text = "" };
    dg_buf calls, batch;
    const char *path;
    json_t *v;
    size_t count = 0;
    dg_code rc = DG_OK;
    dg_buf_init(&calls, DG_BLOCK_MAX);
    dg_buf_init(&batch, DG_BLOCK_MAX);
    why[0] = 0;
    json_object_foreach((json_t *)fields, path, v) if (rc == DG_OK && !(rest && of_executor(path)))
    {
        rc = count < FIELD_CALLS_MAX ? put_setter(a, &calls, config, path, &refusal) : DG_ABSENT;
        count++;
    }
    if (rc == DG_OK && count)
        rc = put_batch(a, &batch, dg_buf_bytes(&calls), count, &refusal);
    if (rc == DG_OK && count)
        rc = dg_enact_scheduled_result(a, dg_buf_bytes(&batch), &refusal);
    if (rc == DG_MISMATCH)
        snprintf(why, why_size, "%.79s", refusal.text);
    dg_buf_clear(&calls);
    dg_buf_clear(&batch);
    return rc == DG_NOMEM || rc == DG_IO ? dg_fail(err, rc, "%s", refusal.text) : DG_OK;
}

dg_code dg_enact_config_refused(const dg_enact_attempt *a, dg_enactment *out, const json_t *config,
                                const json_t *fields, dg_error *err)
{
    char rest[sizeof out->config_refused];
    dg_code rc =
        ask(a, out->config_refused, sizeof out->config_refused, config, fields, false, err);
    if (rc < 0 || !out->config_refused[0])
        return rc;
    rc = ask(a, rest, sizeof rest, config, fields, true, err);
    out->config_executor = rc == DG_OK && !rest[0];
    return rc;
}
