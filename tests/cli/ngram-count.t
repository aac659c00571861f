# Every n-gram up to the order, and how often; the lines of an order come in no order of theirs.
$ printf 'a b\n\na <unk> a b\n' >t
$ ngram-count -n 3 --tsv t | LC_ALL=C sort
| </s>	3
| <s>	3
| <s> </s>	1
| <s> a	2
| <s> a <unk>	1
| <s> a b	1
| <unk>	1
| <unk> a	1
| <unk> a b	1
| a	3
| a <unk>	1
| a <unk> a	1
| a b	2
| a b </s>	2
| b	2
| b </s>	2
$ ngram-count -n 2 --tsv --no-marks t | LC_ALL=C sort
| <s>	2
| <s> a	2
| <unk>	1
| <unk> a	1
| a	3
| a <unk>	1
| a b	2
| b	2
$ printf 'a b\r\n\303\251 \\\n' >u; ngram-count -n 1 --unit char --tsv u | LC_ALL=C sort
| </s>	2
| <s>	2
| \x20	2
| \x5C	1
| a	1
| b	1
| é	1
$ ngram-count -n 1 --unit byte --tsv u | LC_ALL=C sort | od -c
| 0000000   <   /   s   >  \t   2  \n   <   s   >  \t   2  \n   \   x   0
| 0000020   D  \t   1  \n   \   x   2   0  \t   2  \n   \   x   5   C  \t
| 0000040   1  \n   a  \t   1  \n   b  \t   1  \n 251  \t   1  \n 303  \t
| 0000060   1  \n
| 0000062
$ ngram-count -n 1 --tsv -o lines t; ngram-count -n 1 --tsv t | cmp - lines
$ ngram-count -n 1 --tsv -o - t | cmp - lines
$ ngram-count -n 2 --tsv /dev/null | LC_ALL=C sort
$ ngram-count -n 2 --tsv --no-marks /dev/null

# A count file: the same bytes whatever the threads, the memory, and wherever the text comes from.
$ ngram-count -n 3 -o t.counts t; ckpt-info t.counts
| kind        ngram-counts
| version     1
| parameters  0
| bytes       576
| tensors     9
|   1
|     count    U32   [16]            64
|     first    U32   [16]            64
|   2
|     count    U32   [16]            64
|     first    U32   [16]            64
|     word     U32   [16]            64
|   3
|     count    U32   [16]            64
|     word     U32   [16]            64
|   tokenizer
|     bytes    U8    [64]            64
|     offsets  U32   [16]            64
| config
|   {
|     "order": 3,
|     "unit": "word",
|     "marks": true,
|     "marks_as_words": false,
|     "vocab": 5,
|     "eos": 2,
|     "bos": 4,
|     "ngrams": [5, 6, 5],
|     "inputs": [[17, 0, 0, 17, 2016203068]]
|   }
| history
|   ngram-count 0.1.0 order=3 unit=word input=17:782cd13c
$ ngram-count -n 4 -j 1 -o 1.counts data/stories-train.txt
$ for j in 2 3 7; do ngram-count -n 4 -j $j -o j.counts data/stories-train.txt; cmp 1.counts j.counts; done
$ ngram-count -n 4 -j 2 -S 16M -T . -o j.counts data/stories-train.txt; cmp 1.counts j.counts
$ ngram-count -n 4 -o - <data/stories-train.txt | cmp - 1.counts
$ cat data/stories-train.txt | ngram-count -n 4 -o - - | cmp - 1.counts
$ ngram-count -n 3 -q -o u.counts --unit char --no-marks data/stories-zh-valid.txt; ckpt-info u.counts | sed -n '/"unit"/p; /"marks"/p; /^history/,$p'
|     "unit": "char",
|     "marks": false,
| history
|   ngram-count 0.1.0 order=3 unit=char no-marks=1 input=9876:c3bc59af
$ ngram-count -n 1 --marks-as-words -o m.counts t; ckpt-info m.counts | tail -n 1
|   ngram-count 0.1.0 order=1 unit=word marks-as-words=1 input=17:782cd13c

# Shards are parts of the file's bytes, and have the lines that begin there.
$ printf 'one\ntwo\nthree\n\nfive' >lines
$ for i in 1 2 3; do ngram-count -n 1 --tsv --no-marks --shard $i/3 lines; echo; done | LC_ALL=C sort | uniq
|
| <s>	1
| <s>	2
| five	1
| one	1
| three	1
| two	1
$ ngram-count --shard 2/4 -o e.counts t /dev/null
! ngram-count: /dev/null: only a regular file can be cut into shards
! ngram-count: --help shows an example
= 2
$ : >empty; for i in 1 2 3 4; do ngram-count -n 3 --shard $i/4 -o $i.counts t data/stories-valid.txt empty lines t; done
$ ngram-count -n 3 -o all.counts lines t t empty data/stories-valid.txt
$ ngram-merge -o sum.counts 3.counts 1.counts 4.counts 2.counts; cmp all.counts sum.counts
! ngram-merge: warning: text of 17 bytes is counted more than once
$ ngram-count -n 3 --shard 2/2 -o 2.counts <data/stories-valid.txt
$ ngram-count -n 3 --shard 1/2 -o 1.counts data/stories-valid.txt
$ ngram-count -n 3 -o all.counts data/stories-valid.txt
$ ngram-merge -o sum.counts 1.counts 2.counts; cmp sum.counts all.counts
$ ckpt-info 2.counts | tail -n 1
|   ngram-count 0.1.0 order=3 unit=word input=28041:905ace5b@28093/56134
$ ckpt-info sum.counts | tail -n 1
|   ngram-count 0.1.0 order=3 unit=word input=56134:30c882f4

