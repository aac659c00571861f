/* ckpt_shards.c - tests of checkpoints in several files: what the index tells is found, and nothing
 * else is opened. */
#include "lm/ckpt_shards.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "failing.h"
#include "models.h"
#include "test.h"

#define INDEX "m/model.safetensors.index.json"

static lm_err e;

static void write_text(const char *path, const char *text)
{
    FILE *out = fopen(path, "w");
    CHECK(out != NULL);
    CHECK(fputs(text, out) >= 0);
    CHECK_INT(fclose(out), 0);
}

/* A file of two tensors, each of one number. */
static void write_shard(const char *path, const char *a, int32_t x, const char *b, int32_t y)
{
    lm_ckpt_writer *w = new_checkpoint(NULL);
    const lm_tensor first = {a, LM_I32, 1, {1}, sizeof x, &x};
    const lm_tensor second = {b, LM_I32, 1, {1}, sizeof y, &y};
    CHECK_OK(lm_ckpt_add(w, &first, &e), &e);
    CHECK_OK(lm_ckpt_add(w, &second, &e), &e);
    write_checkpoint(w, path, NULL);
}

static void write_shards(void)
{
    CHECK_INT(mkdir("m", 0777), 0);
    write_shard("m/1.safetensors", "c", 1, "a", 2);
    write_shard("m/2.safetensors", "b", 3, "d", 4);
}

static int number(const lm_ckpt *c, const char *name)
{
    const lm_tensor *t = lm_ckpt_find(c, name);
    CHECK(t != NULL && t->dtype == LM_I32 && t->dims == 1 && t->shape[0] == 1);
    return *(const int32_t *)t->data;
}

static const char good[] = "{\"metadata\": {\"total_size\": 16}, \"weight_map\": {"
                           "\"d\": \"2.safetensors\", \"a\": \"1.safetensors\", "
                           "\"b\": \"\\u0032.safetensors\", \"\\u0063\": \"1.safetensors\"}}";

static void check_all(const char *index)
{
    lm_ckpt *c;
    static const char names[] = "acbd"; /* shard by shard, by name */
    CHECK_OK(lm_ckpt_open_shards(&c, index, NULL, &e), &e);
    CHECK_TEXT(lm_ckpt_path(c), index);
    CHECK_TEXT(lm_ckpt_kind(c), "");
    CHECK_INT(lm_ckpt_count(c), 4);
    for (size_t i = 0; i < 4; i++) {
        const char name[2] = {names[i], '\0'};
        CHECK_TEXT(lm_ckpt_tensor(c, i)->name, name);
    }
    CHECK(number(c, "a") == 2 && number(c, "b") == 3 && number(c, "c") == 1);
    CHECK_INT(number(c, "d"), 4);
    CHECK(lm_ckpt_find(c, "e") == NULL);
    lm_ckpt_close(c);
}

TEST(ckpt_shards_are_one)
{
    write_shards();
    write_text(INDEX, good);
    check_all(INDEX);
    CHECK_INT(chdir("m"), 0);
    check_all("model.safetensors.index.json");
}

static size_t inputs(const char *history)
{
    size_t count = 0;
    for (; (history = strstr(history, " input=")); history++) count++;
    return count;
}

TEST(ckpt_shards_are_all_in_the_history)
{
    lm_ckpt *c;
    lm_str whole = {0}, first = {0};
    write_shards();
    write_text(INDEX, good);
    CHECK_OK(lm_ckpt_open_shards(&c, INDEX, NULL, &e), &e);
    CHECK_OK(lm_ckpt_history(c, &whole, &e), &e);
    lm_ckpt_close(c);
    c = open_checkpoint("m/1.safetensors");
    CHECK_OK(lm_ckpt_history(c, &first, &e), &e);
    lm_ckpt_close(c);
    CHECK_INT(inputs(whole.text), 3);
    CHECK(strstr(whole.text, first.text) != NULL);
    lm_str_free(&whole);
    lm_str_free(&first);
}

