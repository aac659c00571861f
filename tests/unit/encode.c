/* encode.c - tests of encoding and decoding: against merging and matching in the plainest way, and
 * what comes back. */
#include "lm/encode.h"
#include <stdlib.h>
#include <string.h>
#include "failing.h"
#include "lm/split.h"
#include "tokenizers.h"

/* ---- merging in the plainest way ---- */

/* The rank of a pair; the number of merges if it is none. */
static size_t rank_of(const lm_tokenizer *t, uint32_t left, uint32_t right)
{
    for (size_t i = 0; i < t->merges; i++)
        if (t->merge[i][0] == left && t->merge[i][1] == right) return i;
    return t->merges;
}

static uint32_t id_of(const lm_tokenizer *t, const char *spelling, size_t length)
{
    for (uint32_t id = 0; id < t->vocab->size; id++) {
        const lm_slice word = lm_vocab_word(t->vocab, id);
        if (word.length == length && memcmp(word.text, spelling, length) == 0) return id;
    }
    return LM_NO_WORD;
}

static uint32_t merged(const lm_tokenizer *t, uint32_t left, uint32_t right)
{
    char both[512];
    const lm_slice a = lm_vocab_word(t->vocab, left), b = lm_vocab_word(t->vocab, right);
    CHECK(a.length + b.length <= sizeof both);
    memcpy(both, a.text, a.length);
    memcpy(both + a.length, b.text, b.length);
    return id_of(t, both, a.length + b.length);
}

static size_t merge_plainly(const lm_tokenizer *t, uint32_t *id, size_t n)
{
    for (;;) {
        size_t best = t->merges, place = 0;
        for (size_t i = 0; i + 1 < n; i++) {
            const size_t rank = rank_of(t, id[i], id[i + 1]);
            if (rank >= best) continue;
            best = rank;
            place = i;
        }
        if (best == t->merges) return n;
        id[place] = merged(t, id[place], id[place + 1]);
        n--;
        memmove(id + place + 1, id + place + 2, (n - place - 1) * sizeof *id);
    }
}

/* ---- pieces in the plainest way: ids into id[], how many ---- */

static size_t plain_bytes(const lm_tokenizer *t, lm_slice piece, uint32_t *id)
{
    for (size_t i = 0; i < piece.length; i++) id[i] = id_of(t, piece.text + i, 1);
    return merge_plainly(t, id, piece.length);
}

static size_t plain_bpe(const lm_tokenizer *t, lm_slice word, uint32_t *id)
{
    size_t n = 0;
    for (size_t i = 0, length; i < word.length; i += length) {
        char symbol[16];
        uint32_t code;
        length = lm_utf8_read(word.text + i, word.length - i, &code);
        memcpy(symbol, word.text + i, length);
        memcpy(symbol + length, "</w>", 4);
        id[n] = id_of(t, symbol, length + (i + length == word.length ? 4 : 0));
        if (id[n] == LM_NO_WORD || lm_tokenizer_is_special(t, id[n])) id[n] = t->vocab->unk;
        n++;
    }
    return merge_plainly(t, id, n);
}

/* The longest piece that begins at `from`, by all pieces; 0: there is none. */
static size_t plain_match(const lm_tokenizer *t, lm_slice word, size_t from, uint32_t *found)
{
    size_t longest = 0;
    for (uint32_t id = 0; id < t->vocab->size; id++) {
        lm_slice piece = lm_vocab_word(t->vocab, id);
        if (lm_tokenizer_is_special(t, id)) continue;
        if (from && (piece.length < 2 || memcmp(piece.text, "##", 2) != 0)) continue;
        if (from) piece = (lm_slice){piece.text + 2, piece.length - 2};
        if (piece.length <= longest || piece.length > word.length - from) continue;
        if (memcmp(piece.text, word.text + from, piece.length) != 0) continue;
        const size_t end = from + piece.length; /* within a character there is no piece's end */
        if (end < word.length && ((unsigned char)word.text[end] & 0xc0) == 0x80) continue;
        longest = piece.length;
        *found = id;
    }
    return longest;
}

