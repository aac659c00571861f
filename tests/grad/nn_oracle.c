/* nn_oracle.c - layers and losses against PyTorch's numbers, in double. */
#include "unit/nn_oracle.c"
