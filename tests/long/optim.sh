#!/bin/sh
# optim.sh - optimisers and schedules, in double, against the oracle of ../shared.
# shellcheck source=tests/count.sh
. tests/count.sh

oracle=$top/../shared/oracles/optim.py

if [ -e "$oracle" ] && have python3 && python3 -c 'import torch' 2>/dev/null; then
    for seed in 1 2; do
        {
            python3 "$oracle" "$seed" "$scratch/$seed.safetensors" 2>&1
            OPTIM_ORACLE=$scratch/$seed.safetensors "$BUILD/tests/grad" optim_shared_oracle |
                grep -vx '1 passed, 0 failed, 0 skipped'
        } | verdict "optimisers against the oracle of seed $seed"
    done
else
    skip 'optimisers against the oracle' 'no oracle, or no python3 with torch'
fi
finish
