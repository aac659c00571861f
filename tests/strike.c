/* strike.c - runs a command and sends it a signal: strike SIGNAL SECONDS COMMAND [ARGUMENT]...
 *
 * SIGNAL is INT, TERM, HUP or KILL.  Unlike a shell's background jobs the command has the default
 * action for all of them.  The exit status is the command's, or 128 + the signal it died of. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct {
    const char *name;
    int number;
} signals[] = {{"INT", SIGINT}, {"TERM", SIGTERM}, {"HUP", SIGHUP}, {"KILL", SIGKILL}};
enum { SIGNALS = sizeof signals / sizeof *signals };

static void die(const char *what)
{
    fprintf(stderr, "strike: %s: %s\n", what, strerror(errno));
    exit(125);
}

int main(int argc, char **argv)
{
    int i = 0, status;
    while (argc > 3 && i < SIGNALS && strcmp(argv[1], signals[i].name) != 0) i++;
    if (argc < 4 || i == SIGNALS) {
        fputs("usage: strike INT|TERM|HUP|KILL SECONDS COMMAND [ARGUMENT]...\n", stderr);
        return 125;
    }
    const double seconds = strtod(argv[2], NULL);
    const struct timespec wait = {(time_t)seconds,
                                  (long)(1e9 * (seconds - (double)(time_t)seconds))};
    for (int k = 0; k < SIGNALS; k++) signal(signals[k].number, SIG_DFL);
    const pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
        execvp(argv[3], argv + 3);
        die(argv[3]);
    }
    nanosleep(&wait, NULL);
    kill(child, signals[i].number); /* not waited for, so its id is still its own */
    if (waitpid(child, &status, 0) != child) die("wait");
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
