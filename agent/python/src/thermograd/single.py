"""Steps of one backward pass in the host's memory, by compiled code: one call looks, another one writes the event.

What `watcher`, `chunks` and `message` do for every step, for the plain one only. What it sends is the same, byte for byte.
"""

from __future__ import annotations

from typing import Any, Optional, Sequence

import torch

from . import thermograd_pb2 as pb
from .chunks import Chunks
from .later import folded
from .native import Packed
from .parameters import ParameterSketch
from .sketch import Sketcher

#: `native/step.c` has it: what `message.StepParts` is to other steps, with the attributes that a user's `log` adds to.
SingleStep = Any


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
        self._look = module.Step.look
        self._follows = not sketcher.is_cheap
        self._theta = theta
        names = pb.StepEvent(run_id=started.run_id, attempt=started.attempt).SerializeToString()
        # As `Step.look` unpacks it.
        self._what = (
            sketcher.looker(), optimizer, tuple(parameters), tuple(frozen), len(optimizer.param_groups[0]["params"]), chunks,
            not isinstance(optimizer, torch.optim.AdamW), sketcher.is_cheap, names,
        )  # fmt: skip

    def look(self, step: int) -> Optional[SingleStep]:
        """The step that is about to be made; None where it is not such a one, and nothing has changed."""
        parts = self._look(self._what, step)
        if parts is not None and self._follows:
            # The parameters are known by recursion, and the next ones by this gradient.
            parts.theta, parts.packing = self._theta.follow(parts.whole), _packed
            parts.grad_sketch = Packed(parts.sketches)
        return parts


def _packed(theta: Any) -> bytes:
    packed: bytes = folded(theta).numpy().tobytes()
    return packed
