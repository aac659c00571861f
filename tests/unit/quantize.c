/* quantize.c - tests of the compact form: the same n-grams as in the plain one, whose values are
 * those of the codebooks, and codebooks that fit the values. */
#include "lm/quantize.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../src/model/ngram/codebook.h"
#include "../../src/model/ngram/trie.h"
#include "chance.h"
#include "lm/file.h"
#include "lm/sort.h"
#include "lm/thread.h"
#include "models.h"
#include "test.h"

/* ---- models ---- */

/* Lines of words, of which the first ones are frequent; every word tends to be followed by the one
 * of twice its number, so that n-grams repeat. */
static lm_ngram *train(uint64_t words, uint64_t tokens, int order, lm_ngram_smooth smooth,
                       const lm_run *run)
{
    lm_err e = {0};
    lm_str lines = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    uint64_t word = 0;
    o.order = order;
    o.smooth = smooth;
    random_state = words;
    for (uint64_t i = 0; i < tokens; i++) {
        word = below(3) ? below(below(words) + 1) : 2 * word % words;
        CHECK_OK(lm_str_addf(&lines, &e, "w%d%s", (int)word, below(9) ? " " : "\n"), &e);
    }
    lm_ngram *m = model_of((lm_slice){lines.text, lines.length}, LM_UNIT_WORD, &o, run);
    lm_str_free(&lines);
    return m;
}

static void quantize(lm_ngram *m, int bits, const lm_run *run)
{
    lm_err e = {0};
    CHECK_OK(lm_ngram_quantize(m, bits, run, &e), &e);
    CHECK(m->packed != NULL);
}

/* ---- a plain model with the values of a compact one ---- */

/* The tables of a model that was made here may be written to. */
static void set_values(const lm_ngram *m, int k, uint64_t slot, float prob, float bow)
{
    union {
        const lm_ngram_node *read;
        lm_ngram_node *written;
    } nodes;
    union {
        const lm_ngram_leaf *read;
        lm_ngram_leaf *written;
    } leaves = {m->leaf};
    if (k == m->lang.order) {
        leaves.written[slot].prob = prob;
        return;
    }
    nodes.read = m->node[k];
    nodes.written[slot].prob = prob;
    nodes.written[slot].bow = bow;
}

/* Goes over both: the same n-grams in the same order, each with as many children. */
static void take_values(const lm_ngram *plain, const lm_ngram *compact)
{
    for (int k = 1; k <= plain->lang.order; k++) {
        uint64_t i = 0, child = 0;
        CHECK_INT(compact->count[k], plain->count[k]);
        CHECK_INT(compact->slots[k], plain->count[k]);
        for (uint64_t slot = 0; slot < plain->slots[k]; slot++) {
            const uint32_t word = lm_ngram_word(plain, k, slot);
            if (word == LM_NO_WORD) continue;
            const lm_ngram_entry had = lm_ngram_at(plain, k, slot),
                                 has = lm_ngram_at(compact, k, i);
            CHECK_INT(lm_ngram_word(compact, k, i), word);
            if (k < plain->lang.order) CHECK_INT(has.begin, child);
            for (uint64_t c = had.begin; c < had.end; c++)
                child += lm_ngram_word(plain, k + 1, c) != LM_NO_WORD;
            if (k < plain->lang.order) CHECK_INT(has.end, child);
            if (k == 1) CHECK(has.prob == had.prob && has.bow == had.bow);
            if (had.prob == 0 || had.prob == 1) CHECK(has.prob == had.prob);
            if (had.bow == 0 || had.bow == 1) CHECK(has.bow == had.bow);
            set_values(plain, k, slot, has.prob, has.bow);
            i++;
        }
        CHECK_INT(i, plain->count[k]);
    }
}

