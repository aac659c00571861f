# Directions that are known: a, c and e point to the right, b and d to the left, z nowhere.
$ printf '6 2\na 3 0.1\nb -2 0\nc 50 0\nd -1 0.01\ne 1 0\nz 0 0\n' >v.txt; echo 'a b c d e z' >text; nnlm-train -q -n 2 --dim 2 --hidden 1 --steps 1 --vectors v.txt --freeze -o v.nnlm text
$ w2v-cluster -m v.nnlm -k 3
| a	0
| b	1
| c	0
| d	1
| e	0
| z	2
$ w2v-cluster -m v.nnlm -k 3 --sorted -s 5
| a	0
| c	0
| e	0
| b	1
| d	1
| z	2
$ w2v-cluster -m v.nnlm -k 1 | cut -f 2 | uniq
| 0
$ w2v-cluster -m v.nnlm -k 6 --restrict 1000
| a	0
| b	1
| c	2
| d	3
| e	2
| z	4
! w2v-cluster: clusters without words: 1; so few vectors differ
$ w2v-cluster -m v.nnlm -k 2 --restrict 4
| a	0
| b	1
$ w2v-cluster -v -m v.nnlm -k 4 --iterations 100 >/dev/null
! w2v-cluster: inertia 4.99962471e-05 after 2 rounds

# c and e are the same: five different vectors.
$ w2v-cluster -q -m v.nnlm -k 5 | cut -f 2 | sort -u | wc -l | tr -d ' '
| 5

# One word, one number.
$ printf '1 1\na -2\n' >one.txt; echo a | nnlm-train -q -n 2 --dim 1 --hidden 1 --steps 1 --vectors one.txt --freeze -o one.nnlm; w2v-cluster -m one.nnlm -k 1
| a	0

# The same bytes for any number of threads; other seeds, others.
$ nnlm-train -q -n 2 --dim 37 --hidden 3 --steps 3 -o s.nnlm data/stories-valid.txt
$ for j in 1 2 3; do w2v-cluster -m s.nnlm -j $j -k 20 >$j; done; cmp 1 2 && cmp 1 3; cut -f 2 1 | sort -u | wc -l | tr -d ' '; w2v-cluster -m s.nnlm -k 20 -s 2 | cmp -s 1 -
| 20
= 1
$ w2v-cluster -m s.nnlm -k 20 --sorted | sort >sorted; sort 1 | cmp - sorted
$ w2v-cluster -m s.nnlm -k 20 --iterations 1 | cut -f 2 | sort -u | wc -l | tr -d ' '
| 20
! w2v-cluster: words still change their clusters; see --iterations

# Wrong uses and files.
$ w2v-cluster -m v.nnlm -k 7
! w2v-cluster: 7 clusters of 6 words
! w2v-cluster: --help shows an example
= 2
$ w2v-cluster -m v.nnlm -k 1 --restrict 2
! w2v-cluster: 1 clusters of 0 words
! w2v-cluster: --help shows an example
= 2
$ w2v-cluster -m v.nnlm -k 0
! w2v-cluster: --clusters: 0 is out of range (1 to 1000000000; nearest 1)
! w2v-cluster: --help shows an example
= 2
$ w2v-cluster -m v.nnlm --iterations 0
! w2v-cluster: --iterations: 0 is out of range (1 to 1000000000; nearest 1)
! w2v-cluster: --help shows an example
= 2
$ w2v-cluster -m v.nnlm text
! w2v-cluster: one operand too many: 'text'; usage: w2v-cluster [OPTION]... -m FILE
! w2v-cluster: --help shows an example
= 2
$ w2v-cluster -m v.txt
! w2v-cluster: v.txt: vectors as word2vec writes them; make a model of them by ckpt-convert -o MODEL
= 4
$ w2v-cluster -m no-such-file
! w2v-cluster: no-such-file: open: No such file or directory
= 3
$ w2v-cluster -m v.nnlm -k 2 >/dev/full
! w2v-cluster: standard output: write: No space left on device
= 3
