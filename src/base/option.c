/* option.c - the parser of command lines, driven by an option table. */
#include "lm/option.h"
#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "option_internal.h"

enum {
    GIVEN_MAX = 256, /* different options on one command line */
    WORD_MAX = 64    /* longest word for which a near one is sought */
};

/* The options of the last lm_option_parse: a process has one command line. */
static struct {
    size_t count;
    const char *name[GIVEN_MAX];
} given;

/* ---- the table ---- */

const lm_option *lm_option_next(lm_option_walk *walk)
{
    while (walk->depth > 0) {
        const lm_option *row = walk->next[walk->depth - 1];
        if (!row->name) {
            walk->depth--;
            continue;
        }
        walk->next[walk->depth - 1]++;
        if (row->kind != LM_OPT_GROUP) return row;
        assert(walk->depth < LM_OPTION_GROUP_DEPTH);
        walk->next[walk->depth++] = row->group;
    }
    return NULL;
}

static const lm_option *find_name(const lm_option *options, lm_slice name)
{
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) {
        if (lm_slice_is(name, row->name)) return row;
    }
    return NULL;
}

static const lm_option *find_letter(const lm_option *options, char letter)
{
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) {
        if (row->letter == letter) return row;
    }
    return NULL;
}

static const double int_end = 9223372036854775808.0;   /* 2^63 */
static const double size_end = 18446744073709551616.0; /* 2^64 */

bool lm_option_has_low(const lm_option *row)
{
    if (row->low == 0 && row->high == 0) return false;
    if (row->kind == LM_OPT_INT) return row->low > -int_end;
    return row->kind == LM_OPT_SIZE ? row->low > 0 : row->low >= -DBL_MAX;
}

bool lm_option_has_high(const lm_option *row)
{
    if (row->low == 0 && row->high == 0) return false;
    if (row->kind == LM_OPT_INT) return row->high < int_end;
    return row->kind == LM_OPT_SIZE ? row->high < size_end : row->high <= DBL_MAX;
}

lm_option_number lm_option_number_of(const lm_option *row, double x)
{
    switch (row->kind) {
    case LM_OPT_INT:
        if (x >= int_end) return (lm_option_number){.whole = INT64_MAX};
        return (lm_option_number){.whole = x > -int_end ? (int64_t)x : INT64_MIN};
    case LM_OPT_SIZE:
        if (x >= size_end) return (lm_option_number){.size = UINT64_MAX};
        return (lm_option_number){.size = x > 0 ? (uint64_t)x : 0};
    default:
        return (lm_option_number){.real = x};
    }
}

bool lm_option_choice(const lm_option *row, int64_t i, lm_slice *choice)
{
    const char *at = row->arg;
    for (; i > 0 && at; i--) {
        at = strchr(at, '|');
        if (at) at++;
    }
    if (i < 0 || !at) return false;
    *choice = (lm_slice){at, strcspn(at, "|")};
    return true;
}

/* ---- near words ---- */

static void to_lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z') *text = (char)(*text - 'A' + 'a');
}

/* How unlike two words are, upper case or lower; SIZE_MAX if nobody would mean the one by the
 * other.  The start of a word is as near as can be: abbreviations are refused, so they are
 * likely. */
static size_t unlikeness(lm_slice typed, lm_slice word)
{
    char a[WORD_MAX + 1], b[WORD_MAX + 1];
    const size_t longer = typed.length > word.length ? typed.length : word.length;
    if (typed.length == 0 || longer > WORD_MAX) return SIZE_MAX;
    (void)snprintf(a, sizeof a, "%.*s", (int)typed.length, typed.text);
    (void)snprintf(b, sizeof b, "%.*s", (int)word.length, word.text);
    to_lower(a);
    to_lower(b);
    if (typed.length >= 2 && strncmp(a, b, typed.length) == 0) return 0;
    const size_t distance = lm_edit_distance(a, b);
    return distance <= longer / 3 ? distance : SIZE_MAX;
}

