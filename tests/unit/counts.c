/* counts.c - tests of n-gram counts: against a plain count, in parts, in files and in lines.
 *
 * The reference counts strings in the plainest way; it shares no code with the library. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/ngram_counts.h"
#include "lm/sort.h"
#include "lm/thread.h"
#include "models.h"
#include "table.h"
#include "test.h"

enum { ROOM = 1 << 18, LINES = 400, LONGEST = 24, KINDS = 15, FILES = 12 };

/* ---- corpora ---- */

typedef struct {
    lm_unit unit;
    bool no_marks;
    int order;
} way;

typedef struct {
    const char *text, *line; /* as it is in text, and in lines of counts */
} token;

static const token tokens[3][KINDS] = {
    {{"a", "a"},
     {"b", "b"},
     {"ab", "ab"},
     {"<unk>", "<unk>"},
     {"\xC3\xA9", "\xC3\xA9"},
     {"\xE4\xB8\xAD", "\xE4\xB8\xAD"},
     {"w", "w"},
     {"\\x20", "\\x20"},
     {"the", "the"},
     {"\\", "\\"},
     {"<S>", "<S>"},
     {"\xFF\x01", "\xFF\x01"},
     {"s>", "s>"},
     {"</s", "</s"},
     {"zz", "zz"}},
    {{"a", "a"},
     {" ", "\\x20"},
     {"e", "e"},
     {"\xE4\xB8\xAD", "\xE4\xB8\xAD"},
     {"\xC3\xA9", "\xC3\xA9"},
     {"b", "b"},
     {"\\", "\\x5C"},
     {"\t", "\\x09"},
     {"<", "<"},
     {">", ">"},
     {"s", "s"},
     {"\x01", "\\x01"},
     {"\xF0\x9F\xA6\x8A", "\xF0\x9F\xA6\x8A"},
     {"\x7F", "\\x7F"},
     {"z", "z"}},
    {{"a", "a"},
     {" ", "\\x20"},
     {"\xFF", "\xFF"},
     {"\x80", "\x80"},
     {"b", "b"},
     {"\r", "\\x0D"},
     {"\t", "\\x09"},
     {"\\", "\\x5C"},
     {"<", "<"},
     {"s", "s"},
     {">", ">"},
     {"\xC3", "\xC3"},
     {"\xA9", "\xA9"},
     {"/", "/"},
     {"\x7F", "\\x7F"}},
};

typedef struct {
    way how;
    char text[ROOM];
    size_t length;
    const token *line[LINES][LONGEST];
    size_t words[LINES], lines;
} corpus;

static corpus it; /* the corpus of the running test */

static void add_line(corpus *c, uint64_t kinds)
{
    const size_t n = (size_t)below(below(LONGEST) + 1);
    for (size_t i = 0; i < n; i++) {
        const token *t = &tokens[c->how.unit][below(below(kinds) + 1)];
        c->length += (size_t)snprintf(c->text + c->length, ROOM - c->length, "%s%s",
                                      i && c->how.unit == LM_UNIT_WORD ? " " : "", t->text);
        c->line[c->lines][i] = t;
    }
    c->text[c->length++] = '\n';
    c->words[c->lines++] = n;
}

static void make_corpus(corpus *c, const way *how, size_t lines)
{
    const uint64_t kinds = 1 + below(KINDS);
    c->how = *how;
    c->length = c->lines = 0;
    while (c->lines < lines) add_line(c, kinds);
}

static way random_way(int i)
{
    return (way){(lm_unit)(i % 3), i / 3 % 3 == 2, 1 + (int)below(i % 5 ? 4 : 10)};
}

/* ---- the reference: counts by words joined by blanks ---- */

static void count_grams(table *t, const char *const *line, size_t n, int order)
{
    static char key[1 << 12];
    for (size_t i = 0; i < n; i++) {
        size_t size = 0;
        for (size_t k = 0; k < (size_t)order && i + k < n; k++) {
            size += (size_t)snprintf(key + size, sizeof key - size, k ? " %s" : "%s", line[i + k]);
            table_add(t, key, size)->count++;
        }
    }
}

