/* tok_formats.c - tests of tokenizers in the files of other programs; what the files are read as is
 * tested in tests/cli/tok-convert.t. */
#include "lm/tok_formats.h"
#include <stdio.h>
#include <string.h>
#include "failing.h"
#include "test.h"

static lm_tok_format recognise(const char *text)
{
    return lm_tok_recognise((lm_slice){text, strlen(text)});
}

TEST(tok_formats_recognised)
{
    CHECK_INT(recognise("#version: 0.2\na b\n"), LM_TOK_FORMAT_BPE_FILES);
    CHECK_INT(recognise(" {\"!\": 0, \"model\": 1}"), LM_TOK_FORMAT_BPE_FILES);
    CHECK_INT(recognise("{\"version\": \"1.0\", \"x\": [{}], \"model\": {"), LM_TOK_FORMAT_JSON);
    CHECK_INT(recognise("IQ== 0\nIg== 1\n"), LM_TOK_FORMAT_TIKTOKEN);
    CHECK_INT(recognise("IQ== 0"), LM_TOK_FORMAT_TIKTOKEN);
    CHECK_INT(recognise("[PAD]\n[UNK]\r\na\n"), LM_TOK_FORMAT_VOCAB_TXT);
    CHECK_INT(recognise("a\n[UNK]"), LM_TOK_FORMAT_VOCAB_TXT);
}

TEST(tok_formats_not_recognised)
{
    static const char *const others[] = {"",
                                         "a",
                                         "a b\n",
                                         "{",
                                         "{}",
                                         "{\"x\": {}, \"model\": 1}",
                                         "{\"model",
                                         "[1, 2]",
                                         "[UNK] 1\n",
                                         "IQ=  0",
                                         "IQ== a\n",
                                         "IQ==IQ== 0",
                                         "IQ== ",
                                         " IQ== 0",
                                         "x[UNK]\n",
                                         "# 0.2\n",
                                         "{\"a\": \"b\", \"model\": \"gpt2\"}",
                                         "IR== 0\n",
                                         "IQ==\t0",
                                         "IQ== -1\n"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (recognise(others[i]) != LM_TOK_FORMAT_NONE) CHECK_TEXT(others[i], "not recognised");
    CHECK_INT(lm_tok_recognise((lm_slice){"IQ== 0\0", 7}), LM_TOK_FORMAT_NONE);
}

/* Nothing is held when reading fails, wherever it does. */
static void read_without_memory(const lm_tok_source *source)
{
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_tokenizer *t;
        const lm_status s = lm_tok_read(&t, source, NULL, &e);
        CHECK_INT(s, failing.failed ? LM_ENOMEM : LM_OK);
        CHECK_INT(e.status, s);
        CHECK((t != NULL) == (s == LM_OK));
        lm_tokenizer_free(t);
        failing_end();
    }
}

TEST(tok_formats_without_memory)
{
    static const char vocabulary[] = "{\"<unk>\": 0, \"a\": 1, \"b</w>\": 2, \"ab</w>\": 3}";
    static const char json[] =
        "{\"added_tokens\": [{\"id\": 2, \"content\": \"[CLS]\", \"special\": true}],"
        "\"normalizer\": {\"type\": \"BertNormalizer\", \"clean_text\": true, "
        "\"handle_chinese_chars\": true, \"strip_accents\": null, \"lowercase\": false},"
        "\"pre_tokenizer\": {\"type\": \"BertPreTokenizer\"},"
        "\"model\": {\"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\","
        "\"max_input_chars_per_word\": 100, \"vocab\": {\"[UNK]\": 0, \"a\": 1}}}";
    const lm_tok_source files = {.format = LM_TOK_FORMAT_BPE_FILES,
                                 .file = {lm_slice_of(vocabulary), "v"},
                                 .merges = {lm_slice_of("a b</w>\n"), "m"}};
    const lm_tok_source list = {.format = LM_TOK_FORMAT_VOCAB_TXT,
                                .file = {lm_slice_of("[UNK]\na\n"), "v"},
                                .settings = {lm_slice_of("{\"do_lower_case\": true}"), "s"}};
    const lm_tok_source described = {.format = LM_TOK_FORMAT_JSON,
                                     .file = {lm_slice_of(json), "j"}};
    read_without_memory(&files);
    read_without_memory(&list);
    read_without_memory(&described);
}

/* All bytes, and merges that follow from ranks. */
TEST(tok_formats_ranks_without_memory)
{
    static const char A[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static char text[257 * 16];
    size_t length = 0;
    for (unsigned b = 0; b < 256; b++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%c%c== %u\n", A[b >> 2],
                                   A[(b & 3) << 4], b);
    length += (size_t)snprintf(text + length, sizeof text - length, "YWI= 256\n");
    const lm_tok_source ranks = {.format = LM_TOK_FORMAT_TIKTOKEN, .file = {{text, length}, "r"}};
    lm_err e = {0};
    lm_tokenizer *t;
    CHECK_OK(lm_tok_read(&t, &ranks, NULL, &e), &e);
    CHECK_INT(t->merges, 1);
    CHECK_INT(t->merge[0][0], 'a');
    CHECK_INT(t->merge[0][1], 'b');
    CHECK_INT(lm_tokenizer_special(t, "<|endoftext|>"), 257);
    lm_tokenizer_free(t);
    read_without_memory(&ranks);
}
