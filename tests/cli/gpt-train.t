# A text of which every byte is told by the one before: a small model learns it by heart.
$ i=0; while [ $i -lt 40 ]; do printf 'abcdefg'; i=$((i + 1)); done >letters
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --doc -o letters.gpt letters
$ lm-eval -m letters.gpt --doc letters | awk '$1 == "ppl" { print ($2 < 1.1) } /documents|tokens|unknown|bytes/'
| documents	1
| tokens	281
| unknown	0
| bytes	280
| 1
$ lm-eval -m letters.gpt --doc --stride 4 letters | awk '$1 == "ppl" { print ($2 < 1.1) }'
| 1

# The same bytes for any number of threads, recomputed or not, stopped or not; other seeds, other bytes.
$ for j in 1 2 3; do gpt-train -q -j $j --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --doc -o $j.gpt letters; cmp $j.gpt letters.gpt; done
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --doc --recompute -o r.gpt letters; cmp r.gpt letters.gpt
$ gpt-train -q --seed 2 --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --doc -o other.gpt letters; cmp -s other.gpt letters.gpt
= 1
$ for t in 0.1 0.3 1 60; do [ -e parts.gpt ] || timeout -s INT $t gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --doc --resume --save-every 10 -o parts.gpt letters 2>/dev/null; done; cmp parts.gpt letters.gpt
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --dropout 0.1 --doc -o d.gpt letters; gpt-train -q -j 3 --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --dropout 0.1 --recompute --doc -o e.gpt letters; cmp d.gpt e.gpt

# Parameters that move as gradients come: the same bytes in less memory, for what has no need of a whole gradient.
$ for form in '' '--norm post --dropout 0.1' '--positions sine --recompute --epochs 3' '--vocab 4096' '--heads 1 --width 6 --vocab 2051' '--vocab 5000 --optimizer gpt1'; do
>     for early in '' '--early-update -j 2'; do
>         steps=30; shape='--heads 2 --width 16'; case $form in *epochs*) steps=0 ;; *width*) shape= ;; esac
>         gpt-train -q --layers 2 $shape -t 8 -b 8 --clip 0 --steps $steps $form $early --valid letters --log "log$early" --log-every 10 --doc -o "early$early" letters
>     done
>     cmp early 'early--early-update -j 2'
> done
$ cut -f 1-5,7 'log--early-update -j 2' >late; cut -f 1-5,7 log | diff - late
$ for log in log 'log--early-update -j 2'; do awk -F '\t' 'NR > 1 { printf "%.9g\n", $6 }' "$log"; done | sort | uniq -c | awk '$1 != 2'
$ for t in 0.1 0.3 1 60; do [ -e parts.e ] || timeout -s INT $t gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 --clip 0 --steps 30 --vocab 5000 --optimizer gpt1 --early-update --resume --save-every 4 --valid letters --doc -o parts.e letters 2>/dev/null; done; cmp parts.e early
$ gpt-train --early-update --dry-run --steps 1 --clip 0 --vocab 50257 --layers 12 --heads 12 --width 768 -t 64 -b 4 -o none | awk '$1 == "memory" { print ($2 < 1600 * 1048576) }'
| 1
$ gpt-train --early-update -o none letters
! gpt-train: --early-update: the gradient is never whole, so it cannot be shortened; expected --clip 0
! gpt-train: --help shows an example
= 2
$ gpt-train --early-update --clip 0 -b 4 --accumulate 2 -o none letters
! gpt-train: --early-update: parts of a batch add up to a gradient, which is not kept; expected --accumulate 1
! gpt-train: --help shows an example
= 2
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 --clip 0 --warmup 0 --early-update -l 1e6 --optimizer sgd --steps 20 --doc -o none letters 2>&1 | sed 's/ at step.*//'; [ ! -e none ]
| gpt-train: training diverged

# A last batch of fewer rows, with a vocabulary whose logits are computed in chunks.
$ for i in 1 2 3 4 5 6; do cat letters; done | head -c 1660 >long; gpt-train -q --layers 1 --heads 1 --width 8 -t 128 -b 8 --epochs 1 --vocab 50257 --doc -o wide.gpt long; lm-eval -m wide.gpt --doc long | grep tokens
| tokens	1661

