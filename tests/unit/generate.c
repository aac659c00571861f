/* generate.c - streams of tokens: the same as one alone, computed anew for every token. */
#include "lm/generate.h"
#include <stdlib.h>
#include "failing.h"
#include "lm/cross_entropy.h"
#include "lm/random.h"
#include "lm/utf8.h"
#include "little_gpt.h"

enum { TOLD_MAX = 64, TEXT_MAX = 2048 };

/* What was told of a completion. */
typedef struct {
    uint64_t prompt;
    size_t sample, count, length;
    lm_ending ending;
    uint32_t ids[TEXT_MAX];
    double lp[TEXT_MAX];
    char text[TEXT_MAX];
} told;

typedef struct {
    const char *const *prompts;
    size_t count, next, tolds;
    bool lazy; /* gives a prompt only if nothing else is left to do */
    told *told;
    size_t shown; /* bytes of the one that is being told */
} script;

static lm_status next_prompt(void *context, bool wait, lm_ids *ids, bool *more, lm_err *e)
{
    script *s = context;
    *more = s->next < s->count && (wait || !s->lazy);
    if (!*more) return LM_OK;
    const char *text = s->prompts[s->next++];
    for (size_t i = 0; text[i]; i++) {
        LM_TRY(lm_reserve(&ids->id, &ids->capacity, ids->count + 1, sizeof *ids->id, e));
        ids->id[ids->count++] = (unsigned char)text[i];
    }
    return LM_OK;
}

static lm_status tell(void *context, const lm_completion *c, lm_err *e)
{
    script *s = context;
    told *t = &s->told[s->tolds];
    (void)e;
    CHECK(s->tolds < TOLD_MAX);
    CHECK(c->safe >= s->shown && c->safe <= c->text.length);
    for (size_t i = s->shown; i < c->safe;) {
        const int n = lm_utf8_length(c->text.text + i, c->text.length - i);
        CHECK((n >= 0 && i + (size_t)n <= c->safe) || c->ending != LM_GOING_ON);
        i += n > 0 ? (size_t)n : 1;
    }
    if (c->safe > s->shown) memcpy(t->text + s->shown, c->text.text + s->shown, c->safe - s->shown);
    s->shown = c->safe;
    if (c->ending == LM_GOING_ON) return LM_OK;
    CHECK_INT(c->safe, c->text.length);
    CHECK(s->tolds == 0 || t[-1].prompt < c->prompt || t[-1].sample < c->sample);
    t->prompt = c->prompt;
    t->sample = c->sample;
    t->ending = c->ending;
    t->count = c->ids.count;
    t->length = c->text.length;
    if (c->ids.count) memcpy(t->ids, c->ids.id, c->ids.count * sizeof *t->ids);
    for (size_t i = 0; i < c->ids.count; i++) t->lp[i] = c->lp[i];
    t->text[t->length] = '\0';
    s->shown = 0;
    s->tolds++;
    return LM_OK;
}

/* Completes the prompts; the caller frees what was told. */
static told *generate(const lm_gpt *gpt, const lm_generation *how, const char *const *prompts,
                      size_t count, lm_pool *pool, bool lazy)
{
    lm_err e = {0};
    script s = {.prompts = prompts, .count = count, .lazy = lazy};
    const lm_generate_calls calls = {next_prompt, tell, &s};
    const lm_run run = {.pool = pool};
    s.told = calloc(TOLD_MAX, sizeof *s.told);
    CHECK(s.told != NULL);
    CHECK_OK(lm_generate(gpt, how, &calls, &run, &e), &e);
    CHECK_INT(s.tolds, count * how->samples);
    return s.told;
}

static lm_generation plain_rules(void)
{
    return (lm_generation){.rule = LM_TOKEN_RULE_DEFAULTS,
                           .seed = 1,
                           .samples = 1,
                           .longest = 20,
                           .streams = 4,
                           .logprobs = true};
}

static lm_gpt_shape shape_of(uint64_t layers, uint64_t context)
{
    return (lm_gpt_shape){
        .layers = layers, .heads = 2, .width = 16, .context = context, .patterns = 1};
}

/* ---- what is forced ---- */

