"""The networks that the benchmarks train."""

from dataclasses import dataclass
from typing import Callable, Tuple

import torch
from torch import nn


class Transformer(nn.Module):
    """A decoder's sizes without its mask: what is timed is the same."""

    def __init__(self, width, layers, words=256, length=64, heads=8):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.places = nn.Parameter(0.02 * torch.randn(length, width))
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, dropout=0.0, batch_first=True)
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
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64 * 4, 107), nn.ReLU(), nn.Linear(107, 10),
    )  # fmt: skip


def tokens(batch, length, words=256):
    return torch.randint(words, (batch, length)), torch.randint(words, (batch, length))


def examples(batch, *shape):
    return torch.randn(batch, *shape), torch.randint(10, (batch,))


@dataclass(frozen=True)
class Row:
    title: str
    make: Callable[[], nn.Module]
    batch: Callable[[], Tuple[torch.Tensor, torch.Tensor]]
    steps: int  # a block
    rounds: int
    warm: int = 3


ROWS = {
    "transformer": Row("transformer 10 M", lambda: Transformer(320, 8), lambda: tokens(16, 64), 1, 8, 1),
    "mlp64": Row("MLP 1 M, batch 64", lambda: mlp(784, 880, 340, 10), lambda: examples(64, 784), 10, 40),
    "mlp256": Row("MLP 1 M, batch 256", lambda: mlp(784, 880, 340, 10), lambda: examples(256, 784), 5, 40),
    "cnn": Row("CNN 38 k", cnn, lambda: examples(64, 1, 8, 8), 30, 40),
    "mlp17k": Row("MLP 17 k", lambda: mlp(64, 128, 64, 10), lambda: examples(64, 64), 200, 40),
}
