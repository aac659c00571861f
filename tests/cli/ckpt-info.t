# A file of another maker, its header and data written by hand.
$ cat >st <<'end'
> # sh st HEADER DATA: a safetensors file; DATA as for printf
> n=${#1}
> printf "\\$(printf %o $((n % 256)))\\$(printf %o $((n / 256)))\0\0\0\0\0\0%s$2" "$1"
> end
$ sh st '{"h.10.w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"h.9.w":{"dtype":"U8","shape":[],"data_offsets":[8,9]},"__metadata__":{"note":"one\ntwo\u001b[1m"}}' 'abcdefghi' >f.st
$ ckpt-info f.st
| kind        none
| parameters  2
| bytes       9
| tensors     2
|   h
|     9
|       w  U8    []                1
|     10
|       w  F32   [1,2]             8
| metadata note
|   one
|   two\x1B[1m
$ ckpt-info --verify <f.st | head -n 3
| kind        none
| checksums   none
| parameters  2
$ ckpt-info --tsv - <f.st
| name	dtype	shape	elements	bytes
| h.10.w	F32	[1,2]	2	8
| h.9.w	U8	[]	1	1

# Files that are not as they should be.
$ ckpt-info no-such-file
! ckpt-info: no-such-file: open: No such file or directory
= 3
$ ckpt-info . 2>/dev/null
= 3
$ ckpt-info /dev/null
! ckpt-info: /dev/null: header: expected its length in 8 bytes, the file has 0
= 4
$ echo 'not a checkpoint' >text; ckpt-info text
! ckpt-info: text: header: 7521891404167278446 bytes long, at most 100000000 are allowed; is it a checkpoint?
= 4
$ head -c 20 f.st >short; ckpt-info short
! ckpt-info: short: header: ends at byte 168, the file at byte 20
= 4
$ head -c 176 f.st | ckpt-info
! ckpt-info: standard input: tensor 'h.9.w': data ends at offset 9, the file at 8
= 4
$ sh st '{"a":{"dtype":"F8_E5M2","shape":[1],"data_offsets":[0,1]}}' a | ckpt-info
! ckpt-info: standard input: header: byte 31: unknown dtype 'F8_E5M2'
= 4
$ sh st '{"__metadata__":{"lm.kind":"gpt","lm.version":"2"}}' '' | ckpt-info
! ckpt-info: standard input: header: lm.version is 2, this program reads up to 1
= 4
$ sh st '{"__metadata__":{"lm.kind":"gpt","lm.version":"1"}}' '' | ckpt-info
! ckpt-info: standard input: header: lm.crc32c is not 8 hexadecimal digits
= 4
$ ckpt-info f.st f.st 2>/dev/null
= 2

# The sum of this header was computed with a bitwise CRC-32C in Python.
$ sh st '{"__metadata__":{"lm.config":"{\"order\":3,\"discounts\":[0.5,[]],\"of\":{\"x\":null}}","lm.crc32c":"f605b975","lm.kind":"gpt","lm.version":"1"}}' '' >lm.st
$ ckpt-info --verify lm.st
| kind        gpt
| version     1
| checksums   all match
| parameters  0
| bytes       0
| tensors     0
| config
|   {
|     "order": 3,
|     "discounts": [0.5, []],
|     "of": {
|       "x": null
|     }
|   }
$ LC_ALL=C tr x y <lm.st | ckpt-info
! ckpt-info: standard input: header: checksum mismatch (bytes 0 to 153)
= 4

# A model: what is damaged is named.
? command -v ngram-train >/dev/null
$ printf 'a b\nb a\n' | ngram-train -q -n 2 -o m.lm
$ ckpt-info --verify m.lm | grep -e ^kind -e ^checksums
| kind        ngram
| checksums   all match
$ ckpt-info --tsv m.lm | awk -F '\t' 'NR > 1 { bytes += $5 } END { print bytes }' >sum
$ ckpt-info m.lm | sed -n 's/^bytes *//p' | cmp - sum
$ n=$(wc -c <m.lm); head -c $((n - 1)) m.lm >cut.lm; ckpt-info cut.lm 2>&1 | grep -c "^ckpt-info: cut.lm: tensor '"
| 1

# An independent reader agrees about sums and places.
? python3 -c ''
$ python3 $TOP/tests/oracle/safetensors_read.py f.st
| h.10.w	F32	[1, 2]	4.38780001e+24
| h.9.w	U8	[]	105
$ python3 $TOP/tests/oracle/safetensors_read.py m.lm | sed 1d | cut -f 1 >names
$ ckpt-info --tsv m.lm | sed 1d | cut -f 1 | cmp - names
