"""Linear sketches of lists of tensors, on the tensors' own device: in plain torch, or compiled (`native`)."""

from __future__ import annotations

from typing import Any, List, Optional, Sequence

import torch

from . import native
from ._folds import Cells, RowFold, ShiftFold, count_sketch
from ._splitmix import words

try:
    # One call for what costs three a tensor from Python.
    from torch._utils import _flatten_dense_tensors as _flatten
except ImportError:
    _flatten = None

MIN_DIM = 256
MAX_DIM = 1 << 20

# Up to so many times dim floats, copying the tensors together and counting every element is cheapest …
_COUNTED = 64
# … and up to so many times, adding up short rows out of order; beyond, it is reading in order that counts.
_ROWS = 4096
# The last fold's answer, in dims: wide enough that its own error (4/32 dim) hardly counts.
_NARROW = 32


def scheme_of(sizes: Sequence[int], dim: int, compiled: bool = False) -> str:
    """The scheme for tensors of these sizes, as `Sketcher` describes it."""
    p = sum(sizes)
    if p <= dim:
        return "identity"
    if compiled:
        return "row_fold"
    if p <= _COUNTED * dim:
        return "count_sketch"
    return "row_fold" if p <= _ROWS * dim and RowFold.copied(sizes) <= _COUNTED * dim else "shift_fold"


def widths(parameter_count: int, dim: int) -> List[int]:
    """The widths of the scheme shift_fold's folds, widest first: 32·dim, and before it the largest power of two that is
    at most P/150 − 64·dim, where that is larger. So tables stay below 2 % of P."""
    narrow = _NARROW * dim
    most = parameter_count // 150 - 2 * narrow
    wide = 1 << (most.bit_length() - 1) if most > 0 else 0
    return [wide, narrow] if wide > narrow else [narrow]


