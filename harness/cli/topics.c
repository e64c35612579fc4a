/* topics.c - doppel help plan and claims, and what nodes are called: what the tables say of the
 * words a plan is made of. Nothing is told here that a table does not have. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"
#include "gate/gate.h"
#include "plan/plan.h"
#include "protocol/protocol.h"

enum { KEY_COLUMN = 2, TEXT_COLUMN = 24, PLAN_COLUMN = 42 };

/* Where a topic goes: a terminal, or a page for man. */
typedef struct sheet {
    FILE *out;
    bool roff;
    size_t column; /* of what is said, on a terminal */
} sheet;

/* How it begins. */
static void opening(const sheet *to, const char *text)
{
    if (to->roff)
        dg_roff_text(to->out, text);
    else
        fprintf(to->out, "%s\n\n", text);
}

/* A name and what is said of it; a long name has a line of its own. */
static void entry(const sheet *to, const char *name, const char *text)
{
    size_t at = KEY_COLUMN + strlen(name);
    assert(text && to->column > KEY_COLUMN);
    if (to->roff) {
        dg_roff_tag(to->out, name, NULL);
        dg_roff_text(to->out, text);
        return;
    }
    fprintf(to->out, "%*s%s", KEY_COLUMN, "", name);
    if (at + 1 > to->column) {
        fputc('\n', to->out);
        at = 0;
    }
    fprintf(to->out, "%*s", (int)(to->column - at), "");
    dg_cli_wrap(to->out, to->column, to->column, text);
}

/* One more line of the entry above. */
static void under(const sheet *to, const char *text)
{
    if (to->roff) {
        fputs(".br\n", to->out);
        dg_roff_text(to->out, text);
        return;
    }
    fprintf(to->out, "%*s", (int)to->column, "");
    dg_cli_wrap(to->out, to->column, to->column, text);
}

/* The last lines: a command. */
static void example(const sheet *to, const char *text)
{
    if (to->roff)
        dg_roff_paragraph(to->out, text);
    else
        fprintf(to->out, "\n%s\n", text);
}

/* ---- plan ---- */

static void key(const sheet *to, const char *path, const dg_keys_row *row)
{
    char room[1600];
    dg_buf text = dg_buf_on(room, sizeof room);
    assert(row); /* of the table of a plan */
    dg_keys_describe(&text, row);
    entry(to, path, dg_buf_text(&text));
}

static void plan(const sheet *to)
{
    const dg_keys_table *table = dg_plan_keys();
    opening(to, "Keys of a plan, also for --set KEY=VALUE. [values; range; default]");
    for (size_t i = 0; i < table->count; i++)
        if (strncmp(table->rows[i].path, "claims.", 7) != 0)
            key(to, table->rows[i].path, &table->rows[i]);
    key(to, "claims.default", dg_keys_find(table, "claims.default", 14));
    entry(to, "claims.NAME.KEY", "doppel help claims");
    example(to, "Example: doppel run --snapshot snap --to n.wasm --at boundary-8 --set "
                "claims.state-growth.severity=advice");
}

/* ---- gate ---- */

void dg_topic_gate(FILE *out)
{
    static const char rest[] =
        "\nAn entry of the ledger is red when it is past its day, when the claim has not broken in "
        "a\nplan that it names, and when it names none: what is not needed would hide the next "
        "failure.\n\n"
        "Example: { \"doppel\": 1,\n"
        "           \"plans\": [ { \"name\": \"next\", \"plan\": \"next.json\", \"to\": "
        "\"../n.wasm\" } ],\n"
        "           \"known\": [ { \"plan\": \"next\", \"claim\": \"backing-rate\",\n"
        "                        \"reason\": \"nodes keep the mode\", \"link\": "
        "\"https://example.org/1\",\n"
        "                        \"expires\": \"2026-12-31\" } ] }\n";
    const sheet to = { out, false, PLAN_COLUMN };
    const dg_keys_table *table = dg_gate_keys();
    fputs("\nKeys of GATE: [values; range; default]\n\n", out);
    for (size_t i = 0; i < table->count; i++)
        key(&to, table->rows[i].path, &table->rows[i]);
    fputs(rest, out);
}

/* ---- claims ---- */

