/* w2v-eval.c - how well word vectors complete analogies and tell similar words. */
#include "lm/program.h"
#include "lm/word_tests.h"

static const char *model_path;
static lm_option_list analogies, similarity;
static int64_t restricted, threads;
static bool match_case, multiply, subwords;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model_path),
    {0, "analogies", LM_OPT_FILE, &analogies, .arg = "FILE",
     .help = "complete the analogies in FILE: lines of four words, and ': section'",
     .flags = LM_OPT_LIST},
    {0, "similarity", LM_OPT_FILE, &similarity, .arg = "FILE",
     .help = "correlate with FILE: lines of two words and how similar people find them",
     .flags = LM_OPT_LIST},
    {0, "restrict", LM_OPT_INT, &restricted, .low = 0, .high = 4e9, .arg = "N",
     .help = "only the N most frequent words are known", .unset = "all"},
    {0, "match-case", LM_OPT_FLAG, &match_case, .help = "'Paris' and 'paris' are not the same"},
    {0, "cosmul", LM_OPT_FLAG, &multiply,
     .help = "analogies by the product of similarities, not by their sum (3CosMul)"},
    {0, "subwords", LM_OPT_FLAG, &subwords,
     .help = "--similarity: words that are not known have the vector of their subwords"},
    LM_OPTION_THREADS(&threads),
    {0}};

static lm_status test_all(lm_word_tests *tests, lm_out *out, lm_err *e)
{
    for (size_t i = 0; i < analogies.count; i++)
        LM_TRY(lm_word_tests_analogies(tests, analogies.item[i], out, e));
    for (size_t i = 0; i < similarity.count; i++)
        LM_TRY(lm_word_tests_similarity(tests, similarity.item[i], out, e));
    return LM_OK;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out;
    lm_space *space;
    lm_word_tests *tests = NULL;
    const lm_word_tests_options how = {(uint64_t)restricted, match_case, multiply, subwords};
    (void)count;
    (void)operands;
    if (analogies.count + similarity.count == 0)
        return lm_fail(e, LM_EUSAGE, "neither --analogies nor --similarity is given");
    LM_TRY(lm_program_stdout(&out, false, e));
    LM_TRY(lm_space_open(&space, model_path, e));
    lm_status s = lm_word_tests_new(&tests, space, &how, run, e);
    if (!s) s = test_all(tests, out, e);
    lm_word_tests_free(tests);
    lm_space_close(space);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "w2v-eval",
        .summary = "measure word vectors by analogies and similar words",
        .usage = "[OPTION]... -m FILE {--analogies FILE | --similarity FILE}...",
        .example =
            "nnlm-train -q -e 1 --dim 20 --hidden 20 -o stories.nnlm data/stories-train.txt\n"
            "w2v-eval -m stories.nnlm --analogies data/analogies.txt "
            "--similarity data/similar.tsv",
        .details = "Prints, with TABs between:\n"
                   "  section NAME RIGHT ANSWERED QUESTIONS PERCENT   (then semantic, syntactic,\n"
                   "                                                  total)\n"
                   "  similarity FILE PAIRS-KNOWN PAIRS SPEARMAN PEARSON",
        .source = "compute-accuracy.c of word2vec; Mikolov et al. 2013; Spearman 1904",
        .see_also = "w2v-near, w2v-cluster, w2v-embed",
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
