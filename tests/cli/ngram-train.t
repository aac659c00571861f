# Training is silent, and the same whatever the threads and wherever the text comes from.
$ ngram-train -n 3 -o m.lm data/stories-valid.txt
$ for j in 1 2 3; do
>     for s in mle addk mkn; do
>         ngram-train -j $j -n 5 --smooth $s -o $s.$j data/stories-train.txt || exit
>     done
> done
$ for s in mle addk mkn; do cmp $s.1 $s.2; cmp $s.1 $s.3; done
$ rm -f mle.* addk.* mkn.*
$ ngram-train -n 3 -o stdin.lm <data/stories-valid.txt; cmp m.lm stdin.lm
$ cat data/stories-valid.txt | ngram-train -n 3 -o - - >dash.lm; cmp m.lm dash.lm
$ ngram-train --order=3 --output=long.lm -- data/stories-valid.txt; cmp m.lm long.lm

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
! ngram-train: --k: only --smooth addk has it
! ngram-train: --help shows an example
= 2
$ ngram-train --k 1 -o e.lm both
! ngram-train: --k: only --smooth addk has it
! ngram-train: --help shows an example
= 2
$ ngram-train --smooth addk --discount-fallback error -o e.lm both
! ngram-train: --discount-fallback: only --smooth mkn has discounts
! ngram-train: --help shows an example
= 2
$ ngram-train --smooth mle --discount-fallback 0.5,1,1.5 -o e.lm both
! ngram-train: --discount-fallback: only --smooth mkn has discounts
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
$ ngram-train --smooth kn -o e.lm both
! ngram-train: --smooth: 'kn' is not one of mle, addk, mkn (did you mean mkn?)
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
