# Pairs above the threshold, by descending score, ties in byte order. Of 12 words:
# (3 - 1) / 3 / 3 * 12 = 2.67 for new york, (2 - 1) / 2 / 3 * 12 = 2 for the new.
$ printf 'the new york\n\nin new york is\nthe new york pizza\nis\n' >t
$ w2v-phrase --min-count 1 --threshold 0.5 --list t
| new york	2.666667	3
| the new	2	2
$ w2v-phrase --min-count 1 --threshold 2 t
| the new_york
|
| in new_york is
| the new_york pizza
| is
$ w2v-phrase --min-count 1 --threshold 1 t
| the_new york
|
| in new_york is
| the_new york pizza
| is

# Standard input, several files, -o, threads, memory: the same bytes.
$ w2v-phrase --min-count 1 --threshold 2 <t >one; cat t | w2v-phrase --min-count 1 --threshold 2 - | cmp - one
$ w2v-phrase --min-count 1 --threshold 2 -o two t; cmp one two
$ w2v-phrase --min-count 1 --threshold 2 -o - t | cmp - one
$ sed -n 1,2p t >t1; sed -n '3,$p' t | w2v-phrase --min-count 1 --threshold 2 t1 - | cmp - one
$ w2v-phrase -j 1 --threshold 100,50,10 data/stories-train.txt >one
$ for j in 2 3 16; do w2v-phrase -j $j --threshold 100,50,10 data/stories-train.txt | cmp - one; done
$ for i in 1 2 3 4 5 6 7 8 9 10 11 12; do cat data/stories-train.txt; done >long
$ w2v-phrase --threshold 100,50,10 long >one; cat long | w2v-phrase -S 16M -T . --threshold 100,50,10 | cmp - one

# Passes: the last threshold is for all that follow, and several passes are as many runs.
$ w2v-phrase --passes 3 --threshold 50,20 data/stories-train.txt >one
$ w2v-phrase --threshold 50,20,20 data/stories-train.txt | cmp - one
$ w2v-phrase --threshold 50 data/stories-train.txt | w2v-phrase --threshold 20 | w2v-phrase --threshold 20 | cmp - one
$ w2v-phrase -v --passes 2 --threshold 20 data/stories-train.txt >two
! w2v-phrase: pass 1: 89094 words, 250 pairs above 20
! w2v-phrase: pass 2: 84507 words, 86 pairs above 20

# Blanks, lines and their ends; a pair over a line end counts, but is never joined.
$ printf '\357\273\277a\t b\r\n\r\n\0a  b ' | w2v-phrase --min-count 3 | od -c
| 0000000   a       b  \n  \n   a       b  \n
| 0000011
$ printf 'a b\na b\n\na\nb\na b' | w2v-phrase --min-count 2 --threshold -1 --list
| a b	1	4
| b a	0.5	3
$ printf 'a b\na b\n\na\nb\na b' | w2v-phrase --min-count 2 --threshold -1 --list --within-lines
| a b	0.5	3
$ printf 'a b\na b\n\na\nb\na b' | w2v-phrase --min-count 2 --threshold -1
| a_b
| a_b
|
| a
| b
| a_b
$ w2v-phrase /dev/null; w2v-phrase --list /dev/null; printf '\n' | w2v-phrase; printf '\n' | w2v-phrase --list
|
$ printf 'a a a a a\n' | w2v-phrase --min-count 1 --threshold 0
| a_a a_a a

# <unk> is in no pair; <s> is no word unless told.
$ printf 'a <unk> a <unk> b a <unk> b\n' | w2v-phrase --min-count 1 --threshold -1 --list
| b a	0	1
$ printf 'a b\na <s>\n' | w2v-phrase
! w2v-phrase: standard input:2: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ printf '<s> a\n<s> a\n' | w2v-phrase --marks-as-words --min-count 1 --threshold 0
| <s>_a
| <s>_a

# Normalised mutual information. Of 10 words: log(.2 / (.2 * .2)) / -log(.2) = 1 for x y,
# log(.2 / (.3 * .3)) / -log(.2) = .496 for a b.
$ printf 'x y a b\nx y b a\na b\n' >u
$ w2v-phrase --score npmi --min-count 1 --threshold -1 --within-lines --list u
| x y	1	2
| a b	0.4961407	2
| y a	0.2218487	1
| y b	0.2218487	1
| b a	0.04575749	1
$ w2v-phrase --score npmi --min-count 2 u
| x_y a b
| x_y b a
| a b

# Characters, without a joiner; blanks are in no pair, and are not written.
$ printf '我爱北京 很北京\n\n爱  北\343\200\200京北京。\n' >v
$ w2v-phrase --unit char --min-count 1 --threshold 0.5 v
| 我 爱 北京 很 北京
|
| 爱 北 京 北京 。
$ w2v-phrase --unit char --min-count 1 --threshold 0.5 --joiner + v
| 我 爱 北+京 很 北+京
|
| 爱 北 京 北+京 。
$ w2v-phrase --unit char --min-count 1 --threshold 0 --list v
| 北 京	1.625	3
$ w2v-phrase --joiner '' --score npmi --min-count 2 u
| xy a b
| xy b a
| a b

# What is spelled alike is counted as one: the word a_b, twice, and the pair a b; so with a_b_c.
# Of 9 words: (3 - 1) / 2 / 1 * 9 for a b, (2 - 1) / 2 / 2 * 9 for a b_c, (2 - 1) / 3 / 2 * 9.
$ printf 'a_b\na b c\na_b c\na b_c\nd\n' | w2v-phrase --min-count 1 --threshold -1 --list --within-lines
| a b	9	3
| b c	4.5	2
| a b_c	2.25	2
| a_b c	1.5	2
$ printf 'a_b\na b c\na_b c\na b_c\nd\n' | w2v-phrase --min-count 1 --threshold -1 --list --within-lines --joiner -
| a b	0	1
| a b_c	0	1
| a_b c	0	1
| b c	0	1

# What is not allowed.
$ w2v-phrase --threshold 1,x /dev/null
! w2v-phrase: --threshold: 'x' is not a number
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase --threshold 1, /dev/null
! w2v-phrase: --threshold: '' is not a number
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase --threshold nan /dev/null
! w2v-phrase: --threshold: 'nan' is not a number
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase --passes 2 --threshold 3,2,1 /dev/null
! w2v-phrase: --threshold: '3,2,1' has more numbers than there are passes
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase --joiner 'a b' /dev/null
! w2v-phrase: the joiner has a blank or a control character
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase --joiner 12345678901234567890123456789012345678901234567890123456789012345 /dev/null
! w2v-phrase: the joiner has 65 bytes, more than 64
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase --min-count 0 /dev/null
! w2v-phrase: --min-count: 0 is out of range (1 to 1000000000000000; nearest 1)
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase --unit byte /dev/null
! w2v-phrase: --unit: 'byte' is not one of word, char
! w2v-phrase: --help shows an example
= 2
$ w2v-phrase no-such-file
! w2v-phrase: no-such-file: open: No such file or directory
= 3
$ w2v-phrase -o no-such-folder/x t
! w2v-phrase: no-such-folder/x: create: No such file or directory
= 3
$ w2v-phrase t >/dev/full
! w2v-phrase: standard output: write: No space left on device
= 3
$ echo old >kept; printf 'a <s>\n' | w2v-phrase -o kept; cat kept
| old
! w2v-phrase: standard input:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
