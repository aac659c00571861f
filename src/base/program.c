/* program.c - what every program has in common: main, messages, signals, exit status. */
#include "lm/program.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "lm/crc.h"
#include "lm/os.h"
#include "lm/temp.h"
#include "lm/version.h"

/* One process runs one program, so its state is here. */
static struct {
    const lm_program *program;
    bool quiet, verbose, help, version;
    bool terminal;                    /* standard error is one: progress is shown */
    volatile sig_atomic_t line_drawn; /* a progress line stands on it */
    volatile sig_atomic_t stop, save; /* what signals ask for */
    volatile sig_atomic_t heed;       /* the library will see to `stop` */
    double begun_at;                  /* seconds: when the program began, */
    double drawn_at;                  /* and when the line was drawn */
    const char *what;                 /* the phase it shows, since when */
    double since, from;               /* and how much was done then */
    lm_out *standard_output;
} self;

/* ---- signals ---- */

static void remove_and_die(int signal_number)
{
    (void)signal(signal_number, SIG_DFL);
    lm_out_unlink_all();
    if (self.line_drawn && write(STDERR_FILENO, "\n", 1) < 0) self.line_drawn = false;
    (void)raise(signal_number); /* delivered on return */
}

/* A run that is heeding ends at its next safe place, but somebody who asks twice will not wait. */
static void stop_or_die(int signal_number)
{
    if (!self.heed || self.stop) remove_and_die(signal_number);
    self.stop = 1;
}

/* Whoever read our messages has gone: that is no reason to lose days of work. */
static void fail_or_die(int signal_number)
{
    if (!self.heed) remove_and_die(signal_number);
}

static void ask_to_save(int signal_number)
{
    (void)signal_number;
    self.save = 1;
}

/* Unless it was ignored when the program began, as nohup does with SIGHUP. */
static void catch_signal(int signal_number, void (*handler)(int signal_number))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;
    sigemptyset(&action.sa_mask);
    if (sigaction(signal_number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
        (void)sigaction(signal_number, &action, NULL);
}

static void catch_signals(bool stateful)
{
    catch_signal(SIGINT, stop_or_die);
    catch_signal(SIGTERM, stop_or_die);
    catch_signal(SIGHUP, stop_or_die);
    catch_signal(SIGQUIT, remove_and_die);
    catch_signal(SIGPIPE, fail_or_die);
    if (stateful) catch_signal(SIGUSR1, ask_to_save);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file too large is a failed write, not a death */
}

/* A closed standard descriptor would be given to the next file that is opened, and messages or
 * data would end in it.  Opened the wrong way round, reads and writes fail as before. */
static void occupy_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDWR};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", modes[fd]);
}

/* ---- messages and progress on standard error ---- */

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void erase_line(void)
{
    if (self.line_drawn) (void)fputs("\r\033[K", stderr);
    self.line_drawn = false;
}

/* One line.  What it quotes from files and names must not steer the terminal. */
static void print_message(const char *level, const char *text)
{
    char clean[sizeof((lm_err *)NULL)->message];
    size_t n = 0;
    for (; text[n] && n < sizeof clean - 1; n++) {
        const unsigned char c = (unsigned char)text[n];
        clean[n] = c < ' ' || c == 0x7f ? '?' : text[n];
    }
    clean[n] = '\0';
    erase_line();
    (void)fprintf(stderr, "%s: %s%s\n", self.program->name, level, clean);
}

static void say(void *context, lm_say_level level, const char *text)
{
    (void)context;
    if (self.quiet || (level == LM_SAY_DETAIL && !self.verbose)) return;
    if (level == LM_SAY_INTERVAL && self.terminal) return; /* the progress line says it */
    print_message(level == LM_SAY_WARNING ? "warning: " : "", text);
}

/* No exponents where there are steps to count. */
static void print_amount(const char *before, double x, int digits, const char *unit)
{
    if (x < 1000)
        (void)fprintf(stderr, "%s%.*g %s", before, digits, x, unit);
    else
        (void)fprintf(stderr, "%s%.0f %s", before, x, unit);
}

