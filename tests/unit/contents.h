/* contents.h - the parts of a checkpoint, to be changed one at a time and put together again: a
 * file whose sums are right, and whose contents are not.
 *
 *     take_apart(&c, "model.lm");
 *     c.part[3].tensor.shape[0]--;
 *     lm_ckpt *lie = put_together(&c, "lie.lm");
 *     lm_ckpt_close(lie);
 *     drop(&c);
 */
#ifndef CONTENTS_H
#define CONTENTS_H
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lm/ckpt.h"
#include "models.h"
#include "test.h"

enum { PARTS_MOST = 64, CONFIG_MAX = 4096 };

typedef struct {
    char kind[16];
    char config[CONFIG_MAX];
    struct {
        char name[64];
        lm_tensor tensor;
        void *data;
    } part[PARTS_MOST];
    size_t parts;
} contents;

static inline void take_apart(contents *c, const char *path)
{
    lm_err e = {0};
    lm_ckpt *ckpt;
    CHECK_OK(lm_ckpt_open(&ckpt, path, LM_CKPT_CHECK_ALL, &e), &e);
    CHECK(strlen(lm_ckpt_meta(ckpt, "lm.config")) < CONFIG_MAX);
    memcpy(c->config, lm_ckpt_meta(ckpt, "lm.config"), strlen(lm_ckpt_meta(ckpt, "lm.config")) + 1);
    CHECK(strlen(lm_ckpt_kind(ckpt)) < sizeof c->kind);
    memcpy(c->kind, lm_ckpt_kind(ckpt), strlen(lm_ckpt_kind(ckpt)) + 1);
    c->parts = lm_ckpt_count(ckpt);
    CHECK(c->parts <= PARTS_MOST);
    for (size_t i = 0; i < c->parts; i++) {
        const lm_tensor *t = lm_ckpt_tensor(ckpt, i);
        CHECK(strlen(t->name) < sizeof c->part[i].name);
        memcpy(c->part[i].name, t->name, strlen(t->name) + 1);
        c->part[i].tensor = *t;
        c->part[i].data = malloc((size_t)t->bytes + 1);
        CHECK(c->part[i].data != NULL);
        memcpy(c->part[i].data, t->data, (size_t)t->bytes);
    }
    lm_ckpt_close(ckpt);
}

/* What write_checkpoint would write to a file.  Through a FIFO, whose bytes need no disk: there are
 * thousands of these files, and each would be synced. */
static inline size_t write_image(lm_ckpt_writer *writer, unsigned char *image, size_t size)
{
    size_t length = 0;
    CHECK(mkfifo("fifo", 0600) == 0);
    const int fd = open("fifo", O_RDONLY | O_NONBLOCK);
    CHECK(fd >= 0);
    write_checkpoint(writer, "fifo", NULL);
    for (ssize_t n; (n = read(fd, image + length, size - length)) > 0;) length += (size_t)n;
    CHECK(length < size && close(fd) == 0 && unlink("fifo") == 0);
    return length;
}

/* As the file `name`, until the next one. */
static inline lm_ckpt *put_together(const contents *c, const char *name)
{
    static _Alignas(64) unsigned char image[1 << 15]; /* a FIFO holds as much */
    lm_err e = {0};
    lm_ckpt_writer *w;
    lm_ckpt *ckpt;
    uint64_t bytes = CONFIG_MAX + PARTS_MOST * 128;
    CHECK_OK(lm_ckpt_writer_new(&w, c->kind, &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of(c->config), &e), &e);
    for (size_t i = 0; i < c->parts; i++) {
        lm_tensor t = c->part[i].tensor;
        t.name = c->part[i].name;
        t.data = c->part[i].data;
        bytes += t.bytes;
        CHECK_OK(lm_ckpt_add(w, &t, &e), &e);
    }
    CHECK(bytes < sizeof image);
    const size_t length = write_image(w, image, sizeof image);
    CHECK_OK(lm_ckpt_parse(&ckpt, image, length, name, LM_CKPT_CHECK_ALL, &e), &e);
    return ckpt;
}

