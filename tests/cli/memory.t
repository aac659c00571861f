# A text that takes several batches in 16 MiB: the same bytes as with any memory, for any threads.
$ awk 'BEGIN { x = 1; for (i = 0; i < 30000; i++) { n = 3 + i % 20; s = ""; for (j = 0; j < n; j++) { x = x * 16807 % 2147483647; r = x / 2147483647; s = s " w" int(20000 * r * r * r) } print s } }' >text
$ wc -w text | awk '{ print $1 }'
| 375000
$ mkdir tmp; ngram-train -n 3 -o all.lm text
$ for j in 1 2 3; do ngram-train -n 3 -S 16M -T tmp -j $j -o some.lm text; cmp all.lm some.lm; done
$ for o in '--smooth gt' '--smooth mle --no-marks' '--smooth addk --closed' '--smooth wb --prune 0,0,1'; do
>     ngram-train -q -n 4 $o -o all.lm text && ngram-train -q -n 4 $o -S 16M -T tmp -j 2 -o some.lm text && cmp all.lm some.lm
> done
$ ngram-train -n 5 -o all.lm data/stories-train.txt; ngram-train -n 5 -S 16M -T tmp -o some.lm data/stories-train.txt; cmp all.lm some.lm
$ ls -A tmp

# Temporary files are where they were asked for.
$ (ulimit -f 64; ngram-train -n 3 -S 16M -T tmp -o e.lm text) 2>&1 | sed 's/make room for/write/'; ls -A tmp
| ngram-train: tmp: write a temporary file: File too large
$ (ulimit -f 64; TMPDIR=tmp ngram-train -n 3 -S 16M -o e.lm text) 2>&1 | sed 's/make room for/write/'; ls -A tmp
| ngram-train: tmp: write a temporary file: File too large
$ ngram-train -T no-such-folder -o e.lm text
! ngram-train: no-such-folder: create a temporary file: No such file or directory
= 3
$ ngram-train -T text -o e.lm text
! ngram-train: text: create a temporary file: Not a directory
= 3
$ ngram-train -T '' -o e.lm text
! ngram-train: --tmpdir: the name of a file is empty
! ngram-train: --help shows an example
= 2
$ TMPDIR=no-such-folder ngram-train -S 16M -o e.lm text
! ngram-train: no-such-folder: create a temporary file: No such file or directory
= 3
$ TMPDIR=no-such-folder ngram-train -q -n 2 -o small.lm data/stories-valid.txt

# Sizes that are none, or too little: for any run, or for the words of a text.
$ ngram-train -S 16777215 -o e.lm text
! ngram-train: --memory: 16777215 is out of range (16M to 1048576T; nearest 16M)
! ngram-train: --help shows an example
= 2
$ ngram-train -S 8M -o e.lm text
! ngram-train: --memory: 8M is out of range (16M to 1048576T; nearest 16M)
! ngram-train: --help shows an example
= 2
$ ngram-train -S 16 -o e.lm text
! ngram-train: --memory: 16 is out of range (16M to 1048576T; nearest 16M)
! ngram-train: --help shows an example
= 2
$ ngram-train -S 16Q -o e.lm text
! ngram-train: --memory: '16Q' is not a whole number of bytes, K, M, G or T (16M to 1048576T; nearest 16M)
! ngram-train: --help shows an example
= 2
$ ngram-train -S 0 -o e.lm text
! ngram-train: --memory: 0 is out of range (16M to 1048576T; nearest 16M)
! ngram-train: --help shows an example
= 2
$ awk 'BEGIN { for (i = 0; i < 200000; i++) print "word" i }' >words; ngram-train -n 2 -S 16M -o e.lm words 2>&1 | sed 's/[0-9]* diff/N diff/; s/least [0-9]*/least N/'
| ngram-train: --memory: 16 MB are too little for the N different words read so far; give at least N MB
| ngram-train: --help shows an example
$ ngram-train -q -n 2 -S 100M -o words.lm words
$ ls | grep -x e.lm
= 1

# What the process holds at most, but for what threads take between two looks at it.  (A sanitizer
# takes memory of its own.)
? ! grep -q __asan_init "$(command -v ngram-train)"
$ for n in 3 5; do for j in 1 2 3; do peak 18432 ngram-train -q -n $n -S 16M -j $j -o some.lm text; done; done

# A disk that is full.
? unshare -rm sh -c 'mount -t tmpfs -o size=1m none tmp'
$ unshare -rm sh -c 'mount -t tmpfs -o size=1m none tmp && ngram-train -n 3 -S 16M -T tmp -o e.lm text'
! ngram-train: tmp: write a temporary file: No space left on device
= 3
$ ls | grep -x e.lm
= 1
