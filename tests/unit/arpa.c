/* arpa.c - tests of ARPA text: what is written is read, other tools' files are read, and
 * probabilities are those of backing off as the format defines it, whatever the threads. */
#include "lm/arpa.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "models.h"
#include "table.h"
#include "test.h"

enum { ORDER_MAX = LM_NGRAM_ORDER_MAX, TEXT_MAX = 1 << 23, LINES_MAX = 4096 };

/* ---- text ---- */

typedef struct {
    char text[TEXT_MAX];
    size_t length;
} buffer;

static buffer file, again_file;

__attribute__((format(printf, 2, 3))) static void put(buffer *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(b->text + b->length, TEXT_MAX - b->length, format, arguments);
    va_end(arguments);
    CHECK(n >= 0 && (size_t)n < TEXT_MAX - b->length);
    b->length += (size_t)n;
}

/* With so many threads; 0: without a run. */
static lm_status read_with(lm_ngram **m, lm_slice text, lm_unit unit, size_t threads, lm_err *e)
{
    lm_run run = {0};
    char *exact = malloc(text.length + 1); /* a sanitizer sees a read past its end */
    CHECK(exact != NULL);
    char *start = exact + 1;
    memcpy(start, text.text, text.length);
    if (threads) CHECK_OK(lm_pool_new(&run.pool, threads, e), e);
    const lm_status s =
        lm_arpa_read(m, (lm_slice){start, text.length}, "x.arpa", unit, threads ? &run : NULL, e);
    CHECK((s == LM_OK) == (*m != NULL));
    lm_pool_free(run.pool);
    free(exact);
    return s;
}

static lm_status read_text(lm_ngram **m, const char *text, size_t length, lm_unit unit, lm_err *e)
{
    return read_with(m, (lm_slice){text, length}, unit, 0, e);
}

static lm_ngram *read_buffer(const buffer *b, lm_unit unit)
{
    lm_err e = {0};
    lm_ngram *m;
    CHECK_OK(read_text(&m, b->text, b->length, unit, &e), &e);
    return m;
}

static void write_with(const lm_ngram *m, buffer *b, size_t threads)
{
    lm_err e = {0};
    lm_out *out;
    lm_run run = {0};
    CHECK_OK(lm_out_open(&out, "out.arpa", &e), &e);
    if (threads) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    const lm_status s = lm_arpa_write(m, out, threads ? &run : NULL, &e);
    lm_pool_free(run.pool);
    CHECK_OK(lm_out_close(out, s, &e), &e);
    FILE *in = fopen("out.arpa", "rb");
    CHECK(in != NULL);
    b->length = fread(b->text, 1, TEXT_MAX, in);
    CHECK(b->length < TEXT_MAX);
    fclose(in);
}

static void write_arpa(const lm_ngram *m, buffer *b)
{
    write_with(m, b, 0);
}

/* ---- the reference: n-grams by their words, joined by blanks ---- */

static double power(double log10_p)
{
    return log10_p <= -99 ? 0 : pow(10, log10_p);
}

static void remember(table *t, const char *words, double log10_p, double log10_bow)
{
    record *r = table_add(t, words, strlen(words));
    r->prob = strcmp(words, "<s>") == 0 ? 0 : power(log10_p);
    r->bow = power(log10_bow);
}

/* p(last word | words before), as the format defines it. */
static double back_off(const table *t, const char *words)
{
    const record *r = table_find(t, words, strlen(words));
    if (r) return r->prob;
    const char *shorter = strchr(words, ' '), *last = strrchr(words, ' ');
    if (!shorter) return 0;
    const record *context = table_find(t, words, (size_t)(last - words));
    return (context ? context->bow : 1) * back_off(t, shorter + 1);
}

static const char *no_words[] = {"a", "b", "c", "dd", "e\xC3\xA9", "f"};
enum { WORDS = 6 };

/* Random walks from a sentence's start or inside one. */
static void check_walks(const lm_ngram *m, const table *t, int walks)
{
    for (int i = 0; i < walks; i++) {
        char words[512] = "";
        lm_ngram_state state;
        int order;
        const bool inside = below(2) == 0;
        lm_ngram_begin(m, &state, inside);
        if (!inside) memcpy(words, "<s>", 4);
        for (int j = 0; j < 9; j++) {
            const char *next = below(14) == 0  ? "none"
                               : below(9) == 0 ? "<unk>"
                                               : no_words[below(WORDS)];
            const uint32_t id = lm_vocab_find(m->lang.vocab, lm_slice_of(next));
            lm_ngram_state at_end = state;
            const size_t length = strlen(words);
            (void)snprintf(words + length, sizeof words - length, "%s</s>", length ? " " : "");
            const double end = lm_ngram_score(m, &at_end, m->lang.vocab->eos, &order);
            CHECK_NEAR(end, back_off(t, words), 1e-6 * end);
            (void)snprintf(words + length, sizeof words - length, "%s%s", length ? " " : "", next);
            const double p = lm_ngram_score(m, &state, id, &order);
            CHECK_NEAR(p, back_off(t, words), 1e-6 * p);
        }
    }
}

