/* jobs.c - runs jobs side by side, each in a process and an empty folder of its own. */
#include "jobs.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PARALLEL_MAX = 64, PATH_BYTES = 4096, EXIT_TROUBLE = 2 };

typedef struct {
    pid_t pid; /* 0: free */
    size_t job;
} slot;

static const char *runner = "tests";
static char root[PATH_BYTES / 2];
static volatile sig_atomic_t caught;

void jobs_die(const char *what)
{
    fprintf(stderr, "%s: %s: %s\n", runner, what, strerror(errno));
    exit(EXIT_TROUBLE);
}

void bytes_add(bytes *to, const char *data, size_t size)
{
    if (to->room - to->size < size + 1) {
        to->room = 2 * to->room + size + 64;
        to->data = realloc(to->data, to->room);
        if (!to->data) jobs_die("memory");
    }
    if (size) memcpy(to->data + to->size, data, size);
    to->size += size;
    to->data[to->size] = 0;
}

bool bytes_read(bytes *to, const char *path)
{
    char block[16384];
    ssize_t n;
    const int fd = open(path, O_RDONLY);
    if (fd < 0) return false;
    while ((n = read(fd, block, sizeof block)) > 0) bytes_add(to, block, (size_t)n);
    close(fd);
    bytes_add(to, "", 0);
    return n == 0;
}

void remove_tree(const char *path)
{
    struct stat info;
    if (lstat(path, &info) != 0) return;
    if (!S_ISDIR(info.st_mode)) {
        unlink(path);
        return;
    }
    chmod(path, 0700);
    DIR *folder = opendir(path);
    const struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
        char inner[PATH_BYTES];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        const int n = snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (n > 0 && (size_t)n < sizeof inner) remove_tree(inner);
    }
    if (folder) closedir(folder);
    rmdir(path);
}

size_t jobs_number(const char *text)
{
    const unsigned long n = strtoul(text, NULL, 10);
    return n < 1 ? 1 : n > PARALLEL_MAX ? PARALLEL_MAX : n;
}

static void name_paths(size_t i, char *folder, char *output)
{
    snprintf(folder, PATH_BYTES, "%s/%zu", root, i);
    snprintf(output, PATH_BYTES, "%s/%zu.out", root, i);
}

static pid_t start(const jobs *list, size_t i)
{
    char folder[PATH_BYTES], output[PATH_BYTES];
    name_paths(i, folder, output);
    if (mkdir(folder, 0700) != 0) jobs_die(folder);
    fflush(NULL);
    const pid_t pid = fork();
    if (pid < 0) jobs_die("fork");
    if (pid > 0) return pid;
    const int fd = open(output, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0) jobs_die(output);
    close(fd);
    if (chdir(folder) != 0) jobs_die(folder);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    list->work(list->context, i);
    exit(0); /* not _exit: a leak checker reports at exit */
}

static void finish(const jobs *list, size_t i, int status)
{
    char folder[PATH_BYTES], output[PATH_BYTES];
    bytes text = {0};
    name_paths(i, folder, output);
    if (!bytes_read(&text, output)) jobs_die(output);
    list->done(list->context, i, status, text.data, text.size);
    fflush(stdout);
    free(text.data);
    unlink(output);
    remove_tree(folder);
}

static void on_signal(int number)
{
    caught = number;
}

static void catch_signals(void)
{
    struct sigaction action = {0};
    action.sa_handler = on_signal;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* Asks the running jobs to end, cleans up and ends by the signal that was caught. */
static void give_up(const slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slots[i].pid) kill(slots[i].pid, SIGTERM);
    while (wait(NULL) > 0 || errno == EINTR) continue;
    remove_tree(root);
    signal(caught, SIG_DFL);
    raise(caught);
}

/* Waits for a job to end; its slot is free then. */
static void wait_one(const jobs *list, slot *slots)
{
    int status;
    const pid_t pid = wait(&status);
    if (caught) give_up(slots, list->parallel);
    if (pid < 0 && errno != EINTR) jobs_die("wait");
    for (size_t i = 0; i < list->parallel; i++)
        if (pid > 0 && slots[i].pid == pid) {
            slots[i].pid = 0;
            finish(list, slots[i].job, status);
        }
}

static slot *free_slot(const jobs *list, slot *slots)
{
    for (;;) {
        for (size_t i = 0; i < list->parallel; i++)
            if (slots[i].pid == 0) return &slots[i];
        wait_one(list, slots);
    }
}

void jobs_run(const jobs *list)
{
    slot slots[PARALLEL_MAX] = {{0, 0}};
    const char *tmp = getenv("TMPDIR");
    runner = list->name;
    snprintf(root, sizeof root, "%s/lm-%s-XXXXXX", tmp && *tmp ? tmp : "/tmp", runner);
    if (!mkdtemp(root)) jobs_die(root);
    catch_signals();
    for (size_t i = 0; i < list->count; i++) {
        slot *place = free_slot(list, slots);
        place->job = i;
        place->pid = start(list, i);
    }
    for (size_t i = 0; i < list->parallel; i++)
        while (slots[i].pid) wait_one(list, slots);
    remove_tree(root);
}
