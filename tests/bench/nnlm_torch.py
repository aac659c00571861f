"""nnlm_torch.py - PyTorch's speed on the NNLM of nnlm-train, for tests/bench/nn.sh.

usage: nnlm_torch.py THREADS STEPS TEXT [BATCH DIM HIDDEN ORDER]
Prints words a second: the median of the steps after the first two.  Words of the text, one
sentence a line, become ids by descending count; the loss is the full softmax, the optimiser
AdamW (foreach where this PyTorch has it).  The batches are made before the clock starts."""
import collections
import statistics
import sys
import time

import torch

threads, steps, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
batch, dim, hidden, order = (int(a) for a in (sys.argv[4:] + ["256", "100", "200", "5"])[:4])
torch.set_num_threads(threads)
torch.manual_seed(1)

lines = [line.split() for line in open(path, encoding="utf-8", errors="replace")]
words = [w for w, _ in collections.Counter(w for line in lines for w in line).most_common()]
ids = {w: i for i, w in enumerate(words)}
end, start = len(words), len(words) + 1
examples = []
for line in lines:
    sentence = [start] * (order - 1) + [ids[w] for w in line] + [end]
    for i in range(order - 1, len(sentence)):
        examples.append(sentence[i - order + 1 : i + 1])
    if len(examples) >= (steps + 2) * batch:
        break
data = torch.tensor(examples)[: (steps + 2) * batch]
data = data[torch.randperm(len(data))]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = torch.nn.Embedding(len(words) + 2, dim)
        self.linear1 = torch.nn.Linear((order - 1) * dim, hidden)
        self.linear2 = torch.nn.Linear(hidden, len(words) + 1)

    def forward(self, context):
        x = self.embeddings(context).flatten(1)
        return self.linear2(torch.tanh(self.linear1(x)))


net = Net()
try:
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01, foreach=True)
except TypeError:
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
seconds = []
for step in range(len(data) // batch):
    rows = data[step * batch : (step + 1) * batch]
    began = time.perf_counter()
    loss = torch.nn.functional.cross_entropy(net(rows[:, :-1]), rows[:, -1])
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    seconds.append(time.perf_counter() - began)
print(f"{batch / statistics.median(seconds[2:]):.1f}")
