# Training is silent, and the same whatever the threads and wherever the text comes from.
$ ngram-train -n 3 -o m.lm data/stories-valid.txt
$ for s in 'mle' 'addk' 'gt' 'wb' 'kn --backoff' 'mkn' 'mkn --prune 0,0,1 --entropy-prune 1e-6 --min-count 2'; do
>     for j in 1 2 3; do
>         ngram-train -q -j $j -n 5 --smooth $s -o $j.lm data/stories-train.txt || exit
>     done
>     cmp 1.lm 2.lm; cmp 1.lm 3.lm
> done; rm 1.lm 2.lm 3.lm
$ ngram-train -n 3 -o stdin.lm <data/stories-valid.txt; cmp m.lm stdin.lm
$ cat data/stories-valid.txt | ngram-train -n 3 -o - - >dash.lm; cmp m.lm dash.lm
$ ngram-train --order=3 --output=long.lm -- data/stories-valid.txt; cmp m.lm long.lm

# The compact form too.
$ for o in '-j 1' '-j 3' '-j 2 -S 16M'; do ngram-train $o -n 5 --quantize 6 -o "q$o" data/stories-train.txt || exit; cmp "q$o" 'q-j 1'; done
$ ngram-train --quantize 1 -o e.lm data/stories-valid.txt
! ngram-train: --quantize: 1 is out of range (2 to 16; nearest 2)
! ngram-train: --help shows an example
= 2
$ ngram-train --quantize 8.5 -o e.lm data/stories-valid.txt
! ngram-train: --quantize: '8.5' is not a whole number (2 to 16; nearest 9)
! ngram-train: --help shows an example
= 2

# Two files are their texts one after the other; a last line without its end counts.
$ printf 'a b\nc' >one; printf 'd\n' >two; printf 'a b\nc\nd\n' >both
$ ngram-train -q -n 2 -o x.lm one two; ngram-train -q -n 2 -o y.lm both
$ ckpt-convert x.lm -o x.arpa; ckpt-convert y.lm -o y.arpa; cmp x.arpa y.arpa

# What the model says of its making: options with their values, input lengths and sums.
$ printf 'a b a\n' >t; ngram-train -q -n 2 --smooth addk --k 0.5 --closed -j 2 -o t.lm t
$ ckpt-info t.lm | sed -n '/^config/,/^history/p'
| config
|   {
|     "order": 2,
|     "smooth": "addk",
|     "unit": "word",
|     "vocab": 4,
|     "unk": null,
|     "eos": 0,
|     "bos": 3,
|     "marks_as_words": false,
|     "ngrams": [4, 4],
|     "slots": [4, 4],
|     "k": 0.5
|   }
| history
$ ckpt-info t.lm | tail -n 1 | tr ' ' '\n' | grep -x -e 'order=2' -e 'smooth=addk' -e 'k=0.5' -e 'closed=1' -e 'unit=word' -e 'input=.*' -e '.*threads.*' -e '.*output.*'
| order=2
| smooth=addk
| k=0.5
| unit=word
| closed=1
| input=6:f23ee912

# -v shows what was estimated.
$ ngram-train -v -n 1 --smooth mkn -o - both >v.lm
! ngram-train: warning: order 1: no discounts follow from its counts of counts; using 0.5 1 1.5 (--discount-fallback changes that)
! ngram-train: order 1: 7 n-grams, discounts 0.5 1 1.5

