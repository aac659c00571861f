#!/bin/sh
# nnlm.sh - training an NNLM beside PyTorch: words a second, in alternating runs.  The last part of
# nn.sh.
#
#   TEXT     one sentence a line (default: WikiText-2 of ../shared where it is, else the stories)
#   PYTHON, BLAS  as torch.sh says
#   STEPS    of a run (default 12), of BATCH words (default 512); RUNS of each (default 3)
set -eu

bin=${BUILD:-build}/bin
work=${BUILD:-build}/bench
runs=${RUNS:-3}
steps=${STEPS:-12}
batch=${BATCH:-512}
text=${TEXT:-../shared/data/text/wikitext-2/train.txt}
[ -e "$text" ] || text=data/stories-train.txt
# shellcheck source=tests/bench/torch.sh
. tests/bench/torch.sh
mkdir -p "$work"

# ours THREADS [OPTION]...: the median over the steps after the first two.
ours() {
    j=$1
    shift
    "$bin/nnlm-train" -q -j "$j" --steps $((steps + 2)) -b "$batch" --schedule constant "$@" \
        --log-every 1 --log "$work/nnlm.tsv" -o "$work/bench.nnlm" "$text"
    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "seconds") column = i; next }
        NR > 3 { print $column - before } { before = $column }' "$work/nnlm.tsv" | sort -n |
        awk -v batch="$batch" '{ t[NR] = $1 } END { printf "%.1f\n", batch / t[int((NR + 1) / 2)] }'
}

peer() {
    [ "$python" = none ] ||
        LD_LIBRARY_PATH=$blas "$python" tests/bench/nnlm_torch.py "$1" "$steps" "$text" \
            "$batch"
}

median() {
    sort -n "$1" | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'
}

parameters=$("$bin/nnlm-train" --dry-run -o x.nnlm "$text" | awk '$1 == "parameters" { print $2 }')
printf '\nNNLM: order 5, vectors of 100, 200 hidden units, %s parameters; %s words a step\n' \
    "$parameters" "$batch"
printf '%-10s %12s %12s %8s %14s\n' threads 'ours, words/s' 'torch' ratio 'ours, --bf16'
for threads in 1 2; do
    : > "$work/ours"
    : > "$work/bf16"
    : > "$work/peer"
    i=0
    while [ $i -lt "$runs" ]; do
        ours $threads >> "$work/ours"
        peer $threads >> "$work/peer"
        ours $threads --bf16 >> "$work/bf16"
        i=$((i + 1))
    done
    a=$(median "$work/ours")
    b=$(median "$work/peer")
    printf '%-10s %12s %12s %8s %14s\n' $threads "$a" "${b:--}" \
        "$(awk -v a="$a" -v b="$b" 'BEGIN { if (b) printf "%.2fx", a / b; else print "-" }')" \
        "$(median "$work/bf16")"
done
