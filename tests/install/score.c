/* score.c - log10 p of every line of standard input: score MODEL <TEXT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "lm/models.h"
#include "lm/text.h"

static void check(lm_status failed, const lm_err *e)
{
    if (!failed) return;
    (void)fprintf(stderr, "score: %s\n", e->message);
    exit((int)failed);
}

int main(int argc, char **argv)
{
    lm_err e = {LM_OK, ""};
    lm_model model;
    lm_text *text;
    lm_slice token;
    lm_text_event event = LM_TOKEN;
    double p, sum = 0;
    int order;
    check(lm_model_open(&model, argc > 1 ? argv[1] : "-", &e), &e);
    const lm_lang *lang = model.lang;
    check(lm_text_open(&text, NULL, 0, lang->unit, lang->marks_as_words, &e), &e);
    void *state = malloc(lang->type->state_size(lang));
    if (!state) return LM_ENOMEM;
    lang->type->begin(lang, state, false);
    for (;;) {
        check(lm_text_next(text, &event, &token, &e), &e);
        if (event == LM_TEXT_END) break;
        const uint32_t id = event == LM_TOKEN ? lm_lang_id(lang, token) : lang->vocab->eos;
        check(lang->type->score(lang, state, &id, 1, &p, &order, &e), &e);
        sum += log10(p);
        if (event != LM_LINE_END) continue;
        (void)printf("%.7g\n", sum);
        sum = 0;
        lang->type->begin(lang, state, false);
    }
    free(state);
    lm_text_close(text);
    lm_model_close(&model);
    return 0;
}
