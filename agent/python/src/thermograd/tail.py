"""thermograd tail: a run of which only scalars are written, followed as its files grow."""

from __future__ import annotations

import argparse
import fnmatch
import json
import logging
import os
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Optional

from . import thermograd_pb2 as pb
from .settings import _checked_run_id
from .sinks import Away, Sink, open_sink
from .tfevents import DamagedFile, RecordBuffer, Scalars, scalars

LOG = logging.getLogger("thermograd")

_LOOK_SECONDS = 0.5
_RETRY_SECONDS = 1.0
_GOODBYE_SECONDS = 10.0
_WARN_SECONDS = 60.0
# A step is sent when a later one is there, or when nothing was written for so long.
_SETTLED_SECONDS = 5.0
_MOST_TRACKED = 64
_LONGEST_NAME = 64

# What trainers call them: Lightning, Hugging Face, Keras, plain scripts.
NAMES = {
    "loss": ["loss", "train/loss", "train_loss", "training_loss", "Loss/train", "loss/train", "train/loss_step",
             "train_loss_step", "Train/Loss", "epoch_loss", "batch_loss"],
    "learning_rate": ["learning_rate", "lr", "train/learning_rate", "train/lr", "lr-*", "lr/*", "LearningRate", "eta"],
    "grad_norm": ["grad_norm", "train/grad_norm", "gradient_norm", "grad_norm/total", "gradient/norm", "grad_2.0_norm_total"],
    "validation_loss": ["validation_loss", "val_loss", "eval_loss", "eval/loss", "val/loss", "Loss/val", "loss/val",
                        "Loss/test", "test/loss", "validation/loss"],
}
_STEPS = ["step", "global_step", "_step", "trainer/global_step", "iteration", "iter"]
_TIMES = ["time", "wall_time", "timestamp", "_timestamp"]


@dataclass
class Roles:
    """Which tag is what: the one that the user named, else the first seen that is known by its name."""

    tags: Dict[str, Optional[str]]
    tracked: List[str] = field(default_factory=list)
    seen: Dict[str, None] = field(default_factory=dict)

    def of(self, tag: str) -> Optional[str]:
        """loss, learning_rate, grad_norm, validation_loss, tracked, or None."""
        self.seen.setdefault(tag)
        for role, named in self.tags.items():
            if named == tag:
                return role
        for role, names in NAMES.items():
            if self.tags.get(role) is None and any(fnmatch.fnmatchcase(tag, name) for name in names):
                self.tags[role] = tag
                return role
        return "tracked" if any(fnmatch.fnmatchcase(tag, pattern) for pattern in self.tracked) else None


class Steps:
    """Puts scalars together into steps, and sends them in rising order.

    A step that goes back behind one already sent is a restart from a checkpoint where it has a loss: the next attempt. Else
    it came too late: counted.
    """

    def __init__(self, started: pb.RunStarted, roles: Roles, batch_size: Optional[int], send: Callable[[pb.Event], None]):
        self._started = started
        self._roles = roles
        self._batch_size = batch_size
        self._send = send
        self._pending: Optional[pb.StepEvent] = None
        self._sent = -1
        self._begun = False
        self.count = 0
        self.late = 0

    def add(self, of: Scalars) -> None:
        """Takes what was written of one step."""
        found = [(self._roles.of(tag), tag, value) for tag, value in of.values.items()]
        found = [entry for entry in found if entry[0] is not None]
        if not found or of.step < 0:
            return
        newest = self._sent if self._pending is None else self._pending.step
        if of.step < newest or of.step == self._sent:
            # Once more what was sent when the files were quiet is no restart.
            again = of.step == self._sent and self._pending is None
            if again or all(role != "loss" for role, _, _ in found):
                self.late += 1
                return
            self.flush()
            self._started.attempt += 1
            self._started.started_at = of.time
            self._begun, self._sent = False, -1
        elif of.step > newest:
            self.flush()
        if not self._begun:
            self._begun = True
            if not self._started.started_at:
                self._started.started_at = of.time
            self._send(pb.Event(run_started=self._started))
        event = self._pending
        if event is None:
            event = pb.StepEvent(run_id=self._started.run_id, attempt=self._started.attempt, step=of.step)
            if self._batch_size is not None:
                event.batch_size = self._batch_size
            self._pending = event
        event.time = of.time
        for role, tag, value in found:
            if role == "grad_norm":
                event.grad_sqnorm = value * value
            elif role == "learning_rate":
                # A rate that is not one would make the whole event invalid.
                if 0 <= value < float("inf"):
                    event.learning_rate = value
            elif role == "tracked":
                if tag in event.tracked or len(event.tracked) < _MOST_TRACKED:
                    event.tracked[tag[:_LONGEST_NAME]] = value
            else:
                setattr(event, str(role), value)

    def flush(self) -> None:
        """Sends the step under way."""
        event, self._pending = self._pending, None
        if event is not None:
            self._send(pb.Event(step=event))
            self._sent = event.step
            self.count += 1

    def finish(self, status: int) -> None:
        """Says how it ended; nothing where nothing began."""
        self.flush()
        if self._begun:
            self._send(
                pb.Event(
                    run_finished=pb.RunFinished(
                        run_id=self._started.run_id, attempt=self._started.attempt, status=status, time=time.time()
                    )
                )
            )


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


