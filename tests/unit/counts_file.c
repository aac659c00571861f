/* counts_file.c - tests of count files that lie: every sum is right, the contents are not.  Such a
 * file is refused, or it is used without leaving any table. */
#include "../../src/model/ngram/counts_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "lm/crc.h"
#include "lm/ngram_counts.h"
#include "models.h"
#include "test.h"

enum { ROOM = 1 << 14, CONFIG_MAX = 4096 };

static char bad[] = "bad", good[] = "good";

/* ---- the file, to be changed in one place at a time ---- */

typedef struct {
    _Alignas(64) unsigned char bytes[ROOM];
    size_t length;
    lm_ckpt *ckpt; /* a view of the bytes */
} image;

static image it; /* of the running test */

static lm_ngram_counts *count(int order, bool no_marks)
{
    static const char lines[] = "a b c a b\nb a\n\nc c a b c\na b c d <unk> a\n";
    lm_err e = {0};
    lm_text *text;
    lm_ngram_counts *c;
    CHECK_OK(lm_text_memory(&text, lm_slice_of(lines), "text", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_ngram_counts_of_text(&c, text, order, no_marks, NULL, &e), &e);
    lm_text_close(text);
    return c;
}

static void save(int order, bool no_marks, const char *path)
{
    lm_err e = {0};
    lm_out *out;
    lm_ngram_counts *c = count(order, no_marks);
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    CHECK_OK(lm_out_close(out, lm_ngram_counts_write(c, out, NULL, &e), &e), &e);
    lm_ngram_counts_free(c);
}

static void open_image(image *m, int order, bool no_marks)
{
    lm_err e = {0};
    save(order, no_marks, good);
    FILE *file = fopen(good, "rb");
    CHECK(file != NULL);
    m->length = fread(m->bytes, 1, ROOM, file);
    CHECK(m->length < ROOM);
    fclose(file);
    CHECK_OK(lm_ckpt_parse(&m->ckpt, m->bytes, m->length, good, LM_CKPT_CHECK_ALL, &e), &e);
}

static void put_image(const image *m)
{
    FILE *file = fopen(bad, "wb");
    CHECK(file != NULL);
    CHECK_INT(fwrite(m->bytes, 1, m->length, file), m->length);
    CHECK_INT(fclose(file), 0);
}

/* Writes the file with the right sum for tensor i, which has been changed. */
static void put_changed(image *m, size_t i)
{
    static const char key[] = "\"lm.crc32c\":\"";
    const lm_tensor *t = lm_ckpt_tensor(m->ckpt, i);
    char digits[9];
    char *at = strstr((char *)m->bytes + 8, key);
    CHECK(at != NULL);
    snprintf(digits, sizeof digits, "%08lx", (unsigned long)lm_crc32c(0, t->data, t->bytes));
    memcpy(at + sizeof key - 1 + 8 * (i + 1), digits, 8);
    put_image(m);
}

/* ---- using it ---- */

/* A copy in a block of its exact size, where a sanitizer sees a read past its end. */
static uint32_t *exactly(const uint32_t *data, uint64_t count_of)
{
    const size_t bytes = (size_t)count_of * sizeof *data;
    uint32_t *copy = malloc(bytes + (bytes == 0));
    CHECK(copy != NULL);
    memcpy(copy, data, bytes);
    return copy;
}

/* From every word on, to every order. */
static void walk_through(const lm_counts_file *f)
{
    uint32_t *map = malloc(f->size[1] * sizeof *map);
    CHECK(map != NULL);
    for (uint32_t i = 0; i < f->size[1]; i++) map[i] = i;
    for (int order = 1; order <= f->order; order++)
        for (uint32_t from = 0; from <= f->size[1]; from++) {
            lm_err e = {0};
            lm_gram gram = {0};
            lm_counts_walk walk = lm_counts_walk_from(f, order, map, from);
            lm_status s = LM_OK;
            for (int n = 0; !s && (n == 0 || gram.length); n++) {
                s = lm_counts_walk_next(&walk, &gram, &e);
                CHECK(s == LM_OK || s == LM_EFORMAT);
                for (int k = 0; !s && k < gram.length; k++) CHECK(gram.word[k] < f->size[1]);
                CHECK(n < 1000);
            }
        }
    free(map);
}

static void walk_exactly(lm_counts_file *f)
{
    uint32_t *copies[3 * LM_NGRAM_ORDER_MAX];
    size_t n = 0;
    for (int k = 1; k <= f->order; k++) {
        f->count[k] = copies[n++] = exactly(f->count[k], f->size[k]);
        if (k > 1) f->word[k] = copies[n++] = exactly(f->word[k], f->size[k]);
        if (k < f->order) f->first[k] = copies[n++] = exactly(f->first[k], f->size[k] + 1);
    }
    walk_through(f);
    while (n > 0) free(copies[--n]);
}

static void check_refusal(lm_status s, const lm_err *e)
{
    CHECK(s == LM_OK || s == LM_EFORMAT || s == LM_EUSAGE);
    CHECK_INT(s, e->status);
    CHECK((s == LM_OK) == (e->message[0] == '\0'));
}

static void add_to(char *const *paths, size_t files)
{
    lm_err e = {0};
    lm_ngram_counts *c;
    lm_out *out;
    const lm_status s = lm_ngram_counts_of_files(&c, paths, files, NULL, &e);
    check_refusal(s, &e);
    CHECK((s == LM_OK) == (c != NULL));
    if (s) return;
    CHECK_OK(lm_out_open(&out, "/dev/null", &e), &e);
    CHECK_OK(lm_ngram_counts_write_tsv(c, out, NULL, &e), &e);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    lm_ngram_counts_free(c);
}

static void train(lm_ngram_smooth smooth, int order, uint64_t words)
{
    lm_err e = {0};
    lm_ngram *m;
    lm_inputs inputs = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.smooth = smooth;
    o.order = order;
    o.choice.vocab_size = words;
    const lm_status s = lm_ngram_train_counts(&m, (char *[]){bad, good}, 2, &o, &inputs, NULL, &e);
    check_refusal(s, &e);
    lm_ngram_free(m);
    lm_inputs_free(&inputs);
}

/* True if it was refused when it was opened. */
static bool try_file(void)
{
    static int turn;
    lm_err e = {0};
    lm_counts_file f;
    const lm_status s = lm_counts_file_open(&f, bad, true, &e);
    if (s) CHECK_INT(s, LM_EFORMAT);
    if (s) CHECK(strncmp(e.message, "bad: ", 5) == 0);
    if (!s) {
        walk_exactly(&f);
        const int order = f.order;
        lm_counts_file_close(&f);
        turn++;
        add_to((char *[]){good, bad}, 2);
        train((lm_ngram_smooth)(turn % LM_NGRAM_ARPA), order, 0);
        train((lm_ngram_smooth)(turn / 2 % LM_NGRAM_ARPA), 1 + turn % order, 2);
    }
    return s != LM_OK;
}

/* ---- tables ---- */

/* Every entry of every table in turn. */
static void change_tensor(image *m, size_t i)
{
    static const uint32_t values[] = {0, 1, 3, 9, 0x7fffffff, 0xfffffffe, 0xffffffff};
    const lm_tensor *t = lm_ckpt_tensor(m->ckpt, i);
    const size_t size = lm_dtype_size(t->dtype),
                 place = (size_t)((const unsigned char *)t->data - m->bytes);
    CHECK(place + t->bytes <= m->length);
    for (size_t at = place; at < place + t->bytes; at += size)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            unsigned char old[8];
            memcpy(old, m->bytes + at, size);
            memcpy(m->bytes + at, &values[v], size);
            put_changed(m, i);
            (void)try_file();
            memcpy(m->bytes + at, old, size);
        }
    put_changed(m, i);
    CHECK(!try_file());
}

