"""The compiled fold: `sketch.c` by ctypes, where it has been built; nothing is compiled here. What was built with Python's
headers is a module as well (`step.h`)."""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import pathlib
import stat
from importlib.machinery import ExtensionFileLoader
from typing import Any, List, Optional, Sequence, Tuple

import torch

from .compiling import FOLDER, file_name, stable

LOG = logging.getLogger("thermograd")

#: Set to 0, plain torch is used.
SWITCH = "THERMOGRAD_NATIVE"
LEVELS = ("portable C", "AVX2", "AVX-512")
_VERSION = 1
# Sketches that are kept in one piece of memory, until the last of them is gone.
_BLOCK = 8

_looked = False
_library: Optional["Library"] = None
_reason = ""


class Library:
    """`sketch.c`, loaded."""

    def __init__(self, path: pathlib.Path):
        """:raises OSError: where it cannot be loaded, or is of another version"""
        loaded = ctypes.CDLL(str(path))
        try:
            version = loaded.thermograd_version()
        except AttributeError:
            raise OSError(f"{path} is not thermograd's") from None
        if version != _VERSION:
            raise OSError(f"{path} is of version {version}, not {_VERSION}")
        self.path = path
        #: Of instructions, as in `LEVELS`: what this processor has.
        self.level: int = loaded.thermograd_level()
        self.row_fold = loaded.thermograd_row_fold
        self.row_fold.restype = ctypes.c_double
        #: The module of `step.h`; None where the library was built without Python's headers.
        self.step = _module(path) if stable() and hasattr(loaded, "PyInit__step") else None


def _module(path: pathlib.Path) -> Any:
    name = __name__ + "._step"
    loader = ExtensionFileLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, str(path), loader=loader)
    assert spec is not None
    try:
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
    except ImportError as error:
        raise OSError(str(error)) from None
    return module


class _Job(ctypes.Structure):
    """As `sketch.c` has it."""

    _fields_ = [
        ("tensors", ctypes.c_void_p),
        ("lengths", ctypes.c_void_p),
        ("count", ctypes.c_int64),
        ("dim", ctypes.c_int64),
        ("seed", ctypes.c_uint64),
        ("level", ctypes.c_int64),
        ("work", ctypes.c_void_p),
        ("out", ctypes.c_void_p),
        ("squares", ctypes.c_void_p),
    ]


class NativeRowFold:
    """`RowFold` by the compiled code: one pass that gives the squared norm too.

    Tensors are read where they are if they are dense, contiguous float32 in this memory, and converted if not. Sums are
    float32 in the order of the rows, the same bits on every processor: within n·2⁻²⁴·Σ|x| of the exact ones, over the n
    elements of a sum. The norm is a sum in double of exact squares. 4·dim + 256 bytes and 24 a tensor are kept, as
    much again and 8 a tensor by a `looker`. Not thread-safe; other Python threads run meanwhile.
    """

    def __init__(self, library: Library, sizes: Sequence[int], dim: int, seed: int, level: Optional[int] = None):
        """:param level: of instructions, at most the library's"""
        n = len(sizes)
        self._library = library
        self._sizes = list(sizes)
        self._dim = dim
        self._pointers = (ctypes.c_void_p * n)()
        self._lengths = (ctypes.c_int64 * n)(*sizes)
        self._work = torch.empty(dim + 64, dtype=torch.float32)
        #: ‖x‖² of each tensor sketched last, as doubles.
        self.squares = (ctypes.c_double * n)()
        self._job = _Job(
            tensors=ctypes.addressof(self._pointers),
            lengths=ctypes.addressof(self._lengths),
            count=n,
            dim=dim,
            seed=seed & 0xFFFFFFFFFFFFFFFF,
            level=library.level if level is None else max(0, min(level, library.level)),
            work=self._work.data_ptr(),
            squares=ctypes.addressof(self.squares),
        )
        self._there = ctypes.byref(self._job)
        self._call = library.row_fold
        self._block: Any = None
        self._place = _BLOCK
        self._looked = False

    def __call__(self, tensors: Sequence[Optional[torch.Tensor]]) -> "Stored":
        """S, and ‖x‖², which is finite if and only if every element is."""
        place = self._place
        if place == _BLOCK:
            # One allocation for several: between a training's own, each costs more than the sums of a small model.
            self._block = torch.empty((_BLOCK, self._dim), dtype=torch.float32)
            self._first = self._block.data_ptr()
            place = 0
        self._place = place + 1
        return Stored(self._block, place, self.fold(tensors, self._first + 4 * self._dim * place))

    def fold(self, tensors: Sequence[Optional[torch.Tensor]], out: int) -> float:
        """S into the dim floats at this address; ‖x‖²."""
        pointers: List[Optional[int]] = []
        kept: List[torch.Tensor] = []
        float32, strided = torch.float32, torch.strided
        for t, size in zip(tensors, self._sizes):
            if t is None:
                pointers.append(None)
                continue
            if t.dtype is not float32 or t.layout is not strided or not t.is_cpu or not t.is_contiguous() or t.is_neg():
                t = _dense(t)
                kept.append(t)  # until it has been read
            at = t.data_ptr()
            if at & 3:  # of a buffer that begins anywhere
                t = t.clone()
                kept.append(t)
                at = t.data_ptr()
            if t.numel() != size or (not at and size):
                raise ValueError(f"a tensor should have {size} elements in memory: had {t.numel()}")
            pointers.append(at)
        self._pointers[:] = pointers
        self._job.out = out
        squared: float = self._call(self._there)
        return squared

    def looker(self) -> Any:
        """The module's own reader of the same; None where there is none."""
        module = self._library.step
        if module is None:
            return None
        self._looked = True
        return module.Looker(tuple(self._sizes), self._dim, self._job.seed, self._job.level, torch.float32)

    def __reduce__(self) -> Any:
        # A copy of a watched model comes with its hooks, and these with this.
        return _fold_again, (self._sizes, self._dim, self._job.seed)

    @property
    def table_bytes(self) -> int:
        work, tensors = 4 * self._work.numel(), len(self._sizes)
        return work + 24 * tensors + (work + 32 * tensors if self._looked else 0)


