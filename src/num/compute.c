/* compute.c - what the arithmetic of a model runs on. */
#include "lm/compute.h"
#include <stdatomic.h>
#include <stdint.h>
#include "compute_internal.h"
#include "lm/memory.h"
#include "lm/os.h"

const lm_gemm_kernels *lm_gemm_kernels_now(bool bf16)
{
    const lm_cpu_level level = lm_os_cpu();
    (void)level;
    (void)bf16;
#ifdef LM_GEMM_X86
    if (level >= LM_CPU_AVX512BF16 && bf16) return &lm_gemm_avx512bf16;
    if (level >= LM_CPU_AVX512) return &lm_gemm_avx512;
    if (level >= LM_CPU_AVX2) return &lm_gemm_avx2;
#endif
#ifdef LM_GEMM_NEON
    if (level == LM_CPU_NEON) return &lm_gemm_neon;
#endif
    return &lm_gemm_ref;
}

/* Room for every thread, aligned to the huge pages it is asked to lie in. */
static lm_status make_room(lm_compute *on, lm_err *e)
{
    const size_t align = 2 << 20, each = (LM_ROWS_ROOM + LM_COLUMNS_ROOM) * sizeof(lm_real);
    size_t bytes, whole;
    if (!lm_mul_size(on->threads, each, &bytes) || !lm_add_size(bytes, align, &whole))
        whole = SIZE_MAX;
    on->block = lm_resize(NULL, whole, 1, e);
    if (!on->block) return LM_ENOMEM;
    lm_os_huge(on->block, whole);
    const size_t past = (uintptr_t)on->block % align;
    on->rows = (lm_real *)(void *)((char *)on->block + (past ? align - past : 0));
    on->columns = on->rows + on->threads * LM_ROWS_ROOM;
    return LM_OK;
}

lm_status lm_compute_new(lm_compute **out, lm_pool *pool, bool bf16, lm_err *e)
{
    lm_compute *on = lm_new(1, sizeof *on, e);
    if (!on) return LM_ENOMEM;
    on->pool = pool;
    on->bf16 = bf16;
    on->threads = lm_pool_threads(pool);
    on->kernels = lm_gemm_kernels_now(bf16);
    const lm_status s = make_room(on, e);
    if (s) {
        lm_free(on);
        return s;
    }
    *out = on;
    return LM_OK;
}

void lm_compute_free(lm_compute *on)
{
    if (!on) return;
    lm_free(on->block);
    lm_free(on);
}

lm_pool *lm_compute_pool(const lm_compute *on)
{
    return on->pool;
}

bool lm_compute_bf16(const lm_compute *on)
{
    return on->bf16;
}

size_t lm_compute_threads(const lm_compute *on)
{
    return on->threads;
}

typedef struct {
    void (*body)(void *context, size_t thread, size_t i);
    void *context;
    size_t count;
    atomic_size_t next;
} turns;

static void take_turns(void *context, size_t thread)
{
    turns *t = context;
    for (size_t i; (i = atomic_fetch_add(&t->next, 1)) < t->count;) t->body(t->context, thread, i);
}

void lm_compute_each(const lm_compute *on, size_t count,
                     void (*body)(void *context, size_t thread, size_t i), void *context)
{
    turns t = {.body = body, .context = context, .count = count};
    atomic_init(&t.next, 0);
    lm_parallel_for(on->pool, on->threads < count ? on->threads : count, take_turns, &t);
}
