/* cases.c - runs command-line cases: cases [-j N] [-b BUILD] [--update] FILE...
 *
 * A case file is read in order; all its commands run in one fresh folder, in which `data`
 * is a link to the data/ of the source tree:
 *
 *     # comment
 *     ? command            the rest of the file is skipped unless it succeeds
 *     $ command            a case; run by /bin/sh
 *     > more of it         joined by a newline: here-documents work
 *     | a line of standard output
 *     |~ a last line of standard output without its newline
 *     ! a line of standard error (and !~)
 *     = 3                  the exit status, or a signal: SIGPIPE (without this line: 0)
 *
 * All three must be as given.  --update writes what was found in place of what was
 * expected.  $TOP is the source tree (the working directory of this runner), $DATA its
 * data/, $SHARED the folder ../shared where there is one. */
#include "jobs.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 60, PATH_BYTES = 4096, STATUS_BYTES = 32, SHOWN_LINES = 40 };

typedef struct {
    const char *start;
    size_t size; /* without the newline */
} line;

/* What a command made, or should make. */
typedef struct {
    bytes out, err;
    char status[STATUS_BYTES];
} outcome;

/* A case file while it is read. */
typedef struct {
    const char *name; /* as given */
    line *lines;
    size_t count, at;
    bytes updated; /* the file as --update would write it */
    bool update;
    size_t passed, failed, skipped;
} script;

typedef struct {
    char **files; /* as given */
    char **paths; /* absolute */
    bool update;
    size_t passed, failed, skipped;
} session;

static char top[PATH_BYTES / 4];
static volatile sig_atomic_t group; /* of the running command; 0: none */
static volatile sig_atomic_t timed_out;

