# As in tok-encode.t: ab is 256, " ab" is 257, <|endoftext|> 258.
$ printf 'ab ab ab' | tok-train --vocab-size 259 -o m
$ printf '256 257\n\n  32\t257 32 98\r\n258 256' | tok-decode -m m
| ab ab
|
|   ab b
| <|endoftext|>ab
$ printf '256 258 257\n258\n' | tok-decode -m m --skip-special
| ab ab
|
$ printf '\357\273\277256\000257\n97 13\n' | tok-decode -m m | od -An -c
|    a   b       a   b  \n   a  \r  \n
$ tok-decode -m m /dev/null; printf '\n' | tok-decode -m m
|

# --doc: ends of lines are no text, and none is added.
$ printf '256 10\n\n257\n10 256' | tok-decode -m m --doc
| ab
|  ab
|~ ab
$ echo 256 >t1; echo 257 >t2; tok-decode -m m --doc t1 - t2 <t1
|~ abab ab
$ tok-decode -m m t1 - t2 <t1
| ab
| ab
|  ab

# Binary numbers are one text, over the ends of files.
$ printf '\0\001\001\001\002\001' >b; tok-decode -m m --binary u16 b
|~ ab ab<|endoftext|>
$ tok-decode -m m --binary u16 --skip-special b b
|~ ab abab ab
$ printf '\0\001\0\0b\0\0\0' | tok-decode -m m --binary u32 -
|~ abb
$ tok-decode -m m --binary u16 </dev/null

# Every byte comes back, whole or by lines, as text or binary, whatever it is.
$ for i in 0 1 2 3; do for j in 0 1 2 3 4 5 6 7; do for k in 0 1 2 3 4 5 6 7; do printf "\\$i$j$k"; done; done; done >all; wc -c <all | tr -d ' '
| 256
$ dd if=/dev/urandom of=random bs=1024 count=300 2>/dev/null; tok-train -q --vocab-size 600 -o s data/stories-train.txt; tok-train --kind byte -o byte
$ for f in all random /dev/null data/stories-test.txt data/stories-zh-test.txt s; do
>     for m in s byte; do
>         cp "$f" text; [ $f != s ] || tail -c +9 s >text
>         tok-encode -m $m --doc <text | tok-decode -m $m --doc | cmp - text
>         tok-encode -m $m --doc --binary u16 text | tok-decode -m $m --binary u16 --skip-special | cmp - text
>         tok-encode -m $m --doc --binary u32 --end '' text | tok-decode -m $m --binary u32 | cmp - text
>         (cat text; echo) >lines; tok-encode -m $m <lines | tok-decode -m $m | cmp - lines
>     done
> done

# Words are joined by blanks, over the ends of files too; those of lines begin anew.
$ printf 'low low low low low lower lower\nnewest newest newest newest newest newest\nwidest widest widest\n' >t
$ tok-train --kind bpe --vocab-size 34 -o bpe t; tok-train --kind wordpiece --vocab-size 28 -o wp t; tok-train --kind word -o w t
$ for m in bpe wp w; do tok-encode -m $m t | tok-decode -m $m | cmp - t; done
$ echo 'lowest newer [CLS] low' | tok-encode -m wp --special | tok-decode -m wp
| lowest newer [CLS] low
$ echo 'lowest newer [CLS] low' | tok-encode -m wp --special | tok-decode -m wp --skip-special
| lowest newer low
$ tok-encode -m w --binary u16 t >b; tok-decode -m w --binary u16 b b
|~ low low low low low lower lower newest newest newest newest newest newest widest widest widest low low low low low lower lower newest newest newest newest newest newest widest widest widest
$ tok-encode -m w t | tok-decode -m w --doc
|~ low low low low low lower lower newest newest newest newest newest newest widest widest widest

# A line that comes through a pipe is answered before the next one is there.
$ mkfifo in out; tok-decode -m m <in >out & exec 3>in 4<out; for i in 256 97 257; do echo "$i" >&3; read -r line <&4; echo "$line"; done; exec 3>&-; wait
| ab
| a
| ab

# What is not allowed.
$ printf '256\n97 259 256\n' >x; tok-decode -m m x
| ab
|~ a
! tok-decode: x:2: 259 is outside the vocabulary of 259
= 4
$ echo 4294967296 | tok-decode -m m
! tok-decode: standard input:1: '4294967296' is not the number of a token
= 4
$ echo 97 -1 | tok-decode -m m
! tok-decode: standard input:1: '-1' is not the number of a token
|~ a
= 4
$ for n in ab 1.5 0x61 97, 99999999999999999999; do echo "$n" | tok-decode -m m; done
! tok-decode: standard input:1: 'ab' is not the number of a token
! tok-decode: standard input:1: '1.5' is not the number of a token
! tok-decode: standard input:1: '0x61' is not the number of a token
! tok-decode: standard input:1: '97,' is not the number of a token
! tok-decode: standard input:1: '99999999999999999999' is not the number of a token
= 4
$ printf 'a\0b' >x; tok-decode -m m --binary u16 x
! tok-decode: x: byte 3: ends within a number of 2 bytes
|~ a
= 4
$ printf 'a\0\0\0\003\001\0\0' >x; tok-decode -m m --binary u32 x
! tok-decode: x: byte 4: 259 is outside the vocabulary of 259
|~ a
= 4
$ printf '\377\377\377\377' | tok-decode -m m --binary u32
! tok-decode: standard input: byte 0: 4294967295 is outside the vocabulary of 259
= 4
$ tok-decode x
! tok-decode: --model FILE is missing
! tok-decode: --help shows an example
= 2
$ tok-decode -m no-such-file x
! tok-decode: no-such-file: open: No such file or directory
= 3
$ tok-decode -m m no-such-file
! tok-decode: no-such-file: open: No such file or directory
= 3
$ tok-decode -m m --binary u16 no-such-file
! tok-decode: no-such-file: open: No such file or directory
= 3
$ tok-decode -m m m
! tok-decode: m: expected text, found a checkpoint
= 4
$ ngram-train -q -n 1 -o n.lm t; tok-decode -m n.lm x
! tok-decode: n.lm: there is no tokenizer in this checkpoint of kind 'ngram'
= 4
