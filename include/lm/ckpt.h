/* ckpt.h - the checkpoint: safetensors with checksums.
 *
 *   8 bytes little-endian header length | JSON header, padded with spaces | tensors
 *
 * __metadata__ holds format = "pt", lm.kind, lm.version, lm.config (JSON), lm.crc32c and
 * lm.history.  lm.crc32c is 8 hex digits for the header (with all these digits as '0', the
 * 8 length bytes included), then 8 per tensor in data order.  Data starts at a multiple of
 * 64; tensors are contiguous, ordered by element size (largest first), then by name.  A file
 * of another maker (no lm.* key) opens with the same structural checks.
 * Same contents, same bytes: no times, no names of hosts. */
#ifndef LM_CKPT_H
#define LM_CKPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/json.h"
#include "lm/run.h"
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_F64,
    LM_I64,
    LM_U64,
    LM_F32,
    LM_I32,
    LM_U32,
    LM_F16,
    LM_BF16,
    LM_I16,
    LM_U16,
    LM_I8,
    LM_U8,
    LM_BOOL
} lm_dtype;
const char *lm_dtype_name(lm_dtype dtype);
size_t lm_dtype_size(lm_dtype dtype);

enum {
    LM_DIMS_MAX = 8,
    LM_CKPT_VERSION = 1,
    LM_CKPT_HEADER_MAX = 100000000 /* as in the reference implementation */
};

typedef struct {
    const char *name;
    lm_dtype dtype;
    int dims;
    uint64_t shape[LM_DIMS_MAX];
    uint64_t bytes;   /* product of shape and element size */
    const void *data; /* aligned for its elements */
} lm_tensor;

/* ---- reading ---- */
typedef struct lm_ckpt lm_ckpt;

enum {
    LM_CKPT_CHECK_SMALL = 0, /* sums of all tensors up to 64 MiB, and the header's */
    LM_CKPT_CHECK_ALL = 1,
    LM_CKPT_CHECK_HEADER = 2 /* that of the header; the others are for lm_ckpt_verify */
};

/* Opens and checks a file ("-": standard input).  Errors: LM_EIO; LM_EFORMAT with the byte
 * or the tensor's name; LM_ENOMEM. */
LM_MUST_USE lm_status lm_ckpt_open(lm_ckpt **ckpt, const char *path, int check, lm_err *e);
/* The same for a file already in memory, which must outlive the checkpoint. */
LM_MUST_USE lm_status lm_ckpt_parse(lm_ckpt **ckpt, const unsigned char *bytes, size_t length,
                                    const char *name, int check, lm_err *e);
void lm_ckpt_close(lm_ckpt *ckpt); /* NULL is allowed */

/* Does a file that begins so look like a checkpoint?  Text never does: it has no such zeros. */
enum { LM_CKPT_BEGINNING = 9 }; /* bytes that tell */
bool lm_ckpt_begins(const void *bytes, size_t length);

/* The sums of all tensors of a file that was opened without LM_CKPT_CHECK_ALL.  Pages of a mapped
 * file do not stay in memory for it. */
LM_MUST_USE lm_status lm_ckpt_verify(const lm_ckpt *ckpt, lm_err *e);
/* Adds " input=LENGTH:CRC" of the file, or of the index and each of its files. */
LM_MUST_USE lm_status lm_ckpt_history(const lm_ckpt *ckpt, lm_str *out, lm_err *e);

/* A checkpoint may hold others: part i is the tensors and the metadata named "i.NAME".  This is
 * part `i` as a checkpoint in which they have their NAMEs, a view that `ckpt` must outlive; sums
 * are those of the file.  Errors: LM_EFORMAT (it has no lm.kind, or is of a newer version; parts
 * of parts deeper than LM_CKPT_PARTS_DEEP); LM_ENOMEM. */
