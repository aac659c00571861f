/* table.h - byte strings and numbers: a map for references that count in the plainest way.
 *
 *     table t = {0};
 *     table_add(&t, key, size)->count += 1;
 *     record *r = table_find(&t, key, size);      NULL if it is not there
 *     table_free(&t);
 *
 * Nothing here is the library's, so that a mistake cannot be in both. */
#ifndef TABLE_H
#define TABLE_H
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct record {
    struct record *next_in_bucket;
    double count, left;             /* times read; distinct words before it */
    struct record *child, *sibling; /* as a context: the n-grams that follow it */
    double free_part, rest;         /* as a context, once it was `divided` */
    bool divided;
    double prob, bow;
    int order;
    size_t size;
    char key[];
} record;

typedef struct {
    record **buckets;
    record **all; /* in the order in which they came */
    size_t count, capacity;
} table;

enum { TABLE_BUCKETS = 1 << 16 };

static inline size_t table_bucket(const char *key, size_t size)
{
    uint64_t h = 14695981039346656037U; /* FNV-1a */
    for (size_t i = 0; i < size; i++) h = (h ^ (unsigned char)key[i]) * 1099511628211U;
    return (size_t)(h ^ h >> 32) % TABLE_BUCKETS;
}

static inline void *table_memory(void *block, size_t size)
{
    void *new_block = realloc(block, size);
    if (!new_block) abort();
    return new_block;
}

static inline record *table_find(const table *t, const char *key, size_t size)
{
    if (!t->buckets) return NULL;
    for (record *r = t->buckets[table_bucket(key, size)]; r; r = r->next_in_bucket)
        if (r->size == size && (size == 0 || memcmp(r->key, key, size) == 0)) return r;
    return NULL;
}

static inline record *table_add(table *t, const char *key, size_t size)
{
    record *r = table_find(t, key, size);
    if (r) return r;
    if (!t->buckets) {
        t->buckets = table_memory(NULL, TABLE_BUCKETS * sizeof *t->buckets);
        memset(t->buckets, 0, TABLE_BUCKETS * sizeof *t->buckets);
    }
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 1024;
        t->all = table_memory(t->all, t->capacity * sizeof *t->all);
    }
    const size_t bucket = table_bucket(key, size);
    r = table_memory(NULL, sizeof *r + size + 1);
    memset(r, 0, sizeof *r);
    r->next_in_bucket = t->buckets[bucket];
    r->size = size;
    if (size) memcpy(r->key, key, size);
    r->key[size] = '\0';
    t->buckets[bucket] = t->all[t->count++] = r;
    return r;
}

static inline void table_free(table *t)
{
    for (size_t i = 0; i < t->count; i++) free(t->all[i]);
    free(t->all);
    free(t->buckets);
    *t = (table){0};
}

#endif
