"""What watching every step costs, in process CPU time, against plain logging and against nothing.

    OMP_NUM_THREADS=1 python3 overhead.py [--rounds 15] [CASE …]

Rounds of all variants are interleaved in random order; the table shows medians of paired ratios to "no watcher". A/A is
"no watcher" once more. "norms" logs the loss and every layer's gradient norm with plain torch; "read" is one pass of
torch.norm over the gradients.
"""

import argparse
import logging
import random
import statistics
import time

import torch
from torch import nn

import thermograd


class NoSink:
    """Makes the bytes and lets them go, so that no disk or broker is measured."""

    def send(self, event):
        event.SerializeToString()

    def failed(self):
        return 0

    def close(self, seconds):
        pass


class Transformer(nn.Module):
    def __init__(self, width=320, layers=8, words=256, length=64):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Parameter(0.02 * torch.randn(length, width))
        layer = nn.TransformerEncoderLayer(width, 8, 4 * width, dropout=0.0, batch_first=True)
        self.body = nn.TransformerEncoder(layer, layers)
        self.head = nn.Linear(width, words)

    def forward(self, tokens):
        return self.head(self.body(self.words(tokens) + self.places)).transpose(1, 2)


def mlp(*sizes):
    layers = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 64, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * 4, 96), nn.ReLU(), nn.Linear(96, 10),
    )


CASES = {
    "transformer 10 M": (Transformer, lambda: torch.randint(256, (16, 64)), lambda: torch.randint(256, (16, 64)), 2),
    "MLP 1 M, batch 64": (lambda: mlp(784, 880, 340, 10), lambda: torch.randn(64, 784), lambda: torch.randint(10, (64,)), 40),
    "MLP 1 M, batch 256": (lambda: mlp(784, 880, 340, 10), lambda: torch.randn(256, 784), lambda: torch.randint(10, (256,)), 20),
    "CNN 38 k": (cnn, lambda: torch.randn(64, 1, 8, 8), lambda: torch.randint(10, (64,)), 60),
    "MLP 17 k": (lambda: mlp(64, 128, 64, 10), lambda: torch.randn(64, 64), lambda: torch.randint(10, (64,)), 300),
}


def measure(case, variant, optimizer_name):
    make, inputs, targets, steps = CASES[case]
    torch.manual_seed(0)
    net = make()
    optimizer = (
        torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)
        if optimizer_name == "sgd"
        else torch.optim.AdamW(net.parameters(), lr=1e-4)
    )
    x, y = inputs(), targets()
    watcher = thermograd.watch(net, optimizer, sink=NoSink()) if variant == "watched" else None
    kept = []

    def step():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(net(x), y)
        loss.backward()
        if variant == "read":
            for p in net.parameters():
                torch.norm(p.grad)
        if variant == "norms":
            kept.append((loss.item(), [torch.norm(p.grad).item() for p in net.parameters()]))
        optimizer.step()
        if watcher:
            watcher.log(loss=loss)

    for _ in range(3):
        step()
    begin = time.process_time()
    for _ in range(steps):
        step()
    spent = time.process_time() - begin
    if watcher:
        watcher.finish()
    return spent / steps


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--optimizer", choices=["sgd", "adamw"], default="sgd")
    parser.add_argument("cases", nargs="*", metavar="CASE")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    variants = ["none", "A/A", "watched", "norms", "read"]
    print(f"{'':22}{'ms/step':>9}" + "".join(f"{v:>10}" for v in variants[1:]))
    for case in options.cases or CASES:
        ratios = {v: [] for v in variants}
        base = []
        for _ in range(options.rounds):
            order = random.sample(variants, len(variants))
            spent = {v: measure(case, v, options.optimizer) for v in order}
            base.append(spent["none"])
            for v in variants:
                ratios[v].append(spent[v] / spent["none"])
        row = "".join(f"{100 * (statistics.median(ratios[v]) - 1):>+9.1f}%" for v in variants[1:])
        print(f"{case:22}{1e3 * statistics.median(base):>9.3f}{row}", flush=True)


if __name__ == "__main__":
    main()
