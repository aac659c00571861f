/* convert_tokenizer.c - tokenizers from one file format to another. */
#include <string.h>
#include "convert_internal.h"
#include "lm/crc.h"
#include "lm/program.h"

lm_tok_format lm_format_tokenizer(lm_format format)
{
    switch (format) {
    case LM_FORMAT_BPE_FILES:
        return LM_TOK_FORMAT_BPE_FILES;
    case LM_FORMAT_TIKTOKEN:
        return LM_TOK_FORMAT_TIKTOKEN;
    case LM_FORMAT_VOCAB_TXT:
        return LM_TOK_FORMAT_VOCAB_TXT;
    case LM_FORMAT_TOKENIZER_JSON:
        return LM_TOK_FORMAT_JSON;
    default:
        return LM_TOK_FORMAT_NONE;
    }
}

lm_format lm_tokenizer_format(lm_tok_format format)
{
    static const lm_format formats[] = {LM_FORMAT_AUTO, LM_FORMAT_BPE_FILES, LM_FORMAT_TIKTOKEN,
                                        LM_FORMAT_VOCAB_TXT, LM_FORMAT_TOKENIZER_JSON};
    return formats[format];
}

/* ---- the files of one tokenizer ---- */

/* Names of the two files of bpe-files, or the ends of their names. */
static const struct {
    const char *vocabulary, *merges;
} pairs[] = {{"vocab.json", "merges.txt"},
             {"encoder.json", "vocab.bpe"},
             {"encoder_bpe_40000.json", "vocab_40000.bpe"}};
enum { PAIRS = sizeof pairs / sizeof *pairs };

enum { FILE_ITSELF, FILE_MERGES, FILE_SETTINGS, FILES };

typedef struct {
    lm_str path[FILES];
    lm_map map[FILES]; /* opened here; of one that is open already, and of none, empty */
    lm_tok_source source;
} files;

static void close_files(files *f)
{
    for (int i = 0; i < FILES; i++) {
        lm_map_close(&f->map[i]);
        lm_str_free(&f->path[i]);
    }
}

static lm_tok_file *file_of(files *f, int i)
{
    return i == FILE_ITSELF   ? &f->source.file
           : i == FILE_MERGES ? &f->source.merges
                              : &f->source.settings;
}

static lm_slice bytes_of(const lm_map *map)
{
    return (lm_slice){map->bytes ? (const char *)map->bytes : "", map->length};
}

/* Opens the file that f->path[i] names. */
static lm_status open_file(files *f, int i, lm_err *e)
{
    LM_TRY(lm_map_open(&f->map[i], f->path[i].text, e));
    *file_of(f, i) = (lm_tok_file){bytes_of(&f->map[i]), f->path[i].text};
    return LM_OK;
}