static void count_plainly(table *t, const corpus *c)
{
    const char *line[LONGEST + 2];
    for (size_t l = 0; l < c->lines; l++) {
        size_t n = 0;
        if (c->how.no_marks && c->words[l] == 0) continue;
        line[n++] = "<s>";
        for (size_t i = 0; i < c->words[l]; i++) line[n++] = c->line[l][i]->line;
        if (!c->how.no_marks) line[n++] = "</s>";
        count_grams(t, line, n, c->how.order);
    }
}

/* ---- files ---- */

static char *name(const char *prefix, size_t i)
{
    static char names[4 * FILES][24];
    static size_t next;
    char *made = names[next++ % (4 * FILES)];
    snprintf(made, sizeof names[0], "%s%zu", prefix, i);
    return made;
}

static void put(const char *path, const char *bytes, size_t length)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK_INT(fwrite(bytes, 1, length, file), length);
    CHECK_INT(fclose(file), 0);
}

static char *get(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    size_t room = 1 << 16;
    char *bytes = malloc(room);
    CHECK(bytes != NULL);
    for (*length = 0;;) {
        *length += fread(bytes + *length, 1, room - *length, file);
        if (*length < room) break;
        bytes = realloc(bytes, room *= 2);
        CHECK(bytes != NULL);
    }
    bytes[*length] = '\0';
    fclose(file);
    return bytes;
}

/* ---- running ---- */

typedef struct {
    lm_run run;
    int warnings;
    char warning[200];
} session;

static void note_warning(void *context, lm_say_level level, const char *text)
{
    session *s = context;
    if (level != LM_SAY_WARNING) return;
    s->warnings++;
    snprintf(s->warning, sizeof s->warning, "%s", text);
}

static void begin(session *s, size_t threads, uint64_t memory)
{
    lm_err e = {0};
    *s = (session){.run = {.say = note_warning, .memory = memory, .tmpdir = "."}};
    s->run.context = s;
    if (threads > 1) CHECK_OK(lm_pool_new(&s->run.pool, threads, &e), &e);
}

static void end(session *s)
{
    lm_pool_free(s->run.pool);
}

static bool with_little_memory = true; /* unless the running test has large words */

/* Threads, and memory so little that every few hundred words become a run on disk. */
static void begin_any(session *s)
{
    static const size_t threads[] = {1, 2, 3, 5};
    static const uint64_t memory[] = {0, 1 << 16, 1 << 20};
    begin(s, threads[below(4)], with_little_memory ? memory[below(3)] : 0);
}

static lm_status write_counts(const lm_ngram_counts *c, const char *path, bool lines, lm_err *e)
{
    lm_out *out;
    LM_TRY(lm_out_open(&out, path, e));
    const lm_status s =
        lines ? lm_ngram_counts_write_tsv(c, out, NULL, e) : lm_ngram_counts_write(c, out, NULL, e);
    return lm_out_close(out, s, e);
}

static void save(lm_ngram_counts *c, const char *path, bool lines)
{
    lm_err e = {0};
    CHECK_OK(write_counts(c, path, lines, &e), &e);
    lm_ngram_counts_free(c);
}

/* Counts files, or shard `index` of `shards` of each. */
static void count_shard(char *const *paths, size_t count, const way *how, uint32_t index,
                        uint32_t shards, const char *path)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram_counts *c;
    session s;
    begin_any(&s);
    CHECK_OK(lm_text_open(&text, paths, count, how->unit, false, &e), &e);
    if (shards) CHECK_OK(lm_text_shard(text, index, shards, &e), &e);
    CHECK_OK(lm_ngram_counts_of_text(&c, text, how->order, how->no_marks, &s.run, &e), &e);
    lm_text_close(text);
    save(c, path, false);
    end(&s);
}

static void count_file(char *path, const way *how, const char *to)
{
    char *const paths[] = {path};
    count_shard(paths, 1, how, 0, 0, to);
}

static lm_ngram_counts *merged(char *const *paths, size_t count, const lm_run *run)
{
    lm_err e = {0};
    lm_ngram_counts *c;
    CHECK_OK(lm_ngram_counts_of_files(&c, paths, count, run, &e), &e);
    return c;
}

static void merge(char *const *paths, size_t count, const char *to)
{
    session s;
    begin_any(&s);
    save(merged(paths, count, &s.run), to, false);
    end(&s);
}

