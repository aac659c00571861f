/* row_kernels.h - products of a few rows that lie anywhere, once for all CPU levels; included by
 * vector_loops.h.
 *
 * Rows are padded with zeros to whole vectors, so nothing is left over at their ends.  A dot
 * product has the 16 lanes of vector_dot, and its bits. */
#ifndef LM_ROW_KERNELS_H
#define LM_ROW_KERNELS_H

#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

/* Rows x and u whose products fit into the registers at once. */
enum { FEW_X = 2, FEW_U = 6 };

/* The parts of a sum added by halves: what is left is one vector. */
INLINE vf halved(lanes l)
{
    UNROLL for (int half = PARTS / 2; half > 0; half /= 2) UNROLL for (int p = 0; p < half; p++)
        l.part[p] = add(l.part[p], l.part[p + half]);
    return l.part[0];
}

/* z (m,n) = x u', m and n constants. */
INLINE void few_dots(lm_real *z, size_t stride, lm_real *const *x, int m, lm_real *const *u, int n,
                     size_t width)
{
    lanes sum[FEW_X * FEW_U];
    lm_real dot[FEW_X * FEW_U];
    const lm_real *at[FEW_X], *to[FEW_U]; /* in registers: nothing that is stored changes them */
    UNROLL for (int i = 0; i < m; i++) at[i] = x[i];
    UNROLL for (int j = 0; j < n; j++) to[j] = u[j];
    UNROLL for (int p = 0; p < PARTS; p++)
    {
        vf s[FEW_X][FEW_U], a[FEW_X];
        UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++) s[i][j] = all(0);
        for (size_t c = (size_t)p * WIDTH; c < width; c += LANES) {
            UNROLL for (int i = 0; i < m; i++) a[i] = load(at[i] + c);
            UNROLL for (int j = 0; j < n; j++)
            {
                const vf b = load(to[j] + c);
                UNROLL for (int i = 0; i < m; i++) s[i][j] = fmadd(a[i], b, s[i][j]);
            }
        }
        UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++) sum[i * n + j]
            .part[p] = s[i][j];
    }
    UNROLL for (int k = m * n; k % 4; k++) sum[k] = sum[0];
    UNROLL for (int k = 0; k < m * n; k += 4) four_totals(
        dot + k, halved(sum[k]), halved(sum[k + 1]), halved(sum[k + 2]), halved(sum[k + 3]));
    UNROLL for (int i = 0; i < m; i++) UNROLL for (int j = 0; j < n; j++)
        z[(size_t)i * stride + (size_t)j] = dot[i * n + j];
}

/* A switch over the number of u: each has code of its own. */
#define FOR_FEW(n, call)                                                                           \
    switch (n) {                                                                                   \
    case 1:                                                                                        \
        call(1);                                                                                   \
        break;                                                                                     \
    case 2:                                                                                        \
        call(2);                                                                                   \
        break;                                                                                     \
    case 3:                                                                                        \
        call(3);                                                                                   \
        break;                                                                                     \
    case 4:                                                                                        \
        call(4);                                                                                   \
        break;                                                                                     \
    case 5:                                                                                        \
        call(5);                                                                                   \
        break;                                                                                     \
    default:                                                                                       \
        call(6);                                                                                   \
        break;                                                                                     \
    }

static void rows_dots(lm_real *z, lm_real *const *x, size_t m, lm_real *const *u, size_t n,
                      size_t width)
{
#define TWO(N) few_dots(z + i * n + j, n, x + i, 2, u + j, N, width)
#define ONE(N) few_dots(z + i * n + j, n, x + i, 1, u + j, N, width)
    for (size_t j = 0; j < n; j += FEW_U) {
        const size_t few = n - j < FEW_U ? n - j : FEW_U;
        size_t i = 0;
        for (; i + 2 <= m; i += 2) FOR_FEW(few, TWO)
        if (i < m) FOR_FEW(few, ONE)
    }
#undef TWO
#undef ONE
}

