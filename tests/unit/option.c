/* option.c - tests of the option parser and of what an option table prints. */
#include "lm/option.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/memory.h"
#include "test.h"

/* One option of each kind.  Every test runs in a process of its own, so the defaults stand. */
static bool fast, loud, quiet;
static int64_t order = 5, floor_of = 0, smooth = 2, threads = 0, offset = 0, seed = 1;
static double rate = 0.1, shift = 0;
static uint64_t memory = (uint64_t)1 << 30;
static const char *output, *note, *log_file = "-";
static lm_option_list parts;

static const lm_option training[] = {
    {'l', "lr", LM_OPT_REAL, &rate, .low = 0, .high = 1, .arg = "X", .help = "learning rate",
     .flags = LM_OPT_RESULT},
    {0, "shift", LM_OPT_REAL, &shift, .help = "any number", .flags = LM_OPT_RESULT},
    {0}};

static const lm_option options[] = {
    {'n', "order", LM_OPT_INT, &order, .low = 1, .high = 10, .arg = "N", .help = "longest n-gram",
     .flags = LM_OPT_RESULT},
    {0, "min-count", LM_OPT_INT, &floor_of, .low = 0, .high = HUGE_VAL, .arg = "N",
     .help = "drop what is rarer"},
    {0, "offset", LM_OPT_INT, &offset, .low = -HUGE_VAL, .high = -1, .arg = "N", .help = "back"},
    {0, "smooth", LM_OPT_CHOICE, &smooth, .arg = "mle|addk|mkn", .help = "estimator",
     .flags = LM_OPT_RESULT},
    {'S', "memory", LM_OPT_SIZE, &memory, .low = 65536, .high = 1099511627776.0, .arg = "SIZE",
     .help = "spill to disk above this"},
    {.name = "training", .kind = LM_OPT_GROUP, .group = training},
    LM_OPTION_OUTPUT(&output),
    LM_OPTION_SEED(&seed),
    LM_OPTION_THREADS(&threads),
    {0, "log", LM_OPT_FILE, &log_file, .arg = "FILE", .help = "a row per interval"},
    {0, "note", LM_OPT_TEXT, &note, .arg = "TEXT", .help = "kept in the history",
     .flags = LM_OPT_RESULT},
    {'p', "part", LM_OPT_TEXT, &parts, .arg = "TEXT", .help = "a part",
     .flags = LM_OPT_LIST | LM_OPT_RESULT},
    {'f', "fast", LM_OPT_FLAG, &fast, .help = "racy mode", .flags = LM_OPT_RESULT},
    {'L', "loud", LM_OPT_FLAG, &loud, .help = "say more"},
    {'q', "quiet", LM_OPT_FLAG, &quiet, .help = "say nothing"},
    {0}};

/* ---- parsing ---- */

enum { WORDS_MAX = 16 };
static char words[1024];
static char *argv[WORDS_MAX + 2];
static int operands;
static lm_err err;

/* Parses a command line, its words split at blanks; _ stands for an empty word. */
static lm_status parse(const char *line)
{
    int argc = 1;
    (void)snprintf(words, sizeof words, "%s", line);
    argv[0] = words; /* any text: the parser does not read it */
    err = (lm_err){0};
    for (char *at = words; *at && argc <= WORDS_MAX;) {
        at += strspn(at, " ");
        if (*at == '\0') break;
        argv[argc] = at;
        at += strcspn(at, " ");
        if (*at) *at++ = '\0';
        if (strcmp(argv[argc], "_") == 0) *argv[argc] = '\0';
        argc++;
    }
    argv[argc] = NULL;
    return lm_option_parse(options, argc, argv, &operands, &err);
}

static void refuses(const char *line, const char *message)
{
    CHECK_INT(parse(line), LM_EUSAGE);
    CHECK_TEXT(err.message, message);
}

TEST(option_forms)
{
    CHECK_OK(parse("--order 3 --memory=2M -l0.5 -o x.lm --smooth=addk -fL --shift -2e-3"), &err);
    CHECK_INT(order, 3);
    CHECK_INT(memory, 2097152);
    CHECK(rate == 0.5);
    CHECK_TEXT(output, "x.lm");
    CHECK_INT(smooth, 1);
    CHECK(fast && loud && !quiet);
    CHECK(shift == -0.002);
    CHECK_INT(operands, 0);
}

