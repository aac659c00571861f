/* nnlm_text.c - tests of the examples of an NNLM: contexts and words of running text and of pairs,
 * against the same made of strings, and what is refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "failing.h"
#include "lm/nnlm_train.h"
#include "test.h"

static const lm_nnlm_shape shape = {.order = 4, .dim = 2, .hidden = 2, .activation = LM_ACT_TANH};

/* ---- running text, as strings ---- */

enum { MOST_WORDS = 160000, WORD_BYTES = 8, WIDEST = 8 };

/* One example after another; marks are "<s>" and "</s>". */
typedef struct {
    size_t count;
    char (*word)[WORD_BYTES]; /* of the sentence's beginning or of what was read */
    size_t *sentence;         /* where the sentence of an example begins */
} examples;

static examples split(const char *text)
{
    examples x = {0, malloc(MOST_WORDS * sizeof *x.word), malloc(MOST_WORDS * sizeof *x.sentence)};
    size_t begin = 0;
    CHECK(x.word && x.sentence);
    while (*text) {
        const size_t blanks = strspn(text, " "), length = strcspn(text + blanks, " \n");
        text += blanks;
        CHECK(length < WORD_BYTES && x.count + 2 < MOST_WORDS);
        x.sentence[x.count] = begin;
        if (length) {
            memcpy(x.word[x.count], text, length);
            x.word[x.count++][length] = '\0';
            text += length;
        }
        if (*text != '\n' && *text) continue;
        x.sentence[x.count] = begin;
        memcpy(x.word[x.count++], "</s>", 5);
        begin = x.count;
        text += *text == '\n';
    }
    return x;
}

static void free_examples(examples *x)
{
    free(x->word);
    free(x->sentence);
}

/* How a word is spelled in a vocabulary that may not have it. */
static const char *known(const lm_vocab *vocab, const char *word)
{
    const bool mark = strcmp(word, "<s>") == 0 || strcmp(word, "</s>") == 0;
    return mark || lm_vocab_find(vocab, lm_slice_of(word)) != LM_NO_WORD ? word : "<unk>";
}

static void check_id(const lm_vocab *vocab, uint32_t id, const char *word)
{
    CHECK(id < vocab->size);
    CHECK(lm_slice_is(lm_vocab_word(vocab, id), known(vocab, word)));
    if (strcmp(word, "</s>") == 0) CHECK_INT(id, vocab->eos);
}

static void check_examples(const lm_nnlm_text *text, const lm_vocab *vocab, const examples *x,
                           size_t words)
{
    uint32_t context[WIDEST];
    CHECK_INT(text->count, x->count);
    for (size_t i = 0; i < x->count; i++) {
        lm_nnlm_context(text, i, vocab->eos, vocab->bos, words, context);
        check_id(vocab, text->target[i], x->word[i]);
        for (size_t k = 0; k < words; k++) {
            const size_t back = words - k; /* so many words before */
            if (i - x->sentence[i] >= back)
                check_id(vocab, context[k], x->word[i - back]);
            else
                CHECK_INT(context[k], vocab->bos);
        }
    }
}

/* How often each word of the vocabulary is a target. */
static void check_counts(const lm_nnlm_text *text, const lm_vocab *vocab, const examples *x)
{
    uint64_t *count = calloc(vocab->size, sizeof *count);
    CHECK(count != NULL);
    for (size_t i = 0; i < x->count; i++) {
        const char *word = known(vocab, x->word[i]);
        uint32_t id = 0;
        while (!lm_slice_is(lm_vocab_word(vocab, id), word)) id++;
        count[id]++;
    }
    CHECK_BYTES(text->word_count, count, vocab->size * sizeof *count);
    free(count);
}

static lm_nnlm_text read_text(const char *lines, const lm_run *run)
{
    lm_err e = {0};
    lm_text *reader;
    lm_nnlm_text text;
    CHECK_OK(lm_text_memory(&reader, lm_slice_of(lines), "text", LM_UNIT_WORD, false, &e), &e);
    CHECK_OK(lm_nnlm_text_read(&text, reader, run, &e), &e);
    lm_text_close(reader);
    return text;
}

