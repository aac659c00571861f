/* temp.h - temporary files without a name: they vanish with the process, however it ends.
 *
 *     lm_temp *temp;
 *     LM_TRY(lm_temp_open(&temp, directory, e));
 *     LM_TRY(lm_temp_write(temp, bytes, length, e));        appended, through a buffer
 *     LM_TRY(lm_temp_flush(temp, e));
 *     LM_TRY(lm_temp_read(temp, offset, buffer, length, e)); from any thread
 *     lm_temp_close(temp);
 */
#ifndef LM_TEMP_H
#define LM_TEMP_H
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lm_temp lm_temp;

/* Errors of all: LM_EIO, naming the directory; LM_ENOMEM. */
LM_MUST_USE lm_status lm_temp_open(lm_temp **temp, const char *directory, lm_err *e);
LM_MUST_USE lm_status lm_temp_write(lm_temp *temp, const void *bytes, size_t length, lm_err *e);
LM_MUST_USE lm_status lm_temp_flush(lm_temp *temp, lm_err *e);
uint64_t lm_temp_length(const lm_temp *temp); /* bytes written */
/* Exactly `length` bytes, which must have been flushed. */
LM_MUST_USE lm_status lm_temp_read(lm_temp *temp, uint64_t offset, void *bytes, size_t length,
                                   lm_err *e);
void lm_temp_close(lm_temp *temp); /* NULL is allowed */

/* Maps a new temporary file of `length` zero bytes, all of them reserved on the disk, for reading
 * and writing; munmap frees it. */
LM_MUST_USE lm_status lm_temp_map(const char *directory, size_t length, void **bytes, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
