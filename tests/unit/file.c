/* file.c - tests of reading files, and of outputs that appear whole or not at all. */
#include "lm/file.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "failing.h"
#include "lm/str.h"
#include "test.h"

/* ---- files as the tests make and see them ---- */

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK_INT(fwrite(text, 1, strlen(text), file), strlen(text));
    CHECK_INT(fclose(file), 0);
}

/* The file's contents, good until the next call; NULL if it is not there. */
static const char *get(const char *path)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    const size_t n = fread(text, 1, sizeof text - 1, file);
    text[n] = '\0';
    fclose(file);
    return text;
}

static int mode_of(const char *path)
{
    struct stat info;
    CHECK_INT(lstat(path, &info), 0);
    return (int)(info.st_mode & 07777);
}

/* How many names of the folder contain ".lm-". */
static int temporaries(const char *folder)
{
    int count = 0;
    DIR *list = opendir(folder);
    CHECK(list != NULL);
    for (const struct dirent *entry; (entry = readdir(list));)
        count += strstr(entry->d_name, ".lm-") != NULL;
    closedir(list);
    return count;
}

/* Root may read and write everything; this process goes on as somebody else. */
static void give_up_root(void)
{
    if (geteuid() != 0) return;
    if (chmod(".", 0777) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
        SKIP("root may write everything");
}

static lm_out *open_out(const char *path)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    return out;
}

static void say(lm_out *out, const char *text)
{
    lm_err e = {0};
    CHECK_OK(lm_out_text(out, text, &e), &e);
}

static void publish(lm_out *out)
{
    lm_err e = {0};
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
}

static void check_refused(const char *path, const char *message)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_FAILS(lm_out_open(&out, path, &e), LM_EIO, &e, message);
    CHECK(out == NULL);
    CHECK_INT(temporaries("."), 0);
}

/* ---- input ---- */

static size_t read_whole(const char *path, char *text, size_t room)
{
    lm_err e = {0};
    lm_in in;
    size_t length = 0, got = 1;
    CHECK_OK(lm_in_open(&in, path, &e), &e);
    CHECK_TEXT(in.name, path);
    while (got) {
        CHECK_OK(lm_in_read(&in, text + length, room - length, &got, &e), &e);
        length += got;
    }
    lm_in_close(&in);
    return length;
}

TEST(file_in_reads)
{
    char text[100];
    put("empty", "");
    put("some", "some text");
    CHECK_INT(read_whole("empty", text, sizeof text), 0);
    CHECK_INT(read_whole("some", text, sizeof text), 9);
    CHECK_BYTES(text, "some text", 9);
}

TEST(file_in_refuses)
{
    lm_err e = {0};
    lm_in in;
    mkdir("folder", 0700);
    put("plain", "");
    CHECK_FAILS(lm_in_open(&in, "missing", &e), LM_EIO, &e, "missing: open: No such file");
    e = (lm_err){0};
    CHECK_FAILS(lm_in_open(&in, "folder", &e), LM_EIO, &e, "folder: open: Is a directory");
    e = (lm_err){0};
    CHECK_FAILS(lm_in_open(&in, "", &e), LM_EIO, &e, "open");
    e = (lm_err){0};
    CHECK_FAILS(lm_in_open(&in, "plain/under", &e), LM_EIO, &e, "plain/under: open");
    give_up_root();
    put("secret", "");
    chmod("secret", 0);
    e = (lm_err){0};
    CHECK_FAILS(lm_in_open(&in, "secret", &e), LM_EIO, &e, "secret: open: Permission denied");
}

