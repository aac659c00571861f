/* train_options.c - the options of training, the same in every program that trains. */
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/train.h"
#include "train_internal.h"

static lm_train_options given;

static const char own[] = "the optimizer's";

const lm_option lm_train_option_rows[] = {
    {'e', "epochs", LM_OPT_INT, &given.epochs, .low = 0, .high = 1e9, .arg = "N",
     .help = "times to go through the data; 0: as --steps says", .flags = LM_OPT_RESULT},
    {0, "steps", LM_OPT_INT, &given.steps, .low = 0, .high = 1e15, .arg = "N",
     .help = "steps to make, in place of epochs; 0: as --epochs says", .flags = LM_OPT_RESULT},
    {'b', "batch", LM_OPT_INT, &given.batch, .low = 1, .high = 1e9, .arg = "N",
     .help = "examples of a step", .flags = LM_OPT_RESULT},
    {0, "accumulate", LM_OPT_INT, &given.accumulate, .low = 1, .high = 1e9, .arg = "N",
     .help = "compute a batch in N parts, one after another, in less memory",
     .flags = LM_OPT_RESULT},
    {0, "no-shuffle", LM_OPT_FLAG, &given.no_shuffle,
     .help = "every epoch in the order of the data", .flags = LM_OPT_RESULT},
    {'l', "lr", LM_OPT_REAL, &given.lr, .low = 0, .high = 1e6, .arg = "X",
     .help = "learning rate, the highest of the schedule", .flags = LM_OPT_RESULT},
    {0, "schedule", LM_OPT_CHOICE, &given.schedule, .arg = LM_RATE_NAMES,
     .help = "how the rate falls", .flags = LM_OPT_RESULT},
    {0, "warmup", LM_OPT_INT, &given.warmup, .low = 0, .high = 1e15, .arg = "STEPS",
     .help = "steps in which the rate rises to its highest", .flags = LM_OPT_RESULT},
    {0, "min-lr", LM_OPT_REAL, &given.min_lr, .low = 0, .high = 1, .arg = "X",
     .help = "the last rate, as a share of the highest", .flags = LM_OPT_RESULT},
    {0, "optimizer", LM_OPT_CHOICE, &given.optimizer, .arg = LM_OPTIM_NAMES,
     .help = "how parameters follow their gradients", .flags = LM_OPT_RESULT},
    {0, "momentum", LM_OPT_REAL, &given.optim.momentum, .low = 0, .high = 0.999999, .arg = "X",
     .help = "of sgd", .unset = own, .flags = LM_OPT_RESULT},
    {0, "beta1", LM_OPT_REAL, &given.optim.beta1, .low = 0, .high = 0.999999, .arg = "X",
     .help = "decay of the mean gradient, of adam and its kin", .unset = own,
     .flags = LM_OPT_RESULT},
    {0, "beta2", LM_OPT_REAL, &given.optim.beta2, .low = 0, .high = 0.99999999, .arg = "X",
     .help = "decay of the mean squared gradient, of adam and its kin", .unset = own,
     .flags = LM_OPT_RESULT},
    {0, "eps", LM_OPT_REAL, &given.optim.eps, .low = 0, .high = 1, .arg = "X",
     .help = "what is added to the divisor, of adagrad, adam and its kin", .unset = own,
     .flags = LM_OPT_RESULT},
    {0, "weight-decay", LM_OPT_REAL, &given.optim.decay, .low = 0, .high = 1e3, .arg = "X",
     .help = "how much weights shrink", .unset = own, .flags = LM_OPT_RESULT},
    {0, "clip", LM_OPT_REAL, &given.clip, .low = 0, .high = 1e9, .arg = "NORM",
     .help = "shorten gradients that are longer; 0: none", .flags = LM_OPT_RESULT},
    {0, "average", LM_OPT_REAL, &given.average, .low = 0, .high = 0.99999999, .arg = "DECAY",
     .help = "evaluate and write an average of the parameters over the last steps; 0: the last",
     .flags = LM_OPT_RESULT},
    {0, "valid", LM_OPT_FILE, &given.valid, .arg = "FILE",
     .help = "held-out data: the parameters that predict them best are written"},
    {0, "valid-every", LM_OPT_INT, &given.valid_every, .low = 0, .high = 1e15, .arg = "STEPS",
     .help = "measure --valid so often, and at the end; 0: after every epoch",
     .flags = LM_OPT_RESULT},
    {0, "patience", LM_OPT_INT, &given.patience, .low = 0, .high = 1e9, .arg = "N",
     .help = "end after N measurements of --valid without a better one; 0: never",
     .flags = LM_OPT_RESULT},
    {0, "bf16", LM_OPT_FLAG, &given.bf16,
     .help = "round matrices to bfloat16 in products: less exact, fast where the CPU has it",
     .flags = LM_OPT_RESULT},
    {0, "init", LM_OPT_FILE, &given.init, .arg = "CKPT",
     .help = "start from the parameters of this model, or of the state of a run"},
    {0, "init-rule", LM_OPT_TEXT, &given.init_rule, .arg = "NAME",
     .help = "how initial values are drawn: default, or torch:SEED, PyTorch's",
     .flags = LM_OPT_RESULT},
    LM_OPTION_SEED(&given.seed),
    {0, "resume", LM_OPT_FLAG, &given.resume,
     .help = "go on from the state that an unfinished run has left in FILE.run, if there is one"},
    {0, "save-every", LM_OPT_INT, &given.save_every, .low = 0, .high = 1e15, .arg = "STEPS",
     .help = "save the state in FILE.run so often; 0: at signals only"},
    {0, "log", LM_OPT_FILE, &given.log, .arg = "FILE",
     .help = "a table of the losses, with TABs, or of JSON if FILE ends in .jsonl"},
    {0, "log-every", LM_OPT_INT, &given.log_every, .low = 0, .high = 1e15, .arg = "STEPS",
     .help = "a line of the log for so many; 0: for every epoch"},
    {0, "dry-run", LM_OPT_FLAG, &given.dry_run,
     .help = "print parameters, memory and steps, and exit"},
    {0}};

