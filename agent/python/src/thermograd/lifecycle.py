"""However a process ends, its runs have an end: failed, stopped or completed."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
import weakref
from typing import Any, Callable, Dict, Optional

from .reporter import Reporter

_RETRY_SECONDS = 0.01


def status_of(kind: Optional[type], error: Optional[BaseException]) -> str:
    """What leaving a block in this way says about the run in it."""
    if kind is None:
        return "completed"
    if issubclass(kind, SystemExit):
        return "completed" if getattr(error, "code", None) in (None, 0) else "failed"
    return "stopped" if issubclass(kind, (KeyboardInterrupt, GeneratorExit)) else "failed"


def guard(finish: "weakref.WeakMethod[Any]", reporter: Reporter) -> Callable[[], None]:
    """Calls ``finish(status)`` when the process ends: "failed" for an exception that nobody caught, "stopped" for
    Ctrl-C, SIGTERM, and an interpreter that ends for any other reason. The answer takes that back.

    SIGTERM is taken over only where it would end the process without further ado, and ends it so afterwards. A
    ``kill -9`` leaves no end.
    """
    return _GUARDS.add(finish, reporter)


class _Guards:
    """One excepthook and one handler for all watchers of a process, taken away with the last of them."""

    def __init__(self) -> None:
        self._watched: Dict[int, Any] = {}
        self._numbers = 0
        self._lock = threading.RLock()
        self._excepthook: Any = None
        self._terminates = False

    def add(self, finish: Any, reporter: Reporter) -> Callable[[], None]:
        with self._lock:
            if not self._watched:
                self._install()
            self._numbers += 1
            number = self._numbers
            self._watched[number] = finish, reporter
        return lambda: self._remove(number)

    def _remove(self, number: int) -> None:
        with self._lock:
            if self._watched.pop(number, None) is not None and not self._watched:
                self._uninstall()

    def _install(self) -> None:
        self._excepthook, sys.excepthook = sys.excepthook, self._uncaught
        atexit.register(self._finish_all, "stopped")
        # Only the main thread may; elsewhere a SIGTERM ends the process as it would.
        with contextlib.suppress(ValueError):
            if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
                signal.signal(signal.SIGTERM, self._terminated)
                self._terminates = True

    def _uninstall(self) -> None:
        # Whoever hooked in since then goes on calling this one, which does nothing any more.
        if sys.excepthook == self._uncaught and self._excepthook is not None:
            sys.excepthook = self._excepthook
        atexit.unregister(self._finish_all)
        with contextlib.suppress(ValueError):
            if self._terminates and signal.getsignal(signal.SIGTERM) == self._terminated:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                self._terminates = False

    def _finish_all(self, status: str) -> None:
        for finish, _ in list(self._watched.values()):
            target = finish()
            if target is not None:
                with contextlib.suppress(Exception):
                    target(status)

    def _uncaught(self, kind: Any, error: Any, trace: Any) -> None:
        before = self._excepthook
        self._finish_all(status_of(kind, error))
        before(kind, error, trace)

    def _terminated(self, number: int, frame: Any) -> None:
        if any(reporter.busy for _, reporter in self._watched.values()):
            # This very thread holds the reporter's lock, and lets go of it when this returns.
            again = threading.Timer(_RETRY_SECONDS, os.kill, (os.getpid(), number))
            again.daemon = True
            again.start()
            return
        self._finish_all("stopped")
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)

    def forked(self) -> None:
        """In a child: its end is none of the run's, and a SIGTERM ends it at once."""
        self._watched.clear()
        self._uninstall()


_GUARDS = _Guards()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_GUARDS.forked)
