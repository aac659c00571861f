/* inputs.c - what something was counted from. */
#include "lm/inputs.h"
#include "lm/crc.h"
#include "lm/memory.h"
#include "lm/program.h"
#include "lm/sort.h"

lm_status lm_inputs_add(lm_inputs *inputs, const lm_input *input, lm_err *e)
{
    LM_TRY(
        lm_reserve(&inputs->item, &inputs->capacity, inputs->count + 1, sizeof *inputs->item, e));
    inputs->item[inputs->count++] = *input;
    return LM_OK;
}

void lm_inputs_free(lm_inputs *inputs)
{
    lm_free(inputs->item);
    *inputs = (lm_inputs){0};
}

/* ---- settling ---- */

static int compare(const void *context, const void *a, const void *b)
{
    const lm_input *x = a, *y = b;
    (void)context;
    const uint64_t left[] = {x->total, x->key, x->offset, x->length, x->crc};
    const uint64_t right[] = {y->total, y->key, y->offset, y->length, y->crc};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
    return 0;
}

lm_status lm_inputs_sort(lm_inputs *inputs, lm_err *e)
{
    return lm_sort(inputs->item, inputs->count, sizeof *inputs->item, compare, NULL, e);
}

/* Compares two places of inputs, by what they are places of first. */
static int compare_places(const lm_input *x, uint64_t x_at, const lm_input *y, uint64_t y_at)
{
    const uint64_t left[] = {x->total, x->key, x_at}, right[] = {y->total, y->key, y_at};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        if (left[i] != right[i]) return left[i] < right[i] ? -1 : 1;
    return 0;
}

static uint64_t end_of(const lm_input *input)
{
    return input->offset + input->length;
}

static int compare_ends(const void *context, const void *a, const void *b)
{
    const lm_input *item = context, *x = &item[*(const size_t *)a], *y = &item[*(const size_t *)b];
    return compare_places(x, end_of(x), y, end_of(y));
}

/* The pieces in the order of their ends, and how they follow each other. */
typedef struct {
    size_t *by_end, *next; /* next: the piece that follows a piece, 0 if none does */
    bool *follows;         /* a piece follows another one */
} links;

static lm_status open_links(links *l, const lm_inputs *inputs, lm_err *e)
{
    const size_t count = inputs->count;
    l->by_end = lm_new(count, sizeof *l->by_end, e);
    l->next = lm_new(count, sizeof *l->next, e);
    l->follows = lm_new(count, sizeof *l->follows, e);
    if (!l->by_end || !l->next || !l->follows) return e->status;
    for (size_t i = 0; i < count; i++) l->by_end[i] = i;
    return lm_sort(l->by_end, count, sizeof *l->by_end, compare_ends, inputs->item, e);
}

static void close_links(links *l)
{
    lm_free(l->by_end);
    lm_free(l->next);
    lm_free(l->follows);
}

/* Where several pieces end and several begin, as of an input that was read twice, each is followed
 * by one.  Empty inputs, the first in order, are whole. */
static void link_pieces(links *l, const lm_inputs *inputs)
{
    const lm_input *item = inputs->item;
    size_t begin = 0;
    while (begin < inputs->count && item[begin].total == 0) begin++;
    for (size_t i = begin; begin < inputs->count && i < inputs->count;) {
        const lm_input *ended = &item[l->by_end[i]];
        const int order = compare_places(ended, end_of(ended), &item[begin], item[begin].offset);
        if (order == 0) {
            l->next[l->by_end[i]] = begin;
            l->follows[begin] = true;
        }
        if (order <= 0) i++;
        if (order >= 0) begin++;
    }
}

/* A whole input is known by its length and sum alone. */
static lm_input join_from(const links *l, const lm_input *item, size_t i)
{
    lm_input joined = item[i];
    while ((i = l->next[i])) {
        joined.crc = lm_crc32c_join(joined.crc, item[i].crc, item[i].length);
        joined.length += item[i].length;
    }
    if (joined.length == joined.total) joined.key = 0;
    return joined;
}

