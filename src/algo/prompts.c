/* prompts.c - prompts: texts, lines of standard input, or objects in them. */
#include "lm/prompts.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "lm/file.h"
#include "lm/json.h"
#include "lm/memory.h"
#include "lm/utf8.h"

enum { READ_SIZE = 1 << 20 };

struct lm_prompts {
    char *const *operand; /* (count) */
    size_t count, next;
    bool jsonl;
    lm_in in;
    char *buffer; /* what was read: from `at` to `end` is left, where no line ends before */
    size_t capacity, at, end, searched;
    bool over;      /* nothing more can be read */
    uint64_t line;  /* of the last prompt */
    char place[64]; /* of it, for messages */
};

void lm_prompt_free(lm_prompt *p)
{
    lm_str_free(&p->text);
    lm_str_free(&p->json);
}

lm_status lm_prompts_new(lm_prompts **prompts, char *const *operands, size_t count, bool jsonl,
                         lm_err *e)
{
    lm_prompts *p = *prompts = lm_new(1, sizeof *p, e);
    if (!p) return e->status;
    p->operand = operands;
    p->count = count;
    p->jsonl = jsonl;
    p->in.fd = -1;
    const lm_status s = count ? LM_OK : lm_in_open(&p->in, "-", e);
    if (s) {
        lm_prompts_free(p);
        *prompts = NULL;
    }
    return s;
}

void lm_prompts_free(lm_prompts *p)
{
    if (!p) return;
    if (p->in.fd >= 0) lm_in_close(&p->in);
    lm_free(p->buffer);
    lm_free(p);
}

/* ---- lines ---- */

/* The line that is at hand, if there is one. */
static bool take_line(lm_prompts *p, lm_slice *line)
{
    const char *from = p->buffer + p->at;
    const char *end =
        p->end > p->searched ? memchr(p->buffer + p->searched, '\n', p->end - p->searched) : NULL;
    p->searched = p->end;
    if (!end && (!p->over || p->at == p->end)) return false;
    line->text = from;
    line->length = end ? (size_t)(end - from) : p->end - p->at;
    p->at += line->length + (end ? 1 : 0);
    p->searched = p->at;
    if (end && line->length && line->text[line->length - 1] == '\r') line->length--;
    p->line++;
    return true;
}

static lm_status read_more(lm_prompts *p, lm_err *e)
{
    size_t got;
    if (p->at) {
        memmove(p->buffer, p->buffer + p->at, p->end - p->at);
        p->end -= p->at;
        p->searched -= p->at;
        p->at = 0;
    }
    if (p->end > LM_PROMPT_MAX)
        return lm_fail(e, LM_EFORMAT, "standard input:%llu: a line of more than %d bytes",
                       (unsigned long long)p->line + 1, LM_PROMPT_MAX);
    LM_TRY(lm_reserve(&p->buffer, &p->capacity, p->end + READ_SIZE, 1, e));
    LM_TRY(lm_in_read(&p->in, p->buffer + p->end, READ_SIZE, &got, e));
    p->end += got;
    p->over = got == 0;
    return LM_OK;
}

static lm_status next_line(lm_prompts *p, bool wait, lm_slice *line, bool *more, lm_err *e)
{
    while (!(*more = take_line(p, line)) && wait && !p->over) LM_TRY(read_more(p, e));
    return LM_OK;
}

/* ---- objects ---- */

static bool is_blank(lm_slice line)
{
    for (size_t i = 0; i < line.length; i++)
        if (!strchr(" \t\r", line.text[i]) || !line.text[i]) return false;
    return true;
}

/* The other members are written again as they are, and what is written is UTF-8. */
static lm_status check_utf8(lm_json *j, lm_slice line, lm_err *e)
{
    for (size_t at = 0; at < line.length;) {
        const int length = lm_utf8_length(line.text + at, line.length - at);
        j->at = line.text + at;
        if (length <= 0) return lm_json_fail(j, e, "not UTF-8");
        at += (size_t)length;
    }
    j->at = j->start;
    return LM_OK;
}

static lm_status read_object(const lm_prompts *p, lm_slice line, lm_prompt *prompt, lm_err *e)
{
    lm_json j;
    lm_slice key;
    bool found = false;
    lm_json_open(&j, line, p->place, 0);
    LM_TRY(check_utf8(&j, line, e));
    LM_TRY(lm_json_object(&j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(&j, &more, &key, e));
        if (!more) break;
        const bool is_prompt = lm_json_is(key, "prompt");
        if (is_prompt && found) return lm_json_fail(&j, e, "a second \"prompt\"");
        found = found || is_prompt;
        if (is_prompt)
            LM_TRY(lm_json_string(&j, &prompt->text, e));
        else
            LM_TRY(lm_json_skip(&j, NULL, e));
    }
    LM_TRY(lm_json_end(&j, e));
    if (!found) return lm_json_fail(&j, e, "the object has no \"prompt\"");
    return lm_str_add(&prompt->json, line.text, line.length, e);
}

lm_status lm_prompts_next(lm_prompts *p, bool wait, lm_prompt *prompt, bool *more, lm_err *e)
{
    lm_slice line;
    prompt->text.length = prompt->json.length = 0;
    if (p->count) {
        *more = p->next < p->count;
        if (!*more) return LM_OK;
        line = lm_slice_of(p->operand[p->next++]);
        (void)snprintf(p->place, sizeof p->place, "prompt %zu", p->next);
        return lm_str_add(&prompt->text, line.text, line.length, e);
    }
    do {
        LM_TRY(next_line(p, wait, &line, more, e));
    } while (*more && p->jsonl && is_blank(line));
    if (!*more) return LM_OK;
    (void)snprintf(p->place, sizeof p->place, "standard input:%llu", (unsigned long long)p->line);
    if (p->jsonl) return read_object(p, line, prompt, e);
    return lm_str_add(&prompt->text, line.text, line.length, e);
}

const char *lm_prompts_place(const lm_prompts *p)
{
    return p->place;
}
