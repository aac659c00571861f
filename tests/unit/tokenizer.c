/* tokenizer.c - tests of tokenizers: what settling refuses, checkpoints and back, and checkpoints
 * whose sums are right and whose contents are not. */
#include "lm/tokenizer.h"
#include <stdlib.h>
#include <string.h>
#include "contents.h"
#include "failing.h"
#include "tokenizers.h"

/* ---- settling ---- */

static void refuse(lm_tokenizer *t, const char *message)
{
    lm_err e = {0};
    CHECK_INT(lm_tokenizer_settle(t, "file", &e), LM_EFORMAT);
    CHECK_TEXT(e.message, message);
    lm_tokenizer_free(t);
}

/* A bpe tokenizer with pieces a (1), b (2), ab (3) and a token for the unknown (0). */
static lm_tokenizer *small(void)
{
    lm_tokenizer *t = new_tokenizer(LM_TOK_BPE);
    add_unknown(t, "<unk>");
    add_piece(t, "a");
    add_piece(t, "b");
    add_piece(t, "ab");
    return t;
}

static lm_tokenizer *with_merge(lm_tokenizer *t, uint32_t left, uint32_t right)
{
    lm_err e = {0};
    CHECK_OK(lm_tokenizer_add_merge(t, left, right, &e), &e);
    return t;
}

static lm_tokenizer *with_special(lm_tokenizer *t, uint32_t id)
{
    lm_err e = {0};
    CHECK_OK(lm_tokenizer_add_special(t, id, &e), &e);
    return t;
}

TEST(tokenizer_special_refused)
{
    refuse(with_special(small(), 4), "file: special token 4 is outside the vocabulary of 4");
    refuse(with_special(small(), LM_NO_WORD),
           "file: special token 4294967295 is outside the vocabulary of 4");
    refuse(with_special(with_special(small(), 2), 2), "file: special token 2 is there twice");
    lm_tokenizer *t = small();
    refuse(with_special(t, add_piece(t, "")), "file: special token 4 has no spelling");
}

TEST(tokenizer_merges_refused)
{
    refuse(with_merge(small(), 1, 4), "file: merge 0: 4 is outside the vocabulary");
    refuse(with_merge(small(), LM_NO_WORD, 1),
           "file: merge 0: 4294967295 is outside the vocabulary");
    refuse(with_merge(with_merge(small(), 1, 2), 0, 1), "file: merge 1: 0 is a special token");
    refuse(with_merge(small(), 2, 1), "file: merge 0: what 2 and 1 become is no piece");
    refuse(with_special(with_merge(small(), 1, 2), 3),
           "file: merge 0: what 1 and 2 become is no piece");
    refuse(with_merge(with_merge(small(), 1, 2), 1, 2), "file: merge 1 is that of 1 and 2 again");
    lm_tokenizer *t = new_tokenizer(LM_TOK_WORD);
    merge_in(t, "a", "b");
    refuse(t, "file: a tokenizer of kind 'word' has no merges");
    t = new_tokenizer(LM_TOK_WORDPIECE);
    add_unknown(t, "<unk>");
    merge_in(t, "a", "b");
    refuse(t, "file: a tokenizer of kind 'wordpiece' has no merges");
}

TEST(tokenizer_unknown_refused)
{
    for (int kind = LM_TOK_BPE; kind <= LM_TOK_WORDPIECE; kind++) {
        lm_tokenizer *t = new_tokenizer((lm_tok_kind)kind);
        char message[100];
        snprintf(message, sizeof message,
                 "file: a tokenizer of kind '%s' needs a token for the unknown",
                 lm_tok_kind_name((lm_tok_kind)kind));
        add_piece(t, "a");
        refuse(t, message);
    }
    lm_tokenizer *t = small();
    t->vocab->unk = 4;
    refuse(t, "file: the unknown token, 4, is outside the vocabulary of 4");
}

TEST(tokenizer_bytes_refused)
{
    static const lm_tok_kind kinds[] = {LM_TOK_BYTE_BPE, LM_TOK_BYTE};
    for (size_t k = 0; k < 2; k++) {
        lm_tokenizer *t = new_tokenizer(kinds[k]);
        for (int b = 0; b < 256; b++)
            if (b != 200) add_bytes(t, &(char){(char)b}, 1);
        refuse(t, "file: byte 200 is no piece");
        refuse(with_special(with_bytes(kinds[k]), 255 - 7), "file: byte 7 is no piece");
    }
}

