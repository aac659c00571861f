# The example of Sennrich et al. 2016: merges by descending count, of these by the smaller left
# id, then right id. Ids: <unk>; d e i l n o r s t w; the same with </w>; merges.
$ printf 'low low low low low lower lower\nnewest newest newest newest newest newest\nwidest widest widest\n' >t
$ tok-train --kind bpe --vocab-size 34 -o bpe.tok t
$ tail -c 192 bpe.tok | tr -d '\0'; echo
| <unk>deilnorstwd</w>e</w>i</w>l</w>n</w>o</w>r</w>s</w>t</w>w</w>esest</w>loewnewnewest</w>low</w>dest</w>idest</w>widest</w>er</w>wer</w>lower</w>
$ ckpt-info bpe.tok | sed -n 's/^ *//; /"size"/p; /"merges"/p; /"unk"/p'
| "size": 34,
| "merges": 13,
| "unk": 0,
$ echo lowest newer | tok-encode -m bpe.tok --pieces
| lo w est</w> new er</w>
$ tok-train --kind bpe -o other.tok t
! tok-train: 34 tokens, fewer than 32000: no pair is left that occurs 2 times
$ tok-train --kind bpe --vocab-size 35 --min-count 3 -o other.tok t
! tok-train: 31 tokens, fewer than 35: no pair is left that occurs 3 times
$ tok-train -q --kind bpe --min-count 4 -o other.tok t
$ tail -c 192 other.tok | tr -d '\0' | sed 's/.*<.w>es//'; echo
| est</w>loewnewnewest</w>low</w>

# WordPiece: BERT's special tokens; l n w; ##d ##e ##i ##o ##r ##s ##t ##w; merges.
$ tok-train --kind wordpiece --vocab-size 28 -o wp.tok t
$ tail -c 128 wp.tok | tr -d '\0'; echo
| [PAD][UNK][CLS][SEP][MASK]lnw##d##e##i##o##r##s##t##w##es##estlolowne##westnewestwi##destwidest##erlower
$ echo lowest news tow | tok-encode -m wp.tok --pieces
| low ##est ne ##w ##s [UNK]

# count(ab) / (count(a) count(b)): 2 / (2 2) for cd, 4 / (4 5) for ab, 1 / (1 5) for eb.
$ printf 'ab ab ab ab cd cd eb\n' | tok-train --kind wordpiece --score likelihood --special '[UNK]' --vocab-size 8 -o l.tok
$ tail -c 64 l.tok | tr -d '\0'; echo
| [UNK]ace##b##dcdab
$ printf 'ab ab ab ab cd cd eb\n' | tok-train -q --kind wordpiece --special '[UNK]' -o l.tok
$ tail -c 64 l.tok | tr -d '\0'; echo
| [UNK]ace##b##dabcd

# A run is merged from its left; its pairs are counted at all places: aa 4 + 2 times, then aa a
# twice, in aa aa a and aa a.
$ printf 'aaaaa aaa' | tok-train -v --special '<s>' --special '</s>' --min-count 1 --vocab-size 260 -o a.tok
! tok-train: 260 tokens, 2 merges
$ echo aaaaa aaa | tok-encode -m a.tok
| 256 257 32 257

# Words, by descending count, ties in byte order; characters, by code point.
$ tok-train --kind word -o word.tok t; tail -c 64 word.tok | tr '\0' ' '; echo
| <unk>newestlowwidestlower                                       
$ printf 'b a <unk> c b\nc\nd\n' | tok-train --kind word --closed --vocab-size 2 -o word.tok; tail -c 64 word.tok | tr -d '\0'; echo
| bc
$ printf 'b a <unk> c b\nc\na\n<unk>' | tok-train --kind word -o word.tok; tail -c 64 word.tok | tr -d '\0'; echo
| <unk>abc
$ printf 'ba\nab\n\n\303\251c\377\n' >c; tok-train --kind char -o char.tok c; tail -c 64 char.tok | tr -d '\0' | od -An -c
|    <   u   n   k   >  \n   a   b   c 303 251 377
$ tok-train --kind char --closed --vocab-size 3 -o char.tok c; tail -c 64 char.tok | tr -d '\0' | od -An -c
|   \n   a   b
$ tok-train --kind char --doc --closed --min-count 4 -o char.tok c; tail -c 64 char.tok | tr -d '\0' | od -An -c
|   \n
$ tok-train --kind byte -o byte.tok; ckpt-info byte.tok | grep '"s'
|       "size": 257,
|       "special": [256]
$ tok-train --kind byte -o other.tok t no-such-file; cmp byte.tok other.tok