TEST(file_map)
{
    lm_err e = {0};
    lm_map map;
    put("empty", "");
    put("some", "some text");
    mkdir("folder", 0700);
    CHECK_OK(lm_map_open(&map, "empty", &e), &e);
    CHECK_INT(map.length, 0);
    lm_map_close(&map);
    CHECK_OK(lm_map_open(&map, "some", &e), &e);
    CHECK_INT(map.length, 9);
    CHECK(map.mapped);
    CHECK_BYTES(map.bytes, "some text", 9);
    lm_map_close(&map);
    CHECK(map.bytes == NULL && map.length == 0);
    lm_map_close(&map);
    CHECK_FAILS(lm_map_open(&map, "missing", &e), LM_EIO, &e, "missing: open: No such file");
    e = (lm_err){0};
    CHECK_FAILS(lm_map_open(&map, "folder", &e), LM_EIO, &e, "folder: open: Is a directory");
}

static unsigned char byte_at(size_t i)
{
    return (unsigned char)(i * 31 + i / 256 * 7);
}

enum { LARGE = 3000001 };

static void write_large(int fd)
{
    unsigned char block[4096];
    for (size_t i = 0; i < LARGE;) {
        size_t n = 0;
        for (; n < sizeof block && i + n < LARGE; n++) block[n] = byte_at(i + n);
        CHECK_INT(write(fd, block, n), n);
        i += n;
    }
}

static void check_large(const lm_map *map)
{
    CHECK_INT(map->length, LARGE);
    for (size_t i = 0; i < LARGE; i++)
        if (map->bytes[i] != byte_at(i)) CHECK_INT(map->bytes[i], byte_at(i));
}

