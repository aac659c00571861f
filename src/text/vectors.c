/* vectors.c - word vectors in the files of other tools: which form a file has, and what all forms
 * have in common. */
#include "lm/vectors.h"
#include <string.h>
#include "lm/ckpt.h"
#include "lm/memory.h"
#include "vectors_private.h"

/* ---- recognising ---- */

/* Text that follows the first line is a line of a word and `dim` numbers.  If it is not, text with
 * an error in it or binary numbers: those have bytes that text has not. */
static bool is_binary(lm_vectors_reader after, uint64_t dim)
{
    const lm_slice rest = after.rest;
    lm_slice line = {0};
    if (!lm_vectors_line(&after, &line) || lm_vectors_numbers(line) >= dim) return false;
    const char *blank = memchr(rest.text, ' ', rest.length);
    if (!blank) return false;
    const char *end = rest.text + rest.length;
    if ((uint64_t)(end - blank) > 4 * dim) end = blank + 4 * dim + 1;
    for (const char *p = blank; p < end; p++) {
        const unsigned char c = (unsigned char)*p;
        const bool in_line = p < line.text + line.length;
        if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 127) return true;
        if (c > 127 && in_line) return true;
    }
    return false;
}

lm_vectors_form lm_vectors_recognise(lm_slice bytes)
{
    lm_vectors_reader r = {.rest = bytes};
    uint64_t words, dim;
    lm_slice line;
    if (!lm_vectors_line(&r, &line)) return LM_VECTORS_AUTO;
    if (lm_vectors_sizes(line, &words, &dim))
        return is_binary(r, dim) ? LM_VECTORS_BINARY : LM_VECTORS_TEXT;
    /* A word and one number: more likely a list of words with their counts. */
    return lm_vectors_numbers(line) >= 2 ? LM_VECTORS_GLOVE : LM_VECTORS_AUTO;
}

static const char FASTTEXT[] = "a model of fastText; its vectors are in the .vec file beside it";

static const struct {
    const char *bytes;
    size_t length;
    const char *what;
} others[] = {
    {"\xba\x16\x4f\x2f", 4, FASTTEXT},
    {"\x89HDF\r\n\x1a\n", 8,
     "an HDF5 file; write its vectors as text, a word and its numbers a line"},
    {"\x93NUMPY", 6, "a NumPy array, which has no words; write a word and its numbers a line"},
    {"PK\3\4", 4, "a zip archive; unpack it first"},
    {"\x1f\x8b", 2, "compressed; let 'gzip -dc' write it to this program's standard input"},
    {"BZh", 3, "compressed; let 'bzip2 -dc' write it to this program's standard input"},
    {"\xfd"
     "7zXZ",
     5, "compressed; let 'xz -dc' write it to this program's standard input"},
    {"\x28\xb5\x2f\xfd", 4,
     "compressed; let 'zstd -dc' write it to this program's standard input"}};

/* fastText before it had a magic number: twelve int32, the seventh its loss, the eighth its model.
 */
static bool is_old_fasttext(lm_slice bytes)
{
    int32_t numbers[12];
    if (bytes.length < sizeof numbers) return false;
    memcpy(numbers, bytes.text, sizeof numbers);
    for (int i = 0; i < 8; i++)
        if (numbers[i] < 1 || numbers[i] > 0xffff) return false;
    return numbers[6] <= 3 && numbers[7] <= 3;
}

lm_status lm_vectors_refuse_others(lm_slice bytes, const char *name, lm_err *e)
{
    const unsigned char *p = (const unsigned char *)bytes.text;
    if (lm_ckpt_begins(bytes.text, bytes.length))
        return lm_fail(e, LM_EFORMAT,
                       "%s: a checkpoint; 'ckpt-convert --to w2v' writes its vectors", name);
    if (bytes.length > 2 && p[0] == 0x80 && p[1] >= 2 && p[1] <= 5)
        return lm_fail(e, LM_EFORMAT,
                       "%s: a Python pickle, as gensim saves models; let gensim write the vectors: "
                       "model.wv.save_word2vec_format(FILE, binary=True)",
                       name);
    if (is_old_fasttext(bytes)) return lm_fail(e, LM_EFORMAT, "%s: %s", name, FASTTEXT);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (bytes.length >= others[i].length &&
            memcmp(bytes.text, others[i].bytes, others[i].length) == 0)
            return lm_fail(e, LM_EFORMAT, "%s: %s", name, others[i].what);
    return LM_OK;
}

/* ---- rows ---- */

lm_status lm_vectors_row(lm_vectors_reader *r, lm_real **row, lm_err *e)
{
    const size_t used = r->v->vocab->size * r->v->dim;
    LM_TRY(lm_reserve(&r->v->value, &r->capacity, used + r->v->dim, sizeof **row, e));
    *row = r->v->value + used;
    return LM_OK;
}

