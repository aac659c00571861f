#!/bin/sh
# resume_w2v.sh - the same of word vectors, whose steps move the parameters themselves.
ROUNDS=8 KILLS=3 EVERY=3 exec sh tests/resume.sh w2v-train --mode sg --loss hierarchy --max-n 4 \
    --buckets 20000 --dim 20 -b 1 -e 4 data/stories-train.txt
