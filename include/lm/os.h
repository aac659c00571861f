/* os.h - what needs more than POSIX: CPU features, usable CPUs, hints about memory. */
#ifndef LM_OS_H
#define LM_OS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CPU levels, each including the one before it on its own machine. */
typedef enum {
    LM_CPU_REF,
    LM_CPU_NEON,
    LM_CPU_AVX2,
    LM_CPU_AVX512,
    LM_CPU_AVX512BF16
} lm_cpu_level;

/* The level in use: the best this CPU has, if it is faster than the one before it, or the one that
 * LM_CPU=ref|neon|avx2|avx512|avx512bf16 in the environment forces (a level the CPU lacks is
 * ignored). */
lm_cpu_level lm_os_cpu(void);
const char *lm_os_cpu_name(lm_cpu_level level);

/* Has the CPU the CRC-32C instruction of SSE 4.2, and carry-less multiplication? */
bool lm_os_has_crc32c(void);

/* CPUs this process may run on (its affinity mask), at least 1. */
size_t lm_os_cpus(void);

/* Asks for huge pages under a large block; a hint, ignored where unsupported. */
void lm_os_huge(void *block, size_t bytes);

/* Gives back the memory of whole pages of a mapped file, whose contents stay in the file.  Never
 * for memory that is not a file's.  Does nothing where unsupported. */
void lm_os_release(const void *block, size_t bytes);

/* Gives back the memory of whole pages inside a block of the heap whose contents are not needed any
 * more: they become zeros, or stay. */
void lm_os_forget(void *block, size_t bytes);

/* Asks for the cache line at `address`, which will be needed soon.  gcc takes a function that does
 * nothing else for one without any effect and leaves out its calls; the asm keeps them. */
#if defined(__GNUC__)
#define LM_PREFETCH(address)                                                                       \
    do {                                                                                           \
        const void *const wanted_ = (address);                                                     \
        __builtin_prefetch(wanted_);                                                               \
        __asm__ volatile("" : : "r"(wanted_));                                                     \
    } while (0)
#else
#define LM_PREFETCH(address) ((void)(address))
#endif

/* Begins to write a part of a file to the disk, without waiting; a hint. */
void lm_os_write_back(int fd, uint64_t offset, uint64_t bytes);

/* Opens a new file in `directory` that never had a name, for reading and writing; -1 and errno
 * where that cannot be. */
int lm_os_open_nameless(const char *directory);

/* Bytes of memory the process has now; 0 where that is not known. */
uint64_t lm_os_resident(void);

/* Bytes of memory the machine has; 0 where that is not known. */
uint64_t lm_os_memory(void);

#ifdef __cplusplus
}
#endif
#endif
