#!/bin/sh
# demo.sh - first models, from text to sample: unigram to 5-gram models of the stories in
# English words and Chinese characters, measured on stories held out from training; word vectors.
# Run by `make demo`; everything it makes is under $BUILD/demo.
set -eu
bin=${BUILD:-build}/bin
out=${BUILD:-build}/demo
mkdir -p "$out"

now() {
    date +%s.%N | sed 's/N$/0/' # a date without %N counts whole seconds
}

# field KEY FILE: a value that lm-eval printed.
field() {
    awk -F '\t' -v key="$1" '$1 == key { print $2 }' "$2"
}

# sparsity NAME UNIT: for each order how many different n-grams the training text has, and the
# share of those of the held-out text, repeated ones counted again, that are not among them.
sparsity() {
    for part in train test; do
        "$bin/ngram-count" -n 5 --unit "$2" --tsv -o "$out/$1-$part.tsv" "data/$1-$part.txt"
    done
    awk -F '\t' '
        { order = split($1, words, " ") }
        order == 1 && $1 == "<s>" { next }
        FNR == NR { seen[$1]; distinct[order]++; next }
        { total[order] += $2; if (!($1 in seen)) unseen[order] += $2 }
        END {
            for (n = 1; n <= 5; n++)
                printf "%d %d %.1f%%\n", n, distinct[n], 100 * unseen[n] / total[n]
        }' "$out/$1-train.tsv" "$out/$1-test.tsv" > "$out/$1.sparsity"
    rm "$out/$1-train.tsv" "$out/$1-test.tsv"
}

# mle_zeros NAME ORDER UNIT: the share of held-out tokens to which relative frequencies give
# probability 0.
mle_zeros() {
    "$bin/ngram-train" -q -n "$2" --unit "$3" --smooth mle -o "$out/$1-mle.lm" "data/$1-train.txt"
    "$bin/lm-eval" -q -m "$out/$1-mle.lm" "data/$1-test.txt" > "$out/$1-mle.tsv"
    awk -v all="$(field tokens "$out/$1-mle.tsv")" -v zeros="$(field zeroprobs "$out/$1-mle.tsv")" \
        'BEGIN { printf "%.1f%%", 100 * zeros / all }'
    rm "$out/$1-mle.lm" "$out/$1-mle.tsv"
}

# measure LANGUAGE NAME UNIT: a table row and a model for each order, then samples.
measure() {
    sparsity "$2" "$3"
    printf '\n%s, by %ss\n' "$1" "$3"
    printf '%5s %10s %11s %10s %9s %11s %11s\n' \
        order n-grams 'never seen' 'MLE zeros' seconds perplexity bits/byte
    for order in 1 2 3 4 5; do
        model=$out/$2-$order.lm
        start=$(now)
        "$bin/ngram-train" -q -n $order --unit "$3" -o "$model" "data/$2-train.txt"
        end=$(now)
        "$bin/lm-eval" -m "$model" "data/$2-test.txt" > "$out/$2-$order.tsv"
        ngrams=$(awk -v n=$order '$1 == n { print $2 }' "$out/$2.sparsity")
        new=$(awk -v n=$order '$1 == n { print $3 }' "$out/$2.sparsity")
        awk -v order=$order -v start="$start" -v end="$end" -v ngrams="$ngrams" -v new="$new" \
            -v zeros="$(mle_zeros "$2" $order "$3")" -v ppl="$(field ppl "$out/$2-$order.tsv")" \
            -v bits="$(field bits_per_byte "$out/$2-$order.tsv")" 'BEGIN {
                printf "%5d %10d %11s %10s %9.2f %11.2f %11.4f\n", order, ngrams, new, zeros,
                    end - start, ppl, bits
            }'
    done
    printf '\n'
    for order in 1 2 3 5; do
        printf 'sample, order %d: ' $order
        "$bin/ngram-sample" -m "$out/$2-$order.lm" --seed 1 --length 40 |
            tee "$out/$2-$order.sample"
    done
}

# timed COMMAND...: runs it and leaves its seconds in $seconds.
timed() {
    start=$(now)
    "$@"
    end=$(now)
    seconds=$(awk -v a="$start" -v b="$end" 'BEGIN { printf "%.1f", b - a }')
}

# model_row LABEL MODEL NAME: how good the model is on the held-out text, and what it took.
model_row() {
    "$bin/lm-eval" -m "$2" "data/$3-test.txt" > "$2.tsv"
    awk -v label="$1" -v seconds="$seconds" -v ppl="$(field ppl "$2.tsv")" \
        -v bits="$(field bits_per_byte "$2.tsv")" \
        'BEGIN { printf "%-22s %9s %11.2f %11.4f\n", label, seconds, ppl, bits }'
}

