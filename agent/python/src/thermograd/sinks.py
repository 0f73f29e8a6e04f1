"""Where events go: what a sink is, and the one that writes a recording."""

from __future__ import annotations

import errno
import os
import stat
import struct
from typing import Optional, Protocol

from . import thermograd_pb2 as pb

try:
    import fcntl
except ImportError:  # not on Windows: two runs that record to one file are not noticed there
    fcntl = None  # type: ignore[assignment]

PLACES = '"kafka://HOST:PORT", "http://HOST:PORT" or "FILE.tgr"'


class Away(Exception):
    """Nothing can be delivered now; the event was not taken, and should be given again later."""

    def __init__(self, why: str, after: Optional[float] = None):
        super().__init__(why)
        #: Seconds after which to try again, where that was said.
        self.after = after


class Refused(Exception):
    """This event will never be taken."""


class Sink(Protocol):
    """Takes events, in their order, from one thread that may wait.

    `send` raises `Away` or an `OSError` for as long as it cannot take the event: it is given again,
    later. Any other exception means that this event is lost, and the next one is tried.
    """

    def send(self, event: pb.Event) -> None: ...

    def send_step(self, run_id: str, event: bytes) -> None:
        """`send`, for an event with a step that is bytes already. Optional: where there is none, it is read for `send`."""
        ...

    def flush(self, seconds: float) -> None:
        """Delivers what was taken; raises `Away` where that takes longer. 0: starts to, without waiting for an
        answer that takes its time. Optional: where there is none, `send` has delivered."""
        ...

    def failed(self) -> int:
        """Steps that were taken and could not be delivered after all."""
        ...

    def held(self) -> int:
        """Steps that were taken and are not decided yet. Optional, as `flush`."""
        ...

    def idle(self) -> bool:
        """Whether everything that was taken is decided. Optional, as `flush`."""
        ...

    def close(self, seconds: float) -> None:
        """Delivers what it can in this time; what is left counts as failed."""
        ...


def open_sink(where: "str | Sink", append: bool = False) -> Sink:
    """The sink that a string names; anything else is taken to be one.

    :param append: adds to a recording instead of replacing it, for a further attempt of its run
    :raises ValueError: in one line, when the string names none
    :raises ImportError: when the client that it needs is not installed
    :raises OSError: when a file cannot be opened, or another run records to it
    """
    if not isinstance(where, (str, os.PathLike)):
        return where
    where = os.fspath(where)
    if where.startswith("kafka://"):
        from .kafka_sinks import open_kafka

        return open_kafka(where)
    if where.startswith(("http://", "https://")):
        from .http_sink import HttpSink

        return HttpSink(where)
    if where.endswith(".tgr"):
        return RecordingSink(where, append)
    raise ValueError(f"sink should be given as {PLACES}: was {where!r}")


def delimited(event: pb.Event) -> bytes:
    """The event behind its length as a varint: how recordings and HTTP bodies hold it."""
    return behind_length(event.SerializeToString())


def behind_length(data: bytes) -> bytes:
    """As `delimited`, of an event that is bytes already."""
    n = len(data)
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out) + data


class RecordingSink:
    """Length-delimited events in zstd frames, one frame a write, so that a crash costs the last one.

    Gradient noise does not compress (5 % at best), so the frames hold raw blocks: nothing but this
    file is needed to write one. A full disk keeps the file whole: what did not fit is taken off again.
    """

    _FRAME = b"\x28\xb5\x2f\xfd\x00\x50"  # magic; no sizes, no checksum; a window of 1 MiB
    _BLOCK = 1 << 17

    def __init__(self, path: str, append: bool = False):
        self._path = path
        # Not emptied before it is known that nobody else writes to it.
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0)
        try:
            self._claim(path)
            if stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                if append:
                    self._file.seek(0, os.SEEK_END)
                else:
                    self._file.truncate(0)
        except BaseException:
            self._file.close()
            raise

    def _claim(self, path: str) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # Some network file systems know no locks.
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise BlockingIOError(
                    error.errno, f"another run records to {path!r}: finish it, or name another file"
                ) from None

    def send(self, event: pb.Event) -> None:
        self._write(delimited(event))

    def send_step(self, run_id: str, event: bytes) -> None:
        self._write(behind_length(event))

    def _write(self, content: bytes) -> None:
        parts = [self._FRAME]
        for at in range(0, len(content), self._BLOCK):
            block = content[at : at + self._BLOCK]
            last = at + self._BLOCK >= len(content)
            parts.append(struct.pack("<I", len(block) << 3 | last)[:3])
            parts.append(block)
        frame = b"".join(parts)
        start = self._file.tell()
        try:
            written = self._file.write(frame)
        except OSError as error:
            self._undo(start)
            error.filename = self._path
            raise
        if written != len(frame):
            self._undo(start)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self._path)

    def _undo(self, start: int) -> None:
        # Half an event would end the recording for whoever reads it.
        self._file.truncate(start)
        self._file.seek(start)

    def failed(self) -> int:
        return 0

    def close(self, seconds: float) -> None:
        self._file.close()