class Stored:
    """A sketch in a block of several, and its vector's square."""

    __slots__ = ("_block", "_place", "_square")

    is_cuda = False

    def __init__(self, block: torch.Tensor, place: int, square: float):
        self._block = block
        self._place = place
        self._square = square

    def get(self) -> torch.Tensor:
        return self._block[self._place]

    def square(self) -> float:
        """‖x‖²."""
        return self._square

    def numel(self) -> int:
        return self._block.shape[1]

    def bytes(self) -> bytes:
        """Its floats in this machine's order of bytes."""
        size = 4 * self._block.shape[1]
        return ctypes.string_at(self._block.data_ptr() + size * self._place, size)


class Packed:
    """A sketch as the bytes of its floats."""

    __slots__ = ("_bytes",)

    def __init__(self, data: bytes):
        self._bytes = data

    def get(self) -> torch.Tensor:
        return torch.frombuffer(bytearray(self._bytes), dtype=torch.float32)


def _fold_again(sizes: Sequence[int], dim: int, seed: int) -> Optional[NativeRowFold]:
    found = library()
    return None if found is None else NativeRowFold(found, sizes, dim, seed)


def _dense(t: torch.Tensor) -> torch.Tensor:
    if t.layout is not torch.strided:
        t = t.to_dense()
    return t.detach().to(device="cpu", dtype=torch.float32).contiguous().resolve_neg()


def library() -> Optional[Library]:
    """The compiled code, if it was built (``python -m thermograd native``, or when the package was installed) and `SWITCH` is
    not 0. Looked for once in a process."""
    global _looked, _library, _reason
    if not _looked:
        _looked = True
        _library, _reason = _find()
        LOG.debug("thermograd: %s", describe())
    return _library


def forget() -> None:
    """The next `library` looks again."""
    global _looked, _library
    _looked, _library = False, None


def describe() -> str:
    """What sketches in the host's memory are made by, in one line."""
    found = library()
    if found is None:
        return f"sketches by plain torch: {_reason}"
    without = "" if found.step is not None else ", without Python's headers"
    return f"sketches by compiled code, {LEVELS[found.level]}{without}: {found.path}"


def cache() -> pathlib.Path:
    """The user's folder for a library that the package's own has no room for."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base) / "thermograd"


def folders() -> List[pathlib.Path]:
    """Where a library is taken from, the first before the second."""
    return [FOLDER, cache()]


def _find() -> Tuple[Optional[Library], str]:
    if os.environ.get(SWITCH, "1").strip().lower() in ("0", "false", "off", "no"):
        return None, f"{SWITCH} says so"
    try:
        name = file_name()
    except OSError as error:
        return None, str(error)
    reason = "none built; python -m thermograd native builds it"
    for folder in folders():
        path = folder / name
        try:
            if path.is_file():
                if folder != FOLDER:
                    _check_owner(path)
                return Library(path), ""
        except OSError as error:
            reason = str(error)
    return None, reason


def _check_owner(path: pathlib.Path) -> None:
    # Somebody else's code must not come in by a folder that anybody may write to.
    for place in (path, path.parent):
        status: Any = place.stat()
        if hasattr(os, "getuid") and status.st_uid != os.getuid():
            raise OSError(f"{place} should be this user's: is another's")
        if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise OSError(f"{place} should be writable by its owner only: others may write to it")
