# gpt_sample_torch.py - tokens a second of GPT-2 (124M) in PyTorch, of random weights, with keys and values
# kept: of a prompt of 512, of one text, and of 16 at once.
#
#   python3 gpt_sample_torch.py THREADS
import sys
import time

import torch
import torch.nn.functional as f

L, H, C, V = 12, 12, 768, 50257
torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)


def make(*shape):
    return torch.randn(*shape) * 0.02


layers = [
    {
        "attn": (make(C, 3 * C), make(3 * C)),
        "proj": (make(C, C), make(C)),
        "fc": (make(C, 4 * C), make(4 * C)),
        "out": (make(4 * C, C), make(C)),
    }
    for _ in range(L)
]
wte, wpe = make(V, C), make(1024, C)


def linear(x, w):
    return torch.addmm(w[1], x.reshape(-1, x.shape[-1]), w[0]).reshape(*x.shape[:-1], -1)


def forward(ids, caches):
    batch, rows = ids.shape
    start = caches[0][0].shape[2] if caches[0] else 0
    x = wte[ids] + wpe[start : start + rows]
    for i, w in enumerate(layers):
        qkv = linear(f.layer_norm(x, (C,)), w["attn"]).split(C, 2)
        q, k, v = (t.view(batch, rows, H, C // H).transpose(1, 2) for t in qkv)
        if caches[i]:
            k, v = torch.cat([caches[i][0], k], 2), torch.cat([caches[i][1], v], 2)
        caches[i] = (k, v)
        scores = q @ k.transpose(2, 3) / 8
        if rows > 1:
            scores = scores + torch.full((rows, rows), -1e9).triu(1)
        heads = (scores.softmax(3) @ v).transpose(1, 2).reshape(batch, rows, C)
        x = x + linear(heads, w["proj"])
        x = x + linear(f.gelu(linear(f.layer_norm(x, (C,)), w["fc"])), w["out"])
    return f.layer_norm(x[:, -1], (C,)) @ wte.t()


def seconds(batch, rows, steps):
    best = 1e9
    for _ in range(3):
        caches = [None] * L
        ids = torch.randint(V, (batch, rows))
        begin = time.monotonic()
        logits = forward(ids, caches)
        if steps:
            begin = time.monotonic()
        for _ in range(steps):
            logits = forward(logits.argmax(1, keepdim=True), caches)
        best = min(best, time.monotonic() - begin)
    return best


with torch.no_grad():
    print(
        "PyTorch f32: prompt %.1f, one text %.1f, 16 texts %.1f tokens/s"
        % (512 / seconds(1, 512, 0), 64 / seconds(1, 1, 64), 1024 / seconds(16, 1, 64))
    )