static size_t plain_wordpiece(const lm_tokenizer *t, lm_slice word, uint32_t *id)
{
    size_t n = 0, characters = 0;
    id[0] = t->vocab->unk;
    for (size_t i = 0; i < word.length; i++)
        characters += ((unsigned char)word.text[i] & 0xc0) != 0x80;
    if (characters > t->longest) return 1;
    for (size_t at = 0, length; at < word.length; at += length) {
        length = plain_match(t, word, at, &id[n++]);
        if (length) continue;
        id[0] = t->vocab->unk;
        return 1;
    }
    return n;
}

static lm_ids encode_plainly(const lm_tokenizer *t, lm_slice text)
{
    lm_err e = {0};
    lm_ids ids = {malloc((text.length * 4 + 1) * sizeof(uint32_t)), 0, 0};
    lm_split split;
    lm_slice piece;
    CHECK(ids.id != NULL);
    lm_split_open(&split, t->kind, t->lower);
    lm_split_text(&split, text);
    for (bool more;;) {
        CHECK_OK(lm_split_next(&split, &piece, &more, &e), &e);
        if (!more) break;
        uint32_t *id = ids.id + ids.count;
        ids.count += t->kind == LM_TOK_BYTE_BPE ? plain_bytes(t, piece, id)
                     : t->kind == LM_TOK_BPE    ? plain_bpe(t, piece, id)
                                                : plain_wordpiece(t, piece, id);
    }
    lm_split_close(&split);
    return ids;
}

/* One encoder for all texts of a tokenizer: it remembers pieces. */
static void check_plainly(const lm_tokenizer *t, lm_encoder *encoder, lm_slice text)
{
    lm_err e = {0};
    lm_ids found = {0}, expected = encode_plainly(t, text);
    char *copy = exactly(text.text, text.length);
    CHECK_OK(lm_encode(encoder, (lm_slice){copy, text.length}, &found, &e), &e);
    CHECK_INT(found.count, expected.count);
    CHECK(same_ids(&found, &expected));
    free(copy);
    lm_ids_free(&found);
    free(expected.id);
}

/* ---- random vocabularies ---- */

/* Merges of random pieces, each pair once; those that end words are never on the left. */
static void add_random_merges(lm_tokenizer *t, const uint32_t *start, size_t starts, size_t count)
{
    uint32_t known[256];
    size_t n = starts;
    memcpy(known, start, starts * sizeof *known);
    for (size_t tries = 0; tries < 20 * count && t->merges < count; tries++) {
        const uint32_t left = known[below(n)], right = known[below(n)];
        const lm_slice a = lm_vocab_word(t->vocab, left), b = lm_vocab_word(t->vocab, right);
        if (a.length + b.length > 24 || memchr(a.text, '<', a.length)) continue;
        if (rank_of(t, left, right) < t->merges) continue;
        const uint32_t id = merge_ids(t, left, right);
        bool is_new = true;
        for (size_t i = 0; i < n; i++) is_new = is_new && known[i] != id;
        if (is_new && n < sizeof known / sizeof *known) known[n++] = id;
    }
}

static lm_encoder *new_encoder(const lm_tokenizer *t, bool special)
{
    lm_err e = {0};
    lm_encoder *encoder;
    CHECK_OK(lm_encoder_new(&encoder, t, special, &e), &e);
    return encoder;
}

/* Fills text[0 .. length) with units, a blank among them being rarer. */
static void draw_units(char *text, size_t length, const char *const *units, size_t count,
                       uint64_t blanks)
{
    for (size_t at = 0, n; at < length; at += n) {
        const char *unit = below(blanks) == 0 ? " " : units[below(count)];
        n = strlen(unit) < length - at ? strlen(unit) : length - at;
        memcpy(text + at, unit, n);
    }
}

TEST(encode_byte_bpe_plainly)
{
    static const char *const units[] = {"a", "b", "c", "\xff", "\xc3\xa9"};
    random_state = 1;
    for (int round = 0; round < 150; round++) {
        lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
        const uint32_t start[] = {id_of(t, "a", 1),    id_of(t, "b", 1),    id_of(t, "c", 1),
                                  id_of(t, "\xff", 1), id_of(t, "\xc3", 1), id_of(t, "\xa9", 1),
                                  id_of(t, " ", 1)};
        add_random_merges(t, start, 2 + (size_t)below(6), (size_t)below(60));
        settle(t);
        lm_encoder *encoder = new_encoder(t, false);
        for (int i = 0; i < 12; i++) {
            char text[200];
            const size_t length = (size_t)below(i < 6 ? 70 : sizeof text + 1);
            draw_units(text, length, units, 2 + (size_t)below(4), i % 2 ? 200 : 6);
            check_plainly(t, encoder, (lm_slice){text, length});
        }
        lm_encoder_free(encoder);
        lm_tokenizer_free(t);
    }
}