TEST(forced_tokens_come)
{
    static const char *const prompts[] = {"a", "xyz", "\xfb", "r"};
    lm_gpt *gpt = forced_gpt("", 100);
    lm_generation how = plain_rules();
    how.longest = 5;
    told *t = generate(gpt, &how, prompts, 4, NULL, false);
    CHECK_TEXT(t[0].text, "bcdef");
    CHECK_INT(t[0].ending, LM_BY_LENGTH);
    CHECK_TEXT(t[1].text, "{|}~\x7f");
    CHECK_TEXT(t[2].text,
               "\xfc\xfd\xfe\xff"); /* and the end of text, of whose text there is none */
    CHECK_INT(t[2].ending, LM_BY_TOKEN);
    CHECK_INT(t[2].count, 5);
    CHECK_INT(t[2].ids[4], 256);
    CHECK_TEXT(t[3].text, "stuvw");
    for (size_t i = 0; i < 5; i++) CHECK_NEAR(t[0].lp[i], 0, 1e-6);
    free(t);
    lm_gpt_free(gpt);
}

/* An empty prompt begins with the end of text, after which the round begins anew. */
TEST(empty_prompt_is_a_beginning)
{
    static const char *const prompts[] = {""};
    lm_gpt *gpt = forced_gpt("Helping", 100);
    lm_generation how = plain_rules();
    how.longest = 7;
    told *t = generate(gpt, &how, prompts, 1, NULL, false);
    CHECK_TEXT(t[0].text, "Helping");
    free(t);
    lm_gpt_free(gpt);
}

/* "é" and "日" are told whole; a stop text ends what it is in the middle of, over tokens. */
TEST(stop_texts_over_tokens)
{
    static const char order[] = "ab\xc3\xa9"
                                "c\xe6\x97\xa5"
                                "defg";
    static const struct {
        const char *stop[2], *text;
        size_t tokens;
    } cases[] = {{{"c", NULL}, "ab\xc3\xa9", 5},
                 {{"\xc3\xa9", NULL}, "ab", 4},
                 {{"b\xc3\xa9"
                   "c\xe6\x97\xa5"
                   "d",
                   NULL},
                  "a",
                  9},
                 {{"\xe6\x97\xa5", "bc"},
                  "ab\xc3\xa9"
                  "c",
                  8},
                 {{"\xa9", NULL}, "ab\xc3", 4}, /* a stop text may be any bytes */
                 {{"efg", "def"},
                  "ab\xc3\xa9"
                  "c\xe6\x97\xa5",
                  11},
                 {{"x", "deg"},
                  "ab\xc3\xa9"
                  "c\xe6\x97\xa5"
                  "defg",
                  12}};
    static const char *const prompts[] = {""};
    lm_gpt *gpt = forced_gpt(order, 100);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lm_generation how = plain_rules();
        how.longest = 12;
        how.stop = cases[i].stop;
        how.stops = cases[i].stop[1] ? 2 : 1;
        told *t = generate(gpt, &how, prompts, 1, NULL, false);
        CHECK_TEXT(t[0].text, cases[i].text);
        CHECK_INT(t[0].count, cases[i].tokens);
        CHECK_INT(t[0].ending, cases[i].tokens < 12 ? LM_BY_STOP : LM_BY_LENGTH);
        free(t);
    }
    lm_gpt_free(gpt);
}

TEST(context_that_is_full)
{
    static const char *const prompts[] = {"a", "abcdefgh", "abcdefghi"};
    lm_gpt *gpt = forced_gpt("", 8);
    lm_generation how = plain_rules();
    told *t = generate(gpt, &how, prompts, 3, NULL, false);
    CHECK_TEXT(t[0].text, "bcdefghi"); /* the last one needs no place to be written */
    CHECK_TEXT(t[1].text, "i");
    CHECK_TEXT(t[2].text, "");
    for (size_t i = 0; i < 3; i++) CHECK_INT(t[i].ending, LM_BY_CONTEXT);
    free(t);
    how.overflow = LM_OVERFLOW_SLIDE;
    t = generate(gpt, &how, prompts, 3, NULL, false);
    CHECK_TEXT(t[0].text, "bcdefghijklmnopqrstu");
    CHECK_TEXT(t[1].text, "ijklmnopqrstuvwxyz{|");
    CHECK_TEXT(t[2].text, "jklmnopqrstuvwxyz{|}");
    CHECK_INT(t[0].ending, LM_BY_LENGTH);
    free(t);
    lm_gpt_free(gpt);
}

/* ---- the same bits ---- */

