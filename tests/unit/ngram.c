/* ngram.c - tests of n-gram models against the formulas, over plain tables of strings.
 *
 * The reference is written from Chen and Goodman 1999 (section 2 and 3) and Heafield et al.
 * 2013 (adjusted counts, unigrams interpolated with 1/|V|), in double; it shares no code with
 * the library.  A model keeps its probabilities as floats, hence the tolerance of 1e-6. */
#include "lm/ngram.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chance.h"
#include "lm/file.h"
#include "lm/thread.h"
#include "models.h"
#include "table.h"
#include "test.h"

enum { ORDERS = LM_NGRAM_ORDER_MAX + 1, LONGEST = 24, TEXT_MAX = 1 << 17 };

/* ---- corpora ---- */

typedef struct {
    lm_unit unit;
    char text[TEXT_MAX];
    size_t length;
    lm_slice token[TEXT_MAX];
    size_t tokens;
    size_t start[TEXT_MAX]; /* first token of line i; start[lines] = tokens */
    size_t lines;
} corpus;

static corpus it; /* the corpus of the running test */

static void add_token(corpus *c, const char *text, size_t length)
{
    if (c->unit == LM_UNIT_WORD && c->tokens > c->start[c->lines]) c->text[c->length++] = ' ';
    memcpy(c->text + c->length, text, length);
    c->token[c->tokens++] = (lm_slice){c->text + c->length, length};
    c->length += length;
}

static void end_line(corpus *c)
{
    c->text[c->length++] = '\n';
    c->start[++c->lines] = c->tokens;
}

static void clear(corpus *c, lm_unit unit)
{
    c->unit = unit;
    c->length = c->tokens = c->lines = 0;
    c->start[0] = 0;
}

/* The words of a small language: the rarer, the higher the number. */
static const char *word_number(lm_unit unit, uint64_t i)
{
    static const char *const words[] = {"a",  "b",   "ab",  "<unk>", "\xC3\xA9", "\xE4\xB8\xAD",
                                        "w",  "x7",  "the", "\\x20", "A",        "long",
                                        "s>", "</s", "zz"};
    static const char *const chars[] = {
        "a", " ", "e", "\xE4\xB8\xAD", "\xC3\xA9",         "b", "\\", "\t",
        "<", ">", "s", "\x01",         "\xF0\x9F\xA6\x8A", "/", "z"};
    static const char *const bytes[] = {"a", " ", "\xFF", "\x80", "b",    "\r", "\t",  "\\",
                                        "<", "s", ">",    "\xC3", "\xA9", "/",  "\x7F"};
    return (unit == LM_UNIT_WORD ? words : unit == LM_UNIT_CHAR ? chars : bytes)[i % 15];
}

static void make_random(corpus *c, lm_unit unit)
{
    const uint64_t words = 1 + below(15), lines = 1 + below(30), longest = 1 + below(12);
    clear(c, unit);
    for (uint64_t i = 0; i < lines; i++) {
        for (uint64_t n = below(longest + 1); n > 0; n--) {
            const char *word = word_number(unit, below(below(words) + 1));
            add_token(c, word, strlen(word));
        }
        end_line(c);
    }
    add_token(c, "a", 1); /* never no text at all */
    end_line(c);
}