/* ---- random files ---- */

typedef struct {
    char line[LINES_MAX][96];
    size_t count;
} section;

/* How a file is written: KenLM and SRILM differ. */
typedef struct {
    const char *between; /* the columns */
    const char *newline;
    bool no_zero_bow; /* leave the back-off column out where it is 0 */
    bool shuffled, bos_is_never, last_newline;
} style;

static void add_line(section *s, table *t, const char *words, bool highest, const style *how)
{
    const double bow = highest || below(3) == 0 ? 0 : -2 + 0.0001 * (double)below(24000);
    const double p = below(20) == 0 ? -99 : -6 + 0.0001 * (double)below(40000);
    const bool bos = strcmp(words, "<s>") == 0;
    char *line = s->line[s->count++];
    CHECK(s->count < LINES_MAX);
    int n = snprintf(line, sizeof s->line[0], "%.6g%s%s",
                     bos ? (how->bos_is_never ? -99.0 : 0.0) : p, how->between, words);
    if (!highest && !(how->no_zero_bow && bow == 0))
        (void)snprintf(line + n, sizeof s->line[0] - (size_t)n, "%s%.6g", how->between, bow);
    remember(t, words, p, bow);
}

static void make_section(section *s, table *t, int k, int order, const style *how)
{
    s->count = 0;
    if (k == 1) {
        static const char *const marks[] = {"<unk>", "<s>", "</s>"};
        for (int i = 0; i < 3; i++) add_line(s, t, marks[i], order == 1, how);
        for (int i = 0; i < WORDS; i++) add_line(s, t, no_words[i], order == 1, how);
        return;
    }
    for (uint64_t n = below(40) * (below(5) > 0); n > 0; n--) {
        char words[96] = "";
        size_t length = 0;
        for (int j = 0; j < k; j++) {
            const char *word = j == 0 && below(4) == 0       ? "<s>"
                               : j == k - 1 && below(4) == 0 ? "</s>"
                                                             : no_words[below(WORDS)];
            length +=
                (size_t)snprintf(words + length, sizeof words - length, "%s%s", j ? " " : "", word);
        }
        if (!table_find(t, words, length)) add_line(s, t, words, k == order, how);
    }
}

static void make_file(buffer *b, table *t, int order, const style *how)
{
    static section sections[ORDER_MAX + 1];
    b->length = 0;
    put(b, "%s\\data\\%s", below(2) ? how->newline : "", how->newline);
    for (int k = 1; k <= order; k++) {
        make_section(&sections[k], t, k, order, how);
        put(b, "ngram %d=%s%zu%s", k, below(2) ? " " : "", sections[k].count, how->newline);
    }
    for (int k = 1; k <= order; k++) {
        section *s = &sections[k];
        put(b, "%s\\%d-grams:%s", how->newline, k, how->newline);
        for (size_t i = 0; i < s->count; i++) {
            const size_t j = how->shuffled ? i + below(s->count - i) : i;
            put(b, "%s%s", s->line[j], how->newline);
            memcpy(s->line[j], s->line[i], sizeof s->line[i]);
        }
    }
    put(b, "%s\\end\\%s", how->newline, how->last_newline ? how->newline : "");
}

static void check_style(style how)
{
    for (int i = 0; i < 60; i++) {
        table t = {0};
        make_file(&file, &t, 1 + i % 7, &how);
        lm_ngram *m = read_buffer(&file, LM_UNIT_WORD);
        CHECK_INT(m->lang.order, 1 + i % 7);
        CHECK_INT(m->lang.vocab->size, WORDS + 3);
        check_walks(m, &t, 30);
        lm_ngram_free(m);
        table_free(&t);
    }
}

/* Prefixes and suffixes are missing all over these files: what is added must not change one
 * probability. */
TEST(files_as_kenlm_writes_them)
{
    check_style((style){"\t", "\n", false, false, false, true});
}
TEST(files_as_srilm_writes_them)
{
    check_style((style){"\t", "\n", true, false, true, true});
}
TEST(lines_in_any_order)
{
    check_style((style){"\t", "\n", true, true, false, true});
}
TEST(blanks_for_tabs)
{
    check_style((style){" ", "\n", true, true, true, true});
}
TEST(lines_that_end_in_cr_lf)
{
    check_style((style){"\t", "\r\n", true, true, false, true});
}
TEST(a_last_line_without_its_end)
{
    check_style((style){" \t", "\n", false, true, true, false});
}

/* ---- our own files ---- */

