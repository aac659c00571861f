#!/bin/sh
# pair.sh - sourced by the benchmarks: times our command beside a peer's in alternating runs
# and prints medians, their ratio, and the largest memory of each.  Absolute times mean little on
# a shared machine; the ratio is what to quote.
#
#   RUNS   how often each command is run (default 5)

runs=${RUNS:-5}
work=${WORK:-${BUILD:-build}/bench}
mkdir -p "$work"

now() {
    date +%s.%N | sed 's/N$/0/'
}

# seconds COMMAND: how long the shell command takes; it must succeed.  Memory, in MB, goes to
# $work/memory where there is a time(1) that tells it.
seconds() {
    if [ -x /usr/bin/time ]; then
        set -- "$1" /usr/bin/time -f %M -o "$work/time"
    fi
    command=$1
    shift
    start=$(now)
    "$@" sh -c "$command" > "$work/stdout" 2> "$work/stderr" || {
        echo "failed: $command" >&2
        cat "$work/stderr" >&2
        exit 1
    }
    end=$(now)
    [ $# -eq 0 ] || tail -n 1 "$work/time" | awk '{ printf "%.0f\n", $1 / 1024 }' > "$work/memory"
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f\n", b - a }'
}

median() {
    sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

largest() {
    sort -n "$1" 2> /dev/null | tail -n 1
}

# alternate OURS PEER: runs both in turn; PEER may be empty.  Leaves the median seconds in $ours
# and $peer, the largest memories in $ours_memory and $peer_memory.
alternate() {
    : > "$work/ours"
    : > "$work/peer"
    : > "$work/ours-memory"
    : > "$work/peer-memory"
    i=0
    while [ $i -lt "$runs" ]; do
        seconds "$1" >> "$work/ours"
        cat "$work/memory" >> "$work/ours-memory" 2> /dev/null || :
        if [ -n "$2" ]; then
            seconds "$2" >> "$work/peer"
            cat "$work/memory" >> "$work/peer-memory" 2> /dev/null || :
        fi
        i=$((i + 1))
    done
    ours=$(median "$work/ours")
    peer=$([ -z "$2" ] || median "$work/peer")
    ours_memory=$(largest "$work/ours-memory")
    peer_memory=$([ -z "$2" ] || largest "$work/peer-memory")
}

# row LABEL OURS PEER RATIO [OURS-MB PEER-MB]
row() {
    printf '%-42s %10s %10s %8s %8s %8s\n' "$1" "${2:--}" "${3:--}" "${4:--}" "${5:--}" "${6:--}"
}

# ratio A B: A / B, or nothing.
ratio() {
    [ -z "$1" ] || [ -z "$2" ] ||
        awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1fx", a / (b > 0 ? b : 0.001) }'
}

# pair LABEL OURS PEER: one row; PEER may be empty.
pair() {
    alternate "$2" "$3"
    row "$1" "$ours" "$peer" "$(ratio "$peer" "$ours")" "$ours_memory" "$peer_memory"
}

heading() {
    printf '\n%s\n' "$1"
    row "median of $runs runs" 'ours, s' 'peer, s' ratio 'ours, MB' 'peer, MB'
}
