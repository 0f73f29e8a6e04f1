#!/usr/bin/env python3
"""Writes sketches.csv: sketches by the definitions in thermograd/sketch.py and _folds.py, in numpy, element by element.

Independent of the package. The vectors are small whole numbers, so that sums are exact in float32 whatever
their order. Run with Debian's python3-numpy: ./vectors.py > sketches.csv
"""
import numpy as np

MASK = (1 << 64) - 1


def words(seed, count):
    """The first outputs of SplitMix64 (Steele, Lea and Flood 2014) from this seed."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed & MASK) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def top(w, dim):
    return (w >> np.uint64(64 - (dim.bit_length() - 1))).astype(np.int64)


def sign(w):
    return 1 - 2 * (w & np.uint64(1)).astype(np.int64)


def added(places, values, dim):
    out = np.zeros(dim, np.int64)
    np.add.at(out, places, values)
    return out


def count_sketch(x, dim, seed):
    w = words(seed, len(x))
    return added(top(w, dim), sign(w) * x, dim)


def row_fold(tensors, dim, seed):
    v = int(words(~seed, 1)[0])
    row, places, values = 0, [], []
    for x in tensors:
        rows = -(-len(x) // 64)
        w = words(seed, row + rows)[row:]
        i = np.arange(len(x))
        r, j = i // 64, i % 64
        lane = np.array([-1 if v >> b & 1 else 1 for b in range(64)])
        places.append((top(w, dim)[r] - j) % dim)
        values.append(sign(w)[r] * lane[j] * x)
        row += rows
    return added(np.concatenate(places), np.concatenate(values), dim)


def shift_fold(x, width, seed):
    w, v = words(seed, -(-len(x) // width)), words(~seed, width // 64)
    i = np.arange(len(x))
    r, j = i // width, i % width
    lane = 1 - 2 * ((v[j // 64] >> (j % 64).astype(np.uint64)) & np.uint64(1)).astype(np.int64)
    return added((top(w, width)[r] + j) % width, sign(w)[r] * lane * x, width)


def sketch(scheme, tensors, dim, seed):
    if scheme == "row_fold":
        return row_fold(tensors, dim, seed)
    x = np.concatenate(tensors)
    count, narrow, wide = (int(w) for w in words(seed, 3))
    if scheme == "shift_fold":
        most = len(x) // 150 - 64 * dim
        power = 1
        while 2 * power <= most:
            power *= 2
        if power > 32 * dim:
            x = shift_fold(x, power, wide)
        x = shift_fold(x, 32 * dim, narrow)
    return count_sketch(x, dim, count)


def vector(sizes, seed):
    """Whole numbers from -512 to 511."""
    x = (words(seed, sum(sizes)) >> np.uint64(54)).astype(np.int64) - 512
    return np.split(x, np.cumsum(sizes)[:-1])


CASES = [
    # scheme, sizes, dim, sketch seed, vector seed
    ("count_sketch", [257], 256, 0, 1),
    ("count_sketch", [5_000, 1, 130, 11_000], 256, -1, 2),
    ("count_sketch", [60_000, 5_536], 1024, 42, 3),
    ("row_fold", [70_001, 3, 66_000], 256, 0x123456789ABCDEF, 4),
    ("row_fold", [131_072], 512, -9_000_000_000_000_000_000, 5),
    ("row_fold", [257], 256, 0, 1),
    ("row_fold", [5_000, 1, 130, 11_000, 64, 63], 256, -1, 2),
    ("shift_fold", [9_000, 64, 8_192, 9_001], 256, 7, 6),
    ("shift_fold", [40_000, 40_000], 1024, 8, 7),
    ("shift_fold", [3_000_000, 17, 2_000_000], 256, 9, 8),
]


def main():
    print("# vectors.py, numpy", np.__version__)
    print("# scheme,sizes,dim,sketch_seed,vector_seed,out")
    for scheme, sizes, dim, seed, vector_seed in CASES:
        out = sketch(scheme, vector(sizes, vector_seed), dim, seed)
        print(scheme, " ".join(map(str, sizes)), dim, seed, vector_seed, " ".join(map(str, out)), sep=",")


if __name__ == "__main__":
    main()
