"""Steps between the training thread and the reporter's."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from typing import Deque, Optional, Union

import torch

from .message import StepParts
from .reporter import Reporter
from .single import SingleStep

# Steps of small models are folded together (`later`), unless that would keep one from being seen for long.
TOGETHER = 8
_WAIT_SECONDS = 0.1

Parts = Union[StepParts, SingleStep]


class Outbox:
    """Holds the latest step, which may still be added to, and those that wait to be folded together."""

    def __init__(self, reporter: Reporter):
        self._reporter = reporter
        self._waiting: Deque[Parts] = deque()
        #: How many are folded together.
        self.together = 1
        self.latest: Optional[Parts] = None

    def turn(self) -> None:
        """The latest step is what it is."""
        parts = self.latest
        if parts is not None:
            self._turn(parts, False)

    def flush(self) -> None:
        """Hands on everything."""
        self._turn(self.latest, True)

    def _turn(self, parts: Optional[Parts], at_once: bool) -> None:
        # A signal's handler lets this be finished. A Ctrl-C does not: a step may be sent twice then, but none is lost.
        self._reporter.busy = True
        try:
            waiting = self._waiting
            if parts is not None:
                waiting.append(parts)
                self.latest = None
            if at_once or len(waiting) >= self.together or time.time() - waiting[0].time > _WAIT_SECONDS:
                while waiting:
                    self._deliver(waiting[0])
                    waiting.popleft()
        finally:
            self._reporter.busy = False

    def _deliver(self, parts: Parts) -> None:
        try:
            parts.fold()
            parts.begin_transfer()
        except Exception as error:
            parts.failure = error
        self._reporter.report(parts.message, parts.size())

    def abandon(self) -> None:
        """`flush`, and the run's end, when the watcher is thrown away."""
        with contextlib.suppress(Exception), torch.no_grad():
            self.flush()
        self._reporter.end()
