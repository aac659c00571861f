/* word_map.c - words as points of a plane: their principal components, and places for the labels
 * that cover each other as little as can be had. */
#include "lm/word_map.h"
#include <string.h>
#include "lm/memory.h"
#include "lm/pca.h"
#include "lm/svg.h"
#include "lm/vocab.h"

struct lm_word_map {
    const lm_space *space;
    bool unit;
    lm_vocab *words;
    lm_real *x; /* (LM_WORD_MAP_MAX, D) */
};

lm_status lm_word_map_new(lm_word_map **out, const lm_space *space, bool unit, lm_err *e)
{
    *out = NULL;
    lm_word_map *map = lm_new(1, sizeof *map, e);
    if (!map) return e->status;
    *map = (lm_word_map){.space = space, .unit = unit};
    map->x = lm_new(LM_WORD_MAP_MAX, space->dim * sizeof *map->x, e);
    const lm_status s = map->x ? lm_vocab_new(&map->words, e) : e->status;
    if (s)
        lm_word_map_free(map);
    else
        *out = map;
    return s;
}

void lm_word_map_free(lm_word_map *map)
{
    if (!map) return;
    lm_vocab_free(map->words);
    lm_free(map->x);
    lm_free(map);
}

lm_status lm_word_map_add(lm_word_map *map, lm_slice word, const lm_run *run, lm_err *e)
{
    uint32_t id;
    bool found;
    const size_t D = map->space->dim, count = map->words->size;
    if (lm_vocab_find(map->words, word) != LM_NO_WORD) return LM_OK;
    if (count == LM_WORD_MAP_MAX)
        return lm_fail(e, LM_EUSAGE, "more than %d words on a map", LM_WORD_MAP_MAX);
    LM_TRY(lm_space_vector(map->space, word, map->x + count * D, &found, e));
    if (!found) {
        lm_note(run, "'%.*s' has no vector", word.length < 100 ? (int)word.length : 100, word.text);
        return LM_OK;
    }
    if (map->unit) lm_space_unit(map->x + count * D, D);
    return lm_vocab_add(map->words, word, &id, e);
}

lm_status lm_word_map_read(lm_word_map *map, lm_text *text, const lm_run *run, lm_err *e)
{
    lm_slice word;
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        LM_TRY(lm_text_next(text, &event, &word, e));
        if (event == LM_TOKEN) LM_TRY(lm_word_map_add(map, word, run, e));
    }
    return LM_OK;
}

/* place (words, 2), freed by the caller. */
static lm_status find_places(const lm_word_map *map, double **place, double share[2], lm_err *e)
{
    *place = NULL;
    const size_t N = map->words->size;
    if (N == 0) return lm_fail(e, LM_EUSAGE, "no word to put on the map has a vector");
    *place = lm_new(N, 2 * sizeof **place, e);
    return *place ? lm_pca(map->x, N, map->space->dim, 2, *place, share, e) : e->status;
}

lm_status lm_word_map_tsv(const lm_word_map *map, lm_out *out, lm_err *e)
{
    double *place, share[2];
    lm_status s = find_places(map, &place, share, e);
    for (uint32_t i = 0; !s && i < map->words->size; i++) {
        const lm_slice word = lm_vocab_word(map->words, i);
        s = lm_out_write(out, word.text, word.length, e);
        if (!s) s = lm_out_printf(out, e, "\t%.7g\t%.7g\n", place[2 * i], place[2 * i + 1]);
    }
    lm_free(place);
    return s;
}

/* ---- the picture ---- */

enum { MARGIN = 50, RADIUS = 3, RINGS = 4 };
#define FONT ((double)LM_SVG_FONT)

typedef struct {
    double left, top, right, bottom;
} box;

/* Where a label stands beside its point. */
typedef struct {
    box box;
    double x, y; /* of the text */
    lm_svg_anchor anchor;
    bool far; /* a line leads to it */
} label;

typedef struct {
    double width, height;
    double *place; /* (N,2) on the page */
    size_t N;
    label *labels; /* (N) */
} page;

static double shared(box a, box b)
{
    const double left = a.left > b.left ? a.left : b.left;
    const double right = a.right < b.right ? a.right : b.right;
    const double top = a.top > b.top ? a.top : b.top;
    const double bottom = a.bottom < b.bottom ? a.bottom : b.bottom;
    return right > left && bottom > top ? (right - left) * (bottom - top) : 0;
}

