#!/usr/bin/env python3
"""An independent reader and writer of GPTs in the files of others; Python alone.

    gpt_files.py logits PATH ID...      of what follows these tokens, one number a line
    gpt_files.py gguf FOLDER TYPE       to standard output, what llama.cpp's converter would make of
                                        it, in the order of our settings; TYPE: f32, f16 or q8_0

PATH is a folder of Hugging Face's transformers, of GPT-2 or GPT-1 (modeling_gpt2.py,
modeling_openai.py), or a GGUF file of the architecture gpt2 (ggml's docs/gguf.md)."""
import json, math, os, struct, sys


# ---- folders ----

def bf16(data):
    halves = struct.unpack("<%dH" % (len(data) // 2), data)
    return struct.unpack("<%df" % len(halves), b"".join(struct.pack("<HH", 0, h) for h in halves))


def read_safetensors(path):
    """name: (shape, numbers)"""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(length)), file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if entry["dtype"] == "BF16":
            numbers = bf16(data[begin:end])
        else:
            code, size = {"F32": ("f", 4), "F16": ("e", 2)}[entry["dtype"]]
            numbers = struct.unpack("<%d%s" % ((end - begin) // size, code), data[begin:end])
        name = name[12:] if name.startswith("transformer.") else name
        tensors[name] = entry["shape"], numbers
    return tensors


def read_folder(path):
    with open(os.path.join(path, "config.json")) as file:
        config = json.load(file)
    tensors = read_safetensors(os.path.join(path, "model.safetensors"))
    post = config["model_type"] == "openai-gpt"
    model = {"layers": config["n_layer"], "heads": config["n_head"], "width": config["n_embd"],
             "context": config["n_positions"], "eps": config["layer_norm_epsilon"], "post": post}
    names = {"wte": "tokens_embed.weight", "wpe": "positions_embed.weight"} if post else {
        "wte": "wte.weight", "wpe": "wpe.weight", "ln_f.w": "ln_f.weight", "ln_f.b": "ln_f.bias"}
    parts = {"ln_1": "ln_1", "qkv": "attn.c_attn", "proj": "attn.c_proj", "ln_2": "ln_2",
             "fc": "mlp.c_fc", "out": "mlp.c_proj"}
    for layer in range(model["layers"]):
        for ours, theirs in parts.items():
            for end, whole in (("w", "weight"), ("b", "bias")):
                names["%d.%s.%s" % (layer, ours, end)] = "h.%d.%s.%s" % (layer, theirs, whole)
    for ours, theirs in names.items():
        shape, numbers = tensors[theirs]
        # A list of rows; Conv1D has a row for each input.
        model[ours] = list(numbers) if len(shape) == 1 else [
            numbers[i:i + shape[1]] for i in range(0, len(numbers), shape[1])]
    return model


# ---- GGUF ----

class Cursor:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, code):
        value, = struct.unpack_from("<" + code, self.data, self.at)
        self.at += struct.calcsize(code)
        return value

    def text(self):
        length = self.take("Q")
        self.at += length
        return self.data[self.at - length:self.at].decode()

    def value(self, kind):
        if kind == 8:
            return self.text()
        if kind == 9:
            kind, count = self.take("I"), self.take("Q")
            return [self.value(kind) for _ in range(count)]
        return self.take({4: "I", 5: "i", 6: "f", 7: "?"}[kind])


def read_numbers(data, at, kind, count):
    if kind == 0:
        return struct.unpack_from("<%df" % count, data, at)
    if kind == 1:
        return struct.unpack_from("<%de" % count, data, at)
    assert kind == 8 and count % 32 == 0
    numbers = []
    for block in range(count // 32):
        scale, *whole = struct.unpack_from("<e32b", data, at + 34 * block)
        numbers += [scale * n for n in whole]
    return numbers


def read_gguf(path):
    """settings, {name: (shape, type, numbers)}; shapes in the order of the file"""
    with open(path, "rb") as file:
        cursor = Cursor(file.read())
    assert cursor.take("4s") == b"GGUF" and cursor.take("I") == 3
    tensor_count, setting_count = cursor.take("Q"), cursor.take("Q")
    settings, entries, tensors = {}, [], {}
    for _ in range(setting_count):
        key = cursor.text()
        assert key not in settings
        settings[key] = cursor.value(cursor.take("I"))
    for _ in range(tensor_count):
        name = cursor.text()
        shape = [cursor.take("Q") for _ in range(cursor.take("I"))]
        entries.append((name, shape, cursor.take("I"), cursor.take("Q")))
    start = (cursor.at + 31) // 32 * 32
    for name, shape, kind, offset in entries:
        assert offset % 32 == 0 and name not in tensors
        numbers = read_numbers(cursor.data, start + offset, kind, math.prod(shape))
        tensors[name] = shape, kind, numbers
    return settings, tensors


def read_gguf_model(path):
    settings, tensors = read_gguf(path)
    assert settings["general.architecture"] == "gpt2"
    model = {"layers": settings["gpt2.block_count"], "post": False,
             "heads": settings["gpt2.attention.head_count"],
             "width": settings["gpt2.embedding_length"],
             "context": settings["gpt2.context_length"],
             "eps": settings["gpt2.attention.layer_norm_epsilon"]}
    assert settings["gpt2.feed_forward_length"] == 4 * model["width"]
    assert len(settings["tokenizer.ggml.tokens"]) == tensors["token_embd.weight"][0][1]
    assert len(set(settings["tokenizer.ggml.tokens"])) == len(settings["tokenizer.ggml.tokens"])
    names = {"wte": "token_embd.weight", "wpe": "position_embd.weight",
             "ln_f.w": "output_norm.weight", "ln_f.b": "output_norm.bias"}
    parts = {"ln_1": "attn_norm", "qkv": "attn_qkv", "proj": "attn_output", "ln_2": "ffn_norm",
             "fc": "ffn_up", "out": "ffn_down"}
    for layer in range(model["layers"]):
        for ours, theirs in parts.items():
            for end, whole in (("w", "weight"), ("b", "bias")):
                names["%d.%s.%s" % (layer, ours, end)] = "blk.%d.%s.%s" % (layer, theirs, whole)
    for ours, theirs in names.items():
        shape, _, numbers = tensors[theirs]
        rows = list(numbers) if len(shape) == 1 else [
            numbers[i:i + shape[0]] for i in range(0, len(numbers), shape[0])]
        # A row for each output.
        model[ours] = rows if len(shape) == 1 or ours in ("wte", "wpe") else list(zip(*rows))
    return model


# ---- the model ----

def norm(x, weight, bias, eps):
    mean = sum(x) / len(x)
    variance = sum((v - mean) ** 2 for v in x) / len(x)
    scale = 1 / math.sqrt(variance + eps)
    return [(v - mean) * scale * w + b for v, w, b in zip(x, weight, bias)]


def linear(x, rows, bias):
    y = list(bias)
    for v, row in zip(x, rows):
        for i, w in enumerate(row):
            y[i] += v * w
    return y


def gelu(x):
    return 0.5 * x * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))


def attention(states, model, name):
    """states: (T, C), what goes in; returns (T, C)"""
    width, heads = model["width"], model["heads"]
    dim = width // heads
    qkv = [linear(x, model[name + "qkv.w"], model[name + "qkv.b"]) for x in states]
    out = []
    for t in range(len(states)):
        row = []
        for h in range(heads):
            at = h * dim
            query = qkv[t][at:at + dim]
            logits = [sum(a * b for a, b in zip(query, qkv[s][width + at:width + at + dim])) /
                      math.sqrt(dim) for s in range(t + 1)]
            most = max(logits)
            weights = [math.exp(v - most) for v in logits]
            total = sum(weights)
            row += [sum(w * qkv[s][2 * width + at + i] for s, w in enumerate(weights)) / total
                    for i in range(dim)]
        out.append(linear(row, model[name + "proj.w"], model[name + "proj.b"]))
    return out


def add(a, b):
    return [[v + w for v, w in zip(x, y)] for x, y in zip(a, b)]


def logits(model, ids):
    x = add([model["wte"][i] for i in ids], [model["wpe"][t] for t in range(len(ids))])
    for layer in range(model["layers"]):
        name = "%d." % layer

        def ln(states, which):
            return [norm(s, model[name + which + ".w"], model[name + which + ".b"], model["eps"])
                    for s in states]

        def mlp(states):
            inner = [[gelu(v) for v in linear(s, model[name + "fc.w"], model[name + "fc.b"])]
                     for s in states]
            return [linear(s, model[name + "out.w"], model[name + "out.b"]) for s in inner]

        if model["post"]:
            n = ln(add(x, attention(x, model, name)), "ln_1")
            x = ln(add(n, mlp(n)), "ln_2")
        else:
            x = add(x, attention(ln(x, "ln_1"), model, name))
            x = add(x, mlp(ln(x, "ln_2")))
    last = x[-1] if model["post"] else norm(x[-1], model["ln_f.w"], model["ln_f.b"], model["eps"])
    return [sum(a * b for a, b in zip(last, row)) for row in model["wte"]]


# ---- a writer of GGUF ----

def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def round_away(x):
    return int(math.floor(abs(x) + 0.5)) * (1 if x >= 0 else -1)


def q8_0(numbers):
    """In single precision: of products and quotients of floats, doubles have all that rounding
    wants."""
    data = b""
    for at in range(0, len(numbers), 32):
        block = numbers[at:at + 32]
        scale = single(max(abs(x) for x in block) / 127)
        inverse = single(1 / scale) if scale else 0
        data += struct.pack("<e32b", scale, *(round_away(single(x * inverse)) for x in block))
    return data


def text(value):
    value = value.encode()
    return struct.pack("<Q", len(value)) + value


def setting(key, kind, value):
    if kind == "text":
        return text(key) + struct.pack("<I", 8) + text(value)
    if kind == "texts":
        return (text(key) + struct.pack("<IIQ", 9, 8, len(value)) +
                b"".join(text(v) for v in value))
    if kind == "numbers":
        return text(key) + struct.pack("<IIQ%di" % len(value), 9, 5, len(value), *value)
    number, code = {"u32": (4, "I"), "f32": (6, "f")}[kind]
    return text(key) + struct.pack("<I" + code, number, value)


def tokenizer_settings(folder, vocab):
    with open(os.path.join(folder, "tokenizer.json"), encoding="utf-8") as file:
        tokenizer = json.load(file)
    special = {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    tokens = ["<unused %d>" % i for i in range(vocab)]
    kinds = [5] * vocab
    for piece, i in tokenizer["model"]["vocab"].items():
        tokens[i], kinds[i] = piece, 3 if i in special else 1
    end = [i for i, content in special.items() if content == "<|endoftext|>"][0]
    return [("tokenizer.ggml.model", "text", "gpt2"), ("tokenizer.ggml.pre", "text", "gpt-2"),
            ("tokenizer.ggml.tokens", "texts", tokens),
            ("tokenizer.ggml.token_type", "numbers", kinds),
            ("tokenizer.ggml.merges", "texts", tokenizer["model"]["merges"]),
            ("tokenizer.ggml.bos_token_id", "u32", end),
            ("tokenizer.ggml.eos_token_id", "u32", end)]


def settings_of(folder, kind):
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    all_of_it = [("general.architecture", "text", "gpt2"),
                 ("gpt2.context_length", "u32", config["n_positions"]),
                 ("gpt2.embedding_length", "u32", config["n_embd"]),
                 ("gpt2.block_count", "u32", config["n_layer"]),
                 ("gpt2.feed_forward_length", "u32", 4 * config["n_embd"]),
                 ("gpt2.attention.head_count", "u32", config["n_head"]),
                 ("gpt2.attention.layer_norm_epsilon", "f32", config["layer_norm_epsilon"]),
                 ("general.file_type", "u32", {"f32": 0, "f16": 1, "q8_0": 7}[kind])]
    if kind == "q8_0":
        all_of_it.append(("general.quantization_version", "u32", 2))
    return all_of_it + tokenizer_settings(folder, config["vocab_size"])


def tensors_of(folder):
    """name, a list of rows or of numbers, in the file's order"""
    model = read_folder(folder)
    tensors = [("token_embd.weight", model["wte"]), ("position_embd.weight", model["wpe"])]
    parts = [("attn_norm", "ln_1"), ("attn_qkv", "qkv"), ("attn_output", "proj"),
             ("ffn_norm", "ln_2"), ("ffn_up", "fc"), ("ffn_down", "out")]
    for layer in range(model["layers"]):
        for theirs, ours in parts:
            weight = model["%d.%s.w" % (layer, ours)]
            if not ours.startswith("ln"):
                weight = list(zip(*weight))
            tensors.append(("blk.%d.%s.weight" % (layer, theirs), weight))
            tensors.append(("blk.%d.%s.bias" % (layer, theirs), model["%d.%s.b" % (layer, ours)]))
    return tensors + [("output_norm.weight", model["ln_f.w"]),
                      ("output_norm.bias", model["ln_f.b"])]


def write_gguf(folder, kind, out):
    settings, tensors = settings_of(folder, kind), tensors_of(folder)
    header = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(settings))
    header += b"".join(setting(*s) for s in settings)
    data = b""
    for name, rows in tensors:
        matrix = not isinstance(rows[0], float)
        numbers = [x for row in rows for x in row] if matrix else rows
        shape = [len(rows[0]), len(rows)] if matrix else [len(rows)]
        form = kind if matrix and name != "position_embd.weight" else "f32"
        if form == "q8_0" and shape[0] % 32:
            form = "f16"
        header += text(name) + struct.pack("<I%dQ" % len(shape), len(shape), *shape)
        header += struct.pack("<IQ", {"f32": 0, "f16": 1, "q8_0": 8}[form], len(data))
        data += q8_0(numbers) if form == "q8_0" else struct.pack(
            "<%d%s" % (len(numbers), "f" if form == "f32" else "e"), *numbers)
        data += b"\0" * (-len(data) % 32)
    out.write(header + b"\0" * (-len(header) % 32) + data)


def main(what, path, *rest):
    if what == "gguf":
        write_gguf(path, rest[0], sys.stdout.buffer)
        return
    model = read_folder(path) if os.path.isdir(path) else read_gguf_model(path)
    for value in logits(model, [int(i) for i in rest]):
        print("%.9g" % value)


main(*sys.argv[1:])
