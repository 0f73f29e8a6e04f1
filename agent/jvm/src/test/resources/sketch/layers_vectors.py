#!/usr/bin/env python3
"""Writes layers.csv: sketches of a vector's layers by the definition in agent/jvm/README.md, in numpy.

Independent of the Java code and of the Python agent, whose tests read the same file: a layer is sketched as a vector of
its own, with the run's seed, and is sent whole where it has no more elements than dim.
Run with Debian's python3-numpy: ./layers_vectors.py > layers.csv
"""
import sys

import numpy as np

from block_fold_vectors import block_fold, vector

CASES = [
    # layers' lengths, dim, sketch seed, vector seed
    ((300, 7, 256, 1_500), 256, 3, 6),
    ((1, 5_000, 512, 513), 512, -1, 7),
]


def main() -> None:
    np.seterr(over="ignore")
    out = sys.stdout
    out.write("# layers_vectors.py, numpy %s\n" % np.__version__)
    out.write("# layers' lengths,dim,sketch_seed,vector_seed,layer,its sketch as hexadecimal binary32\n")
    for lengths, dim, seed, vector_seed in CASES:
        ends = np.cumsum(lengths)
        for layer, part in enumerate(np.split(vector(ends[-1], vector_seed), ends[:-1])):
            sketch = part if len(part) <= dim else block_fold(part, dim, seed)
            values = " ".join("%08x" % v for v in sketch.view(np.uint32))
            out.write("%s,%d,%d,%d,%d,%s\n" % (" ".join(map(str, lengths)), dim, seed, vector_seed, layer, values))


if __name__ == "__main__":
    main()
