/* ckpt_internal.h - what the reader, the writer, the fuzzer and the tests share of lm/ckpt.h. */
#ifndef LM_CKPT_INTERNAL_H
#define LM_CKPT_INTERNAL_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/ckpt.h"
#include "lm/memory.h"

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "checkpoints are little-endian and read in place: this host's byte order is not supported"
#endif

enum {
    LM_CKPT_LENGTH_BYTES = 8, /* of the header's length, at the start of the file */
    LM_CKPT_SUM_DIGITS = 8,   /* of each sum in lm.crc32c */
    LM_CKPT_ALIGN = 64,       /* of the data section and of tables, in bytes */
    LM_CKPT_CHECK_NONE = -1   /* for lm_ckpt_parse: structure only, no sums */
};

/* A tensor and where its data lies, in bytes from the start of the data section. */
typedef struct {
    lm_tensor tensor;
    uint64_t begin, end;
} lm_ckpt_entry;

typedef struct {
    const char *key, *value;
} lm_ckpt_pair;

struct lm_ckpt {
    lm_map map;        /* the open file; empty if the bytes are somebody else's */
    const char *name;  /* for messages */
    const char *label; /* "NAME: header" */
    const unsigned char *bytes;
    size_t length, data_at;  /* of the file; where its data section starts */
    lm_ckpt_entry *entries;  /* in data order once parsed */
    lm_ckpt_entry **by_name; /* the same, in byte order of the names */
    size_t count, capacity;
    lm_ckpt_pair *pairs;  /* the metadata, in file order */
    lm_ckpt_pair *by_key; /* the same, in byte order of the keys */
    size_t pair_count, pair_capacity;
    lm_slice sums;   /* the digits of lm.crc32c, in `bytes`; text NULL if absent */
    bool ours;       /* has an lm.* key */
    int depth;       /* of a part of a part ...; 0: a file */
    lm_ckpt **shard; /* the files of an index, which is `bytes` then, and has no data */
    size_t shards;
    lm_arena arena; /* names, metadata, and data that was not aligned in the file */
};

/* Is `text` fit to name a tensor or metadata: not empty, no control bytes, UTF-8? */
bool lm_ckpt_name_ok(lm_slice text);

/* A copy of a raw JSON string that is fit to be a name, decoded, in the arena.  Errors: LM_EFORMAT
 * at j's place; LM_ENOMEM. */
LM_MUST_USE lm_status lm_ckpt_copy_name(lm_ckpt *c, const lm_json *j, lm_slice raw,
                                        const char **name, lm_err *e);

/* Makes by_key and by_name.  Errors: LM_EFORMAT for a name that is there twice; LM_ENOMEM. */
LM_MUST_USE lm_status lm_ckpt_index(lm_ckpt *c, lm_err *e);

/* Are there a kind and a version that this library reads? */
LM_MUST_USE lm_status lm_ckpt_check_version(const lm_ckpt *c, lm_err *e);

/* Product of the shape and the element size; false if it does not fit. */
LM_MUST_USE bool lm_ckpt_size(const lm_tensor *tensor, uint64_t *bytes);

#endif
