/* w2v.c - the steps of word vectors against slopes of their losses, which are written out here. */
#include "../../src/model/w2v/desk.h"
#include "../../src/model/w2v/softmax.h"
#include "gradient.h"
#include "lm/few_rows.h"
#include "unit/w2vs.h"

/* Words of two letters have five n-grams of two or three characters between '<' and '>': with the
 * word's own row the parts of its vector are always six.  There are few buckets, so some are parts
 * of several words, or twice of one. */
enum { PARTS = 6, BUCKETS = 11, MIN_N = 2, MAX_N = 3, TOKENS = 64, WINDOW = 2 };

/* A text, a model of its words, and a round of training. */
typedef struct {
    lm_w2v_text text;
    lm_w2v *model;
    lm_w2v_training how;
    lm_real *values, *change;
    lm_w2v_weights w, d;
    lm_w2v_planner planner;
    lm_w2v_round round;
    lm_arena arena;
    lm_w2v_desks desks;
    lm_w2v_desk *desk; /* (blocks) */
    size_t count;
    uint32_t word[TOKENS];              /* the text, */
    size_t left[TOKENS], right[TOKENS]; /* how many words are near, */
    uint64_t number[TOKENS];            /* and which example of a softmax each is */
    size_t from, to;                    /* those whose losses are looked at */
    lm_w2v_softmax softmax;
} bench;

/* ---- the losses ---- */

static uint32_t hash(const char *text, size_t length)
{
    uint32_t h = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < length; i++) h = (h ^ (unsigned char)text[i]) * 16777619u;
    return h;
}

/* v(w): the row, or the mean of it and its n-grams. */
static void vector_of(const bench *b, uint32_t w, double *v)
{
    const size_t D = (size_t)b->model->shape.dim;
    const lm_slice word = lm_vocab_word(b->model->lang.vocab, w);
    const char marked[] = {'<', word.text[0], word.text[1], '>'};
    for (size_t c = 0; c < D; c++) v[c] = b->w.embed[w * D + c];
    if (!b->w.subwords) return;
    for (size_t n = MIN_N; n <= MAX_N; n++)
        for (size_t at = 0; at + n <= sizeof marked; at++)
            for (size_t c = 0; c < D; c++)
                v[c] += b->w.subwords[hash(marked + at, n) % BUCKETS * D + c];
    for (size_t c = 0; c < D; c++) v[c] /= PARTS;
}

static double dot(const double *x, const double *y, size_t D)
{
    double sum = 0;
    for (size_t c = 0; c < D; c++) sum += x[c] * y[c];
    return sum;
}

static double minus_log_sigmoid(double x)
{
    return log(1 + exp(-x));
}

/* The block whose centre word i is. */
static size_t block_of(const bench *b, size_t i)
{
    size_t block = 0;
    while (b->count * (block + 1) / LM_W2V_BLOCKS <= i) block++;
    return block;
}

static double negative_loss(const bench *b, const double *h, size_t i)
{
    const size_t D = (size_t)b->model->shape.dim, K = (size_t)b->how.noise, which = block_of(b, i);
    const lm_w2v_block *block = &b->round.block[which];
    const size_t centre = i - b->count * which / LM_W2V_BLOCKS;
    double loss = minus_log_sigmoid(dot(h, b->w.output + b->word[i] * D, D));
    for (size_t k = 0; k < K; k++) {
        const uint32_t slot = block->noise[centre % LM_W2V_NOISE_GROUPS * K + k];
        const uint32_t noise = block->outputs.row[slot];
        if (noise != b->word[i]) loss += minus_log_sigmoid(-dot(h, b->w.output + noise * D, D));
    }
    return loss;
}

static double hierarchy_loss(const bench *b, const double *h, size_t i)
{
    const size_t D = (size_t)b->model->shape.dim;
    const lm_w2v_huffman *tree = &b->planner.huffman;
    double loss = 0;
    for (size_t k = tree->begin[b->word[i]]; k < tree->begin[b->word[i] + 1]; k++) {
        const double z = dot(h, b->w.output + tree->node[k] * D, D);
        loss += minus_log_sigmoid(tree->turn[k] ? -z : z);
    }
    return loss;
}