# Every form learns it.
$ for form in '--norm post' '--positions sine' '--pattern local:2,atrous:4' '--pattern fixed:4' '--pattern dense,band:3' \
>     '--accumulate 3' '--bf16' '--dropout 0.05' '--vocab 300' '--average 0.9'; do
>     gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 $form --doc -o form.gpt letters
>     lm-eval -m form.gpt --doc letters | awk -v form="$form" '$1 == "ppl" { print form, ($2 < 1.3) }'
> done
| --norm post 1
| --positions sine 1
| --pattern local:2,atrous:4 1
| --pattern fixed:4 1
| --pattern dense,band:3 1
| --accumulate 3 1
| --bf16 1
| --dropout 0.05 1
| --vocab 300 1
| --average 0.9 1

$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --epochs 24 --doc -o form.gpt letters; lm-eval -m form.gpt --doc letters | awk '$1 == "ppl" { print ($2 < 1.3) }'
| 1

# Documents end at blank lines, or with their file; ids are what tok-encode makes of them.
$ printf 'ab\ncd\n\n\nef\n' >text; tok-train -q --kind byte -o bytes.tok
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 4 -o one.gpt text
$ tok-encode -m bytes.tok --binary u16 -o text.bin text; od -An -v -tu2 text.bin | tr -s ' ' | sed 's/^ //'
| 97 98 10 99 100 256 256 101
| 102 256
$ tok-encode -m bytes.tok --binary u32 -o text32.bin text
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 4 --tokenizer bytes.tok -o two.gpt text; ckpt-diff one.gpt two.gpt | grep -v lm.history
= 1
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 4 --tokenizer bytes.tok --binary u16 -o three.gpt text.bin; ckpt-diff one.gpt three.gpt | grep -v lm.history
= 1
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 4 --binary u32 -o four.gpt <text32.bin; ckpt-diff one.gpt four.gpt | grep -v lm.history
= 1
$ printf '\000\000\347\003\001\000' >ids # 0 999 1: not bytes, if there may be 1000
$ gpt-train --layers 2 --heads 2 --width 16 -t 8 -b 8 --steps 1 --vocab 1000 --binary u16 -o five.gpt ids 2>&1 | grep tokenizer
| gpt-train: no --tokenizer: the model has none, and can neither read nor write text
$ gpt-train -q --layers 2 --heads 2 --width 16 -t 8 -b 8 --steps 1 --preset gpt2 --binary u16 -o six.gpt ids; ckpt-info six.gpt | grep -A 1 wte | tr -s ' '
|  wte
|  weight F32 [50257,16] 3216448
$ gpt-sample -m five.gpt a
! gpt-sample: five.gpt: it has no tokenizer
= 4
$ lm-eval -m six.gpt text
! lm-eval: the model has no tokenizer, so it cannot read text
= 4
$ lm-eval -m one.gpt text | head -n 4
| documents	3
| tokens	10
| unknown	0
| bytes	11

# Room for windows is that of those there are, however many are asked for.
$ gpt-train -q --layers 1 --heads 1 --width 64 -t 4096 -b 1 --steps 1 -o long.gpt text
$ for b in 1 8 1000000; do lm-eval -m long.gpt -b $b text | grep nats; lm-eval -m long.gpt -b $b --stride 1 text | grep nats; done | uniq | wc -l | tr -d ' '
| 1

# Bits per byte are those of a code: without a token for the end of a document, one alone is told.
$ printf 'ab\nba\n' >one; printf 'ab\n\nba\n' >two; tok-train -q --kind char --closed -o ab.tok one
$ gpt-train -q --layers 1 --heads 1 --width 8 -t 8 --steps 1 --tokenizer ab.tok -o ab.gpt one
$ lm-eval -m ab.gpt one | cut -f 1 | tail -n 1
| bits_per_byte
$ lm-eval -m ab.gpt --doc two | cut -f 1 | tail -n 1
| bits_per_byte
$ lm-eval -m ab.gpt two | cut -f 1 | tail -n 1
! lm-eval: no bits_per_byte: the tokens do not tell where documents end
| ppl

