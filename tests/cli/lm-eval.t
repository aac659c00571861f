# A model small enough to do by hand: MLE bigrams of three sentences.
$ printf 'a b\na b\na c\n' >text; ngram-train -n 2 --smooth mle -o m.lm text
# p(b|a) = 2/3, p(c|a) = 1/3, all others 1: nats = ln 4.5 = 1.504077, log10 = -0.653212,
# ppl = 4.5^(1/6) = 1.284898, without sentence ends 4.5^(1/4) = 1.456475,
# bits per byte = log2(4.5) / 8 = 0.271241.
$ printf 'a b\na c\n' >two
$ lm-eval -m m.lm two
| sentences	2
| words	4
| unknown	0
| tokens	6
| bytes	8
| zeroprobs	0
| nats	1.50407734
| log10_p	-0.653212488
| ppl	1.28489828
| ppl_known	1.28489828
| ppl_words	1.45647529
| ppl_known_words	1.45647529
| ppl1	1.45647529
| bits_per_byte	0.271240614
| unk_spell_bits	0
| order_1	0
| order_2	6
$ lm-eval -m m.lm --per-line two
| -0.1760912	3	0
| -0.4771212	3	0
$ lm-eval -m m.lm --per-token two
| a	2	0
| b	2	-0.1760912
| </s>	2	0
| a	2	0
| c	2	-0.4771212
| </s>	2	0
$ lm-eval -m m.lm <two >a; lm-eval -m m.lm - <two >b; lm-eval --model=m.lm two >c; cmp a b; cmp b c

# What was never seen has probability 0: counted, ppl is infinite, and that is no error.
$ printf 'b a\n' | lm-eval -m m.lm
| sentences	1
| words	2
| unknown	0
| tokens	3
| bytes	4
| zeroprobs	3
| nats	inf
| log10_p	-inf
| ppl	inf
| ppl_known	inf
| ppl_words	inf
| ppl_known_words	inf
| ppl1	inf
| bits_per_byte	inf
| unk_spell_bits	0
| order_1	3
| order_2	0
! lm-eval: 3 of 3 tokens have probability 0, so ppl is infinite
$ printf 'b a\na b\n' | lm-eval -m m.lm --per-line
| -inf	3	0
| -0.1760912	3	0
$ printf 'b a\n' | lm-eval -q -m m.lm | grep ppl
| ppl	inf
| ppl_known	inf
| ppl_words	inf
| ppl_known_words	inf
| ppl1	inf
# An unknown word: <unk> was never seen either.
$ printf 'a z\n' | lm-eval -q -m m.lm --per-token
| a	2	0
| z	1	-inf
| </s>	1	-0.4771212
$ printf 'a z\n' | lm-eval -q -m m.lm | grep -e unk -e ppl
| unknown	1
| ppl	inf
| ppl_known	1.73205078
| ppl_words	inf
| ppl_known_words	1
| ppl1	2.99999991
| unk_spell_bits	14.077838

# A closed vocabulary has no <unk>.
$ ngram-train -n 2 --smooth addk --closed -o closed.lm text
$ printf 'a z b\n' | lm-eval -m closed.lm --per-token
| a	2	-0.243038
| z	0	-inf
| b	0	-0.60206
| </s>	2	-0.30103
$ printf 'z\n' | lm-eval -q -m closed.lm
| sentences	1
| words	1
| unknown	1
| tokens	2
| bytes	2
| zeroprobs	1
| nats	inf
| log10_p	-inf
| ppl	inf
| ppl_known	4
| ppl_words	inf
| ppl_known_words	nan
| ppl1	nan
| bits_per_byte	inf
| unk_spell_bits	14.077838
| order_1	0
| order_2	0

# No known word at all: there is no perplexity of those.
$ ngram-train -q -n 2 --no-marks -o nomarks.lm text
$ printf 'z z\n' | lm-eval -m nomarks.lm | grep ppl
| ppl	8
| ppl_known	nan
| ppl_words	8
| ppl_known_words	nan
| ppl1	nan
$ printf '\n' | lm-eval -m nomarks.lm
! lm-eval: standard input:2: no text
= 4
$ printf '\na\n' | lm-eval -m nomarks.lm --per-line
| 0	0	0
| -0.5351132	1	0

