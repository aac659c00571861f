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

static bool follows(const lm_input *before, const lm_input *after)
{
    return before->total == after->total && before->key == after->key &&
           before->offset + before->length == after->offset;
}

/* A whole input is known by its length and sum alone. */
static void forget_key(lm_input *input)
{
    if (input->offset == 0 && input->length == input->total) input->key = 0;
}

lm_status lm_inputs_settle(lm_inputs *inputs, lm_err *e)
{
    size_t kept = 0;
    LM_TRY(lm_sort(inputs->item, inputs->count, sizeof *inputs->item, compare, NULL, e));
    for (size_t i = 0; i < inputs->count; i++) {
        const lm_input *next = &inputs->item[i];
        lm_input *last = kept ? &inputs->item[kept - 1] : NULL;
        if (last && next->length && follows(last, next)) {
            last->crc = lm_crc32c_join(last->crc, next->crc, next->length);
            last->length += next->length;
        } else if (next->length || next->total == 0) { /* an empty shard leaves no trace */
            inputs->item[kept++] = *next;
        }
    }
    inputs->count = kept;
    for (size_t i = 0; i < kept; i++) forget_key(&inputs->item[i]);
    return lm_sort(inputs->item, kept, sizeof *inputs->item, compare, NULL, e);
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
