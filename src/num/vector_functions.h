/* vector_functions.h - the elementary functions of float, once for all CPU levels.
 *
 * The includer gives the primitives: vf, a vector of WIDTH floats; vi, of as many 32-bit integers;
 * vm, of as many answers; and the functions used below, among them
 *     fmadd(a, b, c) = a b + c      fnmadd(a, b, c) = c - a b      both rounded once
 *     larger(a, b) = a > b ? a : b      smaller(a, b) = a < b ? a : b      so a NaN in b passes
 *
 * Polynomials are minimax fits (Remez's algorithm at 45 digits, coefficients then rounded); the
 * error of each is beside it.  The errors of the functions are in lm/vector.h. */
#ifndef LM_VECTOR_FUNCTIONS_H
#define LM_VECTOR_FUNCTIONS_H
#include <math.h>

#define LOG2_E 0x1.715476p+0f
#define LN2_HI 0x1.62e4p-1f /* 15 bits: times an exponent exact */
#define LN2_LO 0x1.7f7d1cp-20f

/* exp(x) is below half of the least denormal, and above the largest float. */
#define EXP_LOW  -104.0f
#define EXP_HIGH 89.0f

static inline vf copy_sign(vf magnitude, vf sign)
{
    const vi bit = ints(0x80000000u);
    return from_bits(either_bits(bits(magnitude), both_bits(bits(sign), bit)));
}

static inline vf magnitude(vf x)
{
    return from_bits(both_bits(bits(x), ints(0x7fffffffu)));
}

/* ROUND(bias) + v, rounded, has in its low bits the exponent of 2^(n + bias), n the integer nearest
 * to v. */
#define ROUND(bias) (0x1.8p+23f + 127.0f + (bias))

/* exp(x + rest) where rounded = round + x / log(2), round = ROUND(bias), unscale = 2^-bias, and the
 * nearest integer n to x / log(2) plus bias is in [-126, 127]; rest is small.  Results that are
 * denormal are rounded once, by the last product.
 *
 * x = n log(2) + r; (exp(r) - 1 - r) / r^2: error below 2^-28 of exp(r), |r| <= 0.3467. */
static inline vf exp_scaled(vf x, vf rest, vf rounded, vf round, vf unscale)
{
    const vf n = sub(rounded, round);
    const vf hi = fnmadd(n, all(LN2_HI), x), lo = fnmadd(n, all(LN2_LO), rest); /* hi is exact */
    const vf r = add(hi, lo);
    vf q = all(0x1.6a2408p-10f);
    q = fmadd(q, r, all(0x1.123a1p-7f));
    q = fmadd(q, r, all(0x1.5558f2p-5f));
    q = fmadd(q, r, all(0x1.555492p-3f));
    q = fmadd(q, r, all(0x1.fffffcp-2f));
    const vf e = add(all(1), add(hi, fmadd(mul(r, r), q, lo)));
    return mul(mul(e, from_bits(shift_left(bits(rounded), 23))), unscale);
}

static inline vf exp_of(vf x)
{
    const vm low = less(x, all(EXP_LOW)), negative = less(x, all(0));
    const vf c = larger(all(EXP_LOW), smaller(all(EXP_HIGH), x));
    const vf round = choose(negative, all(ROUND(26)), all(ROUND(-1)));
    const vf unscale = choose(negative, all(0x1p-26f), all(2));
    const vf rounded = fmadd(c, all(LOG2_E), round);
    return exp_scaled(c, all(0), rounded, round, choose(low, all(0), unscale));
}

/* exp(x + rest) for x <= 0; where rest is 0, the bits of exp_of.  Results of 0 come from a product
 * with 0: on some CPUs rounding a tiny number to 0 is slow. */
static inline vf exp_sum(vf x, vf rest)
{
    const vf unscale = choose(less(x, all(EXP_LOW)), all(0), all(0x1p-26f));
    const vf c = larger(all(EXP_LOW), x), round = all(ROUND(26));
    return exp_scaled(c, rest, fmadd(c, all(LOG2_E), round), round, unscale);
}

static inline vf exp_negative(vf x)
{
    return exp_sum(x, all(0));
}