TEST(option_groups_of_letters)
{
    CHECK_OK(parse("-fLn7 -qo -"), &err);
    CHECK(fast && loud && quiet);
    CHECK_INT(order, 7);
    CHECK_TEXT(output, "-");
}

TEST(option_operands_move_to_the_front)
{
    CHECK_OK(parse("a -n 4 b - -f c -- -q --order"), &err);
    CHECK_INT(operands, 6);
    const char *const expected[] = {"a", "b", "-", "c", "-q", "--order"};
    for (int i = 0; i < 6; i++) CHECK_TEXT(argv[1 + i], expected[i]);
    CHECK_INT(order, 4);
    CHECK(fast && !quiet);
}

/* argv stays a permutation of itself: nothing is lost, nothing is doubled. */
TEST(option_keeps_all_arguments)
{
    CHECK_OK(parse("a -n 4 b -f c"), &err);
    const char *const expected[] = {"a", "b", "c", "-n", "4", "-f"};
    for (int i = 0; i < 6; i++) CHECK_TEXT(argv[1 + i], expected[i]);
    CHECK(argv[7] == NULL);
}

TEST(option_values_may_look_like_options)
{
    CHECK_OK(parse("--note --fast --offset -3 -o --"), &err);
    CHECK_TEXT(note, "--fast");
    CHECK_INT(offset, -3);
    CHECK_TEXT(output, "--");
    CHECK(!fast);
    CHECK_OK(parse("--note=a=b --log=-"), &err);
    CHECK_TEXT(note, "a=b");
    CHECK_OK(parse("--note="), &err);
    CHECK_TEXT(note, "");
}

TEST(option_nothing_given)
{
    CHECK_OK(parse(""), &err);
    CHECK_INT(operands, 0);
    CHECK_INT(order, 5);
    CHECK(!lm_option_given("order"));
    CHECK_FAILS(lm_option_require(options, &err), LM_EUSAGE, &err, "--output FILE is missing");
}

TEST(option_given)
{
    CHECK_OK(parse("-o x -n 5"), &err);
    CHECK(lm_option_given("order") && lm_option_given("output"));
    CHECK(!lm_option_given("fast") && !lm_option_given("ord"));
    CHECK_OK(lm_option_require(options, &err), &err);
    CHECK_OK(parse("-f"), &err);
    CHECK(!lm_option_given("order"));
}

TEST(option_lists)
{
    CHECK_OK(parse("-p a --part=b c -pd"), &err);
    CHECK_INT(parts.count, 3);
    CHECK_TEXT(parts.item[0], "a");
    CHECK_TEXT(parts.item[1], "b");
    CHECK_TEXT(parts.item[2], "d");
    CHECK_INT(operands, 1);
    CHECK_OK(parse("-p z"), &err); /* replaces what stood there */
    CHECK_INT(parts.count, 1);
}

TEST(option_list_is_bounded)
{
    static char word[] = "-px";
    char *many[LM_OPTION_LIST_MAX + 3] = {word};
    for (int i = 1; i <= LM_OPTION_LIST_MAX + 1; i++) many[i] = word;
    CHECK_OK(lm_option_parse(options, LM_OPTION_LIST_MAX + 1, many, &operands, &err), &err);
    CHECK_INT(parts.count, LM_OPTION_LIST_MAX);
    CHECK_FAILS(lm_option_parse(options, LM_OPTION_LIST_MAX + 2, many, &operands, &err), LM_EUSAGE,
                &err, "--part given more than 64 times");
}

TEST(option_unknown)
{
    refuses("--ordr 3", "unknown option --ordr (did you mean --order?)");
    refuses("--ordr=3", "unknown option --ordr (did you mean --order?)");
    refuses("--mem 3", "unknown option --mem (did you mean --memory?)");
    refuses("--smoth=mkn", "unknown option --smoth (did you mean --smooth?)");
    refuses("--lt 1", "unknown option --lt");
    refuses("--xylophone", "unknown option --xylophone");
    refuses("--=3", "unknown option --");
    refuses("--training", "unknown option --training");
    refuses("-z", "unknown option -z");
    refuses("-fz", "unknown option -z in -fz");
}

TEST(option_one_dash_for_two)
{
    refuses("-min-count 3", "unknown option -min-count (did you mean --min-count?)");
    refuses("-\xC3\xA9", "unknown option -\xC3\xA9");
}

