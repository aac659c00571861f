#!/bin/sh
# w2v.sh - training word vectors beside word2vec.c, fastText, gensim and others: time from text to
# vectors in alternating runs, and what one thread less determinism would gain.
#
#   make bench-w2v
#   TEXT      one sentence a line, gzipped or not (default: the books of ../shared where they are,
#             else the stories in data/, which are too small to tell much)
#   BYTES     only so many of it (default 24000000; 0: all)
#   EPOCHS    (default 1)
#   WORD2VEC  word2vec.c's program (default: found by name; peers that are absent are left out)
#   FASTTEXT  fastText's (default: found by name)
#   PYTHON    one with gensim (default: the first of python3, /usr/bin/python3 that has it)
#   MAXOODF   w2v_trainer of maxoodf/word2vec; PWORD2VEC  of IntelLabs/pWord2Vec (skip-gram)
#   RUNS      of every command (default 5)
set -eu
# shellcheck source=tests/bench/pair.sh
. tests/bench/pair.sh

bin=${BUILD:-build}/bin
epochs=${EPOCHS:-1}
bytes=${BYTES:-24000000}
text=${TEXT:-../shared/data/text/books.tok.txt.gz}
[ -e "$text" ] || text=data/stories-train.txt
word2vec=${WORD2VEC:-$(command -v word2vec || true)}
fasttext=${FASTTEXT:-$(command -v fasttext || true)}
maxoodf=${MAXOODF:-$(command -v w2v_trainer || true)}
pword2vec=${PWORD2VEC:-$(command -v pWord2Vec || true)}
for python in ${PYTHON:-python3 /usr/bin/python3} ''; do
    [ -n "$python" ] && "$python" -c 'import gensim' 2> /dev/null && break
done
OPENBLAS_NUM_THREADS=1
OMP_NUM_THREADS=1
export OPENBLAS_NUM_THREADS OMP_NUM_THREADS

input=$work/w2v.txt
case $text in
*.gz) gzip -dc "$text" ;;
*) cat "$text" ;;
esac | if [ "$bytes" -gt 0 ]; then head -c "$bytes"; else cat; fi > "$input"

# peer PROGRAM COMMAND: the command, or nothing if there is no such program.
peer() {
    [ -z "$1" ] || echo "$2"
}

# ours MODE THREADS [OPTION]...
ours() {
    mode=$1
    threads=$2
    shift 2
    echo "$bin/w2v-train -q --mode $mode -e $epochs -j $threads $* -o $work/ours.w2v $input"
}

# mode MODE WORD2VEC-C'S-CBOW RATE FASTTEXT'S-NAME MAXOODF'S-OPTION
mode() {
    heading "$1, $epochs epochs of $(wc -c < "$input" | tr -d ' ') bytes"
    common="-size 100 -window 5 -negative 5 -sample 1e-3 -min-count 5 -iter $epochs -binary 1"
    for threads in 1 2; do
        pair "word2vec.c, $threads threads" "$(ours "$1" $threads)" "$(peer "$word2vec" \
            "$word2vec -train $input -output $work/peer.bin -cbow $2 -alpha $3 -hs 0 $common \
                -threads $threads")"
    done
    pair 'fastText, 1 thread' "$(ours "$1" 1)" "$(peer "$fasttext" \
        "$fasttext $4 -input $input -output $work/peer -dim 100 -ws 5 -neg 5 -loss ns -t 1e-3 \
            -minCount 5 -minn 0 -maxn 0 -lr $3 -epoch $epochs -thread 1 -verbose 0")"
    pair 'gensim, 1 thread' "$(ours "$1" 1)" "$(peer "$python" \
        "$python tests/bench/w2v_gensim.py $input $work/peer.bin $1 $epochs")"
    pair 'maxoodf, 1 thread' "$(ours "$1" 1)" "$(peer "$maxoodf" \
        "$maxoodf -f $input -o $work/peer.bin -s 100 -w 5 -n 5 -l 1e-3 -m 5 -a $3 -i $epochs -t 1 \
            -d ' ' $5")"
    [ "$1" != sg ] || pair 'pWord2Vec, 1 thread' "$(ours sg 1)" "$(peer "$pword2vec" \
        "$pword2vec -train $input -output $work/peer.bin -alpha $3 $common -threads 1")"
    for threads in 1 2; do
        pair "--hogwild, $threads threads" "$(ours "$1" $threads)" \
            "$(ours "$1" $threads --hogwild)"
    done
    pair 'two threads, and one' "$(ours "$1" 2)" "$(ours "$1" 1)"
}

mode cbow 1 0.05 cbow ''
mode sg 0 0.025 skipgram -g
heading "subwords, skip-gram"
pair 'fastText, 1 thread' "$(ours sg 1 --min-n 3 --max-n 6)" "$(peer "$fasttext" \
    "$fasttext skipgram -input $input -output $work/peer -dim 100 -ws 5 -neg 5 -t 1e-3 -minCount 5 \
        -minn 3 -maxn 6 -lr 0.025 -epoch $epochs -thread 1 -verbose 0")"
rm -f "$work"/peer* "$work/ours.w2v" "$input"
