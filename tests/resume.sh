#!/bin/sh
# resume.sh - training that is interrupted at random moments and taken up again makes what an
# uninterrupted run makes, byte for byte.
#
#   BUILD=build sh tests/resume.sh [PROGRAM [OPTION]... [FILE]...]
#
# Without a program: 200 steps of nnlm-train, with all that is random in them.
# PROGRAM is one with state; -o, --log, --resume, --save-every and -j are added here.  It runs in a
# folder where data is a link to that of the source tree.  ROUNDS: runs, each interrupted until
# KILLS signals have met it; EVERY: steps between saved states; SEED repeats the moments.
# shellcheck source=tests/count.sh
. tests/count.sh

[ $# -gt 0 ] || set -- nnlm-train --unit char -n 3 --dim 8 --hidden 16 --dropout 0.2 --steps 200 \
    --average 0.9 --valid-every 50 --valid data/stories-zh-valid.txt data/stories-zh-train.txt
rounds=${ROUNDS:-6}
kills=${KILLS:-3}
every=${EVERY:-10}
seed=${SEED:-$(date +%s)}
name=$1
cd "$scratch" || exit 2
ln -s "$top/data" data
mkdir case

# The run, under a command that may end it; its threads are $1.
train() {
    threads=$1
    shift
    "$@" -q -j "$threads" --log case/log.tsv --resume --save-every "$every" -o case/model.lm
}

now() {
    date +%s.%N | sed 's/N$/0/' # a date without %N counts whole seconds
}

# What varies from run to run comes last: seconds and steps per second.
without_times() {
    awk -F '\t' -v OFS='\t' '{ NF -= 2; print }' "$1"
}

# moments N NUMBER: when the signals of a run come: seconds from its start.
moments() {
    awk -v n="$1" -v seed="$((seed + $2))" -v seconds="$seconds" '
        BEGIN { srand(seed); while (n-- > 0) printf "%.5f\n", rand() * 0.9 * seconds }'
}

# meet SIGNAL THREADS COMMAND...: sends a signal at each of the moments that are read, until a run
# is complete.  KILL leaves it no time; the others end it with 7, or before there is a state.
meet() {
    signal=$1
    threads=$2
    shift 2
    while read -r moment; do
        train "$threads" strike "$signal" "$moment" "$@" 2>errors
        status=$?
        case $signal,$status in
        *,0) return ;;
        KILL,137 | TERM,7 | TERM,143 | INT,7 | INT,130) echo "$status" >>met ;;
        *) echo "SIG$signal after $moment s: exit status $status: $(cat errors)" ;;
        esac
        [ ! -e case/model.lm ] || echo "SIG$signal after $moment s: the model is there too early"
    done
}

judge() {
    cmp case/model.lm whole/model.lm
    without_times case/log.tsv >log
    without_times whole/log.tsv | diff - log
    find case -name '*.run' -o -name '.*.lm-*' | sed 's/^/left behind: /'
}

# round SIGNAL NUMBER COMMAND...: what is wrong with one run.
round() {
    signal=$1
    number=$2
    shift 2
    rm -rf case
    mkdir case
    moments "$kills" "$number" >list.txt
    meet "$signal" "$((number % 3 + 1))" "$@" <list.txt
    train 1 "$@" 2>errors || echo "exit status $? in the end: $(cat errors)"
    judge
}

begun=$(now)
train 1 "$@" || exit 2
seconds=$(awk -v a="$begun" -v b="$(now)" 'BEGIN { print b - a }')
mv case whole
: >met
number=0
while [ "$number" -lt "$rounds" ]; do
    number=$((number + 1))
    for signal in KILL TERM INT; do
        round "$signal" "$number" "$@" 2>&1 | sed "s/^/round $number: /"
    done
done | verdict "$name taken up after SIGKILL, SIGTERM, SIGINT at random moments, SEED=$seed"
if ! grep -q 137 met || ! grep -q 7 met; then
    echo 'no run was killed, or none was stopped with its state'
fi | verdict "the signals met $name in time"
finish
