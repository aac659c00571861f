# A small text that a model of 8 hidden units learns by heart: after "the" comes one of two words.
$ for i in 1 2 3 4 5 6 7 8; do printf 'the cat sleeps\nthe dog barks\n'; done >pets
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 200 -b 16 -l 0.01 -o pets.nnlm pets
$ printf '\nthe\nthe cat\nthe dog\nthe cat sleeps\n' | lm-next -m pets.nnlm -k 2 | awk '$2 > 0.1 { printf "%s %.1f\n", $1, $2 }' | sort
| </s> 1.0
| barks 1.0
| cat 0.5
| dog 0.5
| sleeps 1.0
| the 1.0
# The entropy of the text is one bit a sentence, four events each: 2^(1/4) = 1.189.
$ lm-eval -m pets.nnlm pets | awk '$1 == "tokens" || $1 == "unknown" { print } $1 == "ppl" { printf "ppl %.2f\n", $2 }'
| unknown	0
| tokens	64
| ppl 1.19
$ ngram-sample -m pets.nnlm --greedy --prefix 'the dog'
| the dog barks

# What is in the file.
$ ckpt-info pets.nnlm | awk '/^tensors/ { on = 1; next } /^config/ { exit } on'
|   embeddings
|     weight   F32   [8,4]           128
|   linear1
|     bias     F32   [8]              32
|     weight   F32   [8,8]           256
|   linear2
|     bias     F32   [7]              28
|     weight   F32   [7,8]           224
|   spell      F64   [264]          2112
|   tokenizer
|     bytes    U8    [64]             64
|     offsets  U32   [16]             64

# The same bytes for any number of threads; other seeds, other bytes.
$ for j in 1 2 3; do nnlm-train -q -j $j -n 3 --dim 4 --hidden 8 -e 200 -b 16 -l 0.01 -o $j.nnlm pets; done; cmp 1.nnlm pets.nnlm; cmp 2.nnlm pets.nnlm; cmp 3.nnlm pets.nnlm
$ nnlm-train -q --seed 2 -n 3 --dim 4 --hidden 8 -e 200 -b 16 -l 0.01 -o other.nnlm pets; cmp -s other.nnlm pets.nnlm
= 1

# Every form of the model learns it.
$ for form in '--activation sigmoid' '--activation relu' --direct '--hidden 4 --tied' '--classes 3' \
>     '--classes 3 --direct' '--nce 5' '--nce 5 --direct' '--average 0.9' '--accumulate 4' '--clip 1' '--bf16'; do
>     nnlm-train -q -n 3 --dim 4 --hidden 8 -e 300 -b 16 -l 0.02 $form -o form.nnlm pets 2>errors ||
>         nnlm-train -q -n 3 --dim 4 -e 300 -b 16 -l 0.02 --tied -o form.nnlm pets
>     lm-eval -m form.nnlm pets | awk -v form="$form" '$1 == "ppl" { printf "%s %.1f\n", form, $2 }'
> done
| --activation sigmoid 1.2
| --activation relu 1.2
| --direct 1.2
| --hidden 4 --tied 1.2
| --classes 3 1.2
| --classes 3 --direct 1.2
| --nce 5 1.2
| --nce 5 --direct 1.2
| --average 0.9 1.2
| --accumulate 4 1.2
| --clip 1 1.2
| --bf16 1.2

# Vectors go out and come in again.
$ ckpt-convert --to w2v pets.nnlm -o pets.vec; head -n 1 pets.vec; cut -d ' ' -f 1 pets.vec | tail -n 8
| 8 4
| <unk>
| </s>
| the
| barks
| cat
| dog
| sleeps
| <s>
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 2 -b 16 --vectors pets.vec --freeze -o frozen.nnlm pets; ckpt-convert --to w2v frozen.nnlm -o frozen.vec; cmp pets.vec frozen.vec
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 2 -b 16 --vectors pets.vec -o free.nnlm pets; ckpt-convert --to w2v free.nnlm -o free.vec; cmp -s pets.vec free.vec
= 1
$ nnlm-train -q --dim 5 --vectors pets.vec -o x pets
! nnlm-train: pets.vec: vectors of 4 numbers, but --dim is 5
! nnlm-train: --help shows an example
= 2
$ nnlm-train -q -n 3 --dim 4 --hidden 8 --vectors pets.vec --init pets.nnlm -o x pets
! nnlm-train: --vectors: --init says already what they begin with
! nnlm-train: --help shows an example
= 2
$ ngram-train -q -n 2 -o pets.lm pets; ckpt-convert --to w2v pets.lm -o x
! ckpt-convert: pets.lm: a model of kind 'ngram' has no word vectors, which w2v and nnlm have
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert pets.nnlm -o x
! ckpt-convert: pets.nnlm: only an n-gram model has an ARPA form (kind 'nnlm')
! ckpt-convert: --help shows an example
= 2

# Mixed with an n-gram model.
$ lm-mix -q --valid pets -o mix.lm pets.nnlm pets.lm | grep -c weight
| 2

# A smaller vocabulary does not look better: unknown words are paid for.
$ for n in 1 1000; do head -n 300 data/stories-train.txt | nnlm-train -q -e 2 -b 64 --dim 8 --hidden 8 --min-count $n -o $n.nnlm; lm-eval -m $n.nnlm data/stories-test.txt | awk '$1 == "bits_per_byte" { print $2 }'; done >bits; awk 'NR == 1 { full = $1 } END { print ($1 > full) }' bits
| 1