static void join_pieces(const links *l, lm_inputs *inputs)
{
    size_t kept = 0; /* at most i, and what follows piece i stands after it */
    for (size_t i = 0; i < inputs->count; i++)
        if (!l->follows[i]) inputs->item[kept++] = join_from(l, inputs->item, i);
    inputs->count = kept;
}

lm_status lm_inputs_settle(lm_inputs *inputs, lm_err *e)
{
    links l = {0};
    LM_TRY(lm_inputs_sort(inputs, e));
    lm_status s = open_links(&l, inputs, e);
    if (!s) {
        link_pieces(&l, inputs);
        join_pieces(&l, inputs);
    }
    close_links(&l);
    return s ? s : lm_inputs_sort(inputs, e);
}

/* ---- what is odd ---- */

const lm_input *lm_inputs_repeated(const lm_inputs *inputs)
{
    for (size_t i = 1; i < inputs->count; i++) {
        const lm_input *before = &inputs->item[i - 1], *now = &inputs->item[i];
        const bool overlap = compare_places(before, end_of(before), now, now->offset) > 0;
        const bool same_input = before->total == now->total && before->key == now->key;
        const bool whole = now->length == now->total;
        if (same_input && overlap && (!whole || before->crc == now->crc)) return now;
    }
    return NULL;
}

const lm_input *lm_inputs_partial(const lm_inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++)
        if (inputs->item[i].length < inputs->item[i].total) return &inputs->item[i];
    return NULL;
}

/* ---- as text ---- */

lm_status lm_inputs_history(const lm_inputs *inputs, lm_str *out, lm_err *e)
{
    for (size_t i = 0; i < inputs->count; i++) {
        const lm_input *in = &inputs->item[i];
        LM_TRY(lm_history_input(out, in->length, in->crc, e));
        if (in->length != in->total)
            LM_TRY(lm_str_addf(out, e, "@%llu/%llu", (unsigned long long)in->offset,
                               (unsigned long long)in->total));
    }
    return LM_OK;
}

lm_status lm_inputs_write(const lm_inputs *inputs, lm_str *out, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, "["));
    for (size_t i = 0; i < inputs->count; i++) {
        const lm_input *in = &inputs->item[i];
        LM_TRY(lm_str_addf(out, e, "%s[%llu,%lu,%llu,%llu,%lu]", i ? "," : "",
                           (unsigned long long)in->total, (unsigned long)in->key,
                           (unsigned long long)in->offset, (unsigned long long)in->length,
                           (unsigned long)in->crc));
    }
    return lm_str_addf(out, e, "]");
}

static lm_status read_input(lm_json *j, lm_input *input, lm_err *e)
{
    uint64_t field[5] = {0};
    LM_TRY(lm_json_array(j, e));
    for (int i = 0; i <= 5; i++) {
        bool more;
        LM_TRY(lm_json_element(j, &more, e));
        if (more != (i < 5)) return lm_json_fail(j, e, "an input has five numbers");
        if (more) LM_TRY(lm_json_u64(j, &field[i], e));
    }
    if (field[1] > UINT32_MAX || field[4] > UINT32_MAX || field[2] > field[0] ||
        field[3] > field[0] - field[2])
        return lm_json_fail(j, e, "a number of an input is too large");
    if (field[3] == 0 && field[0]) return lm_json_fail(j, e, "a piece of an input is empty");
    *input = (lm_input){field[0], (uint32_t)field[1], field[2], field[3], (uint32_t)field[4]};
    return LM_OK;
}

lm_status lm_inputs_read(lm_inputs *inputs, lm_json *j, lm_err *e)
{
    LM_TRY(lm_json_array(j, e));
    for (;;) {
        bool more;
        lm_input input;
        LM_TRY(lm_json_element(j, &more, e));
        if (!more) return LM_OK;
        LM_TRY(read_input(j, &input, e));
        LM_TRY(lm_inputs_add(inputs, &input, e));
    }
}