static void write_lines(char *path, const char *to)
{
    char *const paths[] = {path};
    save(merged(paths, 1, NULL), to, true);
}

/* ---- counting ---- */

/* The lines, each once, are those of the table. */
static void check_lines(const char *path, const table *t)
{
    size_t length, lines = 0;
    char *text = get(path, &length);
    for (char *line = text, *stop; line < text + length; line = stop + 1) {
        stop = strchr(line, '\n');
        CHECK(stop != NULL);
        *stop = '\0';
        char *tab = strrchr(line, '\t');
        CHECK(tab != NULL);
        record *r = table_find(t, line, (size_t)(tab - line));
        CHECK(r != NULL);
        CHECK_INT(strtoll(tab + 1, NULL, 10), (long long)r->count);
        r->left++;
        CHECK(r->left == 1);
        lines++;
    }
    CHECK_INT(lines, t->count);
    free(text);
}

TEST(counts_are_those_of_a_plain_count)
{
    random_state = 1;
    for (int i = 0; i < 45; i++) {
        const way how = random_way(i);
        table t = {0};
        make_corpus(&it, &how, (size_t)below(i % 10 ? 60 : LINES));
        put("text0", it.text, it.length);
        count_plainly(&t, &it);
        count_file(name("text", 0), &how, "counts0");
        write_lines(name("counts", 0), "lines0");
        check_lines("lines0", &t);
        table_free(&t);
    }
}

/* ---- adding up ---- */

/* The corpus in 1 to 3 files of whole lines; how many. */
static size_t put_files(const corpus *c, char **paths)
{
    const size_t files = 1 + (size_t)below(3);
    size_t at = 0;
    for (size_t i = 0; i < files; i++) {
        size_t until = i + 1 < files ? at + (size_t)below(c->length - at + 1) : c->length;
        while (until > at && until < c->length && c->text[until - 1] != '\n') until++;
        paths[i] = name("text", i);
        put(paths[i], c->text + at, until - at);
        at = until;
    }
    return files;
}

/* Counts the files in parts, which are shards of all or the files; how many. */
static size_t count_parts(char *const *paths, size_t files, const way *how, char **parts)
{
    const size_t shards = 1 + (size_t)below(FILES), count = below(4) ? shards : files;
    for (size_t i = 0; i < count; i++) {
        parts[i] = name("part", i);
        if (count == files && files != shards)
            count_shard(&paths[i], 1, how, 0, 0, parts[i]);
        else
            count_shard(paths, files, how, (uint32_t)i, (uint32_t)count, parts[i]);
    }
    return count;
}

static void shuffle(char **paths, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        const size_t j = (size_t)below(i);
        char *const moved = paths[i - 1];
        paths[i - 1] = paths[j];
        paths[j] = moved;
    }
}

/* Adds up some, and the sum with others, until there is one; its name. */
static char *merge_in_groups(char **parts, size_t count)
{
    for (size_t round = 0; count > 1 || round == 0; round++) {
        shuffle(parts, count);
        const size_t n = 1 + (size_t)below(count);
        char *const to = name("sum", round);
        merge(parts, n, to);
        parts[0] = to;
        for (size_t i = n; i < count; i++) parts[i - n + 1] = parts[i];
        count -= n - 1;
    }
    return parts[0];
}

TEST(parts_in_any_order_and_grouping)
{
    random_state = 2;
    for (int i = 0; i < 30; i++) {
        const way how = random_way(i);
        char *paths[3], *parts[FILES];
        make_corpus(&it, &how, (size_t)below(i % 10 ? 60 : LINES));
        const size_t files = put_files(&it, paths);
        count_shard(paths, files, &how, 0, 0, "all");
        const size_t count = count_parts(paths, files, &how, parts);
        CHECK(same_files("all", merge_in_groups(parts, count)));
    }
}

