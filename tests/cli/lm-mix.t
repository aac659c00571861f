# Models that know one word each: the weights are the shares of the words, and the perplexity is
# exp of their entropy, exp(-0.75 ln 0.75 - 0.25 ln 0.25) = 1.754765.
$ echo a | ngram-train -n 1 --smooth mle --no-marks --closed -o a.lm
$ echo b | ngram-train -n 1 --smooth mle --no-marks --closed -o b.lm
$ printf 'a b\na\n\na\n' >held
$ lm-mix --valid held -o ab.lm a.lm b.lm
| sentences	4
| words	4
| unknown	0
| tokens	4
| zeroprobs	0
| iterations	2
| weight_0	0.75
| weight_1	0.25
| ppl_0	inf
| ppl_1	inf
| ppl	1.75476535
$ lm-eval -m ab.lm held
| sentences	4
| words	4
| unknown	0
| tokens	4
| bytes	9
| zeroprobs	0
| nats	2.24934058
| log10_p	-0.976876201
| ppl	1.75476535
| ppl_known	1.75476535
| ppl_words	1.75476535
| ppl_known_words	1.75476535
| ppl1	1.75476535
| bits_per_byte	0.360568055
| unk_spell_bits	0
| order_1	4
$ lm-eval -m ab.lm --per-token held
| a	1	-0.1249387
| b	1	-0.60206
| a	1	-0.1249387
| a	1	-0.1249387
$ echo a | lm-next -m ab.lm --all
| a	0.75
| b	0.25
$ ngram-sample -m ab.lm --greedy --length 5
| a a a a a
$ ckpt-info ab.lm | sed -n -e 1p -e '/^config/,/^history/p'
| kind        mix
| config
|   {
|     "weights": [0.75, 0.25],
|     "vocab": 2
|   }
| history
$ ckpt-info ab.lm | sed -n -e 's/input=[^ ]*/input/g' -e '/^history/,/^meta/p'
| history
|   lm-mix 0.1.0 tolerance=1e-09 iterations=1000 input input input
| metadata 0.lm.config
$ ckpt-info ab.lm | sed -n -e '/^metadata/p' -e '/^metadata.*kind/{n;p;}'
| metadata 0.lm.config
| metadata 0.lm.history
| metadata 0.lm.kind
|   ngram
| metadata 0.lm.version
| metadata 1.lm.config
| metadata 1.lm.history
| metadata 1.lm.kind
|   ngram
| metadata 1.lm.version
$ ckpt-info ab.lm | sed -n '/^metadata 1.lm.config/,/"unit"/p'
| metadata 1.lm.config
|   {
|     "order": 1,
|     "smooth": "mle",
|     "unit": "word",
$ ckpt-info --verify ab.lm | grep checksums
| checksums   all match
$ lm-mix --valid=held --output=again.lm -j 3 -- a.lm b.lm >/dev/null; cmp ab.lm again.lm

# A word that no model knows counts for nothing, and makes the perplexity infinite.
$ printf 'a b\nz\na a\n' | lm-mix --valid - -o z.lm a.lm b.lm
| sentences	3
| words	5
| unknown	1
| tokens	5
| zeroprobs	1
| iterations	2
| weight_0	0.75
| weight_1	0.25
| ppl_0	inf
| ppl_1	inf
| ppl	inf
! lm-mix: 1 of 5 tokens have probability 0, so ppl is infinite
$ ckpt-diff --ignore-history ab.lm z.lm
| metadata 'lm.history': differs

# Weights that are given; a text is not needed, but may be measured.
$ lm-mix --weights 0.25,0.75 -o quarter.lm a.lm b.lm
| weight_0	0.25
| weight_1	0.75
$ echo | lm-next -m quarter.lm
| b	0.75
| a	0.25
$ lm-mix --weights 0.25,0.75 --valid held -o measured.lm a.lm b.lm
| sentences	4
| words	4
| unknown	0
| tokens	4
| zeroprobs	0
| iterations	0
| weight_0	0.25
| weight_1	0.75
| ppl_0	inf
| ppl_1	inf
| ppl	3.03934274
$ cmp quarter.lm measured.lm
$ ckpt-diff ab.lm quarter.lm
| metadata 'lm.config': differs
| metadata 'lm.history': differs
= 1
$ lm-mix --weights 1,0 -o one.lm a.lm b.lm; echo | lm-next -m one.lm
| weight_0	1
| weight_1	0
| a	1
| b	0

# Steps of EM: the first one is exact here, the second one changes nothing.
$ lm-mix --valid held --iterations 1 -o steps.lm a.lm b.lm | grep -e iter -e weight
| iterations	1
| weight_0	0.75
| weight_1	0.25
! lm-mix: warning: EM ended at iteration 1, before the weights settled
$ lm-mix -v --valid held --tolerance 0 -o steps.lm a.lm b.lm | grep -e iter -e weight
| iterations	2
| weight_0	0.75
| weight_1	0.25
! lm-mix: iteration 1: log-likelihood -2.24934057848
! lm-mix: iteration 2: log-likelihood -2.24934057848

# Standard input may be a model, and standard output the mixture.
$ lm-mix --weights 0.25,0.75 -o - - b.lm <a.lm >piped.lm
! lm-mix: weight_0 0.25
! lm-mix: weight_1 0.75
$ cmp piped.lm quarter.lm
$ lm-mix -q --weights 0.25,0.75 -o - a.lm - <b.lm | ckpt-diff - quarter.lm

# Relative frequencies of trigrams and bigrams, with smoothed unigrams below, have the same words,
# so that their tokens compare one by one: EM in awk, with the same rule to end it, finds the same
# weights.  The perplexities are those of lm-eval.
$ ngram-train -n 3 --smooth mle -o 3.lm data/stories-train.txt
$ ngram-train -n 2 --smooth mle -o 2.lm data/stories-train.txt
$ ngram-train -n 1 --smooth addk -o 1.lm data/stories-train.txt
$ lm-mix -j 1 --valid data/stories-valid.txt -o mix.lm 3.lm 2.lm 1.lm >report
$ lm-mix -j 3 --valid data/stories-valid.txt -o mix3.lm 3.lm 2.lm 1.lm | cmp - report; cmp mix.lm mix3.lm
$ for m in 3 2 1; do lm-eval -q -m $m.lm --per-token data/stories-valid.txt | cut -f 3 >$m; done
$ paste 3 2 1 | awk '
>     { for (i = 0; i < 3; i++) p[NR, i] = $(i + 1) == "-inf" ? 0 : exp(log(10) * $(i + 1)) }
>     END {
>         for (i = 0; i < 3; i++) w[i] = 1 / 3
>         for (k = 0; ; k++) {
>             now = 0
>             for (i = 0; i < 3; i++) sum[i] = 0
>             for (t = 1; t <= NR; t++) {
>                 all = 0
>                 for (i = 0; i < 3; i++) all += w[i] * p[t, i]
>                 for (i = 0; i < 3; i++) sum[i] += w[i] * p[t, i] / all
>                 now += log(all)
>             }
>             change = now > before ? now - before : before - now
>             if (k && change <= -1e-9 * now) break
>             before = now
>             for (i = 0; i < 3; i++) w[i] = sum[i] / NR
>         }
>         print k
>         for (i = 0; i < 3; i++) printf "%.5f\n", w[i]
>         printf "%.3f\n", exp(-now / NR)
>     }' >expected
$ awk '$1 == "iterations" { print $2 } /^weight/ { printf "%.5f\n", $2 } $1 == "ppl" { printf "%.3f\n", $2 }' report | diff expected -
$ for m in 3 2 1 mix; do lm-eval -q -m $m.lm data/stories-valid.txt | grep '^ppl	' | cut -f 2; done >ppl
$ grep '^ppl' report | cut -f 2 | cmp - ppl
$ awk 'NR == 3 { one = $1 } NR == 4 { print ($1 < one) }' ppl
| 1

# Two kinds of text, and models with different words: the mixture knows them all, sums to 1, and
# is better in bits per byte than either.
$ cut -f 2 data/sentiment.tsv >reviews; head -n 800 reviews | ngram-train -n 2 -o reviews.lm
$ ngram-train -n 3 -o tri.lm data/stories-train.txt
$ { tail -n 400 reviews; cat data/stories-valid.txt; } >both
$ lm-mix --valid both -o two.lm tri.lm reviews.lm >report
$ awk -F '\t' '{ v[$1] = $2 } END { print (v["ppl"] < v["ppl_0"] && v["ppl"] < v["ppl_1"] && v["zeroprobs"] == 0) }' report
| 1
$ for m in tri reviews two; do lm-eval -m $m.lm both >$m; sed -n 's/^bits_per_byte	//p' $m; done | awk '{ b[NR] = $1 } END { print (b[3] < b[1] && b[3] < b[2]) }'
| 1
$ grep '^ppl	' report >ppl; grep '^ppl	' two | cmp - ppl
$ printf 'The\n\nIt was my\nxyzzy plugh\n' | lm-next -m two.lm --all | awk -F '\t' 'NF { s += $2; next } { printf "%.6f\n", s; s = 0 } END { printf "%.6f\n", s }'
| 1.000000
| 1.000000
| 1.000000
| 1.000000
# A model alone costs what it costs without the words of the other: their spelling is in its
# perplexity now, not in the price of unknown words.
$ lm-mix --weights 1,0 -o first.lm tri.lm reviews.lm >weights
$ { lm-eval -m first.lm both; cat tri; } | awk '$1 == "bits_per_byte" { b[n++] = $2 } $1 == "unknown" { u[m++] = $2 } END { print (b[0] / b[1] > 0.999 && b[0] / b[1] < 1.001), (u[0] < u[1]) }'
| 1 1

# A mixture of mixtures.
$ lm-mix --weights 0.5,0.5 -o nested.lm two.lm 1.lm
| weight_0	0.5
| weight_1	0.5
$ ckpt-info nested.lm | sed -n '/^metadata.*kind/{p;n;p;}'
| metadata 0.0.lm.kind
|   ngram
| metadata 0.1.lm.kind
|   ngram
| metadata 0.lm.kind
|   mix
| metadata 1.lm.kind
|   ngram
$ ckpt-info --tsv nested.lm | cut -f 1 | grep tokenizer.bytes
| 0.0.tokenizer.bytes
| 0.1.tokenizer.bytes
| 1.tokenizer.bytes
$ lm-eval -m nested.lm data/stories-test.txt | grep -c -e '^ppl	[0-9]'
| 1
$ ckpt-convert nested.lm -o nested.arpa
! ckpt-convert: nested.lm: only an n-gram model has an ARPA form (kind 'mix')
! ckpt-convert: --help shows an example
= 2

# Characters.
$ for n in 1 3; do ngram-train -q -n $n --unit char -o zh$n.lm data/stories-zh-train.txt; done
$ lm-mix --valid data/stories-zh-valid.txt -o zh.lm zh1.lm zh3.lm | grep -c weight
| 2
$ ngram-sample -m zh.lm --samples 2 | wc -l
| 2

# Models that cannot be mixed.
$ lm-mix --weights 0.5,0.5 -o x.lm tri.lm zh1.lm
! lm-mix: tri.lm is made of words, zh1.lm of chars: they cannot be mixed
! lm-mix: --help shows an example
= 2
$ lm-mix --weights 0.5,0.5 -o x.lm a.lm tri.lm
! lm-mix: tri.lm has the mark <s>, a.lm has not: they cannot be mixed
! lm-mix: --help shows an example
= 2
$ ngram-train -q -n 1 --smooth mle --marks-as-words -o words.lm held; lm-mix --weights 0.5,0.5 -o x.lm words.lm tri.lm
! lm-mix: <s> and </s> are words to words.lm, not to tri.lm: they cannot be mixed
! lm-mix: --help shows an example
= 2
$ printf '\115\0\0\0\0\0\0\0%s' '{"__metadata__":{"lm.crc32c":"8748b5d3","lm.kind":"reward","lm.version":"1"}}' >reward.lm
$ lm-mix --weights 0.5,0.5 -o x.lm tri.lm reward.lm
! lm-mix: reward.lm: not a word-level language model (kind 'reward')
= 4
$ ckpt-convert tri.lm -o tri.arpa; lm-mix --weights 0.5,0.5 -o x.lm tri.lm tri.arpa
! lm-mix: tri.arpa: ARPA text; make a model of it by ckpt-convert -o MODEL
= 4
$ lm-mix --valid held -o x.lm tri.lm no-such-file
! lm-mix: no-such-file: open: No such file or directory
= 3
$ n=$(wc -c <1.lm); head -c $((n - 1)) 1.lm >cut.lm; lm-mix --valid held -o x.lm tri.lm cut.lm 2>&1 | sed 's/[0-9][0-9]*/N/g'
| lm-mix: cut.lm: tensor 'tokenizer.bytes': data ends at offset N, the file at N

# Wrong uses.
$ lm-mix --valid held -o x.lm
! lm-mix: an operand is missing; usage: lm-mix [OPTION]... -o FILE MODEL MODEL...
! lm-mix: --help shows an example
= 2
$ lm-mix --valid held -o x.lm a.lm
! lm-mix: an operand is missing; usage: lm-mix [OPTION]... -o FILE MODEL MODEL...
! lm-mix: --help shows an example
= 2
$ lm-mix --valid held a.lm b.lm
! lm-mix: --output FILE is missing
! lm-mix: --help shows an example
= 2
$ lm-mix -o x.lm a.lm b.lm
! lm-mix: neither --valid FILE nor --weights A,B,... is given
! lm-mix: --help shows an example
= 2
$ lm-mix --weights 0.5,0.4 -o x.lm a.lm b.lm
! lm-mix: the weights sum to 0.9, expected 1
! lm-mix: --help shows an example
= 2
$ lm-mix --weights 1.5,-0.5 -o x.lm a.lm b.lm
! lm-mix: weight 0 is 1.5, expected 0 to 1
! lm-mix: --help shows an example
= 2
$ lm-mix --weights 0.5,0.25,0.25 -o x.lm a.lm b.lm
! lm-mix: --weights: '0.5,0.25,0.25' is not 2 numbers, one for each model
! lm-mix: --help shows an example
= 2
$ lm-mix --weights 1 -o x.lm a.lm b.lm
! lm-mix: --weights: '1' is not 2 numbers, one for each model
! lm-mix: --help shows an example
= 2
$ lm-mix --weights 0.5, -o x.lm a.lm b.lm
! lm-mix: --weights: '0.5,' is not 2 numbers, one for each model
! lm-mix: --help shows an example
= 2
$ lm-mix --weights nan,1 -o x.lm a.lm b.lm
! lm-mix: --weights: 'nan,1' is not 2 numbers, one for each model
! lm-mix: --help shows an example
= 2
$ lm-mix --weights 0.5,0.5 --tolerance 0 -o x.lm a.lm b.lm
! lm-mix: --tolerance and --iterations: --weights leaves out EM
! lm-mix: --help shows an example
= 2
$ lm-mix --valid held --iterations 0 -o x.lm a.lm b.lm
! lm-mix: --iterations: 0 is out of range (1 to 1000000000; nearest 1)
! lm-mix: --help shows an example
= 2
$ lm-mix --valid held --tolerance -1 -o x.lm a.lm b.lm
! lm-mix: --tolerance: -1 is out of range (0 to 1; nearest 0)
! lm-mix: --help shows an example
= 2
$ lm-mix --valid - -o x.lm a.lm - <b.lm
! lm-mix: standard input cannot be two files
! lm-mix: --help shows an example
= 2
$ lm-mix --valid no-such-file -o x.lm a.lm b.lm
! lm-mix: no-such-file: open: No such file or directory
= 3
$ lm-mix --valid held -o no/such/folder a.lm b.lm
! lm-mix: no/such/folder: create: No such file or directory
= 3
$ lm-mix --valid /dev/null -o x.lm a.lm b.lm
! lm-mix: /dev/null:1: no text
= 4
$ echo 'a <s>' | lm-mix --valid - -o x.lm a.lm b.lm
! lm-mix: standard input:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ lm-mix --valid held -o x.lm a.lm b.lm >/dev/full
! lm-mix: standard output: write: No space left on device
= 3
$ lm-mix --valid held -o /dev/full a.lm b.lm >report
! lm-mix: /dev/full: write: No space left on device
= 3
$ test -e x.lm
= 1

# Deeper than a checkpoint can be read.
$ cp a.lm deep.lm; for i in 1 2 3 4 5 6 7 8; do lm-mix --weights 0.5,0.5 -o deep.lm deep.lm b.lm >/dev/null || exit; done; lm-eval -m deep.lm held | grep ppl
| ppl	64.062653
| ppl_known	64.062653
| ppl_words	64.062653
| ppl_known_words	64.062653
| ppl1	64.062653
$ lm-mix --weights 0.5,0.5 -o deep.lm deep.lm b.lm
! lm-mix: mixtures in mixtures 9 deep, at most 8 are allowed
! lm-mix: --help shows an example
= 2
