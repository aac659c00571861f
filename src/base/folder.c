/* folder.c - writing a folder of files so that it appears whole or not at all. */
#include "lm/folder.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "beside.h"

struct lm_folder {
    lm_beside at; /* the temporary is the lock; */
    char *path;   /* the folder itself: beside the lock, later at the target; NULL: none yet */
    struct {
        char *path[LM_BESIDE_MAX]; /* all are remembered */
        int count;
    } files;
    lm_arena arena; /* the names */
};

bool lm_is_folder(const char *path)
{
    struct stat info;
    return strcmp(path, "-") != 0 && stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static char *join(lm_arena *arena, const char *a, const char *between, const char *b, lm_err *e)
{
    lm_str text = {0};
    char *copy = NULL;
    if (lm_str_addf(&text, e, "%s%s%s", a, between, b) == LM_OK)
        copy = lm_arena_copy(arena, text.text, text.length, e);
    lm_str_free(&text);
    return copy;
}

/* ---- opening ---- */

/* One that is there is what a run left that had the same number as this one: the lock is ours. */
static lm_status make_folder(lm_folder *f, lm_err *e)
{
    char *path = join(&f->arena, f->at.temporary, "", LM_BESIDE_FOLDER, e);
    if (!path) return e->status;
    LM_TRY(lm_beside_remember(path, f->at.name, e));
    f->path = path;
    lm_beside_remove(path);
    return mkdir(path, 0777) == 0 ? LM_OK : lm_fail_errno(e, f->at.name, "create");
}

static lm_status begin(lm_folder *f, const char *path, lm_err *e)
{
    struct stat info;
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') length--;
    f->at.name = f->at.target = lm_arena_copy(&f->arena, path, length, e);
    if (!f->at.target) return e->status;
    if (strcmp(f->at.target, "-") == 0)
        return lm_fail(e, LM_EUSAGE, "a folder cannot go to standard output");
    if (lstat(f->at.target, &info) == 0) {
        errno = EEXIST;
        return lm_fail_errno(e, f->at.name, "create");
    }
    LM_TRY(lm_beside_open(&f->at, &f->arena, e));
    return make_folder(f, e);
}

lm_status lm_folder_open(lm_folder **folder, const char *path, lm_err *e)
{
    *folder = NULL;
    lm_folder *f = lm_new(1, sizeof *f, e);
    if (!f) return e->status;
    f->at.fd = -1;
    const lm_status s = begin(f, path, e);
    if (s) return lm_folder_close(f, s, e);
    *folder = f;
    return LM_OK;
}

lm_status lm_folder_file(lm_folder *f, const char *name, lm_out **out, lm_err *e)
{
    *out = NULL;
    char *path = join(&f->arena, f->path, "/", name, e);
    char *called = join(&f->arena, f->at.name, "/", name, e);
    if (!path || !called) return e->status;
    LM_TRY(lm_beside_remember(path, called, e));
    f->files.path[f->files.count++] = path;
    return lm_out_open_as(out, path, called, e);
}

/* ---- closing ---- */

static lm_status publish(lm_folder *f, lm_err *e)
{
    const int fd = open(f->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return lm_fail_errno(e, f->at.name, "open");
    const bool synced = fsync(fd) == 0 || errno == EINVAL;
    lm_status s = synced ? LM_OK : lm_fail_errno(e, f->at.name, "sync");
    (void)close(fd);
    if (!s && rename(f->path, f->at.target) != 0) s = lm_fail_errno(e, f->at.name, "rename");
    return s;
}

/* From the rename on the folder is not ours to remove, whatever fails. */
static lm_status end(lm_folder *f, lm_status s, lm_err *e)
{
    const bool open = f->at.fd >= 0;
    if (!s) s = publish(f, e);
    for (int i = 0; i < f->files.count; i++) {
        if (s) (void)unlink(f->files.path[i]);
        lm_beside_forget(f->files.path[i]);
    }
    if (s && f->path) (void)rmdir(f->path);
    if (f->path) lm_beside_forget(f->path);
    if (open) (void)unlink(f->at.temporary);
    if (f->at.temporary) lm_beside_forget(f->at.temporary);
    if (open) (void)close(f->at.fd);
    return s ? s : lm_beside_sync(&f->at, e);
}

lm_status lm_folder_close(lm_folder *f, lm_status sofar, lm_err *e)
{
    if (!f) return sofar;
    const lm_status s = end(f, sofar, e);
    lm_arena_free(&f->arena);
    lm_free(f);
    return s;
}