lm_train_options lm_train_defaults(lm_optim_kind kind)
{
    return (lm_train_options){.epochs = 1,
                              .batch = 32,
                              .accumulate = 1,
                              .lr = 0.001,
                              .schedule = LM_RATE_CONSTANT,
                              .optimizer = kind,
                              .optim = lm_optim_defaults(kind),
                              .init_rule = "default",
                              .seed = 1};
}

void lm_train_options_set(const lm_train_options *defaults)
{
    given = *defaults;
}

void lm_train_options_suggest(double lr)
{
    if (!lm_option_given("lr")) given.lr = lr;
}

void lm_train_options_suggest_warmup(int64_t most)
{
    const int64_t steps = lm_option_given("steps") || !lm_option_given("epochs") ? given.steps : 0;
    if (lm_option_given("warmup")) return;
    given.warmup = steps / 20 < most ? steps / 20 : most;
}

/* ---- what was given ---- */

/* Epochs and steps: the one that was given, else the model's default. */
static lm_status settle_length(lm_err *e)
{
    const bool epochs = lm_option_given("epochs") && given.epochs;
    const bool steps = lm_option_given("steps") && given.steps;
    if (epochs && steps)
        return lm_fail(e, LM_EUSAGE, "--steps: --epochs says already how long to train");
    if (epochs) given.steps = 0;
    if (steps) given.epochs = 0;
    if (given.epochs || given.steps) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "--epochs and --steps are both 0: there is nothing to do");
}

