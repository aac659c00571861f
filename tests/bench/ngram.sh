#!/bin/sh
# ngram.sh - training, converting and querying n-gram models beside KenLM.
#
#   TEXT, TEST     training and test text (default: the stories in data/)
#   LMPLZ, BUILD_BINARY, QUERY   KenLM's programs (default: found by name; left out if absent)
#   THREADS        ours (default 2); KenLM chooses its own
set -eu
. tests/bench/pair.sh

bin=${BUILD:-build}/bin
text=${TEXT:-data/stories-train.txt}
test=${TEST:-data/stories-test.txt}
threads=${THREADS:-2}
lmplz=${LMPLZ:-$(command -v lmplz || true)}
binary=${BUILD_BINARY:-$(command -v build_binary || true)}
query=${QUERY:-$(command -v query || true)}

# peer PROGRAM COMMAND: the command, or nothing if there is no such program.
peer() {
    [ -z "$1" ] || echo "$2"
}

heading "n-grams, interpolated modified Kneser-Ney, $text, $threads threads; peer: KenLM"
for order in 3 5; do
    train="$bin/ngram-train -q -n $order -j $threads -o $work/ours.lm $text"
    estimate="$lmplz -o $order --discount_fallback --arpa $work/peer.arpa < $text"
    convert="$bin/ckpt-convert $work/ours.lm -o $work/ours.arpa"
    pair "order $order, text to ARPA" "$train && $convert" \
        "$(peer "$lmplz" "$estimate")"
    pair "order $order, text to queryable model" "$train" \
        "$(peer "$binary" "$estimate && $binary probing $work/peer.arpa $work/peer.bin")"
    pair "order $order, ARPA to queryable model" \
        "$bin/ckpt-convert $work/ours.arpa -o $work/again.lm" \
        "$(peer "$binary" "$binary probing $work/peer.arpa $work/peer.bin")"
    pair "order $order, perplexity of a text" "$bin/lm-eval -j $threads -m $work/ours.lm $test" \
        "$(peer "$query" "$query -v summary $work/peer.bin < $test")"
    printf '%-34s %9d' "order $order, model file, bytes" "$(wc -c < "$work/ours.lm")"
    [ -z "$binary" ] || printf ' %9d' "$(wc -c < "$work/peer.bin")"
    printf '\n'
done