static void check_tables(int order, bool no_marks)
{
    open_image(&it, order, no_marks);
    for (size_t i = 0; i < lm_ckpt_count(it.ckpt); i++) change_tensor(&it, i);
    lm_ckpt_close(it.ckpt);
}

TEST(lying_counts)
{
    check_tables(3, false);
}
TEST(lying_counts_without_marks)
{
    check_tables(2, true);
}
TEST(lying_counts_of_words)
{
    check_tables(1, false);
}

static void fail_in(const char *tensor, size_t entry, uint32_t value, const char *message)
{
    lm_err e = {0};
    lm_ngram_counts *c;
    open_image(&it, 2, false);
    size_t i = 0;
    while (strcmp(lm_ckpt_tensor(it.ckpt, i)->name, tensor) != 0) i++;
    const size_t place =
        (size_t)((const unsigned char *)lm_ckpt_tensor(it.ckpt, i)->data - it.bytes);
    memcpy(it.bytes + place + 4 * entry, &value, 4);
    put_changed(&it, i);
    lm_ckpt_close(it.ckpt);
    CHECK_FAILS(lm_ngram_counts_of_files(&c, (char *[]){bad}, 1, NULL, &e), LM_EFORMAT, &e,
                message);
}

/* What is wrong is said with its place. */
TEST(lying_counts_are_refused)
{
    fail_in("2.word", 1, 99, "bad: 2-gram 1: no such word");
    fail_in("2.word", 1, 0xffffffff, "bad: 2-gram 1: no such word");
    fail_in("1.first", 2, 99, "bad: 1-gram 1: its children leave the table");
    fail_in("1.first", 1, 0xffffffff, "bad: 1-gram 0: its children leave the table");
    fail_in("1.count", 0, 0, "bad: 1-gram 0: it occurs less often than longer ones");
    fail_in("2.count", 0, 1000, "bad: 1-gram 0: it occurs less often than longer ones");
}