TEST(tokenizer_empty)
{
    static const lm_tok_kind kinds[] = {LM_TOK_WORD, LM_TOK_CHAR};
    for (size_t k = 0; k < 2; k++) {
        lm_tokenizer *t = new_tokenizer(kinds[k]);
        settle(t);
        CHECK_INT(lm_tokenizer_special(t, "<s>"), LM_NO_WORD);
        lm_tokenizer_free(t);
    }
    lm_tokenizer_free(NULL);
}

/* ---- what it knows ---- */

TEST(tokenizer_specials_and_merges)
{
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    uint32_t rank = 7;
    const uint32_t end = add_special(t, "<|endoftext|>"), ab = merge_in(t, "a", "b");
    const uint32_t a = 255 - 'a', b = 255 - 'b', abc = merge_in(t, "ab", "c");
    const uint32_t pad = add_special(t, "[PAD]");
    CHECK_INT(merge_in(t, "a", "bc"), abc); /* two ways to one piece */
    CHECK_INT(add_special(t, "[PAD]"), pad);
    CHECK_INT(add_special(t, "ab"), ab); /* it is there, and stays what it is */
    settle(t);
    CHECK_INT(lm_tokenizer_special(t, "<|endoftext|>"), end);
    CHECK_INT(lm_tokenizer_special(t, "[PAD]"), pad);
    CHECK_INT(lm_tokenizer_special(t, "ab"), LM_NO_WORD);
    CHECK_INT(lm_tokenizer_special(t, "[PAD"), LM_NO_WORD);
    for (uint32_t id = 0; id < t->vocab->size; id++)
        CHECK_INT(lm_tokenizer_is_special(t, id), id == end || id == pad);
    CHECK(lm_tokenizer_merged(t, a, b, &rank) == ab && rank == 0);
    CHECK(lm_tokenizer_merged(t, ab, 255 - 'c', &rank) == abc && rank == 1);
    CHECK_INT(lm_tokenizer_merged(t, b, a, &rank), LM_NO_WORD);
    CHECK_INT(lm_tokenizer_merged(t, end, end, &rank), LM_NO_WORD);
    lm_tokenizer_free(t);
}

/* Far more merges than slots at first, all found, and no others. */
TEST(tokenizer_many_merges)
{
    lm_tokenizer *t = with_bytes(LM_TOK_BYTE_BPE);
    uint32_t rank;
    for (uint32_t i = 0; i < 256; i++)
        for (uint32_t j = 0; j < 40; j++) merge_ids(t, i, j);
    settle(t);
    for (uint32_t i = 0; i < 256; i++)
        for (uint32_t j = 0; j < 256; j++) {
            const uint32_t id = lm_tokenizer_merged(t, i, j, &rank);
            CHECK((id != LM_NO_WORD) == (j < 40));
            CHECK(j >= 40 || (rank == i * 40 + j && id == 256 + rank));
        }
    lm_tokenizer_free(t);
}

/* ---- checkpoints ---- */

static void write_tokenizer(const lm_tokenizer *t, const char *path)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    const lm_status s = lm_tokenizer_write(t, lm_slice_of(""), out, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
}

static lm_tokenizer *open_tokenizer(const char *path)
{
    lm_err e = {0};
    lm_tokenizer *t;
    CHECK_OK(lm_tokenizer_open(&t, path, &e), &e);
    return t;
}

static void check_same(const lm_tokenizer *a, const lm_tokenizer *b)
{
    CHECK(a->kind == b->kind && a->lower == b->lower && a->longest == b->longest);
    CHECK(a->vocab->unk == b->vocab->unk && a->vocab->size == b->vocab->size);
    for (uint32_t id = 0; id < a->vocab->size; id++)
        CHECK(lm_slice_compare(lm_vocab_word(a->vocab, id), lm_vocab_word(b->vocab, id)) == 0);
    CHECK(a->merges == b->merges && a->specials == b->specials);
    if (a->merges) CHECK_BYTES(a->merge, b->merge, a->merges * sizeof *a->merge);
    if (a->specials) CHECK_BYTES(a->special, b->special, a->specials * sizeof *a->special);
}

