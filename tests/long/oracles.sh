#!/bin/sh
# oracles.sh - models and optimisers against implementations in PyTorch that lie beside this source
# tree, in LM_SHARED or ../shared, with numbers drawn from several seeds.
# shellcheck source=tests/count.sh
. tests/count.sh

oracles=${LM_SHARED:-../shared}/oracles

# against NAME TEST: what TEST of tests/grad says of the numbers NAME.py makes.
against() {
    name="$1 against $oracles/$1.py"
    if [ ! -e "$oracles/$1.py" ]; then
        skip "$name" 'it is not there'
        return
    fi
    for seed in 1 2 3 4 5; do
        numbers=$scratch/$1.safetensors
        if "$python" "$oracles/$1.py" "$seed" "$numbers" >"$scratch/said" 2>&1; then
            LM_ORACLES=$scratch "$BUILD/tests/grad" "$2" | grep -vx '1 passed, 0 failed, 0 skipped'
        else
            cat "$scratch/said"
            echo 'it failed'
        fi | verdict "$name, seed $seed"
    done
}

for python in python3 /usr/bin/python3 none; do
    "$python" -c 'import numpy, torch' 2>/dev/null && break
done
if [ "$python" = none ]; then
    skip 'models and optimisers against PyTorch' 'no python3 with torch and numpy'
else
    against nnlm nnlm_shared
    against optim optim_shared_oracle
    against cbow w2v_softmax_shared
    against w2v_ns w2v_negative_shared
    against gpt1 gpt1_shared
    against gpt2 gpt2_shared
    against sparse_attn attention_shared
    against sparse_attn gpt3_shared
fi
finish
