/* tok_train.h - tokenizers of a text: the pieces that it is made of.
 *
 *     const lm_tok_train_options o = {.kind = LM_TOK_BYTE_BPE, .vocab_size = 32000,
 *                                     .unit = LM_BY_DOCUMENT};
 *     LM_TRY(lm_text_open(&text, paths, count, LM_UNIT_BYTE, true, e));
 *     LM_TRY(lm_tok_train(&tokenizer, text, &o, run, e));
 *
 * The rule of byte-bpe, bpe and wordpiece (Sennrich et al. 2016, algorithm 1): the text is cut in
 * pieces (split.h), a piece in symbols.  The count of a pair of symbols is the number of places
 * where the two are neighbours in a piece; "aaa" has the pair aa twice.  Again and again the pair
 * with the best score, of these that with the smallest left id, of these that with the smallest
 * right id, becomes a symbol with the next id: in every piece, from the left, "aaa" becomes
 * "(aa)a".  A pair spelled as a token that there is already, special ones included, is passed
 * over.  All counts are exact, so the result depends on neither threads nor the order of the text.
 *
 * Ids: byte-bpe, byte   256 bytes, merges, special tokens
 *      bpe              special tokens, characters by code point, the same with </w>, merges
 *      wordpiece        special tokens, characters that begin words by code point, ## and those
 *                       that go on with them by code point, merges
 *      char             special tokens, characters by code point, other bytes
 *      word             special tokens, words by descending count, ties in byte order */
#ifndef LM_TOK_TRAIN_H
#define LM_TOK_TRAIN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/passages.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"
#include "lm/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What makes a pair ab the best: count(ab), or count(ab) / (count(a) count(b)), in double, which
 * is how much more often the two occur together than apart from each other. */
typedef enum { LM_TOK_COUNT, LM_TOK_LIKELIHOOD } lm_tok_score;
#define LM_TOK_SCORE_NAMES "count|likelihood"

#define LM_TOK_VOCAB_MAX 1000000000 /* tokens of a vocabulary that is trained */

typedef struct {
    lm_tok_kind kind;
    uint64_t vocab_size; /* tokens, special ones included; fewer where the text has no more */
    uint64_t min_count;  /* pairs, words, characters that are rarer do not become tokens;
                          * 0: lm_tok_min_count of the kind */
    /* Spellings, each once; specials 0: those of the kind, which are <|endoftext|>, or <unk>, or
     * those of BERT.  The first <unk> or [UNK] is the unknown one; bpe and wordpiece need one. */
    const char *const *special;
    size_t specials;
    bool closed; /* word, char: specials 0 means none */
    bool lower;  /* bpe, wordpiece */
    lm_passage_unit unit;
    lm_tok_score score;
} lm_tok_train_options;

uint64_t lm_tok_min_count(lm_tok_kind kind);

/* Errors: LM_EUSAGE for options that do not fit each other. */
LM_MUST_USE lm_status lm_tok_train_check(const lm_tok_train_options *o, lm_err *e);

/* Reads a text of LM_UNIT_BYTE to its end, but for LM_TOK_BYTE, which needs none (NULL) and reads
 * none.  Errors: those of the check; LM_EUSAGE where run->memory is too little for the different
 * pieces; LM_EFORMAT for too many of them, and where there would be no token; LM_EIO, LM_ENOMEM,
 * LM_ESTOPPED. */
LM_MUST_USE lm_status lm_tok_train(lm_tokenizer **t, lm_text *text, const lm_tok_train_options *o,
                                   const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
