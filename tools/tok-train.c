/* tok-train.c - train a tokenizer. */
#include "lm/program.h"
#include "lm/tok_train.h"

static const char *output;
static int64_t kind, vocab_size = 32000, min_count, score, threads;
static lm_option_list special;
static bool lower, closed, doc;
static uint64_t memory;

static const lm_option options[] = {
    {0, "kind", LM_OPT_CHOICE, &kind, .arg = LM_TOK_KIND_NAMES,
     .help = "what the tokens are: merged bytes as GPT-2 has them, merged characters of words with "
             "their ends marked as GPT-1, pieces of words as BERT, words, characters, bytes",
     .flags = LM_OPT_RESULT},
    {0, "vocab-size", LM_OPT_INT, &vocab_size, .low = 1, .high = LM_TOK_VOCAB_MAX, .arg = "N",
     .help = "tokens in all, special ones included; fewer where the text has no more",
     .flags = LM_OPT_RESULT},
    {0, "min-count", LM_OPT_INT, &min_count, .low = 1, .high = 1e15, .arg = "N",
     .help = "pairs, with word and char words and characters, that occur less often do not become "
             "tokens",
     .flags = LM_OPT_RESULT, .unset = "2, with char 1"},
    {0, "special", LM_OPT_TEXT, &special, .arg = "TEXT",
     .help = "a token that text becomes only if asked to, in place of those the kind has: "
             "<|endoftext|>, or <unk>, or BERT's five",
     .flags = LM_OPT_RESULT | LM_OPT_LIST},
    {0, "closed", LM_OPT_FLAG, &closed,
     .help = "word, char: no <unk>; other words or characters cannot be encoded",
     .flags = LM_OPT_RESULT},
    {0, "lower", LM_OPT_FLAG, &lower,
     .help = "bpe, wordpiece: text is read in lower case and without accents",
     .flags = LM_OPT_RESULT},
    {0, "score", LM_OPT_CHOICE, &score, .arg = LM_TOK_SCORE_NAMES,
     .help = "the pair that is merged next: the most frequent one, or the one most above chance, "
             "count(ab) / (count(a) count(b))",
     .flags = LM_OPT_RESULT},
    {0, "doc", LM_OPT_FLAG, &doc,
     .help = "each FILE is one document; else blank lines are between documents",
     .flags = LM_OPT_RESULT},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_THREADS(&threads),
    {'S', "memory", LM_OPT_SIZE, &memory, .low = 16777216, .high = 1152921504606846976.0,
     .arg = "SIZE", .help = "memory to keep to; too many different pieces for it are an error",
     .unset = "three quarters of the machine's"},
    {0}};

static lm_status train(lm_tokenizer **t, const lm_tok_train_options *o, int count, char **operands,
                       lm_str *history, const lm_run *run, lm_err *e)
{
    lm_text *text;
    if (o->kind == LM_TOK_BYTE) return lm_tok_train(t, NULL, o, run, e);
    lm_program_announce_stdin(count, operands);
    LM_TRY(lm_text_open(&text, operands, (size_t)count, LM_UNIT_BYTE, true, e));
    lm_status s = lm_tok_train(t, text, o, run, e);
    if (!s) s = lm_text_history(text, history, e);
    lm_text_close(text);
    return s;
}

static lm_status run(const lm_run *run, int count, char **operands, lm_err *e)
{
    const lm_tok_train_options o = {
        .kind = (lm_tok_kind)kind,
        .vocab_size = (uint64_t)vocab_size,
        .min_count = (uint64_t)min_count,
        .special = special.item,
        .specials = special.count,
        .closed = closed,
        .lower = lower,
        .unit = doc ? LM_BY_FILE : LM_BY_DOCUMENT,
        .score = (lm_tok_score)score,
    };
    lm_tokenizer *t = NULL;
    lm_str history = {0};
    lm_out *out = NULL;
    LM_TRY(lm_tok_train_check(&o, e));
    LM_TRY(lm_program_output(&out, output, e));
    lm_status s = lm_program_history(&history, e);
    if (!s) s = train(&t, &o, count, operands, &history, run, e);
    if (!s) lm_detail(run, "%u tokens, %zu merges", t->vocab->size, t->merges);
    if (!s) s = lm_tokenizer_write(t, (lm_slice){history.text, history.length}, out, e);
    lm_tokenizer_free(t);
    lm_str_free(&history);
    return lm_out_close(out, s, e);
}

int main(int argc, char **argv)
{
    static const lm_program program = {
        .name = "tok-train",
        .summary = "train a tokenizer",
        .usage = "[OPTION]... -o FILE [FILE]...",
        .example = "tok-train --vocab-size 1000 -o stories.tok data/stories-train.txt\n"
                   "tok-train --kind wordpiece --lower --vocab-size 1000 -o bert.tok "
                   "data/stories-train.txt",
        .details =
            "Reads text from the files or standard input and writes the tokenizer that fits it:\n"
            "the tokens, and the pairs of tokens that are merged. Every count is exact; of pairs\n"
            "with the same score, that with the smaller left id, then right id, comes first.",
        .source = "Sennrich et al. 2016, Neural Machine Translation of Rare Words with Subword\n"
                  "Units, algorithm 1; for bytes: Radford et al. 2019",
        .see_also = "tok-encode, tok-decode, ckpt-info",
        .max_operands = -1,
        .options = options,
        .threads = &threads,
        .memory = &memory,
        .run = run,
    };
    return lm_program_main(&program, argc, argv);
}
