"""Where a watched step's time goes: thread CPU time in each of the watcher's calls, means without the dearest 2 in 100.

    OMP_NUM_THREADS=1 PYTHONPATH=agent/python/src python3 agent/python/bench/parts.py [--rows cnn …] [--optimizer adamw]

Less than `overhead.py` sees (what torch spends on calling hooks, and caches that the watcher leaves cold for the training),
but without a comparison: two blocks of steps need not be alike, so that it serves for rows of which few steps can be made, and
on a machine that is busy.
"""

import argparse
import logging
import time

import torch

import thermograd
from overhead import Bench, NoSink, keep_memory
from thermograd.chunks import Chunks
from thermograd.reporter import Reporter
from thermograd.watcher import Watcher
from workloads import ROWS

CALLS = [
    (Watcher, "_seen"), (Watcher, "_after_step"), (Watcher, "log"), (Chunks, "_forward"), (Chunks, "_reached"), (Chunks, "_passed"),
    (Reporter, "_send"),
]  # fmt: skip
_WARM = 8


def time_calls():
    spent = {}
    for owner, name in CALLS:
        inner = getattr(owner, name)
        times = spent[name] = []

        def timed(*args, _inner=inner, _times=times, **kwargs):
            begin = time.thread_time_ns()
            try:
                return _inner(*args, **kwargs)
            finally:
                _times.append(time.thread_time_ns() - begin)

        setattr(owner, name, timed)
    return spent


def mean(times):
    # Some calls do the work of eight steps: a median would never see it. A few wait for a page, or another process.
    kept = sorted(times[_WARM:])
    kept = kept[: len(kept) - len(kept) // 50]
    return sum(kept) / len(kept) / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--optimizer", choices=["sgd", "adamw"], default="sgd")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    keep_memory()
    print(f"torch {torch.__version__}, {options.optimizer}; {thermograd.native.describe()}")
    spent = time_calls()
    for name in options.rows:
        row = ROWS[name]
        bench = Bench(row, options.optimizer)
        sink, steps = NoSink(), []
        for times in spent.values():
            times.clear()
        bench.watcher = thermograd.watch(bench.net, bench.optimizer, sink=sink, run_id="bench")
        for _ in range(_WARM + 10 * row.steps):
            begin = time.thread_time_ns()
            bench.step("watched")
            steps.append(time.thread_time_ns() - begin)
        bench.await_events(sink, len(steps))
        bench.watcher.finish()
        # Calls that only the first steps make are not of a step.
        parts = {k: mean(v) for k, v in spent.items() if len(v) > len(steps) / 2}
        step, total = mean(steps), sum(parts.values())
        shares = ", ".join(f"{k} {v:.0f}" for k, v in parts.items())
        print(f"{row.title:20}{step:>9.0f} µs a step, {total:.0f} µs ({100 * total / (step - total):.2f} %) in the watcher: {shares}", flush=True)


if __name__ == "__main__":
    main()
