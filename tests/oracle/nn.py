#!/usr/bin/env python3
"""Numbers of layers and losses from PyTorch, in double: nn.py > nn.tsv

Each line: name TAB shape TAB values.  Inputs and weights are representable as floats.  A layer's
gradients are those of sum(score * out).  The generator of dropout's mask is written here anew, from
its paper (Salmon et al., SC 2011)."""
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.manual_seed(20240901)
D = torch.float64


def show(name, tensor):
    t = torch.as_tensor(tensor).detach()
    shape = "x".join(str(n) for n in t.shape) or "1"
    print(name, shape, " ".join("%.17g" % v for v in t.reshape(-1).tolist()), sep="\t")


def given(name, *shape, scale=1.0, mean=0.0):
    t = (torch.randn(shape) * scale + mean).float().to(D).requires_grad_(True)
    show(name, t)
    return t


def gradients(prefix, loss, **tensors):
    for name, grad in zip(tensors, torch.autograd.grad(loss, list(tensors.values()),
                                                       retain_graph=True)):
        show(prefix + ".d_" + name, grad)


def embedding():
    table, score = given("embedding.table", 5, 3), given("embedding.score", 7, 3)
    ids = torch.tensor([4, 1, 1, 0, 4, 1, 3])
    show("embedding.ids", ids)
    out = F.embedding(ids, table)
    show("embedding.out", out)
    gradients("embedding", (score * out).sum(), table=table)


def linear():
    x, w = given("linear.in", 4, 5), given("linear.weight", 6, 5)
    b, score = given("linear.bias", 6), given("linear.score", 4, 6)
    functions = dict(none=lambda v: v, tanh=torch.tanh, sigmoid=torch.sigmoid, relu=F.relu,
                     gelu_tanh=lambda v: F.gelu(v, approximate="tanh"), gelu_erf=F.gelu)
    for name, function in functions.items():
        prefix = "linear." + name
        out = function(F.linear(x, w, b))
        show(prefix + ".out", out)
        gradients(prefix, (score * out).sum(), **{"in": x, "weight": w, "bias": b})


def layernorm():
    x, gain = given("layernorm.in", 5, 19, scale=2, mean=1), given("layernorm.gain", 19)
    bias, score = given("layernorm.bias", 19), given("layernorm.score", 5, 19)
    out = F.layer_norm(x, (19,), gain, bias, 1e-5)
    show("layernorm.out", out)
    gradients("layernorm", (score * out).sum(), **{"in": x, "gain": gain, "bias": bias})


def cross_entropy():
    h, u = given("cross_entropy.h", 6, 4), given("cross_entropy.u", 11, 4)
    x, w = given("cross_entropy.x", 6, 3), given("cross_entropy.w", 11, 3)
    b = given("cross_entropy.b", 11, scale=3)
    targets = torch.tensor([3, 0, -100, 10, 10, 7])  # the third counts for nothing
    show("cross_entropy.targets", targets)
    for name in "plain", "direct":
        logits = h @ u.T + b + (x @ w.T if name == "direct" else 0)
        prefix = "cross_entropy." + name
        losses = F.cross_entropy(logits, targets, reduction="none")
        show(prefix + ".losses", losses)
        show(prefix + ".log_sums", torch.logsumexp(logits, 1))
        show(prefix + ".probabilities", torch.softmax(logits, 1))
        wanted = dict(h=h, u=u, b=b)
        if name == "direct":
            wanted.update(x=x, w=w)
        gradients(prefix, F.cross_entropy(logits, targets), **wanted)  # mean over five


def mse():
    a, b = given("mse.a", 3, 7), given("mse.b", 3, 7)
    loss = F.mse_loss(a, b)
    show("mse.loss", loss)
    gradients("mse", loss, a=a, b=b)


def philox(counter, key):
    c, k, mask = list(counter), list(key), 0xFFFFFFFF
    for _ in range(10):
        high0, low0 = divmod(0xD2511F53 * c[0], 1 << 32)
        high1, low1 = divmod(0xCD9E8D57 * c[2], 1 << 32)
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
        k = [(k[0] + 0x9E3779B9) & mask, (k[1] + 0xBB67AE85) & mask]
    return c


def dropout():
    p, seed, step, site, purpose = 0.3, 0x123456789ABCDEF0, 7, 5, 3
    first = (1 << 34) * 4 - 150  # low words of the counter pass 2^32 on the way
    x, score = given("dropout.in", 301), given("dropout.score", 301)
    kept = []
    for place in range(first, first + 301):
        index = (site << 40) + place // 4
        words = philox((index & 0xFFFFFFFF, index >> 32, step, purpose),
                       (seed & 0xFFFFFFFF, seed >> 32))
        kept.append(words[place % 4] >= p * 2**32)
    out = torch.tensor(kept) * x / (1 - p)
    show("dropout.out", out)
    gradients("dropout", (score * out).sum(), **{"in": x})


def nnlm():
    """Bengio et al. 2003, eq. 1, of four words; the context's vectors in a line."""
    table, h_w = given("nnlm.table", 13, 3), given("nnlm.hidden", 5, 12)
    h_b, u = given("nnlm.hidden_bias", 5), given("nnlm.output", 13, 5)
    b, w = given("nnlm.output_bias", 13), given("nnlm.direct", 13, 12)
    context, targets = torch.randint(13, (9, 4)), torch.randint(13, (9,))
    show("nnlm.context", context)
    show("nnlm.targets", targets)
    x = F.embedding(context, table).reshape(9, 12)
    hidden = torch.tanh(F.linear(x, h_w, h_b))
    for name in "plain", "direct":
        logits = F.linear(hidden, u, b) + (F.linear(x, w) if name == "direct" else 0)
        prefix = "nnlm." + name
        show(prefix + ".losses", F.cross_entropy(logits, targets, reduction="none"))
        wanted = dict(table=table, hidden=h_w, hidden_bias=h_b, output=u, output_bias=b)
        if name == "direct":
            wanted.update(direct=w)
        gradients(prefix, F.cross_entropy(logits, targets), **wanted)


embedding()
linear()
layernorm()
cross_entropy()
mse()
dropout()
nnlm()