/* Cut short anywhere, and with bytes at the end. */
TEST(count_files_of_another_length)
{
    open_image(&it, 2, false);
    const size_t length = it.length;
    for (it.length = 0; it.length < length; it.length++) {
        put_image(&it);
        CHECK(try_file());
    }
    it.length = length + 64;
    put_image(&it);
    CHECK(try_file());
    lm_ckpt_close(it.ckpt);
}

/* Any changed byte, without its sum. */
TEST(count_files_with_a_changed_byte)
{
    open_image(&it, 2, false);
    for (size_t at = 0; at < it.length; at++) {
        it.bytes[at] ^= (unsigned char)(1u << at % 8);
        put_image(&it);
        CHECK(try_file());
        it.bytes[at] ^= (unsigned char)(1u << at % 8);
    }
    lm_ckpt_close(it.ckpt);
}

/* ---- the configuration ---- */

/* The same file with another configuration, or without the tensor `left_out`. */
static void put_config(const image *m, const char *config, const char *left_out)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    CHECK_OK(lm_ckpt_writer_new(&w, "ngram-counts", &e), &e);
    if (config) CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of(config), &e), &e);
    for (size_t i = 0; i < lm_ckpt_count(m->ckpt); i++) {
        const lm_tensor *t = lm_ckpt_tensor(m->ckpt, i);
        if (!left_out || strcmp(t->name, left_out) != 0) CHECK_OK(lm_ckpt_add(w, t, &e), &e);
    }
    write_checkpoint(w, bad, NULL);
}

