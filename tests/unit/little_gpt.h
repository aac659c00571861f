/* little_gpt.h - small GPTs to write with: of random weights, and of weights that force what comes
 * next. */
#ifndef LITTLE_GPT_H
#define LITTLE_GPT_H
#include <math.h>
#include <string.h>
#include "lm/gpt.h"
#include "lm/gpt_train.h"
#include "test.h"

/* Of bytes and an end of text, with drawn weights. */
static inline lm_gpt *little_gpt(lm_gpt_shape shape, uint64_t seed)
{
    lm_err e = {0};
    lm_tokenizer *t;
    lm_gpt *gpt;
    CHECK_OK(lm_tokenizer_of_bytes(&t, LM_END_OF_TEXT, &e), &e);
    shape.vocab = t->vocab->size;
    CHECK_OK(lm_gpt_new(&gpt, &shape, t, &e), &e);
    CHECK_OK(lm_params_block(gpt->params, &gpt->values, &e), &e);
    CHECK_OK(lm_params_init(gpt->params, gpt->values, "default", seed, NULL, &e), &e);
    for (size_t i = 0; i < gpt->params->count; i++) /* so that not all is equally probable */
        for (size_t k = 0; k < gpt->params->item[i].count && gpt->params->item[i].dims == 2; k++)
            gpt->values[gpt->params->item[i].at + k] *= 8;
    lm_params_bind(gpt->params, gpt->values, &gpt->weights);
    return gpt;
}

enum { FORCED_WIDTH = 4, FORCED_TOKENS = 257 };

/* One that goes round: `order` first, then all other bytes, the end of text last, then `order`
 * again.  Token number n of the round is a point of a circle, (cos, sin, -cos, -sin) of 2 pi n /
 * 257; attention adds nothing, the mlp turns by one token, as gelu(x) - gelu(-x) = x; logits are
 * large enough to make all else improbable. */
static inline lm_gpt *forced_gpt(const char *order, uint64_t context)
{
    enum { C = FORCED_WIDTH, F = 4 * C };
    const double step = 2 * 3.14159265358979323846 / FORCED_TOKENS, turn = 100;
    lm_gpt *gpt = little_gpt(
        (lm_gpt_shape){.layers = 1, .heads = 1, .width = C, .context = context, .patterns = 1}, 1);
    const lm_gpt_weights *w = &gpt->weights;
    const lm_layer *layer = &w->layer[0];
    size_t n = 0;
    bool placed[FORCED_TOKENS] = {false};
    memset(gpt->values, 0, gpt->params->size * sizeof *gpt->values);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < (pass ? FORCED_TOKENS : strlen(order)); i++) {
            const size_t id = pass ? i : (unsigned char)order[i];
            if (placed[id]) continue;
            placed[id] = true;
            const double angle = step * (double)n++;
            const double point[C] = {cos(angle), sin(angle), -cos(angle), -sin(angle)};
            for (size_t c = 0; c < C; c++) w->wte[id * C + c] = (lm_real)point[c];
        }
    for (size_t c = 0; c < C; c++) {
        const size_t other = c ^ 1; /* of the same half: cos and sin */
        layer->ln_2[c] = 1;
        w->ln_f[c] = 1e6F;
        layer->c_fc[c * F + c] = 1;
        layer->c_fc[c * F + C + c] = -1;
        for (int minus = 0; minus < 2; minus++) {
            const double sign = (minus ? -1 : 1) * turn;
            lm_real *row = layer->c_out + (minus ? C + c : c) * C; /* input c to outputs */
            row[c] = (lm_real)(sign * cos(step));
            row[other] = (lm_real)(sign * (c & 1 ? -sin(step) : sin(step)));
        }
    }
    return gpt;
}

#endif
