/* tok_train.c - tokenizers of a text: the pieces that it is made of. */
#include "lm/tok_train.h"
#include "alphabet.h"
#include "lm/memory.h"
#include "lm/words.h"
#include "merges.h"
#include "piece_counts.h"

enum { BYTES = 256, POLL = 64 /* merges from one look at the clock and signals to the next */ };

typedef struct {
    const lm_tok_train_options *o;
    const lm_run *run;
    lm_tokenizer *t;
    const char *const *special; /* (specials) those of the options, or the kind's own */
    size_t specials;
    uint64_t min_count;
    lm_piece_counts found;
    lm_alphabet alphabet;
    lm_merges *merges;
    uint32_t *symbols; /* of one piece */
    size_t capacity;
    lm_str spelling;
} training;

uint64_t lm_tok_min_count(lm_tok_kind kind)
{
    return kind == LM_TOK_CHAR ? 1 : 2;
}

static bool is_bytes(lm_tok_kind kind)
{
    return kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BYTE;
}

static bool is_merged(lm_tok_kind kind)
{
    return kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BPE || kind == LM_TOK_WORDPIECE;
}

static bool is_unknown(lm_slice spelling)
{
    return lm_slice_is(spelling, "<unk>") || lm_slice_is(spelling, "[UNK]");
}

/* ---- options ---- */

