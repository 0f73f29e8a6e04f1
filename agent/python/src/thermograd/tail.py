"""thermograd tail: a run of which only scalars are written, followed as its files grow."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from typing import Any, Optional

from . import thermograd_pb2 as pb
from .scalar_files import EventFiles, JsonLines, Source
from .scalar_steps import NAMES, Roles, Steps
from .settings import _checked_run_id
from .sinks import Away, Sink, open_sink

LOG = logging.getLogger("thermograd")

_LOOK_SECONDS = 0.5
_RETRY_SECONDS = 1.0
_GOODBYE_SECONDS = 10.0
_WARN_SECONDS = 60.0
# A step is sent when a later one is there, or when nothing was written for so long.
_SETTLED_SECONDS = 5.0


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
    source: Source = EventFiles(where) if options.jsonl is None else JsonLines(where, options.step)
    default = "stdin" if where == "-" else os.path.splitext(os.path.basename(os.path.abspath(where)))[0]
    started = pb.RunStarted(run_id=_checked_run_id(options.run_id or default), world_size=1)
    if options.dataset_size:
        started.dataset_size = options.dataset_size
    if options.budget_steps:
        started.budget_steps = options.budget_steps
    started.labels["source"] = "tensorboard" if options.jsonl is None else "jsonl"
    roles = Roles({role: getattr(options, role) for role in NAMES}, options.track)
    sink = open_sink(options.sink)
    send = Patient(sink)
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


def _follow(source: Source, steps: Steps, send: Patient, once: bool, idle: Optional[float]) -> None:
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


class Patient:
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
