/* tok_open.c - finds the files of one tokenizer that another program wrote. */
#include "lm/tok_open.h"
#include <string.h>
#include "lm/crc.h"
#include "lm/program.h"

/* Names of the two files of bpe-files, or the ends of their names. */
static const struct {
    const char *vocabulary, *merges;
} pairs[] = {{LM_TOK_VOCABULARY, LM_TOK_MERGES},
             {"encoder.json", "vocab.bpe"},
             {"encoder_bpe_40000.json", "vocab_40000.bpe"}};
enum { PAIRS = sizeof pairs / sizeof *pairs };

enum { FILE_ITSELF, FILE_MERGES, FILE_SETTINGS };

void lm_tok_files_close(lm_tok_files *f)
{
    for (int i = 0; i < LM_TOK_FILES; i++) {
        lm_map_close(&f->map[i]);
        lm_str_free(&f->path[i]);
    }
    f->source = (lm_tok_source){0};
}

static lm_tok_file *file_of(lm_tok_files *f, int i)
{
    return i == FILE_ITSELF   ? &f->source.file
           : i == FILE_MERGES ? &f->source.merges
                              : &f->source.settings;
}

/* Opens the file that f->path[i] names. */
static lm_status open_file(lm_tok_files *f, int i, lm_err *e)
{
    LM_TRY(lm_map_open(&f->map[i], f->path[i].text, e));
    const lm_map *map = &f->map[i];
    const lm_slice bytes = {map->bytes ? (const char *)map->bytes : "", map->length};
    *file_of(f, i) = (lm_tok_file){bytes, f->path[i].text};
    return LM_OK;
}

/* Sets f->path[i] to `name` in the folder of which path[0 .. length-1] is the name. */
static lm_status set_path(lm_tok_files *f, int i, const char *path, size_t length, const char *name,
                          lm_err *e)
{
    f->path[i].length = 0;
    LM_TRY(lm_str_add(&f->path[i], path, length, e));
    return lm_str_add(&f->path[i], name, strlen(name), e);
}

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

/* tokenizer.json says all of it; what lies beside the other files may, too. */
static lm_status open_settings(lm_tok_files *f, const char *path, size_t folder, lm_err *e)
{
    const lm_tok_format format = f->source.format;
    if (format != LM_TOK_FORMAT_BPE_FILES && format != LM_TOK_FORMAT_VOCAB_TXT) return LM_OK;
    LM_TRY(set_path(f, FILE_SETTINGS, path, folder, "tokenizer_config.json", e));
    return lm_is_regular(f->path[FILE_SETTINGS].text) ? open_file(f, FILE_SETTINGS, e) : LM_OK;
}

/* ---- a file ---- */

/* The path of the other file of a pair: the name of this one ends in `mine`. */
static lm_status find_partner(lm_tok_files *f, int i, const char *path, bool vocabulary, lm_err *e)
{
    const size_t length = strlen(path);
    for (size_t p = 0; p < PAIRS; p++) {
        const char *mine = vocabulary ? pairs[p].vocabulary : pairs[p].merges;
        const size_t end = strlen(mine);
        if (length < end || strcmp(path + length - end, mine) != 0) continue;
        LM_TRY(set_path(f, i, path, length - end,
                        vocabulary ? pairs[p].merges : pairs[p].vocabulary, e));
        return open_file(f, i, e);
    }
    return lm_fail(e, LM_EFORMAT,
                   "%s: is %s of a tokenizer; the other file is looked for beside vocab.json, "
                   "encoder.json, encoder_bpe_40000.json, merges.txt, vocab.bpe, vocab_40000.bpe",
                   path, vocabulary ? "the vocabulary" : "the merges");
}

/* What begins with a brace is the vocabulary. */
static bool is_object(lm_slice bytes)
{
    size_t at = 0;
    while (at < bytes.length && memchr(" \t\r\n", bytes.text[at], 4)) at++;
    return at < bytes.length && bytes.text[at] == '{';
}

lm_status lm_tok_files_beside(lm_tok_files *f, lm_tok_file given, const char *path,
                              lm_tok_format format, lm_err *e)
{
    const bool vocabulary = is_object(given.bytes);
    f->source.format = format;
    f->source.file = given;
    if (format == LM_TOK_FORMAT_BPE_FILES) {
        if (!vocabulary) f->source.merges = given;
        LM_TRY(find_partner(f, vocabulary ? FILE_MERGES : FILE_ITSELF, given.name, vocabulary, e));
    }
    if (strcmp(path, "-") == 0) return LM_OK;
    return open_settings(f, path, folder_length(path), e);
}

