"""Files that scalars are written to, read as they grow: JSON Lines, and TensorBoard's."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from typing import Any, Dict, Iterator, Optional, Union

from .tfevents import DamagedFile, RecordBuffer, Scalars, scalars

LOG = logging.getLogger("thermograd")

_STEPS = ["step", "global_step", "_step", "trainer/global_step", "iteration", "iter"]
_TIMES = ["time", "wall_time", "timestamp", "_timestamp"]


class JsonLines:
    """Scalars of a file with one JSON object a line; ``-`` is standard input."""

    def __init__(self, path: str, step: Optional[str]):
        if path != "-" and not os.path.isfile(path):
            raise ValueError(f"--jsonl should be a file, or - for standard input: was {path!r}")
        self._stream = sys.stdin.buffer if path == "-" else open(path, "rb")
        self._path = path
        self._steps = [step] if step else _STEPS
        self._rest = b""
        self._line = 0
        self.bad = 0
        self.ended = False

    def read(self) -> Iterator[Scalars]:
        """What was written since the last call. Blocks on standard input."""
        if self._path == "-":
            line = self._stream.readline()
            self.ended = not line
            pieces = line
        else:
            if os.fstat(self._stream.fileno()).st_size < self._stream.tell():
                # Written anew: read anew.
                self._stream.seek(0)
                self._rest, self._line = b"", 0
            pieces = self._stream.read()
        *lines, self._rest = (self._rest + pieces).split(b"\n")
        for line in lines:
            found = self._parse(line)
            if found is not None:
                yield found

    def last(self) -> Iterator[Scalars]:
        """A last line without an end."""
        line, self._rest = self._rest, b""
        found = self._parse(line)
        if found is not None:
            yield found

    def close(self) -> None:
        """Lets go of the file."""
        if self._path != "-":
            self._stream.close()

    def _parse(self, line: bytes) -> Optional[Scalars]:
        self._line += 1
        if not line.strip():
            return None
        try:
            record = json.loads(line)
            if not isinstance(record, dict):
                raise ValueError("is no object")
        except ValueError as error:
            self.bad += 1
            if self.bad == 1:
                LOG.warning("%s: line %d is not JSON and is left out: %s", self._path, self._line, error)
            return None
        numbers = {k: float(v) for k, v in record.items() if isinstance(v, (int, float)) and not isinstance(v, bool)}
        step = next((numbers[name] for name in self._steps if name in numbers), float(self._line - 1))
        when = next((numbers[name] for name in _TIMES if name in numbers), time.time())
        values = {k: v for k, v in numbers.items() if k not in self._steps and k not in _TIMES}
        return Scalars(int(step), when, values) if values and step == step and abs(step) < 2**62 else None


class EventFiles:
    """Scalars of the event files in a folder, in the order of their names; new files are found as they come."""

    def __init__(self, folder: str):
        """:raises ValueError: where there is none, or several runs are"""
        self._folder = _only_run(folder)
        self._open: Dict[str, Any] = {}
        self.bad = 0
        self.ended = False

    def read(self) -> Iterator[Scalars]:
        """What was written since the last call."""
        for name in sorted(n for n in os.listdir(self._folder) if "tfevents" in n):
            if name not in self._open:
                self._open[name] = open(os.path.join(self._folder, name), "rb"), RecordBuffer()
            stream, records = self._open[name]
            if stream is None:
                continue
            try:
                for record in records.feed(stream.read()):
                    found = scalars(record)
                    if found is not None:
                        yield found
            except DamagedFile as error:
                self.bad += 1
                stream.close()
                self._open[name] = None, records
                LOG.warning("%s: read up to here, for %s", name, error)

    def last(self) -> Iterator[Scalars]:
        """Nothing: half a record is none."""
        return iter(())

    def close(self) -> None:
        """Lets go of the files."""
        for stream, _ in self._open.values():
            if stream is not None:
                stream.close()


def _only_run(folder: str) -> str:
    if not os.path.isdir(folder):
        raise ValueError(f"--tensorboard should be a folder: was {folder!r}")
    holding = sorted(at for at, _, names in os.walk(folder) if any("tfevents" in n for n in names))
    if folder in holding:
        return folder
    if len(holding) == 1:
        return holding[0]
    if holding:
        raise ValueError(f"--tensorboard should be the folder of one run: {folder!r} has {', '.join(map(repr, holding[:5]))}")
    raise ValueError(f"--tensorboard should hold event files (*tfevents*): {folder!r} has none yet")


Source = Union[JsonLines, EventFiles]
