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

# A GPT of bytes, whose contexts begin documents, and one of characters, without an end of documents.
$ tr -cs a-z '\n' <data/stories-valid.txt | awk '{ print; print "" }' >words; gpt-train -q --layers 1 --heads 2 --width 16 -t 12 -b 8 -l 0.01 --steps 100 -o w.gpt words
$ tr -cd a-z <data/stories-valid.txt | head -c 4000 >letters; tok-train -q --kind char -o ch.tok letters
$ gpt-train -q --layers 1 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 60 --tokenizer ch.tok --doc -o ch.gpt letters
$ printf '\nth\nxyz \t\\\n' | lm-next -m w.gpt --all >all; awk 'NF { s += $2; n++; next } { print n, s } END { print n, s }' all | awk '{ print $1 / NR, ($2 / NR - 1) ^ 2 < 1e-10 }'
| 257 1
| 257 1
| 257 1
$ echo th | lm-next -m ch.gpt --all | awk '{ s += $2; print $1 > "spelled" } END { print NR, (s - 1) ^ 2 < 1e-10 }'; sort spelled | tr '\n' ' '
| 27 1
|~ <unk> a b c d e f g h i j k l m n o p q r s t u v w x y z 
# The first are the most probable; all are told once, with blanks, control bytes and backslashes escaped.
$ echo th | lm-next -m w.gpt --all >all; awk -F '\t' 'NR > 1 && $2 > last { print "order" } { last = $2 }' all; cut -f 1 all | LC_ALL=C sort -u | wc -l; cut -f 1 all | grep -c '^\\x[0-9A-F][0-9A-F]$'; for k in 1 5 257 1000; do echo th | lm-next -m w.gpt -k $k | head -n $k | cmp - all 2>&1 | grep -v EOF; done; echo th | lm-next -m w.gpt | wc -l
| 257
| 35
| 10
# What gpt-sample finds, where its prompt begins a document, too.
$ for p in '' th horse; do gpt-sample -m w.gpt --greedy --logprobs --special --max-tokens 1 "<|endoftext|>$p" | awk '{ print exp($1), $3 }' >a; echo "$p" | lm-next -m w.gpt -k 1 | paste a - | awk '{ d = $1 - $4; print ($2 == $3), d * d < 1e-11 }'; done
| 1 1
| 1 1
| 1 1
# Lines end with LF or CR LF, the last one with the text.
$ printf 'th\n\nso\n' | lm-next -m w.gpt >a; printf 'th\r\n\r\nso\r\n' | lm-next -m w.gpt | cmp - a; printf 'th\n\nso' | lm-next -m w.gpt | cmp - a; printf 'th\n\n' >x; printf 'so\n' >y; lm-next -m w.gpt x y | cmp - a
$ printf 't\rh\n' | lm-next -m w.gpt | cmp -s - a
= 1
$ lm-next -m w.gpt </dev/null
# The answer to a line comes before the next one is sent.
$ rm -f in out; mkfifo in out; lm-next -m w.gpt -k 1 --line-buffered <in >out & exec 3>in 4<out; for w in th xy; do echo $w >&3; read -r line <&4; [ -n "$line" ] || read -r line <&4; echo "$line" | cut -f 1; done; exec 3>&-; wait
| <|endoftext|>
| <|endoftext|>
# Of a long context, the end; a line of any length is one.
$ printf 'hthehorse\nhehorsez\nthehorsez\n' | lm-next -m ch.gpt --all >a; printf 'thehorse\nhehorsez\nhehorsez\n' | lm-next -m ch.gpt --all 2>/dev/null | cmp - a
! lm-next: context 1: of its 9 tokens the last 8 are looked at
! lm-next: context 3: of its 9 tokens the last 8 are looked at
$ awk 'BEGIN { for (i = 0; i < 400000; i++) printf "once%d", i % 7; print "thehorse" }' | tr 0-9 a-j | lm-next -m ch.gpt --all >a; echo thehorse | lm-next -m ch.gpt --all | cmp - a
! lm-next: context 1: of its 2000008 tokens the last 8 are looked at
$ printf 'th\nthehorsehorse\n' | lm-next -q -m w.gpt | wc -l
| 21
# Other forms of the model.
$ ckpt-convert --to hf w.gpt -o hf; echo th | lm-next -m hf --all | cmp - all; echo th | lm-next -m hf/model.safetensors --all | cmp - all; (cat w.gpt | lm-next -m - x >a); lm-next -m w.gpt x | cmp - a
# Wrong uses.
$ printf 'th\n\n' | lm-next -m ch.gpt -k 1 | cut -f 1
| e
! lm-next: standard input: context 2 is empty, and there is no <|endoftext|> to begin with
$ echo th | lm-next -m w.gpt --inside
! lm-next: --inside: a GPT's context begins a document
! lm-next: --help shows an example
= 2
$ echo th | lm-next -m w.gpt --all -k 1
! lm-next: --all and --top exclude each other
! lm-next: --help shows an example
= 2
$ echo th | lm-next -m w.gpt >/dev/full
! lm-next: standard output: write: No space left on device
= 3
$ lm-next -m w.gpt no-such-file
! lm-next: no-such-file: open: No such file or directory
= 3