# Tiny text: the discounts fall back, and that is said; -q is quiet, mle has none.
$ printf 'a b c\n' >tiny
$ ngram-train -n 2 -o tiny.lm tiny
! ngram-train: warning: order 1: no discounts follow from its counts of counts; using 0.5 1 1.5 (--discount-fallback changes that)
! ngram-train: warning: order 2: no discounts follow from its counts of counts; using 0.5 1 1.5 (--discount-fallback changes that)
$ ngram-train -n 2 --discount-fallback 0.1,0.2,0.3 -o tiny.lm tiny
! ngram-train: warning: order 1: no discounts follow from its counts of counts; using 0.1 0.2 0.3 (--discount-fallback changes that)
! ngram-train: warning: order 2: no discounts follow from its counts of counts; using 0.1 0.2 0.3 (--discount-fallback changes that)
$ ckpt-info tiny.lm | grep -o '"discounts".*]]'
| "discounts": [[0.1, 0.2, 0.3], [0.1, 0.2, 0.3]]
$ ngram-train -q -n 2 -o tiny.lm tiny
$ ngram-train -n 2 --smooth mle -o tiny.lm tiny
$ rm tiny.lm; ngram-train -n 2 --discount-fallback error -o tiny.lm tiny
! ngram-train: order 1: no discounts follow from its counts of counts (4, 0, 0, 0); give them by --discount-fallback D1,D2,D3
= 4
$ test -e tiny.lm
= 1
$ ngram-train -n 2 --discount-fallback 1,2 -o tiny.lm tiny
! ngram-train: --discount-fallback: '1,2' is neither 'error' nor three discounts with 0 <= Dj <= j, such as 0.5,1,1.5
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 --discount-fallback 1,1,1,1 -o tiny.lm tiny
! ngram-train: --discount-fallback: '1,1,1,1' is neither 'error' nor three discounts with 0 <= Dj <= j, such as 0.5,1,1.5
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 --discount-fallback 1.5,1,1 -o tiny.lm tiny
! ngram-train: --discount-fallback: '1.5,1,1' is neither 'error' nor three discounts with 0 <= Dj <= j, such as 0.5,1,1.5
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 --discount-fallback=-1,1,1 -o tiny.lm tiny
! ngram-train: --discount-fallback: '-1,1,1' is neither 'error' nor three discounts with 0 <= Dj <= j, such as 0.5,1,1.5
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 --discount-fallback nan,1,1 -o tiny.lm tiny
! ngram-train: --discount-fallback: 'nan,1,1' is neither 'error' nor three discounts with 0 <= Dj <= j, such as 0.5,1,1.5
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 --discount-fallback '' -o tiny.lm tiny
! ngram-train: --discount-fallback: '' is neither 'error' nor three discounts with 0 <= Dj <= j, such as 0.5,1,1.5
! ngram-train: --help shows an example
= 2

# One discount of abs and kn; none of Good-Turing's.
$ ngram-train -n 2 --smooth abs -o tiny.lm tiny
! ngram-train: warning: order 1: no discounts follow from its counts of counts; using 0.5 (--discount-fallback changes that)
! ngram-train: warning: order 2: no discounts follow from its counts of counts; using 0.5 (--discount-fallback changes that)
$ ngram-train -n 2 --smooth kn --discount-fallback 0.9 --backoff -o tiny.lm tiny
! ngram-train: warning: order 1: no discounts follow from its counts of counts; using 0.9 (--discount-fallback changes that)
! ngram-train: warning: order 2: no discounts follow from its counts of counts; using 0.9 (--discount-fallback changes that)
$ ckpt-info tiny.lm | grep -o -e '"discounts".*]]' -e '"backoff".*' -e '"smooth".*'
| "smooth": "kn",
| "backoff": true,
| "discounts": [[0.9, 0.9, 0.9], [0.9, 0.9, 0.9]]
$ ngram-train -n 1 --smooth gt -o tiny.lm tiny
! ngram-train: warning: order 1: Good-Turing has no discount for n-grams of count 1
$ ngram-train -v -n 2 --smooth abs -o tiny.lm data/stories-valid.txt
! ngram-train: order 1: 2557 n-grams, discount 0.642304
! ngram-train: order 2: 8029 n-grams, discount 0.804777
$ ngram-train -v -n 2 --smooth wb -o tiny.lm tiny
! ngram-train: order 1: 6 n-grams
! ngram-train: order 2: 4 n-grams
$ ngram-train -n 2 --smooth abs --discount-fallback error -o e.lm tiny
! ngram-train: order 1: no discounts follow from its counts of counts (4, 0, 0, 0); give them by --discount-fallback D
= 4
$ ngram-train -n 2 --smooth kn --discount-fallback 1,1,1 -o e.lm tiny
! ngram-train: --discount-fallback: '1,1,1' is neither 'error' nor one discount, 0 to 1, such as 0.5
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 --smooth kn --discount-fallback 1.5 -o e.lm tiny
! ngram-train: --discount-fallback: '1.5' is neither 'error' nor one discount, 0 to 1, such as 0.5
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 --smooth kn --discount-fallback 1 --backoff -o e.lm tiny
! ngram-train: --discount-fallback: 1 for counts of 1 is not 0 to less than 1
! ngram-train: --help shows an example
= 2

