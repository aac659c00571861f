/* ckpt-diff.c - compares the contents of two checkpoints. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include "lm/ckpt.h"
#include "lm/compare.h"
#include "lm/info.h"
#include "lm/program.h"
#include "lm/str.h"

static double tolerance;
static bool ignore_history;

/* The files, and what is said of their differences. */
typedef struct {
    lm_ckpt *a, *b;
    lm_str text;
    bool differ;
} diff;

/* ---- metadata ---- */

static lm_status compare_key(diff *d, const char *key, lm_err *e)
{
    const char *x = lm_ckpt_meta(d->a, key), *y = lm_ckpt_meta(d->b, key);
    const bool history = strcmp(key, "lm.history") == 0;
    if (strcmp(key, "lm.crc32c") == 0 || (x && y && strcmp(x, y) == 0)) return LM_OK;
    if (!history || !ignore_history) d->differ = true;
    if (x && y) return lm_str_addf(&d->text, e, "metadata '%s': differs\n", key);
    return lm_str_addf(&d->text, e, "metadata '%s': only in %s\n", key,
                       lm_ckpt_path(x ? d->a : d->b));
}

static lm_status compare_metadata(diff *d, lm_err *e)
{
    const char *key;
    for (size_t i = 0; lm_ckpt_meta_at(d->a, i, &key); i++) LM_TRY(compare_key(d, key, e));
    for (size_t i = 0; lm_ckpt_meta_at(d->b, i, &key); i++)
        if (!lm_ckpt_meta(d->a, key)) LM_TRY(compare_key(d, key, e));
    return LM_OK;
}

/* ---- tensors ---- */

static lm_status add_only(diff *d, const char *name, const lm_ckpt *in, lm_err *e)
{
    d->differ = true;
    return lm_str_addf(&d->text, e, "tensor '%s': only in %s\n", name, lm_ckpt_path(in));
}

static bool same_layout(const lm_tensor *x, const lm_tensor *y)
{
    return x->dtype == y->dtype && x->dims == y->dims &&
           memcmp(x->shape, y->shape, sizeof x->shape) == 0;
}

static lm_status add_layouts(diff *d, const lm_tensor *x, const lm_tensor *y, lm_err *e)
{
    d->differ = true;
    LM_TRY(lm_str_addf(&d->text, e, "tensor '%s': %s ", x->name, lm_dtype_name(x->dtype)));
    LM_TRY(lm_info_shape(&d->text, x, e));
    LM_TRY(lm_str_addf(&d->text, e, " and %s ", lm_dtype_name(y->dtype)));
    LM_TRY(lm_info_shape(&d->text, y, e));
    return lm_str_addf(&d->text, e, "\n");
}

static lm_status compare_tensors(diff *d, const lm_tensor *x, const lm_tensor *y, lm_err *e)
{
    if (!same_layout(x, y)) return add_layouts(d, x, y, e);
    const uint64_t count = x->bytes / lm_dtype_size(x->dtype);
    const lm_difference found = lm_compare(x->dtype, x->data, y->data, count, tolerance);
    if (!found.differing) return LM_OK;
    d->differ = true;
    LM_TRY(lm_str_addf(&d->text, e,
                       "tensor '%s': %" PRIu64 " of %" PRIu64
                       " differ, by at most %.6g (relative %.6g)",
                       x->name, found.differing, count, found.absolute, found.relative));
    if (found.nan) LM_TRY(lm_str_addf(&d->text, e, ", NaN on one side in %" PRIu64, found.nan));
    return lm_str_addf(&d->text, e, "\n");
}

static lm_status compare_all(diff *d, lm_err *e)
{
    LM_TRY(compare_metadata(d, e));
    for (size_t i = 0; i < lm_ckpt_count(d->a); i++) {
        const lm_tensor *x = lm_ckpt_tensor(d->a, i), *y = lm_ckpt_find(d->b, x->name);
        LM_TRY(y ? compare_tensors(d, x, y, e) : add_only(d, x->name, d->a, e));
    }
    for (size_t i = 0; i < lm_ckpt_count(d->b); i++) {
        const char *name = lm_ckpt_tensor(d->b, i)->name;
        if (!lm_ckpt_find(d->a, name)) LM_TRY(add_only(d, name, d->b, e));
    }
    return LM_OK;
}

static lm_status run(const lm_run *unused, int count, char **operands, lm_err *e)
{
    diff d = {0};
    lm_out *out;
    (void)unused;
    lm_program_announce_stdin(count, operands);
    if (strcmp(operands[0], "-") == 0 && strcmp(operands[1], "-") == 0)
        return lm_fail(e, LM_EUSAGE, "standard input cannot be both files");
    LM_TRY(lm_program_stdout(&out, false, e));
    lm_status s = lm_ckpt_open(&d.a, operands[0], LM_CKPT_CHECK_ALL, e);
    if (!s) s = lm_ckpt_open(&d.b, operands[1], LM_CKPT_CHECK_ALL, e);
    if (!s) s = compare_all(&d, e);
    if (!s) s = lm_out_write(out, d.text.text, d.text.length, e);
    lm_str_free(&d.text);
    lm_ckpt_close(d.b);
    lm_ckpt_close(d.a);
    return s ? s : d.differ ? LM_NEGATIVE : LM_OK;
}

int main(int argc, char **argv)
{
    static const lm_option options[] = {
        {0, "tolerance", LM_OPT_REAL, &tolerance, .low = 0, .high = 1e300, .arg = "X",
         .help = "take elements within X of each other as equal"},
        {0, "ignore-history", LM_OPT_FLAG, &ignore_history,
         .help = "show a different lm.history, but do not count it as a difference"},
        {0}};
    static const lm_program program = {
        .name = "ckpt-diff",
        .summary = "compare the contents of two checkpoints",
        .usage = "[OPTION]... FILE FILE",
        .example = "printf 'a b\\nb c\\n' | ngram-train -n 2 -o one.lm\n"
                   "printf 'b c\\na b\\n' | ngram-train -n 2 -o two.lm\n"
                   "ckpt-diff --ignore-history one.lm two.lm",
        .details = "Exit status 0: the same contents; 1: they differ. The order of tensors in\n"
                   "the files and lm.crc32c do not count. -0 equals 0, NaN equals NaN. The\n"
                   "largest differences are over all elements of a tensor that differs.",
        .see_also = "ckpt-convert, ckpt-info",
        .min_operands = 2,
        .max_operands = 2,
        .options = options,
        .run = run};
    return lm_program_main(&program, argc, argv);
}
