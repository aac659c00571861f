/* tok_open.h - finds the files of one tokenizer that another program wrote.
 *
 *     lm_tok_files files = {0};
 *     lm_status s = lm_tok_files_folder(&files, "gpt2/", LM_TOK_FORMAT_NONE, e);
 *     if (!s) s = lm_tok_read(&t, &files.source, run, e);
 *     lm_tok_files_close(&files);                              also after a failure
 */
#ifndef LM_TOK_OPEN_H
#define LM_TOK_OPEN_H
#include <stdbool.h>
#include "lm/file.h"
#include "lm/status.h"
#include "lm/str.h"
#include "lm/tok_formats.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_TOK_FILES = 3 }; /* the file itself, its merges, its settings */

typedef struct {
    lm_tok_source source;      /* what lm_tok_read wants; its letters are the caller's to set */
    lm_str path[LM_TOK_FILES]; /* private, as the next */
    lm_map map[LM_TOK_FILES];  /* opened here; of one that is open already, and of none, empty */
} lm_tok_files;                /* {0} has none */
void lm_tok_files_close(lm_tok_files *files);

/* Those of a folder, whose name ends in a slash; of several formats, tokenizer.json is taken before
 * bpe-files, and vocab.txt last; NONE: any of them.  `name` is the folder's in messages.
 * Errors: LM_EFORMAT if there is none; LM_EIO; LM_ENOMEM. */
LM_MUST_USE lm_status lm_tok_files_folder(lm_tok_files *files, const char *folder, const char *name,
                                          lm_tok_format format, lm_err *e);
/* Has it one of any format? */
LM_MUST_USE lm_status lm_tok_files_there(const char *folder, bool *there, lm_err *e);

/* A file of this format that is open, and what belongs to it in its folder.  `path` is the file's,
 * "-" for standard input, which has the current folder. */
LM_MUST_USE lm_status lm_tok_files_beside(lm_tok_files *files, lm_tok_file given, const char *path,
                                          lm_tok_format format, lm_err *e);

/* Adds " input=..." of each. */
LM_MUST_USE lm_status lm_tok_files_history(const lm_tok_files *files, lm_str *history, lm_err *e);

/* The names of bpe-files in a folder that is written. */
#define LM_TOK_VOCABULARY "vocab.json"
#define LM_TOK_MERGES     "merges.txt"

#ifdef __cplusplus
}
#endif
#endif
