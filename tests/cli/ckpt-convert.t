# There and back: the numbers are in the file as they were computed by hand.
$ printf 'a b\na b\na c\n' | ngram-train -n 2 --smooth mle -o m.lm
$ ckpt-convert m.lm -o m.arpa; cat m.arpa
| \data\
| ngram 1=6
| ngram 2=5
|
| \1-grams:
| -99	<unk>	0
| -0.4771212	</s>	0
| -0.4771212	a	-99
| -0.6532125	b	-99
| -0.9542425	c	-99
| 0	<s>	-99
|
| \2-grams:
| 0	b </s>
| 0	c </s>
| -0.1760912	a b
| -0.4771212	a c
| 0	<s> a
|
| \end\
$ ckpt-convert m.arpa -o back.lm; ckpt-convert back.lm -o - | cmp - m.arpa
$ printf 'a b\nc a\nz\n' >text; lm-eval -q -m m.lm --per-token text >one; lm-eval -q -m back.lm --per-token text | cmp - one
$ ckpt-info back.lm | grep -e smooth -e unit -e '^  ckpt-convert'; wc -c <m.arpa
|     "smooth": "arpa",
|     "unit": "word",
|   ckpt-convert 0.1.0 unit=word case=auto input=203:13611b50
| 203

# A larger one measures the same, as words, characters and bytes.
$ for u in word char byte; do
>     ngram-train -q -n 4 --unit $u -o $u.lm data/stories-valid.txt || exit
>     ckpt-convert $u.lm -o $u.arpa && ckpt-convert --unit $u $u.arpa -o $u.back || exit
>     for m in $u.lm $u.back; do lm-eval -m $m data/stories-test.txt | awk '{ printf "%s %.6g\n", $1, $2 }' >$m.eval; done
>     cmp $u.lm.eval $u.back.eval
>     ckpt-convert $u.back -o - | cmp - $u.arpa
> done

# The compact form: of any model the same, however it is made; near to the plain one.
$ ngram-train -q -n 4 -o plain.lm data/stories-train.txt; ngram-train -q -n 4 --quantize 8 -o trained.lm data/stories-train.txt
$ ckpt-convert --quantize 8 plain.lm -o small.lm; ckpt-diff small.lm trained.lm | grep -v -e history -e config
= 1
$ for m in plain small; do lm-eval -m $m.lm data/stories-test.txt | awk '$1 == "ppl" { print $2 }'; done | awk '{ p[NR] = $1 } END { print (p[2] / p[1] > 0.999 && p[2] / p[1] < 1.001) }'
| 1
$ ckpt-info small.lm | sed -n -e 's/ input=.*//' -e '/"quantize"/p' -e '/^history/,$p'
|     "quantize": 8,
| history
|   ngram-train 0.1.0 order=4 smooth=mkn k=1 entropy-prune=0 unit=word min-count=0
|   ckpt-convert 0.1.0 unit=word quantize=8 case=auto
$ wc -c <small.lm | awk -v plain="$(wc -c <plain.lm)" '{ print ($1 / plain < 0.5) }'
| 1
$ for m in plain small; do echo 'The old man' | lm-next -m $m.lm -k 3 | cut -f 1 >$m.next; done; cmp plain.next small.next
$ ckpt-convert small.lm -o small.arpa; ckpt-convert small.arpa -o plainer.lm
$ for m in small plainer; do lm-eval -m $m.lm data/stories-test.txt | awk '{ printf "%s %.6g\n", $1, $2 }' >$m.eval; done; cmp small.eval plainer.eval
$ ckpt-convert --quantize 8 small.arpa -o resmall.lm; lm-eval -m resmall.lm data/stories-test.txt | awk '{ printf "%s %.6g\n", $1, $2 }' | cmp - small.eval
$ ckpt-convert --quantize 2 --to lm - -o - <plain.lm | lm-eval -m - data/stories-test.txt | awk '$1 == "ppl" { print ($2 < 1000) }'
| 1
$ printf 'a b\n' | ngram-train -n 1 --smooth mle --quantize 8 -o one.lm; echo | lm-next -m one.lm -k 1
| </s>	0.3333333
$ ckpt-convert --quantize 8 small.lm -o e
! ckpt-convert: the model is quantized already, to 8 bits
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --quantize 8 --to arpa m.lm -o e
! ckpt-convert: ARPA text has no compact form (--quantize)
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --quantize 1 m.lm -o e
! ckpt-convert: --quantize: 1 is out of range (2 to 16; nearest 2)
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --quantize 17 m.lm -o e
! ckpt-convert: --quantize: 17 is out of range (2 to 16; nearest 16)
! ckpt-convert: --help shows an example
= 2
$ pty -o ckpt-convert --quantize 8 m.lm -o -
! ckpt-convert: standard output: a terminal; binary output goes to a file or a pipe
! ckpt-convert: --help shows an example
= 2

