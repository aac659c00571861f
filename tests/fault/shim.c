/* shim.c - makes chosen system calls fail; loaded by LD_PRELOAD.
 *
 *     LM_FAULT=CALL:K[+][:ERROR]   the K-th CALL fails with ERROR; with + all later ones too
 *     LM_FAULT_LOG=FILE            gets one byte for each call that failed
 *
 * CALL: malloc (with calloc, realloc, aligned_alloc), read, write (with pread, pwrite; not to
 * standard error), open (with mkstemp), close, fsync, rename, mmap, fallocate (posix_fallocate),
 * pthread_create.  ERROR: an errno name below; or `short`: half of the bytes are moved; or KILL or
 * TERM: instead of failing, the call is preceded by that signal. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef enum {
    MALLOC,
    READ,
    WRITE,
    OPEN,
    CLOSE,
    FSYNC,
    RENAME,
    MMAP,
    FALLOCATE,
    PTHREAD_CREATE,
    NONE
} call;

enum { SHORT = -1, KILLED = -2, ENDED = -3 };

static const char *const call_names[] = {"malloc",    "read",          "write",  "open",
                                         "close",     "fsync",         "rename", "mmap",
                                         "fallocate", "pthread_create"};
static const struct {
    const char *name;
    int number;
} error_names[] = {{"short", SHORT},          {"EIO", EIO},       {"ENOSPC", ENOSPC},
                   {"EINTR", EINTR},          {"EACCES", EACCES}, {"ENOMEM", ENOMEM},
                   {"EAGAIN", EAGAIN},        {"EDQUOT", EDQUOT}, {"EMFILE", EMFILE},
                   {"EROFS", EROFS},          {"KILL", KILLED},   {"TERM", ENDED},
                   {"EOPNOTSUPP", EOPNOTSUPP}};

/* glibc's own names: no look-up, which might itself allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_mkstemp)(char *);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_renameat)(int, const char *, int, const char *);
static void *(*real_mmap)(void *, size_t, int, int, int, off_t);
static int (*real_fallocate)(int, off_t, off_t);
static int (*real_pthread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static call chosen = NONE;
static int chosen_error = ENOMEM;
static unsigned long strike_at;
static bool lasting;
static const char *log_name;
static atomic_ulong calls;

static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    memcpy(function, &found, sizeof found);
}

static void find_all(void)
{
    find(&real_read, "read");
    find(&real_pread, "pread");
    find(&real_write, "write");
    find(&real_pwrite, "pwrite");
    find(&real_open, "open");
    find(&real_openat, "openat");
    find(&real_mkstemp, "mkstemp");
    find(&real_close, "close");
    find(&real_fsync, "fsync");
    find(&real_fdatasync, "fdatasync");
    find(&real_rename, "rename");
    find(&real_renameat, "renameat");
    find(&real_mmap, "mmap");
    find(&real_fallocate, "posix_fallocate");
    find(&real_pthread_create, "pthread_create");
}

static void refuse(const char *text)
{
    fprintf(stderr, "shim: LM_FAULT=%s: expected CALL:K[+][:ERROR]\n", text);
    _exit(125);
}

__attribute__((constructor)) static void prepare(void)
{
    const char *text = getenv("LM_FAULT");
    find_all();
    log_name = getenv("LM_FAULT_LOG");
    if (!text) return;
    call which = MALLOC;
    while (which < NONE && (strncmp(text, call_names[which], strlen(call_names[which])) != 0 ||
                            text[strlen(call_names[which])] != ':'))
        which++;
    if (which == NONE) refuse(text);
    char *rest;
    strike_at = strtoul(text + strlen(call_names[which]) + 1, &rest, 10);
    lasting = *rest == '+';
    rest += lasting;
    if (*rest == ':') {
        size_t i = 0;
        while (i < sizeof error_names / sizeof *error_names &&
               strcmp(rest + 1, error_names[i].name) != 0)
            i++;
        if (i == sizeof error_names / sizeof *error_names) refuse(text);
        chosen_error = error_names[i].number;
    } else if (*rest) {
        refuse(text);
    }
    chosen = which;
}

static void write_log(void)
{
    const int fd = log_name ? real_open(log_name, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (fd < 0) return;
    if (real_write(fd, "!", 1) < 1) _exit(125);
    real_close(fd);
}

/* Counts the call; 0, or the error it is to fail with. */
static int strike(call which)
{
    if (which != chosen) return 0;
    const unsigned long k = atomic_fetch_add(&calls, 1) + 1;
    if (k != strike_at && !(lasting && k > strike_at)) return 0;
    write_log();
    if (chosen_error != KILLED && chosen_error != ENDED) return chosen_error;
    kill(getpid(), chosen_error == KILLED ? SIGKILL : SIGTERM);
    return 0;
}

static bool fails(call which)
{
    const int error = strike(which);
    if (error) errno = error;
    return error != 0;
}

/* As fails(), for calls that move *size bytes: `short` moves half of them. */
static bool fails_or_halves(call which, size_t *size)
{
    const int error = strike(which);
    if (error == SHORT)
        *size = (*size + 1) / 2;
    else if (error)
        errno = error;
    return error > 0;
}

void *malloc(size_t size)
{
    return fails(MALLOC) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(MALLOC) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails(MALLOC) ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(MALLOC) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    const int error = strike(MALLOC);
    if (error) return error;
    *block = __libc_memalign(alignment, size);
    return *block ? 0 : ENOMEM;
}

ssize_t read(int fd, void *data, size_t size)
{
    return fails_or_halves(READ, &size) ? -1 : real_read(fd, data, size);
}

ssize_t pread(int fd, void *data, size_t size, off_t at)
{
    return fails_or_halves(READ, &size) ? -1 : real_pread(fd, data, size, at);
}

ssize_t write(int fd, const void *data, size_t size)
{
    const bool failed = fd != STDERR_FILENO && fails_or_halves(WRITE, &size);
    return failed ? -1 : real_write(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
    return fails_or_halves(WRITE, &size) ? -1 : real_pwrite(fd, data, size, at);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(OPEN) ? -1 : real_open(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(OPEN) ? -1 : real_openat(folder, path, flags, mode);
}

int mkstemp(char *path)
{
    return fails(OPEN) ? -1 : real_mkstemp(path);
}

/* Closes all the same, as the system does. */
int close(int fd)
{
    const int error = strike(CLOSE), result = real_close(fd);
    if (!error) return result;
    errno = error;
    return -1;
}

int fsync(int fd)
{
    return fails(FSYNC) ? -1 : real_fsync(fd);
}

int fdatasync(int fd)
{
    return fails(FSYNC) ? -1 : real_fdatasync(fd);
}

int rename(const char *from, const char *to)
{
    return fails(RENAME) ? -1 : real_rename(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    return fails(RENAME) ? -1 : real_renameat(from_folder, from, to_folder, to);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
    return fails(MMAP) ? MAP_FAILED : real_mmap(at, size, protection, flags, fd, offset);
}

int posix_fallocate(int fd, off_t from, off_t length)
{
    const int error = strike(FALLOCATE);
    return error ? error : real_fallocate(fd, from, length);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    const int error = strike(PTHREAD_CREATE);
    return error ? error : real_pthread_create(thread, attributes, run, argument);
}
