/* folder.c - tests of folders that appear whole or not at all. */
#include "lm/folder.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failing.h"
#include "lm/file.h"
#include "test.h"

/* How many names a folder has besides . and .. */
static int names_in(const char *folder)
{
    int count = -2;
    DIR *list = opendir(folder);
    CHECK(list != NULL);
    while (readdir(list)) count++;
    closedir(list);
    return count;
}

static lm_folder *open_folder(const char *path)
{
    lm_err e = {0};
    lm_folder *folder;
    CHECK_OK(lm_folder_open(&folder, path, &e), &e);
    return folder;
}

static void put(lm_folder *folder, const char *name, const char *text)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_folder_file(folder, name, &out, &e), &e);
    CHECK_OK(lm_out_text(out, text, &e), &e);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
}

static void check_file(const char *path, const char *text)
{
    lm_err e = {0};
    lm_map map;
    CHECK_OK(lm_map_open(&map, path, &e), &e);
    CHECK_INT(map.length, strlen(text));
    CHECK_BYTES(map.bytes, text, map.length);
    lm_map_close(&map);
}

static void check_refused(const char *path, lm_status status, const char *message)
{
    lm_err e = {0};
    lm_folder *folder;
    const int before = names_in(".");
    CHECK_FAILS(lm_folder_open(&folder, path, &e), status, &e, message);
    CHECK(folder == NULL);
    CHECK_INT(names_in("."), before);
}

TEST(folder_publishes)
{
    lm_err e = {0};
    lm_folder *folder = open_folder("model//");
    put(folder, "a", "one");
    put(folder, "b.json", "");
    CHECK(!lm_is_folder("model"));
    CHECK_OK(lm_folder_close(folder, LM_OK, &e), &e);
    CHECK(lm_is_folder("model"));
    check_file("model/a", "one");
    check_file("model/b.json", "");
    CHECK_INT(names_in("model"), 2);
    CHECK_INT(names_in("."), 1);
}

TEST(folder_abandons)
{
    lm_err e = {0};
    lm_out *out;
    lm_folder *folder = open_folder("model");
    put(folder, "a", "one");
    CHECK_OK(lm_folder_file(folder, "b", &out, &e), &e);
    CHECK_INT(lm_out_close(out, LM_EFORMAT, &e), LM_EFORMAT);
    CHECK_INT(lm_folder_close(folder, LM_EFORMAT, &e), LM_EFORMAT);
    CHECK_INT(lm_folder_close(NULL, LM_EIO, &e), LM_EIO);
    CHECK_INT(lm_folder_close(NULL, LM_OK, &e), LM_OK);
    CHECK_INT(e.status, LM_OK); /* the message is the caller's */
    CHECK_INT(names_in("."), 0);
}

TEST(folder_refuses)
{
    lm_err e = {0};
    CHECK_OK(lm_folder_close(open_folder("there"), LM_OK, &e), &e);
    CHECK_INT(symlink("absent", "dangling"), 0);
    check_refused("there", LM_EIO, "there: create: File exists");
    check_refused("there/", LM_EIO, "there: create: File exists");
    check_refused("dangling", LM_EIO, "dangling: create: File exists");
    check_refused("/", LM_EIO, "/: create: File exists");
    check_refused("", LM_EIO, "No such file");
    check_refused("missing/model", LM_EIO, "missing/model: create: No such file");
    check_refused("-", LM_EUSAGE, "a folder cannot go to standard output");
    CHECK(!lm_is_folder("-") && !lm_is_folder("missing") && lm_is_folder("there"));
}

/* What else became of the name meanwhile stays as it is. */
TEST(folder_never_replaces)
{
    lm_err e = {0};
    lm_folder *folder = open_folder("model");
    put(folder, "a", "one");
    CHECK_INT(mkdir("model", 0700), 0);
    CHECK_INT(symlink("x", "model/x"), 0);
    CHECK_FAILS(lm_folder_close(folder, LM_OK, &e), LM_EIO, &e, "model: rename: ");
    CHECK_INT(names_in("model"), 1);
    CHECK_INT(names_in("."), 1);
}

TEST(folder_names_its_files)
{
    lm_err e = {0};
    lm_out *out, *again;
    lm_folder *folder = open_folder("model");
    CHECK_OK(lm_folder_file(folder, "a", &out, &e), &e);
    CHECK_FAILS(lm_folder_file(folder, "a", &again, &e), LM_EIO, &e, "model/a: create");
    e = (lm_err){0};
    CHECK_INT(lm_out_close(out, LM_OK, &e), LM_OK);
    CHECK_INT(lm_folder_close(folder, LM_EIO, &e), LM_EIO);
}

TEST(folder_many_files)
{
    lm_err e = {0};
    lm_out *out;
    char name[16];
    lm_folder *folder = open_folder("model");
    int count = 0;
    for (lm_status s = LM_OK; !s; count += !s) {
        snprintf(name, sizeof name, "f%d", count);
        s = lm_folder_file(folder, name, &out, &e);
        if (!s) CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    }
    CHECK(count > 50);
    CHECK(strstr(e.message, "more than 64 outputs at once") != NULL);
    CHECK_INT(lm_folder_close(folder, e.status, &e), LM_EIO);
    CHECK_INT(names_in("."), 0);
}

/* As a signal handler does. */
TEST(folder_unlink_all)
{
    lm_err e = {0};
    lm_out *out;
    lm_folder *folder = open_folder("model");
    put(folder, "a", "one");
    CHECK_OK(lm_folder_file(folder, "b", &out, &e), &e);
    CHECK_INT(names_in("."), 2);
    lm_out_unlink_all();
    CHECK_INT(names_in("."), 0);
    CHECK_INT(lm_out_close(out, LM_EIO, &e), LM_EIO);
    CHECK_INT(lm_folder_close(folder, LM_EIO, &e), LM_EIO);
}

/* The next one removes what a killed run left; not what a living one has. */
TEST(folder_sweeps)
{
    lm_err e = {0};
    lm_folder *held = open_folder("model");
    put(held, "a", "one");
    const pid_t child = fork();
    if (child == 0) {
        put(open_folder("model"), "b", "two");
        CHECK_INT(names_in("."), 4);
        _exit(0);
    }
    CHECK_INT(waitpid(child, NULL, 0), child);
    CHECK_INT(names_in("."), 4);
    const pid_t next = fork();
    if (next == 0) {
        lm_folder *folder = open_folder("model");
        CHECK_INT(names_in("."), 4);
        _exit(lm_folder_close(folder, LM_EFORMAT, &e) == LM_EFORMAT ? 0 : 1);
    }
    int status;
    CHECK_INT(waitpid(next, &status, 0), next);
    CHECK_INT(status, 0);
    CHECK_INT(names_in("."), 2);
    CHECK_OK(lm_folder_close(held, LM_OK, &e), &e);
    check_file("model/a", "one");
    CHECK_INT(names_in("."), 1);
}

static lm_status write_model(lm_err *e)
{
    lm_folder *folder;
    lm_out *out;
    LM_TRY(lm_folder_open(&folder, "model", e));
    lm_status s = lm_folder_file(folder, "a", &out, e);
    if (!s) s = lm_out_close(out, lm_out_text(out, "one", e), e);
    return lm_folder_close(folder, s, e);
}

TEST(folder_without_memory)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        const lm_status s = write_model(&e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        CHECK_INT(names_in("."), s ? 0 : 1);
        failing_end();
    }
    check_file("model/a", "one");
}
