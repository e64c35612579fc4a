/* page.h - an outcome or a sweep in the formats of other programs and places.
 *
 *   dg_page_markdown   pastes into a referendum or a pull request
 *
 * All of them take a document that was checked by who read it, and read it defensively all the
 * same. What an outcome says in words (a chain's name, a runtime's own error) may hold anything:
 * each format escapes it where it is put, in escape.c, and nowhere is it put unescaped.
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

#endif