# By hand, without marks or <unk>.  C(a) = 3, C(b) = 2, C(c) = 1; C(ab) = 2, C(ac) = 1, C(ba) = 2.
$ echo 'a b a b a c' >hand
$ cat >next <<'END'
> ngram-train -q -n 2 --closed --no-marks "$@" -o h.lm hand; printf 'a\nb\n' | lm-next -m h.lm --inside
> END

# N(a) = 2, N(b) = 1.  p(a) = 3/9 + 1/9, p(b) = 3/9, p(c) = 2/9; p(b|a) = 2/5 + 2/5 p(b).
$ sh next --smooth wb
| b	0.5333334
| c	0.2888889
| a	0.1777778
|
| a	0.8148149
| b	0.1111111
| c	0.07407408
# p(b|a) = 2/5, p(c|a) = 1/5, and p(a|a) has the rest.  p(b|b) = 1/3 p(b) / (p(b) + p(c)).
$ sh next --smooth wb --backoff
| a	0.4
| b	0.4
| c	0.2
|
| a	0.6666667
| b	0.2
| c	0.1333333
# D = 1/3 for words, 1/5 for pairs.  p(a) = 3/6, p(b) = 2/6, p(c) = 1/6; p(b|a) = 1.8/3 + 0.4/3 p(b).
$ sh next --smooth abs
| b	0.6444445
| c	0.2888889
| a	0.06666667
|
| a	0.95
| b	0.03333333
| c	0.01666667
# Two, one and one words stand before a (the line's beginning is one), b, c: D = 1/2.  p(a) = 1/2,
# p(b) = p(c) = 1/4; p(b|a) = 1.8/3 + 0.4/3 p(b).
$ sh next --smooth kn
| b	0.6333334
| c	0.3
| a	0.06666667
|
| a	0.95
| b	0.025
| c	0.025
# p(a|b) = 1.8/2; p(b|b) = 0.1 p(b) / (p(b) + p(c)).
$ sh next --smooth kn --backoff
| b	0.6
| c	0.2666667
| a	0.1333333
|
| a	0.9
| b	0.05
| c	0.05
# p(a) = 4/9, p(b) = 3/9, p(c) = 2/9; p(b|a) = 3/6, p(a|b) = 3/5, p(b|b) = 2/5 p(b) / (p(b) + p(c)).
$ sh next --smooth addk-backoff
| b	0.5
| c	0.3333333
| a	0.1666667
|
| a	0.6
| b	0.24
| c	0.16
# No discounts: one more than was counted.  p(b|a) = 2/4, p(a|b) = 2/3; words as they are counted.
$ sh next --smooth gt
| b	0.5
| a	0.25
| c	0.25
|
| a	0.6666667
| b	0.2222222
| c	0.1111111

