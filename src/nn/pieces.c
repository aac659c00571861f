/* pieces.c - a block of parameters in pieces, which threads share out. */
#include "pieces.h"

enum { LEAST = 1 << 13 /* elements of a piece */ };

/* Elements of every piece but the last. */
static size_t length_of(size_t elements)
{
    const size_t even = (elements + LM_PIECES_MAX - 1) / LM_PIECES_MAX;
    const size_t whole = (even + LM_PARAM_STEP - 1) / LM_PARAM_STEP * LM_PARAM_STEP;
    return whole < LEAST ? LEAST : whole;
}

size_t lm_pieces_count(size_t elements)
{
    const size_t length = length_of(elements);
    return (elements + length - 1) / length;
}

/* The last row that begins at `at` or before. */
static size_t row_at(const lm_params *params, size_t at)
{
    size_t low = 0, high = params->count;
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (params->item[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

typedef struct {
    const lm_params *params;
    size_t first, end, length;
    lm_piece_body *body;
    void *context;
} walk;

static void each_row(void *context, size_t piece)
{
    const walk *w = context;
    const lm_params *params = w->params;
    size_t at = w->first + piece * w->length;
    size_t end = at + w->length;
    if (end > w->end) end = w->end;
    for (size_t i = row_at(params, at); at < end; i++) {
        const size_t next = lm_params_at(params, i + 1);
        const size_t to = next < end ? next : end;
        if (to > at && !params->item[i].frozen)
            w->body(w->context, piece, &params->item[i], at, to - at);
        at = to;
    }
}

void lm_pieces_each(const lm_compute *on, const lm_params *params, size_t first, size_t end,
                    lm_piece_body *body, void *context)
{
    walk w = {params, first, end, length_of(end - first), body, context};
    lm_parallel_for(lm_compute_pool(on), lm_pieces_count(end - first), each_row, &w);
}
