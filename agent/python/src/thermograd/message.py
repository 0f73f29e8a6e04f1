"""One step on its way: tensors until they have left their device, then a message."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

import numpy as np
import torch

from . import thermograd_pb2 as pb
from .chunks import Gathered
from .probes import Curvature

_OVERHEAD = 512


class StepParts:
    """What is gathered of a step. The training thread fills it in; the reporter's thread calls `message`."""

    def __init__(self) -> None:
        self.step = 0
        self.time = 0.0
        self.loss: Any = None
        self.validation_loss: Any = None
        self.examples: Optional[int] = None
        self.learning_rate: Any = None
        self.scales_with_gradient = True
        self.summed = 1  # how many times ḡ the gradient in use is
        self.param_sketch: Optional[torch.Tensor] = None
        self.grad_sketch: torch.Tensor = torch.empty(0)
        self.grad_sqnorm: Optional[torch.Tensor] = None
        self.tracked: Dict[str, Any] = {}
        self.raw_grad_sqnorm: Optional[torch.Tensor] = None
        self.loss_scale: Optional[torch.Tensor] = None
        self.nonfinite: Optional[torch.Tensor] = None  # elements of a gradient that a loss scaler threw away
        self.fused_scale: Optional[torch.Tensor] = None  # a fused optimizer divides the gradient by this itself,
        self.found_inf: Optional[torch.Tensor] = None  # and skips its step where this is not 0
        self.curvature: Optional[Curvature] = None
        self._micro: List[torch.Tensor] = []
        self._sizes: List[Optional[int]] = []
        self._batch: Optional[int] = None  # B, where the micro-batches are a probe's
        self.lengths: List[int] = []  # of the whole's sketch and of the layers', where one vector holds them all
        self.one_of_many = False  # ranks: neither B nor ḡ is known to one of them
        self._event: Any = None

    def set_gradients(
        self, gathered: Gathered, accumulation: str, decay: float, theta: Optional[torch.Tensor]
    ) -> None:
        """Micro-batch gradients g_j whose mean is ḡ, the gradient in use, weight decay included."""
        chunks = gathered.chunks
        m = len(chunks)
        # ḡ is the mean over micro-batches. Where m losses were summed undivided, the optimizer used mḡ:
        # that is a learning rate of mη.
        summed = accumulation == "sum" and m > 1
        self.summed = m if summed else 1
        penalty = (decay / m if summed else decay) * theta if decay and theta is not None else None
        if summed and self.learning_rate is not None and self.scales_with_gradient:
            self.learning_rate = m * self.learning_rate
        self.grad_sketch = gathered.used if theta is None or decay == 0 else gathered.used + decay * theta
        scale = 1.0 if summed or m == 1 else float(m)
        self._micro = [scale * c.sketch if scale != 1 else c.sketch for c in chunks]
        if gathered.changed:
            # Unscaled, clipped or otherwise multiplied since: all chunks in the same way.
            total = gathered.before
            if total is None:
                total = sum((c.sketch for c in chunks), torch.zeros_like(gathered.used))
            square = torch.dot(total, total)
            factor = torch.dot(gathered.used, total) / square
            whole = total if not self.lengths else total[: self.lengths[0]]
            self.raw_grad_sqnorm = torch.dot(whole, whole) / self.summed**2
            if self.loss_scale is not None:
                self.raw_grad_sqnorm = self.raw_grad_sqnorm / self.loss_scale.double().square()
            self._micro = [factor * g for g in self._micro]
        if self.fused_scale is not None:
            self.grad_sketch = self.grad_sketch / self.fused_scale
            self._micro = [g / self.fused_scale for g in self._micro]
        if penalty is not None:
            self._micro = [g + penalty for g in self._micro]
        self._sizes = [c.examples for c in chunks]

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
        floats = sum(g.numel() for g in self._micro)
        floats += 0 if self.param_sketch is None else self.param_sketch.numel()
        return _OVERHEAD + 4 * floats

    def begin_transfer(self) -> None:
        """Starts copies to the host, on a device that has its own memory, without waiting for them."""
        device = self.grad_sketch.device
        if device.type != "cuda":
            # A live view of a parameter or a loss would change under the reporter's hands.
            return
        self._micro = [_to_host(g) for g in self._micro]
        self.param_sketch = None if self.param_sketch is None else _to_host(self.param_sketch)
        self.grad_sqnorm = None if self.grad_sqnorm is None else _to_host(self.grad_sqnorm)
        self.grad_sketch = torch.empty(0)
        self.raw_grad_sqnorm = _to_host(self.raw_grad_sqnorm)
        self.loss_scale = _to_host(self.loss_scale)
        self.nonfinite = _to_host(self.nonfinite)
        self.found_inf = _to_host(self.found_inf)
        self.loss = _to_host(self.loss)
        self.validation_loss = _to_host(self.validation_loss)
        self.tracked = {name: _to_host(value) for name, value in self.tracked.items()}
        self._event = torch.cuda.Event()
        self._event.record(torch.cuda.current_stream(device))

    def message(self) -> pb.StepEvent:
        """The event, but for the run's name."""
        if self._event is not None:
            self._event.synchronize()
        event = pb.StepEvent(step=self.step, time=self.time)
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
            event.grad_sketch.float32 = _bytes(self._split(sum(self._micro) / len(self._micro))[0])
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
            event.param_sketch.float32 = _bytes(self._split(self.param_sketch)[0])
        for name, value in self.tracked.items():
            event.tracked[name] = float(value)
        if self.curvature is not None:
            event.probe.hessian_top.extend(self.curvature.top)
            event.probe.preconditioned_top.extend(self.curvature.preconditioned_top)
            event.probe.grad_hess_grad = self.curvature.grad_hess_grad
            if self.curvature.trace is not None:
                event.probe.hessian_trace = self.curvature.trace
        return event

    def _add_micro_batches(self, event: pb.StepEvent, sizes: List[int]) -> None:
        for g, examples in zip(self._micro, sizes):
            whole, *layers = self._split(g)
            sent = event.micro_batches.add(examples=examples)
            sent.grad_sketch.float32 = _bytes(whole)
            for layer in layers:
                sent.layer_sketches.add(float32=_bytes(layer))

    def _split(self, sketch: Any) -> Sequence[torch.Tensor]:
        return sketch.split(self.lengths) if self.lengths else (sketch,)

    def _examples(self) -> Optional[List[int]]:
        m = len(self._micro)
        if m == 0:
            return None
        if self._batch is not None:
            return [b for b in self._sizes if b]
        if self.examples is not None:
            share, rest = divmod(self.examples, m)
            return [share + (j < rest) for j in range(m)] if share else None
        known = [b for b in self._sizes if b]
        return known if len(known) == m and m > 0 else None


def _to_host(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.is_cuda:
        host = torch.empty(value.shape, dtype=value.dtype, pin_memory=True)
        return host.copy_(value, non_blocking=True)
    return value


def _bytes(t: torch.Tensor) -> bytes:
    return np.ascontiguousarray(t.numpy(), dtype="<f4").tobytes()
