/* gemm.c - our matrix products beside OpenBLAS's and oneDNN's and the peak of the CPU: a line for
 * every shape and number of threads, medians of alternating runs.
 *
 *   gemm [-c] [-r RUNS] [NAME]     -c: by CPU time; NAME: only shapes whose name has it */
#include "lm/gemm.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lm/memory.h"
#include "lm/os.h"
#include "lm/sort.h"

typedef struct {
    const char *name;
    bool ta, tb;
    size_t m, n, k;
} shape;

static const shape shapes[] = {
    {"gpt2 256 qkv", false, true, 256, 2304, 768},
    {"gpt2 256 fc", false, true, 256, 3072, 768},
    {"gpt2 256 fcproj", false, true, 256, 768, 3072},
    {"gpt2 256 attproj", false, true, 256, 768, 768},
    {"gpt2 256 fc dX", false, false, 256, 768, 3072},
    {"gpt2 256 fc dW", true, false, 3072, 768, 256},
    {"gpt2 256 logits", false, true, 256, 50257, 768},
    {"gpt2 256 logits dX", false, false, 256, 768, 50257},
    {"gpt2 256 logits dW", true, false, 50257, 768, 256},
    {"gpt2 1024 qkv", false, true, 1024, 2304, 768},
    {"gpt2 1024 fc", false, true, 1024, 3072, 768},
    {"gpt2 1024 fc dW", true, false, 3072, 768, 1024},
    {"small 2048 qkv", false, true, 2048, 1152, 384},
    {"small 2048 fc", false, true, 2048, 1536, 384},
    {"small 2048 fcproj", false, true, 2048, 384, 1536},
    {"small 2048 fc dX", false, false, 2048, 384, 1536},
    {"small 2048 fc dW", true, false, 1536, 384, 2048},
    {"attention QK'", false, true, 256, 256, 64},
    {"attention PV", false, false, 256, 64, 256},
    {"nnlm logits", false, true, 256, 33278, 200},
    {"nnlm logits dX", false, false, 256, 200, 33278},
    {"nnlm logits dW", true, false, 33278, 200, 256},
    {"one row NT", false, true, 1, 3072, 768},
    {"one row NT logits", false, true, 1, 50257, 768},
    {"one row NN", false, false, 1, 3072, 768},
    {"one row NN logits", false, false, 1, 50257, 768},
    {"four rows NT", false, true, 4, 3072, 768},
    {"four rows NN", false, false, 4, 3072, 768},
    {"eight rows NT", false, true, 8, 3072, 768},
    {"eight rows NN", false, false, 8, 3072, 768},
    {"16 rows NT", false, true, 16, 2048, 512},
    {"one column NN", false, false, 3072, 1, 768},
    {"rank one", true, false, 768, 3072, 1},
};
enum { SHAPES = sizeof shapes / sizeof *shapes, MOST_RUNS = 99 };

static clockid_t clock_used = CLOCK_MONOTONIC;