static lm_nnlm *model_of_text(lm_nnlm_text *text, const lm_word_choice *choice, const lm_run *run)
{
    lm_err e = {0};
    lm_nnlm *m;
    CHECK_OK(lm_nnlm_of_text(&m, text, "text", &shape, choice, run, &e), &e);
    return m;
}

static void check_text(const char *lines, const lm_word_choice *choice, const lm_run *run)
{
    lm_nnlm_text text = read_text(lines, run);
    lm_nnlm *m = model_of_text(&text, choice, run);
    examples x = split(lines);
    CHECK_INT(m->start, m->lang.vocab->bos);
    check_counts(&text, m->lang.vocab, &x);
    for (size_t words = 1; words <= WIDEST; words += 3)
        check_examples(&text, m->lang.vocab, &x, words);
    CHECK(text.found == NULL && text.times == NULL);
    free_examples(&x);
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
}

TEST(nnlm_text)
{
    check_text("a b c\n", &(lm_word_choice){0}, NULL);
    check_text("a", &(lm_word_choice){0}, NULL);
    check_text("\n\na\n\n\nb a\n\n", &(lm_word_choice){0}, NULL); /* empty lines are sentences */
    check_text("a b c d e f g h i j\nk l m\nn o\n", &(lm_word_choice){0}, NULL);
    check_text("a <unk> b\n<unk>\n", &(lm_word_choice){0}, NULL);
    check_text(" a  b \n  \nc", &(lm_word_choice){0}, NULL);
    check_text("a b a c\nb a d a\n", &(lm_word_choice){.min_count = 2}, NULL);
    check_text("a b a c\nb a d a\n", &(lm_word_choice){.vocab_size = 1}, NULL);
    check_text("a b a c\nb a d a\n", &(lm_word_choice){.min_count = 9}, NULL); /* no word at all */
    check_text("a b\nb b\n", &(lm_word_choice){.closed = true}, NULL);
}

/* More words than are translated at once, of which most lie in a file; several threads. */
TEST(nnlm_text_in_files)
{
    static char lines[600000];
    char *at = lines;
    lm_err e = {0};
    lm_pool *pool;
    random_state = 4;
    for (int i = 0; i < 100000; i++) {
        const size_t room = (size_t)(lines + sizeof lines - at);
        const int n = snprintf(at, room, "%c%u%s", (char)('a' + below(20)), (unsigned)below(3),
                               below(9)    ? " "
                               : below(20) ? "\n"
                                           : "\n\n");
        CHECK(n > 0 && (size_t)n < room);
        at += n;
    }
    CHECK_OK(lm_pool_new(&pool, 3, &e), &e);
    check_text(lines, &(lm_word_choice){.min_count = 3}, NULL);
    check_text(lines, &(lm_word_choice){.min_count = 3},
               &(lm_run){.pool = pool, .memory = 300000, .tmpdir = "."});
    lm_pool_free(pool);
}

/* A second text in the words of the first. */
TEST(nnlm_text_in_words_of_another)
{
    static const char other[] = "a x b\n\ny\n";
    lm_err e = {0};
    lm_nnlm_text text = read_text("a b c\n", NULL), valid = read_text(other, NULL);
    lm_nnlm *m = model_of_text(&text, &(lm_word_choice){0}, NULL);
    examples x = split(other);
    CHECK_OK(lm_nnlm_text_translate(&valid, m->lang.vocab, "valid", NULL, &e), &e);
    check_examples(&valid, m->lang.vocab, &x, 3);
    free_examples(&x);
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
    lm_nnlm_text_free(&valid);
}

TEST(nnlm_text_that_is_empty)
{
    static const char *const texts[] = {"", "\n", "\n\n", "  \n"};
    for (int i = 0; i < 4; i++) {
        lm_err e = {0};
        lm_text *reader;
        lm_nnlm_text text;
        CHECK_OK(lm_text_memory(&reader, lm_slice_of(texts[i]), "text", LM_UNIT_WORD, false, &e),
                 &e);
        CHECK_FAILS(lm_nnlm_text_read(&text, reader, NULL, &e), LM_EFORMAT, &e, ": no text");
        CHECK(strncmp(e.message, "text:", 5) == 0);
        lm_text_close(reader);
        lm_nnlm_text_free(&text);
    }
}

