# Pruning by entropy against tests/oracle/stolcke.py: how many n-grams of each order stay, which
# and with what weights.
? python3 -c ''
$ head -n 500 data/stories-valid.txt >text
$ cat >against <<'END'
> threshold=$1; shift
> ngram-train -q -n 3 "$@" -o all.lm text; ckpt-convert all.lm -o all.arpa
> ngram-train -q -n 3 "$@" --entropy-prune $threshold -o some.lm text; ckpt-convert some.lm -o some.arpa
> python3 $TOP/tests/oracle/stolcke.py all.arpa $threshold some.arpa
> END
$ sh against 1e-6
| 1 1753
| 2 5026
| 3 2956
| only in one 0, probabilities 0, weights 0
$ sh against 1e-4
| 1 1753
| 2 1156
| 3 66
| only in one 0, probabilities 0, weights 0
$ sh against 1e-6 --backoff
| 1 1753
| 2 5013
| 3 3208
| only in one 0, probabilities 0, weights 0
$ sh against 1e-5 --smooth gt
| 1 1753
| 2 4685
| 3 874
| only in one 0, probabilities 0, weights 0
$ sh against 1e-6 --smooth wb --backoff --prune 0,0,1
| 1 1753
| 2 5020
| 3 194
| only in one 0, probabilities 0, weights 0
$ sh against 1e-5 --smooth kn
| 1 1753
| 2 4707
| 3 717
| only in one 0, probabilities 0, weights 0
$ sh against 1e-6 --smooth mle --no-marks --closed
| 1 1750
| 2 4577
| 3 4437
| only in one 0, probabilities 0, weights 0
$ sh against 1e-6 --smooth addk-backoff --min-count 2
| 1 698
| 2 2655
| 3 387
| only in one 0, probabilities 0, weights 0

# The comparison itself sees a difference.
$ ngram-train -q -n 3 -o all.lm text; ckpt-convert all.lm -o all.arpa; python3 $TOP/tests/oracle/stolcke.py all.arpa 1e-6 all.arpa
| 1 1753
| 2 5026
| 3 2956
| only in one 3235, probabilities 0, weights 2878