/* Length of a UTF-8 character by its first byte. */
static size_t char_length(unsigned char first)
{
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* The first `lines` lines of a file of data/. */
static void read_stories(corpus *c, const char *name, lm_unit unit, size_t lines)
{
    static char line[1 << 15];
    FILE *file = fopen(test_path(name), "r");
    CHECK(file != NULL);
    clear(c, unit);
    while (c->lines < lines && fgets(line, sizeof line, file)) {
        for (const char *at = line; *at != '\n';) {
            size_t n = unit == LM_UNIT_CHAR   ? char_length((unsigned char)*at)
                       : unit == LM_UNIT_BYTE ? 1
                                              : strcspn(at, " \n");
            if (n) add_token(c, at, n);
            at += n;
            if (unit == LM_UNIT_WORD) at += strspn(at, " ");
        }
        end_line(c);
    }
    fclose(file);
    CHECK(c->lines > 1);
}

/* ---- the reference ---- */

typedef struct {
    lm_ngram_options options;
    table grams; /* keyed by words joined by newlines; the empty key is the empty context */
    double discount[ORDERS][3], katz[ORDERS][8];
    double outputs;
} reference;

typedef struct {
    char text[1 << 12];
    size_t size;
} key;

static void key_add(key *k, lm_slice word)
{
    if (k->size) k->text[k->size++] = '\n';
    CHECK(k->size + word.length < sizeof k->text);
    memcpy(k->text + k->size, word.text, word.length);
    k->size += word.length;
}

static key key_of(const lm_slice *words, size_t count)
{
    key k = {.size = 0};
    for (size_t i = 0; i < count; i++) key_add(&k, words[i]);
    return k;
}

static record *look_up(const reference *r, const lm_slice *words, size_t count)
{
    const key k = key_of(words, count);
    return table_find(&r->grams, k.text, k.size);
}

static const char *after_first(const record *g, size_t *size)
{
    const char *newline = memchr(g->key, '\n', g->size);
    *size = newline ? g->size - (size_t)(newline + 1 - g->key) : 0;
    return newline ? newline + 1 : g->key;
}

static size_t context_size(const record *g)
{
    size_t size = g->size;
    while (size > 0 && g->key[size - 1] != '\n') size--;
    return size ? size - 1 : 0;
}

static bool begins_with_bos(const record *g)
{
    return strcmp(g->key, "<s>") == 0 || strncmp(g->key, "<s>\n", 4) == 0;
}

static void count_line(reference *r, const lm_slice *words, size_t count)
{
    static lm_slice line[TEXT_MAX + 2];
    size_t n = 0;
    if (count == 0 && r->options.choice.no_marks) return;
    line[n++] = lm_slice_of("<s>");
    for (size_t i = 0; i < count; i++) line[n++] = words[i];
    if (!r->options.choice.no_marks) line[n++] = lm_slice_of("</s>");
    for (size_t i = 0; i < n; i++)
        for (int k = 1; k <= r->options.order && i + (size_t)k <= n; k++) {
            const key name = key_of(line + i, (size_t)k);
            record *g = table_add(&r->grams, name.text, name.size);
            g->order = k;
            g->count++;
            if (g->count == 1 && k > 1) { /* a new left neighbour of its suffix */
                size_t size;
                const char *suffix = after_first(g, &size);
                record *shorter = table_add(&r->grams, suffix, size);
                shorter->order = k - 1;
                shorter->left++;
            }
        }
}

/* What modified Kneser-Ney counts: Heafield et al. 2013, section 3.1. */
static double adjusted(const reference *r, const record *g)
{
    if (strcmp(g->key, "<s>") == 0) return 0;
    return g->order == r->options.order || begins_with_bos(g) ? g->count : g->left;
}

/* What the estimator counts. */
static double counted(const reference *r, const record *g)
{
    const lm_ngram_smooth smooth = r->options.smooth;
    return smooth == LM_NGRAM_KN || smooth == LM_NGRAM_MKN ? adjusted(r, g) : g->count;
}

static bool is_kept(const reference *r, const record *g)
{
    return g->order == 1 || g->count > r->options.prune[g->order];
}

static void link_children(reference *r)
{
    const size_t count = r->grams.count;
    for (size_t i = 0; i < count; i++) {
        record *g = r->grams.all[i];
        if (g->order == 0 || strcmp(g->key, "<s>") == 0) continue;
        record *context = table_add(&r->grams, g->key, context_size(g));
        g->sibling = context->child;
        context->child = g;
    }
}

static void find_katz(const double t[9], double d[8])
{
    int most = 7;
    while (most > 0 && t[most + 1] == 0) most--;
    const double common = (most + 1) * t[most + 1] / t[1];
    for (int i = 1; i <= 7; i++) {
        const double turing = (i + 1) * t[i + 1] / t[i]; /* Good-Turing's count instead of i */
        d[i] = (turing / i - common) / (1 - common);
        if (i > most || t[i] == 0 || t[1] == 0 || turing > i || !(d[i] > 3e-6 && d[i] <= 1))
            d[i] = 1;
    }
}

/* D1, D2, D3+ of mkn; D of abs and kn. */
static bool find_absolute(const reference *r, const double t[9], double d[3])
{
    if (t[1] == 0 || t[2] == 0) return false;
    const double y = t[1] / (t[1] + 2 * t[2]); /* as the paper has it: D2 = 0 is decided by */
    d[0] = y;                                  /* the last bit of this */
    if (r->options.smooth != LM_NGRAM_MKN) return true;
    for (int j = 1; j <= 3; j++) {
        if (t[j] == 0) return false;
        d[j - 1] = j - (j + 1) * y * t[j + 1] / t[j];
        if (!(d[j - 1] >= 0 && d[j - 1] <= j)) return false;
        if (r->options.backoff && d[j - 1] >= j) return false;
    }
    return true;
}

static void find_discounts(reference *r, int k)
{
    double t[9] = {0}; /* how many n-grams have the count 1 .. 8 */
    for (size_t i = 0; i < r->grams.count; i++) {
        const record *g = r->grams.all[i];
        if (g->order != k || strcmp(g->key, "<s>") == 0) continue;
        if (r->options.choice.no_marks && begins_with_bos(g)) continue;
        const double a = counted(r, g);
        if (a >= 1 && a <= 8) t[(int)a]++;
    }
    find_katz(t, r->katz[k]);
    for (int i = 0; k == 1 && r->options.choice.closed && i < 8; i++) r->katz[k][i] = 1;
    double *d = r->discount[k];
    if (!find_absolute(r, t, d)) memcpy(d, r->options.fallback_discount, 3 * sizeof *d);
}

static reference *new_reference(const corpus *c, const lm_ngram_options *options)
{
    reference *r = table_memory(NULL, sizeof *r);
    memset(r, 0, sizeof *r);
    r->options = *options;
    for (size_t i = 0; i < c->lines; i++)
        count_line(r, c->token + c->start[i], c->start[i + 1] - c->start[i]);
    for (size_t i = 0; i < r->grams.count; i++) /* words, and </s> */
        r->outputs += r->grams.all[i]->order == 1 && strcmp(r->grams.all[i]->key, "<s>") != 0;
    if (!options->choice.closed && !table_find(&r->grams, "<unk>", 5)) r->outputs++;
    link_children(r);
    for (int k = 1; k <= options->order; k++) find_discounts(r, k);
    return r;
}

static void free_reference(reference *r)
{
    table_free(&r->grams);
    free(r);
}

/* ---- probabilities of the reference, each estimator by its own formula ---- */

/* A(h), N(h), and the words that are kept. */
static void measure(const reference *r, const record *h, double *sum, double *seen, double *kept)
{
    *sum = *seen = *kept = 0;
    for (const record *g = h->child; g; g = g->sibling) {
        *sum += counted(r, g);
        (*seen)++;
        *kept += is_kept(r, g);
    }
}

/* What the n-gram g after h has of its own. */
static double own(const reference *r, const record *h, const record *g)
{
    const double *d = r->discount[g->order], k = r->options.k;
    double sum, seen, kept;
    measure(r, h, &sum, &seen, &kept);
    const double a = counted(r, g);
    switch (r->options.smooth) {
    case LM_NGRAM_ADDK:
    case LM_NGRAM_ADDK_BACKOFF:
        return (a + k) / (sum + k * r->outputs);
    case LM_NGRAM_GT:
        return (a <= 7 ? r->katz[g->order][(int)a] : 1) * a / sum;
    case LM_NGRAM_WB:
        return a / (sum + seen);
    case LM_NGRAM_ABS:
    case LM_NGRAM_KN:
        return (a - d[0]) / sum;
    case LM_NGRAM_MKN:
        return (a - d[a < 3 ? (int)a - 1 : 2]) / sum;
    default:
        return a / sum;
    }
}

static bool reference_backs_off(const reference *r)
{
    const lm_ngram_smooth smooth = r->options.smooth;
    return r->options.backoff || smooth == LM_NGRAM_GT || smooth == LM_NGRAM_ADDK_BACKOFF;
}

static double probability(const reference *r, const lm_slice *words, size_t count);

/* p(g) without its first word. */
static double lower_of(const reference *r, const record *g)
{
    lm_slice word[ORDERS];
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= g->size; i++)
        if (i == g->size || g->key[i] == '\n') {
            word[count++] = (lm_slice){g->key + start, i - start};
            start = i + 1;
        }
    return probability(r, word + 1, count - 1);
}

