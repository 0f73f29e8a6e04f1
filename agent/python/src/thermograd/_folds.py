"""The linear maps that sketches are made of; `thermograd.sketch` says how they are put together."""

from __future__ import annotations

from typing import List, Optional, Sequence, Tuple

import numpy as np
import torch
from torch.nn.functional import embedding_bag

from ._splitmix import words


class Cells:
    """Adds elements up where their cells say: place, or dim + place for those that count negatively."""

    def __init__(self, cells: np.ndarray, dim: int, device: torch.device):
        # The sign is in the cell that is added to: no pass over the elements for it, no table of signs.
        self._cells = torch.from_numpy(cells.astype(np.int64)).to(device)
        self._shape = (2, dim)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        """A new tensor of ``dim`` floats."""
        sums = torch.zeros(2 * self._shape[1], dtype=torch.float32, device=self._cells.device)
        plus, minus = sums.scatter_add_(0, self._cells, x).view(self._shape).unbind()
        return plus - minus  # in memory of its own: a part of the sums would keep them all

    @property
    def table_bytes(self) -> int:
        return 8 * self._cells.numel()


def count_sketch(size: int, dim: int, seed: int, device: torch.device) -> Cells:
    """R^size → R^dim; every element has a place and a sign of its own.

    With w the outputs of SplitMix64 started at the seed, x[i] is added to out[top log2(dim) bits of w(i)],
    with a − if the lowest bit of w(i) is set. Var⟨Sx, Sy⟩ ≤ 2‖x‖²‖y‖²/dim over the seeds (Charikar, Chen and
    Farach-Colton 2004). 8 bytes an element.
    """
    word = words(seed, 0, size)
    return Cells(_places(word, dim) + dim * _negative(word), dim, device)


