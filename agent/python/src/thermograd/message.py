"""One step on its way: tensors until they have left their device, then a message."""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple

import torch

from . import thermograd_pb2 as pb
from .chunks import Gathered
from .later import Folding, folded
from .native import Stored
from .probes import Curvature

_OVERHEAD = 512
_SCALARS = (
    "loss", "validation_loss", "learning_rate", "grad_sqnorm", "raw_grad_sqnorm", "loss_scale", "nonfinite", "found_inf",
)  # fmt: skip


class StepParts:
    """What is gathered of a step. The training thread fills it in; the reporter's thread calls `message`."""

    __slots__ = (
        "step", "time", "loss", "validation_loss", "examples", "learning_rate", "scales_with_gradient", "summed",
        "param_sketch", "grad_sketch", "grad_sqnorm", "raw_grad_sqnorm", "tracked", "loss_scale", "nonfinite", "fused_scale",
        "found_inf", "curvature", "lengths", "one_of_many", "failure", "_micro", "_sizes", "_batch", "_event",
    )  # fmt: skip

    def __init__(self) -> None:
        self.step = 0
        self.time = 0.0
        self.loss: Any = None
        self.validation_loss: Any = None
        self.examples: Optional[int] = None
        self.learning_rate: Any = None
        self.scales_with_gradient = True
        self.summed = 1  # how many times ḡ the gradient in use is
        # Tensors, or to be folded.
        self.param_sketch: Any = None
        self.grad_sketch: Any = None
        self.grad_sqnorm: Any = None
        self.raw_grad_sqnorm: Optional[torch.Tensor] = None  # before it was clipped
        self.tracked: Dict[str, Any] = {}
        self.loss_scale: Optional[torch.Tensor] = None
        self.nonfinite: Optional[torch.Tensor] = None  # elements of a gradient that a loss scaler threw away
        self.fused_scale: Optional[torch.Tensor] = None  # a fused optimizer divides the gradient by this itself,
        self.found_inf: Optional[torch.Tensor] = None  # and skips its step where this is not 0
        self.curvature: Optional[Curvature] = None
        self._micro: List[Any] = []
        self._sizes: List[Optional[int]] = []
        self._batch: Optional[int] = None  # B, where the micro-batches are a probe's
        self.lengths: Sequence[int] = ()  # of the whole's sketch and of the layers', where one vector holds them all
        self.one_of_many = False  # ranks: neither B nor ḡ is known to one of them
        self.failure: Optional[Exception] = None  # what kept it from being made
        self._event: Any = None

    def set_gradients(
        self, gathered: Gathered, accumulation: str, decay: float, theta: Any
    ) -> None:
        """Micro-batch gradients g_j whose mean is ḡ, the gradient in use, weight decay included."""
        chunks = gathered.chunks
        m = len(chunks)
        self._sizes = [c.examples for c in chunks]
        if gathered.raw_sqnorm is not None:
            self._set_raw(gathered.raw_sqnorm)
        if m == 1 and decay == 0 and not gathered.changed and self.fused_scale is None:
            self.grad_sketch = gathered.used
            self._micro = [chunks[0].sketch]
            return
        used, sketches = folded(gathered.used), [folded(c.sketch) for c in chunks]
        # ḡ is the mean over micro-batches. Where m losses were summed undivided, the optimizer used mḡ:
        # that is a learning rate of mη.
        summed = accumulation == "sum" and m > 1
        self.summed = m if summed else 1
        theta = folded(theta) if decay else theta
        penalty = (decay / m if summed else decay) * theta if decay else None
        if summed and self.learning_rate is not None and self.scales_with_gradient:
            self.learning_rate = m * self.learning_rate
        self.grad_sketch = used if decay == 0 else used + decay * theta
        scale = 1.0 if summed or m == 1 else float(m)
        self._micro = [scale * g if scale != 1 else g for g in sketches]
        if gathered.changed:
            # Unscaled, clipped or otherwise multiplied since: all chunks in the same way.
            total = gathered.before
            if total is None:
                total = sum(sketches, torch.zeros_like(used))
            factor = torch.dot(used, total) / torch.dot(total, total)
            whole = self._whole(total)
            self._set_raw(torch.dot(whole, whole))
            self._each(lambda g: factor * g)
        if self.fused_scale is not None:
            self.grad_sketch = self.grad_sketch / self.fused_scale
            self._each(lambda g: g / self.fused_scale)
        if penalty is not None:
            self._each(lambda g: g + penalty)

    def _each(self, change: Callable[[torch.Tensor], torch.Tensor]) -> None:
        # One after the other, so that those before the change and those after it are never there together.
        for j, g in enumerate(self._micro):
            self._micro[j] = change(g)

    def set_sqnorm(self, square: Any) -> None:
        """‖ḡ‖², of the square of the gradient in use; after `set_gradients`."""
        if square is not None and (self.summed != 1 or self.fused_scale is not None):
            square = (square.square() if isinstance(square, Folding) else square) / self.summed**2
            if self.fused_scale is not None:
                square = square / self.fused_scale.double().square()
        self.grad_sqnorm = square

    def _set_raw(self, square: torch.Tensor) -> None:
        square = square / self.summed**2
        self.raw_grad_sqnorm = square if self.loss_scale is None else square / self.loss_scale.double().square()

    def known_examples(self) -> Optional[int]:
        """B, where it is known by now."""
        sizes = self._examples()
        return None if sizes is None else sum(sizes)

    def split(self, parts: Iterable[Tuple[int, torch.Tensor]]) -> None:
        """Takes micro-batches of a probe instead of the step's own, whose gradient is theirs only by chance."""
        self._batch = self.known_examples()
        pairs = list(parts)
        self._sizes = [examples for examples, _ in pairs]
        self._micro = [g for _, g in pairs]
        self.grad_sqnorm = None

    def size(self) -> int:
        """Bytes of the message, about."""
        vectors = len(self._micro) + (self.param_sketch is not None)
        return _OVERHEAD + (4 * vectors * self._micro[0].numel() if self._micro and self.failure is None else 0)

    def fold(self) -> None:
        """Makes what was left for later; what is stored already waits for the reporter's thread."""
        self._micro = [_made(g) for g in self._micro]
        self.param_sketch = _made(self.param_sketch)
        self.grad_sketch = _made(self.grad_sketch)
        if isinstance(self.grad_sqnorm, Folding):
            self.grad_sqnorm = self.grad_sqnorm.square()

    def begin_transfer(self) -> None:
        """Starts copies to the host, on a device that has its own memory, without waiting for them."""
        made = self.nonfinite if self.grad_sketch is None else self.grad_sketch
        self.grad_sketch = None
        if made is None or not made.is_cuda:
            # A live view of a parameter or a loss would change under the reporter's hands.
            return
        self._micro, (self.param_sketch,) = _fetched(self._micro), _fetched([self.param_sketch])
        self.tracked = dict(zip(self.tracked, _fetched(self.tracked.values())))
        for name in _SCALARS:
            value = getattr(self, name)
            if value is not None:
                setattr(self, name, _to_host(value))
        # Waited for asleep, by the thread that makes the message: the default spins.
        self._event = torch.cuda.Event(blocking=True)
        self._event.record(torch.cuda.current_stream(made.device))

    def message(self) -> pb.Event:
        """The step's event, but for the run's name."""
        if self.failure is not None:
            raise self.failure
        if self._event is not None:
            self._event.synchronize()
        whole = pb.Event()
        event = whole.step
        event.step = self.step
        event.time = self.time
        if self.loss is not None:
            event.loss = float(self.loss)
        if self.validation_loss is not None:
            event.validation_loss = float(self.validation_loss)
        if self.learning_rate is not None:
            event.learning_rate = float(self.learning_rate)
        sizes = self._examples()
        skipped = self.found_inf if self.nonfinite is None else self.nonfinite
        if skipped is not None and int(skipped) > 0:
            # Not a number of the training: the scaler threw it away and will try with a smaller scale.
            event.nonfinite_count = int(skipped)
            self.grad_sqnorm = self.raw_grad_sqnorm = None
        elif self.one_of_many:
            self._add_micro_batches(event, sizes or [])
        elif sizes is None:
            # Nobody said how many examples: the gradient alone, without a batch size, is not noise.
            event.grad_sketch.float32 = _bytes(self._whole(sum(map(folded, self._micro)) / len(self._micro)))
        else:
            event.batch_size = self._batch or sum(sizes)
            self._add_micro_batches(event, sizes)
        if self.grad_sqnorm is not None:
            event.grad_sqnorm = float(self.grad_sqnorm)
        if self.raw_grad_sqnorm is not None:
            event.raw_grad_sqnorm = float(self.raw_grad_sqnorm)
        if self.loss_scale is not None:
            event.loss_scale = float(self.loss_scale)
        if self.param_sketch is not None:
            event.param_sketch.float32 = _bytes(self._whole(self.param_sketch))
        for name, value in self.tracked.items():
            event.tracked[name] = float(value)
        if self.curvature is not None:
            event.probe.hessian_top.extend(self.curvature.top)
            event.probe.preconditioned_top.extend(self.curvature.preconditioned_top)
            event.probe.grad_hess_grad = self.curvature.grad_hess_grad
            if self.curvature.trace is not None:
                event.probe.hessian_trace = self.curvature.trace
        return whole

    def _add_micro_batches(self, event: pb.StepEvent, sizes: List[int]) -> None:
        for g, examples in zip(self._micro, sizes):
            sent = event.micro_batches.add()
            sent.examples = examples
            sent.grad_sketch.float32 = _bytes(self._whole(g))
            if self.lengths:
                for layer in g.split(self.lengths)[1:]:
                    sent.layer_sketches.add(float32=_bytes(layer))

    def _whole(self, sketch: Any) -> Any:
        return sketch[: self.lengths[0]] if self.lengths else sketch

    def _examples(self) -> Optional[List[int]]:
        m = len(self._micro)
        if m == 0:
            return None  # skipped, or a rank's first clipped step
        if self._batch is not None:
            return [b for b in self._sizes if b]
        if self.examples is not None:
            share, rest = divmod(self.examples, m)
            return [share + (j < rest) for j in range(m)] if share else None
        known = [b for b in self._sizes if b]
        return known if len(known) == m else None


def _fetched(values: Iterable[Any]) -> List[Any]:
    return [_to_host(value) for value in values]


def _to_host(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.is_cuda:
        host = torch.empty(value.shape, dtype=value.dtype, pin_memory=True)
        return host.copy_(value, non_blocking=True)
    return value


def _made(value: Any) -> Any:
    return value if isinstance(value, Stored) else folded(value)


def _bytes(sketch: Any) -> bytes:
    if isinstance(sketch, Stored) and sys.byteorder == "little":
        return sketch.bytes()
    array = folded(sketch).numpy()
    return (array if sys.byteorder == "little" else array.byteswap()).tobytes()