/* What addk leaves to the words without an n-gram after h, all together: exact for small k. */
static double added(const reference *r, const record *h)
{
    double sum, seen, kept, lost = 0;
    measure(r, h, &sum, &seen, &kept);
    for (const record *g = h->child; g; g = g->sibling)
        if (!is_kept(r, g)) lost += g->count;
    const double k = r->options.k;
    return (lost + k * (r->outputs - kept)) / (sum + k * r->outputs);
}

/* The part of h that no n-gram has, and what the others have of the shorter context.  Where
 * nothing is free for others to back off to, one more than what was counted is divided. */
static double shrunk(const reference *r, const record *h)
{
    double sum, seen, kept, all = 0;
    measure(r, h, &sum, &seen, &kept);
    for (const record *g = h->child; g; g = g->sibling)
        if (is_kept(r, g)) all += own(r, h, g);
    const bool full = r->options.smooth != LM_NGRAM_ADDK_BACKOFF && 1 - all < 1e-9 &&
                      kept < r->outputs && reference_backs_off(r);
    return full ? sum / (sum + 1) : 1;
}

static void divide(const reference *r, record *h, size_t count)
{
    if (h->divided) return;
    h->divided = true;
    h->prob = shrunk(r, h);
    h->free_part = h->rest = 1;
    for (const record *g = h->child; g; g = g->sibling) {
        if (!is_kept(r, g)) continue;
        h->free_part -= h->prob * own(r, h, g);
        if (count > 1) h->rest -= lower_of(r, g);
    }
    if (h->free_part < 1e-12) h->free_part = 0; /* rounding */
    if (r->options.smooth == LM_NGRAM_ADDK || r->options.smooth == LM_NGRAM_ADDK_BACKOFF)
        h->free_part = added(r, h);
}

/* Backed-off probabilities are as exact as the floats below them, times 1 / rest. */
static double least_rest;

/* p(words[count-1] | words before). */
static double estimate(const reference *r, const lm_slice *words, size_t count)
{
    const lm_ngram_smooth smooth = r->options.smooth;
    record *h = look_up(r, words, count - 1), *g = look_up(r, words, count);
    const bool addk = smooth == LM_NGRAM_ADDK || (count == 1 && smooth == LM_NGRAM_ADDK_BACKOFF);
    if (!h || !h->child) return addk ? 1 / r->outputs : probability(r, words + 1, count - 1);
    divide(r, h, count);
    double sum, seen, kept;
    measure(r, h, &sum, &seen, &kept);
    const bool there = g && is_kept(r, g);
    const double p = there ? h->prob * own(r, h, g) : 0;
    if (addk) return there ? p : h->free_part / (r->outputs - kept);
    const double lower = count == 1 ? 1 / r->outputs : probability(r, words + 1, count - 1);
    if (count == 1 || !reference_backs_off(r)) return p + h->free_part * lower;
    if (h->rest < 3e-6) return p + h->free_part * lower;
    least_rest = h->rest < 1 ? least_rest * h->rest : least_rest;
    return there ? p : h->free_part / h->rest * lower;
}

