/* beam.c - beam search, against all completions there are. */
#include "lm/beam.h"
#include <stdlib.h>
#include "failing.h"
#include "lm/cross_entropy.h"
#include "little_gpt.h"

enum { LETTERS = 4, LONGEST = 4, TOLD_MAX = 300 }; /* a, b, c and the end of text */

typedef struct {
    uint32_t ids[LONGEST];
    size_t count;
    double score;
    lm_ending ending;
    char text[LONGEST + 1];
} told;

typedef struct {
    told told[TOLD_MAX];
    size_t tolds;
    size_t prompts; /* to give */
} script;

/* The prompt "ab". */
static lm_status next_prompt(void *context, bool wait, lm_ids *ids, bool *more, lm_err *e)
{
    script *s = context;
    (void)wait;
    *more = s->prompts > 0;
    if (!*more) return LM_OK;
    s->prompts--;
    LM_TRY(lm_reserve(&ids->id, &ids->capacity, 2, sizeof *ids->id, e));
    ids->id[0] = 0;
    ids->id[1] = 1;
    ids->count = 2;
    return LM_OK;
}

static lm_status tell(void *context, const lm_completion *c, lm_err *e)
{
    script *s = context;
    told *t = &s->told[s->tolds++];
    (void)e;
    CHECK(c->ids.count <= LONGEST && c->text.length <= LONGEST && c->sample + 1 <= s->tolds);
    if (c->ids.count) memcpy(t->ids, c->ids.id, c->ids.count * sizeof *t->ids);
    t->count = c->ids.count;
    t->score = c->score;
    t->ending = c->ending;
    if (c->text.length) memcpy(t->text, c->text.text, c->text.length);
    t->text[c->text.length] = '\0';
    return LM_OK;
}

static lm_gpt *letters_gpt(uint64_t context, uint64_t seed)
{
    lm_err e = {0};
    lm_tokenizer *t;
    lm_gpt *gpt;
    uint32_t id;
    const lm_gpt_shape shape = {
        .layers = 2, .heads = 2, .width = 8, .context = context, .vocab = LETTERS, .patterns = 1};
    CHECK_OK(lm_tokenizer_new(&t, LM_TOK_CHAR, &e), &e);
    for (const char *letter = "abc"; *letter; letter++)
        CHECK_OK(lm_vocab_add(t->vocab, (lm_slice){letter, 1}, &id, &e), &e);
    CHECK_OK(lm_tokenizer_add_mark(t, LM_END_OF_TEXT, &id, &e), &e);
    CHECK_OK(lm_tokenizer_settle(t, "letters", &e), &e);
    CHECK_OK(lm_gpt_new(&gpt, &shape, t, &e), &e);
    CHECK_OK(lm_params_block(gpt->params, &gpt->values, &e), &e);
    CHECK_OK(lm_params_init(gpt->params, gpt->values, "default", seed, NULL, &e), &e);
    for (size_t i = 0; i < gpt->params->size; i++) gpt->values[i] *= 4;
    lm_params_bind(gpt->params, gpt->values, &gpt->weights);
    return gpt;
}

/* The score of a completion of "ab", by the losses of training. */
static double score_of(const lm_gpt *gpt, const lm_compute *on, const uint32_t *ids, size_t count)
{
    lm_err e = {0};
    lm_gpt_room room;
    double sum = 0;
    const size_t N = count + 1;
    CHECK_OK(lm_gpt_room_new(&room, gpt, N, 1, LM_INFERENCE, NULL, &e), &e);
    for (size_t i = 0; i < N; i++) {
        room.ids[i] = i < 2 ? (uint32_t)i : ids[i - 2];
        room.targets[i] = i < 1 ? LM_IGNORE : ids[i - 1];
    }
    (void)lm_gpt_losses(on, gpt, &gpt->weights, &room, &N, 1);
    for (size_t i = 1; i < N; i++) sum -= (double)room.losses[i];
    lm_gpt_room_free(&room);
    return sum / pow((double)count, 0.6);
}

/* Scores of all completions, the best first; returns how many there are. */
static size_t score_all(const lm_gpt *gpt, const lm_compute *on, double *scores)
{
    size_t n = 0;
    for (uint32_t code = 0; code < LETTERS * LETTERS * LETTERS * LETTERS; code++) {
        uint32_t ids[LONGEST];
        size_t count = 0;
        bool first = true; /* of those that end alike */
        for (uint32_t rest = code; count < LONGEST; rest /= LETTERS) {
            ids[count++] = rest % LETTERS;
            if (rest % LETTERS == LETTERS - 1) {
                first = rest / LETTERS == 0;
                break;
            }
        }
        if (!first) continue;
        const double score = score_of(gpt, on, ids, count);
        size_t at = n++;
        for (; at > 0 && scores[at - 1] < score; at--) scores[at] = scores[at - 1];
        scores[at] = score;
    }
    return n;
}

