/* ckpt.c - tests of the checkpoint container: what is written is read, nothing else is. */
#include "lm/ckpt.h"
#include "../../src/ckpt/ckpt_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lm/info.h"
#include "test.h"

enum { FILE_MAX = 1 << 16 };

typedef struct {
    unsigned char bytes[FILE_MAX];
    size_t length;
} image;

/* ---- making files ---- */

static void add(lm_ckpt_writer *w, const char *name, lm_dtype dtype, int dims,
                const uint64_t *shape, const void *data)
{
    lm_err e = {0};
    lm_tensor tensor = {.name = name, .dtype = dtype, .dims = dims, .data = data};
    for (int i = 0; i < dims; i++) tensor.shape[i] = shape[i];
    CHECK_OK(lm_ckpt_add(w, &tensor, &e), &e);
}

static lm_ckpt_writer *new_writer(void)
{
    lm_err e = {0};
    lm_ckpt_writer *w;
    CHECK_OK(lm_ckpt_writer_new(&w, "test", &e), &e);
    return w;
}

/* Writes the file "t.lm", frees the writer, and reads the file back as bytes. */
static void finish(lm_ckpt_writer *w, image *file)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, "t.lm", &e), &e);
    const lm_status s = lm_ckpt_write(w, out, NULL, &e);
    CHECK_OK(lm_out_close(out, s, &e), &e);
    lm_ckpt_writer_free(w);
    FILE *in = fopen("t.lm", "rb");
    CHECK(in != NULL);
    file->length = fread(file->bytes, 1, FILE_MAX, in);
    CHECK(file->length < FILE_MAX);
    fclose(in);
}

/* A file of another maker: the header as given, then `data` bytes 0, 1, 2... */
static void foreign(image *file, const char *header, size_t data)
{
    const size_t length = strlen(header);
    memset(file->bytes, 0, 8);
    file->bytes[0] = (unsigned char)length;
    file->bytes[1] = (unsigned char)(length >> 8);
    memcpy(file->bytes + 8, header, length);
    for (size_t i = 0; i < data; i++) file->bytes[8 + length + i] = (unsigned char)i;
    file->length = 8 + length + data;
}

static lm_status parse(lm_ckpt **c, const image *file, lm_err *e)
{
    return lm_ckpt_parse(c, file->bytes, file->length, "t.lm", LM_CKPT_CHECK_ALL, e);
}

/* ---- what is written is read ---- */

static const uint64_t two_three[] = {2, 3}, none_three[] = {0, 3};

