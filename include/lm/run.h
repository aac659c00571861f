/* run.h - what a program lends the library while it works: threads, memory, a place for
 * messages, flags that signals set.  The library itself never prints.  NULL may be given
 * everywhere: one thread, any memory, silent, never stopped. */
#ifndef LM_RUN_H
#define LM_RUN_H
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_SAY_WARNING,
    LM_SAY_NOTE,
    LM_SAY_DETAIL,
    LM_SAY_INTERVAL /* how far it is, where no progress is drawn */
} lm_say_level;

typedef struct {
    lm_pool *pool; /* NULL: the calling thread alone */
    /* One line without its end; NULL: silent. */
    void (*say)(void *context, lm_say_level level, const char *text);
    /* What is being done and how far it is: done of total in unit; total 0: unknown; what NULL:
     * nothing more, results follow.  A new pointer is a new phase; its text may change. */
    void (*progress)(void *context, const char *what, double done, double total, const char *unit);
    void *context;
    const volatile sig_atomic_t *stop; /* non-zero: a signal asks to end; NULL: never */
    volatile sig_atomic_t *save;       /* non-zero: a signal asks to save the state; or NULL */
    volatile sig_atomic_t *heed;       /* set by lm_heed; or NULL */
    uint64_t memory;                   /* bytes the process should keep to; 0: no limit */
    const char *tmpdir;                /* where what does not fit goes; NULL: $TMPDIR, else /tmp */
} lm_run;

void lm_warn(const lm_run *run, const char *format, ...) LM_PRINTF(2, 3);   /* may be wrong */
void lm_note(const lm_run *run, const char *format, ...) LM_PRINTF(2, 3);   /* good to know */
void lm_detail(const lm_run *run, const char *format, ...) LM_PRINTF(2, 3); /* with -v */
void lm_progress(const lm_run *run, const char *what, double done, double total, const char *unit);
void lm_interval(const lm_run *run, const char *format, ...) LM_PRINTF(2, 3);
bool lm_stopped(const lm_run *run);
bool lm_save_asked(const lm_run *run); /* since the last call */

/* Between heed true and false, signals to end set `stop`, once, and are heeded at the next safe
 * place; before and after that, and the second time, they end the process at once. */
void lm_heed(const lm_run *run, bool heed);

lm_pool *lm_run_pool(const lm_run *run); /* NULL if run is NULL */
const char *lm_run_tmpdir(const lm_run *run);

#ifdef __cplusplus
}
#endif
#endif
