/* figures.c - of an answer what has to be as in control, and where two answers part in
 * that. Two arms go their own ways in what moves from block to block, so each row of the
 * table (apis.c) names what does not. */
#include "survey/survey_impl.h"

#include <assert.h>
#include <string.h>

typedef struct reader {
    const char *mask, *layout;
    dg_scale *s;
    json_t *out; /* an array; a figure after the other */
    int bad;     /* no memory */
} reader;

static void read_figures(reader *r);

static void put(reader *r, json_t *figure)
{
    r->bad |= json_array_append_new(r->out, figure) != 0;
}

/* Behind a figure's letter stands what it is called, "{rotation frequency}". */
static void pass_name(reader *r)
{
    if (*r->mask == '{')
        r->mask = strchr(r->mask, '}') + 1;
}

/* A core that is free, a queue without a claim. */
static bool is_idle(const json_t *item)
{
    const json_t *last = json_array_get(item, json_array_size(item) - 1);
    if (json_is_object(item))
        return json_is_null(json_object_get(item, "value"));
    return json_is_array(last) && json_array_size(last) == 0;
}

static json_int_t busy_in(const json_t *list)
{
    const json_t *item;
    json_int_t count = 0;
    size_t i;
    json_array_foreach(list, i, item) count += !is_idle(item);
    return count;
}

/* One letter over a list that was read. */
static void of_list(reader *r, const json_t *list)
{
    char letter = *r->mask++;
    assert(letter == '#' || letter == '%');
    pass_name(r);
    put(r, json_integer(letter == '#' ? (json_int_t)json_array_size(list) : busy_in(list)));
}

static void lists(reader *r)
{
    json_t *list = dg_survey_layout_next(&r->layout, r->s);
    bool several = *r->mask == '[';
    r->mask += several;
    do
        of_list(r, list);
    while (several && *r->mask != ']');
    r->mask += several;
    json_decref(list);
}

static void tuple(reader *r)
{
    assert(*r->layout == '(');
    for (r->mask++, r->layout++; *r->mask != ')';)
        read_figures(r);
    assert(*r->layout == ')');
    r->mask++;
    r->layout++;
}

/* Something or nothing: what an option or a result says first. */
static void presence(reader *r, bool ok)
{
    dg_scale ahead = *r->s;
    uint8_t first = dg_scale_u8(&ahead);
    pass_name(r);
    put(r, json_boolean(ok ? first == 0 : first != 0));
    json_decref(dg_survey_layout_next(&r->layout, r->s));
}

static void option(reader *r)
{
    bool there = dg_scale_option(r->s);
    assert(*r->layout == '?');
    r->layout++;
    pass_name(r);
    put(r, json_boolean(there));
    if (there)
        read_figures(r);
    else /* it is the last figure of its row */
        r->mask += strlen(r->mask);
}

/* One value of the layout, and what the mask makes of it. */
static void read_figures(reader *r)
{
    switch (*r->mask) {
    case '(':
        tuple(r);
        return;
    case '#':
    case '%':
    case '[':
        lists(r);
        return;
    default:
        break;
    }
    switch (*r->mask++) {
    case '.':
        json_decref(dg_survey_layout_next(&r->layout, r->s));
        return;
    case '=':
        pass_name(r);
        put(r, dg_survey_layout_next(&r->layout, r->s));
        return;
    case '!':
    case 'k':
        presence(r, r->mask[-1] == 'k');
        return;
    case '?':
        option(r);
        return;
    default:
        break;
    }
    assert(!"the figures of a row have an unknown letter");
}

json_t *dg_survey_figures(const dg_survey_api *row, dg_bytes answer)
{
    dg_scale s = dg_scale_from(answer);
    reader r = { .mask = row->figures, .layout = row->layout, .s = &s };
    if (!row->figures || !(r.out = json_array()))
        return NULL;
    read_figures(&r);
    if (!r.bad && s.rc == DG_OK)
        return r.out;
    json_decref(r.out);
    return NULL;
}

/* ---- two of them ---- */

char dg_survey_figure_next(const char **mask, char *name, size_t size)
{
    for (; **mask; (*mask)++) {
        const char *end;
        char letter = **mask;
        if (!strchr("#%=!k?", letter))
            continue;
        name[0] = 0;
        (*mask)++;
        if (**mask == '{') {
            end = strchr(*mask, '}');
            snprintf(name, size, "%.*s", (int)(end - *mask - 1), *mask + 1);
            *mask = end + 1;
        }
        return letter;
    }
    return 0;
}

static dg_event_against judge(char letter, const json_t *now, const json_t *control)
{
    json_int_t is = json_integer_value(now), was = json_integer_value(control);
    bool empty =
        letter == '#' || letter == '%' ? was && !is : json_is_true(control) && !json_is_true(now);
    if (letter == '=')
        return json_equal((json_t *)now, (json_t *)control) ? DG_EVENT_AGAINST_SAME
                                                            : DG_EVENT_AGAINST_VALUE;
    if (empty)
        return DG_EVENT_AGAINST_EMPTY;
    return letter == '#' && was && was != is ? DG_EVENT_AGAINST_COUNT : DG_EVENT_AGAINST_SAME;
}

static void say(char *out, size_t size, char letter, const char *name, const json_t *now,
                const json_t *control)
{
    char is[60], was[60];
    dg_event_short(is, sizeof is, now);
    dg_event_short(was, sizeof was, control);
    if (strchr("#%", letter) && json_integer_value(now) < json_integer_value(control))
        snprintf(out, size, "%s of %s %s", is, was, name);
    else if (strchr("#%", letter))
        snprintf(out, size, "%s %s instead of %s", is, name, was);
    else if (letter == '=')
        snprintf(out, size, "%s%s%s instead of %s", name, name[0] ? " " : "", is, was);
    else
        snprintf(out, size, letter == 'k' ? "an error instead of the %s" : "no %s", name);
}

dg_event_against dg_survey_compare(char *out, size_t size, const dg_survey_api *row,
                                   const dg_survey_answer *now, const dg_survey_answer *control)
{
    const char *mask = row->figures;
    dg_event_against worst = DG_EVENT_AGAINST_SAME;
    char letter, name[60];
    out[0] = 0;
    if (!now->figures || !control->figures)
        return DG_EVENT_AGAINST_NOTHING;
    assert(mask);
    for (size_t i = 0; (letter = dg_survey_figure_next(&mask, name, sizeof name)); i++) {
        const json_t *is = json_array_get(now->figures, i),
                     *was = json_array_get(control->figures, i);
        dg_event_against how = is && was ? judge(letter, is, was) : DG_EVENT_AGAINST_SAME;
        if (how == DG_EVENT_AGAINST_SAME || (worst != DG_EVENT_AGAINST_SAME && how >= worst))
            continue; /* emptiness is graver than a count, that than a value */
        worst = how;
        say(out, size, letter, name, is, was);
    }
    return row->configured && worst > DG_EVENT_AGAINST_EMPTY ? DG_EVENT_AGAINST_CONFIGURED : worst;
}
