/* evaluate.h - measuring a language model on text, in units that compare across families. */
#ifndef LM_EVALUATE_H
#define LM_EVALUATE_H
#include <stdint.h>
#include "lm/file.h"
#include "lm/lang.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What gets a probability. */
typedef enum { LM_KNOWN_WORD, LM_UNKNOWN_WORD, LM_SENTENCE_END, LM_EVENT_KINDS } lm_event_kind;

enum { LM_EVALUATE_ORDERS = 32 };

typedef struct {
    uint64_t sentences;
    uint64_t words;                        /* tokens of text: words, characters or bytes */
    uint64_t unknown;                      /* of these, not in the vocabulary */
    uint64_t events;                       /* words and sentence ends: what got a probability */
    uint64_t zeroprobs;                    /* events of probability 0 */
    uint64_t bytes;                        /* of text, newlines included */
    double nats[LM_EVENT_KINDS];           /* -sum ln p; infinite if there are zeroprobs */
    double spell_bits;                     /* what the spelling of unknown words costs */
    uint64_t by_order[LM_EVALUATE_ORDERS]; /* events by the words they were taken from */
} lm_evaluation;

typedef enum { LM_REPORT_TOTAL, LM_REPORT_LINES, LM_REPORT_TOKENS } lm_report;

/* Reads `text` to its end and scores it with the threads of `run`; neither they nor the size of
 * blocks changes a bit of the result.  While it reads, writes to `out` (unused for TOTAL)
 *   LINES   per line: log10 p of the line TAB events TAB unknown words
 *   TOKENS  per event: word (</s> for a sentence's end) TAB order used TAB log10 p
 * log10 of 0 is written "-inf".  A text that waits (lm_text_waits) gets each line's answer before
 * more of it is read.  Errors: LM_EIO, LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_evaluate(const lm_lang *lang, lm_text *text, lm_report report, lm_out *out,
                                  const lm_run *run, lm_evaluation *total, lm_err *e);

/* The same with blocks of about `size` bytes of text for each thread at a time. */
LM_MUST_USE lm_status lm_evaluate_blocks(const lm_lang *lang, lm_text *text, size_t size,
                                         lm_report report, lm_out *out, const lm_run *run,
                                         lm_evaluation *total, lm_err *e);

/* -sum ln p of all events. */
double lm_evaluation_nats(const lm_evaluation *total);

/* exp(nats / events), of all events but those left out; NaN if that are all. */
enum { LM_WITHOUT_UNKNOWN = 1, LM_WITHOUT_ENDS = 2 };
double lm_evaluation_ppl(const lm_evaluation *total, unsigned without);

/* (nats / ln 2 + spell_bits) / bytes */
double lm_evaluation_bits_per_byte(const lm_evaluation *total);

/* Writes the "key TAB value" lines of lm-eval; `orders` of by_order are shown. */
LM_MUST_USE lm_status lm_evaluation_write(const lm_evaluation *total, int orders, lm_out *out,
                                          lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