# The same bytes whatever the threads and the memory.
$ ngram-train -q -n 5 -o big.lm data/stories-train.txt; ckpt-convert -j 1 big.lm -o big.arpa
$ for how in '-j 2' '-j 3' '-j 1 -S 16M' '-j 2 -S 20M'; do
>     ckpt-convert $how big.lm -o - | cmp - big.arpa
>     ckpt-convert $how big.arpa -o again.lm && ckpt-convert again.lm -o - | cmp - big.arpa
>     [ "$how" = '-j 2' ] && cp again.lm first.lm; cmp again.lm first.lm
> done; rm again.lm first.lm big.lm

# Lines in another order, other blanks, no back-off weights of 0: the same n-grams.
$ awk '/^[-0-9]/ { held[n++] = $0; next } { while (n) print held[--n]; print }' big.arpa >other.arpa
$ ckpt-convert other.arpa -o other.lm; sort big.arpa >one; ckpt-convert other.lm -o - | sort | cmp - one
$ awk -F '	' 'NF < 2 { print; next } { print " " $1 "   " $2 (NF > 2 && $3 != 0 ? "		" $3 " " : "") }' big.arpa >other.arpa
$ ckpt-convert other.arpa -o other.lm; ckpt-convert other.lm -o - | cmp - big.arpa; rm big.arpa other.*

# Standard input and output; formats by name; a file of its own name.
$ ckpt-convert - -o - <m.lm | cmp - m.arpa
$ ckpt-convert --from lm --to arpa m.lm -o - | cmp - m.arpa
$ ckpt-convert --to=lm m.arpa -o to.lm; cmp to.lm back.lm
$ cp m.lm same; ckpt-convert same -o same; cmp same m.arpa

# A checkpoint is binary: none on a terminal.
$ pty -o ckpt-convert m.arpa -o -
! ckpt-convert: standard output: a terminal; binary output goes to a file or a pipe
! ckpt-convert: --help shows an example
= 2
$ pty -o sh -c 'ckpt-convert - -o - <m.arpa'
! ckpt-convert: standard output: a terminal; binary output goes to a file or a pipe
! ckpt-convert: --help shows an example
= 2
$ pty -o ckpt-convert m.lm -o - | cmp - m.arpa; pty -o sh -c 'ckpt-convert - -o - <m.lm' | cmp - m.arpa

# The vectors of an NNLM, marks included; read again they are what they were.
$ printf 'b a b\nb a\n' | nnlm-train -q -n 2 --dim 3 --hidden 2 -e 1 -o n.lm; ckpt-convert --to w2v n.lm -o v.txt
$ head -n 1 v.txt; awk 'NR > 1 { print $1, NF }' v.txt
| 5 3
| <unk> 4
| </s> 4
| b 4
| a 4
| <s> 4
$ printf 'b a b\nb a\n' | nnlm-train -q -n 2 --dim 3 --hidden 2 -e 1 --vectors v.txt --freeze -o same.lm
$ ckpt-convert --to w2v same.lm -o - | cmp - v.txt
$ ckpt-convert n.lm -o e
! ckpt-convert: n.lm: only an n-gram model has an ARPA form (kind 'nnlm')
! ckpt-convert: --help shows an example
= 2

