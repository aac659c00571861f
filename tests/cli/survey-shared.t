# The survey's CBOW from the weights that PyTorch's seed 42 gives: its weights in the end.
? test -e "$SHARED/oracles/replay/cbow.final.safetensors"
$ printf '%s\n' '<s>' '</s>' I love NLP natural language processing >words
$ printf '%s\t%s\n' '<s> love' I 'I NLP' love 'love </s>' NLP '<s> natural' I 'I language' love 'love processing' natural 'natural </s>' language >pairs
$ w2v-train -q --pairs pairs --vocab words --closed --loss softmax --bias --dim 10 -l 0.01 --schedule constant -b 1 --no-shuffle -e 1000 --init "$SHARED/oracles/replay/cbow.init.safetensors" -o m
$ ckpt-diff --tolerance 1e-5 m "$SHARED/oracles/replay/cbow.final.safetensors" | grep -e embeddings -e linear
= 1
# At another rate it is not that near.
$ w2v-train -q --pairs pairs --vocab words --closed --loss softmax --bias --dim 10 -l 0.0101 --schedule constant -b 1 --no-shuffle -e 1000 --init "$SHARED/oracles/replay/cbow.init.safetensors" -o m
$ ckpt-diff --tolerance 1e-5 m "$SHARED/oracles/replay/cbow.final.safetensors" | grep -c -e embeddings -e linear
| 3
