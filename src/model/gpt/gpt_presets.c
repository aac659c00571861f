/* gpt_presets.c - the models of the papers. */
#include <string.h>
#include "lm/gpt.h"

/* Radford et al. 2018, section 4.1; Radford et al. 2019, table 2 (counts as in the code); Brown et
 * al. 2020, table 2.1.  The width printed there for 13B, 5140, is no multiple of its 40 heads of
 * 128; 5120 is.  GPT-3's paper does not give the band's width: 256 is ours. */
enum { BAND = 256 };

static const struct {
    const char *name;
    uint16_t layers, heads, width, context;
    uint32_t vocab;
    double lr;
} presets[] = {{"gpt1", 12, 12, 768, 512, 40478, 2.5e-4},
               {"gpt2", 12, 12, 768, 1024, 50257, 6e-4},
               {"gpt2-medium", 24, 16, 1024, 1024, 50257, 3e-4},
               {"gpt2-large", 36, 20, 1280, 1024, 50257, 2.5e-4},
               {"gpt2-xl", 48, 25, 1600, 1024, 50257, 2e-4},
               {"gpt3-small", 12, 12, 768, 2048, 50257, 6e-4},
               {"gpt3-medium", 24, 16, 1024, 2048, 50257, 3e-4},
               {"gpt3-large", 24, 16, 1536, 2048, 50257, 2.5e-4},
               {"gpt3-xl", 24, 16, 2048, 2048, 50257, 2e-4},
               {"gpt3-2.7b", 32, 32, 2560, 2048, 50257, 1.6e-4},
               {"gpt3-6.7b", 32, 32, 4096, 2048, 50257, 1.2e-4},
               {"gpt3-13b", 40, 40, 5120, 2048, 50257, 1e-4},
               {"gpt3-175b", 96, 96, 12288, 2048, 50257, 0.6e-4}};

bool lm_gpt_preset(const char *name, lm_gpt_shape *shape, double *lr)
{
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        if (strcmp(presets[i].name, name) != 0) continue;
        *shape = (lm_gpt_shape){.layers = presets[i].layers,
                                .heads = presets[i].heads,
                                .width = presets[i].width,
                                .context = presets[i].context,
                                .vocab = presets[i].vocab,
                                .post_norm = i == 0,
                                .patterns = 1};
        *lr = presets[i].lr;
        if (strncmp(name, "gpt3", 4) == 0) {
            shape->pattern[1] = (lm_pattern){.kind = LM_BAND, .k = BAND};
            shape->patterns = 2;
        }
        return true;
    }
    return false;
}