TEST(ckpt_round_trip_of_every_dtype)
{
    static uint64_t data[8] = {0x0102030405060708, 2, 3, 4, 5, 6, 7, 8};
    static image file;
    char name[64];
    lm_err e = {0};
    lm_ckpt *c;
    lm_ckpt_writer *w = new_writer();
    for (int t = LM_F64; t <= LM_BOOL; t++) {
        const char *type = lm_dtype_name((lm_dtype)t);
        (void)snprintf(name, sizeof name, "%s.scalar", type);
        add(w, name, (lm_dtype)t, 0, NULL, data);
        (void)snprintf(name, sizeof name, "%s.empty", type);
        add(w, name, (lm_dtype)t, 2, none_three, NULL);
        (void)snprintf(name, sizeof name, "%s.matrix", type);
        add(w, name, (lm_dtype)t, 2, two_three, data);
    }
    CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of("{\"a\":\"\\n\"}"), &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "mine", lm_slice_of("replaced"), &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "mine", lm_slice_of("\xE4\xB8\xAD\n\"\\"), &e), &e);
    finish(w, &file);
    CHECK_OK(lm_ckpt_open(&c, "t.lm", LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_INT(lm_ckpt_count(c), 3 * (LM_BOOL + 1));
    for (int t = LM_F64; t <= LM_BOOL; t++) {
        const size_t size = lm_dtype_size((lm_dtype)t);
        (void)snprintf(name, sizeof name, "%s.scalar", lm_dtype_name((lm_dtype)t));
        const lm_tensor *scalar = lm_ckpt_find(c, name);
        CHECK(scalar && scalar->dims == 0 && scalar->bytes == size);
        CHECK_BYTES(scalar->data, data, size);
        (void)snprintf(name, sizeof name, "%s.empty", lm_dtype_name((lm_dtype)t));
        const lm_tensor *empty = lm_ckpt_find(c, name);
        CHECK(empty && empty->dims == 2 && empty->bytes == 0);
        CHECK_INT(empty->shape[1], 3);
        (void)snprintf(name, sizeof name, "%s.matrix", lm_dtype_name((lm_dtype)t));
        const lm_tensor *matrix = lm_ckpt_find(c, name);
        CHECK(matrix && matrix->dims == 2 && matrix->bytes == 6 * size);
        CHECK(matrix->shape[0] == 2 && matrix->shape[1] == 3 && (int)matrix->dtype == t);
        CHECK_BYTES(matrix->data, data, 6 * size);
        CHECK_INT((uintptr_t)matrix->data % size, 0);
    }
    CHECK_TEXT(lm_ckpt_kind(c), "test");
    CHECK_TEXT(lm_ckpt_path(c), "t.lm");
    CHECK_TEXT(lm_ckpt_meta(c, "format"), "pt");
    CHECK_TEXT(lm_ckpt_meta(c, "lm.version"), "1");
    CHECK_TEXT(lm_ckpt_meta(c, "lm.config"), "{\"a\":\"\\n\"}");
    CHECK_TEXT(lm_ckpt_meta(c, "mine"), "\xE4\xB8\xAD\n\"\\");
    CHECK(lm_ckpt_meta(c, "absent") == NULL && lm_ckpt_find(c, "absent") == NULL);
    lm_ckpt_close(c);
}

static const float reals[6] = {1, -2, 0.5F, 4, 5, 6};
static const uint16_t shorts[3] = {1, 2, 3};
static const unsigned char letters[5] = "abcde";

static void three_tensors(image *file, bool reversed)
{
    static const uint64_t three[] = {3}, five[] = {5};
    lm_ckpt_writer *w = new_writer();
    if (reversed) {
        add(w, "z", LM_U8, 1, five, letters);
        add(w, "s", LM_U16, 1, three, shorts);
        add(w, "w", LM_F32, 2, two_three, reals);
    } else {
        add(w, "w", LM_F32, 2, two_three, reals);
        add(w, "s", LM_U16, 1, three, shorts);
        add(w, "z", LM_U8, 1, five, letters);
    }
    lm_err e = {0};
    CHECK_OK(lm_ckpt_set_meta(w, "lm.history", lm_slice_of("test 1"), &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of("{}"), &e), &e);
    finish(w, file);
}

/* The header is written down from the format; the sums are those of a bitwise CRC-32C in Python
 * over these bytes, as tests/oracle/safetensors_read.py computes them. */
TEST(ckpt_writes_canonical_bytes)
{
    static const char expected[] =
        "{\"__metadata__\":{\"format\":\"pt\",\"lm.config\":\"{}\",\"lm.crc32c\":\""
        "72c6de19ac3edfc8339a9c8bc450d697\",\"lm.history\":\"test 1\","
        "\"lm.kind\":\"test\",\"lm.version\":\"1\"},"
        "\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        "\"s\":{\"dtype\":\"U16\",\"shape\":[3],\"data_offsets\":[24,30]},"
        "\"z\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[30,35]}}";
    static image file;
    three_tensors(&file, false);
    const size_t length = sizeof expected - 1;
    CHECK_BYTES(file.bytes + 8, expected, length);
    CHECK_INT(file.bytes[0] + 256 * file.bytes[1], file.length - 8 - 35);
    CHECK_INT((file.length - 35) % 64, 0);
    for (size_t i = 8 + length; i < file.length - 35; i++) CHECK_INT(file.bytes[i], ' ');
    CHECK_BYTES(file.bytes + file.length - 35, reals, 24);
    CHECK_BYTES(file.bytes + file.length - 5, letters, 5);
}

TEST(ckpt_same_contents_same_bytes)
{
    static image one, other;
    three_tensors(&one, false);
    three_tensors(&other, true);
    CHECK_INT(one.length, other.length);
    CHECK_BYTES(other.bytes, one.bytes, one.length);
}

TEST(ckpt_tables_are_padded_with_zeros)
{
    static const uint32_t table[17] = {1, 2, 3};
    static image file;
    lm_err e = {0};
    lm_ckpt *c;
    const void *data;
    lm_ckpt_writer *w = new_writer();
    CHECK_OK(lm_ckpt_add_table(w, "t", LM_U32, 17, table, &e), &e);
    CHECK_OK(lm_ckpt_add_table(w, "none", LM_F64, 0, NULL, &e), &e);
    finish(w, &file);
    CHECK_OK(parse(&c, &file, &e), &e);
    CHECK_INT(lm_ckpt_find(c, "t")->shape[0], 32);
    CHECK_OK(lm_ckpt_table(c, "t", LM_U32, 17, &data, &e), &e);
    CHECK_BYTES(data, table, sizeof table);
    CHECK_OK(lm_ckpt_table(c, "none", LM_F64, 0, &data, &e), &e);
    CHECK_FAILS(lm_ckpt_table(c, "t", LM_U32, 16, &data, &e), LM_EFORMAT, &e, "tensor 't'");
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_table(c, "t", LM_U32, 33, &data, &e), LM_EFORMAT, &e, "33 x U32");
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_table(c, "t", LM_I32, 17, &data, &e), LM_EFORMAT, &e, "of U32");
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_table(c, "u", LM_I32, 17, &data, &e), LM_EFORMAT, &e, "'u' is missing");
    lm_ckpt_close(c);
}

/* ---- damage ---- */

