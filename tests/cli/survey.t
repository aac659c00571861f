# The survey's n-gram examples, as printed there.
$ cat >three.txt <<'end'
> I love natural language processing
> natural language processing is fun
> I enjoy learning NLP
> end
$ ngram-train -n 2 --smooth mle --closed -o mle.lm three.txt
$ echo I | lm-next -m mle.lm --all
| enjoy	0.5
| love	0.5
| </s>	0
| <s>	0
| I	0
| NLP	0
| fun	0
| is	0
| language	0
| learning	0
| natural	0
| processing	0
$ echo I | lm-next -m mle.lm -k 1 | cut -f 1
| enjoy
$ ngram-sample -m mle.lm --greedy --length 20
| I enjoy learning NLP
$ ngram-sample -m mle.lm --greedy --length 20 --prefix I
| I enjoy learning NLP

# "I love NLP" three times: p(I) p(love|I) p(NLP|love) = 3/9 * 3/3 * 3/3; log10(1/3) is
# -0.4771213, as a float -0.4771212.
$ for i in 1 2 3; do echo I love NLP; done >nine.txt
$ ngram-train -n 2 --smooth mle --closed --no-marks -o nine.lm nine.txt
$ head -n 1 nine.txt | lm-eval -m nine.lm --per-token
| I	1	-0.4771212
| love	2	0
| NLP	2	0
$ head -n 1 nine.txt | lm-eval -m nine.lm --per-line
| -0.4771212	3	0
$ echo | lm-next -m nine.lm
| I	0.3333333
| NLP	0.3333333
| love	0.3333333
$ printf 'I\nlove\nNLP\n' | lm-next -m nine.lm
| love	1
| I	0
| NLP	0
|
| NLP	1
| I	0
| love	0
|
| I	0.3333333
| NLP	0.3333333
| love	0.3333333

# Laplace on the three sentences: 13 = 2 times I, 11 words that can follow.
$ ngram-train -n 2 --smooth addk --k 1 --closed -o laplace.lm three.txt
$ echo I | lm-next -m laplace.lm --all | awk -F '\t' '{ printf "%s %.4f\n", $1, $2 * 13 }'
| enjoy 2.0000
| love 2.0000
| </s> 1.0000
| I 1.0000
| NLP 1.0000
| fun 1.0000
| is 1.0000
| language 1.0000
| learning 1.0000
| natural 1.0000
| processing 1.0000
| <s> 0.0000
$ ngram-train -n 2 --smooth addk --closed -o default.lm three.txt; ckpt-diff -q laplace.lm default.lm

# The neural model: ten pairs, a step each, in this order; the sums of losses as printed there.
$ printf '%s\n' '<s>' '</s>' I love NLP natural language processing >words.txt
$ cat >sentences.txt <<'end'
> <s> I love NLP </s>
> <s> I love natural language processing </s>
> end
$ awk '{ for (i = 1; i < NF; i++) print $i "\t" $(i + 1) }' sentences.txt >pairs.tsv; wc -l <pairs.tsv | tr -d ' '
| 10
$ cat >listing <<'end'
> nnlm-train -q -n 2 --pairs pairs.tsv --vocab words.txt --closed --dim 10 --hidden 50 \
>     --optimizer sgd -l 0.1 --schedule constant -b 1 --no-shuffle -e 1000 --log log.tsv "$@"
> end
$ sh listing --init-rule torch:42 -o survey.nnlm; awk 'NR > 1 && $2 % 100 == 0 { printf "%s %.4f\n", $2, $4 }' log.tsv
| 100 1.7302
| 200 1.6325
| 300 1.5926
| 400 1.5691
| 500 1.5531
| 600 1.5413
| 700 1.5321
| 800 1.5247
| 900 1.5186
| 1000 1.5134
$ echo I | lm-next -m survey.nnlm -k 1 | cut -f 1
| love
# Eight outputs, the marks among them; the probabilities as the listing has them.
$ echo I | lm-next -m survey.nnlm --all | awk '{ printf "%s %.4g\n", $1, $2 }'
| love 0.9999
| processing 6.919e-05
| </s> 4.34e-05
| language 1.644e-05
| <s> 1.533e-05
| NLP 5.069e-07
| natural 4.911e-07
| I 8.002e-08
# Rounded to bfloat16 the products are others, but the model is as good.
$ sh listing --init-rule torch:42 --bf16 -o bf16.nnlm; awk '$2 == 1000 { print ($4 > 1.50 && $4 < 1.53) }' log.tsv
| 1

# Words from those on both sides: seven pairs, printed every 200 epochs.  The survey's run has no
# seed; these are the sums of its program with PyTorch's seed 42.
$ cat >around.tsv <<'end'
> <s> love	I
> I NLP	love
> love </s>	NLP
> <s> natural	I
> I language	love
> love processing	natural
> natural </s>	language
> end
$ cat >listing <<'end'
> w2v-train -q --pairs around.tsv --vocab words.txt --closed --loss softmax --bias --dim 10 \
>     -l 0.01 --schedule constant -b 1 --no-shuffle -e 1000 --log log.tsv "$@"
> end
$ sh listing --init-rule torch:42 -o cbow.w2v; awk 'NR > 1 && $2 % 200 == 0 { printf "%s %.4f\n", $2, $4 }' log.tsv
| 200 0.8550
| 400 0.3157
| 600 0.1807
| 800 0.1232
| 1000 0.0921
$ printf '<s> _ love\nlove _ processing\n' | lm-next -m cbow.w2v -k 1 | cut -f 1
| I
|
| natural
# The printed sums lie near the middle of those of a thousand seeds: 0.9045 0.3357 0.1915 0.1301
# 0.0971; the least and the greatest of those are these.
$ cat >band <<'end'
> 200 0.53019 2.31312
> 400 0.21752 0.72829
> 600 0.13213 0.35179
> 800 0.09241 0.21935
> 1000 0.06997 0.15317
> end
$ for seed in 1 2 3 4 5; do sh listing --init-rule torch:$seed -o x; awk 'NR == FNR { low[$1] = $2; high[$1] = $3; next } $2 in low { if ($4 < low[$2] || $4 > high[$2]) print "outside", $0; n++ } END { print n }' band log.tsv; done
| 5
| 5
| 5
| 5
| 5
