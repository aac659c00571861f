# GPT-2's and BERT's tokenizers, their ids as other programs give them: texts of many kinds of
# characters (tiktoken, js-tiktoken, gpt-tokenizer, gpt-3-encoder; google-research/bert and Hugging
# Face's tokenizers).  Rows whose category is invalid_utf8 have bytes in place of a text.
? test -e "$SHARED/data/tokenizers/gpt2/encoder.json" && test -e "$SHARED/data/tok-vectors/gpt2.tsv"
$ t=$SHARED/data/tokenizers; ckpt-convert "$t/gpt2" -o gpt2 && ckpt-convert -q "$t/bert-uncased" -o bert_uncased
$ cat >files <<'END'
> # A file of each text, by printf(1), and the ids that are expected of all.
> BEGIN { FS = "\t"; for (i = 0; i < 256; i++) octal[sprintf("%02x", i)] = sprintf("\\%03o", i) }
> /^#/ { next }
> {
>     text = ""
>     for (i = 1; i < length($3); i += 2) text = text octal[substr($3, i, 2)]
>     if ($2 ~ /^invalid_utf8/) {
>         text = substr($5, 2, length($5) - 2)
>         gsub(/\\ufffd/, "\\357\\277\\275", text)
>         gsub(/\\ud83d\\ude00/, "\\360\\237\\230\\200", text)
>     }
>     printf "printf '%s' >%s.txt; echo '%s' >>expected\n", text, $1, $4
> }
> END
$ for m in gpt2 bert_uncased; do
>     rm -f ./*.txt expected; awk -f files "$SHARED/data/tok-vectors/$m.tsv" >make; sh make; wc -l <expected | tr -d ' '
>     tok-encode -m $m --doc ./*.txt | cmp - expected
>     if [ $m = gpt2 ]; then tok-decode -m gpt2 --doc expected >all; cat ./*.txt | cmp - all; fi
> done
| 300
| 300

# Whole files: their counts of tokens are known, and the same bytes come back.
? test -e "$SHARED/data/text/tinyshakespeare.txt" && test -e "$SHARED/data/text/wikitext-2/test.txt"
$ for f in tinyshakespeare.txt wikitext-2/test.txt; do
>     tok-encode -m gpt2 --doc "$SHARED/data/text/$f" >ids; wc -w <ids | tr -d ' '; tok-decode -m gpt2 --doc ids | cmp - "$SHARED/data/text/$f"
> done
| 338025
| 295877