/* A new phase is shown at once, its progress at most ten times a second, and nothing of a run
 * that is over in a moment.  No phase (NULL): the line is cleared, for results to follow. */
static void progress(void *context, const char *what, double done, double total, const char *unit)
{
    (void)context;
    if (!what) erase_line();
    if (!what || !self.terminal || self.quiet) return;
    const double now = seconds();
    const bool begins = what != self.what || done < self.from;
    if (begins) {
        self.what = what;
        self.since = now;
        self.from = done;
    }
    if (now - self.begun_at < 0.3 || (!begins && now - self.drawn_at < 0.1)) return;
    self.drawn_at = now;
    const double passed = now - self.since, rate = passed > 0 ? (done - self.from) / passed : 0;
    (void)fprintf(stderr, "\r\033[K%s", what);
    if (done > 0) print_amount(": ", done, 4, unit);
    if (rate > 0) print_amount(", ", rate, 3, unit);
    if (rate > 0) (void)fputs("/s", stderr);
    if (total > 0 && rate > 0) (void)fprintf(stderr, ", %.0f s left", (total - done) / rate);
    self.line_drawn = true;
    (void)fflush(stderr);
}

/* ---- standard input and output ---- */

void lm_program_announce_stdin(int count, char **operands)
{
    bool reads = count == 0;
    for (int i = 0; i < count; i++) reads = reads || strcmp(operands[i], "-") == 0;
    if (reads && !self.quiet && isatty(STDIN_FILENO) == 1)
        (void)fprintf(stderr, "%s: reading from the terminal; end with Ctrl-D\n",
                      self.program->name);
}

static bool waits_for_lines(void)
{
    struct stat in, out;
    return fstat(STDIN_FILENO, &in) == 0 && fstat(STDOUT_FILENO, &out) == 0 &&
           S_ISFIFO(out.st_mode) && !S_ISREG(in.st_mode);
}

lm_status lm_program_stdout(lm_out **out, bool line_buffered, lm_err *e)
{
    if (!self.standard_output) {
        LM_TRY(lm_out_open(&self.standard_output, "-", e));
        lm_out_line_buffered(self.standard_output, line_buffered || waits_for_lines() ||
                                                       lm_out_is_terminal(self.standard_output));
    }
    *out = self.standard_output;
    return LM_OK;
}

lm_status lm_program_output(lm_out **out, const char *path, lm_err *e)
{
    LM_TRY(lm_out_open(out, path, e));
    const lm_status s = lm_out_expect_binary(*out, e);
    if (!s) return LM_OK;
    lm_out *refused = *out;
    *out = NULL;
    return lm_out_close(refused, s, e);
}

/* ---- history ---- */

lm_status lm_program_history(lm_str *out, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, "%s %s", self.program->name, lm_version()));
    return lm_option_history(self.program->options, out, e);
}

lm_status lm_history_input(lm_str *out, uint64_t length, uint32_t crc, lm_err *e)
{
    return lm_str_addf(out, e, " input=%llu:%08x", (unsigned long long)length, crc);
}

lm_status lm_program_write(const char *path,
                           lm_status (*write)(void *context, lm_out *out, lm_err *e), void *context,
                           lm_err *e)
{
    lm_out *out;
    LM_TRY(lm_out_open(&out, path, e));
    return lm_out_close(out, write(context, out, e), e);
}

lm_status lm_program_read(const char *path,
                          lm_status (*read)(void *context, lm_slice bytes, const char *name,
                                            lm_err *e),
                          void *context, lm_str *history, lm_err *e)
{
    lm_map map;
    LM_TRY(lm_map_open(&map, path, e));
    lm_status s = read(context, (lm_slice){(const char *)map.bytes, map.length}, path, e);
    if (!s) s = lm_history_input(history, map.length, lm_crc32c(0, map.bytes, map.length), e);
    lm_map_close(&map);
    return s;
}

/* ---- main ---- */

/* What is asked of the program about itself, if anything: it wins over all other arguments. */
static const char *question(int argc, char **argv)
{
    static const char *const questions[] = {"-h", "--help", "--version", "--help-man",
                                            "--help-bash"};
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        for (size_t k = 0; k < sizeof questions / sizeof *questions; k++)
            if (strcmp(argv[i], questions[k]) == 0) return questions[k];
    return NULL;
}

