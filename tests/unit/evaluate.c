/* evaluate.c - tests of evaluation: against one event after another, and the same bytes for any
 * number of threads and any size of blocks. */
#include "lm/evaluate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "lm/scalar.h"
#include "test.h"

/* ---- a model of our own: what came before, as a number, decides ---- */

typedef struct {
    uint64_t before;
    char more[100]; /* a state need not be small */
} state;

static size_t state_size(const lm_lang *lang)
{
    (void)lang;
    return sizeof(state);
}

static void begin(const lm_lang *lang, void *place, bool inside)
{
    state *s = place;
    (void)lang;
    *s = (state){.before = inside ? 5 : 11};
    memset(s->more, 'm', sizeof s->more);
}

static lm_status score(const lm_lang *lang, void *place, const uint32_t *ids, size_t count,
                       double *p, int *order, lm_err *e)
{
    state *s = place;
    (void)e;
    for (size_t i = 0; i < count; i++) {
        p[i] = 1;
        order[i] = 0;
        if (ids[i] == LM_LINE_BREAK) {
            begin(lang, s, false);
            continue;
        }
        CHECK(ids[i] == LM_NO_WORD || lm_vocab_is_output(lang->vocab, ids[i]));
        CHECK_BYTES(s->more + 1, s->more, sizeof s->more - 1);
        s->before = (s->before * 31 + ids[i] + 1) % 1009;
        p[i] = ids[i] == LM_NO_WORD ? 0 : (double)(s->before % 101 + 1) / 101;
        order[i] = ids[i] == LM_NO_WORD ? 0 : 1 + (int)(s->before % 3);
    }
    return LM_OK;
}

static const lm_lang_type type = {
    .kind = "test", .state_size = state_size, .begin = begin, .score = score};

/* Words, characters or bytes it knows, with or without <unk> and </s>. */
static lm_lang *new_lang(lm_unit unit, bool unk, bool eos)
{
    static const char *const words[] = {"a", "b", "cd", "e", "long-word-of-16-b", " ", "诗", "."};
    static lm_lang lang;
    lm_err e = {0};
    uint32_t id;
    lang = (lm_lang){.type = &type, .unit = unit, .order = 3};
    CHECK_OK(lm_vocab_new(&lang.vocab, &e), &e);
    lm_vocab *v = lang.vocab;
    if (unk) CHECK_OK(lm_vocab_add_mark(v, "<unk>", &v->unk, &e), &e);
    if (eos) CHECK_OK(lm_vocab_add_mark(v, "</s>", &v->eos, &e), &e);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        CHECK_OK(lm_vocab_add(v, lm_slice_of(words[i]), &id, &e), &e);
    CHECK_OK(lm_vocab_add_mark(v, "<s>", &v->bos, &e), &e);
    lm_spell_train(&lang.spell, v);
    return &lang;
}

/* ---- texts ---- */

typedef struct {
    char *bytes;
    size_t length;
} corpus;

/* Lines of 0 to `longest` pieces, the last one without its end. */
static corpus make_corpus(size_t lines, uint32_t longest)
{
    static const char *const pieces[] = {"a ",  "b ", "cd ", "e", "long-word-of-16-b ",
                                         "zz ", " ",  "诗",  ".", "\t"};
    corpus c = {malloc(lines * longest * 20 + lines), 0};
    uint32_t seed = 3;
    for (size_t i = 0; i < lines; i++) {
        seed = seed * 1664525 + 1013904223;
        for (uint32_t n = (seed >> 8) % (longest + 1); n > 0; n--) {
            seed = seed * 1664525 + 1013904223;
            const char *piece = pieces[(seed >> 16) % (sizeof pieces / sizeof *pieces)];
            memcpy(c.bytes + c.length, piece, strlen(piece));
            c.length += strlen(piece);
        }
        if (i + 1 < lines) c.bytes[c.length++] = '\n';
    }
    return c;
}

/* ---- what a run tells ---- */

