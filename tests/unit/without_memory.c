/* without_memory.c - whole runs in which the k-th allocation fails, for every k: nothing leaks,
 * nothing is left behind, and the output is as it was. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include "failing.h"
#include "lm/convert.h"
#include "lm/evaluate.h"
#include "lm/file.h"
#include "lm/info.h"
#include "lm/mix.h"
#include "lm/models.h"
#include "lm/ngram.h"
#include "lm/sample.h"
#include "nnlms.h"
#include "test.h"
#include "w2v_models.h"

static const char corpus[] =
    "a b c\nb a\n\nc a b b a <unk>\nd e f g h i j k l m n o p q r s t u v\n";

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static size_t get(const char *path, char *bytes, size_t room)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    const size_t length = fread(bytes, 1, room, file);
    CHECK(length < room);
    fclose(file);
    return length;
}

static int temporaries(void)
{
    int count = 0;
    DIR *list = opendir(".");
    CHECK(list != NULL);
    for (const struct dirent *entry; (entry = readdir(list));)
        count += strstr(entry->d_name, "lm-") != NULL;
    closedir(list);
    return count;
}

/* `work` reads what is there and writes the file "out". */
typedef lm_status job(lm_out *out, lm_err *e);

static lm_status run(job *work, lm_err *e)
{
    lm_out *out;
    LM_TRY(lm_out_open(&out, "out", e));
    return lm_out_close(out, work(out, e), e);
}

static void check_job(job *work)
{
    static char expected[1 << 16], found[1 << 16];
    lm_err e = {0};
    CHECK_OK(run(work, &e), &e);
    const size_t length = get("out", expected, sizeof expected);
    for (size_t k = 1; failing_round(k); k++) {
        e = (lm_err){0};
        put("out", "old");
        const lm_status s = run(work, &e);
        CHECK_INT(e.status, s);
        if (failing.failed && s) {
            CHECK_FAILS(s, LM_ENOMEM, &e, "out of memory");
            CHECK_INT(get("out", found, sizeof found), 3);
            CHECK_BYTES(found, "old", 3);
        } else {
            CHECK_OK(s, &e);
            CHECK_INT(get("out", found, sizeof found), length);
            CHECK_BYTES(found, expected, length);
        }
        CHECK_INT(temporaries(), 0);
        failing_end();
    }
}

static lm_status save(const lm_ngram *model, lm_out *out, lm_err *e)
{
    lm_ckpt_writer *writer;
    LM_TRY(lm_ckpt_writer_new(&writer, "ngram", e));
    lm_status s = lm_ckpt_set_meta(writer, "lm.history", lm_slice_of("test"), e);
    if (!s) s = lm_ngram_save(model, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, NULL, e);
    lm_ckpt_writer_free(writer);
    return s;
}

static lm_status train_within(lm_out *out, lm_err *e, const lm_ngram_options *options,
                              const lm_run *run)
{
    lm_text *text;
    lm_ngram *model = NULL;
    LM_TRY(lm_text_memory(&text, lm_slice_of(corpus), "corpus", LM_UNIT_WORD, false, e));
    lm_status s = lm_ngram_train(&model, text, options, run, e);
    if (!s) s = save(model, out, e);
    lm_ngram_free(model);
    lm_text_close(text);
    return s;
}

static lm_status train(lm_out *out, lm_err *e, const lm_ngram_options *options)
{
    return train_within(out, e, options, NULL);
}

static lm_status train_mkn(lm_out *out, lm_err *e)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 3;
    return train(out, e, &o);
}

static lm_status train_addk(lm_out *out, lm_err *e)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 3;
    o.smooth = LM_NGRAM_ADDK;
    return train(out, e, &o);
}

static lm_status train_pruned(lm_out *out, lm_err *e)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 3;
    o.smooth = LM_NGRAM_KN;
    o.backoff = true;
    o.prune[3] = 1;
    o.entropy_prune = 0.01;
    LM_TRY(lm_vocab_read(&o.choice.list, lm_slice_of("a\nb\nz\n"), "list", LM_UNIT_WORD, false, e));
    const lm_status s = train(out, e, &o);
    lm_vocab_free(o.choice.list);
    return s;
}

/* A few batches of tokens, merged in files; tables are files too. */
static lm_status train_in_files(lm_out *out, lm_err *e)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 3;
    o.prune[3] = 1;
    o.entropy_prune = 0.01;
    return train_within(out, e, &o, &(lm_run){.memory = 6000, .tmpdir = "."});
}

static lm_status prune(lm_out *out, lm_err *e)
{
    lm_ckpt *ckpt;
    lm_ngram *model = NULL;
    LM_TRY(lm_ckpt_open(&ckpt, "model.lm", LM_CKPT_CHECK_ALL, e));
    lm_status s = lm_ngram_load(&model, ckpt, e);
    if (!s) s = lm_ngram_prune(model, 0.01, NULL, e);
    if (!s) s = save(model, out, e);
    lm_ngram_free(model);
    lm_ckpt_close(ckpt);
    return s;
}

