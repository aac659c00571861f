/* huffman.h - the tree of hierarchical softmax: frequent words near its root.
 *
 * Huffman 1952.  Nodes are numbered as they are made, so the root is V - 2; of two equal counts the
 * leaf is taken before the node, the later word before the earlier. */
#ifndef LM_W2V_HUFFMAN_H
#define LM_W2V_HUFFMAN_H
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"

/* The way from the root to word w: nodes node[begin[w]] .. node[begin[w+1]-1], and at each of them
 * turn 0 or 1.  A way has at most 64 nodes for counts below 2^44. */
typedef struct {
    size_t *begin; /* (V + 1) */
    uint32_t *node;
    unsigned char *turn;
    size_t longest;
} lm_w2v_huffman;

/* count (V) in any order, V > 1.  Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_w2v_huffman_new(lm_w2v_huffman *tree, const uint64_t *count, uint32_t V,
                                         lm_err *e);
void lm_w2v_huffman_free(lm_w2v_huffman *tree);

#endif
