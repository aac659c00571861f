# Signs are words, but for apostrophes and the points of numbers that are inside of one; lines stay.
$ printf 'He said: "Don'"'"'t!"\n\n  The dogs'"'"' 3.14, 1,000...\tx\n' >t
$ tok-prep t
| He said : " Don't ! "
|
| The dogs ' 3.14 , 1,000 . . . x
! tok-prep: before: 8 tokens, 8 types, coverage 100.00 %
! tok-prep: after: 17 tokens, 14 types, coverage 100.00 %
$ tok-prep -q --lower t
| he said : " don't ! "
|
| the dogs ' 3.14 , 1,000 . . . x
$ tok-prep -q --no-split t
| He said: "Don't!"
|
| The dogs' 3.14, 1,000... x
$ printf 'ÀÉ ΣΑΣ l’Été ‘是’的\n' | tok-prep -q --lower
| àé σασ l’été ‘ 是 ’ 的

# Stop words, as they are after all that; a line of nothing else is empty.
$ printf 'the\ndon'"'"'t\n,\nthe\n\nX\n' >stop
$ tok-prep -q --stop stop t
| He said : " Don't ! "
|
| The dogs ' 3.14 1,000 . . . x
$ printf 'the The ,\nthe\nX a' | tok-prep -q --lower --stop stop
|
|
| x a

# The most frequent words, of the same count the first in byte order. Before: b. is once there, a, b
# and c are twice; after: b is there three times.
$ printf 'b. a c\nc a b <unk>\n' >u
$ tok-prep --vocab-size 2 u
| b <unk> a <unk>
| <unk> a b <unk>
! tok-prep: before: 7 tokens, 4 types, coverage 57.14 %
! tok-prep: after: 8 tokens, 2 types, coverage 50.00 %
$ tok-prep --min-count 2 --unk '*' u
| b * a c
| c a b *
! tok-prep: before: 7 tokens, 4 types, coverage 57.14 %
! tok-prep: after: 8 tokens, 3 types, coverage 75.00 %
$ tok-prep --min-count 2 --vocab-size 1 --stop stop u
| <unk> <unk> a <unk>
| <unk> a <unk> <unk>
! tok-prep: before: 7 tokens, 4 types, coverage 28.57 %
! tok-prep: after: 8 tokens, 1 types, coverage 25.00 %
$ tok-prep --vocab-size 0 u
| b . a c
| c a b <unk>
! tok-prep: before: 7 tokens, 4 types, coverage 85.71 %
! tok-prep: after: 8 tokens, 4 types, coverage 87.50 %
$ tok-prep u >/dev/null
! tok-prep: before: 7 tokens, 4 types, coverage 85.71 %
! tok-prep: after: 8 tokens, 4 types, coverage 87.50 %
$ tok-prep --min-count 1 /dev/null
! tok-prep: before: 0 tokens, 0 types, coverage 100.00 %
! tok-prep: after: 0 tokens, 0 types, coverage 100.00 %

# The same by other programs.
$ cat $DATA/stories-train.txt >all
$ awk 'FNR == NR { for (i = 1; i <= NF; i++) n[$i]++; next } { for (i = 1; i <= NF; i++) if (n[$i] < 5) $i = "<unk>"; print }' all all >expected
$ tok-prep --no-split --min-count 5 all 2>counts | cmp - expected
$ awk '{ for (i = 1; i <= NF; i++) { t++; k += $i != "<unk>" } } END { printf "tok-prep: after: %d tokens, %d types, coverage %.2f %%\n", t, types, 100 * k / t }' types=$(tr ' ' '\n' <expected | LC_ALL=C sort -u | grep -c '[^<unk>]') expected >after; tail -n 1 counts | cmp - after
$ tr -s ' ' '\n' <all | grep . | LC_ALL=C sort | uniq -c | LC_ALL=C sort -k1,1nr -k2 | head -n 700 | awk '{ print $2 }' >top
$ awk 'FNR == NR { top[$1]; next } { for (i = 1; i <= NF; i++) if (!($i in top)) $i = "<unk>"; print }' top all >expected
$ tok-prep -q --no-split --vocab-size 700 all | cmp - expected
$ tr A-Z a-z <all >expected; tok-prep -q --no-split --lower all | cmp - expected

# Chinese words: 4 5 5 / 30^3 is more than 5 5 1 / 30^3, and more than 5 5 5 5 / 30^4.
$ printf '南京 5 n\n市\t5\n\n南京市 4\n长江 5\n大桥 5\n市长 5\n江大桥 1\n' >words
$ printf '南京市长江大桥，在南京。\n第2个"南京"a\n' >v
$ tok-prep --segment words v
| 南京市 长江 大桥 ， 在 南京 。
| 第 2 个 " 南京 " a
! tok-prep: before: 2 tokens, 2 types, coverage 100.00 %
! tok-prep: after: 14 tokens, 12 types, coverage 100.00 %
$ tok-prep -q --segment words --no-split v
| 南京市 长江 大桥 ， 在 南京 。
| 第 2 个 " 南京 "a
$ printf '南京\n，\n' | tok-prep -q --segment words --stop /dev/stdin v
| 南京市 长江 大桥 在 。
| 第 2 个 " " a
$ printf '他从马上跳下来，马上就走了。\n' | tok-prep -q --segment $DATA/words-zh.txt
| 他 从 马上 跳 下来 ， 马上 就 走 了 。

