/* keys.c - checks a document against its table of keys. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SIBLINGS_MAX = 64, FEW = 12, HINT_MAX = 320 };
static const char *const kind_words[] = { "an object",      "a list",   "a text",
                                          "a whole number", "a number", "true or false",
                                          "any value" };

const dg_keys_row *dg_keys_find(const dg_keys_table *table, const char *path, size_t path_len)
{
    assert(table->count > 0);
    for (size_t i = 0; i < table->count; i++)
        if (strlen(table->rows[i].path) == path_len
            && memcmp(table->rows[i].path, path, path_len) == 0)
            return &table->rows[i];
    return NULL;
}

/* The last part of a row's path when it is a direct child of `parent`, or NULL. */
static const char *child_name(const dg_keys_row *row, const char *parent)
{
    size_t len = strlen(parent);
    const char *name = row->path;
    if (len) {
        if (strncmp(row->path, parent, len) != 0 || row->path[len] != '.')
            return NULL;
        name += len + 1;
    }
    return strpbrk(name, ".[") ? NULL : name;
}

/* The nearest name, and all of them where they are few; else where they stand. */
static const char *hint(char room[HINT_MAX], const char *word, const char *const *names,
                        const char *otherwise)
{
    const char *near = dg_nearest(word, names);
    size_t count = 0, used = 0;
    while (names[count])
        count++;
    room[0] = 0;
    if (near)
        used = (size_t)snprintf(room, HINT_MAX, "; did you mean \"%s\"?", near);
    else if (count > FEW)
        snprintf(room, HINT_MAX, "%s", otherwise);
    for (size_t i = 0; i < count && count <= FEW && used < HINT_MAX; i++)
        used += (size_t)snprintf(room + used, HINT_MAX - used, "%s%s",
                                 i           ? i + 1 == count ? " or " : ", "
                                 : near      ? " It is one of "
                                 : count > 1 ? "; it is one of "
                                             : "; it is ",
                                 names[i]);
    return room;
}

static dg_code unknown(const dg_keys_table *table, const char *parent, const char *key,
                       dg_error *err)
{
    const char *names[SIBLINGS_MAX + 1] = { NULL };
    const char *name;
    bool claim = strcmp(parent, "claims") == 0;
    const dg_keys_row *open = parent[0] ? dg_keys_find(table, parent, strlen(parent)) : NULL;
    char room[HINT_MAX];
    size_t n = 0;
    for (size_t i = 0; i < table->count && n < SIBLINGS_MAX; i++)
        if ((name = child_name(&table->rows[i], parent)))
            names[n++] = name;
    return dg_fail(err, DG_USAGE, "there is no %s \"%.80s%s%.80s\"%s", claim ? "claim" : "key",
                   parent, parent[0] ? "." : "", key,
                   open && open->open ? "; give the object above it, as JSON"
                                      : hint(room, key, names,
                                             claim ? "; doppel help claims names them"
                                                   : "; doppel help plan names them"));
}

static bool fits(const dg_keys_row *row, const json_t *v)
{
    switch (row->kind) {
    case DG_KEYS_OBJECT:
        return json_is_object(v) || (row->or_false && json_is_false(v));
    case DG_KEYS_LIST:
        return json_is_array(v);
    case DG_KEYS_TEXT:
        return json_is_string(v) && strlen(json_string_value(v)) == json_string_length(v);
    case DG_KEYS_WHOLE:
        return json_is_integer(v);
    case DG_KEYS_NUMBER:
        return json_is_number(v);
    case DG_KEYS_BOOL:
        return json_is_boolean(v);
    case DG_KEYS_ANY:
        return true;
    }
    return false;
}

static dg_code word_allowed(const dg_keys_row *row, const json_t *v, dg_error *err)
{
    const char *text = json_string_value(v);
    char room[HINT_MAX];
    for (size_t i = 0; row->words[i]; i++)
        if (strcmp(row->words[i], text) == 0)
            return DG_OK;
    return dg_fail(err, DG_USAGE, "%s \"%.80s\" is not known%s", row->path, text,
                   hint(room, text, row->words, ""));
}

