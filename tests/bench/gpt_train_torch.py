"""gpt_train_torch.py - PyTorch's speed in training a GPT, for tests/bench/gpt.sh.

usage: gpt_train_torch.py THREADS STEPS LAYERS HEADS WIDTH VOCAB CONTEXT BATCH
Prints tokens a second (the median of the steps after the first two) and the largest memory in MiB.
Pre-norm layers, gelu in its tanh form, tied head, AdamW (foreach where this PyTorch has it);
attention as one masked matrix, or PyTorch's own function where it is there.  Random tokens, made
before the clock starts."""
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

THREADS, STEPS, L, H, C, V, T, B = (int(a) for a in sys.argv[1:9])
torch.set_num_threads(THREADS)
torch.manual_seed(1)
fused = hasattr(F, "scaled_dot_product_attention")
mask = torch.tril(torch.ones(T, T, dtype=torch.bool))


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(C), nn.LayerNorm(C)
        self.qkv, self.proj = nn.Linear(C, 3 * C), nn.Linear(C, C)
        self.fc, self.out = nn.Linear(C, 4 * C), nn.Linear(4 * C, C)

    def attention(self, x):
        q, k, v = (
            y.view(B, T, H, C // H).transpose(1, 2) for y in self.qkv(x).split(C, dim=2)
        )
        if fused:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            w = (q @ k.transpose(-2, -1)) * (C // H) ** -0.5
            y = F.softmax(w.masked_fill(~mask, float("-inf")), dim=-1) @ v
        return self.proj(y.transpose(1, 2).reshape(B, T, C))

    def forward(self, x):
        x = x + self.attention(self.ln_1(x))
        return x + self.out(F.gelu(self.fc(self.ln_2(x)), approximate="tanh"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(V, C), nn.Embedding(T, C)
        self.layers = nn.ModuleList(Layer() for _ in range(L))
        self.ln_f = nn.LayerNorm(C)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.normal_(p, std=0.02)

    def forward(self, ids, targets):
        x = self.wte(ids) + self.wpe.weight
        for layer in self.layers:
            x = layer(x)
        logits = self.ln_f(x) @ self.wte.weight.T
        return F.cross_entropy(logits.view(-1, V), targets.view(-1))


net = Net()
try:
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-4, weight_decay=0.1, foreach=True)
except TypeError:
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-4, weight_decay=0.1)
ids, targets = torch.randint(V, (B, T)), torch.randint(V, (B, T))
seconds = []
for step in range(STEPS + 2):
    began = time.perf_counter()
    loss = net(ids, targets)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()
    seconds.append(time.perf_counter() - began)
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{B * T / statistics.median(seconds[2:]):.1f} {memory:.0f}")
