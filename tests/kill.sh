#!/bin/sh
# kill.sh - signals at random moments of a training run: BUILD=build sh tests/kill.sh [ROUNDS]
#
# Whatever the signal and the moment, the target is as it was, or complete.  What SIGKILL leaves
# beside it is gone after the next run; the others leave nothing, there or where temporary files
# are, and the run dies of them.
# SEED repeats the moments.
# shellcheck source=tests/count.sh
. tests/count.sh

rounds=${1:-30}
seed=${SEED:-$(date +%s)}
cd "$scratch" || exit 2
for _ in 1 2 3 4; do cat "$top/data/stories-train.txt"; done >text
echo 'a b' >small
mkdir case tmp

train() {
    "$@" ngram-train -q -j 2 -n 4 -S 16M -T tmp -o case/model.lm text
}

now() {
    date +%s.%N | sed 's/N$/0/' # a date without %N counts whole seconds
}

# Seconds of an undisturbed run, the least of three.
measure() {
    for _ in 1 2 3; do
        begun=$(now)
        train env || return
        echo "$begun $(now)"
    done | awk '{ d = $2 - $1; if (NR == 1 || d < least) least = d } END { print least }'
}

# moments N NUMBER: from 0 to a little after the end of a run, one a line, and whether there is
# an old model (1) or none (0).
moments() {
    awk -v n="$1" -v seed="$((seed + $2))" -v seconds="$seconds" '
        BEGIN { srand(seed); while (n-- > 0) printf "%.5f %d\n", rand() * 1.2 * seconds, n % 2 }'
}

temporaries() {
    find case tmp -name '.*' ! -name . -o -path 'tmp/*' | sed 's/^/left behind: /'
}

# What is wrong with the target, which is to be as it was before or complete.
judge_target() {
    if [ ! -e case/model.lm ]; then
        [ ! -e before ] || echo 'the old model is gone'
        return
    fi
    cmp -s case/model.lm complete || cmp -s case/model.lm before ||
        echo 'the model is neither the old one nor complete'
    ckpt-info --verify case/model.lm >verified 2>&1 || cat verified
}

# round SIGNAL NUMBER MOMENT OLD: what is wrong with one run.
round() {
    rm -f case/model.lm before
    if [ "$4" -eq 1 ]; then
        ngram-train -q -n 1 -o before small
        cp before case/model.lm
    fi
    train strike "$1" "$3" 2>errors
    status=$?
    case $status in
    0) cmp case/model.lm complete ;;
    $((128 + $2))) echo "$1" >>interrupted ;;
    *) echo "exit status $status, expected 0 or $((128 + $2))" ;;
    esac
    cat errors
    judge_target
    [ "$1" = KILL ] || temporaries
    ngram-train -q -n 1 -o case/model.lm small || echo "exit status $? of the next run"
    temporaries
}

# try SIGNAL NUMBER ROUNDS
try() {
    : >interrupted
    moments "$3" "$2" | while read -r moment old; do
        round "$1" "$2" "$moment" "$old" 2>&1 | sed "s/^/SIG$1 after $moment s: /"
    done | verdict "SIG$1 at random moments, SEED=$seed"
    if [ ! -s interrupted ]; then echo 'came too late every time'; fi | verdict "SIG$1 came in time"
}

seconds=$(measure)
cp case/model.lm complete || exit 2
try KILL 9 "$rounds"
try INT 2 $((rounds / 3))
try TERM 15 $((rounds / 3))
try HUP 1 $((rounds / 3))
finish