typedef struct {
    lm_evaluation total;
    lm_status status;
    char message[200];
    lm_str out;
} result;

static void read_back(const char *path, lm_str *text)
{
    char bytes[4096];
    lm_err e = {0};
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        CHECK_OK(lm_str_add(text, bytes, n, &e), &e);
    fclose(file);
}

static result run(const lm_lang *lang, corpus c, size_t size, lm_report report, size_t threads)
{
    static result r;
    lm_err e = {0};
    lm_out *out;
    lm_text *text;
    lm_run with = {0};
    r = (result){0};
    if (threads) CHECK_OK(lm_pool_new(&with.pool, threads, &e), &e);
    CHECK_OK(lm_out_open(&out, "out", &e), &e);
    CHECK_OK(lm_text_memory(&text, (lm_slice){c.bytes, c.length}, "text", lang->unit, false, &e),
             &e);
    r.status = lm_evaluate_blocks(lang, text, size, report, out, &with, &r.total, &e);
    snprintf(r.message, sizeof r.message, "%.150s", e.message);
    lm_text_close(text);
    e = (lm_err){0};
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    read_back("out", &r.out);
    lm_pool_free(with.pool);
    return r;
}

/* ---- against one event after another ---- */

typedef struct {
    const lm_lang *lang;
    state at;
    lm_evaluation total;
    double line;
    uint64_t line_events, line_unknown;
    lm_str lines, tokens;
} plain;

static void add_plain(plain *r, uint32_t id, lm_slice word, bool end)
{
    double p;
    int order;
    lm_err e = {0};
    CHECK_OK(score(r->lang, &r->at, &id, 1, &p, &order, &e), &e);
    const bool unknown = !end && (id == LM_NO_WORD || id == r->lang->vocab->unk);
    const double nats = p > 0 ? -lm_log(p) : (double)INFINITY;
    r->total.nats[end ? LM_SENTENCE_END : unknown ? LM_UNKNOWN_WORD : LM_KNOWN_WORD] += nats;
    if (unknown) r->total.spell_bits += lm_spell_bits(&r->lang->spell, word);
    r->total.words += !end;
    r->total.unknown += unknown;
    r->total.events++;
    r->total.zeroprobs += !(p > 0);
    r->total.by_order[order]++;
    r->line += nats;
    r->line_events++;
    r->line_unknown += unknown;
    CHECK_OK(end || r->lang->unit == LM_UNIT_WORD
                 ? lm_str_add(&r->tokens, word.text, word.length, &e)
                 : lm_str_add_escaped(&r->tokens, word, &e),
             &e);
    CHECK_OK(p > 0 ? lm_str_addf(&r->tokens, &e, "\t%d\t%.7g\n", order, lm_log10(p))
                   : lm_str_addf(&r->tokens, &e, "\t%d\t-inf\n", order),
             &e);
}

static void end_plain_line(plain *r)
{
    lm_err e = {0};
    const lm_vocab *v = r->lang->vocab;
    if (v->eos != LM_NO_WORD) add_plain(r, v->eos, lm_slice_of("</s>"), true);
    if (isinf(r->line))
        CHECK_OK(lm_str_addf(&r->lines, &e, "-inf"), &e);
    else
        CHECK_OK(lm_str_addf(&r->lines, &e, "%.7g", r->line > 0 ? -r->line / lm_log(10) : 0), &e);
    CHECK_OK(lm_str_addf(&r->lines, &e, "\t%d\t%d\n", (int)r->line_events, (int)r->line_unknown),
             &e);
    r->total.sentences++;
    r->line = 0;
    r->line_events = r->line_unknown = 0;
    begin(r->lang, &r->at, false);
}