class RowFold:
    """R^P → R^dim; rows of 64 floats are added up by place in one pass, then along the diagonals.

    The vector is cut into rows of 64; a tensor begins a row, and its last row is filled up with zeros. With w the outputs
    of SplitMix64 started at the seed and v the first output of SplitMix64 started at the seed's
    complement, element j of row r is added as

        out[(o_r − j) mod dim] += s_r · t_j · x[r, j]
        o_r = the top log2(dim) bits of w(r)      s_r = − if the lowest bit of w(r) is set
        t_j = − if bit j of v is set

    Two rows collide at every shift with probability 1/dim. Pairs of elements in them are uncorrelated
    but for rows in the very same place, where lane signs cancel: that adds at most as much again as a count sketch's
    2‖x‖²‖y‖²/dim, whatever the structure of x and y.

    `embedding_bag` reads each large tensor where it is; small ones and the ends of large ones are copied together and
    counted one by one. 8 bytes a row, 8 an element of the latter, and 264 bytes a dim (and as much again while it works).
    """

    ROW = 64
    # Below, a tensor is cheaper to copy than to make a bag of rows for every place.
    _DIRECT = 1 << 16

    def __init__(self, sizes: Sequence[int], dim: int, seed: int, device: torch.device):
        row = self.ROW
        firsts = np.concatenate([[0], np.cumsum([-(-n // row) for n in sizes])])
        word = words(seed, 0, int(firsts[-1]))
        places, negative = _places(word, dim), _negative(word)
        lane = int(words(~seed, 0, 1)[0])
        lanes = np.array([lane >> j & 1 for j in range(row)])
        self._direct = []
        self._ends: List[Tuple[int, int]] = []  # tensor, its first element that is copied
        cells = []
        for i, n in enumerate(sizes):
            full = n // row if n >= self._DIRECT else 0
            if full:
                here = slice(firsts[i], firsts[i] + full)
                order = np.argsort(places[here], kind="stable")
                starts = np.searchsorted(places[here][order], np.arange(dim))
                signs = (1 - 2 * negative[here][order]).astype(np.float32)
                bags = (order.astype(np.int32), starts.astype(np.int32), signs)
                self._direct.append((i, full, *(torch.from_numpy(a).to(device) for a in bags)))
            if full * row < n:
                element = np.arange(full * row, n)
                r, j = firsts[i] + element // row, element % row
                cells.append((places[r] - j) % dim + dim * (negative[r] ^ lanes[j]))
                self._ends.append((i, full * row))
        self._rest = Cells(np.concatenate(cells), dim, device) if cells else None
        self._lanes = torch.from_numpy((1 - 2 * lanes).astype(np.float32)).to(device)
        table = torch.zeros(dim + row, row, dtype=torch.float32, device=device)
        self._head, self._tail, self._again = table[:dim], table[dim:], table[:row]
        self._diagonals = table.as_strided((dim, row), (row, row + 1))
        self._sizes = list(sizes)

    @classmethod
    def copied(cls, sizes: Sequence[int]) -> int:
        """Elements that would be copied."""
        return sum(n % cls.ROW if n >= cls._DIRECT else n for n in sizes)

    def __call__(self, flats: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """Of one-dimensional float tensors; a new one of ``dim`` floats."""
        bags: Optional[torch.Tensor] = None
        for i, full, rows, starts, signs in self._direct:
            flat = flats[i]
            if flat is not None:
                table = flat[: full * self.ROW].view(full, self.ROW)
                sums = embedding_bag(rows, table, starts, mode="sum", per_sample_weights=signs)
                bags = sums if bags is None else bags.add_(sums)
        out: Optional[torch.Tensor] = None
        if bags is not None:
            torch.mul(bags, self._lanes, out=self._head)
            self._tail.copy_(self._again)
            out = self._diagonals.sum(1)
        if self._rest is not None:
            ends = [self._end(flats[i], i, start) for i, start in self._ends]
            counted = self._rest(torch.cat(ends))
            out = counted if out is None else out.add_(counted)
        return torch.zeros_like(self._head[:, 0]) if out is None else out

    def _end(self, flat: Optional[torch.Tensor], i: int, start: int) -> torch.Tensor:
        return self._lanes.new_zeros(self._sizes[i] - start) if flat is None else flat[start:] if start else flat

    @property
    def table_bytes(self) -> int:
        bags = sum(4 * (rows.numel() + starts.numel() + signs.numel()) for _, _, rows, starts, signs in self._direct)
        rest = 0 if self._rest is None else self._rest.table_bytes
        return bags + rest + 4 * (self._lanes.numel() + self._head.numel() + self._tail.numel())


class ShiftFold:
    """R^P → R^width; rows as long as the answer are shifted at random and added up.

    The concatenated vector is cut into rows of ``width``. With w the outputs of SplitMix64 started at the seed and v
    those started at the seed's complement, element j of row r is added as

        out[(o_r + j) mod width] += s_r · t_j · x[r·width + j]
        o_r = the top log2(width) bits of w(r)      s_r = − if the lowest bit of w(r) is set
        t_j = − if bit j mod 64 of v(⌊j/64⌋) is set

    Two rows meet at every shift with probability 1/width. The products of the signs t at any other shift than 0 are
    pairwise uncorrelated (at width/2 in pairs); at shift 0 they cancel, and whole rows may add up. Together:
    Var⟨Sx, Sy⟩ ≤ 4‖x‖²‖y‖²/width, whatever the structure of x and y.

    One pass over the tensors where they are, a call for every row and tensor; 12 bytes an element of the answer, whatever
    P. Of the same device as its input, in the order of its input.
    """

    def __init__(self, sizes: Sequence[int], width: int, seed: int, device: torch.device):
        rows = -(-sum(sizes) // width)
        word = words(seed, 0, rows)
        offsets, negative = _places(word, width), _negative(word)
        bits = np.unpackbits(words(~seed, 0, width // 64).astype("<u8").view(np.uint8), bitorder="little")
        self._lanes = torch.from_numpy(1 - 2 * bits.astype(np.float32)).to(device)
        # Twice the width, so that no row wraps around; the second half is folded back at the end.
        self._sums = torch.zeros(2 * width, dtype=torch.float32, device=device)
        self._head, self._tail = self._sums[:width], self._sums[width:]
        self._plan: List[Tuple[List[int], List[Tuple[torch.Tensor, torch.Tensor, int]]]] = []
        at = 0
        for size in sizes:
            cuts: List[int] = []
            pieces = []
            end = at + size
            while at < end:
                row, j = divmod(at, width)
                n = min(width - j, end - at)
                place = int(offsets[row]) + j
                sign = -1 if negative[row] else 1
                pieces.append((self._sums[place : place + n], self._lanes[j : j + n], sign))
                cuts.append(n)
                at += n
            self._plan.append((cuts, pieces))

    def __call__(self, flats: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """Of one-dimensional float tensors; the answer is valid until the next call."""
        self._sums.zero_()
        for flat, (cuts, pieces) in zip(flats, self._plan):
            if flat is None:
                continue
            parts = (flat,) if len(cuts) == 1 else flat.split_with_sizes(cuts)
            for part, (sums, lanes, sign) in zip(parts, pieces):
                sums.addcmul_(part, lanes, value=sign)
        return self._head.add_(self._tail)

    @property
    def table_bytes(self) -> int:
        return 4 * (self._lanes.numel() + self._sums.numel())


def _places(word: np.ndarray, dim: int) -> np.ndarray:
    return (word >> np.uint64(64 - dim.bit_length() + 1)).astype(np.int64)


def _negative(word: np.ndarray) -> np.ndarray:
    return (word & np.uint64(1)).astype(np.int64)