# Words: a list, frequent ones, the most frequent; the rest is <unk>, which costs its spelling.
$ printf 'c b c a <unk> c b d e\n' >words
$ cat >show <<'END'
> ngram-train -q -n 1 --smooth mle --no-marks "$@" -o w.lm words && echo | lm-next -m w.lm
> END
$ sh show --min-count 2
| <unk>	0.4444444
| c	0.3333333
| b	0.2222222
$ sh show --vocab-size 2
| <unk>	0.4444444
| c	0.3333333
| b	0.2222222
$ printf 'x\ne\n<unk>\n<s>\n\nb\n' >list; sh show --vocab list
| <unk>	0.6666667
| b	0.2222222
| e	0.1111111
| x	0
$ ckpt-info w.lm | tail -n 1 | tr ' ' '\n' | grep input
| input=17:7035e7b2
| input=22:0b1e7572
$ sh show --vocab list --min-count 1 --vocab-size 1
| <unk>	0.7777778
| b	0.2222222
$ printf 'a b\n' >pair; sh show --vocab pair
! ngram-train: pair:1: more than one word on a line
= 4
$ sh show --vocab no-such-list
! ngram-train: no-such-list: open: No such file or directory
= 3
$ sh show --closed --vocab list
! ngram-train: --vocab: with --closed there is no <unk> for other words
! ngram-train: --help shows an example
= 2
$ sh show --closed --min-count 0
! ngram-train: --min-count: with --closed there is no <unk> for other words
! ngram-train: --help shows an example
= 2
$ sh show --closed --vocab-size 5
! ngram-train: --vocab-size: with --closed there is no <unk> for other words
! ngram-train: --help shows an example
= 2
$ awk '{ for (i = 1; i <= NF; i++) n[$i]++; text[NR] = $0 }
>     END { for (l = 1; l <= NR; l++) { m = split(text[l], w, " "); s = ""
>         for (i = 1; i <= m; i++) s = s (i > 1 ? " " : "") (n[w[i]] < 3 ? "<unk>" : w[i]); print s } }' data/stories-valid.txt >rare
$ ngram-train -q -n 3 -o one.lm rare; ngram-train -q -n 3 --min-count 3 -o two.lm data/stories-valid.txt
$ ckpt-diff --ignore-history one.lm two.lm >/dev/null
$ for n in 0 1000; do ngram-train -q -n 3 --min-count $n -o m.lm data/stories-train.txt; lm-eval -m m.lm data/stories-test.txt; done | awk '$1 == "bits_per_byte" { if (b) print ($2 > b); b = $2 }'
| 1

# Pruning by count and by entropy.
$ cat >sizes <<'END'
> ngram-train -q -n 3 "$@" -o p.lm data/stories-valid.txt && ckpt-info p.lm | grep -o '"ngrams".*]'
> END
$ sh sizes
| "ngrams": [2557, 8029, 10402]
$ sh sizes --prune 0,1; sh sizes --prune 0,1,1; sh sizes --prune 0,0,2; sh sizes --prune 0 --smooth addk
| "ngrams": [2557, 1425, 567]
| "ngrams": [2557, 1425, 567]
| "ngrams": [2557, 8029, 145]
| "ngrams": [2557, 8029, 10402]
$ sh sizes --entropy-prune 1e-6; sh sizes --entropy-prune 1e-6 --prune 0,0,1; sh sizes --entropy-prune 1
| "ngrams": [2557, 7968, 4657]
| "ngrams": [2557, 7927, 524]
| "ngrams": [2557, 0, 0]
$ sh sizes --prune 1
! ngram-train: --prune: words are not pruned, so the first threshold is 0 (--min-count makes rare words <unk>)
! ngram-train: --help shows an example
= 2
$ sh sizes --prune 0,2,1
! ngram-train: --prune: 1 for order 3 is less than 2 before it
! ngram-train: --help shows an example
= 2
$ sh sizes --prune 0,0,0,1
! ngram-train: --prune: '0,0,0,1' goes on after order 3, the last
! ngram-train: --help shows an example
= 2
$ sh sizes --prune 0,x
! ngram-train: --prune: 'x' is not a count (0 to 4294967295)
! ngram-train: --help shows an example
= 2
$ sh sizes --prune 0,
! ngram-train: --prune: '' is not a count (0 to 4294967295)
! ngram-train: --help shows an example
= 2
$ sh sizes --prune 0,-1
! ngram-train: --prune: '-1' is not a count (0 to 4294967295)
! ngram-train: --help shows an example
= 2
$ sh sizes --prune 0,4294967296
! ngram-train: --prune: '4294967296' is not a count (0 to 4294967295)
! ngram-train: --help shows an example
= 2
$ sh sizes --entropy-prune 2
! ngram-train: --entropy-prune: 2 is out of range (0 to 1; nearest 1)
! ngram-train: --help shows an example
= 2
$ sh sizes --entropy-prune 0.1 --smooth addk
! ngram-train: --entropy-prune: addk does not back off (addk-backoff does)
! ngram-train: --help shows an example
= 2
$ sh sizes --backoff --smooth mle
! ngram-train: --backoff: mle has no back-off form
! ngram-train: --help shows an example
= 2
$ sh sizes --backoff --smooth addk
! ngram-train: --backoff: addk has no back-off form; addk-backoff is that
! ngram-train: --help shows an example
= 2

