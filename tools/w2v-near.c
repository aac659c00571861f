/* w2v-near.c - nearest words, analogies, vectors of words. */
#include "lm/near.h"
#include "lm/program.h"

static const char *model_path;
static int64_t top = 10, restricted, threads;
static bool multiply, vectors, line_buffered;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model_path),
    {'k', "top", LM_OPT_INT, &top, .low = 1, .high = 1e9, .arg = "K",
     .help = "how many words to show for each line"},
    {0, "restrict", LM_OPT_INT, &restricted, .low = 0, .high = 4e9, .arg = "N",
     .help = "only the N most frequent words are answers", .unset = "all"},
    {0, "cosmul", LM_OPT_FLAG, &multiply,
     .help = "analogies by the product of similarities, not by their sum (3CosMul)"},
    {0, "vectors", LM_OPT_FLAG, &vectors,
     .help = "print the vector of every word in place of what is near"},
    LM_OPTION_LINE_BUFFERED(&line_buffered),
    LM_OPTION_THREADS(&threads),
    {0}};

static lm_status answer(lm_space *space, lm_text *text, lm_out *out, const lm_run *run, lm_err *e)
{
    const lm_near_options how = {(uint64_t)top, (uint64_t)restricted, multiply};
    if (vectors) return lm_near_vectors(space, text, out, run, e);
    return lm_near(space, &how, text, out, run, e);
}

/* Options that would be given in vain. */
static lm_status check_given(lm_err *e)
{
    static const char *const searching[] = {"top", "restrict", "cosmul"};
    for (int i = 0; vectors && i < 3; i++)
        if (lm_option_given(searching[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: with --vectors nothing is searched", searching[i]);
    return LM_OK;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out;
    lm_space *space;
    lm_text *text = NULL;
    LM_TRY(check_given(e));
    LM_TRY(lm_program_stdout(&out, line_buffered, e));
    LM_TRY(lm_space_open(&space, model_path, e));
    lm_program_announce_stdin(count, operands);
    lm_status s = lm_text_open(&text, operands, (size_t)count, LM_UNIT_WORD, true, e);
    if (!s) s = answer(space, text, out, run, e);
    lm_text_close(text);
    lm_space_close(space);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "w2v-near",
        .summary = "find nearest words, complete analogies, print vectors of words",
        .usage = "[OPTION]... -m FILE [FILE]...",
        .example =
            "nnlm-train -q -e 1 --dim 20 --hidden 20 -o stories.nnlm data/stories-train.txt\n"
            "echo 'dog : puppy :: cat' | w2v-near -m stories.nnlm -k 5",
        .details = "Reads questions, one a line.  For each, prints word TAB cosine lines, the\n"
                   "nearest first, ties in byte order; an empty line stands between them:\n"
                   "  word ...         what is near to the word, or to the sum of the words\n"
                   "  a : b :: c       what is to c as b is to a",
        .source = "Mikolov et al. 2013, Linguistic regularities in continuous space word\n"
                  "representations; Levy and Goldberg 2014",
        .see_also = "w2v-eval, w2v-embed, w2v-cluster, ckpt-convert",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