/* ---- a folder ---- */

/* Opens `name` in the folder if it is there. */
static lm_status open_in(lm_tok_files *f, int i, const char *folder, const char *name, bool *there,
                         lm_err *e)
{
    LM_TRY(set_path(f, i, folder, strlen(folder), name, e));
    *there = lm_is_regular(f->path[i].text);
    return *there ? open_file(f, i, e) : LM_OK;
}

static lm_status open_pair(lm_tok_files *f, const char *folder, bool *there, lm_err *e)
{
    *there = false;
    for (size_t p = 0; p < PAIRS && !*there; p++) {
        LM_TRY(open_in(f, FILE_ITSELF, folder, pairs[p].vocabulary, there, e));
        if (!*there) continue;
        LM_TRY(set_path(f, FILE_MERGES, folder, strlen(folder), pairs[p].merges, e));
        LM_TRY(open_file(f, FILE_MERGES, e));
    }
    return LM_OK;
}

static lm_status open_any(lm_tok_files *f, const char *folder, lm_tok_format asked, bool *there,
                          lm_err *e)
{
    const bool any = asked == LM_TOK_FORMAT_NONE;
    lm_tok_format *format = &f->source.format;
    *there = false;
    if (any || asked == LM_TOK_FORMAT_JSON) {
        *format = LM_TOK_FORMAT_JSON;
        LM_TRY(open_in(f, FILE_ITSELF, folder, "tokenizer.json", there, e));
    }
    if (!*there && (any || asked == LM_TOK_FORMAT_BPE_FILES)) {
        *format = LM_TOK_FORMAT_BPE_FILES;
        LM_TRY(open_pair(f, folder, there, e));
    }
    if (!*there && (any || asked == LM_TOK_FORMAT_VOCAB_TXT)) {
        *format = LM_TOK_FORMAT_VOCAB_TXT;
        LM_TRY(open_in(f, FILE_ITSELF, folder, "vocab.txt", there, e));
    }
    return LM_OK;
}

lm_status lm_tok_files_folder(lm_tok_files *f, const char *folder, const char *name,
                              lm_tok_format asked, lm_err *e)
{
    bool there;
    LM_TRY(open_any(f, folder, asked, &there, e));
    if (there) return open_settings(f, folder, strlen(folder), e);
    return lm_fail(e, LM_EFORMAT, "%s: a folder without %s", name,
                   asked == LM_TOK_FORMAT_JSON        ? "tokenizer.json"
                   : asked == LM_TOK_FORMAT_BPE_FILES ? "vocab.json and merges.txt"
                   : asked == LM_TOK_FORMAT_VOCAB_TXT ? "vocab.txt"
                   : asked == LM_TOK_FORMAT_TIKTOKEN
                       ? "a rank file that is known by its name; give the file"
                       : "tokenizer.json, vocab.json and merges.txt, or vocab.txt");
}

lm_status lm_tok_files_there(const char *folder, bool *there, lm_err *e)
{
    lm_str path = {0};
    lm_status s = LM_OK;
    static const char *const others[] = {"tokenizer.json", "vocab.txt"};
    *there = false;
    for (size_t i = 0; i < PAIRS + 2 && !s && !*there; i++) {
        path.length = 0;
        s = lm_str_addf(&path, e, "%s%s", folder,
                        i < PAIRS ? pairs[i].vocabulary : others[i - PAIRS]);
        if (!s) *there = lm_is_regular(path.text);
    }
    lm_str_free(&path);
    return s;
}

lm_status lm_tok_files_history(const lm_tok_files *f, lm_str *history, lm_err *e)
{
    const lm_tok_file *const files[] = {&f->source.file, &f->source.merges, &f->source.settings};
    for (int i = 0; i < LM_TOK_FILES; i++) {
        const lm_slice bytes = files[i]->bytes;
        if (!bytes.text) continue;
        LM_TRY(lm_history_input(history, bytes.length, lm_crc32c(0, bytes.text, bytes.length), e));
    }
    return LM_OK;
}
