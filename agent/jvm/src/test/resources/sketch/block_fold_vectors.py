#!/usr/bin/env python3
"""Writes block_fold.csv: sketches by the definition in agent/jvm/README.md, in numpy.

Independent of the Java code. Run with Debian's python3-numpy: ./block_fold_vectors.py > block_fold.csv
"""
import sys

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def words(seed: int, count: int) -> np.ndarray:
    """The first outputs of SplitMix64 (Steele, Lea and Flood 2014) from this seed."""
    n = np.arange(1, count + 1, dtype=np.uint64)
    z = np.uint64(seed % 2**64) + n * GOLDEN
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def block_fold(x: np.ndarray, dim: int, seed: int) -> np.ndarray:
    log_dim = dim.bit_length() - 1
    blocks = -(-len(x) // 512)
    padded = np.zeros(blocks * 512, np.float32)
    padded[: len(x)] = x
    w = words(seed, 16 * blocks).reshape(blocks, 16)
    out = np.zeros(dim, np.float32)
    shifts = np.arange(31, -1, -1, dtype=np.uint32)[:, None]
    for b in range(blocks):
        lanes = np.ascontiguousarray(w[b, :8]).astype("<u8").view("<u4")
        minus = ((lanes[None, :] >> shifts) & np.uint32(1)).ravel().astype(bool)
        block = padded[512 * b : 512 * b + 512]
        signed = np.where(minus, -block, block)
        placement = int(w[b, 8])
        for half, bits in enumerate((placement >> 32, placement & 0xFFFFFFFF)):
            place = bits >> (32 - log_dim)
            # No place occurs twice in a segment, so this adds each element once, in float32.
            out[place ^ np.arange(256)] += signed[256 * half : 256 * half + 256]
    return out


def vector(length: int, seed: int) -> np.ndarray:
    """Multiples of 2**-23 in [-1, 1): the same floats in every language."""
    top = (words(seed, length) >> np.uint64(40)).astype(np.int64)
    return ((top - 2**23) * 2.0**-23).astype(np.float32)


CASES = [
    # parameters, dim, sketch seed, vector seed
    (257, 256, 0, 1),
    (1_537, 256, -1, 2),
    (5_000, 512, 42, 3),
    (100_003, 1024, 0x123456789ABCDEF, 4),
    (20_480, 2048, -9_000_000_000_000_000_000, 5),
]


def main() -> None:
    np.seterr(over="ignore")
    out = sys.stdout
    out.write("# block_fold_vectors.py, numpy %s\n" % np.__version__)
    out.write("# parameters,dim,sketch_seed,vector_seed,out as hexadecimal binary32\n")
    for parameters, dim, seed, vector_seed in CASES:
        sketch = block_fold(vector(parameters, vector_seed), dim, seed)
        values = " ".join("%08x" % v for v in sketch.view(np.uint32))
        out.write("%d,%d,%d,%d,%s\n" % (parameters, dim, seed, vector_seed, values))


if __name__ == "__main__":
    main()
