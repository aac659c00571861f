#!/bin/sh
# demo.sh - a first model, from text to sample: unigram to 5-gram models of the stories in
# English words and Chinese characters, measured on stories held out from training.  Run by
# `make demo`; everything it makes is under $BUILD/demo.
set -eu
bin=${BUILD:-build}/bin
out=${BUILD:-build}/demo
mkdir -p "$out"

now() {
    date +%s.%N | sed 's/N$/0/' # a date without %N counts whole seconds
}

# measure NAME TEXT UNIT: a table row and a model for each order, then samples.
measure() {
    printf '\n%s, by %ss\n' "$1" "$3"
    printf '%5s %12s %9s %11s %14s %8s\n' order parameters seconds perplexity bits/byte unseen
    for order in 1 2 3 4 5; do
        model=$out/$2-$order.lm
        start=$(now)
        "$bin/ngram-train" -q -n $order --unit "$3" -o "$model" "data/$2-train.txt"
        end=$(now)
        "$bin/lm-eval" -m "$model" "data/$2-test.txt" > "$out/$2-$order.tsv"
        "$bin/ckpt-info" "$model" > "$out/$2-$order.info"
        awk -v order=$order -v start="$start" -v end="$end" -v config="$out/$2-$order.info" '
            BEGIN {
                FS = "\t"
                while ((getline line < config) > 0)
                    if (line ~ /"ngrams"/) {
                        n = split(substr(line, index(line, "[") + 1), counts, ",")
                        for (k = 1; k <= n; k++) sum += counts[k]
                    }
            }
            { value[$1] = $2 }
            END {
                printf "%5d %12d %9.2f %11.2f %14.4f %7.1f%%\n", order, sum, end - start,
                    value["ppl"], value["bits_per_byte"],
                    100 * (1 - value["order_" order] / value["tokens"])
            }' "$out/$2-$order.tsv"
    done
    printf '\n'
    for order in 1 2 3 5; do
        printf 'sample, order %d: ' $order
        "$bin/ngram-sample" -m "$out/$2-$order.lm" --seed 1 --length 40 |
            tee "$out/$2-$order.sample"
    done
}

printf 'Models of the stories in data/ with modified Kneser-Ney smoothing, measured on stories\n'
printf 'held out from training. parameters: n-grams with a probability. unseen: share of tokens\n'
printf 'whose n-gram of that order was never seen, so that the model backed off.\n'
measure 'English' stories word
measure 'Chinese' stories-zh char
printf '\nModels, measurements and samples are in %s\n' "$out"