TEST(option_repeated)
{
    refuses("-n 3 --order 3", "--order given twice");
    refuses("-ff", "--fast given twice");
}

TEST(option_value_missing_or_unwanted)
{
    refuses("--order", "--order: the value N is missing (1 to 10)");
    refuses("-fn", "--order: the value N is missing (1 to 10)");
    refuses("-o", "--output: the value FILE is missing");
    refuses("--smooth", "--smooth: the value mle|addk|mkn is missing");
    refuses("--quiet=1", "--quiet takes no value, found '1'");
    refuses("--quiet=", "--quiet takes no value, found ''");
    refuses("--log=", "--log: the name of a file is empty");
}

TEST(option_whole_numbers)
{
    refuses("-n 10x", "--order: '10x' is not a whole number (1 to 10; nearest 10)");
    refuses("-n 1.6", "--order: '1.6' is not a whole number (1 to 10; nearest 2)");
    refuses("-n 1e3", "--order: '1e3' is not a whole number (1 to 10; nearest 10)");
    refuses("-n nan", "--order: 'nan' is not a whole number (1 to 10)");
    refuses("--order=", "--order: '' is not a whole number (1 to 10)");
    refuses("-n=3", "--order: '=3' is not a whole number (1 to 10)");
    refuses("-n 11", "--order: 11 is out of range (1 to 10; nearest 10)");
    refuses("-n 0", "--order: 0 is out of range (1 to 10; nearest 1)");
    refuses("-n -3", "--order: -3 is out of range (1 to 10; nearest 1)");
    refuses("-n 99999999999999999999",
            "--order: 99999999999999999999 is out of range (1 to 10; nearest 10)");
    refuses("--min-count -1", "--min-count: -1 is out of range (at least 0)");
    refuses("--min-count foo", "--min-count: 'foo' is not a whole number (at least 0)");
    refuses("--offset 0", "--offset: 0 is out of range (at most -1)");
    refuses("--min-count 9223372036854775808",
            "--min-count: 9223372036854775808 is out of range (at least 0; nearest "
            "9223372036854775807)");
    refuses("-s 9007199254740993",
            "--seed: 9007199254740993 is out of range (0 to 9007199254740992; nearest "
            "9007199254740992)");
    CHECK_INT(order, 5);
    CHECK_OK(parse("-n 1 --min-count 9223372036854775807"), &err);
    CHECK_INT(floor_of, INT64_MAX);
    CHECK_OK(parse("-n 10"), &err);
}

TEST(option_reals)
{
    refuses("--lr nan", "--lr: 'nan' is not a number (0 to 1)");
    refuses("--lr inf", "--lr: 'inf' is not a finite number (0 to 1; nearest 1)");
    refuses("--lr 1e999", "--lr: '1e999' is not a finite number (0 to 1; nearest 1)");
    refuses("--lr 0.5x", "--lr: '0.5x' is not a number (0 to 1; nearest 0.5)");
    refuses("--lr 2", "--lr: 2 is out of range (0 to 1; nearest 1)");
    refuses("--shift -inf", "--shift: '-inf' is not a finite number");
    refuses("--shift x", "--shift: 'x' is not a number");
    CHECK(rate == 0.1);
    CHECK_OK(parse("--lr 1 --shift 1e300"), &err);
    CHECK(rate == 1 && shift == 1e300);
}

TEST(option_sizes)
{
    const char *const what = "is not a whole number of bytes, K, M, G or T (64K to 1T";
    char message[256];
    refuses("-S 1K", "--memory: 1K is out of range (64K to 1T; nearest 64K)");
    refuses("-S 2T", "--memory: 2T is out of range (64K to 1T; nearest 1T)");
    refuses("-S 99999999999999T",
            "--memory: 99999999999999T is out of range (64K to 1T; nearest 1T)");
    refuses("-S -1", "--memory: -1 is out of range (64K to 1T; nearest 64K)");
    (void)snprintf(message, sizeof message, "--memory: '10MB' %s; nearest 10M)", what);
    refuses("-S 10MB", message);
    (void)snprintf(message, sizeof message, "--memory: '1.5g' %s; nearest 1536M)", what);
    refuses("-S 1.5g", message);
    (void)snprintf(message, sizeof message, "--memory: 'M' %s)", what);
    refuses("-S M", message);
    CHECK_OK(parse("-S 65536"), &err);
    CHECK_INT(memory, 65536);
    CHECK_OK(parse("-S 1T"), &err);
    CHECK_INT(memory, 1099511627776);
}