/* The whole page but for its margins, with one scale for both directions: distances count. */
static void fit(page *p)
{
    double low[2] = {0}, high[2] = {0};
    for (size_t i = 0; i < 2 * p->N; i++) {
        if (i < 2 || p->place[i] < low[i % 2]) low[i % 2] = p->place[i];
        if (i < 2 || p->place[i] > high[i % 2]) high[i % 2] = p->place[i];
    }
    const double room[2] = {p->width - 2 * MARGIN, p->height - 2 * MARGIN};
    double scale = 0;
    for (int k = 0; k < 2; k++) {
        const double range = high[k] - low[k];
        if (range > 0 && (!(scale > 0) || room[k] / range < scale)) scale = room[k] / range;
    }
    for (size_t i = 0; i < p->N; i++) {
        const double x = p->place[2 * i] - (low[0] + high[0]) / 2;
        const double y = p->place[2 * i + 1] - (low[1] + high[1]) / 2;
        p->place[2 * i] = p->width / 2 + scale * x;
        p->place[2 * i + 1] = p->height / 2 - scale * y;
    }
}

/* Right, left, above, below and the corners, farther and farther away. */
static label candidate(double x, double y, double width, int ring, int side)
{
    static const int across[] = {1, -1, 0, 0, 1, 1, -1, -1}, down[] = {0, 0, -1, 1, -1, 1, -1, 1};
    const double away = RADIUS + 2 + ring * FONT;
    label l = {.far = ring > 0};
    l.anchor = across[side] > 0 ? LM_SVG_START : across[side] < 0 ? LM_SVG_END : LM_SVG_MIDDLE;
    l.x = x + across[side] * away;
    l.y = y + down[side] * (away + FONT / 2) + FONT / 3;
    l.box.left = l.x - (across[side] > 0 ? 0 : across[side] < 0 ? width : width / 2);
    l.box.right = l.box.left + width;
    l.box.top = l.y - FONT * 0.8;
    l.box.bottom = l.y + FONT * 0.25;
    return l;
}

/* What a label at this place would cover: labels before it, points, the world outside. */
static double cost(const page *p, const label *l, size_t before)
{
    const box b = l->box, whole = {0, 0, p->width, p->height};
    double sum = (b.right - b.left) * (b.bottom - b.top) - shared(b, whole);
    for (size_t i = 0; i < before; i++) sum += shared(b, p->labels[i].box);
    for (size_t i = 0; i < p->N; i++) {
        const double x = p->place[2 * i], y = p->place[2 * i + 1];
        sum += shared(b, (box){x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS});
    }
    return sum;
}

static void place_label(page *p, size_t i, double width)
{
    double least = 0;
    for (int ring = 0; ring < RINGS; ring++)
        for (int side = 0; side < 8; side++) {
            const label l = candidate(p->place[2 * i], p->place[2 * i + 1], width, ring, side);
            const double own = cost(p, &l, i);
            const bool first = ring == 0 && side == 0;
            if (!first && !(own < least)) continue;
            least = own;
            p->labels[i] = l;
            if (!(least > 0)) return;
        }
}

static lm_status draw_axes(const page *p, const double share[2], lm_out *out, lm_err *e)
{
    lm_str text = {0};
    lm_status s = lm_str_addf(&text, e, "%.1f %% of the variance across, %.1f %% up",
                              100 * share[0], 100 * share[1]);
    if (!s)
        s = lm_svg_text(out, p->width / 2, p->height - 10, LM_SVG_MIDDLE,
                        (lm_slice){text.text, text.length}, e);
    lm_str_free(&text);
    return s;
}

static lm_status draw(page *p, const lm_vocab *words, const double share[2], lm_out *out, lm_err *e)
{
    fit(p);
    for (size_t i = 0; i < p->N; i++)
        place_label(p, i, lm_svg_width(lm_vocab_word(words, (uint32_t)i)));
    LM_TRY(lm_svg_begin(out, p->width, p->height, "words by their vectors", e));
    LM_TRY(draw_axes(p, share, out, e));
    for (size_t i = 0; i < p->N; i++) {
        const label *l = &p->labels[i];
        if (l->far)
            LM_TRY(
                lm_svg_line(out, p->place[2 * i], p->place[2 * i + 1], l->x, l->y - FONT / 3, e));
    }
    for (size_t i = 0; i < p->N; i++)
        LM_TRY(lm_svg_dot(out, p->place[2 * i], p->place[2 * i + 1], RADIUS, e));
    for (size_t i = 0; i < p->N; i++) {
        const label *l = &p->labels[i];
        LM_TRY(lm_svg_text(out, l->x, l->y, l->anchor, lm_vocab_word(words, (uint32_t)i), e));
    }
    return lm_svg_end(out, e);
}

lm_status lm_word_map_svg(const lm_word_map *map, double width, double height, lm_out *out,
                          lm_err *e)
{
    double share[2];
    page p = {.width = width, .height = height, .N = map->words->size};
    lm_status s = find_places(map, &p.place, share, e);
    if (!s) {
        p.labels = lm_new(p.N, sizeof *p.labels, e);
        s = p.labels ? draw(&p, map->words, share, out, e) : e->status;
    }
    lm_free(p.labels);
    lm_free(p.place);
    return s;
}
