/* tok_tiktoken.c - reads tiktoken's rank files: the bytes of a piece in base64, a blank, its rank,
 * which is its id, on each line.  They have no merges, no special tokens, and do not say how text
 * is split. */
#include <string.h>
#include "lm/memory.h"
#include "lm/split.h"
#include "lm/utf8.h"
#include "tok_private.h"

/* ---- base64 (RFC 4648, section 4) ---- */

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

/* Four digits to three bytes; returns how many, 0: they are not as they should be.  The last
 * digits may be '=', `end`. */
static size_t take_four(const char *text, bool end, char bytes[3])
{
    size_t digits = 4;
    uint32_t value = 0;
    while (end && digits > 2 && text[digits - 1] == '=') digits--;
    for (size_t i = 0; i < 4; i++) {
        const int d = i < digits ? digit(text[i]) : 0;
        if (d < 0) return 0;
        value = value << 6 | (uint32_t)d;
    }
    for (size_t i = 0; i < 3; i++) bytes[i] = (char)(value >> (16 - 8 * i) & 0xff);
    const uint32_t unused = digits == 4 ? 0 : digits == 3 ? 0xff : 0xffff;
    return value & unused ? 0 : digits - 1;
}

/* Adds the bytes; false: it is not base64. */
static lm_status add_base64(lm_str *out, lm_slice text, bool *right, lm_err *e)
{
    *right = text.length > 0 && text.length % 4 == 0;
    for (size_t at = 0; at < text.length && *right; at += 4) {
        char bytes[3];
        const size_t count = take_four(text.text + at, at + 4 == text.length, bytes);
        *right = count > 0;
        LM_TRY(lm_str_add(out, bytes, count, e));
    }
    return LM_OK;
}

/* ---- lines ---- */

/* Cuts a line at its blank; false: it has none, or no rank after it. */
static bool cut(lm_slice line, lm_slice *base64, int64_t *rank)
{
    const char *blank = memchr(line.text, ' ', line.length);
    if (!blank) return false;
    *base64 = (lm_slice){line.text, (size_t)(blank - line.text)};
    const lm_slice number = {blank + 1, line.length - base64->length - 1};
    return lm_parse_int(number, rank) && *rank >= 0;
}

static lm_status read_line(lm_tok_pieces *pieces, lm_slice line, uint64_t number, lm_str *bytes,
                           lm_err *e)
{
    lm_slice base64;
    int64_t rank;
    bool right = cut(line, &base64, &rank);
    bytes->length = 0;
    if (right) LM_TRY(add_base64(bytes, base64, &right, e));
    if (!right)
        return lm_tok_fail(pieces->name, true, number, e,
                           "expected bytes in base64, a blank, and a rank");
    return lm_tok_pieces_add(pieces, (lm_slice){bytes->text, bytes->length}, (uint64_t)rank, number,
                             e);
}

/* Empty lines may be at the end. */
static lm_status read_lines(lm_tok_pieces *pieces, lm_slice rest, lm_err *e)
{
    lm_str bytes = {0};
    lm_slice line;
    uint64_t empty = 0;
    lm_status s = LM_OK;
    for (uint64_t number = 1; !s && lm_tok_line(&rest, &line); number++) {
        if (line.length == 0)
            empty = number;
        else if (empty)
            s = lm_tok_fail(pieces->name, true, empty, e, "an empty line before the last");
        else
            s = read_line(pieces, line, number, &bytes, e);
    }
    lm_str_free(&bytes);
    return s;
}

/* ---- what the file lacks ---- */

/* The first id that no piece has. */
static lm_status free_id(const lm_tok_pieces *pieces, uint32_t *id, lm_err *e)
{
    const uint32_t size = pieces->spellings->size;
    unsigned char *taken = lm_new((size_t)size + 1, 1, e);
    if (!taken) return e->status;
    for (uint32_t i = 0; i < size; i++)
        if (pieces->id[i] < size) taken[pieces->id[i]] = 1;
    for (*id = 0; taken[*id];) ++*id;
    lm_free(taken);
    return LM_OK;
}

/* <|endoftext|>, which tiktoken's own encodings give the id that their files leave out (p50k_base)
 * or the one after the last (r50k_base). */
