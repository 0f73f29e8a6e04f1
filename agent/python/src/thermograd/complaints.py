"""What the user is told while a training goes on: each thing once."""

from __future__ import annotations

import logging
from typing import Any, Callable, Optional, Set

import torch

LOG = logging.getLogger("thermograd")


class Complaints:
    """Of one run. A watcher's mistake must never end a training: it goes blind, says so once, and lets it run."""

    def __init__(self, run_id: str):
        self._run_id = run_id
        self._said: Set[str] = set()

    def guarded(self, kind: str, what: Callable[..., Any], *arguments: Any) -> Any:
        """The call's answer, under ``torch.no_grad()``; None where it failed."""
        try:
            with torch.no_grad():
                return what(*arguments)
        except Exception as error:
            self.failed(kind, error)
            return None

    def failed(self, kind: str, error: Exception) -> None:
        """Something of this kind could not be watched."""
        if kind not in self._said:
            self._said.add(kind)
            LOG.warning("a %s could not be watched: %s. Training is not affected.", kind, _line(error))

    def once(self, what: str, name: Optional[str] = None) -> None:
        """Says it, unless the same, or another of that name, was said before."""
        name = name or what
        if name not in self._said:
            self._said.add(name)
            LOG.warning("run %s: %s.", self._run_id, what)

    def whole_number(self, name: str, value: Any, most: int) -> Optional[int]:
        """The value; None, and said once, where it is none from 0 to most."""
        try:
            number = int(value)
            if number == value and 0 <= number <= most:
                return number
        except (TypeError, ValueError, OverflowError, RuntimeError):
            pass
        self.once(f"{name} should be a whole number from 0 to {most}: was {value!r}; it is ignored", f"{name}=")
        return None


def _line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
