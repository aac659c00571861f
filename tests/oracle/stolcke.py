"""stolcke.py MODEL.arpa THRESHOLD - what entropy-based pruning leaves of a back-off model.

Written from Stolcke 1998 (Entropy-based pruning of backoff language models), equations 3 to 8,
in float64 over dictionaries.  Prints for every order of the pruned model "order n-grams", and
with a third argument compares with another ARPA file: the n-grams must be the same, and log10
of their probabilities and back-off weights within 1e-5.

p(h) is the product of the probabilities of its words, p(</s>) for <s>.  An n-gram stays if its
loss changes perplexity by THRESHOLD or more, or if it is the beginning or the end of one that
stays."""
import math
import sys


def read_arpa(path):
    prob, bow, order = {}, {}, 0
    with open(path, encoding='utf-8', errors='surrogateescape', newline='\n') as lines:
        for line in lines:
            line = line.rstrip('\n')
            if line.startswith('\\'):
                order = int(line[1:-7]) if line.endswith('-grams:') else 0
            elif order and line:
                fields = line.split('\t')
                gram = tuple(fields[1].split(' '))
                prob[gram] = 0.0 if fields[0] == '-99' else 10 ** float(fields[0])
                weight = fields[2] if len(fields) > 2 else '0'
                bow[gram] = 0.0 if weight == '-99' else 10 ** float(weight)
    return prob, bow


def children_of(prob):
    children = {}
    for gram in prob:
        if len(gram) > 1:
            children.setdefault(gram[:-1], []).append(gram)
    return children


def weight(prob, grams):
    """The numerator and the denominator of a back-off weight."""
    free = 1 - math.fsum(prob[g] for g in grams)
    rest = 1 - math.fsum(prob[g[1:]] for g in grams)
    return max(free, 0.0), max(rest, 0.0)


def chance(prob, history):
    p = 1.0
    for i in range(len(history)):
        p *= prob[('</s>',)] if history[:i + 1] == ('<s>',) else prob[history[:i + 1]]
    return p


def change(prob, bow, history, gram, free, rest):
    """Of the perplexity, relative, if the n-gram alone is left out."""
    p, lower = prob[gram], prob[gram[1:]]
    without = (free + p) / (rest + lower)
    divergence = p * (math.log(lower) + math.log(without) - math.log(p))
    if bow[history] > 0 and free > 1e-6:
        divergence += free * (math.log(without) - math.log(bow[history]))
    return math.expm1(-chance(prob, history) * divergence)


def prune(prob, bow, threshold):
    keep = {g for g in prob if len(g) == 1}
    for history, grams in children_of(prob).items():
        free, rest = weight(prob, grams)
        keep.update(g for g in grams
                    if change(prob, bow, history, g, free, rest) >= threshold)
    for order in range(max(map(len, prob)), 1, -1):
        for g in [g for g in keep if len(g) == order]:
            keep.update((g[:-1], g[1:]))
    left = {g: prob[g] for g in keep}
    before, after, weights = children_of(prob), children_of(left), {}
    for g in keep:
        weights[g] = bow[g]
        if len(after.get(g, ())) < len(before.get(g, ())):
            free, rest = weight(left, after.get(g, ()))
            weights[g] = free / rest
    return left, weights


def differences(a, b):
    def far(x, y):
        return x != y and (x <= 0 or y <= 0 or abs(math.log10(x) - math.log10(y)) > 1e-5)
    only = set(a[0]) ^ set(b[0])
    both = set(a[0]) & set(b[0]) - {('<s>',)}
    return (len(only), sum(far(a[0][g], b[0][g]) for g in both),
            sum(far(a[1][g], b[1][g]) for g in both))


def main():
    pruned = prune(*read_arpa(sys.argv[1]), float(sys.argv[2]))
    for order in range(1, max(map(len, pruned[0])) + 1):
        print(order, sum(len(g) == order for g in pruned[0]))
    if len(sys.argv) > 3:
        print('only in one %d, probabilities %d, weights %d'
              % differences(pruned, read_arpa(sys.argv[3])))


if __name__ == '__main__':
    main()
