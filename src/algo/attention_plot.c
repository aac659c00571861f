/* attention_plot.c - pictures of what attention looks at. */
#include "lm/attention_plot.h"
#include <stdio.h>
#include "lm/encode.h"
#include "lm/gpt_train.h"
#include "lm/memory.h"
#include "lm/svg.h"

/* ---- grids ---- */

enum { GREY = 255, MARGIN = 20, NAMES = 90 /* room for them, in the picture's units */ };

static int shade(lm_real value)
{
    const double v = value < 0 ? 0 : value > 1 ? 1 : (double)value;
    return GREY - (int)(v * GREY + 0.5);
}

/* Cells side by side of one shade are one rectangle; white ones are none. */
static lm_status draw_row(const lm_grid *g, size_t i, double left, double top, double cell,
                          lm_out *out, lm_err *e)
{
    const lm_real *row = g->value + i * g->size;
    for (size_t j = 0, n; j < g->size; j += n) {
        const int grey = shade(row[j]);
        for (n = 1; j + n < g->size && shade(row[j + n]) == grey;) n++;
        if (grey == GREY) continue;
        LM_TRY(lm_out_printf(out, e,
                             "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" "
                             "fill=\"#%02x%02x%02x\"/>\n",
                             left + (double)j * cell, top + (double)i * cell, (double)n * cell,
                             cell, (unsigned)grey, (unsigned)grey, (unsigned)grey));
    }
    return LM_OK;
}

/* Names stand before the rows, where they fit. */
static lm_status draw_names(const lm_grid *g, double left, double top, double cell, lm_out *out,
                            lm_err *e)
{
    for (size_t i = 0; g->name && cell >= LM_SVG_FONT && i < g->size; i++)
        LM_TRY(
            lm_svg_text(out, left - 4, top + ((double)i + 0.8) * cell, LM_SVG_END, g->name[i], e));
    return LM_OK;
}

lm_status lm_grid_svg(const lm_grid *g, double width, lm_out *out, lm_err *e)
{
    const double left = g->name ? NAMES : MARGIN, top = 2 * MARGIN;
    const double side = width - left - MARGIN, cell = side / (double)g->size;
    LM_TRY(lm_svg_begin(out, width, top + side + MARGIN, g->title, e));
    LM_TRY(lm_svg_text(out, left, top - 8, LM_SVG_START, lm_slice_of(g->title), e));
    for (size_t i = 0; i < g->size; i++) LM_TRY(draw_row(g, i, left, top, cell, out, e));
    LM_TRY(draw_names(g, left, top, cell, out, e));
    LM_TRY(lm_out_printf(out, e,
                         "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"none\" "
                         "stroke=\"black\"/>\n",
                         left, top, side, side));
    return lm_svg_end(out, e);
}

lm_status lm_grid_pgm(const lm_grid *g, lm_out *out, lm_err *e)
{
    LM_TRY(lm_out_expect_binary(out, e));
    LM_TRY(lm_out_printf(out, e, "P5\n%zu %zu\n%d\n", g->size, g->size, GREY));
    for (size_t i = 0; i < g->size * g->size; i++) {
        const unsigned char grey = (unsigned char)shade(g->value[i]);
        LM_TRY(lm_out_write(out, &grey, 1, e));
    }
    return LM_OK;
}

static lm_status new_grid(lm_grid *grid, size_t size, lm_err *e)
{
    size_t cells;
    if (!lm_mul_size(size, size, &cells)) cells = SIZE_MAX;
    *grid = (lm_grid){.size = size, .title = ""};
    grid->value = lm_new(cells, sizeof *grid->value, e);
    return grid->value ? LM_OK : e->status;
}

/* ---- patterns ---- */

lm_status lm_grid_of_pattern(lm_grid *grid, const char *pattern, bool causal, size_t size,
                             lm_err *e)
{
    lm_pattern list[LM_PATTERNS_MAX];
    size_t count;
    *grid = (lm_grid){0};
    LM_TRY(lm_patterns_parse(pattern, list, &count, e));
    if (count != 1) return lm_fail(e, LM_EUSAGE, "'%s': one pattern makes a picture", pattern);
    LM_TRY(new_grid(grid, size, e));
    grid->title = pattern;
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
            grid->value[i * size + j] = lm_pattern_allows(list[0], causal, i, j);
    return LM_OK;
}

/* ---- maps of a text ---- */