/* Three tensors in a bit more than a kilobyte. */
static void file_to_damage(image *file)
{
    static const float table[150] = {1, 2, 3};
    lm_err e = {0};
    lm_ckpt_writer *w = new_writer();
    add(w, "w", LM_F32, 2, two_three, reals);
    add(w, "scalar", LM_U16, 0, NULL, shorts);
    CHECK_OK(lm_ckpt_add_table(w, "table", LM_F32, 150, table, &e), &e);
    CHECK_OK(lm_ckpt_set_meta(w, "lm.config", lm_slice_of("{\"order\":3}"), &e), &e);
    finish(w, file);
    CHECK(file->length > 1024 && file->length < 2048);
}

static void check_refused(const image *file)
{
    lm_err e = {0};
    lm_ckpt *c;
    CHECK_INT(parse(&c, file, &e), LM_EFORMAT);
    CHECK(c == NULL);
    CHECK(strstr(e.message, "t.lm: header") || strstr(e.message, "t.lm: tensor '"));
}

TEST(ckpt_detects_every_flipped_bit)
{
    static image file;
    file_to_damage(&file);
    for (size_t i = 0; i < file.length * 8; i++) {
        file.bytes[i / 8] ^= (unsigned char)(1 << i % 8);
        check_refused(&file);
        file.bytes[i / 8] ^= (unsigned char)(1 << i % 8);
    }
    lm_err e = {0};
    lm_ckpt *c;
    CHECK_OK(parse(&c, &file, &e), &e);
    lm_ckpt_close(c);
}

TEST(ckpt_detects_every_truncation_and_extension)
{
    static image file;
    file_to_damage(&file);
    file.bytes[file.length++] = 0;
    check_refused(&file);
    file.length--;
    while (file.length > 0) {
        file.length--;
        /* An exact block, so that a sanitizer sees any read past the end. */
        unsigned char *copy = malloc(file.length ? file.length : 1);
        lm_err e = {0};
        lm_ckpt *c;
        CHECK(copy != NULL);
        memcpy(copy, file.bytes, file.length);
        CHECK_INT(lm_ckpt_parse(&c, copy, file.length, "t.lm", LM_CKPT_CHECK_SMALL, &e),
                  LM_EFORMAT);
        free(copy);
        check_refused(&file);
    }
}

TEST(ckpt_names_the_damaged_tensor)
{
    static image file;
    lm_err e = {0};
    lm_ckpt *c;
    char text[80];
    three_tensors(&file, false);
    file.bytes[file.length - 8] ^= 1;
    (void)snprintf(text, sizeof text, "t.lm: tensor 's': checksum mismatch (bytes %d to %d)",
                   (int)file.length - 11, (int)file.length - 5);
    CHECK_FAILS(parse(&c, &file, &e), LM_EFORMAT, &e, text);
}

/* The header's sums are from a bitwise CRC-32C in Python; the tensor's, 0, are wrong. */
TEST(ckpt_sums_large_tensors_only_when_asked)
{
    enum { SMALL = 64 << 20, HEADER = 146 };
    static const struct {
        int bytes;
        const char *sum;
    } files[] = {{SMALL, "c5d683d3"}, {SMALL + 1, "2535f9a0"}};
    unsigned char *bytes = calloc(8 + HEADER + SMALL + 1, 1);
    char header[HEADER + 1];
    CHECK(bytes != NULL);
    for (int i = 0; i < 2; i++) {
        lm_err e = {0};
        lm_ckpt *c;
        const size_t length =
            (size_t)snprintf(header, sizeof header,
                             "{\"__metadata__\":{\"lm.crc32c\":\"%s00000000\",\"lm.kind\":\"t\","
                             "\"lm.version\":\"1\"},"
                             "\"a\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[0,%d]}}",
                             files[i].sum, files[i].bytes, files[i].bytes);
        CHECK_INT(length, HEADER);
        bytes[0] = HEADER;
        memcpy(bytes + 8, header, HEADER);
        const size_t whole = 8 + HEADER + (size_t)files[i].bytes;
        CHECK_FAILS(lm_ckpt_parse(&c, bytes, whole, "t.lm", LM_CKPT_CHECK_ALL, &e), LM_EFORMAT, &e,
                    "t.lm: tensor 'a': checksum mismatch");
        CHECK_INT(lm_ckpt_parse(&c, bytes, whole, "t.lm", LM_CKPT_CHECK_SMALL, &e),
                  files[i].bytes > SMALL ? LM_OK : LM_EFORMAT);
        e = (lm_err){0};
        if (c)
            CHECK_FAILS(lm_ckpt_verify(c, &e), LM_EFORMAT, &e,
                        "t.lm: tensor 'a': checksum mismatch");
        lm_ckpt_close(c);
    }
    free(bytes);
}

/* Replaces the only `old` in the header by `new`, as long. */
static void patch(image *file, const char *old, const char *new)
{
    size_t i = 0;
    while (i + strlen(old) < file->length && memcmp(file->bytes + i, old, strlen(old)) != 0) i++;
    CHECK(i + strlen(old) < file->length && strlen(old) == strlen(new));
    memcpy(file->bytes + i, new, strlen(new));
}

