"""Scalars by their names, put together into steps."""

from __future__ import annotations

import fnmatch
import time
from dataclasses import dataclass, field
from typing import Callable, Dict, List, Optional

from . import thermograd_pb2 as pb
from .tfevents import Scalars

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
