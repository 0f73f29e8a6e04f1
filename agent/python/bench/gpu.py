"""What watching every step costs on a GPU, and whether it makes the step wait.

    PYTHONPATH=agent/python/src python3 agent/python/bench/gpu.py [--optimizer sgd|adamw] [--amp]
    PYTHONPATH=agent/python/src python3 agent/python/bench/gpu.py --device cpu --tiny     # does it run at all

A transformer of 100 M parameters, float32 (bfloat16 with --amp); blocks of steps with and without the watcher in random
order, by CUDA events and by the wall clock, medians of paired ratios; A/A is "no watcher" once more. Then the same
few steps under torch.profiler, plain and watched: calls that wait for the device, by name. The exit status is 1 if
watching added one to the step. What the background thread waits for (its own copies' event) is listed apart.
"""

import argparse
import collections
import logging
import random
import statistics
import sys
import time

import torch
from torch import nn
from torch.profiler import ProfilerActivity, profile

import thermograd
from overhead import NoSink
from workloads import Transformer, tokens

VARIANTS = ["none", "A/A", "watched"]
# Calls of CUDA's runtime that return when the device is done; copies are asynchronous by name and waited for by kind.
WAITS = ("cudaDeviceSynchronize", "cudaStreamSynchronize", "cudaMemcpy", "cudaMemcpy2D", "cudaMemset", "cudaHostAlloc", "cudaMalloc", "cudaFree")
PAGEABLE = "Pageable"
BACKGROUND = "cudaEventSynchronize"


class Training:
    def __init__(self, options, optimizer):
        torch.manual_seed(0)
        self.device, self.amp = torch.device(options.device), options.amp
        width, layers, words, batch, length = (32, 2, 64, 4, 16) if options.tiny else (768, 12, 10_000, 16, 512)
        self.net = Transformer(width, layers, words, length, 4 if options.tiny else 12).to(self.device)
        self.x, self.y = (t.to(self.device) for t in tokens(batch, length, words))
        parameters = self.net.parameters()
        if optimizer == "sgd":
            self.optimizer = torch.optim.SGD(parameters, lr=1e-4, momentum=0.9)
        else:
            self.optimizer = torch.optim.AdamW(parameters, lr=1e-6)
        self.steps = 3 if options.tiny else options.steps
        self.watcher = None

    def attach(self):
        self.watcher = thermograd.watch(self.net, self.optimizer, sink=NoSink(), run_id="bench")

    def detach(self):
        self.watcher.finish()
        lost, self.watcher = self.watcher.lost, None
        if lost:
            raise RuntimeError(f"{lost} steps were lost: what was timed is not all of the work")

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.amp):
            loss = nn.functional.cross_entropy(self.net(self.x), self.y)
        loss.backward()
        self.optimizer.step()
        if self.watcher:
            self.watcher.log(loss=loss)

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def block(self, variant):
        """Seconds a step: the device's (by its own events), the wall clock's, and the thread's, which is what it takes to
        launch."""
        if variant == "watched":
            self.attach()
        for _ in range(3):
            self.step()
        self.wait()
        cuda = self.device.type == "cuda"
        if cuda:
            begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            begin.record()
        wall, launch = time.perf_counter(), time.thread_time()
        for _ in range(self.steps):
            self.step()
        launch = time.thread_time() - launch
        if cuda:
            end.record()
        self.wait()
        wall = time.perf_counter() - wall
        device = begin.elapsed_time(end) / 1e3 if cuda else wall
        if variant == "watched":
            self.detach()
        return [t / self.steps for t in (device, wall, launch)]


def timed(training, rounds):
    spent = {v: [] for v in VARIANTS}
    training.block("none")
    for _ in range(rounds):
        for v in random.sample(VARIANTS, len(VARIANTS)):
            spent[v].append(training.block(v))
    for i, clock in enumerate(("device", "wall", "launching")):
        base = [s[i] for s in spent["none"]]
        line = f"  {clock:10}{1e3 * statistics.median(base):>10.2f} ms/step"
        for v in VARIANTS[1:]:
            ratios = [100 * (s[i] / b - 1) for s, b in zip(spent[v], base)]
            low, middle, high = statistics.quantiles(ratios, n=4)
            line += f"    {v} {middle:+.2f} % ({low:+.2f} … {high:+.2f})"
        print(line, flush=True)


def calls(training, watched, steps=5):
    """How often each thing was called in a few steps, profiled."""
    if watched:
        training.attach()
    for _ in range(5):
        training.step()
    training.wait()
    activities = [ProfilerActivity.CPU]
    if training.device.type == "cuda":
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as profiled:
        for _ in range(steps):
            training.step()
        training.wait()
    if watched:
        training.detach()
    counts = collections.Counter()
    for event in profiled.events():
        counts[event.name] += 1
    return counts


def profiled(training):
    """Prints what watching added to five steps; the number of waits in it."""
    plain, watched = calls(training, False), calls(training, True)
    names = sorted(n for n in plain | watched if n in WAITS or PAGEABLE in n)
    added = 0
    print(f"  {'in five steps':44}{'plain':>8}{'watched':>9}{'added':>7}")
    for name in [*names, "aten::item", "aten::_local_scalar_dense"]:
        more = watched[name] - plain[name]
        added += max(0, more)
        print(f"  {name:44}{plain[name]:>8}{watched[name]:>9}{more:>+7}")
    others = [n for n in plain | watched if n.startswith(("cudaLaunch", "cudaMemcpyAsync", "Memcpy DtoH")) and n not in names]
    for name in sorted({*others, BACKGROUND}):
        print(f"  ({name:42}{plain[name]:>9}{watched[name]:>9}{watched[name] - plain[name]:>+7})")
    return added


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--tiny", action="store_true", help="a model of 40 thousand parameters")
    parser.add_argument("--amp", action="store_true", help="bfloat16 by autocast")
    parser.add_argument("--optimizer", nargs="+", choices=["sgd", "adamw"], default=["sgd", "adamw"])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--steps", type=int, default=8, help="a block")
    options = parser.parse_args()
    logging.getLogger("thermograd").setLevel(logging.ERROR)
    cuda = options.device.startswith("cuda")
    if cuda and not torch.cuda.is_available():
        parser.error("--device should be one that torch can use: torch sees no CUDA device")
    print(f"torch {torch.__version__}, {torch.cuda.get_device_name() if cuda else 'cpu'}{', bfloat16' if options.amp else ''}")
    added = 0
    for optimizer in options.optimizer:
        training = Training(options, optimizer)
        sketcher = thermograd.Sketcher(list(training.net.parameters()))
        p = sketcher.parameter_count
        print(f"{optimizer}: P {p:,}, {sketcher.scheme}, tables {sketcher.table_bytes / 1024:,.0f} KiB = {100 * sketcher.table_bytes / (4 * p):.2f} % of P")
        timed(training, 2 if options.tiny else options.rounds)
        added += profiled(training)
        del training
    print("calls that wait, added by watching:", added)
    sys.exit(1 if added else 0)


if __name__ == "__main__":
    main()