/* ---- lists of words ---- */

static lm_vocab *list_of(const char *lines)
{
    lm_err e = {0};
    lm_vocab *list;
    CHECK_OK(lm_vocab_read(&list, lm_slice_of(lines), "list", LM_UNIT_WORD, true, &e), &e);
    return list;
}

/* What lm_nnlm_of_text says of a text or of pairs that a choice of words does not suit. */
static void refuse(lm_nnlm_text *text, lm_word_choice choice, const char *list, const char *message)
{
    lm_err e = {0};
    lm_nnlm *m;
    if (list) choice.list = list_of(list);
    CHECK_FAILS(lm_nnlm_of_text(&m, text, "name", &shape, &choice, NULL, &e), LM_EFORMAT, &e,
                message);
    CHECK(m == NULL);
    lm_vocab_free(choice.list);
    lm_nnlm_text_free(text);
}

TEST(nnlm_text_with_a_list)
{
    static const char lines[] = "b a c\na a\n";
    lm_word_choice choice = {.list = list_of("z\na\nb\n")};
    check_text(lines, &choice, NULL); /* c is unknown; z is a word that was not read */
    lm_nnlm_text text = read_text(lines, NULL);
    lm_nnlm *m = model_of_text(&text, &choice, NULL);
    CHECK_INT(m->lang.vocab->size, 6);
    CHECK_INT(lm_vocab_find(m->lang.vocab, lm_slice_of("a")), 2);
    CHECK_INT(lm_vocab_find(m->lang.vocab, lm_slice_of("z")), 4);
    CHECK_INT(text.word_count[4], 0);
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
    lm_vocab_free(choice.list);
}

/* Closed: the words are the list's, in its order, and <s> is one of them. */
TEST(nnlm_text_with_a_closed_list)
{
    static const char *const words[] = {"c", "</s>", "z", "<s>", "a", "b"};
    static const uint32_t targets[] = {5, 4, 0, 1, 4, 4, 1};
    lm_word_choice choice = {.closed = true, .list = list_of("c\n</s>\nz\n<s>\na\nb\n")};
    lm_nnlm_text text = read_text("b a c\na a\n", NULL);
    lm_nnlm *m = model_of_text(&text, &choice, NULL);
    const lm_vocab *v = m->lang.vocab;
    uint32_t context[3];
    CHECK_INT(v->size, 6);
    for (uint32_t i = 0; i < 6; i++) CHECK(lm_slice_is(lm_vocab_word(v, i), words[i]));
    CHECK(v->unk == LM_NO_WORD && v->bos == LM_NO_WORD && v->eos == 1);
    CHECK(m->start == 3 && m->outputs == 6);
    CHECK_INT(text.count, 7);
    CHECK_BYTES(text.target, targets, sizeof targets);
    CHECK_BYTES(text.word_count, ((uint64_t[]){1, 2, 0, 0, 3, 1}), 6 * sizeof(uint64_t));
    lm_nnlm_context(&text, 5, v->eos, m->start, 3, context);
    CHECK(context[0] == 3 && context[1] == 3 && context[2] == 4);
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
    lm_vocab_free(choice.list);
}

TEST(nnlm_text_that_a_list_does_not_suit)
{
    char word[300];
    lm_nnlm_text text = read_text("b a c\na a\n", NULL);
    refuse(&text, (lm_word_choice){.closed = true}, "a\nb\n</s>\n",
           "name: 'c' is not in the vocabulary, which has no <unk>");
    text = read_text("b a c\na a\n", NULL);
    refuse(&text, (lm_word_choice){.closed = true}, "a\nb\nc\n<s>\n",
           "name: </s> is needed, but not in the vocabulary");
    text = read_text("a b\na\n", NULL);
    refuse(&text, (lm_word_choice){.closed = true, .min_count = 2}, NULL, "name: 'b' is not in");
    text = read_text("a <unk>\n", NULL);
    refuse(&text, (lm_word_choice){.closed = true}, "a\n</s>\n", "name: '<unk>' is not in");
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    text = read_text(word, NULL);
    refuse(&text, (lm_word_choice){.closed = true}, "a\n</s>\n", "xxx' is not in the vocabulary");
}

