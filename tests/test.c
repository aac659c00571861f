/* test.c - runs the unit tests linked with it and jobs.c: unit [-j N] [NAME]... */
#include "jobs.h"
#include "test.h"
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 120, EXIT_FAILED = 1, EXIT_SKIPPED = 77, PATH_BYTES = 4096 };

static test_case *tests;
static size_t registered;
static char top[PATH_BYTES / 2]; /* the source tree */
static size_t passed, failed, skipped;

void test_register(test_case *self)
{
    self->next = tests;
    tests = self;
    registered++;
}

const char *test_path(const char *name)
{
    static char paths[8][PATH_BYTES];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, PATH_BYTES, "%s/%s", top, name);
    return path;
}

static void head(test_place place)
{
    fprintf(stderr, "%s:%d: %s\n", place.file, place.line, place.expression);
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fflush(NULL);
    _exit(EXIT_FAILED);
}

static void print_quoted(const char *name, const char *text)
{
    fprintf(stderr, "%s ", name);
    if (!text) {
        fputs("NULL\n", stderr);
        return;
    }
    fputc('"', stderr);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++)
        if (*p == '\n')
            fputs("\\n", stderr);
        else if (*p == '\t')
            fputs("\\t", stderr);
        else if (*p < 32 || *p == 127)
            fprintf(stderr, "\\x%02x", *p);
        else
            fputc(*p, stderr);
    fputs("\"\n", stderr);
}

void test_true(test_place place, bool holds)
{
    if (holds) return;
    head(place);
    fail("    does not hold\n");
}

void test_int(test_place place, long long found, long long expected)
{
    if (found == expected) return;
    head(place);
    fail("    found    %lld (0x%llx)\n    expected %lld (0x%llx)\n", found,
         (unsigned long long)found, expected, (unsigned long long)expected);
}

void test_text(test_place place, const char *found, const char *expected)
{
    if (found == expected || (found && expected && strcmp(found, expected) == 0)) return;
    head(place);
    print_quoted("    found   ", found);
    print_quoted("    expected", expected);
    size_t at = 0;
    if (found && expected)
        while (found[at] && found[at] == expected[at]) at++;
    fail("    first difference at byte %zu\n", at);
}

void test_bytes(test_place place, const void *found, const void *expected, size_t size)
{
    const unsigned char *f = found, *x = expected;
    size_t i = 0;
    while (i < size && f[i] == x[i]) i++;
    if (i == size) return;
    head(place);
    fail("    found    0x%02x at byte %zu of %zu\n    expected 0x%02x\n", f[i], i, size, x[i]);
}

void test_near(test_place place, double found, double expected, double tolerance)
{
    const bool same = isinf(expected) && isinf(found) && (found > 0) == (expected > 0);
    if (same || fabs(found - expected) <= tolerance) return;
    head(place);
    fail("    found    %.17g\n    expected %.17g within %g, off by %g\n", found, expected,
         tolerance, fabs(found - expected));
}

void test_ok(test_place place, int status, const char *message)
{
    if (status == 0) return;
    head(place);
    fail("    failed with status %d: %s\n", status, message);
}

void test_fails(test_place place, int found, int expected, const char *message, const char *text)
{
    if (found == expected && strstr(message, text)) return;
    head(place);
    fprintf(stderr, "    found    status %d", found);
    print_quoted(", message", found ? message : NULL);
    fprintf(stderr, "    expected status %d", expected);
    print_quoted(", message with", text);
    fail("%s", "");
}

void test_skip(test_place place, const char *why)
{
    fprintf(stderr, "%s:%d: %s\n", place.file, place.line, why);
    fflush(NULL);
    _exit(EXIT_SKIPPED);
}

static void run_test(void *context, size_t i)
{
    const test_case **chosen = context;
    alarm(SECONDS);
    chosen[i]->run();
}

static void report(void *context, size_t i, int status, const char *output, size_t size)
{
    const test_case **chosen = context, *test = chosen[i];
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        passed++;
        return;
    }
    const bool skip = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED;
    printf(skip ? "skipped %s: " : "FAILED %s\n", test->name);
    fwrite(output, 1, size, stdout);
    if (skip) {
        skipped++;
        return;
    }
    failed++;
    if (WIFSIGNALED(status))
        printf("%s:%d: %s\n", test->file, test->line,
               WTERMSIG(status) == SIGALRM ? "ran too long" : strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != EXIT_FAILED)
        printf("%s:%d: exit status %d\n", test->file, test->line, WEXITSTATUS(status));
}

static bool wanted(const test_case *test, char **names, int count)
{
    bool found = count == 0;
    for (int i = 0; i < count; i++)
        if (strstr(test->file, names[i]) || strstr(test->name, names[i])) found = true;
    return found;
}

static int compare(const test_case *a, const test_case *b)
{
    const int order = strcmp(a->file, b->file);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* The tests whose name or file contains one of the names, by file and line: constructors
 * run in no defined order across files. */
static size_t choose(const test_case **chosen, char **names, int name_count)
{
    size_t count = 0;
    for (const test_case *test = tests; test; test = test->next) {
        if (!wanted(test, names, name_count)) continue;
        size_t at = count++;
        for (; at > 0 && compare(test, chosen[at - 1]) < 0; at--) chosen[at] = chosen[at - 1];
        chosen[at] = test;
    }
    return count;
}

int main(int argc, char **argv)
{
    jobs list = {.name = "unit", .parallel = 1, .work = run_test, .done = report};
    const char *given = getenv("TOP");
    int option;
    while ((option = getopt(argc, argv, "j:")) != -1) {
        if (option != 'j') return 2;
        list.parallel = jobs_number(optarg);
    }
    if (given)
        snprintf(top, sizeof top, "%s", given);
    else if (!getcwd(top, sizeof top))
        jobs_die("getcwd");
    const test_case **chosen = malloc((registered + 1) * sizeof *chosen);
    if (!chosen) jobs_die("memory");
    list.count = choose(chosen, argv + optind, argc - optind);
    list.context = chosen;
    jobs_run(&list);
    free(chosen);
    printf("%zu passed, %zu failed, %zu skipped\n", passed, failed, skipped);
    return failed ? 1 : 0;
}
