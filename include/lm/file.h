/* file.h - reading files, and writing them so that they appear whole or not at all.
 *
 *     lm_out *out = NULL;
 *     LM_TRY(lm_out_open(&out, "model.lm", e));          before any work
 *     lm_status s = produce(out, e);
 *     return lm_out_close(out, s, e);                    publishes if s is LM_OK
 *
 * A regular target is written beside itself as .NAME.lm-PID, held under a lock, then synced
 * and renamed.  A run first unlinks such files beside its target that nobody holds.  A target
 * that is not a regular file (/dev/full, a FIFO) is written directly; symlinks are followed.
 * "-" is standard input or output. */
#ifndef LM_FILE_H
#define LM_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/status.h"
#include "lm/str.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- input, as a stream ---- */
typedef struct {
    int fd;
    const char *name;       /* for messages: the path, or "standard input" */
    uint64_t offset, total; /* of a shard: where it begins, and the bytes of the whole file */
    uint64_t left;          /* bytes still to be read of a shard; UINT64_MAX: all there are */
    uint32_t key;           /* of a shard: a sum that tells files of the same length apart */
} lm_in;

/* Errors: LM_EIO; a directory is refused here. */
LM_MUST_USE lm_status lm_in_open(lm_in *in, const char *path, lm_err *e);
/* Reads up to `room` bytes; *got = 0 only at the end. */
LM_MUST_USE lm_status lm_in_read(lm_in *in, void *buffer, size_t room, size_t *got, lm_err *e);
/* The same, but *got < room only at the end. */
LM_MUST_USE lm_status lm_in_fill(lm_in *in, void *buffer, size_t room, size_t *got, lm_err *e);
/* Cuts the input to one of `count` shards of whole lines, `index` from 0: the lines that begin in
 * that part of the file's bytes.  Errors: LM_EUSAGE if it is not a regular file; LM_EIO. */
LM_MUST_USE lm_status lm_in_shard(lm_in *in, uint64_t index, uint64_t count, lm_err *e);
void lm_in_close(lm_in *in);

/* Is there a regular file of this name?  Never "-". */
bool lm_is_regular(const char *path);

/* ---- input, whole: mapped where possible, else read into memory ---- */
typedef struct {
    const unsigned char *bytes;
    size_t length;
    bool mapped;
} lm_map;

LM_MUST_USE lm_status lm_map_open(lm_map *map, const char *path, lm_err *e);
void lm_map_close(lm_map *map);

/* ---- output ---- */
typedef struct lm_out lm_out;

/* Opens the output, so that a path that cannot be written fails before any work. */
LM_MUST_USE lm_status lm_out_open(lm_out **out, const char *path, lm_err *e);

/* Opens an output that others may read while it is written, line by line: a regular file is cut to
 * its first `length` bytes and appended to; what was written stays, however it is closed. */
LM_MUST_USE lm_status lm_out_open_live(lm_out **out, const char *path, uint64_t length, lm_err *e);

/* Buffered.  Errors: LM_EIO; the output is then dead, and closing it abandons it. */
LM_MUST_USE lm_status lm_out_write(lm_out *out, const void *bytes, size_t length, lm_err *e);
LM_MUST_USE lm_status lm_out_text(lm_out *out, const char *text, lm_err *e);
LM_MUST_USE lm_status lm_out_printf(lm_out *out, lm_err *e, const char *format, ...)
    LM_PRINTF(3, 4);

/* Flush after every newline (for people and programs that wait for a line). */
void lm_out_line_buffered(lm_out *out, bool on);
LM_MUST_USE lm_status lm_out_flush(lm_out *out, lm_err *e);

/* Is it a terminal? */
bool lm_out_is_terminal(const lm_out *out);
/* Errors: LM_EUSAGE if it is, where binary data are to be written. */
LM_MUST_USE lm_status lm_out_expect_binary(const lm_out *out, lm_err *e);

/* Ends the output and frees it; NULL is allowed.  `sofar` LM_OK: flush, sync, rename, sync
 * the directory, or for other targets flush and check the close.  Otherwise the temporary is
 * removed and the target is as it was.  Returns the first failure, `sofar` included. */
lm_status lm_out_close(lm_out *out, lm_status sofar, lm_err *e);

/* Unlinks all temporaries of this process; async-signal-safe, for signal handlers. */
void lm_out_unlink_all(void);

#ifdef __cplusplus
}
#endif
#endif