TEST(option_choices)
{
    refuses("--smooth foo", "--smooth: 'foo' is not one of mle, addk, mkn");
    refuses("--smooth mkm", "--smooth: 'mkm' is not one of mle, addk, mkn (did you mean mkn?)");
    refuses("--smooth ad", "--smooth: 'ad' is not one of mle, addk, mkn (did you mean addk?)");
    refuses("--smooth=", "--smooth: '' is not one of mle, addk, mkn");
    refuses("--smooth mle|addk", "--smooth: 'mle|addk' is not one of mle, addk, mkn");
    CHECK_OK(parse("--smooth mle"), &err);
    CHECK_INT(smooth, 0);
    CHECK_OK(parse("--smooth mkn"), &err);
    CHECK_INT(smooth, 2);
}

/* Any single argument, for every pair of bytes: an answer, never a read past its end. */
TEST(option_survives_any_bytes)
{
    for (int a = 1; a < 256; a++) {
        for (int b = 1; b < 256; b++) {
            char word[] = {'-', (char)a, (char)b, '\0'}, name[] = "p";
            char *arguments[] = {name, word, NULL};
            lm_err e = {0};
            const lm_status s = lm_option_parse(options, 2, arguments, &operands, &e);
            CHECK(s == LM_OK || s == LM_EUSAGE);
        }
    }
}

/* ---- printing ---- */

static void prints(lm_status (*print)(const lm_option *, lm_str *, lm_err *),
                   const lm_option *table, const char *expected)
{
    lm_str out = {0};
    lm_err e = {0};
    CHECK_OK(print(table, &out, &e), &e);
    CHECK_TEXT(out.text, expected);
    lm_str_free(&out);
}

TEST(option_help)
{
    prints(lm_option_help, options,
           "  -n, --order N           longest n-gram (1 to 10, default 5)\n"
           "      --min-count N       drop what is rarer (at least 0, default 0)\n"
           "      --offset N          back (at most -1, default 0)\n"
           "      --smooth mle|addk|mkn\n"
           "                          estimator (default mkn)\n"
           "  -S, --memory SIZE       spill to disk above this (64K to 1T, default 1G)\n"
           "  -l, --lr X              learning rate (0 to 1, default 0.1)\n"
           "      --shift X           any number (default 0)\n"
           "  -o, --output FILE       write the result to FILE; - is standard output\n"
           "                          (required)\n"
           "  -s, --seed N            seed of the random numbers (0 to 9007199254740992,\n"
           "                          default 1)\n"
           "  -j, --threads N         threads; the result does not depend on it (0 to 1024,\n"
           "                          default all CPUs)\n"
           "      --log FILE          a row per interval (default -)\n"
           "      --note TEXT         kept in the history\n"
           "  -p, --part TEXT         a part (may be repeated)\n"
           "  -f, --fast              racy mode\n"
           "  -L, --loud              say more\n"
           "  -q, --quiet             say nothing\n");
}

/* No line is longer than 79 columns; a head of 24 columns leaves room for its text. */
TEST(option_help_wraps)
{
    static bool flag;
    static const lm_option table[] = {
        {0, "abcdefghijklmnop", LM_OPT_FLAG, &flag,
         .help = "1234567 1234567 1234567 1234567 1234567 1234567 12345"},
        {0, "abcdefghijklmnopq", LM_OPT_FLAG, &flag,
         .help = "1234567 1234567 1234567 1234567 1234567 1234567 123456"},
        {0}};
    prints(lm_option_help, table,
           "      --abcdefghijklmnop  1234567 1234567 1234567 1234567 1234567 1234567 12345\n"
           "      --abcdefghijklmnopq\n"
           "                          1234567 1234567 1234567 1234567 1234567 1234567\n"
           "                          123456\n");
}

TEST(option_man)
{
    static bool flag;
    static int64_t n = 3;
    static const lm_option table[] = {
        {'n', "order", LM_OPT_INT, &n, .low = 1, .high = 10, .arg = "N", .help = "longest n-gram"},
        {0, "save-every", LM_OPT_INT, &n, .arg = "N", .help = "say 'a\\b' every .5 s; -1: never"},
        {'q', "quiet", LM_OPT_FLAG, &flag, .help = ".Sh is no request, nor is ~ ^ ` \""},
        {0}};
    prints(lm_option_man, table,
           ".It Fl n , Fl Fl order Ar N\n"
           "longest n-gram (1 to 10, default 3)\n"
           ".It Fl Fl save\\-every Ar N\n"
           "say \\(aqa\\eb\\(aq every \\&.5 s; \\-1: never (default 3)\n"
           ".It Fl q , Fl Fl quiet\n"
           "\\&.Sh is no request, nor is \\(ti \\(ha \\(ga \\(dq\n");
}

