"""Data-parallel trainings in real processes over gloo, against the same numbers computed by hand in float64."""

import copy
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import ddp_training as training
import thermograd
from test_reporter import read
from test_watch import flat, vector
from thermograd import Sketcher, ranks
from thermograd.distributed import SharedRecordingSink
from thermograd.sinks import RecordingSink
from thermograd import thermograd_pb2 as pb

HERE = pathlib.Path(__file__).parent
pytestmark = pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")


def run(folder, sink, variant="", size=2):
    """What each rank printed."""
    store = folder / f"store-{sink if sink == 'none' else 'watched'}"
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE.parent / "src"),
        "OMP_NUM_THREADS": "1",
        "WORLD_SIZE": str(size),
        "GLOO_SOCKET_IFNAME": "lo",
    }
    processes = [
        subprocess.Popen(
            [sys.executable, str(HERE / "ddp_training.py"), str(store), str(sink), variant],
            env={**environment, "RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(size)
    ]
    answers = []
    for process in processes:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        answers.append(json.loads(out.splitlines()[-1]))
    return answers


def gradient(state, x, y):
    net = training.model().double()
    net.load_state_dict({name: value.double() for name, value in state.items()})
    return [g.float() for g in torch.autograd.grad(training.loss_of(net, x.double(), y), list(net.parameters()))]


@pytest.mark.parametrize(
    "variant, size",
    [
        ("accumulate-views-buckets-decay", 2),
        ("accumulate-clip", 2),
        ("adam-buckets-static", 3),
        ("hook", 2),
    ],
)
def test_each_rank_sends_its_own_gradient_and_no_bit_of_the_training_changes(variant, size, tmp_path):
    file = tmp_path / "ranks.tgr"
    plain, watched = run(tmp_path, "none", variant, size), run(tmp_path, file, variant, size)
    assert len({a["weights"] for a in plain + watched}) == 1
    assert [a["random"] for a in plain] == [a["random"] for a in watched]
    assert [a["lost"] for a in watched] == [0] * size

    events = read(file)
    started = [e.run_started for e in events if e.HasField("run_started")]
    assert [(s.run_id, s.world_size, s.sketch_seed, s.dataset_size) for s in started] == [("ranks", size, 5, 999)]
    assert events[0].HasField("run_started")
    assert events[-1].run_finished.status == pb.RunFinished.COMPLETED
    steps = {(e.step.step, e.step.rank): e.step for e in events if e.HasField("step")}
    assert sorted(steps) == [(t, r) for t in range(training.STEPS) for r in range(size)]
    assert {e.step.run_id for e in events if e.HasField("step")} == {"ranks"}

    thetas = torch.load(f"{file}.pt")
    chunks = 3 if "accumulate" in variant else 1
    shapes = list(training.model().parameters())
    sketcher = Sketcher(shapes, 256, seed=5)
    for t in range(training.STEPS):
        state = thetas[t]
        parameters = sketcher.sketch([state[name] for name in state]).numpy()
        rows = {}
        for r in range(size):
            for j in range(chunks):
                rows[r, j] = sketcher.sketch(gradient(state, *training.batch(t, j, r))).numpy()
        factor = 1.0
        if "clip" in variant:
            mean = np.mean([flat(gradient(state, *training.batch(t, j, r))) for r, j in rows], axis=0)
            factor = min(1.0, 0.05 / (np.linalg.norm(mean) + 1e-6))
        for r in range(size):
            step = steps[t, r]
            assert not step.HasField("batch_size") and not step.HasField("grad_sketch")
            assert step.HasField("loss")
            if r == 0:
                np.testing.assert_allclose(vector(step.param_sketch), parameters, atol=3e-6)
            else:
                assert not step.HasField("param_sketch")
            if "clip" in variant and t == 0:
                assert not step.micro_batches  # by how much was not known yet
                continue
            assert [m.examples for m in step.micro_batches] == [training.SIZE] * chunks
            decay = 0.01 * parameters if "decay" in variant else 0
            for j, m in enumerate(step.micro_batches):
                np.testing.assert_allclose(vector(m.grad_sketch), factor * rows[r, j] + decay, atol=3e-5)


def test_the_noise_of_the_ranks_is_the_noise_of_the_examples(tmp_path):
    """The spread of what the ranks sent is that of the gradients taken by hand, within the sketch's error."""
    file = tmp_path / "ranks.tgr"
    run(tmp_path, file, "accumulate")
    thetas = torch.load(f"{file}.pt")
    events = [e.step for e in read(file) if e.HasField("step")]
    sent, exact = [], []
    for t in range(training.STEPS):
        rows = np.array([vector(m.grad_sketch) for e in events if e.step == t for m in e.micro_batches])
        sent.append(rows.var(axis=0, ddof=1).sum())
        by_hand = [flat(gradient(thetas[t], *training.batch(t, j, r))) for r in range(2) for j in range(3)]
        exact.append(np.var(by_hand, axis=0, ddof=1).sum())
    # One sketch: Var‖Sx‖² ≤ 4‖x‖⁴/dim for each of 5 contrasts a step; they share S, so only dim helps.
    assert abs(np.mean(sent) / np.mean(exact) - 1) < 4 * np.sqrt(4 / 256 / 5)


@pytest.fixture
def alone(tmp_path):
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path / 'store'}", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


def test_one_process_is_no_ranks(alone, sink):
    net = nn.parallel.DistributedDataParallel(training.model())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with thermograd.watch(net, optimizer, sink=sink):
        training.loss_of(net, *training.batch(0, 0, 0)).backward()
        optimizer.step()
    assert sink.started.world_size == 1
    assert sink.steps[0].batch_size == training.SIZE


@pytest.fixture
def two(alone, monkeypatch):
    """As if there were another one."""
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda group=None: 2)


