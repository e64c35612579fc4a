/* The document of a comparison is what other programs decide by: its shape is held here, and that
 * it says nothing where nothing differs. */
#include "../support/suite.h"

#include <string.h>

#include "compare/compare.h"

static const struct {
    const char *older, *newer, *says;
} rows[] = {
    { "{'seed':1,'environment':{'wall_ms':1}}", "{'environment':{},'seed':1}",
      "{'sweep':false,'differs':false}" },
    { "{'seed':1,'slots':[1,2.0]}", "{'seed':1.0,'slots':[1,2]}",
      "{'sweep':false,'differs':false}" },
    { "{'seed':1,'plan':{'seed':1}}", "{'seed':2,'plan':{'seed':2}}",
      "{'sweep':false,'differs':true,'inputs':[{'what':'seed','path':'seed','old':1,'new':2}]}" },
    { "{'plan':{'a':{'b':[1]}}}", "{'plan':{'a':{'b':[1,2]}}}",
      "{'sweep':false,'differs':true,'inputs':[{'what':'plan','path':'plan.a.b[1]','new':2}]}" },
    { "{'answer':{'word':'GO'},'result':'held','exit':0}",
      "{'answer':{'word':'NO-GO'},'result':'broke','exit':1}",
      "{'sweep':false,'differs':true,'answer':{'old':{'word':'GO','result':'held','exit':0},"
      "'new':{'word':'NO-GO','result':'broke','exit':1}}}" },
    { "{'claims':[{'name':'a','status':'held','count':1}]}",
      "{'claims':[{'name':'a','status':'broke','count':2,'reach':'x'}]}",
      "{'sweep':false,'differs':true,'claims':[{'name':'a','change':'broke',"
      "'old':{'status':'held'},'new':{'status':'broke'},'also':['reach']}]}" },
    { "{'claims':[{'name':'a','status':'held'},{'name':'b','status':'held'}]}",
      "{'claims':[{'name':'b','status':'held'},{'name':'a','status':'held'}]}",
      "{'sweep':false,'differs':true,'also':['claims']}" },
    { "{'answer':{'harm':{'relay_lost_ms':6}}}", "{'answer':{'harm':{'relay_lost_ms':0}}}",
      "{'sweep':false,'differs':true,'harm':[{'what':'harm','path':'answer.harm.relay_lost_ms',"
      "'old':6,'new':0}]}" },
    { "{'causes':[{'kind':'cause','says':'a'}]}", "{'causes':[{'kind':'cause','says':'b'}]}",
      "{'sweep':false,'differs':true,'causes':[{'change':'new','kind':'cause','says':'b'},"
      "{'change':'gone','kind':'cause','says':'a'}]}" },
    { "{'answer':{'do':[]},'notes':[]}", "{'answer':{'do':['x']},'notes':['x']}",
      "{'sweep':false,'differs':true,'also':['answer.do','notes']}" },
    /* of no use, and no crash */
    { "[]", "7", "{'sweep':false,'differs':false}" },
    { "{'claims':7,'causes':'x','answer':[],'plan':1}", "{}",
      "{'sweep':false,'differs':true,'inputs':[{'what':'plan','path':'plan','old':1}],"
      "'also':['answer','causes','claims']}" },
};

