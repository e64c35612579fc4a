/* yaml.c - YAML as JSON values, through libyaml.
 *
 * What is not read is refused in one line rather than guessed at: an anchor may stand for more than
 * memory holds, and a tag for anything.
 * Mirrors: yaml.org, core schema of 1.2; js-yaml, which reads 0x.. as a number and so loses keys:
 * here it stays text. */
#include "source/source_impl.h"

#include <string.h>
#include <yaml.h>

enum { DEPTH_MAX = 64 };

typedef struct reader {
    yaml_parser_t parser;
    dg_error *err;
} reader;

static dg_code at_line(reader *r, dg_code rc, const yaml_mark_t *mark, const char *why)
{
    char text[160];
    snprintf(text, sizeof text, "%s", why);
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < 32)
            *c = ' ';
    return dg_fail(r->err, rc, "line %zu: %s", mark->line + 1, text);
}

static dg_code next(reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event))
        return DG_OK;
    memset(event, 0, sizeof *event);
    if (r->parser.error == YAML_MEMORY_ERROR)
        return dg_fail(r->err, DG_NOMEM, "no memory for YAML");
    return at_line(r, DG_MALFORMED, &r->parser.problem_mark,
                   r->parser.problem ? r->parser.problem : "is no YAML");
}

/* ---- scalars ---- */

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* A decimal integer that JSON holds. */
static bool is_integer(json_int_t *out, const char *text)
{
    const char *digits = text + (*text == '-' || *text == '+');
    size_t count = strspn(digits, "0123456789");
    json_int_t value = 0;
    if (!count || digits[count] || count > 18)
        return false;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    *out = *text == '-' ? -value : value;
    return true;
}

static json_t *plain(const char *text)
{
    static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const yes[] = { "true", "True", "TRUE", NULL };
    static const char *const no[] = { "false", "False", "FALSE", NULL };
    json_int_t number;
    if (is_one_of(text, nulls))
        return json_null();
    if (is_one_of(text, yes) || is_one_of(text, no))
        return json_boolean(is_one_of(text, yes));
    return is_integer(&number, text) ? json_integer(number) : json_string(text);
}

static dg_code scalar(reader *r, json_t **out, const yaml_event_t *e)
{
    const char *text = (const char *)e->data.scalar.value;
    const char *tag = (const char *)e->data.scalar.tag;
    bool quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (strlen(text) != e->data.scalar.length)
        return at_line(r, DG_MALFORMED, &e->start_mark, "a text holds a zero byte");
    if (tag && strcmp(tag, YAML_STR_TAG) != 0)
        return at_line(r, DG_MALFORMED, &e->start_mark, "tags are not read");
    *out = quoted || tag ? json_string(text) : plain(text);
    return *out ? DG_OK : at_line(r, DG_MALFORMED, &e->start_mark, "a text is not UTF-8");
}

/* ---- what holds others ---- */

static dg_code value(reader *r, json_t **out, const yaml_event_t *event, unsigned depth);

static dg_code sequence(reader *r, json_t **out, unsigned depth)
{
    dg_code rc;
    yaml_event_t e;
    if (!(*out = json_array()))
        return dg_fail(r->err, DG_NOMEM, "no memory for YAML");
    while ((rc = next(r, &e)) == DG_OK && e.type != YAML_SEQUENCE_END_EVENT) {
        json_t *item = NULL;
        rc = value(r, &item, &e, depth + 1);
        yaml_event_delete(&e);
        if (rc == DG_OK && json_array_append_new(*out, item) != 0)
            rc = dg_fail(r->err, DG_NOMEM, "no memory for YAML");
        if (rc < 0)
            return rc;
    }
    yaml_event_delete(&e);
    return rc;
}