static const struct {
    int number;
    const char *name;
} signals[] = {{SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"},
               {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"},
               {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"},
               {SIGUSR1, "SIGUSR1"}, {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"},
               {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
               {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}};

static void on_alarm(int number)
{
    (void)number;
    timed_out = 1;
    if (group) kill(-group, SIGKILL);
}

static void on_end(int number)
{
    (void)number;
    if (group) kill(-group, SIGKILL);
    _exit(1);
}

static void catch_signals(void)
{
    struct sigaction action = {0};
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    action.sa_handler = on_end;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static void redirect(const char *path, int flags, int to)
{
    const int fd = open(path, flags, 0600);
    if (fd < 0 || dup2(fd, to) < 0) _exit(126);
    close(fd);
}

static void exec_command(const char *command)
{
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect("../out", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, STDOUT_FILENO);
    redirect("../err", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, STDERR_FILENO);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

/* The exit status as a case file writes it.  A shell tells of a signal as 128 + its number. */
static void name_status(char *text, int status)
{
    const int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    snprintf(text, STATUS_BYTES, "%d", code);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (code == 128 + signals[i].number) snprintf(text, STATUS_BYTES, "%s", signals[i].name);
    if (timed_out) snprintf(text, STATUS_BYTES, "over %d seconds", SECONDS);
}

/* Runs the command and all it leaves behind to the end. */
static void run_command(const char *command, outcome *found)
{
    int status = 0;
    timed_out = 0;
    fflush(NULL);
    const pid_t pid = fork();
    if (pid < 0) jobs_die("fork");
    if (pid == 0) exec_command(command);
    setpgid(pid, pid);
    group = pid;
    alarm(SECONDS);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) jobs_die("waitpid");
    alarm(0);
    group = 0;
    kill(-pid, SIGKILL);
    name_status(found->status, status);
    if (!bytes_read(&found->out, "../out") || !bytes_read(&found->err, "../err"))
        jobs_die("output of the command");
}

static void outcome_free(outcome *it)
{
    free(it->out.data);
    free(it->err.data);
}

static line *split(const char *text, size_t size, size_t *count)
{
    size_t lines = 0, at = 0;
    for (size_t i = 0; i < size; i++) lines += text[i] == '\n';
    line *list = malloc((lines + 1) * sizeof *list);
    if (!list) jobs_die("memory");
    *count = 0;
    while (at < size) {
        const char *end = memchr(text + at, '\n', size - at);
        const size_t length = end ? (size_t)(end - text) - at : size - at;
        list[(*count)++] = (line){text + at, length};
        at += length + 1;
    }
    return list;
}

static bool same_line(line a, line b)
{
    return a.size == b.size && memcmp(a.start, b.start, a.size) == 0;
}

static void show_lines(char mark, const line *lines, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < from + SHOWN_LINES; i++) {
        printf("    %c", mark);
        fwrite(lines[i].start, 1, lines[i].size, stdout);
        putchar('\n');
    }
    if (to > from + SHOWN_LINES) printf("    %c (%zu more)\n", mark, to - from - SHOWN_LINES);
}

/* The lines that differ: `-` expected, `+` found; between them one equal line either side. */
static void show_stream(const char *what, const bytes *expected, const bytes *found)
{
    if (expected->size == found->size &&
        (found->size == 0 || memcmp(expected->data, found->data, found->size) == 0))
        return;
    size_t e_count, f_count, head = 0, tail = 0;
    line *e = split(expected->data, expected->size, &e_count);
    line *f = split(found->data, found->size, &f_count);
    while (head < e_count && head < f_count && same_line(e[head], f[head])) head++;
    while (tail < e_count - head && tail < f_count - head &&
           same_line(e[e_count - 1 - tail], f[f_count - 1 - tail]))
        tail++;
    printf("  %s, from line %zu (- expected, + found):\n", what, head + 1);
    if (head) show_lines(' ', f, head - 1, head);
    show_lines('-', e, head, e_count - tail);
    show_lines('+', f, head, f_count - tail);
    if (tail) show_lines(' ', f, f_count - tail, f_count - tail + 1);
    if (head == e_count && head == f_count) puts("    only in the newline at the end");
    free(e);
    free(f);
}

static bool same_bytes(const bytes *a, const bytes *b)
{
    return a->size == b->size && (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

static bool starts(const script *s, char mark)
{
    return s->at < s->count && s->lines[s->at].size > 0 && s->lines[s->at].start[0] == mark;
}

static void keep_line(script *s)
{
    bytes_add(&s->updated, s->lines[s->at].start, s->lines[s->at].size);
    bytes_add(&s->updated, "\n", 1);
    s->at++;
}

/* What follows the mark and one blank. */
static line body(line whole, size_t mark)
{
    const size_t skip = whole.size > mark && whole.start[mark] == ' ' ? mark + 1 : mark;
    return (line){whole.start + skip, whole.size - skip};
}

static void read_command(script *s, bytes *command)
{
    line text = body(s->lines[s->at], 1);
    bytes_add(command, text.start, text.size);
    keep_line(s);
    while (starts(s, '>')) {
        text = body(s->lines[s->at], 1);
        bytes_add(command, "\n", 1);
        bytes_add(command, text.start, text.size);
        keep_line(s);
    }
}

static void read_stream(line whole, bytes *to)
{
    const bool open = whole.size > 1 && whole.start[1] == '~';
    const line text = body(whole, open ? 2 : 1);
    bytes_add(to, text.start, text.size);
    if (!open) bytes_add(to, "\n", 1);
}

static void read_expected(script *s, outcome *expected)
{
    snprintf(expected->status, STATUS_BYTES, "0");
    for (; starts(s, '|') || starts(s, '!') || starts(s, '='); s->at++) {
        const line whole = s->lines[s->at];
        if (whole.start[0] == '=') {
            const line text = body(whole, 1);
            snprintf(expected->status, STATUS_BYTES, "%.*s", (int)text.size, text.start);
        } else {
            read_stream(whole, whole.start[0] == '|' ? &expected->out : &expected->err);
        }
    }
}

static void write_stream(bytes *to, char mark, const bytes *from)
{
    size_t count;
    line *lines = split(from->data, from->size, &count);
    for (size_t i = 0; i < count; i++) {
        const bool open = i + 1 == count && from->data[from->size - 1] != '\n';
        bytes_add(to, &mark, 1);
        if (open) bytes_add(to, "~", 1);
        if (lines[i].size) bytes_add(to, " ", 1);
        bytes_add(to, lines[i].start, lines[i].size);
        bytes_add(to, "\n", 1);
    }
    free(lines);
}

static void write_found(bytes *to, const outcome *found)
{
    write_stream(to, '|', &found->out);
    write_stream(to, '!', &found->err);
    if (strcmp(found->status, "0") == 0) return;
    bytes_add(to, "= ", 2);
    bytes_add(to, found->status, strlen(found->status));
    bytes_add(to, "\n", 1);
}

static void show_case(const script *s, size_t at, const char *command, const outcome *expected,
                      const outcome *found)
{
    printf("%s %s:%zu: $ %s\n", s->update ? "changed" : "FAILED", s->name, at + 1, command);
    show_stream("standard output", &expected->out, &found->out);
    show_stream("standard error", &expected->err, &found->err);
    if (strcmp(expected->status, found->status) != 0)
        printf("  status: expected %s, found %s\n", expected->status, found->status);
}

static void run_case(script *s)
{
    const size_t at = s->at;
    bytes command = {0};
    outcome expected = {0}, found = {0};
    read_command(s, &command);
    read_expected(s, &expected);
    run_command(command.data, &found);
    write_found(&s->updated, &found);
    if (same_bytes(&expected.out, &found.out) && same_bytes(&expected.err, &found.err) &&
        strcmp(expected.status, found.status) == 0) {
        s->passed++;
    } else {
        s->failed += !s->update;
        show_case(s, at, command.data, &expected, &found);
    }
    free(command.data);
    outcome_free(&expected);
    outcome_free(&found);
}

/* Copies the rest as it is; its cases count as skipped. */
static void skip_rest(script *s, size_t at, const char *command)
{
    while (s->at < s->count) {
        s->skipped += starts(s, '$');
        keep_line(s);
    }
    printf("skipped %s:%zu: %zu cases: fails here: %s\n", s->name, at + 1, s->skipped, command);
}

static void run_condition(script *s)
{
    const size_t at = s->at;
    bytes command = {0};
    outcome found = {0};
    read_command(s, &command);
    run_command(command.data, &found);
    if (strcmp(found.status, "0") != 0) skip_rest(s, at, command.data);
    free(command.data);
    outcome_free(&found);
}

static void run_lines(script *s)
{
    while (s->at < s->count) {
        if (starts(s, '$')) {
            run_case(s);
        } else if (starts(s, '?')) {
            run_condition(s);
        } else if (s->lines[s->at].size == 0 || starts(s, '#')) {
            keep_line(s);
        } else {
            printf("FAILED %s:%zu: a line starts with $ > | ! = ? # or is empty; this: %.*s\n",
                   s->name, s->at + 1, (int)s->lines[s->at].size, s->lines[s->at].start);
            s->failed++;
            keep_line(s);
        }
    }
}

/* Temporaries that a program left behind. */
static void find_stale(script *s, const char *folder)
{
    DIR *list = opendir(folder);
    const struct dirent *entry;
    while (list && (entry = readdir(list))) {
        char path[PATH_BYTES];
        struct stat info;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        const int n = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (n < 0 || (size_t)n >= sizeof path || lstat(path, &info) != 0) continue;
        if (fnmatch(".*.lm-*", entry->d_name, 0) == 0) {
            printf("FAILED %s: a temporary was left behind: %s\n", s->name, path);
            s->failed++;
        }
        if (S_ISDIR(info.st_mode)) find_stale(s, path);
    }
    if (list) closedir(list);
}

static void write_updated(const script *s, const char *path, const bytes *old)
{
    if (same_bytes(&s->updated, old)) return;
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(s->updated.data, 1, s->updated.size, file) != s->updated.size ||
        fclose(file) != 0)
        jobs_die(path);
    printf("updated %s\n", s->name);
}

/* One case file, in a process of its own; its last line of output is for report(). */
static void run_file(void *context, size_t i)
{
    const session *all = context;
    script s = {.name = all->files[i], .update = all->update};
    bytes text = {0};
    char data[PATH_BYTES], here[PATH_BYTES];
    catch_signals();
    snprintf(data, sizeof data, "%s/data", top);
    if (mkdir("case", 0700) != 0 || chdir("case") != 0 || !getcwd(here, sizeof here) ||
        symlink(data, "data") != 0 || setenv("TMPDIR", here, 1) != 0)
        jobs_die("case folder");
    if (!bytes_read(&text, all->paths[i])) jobs_die(s.name);
    s.lines = split(text.data, text.size, &s.count);
    run_lines(&s);
    find_stale(&s, ".");
    if (all->update) write_updated(&s, all->paths[i], &text);
    printf("%zu %zu %zu\n", s.passed, s.failed, s.skipped);
    free(s.lines);
    free(s.updated.data);
    free(text.data);
}

static void report(void *context, size_t i, int status, const char *output, size_t size)
{
    session *all = context;
    size_t passed, failed, skipped, body_size = size ? size - 1 : 0;
    while (body_size > 0 && output[body_size - 1] != '\n') body_size--;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
        sscanf(output + body_size, "%zu %zu %zu", &passed, &failed, &skipped) == 3) {
        fwrite(output, 1, body_size, stdout);
        all->passed += passed;
        all->failed += failed;
        all->skipped += skipped;
    } else {
        fwrite(output, 1, size, stdout);
        printf("FAILED %s: could not be run\n", all->files[i]);
        all->failed++;
    }
}

static char *absolute(const char *path)
{
    bytes whole = {0};
    if (path[0] != '/') {
        bytes_add(&whole, top, strlen(top));
        bytes_add(&whole, "/", 1);
    }
    bytes_add(&whole, path, strlen(path));
    return whole.data;
}

/* The same environment for everyone. */
static void set_environment(const char *build)
{
    static const char *const unwanted[] = {"MAKEFLAGS", "MFLAGS",       "MAKELEVEL",
                                           "LANG",      "LC_CTYPE",     "COLUMNS",
                                           "LM_FAULT",  "LM_FAULT_LOG", "SHARED"};
    char *folder = absolute(build), text[4 * PATH_BYTES];
    const char *path = getenv("PATH");
    struct stat info;
    for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) unsetenv(unwanted[i]);
    snprintf(text, sizeof text, "%s/bin:%s/tests:%s", folder, folder, path ? path : "/bin");
    bool ok = setenv("PATH", text, 1) == 0;
    free(folder);
    snprintf(text, sizeof text, "%s/data", top);
    ok = ok && setenv("DATA", text, 1) == 0 && setenv("TOP", top, 1) == 0 &&
         setenv("LC_ALL", "C", 1) == 0 && setenv("HOME", "/nonexistent", 1) == 0;
    snprintf(text, sizeof text, "%s/../shared", top);
    if (ok && stat(text, &info) == 0) ok = setenv("SHARED", text, 1) == 0;
    if (!ok) jobs_die("setenv");
    umask(022);
}

int main(int argc, char **argv)
{
    session all = {0};
    jobs list = {.name = "cases", .parallel = 2, .context = &all, .work = run_file, .done = report};
    const char *build = "build";
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++)
        if (strcmp(argv[at], "--update") == 0)
            all.update = true;
        else if (strcmp(argv[at], "-j") == 0 && at + 1 < argc)
            list.parallel = jobs_number(argv[++at]);
        else if (strcmp(argv[at], "-b") == 0 && at + 1 < argc)
            build = argv[++at];
        else {
            fputs("usage: cases [-j N] [-b BUILD] [--update] FILE...\n", stderr);
            return 2;
        }
    if (!getcwd(top, sizeof top)) jobs_die("getcwd");
    set_environment(build);
    list.count = (size_t)(argc - at);
    all.files = argv + at;
    all.paths = malloc((list.count + 1) * sizeof *all.paths);
    if (!all.paths) jobs_die("memory");
    for (size_t i = 0; i < list.count; i++) all.paths[i] = absolute(all.files[i]);
    jobs_run(&list);
    for (size_t i = 0; i < list.count; i++) free(all.paths[i]);
    free(all.paths);
    printf("%zu passed, %zu failed, %zu skipped\n", all.passed, all.failed, all.skipped);
    return all.failed ? 1 : 0;
}