TEST(ckpt_refuses_newer_versions_and_missing_sums)
{
    static image file;
    static const char *const patches[][3] = {
        {"\"lm.version\":\"1\"", "\"lm.version\":\"2\"",
         "lm.version is 2, this program reads up to 1"},
        {"\"lm.version\":\"1\"", "\"lm.version\":\"x\"", "lm.version is missing or not"},
        {"\"lm.version\":", "\"lm.Version\":", "lm.version is missing or not"},
        {"\"lm.kind\":", "\"lm.Kind\":", "lm.kind is missing"},
        {"\"lm.crc32c\":", "\"lm.crc32d\":", "lm.crc32c is not 32 hexadecimal digits"}};
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
        lm_err e = {0};
        lm_ckpt *c;
        three_tensors(&file, false);
        patch(&file, patches[i][0], patches[i][1]);
        CHECK_FAILS(parse(&c, &file, &e), LM_EFORMAT, &e, patches[i][2]);
    }
}

/* ---- files of other makers ---- */

/* Every byte as the format says: 8 of length (0x48 = 72), 72 of header, two floats. */
TEST(ckpt_reads_a_foreign_file)
{
    static const unsigned char bytes[] = {
        72,  0,   0,   0,   0,   0,   0,   0,   '{', '"', 'a', '.', 'b', '"', ':', '{', '"', 'd',
        't', 'y', 'p', 'e', '"', ':', '"', 'F', '3', '2', '"', ',', '"', 's', 'h', 'a', 'p', 'e',
        '"', ':', '[', '1', ',', '2', ']', ',', '"', 'd', 'a', 't', 'a', '_', 'o', 'f', 'f', 's',
        'e', 't', 's', '"', ':', '[', '0', ',', '8', ']', '}', '}', ' ', ' ', ' ', ' ', ' ', ' ',
        ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', 0,   0,   128, 63,  0,   0,   0,   192};
    static const float expected[] = {1, -2};
    lm_err e = {0};
    lm_ckpt *c;
    CHECK_OK(lm_ckpt_parse(&c, bytes, sizeof bytes, "f.st", LM_CKPT_CHECK_ALL, &e), &e);
    CHECK_INT(lm_ckpt_count(c), 1);
    const lm_tensor *tensor = lm_ckpt_tensor(c, 0);
    CHECK_TEXT(tensor->name, "a.b");
    CHECK(tensor->dtype == LM_F32 && tensor->dims == 2);
    CHECK(tensor->shape[0] == 1 && tensor->shape[1] == 2);
    CHECK_BYTES(tensor->data, expected, sizeof expected);
    CHECK_TEXT(lm_ckpt_kind(c), "");
    lm_ckpt_close(c);
}

TEST(ckpt_reads_white_space_any_order_and_no_tensors)
{
    static image file;
    lm_err e = {0};
    lm_ckpt *c;
    foreign(&file,
            "{ \"b\" : {\"data_offsets\": [2 , 4],\n\"shape\":[ 2 ],\t\"dtype\":\"U8\"},\r\n"
            "\"__metadata__\":{\"k\":\"\\u0041\"}, \"\\u0061\":{\"dtype\":\"\\u0049\\u0038\","
            "\"shape\":[2],\"data_offsets\":[0,2]}}   ",
            4);
    CHECK_OK(parse(&c, &file, &e), &e);
    CHECK_TEXT(lm_ckpt_tensor(c, 0)->name, "a");
    CHECK_TEXT(lm_ckpt_tensor(c, 1)->name, "b");
    CHECK_INT(lm_ckpt_tensor(c, 0)->dtype, LM_I8);
    CHECK_TEXT(lm_ckpt_meta(c, "k"), "A");
    lm_ckpt_close(c);
    foreign(&file, "{}", 0);
    CHECK_OK(parse(&c, &file, &e), &e);
    CHECK_INT(lm_ckpt_count(c), 0);
    lm_ckpt_close(c);
}

TEST(ckpt_copies_unaligned_data)
{
    static image file;
    static const unsigned char expected[] = {1, 2, 3, 4, 5, 6, 7, 8};
    lm_err e = {0};
    lm_ckpt *c;
    foreign(&file,
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},"
            "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[1,9]}}",
            9);
    /* Each of eight placements in memory, of which seven are unaligned. */
    for (size_t shift = 0; shift < 8; shift++) {
        memmove(file.bytes + shift, file.bytes + (shift ? shift - 1 : 0), file.length);
        CHECK_OK(lm_ckpt_parse(&c, file.bytes + shift, file.length, "f", LM_CKPT_CHECK_ALL, &e),
                 &e);
        CHECK_INT((uintptr_t)lm_ckpt_find(c, "b")->data % 8, 0);
        CHECK_BYTES(lm_ckpt_find(c, "b")->data, expected, 8);
        lm_ckpt_close(c);
    }
}

/* ---- malformed headers ---- */

#define U8_2(offsets) "{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":" offsets "}"

