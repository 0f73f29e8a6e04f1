"""From training to a sink, by a thread that training never waits for."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections import deque
from typing import Callable, Deque, Optional, Tuple

from . import thermograd_pb2 as pb
from .ranks import Ranks
from .sinks import Sink

LOG = logging.getLogger("thermograd")

QUEUE_BYTES = 64 << 20
_RETRY_SECONDS = 1.0
_WARN_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_RANKS_LOOK_SECONDS = 0.01
_FLUSH_SECONDS = 5.0

# An event's message is made on the thread, from tensors that may still be on their way.
# None: there is nothing to send after all.
Step = Callable[[], Optional[pb.StepEvent]]


class Reporter:
    """Sends RunStarted first, RunFinished last and steps in between; drops and counts what does not fit.

    Both ends are tried again until the sink takes them or `close` runs out of time; a step that the
    sink refuses is counted and the next one tried. Nothing here raises into training. One warning a
    minute at most. `report` costs a few microseconds; from any thread.
    """

    def __init__(
        self, started: pb.RunStarted, sink: Sink, queue_bytes: int = QUEUE_BYTES, ranks: Optional[Ranks] = None
    ):
        """:param ranks: the processes that send the same run's steps, of which this is one"""
        self._started = started
        self._ranks = ranks
        # An analyzer puts the ranks' steps together and waits for the slowest over a few steps only.
        self._look = _LOOK_SECONDS if ranks is None else _RANKS_LOOK_SECONDS
        self._sink = sink
        self._queue: Deque[Tuple[Step, int]] = deque()
        self._room = queue_bytes
        self._half = queue_bytes // 2
        self._lock = threading.Condition()
        self._dropped = 0
        self._refused = 0
        self._finish: Optional[int] = None
        self._deadline = float("inf")
        self._warned = -_WARN_SECONDS
        self._thread = threading.Thread(
            target=self._run, name=f"thermograd-{started.run_id}", daemon=True
        )
        self._thread.start()
        atexit.register(self.close)

    @property
    def lost(self) -> int:
        """Steps that were dropped, refused, or not delivered."""
        return self._dropped + self._refused + self._sink.failed()

    def report(self, step: Step, size: int) -> None:
        """Queues a step of about so many bytes."""
        with self._lock:
            if self._finish is not None or size > self._room:
                self._dropped += 1
                full = self._finish is None
            else:
                self._queue.append((step, size))
                self._room -= size
                # Not woken for each: two threads that take turns at every step slow both down.
                if self._room < self._half:
                    self._lock.notify()
                return
        if full:
            self._warn("its queue is full")

    def restart(self, started: pb.RunStarted) -> None:
        """What is reported from here on belongs to this attempt of the run."""

        def begin() -> None:
            self._started = started
            self._open()

        with self._lock:
            if self._finish is None:
                self._queue.append((begin, 0))

    def close(self, status: int = pb.RunFinished.STOPPED, seconds: float = 5.0) -> None:
        """Sends what it can within this time, and RunFinished. The first call decides the status."""
        with self._lock:
            if self._finish is None:
                self._finish = status
                self._deadline = time.monotonic() + seconds
            self._lock.notify()
        self._thread.join(seconds + 1)
        atexit.unregister(self.close)

    def _run(self) -> None:
        if not self._open():
            self._give_up()
            return
        while True:
            with self._lock:
                if not self._queue and self._finish is None:
                    self._lock.wait(self._look)
                    continue
                if not self._queue or time.monotonic() > self._deadline:
                    break
                step, size = self._queue.popleft()
                self._room += size
            self._send(step)
        self._give_up()

    def _open(self) -> bool:
        """Whether the run is known at the other end, so that steps may follow."""
        if self._ranks is None:
            return self._insist(pb.Event(run_started=self._started))
        if self._ranks.first:
            opened = self._insist(pb.Event(run_started=self._started))
            self._flush()
            self._ranks.say("started")
            return opened
        return self._until(lambda: self._ranks is None or self._ranks.all_said("started"))

    def _until(self, true: Callable[[], bool]) -> bool:
        while not true():
            with self._lock:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    return False
                self._lock.wait(min(left, _LOOK_SECONDS))
        return True

    def _flush(self) -> None:
        # Of sinks that send later than they are told to: what others send must not overtake it.
        flush = getattr(self._sink, "flush", None)
        if flush is not None:
            flush(max(0.1, min(_FLUSH_SECONDS, self._deadline - time.monotonic())))

    def _send(self, step: Step) -> None:
        try:
            event = step()
            if event is None:
                return
            event.run_id = self._started.run_id
            event.attempt = self._started.attempt
            event.dropped_events = self.lost
            if self._ranks is not None:
                event.rank = self._ranks.rank
            self._sink.send(pb.Event(step=event))
        except Exception as error:
            self._refused += 1
            self._warn(f"the sink refuses events: {_brief(error)}")

    def _insist(self, event: pb.Event) -> bool:
        while True:
            try:
                self._sink.send(event)
                return True
            except Exception as error:
                self._warn(f"the sink refuses events: {_brief(error)}")
            with self._lock:
                left = self._deadline - time.monotonic()
                if left <= 0:
                    return False
                self._lock.wait(min(left, _RETRY_SECONDS))

    def _give_up(self) -> None:
        with self._lock:
            self._dropped += len(self._queue)
            self._queue.clear()
            status = self._finish
        finished = pb.RunFinished(
            run_id=self._started.run_id,
            attempt=self._started.attempt,
            status=status,
            time=time.time(),
            dropped_events=self.lost,
        )
        left = max(0.1, self._deadline - time.monotonic())
        try:
            if self._ranks is None:
                self._insist(pb.Event(run_finished=finished))
            elif self._ranks.first:
                self._until(self._ranks.others_done)
                self._insist(pb.Event(run_finished=finished))
            else:
                self._flush()
            self._sink.close(left)
            if self._ranks is not None:
                self._ranks.say("done")
        except Exception as error:
            self._warn(f"the sink does not close: {_brief(error)}")
        if self.lost:
            LOG.warning("run %s: %d steps were not delivered", self._started.run_id, self.lost)

    def _warn(self, why: str) -> None:
        now = time.monotonic()
        if now - self._warned >= _WARN_SECONDS:
            self._warned = now
            LOG.warning(
                "run %s: %d steps lost so far, because %s. Training is not affected.",
                self._started.run_id,
                self.lost,
                why,
            )


def _brief(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