TEST(option_words)
{
    prints(lm_option_words, options,
           "-n --order\tword\n--min-count\tword\n--offset\tword\n--smooth\tmle|addk|mkn\n"
           "-S --memory\tword\n-l --lr\tword\n--shift\tword\n-o --output\tfile\n"
           "-s --seed\tword\n-j --threads\tword\n--log\tfile\n--note\tword\n-p --part\tword\n"
           "-f --fast\n-L --loud\n-q --quiet\n");
}

TEST(option_history)
{
    prints(lm_option_history, options, " order=5 smooth=mkn lr=0.1 shift=0 seed=1");
    CHECK_OK(parse("-n3 -o out.lm -j 4 -f --note=a,b:c/d+e-f._1 -p x -p=y --log z"), &err);
    prints(lm_option_history, options,
           " order=3 smooth=mkn lr=0.1 shift=0 seed=1 note=a,b:c/d+e-f._1 part=x part=\"=y\""
           " fast=1");
    char *quoted[] = {words,          (char[]){"--note"}, (char[]){"two \"words\"\n"},
                      (char[]){"-p"}, (char[]){""},       NULL};
    CHECK_OK(lm_option_parse(options, 5, quoted, &operands, &err), &err);
    prints(lm_option_history, options,
           " order=3 smooth=mkn lr=0.1 shift=0 seed=1 note=\"two \\\"words\\\"\\n\" part=\"\""
           " fast=1");
}

/* A history is the same for every way of saying the same thing. */
TEST(option_history_is_canonical)
{
    CHECK_OK(parse("--lr=1e-01 -n 05 -s +1"), &err);
    prints(lm_option_history, options, " order=5 smooth=mkn lr=0.1 shift=0 seed=1");
}

/* ---- no memory ---- */

static long allowed; /* how many allocations succeed yet */
static long blocks;  /* that live */

static void *scarce(void *context, void *block, size_t size)
{
    (void)context;
    if (size == 0) {
        if (block) blocks--;
        free(block);
        return NULL;
    }
    if (allowed-- <= 0) return NULL;
    if (!block) blocks++;
    return realloc(block, size);
}

/* Makes the k-th allocation fail, for every k, until all succeed. */
static void fails_cleanly(lm_status (*act)(lm_str *, lm_err *), lm_status last)
{
    static const lm_allocator allocator = {scarce, NULL};
    lm_allocator_set(&allocator);
    for (long k = 0;; k++) {
        lm_str out = {0};
        lm_err e = {0};
        allowed = k;
        const lm_status s = act(&out, &e);
        const bool enough = allowed >= 0;
        lm_str_free(&out);
        CHECK_INT(blocks, 0);
        CHECK_INT(s, enough ? last : LM_ENOMEM);
        if (enough) break;
    }
    lm_allocator_set(NULL);
}

static lm_status print_all(lm_str *out, lm_err *e)
{
    LM_TRY(lm_option_help(options, out, e));
    LM_TRY(lm_option_man(options, out, e));
    LM_TRY(lm_option_words(options, out, e));
    return lm_option_history(options, out, e);
}

static lm_status parse_bad_number(lm_str *out, lm_err *e)
{
    (void)out;
    const lm_status s = parse("-n 10x");
    *e = err;
    return s;
}

static lm_status parse_bad_choice(lm_str *out, lm_err *e)
{
    (void)out;
    const lm_status s = parse("--smooth mkm");
    *e = err;
    return s;
}

static lm_status parse_missing(lm_str *out, lm_err *e)
{
    (void)out;
    const lm_status s = parse("--order");
    *e = err;
    return s;
}

TEST(option_out_of_memory)
{
    fails_cleanly(print_all, LM_OK);
    fails_cleanly(parse_bad_number, LM_EUSAGE);
    fails_cleanly(parse_bad_choice, LM_EUSAGE);
    fails_cleanly(parse_missing, LM_EUSAGE);
}
