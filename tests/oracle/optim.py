#!/usr/bin/python3
"""optim.py - optimisers and schedules by PyTorch and by their formulas: prints optim.txt.

    start X...        what two parameters begin with: "w", 7 x 5, which decays, and "b", 3, which
                      does not; the bits of floats, hexadecimal
    grads X...        20 lines: the gradients of the steps
    run KIND MOMENTUM NESTEROV BETA1 BETA2 EPS INITIAL DECAY RATE CLIP
    f64 STEP X...     the parameters after so many steps, computed in double
    f32 STEP X...     computed by PyTorch (1.13.1) for floats: bits
    rates KIND PEAK FLOOR WARMUP TOTAL X...     the rates of steps 0 .. TOTAL + 2

KIND is the place in LM_OPTIM_NAMES, LM_RATE_NAMES.  Where CLIP is not 0, gradients are multiplied
by min(1, CLIP / norm)."""
import math
import torch

STEPS, SHOWN = 20, (1, 5, 20)
torch.manual_seed(1)
START = {"w": torch.randn(7, 5), "b": torch.randn(3)}
GRADS = [{k: torch.randn_like(x) * 0.5 for k, x in START.items()} for _ in range(STEPS)]


def flat(tensors):
    return torch.cat([tensors[k].detach().reshape(-1) for k in ("w", "b")])


def bits(tensors):
    return " ".join("%08x" % (x & 0xFFFFFFFF) for x in flat(tensors).view(torch.int32).tolist())


def by_torch(make, dtype, clip):
    values = {k: x.to(dtype).clone().requires_grad_(True) for k, x in START.items()}
    optim = make(values)
    for grads in GRADS:
        norm = flat(grads).double().norm().item()
        for k in values:
            values[k].grad = grads[k].to(dtype) * (min(1, clip / norm) if clip else 1)
        optim.step()
        yield values


def by_formula(step, decay, clip, beta1, beta2):
    assert not clip
    p = {k: x.double() for k, x in START.items()}
    m = {k: torch.zeros_like(x) for k, x in p.items()}
    v = {k: torch.zeros_like(x) for k, x in p.items()}
    for t, grads in enumerate(GRADS, 1):
        for k in p:
            g = grads[k].double()
            m[k] = beta1 * m[k] + (1 - beta1) * g
            v[k] = beta2 * v[k] + (1 - beta2) * g * g
            p[k] = step(p[k], g, m[k], v[k], t, decay if k == "w" else 0)
        yield p


def show(kind, rate, momentum=0, nesterov=0, beta1=0.0, beta2=0.0, eps=0.0, initial=0.0, decay=0.0,
         clip=0.0, make=None, step=None):
    print("run", kind, momentum, nesterov, beta1, beta2, eps, initial, decay, rate, clip)
    if make:
        def groups(p):
            return make([{"params": [p["w"]], "weight_decay": decay},
                         {"params": [p["b"]], "weight_decay": 0}])

        double = by_torch(groups, torch.float64, clip)
        single = None if clip else by_torch(groups, torch.float32, clip)
    else:
        double, single = by_formula(step, decay, clip, beta1, beta2), None
    for t, p in enumerate(double, 1):
        if t in SHOWN:
            print("f64", t, *("%.17g" % x for x in flat(p).tolist()))
    for t, p in enumerate(single or (), 1):
        if t in SHOWN:
            print("f32", t, bits(p))


SGD, ADAGRAD, ADAM, ADAMW, BERT, GPT1 = range(6)
print("start", bits(START))
for grads in GRADS:
    print("grads", bits(grads))

