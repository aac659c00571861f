#!/usr/bin/python3
"""torch_init.py - what PyTorch's CPU generator draws: prints torch_init.txt (made with 1.13.1).

    seed S                          manual_seed(S); the draws below go on from there
    normal N MEAN DEVIATION X...    X: the bits of the floats, hexadecimal
    uniform N LOW HIGH X...
    permutation N I...
    model S ROWS                    the modules made one after the other after manual_seed(S)
    row RULE FAN_IN A B X...        a parameter of shape A x B, or A where B is 0
"""
import torch


def bits(tensor):
    values = tensor.detach().contiguous().view(-1).view(torch.int32).tolist()
    return " ".join("%08x" % (value & 0xFFFFFFFF) for value in values)


def seed(number):
    torch.manual_seed(number)
    print("seed", number)


def normal(n, mean=0.0, deviation=1.0):
    print("normal", n, mean, deviation, bits(torch.empty(n).normal_(mean, deviation)))


def uniform(n, low, high):
    print("uniform", n, low, high, bits(torch.empty(n).uniform_(low, high)))


def row(rule, fan_in, tensor):
    shape = list(tensor.shape) + [0]
    print("row", rule, fan_in, shape[0], shape[1], bits(tensor))


for number in (0, 42, 2**32 + 7):
    for n in (1, 5, 15, 16, 17, 31, 80, 90):
        seed(number)
        normal(n)
seed(123456789)
normal(1000)
seed(3)  # a number left from a pair waits while others are drawn
for n in (3, 4, 17, 7, 2):
    normal(n, 0.5, 0.02)
    uniform(n, -0.3, 0.7)
for n in (1, 2, 50):
    seed(9)
    print("permutation", n, *torch.randperm(n).tolist())
seed(2**40 + 1)
uniform(700, 0, 1)

print("model", 42, 10)
torch.manual_seed(42)
embedding, norm = torch.nn.Embedding(3, 7), torch.nn.LayerNorm(7)
linear, lstm = torch.nn.Linear(7, 5), torch.nn.LSTM(5, 4, num_layers=1)
last = torch.nn.Linear(4, 3)
row("embedding", 0, embedding.weight)
row("none", 0, norm.weight)
for module, fan_in in ((linear, 7), (lstm, 4), (last, 4)):
    for parameter in module.parameters():
        row("linear", fan_in, parameter)