/* y += g u and u += g' x, for n of the u, a constant. */
INLINE void few_update(lm_real *const *y, lm_real *const *x, size_t m, lm_real *const *u, int n,
                       const lm_real *g, size_t stride, size_t width)
{
    lm_real *to[FEW_U];
    UNROLL for (int j = 0; j < n; j++) to[j] = u[j];
    for (size_t c = 0; c < width; c += WIDTH) {
        vf w[FEW_U], d[FEW_U];
        const lm_real *slope = g;
        UNROLL for (int j = 0; j < n; j++)
        {
            w[j] = load(to[j] + c);
            d[j] = all(0);
        }
        for (size_t i = 0; i < m; i++, slope += stride) {
            const vf a = load(x[i] + c);
            vf sum = load(y[i] + c);
            UNROLL for (int j = 0; j < n; j++)
            {
                const vf b = all(slope[j]);
                d[j] = fmadd(b, a, d[j]);
                sum = fmadd(b, w[j], sum);
            }
            store(y[i] + c, sum);
        }
        UNROLL for (int j = 0; j < n; j++) store(to[j] + c, add(load(to[j] + c), d[j]));
    }
}

/* The same for a single x, whose slopes fit into registers. */
INLINE void one_update(lm_real *y, const lm_real *x, lm_real *const *u, int n, const lm_real *g,
                       size_t width)
{
    lm_real *to[FEW_U];
    vf slope[FEW_U];
    UNROLL for (int j = 0; j < n; j++)
    {
        to[j] = u[j];
        slope[j] = all(g[j]);
    }
    for (size_t c = 0; c < width; c += WIDTH) {
        const vf a = load(x + c);
        vf sum = load(y + c);
        UNROLL for (int j = 0; j < n; j++)
        {
            const vf w = load(to[j] + c);
            sum = fmadd(slope[j], w, sum);
            store(to[j] + c, fmadd(slope[j], a, w));
        }
        store(y + c, sum);
    }
}

static void rows_update(lm_real *const *y, lm_real *const *x, size_t m, lm_real *const *u, size_t n,
                        const lm_real *g, size_t width)
{
#define FEW(N) few_update(y, x, m, u + j, N, g + j, n, width)
#define ONE(N) one_update(y[0], x[0], u + j, N, g + j, width)
    for (size_t j = 0; j < n; j += FEW_U) {
        const size_t few = n - j < FEW_U ? n - j : FEW_U;
        if (m == 1)
            FOR_FEW(few, ONE)
        else
            FOR_FEW(few, FEW)
    }
#undef FEW
#undef ONE
}

/* In whole vectors. */
static void rows_slopes(lm_real *g, const lm_real *z, const lm_real *y, lm_real a, size_t n)
{
    for (size_t i = 0; i < n; i += WIDTH)
        store(g + i, mul(all(a), sub(load(y + i), sigmoid_of(load(z + i)))));
}

/* A call for the whole width, in stretches of 8, 4 and 1 vectors. */
enum { STRETCH = 8 };
#define FOR_STRETCHES(width, call)                                                                 \
    size_t c = 0;                                                                                  \
    for (; c + STRETCH * WIDTH <= width; c += STRETCH * WIDTH) call(STRETCH);                      \
    for (; c + STRETCH / 2 * WIDTH <= width; c += STRETCH / 2 * WIDTH) call(STRETCH / 2);          \
    for (; c < width; c += WIDTH) call(1);

INLINE void sum_stretch(lm_real *sum, vf a, lm_real *const *x, size_t m, int vectors, size_t c)
{
    vf s[STRETCH];
    UNROLL for (int v = 0; v < vectors; v++) s[v] = load(x[0] + c + (size_t)v * WIDTH);
    for (size_t i = 1; i < m; i++)
        UNROLL for (int v = 0; v < vectors; v++) s[v] =
            add(s[v], load(x[i] + c + (size_t)v * WIDTH));
    UNROLL for (int v = 0; v < vectors; v++) store(sum + c + (size_t)v * WIDTH, mul(a, s[v]));
}

static void rows_sum(lm_real *sum, lm_real a, lm_real *const *x, size_t m, size_t width){
#define SUM(vectors) sum_stretch(sum, all(a), x, m, vectors, c)
    FOR_STRETCHES(width, SUM)
#undef SUM
}

INLINE void add_stretch(lm_real *const *y, size_t m, vf a, const lm_real *x, int vectors, size_t c)
{
    vf s[STRETCH];
    UNROLL for (int v = 0; v < vectors; v++) s[v] = mul(a, load(x + c + (size_t)v * WIDTH));
    for (size_t i = 0; i < m; i++) UNROLL for (int v = 0; v < vectors; v++)
        {
            lm_real *p = y[i] + c + (size_t)v * WIDTH;
            store(p, add(load(p), s[v]));
        }
}

static void rows_add(lm_real *const *y, size_t m, lm_real a, const lm_real *x, size_t width)
{
#define ADD(vectors) add_stretch(y, m, all(a), x, vectors, c)
    FOR_STRETCHES(width, ADD)
#undef ADD
}
#endif
