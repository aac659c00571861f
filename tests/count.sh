# shellcheck shell=sh
# count.sh - read by the test scripts: each verdict is one test, and finish ends with
# "N passed, N failed, N skipped".  Run from the top of the source tree, BUILD in the
# environment.
set -u
LC_ALL=C
export LC_ALL
top=$(pwd)
case ${BUILD:=build} in /*) ;; *) BUILD=$top/$BUILD ;; esac
PATH=$BUILD/bin:$BUILD/tests:$PATH
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lm-test-XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
: >"$scratch/counts"

# verdict NAME <WHAT-IS-WRONG: passes if there is nothing to read.
verdict() {
    wrong=$(cat)
    if [ -z "$wrong" ]; then
        echo passed >>"$scratch/counts"
    else
        echo failed >>"$scratch/counts"
        printf 'FAILED %s\n' "$1"
        printf '%s\n' "$wrong" | sed 's/^/    /'
    fi
}

# skip NAME WHY
skip() {
    echo skipped >>"$scratch/counts"
    printf 'skipped %s: %s\n' "$1" "$2"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# Adds lines "N passed, N failed, N skipped" of standard input up; fails if N failed.
add_up() {
    awk '{ p += $1; f += $3; s += $5 }
        END { printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }'
}

finish() {
    sed 's/passed/1 passed, 0 failed, 0 skipped/
        s/^failed/0 passed, 1 failed, 0 skipped/
        s/^skipped/0 passed, 0 failed, 1 skipped/' "$scratch/counts" | add_up
    exit $?
}
