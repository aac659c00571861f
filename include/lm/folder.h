/* folder.h - writing a folder of files so that it appears whole or not at all.
 *
 *     lm_folder *folder;
 *     LM_TRY(lm_folder_open(&folder, "model", e));       before any work
 *     lm_status s = lm_folder_file(folder, "config.json", &out, e);
 *     if (!s) s = lm_out_close(out, produce(out, e), e);
 *     return lm_folder_close(folder, s, e);              publishes if s is LM_OK
 *
 * It is made beside its target, as files are (file.h), as .NAME.lm-PID.d with a lock .NAME.lm-PID,
 * then renamed.  Something that exists is never replaced. */
#ifndef LM_FOLDER_H
#define LM_FOLDER_H
#include <stdbool.h>
#include "lm/file.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lm_folder lm_folder;

/* Begins a folder; slashes at the end of the path are allowed.  Errors: LM_EUSAGE for "-"; LM_EIO,
 * also if there is something of that name; LM_ENOMEM. */
LM_MUST_USE lm_status lm_folder_open(lm_folder **folder, const char *path, lm_err *e);

/* Opens a file in it, which is closed before the folder is.  Errors: those of lm_out_open. */
LM_MUST_USE lm_status lm_folder_file(lm_folder *folder, const char *name, lm_out **out, lm_err *e);

/* Ends the folder and frees it; NULL is allowed.  `sofar` LM_OK: sync, rename, sync what it is in.
 * Otherwise all of it is removed.  Returns the first failure, `sofar` included. */
lm_status lm_folder_close(lm_folder *folder, lm_status sofar, lm_err *e);

/* Is there a folder of this name?  Never "-". */
bool lm_is_folder(const char *path);

#ifdef __cplusplus
}
#endif
#endif
