/* spaces.h - models of kind w2v for tests: of some words, with vectors that are given.
 *
 *     write_space("v.w2v", &shape, "king man queen", vectors, NULL);
 *     lm_space *space = open_space("v.w2v");
 */
#ifndef SPACES_H
#define SPACES_H
#include <string.h>
#include "lm/space.h"
#include "lm/w2v.h"
#include "models.h"
#include "test.h"

/* Words with a blank between them; <unk>, <s> and </s> are marks. */
static inline lm_vocab *space_words(const char *words)
{
    static lm_err e;
    lm_vocab *v;
    uint32_t id;
    CHECK_OK(lm_vocab_new(&v, &e), &e);
    while (*words) {
        const lm_slice word = {words, strcspn(words, " ")};
        if (lm_slice_is(word, "<unk>"))
            CHECK_OK(lm_vocab_add_mark(v, "<unk>", &v->unk, &e), &e);
        else if (lm_slice_is(word, "<s>"))
            CHECK_OK(lm_vocab_add_mark(v, "<s>", &v->bos, &e), &e);
        else if (lm_slice_is(word, "</s>"))
            CHECK_OK(lm_vocab_add_mark(v, "</s>", &v->eos, &e), &e);
        else
            CHECK_OK(lm_vocab_add(v, word, &id, &e), &e);
        words += word.length + (words[word.length] == ' ');
    }
    return v;
}

/* value (V,D); subwords (buckets,D) if the shape has some. */
static inline void write_space(const char *path, lm_w2v_shape shape, const char *words,
                               const lm_real *value, const lm_real *subwords)
{
    lm_err e = {0};
    lm_w2v *m;
    shape.loss = LM_W2V_NONE;
    shape.window = 1;
    CHECK_OK(lm_w2v_new(&m, &shape, space_words(words), NULL, &e), &e);
    CHECK_OK(lm_w2v_room(m, &e), &e);
    memcpy(m->weights.embed, value, m->lang.vocab->size * (size_t)shape.dim * sizeof *value);
    if (subwords)
        memcpy(m->weights.subwords, subwords,
               (size_t)(shape.buckets * shape.dim) * sizeof *subwords);
    lm_ckpt_writer *writer = new_checkpoint("w2v");
    CHECK_OK(lm_w2v_save(m, writer, &e), &e);
    CHECK_OK(lm_params_save(m->params, m->values, "", writer, &e), &e);
    write_checkpoint(writer, path, NULL);
    lm_w2v_free(m);
}

static inline lm_space *open_space(const char *path)
{
    lm_err e = {0};
    lm_space *space;
    CHECK_OK(lm_space_open(&space, path, &e), &e);
    return space;
}
#endif
