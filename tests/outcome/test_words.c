/* Every record that a chain of causes may hold is told in a sentence, and no other kind is. */
#include "outcome/outcome_impl.h"

#include <string.h>

#include "../support/suite.h"

static dg_plan *planned(void)
{
    dg_plan *plan;
    dg_error err = { .text = "" };
    if (dg_plan_parse(&plan,
                      dg_text("{\"doppel\":1,\"network\":{\"classes\":[{\"class\":\"SD_V12_OK\","
                              "\"share\":1}],\"faults\":[{\"kind\":\"crash\",\"share\":0.5}]}}"),
                      "p.json", NULL, &err)
        < 0)
        ck_abort_msg("%s", err.text);
    return plan;
}

static bool of_a_network(dg_event_kind kind)
{
    return kind >= DG_EVENT_NET_START && kind < DG_EVENT_PROCESS;
}

START_TEST(every_kind_of_record_has_its_sentence)
{
    dg_event_kind kind = (dg_event_kind)_i;
    dg_plan *plan = planned();
    dg_outcome_facts run = { .plan = plan, .nodes = 41 };
    json_t *detail = json_pack("{s:{s:i}, s:s, s:s}", "classes", "SD_V1", 12, "question",
                               "Core_version", "refused", "no");
    dg_event e;
    char line[400] = "";
    unsigned listed = 0;
    json_t *told = json_pack("{s:s, s:i, s:i, s:i, s:s, s:o}", "arm", "treatment", "seq", 0,
                             "at_ns", 0, "block", 7, "kind", dg_event_name(kind), "detail", detail);
    for (size_t k = 0; dg_event_field(kind, k); k++)
        json_object_set_new(told, dg_event_field(kind, k),
                            json_integer(kind == DG_EVENT_NET_FAULT ? 0 : 1 + (int)k));
    ck_assert_int_eq(dg_event_parse(&e, told, NULL), DG_OK);
    ck_assert_msg(dg_outcome_event_words(line, sizeof line, &run, &e) == of_a_network(kind), "%s",
                  dg_event_name(kind));
    ck_assert_msg((line[0] != 0) == of_a_network(kind) && !strstr(line, "net-"), "%s: %s",
                  dg_event_name(kind), line);
    for (size_t k = 0; of_a_network(kind) && dg_event_field(kind, k); k++) {
        char raw[80];
        snprintf(raw, sizeof raw, "%s %lld", dg_event_field(kind, k),
                 (long long)dg_event_number(&e, dg_event_field(kind, k)));
        listed += strstr(line, raw) != NULL;
    }
    /* "session 6" may be said */
    ck_assert_msg(listed < 2, "%s is a list of fields: %s", dg_event_name(kind), line);
    json_decref(e.detail);
    json_decref(told);
    dg_plan_free(plan);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("words of an outcome");
    TCase *tc = tcase_create("words");
    tcase_add_loop_test(tc, every_kind_of_record_has_its_sentence, 0, DG_EVENT_KIND_COUNT);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
