/* markdown.c - a document in Markdown, as it is pasted into a referendum or a pull request. */
#include "page/page_impl.h"

static const char *const shown[DG_REPORT_SHOWN_COUNT] = { "**BROKE**", "**WARN**", "unseen",
                                                          "held" };

static void text(dg_buf *out, const char *what)
{
    dg_escape_put(out, DG_ESCAPE_MARKDOWN, what);
}

static void code(dg_buf *out, const char *what)
{
    dg_buf_put_u8(out, '`');
    dg_escape_put(out, DG_ESCAPE_CODE, what);
    dg_buf_put_u8(out, '`');
}

static const char *text_of(const json_t *value)
{
    return json_is_string(value) ? json_string_value(value) : "";
}

/* ---- the answer ---- */

static void put_answer(dg_buf *out, const json_t *outcome)
{
    const json_t *answer = json_object_get(outcome, "answer");
    const char *label;
    dg_buf line;
    dg_buf_init(&line, 1 << 16);
    for (size_t i = 0; dg_report_line(&line, &label, outcome, i); i++) {
        if (line.len) {
            dg_buf_put_text(out, i ? "- **" : "**");
            text(out, label);
            dg_buf_put_text(out, "**");
            if (!i && json_is_true(json_object_get(answer, "chain_only")))
                dg_buf_put_text(out, " (chain only)");
            dg_buf_put_text(out, i ? ": " : " ");
            text(out, dg_buf_text(&line));
            dg_buf_put_text(out, i ? "\n" : "\n\n");
        }
        dg_buf_reset(&line);
    }
    dg_buf_clear(&line);
}

/* ---- claims ---- */

static void put_where(dg_buf *out, const json_t *claim)
{
    long long first = dg_report_whole_at(claim, "first_block"),
              last = dg_report_whole_at(claim, "last_block");
    const char *healed = dg_report_text_at(claim, "healed");
    dg_buf span;
    dg_buf_init(&span, 1 << 16);
    if (first)
        dg_buf_printf(&span, "#%lld", first);
    if (last > first)
        dg_buf_printf(&span, " to #%lld", last);
    if (healed[0])
        dg_buf_printf(&span, "%shealed by %s", span.len ? ", " : "", healed);
    text(out, dg_buf_text(&span));
    dg_buf_clear(&span);
}

static void put_claim(dg_buf *out, const json_t *claim)
{
    dg_buf_printf(out, "| %s | ", shown[dg_report_claim_shown(claim)]);
    code(out, dg_report_text_at(claim, "name"));
    dg_buf_put_text(out, " | ");
    text(out, dg_report_text_at(claim, "text"));
    dg_buf_put_text(out, " | ");
    put_where(out, claim);
    dg_buf_put_text(out, " |\n");
}

static void put_claims(dg_buf *out, const json_t *outcome)
{
    const json_t *claim, *all = json_object_get(outcome, "claims");
    size_t i;
    dg_buf_put_text(out, "\n#### Claims\n\n| Verdict | Claim | What was seen | Blocks |\n"
                         "| --- | --- | --- | --- |\n");
    for (int as = 0; as < DG_REPORT_SHOWN_COUNT; as++)
        json_array_foreach(all, i, claim)
        {
            if (dg_report_claim_shown(claim) == (dg_report_shown)as)
                put_claim(out, claim);
        }
}

/* ---- causes ---- */

static const char *kind_of(const json_t *cause)
{
    const char *kind = dg_report_text_at(cause, "kind");
    return strcmp(kind, "recorded") == 0      ? "recorded, not proved"
           : strcmp(kind, "contributes") == 0 ? "contributes"
                                              : "proved";
}

static const char *became(const char *status)
{
    return strcmp(status, "unexercised") == 0 ? "had nothing to judge"
           : strcmp(status, "broke") == 0     ? "still broke"
                                              : status;
}

/* "Without it: `backing-rate` held." */
static void put_without(dg_buf *out, const json_t *cause)
{
    const json_t *claim, *claims = json_object_get(cause, "claims");
    size_t i;
    json_array_foreach(claims, i, claim)
    {
        dg_buf_put_text(out, i ? ", " : " Without it: ");
        code(out, dg_report_text_at(claim, "claim"));
        dg_buf_put_text(out, " ");
        text(out, became(dg_report_text_at(claim, "status")));
    }
    if (json_array_size(claims))
        dg_buf_put_text(out, ".");
}

static void put_cause(dg_buf *out, const json_t *cause)
{
    char sentence[1000];
    dg_report_sentence(sentence, sizeof sentence, dg_report_text_at(cause, "says"));
    dg_buf_printf(out, "- **%s**: ", kind_of(cause));
    text(out, sentence);
    put_without(out, cause);
    dg_buf_put_text(out, "\n");
}

static void put_list(dg_buf *out, const char *before, const json_t *list, const char *key)
{
    const json_t *one;
    size_t i;
    json_array_foreach(list, i, one)
    {
        dg_buf_put_text(out, i ? "; " : before);
        text(out, key ? dg_report_text_at(one, key) : text_of(one));
    }
    if (json_array_size(list))
        dg_buf_put_text(out, ".\n");
}

static void put_causes(dg_buf *out, const json_t *outcome)
{
    const json_t *cause, *causes = json_object_get(outcome, "causes"),
                         *open = json_object_get(json_object_get(outcome, "unexplained"), "claims");
    size_t i;
    if (!json_array_size(causes) && !json_array_size(open))
        return;
    dg_buf_put_text(out, "\n#### Causes\n\n");
    json_array_foreach(causes, i, cause) put_cause(out, cause);
    put_list(out, "- Looked at, and not the cause; it breaks all the same where: ",
             json_object_get(outcome, "looked_at"), "what");
    put_list(out, "- Nothing that was tried explains: ", open, NULL);
}

