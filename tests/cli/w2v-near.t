# Vectors that are known: (1,0), (0,1) ...; at unit length king is (0.6,0.8), queen (-0.6,0.8).
$ printf '7 2\nfar -2 0\nking 3 4\nman 1 0\nqueen -6 8\nwoman 0 1\nzero 0 0\nKing 6 8\n' >v.txt
$ printf 'far king man queen woman zero King\n' >text; nnlm-train -q -n 2 --dim 2 --hidden 1 --steps 1 --vectors v.txt --freeze -o v.nnlm text
$ printf 'man\n\nking queen\nman : king :: woman\nman : king :: woman : ?\nman xyzzy\nzero\n' | w2v-near -m v.nnlm
| King	0.600000
| king	0.600000
| woman	0.000000
| zero	0.000000
| queen	-0.600000
| far	-1.000000
|
|
| woman	1.000000
| King	0.800000
| far	0.000000
| man	0.000000
| zero	0.000000
|
| queen	0.911108
| King	0.650791
| far	0.216930
| zero	0.000000
|
| queen	0.911108
| King	0.650791
| far	0.216930
| zero	0.000000
|
|
| King	0.000000
| far	0.000000
| king	0.000000
| man	0.000000
| queen	0.000000
| woman	0.000000
! w2v-near: standard input:6: 'xyzzy' has no vector

# 3CosMul: of queen 0.64 * 0.9 / (0.2 + 1e-6); of far 0.2 * 0.5 / 1e-6.
$ echo 'man : king :: woman' | w2v-near -m v.nnlm --cosmul
| far	99999.992188
| queen	2.879986
| King	1.124999
| zero	0.499999
$ echo 'woman king' | w2v-near -m v.nnlm --cosmul -k 1
| King	0.948683

# Colons elsewhere are words.
$ printf 'man : king : woman\n: :: ? man\nman : king ::\n' | w2v-near -q -m v.nnlm
|
|

# The first N words: <unk>, </s> and then King, far, king ... in byte order.
$ echo man | w2v-near -m v.nnlm --restrict 4
| King	0.600000
| far	-1.000000
$ echo man | w2v-near -m v.nnlm --restrict 3
| King	0.600000
$ echo man | w2v-near -m v.nnlm --restrict 2
$ echo man | w2v-near -m v.nnlm --restrict 4000000000 -k 1000000000 | wc -l | tr -d ' '
| 6
$ printf 'man\nking\n' | w2v-near -m v.nnlm -k 2
| King	0.600000
| king	0.600000
|
| King	1.000000
| woman	0.800000

# Lines of DOS, NUL bytes, no newline at the end; a mark is no word.
$ printf 'man\0king\r\n\0\r\n woman\t man ' | w2v-near -m v.nnlm -k 1
| King	0.894427
|
|
| King	0.989950
$ printf '</s>\n<s>\n<unk>\n' | w2v-near -m v.nnlm -k 1
|
|
! w2v-near: standard input:1: '</s>' has no vector
! w2v-near: standard input:2: '<s>' has no vector
! w2v-near: standard input:3: '<unk>' has no vector
$ yes man | head -n 200000 | tr '\n' ' ' | w2v-near -m v.nnlm -k 1
| King	0.600000
$ (printf 'man '; head -c 2000000 /dev/zero | tr '\0' x) | w2v-near -m v.nnlm -k 1 2>err; echo $?; cut -c 1-60 err
| 4
| w2v-near: standard input:1: a word of more than 1048576 byte
$ w2v-near -m v.nnlm </dev/null

# One number a word, one word.
$ printf '1 1\na -2\n' >one.txt; echo a | nnlm-train -q -n 2 --dim 1 --hidden 1 --steps 1 --vectors one.txt --freeze -o one.nnlm
$ printf 'a\n\n' | w2v-near -m one.nnlm; echo a | w2v-near -m one.nnlm --vectors
|
| a -2

# Vectors as the model has them; of a word without one the word alone.
$ printf 'queen xyzzy\n\nzero\0King' | w2v-near -m v.nnlm --vectors
| queen -6 8
| xyzzy
| zero 0 0
| King 6 8
! w2v-near: standard input:1: 'xyzzy' has no vector
$ echo king | w2v-near -m v.nnlm --vectors -k 3
! w2v-near: --top: with --vectors nothing is searched
! w2v-near: --help shows an example
= 2
$ echo king | w2v-near -m v.nnlm --vectors --restrict 3
! w2v-near: --restrict: with --vectors nothing is searched
! w2v-near: --help shows an example
= 2

# Characters are named as they are printed.
$ printf 'a b\t\\\n' | nnlm-train -q -n 2 --unit char --dim 2 --hidden 1 --steps 1 -o c.nnlm
$ echo a | w2v-near -m c.nnlm | cut -f 1 | sort
| \x09
| \x20
| \x5C
| b
$ printf '\\x20 \\x09 \\x5C\n\\ x\n' | w2v-near -m c.nnlm | cut -f 1 | sort
|
| a
| b
! w2v-near: standard input:2: 'x' has no vector

# Any number of threads gives the same bytes; lines together and one by one give the same.
$ nnlm-train -q -n 2 --dim 37 --hidden 3 --steps 3 -o s.nnlm data/stories-valid.txt
$ tr ' ' '\n' <data/stories-test.txt | head -n 700 >words; w2v-near -q -m s.nnlm -j 1 words >1; w2v-near -q -m s.nnlm -j 2 words >2; w2v-near -q -m s.nnlm -j 3 words >3; cmp 1 2 && cmp 1 3; wc -l <1 | tr -d ' '
| 6489
$ head -n 50 words | w2v-near -q -m s.nnlm >1; head -n 50 words | while read -r word; do echo "$word" | w2v-near -q -m s.nnlm; echo; done | sed '$d' | cmp 1 -

# A reader that waits gets each answer at once; one that goes away is no error.
$ mkfifo questions; (echo man; cat lock >/dev/null) >questions & mkfifo lock; w2v-near -m v.nnlm -k 1 --line-buffered <questions | (read -r line; echo "$line"; echo >lock); wait
| King	0.600000
$ yes man | head -n 100000 | w2v-near -m v.nnlm | head -n 1 >/dev/null

# Models without vectors, and files that are none.
$ printf 'a b\n' | ngram-train -q -n 2 -o m.lm; echo a | w2v-near -m m.lm
! w2v-near: m.lm: a model of kind 'ngram', which has no word vectors; w2v and nnlm have
= 4
$ echo man | w2v-near -m v.txt
! w2v-near: v.txt: vectors as word2vec writes them; make a model of them by ckpt-convert -o MODEL
= 4
$ echo man | w2v-near -m text
! w2v-near: text: header: 7453010342171533670 bytes long, at most 100000000 are allowed; is it a checkpoint?
= 4
$ echo man | w2v-near -m no-such-file
! w2v-near: no-such-file: open: No such file or directory
= 3
$ w2v-near -m v.nnlm no-such-file
! w2v-near: no-such-file: open: No such file or directory
= 3
$ w2v-near -m v.nnlm -k 0
! w2v-near: --top: 0 is out of range (1 to 1000000000; nearest 1)
! w2v-near: --help shows an example
= 2
$ w2v-near -m v.nnlm --restrict -1
! w2v-near: --restrict: -1 is out of range (0 to 4000000000; nearest 0)
! w2v-near: --help shows an example
= 2
$ w2v-near
! w2v-near: --model FILE is missing
! w2v-near: --help shows an example
= 2
$ echo man | w2v-near -m v.nnlm >/dev/full
! w2v-near: standard output: write: No space left on device
= 3
