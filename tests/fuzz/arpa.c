/* arpa.c - fuzzes the reader of ARPA text.
 *
 * Every input is read as words and as characters.  What is accepted is walked, written, read
 * again, and written once more, which must give the same text. */
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

/* Words in turn from states of all lengths. */
static void walk(const lm_ngram *m)
{
    const uint32_t size = m->lang.vocab->size;
    double *p = malloc(size * sizeof *p);
    lm_ngram_state state;
    int order;
    demand(p != NULL);
    lm_ngram_begin(m, &state, false);
    for (uint32_t i = 0; i < 64; i++) {
        const uint32_t next = i * (1 + i % 5) % size;
        lm_ngram_predict(m, &state, p);
        const double found = lm_ngram_score(m, &state, next, &order);
        demand(order >= 1 && order <= m->lang.order && found >= 0);
        if (next != m->lang.vocab->bos)
            demand(found <= p[next] * (1 + 1e-12) && found >= p[next] * (1 - 1e-12));
    }
    free(p);
}

/* Writes the model with two threads and maps what was written. */
static void write_model(const lm_ngram *m, lm_map *file)
{
    static lm_run run;
    lm_err e = {0};
    lm_out *out;
    if (!run.pool) demand(lm_pool_new(&run.pool, 2, &e) == LM_OK);
    demand(lm_out_open(&out, "fuzz.arpa", &e) == LM_OK);
    const lm_status s = lm_arpa_write(m, out, &run, &e);
    demand(s == LM_OK && lm_out_close(out, s, &e) == LM_OK);
    demand(lm_map_open(file, "fuzz.arpa", &e) == LM_OK);
    demand(lm_arpa_begins(file->bytes, file->length));
}

/* Seven decimals determine themselves: what is read back is written in the same way. */
static void write_and_read(const lm_ngram *m)
{
    lm_map file, other;
    write_model(m, &file);
    lm_ngram *again = read_model((const char *)file.bytes, file.length, m->lang.unit);
    demand(again != NULL && again->lang.order == m->lang.order);
    for (int k = 1; k <= m->lang.order; k++) demand(again->count[k] == m->count[k]);
    write_model(again, &other);
    demand(other.length == file.length && memcmp(other.bytes, file.bytes, file.length) == 0);
    lm_map_close(&other);
    lm_map_close(&file);
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
