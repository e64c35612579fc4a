/* node_file.c - how many nodes run what, as telemetry or a crawler writes it down: JSON, columns,
 * or a line for each node. */
#include "plan/plan_impl.h"

#include <assert.h>
#include <string.h>

#include "git/git.h"

enum { FILE_MAX = 8 << 20, LINE_MAX_LEN = 1000 };

/* ---- JSON ---- */

static const char *const names[] = { "version", "client", "release", "class" };
static const char *const numbers[] = { "count", "nodes", "share" };

/* The first of these keys that an object has; NULL: none. */
static const json_t *one_of(const json_t *object, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (json_object_get(object, keys[i]))
            return json_object_get(object, keys[i]);
    return NULL;
}

static dg_code add_json(dg_plan_counts *counts, const json_t *name, const json_t *number,
                        dg_error *err)
{
    dg_plan_number n;
    if (!json_is_string(name) || strlen(json_string_value(name)) != json_string_length(name))
        return dg_fail(err, DG_USAGE, "a version is missing, as a text");
    if (!number)
        return dg_plan_counts_add(counts, json_string_value(name), json_string_length(name), NULL,
                                  err);
    if (!json_is_number(number))
        return dg_fail(err, DG_USAGE, "the count of %.80s must be a number",
                       json_string_value(name));
    n = (dg_plan_number){ json_number_value(number), json_is_integer(number) };
    return dg_plan_counts_add(counts, json_string_value(name), json_string_length(name), &n, err);
}

/* {"version": .., "count": ..}, ["1.10.0", 276] or "1.10.0", which is one node. */
static dg_code add_item(dg_plan_counts *counts, const json_t *item, dg_error *err)
{
    const json_t *number;
    if (json_is_string(item))
        return add_json(counts, item, NULL, err);
    if (json_is_array(item) && json_array_size(item) == 2)
        return add_json(counts, json_array_get(item, 0), json_array_get(item, 1), err);
    if (!json_is_object(item))
        return dg_fail(err, DG_USAGE,
                       "it must be an object with version and count, a pair of them, or a version");
    number = one_of(item, numbers, sizeof numbers / sizeof *numbers);
    return number ? add_json(counts, one_of(item, names, sizeof names / sizeof *names), number, err)
                  : dg_fail(err, DG_USAGE, "a count is missing");
}

dg_code dg_plan_counts_json(dg_plan_counts *counts, const json_t *from, dg_error *err)
{
    const char *key;
    json_t *value;
    size_t i;
    dg_code rc;
    if (!json_is_object(from) && !json_is_array(from))
        return dg_fail(err, DG_USAGE, "it must be an object of counts by version, or a list");
    json_object_foreach((json_t *)from, key, value)
    {
        json_t *name = json_string(key);
        rc = name ? add_json(counts, name, value, err)
                  : dg_fail(err, DG_USAGE, "a version is no text in UTF-8");
        json_decref(name);
        if (rc < 0)
            return rc;
    }
    json_array_foreach(from, i, value)
    {
        if ((rc = add_item(counts, value, err)) < 0)
            return dg_fail_within(err, rc, "[%zu]", i);
    }
    return counts->count ? DG_OK : dg_fail(err, DG_USAGE, "it names no nodes");
}

static dg_code read_json(dg_plan_counts *counts, dg_bytes text, dg_error *err)
{
    json_error_t why;
    json_t *json = json_loadb((const char *)text.at, text.len, JSON_REJECT_DUPLICATES, &why);
    dg_code rc;
    if (!json)
        return json_error_code(&why) == json_error_out_of_memory
                   ? dg_fail(err, DG_NOMEM, "no memory for the JSON")
                   : dg_fail(err, DG_USAGE, "line %d, column %d: %s", why.line, why.column,
                             why.text);
    rc = dg_plan_counts_json(counts, json, err);
    json_decref(json);
    return rc;
}

/* ---- lines ---- */

typedef struct line {
    const char *at;
    size_t len;
} line;

static line trimmed(line l)
{
    while (l.len && strchr(" \t\r\"", *l.at))
        l.at++, l.len--;
    while (l.len && strchr(" \t\r\"", l.at[l.len - 1]))
        l.len--;
    return l;
}

/* In two at byte `at`, which is left out. */
typedef struct halves {
    line before, after;
} halves;
static halves cut(line l, size_t at)
{
    assert(at < l.len);
    return (halves){ trimmed((line){ l.at, at }),
                     trimmed((line){ l.at + at + 1, l.len - at - 1 }) };
}

/* "version,count": what names the columns. */
static bool is_heading(line name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.len == strlen(names[i]) && memcmp(name.at, names[i], name.len) == 0)
            return true;
    return false;
}

static bool is_known(line name)
{
    dg_node_class class;
    return name.len && dg_class_read(&class, name.at, name.len);
}

