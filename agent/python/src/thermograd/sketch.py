"""Linear sketches of lists of tensors, on the tensors' own device, in plain torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as functional

from ._splitmix import words

ROW = 64
MIN_DIM = 256
MAX_DIM = 1 << 20

# Below, a tensor is cheaper to copy than to make a table of bags for.
_DIRECT = 1 << 16

# Up to so many copied elements are added one by one: a table of bags would be larger than they are.
_SCATTERED = 1 << 16


@dataclass(frozen=True)
class _Bags:
    """Rows of one table, ordered by 2·place + (sign is −): what embedding_bag takes."""

    rows: torch.Tensor
    starts: torch.Tensor

    def fold(self, table: torch.Tensor) -> torch.Tensor:
        return functional.embedding_bag(self.rows, table, self.starts, mode="sum")


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

    One pass over the data (`embedding_bag`), float32 sums. Tables: 4 bytes a row of 64 floats, 1.6 % of float32
    parameters (12 bytes a float for the up to 65,536 that lie in small tensors), and 32 KiB·dim/64. Made once. Not
    thread-safe. Non-finite elements reach the sketch.
    """

    def __init__(self, shapes: Sequence[torch.Tensor], dim: int = 1024, seed: int = 0, *, name: str = "dim"):
        """
        :param shapes: the tensors to come, or any of the same sizes; their first one's device is used
        :param dim: floats in a sketch at most: a power of two from 256 to 1,048,576
        :param name: what messages call dim
        """
        if dim < MIN_DIM or dim > MAX_DIM or dim & (dim - 1):
            raise ValueError(f"{name} should be a power of two from {MIN_DIM} to {MAX_DIM}: was {dim}")
        sizes = [t.numel() for t in shapes]
        self.parameter_count = sum(sizes)
        if self.parameter_count == 0:
            raise ValueError("there should be at least one parameter to sketch: were none")
        self.seed = seed
        self.device = shapes[0].device
        self.identity = self.parameter_count <= dim
        self.dim = self.parameter_count if self.identity else dim
        self._sizes = sizes
        #: ‖x‖² of the vector sketched last, where it came for nothing (P ≤ 65,536), else None.
        self.sqnorm: Optional[torch.Tensor] = None
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
        negative = (word & np.uint64(1)).astype(np.int64)
        lane = int(words(~self.seed, 0, 1)[0])
        lanes = np.array([-1.0 if lane >> j & 1 else 1.0 for j in range(ROW)], dtype=np.float32)

        self._direct: List[Tuple[int, _Bags]] = []
        self._pieces: List[Tuple[int, int]] = []  # tensor, its first element that is copied
        copied_rows: List[np.ndarray] = []
        copied_sizes: List[int] = []
        for i, n in enumerate(sizes):
            full = n // ROW if n >= _DIRECT else 0
            if full:
                at = np.arange(firsts[i], firsts[i] + full)
                self._direct.append((i, self._bags(places[at], negative[at])))
            if full * ROW < n:
                self._pieces.append((i, full * ROW))
                copied_rows.append(np.arange(firsts[i] + full, firsts[i + 1]))
                copied_sizes.append(n - full * ROW)

        self._scattered = 0 < sum(copied_sizes) <= _SCATTERED
        if self._scattered:
            element = [np.arange(n) for n in copied_sizes]
            row = np.concatenate([rows[e // ROW] for rows, e in zip(copied_rows, element)])
            j = np.concatenate([e % ROW for e in element])
            self._targets = self._put((places[row] - j) % self.dim)
            self._signs = self._put(((1 - 2 * negative[row]) * lanes[j]).astype(np.float32))
            self._copies = torch.zeros(len(j), dtype=torch.float32, device=self.device)
        elif self._pieces:
            at = np.concatenate(copied_rows)
            self._copied_bags = self._bags(places[at], negative[at])
            self._copies = torch.zeros(len(at) * ROW, dtype=torch.float32, device=self.device)
        self._lanes = self._put(lanes)
        self._buffer = torch.zeros(self.dim + ROW, ROW, dtype=torch.float32, device=self.device)

    def _bags(self, places: np.ndarray, negative: np.ndarray) -> _Bags:
        bag = 2 * places + negative
        order = np.argsort(bag, kind="stable")
        starts = np.searchsorted(bag[order], np.arange(2 * self.dim))
        return _Bags(self._put(order.astype(np.int32)), self._put(starts.astype(np.int32)))

    def _put(self, a: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(a).to(self.device)

    @torch.no_grad()
    def sketch(self, tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """S of the tensors one after the other; None stands for zeros. A new tensor of ``dim`` floats."""
        if self.identity:
            out = torch.cat([self._flat(t, n) for t, n in zip(tensors, self._sizes)])
            self.sqnorm = torch.dot(out, out)
            return out
        bags = self._bag_sums(tensors)
        out = None if bags is None else self._diagonals(bags)
        self.sqnorm = None
        if self._scattered:
            pieces = [self._flat(tensors[i], self._sizes[i])[start:] for i, start in self._pieces]
            torch.cat(pieces, out=self._copies)
            self._copies *= self._signs
            if out is None:
                out = torch.zeros(self.dim, dtype=torch.float32, device=self.device)
            if not self._direct:
                self.sqnorm = torch.dot(self._copies, self._copies)
            out.scatter_add_(0, self._targets, self._copies)
        return torch.zeros(self.dim, dtype=torch.float32, device=self.device) if out is None else out

    def _bag_sums(self, tensors: Sequence[Optional[torch.Tensor]]) -> Optional[torch.Tensor]:
        total: Optional[torch.Tensor] = None
        for i, bags in self._direct:
            t = tensors[i]
            if t is not None:
                n = bags.rows.numel() * ROW
                sums = bags.fold(self._flat(t, self._sizes[i])[:n].view(-1, ROW))
                total = sums if total is None else total.add_(sums)
        if self._pieces and not self._scattered:
            at = 0
            for i, start in self._pieces:
                n = self._sizes[i] - start
                t = tensors[i]
                here = self._copies[at : at + n]
                if t is None:
                    here.zero_()
                else:
                    here.copy_(self._flat(t, self._sizes[i])[start:])
                at += -(-n // ROW) * ROW
            sums = self._copied_bags.fold(self._copies.view(-1, ROW))
            total = sums if total is None else total.add_(sums)
        return total

    def _diagonals(self, bags: torch.Tensor) -> torch.Tensor:
        """out[p] = Σ_j t_j·(bag of +, less bag of −)[p + j, j]: a diagonal of the table for every place."""
        signed = bags.view(self.dim, 2, ROW)
        here = self._buffer[: self.dim]
        torch.sub(signed[:, 0], signed[:, 1], out=here)
        here *= self._lanes
        self._buffer[self.dim :] = self._buffer[:ROW]
        return self._buffer.as_strided((self.dim, ROW), (ROW, ROW + 1)).sum(1)

    def _flat(self, t: Optional[torch.Tensor], n: int) -> torch.Tensor:
        if t is None:
            return torch.zeros(n, dtype=torch.float32, device=self.device)
        if t.is_sparse:
            t = t.to_dense()
        return t.detach().reshape(-1).to(device=self.device, dtype=torch.float32)


@torch.no_grad()
def sqnorm(tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
    """Σ‖t‖² as a tensor of one float64; one pass, no synchronisation."""
    there = [t.coalesce().values() if t.is_sparse else t for t in tensors if t is not None]
    if not there:
        return torch.zeros((), dtype=torch.float64)
    norms = [torch.linalg.vector_norm(t.detach()).double() for t in there]
    return torch.stack(norms).square().sum()