static dg_code value_allowed(const dg_keys_row *row, const json_t *v, dg_error *err)
{
    if (!fits(row, v))
        return dg_fail(err, DG_USAGE, "%s must be %s%s", row->path, kind_words[row->kind],
                       row->or_false ? " or false" : "");
    if (row->kind == DG_KEYS_TEXT && row->words)
        return word_allowed(row, v, err);
    if (row->kind == DG_KEYS_WHOLE && (row->min || row->max)
        && (json_integer_value(v) < row->min || json_integer_value(v) > row->max))
        return dg_fail(err, DG_USAGE, "%s is %lld; it must be from %lld to %lld", row->path,
                       (long long)json_integer_value(v), (long long)row->min, (long long)row->max);
    if (row->kind == DG_KEYS_NUMBER && json_number_value(v) < (double)row->min)
        return dg_fail(err, DG_USAGE,
                       row->min ? "%s is %.12g; it must be at least %lld"
                                : "%s must not be negative",
                       row->path, json_number_value(v), (long long)row->min);
    if (row->kind == DG_KEYS_NUMBER && row->max && json_number_value(v) > (double)row->max)
        return dg_fail(err, DG_USAGE, "%s is %.12g; it must be from %lld to %lld", row->path,
                       json_number_value(v), (long long)row->min, (long long)row->max);
    return DG_OK;
}

/* Rows below a path: those that can be children of it are among them. A document has thousands of
 * objects in one list, so they are looked for once a list and not once an object. */
typedef struct below {
    const dg_keys_table *table;
    const char *path; /* "": the document itself */
    size_t path_len, first, end;
    bool open;
} below;

static below below_of(const dg_keys_table *table, const char *path, bool open)
{
    below b = { table, path, strlen(path), table->count, 0, open };
    for (size_t i = 0; i < table->count; i++) {
        if (b.path_len
            && (strncmp(table->rows[i].path, path, b.path_len) != 0
                || table->rows[i].path[b.path_len] != '.'))
            continue;
        b.first = b.end ? b.first : i;
        b.end = i + 1;
    }
    assert(b.first <= b.end || b.first == table->count);
    return b;
}

/* As child_name. */
static const char *child_below(const below *b, const dg_keys_row *row)
{
    const char *name = b->path_len ? row->path + b->path_len + 1 : row->path;
    if (b->path_len && strncmp(row->path, b->path, b->path_len) != 0)
        return NULL; /* another path stands between */
    return b->path_len && row->path[b->path_len] != '.' ? NULL : strpbrk(name, ".[") ? NULL : name;
}

static const dg_keys_row *row_below(const below *b, const char *key)
{
    size_t skip = b->path_len ? b->path_len + 1 : 0;
    for (size_t i = b->first; i < b->end; i++) {
        const char *path = b->table->rows[i].path;
        if (strlen(path) > skip && strcmp(path + skip, key) == 0
            && child_below(b, &b->table->rows[i]))
            return &b->table->rows[i];
    }
    return NULL;
}

static dg_code check_value(const dg_keys_table *table, const dg_keys_row *row, const json_t *v,
                           bool complete, dg_error *err);

static dg_code check_object(const below *b, const json_t *object, bool complete, dg_error *err)
{
    const char *key;
    json_t *v;
    dg_code rc = DG_OK;
    json_object_foreach((json_t *)object, key, v)
    {
        const dg_keys_row *row = row_below(b, key);
        if (!row && b->open)
            continue;
        if (!row)
            return unknown(b->table, b->path, key, err);
        if ((rc = check_value(b->table, row, v, complete, err)) < 0)
            return rc;
    }
    for (size_t i = b->first; complete && i < b->end; i++) {
        const dg_keys_row *row = &b->table->rows[i];
        const char *name = row->required ? child_below(b, row) : NULL;
        if (name && !json_object_get(object, name))
            return dg_fail(err, DG_USAGE, "%s is missing (%s)", row->path, row->says);
    }
    return DG_OK;
}

static dg_code check_list(const dg_keys_table *table, const dg_keys_row *list, const json_t *items,
                          bool complete, dg_error *err)
{
    char path[DG_KEYS_PATH_MAX];
    const dg_keys_row *row;
    below b = { .table = table };
    const json_t *v;
    size_t i;
    dg_code rc;
    if (!json_array_size(items)) /* rows need not be looked for */
        return DG_OK;
    snprintf(path, sizeof path, "%s[]", list->path);
    if (!(row = dg_keys_find(table, path, strlen(path))))
        return DG_OK;
    if (row->kind == DG_KEYS_OBJECT)
        b = below_of(table, row->path, row->open);
    json_array_foreach(items, i, v)
    {
        rc = row->kind != DG_KEYS_OBJECT || !json_is_object(v)
                 ? check_value(table, row, v, complete, err)
                 : check_object(&b, v, complete, err);
        if (rc < 0)
            return rc;
    }
    return DG_OK;
}