static double on_clock(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(void)
{
    return on_clock(clock_used);
}

/* ---- peers ---- */

typedef void cblas_sgemm_type(int order, int ta, int tb, int m, int n, int k, float alpha,
                              const float *a, int lda, const float *b, int ldb, float beta,
                              float *c, int ldc);
typedef int dnnl_sgemm_type(char ta, char tb, ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, float alpha,
                            const float *a, ptrdiff_t lda, const float *b, ptrdiff_t ldb,
                            float beta, float *c, ptrdiff_t ldc);
typedef void set_threads_type(int threads);

static struct {
    cblas_sgemm_type *openblas;
    dnnl_sgemm_type *dnnl;
    set_threads_type *openblas_threads, *dnnl_threads;
} peers;

static void find(void *library, const char *name, void *function)
{
    void *address = library ? dlsym(library, name) : NULL;
    memcpy(function, &address, sizeof address);
}

static void find_peers(void)
{
    void *openblas = dlopen("libopenblas.so.0", RTLD_NOW), *dnnl = dlopen("libdnnl.so.2", RTLD_NOW);
    find(openblas, "cblas_sgemm", &peers.openblas);
    find(openblas, "openblas_set_num_threads", &peers.openblas_threads);
    find(dnnl, "dnnl_sgemm", &peers.dnnl);
    find(dnnl, "omp_set_num_threads", &peers.dnnl_threads);
}

/* ---- the peak: independent chains of fused multiply-adds in registers ---- */

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

enum { CHAINS = 12 };

__attribute__((target("avx2,fma"))) static void multiply_add(void *context, size_t thread)
{
    const size_t rounds = *(const size_t *)context;
    __m256 sum[CHAINS], x = _mm256_set1_ps(0.999F), y = _mm256_set1_ps(1e-3F);
    for (int i = 0; i < CHAINS; i++) sum[i] = _mm256_set1_ps((float)(thread + (size_t)i));
    for (size_t r = 0; r < rounds; r++) {
        __asm__ volatile(""
                         : "+x"(sum[0]), "+x"(sum[1]), "+x"(sum[2]), "+x"(sum[3]), "+x"(sum[4]),
                           "+x"(sum[5]), "+x"(sum[6]), "+x"(sum[7]), "+x"(sum[8]), "+x"(sum[9]),
                           "+x"(sum[10]), "+x"(sum[11]));
        sum[0] = _mm256_fmadd_ps(sum[0], x, y), sum[1] = _mm256_fmadd_ps(sum[1], x, y);
        sum[2] = _mm256_fmadd_ps(sum[2], x, y), sum[3] = _mm256_fmadd_ps(sum[3], x, y);
        sum[4] = _mm256_fmadd_ps(sum[4], x, y), sum[5] = _mm256_fmadd_ps(sum[5], x, y);
        sum[6] = _mm256_fmadd_ps(sum[6], x, y), sum[7] = _mm256_fmadd_ps(sum[7], x, y);
        sum[8] = _mm256_fmadd_ps(sum[8], x, y), sum[9] = _mm256_fmadd_ps(sum[9], x, y);
        sum[10] = _mm256_fmadd_ps(sum[10], x, y), sum[11] = _mm256_fmadd_ps(sum[11], x, y);
    }
}

static double peak(lm_pool *pool)
{
    if (lm_os_cpu() < LM_CPU_AVX2) return 0;
    const size_t threads = lm_pool_threads(pool);
    size_t rounds = 200000;
    for (int i = 0; i < 3; i++) lm_parallel_for(pool, threads, multiply_add, &rounds);
    const double start = seconds();
    lm_parallel_for(pool, threads, multiply_add, &rounds);
    const double clocks = clock_used == CLOCK_MONOTONIC ? 1 : (double)threads;
    return 2.0 * 8 * CHAINS * (double)(rounds * threads) * clocks / (seconds() - start);
}
#else
static double peak(lm_pool *pool)
{
    (void)pool;
    return 0;
}
#endif

/* ---- one line ---- */

typedef struct {
    const shape *s;
    lm_compute *on;
    float *a, *b, *c;
} job;

static void run_ours(const job *j)
{
    const shape *s = j->s;
    lm_gemm(j->on, &(lm_product){.m = s->m,
                                 .n = s->n,
                                 .k = s->k,
                                 .a = j->a,
                                 .lda = s->ta ? s->m : s->k,
                                 .ta = s->ta,
                                 .b = j->b,
                                 .ldb = s->tb ? s->k : s->n,
                                 .tb = s->tb,
                                 .c = j->c,
                                 .ldc = s->n,
                                 .accumulate = s->ta});
}

static void run_openblas(const job *j)
{
    const shape *s = j->s;
    enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };
    peers.openblas(ROW_MAJOR, s->ta ? TRANSPOSE : NO_TRANSPOSE, s->tb ? TRANSPOSE : NO_TRANSPOSE,
                   (int)s->m, (int)s->n, (int)s->k, 1, j->a, (int)(s->ta ? s->m : s->k), j->b,
                   (int)(s->tb ? s->k : s->n), s->ta ? 1 : 0, j->c, (int)s->n);
}

static void run_dnnl(const job *j)
{
    const shape *s = j->s;
    peers.dnnl(s->ta ? 'T' : 'N', s->tb ? 'T' : 'N', (ptrdiff_t)s->m, (ptrdiff_t)s->n,
               (ptrdiff_t)s->k, 1, j->a, (ptrdiff_t)(s->ta ? s->m : s->k), j->b,
               (ptrdiff_t)(s->tb ? s->k : s->n), s->ta ? 1 : 0, j->c, (ptrdiff_t)s->n);
}

static int by_value(const void *context, const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    (void)context;
    return x < y ? -1 : x > y;
}

/* GFLOP/s: the median of `runs` runs, in values[]. */
static double median(double *values, size_t runs)
{
    lm_err e = {0};
    if (lm_sort(values, runs, sizeof *values, by_value, NULL, &e)) return 0;
    return values[runs / 2];
}

/* The threads of a peer look for work for some time after its product, on CPUs that the next one is
 * measured on. */
static void let_peers_rest(size_t threads)
{
    const struct timespec while_they_look = {0, 60000000};
    if (threads > 1 && (peers.openblas || peers.dnnl)) (void)nanosleep(&while_they_look, NULL);
}

