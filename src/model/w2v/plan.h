/* plan.h - what a round of training does, decided before any number of a vector is looked at.
 *
 * The words of a round are drawn (subsampling), their windows and the noise words, and for every
 * block the rows of both tables that it will touch are numbered: its slots. */
#ifndef LM_W2V_PLAN_H
#define LM_W2V_PLAN_H
#include "huffman.h"
#include "lm/alias.h"
#include "lm/memory.h"
#include "lm/w2v_train.h"

#define LM_W2V_NO_SLOT UINT32_MAX

/* The rows of a table that a block touches.  The same row in other blocks of the round: */
typedef struct {
    uint32_t *row;   /* (count) of the table */
    uint32_t *steps; /* that it takes in this block */
    uint32_t *next;  /* the next block that has it, and its slot there; LM_W2V_NO_SLOT: none */
    bool *first;     /* no block before has it */
    size_t count, most;
} lm_w2v_slots;

enum { LM_W2V_BLOCK_SHIFT = 29 }; /* of the block in `next`, above the slot */

typedef struct {
    size_t centres;
    uint32_t *word; /* (window + centres + window): the slot of each word as an input, of those
                       before and after the centres too; with subwords its place in `begin` */
    uint8_t *left, *right; /* (centres) words of the window on each side */
    uint32_t *target;      /* (centres) the slot of the word itself as an output, or, in a
                              hierarchy, where its path begins in `path` */
    uint32_t *noise;       /* (groups, K) slots */
    lm_w2v_slots inputs, outputs;
    uint32_t *begin; /* subwords: the rows of a word are rows[begin[w]] .. rows[begin[w+1]-1] */
    uint32_t *rows;  /* slots */
    size_t words;
    uint32_t *path; /* hierarchy: length, turns, then slots of nodes, path after path */
    size_t path_length;
} lm_w2v_block;

/* A table of the round: from rows to slots. */
typedef struct {
    struct lm_w2v_entry *entry;
    uint32_t mask, now;
} lm_w2v_table;

typedef struct {
    uint32_t *text;          /* tokens as they are read, */
    uint32_t *kept;          /* and those that are kept */
    uint8_t *before, *after; /* (kept) words of the same line on each side, up to the window */
    uint32_t *chance;        /* random numbers */
    lm_w2v_block block[LM_W2V_BLOCKS];
    lm_w2v_table words, inputs, outputs, paths;
    lm_err error; /* of reading it */
} lm_w2v_round;

/* What all rounds are planned by. */
typedef struct {
    const lm_w2v *model;
    lm_w2v_text *text;
    const lm_w2v_training *how;
    uint32_t *keep;         /* (V) of 2^32: the chance to be kept */
    lm_alias *noise;        /* NULL: none */
    lm_w2v_huffman huffman; /* of the hierarchy */
    size_t *gram_begin;     /* (V + 1) subwords of each word, */
    uint32_t *gram;         /* as rows that come after those of the words; NULL: none */
    size_t most_grams;      /* of a word */
    size_t most_words;      /* of a block, with those around it */
} lm_w2v_planner;

LM_MUST_USE lm_status lm_w2v_planner_new(lm_w2v_planner *planner, const lm_w2v *model,
                                         lm_w2v_text *text, const lm_w2v_training *how, lm_err *e);
void lm_w2v_planner_free(lm_w2v_planner *planner);

/* Rows of the tables that a block touches at most. */
size_t lm_w2v_most_inputs(const lm_w2v_planner *planner);
size_t lm_w2v_most_outputs(const lm_w2v_planner *planner);

/* Room for a round. */
LM_MUST_USE lm_status lm_w2v_round_new(lm_w2v_round *round, const lm_w2v_planner *planner,
                                       lm_arena *arena, lm_err *e);

/* Plans tokens from `number` times LM_W2V_ROUND on.  `serial`: of the round in the run, for what is
 * random.  Errors are left in the round. */
void lm_w2v_plan(const lm_w2v_planner *planner, lm_w2v_round *round, uint64_t number,
                 uint32_t serial);

#endif
