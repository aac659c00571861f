/* tokenizer.h - tokenizers: pieces of text and their numbers (ids).
 *
 *     lm_tokenizer *t;
 *     LM_TRY(lm_tokenizer_open(&t, path, e));        encode.h takes it from here
 *     lm_tokenizer_free(t);
 *
 * or made piece by piece, which is how trainers and readers of other formats do it:
 *
 *     LM_TRY(lm_tokenizer_new(&t, LM_TOK_BYTE_BPE, e));
 *     lm_vocab_add(t->vocab, piece, &id, e);         ids are given in this order
 *     lm_tokenizer_add_merge(t, left, right, e);     the most important first
 *     lm_tokenizer_add_special(t, id, e);
 *     LM_TRY(lm_tokenizer_settle(t, name, e));       checks all of it; now it can encode
 *
 * What the spelling of a piece is:
 *     byte-bpe   its bytes (never the letters that encoder.json has in their place)
 *     bpe        its characters, and </w> after them if a word ends with it
 *     wordpiece  its characters, and ## before them if no word begins with it
 *     word, char, byte   itself
 * Special tokens (<|endoftext|>, [CLS], <unk>) are spelled as they are. */
#ifndef LM_TOKENIZER_H
#define LM_TOKENIZER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/vocab.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_TOK_BYTE_BPE,  /* GPT-2's: any bytes, and back without loss */
    LM_TOK_BPE,       /* GPT-1's: words in BERT's sense, ends of words marked */
    LM_TOK_WORDPIECE, /* BERT's */
    LM_TOK_WORD,      /* between blanks */
    LM_TOK_CHAR,      /* UTF-8 characters; a byte that is part of none is one itself */
    LM_TOK_BYTE
} lm_tok_kind;
#define LM_TOK_KIND_NAMES "byte-bpe|bpe|wordpiece|word|char|byte"
const char *lm_tok_kind_name(lm_tok_kind kind);

enum { LM_TOK_LONGEST = 200 }; /* BERT's: a longer word, in characters, is unknown */

typedef struct {
    lm_tok_kind kind;
    bool lower;       /* BPE, WORDPIECE: text is read in lower case and without accents */
    uint32_t longest; /* WORDPIECE: characters of the longest word that is not unknown */
    lm_vocab *vocab;  /* the spelling of each id; vocab->unk: for what has none, or LM_NO_WORD */
    uint32_t (*merge)[2]; /* (merges) two neighbours that become the piece spelled as both */
    size_t merges;
    uint32_t *special; /* (specials) ids that are not made from text unless asked, ascending */
    size_t specials;
    struct lm_tokenizer_own *own; /* private */
} lm_tokenizer;

/* One without pieces, and its defaults: not lower, LM_TOK_LONGEST.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_tokenizer_new(lm_tokenizer **t, lm_tok_kind kind, lm_err *e);
void lm_tokenizer_free(lm_tokenizer *t); /* NULL is allowed */

LM_MUST_USE lm_status lm_tokenizer_add_merge(lm_tokenizer *t, uint32_t left, uint32_t right,
                                             lm_err *e);
/* In any order, each once. */
LM_MUST_USE lm_status lm_tokenizer_add_special(lm_tokenizer *t, uint32_t id, lm_err *e);

/* Adds the piece, which becomes special, if there is none of that spelling. */
LM_MUST_USE lm_status lm_tokenizer_add_mark(lm_tokenizer *t, const char *spelling, uint32_t *id,
                                            lm_err *e);

/* Checks all, sorts the special ones, makes what encoding needs.  Every byte must be a piece of
 * byte-bpe and byte; merges must be of pieces, none special, to a piece; what must be unknown
 * somewhere (bpe, wordpiece) needs vocab->unk.  `name` begins messages.
 * Errors: LM_EFORMAT, LM_ENOMEM. */
LM_MUST_USE lm_status lm_tokenizer_settle(lm_tokenizer *t, const char *name, lm_err *e);

bool lm_tokenizer_is_special(const lm_tokenizer *t, uint32_t id);
/* The id of a special token, LM_NO_WORD if there is none. */
uint32_t lm_tokenizer_special(const lm_tokenizer *t, const char *spelling);

/* The piece that `left` and `right` become, LM_NO_WORD if they do not; *rank: its place among the
 * merges, the smallest first. */
uint32_t lm_tokenizer_merged(const lm_tokenizer *t, uint32_t left, uint32_t right, uint32_t *rank);

/* One of bytes, each its own number, and the special token `end`, ready for use. */
LM_MUST_USE lm_status lm_tokenizer_of_bytes(lm_tokenizer **t, const char *end, lm_err *e);

/* ---- in checkpoints: tensors tokenizer.*, and a member "tokenizer" of lm.config ---- */

/* Adds the tensors; the tokenizer must outlive the writer's use of them. */
LM_MUST_USE lm_status lm_tokenizer_save(const lm_tokenizer *t, lm_ckpt_writer *writer, lm_err *e);
/* Adds the value of the member: a JSON object. */
LM_MUST_USE lm_status lm_tokenizer_config(const lm_tokenizer *t, lm_str *out, lm_err *e);

/* Reads it from a checkpoint of any kind, which must outlive it.  Errors: LM_EFORMAT, also if there
 * is none. */
LM_MUST_USE lm_status lm_tokenizer_load(lm_tokenizer **t, const lm_ckpt *ckpt, lm_err *e);

#define LM_TOKENIZER_KIND "tokenizer" /* lm.kind of a checkpoint that is nothing else */

/* A checkpoint of its own.  Errors: those of lm_ckpt_write. */
LM_MUST_USE lm_status lm_tokenizer_write(const lm_tokenizer *t, lm_slice history, lm_out *out,
                                         lm_err *e);

/* Opens a checkpoint with a tokenizer in it, which belongs to the tokenizer. */
LM_MUST_USE lm_status lm_tokenizer_open(lm_tokenizer **t, const char *path, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
