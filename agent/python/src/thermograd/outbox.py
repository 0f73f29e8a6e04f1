"""Steps between the training thread and the reporter's."""

from __future__ import annotations

import contextlib
from typing import List, Optional, Union

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
        self._waiting: List[Parts] = []
        #: How many are folded together.
        self.together = 1
        self.latest: Optional[Parts] = None

    def turn(self, now: float) -> None:
        """The latest step is what it is."""
        parts = self.latest
        if parts is None:
            return
        # A signal's handler lets this be finished. A Ctrl-C does not: steps may be sent twice then, but none is lost.
        self._reporter.busy = True
        try:
            waiting = self._waiting
            waiting.append(parts)
            self.latest = None
            if len(waiting) >= self.together or now - waiting[0].time > _WAIT_SECONDS:
                self._deliver_all()
        finally:
            self._reporter.busy = False

    def flush(self) -> None:
        """Hands on everything."""
        self._reporter.busy = True
        try:
            if self.latest is not None:
                self._waiting.append(self.latest)
                self.latest = None
            self._deliver_all()
        finally:
            self._reporter.busy = False

    def _deliver_all(self) -> None:
        waiting = self._waiting
        for parts in waiting:
            try:
                parts.fold()
                parts.begin_transfer()
            except Exception as error:
                parts.failure = error
        self._reporter.report_all([(parts.message, parts.size()) for parts in waiting])
        waiting.clear()

    def abandon(self) -> None:
        """`flush`, and the run's end, when the watcher is thrown away."""
        with contextlib.suppress(Exception), torch.no_grad():
            self.flush()
        self._reporter.end()
