/* huffman.c - the tree of hierarchical softmax. */
#include "huffman.h"
#include <stdbool.h>
#include "lm/memory.h"
#include "lm/sort.h"

/* The tree as it grows: things 0 .. V-1 are words, V .. 2V-2 nodes. */
typedef struct {
    uint64_t *count;  /* (2V - 1) */
    uint32_t *parent; /* (2V - 1) */
    uint32_t *order;  /* (V) words by descending count */
    unsigned char *turn;
    uint32_t V;
} growing;

/* Of two equal counts the earlier word first. */
static int compare(const void *context, const void *a, const void *b)
{
    const uint64_t *count = context;
    const uint64_t x = count[*(const uint32_t *)a], y = count[*(const uint32_t *)b];
    return (x < y) - (x > y);
}

/* Joins the two rarest things V-1 times.  Words are taken from the last one back, nodes in the
 * order in which they are made: both by ascending count. */
static void grow(growing *g)
{
    uint32_t words = g->V, node = g->V;
    for (uint32_t made = g->V; made < 2 * g->V - 1; made++) {
        g->count[made] = 0;
        for (unsigned char turn = 0; turn < 2; turn++) {
            const bool word =
                words > 0 && (node == made || g->count[g->order[words - 1]] <= g->count[node]);
            const uint32_t rarest = word ? g->order[--words] : node++;
            g->count[made] += g->count[rarest];
            g->parent[rarest] = made;
            g->turn[rarest] = turn;
        }
    }
}

static size_t depth_of(const growing *g, uint32_t thing)
{
    size_t depth = 0;
    for (; thing != 2 * g->V - 2; thing = g->parent[thing]) depth++;
    return depth;
}

static lm_status write_paths(lm_w2v_huffman *tree, const growing *g, lm_err *e)
{
    for (uint32_t w = 0; w < g->V; w++) {
        const size_t depth = depth_of(g, w);
        tree->begin[w + 1] = tree->begin[w] + depth;
        if (depth > tree->longest) tree->longest = depth;
    }
    tree->node = lm_new(tree->begin[g->V], sizeof *tree->node, e);
    tree->turn = lm_new(tree->begin[g->V], sizeof *tree->turn, e);
    if (!tree->node || !tree->turn) return e->status;
    for (uint32_t w = 0; w < g->V; w++) {
        size_t at = tree->begin[w + 1];
        for (uint32_t thing = w; thing != 2 * g->V - 2; thing = g->parent[thing]) {
            tree->node[--at] = g->parent[thing] - g->V;
            tree->turn[at] = g->turn[thing];
        }
    }
    return LM_OK;
}

lm_status lm_w2v_huffman_new(lm_w2v_huffman *tree, const uint64_t *count, uint32_t V, lm_err *e)
{
    const size_t things = 2 * (size_t)V - 1;
    growing g = {.V = V};
    *tree = (lm_w2v_huffman){0};
    g.count = lm_new(things, sizeof *g.count, e);
    g.parent = lm_new(things, sizeof *g.parent, e);
    g.turn = lm_new(things, sizeof *g.turn, e);
    g.order = lm_new(V, sizeof *g.order, e);
    tree->begin = lm_new((size_t)V + 1, sizeof *tree->begin, e);
    lm_status s = e->status;
    for (uint32_t w = 0; !s && w < V; w++) {
        g.count[w] = count[w];
        g.order[w] = w;
    }
    if (!s) s = lm_sort(g.order, V, sizeof *g.order, compare, g.count, e);
    if (!s) {
        grow(&g);
        s = write_paths(tree, &g, e);
    }
    lm_free(g.count);
    lm_free(g.parent);
    lm_free(g.turn);
    lm_free(g.order);
    if (s) lm_w2v_huffman_free(tree);
    return s;
}

void lm_w2v_huffman_free(lm_w2v_huffman *tree)
{
    lm_free(tree->begin);
    lm_free(tree->node);
    lm_free(tree->turn);
    *tree = (lm_w2v_huffman){0};
}
