/* program.c - tests of what signals do to programs, with state and without. */
#include "lm/program.h"
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "test.h"

static bool heeds; /* the program here is in a part that can be stopped */

static void rest(void)
{
    (void)nanosleep(&(struct timespec){0, 1000000}, NULL);
}

/* Says that it is ready, works until it is asked to end, and says when it is asked to save. */
static lm_status work(const lm_run *run, int count, char **operands, lm_err *e)
{
    lm_out *out;
    (void)count;
    (void)operands;
    LM_TRY(lm_out_open(&out, "target", e));
    lm_heed(run, heeds);
    CHECK_INT(write(STDOUT_FILENO, "r", 1), 1);
    for (int i = 0; i < 20000 && !lm_stopped(run); i++) {
        if (lm_save_asked(run)) CHECK_INT(write(STDOUT_FILENO, "s", 1), 1);
        rest();
    }
    if (lm_stopped(run)) CHECK_INT(write(STDOUT_FILENO, "e", 1), 1);
    while (lm_stopped(run) && access("linger", F_OK) == 0) rest();
    lm_heed(run, false);
    return lm_out_close(out, lm_fail(e, LM_ESTOPPED, "stopped"), e);
}

typedef struct {
    pid_t pid;
    int said; /* the other end of its standard output */
} child;

static char next(const child *c)
{
    char said = 0;
    return read(c->said, &said, 1) == 1 ? said : 'x';
}

/* A test that was started in the background may ignore some, which a program would respect. */
static void restore_signals(void)
{
    static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) (void)signal(deadly[i], SIG_DFL);
}

static child start(bool stateful, bool in_loop)
{
    static const lm_option none[] = {{0}};
    char name[] = "toy", *argv[] = {name, NULL};
    const lm_program program = {.name = "toy",
                                .summary = "wait",
                                .usage = "",
                                .example = "toy",
                                .options = none,
                                .run = work,
                                .stateful = stateful};
    int ends[2];
    child c;
    CHECK_INT(pipe(ends), 0);
    heeds = in_loop;
    c.pid = fork();
    if (c.pid == 0) {
        alarm(20);
        (void)close(ends[0]);
        if (dup2(ends[1], STDOUT_FILENO) < 0) _exit(99);
        (void)close(ends[1]);
        _exit(lm_program_main(&program, 1, argv));
    }
    (void)close(ends[1]);
    c.said = ends[0];
    CHECK_INT(next(&c), 'r');
    return c;
}

/* Its exit status, or 128 + the signal it died of. */
static int end_of(const child *c)
{
    int status;
    CHECK(waitpid(c->pid, &status, 0) == c->pid);
    (void)close(c->said);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Is there a temporary of an output? */
static bool left_behind(void)
{
    bool found = false;
    DIR *list = opendir(".");
    CHECK(list != NULL);
    for (const struct dirent *entry; (entry = readdir(list));)
        found = found || strstr(entry->d_name, ".lm-") != NULL;
    closedir(list);
    return found;
}

TEST(program_with_state_stops)
{
    static const int polite[] = {SIGINT, SIGTERM, SIGHUP};
    restore_signals();
    for (int i = 0; i < 3; i++) {
        const child c = start(true, true);
        CHECK(left_behind()); /* its temporary */
        CHECK_INT(kill(c.pid, polite[i]), 0);
        CHECK_INT(next(&c), 'e');
        CHECK_INT(end_of(&c), LM_ESTOPPED);
        CHECK(!left_behind());
    }
}

TEST(program_with_state_dies_if_asked_twice)
{
    restore_signals();
    fclose(fopen("linger", "w"));
    const child c = start(true, true);
    CHECK_INT(kill(c.pid, SIGTERM), 0);
    CHECK_INT(next(&c), 'e');
    CHECK_INT(kill(c.pid, SIGINT), 0);
    CHECK_INT(end_of(&c), 128 + SIGINT);
    CHECK(!left_behind());
}

/* Before there is a state to save, and in programs that never have one. */
TEST(program_dies_of_signals)
{
    static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    restore_signals();
    for (int stateful = 0; stateful < 2; stateful++)
        for (int i = 0; i < 5; i++) {
            const child c = start(stateful, stateful == 0);
            CHECK_INT(kill(c.pid, deadly[i]), 0);
            CHECK_INT(end_of(&c), 128 + deadly[i]);
            CHECK(!left_behind());
        }
}

TEST(program_with_state_saves)
{
    restore_signals();
    const child c = start(true, true);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(kill(c.pid, SIGUSR1), 0);
        CHECK_INT(next(&c), 's');
    }
    CHECK_INT(kill(c.pid, SIGPIPE), 0); /* somebody does not read any more: no matter */
    CHECK_INT(kill(c.pid, SIGUSR1), 0);
    CHECK_INT(next(&c), 's');
    CHECK_INT(kill(c.pid, SIGQUIT), 0);
    CHECK_INT(end_of(&c), 128 + SIGQUIT);
    CHECK(!left_behind());
}

/* nohup's: a signal that was ignored stays so. */
TEST(program_ignores_what_was_ignored)
{
    (void)signal(SIGHUP, SIG_IGN);
    const child c = start(true, true);
    CHECK_INT(kill(c.pid, SIGHUP), 0);
    CHECK_INT(kill(c.pid, SIGUSR1), 0);
    CHECK_INT(next(&c), 's');
    CHECK_INT(kill(c.pid, SIGTERM), 0);
    CHECK_INT(next(&c), 'e');
    CHECK_INT(end_of(&c), LM_ESTOPPED);
}
