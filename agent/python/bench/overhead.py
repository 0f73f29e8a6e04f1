"""What watching every step costs, in process CPU time, against plain logging and against nothing.

    PYTHONPATH=agent/python/src python3 -m thermograd native       # once; plain torch without, or with THERMOGRAD_NATIVE=0
    OMP_NUM_THREADS=1 PYTHONPATH=agent/python/src python3 agent/python/bench/overhead.py [--rows cnn mlp17k …]

One network and one optimizer a row; short blocks of steps, in random order, with and without. The table has medians of
paired ratios to "no watcher" of the CPU time of all threads, one thread for torch. A/A is "no watcher" once more. "norms"
logs the loss and every layer's gradient norm with plain torch; "read" is one pass of torch.norm over the
gradients. The floor of any watcher: "hooks" has one that does nothing before the model's forward pass, at a parameter and around the
optimizer's step, and reads the loss; "look" has these and the compiled sketch of gradient and parameters, and nothing else.
Watched: dim 1024, every step, gradient and parameters, into a sink that makes the bytes and drops them; a block
ends when they are made. Before its steps every block rests for as long as a watched one waits for the events of its warm-up, since
a processor that has just slept is slower. glibc's heap keeps what is freed: by default it may give a convolution's memory back
to the system at every step, and none, 30 or 400 page faults a step are then the chance of its layout, watched or not.
"""

import argparse
import ctypes
import logging
import random
import statistics
import time
import types

import torch
from torch import nn

import thermograd
from thermograd import native
from workloads import ROWS

VARIANTS = ["none", "A/A", "watched", "norms", "read", "hooks", "look"]
FLOOR = ("hooks", "look")

# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def keep_memory():
    """Memory that was freed stays with the process, where glibc is; whether it is."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and all(mallopt(name, 1 << 30) for name in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD))


class NoSink:
    """Makes the bytes and lets them go, so that no disk or broker is measured."""

    def __init__(self):
        self.events = 0

    def send(self, event):
        event.SerializeToString()
        self.events += 1

    def send_step(self, run_id, event):
        self.events += 1

    def failed(self):
        return 0

    def close(self, seconds):
        pass


class Floor:
    """Hooks that do nothing, around a step that is looked at, or not.

    :param looks: at its "gradient", or at that and the parameters ("look"), where the compiled module is; None: not
    """

    def __init__(self, net, optimizer, looks):
        parameters = tuple(net.parameters())
        library = native.library() if looks else None
        look = None
        if library is not None and library.step is not None:
            looker = native.NativeRowFold(library, [p.numel() for p in parameters], 1024, 0).looker()
            look = looker.both if looks == "look" else looker.gradient
        inner = optimizer.step

        def step(_):
            if look is not None:
                self.seen = look(parameters)
            return inner()

        optimizer.step = types.MethodType(step, optimizer)
        self._optimizer = optimizer
        self._hooks = [net.register_forward_pre_hook(lambda *_: None), parameters[-1].register_hook(lambda _: None)]

    def remove(self):
        del self._optimizer.step
        for hook in self._hooks:
            hook.remove()


class Bench:
    def __init__(self, row, optimizer):
        torch.manual_seed(0)
        self.row = row
        self.net = row.make()
        self.x, self.y = row.batch()
        parameters = self.net.parameters()
        self.optimizer = (
            torch.optim.SGD(parameters, lr=1e-4, momentum=0.9)
            if optimizer == "sgd"
            else torch.optim.AdamW(parameters, lr=1e-6)
        )
        self.logged = []
        self.watcher = None
        self.rest = 0.0

    def step(self, variant):
        self.optimizer.zero_grad()
        loss = nn.functional.cross_entropy(self.net(self.x), self.y)
        loss.backward()
        if variant == "read":
            for p in self.net.parameters():
                torch.norm(p.grad)
        elif variant == "norms":
            self.logged = [loss.item(), [torch.norm(p.grad).item() for p in self.net.parameters()]]
        elif variant in FLOOR:
            self.logged = loss.item()
        self.optimizer.step()
        if variant == "watched":
            self.watcher.log(loss=loss)

    def block(self, variant):
        """CPU seconds a step."""
        sink, steps = NoSink(), self.row.steps
        if variant == "watched":
            self.watcher = thermograd.watch(self.net, self.optimizer, sink=sink, run_id="bench")
        floor = Floor(self.net, self.optimizer, "look" if variant == "look" else None) if variant in FLOOR else None
        warm = self.row.warm
        for _ in range(warm):
            self.step(variant)
        if variant == "watched":
            asleep = time.monotonic()
            self.await_events(sink, warm)
            self.rest = time.monotonic() - asleep
        else:
            time.sleep(self.rest)
        begin = time.process_time()
        for _ in range(steps):
            self.step(variant)
        if variant == "watched":
            self.await_events(sink, warm + steps)
        spent = time.process_time() - begin
        if variant == "watched":
            self.watcher.finish()
        if floor is not None:
            floor.remove()
        return spent / steps

    def await_events(self, sink, steps):
        self.watcher.flush()
        while sink.events < 1 + steps:
            time.sleep(0.01)

    def memory(self):
        sketcher = thermograd.Sketcher(list(self.net.parameters()))
        sketcher.looker()  # which has tables of its own
        p, own = sketcher.parameter_count, sketcher.table_bytes
        print(
            f"{'':20}P {p:,}, {sketcher.scheme}: tables {own / 1024:,.0f} KiB, {100 * own / (4 * p):.1f} % of P; "
            f"in the queue {2 * sketcher.dim:,} floats a step; copied together: {p if sketcher.gathers else 0:,} floats"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies the number of rounds")
    parser.add_argument("--optimizer", choices=["sgd", "adamw"], default="sgd")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    keep_memory()
    print(f"torch {torch.__version__}, {options.optimizer}; {native.describe()}")
    print(f"{'':20}{'ms/step':>9}" + "".join(f"{v:>16}" for v in VARIANTS[1:]) + "    (half of the rounds between)")
    for name in options.rows:
        row = ROWS[name]
        bench = Bench(row, options.optimizer)
        ratios = {v: [] for v in VARIANTS}
        base = []
        bench.block("watched")
        for _ in range(max(2, round(options.scale * row.rounds))):
            order = random.sample(VARIANTS, len(VARIANTS))
            spent = {v: bench.block(v) for v in order}
            base.append(spent["none"])
            for v in VARIANTS:
                ratios[v].append(spent[v] / spent["none"] - 1)
        line = f"{row.title:20}{1e3 * statistics.median(base):>9.3f}"
        for v in VARIANTS[1:]:
            low, middle, high = statistics.quantiles(ratios[v], n=4)
            line += f"{100 * middle:>+7.1f}% ({100 * low:+.0f}…{100 * high:+.0f})".rjust(16)
        print(line, flush=True)
        bench.memory()


if __name__ == "__main__":
    main()
