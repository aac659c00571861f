/* w2v_oracle.c - losses of word vectors and their gradients against PyTorch's numbers, in double. */
#include "unit/w2v_oracle.c"
