/* gguf.h - the container of models that llama.cpp and others of ggml's family read: version 3 of
 * ggml's docs/gguf.md.  Only a writer.
 *
 *   "GGUF" | u32 version | u64 tensors | u64 settings | settings | tensors | padding | data
 *
 * A setting is a key, a type and a value; a tensor a name, its dimensions (the one that changes
 * fastest first), a type and its place in the data.  Everything is little-endian; texts have their
 * length in 8 bytes before them; each tensor's data begins at a multiple of 32.
 *
 *     LM_TRY(lm_gguf_new(&g, e));
 *     s = lm_gguf_set_text(g, "general.architecture", lm_slice_of("gpt2"), e);   in their order
 *     if (!s) s = lm_gguf_set_texts(g, "tokenizer.ggml.tokens", 2, e);           then those two:
 *     if (!s) s = lm_gguf_add_text(g, a, e); ...
 *     if (!s) s = lm_gguf_add_tensor(g, &tensor, e); ...
 *     if (!s) s = lm_gguf_write(g, out, run, e);
 *     lm_gguf_free(g); */
#ifndef LM_GGUF_H
#define LM_GGUF_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/real.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_GGUF_BLOCK = 32 }; /* numbers of a row that Q8_0 has one scale for */

/* Their numbers in the file.  Q8_0: of each block s = max|x| / 127 as an f16, and x / s rounded to
 * whole numbers, halves away from zero, of one byte each; its rows are multiples of a block. */
typedef enum { LM_GGUF_F32 = 0, LM_GGUF_F16 = 1, LM_GGUF_Q8_0 = 8 } lm_gguf_type;

typedef struct {
    const char *name; /* of less than 64 bytes; it and the data stay until lm_gguf_write */
    lm_gguf_type type;
    int dims;               /* 1: columns alone; 2 */
    uint64_t rows, columns; /* rows 1 where dims is 1 */
    const lm_real *data;
    bool transposed; /* data is (columns, rows) */
} lm_gguf_tensor;

typedef struct lm_gguf lm_gguf;
LM_MUST_USE lm_status lm_gguf_new(lm_gguf **g, lm_err *e);
void lm_gguf_free(lm_gguf *g); /* NULL is allowed */

/* Settings; each key once. */
LM_MUST_USE lm_status lm_gguf_set_u32(lm_gguf *g, const char *key, uint32_t value, lm_err *e);
LM_MUST_USE lm_status lm_gguf_set_f32(lm_gguf *g, const char *key, float value, lm_err *e);
LM_MUST_USE lm_status lm_gguf_set_bool(lm_gguf *g, const char *key, bool value, lm_err *e);
LM_MUST_USE lm_status lm_gguf_set_text(lm_gguf *g, const char *key, lm_slice value, lm_err *e);

/* Arrays: `count` values, which are then added one by one before anything else is. */
LM_MUST_USE lm_status lm_gguf_set_texts(lm_gguf *g, const char *key, uint64_t count, lm_err *e);
LM_MUST_USE lm_status lm_gguf_set_numbers(lm_gguf *g, const char *key, uint64_t count, lm_err *e);
LM_MUST_USE lm_status lm_gguf_add_text(lm_gguf *g, lm_slice value, lm_err *e);
LM_MUST_USE lm_status lm_gguf_add_number(lm_gguf *g, int32_t value, lm_err *e);

LM_MUST_USE lm_status lm_gguf_add_tensor(lm_gguf *g, const lm_gguf_tensor *tensor, lm_err *e);

/* Writes all of it.  Errors: LM_EUSAGE for a number that an f16 cannot hold; LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_gguf_write(const lm_gguf *g, lm_out *out, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