static double softmax_loss(const bench *b, const double *h, uint32_t target)
{
    const size_t D = (size_t)b->model->shape.dim;
    double sum = 0, z[TOKENS];
    for (uint32_t w = 0; w < b->model->lang.vocab->size; w++) {
        z[w] = dot(h, b->w.output + w * D, D) + (b->w.bias ? b->w.bias[w] : 0);
        sum += exp(z[w]);
    }
    return log(sum) - z[target];
}

static double prediction_loss(const bench *b, const double *h, size_t i)
{
    switch (b->model->shape.loss) {
    case LM_W2V_NEGATIVE:
        return negative_loss(b, h, i);
    case LM_W2V_HIERARCHY:
        return hierarchy_loss(b, h, i);
    default:
        return softmax_loss(b, h, b->word[i]);
    }
}

/* Of word i; *events += its predictions. */
static double word_loss(const bench *b, size_t i, double *events)
{
    const size_t D = (size_t)b->model->shape.dim, near = b->left[i] + b->right[i];
    const bool cbow = b->model->shape.mode == LM_W2V_CBOW;
    double h[TOKENS] = {0}, loss = 0;
    for (size_t k = i - b->left[i]; k <= i + b->right[i]; k++) {
        double v[TOKENS];
        if (k == i) continue;
        vector_of(b, b->word[k], v);
        if (!cbow) loss += prediction_loss(b, v, i);
        for (size_t c = 0; c < D; c++) h[c] += v[c] / (b->model->shape.sum ? 1 : (double)near);
    }
    if (near == 0) return 0;
    *events += cbow ? 1 : (double)near;
    return cbow ? prediction_loss(b, h, i) : loss;
}

static double loss_of(void *context)
{
    const bench *b = context;
    double loss = 0, events = 0;
    for (size_t i = b->from; i < b->to; i++) loss += word_loss(b, i, &events);
    return loss;
}

/* ---- the bench ---- */

/* Before the words of a line comes a mark. */
static void list_words(bench *b, const char *lines)
{
    size_t begin = 0, line = 1;
    for (const char *at = lines; *at; at += 3) {
        const uint32_t w = lm_vocab_find(b->model->lang.vocab, (lm_slice){at, 2});
        CHECK(w != LM_NO_WORD && b->count < TOKENS);
        b->number[b->count] = b->count + line;
        b->word[b->count++] = w;
        if (at[2] != '\n') continue;
        for (size_t i = begin; i < b->count; i++) {
            b->left[i] = i - begin < WINDOW ? i - begin : WINDOW;
            b->right[i] = b->count - 1 - i < WINDOW ? b->count - 1 - i : WINDOW;
        }
        begin = b->count;
        line++;
    }
    b->to = b->count;
}

/* `b` has its text. */
static void prepare(bench *b, const char *lines, const lm_w2v_shape *shape)
{
    static lm_err e;
    b->how.fixed_window = true;
    b->how.noise = shape->loss == LM_W2V_NEGATIVE ? 8 : 0;
    b->model = w2v_of_text(&b->text, shape);
    list_words(b, lines);
    CHECK_OK(lm_params_block(b->model->params, &b->values, &e), &e);
    CHECK_OK(lm_params_block(b->model->params, &b->change, &e), &e);
    lm_params_bind(b->model->params, b->values, &b->w);
    lm_params_bind(b->model->params, b->change, &b->d);
    w2v_draw(b->model->params, b->values);
}

static void open_bench(bench *b, const char *lines, const lm_w2v_shape *shape, bool undivided)
{
    static lm_err e;
    *b = (bench){.how = {.undivided = undivided, .seed = 5}};
    w2v_read(&b->text, lines);
    prepare(b, lines, shape);
    if (shape->loss == LM_W2V_SOFTMAX) return;
    CHECK_OK(lm_w2v_planner_new(&b->planner, b->model, &b->text, &b->how, &e), &e);
    CHECK_OK(lm_w2v_round_new(&b->round, &b->planner, &b->arena, &e), &e);
    CHECK_OK(lm_w2v_desks_new(&b->desks, &b->planner, LM_W2V_BLOCKS, false, &e), &e);
    b->desk = b->desks.desk;
    lm_w2v_plan(&b->planner, &b->round, 0, 3);
    CHECK_OK(b->round.error.status, &b->round.error);
}

static void close_bench(bench *b)
{
    lm_w2v_desks_free(&b->desks);
    lm_arena_free(&b->arena);
    lm_w2v_planner_free(&b->planner);
    lm_block_free(b->values);
    lm_block_free(b->change);
    lm_w2v_free(b->model);
    lm_w2v_text_free(&b->text);
}

