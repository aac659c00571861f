# A small text: cat and dog, mat and rug are between the same words.
$ for i in 1 2 3 4 5 6; do printf 'the cat sat on the mat\nthe dog sat on the rug\nthe cat saw the dog\nthe dog saw the cat\n'; done >pets
$ w2v-train -q --sample 0 --dim 4 -e 20 -o pets.w2v pets
$ ckpt-info pets.w2v | awk '/^tensors/ { on = 1; next } /^config/ { exit } on'
|   embeddings
|     weight   F32   [8,4]           128
|   linear
|     weight   F32   [8,4]           128
|   spell      F64   [264]          2112
|   tokenizer
|     bytes    U8    [64]             64
|     offsets  U32   [16]             64
|   words
|     count    U64   [8]              64
# The words by their counts, ties in byte order.
$ w2v-train -q --save-vocab - --sample 0 --dim 4 -e 20 -o again.w2v pets; cmp again.w2v pets.w2v
| the 48
| cat 18
| dog 18
| on 12
| sat 12
| saw 12
| mat 6
| rug 6

# Every form of the model learns what may stand between two words.
$ for form in '--loss softmax --bias -e 200 -b 8' '--loss softmax --sum -e 200 -b 8' '--sum' '--undivided -l 0.05' \
>     '--loss hierarchy' '--loss hierarchy --sum' '--max-n 3 --min-n 2 --buckets 50 -l 0.05' '--hogwild'; do
>     w2v-train -q --sample 0 --fixed-window --window 1 --dim 8 -e 200 -o form.w2v $form pets 2>errors ||
>         w2v-train -q --sample 0 --fixed-window --window 1 --dim 8 -o form.w2v $form pets
>     printf 'sat _ the\n' | lm-next -m form.w2v -k 1 | awk -v form="$form" '{ print form, $1 }'
> done
| --loss softmax --bias -e 200 -b 8 on
| --loss softmax --sum -e 200 -b 8 on
| --sum on
| --undivided -l 0.05 on
| --loss hierarchy on
| --loss hierarchy --sum on
| --max-n 3 --min-n 2 --buckets 50 -l 0.05 on
| --hogwild on
$ w2v-train -q --sample 0 --mode sg --dim 4 -e 3 -o sg.w2v pets; echo 'sat _ the' | lm-next -m sg.w2v
! lm-next: skip-gram predicts from one word; filling a gap takes a CBOW model
! lm-next: --help shows an example
= 2

# The same bytes for any number of threads, at any level, for text that does not fit; other seeds,
# other bytes.
$ cat data/stories-train.txt data/stories-train.txt >stories; wc -l <stories | awk '{ print ($1 > 1000) }'
| 1
$ for form in '--mode cbow' '--mode sg' '--loss hierarchy' '--max-n 4 --buckets 1000'; do
>     for j in 1 2 3 8; do w2v-train -q -j $j --dim 10 -e 1 $form -o $j.w2v stories; cmp $j.w2v 1.w2v; done
>     LM_CPU=ref w2v-train -q --dim 10 -e 1 $form -o ref.w2v stories; cmp ref.w2v 1.w2v
>     w2v-train -q --dim 10 -e 1 $form --seed 2 -o other.w2v stories; cmp -s other.w2v 1.w2v && echo the same
> done
= 1
$ head -n 300 stories >few; for j in 1 2 3 8; do w2v-train -q -j $j --loss softmax --min-count 2 --dim 10 -e 2 -b 64 -o $j.w2v few; cmp $j.w2v 1.w2v; done
# Through standard input, with other line ends, in two files.
$ w2v-train -q --sample 0 --dim 4 -e 20 <pets | cmp - pets.w2v
! w2v-train: --output FILE is missing
! w2v-train: --help shows an example
! cmp: EOF on - which is empty
= 1
$ w2v-train -q --sample 0 --dim 4 -e 20 -o - <pets | cmp - pets.w2v
$ sed 's/$/\r/' pets >dos; w2v-train -q --sample 0 --dim 4 -e 20 -o dos.w2v dos; ckpt-diff -q --ignore-history dos.w2v pets.w2v
| metadata 'lm.history': differs
$ head -n 5 pets >first; tail -n 19 pets >rest; w2v-train -q --sample 0 --dim 4 -e 20 -o two.w2v first rest; ckpt-diff -q --ignore-history two.w2v pets.w2v
| metadata 'lm.history': differs

