/* out.c - writing files so that they appear whole or not at all (lm/file.h). */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "beside.h"
#include "fd.h"
#include "lm/file.h"
#include "lm/memory.h"
#include "lm/os.h"

enum { WRITE_BACK = 1 << 23, OUT_BUFFER = 1 << 16, LINKS_MAX = 40 };

struct lm_out {
    lm_beside at;
    bool dead;               /* a write failed */
    uint64_t written, begun; /* bytes; of these, on their way to the disk */
    bool line_buffered;
    size_t used;
    lm_arena arena; /* the names */
    unsigned char buffer[OUT_BUFFER];
};

/* The path that a chain of symbolic links from `from` ends at, which need not exist. */
static lm_status follow_links(lm_arena *arena, const char *from, const char *name, char **path,
                              lm_err *e)
{
    char link[PATH_MAX];
    if (!(*path = lm_arena_copy(arena, from, strlen(from), e))) return e->status;
    for (int i = 0; i < LINKS_MAX; i++) {
        const ssize_t n = readlink(*path, link, sizeof link);
        if (n < 0) return LM_OK; /* not a link, or nothing there */
        lm_str next = {0};
        lm_status s = LM_OK;
        if (link[0] != '/') s = lm_str_add(&next, *path, lm_beside_directory(*path), e);
        if (!s) s = lm_str_add(&next, link, (size_t)n, e);
        if (!s && !(*path = lm_arena_copy(arena, next.text, next.length, e))) s = e->status;
        lm_str_free(&next);
        LM_TRY(s);
    }
    errno = ELOOP;
    return lm_fail_errno(e, name, "open");
}

/* `old`: what is there now, or NULL. */
static lm_status open_beside(lm_out *out, const struct stat *old, lm_err *e)
{
    LM_TRY(lm_beside_open(&out->at, &out->arena, e));
    if (old && fchmod(out->at.fd, old->st_mode & 07777) != 0)
        return lm_fail_errno(e, out->at.name, "set mode");
    return LM_OK;
}

/* `path`: what is called out->at.name in messages. */
static lm_status open_target(lm_out *out, const char *path, lm_err *e)
{
    struct stat info;
    if (strcmp(path, "-") == 0) {
        out->at.name = "standard output";
        out->at.fd = STDOUT_FILENO;
        return LM_OK;
    }
    const bool exists = stat(path, &info) == 0;
    if (!exists && errno != ENOENT) return lm_fail_errno(e, out->at.name, "open");
    if (exists && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
        return lm_fail_errno(e, out->at.name, "open");
    }
    if (exists && access(path, W_OK) != 0) return lm_fail_errno(e, out->at.name, "open");
    if (!exists || S_ISREG(info.st_mode)) {
        LM_TRY(follow_links(&out->arena, path, out->at.name, &out->at.target, e));
        return open_beside(out, exists ? &info : NULL, e);
    }
    /* By its own name: links such as /dev/stdout lead to pipes that have no other. */
    out->at.fd = open(path, O_WRONLY | O_CLOEXEC);
    return out->at.fd < 0 ? lm_fail_errno(e, out->at.name, "open") : LM_OK;
}

lm_status lm_out_open_as(lm_out **result, const char *path, const char *name, lm_err *e)
{
    *result = NULL;
    lm_out *out = lm_new(1, sizeof *out, e);
    if (!out) return e->status;
    out->at.fd = -1;
    if (!(out->at.name = lm_arena_copy(&out->arena, name, strlen(name), e)) ||
        open_target(out, path, e) != LM_OK)
        return lm_out_close(out, e->status, e);
    *result = out;
    return LM_OK;
}

lm_status lm_out_open(lm_out **out, const char *path, lm_err *e)
{
    return lm_out_open_as(out, path, path, e);
}

static lm_status open_live(lm_out *out, uint64_t length, lm_err *e)
{
    struct stat info;
    out->line_buffered = true;
    if (strcmp(out->at.name, "-") == 0) return open_target(out, out->at.name, e);
    out->at.fd = open(out->at.name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (out->at.fd < 0 || fstat(out->at.fd, &info) != 0)
        return lm_fail_errno(e, out->at.name, "open");
    if (S_ISREG(info.st_mode) && (uint64_t)info.st_size > length &&
        ftruncate(out->at.fd, (off_t)length) != 0)
        return lm_fail_errno(e, out->at.name, "cut");
    return LM_OK;
}

lm_status lm_out_open_live(lm_out **result, const char *path, uint64_t length, lm_err *e)
{
    *result = NULL;
    lm_out *out = lm_new(1, sizeof *out, e);
    if (!out) return e->status;
    out->at.fd = -1;
    if (!(out->at.name = lm_arena_copy(&out->arena, path, strlen(path), e)) ||
        open_live(out, length, e) != LM_OK)
        return lm_out_close(out, e->status, e);
    *result = out;
    return LM_OK;
}

/* ---- writing ---- */

static lm_status write_all(lm_out *out, const void *bytes, size_t length, lm_err *e)
{
    out->dead = !lm_fd_write(out->at.fd, bytes, length);
    if (out->dead) return lm_fail_errno(e, out->at.name, "write");
    out->written += length;
    /* What is synced at the end is better begun now. */
    if (out->at.temporary && out->written - out->begun >= WRITE_BACK) {
        lm_os_write_back(out->at.fd, out->begun, out->written - out->begun);
        out->begun = out->written;
    }
    return LM_OK;
}

lm_status lm_out_flush(lm_out *out, lm_err *e)
{
    if (out->dead) return lm_fail(e, LM_EIO, "%s: write failed before", out->at.name);
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
    return isatty(out->at.fd) == 1;
}

lm_status lm_out_expect_binary(const lm_out *out, lm_err *e)
{
    if (!lm_out_is_terminal(out)) return LM_OK;
    return lm_fail(e, LM_EUSAGE, "%s: a terminal; binary output goes to a file or a pipe",
                   out->at.name);
}

/* ---- closing ---- */

/* Everything up to the rename; the descriptor is closed in any case. */
static lm_status finish_writing(lm_out *out, lm_status s, lm_err *e)
{
    lm_err later = {0}; /* a failure after the first one */
    if (!s)
        s = lm_out_flush(out, e);
    else if (!out->at.temporary && !out->dead) /* what a filter wrote before it failed stays */
        out->dead = lm_out_flush(out, &later) != LM_OK;
    if (!s && out->at.temporary && fsync(out->at.fd) != 0)
        s = lm_fail_errno(e, out->at.name, "sync");
    /* The lock goes with the descriptor, so the rename comes first. */
    if (!s && out->at.temporary && rename(out->at.temporary, out->at.target) != 0)
        s = lm_fail_errno(e, out->at.name, "rename");
    if (s && out->at.temporary && out->at.fd >= 0) (void)unlink(out->at.temporary);
    if (out->at.temporary) lm_beside_forget(out->at.temporary);
    if (out->at.fd >= 0 && close(out->at.fd) != 0 && !s)
        s = lm_fail_errno(e, out->at.name, "close");
    if (!s && out->at.temporary) s = lm_beside_sync(&out->at, e);
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
