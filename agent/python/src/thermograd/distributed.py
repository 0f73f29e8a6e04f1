"""Data-parallel ranks: each one's own gradient, as DistributedDataParallel is about to average it."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple

import torch
from torch.autograd import Variable

from . import thermograd_pb2 as pb
from .chunks import Chunks, Gathered
from .ranks import Ranks
from .sinks import RecordingSink, Sink, open_sink
from .sketch import Sketcher

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None  # type: ignore[assignment]

LOG = logging.getLogger("thermograd")

_HOOK = "_thermograd_hook"
_LOCK_SECONDS = 1.0


class BucketHook:
    """Stands between DistributedDataParallel and its communication hook, and looks at the buckets that pass.

    What it hands on is bit for bit what the reducer would have done without it: the user's hook where one is
    registered after ``watch``, else g·(1/W) followed by a sum over the ranks. It cannot be taken out again, so it stays
    with the model and looks away when nobody watches.

    Sums run while the backward pass goes on and are waited for at its end, ahead of the reducer. No Python is hung on
    the communication's own threads: at the end of a program they may wait for the interpreter, and it for them.
    """

    def __init__(self, model: torch.nn.parallel.DistributedDataParallel):
        self.seen: Optional[Callable[[Any], None]] = None
        self._group = model.process_group
        self._inner: Optional[Callable[[Any, Any], Any]] = None
        self._state: Any = None
        self._running: List[Tuple[Any, torch.Tensor, Any]] = []
        # The first pass over a static graph reduces after the pass, and waits for it there and then.
        self._at_once = bool(getattr(model, "static_graph", False))
        try:
            model.register_comm_hook(None, self._passing)
        except RuntimeError as error:
            if "can only be called once" not in str(error):
                raise
            raise ValueError(
                "model should have no communication hook when watch() is called: has one; "
                "call register_comm_hook after watch()"
            ) from None
        model.register_comm_hook = self._register  # type: ignore[method-assign]

    def _register(self, state: Any, hook: Callable[[Any, Any], Any]) -> None:
        if self._inner is not None:
            raise RuntimeError("register_comm_hook or register_builtin_comm_hook can only be called once.")
        self._inner, self._state = hook, state

    def _passing(self, state, bucket):  # type: ignore[no-untyped-def]
        # Not annotated: torch compares annotations as objects, and these would be strings.
        if self.seen is not None:
            self.seen(bucket)
        if self._inner is not None:
            return self._inner(self._state, bucket)
        group = self._group if self._group is not None else torch.distributed.group.WORLD
        # The reducer multiplies by the reciprocal; dividing would round differently.
        buffer = bucket.buffer().mul_(1.0 / torch.distributed.get_world_size(group))
        work = torch.distributed.all_reduce(buffer, group=group, async_op=True)
        future = torch.futures.Future(devices=[buffer.device] if buffer.is_cuda else None)
        at_once = self._at_once
        if at_once:
            self._at_once = not bucket.is_last()
        elif not self._running:
            try:
                Variable._execution_engine.queue_callback(self._wait)
            except RuntimeError:  # not in a backward pass: an exhausted rank that joins the others' sums
                at_once = True
        self._running.append((work, buffer, future))
        if at_once:
            self._wait()
        return future

    def _wait(self) -> None:
        running, self._running = self._running, []
        for work, buffer, future in running:
            work.wait()
            future.set_result(buffer)


def hook_of(model: torch.nn.parallel.DistributedDataParallel) -> BucketHook:
    """The model's one hook, made when it is first watched."""
    hook = getattr(model, _HOOK, None)
    if hook is None:
        hook = BucketHook(model)
        object.__setattr__(model, _HOOK, hook)
    return hook


