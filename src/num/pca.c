/* pca.c - principal components: the eigenvectors of the covariance of rows, or, where there are
 * less rows than numbers in them, of the products of rows with each other, which tell the same. */
#include "lm/pca.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include "lm/memory.h"

enum { SWEEPS = 64 };

/* X (N,D) without its mean. */
static void centre(double *x, const lm_real *rows, size_t N, size_t D)
{
    for (size_t d = 0; d < D; d++) {
        double sum = 0;
        for (size_t i = 0; i < N; i++) sum += (double)rows[i * D + d];
        for (size_t i = 0; i < N; i++) x[i * D + d] = (double)rows[i * D + d] - sum / (double)N;
    }
}

/* a (n,n) = X X', or by columns X' X */
static void multiply(double *a, const double *x, size_t N, size_t D, bool columns)
{
    const size_t n = columns ? D : N, terms = columns ? N : D;
    const size_t one = columns ? 1 : D, next = columns ? D : 1;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < terms; k++) sum += x[i * one + k * next] * x[j * one + k * next];
            a[i * n + j] = a[j * n + i] = sum;
        }
}

/* Turns rows p and q of a (n,n) by cosine c and sine s. */
static void turn(double *a, size_t n, size_t p, size_t q, double c, double s)
{
    for (size_t k = 0; k < n; k++) {
        const double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
}

/* A rotation that makes a[p][q] zero, in a and in the rows of v. */
static void rotate(double *a, double *v, size_t n, size_t p, size_t q)
{
    const double apq = a[p * n + q];
    const double theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    const double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    const double c = 1 / sqrt(t * t + 1), s = t * c;
    turn(a, n, p, q, c, s);
    for (size_t k = 0; k < n; k++) {
        const double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    a[p * n + q] = a[q * n + p] = 0;
    turn(v, n, p, q, c, s);
}

/* a becomes diagonal, its eigenvalues; the rows of v are the eigenvectors. */
static void diagonalise(double *a, double *v, size_t n)
{
    double all = 0;
    for (size_t i = 0; i < n * n; i++) all += a[i] * a[i];
    memset(v, 0, n * n * sizeof *v);
    for (size_t i = 0; i < n; i++) v[i * n + i] = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double beside = 0;
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) beside += a[p * n + q] * a[p * n + q];
        if (!(beside > 1e-32 * all)) return;
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (fabs(a[p * n + q]) > 0) rotate(a, v, n, p, q);
    }
}

/* The largest of the diagonal that was not taken yet; n: none is positive. */
static size_t take_largest(const double *a, size_t n, bool *taken)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if (!taken[i] && a[i * n + i] > 0 && (best == n || a[i * n + i] > a[best * n + best]))
            best = i;
    if (best < n) taken[best] = true;
    return best;
}

/* place[i * C], i < N, along v. */
static void project(double *place, size_t C, const double *x, size_t N, size_t D, const double *v,
                    double value, bool columns)
{
    double most = 0, sign = 1;
    for (size_t i = 0; i < N; i++) {
        double sum = 0;
        for (size_t d = 0; columns && d < D; d++) sum += x[i * D + d] * v[d];
        place[i * C] = columns ? sum : v[i] * sqrt(value);
        most = fabs(place[i * C]) > most ? fabs(place[i * C]) : most;
    }
    for (size_t i = N; i > 0; i--) /* what differs by rounding is equally far */
        if (fabs(place[(i - 1) * C]) >= most * (1 - 1e-9)) sign = place[(i - 1) * C] < 0 ? -1 : 1;
    for (size_t i = 0; i < N; i++) place[i * C] = sign * place[i * C] + 0; /* no -0 */
}

static void find(const double *x, size_t N, size_t D, size_t C, double *a, double *v, bool *taken,
                 double *place, double *share)
{
    const bool columns = D < N;
    const size_t n = columns ? D : N;
    double all = 0;
    multiply(a, x, N, D, columns);
    for (size_t i = 0; i < n; i++) all += a[i * n + i];
    diagonalise(a, v, n);
    memset(place, 0, N * C * sizeof *place);
    for (size_t c = 0; c < C; c++) {
        const size_t best = take_largest(a, n, taken);
        share[c] = 0;
        if (best == n || !(a[best * n + best] > 1e-14 * all)) continue;
        share[c] = a[best * n + best] / all;
        project(place + c, C, x, N, D, v + best * n, a[best * n + best], columns);
    }
}

lm_status lm_pca(const lm_real *rows, size_t N, size_t D, size_t C, double *place, double *share,
                 lm_err *e)
{
    const size_t n = D < N ? D : N;
    lm_arena arena = {0};
    double *x = lm_arena_new(&arena, N, D * sizeof *x, e);
    double *a = lm_arena_new(&arena, n, n * sizeof *a, e);
    double *v = lm_arena_new(&arena, n, n * sizeof *v, e);
    bool *taken = lm_arena_new(&arena, n, sizeof *taken, e);
    if (x && a && v && taken) {
        centre(x, rows, N, D);
        find(x, N, D, C, a, v, taken, place, share);
    }
    lm_arena_free(&arena);
    return e->status;
}