# Nothing is lost but blanks.
$ cat $DATA/stories-zh-*.txt >zh; tok-prep -q --segment $DATA/words-zh.txt zh | tr -d ' ' | cmp - zh
$ tr -d ' ' <all >expected; tok-prep -q all | tr -d ' ' | cmp - expected

# The lists are without repetition, and their words are words to this program.
$ for f in stop-en stop-zh; do LC_ALL=C sort $DATA/$f.txt | uniq -d; done
$ tok-prep -q $DATA/stop-en.txt | cmp - $DATA/stop-en.txt
$ awk '{ print $1 }' $DATA/words-zh.txt | LC_ALL=C sort | uniq -d
$ LC_ALL=C sort -c -k2,2nr -k1,1 $DATA/words-zh.txt

# The counts are those of the text that they cut.
$ tok-prep -q --segment $DATA/words-zh.txt $DATA/stories-zh-train.txt | tr ' ' '\n' | awk 'FNR == NR { n[$1]++; next } { print $1, n[$1] ? n[$1] : 1 }' - $DATA/words-zh.txt | cmp - $DATA/words-zh.txt

# Standard input, several files, -o, threads, memory: the same bytes.
$ tok-prep --lower --vocab-size 700 -q all >one
$ tok-prep --lower --vocab-size 700 -q <all | cmp - one; cat all | tok-prep --lower --vocab-size 700 -q | cmp - one
$ tok-prep --lower --vocab-size 700 -q -o two all; cmp one two; tok-prep --lower --vocab-size 700 -q -o - all | cmp - one
$ head -n 1000 all >a; tail -n +1001 all | tok-prep --lower --vocab-size 700 -q a - | cmp - one
$ for i in 1 2 3 4 5 6 7 8 9 10 11 12; do cat all; done >long
$ tok-prep -q -j 1 long >one; for j in 2 3 16; do tok-prep -q -j $j long | cmp - one; done
$ cat long | tok-prep -q -o two; cmp one two
$ tok-prep -q -j 1 --min-count 9 long >one; for j in 2 3 16; do tok-prep -q -j $j -S 16M -T . --min-count 9 long | cmp - one; done
$ ls -A | grep '^[.]'
= 1

# What is no word: blanks, lines and their ends, a byte-order mark; what is no UTF-8 stays.
$ printf '\357\273\277a\t b\r\n\r\n\0a.\377\302 ' | tok-prep -q | od -c
| 0000000   a       b  \n  \n   a       .     377 302  \n
| 0000014
$ tok-prep -q /dev/null; printf '\n' | tok-prep -q
|
$ printf '<unk> <unk>.\n' | tok-prep -q
| <unk> < unk > .
$ printf 'a\n<s> b\n' | tok-prep -q
! tok-prep: standard input:2: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ printf '<s> b</s>\n' | tok-prep -q --marks-as-words
| <s> b < / s >
$ head -c 1048577 /dev/zero | tr '\0' x | tok-prep
! tok-prep: standard input:1: a word of more than 1048576 bytes
= 4
$ head -c 1048576 /dev/zero | tr '\0' x | tok-prep -q | wc -c | tr -d ' '
| 1048577

# A line from a pipe is answered before the next is there.
$ mkfifo in out; tok-prep -q -j 2 --lower <in >out & exec 3>in 4<out; for w in B C D; do echo "$w." >&3; read -r line <&4; echo "$line"; done; exec 3>&-; wait
| b .
| c .
| d .

# What is not allowed.
$ tok-prep --unk x t
! tok-prep: --unk: without --vocab-size or --min-count no word is unknown
! tok-prep: --help shows an example
= 2
$ tok-prep --min-count 2 --unk 'a b' t
! tok-prep: --unk: 'a b' is not a word
! tok-prep: --help shows an example
= 2
$ tok-prep --min-count 2 --unk '' t
! tok-prep: --unk: '' is not a word
! tok-prep: --help shows an example
= 2
$ printf 'a b\n' >two; tok-prep --stop two t
! tok-prep: two:1: more than one word on a line
= 4
$ printf '甲 1\n乙\n' >two; tok-prep --segment two t
! tok-prep: two:2: expected a word and how often it occurs
= 4
$ tok-prep --segment /dev/null t
! tok-prep: /dev/null: no words
= 4
$ tok-prep --stop no-such-file t
! tok-prep: no-such-file: open: No such file or directory
= 3
$ tok-prep --segment no-such-file t
! tok-prep: no-such-file: open: No such file or directory
= 3
$ tok-prep no-such-file
! tok-prep: no-such-file: open: No such file or directory
= 3
$ tok-prep -o no-such-folder/x t
! tok-prep: no-such-folder/x: create: No such file or directory
= 3
$ printf 'a\n<s>\n' >two; echo old >x; tok-prep -q -o x two; cat x
| old
! tok-prep: two:2: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
$ awk 'BEGIN { for (i = 0; i < 200000; i++) print "word" i }' >many; tok-prep --min-count 1 -S 16M many 2>&1 | sed 's/[0-9]* diff/N diff/; s/least [0-9]*/least N/'
| tok-prep: --memory: 16 MB are too little for the N different words read so far; give at least N MB
| tok-prep: --help shows an example
$ tok-prep -q -S 16M many | cmp - many
