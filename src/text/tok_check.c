/* tok_check.c - what a tokenizer's file of another program can hold. */
#include <string.h>
#include "lm/memory.h"
#include "lm/utf8.h"
#include "tok_private.h"
#include "tokenizer_internal.h"

static const char *name_of(lm_tok_format format)
{
    static const char *const names[] = {"no", "bpe-files", "tiktoken", "vocab-txt",
                                        "tokenizer-json"};
    return names[format];
}

static bool has_form(lm_tok_kind kind, lm_tok_format format)
{
    switch (format) {
    case LM_TOK_FORMAT_BPE_FILES:
        return kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BPE;
    case LM_TOK_FORMAT_TIKTOKEN:
        return kind == LM_TOK_BYTE_BPE;
    case LM_TOK_FORMAT_VOCAB_TXT:
        return kind == LM_TOK_WORDPIECE;
    case LM_TOK_FORMAT_JSON:
        return kind <= LM_TOK_WORDPIECE;
    case LM_TOK_FORMAT_NONE:
        break;
    }
    return false;
}

/* ---- spellings ---- */

static bool is_utf8(lm_slice text)
{
    for (size_t at = 0; at < text.length;) {
        const int length = lm_utf8_length(text.text + at, text.length - at);
        if (length <= 0) return false;
        at += (size_t)length;
    }
    return true;
}

/* A piece that is spelled in the file as a special token is. */
static lm_status check_letters(const lm_tokenizer *t, uint32_t special, lm_str *bytes, lm_err *e)
{
    bool all;
    bytes->length = 0;
    LM_TRY(lm_tok_add_bytes(bytes, lm_vocab_word(t->vocab, special), &all, e));
    const uint32_t id =
        all ? lm_vocab_find(t->vocab, (lm_slice){bytes->text, bytes->length}) : LM_NO_WORD;
    if (id == LM_NO_WORD || lm_tokenizer_is_special(t, id)) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "special token %u is spelled as piece %u would be in this format",
                   special, id);
}

static lm_status check_spelling(const lm_tokenizer *t, lm_tok_format format, uint32_t id, lm_err *e)
{
    const lm_slice piece = lm_vocab_word(t->vocab, id);
    const bool letters = t->kind == LM_TOK_BYTE_BPE && !lm_tokenizer_is_special(t, id);
    const char *what = NULL;
    if (lm_vocab_find(t->vocab, piece) != id) what = "is spelled as another";
    if (piece.length == 0) what = "has no spelling";
    if (format == LM_TOK_FORMAT_VOCAB_TXT && piece.length &&
        (memchr(piece.text, '\n', piece.length) || piece.text[piece.length - 1] == '\r'))
        what = "has the end of a line in it";
    if ((format == LM_TOK_FORMAT_BPE_FILES || format == LM_TOK_FORMAT_JSON) && !letters &&
        !is_utf8(piece))
        what = "is not valid UTF-8";
    return what ? lm_fail(e, LM_EUSAGE, "a piece, %u, %s: it has no form as %s", id, what,
                          name_of(format))
                : LM_OK;
}

static lm_status check_spellings(const lm_tokenizer *t, lm_tok_format format, lm_err *e)
{
    lm_str bytes = {0};
    lm_status s = LM_OK;
    for (uint32_t id = 0; !s && id < t->vocab->size; id++) s = check_spelling(t, format, id, e);
    for (size_t i = 0; !s && t->kind == LM_TOK_BYTE_BPE && i < t->specials; i++)
        s = check_letters(t, t->special[i], &bytes, e);
    lm_str_free(&bytes);
    return s;
}

static lm_status check_unknown(const lm_tokenizer *t, const char *spelling, lm_err *e)
{
    if (lm_slice_is(lm_vocab_word(t->vocab, t->vocab->unk), spelling)) return LM_OK;
    return lm_fail(e, LM_EUSAGE,
                   "the token for the unknown, %u, is not spelled %s, as in this format",
                   t->vocab->unk, spelling);
}

/* ---- each format ---- */

static void warn_case(const lm_tokenizer *t, bool looks_lower, const lm_run *run)
{
    if (looks_lower == t->lower) return;
    lm_warn(run,
            "the format does not tell that text is read %s, and the pieces look as if it was not: "
            "read it with --case %s",
            t->lower ? "in lower case" : "as it is", t->lower ? "lower" : "keep");
}

static lm_status check_case(const lm_tokenizer *t, const lm_run *run, lm_err *e)
{
    bool lower;
    LM_TRY(lm_tok_looks_lower(t, &lower, e));
    warn_case(t, lower, run);
    return LM_OK;
}

/* In merges.txt blanks and ends of lines are between pieces. */
static lm_status check_merges(const lm_tokenizer *t, lm_err *e)
{
    for (size_t i = 0; i < 2 * t->merges && t->kind == LM_TOK_BPE; i++) {
        const lm_slice piece = lm_vocab_word(t->vocab, t->merge[i / 2][i % 2]);
        if (memchr(piece.text, ' ', piece.length) || memchr(piece.text, '\n', piece.length) ||
            memchr(piece.text, '\r', piece.length))
            return lm_fail(e, LM_EUSAGE, "a merge, %zu, of pieces with blanks has no form in lines",
                           i / 2);
    }
    return LM_OK;
}

