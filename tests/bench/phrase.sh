#!/bin/sh
# phrase.sh - joining phrases beside word2phrase of word2vec, whose output is compared, too.
#
#   make bench-phrase
#   BOOKS         a large text, one sentence a line, gzipped or not (default: the books of
#                 ../shared, where they are, else the stories in data/)
#   WORD2PHRASE   the program (default: found by name; left out if absent); it needs 2 GB
#   THREADS       ours (default 2); it has one
#   RUNS          of every command (default 5)
#   WORK          folder for temporary files (default build/bench)
set -eu
# shellcheck source=tests/bench/pair.sh
. tests/bench/pair.sh

program=${BUILD:-build}/bin/w2v-phrase
theirs=${WORD2PHRASE:-$(command -v word2phrase || true)}
books=${BOOKS:-../shared/data/text/books.tok.txt.gz}
[ -e "$books" ] || books=data/stories-train.txt
case $books in *.gz) gzip -dc "$books" ;; *) cat "$books" ;; esac > "$work/text"

# peer TEXT OUTPUT THRESHOLD: its command, or nothing.  It has names of at most 59 bytes.
peer() {
    [ -z "$theirs" ] || echo "cd $work && $theirs -train $1 -output $2 -threshold $3 -debug 0"
}

# same: says how many lines differ, apart from the blank it begins each with.
same() {
    [ -n "$theirs" ] || return 0
    sed 's/^ //' "$work/theirs" > "$work/stripped"
    diff "$work/stripped" "$work/our" | grep -c '^<' |
        awk -v all="$(wc -l < "$work/our")" '{ print $1 " of " all " lines differ" }'
}

heading "phrases: $(wc -c < "$work/text" | tr -d ' ') bytes"
for j in 1 ${THREADS:-2}; do
    run="$program -j $j"
    pair "one pass, threshold 100, $j threads" "$run --threshold 100 $work/text > $work/our" \
        "$(peer text theirs 100)"
    same
done
twice=$(peer text once 200)
[ -z "$twice" ] || twice="($twice) && ($(peer once theirs 100))"
pair "two passes, threshold 200, 100" "$run --threshold 200,100 $work/text > $work/our" "$twice"
same
rm -f "$work/text" "$work/theirs" "$work/stripped" "$work/our" "$work/once"