/* "  276 v1.10.0", as uniq -c counts lines. */
static bool read_counted(line *name, dg_plan_number *number, line l)
{
    size_t len = 0;
    while (len < l.len && l.at[len] != ' ' && l.at[len] != '\t')
        len++;
    if (!len || len == l.len || !dg_plan_number_read(number, l.at, len) || !number->whole)
        return false;
    *name = cut(l, len).after;
    return true;
}

/* The last separator parts a name from its count, where a count follows: names of nodes have commas
 * as well. */
static dg_code add_line(dg_plan_counts *counts, line l, dg_error *err)
{
    dg_plan_number number;
    halves h;
    line name;
    size_t at = l.len;
    while (at && !strchr(",;=\t", l.at[at - 1]))
        at--;
    if (read_counted(&name, &number, l))
        return dg_plan_counts_add(counts, name.at, name.len, &number, err);
    if (!at)
        return dg_plan_counts_add(counts, l.at, l.len, NULL, err);
    h = cut(l, at - 1);
    if (dg_plan_number_read(&number, h.after.at, h.after.len))
        return dg_plan_counts_add(counts, h.before.at, h.before.len, &number, err);
    if (!counts->count && is_heading(h.before))
        return DG_OK;
    if (is_known(h.before) && !is_known(l))
        return dg_fail(err, DG_USAGE, "the count of %.*s must be a whole number, not \"%.*s\"",
                       (int)(h.before.len < 80 ? h.before.len : 80), h.before.at,
                       (int)(h.after.len < 40 ? h.after.len : 40), h.after.at);
    return dg_plan_counts_add(counts, l.at, l.len, NULL, err);
}

/* Text has no control characters; a line of a file is short. */
static dg_code check_line(line l, dg_error *err)
{
    if (l.len > LINE_MAX_LEN)
        return dg_fail(err, DG_USAGE, "the line has %zu bytes; at most %d are allowed", l.len,
                       LINE_MAX_LEN);
    for (size_t i = 0; i < l.len; i++)
        if (((unsigned char)l.at[i] < ' ' && l.at[i] != '\t' && l.at[i] != '\r') || l.at[i] == 0x7f)
            return dg_fail(err, DG_USAGE, "byte 0x%02x at column %zu is no text",
                           (unsigned)(unsigned char)l.at[i], i + 1);
    return DG_OK;
}

static dg_code read_lines(dg_plan_counts *counts, dg_bytes text, dg_error *err)
{
    const char *at = (const char *)text.at, *end = at + text.len;
    for (size_t number = 1; at < end; number++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        line l = { at, (size_t)((stop ? stop : end) - at) };
        dg_code rc = check_line(l, err);
        l = trimmed(l);
        if (rc >= 0 && l.len && *l.at != '#')
            rc = add_line(counts, l, err);
        if (rc < 0)
            return dg_fail_within(err, rc, "line %zu", number);
        at = stop ? stop + 1 : end;
    }
    return counts->count ? DG_OK : dg_fail(err, DG_USAGE, "it names no nodes");
}

/* ---- either ---- */

dg_code dg_plan_counts_parse(dg_plan_counts *counts, dg_bytes text, dg_error *err)
{
    static const uint8_t mark[] = { 0xef, 0xbb, 0xbf }; /* that some editors begin UTF-8 with */
    size_t blank = 0;
    if (text.len >= sizeof mark && memcmp(text.at, mark, sizeof mark) == 0)
        text = dg_bytes_of(text.at + sizeof mark, text.len - sizeof mark);
    while (blank < text.len && strchr(" \t\r\n", text.at[blank]) && text.at[blank])
        blank++;
    if (blank == text.len)
        return dg_fail(err, DG_USAGE, "it is empty");
    return text.at[blank] == '{' || text.at[blank] == '[' ? read_json(counts, text, err)
                                                          : read_lines(counts, text, err);
}

dg_code dg_plan_counts_read(dg_plan_counts *counts, const char *path, const char *folder,
                            dg_error *err)
{
    char found[1024];
    dg_buf text;
    dg_code rc;
    if (!path[0])
        return dg_fail(err, DG_USAGE, "a file's name must follow @");
    if (strcmp(path, "-") == 0)
        snprintf(found, sizeof found, "-");
    else if ((rc = dg_plan_resolve(found, sizeof found, folder, path, err)) < 0)
        return rc;
    dg_buf_init(&text, FILE_MAX);
    if ((rc = dg_git_or_file_read(&text, found, err)) >= 0
        && (rc = dg_plan_counts_parse(counts, dg_buf_bytes(&text), err)) < 0)
        rc = dg_fail_within(err, rc, "%s", path);
    dg_buf_clear(&text);
    return rc == DG_LIMIT ? DG_USAGE : rc;
}
