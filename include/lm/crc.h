/* crc.h - CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected), as in iSCSI (RFC 3720). */
#ifndef LM_CRC_H
#define LM_CRC_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The sum of `crc`'s bytes followed by these; start with 0.
 * lm_crc32c(0, "123456789", 9) is 0xe3069283.  Uses the CPU's instruction where it has one. */
uint32_t lm_crc32c(uint32_t crc, const void *bytes, size_t length);

/* The sum of two stretches of bytes, one after the other, from their sums. */
uint32_t lm_crc32c_join(uint32_t first, uint32_t second, uint64_t second_length);

/* The plain reference: the same values, a table look-up per byte. */
uint32_t lm_crc32c_ref(uint32_t crc, const void *bytes, size_t length);

#ifdef __cplusplus
}
#endif
#endif
