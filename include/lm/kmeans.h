/* kmeans.h - rows in clusters, each about its mean: Lloyd 1982, Least squares quantization in PCM;
 * begun as k-means++ does: Arthur, Vassilvitskii 2007.
 *
 *     const lm_kmeans_options how = {.clusters = 100, .iterations = 100, .seed = 1};
 *     LM_TRY(lm_kmeans(on, rows, N, D, stride, &how, cluster, &end, run, e));
 *
 * The same for any number of threads. */
#ifndef LM_KMEANS_H
#define LM_KMEANS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "lm/compute.h"
#include "lm/real.h"
#include "lm/run.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    size_t clusters;     /* K, 1 .. N */
    uint64_t iterations; /* at most, > 0 */
    uint64_t seed;
} lm_kmeans_options;

typedef struct {
    double inertia;      /* sum over the rows of |row - mean of its cluster|^2 */
    uint64_t iterations; /* done */
    bool settled;        /* the last one changed nothing */
    size_t empty;        /* clusters without rows: there are less than K different rows */
} lm_kmeans_end;

/* cluster (N) of each of rows (N, stride): clusters are numbered by their first rows, empty ones
 * last.  A cluster that loses all its rows gets the one that is farthest from its mean.
 * Errors: LM_ENOMEM. */
LM_MUST_USE lm_status lm_kmeans(const lm_compute *on, const lm_real *rows, size_t N, size_t D,
                                size_t stride, const lm_kmeans_options *how, uint32_t *cluster,
                                lm_kmeans_end *end, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