# One line of answers for each line of text, blank lines, CR LF and a last one without its
# end included.
$ printf 'a b\n\na\r\n  \na b' | lm-eval -m m.lm --per-line
| -0.1760912	3	0
| -inf	1	0
| -inf	2	0
| -inf	1	0
| -0.1760912	3	0
$ wc -l <data/stories-test.txt >lines; lm-eval -m m.lm --per-line data/stories-test.txt | wc -l | cmp - lines

# The answer to a line comes before the next line is sent, whatever the number of threads.
$ mkfifo in out; lm-eval -j 2 -m m.lm --per-line <in >out & exec 3>in 4<out; for w in b c b; do echo "a $w" >&3; read -r line <&4; echo "$line"; done; exec 3>&-; wait
| -0.1760912	3	0
| -0.4771212	3	0
| -0.1760912	3	0
$ lm-eval -m m.lm --per-token <in >out & exec 3>in 4<out; for w in b c; do echo "$w" >&3; read -r line <&4; read -r end <&4; echo "$line, $end"; done; exec 3>&-; wait
| b	1	-inf, </s>	2	0
| c	1	-inf, </s>	2	0
$ rm in out

# The number of threads changes nothing, with large texts (several blocks) and long lines.
$ ngram-train -q -n 3 -o t.lm data/stories-train.txt
$ for i in 1 2 3 4 5 6 7; do cat data/stories-train.txt; tr '\n' ' ' <data/stories-train.txt; done >large; wc -c <large
| 6191234
$ for report in -q --per-line --per-token; do for j in 1 2 3 4; do lm-eval -m t.lm -j $j $report large | cksum; done | sort -u | wc -l; done
| 1
| 1
| 1

# Sums agree: tokens with lines with totals.
$ ngram-train -n 3 -o s.lm data/stories-train.txt
$ lm-eval -m s.lm data/stories-test.txt >total
$ lm-eval -m s.lm --per-line data/stories-test.txt | awk -F '\t' '{ n += $2; u += $3; s -= $1 } END { print n, u; printf "%.2f\n", s * log(10) }' >lines
$ lm-eval -m s.lm --per-token data/stories-test.txt | awk -F '\t' '{ n++; s -= $3; o[$2]++ } END { print n; print o[1], o[2], o[3]; printf "%.2f\n", s * log(10) }' >tokens
$ awk -F '\t' '{ v[$1] = $2 } END { print v["tokens"], v["unknown"]; printf "%.2f\n", v["nats"] }' total | cmp - lines
$ awk -F '\t' '{ v[$1] = $2 } END { print v["tokens"]; print v["order_1"], v["order_2"], v["order_3"]; printf "%.2f\n", v["nats"] }' total | cmp - tokens
$ awk -F '\t' '{ v[$1] = $2 } END { print v["words"] + v["sentences"] - v["tokens"], v["bytes"]; printf "%.4f\n", (v["nats"] / log(2) + v["unk_spell_bits"]) / v["bytes"] - v["bits_per_byte"] }' total
| 0 55910
| 0.0000
$ wc -c <data/stories-test.txt
| 55910

# Words that are not known are paid for: the fewer a model knows, the worse its bits per byte.
# (From 2 on: at 1 no <unk> is in the training text, whose probability is then only guessed.)
$ for least in 2 3 5 10 100 1000 100000 1; do
>     awk -v least=$least 'NR == FNR { for (i = 1; i <= NF; i++) n[$i]++; next }
>         { for (i = 1; i <= NF; i++) printf "%s ", n[$i] < least ? "<unk>" : $i; print "" }' \
>         data/stories-train.txt data/stories-train.txt | ngram-train -q -n 3 -o few.lm || exit
>     lm-eval -m few.lm data/stories-test.txt | awk -F '\t' '$1 == "unknown" { u = $2 } $1 == "bits_per_byte" { print u, $2 }'
> done >few
$ wc -l <few; head -n 7 few | sort -k 1,1n -c; head -n 7 few | sort -k 2,2n -c
| 8
$ awk 'NR == 6 { b = $2 } NR == 8 { print ($2 < b) }' few
| 1

