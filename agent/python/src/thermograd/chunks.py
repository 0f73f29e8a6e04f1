"""Micro-batches: what every backward pass between two optimizer steps adds to the gradients."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

import torch
from torch.autograd import Variable

from .later import Folding
from .sketch import Sketcher, sqnorm


@dataclass
class Chunk:
    """S of what one backward pass added to ``.grad``, and its examples where they are known."""

    sketch: Any  # a tensor, or a `Folding`
    examples: Optional[int]


@dataclass
class Gathered:
    """A step's chunks, S of the gradient that the optimizer is about to use, and its square where that is known.

    Where nothing has to be computed with them, small models' are a `Folding` still. Where the gradient was changed since the
    last backward pass, ``before`` is S of what it was then (None: the sum of the chunks), and ``raw_sqnorm`` its square
    where that was looked at instead. No chunks: nobody knows them.
    """

    chunks: List[Chunk]
    used: Any
    used_sqnorm: Any
    changed: bool
    before: Optional[torch.Tensor] = None
    raw_sqnorm: Optional[torch.Tensor] = None


class Noted(NamedTuple):
    """A pass that was not looked at: a gradient that it left, as `Chunks._mark`, its examples, and ‖g‖² where gradients
    are changed before the step."""

    mark: Any
    examples: Optional[int]
    sqnorm: Optional[torch.Tensor]


class Chunks:
    """Sketches ``.grad`` at the end of each backward pass; a chunk is the difference to the one before.

    The sketch is linear, so one pass over the gradients per backward is enough, and gradients are never
    copied. A hook on the parameters queues the look for the end of the pass; when nothing was done to the
    gradients since, the step itself needs no further look.

    **Steps of one pass.** After a step that had one forward and one backward pass, the next is expected to be like it: only
    the parameter that the gradient reached first keeps its hook, and the pass is noted, not looked at. The look is
    left to the step, which sees what clipping made of the gradient; from the first time that something did, the norm before
    it is taken at the end of the pass. Until then not even that end is waited for: adding to a gradient raises its
    version by one (`native/step.c` looks for that, by these names). A further forward pass before that ends it: what was
    noted is looked at before anything is added to it, and all hooks are back. A step whose first pass was missed in
    this way is sent without its number of examples.
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
        self._forwards = 0  # since the last step
        self._first: Optional[torch.nn.Parameter] = None  # that a pass reached
        self._before: Any = None  # its gradient's state by then
        self._fresh: Optional[int] = None  # the version of a gradient that a pass made anew
        self._under_way: Optional[Tuple[Any, Optional[int]]] = None  # the state before a pass whose end nobody waits for, examples
        self._single = False
        self._noted: Optional[Noted] = None
        self._changes = False  # something changes gradients between pass and step
        self._missed = False  # a pass of this step, perhaps
        self.paused = False
        self._hooks: Dict[torch.nn.Parameter, Any] = {}
        # Of a pass that reaches any parameter, so that a partly frozen model is seen as well.
        self._hook(parameters)
        self._model_hook: Any = None
        if model is not None:
            try:
                self._model_hook = model.register_forward_pre_hook(self._forward_named, with_kwargs=True)
            except TypeError:  # torch 1 shows positional inputs only
                self._model_hook = model.register_forward_pre_hook(self._forward)

    def close(self) -> None:
        self._unhook(None)
        if self._model_hook is not None:
            self._model_hook.remove()

    def _hook(self, parameters: Sequence[torch.nn.Parameter]) -> None:
        for p in parameters:
            if p.requires_grad and p not in self._hooks:
                self._hooks[p] = p.register_hook(functools.partial(self._reached, p))

    def _unhook(self, kept: Optional[torch.nn.Parameter]) -> None:
        for p in [p for p in self._hooks if p is not kept]:
            self._hooks.pop(p).remove()

    def expect(self, examples: int) -> None:
        """Of the next backward pass, where no input of the model tells."""
        self._examples = int(examples)

    def _forward_named(self, module: torch.nn.Module, inputs: Any, named: Any) -> None:
        self._forward(module, (*inputs, *named.values()) if named else inputs)

    def _forward(self, module: torch.nn.Module, inputs: Any) -> None:
        if self.paused or not torch.is_grad_enabled():
            return
        self._forwards += 1
        if self._single and self._forwards > 1:
            self._leave_single()
        for x in inputs:
            if isinstance(x, torch.Tensor) and x.dim() > 0:
                self._examples = x.shape[0]
                return

    def _reached(self, parameter: torch.nn.Parameter, grad: torch.Tensor) -> None:
        if self._queued or self.paused:
            return
        before = _state(parameter)
        if self._under_way is not None:
            self._settle()
        if self._noted is not None:
            self._leave_single()
        self._first = parameter
        if self._single and not self._changes and (before is not None or self._fresh is not None):
            self._under_way = before, self._examples
            return
        self._queued = True
        self._before = before
        Variable._execution_engine.queue_callback(self._passed)

    def _passed(self) -> None:
        self._queued = False
        if self._first is not None:
            after = _state(self._first)
            if after == self._before:
                return  # torch.autograd.grad, which adds to no .grad
            if self._before is None and after is not None:
                self._fresh = after[1]
        examples, self._examples = self._examples, None
        if self._single:
            self._noted = Noted(self._mark(), examples, self._norm() if self._changes else None)
        else:
            self._look(examples)

    def _settle(self) -> bool:
        """Notes the pass that was under way, if it added to gradients; whether something changed or cleared them since."""
        (before, examples), self._under_way = self._under_way, None
        assert self._first is not None
        after = _state(self._first)
        if after == before:  # torch.autograd.grad, or everything was set to None
            return self._mark() is None
        self._examples = None
        self._noted = Noted(self._mark(), examples, None)
        if before is None:
            return after is None or after[1] != self._fresh
        return after != (before[0], before[1] + 1)

    def _enter_single(self) -> None:
        if self._model_hook is not None and self._forwards == 1 and self._first is not None and not self._missed:
            self._single = True
            self._unhook(self._first)

    def _leave_single(self) -> None:
        cleared = self._under_way is not None and self._settle()
        noted, self._noted = self._noted, None
        self._single = False
        self._hook(self._parameters)
        if noted is None:
            self._missed = not cleared
        # If not, the gradients were cleared without a step in between.
        elif not cleared and noted.mark == self._mark():
            self._look(noted.examples)

    def _look(self, examples: Optional[int]) -> None:
        try:
            self._add(self._sketch(), examples)
        except Exception:
            # Seen again at the step, which says so.
            self._total = None
            self._chunks = []

    def _norm(self) -> Optional[torch.Tensor]:
        try:
            return sqnorm([p.grad for p in self._parameters])
        except Exception:  # the step's own look says so
            return None

    def _sketch(self) -> torch.Tensor:
        return self._sketcher.sketch([p.grad for p in self._parameters])

    def _add(self, total: torch.Tensor, examples: Optional[int]) -> None:
        if self._total is not None and self._cleared():
            # zero_grad() without a step in between: what was gathered went with it.
            self._total, self._chunks = None, []
        added = total if self._total is None else total - self._total
        self._chunks.append(Chunk(added, examples))
        self._total = total
        self._sqnorm = self._sketcher.sqnorm
        self._versions = self._now()

    def _now(self) -> List[Any]:
        # What an in-place change or another tensor in its place would show.
        return [_state(p) for p in self._parameters]

    def _mark(self) -> Any:
        # The same of one gradient that is there.
        for p in self._parameters:
            state = _state(p)
            if state is not None:
                return state
        return None

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

    def _seen(self, grads: Sequence[Optional[torch.Tensor]]) -> Tuple[Any, Any]:
        sketcher = self._sketcher
        if sketcher.compiled:
            stored = sketcher.store(grads)
            return stored, stored.square()
        if sketcher.defers:
            folding = Folding(sketcher, sketcher.gather(grads))
            return folding, folding
        return sketcher.sketch_quietly(grads), sketcher.sqnorm

    def succeed(self, other: "Chunks") -> None:
        """Takes over from one that looked at other parameters: the step under way is one chunk of all its examples."""
        sizes = [c.examples for c in other._chunks] if other._noted is None else [other._noted.examples]
        if sizes and None not in sizes:
            self._examples = sum(size for size in sizes if size is not None)

    def forget(self) -> None:
        """What was gathered was thrown away."""
        self._chunks, self._total, self._versions = [], None, []
        self._noted, self._missed, self._forwards, self._under_way = None, False, 0, None

    def take(self, grads: Sequence[Optional[torch.Tensor]]) -> Gathered:
        """The chunks since the last step, and the gradient in use. Under ``torch.no_grad()``."""
        if self._total is None:
            changed = self._under_way is not None and self._settle()
            noted, self._noted = self._noted, None
            used, square = self._seen(grads)
            if noted is None:
                gathered = Gathered([Chunk(used, self._examples)], used, square, False)
            else:
                changed = changed or noted.mark != self._mark()
                self._changes |= changed
                raw = noted.sqnorm if changed else None
                gathered = Gathered([Chunk(used, noted.examples)], used, square, False, raw_sqnorm=raw)
        else:
            changed = self._versions != self._now()
            self._changes |= changed
            used = self._sketcher.sketch_quietly(grads) if changed else self._total
            gathered = Gathered(self._chunks, used, self._sketcher.sqnorm if changed else self._sqnorm, changed)
            if len(self._chunks) == 1:
                self._enter_single()
        if self._missed:
            for chunk in gathered.chunks:
                chunk.examples = None
        self._chunks, self._total, self._missed = [], None, False
        self._forwards = 0
        return gathered


def _state(parameter: torch.nn.Parameter) -> Any:
    grad = parameter.grad
    return None if grad is None else (id(grad), grad._version)
