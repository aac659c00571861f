/* tok_private.h - what the readers and writers of tokenizers' files share. */
#ifndef LM_TOK_PRIVATE_H
#define LM_TOK_PRIVATE_H
#include "lm/json.h"
#include "lm/tok_formats.h"

/* ---- tok_letters.c: GPT-2's letters for bytes ---- */

/* Adds the letters of bytes, as UTF-8. */
LM_MUST_USE lm_status lm_tok_add_letters(lm_str *out, lm_slice bytes, lm_err *e);
/* Adds the bytes that letters stand for; *all false: there is something that is none of them. */
LM_MUST_USE lm_status lm_tok_add_bytes(lm_str *out, lm_slice letters, bool *all, lm_err *e);

/* ---- tok_pieces.c: a vocabulary as it is read ---- */

/* Pieces in the order of the file, which need not be that of their ids. */
typedef struct {
    const char *name;            /* of the file, */
    bool lines;                  /* and whether places in it are lines or bytes */
    lm_vocab *spellings;         /* by their place in this order */
    uint32_t *id;                /* (spellings->size) */
    uint64_t *place;             /* (spellings->size) in the file */
    unsigned char *flags;        /* (spellings->size) */
    size_t ids, places, flagged; /* capacities; private */
} lm_tok_pieces;

enum {
    LM_TOK_MADE = 1,   /* by a merge */
    LM_TOK_SPECIAL = 2 /* a special token */
};

LM_MUST_USE lm_status lm_tok_pieces_new(lm_tok_pieces *pieces, const char *name, bool lines,
                                        lm_err *e);
void lm_tok_pieces_free(lm_tok_pieces *pieces);

/* Fails with LM_EFORMAT at a line, or a byte, of a file. */
lm_status lm_tok_fail(const char *name, bool lines, uint64_t place, lm_err *e, const char *format,
                      ...) LM_PRINTF(5, 6);

/* Adds a piece that is not there yet. */
LM_MUST_USE lm_status lm_tok_pieces_add(lm_tok_pieces *pieces, lm_slice spelling, uint64_t id,
                                        uint64_t place, lm_err *e);
/* Adds those of a JSON object from pieces to ids. */
LM_MUST_USE lm_status lm_tok_pieces_json(lm_tok_pieces *pieces, lm_json *j, lm_err *e);

/* Which piece has each id, (spellings->size); the ids must be 0 to size-1, each once. */
LM_MUST_USE lm_status lm_tok_pieces_order(const lm_tok_pieces *pieces, uint32_t **order, lm_err *e);

/* ---- tok_build.c: a tokenizer of what was read ---- */

typedef struct {
    lm_tok_pieces *pieces;
    bool letters;         /* they are spelled in letters for bytes, but for special ones */
    const char *name;     /* of the file of the merges, */
    bool lines;           /* and whether places in it are lines or bytes */
    lm_str spelling;      /* for use here */
    uint32_t (*merge)[2]; /* (merges) places in the order of the pieces */
    size_t merges, capacity;
} lm_tok_build; /* {0} but for the first four */
void lm_tok_build_free(lm_tok_build *b);

/* Adds a merge of two pieces to a third. */
LM_MUST_USE lm_status lm_tok_build_merge(lm_tok_build *b, lm_slice left, lm_slice right,
                                         uint64_t place, lm_err *e);
/* Makes the tokenizer of the pieces, the merges, and the flags of special tokens; `unknown`: how
 * its token for the unknown is spelled, or NULL.  It is not settled. */
LM_MUST_USE lm_status lm_tok_build_end(lm_tok_build *b, lm_tok_kind kind, const char *unknown,
                                       lm_tokenizer **t, lm_err *e);

/* ---- readers: *t is NULL before; set where it fails, too, it is the caller's ---- */

LM_MUST_USE lm_status lm_tok_read_files(lm_tokenizer **t, const lm_tok_source *source, lm_err *e);
LM_MUST_USE lm_status lm_tok_read_tiktoken(lm_tokenizer **t, const lm_tok_source *source,
                                           const lm_run *run, lm_err *e);
LM_MUST_USE lm_status lm_tok_read_list(lm_tokenizer **t, const lm_tok_source *source, lm_err *e);
LM_MUST_USE lm_status lm_tok_read_json(lm_tokenizer **t, const lm_tok_source *source,
                                       const lm_run *run, lm_err *e);

/* ---- tok_tiktoken.c, tok_json.c ---- */

bool lm_tok_is_tiktoken(lm_slice bytes); /* by its first line */
/* By its first members: JSON, BPE_FILES or NONE. */
lm_tok_format lm_tok_json_format(lm_slice bytes);

/* ---- tok_formats.c ---- */

/* Has no piece but special ones an upper-case letter? */
LM_MUST_USE lm_status lm_tok_looks_lower(const lm_tokenizer *t, bool *lower, lm_err *e);

/* ---- tok_pieces.c: of a tokenizer that need not be settled ---- */

/* 1 for each special token, 0 for the others, (vocabulary); NULL: LM_ENOMEM. */
LM_MUST_USE unsigned char *lm_tok_specials(const lm_tokenizer *t, lm_err *e);

/* ---- writers ---- */

LM_MUST_USE lm_status lm_tok_write_vocabulary(const lm_tokenizer *t, lm_out *out, lm_err *e);
LM_MUST_USE lm_status lm_tok_write_tiktoken(const lm_tokenizer *t, lm_out *out, lm_err *e);
LM_MUST_USE lm_status lm_tok_write_list(const lm_tokenizer *t, lm_out *out, lm_err *e);
LM_MUST_USE lm_status lm_tok_write_json(const lm_tokenizer *t, lm_out *out, lm_err *e);

/* ---- tok_ranks.c ---- */

typedef struct {
    uint32_t (*merge)[2]; /* (count) */
    size_t count, capacity;
    uint32_t failed, parts; /* the first piece that is not made of two, but of so many; or
                               LM_NO_WORD */
} lm_tok_ranks;             /* {0} is empty */
void lm_tok_ranks_free(lm_tok_ranks *ranks);

/* The merges that make the pieces of t, which are bytes, if each is worth as much as the id of what
 * it makes: the bytes of each piece, by the merges before it, become the two that it is made of.
 * t need not be settled.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_tok_ranks_of(lm_tok_ranks *ranks, const lm_tokenizer *t, lm_err *e);

/* The next line of `rest`, without its end; false: there is none. */
bool lm_tok_line(lm_slice *rest, lm_slice *line);

#endif