static double probability(const reference *r, const lm_slice *words, size_t count)
{
    if (count > (size_t)r->options.order) {
        words += count - (size_t)r->options.order;
        count = (size_t)r->options.order;
    }
    return estimate(r, words, count);
}

/* How many words the longest n-gram has that ends here and was seen; 1 for no more. */
static int longest_seen(const reference *r, const lm_slice *words, size_t count)
{
    int n = count < (size_t)r->options.order ? (int)count : r->options.order;
    for (; n > 1; n--) {
        const record *g = look_up(r, words + count - (size_t)n, (size_t)n);
        if (g && is_kept(r, g)) break;
    }
    return n;
}

/* ---- models ---- */

static lm_ngram *train(const corpus *c, const lm_ngram_options *options, size_t threads)
{
    lm_err e = {0};
    lm_run run = {0};
    if (threads > 1) CHECK_OK(lm_pool_new(&run.pool, threads, &e), &e);
    lm_ngram *model = model_of((lm_slice){c->text, c->length}, c->unit, options, &run);
    lm_pool_free(run.pool);
    return model;
}

/* ---- histories ---- */

typedef struct {
    bool inside;
    lm_slice word[LONGEST + 2]; /* <s> first, if it counts */
    size_t count;
    size_t marks; /* 1 if <s> is there */
} history;

static void add_word(const corpus *c, const lm_ngram_options *o, history *h)
{
    lm_slice word = c->token[below(c->tokens)];
    if (below(12) == 0) word = lm_slice_of(o->choice.closed ? "not-a-word" : "<unk>");
    h->word[h->count++] = word;
}

/* Words at random, or a piece of the text, so that long contexts are seen ones; from a
 * line's start or inside it. */
static void random_history(const corpus *c, const lm_ngram_options *o, history *h)
{
    *h = (history){.inside = below(2) == 0};
    if (!h->inside && !o->choice.no_marks) {
        h->word[h->count++] = lm_slice_of("<s>");
        h->marks = 1;
    }
    const size_t line = below(c->lines), from = c->start[line], until = c->start[line + 1];
    if (below(3) > 0)
        for (size_t i = h->inside && until > from ? from + below(until - from) : from;
             i < until && h->count < LONGEST && below(8) > 0; i++)
            h->word[h->count++] = c->token[i];
    for (uint64_t n = below(4); n > 0 && h->count < LONGEST; n--) add_word(c, o, h);
}

static void walk(const lm_ngram *m, const history *h, lm_ngram_state *state)
{
    int order;
    lm_ngram_begin(m, state, h->inside);
    for (size_t i = h->marks; i < h->count; i++)
        (void)lm_ngram_score(m, state, lm_lang_id(&m->lang, h->word[i]), &order);
}

static bool near(double found, double expected, double relative)
{
    return fabs(found - expected) <= relative * fabs(expected) + 1e-30;
}

/* score() and predict() of one word against each other and the reference. */
static void check_word(const lm_ngram *m, const reference *r, history *h, const double *p,
                       const lm_ngram_state *state, uint32_t id)
{
    lm_ngram_state after = *state;
    int order;
    const double scored = lm_ngram_score(m, &after, id, &order);
    CHECK(near(p[id], scored, 1e-12));
    h->word[h->count] = lm_vocab_word(m->lang.vocab, id);
    if (!r) return;
    least_rest = 1;
    const double expected = probability(r, h->word, h->count + 1);
    CHECK(near(scored, expected, 1e-6 / least_rest));
    if (r->options.smooth != LM_NGRAM_ADDK)
        CHECK_INT(order, longest_seen(r, h->word, h->count + 1));
}

static bool same_states(const lm_ngram_state *a, const lm_ngram_state *b)
{
    bool same = a->length == b->length && a->wanted == b->wanted;
    for (int i = 0; same && i < a->length; i++)
        same = a->context[i].begin == b->context[i].begin &&
               a->context[i].end == b->context[i].end && a->context[i].bow == b->context[i].bow;
    return same;
}

/* The state after a history is the state after its last order-1 words. */
static void check_state(const lm_ngram *m, const history *h, const lm_ngram_state *state)
{
    const size_t most = (size_t)m->lang.order - 1;
    if (h->count - h->marks < most) return;
    history end = {.inside = true, .count = most};
    memcpy(end.word, h->word + h->count - most, most * sizeof *end.word);
    lm_ngram_state other;
    walk(m, &end, &other);
    CHECK(same_states(&other, state));
}

/* `words` of the vocabulary at random, or all of them. */
static void check_history(const lm_ngram *m, const reference *r, history *h, uint32_t words)
{
    static double p[TEXT_MAX];
    const lm_vocab *vocab = m->lang.vocab;
    lm_ngram_state state;
    double sum = 0;
    walk(m, h, &state);
    check_state(m, h, &state);
    lm_ngram_predict(m, &state, p);
    for (uint32_t id = 0; id < vocab->size; id++) {
        CHECK(p[id] >= 0 && p[id] <= 1);
        if (lm_vocab_is_output(vocab, id)) sum += p[id];
    }
    CHECK_NEAR(sum, 1, 1e-6);
    if (vocab->bos != LM_NO_WORD) CHECK(p[vocab->bos] == 0);
    const bool all = words >= vocab->size;
    for (uint32_t i = 0; i < (all ? vocab->size : words); i++) {
        const uint32_t id = all ? i : (uint32_t)below(vocab->size);
        if (lm_vocab_is_output(vocab, id)) check_word(m, r, h, p, &state, id);
    }
}

