#!/bin/sh
# vector.sh - the errors of the vector functions at all 2^32 floats, in 32 shares.
# shellcheck source=tests/count.sh
. tests/count.sh

shares=32
for name in exp log tanh sigmoid erf; do
    share=0
    while [ $share -lt $shares ]; do
        echo $share
        share=$((share + 1))
    done | xargs -P "$(getconf _NPROCESSORS_ONLN)" -I @ sh -c \
        "VECTOR_STRIDE=$shares VECTOR_START=@ \"\$1\" vector_error_$name" sh "$BUILD/tests/unit" |
        awk -v shares=$shares '/^1 passed, 0 failed, 0 skipped$/ { passed++; next } { print }
            END { if (passed != shares) print passed + 0, "shares passed" }' |
        verdict "the error of $name at every float"
done
finish
