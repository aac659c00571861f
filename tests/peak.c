/* peak.c - runs a command that may take so much memory: peak KIB COMMAND [ARGUMENT]...
 *
 * The exit status is the command's, or 125 and a message if it had more than KIB kibibytes at
 * once.  Where the system does not tell, there is no limit. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
    fprintf(stderr, "peak: %s: %s\n", what, strerror(errno));
    exit(125);
}

int main(int argc, char **argv)
{
    int status;
    struct rusage used;
    char *end = NULL;
    const long most = argc > 2 ? strtol(argv[1], &end, 10) : 0;
    if (most <= 0 || *end) {
        fputs("usage: peak KIB COMMAND [ARGUMENT]...\n", stderr);
        return 125;
    }
    const pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
        execvp(argv[2], argv + 2);
        die(argv[2]);
    }
    if (waitpid(child, &status, 0) != child) die("wait");
    if (getrusage(RUSAGE_CHILDREN, &used) != 0) die("getrusage");
    if (used.ru_maxrss > most) {
        fprintf(stderr, "peak: %ld KiB, at most %ld expected\n", used.ru_maxrss, most);
        return 125;
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
