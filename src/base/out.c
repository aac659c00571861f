/* out.c - writing files so that they appear whole or not at all (lm/file.h). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fd.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/os.h"

enum { WRITE_BACK = 1 << 23, OUT_BUFFER = 1 << 16, NAME_KEPT = 200, LINKS_MAX = 40 };

struct lm_out {
    int fd;
    const char *name;        /* for messages: as the caller gave it */
    char *target;            /* what is renamed onto; NULL: written directly */
    char *temporary;         /* registered below while it exists */
    bool dead;               /* a write failed */
    uint64_t written, begun; /* bytes; of these, on their way to the disk */
    bool line_buffered;
    size_t used;
    lm_arena arena; /* the names */
    unsigned char buffer[OUT_BUFFER];
};

/* ---- temporaries of this process, for the signal handler ----
 * A slot is claimed under the lock and published by a single store of the pointer, so the
 * handler sees a whole name or NULL. */

enum { TEMPORARIES_MAX = 64 };
static char *volatile temporaries[TEMPORARIES_MAX];
static pthread_mutex_t temporaries_lock = PTHREAD_MUTEX_INITIALIZER;

static bool remember_temporary(char *path)
{
    bool found = false;
    pthread_mutex_lock(&temporaries_lock);
    for (int i = 0; i < TEMPORARIES_MAX && !found; i++) {
        if (temporaries[i]) continue;
        temporaries[i] = path;
        found = true;
    }
    pthread_mutex_unlock(&temporaries_lock);
    return found;
}

static void forget_temporary(const char *path)
{
    pthread_mutex_lock(&temporaries_lock);
    for (int i = 0; i < TEMPORARIES_MAX; i++)
        if (temporaries[i] == path) temporaries[i] = NULL;
    pthread_mutex_unlock(&temporaries_lock);
}

static bool is_ours(const char *path)
{
    bool ours = false;
    pthread_mutex_lock(&temporaries_lock);
    for (int i = 0; i < TEMPORARIES_MAX; i++)
        ours = ours || (temporaries[i] && strcmp(temporaries[i], path) == 0);
    pthread_mutex_unlock(&temporaries_lock);
    return ours;
}

