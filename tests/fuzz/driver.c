/* driver.c - runs a fuzz target without a fuzzer: over seed files and a fixed series of
 * mutations of them.
 *
 *     fuzz-NAME [-n MUTATIONS] [-o FILE] [SEED-FILE]...
 *
 * Exit status 0, or the signal that an input caused; that input is then in FILE.  An input
 * that takes more than ten seconds is a failure (SIGALRM).  Given one file and -n 0 it
 * repeats just that input. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SECONDS = 10, SIZE_LIMIT = 1 << 20, STACKED = 4, TROUBLE = 2 };

typedef struct {
    uint8_t *data;
    size_t size;
} input;

static input current;
static const char *crash_name = "crash-input";
static uint64_t state = 1; /* of the random numbers; the same in every run */

static void on_crash(int number)
{
    const int fd = open(crash_name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd >= 0 && write(fd, current.data, current.size) >= 0) close(fd);
    signal(number, SIG_DFL);
    raise(number);
}

static void *allocate(size_t size)
{
    void *block = malloc(size ? size : 1);
    if (!block) {
        perror("fuzz driver");
        exit(TROUBLE);
    }
    return block;
}

/* splitmix64 */
static uint64_t random64(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static size_t below(size_t limit)
{
    return limit ? (size_t)(random64() % limit) : 0;
}

/* A block of its exact size, so that a sanitizer sees a read past its end. */
static void try_input(const uint8_t *data, size_t size)
{
    current.data = allocate(size);
    current.size = size;
    if (size) memcpy(current.data, data, size);
    alarm(SECONDS);
    LLVMFuzzerTestOneInput(current.data, size);
    alarm(0);
    free(current.data);
}

static void flip(input *it)
{
    if (it->size) it->data[below(it->size)] ^= (uint8_t)(1U << below(8));
}

static void set_byte(input *it)
{
    static const uint8_t values[] = {0, 1, 9, 10, 13, 32, '"', '\\', '{', '0', 127, 128, 192, 255};
    if (it->size) it->data[below(it->size)] = values[below(sizeof values)];
}

/* A little-endian number at a limit of some type, or near one. */
static void set_number(input *it)
{
    static const unsigned shifts[] = {0, 7, 8, 15, 16, 31, 32, 62, 63};
    const size_t width = (size_t)1 << below(4);
    const uint64_t value =
        ((uint64_t)1 << shifts[below(sizeof shifts / sizeof *shifts)]) + below(3) - 1;
    if (it->size < width) return;
    uint8_t *at = it->data + below(it->size - width + 1);
    for (size_t i = 0; i < width; i++) at[i] = (uint8_t)(value >> (8 * i));
}

static void cut(input *it)
{
    const size_t from = below(it->size), size = below(it->size - from) + 1;
    if (it->size == 0) return;
    memmove(it->data + from, it->data + from + size, it->size - from - size);
    it->size -= size;
}

static void truncate_input(input *it)
{
    it->size = below(it->size);
}

/* Puts a piece of `other` in; there is room. */
static void insert(input *it, const input *other)
{
    const size_t from = below(other->size), size = below(other->size - from) % 4096 + 1;
    if (other->size == 0) return;
    const size_t at = below(it->size + 1),
                 moved = size < other->size - from ? size : other->size - from;
    memmove(it->data + at + moved, it->data + at, it->size - at);
    memcpy(it->data + at, other->data + from, moved);
    it->size += moved;
}

static void mutate(input *it, const input *seeds, size_t count)
{
    for (size_t times = below(STACKED) + 1; times > 0; times--) switch (below(6)) {
        case 0:
            flip(it);
            break;
        case 1:
            set_byte(it);
            break;
        case 2:
            set_number(it);
            break;
        case 3:
            cut(it);
            break;
        case 4:
            truncate_input(it);
            break;
        default:
            insert(it, &seeds[below(count)]);
            break;
        }
}

static input read_seed(const char *name)
{
    input it = {allocate(SIZE_LIMIT), 0};
    FILE *file = fopen(name, "rb");
    if (!file) {
        perror(name);
        exit(TROUBLE);
    }
    it.size = fread(it.data, 1, SIZE_LIMIT, file);
    fclose(file);
    return it;
}

/* Where there are no seeds. */
static input blank_seed(void)
{
    const input it = {allocate(64), 64};
    memset(it.data, ' ', it.size);
    return it;
}

static void catch_signals(void)
{
    static const int deadly[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGALRM};
    for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) signal(deadly[i], on_crash);
}

int main(int argc, char **argv)
{
    size_t mutations = 2000;
    int option;
    while ((option = getopt(argc, argv, "n:o:")) != -1)
        if (option == 'n')
            mutations = strtoul(optarg, NULL, 10);
        else if (option == 'o')
            crash_name = optarg;
        else
            return TROUBLE;
    size_t count = (size_t)(argc - optind);
    input *seeds = allocate((count + 1) * sizeof *seeds);
    for (size_t i = 0; i < count; i++) seeds[i] = read_seed(argv[optind + (int)i]);
    if (count == 0) seeds[count++] = blank_seed();
    catch_signals();
    for (size_t i = 0; i < count; i++) try_input(seeds[i].data, seeds[i].size);
    input work = {allocate(SIZE_LIMIT + STACKED * 4097), 0};
    for (size_t i = 0; i < mutations; i++) {
        const input *seed = &seeds[i % count];
        work.size = seed->size;
        if (work.size) memcpy(work.data, seed->data, work.size);
        mutate(&work, seeds, count);
        try_input(work.data, work.size);
    }
    free(work.data);
    for (size_t i = 0; i < count; i++) free(seeds[i].data);
    free(seeds);
    return 0;
}
