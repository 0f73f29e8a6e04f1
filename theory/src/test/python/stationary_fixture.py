#!/usr/bin/python3
"""Writes stationary-fixture.txt: stationary covariances by scipy's Lyapunov solvers.

They work on the whole matrices (Schur forms, and the companion matrix of momentum), not in the
Hessian's eigenbasis. Run from the module's folder with Debian's python3-scipy:

    src/test/python/stationary_fixture.py > src/test/resources/io/thermograd/theory/stationary-fixture.txt

A case is a line "case P eta beta lag rate", then one line per matrix: its name and its elements.
"""

import numpy as np
from scipy.linalg import expm, solve_continuous_lyapunov, solve_discrete_lyapunov
from scipy.stats import ortho_group


def show(name, matrix):
    print(name, *(repr(float(x)) for x in np.asarray(matrix).ravel()))


def companion(h, eta, beta, nesterov):
    """(theta, v) <- A (theta, v) + b xi."""
    one = np.eye(len(h))
    velocity = np.hstack([-eta * h, beta * one])
    if nesterov:
        # theta + beta v' - eta (H theta + xi)
        position = np.hstack([one - eta * (1 + beta) * h, beta * beta * one])
        noise = np.vstack([-eta * (1 + beta) * one, -eta * one])
    else:
        position = np.hstack([one - eta * h, beta * one])
        noise = np.vstack([-eta * one, -eta * one])
    return np.vstack([position, velocity]), noise


def main():
    random = np.random.default_rng(20240611)
    for p, eta, beta, lag, lowest, highest in [
        (1, 0.3, 0.5, 2, 1.0, 1.0),
        (2, 0.1, 0.9, 5, 0.5, 8.0),
        (3, 0.4, 0.3, 1, 0.1, 4.0),
        (5, 0.05, 0.95, 7, 0.01, 20.0),
        (8, 0.02, 0.0, 3, 0.001, 90.0),
    ]:
        q = ortho_group.rvs(p, random_state=random) if p > 1 else np.eye(1)
        h = q @ np.diag(np.geomspace(lowest, highest, p)) @ q.T
        h = (h + h.T) / 2
        root = random.standard_normal((p, p))
        noise = root @ root.T / p
        time = 0.7
        print("case", p, eta, beta, lag, time)
        show("hessian", h)
        show("noise", noise)
        continuous = solve_continuous_lyapunov(h, eta * noise)
        show("continuous", continuous)
        show("continuousLagged", expm(-h * time) @ continuous)
        a = np.eye(p) - eta * h
        c = solve_discrete_lyapunov(a, eta**2 * noise, method="direct")
        show("sgd", c)
        show("sgdLagged", np.linalg.matrix_power(a, lag) @ c)
        for name in ["heavyBall", "nesterov"]:
            a2, b = companion(h, eta, beta, name == "nesterov")
            assert max(abs(np.linalg.eigvals(a2))) < 1
            full = solve_discrete_lyapunov(a2, b @ noise @ b.T, method="direct")
            show(name, full)
            show(name + "Lagged", (np.linalg.matrix_power(a2, lag) @ full)[:p, :p])
        # Average of n iterates, from every pair of times.
        n = 12
        powers = [np.linalg.matrix_power(np.eye(p) - eta * h, k) for k in range(n + 1)]
        stationary = np.zeros((p, p))
        fixed = np.zeros((p, p))
        at = [c - powers[t] @ c @ powers[t].T for t in range(n + 1)]
        for s in range(1, n + 1):
            for t in range(1, n + 1):
                if s >= t:
                    stationary += powers[s - t] @ c
                    fixed += powers[s - t] @ at[t]
                else:
                    stationary += c @ powers[t - s].T
                    fixed += at[s] @ powers[t - s].T
        show("averageStationary", stationary / n**2)
        show("averageFixed", fixed / n**2)


main()