/* A tensor that the files may lack, and only that; where it is, it is there. */
TEST(ckpt_shards_may_lack_a_tensor)
{
    lm_ckpt *c;
    lm_err why = {0};
    write_shards();
    write_text(INDEX, "{\"weight_map\":{\"a\":\"1.safetensors\",\"c\":\"1.safetensors\","
                      "\"x\":\"1.safetensors\"}}");
    CHECK_OK(lm_ckpt_open_shards(&c, INDEX, "x", &e), &e);
    CHECK_INT(lm_ckpt_count(c), 2);
    CHECK(lm_ckpt_find(c, "x") == NULL);
    lm_ckpt_close(c);
    CHECK_FAILS(lm_ckpt_open_shards(&c, INDEX, "a", &why), LM_EFORMAT, &why,
                INDEX ": tensor 'x' is missing in 1.safetensors");
    CHECK(c == NULL);
    write_text(INDEX, good);
    CHECK_OK(lm_ckpt_open_shards(&c, INDEX, "a", &e), &e);
    CHECK_INT(number(c, "a"), 2);
    lm_ckpt_close(c);
}

static void check_refused(const char *map, const char *text)
{
    char index[512];
    lm_err why = {0};
    lm_ckpt *c;
    snprintf(index, sizeof index, "{\"weight_map\":{%s}}", map);
    write_text(INDEX, index);
    CHECK_FAILS(lm_ckpt_open_shards(&c, INDEX, NULL, &why), LM_EFORMAT, &why, text);
    CHECK(c == NULL);
}

#define OF_1 "\"a\":\"1.safetensors\",\"c\":\"1.safetensors\""
#define OF_2 "\"b\":\"2.safetensors\",\"d\":\"2.safetensors\""

TEST(ckpt_shards_that_are_refused)
{
    lm_err why = {0};
    lm_ckpt *c;
    write_shards();
    write_shard("x.safetensors", "x", 1, "y", 2);
    write_shard("m/3.safetensors", "a", 5, "e", 6);
    CHECK_INT(mkdir("m/folder.safetensors", 0777), 0);
    check_refused(OF_1 ",\"x\":\"../x.safetensors\"", "'../x.safetensors' is not the name");
    check_refused(OF_1 ",\"x\":\"\\u002e.\\/x.safetensors\"", "'../x.safetensors' is not the name");
    check_refused(OF_1 ",\"x\":\"..\"", "'..' is not the name of a .safetensors file");
    check_refused(OF_1 ",\"x\":\"-\"", "'-' is not the name of a .safetensors file");
    check_refused(OF_1 ",\"x\":\"1.safetensors\\u0000\"", "byte 80: a NUL in");
    check_refused(OF_1 ",\"x\":\"\"", "'' is not a name");
    check_refused(OF_1 ",\"\":\"1.safetensors\"", "'' is not a name");
    check_refused("\"x\":\"9.safetensors\"", "tensor 'x' is in 9.safetensors, which is missing");
    check_refused("\"x\":\"folder.safetensors\"", "folder.safetensors, which is missing");
    check_refused(OF_1 "," OF_2 ",\"d\":\"2.safetensors\"", INDEX ": tensor 'd' is repeated");
    check_refused(OF_1 ",\"a\":\"3.safetensors\",\"e\":\"3.safetensors\"",
                  INDEX ": tensor 'a' is repeated");
    check_refused("\"a\":\"1.safetensors\"",
                  INDEX ": weight_map does not tell of tensor 'c' in m/1.safetensors");
    check_refused(OF_1 ",\"e\":\"3.safetensors\"",
                  INDEX ": weight_map does not tell of tensor 'a' in m/3.safetensors");
    check_refused(OF_1 "," OF_2 ",\"x\":2", "expected a string, found '2'");
    CHECK_FAILS(lm_ckpt_open_shards(&c, "m/none", NULL, &why), LM_EIO, &why, "m/none: open: ");
    CHECK(c == NULL);
}

TEST(ckpt_shards_without_memory)
{
    write_shards();
    write_text(INDEX, good);
    for (size_t k = 1; failing_round(k); k++) {
        lm_ckpt *c;
        lm_err why = {0};
        const lm_status s = lm_ckpt_open_shards(&c, INDEX, NULL, &why);
        CHECK(s == LM_OK ? c != NULL : s == LM_ENOMEM && c == NULL && failing.failed);
        lm_ckpt_close(c);
        failing_end();
    }
}