# What a run would be, without a run.
$ nnlm-train --dry-run -n 3 --dim 4 --hidden 8 -e 3 -b 16 -o dry.nnlm pets | grep -e '^parameters' -e '^steps'; ls dry.nnlm
| parameters	167
| steps	12
! ls: cannot access 'dry.nnlm': No such file or directory
= 2

# Text that cannot be.
$ nnlm-train -q -o x /dev/null
! nnlm-train: /dev/null:1: no text
= 4
$ nnlm-train -q -o x no-such-file
! nnlm-train: no-such-file: open: No such file or directory
= 3
$ echo 'a <s> b' | nnlm-train -q -o x
! nnlm-train: standard input:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ printf 'the\ncat\n' >list; nnlm-train -q --closed --vocab list -o x pets
! nnlm-train: pets: 'sleeps' is not in the vocabulary, which has no <unk>
= 4
$ printf 'the\ncat\nsleeps\ndog\nbarks\n' >list; nnlm-train -q --closed --vocab list -o x pets
! nnlm-train: pets: </s> is needed, but not in the vocabulary
= 4

# Pairs that cannot be.
$ printf 'a b\tc\na\tc\n' >bad; nnlm-train -q -n 3 --pairs bad -o x
! nnlm-train: bad:2: 1 words before the TAB, expected 2
= 4
$ printf 'a b c\n' >bad; nnlm-train -q -n 3 --pairs bad -o x
! nnlm-train: bad:1: expected words, a TAB and one word
= 4
$ printf 'a b\tc d\n' >bad; nnlm-train -q -n 3 --pairs bad -o x
! nnlm-train: bad:1: expected words, a TAB and one word
= 4
$ printf 'a b\t<s>\n' >bad; nnlm-train -q -n 3 --pairs bad -o x
! nnlm-train: bad:1: <s> is never predicted
= 4
$ nnlm-train -q -n 3 --pairs bad -o x pets
! nnlm-train: --pairs: 'pets' would not be read
! nnlm-train: --help shows an example
= 2
$ : >bad; nnlm-train -q -n 3 --pairs bad -o x
! nnlm-train: bad: no pairs
= 4

# Options that contradict each other.
$ nnlm-train -q --nce 5 --classes 5 -o x pets
! nnlm-train: --nce: it needs no --classes, nor can it have them
! nnlm-train: --help shows an example
= 2
$ nnlm-train -q --tied --dim 4 --hidden 8 -o x pets
! nnlm-train: --tied: --hidden 8 is not --dim 4
! nnlm-train: --help shows an example
= 2
$ nnlm-train -q --classes 9 -o x pets
! nnlm-train: 9 classes of 7 words
! nnlm-train: --help shows an example
= 2

# A rate at which it diverges: the last good state is kept and named.
$ nnlm-train -q -n 3 --dim 4 --hidden 8 --optimizer sgd -l 1e6 -e 90 -b 16 --activation relu -o x pets
! nnlm-train: training diverged at step 3: the loss is not a number; no state was saved (a lower --lr, --clip or --save-every help)
= 6
$ ls x
! ls: cannot access 'x': No such file or directory
= 2

# Interrupted at a step, it goes on from there to the same bytes.
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 200 -b 16 -l 0.01 --save-every 100 -o again.nnlm pets; cmp again.nnlm pets.nnlm; ls -a | grep again
| again.nnlm
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 200 -b 16 -l 0.01 --resume -o again.nnlm pets; cmp again.nnlm pets.nnlm

# Starting from a model: its words must be those of the text.
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 1 -b 16 --init pets.nnlm -o more.nnlm pets; lm-eval -m more.nnlm pets | awk '$1 == "ppl" { printf "%.1f\n", $2 }'
| 1.2
$ sed 's/cat/cow/' pets >cows; nnlm-train -q -n 3 --dim 4 --hidden 8 -e 1 --init pets.nnlm -o x cows
! nnlm-train: --init: the words of pets.nnlm are not those of the text and options
! nnlm-train: --help shows an example
= 2
$ nnlm-train -q -n 3 --dim 5 --hidden 8 -e 1 --init pets.nnlm -o x pets
! nnlm-train: pets.nnlm: tensor 'embeddings.weight': found F32 [8,4], expected F32, F64, F16 or BF16 [8,5]
= 4
# And its classes: a text whose frequent words are others divides them elsewhere.
$ (cat pets; yes barks | head -n 99) >loud
$ printf 'the\nbarks\ncat\ndog\nsleeps\n</s>\n<s>\n' >order
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 1 --classes 3 --vocab order --closed -o classes.nnlm pets
$ nnlm-train -q -n 3 --dim 4 --hidden 8 -e 1 --classes 3 --vocab order --closed --init classes.nnlm -o x loud
! nnlm-train: --init: the classes of classes.nnlm are not those of the text and options
! nnlm-train: --help shows an example
= 2

# Chinese, by characters.
$ head -n 40 data/stories-zh-train.txt | nnlm-train -q --unit char -n 3 --dim 8 --hidden 8 -e 3 -o zh.nnlm; head -n 5 data/stories-zh-test.txt | lm-eval -m zh.nnlm | grep -c bits_per_byte
| 1