/* The logits of what follows, by a model that has seen nothing of it before. */
static void from_nothing(const lm_gpt *gpt, const lm_compute *on, const uint32_t *ids, size_t count,
                         lm_real *logits)
{
    lm_err e = {0};
    lm_gpt_room room;
    lm_kv_cache cache, *caches[] = {&cache};
    CHECK_OK(lm_gpt_room_new(&room, gpt, count, 1, LM_INFERENCE, NULL, &e), &e);
    CHECK_OK(lm_kv_cache_new(&cache, &gpt->transformer, count, &e), &e);
    memcpy(room.ids, ids, count * sizeof *ids);
    lm_gpt_next(on, gpt, &gpt->weights, &room, caches, &count, 1, logits);
    lm_kv_cache_free(&cache);
    lm_gpt_room_free(&room);
}

/* Writes a completion once more, every token from nothing. */
static void check_plainly(const lm_gpt *gpt, const lm_generation *how, const char *prompt,
                          const told *t)
{
    lm_err e = {0};
    lm_compute *on;
    lm_token_room room;
    const uint32_t V = (uint32_t)gpt->shape.vocab;
    const size_t T = gpt->shape.context;
    uint32_t window[TEXT_MAX];
    size_t count = strlen(prompt), place = count;
    lm_real *logits = calloc(V, sizeof *logits);
    CHECK(logits != NULL);
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    CHECK_OK(lm_token_room_new(&room, V, &e), &e);
    for (size_t i = 0; i < count; i++) window[i] = (unsigned char)prompt[i];
    for (size_t i = 0; i < t->count; i++) {
        while (count > T) {
            memmove(window, window + T / 2, (count - T / 2) * sizeof *window);
            count -= T / 2;
        }
        from_nothing(gpt, on, window, count, logits);
        const double u =
            lm_random_real(lm_random_at(how->seed, LM_RANDOM_SAMPLE, (uint32_t)(place + i),
                                        t->prompt * how->samples + t->sample));
        const uint32_t id = lm_token_choose(&how->rule, logits, V, window, count, u, &room);
        CHECK_INT(t->ids[i], id);
        CHECK(t->lp[i] == (double)logits[id] - lm_token_log_sum(logits, V));
        window[count++] = id;
    }
    lm_token_room_free(&room);
    lm_compute_free(on);
    free(logits);
}

static const char *const ragged[] = {"the quick brown fox jumps over it",
                                     "a",
                                     "the quick brown dog",
                                     "the quick brown fox",
                                     "the quick brown fox jumps over it",
                                     "the quick brown fox jumps over all of them",
                                     "zz"};
enum { RAGGED = sizeof ragged / sizeof *ragged };

static void check_streams(const lm_gpt *gpt, lm_generation how)
{
    static const size_t streams[] = {1, 2, 3, 16};
    how.streams = 1;
    told *one = generate(gpt, &how, ragged, RAGGED, NULL, false);
    for (size_t i = 0; i < RAGGED * how.samples; i++)
        check_plainly(gpt, &how, ragged[one[i].prompt], &one[i]);
    for (size_t i = 0; i < 4; i++)
        for (size_t threads = 1; threads <= 3; threads++) {
            lm_err e = {0};
            lm_pool *pool;
            CHECK_OK(lm_pool_new(&pool, threads, &e), &e);
            how.streams = streams[i];
            told *many = generate(gpt, &how, ragged, RAGGED, pool, threads == 3);
            CHECK_BYTES(many, one, TOLD_MAX * sizeof *one);
            free(many);
            lm_pool_free(pool);
        }
    free(one);
}

TEST(streams_write_what_one_alone_does)
{
    lm_gpt *gpt = little_gpt(shape_of(2, 64), 3);
    lm_generation how = plain_rules();
    how.samples = 3;
    check_streams(gpt, how);
    how.rule = (lm_token_rule){0.7, 30, 0.9, 0.01, 1.2};
    how.seed = 5;
    check_streams(gpt, how);
    lm_gpt_free(gpt);
}

TEST(streams_of_other_shapes)
{
    lm_gpt_shape shape = shape_of(2, 40);
    lm_generation how = plain_rules();
    lm_err e = {0};
    shape.post_norm = shape.sine = true;
    lm_gpt *gpt = little_gpt(shape, 4);
    how.overflow = LM_OVERFLOW_SLIDE;
    how.longest = 90;
    check_streams(gpt, how);
    lm_gpt_free(gpt);
    shape.post_norm = shape.sine = false;
    CHECK_OK(lm_patterns_parse("dense,band:5,atrous:3", shape.pattern, &shape.patterns, &e), &e);
    shape.layers = 3;
    gpt = little_gpt(shape, 4);
    how.overflow = LM_OVERFLOW_STOP;
    check_streams(gpt, how);
    lm_gpt_free(gpt);
}