void lm_out_unlink_all(void)
{
    for (int i = 0; i < TEMPORARIES_MAX; i++)
        if (temporaries[i]) (void)unlink(temporaries[i]);
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

/* Length of the directory part of a path, its last slash included; 0 if there is none. */
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The path a chain of symbolic links ends at, which need not exist. */
static lm_status follow_links(lm_arena *arena, const char *name, char **path, lm_err *e)
{
    char link[PATH_MAX];
    if (!(*path = lm_arena_copy(arena, name, strlen(name), e))) return e->status;
    for (int i = 0; i < LINKS_MAX; i++) {
        const ssize_t n = readlink(*path, link, sizeof link);
        if (n < 0) return LM_OK; /* not a link, or nothing there */
        lm_str next = {0};
        lm_status s = LM_OK;
        if (link[0] != '/') s = lm_str_add(&next, *path, directory_length(*path), e);
        if (!s) s = lm_str_add(&next, link, (size_t)n, e);
        if (!s && !(*path = lm_arena_copy(arena, next.text, next.length, e))) s = e->status;
        lm_str_free(&next);
        LM_TRY(s);
    }
    errno = ELOOP;
    return lm_fail_errno(e, name, "open");
}

/* Unlinks files in the target's directory that begin with `prefix`, end in digits, and that
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
        if (lock_file(fd, false) && is_at(fd, path)) (void)unlink(path);
        (void)close(fd);
    }
    (void)closedir(list);
}

/* Creates the temporary and has it remembered before a signal can end the process. */
static lm_status create_remembered(lm_out *out, lm_err *e)
{
    sigset_t all, before;
    lm_status s = LM_OK;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    out->fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (out->fd < 0) {
        s = lm_fail_errno(e, out->name, "create");
    } else if (!remember_temporary(out->temporary)) {
        (void)unlink(out->temporary);
        s = lm_fail(e, LM_EIO, "%s: more than %d outputs at once", out->name, TEMPORARIES_MAX);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s;
}

/* Creates and locks the temporary.  A sweeping process may lock or unlink it between the two
 * steps; then the name no longer means our file, and another try is made. */
static lm_status create_temporary(lm_out *out, lm_err *e)
{
    for (int tries = 0; tries < 100; tries++) {
        LM_TRY(create_remembered(out, e));
        if (!lock_file(out->fd, true) && errno != ENOLCK && errno != EINVAL)
            return lm_fail_errno(e, out->name, "lock");
        if (is_at(out->fd, out->temporary)) return LM_OK;
        forget_temporary(out->temporary);
        (void)close(out->fd);
        out->fd = -1;
    }
    return lm_fail(e, LM_EIO, "%s: create: another process keeps removing %s", out->name,
                   out->temporary);
}

static lm_status open_beside(lm_out *out, const struct stat *old, lm_err *e)
{
    const size_t length = directory_length(out->target);
    const char *base = out->target + length;
    if (!*base) {
        errno = ENOENT;
        return lm_fail_errno(e, out->name, "open");
    }
    char *directory = lm_arena_copy(&out->arena, out->target, length, e);
    lm_str name = {0};
    lm_status s = directory ? LM_OK : e->status;
    if (!s) s = lm_str_addf(&name, e, ".%.*s.lm-", NAME_KEPT, base);
    if (!s) {
        sweep(directory, name.text);
        s = lm_str_addf(&name, e, "%ld", (long)getpid());
    }
    if (!s) {
        out->temporary = lm_arena_new(&out->arena, length + name.length + 1, 1, e);
        if (!out->temporary) s = e->status;
    }
    if (!s) {
        memcpy(out->temporary, directory, length);
        memcpy(out->temporary + length, name.text, name.length + 1);
        s = create_temporary(out, e);
    }
    lm_str_free(&name);
    if (!s && old && fchmod(out->fd, old->st_mode & 07777) != 0)
        s = lm_fail_errno(e, out->name, "set mode");
    return s;
}

static lm_status open_target(lm_out *out, lm_err *e)
{
    struct stat info;
    if (strcmp(out->name, "-") == 0) {
        out->name = "standard output";
        out->fd = STDOUT_FILENO;
        return LM_OK;
    }
    const bool exists = stat(out->name, &info) == 0;
    if (!exists && errno != ENOENT) return lm_fail_errno(e, out->name, "open");
    if (exists && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return lm_fail_errno(e, out->name, "open");
    }
    if (exists && access(out->name, W_OK) != 0) return lm_fail_errno(e, out->name, "open");
    if (!exists || S_ISREG(info.st_mode)) {
        LM_TRY(follow_links(&out->arena, out->name, &out->target, e));
        return open_beside(out, exists ? &info : NULL, e);
    }
    /* By its own name: links such as /dev/stdout lead to pipes that have no other. */
    out->fd = open(out->name, O_WRONLY | O_CLOEXEC);
    return out->fd < 0 ? lm_fail_errno(e, out->name, "open") : LM_OK;
}

lm_status lm_out_open(lm_out **result, const char *path, lm_err *e)
{
    *result = NULL;
    lm_out *out = lm_new(1, sizeof *out, e);
    if (!out) return e->status;
    out->fd = -1;
    if (!(out->name = lm_arena_copy(&out->arena, path, strlen(path), e)) ||
        open_target(out, e) != LM_OK)
        return lm_out_close(out, e->status, e);
    *result = out;
    return LM_OK;
}

static lm_status open_live(lm_out *out, uint64_t length, lm_err *e)
{
    struct stat info;
    out->line_buffered = true;
    if (strcmp(out->name, "-") == 0) return open_target(out, e);
    out->fd = open(out->name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (out->fd < 0 || fstat(out->fd, &info) != 0) return lm_fail_errno(e, out->name, "open");
    if (S_ISREG(info.st_mode) && (uint64_t)info.st_size > length &&
        ftruncate(out->fd, (off_t)length) != 0)
        return lm_fail_errno(e, out->name, "cut");
    return LM_OK;
}

lm_status lm_out_open_live(lm_out **result, const char *path, uint64_t length, lm_err *e)
{
    *result = NULL;
    lm_out *out = lm_new(1, sizeof *out, e);
    if (!out) return e->status;
    out->fd = -1;
    if (!(out->name = lm_arena_copy(&out->arena, path, strlen(path), e)) ||
        open_live(out, length, e) != LM_OK)
        return lm_out_close(out, e->status, e);
    *result = out;
    return LM_OK;
}

/* ---- writing ---- */

static lm_status write_all(lm_out *out, const void *bytes, size_t length, lm_err *e)
{
    out->dead = !lm_fd_write(out->fd, bytes, length);
    if (out->dead) return lm_fail_errno(e, out->name, "write");
    out->written += length;
    /* What is synced at the end is better begun now. */
    if (out->temporary && out->written - out->begun >= WRITE_BACK) {
        lm_os_write_back(out->fd, out->begun, out->written - out->begun);
        out->begun = out->written;
    }
    return LM_OK;
}

lm_status lm_out_flush(lm_out *out, lm_err *e)
{
    if (out->dead) return lm_fail(e, LM_EIO, "%s: write failed before", out->name);
    const size_t used = out->used;
    out->used = 0;
    return write_all(out, out->buffer, used, e);
}

lm_status lm_out_write(lm_out *out, const void *bytes, size_t length, lm_err *e)
{
    if (length > sizeof out->buffer - out->used) LM_TRY(lm_out_flush(out, e));
    if (length > sizeof out->buffer) return write_all(out, bytes, length, e);
    if (length) memcpy(out->buffer + out->used, bytes, length);
    out->used += length;
    if (out->line_buffered && length && memchr(bytes, '\n', length)) return lm_out_flush(out, e);
    return LM_OK;
}

lm_status lm_out_text(lm_out *out, const char *text, lm_err *e)
{
    return lm_out_write(out, text, strlen(text), e);
}

lm_status lm_out_printf(lm_out *out, lm_err *e, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0) return lm_fail(e, LM_ENOMEM, "text cannot be formatted");
    if ((size_t)length < sizeof text) return lm_out_write(out, text, (size_t)length, e);
    char *longer = lm_new((size_t)length + 1, 1, e);
    if (!longer) return e->status;
    va_start(arguments, format);
    (void)vsnprintf(longer, (size_t)length + 1, format, arguments);
    va_end(arguments);
    const lm_status s = lm_out_write(out, longer, (size_t)length, e);
    lm_free(longer);
    return s;
}

void lm_out_line_buffered(lm_out *out, bool on)
{
    out->line_buffered = on;
}

bool lm_out_is_terminal(const lm_out *out)
{
    return isatty(out->fd) == 1;
}

lm_status lm_out_expect_binary(const lm_out *out, lm_err *e)
{
    if (!lm_out_is_terminal(out)) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "%s: a terminal; binary output goes to a file or a pipe",
                   out->name);
}

/* ---- closing ---- */

static lm_status sync_directory(const lm_out *out, lm_err *e)
{
    const size_t length = directory_length(out->target);
    char directory[PATH_MAX] = ".";
    if (length && snprintf(directory, sizeof directory, "%.*s", (int)length, out->target) >=
                      (int)sizeof directory)
        return LM_OK; /* cannot happen: the rename succeeded with this path */
    const int fd = open(directory, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return LM_OK; /* a directory we may write but not read */
    const bool synced = fsync(fd) == 0 || errno == EINVAL;
    const lm_status s = synced ? LM_OK : lm_fail_errno(e, out->name, "sync directory");
    (void)close(fd);
    return s;
}

/* Everything up to the rename; the descriptor is closed in any case. */
static lm_status finish_writing(lm_out *out, lm_status s, lm_err *e)
{
    lm_err later = {0}; /* a failure after the first one */
    if (!s)
        s = lm_out_flush(out, e);
    else if (!out->temporary && !out->dead) /* what a filter wrote before it failed stays */
        out->dead = lm_out_flush(out, &later) != LM_OK;
    if (!s && out->temporary && fsync(out->fd) != 0) s = lm_fail_errno(e, out->name, "sync");
    /* The lock goes with the descriptor, so the rename comes first. */
    if (!s && out->temporary && rename(out->temporary, out->target) != 0)
        s = lm_fail_errno(e, out->name, "rename");
    if (s && out->temporary && out->fd >= 0) (void)unlink(out->temporary);
    if (out->temporary) forget_temporary(out->temporary);
    if (out->fd >= 0 && close(out->fd) != 0 && !s) s = lm_fail_errno(e, out->name, "close");
    if (!s && out->temporary) s = sync_directory(out, e);
    return s;
}

lm_status lm_out_close(lm_out *out, lm_status sofar, lm_err *e)
{
    if (!out) return sofar;
    const lm_status s = finish_writing(out, sofar, e);
    lm_arena_free(&out->arena);
    lm_free(out);
    return s;
}
