"""Peers of the streaming spectrum in Python: rows a second and error of the top ten eigenvalues.

usage: spectrum_peers.py FILE K ROWS_A_STEP RANK   (FILE: rows of K float32)

Prints "NAME ROWS_PER_SECOND VALUE..." a line, the values in falling order.
"""
import sys
import time

import numpy as np
from sklearn.decomposition import IncrementalPCA

SECONDS = 3.0


def numpy_twin(x, rows, rank):
    """The same algorithm, as one would write it in numpy; all rows weigh the same here."""
    k = x.shape[1]
    b = np.zeros((rank, k), np.float32)
    for t in range(0, len(x) - rows + 1, rows):
        m = np.concatenate([b, x[t : t + rows]])
        values, v = np.linalg.eigh((m @ m.T).astype(np.float64))
        b = v[:, -rank:].T.astype(np.float32) @ m
    return np.sort((b.astype(np.float64) ** 2).sum(1))[::-1] / len(x)


def incremental_pca(x, rows, rank):
    """Takes no fewer rows at once than components: gathers them where a step has fewer."""
    batch = max(rows, rank)
    pca = IncrementalPCA(n_components=rank)
    for t in range(0, len(x) - batch + 1, batch):
        pca.partial_fit(x[t : t + batch])
    return pca.explained_variance_


def measure(name, fold, x, rows, rank):
    values = fold(x, rows, rank)
    part = x[: max(4 * rank, len(x) // 16) // rows * rows]
    rates = []
    start = time.perf_counter()
    while time.perf_counter() - start < SECONDS or len(rates) < 3:
        before = time.perf_counter()
        fold(part, rows, rank)
        rates.append(len(part) / (time.perf_counter() - before))
    print(name, np.median(rates), *values[:10])


def main():
    k, rows, rank = (int(a) for a in sys.argv[2:5])
    x = np.fromfile(sys.argv[1], np.float32).reshape(-1, k)
    measure("numpy_twin", numpy_twin, x, rows, rank)
    measure("incremental_pca", incremental_pca, x, rows, rank)


main()
