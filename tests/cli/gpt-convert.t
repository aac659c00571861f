# A GPT-2 for Hugging Face's transformers and back: nothing is lost.
$ tok-train -q --vocab-size 300 -o a.tok data/stories-valid.txt
> gpt-train -q --steps 1 --warmup 0 --layers 2 --heads 2 --width 32 -t 16 -b 2 --tokenizer a.tok -o a.gpt data/stories-valid.txt
> ckpt-convert --to hf a.gpt -o hf; ls -A hf
| config.json
| merges.txt
| model.safetensors
| tokenizer.json
| tokenizer_config.json
| vocab.json
$ cat hf/config.json hf/tokenizer_config.json
| {
|   "architectures": ["GPT2LMHeadModel"],
|   "model_type": "gpt2",
|   "vocab_size": 300,
|   "n_positions": 16,
|   "n_embd": 32,
|   "n_layer": 2,
|   "n_head": 2,
|   "n_ctx": 16,
|   "activation_function": "gelu_new",
|   "n_inner": null,
|   "layer_norm_epsilon": 1e-05,
|   "bos_token_id": 299,
|   "eos_token_id": 299,
|   "tie_word_embeddings": true,
|   "torch_dtype": "float32"
| }
| {
|   "bos_token": "<|endoftext|>",
|   "eos_token": "<|endoftext|>",
|   "unk_token": "<|endoftext|>",
|   "add_prefix_space": false,
|   "clean_up_tokenization_spaces": false,
|   "model_max_length": 16,
|   "tokenizer_class": "GPT2Tokenizer"
| }
$ ckpt-convert hf -o b.gpt; ckpt-diff a.gpt b.gpt; ckpt-info b.gpt | sed -n 's/.*\(ckpt-convert.*\)/\1/p' | sed 's/=[0-9]*:[0-9a-f]*/=/g'
| metadata 'lm.history': differs
| ckpt-convert 0.1.0 unit=word case=auto input= input= input=
$ ckpt-convert hf/model.safetensors -o - | cmp - b.gpt; ckpt-convert --from hf ./hf/ -o - | cmp - b.gpt; (cd hf && ckpt-convert model.safetensors -o -) | cmp - b.gpt
$ ckpt-convert --to hf b.gpt -o again/; for f in hf/*; do cmp $f again/${f#hf/}; done
# The weights alone, as any reader of safetensors finds them; the tokenizer alone.
$ ckpt-info hf/model.safetensors | grep -e metadata -e history -A 1 -e wpe -e wte
|   wpe
|     weight        F32   [16,32]           2048
|   wte
|     weight        F32   [300,32]         38400
$ ckpt-convert --from hf --to tokenizer-json hf -o - | cmp - hf/tokenizer.json; ckpt-convert --to tokenizer-json hf/model.safetensors -o - | cmp - hf/tokenizer.json
$ ckpt-convert --from bpe-files hf -o t.tok; ckpt-convert --to tokenizer-json t.tok -o - | cmp - hf/tokenizer.json
# Without tokenizer.json, from vocab.json and merges.txt.
$ mkdir two; cp hf/[cmv]* two; ckpt-convert two -o c.gpt; ckpt-diff b.gpt c.gpt
| metadata 'lm.history': differs
= 1

# Bytes become byte pairs without a pair, and have a model of more tokens than they are.
$ gpt-train -q --steps 1 --warmup 0 --layers 1 --heads 1 --width 8 -t 8 -b 1 --vocab 260 -o d.gpt data/stories-valid.txt
> ckpt-convert --to hf d.gpt -o d; ckpt-convert d -o e.gpt; ckpt-diff d.gpt e.gpt; cat d/merges.txt; grep -e vocab_size -e eos d/config.json
| metadata 'lm.config': differs
| metadata 'lm.history': differs
| #version: 0.2
|   "vocab_size": 260,
|   "eos_token_id": 256,

# GPT-1: its own names.
$ tok-train -q --kind bpe --vocab-size 200 -o o.tok data/stories-valid.txt
> gpt-train -q --steps 1 --warmup 0 --layers 1 --heads 2 --width 8 -t 8 -b 1 --norm post --tokenizer o.tok -o o.gpt data/stories-valid.txt
> ckpt-convert --to hf o.gpt -o o; ls -A o; cat o/config.json o/tokenizer_config.json; ckpt-convert o -o p.gpt; ckpt-diff o.gpt p.gpt
| config.json
| merges.txt
| model.safetensors
| tokenizer.json
| tokenizer_config.json
| vocab.json
| {
|   "architectures": ["OpenAIGPTLMHeadModel"],
|   "model_type": "openai-gpt",
|   "vocab_size": 200,
|   "n_positions": 8,
|   "n_embd": 8,
|   "n_layer": 1,
|   "n_head": 2,
|   "n_ctx": 8,
|   "afn": "gelu",
|   "layer_norm_epsilon": 1e-05,
|   "bos_token_id": null,
|   "eos_token_id": null,
|   "tie_word_embeddings": true,
|   "torch_dtype": "float32"
| }
| {
|   "unk_token": "<unk>",
|   "do_lower_case": false,
|   "clean_up_tokenization_spaces": false,
|   "model_max_length": 8,
|   "tokenizer_class": "PreTrainedTokenizerFast"
| }
| metadata 'lm.history': differs
= 1
$ ckpt-info o/model.safetensors | grep -A 1 embed
|   positions_embed
|     weight        F32   [8,8]             256
|   tokens_embed
|     weight        F32   [200,8]          6400

# What Hugging Face's models are not.
$ echo 'o=$1; shift; exec gpt-train -q --steps 1 --warmup 0 --layers 2 --heads 1 --width 8 -t 8 -b 1 -o $o "$@" data/stories-valid.txt' >new
$ sh new s.gpt --positions sine; ckpt-convert --to hf s.gpt -o no
! ckpt-convert: s.gpt: its positions are sines, and models of this format have learned ones
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to gguf s.gpt -o no
! ckpt-convert: s.gpt: its positions are sines, and models of this format have learned ones
! ckpt-convert: --help shows an example
= 2
$ sh new l.gpt --pattern dense,local:2; ckpt-convert --to hf l.gpt -o no
! ckpt-convert: l.gpt: its attention, of layer 1, is not dense, as in models of this format
! ckpt-convert: --help shows an example
= 2
# A band as wide as the context is dense.
$ sh new w.gpt --pattern dense,band:8; ckpt-convert --to hf w.gpt -o w; ckpt-convert --to gguf w.gpt -o w.gguf
$ ckpt-convert --to gguf o.gpt -o no
! ckpt-convert: o.gpt: its layers are post-norm, as GPT-1's, which gguf has not
! ckpt-convert: --help shows an example
= 2
$ tok-train -q --kind wordpiece --vocab-size 200 -o wp.tok data/stories-valid.txt; sh new wp.gpt --tokenizer wp.tok; ckpt-convert --to gguf wp.gpt -o no
! ckpt-convert: wp.gpt: a tokenizer of kind 'wordpiece' has no form as gguf, of a GPT: only byte-bpe and byte have
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to hf wp.gpt -o wp; ls -A wp; ckpt-convert -q wp -o wp2.gpt; ckpt-diff wp.gpt wp2.gpt
| config.json
| model.safetensors
| tokenizer.json
| tokenizer_config.json
| metadata 'lm.history': differs
= 1
$ tok-train -q --kind char -o ch.tok data/stories-valid.txt; sh new ch.gpt --tokenizer ch.tok; ckpt-convert --to hf ch.gpt -o no; ls | grep no
! ckpt-convert: ch.gpt: a tokenizer of kind 'char' has no form as tokenizer-json
! ckpt-convert: --help shows an example
= 1

# Formats that do not go together.
$ ckpt-convert a.gpt -o no
! ckpt-convert: a.gpt: holds a GPT: --to hf or --to gguf is wanted
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to lm a.gpt -o no
! ckpt-convert: a.gpt: is in the format asked for already
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to arpa a.gpt -o no
! ckpt-convert: a.gpt: only an n-gram model has an ARPA form (kind 'gpt')
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to hf hf -o no
! ckpt-convert: hf: is in the format asked for already
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to arpa hf -o no
! ckpt-convert: hf: a GPT has no ARPA form
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to w2v hf -o no
! ckpt-convert: hf: a GPT has no word vectors
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to hf a.tok -o no
! ckpt-convert: a.tok: a model of kind 'tokenizer' has no such form, which gpt has
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --to gguf hf/vocab.json -o no
! ckpt-convert: hf/vocab.json: there is no GPT in it
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --quantize 8 hf -o no
! ckpt-convert: a GPT has no pruned or compact form
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --slim hf -o no
! ckpt-convert: --slim: it makes a checkpoint of a checkpoint
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --type f16 hf -o no
! ckpt-convert: --type: it is for --to gguf
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert --case lower hf -o no
! ckpt-convert: --case: it is for tokenizers of other formats
! ckpt-convert: --help shows an example
= 2
$ ckpt-convert - -o no <hf/model.safetensors
! ckpt-convert: standard input: a model of another maker, whose config.json and tokenizer lie beside it: give the file's name, or the folder's
= 4
$ ckpt-convert --to hf a.gpt -o hf
! ckpt-convert: hf: create: File exists
= 3
$ ckpt-convert --to hf a.gpt -o -
! ckpt-convert: a folder cannot go to standard output
! ckpt-convert: --help shows an example
= 2
$ ngram-train -q -n 1 -o n.lm data/stories-valid.txt; ckpt-convert --to gguf n.lm -o no
! ckpt-convert: n.lm: a model of kind 'ngram' has no such form, which gpt has
! ckpt-convert: --help shows an example
= 2

# What is missing, and what is there in its place.
$ mkdir m; cp a.tok m; ckpt-convert --from hf m -o no
! ckpt-convert: m: a model of another maker without config.json, model.safetensors, tokenizer.json (or vocab.json and merges.txt) in its folder
= 4
$ cp hf/config.json m; ckpt-convert --from hf m -o no
! ckpt-convert: m: a model of another maker without model.safetensors, tokenizer.json (or vocab.json and merges.txt) in its folder
= 4
$ ckpt-convert --to gguf m -o no
! ckpt-convert: m: a model of another maker without model.safetensors, tokenizer.json (or vocab.json and merges.txt) in its folder
= 4
$ : >m/pytorch_model.bin; ckpt-convert m -o no
! ckpt-convert: m: the weights are a Python pickle (pytorch_model.bin); expected model.safetensors, as save_pretrained of transformers writes
= 4
$ : >m/model.safetensors.index.json; ckpt-convert m -o no
! ckpt-convert: m: a model of another maker without tokenizer.json (or vocab.json and merges.txt) in its folder
= 4
$ rm m/*.json; cp hf/model.safetensors m; ckpt-convert m/model.safetensors -o no
! ckpt-convert: m/model.safetensors: a model of another maker without config.json, tokenizer.json (or vocab.json and merges.txt) beside it
= 4
$ cp hf/config.json hf/tok* m; head -c 5000 hf/model.safetensors >m/model.safetensors; ckpt-convert m -o no
! ckpt-convert: m/model.safetensors: tensor 'h.0.attn.c_attn.weight': data ends at offset 12672, the file at 2696
= 4

# Weights in several files, with an index: the same model.  One file, if it is there too, is all that is read.
$ mkdir s s1; cp hf/[ct]* s; cp hf/[ct]* s1; sh $TOP/tests/shards.sh hf/model.safetensors s 3; sh $TOP/tests/shards.sh hf/model.safetensors s1 1; ls s s1
| s:
| config.json
| model-00001-of-00003.safetensors
| model-00002-of-00003.safetensors
| model-00003-of-00003.safetensors
| model.safetensors.index.json
| tokenizer.json
| tokenizer_config.json
|
| s1:
| config.json
| model-00001-of-00001.safetensors
| model.safetensors.index.json
| tokenizer.json
| tokenizer_config.json
$ for s in s s1 ./s/; do ckpt-convert $s -o - | ckpt-diff - b.gpt; ckpt-convert --from hf $s -o - | ckpt-diff b.gpt -; ckpt-convert $s --to gguf -o $s.gguf; ckpt-convert --to gguf b.gpt -o - | cmp - $s.gguf; done
| metadata 'lm.history': differs
| metadata 'lm.history': differs
| metadata 'lm.history': differs
| metadata 'lm.history': differs
| metadata 'lm.history': differs
| metadata 'lm.history': differs
$ ckpt-convert s -o - | ckpt-info - | grep -o input= | wc -l
| 6
$ lm-eval -m s data/stories-test.txt >several; lm-eval -m hf data/stories-test.txt | cmp - several; gpt-sample -m s --max-tokens 5 one | cksum >several; gpt-sample -m hf --max-tokens 5 one | cksum | cmp - several
$ cp hf/model.safetensors s1; echo '{' >s1/model.safetensors.index.json; ckpt-convert s1 -o - | cmp - b.gpt
# A shard alone is not the model.
$ ckpt-convert s/model-00003-of-00003.safetensors -o no
! ckpt-convert: s/model-00003-of-00003.safetensors: tensor 'h.0.ln_1.weight' is missing
= 4
# What is wrong with an index, or a shard.
$ cp s/*index.json index; echo 'sed "$1" index >s/model.safetensors.index.json; ckpt-convert s -o no' >try
$ sh try 's/00002-of/00004-of/g'
! ckpt-convert: s/model.safetensors.index.json: tensor 'h.0.mlp.c_proj.bias' is in model-00004-of-00003.safetensors, which is missing
= 4
$ for name in ../s/model-00002-of-00003.safetensors /etc/passwd .. - '' model-00002-of-00003 './x.safetensors' 'x\\u002f.safetensors'; do sh try "s|model-00002-of-00003.safetensors|$name|g"; done
! ckpt-convert: s/model.safetensors.index.json: byte 660: tensor 'h.0.mlp.c_proj.bias': '../s/model-00002-of-00003.safetensors' is not the name of a .safetensors file without a folder
! ckpt-convert: s/model.safetensors.index.json: byte 634: tensor 'h.0.mlp.c_proj.bias': '/etc/passwd' is not the name of a .safetensors file without a folder
! ckpt-convert: s/model.safetensors.index.json: byte 625: tensor 'h.0.mlp.c_proj.bias': '..' is not the name of a .safetensors file without a folder
! ckpt-convert: s/model.safetensors.index.json: byte 624: tensor 'h.0.mlp.c_proj.bias': '-' is not the name of a .safetensors file without a folder
! ckpt-convert: s/model.safetensors.index.json: byte 623: '' is not a name
! ckpt-convert: s/model.safetensors.index.json: byte 643: tensor 'h.0.mlp.c_proj.bias': 'model-00002-of-00003' is not the name of a .safetensors file without a folder
! ckpt-convert: s/model.safetensors.index.json: byte 638: tensor 'h.0.mlp.c_proj.bias': './x.safetensors' is not the name of a .safetensors file without a folder
! ckpt-convert: s/model.safetensors.index.json: byte 642: tensor 'h.0.mlp.c_proj.bias': 'x/.safetensors' is not the name of a .safetensors file without a folder
= 4
$ sh try 's/h.0.mlp.c_proj.bias/h.0.mlp.c_proj.bia/'
! ckpt-convert: s/model.safetensors.index.json: tensor 'h.0.mlp.c_proj.bia' is missing in model-00002-of-00003.safetensors
= 4
$ sh try 's/"h.0.mlp.c_proj.bias":"[^"]*",//'
! ckpt-convert: s/model.safetensors.index.json: weight_map does not tell of tensor 'h.0.mlp.c_proj.bias' in s/model-00002-of-00003.safetensors
= 4
$ sh try 's/"h.0.mlp.c_proj.bias":"model-00002/"h.0.mlp.c_proj.bias":"model-00001/'
! ckpt-convert: s/model.safetensors.index.json: tensor 'h.0.mlp.c_proj.bias' is missing in model-00001-of-00003.safetensors
= 4
$ sh try 's/"h.0.mlp.c_proj.bias":/"h.0.mlp.c_fc.bias":/'
! ckpt-convert: s/model.safetensors.index.json: tensor 'h.0.mlp.c_fc.bias' is missing in model-00002-of-00003.safetensors
= 4
$ sh try 's/"wte.weight":.*/"wte.weight":1}}/'
! ckpt-convert: s/model.safetensors.index.json: byte 1544: expected a string, found '1'
= 4
$ sh try 's/}}$/}/'
! ckpt-convert: s/model.safetensors.index.json: byte 1580: expected ',' or '}', found the end
= 4
$ sh try 's/}}$/}} x/'
! ckpt-convert: s/model.safetensors.index.json: byte 1581: expected the end, found 'x'
= 4
$ sh try 's/weight_map/weights_map/'
! ckpt-convert: s/model.safetensors.index.json: byte 1582: weight_map is missing
= 4
$ sh try 's/}}$/},"weight_map":{}}/'
! ckpt-convert: s/model.safetensors.index.json: byte 1593: weight_map is repeated
= 4
$ sh try 's/\(weight_map":{\).*/\1}}/'
! ckpt-convert: s/model.safetensors.index.json: tensor 'wte.weight' is missing
= 4
$ sh try 's/.*/[]/'
! ckpt-convert: s/model.safetensors.index.json: byte 0: expected an object, found '['
= 4
$ sh try d
! ckpt-convert: s/model.safetensors.index.json: byte 0: expected an object, found the end
= 4
$ awk 'BEGIN { printf "{\"weight_map\":{\"a\":\"a.safetensors\""; for (i = 0; i < 1024; i++) printf ",\"%d\":\"%d.safetensors\"", i, i; print "}}" }' >s/model.safetensors.index.json; ckpt-convert s -o no
! ckpt-convert: s/model.safetensors.index.json: the tensors are in 1025 files, at most 1024 are allowed
= 4
# As those have it who make such files of pickles: a head that is the table of tokens is in the index alone.
$ sed 's/}}$/,"lm_head.weight":"model-00003-of-00003.safetensors"}}/' index >s/model.safetensors.index.json; ckpt-convert s -o - | ckpt-diff - b.gpt
| metadata 'lm.history': differs
= 1
$ sed 's/embeddings": true/embeddings": false/' hf/config.json >s/config.json; ckpt-convert s -o no
! ckpt-convert: s/model.safetensors.index.json: tensor 'lm_head.weight' is missing, and tie_word_embeddings is false
= 4
$ cp hf/config.json s; cp index s/model.safetensors.index.json; head -c 5000 s/model-00001-of-00003.safetensors >cut; mv cut s/model-00001-of-00003.safetensors; ckpt-convert s -o no
! ckpt-convert: s/model-00001-of-00003.safetensors: tensor 'h.0.attn.c_attn.weight': data ends at offset 12672, the file at 4202
= 4

