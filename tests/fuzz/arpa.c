/* arpa.c - fuzzes the reader of ARPA text.
 *
 * Every input is read as words and as characters.  What is accepted is walked, written, and
 * read again, which must give the same tables. */
#include "lm/arpa.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void demand(int holds)
{
    if (!holds) abort();
}

static lm_ngram *read_model(const char *text, size_t length, lm_unit unit)
{
    lm_ngram *m;
    lm_err e = {0};
    const lm_status s = lm_arpa_read(&m, (lm_slice){text, length}, "fuzz", unit, NULL, &e);
    demand(s == e.status && (s == LM_OK) == (m != NULL) && (s == LM_OK || s == LM_EFORMAT));
    demand((s == LM_OK) == (e.message[0] == '\0'));
    return m;
}

/* Along its own n-grams and away from them. */
static void walk(const lm_ngram *m)
{
    const uint32_t size = m->lang.vocab->size;
    double *p = malloc(size * sizeof *p);
    lm_ngram_state state;
    int order;
    demand(p != NULL);
    lm_ngram_begin(m, &state, false);
    for (uint32_t i = 0; i < 64; i++) {
        const uint32_t word = state.length && state.length < m->lang.order && i % 4
                                  ? m->first[state.length][state.node]
                                  : i;
        const uint32_t next = i % 4 && state.length && word < m->count[state.length + 1]
                                  ? m->word[state.length + 1][word]
                                  : i % size;
        lm_ngram_predict(m, &state, p);
        lm_ngram_state after = state;
        const double found = lm_ngram_score(m, &after, next, &order);
        demand(order >= 1 && order <= m->lang.order && found >= 0);
        if (next != m->lang.vocab->bos)
            demand(found <= p[next] * (1 + 1e-12) && found >= p[next] * (1 - 1e-12));
        state = after;
    }
    free(p);
}

static void write_and_read(const lm_ngram *m)
{
    lm_err e = {0};
    lm_out *out;
    lm_map file;
    demand(lm_out_open(&out, "fuzz.arpa", &e) == LM_OK);
    const lm_status s = lm_arpa_write(m, out, &e);
    (void)lm_out_close(out, s, &e);
    demand(s == LM_OK);
    demand(lm_map_open(&file, "fuzz.arpa", &e) == LM_OK);
    demand(lm_arpa_begins(file.bytes, file.length));
    lm_ngram *again = read_model((const char *)file.bytes, file.length, m->lang.unit);
    lm_map_close(&file);
    demand(again != NULL && again->lang.order == m->lang.order);
    for (int k = 1; k <= m->lang.order; k++) {
        demand(again->count[k] == m->count[k]);
        if (k > 1 && m->count[k])
            demand(memcmp(again->word[k], m->word[k], (size_t)m->count[k] * 4) == 0);
    }
    lm_ngram_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    for (int unit = LM_UNIT_WORD; unit <= LM_UNIT_CHAR; unit++) {
        lm_ngram *m = read_model((const char *)bytes, length, (lm_unit)unit);
        if (m) {
            walk(m);
            write_and_read(m);
        }
        lm_ngram_free(m);
    }
    return 0;
}
