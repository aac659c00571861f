/* program.h - what every program has in common: its description, main, messages, signals,
 * standard output, exit status.
 *
 *     static lm_status run(const lm_run *run, int count, char **operands, lm_err *e) {...}
 *     int main(int argc, char **argv)
 *     {
 *         static const lm_program program = {
 *             .name = "lm-next", .summary = "...", .run = run, ...};
 *         return lm_program_main(&program, argc, argv);
 *     }
 */
#ifndef LM_PROGRAM_H
#define LM_PROGRAM_H
#include "lm/file.h"
#include "lm/option.h"
#include "lm/run.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const char *name;               /* "ngram-train" */
    const char *summary;            /* one line, lower case, no full stop */
    const char *usage;              /* what follows the name: "[OPTION]... -o FILE [FILE]..." */
    const char *example;            /* a command that works in the source tree; lines split by \n */
    const char *details;            /* a few lines for --help: formats, rules; may be NULL */
    const char *source;             /* paper or definition; may be NULL */
    const char *see_also;           /* "lm-eval, ngram-sample"; may be NULL */
    int min_operands, max_operands; /* max < 0: any number */
    const lm_option *options;       /* ends with {0}; the common ones are added */
    const int64_t *threads;         /* the variable of LM_OPTION_THREADS, NULL: one thread */
    const uint64_t *memory;         /* of LM_OPTION_MEMORY, NULL: no limit */
    const char *const *tmpdir;      /* of LM_OPTION_TMPDIR */
    bool stateful;                  /* a long run whose state can be saved, and continued */
    lm_status (*run)(const lm_run *run, int count, char **operands, lm_err *e);
} lm_program;

/* Parses, handles --help, --version, --help-man (the man page's options) and --help-bash
 * (completion), runs, reports, and returns the exit status.  Adds -q -v -h --version.  While it
 * runs: SIGINT, SIGTERM, SIGHUP and SIGPIPE remove the temporaries of lm_out and end the process by
 * that signal.  In a program with state: where the library heeds them (lm_heed), the first SIGINT,
 * SIGTERM or SIGHUP sets run->stop in place of that, SIGPIPE is a failed write; and SIGUSR1 sets
 * run->save. */
int lm_program_main(const lm_program *program, int argc, char **argv);

/* Standard output of this run, opened at the first call, closed and checked by
 * lm_program_main.  With --line-buffered, or when standard output is a pipe and standard
 * input is not a regular file, it is line-buffered. */
LM_MUST_USE lm_status lm_program_stdout(lm_out **out, bool line_buffered, lm_err *e);

/* Opens the value of -o for a binary file: as lm_out_open, but refuses a terminal. */
LM_MUST_USE lm_status lm_program_output(lm_out **out, const char *path, lm_err *e);

/* Says on standard error that input is read from a terminal, if `count` is 0 or an operand
 * is "-" and standard input is one. */
void lm_program_announce_stdin(int count, char **operands);

/* Adds what --help, --help-man or --help-bash print of `program`, whose whole table is
 * `options`. */
LM_MUST_USE lm_status lm_program_help(const lm_program *program, const lm_option *options,
                                      lm_str *out, lm_err *e);
LM_MUST_USE lm_status lm_program_bash(const lm_program *program, const lm_option *options,
                                      lm_str *out, lm_err *e);

/* Adds "NAME VERSION option=value ..." of the running program, the line it leaves in the
 * history of what it makes; inputs are added by lm_history_input. */
LM_MUST_USE lm_status lm_program_history(lm_str *out, lm_err *e);
/* Adds " input=LENGTH:CRC" (CRC-32C, 8 hex digits). */
LM_MUST_USE lm_status lm_history_input(lm_str *out, uint64_t length, uint32_t crc, lm_err *e);

/* Has write(context, out, e) write a whole file.  Errors: LM_EIO, LM_ENOMEM; write's. */
LM_MUST_USE lm_status lm_program_write(const char *path,
                                       lm_status (*write)(void *context, lm_out *out, lm_err *e),
                                       void *context, lm_err *e);

/* Has the whole of a file read by read(context, bytes, name, e) and adds it to the history.
 * Errors: LM_EIO, LM_ENOMEM; read's. */
LM_MUST_USE lm_status lm_program_read(const char *path,
                                      lm_status (*read)(void *context, lm_slice bytes,
                                                        const char *name, lm_err *e),
                                      void *context, lm_str *history, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
