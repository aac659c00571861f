"""gpt_steps.py - the losses of a GPT's first steps in PyTorch, from the initial weights of a
checkpoint and windows of a text in their order, for tests/long/gpt.sh.

usage: gpt_steps.py CHECKPOINT IDS.u16 STEPS BATCH CONTEXT RATE
Pre-norm layers (or GPT-1's: no ln_f), gelu in its tanh form, tied head; AdamW with betas 0.9 and
0.99, weight decay 0.1 on matrices, gradients no longer than 1, one constant rate.  Prints a loss a
line, in nats.  Reads the file by itself; heads are told by its configuration."""
import json
import struct
import sys

import torch
from torch.nn import functional as F

path, ids, steps, B, T, rate = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]), float(sys.argv[6])
raw = open(path, "rb").read()
length = struct.unpack("<Q", raw[:8])[0]
header = json.loads(raw[8 : 8 + length])
config = json.loads(header.pop("__metadata__")["lm.config"])
w = {}
for name, t in header.items():
    if t["dtype"] == "F32" and not name.startswith("tokenizer."):
        a, b = (8 + length + x for x in t["data_offsets"])
        flat = torch.frombuffer(bytearray(raw[a:b]), dtype=torch.float32)
        w[name] = flat.reshape(t["shape"]).clone().requires_grad_(True)
L, H, post = config["layers"], config["heads"], config["norm"] == "post"
wte, wpe = (w["tokens_embed.weight"], w["positions_embed.weight"]) if post else (w["wte.weight"], w["wpe.weight"])
C = wte.shape[1]
mask = torch.tril(torch.ones(T, T, dtype=torch.bool))


def norm(x, name):
    return F.layer_norm(x, (C,), w[name + ".weight"], w[name + ".bias"], 1e-5)


def linear(x, name):
    return x @ w[name + ".weight"] + w[name + ".bias"]


def attention(x, p):
    n, t, _ = x.shape
    q, k, v = (y.view(n, t, H, C // H).transpose(1, 2) for y in linear(x, p + "attn.c_attn").split(C, 2))
    a = (q @ k.transpose(-2, -1)) * (C // H) ** -0.5
    y = F.softmax(a.masked_fill(~mask[:t, :t], float("-inf")), -1) @ v
    return linear(y.transpose(1, 2).reshape(n, t, C), p + "attn.c_proj")


def mlp(x, p):
    return linear(F.gelu(linear(x, p + "mlp.c_fc"), approximate="tanh"), p + "mlp.c_proj")


def loss_of(x, y):
    h = wte[x] + wpe[: x.shape[1]]
    for l in range(L):
        p = f"h.{l}."
        if post:
            h = norm(h + attention(h, p), p + "ln_1")
            h = norm(h + mlp(h, p), p + "ln_2")
        else:
            h = h + attention(norm(h, p + "ln_1"), p)
            h = h + mlp(norm(h, p + "ln_2"), p)
    if not post:
        h = norm(h, "ln_f")
    return F.cross_entropy((h @ wte.T).flatten(0, 1), y.flatten())


data = torch.tensor(struct.unpack("<%dH" % (len(open(ids, "rb").read()) // 2), open(ids, "rb").read()))
matrices = [p for p in w.values() if p.dim() > 1]
vectors = [p for p in w.values() if p.dim() == 1]
optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}],
                              lr=rate, betas=(0.9, 0.99), eps=1e-8)
for step in range(steps):
    at = torch.arange(B)[:, None] * T + torch.arange(T) + step * B * T
    loss = loss_of(data[at], data[at + 1])
    optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(list(w.values()), 1.0)
    optimizer.step()
    print(f"{loss.item():.7f}")
