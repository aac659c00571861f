#!/usr/bin/env python3
"""What tests/unit/classifier.c expects: the least of the mean cross entropy plus l2/2 |W|^2, by
scipy (1.10.1 made the numbers there)."""
import numpy as np
import scipy.optimize

X = np.array([[3, 4], [1, 0], [2, 2], [0, 0], [1, 0]], float)
Y = np.array([0, 1, 1, 0, 2])
L2, K, D = 0.1, 3, 2


def f(z):
    W, b = z[:K * D].reshape(K, D), z[K * D:]
    S = X @ W.T + b
    lse = np.log(np.exp(S).sum(1))
    P = np.exp(S - lse[:, None])
    loss = (lse - S[np.arange(len(Y)), Y]).mean() + L2 / 2 * (W ** 2).sum()
    P[np.arange(len(Y)), Y] -= 1
    return loss, np.concatenate([(P.T @ X / len(Y) + L2 * W).ravel(), P.mean(0)])


z = scipy.optimize.minimize(f, np.zeros(K * D + K), jac=True, method="BFGS",
                            options=dict(gtol=1e-12)).x
print("weight", ", ".join("%.9f" % v for v in z[:K * D]))
print("bias", ", ".join("%.9f" % v for v in z[K * D:]))