static dg_code check_value(const dg_keys_table *table, const dg_keys_row *row, const json_t *v,
                           bool complete, dg_error *err)
{
    dg_code rc = value_allowed(row, v, err);
    if (rc == DG_OK && row->kind == DG_KEYS_OBJECT && json_is_object(v)) {
        below b = below_of(table, row->path, row->open);
        rc = check_object(&b, v, complete, err);
    }
    if (rc == DG_OK && row->kind == DG_KEYS_LIST)
        rc = check_list(table, row, v, complete, err);
    return rc;
}

dg_code dg_keys_check(const dg_keys_table *table, const json_t *document, bool complete,
                      dg_error *err)
{
    below b;
    assert(table->count > 0);
    if (!json_is_object(document))
        return dg_fail(err, DG_USAGE, "the document is not a JSON object");
    b = below_of(table, "", false);
    return check_object(&b, document, complete, err);
}

/* ---- flags ---- */

/* The first part that no row has is the one at fault. */
dg_code dg_keys_wanted(const dg_keys_row **out, const dg_keys_table *table, const char *path,
                       dg_error *err)
{
    char parent[DG_KEYS_PATH_MAX], part[DG_KEYS_PATH_MAX];
    const char *at = path;
    size_t len = strcspn(at, ".");
    *out = dg_keys_find(table, path, strlen(path));
    if (*out)
        return DG_OK;
    if (strlen(path) >= DG_KEYS_PATH_MAX)
        return dg_fail(err, DG_USAGE, "there is no key \"%.80s..\"", path);
    while (at[len] && dg_keys_find(table, path, (size_t)(at - path) + len)) {
        at += len + 1;
        len = strcspn(at, ".");
    }
    snprintf(parent, sizeof parent, "%.*s", at > path ? (int)(at - path - 1) : 0, path);
    snprintf(part, sizeof part, "%.*s", (int)len, at);
    return unknown(table, parent, part, err);
}

