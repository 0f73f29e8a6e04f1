"""The sketch of the parameters, by the optimizer's own recursion where that is linear."""

from __future__ import annotations

from typing import Optional, Sequence

import torch

from .sketch import Sketcher

# Float sums of differences drift by a rounding a step: a fresh look this often keeps them exact to 10⁻⁵.
_FRESH_EVERY = 256


class ParameterSketch:
    """S θ before each step.

    Plain SGD with or without momentum moves θ by a linear recursion of the gradients, so S θ follows from
    S ḡ without a pass over the parameters: v ← βv + (1 − dampening)(g + wd·θ), θ ← θ − η(v or, with Nesterov, g + βv).
    Everything else is looked at each step.
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
        self._theta: Optional[torch.Tensor] = None
        self._velocity: Optional[torch.Tensor] = None
        self._versions: list = []
        self._age = 0

    @property
    def decay(self) -> float:
        """The weight decay that the optimizer adds to the gradient; 0 where it does not, or not equally to all."""
        if isinstance(self._optimizer, torch.optim.AdamW):
            return 0.0
        decays = {group.get("weight_decay", 0.0) for group in self._optimizer.param_groups}
        return float(decays.pop()) if len(decays) == 1 else 0.0

    def before(self, grads: Sequence[Optional[torch.Tensor]]) -> torch.Tensor:
        """S θ now."""
        if self._theta is None or self._age >= _FRESH_EVERY or self._versions != self._now():
            self._theta = self._sketcher.sketch(self._parameters)
            self._velocity = self._sketched_velocity()
            self._age = 0
        return self._theta

    def forget(self) -> None:
        """The step that was made is not known in sketch space: the next one is looked at."""
        self._theta = None

    def after(self, gradient: torch.Tensor) -> None:
        """Takes over the step that was made with this S ḡ, weight decay included."""
        group = self._linear()
        if group is None or self._theta is None or any(p.grad is None for p in self._parameters):
            self._theta = None
            return
        momentum = group["momentum"]
        step = gradient
        if momentum != 0:
            velocity = self._velocity
            if velocity is None:
                velocity = gradient
            elif group["dampening"] == 0:
                velocity = torch.add(gradient, velocity, alpha=momentum)
            else:
                velocity = torch.add(momentum * velocity, gradient, alpha=1 - group["dampening"])
            self._velocity = velocity
            step = torch.add(gradient, velocity, alpha=momentum) if group["nesterov"] else velocity
        self._theta = torch.add(self._theta, step, alpha=-group["lr"])
        self._versions = self._now()
        self._age += 1

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
        return None if all(b is None for b in buffers) else self._sketcher.sketch(buffers)

    def _now(self) -> list:
        # A change behind the optimizer's back (a loaded checkpoint, weight clipping) shows here.
        return [(id(p), p._version) for p in self._parameters]


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