/* x = 2^n (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2); log(1 + f) = f - f^2/2 + f^3 q, error of q
 * below 2^-30 of the logarithm. */
static inline vf log_of(vf x)
{
    const vm tiny = less(x, all(0x1p-126f));
    const vf normal = choose(tiny, mul(x, all(0x1p+23f)), x);
    const vi sqrt_half = ints(0x3f3504f3u), one = ints(0x3f800000u);
    const vi shifted = add_ints(bits(normal), sub_ints(one, sqrt_half));
    const vf bias = choose(tiny, all(127 + 23), all(127));
    const vf n = sub(to_float(shift_right(shifted, 23)), bias);
    const vf m = from_bits(add_ints(both_bits(shifted, ints(0x007fffffu)), sqrt_half));
    const vf f = sub(m, all(1)), f2 = mul(f, f);
    vf q = all(0x1.1b5734p-4f);
    q = fmadd(q, f, all(-0x1.e2e7p-4f));
    q = fmadd(q, f, all(0x1.e644fcp-4f));
    q = fmadd(q, f, all(-0x1.fb42fap-4f));
    q = fmadd(q, f, all(0x1.2333a4p-3f));
    q = fmadd(q, f, all(-0x1.5562ecp-3f));
    q = fmadd(q, f, all(0x1.99a538p-3f));
    q = fmadd(q, f, all(-0x1.ffffeep-3f));
    q = fmadd(q, f, all(0x1.555546p-2f));
    const vf small = fmadd(n, all(LN2_LO), fmadd(all(-0.5f), f2, mul(mul(f2, f), q)));
    const vf y = fmadd(n, all(LN2_HI), add(f, small));
    const vf pole = choose(less(x, all(0)), all(NAN), all(-HUGE_VALF));
    return choose(less(x, all(0x1p-149f)), pole, choose(less(x, all(HUGE_VALF)), y, x));
}

/* Up to 0.6 x + x^3 q(x^2), error below 2^-28; then (1 - e) / (1 + e), e = exp(-2|x|). */
static inline vf tanh_of(vf x)
{
    const vf a = magnitude(x), z = mul(a, a);
    vf q = all(-0x1.83161ap-8f);
    q = fmadd(q, z, all(0x1.54e2acp-6f));
    q = fmadd(q, z, all(-0x1.b89f4ep-5f));
    q = fmadd(q, z, all(0x1.1109ep-3f));
    q = fmadd(q, z, all(-0x1.55553ep-2f));
    const vf small = fmadd(mul(a, z), q, a);
    const vf e = exp_negative(mul(all(-2), a));
    const vf large = divide(sub(all(1), e), add(all(1), e));
    return copy_sign(choose(less(a, all(0.6f)), small, large), x);
}

/* d = e / (1 + e), e = exp(-|x|), is that of -|x|; of negative x as e - e d, where the rounding of
 * 1 + e matters less. */
static inline vf sigmoid_of(vf x)
{
    const vf e = exp_negative(from_bits(either_bits(bits(x), ints(0x80000000u))));
    const vf d = divide(e, add(all(1), e));
    return choose(less(x, all(0)), fnmadd(e, d, e), sub(all(1), d));
}

/* Phi(-a) exp(a^2/2), a >= 0, Phi the normal distribution: p(t) / (a + 2), t = (a - 2) / (a + 2);
 * error below 2^-28 of it up to a = 15. */
static inline vf normal_tail(vf a)
{
    const vf s = divide(all(1), add(a, all(2))), t = mul(sub(a, all(2)), s);
    vf p = all(-0x1.16fbf4p-14f);
    p = fmadd(p, t, all(-0x1.39f8dcp-13f));
    p = fmadd(p, t, all(0x1.1b0fa2p-13f));
    p = fmadd(p, t, all(0x1.b7028cp-11f));
    p = fmadd(p, t, all(0x1.aef266p-11f));
    p = fmadd(p, t, all(-0x1.ffb35ap-10f));
    p = fmadd(p, t, all(-0x1.b95006p-8f));
    p = fmadd(p, t, all(-0x1.ec78bap-12f));
    p = fmadd(p, t, all(0x1.2ccdf4p-5f));
    p = fmadd(p, t, all(0x1.d7d0e6p-6f));
    p = fmadd(p, t, all(-0x1.535bb2p-2f));
    p = fmadd(p, t, all(0x1.5845dcp-1f));
    return mul(s, p);
}