/* Ids: <unk>, </s>, words by descending count and bytes, <s>. */
static void check_vocabulary(const lm_ngram *m, const reference *r)
{
    const lm_vocab *v = m->lang.vocab;
    const uint32_t marks = !r->options.choice.closed + !r->options.choice.no_marks;
    CHECK_INT(lm_vocab_outputs(v), r->outputs);
    CHECK_INT(v->unk, r->options.choice.closed ? LM_NO_WORD : 0);
    CHECK_INT(v->eos, r->options.choice.no_marks ? LM_NO_WORD : marks - 1);
    CHECK_INT(v->bos, r->options.choice.no_marks ? LM_NO_WORD : v->size - 1);
    for (uint32_t id = marks; id + 1 < lm_vocab_outputs(v); id++) {
        const lm_slice a = lm_vocab_word(v, id), b = lm_vocab_word(v, id + 1);
        const double x = look_up(r, &a, 1)->count, y = look_up(r, &b, 1)->count;
        CHECK(x > y || (x == y && lm_slice_compare(a, b) < 0));
    }
}

static void check_model(const corpus *c, const lm_ngram_options *o, int histories, uint32_t words)
{
    reference *r = new_reference(c, o);
    lm_ngram *m = train(c, o, 1);
    history h;
    check_vocabulary(m, r);
    for (int i = 0; i < histories; i++) {
        random_history(c, o, &h);
        check_history(m, r, &h, words);
    }
    lm_ngram_free(m);
    free_reference(r);
}

static lm_ngram_options random_options(int order, lm_ngram_smooth smooth)
{
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = order;
    o.smooth = smooth;
    o.k = (double[]){1, 1e-9, 0.001 * (double)(1 + below(3000))}[below(3)];
    o.choice.closed = below(2) == 0;
    o.choice.no_marks = below(2) == 0;
    o.backoff = smooth >= LM_NGRAM_WB && below(2) == 0;
    const bool pruned = below(3) == 0;
    for (int n = 2; n <= order; n++)
        o.prune[n] = o.prune[n - 1] + (pruned ? (uint32_t)below(2) : 0);
    return o;
}

static void check_random(lm_ngram_smooth smooth)
{
    random_state = (uint64_t)smooth + 1;
    for (int i = 0; i < 500; i++) {
        const lm_ngram_options o = random_options(1 + i % 6, smooth);
        make_random(&it, (lm_unit)below(3));
        check_model(&it, &o, 12, UINT32_MAX);
    }
}

TEST(mle_is_the_formula)
{
    check_random(LM_NGRAM_MLE);
}
TEST(addk_is_the_formula)
{
    check_random(LM_NGRAM_ADDK);
}
TEST(addk_backoff_is_the_formula)
{
    check_random(LM_NGRAM_ADDK_BACKOFF);
}
TEST(good_turing_is_the_formula)
{
    check_random(LM_NGRAM_GT);
}
TEST(witten_bell_is_the_formula)
{
    check_random(LM_NGRAM_WB);
}
TEST(absolute_discounting_is_the_formula)
{
    check_random(LM_NGRAM_ABS);
}
TEST(kneser_ney_is_the_formula)
{
    check_random(LM_NGRAM_KN);
}
TEST(modified_kneser_ney_is_the_formula)
{
    check_random(LM_NGRAM_MKN);
}

/* ---- pruning by entropy; tests/oracle/stolcke.py has what goes ---- */

/* Of a trained model, or of a finished one: the same. */
static lm_ngram *train_and_prune(const corpus *c, const lm_ngram_options *options)
{
    lm_err e = {0};
    lm_ngram_options all = *options;
    lm_ngram *at_once = train(c, options, 2);
    all.entropy_prune = 0;
    lm_ngram *m = train(c, &all, 1);
    CHECK_OK(lm_ngram_prune(m, options->entropy_prune, NULL, &e), &e);
    save_model(at_once, "one", NULL);
    save_model(m, "more", NULL);
    CHECK(same_files("one", "more"));
    lm_ngram_free(at_once);
    return m;
}

TEST(pruned_by_entropy_sums_stay_one)
{
    history h;
    random_state = 41;
    for (int i = 0; i < 1600; i++) {
        const lm_ngram_smooth smooth = (lm_ngram_smooth)(i % LM_NGRAM_ARPA);
        if (smooth == LM_NGRAM_ADDK) continue;
        lm_ngram_options o = random_options(1 + i % 6, smooth);
        o.entropy_prune = pow(10, -(double)below(5)) * (double)(1 + below(9)) / 10;
        make_random(&it, (lm_unit)below(3));
        lm_ngram *m = train_and_prune(&it, &o);
        for (int n = 0; n < 12; n++) {
            random_history(&it, &o, &h);
            check_history(m, NULL, &h, UINT32_MAX);
        }
        lm_ngram_free(m);
    }
}

