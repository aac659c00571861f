# A model that has learned one text by heart; two bytes of it are one character.
$ for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do printf 'one two three é\n\n'; done >text
$ gpt-train -q --layers 1 --heads 2 --width 32 -t 32 --steps 150 -b 8 -l 0.01 -o one.gpt text
$ gpt-sample -m one.gpt --greedy 'one' 'on' ''
|  two three é
| ---
| e two three é
| ---
| one two three é
$ gpt-sample -m one.gpt --temperature 0 one
|  two three é
$ gpt-sample -m one.gpt -k 1 one
|  two three é
$ gpt-sample -m one.gpt --top-p 0.3 one
|  two three é
$ gpt-sample -m one.gpt --min-p 0.9 one
|  two three é
$ gpt-sample -m one.gpt --beams 3 one
|  two three é
$ gpt-sample -m one.gpt --greedy --echo one
| one two three é
$ gpt-sample -m one.gpt --greedy --max-tokens 4 one
|  two
$ gpt-sample -m one.gpt --greedy --samples 3 one
|  two three é
| ---
|  two three é
| ---
|  two three é

# Lines are prompts: an empty one is a beginning, CR before LF is no part of it, the last needs no LF.
$ printf 'one\n\ntwo\r\none two' | gpt-sample -m one.gpt --greedy
|  two three é
| ---
| one two three é
| ---
|  three é
| ---
|  three é
$ gpt-sample -m one.gpt --greedy </dev/null

# Stop texts, the first that comes; what is cut off counts as written.
$ gpt-sample -m one.gpt --greedy --stop three --stop é one
|  two 
$ gpt-sample -m one.gpt --greedy --stop ' two three é' --jsonl one
| {"prompt":"one","k":0,"completion":"","ids":[32,116,119,111,32,116,104,114,101,101,32,195,169],"n":13,"ended":true}
$ gpt-sample -m one.gpt --greedy --stop é --stop nothing one | tr ' ' _
| _two_three_
$ gpt-sample -m one.gpt --greedy --stop 'three é or not' one
|  two three é