show(SGD, 0.1, make=lambda g: torch.optim.SGD(g, 0.1))
show(SGD, 0.1, decay=0.01, make=lambda g: torch.optim.SGD(g, 0.1))
show(SGD, 0.1, 0.9, make=lambda g: torch.optim.SGD(g, 0.1, 0.9))
show(SGD, 0.1, 0.9, 1, make=lambda g: torch.optim.SGD(g, 0.1, 0.9, nesterov=True))
show(SGD, 0.1, 0.9, decay=0.01, make=lambda g: torch.optim.SGD(g, 0.1, 0.9))
show(SGD, 0.05, 0.5, 1, decay=0.2, make=lambda g: torch.optim.SGD(g, 0.05, 0.5, nesterov=True))
show(ADAGRAD, 0.2, eps=1e-10, make=lambda g: torch.optim.Adagrad(g, 0.2))
show(ADAGRAD, 0.2, eps=1e-10, decay=0.01, make=lambda g: torch.optim.Adagrad(g, 0.2))
show(ADAGRAD, 0.2, eps=1e-8, initial=0.5, make=lambda g: torch.optim.Adagrad(
    g, 0.2, eps=1e-8, initial_accumulator_value=0.5))
for kind, of in ((ADAM, torch.optim.Adam), (ADAMW, torch.optim.AdamW)):
    show(kind, 0.01, 0, 0, 0.9, 0.999, 1e-8, make=lambda g: of(g, 0.01))
    show(kind, 0.01, 0, 0, 0.9, 0.999, 1e-8, decay=0.1, make=lambda g: of(g, 0.01))
    show(kind, 0.02, 0, 0, 0.8, 0.95, 1e-3, decay=0.1, clip=1.0,
         make=lambda g: of(g, 0.02, (0.8, 0.95), 1e-3))

# google-research/bert, optimization.py: AdamWeightDecayOptimizer
show(BERT, 0.01, 0, 0, 0.9, 0.999, 1e-6, decay=0.01,
     step=lambda p, g, m, v, t, wd: p - 0.01 * (m / (v.sqrt() + 1e-6) + wd * p))
# openai/finetune-transformer-lm, opt.py
show(GPT1, 0.01, 0, 0, 0.9, 0.999, 1e-8, decay=0.01,
     step=lambda p, g, m, v, t, wd: p - 0.01 * math.sqrt(1 - 0.999**t) / (1 - 0.9**t)
     * (m / (v.sqrt() + 1e-8) + wd * p))


SCHEDULES = [
    lambda t, f, W, T: (t + 1) / W if t < W else 1,
    lambda t, f, W, T: t / W if t < W else f + (1 - f) * (T - t) / (T - W),
    lambda t, f, W, T: (t + 1) / W if t < W
    else f + 0.5 * (1 - f) * (1 + math.cos(math.pi * (t - W) / (T - W))),
    lambda t, f, W, T: min((t + 1) ** -0.5, (t + 1) * W ** -1.5) * W ** 0.5 if W
    else (t + 1) ** -0.5,
    lambda t, f, W, T: t / W if t < W else 1 - t / T,
    lambda t, f, W, T: t / W if W and t <= W else 0.5 * (1 + math.cos(math.pi * t / T)),
    lambda t, f, W, T: (t / W if W and t <= W else 1) * (1 - t / T),
    lambda t, f, W, T: max(1 - t / (T + 1), 1e-4),
]

def rates(kind, peak, floor, warmup, total, endless=False):
    steps = range(total + 3)
    shares = [SCHEDULES[kind](t if endless else min(t, total), floor, warmup, total) for t in steps]
    print("rates", kind, peak, floor, warmup, total, *("%.17g" % (peak * x) for x in shares))


for warmup in (0, 1, 5):
    for kind in range(7):
        rates(kind, 0.01, 0, warmup, 20, kind in (0, 3))
    rates(1, 0.5, 0.25, warmup, 20)
    rates(2, 0.5, 0.1, warmup, 20)
rates(7, 0.025, 0, 0, 20)
rates(0, 0.5, 0, 0, 0, True)
rates(3, 0.5, 0, 0, 0, True)
for kind in (4, 5, 6):
    rates(kind, 1, 0, 20, 20)