/* ---- blocks ---- */

/* What a block changed, times `a`, is added to `change`. */
static void add_changes(bench *b, size_t block, double a)
{
    const size_t D = (size_t)b->model->shape.dim, V = b->model->lang.vocab->size;
    const lm_w2v_block *of = &b->round.block[block];
    const lm_w2v_desk *desk = &b->desk[block];
    for (size_t i = 0; i < of->inputs.count; i++)
        for (size_t c = 0; c < D; c++) {
            const size_t row = of->inputs.row[i], at = (row < V ? row : row - V) * D + c;
            const lm_real *old = row < V ? b->w.embed : b->w.subwords;
            lm_real *to = row < V ? b->d.embed : b->d.subwords;
            to[at] += a * (desk->inputs[i * lm_rows_stride(D) + c] - old[at]);
        }
    for (size_t i = 0; i < of->outputs.count; i++)
        for (size_t c = 0; c < D; c++) {
            const size_t at = of->outputs.row[i] * D + c;
            b->d.output[at] += a * (desk->outputs[i * lm_rows_stride(D) + c] - b->w.output[at]);
        }
}

/* Inputs take `times` their slopes: the part of a word's vector has 1/6 of its slope and takes all;
 * in undivided CBOW a word of n near ones has 1/n. */
static void check_slopes(bench *b, double times)
{
    const lm_params *p = b->model->params;
    tensor all[4];
    for (size_t i = 0; i < p->count; i++) {
        lm_real *change = b->change + p->item[i].at;
        const bool output = change == b->d.output;
        for (size_t k = 0; k < p->item[i].count; k++) change[k] /= output ? 1 : times;
        all[i] = (tensor){p->item[i].name, b->values + p->item[i].at, change, p->item[i].count};
    }
    check_gradients(all, p->count, loss_of, b);
}

static double times_of(const bench *b)
{
    const double near = (double)(b->left[b->from] + b->right[b->from]);
    return (b->how.undivided ? near : 1) * (b->w.subwords ? PARTS : 1);
}

/* A step ahead and one back: what grows with the square of the rate is the same in both. */
static void check_block(bench *b, size_t block)
{
    const double rate = 1e-5;
    double events = 0, first = 0;
    memset(b->change, 0, b->model->params->size * sizeof *b->change);
    for (int sign = -1; sign <= 1; sign += 2) {
        lm_w2v_learn(&b->planner, &b->round.block[block], &b->w, &b->desk[block], sign * rate);
        add_changes(b, block, -sign / (2 * rate));
    }
    b->from = b->count * block / LM_W2V_BLOCKS;
    b->to = b->count * (block + 1) / LM_W2V_BLOCKS;
    CHECK_INT(b->round.block[block].centres, b->to - b->from);
    check_slopes(b, times_of(b));
    first = word_loss(b, b->from, &events); /* the one that is measured */
    CHECK_NEAR(b->desk[block].loss.loss, first, 1e-12 * first);
    CHECK_NEAR(b->desk[block].loss.events, events, 0);
}

static lm_w2v_shape shape_of(int form, uint64_t dim)
{
    const bool grams = form / 6 % 2;
    return (lm_w2v_shape){.mode = form % 3 == 2 ? LM_W2V_SG : LM_W2V_CBOW,
                          .sum = form % 3 == 1,
                          .loss = form / 3 % 2 ? LM_W2V_HIERARCHY : LM_W2V_NEGATIVE,
                          .noise_power = 0.75,
                          .dim = dim,
                          .window = WINDOW,
                          .min_n = grams ? MIN_N : 0,
                          .max_n = grams ? MAX_N : 0,
                          .buckets = grams ? BUCKETS : 0};
}

enum { FORMS = 12 };
static const uint64_t dims[] = {1, 3, 17};

/* As many words as blocks, so that each has one; a line has words twice in a window. */
static const char eight[] = "ab cd ba ab ab\nda cd ab\n";

TEST(w2v_gradients_of_a_word)
{
    random_state = 1;
    for (int form = 0; form < FORMS; form++)
        for (size_t k = 0; k < COUNT(dims); k++) {
            const lm_w2v_shape shape = shape_of(form, dims[k]);
            bench b;
            open_bench(&b, eight, &shape, false);
            CHECK_INT(b.count, LM_W2V_BLOCKS);
            for (size_t block = 0; block < LM_W2V_BLOCKS; block++) check_block(&b, block);
            close_bench(&b);
        }
}