/* Probabilities along random walks; a word in two is one that was seen after the one before. */
static void check_same_walks(const lm_ngram *a, const lm_ngram *b)
{
    int order, other;
    for (int walk = 0; walk < 50; walk++) {
        lm_ngram_state x, y;
        lm_ngram_begin(a, &x, walk % 2);
        lm_ngram_begin(b, &y, walk % 2);
        for (int i = 0; i < 8; i++) {
            const uint32_t word = (uint32_t)below(a->lang.vocab->size);
            const double p = lm_ngram_score(a, &x, word, &order);
            const double q = lm_ngram_score(b, &y, word, &other);
            CHECK_INT(other, order);
            CHECK(p == q || fabs(log10(p) - log10(q)) <= 1e-6);
        }
    }
}

/* `text` is what `a` was written as and `b` read from.  Seven decimals determine themselves. */
static void check_same(const lm_ngram *a, const lm_ngram *b, const buffer *text)
{
    const lm_vocab *v = a->lang.vocab, *w = b->lang.vocab;
    CHECK_INT(b->lang.order, a->lang.order);
    CHECK(v->size == w->size && v->unk == w->unk && v->bos == w->bos && v->eos == w->eos);
    CHECK(memcmp(v->offsets, w->offsets, ((size_t)v->size + 1) * sizeof *v->offsets) == 0);
    CHECK(memcmp(v->bytes, w->bytes, v->offsets[v->size]) == 0);
    CHECK(memcmp(&a->lang.spell, &b->lang.spell, sizeof a->lang.spell) == 0);
    for (int k = 1; k <= a->lang.order; k++) {
        CHECK_INT(b->count[k], a->count[k]);
        CHECK_INT(b->slots[k], a->slots[k]);
    }
    write_arpa(b, &again_file);
    CHECK_INT(again_file.length, text->length);
    CHECK(memcmp(again_file.text, text->text, text->length) == 0);
    check_same_walks(a, b);
}

static void make_text(buffer *b, lm_unit unit)
{
    b->length = 0;
    for (uint64_t line = below(20) + 1; line > 0; line--) {
        for (uint64_t n = below(10); n > 0; n--) {
            if (unit == LM_UNIT_WORD)
                put(b, "%s ", no_words[below(below(WORDS) + 1)]);
            else if (unit == LM_UNIT_CHAR)
                put(b, "%s", below(3) ? " " : no_words[below(WORDS)]);
            else
                b->text[b->length++] = (char)(below(255) + 11); /* any byte but LF */
        }
        put(b, "a\n");
    }
}

TEST(every_back_off_model_comes_back)
{
    static const lm_ngram_smooth smooth[] = {LM_NGRAM_MLE, LM_NGRAM_MKN, LM_NGRAM_WB};
    random_state = 3;
    for (int i = 0; i < 120; i++) {
        const lm_unit unit = (lm_unit)(i % 3);
        lm_ngram_options o = LM_NGRAM_DEFAULTS;
        o.order = 1 + i % 6;
        o.smooth = smooth[i / 3 % 3];
        o.choice.closed = below(2) == 0;
        o.choice.no_marks = below(2) == 0;
        make_text(&file, unit);
        lm_ngram *m = model_of((lm_slice){file.text, file.length}, unit, &o, NULL);
        write_arpa(m, &file);
        CHECK(lm_arpa_begins((const unsigned char *)file.text, file.length));
        lm_ngram *again = read_buffer(&file, unit);
        check_same(m, again, &file);
        CHECK_INT(again->smooth, LM_NGRAM_ARPA);
        lm_ngram_free(m);
        lm_ngram_free(again);
    }
}

/* The survey's sentence: p(love|I) = 1, p(I) = 1/3; log10 of the float next to 1/3 is
 * -0.47712124. */
TEST(text_of_a_small_model)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 2;
    o.smooth = LM_NGRAM_MLE;
    o.choice.no_marks = o.choice.closed = true;
    lm_ngram *m = model_of(lm_slice_of("I love NLP\nI love NLP\n"), LM_UNIT_WORD, &o, NULL);
    write_arpa(m, &file);
    file.text[file.length] = '\0';
    CHECK_TEXT(file.text, "\\data\\\nngram 1=3\nngram 2=2\n\n"
                          "\\1-grams:\n-0.4771212\tI\t-99\n-0.4771212\tNLP\t0\n"
                          "-0.4771212\tlove\t-99\n\n"
                          "\\2-grams:\n0\tlove NLP\n0\tI love\n\n\\end\\\n");
    lm_ngram_free(m);
}

static void refuse_to_write(const lm_ngram *m, lm_status status, const char *message)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, "never", &e), &e);
    const lm_status s = lm_arpa_write(m, out, NULL, &e);
    CHECK_FAILS(lm_out_close(out, s, &e), status, &e, message);
    CHECK(fopen("never", "rb") == NULL);
}

