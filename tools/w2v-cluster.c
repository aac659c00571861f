/* w2v-cluster.c - words in clusters of near ones. */
#include "lm/clusters.h"
#include "lm/program.h"

static const char *model_path;
static int64_t clusters = 100, iterations = 100, restricted, seed = 1, threads;
static bool sorted;

static const lm_option options[] = {
    LM_OPTION_MODEL(&model_path),
    {'k', "clusters", LM_OPT_INT, &clusters, .low = 1, .high = 1e9, .arg = "K",
     .help = "how many clusters"},
    {0, "iterations", LM_OPT_INT, &iterations, .low = 1, .high = 1e9, .arg = "N",
     .help = "stop after N rounds, though words still change their clusters"},
    {0, "restrict", LM_OPT_INT, &restricted, .low = 0, .high = 4e9, .arg = "N",
     .help = "only the N most frequent words", .unset = "all"},
    {0, "sorted", LM_OPT_FLAG, &sorted, .help = "print one cluster after another"},
    LM_OPTION_SEED(&seed),
    LM_OPTION_THREADS(&threads),
    {0}};

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    const lm_clusters_options how = {.means = {.clusters = (size_t)clusters,
                                               .iterations = (uint64_t)iterations,
                                               .seed = (uint64_t)seed},
                                     .restricted = (uint64_t)restricted,
                                     .sorted = sorted};
    lm_out *out;
    lm_space *space;
    (void)count;
    (void)operands;
    LM_TRY(lm_program_stdout(&out, false, e));
    LM_TRY(lm_space_open(&space, model_path, e));
    const lm_status s = lm_clusters_write(space, &how, out, run, e);
    lm_space_close(space);
    return s;
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "w2v-cluster",
        .summary = "put words into clusters of near ones",
        .usage = "[OPTION]... -m FILE",
        .example =
            "nnlm-train -q -e 1 --dim 20 --hidden 20 -o stories.nnlm data/stories-train.txt\n"
            "w2v-cluster -m stories.nnlm -k 50 --sorted",
        .details = "Prints word TAB cluster lines, in the order of the vocabulary; clusters are\n"
                   "numbered from 0 by their most frequent words.",
        .source = "Lloyd 1982; Arthur and Vassilvitskii 2007, k-means++",
        .see_also = "w2v-near, w2v-embed, w2v-eval",
        .options = options,
        .threads = &threads,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