/* Options that the optimizer does not know would be given in vain. */
static lm_status check_optimizer(lm_optim_kind kind, lm_err *e)
{
    const bool sgd = kind == LM_OPTIM_SGD, adagrad = kind == LM_OPTIM_ADAGRAD;
    const struct {
        const char *name, *whose;
        bool known;
    } rows[] = {{"momentum", "sgd has", sgd},
                {"beta1", "adam and its kin have", !sgd && !adagrad},
                {"beta2", "adam and its kin have", !sgd && !adagrad},
                {"eps", "adagrad, adam and its kin have", !sgd}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lm_option_given(rows[i].name) && !rows[i].known)
            return lm_fail(e, LM_EUSAGE, "--%s: only --optimizer %s it", rows[i].name,
                           rows[i].whose);
    return LM_OK;
}

/* What was given, and for the rest the model's choice, or the paper's for another optimizer. */
static lm_optim_options settle_optimizer(void)
{
    const lm_optim_kind kind = (lm_optim_kind)given.optimizer;
    if (kind == given.optim.kind) return given.optim;
    lm_optim_options how = lm_optim_defaults(kind);
    if (lm_option_given("momentum")) how.momentum = given.optim.momentum;
    if (lm_option_given("beta1")) how.beta1 = given.optim.beta1;
    if (lm_option_given("beta2")) how.beta2 = given.optim.beta2;
    if (lm_option_given("eps")) how.eps = given.optim.eps;
    if (lm_option_given("weight-decay")) how.decay = given.optim.decay;
    return how;
}

