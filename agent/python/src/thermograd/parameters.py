"""The sketch of the parameters, by the optimizer's own recursion where that is linear."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Optional, Sequence

import torch

from .later import Folding, Moved
from .sketch import Sketcher

# Float sums of differences drift by a rounding a step: a fresh look this often keeps them exact to 10⁻⁵.
_FRESH_EVERY = 256

_version = attrgetter("_version")


class ParameterSketch:
    """S θ before each step.

    Plain SGD with or without momentum moves θ by a linear recursion of the gradients, so S θ follows from
    S ḡ, weight decay included, without a pass over the parameters (`Moved`). Everything else is looked at each step, and so
    is what costs no more to look at.
    """

    def __init__(
        self,
        optimizer: torch.optim.Optimizer,
        parameters: Sequence[torch.nn.Parameter],
        sketcher: Sketcher,
    ):
        self._optimizer = optimizer
        self._parameters = parameters
        self._sketcher = sketcher
        self._theta: Optional[Moved] = None
        self._whole = False  # every parameter has a gradient: the optimizer moves all
        self._seen = -1  # `_changes` when the recursion was last right
        self._age = 0

    @property
    def decay(self) -> float:
        """The weight decay that the optimizer adds to the gradient; 0 where it does not, or not equally to all."""
        if isinstance(self._optimizer, torch.optim.AdamW):
            return 0.0
        groups = self._optimizer.param_groups
        first = groups[0].get("weight_decay", 0.0)
        alike = len(groups) == 1 or all(group.get("weight_decay", 0.0) == first for group in groups)
        return float(first) if alike else 0.0

    def before(self, grads: Sequence[Optional[torch.Tensor]]) -> Any:
        """S θ now, as something to be `folded`. Under ``torch.no_grad()``."""
        if self._sketcher.is_cheap:
            return self._sketcher.store(self._parameters)
        return self.follow(not any(g is None for g in grads))

    def follow(self, whole: bool) -> Any:
        """`before`, where a sketch is not cheap, and it is known whether every parameter has a gradient."""
        self._whole = whole
        if self._theta is None or self._age >= _FRESH_EVERY or self._seen != self._changes():
            self._theta = Moved.start(self._look(), self._sketched_velocity())
            self._age = 0
        return self._theta

    def forget(self) -> None:
        """The step that was made is not known in sketch space: the next one is looked at."""
        self._theta = None

    def after(self, gradient: Any) -> None:
        """Takes over the step that was made with this S ḡ, weight decay included."""
        if self._sketcher.is_cheap:
            return
        group = self._linear()
        if group is None or self._theta is None or not self._whole:
            self._theta = None
            return
        rate = group["lr"]
        if isinstance(rate, torch.Tensor) and rate.device.type == "cpu":
            rate = float(rate)  # a scheduler may change it in place before this is folded
        rule = rate, group["momentum"], group["dampening"], group["nesterov"]
        self._theta = Moved(self._theta, gradient, rule)
        if isinstance(gradient, torch.Tensor):
            self._theta.get()
        self._seen = self._changes()
        self._age += 1

    def _look(self) -> Any:
        sketcher = self._sketcher
        if sketcher.compiled:
            return sketcher.store(self._parameters)
        if sketcher.defers:
            return Folding(sketcher, sketcher.gather(self._parameters))
        return sketcher.sketch_quietly(self._parameters)

    def _linear(self) -> Optional[dict]:
        groups = self._optimizer.param_groups
        # A subclass of SGD may do anything in its step.
        plain = type(self._optimizer) is torch.optim.SGD and len(groups) == 1
        return groups[0] if plain and not groups[0].get("maximize", False) else None

    def _sketched_velocity(self) -> Optional[torch.Tensor]:
        if self._linear() is None:
            return None
        state = self._optimizer.state
        buffers = [state[p].get("momentum_buffer") if p in state else None for p in self._parameters]
        return None if all(b is None for b in buffers) else self._sketcher.sketch_quietly(buffers)

    def _changes(self) -> int:
        # Versions only rise: a change behind the optimizer's back (a loaded checkpoint, weight clipping) shows here.
        return sum(map(_version, self._parameters))


def precondition(
    optimizer: torch.optim.Optimizer, parameters: Sequence[torch.nn.Parameter]
) -> Optional[torch.Tensor]:
    """D^−½ of Adam, D = √v̂ + ε as the step to come will find it but for its own gradient; None for others,
    and before the first step."""
    if not isinstance(optimizer, (torch.optim.Adam, torch.optim.AdamW)):
        return None
    scales = []
    groups = {id(p): group for group in optimizer.param_groups for p in group["params"]}
    for p in parameters:
        state = optimizer.state.get(p)
        if not state:
            return None
        group = groups[id(p)]
        square = state["max_exp_avg_sq"] if group.get("amsgrad") else state["exp_avg_sq"]
        correction = 1 - group["betas"][1] ** float(state["step"])
        scales.append((square / correction).sqrt().add(group["eps"]).reshape(-1).rsqrt())
    return torch.cat(scales)