# Text with no line as long as the order: the high orders are empty.
$ printf 'a\nb\n' | ngram-train -n 10 --smooth mle -o short.lm; ckpt-info short.lm | grep -o '"ngrams".*]'
| "ngrams": [5, 4, 2, 0, 0, 0, 0, 0, 0, 0]
$ printf 'a b\n\n' | lm-eval -m short.lm --per-line
| -inf	3	0
| -inf	1	0

# Odd text.
$ ngram-train -o e.lm /dev/null
! ngram-train: /dev/null:1: no text
= 4
$ : >empty; ngram-train -o e.lm empty
! ngram-train: empty:1: no text
= 4
$ printf '\n\n' | ngram-train -n 2 --smooth mle --no-marks -o e.lm
! ngram-train: standard input:3: no text
= 4
$ printf '\n\n' | ngram-train -n 2 --smooth mle -o blank.lm; echo | lm-next -m blank.lm
| </s>	1
| <s>	0
| <unk>	0
$ printf 'a <s> b\n' | ngram-train -o e.lm
! ngram-train: standard input:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ printf 'a\nb </s>\n' >marks; ngram-train -o e.lm marks
! ngram-train: marks:2: '</s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ ngram-train -n 2 --smooth mle --marks-as-words -o words.lm marks; printf 'b\n' | lm-next -m words.lm -k 1
| </s>	1
$ printf 'a\r\nb\000c\td\377\r\n' | ngram-train -n 1 --smooth mle -o odd.lm; echo | lm-next -m odd.lm | od -c
| 0000000   <   /   s   >  \t   0   .   3   3   3   3   3   3   3  \n   a
| 0000020  \t   0   .   1   6   6   6   6   6   7  \n   b  \t   0   .   1
| 0000040   6   6   6   6   6   7  \n   c  \t   0   .   1   6   6   6   6
| 0000060   6   7  \n   d 377  \t   0   .   1   6   6   6   6   6   7  \n
| 0000100   <   s   >  \t   0  \n   <   u   n   k   >  \t   0  \n
| 0000116
$ printf '\357\273\277a\n' | ngram-train -n 1 --smooth mle -o bom.lm; echo | lm-next -m bom.lm
| </s>	0.5
| a	0.5
| <s>	0
| <unk>	0
$ awk 'BEGIN { for (i = 0; i < 131073; i++) printf "longword"; print "" }' >long; ngram-train -o e.lm both long
! ngram-train: long:1: a word of more than 1048576 bytes
= 4
$ test -e e.lm
= 1