static const struct {
    const char *header;
    size_t data;
    const char *message;
} malformed[] = {
    {"{\"a\":" U8_2("[0,2]") ",\"b\":" U8_2("[1,3]") "}", 3,
     "t.lm: tensor 'b': data begins at offset 1, expected 2"},              /* overlap */
    {"{\"a\":" U8_2("[0,2]") ",\"b\":" U8_2("[0,2]") "}", 2, "expected 2"}, /* the same place */
    {"{\"a\":" U8_2("[0,2]") ",\"b\":" U8_2("[3,5]") "}", 5, "offset 3, expected 2"}, /* gap */
    {"{\"a\":" U8_2("[1,3]") "}", 3, "offset 1, expected 0"}, /* hole at the start */
    {"{\"a\":" U8_2("[0,2]") "}", 3, "t.lm: header: its tensors end at offset 2, the file at 3"},
    {"{\"a\":" U8_2("[0,2]") "}", 1, "tensor 'a': data ends at offset 2, the file at 1"},
    {"{}", 1, "its tensors end at offset 0, the file at 1"},
    {"{\"a\":" U8_2("[0,3]") "}", 3, "tensor 'a': dtype and shape take 2 bytes"},
    {"{\"a\":" U8_2("[2,0]") "}", 2, "data_offsets are 2 and 0"},
    {"{\"a\":" U8_2("[18446744073709551615,1]") "}", 2, "dtype and shape take 2 bytes"},
    {"{\"a\":" U8_2("[0,-2]") "}", 2, "byte "},
    {"{\"a\":" U8_2("[0,2.0]") "}", 2, "byte "},
    {"{\"a\":" U8_2("[0,2e0]") "}", 2, "byte "},
    {"{\"a\":" U8_2("[0,02]") "}", 2, "byte "},
    {"{\"a\":" U8_2("[0,18446744073709551616]") "}", 2, "byte "},
    {"{\"a\":" U8_2("[0]") "}", 2, "expected two numbers"},
    {"{\"a\":" U8_2("[]") "}", 2, "expected two numbers"},
    {"{\"a\":" U8_2("[0,2,4]") "}", 2, "expected two numbers"},
    {"{\"a\":" U8_2("{}") "}", 2, "byte "},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[-1],\"data_offsets\":[0,2]}}", 2, "byte "},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":2,\"data_offsets\":[0,2]}}", 2, "byte "},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
     "tensor 'a': its shape is too large"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904],\"data_offsets\":[0,0]}}", 0,
     "tensor 'a': its shape is too large"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[9000000000000000000],"
     "\"data_offsets\":[0,9000000000000000000]}}",
     2, "data ends at offset 9000000000000000000, the file at 2"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,2],\"data_offsets\":[0,2]}}", 2,
     "more than 8 dimensions"},
    {"{\"a\":{\"dtype\":\"F8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "unknown dtype 'F8'"},
    {"{\"a\":{\"dtype\":\"u8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "unknown dtype 'u8'"},
    {"{\"a\":{\"dtype\":8,\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "byte "},
    {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "expected dtype, shape"},
    {"{\"a\":{}}", 0, "expected dtype, shape"},
    {"{\"a\":null}", 0, "byte "},
    {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2,
     "key 'dtype' is repeated"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"\\u0073hape\":[2],\"data_offsets\":[0,2]}}", 2,
     "key '\\u0073hape' is repeated"},
    {"{\"a\":{\"kind\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "key 'kind' is unknown"},
    {"{\"a\":" U8_2("[0,2]") ",\"a\":" U8_2("[2,4]") "}", 4, "tensor 'a' is repeated"},
    {"{\"a\":" U8_2("[0,2]") ",\"\\u0061\":" U8_2("[2,4]") "}", 4, "tensor 'a' is repeated"},
    {"{\"\":" U8_2("[0,2]") "}", 2, "'' is not a name"},
    {"{\"a\\n\":" U8_2("[0,2]") "}", 2, "'a\\n' is not a name"},
    {"{\"a\\u0000\":" U8_2("[0,2]") "}", 2, "a NUL in 'a\\u0000'"},
    {"{\"a\xC3\":" U8_2("[0,2]") "}", 2, "byte 11: not UTF-8"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "byte "},
    {"{\"__metadata__\":{\"a\":{}}}", 0, "byte "},
    {"{\"__metadata__\":{\"a\":null}}", 0, "byte "},
    {"{\"__metadata__\":{\"a\":\"\\u0000\"}}", 0, "a NUL"},
    {"{\"__metadata__\":[]}", 0, "byte "},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "__metadata__ is repeated"},
    {"{\"__metadata__\":{\"a\":\"1\",\"b\":\"\",\"a\":\"2\"}}", 0, "metadata key 'a' is repeated"},
    {"{\"__metadata__\":{\"lm.x\":\"1\"}}", 0, "lm.kind is missing"},
    {"{\"__metadata__\":{\"lm.kind\":\"gpt\",\"lm.version\":\"1\"}}", 0, "lm.crc32c is not 8"},
    {"{\"__metadata__\":{\"lm.kind\":\"gpt\",\"lm.version\":\"1\",\"lm.crc32c\":\"0000000\"}}", 0,
     "lm.crc32c is not 8"},
    {"{\"__metadata__\":{\"lm.kind\":\"gpt\",\"lm.version\":\"1\",\"lm.crc32c\":\"0000000G\"}}", 0,
     "lm.crc32c is not 8"},
    {"{\"__metadata__\":{\"lm.kind\":\"gpt\",\"lm.version\":\"1\",\"lm.crc32c\":\"00000000\"}}", 0,
     "t.lm: header: checksum mismatch"},
    {"{\"__metadata__\":{\"lm.kind\":\"a\\u001b\",\"lm.version\":\"1\"}}", 0, "lm.kind is missing"},
    {"", 0, "byte 8: expected '{'"},
    {" {}", 0, "byte 8: expected '{'"},
    {"[]", 0, "byte 8: expected '{'"},
    {"null", 0, "byte 8: expected '{'"},
    {"{", 0, "byte 9: "},
    {"{\"a\"", 0, "byte 12: "},
    {"{\"a\":", 0, "byte 13: "},
    {"{} x", 0, "byte 11: expected only spaces"},
    {"{}\n", 0, "byte 10: expected only spaces"},
    {"{}\t ", 0, "byte 10: expected only spaces"},
    {"{}{}", 0, "byte 10: expected only spaces"},
    {"{,}", 0, "byte 9: "},
    {"{\"__metadata__\":{},}", 0, "byte "}};

TEST(ckpt_refuses_malformed_headers)
{
    static image file;
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        lm_err e = {0};
        lm_ckpt *c;
        foreign(&file, malformed[i].header, malformed[i].data);
        CHECK_FAILS(parse(&c, &file, &e), LM_EFORMAT, &e, malformed[i].message);
        check_refused(&file);
    }
}

TEST(ckpt_refuses_deep_nesting)
{
    static image file;
    static char header[20000];
    lm_err e = {0};
    lm_ckpt *c;
    memcpy(header, "{\"a\":{\"shape\":", 14);
    memset(header + 14, '[', sizeof header - 15);
    foreign(&file, header, 0);
    CHECK_FAILS(parse(&c, &file, &e), LM_EFORMAT, &e, "byte ");
}

TEST(ckpt_refuses_wrong_header_lengths)
{
    static const struct {
        unsigned char bytes[8];
        const char *message;
    } lengths[] = {{{3}, "ends at byte 11, the file at byte 10"},
                   {{0, 0, 0, 1}, "ends at byte 16777224, the file at byte 10"},
                   {{0, 0xe1, 0xf5, 0x05}, "ends at byte 100000008, the file"},
                   {{1, 0xe1, 0xf5, 0x05}, "100000001 bytes long, at most 100000000"},
                   {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, "18446744073709551615 bytes"},
                   {{1}, "byte 9: "},
                   {{0}, "byte 8: expected '{'"}};
    static image file;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        lm_err e = {0};
        lm_ckpt *c;
        foreign(&file, "{}", 0);
        memcpy(file.bytes, lengths[i].bytes, 8);
        CHECK_FAILS(parse(&c, &file, &e), LM_EFORMAT, &e, lengths[i].message);
    }
}

