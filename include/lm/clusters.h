/* clusters.h - the words of a space in clusters of near ones. */
#ifndef LM_CLUSTERS_H
#define LM_CLUSTERS_H
#include <stdbool.h>
#include <stdint.h>
#include "lm/file.h"
#include "lm/kmeans.h"
#include "lm/run.h"
#include "lm/space.h"
#include "lm/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    lm_kmeans_options means;
    uint64_t restricted; /* only the first so many words of the vocabulary; 0: all */
    bool sorted;         /* by cluster, then in the order of the vocabulary; else in that alone */
} lm_clusters_options;

/* Clusters the vectors at unit length, and writes "word TAB cluster" lines.  Makes the space's
 * rows.  Errors: LM_EUSAGE for more clusters than words; LM_EIO, LM_ENOMEM. */
LM_MUST_USE lm_status lm_clusters_write(lm_space *space, const lm_clusters_options *how,
                                        lm_out *out, const lm_run *run, lm_err *e);

#ifdef __cplusplus
}
#endif
#endif
