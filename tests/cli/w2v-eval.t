# At unit length king is (0.6,0.8), queen (-0.6,0.8), man (1,0), woman (0,1), far (-1,0).
$ printf '7 2\nfar -2 0\nking 3 4\nman 1 0\nqueen -6 8\nwoman 0 1\nzero 0 0\nKing 6 8\n' >v.txt
$ printf 'far king man queen woman zero King\nfar king man queen woman zero king\nfar\n' >text; nnlm-train -q -n 2 --dim 2 --hidden 1 --steps 1 --vectors v.txt --freeze -o v.nnlm text

# queen is nearest to king - man + woman; King and king are the same word, the first of them king.
# far - man + far is nearest to queen.  Nothing is near zero.
$ cat >q.txt <<'END'
> : people and more
> man king woman queen
>
> MAN king Woman QUEEN
> man king woman far
> man king woman prince
> woman king woman king
> : gram-none
> : gram1
> man far far queen
> zero zero zero zero
> END
$ w2v-eval -m v.nnlm --analogies q.txt
| section	people and more	3	4	5	75.00
| section	gram-none	0	0	0	nan
| section	gram1	1	2	2	50.00
| semantic	q.txt	3	4	5	75.00
| syntactic	q.txt	1	2	2	50.00
| total	q.txt	4	6	7	66.67
$ w2v-eval -m v.nnlm --analogies q.txt --match-case | tail -n 1
| total	q.txt	2	5	7	40.00
$ w2v-eval -m v.nnlm --analogies q.txt --cosmul | tail -n 1
| total	q.txt	3	6	7	50.00
$ w2v-eval -m v.nnlm --analogies q.txt --restrict 7
| section	people and more	2	4	5	50.00
| section	gram-none	0	0	0	nan
| section	gram1	1	1	2	100.00
| semantic	q.txt	2	4	5	50.00
| syntactic	q.txt	1	1	2	100.00
| total	q.txt	3	5	7	60.00
$ printf ': one\r\nman king woman queen\r\n' | w2v-eval -m v.nnlm --analogies - -j 3
| section	one	1	1	1	100.00
| total	-	1	1	1	100.00
$ : >empty; w2v-eval -m v.nnlm --analogies empty
| total	empty	0	0	0	nan

# Cosines 0.6, 0, -0.6, 0.8 and people's ranks 3.5, 2, 1, 3.5: rho = 4.5 / sqrt(5 * 4.5).
$ printf '# a comment\nman king 5\nMAN\twoman 1\n\nman queen -1e1\nwoman King 5\nman prince 3\n' >s.tsv
$ w2v-eval -m v.nnlm --similarity s.tsv
| similarity	s.tsv	4	5	0.9487	0.9517
$ w2v-eval -m v.nnlm --similarity s.tsv --restrict 5
| similarity	s.tsv	1	5	nan	nan
$ printf 'man king 1\nman queen 1\n' | w2v-eval -m v.nnlm --similarity - --similarity empty
| similarity	-	2	2	nan	nan
| similarity	empty	0	0	nan	nan

# Wrong uses and files.
$ w2v-eval -m v.nnlm
! w2v-eval: neither --analogies nor --similarity is given
! w2v-eval: --help shows an example
= 2
$ w2v-eval -m v.nnlm --similarity s.tsv --analogies q.txt x
! w2v-eval: one operand too many: 'x'; usage: w2v-eval [OPTION]... -m FILE {--analogies FILE | --similarity FILE}...
! w2v-eval: --help shows an example
= 2
$ printf 'a b c d\n' | w2v-eval -m v.nnlm --analogies -
! w2v-eval: standard input:1: no line ': section' before the first question
= 4
$ printf ': s\n\na b c\n' | w2v-eval -m v.nnlm --analogies -
! w2v-eval: standard input:3: expected four words, or ':' and the name of a section
= 4
$ printf ':s\n' | w2v-eval -m v.nnlm --analogies -
! w2v-eval: standard input:1: expected four words, or ':' and the name of a section
= 4
$ printf ':\n' | w2v-eval -m v.nnlm --analogies -
! w2v-eval: standard input:1: expected four words, or ':' and the name of a section
= 4
$ printf 'a b 1\na b x\n' | w2v-eval -m v.nnlm --similarity -
! w2v-eval: standard input:2: expected two words and a number
= 4
$ printf 'a b nan\n' | w2v-eval -m v.nnlm --similarity -
! w2v-eval: standard input:1: expected two words and a number
= 4
$ printf 'a b 1 2\n' | w2v-eval -m v.nnlm --similarity -
! w2v-eval: standard input:1: expected two words and a number
= 4
$ w2v-eval -m v.nnlm --similarity no-such-file
! w2v-eval: no-such-file: open: No such file or directory
= 3
$ w2v-eval -m no-such-file --similarity s.tsv
! w2v-eval: no-such-file: open: No such file or directory
= 3
$ w2v-eval -m v.nnlm --similarity s.tsv >/dev/full
! w2v-eval: standard output: write: No space left on device
= 3

# Any number of threads gives the same.
$ nnlm-train -q -n 2 --dim 37 --hidden 3 --steps 3 -o s.nnlm data/stories-train.txt
$ for j in 1 2 3; do w2v-eval -m s.nnlm -j $j --analogies data/analogies.txt --similarity data/similar.tsv >$j; done; cmp 1 2 && cmp 1 3; cut -f 1,2,4 1 | head -n 11
| section	plural-nouns	22
| section	past-tense	30
| section	comparative	20
| section	superlative	23
| section	opposites	28
| section	male-female	27
| section	young-animals	12
| section	number-order	30
| section	colour-thing	28
| section	ing-forms	24
| total	data/analogies.txt	244