TEST(models_without_an_arpa_form)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram *m;
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.smooth = LM_NGRAM_ADDK;
    m = model_of(lm_slice_of("a b\n"), LM_UNIT_WORD, &o, NULL);
    refuse_to_write(m, LM_EUSAGE, "add-k");
    lm_ngram_free(m);
    o.smooth = LM_NGRAM_MLE;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a <s> b\n"), "t", LM_UNIT_WORD, true, &e), &e);
    CHECK_OK(lm_ngram_train(&m, text, &o, NULL, &e), &e);
    lm_text_close(text);
    refuse_to_write(m, LM_EUSAGE, "as words");
    lm_ngram_free(m);
}

TEST(no_marks_and_no_unknown_word)
{
    static const char text[] = "\\data\\\nngram 1=2\nngram 2=1\n\n\\1-grams:\n-0.5 a -0.1\n-1 b\n\n"
                               "\\2-grams:\n-0.2 a b\n\n\\end\\\n";
    lm_err e = {0};
    lm_ngram *m;
    lm_ngram_state state;
    int order;
    CHECK_OK(read_text(&m, text, strlen(text), LM_UNIT_WORD, &e), &e);
    CHECK_INT(m->lang.vocab->size, 2);
    CHECK_INT(m->lang.vocab->bos, LM_NO_WORD);
    CHECK_INT(m->lang.vocab->unk, LM_NO_WORD);
    lm_ngram_begin(m, &state, false);
    CHECK_NEAR(lm_ngram_score(m, &state, 0, &order), pow(10, -0.5), 1e-7);
    CHECK_INT(order, 1);
    CHECK_NEAR(lm_ngram_score(m, &state, 1, &order), pow(10, -0.2), 1e-7);
    CHECK_INT(order, 2);
    CHECK(lm_ngram_score(m, &state, lm_lang_id(&m->lang, lm_slice_of("x")), &order) == 0);
    CHECK_NEAR(lm_ngram_score(m, &state, 1, &order), 0.1, 1e-7);
    lm_ngram_free(m);
}

/* ---- malformed files ---- */

/* A good file, of which each test spoils something.  Line numbers count from 1. */
static const char good[] = "\\data\\\n"          /* 1 */
                           "ngram 1=5\n"         /* 2 */
                           "ngram 2=3\n"         /* 3 */
                           "ngram 3=1\n"         /* 4 */
                           "\n"                  /* 5 */
                           "\\1-grams:\n"        /* 6 */
                           "-1\t<unk>\n"         /* 7 */
                           "-99\t<s>\t-0.3\n"    /* 8 */
                           "-0.5\t</s>\n"        /* 9 */
                           "-0.5\ta\t-0.25\n"    /* 10 */
                           "-0.7\tb\t-0.2\n"     /* 11 */
                           "\n"                  /* 12 */
                           "\\2-grams:\n"        /* 13 */
                           "-0.2\t<s> a\t-0.1\n" /* 14 */
                           "-0.2\ta b\t-0.1\n"   /* 15 */
                           "-0.3\tb </s>\n"      /* 16 */
                           "\n"                  /* 17 */
                           "\\3-grams:\n"        /* 18 */
                           "-0.1\t<s> a b\n"     /* 19 */
                           "\n"                  /* 20 */
                           "\\end\\\n";          /* 21 */

static void spoil(const char *from, const char *to, const char *message)
{
    static char text[4096];
    lm_err e = {0};
    lm_ngram *m;
    const char *at = strstr(good, from);
    CHECK(at != NULL);
    const int n =
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    CHECK_FAILS(read_text(&m, text, (size_t)n, LM_UNIT_WORD, &e), LM_EFORMAT, &e, message);
    CHECK(strncmp(e.message, "x.arpa:", 7) == 0);
}

static void refuse(const char *text, const char *message)
{
    lm_err e = {0};
    lm_ngram *m;
    CHECK_FAILS(read_text(&m, text, strlen(text), LM_UNIT_WORD, &e), LM_EFORMAT, &e, message);
}

TEST(the_good_file)
{
    lm_err e = {0};
    lm_ngram *m;
    CHECK_OK(read_text(&m, good, strlen(good), LM_UNIT_WORD, &e), &e);
    lm_ngram_free(m);
    /* What follows \end\ is not part of the model. */
    file.length = 0;
    put(&file, "%sand so on\n", good);
    lm_ngram_free(read_buffer(&file, LM_UNIT_WORD));
}

