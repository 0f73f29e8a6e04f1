"""The way out: bounded, counted, never in training's way."""

import logging
import threading
import time

import pytest

from thermograd import thermograd_pb2 as pb
from thermograd.reporter import Reporter
from thermograd.sinks import Away, RecordingSink


def started():
    return pb.RunStarted(run_id="r", attempt=1)


def step(n):
    return lambda: pb.Event(step=pb.StepEvent(step=n))


class Broken:
    """Refuses while it is told to."""

    def __init__(self, inner):
        self.inner = inner
        self.refuse = True

    def send(self, event):
        if self.refuse:
            raise OSError("no broker\nsecond line")
        self.inner.send(event)

    def failed(self):
        return 0

    def close(self, seconds):
        self.inner.close(seconds)


def test_sends_the_start_first_and_the_end_last(sink):
    reporter = Reporter(started(), sink)
    for n in range(5):
        reporter.report(step(n), 100)
    reporter.close(pb.RunFinished.COMPLETED)
    assert sink.started.run_id == "r"
    assert [s.step for s in sink.steps] == list(range(5))
    assert all((s.run_id, s.attempt) == ("r", 1) for s in sink.steps)
    assert (sink.finished.status, sink.finished.dropped_events) == (pb.RunFinished.COMPLETED, 0)
    assert sink.closed


def test_waits_for_a_broker_that_comes_late_and_warns_once(sink, caplog):
    broken = Broken(sink)
    with caplog.at_level(logging.WARNING, "thermograd"):
        reporter = Reporter(started(), broken, queue_bytes=1_000)
        for n in range(20):
            reporter.report(step(n), 100)
        broken.refuse = False
        time.sleep(1.3)
        reporter.close()
    assert [s.step for s in sink.steps] == list(range(10))
    assert [s.dropped_events for s in sink.steps][-1] == 10
    assert sink.finished.dropped_events == 10
    warnings = [r.getMessage() for r in caplog.records]
    warnings.remove("thermograd: run r: 10 steps were not delivered")
    assert len(warnings) == 1 and "\n" not in warnings[0]
    assert "Training is not affected" in warnings[0]


def test_gives_up_at_its_deadline(sink):
    reporter = Reporter(started(), Broken(sink))
    reporter.report(step(0), 100)
    begin = threading.active_count()
    reporter.close(seconds=0.2)
    assert reporter.lost == 1
    assert threading.active_count() == begin - 1


def test_a_step_that_cannot_be_made_is_counted_and_the_next_one_sent(sink):
    reporter = Reporter(started(), sink)

    def broken():
        raise RuntimeError("a tensor that is gone")

    reporter.report(broken, 1)
    reporter.report(step(1), 1)
    reporter.close()
    assert [s.step for s in sink.steps] == [1]
    assert sink.finished.dropped_events == 1


def read(path):
    """Undoes raw zstd blocks and lengths by hand."""
    data = path.read_bytes()
    content = b""
    at = 0
    while at < len(data):
        assert data[at : at + 6] == b"\x28\xb5\x2f\xfd\x00\x50"
        at += 6
        last = False
        while not last:
            header = int.from_bytes(data[at : at + 3], "little")
            last, kind, size = header & 1, header >> 1 & 3, header >> 3
            assert kind == 0
            content += data[at + 3 : at + 3 + size]
            at += 3 + size
    events = []
    while content:
        length, shift, n = 0, 0, 0
        while True:
            byte = content[n]
            length |= (byte & 0x7F) << shift
            n, shift = n + 1, shift + 7
            if byte < 0x80:
                break
        events.append(pb.Event.FromString(content[n : n + length]))
        content = content[n + length :]
    return events


def test_a_recording_holds_every_event_whatever_its_size(tmp_path):
    path = tmp_path / "x.tgr"
    sink = RecordingSink(str(path))
    sizes = [0, 1, 100, 1 << 17, (1 << 17) - 30, 400_000]
    for n in sizes:
        event = pb.Event(step=pb.StepEvent(run_id="r", step=n))
        event.step.grad_sketch.float32 = bytes(4 * (n // 4))
        sink.send(event)
    sink.close(1)
    assert [e.step.step for e in read(path)] == sizes


def test_a_recording_agrees_with_zstandard(tmp_path):
    zstandard = pytest.importorskip("zstandard")
    path = tmp_path / "x.tgr"
    sink = RecordingSink(str(path))
    sink.send(pb.Event(run_started=started()))
    sink.send(pb.Event(step=pb.StepEvent(run_id="r", step=3)))
    sink.close(1)
    data, whole = path.read_bytes(), b""
    for frame in data.split(b"\x28\xb5\x2f\xfd")[1:]:
        whole += zstandard.ZstdDecompressor().decompressobj().decompress(b"\x28\xb5\x2f\xfd" + frame)
    assert whole.count(b"r") >= 2


def test_a_full_disk_loses_a_step_and_no_more(sink):
    recording = RecordingSink("/dev/full")
    with pytest.raises(OSError):
        recording.send(pb.Event(run_started=started()))


class Picky:
    """Refuses some events for good."""

    def __init__(self, inner, refuses):
        self.inner = inner
        self.refuses = refuses

    def send(self, event):
        if self.refuses(event):
            raise ValueError("not this one\nnor its second line")
        self.inner.send(event)

    def failed(self):
        return 0

    def close(self, seconds):
        self.inner.close(seconds)


def test_an_event_that_is_refused_for_good_does_not_hold_up_the_next(sink, caplog):
    with caplog.at_level(logging.WARNING, "thermograd"):
        reporter = Reporter(started(), Picky(sink, lambda e: e.step.step in (1, 3)))
        for n in range(5):
            reporter.report(step(n), 1)
        reporter.close()
    assert [s.step for s in sink.steps] == [0, 2, 4]
    assert [s.dropped_events for s in sink.steps] == [0, 1, 2]
    assert sink.finished.dropped_events == reporter.lost == 2
    assert [r.getMessage() for r in caplog.records] == [
        "thermograd: run r: the sink refuses an event: not this one. Training is not affected.",
        "thermograd: run r: 2 steps were not delivered",
    ]


def test_a_start_that_is_refused_leaves_a_run_of_nothing_but_counts(sink):
    reporter = Reporter(started(), Picky(sink, lambda e: e.HasField("run_started")))
    for n in range(5):
        reporter.report(step(n), 1)
    time.sleep(0.1)
    for n in range(5):
        reporter.report(step(n), 1)
    reporter.close()
    assert sink.steps == [] and reporter.lost == 10


class Confirming:
    """Takes everything, and confirms when it is told to."""

    def __init__(self, inner):
        self.inner = inner
        self.confirms = False

    def send(self, event):
        self.inner.send(event)

    def flush(self, seconds):
        if not self.confirms:
            raise Away("not yet", after=0.05)

    def failed(self):
        return 0

    def close(self, seconds):
        self.inner.close(seconds)


def test_no_step_goes_before_the_start_is_confirmed(sink):
    confirming = Confirming(sink)
    reporter = Reporter(started(), confirming)
    for n in range(5):
        reporter.report(step(n), 1)
    time.sleep(0.2)
    assert len(sink.events) == 1
    confirming.confirms = True
    reporter.close()
    assert [s.step for s in sink.steps] == list(range(5)) and reporter.lost == 0


def test_what_is_reported_after_the_end_is_counted(sink):
    reporter = Reporter(started(), sink)
    reporter.close()
    reporter.report(step(0), 1)
    assert reporter.lost == 1