class RankChunks(Chunks):
    """Micro-batches of one rank.

    A pass under ``no_sync()`` leaves a local gradient in ``.grad``, as without ranks. In the pass that reduces, the
    buckets hold the local gradient that is about to be averaged; after it ``.grad`` is the average over the ranks. So
    what the trainer does to it before the step (clipping, unscaling) shows as a change of another vector than the sum
    of the chunks; its S is taken after each pass from when a first change was seen. Chunks of that first step are not
    sent, since nobody knows by how much they would have to be multiplied.
    """

    def __init__(
        self,
        model: torch.nn.parallel.DistributedDataParallel,
        parameters: Sequence[torch.nn.Parameter],
        sketcher: Sketcher,
    ):
        reduced = {id(p) for p in model.parameters()}
        foreign = sum(id(p) not in reduced for p in parameters)
        if foreign:
            raise ValueError(
                f"optimizer should have parameters of the DistributedDataParallel module only: has {foreign} others"
            )
        super().__init__(model, parameters, sketcher)
        self._places = {id(p): i for i, p in enumerate(parameters)}
        self._local: Optional[torch.Tensor] = None
        self._local_square: Optional[torch.Tensor] = None
        self._anew = False
        self._failed = False
        self._reduced: Optional[torch.Tensor] = None
        self._buckets = hook_of(model)
        self._buckets.seen = self._bucket

    def close(self) -> None:
        super().close()
        self._buckets.seen = None

    @torch.no_grad()
    def _bucket(self, bucket: Any) -> None:
        if self.paused:
            return
        try:
            grads: List[Optional[torch.Tensor]] = [None] * len(self._parameters)
            known = False
            for p, g in zip(bucket.parameters(), bucket.gradients()):
                place = self._places.get(id(p))
                if place is not None:
                    grads[place], known = g, True
            if not known:
                return
            part, square = self._sketcher.sketch(grads), self._sketcher.sqnorm
            if self._local is None:
                self._local, self._local_square = part, square
            else:
                self._local = self._local + part
                self._local_square = None if square is None else self._local_square + square
        except Exception as error:
            if not self._failed:
                self._failed = True
                LOG.warning("a rank's gradient could not be watched: %s. Training is not affected.", error)

    def _reached(self, parameter: torch.nn.Parameter, grad: torch.Tensor) -> None:
        if not self._queued and not self.paused:
            # Before anything of this pass was added.
            self._anew = self._versions != self._now()
        super()._reached(parameter, grad)

    def _cleared(self) -> bool:
        return self._anew

    def _sketch(self) -> torch.Tensor:
        local, self._local = self._local, None
        if local is None:
            return super()._sketch()
        self._sketcher.sqnorm = self._local_square
        return local

    def _passed(self) -> None:
        reduces = self._local is not None
        super()._passed()
        self._reduced = None
        if reduces:
            # Behind the reducer, whose own callback puts the averages into .grad.
            Variable._execution_engine.queue_callback(self._settled)

    def _settled(self) -> None:
        self._versions = self._now()
        if self._changes:
            with torch.no_grad():
                self._reduced = super()._sketch()

    def take(self, grads: Sequence[Optional[torch.Tensor]]) -> Gathered:
        chunks, total, before = self._chunks, self._total, self._reduced
        self._chunks, self._total, self._reduced = [], None, None
        changed = self._versions != self._now()
        self._versions = []
        if total is None:
            return Gathered([], self._sketcher.sketch([None] * len(self._parameters)), None, False)
        if not changed:
            return Gathered(chunks, total, None, False)
        self._changes = True
        used = super()._sketch()
        return Gathered([] if before is None else chunks, used, None, True, before)

    def forget(self) -> None:
        super().forget()
        self._local = self._reduced = None


class SharedRecordingSink(RecordingSink):
    """One recording that every process of a host, or of a shared file system with locks, adds to.

    It is locked for each event, and not for good: another run that records to the same file is noticed when the first
    process opens it, and when that one holds it for good.
    """

    def __init__(self, path: str, first: bool, append: bool):
        """:raises ValueError: where files cannot be locked"""
        if fcntl is None:
            raise ValueError(f"sink should be kafka://HOST:PORT for several processes on this system: was {path!r}")
        if first:
            super().__init__(path, append)
            self._unlock()
        else:
            self._path = path
            self._file = open(path, "r+b", buffering=0)

    def _write(self, content: bytes) -> None:
        self._lock()
        try:
            self._file.seek(0, os.SEEK_END)
            super()._write(content)
        finally:
            self._unlock()

    def _lock(self) -> None:
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                self._claim(self._path)
                return
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_LOCK_SECONDS / 1000)

    def _unlock(self) -> None:
        with contextlib.suppress(OSError):  # a file system that knows no locks
            fcntl.flock(self._file, fcntl.LOCK_UN)


@contextlib.contextmanager
def joining(ranks: Optional[Ranks]) -> Iterator[None]:
    """Around what comes before `join`: where it fails in the first process, the others need not wait for it."""
    try:
        yield
    except BaseException:
        if ranks is not None and ranks.first:
            ranks.refuse()
        raise


def join(
    ranks: Ranks, sink: "str | Sink", started: pb.RunStarted, seed: int, compiled: bool
) -> Tuple[Sink, Tuple[int, bool]]:
    """Opens the sink of this rank, after the first one's, and takes over the first one's names; (sink, `Ranks.agree`)."""
    if ranks.first:
        opened = _open(sink, True, started.attempt > 0)
        return opened, ranks.agree(started, seed, compiled)
    agreed = ranks.agree(started, seed, compiled)
    return _open(sink, False, False), agreed


def _open(sink: "str | Sink", first: bool, append: bool) -> Sink:
    if isinstance(sink, (str, os.PathLike)) and os.fspath(sink).endswith(".tgr"):
        return SharedRecordingSink(os.fspath(sink), first, append)
    return open_sink(sink)