lm_status lm_vectors_keep(lm_vectors_reader *r, lm_slice word, lm_err *e)
{
    const uint32_t size = r->v->vocab->size;
    uint32_t id = size;
    if (word.length) LM_TRY(lm_vocab_add(r->v->vocab, word, &id, e));
    r->unnamed += word.length == 0;
    r->repeated += id < size;
    return LM_OK;
}

void lm_vectors_progress(const lm_vectors_reader *r)
{
    if (r->line % 1024 == 0)
        lm_progress(r->run, "reading", 1e-6 * (double)(r->whole.length - r->rest.length),
                    1e-6 * (double)r->whole.length, "MB");
}

static void tell_left_out(const lm_vectors_reader *r)
{
    if (r->repeated)
        lm_warn(r->run, "%s: words that came before, whose vectors are left out: %llu", r->name,
                (unsigned long long)r->repeated);
    if (r->unnamed)
        lm_warn(r->run, "%s: empty words, whose vectors are left out: %llu", r->name,
                (unsigned long long)r->unnamed);
}

/* ---- reading ---- */

/* The least a word takes in bytes: as text, two a number and two more, of which the last may lack
 * its newline; in binary, four a number and a blank. */
static lm_status check_sizes(const lm_vectors_reader *r, bool binary, uint64_t words, uint64_t dim,
                             lm_err *e)
{
    const uint64_t length = r->rest.length, each = binary ? 4 : 2;
    const uint64_t room = binary ? length : length + 1, beside = binary ? 1 : 2;
    if (dim <= length / each && words <= room / (each * dim + beside)) return LM_OK;
    return lm_fail(e, LM_EFORMAT,
                   "%s:%s %llu words of %llu numbers do not fit the %llu bytes that follow",
                   r->name, binary ? " byte 0:" : "1:", (unsigned long long)words,
                   (unsigned long long)dim, (unsigned long long)length);
}

static lm_status read_with_sizes(lm_vectors_reader *r, bool binary, lm_err *e)
{
    lm_slice line;
    uint64_t words, dim;
    if (!lm_vectors_line(r, &line) || !lm_vectors_sizes(line, &words, &dim))
        return lm_fail(e, LM_EFORMAT,
                       "%s:1: expected two numbers: how many words, and numbers each", r->name);
    LM_TRY(check_sizes(r, binary, words, dim, e));
    r->v->dim = (size_t)dim;
    LM_TRY(lm_vocab_new(&r->v->vocab, e));
    LM_TRY(lm_reserve(&r->v->value, &r->capacity, (size_t)(words * dim), sizeof *r->v->value, e));
    return binary ? lm_vectors_read_binary(r, words, e) : lm_vectors_read_text(r, words, e);
}

static lm_status read_glove(lm_vectors_reader *r, lm_err *e)
{
    lm_vectors_reader ahead = *r;
    lm_slice line;
    const uint64_t dim = lm_vectors_line(&ahead, &line) ? lm_vectors_numbers(line) : 0;
    if (dim == 0) return lm_fail(e, LM_EFORMAT, "%s:1: expected a word and its numbers", r->name);
    r->v->dim = (size_t)dim;
    LM_TRY(lm_vocab_new(&r->v->vocab, e));
    return lm_vectors_read_glove(r, e);
}

static lm_status read_form(lm_vectors_reader *r, lm_vectors_form form, lm_err *e)
{
    const lm_vectors_form found = lm_vectors_recognise(r->rest);
    if (found == LM_VECTORS_AUTO) LM_TRY(lm_vectors_refuse_others(r->rest, r->name, e));
    if (form == LM_VECTORS_AUTO) form = found;
    if (form == LM_VECTORS_AUTO)
        return lm_fail(e, LM_EFORMAT,
                       "%s:1: expected word vectors: how many words, and numbers each, or (GloVe) "
                       "a word and its numbers",
                       r->name);
    if (form == LM_VECTORS_GLOVE) return read_glove(r, e);
    return read_with_sizes(r, form == LM_VECTORS_BINARY, e);
}

lm_status lm_vectors_read(lm_vectors *v, lm_slice bytes, const char *name, lm_vectors_form form,
                          const lm_run *run, lm_err *e)
{
    lm_vectors_reader r = {.v = v, .whole = bytes, .rest = bytes, .name = name, .run = run};
    *v = (lm_vectors){0};
    lm_status s = read_form(&r, form, e);
    if (!s && v->vocab->size == 0) s = lm_fail(e, LM_EFORMAT, "%s: no words", name);
    lm_progress(run, NULL, 0, 0, NULL);
    if (s)
        lm_vectors_free(v);
    else
        tell_left_out(&r);
    return s;
}

void lm_vectors_free(lm_vectors *v)
{
    lm_vocab_free(v->vocab);
    lm_free(v->value);
    *v = (lm_vectors){0};
}
