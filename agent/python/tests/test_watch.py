"""What a watched training sends, against the same numbers computed by hand in float64."""

import copy
import random

import numpy as np
import pytest
import torch
from torch import nn

import thermograd
from thermograd import Sketcher
from thermograd import thermograd_pb2 as pb

pytestmark = pytest.mark.usefixtures("either")


def vector(v):
    return np.frombuffer(v.float32, dtype="<f4").astype(np.float64)


def flat(tensors):
    return torch.cat([t.detach().reshape(-1).double() for t in tensors]).numpy()


def model(seed=0, width=8):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(5, width), nn.Tanh(), nn.Linear(width, 3))


def batch(step, chunk, size=4):
    generator = torch.Generator().manual_seed(1_000 * step + chunk)
    return torch.randn(size, 5, generator=generator), torch.randint(3, (size,), generator=generator)


def loss_of(net, x, y):
    return nn.functional.cross_entropy(net(x), y)


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "nesterov": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True),
    "dampened": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5),
    "decayed": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.02),
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01),
}


def train(net, optimizer, steps=6, chunks=3, accumulation="mean", on_step=lambda t, thetas: None, watcher=None):
    for t in range(steps):
        optimizer.zero_grad()
        losses = []
        for j in range(chunks):
            loss = loss_of(net, *batch(t, j))
            (loss / chunks if accumulation == "mean" else loss).backward()
            losses.append(float(loss))
        on_step(t, net)
        optimizer.step()
        if watcher is not None:
            watcher.log(loss=sum(losses) / chunks, accuracy=0.5)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("accumulation", ["mean", "sum"])
def test_sends_gradients_and_parameters_as_they_are(name, accumulation, sink):
    net = model()
    optimizer = OPTIMIZERS[name](net.parameters())
    expected = []

    def by_hand(t, net):
        decay = optimizer.param_groups[0]["weight_decay"] if name in ("decayed", "adam") else 0
        rows = []
        for j in range(3):
            twin = copy.deepcopy(net).double()
            x, y = batch(t, j)
            grads = torch.autograd.grad(loss_of(twin, x.double(), y), list(twin.parameters()))
            share = 3 if accumulation == "sum" else 1
            rows.append(flat(grads) + decay / share * flat(net.parameters()))
        expected.append((rows, flat(net.parameters())))

    with thermograd.watch(net, optimizer, sink=sink, run_id="r", accumulation=accumulation) as watcher:
        train(net, optimizer, on_step=by_hand, watcher=watcher, accumulation=accumulation)

    assert [s.step for s in sink.steps] == list(range(6))
    for step, (rows, theta) in zip(sink.steps, expected):
        assert step.batch_size == 12
        assert [m.examples for m in step.micro_batches] == [4, 4, 4]
        for m, row in zip(step.micro_batches, rows):
            np.testing.assert_allclose(vector(m.grad_sketch), row, atol=3e-6)
        np.testing.assert_allclose(vector(step.param_sketch), theta, atol=3e-6)
        if not step.HasField("grad_sqnorm"):
            assert name in ("decayed", "adam")
        else:
            np.testing.assert_allclose(step.grad_sqnorm, np.square(np.mean(rows, axis=0)).sum(), rtol=1e-5)
        assert step.tracked["accuracy"] == 0.5
    assert sink.started.parameter_count == 75
    assert sink.finished.status == pb.RunFinished.COMPLETED


def test_says_what_the_run_is(sink):
    net = model()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4)
    with thermograd.watch(
        net, optimizer, sink=sink, run_id="named", dataset_size=100, budget_steps=7, labels={"team": "vision"}, attempt=2
    ):
        pass
    s = sink.started
    assert (s.run_id, s.attempt, s.dataset_size, s.budget_steps) == ("named", 2, 100, 7)
    assert (s.optimizer, s.momentum, s.weight_decay) == (pb.RunStarted.NESTEROV, 0.9, 1e-4)
    assert s.sampling == pb.RunStarted.WITHOUT_REPLACEMENT
    assert dict(s.labels) == {"team": "vision"}
    assert (s.sketch_scheme, s.sketch_dim) == ("identity", 75)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("width, chunks", [(30, 1), (200, 1), (200, 3), (10_000, 1)])
