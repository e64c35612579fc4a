/* config.c - what the chain is configured with, read under the runtime at a block
 * and compared field by field, by name: a field that moved into a group keeps its
 * meaning, one that took another value does not. */
#include "survey/survey.h"

#include <assert.h>
#include <string.h>

static const struct {
    const char *pallet, *item;
} watched[] = {
    { "Configuration", "ActiveConfig" }, { "Configuration", "PendingConfigs" },
    { "Babe", "EpochConfig" },           { "Babe", "PendingEpochConfigChange" },
    { "Staking", "ValidatorCount" },     { "Staking", "MinimumValidatorCount" },
};

dg_code dg_survey_config_take(json_t **out, const dg_meta *meta, dg_state *state, dg_error *err)
{
    json_t *all = json_object();
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        char name[80], why[200];
        json_t *value = dg_survey_item(meta, state, watched[i].pallet, watched[i].item, why);
        int bad = 0;
        snprintf(name, sizeof name, "%s.%s", watched[i].pallet, watched[i].item);
        if (value)
            bad = json_object_set_new(all, name, json_pack("{s:o}", "value", value));
        else if (why[0])
            bad = json_object_set_new(all, name, json_pack("{s:o}", "reason", dg_event_text(why)));
        if (!all || bad) {
            json_decref(all);
            return dg_fail(err, DG_NOMEM, "no memory for the configuration");
        }
    }
    json_decref(*out);
    *out = all;
    return DG_OK;
}

json_t *dg_survey_field(const json_t *object, const char *path)
{
    const char *dot;
    char part[80];
    for (; (dot = strchr(path, '.')); path = dot + 1) {
        snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
        object = json_object_get(object, part);
    }
    return json_object_get(object, path);
}

/* ---- comparison by names ---- */

typedef struct words {
    char text[240];
    size_t count;
    size_t *fields;
} words;

static void add_word(words *w, const char *format, const char *name, const json_t *old,
                     const json_t *now)
{
    char was[48] = "", is[48] = "";
    size_t used = strlen(w->text);
    json_free_t release;
    char *text;
    json_get_alloc_funcs(NULL, &release);
    if ((text = json_dumps(old, JSON_COMPACT | JSON_ENCODE_ANY))) {
        snprintf(was, sizeof was, "%s", text);
        release(text);
    }
    if (now && (text = json_dumps(now, JSON_COMPACT | JSON_ENCODE_ANY))) {
        snprintf(is, sizeof is, "%s", text);
        release(text);
    }
    if (w->count++ < 4) {
        snprintf(w->text + used, sizeof w->text - used, "%s", used ? ", " : "");
        used = strlen(w->text);
        snprintf(w->text + used, sizeof w->text - used, format, name, was, is);
    }
}

/* A field called `name` anywhere below; NULL if there is none. */
const json_t *dg_survey_field_named(const json_t *object, const char *name)
{
    const char *key;
    json_t *v;
    const json_t *found = json_object_get(object, name);
    if (found)
        return found;
    json_object_foreach((json_t *)object, key,
                        v) if (json_is_object(v)
                               && (found = dg_survey_field_named(v, name))) return found;
    return NULL;
}

/* A list of what has fields is compared by them; any other list is one value. */
static bool holds_fields(const json_t *value)
{
    const json_t *item;
    size_t i;
    if (!json_is_array(value))
        return json_is_object(value);
    json_array_foreach(value, i, item) if (holds_fields(item)) return true;
    return false;
}

static void compare(words *changed, words *gone, const char *name, const json_t *old,
                    const json_t *now, const json_t *whole);

/* What waits to be configured is such a list, and keeps its meaning in another layout as the
 * configuration itself does. */
static void compare_lists(words *changed, words *gone, const char *name, const json_t *old,
                          const json_t *now)
{
    size_t had = json_array_size(old), has = json_array_size(now);
    char item[96];
    if (had != has) {
        json_t *was = json_integer((json_int_t)had), *is = json_integer((json_int_t)has);
        snprintf(item, sizeof item, "%.60s%sentries", name, name[0] ? " " : "");
        add_word(changed, "%s %s -> %s", item, was, is);
        json_decref(was);
        json_decref(is);
    }
    for (size_t i = 0; i < had && i < has; i++) {
        snprintf(item, sizeof item, "%.60s[%zu]", name, i);
        compare(changed, gone, item, json_array_get(old, i), json_array_get(now, i),
                json_array_get(now, i));
    }
}

