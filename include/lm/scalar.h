/* scalar.h - our own exp, log and kin in double, so that results do not depend on libm.
 * Built without fused multiply-adds, with -ffp-contract=off: the same bits on every machine
 * and compiler.  Error bounds are against the exact value, tested over the whole range;
 * special values as C99 annex F. */
#ifndef LM_SCALAR_H
#define LM_SCALAR_H

#ifdef __cplusplus
extern "C" {
#endif

/* All <= 1 ulp; of denormal results, 1 ulp of the least. */
double lm_exp(double x);
double lm_exp10(double x); /* 10^x */
double lm_log(double x);   /* natural */
double lm_log2(double x);  /* exact at powers of two */
double lm_log10(double x);

double lm_expm1(double x);         /* exp(x) - 1, <= 2 ulp */
double lm_log1p(double x);         /* log(1 + x), <= 2 ulp */
double lm_tanh(double x);          /* <= 2.5 ulp */
double lm_erf(double x);           /* <= 2 ulp */
double lm_erfc(double x);          /* 1 - erf(x), <= 5 ulp */
double lm_pow(double x, double y); /* x^y, <= 1 ulp */

/* <= 2 ulp for |x| <= 2^20; NaN beyond. */
double lm_sin(double x);
double lm_cos(double x);

#ifdef __cplusplus
}
#endif
#endif