/* Pieces of every length about that up to which all pairs are looked at. */
TEST(encode_pieces_few_and_many)
{
    static const char *const units[] = {"a", "b"};
    random_state = 2;
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    const uint32_t start[] = {id_of(t, "a", 1), id_of(t, "b", 1)};
    add_random_merges(t, start, 2, 40);
    settle(t);
    lm_encoder *encoder = new_encoder(t, false);
    for (size_t length = 1; length <= 110; length++)
        for (int i = 0; i < 6; i++) {
            char text[110];
            draw_units(text, length, units, 2, UINT64_MAX);
            check_plainly(t, encoder, (lm_slice){text, length});
        }
    lm_encoder_free(encoder);
    lm_tokenizer_free(t);
}

TEST(encode_bpe_plainly)
{
    static const char *const pieces[] = {"a",     "b",     "\u00e9",     "\u4e2d",
                                         "a</w>", "b</w>", "\u4e2d</w>", ".</w>"};
    static const char *const units[] = {"a", "b", "A", "\u00e9", "\u00c9", ".", "\u4e2d", "z"};
    random_state = 5;
    for (int round = 0; round < 100; round++) {
        uint32_t start[8];
        lm_tokenizer *t = new_tokenizer(LM_TOK_BPE);
        t->lower = round % 2;
        add_unknown(t, "<unk>");
        for (size_t i = 0; i < 8; i++) start[i] = add_piece(t, pieces[i]);
        add_random_merges(t, start, 8, (size_t)below(50));
        settle(t);
        lm_encoder *encoder = new_encoder(t, false);
        for (int i = 0; i < 10; i++) {
            char text[200];
            const size_t length = (size_t)below(sizeof text + 1);
            draw_units(text, length, units, 2 + (size_t)below(7), i % 2 ? 100 : 5);
            check_plainly(t, encoder, (lm_slice){text, length});
        }
        lm_encoder_free(encoder);
        lm_tokenizer_free(t);
    }
}

TEST(encode_wordpiece_plainly)
{
    static const char *const units[] = {"a", "b", "c", "A", "\u00e9", "\u4e2d", "#", "z"};
    random_state = 6;
    for (int round = 0; round < 150; round++) {
        lm_tokenizer *t = new_tokenizer(LM_TOK_WORDPIECE);
        t->lower = round % 2;
        t->longest = round % 3 ? 200 : 1 + (uint32_t)below(9);
        add_special(t, "[CLS]");
        add_unknown(t, "[UNK]");
        for (uint64_t n = below(40); n > 0; n--) {
            char piece[16];
            const size_t inside = below(2) ? 2 : 0, length = 1 + (size_t)below(6);
            memcpy(piece, "##", inside);
            draw_units(piece + inside, length, units, 6, UINT64_MAX);
            (void)add_bytes(t, piece, inside + length); /* some end within a character */
        }
        settle(t);
        lm_encoder *encoder = new_encoder(t, false);
        for (int i = 0; i < 20; i++) {
            char text[120];
            const size_t length = (size_t)below(sizeof text + 1);
            draw_units(text, length, units, 2 + (size_t)below(7), i % 2 ? 20 : 4);
            check_plainly(t, encoder, (lm_slice){text, length});
        }
        lm_encoder_free(encoder);
        lm_tokenizer_free(t);
    }
}

/* ---- by hand ---- */

