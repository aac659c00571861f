#!/bin/sh
# gpt.sh - the losses of the first 200 steps of pretraining, step by step beside PyTorch from the
# same weights and batches, pre- and post-norm.
# shellcheck source=tests/count.sh
. tests/count.sh

bin=$BUILD/bin
for python in python3 /usr/bin/python3 none; do
    "$python" -c 'import torch' 2>/dev/null && break
done

train() {
    "$bin/gpt-train" -q --layers 4 --heads 4 --width 64 -t 32 -b 8 "$@"
}

# beside NORM: both losses of every step, and how far they are apart at most.
beside() {
    name="200 steps beside PyTorch, --norm $1"
    train --norm "$1" --steps 1 --warmup 0 -l 0 -o "$scratch/first.gpt" "$scratch/text" &&
        train --norm "$1" --init "$scratch/first.gpt" --no-shuffle -e 1 --schedule constant \
            --warmup 0 --min-lr 0 -l 0.001 --log-every 1 --log "$scratch/log.tsv" \
            -o "$scratch/last.gpt" "$scratch/text" &&
        "$python" tests/oracle/gpt_steps.py "$scratch/first.gpt" "$scratch/ids" 200 8 32 0.001 \
            >"$scratch/theirs" || return
    awk -F '\t' 'NR == FNR { if (FNR > 1) ours[FNR - 1] = $3; next }
        { d = $1 - ours[FNR]; if (d < 0) d = -d; if (d > most) most = d; n++ }
        END { if (n != 200 || !(most < 1e-3)) print n " steps, " most " apart at most" }' \
        "$scratch/log.tsv" "$scratch/theirs" | verdict "$name"
}

cat data/stories-train.txt data/stories-valid.txt | head -c 60000 >"$scratch/text"
if [ "$python" = none ]; then
    skip '200 steps beside PyTorch' 'no python3 with torch'
else
    "$bin/tok-train" -q --kind byte -o "$scratch/bytes.tok"
    "$bin/tok-encode" -m "$scratch/bytes.tok" --binary u16 -o "$scratch/ids" "$scratch/text"
    beside pre
    beside post
fi
finish