TEST(ckpt_open_reports_missing_and_empty_files)
{
    lm_err e = {0};
    lm_ckpt *c;
    CHECK_FAILS(lm_ckpt_open(&c, "absent.lm", LM_CKPT_CHECK_ALL, &e), LM_EIO, &e, "absent.lm: ");
    FILE *empty = fopen("empty.lm", "wb");
    CHECK(empty && fclose(empty) == 0);
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_open(&c, "empty.lm", LM_CKPT_CHECK_ALL, &e), LM_EFORMAT, &e,
                "empty.lm: header: expected its length in 8 bytes, the file has 0");
    lm_ckpt_close(NULL);
}

/* ---- parts ---- */

/* Part 1 holds a part 0, which holds nothing but its name; 10 and 1x are other names. */
static const char parts_header[] =
    "{\"__metadata__\":{\"1.lm.kind\":\"p\",\"1.lm.version\":\"1\",\"1.lm.config\":\"{}\","
    "\"1.0.lm.kind\":\"q\",\"1.0.lm.version\":\"1\",\"1.\":\"x\",\"10.lm.kind\":\"r\","
    "\"10.lm.version\":\"2\",\"2.lm.kind\":\"s\"},"
    "\"1.b\":{\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[0,4]},"
    "\"1.a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[4,5]},"
    "\"10.a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[5,6]},"
    "\"1.0.a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[6,7]},"
    "\"1x\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[7,8]}}";