/* ---- pairs ---- */

static lm_nnlm_text read_pairs(const char *lines, int order)
{
    lm_err e = {0};
    lm_nnlm_text text;
    CHECK_OK(lm_nnlm_pairs_read(&text, lm_slice_of(lines), "pairs", order, &e), &e);
    CHECK_INT(text.width, order - 1);
    return text;
}

static void check_pair(const lm_nnlm_text *text, const lm_nnlm *m, uint64_t i,
                       const char *const words[4])
{
    const lm_vocab *v = m->lang.vocab;
    uint32_t context[3];
    lm_nnlm_context(text, i, v->eos, m->start, 3, context);
    for (int k = 0; k < 3; k++) CHECK(lm_slice_is(lm_vocab_word(v, context[k]), words[k]));
    CHECK(lm_slice_is(lm_vocab_word(v, text->target[i]), words[3]));
}

/* Marks, line ends of DOS, several blanks, no newline at the end. */
TEST(nnlm_pairs)
{
    lm_nnlm_text text =
        read_pairs("a b c\tb\r\n<s> <s> a\t</s>\n  x   a </s> \ta\n<unk> a b\t</s>", 4);
    lm_nnlm *m = model_of_text(&text, &(lm_word_choice){.min_count = 1}, NULL);
    const lm_vocab *v = m->lang.vocab;
    CHECK_INT(text.count, 4);
    CHECK(v->unk == 0 && v->eos == 1 && v->bos == 4); /* a and b; c and x are no targets */
    check_pair(&text, m, 0, (const char *const[]){"a", "b", "<unk>", "b"});
    check_pair(&text, m, 1, (const char *const[]){"<s>", "<s>", "a", "</s>"});
    check_pair(&text, m, 2, (const char *const[]){"<unk>", "a", "</s>", "a"});
    check_pair(&text, m, 3, (const char *const[]){"<unk>", "a", "b", "</s>"});
    CHECK_BYTES(text.word_count, ((uint64_t[]){0, 2, 1, 1, 0}), 5 * sizeof(uint64_t));
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
}

/* Words that are in no context, contexts whose words are no targets, marks alone. */
TEST(nnlm_pairs_of_words)
{
    lm_nnlm_text text = read_pairs("a\tb\na\tb\nc\td\n", 2);
    lm_nnlm *m = model_of_text(&text, &(lm_word_choice){0}, NULL);
    CHECK_INT(m->lang.vocab->size, 7);
    CHECK_BYTES(text.word_count, ((uint64_t[]){0, 0, 2, 1, 0, 0, 0}), 7 * sizeof(uint64_t));
    CHECK_INT(text.context[0], 4); /* a, never a target */
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
    text = read_pairs("<s>\t</s>\n", 2);
    m = model_of_text(&text, &(lm_word_choice){0}, NULL);
    CHECK_INT(m->lang.vocab->size, 3);
    CHECK(text.context[0] == 2 && text.target[0] == 1);
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
}

/* As those of the survey: a closed list, in which <s> is a word that may be predicted. */
TEST(nnlm_pairs_with_a_closed_list)
{
    const lm_word_choice choice = {.closed = true, .list = list_of("b\n<s>\na\n</s>\n")};
    lm_nnlm_text text = read_pairs("<s> a\tb\na b\t</s>\nb </s>\t<s>\n", 3);
    lm_nnlm *m = model_of_text(&text, &choice, NULL);
    CHECK(m->outputs == 4 && m->start == 1 && m->lang.vocab->eos == 3);
    CHECK_BYTES(text.context, ((uint32_t[]){1, 2, 2, 0, 0, 3}), 6 * sizeof(uint32_t));
    CHECK_BYTES(text.target, ((uint32_t[]){0, 3, 1}), 3 * sizeof(uint32_t));
    CHECK_BYTES(text.word_count, ((uint64_t[]){1, 1, 0, 1}), 4 * sizeof(uint64_t));
    lm_nnlm_free(m);
    lm_nnlm_text_free(&text);
    lm_vocab_free(choice.list);
}