static dg_code pair(reader *r, json_t *object, const yaml_event_t *name, unsigned depth)
{
    const char *key = (const char *)name->data.scalar.value;
    yaml_event_t e;
    json_t *item = NULL;
    dg_code rc;
    if (name->type != YAML_SCALAR_EVENT || name->data.scalar.anchor || name->data.scalar.tag
        || strlen(key) != name->data.scalar.length)
        return at_line(r, DG_MALFORMED, &name->start_mark, "a key is no text");
    if (strcmp(key, "<<") == 0)
        return at_line(r, DG_MALFORMED, &name->start_mark, "<< is not read");
    if (json_object_get(object, key))
        return at_line(r, DG_MALFORMED, &name->start_mark, "a key stands there twice");
    if ((rc = next(r, &e)) == DG_OK)
        rc = value(r, &item, &e, depth + 1);
    yaml_event_delete(&e);
    if (rc == DG_OK && json_object_set_new(object, key, item) != 0)
        rc = at_line(r, DG_MALFORMED, &name->start_mark, "a key is not UTF-8");
    return rc;
}

static dg_code mapping(reader *r, json_t **out, unsigned depth)
{
    dg_code rc;
    yaml_event_t e;
    if (!(*out = json_object()))
        return dg_fail(r->err, DG_NOMEM, "no memory for YAML");
    while ((rc = next(r, &e)) == DG_OK && e.type != YAML_MAPPING_END_EVENT) {
        rc = pair(r, *out, &e, depth);
        yaml_event_delete(&e);
        if (rc < 0)
            return rc;
    }
    yaml_event_delete(&e);
    return rc;
}

/* On failure `out` is NULL. */
static dg_code value(reader *r, json_t **out, const yaml_event_t *e, unsigned depth)
{
    bool is_map = e->type == YAML_MAPPING_START_EVENT;
    const yaml_char_t *anchor = is_map                         ? e->data.mapping_start.anchor
                                : e->type == YAML_SCALAR_EVENT ? e->data.scalar.anchor
                                : e->type == YAML_SEQUENCE_START_EVENT
                                    ? e->data.sequence_start.anchor
                                    : NULL;
    const yaml_char_t *tag = is_map                                 ? e->data.mapping_start.tag
                             : e->type == YAML_SEQUENCE_START_EVENT ? e->data.sequence_start.tag
                                                                    : NULL;
    dg_code rc;
    *out = NULL;
    if (anchor || e->type == YAML_ALIAS_EVENT)
        return at_line(r, DG_MALFORMED, &e->start_mark, "anchors and aliases are not read");
    if (tag)
        return at_line(r, DG_MALFORMED, &e->start_mark, "tags are not read");
    if (depth > DEPTH_MAX)
        return at_line(r, DG_LIMIT, &e->start_mark, "is nested too deeply");
    if (e->type == YAML_SCALAR_EVENT)
        rc = scalar(r, out, e);
    else
        rc = is_map ? mapping(r, out, depth) : sequence(r, out, depth);
    if (rc < 0) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}

/* ---- the document ---- */

static dg_code expect(reader *r, yaml_event_type_t type)
{
    yaml_event_t e;
    dg_code rc = next(r, &e);
    if (rc == DG_OK && e.type != type)
        rc = at_line(r, DG_MALFORMED, &e.start_mark,
                     type == YAML_DOCUMENT_START_EVENT ? "is empty" : "holds a second document");
    yaml_event_delete(&e);
    return rc;
}

static dg_code document(reader *r, json_t **out)
{
    yaml_event_t e;
    dg_code rc;
    if ((rc = expect(r, YAML_STREAM_START_EVENT)) < 0
        || (rc = expect(r, YAML_DOCUMENT_START_EVENT)) < 0)
        return rc;
    if ((rc = next(r, &e)) == DG_OK)
        rc = value(r, out, &e, 0);
    yaml_event_delete(&e);
    if (rc < 0 || (rc = expect(r, YAML_DOCUMENT_END_EVENT)) < 0)
        return rc;
    return expect(r, YAML_STREAM_END_EVENT);
}

dg_code dg_source_yaml(json_t **out, dg_bytes text, dg_error *err)
{
    reader r = { .err = err };
    dg_code rc;
    *out = NULL;
    if (!yaml_parser_initialize(&r.parser))
        return dg_fail(err, DG_NOMEM, "no memory for YAML");
    yaml_parser_set_input_string(&r.parser, text.len ? text.at : (const uint8_t *)"", text.len);
    rc = document(&r, out);
    yaml_parser_delete(&r.parser);
    if (rc < 0) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}
