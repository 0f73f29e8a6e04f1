"""From training to a sink, by a thread that training never waits for."""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import threading
import time
import weakref
from collections import deque
from typing import Any, Callable, Deque, Iterable, Optional, Tuple, Union

from . import thermograd_pb2 as pb
from .patience import LOOK_SECONDS, Patience, brief
from .ranks import Ranks
from .sinks import Away, Sink

LOG = logging.getLogger("thermograd")

QUEUE_BYTES = 64 << 20
_RANKS_LOOK_SECONDS = 0.01

# An event's message is made on the thread, from tensors that may still be on their way. As bytes it is complete but for the
# count of what was dropped.
Step = Callable[[], Union[pb.Event, bytes]]


class Reporter:
    """Sends RunStarted first, RunFinished last and steps in between; drops and counts what does not fit.

    While the sink is away, what was reported waits, in its order, and is given again after 0.1 s, then at growing
    intervals of up to 5 s; what the queue has no room for is dropped. An event that can never be sent is counted and
    the next one tried. No step is sent before the sink has confirmed the start (of several ranks, the first one's
    sink; it sends the end as well, when the others have sent theirs). Nothing here raises into training. An outage
    costs one warning, and outages together one a minute.

    `report` costs a few microseconds; from any thread. A forked child (a DataLoader's worker) inherits a
    reporter that does nothing.
    """

    def __init__(
        self, started: pb.RunStarted, sink: Sink, queue_bytes: int = QUEUE_BYTES, ranks: Optional[Ranks] = None
    ):
        """:param ranks: the processes that send the same run's steps, of which this is one"""
        self._started = started  # what was sent last,
        self._latest = started  # and what is reported now
        self._opened = False
        self._ranks = ranks
        # An analyzer puts the ranks' steps together and waits for the slowest over a few steps only.
        self._look = LOOK_SECONDS if ranks is None else _RANKS_LOOK_SECONDS
        self._sink = sink
        self._send_step = _send_step_of(sink)
        self._queue: Deque[Tuple[Step, int, pb.RunStarted]] = deque()
        self._room = queue_bytes
        self._half = queue_bytes // 2
        self._lock = threading.Condition()
        self._dropped = 0
        self._refused = 0
        self._in_hand = 0
        self._finish: Optional[int] = None
        self._patience = Patience(started.run_id)
        self._settled = False
        #: True while a step is handed over: a signal's handler must neither wait for it then nor end the run.
        self.busy = False
        self._thread = threading.Thread(
            target=self._run, name=f"thermograd-{started.run_id}", daemon=True
        )
        _REPORTERS.add(self)
        self._thread.start()
        atexit.register(self.close)

    @property
    def lost(self) -> int:
        """Steps that were dropped, refused, or not delivered."""
        return self._dropped + self._refused + self._sink.failed()

    def report(self, step: Step, size: int) -> None:
        """Queues a step of about so many bytes."""
        self.report_all([(step, size)])

    def report_all(self, steps: Iterable[Tuple[Step, int]]) -> None:
        """Queues several, in their order, for the price of one."""
        before, self.busy = self.busy, True
        full = False
        try:
            with self._lock:
                for step, size in steps:
                    if self._finish is not None:
                        self._dropped += 1
                    elif size > self._room:
                        self._dropped += 1
                        full = True
                    else:
                        self._queue.append((step, size, self._latest))
                        self._room -= size
                # Not woken for each: two threads that take turns at every step slow both down.
                if self._room < self._half:
                    self._lock.notify()
            if full:
                self._patience.warn("the queue is full: steps are dropped and counted")
        finally:
            self.busy = before

    def end(self, status: int = pb.RunFinished.STOPPED, seconds: float = 5.0) -> None:
        """As `close`, without waiting for it."""
        with self._lock:
            if self._finish is None:
                self._patience.end(seconds)
                self._finish = status
            self._lock.notify()
        self._patience.ending.set()

    def restart(self, started: pb.RunStarted) -> None:
        """What is reported from here on belongs to this attempt of the run."""
        self._latest = started

    def close(self, status: int = pb.RunFinished.STOPPED, seconds: float = 5.0) -> None:
        """Sends what it can within this time, and RunFinished. The first call decides the status."""
        self.end(status, seconds)
        self._patience.join(self._thread)
        atexit.unregister(self.close)
        if self._thread.is_alive() and not self._settled:
            # The sink hangs. What it holds may be delivered yet; it is not known to be.
            held = getattr(self._sink, "held", None)
            with self._lock:
                self._settled = True
                self._dropped += len(self._queue) + self._in_hand + (held() if held else 0)
            self._say_lost()

    def _run(self) -> None:
        self._opened = self._open()
        if self._opened:
            self._drain()
        self._give_up()

    def _drain(self) -> None:
        while True:
            with self._lock:
                idle = not self._queue
                if not idle:
                    if self._patience.over:
                        return
                    step, size, started = self._queue.popleft()
                    self._room += size
                    self._in_hand = 1
            if not idle:
                self._send(step, started)
                self._in_hand = 0
                continue
            if self._finish is not None:
                return
            self._patience.persist(self._start_delivery)
            with self._lock:
                if not self._queue and self._finish is None:
                    self._lock.wait(self._look)

    def _open(self) -> bool:
        """Whether the run is known at the other end, so that steps may follow."""
        ranks = self._ranks
        if ranks is not None and not ranks.first:
            return self._patience.until(lambda: ranks.all_said("started"))
        started = pb.Event(run_started=self._started)
        opened = self._patience.persist(lambda: self._sink.send(started)) and self._await_confirmation()
        if opened and ranks is not None:
            ranks.say("started")
        return opened

    def _send(self, step: Step, started: pb.RunStarted) -> None:
        if started is not self._started:
            self._started = started
            self._opened = self._open()
        if not self._opened:
            self._refused += 1
            return
        try:
            event = step()
        except Exception as error:
            self._refused += 1
            self._patience.warn(f"a step could not be made: {brief(error)}")
            return
        if isinstance(event, bytes):
            send_step = self._send_step
            if send_step is not None and not self.lost:
                try:
                    send_step(started.run_id, event)
                    return
                except (Away, OSError):
                    pass  # tried again below, where it is said
                except Exception as error:
                    self._patience.refused(error)
                    self._refused += 1
                    return
            send = self._sending_bytes(event)
        else:
            send = self._sending(event)
        if not self._patience.persist(send):
            self._refused += 1

    def _sending_bytes(self, event: bytes) -> Callable[[], None]:
        send_step = self._send_step
        if send_step is None:
            return self._sending(pb.Event.FromString(event))

        def send() -> None:
            lost = self.lost
            send_step(self._started.run_id, _with_dropped(event, lost) if lost else event)

        return send

    def _sending(self, event: pb.Event) -> Callable[[], None]:
        seen = event.step
        seen.run_id = self._started.run_id
        seen.attempt = self._started.attempt
        if self._ranks is not None:
            seen.rank = self._ranks.rank

        def send() -> None:
            seen.dropped_events = self.lost
            self._sink.send(event)

        return send

    def _start_delivery(self) -> None:
        self._flush(0)

    def _await_confirmation(self) -> bool:
        idle = getattr(self._sink, "idle", None)
        while self._patience.persist(self._start_delivery):
            if idle is None or idle():
                return True
            if self._patience.over:
                return False
            time.sleep(LOOK_SECONDS / 2)
        return False

    def _flush(self, seconds: float) -> None:
        flush = getattr(self._sink, "flush", None)
        if flush is not None:
            flush(seconds)

    def _give_up(self) -> None:
        self._drop_all()
        self._patience.ending.wait()  # a start that the sink refuses ends the sending, not the run
        self._drop_all()
        try:
            # So that the end carries the final count.
            self._flush(self._patience.left(0.5))
        except Exception:
            pass
        ranks = self._ranks
        if ranks is None or ranks.first:
            self._say_finished()
        try:
            self._sink.close(self._patience.left())
        except Exception as error:
            self._patience.warn(f"the sink does not close: {brief(error)}")
        if ranks is not None and not ranks.first:
            ranks.say("done")
        with self._lock:
            settled, self._settled = self._settled, True
        if not settled:
            self._say_lost()

    def _say_finished(self) -> None:
        if self._ranks is not None:
            self._patience.until(self._ranks.others_done, 0.5)
        finished = pb.RunFinished(run_id=self._started.run_id, attempt=self._started.attempt, status=self._finish)

        def send() -> None:
            finished.time = time.time()
            finished.dropped_events = self.lost
            self._sink.send(pb.Event(run_finished=finished))

        self._patience.persist(send)

    def _drop_all(self) -> None:
        with self._lock:
            self._dropped += len(self._queue)
            self._queue.clear()
            self._room = 0

    def _say_lost(self) -> None:
        if self.lost:
            LOG.warning("thermograd: run %s: %d steps were not delivered", self._started.run_id, self.lost)

    def _forked(self) -> None:
        """In a child: the thread is not there, and locks are as the fork found them."""
        self._lock = threading.Condition()
        self._patience = Patience(self._started.run_id)
        self._finish = pb.RunFinished.STOPPED
        self._queue = deque()
        self._settled = True
        atexit.unregister(self.close)
        self.close = lambda *_, **__: None  # type: ignore[method-assign]
        self.end = self.close  # type: ignore[method-assign]
        # Never taken apart here: a client's threads are not there to be ended either.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._sink))


_REPORTERS: "weakref.WeakSet[Reporter]" = weakref.WeakSet()


def _after_fork() -> None:
    for reporter in list(_REPORTERS):
        reporter._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _send_step_of(sink: Sink) -> Any:
    """What takes bytes; None where there is none, or a subclass has changed `send` beside it."""
    for kind in type(sink).__mro__:
        if "send_step" in kind.__dict__:
            return sink.send_step
        if "send" in kind.__dict__:
            return None
    return None


def _with_dropped(event: bytes, dropped: int) -> bytes:
    message = pb.Event.FromString(event)
    message.step.dropped_events = dropped
    return message.SerializeToString()