static lm_status check_given(lm_err *e)
{
    if (given.accumulate > given.batch)
        return lm_fail(e, LM_EUSAGE, "--accumulate: a batch of %lld has no %lld parts",
                       (long long)given.batch, (long long)given.accumulate);
    static const char *const measuring[] = {"valid-every", "patience"};
    for (int i = 0; !given.valid && i < 2; i++)
        if (lm_option_given(measuring[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: there is nothing to measure without --valid",
                           measuring[i]);
    if (given.init && lm_option_given("init-rule"))
        return lm_fail(e, LM_EUSAGE, "--init-rule: the values are those of --init");
    return check_optimizer((lm_optim_kind)given.optimizer, e);
}

bool lm_train_keeps_state(const char *output)
{
    return strcmp(output, "-") != 0 && (lm_is_regular(output) || access(output, F_OK) != 0);
}

/* Opens an output and lets go of it again: the target stays as it is. */
static lm_status try_output(const char *path, lm_err *e)
{
    lm_out *out;
    lm_err given_up = {0};
    LM_TRY(lm_out_open(&out, path, e));
    (void)lm_out_close(out, LM_ESTOPPED, &given_up);
    return LM_OK;
}

static lm_status check_state(const char *output, lm_err *e)
{
    lm_str path = {0};
    LM_TRY(try_output(output, e));
    lm_status s = lm_train_state_path(&path, output, e);
    if (!s) s = try_output(path.text, e);
    lm_str_free(&path);
    return s;
}

/* Is the log where the model or the state of the run is written? */
static lm_status check_log(const char *output, lm_err *e)
{
    lm_str state = {0};
    if (!given.log || !lm_train_keeps_state(output)) return LM_OK;
    lm_status s = lm_train_state_path(&state, output, e);
    if (!s && strcmp(given.log, output) == 0)
        s = lm_fail(e, LM_EUSAGE, "--log: %s is where the model is written", output);
    if (!s && strcmp(given.log, state.text) == 0)
        s = lm_fail(e, LM_EUSAGE, "--log: %s is where the run is saved", state.text);
    lm_str_free(&state);
    return s;
}

static lm_status check_outputs(const char *output, lm_err *e)
{
    const char *needs = NULL;
    LM_TRY(check_log(output, e));
    if (given.save_every) needs = "save-every";
    if (given.resume) needs = "resume";
    if (lm_train_keeps_state(output)) {
        LM_TRY(check_state(output, e));
    } else if (needs) {
        return lm_fail(e, LM_EUSAGE, "--%s: beside %s no state can be kept; write to a file", needs,
                       strcmp(output, "-") == 0 ? "standard output" : output);
    }
    lm_out *log = NULL;
    if (given.log && lm_train_keeps_state(given.log))
        LM_TRY(lm_out_open_live(&log, given.log, UINT64_MAX, e));
    return lm_out_close(log, LM_OK, e);
}

/* All but the number of steps, which the data decide. */
static lm_status check_schedule(lm_err *e)
{
    const uint64_t warmup = (uint64_t)given.warmup;
    const lm_schedule schedule = {(lm_schedule_kind)given.schedule, given.lr, given.min_lr, warmup,
                                  warmup + 1};
    return lm_schedule_check(&schedule, e);
}

lm_status lm_train_options_get(lm_train_options *o, const char *output, lm_err *e)
{
    LM_TRY(settle_length(e));
    LM_TRY(check_given(e));
    LM_TRY(check_schedule(e));
    if (output && !given.dry_run) LM_TRY(check_outputs(output, e));
    *o = given;
    o->optim = settle_optimizer();
    return LM_OK;
}

lm_status lm_train_options_early(lm_train_options *o, const char *option, lm_err *e)
{
    o->early = true;
    if (o->clip > 0)
        return lm_fail(e, LM_EUSAGE,
                       "--%s: the gradient is never whole, so it cannot be shortened; expected "
                       "--clip 0",
                       option);
    if (o->accumulate == 1) return LM_OK;
    return lm_fail(e, LM_EUSAGE,
                   "--%s: parts of a batch add up to a gradient, which is not kept; expected "
                   "--accumulate 1",
                   option);
}

/* ---- what follows from them ---- */

size_t lm_train_micro_batch(const lm_train_options *o)
{
    return (size_t)((o->batch + o->accumulate - 1) / o->accumulate);
}

uint64_t lm_train_epoch_steps(const lm_task *task, const lm_train_options *o)
{
    const uint64_t batch = (uint64_t)o->batch;
    return task->examples / batch + (task->examples % batch != 0);
}

uint64_t lm_train_steps(const lm_task *task, const lm_train_options *o)
{
    uint64_t steps;
    if (o->steps) return (uint64_t)o->steps;
    if (!lm_mul_u64(lm_train_epoch_steps(task, o), (uint64_t)o->epochs, &steps)) return 0;
    return steps;
}

/* Blocks of the parameters' size: values, gradients, moments, the average, the best. */
static uint64_t blocks(const lm_task *task, const lm_train_options *o)
{
    const uint64_t kept = 1 + (uint64_t)(o->average > 0) + (uint64_t)(task->evaluate != NULL);
    uint64_t moments = o->optim.kind == LM_OPTIM_ADAGRAD ? 1 : 2;
    if (o->optim.kind == LM_OPTIM_SGD) moments = o->optim.momentum > 0;
    return task->move ? kept : kept + moments + (uint64_t)!o->early;
}

uint64_t lm_train_memory(const lm_task *task, const lm_train_options *o)
{
    return blocks(task, o) * task->params->size * sizeof(lm_real) + task->memory;
}

lm_status lm_train_plan(const lm_task *task, const lm_train_options *o, lm_str *out, lm_err *e)
{
    uint64_t trained = 0;
    for (size_t i = 0; i < task->params->count; i++)
        if (!task->params->item[i].frozen) trained += task->params->item[i].count;
    const struct {
        const char *key;
        uint64_t value;
    } rows[] = {
        {"parameters", task->params->total},  {"trained", trained},
        {"memory", lm_train_memory(task, o)}, {"examples", task->examples},
        {"batch", (uint64_t)o->batch},        {"epoch_steps", lm_train_epoch_steps(task, o)},
        {"steps", lm_train_steps(task, o)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        LM_TRY(lm_str_addf(out, e, "%s\t%llu\n", rows[i].key, (unsigned long long)rows[i].value));
    return task->describe ? task->describe(task->model, o, out, e) : LM_OK;
}
