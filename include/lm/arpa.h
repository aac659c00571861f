/* arpa.h - n-gram models as ARPA text, as KenLM, SRILM and others read and write it.
 *
 *   \data\              counts of each order
 *   \1-grams: ...       log10 p(word | before) TAB words TAB log10 back-off weight
 *   \end\
 *
 * A probability of 0 is written as -99.  <s>, which is never predicted, is written with 0, as
 * lmplz does.  The words of character and byte models are escaped (lm_str_add_escaped). */
#ifndef LM_ARPA_H
#define LM_ARPA_H
#include <stdbool.h>
#include "lm/file.h"
#include "lm/ngram.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Does the file that begins with these bytes look like ARPA text? */
bool lm_arpa_begins(const unsigned char *bytes, size_t length);

/* The unigrams by id, longer n-grams in the order of the tables.  Works in memory of a fixed size
 * but for the spellings.
 * Errors: LM_EUSAGE for a model without an ARPA form (add-k; <s> as a word); LM_EIO; LM_ENOMEM;
 * LM_ESTOPPED; LM_EFORMAT for the tables of a damaged file. */
LM_MUST_USE lm_status lm_arpa_write(const lm_ngram *model, lm_out *out, const lm_run *run,
                                    lm_err *e);

/* Reads a model.  N-grams whose prefix or suffix is missing (pruned models) get them, with the
 * probability that backing off gives.  Order of lines is free within a section.  <UNK> is read as
 * <unk>, as KenLM does; a model may have neither.
 * Errors: LM_EFORMAT with "name:line: ...", the first line that is wrong; LM_EIO; LM_ENOMEM;
 * LM_ESTOPPED. */
LM_MUST_USE lm_status lm_arpa_read(lm_ngram **model, lm_slice text, const char *name, lm_unit unit,
                                   const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