TEST(file_map_large_file_pipe_and_standard_input)
{
    lm_err e = {0};
    lm_map map;
    int fd = open("large", O_WRONLY | O_CREAT, 0600);
    write_large(fd);
    close(fd);
    CHECK_OK(lm_map_open(&map, "large", &e), &e);
    CHECK(map.mapped);
    check_large(&map);
    lm_map_close(&map);

    CHECK_INT(mkfifo("fifo", 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        write_large(open("fifo", O_WRONLY));
        _exit(0);
    }
    CHECK_OK(lm_map_open(&map, "fifo", &e), &e);
    CHECK(!map.mapped);
    check_large(&map);
    lm_map_close(&map);
    CHECK_INT(waitpid(child, NULL, 0), child);

    put("some", "some text");
    fd = open("some", O_RDONLY);
    CHECK_INT(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    CHECK_INT(lseek(STDIN_FILENO, 5, SEEK_SET), 5); /* as if somebody had read the rest */
    CHECK_OK(lm_map_open(&map, "-", &e), &e);
    CHECK_INT(map.length, 4);
    CHECK_BYTES(map.bytes, "text", 4);
    lm_map_close(&map);
    CHECK(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* standard input stays open */
}

TEST(file_map_without_memory)
{
    put("some", "some text");
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_map map;
        const int fd = open("some", O_RDONLY);
        CHECK_INT(dup2(fd, STDIN_FILENO), STDIN_FILENO);
        close(fd);
        const lm_status s = lm_map_open(&map, "-", &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        lm_map_close(&map);
        failing_end();
    }
}

/* ---- output: whole or not at all ---- */

TEST(file_out_publishes)
{
    put("old", "old");
    lm_out *out = open_out("old"), *fresh = open_out("new");
    CHECK_INT(temporaries("."), 2);
    CHECK(!lm_out_is_terminal(out));
    say(out, "new text");
    say(fresh, "");
    CHECK_TEXT(get("old"), "old"); /* until it is closed */
    CHECK(get("new") == NULL);
    publish(out);
    publish(fresh);
    CHECK_TEXT(get("old"), "new text");
    CHECK_TEXT(get("new"), "");
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_abandons)
{
    lm_err e = {0};
    put("old", "old");
    lm_out *out = open_out("old"), *fresh = open_out("new");
    say(out, "new");
    say(fresh, "new");
    CHECK_INT(lm_out_close(out, LM_EFORMAT, &e), LM_EFORMAT);
    CHECK_INT(lm_out_close(fresh, LM_EDIVERGED, &e), LM_EDIVERGED);
    CHECK_INT(lm_out_close(NULL, LM_ENOMEM, &e), LM_ENOMEM);
    CHECK_INT(lm_out_close(NULL, LM_OK, &e), LM_OK);
    CHECK_INT(e.status, LM_OK); /* the message is the caller's */
    CHECK_TEXT(get("old"), "old");
    CHECK(get("new") == NULL);
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_temporary_is_beside_the_target)
{
    char expected[64];
    mkdir("folder", 0700);
    lm_out *out = open_out("folder/model.lm");
    snprintf(expected, sizeof expected, "folder/.model.lm.lm-%ld", (long)getpid());
    CHECK(access(expected, F_OK) == 0);
    lm_out_unlink_all(); /* as a signal handler does */
    CHECK_INT(temporaries("folder"), 0);
    CHECK_INT(lm_out_close(out, LM_EIO, &(lm_err){0}), LM_EIO);
}

TEST(file_out_mode)
{
    const mode_t before = umask(027);
    publish(open_out("a"));
    CHECK_INT(mode_of("a"), 0640);
    umask(077);
    publish(open_out("b"));
    CHECK_INT(mode_of("b"), 0600);
    CHECK_INT(chmod("b", 0751), 0);
    publish(open_out("b"));
    CHECK_INT(mode_of("b"), 0751); /* of the old file, whatever umask says */
    umask(before);
}

TEST(file_out_follows_links)
{
    mkdir("one", 0700);
    mkdir("two", 0700);
    put("two/real", "old");
    CHECK_INT(symlink("one/middle", "link"), 0);
    CHECK_INT(symlink("../two/real", "one/middle"), 0); /* relative to where the link is */
    lm_out *out = open_out("link");
    CHECK_INT(temporaries("two"), 1);
    say(out, "new");
    publish(out);
    CHECK_TEXT(get("two/real"), "new");
    struct stat info;
    CHECK(lstat("link", &info) == 0 && S_ISLNK(info.st_mode));
    CHECK(lstat("one/middle", &info) == 0 && S_ISLNK(info.st_mode));
    CHECK(lstat("two/real", &info) == 0 && S_ISREG(info.st_mode));

    CHECK_INT(symlink("two/absent", "dangling"), 0);
    out = open_out("dangling");
    say(out, "made");
    publish(out);
    CHECK_TEXT(get("two/absent"), "made");
    CHECK(lstat("dangling", &info) == 0 && S_ISLNK(info.st_mode));

    char here[4000], absolute[4096];
    CHECK(getcwd(here, sizeof here) != NULL);
    snprintf(absolute, sizeof absolute, "%s/two/real", here);
    CHECK_INT(symlink(absolute, "absolute"), 0);
    out = open_out("absolute");
    say(out, "again");
    publish(out);
    CHECK_TEXT(get("two/real"), "again");

    CHECK_INT(symlink("loop", "loop"), 0);
    check_refused("loop", "loop: open");
    CHECK_INT(temporaries("one") + temporaries("two"), 0);
}

TEST(file_out_refuses)
{
    char name[301];
    mkdir("folder", 0700);
    put("plain", "old");
    check_refused("folder", "folder: open: Is a directory");
    check_refused(".", "open: Is a directory");
    check_refused("folder/", "Is a directory");
    check_refused("", "open: No such file");
    check_refused("missing/", "missing/: open");
    check_refused("missing/model", "missing/model: create: No such file");
    check_refused("plain/model", "plain/model: open: Not a directory");
    memset(name, 'x', 300);
    name[300] = '\0';
    check_refused(name, "File name too long");
    CHECK_TEXT(get("plain"), "old");
}

TEST(file_out_refuses_without_permission)
{
    give_up_root();
    put("plain", "old");
    chmod("plain", 0400);
    check_refused("plain", "plain: open: Permission denied");
    mkdir("folder", 0500);
    check_refused("folder/model", "folder/model: create: Permission denied");
    CHECK_TEXT(get("plain"), "old");
}

/* 250 bytes are as long as the temporary's name could not be: its end is cut off. */
TEST(file_out_long_names)
{
    char a[251], b[256];
    memset(a, 'a', 250);
    a[250] = '\0';
    memset(b, 'b', 255); /* NAME_MAX of all usual file systems */
    b[255] = '\0';
    lm_out *first = open_out(a), *second = open_out(b);
    say(first, "a");
    say(second, "b");
    publish(first);
    publish(second);
    CHECK_TEXT(get(a), "a");
    CHECK_TEXT(get(b), "b");
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_same_target_twice)
{
    lm_err e = {0};
    lm_out *first = open_out("target"), *second;
    CHECK_FAILS(lm_out_open(&second, "target", &e), LM_EIO, &e, "target: create: File exists");
    say(first, "first");
    publish(first); /* unharmed */
    CHECK_TEXT(get("target"), "first");
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_many_at_once)
{
    enum { MOST = 64 };
    static lm_out *outs[MOST];
    char name[16];
    lm_err e = {0};
    lm_out *one_more;
    for (int i = 0; i < MOST; i++) {
        snprintf(name, sizeof name, "f%d", i);
        outs[i] = open_out(name);
    }
    CHECK_FAILS(lm_out_open(&one_more, "another", &e), LM_EIO, &e, "another: more than 64 outputs");
    CHECK_INT(temporaries("."), MOST);
    for (int i = 0; i < MOST; i++) publish(outs[i]);
    publish(open_out("another"));
    CHECK(get("another") != NULL && get("f63") != NULL);
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_without_memory)
{
    mkdir("folder", 0700);
    symlink("folder/model", "link");
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_out *out;
        lm_status s = lm_out_open(&out, "link", &e);
        if (s) CHECK(out == NULL);
        if (!s) s = lm_out_printf(out, &e, "%600d", 1);
        s = lm_out_close(out, s, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        CHECK((get("folder/model") != NULL) == (s == LM_OK));
        CHECK_INT(temporaries(".") + temporaries("folder"), 0);
        failing_end();
    }
}

/* ---- output to what is not a regular file ---- */

TEST(file_out_full_device)
{
    lm_err e = {0};
    static char block[100000];
    if (access("/dev/full", W_OK) != 0) SKIP("no /dev/full");
    lm_out *out = open_out("/dev/full");
    say(out, "small"); /* in the buffer */
    CHECK_FAILS(lm_out_close(out, LM_OK, &e), LM_EIO, &e, "/dev/full: write: No space left");
    out = open_out("/dev/full");
    e = (lm_err){0};
    CHECK_FAILS(lm_out_write(out, block, sizeof block, &e), LM_EIO, &e, "No space left");
    CHECK_FAILS(lm_out_close(out, LM_OK, &e), LM_EIO, &e, "No space left"); /* it is dead */
    CHECK(access("/dev/full", W_OK) == 0);
    CHECK_INT(temporaries("/dev"), 0);
}

static pid_t copy_in_child(const char *from, const char *to)
{
    const pid_t child = fork();
    if (child != 0) return child;
    put(to, get(from));
    _exit(0);
}

TEST(file_out_fifo_is_written_directly)
{
    int status;
    CHECK_INT(mkfifo("fifo", 0600), 0);
    CHECK_INT(symlink("fifo", "link"), 0);
    const pid_t child = copy_in_child("fifo", "copy");
    lm_out *out = open_out("link");
    CHECK_INT(temporaries("."), 0);
    say(out, "through");
    publish(out);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK_TEXT(get("copy"), "through");
    struct stat info;
    CHECK(lstat("fifo", &info) == 0 && S_ISFIFO(info.st_mode));
}

/* As -o /dev/stdout in a pipeline, or -o >(gzip) in bash: a link to a pipe without a name. */
TEST(file_out_descriptor_of_a_pipe)
{
    int ends[2];
    char name[32], text[8] = {0};
    CHECK_INT(pipe(ends), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    if (access(name, W_OK) != 0) SKIP("no /dev/fd");
    lm_out *out = open_out(name);
    say(out, "through");
    publish(out);
    CHECK_INT(read(ends[0], text, sizeof text), 7);
    CHECK_TEXT(text, "through");
}

TEST(file_out_standard_output)
{
    const int fd = open("stdout", O_WRONLY | O_CREAT, 0600);
    CHECK_INT(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
    lm_out *out = open_out("-");
    say(out, "words");
    CHECK_TEXT(get("stdout"), "");
    CHECK_INT(lm_out_flush(out, &(lm_err){0}), LM_OK);
    CHECK_TEXT(get("stdout"), "words");
    lm_out_line_buffered(out, true);
    say(out, " line\n");
    CHECK_TEXT(get("stdout"), "words line\n");
    say(out, "rest");
    CHECK_TEXT(get("stdout"), "words line\n");
    /* What a filter wrote before it failed stays. */
    CHECK_INT(lm_out_close(out, LM_EFORMAT, &(lm_err){0}), LM_EFORMAT);
    CHECK_TEXT(get("stdout"), "words line\nrest");
    CHECK(fcntl(STDOUT_FILENO, F_GETFD) < 0); /* closed, so that its errors are known */
}

/* ---- writing ---- */

/* Written as it goes, seen by others, cut where it is told to be; never taken back. */
TEST(file_out_live)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open_live(&out, "live", 0, &e), &e);
    say(out, "one\n");
    CHECK_TEXT(get("live"), "one\n");
    say(out, "two\nthr");
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    CHECK_TEXT(get("live"), "one\ntwo\nthr");
    CHECK_OK(lm_out_open_live(&out, "live", 8, &e), &e);
    CHECK_TEXT(get("live"), "one\ntwo\n");
    say(out, "3\n");
    (void)lm_out_close(out, LM_EIO, &e);
    CHECK_TEXT(get("live"), "one\ntwo\n3\n");
    CHECK_OK(lm_out_open_live(&out, "live", UINT64_MAX, &e), &e);
    CHECK_OK(lm_out_close(out, LM_OK, &e), &e);
    CHECK_TEXT(get("live"), "one\ntwo\n3\n");
    CHECK_FAILS(lm_out_open_live(&out, "none/live", 0, &e), LM_EIO, &e, "none/live: open");
    CHECK(out == NULL);
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_every_size_of_write)
{
    static char block[200000];
    lm_err e = {0};
    lm_map map;
    size_t total = 0, at = 0;
    lm_out *out = open_out("sizes");
    for (size_t size = 0; size < sizeof block; size = size * 3 / 2 + 1) {
        memset(block, (int)(size % 251), size);
        for (int times = 0; times < 3; times++) CHECK_OK(lm_out_write(out, block, size, &e), &e);
        total += 3 * size;
    }
    CHECK_OK(lm_out_write(out, NULL, 0, &e), &e);
    publish(out);
    CHECK_OK(lm_map_open(&map, "sizes", &e), &e);
    CHECK_INT(map.length, total);
    for (size_t size = 0; size < sizeof block; size = size * 3 / 2 + 1)
        for (size_t i = 0; i < 3 * size; i++, at++)
            if (map.bytes[at] != size % 251) CHECK_INT(map.bytes[at], size % 251);
    lm_map_close(&map);
}

TEST(file_out_printf)
{
    lm_err e = {0};
    lm_str expected = {0};
    lm_out *out = open_out("text");
    for (int width = 1; width < 1200; width += 7) {
        CHECK_OK(lm_out_printf(out, &e, "<%*d|%s>", width, width, "x"), &e);
        CHECK_OK(lm_str_addf(&expected, &e, "<%*d|%s>", width, width, "x"), &e);
    }
    for (int width = 508; width < 516; width++) { /* around the size of its own buffer */
        CHECK_OK(lm_out_printf(out, &e, "%*s", width, "y"), &e);
        CHECK_OK(lm_str_addf(&expected, &e, "%*s", width, "y"), &e);
    }
    publish(out);
    CHECK_TEXT(get("text"), expected.text);
    lm_str_free(&expected);
}

/* ---- temporaries of other processes ---- */

/* A child that has an output open and waits to be killed, a minute at most; returns when it
 * has. */
static pid_t child_with_output(const char *path)
{
    int ends[2];
    char ready;
    CHECK_INT(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        say(open_out(path), "half");
        if (write(ends[1], "!", 1) == 1) pause();
        _exit(1);
    }
    close(ends[1]);
    CHECK_INT(read(ends[0], &ready, 1), 1);
    close(ends[0]);
    return child;
}

static void kill_child(pid_t child)
{
    CHECK_INT(kill(child, SIGKILL), 0);
    CHECK_INT(waitpid(child, NULL, 0), child);
}

TEST(file_out_sweeps_what_killed_runs_left)
{
    put("target", "old");
    mkdir("folder", 0700);
    const pid_t first = child_with_output("target"), second = child_with_output("target");
    kill_child(first);
    kill_child(second);
    kill_child(child_with_output("other"));
    CHECK_INT(temporaries("."), 3);
    CHECK_TEXT(get("target"), "old");
    lm_out *out = open_out("folder/../target");
    CHECK_INT(temporaries("."), 2); /* that of the other target, and its own */
    say(out, "new");
    publish(out);
    CHECK_TEXT(get("target"), "new");
    CHECK_INT(temporaries("."), 1);
    CHECK_INT(lm_out_close(open_out("other"), LM_EIO, &(lm_err){0}), LM_EIO);
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_leaves_those_of_the_living)
{
    const pid_t living = child_with_output("target");
    lm_out *out = open_out("target");
    CHECK_INT(temporaries("."), 2);
    say(out, "mine");
    publish(out);
    CHECK_TEXT(get("target"), "mine");
    CHECK_INT(temporaries("."), 1);
    kill_child(living);
    publish(open_out("target"));
    CHECK_INT(temporaries("."), 0);
}

TEST(file_out_sweeps_nothing_else)
{
    static const char *const kept[] = {".target.lm-",     ".target.lm-12x", ".target.lm-x12",
                                       "target.lm-12",    ".targe.lm-12",   ".target.lm",
                                       ".target.lm.lm-7", ".target2.lm-12", ".target.lm--1"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) put(kept[i], "mine");
    put("elsewhere", "mine");
    mkdir(".target.lm-11", 0700);
    symlink("elsewhere", ".target.lm-13");
    publish(open_out("target"));
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) CHECK_TEXT(get(kept[i]), "mine");
    CHECK_TEXT(get("elsewhere"), "mine");
    CHECK(access(".target.lm-11", F_OK) == 0);
}

/* Many processes at one target: each publishes a whole file, the last one stays. */
TEST(file_out_race)
{
    enum { CHILDREN = 8, ROUNDS = 60 };
    int status;
    for (int child = 0; child < CHILDREN; child++)
        if (fork() == 0) {
            for (int round = 0; round < ROUNDS; round++) {
                lm_out *out = open_out("target");
                for (int i = 0; i < 50; i++)
                    CHECK_INT(lm_out_printf(out, &(lm_err){0}, "%d\n", child), LM_OK);
                if (round % 3)
                    publish(out);
                else
                    CHECK_INT(lm_out_close(out, LM_EIO, &(lm_err){0}), LM_EIO);
            }
            _exit(0);
        }
    for (int child = 0; child < CHILDREN; child++) {
        CHECK(wait(&status) > 0);
        CHECK_INT(status, 0);
        const char *text = get("target");
        if (!text) continue;
        CHECK_INT(strlen(text), 100);
        for (int i = 0; i < 100; i++) CHECK_INT(text[i], text[i % 2]);
    }
    CHECK_INT(temporaries("."), 0);
}