# What cannot be.
$ printf 'a b\n' | ngram-train -n 2 --smooth addk -o addk.lm; ckpt-convert addk.lm -o e.arpa
! ckpt-convert: an add-k model has no ARPA form: it gives every unseen word a share of its own, where ARPA backs off
! ckpt-convert: --help shows an example
= 2
$ printf 'a <s>\n' | ngram-train -n 2 --smooth mle --marks-as-words -o marks.lm; ckpt-convert marks.lm -o e.arpa
! ckpt-convert: a model with <s> or </s> as words has no ARPA form
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to w2v m.lm -o e
! ckpt-convert: m.lm: a model of kind 'ngram' has no word vectors, which w2v and nnlm have
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to w2v m.arpa -o e
! ckpt-convert: m.arpa: an n-gram model has no word vectors
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to w2v --quantize 8 m.lm -o e
! ckpt-convert: word vectors have no pruned or compact form
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --from w2v m.lm -o e
! ckpt-convert: m.lm: a checkpoint; 'ckpt-convert --to w2v' writes its vectors
= 4
$ ckpt-convert --to lm m.lm -o e
! ckpt-convert: m.lm: is in the format asked for already
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --from arpa m.lm -o e 2>&1 | grep -a -o '^.*found'
| ckpt-convert: m.lm:1: expected \data\, found
$ ckpt-convert --from lm m.arpa -o e
! ckpt-convert: m.arpa: header: 7929251667573302364 bytes long, at most 100000000 are allowed; is it a checkpoint?
= 4
$ ls | grep -x -e e -e e.arpa
= 1

# ARPA that is not as it should be: the line is named.
$ sed 's/ngram 1=6/ngram 1=7/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:13: 6 1-grams, but \data\ announced 7
= 4
$ sed 's/ngram 2=5/ngram 2=4/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:20: 5 2-grams, but \data\ announced 4
= 4
$ sed '/end/d' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:19: the file ends before \end\
= 4
$ sed 's/a b/a zebra/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:16: not among the unigrams: 'zebra'
= 4
$ sed 's/^-0.*a b/0.5	a b/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:16: not a log10 probability (0 or less): '0.5'
= 4
$ sed 's/^-0.*a b/-0.1	a c/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:17: given twice: 'a c'
= 4
$ awk '{ printf "%s\r\n", $0 }' m.arpa >crlf; ckpt-convert crlf -o crlf.lm; ckpt-convert crlf.lm -o - | cmp - m.arpa
$ sed 's/^-0.*a b/nan	a b/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:16: not a log10 probability (0 or less): 'nan'
= 4
$ sed 's/a	-99/a	nan/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:8: not a log10 back-off weight: 'nan'
= 4
$ sed '/2-grams/d' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:13: not a log10 back-off weight: '</s>'
= 4
$ sed '/2-grams/,/^$/d' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:13: expected \2-grams:, found '\end\'
= 4
$ sed '/^ngram 2/d' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:12: expected \end\, found '\2-grams:'
= 4
$ sed '/^ngram/d' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:3: no unigrams are announced before '\1-grams:'
= 4
$ sed '/unk/d; s/1=6/1=5/' m.arpa >no-unk; ckpt-convert no-unk -o no-unk.lm; ckpt-convert no-unk.lm -o - | cmp - no-unk
$ sed 's/unk/UNK/' m.arpa >caps; ckpt-convert caps -o caps.lm; ckpt-convert caps.lm -o - | cmp - m.arpa
$ sed 's/c	-99/<UNK>	-99/' m.arpa >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:10: given twice: '<UNK>'
= 4
$ printf '\\data\\\nngram 1=1000000000\n' >bad; ckpt-convert bad -o e.lm
! ckpt-convert: bad:2: the file is too short for 'ngram 1=1000000000'
= 4
$ echo text | ckpt-convert - -o e.lm
! ckpt-convert: standard input: neither a checkpoint nor ARPA text (which begins with \data\) nor word vectors nor a tokenizer
= 4
$ ckpt-convert /dev/null -o e.lm
! ckpt-convert: /dev/null: neither a checkpoint nor ARPA text (which begins with \data\) nor word vectors nor a tokenizer
= 4
$ ckpt-convert --from arpa /dev/null -o e.lm
! ckpt-convert: /dev/null:0: the file ends before \end\
= 4
$ head -c 5 m.lm >bad; ckpt-convert bad -o e.arpa
! ckpt-convert: bad: neither a checkpoint nor ARPA text (which begins with \data\) nor word vectors nor a tokenizer
= 4
$ ls | grep -x -e e.lm -e e.arpa
= 1