TEST(ckpt_parts)
{
    static image file;
    static const unsigned char four = 4, six = 6;
    lm_err e = {0};
    lm_ckpt *c, *part, *inner;
    const char *key;
    foreign(&file, parts_header, 8);
    CHECK_OK(parse(&c, &file, &e), &e);
    CHECK_OK(lm_ckpt_part(&part, c, 1, &e), &e);
    CHECK_TEXT(lm_ckpt_path(part), "t.lm: part 1");
    CHECK_TEXT(lm_ckpt_kind(part), "p");
    CHECK_TEXT(lm_ckpt_meta(part, "lm.config"), "{}");
    CHECK_TEXT(lm_ckpt_meta_at(part, 3, &key), "q");
    CHECK_TEXT(key, "0.lm.kind");
    CHECK(lm_ckpt_meta_at(part, 5, &key) == NULL && key == NULL);
    CHECK_INT(lm_ckpt_count(part), 3);
    CHECK_TEXT(lm_ckpt_tensor(part, 0)->name, "b"); /* in data order */
    CHECK_TEXT(lm_ckpt_tensor(part, 2)->name, "0.a");
    CHECK_BYTES(lm_ckpt_find(part, "a")->data, &four, 1);
    CHECK(lm_ckpt_find(part, "x") == NULL && lm_ckpt_find(part, "1.a") == NULL);
    CHECK_OK(lm_ckpt_part(&inner, part, 0, &e), &e);
    CHECK_TEXT(lm_ckpt_path(inner), "t.lm: part 1.0");
    CHECK_INT(lm_ckpt_count(inner), 1);
    CHECK_BYTES(lm_ckpt_find(inner, "a")->data, &six, 1);
    lm_ckpt_close(inner);
    lm_ckpt_close(part);
    CHECK_FAILS(lm_ckpt_part(&part, c, 0, &e), LM_EFORMAT, &e, "t.lm: part 0: lm.kind is missing");
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_part(&part, c, 2, &e), LM_EFORMAT, &e,
                "t.lm: part 2: lm.version is missing");
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_part(&part, c, 10, &e), LM_EFORMAT, &e,
                "t.lm: part 10: lm.version is 2, this program reads up to 1");
    lm_ckpt_close(c);
}

/* What is added as a part is that part; format and sums are the file's own. */
TEST(ckpt_parts_are_written)
{
    static image file, whole;
    lm_err e = {0};
    lm_ckpt *c, *again, *part;
    const char *key;
    three_tensors(&file, false);
    CHECK_OK(parse(&c, &file, &e), &e);
    lm_ckpt_writer *w = new_writer();
    CHECK_OK(lm_ckpt_add_part(w, 12, c, &e), &e);
    finish(w, &whole);
    CHECK_OK(parse(&again, &whole, &e), &e);
    CHECK(lm_ckpt_meta(again, "12.format") == NULL && lm_ckpt_meta(again, "12.lm.crc32c") == NULL);
    CHECK_OK(lm_ckpt_part(&part, again, 12, &e), &e);
    CHECK_INT(lm_ckpt_count(part), lm_ckpt_count(c));
    for (size_t i = 0; i < lm_ckpt_count(c); i++) {
        const lm_tensor *x = lm_ckpt_tensor(c, i), *y = lm_ckpt_tensor(part, i);
        CHECK_TEXT(y->name, x->name);
        CHECK(x->dtype == y->dtype && x->dims == y->dims && x->bytes == y->bytes);
        CHECK_BYTES(y->data, x->data, x->bytes);
    }
    for (size_t i = 0; lm_ckpt_meta_at(part, i, &key); i++)
        CHECK_TEXT(lm_ckpt_meta(part, key), lm_ckpt_meta(c, key));
    CHECK_TEXT(lm_ckpt_meta(part, "lm.history"), "test 1");
    lm_ckpt_close(part);
    lm_ckpt_close(again);
    lm_ckpt_close(c);
}

/* ---- what the writer refuses ---- */

static void check_add_fails(lm_ckpt_writer *w, lm_tensor tensor, const char *message)
{
    lm_err e = {0};
    CHECK_FAILS(lm_ckpt_add(w, &tensor, &e), LM_EFORMAT, &e, message);
}

TEST(ckpt_writer_refuses)
{
    lm_err e = {0};
    lm_ckpt_writer *w = new_writer();
    lm_tensor tensor = {.name = "a", .dtype = LM_U8, .dims = 1, .shape = {5}, .data = letters};
    CHECK_OK(lm_ckpt_add(w, &tensor, &e), &e);
    check_add_fails(w, tensor, "tensor 'a' is repeated");
    static const char *const names[] = {"", "a\nb", "\x7f", "__metadata__", "\xC3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        tensor.name = names[i];
        check_add_fails(w, tensor, "not a name");
    }
    tensor.name = "b";
    tensor.dims = LM_DIMS_MAX + 1;
    check_add_fails(w, tensor, "9 dimensions");
    tensor.dims = 2;
    tensor.shape[0] = tensor.shape[1] = (uint64_t)1 << 32;
    check_add_fails(w, tensor, "its shape is too large");
    CHECK_FAILS(lm_ckpt_add_table(w, "t", LM_U8, UINT64_MAX, NULL, &e), LM_EFORMAT, &e, "too many");
    static const char *const keys[] = {"", "format", "lm.kind", "lm.version", "lm.crc32c", "a\n"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        e = (lm_err){0};
        CHECK_FAILS(lm_ckpt_set_meta(w, keys[i], lm_slice_of("x"), &e), LM_EFORMAT, &e, "metadata");
    }
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_set_meta(w, "k", (lm_slice){"a\0b", 3}, &e), LM_EFORMAT, &e, "NUL");
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_set_meta(w, "k", lm_slice_of("\xff"), &e), LM_EFORMAT, &e, "UTF-8");
    lm_ckpt_writer_free(w);
    e = (lm_err){0};
    CHECK_FAILS(lm_ckpt_writer_new(&w, "", &e), LM_EFORMAT, &e, "not a name");
    CHECK(w == NULL);
    lm_ckpt_writer_free(NULL);
}