dg_code dg_keys_value_of(json_t **out, const dg_keys_row *row, const char *text, dg_error *err)
{
    dg_code rc;
    *out = row->kind == DG_KEYS_TEXT
               ? json_string(text)
               : json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
    if (!*out)
        return dg_fail(err, DG_USAGE, "%s must be %s, not \"%.80s\"", row->path,
                       kind_words[row->kind], text);
    if ((rc = value_allowed(row, *out, err)) < 0) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- what holds without a key ---- */

static const char *last_part(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot ? dot + 1 : path;
}

int64_t dg_keys_whole(const dg_keys_table *table, const json_t *holder, const char *path)
{
    const dg_keys_row *row = dg_keys_find(table, path, strlen(path));
    const json_t *v = json_object_get(holder, last_part(path));
    assert(row && row->kind == DG_KEYS_WHOLE && row->fallback);
    return v ? json_integer_value(v) : strtoll(row->fallback, NULL, 10);
}

/* ---- help ---- */

static void describe_words(dg_buf *out, const dg_keys_row *row, const char **before)
{
    for (size_t i = 0; row->words && row->words[i]; i++) {
        dg_buf_printf(out, "%s%s", i ? " | " : *before, row->words[i]);
        *before = "; ";
    }
}

static void describe_range(dg_buf *out, const dg_keys_row *row, const char **before)
{
    bool number = row->kind == DG_KEYS_WHOLE || row->kind == DG_KEYS_NUMBER;
    if (number && row->min == row->max && row->max)
        dg_buf_printf(out, "%s%lld", *before, (long long)row->max);
    else if (number && (row->min || row->max))
        dg_buf_printf(out, "%s%lld to %lld", *before, (long long)row->min, (long long)row->max);
    else if (row->kind == DG_KEYS_NUMBER)
        dg_buf_printf(out, "%s0 or more", *before);
    else if (row->kind == DG_KEYS_BOOL)
        dg_buf_printf(out, "%strue | false", *before);
    else
        return;
    *before = "; ";
}

/* A text without the quotes it has in JSON. */
static void describe_fallback(dg_buf *out, const dg_keys_row *row, const char **before)
{
    size_t len = row->fallback ? strlen(row->fallback) : 0, quote = 0;
    if (len > 1 && row->fallback[0] == '"')
        quote = 1;
    if (row->fallback)
        dg_buf_printf(out, "%sdefault %.*s", *before, (int)(len - 2 * quote),
                      row->fallback + quote);
    else if (row->without)
        dg_buf_printf(out, "%sdefault: %s", *before, row->without);
    else if (row->required)
        dg_buf_printf(out, "%sneeded", *before);
    else
        return;
    *before = "; ";
}

void dg_keys_describe(dg_buf *out, const dg_keys_row *row)
{
    const char *before = " [";
    dg_buf_put_text(out, row->says);
    describe_words(out, row, &before);
    describe_range(out, row, &before);
    describe_fallback(out, row, &before);
    if (strcmp(before, " [") != 0)
        dg_buf_put_text(out, "]");
}

/* ---- schema ---- */

static json_t *schema_of(const dg_keys_table *table, const dg_keys_row *row);

static int schema_object(json_t *out, const dg_keys_table *table, const char *path, bool open)
{
    json_t *properties = json_object(), *required = json_array();
    int bad = 0;
    for (size_t i = 0; i < table->count; i++) {
        const char *name = child_name(&table->rows[i], path);
        if (!name)
            continue;
        bad |= json_object_set_new(properties, name, schema_of(table, &table->rows[i]));
        if (table->rows[i].required)
            bad |= json_array_append_new(required, json_string(name));
    }
    if (json_array_size(required))
        bad |= json_object_set(out, "required", required);
    if (json_object_size(properties))
        bad |= json_object_set(out, "properties", properties);
    if (!open)
        bad |= json_object_set_new(out, "additionalProperties", json_false());
    bad |= properties == NULL || required == NULL;
    json_decref(properties);
    json_decref(required);
    return bad;
}

static int schema_list(json_t *out, const dg_keys_table *table, const dg_keys_row *list)
{
    char path[DG_KEYS_PATH_MAX];
    int len = snprintf(path, sizeof path, "%s[]", list->path);
    const dg_keys_row *row = dg_keys_find(table, path, (size_t)len);
    return row ? json_object_set_new(out, "items", schema_of(table, row)) : 0;
}

static int schema_words(json_t *out, const dg_keys_row *row)
{
    json_t *words = json_array();
    int bad = 0;
    for (size_t i = 0; row->words[i]; i++)
        bad |= json_array_append_new(words, json_string(row->words[i]));
    return bad | json_object_set_new(out, "enum", words);
}

/* With what holds without the key, where that is no value. */
static int schema_says(json_t *out, const dg_keys_row *row)
{
    return json_object_set_new(out, "description",
                               row->without
                                   ? json_sprintf("%s (default: %s)", row->says, row->without)
                                   : json_string(row->says));
}

static json_t *schema_of(const dg_keys_table *table, const dg_keys_row *row)
{
    static const char *const types[] = { "object", "array",   "string", "integer",
                                         "number", "boolean", NULL };
    json_t *out = json_object();
    int bad = schema_says(out, row);
    if (row->or_false)
        bad |= json_object_set_new(out, "type", json_pack("[s, s]", "object", "boolean"))
               | json_object_set_new(out, "not", json_pack("{s:b}", "const", 1));
    else if (types[row->kind])
        bad |= json_object_set_new(out, "type", json_string(types[row->kind]));
    if (row->kind == DG_KEYS_OBJECT)
        bad |= schema_object(out, table, row->path, row->open);
    if (row->kind == DG_KEYS_LIST)
        bad |= schema_list(out, table, row);
    if (row->words)
        bad |= schema_words(out, row);
    if (row->kind == DG_KEYS_NUMBER)
        bad |= json_object_set_new(out, "minimum", json_integer(row->min));
    if (row->kind == DG_KEYS_NUMBER && row->max)
        bad |= json_object_set_new(out, "maximum", json_integer(row->max));
    if (row->fallback)
        bad |=
            json_object_set_new(out, "default", json_loads(row->fallback, JSON_DECODE_ANY, NULL));
    if (row->kind == DG_KEYS_WHOLE && (row->min || row->max)) {
        bad |= json_object_set_new(out, "minimum", json_integer(row->min));
        bad |= json_object_set_new(out, "maximum", json_integer(row->max));
    }
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}

json_t *dg_keys_schema(const dg_keys_table *table)
{
    json_t *out = json_object();
    int bad = json_object_set_new(out, "$schema",
                                  json_string("https://json-schema.org/draft/2020-12/schema"));
    bad |= json_object_set_new(out, "$id", json_string(table->id));
    bad |= json_object_set_new(out, "title", json_string(table->title));
    bad |= json_object_set_new(out, "type", json_string("object"));
    bad |= schema_object(out, table, "", false);
    if (bad) {
        json_decref(out);
        return NULL;
    }
    return out;
}