# Lower case; a pair that would be spelled as a special token is passed over.
$ printf 'El\303\251 el ELE\n' | tok-train --kind wordpiece --lower --vocab-size 10 -o lower.tok; tail -c 64 lower.tok | tr -d '\0'; echo
| [PAD][UNK][CLS][SEP][MASK]e##e##lelele
$ printf 'El\303\251 el ELE\n' | tok-train -q --kind wordpiece --lower --special '[UNK]' --special el -o lower.tok; tail -c 64 lower.tok | tr -d '\0'; echo
| [UNK]ele##e##l##leele

# Threads, memory, standard input, several files: the same bytes.
$ for kind in byte-bpe bpe wordpiece word char; do
>     tok-train -q -j 1 --kind $kind --vocab-size 2000 -o one data/stories-train.txt
>     for j in 2 3 16; do tok-train -q -j $j -S 1G --kind $kind --vocab-size 2000 -o - data/stories-train.txt | cmp - one; done
>     cat data/stories-train.txt | tok-train -q --kind $kind --vocab-size 2000 -o - | cmp - one
> done
$ sed -n 1,30p t >t1; cat data/stories-train.txt | tok-train --vocab-size 500 -o two t1 -; ckpt-info two | sed -n 's/ 0[.0-9]* / VERSION /; s/input=[0-9]*:/input=/gp' | tr ' ' '\n' | grep -c input
| 2

# An empty text.
$ tok-train -o empty.tok /dev/null; echo a | tok-encode -m empty.tok
! tok-train: 257 tokens, fewer than 32000: no pair is left that occurs 2 times
| 97
$ tok-train --kind word -o empty.tok /dev/null; echo a | tok-encode -m empty.tok --pieces
| <unk>
$ tok-train --kind char --closed -o no /dev/null
! tok-train: the text has nothing that could become a token
= 4

# What does not fit together.
$ tok-train t
! tok-train: --output FILE is missing
! tok-train: --help shows an example
= 2
$ tok-train --vocab-size 256 -o no t
! tok-train: --vocab-size: 256 is too small for --kind byte-bpe, which needs at least 257 with its special tokens
! tok-train: --help shows an example
= 2
$ tok-train --kind byte --special '<s>' --special '</s>' --vocab-size 257 -o no
! tok-train: --vocab-size: 257 is too small for --kind byte, which needs at least 258 with its special tokens
! tok-train: --help shows an example
= 2
$ tok-train --lower -o no t
! tok-train: --lower: not with --kind byte-bpe, only with bpe and wordpiece
! tok-train: --help shows an example
= 2
$ tok-train --kind bpe --closed -o no t
! tok-train: --closed: not with --kind bpe, only with word and char
! tok-train: --help shows an example
= 2
$ tok-train --kind word --closed --special '<unk>' -o no t
! tok-train: --closed: there is a token for the unknown among --special
! tok-train: --help shows an example
= 2
$ tok-train --kind char --score likelihood -o no t
! tok-train: --score: --kind char merges no pairs
! tok-train: --help shows an example
= 2
$ tok-train --special x -o no t
! tok-train: --special: 'x' is a byte, which is a token of byte-bpe anyway
! tok-train: --help shows an example
= 2
$ tok-train --special '' -o no t
! tok-train: --special: a token needs a spelling
! tok-train: --help shows an example
= 2
$ tok-train --special '<s>' --special '<s>' -o no t
! tok-train: --special: '<s>' is given twice
! tok-train: --help shows an example
= 2
$ tok-train --kind wordpiece --special '[CLS]' -o no t
! tok-train: --special: wordpiece needs <unk> or [UNK] among them
! tok-train: --help shows an example
= 2
$ tok-train -o no no-such-file
! tok-train: no-such-file: open: No such file or directory
= 3
$ seq 400000 | tok-train -S 16M -j 1 -o no 2>&1 | sed 's/the [0-9]* diff/the N diff/; s/least [0-9]*/least N/'
| tok-train: --memory: 16 MB are too little for the N different pieces read so far; give at least N MB
| tok-train: --help shows an example
$ ls no*
! ls: cannot access 'no*': No such file or directory
= 2
