/* option.h - one table per program is the only description of its options.
 *
 *     static int64_t order = 5;
 *     static const lm_option options[] = {
 *         {'n', "order", LM_OPT_INT, &order, .low = 1, .high = 10, .arg = "N",
 *          .help = "longest n-gram", .flags = LM_OPT_RESULT},
 *         LM_OPTION_OUTPUT(&output),
 *         {0}};
 *
 * The table drives the parser, --help, the OPTIONS part of the man page, shell completion
 * and the history in checkpoints, so they cannot differ.  Variables hold their defaults
 * when the table is read. */
#ifndef LM_OPTION_H
#define LM_OPTION_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
    LM_OPT_FLAG,   /* bool: present or not */
    LM_OPT_INT,    /* int64_t in [low, high] */
    LM_OPT_REAL,   /* double in [low, high] */
    LM_OPT_SIZE,   /* uint64_t bytes, suffix K M G T, in [low, high] */
    LM_OPT_TEXT,   /* const char * */
    LM_OPT_FILE,   /* const char *: a path; completed as one */
    LM_OPT_CHOICE, /* int64_t: place in arg = "mle|addk|mkn" */
    LM_OPT_GROUP   /* another table, included here */
} lm_option_kind;

enum {
    LM_OPT_RESULT = 1,   /* affects the result: goes into the history of what is made */
    LM_OPT_REQUIRED = 2, /* the program cannot do without */
    LM_OPT_LIST = 4      /* TEXT or FILE: may be repeated; value is an lm_option_list */
};

typedef struct lm_option {
    char letter;      /* 0: none */
    const char *name; /* long name without dashes; NULL ends the table */
    lm_option_kind kind;
    void *value;      /* the variable, written by the parser */
    double low, high; /* inclusive; both 0: no bounds; infinite: none on that side */
    const char *arg;  /* "N", "FILE", or the choices "a|b|c" */
    const char *help; /* one line, with the unit; range and default are added */
    unsigned flags;
    const char *unset;             /* said instead of the default value: "all CPUs" */
    const struct lm_option *group; /* GROUP: the table included here, ends with {0} */
} lm_option;

/* A LIST option's values, in order; at most LM_OPTION_LIST_MAX. */
enum { LM_OPTION_LIST_MAX = 64 };
typedef struct {
    size_t count;
    const char *item[LM_OPTION_LIST_MAX];
} lm_option_list;

/* Rows that mean the same in every program. */
#define LM_OPTION_MODEL(variable)                                                                  \
    {                                                                                              \
        'm', "model", LM_OPT_FILE, variable, .arg = "FILE", .help = "the model",                   \
                                             .flags = LM_OPT_REQUIRED                              \
    }
#define LM_OPTION_OUTPUT(variable)                                                                 \
    {                                                                                              \
        'o', "output", LM_OPT_FILE, variable,                                                      \
            .arg = "FILE", .help = "write the result to FILE; - is standard output",               \
            .flags = LM_OPT_REQUIRED                                                               \
    }
#define LM_OPTION_SEED(variable)                                                                   \
    {                                                                                              \
        's', "seed", LM_OPT_INT, variable, .low = 0, .high = 9007199254740992.0, .arg = "N",       \
                                           .help = "seed of the random numbers",                   \
                                           .flags = LM_OPT_RESULT                                  \
    }
#define LM_OPTION_THREADS(variable)                                                                \
    {                                                                                              \
        'j', "threads", LM_OPT_INT, variable, .low = 0, .high = 1024, .arg = "N",                  \
                                              .help = "threads; the result does not depend on it", \
                                              .unset = "all CPUs"                                  \
    }
#define LM_OPTION_MEMORY(variable)                                                                 \
    {                                                                                              \
        'S', "memory", LM_OPT_SIZE, variable, .low = 16777216, .high = 1152921504606846976.0,      \
                                              .arg = "SIZE",                                       \
                                              .help = "memory to keep to; what does not fit goes " \
                                                      "to temporary files",                        \
                                              .unset = "three quarters of the machine's"           \
    }
#define LM_OPTION_TMPDIR(variable)                                                                 \
    {                                                                                              \
        'T', "tmpdir", LM_OPT_FILE, variable, .arg = "DIR", .help = "folder for temporary files",  \
                                              .unset = "$TMPDIR or /tmp"                           \
    }
#define LM_OPTION_LINE_BUFFERED(variable)                                                          \
    {                                                                                              \
        0, "line-buffered", LM_OPT_FLAG, variable,                                                 \
            .help = "write every line at once (default when standard output is a pipe and "        \
                    "standard input is not a regular file)"                                        \
    }

/* Reads options anywhere among argv[1 ..], up to "--", into the variables of the table.
 * Operands are moved to the front of argv[1 ..]; *operands is their number.  Accepts --x V,
 * --x=V, -xV, -x V, grouped flags -abc, and "-" as an operand; no abbreviations.
 * Errors: LM_EUSAGE, naming the option, what was found, what is allowed, and for an unknown
 * name the nearest one. */
LM_MUST_USE lm_status lm_option_parse(const lm_option *options, int argc, char **argv,
                                      int *operands, lm_err *e);

/* Was the option given on the command line of the last lm_option_parse? */
bool lm_option_given(const char *name);

/* Fails with LM_EUSAGE unless every REQUIRED option was given. */
LM_MUST_USE lm_status lm_option_require(const lm_option *options, lm_err *e);

/* Adds the options as --help shows them / as mdoc(7) items / as words for completion:
 * "-o --output" one option a line, then TAB and "file", "word" or the choices; no TAB after a
 * flag.  The defaults shown are what the variables hold now: print before parsing. */
LM_MUST_USE lm_status lm_option_help(const lm_option *options, lm_str *out, lm_err *e);
LM_MUST_USE lm_status lm_option_man(const lm_option *options, lm_str *out, lm_err *e);
LM_MUST_USE lm_status lm_option_words(const lm_option *options, lm_str *out, lm_err *e);

/* Adds " name=value" for every RESULT option, in table order; flags that are set as name=1,
 * list items one by one, texts quoted as JSON where need be; numbers with `unset` text only if
 * given.  FILE rows are left out: an input is told by its contents. */
LM_MUST_USE lm_status lm_option_history(const lm_option *options, lm_str *out, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