static script *search(const lm_gpt *gpt, size_t beams, size_t samples, const char *stop)
{
    lm_err e = {0};
    script *s = calloc(1, sizeof *s);
    const lm_generate_calls calls = {next_prompt, tell, s};
    const lm_generation how = {.longest = LONGEST,
                               .samples = samples,
                               .beams = beams,
                               .stop = &stop,
                               .stops = stop ? 1 : 0};
    CHECK(s != NULL);
    s->prompts = 2; /* the second time from what the first has left */
    CHECK_OK(lm_beam_generate(gpt, &how, &calls, NULL, &e), &e);
    CHECK_INT(s->tolds, 2 * samples);
    for (size_t i = 0; i < samples; i++)
        CHECK_BYTES(&s->told[samples + i], &s->told[i], sizeof *s->told);
    return s;
}

TEST(beam_of_all_finds_the_best)
{
    double scores[256];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        lm_err e = {0};
        lm_compute *on;
        lm_gpt *gpt = letters_gpt(16, seed);
        CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
        CHECK_INT(score_all(gpt, on, scores), 1 + 3 + 9 + 27 + 81);
        script *s = search(gpt, 100, 20, NULL);
        for (size_t i = 0; i < 20; i++) {
            CHECK_NEAR(s->told[i].score, scores[i], 1e-5);
            CHECK_NEAR(s->told[i].score, score_of(gpt, on, s->told[i].ids, s->told[i].count), 1e-5);
        }
        free(s);
        lm_compute_free(on);
        lm_gpt_free(gpt);
    }
}

/* Fewer beams: what they find has the score it says, never better than the best. */
TEST(beams_are_scored_right)
{
    double scores[256];
    lm_err e = {0};
    lm_compute *on;
    lm_gpt *gpt = letters_gpt(16, 9);
    CHECK_OK(lm_compute_new(&on, NULL, false, &e), &e);
    (void)score_all(gpt, on, scores);
    for (size_t beams = 1; beams <= 8; beams++) {
        script *s = search(gpt, beams, 1, NULL);
        CHECK_NEAR(s->told[0].score, score_of(gpt, on, s->told[0].ids, s->told[0].count), 1e-5);
        CHECK(s->told[0].score <= scores[0] + 1e-5);
        free(s);
    }
    lm_compute_free(on);
    lm_gpt_free(gpt);
}

TEST(beams_stop_and_overflow)
{
    lm_gpt *gpt = letters_gpt(4, 2);
    script *s = search(gpt, 100, 20, "b");
    for (size_t i = 0; i < 20; i++) {
        const told *t = &s->told[i];
        const uint32_t last = t->ids[t->count - 1];
        CHECK(!strchr(t->text, 'b'));
        for (size_t k = 0; k + 1 < t->count; k++) CHECK(t->ids[k] != 1 && t->ids[k] != 3);
        CHECK_INT(t->ending, last == 3 ? LM_BY_TOKEN : last == 1 ? LM_BY_STOP : LM_BY_CONTEXT);
        CHECK(t->count <= 3);
    }
    free(s);
    lm_gpt_free(gpt);
    gpt = letters_gpt(1, 2); /* where not even the prompt has place */
    s = search(gpt, 3, 1, NULL);
    CHECK_INT(s->told[0].count, 0);
    CHECK_INT(s->told[0].ending, LM_BY_CONTEXT);
    free(s);
    lm_gpt_free(gpt);
}

TEST(beams_without_memory)
{
    lm_gpt *gpt = letters_gpt(16, 2);
    const lm_generation how = {.longest = LONGEST, .samples = 2, .beams = 3};
    script *s = calloc(1, sizeof *s);
    CHECK(s != NULL);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        const lm_generate_calls calls = {next_prompt, tell, s};
        s->tolds = 0;
        s->prompts = 2;
        const lm_status status = lm_beam_generate(gpt, &how, &calls, NULL, &e);
        CHECK_INT(status, failing.failed ? LM_ENOMEM : LM_OK);
        failing_end();
    }
    free(s);
    lm_gpt_free(gpt);
}