static void run_plain(plain *r, const lm_lang *lang, corpus c)
{
    lm_err e = {0};
    lm_text *text;
    lm_slice token;
    *r = (plain){.lang = lang, .total.bytes = c.length};
    begin(lang, &r->at, false);
    CHECK_OK(lm_str_add(&r->tokens, "", 0, &e), &e);
    CHECK_OK(lm_text_memory(&text, (lm_slice){c.bytes, c.length}, "text", lang->unit, false, &e),
             &e);
    for (lm_text_event event = LM_TOKEN; event != LM_TEXT_END;) {
        CHECK_OK(lm_text_next(text, &event, &token, &e), &e);
        if (event == LM_TOKEN) add_plain(r, lm_lang_id(lang, token), token, false);
        if (event == LM_LINE_END) end_plain_line(r);
    }
    lm_text_close(text);
}

/* Sums may differ in the last bits: they are taken line by line there. */
static void check_total(const lm_evaluation *found, const lm_evaluation *expected)
{
    lm_evaluation same = *expected;
    for (int k = 0; k < LM_EVENT_KINDS; k++) {
        const double sum = expected->nats[k];
        if (isinf(sum))
            CHECK(isinf(found->nats[k]));
        else
            CHECK_NEAR(found->nats[k], sum, 1e-10 * sum);
        same.nats[k] = found->nats[k];
    }
    CHECK_NEAR(found->spell_bits, expected->spell_bits, 1e-10 * expected->spell_bits);
    same.spell_bits = found->spell_bits;
    CHECK_BYTES(found, &same, sizeof same);
}

static void check_against_plain(const lm_lang *lang, corpus c)
{
    plain expected;
    run_plain(&expected, lang, c);
    for (int report = LM_REPORT_TOTAL; report <= LM_REPORT_TOKENS; report++) {
        result r = run(lang, c, 1 << 16, (lm_report)report, 2);
        CHECK_INT(r.status, LM_OK);
        check_total(&r.total, &expected.total);
        if (report == LM_REPORT_TOTAL) CHECK_INT(r.out.length, 0);
        if (report == LM_REPORT_LINES) CHECK_TEXT(r.out.text, expected.lines.text);
        if (report == LM_REPORT_TOKENS) CHECK_TEXT(r.out.text, expected.tokens.text);
        lm_str_free(&r.out);
    }
    lm_str_free(&expected.lines);
    lm_str_free(&expected.tokens);
}

TEST(evaluate_one_event_after_another)
{
    corpus c = make_corpus(1000, 40);
    for (lm_unit unit = LM_UNIT_WORD; unit <= LM_UNIT_BYTE; unit++)
        for (int marks = 0; marks < 4; marks++) {
            lm_lang *lang = new_lang(unit, marks & 1, marks & 2);
            check_against_plain(lang, c);
            lm_vocab_free(lang->vocab);
        }
    free(c.bytes);
}

/* ---- threads and blocks ---- */

static void check_same(const lm_lang *lang, corpus c, const size_t *sizes, size_t count)
{
    for (int report = LM_REPORT_TOTAL; report <= LM_REPORT_TOKENS; report++) {
        result expected = run(lang, c, 1 << 18, (lm_report)report, 0);
        for (size_t threads = 0; threads <= 5; threads++)
            for (size_t i = 0; i < count; i++) {
                result found = run(lang, c, sizes[i], (lm_report)report, threads);
                CHECK_INT(found.status, expected.status);
                CHECK_TEXT(found.message, expected.message);
                CHECK_TEXT(found.out.text, expected.out.text);
                if (!found.status) CHECK_BYTES(&found.total, &expected.total, sizeof found.total);
                lm_str_free(&found.out);
            }
        lm_str_free(&expected.out);
    }
}

TEST(evaluate_same_bytes_for_threads_and_blocks)
{
    static const size_t sizes[] = {1, 2, 10, 100, 5000};
    lm_lang *lang = new_lang(LM_UNIT_WORD, true, true);
    corpus c = make_corpus(100, 60);
    check_same(lang, c, sizes, 5);
    lm_vocab_free(lang->vocab);
    lang = new_lang(LM_UNIT_CHAR, false, true);
    check_same(lang, c, sizes, 5);
    free(c.bytes);
    lm_vocab_free(lang->vocab);
}

