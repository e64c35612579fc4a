/* survey_impl.h - what runtime APIs are asked about at one state: a parachain that is
 * there, the session, an account, stored keys, the block's own first extrinsic. */
#ifndef DG_SURVEY_IMPL_H
#define DG_SURVEY_IMPL_H

#include "survey/survey.h"

typedef struct dg_survey_question {
    dg_buf para, para_free, session, account, keys, extrinsic, code_hash, metadata;
} dg_survey_question;

/* Reads what it needs from the state; what the chain does not have stays empty. `meta` is of
 * the code that stands at the state, NULL: unknown; `extrinsic` has no bytes where there is
 * none to ask about. */
void dg_survey_question_make(dg_survey_question *q, const dg_meta *meta, dg_state *state,
                             uint32_t session, dg_bytes extrinsic);
/* Gives the bytes back. */
void dg_survey_question_clear(dg_survey_question *q);
/* The bytes for one kind of call. False: there is nothing on this chain to ask about. */
bool dg_survey_question_input(const dg_survey_question *q, dg_survey_ask ask, dg_bytes *out);

/* One value of a layout as JSON, owned by the caller; `*layout` is behind it then, `s` too or
 * holds its failure. NULL: `s` failed, or no memory. */
json_t *dg_survey_layout_next(const char **layout, dg_scale *s);

/* The next letter of a row's figures that makes one, and its name, "" where it has none; 0: none
 * is left. */
char dg_survey_figure_next(const char **mask, char *name, size_t size);

#endif
