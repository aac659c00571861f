# A tokenizer of GPT-2's kind as its first program had it: ids of bytes in the order of the letters
# that stand for them, 33 to 126, 161 to 172, 174 to 255, the others; then five merges.
$ awk 'function put(c) { printf "%s\"\\u%04x\": %d", n ? ", " : "{", c, n; n++ }
>     BEGIN {
>         for (b = 33; b <= 126; b++) put(b); for (b = 161; b <= 172; b++) put(b); for (b = 174; b <= 255; b++) put(b)
>         for (b = 256; b < 324; b++) put(b)
>         print ", \"he\": 256, \"ll\": 257, \"hell\": 258, \"\\u0120w\": 259, \"\\u00c3\\u00a9\": 260, \"<|endoftext|>\": 261}"
>     }' >encoder.json
$ printf '#version: 0.2\nh e\nl l\nhe ll\n\304\240 w\n\303\203 \302\251\n' >vocab.bpe
$ ckpt-convert encoder.json -o g.tok; printf 'hello world \303\251!\n' | tok-encode -m g.tok
| 258 78 259 78 81 75 67 220 260 0
$ echo '258 78 259 78 81 75 67 220 260 0 261' | tok-decode -m g.tok | tr -d '\303' | tr '\251' e
| hello world e!<|endoftext|>
$ ckpt-info g.tok | sed -n -e '/^kind/p' -e '/^ *"/p' -e '/^  ckpt/s/ input=.*//p'
| kind        tokenizer
|     "tokenizer": {
|       "kind": "byte-bpe",
|       "size": 262,
|       "merges": 5,
|       "lower": false,
|       "special": [261]
|   ckpt-convert 0.1.0 unit=word case=auto

# From the other file; from the folder; by other names; Windows' ends of lines; no first line.
$ ckpt-convert vocab.bpe -o - | cmp - g.tok; mkdir a; cp encoder.json a/vocab.json; cp vocab.bpe a/merges.txt
$ ckpt-convert a -o - | cmp - g.tok; ckpt-convert a/merges.txt -o - | cmp - g.tok; ckpt-convert ./a/ -o - | cmp - g.tok
$ cp encoder.json small-vocab.json; sed 's/$/\r/' vocab.bpe >small-merges.txt; ckpt-convert small-merges.txt -o s.tok; ckpt-diff s.tok g.tok
| metadata 'lm.history': differs
= 1
$ sed 1d vocab.bpe >small-merges.txt; ckpt-convert small-vocab.json -o s.tok; ckpt-diff s.tok g.tok
| metadata 'lm.history': differs
= 1
$ ckpt-convert --from bpe-files small-merges.txt -o - | cmp - s.tok

# tiktoken's file of the same ranks: its merges follow, and <|endoftext|> is the next one.
$ awk 'function put(b) { print substr(A, int(b / 4) + 1, 1) substr(A, b % 4 * 16 + 1, 1) "== " n++ }
>     BEGIN {
>         A = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
>         for (b = 33; b <= 126; b++) put(b); for (b = 161; b <= 172; b++) put(b); for (b = 174; b <= 255; b++) put(b)
>         for (b = 0; b <= 32; b++) put(b); for (b = 127; b <= 160; b++) put(b); put(173)
>         print "aGU= 256\nbGw= 257\naGVsbA== 258\nIHc= 259\nw6k= 260"
>     }' >g.tiktoken
$ ckpt-convert g.tiktoken -o t.tok; ckpt-diff t.tok g.tok
| metadata 'lm.history': differs
= 1
$ ckpt-convert --to tiktoken g.tok -o - | cmp - g.tiktoken; sort g.tiktoken >other; ckpt-convert other -o o.tok; ckpt-diff o.tok g.tok
| metadata 'lm.history': differs
= 1
# An id that the file leaves out is that of <|endoftext|>, as in p50k_base.
$ sed 's/w6k= 260/w6k= 261/' g.tiktoken >hole; ckpt-convert hole -o h.tok; echo '260 261' | tok-decode -m h.tok | tr -d '\303' | tr '\251' e; ckpt-convert --to tiktoken h.tok -o - | cmp - hole
| <|endoftext|>e
# Made for text that is split otherwise: ' a' is one piece, '.a' and '! ' are none.
$ (cat g.tiktoken; printf 'IGE= 261\nLmE= 262\nISA= 263\n') >others; ckpt-convert others -o o.tok
! ckpt-convert: warning: others: 2 pieces lie over places where text is split in GPT-2's way, which is done here: others may have split it otherwise

# BERT's.
$ printf '%s\n' '[PAD]' '[UNK]' '[CLS]' '[SEP]' '[MASK]' un '##aff' '##able' a '##b' ',' >vocab.txt
$ ckpt-convert vocab.txt -o b.tok; echo 'Unaffable, ab UNaffx' | tok-encode -m b.tok
| 5 6 7 10 8 9 1
! ckpt-convert: vocab.txt: no piece has an upper-case letter; text is read in lower case, without accents
$ ckpt-convert -q - -o - <vocab.txt | cmp - b.tok; ckpt-convert --to vocab-txt b.tok -o - | cmp - vocab.txt
$ sed 's/$/\r/' vocab.txt >crlf; ckpt-convert -q crlf -o c.tok; ckpt-diff c.tok b.tok
| metadata 'lm.history': differs
= 1
$ ckpt-info b.tok | sed -n '/^ *"/p'
|     "tokenizer": {
|       "kind": "wordpiece",
|       "size": 11,
|       "merges": 0,
|       "lower": true,
|       "longest": 200,
|       "unk": 1,
|       "special": [0, 1, 2, 3, 4]

# In lower case: as said, as tokenizer_config.json beside it says, as its pieces look.
$ ckpt-convert --case keep vocab.txt -o keep.tok; echo 'Unaffable ab' | tok-encode -m keep.tok
| 1 8 9
$ mkdir cased; (cat vocab.txt; echo '##B') >cased/vocab.txt; ckpt-convert cased -o c.tok; echo 'aB Ab' | tok-encode -m c.tok
| 8 11 1
! ckpt-convert: cased/vocab.txt: some piece has an upper-case letter; text is read as it is
$ echo '{"model_max_length": 512, "do_lower_case": true, "strip_accents": null}' >cased/tokenizer_config.json
$ ckpt-convert cased -o c.tok; echo 'aB Ab' | tok-encode -m c.tok; ckpt-info c.tok | grep -c 'input=.* input='
| 8 9 8 9
| 1
$ ckpt-convert --case keep cased/vocab.txt -o c.tok; echo 'aB Ab' | tok-encode -m c.tok
| 8 11 1
$ (cd cased && ckpt-convert -q - -o c.tok <vocab.txt && echo 'aB Ab' | tok-encode -m c.tok)
| 8 11 1
$ ckpt-convert --to vocab-txt c.tok -o - | cmp - cased/vocab.txt; ckpt-convert --to vocab-txt keep.tok -o k
! ckpt-convert: warning: the format does not tell that text is read as it is, and the pieces look as if it was not: read it with --case keep
$ echo '{"do_lower_case": true, "strip_accents": false}' >cased/tokenizer_config.json; ckpt-convert cased -o e
! ckpt-convert: cased/tokenizer_config.json: strip_accents is false; expected it to be as do_lower_case
= 4
$ echo '{"do_lower_case": true, "tokenize_chinese_chars": false}' >cased/tokenizer_config.json; ckpt-convert cased -o e
! ckpt-convert: cased/tokenizer_config.json: tokenize_chinese_chars is false; expected true
= 4
$ echo '{"do_lower_case": 1}' >cased/tokenizer_config.json; ckpt-convert cased -o e
! ckpt-convert: cased/tokenizer_config.json: byte 18: expected true or false, found '1'
= 4
$ echo '{"add_prefix_space": true}' >a/tokenizer_config.json; ckpt-convert a -o e
! ckpt-convert: a/tokenizer_config.json: add_prefix_space is true; expected false
= 4

# GPT-1's: a piece that ends a word ends in </w>.
$ echo '{"a": 1, "b": 2, "a</w>": 3, "b</w>": 4, "ab": 5, "ab</w>": 6, "aba</w>": 7, "<unk>": 0}' >encoder_bpe_40000.json
$ printf '#version: 0.2\na b</w>\na b\nab a</w>\n' >vocab_40000.bpe; ckpt-convert -q vocab_40000.bpe -o o.tok; echo 'AB aba bac' | tok-encode -m o.tok
| 6 7 2 1 0
$ ckpt-info o.tok | sed -n '/^ *"/p'
|     "tokenizer": {
|       "kind": "bpe",
|       "size": 8,
|       "merges": 3,
|       "lower": true,
|       "unk": 0,
|       "special": [0]

# There and back, in every format; a folder that is there is refused.
$ mkdir out; for t in g b o; do
>     ckpt-convert $t.tok -o out/$t.json; ckpt-convert --to tokenizer-json $t.tok -o - | cmp - out/$t.json
>     ckpt-convert -q out/$t.json -o out/$t.tok; ckpt-diff out/$t.tok $t.tok
>     ckpt-convert out/$t.tok -o - | cmp - out/$t.json
> done
| metadata 'lm.history': differs
| metadata 'lm.history': differs
| metadata 'lm.history': differs
$ for t in g o; do ckpt-convert --to bpe-files $t.tok -o out/$t; ckpt-convert -q out/$t -o out/$t.tok; ckpt-diff out/$t.tok $t.tok; ls -A out/$t; done
| metadata 'lm.history': differs
| merges.txt
| vocab.json
| metadata 'lm.history': differs
| merges.txt
| vocab.json
$ cmp out/g/merges.txt vocab.bpe; cmp out/o/merges.txt vocab_40000.bpe; cat out/o/vocab.json; echo
| {"<unk>": 0, "a": 1, "b": 2, "a</w>": 3, "b</w>": 4, "ab": 5, "ab</w>": 6, "aba</w>": 7}
$ ckpt-convert --to bpe-files g.tok -o out/g
! ckpt-convert: out/g: create: File exists
= 3
$ ckpt-convert --to bpe-files g.tok -o -
! ckpt-convert: a folder cannot go to standard output
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to bpe-files b.tok -o out/new; ls -A out | grep -c new
| 0
! ckpt-convert: b.tok: a tokenizer of kind 'wordpiece' has no form as bpe-files
! ckpt-convert: --help shows an example
= 1
# From one format to another at once.
$ ckpt-convert --to tiktoken encoder.json -o - | cmp - g.tiktoken; ckpt-convert -q --to vocab-txt out/b.json -o - | cmp - vocab.txt
$ ckpt-convert --to bpe-files g.tiktoken -o out/again/; cmp out/again/vocab.json out/g/vocab.json

# tokenizer.json as the library writes it, and in older and shorter forms: the same tokenizers.
$ cat out/o.json
| {
|   "version": "1.0",
|   "truncation": null,
|   "padding": null,
|   "added_tokens": [
|     {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}
|   ],
|   "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
|   "pre_tokenizer": {"type": "BertPreTokenizer"},
|   "post_processor": null,
|   "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
|   "model": {
|     "type": "BPE",
|     "dropout": null,
|     "unk_token": "<unk>",
|     "continuing_subword_prefix": "",
|     "end_of_word_suffix": "</w>",
|     "fuse_unk": false,
|     "byte_fallback": false,
|     "ignore_merges": false,
|     "vocab": {
|       "<unk>": 0,
|       "a": 1,
|       "b": 2,
|       "a</w>": 3,
|       "b</w>": 4,
|       "ab": 5,
|       "ab</w>": 6,
|       "aba</w>": 7
|     },
|     "merges": [
|       "a b</w>",
|       "a b",
|       "ab a</w>"
|     ]
|   }
| }
$ sed -e 's/"a b<.w>"/["a", "b<\/w>"]/' -e '/"type": "BPE"/d' -e '/fallback/d' -e '/ignore/d' -e 's/"prefix": ""/"prefix": null/' -e '/padding/d' out/o.json >other.json; grep -c '\["a", "b</w>"\]' other.json; ckpt-convert other.json -o other.tok; ckpt-diff other.tok o.tok
| 1
| metadata 'lm.history': differs
= 1
$ echo '{"model": {"merges": [], "vocab": {}}}' >x; ckpt-convert x -o e
! ckpt-convert: x: there is no "pre_tokenizer"
= 4

# Settings that could not be followed are refused.
$ no() { sed "$1" out/$2.json >no.json; ckpt-convert -q no.json -o e 2>&1 | sed 's/byte [0-9]*/byte N/'; cmp -s no.json out/$2.json && echo same; true; }
> no 's/"add_prefix_space": false/"add_prefix_space": true/' g; no 's/"normalizer": null/"normalizer": {"type": "NFC"}/' g
> no 's/"type": "ByteLevel", "add_prefix_space": false/"type": "Metaspace", "add_prefix_space": false/' g
> no 's/\("trim_offsets": true, "use_regex": \)true/\1false/' g; no 's/"dropout": null/"dropout": 0.1/' g
> no 's/"byte_fallback": false/"byte_fallback": true/' g; no 's/"ignore_merges": false/"ignore_merges": true/' o
> no 's/"fuse_unk": false/"fuse_unk": true/' o; no 's/"lstrip": false/"lstrip": true/' g; no 's/"special": true/"special": false/' g
> no 's/"end_of_word_suffix": "<.w>"/"end_of_word_suffix": "@@"/' o; no 's/"continuing_subword_prefix": ""/"continuing_subword_prefix": "##"/' o
> no 's/"##"/"_"/' b; no 's/"WordPiece"/"WordLevel"/' b; no 's/"clean_text": true/"clean_text": false/' b
> no 's/"strip_accents": null/"strip_accents": false/' b; no 's/"handle_chinese_chars": true/"handle_chinese_chars": false/' b
> no 's/"BertPreTokenizer"/"Whitespace"/' b; no 's/"unk_token": "\[UNK\]"/"unk_token": "[unk]"/' b; no '/"unk_token"/d' b
> no 's/"dropout": null/"dropout": null, "speed": 1/' g; no 's/"version": "1.0"/"version": "2.0"/' g; no 's/_per_word": 200/_per_word": 0/' b
| ckpt-convert: no.json: byte N: "add_prefix_space" is true; expected false
| ckpt-convert: no.json: byte N: "normalizer" is {"type": "NFC"}; expected null
| ckpt-convert: no.json: byte N: "type" is "Metaspace"; expected "ByteLevel"
| ckpt-convert: no.json: byte N: "use_regex" is false; expected true
| ckpt-convert: no.json: byte N: "dropout" is 0.1; expected null
| ckpt-convert: no.json: byte N: "byte_fallback" is true; expected false
| ckpt-convert: no.json: byte N: "ignore_merges" is true; expected false
| ckpt-convert: no.json: byte N: "fuse_unk" is true; expected false
| ckpt-convert: no.json: byte N: "lstrip" is true; expected false
| ckpt-convert: no.json: byte N: "special" is false; expected true
| ckpt-convert: no.json: byte N: "end_of_word_suffix" is "@@"; expected "</w>"
| ckpt-convert: no.json: byte N: "continuing_subword_prefix" is "##"; expected ""
| ckpt-convert: no.json: byte N: "continuing_subword_prefix" is "_"; expected "##"
| ckpt-convert: no.json: byte N: "type" is "WordLevel"; expected "WordPiece"
| ckpt-convert: no.json: byte N: "clean_text" is false; expected true
| ckpt-convert: no.json: byte N: "strip_accents" is false; expected true
| ckpt-convert: no.json: byte N: "handle_chinese_chars" is false; expected true
| ckpt-convert: no.json: byte N: "type" is "Whitespace"; expected "BertPreTokenizer"
| ckpt-convert: no.json: there is no token for the unknown, [unk]
| ckpt-convert: no.json: "unk_token" is missing; expected the token for the unknown
| ckpt-convert: no.json: byte N: "speed": a setting that is not known here
| ckpt-convert: no.json: byte N: "version" is "2.0"; expected "1.0"
| ckpt-convert: no.json: byte N: "max_input_chars_per_word" is 0; expected 1 to 4294967295
# What is done to whole texts is left out; --case may say otherwise than the file.
$ sed 's/"padding": null/"padding": {"pad_id": 0}/' out/b.json >x; ckpt-convert x -o x.tok; ckpt-diff x.tok b.tok
| metadata 'lm.history': differs
! ckpt-convert: x: "padding" is left out, which is the programs' part here
! ckpt-convert: x: "post_processor" is left out, which is the programs' part here
= 1
$ ckpt-convert -q --case keep out/b.json -o x.tok; ckpt-diff x.tok keep.tok
| metadata 'lm.history': differs
= 1
$ sed 's/_per_word": 200/_per_word": 3/' out/b.json >x; ckpt-convert -q x -o x.tok; echo 'ab abb unab' | tok-encode -m x.tok; ckpt-convert --to vocab-txt x.tok -o e
| 8 9 8 9 9 1
! ckpt-convert: warning: vocab.txt does not tell that words of more than 3 characters are unknown
$ ckpt-convert --case lower encoder.json -o e
! ckpt-convert: encoder.json: a byte-level tokenizer reads text as it is
! ckpt-convert: --help shows an example
= 2

# Special tokens beside those that a format knows.
$ sed 's/"added_tokens": \[/&{"id": 262, "content": "<|pad|>", "special": true},/' out/g.json >x; ckpt-convert x -o x.tok; echo '<|pad|>he' | tok-encode --special -m x.tok
| 262 256
$ ckpt-convert --to tiktoken x.tok -o x.tiktoken; cmp x.tiktoken g.tiktoken
! ckpt-convert: warning: rank files have no special tokens: 2 are left out
$ ckpt-convert --to bpe-files x.tok -o out/x; ckpt-convert out/x -o y.tok; ckpt-diff x.tok y.tok
| metadata 'lm.history': differs
= 1
$ sed 's/"added_tokens": \[/&{"id": 262, "content": "Q", "special": true},/' out/g.json >x; ckpt-convert x -o x.tok
! ckpt-convert: x: byte 92: the vocabulary has it as 48
= 4
$ sed 's/"added_tokens": \[/&{"id": 262, "content": "\\n", "special": true},/' out/g.json >x; ckpt-convert x -o x.tok
! ckpt-convert: x: byte 89: a special token spelled as piece 198 is
= 4
$ sed 's/"added_tokens": \[/&{"id": 11, "content": "x y", "special": true},/' out/b.json >x; ckpt-convert -q x -o x.tok; ckpt-convert --to vocab-txt x.tok -o e; tail -n 1 e
| x y
! ckpt-convert: warning: vocab.txt does not tell which tokens are special: 1 besides BERT's are not any more

# No such tokenizer.
$ ckpt-convert --to vocab-txt g.tok -o e
! ckpt-convert: g.tok: a tokenizer of kind 'byte-bpe' has no form as vocab-txt
! ckpt-convert: --help shows an example
= 2
$ printf 'a b\n' | ngram-train -q -n 1 -o n.lm; ckpt-convert --to tokenizer-json n.lm -o e
! ckpt-convert: n.lm: there is no tokenizer in this checkpoint of kind 'ngram'
= 4
$ ckpt-convert --to arpa g.tok -o e
! ckpt-convert: g.tok: only an n-gram model has an ARPA form (kind 'tokenizer')
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to w2v vocab.txt -o e
! ckpt-convert: vocab.txt: a tokenizer has no word vectors
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert n.lm -o n.arpa; ckpt-convert --to tiktoken n.arpa -o e
! ckpt-convert: n.arpa: there is no tokenizer in it
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --quantize 8 vocab.txt -o e
! ckpt-convert: a tokenizer has no pruned or compact form
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --case lower n.lm -o e
! ckpt-convert: --case: it is for tokenizers of other formats
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to vocab-txt vocab.txt -o e
! ckpt-convert: vocab.txt: is in the format asked for already
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to lm g.tok -o e
! ckpt-convert: g.tok: is in the format asked for already
! ckpt-convert: --help shows an example
= 2
$ pty -o ckpt-convert -q vocab.txt -o -
! ckpt-convert: standard output: a terminal; binary output goes to a file or a pipe
! ckpt-convert: --help shows an example
= 2

# Folders, and files without their partner.
$ mkdir empty; ckpt-convert empty -o e
! ckpt-convert: empty: a folder without tokenizer.json, vocab.json and merges.txt, or vocab.txt
= 4
$ ckpt-convert --from tokenizer-json a -o e; ckpt-convert --from vocab-txt a -o e; ckpt-convert --from bpe-files cased -o e; ckpt-convert --from tiktoken a -o e
! ckpt-convert: a: a folder without tokenizer.json
! ckpt-convert: a: a folder without vocab.txt
! ckpt-convert: cased: a folder without vocab.json and merges.txt
! ckpt-convert: a: a folder without a rank file that is known by its name; give the file
= 4
$ ckpt-convert --from lm a -o e
! ckpt-convert: a: open: Is a directory
= 3
$ cp out/b.json a/tokenizer.json; ckpt-convert -q a -o - | cmp - out/b.tok; rm a/tokenizer.json a/merges.txt a/tokenizer_config.json; ckpt-convert a -o e
! ckpt-convert: a/merges.txt: open: No such file or directory
= 3
$ cp encoder.json vocabulary; ckpt-convert vocabulary -o e; ckpt-convert - -o e <vocab.bpe
! ckpt-convert: vocabulary: is the vocabulary of a tokenizer; the other file is looked for beside vocab.json, encoder.json, encoder_bpe_40000.json, merges.txt, vocab.bpe, vocab_40000.bpe
! ckpt-convert: standard input: is the merges of a tokenizer; the other file is looked for beside vocab.json, encoder.json, encoder_bpe_40000.json, merges.txt, vocab.bpe, vocab_40000.bpe
= 4

# What is wrong is named with its place.
$ pair() { rm -rf p; mkdir p; printf '%s' "$1" >p/vocab.json; printf "$2" >p/merges.txt; ckpt-convert -q p -o e; }
> pair '{"a": 0, "b": 2}' ''; pair '{"a": 0, "b": 0}' ''; pair '{"a": 0, "a": 1}' ''; pair '{"a": -1}' ''; pair '{"a": 4294967295}' ''; pair '{"a": "0"}' ''
! ckpt-convert: p/vocab.json: byte 10: id 2, but with 2 pieces ids are 0 to 1, each once
! ckpt-convert: p/vocab.json: byte 10: id 0 came before
! ckpt-convert: p/vocab.json: byte 10: a piece that came before
! ckpt-convert: p/vocab.json: byte 6: expected a whole number from 0 in 64 bits, found -1
! ckpt-convert: p/vocab.json: byte 2: the id is too large: 4294967295
! ckpt-convert: p/vocab.json: byte 6: expected a whole number from 0 in 64 bits, found '"'
= 4
$ pair() { rm -rf p; mkdir p; printf '%s' "$1" >p/vocab.json; printf "$2" >p/merges.txt; ckpt-convert -q p -o e; }
> pair '{"a": 0' ''; pair '{"a": 0} x' ''; pair '{}' ''; pair '{"a": 0}' ''; pair '{"": 0}' ''; pair '{"\u0000": 0}' ''; pair '{"a</w>": 0}' ''
! ckpt-convert: p/vocab.json: byte 7: expected ',' or '}', found the end
! ckpt-convert: p/vocab.json: byte 9: expected the end, found 'x'
! ckpt-convert: p/vocab.json: byte 0 is no piece
! ckpt-convert: p/vocab.json: byte 0 is no piece
! ckpt-convert: p/vocab.json: byte 2: a piece without a letter
! ckpt-convert: p/vocab.json: byte 2: a piece with characters that do not stand for bytes
! ckpt-convert: p/vocab.json: there is no token for the unknown, <unk>
= 4
$ pair() { rm -rf p; mkdir p; printf '%s' "$1" >p/vocab.json; printf "$2" >p/merges.txt; ckpt-convert -q p -o e; }
> v='{"a": 0, "b": 1, "ab": 2}'; pair "$v" 'a b\na c\n'; pair "$v" 'c b\n'; pair "$v" 'b a\n'; pair "$v" 'a b\nab\n'; pair "$v" 'a  b\n'; pair "$v" ' b\n'; pair "$v" 'a \n'; pair "$v" 'a b\n\na b\n'; pair "$v" '\n#version\n'
! ckpt-convert: p/merges.txt:2: the second piece of the merge is not in the vocabulary
! ckpt-convert: p/merges.txt:1: the first piece of the merge is not in the vocabulary
! ckpt-convert: p/merges.txt:1: what the merge makes is not in the vocabulary
! ckpt-convert: p/merges.txt:2: expected two pieces with a blank between
! ckpt-convert: p/merges.txt:1: expected two pieces with a blank between
! ckpt-convert: p/merges.txt:1: expected two pieces with a blank between
! ckpt-convert: p/merges.txt:1: expected two pieces with a blank between
! ckpt-convert: p/merges.txt:2: an empty line before the last
! ckpt-convert: p/merges.txt:1: an empty line before the last
= 4
$ (cat vocab.bpe; echo 'l l') >p/merges.txt; cp encoder.json p/vocab.json; ckpt-convert p -o e
! ckpt-convert: p/vocab.json: merge 5 is that of 75 and 75 again
= 4
$ ranks() { printf "$1" >x; ckpt-convert --from tiktoken x -o e; }
> ranks 'IQ==\n'; ranks 'IQ== \n'; ranks 'IQ== 1x\n'; ranks 'IQ== -1\n'; ranks 'IQ= 0\n'; ranks 'IR== 0\n'; ranks '==== 0\n'; ranks 'I\0== 0\n'; ranks 'IQ==IQ== 0\n'; ranks ' 0\n'
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
! ckpt-convert: x:1: expected bytes in base64, a blank, and a rank
= 4
$ ranks() { printf "$1" >x; ckpt-convert --from tiktoken x -o e; }
> ranks 'IQ== 0\n\nIg== 1\n'; ranks 'IQ== 0\nIg== 0\n'; ranks 'IQ== 0\nIQ== 1\n'; ranks 'IQ== 0\nIg== 5\n'; ranks 'IQ== 0\n'; ranks 'IQ== 99999999999\n'; ranks ''
! ckpt-convert: x:2: an empty line before the last
! ckpt-convert: x:2: id 0 came before
! ckpt-convert: x:2: a piece that came before
! ckpt-convert: x:2: id 5, but with 3 pieces ids are 0 to 2, each once
! ckpt-convert: x: byte 0 is no piece
! ckpt-convert: x:1: the id is too large: 99999999999
! ckpt-convert: x: byte 0 is no piece
= 4
$ (cat g.tiktoken; echo 'aGVsbG8gdw== 261') >x; ckpt-convert x -o e; (cat g.tiktoken; printf '%01400d 261\n' 0) >x; ckpt-convert x -o e
! ckpt-convert: x:262: the piece of rank 261 is made of 3 others that come before it; expected 2
! ckpt-convert: x:262: the piece of rank 261 is made of 1050 others that come before it; expected 2
= 4
$ list() { printf "$1" >x; ckpt-convert -q --from vocab-txt x -o e; }
> list 'a\n\n[UNK]\n'; list 'a\n[UNK]\na'; list 'a\nb\n'; list ''; list '[UNK]'; ckpt-info e | grep size
|       "size": 1,
! ckpt-convert: x:2: an empty line
! ckpt-convert: x:3: a piece that came before
! ckpt-convert: x: there is no token for the unknown, [UNK]
! ckpt-convert: x: there is no token for the unknown, [UNK]
$ json() { printf '%s' "$1" >x; ckpt-convert -q --from tokenizer-json x -o e; }
> json ''; json '[]'; json '{}'; json '{"model": 1}'; json '{"model": {}}'; json '{"model": {}, "model": {}}'; json '{"model": {"vocab": 1, "merges": []}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}}'
! ckpt-convert: x: byte 0: expected an object, found the end
! ckpt-convert: x: byte 0: expected an object, found '['
! ckpt-convert: x: there is no "model"
! ckpt-convert: x: byte 10: expected an object, found '1'
! ckpt-convert: x: "vocab" is missing; expected an object
! ckpt-convert: x: byte 25: "model" is there twice
! ckpt-convert: x: byte 20: expected an object, found '1'
= 4
$ merge() { sed "s/\"h e\",/$1,/" out/g.json >x; ckpt-convert x -o e 2>&1 | sed 's/byte [0-9]*/byte N/'; }
> for m in '"h"' '"h e e"' '["h"]' '["h", "e", "e"]' '["h", 1]' 5 '"q e"' '["e", "q"]' '" h"' '["", "h"]'; do merge "$m"; done
| ckpt-convert: x: byte N: expected two pieces with a blank between
| ckpt-convert: x: byte N: expected two pieces with a blank between
| ckpt-convert: x: byte N: expected two pieces
| ckpt-convert: x: byte N: expected two pieces
| ckpt-convert: x: byte N: expected a string, found '1'
| ckpt-convert: x: byte N: expected a string, found '5'
| ckpt-convert: x: byte N: what the merge makes is not in the vocabulary
| ckpt-convert: x: byte N: what the merge makes is not in the vocabulary
| ckpt-convert: x: byte N: the first piece of the merge is not in the vocabulary
| ckpt-convert: x: byte N: the first piece of the merge is not in the vocabulary
$ head -c 3000 out/g.json >x; ckpt-convert --from tokenizer-json x -o e 2>&1 | sed 's/[0-9][0-9]*/N/'
| ckpt-convert: x: byte N: expected ',' or '}', found the end
