#!/bin/sh
# gpt-sample.sh - tokens a second of gpt-sample at the size of GPT-2 (124M), of random weights:
# those of a prompt of 512, those of one text, and those of 16 at once; and of peers.
#
#   BUILD=build sh tests/bench/gpt-sample.sh [FORM]...          (f32 bf16 int8)
#
# The model is one step of gpt-train from where training begins.  A rate is that of the tokens by
# which a longer run differs from a shorter one, the best of three, so loading does not count.
# Peers: PyTorch, found as torch.sh says; llama.cpp, if LLAMA_BENCH is its llama-bench and
# LLAMA_MODELS a folder with gpt2-f32.gguf, gpt2-bf16.gguf, gpt2-int8.gguf (q8_0).
set -u
LC_ALL=C
export LC_ALL
: "${BUILD:=build}" "${THREADS:=2}" "${LLAMA_BENCH:=}" "${LLAMA_MODELS:=.}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
top=$PWD
# shellcheck source=tests/bench/torch.sh
. tests/bench/torch.sh
PATH=$BUILD/bin:$PATH
scratch=$(mktemp -d "${TMPDIR:-/tmp}/lm-bench-XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM HUP
cd "$scratch" || exit 2
[ $# -gt 0 ] || set -- f32 bf16 int8

gpt-train -q --preset gpt2 --vocab 50257 --steps 1 --warmup 0 -b 1 -j "$THREADS" -o model \
    "$top/data/stories-valid.txt" || exit
long=$(awk 'BEGIN { for (i = 0; i < 512; i++) printf "%c", 97 + i * i % 23 }')

# seconds ARGUMENT...: of gpt-sample, the best of three
seconds() {
    for _ in 1 2 3; do
        begin=$(date +%s.%N)
        gpt-sample -q -m model -j "$THREADS" --greedy "$@" >out || exit
        end=$(date +%s.%N)
        echo "$begin $end"
    done | awk '{ t = $2 - $1; if (NR == 1 || t < best) best = t } END { print best }'
}

# rate TOKENS SHORT LONG: tokens a second by which the runs differ
rate() {
    echo "$1 $2 $3" | awk '{ printf "%.1f", $1 / ($3 - $2) }'
}

for form; do
    short=$(seconds --weights "$form" --max-tokens 1 a)
    prompt=$(rate 511 "$short" "$(seconds --weights "$form" --max-tokens 1 "$long")")
    one=$(rate 64 "$short" "$(seconds --weights "$form" --max-tokens 65 a)")
    many=$(seconds --weights "$form" --max-tokens 1 --samples 16 -b 16 a)
    many=$(rate 1024 "$many" "$(seconds --weights "$form" --max-tokens 65 --samples 16 -b 16 a)")
    echo "$form: prompt $prompt, one text $one, 16 texts $many tokens/s"
    echo "$many $one" | awk '{ printf "    16 texts / one: %.1f\n", $1 / $2 }'
    if [ "$LLAMA_BENCH" ]; then
        "$LLAMA_BENCH" -m "$LLAMA_MODELS/gpt2-$form.gguf" -t "$THREADS" -ngl 0 -p 512 -n 64 \
            -o jsonl | awk -v prompt="$prompt" -v one="$one" '
            { n = $0; sub(/.*"n_gen": */, "", n); sub(/,.*/, "", n)
              r = $0; sub(/.*"avg_ts": */, "", r); sub(/[,}].*/, "", r)
              printf "    llama.cpp %s %.1f, ratio %.2f\n", (n > 0 ? "one text" : "prompt"), r,
                  (n > 0 ? one : prompt) / r }'
    fi
done

[ "$python" != none ] || { echo "PyTorch: not there" && exit 0; }
LD_LIBRARY_PATH=$blas OMP_NUM_THREADS=$THREADS "$python" \
    "$top/tests/bench/gpt_sample_torch.py" "$THREADS"
