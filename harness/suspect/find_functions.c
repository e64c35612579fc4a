/* find_functions.c - why no node can start N: host functions that it imports and nobody has,
 * whether anything calls them or not, and sections in which no version can be read. */
#include "suspect/suspect_impl.h"

#include <string.h>

/* Nodes of another implementation: what they provide is not known here. */
static bool any_other(const dg_suspect_facts *facts)
{
    static dg_plan_network wish; /* too large for a stack */
    bool any = false;
    if (!facts->network)
        return false;
    dg_plan_network_read(&wish, facts->plan);
    for (size_t i = 0; i < wish.options.share_count; i++)
        any |= !wish.own[i].from;
    return any;
}

static void say_lacked(dg_suspect *s, const dg_suspect_facts *facts, const char *more)
{
    snprintf(s->says, sizeof s->says,
             "N imports %.120s%s, which no release of the node up to %s provides: such a node "
             "never starts the runtime, so it stops at U",
             facts->lacked, more, dg_release_newest()->name);
    snprintf(s->advice, sizeof s->advice,
             "build N without %.120s%s; or wait until a release of the node provides %s, and enact "
             "N only when nearly all validators run it",
             facts->lacked, more, facts->lacked_count == 1 ? "it" : "them");
}

static void say_other_type(dg_suspect *s, const dg_suspect_facts *facts, const char *more)
{
    dg_import_type_text given = dg_import_type_word(facts->lacked_given);
    snprintf(s->says, sizeof s->says,
             "N imports %.120s as %.90s, but nodes provide it as %.90s%s: %s", facts->lacked,
             dg_import_type_word(facts->lacked_type).text, given.text, more,
             facts->not_enacted ? "they cannot ask its code for the version, which no section "
                                  "tells, so set_code refuses N"
                                : "such a node never starts the runtime, so it stops at U");
    snprintf(s->advice, sizeof s->advice,
             "build N with the host functions of a published sp-io or frame-benchmarking, where "
             "%.120s is %.90s%s",
             facts->lacked, given.text, more);
}

void dg_suspect_find_functions(dg_suspects *out, const dg_suspect_facts *facts)
{
    char more[40] = "";
    dg_suspect *s;
    if (!facts->lacked)
        return;
    if (facts->lacked_count > 1)
        snprintf(more, sizeof more, " and %u more", facts->lacked_count - 1);
    if (!(s = dg_suspect_add(out, DG_SUSPECT_HOST_FUNCTIONS, 0, "nodes have %s%s%s", facts->lacked,
                             facts->lacked_given ? " as N imports it" : "", more)))
        return;
    snprintf(s->name, sizeof s->name, "%s", facts->lacked);
    if (facts->lacked_given)
        snprintf(more, sizeof more, facts->lacked_count > 1 ? " (and %u more that do not fit)" : "",
                 facts->lacked_count - 1);
    (facts->lacked_given ? say_other_type : say_lacked)(s, facts, more);
    if (any_other(facts))
        snprintf(s->says + strlen(s->says), sizeof s->says - strlen(s->says),
                 " (what Kagome provides is not known, and it is taken for one that stops, too)");
    snprintf(s->seen, sizeof s->seen, "%u import%s of N that nodes lack", facts->lacked_count,
             facts->lacked_count == 1 ? "" : "s");
}

/* Where set_code refused N it stopped nothing: it is why N is not in. */
void dg_suspect_find_sections(dg_suspects *out, const dg_suspect_facts *facts)
{
    dg_suspect *s;
    if (!facts->unread || !(facts->stuck || facts->not_enacted)
        || !(s = dg_suspect_add(out, DG_SUSPECT_SECTIONS, 0, "nodes%s ask N's code for its version",
                                facts->not_enacted ? " and set_code" : "")))
        return;
    snprintf(s->says, sizeof s->says, "%s: %s",
             facts->not_enacted ? "set_code refuses N" : "no node can use N", facts->unread);
    snprintf(s->seen, sizeof s->seen, "N's custom sections were read as nodes read them");
    snprintf(s->advice, sizeof s->advice,
             "build N again with its sections runtime_version and runtime_apis whole, as the wasm "
             "builder makes them");
}
