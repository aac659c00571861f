/* slices.c - a loop over many small things, in slices. */
#include "slices.h"
#include <string.h>
#include "lm/vector.h"

/* Elements a slice touches at least: some microseconds of work, more than a thread's waking. */
enum { SLICE_WORK = 16384 };

typedef struct {
    void (*body)(void *context, size_t first, size_t end);
    void *context;
    size_t count, step;
} loop;

static void do_slice(void *context, size_t i)
{
    const loop *l = context;
    const size_t first = i * l->step, left = l->count - first;
    l->body(l->context, first, first + (left < l->step ? left : l->step));
}

void lm_nn_slices(const lm_compute *on, size_t count, size_t work,
                  void (*body)(void *context, size_t first, size_t end), void *context)
{
    const size_t step = work < SLICE_WORK ? SLICE_WORK / (work + !work) : 1;
    loop l = {body, context, count, step};
    lm_parallel_for(lm_compute_pool(on), count / step + (count % step != 0), do_slice, &l);
}

/* ---- clearing, copying, adding ---- */

typedef struct {
    lm_real *to;
    const lm_real *from;
} filling;

static void clear_some(void *context, size_t first, size_t end)
{
    const filling *f = context;
    memset(f->to + first, 0, (end - first) * sizeof *f->to);
}

void lm_nn_clear(const lm_compute *on, lm_real *x, size_t n)
{
    filling f = {x, NULL};
    lm_nn_slices(on, n, 1, clear_some, &f);
}

static void copy_some(void *context, size_t first, size_t end)
{
    const filling *f = context;
    memcpy(f->to + first, f->from + first, (end - first) * sizeof *f->to);
}

void lm_nn_copy(const lm_compute *on, lm_real *to, const lm_real *from, size_t n)
{
    filling f = {to, from};
    lm_nn_slices(on, n, 1, copy_some, &f);
}

static void add_some(void *context, size_t first, size_t end)
{
    const filling *f = context;
    lm_vec_axpy(f->to + first, 1, f->from + first, end - first);
}

void lm_nn_add(const lm_compute *on, lm_real *to, const lm_real *from, size_t n)
{
    filling f = {to, from};
    lm_nn_slices(on, n, 1, add_some, &f);
}