TEST(encode_bytes_by_rank)
{
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    merge_in(t, "b", "c");
    merge_in(t, "a", "b");
    merge_in(t, " ", "a");
    merge_in(t, "ab", "ab");
    merge_in(t, "a", "a");
    merge_in(t, " a", "bc");
    settle(t);
    check_pieces(t, "abc", false, "a bc"); /* the first merge, though ab is further left */
    check_pieces(t, "ab", false, "ab");
    check_pieces(t, "abab", false, "abab");
    check_pieces(t, "ababab", false, "abab ab");
    check_pieces(t, "aaa", false, "aa a"); /* the leftmost of one rank */
    check_pieces(t, "aaaa", false, "aa aa");
    check_pieces(t, "abc abc", false, "a bc \\x20abc");
    check_pieces(t, "a b", false, "a \\x20 b"); /* none over the end of a piece */
    check_pieces(t, "", false, "");
    lm_tokenizer_free(t);
}

TEST(encode_bpe_by_hand)
{
    lm_tokenizer *t = new_tokenizer(LM_TOK_BPE);
    add_unknown(t, "<unk>");
    merge_in(t, "l", "o");
    merge_in(t, "lo", "w</w>");
    merge_in(t, "e", "r</w>");
    merge_in(t, "lo", "w");
    settle(t);
    check_pieces(t, "low lower", false, "low</w> low er</w>");
    check_pieces(t, "lo", false, "l <unk>"); /* o</w> is no piece */
    check_pieces(t, "LOW", false, "<unk> <unk> <unk>");
    check_pieces(t, "low<unk>", false, "low</w> <unk> <unk> <unk> <unk> <unk>");
    t->lower = true;
    check_pieces(t, "L\u00d6W", false, "low</w>");
    lm_tokenizer_free(t);
}

TEST(encode_wordpiece_by_hand)
{
    static const char *const pieces[] = {"un", "##aff", "##able", "##a", "a", "##b", "#", "##"};
    lm_tokenizer *t = new_tokenizer(LM_TOK_WORDPIECE);
    char word[202];
    add_unknown(t, "[UNK]");
    for (size_t i = 0; i < 8; i++) add_piece(t, pieces[i]);
    settle(t);
    check_pieces(t, "unaffable una", false, "un ##aff ##able un ##a"); /* the paper's example */
    check_pieces(t, "unx", false, "[UNK]");                            /* all of the word */
    check_pieces(t, "a #a", false, "a # a");
    check_pieces(t, "##able", false, "# # [UNK]"); /* signs are words */
    memset(word, 'a', sizeof word);
    lm_ids ids = ids_of(t, (lm_slice){word, 200}, false);
    CHECK_INT(ids.count, 200);
    lm_ids_free(&ids);
    ids = ids_of(t, (lm_slice){word, 201}, false);
    CHECK(ids.count == 1 && ids.id[0] == t->vocab->unk);
    lm_ids_free(&ids);
    lm_tokenizer_free(t);
}

TEST(encode_words_and_characters)
{
    lm_tokenizer *t = new_tokenizer(LM_TOK_WORD);
    add_unknown(t, "<unk>");
    add_piece(t, "the");
    add_piece(t, "a");
    settle(t);
    check_pieces(t, " the a\tcat\n<unk> a", false, "the a <unk> <unk> a");
    lm_tokenizer_free(t);
    t = new_tokenizer(LM_TOK_CHAR);
    add_unknown(t, "<unk>");
    add_piece(t, "a");
    add_piece(t, "\u4e2d");
    add_piece(t, " ");
    settle(t);
    check_pieces(t, "a \u4e2d\u6587\xff", false, "a \\x20 \u4e2d <unk> <unk>");
    lm_tokenizer_free(t);
}

/* ---- special tokens ---- */

TEST(encode_special_only_if_asked)
{
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    add_special(t, "<e>");
    add_special(t, "<e>!");
    add_special(t, " x");
    settle(t);
    check_pieces(t, "a<e>b", false, "a < e > b");
    check_pieces(t, "a<e>b", true, "a <e> b");
    check_pieces(t, "<e><e>!<e", true, "<e> <e>! < e"); /* the longest one */
    check_pieces(t, "<e>", true, "<e>");
    check_pieces(t, "a x", true, "a \\x20x");
    check_pieces(t, "<e>!", true, "<e>!");
    lm_tokenizer_free(t);
}

