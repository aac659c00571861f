/* transformer_room.h - what a stack of layers keeps, and works in. */
#ifndef LM_TRANSFORMER_ROOM_H
#define LM_TRANSFORMER_ROOM_H
#include "lm/transformer.h"

/* Of a layer, for its backward pass.  What is cheap to compute from this is not kept. */
struct lm_layer_saved {
    lm_real *x;                                 /* (N,C): what goes in */
    lm_real *qkv, *heads;                       /* (N,3C), (N,C): out of the heads */
    lm_real *lse;                               /* (H N) */
    lm_real *middle;                            /* (N,C): x and what attention adds */
    lm_real *fc;                                /* (N,F): before the activation */
    lm_real *end;                               /* (N,C): post-norm: what LN2 takes */
    lm_real *mean_1, *rstd_1, *mean_2, *rstd_2; /* (N) */
};

/* What all layers use one after the other. */
struct lm_layer_scratch {
    lm_real *out;                           /* (N,C): the output of the last layer */
    lm_real *normed, *added;                /* (N,C) */
    lm_real *active;                        /* (N,F) */
    lm_real *d_middle, *d_normed, *d_added; /* (N,C) */
    lm_real *d_active, *d_fc;               /* (N,F) */
    lm_real *d_qkv;                         /* (N,3C) */
    lm_sequence *sequences;                 /* (B) */
    lm_sequence_gradients *gradients;
    lm_real *attention;
};

#endif
