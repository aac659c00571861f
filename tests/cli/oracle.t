# Against KenLM: the values stored in tests/oracle (kenlm.sh there made them).
$ head -n 14 data/stories-valid.txt | ngram-train -q -n 3 -o part.lm; ckpt-convert part.lm -o part.arpa
$ awk -f $TOP/tests/oracle/arpa_diff.awk $TOP/tests/oracle/kenlm.arpa part.arpa
| 1: 118 n-grams
| 2: 177 n-grams
| 3: 173 n-grams

$ head -n 14 data/stories-valid.txt | ngram-train -q -n 3 --prune 0,1 -o pruned.lm; ckpt-convert pruned.lm -o pruned.arpa
$ awk -f $TOP/tests/oracle/arpa_diff.awk $TOP/tests/oracle/kenlm_pruned.arpa pruned.arpa
| 1: 118 n-grams
| 2: 10 n-grams
| 3: 4 n-grams

# The comparison itself sees a difference.
$ sed 's/^-1.4\(.*Ben\)/-1.5\1/; /and then$/d' part.arpa >other; awk -f $TOP/tests/oracle/arpa_diff.awk part.arpa other
| 1: 118 n-grams
| 2: 177 n-grams
| 3: 172 n-grams, only in one: 1

# Every word of 12 held-out lines, at orders 2, 3 and 5: the order it was taken from, and
# log10 p within 1e-5.
$ for n in 2 3 5; do
>     ngram-train -n $n -o $n.lm data/stories-train.txt
>     head -n 12 data/stories-test.txt | lm-eval -m $n.lm --per-token | sed "s/^/$n	/"
> done >found
$ paste $TOP/tests/oracle/kenlm.tsv found | awk -F '\t' '
>     { d = $4 - $8; if ($1 != $5 || $2 != $6 || $3 != $7 || d > 1e-5 || d < -1e-5) print; n++ }
>     END { print n }'
| 471

# What KenLM's query says of all held-out lines is what lm-eval says: its perplexity "including
# OOVs" is ppl, that "excluding OOVs" ppl_known, its OOVs are unknown, and its tokens include
# sentence ends as ours do.  Perplexities within 1e-6 of their value.
$ for n in 2 3 5; do
>     lm-eval -m $n.lm data/stories-test.txt |
>         awk -v n=$n '{ v[$1] = $2 } END { print n, v["ppl"], v["ppl_known"], v["unknown"], v["tokens"] }'
> done >summary
$ paste $TOP/tests/oracle/kenlm_summary.tsv summary | awk '
>     function near(a, b) { return a - b < 1e-6 * b && b - a < 1e-6 * b }
>     { print $1, $4, $5, ($1 == $6 && near($7, $2) && near($8, $3) && $9 == $4 && $10 == $5) }'
| 2 600 12135 1
| 3 600 12135 1
| 5 600 12135 1

# Without sentence ends: the words of the 12 lines above alone.
$ for n in 2 3 5; do head -n 12 data/stories-test.txt | lm-eval -m $n.lm | sed -n "s/^ppl_words/$n/p"; done >words
$ awk -F '\t' '$2 != "</s>" { s[$1] -= $4; n[$1]++ } END { OFS = FS; for (k in s) print k, exp(s[k] / n[k] * log(10)) }' $TOP/tests/oracle/kenlm.tsv | sort |
>     paste - words | awk '{ d = $2 / $4 - 1; print ($1 == $3 && d < 1e-5 && d > -1e-5) }'
| 1
| 1
| 1

# KenLM's own model reads into the same answers, and what comes back out is the same file.
$ ckpt-convert $TOP/tests/oracle/kenlm.arpa -o kenlm.lm; ckpt-convert kenlm.lm -o back.arpa
$ awk -f $TOP/tests/oracle/arpa_diff.awk $TOP/tests/oracle/kenlm.arpa back.arpa
| 1: 118 n-grams
| 2: 177 n-grams
| 3: 173 n-grams
$ for m in part kenlm; do tail -n 40 data/stories-valid.txt | lm-eval -m $m.lm | awk '{ printf "%s %.5g\n", $1, $2 }' >$m.eval; done; cmp part.eval kenlm.eval; grep unknown part.eval
| unknown 361

# Perplexity of WikiText-2 as KenLM's: 226.05 at order 3, 220.14 at order 5, within 0.02.
? test -n "$SHARED"
$ for f in train test; do sed 's/<unk>/_unk_/g' $SHARED/data/text/wikitext-2/$f.txt >$f; done
$ for n in 3 5; do
>     ngram-train -n $n -o wiki.lm train; lm-eval -m wiki.lm test >wiki
>     awk -v n=$n '$1 == "tokens" || $1 == "unknown" { print }
>         $1 == "ppl" { d = $2 - (n == 3 ? 226.05 : 220.14); print (d < 0.02 && d > -0.02) }' wiki
> done; rm train test wiki wiki.lm
| unknown	0
| tokens	245569
| 1
| unknown	0
| tokens	245569
| 1

# The independent reference, on the stories (orders 3 and 5: tests/long/ngram.sh).
? python3 -c ''
$ cat $SHARED/data/stories/[a-d]*.txt >stories
$ python3 $SHARED/oracles/ngram_ref.py mkn 2 stories >ref.arpa 2>/dev/null
$ ngram-train -n 2 -o s.lm stories; ckpt-convert s.lm -o s.arpa
$ awk -f $TOP/tests/oracle/arpa_diff.awk ref.arpa s.arpa
| 1: 9381 n-grams
| 2: 49397 n-grams

# Its other estimators, without <unk>, which it has not; for it <s> has no probability (-99), for
# us 1, as in KenLM.
$ head -n 500 data/stories-valid.txt >part
$ cat >against <<'END'
> estimator=$1; shift; options=
> while [ $# -gt 0 ] && [ "$1" != -- ]; do options="$options $1"; shift; done; shift
> for n in 2 4; do
>     python3 $SHARED/oracles/ngram_ref.py $estimator $n part $options 2>/dev/null | sed 's/^-99	<s>/0	<s>/' >ref.arpa
>     ngram-train -q -n $n --closed "$@" -o s.lm part; ckpt-convert s.lm -o s.arpa
>     awk -f $TOP/tests/oracle/arpa_diff.awk ref.arpa s.arpa
> done
> END
$ sh against katz -- --smooth gt
| 1: 1752 n-grams
| 2: 5027 n-grams
| 1: 1752 n-grams
| 2: 5027 n-grams
| 3: 6190 n-grams
| 4: 6050 n-grams
$ sh against wb -- --smooth wb --backoff
| 1: 1752 n-grams
| 2: 5027 n-grams
| 1: 1752 n-grams
| 2: 5027 n-grams
| 3: 6190 n-grams
| 4: 6050 n-grams
$ sh against wb --interp -- --smooth wb
| 1: 1752 n-grams
| 2: 5027 n-grams
| 1: 1752 n-grams
| 2: 5027 n-grams
| 3: 6190 n-grams
| 4: 6050 n-grams
$ sh against addk --k 0.5 -- --smooth addk-backoff --k 0.5
| 1: 1752 n-grams
| 2: 5027 n-grams
| 1: 1752 n-grams
| 2: 5027 n-grams
| 3: 6190 n-grams
| 4: 6050 n-grams
