/* gpt_gguf.c - writes a GPT as a file that llama.cpp loads. */
#include "lm/gpt_gguf.h"
#include <stdio.h>
#include "gpt_private.h"
#include "lm/gpt_train.h"
#include "lm/memory.h"
#include "lm/tok_formats.h"

/* ---- what can be ---- */

static lm_status check_tokenizer(const lm_tokenizer *t, lm_err *e)
{
    if (t->kind != LM_TOK_BYTE_BPE)
        return lm_fail(e, LM_EUSAGE,
                       "a tokenizer of kind '%s' has no form as gguf, of a GPT: only byte-bpe and "
                       "byte have",
                       lm_tok_kind_name(t->kind));
    if (lm_tokenizer_special(t, LM_END_OF_TEXT) == LM_NO_WORD)
        return lm_fail(e, LM_EUSAGE, "its tokenizer has no " LM_END_OF_TEXT ", which gguf wants");
    return lm_tok_check(t, LM_TOK_FORMAT_JSON, NULL, e);
}

lm_status lm_gpt_gguf_check(const lm_gpt *g, lm_err *e)
{
    const lm_tokenizer *t;
    lm_tokenizer *made;
    LM_TRY(lm_gpt_check_plain(g, e));
    if (g->shape.post_norm)
        return lm_fail(e, LM_EUSAGE, "its layers are post-norm, as GPT-1's, which gguf has not");
    LM_TRY(lm_gpt_export_tokenizer(g, &t, &made, e));
    const lm_status s = check_tokenizer(t, e);
    lm_tokenizer_free(made);
    return s;
}

/* ---- settings ---- */

enum { /* llama.cpp's: what a token is; what most tensors are; the form of quantised ones */
       TOKEN_NORMAL = 1,
       TOKEN_CONTROL = 3,
       TOKEN_UNUSED = 5,
       MOSTLY_Q8_0 = 7,
       QUANTIZATION = 2
};

static lm_status set_shape(lm_gguf *f, const lm_gpt *g, lm_gguf_type type, lm_err *e)
{
    const lm_gpt_shape *s = &g->shape;
    const uint32_t kind = type == LM_GGUF_Q8_0 ? MOSTLY_Q8_0 : (uint32_t)type;
    LM_TRY(lm_gguf_set_text(f, "general.architecture", lm_slice_of("gpt2"), e));
    LM_TRY(lm_gguf_set_u32(f, "gpt2.context_length", (uint32_t)s->context, e));
    LM_TRY(lm_gguf_set_u32(f, "gpt2.embedding_length", (uint32_t)s->width, e));
    LM_TRY(lm_gguf_set_u32(f, "gpt2.block_count", (uint32_t)s->layers, e));
    LM_TRY(lm_gguf_set_u32(f, "gpt2.feed_forward_length", 4 * (uint32_t)s->width, e));
    LM_TRY(lm_gguf_set_u32(f, "gpt2.attention.head_count", (uint32_t)s->heads, e));
    LM_TRY(lm_gguf_set_f32(f, "gpt2.attention.layer_norm_epsilon", (float)g->transformer.eps, e));
    LM_TRY(lm_gguf_set_u32(f, "general.file_type", kind, e));
    if (type != LM_GGUF_Q8_0) return LM_OK;
    return lm_gguf_set_u32(f, "general.quantization_version", QUANTIZATION, e);
}

/* Numbers that no piece has get a name that none can have: a blank is no letter for a byte. */
static lm_status add_tokens(lm_gguf *f, const lm_gpt *g, const lm_tokenizer *t, lm_str *text,
                            lm_err *e)
{
    const uint32_t V = (uint32_t)g->shape.vocab, size = t->vocab->size;
    LM_TRY(lm_gguf_set_texts(f, "tokenizer.ggml.tokens", V, e));
    for (uint32_t id = 0; id < V; id++) {
        text->length = 0;
        LM_TRY(id < size ? lm_tok_spell(t, id, text, e)
                         : lm_str_addf(text, e, "<unused %u>", (unsigned)id));
        LM_TRY(lm_gguf_add_text(f, (lm_slice){text->text, text->length}, e));
    }
    LM_TRY(lm_gguf_set_numbers(f, "tokenizer.ggml.token_type", V, e));
    for (uint32_t id = 0; id < V; id++)
        LM_TRY(lm_gguf_add_number(f,
                                  id >= size                       ? TOKEN_UNUSED
                                  : lm_tokenizer_is_special(t, id) ? TOKEN_CONTROL
                                                                   : TOKEN_NORMAL,
                                  e));
    return LM_OK;
}

static lm_status add_merges(lm_gguf *f, const lm_tokenizer *t, lm_str *text, lm_str *piece,
                            lm_err *e)
{
    LM_TRY(lm_gguf_set_texts(f, "tokenizer.ggml.merges", t->merges, e));
    for (size_t i = 0; i < t->merges; i++) {
        text->length = 0;
        for (int k = 0; k < 2; k++) {
            LM_TRY(lm_tok_spell(t, t->merge[i][k], piece, e));
            LM_TRY(lm_str_addf(text, e, "%s%s", k ? " " : "", piece->text));
        }
        LM_TRY(lm_gguf_add_text(f, (lm_slice){text->text, text->length}, e));
    }
    return LM_OK;
}