# Parameters of the papers' models, counted without making them.
$ for p in gpt1 gpt2 gpt2-medium gpt2-large gpt2-xl gpt3-175b; do gpt-train --preset $p --dry-run -o none | awk -v p=$p '$1 == "parameters" { print p, $2 }'; done
| gpt1 116534784
| gpt2 124439808
| gpt2-medium 354823168
| gpt2-large 774030080
| gpt2-xl 1557611200
| gpt3-175b 174604259328
$ for p in small medium large xl 2.7b 6.7b 13b; do gpt-train --preset gpt3-$p --dry-run -o none | awk '$1 == "parameters" { printf "%.1fM ", $2 / 1e6 }'; done; echo
| 125.2M 355.9M 760.3M 1315.7M 2651.6M 6658.4M 12853.4M 
# By hand: V C + T C + L (12 C^2 + 13 C) + 2 C = 257 * 16 + 8 * 16 + 2 * (3072 + 208) + 32.
$ gpt-train --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --dry-run -o none --vocab 257 | grep -v memory
| parameters	10832
| trained	10832
| examples	0
| batch	8
| epoch_steps	0
| steps	120
| params_total	10832
| params_nonemb	6592
| params_matmul	10256
| tokens	7680
| flops_per_token	63264
| flops	4.85868e+08

# What is wrong is said.
$ gpt-train -q -o x /dev/null
! gpt-train: the text: 0 tokens; there must be two at least
= 4
$ gpt-train -q --heads 3 --width 16 -o x text
! gpt-train: width: 16 is no multiple of 3 heads
! gpt-train: --help shows an example
= 2
$ gpt-train -q --pattern dense,locl:3 -o x text
! gpt-train: 'locl:3' is no pattern of attention: dense, local:K, band:K, atrous:K, sparse:K, block:K, column:K[:C], fixed:K[:C]
! gpt-train: --help shows an example
= 2
$ gpt-train -q --vocab 100 -o x text
! gpt-train: vocab: 100 is less than the tokenizer's 257
! gpt-train: --help shows an example
= 2
$ gpt-train -q --tokenizer text -o x text
! gpt-train: text: header: 723402116421018209 bytes long, at most 100000000 are allowed; is it a checkpoint?
= 4
$ printf 'abc' >odd; gpt-train -q --binary u16 -o x odd
! gpt-train: odd: byte 3: ends within a number of 2 bytes
= 4
$ printf 'abcd' >big; gpt-train -q --binary u16 -o x big
! gpt-train: big: byte 0: token 25185 is outside the vocabulary of 257
= 4
$ tok-train -q --kind char -o chars.tok text; gpt-train -q --init one.gpt --layers 2 --heads 2 --width 16 -t 8 -b 8 -l 0.01 --steps 120 --tokenizer chars.tok -o x text
! gpt-train: --init: one.gpt has another tokenizer
! gpt-train: --help shows an example
= 2
$ gpt-train -q --init one.gpt --layers 2 --heads 2 -t 8 -b 8 --steps 120 --width 32 -o x text
! gpt-train: --init: one.gpt has --width 16, this model 32
! gpt-train: --help shows an example
= 2
$ gpt-train -q --init one.gpt --layers 2 --heads 2 -t 8 -b 8 --steps 120 --width 16 --vocab 258 -o x text
! gpt-train: one.gpt: tensor 'wte.weight': found F32 [257,16], expected F32, F64, F16 or BF16 [258,16]
= 4
$ for form in '--layers 2' '--layers 1 --heads 2' '--layers 2 --heads 2 --norm post' '--layers 2 --heads 2 --positions sine'; do gpt-train -q --init one.gpt -t 8 -b 8 --steps 1 --width 16 $form -o x text; done 2>&1 | grep -v help
| gpt-train: --init: one.gpt has --heads 2, this model 4
| gpt-train: --init: one.gpt has --layers 2, this model 1
| gpt-train: --init: one.gpt has --norm pre
| gpt-train: --init: one.gpt has --positions learned
# The epsilon of another maker's model stays with what is trained from it.
$ ckpt-convert --to hf one.gpt -o e.hf; sed 's/1e-05/0.25/' e.hf/config.json >e.json; cat e.json >e.hf/config.json; ckpt-convert e.hf -o e.gpt
$ for m in one e; do gpt-train -q --init $m.gpt --tokenizer $m.gpt --layers 2 --heads 2 -t 8 -b 8 --steps 2 --width 16 -o $m.next text; ckpt-info $m.next | grep -c '"eps"'; done; for l in one e; do lm-eval -m $l.next text | grep nats; done | sort -u | wc -l
| 0
| 1
| 2
$ gpt-train -q --log x -o x text
! gpt-train: --log: x is where the model is written
! gpt-train: --help shows an example
= 2
$ gpt-train -q --log x.run -o x text
! gpt-train: --log: x.run is where the run is saved
! gpt-train: --help shows an example
= 2
$ gpt-train -q --dry-run -o x --layers 2
! gpt-train: --vocab: neither it, nor a preset, nor a text is given
! gpt-train: --help shows an example
= 2
