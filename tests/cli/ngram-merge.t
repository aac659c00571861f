# The sum is the file of one run, whatever the order of the files, and of sums.
$ ngram-count -n 3 -o all.counts data/stories-valid.txt data/stories-test.txt
$ ngram-count -n 3 -o a.counts data/stories-valid.txt; ngram-count -n 3 -o b.counts data/stories-test.txt
$ ngram-merge -o sum.counts a.counts b.counts; cmp all.counts sum.counts
$ ngram-merge -o sum.counts b.counts a.counts; cmp all.counts sum.counts
$ ngram-merge -j 3 -S 16M -T . -o - b.counts a.counts | cmp - all.counts
$ ngram-merge -o sum.counts all.counts; cmp all.counts sum.counts
$ for i in 1 2 3 4 5; do ngram-count -n 3 --shard $i/5 -o $i.counts data/stories-valid.txt; done
$ ngram-merge -o 25.counts 2.counts 5.counts; ngram-merge -o 1345.counts 4.counts 1.counts 3.counts 25.counts
$ ngram-merge -o sum.counts 1345.counts b.counts; cmp all.counts sum.counts
$ ckpt-info 25.counts | tail -n 1 | tr ' ' '\n' | grep -c 'input=.*@.*/'
| 2
$ cat a.counts | ngram-merge -o sum.counts - b.counts; cmp all.counts sum.counts
$ cp a.counts a; ngram-merge -o a a b.counts; cmp all.counts a

# Text that is there twice is a likely mistake.
$ ngram-merge -o x.counts a.counts b.counts all.counts
! ngram-merge: warning: text of 55910 bytes is counted more than once
$ ngram-merge -o x.counts 1.counts 2.counts 3.counts 2.counts
! ngram-merge: warning: text of 56134 bytes is counted more than once
$ ngram-merge -q -o x.counts a.counts a.counts

# As lines, and back.
$ printf 'a b\na <unk>\n' >t; ngram-count -n 2 -o t.counts t; ngram-merge --to-tsv t.counts | LC_ALL=C sort
| </s>	2
| <s>	2
| <s> a	2
| <unk>	1
| <unk> </s>	1
| a	2
| a <unk>	1
| a b	1
| b	1
| b </s>	1
$ ngram-merge -q --to-tsv -o lines t.counts t.counts; LC_ALL=C sort lines
| </s>	4
| <s>	4
| <s> a	4
| <unk>	2
| <unk> </s>	2
| a	4
| a <unk>	2
| a b	2
| b	2
| b </s>	2
$ ngram-merge --to-tsv t.counts >lines; ngram-count -n 2 --tsv t | cmp - lines
$ ngram-merge --from-tsv -n 2 -o back.counts lines; ckpt-diff back.counts t.counts
| metadata 'lm.config': differs
| metadata 'lm.history': differs
= 1
$ ngram-merge --from-tsv -n 2 -o back.counts - <lines; ngram-merge --from-tsv -n 2 -o x.counts <lines; cmp back.counts x.counts
$ for u in word char byte; do
>     ngram-count -n 3 --unit $u --no-marks -o u.counts data/stories-zh-valid.txt
>     ngram-merge --to-tsv u.counts | ngram-merge --from-tsv -n 3 --unit $u --no-marks --to-tsv >one
>     ngram-merge --to-tsv u.counts | cmp - one
> done
$ ngram-count -n 2 --marks-as-words -o m.counts t; ngram-merge --to-tsv m.counts
! ngram-merge: counts with <s> and </s> as words cannot be told from those with marks in lines of text
! ngram-merge: --help shows an example
= 2

# Mappers, a sort, reducers; then a count file that tells the same.
$ split -l 100 data/stories-valid.txt part.
$ for p in part.*; do ngram-count -n 3 --tsv <$p; done | LC_ALL=C sort | ngram-merge --tsv >sums
$ for p in part.*; do ngram-count -n 3 --tsv <$p | LC_ALL=C sort | ngram-merge --tsv; done | LC_ALL=C sort >sorted
$ ngram-merge --tsv -o again sorted; cmp sums again; ngram-merge --tsv -o - <sorted | cmp - sums
$ ngram-merge --to-tsv a.counts | LC_ALL=C sort | cmp - sums
$ ngram-merge --from-tsv -n 3 -o x.counts sums; ckpt-diff x.counts a.counts
| metadata 'lm.config': differs
| metadata 'lm.history': differs
= 1
$ ngram-merge --from-tsv -n 3 -o x.counts sorted; ckpt-diff x.counts a.counts
| metadata 'lm.config': differs
| metadata 'lm.history': differs
= 1
$ ngram-train -n 3 -o x.lm x.counts; ngram-train -n 3 -o a.lm a.counts; ckpt-diff --ignore-history x.lm a.lm
| metadata 'lm.history': differs

