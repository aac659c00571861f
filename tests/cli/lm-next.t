# Contexts one a line, answers a block each, a blank line between blocks.
$ printf 'a b\na b\na c\n' | ngram-train -n 2 --smooth mle -o m.lm
$ printf 'a\n\nb\n' | lm-next -m m.lm
| b	0.6666667
| c	0.3333333
| </s>	0
| <s>	0
| <unk>	0
| a	0
|
| a	1
| </s>	0
| <s>	0
| <unk>	0
| b	0
| c	0
|
| </s>	1
| <s>	0
| <unk>	0
| a	0
| b	0
| c	0
$ printf 'a' | lm-next -m m.lm -k 2
| b	0.6666667
| c	0.3333333
$ printf 'a\r\n' | lm-next -m m.lm --top=1
| b	0.6666667
$ echo a | lm-next -m m.lm -k 1000000000 | cut -f 1
| b
| c
| </s>
| <s>
| <unk>
| a
$ echo a | lm-next -m m.lm --all | cut -f 1
| b
| c
| </s>
| <s>
| <unk>
| a
$ echo a | lm-next -m m.lm --all -k 1
! lm-next: --all and --top exclude each other
! lm-next: --help shows an example
= 2
$ lm-next -m m.lm </dev/null

# A context at a line's start comes after <s>; --inside, after anything.
$ echo | lm-next -m m.lm -k 1
| a	1
$ echo | lm-next -m m.lm -k 3 --inside
| </s>	0.3333333
| a	0.3333333
| b	0.2222222

# Only the last order-1 words count; an unknown one does too.
$ echo 'c c c a' | lm-next -m m.lm -k 2
| b	0.6666667
| c	0.3333333
$ echo 'a zebra' | lm-next -m m.lm -k 3
| </s>	0.3333333
| a	0.3333333
| b	0.2222222

# Ties are in byte order, whatever the counts were.
$ printf 'b a C \303\251 B\n' | ngram-train -n 1 --smooth mle --no-marks --closed -o ties.lm; echo | lm-next -m ties.lm
| B	0.2
| C	0.2
| a	0.2
| b	0.2
| é	0.2

# Characters: blanks are escaped, so that words are between TABs.
$ printf 'a b\tc\\\n' | ngram-train -n 2 --smooth mle --unit char --closed -o c.lm
$ printf 'a\na \na b\na b\t\na b\tc\n' | lm-next -m c.lm -k 1
| \x20	1
|
| b	1
|
| \x09	1
|
| c	1
|
| \x5C	1
$ ngram-train -q -n 3 --unit char -o zh.lm data/stories-zh-train.txt
$ printf '\345\260\217\n' | lm-next -m zh.lm -k 2 | awk -F '\t' '{ print length($1) < 5, ($2 > 0) }'
| 1 1
| 1 1

# The answers of a model sum to 1.
$ ngram-train -n 4 -o s.lm data/stories-valid.txt
$ printf 'The\n\nOnce upon a\nxyzzy plugh\n' | lm-next -m s.lm --all | awk -F '\t' 'NF { s += $2; next } { printf "%.6f\n", s; s = 0 } END { printf "%.6f\n", s }'
| 1.000000
| 1.000000
| 1.000000
| 1.000000

# A reader that waits gets each answer at once; one that goes away is no error.
$ yes The | head -n 100000 | lm-next -m s.lm | head -n 1 >/dev/null
$ mkfifo questions; (echo a; cat lock >/dev/null) >questions & mkfifo lock; lm-next -m m.lm -k 1 --line-buffered <questions | (read -r line; echo "$line"; echo >lock); wait
| b	0.6666667

# Wrong uses.
$ lm-next
! lm-next: --model FILE is missing
! lm-next: --help shows an example
= 2
$ lm-next -m
! lm-next: --model: the value FILE is missing
! lm-next: --help shows an example
= 2
$ lm-next -m no-such-file
! lm-next: no-such-file: open: No such file or directory
= 3
$ lm-next -m m.lm no-such-file
! lm-next: no-such-file: open: No such file or directory
= 3
$ lm-next -m m.lm .
! lm-next: .: open: Is a directory
= 3
$ lm-next -m m.lm -k 0
! lm-next: --top: 0 is out of range (1 to 1000000000; nearest 1)
! lm-next: --help shows an example
= 2
$ lm-next -m m.lm -k -1
! lm-next: --top: -1 is out of range (1 to 1000000000; nearest 1)
! lm-next: --help shows an example
= 2
$ lm-next -m m.lm -k 1.5
! lm-next: --top: '1.5' is not a whole number (1 to 1000000000; nearest 2)
! lm-next: --help shows an example
= 2
$ lm-next -m m.lm -k
! lm-next: --top: the value K is missing (1 to 1000000000)
! lm-next: --help shows an example
= 2
$ lm-next -m m.lm -m m.lm
! lm-next: --model given twice
! lm-next: --help shows an example
= 2
$ echo '<s>' | lm-next -m m.lm
! lm-next: standard input:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ echo a | lm-next -m m.lm >/dev/full
! lm-next: standard output: write: No space left on device
= 3
$ echo text >text; echo a | lm-next -m text
! lm-next: text: header: expected its length in 8 bytes, the file has 5
= 4
$ head -c 7 m.lm >cut.lm; echo a | lm-next -m cut.lm
! lm-next: cut.lm: header: expected its length in 8 bytes, the file has 7
= 4

# A GPT: the tokens after a text that begins there, whatever ends its line.
$ for i in 1 2 3 4 5 6 7 8; do printf 'a b\n\n'; done >text; gpt-train -q --layers 1 --heads 2 --width 16 -t 4 --steps 100 -l 0.01 -o t.gpt text
$ printf 'a\n\na b' | lm-next -m t.gpt -k 1 | cut -f 1
| \x20
|
| a
|
| <|endoftext|>
$ printf 'a b\na\n\n' >lf; printf 'a b\r\na\r\n\r\n' >crlf; lm-next -m t.gpt lf >a; lm-next -m t.gpt crlf | cmp - a
$ printf 'a b\na ba b\n' | lm-next -m t.gpt -k 1 | wc -l | tr -d ' '
! lm-next: context 2: of its 7 tokens the last 4 are looked at
| 3
