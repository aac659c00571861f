/* compare.c - how far two arrays of numbers differ. */
#include "lm/compare.h"
#include <math.h>
#include <stddef.h>
#include "lm/half.h"

/* |x - y| and max(|x|, |y|) of one pair; NaN if either is. */
typedef struct {
    double distance, size;
} pair;

static pair pair_of_reals(double x, double y)
{
    if (isnan(x) && isnan(y)) return (pair){0, 0};
    if (isnan(x) || isnan(y)) return (pair){(double)NAN, (double)NAN};
    return (pair){x == y ? 0 : fabs(x - y), fmax(fabs(x), fabs(y))};
}

static pair pair_of_signed(int64_t x, int64_t y)
{
    const uint64_t distance = x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x;
    return (pair){(double)distance, fmax(fabs((double)x), fabs((double)y))};
}

static pair pair_of_unsigned(uint64_t x, uint64_t y)
{
    return (pair){(double)(x > y ? x - y : y - x), (double)(x > y ? x : y)};
}

#define AT(type, array) (((const type *)(array))[i])

static pair pair_at(lm_dtype dtype, const void *a, const void *b, size_t i)
{
    switch (dtype) {
    case LM_F64:
        return pair_of_reals(AT(double, a), AT(double, b));
    case LM_F32:
        return pair_of_reals((double)AT(float, a), (double)AT(float, b));
    case LM_F16:
        return pair_of_reals((double)lm_half_from_f16(AT(uint16_t, a)),
                             (double)lm_half_from_f16(AT(uint16_t, b)));
    case LM_BF16:
        return pair_of_reals((double)lm_half_from_bf16(AT(uint16_t, a)),
                             (double)lm_half_from_bf16(AT(uint16_t, b)));
    case LM_I64:
        return pair_of_signed(AT(int64_t, a), AT(int64_t, b));
    case LM_I32:
        return pair_of_signed(AT(int32_t, a), AT(int32_t, b));
    case LM_I16:
        return pair_of_signed(AT(int16_t, a), AT(int16_t, b));
    case LM_I8:
        return pair_of_signed(AT(int8_t, a), AT(int8_t, b));
    case LM_U64:
        return pair_of_unsigned(AT(uint64_t, a), AT(uint64_t, b));
    case LM_U32:
        return pair_of_unsigned(AT(uint32_t, a), AT(uint32_t, b));
    case LM_U16:
        return pair_of_unsigned(AT(uint16_t, a), AT(uint16_t, b));
    case LM_U8:
    case LM_BOOL:
        return pair_of_unsigned(AT(uint8_t, a), AT(uint8_t, b));
    }
    return (pair){0, 0};
}

static double relative(pair p)
{
    if (p.distance == 0) return 0;
    return isinf(p.size) ? (double)INFINITY : p.distance / p.size;
}

lm_difference lm_compare(lm_dtype dtype, const void *a, const void *b, uint64_t count,
                         double tolerance)
{
    lm_difference d = {0};
    for (size_t i = 0; i < count; i++) {
        const pair p = pair_at(dtype, a, b, i);
        if (isnan(p.distance)) {
            d.nan++;
            d.differing++;
            continue;
        }
        d.absolute = fmax(d.absolute, p.distance);
        d.relative = fmax(d.relative, relative(p));
        if (p.distance > tolerance) d.differing++;
    }
    return d;
}
