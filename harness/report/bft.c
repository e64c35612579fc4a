/* bft.c - the page of a run of consensus bft: its answer, and who was run; claims, chains and notes
 * are told as of any run. */
#include "report/report_impl.h"

#include <assert.h>

static void line_of(sheet *s, const char *word, const char *text)
{
    char room[1000];
    dg_report_sentence(room, sizeof room, text);
    dg_sheet_label(s, word);
    dg_sheet_wrap(s, COLUMN_NAME, room);
    dg_sheet_end(s);
}

static void list_of(sheet *s, const char *word, const json_t *list)
{
    const json_t *line;
    size_t i;
    json_array_foreach(list, i, line) if (json_is_string(line))
        line_of(s, i ? "" : word, json_string_value(line));
}

static void breaks(sheet *s, const json_t *list)
{
    const json_t *row;
    char text[400];
    size_t i;
    json_array_foreach(list, i, row)
    {
        const char *healed = dg_report_text_at(row, "healed");
        snprintf(text, sizeof text, "%.160s%s%.160s", dg_report_text_at(row, "says"),
                 healed[0] ? "; healed by " : "", healed);
        line_of(s, i ? "" : "breaks", text);
    }
}

bool dg_report_is_bft(const json_t *o)
{
    return strcmp(dg_report_text_at(o, "consensus"), "bft") == 0;
}

void dg_report_bft_answer(sheet *s, const json_t *o)
{
    const json_t *answer = json_object_get(o, "answer"), *c = json_object_get(o, "control"),
                 *t = json_object_get(o, "treatment");
    const char *word = dg_report_text_at(answer, "word");
    if (!answer)
        return;
    dg_sheet_ink(s,
                 strcmp(word, "GO") == 0      ? INK_GREEN
                 : strcmp(word, "NO-GO") == 0 ? INK_RED
                                              : INK_YELLOW,
                 word);
    dg_sheet_to(s, COLUMN_NAME);
    dg_sheet_printf(s, COLUMN_NAME, "%.200s%s%.300s.", dg_report_text_at(o, "name"),
                    dg_report_text_at(o, "name")[0] ? ": " : "", dg_report_text_at(o, "reason"));
    dg_sheet_end(s);
    breaks(s, json_object_get(answer, "breaks"));
    list_of(s, "why", json_object_get(answer, "why"));
    list_of(s, "do", json_object_get(answer, "do"));
    if (!t) /* of a log by itself */
        return;
    dg_sheet_label(s, "blocks");
    dg_sheet_printf(
        s, COLUMN_NAME,
        "%lld became final in %.1f minutes, the last one after %.1f; %lld in control, "
        "after %.1f.",
        dg_report_whole_at(t, "blocks"), (double)dg_report_whole_at(t, "length_ms") / 60000,
        (double)dg_report_whole_at(t, "final_ms") / 60000, dg_report_whole_at(c, "blocks"),
        (double)dg_report_whole_at(c, "final_ms") / 60000);
    dg_sheet_end(s);
}

/* "payday 2.0 to 14.0 s: ..", a row for each cost. */
static void odds(sheet *s, const json_t *list)
{
    const json_t *row;
    size_t i;
    json_array_foreach(list, i, row)
    {
        const json_t *ms = json_object_get(row, "payday_ms"),
                     *sure = json_object_get(row, "share_95");
        long long stuck = dg_report_whole_at(row, "stuck");
        char first[120] = "";
        dg_sheet_label(s, i ? "" : "odds");
        if (stuck)
            snprintf(first, sizeof first,
                     ", %lld of them in the round right after; the first is seed %lld",
                     dg_report_whole_at(row, "stuck_behind_split"),
                     dg_report_whole_at(row, "first_stuck_seed"));
        dg_sheet_printf(
            s, COLUMN_NAME,
            "payday block %.1f to %.1f s: of %lld seeds %lld have a round that ends both ways, in "
            "%lld of them the next one times out too; %lld %s stuck for good (%.2f %%, between "
            "%.2f and %.2f with 95 %% confidence)%s.",
            json_number_value(json_array_get(ms, 0)) / 1000,
            json_number_value(json_array_get(ms, 1)) / 1000, dg_report_whole_at(row, "seeds"),
            dg_report_whole_at(row, "split"), dg_report_whole_at(row, "next_late"), stuck,
            stuck == 1 ? "is" : "are", 100 * json_number_value(json_object_get(row, "share")),
            100 * json_number_value(json_array_get(sure, 0)),
            100 * json_number_value(json_array_get(sure, 1)), first);
        dg_sheet_end(s);
    }
}

void dg_report_bft_head(sheet *s, const json_t *o)
{
    const json_t *program = json_object_get(o, "program"), *count;
    const char *class;
    bool first = true;
    odds(s, json_object_get(o, "odds"));
    dg_sheet_label(s, "run");
    dg_sheet_printf(s, COLUMN_NAME, "seed %lld, %lld finalizers:", dg_report_whole_at(o, "seed"),
                    dg_report_whole_at(o, "nodes"));
    json_object_foreach((json_t *)json_object_get(o, "classes"), class, count)
    {
        dg_sheet_printf(s, COLUMN_NAME, "%s %lld run %.40s", first ? "" : ",",
                        (long long)json_integer_value(count), class);
        first = false;
    }
    dg_sheet_end(s);
    dg_sheet_label(s, "by");
    dg_sheet_printf(s, COLUMN_NAME, "%.40s %.40s", dg_report_text_at(program, "name"),
                    dg_report_text_at(program, "version"));
    dg_sheet_end(s);
}