# Settings of config.json.
$ cp hf/model.safetensors m; echo 'sed "$1" hf/config.json >m/config.json; ckpt-convert m -o no' >try
$ sh try 's/gpt2"/bert"/'
! ckpt-convert: m/config.json: model_type is 'bert'; expected gpt2 or openai-gpt
= 4
$ sh try '/model_type/d'
! ckpt-convert: m/config.json: model_type is missing; expected gpt2 or openai-gpt
= 4
$ sh try 's/gelu_new/gelu/'
! ckpt-convert: m/config.json: activation_function is 'gelu': only gelu_new can be computed here
= 4
$ sh try 's/gelu_new/relu/'
! ckpt-convert: m/config.json: activation_function is 'relu': only gelu_new can be computed here
= 4
$ sh try 's/"n_inner": null/"n_inner": 64/'
! ckpt-convert: m/config.json: n_inner is 64: only 4 n_embd, 128, can be computed here
= 4
$ sh try 's/"n_inner": null/"scale_attn_weights": false/'
! ckpt-convert: m/config.json: byte 236: scale_attn_weights is false: such a model cannot be computed here
= 4
$ sh try 's/"n_inner": null/"scale_attn_by_inverse_layer_idx": true/'
! ckpt-convert: m/config.json: byte 248: scale_attn_by_inverse_layer_idx is true: such a model cannot be computed here
= 4
$ sh try 's/"n_inner": null/"add_cross_attention": true/'
! ckpt-convert: m/config.json: byte 236: add_cross_attention is true: such a model cannot be computed here
= 4
$ sh try 's/embeddings": true/embeddings": false/'
! ckpt-convert: m/model.safetensors: tensor 'lm_head.weight' is missing, and tie_word_embeddings is false
= 4
$ sh try 's/1e-05/0/'
! ckpt-convert: m/config.json: byte 251: layer_norm_epsilon: expected a number above 0, up to 1
= 4
$ sh try 's/1e-05/"x"/'
! ckpt-convert: m/config.json: byte 250: expected a number, found '"'
= 4
$ sh try '/n_head/d'
! ckpt-convert: m/config.json: n_head is missing, or 0
= 4
$ sh try 's/n_head": 2/n_head": 3/'
! ckpt-convert: m/config.json: width: 32 is no multiple of 3 heads
= 4
$ sh try 's/n_layer": 2/n_layer": 3/'
! ckpt-convert: m/model.safetensors: tensor 'h.2.ln_1.weight' is missing
= 4
$ sh try 's/n_layer": 2/n_layer": 129/'
! ckpt-convert: m/config.json: layers: 129 is not in 1 .. 128
= 4
$ sh try 's/n_positions": 16/n_positions": 17/'
! ckpt-convert: m/model.safetensors: tensor 'wpe.weight': found F32 [16,32], expected F32, F64, F16 or BF16 [17,32]
= 4
$ sh try 's/vocab_size": 300/vocab_size": 299/'
! ckpt-convert: m/config.json: vocab: 299 is less than the tokenizer's 300
= 4
$ sh try 's/vocab_size": 300/vocab_size": -1/'
! ckpt-convert: m/config.json: byte 82: expected a whole number from 0 in 64 bits, found -1
= 4
$ sh try '$d'
! ckpt-convert: m/config.json: byte 361: expected ',' or '}', found the end
= 4
$ sh try 's/n_layer": 2/n_layer": 1/'
! ckpt-convert: m/model.safetensors: tensor 'h.1.attn.c_attn.bias': a model as config.json describes it has none
= 4
# What says nothing else, or what is said in another way.
$ sh try 's/"n_inner": null/"n_inner": 128, "scale_attn_weights": true, "reorder_and_upcast_attn": true/'; ckpt-diff no b.gpt
| metadata 'lm.history': differs
= 1
$ sh try 's/1e-05/0.001/'; ckpt-info no | grep eps; ckpt-convert --to hf no -o eps; grep eps eps/config.json
|     "eps": 0.001,
|   "layer_norm_epsilon": 0.001,

# Programs take such models as they are.
$ lm-eval -m a.gpt data/stories-test.txt >ours; lm-eval -m hf data/stories-test.txt | cmp - ours; lm-eval -m hf/model.safetensors data/stories-test.txt | cmp - ours
$ cat a.gpt | lm-eval -m - data/stories-test.txt | cmp - ours
$ lm-eval -m - data/stories-test.txt <hf/model.safetensors
! lm-eval: standard input: a model of another maker, whose config.json and tokenizer lie beside it: give the file's name, or the folder's
= 4

# GGUF: the same bytes that another program makes of the folder.
? python3 -c ''
$ for t in f32 f16 q8_0; do ckpt-convert --to gguf --type $t a.gpt -o $t; python3 $TOP/tests/oracle/gpt_files.py gguf hf $t | cmp - $t; done; ckpt-convert --to gguf hf -o - | cmp - f32
$ for t in f32 f16 q8_0; do ckpt-convert --to gguf --type $t d.gpt -o $t; python3 $TOP/tests/oracle/gpt_files.py gguf d $t | cmp - $t; done