/* ---- no memory ---- */

/* Fails the allocation after `*context` others. */
static void *failing_resize(void *context, void *block, size_t size)
{
    int *left = context;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return (*left)-- == 0 ? NULL : realloc(block, size);
}

static lm_status write_and_read(const image *file)
{
    static const lm_tensor tensor = {.name = "a", .dtype = LM_U8, .dims = 0, .data = letters};
    lm_err e = {0};
    lm_out *out;
    lm_ckpt *c;
    lm_ckpt_writer *w;
    lm_status s = lm_ckpt_writer_new(&w, "test", &e);
    if (!s) s = lm_ckpt_set_meta(w, "lm.config", lm_slice_of("{}"), &e);
    if (!s) s = lm_ckpt_add(w, &tensor, &e);
    if (!s) s = lm_out_open(&out, "t.lm", &e);
    if (!s) s = lm_out_close(out, lm_ckpt_write(w, out, NULL, &e), &e);
    lm_ckpt_writer_free(w);
    if (!s) s = lm_ckpt_open(&c, "t.lm", LM_CKPT_CHECK_ALL, &e);
    if (!s) lm_ckpt_close(c);
    if (!s) s = parse(&c, file, &e);
    if (!s) lm_ckpt_close(c);
    return s;
}

TEST(ckpt_survives_every_failed_allocation)
{
    static image unaligned;
    int failures = 0;
    foreign(&unaligned,
            "{\"__metadata__\":{\"k\":\"v\"},"
            "\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[0,1]},"
            "\"b\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[1,9]},"
            "\"c\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[9,17]}}",
            17);
    for (bool failed = true; failed; failures++) { /* what lm_breathe notes it can do without */
        int left = failures;
        const lm_allocator allocator = {failing_resize, &left};
        lm_allocator_set(&allocator);
        const lm_status s = write_and_read(&unaligned);
        lm_allocator_set(NULL);
        failed = left < 0;
        CHECK(s == LM_OK || (failed && s == LM_ENOMEM));
    }
    CHECK(failures > 20);
}

/* ---- as text ---- */

TEST(info_tree_in_numeric_order)
{
    static const char *const names[] = {"h.10.w", "h.2.w", "h.2", "wte", "h.2.b", "h.02.w", "h-1"};
    static image file;
    static const uint64_t one[] = {1};
    lm_err e = {0};
    lm_ckpt *c;
    lm_str text = {0};
    lm_ckpt_writer *w = new_writer();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add(w, names[i], LM_U8, i % 2 ? 1 : 0, one, letters);
    finish(w, &file);
    CHECK_OK(parse(&c, &file, &e), &e);
    CHECK_OK(lm_info_tree(&text, c, &e), &e);
    CHECK_TEXT(text.text, "  h\n"
                          "    2    U8    []              1\n"
                          "    2\n"
                          "      b  U8    []              1\n"
                          "      w  U8    [1]             1\n"
                          "    10\n"
                          "      w  U8    []              1\n"
                          "    02\n"
                          "      w  U8    [1]             1\n"
                          "  h-1    U8    []              1\n"
                          "  wte    U8    [1]             1\n");
    lm_str_free(&text);
    lm_ckpt_close(c);
}

TEST(info_json_and_text)
{
    lm_err e = {0};
    lm_str text = {0};
    CHECK_OK(lm_info_json(&text, "{\"a\":[1,{\"b\":null}],\"c\":{}, \"d\":\"\\n\"}", "m", &e), &e);
    CHECK_TEXT(text.text, "  {\n    \"a\": [1, {\n        \"b\": null\n      }],\n"
                          "    \"c\": {},\n    \"d\": \"\\n\"\n  }\n");
    lm_str_free(&text);
    CHECK_FAILS(lm_info_json(&text, "{} x", "m", &e), LM_EFORMAT, &e, "m: byte 3");
    lm_str_free(&text);
    e = (lm_err){0};
    CHECK_OK(lm_info_text(&text, "one\ntwo \x1b[31m", &e), &e);
    CHECK_TEXT(text.text, "  one\n  two \\x1B[31m\n");
    lm_str_free(&text);
}
