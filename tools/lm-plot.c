/* lm-plot.c - pictures of models. */
#include "lm/attention_plot.h"
#include "lm/gpt_open.h"
#include "lm/memory.h"
#include "lm/program.h"
#include "lm/word_map.h"

static const char *model_path, *output = "-", *words_path, *read_text, *pattern;
static int64_t width = 800, height = 600, context = 64, layer = 1, head, threads;
static bool map, attention, both_ways, pgm, unit, tsv;

static const lm_option options[] = {
    {0, "map", LM_OPT_FLAG, &map, .help = "a map of words: the plane in which they differ most"},
    {'m', "model", LM_OPT_FILE, &model_path, .arg = "FILE",
     .help = "the model: of word vectors for --map, a GPT for --attention"},
    {0, "words", LM_OPT_FILE, &words_path, .arg = "FILE", .help = "--map: more words, in a file"},
    {0, "unit", LM_OPT_FLAG, &unit, .help = "--map: take the vectors at unit length"},
    {0, "tsv", LM_OPT_FLAG, &tsv, .help = "--map: print a table, not SVG"},
    {0, "attention", LM_OPT_FLAG, &attention,
     .help = "what attention looks at: of a pattern, or of a GPT reading a text"},
    {0, "pattern", LM_OPT_TEXT, &pattern, .arg = "PATTERN",
     .help = "--attention: this one, as gpt-train has them"},
    {'t', "context", LM_OPT_INT, &context, .low = 1, .high = 4096, .arg = "N",
     .help = "--pattern: positions"},
    {0, "both-ways", LM_OPT_FLAG, &both_ways, .help = "--pattern: keys after the query, too"},
    {0, "text", LM_OPT_TEXT, &read_text, .arg = "TEXT", .help = "--attention -m: what is read"},
    {0, "layer", LM_OPT_INT, &layer, .low = 1, .high = 1000, .arg = "N",
     .help = "--text: the layer, from 1"},
    {0, "head", LM_OPT_INT, &head, .low = 0, .high = 1e5, .arg = "N",
     .help = "--text: the head, from 1; 0: the mean of all"},
    {0, "pgm", LM_OPT_FLAG, &pgm, .help = "--attention: a PGM, a byte a cell, not SVG"},
    {0, "width", LM_OPT_INT, &width, .low = 200, .high = 10000, .arg = "N",
     .help = "of the picture, in pixels"},
    {0, "height", LM_OPT_INT, &height, .low = 200, .high = 10000, .arg = "N",
     .help = "of the picture, in pixels"},
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "write the picture to FILE; - is standard output"},
    LM_OPTION_THREADS(&threads),
    {0}};

static lm_status add_words(lm_word_map *words, int count, char **operands, const lm_run *run,
                           lm_err *e)
{
    lm_text *text = NULL;
    lm_str path = {0};
    for (int i = 0; i < count; i++)
        LM_TRY(lm_word_map_add(words, lm_slice_of(operands[i]), run, e));
    if (!words_path) return LM_OK;
    LM_TRY(lm_str_addf(&path, e, "%s", words_path));
    lm_program_announce_stdin(1, &path.text);
    lm_status s = lm_text_open(&text, &path.text, 1, LM_UNIT_WORD, true, e);
    if (!s) s = lm_word_map_read(words, text, run, e);
    lm_text_close(text);
    lm_str_free(&path);
    return s;
}

static lm_status draw_map(lm_out *out, int count, char **operands, const lm_run *run, lm_err *e)
{
    lm_space *space;
    lm_word_map *words = NULL;
    LM_TRY(lm_space_open(&space, model_path, e));
    lm_status s = lm_word_map_new(&words, space, unit, e);
    if (!s) s = add_words(words, count, operands, run, e);
    if (!s)
        s = tsv ? lm_word_map_tsv(words, out, e)
                : lm_word_map_svg(words, (double)width, (double)height, out, e);
    lm_word_map_free(words);
    lm_space_close(space);
    return s;
}

static lm_status draw_grid(const lm_grid *grid, lm_out *out, lm_err *e)
{
    return pgm ? lm_grid_pgm(grid, out, e) : lm_grid_svg(grid, (double)width, out, e);
}

static lm_status draw_pattern(lm_out *out, lm_err *e)
{
    lm_grid grid;
    LM_TRY(lm_grid_of_pattern(&grid, pattern, !both_ways, (size_t)context, e));
    const lm_status s = draw_grid(&grid, out, e);
    lm_free(grid.value);
    return s;
}

static lm_status draw_attention(lm_out *out, const lm_run *run, lm_err *e)
{
    lm_gpt_opened opened;
    lm_attention_picture picture;
    if (pattern) return draw_pattern(out, e);
    LM_TRY(lm_gpt_open(&opened, model_path, run, e));
    lm_status s = lm_attention_picture_of(&picture, opened.gpt, lm_slice_of(read_text),
                                          (size_t)layer - 1, (long)head - 1, run, e);
    if (!s) s = draw_grid(&picture.grid, out, e);
    if (!s) lm_attention_picture_free(&picture);
    lm_gpt_close(&opened);
    return s;
}

/* One picture, and what it needs. */
static lm_status check(int count, lm_err *e)
{
    if (map == attention)
        return lm_fail(e, LM_EUSAGE, "what to draw? --map or --attention is what there is");
    if (map && !model_path) return lm_fail(e, LM_EUSAGE, "--map: --model FILE is missing");
    if (map && !count && !words_path)
        return lm_fail(e, LM_EUSAGE, "--map: no words, neither as operands nor by --words");
    if (attention && (pattern ? model_path || read_text : !model_path || !read_text))
        return lm_fail(e, LM_EUSAGE, "--attention: either --pattern, or --model and --text");
    if (attention && (count || words_path || unit || tsv))
        return lm_fail(e, LM_EUSAGE, "--attention: words, --unit and --tsv are for --map");
    if (map && (pattern || read_text || pgm))
        return lm_fail(e, LM_EUSAGE, "--map: --pattern, --text and --pgm are for --attention");
    return LM_OK;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out;
    LM_TRY(check(count, e));
    LM_TRY(lm_out_open(&out, output, e));
    return lm_out_close(
        out, map ? draw_map(out, count, operands, run, e) : draw_attention(out, run, e), e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "lm-plot",
        .summary = "draw pictures of models",
        .usage = "--map -m FILE [OPTION]... [WORD]...\n"
                 "lm-plot --attention [OPTION]...",
        .example =
            "nnlm-train -q -e 1 --dim 20 --hidden 20 -o stories.nnlm data/stories-train.txt\n"
            "lm-plot --map -m stories.nnlm -o map.svg man woman boy girl king queen\n"
            "lm-plot --attention --pattern fixed:8 -t 32 -o fixed.svg",
        .details =
            "A map shows words as points, by the first two principal components of their\n"
            "vectors.  Pictures are SVG, which browsers show. Attention is a grid, a row for\n"
            "each query, a column for each key, the darker the more it looks at it.",
        .source = "Pearson 1901, principal components",
        .see_also = "w2v-near, w2v-cluster",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
