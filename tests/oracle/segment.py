#!/usr/bin/env python3
"""segment.py - Chinese words by trying all cuts: prints segment.tsv

    dictionary TAB WORD COUNT|WORD COUNT|...
    cut TAB TEXT TAB WORD WORD ...       of texts with the dictionary before

The rule is that of lm/segment.h: the least sum of log2(total / count), each rounded to a multiple of
2^-24; of those the cut whose first words are longest.  Logarithms have 50 digits here.  Besides,
no cut may have a product of probabilities, an exact fraction, that is larger by more than the
rounding explains."""
import decimal
import fractions
import itertools
import random

decimal.getcontext().prec = 50
LETTERS = "甲乙丙丁〇々\U00020000\U00030000"
random.seed(20261126)


def cost(count, total):
    bits = (decimal.Decimal(total) / count).ln() / decimal.Decimal(2).ln()
    return int((bits * 2 ** 24).to_integral_value(decimal.ROUND_HALF_UP))


def cuts(text):
    for joints in itertools.product((False, True), repeat=len(text) - 1):
        words, start = [], 0
        for i, joint in enumerate(joints, 1):
            if joint:
                words.append(text[start:i])
                start = i
        yield words + [text[start:]]


def best(text, count, total):
    def of(word):
        return count.get(word, 0) or (1 if len(word) == 1 else 0)
    possible = [c for c in cuts(text) if all(of(w) for w in c)]
    costs = {}
    for c in possible:
        for w in c:
            costs[w] = costs.get(w) or cost(of(w), total)
    chosen = min(possible, key=lambda c: (sum(costs[w] for w in c), [-len(w) for w in c]))

    def product(c):
        p = fractions.Fraction(1)
        for w in c:
            p *= fractions.Fraction(of(w), total)
        return p
    assert product(chosen) >= max(map(product, possible)) * (1 - fractions.Fraction(1, 10 ** 6))
    return chosen


def dictionary(letters, words, longest, most):
    rows = []
    for _ in range(words):
        word = "".join(random.choices(letters, k=random.randint(1, longest)))
        rows.append((word, random.randint(0, most)))
    rows.append(("甲x", random.randint(0, most)))  # never found, but counted
    return rows


for letters, words, longest, most, length in (
        (LETTERS[:2], 6, 4, 3, 11), (LETTERS[:3], 12, 3, 2, 10), (LETTERS[:3], 20, 5, 1000, 11),
        (LETTERS, 60, 3, 100, 9), (LETTERS[:2], 3, 2, 1, 10), (LETTERS[:4], 30, 6, 10 ** 12, 11),
        (LETTERS[:2], 12, 6, 1, 12), (LETTERS[:3], 25, 4, 1, 11)):
    rows = dictionary(letters, words, longest, most)
    total, count = sum(n for _, n in rows), {}
    for word, n in rows:
        count[word] = count.get(word, 0) + n
    print("dictionary", "|".join("%s %d" % r for r in rows), sep="\t")
    for _ in range(25):
        text = "".join(random.choices(letters, k=random.randint(1, length)))
        print("cut", text, " ".join(best(text, count, total)), sep="\t")
