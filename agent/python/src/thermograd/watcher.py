"""Watches one model and optimizer: what the user says, and what is to be done around a step."""

from __future__ import annotations

import contextlib
import time
import weakref
from typing import Any, Callable, Iterator, List, Optional

import torch

from . import lifecycle, scaling, settings
from . import thermograd_pb2 as pb
from .complaints import Complaints
from .hooks import wrap_step
from .looking import Look, Manner
from .message import StepParts
from .outbox import Outbox, Parts
from .ranks import Ranks
from .reporter import Reporter
from .sinks import Sink

_STATUSES = {
    "completed": pb.RunFinished.COMPLETED,
    "failed": pb.RunFinished.FAILED,
    "stopped": pb.RunFinished.STOPPED,
}
_MOST_EXAMPLES = (1 << 32) - 1
_LAST_STEP = (1 << 63) - 1


class Watcher:
    """Made by `watch`. Belongs to the thread that trains."""

    def __init__(
        self,
        model: Optional[torch.nn.Module],
        optimizer: torch.optim.Optimizer,
        *,
        manner: Manner,
        ranks: Optional[Ranks],
        sink: Sink,
        started: pb.RunStarted,
    ):
        self._model = model
        self._optimizer = optimizer
        self._manner = manner
        self._ranks = ranks
        self.run_id = started.run_id
        self._complaints = Complaints(started.run_id)
        self._follow(started)
        self._early: Optional[StepParts] = None
        self._next_step = 0
        self._scale: Optional[torch.Tensor] = None
        self._reporter = Reporter(started, sink, ranks=ranks)
        self._outbox = Outbox(self._reporter)
        self._outbox.together = self._look.together
        self._finished = False
        #: Asked before each step for its loss; what `log` says counts more.
        self.loss_source: Optional[Callable[[], Any]] = None
        optimizer._thermograd = self  # type: ignore[attr-defined]
        self._unhook = wrap_step(optimizer, weakref.ref(self))
        self._unfollow = scaling.follow()
        self._unguard = lifecycle.guard(weakref.WeakMethod(self.finish), self._reporter)
        # Thrown away with its model: the run is over. At the interpreter's end the guard says so.
        self._abandoned = weakref.finalize(self, _abandon, self._outbox, self._unfollow)
        self._abandoned.atexit = False

    def _follow(self, started: pb.RunStarted) -> None:
        look = Look(self._model, self._optimizer, self._manner, self._ranks, self._complaints)
        look.describe(started)
        self._single = look.single(started)
        self._look = look
        self._started = started

    def _begin_again(self) -> None:
        """Parameters have come (or have gone) since: from here on it is another vector, and a new attempt."""
        if self._ranks is not None:
            self._complaints.once("parameters that came after watch() are not followed where several processes train")
            return
        self._outbox.flush()
        before = self._look.chunks
        before.close()
        started = pb.RunStarted()
        started.CopyFrom(self._started)
        started.attempt += 1
        started.started_at = time.time()
        self._follow(started)
        self._look.chunks.succeed(before)
        self._outbox.together = self._look.together
        self._reporter.restart(started)
        settings.began(started, self)

    # ---- what the user says

    def log(
        self,
        *,
        loss: Any = None,
        examples: Optional[int] = None,
        validation_loss: Any = None,
        step: Optional[int] = None,
        **tracked: Any,
    ) -> None:
        """Adds to the latest step (after ``optimizer.step()``) or, before the first, to the next one.

        :param loss: mean over the step's examples; a number or a tensor, which is read later without waiting
        :param examples: of the step, where the model's input does not tell; 0: not known. What is not a number of examples is
            ignored, and said once
        :param step: numbers the *next* step, for a run that resumes
        :param tracked: further scalars by name
        """
        if step is not None:
            number = self._complaints.whole_number("step", step, _LAST_STEP)
            self._next_step = self._next_step if number is None else number
        target = self._outbox.latest
        if target is None:
            target = self._early = self._early or StepParts()
        if loss is not None:
            target.loss = _detached(loss)
        if validation_loss is not None:
            target.validation_loss = _detached(validation_loss)
        if examples is not None:
            number = self._complaints.whole_number("examples", examples, _MOST_EXAMPLES)
            target.examples = target.examples if number is None else number
        for name, value in tracked.items():
            target.tracked[name] = _detached(value)

    def finish(self, status: str = "completed", seconds: float = 5.0) -> None:
        """Sends the last step and says how the run ended: completed, failed or stopped. Unhooks everything.

        :param seconds: to wait for a sink that is slow or away; then what is left is dropped and counted
        """
        if self._finished:
            return
        if status not in _STATUSES:
            raise ValueError(f"status should be one of {', '.join(_STATUSES)}: was {status!r}")
        self._finished = True
        self._abandoned.detach()
        self._complaints.guarded("step", self.flush)
        self._unhook()
        self._unfollow()
        self._look.chunks.close()
        self._unguard()
        self._optimizer._thermograd = None  # type: ignore[attr-defined]
        self._reporter.close(_STATUSES[status], seconds)

    @property
    def finished(self) -> bool:
        return self._finished

    def flush(self) -> None:
        """Hands the latest step on to the sink as it is; for a training that is about to pause."""
        self._outbox.flush()

    def expect(self, examples: int) -> None:
        """Says how many examples the next backward pass has, where the model's input does not tell."""
        number = self._complaints.whole_number("examples", examples, _MOST_EXAMPLES)
        if number is not None:
            self._look.chunks.expect(number)

    @property
    def attempt(self) -> int:
        """Of the run, as it is now: parameters that come late begin the next one."""
        return self._started.attempt

    @property
    def steps(self) -> int:
        """The number of the next step."""
        return self._next_step

    @property
    def lost(self) -> int:
        """Steps that were dropped or could not be delivered."""
        return self._reporter.lost

    def __enter__(self) -> "Watcher":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.finish(lifecycle.status_of(kind, error))

    # ---- what the hooks see

    @contextlib.contextmanager
    def scaled(self, scale: Optional[torch.Tensor]) -> Iterator[None]:
        """Around the step of a loss scaler: where it makes none, the step is sent as skipped."""
        before = self._next_step
        self._scale = None if scale is None else scale.detach().clone()
        try:
            yield
            if self._next_step == before and not self._finished:
                self._complaints.guarded("step", self._skipped)
                self._next_step += 1
        finally:
            self._scale = None

    def _skipped(self) -> None:
        parts = self._begin_step()
        self._look.skipped(parts)
        self._outbox.latest = parts

    def around_step(self, step: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Makes the step of the optimizer, and looks at it."""
        if self._finished:
            return step(*args, **kwargs)
        closure = args[0] if args else kwargs.get("closure")
        if callable(closure):
            return self._around_closure(step, closure, args, kwargs)
        parts = self._seen()
        result = step(*args, **kwargs)
        self._after_step(parts)
        return result

    def _around_closure(self, step: Callable[..., Any], closure: Callable[[], Any], args: Any, kwargs: Any) -> Any:
        """The gradients are made inside the step, by the closure; of several calls (L-BFGS), the first counts."""
        seen: List[Optional[Parts]] = []

        def closed() -> Any:
            loss = closure()
            if not seen:
                parts = self._seen()
                seen.append(parts)
                if parts is not None and parts.loss is None and isinstance(loss, torch.Tensor) and loss.numel() == 1:
                    parts.loss = _detached(loss)
            return loss

        args, kwargs = ((closed, *args[1:]), kwargs) if args else (args, {**kwargs, "closure": closed})
        result = step(*args, **kwargs)
        self._look.chunks.forget()
        self._after_step(seen[0] if seen else None)
        return result

    def _seen(self) -> Optional[Parts]:
        """The step that is about to be made; None where it could not be watched."""
        if self._single is not None and self._scale is None and self._early is None:
            try:
                plain = self._single.look(self._next_step)
                if plain is not None:
                    self._outbox.turn(plain.time)
                    if self.loss_source is not None:
                        plain.loss = self.loss_source()
                    return plain
            except Exception as error:
                self._complaints.failed("step", error)
                return None
        if self._look.compiled:
            # Nothing here is part of a graph, and no_grad() costs as much as a small model's sketch.
            try:
                parts: Optional[StepParts] = self._before_step()
            except Exception as error:
                parts = None
                self._complaints.failed("step", error)
        else:
            parts = self._complaints.guarded("step", self._before_step)
        if parts is not None and self._manner.probing is not None:
            self._complaints.guarded("probe", self._look.probe, self._next_step, parts)
        return parts

    def _begin_step(self) -> StepParts:
        self._outbox.turn(time.time())
        parts, self._early = self._early or StepParts(), None
        self._look.begin(parts, self._next_step, self._scale)
        if self.loss_source is not None and parts.loss is None:
            parts.loss = self.loss_source()
        return parts

    def _before_step(self) -> StepParts:
        if self._look.grown():
            self._begin_again()
        parts = self._begin_step()
        self._look.before(parts)
        return parts

    def _after_step(self, parts: Optional[Parts]) -> None:
        if parts is not None:
            if parts.grad_sketch is not None or type(parts) is StepParts:
                try:
                    self._look.after(parts)
                except Exception as error:
                    self._complaints.failed("step", error)
            self._outbox.latest = parts
        self._next_step += 1


def _abandon(outbox: Outbox, unfollow: Callable[[], None]) -> None:
    unfollow()
    outbox.abandon()


def _detached(value: Any) -> Any:
    # In the host's memory a number is as cheap as a view, and stays what it is when its owner adds to it.
    return value.detach() if isinstance(value, torch.Tensor) and not value.is_cpu else float(value)
