/* kinds.c - tables made from the list: names, fields, and where the numbers stand. */
#include "event/event_impl.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#define FIELD_TEXT(field) #field,
static const struct {
    const char *name;
    size_t count; /* of its fields */
    const char *fields[DG_EVENT_FIELDS_MAX];
} kinds[DG_EVENT_KIND_COUNT] = {
#define X(KIND, member, text, ...)                                                                 \
    [DG_EVENT_##KIND] = { text,                                                                    \
                          sizeof(struct dg_event_##member) / sizeof(int64_t),                      \
                          { DG_EVENT_EACH(FIELD_TEXT, __VA_ARGS__) } },
#include "event/event_list.h"
#undef X
};

/* All begin where the first does, and hold nothing but their numbers. */
#define X(KIND, member, text, ...)                                                                 \
    static_assert(offsetof(dg_event, member) == offsetof(dg_event, run_start)                      \
                      && sizeof(struct dg_event_##member) % sizeof(int64_t) == 0                   \
                      && sizeof(struct dg_event_##member)                                          \
                             <= DG_EVENT_FIELDS_MAX * sizeof(int64_t),                             \
                  "the numbers of " text);
#include "event/event_list.h"
#undef X

const char *dg_event_name(dg_event_kind kind)
{
    return (unsigned)kind < DG_EVENT_KIND_COUNT ? kinds[kind].name : NULL;
}

size_t dg_event_field_count(dg_event_kind kind)
{
    assert((unsigned)kind < DG_EVENT_KIND_COUNT);
    return kinds[kind].count;
}

const char *dg_event_field(dg_event_kind kind, size_t i)
{
    return (unsigned)kind < DG_EVENT_KIND_COUNT && i < kinds[kind].count ? kinds[kind].fields[i]
                                                                         : NULL;
}

int64_t *dg_event_numbers(dg_event *event)
{
    return (int64_t *)(void *)((char *)event + offsetof(dg_event, run_start));
}

int64_t dg_event_number(const dg_event *event, const char *field)
{
    dg_event copy = *event;
    size_t i = 0;
    while (i < kinds[event->kind].count && strcmp(kinds[event->kind].fields[i], field) != 0)
        i++;
    assert(i < kinds[event->kind].count);
    return dg_event_numbers(&copy)[i];
}

const char *dg_event_arm_name(dg_arm arm)
{
    assert(arm == DG_ARM_CONTROL || arm == DG_ARM_TREATMENT);
    return arm == DG_ARM_CONTROL ? "control" : "treatment";
}