static lm_status answer(const char *asked, const lm_option *options, lm_err *e)
{
    lm_str text = {0};
    lm_out *out;
    lm_status s;
    if (strcmp(asked, "--version") == 0)
        s = lm_str_addf(&text, e, "%s (Lineage) %s\ncpu: %s\n", self.program->name, lm_version(),
                        lm_os_cpu_name(lm_os_cpu()));
    else if (strcmp(asked, "--help-man") == 0)
        s = lm_option_man(options, &text, e);
    else if (strcmp(asked, "--help-bash") == 0)
        s = lm_program_bash(self.program, options, &text, e);
    else
        s = lm_program_help(self.program, options, &text, e);
    if (!s) s = lm_program_stdout(&out, false, e);
    if (!s) s = lm_out_write(out, text.text, text.length, e);
    lm_str_free(&text);
    return s;
}

static lm_status check_operands(int count, char **operands, lm_err *e)
{
    const lm_program *program = self.program;
    if (count < program->min_operands)
        return lm_fail(e, LM_EUSAGE, "an operand is missing; usage: %s %s", program->name,
                       program->usage);
    if (program->max_operands >= 0 && count > program->max_operands)
        return lm_fail(e, LM_EUSAGE, "one operand too many: '%s'; usage: %s %s",
                       operands[program->max_operands], program->name, program->usage);
    return LM_OK;
}

/* A folder that was named must be good before work begins, not only when it is needed. */
static lm_status check_tmpdir(const char *directory, lm_err *e)
{
    lm_temp *temp;
    if (!directory) return LM_OK;
    LM_TRY(lm_temp_open(&temp, directory, e));
    lm_temp_close(temp);
    return LM_OK;
}

static lm_status run_program(const lm_option *options, int argc, char **argv, lm_err *e)
{
    int count;
    lm_run run = {.say = say, .progress = progress, .stop = &self.stop, .save = &self.save};
    const char *asked = question(argc, argv);
    if (asked) return answer(asked, options, e);
    LM_TRY(lm_option_parse(options, argc, argv, &count, e));
    LM_TRY(lm_option_require(options, e));
    LM_TRY(check_operands(count, argv + 1, e));
    self.terminal = isatty(STDERR_FILENO) == 1;
    self.begun_at = seconds();
    if (self.program->memory)
        run.memory = *self.program->memory ? *self.program->memory : lm_os_memory() / 4 * 3;
    if (self.program->stateful) run.heed = &self.heed;
    if (self.program->tmpdir) run.tmpdir = *self.program->tmpdir;
    LM_TRY(check_tmpdir(run.tmpdir, e));
    if (self.program->threads) LM_TRY(lm_pool_new(&run.pool, (size_t)*self.program->threads, e));
    const lm_status s = self.program->run(&run, count, argv + 1, e);
    lm_pool_free(run.pool);
    return s;
}

int lm_program_main(const lm_program *program, int argc, char **argv)
{
    const lm_option options[] = {
        {.kind = LM_OPT_GROUP, .name = "", .group = program->options},
        {'q', "quiet", LM_OPT_FLAG, &self.quiet, .help = "no notes, warnings or progress"},
        {'v', "verbose", LM_OPT_FLAG, &self.verbose, .help = "say more on standard error"},
        {'h', "help", LM_OPT_FLAG, &self.help, .help = "show this help and exit"},
        {0, "version", LM_OPT_FLAG, &self.version,
         .help = "show the version and the CPU level in use, and exit"},
        {0}};
    lm_err e = {0};
    self.program = program;
    occupy_descriptors();
    catch_signals(program->stateful);
    const lm_status ran = run_program(options, argc, argv, &e);
    lm_status s = lm_out_close(self.standard_output, ran == LM_NEGATIVE ? LM_OK : ran, &e);
    if (s == LM_OK) s = ran; /* a negative answer stands if it could be written */
    erase_line();
    if (e.status) print_message("", e.message);
    if (s == LM_EUSAGE) (void)fprintf(stderr, "%s: --help shows an example\n", program->name);
    return (int)s;
}
