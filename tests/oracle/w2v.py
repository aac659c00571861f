#!/usr/bin/env python3
"""Numbers of word vectors' losses from PyTorch, in double: w2v.py > w2v.tsv

Each line: name TAB shape TAB values.  Weights are representable as floats.  CBOW predicts a word
from the mean of four, skip-gram from the first of them; losses are sums over the examples.  Noise
that is the word itself does not count, as in word2vec.c."""
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(20261126)
V, D, N, C, K = 13, 7, 6, 4, 5


def show(name, tensor):
    t = torch.as_tensor(tensor).detach()
    shape = "x".join(str(n) for n in t.shape) or "1"
    print(name, shape, " ".join("%.17g" % v for v in t.reshape(-1).tolist()), sep="\t")


def given(name, *shape):
    t = torch.randn(shape).float().to(torch.float64).requires_grad_(True)
    show(name, t)
    return t


def gradients(prefix, loss, **tensors):
    show(prefix + ".loss", loss)
    for name, grad in zip(tensors, torch.autograd.grad(loss, list(tensors.values()))):
        show(prefix + ".d_" + name, grad)


def softmax(h):
    return F.cross_entropy(h @ output.T + bias, target, reduction="sum")


def negative(h):
    right = F.logsigmoid((h * output[target]).sum(1)).sum()
    noise = F.logsigmoid(-(h[:, None] * output[negatives]).sum(2))
    return -right - (noise * (negatives != target[:, None])).sum()


embed, output, bias = given("w2v.embed", V, D), given("w2v.output", V, D), given("w2v.bias", V)
context, target = torch.randint(V, (N, C)), torch.randint(V, (N,))
# Different ones: the steps of a word that is noise twice are taken one after the other.
negatives = torch.stack([torch.randperm(V)[:K] for _ in range(N)])
negatives[1, 2] = target[1]
show("w2v.context", context)
show("w2v.target", target)
show("w2v.negatives", negatives)
for mode, h in ("cbow", lambda: embed[context].mean(1)), ("sg", lambda: embed[context[:, 0]]):
    gradients("w2v." + mode + ".softmax", softmax(h()), embed=embed, output=output, bias=bias)
    gradients("w2v." + mode + ".negative", negative(h()), embed=embed, output=output)