/* Sets f->path[i] to `name` in the folder of which path[0 .. length-1] is the name. */
static lm_status set_path(files *f, int i, const char *path, size_t length, const char *name,
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
static lm_status open_settings(files *f, const char *path, size_t folder, lm_err *e)
{
    const lm_tok_format format = f->source.format;
    if (format != LM_TOK_FORMAT_BPE_FILES && format != LM_TOK_FORMAT_VOCAB_TXT) return LM_OK;
    LM_TRY(set_path(f, FILE_SETTINGS, path, folder, "tokenizer_config.json", e));
    return lm_is_regular(f->path[FILE_SETTINGS].text) ? open_file(f, FILE_SETTINGS, e) : LM_OK;
}

/* ---- a file ---- */

/* The path of the other file of a pair: the name of this one ends in `mine`. */
static lm_status find_partner(files *f, int i, const char *path, bool vocabulary, lm_err *e)
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

static lm_status open_beside(files *f, const lm_converter *c, lm_err *e)
{
    const lm_tok_file given = {bytes_of(c->source), c->name};
    const bool vocabulary = is_object(given.bytes);
    f->source.format = lm_format_tokenizer(c->from);
    f->source.file = given;
    if (f->source.format == LM_TOK_FORMAT_BPE_FILES) {
        if (!vocabulary) f->source.merges = given;
        LM_TRY(find_partner(f, vocabulary ? FILE_MERGES : FILE_ITSELF, c->name, vocabulary, e));
    }
    if (strcmp(c->path, "-") == 0) return LM_OK;
    return open_settings(f, c->path, folder_length(c->path), e);
}

/* ---- a folder ---- */

/* Opens `name` in the folder if it is there. */
static lm_status open_in(files *f, int i, const char *folder, const char *name, bool *there,
                         lm_err *e)
{
    LM_TRY(set_path(f, i, folder, strlen(folder), name, e));
    *there = lm_is_regular(f->path[i].text);
    return *there ? open_file(f, i, e) : LM_OK;
}

static lm_status open_pair(files *f, const char *folder, bool *there, lm_err *e)
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

/* Of several, tokenizer.json tells most; vocab.txt least. */
static lm_status open_folder(files *f, const lm_converter *c, const char *folder, lm_err *e)
{
    const lm_tok_format asked = lm_format_tokenizer(c->from);
    const bool any = c->from == LM_FORMAT_AUTO;
    lm_tok_format *format = &f->source.format;
    bool there = false;
    if (any || asked == LM_TOK_FORMAT_JSON) {
        *format = LM_TOK_FORMAT_JSON;
        LM_TRY(open_in(f, FILE_ITSELF, folder, "tokenizer.json", &there, e));
    }
    if (!there && (any || asked == LM_TOK_FORMAT_BPE_FILES)) {
        *format = LM_TOK_FORMAT_BPE_FILES;
        LM_TRY(open_pair(f, folder, &there, e));
    }
    if (!there && (any || asked == LM_TOK_FORMAT_VOCAB_TXT)) {
        *format = LM_TOK_FORMAT_VOCAB_TXT;
        LM_TRY(open_in(f, FILE_ITSELF, folder, "vocab.txt", &there, e));
    }
    if (there) return open_settings(f, folder, strlen(folder), e);
    return lm_fail(e, LM_EFORMAT, "%s: a folder without %s", c->name,
                   asked == LM_TOK_FORMAT_JSON        ? "tokenizer.json"
                   : asked == LM_TOK_FORMAT_BPE_FILES ? "vocab.json and merges.txt"
                   : asked == LM_TOK_FORMAT_VOCAB_TXT ? "vocab.txt"
                   : asked == LM_TOK_FORMAT_TIKTOKEN
                       ? "a rank file that is known by its name; give the file"
                       : "tokenizer.json, vocab.json and merges.txt, or vocab.txt");
}

static lm_status open_all(files *f, lm_converter *c, lm_err *e)
{
    lm_str folder = {0};
    f->source.letters = c->how->letters;
    if (c->source) return open_beside(f, c, e);
    lm_status s = lm_str_addf(&folder, e, "%s/", c->name);
    if (!s) s = open_folder(f, c, folder.text, e);
    lm_str_free(&folder);
    if (!s) c->from = lm_tokenizer_format(f->source.format);
    return s;
}

/* ---- writing ---- */

static lm_status write_file(const lm_tokenizer *t, lm_folder *folder, bool merges, lm_err *e)
{
    lm_out *out;
    LM_TRY(lm_folder_file(folder, merges ? pairs[0].merges : pairs[0].vocabulary, &out, e));
    const lm_status s =
        merges ? lm_tok_write_merges(t, out, e) : lm_tok_write(t, LM_TOK_FORMAT_BPE_FILES, out, e);
    return lm_out_close(out, s, e);
}

static lm_status export_tokenizer(const lm_converter *c, const lm_tokenizer *t, lm_err *e)
{
    const lm_tok_format format = lm_format_tokenizer(c->to);
    lm_err why = {0};
    const lm_status s = lm_tok_check(t, format, c->run, &why);
    if (s) return lm_fail(e, s, "%s: %s", c->name, why.message);
    if (format != LM_TOK_FORMAT_BPE_FILES) return lm_tok_write(t, format, c->out, e);
    LM_TRY(write_file(t, c->how->folder, false, e));
    return write_file(t, c->how->folder, true, e);
}

static lm_status import_tokenizer(const lm_converter *c, files *f, const lm_tokenizer *t, lm_err *e)
{
    lm_str history = {0};
    lm_status s = lm_str_addf(&history, e, "%s", c->how->history);
    for (int i = 0; !s && i < FILES; i++) {
        const lm_slice bytes = file_of(f, i)->bytes;
        if (bytes.text)
            s = lm_history_input(&history, bytes.length, lm_crc32c(0, bytes.text, bytes.length), e);
    }
    if (!s) s = lm_tokenizer_write(t, (lm_slice){history.text, history.length}, c->out, e);
    lm_str_free(&history);
    return s;
}

static lm_status convert_files(lm_converter *c, files *f, lm_err *e)
{
    lm_tokenizer *t;
    LM_TRY(open_all(f, c, e));
    LM_TRY(lm_convert_check(c, e));
    LM_TRY(lm_tok_read(&t, &f->source, c->run, e));
    const lm_status s =
        c->to == LM_FORMAT_LM ? import_tokenizer(c, f, t, e) : export_tokenizer(c, t, e);
    lm_tokenizer_free(t);
    return s;
}

lm_status lm_convert_tokenizer(lm_converter *c, lm_err *e)
{
    files f = {0};
    const lm_status s = convert_files(c, &f, e);
    close_files(&f);
    return s;
}

lm_status lm_convert_ckpt_tokenizer(const lm_converter *c, const lm_ckpt *ckpt, lm_err *e)
{
    lm_tokenizer *t;
    LM_TRY(lm_tokenizer_load(&t, ckpt, e));
    const lm_status s = export_tokenizer(c, t, e);
    lm_tokenizer_free(t);
    return s;
}
