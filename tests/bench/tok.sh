#!/bin/sh
# tok.sh - encoding text, and training tokenizers, beside the programs that npm has; their ids are
# compared with ours.
#
#   make bench-tok
#   GPT2, BERT    tokenizers, or folders that hold one (default: those of ../shared, where they
#                 are; else a byte-level BPE that is trained here, and no WordPiece)
#   BOOKS, TANG   English and Chinese text, gzipped or not (default: those of ../shared, else the
#                 stories in data/, again and again)
#   CODE          a folder of source code (default: our own)
#   MEGABYTES     of each text (default 20); the others have a fifth of it, for they take longer
#   NODE_PATH     where tiktoken, tiktoken-node, gpt-tokenizer, kitoken and tokenizers are
#   RUNS          of every command (default 5)
#   WORK          folder for temporary files (default build/bench)
#
# Seconds of CPU are what to compare on a machine that others use, too.  Ours are those of a whole
# process, which loads the tokenizer, has met no piece before, and reads and writes files; theirs
# are those of the better of two calls in one process.  The ids of tokenizers differ from ours, and
# from those of Google's tokenization.py, where it drops a character of private use.
set -eu
# shellcheck source=tests/bench/pair.sh
. tests/bench/pair.sh

bin=${BUILD:-build}/bin
work=$work/tok
mkdir -p "$work"
gpt2=${GPT2:-../shared/data/tokenizers/gpt2}
bert=${BERT:-../shared/data/tokenizers/bert-uncased}
books=${BOOKS:-../shared/data/text/books-20mb.txt.gz}
tang=${TANG:-../shared/data/chinese/tang.txt.gz}
[ -e "$books" ] || books=data/stories-train.txt
[ -e "$tang" ] || tang=data/stories-zh-train.txt
bytes=$((${MEGABYTES:-20} * 1000000))

unpacked() {
    case $1 in *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac
}

# Without what looks like a special token, of which some make one.
sources() {
    find "${CODE:-src}" -type f \( -name '*.[ch]' -o -name '*.cc' -o -name '*.py' \) | sort |
        while IFS= read -r file; do
            sed 's/<|/< |/g; s/\[[A-Z]*\]//g' "$file" || return 1
        done
}

# start BYTES: so much of the input, up to a line's end.
start() {
    head -c "$1" | sed '$d'
}

# text NAME COMMAND...: its output again and again, as much as is wanted, and the start of it.
text() {
    name=$1
    shift
    while "$@" 2> /dev/null; do :; done | start "$bytes" > "$work/$name.txt"
    start $((bytes / 5)) < "$work/$name.txt" > "$work/$name.part"
}

# timed COMMAND: seconds of CPU and of the clock.
timed() {
    /usr/bin/time -f '%U %S %e' -o "$work/time" sh -c "$1" > /dev/null
    tail -n 1 "$work/time" | awk '{ print $1 + $2, $3 }'
}

# Medians of both columns of a file.
medians() {
    for column in 1 2; do
        awk -v c=$column '{ print $c }' "$1" > "$work/column"
        median "$work/column"
    done
}

# line FILE LABEL CPU CLOCK [NOTE]; the first is the one that others are compared with.
line() {
    size=$(wc -c < "$1")
    rate=$(awk -v s="$3" -v b="$size" 'BEGIN { print b / 1e6 / (s > 0 ? s : 0.001) }')
    first=${first:-$rate}
    printf '%-34s %10.2f %10.2f %7.1fx  %s\n' "$2" "$rate" \
        "$(awk -v s="$4" -v b="$size" 'BEGIN { print b / 1e6 / (s > 0 ? s : 0.001) }')" \
        "$(awk -v a="$first" -v b="$rate" 'BEGIN { print a / b }')" "${5:-}"
}

begin() {
    first=
    printf '\n%-34s %10s %10s %8s\n' "$1" 'MB/CPU s' 'MB/s' 'ours by'
}

# beside NAME JOB TOKENIZER OURS PEER...: alternating runs of our command, which a file is added
# to, and of the programs.
beside() {
    name=$1 job=$2 tokenizer=$3 ours=$4
    shift 4
    rm -f "$work"/times-* "$work"/ids-*
    i=0
    while [ $i -lt "$runs" ]; do
        timed "$ours $work/$name.txt" >> "$work/times-ours"
        for peer; do
            # It may write empty lines of its own.
            if node tests/bench/tok.js "$peer" "$job" "$tokenizer" "$work/$name.part" \
                "$work/ids-$peer" > "$work/seconds" 2> /dev/null; then
                tail -n 1 "$work/seconds" >> "$work/times-$peer"
            fi
        done
        i=$((i + 1))
    done
    # shellcheck disable=SC2046 # numbers
    line "$work/$name.txt" "ours${label:-}" $(medians "$work/times-ours")
    [ "$job" = train ] || eval "$ours $work/$name.part"
    for peer; do
        [ -s "$work/times-$peer" ] || continue
        same=
        [ "$job" = train ] || same='other ids'
        ! cmp -s "$work/ids-$peer" "$work/ids" || same='the same ids'
        # shellcheck disable=SC2046
        line "$work/$name.part" "$peer" $(medians "$work/times-$peer") "$same"
    done
}

text english unpacked "$books"
text chinese unpacked "$tang"
text code sources
peers='kitoken tokenizers'
if [ -e "$gpt2" ]; then
    "$bin/ckpt-convert" -q "$gpt2" -o "$work/byte.tok"
    peers="tiktoken-node tiktoken gpt-tokenizer $peers"
else
    "$bin/tok-train" -q --vocab-size 32000 -o "$work/byte.tok" "$work/english.txt"
fi
"$bin/ckpt-convert" -q "$work/byte.tok" -o "$work/byte.json"
node=$(command -v node || true)
[ -n "$node" ] || peers=

for name in english chinese code; do
    size=$(wc -c < "$work/$name.txt" | tr -d ' ')
    encode="$bin/tok-encode --doc --end '' -m $work/byte.tok"
    begin "byte-level BPE, $name, $size bytes"
    # shellcheck disable=SC2086 # a list
    beside $name encode "$work/byte.json" "$encode -j 1 --binary u32 -o $work/ids" $peers
    label=', 2 threads' beside "$name" encode - "$encode -j 2 --binary u32 -o $work/ids"
    label=', numbers as text' beside "$name" encode - "$encode -j 1 -o $work/ids"
done
if [ -e "$bert" ]; then
    "$bin/ckpt-convert" -q "$bert" -o "$work/word.tok"
    "$bin/ckpt-convert" -q "$work/word.tok" -o "$work/word.json"
    for name in english chinese code; do
        encode="$bin/tok-encode --doc --end '' -m $work/word.tok"
        begin "WordPiece, $name"
        peers='kitoken tokenizers'
        [ $name != chinese ] || peers=tokenizers # kitoken takes minutes for a megabyte
        # shellcheck disable=SC2086 # a list
        beside $name encode "$work/word.json" "$encode -j 1 --binary u32 -o $work/ids" \
            ${node:+$peers}
    done
fi
begin 'training byte-level BPE, 30000 tokens'
train="$bin/tok-train -q --vocab-size 30001 -o $work/out.tok"
beside english train - "$train -j 1" ${node:+tokenizers}
label=', 2 threads' beside english train - "$train -j 2"
rm -rf "$work"
