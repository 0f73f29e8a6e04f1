"""Linear sketches of lists of tensors, on the tensors' own device, in plain torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence

import numpy as np
import torch
import torch.nn.functional as functional

from ._splitmix import words

ROW = 64
MIN_DIM = 256
MAX_DIM = 1 << 20

# Below, a tensor is cheaper to copy than to make a table of bags for.
_DIRECT = 1 << 16


@dataclass(frozen=True)
class _Bags:
    """Rows of one table, ordered by where they go: what embedding_bag takes."""

    rows: torch.Tensor
    starts: torch.Tensor
    signs: torch.Tensor


class Sketcher:
    """S: R^P → R^dim, E⟨Sx, Sy⟩ = ⟨x, y⟩, Var⟨Sx, Sy⟩ ≤ 4‖x‖²‖y‖²/dim over the seeds.

    **Scheme "identity"** when P ≤ dim: the sketch is the vector.

    **Scheme "row_fold"** otherwise. The vector is cut into rows of 64; a tensor begins a row, and its
    last row is filled up with zeros. With w the outputs of SplitMix64 started at the seed and v the
    first output of SplitMix64 started at the seed's complement, element j of row r is added as

        out[(o_r − j) mod dim] += s_r · t_j · x[r, j]
        o_r = the top log2(dim) bits of w(r)      s_r = − if the lowest bit of w(r) is set
        t_j = − if bit j of v is set

    Two rows collide at every shift with probability 1/dim. Pairs of elements in them are uncorrelated
    but for rows in the very same place, where lane signs cancel: that adds at most as much again as
    CountSketch's 2‖x‖²‖y‖²/dim, whatever the structure of x and y.

    One pass over the data (`embedding_bag`), float32 sums. Tables take 20 bytes a row of 64 floats: 8 % of
    float32 parameters, made once. Not thread-safe. Non-finite elements reach the sketch.
    """

    def __init__(self, shapes: Sequence[torch.Tensor], dim: int = 1024, seed: int = 0):
        """
        :param shapes: the tensors to come, or any of the same sizes; their first one's device is used
        :param dim: floats in a sketch at most: a power of two from 256 to 1,048,576
        """
        if dim < MIN_DIM or dim > MAX_DIM or dim & (dim - 1):
            raise ValueError(f"dim should be a power of two from {MIN_DIM} to {MAX_DIM}: was {dim}")
        sizes = [t.numel() for t in shapes]
        self.parameter_count = sum(sizes)
        if self.parameter_count == 0:
            raise ValueError("there should be at least one parameter to sketch: were none")
        self.seed = seed
        self.device = shapes[0].device
        self.identity = self.parameter_count <= dim
        self.dim = self.parameter_count if self.identity else dim
        self._sizes = sizes
        if not self.identity:
            self._plan(sizes)

    @property
    def scheme(self) -> str:
        """``identity`` or ``row_fold``, as run_started.sketch_scheme records it."""
        return "identity" if self.identity else "row_fold"

    def _plan(self, sizes: List[int]) -> None:
        rows_of = [-(-n // ROW) for n in sizes]
        firsts = np.concatenate([[0], np.cumsum(rows_of)])
        word = words(self.seed, 0, int(firsts[-1]))
        places = (word >> np.uint64(64 - self.dim.bit_length() + 1)).astype(np.int64)
        signs = np.where(word & np.uint64(1), -1.0, 1.0).astype(np.float32)
        self._direct: dict[int, _Bags] = {}
        staged_rows: list[np.ndarray] = []
        self._staging: list[tuple[int, int, int, int]] = []  # tensor, from, to, place in staging
        used = 0
        for i, n in enumerate(sizes):
            full = n // ROW if n >= _DIRECT else 0
            if full:
                at = np.arange(firsts[i], firsts[i] + full)
                self._direct[i] = self._bags(places[at], signs[at])
            if full * ROW < n:
                self._staging.append((i, full * ROW, n, used))
                staged_rows.append(np.arange(firsts[i] + full, firsts[i + 1]))
                used += int(firsts[i + 1] - firsts[i] - full) * ROW
        self._staged = torch.zeros(used, dtype=torch.float32, device=self.device)
        if used:
            at = np.concatenate(staged_rows)
            self._staged_bags = self._bags(places[at], signs[at])
        lane = int(words(~self.seed, 0, 1)[0])
        lanes = [-1.0 if lane >> j & 1 else 1.0 for j in range(ROW)]
        self._lanes = torch.tensor(lanes, dtype=torch.float32, device=self.device)
        self._buffer = torch.zeros(self.dim + ROW, ROW, dtype=torch.float32, device=self.device)

    def _bags(self, places: np.ndarray, signs: np.ndarray) -> _Bags:
        order = np.argsort(places, kind="stable")
        starts = np.searchsorted(places[order], np.arange(self.dim))
        put = lambda a: torch.from_numpy(a).to(self.device)  # noqa: E731
        return _Bags(put(order.astype(np.int32)), put(starts.astype(np.int32)), put(signs[order]))

    @torch.no_grad()
    def sketch(self, tensors: Sequence["torch.Tensor | None"]) -> torch.Tensor:
        """S of the tensors one after the other; None stands for zeros. A new tensor of ``dim`` floats."""
        if self.identity:
            parts = [self._flat(t, n) for t, n in zip(tensors, self._sizes)]
            return torch.cat(parts).clone()
        total = self._buffer[: self.dim]
        total.zero_()
        for i, bags in self._direct.items():
            t = tensors[i]
            if t is not None:
                n = bags.rows.numel() * ROW
                total += self._fold(self._flat(t, self._sizes[i])[:n].view(-1, ROW), bags)
        if self._staging:
            for i, start, end, place in self._staging:
                here = self._staged[place : place + end - start]
                t = tensors[i]
                if t is None:
                    here.zero_()
                else:
                    here.copy_(self._flat(t, self._sizes[i])[start:end])
            total += self._fold(self._staged.view(-1, ROW), self._staged_bags)
        total *= self._lanes
        self._buffer[self.dim :] = self._buffer[:ROW]
        # Row p + j of lane j, for every place p and lane j: a diagonal of the table.
        return self._buffer.as_strided((self.dim, ROW), (ROW, ROW + 1)).sum(1)

    def _flat(self, t: "torch.Tensor | None", n: int) -> torch.Tensor:
        if t is None:
            return torch.zeros(n, dtype=torch.float32, device=self.device)
        if t.is_sparse:
            t = t.to_dense()
        return t.detach().reshape(-1).to(device=self.device, dtype=torch.float32)

    @staticmethod
    def _fold(table: torch.Tensor, bags: _Bags) -> torch.Tensor:
        return functional.embedding_bag(
            bags.rows, table, bags.starts, mode="sum", per_sample_weights=bags.signs
        )


@torch.no_grad()
def sqnorm(tensors: Sequence["torch.Tensor | None"]) -> torch.Tensor:
    """Σ‖t‖² as a tensor of one float64; one pass, no synchronisation."""
    there = [t.coalesce().values() if t.is_sparse else t for t in tensors if t is not None]
    if not there:
        return torch.zeros((), dtype=torch.float64)
    norms = [torch.linalg.vector_norm(t.detach()).double() for t in there]
    return torch.stack(norms).square().sum()