/* One of every kind, with all that the kind can have. */
static lm_tokenizer *rich(lm_tok_kind kind)
{
    const bool bytes = kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BYTE;
    lm_tokenizer *t = bytes ? with_bytes(kind) : new_tokenizer(kind);
    if (!bytes) add_unknown(t, "<unk>");
    add_piece(t, "a");
    add_piece(t, "##\xc3\xa9");
    add_special(t, "<\"\\\x01>");
    if (kind == LM_TOK_BYTE_BPE || kind == LM_TOK_BPE) {
        merge_in(t, "a", "b</w>");
        merge_in(t, "a", "ab</w>");
    }
    t->lower = kind == LM_TOK_BPE;
    if (kind == LM_TOK_WORDPIECE) t->longest = 17;
    return t;
}

TEST(tokenizer_to_checkpoint_and_back)
{
    for (int kind = LM_TOK_BYTE_BPE; kind <= LM_TOK_BYTE; kind++) {
        lm_tokenizer *t = rich((lm_tok_kind)kind);
        settle(t);
        write_tokenizer(t, "t.tok");
        lm_tokenizer *again = open_tokenizer("t.tok");
        check_same(t, again);
        write_tokenizer(again, "again.tok");
        CHECK(same_files("t.tok", "again.tok"));
        lm_ckpt *ckpt = open_checkpoint("t.tok");
        CHECK_TEXT(lm_ckpt_kind(ckpt), LM_TOKENIZER_KIND);
        lm_ckpt_close(ckpt);
        lm_tokenizer_free(again);
        lm_tokenizer_free(t);
    }
}

TEST(tokenizer_config_in_full)
{
    static const char expected[] = "{\"kind\":\"bpe\",\"size\":7,\"merges\":2,\"lower\":true,"
                                   "\"unk\":0,\"special\":[0,3]}";
    lm_err e = {0};
    lm_str config = {0};
    lm_tokenizer *t = rich(LM_TOK_BPE);
    settle(t);
    CHECK_OK(lm_tokenizer_config(t, &config, &e), &e);
    CHECK_TEXT(config.text, expected);
    lm_str_free(&config);
    lm_tokenizer_free(t);
}

TEST(tokenizer_not_there)
{
    lm_err e = {0};
    lm_tokenizer *t;
    lm_ckpt_writer *writer = new_checkpoint("gpt");
    CHECK_OK(lm_ckpt_set_meta(writer, "lm.config", lm_slice_of("{\"layers\":[1,{}]}"), &e), &e);
    write_checkpoint(writer, "m.lm", NULL);
    CHECK_FAILS(lm_tokenizer_open(&t, "m.lm", &e), LM_EFORMAT, &e,
                "m.lm: there is no tokenizer in this checkpoint of kind 'gpt'");
    CHECK(t == NULL);
    e = (lm_err){0};
    CHECK_FAILS(lm_tokenizer_open(&t, "no.lm", &e), LM_EIO, &e, "no.lm: open");
    CHECK(t == NULL);
}

/* ---- hostile ones ---- */

/* Is it refused?  If not, it can be used. */
static bool try_load(const lm_ckpt *ckpt)
{
    static const char text[] = "aab \xc3\xa9 A\xff ab<\"\\\x01>\n\xe4\xb8\xad";
    lm_err e = {0};
    lm_ids ids = {0};
    lm_encoder *encoder;
    lm_tokenizer *t;
    const lm_status s = lm_tokenizer_load(&t, ckpt, &e);
    CHECK(s == e.status && (s == LM_OK || s == LM_EFORMAT) && (t == NULL) == (s != LM_OK));
    if (s) return true;
    CHECK_OK(lm_encoder_new(&encoder, t, true, &e), &e);
    const lm_status encoded = lm_encode(encoder, lm_slice_of(text), &ids, &e);
    CHECK(encoded == LM_OK || encoded == LM_EFORMAT);
    for (size_t i = 0; i < ids.count; i++) CHECK(ids.id[i] < t->vocab->size);
    lm_str back = text_of(t, &ids);
    lm_str_free(&back);
    lm_ids_free(&ids);
    lm_encoder_free(encoder);
    lm_tokenizer_free(t);
    return false;
}