# Characters are escaped, so that columns stay apart; Chinese is whole characters.
$ printf 'a \344\270\255\n' >zh; ngram-train -n 2 --smooth mle --unit char -o zh.lm zh
$ lm-eval -m zh.lm --per-token zh
| a	2	0
| \x20	2	0
| 中	2	0
| </s>	2	0
$ lm-eval -m zh.lm zh | head -n 5
| sentences	1
| words	3
| unknown	0
| tokens	4
| bytes	6

# Files and options that are wrong.
$ : >empty; lm-eval -m m.lm empty
! lm-eval: empty:1: no text
= 4
$ lm-eval -m m.lm --per-line empty
$ printf 'a\n<s> a\n' >marked; lm-eval -m m.lm two marked
! lm-eval: marked:2: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ lm-eval -m m.lm --per-line marked
| -inf	2	0
! lm-eval: marked:2: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ lm-eval two
! lm-eval: --model FILE is missing
! lm-eval: --help shows an example
= 2
$ lm-eval -m no-such-file two
! lm-eval: no-such-file: open: No such file or directory
= 3
$ lm-eval -m m.lm no-such-file
! lm-eval: no-such-file: open: No such file or directory
= 3
$ lm-eval -m m.lm two no-such-file
! lm-eval: no-such-file: open: No such file or directory
= 3
$ lm-eval -m m.lm .
! lm-eval: .: open: Is a directory
= 3
$ lm-eval -m . two
! lm-eval: .: a model of another maker without config.json, model.safetensors, tokenizer.json (or vocab.json and merges.txt) in its folder
= 4
$ lm-eval -m two two 2>&1 | sed 's/[0-9][0-9]* bytes/N bytes/'
| lm-eval: two: header: N bytes long, at most 100000000 are allowed; is it a checkpoint?
$ lm-eval -m /dev/null two
! lm-eval: /dev/null: header: expected its length in 8 bytes, the file has 0
= 4
$ lm-eval -m m.lm --per-line --per-token two
! lm-eval: --per-line and --per-token exclude each other
! lm-eval: --help shows an example
= 2
$ lm-eval -m m.lm --per-lin two
! lm-eval: unknown option --per-lin (did you mean --per-line?)
! lm-eval: --help shows an example
= 2
$ lm-eval -m m.lm -n 3 two
! lm-eval: unknown option -n
! lm-eval: --help shows an example
= 2
$ lm-eval -m m.lm two >/dev/full
! lm-eval: standard output: write: No space left on device
= 3
$ lm-eval -m m.lm --per-token data/stories-test.txt >/dev/full
! lm-eval: standard output: write: No space left on device
= 3
$ lm-eval -m m.lm --per-token data/stories-test.txt | head -n 1 >/dev/null

# A model that is cut short or has a flipped bit.
$ for n in 0 1 8 100 959 960 2559; do head -c $n m.lm >cut.lm; lm-eval -m cut.lm two >out 2>err; echo $? $(wc -c <out) $(grep -c '^lm-eval: cut.lm: ' err); done
| 4 0 1
| 4 0 1
| 4 0 1
| 4 0 1
| 4 0 1
| 4 0 1
| 4 0 1
$ for n in 0 5 8 50 300 600 2000 2559; do
>     { head -c $n m.lm; printf '\377'; tail -c +$((n + 2)) m.lm; } >flip.lm
>     cmp -s m.lm flip.lm || { lm-eval -m flip.lm two >/dev/null 2>&1; test $? = 4 || echo byte $n: $?; }
> done
$ cp m.lm more.lm; echo >>more.lm; lm-eval -m more.lm two 2>&1 | sed 's/[0-9][0-9]*/N/g'
| lm-eval: more.lm: header: its tensors end at offset N, the file at N

