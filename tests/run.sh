#!/bin/sh
# run.sh - make test: runs the kinds of tests named on the command line, each a command that
# ends with "N passed, N failed, N skipped", shows what failed or was skipped, and adds up.
#
#   BUILD=build sh tests/run.sh unit cases lint ...      (JOBS: how many at once; VERBOSE)
# shellcheck source=tests/count.sh
. tests/count.sh

jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}
sums=$scratch/sums
: >"$sums"

# Runs one kind; prints what it does.
run_kind() {
    case $1 in
    unit) "$BUILD/tests/unit" -j "$jobs" ;;
    grad) "$BUILD/tests/grad" -j "$jobs" ;;
    cases)
        set -- tests/cli/*.t
        [ -e "$1" ] || set --
        "$BUILD/tests/cases" -j "$jobs" -b "$BUILD" "$@"
        ;;
    lint) sh tests/lint.sh ;;
    programs) sh tests/programs.sh ;;
    install) sh tests/install.sh ;;
    fault) sh tests/fault/run.sh ;;
    kill) sh tests/kill.sh ;;
    resume) ROUNDS=2 sh tests/resume.sh ;;
    fuzz) sh tests/fuzz/replay.sh ;;
    long/*) sh "tests/$1" ;;
    esac
}

for kind; do
    begun=$(date +%s)
    run_kind "$kind" >"$scratch/output" 2>&1
    status=$?
    sum=$(tail -n 1 "$scratch/output" | grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$')
    if [ -z "$sum" ]; then
        cat "$scratch/output"
        echo "FAILED $kind: no result, exit status $status"
        sum='0 passed, 1 failed, 0 skipped'
    else
        sed '$d' "$scratch/output"
    fi
    echo "$sum" >>"$sums"
    [ -z "${VERBOSE:-}" ] || echo "$kind: $sum, $(($(date +%s) - begun)) s"
done
add_up <"$sums"
