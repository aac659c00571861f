#!/bin/sh
# replay.sh - runs every fuzz target over its seeds and some thousand mutations of them.
# An input that fails is kept as BUILD/fuzz/NAME.input.
# shellcheck source=tests/count.sh
. tests/count.sh
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}abort_on_error=1:allocator_may_return_null=1"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}halt_on_error=1:abort_on_error=1"

replay() {
    input=$BUILD/fuzz/$1.input
    mkdir -p "$BUILD/fuzz"
    set -- "$1" "tests/fuzz/seeds/$1"/*
    [ -e "$2" ] || set -- "$1"
    name=$1
    shift
    # In a folder of its own: a target may write files.
    mkdir "$scratch/$name"
    (
        for seed; do
            set -- "$@" "$top/$seed"
            shift
        done
        cd "$scratch/$name" && "$BUILD/tests/fuzz-$name" -o "$input" "$@"
    ) >"$scratch/output" 2>&1
    status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 30 "$scratch/output"
        echo "exit status $status; repeat: $BUILD/tests/fuzz-$name -n 0 $input"
    fi
}

for source in tests/fuzz/*.c; do
    name=$(basename "$source" .c)
    [ "$name" = driver ] || replay "$name" | verdict "fuzz target $name"
done
finish
