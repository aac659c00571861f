#!/bin/sh
# torch.sh - sourced by the benchmarks beside PyTorch: finds it.
#
#   PYTHON   one with torch (default: the first of python3, /usr/bin/python3 that has it)
#   BLAS     folder of the libopenblas that torch is to load (default: Debian's openblas-openmp
#            where it is, as torch gets no second thread with the other)
#
# Leaves them in $python, "none" where there is no torch, and $blas, for LD_LIBRARY_PATH.

openmp=/usr/lib/$(uname -m)-linux-gnu/openblas-openmp
blas=${BLAS:-$([ ! -d "$openmp" ] || echo "$openmp")}
for python in ${PYTHON:-python3 /usr/bin/python3} none; do
    "$python" -c 'import torch' 2> /dev/null && break
done
export blas
