/* option_help.c - what an option table says: help, man page, completion, history. */
#include <inttypes.h>
#include <string.h>
#include "lm/json.h"
#include "lm/option.h"
#include "option_internal.h"

enum {
    HELP_COLUMN = 26, /* where the help texts begin */
    HELP_WIDTH = 79,
    MAN_WIDTH = 78
};

/* ---- parts ---- */

const char *lm_option_argument(const lm_option *row)
{
    if (row->arg) return row->arg;
    switch (row->kind) {
    case LM_OPT_INT:
        return "N";
    case LM_OPT_REAL:
        return "X";
    case LM_OPT_SIZE:
        return "SIZE";
    case LM_OPT_FILE:
        return "FILE";
    default:
        return "TEXT";
    }
}

static lm_status add_size(uint64_t size, lm_str *out, lm_err *e)
{
    static const char suffixes[] = "KMGT";
    size_t steps = 0;
    for (; steps < sizeof suffixes - 1 && size != 0 && size % 1024 == 0; steps++) size /= 1024;
    LM_TRY(lm_str_addf(out, e, "%" PRIu64, size));
    return steps ? lm_str_add(out, &suffixes[steps - 1], 1, e) : LM_OK;
}

lm_status lm_option_add_number(const lm_option *row, lm_option_number number, lm_str *out,
                               lm_err *e)
{
    if (row->kind == LM_OPT_SIZE) return add_size(number.size, out, e);
    if (row->kind == LM_OPT_REAL) return lm_str_add_real(out, number.real, e);
    return lm_str_addf(out, e, "%" PRId64, number.whole);
}

lm_status lm_option_add_range(const lm_option *row, lm_str *out, lm_err *e)
{
    const bool number =
        row->kind == LM_OPT_INT || row->kind == LM_OPT_REAL || row->kind == LM_OPT_SIZE;
    const bool low = number && lm_option_has_low(row), high = number && lm_option_has_high(row);
    if (!low && !high) return LM_OK;
    if (!low || !high) LM_TRY(lm_str_addf(out, e, low ? "at least " : "at most "));
    if (low) LM_TRY(lm_option_add_number(row, lm_option_number_of(row, row->low), out, e));
    if (low && high) LM_TRY(lm_str_addf(out, e, " to "));
    if (high) LM_TRY(lm_option_add_number(row, lm_option_number_of(row, row->high), out, e));
    return LM_OK;
}

/* The text of a TEXT, FILE or CHOICE option that is no list; length 0 if it has none. */
static lm_slice text_value(const lm_option *row)
{
    lm_slice text = {"", 0};
    if (row->kind == LM_OPT_CHOICE) {
        (void)lm_option_choice(row, *(const int64_t *)row->value, &text);
        return text;
    }
    const char *value = *(const char *const *)row->value;
    return value ? lm_slice_of(value) : text;
}

static lm_option_number number_value(const lm_option *row)
{
    switch (row->kind) {
    case LM_OPT_SIZE:
        return (lm_option_number){.size = *(const uint64_t *)row->value};
    case LM_OPT_REAL:
        return (lm_option_number){.real = *(const double *)row->value};
    default:
        return (lm_option_number){.whole = *(const int64_t *)row->value};
    }
}

/* Adds " (" before the first note, ", " before the others. */
static lm_status begin_note(int *notes, lm_str *out, lm_err *e)
{
    return lm_str_addf(out, e, (*notes)++ ? ", " : " (");
}

static lm_status add_default(const lm_option *row, int *notes, lm_str *out, lm_err *e)
{
    const bool text =
        row->kind == LM_OPT_TEXT || row->kind == LM_OPT_FILE || row->kind == LM_OPT_CHOICE;
    if (row->kind == LM_OPT_FLAG || (row->flags & LM_OPT_REQUIRED)) return LM_OK;
    if (row->unset) {
        LM_TRY(begin_note(notes, out, e));
        return lm_str_addf(out, e, "default %s", row->unset);
    }
    if ((row->flags & LM_OPT_LIST) || (text && text_value(row).length == 0)) return LM_OK;
    LM_TRY(begin_note(notes, out, e));
    LM_TRY(lm_str_addf(out, e, "default "));
    if (text) return lm_str_add(out, text_value(row).text, text_value(row).length, e);
    return lm_option_add_number(row, number_value(row), out, e);
}