static void make_model(void)
{
    lm_err e = {0};
    CHECK_OK(run(train_mkn, &e), &e);
    CHECK_INT(rename("out", "model.lm"), 0);
}

TEST(training_without_memory)
{
    check_job(train_addk);
    check_job(train_mkn);
    check_job(train_pruned);
    check_job(train_in_files);
}

TEST(pruning_without_memory)
{
    make_model();
    check_job(prune);
}

static lm_status to_arpa(lm_out *out, lm_err *e)
{
    const lm_conversion how = {.from = LM_FORMAT_AUTO, .to = LM_FORMAT_ARPA, .history = "test"};
    return lm_convert(&how, "model.lm", out, NULL, e);
}

static lm_status from_arpa(lm_out *out, lm_err *e)
{
    const lm_conversion how = {.from = LM_FORMAT_AUTO, .to = LM_FORMAT_AUTO, .history = "test"};
    return lm_convert(&how, "model.arpa", out, NULL, e);
}

TEST(conversion_without_memory)
{
    lm_err e = {0};
    make_model();
    check_job(to_arpa);
    CHECK_OK(run(to_arpa, &e), &e);
    CHECK_INT(rename("out", "model.arpa"), 0);
    check_job(from_arpa);
    /* A pruned model: prefix and suffix of the trigram are missing. */
    put("model.arpa", "\\data\\\nngram 1=5\nngram 2=1\nngram 3=1\n\n\\1-grams:\n-1\t<unk>\n"
                      "-1\t</s>\n-99\t<s>\t-0.5\n-0.5\ta\t-0.25\n-0.5\tb\t-0.25\n\n"
                      "\\2-grams:\n-0.5\ta b\n\n\\3-grams:\n-0.25\tb b a\n\n\\end\\\n");
    check_job(from_arpa);
}

static lm_status to_vectors(lm_out *out, lm_err *e)
{
    const lm_conversion how = {.from = LM_FORMAT_AUTO, .to = LM_FORMAT_W2V, .history = "test"};
    return lm_convert(&how, "nnlm.lm", out, NULL, e);
}

TEST(vectors_written_without_memory)
{
    const lm_nnlm_shape shape = nnlm_form(4, 3, 2, 3);
    lm_nnlm *m = nnlm_drawn(&shape, nnlm_words(9));
    nnlm_write(m, "nnlm.lm");
    lm_nnlm_free(m);
    check_job(to_vectors);
}

static lm_status from_vectors(lm_out *out, lm_err *e)
{
    const lm_conversion how = {
        .from = LM_FORMAT_AUTO, .to = LM_FORMAT_LM, .unit = LM_UNIT_CHAR, .history = "test"};
    return lm_convert(&how, "v", out, NULL, e);
}

static lm_status subwords_to_vectors(lm_out *out, lm_err *e)
{
    const lm_conversion how = {.from = LM_FORMAT_AUTO, .to = LM_FORMAT_GLOVE, .history = "test"};
    return lm_convert(&how, "w2v.lm", out, NULL, e);
}

static lm_status slim(lm_out *out, lm_err *e)
{
    const lm_conversion how = {
        .from = LM_FORMAT_AUTO, .to = LM_FORMAT_AUTO, .history = "test", .slim = true};
    return lm_convert(&how, "w2v.lm", out, NULL, e);
}

TEST(vectors_converted_without_memory)
{
    const lm_w2v_shape shape = w2v_form(8, 3);
    put("v", "2 1\na 1\n\\x20 2\n");
    check_job(from_vectors);
    lm_w2v *m = w2v_drawn(&shape, w2v_words(6));
    w2v_write(m, "w2v.lm");
    lm_w2v_free(m);
    check_job(subwords_to_vectors);
    check_job(slim);
}

static lm_status to_compact(lm_out *out, lm_err *e)
{
    const lm_conversion how = {
        .from = LM_FORMAT_AUTO, .to = LM_FORMAT_AUTO, .history = "test", .quantize = 8};
    return lm_convert(&how, "model.lm", out, NULL, e);
}

TEST(quantizing_without_memory)
{
    lm_err e = {0};
    make_model();
    check_job(to_compact);
    CHECK_OK(run(to_compact, &e), &e);
    CHECK_INT(rename("out", "model.lm"), 0);
    check_job(to_arpa);
}

