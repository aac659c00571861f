/* w2v_oracle.c - losses of word vectors against PyTorch's numbers, in double. */
#include "unit/w2v_oracle.c"