TEST(wrong_counts)
{
    spoil("ngram 1=5", "ngram 1=6", "x.arpa:13: 5 1-grams, but \\data\\ announced 6");
    spoil("ngram 1=5", "ngram 1=4", "x.arpa:13: 5 1-grams, but \\data\\ announced 4");
    spoil("ngram 2=3", "ngram 2=2", "x.arpa:18: 3 2-grams, but \\data\\ announced 2");
    spoil("ngram 2=3", "ngram 2=4", "x.arpa:18: 3 2-grams, but \\data\\ announced 4");
    spoil("ngram 3=1", "ngram 3=0", "x.arpa:21: 1 3-grams, but \\data\\ announced 0");
    spoil("ngram 3=1", "ngram 3=2", "x.arpa:21: 1 3-grams, but \\data\\ announced 2");
    spoil("ngram 1=5", "ngram 1=0", "x.arpa:");
    spoil("ngram 1=5", "ngram 1=1000000000", "x.arpa:2: the file is too short for");
    spoil("ngram 1=5", "ngram 1=99999999999999999999", "x.arpa:2:");
    spoil("ngram 2=3", "ngram 2=-3", "x.arpa:3:");
    spoil("ngram 2=3", "ngram 2=3x", "x.arpa:3:");
    spoil("ngram 2=3", "ngram 2=", "x.arpa:3:");
    spoil("ngram 2=3", "ngram 2", "x.arpa:3:");
    spoil("ngram 2=3", "ngram =3", "x.arpa:3:");
    spoil("ngram 2=3", "ngram two=3", "x.arpa:3:");
}

TEST(wrong_orders)
{
    spoil("ngram 3=1", "ngram 4=1", "x.arpa:4: not the next 'ngram K=N':");
    spoil("ngram 2=3\n", "", "x.arpa:3: not the next");
    spoil("ngram 2=3", "ngram 1=3", "x.arpa:3: not the next");
    spoil("ngram 3=1\n", "", "x.arpa:17: expected \\end\\, found '\\3-grams:'");
    spoil("ngram 1=5\nngram 2=3\nngram 3=1\n", "", "x.arpa:3: no unigrams");
    refuse("\\data\\\nngram 1=1\nngram 2=0\nngram 3=0\nngram 4=0\nngram 5=0\nngram 6=0\nngram 7=0\n"
           "ngram 8=0\nngram 9=0\nngram 10=0\nngram 11=0\n\n\\1-grams:\n-1 a\n",
           "x.arpa:12: the highest order is 10");
}

TEST(missing_sections)
{
    spoil("\\1-grams:\n", "", "x.arpa:6: expected \\1-grams:, found");
    spoil("\\2-grams:\n", "", "x.arpa:13: not a log10 back-off weight: 'a'");
    spoil("\\2-grams:", "\\3-grams:", "x.arpa:13: expected \\2-grams:, found '\\3-grams:'");
    spoil("\n\\end\\\n", "", "x.arpa:19: the file ends before \\end\\");
    spoil("\\end\\", "\\4-grams:", "x.arpa:21: expected \\end\\");
    spoil("\\end\\", "\\END\\", "x.arpa:21: not a log10 probability");
    spoil("\\3-grams:\n-0.1\t<s> a b\n", "", "x.arpa:19: expected \\3-grams:, found '\\end\\'");
}

TEST(wrong_lines)
{
    spoil("-0.5\ta", "0.5\ta", "x.arpa:10: not a log10 probability (0 or less): '0.5'");
    spoil("-0.5\ta", "nan\ta", "x.arpa:10: not a log10 probability");
    spoil("-0.5\ta", "-nan\ta", "x.arpa:10: not a log10 probability");
    spoil("-0.5\ta", "inf\ta", "x.arpa:10: not a log10 probability");
    spoil("-0.5\ta", "-0.5x\ta", "x.arpa:10: not a log10 probability");
    spoil("-0.5\ta", "\ta", "x.arpa:10:");
    spoil("a\t-0.25", "a\tnan", "x.arpa:10: not a log10 back-off weight: 'nan'");
    spoil("a\t-0.25", "a\t39", "x.arpa:10: not a log10 back-off weight: '39'");
    spoil("a\t-0.25", "a\tx", "x.arpa:10: not a log10 back-off weight: 'x'");
    spoil("a\t-0.25", "a\t-0.25\t1", "x.arpa:10: too many words");
    spoil("-0.5\ta", "-\x1B[1m\t\x7F", "x.arpa:10: not a log10 probability (0 or less): '- [1m'");
    spoil("a\t-0.25", "a -0.25\t\x1B[1m", "x.arpa:10: too many words: '-0.5 a -0.25  [1m'");
    spoil("-0.7\tb\t-0.2", "-0.7", "x.arpa:11: too few words: '-0.7'");
    spoil("-0.7\tb", "-0.7\ta", "x.arpa:11: given twice: 'a'");
    spoil("-0.7\tb", "-0.7\t<s>", "x.arpa:11: given twice: '<s>'");
    spoil("-0.7\tb", "-0.7\t</s>", "x.arpa:11: given twice: '</s>'");
    spoil("a b\t-0.1", "a c\t-0.1", "x.arpa:15: not among the unigrams: 'c'");
    spoil("a b\t-0.1", "a\t-0.1", "x.arpa:15: not among the unigrams: '-0.1'");
    spoil("a b\t-0.1", "a b a\t-0.1", "x.arpa:15: not a log10 back-off weight: 'a'");
    spoil("a b\t-0.1", "<s> a\t-0.1", "x.arpa:15: given twice: '<s> a'");
    spoil("b </s>", "<s>\ta 0", "x.arpa:16: given twice: '<s> a'");
}