/* What a plan may say of one claim beside severity and off. */
static void own_keys(const sheet *to, const char *name)
{
    const dg_keys_table *table = dg_plan_keys();
    char prefix[80], room[1600];
    size_t len = (size_t)snprintf(prefix, sizeof prefix, "claims.%s.", name);
    for (size_t i = 0; i < table->count; i++) {
        const char *last = table->rows[i].path + len;
        dg_buf text = dg_buf_on(room, sizeof room);
        if (strncmp(table->rows[i].path, prefix, len) != 0 || strcmp(last, "severity") == 0
            || strcmp(last, "off") == 0)
            continue;
        dg_buf_printf(&text, "%s: ", last);
        dg_keys_describe(&text, &table->rows[i]);
        under(to, dg_buf_text(&text));
    }
}

static void claims(const sheet *to)
{
    const dg_claim *claim;
    char line[700];
    opening(to, "Claims, in the order of the report: what each says, why, what it rests on, its "
                "severity.\nA plan changes them as claims.NAME.KEY:");
    key(to, "claims.NAME.severity", dg_keys_find(dg_plan_keys(), "claims.identity.severity", 24));
    key(to, "claims.NAME.off", dg_keys_find(dg_plan_keys(), "claims.identity.off", 19));
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        if (!to->roff)
            fputc('\n', to->out);
        entry(to, dg_claim_name(claim->id), claim->says);
        snprintf(line, sizeof line, "why: %s", claim->because);
        under(to, line);
        snprintf(line, sizeof line, "%s; %s%s%s", claim->basis,
                 dg_claim_severity_name(claim->severity),
                 claim->network ? "; judged where there is a network" : "",
                 claim->code      ? "; judged where N is new code"
                 : claim->process ? "; judged where processes of nodes are measured"
                                  : "");
        under(to, line);
        own_keys(to, dg_claim_name(claim->id));
    }
}

/* ---- nodes ---- */

void dg_topic_nodes(FILE *out)
{
    const dg_repair *repair;
    const sheet to = { out, false, TEXT_COLUMN };
    char known[300];
    dg_class_list(known, sizeof known);
    fputs("\nWhat nodes are called, in --nodes, network.nodes, network.classes and "
          "network.rollout:\n\n",
          out);
    entry(&to, "v1.10, stable2407-1",
          "a release; a patch, a commit and a candidate are as their release");
    entry(&to, "v1.7..v1.11", "a range, whose share is spread evenly over its releases");
    entry(&to, "Parity Polkadot/v1.10.0-7049c3c9883 (name)",
          "what a node says of itself, to telemetry or to a crawler");
    entry(&to, "kagome, kagome-0.9.3",
          "Kagome; nothing is known that would tell its releases apart");
    entry(&to, "rows of the table", known);
    fputs("\nRepairs, for network.classes[].without:\n\n", out);
    for (size_t i = 0; (repair = dg_repair_at(i)); i++)
        entry(&to, repair->name, repair->says);
    fputs(
        "\nExamples: doppel run PLAN --nodes v1.10=0.92,v0.9=0.08    shares of the validators\n"
        "          doppel run PLAN --nodes v1.7..v1.11=30,v1.12=70 numbers of them, evenly over a "
        "range\n"
        "          doppel run PLAN --nodes @counts.json            {\"1.10.0\": 276, ..}, or lines "
        "version,count\n",
        out);
}

/* ---- all of them ---- */

static const struct {
    const char *word, *says;
    void (*print)(const sheet *to);
    size_t column;
    unsigned section; /* of the manual: 5 files, 7 the rest */
} topics[] = {
    { "plan", "keys of a plan, with values, ranges and defaults", plan, PLAN_COLUMN, 5 },
    { "claims", "what is claimed, why, and how a plan changes it", claims, TEXT_COLUMN, 7 },
};

const char *dg_topic_at(size_t i, const char **says)
{
    if (i >= sizeof topics / sizeof *topics)
        return NULL;
    *says = topics[i].says;
    return topics[i].word;
}

unsigned dg_topic_section(size_t i)
{
    assert(i < sizeof topics / sizeof *topics);
    return topics[i].section;
}

bool dg_topic_help(FILE *out, const char *word, bool roff)
{
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (strcmp(topics[i].word, word) == 0) {
            topics[i].print(&(sheet){ out, roff, topics[i].column });
            return true;
        }
    return false;
}
