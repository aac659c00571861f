/* gpt_options.c - the options that say what a GPT is and how it is pretrained. */
#include "lm/gpt_options.h"

static const char *patterns = "dense";
static int64_t preset, layers = 4, heads = 4, width = 128, context = 64, vocab, norm, positions;
static double dropout;
static bool recompute, early;

enum { PRE_NORM, POST_NORM };
enum { WARMUP = 2000 }; /* steps: GPT-1's, and nanoGPT's for GPT-2 */

const lm_option lm_gpt_option_rows[] = {
    {0, "preset", LM_OPT_CHOICE, &preset, .arg = "none|" LM_GPT_PRESETS,
     .help = "the shape of a model of the papers; what else is given changes it",
     .flags = LM_OPT_RESULT},
    {0, "layers", LM_OPT_INT, &layers, .low = 1, .high = LM_GPT_LAYERS_MAX, .arg = "N",
     .help = "layers", .flags = LM_OPT_RESULT},
    {0, "heads", LM_OPT_INT, &heads, .low = 1, .high = LM_GPT_WIDTH_MAX, .arg = "N",
     .help = "heads of attention in a layer", .flags = LM_OPT_RESULT},
    {0, "width", LM_OPT_INT, &width, .low = 1, .high = LM_GPT_WIDTH_MAX, .arg = "N",
     .help = "numbers of a token's vector, a multiple of --heads", .flags = LM_OPT_RESULT},
    {'t', "context", LM_OPT_INT, &context, .low = 1, .high = LM_GPT_CONTEXT_MAX, .arg = "N",
     .help = "tokens that it sees at once", .flags = LM_OPT_RESULT},
    {0, "vocab", LM_OPT_INT, &vocab, .low = 0, .high = 1e9, .arg = "N",
     .help = "tokens there can be, at least those of the tokenizer", .unset = "those",
     .flags = LM_OPT_RESULT},
    {0, "norm", LM_OPT_CHOICE, &norm, .arg = "pre|post",
     .help = "layer norms before attention and mlp, as in GPT-2, or after them, as in GPT-1",
     .flags = LM_OPT_RESULT},
    {0, "positions", LM_OPT_CHOICE, &positions, .arg = "learned|sine",
     .help = "vectors of the positions", .flags = LM_OPT_RESULT},
    {0, "pattern", LM_OPT_TEXT, &patterns, .arg = "LIST",
     .help = "what attention looks at, layer by layer, over and over: dense, local:K, band:K, "
             "atrous:K, sparse:K, block:K, column:K[:C], fixed:K[:C], with commas between them",
     .flags = LM_OPT_RESULT},
    {0, "dropout", LM_OPT_REAL, &dropout, .low = 0, .high = 0.99, .arg = "P",
     .help = "share of vectors, of attention's probabilities and of what layers add left out in a "
             "step",
     .flags = LM_OPT_RESULT},
    {0, "recompute", LM_OPT_FLAG, &recompute,
     .help = "compute activations a second time rather than keep them: less memory, a third more "
             "work, the same bits"},
    {0, "early-update", LM_OPT_FLAG, &early,
     .help = "move the parameters of a layer as soon as their gradients are there, which are not "
             "kept: less memory, the same bits; with --clip 0, --accumulate 1"},
    {0}};

void lm_gpt_options_set_training(void)
{
    lm_train_options o = lm_train_defaults(LM_OPTIM_ADAMW);
    o.steps = 2000;
    o.batch = 12;
    o.lr = 0.001;
    o.schedule = LM_RATE_COSINE;
    o.warmup = 100; /* as is suggested for so many steps */
    o.min_lr = 0.1;
    o.clip = 1;
    o.optim.beta1 = 0.9;
    o.optim.beta2 = 0.99;
    o.optim.decay = 0.1;
    lm_train_options_set(&o);
}

/* The preset's shape and rate; false: there is none. */
static bool find_preset(lm_gpt_shape *shape, double *lr)
{
    if (preset > 0) *shape = lm_gpt_preset((size_t)preset - 1, lr);
    return preset > 0;
}

void lm_gpt_options_suggest(void)
{
    lm_gpt_shape shape;
    double lr;
    if (find_preset(&shape, &lr)) lm_train_options_suggest(lr);
    lm_train_options_suggest_warmup(WARMUP);
}

/* What was given, or what there is no preset for. */
static bool counts(const char *option, bool has_preset)
{
    return !has_preset || lm_option_given(option);
}

lm_status lm_gpt_options_get(lm_gpt_shape *shape, lm_gpt_training *how, uint64_t tokens, lm_err *e)
{
    double lr;
    *shape = (lm_gpt_shape){0};
    const bool has = find_preset(shape, &lr);
    if (counts("layers", has)) shape->layers = (uint64_t)layers;
    if (counts("heads", has)) shape->heads = (uint64_t)heads;
    if (counts("width", has)) shape->width = (uint64_t)width;
    if (counts("context", has)) shape->context = (uint64_t)context;
    if (counts("norm", has)) shape->post_norm = norm == POST_NORM;
    if (tokens) shape->vocab = tokens;
    if (vocab) shape->vocab = (uint64_t)vocab;
    shape->sine = positions == 1;
    if (counts("pattern", has))
        LM_TRY(lm_patterns_parse(patterns, shape->pattern, &shape->patterns, e));
    if (shape->vocab == 0)
        return lm_fail(e, LM_EUSAGE, "--vocab: neither it, nor a preset, nor a text is given");
    *how = (lm_gpt_training){.dropout = dropout, .recompute = recompute, .early = early};
    return LM_OK;
}
