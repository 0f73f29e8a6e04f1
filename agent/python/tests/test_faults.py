"""Sinks that fail in every way: training stays as it is, one line is said, and the counts are exact."""

import functools
import importlib.util
import logging
import os
import resource
import subprocess
import sys
import time

import pytest
import torch
from torch import nn

import thermograd
import thermograd.watcher
from collector import FakeCollector
from test_http_sink import free_port
from test_reporter import read
from thermograd import kafka_sinks
from thermograd.reporter import Reporter

STEPS = 400


def train(sink=None, run_id=None, seconds=5.0, at=None, pause=0.0):
    """Losses and final weights, and the watcher; `at` is called before each step with its number."""
    torch.manual_seed(3)
    net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    watcher = None if sink is None else thermograd.watch(net, optimizer, sink=sink, run_id=run_id)
    curve = []
    for t in range(STEPS):
        if at is not None:
            at(t)
        optimizer.zero_grad()
        loss = net(torch.randn(6, 4)).square().mean()
        loss.backward()
        optimizer.step()
        curve.append(loss.item())
        if pause:
            time.sleep(pause)
    if watcher is not None:
        watcher.finish(seconds=seconds)
    curve += [x for p in net.parameters() for x in p.detach().flatten().tolist()]
    return curve, watcher


@functools.lru_cache(maxsize=None)
def plain():
    return train()[0]


@pytest.fixture
def small_queue(monkeypatch):
    """Room for about 20 steps of 4 kB."""
    monkeypatch.setattr(thermograd.watcher, "Reporter", functools.partial(Reporter, queue_bytes=50_000))


def said(caplog):
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert all("\n" not in line for line in lines)
    return lines


def without_confluent(monkeypatch, client):
    module = pytest.importorskip(client)
    if client == "kafka":
        monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    return module


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"])
@pytest.mark.parametrize("client", ["http", "confluent_kafka", "kafka"])
def test_a_sink_that_is_never_there(client, host, caplog, monkeypatch):
    if client != "http":
        without_confluent(monkeypatch, client)
    sink = f"{'http' if client == 'http' else 'kafka'}://{host}:{free_port()}"
    # The warning comes while training goes on.
    monkeypatch.setattr(kafka_sinks, "_STALLED_SECONDS", 0.3)
    curve, watcher = train(sink, seconds=0.5, at=lambda t: time.sleep(0.8 if t == 10 else 0))
    assert curve == plain()
    assert watcher.lost == STEPS
    lines = said(caplog)
    assert len(lines) == 2, lines
    assert host in lines[0] and lines[0].endswith("Training is not affected.")
    assert lines[1] == f"thermograd: run {watcher.run_id}: {STEPS} steps were not delivered"