static json_t *json_of(const char *text)
{
    char room[2000];
    json_t *out;
    snprintf(room, sizeof room, "%s", text);
    for (char *c = room; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    out = json_loads(room, JSON_DECODE_ANY, NULL);
    ck_assert_msg(out != NULL, "%s", room);
    return out;
}

static void assert_document(const json_t *got, const char *says)
{
    json_t *want = json_of(says);
    char *text = json_dumps(got, JSON_SORT_KEYS);
    ck_assert_msg(json_equal(got, want), "want %s\ngot %s", says, text);
    json_free_t release;
    json_get_alloc_funcs(NULL, &release);
    release(text);
    json_decref(want);
}

START_TEST(a_document_of_two_runs_has_what_differs)
{
    json_t *older = json_of(rows[_i].older), *newer = json_of(rows[_i].newer), *got;
    ck_assert_int_eq(dg_compare_runs(&got, (dg_compare_pair){ older, newer }, NULL), DG_OK);
    assert_document(got, rows[_i].says);
    json_decref(got);
    json_decref(older);
    json_decref(newer);
}
END_TEST

#define CELL(at, more) "{'values':{'at':'" at "'}" more "}"

static const struct {
    const char *older, *newer, *says;
} sweeps[] = {
    { "{'cells':[" CELL("1", ",'place':0") "," CELL("2", ",'place':1") "]}",
      "{'cells':[" CELL("2", ",'place':0") "," CELL("1", ",'place':1") "]}",
      "{'sweep':true,'differs':false,'same':2}" },
    { "{'cells':[" CELL("1", "") "]}", "{'cells':[" CELL("2", "") "]}",
      "{'sweep':true,'differs':true,'same':0,'older':[{'at':'1'}],'newer':[{'at':'2'}]}" },
    { "{'cells':[" CELL("1", ",'state':'undone'") "]}",
      "{'cells':[" CELL("1", ",'state':'done','outcome':{'exit':0,'seed':1}") "]}",
      "{'sweep':true,'differs':true,'same':0,'cells':[{'values':{'at':'1'},'old_state':'undone',"
      "'new_state':'done','answer':{'old':{},'new':{'exit':0}}}]}" },
    { "{'cells':[" CELL("1", ",'outcome':{'seed':1}") "," CELL("2", ",'outcome':{'seed':1}") "]}",
      "{'cells':[" CELL("1", ",'outcome':{'seed':2}") "," CELL("2", ",'outcome':{'seed':2}") "]}",
      "{'sweep':true,'differs':true,'same':0,'cells':[{'values':{'at':'1'}},{'values':{'at':'2'}}],"
      "'inputs':[{'what':'seed','path':'seed','old':1,'new':2}]}" },
    /* one that is alike: it is not of all of them */
    { "{'cells':[" CELL("1", ",'outcome':{'seed':1}") "," CELL("2", ",'outcome':{'seed':1}") "]}",
      "{'cells':[" CELL("1", ",'outcome':{'seed':1}") "," CELL("2", ",'outcome':{'seed':2}") "]}",
      "{'sweep':true,'differs':true,'same':1,'cells':[{'values':{'at':'2'},"
      "'inputs':[{'what':'seed','path':'seed','old':1,'new':2}]}]}" },
};

START_TEST(a_document_of_two_sweeps_goes_by_cells)
{
    json_t *older = json_of(sweeps[_i].older), *newer = json_of(sweeps[_i].newer), *got;
    ck_assert_int_eq(dg_compare_sweeps(&got, (dg_compare_pair){ older, newer }, NULL), DG_OK);
    assert_document(got, sweeps[_i].says);
    json_decref(got);
    json_decref(older);
    json_decref(newer);
}
END_TEST

#define FINDING(id, subject, severity, says)                                                       \
    "{'id':'" id "','subject':'" subject "','severity':'" severity "','says':'" says "'}"
#define PREFLIGHT(more) "{'doppel_preflight':1" more "}"
#define SAME "'sweep':false,'preflight':true"

static const struct {
    const char *older, *newer, *says;
} preflights[] = {
    { PREFLIGHT(",'findings':[" FINDING("a", "x", "warn", "1") "]"),
      PREFLIGHT(",'findings':[" FINDING("a", "x", "warn", "1") "]"), "{" SAME ",'differs':false}" },
    /* one that is gone, one that is new, one that is graver; of two alike only the second */
    { PREFLIGHT(",'findings':[" FINDING("a", "x", "warn", "1") "," FINDING(
          "a", "x", "warn", "2") "," FINDING("b", "y", "note", "3") "]"),
      PREFLIGHT(",'findings':[" FINDING("a", "x", "warn", "1") "," FINDING(
          "a", "x", "fail", "2") "," FINDING("c", "y", "note", "4") "]"),
      "{" SAME ",'differs':true,'findings':["
      "{'change':'changed','id':'a','subject':'x','old':" FINDING(
          "a", "x", "warn",
          "2") ",'new':" FINDING("a", "x", "fail",
                                 "2") "},"
                                      "{'change':'new','id':'c','subject':'y','new':" FINDING(
                                          "c", "y", "note",
                                          "4") "},"
                                               "{'change':'gone','id':'b','subject':'y','old'"
                                               ":" FINDING("b", "y", "note", "3") "}]}" },
    { PREFLIGHT(",'verdict':'pass','to':{'spec_version':1},'unknown':[]"),
      PREFLIGHT(",'verdict':'fail','to':{'spec_version':2},'unknown':['x']"),
      "{" SAME ",'differs':true,'answer':{'old':{'word':'GO'},'new':{'word':'NO-GO'}},"
      "'inputs':[{'what':'N','path':'to.spec_version','old':1,'new':2}],'also':['unknown']}" },
    { PREFLIGHT(",'findings':7"), PREFLIGHT(",'findings':[3,{}]"),
      "{" SAME ",'differs':true,'findings':["
      "{'change':'new','id':'','subject':'','new':3},"
      "{'change':'new','id':'','subject':'','new':{}}]}" },
};

START_TEST(a_document_of_two_preflights_goes_by_findings)
{
    json_t *older = json_of(preflights[_i].older), *newer = json_of(preflights[_i].newer), *got;
    ck_assert_int_eq(dg_compare_preflights(&got, (dg_compare_pair){ older, newer }, NULL), DG_OK);
    assert_document(got, preflights[_i].says);
    json_decref(got);
    json_decref(older);
    json_decref(newer);
}
END_TEST

#define CLAIM(name, status) "{'name':'" name "','status':'" status "','text':'t'}"
#define SIDE(claim, run, preflight)                                                                \
    "{'claim':'" claim "','run':'" run "','preflight':'" preflight "','text':'t'}"

static const struct {
    const char *preflight, *run, *says;
} sides[] = {
    /* both see it, neither sees anything */
    { PREFLIGHT(",'verdict':'fail','findings':[" FINDING("queued.call", "x", "fail", "") "]"),
      "{'answer':{'word':'NO-GO'},'claims':[" CLAIM("queued-calls", "broke") "," CLAIM("migration",
                                                                                       "held") "]}",
      "{" SAME ",'differs':false}" },
    /* what blocks alone show, and what they do not */
    { PREFLIGHT(
          ",'verdict':'fail','findings':[" FINDING("storage.type", "x", "warn", "") "," FINDING(
              "config.lost", "x", "fail", "") "," FINDING("nobody.knows", "x", "fail", "") "]"),
      "{'answer':{'word':'NO-GO'},'claims':[" CLAIM("backing-rate", "broke") "," CLAIM(
          "no-shows", "warned") "," CLAIM("migration", "broke") "," CLAIM("config-survives",
                                                                          "held") "]}",
      "{" SAME ",'differs':true,'sides':[" SIDE("backing-rate", "broke", "") "," SIDE(
          "migration", "broke", "warn") "," SIDE("config-survives", "held", "fail") "]}" },
    { PREFLIGHT(",'verdict':'unknown','to':{'blake2_256':'0x1','bytes':3}"),
      "{'answer':{'word':'GO'},'to':{'blake2_256':'0x2','file':'n'}}",
      "{" SAME ",'differs':true,'answer':{'old':{'word':'CANNOT SAY'},'new':{'word':'GO'}},"
      "'inputs':[{'what':'N','path':'to.blake2_256','old':'0x1','new':'0x2'}]}" },
};

START_TEST(a_preflight_beside_a_run_says_where_they_do_not_agree)
{
    json_t *preflight = json_of(sides[_i].preflight), *run = json_of(sides[_i].run), *got;
    ck_assert_int_eq(dg_compare_preflight_and_run(&got, (dg_compare_pair){ preflight, run }, NULL),
                     DG_OK);
    assert_document(got, sides[_i].says);
    json_decref(got);
    ck_assert_int_eq(dg_compare_preflight_and_run(&got, (dg_compare_pair){ run, preflight }, NULL),
                     DG_OK);
    ck_assert_int_eq(dg_compare_differs(got), strstr(sides[_i].says, "'differs':true") != NULL);
    json_decref(got);
    json_decref(preflight);
    json_decref(run);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("compare");
    TCase *tc = tcase_create("compare");
    tcase_add_loop_test(tc, a_document_of_two_runs_has_what_differs, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tc, a_document_of_two_sweeps_goes_by_cells, 0,
                        sizeof sweeps / sizeof *sweeps);
    tcase_add_loop_test(tc, a_document_of_two_preflights_goes_by_findings, 0,
                        sizeof preflights / sizeof *preflights);
    tcase_add_loop_test(tc, a_preflight_beside_a_run_says_where_they_do_not_agree, 0,
                        sizeof sides / sizeof *sides);
    suite_add_tcase(s, tc);
    return suite_run(s);
}