/* Every number and word of lm.config in turn replaced. */
TEST(lying_configurations_of_counts)
{
    static const char *const values[] = {"0",
                                         "2",
                                         "10",
                                         "11",
                                         "-1",
                                         "4294967294",
                                         "4294967295",
                                         "18446744073709551615",
                                         "1e300",
                                         "null",
                                         "true",
                                         "\"x\"",
                                         "[]",
                                         "{}",
                                         ""};
    open_image(&it, 2, false);
    const char *original = lm_ckpt_meta(it.ckpt, "lm.config");
    for (size_t at = 0; original[at]; at++) {
        const bool starts =
            strchr(":[,", original[at]) && original[at + 1] && !strchr("[{", original[at + 1]);
        const size_t length = starts ? strcspn(original + at + 1, ",]}") : 0;
        for (size_t v = 0; starts && v < sizeof values / sizeof *values; v++) {
            char config[CONFIG_MAX];
            const int n = snprintf(config, sizeof config, "%.*s%s%s", (int)at + 1, original,
                                   values[v], original + at + 1 + length);
            CHECK(n > 0 && (size_t)n < sizeof config);
            put_config(&it, config, NULL);
            (void)try_file();
        }
    }
    lm_ckpt_close(it.ckpt);
}

static void refuse(const char *from, const char *to)
{
    const char *original = lm_ckpt_meta(it.ckpt, "lm.config");
    char config[CONFIG_MAX];
    const char *at = strstr(original, from);
    CHECK(at != NULL);
    snprintf(config, sizeof config, "%.*s%s%s", (int)(at - original), original, to,
             at + strlen(from));
    put_config(&it, config, NULL);
    CHECK(try_file());
}

TEST(configurations_of_counts_that_are_refused)
{
    open_image(&it, 3, false);
    refuse("\"order\":3", "\"order\":0");
    refuse("\"order\":3", "\"order\":2");
    refuse("\"order\":3", "\"order\":4");
    refuse("\"order\":3", "\"order\":11");
    refuse("\"order\":3,", "");
    refuse("\"word\"", "\"line\"");
    refuse("\"marks\":true", "\"marks\":false");
    refuse("\"vocab\":7", "\"vocab\":8");
    refuse("\"vocab\":7", "\"vocab\":0");
    refuse("\"bos\":6", "\"bos\":5");
    refuse("\"bos\":6", "\"bos\":null");
    refuse("\"ngrams\":[7,", "\"ngrams\":[7,0,");
    refuse("\"ngrams\":[7,", "\"ngrams\":[6,");
    refuse("\"inputs\":[[", "\"inputs\":[[0,");
    refuse("{", "");
    refuse("}", "}}");
    put_config(&it, NULL, NULL);
    CHECK(try_file());
    for (size_t i = 0; i < lm_ckpt_count(it.ckpt); i++) {
        put_config(&it, lm_ckpt_meta(it.ckpt, "lm.config"), lm_ckpt_tensor(it.ckpt, i)->name);
        CHECK(try_file());
    }
    lm_ckpt_close(it.ckpt);
}

/* ---- what is no count file ---- */

static void check_kind(lm_status expected, const char *message)
{
    lm_err e = {0};
    bool are = false;
    lm_ngram_counting how;
    char *const paths[] = {bad};
    const lm_status s = lm_ngram_are_counts(paths, 1, &are, &how, &e);
    if (expected)
        CHECK_FAILS(s, expected, &e, message);
    else
        CHECK_OK(s, &e);
    CHECK(!are || expected);
}

static void put_text(const char *text)
{
    FILE *file = fopen(bad, "wb");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

TEST(what_is_no_count_file)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    lm_ngram_counts *c;
    put_text("{ text, not a header }\n");
    check_kind(LM_OK, "");
    CHECK_FAILS(lm_ngram_counts_of_files(&c, (char *[]){bad}, 1, NULL, &e), LM_EFORMAT, &e,
                "bad: not a count file");
    CHECK_OK(lm_ckpt_writer_new(&w, "other", &(lm_err){0}), &(lm_err){0});
    write_checkpoint(w, bad, NULL);
    check_kind(LM_EFORMAT, "bad: not a count file (kind 'other')");
}