/* KenLM takes <UNK> for <unk>. */
TEST(the_unknown_word_in_capitals)
{
    lm_err e = {0};
    lm_ngram *m;
    file.length = 0;
    put(&file, "%.*s<UNK>%s", (int)(strstr(good, "<unk>") - good), good, strstr(good, "<unk>") + 5);
    CHECK_OK(read_text(&m, file.text, file.length, LM_UNIT_WORD, &e), &e);
    CHECK_INT(m->lang.vocab->unk, 0);
    CHECK_INT(lm_vocab_find(m->lang.vocab, lm_slice_of("<unk>")), 0);
    CHECK_INT(lm_vocab_find(m->lang.vocab, lm_slice_of("<UNK>")), LM_NO_WORD);
    lm_ngram_free(m);
    spoil("-0.7\tb", "-0.7\t<UNK>", "x.arpa:11: given twice: '<UNK>'");
}

TEST(no_arpa_text)
{
    static char noise[4096];
    refuse("", "x.arpa:0: the file ends before \\end\\");
    refuse("\n\n", "x.arpa:2: the file ends before \\end\\");
    refuse("\\data\\\n", "x.arpa:1: the file ends");
    refuse("\\data\\\nngram 1=1\n", "x.arpa:2: the file is too short");
    refuse("hello\n", "x.arpa:1: expected \\data\\, found 'hello'");
    random_state = 1;
    for (int i = 0; i < 200; i++) {
        lm_err e = {0};
        lm_ngram *m;
        for (size_t j = 0; j < sizeof noise; j++) noise[j] = (char)below(256);
        CHECK_FAILS(read_text(&m, noise, sizeof noise, LM_UNIT_WORD, &e), LM_EFORMAT, &e, "x.arpa");
    }
}

/* Cut anywhere before \end\ is whole, the file is refused. */
TEST(every_truncation)
{
    for (size_t n = 0; n < sizeof good - 2; n++) {
        lm_err e = {0};
        lm_ngram *m;
        CHECK_INT(read_text(&m, good, n, LM_UNIT_WORD, &e), LM_EFORMAT);
    }
}

TEST(escaped_characters)
{
    static const char text[] = "\\data\\\nngram 1=4\n\n\\1-grams:\n-0.5\t\\x20\n-0.5\t\\x5C\n"
                               "-0.5\t\\x0A\n-0.5\t<unk>\n\n\\end\\\n";
    static const char bad[] = "\\data\\\nngram 1=1\n\n\\1-grams:\n-0.5\t\\x2\n\n\\end\\\n";
    lm_err e = {0};
    lm_ngram *m;
    CHECK_OK(read_text(&m, text, strlen(text), LM_UNIT_CHAR, &e), &e);
    CHECK(lm_vocab_find(m->lang.vocab, lm_slice_of(" ")) != LM_NO_WORD);
    CHECK(lm_vocab_find(m->lang.vocab, lm_slice_of("\\")) != LM_NO_WORD);
    CHECK(lm_vocab_find(m->lang.vocab, lm_slice_of("\n")) != LM_NO_WORD);
    CHECK_INT(m->lang.vocab->unk, 0);
    lm_ngram_free(m);
    CHECK_FAILS(read_text(&m, bad, strlen(bad), LM_UNIT_CHAR, &e), LM_EFORMAT, &e, "x.arpa:5: ");
}

/* An order without n-grams, and one that has only what a longer one needs. */
TEST(empty_orders)
{
    static const char text[] = "\\data\\\nngram 1=3\nngram 2=0\nngram 3=1\nngram 4=0\n\n"
                               "\\1-grams:\n-0.5 a -0.5\n-0.5 b -0.25\n-0.5 c\n\n\\2-grams:\n\n"
                               "\\3-grams:\n-0.125 a b c\n\n\\4-grams:\n\n\\end\\\n";
    lm_err e = {0};
    lm_ngram *m;
    lm_ngram_state state;
    int order;
    CHECK_OK(read_text(&m, text, strlen(text), LM_UNIT_WORD, &e), &e);
    CHECK_INT(m->lang.order, 4);
    lm_ngram_begin(m, &state, true);
    const double a = lm_ngram_score(m, &state, 0, &order);
    const double b = lm_ngram_score(m, &state, 1, &order);
    const double c = lm_ngram_score(m, &state, 2, &order);
    CHECK_NEAR(a, pow(10, -0.5), 1e-7);
    CHECK_NEAR(b, 0.1, 1e-7);
    CHECK_NEAR(c, pow(10, -0.125), 1e-7);
    lm_ngram_free(m);
}