/* 1 for each piece that merges make, (vocabulary); NULL: LM_ENOMEM. */
static unsigned char *find_made(const lm_tokenizer *t, lm_err *e)
{
    unsigned char *made = lm_new(t->vocab->size, 1, e);
    for (size_t i = 0; made && i < t->merges; i++) {
        uint32_t rank;
        made[lm_tokenizer_merged(t, t->merge[i][0], t->merge[i][1], &rank)] = 1;
    }
    return made;
}

/* What the reader will take the pieces for: it only sees how they are spelled. */
typedef struct {
    bool words;      /* a character at the end of a word, that no merge makes */
    uint32_t others; /* what is special and would not be, or the other way round */
} roles;

static void count_role(const lm_tokenizer *t, uint32_t id, lm_slice spelling, bool made, roles *r)
{
    const size_t end = sizeof LM_WORD_END - 1;
    const bool ends = spelling.length > end &&
                      memcmp(spelling.text + spelling.length - end, LM_WORD_END, end) == 0;
    const size_t before = ends ? spelling.length - end : spelling.length;
    const size_t length = t->kind == LM_TOK_BPE ? before : spelling.length;
    const bool character = lm_utf8_length(spelling.text, length) == (int)length;
    r->words |= ends && !made && lm_utf8_length(spelling.text, before) == (int)before;
    r->others += lm_tokenizer_is_special(t, id) != (!made && !character);
}

static lm_status check_roles(const lm_tokenizer *t, const lm_run *run, lm_err *e)
{
    lm_str spelling = {0};
    roles r = {0};
    unsigned char *made = find_made(t, e);
    lm_status s = made ? LM_OK : e->status;
    for (uint32_t id = 0; !s && id < t->vocab->size; id++) {
        s = lm_tok_spell(t, id, &spelling, e);
        if (!s) count_role(t, id, (lm_slice){spelling.text, spelling.length}, made[id], &r);
    }
    lm_free(made);
    lm_str_free(&spelling);
    LM_TRY(s);
    if (r.words != (t->kind == LM_TOK_BPE))
        return lm_fail(e, LM_EUSAGE,
                       "in this format pieces that end in </w>, and only they, tell kind 'bpe', "
                       "but the kind is '%s'",
                       lm_tok_kind_name(t->kind));
    if (r.others)
        lm_warn(run, "the format does not tell which tokens are special: %u would be mistaken",
                r.others);
    return LM_OK;
}

static lm_status check_files(const lm_tokenizer *t, const lm_run *run, lm_err *e)
{
    LM_TRY(check_merges(t, e));
    LM_TRY(check_roles(t, run, e));
    if (t->kind == LM_TOK_BYTE_BPE) return LM_OK;
    LM_TRY(check_unknown(t, "<unk>", e));
    return check_case(t, run, e);
}

/* Merges and ids must follow from each other. */
static lm_status check_ranks(const lm_tokenizer *t, const lm_run *run, lm_err *e)
{
    lm_tok_ranks ranks;
    lm_status s = lm_tok_ranks_of(&ranks, t, e);
    if (!s && (ranks.failed != LM_NO_WORD || ranks.count != t->merges ||
               (ranks.count && memcmp(ranks.merge, t->merge, ranks.count * sizeof *ranks.merge))))
        s = lm_fail(e, LM_EUSAGE,
                    "a tokenizer whose ids are not in the order of its merges has no ranks");
    lm_tok_ranks_free(&ranks);
    if (!s && !(t->specials == 1 && lm_tokenizer_special(t, "<|endoftext|>") != LM_NO_WORD))
        lm_warn(run, "rank files have no special tokens: %zu are left out", t->specials);
    return s;
}

static bool is_berts(const lm_tokenizer *t, uint32_t id)
{
    static const char *const special[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    for (size_t i = 0; i < sizeof special / sizeof *special; i++)
        if (lm_slice_is(lm_vocab_word(t->vocab, id), special[i])) return true;
    return false;
}

static lm_status check_list(const lm_tokenizer *t, const lm_run *run, lm_err *e)
{
    size_t others = 0;
    LM_TRY(check_unknown(t, "[UNK]", e));
    for (size_t i = 0; i < t->specials; i++) others += !is_berts(t, t->special[i]);
    if (others)
        lm_warn(run,
                "vocab.txt does not tell which tokens are special: %zu besides BERT's are not "
                "any more",
                others);
    if (t->longest != LM_TOK_LONGEST)
        lm_warn(run, "vocab.txt does not tell that words of more than %u characters are unknown",
                t->longest);
    return check_case(t, run, e);
}

lm_status lm_tok_check(const lm_tokenizer *t, lm_tok_format format, const lm_run *run, lm_err *e)
{
    if (!has_form(t->kind, format))
        return lm_fail(e, LM_EUSAGE, "a tokenizer of kind '%s' has no form as %s",
                       lm_tok_kind_name(t->kind), name_of(format));
    LM_TRY(check_spellings(t, format, e));
    switch (format) {
    case LM_TOK_FORMAT_BPE_FILES:
        return check_files(t, run, e);
    case LM_TOK_FORMAT_TIKTOKEN:
        return check_ranks(t, run, e);
    case LM_TOK_FORMAT_VOCAB_TXT:
        return check_list(t, run, e);
    default:
        return LM_OK;
    }
}