def add_command(commands: Any) -> argparse.ArgumentParser:
    """`tail` and its options."""
    parser = commands.add_parser(
        "tail",
        help="follow the scalars of a run: JSON Lines or TensorBoard",
        description="Follow a run of which only scalars are written: what needs gradients is absent, and says so.",
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--jsonl", metavar="FILE", help="one JSON object a line; - is standard input")
    source.add_argument("--tensorboard", metavar="DIR", help="folder of a run's event files")
    parser.add_argument("--sink", default=os.environ.get("THERMOGRAD_SINK", "kafka://127.0.0.1:9092"), help="as for run (default: %(default)s)")
    parser.add_argument("--run-id", help="name of the run (default: the file's or folder's)")
    parser.add_argument("--once", action="store_true", help="read what is there and finish, instead of following")
    parser.add_argument("--idle", type=float, metavar="SECONDS", help="finish when nothing was written for so long (default: at Ctrl-C)")
    for role in NAMES:
        name = role.replace("_", "-")
        parser.add_argument(f"--{name}", metavar="TAG", help=f"tag of the {role.replace('_', ' ')} (default: found by its name)")
    parser.add_argument("--step", metavar="KEY", help="key of the step in JSON Lines (default: found by its name, else the line)")
    parser.add_argument("--track", action="append", default=[], metavar="PATTERN", help="further tags to send, as tracked scalars; repeatable")
    parser.add_argument("--batch-size", type=int, help="examples of a step")
    parser.add_argument("--dataset-size", type=int, help="examples of an epoch")
    parser.add_argument("--budget-steps", type=int, help="steps that the run is meant to take")
    return parser


def run(options: argparse.Namespace) -> int:
    """Follows until the end; the exit code. One line for what is wrong: ValueError, OSError or ImportError."""
    where = options.tensorboard if options.jsonl is None else options.jsonl
    for name in ("batch_size", "dataset_size", "budget_steps"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise ValueError(f"--{name.replace('_', '-')} should be at least 1: was {value}")
    source: "JsonLines | EventFiles" = EventFiles(where) if options.jsonl is None else JsonLines(where, options.step)
    default = "stdin" if where == "-" else os.path.splitext(os.path.basename(os.path.abspath(where)))[0]
    started = pb.RunStarted(run_id=_checked_run_id(options.run_id or default), world_size=1)
    if options.dataset_size:
        started.dataset_size = options.dataset_size
    if options.budget_steps:
        started.budget_steps = options.budget_steps
    started.labels["source"] = "tensorboard" if options.jsonl is None else "jsonl"
    roles = Roles({role: getattr(options, role) for role in NAMES}, options.track)
    sink = open_sink(options.sink)
    send = _Patient(sink)
    steps = Steps(started, roles, options.batch_size, send)
    status = pb.RunFinished.COMPLETED
    try:
        _follow(source, steps, send, options.once, options.idle)
    except KeyboardInterrupt:
        status = pb.RunFinished.STOPPED
        send.deadline = time.monotonic() + _GOODBYE_SECONDS
    for found in source.last():
        steps.add(found)
    source.close()
    steps.finish(status)
    sink.close(_GOODBYE_SECONDS)
    lost = send.lost + sink.failed()
    print(f"{steps.count} steps of run {started.run_id}", file=sys.stderr)
    for number, what in ((steps.late, "values came after their step had been sent"), (source.bad, "damaged lines or files"), (lost, "events were not delivered")):
        if number:
            print(f"{number} {what}", file=sys.stderr)
    if roles.tags["loss"] is None:
        seen = ", ".join(list(roles.seen)[:20]) or "none"
        print(f"no tag looks like the loss: name it with --loss. Tags are: {seen}", file=sys.stderr)
        return 1
    return 1 if lost else 0


def _follow(source: "JsonLines | EventFiles", steps: Steps, send: "_Patient", once: bool, idle: Optional[float]) -> None:
    last = time.monotonic()
    while True:
        came = False
        for found in source.read():
            steps.add(found)
            came = True
        if came:
            last = time.monotonic()
        quiet = time.monotonic() - last
        if once and not came or source.ended or (idle is not None and quiet >= idle):
            return
        if quiet >= _SETTLED_SECONDS:
            steps.flush()
        if not came:
            send.flush()
            time.sleep(_LOOK_SECONDS)


class _Patient:
    """Sends, however long it takes: what is in a file can wait. After Ctrl-C, until a deadline. What the sink refuses for
    good is counted."""

    def __init__(self, sink: Sink):
        self._sink = sink
        self._warned = -_WARN_SECONDS
        self.deadline = float("inf")
        self.lost = 0

    def __call__(self, event: pb.Event) -> None:
        while True:
            try:
                self._sink.send(event)
                return
            except (Away, OSError) as error:
                self._warn("the sink is away, trying on", error)
                if time.monotonic() >= self.deadline:
                    self.lost += 1
                    return
                time.sleep(_RETRY_SECONDS)
            except Exception as error:
                self._warn("the sink refuses an event", error)
                self.lost += 1
                return

    def flush(self) -> None:
        """Has delivered what sinks keep to send it together, as far as that is possible now."""
        flush = getattr(self._sink, "flush", None)
        try:
            if flush is not None:
                flush(0)
        except Exception as error:
            self._warn("the sink is away, trying on", error)

    def _warn(self, what: str, error: Exception) -> None:
        if time.monotonic() - self._warned >= _WARN_SECONDS:
            self._warned = time.monotonic()
            LOG.warning("%s: %s", what, (str(error) or repr(error)).splitlines()[0])
