# Of "ab ab ab" the pieces are "ab", " ab", " ab": a b is merged first, three times there, then
# " " and ab, twice. So ab is 256, " ab" is 257, and <|endoftext|> 258.
$ printf 'ab ab ab' | tok-train --vocab-size 259 -o m
$ printf 'ab ab\n\n  ab b' | tok-encode -m m
| 256 257
|
| 32 257 32 98
$ printf 'ab ab\n\n  ab b' | tok-encode -m m --pieces
| ab \x20ab
|
| \x20 \x20ab \x20 b
$ printf 'ab\r\n\tab\0\n' | tok-encode -m m --pieces
| ab \x0D
| \x09 ab \x00
$ printf '\357\273\277ab\377\n' | tok-encode -m m
| 239 187 191 256 255

# --doc: a file is one line, its ends of lines are text; an empty file has none.
$ printf 'ab\nab' >t1; printf 'ab ab\n' >t2; : >t3
$ tok-encode -m m --doc t1 t3 t2
| 256 10 256
| 256 257 10
$ tok-encode -m m t1 t3 t2
| 256
| 256
| 256 257
$ tok-encode -m m --doc --pieces - <t1
| ab \x0A ab
$ tok-encode -m m t3; tok-encode -m m --doc </dev/null; printf '\n' | tok-encode -m m; printf '\n' | tok-encode -m m --doc
|
| 10

# Binary: documents, which blank lines and ends of files end, one after another, each with
# <|endoftext|> after it; ends of lines within them are text, the last one is none.
$ printf 'ab\nab\n\nab ab\n' >d; tok-encode -m m --binary u16 d t1 | od -An -v -tu2 | xargs
| 256 10 256 258 256 257 258 256 10 256 258
$ tok-encode -m m --binary u32 d | od -An -v -tu4 | xargs
| 256 10 256 258 256 257 258
$ tok-encode -m m --binary u16 --end '' d | od -An -v -tu2 | xargs
| 256 10 256 256 257
$ tok-encode -m m --binary u16 --doc d t3 t2 | od -An -v -tu2 | xargs
| 256 10 256 10 10 256 257 10 258 256 257 10 258
$ printf '\n\nab\n\n' | tok-encode -m m --binary u16 | od -An -v -tu2 | xargs
| 258 258 256 258
$ tok-encode -m m --binary u16 t3 t3 | wc -c | tr -d ' '
| 0
$ tok-encode -m m --binary u16 -v -o o d; od -An -v -tu2 o | xargs
| 256 10 256 258 256 257 258
! tok-encode: 7 tokens in 2 documents of 13 bytes

# The end of every line, where it is asked for.
$ printf 'ab\n\nab' | tok-encode -m m --end '<|endoftext|>'
| 256 258
| 258
| 256 258
$ printf 'ab\nab' | tok-encode -m m --doc --end '<|endoftext|>' --pieces
| ab \x0A ab <|endoftext|>

# A special token is text like any other unless it is asked for.
$ echo 'ab<|endoftext|>ab' >s; tok-encode -m m --special --pieces s
| ab <|endoftext|> ab
$ tok-encode -m m --pieces s
| ab < | e n d o f t e x t | > ab

# One with a blank within is found wherever it lies, however the text arrives.
$ tok-train -q --special 'x y' --vocab-size 257 -o xy t1; awk 'BEGIN { while (i++ < 700000) printf "x y" }' >t4
$ tok-encode -m xy --special --doc t4 | tr ' ' '\n' | sort | uniq -c | xargs
| 700000 256
$ cat t4 | tok-encode -m xy --special --binary u16 | od -An -v -tu2 | tr -s ' ' '\n' | sort | uniq -c | xargs
| 1 700000 256
$ (for i in 1 2 3 4 5 6 7 8; do printf 'x'; sleep 0.02; printf ' y\n'; done) | tok-encode -m xy --special --doc
| 256 10 256 10 256 10 256 10 256 10 256 10 256 10 256 10

# Threads, files and standard input, -o: the same bytes.
$ tok-train -q --vocab-size 400 -o big data/stories-train.txt
$ for i in 1 2 3 4 5 6; do cat data/stories-train.txt data/stories-zh-train.txt; tr '\n' ' ' <data/stories-train.txt; done >long
$ for how in '' --pieces --doc '--binary u16' '--binary u32 --doc'; do
>     tok-encode -m big $how -j 1 long >one
>     for j in 2 3 16; do tok-encode -m big $how -j $j long | cmp - one; done
>     cat long | tok-encode -m big $how -j 2 | cmp - one
>     tok-encode -m big $how -o two long; cmp one two; tok-encode -m big $how -o - <long | cmp - one
> done
$ tok-encode -m big t1 - d <t2 >one; cat t1 >three; echo >>three; cat t2 d >>three; tok-encode -m big three | cmp - one