/* Fails for a word that is no option; `shown` is how it is quoted. */
static lm_status fail_unknown(const lm_option *options, lm_slice word, lm_slice shown, lm_err *e)
{
    const char *nearest = NULL;
    size_t least = SIZE_MAX;
    const int length = shown.length > 80 ? 80 : (int)shown.length;
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) {
        const size_t found = unlikeness(word, lm_slice_of(row->name));
        if (found < least) {
            least = found;
            nearest = row->name;
        }
    }
    if (!nearest) return lm_fail(e, LM_EUSAGE, "unknown option %.*s", length, shown.text);
    return lm_fail(e, LM_EUSAGE, "unknown option %.*s (did you mean --%s?)", length, shown.text,
                   nearest);
}

/* ---- values ---- */

/* The valid number nearest to what the text begins with; false if there is none to name: the
 * text is no number, or its range has one end and that says it all. */
static bool nearest_number(const lm_option *row, const char *text, lm_option_number *nearest)
{
    static const char suffixes[] = "KMGTkmgt";
    char *end = NULL;
    double x = strtod(text, &end);
    if (end == text || isnan(x)) return false;
    if (row->kind == LM_OPT_SIZE && *end && strchr(suffixes, *end))
        x = ldexp(x, 10 * (int)((strchr(suffixes, *end) - suffixes) % 4 + 1));
    if (row->kind != LM_OPT_REAL) x = floor(x + 0.5);
    const bool has_low = lm_option_has_low(row), has_high = lm_option_has_high(row);
    const bool below = has_low && x < row->low, above = has_high && x > row->high;
    if ((below && !has_high) || (above && !has_low)) return false;
    if (below) x = row->low;
    if (above) x = row->high;
    *nearest = lm_option_number_of(row, x);
    return row->kind != LM_OPT_REAL || isfinite(x);
}

/* Adds " (1 to 10; nearest 10)", as much of it as is known. */
static lm_status add_allowed(const lm_option *row, const char *text, lm_str *out, lm_err *e)
{
    const bool range = lm_option_has_low(row) || lm_option_has_high(row);
    lm_option_number number = {0};
    const bool nearest = nearest_number(row, text, &number);
    if (!range && !nearest) return lm_str_add(out, "", 0, e);
    LM_TRY(lm_str_addf(out, e, " ("));
    LM_TRY(lm_option_add_range(row, out, e));
    if (nearest) {
        LM_TRY(lm_str_addf(out, e, "%snearest ", range ? "; " : ""));
        LM_TRY(lm_option_add_number(row, number, out, e));
    }
    return lm_str_addf(out, e, ")");
}

/* A whole number, or a size, of any magnitude? */
static bool is_whole(const lm_option *row, const char *text)
{
    if (*text == '-' || *text == '+') text++;
    const size_t digits = strspn(text, "0123456789");
    text += digits;
    if (row->kind == LM_OPT_SIZE && *text && strchr("KMGT", *text)) text++;
    return digits > 0 && *text == '\0';
}

static lm_status fail_range(const lm_option *row, const char *text, lm_err *e)
{
    lm_str allowed = {0};
    lm_status s = add_allowed(row, text, &allowed, e);
    if (s == LM_OK)
        s = lm_fail(e, LM_EUSAGE, "--%s: %.80s is out of range%s", row->name, text, allowed.text);
    lm_str_free(&allowed);
    return s;
}

static lm_status fail_number(const lm_option *row, const char *text, lm_err *e)
{
    if (row->kind != LM_OPT_REAL && is_whole(row, text)) return fail_range(row, text, e);
    const char *what = isinf(strtod(text, NULL)) ? "a finite number" : "a number";
    if (row->kind == LM_OPT_INT) what = "a whole number";
    if (row->kind == LM_OPT_SIZE) what = "a whole number of bytes, K, M, G or T";
    lm_str allowed = {0};
    lm_status s = add_allowed(row, text, &allowed, e);
    if (s == LM_OK)
        s = lm_fail(e, LM_EUSAGE, "--%s: '%.80s' is not %s%s", row->name, text, what, allowed.text);
    lm_str_free(&allowed);
    return s;
}

static lm_status set_int(const lm_option *row, const char *text, lm_err *e)
{
    int64_t value = 0;
    if (!lm_parse_int(lm_slice_of(text), &value)) return fail_number(row, text, e);
    if ((lm_option_has_low(row) && value < lm_option_number_of(row, row->low).whole) ||
        (lm_option_has_high(row) && value > lm_option_number_of(row, row->high).whole)) {
        return fail_range(row, text, e);
    }
    *(int64_t *)row->value = value;
    return LM_OK;
}

