/* gemm.c - matrix products. */
#include "lm/gemm.h"

void lm_gemm(const lm_compute *on, const lm_product *p)
{
    (void)on;
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            lm_real *c = p->c + i * p->ldc + j, sum = p->accumulate ? *c : 0;
            for (size_t k = 0; k < p->k; k++)
                sum += (p->ta ? p->a[k * p->lda + i] : p->a[i * p->lda + k]) *
                       (p->tb ? p->b[j * p->ldb + k] : p->b[k * p->ldb + j]);
            if (p->bias) sum += p->bias[j];
            lm_activate(p->activation, c, &sum, 1);
        }
}

void lm_gemm_each(const lm_compute *on, const lm_product *products, size_t count)
{
    for (size_t i = 0; i < count; i++) lm_gemm(on, &products[i]);
}
