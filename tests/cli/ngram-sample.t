# One way only: every method writes the same.
$ printf 'a b c\n' | ngram-train -n 2 --smooth mle -o line.lm
$ ngram-sample -m line.lm
| a b c
$ ngram-sample -m line.lm --greedy --samples 2
| a b c
| a b c
$ ngram-sample -m line.lm --temperature 0.01 -s 7
| a b c
$ ngram-sample -m line.lm -k 1 -s 8
| a b c
$ ngram-sample -m line.lm --top-p 1e-9 -s 9
| a b c
$ ngram-sample -m line.lm --length 2
| a b
$ ngram-sample -m line.lm --prefix 'a b'
| a b c
$ ngram-sample -m line.lm --prefix 'c' --samples 2
| c
| c
$ ngram-sample -m line.lm --prefix 'b c a'
| b c a b c
$ ngram-sample -m line.lm --prefix 'a zebra'
| a zebra b c
$ ngram-sample -m line.lm --prefix 'a b c' --length 1
| a b c
$ ngram-sample -m line.lm --samples 0

# The same seed gives the same sentences, sentence I whatever the number of sentences.
$ ngram-train -n 3 -o s.lm data/stories-train.txt
$ ngram-sample -m s.lm --samples 20 -s 5 >a; ngram-sample -m s.lm --samples 20 --seed=5 >b; cmp a b; wc -l <a
| 20
$ ngram-sample -m s.lm --samples 7 -s 5 >c; head -n 7 a | cmp - c
$ ngram-sample -m s.lm --samples 20 -s 6 | cmp -s - a
= 1
$ ngram-sample -m s.lm --samples 20 >d; ngram-sample -m s.lm --samples 20 -s 1 | cmp - d

# Frequencies are those of the model: a fair coin, within 4 standard deviations of 5000.
$ printf 'heads\ntails\n' | ngram-train -n 1 --smooth mle --closed --no-marks -o coin.lm
$ ngram-sample -m coin.lm --length 1 --samples 10000 | sort | uniq -c | awk '{ print $2, ($1 > 4800 && $1 < 5200) }'
| heads 1
| tails 1
# p(x) = 3/4 becomes 9/10 at temperature 1/2.
$ printf 'x x x y\n' | ngram-train -n 1 --smooth mle --closed --no-marks -o three.lm
$ ngram-sample -m three.lm --length 1 --samples 10000 --temperature 0.5 | sort | uniq -c | awk '{ print $2, ($1 / 10000 > 0.888 && $1 / 10000 < 0.912) || ($1 / 10000 > 0.088 && $1 / 10000 < 0.112) }'
| x 1
| y 1
$ ngram-sample -m three.lm --length 1 --samples 1000 --top-p 0.75 | sort | uniq -c | awk '{ print $1, $2 }'
| 1000 x
$ ngram-sample -m three.lm --length 1 --samples 1000 --top-p 0.76 | sort -u
| x
| y
$ ngram-sample -m three.lm --length 1 --samples 1000 -k 2 | sort -u
| x
| y

# <unk> is never drawn, greedy ties are in byte order, --length bounds.
$ printf '<unk> <unk> <unk> a\n' | ngram-train -n 1 --smooth mle --no-marks -o unk.lm; ngram-sample -m unk.lm --length 3 --samples 2
| a a a
| a a a
$ printf 'b\na\nB\n' | ngram-train -n 1 --smooth mle --no-marks -o tie.lm; ngram-sample -m tie.lm --greedy --length 3
| B B B
$ printf '<unk>\n' | ngram-train -n 1 --smooth mle --no-marks -o none.lm; ngram-sample -m none.lm
|

# Characters are written as they are.
$ printf '\344\275\240\345\245\275 a\n' | ngram-train -n 2 --smooth mle --unit char -o zh.lm; ngram-sample -m zh.lm
| 你好 a
$ ngram-sample -m zh.lm --prefix "$(printf '\344\275\240')"
| 你好 a

# Wrong uses.
$ ngram-sample
! ngram-sample: --model FILE is missing
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm text
! ngram-sample: one operand too many: 'text'; usage: ngram-sample [OPTION]... -m FILE
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m no-such-file
! ngram-sample: no-such-file: open: No such file or directory
= 3
$ ngram-sample -m line.lm --temperature 0
! ngram-sample: --temperature: 0 is out of range (0.01 to 100; nearest 0.01)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm --temperature inf
! ngram-sample: --temperature: 'inf' is not a finite number (0.01 to 100; nearest 100)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm --top-p 0
! ngram-sample: --top-p: 0 is out of range (1e-09 to 1; nearest 1e-09)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm --top-p 1.1
! ngram-sample: --top-p: 1.1 is out of range (1e-09 to 1; nearest 1)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm -k -1
! ngram-sample: --top: -1 is out of range (0 to 1000000000; nearest 0)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm --samples -1
! ngram-sample: --samples: -1 is out of range (0 to 1000000000000000; nearest 0)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm --length 0
! ngram-sample: --length: 0 is out of range (1 to 1000000000; nearest 1)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm -s -1
! ngram-sample: --seed: -1 is out of range (0 to 9007199254740992; nearest 0)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm -s 99999999999999999999
! ngram-sample: --seed: 99999999999999999999 is out of range (0 to 9007199254740992; nearest 9007199254740992)
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm --prefix '<s> a'
! ngram-sample: --prefix:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ ngram-sample -m line.lm --prefix "$(printf 'a\nb')"
! ngram-sample: --prefix: a line end inside; a sentence is one line
! ngram-sample: --help shows an example
= 2
$ ngram-sample -m line.lm >/dev/full
! ngram-sample: standard output: write: No space left on device
= 3
$ ngram-sample -m line.lm --samples 1000000000 | head -n 1
| a b c
$ echo text >text; ngram-sample -m text
! ngram-sample: text: header: expected its length in 8 bytes, the file has 5
= 4
