#!/bin/sh
# ngram.sh - models, as estimated, against the independent reference.
# shellcheck source=tests/count.sh
. tests/count.sh

reference=$top/../shared/oracles/ngram_ref.py
arpa_diff=$top/tests/oracle/arpa_diff.awk

# compare ORDER 'ESTIMATOR OF THE REFERENCE' 'OPTIONS OF THE REFERENCE' OPTION...: prints what
# differs.  The reference gives <s> no probability (-99), or, with mkn, 1.
compare() {
    order=$1 estimator=$2 options=$3
    shift 3
    # shellcheck disable=SC2086 # words
    python3 "$reference" $estimator $order "$scratch/stories" $options 2>/dev/null |
        sed 's/^-99	<s>/0	<s>/' >"$scratch/ref.arpa"
    "$BUILD/bin/ngram-train" -q -n "$order" "$@" -o "$scratch/s.lm" "$scratch/stories" &&
        "$BUILD/bin/ckpt-convert" "$scratch/s.lm" -o "$scratch/s.arpa" || echo 'training failed'
    awk -f "$arpa_diff" "$scratch/ref.arpa" "$scratch/s.arpa" >"$scratch/orders"
    [ "$(wc -l <"$scratch/orders")" -eq "$order" ] || echo 'orders are missing'
    grep , "$scratch/orders"
}

if [ -e "$reference" ] && have python3; then
    cat "$top"/../shared/data/stories/[a-d]*.txt >"$scratch/stories"
    for n in 3 5; do
        compare $n mkn '' | verdict "mkn of order $n against the reference"
        compare $n mkn '--prune 0,1' --prune 0,1 | verdict "pruned mkn of order $n"
        compare $n katz '' --closed --smooth gt | verdict "gt of order $n"
        compare $n wb '' --closed --smooth wb --backoff | verdict "wb of order $n, backed off"
        compare $n wb --interp --closed --smooth wb | verdict "wb of order $n"
        compare $n addk '--k 0.1' --closed --smooth addk-backoff --k 0.1 |
            verdict "addk-backoff of order $n"
    done
else
    skip 'estimators against the reference' 'no reference, or no python3'
fi
finish