static lm_status add_end_of_text(lm_tok_pieces *pieces, lm_err *e)
{
    const lm_slice spelling = lm_slice_of("<|endoftext|>");
    uint32_t at = lm_vocab_find(pieces->spellings, spelling), id = 0;
    if (at == LM_NO_WORD) {
        LM_TRY(free_id(pieces, &id, e));
        at = pieces->spellings->size;
        LM_TRY(lm_tok_pieces_add(pieces, spelling, id, 0, e));
    }
    pieces->flags[at] |= LM_TOK_SPECIAL;
    return LM_OK;
}

static lm_status add_merges(lm_tokenizer *t, const lm_tok_pieces *pieces, lm_err *e)
{
    lm_tok_ranks ranks;
    lm_status s = lm_tok_ranks_of(&ranks, t, e);
    for (size_t i = 0; !s && i < ranks.count; i++)
        s = lm_tokenizer_add_merge(t, ranks.merge[i][0], ranks.merge[i][1], e);
    if (!s && ranks.failed != LM_NO_WORD) {
        const uint32_t at = lm_vocab_find(pieces->spellings, lm_vocab_word(t->vocab, ranks.failed));
        s = lm_tok_fail(pieces->name, true, pieces->place[at], e,
                        "the piece of rank %u is made of %u others that come before it; expected 2",
                        ranks.failed, ranks.parts);
    }
    lm_tok_ranks_free(&ranks);
    return s;
}

/* ---- was text split as it is here? ---- */

static bool is_text(lm_slice piece)
{
    for (size_t at = 0; at < piece.length;) {
        const int length = lm_utf8_length(piece.text + at, piece.length - at);
        if (length <= 0) return false;
        at += (size_t)length;
    }
    return true;
}

/* Pieces of whole characters that would be split, and so can never be met. */
static lm_status warn_of_others(const lm_tokenizer *t, const char *name, const lm_run *run,
                                lm_err *e)
{
    lm_split split;
    uint32_t cut_up = 0;
    lm_status s = LM_OK;
    lm_split_open(&split, LM_TOK_BYTE_BPE, false);
    for (uint32_t id = 0; !s && id < t->vocab->size; id++) {
        const lm_slice piece = lm_vocab_word(t->vocab, id);
        lm_slice first = {0};
        bool more;
        if (id == t->special[0] || !is_text(piece)) continue;
        lm_split_text(&split, piece);
        s = lm_split_next(&split, &first, &more, e);
        cut_up += !s && first.length < piece.length;
    }
    lm_split_close(&split);
    if (!s && cut_up)
        lm_warn(run,
                "%s: %u pieces lie over places where text is split in GPT-2's way, which is done "
                "here: others may have split it otherwise",
                name, cut_up);
    return s;
}

static lm_status read_tokenizer(lm_tokenizer **t, lm_tok_build *b, const lm_tok_source *source,
                                const lm_run *run, lm_err *e)
{
    LM_TRY(read_lines(b->pieces, source->file.bytes, e));
    LM_TRY(add_end_of_text(b->pieces, e));
    LM_TRY(lm_tok_build_end(b, LM_TOK_BYTE_BPE, NULL, t, e));
    LM_TRY(add_merges(*t, b->pieces, e));
    return warn_of_others(*t, source->file.name, run, e);
}

lm_status lm_tok_read_tiktoken(lm_tokenizer **t, const lm_tok_source *source, const lm_run *run,
                               lm_err *e)
{
    lm_tok_pieces pieces;
    LM_TRY(lm_tok_pieces_new(&pieces, source->file.name, true, e));
    lm_tok_build b = {.pieces = &pieces, .name = source->file.name, .lines = true};
    const lm_status s = read_tokenizer(t, &b, source, run, e);
    lm_tok_build_free(&b);
    lm_tok_pieces_free(&pieces);
    return s;
}

/* ---- recognising ---- */

bool lm_tok_is_tiktoken(lm_slice bytes)
{
    lm_slice line, base64;
    int64_t rank;
    char ignored[3];
    if (!lm_tok_line(&bytes, &line) || !cut(line, &base64, &rank)) return false;
    if (base64.length == 0 || base64.length % 4) return false;
    for (size_t at = 0; at < base64.length; at += 4)
        if (!take_four(base64.text + at, at + 4 == base64.length, ignored)) return false;
    return true;
}