/* Counts of nothing change nothing but what was counted. */
TEST(counts_of_no_text)
{
    const way how = {LM_UNIT_WORD, false, 3};
    char *empty = name("none", 0), *text = name("text", 0), *parts[] = {name("a", 0), name("b", 0)};
    char *both[] = {empty, text};
    lm_err e = {0};
    lm_ngram *model;
    lm_inputs inputs = {0};
    const lm_ngram_options o = LM_NGRAM_DEFAULTS;
    put(empty, "", 0);
    put(text, "a b\n", 4);
    count_file(empty, &how, parts[0]);
    count_file(text, &how, parts[1]);
    count_shard(both, 2, &how, 0, 0, "all");
    merge(parts, 2, "sum");
    CHECK(same_files("all", "sum"));
    write_lines(parts[0], "lines");
    check_lines("lines", &(table){0});
    lm_ngram_options three = o;
    three.order = 3;
    CHECK_FAILS(lm_ngram_train_counts(&model, parts, 1, &three, &inputs, NULL, &e), LM_EFORMAT, &e,
                "a0: counts of no text");
    lm_inputs_free(&inputs);
}

TEST(counts_that_cannot_be_added_up)
{
    static const way ways[] = {{LM_UNIT_WORD, false, 3},
                               {LM_UNIT_WORD, false, 2},
                               {LM_UNIT_CHAR, false, 3},
                               {LM_UNIT_WORD, true, 3}};
    static const char *const differs[] = {"", "order", "unit", "use of <s> and </s>"};
    char *parts[] = {name("part", 0), name("part", 1)};
    put("text0", "a b\n", 4);
    count_file(name("text", 0), &ways[0], parts[0]);
    for (size_t i = 1; i < 4; i++) {
        lm_err e = {0};
        lm_ngram_counts *c;
        char message[100];
        snprintf(message, sizeof message, "part0 and part1: counts of a different %s", differs[i]);
        count_file(name("text", 0), &ways[i], parts[1]);
        CHECK_FAILS(lm_ngram_counts_of_files(&c, parts, 2, NULL, &e), LM_EUSAGE, &e, message);
        CHECK(c == NULL);
    }
}

TEST(text_counted_twice_and_shards_forgotten)
{
    const way how = {LM_UNIT_WORD, false, 2};
    char *text[] = {name("text", 0)};
    char *one = name("part", 1), *two = name("part", 2), *three = name("part", 3);
    char *all = name("all", 0);
    lm_err e = {0};
    lm_inputs inputs = {0};
    lm_ngram *model;
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    session s;
    o.order = 2;
    o.smooth = LM_NGRAM_MLE;
    put(text[0], "a\nb\nc\nd\ne\nf\n", 12);
    for (uint32_t i = 0; i < 3; i++) count_shard(text, 1, &how, i, 3, name("part", i + 1));
    count_file(text[0], &how, all);
    begin(&s, 1, 0);
    lm_ngram_counts_free(merged((char *[]){one, three}, 2, &s.run)); /* to go on with */
    lm_ngram_counts_free(merged((char *[]){one, two, three}, 3, &s.run));
    CHECK_INT(s.warnings, 0);
    lm_ngram_counts_free(merged((char *[]){one, two, three, two}, 4, &s.run));
    CHECK_INT(s.warnings, 1);
    CHECK_TEXT(s.warning, "text of 12 bytes is counted more than once");
    lm_ngram_counts_free(merged((char *[]){one, all, two, three}, 4, &s.run));
    CHECK_INT(s.warnings, 2);
    CHECK_OK(lm_ngram_train_counts(&model, (char *[]){one, two}, 2, &o, &inputs, &s.run, &e), &e);
    CHECK_INT(s.warnings, 3);
    CHECK_TEXT(s.warning, "of a text of 12 bytes not all shards are counted");
    lm_ngram_free(model);
    lm_inputs_free(&inputs);
    end(&s);
}