/* Threads that were woken share a CPU for some milliseconds, until the system moves one of them. */
static void warm_up(void (*run)(const job *), const job *j)
{
    const double end = on_clock(CLOCK_MONOTONIC) + 0.03;
    do {
        run(j);
    } while (on_clock(CLOCK_MONOTONIC) < end);
}

/* With -c in seconds of a thread at work, whatever else the machine does. */
static double rate(void (*run)(const job *), const job *j, size_t repeats)
{
    const double flops = 2.0 * (double)j->s->m * (double)j->s->n * (double)j->s->k;
    const double threads =
        clock_used == CLOCK_MONOTONIC ? 1 : (double)lm_pool_threads(lm_compute_pool(j->on));
    let_peers_rest(lm_pool_threads(lm_compute_pool(j->on)));
    warm_up(run, j);
    const double start = seconds();
    for (size_t i = 0; i < repeats; i++) run(j);
    return flops * (double)repeats * threads / (seconds() - start) / 1e9;
}

static void print_line(const job *j, lm_pool *pool, size_t runs)
{
    double ours[MOST_RUNS], openblas[MOST_RUNS], dnnl[MOST_RUNS], limit[MOST_RUNS];
    const size_t threads = lm_pool_threads(pool);
    const double flops = 2.0 * (double)j->s->m * (double)j->s->n * (double)j->s->k;
    const size_t repeats = 1 + (size_t)(1e9 * (double)threads / flops);
    if (peers.openblas_threads) peers.openblas_threads((int)threads);
    if (peers.dnnl_threads) peers.dnnl_threads((int)threads);
    run_ours(j);
    if (peers.openblas) run_openblas(j);
    if (peers.dnnl) run_dnnl(j);
    for (size_t r = 0; r < runs; r++) {
        let_peers_rest(threads);
        limit[r] = peak(pool) / 1e9;
        ours[r] = rate(run_ours, j, repeats);
        openblas[r] = peers.openblas ? rate(run_openblas, j, repeats) : 0;
        dnnl[r] = peers.dnnl ? rate(run_dnnl, j, repeats) : 0;
    }
    const double x = median(ours, runs), y = median(openblas, runs), z = median(dnnl, runs);
    const double top = median(limit, runs);
    printf("%-19s %5zux%5zux%5zu %c%c %2zu %7.1f %7.1f %7.1f %6.2f %6.2f %5.0f%%\n", j->s->name,
           j->s->m, j->s->n, j->s->k, j->s->ta ? 'T' : 'N', j->s->tb ? 'T' : 'N', threads, x, y, z,
           y > 0 ? x / y : 0, z > 0 ? x / z : 0, top > 0 ? 100 * x / top : 0);
    fflush(stdout);
}

static float *new_matrix(size_t count)
{
    lm_err e = {0};
    float *x = lm_resize(NULL, count + 1024, sizeof *x, &e);
    if (!x) exit(5);
    lm_os_huge(x, count * sizeof *x);
    for (size_t i = 0; i < count; i++) x[i] = (float)(i % 17) * 0.01F;
    return x;
}

int main(int argc, char **argv)
{
    size_t runs = 5;
    const char *only = "";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-r") == 0 && i + 1 < argc)
            runs = (size_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "-c") == 0)
            clock_used = CLOCK_PROCESS_CPUTIME_ID;
        else
            only = argv[i];
    }
    if (runs < 1 || runs > MOST_RUNS) runs = MOST_RUNS;
    lm_err e = {0};
    lm_pool *pools[2] = {NULL, NULL};
    lm_compute *on[2];
    if (lm_pool_new(&pools[1], 2, &e)) return 5;
    for (int t = 0; t < 2; t++)
        if (lm_compute_new(&on[t], pools[t], false, &e)) return 5;
    find_peers();
    printf("%-19s %-17s op  j    ours openblas oneDNN  /blas  /DNN  of peak (%s)\n", "GFLOP/s",
           "      m    n    k", lm_os_cpu_name(lm_os_cpu()));
    for (size_t i = 0; i < SHAPES; i++) {
        const shape *s = &shapes[i];
        if (!strstr(s->name, only)) continue;
        job j = {s, NULL, new_matrix(s->m * s->k), new_matrix(s->n * s->k),
                 new_matrix(s->m * s->n)};
        for (int t = 0; t < 2; t++) {
            j.on = on[t];
            print_line(&j, pools[t], runs);
        }
        lm_free(j.a);
        lm_free(j.b);
        lm_free(j.c);
    }
    for (int t = 0; t < 2; t++) lm_compute_free(on[t]);
    lm_pool_free(pools[1]);
    return 0;
}