def test_changes_no_bit_of_the_training(name, width, chunks, sink):
    def run(watched):
        net = model(width=width)
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        optimizer = OPTIMIZERS[name](net.parameters())
        watcher = thermograd.watch(net, optimizer, sink=sink, dim=256) if watched else None
        train(net, optimizer, steps=20, chunks=chunks)
        state = (random.random(), np.random.rand(), torch.rand(1).item())
        if watcher:
            watcher.finish()
        return flat(net.parameters()), state

    plain, watched = run(False), run(True)
    assert plain[0].tobytes() == watched[0].tobytes()
    assert plain[1] == watched[1]


@pytest.mark.parametrize("width", [300, 2000])  # 64·dim floats lie between: the compiled sketch looks at so few
def test_follows_parameters_by_recursion_to_rounding(width, sink):
    net = model(width=width)
    optimizer = OPTIMIZERS["nesterov"](net.parameters())
    seen = []
    with thermograd.watch(net, optimizer, sink=sink, dim=256, seed=4):
        train(net, optimizer, steps=300, chunks=1, on_step=lambda t, n: seen.append([p.detach().clone() for p in n.parameters()]))
    sketcher = Sketcher(seen[0], 256, seed=4)
    for step, theta in zip(sink.steps, seen):
        np.testing.assert_allclose(vector(step.param_sketch), sketcher.sketch(theta).numpy(), atol=2e-4)