TEST(counts_that_are_stopped)
{
    const way how = {LM_UNIT_WORD, false, 2};
    static const volatile sig_atomic_t stop = 1;
    char *parts[] = {name("part", 0), name("part", 0)}, *lines[] = {name("lines", 0)};
    lm_ngram_counts *c;
    lm_err e = {0};
    lm_out *out;
    const lm_run run = {.stop = &stop};
    put("text0", "a b\n", 4);
    count_file(name("text", 0), &how, parts[0]);
    write_lines(parts[0], lines[0]);
    CHECK_FAILS(lm_ngram_counts_of_files(&c, parts, 2, &run, &e), LM_ESTOPPED, &e, "stopped");
    e = (lm_err){0};
    CHECK_FAILS(lm_ngram_counts_of_tsv(&c, lines, 1, 2, LM_UNIT_WORD, false, &run, &e), LM_ESTOPPED,
                &e, "stopped");
    e = (lm_err){0};
    CHECK_OK(lm_out_open(&out, "sum", &e), &e);
    CHECK_FAILS(lm_out_close(out, lm_tsv_add_up(lines, 1, out, &run, &e), &e), LM_ESTOPPED, &e,
                "stopped");
}

/* ---- models ---- */

static void save_trained(const lm_ngram *m, lm_inputs *inputs, const char *path)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    lm_str history = {0};
    CHECK_OK(lm_inputs_settle(inputs, &e), &e);
    CHECK_OK(lm_inputs_history(inputs, &history, &e), &e);
    CHECK_OK(lm_ckpt_writer_new(&w, "ngram", &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "lm.history", (lm_slice){history.text, history.length}, &e), &e);
    CHECK_OK(lm_ngram_save(m, w, &e), &e);
    write_checkpoint(w, path, NULL);
    lm_inputs_free(inputs);
    lm_str_free(&history);
}

static void train_text(char *const *paths, size_t count, lm_unit unit, const lm_ngram_options *o)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram *m;
    lm_inputs inputs = {0};
    CHECK_OK(lm_text_open(&text, paths, count, unit, false, &e), &e);
    CHECK_OK(lm_ngram_train(&m, text, o, NULL, &e), &e);
    CHECK_OK(lm_text_inputs(text, &inputs, &e), &e);
    lm_text_close(text);
    save_trained(m, &inputs, "text.lm");
    lm_ngram_free(m);
}

static void train_counts(char *const *paths, size_t count, const lm_ngram_options *o)
{
    lm_err e = {0};
    lm_ngram *m;
    lm_inputs inputs = {0};
    session s;
    begin_any(&s);
    CHECK_OK(lm_ngram_train_counts(&m, paths, count, o, &inputs, &s.run, &e), &e);
    save_trained(m, &inputs, "counts.lm");
    lm_ngram_free(m);
    end(&s);
}

/* A list of words, some of them not in the text. */
static lm_vocab *choose_words(lm_unit unit)
{
    lm_err e = {0};
    lm_str list = {0};
    lm_vocab *words;
    for (int i = 0; i < KINDS; i++)
        if (below(2)) CHECK_OK(lm_str_addf(&list, &e, "%s\n", tokens[unit][i].text), &e);
    CHECK_OK(lm_str_addf(&list, &e, "q\n"), &e);
    CHECK_OK(lm_vocab_read(&words, (lm_slice){list.text, list.length}, "list", unit, false, &e),
             &e);
    lm_str_free(&list);
    return words;
}

static lm_ngram_options random_options(int i, const way *how)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.smooth = (lm_ngram_smooth)(i % LM_NGRAM_ARPA);
    o.order = below(3) ? how->order : 1 + (int)below((uint64_t)how->order);
    o.choice.no_marks = how->no_marks;
    o.backoff = o.smooth >= LM_NGRAM_WB && below(2);
    o.choice.closed = below(4) == 0;
    if (!o.choice.closed && below(3) == 0) o.choice.min_count = below(5);
    if (!o.choice.closed && below(3) == 0) o.choice.vocab_size = 1 + below(KINDS);
    if (!o.choice.closed && below(3) == 0) o.choice.list = choose_words(how->unit);
    for (int k = 2; k <= o.order && i % 3 == 0; k++)
        o.prune[k] = o.prune[k - 1] + (uint32_t)below(3);
    if (o.smooth != LM_NGRAM_ADDK && below(4) == 0) o.entropy_prune = 1e-4;
    return o;
}