TEST(count_files_and_texts_together)
{
    lm_err e = {0};
    bool are;
    lm_ngram_counting how;
    put_text("a b\n");
    save(3, true, good);
    CHECK_OK(lm_ngram_are_counts(NULL, 0, &are, &how, &e), &e);
    CHECK(!are);
    CHECK_OK(lm_ngram_are_counts((char *[]){good, good}, 2, &are, &how, &e), &e);
    CHECK(are && how.order == 3 && how.unit == LM_UNIT_WORD && how.no_marks && !how.marks_as_words);
    CHECK_FAILS(lm_ngram_are_counts((char *[]){good, bad}, 2, &are, &how, &e), LM_EUSAGE, &e,
                "good and bad: counts and text cannot be read together");
    e = (lm_err){0};
    CHECK_FAILS(lm_ngram_are_counts((char *[]){bad, bad, good}, 3, &are, &how, &e), LM_EUSAGE, &e,
                "bad and good: counts and text cannot be read together");
}

/* ---- without memory ---- */

typedef lm_status job(lm_out *out, lm_err *e);

static lm_status count_text(lm_out *out, lm_err *e)
{
    lm_text *text;
    lm_ngram_counts *c = NULL;
    LM_TRY(lm_text_open(&text, (char *[]){bad}, 1, LM_UNIT_CHAR, false, e));
    lm_status s = lm_text_shard(text, 0, 2, e);
    if (!s) s = lm_ngram_counts_of_text(&c, text, 3, false, NULL, e);
    lm_text_close(text);
    if (!s) s = lm_ngram_counts_write_tsv(c, out, NULL, e);
    if (!s) s = lm_ngram_counts_write(c, out, NULL, e);
    lm_ngram_counts_free(c);
    return s;
}

static lm_status add_files(lm_out *out, lm_err *e)
{
    lm_ngram_counts *c;
    LM_TRY(lm_ngram_counts_of_files(&c, (char *[]){good, good}, 2, NULL, e));
    const lm_status s = lm_ngram_counts_write(c, out, NULL, e);
    lm_ngram_counts_free(c);
    return s;
}

static lm_status read_lines(lm_out *out, lm_err *e)
{
    lm_ngram_counts *c;
    LM_TRY(lm_ngram_counts_of_tsv(&c, (char *[]){bad}, 1, 2, LM_UNIT_CHAR, false, NULL, e));
    const lm_status s = lm_ngram_counts_write(c, out, NULL, e);
    lm_ngram_counts_free(c);
    return s;
}

static lm_status add_lines(lm_out *out, lm_err *e)
{
    return lm_tsv_add_up((char *[]){bad}, 1, out, NULL, e);
}

static lm_status train_model(lm_out *out, lm_err *e)
{
    lm_ngram *m;
    lm_inputs inputs = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    (void)out;
    o.order = 2;
    o.choice.vocab_size = 2; /* so that grams must be sorted again */
    const lm_status s = lm_ngram_train_counts(&m, (char *[]){good, good}, 2, &o, &inputs, NULL, e);
    lm_ngram_free(m);
    lm_inputs_free(&inputs);
    return s;
}

static lm_status run(job *work, lm_err *e)
{
    lm_out *out;
    LM_TRY(lm_out_open(&out, "/dev/null", e));
    return lm_out_close(out, work(out, e), e);
}

static void check_job(job *work)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        const lm_status s = run(work, &e);
        if (failing.failed && s)
            CHECK_FAILS(s, LM_ENOMEM, &e, "out of memory");
        else
            CHECK_OK(s, &e);
        failing_end();
    }
}

TEST(counts_without_memory)
{
    save(3, false, good);
    put_text("a b\n\nb\xC3\xA9\nc\n\n");
    check_job(count_text);
    check_job(add_files);
    check_job(train_model);
    put_text("a\t3\nb\t2\n\\x20\t1\na b\t1\na b\t1\n<s>\t4\n</s>\t4\n");
    check_job(read_lines);
    check_job(add_lines);
}