# Models of counts are those of the text; what was not asked for is as it was counted.
$ for s in 'mle' 'addk' 'gt' 'wb' 'abs' 'kn --backoff' 'mkn --prune 0,0,1' 'mkn --min-count 2' 'kn --vocab-size 100' 'wb --vocab words'; do
>     printf 'the\nwas\nno-such-word\n' >words
>     ngram-train -q -n 3 --smooth $s -o text.lm data/stories-train.txt || exit
>     ngram-train -q -n 3 --smooth $s -o counts.lm j.counts; cmp text.lm counts.lm
> done
$ ngram-train -q -n 3 --unit char --no-marks -o text.lm data/stories-zh-valid.txt
$ ngram-train -q -o counts.lm u.counts; cmp text.lm counts.lm
$ ngram-train -q -n 3 --unit char --no-marks -o counts.lm u.counts; cmp text.lm counts.lm
$ ngram-train -n 4 -o e.lm u.counts
! ngram-train: --order: the counts end at order 3
! ngram-train: --help shows an example
= 2
$ ngram-train --unit word -o e.lm u.counts
! ngram-train: --unit: the counts are of unit char
! ngram-train: --help shows an example
= 2
$ ngram-train --no-marks -o e.lm j.counts
! ngram-train: --no-marks: the counts were made without it
! ngram-train: --help shows an example
= 2
$ ngram-train --marks-as-words -o e.lm j.counts
! ngram-train: --marks-as-words: the counts were made without it
! ngram-train: --help shows an example
= 2
$ ngram-train -o e.lm j.counts t
! ngram-train: j.counts and t: counts and text cannot be read together
! ngram-train: --help shows an example
= 2
$ ngram-train -o e.lm t j.counts
! ngram-train: t and j.counts: counts and text cannot be read together
! ngram-train: --help shows an example
= 2
$ ngram-train -o e.lm counts.lm
! ngram-train: counts.lm: not a count file (kind 'ngram')
= 4
$ ngram-train -o e.lm <j.counts
! ngram-train: standard input: expected text, found a checkpoint
= 4
$ ngram-train -n 3 --smooth mle -o x.lm 1.counts 2.counts
$ ngram-train -n 3 --smooth mle -o x.lm 1.counts
! ngram-train: warning: of a text of 56134 bytes not all shards are counted
$ ngram-train -n 3 --smooth mle -o x.lm 1.counts 2.counts all.counts
! ngram-train: warning: text of 56134 bytes is counted more than once
$ ngram-count -o e.counts empty; ngram-train -o e.lm e.counts
! ngram-train: e.counts: counts of no text
= 4

# Text that is none, or breaks a rule; a shard's lines count from its beginning.
$ ngram-count -o e.counts t.counts
! ngram-count: t.counts: expected text, found a checkpoint
= 4
$ ngram-count --tsv - <t.counts
! ngram-count: standard input: expected text, found a checkpoint
= 4
$ cat t.counts | ngram-count --tsv
! ngram-count: standard input: expected text, found a checkpoint
= 4
$ printf 'a b c d\ne </s>\n' >bad; ngram-count -o e.counts bad
! ngram-count: bad:2: '</s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ ngram-count --shard 2/2 -o e.counts bad
! ngram-count: bad (shard 2/2):1: '</s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ ngram-count -o e.counts no-such-file
! ngram-count: no-such-file: open: No such file or directory
= 3
$ ngram-count -o e.counts t no-such-file
! ngram-count: no-such-file: open: No such file or directory
= 3
$ ngram-count --shard 1/2 -o e.counts .
! ngram-count: .: open: Is a directory
= 3
$ cat t | ngram-count --shard 1/2 -o e.counts
! ngram-count: standard input: only a regular file can be cut into shards
! ngram-count: --help shows an example
= 2
$ test -e e.lm
= 1

# Options that are wrong.
$ ngram-count t
! ngram-count: -o FILE is required, or --tsv
! ngram-count: --help shows an example
= 2
$ ngram-count -n 11 -o e.counts t
! ngram-count: --order: 11 is out of range (1 to 10; nearest 10)
! ngram-count: --help shows an example
= 2
$ for s in 0/2 3/2 2 2/ /2 1/2/3 1/1000001 -1/2 x '1 /2' ''; do ngram-count --shard "$s" -o e.counts t; done 2>&1 | grep -v help
| ngram-count: --shard: '0/2' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '3/2' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '2' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '2/' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '/2' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '1/2/3' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '1/1000001' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '-1/2' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: 'x' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '1 /2' is not I/N with 1 <= I <= N <= 1000000
| ngram-count: --shard: '' is not I/N with 1 <= I <= N <= 1000000
$ ngram-count --tsv --marks-as-words t
! ngram-count: --tsv: could not tell --marks-as-words from marks
! ngram-count: --help shows an example
= 2
$ ngram-count -S 1M -o e.counts t
! ngram-count: --memory: 1M is out of range (16M to 1048576T; nearest 16M)
! ngram-count: --help shows an example
= 2
$ ngram-count -T no-such-folder -o e.counts t
! ngram-count: no-such-folder: create a temporary file: No such file or directory
= 3
$ ngram-count -o no-such-folder/e.counts t
! ngram-count: no-such-folder/e.counts: create: No such file or directory
= 3
$ ngram-count -o /dev/full t
! ngram-count: /dev/full: write: No space left on device
= 3
$ ngram-count -o - t >/dev/full
! ngram-count: standard output: write: No space left on device
= 3
$ ngram-count --tsv t >/dev/full
! ngram-count: standard output: write: No space left on device
= 3
$ ngram-count --tsv -o /dev/full t
! ngram-count: /dev/full: write: No space left on device
= 3
$ echo precious >kept; ngram-count -o kept bad; cat kept
| precious
! ngram-count: bad:2: '</s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
