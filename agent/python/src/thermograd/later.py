"""Sketches made some steps later, together: a small model's step only copies its numbers.

What folds them is short, and the training's own code and data have driven it out of the caches by the next step: several
in a row cost half. The reporter's thread would not do: it would wrestle for the interpreter at every call.
"""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

import torch

from .native import Packed, Stored
from .sketch import Sketcher


class Folding:
    """A copied vector on its way to its sketch and its square. Folded once, when first asked for."""

    __slots__ = ("_sketcher", "_flat", "_sketch", "_square")

    def __init__(self, sketcher: Sketcher, flat: torch.Tensor):
        self._sketcher = sketcher
        self._flat: Optional[torch.Tensor] = flat
        self._sketch: Any = None
        self._square: Any = None

    def get(self) -> torch.Tensor:
        if self._flat is not None:
            self._square = torch.dot(self._flat, self._flat)
            self._sketch = self._sketcher.fold(self._flat)
            self._flat = None
        return self._sketch

    def square(self) -> torch.Tensor:
        """‖x‖²."""
        self.get()
        return self._square


class Moved:
    """S θ after one more step of SGD, and the velocity's: v ← βv + (1 − dampening)g, θ ← θ − η(v or, with Nesterov, g + βv).

    Knows the steps before it only until it was asked for.
    """

    __slots__ = ("_before", "_gradient", "_rule", "_theta", "_velocity")

    def __init__(self, before: "Optional[Moved]", gradient: Any, rule: Tuple[Any, ...]):
        self._before = before
        self._gradient = gradient
        self._rule = rule  # η, β, dampening, Nesterov
        self._theta: Any = None
        self._velocity: Optional[torch.Tensor] = None

    @classmethod
    def start(cls, theta: Any, velocity: Optional[torch.Tensor]) -> "Moved":
        """What was looked at."""
        moved = cls(None, None, ())
        moved._theta, moved._velocity = theta, velocity
        return moved

    def get(self) -> torch.Tensor:
        todo: List[Moved] = []
        node = self
        while node._before is not None:
            todo.append(node)
            node = node._before
        node._theta = folded(node._theta)
        for following in reversed(todo):
            following._follow(node)
            node = following
        return self._theta

    def _follow(self, before: "Moved") -> None:
        rate, momentum, dampening, nesterov = self._rule
        gradient = step = folded(self._gradient)
        if momentum != 0:
            velocity = before._velocity
            if velocity is None:
                velocity = gradient
            elif dampening == 0:
                velocity = torch.add(gradient, velocity, alpha=momentum)
            else:
                velocity = torch.add(momentum * velocity, gradient, alpha=1 - dampening)
            self._velocity = velocity
            step = torch.add(gradient, velocity, alpha=momentum) if nesterov else velocity
        if isinstance(rate, torch.Tensor):  # as a number it would be waited for
            self._theta = before._theta - rate * step
        else:
            self._theta = torch.add(before._theta, step, alpha=-rate)
        self._before = self._gradient = None


def folded(value: Any) -> Any:
    """The sketch itself."""
    return value.get() if isinstance(value, (Stored, Packed, Folding, Moved)) else value
