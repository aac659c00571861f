/* word_options.c - the options that say what a word is, and which ones a model has. */
#include "lm/word_options.h"
#include "lm/memory.h"
#include "lm/program.h"

static int64_t unit = LM_UNIT_WORD, min_count, vocab_size;
static bool closed, marks_as_words, bare;
static const char *vocab;

/* The same for all models. */
#define UNIT_ROW                                                                                   \
    {                                                                                              \
        0, "unit", LM_OPT_CHOICE, &unit,                                                           \
            .arg = LM_UNIT_NAMES, .help = "what a word of the model is", .flags = LM_OPT_RESULT    \
    }
#define MARKS_ROW                                                                                  \
    {                                                                                              \
        0, "marks-as-words", LM_OPT_FLAG, &marks_as_words,                                         \
            .help = "<s> and </s> in the text are ordinary words, not an error",                   \
            .flags = LM_OPT_RESULT                                                                 \
    }

const lm_option lm_word_option_rows[] = {
    UNIT_ROW,
    {0, "vocab", LM_OPT_FILE, &vocab, .arg = "FILE",
     .help = "the words of the model, one a line; others become <unk>",
     .unset = "those of the text"},
    {0, "min-count", LM_OPT_INT, &min_count, .low = 0, .high = 1e15, .arg = "N",
     .help = "words read less often become <unk>", .flags = LM_OPT_RESULT},
    {0, "vocab-size", LM_OPT_INT, &vocab_size, .low = 0, .high = 1e9, .arg = "N",
     .help = "all but the N most frequent words become <unk>", .unset = "no limit",
     .flags = LM_OPT_RESULT},
    {0, "closed", LM_OPT_FLAG, &closed, .help = "no <unk>: every word is in the text",
     .flags = LM_OPT_RESULT},
    MARKS_ROW,
    {0}};

const lm_option lm_word_option_rows_bare[] = {
    UNIT_ROW,
    {0, "vocab", LM_OPT_FILE, &vocab, .arg = "FILE",
     .help = "the words of the model, one a line, with or without their counts; others are left "
             "out",
     .unset = "those of the text"},
    {0, "min-count", LM_OPT_INT, &min_count, .low = 0, .high = 1e15, .arg = "N",
     .help = "words read less often are left out", .flags = LM_OPT_RESULT},
    {0, "vocab-size", LM_OPT_INT, &vocab_size, .low = 0, .high = 1e9, .arg = "N",
     .help = "all but the N most frequent words are left out", .unset = "no limit",
     .flags = LM_OPT_RESULT},
    {0, "closed", LM_OPT_FLAG, &closed,
     .help = "all words of --vocab, in its order, however often they are read",
     .flags = LM_OPT_RESULT},
    MARKS_ROW,
    {0}};

void lm_word_options_set_bare(int64_t least)
{
    bare = true;
    min_count = least;
}

lm_unit lm_word_option_unit(void)
{
    return (lm_unit)unit;
}

bool lm_word_option_marks_as_words(void)
{
    return marks_as_words;
}

void lm_word_option_set(lm_unit own_unit, bool own_marks_as_words)
{
    unit = own_unit;
    marks_as_words = own_marks_as_words;
}

/* Options that would be given in vain. */
static lm_status check_given(lm_err *e)
{
    static const char *const choosing[] = {"min-count", "vocab-size"};
    for (int i = 0; closed && i < 2; i++)
        if (lm_option_given(choosing[i]))
            return lm_fail(e, LM_EUSAGE, "--%s: with --closed %s", choosing[i],
                           bare ? "the words are those of --vocab"
                                : "there is no <unk> for other words");
    if (bare && closed && !vocab)
        return lm_fail(e, LM_EUSAGE, "--closed: there is no list of words without --vocab");
    return LM_OK;
}

/* With --closed, <s> and </s> are words of the list, if they are there. */
static lm_status read_list(void *context, lm_slice bytes, const char *name, lm_err *e)
{
    lm_word_choice *choice = context;
    if (bare && unit == LM_UNIT_WORD) return lm_words_read_counted(choice, bytes, name, e);
    return lm_vocab_read(&choice->list, bytes, name, (lm_unit)unit, marks_as_words || closed, e);
}

lm_status lm_word_options_open(lm_text **text, char *const *paths, size_t count, lm_err *e)
{
    return lm_text_open(text, paths, count, (lm_unit)unit, marks_as_words, e);
}

lm_status lm_word_options_get(lm_word_choice *choice, lm_str *history, lm_err *e)
{
    choice->closed = closed;
    choice->bare = bare;
    choice->min_count = (uint64_t)min_count;
    choice->vocab_size = (uint64_t)vocab_size;
    LM_TRY(check_given(e));
    if (!vocab) return LM_OK;
    const lm_status s = lm_program_read(vocab, read_list, choice, history, e);
    if (s) lm_word_options_free(choice);
    return s;
}

void lm_word_options_free(lm_word_choice *choice)
{
    lm_vocab_free(choice->list);
    lm_free(choice->list_count);
    choice->list = NULL;
    choice->list_count = NULL;
}