/* Lines far longer than blocks, and batches. */
TEST(evaluate_long_lines)
{
    static const size_t sizes[] = {1000, 4096, 100000};
    lm_lang *lang = new_lang(LM_UNIT_WORD, true, true);
    corpus c = make_corpus(8, 8000);
    check_same(lang, c, sizes, 3);
    check_against_plain(lang, c);
    free(c.bytes);
    lm_vocab_free(lang->vocab);
}

/* What stands before a mistake is told, whoever finds it first. */
TEST(evaluate_stops_at_the_first_mistake)
{
    static const size_t sizes[] = {1, 10, 1000, 100000};
    lm_lang *lang = new_lang(LM_UNIT_WORD, true, true);
    corpus c = make_corpus(400, 20);
    char *first = strchr(c.bytes + c.length / 2, '\n'), *second = strchr(first + 1000, '\n');
    memcpy(first + 1, "a <s> ", 6);
    memcpy(second + 1, "</s> b ", 7);
    check_same(lang, c, sizes, 4);
    result r = run(lang, c, 100, LM_REPORT_TOKENS, 3);
    CHECK_INT(r.status, LM_EFORMAT);
    CHECK(strstr(r.message, "'<s>' is a mark") != NULL);
    r.out.text[r.out.length - 1] = '\0'; /* the last line of all */
    CHECK(strncmp(strrchr(r.out.text, '\n'), "\na\t", 3) == 0);
    lm_str_free(&r.out);
    free(c.bytes);
    lm_vocab_free(lang->vocab);
}

/* ---- perplexities ---- */

/* Three sums and counts that tell each other apart: 8 known words at ln 2, 4 unknown ones at ln 4
 * and 2 ends at ln 16 a piece. */
TEST(evaluate_perplexities)
{
    const double ln2 = lm_log(2);
    const lm_evaluation t = {.words = 12,
                             .unknown = 4,
                             .events = 14,
                             .bytes = 100,
                             .nats = {8 * ln2, 4 * 2 * ln2, 2 * 4 * ln2},
                             .spell_bits = 26};
    CHECK_NEAR(lm_evaluation_nats(&t), 24 * ln2, 1e-12);
    CHECK_NEAR(lm_evaluation_ppl(&t, 0), exp2(24.0 / 14), 1e-12);
    CHECK_NEAR(lm_evaluation_ppl(&t, LM_WITHOUT_UNKNOWN), exp2(16.0 / 10), 1e-12);
    CHECK_NEAR(lm_evaluation_ppl(&t, LM_WITHOUT_ENDS), exp2(16.0 / 12), 1e-12);
    CHECK_NEAR(lm_evaluation_ppl(&t, LM_WITHOUT_UNKNOWN | LM_WITHOUT_ENDS), 2, 1e-12);
    CHECK_NEAR(lm_evaluation_bits_per_byte(&t), 0.5, 1e-12);
    const lm_evaluation none = {.events = 2, .nats = {0, 0, ln2}};
    CHECK(isnan(lm_evaluation_ppl(&none, LM_WITHOUT_ENDS)));
    CHECK_NEAR(lm_evaluation_ppl(&none, 0), sqrt(2), 1e-12);
}

TEST(evaluate_without_memory)
{
    lm_lang *lang = new_lang(LM_UNIT_WORD, true, true);
    corpus c = make_corpus(30, 10);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_out *out = NULL;
        lm_text *text = NULL;
        lm_evaluation total;
        lm_status s = lm_out_open(&out, "out", &e);
        if (!s)
            s = lm_text_memory(&text, (lm_slice){c.bytes, c.length}, "", LM_UNIT_WORD, false, &e);
        if (!s) s = lm_evaluate_blocks(lang, text, 50, LM_REPORT_TOKENS, out, NULL, &total, &e);
        lm_text_close(text);
        s = lm_out_close(out, s, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        failing_end();
    }
    free(c.bytes);
    lm_vocab_free(lang->vocab);
}
