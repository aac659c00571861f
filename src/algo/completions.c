/* completions.c - completions of prompts, written for people, for line tools, or as objects. */
#include "lm/completions.h"
#include "lm/json.h"

void lm_completions_free(lm_completions_form *form)
{
    lm_str_free(&form->line);
}

/* ---- objects ---- */

static bool is_ours(lm_slice key)
{
    static const char *const names[] = {"k",        "completion", "ids", "n",  "ended",
                                        "overflow", "score",      "lp",  "lps"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (lm_json_is(key, names[i])) return true;
    return false;
}

/* The members of the prompt's object that we do not write; each with a comma after it. */
static lm_status add_members(lm_str *line, const lm_prompt *prompt, lm_err *e)
{
    lm_json j;
    lm_slice key, value;
    if (prompt->json.length == 0) {
        LM_TRY(lm_str_addf(line, e, "\"prompt\":"));
        LM_TRY(lm_json_add_string(line, (lm_slice){prompt->text.text, prompt->text.length}, e));
        return lm_str_addf(line, e, ",");
    }
    lm_json_open(&j, (lm_slice){prompt->json.text, prompt->json.length}, "prompt", 0);
    LM_TRY(lm_json_object(&j, e));
    for (bool more;;) {
        LM_TRY(lm_json_member(&j, &more, &key, e));
        if (!more) return LM_OK;
        LM_TRY(lm_json_skip(&j, &value, e));
        if (is_ours(key)) continue;
        LM_TRY(lm_str_addf(line, e, "\""));
        LM_TRY(lm_str_add(line, key.text, key.length, e));
        LM_TRY(lm_str_addf(line, e, "\":"));
        LM_TRY(lm_str_add(line, value.text, value.length, e));
        LM_TRY(lm_str_addf(line, e, ","));
    }
}

static lm_status add_logprobs(lm_str *line, const lm_completion *c, lm_err *e)
{
    double sum = 0;
    for (size_t i = 0; i < c->ids.count; i++) sum += c->lp[i];
    LM_TRY(lm_str_addf(line, e, ",\"lp\":"));
    LM_TRY(lm_str_add_real(line, sum, e));
    LM_TRY(lm_str_addf(line, e, ",\"lps\":["));
    for (size_t i = 0; i < c->ids.count; i++) {
        if (i > 0) LM_TRY(lm_str_addf(line, e, ","));
        LM_TRY(lm_str_add_real(line, c->lp[i], e));
    }
    return lm_str_addf(line, e, "]");
}

static lm_status add_completion(const lm_completions_form *form, lm_str *line,
                                const lm_completion *c, lm_err *e)
{
    LM_TRY(lm_str_addf(line, e, "\"k\":%zu,\"completion\":", c->sample));
    LM_TRY(lm_json_add_string(line, (lm_slice){c->text.text, c->text.length}, e));
    LM_TRY(lm_str_addf(line, e, ",\"ids\":["));
    for (size_t i = 0; i < c->ids.count; i++)
        LM_TRY(lm_str_addf(line, e, i ? ",%u" : "%u", c->ids.id[i]));
    const bool ended = c->ending == LM_BY_TOKEN || c->ending == LM_BY_STOP;
    LM_TRY(
        lm_str_addf(line, e, "],\"n\":%zu,\"ended\":%s", c->ids.count, ended ? "true" : "false"));
    if (c->ending == LM_BY_CONTEXT) LM_TRY(lm_str_addf(line, e, ",\"overflow\":true"));
    if (form->score) {
        LM_TRY(lm_str_addf(line, e, ",\"score\":"));
        LM_TRY(lm_str_add_real(line, c->score, e));
    }
    return form->logprobs ? add_logprobs(line, c, e) : LM_OK;
}

static lm_status write_object(lm_completions_form *form, const lm_prompt *prompt,
                              const lm_completion *c, lm_out *out, lm_err *e)
{
    lm_str *line = &form->line;
    if (c->ending == LM_GOING_ON) return LM_OK;
    line->length = 0;
    LM_TRY(lm_str_addf(line, e, "{"));
    LM_TRY(add_members(line, prompt, e));
    LM_TRY(add_completion(form, line, c, e));
    LM_TRY(lm_str_addf(line, e, "}\n"));
    return lm_out_write(out, line->text, line->length, e);
}

/* ---- text ---- */

static lm_status put(lm_completions_form *form, const char *text, size_t length, lm_out *out,
                     lm_err *e)
{
    if (length == 0) return LM_OK;
    form->ends_line = text[length - 1] == '\n';
    return lm_out_write(out, text, length, e);
}

static lm_status write_tokens(lm_completions_form *form, const lm_tokenizer *t,
                              const lm_completion *c, lm_out *out, lm_err *e)
{
    lm_str *line = &form->line;
    for (; form->written_tokens < c->ids.count; form->written_tokens++) {
        const uint32_t id = c->ids.id[form->written_tokens];
        line->length = 0;
        LM_TRY(lm_str_add_real(line, c->lp[form->written_tokens], e));
        LM_TRY(lm_str_addf(line, e, "\t%u\t", id));
        LM_TRY(lm_str_add_escaped(line, lm_vocab_word(t->vocab, id), e));
        LM_TRY(lm_str_addf(line, e, "\n"));
        LM_TRY(put(form, line->text, line->length, out, e));
    }
    return LM_OK;
}

static lm_status begin(lm_completions_form *form, const lm_prompt *prompt, lm_out *out, lm_err *e)
{
    if (form->begun) LM_TRY(lm_out_text(out, "---\n", e));
    form->begun = form->within = true;
    form->written = form->written_tokens = 0;
    form->ends_line = form->logprobs;
    return form->echo && !form->logprobs ? put(form, prompt->text.text, prompt->text.length, out, e)
                                         : LM_OK;
}

static lm_status write_text(lm_completions_form *form, const lm_tokenizer *t,
                            const lm_prompt *prompt, const lm_completion *c, lm_out *out, lm_err *e)
{
    if (!form->within) LM_TRY(begin(form, prompt, out, e));
    if (form->logprobs) {
        LM_TRY(write_tokens(form, t, c, out, e));
    } else if (c->safe > form->written) {
        LM_TRY(put(form, c->text.text + form->written, c->safe - form->written, out, e));
        form->written = c->safe;
    }
    if (c->ending == LM_GOING_ON) return LM_OK;
    form->within = false;
    return form->ends_line ? LM_OK : lm_out_text(out, "\n", e);
}

lm_status lm_completions_write(lm_completions_form *form, const lm_tokenizer *t,
                               const lm_prompt *prompt, const lm_completion *c, lm_out *out,
                               lm_err *e)
{
    if (form->jsonl) return write_object(form, prompt, c, out, e);
    LM_TRY(write_text(form, t, prompt, c, out, e));
    return lm_out_is_terminal(out) ? lm_out_flush(out, e) : LM_OK;
}
