/* ckpt-info.c - shows what is in a checkpoint. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include "lm/ckpt.h"
#include "lm/info.h"
#include "lm/program.h"
#include "lm/str.h"

static bool verify, tsv;

static bool is_ours(const lm_ckpt *ckpt)
{
    return lm_ckpt_kind(ckpt)[0] != '\0';
}

static bool is_real(lm_dtype dtype)
{
    return dtype == LM_F64 || dtype == LM_F32 || dtype == LM_F16 || dtype == LM_BF16;
}

static uint64_t elements(const lm_tensor *tensor)
{
    return tensor->bytes / lm_dtype_size(tensor->dtype);
}

static lm_status add_tsv(lm_str *out, const lm_ckpt *ckpt, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, "name\tdtype\tshape\telements\tbytes\n"));
    for (size_t i = 0; i < lm_ckpt_count(ckpt); i++) {
        const lm_tensor *tensor = lm_ckpt_tensor(ckpt, i);
        LM_TRY(lm_str_addf(out, e, "%s\t%s\t", tensor->name, lm_dtype_name(tensor->dtype)));
        LM_TRY(lm_info_shape(out, tensor, e));
        LM_TRY(
            lm_str_addf(out, e, "\t%" PRIu64 "\t%" PRIu64 "\n", elements(tensor), tensor->bytes));
    }
    return LM_OK;
}

static lm_status add_totals(lm_str *out, const lm_ckpt *ckpt, lm_err *e)
{
    uint64_t parameters = 0, bytes = 0;
    for (size_t i = 0; i < lm_ckpt_count(ckpt); i++) {
        const lm_tensor *tensor = lm_ckpt_tensor(ckpt, i);
        if (is_real(tensor->dtype)) parameters += elements(tensor);
        bytes += tensor->bytes;
    }
    LM_TRY(lm_str_addf(out, e, "parameters  %" PRIu64 "\n", parameters));
    LM_TRY(lm_str_addf(out, e, "bytes       %" PRIu64 "\n", bytes));
    return lm_str_addf(out, e, "tensors     %zu\n", lm_ckpt_count(ckpt));
}

static lm_status add_head(lm_str *out, const lm_ckpt *ckpt, lm_err *e)
{
    const bool ours = is_ours(ckpt);
    LM_TRY(lm_str_addf(out, e, "kind        %s\n", ours ? lm_ckpt_kind(ckpt) : "none"));
    if (ours) LM_TRY(lm_str_addf(out, e, "version     %s\n", lm_ckpt_meta(ckpt, "lm.version")));
    if (verify) LM_TRY(lm_str_addf(out, e, "checksums   %s\n", ours ? "all match" : "none"));
    return add_totals(out, ckpt, e);
}

/* Is it shown in a section of its own, or not worth showing? */
static bool is_known(const char *key)
{
    static const char *const known[] = {"format",    "lm.kind",   "lm.version",
                                        "lm.config", "lm.crc32c", "lm.history"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(key, known[i]) == 0) return true;
    return false;
}

/* Is it the configuration of a part? */
static bool is_config(const lm_ckpt *ckpt, const char *key)
{
    const char *end = strstr(key, ".lm.config");
    return is_ours(ckpt) && end && end[strlen(".lm.config")] == '\0';
}

static lm_status add_rest(lm_str *out, const lm_ckpt *ckpt, lm_err *e)
{
    const char *key, *value;
    for (size_t i = 0; (value = lm_ckpt_meta_at(ckpt, i, &key)) != NULL; i++) {
        if (is_known(key)) continue;
        LM_TRY(lm_str_addf(out, e, "metadata %s\n", key));
        LM_TRY(is_config(ckpt, key) ? lm_info_json(out, value, key, e)
                                    : lm_info_text(out, value, e));
    }
    return LM_OK;
}

static lm_status add_report(lm_str *out, const lm_ckpt *ckpt, lm_err *e)
{
    const char *config = lm_ckpt_meta(ckpt, "lm.config");
    const char *history = lm_ckpt_meta(ckpt, "lm.history");
    LM_TRY(add_head(out, ckpt, e));
    LM_TRY(lm_info_tree(out, ckpt, e));
    if (config) {
        lm_str name = {0};
        LM_TRY(lm_str_addf(out, e, "config\n"));
        lm_status s = lm_str_addf(&name, e, "%s: lm.config", lm_ckpt_path(ckpt));
        if (!s) s = lm_info_json(out, config, name.text, e);
        lm_str_free(&name);
        LM_TRY(s);
    }
    if (history) LM_TRY(lm_str_addf(out, e, "history\n"));
    if (history) LM_TRY(lm_info_text(out, history, e));
    return add_rest(out, ckpt, e);
}

static lm_status run(const lm_run *unused, int count, char **operands, lm_err *e)
{
    lm_ckpt *ckpt;
    lm_out *out;
    lm_str text = {0};
    (void)unused;
    lm_program_announce_stdin(count, operands);
    LM_TRY(lm_program_stdout(&out, false, e));
    LM_TRY(lm_ckpt_open(&ckpt, count ? operands[0] : "-",
                        verify ? LM_CKPT_CHECK_ALL : LM_CKPT_CHECK_SMALL, e));
    lm_status s = tsv ? add_tsv(&text, ckpt, e) : add_report(&text, ckpt, e);
    if (!s) s = lm_out_write(out, text.text, text.length, e);
    lm_str_free(&text);
    lm_ckpt_close(ckpt);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_option options[] = {
        {0, "verify", LM_OPT_FLAG, &verify, .help = "verify the checksums of large tensors, too"},
        {0, "tsv", LM_OPT_FLAG, &tsv,
         .help = "print one line for each tensor, in data order, for machines"},
        {0}};
    static const lm_program program = {
        .name = "ckpt-info",
        .summary = "show what is in a checkpoint",
        .usage = "[OPTION]... [FILE]",
        .example = "printf 'a b\\nb a\\n' | ngram-train -n 2 -o ab.lm\nckpt-info --verify ab.lm",
        .details = "FILE is a model of Lineage or any safetensors file. Parameters are the\n"
                   "elements of tensors of real numbers. Files of other programs have no\n"
                   "kind and no checksums. --tsv prints a line of column names,\n"
                   "then name, dtype, shape, elements and bytes of each tensor.",
        .see_also = "ckpt-convert, ckpt-diff",
        .max_operands = 1,
        .options = options,
        .run = run};
    return lm_program_main(&program, argc, argv);
}
