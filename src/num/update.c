/* update.c - the steps of the optimisers at the level in use. */
#include "lm/update.h"
#include "vector_level.h"

lm_update_kernel *lm_update_kernel_of(lm_update_method method)
{
    return lm_vector_now()->update[method];
}
