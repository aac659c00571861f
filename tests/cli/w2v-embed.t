# Vectors that are known.
$ printf '4 2\na 3 4\nb 1 0\nc 0 0\nd -2 0\n' >v.txt; echo 'a b c d' >text; nnlm-train -q -n 2 --dim 2 --hidden 1 --steps 1 --vectors v.txt --freeze -o v.nnlm text

# The mean of the words that have vectors; c has one, of zeros.  A line for each line.
$ printf 'a b\n\na xyzzy c <unk>\r\nzebra\nb\0d' | w2v-embed -m v.nnlm
| 2	2
| 0	0
| 1.5	2
| 0	0
| -0.5	0
$ printf 'a b\nd d d a\n' | w2v-embed -m v.nnlm --unit
| 0.800000012	0.400000006
| -0.600000024	0.200000003
$ w2v-embed -m v.nnlm </dev/null
$ printf 'a\n' >1; printf 'b' >2; w2v-embed -m v.nnlm 1 2 1
| 3	4
| 1	0
| 3	4
$ yes a | head -n 300000 | tr '\n' ' ' | w2v-embed -m v.nnlm
| 3	4
$ echo '<s>' | w2v-embed -m v.nnlm
! w2v-embed: standard input:1: '<s>' is a mark and cannot be in the text (--marks-as-words makes it a word)
= 4
$ echo 'ab' >ab; nnlm-train -q -n 2 --unit char --dim 1 --hidden 1 --steps 1 -o c.nnlm ab; printf 'ab\nab ' | w2v-embed -m c.nnlm | uniq | wc -l | tr -d ' '
| 1

# A classifier.  Labels without any difference have their shares as probabilities.
$ printf 'x\tc\ny\tc\nx\tc c\nz z\t\n' >shares.tsv; w2v-embed -m v.nnlm --tune shares.tsv --l2 0.1 -o shares
! w2v-embed: 4 examples of 3 labels: loss 1.039721, 50.00 % right; 5 steps
$ printf 'a\n\n' | w2v-embed -m v.nnlm --predict shares -k 3 | awk -F '\t' '{ printf "%s %.4f %s %.4f %s %.4f\n", $1, $2, $3, $4, $5, $6 }'
| x 0.5000 y 0.2500 z z 0.2500
| x 0.5000 y 0.2500 z z 0.2500
$ printf 'a\n' | w2v-embed -m v.nnlm --predict shares | cut -f 1
| x
$ printf 'x\ta\nz z\tb\n' | w2v-embed -m v.nnlm --predict shares --test - | sed 's/\(loss.*\.....\).*/\1/'
| examples	2
| right	1
| accuracy	0.500000
| loss	1.0397
$ printf 'new\ta\n' | w2v-embed -m v.nnlm --predict shares --test -
| examples	1
| right	0
| accuracy	0.000000
| loss	inf
$ w2v-embed -m v.nnlm --predict shares --test /dev/null
| examples	0
| right	0
| accuracy	nan
| loss	nan

# What tells, and the same bytes for any number of threads.
$ nnlm-train -q -n 2 --dim 16 --hidden 4 --steps 20 -o s.nnlm data/stories-valid.txt
$ for j in 1 2 3; do w2v-embed -q -m s.nnlm -j $j --tune data/sentiment.tsv -o mood$j; done; cmp mood1 mood2 && cmp mood1 mood3
$ ckpt-info mood1 | sed -n -e 's/[0-9]*:[0-9a-f]\{8\}/LENGTH:CRC/g' -e '/^config/,$p'
| config
|   {
|     "dim": 16,
|     "unit": false,
|     "vectors": "LENGTH:CRC",
|     "labels": ["0", "1"]
|   }
| history
|   w2v-embed 0.1.0 l2=0.0001 input=LENGTH:CRC input=LENGTH:CRC
$ w2v-embed -m s.nnlm --predict mood1 --test data/sentiment.tsv | awk '$1 == "accuracy" { print ($2 > 0.52) }'
| 1
$ w2v-embed -q -m s.nnlm --unit --tune data/sentiment.tsv -o unit; w2v-embed -m s.nnlm --predict unit --test data/sentiment.tsv | awk '$1 == "accuracy" { print ($2 > 0.52) }'
| 1

# With other vectors than its own.
$ echo a | w2v-embed -m s.nnlm --predict shares
! w2v-embed: shares: for vectors of 2 numbers, but the model's have 16
! w2v-embed: --help shows an example
= 2
$ nnlm-train -q -n 2 --dim 2 --hidden 1 --steps 1 -o other.nnlm text; echo a | w2v-embed -m other.nnlm --predict shares | cut -f 1
| x
! w2v-embed: warning: shares: trained on the vectors of another model
$ echo a | w2v-embed -q -m other.nnlm --predict shares | cut -f 1
| x

# Wrong uses and files.
$ w2v-embed -m v.nnlm --tune shares.tsv
! w2v-embed: --tune: --output is missing
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm -o out
! w2v-embed: --output: it is for --tune
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm --l2 1
! w2v-embed: --l2: it is for --tune
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm -k 2
! w2v-embed: --top: it is for --predict
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm --test shares.tsv
! w2v-embed: --test: it is for --predict
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm --predict shares --test shares.tsv -k 2
! w2v-embed: --top and --test exclude each other
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm --predict shares --tune shares.tsv -o out
! w2v-embed: --tune and --predict exclude each other
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm --predict shares --unit
! w2v-embed: --unit: the classifier of --predict knows
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm --tune shares.tsv -o out text
! w2v-embed: 'text' would not be read
! w2v-embed: --help shows an example
= 2
$ w2v-embed -m v.nnlm --tune shares.tsv --l2 0 -o out
! w2v-embed: --l2: 0 is out of range (1e-09 to 1000000; nearest 1e-09)
! w2v-embed: --help shows an example
= 2
$ printf 'x\ta\nb\n' | w2v-embed -m v.nnlm --tune - -o out; test -e out || echo none
| none
! w2v-embed: -:2: expected a label, a TAB and text
$ printf 'x\ta\n' | w2v-embed -m v.nnlm --tune - -o out
! w2v-embed: 1 labels, expected 2 to 4096
= 4
$ w2v-embed -m v.nnlm --predict v.nnlm
! w2v-embed: v.nnlm: not a classifier (kind 'nnlm')
= 4
$ w2v-embed -m shares
! w2v-embed: shares: a model of kind 'classifier', which has no word vectors; w2v and nnlm have
= 4
$ w2v-embed -m v.nnlm --predict no-such-file
! w2v-embed: no-such-file: open: No such file or directory
= 3
$ w2v-embed -m v.nnlm --tune no-such-file -o out
! w2v-embed: no-such-file: open: No such file or directory
= 3
$ w2v-embed -m v.nnlm --tune shares.tsv -o no-such-folder/out
! w2v-embed: no-such-folder/out: create: No such file or directory
= 3
$ w2v-embed -q -m v.nnlm --tune shares.tsv -o /dev/full
! w2v-embed: /dev/full: write: No space left on device
= 3
$ echo a | w2v-embed -m v.nnlm >/dev/full
! w2v-embed: standard output: write: No space left on device
= 3