/* Words and breaks at random: many n-grams are not there. */
static void check_scores(const lm_ngram *plain, const lm_ngram *compact)
{
    enum { COUNT = 3000 };
    static uint32_t ids[COUNT];
    static double p[2][COUNT];
    static int order[2][COUNT];
    lm_err e = {0};
    lm_ngram_state state[3];
    const uint32_t size = plain->lang.vocab->size;
    double *next[2] = {malloc(size * sizeof(double)), malloc(size * sizeof(double))};
    CHECK(next[0] && next[1]);
    for (size_t i = 0; i < COUNT; i++)
        ids[i] = below(7) == 0 ? LM_LINE_BREAK
                 : below(50)   ? (uint32_t)below(below(size) + 1)
                               : LM_NO_WORD;
    for (int j = 0; j < 3; j++) lm_ngram_begin(j == 0 ? plain : compact, &state[j], false);
    for (size_t begin = 0, count; begin < COUNT; begin += count) {
        count = below(COUNT - begin) / 4 + 1;
        const lm_lang *of[] = {&plain->lang, &compact->lang};
        for (int j = 0; j < 2; j++)
            CHECK_OK(lm_ngram_lang.score(of[j], &state[j], ids + begin, count, p[j] + begin,
                                         order[j] + begin, &e),
                     &e);
        lm_ngram_predict(plain, &state[0], next[0]);
        lm_ngram_predict(compact, &state[1], next[1]);
        CHECK_BYTES(next[0], next[1], size * sizeof(double));
    }
    for (size_t i = 0; i < COUNT; i++) { /* one by one */
        int found = 0;
        double one = 1;
        if (ids[i] == LM_LINE_BREAK)
            lm_ngram_begin(compact, &state[2], false);
        else
            one = lm_ngram_score(compact, &state[2], ids[i], &found);
        CHECK(p[0][i] == p[1][i] && p[0][i] == one);
        CHECK(order[0][i] == order[1][i] && order[0][i] == found);
    }
    free(next[0]);
    free(next[1]);
}

