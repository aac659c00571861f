/* program_help.c - --help and shell completion, from the program's description. */
#include <string.h>
#include "lm/program.h"

static lm_status add_example(const char *example, lm_str *out, lm_err *e)
{
    for (const char *line = example; *line;) {
        const size_t length = strcspn(line, "\n");
        LM_TRY(lm_str_addf(out, e, "  %.*s\n", (int)length, line));
        line += length + (line[length] == '\n');
    }
    return LM_OK;
}

lm_status lm_program_help(const lm_program *program, const lm_option *options, lm_str *out,
                          lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, "%s: %s\n\nExample:\n", program->name, program->summary));
    LM_TRY(add_example(program->example, out, e));
    LM_TRY(lm_str_addf(out, e, "\nUsage: %s %s\n\n", program->name, program->usage));
    if (program->details) LM_TRY(lm_str_addf(out, e, "%s\n\n", program->details));
    LM_TRY(lm_str_addf(out, e, "Options:\n"));
    LM_TRY(lm_option_help(options, out, e));
    LM_TRY(lm_str_addf(out, e,
                       "\nExit status: 0 done, 1 a negative answer, 2 usage, 3 input or"
                       " output,\n4 malformed data, 5 out of memory%s\n",
                       program->stateful ? ", 6 training diverged,\n"
                                           "7 stopped by a signal, its state saved"
                                         : ""));
    if (program->source) LM_TRY(lm_str_addf(out, e, "Source: %s\n", program->source));
    if (program->see_also) LM_TRY(lm_str_addf(out, e, "See also: %s\n", program->see_also));
    return LM_OK;
}

/* One line of lm_option_words: "-o --output", TAB, "file", "word" or choices "a|b|c"; no TAB
 * after a flag. */
typedef struct {
    lm_slice names, value;
} words_line;

static const char *next_line(const char *at, words_line *line)
{
    const size_t length = strcspn(at, "\n"), names = strcspn(at, "\t\n");
    line->names = (lm_slice){at, names};
    line->value = (lm_slice){at + names, 0};
    if (names < length) line->value = (lm_slice){at + names + 1, length - names - 1};
    return at + length + (at[length] == '\n');
}

/* Adds a slice with every `from` written as `to`. */
static lm_status add_replaced(lm_slice text, char from, char to, lm_str *out, lm_err *e)
{
    for (size_t i = 0; i < text.length; i++) {
        const char c = text.text[i] == from ? to : text.text[i];
        LM_TRY(lm_str_add(out, &c, 1, e));
    }
    return LM_OK;
}

/* Names are split at line ends only: they may hold blanks. */
static const char complete_files[] = "local IFS=$'\\n'; COMPREPLY=($(compgen -f -- \"$current\"))";

static lm_status add_value_case(words_line line, lm_str *out, lm_err *e)
{
    LM_TRY(lm_str_addf(out, e, "    "));
    LM_TRY(add_replaced(line.names, ' ', '|', out, e));
    LM_TRY(lm_str_addf(out, e, ") "));
    if (lm_slice_is(line.value, "file")) {
        LM_TRY(lm_str_addf(out, e, "%s; ", complete_files));
    } else if (memchr(line.value.text, '|', line.value.length)) {
        LM_TRY(lm_str_addf(out, e, "COMPREPLY=($(compgen -W '"));
        LM_TRY(add_replaced(line.value, '|', ' ', out, e));
        LM_TRY(lm_str_addf(out, e, "' -- \"$current\")); "));
    }
    return lm_str_addf(out, e, "return ;;\n");
}

static lm_status add_bash(const lm_program *program, const char *words, lm_str *out, lm_err *e)
{
    const lm_slice name = lm_slice_of(program->name);
    words_line line;
    LM_TRY(lm_str_addf(out, e, "_"));
    LM_TRY(add_replaced(name, '-', '_', out, e));
    LM_TRY(lm_str_addf(out, e,
                       "()\n{\n"
                       "    local current=${COMP_WORDS[COMP_CWORD]}\n"
                       "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
                       "    COMPREPLY=()\n"
                       "    # --option=value comes as three words.\n"
                       "    if [[ $current == = ]]; then current=\n"
                       "    elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
                       "    case $before in\n"));
    for (const char *at = words; *at;) {
        at = next_line(at, &line);
        if (line.value.length) LM_TRY(add_value_case(line, out, e));
    }
    LM_TRY(lm_str_addf(out, e,
                       "    esac\n    case $current in\n"
                       "    -*) COMPREPLY=($(compgen -W '"));
    for (const char *at = words; *at;) {
        at = next_line(at, &line);
        LM_TRY(lm_str_add(out, line.names.text, line.names.length, e));
        if (*at) LM_TRY(lm_str_add(out, " ", 1, e));
    }
    LM_TRY(lm_str_addf(out, e,
                       "' -- \"$current\")) ;;\n"
                       "    *) %s ;;\n"
                       "    esac\n}\ncomplete -o filenames -F _",
                       complete_files));
    LM_TRY(add_replaced(name, '-', '_', out, e));
    return lm_str_addf(out, e, " %s\n", program->name);
}

lm_status lm_program_bash(const lm_program *program, const lm_option *options, lm_str *out,
                          lm_err *e)
{
    lm_str words = {0};
    lm_status s = lm_option_words(options, &words, e);
    if (!s) s = add_bash(program, words.text, out, e);
    lm_str_free(&words);
    return s;
}
