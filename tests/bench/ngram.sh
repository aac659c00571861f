#!/bin/sh
# ngram.sh - training, converting and querying n-gram models beside KenLM and IRSTLM.
#
#   make bench-ngram
#   BOOKS     a large text, one sentence a line, gzipped or not; its last 36,225 lines are left
#             out of training and make the test (default: the books of ../shared, where they are)
#   WIKI      a folder with WikiText-2's train.txt and test.txt (default: that of ../shared)
#   LMPLZ, BUILD_BINARY, QUERY   KenLM's programs (default: found by name; left out if absent)
#   IRSTLM    the folder of IRSTLM's programs (default: /usr/lib/irstlm/bin)
#   LMPLZ_MEMORY   lmplz's -S (default 1G: it is slower with its own default of 80 %)
#   THREADS   ours (default 2); KenLM chooses its own
#   RUNS      of every command (default 5)
#   WORK      folder for models and temporary files (some GB; default build/bench)
#
# Without BOOKS and WIKI the stories in data/ are used, which are too small to tell much.
set -eu
# shellcheck source=tests/bench/pair.sh
. tests/bench/pair.sh

bin=${BUILD:-build}/bin
threads=${THREADS:-2}
lmplz=${LMPLZ:-$(command -v lmplz || true)}
binary=${BUILD_BINARY:-$(command -v build_binary || true)}
query=${QUERY:-$(command -v query || true)}
irstlm=${IRSTLM:-/usr/lib/irstlm/bin}
wiki=${WIKI:-../shared/data/text/wikitext-2}
books=${BOOKS:-../shared/data/text/books.tok.txt.gz}

# peer PROGRAM COMMAND: the command, or nothing if there is no such program.
peer() {
    [ -z "$1" ] || echo "$2"
}

bytes() {
    wc -c < "$1" 2> /dev/null | tr -d ' ' || :
}

# sizes LABEL OURS PEER: a row of bytes.
sizes() {
    a=$(bytes "$2")
    b=$(bytes "$3")
    row "$1, bytes" "$a" "$b" \
        "$(awk -v a="$a" -v b="$b" 'BEGIN { if (a && b) printf "%.0f%%", 100 * a / b }')"
}

# rate WORDS SECONDS LOADING: million words a second.
rate() {
    awk -v w="$1" -v t="$2" -v l="$3" 'BEGIN { printf "%.2f", w / (t - l) / 1e6 }'
}

# words_per_second LABEL OUR-MODEL PEER-MODEL TEXT: the time for an (almost) empty text, which is
# loading, is taken off.
words_per_second() {
    words=$(wc -w < "$4")
    echo a > "$work/one"
    alternate "$bin/lm-eval -j $threads -m $2 $work/one" \
        "$(peer "$query" "$query -v summary $3 < $work/one")"
    our_load=$ours
    peer_load=$peer
    row "$1, load" "$ours" "$peer" "$(ratio "$peer" "$ours")" "$ours_memory" "$peer_memory"
    for j in $threads 1; do
        alternate "$bin/lm-eval -j $j -m $2 $4" "$(peer "$query" "$query -v summary $3 < $4")"
        our_rate=$(rate "$words" "$ours" "$our_load")
        peer_rate=$([ -z "$peer" ] || rate "$words" "$peer" "$peer_load")
        row "$1, M words/s, $j threads" "$our_rate" "$peer_rate" \
            "$(ratio "$our_rate" "$peer_rate")" "$ours_memory" "$peer_memory"
    done
}

# both LABEL OUR-COMMAND REST PEER: with all our threads and with one, beside the same peer.
both() {
    pair "$1, $threads threads" "$2 -j $threads $3" "$4"
    beside=$peer
    beside_memory=$peer_memory
    alternate "$2 -j 1 $3" ''
    row "$1, 1 thread" "$ours" "$beside" "$(ratio "$beside" "$ours")" "$ours_memory" \
        "$beside_memory"
}