static void check_model(uint64_t words, uint64_t tokens, int order, lm_ngram_smooth smooth,
                        int bits)
{
    lm_err e = {0};
    lm_ckpt *ckpt;
    lm_ngram *loaded;
    lm_ngram *plain = train(words, tokens, order, smooth, NULL);
    lm_ngram *compact = train(words, tokens, order, smooth, NULL);
    quantize(compact, bits, NULL);
    save_model(compact, "compact.lm", NULL);
    take_values(plain, compact);
    check_scores(plain, compact);
    lm_ngram_free(compact);
    CHECK_OK(lm_ckpt_open(&ckpt, "compact.lm", LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_OK(lm_ngram_load(&loaded, ckpt, &e), &e);
    check_scores(plain, loaded);
    take_values(plain, loaded);
    lm_ngram_free(loaded);
    lm_ckpt_close(ckpt);
    lm_ngram_free(plain);
}

TEST(compact_models_score_as_plain_ones)
{
    const int bits[] = {2, 5, 8, 11, 16};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        check_model(900, 20000, 3, LM_NGRAM_MKN, bits[i]);
        check_model(40, 3000, 5, LM_NGRAM_WB, bits[i]);
    }
    check_model(3000, 60000, 4, LM_NGRAM_KN, 8);
    check_model(2, 100, 10, LM_NGRAM_MKN, 8);
}

TEST(compact_models_of_other_estimators)
{
    check_model(100, 3000, 3, LM_NGRAM_MLE, 8);
    check_model(100, 3000, 3, LM_NGRAM_ADDK, 8);
    check_model(100, 3000, 2, LM_NGRAM_ADDK_BACKOFF, 4);
}

TEST(compact_models_with_nothing_to_pack)
{
    check_model(50, 500, 1, LM_NGRAM_MKN, 8);
    check_model(1, 1, 10, LM_NGRAM_MLE, 8); /* the high orders are empty */
    check_model(1, 1, 2, LM_NGRAM_MLE, 2);
}

/* Ranks of 18 bits and codes of 16. */
TEST(compact_models_with_wide_records)
{
    check_model(300000, 300000, 2, LM_NGRAM_WB, 16);
    check_model(300000, 300000, 3, LM_NGRAM_WB, 16);
}

/* ---- any number of threads, any memory ---- */

TEST(compact_models_are_the_same_for_any_threads)
{
    enum { BYTES = 1 << 20 };
    static unsigned char first[BYTES], other[BYTES];
    size_t length[2] = {0, 0};
    for (size_t threads = 1; threads <= 4; threads++) {
        lm_err e = {0};
        lm_run run = {.memory = threads == 4 ? 16 << 20 : 0};
        CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
        lm_ngram *m = train(2000, 50000, 4, LM_NGRAM_MKN, &run);
        quantize(m, 8, &run);
        save_model(m, "m.lm", NULL);
        lm_ngram_free(m);
        lm_pool_free(run.pool);
        FILE *file = fopen("m.lm", "rb");
        CHECK(file != NULL);
        length[threads > 1] = fread(threads > 1 ? other : first, 1, BYTES, file);
        fclose(file);
        CHECK(length[0] > 100000 && length[0] < BYTES);
        if (threads > 1) CHECK_INT(length[1], length[0]);
        if (threads > 1) CHECK_BYTES(other, first, length[0]);
    }
}

/* ---- marks ---- */

TEST(marks_are_skipped_as_one_by_one)
{
    enum { WORDS = 40 };
    uint64_t marks[WORDS + 1];
    for (int round = 0; round < 300; round++) {
        const uint64_t sparse = 1 + below(40), end = 1 + below(64 * WORDS);
        memset(marks, 0, sizeof marks);
        for (uint64_t i = 0; i < 64 * WORDS; i++)
            marks[i / 64] |= (uint64_t)(below(sparse) == 0) << i % 64;
        if (round == 0) memset(marks, 0xff, sizeof marks);
        const uint64_t at = below(end + 1);
        uint64_t place = at;
        for (unsigned count = 0; count < 100; count++) {
            CHECK_INT(lm_packed_skip(marks, at, end, count), place);
            while (place < end && !(marks[place / 64] >> place % 64 & 1)) place++;
            if (place < end) place++;
        }
    }
}

TEST(every_one_of_a_word_is_found)
{
    for (int round = 0; round < 2000; round++) {
        const uint64_t word = below(UINT64_MAX) & (below(2) ? UINT64_MAX : below(UINT64_MAX));
        const uint64_t sums = lm_packed_sums(word);
        unsigned n = 0;
        for (unsigned i = 0; i < 64; i++)
            if (word >> i & 1) CHECK_INT(lm_packed_select(word, sums, n++), i);
        CHECK_INT(sums >> 56, n);
    }
}

/* ---- codebooks ---- */

static int by_value(const void *context, const void *a, const void *b)
{
    (void)context;
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* In logarithms, the squared differences from means of equally many values, which are sorted. */
static double error_of_equal_parts(const float *values, size_t count, size_t parts)
{
    double error = 0;
    for (size_t part = 0; part < parts; part++) {
        const size_t begin = part * count / parts, end = (part + 1) * count / parts;
        double mean = 0;
        for (size_t i = begin; i < end; i++) mean += log((double)values[i]);
        mean /= (double)(end - begin);
        for (size_t i = begin; i < end; i++)
            error += (log((double)values[i]) - mean) * (log((double)values[i]) - mean);
    }
    return error;
}

/* The codes of the values, which are sorted; returns their squared differences in logarithms. */
static double check_codes(const float *values, size_t count, unsigned bits, float *codebook)
{
    lm_err e = {0};
    lm_tables tables = {0};
    lm_tally t;
    double error = 0;
    uint32_t before = 0;
    CHECK_OK(lm_tally_new(&t, &tables, NULL, &e), &e);
    for (size_t i = 0; i < count; i++) lm_tally_add(&t, values[i]);
    lm_tally_add(&t, 0);
    lm_tally_add(&t, 1);
    CHECK_OK(lm_tally_finish(&t, bits, codebook, &e), &e);
    CHECK(codebook[0] == 0 && codebook[1] == 1);
    CHECK_INT(lm_tally_code(&t, 0), 0);
    CHECK_INT(lm_tally_code(&t, 1), 1);
    for (size_t i = 0; i < count; i++) {
        const uint32_t code = lm_tally_code(&t, values[i]);
        CHECK(code >= 2 && code < 1U << bits && code >= before);
        before = code;
        const double off = log((double)codebook[code]) - log((double)values[i]);
        error += off * off;
    }
    lm_tally_drop(&t, &tables);
    lm_tables_free(&tables);
    return error;
}

enum { VALUES = 20000 };
static float values[VALUES], codebook[1 << 16];

/* Some of them are very frequent, as discounts make them. */
static void draw_values(double range)
{
    lm_err e = {0};
    for (size_t i = 0; i < VALUES; i++) {
        const double r = (double)below(1 << 20) / (1 << 20);
        values[i] = (float)exp(-range * (below(3) ? r * r : 0.25 * (double)below(3)) - 0.01);
    }
    CHECK_OK(lm_sort(values, VALUES, sizeof *values, by_value, NULL, &e), &e);
}

TEST(codebooks_are_better_than_equal_parts)
{
    for (unsigned bits = 3; bits <= 12; bits++) {
        draw_values(20);
        const double error = check_codes(values, VALUES, bits, codebook);
        CHECK(error < 0.7 * error_of_equal_parts(values, VALUES, ((size_t)1 << bits) - 2));
    }
}

/* As many codes as values: only the lowest bits, which are counted together, may differ. */
TEST(few_values_are_kept)
{
    for (size_t i = 0; i < 254; i++) values[i] = (float)exp(-0.1 * (double)(254 - i));
    CHECK_NEAR(check_codes(values, 254, 8, codebook), 0, 1e-9);
    for (size_t i = 0; i < 254; i++) CHECK(codebook[i + 2] == values[i]);
    CHECK(check_codes(values, 200, 8, codebook) < 1e-9);
    CHECK(codebook[202] == 0);
    values[0] = 0.3F;
    CHECK(check_codes(values, 1, 2, codebook) == 0);
    CHECK(check_codes(values, 0, 2, codebook) == 0);
}

/* Without 0 and 1 all codes are for other values; one of them takes one. */
TEST(codes_of_0_and_1_where_they_occur)
{
    const float four[] = {0.25F, 0.125F, 0.5F, 2};
    for (int with = 0; with < 3; with++) {
        lm_err e = {0};
        lm_tables tables = {0};
        lm_tally t;
        CHECK_OK(lm_tally_new(&t, &tables, NULL, &e), &e);
        const int others = with == 0 ? 4 : 3;
        for (int i = 0; i < others; i++) lm_tally_add(&t, four[i]);
        if (with) lm_tally_add(&t, with == 1 ? 0 : 1);
        CHECK_OK(lm_tally_finish(&t, 2, codebook, &e), &e);
        for (int i = 0; i < others; i++) CHECK(codebook[lm_tally_code(&t, four[i])] == four[i]);
        if (with == 1) CHECK(codebook[lm_tally_code(&t, 0)] == 0);
        if (with == 2) CHECK(codebook[lm_tally_code(&t, 1)] == 1);
        lm_tables_free(&tables);
    }
}

TEST(extreme_values_have_codes)
{
    const float extreme[] = {1e-45F, 1e-40F, 1.2e-38F, 1e-20F, 0.9999999F, 1.0000001F, 2, 3.4e38F};
    memcpy(values, extreme, sizeof extreme);
    CHECK(check_codes(values, 8, 4, codebook) < 1e-4);
    CHECK(check_codes(values, 8, 2, codebook) > 1); /* two codes for all */
}

/* ---- refusals ---- */

TEST(what_cannot_be_quantized)
{
    lm_err e = {0};
    lm_ngram *m = train(5, 100, 2, LM_NGRAM_MKN, NULL);
    CHECK_FAILS(lm_ngram_quantize(m, 1, NULL, &e), LM_EUSAGE, &e, "1 bits: not 2 to 16");
    e = (lm_err){0};
    CHECK_FAILS(lm_ngram_quantize(m, 17, NULL, &e), LM_EUSAGE, &e, "17 bits: not 2 to 16");
    quantize(m, 16, NULL);
    e = (lm_err){0};
    CHECK_FAILS(lm_ngram_quantize(m, 8, NULL, &e), LM_EUSAGE, &e, "quantized already, to 16 bits");
    lm_ngram_free(m);
}

/* What is pruned is in the plain form again. */
TEST(a_compact_model_is_pruned)
{
    lm_err e = {0};
    lm_ngram *m = train(300, 10000, 3, LM_NGRAM_MKN, NULL);
    const uint64_t count = m->count[3];
    quantize(m, 8, NULL);
    CHECK_OK(lm_ngram_prune(m, 1e-4, NULL, &e), &e);
    CHECK(m->packed == NULL && m->count[3] > 0 && m->count[3] < count);
    quantize(m, 8, NULL);
    lm_ngram_free(m);
}
