/* lm-plot.c - pictures of models. */
#include "lm/program.h"
#include "lm/word_map.h"

static const char *model_path, *output = "-", *words_path;
static int64_t width = 800, height = 600;
static bool map, unit, tsv;

static const lm_option options[] = {
    {0, "map", LM_OPT_FLAG, &map, .help = "a map of words: the plane in which they differ most"},
    {'m', "model", LM_OPT_FILE, &model_path, .arg = "FILE",
     .help = "--map: the model whose word vectors are drawn"},
    {0, "words", LM_OPT_FILE, &words_path, .arg = "FILE", .help = "--map: more words, in a file"},
    {0, "unit", LM_OPT_FLAG, &unit, .help = "--map: take the vectors at unit length"},
    {0, "tsv", LM_OPT_FLAG, &tsv, .help = "print what would be drawn as a table, not as SVG"},
    {0, "width", LM_OPT_INT, &width, .low = 200, .high = 10000, .arg = "N",
     .help = "of the picture, in pixels"},
    {0, "height", LM_OPT_INT, &height, .low = 200, .high = 10000, .arg = "N",
     .help = "of the picture, in pixels"},
    {'o', "output", LM_OPT_FILE, &output, .arg = "FILE",
     .help = "write the picture to FILE; - is standard output"},
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

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out;
    if (!map) return lm_fail(e, LM_EUSAGE, "what to draw? --map is what there is");
    if (!model_path) return lm_fail(e, LM_EUSAGE, "--map: --model FILE is missing");
    if (!count && !words_path)
        return lm_fail(e, LM_EUSAGE, "--map: no words, neither as operands nor by --words");
    LM_TRY(lm_out_open(&out, output, e));
    return lm_out_close(out, draw_map(out, count, operands, run, e), e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "lm-plot",
        .summary = "draw pictures of models",
        .usage = "--map -m FILE [OPTION]... [WORD]...",
        .example =
            "nnlm-train -q -e 1 --dim 20 --hidden 20 -o stories.nnlm data/stories-train.txt\n"
            "lm-plot --map -m stories.nnlm -o map.svg man woman boy girl king queen",
        .details = "A map shows words as points, by the first two principal components of their\n"
                   "vectors.  Pictures are SVG, which browsers show.",
        .source = "Pearson 1901, principal components",
        .see_also = "w2v-near, w2v-cluster",
        .max_operands = -1,
        .options = options,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
