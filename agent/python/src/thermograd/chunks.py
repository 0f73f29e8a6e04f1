"""Micro-batches: what every backward pass between two optimizer steps adds to the gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Optional, Sequence

import torch
from torch.autograd import Variable

from .sketch import Sketcher


@dataclass
class Chunk:
    """S of what one backward pass added to ``.grad``, and its examples where they are known."""

    sketch: torch.Tensor
    examples: Optional[int]


@dataclass
class Gathered:
    """A step's chunks, S of the gradient that the optimizer is about to use, and its square where that is known.

    Where the gradient was changed since the last backward pass, ``before`` is S of what it was then; None: the sum of
    the chunks. No chunks: nobody knows them.
    """

    chunks: List[Chunk]
    used: torch.Tensor
    used_sqnorm: Optional[torch.Tensor]
    changed: bool
    before: Optional[torch.Tensor] = None


class Chunks:
    """Sketches ``.grad`` at the end of each backward pass; a chunk is the difference to the one before.

    The sketch is linear, so one pass over the gradients per backward is enough, and gradients are never
    copied. A hook on the parameters queues the look for the end of the pass; when nothing was done to the
    gradients since, the step itself needs no further look.
    """

    def __init__(
        self,
        model: Optional[torch.nn.Module],
        parameters: Sequence[torch.nn.Parameter],
        sketcher: Sketcher,
    ):
        self._parameters = parameters
        self._sketcher = sketcher
        self._chunks: List[Chunk] = []
        self._total: Optional[torch.Tensor] = None
        self._sqnorm: Optional[torch.Tensor] = None
        self._versions: List[Any] = []
        self._queued = False
        self._examples: Optional[int] = None
        self.paused = False
        # Of a pass that reaches any parameter, so that a partly frozen model is seen as well.
        self._hooks = [p.register_hook(self._reached) for p in parameters if p.requires_grad]
        if model is not None:
            try:
                self._hooks.append(model.register_forward_pre_hook(self._forward_named, with_kwargs=True))
            except TypeError:  # torch 1 shows positional inputs only
                self._hooks.append(model.register_forward_pre_hook(self._forward))

    def close(self) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def expect(self, examples: int) -> None:
        """Of the next backward pass, where no input of the model tells."""
        self._examples = int(examples)

    def _forward_named(self, module: torch.nn.Module, inputs: Any, named: Any) -> None:
        self._forward(module, (*inputs, *named.values()))

    def _forward(self, module: torch.nn.Module, inputs: Any) -> None:
        if torch.is_grad_enabled() and not self.paused:
            first = next((x for x in inputs if isinstance(x, torch.Tensor) and x.dim() > 0), None)
            if first is not None:
                self._examples = first.shape[0]

    def _reached(self, grad: torch.Tensor) -> None:
        if not self._queued and not self.paused:
            self._queued = True
            Variable._execution_engine.queue_callback(self._passed)

    def _passed(self) -> None:
        self._queued = False
        try:
            self._add(self._sketch(), self._examples)
        except Exception:
            # Seen again at the step, which says so.
            self._total = None
            self._chunks = []
        self._examples = None

    def _add(self, total: torch.Tensor, examples: Optional[int]) -> None:
        if self._chunks and self._total is None:
            return
        if self._total is not None and self._cleared():
            # zero_grad() without a step in between: what was gathered went with it.
            self._total, self._chunks = None, []
        added = total if self._total is None else total - self._total
        self._chunks.append(Chunk(added, examples))
        self._total = total
        self._sqnorm = self._sketcher.sqnorm
        self._versions = self._now()

    def _sketch(self) -> torch.Tensor:
        return self._sketcher.sketch([p.grad for p in self._parameters])

    def _now(self) -> List[Any]:
        # What an in-place change or another tensor in its place would show.
        return [None if p.grad is None else (id(p.grad), p.grad._version) for p in self._parameters]

    def _cleared(self) -> bool:
        # Accumulation adds in place, once, to some of the very same tensors and leaves the others alone.
        # Anything else (other tensors, zeroed ones, none touched at all) began anew.
        added = False
        for before, after in zip(self._versions, self._now()):
            if before is None:
                added |= after is not None
            elif after is None or after[0] != before[0] or after[1] - before[1] not in (0, 1):
                return True
            else:
                added |= after[1] - before[1] == 1
        return not added

    def succeed(self, other: "Chunks") -> None:
        """Takes over from one that looked at other parameters: the step under way is one chunk of all its examples."""
        sizes = [c.examples for c in other._chunks]
        if sizes and None not in sizes:
            self._examples = sum(size for size in sizes if size is not None)

    def forget(self) -> None:
        """What was gathered was thrown away."""
        self._chunks, self._total, self._versions = [], None, []

    def take(self, grads: Sequence[Optional[torch.Tensor]]) -> Gathered:
        """The chunks since the last step, and the gradient in use."""
        chunks, total = self._chunks, self._total
        changed = total is None or self._versions != self._now()
        if changed:
            used = self._sketch()
            self._sqnorm = self._sketcher.sqnorm
            if not chunks:
                chunks = [Chunk(used, self._examples)]
        else:
            assert total is not None
            used = total
        self._chunks, self._total, self._versions = [], None, []
        return Gathered(chunks, used, self._sqnorm, changed and total is not None)