static void compare(words *changed, words *gone, const char *name, const json_t *old,
                    const json_t *now, const json_t *whole)
{
    const char *key;
    json_t *v;
    if (json_is_array(old) && json_is_array(now) && (holds_fields(old) || holds_fields(now))) {
        compare_lists(changed, gone, name, old, now);
        return;
    }
    if (!json_is_object(old) || (now && !json_is_object(now))) {
        *changed->fields += now != NULL;
        if (now && !json_equal((json_t *)old, (json_t *)now))
            add_word(changed, name[0] ? "%s %s -> %s" : "%s%s -> %s", name, old, now);
        else if (!now)
            add_word(gone, "%s (was %s)%s", name, old, NULL);
        return;
    }
    json_object_foreach((json_t *)old, key, v)
    {
        const json_t *there = json_object_get(now, key);
        if (!there && !json_is_object(v))
            there = dg_survey_field_named(whole, key);
        compare(changed, gone, key, v, there, whole);
    }
}

/* ---- what the plan wants changed ---- */

bool dg_survey_field_put(json_t *object, const char *path, const json_t *value)
{
    const char *dot;
    char part[80];
    for (; (dot = strchr(path, '.')); path = dot + 1) {
        snprintf(part, sizeof part, "%.*s", (int)(dot - path), path);
        object = json_object_get(object, part);
    }
    return json_object_get(object, path)
           && json_object_set_new(object, path, json_deep_copy(value)) == 0;
}

bool dg_survey_fields_taken(json_t *object, const json_t *from)
{
    const char *name;
    json_t *field;
    bool good = true;
    json_object_foreach(object, name, field)
    {
        const json_t *was = dg_survey_field_named(from, name);
        if (json_is_object(field))
            good &= dg_survey_fields_taken(field, from);
        else if (was)
            good &= json_object_set_new(object, name, json_deep_copy(was)) == 0;
    }
    return good;
}

/* A copy in which fields that came to be what the plan wants read as control's, so
 * that what is left over is what nobody asked for. Owned. */
static json_t *but_for_wanted(const json_t *wanted, const json_t *old, const json_t *now)
{
    json_t *copy = json_deep_copy(now), *v;
    const char *path;
    int bad = copy == NULL;
    json_object_foreach((json_t *)wanted, path, v) if (json_equal(dg_survey_field(now, path), v)
                                                       && dg_survey_field(old, path)) bad |=
        !dg_survey_field_put(copy, path, dg_survey_field(old, path));
    if (bad) {
        json_decref(copy);
        return NULL;
    }
    return copy;
}

/* At the end of the run it has to be in force, where N still has such a field. */
static void add_missing(words *changed, const json_t *wanted, const json_t *now)
{
    const char *path;
    json_t *v;
    json_object_foreach((json_t *)wanted, path,
                        v) if (dg_survey_field(now, path)
                               && !json_equal(dg_survey_field(now, path), v))
        add_word(changed, "%s is %s, not %s as planned", path, dg_survey_field(now, path), v);
}

dg_code dg_survey_config_compare(dg_survey_config_change *out, const json_t *was, const json_t *is,
                                 const json_t *wanted, bool end, dg_error *err)
{
    const json_t *old = json_object_get(was, "value"), *now = json_object_get(is, "value");
    json_t *copy = wanted && old && now ? but_for_wanted(wanted, old, now) : NULL;
    size_t fields = 0;
    words changed = { .fields = &fields }, gone = { .fields = &fields };
    assert(was);
    if (wanted && old && now && !copy)
        return dg_fail(err, DG_NOMEM, "no memory to compare a configuration");
    if (wanted && now && end)
        add_missing(&changed, wanted, now);
    if (old && now)
        compare(&changed, &gone, "", old, copy ? copy : now, now);
    else if (!now)
        snprintf(changed.text, sizeof changed.text, "%.200s",
                 is ? json_string_value(json_object_get(is, "reason")) : "nothing is left of it");
    *out =
        (dg_survey_config_change){ .fields = fields, .changed = changed.count, .gone = gone.count };
    memcpy(out->changed_text, changed.text, sizeof out->changed_text);
    memcpy(out->gone_text, gone.text, sizeof out->gone_text);
    json_decref(copy);
    return DG_OK;
}
