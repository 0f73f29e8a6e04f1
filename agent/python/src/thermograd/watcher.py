"""Watches one model and optimizer: gradients chunk by chunk, parameters step by step."""

from __future__ import annotations

import contextlib
import logging
import time
import weakref
from typing import Any, Callable, Iterator, List, Optional, Set

import torch

from . import lifecycle, native, scaling, settings
from . import thermograd_pb2 as pb
from .chunks import Chunks
from .distributed import RankChunks
from .hooks import wrap_step
from .layers import LayeredSketcher, layers_of
from .message import StepParts
from .outbox import TOGETHER, Outbox, Parts
from .parameters import ParameterSketch, precondition
from .probes import CurvatureProbe, Probing, split_gradients, unnoticed
from .ranks import Ranks
from .reporter import Reporter
from .single import SingleLook
from .sinks import Sink
from .sketch import Sketcher, sqnorm

LOG = logging.getLogger("thermograd")

_MOST_GROUPS = 16


class Watcher:
    """Made by `watch`. Belongs to the thread that trains."""

    def __init__(
        self,
        model: Optional[torch.nn.Module],
        optimizer: torch.optim.Optimizer,
        *,
        ranks: Optional[Ranks],
        sink: Sink,
        started: pb.RunStarted,
        accumulation: str,
        probing: Optional[Probing],
        exact_norms: bool,
        dim: int,
        layer_sketch_dim: int,
        seed: int,
        compiled: bool,
    ):
        self._ranks = ranks
        self._first = ranks is None or ranks.first
        self._optimizer = optimizer
        self._accumulation = accumulation
        self._model = model
        self._scales_with_gradient = isinstance(optimizer, torch.optim.SGD)
        self._probing = probing
        self._exact_norms = exact_norms
        self._seed = seed
        self._compiled = compiled
        self._dim = dim
        self._layer_dim = layer_sketch_dim
        self._follow()
        self._early: Optional[StepParts] = None
        self._next_step = 0
        self._scale: Optional[torch.Tensor] = None
        self._failures: Set[str] = set()
        self._started = started
        self._describe_sketch()
        self._follow_single()
        self._reporter = Reporter(started, sink, ranks=ranks)
        self._outbox = Outbox(self._reporter)
        self._outbox.together = self._together
        self._finished = False
        #: Asked before each step for its loss; what `log` says counts more.
        self.loss_source: Optional[Callable[[], Any]] = None
        self.run_id = started.run_id
        optimizer._thermograd = self  # type: ignore[attr-defined]
        self._unhook = wrap_step(optimizer, weakref.WeakMethod(self._around_step))
        self._unfollow = scaling.follow()
        self._unguard = lifecycle.guard(weakref.WeakMethod(self.finish), self._reporter)
        # Thrown away with its model: the run is over. At the interpreter's end the guard says so.
        self._abandoned = weakref.finalize(self, _abandon, self._outbox, self._unfollow)
        self._abandoned.atexit = False

    def _follow(self) -> None:
        parameters = settings.parameters(self._optimizer)
        self._parameters = parameters
        self._groups = settings.group_sizes(self._optimizer)
        self._frozen = settings.frozen(self._optimizer)
        if self._layer_dim:
            named = layers_of(self._model, parameters)
            self._sketcher: Any = LayeredSketcher(parameters, named, self._layer_dim, self._dim, self._seed, self._compiled)
        else:
            self._sketcher = Sketcher(parameters, self._dim, self._seed, compiled=self._compiled)
        # An analyzer puts the ranks' steps together: those of one should not come eight at a time.
        later = self._sketcher.defers or self._sketcher.compiled
        self._together = TOGETHER if later and self._ranks is None else 1
        self._theta = ParameterSketch(self._optimizer, parameters, self._sketcher)
        kind = Chunks if self._ranks is None else RankChunks
        self._chunks = kind(self._model, parameters, self._sketcher)
        self._curvature = CurvatureProbe(self._probing, parameters, self._seed) if self._probing else None

    def _follow_single(self) -> None:
        """By compiled code, where steps of one pass may come and nothing else is to be looked at."""
        library = native.library() if self._sketcher.compiled else None
        self._single: Optional[SingleLook] = None
        if library is not None and library.step is not None and self._ranks is None and self._probing is None:
            self._single = SingleLook(
                self._optimizer, self._parameters, self._sketcher, self._chunks, self._theta, library.step, self._started
            )

    def _describe_sketch(self) -> None:
        self._started.parameter_count = self._sketcher.parameter_count
        self._started.sketch_scheme = self._sketcher.scheme
        self._started.sketch_dim = self._sketcher.dim
        if self._layer_dim:
            del self._started.layer_names[:]
            self._started.layer_names.extend(self._sketcher.names)
            self._started.layer_sketch_dim = self._layer_dim
        self._started.sketch_seed = self._seed & 0xFFFFFFFFFFFFFFFF

    def _begin_again(self) -> None:
        """Parameters have come (or have gone) since: from here on it is another vector, and a new attempt."""
        if self._ranks is not None:
            self._say_once("parameters that came after watch() are not followed where several processes train")
            return
        self._outbox.flush()
        before = self._chunks
        before.close()
        self._follow()
        self._chunks.succeed(before)
        self._outbox.together = self._together
        started = pb.RunStarted()
        started.CopyFrom(self._started)
        started.attempt += 1
        started.started_at = time.time()
        self._started = started
        self._describe_sketch()
        self._follow_single()
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
        :param examples: of the step, where the model's input does not tell
        :param step: numbers the *next* step, for a run that resumes
        :param tracked: further scalars by name
        """
        if step is not None:
            self._next_step = int(step)
        target = self._outbox.latest
        if target is None:
            target = self._early = self._early or StepParts()
        if loss is not None:
            target.loss = _detached(loss)
        if validation_loss is not None:
            target.validation_loss = _detached(validation_loss)
        if examples is not None:
            target.examples = int(examples)
        for name, value in tracked.items():
            target.tracked[name] = _detached(value)

    def finish(self, status: str = "completed", seconds: float = 5.0) -> None:
        """Sends the last step and says how the run ended: completed, failed or stopped. Unhooks everything.

        :param seconds: to wait for a sink that is slow or away; then what is left is dropped and counted
        """
        if self._finished:
            return
        codes = {
            "completed": pb.RunFinished.COMPLETED,
            "failed": pb.RunFinished.FAILED,
            "stopped": pb.RunFinished.STOPPED,
        }
        if status not in codes:
            raise ValueError(f"status should be one of {', '.join(codes)}: was {status!r}")
        self._finished = True
        self._abandoned.detach()
        self._guarded("step", self.flush)
        self._unhook()
        self._unfollow()
        self._chunks.close()
        self._unguard()
        self._optimizer._thermograd = None  # type: ignore[attr-defined]
        self._reporter.close(codes[status], seconds)

    @property
    def finished(self) -> bool:
        return self._finished

    def flush(self) -> None:
        """Hands the latest step on to the sink as it is; for a training that is about to pause."""
        self._outbox.flush()

    def expect(self, examples: int) -> None:
        """Says how many examples the next backward pass has, where the model's input does not tell."""
        self._chunks.expect(examples)

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
                self._guarded("step", self._skipped)
                self._next_step += 1
        finally:
            self._scale = None

    def _skipped(self) -> None:
        parts = self._begin_step()
        grads = [p.grad for p in self._parameters if p.grad is not None]
        values = [g.coalesce().values() if g.is_sparse else g for g in grads]
        parts.nonfinite = torch.stack([(~torch.isfinite(v)).sum() for v in values]).sum()
        self._chunks.forget()
        self._outbox.latest = parts

    def _around_step(self, step: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        if self._finished:
            return step(*args, **kwargs)
        closure = args[0] if args else kwargs.get("closure")
        if callable(closure):
            return self._around_closure(step, closure, args, kwargs)
        parts = self._look()
        result = step(*args, **kwargs)
        self._after_step(parts)
        return result

    def _around_closure(self, step: Callable[..., Any], closure: Callable[[], Any], args: Any, kwargs: Any) -> Any:
        """The gradients are made inside the step, by the closure; of several calls (L-BFGS), the first counts."""
        seen: List[Optional[Parts]] = []

        def closed() -> Any:
            loss = closure()
            if not seen:
                parts = self._look()
                seen.append(parts)
                if parts is not None and parts.loss is None and isinstance(loss, torch.Tensor) and loss.numel() == 1:
                    parts.loss = _detached(loss)
            return loss

        args, kwargs = ((closed, *args[1:]), kwargs) if args else (args, {**kwargs, "closure": closed})
        result = step(*args, **kwargs)
        self._chunks.forget()
        self._after_step(seen[0] if seen else None)
        return result

    def _look(self) -> Optional[Parts]:
        single = self._single
        if single is not None and self._scale is None and self._early is None and not self._grown():
            try:
                plain = single.look(self._next_step)
                if plain is not None:
                    self._outbox.turn()
                    if self.loss_source is not None:
                        plain.loss = self.loss_source()
                    return plain
            except Exception as error:
                return self._failed("step", error)
        if self._sketcher.compiled:
            # Nothing here is part of a graph, and no_grad() costs as much as a small model's sketch.
            try:
                parts: Optional[StepParts] = self._before_step()
            except Exception as error:
                parts = self._failed("step", error)
        else:
            parts = self._guarded("step", self._before_step)
        if parts is not None and self._probing is not None:
            self._guarded("probe", self._probe, self._probing, parts)
        return parts

    def _begin_step(self) -> StepParts:
        self._outbox.turn()
        parts, self._early = self._early or StepParts(), None
        parts.step = self._next_step
        parts.time = time.time()
        parts.scales_with_gradient = self._scales_with_gradient
        groups = self._optimizer.param_groups
        rate = groups[0].get("lr")
        if len(groups) == 1 and type(rate) is float:
            parts.learning_rate = rate
        else:
            self._set_rates(parts)
        if self._layer_dim:
            parts.lengths = self._sketcher.lengths
        if self._scale is not None:
            parts.loss_scale = self._scale
            parts.fused_scale = getattr(self._optimizer, "grad_scale", None)
            parts.found_inf = getattr(self._optimizer, "found_inf", None)
        if self.loss_source is not None and parts.loss is None:
            parts.loss = self.loss_source()
        return parts

    def _set_rates(self, parts: StepParts) -> None:
        rates = settings.learning_rates(self._optimizer)
        if len(rates) == 1:
            parts.learning_rate = rates[0]
            return
        # No one number is the learning rate: what needs one is absent, and says so.
        self._say_once(
            "the parameter groups have different learning rates, so none is sent and temperatures are absent; "
            "each group's is tracked as learning_rate_GROUP"
        )
        for group, rate in enumerate(rates[:_MOST_GROUPS]):
            parts.tracked[f"learning_rate_{group}"] = rate

    def _grown(self) -> bool:
        return self._groups != settings.group_sizes(self._optimizer) or (
            bool(self._frozen) and any(p.requires_grad for p in self._frozen)
        )

    def _before_step(self) -> StepParts:
        if self._grown():
            self._begin_again()
        parts = self._begin_step()
        grads = [p.grad for p in self._parameters]
        decay = self._theta.decay
        # Parameters are the same on every rank: one of them sends them.
        theta = self._theta.before(grads) if self._first or decay else None
        parts.param_sketch = theta if self._first else None
        parts.one_of_many = self._ranks is not None
        gathered = self._chunks.take(grads)
        parts.set_gradients(gathered, self._accumulation, decay, theta)
        if decay == 0:
            square = gathered.used_sqnorm
            if square is None and self._exact_norms and self._first:
                square = sqnorm(grads)
            parts.set_sqnorm(square)
        return parts

    def _probe(self, probing: Probing, parts: StepParts) -> None:
        curvature = probing.curvature_every and self._next_step % probing.curvature_every == 0
        noise = probing.noise_every and self._next_step % probing.noise_every == 0
        if not (curvature or noise):
            return
        self._chunks.paused = True
        try:
            with unnoticed(self._model):
                if curvature and self._curvature is not None:
                    parts.curvature = self._curvature.look(precondition(self._optimizer, self._parameters))
                if noise:
                    parts.split(
                        (examples, self._sketcher.sketch(grads))
                        for examples, grads in split_gradients(probing, self._parameters, parts.known_examples())
                    )
        finally:
            self._chunks.paused = False

    def _after_step(self, parts: Optional[Parts]) -> None:
        if parts is not None:
            # Sketches only, which need no gradient: the guard's no_grad() would cost more than the sums.
            try:
                if self._ranks is None and parts.found_inf is None:
                    self._theta.after(parts.grad_sketch)
                else:
                    self._theta.forget()
            except Exception as error:
                self._failed("step", error)
            self._outbox.latest = parts
        self._next_step += 1

    def _guarded(self, kind: str, what: Callable[..., Any], *arguments: Any) -> Any:
        try:
            with torch.no_grad():
                return what(*arguments)
        except Exception as error:
            self._failed(kind, error)
            return None

    def _failed(self, kind: str, error: Exception) -> None:
        # A watcher's mistake must never end a training: it goes blind, says so once, and lets it run.
        if kind not in self._failures:
            self._failures.add(kind)
            LOG.warning("a %s could not be watched: %s. Training is not affected.", kind, _line(error))

    def _say_once(self, what: str) -> None:
        if what not in self._failures:
            self._failures.add(what)
            LOG.warning("run %s: %s.", self.run_id, what)


def _abandon(outbox: Outbox, unfollow: Callable[[], None]) -> None:
    unfollow()
    outbox.abandon()


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _detached(value: Any) -> Any:
    # In the host's memory a number is as cheap as a view, and stays what it is when its owner adds to it.
    return value.detach() if isinstance(value, torch.Tensor) and not value.is_cpu else float(value)
