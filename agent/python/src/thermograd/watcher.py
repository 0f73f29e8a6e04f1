"""Watches one model and optimizer: gradients chunk by chunk, parameters step by step."""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
import time
import types
import weakref
from typing import Any, Callable, Dict, Iterator, List, Optional, Set

import torch

from . import distributed, scaling, settings
from . import thermograd_pb2 as pb
from .chunks import Chunks
from .layers import LayeredSketcher, layers_of
from .message import StepParts
from .parameters import ParameterSketch, precondition
from .ranks import Ranks, ranks_of
from .probes import CurvatureProbe, Probing, split_gradients, unnoticed
from .reporter import Reporter
from .sinks import Sink, open_sink
from .sketch import Sketcher, sqnorm

LOG = logging.getLogger("thermograd")

_MOST_GROUPS = 16


def watch(
    model: Optional[torch.nn.Module],
    optimizer: torch.optim.Optimizer,
    *,
    run_id: Optional[str] = None,
    sink: "str | Sink" = "kafka://127.0.0.1:9092",
    dataset_size: Optional[int] = None,
    sampling: Optional[str] = None,
    budget_steps: Optional[int] = None,
    labels: Optional[Dict[str, str]] = None,
    accumulation: str = "mean",
    probing: Optional[Probing] = None,
    exact_norms: bool = False,
    dim: int = 1024,
    layer_sketch_dim: int = 0,
    seed: int = 0,
    attempt: int = 0,
) -> "Watcher":
    """Watches a training from now on; `Watcher.finish`, leaving a ``with``, or the interpreter's end stops it.

    Hooks ``optimizer.step`` and the model's forward pass. Every backward pass between two steps is one
    micro-batch; with two or more a step the gradient's noise is known within the step. The random states
    of torch, numpy and Python stay as they are, and so do gradients and parameters.

    :param model: its inputs tell how many examples a micro-batch has; None: say it with `Watcher.log`
    :param run_id: the run's name; by default the script's name and the time
    :param sink: ``"kafka://HOST:PORT"`` or ``"FILE.tgr"`` (for ``thermograd replay``)
    :param dataset_size: n, the examples of an epoch
    :param sampling: ``"without_replacement"`` (epochs, the default where ``dataset_size`` is given) or
        ``"with_replacement"``
    :param accumulation: ``"mean"``: the loss of each of m backward passes is divided by m; ``"sum"``: it is not
    :param probing: looks at curvature, or at the noise of a single batch, every so many steps
    :param exact_norms: send ‖ḡ‖² exactly also where that takes another pass over the gradients (P > 65,536); else the
        sketch's is used, with its error
    :param dim: floats in a sketch, a power of two; ‖·‖² of a sketch has a relative error of √(4/dim)
    :param layer_sketch_dim: floats in a sketch of each layer's part at most, a power of two from 256; 0: none. Layers
        are the modules that hold parameters, grouped where they are more than 64. Another pass over the gradients
    :param attempt: counts restarts of the same run from a checkpoint
    :raises ValueError: in one line, when an argument is wrong or the optimizer has nothing to train

    Under ``DistributedDataParallel`` every process calls this with its own module and optimizer; each sends its own
    micro-batches, before they are averaged, and the first one's ``run_id``, ``attempt`` and ``seed`` are everybody's.
    """
    ranks = ranks_of(model)
    if ranks is not None and probing is not None:
        raise ValueError("probing should be None where several processes train: its gradients would not be averaged")
    return Watcher(
        model,
        optimizer,
        ranks=ranks,
        sink=sink if ranks is not None else open_sink(sink),
        accumulation=accumulation,
        probing=probing,
        exact_norms=exact_norms,
        dim=dim,
        layer_sketch_dim=layer_sketch_dim,
        seed=seed,
        started=settings.started(
            optimizer,
            run_id=run_id,
            dataset_size=dataset_size,
            sampling=sampling,
            budget_steps=budget_steps,
            labels=labels,
            attempt=attempt,
        ),
    )


