/* convert.h - models and tokenizers from one file format to another.  The format of a source is
 * recognised by its content:
 *
 *     lm              our checkpoint
 *     arpa            n-gram models as text
 *     w2v, w2v-bin    word vectors in word2vec's text and binary formats
 *     glove           word vectors as text without word2vec's first line
 *     bpe-files, tiktoken, vocab-txt, tokenizer-json   tokenizers, see tok_formats.h
 *     hf              a GPT as a folder of Hugging Face's transformers, see gpt_open.h, gpt_hf.h
 *     gguf            a GPT as a file of llama.cpp, see gpt_gguf.h; only a target
 *     npy             word vectors as an array of NumPy; only a target */
#ifndef LM_CONVERT_H
#define LM_CONVERT_H
#include "lm/file.h"
#include "lm/folder.h"
#include "lm/gguf.h"
#include "lm/ngram.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/text.h"
#include "lm/tok_formats.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_FORMAT_LM,
    LM_FORMAT_ARPA,
    LM_FORMAT_AUTO,
    LM_FORMAT_W2V,
    LM_FORMAT_W2V_BIN,
    LM_FORMAT_GLOVE,
    LM_FORMAT_BPE_FILES,
    LM_FORMAT_TIKTOKEN,
    LM_FORMAT_VOCAB_TXT,
    LM_FORMAT_TOKENIZER_JSON,
    LM_FORMAT_HF,
    LM_FORMAT_NPY,
    LM_FORMAT_GGUF
} lm_format;
#define LM_MODEL_FORMAT_NAMES "lm|arpa"
#define LM_SOURCE_FORMAT_NAMES                                                                     \
    LM_MODEL_FORMAT_NAMES                                                                          \
    "|auto|w2v|w2v-bin|glove|bpe-files|tiktoken|vocab-txt|tokenizer-json|hf"
#define LM_FORMAT_NAMES LM_SOURCE_FORMAT_NAMES "|npy|gguf"

typedef struct {
    lm_format from;      /* not NPY, GGUF; AUTO: by content */
    lm_format to;        /* AUTO: LM; of a checkpoint that is not changed ARPA, W2V of word vectors,
                            TOKENIZER_JSON of a tokenizer */
    lm_unit unit;        /* of the words of a source other than LM, which does not tell */
    const char *history; /* the line about this program; " input=..." is added */
    /* Changes: the threshold of lm_ngram_prune, 0: none; then bits of a code in the compact form,
     * lm_ngram_quantize, 0: as it is; lm_w2v_slim. */
    double entropy_prune;
    int quantize;
    bool slim;
    bool compat;         /* to W2V or W2V_BIN: byte for byte what word2vec.c writes */
    lm_out *words;       /* to NPY: the words, one a line; NULL: nowhere */
    lm_tok_case letters; /* of a tokenizer whose source does not tell */
    lm_gguf_type type;   /* of the matrices, to GGUF; 0: F32 */
    lm_folder *folder;   /* to BPE_FILES, HF: what gets the files, and lm_convert's `out` is NULL */
} lm_conversion;

/* Writes a model as LM, with `history` in it, or as ARPA, which has none.
 * Errors: as lm_ckpt_write and lm_arpa_write. */
LM_MUST_USE lm_status lm_format_write(const lm_ngram *model, lm_format format, lm_slice history,
                                      lm_out *out, const lm_run *run, lm_err *e);

/* Reads the model in file `path` ("-": standard input), or the tokenizer in a file or a folder, and
 * writes it to `out`.
 * Errors: LM_EIO; LM_EFORMAT; LM_EUSAGE for a model the target format cannot hold, or binary data
 * on a terminal; LM_ENOMEM. */
LM_MUST_USE lm_status lm_convert(const lm_conversion *how, const char *path, lm_out *out,
                                 const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
