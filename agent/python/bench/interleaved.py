"""What a watched step costs the thread that trains, in microseconds: as `overhead.py`, with less noise and without the background thread.

    OMP_NUM_THREADS=1 PYTHONPATH=agent/python/src python3 agent/python/bench/interleaved.py [--rows cnn …] [--seconds 60]

Every variant has a network of its own and stays as it is; ten steps of each take turns in random order, of which the last eight are
timed. The table has medians of paired differences to "no watcher" of the thread's CPU time, and their 95 % intervals by order
statistics. "gradient" is "look" without the parameters: what their sketch by recursion, in place of a look, could save at most.
"""

import argparse
import logging
import math
import random
import statistics
import time

import torch

import thermograd
from overhead import Bench, Floor, NoSink, keep_memory
from thermograd import native
from workloads import ROWS

VARIANTS = ["none", "A/A", "watched", "norms", "read", "hooks", "gradient", "look"]
_WARM, _TIMED = 2, 8


class Trained(Bench):
    def __init__(self, row, optimizer, variant):
        super().__init__(row, optimizer)
        self.variant = "hooks" if variant in ("gradient", "look") else variant
        if variant == "watched":
            self.watcher = thermograd.watch(self.net, self.optimizer, sink=NoSink(), run_id=f"bench-{row.title}")
        elif self.variant == "hooks":
            self.floor = Floor(self.net, self.optimizer, variant if variant != "hooks" else None)

    def turn(self):
        """CPU microseconds a step."""
        for _ in range(_WARM):
            self.step(self.variant)
        begin = time.thread_time_ns()
        for _ in range(_TIMED):
            self.step(self.variant)
        return (time.thread_time_ns() - begin) / 1e3 / _TIMED


def interval(values):
    ordered, n = sorted(values), len(values)
    rank = max(0, math.floor((n - 1.96 * math.sqrt(n)) / 2))
    return ordered[rank], ordered[n - 1 - rank]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=["cnn", "mlp17k"])
    parser.add_argument("--seconds", type=float, default=60.0, help="of each row")
    parser.add_argument("--optimizer", choices=["sgd", "adamw"], default="sgd")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    keep_memory()
    print(f"torch {torch.__version__}, {options.optimizer}; {native.describe()}")
    for name in options.rows:
        row = ROWS[name]
        trained = {v: Trained(row, options.optimizer, v) for v in VARIANTS}
        spent = {v: [] for v in VARIANTS}
        for each in trained.values():
            each.turn()
        end = time.monotonic() + options.seconds
        while time.monotonic() < end:
            for v in random.sample(VARIANTS, len(VARIANTS)):
                spent[v].append(trained[v].turn())
        trained["watched"].watcher.finish()
        base = statistics.median(spent["none"])
        print(f"{row.title}: {base:.0f} µs a step, {len(spent['none'])} rounds")
        for v in VARIANTS[1:]:
            more = [a - b for a, b in zip(spent[v], spent["none"])]
            middle, (low, high) = statistics.median(more), interval(more)
            print(f"{v:>12}{middle:>+8.1f} µs ({low:+.0f}…{high:+.0f}){100 * middle / base:>+8.1f} %", flush=True)


if __name__ == "__main__":
    main()