# Text of every kind: bytes that are no characters, controls, one long line, Chinese.
$ printf 'the\377 cat\200 \303\050 x\001y\n\000nul here\n' >odd; w2v-train -q --min-count 1 --sample 0 --dim 2 --save-vocab words -o odd.w2v odd; LC_ALL=C sort words | od -An -c | tr -s ' '
|  c a t 200 1 \n h e r e 1 \n n u
|  l 1 \n t h e 377 1 \n x 001 y 1
|  \n 303 ( 1 \n
$ awk 'BEGIN { for (i = 0; i < 100000; i++) printf "w%d ", i * 7919 % 101 }' >long; w2v-train -q --dim 8 -e 1 --save-vocab - -o long.w2v long | wc -l | tr -d ' '
| 101
$ head -n 40 data/stories-zh-train.txt | w2v-train -q --unit char --min-count 1 --dim 4 --save-vocab words -o zh.w2v; head -n 40 data/stories-zh-train.txt | LC_ALL=C tr -d '\200-\277\n' | wc -c | awk '{ n = $1 } END { while ((getline line <"words") > 0) { sub(/.* /, "", line); s += line } print (n == s) }'
| 1

# What a run would be, without a run.
$ w2v-train --dry-run --dim 4 -e 3 -o dry.w2v pets | grep -e '^parameters' -e '^steps'; ls dry.w2v
| parameters	64
| steps	3
! ls: cannot access 'dry.w2v': No such file or directory
= 2
# The rate falls by the steps and one more, as in word2vec.c.
$ w2v-train -q --dim 4 --steps 2 --log log.tsv -o x pets; cut -f 1,2,5 log.tsv
| step	epoch	rate
| 1	1	0.15
| 2	2	0.1

# Text that has no words to learn.
$ w2v-train -q -o none /dev/null
! w2v-train: /dev/null:1: no text
= 4
$ printf '\n\n\n' | w2v-train -q -o none
! w2v-train: standard input:4: no text
= 4
$ w2v-train -q --min-count 100 -o none pets
! w2v-train: pets: no word is read often enough (--min-count), or is in --vocab
= 4
$ echo one | w2v-train -q --min-count 1 --loss hierarchy -o none
! w2v-train: a hierarchy of one word
! w2v-train: --help shows an example
= 2
$ w2v-train -q -o none no-such-file
! w2v-train: no-such-file: open: No such file or directory
= 3
$ echo 'a <s> b' | w2v-train -q -o none
! w2v-train: standard input:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ ls none
! ls: cannot access 'none': No such file or directory
= 2

# Pairs.
$ printf 'the sat\tcat\nthe sat\tdog\nthe sat\tdog\n' >pairs; w2v-train -q --loss softmax --dim 4 -l 0.5 -e 400 -b 3 --pairs pairs -o pairs.w2v; echo 'the _ sat' | lm-next -m pairs.w2v -k 2 | awk '{ printf "%s %.2f\n", $1, $2 }'
| dog 0.67
| cat 0.33
$ w2v-train -q --pairs pairs -o none
! w2v-train: --pairs: only with --loss softmax
! w2v-train: --help shows an example
= 2
$ w2v-train -q --loss softmax --pairs pairs -o none pets
! w2v-train: --pairs: 'pets' would not be read
! w2v-train: --help shows an example
= 2
$ printf 'a b\tc\na b c\n' >bad; w2v-train -q --loss softmax --pairs bad -o none
! w2v-train: bad:2: expected words, a TAB and one word
= 4
$ printf '\tc\n' >bad; w2v-train -q --loss softmax --pairs bad -o none
! w2v-train: bad:1: no words before the TAB
= 4
$ w2v-train -q --loss softmax --pairs /dev/null -o none
! w2v-train: /dev/null: no pairs
= 4
$ printf 'the\nsat\ncat\n' >list; w2v-train -q --loss softmax --pairs pairs --vocab list --closed -o none
! w2v-train: pairs: 'dog' is not among the words of the model
= 4

# Options that do not go together.
$ w2v-train -q --loss softmax --negative 3 -o none pets
! w2v-train: --negative: only with --loss negative
! w2v-train: --help shows an example
= 2
$ w2v-train -q --loss hierarchy --noise-power 1 -o none pets
! w2v-train: --noise-power: only with --loss negative
! w2v-train: --help shows an example
= 2
$ w2v-train -q --bias -o none pets
! w2v-train: --bias: only with --loss softmax
! w2v-train: --help shows an example
= 2
$ w2v-train -q --mode sg --sum -o none pets
! w2v-train: --sum: only with --mode cbow
! w2v-train: --help shows an example
= 2
$ w2v-train -q --mode sg --undivided -o none pets
! w2v-train: --undivided: only with --mode cbow
! w2v-train: --help shows an example
= 2
$ w2v-train -q --min-n 2 -o none pets
! w2v-train: --min-n: only with --max-n
! w2v-train: --help shows an example
= 2
$ w2v-train -q --buckets 2 -o none pets
! w2v-train: --buckets: only with --max-n
! w2v-train: --help shows an example
= 2
$ w2v-train -q --loss softmax --max-n 5 -o none pets
! w2v-train: --max-n: only with --loss negative or hierarchy
! w2v-train: --help shows an example
= 2
$ w2v-train -q --loss softmax --hogwild -o none pets
! w2v-train: --hogwild: only with --loss negative or hierarchy
! w2v-train: --help shows an example
= 2
$ for option in '--optimizer adam' '--clip 1' '--accumulate 2' --bf16; do w2v-train -q $option -o none pets 2>&1 | head -n 1; done
| w2v-train: --optimizer: only with --loss softmax
| w2v-train: --clip: only with --loss softmax
| w2v-train: --accumulate: not of word vectors; a smaller --batch helps
| w2v-train: --bf16: only with --loss softmax
$ w2v-train -q --closed -o none pets
! w2v-train: --closed: there is no list of words without --vocab
! w2v-train: --help shows an example
= 2
$ w2v-train -q --window 101 -o none pets
! w2v-train: --window: 101 is out of range (1 to 100; nearest 100)
! w2v-train: --help shows an example
= 2

# Taken up again: the same bytes.
$ w2v-train -q --sample 0 --dim 4 -e 20 --save-every 7 --resume -o again.w2v pets; cmp again.w2v pets.w2v; ls -a | grep again
| again.w2v