TEST(pruning_by_entropy_of_nothing_and_of_everything)
{
    lm_err e = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    random_state = 43;
    make_random(&it, LM_UNIT_WORD);
    o.order = 3;
    lm_ngram *m = train(&it, &o, 1);
    const uint64_t trigrams = m->count[3];
    CHECK(trigrams > 0);
    CHECK_OK(lm_ngram_prune(m, 0, NULL, &e), &e);
    CHECK_INT(m->count[3], trigrams);
    CHECK_OK(lm_ngram_prune(m, 1e9, NULL, &e), &e);
    CHECK(m->count[1] > 0 && m->count[2] == 0 && m->count[3] == 0);
    CHECK_FAILS(lm_ngram_prune(m, -1, NULL, &e), LM_EUSAGE, &e, "threshold");
    lm_ngram_free(m);
    e = (lm_err){0};
    o.smooth = LM_NGRAM_ADDK;
    m = train(&it, &o, 1);
    CHECK_FAILS(lm_ngram_prune(m, 0.1, NULL, &e), LM_EUSAGE, &e, "add-k");
    lm_ngram_free(m);
}

static void check_stories(const char *name, lm_unit unit, size_t lines)
{
    random_state = 77 + (uint64_t)unit;
    read_stories(&it, name, unit, lines);
    for (int i = 0; i < 2 * LM_NGRAM_ARPA; i++) {
        const lm_ngram_options o =
            random_options(1 + (i * 5 + (int)unit) % 6, (lm_ngram_smooth)(i % LM_NGRAM_ARPA));
        check_model(&it, &o, 25, 40);
    }
}

TEST(words_of_stories)
{
    check_stories("data/stories-valid.txt", LM_UNIT_WORD, SIZE_MAX);
}
TEST(characters_of_stories)
{
    check_stories("data/stories-valid.txt", LM_UNIT_CHAR, 400);
}
TEST(bytes_of_stories)
{
    check_stories("data/stories-valid.txt", LM_UNIT_BYTE, 400);
}
TEST(chinese_characters)
{
    check_stories("data/stories-zh-valid.txt", LM_UNIT_CHAR, SIZE_MAX);
}

/* Long contexts after which all but rare characters were seen have large back-off weights, one
 * above the other. */
TEST(sums_of_a_model_of_characters)
{
    history h;
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    random_state = 83;
    read_stories(&it, "data/stories-valid.txt", LM_UNIT_CHAR, SIZE_MAX);
    o.order = 6;
    o.backoff = true;
    for (int i = 0; i < 8; i++) {
        o.smooth = (lm_ngram_smooth[]){LM_NGRAM_WB, LM_NGRAM_ABS, LM_NGRAM_KN, LM_NGRAM_MKN}[i / 2];
        o.entropy_prune = i % 2 ? 1e-6 : 0;
        lm_ngram *m = train(&it, &o, 2);
        for (int n = 0; n < 2000; n++) {
            random_history(&it, &o, &h);
            check_history(m, NULL, &h, 0);
        }
        lm_ngram_free(m);
    }
}

/* Repeats 64 times: a sort that goes deeper than one key, and runs past insertion sort. */
TEST(repeated_lines)
{
    random_state = 5;
    for (int order = 1; order <= LM_NGRAM_ORDER_MAX; order++) {
        const lm_ngram_options o = random_options(order, (lm_ngram_smooth)(order % LM_NGRAM_ARPA));
        clear(&it, LM_UNIT_WORD);
        for (int line = 0; line < 64; line++) {
            for (int i = 0; i < 14; i++) add_token(&it, i % 5 ? "a" : line % 9 ? "b" : "c", 1);
            end_line(&it);
        }
        check_model(&it, &o, 20, UINT32_MAX);
    }
}

/* ---- the choice of words ---- */

/* The vocabulary of a model of unigrams by relative frequency, as "word:count ..." in the order
 * of ids. */
static void check_choice(const char *text, const char *listed, uint64_t min_count, uint64_t most,
                         const char *expected)
{
    char found[256] = "";
    lm_err e = {0};
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.order = 1;
    o.smooth = LM_NGRAM_MLE;
    o.choice.no_marks = true;
    o.choice.min_count = min_count;
    o.choice.vocab_size = most;
    if (listed)
        CHECK_OK(
            lm_vocab_read(&o.choice.list, lm_slice_of(listed), "list", LM_UNIT_WORD, false, &e),
            &e);
    clear(&it, LM_UNIT_WORD);
    for (; *text; text += *text == ' ') {
        const size_t n = strcspn(text, " ");
        add_token(&it, text, n);
        text += n;
    }
    end_line(&it);
    lm_ngram *m = train(&it, &o, 1);
    for (uint32_t id = 0; id < m->lang.vocab->size; id++) {
        const lm_slice word = lm_vocab_word(m->lang.vocab, id);
        const double count = (double)m->leaf[m->rank[id]].prob * (double)it.tokens;
        const size_t length = strlen(found);
        (void)snprintf(found + length, sizeof found - length, "%s%.*s:%.4g", id ? " " : "",
                       (int)word.length, word.text, count);
    }
    CHECK_TEXT(found, expected);
    lm_ngram_free(m);
    lm_vocab_free(o.choice.list);
}

