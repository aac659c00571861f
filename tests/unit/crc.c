/* crc.c - CRC-32C against RFC 3720, a bit-by-bit division, and itself in pieces. */
#include "lm/crc.h"
#include <stdint.h>
#include <string.h>
#include "test.h"

static uint32_t bit_by_bit(const unsigned char *bytes, size_t length)
{
    uint32_t sum = 0xffffffff;
    for (size_t i = 0; i < 8 * length; i++) {
        const uint32_t bit = bytes[i / 8] >> i % 8 & 1;
        sum = (sum ^ bit) & 1 ? sum >> 1 ^ 0x82f63b78 : sum >> 1;
    }
    return ~sum;
}

static void fill(unsigned char *bytes, size_t length)
{
    uint32_t x = 1;
    for (size_t i = 0; i < length; i++) {
        x = x * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(x >> 24);
    }
}

static void check_known(const void *bytes, size_t length, uint32_t expected)
{
    CHECK_INT(lm_crc32c(0, bytes, length), expected);
    CHECK_INT(lm_crc32c_ref(0, bytes, length), expected);
}

/* RFC 3720, B.4, whose bytes are the sum's with the least significant first. */
TEST(crc_known)
{
    unsigned char bytes[32];
    check_known(memset(bytes, 0, 32), 32, 0x8a9136aa);
    check_known(memset(bytes, 0xff, 32), 32, 0x62a8ab43);
    for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)i;
    check_known(bytes, 32, 0x46dd794e);
    for (int i = 0; i < 32; i++) bytes[i] = (unsigned char)(31 - i);
    check_known(bytes, 32, 0x113fdb5c);
    const unsigned char read_command[48] = {
        [0] = 0x01,  [1] = 0xc0,  [16] = 0x14, [22] = 0x04,
        [27] = 0x14, [31] = 0x18, [32] = 0x28, [40] = 0x02,
    };
    check_known(read_command, 48, 0xd9963a56);
    check_known("123456789", 9, 0xe3069283);
    check_known("", 0, 0);
}

TEST(crc_lengths_and_alignments)
{
    unsigned char bytes[128];
    fill(bytes, sizeof bytes);
    for (size_t at = 0; at < 16; at++)
        for (size_t length = 0; at + length <= sizeof bytes; length++)
            check_known(bytes + at, length, bit_by_bit(bytes + at, length));
}

TEST(crc_in_pieces)
{
    static unsigned char bytes[5000];
    fill(bytes, sizeof bytes);
    const uint32_t whole = bit_by_bit(bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        const size_t rest = sizeof bytes - cut;
        CHECK_INT(lm_crc32c(lm_crc32c(0, bytes, cut), bytes + cut, rest), whole);
        CHECK_INT(lm_crc32c_ref(lm_crc32c_ref(0, bytes, cut), bytes + cut, rest), whole);
    }
}

/* Long stretches are summed in several places at once. */
TEST(crc_of_long_stretches)
{
    static unsigned char bytes[3 * 12288 + 2 * 768 + 64];
    fill(bytes, sizeof bytes);
    for (size_t length = 700; length <= sizeof bytes - 16; length += length < 1700 ? 1 : 509)
        check_known(bytes + length % 16, length, bit_by_bit(bytes + length % 16, length));
    for (size_t stretch = 768; stretch <= 3 * 12288; stretch *= 2)
        for (size_t length = stretch - 9; length <= stretch + 9; length++)
            CHECK_INT(lm_crc32c(1, bytes + 3, length), lm_crc32c_ref(1, bytes + 3, length));
}

TEST(crc_joined)
{
    static unsigned char bytes[3000];
    fill(bytes, sizeof bytes);
    const uint32_t whole = bit_by_bit(bytes, sizeof bytes);
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        const size_t rest = sizeof bytes - cut;
        const uint32_t first = bit_by_bit(bytes, cut), second = bit_by_bit(bytes + cut, rest);
        CHECK_INT(lm_crc32c_join(first, second, rest), whole);
    }
}

/* Stretches of 2^k bytes, each twice the one before; and whatever is joined first. */
TEST(crc_joined_of_long_stretches)
{
    static unsigned char bytes[1 << 20];
    fill(bytes, 7);
    for (size_t i = 7; i < sizeof bytes; i++) bytes[i] = bytes[i - 7];
    uint32_t sum = lm_crc32c_ref(0, bytes, 7);
    uint64_t length = 7;
    for (; 2 * length <= sizeof bytes; length *= 2) {
        sum = lm_crc32c_join(sum, sum, length);
        CHECK_INT(sum, lm_crc32c_ref(0, bytes, (size_t)(2 * length)));
    }
    for (; length < UINT64_MAX / 4; length *= 2) {
        const uint32_t twice = lm_crc32c_join(sum, sum, length);
        CHECK_INT(lm_crc32c_join(twice, sum, length), lm_crc32c_join(sum, twice, 2 * length));
        sum = twice;
    }
}
