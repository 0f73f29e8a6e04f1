"""Loss scalers: steps that they skip, and the scale of those that they let through."""

from __future__ import annotations

import functools
from typing import Any, Callable

import torch

_followers = 0
_original: Any = None


def _scaler_class() -> type:
    """Where torch defines GradScaler.step: torch.amp since 2.3, torch.cuda.amp before."""
    newer = getattr(torch.amp, "GradScaler", None) if hasattr(torch, "amp") else None
    return newer or torch.cuda.amp.GradScaler


def follow() -> Callable[[], None]:
    """Makes every enabled GradScaler tell the watcher of an optimizer what it does to its step, until the answer is
    called."""
    global _followers, _original
    scalers = _scaler_class()
    _followers += 1
    if _followers == 1:
        _original = inner = scalers.step

        @functools.wraps(inner)
        def step(scaler: Any, optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            watcher = getattr(optimizer, "_thermograd", None)
            if watcher is None or not scaler.is_enabled():
                return inner(scaler, optimizer, *args, **kwargs)
            with watcher.scaled(scaler._scale):
                return inner(scaler, optimizer, *args, **kwargs)

        scalers.step = step

    def unfollow() -> None:
        global _followers
        _followers -= 1
        if _followers == 0:
            scalers.step = _original

    return unfollow