# kneser_ney NAME ORDER TRAIN TEST: everything of modified Kneser-Ney beside KenLM.
kneser_ney() {
    heading "$1, order $2, modified Kneser-Ney; peer: KenLM"
    train="$bin/ngram-train -q -n $2 -T $work"
    estimate="$lmplz -o $2 --discount_fallback -T $work -S ${LMPLZ_MEMORY:-1G}"
    both "text to ARPA" "$train" "--to arpa -o - $3 > $work/ours.arpa" \
        "$(peer "$lmplz" "$estimate < $3 > $work/peer.arpa")"
    both "text to model" "$train" "-o - $3 > $work/ours.lm" \
        "$(peer "$binary" "$estimate < $3 > $work/peer.arpa &&
            $binary probing $work/peer.arpa $work/peer.bin")"
    pair "text to model, synced to the disk" "$train -j $threads -o $work/synced.lm $3" ''
    rm -f "$work/synced.lm"
    pair "text to ARPA, -S 300M" "$train -j $threads -S 300M --to arpa -o - $3 > $work/ours.arpa" \
        "$(peer "$lmplz" "${estimate% -S *} -S 300M < $3 > $work/peer.arpa")"
    pair "ARPA to model" "$bin/ckpt-convert -j $threads $work/ours.arpa -o - > $work/again.lm" \
        "$(peer "$binary" "$binary probing $work/ours.arpa $work/peer.bin")"
    rm -f "$work/again.lm"
    sizes "model, against probing" "$work/ours.lm" "$work/peer.bin"
    words_per_second "query" "$work/ours.lm" "$work/peer.bin" "$4"
    "$bin/ckpt-convert" --quantize 8 "$work/ours.lm" -o "$work/ours.q8.lm"
    [ -z "$binary" ] ||
        "$binary" -q 8 -b 8 -a 22 trie "$work/ours.arpa" "$work/peer.q8.bin" > /dev/null 2>&1
    sizes "compact model, against -q 8 -b 8 -a 22" "$work/ours.q8.lm" "$work/peer.q8.bin"
    words_per_second "compact query" "$work/ours.q8.lm" "$work/peer.q8.bin" "$4"
    rm -f "$work"/ours.* "$work"/peer.*
}

# witten_bell NAME ORDER TRAIN TEST: beside IRSTLM.
witten_bell() {
    [ -x "$irstlm/tlm" ] || return 0
    heading "$1, order $2, Witten-Bell; peer: IRSTLM"
    pair "text to ARPA" \
        "$bin/ngram-train -q -n $2 --smooth wb -j $threads --to arpa -o - $3 > $work/ours.arpa" \
        "$irstlm/tlm -tr=$3 -n=$2 -lm=wb -bo=y -oarpa=$work/peer.arpa"
    pair "ARPA to model" "$bin/ckpt-convert -j $threads $work/ours.arpa -o - > $work/ours.lm" \
        "$irstlm/compile-lm $work/peer.arpa $work/peer.blm"
    pair "perplexity of a text" "$bin/lm-eval -j $threads -m $work/ours.lm $4" \
        "$irstlm/compile-lm $work/peer.blm --eval=$4"
    rm -f "$work"/ours.* "$work"/peer.*
}

[ -x "$bin/ngram-train" ] || { echo "no $bin/ngram-train: make first" >&2; exit 2; }
if [ -e "$wiki/train.txt" ]; then
    sed 's/<unk>/_unk_/g' "$wiki/train.txt" > "$work/wiki.train"
    sed 's/<unk>/_unk_/g' "$wiki/test.txt" > "$work/wiki.test"
    for order in 3 5; do
        kneser_ney WikiText-2 $order "$work/wiki.train" "$work/wiki.test"
    done
    witten_bell WikiText-2 3 "$work/wiki.train" "$work/wiki.test"
fi
if [ -e "$books" ]; then
    gzip -dcf "$books" > "$work/books"
    lines=$(($(wc -l < "$work/books") - 36225))
    head -n $lines "$work/books" > "$work/books.train"
    tail -n 36225 "$work/books" > "$work/books.test"
    rm "$work/books"
    kneser_ney books 5 "$work/books.train" "$work/books.test"
fi
if ! [ -e "$wiki/train.txt" ] && ! [ -e "$books" ]; then
    kneser_ney stories 3 data/stories-train.txt data/stories-test.txt
fi
