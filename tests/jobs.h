/* jobs.h - what the test runners share: jobs that run side by side, each a process of its
 * own in an empty folder of its own, gone when it ends. */
#ifndef JOBS_H
#define JOBS_H
#include <stddef.h>
#include <stdbool.h>

typedef struct {
    const char *name; /* of the runner, for messages and the scratch folder */
    size_t count;     /* of jobs */
    size_t parallel;  /* how many run at once */
    void *context;
    /* Job i, in the child; its folder is the working directory, its standard output and
     * error go to one file.  Returning ends it with exit status 0. */
    void (*work)(void *context, size_t i);
    /* Job i ended with this status of wait(); in the parent.  `output` is what it wrote. */
    void (*done)(void *context, size_t i, int status, const char *output, size_t size);
} jobs;

/* Runs them all.  Ends the process on an error of the system. */
void jobs_run(const jobs *list);

/* Bytes that grow; always followed by a 0 byte once something was added. */
typedef struct {
    char *data;
    size_t size, room;
} bytes;

void bytes_add(bytes *to, const char *data, size_t size);
/* A whole file; false if it cannot be read. */
bool bytes_read(bytes *to, const char *path);

/* Removes a file, or a folder and all in it. */
void remove_tree(const char *path);

/* -j's value. */
size_t jobs_number(const char *text);

/* "name: what: strerror(errno)", exit 2. */
void jobs_die(const char *what) __attribute__((noreturn));

#endif
