/* clusters.c - the words of a space in clusters of near ones. */
#include "lm/clusters.h"
#include "lm/memory.h"

static lm_status write_word(const lm_space *space, uint32_t row, uint32_t cluster, lm_str *line,
                            lm_out *out, lm_err *e)
{
    line->length = 0;
    LM_TRY(lm_space_add_word(space, row, line, e));
    LM_TRY(lm_str_addf(line, e, "\t%u\n", cluster));
    return lm_out_write(out, line->text, line->length, e);
}

/* order (N): the rows of cluster 0, then those of cluster 1 ...; begin (K) is room. */
static void sort_by_cluster(const uint32_t *cluster, size_t N, size_t K, size_t *begin,
                            uint32_t *order)
{
    for (size_t i = 0; i < N; i++)
        if (cluster[i] + 1 < K) begin[cluster[i] + 1]++;
    for (size_t k = 1; k < K; k++) begin[k] += begin[k - 1];
    for (size_t i = 0; i < N; i++) order[begin[cluster[i]]++] = (uint32_t)i;
}

static lm_status write_all(const lm_space *space, const uint32_t *cluster, size_t N,
                           const uint32_t *order, lm_out *out, lm_err *e)
{
    lm_str line = {0};
    lm_status s = LM_OK;
    for (size_t i = 0; !s && i < N; i++) {
        const uint32_t row = order ? order[i] : (uint32_t)i;
        s = write_word(space, row, cluster[row], &line, out, e);
    }
    lm_str_free(&line);
    return s;
}

static void report(const lm_kmeans_end *end, const lm_run *run)
{
    lm_detail(run, "inertia %.9g after %llu rounds", end->inertia,
              (unsigned long long)end->iterations);
    if (!end->settled) lm_note(run, "words still change their clusters; see --iterations");
    if (end->empty) lm_note(run, "clusters without words: %zu; so few vectors differ", end->empty);
}

static lm_status cluster_words(lm_space *space, const lm_clusters_options *how,
                               const lm_compute *on, size_t N, lm_arena *arena, lm_out *out,
                               const lm_run *run, lm_err *e)
{
    const size_t K = how->means.clusters;
    lm_kmeans_end end;
    uint32_t *cluster = lm_arena_new(arena, N, sizeof *cluster, e), *order = NULL;
    if (!cluster) return e->status;
    LM_TRY(lm_kmeans(on, space->unit, N, space->dim, space->stride, &how->means, cluster, &end, run,
                     e));
    if (how->sorted) {
        size_t *begin = lm_arena_new(arena, K, sizeof *begin, e);
        order = lm_arena_new(arena, N, sizeof *order, e);
        if (!begin || !order) return e->status;
        sort_by_cluster(cluster, N, K, begin, order);
    }
    report(&end, run);
    return write_all(space, cluster, N, order, out, e);
}

lm_status lm_clusters_write(lm_space *space, const lm_clusters_options *how, lm_out *out,
                            const lm_run *run, lm_err *e)
{
    lm_compute *on;
    lm_arena arena = {0};
    const size_t N = lm_space_first(space, how->restricted);
    if (how->means.clusters > N)
        return lm_fail(e, LM_EUSAGE, "%zu clusters of %zu words", how->means.clusters, N);
    LM_TRY(lm_space_rows(space, lm_run_pool(run), e));
    LM_TRY(lm_compute_new(&on, lm_run_pool(run), false, e));
    const lm_status s = cluster_words(space, how, on, N, &arena, out, run, e);
    lm_arena_free(&arena);
    lm_compute_free(on);
    return s;
}
