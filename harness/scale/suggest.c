/* suggest.c - "did you mean": the nearest of the names that would have fitted. */
#include "scale/scale_impl.h"

suggestion dg_scale_suggest(const char *word, const char *(*name_at)(const void *of, size_t i),
                            const void *of)
{
    suggestion s = { "" };
    const char **names, *near;
    size_t count = 0;
    while (name_at(of, count))
        count++;
    names = dg_calloc(count + 1, sizeof *names);
    if (!names)
        return s; /* the failure itself is still worded */
    for (size_t i = 0; i < count; i++)
        names[i] = name_at(of, i);
    near = dg_nearest(word, names);
    if (near)
        snprintf(s.text, sizeof s.text, "; did you mean %s?", near);
    dg_free(names);
    return s;
}

const char *dg_scale_field_name_at(const void *body, size_t i)
{
    const product *b = body;
    return i < b->count ? b->fields[i].name : NULL;
}

const char *dg_scale_variant_name_at(const void *enum_type, size_t i)
{
    const type *t = enum_type;
    return i < t->variant_count ? t->variants[i].name : NULL;
}