/* Calls `try` with what is put together. */
static inline bool try_contents(const contents *c, bool (*try)(const lm_ckpt *ckpt))
{
    lm_ckpt *ckpt = put_together(c, "changed.lm");
    const bool refused = try(ckpt);
    lm_ckpt_close(ckpt);
    return refused;
}

static inline void drop(contents *c)
{
    for (size_t i = 0; i < c->parts; i++) free(c->part[i].data);
    c->parts = 0;
}

/* Replaces the first `from` of the configuration by `to`, which it must have. */
static inline void replace_in_config(contents *c, const char *from, const char *to)
{
    char *at = strstr(c->config, from);
    CHECK(at != NULL && strlen(c->config) + strlen(to) < CONFIG_MAX);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
}

/* Every number and word of lm.config in turn replaced; each time `try` gets a file. */
static inline void change_config(contents *c, bool (*try)(const lm_ckpt *ckpt))
{
    static const char *const values[] = {"0",          "1",
                                         "2",          "10",
                                         "11",         "-1",
                                         "4294967294", "4294967295",
                                         "4294967296", "18446744073709551615",
                                         "1e300",      "null",
                                         "true",       "\"x\"",
                                         "[]",         "{}",
                                         "[1,2,3]",    ""};
    char original[CONFIG_MAX];
    memcpy(original, c->config, sizeof original);
    for (size_t at = 0; original[at]; at++) {
        const bool starts =
            strchr(":[,", original[at]) && original[at + 1] && !strchr("[{", original[at + 1]);
        const size_t length = starts ? strcspn(original + at + 1, ",]}") : 0;
        for (size_t v = 0; starts && v < sizeof values / sizeof *values; v++) {
            const int n = snprintf(c->config, sizeof c->config, "%.*s%s%s", (int)at + 1, original,
                                   values[v], original + at + 1 + length);
            CHECK(n > 0 && (size_t)n < sizeof c->config);
            (void)try_contents(c, try);
        }
    }
    memcpy(c->config, original, sizeof original);
}

/* Every entry of a tensor in turn, at the limits of its type; `data` is where the checkpoint has
 * it.  The rows of n-grams hold words, places and probabilities, so all get all. */
static inline void change_tensor(const lm_ckpt *ckpt, const lm_tensor *t, unsigned char *data,
                                 bool (*try)(const lm_ckpt *ckpt))
{
    static const uint32_t values[] = {0,          1,          0x7fffffff, 0xfffffffe, 0xffffffff,
                                      0x7fc00000, 0xbf800000, 0x7f800000, 0x40000000};
    const size_t size = lm_dtype_size(t->dtype);
    const size_t wide = size < sizeof *values ? size : sizeof *values;
    for (size_t at = 0; at < (size_t)t->bytes; at += size)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            unsigned char old[8];
            memcpy(old, data + at, size);
            memcpy(data + at + size - wide, &values[v], wide);
            (void)try(ckpt);
            memcpy(data + at, old, size);
        }
}

/* The same for every tensor of a file; it has `tensors` of them. */
static inline void change_tensors(const char *path, size_t tensors,
                                  bool (*try)(const lm_ckpt *ckpt))
{
    static _Alignas(64) unsigned char image[1 << 16];
    lm_err e = {0};
    lm_ckpt *ckpt;
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    const size_t length = fread(image, 1, sizeof image, file);
    CHECK(length < sizeof image);
    fclose(file);
    /* The sums are checked once, before the tables are changed under the checkpoint. */
    CHECK_OK(lm_ckpt_parse(&ckpt, image, length, path, LM_CKPT_CHECK_ALL, &e), &e);
    CHECK(!try(ckpt));
    CHECK_INT(lm_ckpt_count(ckpt), tensors);
    for (size_t i = 0; i < lm_ckpt_count(ckpt); i++) {
        const lm_tensor *t = lm_ckpt_tensor(ckpt, i);
        const ptrdiff_t at = (const unsigned char *)t->data - image;
        CHECK(at > 0 && (uint64_t)at + t->bytes <= length);
        change_tensor(ckpt, t, image + at, try);
    }
    CHECK(!try(ckpt));
    lm_ckpt_close(ckpt);
}
#endif