/* Every word of the window takes as much as if it were alone. */
TEST(w2v_gradients_undivided)
{
    random_state = 2;
    for (int form = 0; form < FORMS; form += 3)
        for (size_t k = 0; k < COUNT(dims); k++) {
            const lm_w2v_shape shape = shape_of(form, dims[k]);
            bench b;
            open_bench(&b, eight, &shape, true);
            for (size_t block = 0; block < LM_W2V_BLOCKS; block++) check_block(&b, block);
            close_bench(&b);
        }
}

static const char lines[] = "ab cd ba ab ab ac dd\nda cd ab cc ab ab ab db cd ac bb ba\nab\nab cd\n"
                            "ba bd cd ab ac ac ab da ba ab cd dd\ncb ab\nba ab cb cb ad ab\n";

/* Several words of a block, one after another. */
TEST(w2v_gradients_of_a_block)
{
    random_state = 3;
    for (int form = 0; form < FORMS; form++) {
        const lm_w2v_shape shape = shape_of(form, 5);
        bench b;
        open_bench(&b, lines, &shape, false);
        CHECK(b.count >= 5 * LM_W2V_BLOCKS);
        for (size_t block = 0; block < LM_W2V_BLOCKS; block++) check_block(&b, block);
        close_bench(&b);
    }
}

/* ---- a round ---- */

static void learn_round(bench *b, double rate)
{
    for (size_t k = 0; k < LM_W2V_BLOCKS; k++)
        lm_w2v_learn(&b->planner, &b->round.block[k], &b->w, &b->desk[k], rate);
}

static void give_round(bench *b, double rate)
{
    for (size_t k = 0; k < LM_W2V_BLOCKS; k++)
        lm_w2v_give(&b->planner, &b->round, k, &b->w, b->desk, rate);
}

/* All blocks together: what they changed is added up, in the limit of low rates. */
TEST(w2v_gradients_of_a_round)
{
    const double rate = 1e-5;
    random_state = 4;
    for (int form = 0; form < FORMS; form++) {
        const lm_w2v_shape shape = shape_of(form, 5);
        bench b;
        open_bench(&b, lines, &shape, false);
        const size_t size = b.model->params->size;
        lm_real *before = calloc(size, sizeof *before);
        CHECK(before);
        memcpy(before, b.values, size * sizeof *before);
        for (int sign = -1; sign <= 1; sign += 2) {
            learn_round(&b, sign * rate);
            give_round(&b, 0);
            for (size_t i = 0; i < size; i++)
                b.change[i] -= sign / (2 * rate) * (b.values[i] - before[i]);
            memcpy(b.values, before, size * sizeof *before);
        }
        check_slopes(&b, b.w.subwords ? PARTS : 1);
        free(before);
        close_bench(&b);
    }
}

/* c(sum of n) / (sum of c(n)) times the sum of the changes: of the outputs, which no block has to
 * itself alone. */
static void check_put_together(bench *b, double rate)
{
    const size_t D = (size_t)b->model->shape.dim, rows = b->model->lang.vocab->size;
    double steps[TOKENS] = {0}, ways[TOKENS] = {0}, blocks[TOKENS] = {0};
    lm_real old[TOKENS];
    learn_round(b, rate);
    memset(b->change, 0, b->model->params->size * sizeof *b->change);
    for (size_t k = 0; k < LM_W2V_BLOCKS; k++) {
        const lm_w2v_slots *slots = &b->round.block[k].outputs;
        add_changes(b, k, 1);
        for (size_t i = 0; i < slots->count; i++) {
            const double n = slots->steps[i];
            CHECK(n > 0);
            steps[slots->row[i]] += n;
            ways[slots->row[i]] += n * rate / (1 + n * rate);
            blocks[slots->row[i]]++;
        }
    }
    CHECK(rows * D <= TOKENS && blocks[0] == LM_W2V_BLOCKS);
    memcpy(old, b->w.output, rows * D * sizeof *old);
    give_round(b, rate);
    for (size_t i = 0; i < rows * D; i++) {
        const double n = steps[i / D];
        const double share = blocks[i / D] > 1 ? n * rate / (1 + n * rate) / ways[i / D] : 1;
        CHECK_NEAR(b->w.output[i], old[i] + share * b->d.output[i], 1e-12);
    }
}