def test_sees_a_checkpoint_that_is_loaded_behind_its_back(sink):
    net = model()
    optimizer = OPTIMIZERS["momentum"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        train(net, optimizer, steps=2)
        net.load_state_dict(model(seed=9).state_dict())
        before = flat(net.parameters())
        train(net, optimizer, steps=1)
    np.testing.assert_allclose(vector(sink.steps[2].param_sketch), before, atol=1e-6)


@pytest.mark.parametrize("to_none", [True, False])
def test_forgets_gradients_that_were_thrown_away(to_none, sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        loss_of(net, *batch(0, 0)).backward()
        optimizer.zero_grad(set_to_none=to_none)
        loss_of(net, *batch(0, 1)).backward()
        expected = flat([p.grad for p in net.parameters()])
        optimizer.step()
    (step,) = sink.steps
    assert len(step.micro_batches) == 1
    np.testing.assert_allclose(vector(step.micro_batches[0].grad_sketch), expected, atol=1e-6)


def test_scaled_and_clipped_gradients_are_those_in_use(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        for j in range(2):
            (1024 * loss_of(net, *batch(0, j)) / 2).backward()
        for p in net.parameters():
            p.grad /= 1024
        nn.utils.clip_grad_norm_(net.parameters(), 0.01)
        used = flat([p.grad for p in net.parameters()])
        optimizer.step()
    (step,) = sink.steps
    rows = [vector(m.grad_sketch) for m in step.micro_batches]
    np.testing.assert_allclose(np.mean(rows, axis=0), used, atol=1e-7)
    assert np.linalg.norm(rows[0] - rows[1]) > 1e-4


def chunk_gradients(net, pairs):
    twin = copy.deepcopy(net).double()
    return [flat(torch.autograd.grad(loss_of(twin, x.double(), y), list(twin.parameters()))) for x, y in pairs]


def assert_chunks(step, examples, rows, scale=1.0):
    assert [m.examples for m in step.micro_batches] == examples
    for m, row in zip(step.micro_batches, rows):
        np.testing.assert_allclose(vector(m.grad_sketch), scale * row, atol=3e-6)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("chunks", [1, 2])
@pytest.mark.parametrize("to_none", [True, False])
def test_gradients_taken_apart_from_training_are_no_micro_batch(when, chunks, to_none, sink):
    """`torch.autograd.grad` runs hooks as a backward pass does, but adds to no `.grad`."""
    net = model()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    watcher = thermograd.watch(net, optimizer, sink=sink)
    rows = []

    def aside(t):
        torch.autograd.grad(loss_of(net, *batch(t, 7)), list(net.parameters()))

    for t in range(5):
        optimizer.zero_grad(set_to_none=to_none)
        pairs = [batch(t, j) for j in range(chunks)]
        rows.append(chunk_gradients(net, pairs))
        if when == "before":
            aside(t)
        for x, y in pairs:
            (loss_of(net, x, y) / chunks).backward()
        if when == "after":
            aside(t)
        optimizer.step()
    watcher.finish()
    assert [len(step.micro_batches) for step in sink.steps] == [chunks] * 5
    for step, expected in zip(sink.steps, rows):
        for micro, row in zip(step.micro_batches, expected):
            assert np.allclose(vector(micro.grad_sketch), row, rtol=0, atol=1e-5)


@pytest.mark.parametrize("to_none", [True, False])
def test_steps_of_one_pass_and_of_several_alternate(to_none, sink):
    net = model()
    optimizer = OPTIMIZERS["momentum"](net.parameters())
    counts = [1, 1, 1, 3, 1, 1, 2, 2, 1, 1]
    expected = []
    with thermograd.watch(net, optimizer, sink=sink):
        for t, m in enumerate(counts):
            pairs = [batch(t, j, size=4 + j) for j in range(m)]
            expected.append(chunk_gradients(net, pairs))
            optimizer.zero_grad(set_to_none=to_none)
            for x, y in pairs:
                (loss_of(net, x, y) / m).backward()
            optimizer.step()
    for step, m, rows in zip(sink.steps, counts, expected):
        assert_chunks(step, [4 + j for j in range(m)], rows)


def test_a_single_pass_is_seen_as_clipping_left_it(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    used = []
    with thermograd.watch(net, optimizer, sink=sink):
        for t in range(4):
            optimizer.zero_grad()
            loss_of(net, *batch(t, 0)).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.01)
            used.append(flat([p.grad for p in net.parameters()]))
            optimizer.step()
    for step, row in zip(sink.steps, used):
        assert_chunks(step, [4], [row])
        assert step.grad_sqnorm == pytest.approx(1e-4, rel=1e-3)


@pytest.mark.parametrize("to_none", [True, False])
@pytest.mark.parametrize("clear_first", [True, False])
def test_a_pass_whose_step_was_skipped_is_forgotten_in_a_row_of_single_ones(to_none, clear_first, sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    expected = []
    with thermograd.watch(net, optimizer, sink=sink):
        for t in range(8):
            x, y = batch(t, 0)
            if clear_first:
                optimizer.zero_grad(set_to_none=to_none)
            out = net(x)
            if not clear_first:
                optimizer.zero_grad(set_to_none=to_none)
            nn.functional.cross_entropy(out, y).backward()
            if t not in (3, 6):
                expected.append(chunk_gradients(net, [(x, y)]))
                optimizer.step()
    for step, rows in zip(sink.steps, expected):
        assert_chunks(step, [4], rows)


def test_two_forward_passes_before_a_step_end_the_row_of_single_ones(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    sums = []
    with thermograd.watch(net, optimizer, sink=sink):
        for t in range(6):
            optimizer.zero_grad()
            pairs = [batch(t, 0), batch(t, 1)] if t >= 3 else [batch(t, 0)]
            losses = [loss_of(net, x, y) / len(pairs) for x, y in pairs]
            for loss in losses:
                loss.backward()
            sums.append(flat([p.grad for p in net.parameters()]))
            optimizer.step()
    assert [len(s.micro_batches) for s in sink.steps] == [1, 1, 1, 0, 0, 0]
    for step, row in zip(sink.steps[3:], sums[3:]):
        np.testing.assert_allclose(vector(step.grad_sketch), row, atol=1e-6)


def test_a_look_at_the_model_between_steps_costs_that_step_its_examples_at_most(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        for t in range(9):
            if t == 3:
                with torch.no_grad():
                    net(batch(50, 0)[0])
            if t == 5:
                net(batch(50, 0)[0])
            train(net, optimizer, steps=1, chunks=1)
    known = [s.batch_size for s in sink.steps]
    assert known == [4, 4, 4, 4, 4, 0, 4, 4, 4]


def test_frozen_and_unused_parameters_and_shared_weights(sink):
    class Shared(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = model()
            self.unused = nn.Linear(4, 4)
            self.again = self.body[2]

        def forward(self, x):
            return self.body(x) + self.again(torch.tanh(self.body[0](x)))

    net = Shared()
    net.body[0].weight.requires_grad_(False)
    optimizer = OPTIMIZERS["momentum"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        train(net, optimizer, steps=3)
    assert sink.started.parameter_count == 75 - 40 + 20
    assert len(sink.steps) == 3


def test_a_model_that_takes_no_tensor_needs_to_be_told_its_examples(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(None, optimizer, sink=sink) as watcher:
        train(net, optimizer, steps=1, chunks=2)
        watcher.log(examples=9)
        train(net, optimizer, steps=1, chunks=2)
    told, untold = sink.steps
    assert [m.examples for m in told.micro_batches] == [5, 4]
    assert not untold.HasField("batch_size")
    assert untold.HasField("grad_sketch")


def test_leaves_no_trace_when_it_is_finished(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        with pytest.raises(ValueError, match="watched already"):
            thermograd.watch(net, optimizer, sink=sink)
        train(net, optimizer, steps=1)
    assert "step" not in optimizer.__dict__
    assert not net._forward_pre_hooks
    assert all(not p._backward_hooks for p in net.parameters())
    train(net, optimizer, steps=1)
    assert len(sink.steps) == 1
    with thermograd.watch(net, optimizer, sink=sink):
        train(net, optimizer, steps=1)


def test_a_scheduler_over_the_watcher_keeps_working(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    watcher = thermograd.watch(net, optimizer, sink=sink)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.5)
    for t in range(3):
        train(net, optimizer, steps=1)
        scheduler.step()
    watcher.finish()
    assert [round(s.learning_rate, 6) for s in sink.steps] == [0.1, 0.05, 0.025]
    train(net, optimizer, steps=1)
    assert len(sink.steps) == 3


def test_an_error_ends_the_run_as_failed(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with pytest.raises(RuntimeError, match="mine"):
        with thermograd.watch(net, optimizer, sink=sink):
            raise RuntimeError("mine")
    assert sink.finished.status == pb.RunFinished.FAILED


@pytest.mark.parametrize(
    "arguments, message",
    [
        (dict(sink="ftp://x"), r'sink should be given as "kafka://HOST:PORT", "http://HOST:PORT" or "FILE.tgr": was \'ftp://x\''),
        (dict(accumulation="max"), 'accumulation should be "mean" or "sum": was \'max\''),
        (dict(run_id="a/b"), "run_id should be 1 to 200 characters without '/': was 'a/b'"),
        (dict(dataset_size=0), "dataset_size should be a whole number of at least 1: was 0"),
        (dict(sampling="some"), "sampling should be one of with_replacement, without_replacement: was 'some'"),
        (dict(dim=1000), "dim should be a power of two from 256 to 1048576: was 1000"),
    ],
)
def test_refuses_wrong_arguments_in_one_line(arguments, message, sink):
    net = model()
    with pytest.raises(ValueError, match=message):
        thermograd.watch(net, OPTIMIZERS["sgd"](net.parameters()), **{"sink": sink, **arguments})


def test_a_running_loss_is_read_when_it_is_logged(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    running = torch.zeros(())
    with thermograd.watch(net, optimizer, sink=sink) as watcher:
        for t in range(4):
            train(net, optimizer, steps=1, chunks=1)
            running += 1
            watcher.log(loss=running, seen=running)
    assert [(s.loss, s.tracked["seen"]) for s in sink.steps] == [(t, t) for t in (1.0, 2.0, 3.0, 4.0)]
