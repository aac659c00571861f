/* info.h - what is in a checkpoint, as text for people.
 *
 *     lm_str text = {0};
 *     LM_TRY(lm_info_tree(&text, ckpt, e));
 *
 * Lines are indented by two spaces or more.  Control bytes of the file never reach the text. */
#ifndef LM_INFO_H
#define LM_INFO_H
#include "lm/ckpt.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds the tensors as a tree of their dotted names, numbers in numeric order: a line for each
 * tensor, with its last component, dtype, shape and bytes, under lines for the groups. */
LM_MUST_USE lm_status lm_info_tree(lm_str *out, const lm_ckpt *ckpt, lm_err *e);

/* Adds the shape: "[2,3]"; "[]" for a scalar. */
LM_MUST_USE lm_status lm_info_shape(lm_str *out, const lm_tensor *tensor, lm_err *e);

/* Adds JSON with every member of an object on its own line.  `name` stands for the text in
 * messages.  Errors: LM_EFORMAT. */
LM_MUST_USE lm_status lm_info_json(lm_str *out, const char *json, const char *name, lm_err *e);

/* Adds the lines of `text`, control bytes as \xHH. */
LM_MUST_USE lm_status lm_info_text(lm_str *out, const char *text, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
