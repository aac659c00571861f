/* desk.h - where a block of a round is worked on: copies of the rows it touches. */
#ifndef LM_W2V_DESK_H
#define LM_W2V_DESK_H
#include "lm/task.h"
#include "plan.h"

typedef struct {
    lm_real *inputs, *outputs;               /* (slots, stride) copies, as they are changed, */
    lm_real *inputs_before, *outputs_before; /* and as they were; NULL: nobody will ask */
    lm_real *h, *e;                          /* (window's words, stride) what is made of inputs */
    lm_real **x, **y, **u, **part;           /* rows that are used together */
    lm_real **group;                         /* outputs of the groups of noise words */
    lm_real *label;                          /* (m,n) what is wanted of each output */
    lm_real *z, *g;                          /* (m,n) products, slopes times minus the rate */
    lm_loss loss;                            /* of some of the block's words */
} lm_w2v_desk;

typedef struct {
    lm_w2v_desk *desk; /* (count) */
    size_t count;
    void *block; /* of all copies */
    lm_arena arena;
} lm_w2v_desks;

/* `keeps`: the copies as they were, too.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_desks_new(lm_w2v_desks *desks, const lm_w2v_planner *planner,
                                       size_t count, bool keeps, lm_err *e);
void lm_w2v_desks_free(lm_w2v_desks *desks);

/* Copies the rows of a block, and learns its words. */
void lm_w2v_learn(const lm_w2v_planner *planner, const lm_w2v_block *block, const lm_w2v_weights *w,
                  lm_w2v_desk *desk, double rate);

/* Puts back the rows that block `b` of a round has first, with what the blocks after it made of
 * them; desk (blocks). */
void lm_w2v_give(const lm_w2v_planner *planner, const lm_w2v_round *round, size_t b,
                 const lm_w2v_weights *w, const lm_w2v_desk *desk, double rate);

/* Adds what a block changed to rows that others may be changing. */
void lm_w2v_give_racing(const lm_w2v_planner *planner, const lm_w2v_block *block,
                        const lm_w2v_weights *w, const lm_w2v_desk *desk);

#endif