static void choose_specials(training *j)
{
    static const char *const end[] = {"<|endoftext|>"}, *const unknown[] = {"<unk>"};
    static const char *const bert[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
    const lm_tok_kind kind = j->o->kind;
    j->special = is_bytes(kind) ? end : kind == LM_TOK_WORDPIECE ? bert : unknown;
    j->specials = kind == LM_TOK_WORDPIECE ? sizeof bert / sizeof *bert : !j->o->closed;
    if (j->o->specials) {
        j->special = j->o->special;
        j->specials = j->o->specials;
    }
}

static lm_status check_special(const training *j, size_t i, lm_err *e)
{
    const lm_slice spelling = lm_slice_of(j->special[i]);
    if (spelling.length == 0) return lm_fail(e, LM_EUSAGE, "--special: a token needs a spelling");
    if (is_bytes(j->o->kind) && spelling.length == 1)
        return lm_fail(e, LM_EUSAGE, "--special: '%s' is a byte, which is a token of %s anyway",
                       j->special[i], lm_tok_kind_name(j->o->kind));
    for (size_t k = 0; k < i; k++)
        if (lm_slice_is(spelling, j->special[k]))
            return lm_fail(e, LM_EUSAGE, "--special: '%s' is given twice", j->special[i]);
    return LM_OK;
}

static lm_status check_specials(const training *j, lm_err *e)
{
    const lm_tok_kind kind = j->o->kind;
    bool unknown = false;
    for (size_t i = 0; i < j->specials; i++) {
        LM_TRY(check_special(j, i, e));
        unknown = unknown || is_unknown(lm_slice_of(j->special[i]));
    }
    if (!unknown && (kind == LM_TOK_BPE || kind == LM_TOK_WORDPIECE))
        return lm_fail(e, LM_EUSAGE, "--special: %s needs <unk> or [UNK] among them",
                       lm_tok_kind_name(kind));
    if (unknown && j->o->closed)
        return lm_fail(e, LM_EUSAGE, "--closed: there is a token for the unknown among --special");
    return LM_OK;
}

/* Do the options fit the kind? */
static lm_status check_kind(const lm_tok_train_options *o, lm_err *e)
{
    const char *kind = lm_tok_kind_name(o->kind);
    if (o->lower && o->kind != LM_TOK_BPE && o->kind != LM_TOK_WORDPIECE)
        return lm_fail(e, LM_EUSAGE, "--lower: not with --kind %s, only with bpe and wordpiece",
                       kind);
    if (o->closed && o->kind != LM_TOK_WORD && o->kind != LM_TOK_CHAR)
        return lm_fail(e, LM_EUSAGE, "--closed: not with --kind %s, only with word and char", kind);
    if (o->score == LM_TOK_LIKELIHOOD && !is_merged(o->kind))
        return lm_fail(e, LM_EUSAGE, "--score: --kind %s merges no pairs", kind);
    return LM_OK;
}

static lm_status check_options(const training *j, lm_err *e)
{
    const lm_tok_train_options *o = j->o;
    const uint64_t least = j->specials + (is_bytes(o->kind) ? BYTES : 1);
    LM_TRY(check_kind(o, e));
    LM_TRY(check_specials(j, e));
    if (o->vocab_size < least)
        return lm_fail(e, LM_EUSAGE,
                       "--vocab-size: %llu is too small for --kind %s, which needs at least %llu "
                       "with its special tokens",
                       (unsigned long long)o->vocab_size, lm_tok_kind_name(o->kind),
                       (unsigned long long)least);
    if (o->vocab_size > LM_TOK_VOCAB_MAX)
        return lm_fail(e, LM_EUSAGE, "--vocab-size: %llu is more than the largest, %d",
                       (unsigned long long)o->vocab_size, LM_TOK_VOCAB_MAX);
    return LM_OK;
}

lm_status lm_tok_train_check(const lm_tok_train_options *o, lm_err *e)
{
    training j = {.o = o};
    choose_specials(&j);
    return check_options(&j, e);
}

/* ---- tokens ---- */

static lm_status add_specials(training *j, lm_err *e)
{
    lm_vocab *v = j->t->vocab;
    for (size_t i = 0; i < j->specials; i++) {
        uint32_t id;
        LM_TRY(lm_tokenizer_add_mark(j->t, j->special[i], &id, e));
        if (v->unk == LM_NO_WORD && !is_bytes(j->o->kind) && is_unknown(lm_vocab_word(v, id)))
            v->unk = id;
    }
    return LM_OK;
}

static lm_status add_bytes(training *j, lm_err *e)
{
    for (int b = 0; b < BYTES; b++) {
        const char byte = (char)b;
        uint32_t id;
        LM_TRY(lm_vocab_add(j->t->vocab, (lm_slice){&byte, 1}, &id, e));
    }
    return LM_OK;
}

static lm_status add_words(training *j, lm_err *e)
{
    const lm_word_choice choice = {.bare = true, .min_count = j->min_count};
    lm_vocab *words, *v = j->t->vocab;
    uint32_t *map = lm_new(j->found.pieces->size, sizeof *map, e);
    if (!map) return e->status;
    lm_status s = lm_vocab_new(&words, e);
    if (!s) s = lm_words_choose(words, map, j->found.pieces, j->found.count, &choice, e);
    for (uint32_t w = 0, id; !s && w < words->size && v->size < j->o->vocab_size; w++)
        s = lm_vocab_add(v, lm_vocab_word(words, w), &id, e);
    lm_vocab_free(words);
    lm_free(map);
    return s;
}

/* ---- characters ---- */

/* A word that BERT takes for unknown, whatever its characters are. */
static bool is_too_long(lm_tok_kind kind, lm_slice piece)
{
    size_t characters = 0;
    uint32_t c;
    if (kind != LM_TOK_WORDPIECE || piece.length <= LM_TOK_LONGEST) return false;
    for (size_t i = 0; i < piece.length; characters++)
        i += lm_alphabet_read(piece.text + i, piece.length - i, &c);
    return characters > LM_TOK_LONGEST;
}

static void count_characters(training *j)
{
    const bool two = j->o->kind == LM_TOK_WORDPIECE;
    for (uint32_t p = 0; p < j->found.pieces->size; p++) {
        const lm_slice piece = lm_vocab_word(j->found.pieces, p);
        uint32_t c;
        if (is_too_long(j->o->kind, piece)) continue;
        for (size_t i = 0, length; i < piece.length; i += length) {
            length = lm_alphabet_read(piece.text + i, piece.length - i, &c);
            j->alphabet.count[c + (two && i ? LM_CHARACTERS : 0)] += j->found.count[p];
        }
    }
}

/* Adds one form of the characters: of bpe and wordpiece, the second one has </w> or ##.  One that
 * is spelled as a special token stays unknown. */
static lm_status add_form(training *j, int form, lm_err *e)
{
    const char *before = form && j->o->kind == LM_TOK_WORDPIECE ? "##" : "";
    const char *after = form && j->o->kind == LM_TOK_BPE ? "</w>" : "";
    lm_alphabet *a = &j->alphabet;
    const size_t from = form && j->o->kind == LM_TOK_WORDPIECE ? LM_CHARACTERS : 0;
    char bytes[4];
    for (uint32_t c = 0; c < LM_CHARACTERS; c++) {
        uint32_t *id = &a->id[c + (form ? LM_CHARACTERS : 0)];
        *id = LM_NO_WORD;
        if (!a->count[c + from]) continue;
        const size_t length = lm_alphabet_spell(c, bytes);
        j->spelling.length = 0;
        LM_TRY(lm_str_addf(&j->spelling, e, "%s", before));
        LM_TRY(lm_str_add(&j->spelling, bytes, length, e));
        LM_TRY(lm_str_addf(&j->spelling, e, "%s", after));
        const lm_slice spelling = {j->spelling.text, j->spelling.length};
        if (lm_vocab_find(j->t->vocab, spelling) == LM_NO_WORD)
            LM_TRY(lm_vocab_add(j->t->vocab, spelling, id, e));
    }
    return LM_OK;
}

static lm_status add_characters(training *j, lm_err *e)
{
    const uint64_t room = j->o->vocab_size - j->specials;
    const bool bpe = j->o->kind == LM_TOK_BPE, one = j->o->kind == LM_TOK_CHAR;
    LM_TRY(lm_alphabet_new(&j->alphabet, e));
    count_characters(j);
    LM_TRY(lm_alphabet_choose(&j->alphabet, bpe ? room / 2 : room, one ? j->min_count : 1, e));
    LM_TRY(add_form(j, 0, e));
    return one ? LM_OK : add_form(j, 1, e);
}

/* ---- pieces as symbols ---- */

static uint32_t symbol_of(const training *j, uint32_t c, bool first, bool last)
{
    const bool second = j->o->kind == LM_TOK_BPE ? last : !first;
    return j->alphabet.id[c + (second ? LM_CHARACTERS : 0)];
}

/* Adds a piece.  What is unknown in it has no neighbours, and a word of wordpiece with such a
 * character is unknown as a whole. */
static lm_status add_piece(training *j, lm_slice piece, uint64_t weight, lm_err *e)
{
    size_t n = 0;
    uint32_t c = 0;
    LM_TRY(lm_reserve(&j->symbols, &j->capacity, piece.length, sizeof *j->symbols, e));
    for (size_t i = 0, length; i < piece.length; i += length) {
        length = 1;
        uint32_t symbol = (unsigned char)piece.text[i];
        if (j->o->kind != LM_TOK_BYTE_BPE) {
            length = lm_alphabet_read(piece.text + i, piece.length - i, &c);
            symbol = symbol_of(j, c, i == 0, i + length == piece.length);
        }
        if (symbol != LM_NO_WORD) {
            j->symbols[n++] = symbol;
            continue;
        }
        if (j->o->kind == LM_TOK_WORDPIECE) return LM_OK;
        LM_TRY(lm_merges_add(j->merges, j->symbols, n, weight, e));
        n = 0;
    }
    return lm_merges_add(j->merges, j->symbols, n, weight, e);
}

static lm_status add_pieces(training *j, lm_err *e)
{
    const lm_vocab *pieces = j->found.pieces;
    const uint64_t cells = (uint64_t)pieces->offsets[pieces->size] + pieces->size;
    LM_TRY(lm_merges_new(&j->merges, cells, j->o->score, j->min_count, e));
    for (uint32_t p = 0; p < pieces->size; p++) {
        const lm_slice piece = lm_vocab_word(pieces, p);
        if (!is_too_long(j->o->kind, piece)) LM_TRY(add_piece(j, piece, j->found.count[p], e));
    }
    lm_piece_counts_free(&j->found); /* before the pairs take their memory */
    return lm_merges_begin(j->merges, e);
}

/* ---- merging ---- */

/* What two tokens become: without the ## between them. */
static lm_status spell(training *j, const uint32_t pair[2], lm_err *e)
{
    const lm_slice left = lm_vocab_word(j->t->vocab, pair[0]);
    const lm_slice right = lm_vocab_word(j->t->vocab, pair[1]);
    const size_t mark = j->o->kind == LM_TOK_WORDPIECE ? 2 : 0;
    j->spelling.length = 0;
    LM_TRY(lm_str_add(&j->spelling, left.text, left.length, e));
    return lm_str_add(&j->spelling, right.text + mark, right.length - mark, e);
}

static bool is_taken(const training *j)
{
    const lm_slice spelling = {j->spelling.text, j->spelling.length};
    for (size_t i = 0; i < j->specials; i++)
        if (lm_slice_is(spelling, j->special[i])) return true;
    return lm_vocab_find(j->t->vocab, spelling) != LM_NO_WORD;
}

static lm_status merge(training *j, const uint32_t pair[2], lm_err *e)
{
    uint32_t symbol;
    LM_TRY(spell(j, pair, e));
    if (is_taken(j)) return LM_OK;
    LM_TRY(lm_vocab_add(j->t->vocab, (lm_slice){j->spelling.text, j->spelling.length}, &symbol, e));
    if (j->o->kind != LM_TOK_WORDPIECE) LM_TRY(lm_tokenizer_add_merge(j->t, pair[0], pair[1], e));
    return lm_merges_apply(j->merges, pair, symbol, e);
}

static lm_status merge_all(training *j, lm_err *e)
{
    const lm_vocab *v = j->t->vocab;
    const uint64_t size = j->o->vocab_size - (is_bytes(j->o->kind) ? j->specials : 0);
    uint32_t pair[2];
    LM_TRY(add_pieces(j, e));
    for (uint64_t i = 0; v->size < size; i++) {
        if (!lm_merges_best(j->merges, pair)) {
            lm_note(j->run, "%llu tokens, fewer than %llu: no pair is left that occurs %llu times",
                    (unsigned long long)(v->size + j->o->vocab_size - size),
                    (unsigned long long)j->o->vocab_size, (unsigned long long)j->min_count);
            break;
        }
        LM_TRY(merge(j, pair, e));
        if (i % POLL) continue;
        if (lm_stopped(j->run)) return lm_fail(e, LM_ESTOPPED, "stopped while merging");
        lm_progress(j->run, "merging", v->size, (double)size, "tokens");
    }
    return LM_OK;
}

/* ---- all of it ---- */

static lm_status train(training *j, lm_text *text, lm_err *e)
{
    const lm_tok_train_options *o = j->o;
    const bool bytes = is_bytes(o->kind);
    LM_TRY(lm_tokenizer_new(&j->t, o->kind, e));
    j->t->lower = o->lower;
    LM_TRY(bytes ? add_bytes(j, e) : add_specials(j, e));
    if (o->kind != LM_TOK_BYTE)
        LM_TRY(lm_piece_counts_read(&j->found, text, o->kind, o->lower, o->unit, j->run, e));
    if (o->kind == LM_TOK_WORD) LM_TRY(add_words(j, e));
    if (!bytes && o->kind != LM_TOK_WORD) LM_TRY(add_characters(j, e));
    if (is_merged(o->kind)) LM_TRY(merge_all(j, e));
    if (bytes) LM_TRY(add_specials(j, e));
    if (j->t->vocab->size == 0)
        return lm_fail(e, LM_EFORMAT, "the text has nothing that could become a token");
    return lm_tokenizer_settle(j->t, "the tokenizer", e);
}

lm_status lm_tok_train(lm_tokenizer **t, lm_text *text, const lm_tok_train_options *o,
                       const lm_run *run, lm_err *e)
{
    training j = {.o = o, .run = run};
    *t = NULL;
    j.min_count = o->min_count ? o->min_count : lm_tok_min_count(o->kind);
    choose_specials(&j);
    LM_TRY(check_options(&j, e));
    const lm_status s = train(&j, text, e);
    lm_piece_counts_free(&j.found);
    lm_alphabet_free(&j.alphabet);
    lm_merges_free(j.merges);
    lm_free(j.symbols);
    lm_str_free(&j.spelling);
    if (s)
        lm_tokenizer_free(j.t);
    else
        *t = j.t;
    return s;
}