/* Longer than what is read at once. */
TEST(long_prompts)
{
    static char long_one[1500], other[1200];
    static const char *const prompts[] = {long_one, "b", other, long_one};
    lm_gpt *gpt = little_gpt(shape_of(1, 1536), 6);
    lm_generation how = plain_rules();
    how.longest = 6;
    how.streams = 3;
    for (size_t i = 0; i < sizeof long_one - 1; i++) long_one[i] = (char)('a' + i * i % 23);
    memcpy(other, long_one, sizeof other - 1);
    other[700] = 'z';
    told *t = generate(gpt, &how, prompts, 4, NULL, false);
    for (size_t i = 0; i < 4; i++) check_plainly(gpt, &how, prompts[i], &t[i]);
    free(t);
    lm_gpt_free(gpt);
}

/* The log-probabilities are those of lm-eval and of training, rounded. */
TEST(logprobs_are_losses)
{
    lm_err e = {0};
    lm_gpt *gpt = little_gpt(shape_of(2, 64), 8);
    lm_generation how = plain_rules();
    lm_compute *on;
    lm_gpt_room room;
    told *t = generate(gpt, &how, ragged, 1, NULL, false);
    const size_t before = strlen(ragged[0]), N = before + t->count - 1;
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    CHECK_OK(lm_gpt_room_new(&room, gpt, N, 1, LM_INFERENCE, NULL, &e), &e);
    for (size_t i = 0; i < N; i++) {
        room.ids[i] = i < before ? (unsigned char)ragged[0][i] : t->ids[i - before];
        room.targets[i] = i + 1 < before ? LM_IGNORE : t->ids[i + 1 - before];
    }
    (void)lm_gpt_losses(on, gpt, &gpt->weights, &room, &N, 1);
    for (size_t i = 0; i < t->count; i++) CHECK(room.losses[before - 1 + i] == (lm_real)-t->lp[i]);
    lm_gpt_room_free(&room);
    lm_compute_free(on);
    free(t);
    lm_gpt_free(gpt);
}

/* Packed in 32 bits: the same bits.  In 16 and 8: near, and many still write what one does. */
TEST(streams_of_packed_weights)
{
    lm_generation how = plain_rules();
    lm_err e = {0};
    lm_compute *on;
    lm_gpt *gpt = little_gpt(shape_of(2, 64), 3);
    how.samples = 2;
    told *plain = generate(gpt, &how, ragged, RAGGED, NULL, false);
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    for (lm_weight_form form = LM_WEIGHTS_F32; form <= LM_WEIGHTS_INT8; form++) {
        lm_gpt *packed = little_gpt(shape_of(2, 64), 3);
        CHECK_OK(lm_gpt_pack(packed, form, on, &e), &e);
        check_streams(packed, how);
        told *t = generate(packed, &how, ragged, RAGGED, NULL, false);
        if (form == LM_WEIGHTS_F32) CHECK_BYTES(t, plain, TOLD_MAX * sizeof *t);
        CHECK_NEAR(t[0].lp[0], plain[0].lp[0], t[0].ids[0] == plain[0].ids[0] ? 0.3 : 20);
        free(t);
        lm_gpt_free(packed);
    }
    lm_compute_free(on);
    free(plain);
    lm_gpt_free(gpt);
}

/* ---- what goes wrong ---- */

TEST(generation_without_memory)
{
    static const char *const prompts[] = {"ab", "abc", ""};
    lm_gpt *gpt = forced_gpt("", 8);
    lm_generation how = plain_rules();
    how.samples = 2;
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        script s = {.prompts = prompts, .count = 3};
        const lm_generate_calls calls = {next_prompt, tell, &s};
        s.told = calloc(TOLD_MAX, sizeof *s.told);
        CHECK(s.told != NULL);
        const lm_status status = lm_generate(gpt, &how, &calls, NULL, &e);
        CHECK_INT(status, failing.failed ? LM_ENOMEM : LM_OK);
        free(s.told);
        failing_end();
    }
    lm_gpt_free(gpt);
}

TEST(logits_that_are_no_numbers)
{
    static const char *const prompts[] = {"ab"};
    lm_err e = {0};
    lm_gpt *gpt = forced_gpt("", 8);
    lm_generation how = plain_rules();
    script s = {.prompts = prompts, .count = 1};
    const lm_generate_calls calls = {next_prompt, tell, &s};
    gpt->weights.ln_f_bias[1] = (lm_real)NAN;
    CHECK_FAILS(lm_generate(gpt, &how, &calls, NULL, &e), LM_EFORMAT, &e, "no numbers");
    lm_gpt_free(gpt);
}