/* ---- files of many chunks ---- */

enum { MANY_WORDS = 400, MANY_BIGRAMS = 60000, BIGRAM_LINE = MANY_WORDS + 8 };

/* Some words are longer than most. */
static void put_word(buffer *b, uint32_t word)
{
    put(b, word % 7 ? "w%u" : "a-rather-long-word-that-is-number-%u", word);
}

static double bigram_log(uint32_t i)
{
    return -1e-4 * (double)(i % 50000 + 1);
}

/* The bigrams are numbered; this order is far from that of any words. */
static uint32_t bigram_at(uint32_t place)
{
    return (uint32_t)((uint64_t)place * 77773 % (MANY_WORDS * MANY_WORDS));
}

/* Bigrams without back-off; line BIGRAM_LINE is the first of them, bad lines come in their place.
 */
static void make_large(buffer *b, const char *const *bad, const uint32_t *place, size_t count)
{
    size_t next = 0;
    b->length = 0;
    put(b, "\\data\\\nngram 1=%d\nngram 2=%d\n\n\\1-grams:\n", MANY_WORDS, MANY_BIGRAMS);
    for (uint32_t w = 0; w < MANY_WORDS; w++) {
        put(b, "-2\t");
        put_word(b, w);
        put(b, "\t0\n");
    }
    put(b, "\n\\2-grams:\n");
    for (uint32_t i = 0; i < MANY_BIGRAMS; i++) {
        if (next < count && place[next] == i) {
            put(b, "%s\n", bad[next++]);
            continue;
        }
        put(b, "%.5g\t", bigram_log(bigram_at(i)));
        put_word(b, bigram_at(i) / MANY_WORDS);
        put(b, " ");
        put_word(b, bigram_at(i) % MANY_WORDS);
        put(b, "\n");
    }
    put(b, "\n\\end\\\n");
}

static uint32_t id_of(const lm_ngram *m, uint32_t word)
{
    static buffer spelling;
    spelling.length = 0;
    put_word(&spelling, word);
    return lm_vocab_find(m->lang.vocab, (lm_slice){spelling.text, spelling.length});
}

TEST(a_large_file_with_any_number_of_threads)
{
    static buffer written;
    lm_err e = {0};
    make_large(&file, NULL, NULL, 0);
    CHECK(file.length > 4 << 18);
    for (size_t threads = 0; threads < 4; threads++) {
        lm_ngram *m;
        CHECK_OK(read_with(&m, (lm_slice){file.text, file.length}, LM_UNIT_WORD, threads, &e), &e);
        for (uint32_t i = 0; i < MANY_BIGRAMS; i += 7) {
            lm_ngram_state state;
            int order;
            lm_ngram_begin(m, &state, true);
            const uint32_t bigram = bigram_at(i);
            (void)lm_ngram_score(m, &state, id_of(m, bigram / MANY_WORDS), &order);
            const double p = lm_ngram_score(m, &state, id_of(m, bigram % MANY_WORDS), &order);
            CHECK_INT(order, 2);
            CHECK_NEAR(log10(p), bigram_log(bigram), 1e-7);
        }
        write_with(m, &again_file, threads);
        if (threads == 0) written = again_file;
        CHECK_INT(again_file.length, written.length);
        CHECK(memcmp(again_file.text, written.text, written.length) == 0);
        CHECK_INT(again_file.length, file.length); /* the same lines in another order */
        lm_ngram_free(m);
    }
}

static void refuse_large(const char *const *bad, const uint32_t *place, size_t count,
                         const char *message)
{
    make_large(&file, bad, place, count);
    for (size_t threads = 0; threads < 4; threads++) {
        lm_err e = {0};
        lm_ngram *m;
        CHECK_FAILS(read_with(&m, (lm_slice){file.text, file.length}, LM_UNIT_WORD, threads, &e),
                    LM_EFORMAT, &e, message);
    }
}

/* Line numbers are exact in every chunk, and the first bad line is the one named. */
TEST(the_first_bad_line_of_a_large_file)
{
    static const uint32_t place[] = {31000, 31001, 59999};
    char message[128];
    static const char *const bad[] = {"x w1 w1", "-1 w1 y", "-1"};
    (void)snprintf(message, sizeof message, "x.arpa:%d: not a log10 probability (0 or less): 'x'",
                   BIGRAM_LINE + 31000);
    refuse_large(bad, place, 3, message);
    (void)snprintf(message, sizeof message, "x.arpa:%d: not among the unigrams: 'y'",
                   BIGRAM_LINE + 31001);
    refuse_large(bad + 1, place + 1, 2, message);
    (void)snprintf(message, sizeof message, "x.arpa:%d: too few words: '-1'", BIGRAM_LINE + 59999);
    refuse_large(bad + 2, place + 2, 1, message);
}