# A key may be anything; sums may be large.
$ printf 'a b\t1\na b\t2\r\n\na  b\t3\na\tb\t4000000000\na\tb\t4000000000\nc\t1' | ngram-merge --tsv
| a b	3
| a  b	3
| a	b	8000000000
| c	1
$ printf 'a\t1\n' >one; printf 'a\t2\nb\t1\n' >two; ngram-merge --tsv one two
| a	3
| b	1
$ ngram-merge --tsv </dev/null

# Lines that are wrong.
$ cat >try <<'END'
> printf "$1" >bad
> ngram-merge --from-tsv -n 2 -o e.counts bad
> END
$ sh try 'a\t1\na text that ends with 7\n'
! ngram-merge: bad:2: expected words, TAB and a count
= 4
$ sh try 'a'
! ngram-merge: bad:1: expected words, TAB and a count
= 4
$ sh try '\t1\n'
! ngram-merge: bad:1: expected words, TAB and a count
= 4
$ sh try 'a\t\n'
! ngram-merge: bad:1: expected a count after TAB, found ''
= 4
$ sh try '\n\na\t0\n'
! ngram-merge: bad:3: expected a count after TAB, found '0'
= 4
$ sh try 'a\t-1\n'
! ngram-merge: bad:1: expected a count after TAB, found '-1'
= 4
$ sh try 'a\t1x\n'
! ngram-merge: bad:1: expected a count after TAB, found '1x'
= 4
$ sh try 'a\t4294967295\n'
! ngram-merge: bad:1: a count of more than 4294967294
= 4
$ sh try 'a\t99999999999999999999\n'
! ngram-merge: bad:1: expected a count after TAB, found '99999999999999999999'
= 4
$ sh try 'a\t4294967294\na\t1\n'
! ngram-merge: an n-gram occurs more than 4294967294 times
= 4
$ sh try 'a b c\t1\n'
! ngram-merge: bad:1: an n-gram of too many words
= 4
$ sh try 'a  b\t1\n'
! ngram-merge: bad:1: expected one blank between two words
= 4
$ sh try 'a \t1\n'
! ngram-merge: bad:1: expected one blank between two words
= 4
$ sh try 'a\tb\t1\n'
! ngram-merge: bad:1: a word with TAB, CR or NUL in it
= 4
$ sh try 'a <s>\t1\n'
! ngram-merge: bad:1: <s> after another word
= 4
$ sh try '</s> a\t1\n'
! ngram-merge: bad:1: a word after </s>
= 4
$ sh try 'b\t1\na b\t1\n'
! ngram-merge: 'a' occurs 0 times, longer n-grams that begin with it 1 times; are lines missing?
= 4
$ sh try 'a\t1\nb\t2\na b\t2\n'
! ngram-merge: 'a' occurs 1 times, longer n-grams that begin with it 2 times; are lines missing?
= 4
$ sh try '<s>\t1\na\t2\n<s> a\t2\n'
! ngram-merge: '<s>' occurs 1 times, longer n-grams that begin with it 2 times; are lines missing?
= 4
$ printf '</s>\t1\n' | ngram-merge --from-tsv -n 1 --no-marks -o e.counts
! ngram-merge: standard input:1: </s>, although there are no marks
= 4
$ printf 'ab\t1\n' | ngram-merge --from-tsv -n 1 --unit char -o e.counts
! ngram-merge: standard input:1: expected single chars, found 'ab'
= 4
$ printf '\303\251\t1\n' | ngram-merge --from-tsv -n 1 --unit byte -o e.counts
! ngram-merge: standard input:1: expected single bytes, found 'é'
= 4
$ printf '\\xZZ\t1\n' | ngram-merge --from-tsv -n 1 --unit byte -o e.counts
! ngram-merge: standard input:1: a backslash that does not begin \xHH
= 4
$ printf 'a\t1\nb\n' | ngram-merge --tsv
! ngram-merge: standard input:2: expected words, TAB and a count
= 4
$ printf 'a\t9223372036854775807\na\t1\n' | ngram-merge --tsv
! ngram-merge: standard input:2: the sum of the counts is too large
= 4
$ ngram-merge --tsv a.counts
! ngram-merge: a.counts: expected text, found a checkpoint
= 4
$ ngram-merge --from-tsv -o e.counts <a.counts
! ngram-merge: standard input: expected text, found a checkpoint
= 4
$ awk 'BEGIN { for (i = 0; i < 1400000; i++) printf "longword"; print "" }' >long; ngram-merge --tsv long
! ngram-merge: long:1: a line that is longer than n-grams can be
= 4

