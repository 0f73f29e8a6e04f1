"""What the examples on scikit-learn's handwritten digits share: the data, and an order to see it in."""

from typing import Iterator, List, Tuple

import torch
from sklearn.datasets import load_digits

Batch = Tuple[torch.Tensor, torch.Tensor]


def images() -> Batch:
    """1,797 images, 1 × 8 × 8 of 0 to 1, and their digits."""
    data = load_digits()
    return torch.tensor(data.images, dtype=torch.float32)[:, None] / 16, torch.tensor(data.target)


def steps(x: torch.Tensor, y: torch.Tensor, count: int, chunks: int, size: int) -> Iterator[List[Batch]]:
    """So many steps' chunks. An example comes once an epoch; what is left over at its end is not used."""
    order, used = torch.randperm(len(x)), 0
    for _ in range(count):
        if used + chunks * size > len(x):
            order, used = torch.randperm(len(x)), 0
        rows = order[used : used + chunks * size]
        used += chunks * size
        yield [(x[r], y[r]) for r in rows.split(size)]
