#!/bin/sh
# shards.sh - cuts a model.safetensors, as ckpt-convert writes it, into shards with an index.
#
#     sh shards.sh FILE FOLDER COUNT
set -eu
file=$1 folder=$2 count=$3

shard() {
    printf 'model-%05d-of-%05d.safetensors' "$1" "$count"
}

# The 8 bytes of a number, the least first.
length() {
    n=$1
    for _ in 1 2 3 4 5 6 7 8; do
        # shellcheck disable=SC2059 # an escape
        printf "\\$(printf %03o $((n % 256)))"
        n=$((n / 256))
    done
}

header=$(od -An -tu4 -N4 "$file" | tr -d ' ')
# A line for each tensor: shard, name, what is before the offsets, offsets.
tail -c +9 "$file" | head -c "$header" | sed 's/"__metadata__":{[^}]*},*//; s/},*/&\
/g' | sed -n 's/^{*\("[^"]*"\):\({.*"data_offsets":\)\[\([0-9]*\),\([0-9]*\)\].*/\1 \2 \3 \4/p' |
    awk -v count="$count" '{ line[NR] = $0 }
        END { for (i = 1; i <= NR; i++) print int((i - 1) * count / NR) + 1, line[i] }' \
        >"$folder/tensors"

i=0
while [ $((i += 1)) -le "$count" ]; do
    awk -v i="$i" '$1 == i { if (!n++) first = $4
        printf "%s%s:%s[%d,%d]}", (n > 1 ? "," : "{"), $2, $3, $4 - first, $5 - first }
        END { printf "}" }' "$folder/tensors" >"$folder/header"
    first=$(awk -v i="$i" '$1 == i { print $4; exit }' "$folder/tensors")
    last=$(awk -v i="$i" '$1 == i { last = $5 } END { print last }' "$folder/tensors")
    {
        length "$(wc -c <"$folder/header")"
        cat "$folder/header"
        tail -c +$((9 + header + first)) "$file" | head -c $((last - first))
    } >"$folder/$(shard "$i")"
done

{
    printf '{"metadata":{"total_size":0},"weight_map":{'
    while read -r i name _; do
        printf '%s%s:"%s"' "${comma-}" "$name" "$(shard "$i")"
        comma=,
    done <"$folder/tensors"
    printf '}}\n'
} >"$folder/model.safetensors.index.json"
rm "$folder/tensors" "$folder/header"
