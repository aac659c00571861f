# Word vectors: from the files of other tools into checkpoints and back.
$ printf '3 2\nthe 0.5 -1\nof 1e-3 .25 \n</s> 2 3\n' >v.txt; ckpt-convert v.txt -o v.w2v
$ ckpt-convert v.w2v -o v.out; cat v.out
| 3 2
| the 0.5 -1
| of 0.00100000005 0.25
| </s> 2 3
$ ckpt-info v.w2v | sed -n -e '/^kind/p' -e '/"loss"/p' -e '/"vocab"/p' -e '/^history/,$p'
| kind        w2v
|     "loss": "none",
|     "vocab": 3,
| history
|   ckpt-convert 0.1.0 unit=word case=auto input=37:da68ecc6
$ ckpt-convert --to w2v-bin v.w2v -o v.bin; od -An -c v.bin
|    3       2  \n   t   h   e      \0  \0  \0   ?  \0  \0 200 277
|    o   f       o 022 203   :  \0  \0 200   >   <   /   s   >    
|   \0  \0  \0   @  \0  \0   @   @
$ ckpt-convert --to w2v-bin --compat v.w2v -o v.bin2; od -An -c v.bin2
|    3       2  \n   t   h   e      \0  \0  \0   ?  \0  \0 200 277
|   \n   o   f       o 022 203   :  \0  \0 200   >  \n   <   /   s
|    >      \0  \0  \0   @  \0  \0   @   @  \n
$ ckpt-convert --to w2v --compat v.w2v -o -
| 3 2
| the 0.500000 -1.000000 
| of 0.001000 0.250000 
| </s> 2.000000 3.000000 
$ ckpt-convert --to glove v.w2v -o v.glove; cat v.glove
| the 0.5 -1
| of 0.00100000005 0.25
| </s> 2 3
$ for f in v.out v.bin v.bin2 v.glove; do ckpt-convert $f -o again.w2v && ckpt-diff v.w2v again.w2v; done
| metadata 'lm.history': differs
| metadata 'lm.history': differs
| metadata 'lm.history': differs
| metadata 'lm.history': differs
= 1
$ ckpt-convert --to w2v v.bin -o - | cmp - v.out; ckpt-convert --to w2v-bin - -o - <v.glove | cmp - v.bin
$ ckpt-convert --to w2v --compat v.out -o - | head -n 2
| 3 2
| the 0.500000 -1.000000 

# An array of NumPy, and the words beside it.
$ ckpt-convert --to npy --words words v.w2v -o v.npy; head -c 128 v.npy | od -An -c; tail -c 24 v.npy | od -An -t f4; cat words
|  223   N   U   M   P   Y 001  \0   v  \0   {   '   d   e   s   c
|    r   '   :       '   <   f   4   '   ,       '   f   o   r   t
|    r   a   n   _   o   r   d   e   r   '   :       F   a   l   s
|    e   ,       '   s   h   a   p   e   '   :       (   3   ,    
|    2   )   ,       }                                            
|                                                                 
| *
|                                                               \n
|              0.5              -1           0.001            0.25
|                2               3
| the
| of
| </s>
$ ckpt-convert --to npy v.bin -o - | cmp - v.npy
$ ckpt-convert --to npy --words same v.w2v -o same
! ckpt-convert: same: create: File exists
= 3

# Formats that are said, not found out.
$ printf 'a 1\nb 2\n' | ckpt-convert --from glove --to w2v - -o -
| 2 1
| a 1
| b 2
$ printf '2 1\nb 2\n' | ckpt-convert --from glove --to w2v - -o -
| 2 1
| 2 1
| b 2
$ printf '1 1\na zzzz' | ckpt-convert --from w2v-bin --to w2v - -o -
| 1 1
| a 3.25139584e+35
$ printf 'a b\n1 2\n' | ckpt-convert --from glove - -o e
! ckpt-convert: standard input:1: expected a word and its numbers
= 4

# Words that are there twice, or are empty; words with blanks, as GloVe's may be.
$ printf '4 1\na 1\nb 2\na 3\na 4\n' | ckpt-convert --to glove - -o -
| a 1
| b 2
! ckpt-convert: warning: standard input: words that came before, whose vectors are left out: 2
$ printf '2 1\n \0\0\0\0a \0\0\200\077' | ckpt-convert --to glove - -o -
| a 1
! ckpt-convert: warning: standard input: empty words, whose vectors are left out: 1
$ printf ', 1 2\n. . . 3 4\n' >g; ckpt-convert g -o g.w2v; ckpt-convert --to glove g.w2v -o - | cmp - g
$ ckpt-convert --to w2v g.w2v -o -
| 2 2
| , 1 2
| .\x20.\x20. 3 4
! ckpt-convert: warning: g.w2v: words with what ends a word in that format, written as \xHH: 1
$ ckpt-convert -q --to w2v-bin g.w2v -o - | od -An -c
|    2       2  \n   ,      \0  \0 200   ?  \0  \0  \0   @   .   \
|    x   2   0   .   \   x   2   0   .      \0  \0   @   @  \0  \0
|  200   @

