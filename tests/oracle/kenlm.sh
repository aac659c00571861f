#!/bin/sh
# kenlm.sh FOLDER - writes kenlm.arpa, kenlm_pruned.arpa, kenlm.tsv and kenlm_summary.tsv anew,
# with the lmplz and query that KenLM (https://github.com/kpu/kenlm) built in FOLDER.
set -eu
lmplz=$1/lmplz query=$1/query
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Too small for any discount to be estimated: all fall back to 0.5 1 1.5.
head -n 14 data/stories-valid.txt |
    "$lmplz" -o 3 --discount_fallback -S 100M -T "$scratch" >tests/oracle/kenlm.arpa

head -n 14 data/stories-valid.txt |
    "$lmplz" -o 3 --discount_fallback --prune 0 1 -S 100M -T "$scratch" \
        >tests/oracle/kenlm_pruned.arpa

# What each word of held-out lines gets: order of the model, word, order used, log10 p.
for order in 2 3 5; do
    "$lmplz" -o $order -S 100M -T "$scratch" <data/stories-train.txt >"$scratch/arpa"
    head -n 12 data/stories-test.txt | "$query" -v word "$scratch/arpa" | tr '\t' '\n' |
        sed -n "s/^\\(.*\\)=[0-9]* \\([0-9]*\\) \\([-.0-9]*\\)\$/$order	\\1	\\2	\\3/p"
done >tests/oracle/kenlm.tsv

# What it says of all held-out lines: order of the model, then perplexity including and
# excluding OOVs, OOVs, tokens.
for order in 2 3 5; do
    "$lmplz" -o $order -S 100M -T "$scratch" <data/stories-train.txt >"$scratch/arpa"
    "$query" -v summary "$scratch/arpa" <data/stories-test.txt |
        awk -F '\t' -v order=$order '
            { value[$1] = $2 }
            END {
                OFS = FS
                print order, value["Perplexity including OOVs:"],
                    value["Perplexity excluding OOVs:"], value["OOVs:"], value["Tokens:"]
            }'
done >tests/oracle/kenlm_summary.tsv
