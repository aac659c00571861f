#!/bin/sh
# pair.sh - sourced by the benchmarks: times our command beside a peer's in alternating runs
# and prints medians and their ratio.  Absolute times mean little on a shared machine; the
# ratio is what to quote.
#
#   RUNS   how often each command is run (default 5)

runs=${RUNS:-5}
work=${BUILD:-build}/bench
mkdir -p "$work"

now() {
    date +%s.%N | sed 's/N$/0/'
}

# seconds COMMAND: how long the shell command takes; it must succeed.
seconds() {
    start=$(now)
    sh -c "$1" > "$work/stdout" 2> "$work/stderr" || {
        echo "failed: $1" >&2
        cat "$work/stderr" >&2
        exit 1
    }
    end=$(now)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}

median() {
    sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# pair LABEL OURS PEER: one line; PEER may be empty.
pair() {
    : > "$work/ours"
    : > "$work/peer"
    i=0
    while [ $i -lt "$runs" ]; do
        seconds "$2" >> "$work/ours"
        [ -z "$3" ] || seconds "$3" >> "$work/peer"
        i=$((i + 1))
    done
    ours=$(median "$work/ours")
    if [ -z "$3" ]; then
        printf '%-34s %9.3f %9s %9s\n' "$1" "$ours" - -
    else
        peer=$(median "$work/peer")
        awk -v l="$1" -v a="$ours" -v b="$peer" \
            'BEGIN { printf "%-34s %9.3f %9.3f %8.1fx\n", l, a, b, b / (a > 0 ? a : 0.001) }'
    fi
}

heading() {
    printf '\n%s\n%-34s %9s %9s %9s\n' "$1" "median of $runs runs" "ours, s" "peer, s" "ratio"
}