class Sketcher:
    """S: R^P → R^dim, E⟨Sx, Sy⟩ = ⟨x, y⟩, Var⟨Sx, Sy⟩ ≤ 4‖x‖²‖y‖²/dim over the seeds.

    **Scheme "identity"** when P ≤ dim: the sketch is the vector.

    **Scheme "count_sketch"** when P ≤ 64·dim: `count_sketch` of the vector, seeded with the first output of SplitMix64
    started at the seed; Var ≤ 2‖x‖²‖y‖²/dim.

    **Scheme "row_fold"** when P ≤ 4096·dim and the elements in tensors of less than 65,536 are at most 64·dim (with what
    is left over by rows of 64 of the others): `RowFold` of the vector, with the seed itself.

    In the host's memory, where the compiled code is there (`native`): "row_fold" for every P > dim, in one pass that gives ‖x‖² too,
    without tables.

    **Scheme "shift_fold"** otherwise: one or two `ShiftFold`, of the `widths` for P and dim, then a count sketch seeded
    as above. The fold to 32·dim is seeded with the second output, the one before it with the third. Fourth moments
    multiply, so that Var ≤ ((1 + 2/dim)(1 + 4/32dim)(1 + 4/64dim) − 1)‖x‖²‖y‖² ≤ 2.2‖x‖²‖y‖²/dim.

    float32 sums; other types are converted, sparse tensors made dense. Tables: count_sketch, 8 bytes an element; row_fold,
    8 bytes a row and 264 bytes a dim, and 8 bytes a copied element; shift_fold, 2 % of float32 parameters at most, or
    640 bytes a dim where that is more. Made once. Not thread-safe. Non-finite elements reach the sketch.
    """

    def __init__(
        self,
        shapes: Sequence[torch.Tensor],
        dim: int = 1024,
        seed: int = 0,
        *,
        name: str = "dim",
        compiled: Optional[bool] = None,
    ):
        """
        :param shapes: the tensors to come, or any of the same sizes; their first one's device is used
        :param dim: floats in a sketch at most: a power of two from 256 to 1,048,576
        :param name: what messages call dim
        :param compiled: choose the scheme as where the compiled code is there; by default, whether it is
        """
        if dim < MIN_DIM or dim > MAX_DIM or dim & (dim - 1):
            raise ValueError(f"{name} should be a power of two from {MIN_DIM} to {MAX_DIM}: was {dim}")
        self._sizes = [t.numel() for t in shapes]
        self.parameter_count = sum(self._sizes)
        if self.parameter_count == 0:
            raise ValueError("there should be at least one parameter to sketch: were none")
        self.seed = seed
        self.device = shapes[0].device
        self.identity = self.parameter_count <= dim
        self.dim = self.parameter_count if self.identity else dim
        #: ‖x‖² of the vector sketched last, where it came for nothing (compiled, or P ≤ 64·dim), else None.
        self.sqnorm: Any = None
        library = native.library() if self.device.type == "cpu" else None
        if compiled is None or self.device.type != "cpu":
            compiled = library is not None
        #: ``identity``, ``count_sketch``, ``row_fold`` or ``shift_fold``, as run_started.sketch_scheme records it.
        self.scheme = scheme_of(self._sizes, dim, compiled)
        self._native: Optional[native.NativeRowFold] = None
        if library is not None and self.scheme == "row_fold":
            self._native = native.NativeRowFold(library, self._sizes, dim, seed)
        #: A sketch is a copy of all tensors into one, and a count of that.
        self.gathers = self.scheme in ("identity", "count_sketch")
        #: Whether compiled code makes the sketches: then there is `store`.
        self.compiled = self._native is not None
        #: A sketch costs no more than what it takes to follow from others.
        self.is_cheap = self.compiled and self.parameter_count <= _COUNTED * dim
        #: The count is better left for `later`.
        self.defers = self.gathers and self.device.type == "cpu"
        self._folds: List[Any] = []
        self._count: Optional[Cells] = None
        if self._native is not None:
            return
        if self.scheme == "row_fold":
            self._folds = [RowFold(self._sizes, dim, seed, self.device)]
        elif not self.identity:
            count_seed, narrow_seed, wide_seed = (int(w) for w in words(seed, 0, 3))
            sizes = self._sizes
            if self.scheme == "shift_fold":
                folds = widths(self.parameter_count, dim)
                for width, fold_seed in zip(folds, (wide_seed, narrow_seed)[2 - len(folds) :]):
                    self._folds.append(ShiftFold(sizes, width, fold_seed, self.device))
                    sizes = [width]
            self._count = count_sketch(sum(sizes), dim, count_seed, self.device)

    @property
    def table_bytes(self) -> int:
        """What is kept between sketches."""
        parts = [*self._folds, *(part for part in (self._count, self._native) if part is not None)]
        return sum(part.table_bytes for part in parts)

    @torch.no_grad()
    def sketch(self, tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """S of the tensors one after the other; None stands for zeros. A new tensor of ``dim`` floats."""
        return self.sketch_quietly(tensors)

    def sketch_quietly(self, tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """`sketch`, for a caller that is under ``torch.no_grad()`` already."""
        if self._native is not None:
            # Not one of a block: a chunk that waits for the others of its step would keep the whole of it.
            out = torch.empty(self.dim, dtype=torch.float32)
            self.sqnorm = self._native.fold(tensors, out.data_ptr())
            return out
        if self.gathers:
            flat = self.gather(tensors)
            self.sqnorm = torch.dot(flat, flat)
            return self.fold(flat)
        flats: Sequence[Optional[torch.Tensor]] = [None if t is None else self._flat(t) for t in tensors]
        for each in self._folds:
            flat = each(flats)
            flats = [flat]
        return self.fold(flat)

    def store(self, tensors: Sequence[Optional[torch.Tensor]]) -> native.Stored:
        """A sketch and its square, with as little as possible done to them; where `compiled`."""
        assert self._native is not None
        return self._native(tensors)

    def looker(self) -> Any:
        """`native.NativeRowFold.looker`, where `compiled`."""
        return None if self._native is None else self._native.looker()

    def fold(self, flat: torch.Tensor) -> torch.Tensor:
        """S of what `gather` gave."""
        return flat if self._count is None else self._count(flat)

    def gather(self, tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """The vector itself, in memory of its own; the first half of a sketch where `gathers`. Under ``torch.no_grad()``."""
        if _flatten is not None and len(tensors) > 1:
            try:
                flat = _flatten(tensors)
                if flat.dtype is torch.float32 and flat.device == self.device:
                    return flat
            except (TypeError, RuntimeError):
                pass  # one is None, sparse, or elsewhere
        return torch.cat([self._zeros(n) if t is None else self._flat(t) for t, n in zip(tensors, self._sizes)])

    def _zeros(self, n: int) -> torch.Tensor:
        return torch.zeros(n, dtype=torch.float32, device=self.device)

    def _flat(self, t: torch.Tensor) -> torch.Tensor:
        if t.is_sparse:
            t = t.to_dense()
        flat = t.reshape(-1)
        if flat.dtype is torch.float32 and flat.device == self.device:
            return flat
        return flat.to(device=self.device, dtype=torch.float32)


@torch.no_grad()
def sqnorm(tensors: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
    """Σ‖t‖² as a tensor of one float64; one pass, no synchronisation."""
    there = [t.coalesce().values() if t.is_sparse else t for t in tensors if t is not None]
    if not there:
        return torch.zeros((), dtype=torch.float64)
    # Of 16 bits the norm would be rounded to as many.
    kinds = [t.dtype if t.dtype is torch.float64 else torch.float32 for t in there]
    norms = [torch.linalg.vector_norm(t.detach(), dtype=kind).double() for t, kind in zip(there, kinds)]
    return torch.stack(norms).square().sum()