/* ---- the way back to a cause ---- */

static void put_step(dg_buf *out, const json_t *step)
{
    long long ms = dg_report_whole_at(step, "from_upgrade_ms"), tenths = (ms < 0 ? -ms : ms) / 100;
    const json_t *validator = json_object_get(step, "validator");
    dg_buf_printf(out, "| %s%lld.%lld | %lld | ", ms < 0 ? "-" : "+", tenths / 10, tenths % 10,
                  dg_report_whole_at(step, "block"));
    if (validator)
        dg_buf_printf(out, "validator %lld: ", (long long)json_integer_value(validator));
    text(out, dg_report_text_at(step, "says"));
    dg_buf_put_text(out, " |\n");
}

/* The first one explains those below it. */
static void put_chain(dg_buf *out, const json_t *outcome)
{
    const json_t *chain = json_array_get(json_object_get(outcome, "chains"), 0), *step;
    size_t i;
    if (!chain)
        return;
    dg_buf_put_text(out, "\n#### The way to ");
    code(out, dg_report_text_at(chain, "claim"));
    dg_buf_printf(out,
                  "\n\n| Seconds from %s | Block | What happened |\n"
                  "| --: | --: | --- |\n",
                  json_object_get(outcome, "consensus") ? "the first transition" : "U's slot");
    json_array_foreach(json_object_get(chain, "steps"), i, step) put_step(out, step);
}

/* ---- inputs and notes ---- */

static void put_input(void *user, const char *name, const char *value, bool is_hash)
{
    dg_buf *out = user;
    dg_buf_put_text(out, "| ");
    text(out, name);
    dg_buf_put_text(out, " | ");
    (is_hash ? code : text)(out, value);
    dg_buf_put_text(out, " |\n");
}

static void put_note(void *user, const char *note)
{
    dg_buf *out = user;
    char sentence[1600];
    dg_report_sentence(sentence, sizeof sentence, note);
    dg_buf_put_text(out, "- ");
    text(out, sentence);
    dg_buf_put_text(out, "\n");
}

static void put_inputs(dg_buf *out, const json_t *document)
{
    size_t left;
    dg_buf_put_text(out, dg_page_is_sweep(document) ? "\n#### Inputs that all cells share\n"
                                                    : "\n#### Inputs\n");
    dg_buf_put_text(out, "\n| Input | Value |\n| --- | --- |\n");
    dg_page_inputs_shared(document, put_input, out);
    dg_buf_put_text(out, "\n#### What is modelled\n\n");
    left = dg_page_notes(document, put_note, out);
    if (left)
        dg_buf_printf(out, "- %zu more notes stand in the cells.\n", left);
}

/* ---- a sweep ---- */

/* The claims that are shown so, by name. */
static void put_names(dg_buf *out, const json_t *outcome, dg_report_shown as)
{
    const json_t *claim;
    bool some = false;
    size_t i;
    json_array_foreach(json_object_get(outcome, "claims"), i, claim)
    {
        if (dg_report_claim_shown(claim) != as)
            continue;
        dg_buf_put_text(out, some ? ", " : "");
        code(out, dg_report_text_at(claim, "name"));
        some = true;
    }
}

static void put_row(dg_buf *out, const dg_page_cell *cell)
{
    dg_page_cost cost = dg_page_cost_of(cell->outcome);
    dg_buf_put_text(out, "| ");
    text(out, cell->name);
    dg_buf_put_text(out, " | **");
    text(out, dg_page_word(cell));
    dg_buf_put_text(out, "** | ");
    if (!cell->outcome) {
        dg_buf_put_text(out, "| | ");
        text(out, cell->why);
        dg_buf_put_text(out, " | |\n");
        return;
    }
    dg_buf_printf(out, "%.1f | %.1f | ", (double)cost.stall_ms / 60000,
                  (double)cost.parachain_ms / 60000);
    put_names(out, cell->outcome, DG_REPORT_BROKE);
    dg_buf_put_text(out, " | ");
    put_names(out, cell->outcome, DG_REPORT_WARN);
    dg_buf_put_text(out, " |\n");
}

static void put_sweep(dg_buf *out, const json_t *document)
{
    dg_page_sweep_line(out, document);
    dg_buf_put_text(out, "\n\n| Cell | Answer | Longest stall, minutes | Parachain time lost, "
                         "minutes | Broke | Warned |\n| --- | --- | --: | --: | --- | --- |\n");
    for (size_t i = 0; i < dg_page_cell_count(document); i++) {
        dg_page_cell cell = dg_page_cell_at(document, i);
        put_row(out, &cell);
    }
}

static void put_outcome(dg_buf *out, const json_t *outcome)
{
    put_answer(out, outcome);
    put_claims(out, outcome);
    put_causes(out, outcome);
    put_chain(out, outcome);
}

dg_code dg_page_markdown(dg_buf *out, const json_t *document, dg_error *err)
{
    const char *title = dg_page_title(document);
    dg_code rc;
    if (dg_page_is_gate(document))
        return dg_page_gate_markdown(out, document, err);
    if ((rc = dg_page_check(document, err)) < 0)
        return rc;
    dg_buf_put_text(out, "### ");
    text(out, title[0] ? title : "A runtime upgrade, rehearsed");
    dg_buf_put_text(out, "\n\n");
    if (dg_page_is_sweep(document))
        put_sweep(out, document);
    else
        put_outcome(out, document);
    put_inputs(out, document);
    return dg_buf_check(out, err, "the page");
}