TEST(w2v_blocks_put_together)
{
    random_state = 5;
    for (double rate = 0.01; rate < 3; rate *= 3) {
        lm_w2v_shape shape = shape_of(0, 3);
        bench b;
        shape.noise_power = 1;
        open_bench(&b, lines, &shape, false);
        check_put_together(&b, rate);
        close_bench(&b);
    }
}

/* ---- the full softmax ---- */

/* The gradients of the mean loss of the words in `ids`, which are `from` to `to` of the text. */
static void check_softmax(bench *b, lm_compute *on, const uint64_t *ids, size_t count)
{
    static lm_err e;
    const double scale = 0.75;
    double events = 0, expected = 0;
    CHECK_OK(lm_w2v_softmax_new(&b->softmax, b->model, &b->text, &b->how, count, &e), &e);
    memset(b->change, 0, b->model->params->size * sizeof *b->change);
    const lm_batch batch = {.ids = ids, .count = count};
    const double loss = lm_w2v_softmax_both(on, &b->softmax, &b->w, &b->d, &batch, scale, &events);
    CHECK_NEAR(loss, loss_of(b), 1e-12 * loss);
    for (size_t i = b->from; i < b->to; i++) (void)word_loss(b, i, &expected);
    CHECK_NEAR(events, expected, 0);
    for (size_t i = 0; i < b->model->params->size; i++) b->change[i] *= events / scale;
    check_slopes(b, 1);
    lm_w2v_softmax_free(&b->softmax);
}

static lm_w2v_shape softmax_form(int form)
{
    return (lm_w2v_shape){.mode = form % 3 == 2 ? LM_W2V_SG : LM_W2V_CBOW,
                          .sum = form % 3 == 1,
                          .loss = LM_W2V_SOFTMAX,
                          .bias = form / 3 % 2,
                          .dim = dims[form / 6 % 3],
                          .window = WINDOW};
}

enum { SOFTMAX_FORMS = 18 };

/* All words but the first, of running text. */
TEST(w2v_softmax_gradients)
{
    lm_compute *on = compute_with(NULL);
    random_state = 6;
    for (int form = 0; form < SOFTMAX_FORMS; form++) {
        const lm_w2v_shape shape = softmax_form(form);
        bench b;
        open_bench(&b, lines, &shape, false);
        b.from = 1;
        check_softmax(&b, on, b.number + 1, b.count - 1);
        close_bench(&b);
    }
    lm_compute_free(on);
}

/* Adds the pair of the word at `at`, if there are words around it. */
static size_t add_pair(char *to, const char *line, const char *at, const char *end)
{
    size_t n = 0;
    for (const char *w = line; w < end; w += 3)
        if (w != at && labs(w - at) <= 3 * WINDOW) {
            memcpy(to + n, w, 2);
            to[n + 2] = ' ';
            n += 3;
        }
    if (n == 0) return 0;
    to[n - 1] = '\t';
    memcpy(to + n, at, 2);
    to[n + 2] = '\n';
    return n + 3;
}

/* The same words of the same text, given one by one. */
TEST(w2v_softmax_gradients_of_pairs)
{
    lm_compute *on = compute_with(NULL);
    char pairs[TOKENS * (2 * WINDOW + 1) * 3];
    uint64_t ids[TOKENS];
    size_t length = 0, count = 0;
    for (const char *line = lines; *line; line = strchr(line, '\n') + 1)
        for (const char *at = line; at == line || at[-1] != '\n'; at += 3) {
            const size_t more = add_pair(pairs + length, line, at, strchr(line, '\n'));
            if (more) ids[count] = count;
            count += more > 0;
            length += more;
        }
    random_state = 7;
    for (int form = 0; form < SOFTMAX_FORMS; form++) {
        static lm_err e;
        const lm_w2v_shape shape = softmax_form(form);
        bench b = {0};
        CHECK_OK(lm_w2v_pairs_read(&b.text, (lm_slice){pairs, length}, "pairs", &e), &e);
        CHECK_INT(b.text.pairs.count, count);
        prepare(&b, lines, &shape);
        check_softmax(&b, on, ids, count);
        close_bench(&b);
    }
    lm_compute_free(on);
}
