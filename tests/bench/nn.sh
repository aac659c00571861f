#!/bin/sh
# nn.sh - matrix products beside OpenBLAS and oneDNN, and beside the peak of the CPU; then training
# an NNLM beside PyTorch (nnlm.sh).
#
#   make bench-nn
#   SHAPES   only shapes whose name has this (default: all)
#   RUNS     of every product (default 5)
#   CLOCK    cpu: rates by the CPU time of all threads, which tell more where other programs run
#
# The peers are found by the dynamic loader, as libopenblas.so.0 and libdnnl.so.2.
set -eu

build=${BUILD:-build}
# Built here, with the loader's library where that is one of its own.
if [ -z "$(find "$build/tests/bench-gemm" -newer "$build/lib/liblm.a" 2> /dev/null)" ]; then
    mkdir -p "$build/tests"
    for dl in '' -ldl; do
        # shellcheck disable=SC2086 # options
        ${CC:-cc} -O2 -std=c11 -D_POSIX_C_SOURCE=200809L -pthread -Iinclude \
            -o "$build/tests/bench-gemm" tests/bench/gemm.c "$build/lib/liblm.a" -lm $dl \
            2> "$build/tests/bench-gemm.log" && break
    done || { cat "$build/tests/bench-gemm.log" >&2; exit 1; }
fi
set -- -r "${RUNS:-5}" "${SHAPES:-}"
[ "${CLOCK:-}" != cpu ] || set -- -c "$@"
"$build/tests/bench-gemm" "$@"
[ -n "${SHAPES:-}" ] || sh tests/bench/nnlm.sh
