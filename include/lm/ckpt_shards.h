/* ckpt_shards.h - a checkpoint in several files, as Hugging Face's libraries write large models.
 *
 *     LM_TRY(lm_ckpt_open_shards(&ckpt, "folder/model.safetensors.index.json", NULL, e));
 *     from here on as any other
 *     lm_ckpt_close(ckpt); */
#ifndef LM_CKPT_SHARDS_H
#define LM_CKPT_SHARDS_H
#include "lm/ckpt.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_CKPT_SHARDS_MAX = 1024 }; /* files */

/* Opens the files of another maker that an index beside them tells of: one checkpoint of all their
 * tensors, shard by shard, by name.  Index and files must agree, but for a tensor `spare` (may be
 * NULL) that the files may lack.  Errors: as lm_ckpt_open; also LM_EFORMAT for a file that is
 * missing, or is not of the same folder, or too many. */
LM_MUST_USE lm_status lm_ckpt_open_shards(lm_ckpt **ckpt, const char *index, const char *spare,
                                          lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
