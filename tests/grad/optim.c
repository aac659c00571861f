/* optim.c - the optimisers in double, against PyTorch and the formulas of the papers' code. */
#include "../unit/optim_oracle.h"

TEST(optim_oracle_in_double)
{
    CHECK_INT(oracle_replay(1e-10), 17);
}
