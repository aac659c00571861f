/* w2v_options.c - the options that say what word vectors are and how they are trained. */
#include "lm/w2v_options.h"

static int64_t mode, loss, dim = 100, window = 5, negative = 5, min_n = 3, max_n, buckets = 2000000;
static double noise_power = 0.75, sample = 1e-3;
static bool sum, bias, fixed_window, undivided, hogwild;

const lm_option lm_w2v_option_rows[] = {
    {0, "mode", LM_OPT_CHOICE, &mode, .arg = LM_W2V_MODE_NAMES,
     .help = "cbow: predict a word from the mean of those around it; sg: from each of them",
     .flags = LM_OPT_RESULT},
    {0, "loss", LM_OPT_CHOICE, &loss, .arg = LM_W2V_LOSS_NAMES,
     .help = "negative: tell a word from noise words; hierarchy: find its way in a Huffman tree; "
             "softmax: among all words",
     .flags = LM_OPT_RESULT},
    {0, "dim", LM_OPT_INT, &dim, .low = 1, .high = LM_W2V_DIM_MAX, .arg = "N",
     .help = "numbers of a word's vector", .flags = LM_OPT_RESULT},
    {0, "window", LM_OPT_INT, &window, .low = 1, .high = LM_W2V_WINDOW_MAX, .arg = "N",
     .help = "most words on each side that count as near", .flags = LM_OPT_RESULT},
    {0, "fixed-window", LM_OPT_FLAG, &fixed_window,
     .help = "always the whole window; otherwise 1 to N words, drawn for every word",
     .flags = LM_OPT_RESULT},
    {0, "negative", LM_OPT_INT, &negative, .low = 1, .high = 1000, .arg = "K",
     .help = "noise words for each word", .flags = LM_OPT_RESULT},
    {0, "noise-power", LM_OPT_REAL, &noise_power, .low = -10, .high = 10, .arg = "X",
     .help = "noise words are drawn by their count to this power", .flags = LM_OPT_RESULT},
    {0, "sample", LM_OPT_REAL, &sample, .low = 0, .high = 1, .arg = "T",
     .help = "leave out many of the words more frequent than this; 0: none",
     .flags = LM_OPT_RESULT},
    {0, "sum", LM_OPT_FLAG, &sum, .help = "cbow: from the sum of the words around, not the mean",
     .flags = LM_OPT_RESULT},
    {0, "undivided", LM_OPT_FLAG, &undivided,
     .help = "cbow: each word around takes the mean's gradient whole, as word2vec.c has it",
     .flags = LM_OPT_RESULT},
    {0, "bias", LM_OPT_FLAG, &bias, .help = "softmax: with a bias for each word",
     .flags = LM_OPT_RESULT},
    {0, "max-n", LM_OPT_INT, &max_n, .low = 0, .high = LM_W2V_GRAM_MAX, .arg = "N",
     .help = "longest character n-grams that share in a word's vector; 0: none",
     .flags = LM_OPT_RESULT},
    {0, "min-n", LM_OPT_INT, &min_n, .low = 1, .high = LM_W2V_GRAM_MAX, .arg = "N",
     .help = "shortest of them", .flags = LM_OPT_RESULT},
    {0, "buckets", LM_OPT_INT, &buckets, .low = 1, .high = 1e9, .arg = "N",
     .help = "vectors that they share", .flags = LM_OPT_RESULT},
    {0, "hogwild", LM_OPT_FLAG, &hogwild,
     .help = "threads do not wait for each other: no two runs are the same",
     .flags = LM_OPT_RESULT},
    {0}};

static double good_rate(void)
{
    if (mode == LM_W2V_SG) return 0.025;
    return undivided || sum ? 0.05 : 0.15;
}

void lm_w2v_options_set_training(void)
{
    lm_train_options o = lm_train_defaults(LM_OPTIM_SGD);
    o.epochs = 5;
    o.batch = 8;
    o.lr = good_rate();
    o.schedule = LM_RATE_W2V;
    lm_train_options_set(&o);
}

/* Options that would be given in vain. */
static lm_status check_given(lm_err *e)
{
    const struct {
        const char *name, *needs;
        bool has;
    } rows[] = {
        {"negative", "--loss negative", loss == LM_W2V_NEGATIVE},
        {"noise-power", "--loss negative", loss == LM_W2V_NEGATIVE},
        {"bias", "--loss softmax", loss == LM_W2V_SOFTMAX},
        {"max-n", "--loss negative or hierarchy", loss != LM_W2V_SOFTMAX},
        {"hogwild", "--loss negative or hierarchy", loss != LM_W2V_SOFTMAX},
        {"sum", "--mode cbow", mode == LM_W2V_CBOW},
        {"undivided", "--mode cbow", mode == LM_W2V_CBOW},
        {"min-n", "--max-n", max_n > 0},
        {"buckets", "--max-n", max_n > 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lm_option_given(rows[i].name) && !rows[i].has)
            return lm_fail(e, LM_EUSAGE, "--%s: only with %s", rows[i].name, rows[i].needs);
    return LM_OK;
}

/* Those of the training loop that belong to gradients of whole batches. */
static lm_status check_training(lm_err *e)
{
    static const char *const names[] = {"optimizer", "momentum", "beta1",        "beta2",
                                        "eps",       "clip",     "weight-decay", "bf16"};
    if (lm_option_given("accumulate"))
        return lm_fail(e, LM_EUSAGE, "--accumulate: not of word vectors; a smaller --batch helps");
    if (lm_option_given("valid"))
        return lm_fail(e, LM_EUSAGE, "--valid: vectors are not measured by text; see w2v-eval");
    for (size_t i = 0; loss != LM_W2V_SOFTMAX && i < sizeof names / sizeof *names; i++)
        if (lm_option_given(names[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: only with --loss softmax", names[i]);
    return LM_OK;
}

lm_status lm_w2v_options_get(lm_w2v_shape *shape, lm_w2v_training *how, lm_err *e)
{
    LM_TRY(check_given(e));
    LM_TRY(check_training(e));
    lm_train_options_suggest(good_rate());
    *shape = (lm_w2v_shape){.mode = (lm_w2v_mode)mode,
                            .loss = (lm_w2v_loss)loss,
                            .dim = (uint64_t)dim,
                            .window = (uint64_t)window,
                            .noise_power = loss == LM_W2V_NEGATIVE ? noise_power : 0,
                            .sum = sum,
                            .bias = bias,
                            .min_n = max_n ? (uint64_t)min_n : 0,
                            .max_n = (uint64_t)max_n,
                            .buckets = max_n ? (uint64_t)buckets : 0};
    *how = (lm_w2v_training){.noise = loss == LM_W2V_NEGATIVE ? (uint64_t)negative : 0,
                             .sample = sample,
                             .fixed_window = fixed_window,
                             .undivided = undivided,
                             .hogwild = hogwild};
    return LM_OK;
}
