"""However a run begins and ends: attached late, again, twice at once, crashed, signalled, forked."""

import gc
import json
import pathlib
import signal
import subprocess
import sys
import textwrap
import time

import pytest
import torch
from torch import nn

import thermograd
from thermograd import settings
from thermograd import thermograd_pb2 as pb
from thermograd.lifecycle import status_of
from thermograd.scaling import _scaler_class
from test_reporter import read

SRC = pathlib.Path(__file__).parent.parent / "src"
COMPLETED, FAILED, STOPPED = pb.RunFinished.COMPLETED, pb.RunFinished.FAILED, pb.RunFinished.STOPPED

# Each case is a child of one process that has torch loaded already, and ends as a script would.
SCRIPT = """
import json, os, signal, sys, time, torch, thermograd
from torch import nn
torch.set_num_threads(1)

def train(n=5):
    for _ in range(n):
        opt.zero_grad()
        loss = net(torch.randn(6, 3)).square().mean()
        loss.backward()
        opt.step()

for folder, body, number in json.loads(sys.argv[1]):
    os.mkdir(folder)
    ready, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        os.dup2(os.open("err", os.O_CREAT | os.O_WRONLY), 2)
        torch.manual_seed(0)
        net = nn.Linear(3, 2)
        opt = torch.optim.SGD(net.parameters(), lr=0.1)
        watcher = thermograd.watch(net, opt, sink="x.tgr", run_id="r")
        exec(compile(body, "train.py", "exec"))
        sys.exit(0)
    os.close(go)
    if number:
        os.read(ready, 1)
        time.sleep(0.2)
        os.kill(pid, number)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def run(tmp_path, cases):
    """The exit code, events and standard error of each body, a signal sent to it where one is named."""
    arguments = [(str(tmp_path / str(n)), textwrap.dedent(body), int(number)) for n, (body, number) in enumerate(cases)]
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(arguments)],
        env={"PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    codes = [int(line) for line in result.stdout.split()]
    assert len(codes) == len(cases)
    for n, code in enumerate(codes):
        folder = tmp_path / str(n)
        events = read(folder / "x.tgr")
        kinds = [e.WhichOneof("payload") for e in events]
        err = (folder / "err").read_text()
        assert kinds == ["run_started", *["step"] * (len(kinds) - 2), "run_finished"], (cases[n], err)
        yield code, events, err


ENDS = [
    ("train(); raise RuntimeError('mine')", 0, 1, FAILED),
    ("train(); sys.exit(3)", 0, 3, STOPPED),
    ("with watcher: train(); sys.exit(3)", 0, 3, FAILED),
    ("with watcher: train(); sys.exit(0)", 0, 0, COMPLETED),
    ("train()", 0, 0, STOPPED),
    ("train(); watcher.finish()", 0, 0, COMPLETED),
    ("train(); raise KeyboardInterrupt", 0, -signal.SIGINT, STOPPED),
    ("train(); os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)", 0, -signal.SIGTERM, STOPPED),
    ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); train(); os.kill(os.getpid(), 15)", 0, 7, STOPPED),
    ("import threading\nt = threading.Thread(target=train); t.start(); t.join(); watcher.finish()", 0, 0, COMPLETED),
    # In the middle of training, wherever it is.
    ("os.write(go, b'x'); train(10**9)", signal.SIGINT, -signal.SIGINT, STOPPED),
    ("os.write(go, b'x'); train(10**9)", signal.SIGTERM, -signal.SIGTERM, STOPPED),
]


def test_every_end_is_told(tmp_path):
    results = run(tmp_path, [(body, number) for body, number, _, _ in ENDS])
    for (body, number, code, status), (ended, events, err) in zip(ENDS, results):
        assert ended == code, (body, err)
        finished = events[-1].run_finished
        assert (finished.status, finished.dropped_events) == (status, 0), body
        steps = [e.step.step for e in events if e.HasField("step")]
        assert steps == list(range(len(steps))), body
        assert len(steps) > 10 if number else len(steps) == 5, body
        expected = {1: "RuntimeError: mine", -signal.SIGINT: "KeyboardInterrupt"}.get(code)
        assert err.splitlines()[-1:] == ([expected] if expected else []), body


FORKS = """
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.randn(24, 3))
for epoch in range(2):
    for (x,) in DataLoader(data, batch_size=6, num_workers=2):
        opt.zero_grad()
        net(x).square().mean().backward()
        opt.step()
pid = os.fork()
if pid == 0:
    train(3)             # a child that trains on
    watcher.finish()
    raise RuntimeError("in the child")
assert os.waitpid(pid, 0)[1] >> 8 == 1
up, said = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(said, b"x")
    time.sleep(60)
    os._exit(1)
os.read(up, 1)
os.kill(pid, signal.SIGTERM)
assert os.waitpid(pid, 0)[1] == signal.SIGTERM
watcher.finish()
"""

CLIENT = """
watcher.finish()
if {client!r} == "kafka": sys.modules["confluent_kafka"] = None
watcher = thermograd.watch(net, opt, sink="kafka://127.0.0.1:1")
train(3)
pid = os.fork()
if pid == 0:
    train(3)
    sys.exit(4)