# Characters and bytes.
$ printf 'a \344\270\255\n\377\n' >mixed; ngram-train -n 1 --smooth mle --unit char -o c.lm mixed; echo | lm-next -m c.lm | od -c
| 0000000   <   /   s   >  \t   0   .   3   3   3   3   3   3   3  \n   \
| 0000020   x   2   0  \t   0   .   1   6   6   6   6   6   7  \n   a  \t
| 0000040   0   .   1   6   6   6   6   6   7  \n 344 270 255  \t   0   .
| 0000060   1   6   6   6   6   6   7  \n 377  \t   0   .   1   6   6   6
| 0000100   6   6   7  \n   <   s   >  \t   0  \n   <   u   n   k   >  \t
| 0000120   0  \n
| 0000122
! ngram-train: warning: 1 bytes of the text are not UTF-8; each was taken as a character
$ ngram-train -n 1 --smooth mle --unit byte -o b.lm mixed; echo | lm-next -m b.lm | od -c
| 0000000   <   /   s   >  \t   0   .   2   5  \n   \   x   2   0  \t   0
| 0000020   .   1   2   5  \n   a  \t   0   .   1   2   5  \n 255  \t   0
| 0000040   .   1   2   5  \n 270  \t   0   .   1   2   5  \n 344  \t   0
| 0000060   .   1   2   5  \n 377  \t   0   .   1   2   5  \n   <   s   >
| 0000100  \t   0  \n   <   u   n   k   >  \t   0  \n
| 0000113
$ printf 'x\r\n' | ngram-train -n 1 --smooth mle --unit char -o c.lm; echo | lm-next -m c.lm
| </s>	0.5
| x	0.5
| <s>	0
| <unk>	0
$ printf 'x\r\n' | ngram-train -n 1 --smooth mle --unit byte -o b.lm; echo | lm-next -m b.lm
| \x0D	0.3333333
| </s>	0.3333333
| x	0.3333333
| <s>	0
| <unk>	0

# Options that contradict each other.
$ ngram-train --smooth mle --k 3 -o e.lm both
! ngram-train: --k: only --smooth addk and addk-backoff have it
! ngram-train: --help shows an example
= 2
$ ngram-train --k 1 -o e.lm both
! ngram-train: --k: only --smooth addk and addk-backoff have it
! ngram-train: --help shows an example
= 2
$ ngram-train --smooth addk --discount-fallback error -o e.lm both
! ngram-train: --discount-fallback: only --smooth abs, kn and mkn have such discounts
! ngram-train: --help shows an example
= 2
$ ngram-train --smooth mle --discount-fallback 0.5,1,1.5 -o e.lm both
! ngram-train: --discount-fallback: only --smooth abs, kn and mkn have such discounts
! ngram-train: --help shows an example
= 2

# Options that are wrong.
$ ngram-train both
! ngram-train: --output FILE is missing
! ngram-train: --help shows an example
= 2
$ ngram-train -o
! ngram-train: --output: the value FILE is missing
! ngram-train: --help shows an example
= 2
$ ngram-train -n 0 -o e.lm both
! ngram-train: --order: 0 is out of range (1 to 10; nearest 1)
! ngram-train: --help shows an example
= 2
$ ngram-train -n 11 -o e.lm both
! ngram-train: --order: 11 is out of range (1 to 10; nearest 10)
! ngram-train: --help shows an example
= 2
$ ngram-train -n 10x -o e.lm both
! ngram-train: --order: '10x' is not a whole number (1 to 10; nearest 10)
! ngram-train: --help shows an example
= 2
$ ngram-train -n -o e.lm both
! ngram-train: --order: '-o' is not a whole number (1 to 10)
! ngram-train: --help shows an example
= 2
$ ngram-train -n 2 -n 3 -o e.lm both
! ngram-train: --order given twice
! ngram-train: --help shows an example
= 2
$ ngram-train --k 0 --smooth addk -o e.lm both
! ngram-train: --k: 0 is out of range (1e-09 to 1000000000; nearest 1e-09)
! ngram-train: --help shows an example
= 2
$ ngram-train --k nan --smooth addk -o e.lm both
! ngram-train: --k: 'nan' is not a number (1e-09 to 1000000000)
! ngram-train: --help shows an example
= 2
$ ngram-train --smooth knn -o e.lm both
! ngram-train: --smooth: 'knn' is not one of mle, addk, addk-backoff, gt, wb, abs, kn, mkn (did you mean kn?)
! ngram-train: --help shows an example
= 2
$ ngram-train --unit line -o e.lm both
! ngram-train: --unit: 'line' is not one of word, char, byte
! ngram-train: --help shows an example
= 2
$ ngram-train --closed=yes -o e.lm both
! ngram-train: --closed takes no value, found 'yes'
! ngram-train: --help shows an example
= 2
$ ngram-train --no-such -o e.lm both
! ngram-train: unknown option --no-such
! ngram-train: --help shows an example
= 2
$ ngram-train -j -1 -o e.lm both
! ngram-train: --threads: -1 is out of range (0 to 1024; nearest 0)
! ngram-train: --help shows an example
= 2
$ ngram-train -j 1025 -o e.lm both
! ngram-train: --threads: 1025 is out of range (0 to 1024; nearest 1024)
! ngram-train: --help shows an example
= 2
$ ngram-train --version | head -n 1
| ngram-train (Lineage) 0.1.0