# Objects: other keys are passed through, ours replaced; blank lines are none.
$ printf '{"id": 7, "prompt":"tw\\u006f", "n":"old", "x":[1,{"y":null}]}\n\n{"prompt":""}\n' >prompts
$ gpt-sample -m one.gpt --greedy --jsonl <prompts
| {"id":7,"prompt":"tw\u006f","x":[1,{"y":null}],"k":0,"completion":" three é","ids":[32,116,104,114,101,101,32,195,169,256],"n":10,"ended":true}
| {"prompt":"","k":0,"completion":"one two three é","ids":[111,110,101,32,116,119,111,32,116,104,114,101,101,32,195,169,256],"n":17,"ended":true}
$ gpt-sample -m one.gpt --greedy --jsonl --max-tokens 11 <prompts | tail -n 1
| {"prompt":"","k":0,"completion":"one two thr","ids":[111,110,101,32,116,119,111,32,116,104,114],"n":11,"ended":false}
$ gpt-sample -m one.gpt --greedy --jsonl --max-tokens 15 '' | sed 's/.*completion/completion/' # a character cut short
| completion":"one two three �","ids":[111,110,101,32,116,119,111,32,116,104,114,101,101,32,195],"n":15,"ended":false}
$ gpt-sample -m one.gpt --jsonl --samples 2 -s 3 one | cut -c 1-22
| {"prompt":"one","k":0,
| {"prompt":"one","k":1,
$ gpt-sample -m one.gpt --jsonl --beams 4 --samples 2 one | sed 's/"ids.*score"/"score"/; s/-0[^}]*/-0/; 2s/n":" .*,/n":"",/'
| {"prompt":"one","k":0,"completion":" two three é","score":-0}
| {"prompt":"one","k":1,"completion":"","score":-0}
$ printf '{"prompt":1}\n' | gpt-sample -m one.gpt --jsonl
! gpt-sample: standard input:1: byte 10: expected a string, found '1'
= 4
$ printf '{"prompt":"a"}\n{"text":"a"}\n' | gpt-sample -m one.gpt --jsonl >/dev/null
! gpt-sample: standard input:2: byte 12: the object has no "prompt"
= 4
$ printf '{"prompt":"a","prompt":"b"}\n' | gpt-sample -m one.gpt --jsonl
! gpt-sample: standard input:1: byte 23: a second "prompt"
= 4
$ printf '{"prompt":"a"\n' | gpt-sample -m one.gpt --jsonl
! gpt-sample: standard input:1: byte 13: expected ',' or '}', found the end
= 4
$ printf '{"prompt":"a","x":"\303\251\303"}\n' | gpt-sample -m one.gpt --jsonl # would be written again
! gpt-sample: standard input:1: byte 21: not UTF-8
= 4
$ printf 'text\n' | gpt-sample -m one.gpt --jsonl
! gpt-sample: standard input:1: byte 0: expected an object, found 't'
= 4

# Log-probabilities are the model's whatever rule chose, and add up.
$ gpt-sample -m one.gpt --greedy --logprobs --max-tokens 3 one | sed 's/^-0\.0[0-9]*/-0.0/'
| -0.0	32	\x20
| -0.0	116	t
| -0.0	119	w
$ gpt-sample -m one.gpt --logprobs --temperature 3 --max-tokens 9 one >a; gpt-sample -m one.gpt --logprobs --temperature 3 --max-tokens 9 --jsonl one >b
$ awk '{ sum += $1 } END { printf "%.6f\n", sum }' a >c; sed 's/.*"lp":\([^,]*\),.*/\1/' b | awk '{ printf "%.6f\n", $1 }' | cmp - c

# The same seed, the same texts: whatever the number of threads and of streams; of others, others.
$ gpt-train -q --steps 30 --warmup 0 --width 32 -t 48 -o tiny.gpt data/stories-train.txt
$ head -n 5 data/stories-test.txt | cut -c 1-30 >some
$ gpt-sample -m tiny.gpt --samples 4 --max-tokens 12 -s 5 --logprobs <some >a
$ for j in 1 2 3; do for b in 1 2 7 64; do gpt-sample -m tiny.gpt --samples 4 --max-tokens 12 -s 5 --logprobs -j $j -b $b <some | cmp - a; done; done
$ gpt-sample -m tiny.gpt --samples 4 --max-tokens 12 -s 6 --logprobs <some | cmp -s - a
= 1
$ gpt-sample -m tiny.gpt --beams 5 --max-tokens 12 --logprobs -j 1 <some >a; gpt-sample -m tiny.gpt --beams 5 --max-tokens 12 --logprobs -j 2 <some | cmp - a
$ LM_CPU=ref gpt-sample -m tiny.gpt --samples 2 --max-tokens 5 --logprobs one >a; gpt-sample -m tiny.gpt --samples 2 --max-tokens 5 --logprobs one | cmp - a

# Weights of fewer bits: the same at every CPU level, for any number of threads and of streams.
$ for w in bf16 int8; do gpt-sample -m one.gpt --weights $w --greedy one; done
|  two three é
|  two three é
$ for w in bf16 int8; do
>     gpt-sample -m tiny.gpt --weights $w --samples 2 --max-tokens 9 --logprobs <some >$w
>     gpt-sample -m tiny.gpt --weights $w --samples 2 --max-tokens 9 --logprobs -j 2 -b 3 <some | cmp - $w
>     for l in ref avx2; do LM_CPU=$l gpt-sample -m tiny.gpt --weights $w --samples 2 --max-tokens 9 --logprobs <some | cmp - $w; done
> done
$ gpt-sample -m tiny.gpt --samples 2 --max-tokens 9 --logprobs <some >f32; cmp -s f32 bf16 || cmp -s f32 int8 || cmp -s bf16 int8
= 1

# --repetition: no byte twice, if that is expensive enough.
$ gpt-sample -m tiny.gpt --greedy --max-tokens 10 The | fold -w 1 | sort | uniq -d | wc -l | awk '{ print ($1 > 0) }'
| 1
$ gpt-sample -m tiny.gpt --greedy --repetition 10 --max-tokens 10 --jsonl The | sed 's/.*\[//; s/\].*//' | tr , '\n' | sort | uniq -d

# What a prompt cannot be is told with its place.
$ tok-train -q --kind char --closed -o closed.tok text; gpt-train -q --layers 1 --width 8 --tokenizer closed.tok --steps 1 -o closed.gpt text
$ printf 'one\ntwo!\n' | gpt-sample -m closed.gpt >/dev/null
! gpt-sample: standard input:2: character '!' is not in the vocabulary, which has no <unk>
= 4
$ gpt-sample -m closed.gpt one 'two!' >/dev/null
! gpt-sample: prompt 2: character '!' is not in the vocabulary, which has no <unk>
= 4
$ gpt-sample -m closed.gpt ''
! gpt-sample: prompt 1 is empty, and the tokenizer has no <|endoftext|> to begin with
= 4

# The end of the context is said.
$ gpt-sample -m one.gpt --greedy --max-tokens 5 'one two three é one two three é one'
! gpt-sample: prompt 1, sample 1: ends after 0 tokens, as the context of 32 is full
|
$ gpt-sample -m tiny.gpt --max-tokens 100 --jsonl "$(printf '%046d' 0)" | sed 's/.*"n"/"n"/'
! gpt-sample: prompt 1, sample 1: ends after 3 tokens, as the context of 48 is full
| "n":3,"ended":false,"overflow":true}
$ gpt-sample -m tiny.gpt --max-tokens 100 --overflow slide --jsonl "$(printf '%046d' 0)" | sed 's/.*"n"/"n"/'
! gpt-sample: prompt 1, sample 1: the context of 48 is full after 3 tokens; from here on the oldest half is forgotten whenever it is
| "n":100,"ended":false}
$ gpt-sample -q -m tiny.gpt --max-tokens 100 --overflow slide -b 1 -j 1 --samples 3 The >a; gpt-sample -q -m tiny.gpt --max-tokens 100 --overflow slide -b 3 -j 2 --samples 3 The | cmp - a
$ gpt-sample -m tiny.gpt --max-tokens 100 --beams 2 "$(printf '%047d' 0)" | wc -l
! gpt-sample: prompt 1, sample 1: ends after 2 tokens, as the context of 48 is full
| 1

