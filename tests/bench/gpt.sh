#!/bin/sh
# gpt.sh - pretraining a GPT beside PyTorch: tokens a second and memory, in alternating runs.
#
#   make bench-gpt
#   PYTHON, BLAS  as torch.sh says
#   THREADS   numbers of threads (default "1 2")
#   STEPS     of a run (default 4); RUNS of each (default 3)
set -eu

bin=${BUILD:-build}/bin
work=${WORK:-${BUILD:-build}/bench}
runs=${RUNS:-3}
steps=${STEPS:-4}
# shellcheck source=tests/bench/torch.sh
. tests/bench/torch.sh
mkdir -p "$work"
cat data/stories-*.txt > "$work/text"

# ours OPTIONS: tokens a second, the median over the steps after the first two, and memory in MiB,
# of the workload in $layers, $heads, $width, $vocab, $context, $batch with $threads.
ours() {
    timer=
    [ ! -x /usr/bin/time ] || timer="/usr/bin/time -f %M -o $work/memory"
    # shellcheck disable=SC2086
    $timer "$bin/gpt-train" -q -j "$threads" --layers "$layers" --heads "$heads" --width "$width" \
        --vocab "$vocab" -t "$context" -b "$batch" --steps $((steps + 2)) --warmup 0 $1 \
        --log-every 1 --log "$work/gpt.tsv" -o "$work/bench.gpt" "$work/text"
    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") column = i; next }
        NR > 3 { print $column - before } { before = $column }' "$work/gpt.tsv" | sort -n |
        awk -v tokens=$((context * batch)) '{ t[NR] = $1 }
            END { printf "%.1f ", tokens / t[int((NR + 1) / 2)] }'
    tail -n 1 "$work/memory" 2> /dev/null | awk '{ printf "%.0f", $1 / 1024 }'
    echo
}

peer() {
    [ "$python" = none ] || LD_LIBRARY_PATH=$blas OMP_NUM_THREADS=$threads "$python" \
        tests/bench/gpt_train_torch.py "$threads" "$steps" "$layers" "$heads" "$width" "$vocab" \
        "$context" "$batch"
}

# median FILE COLUMN
median() {
    cut -d ' ' -f "$2" "$1" | sort -n |
        awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2fx", a / b; else print "-" }'
}

row() {
    : > "$work/ours"
    : > "$work/bf16"
    : > "$work/peer"
    i=0
    while [ $i -lt "$runs" ]; do
        ours '' >> "$work/ours"
        peer >> "$work/peer"
        ours --bf16 >> "$work/bf16"
        i=$((i + 1))
    done
    a=$(median "$work/ours" 1)
    b=$(median "$work/peer" 1)
    c=$(median "$work/bf16" 1)
    printf '%-26s %7s %9s %9s %7s %9s %7s %8s %8s\n' "$1" "$threads" "$a" "${b:--}" \
        "$(ratio "$a" "$b")" "$c" "$(ratio "$c" "$b")" "$(median "$work/ours" 2)" \
        "$(median "$work/peer" 2)"
}

printf 'tokens/s, medians of %s runs; MiB\n' "$runs"
printf '%-26s %7s %9s %9s %7s %9s %7s %8s %8s\n' model threads ours torch ratio --bf16 ratio \
    'ours MiB' 'torch'
for threads in ${THREADS:-1 2}; do
    layers=6 heads=6 width=384 vocab=257 context=256 batch=8
    row '6 x 384, T 256, B 8'
    layers=12 heads=12 width=768 vocab=50257 context=64 batch=4
    row '124M, T 64, B 4'
    context=1024 batch=1
    row '124M, T 1024, B 1'
done
rm -f "$work/text" "$work/bench.gpt" "$work/gpt.tsv" "$work/ours" "$work/bf16" "$work/peer"
