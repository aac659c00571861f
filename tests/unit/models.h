/* models.h - models for tests: made from a text in memory, written, and files compared.
 *
 *     lm_ngram *m = model_of(text, LM_UNIT_WORD, &options, NULL);
 *     save_model(m, "m.lm", NULL);
 *     CHECK(same_files("m.lm", "other.lm"));
 */
#ifndef MODELS_H
#define MODELS_H
#include <string.h>
#include "test.h"
#include "lm/ckpt.h"
#include "lm/ngram.h"

static inline lm_ngram *model_of(lm_slice text, lm_unit unit, const lm_ngram_options *options,
                                 const lm_run *run)
{
    lm_err e = {0};
    lm_text *reader;
    lm_ngram *m;
    CHECK_OK(lm_text_memory(&reader, text, "text", unit, false, &e), &e);
    CHECK_OK(lm_ngram_train(&m, reader, options, run, &e), &e);
    lm_text_close(reader);
    return m;
}

static inline lm_ckpt_writer *new_checkpoint(const char *kind)
{
    lm_err e = {0};
    lm_ckpt_writer *writer;
    CHECK_OK(lm_ckpt_writer_new(&writer, kind, &e), &e);
    return writer;
}

static inline lm_ckpt *open_checkpoint(const char *path)
{
    lm_err e = {0};
    lm_ckpt *ckpt;
    CHECK_OK(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, &e), &e);
    return ckpt;
}

/* Frees the writer. */
static inline void write_checkpoint(lm_ckpt_writer *writer, const char *path, const lm_run *run)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    const lm_status s = lm_ckpt_write(writer, out, run, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
    lm_ckpt_writer_free(writer);
}

static inline void save_model(const lm_ngram *m, const char *path, const lm_run *run)
{
    lm_err e = {0};
    lm_ckpt_writer *writer = new_checkpoint("ngram");
    CHECK_OK(lm_ngram_save(m, writer, &e), &e);
    write_checkpoint(writer, path, run);
}

static inline bool same_files(const char *a, const char *b)
{
    lm_err e = {0};
    lm_map x, y;
    CHECK_OK(lm_map_open(&x, a, &e), &e);
    CHECK_OK(lm_map_open(&y, b, &e), &e);
    const bool same =
        x.length == y.length && (x.length == 0 || memcmp(x.bytes, y.bytes, x.length) == 0);
    lm_map_close(&x);
    lm_map_close(&y);
    return same;
}
#endif