def test_nothing_reaches_standard_error_but_the_two_lines(tmp_path):
    """Outside of pytest's capture, with the clients' own threads and libraries."""
    script = """
import sys, time, torch, thermograd
sys.modules[sys.argv[1]] = None
net = torch.nn.Linear(3, 2)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
w = thermograd.watch(net, opt, sink=sys.argv[2], run_id="r")
for t in range(50):
    net(torch.randn(6, 3)).square().mean().backward()
    opt.step()
    time.sleep(0.08)
w.finish(seconds=0.5)
"""
    src = os.path.join(os.path.dirname(__file__), "..", "src")
    children = []
    for missing, client, sink in [
        ("none", "http", "http://127.0.0.1:1"),
        ("kafka", "confluent_kafka", "kafka://127.0.0.1:1"),
        ("confluent_kafka", "kafka", "kafka://127.0.0.1:1"),
    ]:
        if importlib.util.find_spec(client) is None:
            continue  # not every machine has both clients for Kafka
        children.append(
            subprocess.Popen(
                [sys.executable, "-c", script, missing, sink],
                env={"PYTHONPATH": src, "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    for child in children:
        out, _ = child.communicate(timeout=60)
        assert child.returncode == 0, out
        lines = out.splitlines()
        assert len(lines) == 2 and lines[1] == "thermograd: run r: 50 steps were not delivered", out


def outage(collector, first, last):
    """Takes the collector away before one step, and brings it back at its port before another."""
    state = [collector]

    def at(t):
        if t == first:
            state[0].stop()
        if t == last:
            state.append(FakeCollector(collector.port))

    return state, at


def test_an_outage_that_the_queue_can_hold_loses_nothing(caplog):
    state, at = outage(FakeCollector(), 100, 200)
    curve, watcher = train(state[0].url, run_id="short-outage", at=at, pause=0.002)
    state[1].stop()
    assert curve == plain()
    assert watcher.lost == 0
    steps = {s.step for c in state for s in c.steps}
    assert steps == set(range(STEPS))
    assert state[1].events[-1].run_finished.dropped_events == 0
    lines = said(caplog)
    assert len(lines) == 1 and lines[0].endswith("Training is not affected."), lines


def test_an_outage_that_it_cannot_hold_loses_what_the_counts_say(caplog, small_queue):
    state, at = outage(FakeCollector(), 100, 300)
    curve, watcher = train(state[0].url, run_id="long-outage", at=at, pause=0.002)
    state[1].stop()
    assert curve == plain()
    received = [s for c in state for s in c.steps]
    steps = {s.step for s in received}
    assert 0 < watcher.lost == STEPS - len(steps)
    assert state[1].events[-1].run_finished.dropped_events == watcher.lost
    # Cumulative, and never ahead of what is missing by then.
    counts = [s.dropped_events for s in received]
    assert counts == sorted(counts)
    for s in received:
        assert s.dropped_events <= watcher.lost
    assert {0, watcher.lost} <= set(counts)
    lines = said(caplog)
    assert len(lines) == 2 and lines[1].endswith(f"{watcher.lost} steps were not delivered"), lines


def test_two_outages_within_a_minute_are_one_line(caplog):
    state, at = outage(FakeCollector(), 50, 100)
    again = []

    def both(t):
        at(t)
        if t == 250:
            state[1].stop()
        if t == 300:
            again.append(FakeCollector(state[0].port))

    curve, watcher = train(state[0].url, run_id="two-outages", at=both, pause=0.004)
    again[0].stop()
    assert curve == plain() and watcher.lost == 0
    assert len(said(caplog)) == 1


class Disk:
    """No file may grow beyond a size, which is a full disk to whoever writes one."""

    def __init__(self):
        self.before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, self.before[1]))

    def free(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.before)


@pytest.fixture
def disk():
    disk = Disk()
    yield disk
    disk.free()


def test_a_disk_that_is_full_for_a_while_loses_nothing(tmp_path, caplog, disk):
    path = tmp_path / "x.tgr"
    disk.fill()
    curve, watcher = train(str(path), run_id="disk", at=lambda t: disk.free() if t == 300 else None, pause=0.001)
    assert curve == plain()
    assert watcher.lost == 0
    assert [e.step.step for e in read(path) if e.HasField("step")] == list(range(STEPS))
    lines = said(caplog)
    assert len(lines) == 1 and "x.tgr" in lines[0], lines


def check_full(path, curve, watcher, lines):
    assert curve == plain()
    events = read(path)  # whole to its end
    steps = [e.step.step for e in events if e.HasField("step")]
    assert steps == list(range(len(steps)))
    assert len(steps) > 10
    assert watcher.lost == STEPS - len(steps) > 0
    assert len(lines) == 2 and str(path) in lines[0]
    assert lines[1].endswith(f"{watcher.lost} steps were not delivered")


def test_a_disk_that_stays_full_keeps_a_whole_recording(tmp_path, caplog, disk):
    path = tmp_path / "x.tgr"
    disk.fill()
    curve, watcher = train(str(path), run_id="full-disk", seconds=0.3)
    disk.free()
    check_full(path, curve, watcher, said(caplog))


def test_a_file_system_that_is_full(tmp_path, caplog):
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(tmp_path)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip("only root may mount a small file system")
    try:
        path = tmp_path / "x.tgr"
        curve, watcher = train(str(path), run_id="full-tmpfs", seconds=0.3)
        check_full(path, curve, watcher, said(caplog))
        assert "No space left on device" in said(caplog)[0]
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


def test_a_reporter_whose_thread_never_answers_costs_training_nothing(caplog, small_queue):
    with FakeCollector() as collector:
        collector.hang.clear()
        curve, watcher = train(collector.url, run_id="hangs", seconds=0.2)
        assert curve == plain()
        assert watcher.lost == STEPS
        collector.hang.set()
