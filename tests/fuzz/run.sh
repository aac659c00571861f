#!/bin/sh
# run.sh - make fuzz: runs every fuzz target under libFuzzer for FUZZ_SECONDS (60).  Corpora
# grow in BUILD/fuzz/corpus, inputs that fail are kept in BUILD/fuzz.
# shellcheck source=tests/count.sh
. tests/count.sh

fuzz() {
    corpus=$BUILD/fuzz/corpus/$1
    seeds=$top/tests/fuzz/seeds/$1
    program=$BUILD/fuzz/tests/libfuzzer-$1
    mkdir -p "$corpus" "$scratch/$1"
    set -- "$1" "$corpus"
    [ ! -d "$seeds" ] || set -- "$@" "$seeds"
    name=$1
    shift
    (cd "$scratch/$name" && "$program" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$BUILD/fuzz/$name-" "$@") \
        >"$scratch/output" 2>&1 || tail -n 40 "$scratch/output"
    sed -n "s/^stat::number_of_executed_units: */$name: inputs tried: /p" "$scratch/output" >&2
}

for source in tests/fuzz/*.c; do
    name=$(basename "$source" .c)
    if [ "$name" = driver ]; then
        continue
    elif have clang; then
        fuzz "$name" | verdict "fuzz $name"
    else
        skip "fuzz $name" 'no clang'
    fi
done
finish
