/* os.c - what needs more than POSIX: CPU features, usable CPUs, hints about memory. */
#include "lm/os.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/syscall.h>
/* The library is compiled as strictly POSIX, where the C library hides sched_getaffinity,
 * madvise and this; the kernel's calls are the same on every C library. */
long syscall(long number, ...);
#endif
enum { LINUX_MADV_DONTNEED = 4, LINUX_MADV_HUGEPAGE = 14, LINUX_SYNC_FILE_RANGE_WRITE = 2 };

static const char *const names[] = {"ref", "neon", "avx2", "avx512", "avx512bf16"};

/* Each test includes that the operating system saves the registers. */
static lm_cpu_level best_level(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return LM_CPU_REF;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return LM_CPU_AVX2;
    return __builtin_cpu_supports("avx512bf16") ? LM_CPU_AVX512BF16 : LM_CPU_AVX512;
#elif defined(__aarch64__)
    return LM_CPU_NEON;
#else
    return LM_CPU_REF;
#endif
}

/* Is a level worth it where it is there?  On Intel's CPUs the instruction of bfloat16 does half as
 * many products in a second as those of float (77 to 85 and 138 to 150 GFLOP/s on Sapphire Rapids).
 */
static bool pays(lm_cpu_level level)
{
#if defined(__x86_64__) && defined(__GNUC__)
    if (level == LM_CPU_AVX512BF16) return !__builtin_cpu_is("intel");
#endif
    (void)level;
    return true;
}

lm_cpu_level lm_os_cpu(void)
{
    const lm_cpu_level best = best_level();
    const char *name = getenv("LM_CPU");
    for (lm_cpu_level level = LM_CPU_REF; name && level <= best; level++)
        if (strcmp(name, names[level]) == 0 && level != LM_CPU_NEON) return level;
    return pays(best) ? best : (lm_cpu_level)(best - 1);
}

const char *lm_os_cpu_name(lm_cpu_level level)
{
    return names[level];
}

bool lm_os_has_crc32c(void)
{
#if defined(__x86_64__) && defined(__GNUC__)
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
#else
    return false;
#endif
}

size_t lm_os_cpus(void)
{
    long count = 0;
#ifdef __linux__
    unsigned long mask[1024]; /* more CPUs than Linux can be built for */
    const long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    for (long i = 0; i < bytes / (long)sizeof *mask; i++) count += __builtin_popcountl(mask[i]);
#endif
#ifdef _SC_NPROCESSORS_ONLN
    if (count < 1) count = sysconf(_SC_NPROCESSORS_ONLN);
#endif
    return count < 1 ? 1 : (size_t)count;
}

/* Advises about the whole pages inside a block, where that is known how to. */
static void advise(const void *block, size_t bytes, long advice)
{
#ifdef __linux__
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t from = ((uintptr_t)block + page - 1) / page * page;
    const uintptr_t to = ((uintptr_t)block + bytes) / page * page;
    if (from < to) (void)syscall(SYS_madvise, from, to - from, advice);
#else
    (void)block;
    (void)bytes;
    (void)advice;
#endif
}

void lm_os_huge(void *block, size_t bytes)
{
    advise(block, bytes, LINUX_MADV_HUGEPAGE);
}

void lm_os_release(const void *block, size_t bytes)
{
    advise(block, bytes, LINUX_MADV_DONTNEED);
}

void lm_os_forget(void *block, size_t bytes)
{
    advise(block, bytes, LINUX_MADV_DONTNEED);
}

void lm_os_write_back(int fd, uint64_t offset, uint64_t bytes)
{
#if defined(__linux__) && defined(SYS_sync_file_range) && defined(__LP64__)
    (void)syscall(SYS_sync_file_range, (long)fd, (long)offset, (long)bytes,
                  (long)LINUX_SYNC_FILE_RANGE_WRITE);
#else
    (void)fd;
    (void)offset;
    (void)bytes;
#endif
}

int lm_os_open_nameless(const char *directory)
{
#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__)) && defined(O_DIRECTORY)
    enum { LINUX_TMPFILE = 020000000 };
    return open(directory, LINUX_TMPFILE | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0600);
#else
    (void)directory;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

uint64_t lm_os_resident(void)
{
    uint64_t pages = 0;
#ifdef __linux__
    char text[64]; /* "SIZE RESIDENT ...", in pages */
    const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    const ssize_t length = read(fd, text, sizeof text - 1);
    (void)close(fd);
    ssize_t i = 0;
    while (i < length && text[i] != ' ') i++;
    for (i++; i < length && text[i] >= '0' && text[i] <= '9'; i++)
        pages = pages * 10 + (uint64_t)(text[i] - '0');
#endif
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t lm_os_memory(void)
{
#ifdef _SC_PHYS_PAGES
    const long pages = sysconf(_SC_PHYS_PAGES);
    return pages > 0 ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
#else
    return 0;
#endif
}
