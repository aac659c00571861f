/* beside.h - what is written under a temporary name beside its target, .NAME.lm-PID, held under a
 * lock, and takes the target's name when it is complete. */
#ifndef LM_BESIDE_H
#define LM_BESIDE_H
#include <stdbool.h>
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/status.h"

typedef struct {
    const char *name; /* for messages: as the caller gave it */
    char *target;     /* what is renamed onto; NULL: written directly */
    char *temporary;  /* remembered while it exists; NULL: none */
    int fd;           /* of what is written; the lock goes with it */
} lm_beside;

/* Removes what dead runs left beside b->target and creates b->temporary, a file under a lock.
 * Errors: LM_EIO, LM_ENOMEM; b->temporary and b->fd tell how far it came. */
LM_MUST_USE lm_status lm_beside_open(lm_beside *b, lm_arena *arena, lm_err *e);

/* Syncs the folder that the target is in. */
LM_MUST_USE lm_status lm_beside_sync(const lm_beside *b, lm_err *e);

/* Paths that lm_out_unlink_all removes, files or empty folders; of nothing yet, too.
 * Errors: LM_EIO about `name`, if there are LM_BESIDE_MAX already. */
enum { LM_BESIDE_MAX = 64 };
LM_MUST_USE lm_status lm_beside_remember(char *path, const char *name, lm_err *e);
void lm_beside_forget(const char *path);

/* The folder that belongs to a temporary, for targets that are folders: its name has this at its
 * end. */
#define LM_BESIDE_FOLDER ".d"

/* Removes a folder and the files in it, which has no folders in it. */
void lm_beside_remove(const char *folder);

/* Length of the directory part of a path, its last slash included; 0 if there is none. */
size_t lm_beside_directory(const char *path);

/* ---- out.c ---- */

/* lm_out_open, of a path that is called `name` in messages. */
LM_MUST_USE lm_status lm_out_open_as(lm_out **out, const char *path, const char *name, lm_err *e);

#endif