/* Its spelling is no word, no character and no piece of one, but for the unknown itself. */
TEST(encode_special_spelled_like_text)
{
    static const lm_tok_kind kinds[] = {LM_TOK_WORD, LM_TOK_CHAR, LM_TOK_BPE, LM_TOK_WORDPIECE};
    for (size_t i = 0; i < 4; i++) {
        lm_tokenizer *t = new_tokenizer(kinds[i]);
        add_unknown(t, "?");
        add_special(t, "x");
        add_special(t, "x</w>");
        add_piece(t, "a");
        add_piece(t, "a</w>");
        add_piece(t, " ");
        settle(t);
        const char *plain = kinds[i] == LM_TOK_BPE    ? "a</w> ? a</w>"
                            : kinds[i] == LM_TOK_CHAR ? "a \\x20 ? \\x20 a"
                                                      : "a ? a";
        const char *asked = kinds[i] == LM_TOK_BPE    ? "a</w> x a</w>"
                            : kinds[i] == LM_TOK_CHAR ? "a \\x20 x \\x20 a"
                                                      : "a x a";
        check_pieces(t, "a x a", false, plain);
        check_pieces(t, "a x a", true, asked);
        lm_tokenizer_free(t);
    }
}

/* ---- closed vocabularies ---- */

static void refuse(lm_tok_kind kind, const char *text, const char *message)
{
    lm_err e = {0};
    lm_ids ids = {0};
    lm_tokenizer *t = new_tokenizer(kind);
    add_piece(t, "a");
    add_piece(t, " ");
    add_special(t, "<s>");
    settle(t);
    lm_encoder *encoder = new_encoder(t, false);
    CHECK_FAILS(lm_encode(encoder, lm_slice_of(text), &ids, &e), LM_EFORMAT, &e, message);
    lm_ids_free(&ids);
    lm_encoder_free(encoder);
    lm_tokenizer_free(t);
}

TEST(encode_what_has_no_id)
{
    refuse(LM_TOK_WORD, "a b\\ a", "word 'b\\x5C' is not in the vocabulary, which has no <unk>");
    refuse(LM_TOK_WORD, "a <s>", "word '<s>' is not");
    refuse(LM_TOK_CHAR, "a \n", "character '\\x0A' is not in the vocabulary, which has no <unk>");
    refuse(LM_TOK_CHAR, "a\u4e2d", "character '\u4e2d' is not");
}

/* ---- back to text ---- */

/* Any bytes come back, whole or token by token. */
TEST(decode_what_was_encoded)
{
    random_state = 8;
    for (int round = 0; round < 60; round++) {
        const lm_tok_kind kind = round % 3 ? LM_TOK_BYTE_BPE : LM_TOK_BYTE;
        lm_tokenizer *t = with_bytes(kind);
        uint32_t start[256];
        for (uint32_t i = 0; i < 256; i++) start[i] = i;
        if (kind == LM_TOK_BYTE_BPE) add_random_merges(t, start, 256, 100);
        settle(t);
        char text[600];
        const size_t length = (size_t)below(sizeof text + 1);
        draw_text(text, length);
        for (size_t i = 0; round % 2 && i < length; i++) text[i] = (char)below(256);
        lm_ids ids = ids_of(t, (lm_slice){text, length}, false);
        lm_str back = text_of(t, &ids);
        CHECK_INT(back.length, length);
        CHECK_BYTES(back.text, text, length);
        lm_str_free(&back);
        lm_ids_free(&ids);
        lm_tokenizer_free(t);
    }
}

/* The texts of tokens one by one; the decoder remembers what is due. */
static void check_decoded(const lm_tokenizer *t, const uint32_t *ids, size_t count,
                          const char *expected)
{
    lm_err e = {0};
    lm_decoder all = {0}, single = {0};
    lm_str text = {0}, parts = {0};
    CHECK_OK(lm_str_add(&text, "", 0, &e), &e);
    CHECK_OK(lm_str_add(&parts, "", 0, &e), &e);
    CHECK_OK(lm_decode(&all, t, ids, count, &text, &e), &e);
    for (size_t i = 0; i < count; i++) CHECK_OK(lm_decode(&single, t, ids + i, 1, &parts, &e), &e);
    CHECK_TEXT(text.text, expected);
    CHECK_TEXT(parts.text, expected);
    lm_str_free(&text);
    lm_str_free(&parts);
}

