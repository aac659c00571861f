/* nnlm_options.c - the options that say what an NNLM is and how it is trained. */
#include "lm/nnlm_options.h"

static int64_t order = 5, dim = 100, hidden = 200, activation, classes, noise;
static bool direct, tied, freeze;
static double dropout;

const lm_option lm_nnlm_option_rows[] = {
    {'n', "order", LM_OPT_INT, &order, .low = 2, .high = LM_NNLM_ORDER_MAX, .arg = "N",
     .help = "predict a word from the N-1 words before it", .flags = LM_OPT_RESULT},
    {0, "dim", LM_OPT_INT, &dim, .low = 1, .high = LM_NNLM_WIDTH_MAX, .arg = "N",
     .help = "numbers of a word's vector", .flags = LM_OPT_RESULT},
    {0, "hidden", LM_OPT_INT, &hidden, .low = 1, .high = LM_NNLM_WIDTH_MAX, .arg = "N",
     .help = "units of the hidden layer", .flags = LM_OPT_RESULT},
    {0, "activation", LM_OPT_CHOICE, &activation, .arg = "tanh|sigmoid|relu",
     .help = "function of the hidden layer", .flags = LM_OPT_RESULT},
    {0, "direct", LM_OPT_FLAG, &direct,
     .help = "also connect the vectors with the output, past the hidden layer",
     .flags = LM_OPT_RESULT},
    {0, "tied", LM_OPT_FLAG, &tied,
     .help = "the output layer's weights are the words' vectors; --hidden is then --dim",
     .flags = LM_OPT_RESULT},
    {0, "dropout", LM_OPT_REAL, &dropout, .low = 0, .high = 0.99, .arg = "P",
     .help = "share of the vectors' numbers and of the hidden units left out in a step",
     .flags = LM_OPT_RESULT},
    {0, "freeze", LM_OPT_FLAG, &freeze, .help = "leave the vectors as they are at the beginning",
     .flags = LM_OPT_RESULT},
    {0, "classes", LM_OPT_INT, &classes, .low = 0, .high = 1e9, .arg = "N",
     .help = "predict one of about N classes of words, then the word in it; 0: one softmax",
     .flags = LM_OPT_RESULT},
    {0, "nce", LM_OPT_INT, &noise, .low = 0, .high = 1e6, .arg = "K",
     .help = "train by noise contrastive estimation with K noise words a step; 0: by likelihood",
     .flags = LM_OPT_RESULT},
    {0}};

void lm_nnlm_options_set_training(void)
{
    lm_train_options o = lm_train_defaults(LM_OPTIM_ADAMW);
    o.epochs = 10;
    o.batch = 256;
    o.lr = 0.002;
    o.schedule = LM_RATE_COSINE;
    lm_train_options_set(&o);
}

lm_status lm_nnlm_options_get(lm_nnlm_shape *shape, lm_nnlm_training *how, lm_err *e)
{
    if (tied && !lm_option_given("hidden")) hidden = dim;
    if (tied && hidden != dim)
        return lm_fail(e, LM_EUSAGE, "--tied: --hidden %lld is not --dim %lld", (long long)hidden,
                       (long long)dim);
    if (classes && noise)
        return lm_fail(e, LM_EUSAGE, "--nce: it needs no --classes, nor can it have them");
    *shape = (lm_nnlm_shape){.order = (int)order,
                             .dim = (uint64_t)dim,
                             .hidden = (uint64_t)hidden,
                             .activation = (lm_activation)(LM_ACT_TANH + activation),
                             .direct = direct,
                             .tied = tied,
                             .classes = (uint64_t)classes};
    *how = (lm_nnlm_training){.dropout = dropout, .freeze = freeze, .noise = (uint64_t)noise};
    return LM_OK;
}
