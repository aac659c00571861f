/* fd.c - all of a write, all of a read. */
#include "fd.h"
#include <errno.h>
#include <limits.h>
#include <unistd.h>

bool lm_fd_write(int fd, const void *bytes, size_t length)
{
    const char *from = bytes;
    while (length) {
        const ssize_t n = write(fd, from, length < SSIZE_MAX ? length : SSIZE_MAX);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) errno = ENOSPC;
        if (n <= 0) return false;
        from += n;
        length -= (size_t)n;
    }
    return true;
}

bool lm_fd_read_at(int fd, uint64_t offset, void *bytes, size_t room, size_t *got)
{
    char *to = bytes;
    for (*got = 0; *got < room;) {
        const size_t rest = room - *got;
        const ssize_t n =
            pread(fd, to + *got, rest < SSIZE_MAX ? rest : SSIZE_MAX, (off_t)(offset + *got));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        if (n == 0) break;
        *got += (size_t)n;
    }
    return true;
}