static lm_status evaluate(lm_out *out, lm_err *e)
{
    lm_model model;
    lm_text *text = NULL;
    lm_evaluation total;
    LM_TRY(lm_model_open(&model, "model.lm", e));
    lm_status s = lm_text_memory(&text, lm_slice_of("a b x\nc\n"), "text", LM_UNIT_WORD, false, e);
    if (!s) s = lm_evaluate(model.lang, text, LM_REPORT_TOKENS, out, NULL, &total, e);
    if (!s) s = lm_evaluation_write(&total, model.lang->order, out, e);
    lm_text_close(text);
    lm_model_close(&model);
    return s;
}

static lm_status sample(lm_out *out, lm_err *e)
{
    const lm_sampling how = LM_SAMPLING_DEFAULTS;
    lm_model model;
    lm_sampler *sampler = NULL;
    const uint32_t *ids;
    size_t count;
    LM_TRY(lm_model_open(&model, "model.lm", e));
    lm_status s = lm_sampler_new(&sampler, model.lang, &how, e);
    for (uint64_t i = 0; !s && i < 3; i++) {
        s = lm_sampler_draw(sampler, i, NULL, 0, 100, &ids, &count, e);
        if (!s) s = lm_out_write(out, ids, count * sizeof *ids, e);
    }
    lm_sampler_free(sampler);
    lm_model_close(&model);
    return s;
}

static lm_status describe(lm_out *out, lm_err *e)
{
    lm_ckpt *ckpt;
    lm_str text = {0};
    LM_TRY(lm_ckpt_open(&ckpt, "model.lm", LM_CKPT_CHECK_ALL, e));
    lm_status s = lm_info_tree(&text, ckpt, e);
    if (!s) s = lm_info_json(&text, lm_ckpt_meta(ckpt, "lm.config"), "config", e);
    if (!s) s = lm_info_text(&text, lm_ckpt_meta(ckpt, "lm.history"), e);
    if (!s) s = lm_out_write(out, text.text, text.length, e);
    lm_str_free(&text);
    lm_ckpt_close(ckpt);
    return s;
}

static lm_status save_mixture(const lm_mix *mix, lm_out *out, lm_err *e)
{
    lm_ckpt_writer *writer;
    lm_str history = {0};
    LM_TRY(lm_ckpt_writer_new(&writer, "mix", e));
    lm_status s = lm_ckpt_history(mix->part[1].model.ckpt, &history, e);
    if (!s) s = lm_ckpt_set_meta(writer, "lm.history", (lm_slice){history.text, history.length}, e);
    if (!s) s = lm_mix_save(mix, writer, e);
    if (!s) s = lm_ckpt_write(writer, out, NULL, e);
    lm_str_free(&history);
    lm_ckpt_writer_free(writer);
    return s;
}

/* Mixes the model with "second.lm", which may be a mixture itself. */
static lm_status mix(lm_out *out, lm_err *e)
{
    const lm_mix_stop stop = LM_MIX_STOP_DEFAULTS;
    lm_model model[2] = {{0}};
    lm_mix *mixture = NULL;
    lm_text *text = NULL;
    lm_mix_report report;
    lm_str lines = {0};
    lm_status s = lm_model_open(&model[0], "model.lm", e);
    if (!s) s = lm_model_open(&model[1], "second.lm", e);
    if (!s) s = lm_mix_new(&mixture, model, 2, NULL, e);
    if (!s) s = lm_text_memory(&text, lm_slice_of("a b x\nc\n"), "text", LM_UNIT_WORD, false, e);
    if (!s) s = lm_mix_tune(mixture, text, &stop, NULL, &report, e);
    if (!s) s = lm_mix_report_add(&report, mixture, &lines, e);
    if (!s) s = lm_out_write(out, lines.text, lines.length, e);
    if (!s) s = save_mixture(mixture, out, e);
    lm_str_free(&lines);
    lm_text_close(text);
    lm_mix_free(mixture);
    lm_model_close(&model[0]);
    lm_model_close(&model[1]);
    return s;
}

static lm_status mix_alone(lm_out *out, lm_err *e)
{
    lm_model model[2];
    lm_mix *mixture;
    LM_TRY(lm_model_open(&model[0], "model.lm", e));
    model[1] = model[0];
    lm_status s = lm_mix_new(&mixture, model, 2, NULL, e);
    if (!s) s = save_mixture(mixture, out, e);
    lm_mix_free(mixture);
    lm_model_close(&model[0]);
    return s;
}

TEST(mixtures_without_memory)
{
    lm_err e = {0};
    make_model();
    check_job(mix_alone);
    CHECK_OK(run(mix_alone, &e), &e);
    CHECK_INT(rename("out", "second.lm"), 0);
    check_job(mix);
    CHECK_INT(rename("second.lm", "model.lm"), 0);
    check_job(sample);
}

TEST(use_of_models_without_memory)
{
    make_model();
    check_job(evaluate);
    check_job(sample);
    check_job(describe);
}
