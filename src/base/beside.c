/* beside.c - temporary names beside targets: their locks, and what removes them. */
#include "beside.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_KEPT = 200 };

/* ---- temporaries of this process, for the signal handler ----
 * A slot is claimed under the lock and published by a single store of the pointer, so the
 * handler sees a whole name or NULL. */

static char *volatile temporaries[LM_BESIDE_MAX];
static pthread_mutex_t temporaries_lock = PTHREAD_MUTEX_INITIALIZER;

lm_status lm_beside_remember(char *path, const char *name, lm_err *e)
{
    bool found = false;
    pthread_mutex_lock(&temporaries_lock);
    for (int i = 0; i < LM_BESIDE_MAX && !found; i++) {
        if (temporaries[i]) continue;
        temporaries[i] = path;
        found = true;
    }
    pthread_mutex_unlock(&temporaries_lock);
    if (found) return LM_OK;
    return lm_fail(e, LM_EIO, "%s: more than %d outputs at once", name, LM_BESIDE_MAX);
}

void lm_beside_forget(const char *path)
{
    pthread_mutex_lock(&temporaries_lock);
    for (int i = 0; i < LM_BESIDE_MAX; i++)
        if (temporaries[i] == path) temporaries[i] = NULL;
    pthread_mutex_unlock(&temporaries_lock);
}

static bool is_ours(const char *path)
{
    bool ours = false;
    pthread_mutex_lock(&temporaries_lock);
    for (int i = 0; i < LM_BESIDE_MAX; i++)
        ours = ours || (temporaries[i] && strcmp(temporaries[i], path) == 0);
    pthread_mutex_unlock(&temporaries_lock);
    return ours;
}

/* Folders after the files that are in them. */
void lm_out_unlink_all(void)
{
    for (int i = 0; i < LM_BESIDE_MAX; i++)
        if (temporaries[i]) (void)unlink(temporaries[i]);
    for (int i = 0; i < LM_BESIDE_MAX; i++)
        if (temporaries[i]) (void)rmdir(temporaries[i]);
}

/* ---- names and locks ---- */

/* Holds a write lock on the whole file, waiting or not. */
static bool lock_file(int fd, bool wait)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int result;
    do {
        result = fcntl(fd, wait ? F_SETLKW : F_SETLK, &whole);
    } while (result < 0 && errno == EINTR);
    return result == 0;
}

/* Does the path still mean the open file? */
static bool is_at(int fd, const char *path)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && ours.st_ino == there.st_ino &&
           ours.st_dev == there.st_dev;
}

size_t lm_beside_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

void lm_beside_remove(const char *folder)
{
    DIR *list = opendir(folder);
    if (!list) return;
    for (const struct dirent *entry; (entry = readdir(list));) {
        char path[PATH_MAX];
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            (void)unlink(path); /* of . and .. it fails */
    }
    (void)closedir(list);
    (void)rmdir(folder);
}

/* The folder goes before the file whose lock tells that it is in use. */
static void remove_left(const char *path)
{
    char folder[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s" LM_BESIDE_FOLDER, path) < (int)sizeof folder)
        lm_beside_remove(folder);
    (void)unlink(path);
}

/* Removes files in the target's directory that begin with `prefix`, end in digits, and that
 * no living process holds: what a killed run left behind.  A file that could be locked because
 * its owner has just published it is no longer there; the name may be that of its next one. */
static void sweep(const char *directory, const char *prefix)
{
    DIR *list = opendir(directory[0] ? directory : ".");
    if (!list) return;
    const size_t length = strlen(prefix);
    for (struct dirent *entry; (entry = readdir(list));) {
        const char *digits = entry->d_name + length;
        char path[PATH_MAX];
        if (strncmp(entry->d_name, prefix, length) != 0 || *digits == '\0' ||
            digits[strspn(digits, "0123456789")] != '\0' ||
            snprintf(path, sizeof path, "%s%s", directory, entry->d_name) >= (int)sizeof path ||
            is_ours(path))
            continue;
        const int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0) continue;
        if (lock_file(fd, false) && is_at(fd, path)) remove_left(path);
        (void)close(fd);
    }
    (void)closedir(list);
}

/* Creates the temporary and has it remembered before a signal can end the process. */
static lm_status create_remembered(lm_beside *b, lm_err *e)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    b->fd = open(b->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const lm_status s = b->fd < 0 ? lm_fail_errno(e, b->name, "create")
                                  : lm_beside_remember(b->temporary, b->name, e);
    if (s && b->fd >= 0) (void)unlink(b->temporary);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s;
}

/* Creates and locks the temporary.  A sweeping process may lock or unlink it between the two
 * steps; then the name no longer means our file, and another try is made. */
static lm_status create_temporary(lm_beside *b, lm_err *e)
{
    for (int tries = 0; tries < 100; tries++) {
        LM_TRY(create_remembered(b, e));
        if (!lock_file(b->fd, true) && errno != ENOLCK && errno != EINVAL)
            return lm_fail_errno(e, b->name, "lock");
        if (is_at(b->fd, b->temporary)) return LM_OK;
        lm_beside_forget(b->temporary);
        (void)close(b->fd);
        b->fd = -1;
    }
    return lm_fail(e, LM_EIO, "%s: create: another process keeps removing %s", b->name,
                   b->temporary);
}

lm_status lm_beside_open(lm_beside *b, lm_arena *arena, lm_err *e)
{
    const size_t length = lm_beside_directory(b->target);
    const char *base = b->target + length;
    if (!*base) {
        errno = ENOENT;
        return lm_fail_errno(e, b->name, "open");
    }
    char *directory = lm_arena_copy(arena, b->target, length, e);
    lm_str name = {0};
    lm_status s = directory ? LM_OK : e->status;
    if (!s) s = lm_str_addf(&name, e, ".%.*s.lm-", NAME_KEPT, base);
    if (!s) {
        sweep(directory, name.text);
        s = lm_str_addf(&name, e, "%ld", (long)getpid());
    }
    if (!s) {
        b->temporary = lm_arena_new(arena, length + name.length + 1, 1, e);
        if (!b->temporary) s = e->status;
    }
    if (!s) {
        memcpy(b->temporary, directory, length);
        memcpy(b->temporary + length, name.text, name.length + 1);
        s = create_temporary(b, e);
    }
    lm_str_free(&name);
    return s;
}

lm_status lm_beside_sync(const lm_beside *b, lm_err *e)
{
    const size_t length = lm_beside_directory(b->target);
    char directory[PATH_MAX] = ".";
    if (length && snprintf(directory, sizeof directory, "%.*s", (int)length, b->target) >=
                      (int)sizeof directory)
        return LM_OK; /* cannot happen: the rename succeeded with this path */
    const int fd = open(directory, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return LM_OK; /* a directory we may write but not read */
    const bool synced = fsync(fd) == 0 || errno == EINVAL;
    const lm_status s = synced ? LM_OK : lm_fail_errno(e, b->name, "sync directory");
    (void)close(fd);
    return s;
}