TEST(decode_words)
{
    lm_tokenizer *t = new_tokenizer(LM_TOK_BPE);
    const uint32_t bpe[] = {add_piece(t, "lo"), add_piece(t, "w</w>"), add_special(t, "<s>")};
    add_unknown(t, "<unk>");
    settle(t);
    check_decoded(t, (uint32_t[]){0, 1, 0, 0, 1}, 5, "low lolow");
    check_decoded(t, (uint32_t[]){2, 0, 1, 2, 1, 3}, 6, "<s> low <s> w <unk>");
    check_decoded(t, (uint32_t[]){0, 2}, 2, "lo <s>");
    CHECK(bpe[0] == 0 && bpe[1] == 1 && bpe[2] == 2);
    lm_tokenizer_free(t);

    t = new_tokenizer(LM_TOK_WORDPIECE);
    const uint32_t wordpiece[] = {add_piece(t, "un"), add_piece(t, "##able"), add_special(t, "##")};
    add_unknown(t, "[UNK]");
    settle(t);
    check_decoded(t, (uint32_t[]){0, 1, 0, 3, 0}, 5, "unable un [UNK] un");
    check_decoded(t, (uint32_t[]){1, 2, 1}, 3, "able ##able");
    CHECK(wordpiece[0] == 0 && wordpiece[2] == 2);
    lm_tokenizer_free(t);

    t = new_tokenizer(LM_TOK_WORD);
    CHECK(add_piece(t, "a") == 0 && add_piece(t, "##b") == 1);
    settle(t);
    check_decoded(t, (uint32_t[]){0, 1, 0}, 3, "a ##b a");
    lm_tokenizer_free(t);
}

TEST(decode_refuses)
{
    lm_err e = {0};
    lm_str text = {0};
    lm_decoder decoder = {0};
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE);
    settle(t);
    CHECK_FAILS(lm_decode(&decoder, t, (uint32_t[]){0, 256}, 2, &text, &e), LM_EFORMAT, &e,
                "token 256 is outside the vocabulary of 256");
    lm_str_free(&text);
    lm_tokenizer_free(t);
}

/* ---- what is remembered ---- */

/* So many different pieces that all places are taken several times over, and again. */
TEST(encode_more_pieces_than_are_remembered)
{
    enum { PIECES = 200000 };
    lm_err e = {0};
    lm_ids first = {0}, again = {0};
    lm_str text = {0};
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    uint32_t start[36];
    for (int i = 0; i < 26; i++) start[i] = id_of(t, &"abcdefghijklmnopqrstuvwxyz"[i], 1);
    random_state = 9;
    add_random_merges(t, start, 26, 200);
    settle(t);
    for (int i = 0; i < PIECES; i++) {
        char word[16];
        const size_t length = 1 + (size_t)below(sizeof word);
        for (size_t c = 0; c < length; c++) word[c] = (char)('a' + below(26));
        CHECK_OK(lm_str_add(&text, word, length, &e), &e);
        CHECK_OK(lm_str_add(&text, " ", 1, &e), &e);
    }
    lm_encoder *encoder = new_encoder(t, false);
    CHECK_OK(lm_encode(encoder, (lm_slice){text.text, text.length}, &first, &e), &e);
    CHECK_OK(lm_encode(encoder, (lm_slice){text.text, text.length}, &again, &e), &e);
    CHECK(same_ids(&first, &again));
    lm_str back = text_of(t, &first);
    CHECK_INT(back.length, text.length);
    CHECK_BYTES(back.text, text.text, text.length);
    for (size_t at = 0; at + 2000 < text.length; at += text.length / 20)
        check_plainly(t, encoder, (lm_slice){text.text + at, 500});
    lm_str_free(&back);
    lm_ids_free(&first);
    lm_ids_free(&again);
    lm_encoder_free(encoder);
    lm_str_free(&text);
    lm_tokenizer_free(t);
}

/* Pieces that differ only past the last byte that is remembered, or in zeros at their end. */
TEST(encode_pieces_alike)
{
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    settle(t);
    lm_encoder *encoder = new_encoder(t, false);
    for (int round = 0; round < 2; round++)
        for (size_t length = 1; length <= 18; length++) {
            char text[18];
            memset(text, 0, sizeof text);
            check_plainly(t, encoder, (lm_slice){text, length});
            memset(text, 'a', sizeof text);
            check_plainly(t, encoder, (lm_slice){text, length});
            text[length - 1] = 'b';
            check_plainly(t, encoder, (lm_slice){text, length});
        }
    lm_encoder_free(encoder);
    lm_tokenizer_free(t);
}