enum { LM_CKPT_PARTS_DEEP = 8 };
LM_MUST_USE lm_status lm_ckpt_part(lm_ckpt **part, const lm_ckpt *ckpt, size_t i, lm_err *e);

const char *lm_ckpt_path(const lm_ckpt *ckpt);
size_t lm_ckpt_count(const lm_ckpt *ckpt);
const lm_tensor *lm_ckpt_tensor(const lm_ckpt *ckpt, size_t i);       /* in data order */
const lm_tensor *lm_ckpt_find(const lm_ckpt *ckpt, const char *name); /* NULL if absent */
const char *lm_ckpt_meta(const lm_ckpt *ckpt, const char *key);       /* NULL if absent */
/* Metadata in file order, lm.crc32c included; *key NULL past the last. */
const char *lm_ckpt_meta_at(const lm_ckpt *ckpt, size_t i, const char **key);
/* "" for a file of another maker. */
const char *lm_ckpt_kind(const lm_ckpt *ckpt);

/* Has every member of lm.config, a JSON object, read by member(context, j, key, e), which consumes
 * its value.  Errors: LM_EFORMAT, with the place, if that is missing or malformed; member's. */
LM_MUST_USE lm_status lm_ckpt_config(const lm_ckpt *ckpt,
                                     lm_status (*member)(void *context, lm_json *j, lm_slice key,
                                                         lm_err *e),
                                     void *context, lm_err *e);
/* Says why the model that lm.config tells of cannot be: LM_EUSAGE is LM_EFORMAT here. */
lm_status lm_ckpt_refuse_config(const lm_ckpt *ckpt, const lm_err *why, lm_err *e);

/* The tensor `name`, which must be one-dimensional with `count` elements, up to 63 bytes of
 * zeros at its end allowed.  Errors: LM_EFORMAT naming file and tensor, found and expected. */
LM_MUST_USE lm_status lm_ckpt_table(const lm_ckpt *ckpt, const char *name, lm_dtype dtype,
                                    uint64_t count, const void **data, lm_err *e);

/* ---- writing ---- */
typedef struct lm_ckpt_writer lm_ckpt_writer;

/* `kind` NULL: a file as other makers write them, of tensors alone, without lm.* keys and sums. */
LM_MUST_USE lm_status lm_ckpt_writer_new(lm_ckpt_writer **writer, const char *kind, lm_err *e);
void lm_ckpt_writer_free(lm_ckpt_writer *writer);

/* Sets lm.config, lm.history or a key of the user's; texts are copied. */
LM_MUST_USE lm_status lm_ckpt_set_meta(lm_ckpt_writer *writer, const char *key, lm_slice value,
                                       lm_err *e);
/* The same of what add(of, out, e) adds to an empty text. */
LM_MUST_USE lm_status lm_ckpt_write_meta(lm_ckpt_writer *writer, const char *key,
                                         lm_status (*add)(const void *of, lm_str *out, lm_err *e),
                                         const void *of, lm_err *e);
/* Adds a tensor; the name is copied, the data must stay until lm_ckpt_write. */
LM_MUST_USE lm_status lm_ckpt_add(lm_ckpt_writer *writer, const lm_tensor *tensor, lm_err *e);
/* Adds a one-dimensional table, padded with zeros to a multiple of 64 bytes. */
LM_MUST_USE lm_status lm_ckpt_add_table(lm_ckpt_writer *writer, const char *name, lm_dtype dtype,
                                        uint64_t count, const void *data, lm_err *e);
/* Adds all of a checkpoint as part `i`; it must stay until lm_ckpt_write. */
LM_MUST_USE lm_status lm_ckpt_add_part(lm_ckpt_writer *writer, size_t i, const lm_ckpt *part,
                                       lm_err *e);
/* Writes all of it to `out`, which the caller opened and closes. */
LM_MUST_USE lm_status lm_ckpt_write(lm_ckpt_writer *writer, lm_out *out, const lm_run *run,
                                    lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
