"""Stands around an optimizer's step."""

from __future__ import annotations

import functools
import types
from typing import Any, Callable

import torch


def wrap_step(optimizer: torch.optim.Optimizer, watcher: Any) -> Callable[[], None]:
    """Puts a watcher's `around_step` around optimizer.step; the answer takes it away again.

    :param watcher: a weak reference
    """
    inner = optimizer.step

    @functools.wraps(inner)
    def step(self: torch.optim.Optimizer, *args: Any, **kwargs: Any) -> Any:
        watching = watcher()
        return inner(*args, **kwargs) if watching is None else watching.around_step(inner, args, kwargs)

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