# neural NAME UNIT [OPTION]...: the NNLM, and its mixture with the n-grams of order 5.
neural() {
    name=$1
    unit=$2
    shift 2
    printf '\n%-22s %9s %11s %11s\n' 'beside the n-grams' seconds perplexity bits/byte
    timed "$bin/nnlm-train" -q --unit "$unit" "$@" --valid "data/$name-valid.txt" \
        -o "$out/$name.nnlm" "data/$name-train.txt"
    model_row 'NNLM' "$out/$name.nnlm" "$name"
    timed "$bin/lm-mix" -q --valid "data/$name-valid.txt" -o "$out/$name-mix.lm" \
        "$out/$name.nnlm" "$out/$name-5.lm" > "$out/$name-mix.weights"
    model_row 'NNLM and order 5' "$out/$name-mix.lm" "$name"
    printf '\nsample, NNLM: '
    "$bin/ngram-sample" -m "$out/$name.nnlm" --seed 1 --length 40
}

# pretrained NAME VOCABULARY PROMPT [OPTION]...: a GPT of byte-level tokens.
pretrained() {
    name=$1
    vocabulary=$2
    prompt=$3
    shift 3
    "$bin/tok-train" -q --vocab-size "$vocabulary" -o "$out/$name.tok" "data/$name-train.txt"
    timed "$bin/gpt-train" -q --tokenizer "$out/$name.tok" "$@" --valid "data/$name-valid.txt" \
        --valid-every 100 -o "$out/$name.gpt" "data/$name-train.txt"
    printf '\n%-22s %9s %11s %11s\n' "GPT, $vocabulary tokens" seconds 'a token' bits/byte
    model_row 'GPT' "$out/$name.gpt" "$name"
    printf '\nsample, GPT: %s' "$prompt"
    "$bin/gpt-sample" -q -m "$out/$name.gpt" --seed 1 --max-tokens 60 --temperature 0.8 "$prompt"
}

# vectors NAME UNIT SECTIONS WORD...: words of the stories near to each WORD; with SECTIONS, how
# many analogies of those sections come out.
vectors() {
    name=$1
    unit=$2
    sections=$3
    shift 3
    tr '[:upper:]' '[:lower:]' < "data/$name-train.txt" | sed 's/[.,:;!?"]/ & /g' > "$out/$name.txt"
    [ "$unit" = word ] || cp "data/$name-train.txt" "$out/$name.txt"
    timed "$bin/w2v-train" -q --unit "$unit" --min-count 5 -e 20 -o "$out/$name.w2v" \
        "$out/$name.txt"
    printf '\nword vectors, made in %s seconds: words used like\n' "$seconds"
    for word in "$@"; do
        printf '%10s  ' "$word"
        printf '%s\n' "$word" | "$bin/w2v-near" -m "$out/$name.w2v" -k 5 |
            cut -f 1 | paste -s -d ' ' -
    done
    [ -n "$sections" ] || return 0
    "$bin/w2v-eval" -m "$out/$name.w2v" --analogies data/analogies.txt > "$out/$name.analogies"
    awk -F '\t' -v sections="$sections" '
        $1 == "section" && index(" " sections " ", " " $2 " ") { right += $3; all += $4 }
        END { printf "analogies, %s: %d of %d\n", sections, right, all }' "$out/$name.analogies"
}

cat << 'END'
Models of the stories in data/ with modified Kneser-Ney smoothing, measured on stories held out
from training. n-grams: different ones of that order in the training text. never seen: share of
the held-out n-grams of that order that are not among them. MLE zeros: share of held-out words
and sentence ends that never followed the longest context that was seen. NNLM: Bengio's neural
model of order 5; mixed with the n-grams by the weights that suit other held-out stories best.
GPT: a transformer over byte-level tokens; its perplexity is of a token.
END
measure 'English' stories word
neural stories word --dropout 0.4 -l 0.004 -e 5
pretrained stories 1000 'The old man' --layers 4 --width 192 -t 128 -b 8 --steps 700 -l 0.002 \
    --dropout 0.1
vectors stories word 'male-female number-order' king red seven mother
measure 'Chinese' stories-zh char
neural stories-zh char --dropout 0.4 -l 0.004 -e 10
pretrained stories-zh 1500 '小明' --layers 2 -t 128 -b 8 --steps 500 -l 0.003 --dropout 0.3
vectors stories-zh char '' 红 山 三 妈
printf '\nModels, measurements and samples are in %s\n' "$out"