/* Up to 0.8 x + x q(x^2), error below 2^-28; then 1 - 2 Phi(-sqrt(2) |x|). */
static inline vf erf_of(vf x)
{
    const vf a = magnitude(x), b = smaller(all(4.5f), a), z = mul(b, b);
    vf q = all(-0x1.56a26ep-11f);
    q = fmadd(q, z, all(0x1.4d425cp-8f));
    q = fmadd(q, z, all(-0x1.b76eap-6f));
    q = fmadd(q, z, all(0x1.ce2804p-4f));
    q = fmadd(q, z, all(-0x1.81272ep-2f));
    q = fmadd(q, z, all(0x1.06eba8p-3f));
    const vf small = fmadd(b, q, b);
    const vf tail = mul(exp_negative(sub(all(0), z)), normal_tail(mul(all(0x1.6a09e6p+0f), b)));
    const vf large = fnmadd(all(2), tail, all(1));
    return copy_sign(choose(less(b, all(0.8f)), small, large), x);
}

static inline vf relu_of(vf x)
{
    return larger(all(0), x);
}

static inline vf same(vf x)
{
    return x;
}

/* 2 sqrt(2/pi) and that times 0.044715. */
#define GELU_1 0x1.988454p+0f
#define GELU_3 0x1.2444f2p-4f

/* Beyond it either form is x or 0 to the last bit, its slope 1 or 0. */
#define GELU_FAR 16.0f

/* exp(-2u), u = sqrt(2/pi) (a + 0.044715 a^3), of a >= 0. */
static inline vf gelu_tanh_exp(vf a)
{
    const vf w = fmadd(mul(a, a), all(GELU_3), all(GELU_1)), u = mul(w, a);
    return exp_sum(sub(all(0), u), fnmadd(w, a, u));
}

/* x (1 + tanh(u)) / 2 = x / (1 + exp(-2u)). */
static inline vf gelu_tanh_of(vf x)
{
    const vf near = larger(all(-GELU_FAR), x); /* so that -infinity gives -0 */
    const vf e = gelu_tanh_exp(smaller(all(GELU_FAR), magnitude(near)));
    return divide(choose(less(x, all(0)), mul(near, e), near), add(all(1), e));
}

/* p + 2 u' x p (1 - p) with p = 1 / (1 + exp(-2u)). */
static inline vf gelu_tanh_slope(vf x)
{
    const vf c = larger(all(-GELU_FAR), smaller(all(GELU_FAR), x));
    const vf e = gelu_tanh_exp(magnitude(c)), d = divide(all(1), add(all(1), e));
    const vf p = mul(choose(less(c, all(0)), e, all(1)), d);
    const vf slope = fmadd(mul(c, c), all(3 * GELU_3), all(GELU_1));
    return fmadd(mul(mul(slope, c), mul(e, d)), d, p);
}

/* exp(-a^2/2): the square is not rounded. */
static inline vf normal_density(vf a)
{
    const vf half = mul(all(0.5f), a), square = mul(half, a);
    return exp_sum(sub(all(0), square), fnmadd(half, a, square));
}

/* x Phi(x). */
static inline vf gelu_erf_of(vf x)
{
    const vf near = larger(all(-GELU_FAR), x), a = smaller(all(GELU_FAR), magnitude(near));
    const vf tail = mul(normal_density(a), normal_tail(a));
    return mul(near, choose(less(x, all(0)), tail, sub(all(1), tail)));
}

/* Phi(x) + x phi(x). */
static inline vf gelu_erf_slope(vf x)
{
    const vf c = larger(all(-GELU_FAR), smaller(all(GELU_FAR), x)), a = magnitude(c);
    const vf e = normal_density(a), tail = mul(e, normal_tail(a));
    const vf p = choose(less(c, all(0)), tail, sub(all(1), tail));
    return fmadd(mul(c, all(0x1.988454p-2f)), e, p); /* 1 / sqrt(2 pi) */
}
#endif