TEST(tokenizer_hostile_numbers)
{
    for (int kind = LM_TOK_BYTE_BPE; kind <= LM_TOK_BYTE; kind++) {
        contents c;
        lm_tokenizer *t = rich((lm_tok_kind)kind);
        settle(t);
        write_tokenizer(t, "t.tok");
        change_tensors("t.tok", 2 + (t->merges > 0), try_load);
        take_apart(&c, "t.tok");
        change_config(&c, try_load);
        drop(&c);
        lm_tokenizer_free(t);
    }
}

/* Each change of lm.config is refused, with this message. */
static void refuse_config(const char *from, const char *to, const char *message)
{
    contents c;
    lm_err e = {0};
    lm_tokenizer *t;
    take_apart(&c, "t.tok");
    replace_in_config(&c, from, to);
    lm_ckpt *ckpt = put_together(&c, "lie");
    CHECK_FAILS(lm_tokenizer_load(&t, ckpt, &e), LM_EFORMAT, &e, message);
    CHECK(t == NULL);
    lm_ckpt_close(ckpt);
    drop(&c);
}

TEST(tokenizer_hostile_config)
{
    lm_tokenizer *t = rich(LM_TOK_BPE);
    settle(t);
    write_tokenizer(t, "t.tok");
    lm_tokenizer_free(t);
    refuse_config("\"bpe\"", "\"bpf\"", "no kind of tokenizer that this version knows");
    refuse_config("\"bpe\"", "\"word\"", "a tokenizer of kind 'word' has no merges");
    refuse_config("\"bpe\"", "\"byte-bpe\"", "byte 0 is no piece");
    refuse_config("\"kind\"", "\"king\"", "lm.config: tokenizer: kind or size is missing or wrong");
    refuse_config("\"unk\":0,", "", "needs a token for the unknown");
    refuse_config("\"unk\":0", "\"unk\":7", "mark 7 is outside the vocabulary of 7");
    refuse_config("\"unk\":0", "\"unk\":4294967296", "kind or size is missing or wrong");
    refuse_config("\"size\":7", "\"size\":4294967295", "kind or size is missing or wrong");
    refuse_config("\"size\":7", "\"size\":8", "tokenizer.offsets");
    refuse_config("\"size\":7", "\"size\":6", "tokenizer.offsets");
    refuse_config("\"merges\":2", "\"merges\":9", "tokenizer.merges");
    refuse_config("\"merges\":2", "\"merges\":4294967295", "lie: 4294967295 merges");
    refuse_config("[0,3]", "[3,0,3]", "special token 3 is there twice");
    refuse_config("[0,3]", "[4294967299]", "special token 4294967295 is outside");
    refuse_config("[0,3]", "[0,1]", "merge 0: 1 is a special token");
    refuse_config("{\"kind\"", "[\"kind\"", "lm.config");
    refuse_config("\"tokenizer\"", "\"tokenizes\"", "there is no tokenizer");
}

/* A key that a later version may add does no harm. */
TEST(tokenizer_unknown_member)
{
    contents c;
    lm_tokenizer *t = rich(LM_TOK_WORDPIECE);
    settle(t);
    write_tokenizer(t, "t.tok");
    take_apart(&c, "t.tok");
    replace_in_config(&c, "\"kind\"", "\"new\":{\"a\":[1]},\"kind\"");
    CHECK(!try_contents(&c, try_load));
    drop(&c);
    lm_tokenizer_free(t);
}

/* ---- no memory ---- */

TEST(tokenizer_without_memory)
{
    lm_tokenizer *saved = rich(LM_TOK_BYTE_BPE);
    settle(saved);
    write_tokenizer(saved, "t.tok");
    lm_tokenizer_free(saved);
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_tokenizer *t;
        const lm_status s = lm_tokenizer_open(&t, "t.tok", &e);
        /* A mapping is noted where there is memory, and opened anyway. */
        CHECK(s ? s == LM_ENOMEM && failing.failed : t != NULL);
        CHECK((t == NULL) == (s != LM_OK));
        lm_tokenizer_free(t);
        failing_end();
    }
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_tokenizer *t;
        uint32_t id;
        lm_status s = lm_tokenizer_new(&t, LM_TOK_WORD, &e);
        if (!s) s = lm_tokenizer_add_mark(t, "<unk>", &id, &e);
        if (!s) s = lm_tokenizer_settle(t, "t", &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        lm_tokenizer_free(t);
        failing_end();
    }
}
