#!/bin/sh
# ngram.sh - modified Kneser-Ney, as estimated, against the independent reference.
# shellcheck source=tests/count.sh
. tests/count.sh

reference=$top/../shared/oracles/ngram_ref.py
arpa_diff=$top/tests/oracle/arpa_diff.awk

# Prints what differs.
compare() {
    cat "$top"/../shared/data/stories/[a-d]*.txt >"$scratch/stories"
    python3 "$reference" mkn "$1" "$scratch/stories" >"$scratch/ref.arpa" 2>/dev/null ||
        echo 'the reference failed'
    "$BUILD/bin/ngram-train" -n "$1" -o "$scratch/s.lm" "$scratch/stories" &&
        "$BUILD/bin/ckpt-convert" "$scratch/s.lm" -o "$scratch/s.arpa" || echo 'training failed'
    awk -f "$arpa_diff" "$scratch/ref.arpa" "$scratch/s.arpa" >"$scratch/orders"
    [ "$(wc -l <"$scratch/orders")" -eq "$1" ] || echo 'orders are missing'
    grep , "$scratch/orders"
}

if [ -e "$reference" ] && have python3; then
    for order in 3 5; do
        compare $order | verdict "modified Kneser-Ney of order $order, against the reference"
    done
else
    skip 'modified Kneser-Ney against the reference' 'no reference, or no python3'
fi
finish