# Characters stand in files as programs print them, and are read back as such.
$ printf 'a b\\\nb a\n' | nnlm-train -q -n 2 --unit char --dim 2 --hidden 2 -e 1 -o c.lm; ckpt-convert --to w2v c.lm -o c.txt
$ cut -d ' ' -f 1 c.txt
| 7
| <unk>
| </s>
| \x20
| a
| b
| \x5C
| <s>
$ ckpt-convert --unit char c.txt -o c.w2v; ckpt-convert c.w2v -o - | cmp - c.txt; ckpt-info c.w2v | grep unit
|     "unit": "char",
|   ckpt-convert 0.1.0 unit=char case=auto input=218:b80e9326

# The vectors of a neural model go into checkpoints of their own; a neural model begins with any.
$ printf 'b a b\nb a\n' | nnlm-train -q -n 2 --dim 3 --hidden 2 -e 1 -o n.lm; ckpt-convert --to w2v n.lm -o n.txt
$ ckpt-convert --to w2v-bin n.lm -o n.bin; ckpt-convert --to glove n.lm -o n.glove
$ for f in n.txt n.bin n.glove; do
>     printf 'b a b\nb a\n' | nnlm-train -q -n 2 --dim 3 --hidden 2 -e 1 --vectors $f --freeze -o same.lm
>     ckpt-convert --to w2v same.lm -o - | cmp - n.txt
> done
$ printf 'b a b\nb a\n' | nnlm-train -q -n 2 --dim 3 --hidden 2 --vectors n.lm -o e
! nnlm-train: n.lm: a checkpoint; 'ckpt-convert --to w2v' writes its vectors
= 4
$ printf 'b a b\nb a\n' | nnlm-train -q -n 2 --dim 3 --hidden 2 --vectors v.bin -o e
! nnlm-train: v.bin: vectors of 2 numbers, but --dim is 3
! nnlm-train: --help shows an example
= 2

# Files of others are refused by name.
$ printf '\200\002cgensim.models.word2vec\nWord2Vec\n' >f; ckpt-convert f -o e
! ckpt-convert: f: a Python pickle, as gensim saves models; let gensim write the vectors: model.wv.save_word2vec_format(FILE, binary=True)
= 4
$ printf '\272\026\117\057\014\0\0\0' >f; ckpt-convert f -o e
! ckpt-convert: f: a model of fastText; its vectors are in the .vec file beside it
= 4
$ printf '\211HDF\r\n\032\n' >f; ckpt-convert f -o e
! ckpt-convert: f: an HDF5 file; write its vectors as text, a word and its numbers a line
= 4
$ printf '\037\213\010\0' | ckpt-convert - -o e
! ckpt-convert: standard input: compressed; let 'gzip -dc' write it to this program's standard input
= 4
$ printf 'PK\003\004' >f; ckpt-convert f -o e
! ckpt-convert: f: a zip archive; unpack it first
= 4
$ ckpt-convert v.npy -o e
! ckpt-convert: v.npy: a NumPy array, which has no words; write a word and its numbers a line
= 4

# What is not as it should be: the line, or the byte.
$ printf '2 2\na 1 2\nb 3 x\n' >f; ckpt-convert f -o e
! ckpt-convert: f:3: number 2 is 'x', expected a number
= 4
$ printf '2 2\na 1 2\nb 3 nan\n' >f; ckpt-convert f -o e
! ckpt-convert: f:3: number 2 is 'nan', expected a number
= 4
$ printf '3 2\na 1 2\nb 3 4\n' >f; ckpt-convert f -o e
! ckpt-convert: f:1: 3 words of 2 numbers do not fit the 12 bytes that follow
= 4
$ printf 'a 1 2\nb 3\n' >f; ckpt-convert f -o e
! ckpt-convert: f:2: number 1 is 'b', expected a number
= 4
$ head -c 30 v.bin >f; ckpt-convert f -o e
! ckpt-convert: f: byte 0: 3 words of 2 numbers do not fit the 26 bytes that follow
= 4
$ head -c 39 v.bin >f; ckpt-convert f -o e
! ckpt-convert: f: byte 32: the file ends within the numbers of word 3 of 3
= 4
$ (cat v.bin; echo more) >f; ckpt-convert f -o e
! ckpt-convert: f: byte 40: more than the 3 words of the first line
= 4
$ printf '1 1\na \0\0\300\177' >f; ckpt-convert f -o e
! ckpt-convert: f: byte 6: a number that is not finite
= 4
$ printf '999999999999 100\na \0\0\300\177' >f; ckpt-convert f -o e
! ckpt-convert: f: byte 0: 999999999999 words of 100 numbers do not fit the 6 bytes that follow
= 4