# Files that are no count files, are cut short or changed, or do not go together.
$ ngram-merge -o e.counts t
! ngram-merge: t: not a count file
= 4
$ ngram-merge -o e.counts a.counts empty-handed
! ngram-merge: empty-handed: open: No such file or directory
= 3
$ : >empty; ngram-merge -o e.counts empty
! ngram-merge: empty: not a count file
= 4
$ ngram-merge -o e.counts a.lm
! ngram-merge: a.lm: not a count file (kind 'ngram')
= 4
$ ngram-merge -o e.counts .
! ngram-merge: .: open: Is a directory
= 3
$ head -c 1000 a.counts >cut; ngram-merge -o e.counts b.counts cut
! ngram-merge: cut: header: ends at byte 1152, the file at byte 1000
= 4
$ head -c 100000 a.counts >cut; ngram-merge -o e.counts cut
! ngram-merge: cut: tensor '2.word': data ends at offset 116864, the file at 98848
= 4
$ head -c 5 a.counts >cut; ngram-merge -o e.counts cut
! ngram-merge: cut: not a count file
= 4
$ { head -c 50000 a.counts; printf X; tail -c +50002 a.counts; } >changed; ngram-merge -o e.counts changed
! ngram-merge: changed: tensor '2.count': checksum mismatch (bytes 21632 to 53760)
= 4
$ ngram-count -n 2 -o 2.counts t; ngram-merge -o e.counts a.counts 2.counts
! ngram-merge: a.counts and 2.counts: counts of a different order cannot be added up
! ngram-merge: --help shows an example
= 2
$ ngram-count -n 3 --unit byte -o c.counts t; ngram-merge -o e.counts a.counts c.counts
! ngram-merge: a.counts and c.counts: counts of a different unit cannot be added up
! ngram-merge: --help shows an example
= 2
$ ngram-count -n 3 --no-marks -o n.counts t; ngram-merge -o e.counts a.counts b.counts n.counts
! ngram-merge: a.counts and n.counts: counts of a different use of <s> and </s> cannot be added up
! ngram-merge: --help shows an example
= 2
$ ngram-count -n 3 --marks-as-words -o w.counts t; ngram-merge -o e.counts w.counts a.counts
! ngram-merge: w.counts and a.counts: counts of a different reading of <s> and </s> cannot be added up
! ngram-merge: --help shows an example
= 2
$ test -e e.counts
= 1

# Options that are wrong.
$ ngram-merge a.counts
! ngram-merge: -o FILE is required, or --tsv, or --to-tsv
! ngram-merge: --help shows an example
= 2
$ ngram-merge -o e.counts
! ngram-merge: no count file was given; with --tsv or --from-tsv standard input is read
! ngram-merge: --help shows an example
= 2
$ ngram-merge -o e.counts -n 3 a.counts
! ngram-merge: --order: only with --from-tsv; count files know it
! ngram-merge: --help shows an example
= 2
$ ngram-merge --tsv --unit char lines
! ngram-merge: --unit: only with --from-tsv; count files know it
! ngram-merge: --help shows an example
= 2
$ ngram-merge --to-tsv --no-marks a.counts
! ngram-merge: --no-marks: only with --from-tsv; count files know it
! ngram-merge: --help shows an example
= 2
$ ngram-merge --tsv --from-tsv lines
! ngram-merge: --tsv: reads and writes lines without --from-tsv
! ngram-merge: --help shows an example
= 2
$ ngram-merge --tsv --to-tsv lines
! ngram-merge: --tsv: reads and writes lines without --to-tsv
! ngram-merge: --help shows an example
= 2
$ ngram-merge --to-tsv
! ngram-merge: no count file was given; with --tsv or --from-tsv standard input is read
! ngram-merge: --help shows an example
= 2
$ ngram-merge --from-tsv lines
! ngram-merge: -o FILE is required, or --tsv, or --to-tsv
! ngram-merge: --help shows an example
= 2
$ ngram-merge -T no-such-folder -o e.counts a.counts
! ngram-merge: no-such-folder: create a temporary file: No such file or directory
= 3
$ ngram-merge -o /dev/full a.counts
! ngram-merge: /dev/full: write: No space left on device
= 3
$ ngram-merge -o - a.counts >/dev/full
! ngram-merge: standard output: write: No space left on device
= 3
$ ngram-merge --to-tsv a.counts >/dev/full
! ngram-merge: standard output: write: No space left on device
= 3
$ ngram-merge --tsv sums >/dev/full
! ngram-merge: standard output: write: No space left on device
= 3
$ ngram-merge --tsv -o /dev/full sums
! ngram-merge: /dev/full: write: No space left on device
= 3
$ echo precious >kept; ngram-merge -o kept a.counts t; cat kept
| precious
! ngram-merge: t: not a count file