def test_refuses_what_it_could_not_follow(two, sink):
    net = training.model()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with pytest.raises(ValueError, match="model should be the DistributedDataParallel module .*: was Sequential"):
        thermograd.watch(net, optimizer, sink=sink)
    hooked = nn.parallel.DistributedDataParallel(training.model())
    hooked.register_comm_hook(None, training.halves)
    with pytest.raises(ValueError, match="should have no communication hook .*call register_comm_hook after watch"):
        thermograd.watch(hooked, torch.optim.SGD(hooked.parameters(), lr=0.1), sink=sink)
    ddp = nn.parallel.DistributedDataParallel(net)
    both = torch.optim.SGD([*net.parameters(), nn.Parameter(torch.ones(2))], lr=0.1)
    with pytest.raises(ValueError, match="optimizer should have parameters of the Distributed.* only: has 1 others"):
        thermograd.watch(ddp, both, sink=sink)
    probing = thermograd.Probing(lambda b: None, None)
    with pytest.raises(ValueError, match="probing should be None where several processes train"):
        thermograd.watch(ddp, optimizer, sink=sink, probing=probing)
    assert getattr(both, "_thermograd", None) is None


def test_nobody_waits_for_a_first_process_that_cannot_begin(two, tmp_path, monkeypatch, sink):
    net = nn.parallel.DistributedDataParallel(training.model())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    number = next(ranks._NUMBER)
    monkeypatch.setattr(ranks, "_NUMBER", iter([number, number]))
    with pytest.raises(OSError):
        thermograd.watch(net, optimizer, sink=str(tmp_path / "nowhere" / "x.tgr"))
    monkeypatch.setattr(torch.distributed, "get_rank", lambda group=None: 1)
    with pytest.raises(ValueError, match="the first process should be able to watch: it is not, and says why"):
        thermograd.watch(net, optimizer, sink=sink)


def test_one_recording_of_several_is_not_taken_from_another_run(tmp_path):
    path = str(tmp_path / "x.tgr")
    alone = RecordingSink(path)
    with pytest.raises(BlockingIOError, match="another run records to"):
        SharedRecordingSink(path, True, False)
    alone.close(0)
    first, second = SharedRecordingSink(path, True, False), SharedRecordingSink(path, False, False)
    for n in range(4):
        (first, second)[n % 2].send(pb.Event(step=pb.StepEvent(run_id="r", step=n)))
    assert [e.step.step for e in read(tmp_path / "x.tgr")] == [0, 1, 2, 3]
    thief = RecordingSink(path, append=True)
    with pytest.raises(BlockingIOError, match="another run records to"):
        second.send(pb.Event(step=pb.StepEvent(run_id="r", step=4)))
    thief.close(0)
    second.send(pb.Event(step=pb.StepEvent(run_id="r", step=4)))
    assert len(read(tmp_path / "x.tgr")) == 5


def test_watches_again_after_it_was_finished(two, tmp_path):
    net = nn.parallel.DistributedDataParallel(training.model())
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for n in range(2):
        file = tmp_path / f"{n}.tgr"
        watcher = thermograd.watch(net, optimizer, sink=str(file), run_id="ranks-again")
        watcher._reporter._ranks.say("done")  # the other one
        optimizer.zero_grad()
        training.loss_of(net, *training.batch(0, n, 0)).backward()
        optimizer.step()
        watcher.finish()
        steps = [e.step for e in read(file) if e.HasField("step")]
        assert [[m.examples for m in s.micro_batches] for s in steps] == [[training.SIZE]]
        training.loss_of(net, *training.batch(1, n, 0)).backward()