static lm_status set_tokenizer(lm_gguf *f, const lm_gpt *g, const lm_tokenizer *t, lm_err *e)
{
    lm_str text = {0}, piece = {0};
    const uint32_t end = lm_tokenizer_special(t, LM_END_OF_TEXT);
    LM_TRY(lm_gguf_set_text(f, "tokenizer.ggml.model", lm_slice_of("gpt2"), e));
    LM_TRY(lm_gguf_set_text(f, "tokenizer.ggml.pre", lm_slice_of("gpt-2"), e));
    lm_status s = add_tokens(f, g, t, &text, e);
    if (!s) s = add_merges(f, t, &text, &piece, e);
    lm_str_free(&text);
    lm_str_free(&piece);
    LM_TRY(s);
    LM_TRY(lm_gguf_set_u32(f, "tokenizer.ggml.bos_token_id", end, e));
    return lm_gguf_set_u32(f, "tokenizer.ggml.eos_token_id", end, e);
}

/* ---- tensors ---- */

/* Of a layer: a field of lm_layer, its shape in units of C; of a matrix, as it is written, from
 * output to input. */
static const struct {
    const char *name;
    size_t field;
    uint8_t dims, rows, columns;
} layer_rows[] = {{"attn_norm.weight", offsetof(lm_layer, ln_1), 1, 1, 1},
                  {"attn_norm.bias", offsetof(lm_layer, ln_1_bias), 1, 1, 1},
                  {"attn_qkv.weight", offsetof(lm_layer, c_attn), 2, 3, 1},
                  {"attn_qkv.bias", offsetof(lm_layer, attn_bias), 1, 1, 3},
                  {"attn_output.weight", offsetof(lm_layer, c_proj), 2, 1, 1},
                  {"attn_output.bias", offsetof(lm_layer, proj_bias), 1, 1, 1},
                  {"ffn_norm.weight", offsetof(lm_layer, ln_2), 1, 1, 1},
                  {"ffn_norm.bias", offsetof(lm_layer, ln_2_bias), 1, 1, 1},
                  {"ffn_up.weight", offsetof(lm_layer, c_fc), 2, 4, 1},
                  {"ffn_up.bias", offsetof(lm_layer, fc_bias), 1, 1, 4},
                  {"ffn_down.weight", offsetof(lm_layer, c_out), 2, 1, 4},
                  {"ffn_down.bias", offsetof(lm_layer, out_bias), 1, 1, 1}};
enum { LAYER_ROWS = sizeof layer_rows / sizeof *layer_rows };

/* What llama.cpp's own converter makes of it. */
static lm_gguf_type type_of(lm_gguf_type asked, uint64_t columns)
{
    return asked == LM_GGUF_Q8_0 && columns % LM_GGUF_BLOCK ? LM_GGUF_F16 : asked;
}

static lm_status add_layer(lm_gguf *f, const lm_gpt *g, size_t l, lm_gguf_type type,
                           lm_arena *names, lm_err *e)
{
    const uint64_t C = g->shape.width;
    for (size_t i = 0; i < LAYER_ROWS; i++) {
        char name[64];
        const void *field = (const char *)&g->weights.layer[l] + layer_rows[i].field;
        const bool matrix = layer_rows[i].dims == 2;
        const int length = snprintf(name, sizeof name, "blk.%zu.%s", l, layer_rows[i].name);
        lm_gguf_tensor tensor = {.name = lm_arena_copy(names, name, (size_t)length, e),
                                 .dims = layer_rows[i].dims,
                                 .rows = matrix ? layer_rows[i].rows * C : 1,
                                 .columns = layer_rows[i].columns * C,
                                 .data = *(lm_real *const *)field,
                                 .transposed = matrix};
        if (!tensor.name) return e->status;
        tensor.type = matrix ? type_of(type, tensor.columns) : LM_GGUF_F32;
        LM_TRY(lm_gguf_add_tensor(f, &tensor, e));
    }
    return LM_OK;
}

static lm_status add_other(lm_gguf *f, const char *name, lm_gguf_type type, uint64_t rows,
                           uint64_t columns, const lm_real *data, lm_err *e)
{
    const lm_gguf_tensor tensor = {name, type, rows ? 2 : 1, rows ? rows : 1, columns, data, false};
    return lm_gguf_add_tensor(f, &tensor, e);
}

static lm_status add_tensors(lm_gguf *f, const lm_gpt *g, lm_gguf_type type, lm_arena *names,
                             lm_err *e)
{
    const lm_gpt_shape *s = &g->shape;
    const lm_gpt_weights *w = &g->weights;
    const uint64_t C = s->width;
    LM_TRY(add_other(f, "token_embd.weight", type_of(type, C), s->vocab, C, w->wte, e));
    LM_TRY(add_other(f, "position_embd.weight", LM_GGUF_F32, s->context, C, w->wpe, e));
    for (size_t l = 0; l < s->layers; l++) LM_TRY(add_layer(f, g, l, type, names, e));
    LM_TRY(add_other(f, "output_norm.weight", LM_GGUF_F32, 0, C, w->ln_f, e));
    return add_other(f, "output_norm.bias", LM_GGUF_F32, 0, C, w->ln_f_bias, e);
}

/* ---- the file ---- */

static lm_status fill(lm_gguf *f, const lm_gpt *g, lm_gguf_type type, lm_arena *names, lm_err *e)
{
    const lm_tokenizer *t;
    lm_tokenizer *made;
    LM_TRY(set_shape(f, g, type, e));
    LM_TRY(lm_gpt_export_tokenizer(g, &t, &made, e));
    const lm_status s = set_tokenizer(f, g, t, e);
    lm_tokenizer_free(made);
    return s ? s : add_tensors(f, g, type, names, e);
}

lm_status lm_gpt_gguf_write(const lm_gpt *g, lm_gguf_type type, lm_out *out, const lm_run *run,
                            lm_err *e)
{
    lm_gguf *f;
    lm_arena names = {0};
    LM_TRY(lm_gguf_new(&f, e));
    lm_status s = fill(f, g, type, &names, e);
    if (!s) s = lm_gguf_write(f, out, run, e);
    lm_gguf_free(f);
    lm_arena_free(&names);
    return s;
}