TEST(models_of_counts_are_those_of_the_text)
{
    random_state = 3;
    for (int i = 0; i < 64; i++) {
        const way how = random_way((int)below(45));
        char *paths[3], *parts[FILES];
        make_corpus(&it, &how, 1 + (size_t)below(60));
        it.length += (size_t)snprintf(it.text + it.length, 8, "a\n"); /* never no text at all */
        const size_t files = put_files(&it, paths);
        const size_t count = count_parts(paths, files, &how, parts);
        lm_ngram_options o = random_options(i, &how);
        train_text(paths, files, how.unit, &o);
        shuffle(parts, count);
        train_counts(parts, count, &o);
        CHECK(same_files("text.lm", "counts.lm"));
        lm_vocab_free(o.choice.list);
    }
}

TEST(models_of_more_than_was_counted)
{
    const way how = {LM_UNIT_WORD, false, 2};
    char *parts[] = {name("part", 0)};
    lm_err e = {0};
    lm_ngram *model;
    lm_inputs inputs = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    put("text0", "a b\n", 4);
    count_file(name("text", 0), &how, parts[0]);
    o.order = 3;
    CHECK_FAILS(lm_ngram_train_counts(&model, parts, 1, &o, &inputs, NULL, &e), LM_EUSAGE, &e,
                "part0: holds n-grams up to order 2, not 3");
    CHECK(model == NULL);
}

/* ---- lines ---- */

static int compare_lines(const void *context, const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    (void)context;
    const size_t m = strcspn(*x, "\n"), n = strcspn(*y, "\n");
    const int order = memcmp(*x, *y, m < n ? m : n);
    return order ? order : m < n ? -1 : m > n;
}

/* The lines of some files in one, sorted or shuffled. */
static void gather(char *const *paths, size_t count, bool sorted, const char *to)
{
    char *text[FILES];
    const char **line = NULL;
    lm_err e = {0};
    size_t lines = 0, length;
    for (size_t i = 0; i < count; i++) {
        text[i] = get(paths[i], &length);
        for (const char *at = text[i]; at < text[i] + length; at = strchr(at, '\n') + 1) {
            line = table_memory(line, (lines + 1) * sizeof *line);
            line[lines++] = at;
        }
    }
    if (sorted) CHECK_OK(lm_sort(line, lines, sizeof *line, compare_lines, NULL, &e), &e);
    FILE *file = fopen(to, "wb");
    CHECK(file != NULL);
    while (lines > 0) {
        const size_t i = sorted ? 0 : (size_t)below(lines);
        CHECK(fprintf(file, "%.*s\n", (int)strcspn(line[i], "\n"), line[i]) > 0);
        if (sorted)
            memmove(line, line + 1, (lines - 1) * sizeof *line);
        else
            line[i] = line[lines - 1];
        lines--;
    }
    CHECK_INT(fclose(file), 0);
    for (size_t i = 0; i < count; i++) free(text[i]);
    free(line);
}

static void add_up_lines(char *path, const char *to)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, to, &e), &e);
    CHECK_OK(lm_tsv_add_up((char *[]){path}, 1, out, NULL, &e), &e);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
}

static void read_lines(char *path, const way *how, const char *to)
{
    lm_err e = {0};
    lm_ngram_counts *c;
    session s;
    begin_any(&s);
    CHECK_OK(lm_ngram_counts_of_tsv(&c, (char *[]){path}, 1, how->order, how->unit, how->no_marks,
                                    &s.run, &e),
             &e);
    save(c, to, false);
    end(&s);
}