TEST(words_are_chosen)
{
    static const char text[] = "c b c a <unk> c b d e";
    check_choice(text, NULL, 0, 0, "<unk>:1 c:3 b:2 a:1 d:1 e:1");
    check_choice(text, NULL, 1, 0, "<unk>:1 c:3 b:2 a:1 d:1 e:1");
    check_choice(text, NULL, 2, 0, "<unk>:4 c:3 b:2");
    check_choice(text, NULL, 4, 0, "<unk>:9");
    check_choice(text, NULL, 0, 3, "<unk>:3 c:3 b:2 a:1"); /* ties in byte order */
    check_choice(text, NULL, 0, 9, "<unk>:1 c:3 b:2 a:1 d:1 e:1");
    check_choice(text, NULL, 2, 1, "<unk>:6 c:3");
    check_choice(text, "x\ne\nb\n", 0, 0, "<unk>:6 b:2 e:1 x:0");
    check_choice(text, "x\ne\nb\nw\n", 0, 3, "<unk>:6 b:2 e:1 w:0");
    check_choice(text, "x\ne\nb\n", 1, 0, "<unk>:6 b:2 e:1");
    check_choice(text, "<unk>\n<s>\n", 0, 0, "<unk>:9");
}

/* Rare words may as well be <unk> in the text. */
TEST(rare_words_are_unknown_ones)
{
    static corpus rare;
    random_state = 23;
    for (int i = 0; i < 60; i++) {
        lm_ngram_options o = random_options(1 + i % 4, (lm_ngram_smooth)(i % LM_NGRAM_ARPA));
        o.choice.closed = false;
        o.choice.min_count = 1 + below(5);
        make_random(&it, LM_UNIT_WORD);
        lm_ngram *m = train(&it, &o, 1);
        save_model(m, "one", NULL);
        lm_ngram_free(m);
        clear(&rare, LM_UNIT_WORD);
        for (size_t line = 0; line < it.lines; line++) {
            for (size_t at = it.start[line]; at < it.start[line + 1]; at++) {
                uint64_t count = 0;
                for (size_t n = 0; n < it.tokens; n++)
                    count += lm_slice_compare(it.token[n], it.token[at]) == 0;
                const lm_slice word =
                    count < o.choice.min_count ? lm_slice_of("<unk>") : it.token[at];
                add_token(&rare, word.text, word.length);
            }
            end_line(&rare);
        }
        o.choice.min_count = 0;
        m = train(&rare, &o, 1);
        save_model(m, "more", NULL);
        lm_ngram_free(m);
        CHECK(same_files("one", "more"));
    }
}

/* Words that were never read: sums and orders hold. */
TEST(listed_words_that_are_not_in_the_text)
{
    lm_err e = {0};
    history h;
    random_state = 29;
    for (int i = 0; i < 200; i++) {
        lm_ngram_options o = random_options(1 + i % 4, (lm_ngram_smooth)(i % LM_NGRAM_ARPA));
        o.choice.closed = false;
        if (o.smooth != LM_NGRAM_ADDK && i % 3 == 0) o.entropy_prune = 0.01;
        CHECK_OK(lm_vocab_read(&o.choice.list, lm_slice_of("new\na\nnewer\nthe\nab\n"), "list",
                               LM_UNIT_WORD, false, &e),
                 &e);
        make_random(&it, LM_UNIT_WORD);
        lm_ngram *m = train(&it, &o, 1);
        CHECK_INT(lm_vocab_outputs(m->lang.vocab), 6 + !o.choice.no_marks);
        for (int n = 0; n < 12; n++) {
            random_history(&it, &o, &h);
            check_history(m, NULL, &h, UINT32_MAX);
        }
        lm_ngram_free(m);
        lm_vocab_free(o.choice.list);
    }
}

/* ---- the same bytes ---- */

TEST(any_number_of_threads_makes_the_same_bytes)
{
    static const size_t threads[] = {2, 3, 5};
    random_state = 9;
    for (int i = 0; i < 24; i++) {
        const lm_ngram_options o = random_options(1 + i % 6, (lm_ngram_smooth)(i % LM_NGRAM_ARPA));
        if (i % 4 == 3)
            read_stories(&it, "data/stories-valid.txt", (lm_unit)(i % 3), 200);
        else
            make_random(&it, (lm_unit)(i % 3));
        lm_ngram *m = train(&it, &o, 1);
        save_model(m, "one", NULL);
        lm_ngram_free(m);
        for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
            m = train(&it, &o, threads[t]);
            save_model(m, "more", NULL);
            lm_ngram_free(m);
            CHECK(same_files("one", "more"));
        }
    }
}