# A checkpoint that is not a language model.
$ n='{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'; printf '\065\0\0\0\0\0\0\0%sx' "$n" >other.st; ckpt-info other.st | head -n 1
| kind        none
$ lm-eval -m other.st two
! lm-eval: other.st: a model of another maker without config.json, tokenizer.json (or vocab.json and merges.txt) beside it
= 4

# A GPT of characters.  Its windows are computed again by another program, a token at a time: of
# windows that begin each S tokens, token I is told by the first one that reaches it.  What is
# before the first token is nothing, so that it is one of V.
$ tr -cd a-z <data/stories-valid.txt | head -c 4000 >letters; tok-train -q --kind char -o ch.tok letters
$ gpt-train -q --layers 1 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 60 --tokenizer ch.tok --doc -o ch.gpt letters
$ cat >again <<'END'
> awk -v T=8 -v S=$1 '{ for (i = 1; i < length($0); i++) {
>     k = i > T ? int((i - T + S - 1) / S) : 0; print substr($0, k * S + 1, i - k * S) } }' text |
>     lm-next -m ch.gpt --all | awk -v text="$(cat text)" 'BEGIN { b = 2 } NF == 0 { b++; next }
>         b == 2 { V++ } $1 == substr(text, b, 1) { s -= log($2); n++ }
>         END { printf "%d\t%.7f\n", n + 1, s + log(V) }'
> END
$ echo 'lm-eval -m ch.gpt --doc "$@" text | awk "\$1 == \"tokens\" { t = \$2 } \$1 == \"nats\" { print t \"\t\" \$2 }"' >nats
$ echo 'awk "{ d = (\$2 - \$4) / \$4; print \$1, \$3, (d * d < 1e-10) }"' >same
$ head -c 45 letters >text; for s in 1 2 3 4 5 6 7 8; do sh nats --stride $s >a; sh again $s | paste a - | sh same; cat a >>all; done; sort -u all | wc -l
| 45 45 1
| 45 45 1
| 45 45 1
| 45 45 1
| 45 45 1
| 45 45 1
| 45 45 1
| 45 45 1
| 8
$ for n in 2 7 8 9 10 11 12 16 17 18 24 25; do tail -c $n letters >text; for s in 3 8; do sh nats --stride $s >a; sh again $s | paste a - | sh same; done; done | awk '$1 == $2 { n += $1; same += $3 } END { print n, same }'
| 318 24
# Without a stride it is the context; the same digits for any number of windows at once, and of threads.
$ head -c 301 letters >text; sh nats >a; for o in '--stride 0' '--stride 8' '-b 1' '-b 2' '-b 3' '-b 7' '-b 1000' '-j 1' '-j 3 -b 5'; do sh nats $o | cmp - a; done
$ for s in 1 3 7; do for o in '-b 1' '-b 2 -j 2' '-b 3' '-b 500'; do sh nats --stride $s $o; done | sort -u | wc -l; done
| 1
| 1
| 1
$ for s in 0 3; do sh nats --stride $s >a; sh nats --stride $s --bf16 >b; paste a b | awk '{ d = ($2 - $4) / $4; print $1, $3, (d * d > 0), (d * d < 1e-4) }'; done
| 301 301 1 1
| 301 301 1 1
$ printf a >text; lm-eval -m ch.gpt --doc text | grep -v log10
| documents	1
| tokens	1
| unknown	0
| bytes	1
| nats	3.2958369
| ppl	27
| bits_per_byte	4.7548875
# An unknown character: ids do not tell the text.
$ printf 'aZb' | lm-eval -m ch.gpt | cut -f 1 | tr '\n' ' '
|~ documents tokens unknown bytes nats log10_p ppl 
! lm-eval: no bits_per_byte: the tokens do not tell the text

