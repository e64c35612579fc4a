/* page.h - an outcome, a sweep or a gate in the formats of other programs and places.
 *
 *   dg_page_markdown   pastes into a referendum or a pull request
 *   dg_page_junit      what CI servers read: a suite for each cell, a case for each claim
 *   dg_page_github     annotations of a workflow of GitHub; its summary and outputs
 *   dg_page_sarif      what code scanners write; also of a preflight
 *   dg_page_html       one file for a browser, without script or network
 *   dg_page_differences   the same of a comparison (room compare)
 *
 * A gate has no SARIF. All of them take a document that was checked by
 * who read it, and read it defensively all the same. What an outcome says in words (a chain's name,
 * a runtime's own error) may hold anything: each format escapes it where it is put, in escape.c,
 * and nowhere is it put unescaped.
 *
 * Invariant: the same document gives the same bytes. */
#ifndef DG_PAGE_H
#define DG_PAGE_H

#include <jansson.h>

#include "base/base.h"

/* Appends Markdown as GitHub and the referendum sites read it: the answer, claims, causes, inputs
 * with hashes, and what is modelled; of a sweep a table with a row for each cell. DG_OK;
 * DG_MALFORMED: neither an outcome nor a sweep; or out's code. */
dg_code dg_page_markdown(dg_buf *out, const json_t *document, dg_error *err);

/* Appends JUnit XML: a gate that broke is a failure; a claim that warned has passed, with its text
 * as output; one that saw nothing is skipped; a cell that failed, or whose answer is none, is an
 * error. Of a gate what is not as expected is a failure, and what the ledger excuses is skipped.
 * Inputs and hashes are properties. No time is in it. As dg_page_markdown. */
dg_code dg_page_junit(dg_buf *out, const json_t *document, dg_error *err);

/* Appends at most eight workflow commands, worst first: claims that broke, cells without an
 * answer, warnings. As dg_page_markdown. */
dg_code dg_page_github(dg_buf *out, const json_t *document, dg_error *err);
/* Appends the Markdown as a step's summary, of which `taken` bytes are there already: what GitHub
 * would not take is cut off at the end of a line, and it says so. As dg_page_markdown. */
dg_code dg_page_github_summary(dg_buf *out, const json_t *document, size_t taken, dg_error *err);
/* Appends a step's outputs, key=value: `exit` (as handed in), and of an outcome `answer`, `reason`
 * and `broke`, the claims by commas; of a sweep how many cells came to what; of a gate `result` and
 * how many plans are green, known or red. As dg_page_markdown. */
dg_code dg_page_github_outputs(dg_buf *out, const json_t *document, int exit_code, dg_error *err);

/* Appends a log of SARIF 2.1.0: of a preflight a result for each finding, of an outcome or a sweep
 * one for each claim that broke or warned. A rule is a kind of finding, or a claim, with what to do
 * as its help; the artifact is N, by its hash; a fingerprint is made of the rule and of what it was
 * found in, so it stays while that does. What could not be known is a notification. As
 * dg_page_markdown. */
dg_code dg_page_sarif(dg_buf *out, const json_t *document, dg_error *err);

/* Appends one page of HTML that needs no script and no network, in light and dark: the answer and
 * what to do, series as pictures, the way to the cause, claims, inputs with hashes, what is
 * modelled; of a sweep the matrix; of a gate a row for each plan, and its ledger. As
 * dg_page_markdown. */
dg_code dg_page_html(dg_buf *out, const json_t *document, dg_error *err);

/* Appends such a page of what a comparison (room compare) tells, in the words of
 * dg_report_differences; nothing where nothing differs. `verbose` as there. DG_OK; DG_MALFORMED: no
 * comparison; or out's code. */
dg_code dg_page_differences(dg_buf *out, const json_t *told, bool verbose, dg_error *err);

#endif