# Wrong uses.
$ ckpt-convert m.lm
! ckpt-convert: --output FILE is missing
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert -o e.lm
! ckpt-convert: an operand is missing; usage: ckpt-convert [OPTION]... -o FILE SOURCE
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert m.lm m.lm -o e
! ckpt-convert: one operand too many: 'm.lm'; usage: ckpt-convert [OPTION]... -o FILE SOURCE
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert m.lm -o no-such-folder/e
! ckpt-convert: no-such-folder/e: create: No such file or directory
= 3
$ ckpt-convert m.lm -o .
! ckpt-convert: .: open: Is a directory
= 3
$ ckpt-convert no-such-file -o e
! ckpt-convert: no-such-file: open: No such file or directory
= 3
$ ckpt-convert . -o e
! ckpt-convert: .: a folder without tokenizer.json, vocab.json and merges.txt, or vocab.txt
= 4
$ ckpt-convert m.lm -o /dev/full
! ckpt-convert: /dev/full: write: No space left on device
= 3
$ ckpt-convert m.arpa -o - >/dev/full
! ckpt-convert: standard output: write: No space left on device
= 3
$ ckpt-convert --to ggml m.lm -o e
! ckpt-convert: --to: 'ggml' is not one of lm, arpa, auto, w2v, w2v-bin, glove, bpe-files, tiktoken, vocab-txt, tokenizer-json, hf, npy, gguf
! ckpt-convert: --help shows an example
= 2
$ test -e e
= 1
$ echo precious >kept; ckpt-convert bad -o kept; cat kept
| precious
! ckpt-convert: bad: neither a checkpoint nor ARPA text (which begins with \data\) nor word vectors nor a tokenizer

# Files of other tools.  The known answers are those of KenLM's own tests (lm/model_test.cc).
? test -n "$SHARED"
$ ckpt-convert $SHARED/data/models/kenlm/test.arpa -o k.lm
$ echo 'looking on a little the biarritz not_found more .' | lm-eval -m k.lm --per-token
| looking	2	-0.4846522
| on	3	-0.3488368
| a	4	-0.01552657
| little	5	-0.003061218
| the	1	-4.040054
| biarritz	1	-1.988902
| not_found	1	-2.296665
| more	1	-21.20632
| .	2	-0.5136299
| </s>	3	-0.01916512
$ ckpt-convert $SHARED/data/models/kenlm/test_nounk.arpa -o n.lm; echo 'looking zebra' | lm-eval -m n.lm --per-token
| looking	2	-0.4846522
| zebra	0	-inf
| </s>	1	-1.029493

# A finished model is pruned as one is while it is trained; pruned and compact in one go.
$ ngram-train -q -n 3 -o whole.lm data/stories-train.txt; ngram-train -q -n 3 --entropy-prune 1e-6 -o pruned.lm data/stories-train.txt
$ ckpt-convert --entropy-prune 1e-6 whole.lm -o again.lm; ckpt-diff pruned.lm again.lm
| metadata 'lm.history': differs
= 1
$ ckpt-convert pruned.lm -o pruned.arpa; ckpt-convert --entropy-prune 1e-6 --to arpa whole.lm -o again.arpa; cmp pruned.arpa again.arpa
$ ckpt-convert --quantize 8 pruned.lm -o two.lm; ckpt-convert --entropy-prune 1e-6 --quantize 8 whole.lm -o one.lm; ckpt-diff one.lm two.lm
| metadata 'lm.history': differs
= 1
$ ngram-train -q -n 2 --smooth addk -o addk.lm data/stories-valid.txt; ckpt-convert --entropy-prune 1e-6 addk.lm -o e
! ckpt-convert: an add-k model does not back off and cannot be pruned
! ckpt-convert: --help shows an example
= 2
