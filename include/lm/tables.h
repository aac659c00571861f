/* tables.h - large tables: on the heap while they fit the memory of the run, else in temporary
 * files without a name that are mapped, so that both look the same to who uses them.
 *
 *     lm_tables tables = {0};
 *     uint32_t *count = lm_tables_new(&tables, n, sizeof *count, run, e);
 *     ... fill and read it, calling lm_breathe(run) in between ...
 *     lm_tables_free(&tables);
 *
 * The pages of mapped files count as memory while they are in use.  lm_breathe gives them back
 * when the process has more than its run allows; they are read again when they are needed. */
#ifndef LM_TABLES_H
#define LM_TABLES_H
#include <stdbool.h>
#include <stddef.h>
#include "lm/run.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    struct lm_table *list; /* the newest first */
    uint64_t heap;         /* bytes of those on the heap */
} lm_tables;               /* {0} holds none */

/* `count` elements of `size` bytes, zeroed, aligned to 64 bytes.  NULL on failure, e.g. where the
 * folder for temporary files is full (LM_EIO). */
LM_MUST_USE void *lm_tables_new(lm_tables *tables, uint64_t count, size_t size, const lm_run *run,
                                lm_err *e);
void lm_tables_drop(lm_tables *tables, const void *table); /* frees one; NULL is allowed */
void lm_tables_free(lm_tables *tables);                    /* frees all; holds none again */
bool lm_tables_mapped(const lm_tables *tables);            /* is any of them a mapped file? */

/* Puts a mapped file of someone else's among those lm_breathe gives back; `forget` it before it is
 * unmapped.  A file that cannot be noted just stays in memory. */
void lm_breathe_note(const void *bytes, size_t length);
void lm_breathe_forget(const void *bytes);

/* To be called now and then, from any thread, while large tables are worked on. */
void lm_breathe(const lm_run *run);
/* The same at once, before something large is made on the heap. */
void lm_breathe_out(const lm_run *run);

#ifdef __cplusplus
}
#endif
#endif
