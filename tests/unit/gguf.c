/* gguf.c - tests of the GGUF container: its bytes, laid out by hand after ggml's docs/gguf.md. */
#include "lm/gguf.h"
#include <stdio.h>
#include <string.h>
#include "failing.h"
#include "test.h"

static void write_container(const lm_gguf *g, const char *path, lm_status status, const char *text)
{
    lm_err e = {0};
    lm_out *out;
    CHECK_OK(lm_out_open(&out, path, &e), &e);
    const lm_status s = lm_gguf_write(g, out, NULL, &e);
    CHECK_INT(s, status);
    if (s) CHECK(strstr(e.message, text) != NULL);
    CHECK_INT(lm_out_close(out, s, &e), status);
}

static void check_bytes(const char *path, const void *bytes, size_t size)
{
    lm_err e = {0};
    lm_map map;
    CHECK_OK(lm_map_open(&map, path, &e), &e);
    CHECK_INT(map.length, size);
    CHECK_BYTES(map.bytes, bytes, size);
    lm_map_close(&map);
}

static lm_gguf *container(void)
{
    lm_err e = {0};
    lm_gguf *g;
    CHECK_OK(lm_gguf_new(&g, &e), &e);
    return g;
}

TEST(gguf_empty)
{
    static const char bytes[32] = "GGUF\3\0\0\0";
    lm_gguf *g = container();
    write_container(g, "empty", LM_OK, NULL);
    check_bytes("empty", bytes, sizeof bytes);
    lm_gguf_free(g);
    lm_gguf_free(NULL);
}

/* Texts in pieces, so that no number runs into the letters after it. */
static const char settings[] = "GGUF\3\0\0\0"
                               "\0\0\0\0\0\0\0\0"
                               "\6\0\0\0\0\0\0\0" /* 24 */
                               "\1\0\0\0\0\0\0\0"
                               "u"
                               "\4\0\0\0"
                               "\x78\x56\x34\x12" /* 41 */
                               "\2\0\0\0\0\0\0\0"
                               "fl"
                               "\6\0\0\0"
                               "\0\0\x80\xbf" /* 59: -1 */
                               "\1\0\0\0\0\0\0\0"
                               "b"
                               "\7\0\0\0"
                               "\1" /* 73 */
                               "\1\0\0\0\0\0\0\0"
                               "t"
                               "\10\0\0\0"
                               "\3\0\0\0\0\0\0\0"
                               "abc" /* 97 */
                               "\1\0\0\0\0\0\0\0"
                               "s"
                               "\11\0\0\0"
                               "\10\0\0\0"
                               "\2\0\0\0\0\0\0\0"
                               "\1\0\0\0\0\0\0\0"
                               "x"
                               "\0\0\0\0\0\0\0\0" /* 139 */
                               "\1\0\0\0\0\0\0\0"
                               "n"
                               "\11\0\0\0"
                               "\5\0\0\0"
                               "\1\0\0\0\0\0\0\0"
                               "\xfe\xff\xff\xff" /* 168 */
                               "\0\0\0\0\0\0\0\0" /* to 192 */
                               "\0\0\0\0\0\0\0\0"
                               "\0\0\0\0\0\0\0";

TEST(gguf_settings)
{
    lm_err e = {0};
    lm_gguf *g = container();
    CHECK_OK(lm_gguf_set_u32(g, "u", 0x12345678, &e), &e);
    CHECK_OK(lm_gguf_set_f32(g, "fl", -1, &e), &e);
    CHECK_OK(lm_gguf_set_bool(g, "b", true, &e), &e);
    CHECK_OK(lm_gguf_set_text(g, "t", lm_slice_of("abc"), &e), &e);
    CHECK_OK(lm_gguf_set_texts(g, "s", 2, &e), &e);
    CHECK_OK(lm_gguf_add_text(g, lm_slice_of("x"), &e), &e);
    CHECK_OK(lm_gguf_add_text(g, lm_slice_of(""), &e), &e);
    CHECK_OK(lm_gguf_set_numbers(g, "n", 1, &e), &e);
    CHECK_OK(lm_gguf_add_number(g, -2, &e), &e);
    write_container(g, "settings", LM_OK, NULL);
    check_bytes("settings", settings, sizeof settings);
    lm_gguf_free(g);
}

/* A vector, a matrix, and the same matrix from its columns. */
TEST(gguf_tensors)
{
    static const lm_real vector[3] = {1, -2, 0.5}, rows[4] = {1, 2, 3, 4},
                         columns[4] = {1, 3, 2, 4};
    static const char head[] = "GGUF\3\0\0\0"
                               "\3\0\0\0\0\0\0\0"
                               "\0\0\0\0\0\0\0\0" /* 24 */
                               "\1\0\0\0\0\0\0\0"
                               "v"
                               "\1\0\0\0"
                               "\3\0\0\0\0\0\0\0"
                               "\0\0\0\0"
                               "\0\0\0\0\0\0\0\0" /* 57 */
                               "\1\0\0\0\0\0\0\0"
                               "m"
                               "\2\0\0\0"
                               "\2\0\0\0\0\0\0\0"
                               "\2\0\0\0\0\0\0\0"
                               "\0\0\0\0"
                               "\x20\0\0\0\0\0\0\0" /* 98 */
                               "\1\0\0\0\0\0\0\0"
                               "h"
                               "\2\0\0\0"
                               "\2\0\0\0\0\0\0\0"
                               "\2\0\0\0\0\0\0\0"
                               "\1\0\0\0"
                               "\x40\0\0\0\0\0\0"; /* 139 */
    static const float numbers[16] = {1, -2, 0.5, 0, 0, 0, 0, 0, 1, 2, 3, 4};
    static const unsigned char halves[8] = {0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44};
    unsigned char bytes[160 + 3 * 32] = {0};
    lm_err e = {0};
    lm_gguf *g = container();
    memcpy(bytes, head, sizeof head);
    memcpy(bytes + 160, numbers, sizeof numbers);
    memcpy(bytes + 160 + 64, halves, sizeof halves);
    CHECK_OK(lm_gguf_add_tensor(g, &(lm_gguf_tensor){"v", LM_GGUF_F32, 1, 1, 3, vector, false}, &e),
             &e);
    CHECK_OK(lm_gguf_add_tensor(g, &(lm_gguf_tensor){"m", LM_GGUF_F32, 2, 2, 2, rows, false}, &e),
             &e);
    CHECK_OK(lm_gguf_add_tensor(g, &(lm_gguf_tensor){"h", LM_GGUF_F16, 2, 2, 2, columns, true}, &e),
             &e);
    write_container(g, "tensors", LM_OK, NULL);
    check_bytes("tensors", bytes, sizeof bytes);
    lm_gguf_free(g);
}