assert os.waitpid(pid, 0)[1] >> 8 == 4
watcher.finish(seconds=0.1)
"""


def test_forked_children_send_nothing_and_end_as_they_would(tmp_path):
    pytest.importorskip("confluent_kafka")
    pytest.importorskip("kafka")
    clients = [(CLIENT.format(client=c), 0) for c in ("confluent_kafka", "kafka")]
    results = list(run(tmp_path, [(FORKS, 0), *clients]))
    assert [code for code, _, _ in results] == [0, 0, 0], [err for _, _, err in results]
    events = results[0][1]
    assert [e.step.step for e in events if e.HasField("step")] == list(range(8))
    assert events[-1].run_finished.status == COMPLETED


def train(net, optimizer, first, last, seed=0):
    torch.manual_seed(seed)
    data = torch.randn(100, 6, 4)
    losses = []
    for t in range(first, last):
        optimizer.zero_grad()
        loss = net(data[t]).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def model(seed=0):
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))
    return net, torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)


def test_attached_in_mid_run_detached_and_attached_again(tmp_path):
    net, optimizer = model()
    plain = train(net, optimizer, 0, 40)

    net, optimizer = model()
    path = str(tmp_path / "x.tgr")
    watched = train(net, optimizer, 0, 10)
    first = thermograd.watch(net, optimizer, sink=path, run_id="again")
    first.log(step=10)
    watched += train(net, optimizer, 10, 20)
    first.finish("stopped")
    watched += train(net, optimizer, 20, 30)
    second = thermograd.watch(net, optimizer, sink=path, run_id="again")
    second.log(step=30)
    watched += train(net, optimizer, 30, 40)
    second.finish()

    assert watched == plain
    assert "step" not in optimizer.__dict__
    events = read(tmp_path / "x.tgr")
    assert [(s.attempt, s.step) for s in (e.step for e in events if e.HasField("step"))] == [
        *((0, t) for t in range(10, 20)),
        *((1, t) for t in range(30, 40)),
    ]
    ends_ = [e.run_finished for e in events if e.HasField("run_finished")]
    assert [(e.attempt, e.status) for e in ends_] == [(0, STOPPED), (1, COMPLETED)]


def test_two_runs_at_once_do_not_see_one_another(tmp_path):
    expected = [train(*model(seed), 0, 20, seed) for seed in (1, 2)]
    models = [model(seed) for seed in (1, 2)]
    watchers = [
        thermograd.watch(net, optimizer, sink=str(tmp_path / f"{n}.tgr"), run_id=f"run-{n}")
        for n, (net, optimizer) in enumerate(models)
    ]
    losses = [[], []]
    for t in range(20):
        for n, (net, optimizer) in enumerate(models):
            losses[n] += train(net, optimizer, t, t + 1, seed=n + 1)
    watchers[0].finish()
    watchers[1].finish()
    assert losses == expected
    for n in range(2):
        events = read(tmp_path / f"{n}.tgr")
        steps = [e.step for e in events if e.HasField("step")]
        assert {s.run_id for s in steps} == {f"run-{n}"}
        assert [s.step for s in steps] == list(range(20))
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert sys.excepthook is sys.__excepthook__


def test_one_name_is_one_run(sink):
    net, optimizer = model()
    with thermograd.watch(net, optimizer, sink=sink, run_id="mine"):
        with pytest.raises(ValueError, match="run_id should be of a run that is not being watched: was 'mine'"):
            thermograd.watch(*model(1), sink=sink, run_id="mine")
    names = {thermograd.watch(*model(n), sink=sink).run_id for n in range(5)}
    assert len(names) == 5


def test_one_recording_is_one_run(tmp_path):
    path = str(tmp_path / "x.tgr")
    with thermograd.watch(*model(), sink=path):
        with pytest.raises(OSError, match="another run records to"):
            thermograd.watch(*model(1), sink=path)
    thermograd.watch(*model(), sink=path).finish()
    # A watch that fails lets go of it.
    with pytest.raises(ValueError, match="dim"):
        thermograd.watch(*model(), sink=path, dim=3)
    thermograd.watch(*model(), sink=path).finish()


@pytest.mark.parametrize("name", ["TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT"])
def test_restarts_that_a_launcher_counts_are_attempts(sink, monkeypatch, name):
    monkeypatch.setattr(settings, "_begun", {})
    monkeypatch.setenv(name, "3")
    thermograd.watch(*model(), sink=sink, run_id="mine").finish()
    assert sink.started.attempt == 3
    assert settings.next_attempt(None) == 0, "a run that has just been named has no earlier attempts"
    assert settings.next_attempt("mine") == 4


def test_a_further_attempt_is_added_to_the_recording(tmp_path):
    path = str(tmp_path / "x.tgr")
    for attempt in (0, 1, 5):
        thermograd.watch(*model(), sink=path, run_id="r", attempt=attempt).finish()
    started = [e.run_started.attempt for e in read(tmp_path / "x.tgr") if e.HasField("run_started")]
    assert started == [0, 1, 5]
    thermograd.watch(*model(), sink=path, run_id="r", attempt=0).finish()
    assert len(read(tmp_path / "x.tgr")) == 2


def test_a_watcher_that_is_thrown_away_ends_its_run(sink):
    gc.collect()  # of those before
    scaler_step = _scaler_class().step
    net, optimizer = model()
    thermograd.watch(net, optimizer, sink=sink)
    train(net, optimizer, 0, 3)
    del net, optimizer
    gc.collect()
    assert _scaler_class().step is scaler_step
    deadline = time.monotonic() + 10
    while not sink.closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sink.finished.status == STOPPED
    assert len(sink.steps) == 3


@pytest.mark.parametrize(
    "error, status",
    [
        (None, "completed"),
        (SystemExit(), "completed"),
        (SystemExit(0), "completed"),
        (SystemExit(1), "failed"),
        (SystemExit("why"), "failed"),
        (KeyboardInterrupt(), "stopped"),
        (GeneratorExit(), "stopped"),
        (ValueError(), "failed"),
    ],
)
def test_what_an_exception_says_of_a_run(error, status):
    assert status_of(None if error is None else type(error), error) == status
