/* gpt_pack.c - the matrices of a GPT packed, to write with. */
#include "gpt_private.h"
#include "lm/memory.h"
#include "lm/os.h"

/* A matrix (I,O), whose memory is given back. */
static lm_status pack(lm_packed **to, lm_weight_form form, lm_real *weight, size_t I, size_t O,
                      const lm_compute *on, lm_err *e)
{
    const lm_weight_matrix matrix = {I, O, weight, true};
    LM_TRY(lm_packed_new(to, form, &matrix, on, e));
    lm_os_forget(weight, I * O * sizeof *weight);
    return LM_OK;
}

static lm_status pack_layer(lm_gpt *g, size_t l, lm_weight_form form, const lm_compute *on,
                            lm_err *e)
{
    const size_t C = (size_t)g->shape.width, F = 4 * C;
    const lm_layer *from = &g->weights.layer[l];
    lm_packed_layer *to = &g->packed[l];
    LM_TRY(pack(&to->c_attn, form, from->c_attn, C, 3 * C, on, e));
    LM_TRY(pack(&to->c_proj, form, from->c_proj, C, C, on, e));
    LM_TRY(pack(&to->c_fc, form, from->c_fc, C, F, on, e));
    return pack(&to->c_out, form, from->c_out, F, C, on, e);
}

lm_status lm_gpt_pack(lm_gpt *g, lm_weight_form form, const lm_compute *on, lm_err *e)
{
    const lm_weight_matrix wte = {(size_t)g->shape.width, (size_t)g->shape.vocab, g->weights.wte,
                                  false};
    g->packed = lm_new((size_t)g->shape.layers, sizeof *g->packed, e);
    if (!g->packed) return e->status;
    for (size_t l = 0; l < g->shape.layers; l++) LM_TRY(pack_layer(g, l, form, on, e));
    LM_TRY(lm_packed_new(&g->packed_wte, form, &wte, on, e));
    g->transformer.packed = g->packed;
    return LM_OK;
}

void lm_gpt_free_packed(lm_gpt *g)
{
    for (size_t l = 0; g->packed && l < g->shape.layers; l++) {
        lm_packed_free(g->packed[l].c_attn);
        lm_packed_free(g->packed[l].c_proj);
        lm_packed_free(g->packed[l].c_fc);
        lm_packed_free(g->packed[l].c_out);
    }
    lm_free(g->packed);
    lm_packed_free(g->packed_wte);
}
