/* circle.c - sine and cosine within one turn. */
#include "circle.h"

/* pi/2: 33 bits, times a small number exact; the rest. */
#define QUARTER_HI 0x1.921fb544p+0
#define QUARTER_LO 0x1.0b4611a626331p-34

/* Taylor's series for |r| <= pi/4, where the first terms left out are below 2^-60; the angle is
 * r + rest. */
static double sine_near(double r, double rest)
{
    const double z = r * r;
    const double c = 1.0 / 120 - z * (1.0 / 5040 - z * (1.0 / 362880 - z * (1.0 / 39916800)));
    const double d = 1.0 / 6227020800 - z * (1.0 / 1307674368000 - z * (1.0 / 355687428096000));
    const double series = z * r * (z * (c + z * z * z * z * d) - 1.0 / 6);
    return r + (series + rest * (1 - 0.5 * z));
}

static double cosine_near(double r, double rest)
{
    const double z = r * r, half = 0.5 * z;
    const double c = 1.0 / 24 - z * (1.0 / 720 - z * (1.0 / 40320 - z * (1.0 / 3628800)));
    const double d = 1.0 / 479001600 - z * (1.0 / 87178291200 - z * (1.0 / 20922789888000));
    const double sum = 1 - half;
    return sum + (((1 - sum) - half) + (z * z * (c + z * z * z * z * d) - r * rest));
}

void lm_circle(double angle, double *sine, double *cosine)
{
    const int quarter = (int)(angle * 0.63661977236758134308 + 0.5); /* 2 / pi */
    const double head = angle - quarter * QUARTER_HI, tail = quarter * QUARTER_LO;
    const double r = head - tail, rest = (head - r) - tail;
    const double s = sine_near(r, rest), c = cosine_near(r, rest);
    *sine = quarter & 1 ? c : s;
    *cosine = quarter & 1 ? s : c;
    if (quarter & 2) *sine = -*sine;
    if ((quarter + 1) & 2) *cosine = -*cosine;
}
