/* chopsticks.c - the configuration of a fork by chopsticks: which state it names.
 *
 *   endpoint, block   a live chain, read as it is needed
 *   genesis           a chain spec beside the file, instead of an endpoint
 *   db                its store, where there is neither: with an endpoint it is only a cache
 *   wasm-override, import-storage   what is put into the state then (chopsticks_put.c)
 *
 * What else chopsticks knows is of its server and its blocks: it is named and passed over. What it
 * does not know is refused there and here.
 * Mirrors: AcalaNetwork/chopsticks, schema/index.ts and context.ts. */
#include "source/source_impl.h"

#include <string.h>

enum { FILE_MAX = 64 << 20 };

bool dg_chopsticks_named(const char *path)
{
    static const char *const ends[] = { ".yml", ".yaml" };
    size_t len = strlen(path);
    for (size_t i = 0; i < 2; i++)
        if (len > strlen(ends[i]) && strcmp(path + len - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

bool dg_source_is_configuration(const char *path)
{
    return dg_chopsticks_named(path) && !dg_dir_exists(path);
}

/* ---- keys ---- */

static const char *const of_the_state[] = { "endpoint",       "block",         "db", "genesis",
                                            "import-storage", "wasm-override", NULL };
static const char *const of_the_server[] = { "addr",
                                             "allow-unresolved-imports",
                                             "build-block-mode",
                                             "host",
                                             "html",
                                             "max-memory-block-count",
                                             "mock-signature-host",
                                             "offchain-worker",
                                             "open",
                                             "port",
                                             "prefetch-storages",
                                             "process-queued-messages",
                                             "registered-types",
                                             "rpc-timeout",
                                             "runtime-log-level",
                                             "save-blocks",
                                             "unsafe-rpc-height",
                                             NULL };
/* They choose another block than `block`, or another time. */
static const char *const not_here[] = { "resume", "timestamp", NULL };

static bool is_among(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

static void name_passed_over(const json_t *config)
{
    char names[400] = "";
    const char *key;
    json_t *v;
    json_object_foreach((json_t *)config, key, v)
    {
        size_t len = strlen(names);
        if (is_among(key, of_the_server))
            snprintf(names + len, sizeof names - len, "%s%s", len ? ", " : "", key);
    }
    if (names[0])
        dg_log(DG_LOG_NORMAL, "source",
               "of the configuration of chopsticks these say nothing of a state and are passed "
               "over: %s",
               names);
}

static dg_code check_keys(const json_t *config, dg_error *err)
{
    const char *key, *near;
    json_t *v;
    if (!json_is_object(config))
        return dg_fail(err, DG_MALFORMED, "is no configuration of chopsticks: it has no keys");
    json_object_foreach((json_t *)config, key, v)
    {
        if (is_among(key, not_here) && !json_is_null(v) && !json_is_false(v))
            return dg_fail(err, DG_UNSUPPORTED,
                           "%s would choose another %s than that of the block; it is not read", key,
                           strcmp(key, "resume") == 0 ? "block" : "time");
        if (is_among(key, of_the_state) || is_among(key, of_the_server) || is_among(key, not_here))
            continue;
        near = dg_nearest(key, of_the_state);
        return dg_fail(err, DG_MALFORMED, "chopsticks has no key %.60s%s%s%s", key,
                       near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
    }
    return DG_OK;
}

/* ---- values ---- */

/* Chopsticks puts variables of the environment in; what doppel does is a function of its inputs. */
static dg_code refuse_templates(dg_bytes text, dg_error *err)
{
    size_t line = 1;
    for (size_t i = 0; i + 1 < text.len; i++) {
        line += text.at[i] == '\n';
        if ((text.at[i] == '$' && text.at[i + 1] == '{')
            || (text.at[i] == '<' && text.at[i + 1] == '%'))
            return dg_fail(err, DG_UNSUPPORTED,
                           "line %zu: variables of the environment are not read: write the value",
                           line);
    }
    return DG_OK;
}

static dg_code text_of(const dg_chopsticks *c, const char **out, const char *key, dg_error *err)
{
    const json_t *v = json_object_get(c->config, key);
    *out = json_string_value(v);
    if (v && !json_is_null(v) && (!*out || !**out))
        return dg_fail(err, DG_MALFORMED, "%s is no text", key);
    return DG_OK;
}

dg_code dg_chopsticks_path(const dg_chopsticks *c, char out[DG_CHOPSTICKS_PATH_MAX],
                           const char *path, dg_error *err)
{
    bool whole = path[0] == '/' || !c->folder[0];
    int len = snprintf(out, DG_CHOPSTICKS_PATH_MAX, "%s%s%s", whole ? "" : c->folder,
                       whole ? "" : "/", path);
    return len < DG_CHOPSTICKS_PATH_MAX
               ? DG_OK
               : dg_fail(err, DG_LIMIT, "the path %.60s is too long", path);
}

static dg_code read_block(dg_chopsticks *c, dg_error *err)
{
    const json_t *v = json_object_get(c->config, "block");
    const char *text = json_string_value(v);
    size_t digits = text ? strspn(text, "0123456789") : 0;
    c->block[0] = 0;
    if (!v || json_is_null(v))
        return DG_OK;
    if (json_is_integer(v) && json_integer_value(v) >= 0)
        snprintf(c->block, sizeof c->block, "%lld", (long long)json_integer_value(v));
    else if (text
             && ((digits && !text[digits] && digits < 11)
                 || (strncmp(text, "0x", 2) == 0 && strlen(text) == 66
                     && strspn(text + 2, "0123456789abcdefABCDEF") == 64)))
        snprintf(c->block, sizeof c->block, "%s", text);
    else
        return dg_fail(err, DG_MALFORMED, "block is neither a number nor a hash");
    return DG_OK;
}

/* Endpoints with commas between them, "#BLOCK" behind: as dg_source_open has it. */
static dg_code read_endpoint(dg_chopsticks *c, dg_error *err)
{
    const json_t *v = json_object_get(c->config, "endpoint");
    dg_buf out = dg_buf_on(c->base, sizeof c->base);
    size_t count = json_is_array(v) ? json_array_size(v) : 1;
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_is_array(v) ? json_array_get(v, i) : v);
        if (!text || !strstr(text, "://") || strpbrk(text, ",# \t"))
            return dg_fail(err, DG_MALFORMED, "endpoint is neither a URL nor a list of them");
        dg_buf_printf(&out, "%s%s", i ? "," : "", text);
    }
    if (c->block[0])
        dg_buf_printf(&out, "#%s", c->block);
    dg_buf_put_u8(&out, 0);
    if (!count)
        return dg_fail(err, DG_MALFORMED, "endpoint names none");
    return dg_buf_check(&out, err, "endpoint");
}

static dg_code read_base(dg_chopsticks *c, dg_error *err)
{
    const json_t *genesis = json_object_get(c->config, "genesis");
    const json_t *endpoint = json_object_get(c->config, "endpoint");
    const char *path;
    dg_code rc;
    if ((rc = read_block(c, err)) < 0)
        return rc;
    if (json_is_object(genesis))
        return dg_fail(err, DG_UNSUPPORTED, "genesis stands in the file itself: name a chain spec");
    if ((rc = text_of(c, &path, "genesis", err)) < 0)
        return rc;
    if (path && strstr(path, "://"))
        return dg_fail(err, DG_UNSUPPORTED, "genesis is a URL: fetch the spec, and name its file");
    if (path)
        return dg_chopsticks_path(c, c->base, path, err);
    if ((rc = text_of(c, &path, "db", err)) < 0)
        return rc;
    if (endpoint && !json_is_null(endpoint)) {
        if (path)
            dg_log(DG_LOG_NORMAL, "source",
                   "db holds values without proofs, so the endpoint is asked instead");
        return read_endpoint(c, err);
    }
    return path ? dg_chopsticks_path(c, c->base, path, err) : DG_OK;
}

bool dg_chopsticks_changes(const dg_chopsticks *c)
{
    const json_t *storage = json_object_get(c->config, "import-storage");
    const json_t *code = json_object_get(c->config, "wasm-override");
    return (storage && !json_is_null(storage)) || (code && !json_is_null(code));
}

/* ---- reading ---- */

dg_code dg_chopsticks_parse(dg_chopsticks *c, dg_bytes text, const char *folder, dg_error *err)
{
    dg_code rc;
    memset(c, 0, sizeof *c);
    snprintf(c->folder, sizeof c->folder, "%s", folder);
    if ((rc = refuse_templates(text, err)) < 0 || (rc = dg_source_yaml(&c->config, text, err)) < 0
        || (rc = check_keys(c->config, err)) < 0 || (rc = read_base(c, err)) < 0)
        return rc;
    return DG_OK;
}

dg_code dg_chopsticks_read(dg_chopsticks *c, const char *path, dg_error *err)
{
    char folder[DG_CHOPSTICKS_PATH_MAX];
    const char *slash = strrchr(path, '/');
    dg_buf text;
    dg_code rc;
    memset(c, 0, sizeof *c);
    if (strlen(path) >= sizeof folder)
        return dg_fail(err, DG_LIMIT, "the path %.60s is too long", path);
    /* "/x.yml" stands in "/", of which "/" and what follows is made again */
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0, path);
    if (slash == path)
        snprintf(folder, sizeof folder, "/.");
    dg_buf_init(&text, FILE_MAX);
    if ((rc = dg_file_read(&text, path, err)) >= 0) {
        if ((rc = dg_chopsticks_parse(c, dg_buf_bytes(&text), folder, err)) < 0)
            dg_fail_within(err, rc, "%s", path);
        else
            name_passed_over(c->config);
    }
    dg_buf_clear(&text);
    return rc < 0 ? rc : DG_OK;
}

void dg_chopsticks_clear(dg_chopsticks *c)
{
    json_decref(c->config);
    c->config = NULL;
}