# All that is too much of a prompt is forgotten at once, not half by half.
$ { head -c 3000000 /dev/zero | tr '\0' a; echo 'one two three'; } | timeout 30 gpt-sample -q -m one.gpt --greedy --overflow slide --max-tokens 3
|  é

# Special tokens are text, unless asked for.
$ gpt-sample -m one.gpt --greedy --special '<|endoftext|>'
| one two three é
$ gpt-sample -q -m one.gpt --greedy '<|endoftext|>' | grep -c '^one two three é'
| 0
= 1

# A pipe gets an answer to each line before the next one is asked for.
$ mkfifo in; exec 3<>in; gpt-sample -m one.gpt --greedy --jsonl --line-buffered <in >out & echo '{"prompt":"on"}' >&3; for i in 1 2 3 4 5 6 7 8 9 10; do [ -s out ] || sleep 0.2; done; cut -c 1-35 out; kill $!
| {"prompt":"on","k":0,"completion":"

# On a terminal the text comes as it is written.
$ pty -o gpt-sample -m one.gpt --greedy one </dev/null
|  two three é

# Wrong uses.
$ gpt-sample one
! gpt-sample: --model FILE is missing
! gpt-sample: --help shows an example
= 2
$ gpt-sample -m one.gpt --beams 2 --top 3 one
! gpt-sample: --beams: it does not go with --top
! gpt-sample: --help shows an example
= 2
$ gpt-sample -m one.gpt --beams 2 --samples 3 one
! gpt-sample: --samples: 3 is more than --beams 2
! gpt-sample: --help shows an example
= 2
$ gpt-sample -m one.gpt --temperature 0.001 one
! gpt-sample: --temperature: 0.001 is neither 0 nor at least 0.01
! gpt-sample: --help shows an example
= 2
$ gpt-sample -m one.gpt --stop '' one
! gpt-sample: --stop: the text is empty
! gpt-sample: --help shows an example
= 2
$ gpt-sample -m one.gpt --max-tokens 0 one
! gpt-sample: --max-tokens: 0 is out of range (1 to 1000000000; nearest 1)
! gpt-sample: --help shows an example
= 2
$ gpt-sample -m nothing one
! gpt-sample: nothing: open: No such file or directory
= 3
$ ngram-train -q -n 2 -o n.lm text; gpt-sample -m n.lm one
! gpt-sample: n.lm: not a GPT (kind 'ngram')
= 4
$ gpt-sample -m one.gpt one >/dev/full
! gpt-sample: standard output: write: No space left on device
= 3
