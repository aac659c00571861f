/* gpt_presets.c - the models of the papers. */
#include "lm/gpt.h"

/* Radford et al. 2018, section 4.1; Radford et al. 2019, table 2 (counts as in the code); Brown et
 * al. 2020, table 2.1.  The width printed there for 13B, 5140, is no multiple of its 40 heads of
 * 128; 5120 is.  GPT-3's paper does not give the band's width: 256 is ours. */
enum { BAND = 256 };

typedef struct {
    uint16_t layers, heads, width, context;
    uint32_t vocab;
    bool post_norm, banded;
    double lr;
} preset;

/* In the order of LM_GPT_PRESETS. */
static const preset presets[] = {{12, 12, 768, 512, 40478, true, false, 2.5e-4},
                                 {12, 12, 768, 1024, 50257, false, false, 6e-4},
                                 {24, 16, 1024, 1024, 50257, false, false, 3e-4},
                                 {36, 20, 1280, 1024, 50257, false, false, 2.5e-4},
                                 {48, 25, 1600, 1024, 50257, false, false, 2e-4},
                                 {12, 12, 768, 2048, 50257, false, true, 6e-4},
                                 {24, 16, 1024, 2048, 50257, false, true, 3e-4},
                                 {24, 16, 1536, 2048, 50257, false, true, 2.5e-4},
                                 {24, 16, 2048, 2048, 50257, false, true, 2e-4},
                                 {32, 32, 2560, 2048, 50257, false, true, 1.6e-4},
                                 {32, 32, 4096, 2048, 50257, false, true, 1.2e-4},
                                 {40, 40, 5120, 2048, 50257, false, true, 1e-4},
                                 {96, 96, 12288, 2048, 50257, false, true, 0.6e-4}};

lm_gpt_shape lm_gpt_preset(size_t place, double *lr)
{
    const preset *p = &presets[place];
    *lr = p->lr;
    return (lm_gpt_shape){.layers = p->layers,
                          .heads = p->heads,
                          .width = p->width,
                          .context = p->context,
                          .vocab = p->vocab,
                          .post_norm = p->post_norm,
                          .pattern = {{.kind = LM_DENSE}, {.kind = LM_BAND, .k = BAND}},
                          .patterns = p->banded ? 2 : 1};
}
