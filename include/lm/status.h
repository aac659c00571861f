/* status.h - how every function reports failure.
 *
 *     lm_err e = {0};
 *     if (lm_thing_do(x, &e)) fprintf(stderr, "%s\n", e.message);
 *
 * A function that can fail returns lm_status and takes a trailing lm_err *, never NULL.
 * The first failure writes the message; callers pass the status up.  The value of a
 * status is the exit status of the program it ends.  A function that returns a pointer
 * returns NULL on failure and leaves the status in the lm_err. */
#ifndef LM_STATUS_H
#define LM_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_OK = 0,
    LM_NEGATIVE = 1,  /* a negative answer: ckpt-diff finds a difference */
    LM_EUSAGE = 2,    /* bad option or operand */
    LM_EIO = 3,       /* open, read, write, sync, rename failed */
    LM_EFORMAT = 4,   /* malformed text, model or checkpoint */
    LM_ENOMEM = 5,    /* out of memory */
    LM_EDIVERGED = 6, /* NaN or infinity while training */
    LM_ESTOPPED = 7   /* stopped by a signal, state saved */
} lm_status;

typedef struct {
    lm_status status;
    char message[1024]; /* "file:line: what was found, what was expected"; no full stop */
} lm_err;

#if defined(__GNUC__)
#define LM_MUST_USE                        __attribute__((warn_unused_result))
#define LM_PRINTF(format_at, arguments_at) __attribute__((format(printf, format_at, arguments_at)))
#else
#define LM_MUST_USE
#define LM_PRINTF(format_at, arguments_at)
#endif

/* Records the first failure in *e and returns `status`. */
lm_status lm_fail(lm_err *e, lm_status status, const char *format, ...) LM_PRINTF(3, 4);

/* lm_fail with LM_EIO and "path: operation: strerror(errno)". */
lm_status lm_fail_errno(lm_err *e, const char *path, const char *operation);

/* Evaluates a call once and returns its status from the calling function unless LM_OK. */
#define LM_TRY(call)                                                                               \
    do {                                                                                           \
        const lm_status status_ = (call);                                                          \
        if (status_ != LM_OK) return status_;                                                      \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