/* Adds the help text and its notes: "longest n-gram (1 to 10, default 5)". */
static lm_status add_description(const lm_option *row, lm_str *out, lm_err *e)
{
    int notes = 0;
    lm_str range = {0};
    LM_TRY(lm_str_addf(out, e, "%s", row->help));
    lm_status s = lm_option_add_range(row, &range, e);
    if (s == LM_OK && range.length) s = begin_note(&notes, out, e);
    if (s == LM_OK) s = lm_str_add(out, range.text, range.length, e);
    lm_str_free(&range);
    if (s != LM_OK) return s;
    if (row->flags & LM_OPT_REQUIRED) {
        LM_TRY(begin_note(&notes, out, e));
        LM_TRY(lm_str_addf(out, e, "required"));
    }
    LM_TRY(add_default(row, &notes, out, e));
    if (row->flags & LM_OPT_LIST) {
        LM_TRY(begin_note(&notes, out, e));
        LM_TRY(lm_str_addf(out, e, "may be repeated"));
    }
    return notes ? lm_str_add(out, ")", 1, e) : LM_OK;
}

/* Adds the words of `text`, broken into lines, each indented but the first, and a newline. */
static lm_status add_wrapped(const char *text, int indent, int width, lm_str *out, lm_err *e)
{
    int column = indent;
    for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
        const int length = (int)strcspn(text, " ");
        if (column > indent && column + 1 + length > width) {
            LM_TRY(lm_str_addf(out, e, "\n%*s", indent, ""));
            column = indent;
        } else if (column > indent) {
            LM_TRY(lm_str_add(out, " ", 1, e));
            column++;
        }
        LM_TRY(lm_str_add(out, text, (size_t)length, e));
        column += length;
        text += length;
    }
    return lm_str_add(out, "\n", 1, e);
}

/* ---- --help ---- */

/* Adds "  -n, --order N", then blanks or a new line up to the column of the help texts. */
static lm_status add_help_head(const lm_option *row, lm_str *out, lm_err *e)
{
    const size_t begin = out->length;
    if (row->letter)
        LM_TRY(lm_str_addf(out, e, "  -%c, --%s", row->letter, row->name));
    else
        LM_TRY(lm_str_addf(out, e, "      --%s", row->name));
    if (row->kind != LM_OPT_FLAG) LM_TRY(lm_str_addf(out, e, " %s", lm_option_argument(row)));
    const size_t width = out->length - begin;
    if (width + 2 > HELP_COLUMN) return lm_str_addf(out, e, "\n%*s", HELP_COLUMN, "");
    return lm_str_addf(out, e, "%*s", HELP_COLUMN - (int)width, "");
}

static lm_status add_help(const lm_option *row, lm_str *out, lm_err *e)
{
    lm_str text = {0};
    LM_TRY(add_help_head(row, out, e));
    lm_status s = add_description(row, &text, e);
    if (s == LM_OK) s = add_wrapped(text.text, HELP_COLUMN, HELP_WIDTH, out, e);
    lm_str_free(&text);
    return s;
}

lm_status lm_option_help(const lm_option *options, lm_str *out, lm_err *e)
{
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) LM_TRY(add_help(row, out, e));
    return LM_OK;
}

/* ---- man page ---- */

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What roff wants in place of `c`; NULL: the byte itself. */
static const char *roff_escape(char c)
{
    switch (c) {
    case '\\':
        return "\\e";
    case '"':
        return "\\(dq";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    default:
        return NULL;
    }
}

/* Adds text as roff input.  A dash inside a word is a hyphen, except in `names`, which are to
 * be copied to a shell; a point that begins a word must not begin a line as a request. */
static lm_status add_roff(const char *text, bool names, lm_str *out, lm_err *e)
{
    for (const char *at = text; *at; at++) {
        char before = ' ';
        if (at > text) before = at[-1];
        const char *escape = roff_escape(*at);
        if (*at == '-' && (names || !is_word_byte(before))) escape = "\\-";
        if (*at == '.' && before == ' ') escape = "\\&.";
        LM_TRY(lm_str_add(out, escape ? escape : at, escape ? strlen(escape) : 1, e));
    }
    return LM_OK;
}

