/* topics.c - doppel help plan and claims, and what nodes are called: what the tables say of the
 * words a plan is made of. Nothing is told here that a table does not have. */
#include "cli/cli_impl.h"

#include <assert.h>
#include <string.h>

#include "claim/claim.h"
#include "plan/plan.h"
#include "protocol/protocol.h"

enum { KEY_COLUMN = 2, TEXT_COLUMN = 24, PLAN_COLUMN = 42 };

/* A name and what is said of it; a long name has a line of its own. */
static void entry(FILE *out, const char *name, size_t column, const char *text)
{
    size_t at = KEY_COLUMN + strlen(name);
    assert(text && column > KEY_COLUMN);
    fprintf(out, "%*s%s", KEY_COLUMN, "", name);
    if (at + 1 > column) {
        fputc('\n', out);
        at = 0;
    }
    fprintf(out, "%*s", (int)(column - at), "");
    dg_cli_wrap(out, column, column, text);
}

static void under(FILE *out, size_t column, const char *text)
{
    fprintf(out, "%*s", (int)column, "");
    dg_cli_wrap(out, column, column, text);
}

/* ---- plan ---- */

static void key(FILE *out, const char *path, const dg_keys_row *row)
{
    char room[1600];
    dg_buf text = dg_buf_on(room, sizeof room);
    assert(row); /* of the table of a plan */
    dg_keys_describe(&text, row);
    entry(out, path, PLAN_COLUMN, dg_buf_text(&text));
}

static void plan(FILE *out)
{
    const dg_keys_table *table = dg_plan_keys();
    fputs("Keys of a plan, also for --set KEY=VALUE. [values; range; default]\n\n", out);
    for (size_t i = 0; i < table->count; i++)
        if (strncmp(table->rows[i].path, "claims.", 7) != 0)
            key(out, table->rows[i].path, &table->rows[i]);
    key(out, "claims.default", dg_keys_find(table, "claims.default", 14));
    fputs("  claims.NAME.KEY                         doppel help claims\n\n"
          "Example: doppel run --snapshot snap --to n.wasm --at boundary-8 --set "
          "claims.state-growth.severity=advice\n",
          out);
}

/* ---- claims ---- */

/* What a plan may say of one claim beside severity and off. */
static void own_keys(FILE *out, const char *name)
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
        under(out, TEXT_COLUMN, dg_buf_text(&text));
    }
}

static void claims(FILE *out)
{
    const dg_claim *claim;
    char line[700];
    fputs("Claims, in the order of the report: what each says, why, what it rests on, its "
          "severity.\nA plan changes them as claims.NAME.KEY:\n\n",
          out);
    key(out, "claims.NAME.severity", dg_keys_find(dg_plan_keys(), "claims.identity.severity", 24));
    key(out, "claims.NAME.off", dg_keys_find(dg_plan_keys(), "claims.identity.off", 19));
    for (size_t i = 0; (claim = dg_claim_at(i)); i++) {
        fputc('\n', out);
        entry(out, dg_claim_name(claim->id), TEXT_COLUMN, claim->says);
        snprintf(line, sizeof line, "why: %s", claim->because);
        under(out, TEXT_COLUMN, line);
        snprintf(line, sizeof line, "%s; %s%s%s", claim->basis,
                 dg_claim_severity_name(claim->severity),
                 claim->network ? "; judged where there is a network" : "",
                 claim->code ? "; judged where N is new code" : "");
        under(out, TEXT_COLUMN, line);
        own_keys(out, dg_claim_name(claim->id));
    }
}

/* ---- nodes ---- */

void dg_topic_nodes(FILE *out)
{
    const dg_repair *repair;
    char known[300];
    dg_class_list(known, sizeof known);
    fputs("\nWhat nodes are called, in --nodes, network.nodes, network.classes and "
          "network.rollout:\n\n",
          out);
    entry(out, "v1.10, stable2407-1", TEXT_COLUMN,
          "a release; a patch, a commit and a candidate are as their release");
    entry(out, "v1.7..v1.11", TEXT_COLUMN,
          "a range, whose share is spread evenly over its releases");
    entry(out, "Parity Polkadot/v1.10.0-7049c3c9883 (name)", TEXT_COLUMN,
          "what a node says of itself, to telemetry or to a crawler");
    entry(out, "kagome, kagome-0.9.3", TEXT_COLUMN,
          "Kagome; nothing is known that would tell its releases apart");
    entry(out, "rows of the table", TEXT_COLUMN, known);
    fputs("\nRepairs, for network.classes[].without:\n\n", out);
    for (size_t i = 0; (repair = dg_repair_at(i)); i++)
        entry(out, repair->name, TEXT_COLUMN, repair->says);
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
    void (*print)(FILE *out);
} topics[] = {
    { "plan", "keys of a plan, with values, ranges and defaults", plan },
    { "claims", "what is claimed, why, and how a plan changes it", claims },
};

const char *dg_topic_at(size_t i, const char **says)
{
    if (i >= sizeof topics / sizeof *topics)
        return NULL;
    *says = topics[i].says;
    return topics[i].word;
}

bool dg_topic_help(FILE *out, const char *word)
{
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (strcmp(topics[i].word, word) == 0) {
            topics[i].print(out);
            return true;
        }
    return false;
}
