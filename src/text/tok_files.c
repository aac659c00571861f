/* tok_files.c - reads vocab.json and merges.txt, and the same by the names that GPT-2's and GPT-1's
 * first programs gave them. */
#include <string.h>
#include "lm/utf8.h"
#include "tok_private.h"
#include "tokenizer_internal.h"

static lm_status read_vocabulary(lm_tok_pieces *pieces, const lm_tok_file *file, lm_err *e)
{
    lm_json j;
    lm_json_open(&j, file->bytes, file->name, 0);
    LM_TRY(lm_tok_pieces_json(pieces, &j, e));
    return lm_json_end(&j, e);
}

/* ---- merges ---- */

static lm_status read_merge(lm_tok_build *b, lm_slice line, uint64_t number, lm_err *e)
{
    const char *blank = memchr(line.text, ' ', line.length);
    const size_t left = blank ? (size_t)(blank - line.text) : 0;
    const lm_slice right = {line.text + left + 1, blank ? line.length - left - 1 : 0};
    if (left == 0 || right.length == 0 || memchr(right.text, ' ', right.length))
        return lm_tok_fail(b->name, true, number, e, "expected two pieces with a blank between");
    return lm_tok_build_merge(b, (lm_slice){line.text, left}, right, number, e);
}

/* A first line that begins with #version says nothing else; empty lines may be at the end. */
static lm_status read_merges(lm_tok_build *b, lm_slice rest, lm_err *e)
{
    static const char version[] = "#version";
    uint64_t empty = 0;
    lm_slice line;
    for (uint64_t number = 1; lm_tok_line(&rest, &line); number++) {
        if (number == 1 && line.length >= sizeof version - 1 &&
            memcmp(line.text, version, sizeof version - 1) == 0)
            continue;
        if (line.length == 0) {
            empty = number;
            continue;
        }
        if (empty) return lm_tok_fail(b->name, true, empty, e, "an empty line before the last");
        LM_TRY(read_merge(b, line, number, e));
    }
    return LM_OK;
}

/* ---- what they are ---- */

/* Is it one character, in UTF-8? */
static bool is_character(lm_slice piece)
{
    return piece.length && lm_utf8_length(piece.text, piece.length) == (int)piece.length;
}

static bool ends_word(lm_slice piece)
{
    const size_t end = sizeof LM_WORD_END - 1;
    return piece.length > end && memcmp(piece.text + piece.length - end, LM_WORD_END, end) == 0;
}

static lm_slice without_end(lm_slice piece)
{
    return (lm_slice){piece.text, piece.length - (sizeof LM_WORD_END - 1)};
}

/* A character at the end of a word that no merge makes: the pieces of GPT-1's kind begin so. */
static bool marks_words(const lm_tok_pieces *p)
{
    for (uint32_t i = 0; i < p->spellings->size; i++) {
        const lm_slice piece = lm_vocab_word(p->spellings, i);
        if (!(p->flags[i] & LM_TOK_MADE) && ends_word(piece) && is_character(without_end(piece)))
            return true;
    }
    return false;
}

/* What text can never become is there for something else. */
static void flag_specials(lm_tok_pieces *p, bool words)
{
    for (uint32_t i = 0; i < p->spellings->size; i++) {
        const lm_slice piece = lm_vocab_word(p->spellings, i);
        const bool end = words && ends_word(piece);
        if (!(p->flags[i] & LM_TOK_MADE) && !is_character(end ? without_end(piece) : piece))
            p->flags[i] |= LM_TOK_SPECIAL;
    }
}

static lm_status read_both(lm_tokenizer **t, lm_tok_build *b, const lm_tok_source *source,
                           lm_err *e)
{
    LM_TRY(read_vocabulary(b->pieces, &source->file, e));
    LM_TRY(read_merges(b, source->merges.bytes, e));
    const bool words = marks_words(b->pieces);
    flag_specials(b->pieces, words);
    b->letters = !words;
    return lm_tok_build_end(b, words ? LM_TOK_BPE : LM_TOK_BYTE_BPE, words ? "<unk>" : NULL, t, e);
}

lm_status lm_tok_read_files(lm_tokenizer **t, const lm_tok_source *source, lm_err *e)
{
    lm_tok_pieces pieces;
    LM_TRY(lm_tok_pieces_new(&pieces, source->file.name, false, e));
    lm_tok_build b = {.pieces = &pieces, .name = source->merges.name, .lines = true};
    const lm_status s = read_both(t, &b, source, e);
    lm_tok_build_free(&b);
    lm_tok_pieces_free(&pieces);
    return s;
}
