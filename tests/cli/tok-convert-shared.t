# The tokenizers of GPT-2, GPT-1 and BERT as they were published, with the ids that the programs of
# others give: tiktoken and three more for GPT-2, google-research/bert for BERT.
? test -e "$SHARED/data/tokenizers/gpt2/encoder.json" && test -e "$SHARED/data/tokenizer-ref/cases.txt"
$ ln -s "$SHARED/data/tokenizers" t; ln -s "$SHARED/data/tokenizer-ref" r
$ ckpt-convert t/gpt2 -o gpt2; tok-encode -m gpt2 r/cases.txt | cmp - r/cases.gpt2.ids
$ ckpt-convert -q t/bert-uncased -o bert; tok-encode -m bert r/cases.txt | cmp - r/cases.bert-uncased.ids
$ ckpt-convert -q t/gpt1/vocab_40000.bpe -o gpt1; ckpt-info gpt1 | grep -e kind -e size -e merges -e lower
| kind        tokenizer
|     merges   U32   [80000]         320000
|       "kind": "bpe",
|       "size": 40478,
|       "merges": 40000,
|       "lower": true,

# What is written again is, byte for byte, what was published.
$ ckpt-convert --to bpe-files gpt2 -o g; cmp g/vocab.json t/gpt2/encoder.json; cmp g/merges.txt t/gpt2/vocab.bpe
$ ckpt-convert --to vocab-txt bert -o - | cmp - t/bert-uncased/vocab.txt
$ ckpt-convert --to bpe-files gpt1 -o o; cmp o/merges.txt t/gpt1/vocab_40000.bpe

# Through every other format it stays the same: the merges of GPT-2 follow from its ranks.
$ same() { ckpt-diff "$1" "$2" | grep -v history; }
> ckpt-convert --to tiktoken gpt2 -o ranks; ckpt-convert ranks -o again; same again gpt2
> for m in gpt2 bert gpt1; do ckpt-convert $m -o $m.json; ckpt-convert -q $m.json -o again; same again $m; done
> ckpt-convert -q o -o again; same again gpt1
= 1