# Straight to ARPA: what converting the checkpoint gives, on a terminal too.
$ ngram-train -q -n 4 -o m.lm data/stories-valid.txt; ckpt-convert m.lm -o m.arpa
$ ngram-train -q -n 4 --to arpa -o n.arpa data/stories-valid.txt; cmp m.arpa n.arpa
$ ngram-train -q -n 4 --to arpa -j 3 -o - data/stories-valid.txt | cmp - m.arpa
$ echo a >t; pty -o ngram-train -q -n 1 --smooth mle --closed --no-marks --to arpa -o - t | tr -d '\r'
| \data\
| ngram 1=1
|
| \1-grams:
| 0	a
|
| \end\
$ ngram-train -q --smooth addk --to arpa -o e.arpa t
! ngram-train: --to arpa: an add-k model has no ARPA form; addk-backoff has
! ngram-train: --help shows an example
= 2
$ ngram-train -q --quantize 8 --to arpa -o e.arpa t
! ngram-train: --to arpa: ARPA text has no compact form (--quantize)
! ngram-train: --help shows an example
= 2
$ ngram-train -q --to auto -o e.arpa t
! ngram-train: --to: 'auto' is not one of lm, arpa
! ngram-train: --help shows an example
= 2
$ test -e e.arpa
= 1

# Files that are not there, or are no files.
$ ngram-train -o e.lm no-such-file
! ngram-train: no-such-file: open: No such file or directory
= 3
$ ngram-train -o e.lm both no-such-file
! ngram-train: no-such-file: open: No such file or directory
= 3
$ ngram-train -o e.lm .
! ngram-train: .: open: Is a directory
= 3
$ ngram-train -o no-such-folder/e.lm both
! ngram-train: no-such-folder/e.lm: create: No such file or directory
= 3
$ ngram-train -o . both
! ngram-train: .: open: Is a directory
= 3
$ ngram-train -q -o /dev/full both
! ngram-train: /dev/full: write: No space left on device
= 3
$ ngram-train -q -o - both >/dev/full
! ngram-train: standard output: write: No space left on device
= 3
$ test -e e.lm
= 1
$ echo precious >kept; ngram-train -o kept no-such-file; cat kept
| precious
! ngram-train: no-such-file: open: No such file or directory
$ echo precious >kept; ngram-train -o kept empty; cat kept
| precious
! ngram-train: empty:1: no text
$ echo precious >kept; ngram-train -q -n 2 -o kept both; ckpt-info kept | head -n 1
| kind        ngram
? test "$(id -u)" != 0
$ echo secret >secret; chmod 000 secret; ngram-train -o e.lm secret
! ngram-train: secret: open: Permission denied
= 3
