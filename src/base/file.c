/* file.c - reading files: as a stream, or whole. */
#include "lm/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "fd.h"
#include "lm/crc.h"
#include "lm/memory.h"
#include "lm/tables.h"

static bool is_dash(const char *path)
{
    return path[0] == '-' && path[1] == '\0';
}

lm_status lm_in_open(lm_in *in, const char *path, lm_err *e)
{
    struct stat info;
    *in = (lm_in){.fd = STDIN_FILENO, .name = "standard input", .left = UINT64_MAX};
    if (!is_dash(path)) {
        in->fd = open(path, O_RDONLY | O_CLOEXEC);
        in->name = path;
        if (in->fd < 0) return lm_fail_errno(e, path, "open");
    }
    if (fstat(in->fd, &info) == 0) {
        if (!S_ISDIR(info.st_mode)) return LM_OK;
        errno = EISDIR;
    }
    (void)lm_fail_errno(e, in->name, "open");
    lm_in_close(in);
    return LM_EIO;
}

lm_status lm_in_read(lm_in *in, void *buffer, size_t room, size_t *got, lm_err *e)
{
    ssize_t n;
    if (room > SSIZE_MAX) room = SSIZE_MAX;
    if (room > in->left) room = (size_t)in->left;
    do {
        n = read(in->fd, buffer, room);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return lm_fail_errno(e, in->name, "read");
    *got = (size_t)n;
    if (in->left != UINT64_MAX) in->left -= (uint64_t)n;
    return LM_OK;
}

lm_status lm_in_fill(lm_in *in, void *buffer, size_t room, size_t *got, lm_err *e)
{
    size_t more = 1;
    for (*got = 0; *got < room && more; *got += more)
        LM_TRY(lm_in_read(in, (char *)buffer + *got, room - *got, &more, e));
    return LM_OK;
}

/* ---- shards ---- */

/* `room` bytes at a place of the file, less only at its end. */
static lm_status read_at(const lm_in *in, uint64_t offset, char *bytes, size_t room, size_t *got,
                         lm_err *e)
{
    if (lm_fd_read_at(in->fd, offset, bytes, room, got)) return LM_OK;
    return lm_fail_errno(e, in->name, "read");
}

/* Where the first line begins that begins at `at` or later. */
static lm_status next_line(const lm_in *in, uint64_t at, uint64_t *begin, lm_err *e)
{
    char bytes[1 << 12];
    *begin = 0;
    if (at == 0) return LM_OK;
    for (uint64_t place = at - 1; place < in->total;) {
        size_t got = 0;
        LM_TRY(read_at(in, place, bytes, sizeof bytes, &got, e));
        const char *newline = memchr(bytes, '\n', got);
        if (newline || got == 0) {
            *begin = place + (newline ? (uint64_t)(newline - bytes) + 1 : 0);
            return LM_OK;
        }
        place += got;
    }
    *begin = in->total;
    return LM_OK;
}

/* The sum of some bytes here and there, the first and the last among them. */
static lm_status sum_samples(lm_in *in, lm_err *e)
{
    enum { SAMPLES = 16 };
    char bytes[1 << 12];
    const uint64_t last = in->total > sizeof bytes ? in->total - sizeof bytes : 0;
    in->key = 0;
    for (uint64_t i = 0; i < SAMPLES; i++) {
        const uint64_t at = i + 1 < SAMPLES ? last / (SAMPLES - 1) * i : last;
        size_t got = 0;
        LM_TRY(read_at(in, at, bytes, sizeof bytes, &got, e));
        in->key = lm_crc32c(in->key, bytes, got);
    }
    return LM_OK;
}

lm_status lm_in_shard(lm_in *in, uint64_t index, uint64_t count, lm_err *e)
{
    struct stat info;
    if (fstat(in->fd, &info) != 0) return lm_fail_errno(e, in->name, "stat");
    if (!S_ISREG(info.st_mode))
        return lm_fail(e, LM_EUSAGE, "%s: only a regular file can be cut into shards", in->name);
    uint64_t end;
    in->total = (uint64_t)info.st_size;
    const uint64_t each = in->total / count, rest = in->total % count;
    LM_TRY(next_line(in, each * index + (index < rest ? index : rest), &in->offset, e));
    LM_TRY(next_line(in, each * (index + 1) + (index + 1 < rest ? index + 1 : rest), &end, e));
    LM_TRY(sum_samples(in, e));
    if (lseek(in->fd, (off_t)in->offset, SEEK_SET) < 0) return lm_fail_errno(e, in->name, "seek");
    in->left = end > in->offset ? end - in->offset : 0; /* the file may have become shorter */
    return LM_OK;
}

void lm_in_close(lm_in *in)
{
    if (in->fd > STDIN_FILENO) (void)close(in->fd);
    in->fd = -1;
}

static lm_status read_all(lm_map *map, lm_in *in, lm_err *e)
{
    unsigned char *bytes = NULL;
    size_t capacity = 0, got = 1;
    lm_status s = LM_OK;
    while (!s && got) {
        s = lm_reserve(&bytes, &capacity, map->length + (1 << 16), 1, e);
        if (!s) s = lm_in_read(in, bytes + map->length, capacity - map->length, &got, e);
        if (!s) map->length += got;
    }
    map->bytes = bytes;
    if (s) lm_map_close(map);
    return s;
}

/* False where the file cannot be mapped; it may be readable all the same. */
static bool map_file(lm_map *map, int fd)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size <= 0 ||
        (uintmax_t)info.st_size > SIZE_MAX)
        return false;
    const size_t length = (size_t)info.st_size;
    void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED) return false;
    *map = (lm_map){bytes, length, true};
    lm_breathe_note(bytes, length);
    return true;
}

lm_status lm_map_open(lm_map *map, const char *path, lm_err *e)
{
    lm_in in;
    *map = (lm_map){0};
    LM_TRY(lm_in_open(&in, path, e));
    lm_status s = LM_OK;
    /* Standard input may stand past its beginning, which a mapping would not know. */
    if (is_dash(path) || !map_file(map, in.fd)) s = read_all(map, &in, e);
    lm_in_close(&in);
    return s;
}

void lm_map_close(lm_map *map)
{
    /* The library never writes through map->bytes; releasing takes a plain pointer. */
    union {
        const unsigned char *bytes;
        void *block;
    } held = {map->bytes};
    if (map->mapped) {
        lm_breathe_forget(map->bytes);
        (void)munmap(held.block, map->length);
    } else {
        lm_free(held.block);
    }
    *map = (lm_map){0};
}

bool lm_is_regular(const char *path)
{
    struct stat info;
    return !is_dash(path) && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}