static void check_same_tensors(const char *a, const char *b)
{
    lm_err e = {0};
    lm_ckpt *x, *y;
    CHECK_OK(lm_ckpt_open(&x, a, LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_OK(lm_ckpt_open(&y, b, LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_INT(lm_ckpt_count(x), lm_ckpt_count(y));
    for (size_t i = 0; i < lm_ckpt_count(x); i++) {
        const lm_tensor *t = lm_ckpt_tensor(x, i), *u = lm_ckpt_tensor(y, i);
        CHECK_TEXT(t->name, u->name);
        CHECK_INT(t->bytes, u->bytes);
        CHECK_BYTES(t->data, u->data, t->bytes);
    }
    lm_ckpt_close(x);
    lm_ckpt_close(y);
}

/* As mappers, a sort and reducers pass them on. */
TEST(lines_sorted_and_added_up)
{
    random_state = 4;
    for (int i = 0; i < 30; i++) {
        const way how = random_way(i);
        table t = {0};
        char *paths[3], *parts[FILES], *lines[FILES];
        make_corpus(&it, &how, (size_t)below(i % 10 ? 40 : 200));
        count_plainly(&t, &it);
        const size_t files = put_files(&it, paths);
        count_shard(paths, files, &how, 0, 0, "all");
        const size_t count = count_parts(paths, files, &how, parts);
        for (size_t j = 0; j < count; j++) write_lines(parts[j], lines[j] = name("lines", j));
        gather(lines, count, true, "sorted0");
        add_up_lines(name("sorted", 0), "sums0");
        check_lines("sums0", &t);
        read_lines(name("sums", 0), &how, "read0");
        check_same_tensors("read0", "all");
        gather(lines, count, false, "shuffled0");
        read_lines(name("shuffled", 0), &how, "read0");
        check_same_tensors("read0", "all");
        table_free(&t);
    }
}

/* Words as long as they may be: lines of many blocks. */
TEST(lines_that_are_long)
{
    const way how = {LM_UNIT_WORD, false, 3};
    char *text = malloc(4 * LM_TOKEN_MAX + 8);
    CHECK(text != NULL);
    with_little_memory = false;
    memset(text, 'x', 4 * LM_TOKEN_MAX + 8);
    for (size_t i = 1; i <= 4; i++) text[i * LM_TOKEN_MAX] = i < 4 ? ' ' : '\n';
    text[2 * LM_TOKEN_MAX - 1] = 'y';
    text[LM_TOKEN_MAX - 1] = 'z';
    put("text0", text, 4 * LM_TOKEN_MAX + 1);
    free(text);
    count_file(name("text", 0), &how, "counts0");
    write_lines(name("counts", 0), "lines0");
    add_up_lines(name("lines", 0), "sums0");
    CHECK(same_files("lines0", "sums0"));
    read_lines(name("sums", 0), &how, "read0");
    check_same_tensors("read0", "counts0");
}

static void refuse_lines(const char *lines, const char *message)
{
    lm_err e = {0};
    lm_ngram_counts *c;
    char *paths[] = {name("lines", 0)};
    put(paths[0], lines, strlen(lines));
    CHECK_FAILS(lm_ngram_counts_of_tsv(&c, paths, 1, 2, LM_UNIT_WORD, false, NULL, &e), LM_EFORMAT,
                &e, message);
    CHECK(c == NULL);
}

TEST(lines_that_are_refused)
{
    static char longest[(LM_TOKEN_MAX + 1) * 12];
    refuse_lines("a", "lines0:1: expected words, TAB and a count");
    refuse_lines("a\t1\n\nb 3\n", "lines0:3: expected words, TAB and a count");
    refuse_lines("\t1\n", "lines0:1: expected words, TAB and a count");
    refuse_lines("a\t\n", "lines0:1: expected a count after TAB, found ''");
    refuse_lines("a\t0\n", "expected a count after TAB, found '0'");
    refuse_lines("a\t-2\n", "expected a count after TAB, found '-2'");
    refuse_lines("a\t1.5\n", "expected a count after TAB, found '1.5'");
    refuse_lines("a\t1 \n", "expected a count after TAB, found '1 '");
    refuse_lines("a\t99999999999999999999\n", "found '99999999999999999999'");
    refuse_lines("a\t4294967295\n", "lines0:1: a count of more than 4294967294");
    refuse_lines("a\t4294967294\na\t1\n", "an n-gram occurs more than 4294967294 times");
    refuse_lines("a b c\t1\n", "lines0:1: an n-gram of too many words");
    refuse_lines(" a\t1\n", "lines0:1: expected one blank between two words");
    refuse_lines("a \t1\n", "lines0:1: expected one blank between two words");
    refuse_lines("a  b\t1\n", "lines0:1: expected one blank between two words");
    refuse_lines("a\tb\t1\n", "lines0:1: a word with TAB, CR or NUL in it");
    refuse_lines("a <s>\t1\n", "lines0:1: <s> after another word");
    refuse_lines("</s> a\t1\n", "lines0:1: a word after </s>");
    refuse_lines("a\t1\nb\t1\na b\t2\n", "'a' occurs 1 times, longer n-grams that begin with it 2");
    refuse_lines("b\t1\na b\t1\n", "'a' occurs 0 times, longer n-grams that begin with it 1 times");
    memset(longest, 'x', sizeof longest - 1);
    refuse_lines(longest, "lines0:1: a line that is longer than n-grams can be");
    memcpy(longest + LM_TOKEN_MAX + 1, "\t1\n", 4);
    refuse_lines(longest, "lines0:1: a word that is too long");
}

TEST(lines_of_units_that_are_refused)
{
    static const struct {
        const char *line;
        lm_unit unit;
        bool no_marks;
        const char *message;
    } cases[] = {
        {"ab\t1\n", LM_UNIT_CHAR, false, "lines0:1: expected single chars, found 'ab'"},
        {"\xC3\xA9\t1\n", LM_UNIT_BYTE, false, "expected single bytes, found '\xC3\xA9'"},
        {"\\x0A\t1\n", LM_UNIT_BYTE, false, "expected single bytes"},
        {"\\x2\t1\n", LM_UNIT_CHAR, false, "a backslash that does not begin \\xHH"},
        {"\\\t1\n", LM_UNIT_BYTE, false, "a backslash that does not begin \\xHH"},
        {"</s>\t1\n", LM_UNIT_WORD, true, "lines0:1: </s>, although there are no marks"},
        {"</s>\t1\n", LM_UNIT_BYTE, true, "lines0:1: </s>, although there are no marks"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lm_err e = {0};
        lm_ngram_counts *c;
        char *paths[] = {name("lines", 0)};
        put(paths[0], cases[i].line, strlen(cases[i].line));
        CHECK_FAILS(
            lm_ngram_counts_of_tsv(&c, paths, 1, 2, cases[i].unit, cases[i].no_marks, NULL, &e),
            LM_EFORMAT, &e, cases[i].message);
    }
}

TEST(lines_of_any_key_are_added_up)
{
    static const char lines[] = "a b\t1\r\na b\t2\n\na  b\t3\na\tb\t4\na\tb\t5\n\\x2\t6";
    size_t length;
    put("lines0", lines, sizeof lines - 1);
    add_up_lines(name("lines", 0), "sums0");
    char *found = get("sums0", &length);
    CHECK_TEXT(found, "a b\t3\na  b\t3\na\tb\t9\n\\x2\t6\n");
    free(found);
    put("lines0", "", 0);
    add_up_lines(name("lines", 0), "sums0");
    free(get("sums0", &length));
    CHECK_INT(length, 0);
}

TEST(sums_of_lines_that_are_too_large)
{
    static const char lines[] = "a\t9223372036854775807\na\t1\n";
    lm_err e = {0};
    lm_out *out;
    put("lines0", lines, sizeof lines - 1);
    CHECK_OK(lm_out_open(&out, "sums", &e), &e);
    const lm_status s = lm_tsv_add_up((char *[]){name("lines", 0)}, 1, out, NULL, &e);
    CHECK_FAILS(lm_out_close(out, s, &e), LM_EFORMAT, &e,
                "lines0:2: the sum of the counts is too large");
}

TEST(sums_of_count_files_that_are_too_large)
{
    const way how = {LM_UNIT_WORD, true, 1};
    char *part = name("part", 0);
    lm_err e = {0};
    lm_ngram_counts *c;
    put("lines0", "a\t3000000000\n", 13);
    read_lines(name("lines", 0), &how, part);
    CHECK_FAILS(lm_ngram_counts_of_files(&c, (char *[]){part, part}, 2, NULL, &e), LM_EFORMAT, &e,
                "an n-gram occurs more than 4294967294 times");
}

/* Marks as words and marks look the same in lines. */
TEST(lines_cannot_tell_marks_from_words)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram_counts *c;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a </s>\n"), "text", LM_UNIT_WORD, true, &e), &e);
    CHECK_OK(lm_ngram_counts_of_text(&c, text, 2, false, NULL, &e), &e);
    lm_text_close(text);
    CHECK_FAILS(write_counts(c, "lines", true, &e), LM_EUSAGE, &e, "cannot be told from");
    save(c, "counts0", false);
    merge((char *[]){name("counts", 0)}, 1, "sum0");
    CHECK(same_files("counts0", "sum0"));
}