static lm_status set_size(const lm_option *row, const char *text, lm_err *e)
{
    uint64_t value = 0;
    if (!lm_parse_size(lm_slice_of(text), &value)) return fail_number(row, text, e);
    if ((lm_option_has_low(row) && value < lm_option_number_of(row, row->low).size) ||
        (lm_option_has_high(row) && value > lm_option_number_of(row, row->high).size)) {
        return fail_range(row, text, e);
    }
    *(uint64_t *)row->value = value;
    return LM_OK;
}

static lm_status set_real(const lm_option *row, const char *text, lm_err *e)
{
    double value = 0;
    if (!lm_parse_real(lm_slice_of(text), &value)) return fail_number(row, text, e);
    if ((lm_option_has_low(row) && value < row->low) ||
        (lm_option_has_high(row) && value > row->high)) {
        return fail_range(row, text, e);
    }
    *(double *)row->value = value;
    return LM_OK;
}

static lm_status fail_choice(const lm_option *row, const char *text, lm_err *e)
{
    lm_str all = {0};
    lm_slice choice = {0}, nearest = {0};
    size_t least = SIZE_MAX;
    lm_status s = LM_OK;
    for (int64_t i = 0; s == LM_OK && lm_option_choice(row, i, &choice); i++) {
        const size_t found = unlikeness(lm_slice_of(text), choice);
        if (found < least) {
            least = found;
            nearest = choice;
        }
        s = lm_str_addf(&all, e, "%s%.*s", i > 0 ? ", " : "", (int)choice.length, choice.text);
    }
    if (s == LM_OK && nearest.text)
        s = lm_str_addf(&all, e, " (did you mean %.*s?)", (int)nearest.length, nearest.text);
    if (s == LM_OK)
        s = lm_fail(e, LM_EUSAGE, "--%s: '%.80s' is not one of %s", row->name, text, all.text);
    lm_str_free(&all);
    return s;
}

static lm_status set_choice(const lm_option *row, const char *text, lm_err *e)
{
    lm_slice choice = {0};
    for (int64_t i = 0; lm_option_choice(row, i, &choice); i++) {
        if (lm_slice_is(choice, text)) {
            *(int64_t *)row->value = i;
            return LM_OK;
        }
    }
    return fail_choice(row, text, e);
}

static lm_status set_text(const lm_option *row, const char *text, lm_err *e)
{
    if (row->kind == LM_OPT_FILE && *text == '\0')
        return lm_fail(e, LM_EUSAGE, "--%s: the name of a file is empty", row->name);
    if (!(row->flags & LM_OPT_LIST)) {
        *(const char **)row->value = text;
        return LM_OK;
    }
    lm_option_list *list = row->value;
    if (list->count == LM_OPTION_LIST_MAX)
        return lm_fail(e, LM_EUSAGE, "--%s given more than %d times", row->name,
                       LM_OPTION_LIST_MAX);
    list->item[list->count++] = text;
    return LM_OK;
}

/* Notes that the option was given; the first time, a list loses its default. */
static lm_status note_given(const lm_option *row, lm_err *e)
{
    const bool list = (row->flags & LM_OPT_LIST) != 0;
    if (lm_option_given(row->name))
        return list ? LM_OK : lm_fail(e, LM_EUSAGE, "--%s given twice", row->name);
    if (given.count == GIVEN_MAX)
        return lm_fail(e, LM_EUSAGE, "more than %d different options", GIVEN_MAX);
    given.name[given.count++] = row->name;
    if (list) ((lm_option_list *)row->value)->count = 0;
    return LM_OK;
}

/* Stores the value; `text` is not used for a flag. */
static lm_status set_value(const lm_option *row, const char *text, lm_err *e)
{
    LM_TRY(note_given(row, e));
    switch (row->kind) {
    case LM_OPT_FLAG:
        *(bool *)row->value = true;
        return LM_OK;
    case LM_OPT_INT:
        return set_int(row, text, e);
    case LM_OPT_REAL:
        return set_real(row, text, e);
    case LM_OPT_SIZE:
        return set_size(row, text, e);
    case LM_OPT_CHOICE:
        return set_choice(row, text, e);
    case LM_OPT_TEXT:
    case LM_OPT_FILE:
        return set_text(row, text, e);
    case LM_OPT_GROUP:
        break; /* lm_option_next yields none */
    }
    return LM_OK;
}