# What cannot be.
$ ckpt-convert --to arpa v.txt -o e
! ckpt-convert: v.txt: word vectors have no ARPA form
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --quantize 8 v.w2v -o e
! ckpt-convert: v.w2v: only an n-gram model has a pruned or compact form (kind 'w2v')
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --entropy-prune 1e-6 v.txt -o e
! ckpt-convert: word vectors have no pruned or compact form
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --slim v.w2v -o e
! ckpt-convert: v.w2v: holds nothing but what its vectors need already
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --slim v.txt -o e
! ckpt-convert: --slim: it makes a checkpoint of a checkpoint
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --slim --to w2v v.w2v -o e
! ckpt-convert: --slim: it makes a checkpoint of a checkpoint
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --slim n.lm -o e
! ckpt-convert: n.lm: a model of kind 'nnlm' has no slim form, which w2v has
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --compat v.txt -o e
! ckpt-convert: --compat: it is for --to w2v and --to w2v-bin
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to glove --compat v.w2v -o e
! ckpt-convert: --compat: it is for --to w2v and --to w2v-bin
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --words w v.w2v -o e
! ckpt-convert: --words: it is for --to npy
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to w2v v.txt -o e
! ckpt-convert: v.txt: is in the format asked for already
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to lm v.w2v -o e
! ckpt-convert: v.w2v: is in the format asked for already
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --from npy v.npy -o e
! ckpt-convert: --from: 'npy' is not one of lm, arpa, auto, w2v, w2v-bin, glove, bpe-files, tiktoken, vocab-txt, tokenizer-json, hf
! ckpt-convert: --help shows an example
= 2
$ pty -o ckpt-convert --to w2v-bin v.w2v -o -
! ckpt-convert: standard output: a terminal; binary output goes to a file or a pipe
! ckpt-convert: --help shows an example
= 2
$ pty -o ckpt-convert --to npy v.w2v -o -
! ckpt-convert: standard output: a terminal; binary output goes to a file or a pipe
! ckpt-convert: --help shows an example
= 2
$ pty -o ckpt-convert --to glove v.w2v -o -
| the 0.5 -1
| of 0.00100000005 0.25
| </s> 2 3
$ ckpt-convert --to npy --words no-such-folder/w v.w2v -o e
! ckpt-convert: no-such-folder/w: create: No such file or directory
= 3
$ ckpt-convert --to npy --words /dev/full v.w2v -o e
! ckpt-convert: /dev/full: write: No space left on device
= 3
$ ls | grep -x -e e -e w
= 1

# Files of gensim's own tests.
? test -n "$SHARED"
$ for f in euclidean_vectors.bin word2vec_pre_kv_c lee_fasttext.vec crime-and-punishment.vec; do
>     ckpt-convert $SHARED/data/models/gensim/$f -o m.w2v; ckpt-convert m.w2v -o - | head -n 2 | cut -c 1-50
> done
| 2747 10
| the 0.421453267 0.934355855 -0.0509138629 0.593317
| 1750 10
| the -0.561106026 -1.97569799 1.66395497 -1.2322460
| 1762 10
| the -0.659919977 0.209659994 0.473619998 -0.874610
| 291 5
| и -0.111890003 0.121349998 -0.113789998 0.0244960
$ ckpt-convert --to w2v-bin $SHARED/data/models/gensim/word2vec_pre_kv_c -o pre.bin; ckpt-convert --to w2v --compat pre.bin -o - | sed 's/ $//' | cmp - $SHARED/data/models/gensim/word2vec_pre_kv_c
$ cp $SHARED/data/models/gensim/* .
$ ckpt-convert euclidean_vectors.bin -o m.w2v; ckpt-convert --to w2v-bin m.w2v -o - | cmp - euclidean_vectors.bin
$ for f in w2v-lee-v0.12.0 *fasttext.bin crime-and-punishment.bin *.cor; do ckpt-convert $f -o e || echo $?; done
| 4
| 4
| 4
| 4
| 4
! ckpt-convert: w2v-lee-v0.12.0: a Python pickle, as gensim saves models; let gensim write the vectors: model.wv.save_word2vec_format(FILE, binary=True)
! ckpt-convert: lee_fasttext.bin: a model of fastText; its vectors are in the .vec file beside it
! ckpt-convert: pang_lee_polarity_fasttext.bin: a model of fastText; its vectors are in the .vec file beside it
! ckpt-convert: crime-and-punishment.bin: a model of fastText; its vectors are in the .vec file beside it
! ckpt-convert: lee_background.cor: neither a checkpoint nor ARPA text (which begins with \data\) nor word vectors nor a tokenizer
