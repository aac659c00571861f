/* torch_random.h - the random numbers of PyTorch's CPU generator, bit for bit, so that models made
 * by its modules can be made again.
 *
 *     lm_torch_random random;
 *     lm_torch_seed(&random, 42);                      torch.manual_seed(42)
 *     lm_torch_normal(&random, x, n, 0, 1);            x.normal_(0, 1)
 *
 * The engine is MT19937 (Matsumoto and Nishimura, ACM TOMACS 8, 1998).  Values are those of PyTorch
 * 1.13 for float tensors in memory order, in its builds for x86-64 with AVX2: they use the single
 * precision log, sin and cos of the Cephes library (S. Moshier) with fused multiply-adds.  Of fewer
 * than 16 normal numbers PyTorch leaves log1p, sin and cos to the C library, in double; ours are
 * within 2 ulp of those, which rounding to float makes equal but in about one of 10^8 cases. */
#ifndef LM_TORCH_RANDOM_H
#define LM_TORCH_RANDOM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/real.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LM_TORCH_WORDS = 624, LM_TORCH_PERMUTATION_MAX = 214748364 };

typedef struct {
    uint32_t word[LM_TORCH_WORDS];
    int used;      /* of the words */
    bool has_next; /* a normal number is left from a pair, for the next odd draw */
    double next;
} lm_torch_random;

/* Of the seed, the low 32 bits count. */
void lm_torch_seed(lm_torch_random *random, uint64_t seed);

/* 32 bits of the engine. */
uint32_t lm_torch_bits(lm_torch_random *random);

/* x (n), floats even where lm_real is double. */
void lm_torch_uniform(lm_torch_random *random, lm_real *x, size_t n, double low, double high);
void lm_torch_normal(lm_torch_random *random, lm_real *x, size_t n, double mean, double deviation);

/* order (n) = randperm(n); n <= LM_TORCH_PERMUTATION_MAX */
void lm_torch_permutation(lm_torch_random *random, uint64_t *order, size_t n);

#ifdef __cplusplus
}
#endif
#endif