TEST(saved_and_loaded_scores_are_identical)
{
    static double p[TEXT_MAX], q[TEXT_MAX];
    lm_err e = {0};
    lm_ckpt *ckpt;
    lm_ngram *loaded;
    random_state = 11;
    for (int i = 0; i < 36; i++) {
        const lm_ngram_options o = random_options(1 + i % 6, (lm_ngram_smooth)(i % LM_NGRAM_ARPA));
        make_random(&it, (lm_unit)below(3));
        lm_ngram *m = train(&it, &o, 1);
        save_model(m, "m.lm", NULL);
        CHECK_OK(lm_ckpt_open(&ckpt, "m.lm", LM_CKPT_CHECK_ALL, &e), &e);
        CHECK_OK(lm_ngram_load(&loaded, ckpt, &e), &e);
        CHECK_INT(loaded->lang.unit, it.unit);
        CHECK_INT(loaded->smooth, o.smooth);
        CHECK_INT(loaded->backoff, o.backoff);
        CHECK_INT(loaded->lang.order, o.order);
        CHECK(o.smooth != LM_NGRAM_ADDK || loaded->k == o.k);
        CHECK(memcmp(loaded->discount, m->discount, sizeof m->discount) == 0);
        CHECK(memcmp(&loaded->lang.spell, &m->lang.spell, sizeof m->lang.spell) == 0);
        for (int n = 0; n < 10; n++) {
            history h;
            lm_ngram_state a, b;
            random_history(&it, &o, &h);
            walk(m, &h, &a);
            walk(loaded, &h, &b);
            CHECK(same_states(&a, &b));
            lm_ngram_predict(m, &a, p);
            lm_ngram_predict(loaded, &b, q);
            CHECK(memcmp(p, q, m->lang.vocab->size * sizeof *p) == 0);
        }
        save_model(loaded, "again.lm", NULL);
        CHECK(same_files("m.lm", "again.lm"));
        lm_ngram_free(m);
        lm_ngram_free(loaded);
        lm_ckpt_close(ckpt);
    }
}

/* ---- what cannot be estimated ---- */

TEST(no_text)
{
    static const char *const texts[] = {"", "\n", " \n\t\n"};
    for (int i = 0; i < 3; i++) {
        lm_err e = {0};
        lm_text *text;
        lm_ngram *m;
        lm_ngram_options o = LM_NGRAM_DEFAULTS;
        o.choice.no_marks = true;
        CHECK_OK(lm_text_memory(&text, lm_slice_of(texts[i]), "corpus", LM_UNIT_WORD, false, &e),
                 &e);
        CHECK_FAILS(lm_ngram_train(&m, text, &o, NULL, &e), LM_EFORMAT, &e, "no text");
        CHECK(m == NULL);
        lm_text_close(text);
    }
}

TEST(discounts_that_cannot_be_estimated)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram *m;
    lm_ngram_options o = LM_NGRAM_DEFAULTS;
    o.fallback = false;
    o.order = 2;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a b\n"), "corpus", LM_UNIT_WORD, false, &e), &e);
    CHECK_FAILS(lm_ngram_train(&m, text, &o, NULL, &e), LM_EFORMAT, &e, "order 1: no discounts");
    lm_text_close(text);
    e = (lm_err){0};
    o.smooth = LM_NGRAM_KN;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a b\n"), "corpus", LM_UNIT_WORD, false, &e), &e);
    CHECK_FAILS(lm_ngram_train(&m, text, &o, NULL, &e), LM_EFORMAT, &e, "--discount-fallback D");
    lm_text_close(text);
}

static void refuses(lm_ngram_options o, const char *message)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram *m;
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a b\n"), "corpus", LM_UNIT_WORD, false, &e), &e);
    CHECK_FAILS(lm_ngram_train(&m, text, &o, NULL, &e), LM_EUSAGE, &e, message);
    CHECK(m == NULL);
    lm_text_close(text);
}

TEST(options_that_are_refused)
{
    const lm_ngram_options good = LM_NGRAM_DEFAULTS;
    lm_ngram_options o = good;
    o.order = 0;
    refuses(o, "--order: 0");
    o.order = LM_NGRAM_ORDER_MAX + 1;
    refuses(o, "--order: 11");
    o = good;
    o.smooth = LM_NGRAM_ARPA;
    refuses(o, "ARPA");
    o.smooth = LM_NGRAM_ADDK;
    o.k = 0;
    refuses(o, "--k");
    o.k = 1;
    o.backoff = true;
    refuses(o, "addk-backoff is that");
    o.smooth = LM_NGRAM_MLE;
    refuses(o, "--backoff: mle");
    o = good;
    o.smooth = LM_NGRAM_ADDK;
    o.entropy_prune = 0.1;
    refuses(o, "--entropy-prune: addk");
    o.smooth = LM_NGRAM_MKN;
    o.entropy_prune = -1;
    refuses(o, "--entropy-prune");
    o = good;
    o.prune[1] = 1;
    refuses(o, "--prune: words");
    o.prune[1] = 0;
    o.prune[2] = 1;
    refuses(o, "--prune: 0 for order 3 is less than 1");
    o = good;
    o.choice.closed = true;
    o.choice.min_count = 1;
    refuses(o, "--closed");
    o = good;
    o.fallback_discount[1] = 2.5;
    refuses(o, "--discount-fallback: 2.5 for counts of 2 is not 0 to 2");
    o.fallback_discount[1] = 2;
    o.backoff = true;
    refuses(o, "is not 0 to less than 2");
}

static volatile sig_atomic_t stop = 1;

TEST(stopped)
{
    lm_err e = {0};
    lm_text *text;
    lm_ngram *m;
    const lm_ngram_options o = LM_NGRAM_DEFAULTS;
    const lm_run run = {.stop = &stop};
    CHECK_OK(lm_text_memory(&text, lm_slice_of("a b\n"), "corpus", LM_UNIT_WORD, false, &e), &e);
    CHECK_FAILS(lm_ngram_train(&m, text, &o, &run, &e), LM_ESTOPPED, &e, "stopped");
    CHECK(m == NULL);
    lm_text_close(text);
}