static lm_status read_tokens(const lm_gpt *g, lm_slice text, lm_ids *ids, lm_err *e)
{
    lm_encoder *encoder;
    LM_TRY(lm_encoder_new(&encoder, g->tokenizer, false, e));
    const lm_status s = lm_gpt_encode(g, encoder, text, ids, e);
    lm_encoder_free(encoder);
    if (s || (ids->count > 0 && ids->count <= g->shape.context)) return s;
    return lm_fail(e, LM_EUSAGE, "a text of %zu tokens; it must have 1 to %llu", ids->count,
                   (unsigned long long)g->shape.context);
}

static lm_status name_tokens(lm_attention_picture *p, const lm_gpt *g, const lm_ids *ids, lm_err *e)
{
    size_t *end = lm_new(ids->count, sizeof *end, e);
    p->name = lm_new(ids->count, sizeof *p->name, e);
    lm_status s = end && p->name ? LM_OK : e->status;
    for (size_t i = 0; !s && i < ids->count; i++) {
        s = lm_str_add_escaped(&p->names, lm_vocab_word(g->tokenizer->vocab, ids->id[i]), e);
        end[i] = p->names.length;
    }
    for (size_t i = 0, from = 0; !s && i < ids->count; from = end[i++])
        p->name[i] = (lm_slice){p->names.text + from, end[i] - from};
    lm_free(end);
    p->grid.name = p->name;
    return s;
}

/* The mean of the maps of heads from .. to - 1. */
static lm_status add_maps(lm_attention_picture *p, const lm_gpt *g, lm_gpt_room *room,
                          const lm_compute *on, size_t layer, size_t from, size_t to, lm_err *e)
{
    const size_t cells = p->grid.size * p->grid.size;
    lm_real *map = lm_new(cells, sizeof *map, e);
    if (!map) return e->status;
    for (size_t head = from; head < to; head++) {
        lm_transformer_map(on, &g->transformer, &room->layers, layer, head, p->grid.size, map);
        for (size_t i = 0; i < cells; i++) p->grid.value[i] += map[i] / (lm_real)(to - from);
    }
    lm_free(map);
    return LM_OK;
}

static lm_status run_layers(lm_attention_picture *p, const lm_gpt *g, const lm_ids *ids,
                            size_t layer, long head, const lm_run *run, lm_err *e)
{
    const size_t from = head < 0 ? 0 : (size_t)head;
    const size_t to = head < 0 ? (size_t)g->shape.heads : from + 1;
    lm_compute *on;
    lm_gpt_room room;
    LM_TRY(lm_compute_new(&on, lm_run_pool(run), false, e));
    lm_status s = lm_gpt_room_new(&room, g, ids->count, 1, LM_TRAINING, lm_run_pool(run), e);
    for (size_t i = 0; !s && i < ids->count; i++) {
        room.ids[i] = ids->id[i];
        room.targets[i] = ids->id[i];
    }
    if (!s) (void)lm_gpt_losses(on, g, &g->weights, &room, &ids->count, 1);
    if (!s) s = add_maps(p, g, &room, on, layer, from, to, e);
    lm_gpt_room_free(&room);
    lm_compute_free(on);
    return s;
}

static lm_status draw(lm_attention_picture *p, const lm_gpt *g, const lm_ids *ids, size_t layer,
                      long head, const lm_run *run, lm_err *e)
{
    LM_TRY(new_grid(&p->grid, ids->count, e));
    (void)snprintf(p->title, sizeof p->title,
                   head < 0 ? "layer %zu, all heads" : "layer %zu, head %ld", layer + 1, head + 1);
    p->grid.title = p->title;
    LM_TRY(name_tokens(p, g, ids, e));
    return run_layers(p, g, ids, layer, head, run, e);
}

lm_status lm_attention_picture_of(lm_attention_picture *p, const lm_gpt *g, lm_slice text,
                                  size_t layer, long head, const lm_run *run, lm_err *e)
{
    lm_ids ids = {0};
    *p = (lm_attention_picture){0};
    if (!g->tokenizer)
        return lm_fail(e, LM_EFORMAT, "the model has no tokenizer, so it cannot read text");
    if (layer >= g->shape.layers || head >= (long)g->shape.heads)
        return lm_fail(e, LM_EUSAGE, "the model has %llu layers of %llu heads",
                       (unsigned long long)g->shape.layers, (unsigned long long)g->shape.heads);
    lm_status s = read_tokens(g, text, &ids, e);
    if (!s) s = draw(p, g, &ids, layer, head, run, e);
    lm_ids_free(&ids);
    if (s) lm_attention_picture_free(p);
    return s;
}

void lm_attention_picture_free(lm_attention_picture *p)
{
    lm_free(p->grid.value);
    lm_free(p->name);
    lm_str_free(&p->names);
    *p = (lm_attention_picture){0};
}
