"""Small networks on scikit-learn's digits, several copies of one at a time.

Every parameter has a leading axis of copies: G copies see G batches in one pass. A copy may be a replica with
parameters of its own, or the same parameters seen by another micro-batch, whose gradient is then its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import List, Sequence, Tuple

import numpy as np
import torch
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh
from sklearn.datasets import load_digits
from torch.nn.functional import cross_entropy, one_hot

Params = List[torch.Tensor]
ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}


class Digits:
    """Training examples and held-out ones, centred; the split is the seed's."""

    def __init__(self, seed: int, examples: int = 1000):
        data = load_digits()
        order = np.random.RandomState(seed).permutation(len(data.data))
        x = torch.tensor(data.data[order], dtype=torch.float32) / 16
        y = torch.tensor(data.target[order])
        mean = x[:examples].mean(0)
        self.x, self.y = x[:examples] - mean, y[:examples]
        self.held_x, self.held_y = x[examples:] - mean, y[examples:]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class Net:
    """A fully connected network and its loss, with ½·l2·‖weights‖² as a part of it (biases are left alone)."""

    sizes: Tuple[int, ...]
    activation: str = "tanh"
    loss: str = "cross_entropy"
    l2: float = 0.0

    def start(self, seed: int, scale: float = 1.0) -> Params:
        """Weights of variance 1/fan-in times scale², biases of 0; one copy."""
        draw = torch.Generator().manual_seed(seed)
        params: Params = []
        for fan_in, out in zip(self.sizes, self.sizes[1:]):
            params.append(scale * torch.randn(1, fan_in, out, generator=draw) / math.sqrt(fan_in))
            params.append(torch.zeros(1, 1, out))
        return params

    def hidden(self, params: Sequence[torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        """What the first hidden layer's units get, before their activation."""
        return torch.baddbmm(params[1], x, params[0])

    def losses(self, params: Sequence[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The loss of each copy, from x of shape (copies, examples, inputs)."""
        h = x
        for i in range(0, len(params), 2):
            h = torch.baddbmm(params[i + 1], h, params[i])
            if i + 2 < len(params):
                h = ACTIVATIONS[self.activation](h)
        copies, examples, classes = h.shape
        if self.loss == "cross_entropy":
            each = cross_entropy(h.reshape(-1, classes), y.reshape(-1), reduction="none")
        else:
            each = 0.5 * (h - one_hot(y, classes)).square().sum(-1)
        total = each.reshape(copies, examples).mean(1)
        if self.l2:
            total = total + 0.5 * self.l2 * sum(w.square().sum((1, 2)) for w in params[::2])
        return total

    @torch.no_grad()
    def full(self, params: Sequence[torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """The noiseless loss of each copy: over all examples."""
        copies = params[0].shape[0]
        return self.losses(params, x.expand(copies, *x.shape), y.expand(copies, *y.shape))


def flat(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """One row a copy."""
    return torch.cat([t.reshape(t.shape[0], -1) for t in tensors], dim=1)


def gradient_sqnorm(net: Net, params: Params, x: torch.Tensor, y: torch.Tensor) -> float:
    """‖G‖² over all examples."""
    leaves = [p.detach().requires_grad_() for p in params]
    gradients = torch.autograd.grad(net.losses(leaves, x[None], y[None]).sum(), leaves)
    return float(flat(gradients).double().square().sum())


def sharpness(net: Net, params: Params, x: torch.Tensor, y: torch.Tensor) -> float:
    """λ_max of the full Hessian by Lanczos (ARPACK) over Hessian-vector products, to 0.1 %."""
    leaves = [p.detach().requires_grad_() for p in params]
    gradients = torch.autograd.grad(net.losses(leaves, x[None], y[None]).sum(), leaves, create_graph=True)
    together = flat(gradients)[0]

    def product(v: np.ndarray) -> np.ndarray:
        direction = torch.from_numpy(np.asarray(v, dtype=np.float32).reshape(-1))
        return flat(torch.autograd.grad(together, leaves, direction, retain_graph=True))[0].numpy()

    n = len(together)
    operator = LinearOperator((n, n), matvec=product, dtype=np.float32)
    first = np.random.RandomState(0).standard_normal(n).astype(np.float32)
    try:
        return float(eigsh(operator, k=1, which="LA", tol=1e-3, v0=first, return_eigenvectors=False)[0])
    except ArpackNoConvergence:
        return float("nan")


@torch.no_grad()
def dead_units(net: Net, params: Params, x: torch.Tensor) -> int:
    """Units of the first hidden layer that no example activates, counted one by one."""
    return int((net.hidden(params, x[None])[0] <= 0).all(0).sum())
