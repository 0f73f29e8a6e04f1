"""Looks that cost gradients of their own, every so many steps: the Hessian, and noise from one batch."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import torch

from ._splitmix import words

Loss = Callable[[Any], torch.Tensor]
_TOLERANCE = 5e-3


@dataclass(frozen=True)
class Probing:
    """What `thermograd.watch` should look at besides training.

    :param loss: mean loss over a batch, of the model as it is: ``lambda batch: criterion(model(batch[0]), batch[1])``
    :param batch: a fixed batch (a tensor, or a tuple, list or dict of tensors, all along their first dimension), or a
        function without arguments that gives the batch of now
    :param curvature_every: steps between looks at the Hessian of that loss; 0: none
    :param noise_every: steps between splits of the batch into micro-batches, for trainings without accumulation; 0: none
    :param splits: how many micro-batches
    :param trace_vectors: Rademacher vectors for tr H a look; its relative standard error is √(2‖H‖²_F/n)/tr H
    :param most_products: Hessian-vector products a look at most, for λ_max to 0.5 %; each costs about two gradients and
        keeps P floats
    """

    loss: Loss
    batch: Any
    curvature_every: int = 0
    noise_every: int = 0
    splits: int = 8
    trace_vectors: int = 1
    most_products: int = 20

    def __post_init__(self) -> None:
        for name, least in (("curvature_every", 0), ("noise_every", 0), ("splits", 2), ("trace_vectors", 0), ("most_products", 2)):
            value = getattr(self, name)
            if int(value) != value or value < least:
                raise ValueError(f"{name} should be a whole number of at least {least}: was {value!r}")

    def now(self) -> Any:
        """The batch to look at."""
        return self.batch() if callable(self.batch) else self.batch


@dataclass
class Curvature:
    """Eigenvalues fall; gᵀHg is along the gradient of the probed loss."""

    top: List[float]
    trace: Optional[float]
    grad_hess_grad: float
    preconditioned_top: List[float] = field(default_factory=list)


@contextlib.contextmanager
def unnoticed(model: Optional[torch.nn.Module]) -> Iterator[None]:
    """Random states and the model's buffers (batch norm's averages) are afterwards what they were."""
    kept = [] if model is None else [(b, b.detach().clone()) for b in model.buffers()]
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=devices), torch.enable_grad():
        try:
            yield
        finally:
            with torch.no_grad():
                for buffer, before in kept:
                    buffer.copy_(before)


class CurvatureProbe:
    """λ_max by Lanczos with full reorthogonalisation, begun where the last look ended."""

    def __init__(self, probing: Probing, parameters: Sequence[torch.nn.Parameter], seed: int):
        self._probing = probing
        self._parameters = list(parameters)
        self._seed = seed
        self._looks = 0
        self._warm: Optional[torch.Tensor] = None
        self._warm_preconditioned: Optional[torch.Tensor] = None

    def look(self, scale: Optional[torch.Tensor] = None) -> Curvature:
        """:param scale: D^−½ of an optimizer that divides the gradient by D"""
        loss = self._probing.loss(self._probing.now())
        grads = torch.autograd.grad(loss, self._parameters, create_graph=True, allow_unused=True)
        there = [i for i, g in enumerate(grads) if g is not None and g.requires_grad]

        def product(v: torch.Tensor) -> torch.Tensor:
            parts = self._split(v)
            answer = torch.autograd.grad(
                [grads[i] for i in there],
                self._parameters,
                [parts[i] for i in there],
                retain_graph=True,
                allow_unused=True,
            )
            return self._flat(answer)

        gradient = self._flat(grads).detach()
        top, self._warm = self._largest(product, self._warm, gradient)
        preconditioned: List[float] = []
        if scale is not None:
            preconditioned, self._warm_preconditioned = self._largest(
                lambda v: scale * product(scale * v), self._warm_preconditioned, gradient
            )
        trace = None
        vectors = self._probing.trace_vectors
        if vectors:
            signs = [self._signs(gradient, self._looks * vectors + i) for i in range(vectors)]
            trace = sum(float(torch.dot(z, product(z))) for z in signs) / vectors
        along = float(torch.dot(gradient, product(gradient)))
        self._looks += 1
        return Curvature(top, trace, along, preconditioned)

    def _largest(
        self, product: Callable[[torch.Tensor], torch.Tensor], warm: Optional[torch.Tensor], gradient: torch.Tensor
    ) -> Tuple[List[float], torch.Tensor]:
        # A direction that the last look was blind to has to be able to come in.
        start = self._signs(gradient, -1 - self._looks) / gradient.numel() ** 0.5
        start = start if warm is None else warm + 0.1 * start
        basis = [start / start.norm()]
        diagonal: List[float] = []
        beside: List[float] = []
        while True:
            w = product(basis[-1])
            diagonal.append(float(torch.dot(w, basis[-1])))
            for _ in range(2):
                for q in basis:
                    w = w - torch.dot(w, q) * q
            norm = float(w.norm())
            t = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
            values, vectors = np.linalg.eigh(t)
            residual = abs(norm * vectors[-1, -1])
            exhausted = norm <= 1e-6 * max(abs(values[0]), abs(values[-1]), 1e-30)
            if exhausted or len(basis) >= self._probing.most_products or residual <= _TOLERANCE * abs(values[-1]):
                break
            beside.append(norm)
            basis.append(w / norm)
        ritz = sum(float(c) * q for c, q in zip(vectors[:, -1], basis))
        residuals = np.abs(norm * vectors[-1, :])
        good = [float(v) for v, r in zip(values[::-1], residuals[::-1]) if r <= 2 * _TOLERANCE * abs(v)]
        return (good[:3] or [float(values[-1])]), ritz

    def _signs(self, like: torch.Tensor, index: int) -> torch.Tensor:
        count = -(-like.numel() // 64)
        bits = np.unpackbits(words(self._seed + 0x9E37 * (index + 1), 0, count).view(np.uint8))
        signs = bits[: like.numel()].astype(np.float32) * 2 - 1
        return torch.from_numpy(signs).to(like.device, like.dtype)

    def _flat(self, parts: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        return torch.cat(
            [
                (torch.zeros_like(p) if g is None else g).reshape(-1)
                for p, g in zip(self._parameters, parts)
            ]
        )

    def _split(self, v: torch.Tensor) -> List[torch.Tensor]:
        sizes = [p.numel() for p in self._parameters]
        return [part.view_as(p) for part, p in zip(v.split(sizes), self._parameters)]


def split_gradients(
    probing: Probing, parameters: Sequence[torch.nn.Parameter], most: Optional[int]
) -> Iterator[Tuple[int, Tuple[Optional[torch.Tensor], ...]]]:
    """(examples, gradients) of each of the batch's parts, of at most so many examples in all."""
    batch = probing.now()
    size = size_of(batch)
    if most is not None:
        size = min(size, most)
    if size < probing.splits:
        raise ValueError(f"the probe's batch should have at least splits = {probing.splits} examples: had {size}")
    ends = [size * i // probing.splits for i in range(probing.splits + 1)]
    for start, end in zip(ends, ends[1:]):
        loss = probing.loss(_part(batch, start, end))
        yield end - start, torch.autograd.grad(loss, list(parameters), allow_unused=True)


def size_of(batch: Any) -> int:
    """Its examples: the first dimension of its first tensor."""
    if isinstance(batch, torch.Tensor):
        return batch.shape[0]
    if isinstance(batch, dict):
        return size_of(next(iter(batch.values())))
    return size_of(batch[0])


def _part(batch: Any, start: int, end: int) -> Any:
    if isinstance(batch, torch.Tensor):
        return batch[start:end]
    if isinstance(batch, dict):
        return type(batch)((k, _part(v, start, end)) for k, v in batch.items())
    if isinstance(batch, (tuple, list)):
        return type(batch)(_part(v, start, end) for v in batch)
    return batch