/* ---- the command line ---- */

typedef struct {
    const lm_option *options;
    int argc;
    char **argv;
    int at; /* the argument being read */
} command_line;

static lm_status set_from_next(command_line *line, const lm_option *row, lm_err *e)
{
    if (line->at + 1 < line->argc) return set_value(row, line->argv[++line->at], e);
    lm_str range = {0};
    lm_status s = lm_option_add_range(row, &range, e);
    if (s == LM_OK)
        s = lm_fail(e, LM_EUSAGE, "--%s: the value %s is missing%s%s%s", row->name,
                    lm_option_argument(row), range.length ? " (" : "",
                    range.length ? range.text : "", range.length ? ")" : "");
    lm_str_free(&range);
    return s;
}

static lm_status read_long(command_line *line, lm_err *e)
{
    const char *argument = line->argv[line->at];
    const lm_slice name = {argument + 2, strcspn(argument + 2, "=")};
    const char *value = name.text[name.length] == '=' ? name.text + name.length + 1 : NULL;
    const lm_option *row = find_name(line->options, name);
    if (!row) return fail_unknown(line->options, name, (lm_slice){argument, name.length + 2}, e);
    if (row->kind == LM_OPT_FLAG && value)
        return lm_fail(e, LM_EUSAGE, "--%s takes no value, found '%.80s'", row->name, value);
    if (row->kind == LM_OPT_FLAG || value) return set_value(row, value, e);
    return set_from_next(line, row, e);
}

static lm_status fail_letter(const command_line *line, const char *letter, lm_err *e)
{
    const char *argument = line->argv[line->at];
    if (argument[2] == '\0' || (unsigned char)*letter >= 0x80 || letter == argument + 1)
        return fail_unknown(line->options, lm_slice_of(argument + 1), lm_slice_of(argument), e);
    return lm_fail(e, LM_EUSAGE, "unknown option -%c in %.80s", *letter, argument);
}

/* Reads -a, -abc, -n5, -abn5 or -n and the argument after it. */
static lm_status read_letters(command_line *line, lm_err *e)
{
    for (const char *letter = line->argv[line->at] + 1; *letter; letter++) {
        const lm_option *row = find_letter(line->options, *letter);
        if (!row) return fail_letter(line, letter, e);
        if (row->kind != LM_OPT_FLAG)
            return letter[1] ? set_value(row, letter + 1, e) : set_from_next(line, row, e);
        LM_TRY(set_value(row, NULL, e));
    }
    return LM_OK;
}

/* Moves argv[from] down to argv[to]; those between move up by one. */
static void move_down(char **argv, int from, int to)
{
    char *moved = argv[from];
    memmove(argv + to + 1, argv + to, (size_t)(from - to) * sizeof *argv);
    argv[to] = moved;
}

lm_status lm_option_parse(const lm_option *options, int argc, char **argv, int *operands, lm_err *e)
{
    command_line line = {options, argc, argv, 1};
    bool only_operands = false;
    given.count = 0;
    *operands = 0;
    for (; line.at < argc; line.at++) {
        const char *argument = argv[line.at];
        if (only_operands || argument[0] != '-' || argument[1] == '\0')
            move_down(argv, line.at, ++*operands);
        else if (strcmp(argument, "--") == 0)
            only_operands = true;
        else if (argument[1] == '-')
            LM_TRY(read_long(&line, e));
        else
            LM_TRY(read_letters(&line, e));
    }
    return LM_OK;
}

bool lm_option_given(const char *name)
{
    for (size_t i = 0; i < given.count; i++) {
        if (strcmp(given.name[i], name) == 0) return true;
    }
    return false;
}

lm_status lm_option_require(const lm_option *options, lm_err *e)
{
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) {
        if ((row->flags & LM_OPT_REQUIRED) && !lm_option_given(row->name))
            return lm_fail(e, LM_EUSAGE, "--%s %s is missing", row->name, lm_option_argument(row));
    }
    return LM_OK;
}