/* The bytes of one tensor of 64 columns, without the header of 64 or 96 bytes. */
static void write_tensor(const lm_gguf_tensor *t, size_t header, unsigned char *bytes, size_t size)
{
    lm_err e = {0};
    lm_map map;
    lm_gguf *g = container();
    CHECK_OK(lm_gguf_add_tensor(g, t, &e), &e);
    write_container(g, "tensor", LM_OK, NULL);
    lm_gguf_free(g);
    CHECK_OK(lm_map_open(&map, "tensor", &e), &e);
    CHECK_INT(map.length, header + (size + 31) / 32 * 32);
    memcpy(bytes, map.bytes + header, size);
    lm_map_close(&map);
}

/* Two blocks: the largest, 127, is at a scale of 1; halves go away from zero.  The other is 0. */
TEST(gguf_q8_0)
{
    lm_real x[64] = {127, -127, 0.5, -0.5, 1.5, -1.5, 2.4375, -2.4375, 126.5};
    static const signed char expected[9] = {127, -127, 1, -1, 2, -2, 2, -2, 127};
    unsigned char bytes[68];
    write_tensor(&(lm_gguf_tensor){"t", LM_GGUF_Q8_0, 1, 1, 64, x, false}, 64, bytes, sizeof bytes);
    CHECK_INT(bytes[0] | bytes[1] << 8, 0x3c00);
    CHECK_BYTES(bytes + 2, expected, sizeof expected);
    for (size_t i = 11; i < sizeof bytes; i++) CHECK_INT(bytes[i], 0);
    for (int i = 0; i < 64; i++) x[i] = (lm_real)1e-42; /* no float is the inverse of its scale */
    write_tensor(&(lm_gguf_tensor){"t", LM_GGUF_Q8_0, 1, 1, 64, x, false}, 64, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) CHECK_INT(bytes[i], 0);
}

/* More rows than are made at once, from rows and from columns. */
TEST(gguf_transposed)
{
    enum { ROWS = 37, COLUMNS = 5 };
    static lm_real rows[ROWS * COLUMNS], columns[ROWS * COLUMNS];
    static float floats[ROWS * COLUMNS];
    static unsigned char bytes[sizeof floats];
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++) {
            floats[r * COLUMNS + c] = (float)(100 * r + c);
            rows[r * COLUMNS + c] = columns[c * ROWS + r] = (lm_real)(100 * r + c);
        }
    for (int transposed = 0; transposed < 2; transposed++) {
        const lm_gguf_tensor t = {
            "t", LM_GGUF_F32, 2, ROWS, COLUMNS, transposed ? columns : rows, transposed};
        write_tensor(&t, 96, bytes, sizeof bytes);
        CHECK_BYTES(bytes, floats, sizeof floats);
    }
}

static void check_refused(lm_gguf_type type, lm_real value, const char *text)
{
    lm_err e = {0};
    lm_real x[32] = {1, value};
    lm_gguf *g = container();
    const lm_gguf_tensor t = {"t", type, 1, 1, 32, x, false};
    CHECK_OK(lm_gguf_add_tensor(g, &t, &e), &e);
    write_container(g, "refused", LM_EUSAGE, text);
    lm_gguf_free(g);
}

TEST(gguf_beyond_f16)
{
    check_refused(LM_GGUF_F16, 65520, "tensor 't': 65520 is beyond the largest f16");
    check_refused(LM_GGUF_F16, -1e6, "tensor 't': -1e+06 is beyond");
    check_refused(LM_GGUF_Q8_0, (lm_real)1e7, "tensor 't': 78740.2 is beyond");
}

TEST(gguf_without_memory)
{
    static const lm_real x[2] = {1, 2};
    for (size_t k = 1; failing_round(k); k++) {
        lm_err e = {0};
        lm_gguf *g;
        lm_out *out = NULL;
        lm_status s = lm_gguf_new(&g, &e);
        if (!s) s = lm_gguf_set_text(g, "key", lm_slice_of("value"), &e);
        const lm_gguf_tensor t = {"t", LM_GGUF_F16, 1, 1, 2, x, false};
        if (!s) s = lm_gguf_add_tensor(g, &t, &e);
        if (!s) s = lm_out_open(&out, "/dev/null", &e);
        if (!s) s = lm_gguf_write(g, out, NULL, &e);
        s = lm_out_close(out, s, &e);
        lm_gguf_free(g);
        CHECK(s == LM_OK || (s == LM_ENOMEM && failing.failed));
        failing_end();
    }
}