# A GPT of bytes, whose documents are words: each begins and ends with the end of a document.
$ tr -cs a-z '\n' <data/stories-valid.txt | awk '{ print; print "" }' >words; gpt-train -q --layers 1 --heads 2 --width 16 -t 12 -b 8 -l 0.01 --steps 100 -o w.gpt words
# Texts longer than the context: with a stride of 1 each token is told by all before it that the context holds.
$ head -c 30 letters >text; awk '{ for (i = 0; i <= length($0); i++) print substr($0, 1, i) }' text >contexts
$ lm-next -q -m w.gpt --all <contexts | awk -v text="$(cat text)" 'BEGIN { b = 1 } NF == 0 { b++; next }
>     $1 == (b > length(text) ? "<|endoftext|>" : substr(text, b, 1)) { s -= log($2); n++ } END { printf "%d\t%.7f\n", n, s }' >again
$ lm-eval -m w.gpt --doc --stride 1 text | awk '$1 == "tokens" { t = $2 } $1 == "nats" { print t "\t" $2 }' | paste - again | sh same
| 31 31 1
# What it wrote, it finds as probable as it said.
$ gpt-sample -q -m w.gpt --samples 60 --jsonl --logprobs '' | sed -n 's/.*"completion":"\([a-z]*\)","ids.*"n":\([0-9]*\),"ended":true.*"lp":\([^,]*\),.*/\1 \2 \3/p' | awk '$2 > 3 && n++ < 8' >said; wc -l <said
| 8
$ while read -r word n lp; do printf %s "$word" >text; lm-eval -m w.gpt text | awk '$1 == "tokens" { t = $2 } $1 == "nats" { print t "\t" $2 }' | paste - - | sed "s/\$/$n	-$lp/; s/--//" | sh same; done <said | awk '{ print ($1 == $2), $3 }' | sort | uniq -c | sed 's/^ *//'
| 8 1 1
# Blank lines end documents, or, with --doc, are text.
$ printf 'a\n\nbc\n' >text; lm-eval -m w.gpt text | head -n 4; lm-eval -m w.gpt --doc text | head -n 4; lm-eval -m w.gpt --doc text text | head -n 4
| documents	2
| tokens	5
| unknown	0
| bytes	6
| documents	1
| tokens	7
| unknown	0
| bytes	6
| documents	2
| tokens	14
| unknown	0
| bytes	12
$ lm-eval -m w.gpt text >a; cat text | lm-eval -m w.gpt - | cmp - a

# What is wrong with a GPT, or with another model.
$ lm-eval -m w.gpt --stride 13 text
! lm-eval: --stride: 13 is more than the context of 12
! lm-eval: --help shows an example
= 2
$ lm-eval -m w.gpt --stride -1 text
! lm-eval: --stride: -1 is out of range (0 to 1000000000; nearest 0)
! lm-eval: --help shows an example
= 2
$ lm-eval -m w.gpt -b 0 text
! lm-eval: --batch: 0 is out of range (1 to 1000000; nearest 1)
! lm-eval: --help shows an example
= 2
$ lm-eval -m w.gpt --per-line text
! lm-eval: --per-line: not of a GPT
! lm-eval: --help shows an example
= 2
$ lm-eval -m w.gpt --per-token text
! lm-eval: --per-token: not of a GPT
! lm-eval: --help shows an example
= 2
$ lm-eval -m w.gpt empty
! lm-eval: empty:1: no text
= 4
$ lm-eval -m ch.gpt --doc empty
! lm-eval: empty:1: no text
= 4
$ lm-eval -m w.gpt no-such-file
! lm-eval: no-such-file: open: No such file or directory
= 3
$ for o in --doc '--stride 8' '-b 8' --bf16; do lm-eval -m m.lm $o two; done
! lm-eval: --doc, --stride, --batch and --bf16 are for a GPT
! lm-eval: --help shows an example
! lm-eval: --doc, --stride, --batch and --bf16 are for a GPT
! lm-eval: --help shows an example
! lm-eval: --doc, --stride, --batch and --bf16 are for a GPT
! lm-eval: --help shows an example
! lm-eval: --doc, --stride, --batch and --bf16 are for a GPT
! lm-eval: --help shows an example
= 2
