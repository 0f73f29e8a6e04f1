"""Steps of one backward pass in the host's memory, by compiled code: one call looks, another one writes the event.

What `watcher`, `chunks` and `message` do for every step, for the plain one only. What it sends is the same, byte for byte.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, Optional, Sequence

import torch

from . import thermograd_pb2 as pb
from .chunks import Chunks
from .later import folded
from .native import Packed
from .parameters import ParameterSketch
from .sketch import Sketcher


class SingleStep:
    """What `message.StepParts` is to other steps."""

    __slots__ = (
        "step", "time", "loss", "validation_loss", "examples", "learning_rate", "tracked", "grad_sketch", "failure",
        "_look", "_known", "_square", "_sketches", "_theta", "_decay",
    )  # fmt: skip

    #: Of other steps.
    found_inf = None

    def __init__(
        self, look: "SingleLook", step: int, rate: float, known: int, sketches: bytes, square: Optional[float], decay: float
    ):
        self._look = look
        self.step = step
        self.time = time.time()
        self.learning_rate = rate
        self._known = known
        self._sketches = sketches
        self._square = square
        self._decay = decay
        self._theta: Any = None  # where it is not in the sketches
        self.grad_sketch: Any = None
        self.loss: Any = None
        self.validation_loss: Any = None
        self.examples: Optional[int] = None
        self.tracked: Dict[str, Any] = {}
        self.failure: Optional[Exception] = None

    def follow(self, theta: Any) -> None:
        """The parameters are known by recursion, and the next ones by this gradient."""
        self._theta = theta
        self.grad_sketch = Packed(self._sketches)

    def size(self) -> int:
        """Bytes of the message, about."""
        return 512 + 2 * len(self._sketches)

    def fold(self) -> None:
        """As `message.StepParts`."""
        if self._theta is not None:
            self._theta = folded(self._theta).numpy().tobytes()
            self.grad_sketch = None

    def begin_transfer(self) -> None:
        """There is no other memory."""

    def message(self) -> bytes:
        """The event, of a run that has dropped none so far."""
        if self.failure is not None:
            raise self.failure
        examples = self._known if self.examples is None else max(0, self.examples)
        return self._look.write(
            self._look.names, self.step, self.time, self.loss, self.validation_loss, self.learning_rate, examples, self._square,
            self._sketches, self._theta, self._decay, self.tracked,
        )  # fmt: skip


class SingleLook:
    """Looks at such steps. Belongs to the watcher's thread."""

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        parameters: Sequence[torch.nn.Parameter],
        frozen: Sequence[torch.nn.Parameter],
        sketcher: Sketcher,
        chunks: Chunks,
        theta: ParameterSketch,
        module: Any,
        started: pb.RunStarted,
    ):
        looker = sketcher.looker()
        self._look: Callable[[Any], Any] = looker.both if sketcher.is_cheap else looker.gradient
        self._follows = not sketcher.is_cheap
        self.write = module.event
        self._optimizer = optimizer
        self._parameters = tuple(parameters)
        self._frozen = tuple(frozen)
        self._count = len(optimizer.param_groups[0]["params"])
        self._chunks = chunks
        self._theta = theta
        self._adds_decay = not isinstance(optimizer, torch.optim.AdamW)
        self.names = pb.StepEvent(run_id=started.run_id, attempt=started.attempt).SerializeToString()

    def look(self, step: int) -> Optional[SingleStep]:
        """The step that is about to be made; None where it is not such a one, and nothing has changed."""
        groups = self._optimizer.param_groups
        if len(groups) != 1:
            return None
        group = groups[0]
        if len(group["params"]) != self._count:
            return None
        for p in self._frozen:
            if p.requires_grad:
                return None
        rate = group.get("lr")
        decay = group.get("weight_decay", 0.0) if self._adds_decay else 0.0
        if type(rate) is not float or (decay != 0 and self._follows):
            return None
        chunks = self._chunks
        examples = chunks.single()
        if not examples:
            return None
        seen = self._look(self._parameters)
        if seen is None:
            return None
        chunks.taken()
        sketches, square, whole = seen
        parts = SingleStep(self, step, rate, examples, sketches, square if decay == 0 else None, decay)
        if self._follows:
            parts.follow(self._theta.follow(whole))
        return parts