/* Pieces of all lengths, each the last one of a text that ends where its memory does. */
TEST(encode_at_the_end_of_the_text)
{
    static const lm_tok_kind kinds[] = {LM_TOK_BYTE_BPE, LM_TOK_BPE, LM_TOK_WORDPIECE};
    for (size_t k = 0; k < 3; k++) {
        lm_tokenizer *t = with_bytes(kinds[k]);
        add_piece(t, "##a");
        add_piece(t, "a</w>");
        if (kinds[k] != LM_TOK_BYTE_BPE) add_unknown(t, "[UNK]");
        settle(t);
        lm_encoder *encoder = new_encoder(t, false);
        for (size_t before = 0; before < 40; before++)
            for (size_t length = 0; length <= 18; length++) {
                char text[64] = {0};
                memset(text, 'a', sizeof text);
                if (before) text[before - 1] = ' ';
                check_plainly(t, encoder, (lm_slice){text, before + length});
            }
        lm_encoder_free(encoder);
        lm_tokenizer_free(t);
    }
}

/* ---- long pieces ---- */

/* A million letters without a blank: it ends, and what becomes of them is known. */
TEST(encode_a_million_letters)
{
    enum { LENGTH = 1000003 };
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    uint32_t piece = id_of(t, "a", 1);
    for (int i = 0; i < 8; i++) piece = merge_ids(t, piece, piece);
    settle(t);
    char *text = malloc(LENGTH);
    CHECK(text != NULL);
    memset(text, 'a', LENGTH);
    lm_ids ids = ids_of(t, (lm_slice){text, LENGTH}, false);
    /* 3906 * 256 + 64 + 2 + 1 */
    CHECK_INT(ids.count, 3909);
    for (size_t i = 0; i < 3906; i++) CHECK_INT(ids.id[i], piece);
    CHECK_INT(lm_vocab_word(t->vocab, ids.id[3906]).length, 64);
    CHECK_INT(lm_vocab_word(t->vocab, ids.id[3907]).length, 2);
    CHECK_INT(lm_vocab_word(t->vocab, ids.id[3908]).length, 1);
    lm_ids_free(&ids);
    free(text);
    lm_tokenizer_free(t);
}

/* ---- nothing, and no memory ---- */

TEST(encode_nothing)
{
    for (int kind = LM_TOK_BYTE_BPE; kind <= LM_TOK_BYTE; kind++) {
        lm_tokenizer *t = with_bytes((lm_tok_kind)kind);
        add_unknown(t, "<unk>");
        settle(t);
        for (int special = 0; special < 2; special++) {
            lm_ids ids = ids_of(t, (lm_slice){NULL, 0}, special);
            CHECK_INT(ids.count, 0);
            lm_str text = text_of(t, &ids);
            CHECK_INT(text.length, 0);
            lm_str_free(&text);
            lm_ids_free(&ids);
        }
        lm_tokenizer_free(t);
    }
}

TEST(encode_without_memory)
{
    char text[300];
    random_state = 10;
    draw_text(text, sizeof text);
    memset(text + 100, 'a', 100);
    for (int kind = LM_TOK_BYTE_BPE; kind <= LM_TOK_BYTE; kind++) {
        lm_tokenizer *t = with_bytes((lm_tok_kind)kind);
        if (kind <= LM_TOK_BPE) merge_in(t, "a", "a");
        add_unknown(t, "<unk>");
        settle(t);
        for (size_t k = 1; failing_round(k); k++) {
            lm_err e = {0};
            lm_ids ids = {0};
            lm_encoder *encoder;
            lm_status s = lm_encoder_new(&encoder, t, true, &e);
            CHECK((encoder == NULL) == (s != LM_OK));
            if (!s) s = lm_encode(encoder, (lm_slice){text, sizeof text}, &ids, &e);
            CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
            lm_ids_free(&ids);
            lm_encoder_free(encoder);
            failing_end();
        }
        lm_tokenizer_free(t);
    }
}