# A line that comes through a pipe is answered before the next one is there, whatever the threads.
$ mkfifo in out; tok-encode -m m -j 2 <in >out & exec 3>in 4<out; for w in ab b ab; do echo "$w ab" >&3; read -r line <&4; echo "$line"; done; exec 3>&-; wait
| 256 257
| 98 257
| 256 257

# BPE of words (the example of Sennrich et al. 2016), and WordPiece of the same text: ids as
# tok-train.t has them.  A word with a piece missing is unknown to WordPiece, a character to BPE.
$ printf 'low low low low low lower lower\nnewest newest newest newest newest newest\nwidest widest widest\n' >t
$ tok-train --kind bpe --lower --vocab-size 34 -o bpe t; tok-train --kind wordpiece --lower --vocab-size 28 -o wp t
$ printf 'Lowest, n\303\251wer\nlow\0es\t\357\273\277lo\302\255w\377\r\n' >x; tok-encode -m bpe --pieces x
| lo w est</w> <unk> new er</w>
| lo w e s</w> low</w>
$ tok-encode -m wp --pieces x
| low ##est [UNK] ne ##w ##er
| low ##es low
$ printf 'low[CLS]est [SEP]\n' | tok-encode -m wp --pieces --special
| low [CLS] [UNK] [SEP]
$ printf 'low [SEP]\n' | tok-encode -m wp --pieces
| low [UNK] [UNK] [UNK]

# Words and characters.
$ printf 'b a b\n' | tok-train --kind word --min-count 1 -o w; printf 'a\tb\0c <unk> \r\n\357\273\277a\n' | tok-encode -m w
| 2 1 0 0
| 0
$ printf 'b\303\251a\n' | tok-train --kind char -o c; printf 'a\303\251\303b\r\n' | tok-encode -m c
| 1 3 0 2 0
$ tok-train --kind byte -o b; printf 'a\r\n\0\303\n' | tok-encode -m b
| 97 13
| 0 195

# A closed vocabulary: the place of what it lacks.
$ printf 'b a b\n' | tok-train --kind word --closed --min-count 1 -o wc; printf 'b a\n\nc b\n' >x
$ tok-encode -m wc x
! tok-encode: x:3: word 'c' is not in the vocabulary, which has no <unk>
= 4
$ printf 'ba\n' | tok-train --kind char --closed -o cc; printf 'ab\na b' | tok-encode -j 3 -m cc
| 0 1
! tok-encode: standard input:2: character '\x20' is not in the vocabulary, which has no <unk>
= 4
$ tok-encode -m wc -o new x
! tok-encode: x:3: word 'c' is not in the vocabulary, which has no <unk>
= 4
$ test -e new
= 1

# What is not allowed.
$ tok-encode x
! tok-encode: --model FILE is missing
! tok-encode: --help shows an example
= 2
$ tok-encode -m no-such-file x
! tok-encode: no-such-file: open: No such file or directory
= 3
$ tok-encode -m m no-such-file
! tok-encode: no-such-file: open: No such file or directory
= 3
$ tok-encode -m m -o no-such-folder/o x
! tok-encode: no-such-folder/o: create: No such file or directory
= 3
$ ngram-train -q -n 1 -o n.lm t; tok-encode -m n.lm x
! tok-encode: n.lm: there is no tokenizer in this checkpoint of kind 'ngram'
= 4
$ tok-encode -m m m
! tok-encode: m: expected text, found a checkpoint
= 4
$ tok-encode -m x x
! tok-encode: x: header: 7070760309746638946 bytes long, at most 100000000 are allowed; is it a checkpoint?
= 4
$ tok-encode -m m --pieces --binary u16 x
! tok-encode: --pieces and --binary exclude each other
! tok-encode: --help shows an example
= 2
$ tok-encode -m m --end ab x
! tok-encode: --end: 'ab' is not a special token of m
! tok-encode: --help shows an example
= 2
$ tok-encode -m m --binary u8 x
! tok-encode: --binary: 'u8' is not one of no, u16, u32
! tok-encode: --help shows an example
= 2

# 65536 tokens have numbers of 16 bits, 65537 have not.
$ awk 'BEGIN { for (i = 0; i < 65536; i++) print i }' >n; tok-train --kind word --vocab-size 65537 --min-count 1 -o big n
$ tok-encode -m big --binary u16 n
! tok-encode: a vocabulary of 65537 does not fit numbers of 16 bits
! tok-encode: --help shows an example
= 2
$ tok-encode -m big --binary u32 n | wc -c | tr -d ' '
| 262144
$ tok-train --kind word --vocab-size 65536 --min-count 1 -o big n; tok-encode -m big --binary u16 n | wc -c | tr -d ' '
| 131072
