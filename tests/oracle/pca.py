#!/usr/bin/env python3
"""What tests/unit/pca.c expects: principal components by numpy's singular values (1.24.2 made the
numbers there), with the sign rule of lm/pca.h."""
import numpy as np


def pca(X):
    X = X - X.mean(0)
    U, S, V = np.linalg.svd(X, full_matrices=False)
    P = X @ V[:2].T
    for c in range(2):
        if P[np.argmax(abs(P[:, c])), c] < 0:
            P[:, c] *= -1
    return P, (S ** 2 / (S ** 2).sum())[:2]


X = np.array([[2, 0, 1], [0, 1, 3], [-1, 4, 0], [5, 2, 2], [1, 1, -3]], float)
for name, rows in (("tall", X), ("wide", X.T)):
    P, share = pca(rows)
    print(name, ", ".join("%.9f" % v for v in P.ravel()), "|", ", ".join("%.9f" % v for v in share))
