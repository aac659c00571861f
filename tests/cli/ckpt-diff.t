$ cat >st <<'end'
> # sh st HEADER DATA: a safetensors file; DATA as for printf
> n=${#1}
> printf "\\$(printf %o $((n % 256)))\\$(printf %o $((n / 256)))\0\0\0\0\0\0%s$2" "$1"
> end
$ two='"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}'
> swapped='"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}'
> sh st "{$two}" 'ab\0\0\200\077' >one.st                  # b is 1
> sh st "{$swapped}" '\0\0\200\077ab' >swapped.st
> sh st "{$two}" 'ad\0\0\0\100' >two.st                    # b is 2
> sh st "{$two}" 'ab\0\0\300\177' >nan.st                  # b is NaN
> sh st '{"a":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]}}' 'ab' >shape.st
> sh st '{"c":{"dtype":"I8","shape":[],"data_offsets":[0,1]}}' 'a' >other.st
> sh st "{\"__metadata__\":{\"k\":\"1\",\"only\":\"\"},$two}" 'ab\0\0\200\077' >meta1.st
> sh st "{$two,\"__metadata__\":{\"k\":\"2\"}}" 'ab\0\0\200\077' >meta2.st

# The same contents: nothing is printed.
$ ckpt-diff one.st one.st
$ ckpt-diff one.st - <swapped.st
$ ckpt-diff nan.st nan.st

# Elements: 'b' is 98 and 'd' is 100.
$ ckpt-diff one.st two.st
| tensor 'a': 1 of 2 differ, by at most 2 (relative 0.02)
| tensor 'b': 1 of 1 differ, by at most 1 (relative 0.5)
= 1
$ ckpt-diff --tolerance 1 one.st two.st
| tensor 'a': 1 of 2 differ, by at most 2 (relative 0.02)
= 1
$ ckpt-diff --tolerance 2 one.st two.st
$ ckpt-diff --tolerance 1e300 one.st nan.st
| tensor 'b': 1 of 1 differ, by at most 0 (relative 0), NaN on one side in 1
= 1

# Names, shapes, metadata.
$ ckpt-diff one.st shape.st
| tensor 'a': U8 [2] and U8 [2,1]
| tensor 'b': only in one.st
= 1
$ ckpt-diff other.st - <shape.st
| tensor 'c': only in other.st
| tensor 'a': only in standard input
= 1
$ ckpt-diff meta1.st meta2.st
| metadata 'k': differs
| metadata 'only': only in meta1.st
= 1

# Trouble.
$ ckpt-diff one.st no-such-file
! ckpt-diff: no-such-file: open: No such file or directory
= 3
$ head -c 100 one.st | ckpt-diff one.st -
! ckpt-diff: standard input: header: ends at byte 114, the file at byte 100
= 4
$ ckpt-diff - - <one.st
! ckpt-diff: standard input cannot be both files
! ckpt-diff: --help shows an example
= 2
$ ckpt-diff one.st 2>/dev/null
= 2
$ ckpt-diff --tolerance -1 one.st one.st 2>/dev/null
= 2
$ ckpt-diff --tolerance nan one.st one.st 2>/dev/null
= 2
? [ -c /dev/full ]
$ ckpt-diff one.st two.st >/dev/full
! ckpt-diff: standard output: write: No space left on device
= 3

# Models: the input is in the history only.
? command -v ngram-train >/dev/null
$ printf 'a b\nb c\n' | ngram-train -q -n 2 -o one.lm
$ printf 'b c\na b\n' | ngram-train -q -n 2 -o two.lm
$ ckpt-diff one.lm one.lm
$ ckpt-diff one.lm two.lm
| metadata 'lm.history': differs
= 1
$ ckpt-diff --ignore-history one.lm two.lm
| metadata 'lm.history': differs
