/* fd.h - all of a write, all of a read: what a signal or a short answer interrupts goes on. */
#ifndef LM_FD_H
#define LM_FD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes all bytes; false with errno set, ENOSPC where nothing more is taken. */
bool lm_fd_write(int fd, const void *bytes, size_t length);
/* Reads `room` bytes at a place of a file, less only at its end; false with errno set. */
bool lm_fd_read_at(int fd, uint64_t offset, void *bytes, size_t room, size_t *got);
#endif