class Watcher:
    """Made by `watch`. Belongs to the thread that trains."""

    def __init__(
        self,
        model: Optional[torch.nn.Module],
        optimizer: torch.optim.Optimizer,
        *,
        sink: "str | Sink",
        started: pb.RunStarted,
        ranks: Optional[Ranks],
        accumulation: str,
        probing: Optional[Probing],
        exact_norms: bool,
        dim: int,
        layer_sketch_dim: int,
        seed: int,
    ):
        if accumulation not in ("mean", "sum"):
            raise ValueError(f'accumulation should be "mean" or "sum": was {accumulation!r}')
        if getattr(optimizer, "_thermograd", None) is not None:
            raise ValueError("optimizer is watched already: call finish() of its watcher first")
        parameters = settings.parameters(optimizer)
        self._ranks = ranks
        if ranks is not None:
            sink, seed = distributed.join(ranks, sink, started, seed)
        self._optimizer = optimizer
        self._accumulation = accumulation
        self._model = model
        self._probing = probing
        self._exact_norms = exact_norms
        self._seed = seed
        self._dim = dim
        self._layer_dim = layer_sketch_dim
        self._follow(parameters)
        self._pending: Optional[StepParts] = None
        self._early: Optional[StepParts] = None
        self._next_step = 0
        self._scale: Optional[torch.Tensor] = None
        self._failures: Set[str] = set()
        self._started = started
        self._describe_sketch()
        self._reporter = Reporter(started, sink, ranks=ranks)
        self._finished = False
        #: Asked before each step for its loss; what `log` says counts more.
        self.loss_source: Optional[Callable[[], Any]] = None
        self.run_id = started.run_id
        optimizer._thermograd = self  # type: ignore[attr-defined]
        self._unhook = _wrap_step(optimizer, weakref.WeakMethod(self._around_step))
        self._unfollow = scaling.follow()
        self._excepthook = _mark_crash(weakref.WeakMethod(self._crashed))

    def _follow(self, parameters: List[torch.nn.Parameter]) -> None:
        self._parameters = parameters
        self._groups = settings.group_sizes(self._optimizer)
        self._frozen = settings.frozen(self._optimizer)
        self._sketcher: Any = Sketcher(parameters, self._dim, self._seed)
        if self._layer_dim:
            named = layers_of(self._model, parameters)
            self._sketcher = LayeredSketcher(parameters, named, self._layer_dim, self._dim, self._seed)
        self._theta = ParameterSketch(self._optimizer, parameters, self._sketcher)
        kind = Chunks if self._ranks is None else distributed.RankChunks
        self._chunks = kind(self._model, parameters, self._sketcher)
        self._curvature = CurvatureProbe(self._probing, parameters, self._seed) if self._probing else None

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
        self._emit()
        before = self._chunks
        before.close()
        self._follow(settings.parameters(self._optimizer))
        self._chunks.succeed(before)
        started = pb.RunStarted()
        started.CopyFrom(self._started)
        started.attempt += 1
        started.started_at = time.time()
        self._started = started
        self._describe_sketch()
        self._reporter.restart(started)

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
        target = self._pending
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

    def finish(self, status: str = "completed") -> None:
        """Sends the last step and says how the run ended: completed, failed or stopped. Unhooks everything."""
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
        self._emit()
        self._unhook()
        self._unfollow()
        self._chunks.close()
        self._excepthook()
        self._optimizer._thermograd = None  # type: ignore[attr-defined]
        self._reporter.close(codes[status])

    def expect(self, examples: int) -> None:
        """Says how many examples the next backward pass has, where the model's input does not tell."""
        self._chunks.expect(examples)

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
        self.finish("completed" if kind is None else "stopped" if _interrupt(kind) else "failed")

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
        self._pending = parts

    def _around_step(self, step: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        if self._finished:
            return step(*args, **kwargs)
        seen: List[Optional[StepParts]] = []

        def look() -> None:
            parts = self._guarded("step", self._before_step)
            if parts is not None and self._probing is not None:
                self._guarded("probe", functools.partial(self._probe, self._probing, parts))
            seen.append(parts)

        closure = args[0] if args else kwargs.get("closure")
        if callable(closure):
            # The gradients are made inside the step, by the closure; of several calls (L-BFGS), the first counts.
            def closed() -> Any:
                loss = closure()
                if not seen:
                    look()
                    if seen[0] is not None and seen[0].loss is None and isinstance(loss, torch.Tensor):
                        seen[0].loss = loss.detach()
                return loss

            args, kwargs = ((closed, *args[1:]), kwargs) if args else (args, {**kwargs, "closure": closed})
        else:
            look()
        result = step(*args, **kwargs)
        if seen and seen[0] is not None:
            self._guarded("step", functools.partial(self._after_step, seen[0]))
        self._next_step += 1
        return result

    def _begin_step(self) -> StepParts:
        self._emit()
        parts, self._early = self._early or StepParts(), None
        parts.step = self._next_step
        parts.time = time.time()
        rates = settings.learning_rates(self._optimizer)
        if len(rates) == 1:
            parts.learning_rate = rates[0]
        else:
            # No one number is the learning rate: what needs one is absent, and says so.
            self._say_once(
                "the parameter groups have different learning rates, so none is sent and temperatures are absent; "
                "each group's is tracked as learning_rate_GROUP"
            )
            for group, rate in enumerate(rates[:_MOST_GROUPS]):
                parts.tracked[f"learning_rate_{group}"] = rate
        parts.lengths = self._sketcher.lengths if self._layer_dim else []
        parts.loss_scale = self._scale
        if self._scale is not None:
            parts.fused_scale = getattr(self._optimizer, "grad_scale", None)
            parts.found_inf = getattr(self._optimizer, "found_inf", None)
        if self.loss_source is not None and parts.loss is None:
            parts.loss = self.loss_source()
        return parts

    def _before_step(self) -> StepParts:
        if self._groups != settings.group_sizes(self._optimizer) or any(p.requires_grad for p in self._frozen):
            self._begin_again()
        parts = self._begin_step()
        parts.scales_with_gradient = isinstance(self._optimizer, torch.optim.SGD)
        grads = [p.grad for p in self._parameters]
        decay = self._theta.decay
        first = self._ranks is None or self._ranks.first
        parts.one_of_many = self._ranks is not None
        # Parameters are the same on every rank: one of them sends them.
        theta = self._theta.before(grads) if first or decay else None
        parts.param_sketch = theta if first else None
        gathered = self._chunks.take(grads)
        parts.set_gradients(gathered, self._accumulation, decay, theta)
        if decay == 0:
            square = gathered.used_sqnorm
            if square is None and self._exact_norms and first:
                square = sqnorm(grads)
            divided = parts.summed if parts.fused_scale is None else parts.summed * parts.fused_scale.double()
            parts.grad_sqnorm = square if square is None or divided == 1 else square / divided**2
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

    def _after_step(self, parts: StepParts) -> None:
        if self._ranks is None:
            self._theta.after(parts.grad_sketch)
        else:
            self._theta.forget()
        self._pending = parts

    def _emit(self) -> None:
        parts = self._pending
        if parts is not None:
            self._pending = None
            parts.begin_transfer()
            self._reporter.report(parts.message, parts.size())

    def _guarded(self, kind: str, what: Callable[[], Any]) -> Any:
        # A watcher's mistake must never end a training: it goes blind, says so once, and lets it run.
        try:
            with torch.no_grad():
                return what()
        except Exception as error:
            if kind not in self._failures:
                self._failures.add(kind)
                LOG.warning("a %s could not be watched: %s. Training is not affected.", kind, _line(error))
            return None

    def _say_once(self, what: str) -> None:
        if what not in self._failures:
            self._failures.add(what)
            LOG.warning("run %s: %s.", self.run_id, what)

    def _crashed(self) -> None:
        with contextlib.suppress(Exception):
            self.finish("failed")


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _interrupt(kind: type) -> bool:
    return issubclass(kind, KeyboardInterrupt)


def _detached(value: Any) -> Any:
    return value.detach() if isinstance(value, torch.Tensor) else float(value)


def _wrap_step(optimizer: torch.optim.Optimizer, around: Any) -> Callable[[], None]:
    """Puts a call around optimizer.step; the answer takes it away again."""
    inner = optimizer.step

    @functools.wraps(inner)
    def step(self: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> Any:
        watching = around()
        return inner(*args, **kwargs) if watching is None else watching(inner, args, kwargs)

    # A method of this very optimizer: schedulers ask whose it is.
    optimizer.step = types.MethodType(step, optimizer)  # type: ignore[method-assign]

    def unhook() -> None:
        # A scheduler may have wrapped it since: then it stays, and does nothing.
        if getattr(optimizer.__dict__.get("step"), "__func__", None) is step:
            if getattr(inner, "__func__", None) is type(optimizer).step:
                del optimizer.__dict__["step"]
            else:
                optimizer.step = inner  # type: ignore[method-assign]

    return unhook


def _mark_crash(crashed: Any) -> Callable[[], None]:
    before = sys.excepthook

    def hook(kind: Any, error: Any, trace: Any) -> None:
        target = crashed()
        if target is not None and not _interrupt(kind):
            target()
        before(kind, error, trace)

    sys.excepthook = hook

    def unhook() -> None:
        if sys.excepthook is hook:
            sys.excepthook = before

    return unhook
