/* arpa.c - tests of ARPA text: what is written is read, other tools' files are read, and
 * probabilities are those of backing off as the format defines it. */
#include "lm/arpa.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "table.h"
#include "test.h"

enum { ORDER_MAX = LM_NGRAM_ORDER_MAX, TEXT_MAX = 1 << 18, LINES_MAX = 4096 };

static uint64_t random_state;

static uint64_t below(uint64_t limit) /* splitmix64 */
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31)) % limit;
}

/* ---- text ---- */

typedef struct {
    char text[TEXT_MAX];
    size_t length;
} buffer;

static buffer file;

__attribute__((format(printf, 2, 3))) static void put(buffer *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(b->text + b->length, TEXT_MAX - b->length, format, arguments);
    va_end(arguments);
    CHECK(n >= 0 && (size_t)n < TEXT_MAX - b->length);
    b->length += (size_t)n;
}

static lm_status read_text(lm_ngram **m, const char *text, size_t length, lm_unit unit, lm_err *e)
{
    char *exact = malloc(length + (length == 0)); /* a sanitizer sees a read past its end */
    CHECK(exact != NULL);
    memcpy(exact, text, length);
    const lm_status s = lm_arpa_read(m, (lm_slice){exact, length}, "x.arpa", unit, NULL, e);
    CHECK((s == LM_OK) == (*m != NULL));
    free(exact);
    return s;
}

static lm_ngram *read_buffer(const buffer *b, lm_unit unit)
{
    lm_err e = {0};
    lm_ngram *m;
    CHECK_OK(read_text(&m, b->text, b->length, unit, &e), &e);
    return m;
}

static void write_arpa(const lm_ngram *m, buffer *b)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, "out.arpa", &e), &e);
    const lm_status s = lm_arpa_write(m, out, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
    FILE *in = fopen("out.arpa", "rb");
    CHECK(in != NULL);
    b->length = fread(b->text, 1, TEXT_MAX, in);
    CHECK(b->length < TEXT_MAX);
    fclose(in);
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

static void check_same(const lm_ngram *a, const lm_ngram *b)
{
    const lm_vocab *v = a->lang.vocab, *w = b->lang.vocab;
    CHECK_INT(b->lang.order, a->lang.order);
    CHECK(v->size == w->size && v->unk == w->unk && v->bos == w->bos && v->eos == w->eos);
    CHECK(memcmp(v->offsets, w->offsets, ((size_t)v->size + 1) * sizeof *v->offsets) == 0);
    CHECK(memcmp(v->bytes, w->bytes, v->offsets[v->size]) == 0);
    CHECK(memcmp(&a->lang.spell, &b->lang.spell, sizeof a->lang.spell) == 0);
    for (int k = 1; k <= a->lang.order; k++) {
        const size_t n = (size_t)a->count[k];
        CHECK_INT(b->count[k], n);
        if (n == 0) continue;
        if (k >= 2) CHECK(memcmp(a->word[k], b->word[k], n * 4) == 0);
        if (k >= 3) CHECK(memcmp(a->suffix[k], b->suffix[k], n * 4) == 0);
        if (k < a->lang.order) CHECK(memcmp(a->first[k], b->first[k], (n + 1) * 4) == 0);
        for (size_t i = 0; i < n; i++) {
            const double p = (double)a->prob[k][i], q = (double)b->prob[k][i];
            CHECK(p == q || fabs(log10(p) - log10(q)) <= 1e-6);
            if (k == a->lang.order) continue;
            const double x = (double)a->bow[k][i], y = (double)b->bow[k][i];
            CHECK(x == y || fabs(log10(x) - log10(y)) <= 1e-6);
        }
    }
}

static lm_ngram *train(lm_slice text, lm_unit unit, const lm_ngram_options *o)
{
    lm_err e = {0};
    lm_text *reader;
    lm_ngram *m;
    CHECK_OK(lm_text_memory(&reader, text, "text", unit, false, &e), &e);
    CHECK_OK(lm_ngram_train(&m, reader, o, NULL, &e), &e);
    m->lang.unit = unit;
    lm_text_close(reader);
    return m;
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
    random_state = 3;
    for (int i = 0; i < 120; i++) {
        const lm_unit unit = (lm_unit)(i % 3);
        lm_ngram_options o = LM_NGRAM_DEFAULTS;
        o.order = 1 + i % 6;
        o.smooth = i & 1 ? LM_NGRAM_MLE : LM_NGRAM_MKN;
        o.closed = below(2) == 0;
        o.no_marks = below(2) == 0;
        make_text(&file, unit);
        lm_ngram *m = train((lm_slice){file.text, file.length}, unit, &o);
        write_arpa(m, &file);
        CHECK(lm_arpa_begins((const unsigned char *)file.text, file.length));
        lm_ngram *again = read_buffer(&file, unit);
        check_same(m, again);
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
    o.no_marks = o.closed = true;
    lm_ngram *m = train(lm_slice_of("I love NLP\nI love NLP\n"), LM_UNIT_WORD, &o);
    write_arpa(m, &file);
    file.text[file.length] = '\0';
    CHECK_TEXT(file.text, "\\data\\\nngram 1=3\nngram 2=2\n\n"
                          "\\1-grams:\n-0.4771212\tI\t-99\n-0.4771212\tNLP\t0\n"
                          "-0.4771212\tlove\t-99\n\n"
                          "\\2-grams:\n0\tI love\n0\tlove NLP\n\n\\end\\\n");
    lm_ngram_free(m);
}

static void refuse_to_write(const lm_ngram *m, const char *message)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, "never", &e), &e);
    const lm_status s = lm_arpa_write(m, out, &e);
    CHECK_FAILS(lm_out_close(out, s, &e), LM_EUSAGE, &e, message);
    CHECK(fopen("never", "rb") == NULL);
}

TEST(models_without_an_arpa_form)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram *m;
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.smooth = LM_NGRAM_ADDK;
    m = train(lm_slice_of("a b\n"), LM_UNIT_WORD, &o);
    refuse_to_write(m, "add-k");
    lm_ngram_free(m);
    o.smooth = LM_NGRAM_MLE;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a <s> b\n"), "t", LM_UNIT_WORD, true, &e), &e);
    CHECK_OK(lm_ngram_train(&m, text, &o, NULL, &e), &e);
    lm_text_close(text);
    refuse_to_write(m, "as words");
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
    spoil("\\2-grams:\n", "", "x.arpa:13: given twice: '<s>'"); /* read as a unigram */
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
    spoil("a b\t-0.1", "<s> a\t-0.1", "'<s> a' is given twice");
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