/* Adds ".It Fl n , Fl Fl order Ar N". */
static lm_status add_man_head(const lm_option *row, lm_str *out, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, ".It "));
    if (row->letter) LM_TRY(lm_str_addf(out, e, "Fl %c , ", row->letter));
    LM_TRY(lm_str_addf(out, e, "Fl Fl "));
    LM_TRY(add_roff(row->name, true, out, e));
    if (row->kind != LM_OPT_FLAG) {
        LM_TRY(lm_str_addf(out, e, " Ar "));
        LM_TRY(add_roff(lm_option_argument(row), true, out, e));
    }
    return lm_str_add(out, "\n", 1, e);
}

static lm_status add_man(const lm_option *row, lm_str *out, lm_err *e)
{
    lm_str plain = {0}, roff = {0};
    LM_TRY(add_man_head(row, out, e));
    lm_status s = add_description(row, &plain, e);
    if (s == LM_OK) s = add_roff(plain.text, false, &roff, e);
    if (s == LM_OK) s = add_wrapped(roff.length ? roff.text : "", 0, MAN_WIDTH, out, e);
    lm_str_free(&plain);
    lm_str_free(&roff);
    return s;
}

lm_status lm_option_man(const lm_option *options, lm_str *out, lm_err *e)
{
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) LM_TRY(add_man(row, out, e));
    return LM_OK;
}

/* ---- completion ---- */

lm_status lm_option_words(const lm_option *options, lm_str *out, lm_err *e)
{
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) {
        const char *value = "word";
        if (row->kind == LM_OPT_FILE) value = "file";
        if (row->kind == LM_OPT_CHOICE) value = row->arg;
        if (row->letter) LM_TRY(lm_str_addf(out, e, "-%c ", row->letter));
        LM_TRY(lm_str_addf(out, e, "--%s", row->name));
        if (row->kind != LM_OPT_FLAG) LM_TRY(lm_str_addf(out, e, "\t%s", value));
        LM_TRY(lm_str_add(out, "\n", 1, e));
    }
    return LM_OK;
}

/* ---- history ---- */

static bool is_plain(lm_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.text[i];
        if (!is_word_byte(c) && (c == '\0' || !strchr("._,:/+-", c))) return false;
    }
    return text.length > 0;
}

static lm_status add_named_text(const lm_option *row, lm_slice text, lm_str *out, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, " %s=", row->name));
    if (is_plain(text)) return lm_str_add(out, text.text, text.length, e);
    return lm_json_add_string(out, text, e);
}

static lm_status add_history(const lm_option *row, lm_str *out, lm_err *e)
{
    switch (row->kind) {
    case LM_OPT_GROUP:
    case LM_OPT_FILE:
        return LM_OK; /* an input is told by its contents, never by its name */
    case LM_OPT_FLAG:
        return *(const bool *)row->value ? lm_str_addf(out, e, " %s=1", row->name) : LM_OK;
    case LM_OPT_TEXT:
        if (row->flags & LM_OPT_LIST) {
            const lm_option_list *list = row->value;
            for (size_t i = 0; i < list->count; i++)
                LM_TRY(add_named_text(row, lm_slice_of(list->item[i]), out, e));
            return LM_OK;
        }
        if (!*(const char *const *)row->value) return LM_OK;
        return add_named_text(row, text_value(row), out, e);
    case LM_OPT_CHOICE:
        return add_named_text(row, text_value(row), out, e);
    case LM_OPT_INT:
    case LM_OPT_REAL:
    case LM_OPT_SIZE:
        break;
    }
    if (row->unset && !lm_option_given(row->name)) return LM_OK;
    LM_TRY(lm_str_addf(out, e, " %s=", row->name));
    return lm_option_add_number(row, number_value(row), out, e);
}

lm_status lm_option_history(const lm_option *options, lm_str *out, lm_err *e)
{
    lm_option_walk walk = {{options}, 1};
    for (const lm_option *row; (row = lm_option_next(&walk));) {
        if (row->flags & LM_OPT_RESULT) LM_TRY(add_history(row, out, e));
    }
    return LM_OK;
}