/* A blank line: one bigram less than announced. */
TEST(the_count_of_a_large_file)
{
    static const uint32_t place[] = {12345};
    static const char *const bad[] = {""};
    char message[128];
    (void)snprintf(message, sizeof message, "x.arpa:%d: %d 2-grams, but \\data\\ announced %d",
                   BIGRAM_LINE + MANY_BIGRAMS + 1, MANY_BIGRAMS - 1, MANY_BIGRAMS);
    refuse_large(bad, place, 1, message);
}

/* The first two bigrams once more, further on; the first line that repeats one is named. */
TEST(repetitions_in_a_large_file)
{
    static const uint32_t place[] = {40000, 50000, 59999};
    char text[3][80], message[320];
    const char *bad[3];
    for (uint32_t i = 0; i < 3; i++) {
        static buffer line;
        line.length = 0;
        put_word(&line, bigram_at(2 - i) / MANY_WORDS);
        put(&line, " ");
        put_word(&line, bigram_at(2 - i) % MANY_WORDS);
        (void)snprintf(text[i], sizeof text[i], "-1 %.*s", (int)line.length, line.text);
        bad[i] = text[i];
    }
    (void)snprintf(message, sizeof message, "x.arpa:%d: given twice: '%s'", BIGRAM_LINE + 40000,
                   text[0] + 3);
    refuse_large(bad, place, 3, message);
    (void)snprintf(message, sizeof message, "x.arpa:%d: given twice: '%s'", BIGRAM_LINE + 50000,
                   text[1] + 3);
    refuse_large(bad + 1, place + 1, 2, message);
}

/* Words longer than any buffer of the writer, and prefixes that are. */
TEST(words_of_any_length)
{
    static const size_t lengths[] = {14, 15, 16, 600, 1000, 1023, 1024, 4000, 300000};
    enum { COUNT = sizeof lengths / sizeof *lengths };
    static char letters[300001];
    memset(letters, 'x', sizeof letters - 1);
    file.length = 0;
    put(&file, "\\data\\\nngram 1=%d\nngram 2=%d\n\n\\1-grams:\n", COUNT, COUNT * COUNT);
    for (size_t i = 0; i < COUNT; i++)
        put(&file, "-1\t%s\t-0.5\n", letters + sizeof letters - 1 - lengths[i]);
    put(&file, "\n\\2-grams:\n");
    for (size_t i = 0; i < COUNT * COUNT; i++)
        put(&file, "-0.25\t%s %s\n", letters + sizeof letters - 1 - lengths[i / COUNT],
            letters + sizeof letters - 1 - lengths[i % COUNT]);
    put(&file, "\n\\end\\\n");
    lm_ngram *m = read_buffer(&file, LM_UNIT_WORD);
    write_with(m, &again_file, 2);
    CHECK_INT(again_file.length, file.length);
    lm_ngram *again = read_buffer(&again_file, LM_UNIT_WORD);
    check_same(m, again, &again_file);
    lm_ngram_free(again);
    lm_ngram_free(m);
}

/* ---- tables that were not looked through ---- */

TEST(a_model_whose_counts_are_wrong)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    lm_ngram *m = model_of(lm_slice_of("a b c\nb c a\n"), LM_UNIT_WORD, &o, NULL), bad = *m;
    bad.count[3]++;
    refuse_to_write(&bad, LM_EFORMAT, "of order 3, not");
    lm_ngram_free(m);
}

/* Whatever the tables hold, the writer stays inside them and comes to an end. */
TEST(random_tables)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    random_state = 5;
    make_text(&file, LM_UNIT_WORD);
    lm_ngram *m = model_of((lm_slice){file.text, file.length}, LM_UNIT_WORD, &o, NULL);
    for (int i = 0; i < 100; i++) {
        lm_ngram bad = *m;
        lm_err e = {0};
        lm_out *out;
        for (int k = 2; k < o.order; k++) {
            const size_t n = (size_t)m->slots[k] + 1;
            lm_ngram_node *node = malloc(n * sizeof *node);
            CHECK(node != NULL);
            for (size_t j = 0; j < n; j++) {
                node[j] = m->node[k][j];
                if (below(4) == 0) node[j].first = (uint32_t)below(i % 2 ? 50 : UINT32_MAX);
                if (below(4) == 0) node[j].word = (uint32_t)below(i % 3 ? 10 : UINT32_MAX);
                if (below(4) == 0) node[j].prob = below(2) ? NAN : INFINITY;
            }
            bad.node[k] = node;
        }
        CHECK_OK(lm_out_open(&out, "random.arpa", &e), &e);
        const lm_status s = lm_arpa_write(&bad, out, NULL, &e);
        CHECK(s == LM_OK || s == LM_EFORMAT);
        (void)lm_out_close(out, s, &e);
        for (int k = 2; k < o.order; k++) free((void *)(uintptr_t)bad.node[k]);
    }
    lm_ngram_free(m);
}
