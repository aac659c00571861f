/* tok_formats.h - tokenizers in the files of other programs.
 *
 *     bpe-files       vocab.json and merges.txt, as encoder.json and vocab.bpe of GPT-2 or GPT-1:
 *                     an object from pieces to ids, and two pieces a line.  With pieces that end in
 *                     </w> they make a bpe (GPT-1), else a byte-bpe, spelled in GPT-2's letters
 *                     for bytes (encoder.py, bytes_to_unicode)
 *     tiktoken        a piece's bytes in base64, and its rank, on each line: a byte-bpe
 *     vocab-txt       a piece a line: a wordpiece (BERT)
 *     tokenizer-json  what Hugging Face's tokenizers read and write, for these three kinds
 *
 *     lm_tok_source source = {.format = LM_TOK_FORMAT_VOCAB_TXT, .file = {bytes, path}};
 *     LM_TRY(lm_tok_read(&tokenizer, &source, run, e));
 *
 * Ids are those of the files, which must be 0 to n-1, each once. */
#ifndef LM_TOK_FORMATS_H
#define LM_TOK_FORMATS_H
#include <stdbool.h>
#include "lm/file.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/tokenizer.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_TOK_FORMAT_NONE,
    LM_TOK_FORMAT_BPE_FILES,
    LM_TOK_FORMAT_TIKTOKEN,
    LM_TOK_FORMAT_VOCAB_TXT,
    LM_TOK_FORMAT_JSON
} lm_tok_format;

/* The format of a file, by its content: of BPE_FILES either one, merges if they begin with
 * "#version".  NONE: it has none of these. */
lm_tok_format lm_tok_recognise(lm_slice bytes);

/* Is text read in lower case and without accents?  What does not tell: AUTO is as the settings
 * say; without them, lower if no piece but the special ones has an upper-case letter. */
typedef enum { LM_CASE_AUTO, LM_CASE_LOWER, LM_CASE_KEEP } lm_tok_case;
#define LM_CASE_NAMES "auto|lower|keep"

typedef struct {
    lm_slice bytes; /* text NULL: there is no such file */
    const char *name;
} lm_tok_file;

typedef struct {
    lm_tok_format format;
    lm_tok_file file;     /* of BPE_FILES the vocabulary, */
    lm_tok_file merges;   /* and the merges */
    lm_tok_file settings; /* tokenizer_config.json beside them, if there is one */
    lm_tok_case letters;
} lm_tok_source;

/* Special tokens: of bpe-files what is neither a character nor made by a merge; of vocab-txt [PAD]
 * [UNK] [CLS] [SEP] [MASK]; of tiktoken <|endoftext|>, which the file lacks: its id is the one that
 * is left out, or the next; of tokenizer-json those it says.  Settings that the tokenizer could not
 * follow are refused.  Errors: LM_EFORMAT with "name:line: ..." or "name: byte N: ..."; LM_ENOMEM.
 */
LM_MUST_USE lm_status lm_tok_read(lm_tokenizer **t, const lm_tok_source *source, const lm_run *run,
                                  lm_err *e);

/* Can it be written so that reading gives it again?  What is lost is told as a warning.
 * Errors: LM_EUSAGE: no; LM_ENOMEM. */
LM_MUST_USE lm_status lm_tok_check(const lm_tokenizer *t, lm_tok_format format, const lm_run *run,
                                   lm_err *e);

/* Writes one that was checked.  Of BPE_FILES: the vocabulary, which is what `out` gets then, and
 * the merges. */
LM_MUST_USE lm_status lm_tok_write(const lm_tokenizer *t, lm_tok_format format, lm_out *out,
                                   lm_err *e);
LM_MUST_USE lm_status lm_tok_write_merges(const lm_tokenizer *t, lm_out *out, lm_err *e);

/* How a piece is spelled in files: *out is that. */
LM_MUST_USE lm_status lm_tok_spell(const lm_tokenizer *t, uint32_t id, lm_str *out, lm_err *e);

/* No format has kind byte.  This is the same, pieces and ids, as a byte-bpe without merges. */
LM_MUST_USE lm_status lm_tok_of_bytes(lm_tokenizer **copy, const lm_tokenizer *bytes, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
