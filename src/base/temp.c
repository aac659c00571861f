/* temp.c - temporary files without a name. */
#include "lm/temp.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "fd.h"
#include "lm/memory.h"
#include "lm/os.h"
#include "lm/str.h"

enum { BUFFER = 1 << 16 };

struct lm_temp {
    int fd;
    char *directory; /* for messages */
    uint64_t length; /* in the file */
    size_t used;     /* in the buffer, not yet written */
    unsigned char buffer[BUFFER];
};

/* Where every file has a name at first; no signal but SIGKILL comes before it is removed. */
static int make_nameless(char *path)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    const int fd = mkstemp(path), error = errno;
    if (fd >= 0) (void)unlink(path);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return fd;
}

/* A new file in `directory` whose name is gone at once. */
static lm_status create(const char *directory, int *fd, lm_err *e)
{
    lm_str path = {0};
    lm_status s = lm_str_addf(&path, e, "%s/lm-XXXXXX", directory);
    *fd = -1;
    if (!*directory) s = lm_fail(e, LM_EIO, "the folder for temporary files has no name");
    if (!s) {
        *fd = lm_os_open_nameless(directory);
        if (*fd < 0) *fd = make_nameless(path.text);
        if (*fd < 0) s = lm_fail_errno(e, directory, "create a temporary file");
    }
    if (!s) (void)fcntl(*fd, F_SETFD, FD_CLOEXEC);
    lm_str_free(&path);
    return s;
}

lm_status lm_temp_open(lm_temp **out, const char *directory, lm_err *e)
{
    *out = NULL;
    lm_temp *t = lm_new(1, sizeof *t, e);
    if (!t) return e->status;
    t->fd = -1;
    t->directory = lm_new(strlen(directory) + 1, 1, e);
    lm_status s = t->directory ? LM_OK : e->status;
    if (!s) {
        memcpy(t->directory, directory, strlen(directory) + 1);
        s = create(directory, &t->fd, e);
    }
    if (s)
        lm_temp_close(t);
    else
        *out = t;
    return s;
}

void lm_temp_close(lm_temp *t)
{
    if (!t) return;
    if (t->fd >= 0) (void)close(t->fd);
    lm_free(t->directory);
    lm_free(t);
}

static lm_status write_all(lm_temp *t, const void *bytes, size_t length, lm_err *e)
{
    if (!lm_fd_write(t->fd, bytes, length))
        return lm_fail_errno(e, t->directory, "write a temporary file");
    t->length += length;
    return LM_OK;
}

lm_status lm_temp_flush(lm_temp *t, lm_err *e)
{
    const size_t used = t->used;
    t->used = 0;
    return write_all(t, t->buffer, used, e);
}

lm_status lm_temp_write(lm_temp *t, const void *bytes, size_t length, lm_err *e)
{
    if (length > sizeof t->buffer - t->used) LM_TRY(lm_temp_flush(t, e));
    if (length > sizeof t->buffer) return write_all(t, bytes, length, e);
    if (length) memcpy(t->buffer + t->used, bytes, length);
    t->used += length;
    return LM_OK;
}

uint64_t lm_temp_length(const lm_temp *t)
{
    return t->length + t->used;
}

lm_status lm_temp_read(lm_temp *t, uint64_t offset, void *bytes, size_t length, lm_err *e)
{
    size_t got;
    const bool read = lm_fd_read_at(t->fd, offset, bytes, length, &got);
    if (read && got == length) return LM_OK;
    if (read) errno = EIO; /* shorter than what was written */
    return lm_fail_errno(e, t->directory, "read a temporary file");
}

/* Reserves `length` bytes of the disk, with zeros where it cannot be had without writing; returns
 * an errno. */
static int reserve(int fd, size_t length)
{
    static const unsigned char zeros[1 << 12];
    int error;
    if ((off_t)length < 0 || (uintmax_t)(off_t)length != length) return EFBIG;
    do {
        error = posix_fallocate(fd, 0, (off_t)length);
    } while (error == EINTR);
    if (error != EOPNOTSUPP && error != EINVAL) return error;
    for (size_t at = 0; at < length;) {
        const size_t more = length - at < sizeof zeros ? length - at : sizeof zeros;
        const ssize_t n = pwrite(fd, zeros, more, (off_t)at);
        if (n < 0 && errno != EINTR) return errno;
        if (n > 0) at += (size_t)n;
    }
    return 0;
}

lm_status lm_temp_map(const char *directory, size_t length, void **bytes, lm_err *e)
{
    int fd;
    LM_TRY(create(directory, &fd, e));
    lm_status s = LM_OK;
    /* A full disk is found here, not by a signal when a page cannot be written. */
    errno = reserve(fd, length);
    if (errno) s = lm_fail_errno(e, directory, "make room for a temporary file");
    if (!s) {
        *bytes = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (*bytes == MAP_FAILED) s = lm_fail_errno(e, directory, "map a temporary file");
    }
    (void)close(fd);
    return s;
}