static void refuse_pairs(const char *lines, const char *message)
{
    lm_err e = {0};
    lm_nnlm_text text;
    CHECK_FAILS(lm_nnlm_pairs_read(&text, lm_slice_of(lines), "pairs", 3, &e), LM_EFORMAT, &e,
                message);
    CHECK(text.target == NULL && text.context == NULL && text.found == NULL);
    lm_nnlm_text_free(&text);
}

TEST(nnlm_pairs_that_are_refused)
{
    refuse_pairs("", "pairs: no pairs");
    refuse_pairs("\n", "pairs:1: expected words, a TAB and one word");
    refuse_pairs("a b\tc\n\n", "pairs:2: expected words, a TAB and one word");
    refuse_pairs("a b c\n", "pairs:1: expected words, a TAB and one word");
    refuse_pairs("a b\t\n", "pairs:1: expected words, a TAB and one word");
    refuse_pairs("a b\t\r\n", "pairs:1: expected words, a TAB and one word");
    refuse_pairs("a b\tc d\n", "pairs:1: expected words, a TAB and one word");
    refuse_pairs("a b\tc\td\n", "pairs:1: expected words, a TAB and one word");
    refuse_pairs("a b\tc \n", "pairs:1: expected words, a TAB and one word");
    refuse_pairs("\tc\n", "pairs:1: 0 words before the TAB, expected 2");
    refuse_pairs("a b\tc\na\tc\n", "pairs:2: 1 words before the TAB, expected 2");
    refuse_pairs("a b\tc\na b\tc\na b c d\te\n", "pairs:3: 4 words before the TAB, expected 2");
}

TEST(nnlm_pairs_that_the_words_do_not_suit)
{
    lm_nnlm_text text = read_pairs("a b c\ta\nb c a\t<s>\n", 4);
    refuse(&text, (lm_word_choice){0}, NULL, "name:2: <s> is never predicted");
    text = read_pairs("a b c\ta\n<s> a b\ta\n", 4);
    refuse(&text, (lm_word_choice){.closed = true}, "a\nb\nc\n</s>\n",
           "name: <s> or </s> is needed, but not in the vocabulary");
    text = read_pairs("a b c\t</s>\n", 4);
    refuse(&text, (lm_word_choice){.closed = true}, "a\nb\nc\n<s>\n",
           "name: <s> or </s> is needed, but not in the vocabulary");
    text = read_pairs("a b c\td\n", 4);
    refuse(&text, (lm_word_choice){.closed = true}, "a\nb\nd\n",
           "name: 'c' is not in the vocabulary, which has no <unk>");
}

/* ---- without memory ---- */

static lm_status read_either(lm_nnlm_text *text, bool pairs, lm_err *e)
{
    lm_text *reader;
    if (pairs) return lm_nnlm_pairs_read(text, lm_slice_of("a b c\td\n<s> a b\t</s>\n"), "p", 4, e);
    *text = (lm_nnlm_text){0};
    LM_TRY(lm_text_memory(&reader, lm_slice_of("a b c\nd\n"), "text", LM_UNIT_WORD, false, e));
    const lm_status s = lm_nnlm_text_read(text, reader, NULL, e);
    lm_text_close(reader);
    return s;
}

TEST(nnlm_text_without_memory)
{
    lm_vocab *list = list_of("a\nb\nc\nd\n<s>\n</s>\n");
    for (int kind = 0; kind < 4; kind++)
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_nnlm *m = NULL;
            lm_nnlm_text text;
            const lm_word_choice choice = {.closed = kind / 2, .list = kind / 2 ? list : NULL};
            lm_status s = read_either(&text, kind % 2, &e);
            if (!s) s = lm_nnlm_of_text(&m, &text, "text", &shape, &choice, NULL, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            CHECK((m == NULL) == (s != LM_OK));
            lm_nnlm_free(m);
            lm_nnlm_text_free(&text);
            failing_end();
        }
    lm_vocab_free(list);
}
