/* pty.c - runs a command with standard input on a terminal:
 *
 *     pty [-o] [-e] [-c MS] COMMAND [ARGUMENT]...
 *
 * -o, -e: its standard output, error too.  What pty reads itself is typed on the terminal,
 * and what comes from the terminal is written to standard output, byte for byte: the
 * terminal neither echoes nor changes line ends.  -c: MS milliseconds after the start
 * end-of-file is typed.  The exit status is the command's, 128 + the number of a signal. */
#define _XOPEN_SOURCE 600 /* posix_openpt */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 10, EXIT_TROUBLE = 125, END_OF_FILE = 4 };

static void die(const char *what)
{
    fprintf(stderr, "pty: %s: %s\n", what, strerror(errno));
    exit(EXIT_TROUBLE);
}

static long now_ms(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) die("clock");
    return (long)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

static int open_master(void)
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) die("pseudo terminal");
    return master;
}

/* Held open by the parent as well, so that the master never sees a hang-up. */
static int open_terminal(const char *name)
{
    struct termios mode;
    const int terminal = open(name, O_RDWR | O_NOCTTY);
    if (terminal < 0 || tcgetattr(terminal, &mode) != 0) die(name);
    mode.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
    mode.c_oflag &= (tcflag_t)~OPOST;
    mode.c_cc[VEOF] = END_OF_FILE;
    if (tcsetattr(terminal, TCSANOW, &mode) != 0) die(name);
    return terminal;
}

/* The terminal becomes the controlling one of a new session. */
static void exec_command(const char *name, bool out, bool err, char **command)
{
    setsid();
    const int terminal = open(name, O_RDWR);
    if (terminal < 0 || dup2(terminal, STDIN_FILENO) < 0 ||
        (out && dup2(terminal, STDOUT_FILENO) < 0) || (err && dup2(terminal, STDERR_FILENO) < 0))
        die(name);
    if (terminal > STDERR_FILENO) close(terminal);
    execvp(command[0], command);
    die(command[0]);
}

static void write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(fd, data, size);
        if (n < 0 && errno != EINTR) die("write");
        if (n > 0) data += n, size -= (size_t)n;
    }
}

/* Copies what can be read now; false at the end. */
static bool copy(int from, int to)
{
    char block[4096];
    const ssize_t n = read(from, block, sizeof block);
    if (n > 0) write_all(to, block, (size_t)n);
    return n > 0;
}

static int serve(int master, pid_t pid, long close_at)
{
    int status = 0;
    bool typing = true, ended = false;
    for (;;) {
        struct pollfd ready[2] = {{.fd = master, .events = POLLIN},
                                  {.fd = typing ? STDIN_FILENO : -1, .events = POLLIN}};
        const int some = poll(ready, 2, ended ? 0 : TICK_MS);
        if (some < 0 && errno != EINTR) die("poll");
        if (some > 0 && ready[1].revents) typing = copy(STDIN_FILENO, master);
        if (some > 0 && ready[0].revents)
            copy(master, STDOUT_FILENO);
        else if (ended)
            return status;
        if (close_at >= 0 && now_ms() >= close_at) {
            const char mark = END_OF_FILE;
            write_all(master, &mark, 1);
            close_at = -1;
        }
        if (!ended) ended = waitpid(pid, &status, WNOHANG) == pid;
    }
}

int main(int argc, char **argv)
{
    bool out = false, err = false;
    long close_after = -1;
    int option;
    while ((option = getopt(argc, argv, "+oec:")) != -1)
        if (option == 'o')
            out = true;
        else if (option == 'e')
            err = true;
        else if (option == 'c')
            close_after = strtol(optarg, NULL, 10);
        else
            return EXIT_TROUBLE;
    if (optind == argc) {
        fputs("usage: pty [-o] [-e] [-c MS] COMMAND [ARGUMENT]...\n", stderr);
        return EXIT_TROUBLE;
    }
    const int master = open_master();
    const char *name = ptsname(master);
    open_terminal(name);
    const pid_t pid = fork();
    if (pid < 0) die("fork");
    if (pid == 0) exec_command(name, out, err, argv + optind);
    const int status = serve(master, pid, close_after < 0 ? -1 : now_ms() + close_after);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
