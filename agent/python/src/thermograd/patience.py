"""Trying again while a sink is away, until the time is up."""

from __future__ import annotations

import logging
import threading
import time
from typing import Callable

from .sinks import Away

LOG = logging.getLogger("thermograd")

LOOK_SECONDS = 0.05
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
_WARN_SECONDS = 60.0


class Patience:
    """Waits after 0.1 s, then at growing intervals of up to 5 s; an outage costs one warning, and outages together one a minute.

    `end` sets the time that is left; from any thread. The rest is the reporter's thread's, but for `warn`.
    """

    def __init__(self, run_id: str):
        self._run_id = run_id
        self._lock = threading.RLock()  # a signal's handler may come in the midst
        self._warned = -_WARN_SECONDS
        self._deadline = float("inf")
        #: Set once the run is to end.
        self.ending = threading.Event()

    def end(self, seconds: float) -> None:
        """So long from now; `ending` is set by the caller, who may have more to say first."""
        self._deadline = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        return time.monotonic() > self._deadline

    def left(self, share: float = 1.0) -> float:
        """Seconds, but 0.1 at least; so much of them."""
        return max(0.1, share * (self._deadline - time.monotonic()))

    def join(self, thread: threading.Thread) -> None:
        """Until the time is up, and a second."""
        thread.join(max(0.0, self._deadline - time.monotonic()) + 1)

    def persist(self, action: Callable[[], None]) -> bool:
        """Until it is done; False when it never will be, or the time is up."""
        pause = _FIRST_PAUSE
        while True:
            try:
                action()
                return True
            except (Away, OSError) as error:
                self.warn(f"{brief(error)}; steps wait in memory, and what has no room is dropped and counted")
                wait = getattr(error, "after", None) or pause
            except Exception as error:
                self.refused(error)
                return False
            pause = min(2 * pause, _LONGEST_PAUSE)
            if not self.ending.is_set():
                self.ending.wait(wait)
            else:
                time.sleep(max(0.0, min(wait, 0.5, self._deadline - time.monotonic())))
            if time.monotonic() >= self._deadline:
                return False

    def until(self, true: Callable[[], bool], share: float = 1.0) -> bool:
        """Looks again and again; False when so much of the time that is left at the end has passed."""
        while not true():
            if self.ending.wait(LOOK_SECONDS):
                end = time.monotonic() + share * (self._deadline - time.monotonic())
                while not true():
                    if time.monotonic() >= end:
                        return False
                    time.sleep(LOOK_SECONDS)
        return True

    def refused(self, error: Exception) -> None:
        """An event that can never be sent."""
        self.warn(f"the sink refuses an event: {brief(error)}")

    def warn(self, why: str) -> None:
        """In one line, where none was said of late."""
        now = time.monotonic()
        with self._lock:
            due = now - self._warned >= _WARN_SECONDS
            # An outage that lasts stays one.
            self._warned = now
        if due:
            LOG.warning("thermograd: run %s: %s. Training is not affected.", self._run_id, why)


def brief(error: BaseException) -> str:
    """Its first line."""
    return (str(error) or type(error).__name__).splitlines()[0][:200]
