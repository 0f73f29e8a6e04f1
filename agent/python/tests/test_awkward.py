"""Models and trainers that are not the plain case: handled, or refused with one sentence."""

import copy
import importlib
import logging
from collections import defaultdict

import numpy as np
import pytest
import torch
from torch import nn

import thermograd
from test_watch import OPTIMIZERS, batch, flat, loss_of, model, train, vector
from thermograd.scaling import _scaler_class

_grad_scaler = importlib.import_module(_scaler_class().__module__)

pytestmark = pytest.mark.usefixtures("either")


def by_hand(net, x, y):
    twin = copy.deepcopy(net).double()
    x = x.double() if x.is_floating_point() else x
    parameters = [p for p in twin.parameters() if p.requires_grad]
    return [g if not g.is_sparse else g.to_dense() for g in torch.autograd.grad(loss_of(twin, x, y), parameters)]


def test_parameters_that_come_late_are_a_new_attempt(sink):
    net = model()
    late = nn.Linear(3, 3)
    optimizer = OPTIMIZERS["momentum"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink, run_id="late", attempt=0):
        train(net, optimizer, steps=2)
        optimizer.add_param_group({"params": late.parameters(), "lr": 0.1})
        whole = nn.Sequential(net, late)
        for t in (2, 3):
            optimizer.zero_grad()
            x, y = batch(t, 0)
            expected = flat(by_hand(whole, x, y))
            loss_of(whole, x, y).backward()
            optimizer.step()
    starts = [e.run_started for e in sink.events if e.HasField("run_started")]
    assert [(s.attempt, s.parameter_count) for s in starts] == [(0, 75), (1, 87)]
    assert [(s.attempt, s.step) for s in sink.steps] == [(0, 0), (0, 1), (1, 2), (1, 3)]
    for step in sink.steps[2:]:
        assert len(vector(step.micro_batches[0].grad_sketch)) == 87
        assert len(vector(step.param_sketch)) == 87
    np.testing.assert_allclose(vector(sink.steps[3].micro_batches[0].grad_sketch), expected, atol=1e-6)
    assert sink.finished.attempt == 1


def test_a_frozen_layer_that_thaws_is_a_new_attempt(sink):
    net = model()
    net[0].requires_grad_(False)
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        train(net, optimizer, steps=1)
        net[0].requires_grad_(True)
        train(net, optimizer, steps=2)
    starts = [e.run_started for e in sink.events if e.HasField("run_started")]
    assert [(s.attempt, s.parameter_count) for s in starts] == [(0, 27), (1, 75)]
    assert [(s.attempt, len(s.micro_batches)) for s in sink.steps] == [(0, 3), (1, 1), (1, 3)]


def test_a_layer_that_freezes_has_no_gradient_from_then_on(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        train(net, optimizer, steps=1, chunks=1)
        net[0].requires_grad_(False)
        optimizer.zero_grad(set_to_none=True)
        train(net, optimizer, steps=1, chunks=1)
    before, after = (vector(s.micro_batches[0].grad_sketch) for s in sink.steps)
    assert np.any(before[:48]) and not np.any(after[:48]) and np.any(after[48:])


class Words(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(20, 5, sparse=True)
        self.out = nn.Linear(5, 3)

    def forward(self, words):
        return self.out(self.table(words).mean(1))


@pytest.mark.parametrize("kind", ["sgd", "sparse_adam"])
def test_sparse_gradients(kind, sink):
    net = Words()
    if kind == "sgd":
        optimizer, watched = torch.optim.SGD(net.parameters(), lr=0.1), slice(0, None)
    else:
        optimizer, watched = torch.optim.SparseAdam(list(net.table.parameters()), lr=0.1), slice(0, 100)
    expected = []
    with thermograd.watch(net, optimizer, sink=sink):
        for t in range(3):
            net.zero_grad(set_to_none=True)
            rows = []
            for j in range(2):
                generator = torch.Generator().manual_seed(10 * t + j)
                x, y = torch.randint(20, (4, 6), generator=generator), torch.randint(3, (4,), generator=generator)
                rows.append(flat(by_hand(net, x, y))[watched])
                (loss_of(net, x, y) / 2).backward()
            expected.append((rows, flat(net.parameters())[watched]))
            optimizer.step()
    assert len(sink.steps) == 3
    for step, (rows, theta) in zip(sink.steps, expected):
        assert [m.examples for m in step.micro_batches] == [4, 4]
        for m, row in zip(step.micro_batches, rows):
            np.testing.assert_allclose(vector(m.grad_sketch), row, atol=1e-6)
        np.testing.assert_allclose(vector(step.param_sketch), theta, atol=1e-6)


def test_shared_weights_count_once(sink):
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(5, 5, bias=False)
            self.second = nn.Linear(5, 5, bias=False)
            self.second.weight = self.first.weight

        def forward(self, x):
            return self.second(torch.tanh(self.first(x)))

    net = Tied()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink):
        x, y = batch(0, 0)
        expected = flat(by_hand(net, x, y))
        loss_of(net, x, y).backward()
        optimizer.step()
    assert sink.started.parameter_count == 25
    np.testing.assert_allclose(vector(sink.steps[0].micro_batches[0].grad_sketch), expected, atol=1e-6)


def test_several_optimizers_are_runs_of_their_own(sink, tmp_path):
    from conftest import ListSink

    other = ListSink()
    generator, critic = nn.Linear(4, 5), model()
    first = torch.optim.Adam(generator.parameters(), lr=0.01)
    second = OPTIMIZERS["sgd"](critic.parameters())
    one = thermograd.watch(generator, first, sink=sink)
    two = thermograd.watch(critic, second, sink=other)
    assert one.run_id != two.run_id
    expected = []
    for t in range(3):
        x, y = batch(t, 0)
        noise = torch.randn(4, 4, generator=torch.Generator().manual_seed(t))
        second.zero_grad()
        loss_of(critic, x, y).backward()
        expected.append(flat([p.grad for p in critic.parameters()]))
        second.step()
        first.zero_grad()
        # This leaves gradients in the critic, which its next zero_grad() throws away.
        critic(generator(noise)).square().mean().backward()
        first.step()
    one.finish(), two.finish()
    assert len(sink.steps) == len(other.steps) == 3
    for step, row in zip(other.steps, expected):
        assert len(step.micro_batches) == 1
        np.testing.assert_allclose(vector(step.micro_batches[0].grad_sketch), row, atol=1e-6)


def test_two_optimizers_over_one_model_see_their_own_parameters(sink):
    from conftest import ListSink

    other = ListSink()
    net = model()
    first = OPTIMIZERS["sgd"](net[0].parameters())
    second = OPTIMIZERS["adam"](net[2].parameters())
    with thermograd.watch(net, first, sink=sink), thermograd.watch(net, second, sink=other):
        for t in range(2):
            net.zero_grad()
            x, y = batch(t, 0)
            whole = flat(by_hand(net, x, y))
            loss_of(net, x, y).backward()
            first.step(), second.step()
    np.testing.assert_allclose(vector(sink.steps[1].micro_batches[0].grad_sketch), whole[:48], atol=1e-6)
    # Adam adds its decay to the gradient, of the parameters before its step.
    assert len(vector(other.steps[1].micro_batches[0].grad_sketch)) == 27


def test_groups_with_different_learning_rates_have_no_one_learning_rate(sink, caplog):
    net = model()
    optimizer = torch.optim.SGD([{"params": net[0].parameters(), "lr": 0.1}, {"params": net[2].parameters(), "lr": 0.01}], lr=1)
    with caplog.at_level(logging.WARNING, "thermograd"), thermograd.watch(net, optimizer, sink=sink):
        train(net, optimizer, steps=3)
        optimizer.param_groups[1]["lr"] = 0.1
        train(net, optimizer, steps=1)
    for step in sink.steps[:3]:
        assert not step.HasField("learning_rate")
        assert dict(step.tracked) == {"learning_rate_0": 0.1, "learning_rate_1": 0.01}
    assert sink.steps[3].learning_rate == 0.1 and not sink.steps[3].tracked
    assert [r.getMessage().count("different learning rates") for r in caplog.records] == [1]


@pytest.mark.parametrize("chunks, accumulation", [(1, "mean"), (3, "mean"), (3, "sum")])
def test_raw_and_clipped_norms_are_both_sent(chunks, accumulation, sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    share = chunks if accumulation == "sum" else 1
    with thermograd.watch(net, optimizer, sink=sink, accumulation=accumulation):
        for t in range(2):
            optimizer.zero_grad()
            for j in range(chunks):
                loss = loss_of(net, *batch(t, j))
                (loss if accumulation == "sum" else loss / chunks).backward()
            if t == 0:
                raw = float(nn.utils.clip_grad_norm_(net.parameters(), 0.01))
            optimizer.step()
    clipped, plain = sink.steps
    assert clipped.raw_grad_sqnorm == pytest.approx((raw / share) ** 2, rel=1e-5)
    assert clipped.grad_sqnorm == pytest.approx((0.01 / share) ** 2, rel=1e-3)
    assert not plain.HasField("raw_grad_sqnorm")


def test_single_passes_keep_their_raw_norms_once_something_clips(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    raws = {}
    with thermograd.watch(net, optimizer, sink=sink):
        for t in range(9):
            optimizer.zero_grad()
            loss_of(net, *batch(t, 0)).backward()
            if t >= 3 and t != 6:
                raws[t] = float(nn.utils.clip_grad_norm_(net.parameters(), 0.01))
            optimizer.step()
    # The first one is known when it is too late.
    assert [t for t, s in enumerate(sink.steps) if s.HasField("raw_grad_sqnorm")] == [4, 5, 7, 8]
    for t in (4, 5, 7, 8):
        assert sink.steps[t].raw_grad_sqnorm == pytest.approx(raws[t] ** 2, rel=1e-5)
    for t in raws:
        assert sink.steps[t].grad_sqnorm == pytest.approx(1e-4, rel=1e-3)


class Scaler(_scaler_class()):
    """torch's own step(), with by hand what it has no kernel for on a processor before torch 2.3."""

    def __init__(self):
        super().__init__(enabled=False)
        self._enabled = True
        self._scale = torch.tensor(1024.0)
        self._growth_tracker = torch.tensor(0)
        self._per_optimizer_states = defaultdict(
            lambda: {"stage": _grad_scaler.OptState.READY, "found_inf_per_device": {}}
        )

    def scale(self, loss):
        return loss * self._scale

    def _unscale_grads_(self, optimizer, inv_scale, found_inf, allow_fp16):
        grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        bad = float(any(not torch.isfinite(g).all() for g in grads))
        for g in grads:
            g *= inv_scale
        return {torch.device("cpu"): torch.tensor([bad])}

    def update(self):
        for state in self._per_optimizer_states.values():
            if any(v.item() for v in state["found_inf_per_device"].values()):
                self._scale *= 0.5
            state.update(stage=_grad_scaler.OptState.READY, found_inf_per_device={})


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("clip", [False, True])
def test_a_step_that_the_loss_scaler_skips_is_marked(clip, sink):
    net = model()
    optimizer = OPTIMIZERS["momentum"](net.parameters())
    scaler = Scaler()
    expected, raws = [], []
    with thermograd.watch(net, optimizer, sink=sink) as watcher:
        for t in range(4):
            optimizer.zero_grad()
            for j in range(2):
                scaler.scale(loss_of(net, *batch(t, j)) / 2).backward()
            if t == 1:
                net[2].bias.grad[:2] = torch.tensor([float("inf"), float("nan")])
            raws.append(np.linalg.norm(flat([p.grad for p in net.parameters()])) / float(scaler._scale))
            if clip:
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(net.parameters(), 0.05)
            before = flat(net.parameters())
            if t != 1:
                rows = [flat(by_hand(net, *batch(t, j))) for j in range(2)]
                factor = min(1, 0.05 / np.linalg.norm(np.mean(rows, axis=0))) if clip else 1
                expected.append([factor * r for r in rows])
            scaler.step(optimizer)
            scaler.update()
            watcher.log(loss=float(t))
            assert (t == 1) == np.array_equal(before, flat(net.parameters()))
    assert [s.step for s in sink.steps] == [0, 1, 2, 3]
    assert [s.loss_scale for s in sink.steps] == [1024, 1024, 512, 512]
    assert [s.loss for s in sink.steps] == [0, 1, 2, 3]
    skipped = sink.steps[1]
    assert skipped.nonfinite_count == (75 if clip else 2)
    assert not skipped.micro_batches and not skipped.HasField("grad_sqnorm") and not skipped.HasField("grad_sketch")
    taken = [s for s in sink.steps if s.step != 1]
    for step, rows in zip(taken, expected):
        assert not step.HasField("nonfinite_count")
        assert step.raw_grad_sqnorm == pytest.approx(raws[step.step] ** 2, rel=1e-4)
        for m, row in zip(step.micro_batches, rows):
            np.testing.assert_allclose(vector(m.grad_sketch), row, atol=3e-6, rtol=1e-3)


def test_a_fused_optimizer_that_unscales_by_itself(sink):
    """The protocol of torch 2: grad_scale and found_inf on the optimizer while its step runs."""

    class Fused(torch.optim.SGD):
        _step_supports_amp_scaling = True

    net = model()
    optimizer = Fused(net.parameters(), lr=0.0)
    expected = []
    with thermograd.watch(net, optimizer, sink=sink) as watcher:
        for t in range(2):
            optimizer.zero_grad()
            (512 * loss_of(net, *batch(t, 0))).backward()
            expected.append(flat(by_hand(net, *batch(t, 0))))
            with watcher.scaled(torch.tensor(512.0)):
                optimizer.grad_scale, optimizer.found_inf = torch.tensor(512.0), torch.tensor([float(t)])
                optimizer.step()
                del optimizer.grad_scale, optimizer.found_inf
    taken, skipped = sink.steps
    np.testing.assert_allclose(vector(taken.micro_batches[0].grad_sketch), expected[0], atol=1e-6)
    assert taken.grad_sqnorm == pytest.approx(np.sum(expected[0] ** 2), rel=1e-5)
    assert (skipped.nonfinite_count, len(skipped.micro_batches)) == (1, 0)
    assert not skipped.HasField("grad_sqnorm")


def test_parameters_stay_known_through_steps_that_a_fused_optimizer_skips(sink):
    net = model()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    thetas = []
    with thermograd.watch(net, optimizer, sink=sink) as watcher:
        for t in range(5):
            optimizer.zero_grad()
            loss_of(net, *batch(t, 0)).backward()
            thetas.append(flat(net.parameters()))
            with watcher.scaled(torch.tensor(1.0)):
                optimizer.grad_scale, optimizer.found_inf = torch.tensor(1.0), torch.tensor([float(t == 2)])
                if t == 2:
                    # What its kernel does: nothing.
                    for p in net.parameters():
                        p.grad = None
                optimizer.step()
    assert [s.HasField("nonfinite_count") for s in sink.steps] == [False, False, True, False, False]
    for step, theta in zip(sink.steps, thetas):
        np.testing.assert_allclose(vector(step.param_sketch), theta, atol=1e-6)


def test_scalers_are_left_as_they_were(sink):
    plain = _scaler_class().step
    net = model()
    with thermograd.watch(net, OPTIMIZERS["sgd"](net.parameters()), sink=sink):
        assert _scaler_class().step is not plain
    assert _scaler_class().step is plain


@pytest.mark.parametrize("kind", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("named", [False, True])
def test_gradients_that_a_closure_makes_inside_the_step(kind, named, sink):
    def run(watched):
        net = model()
        optimizer = torch.optim.LBFGS(net.parameters(), max_iter=3) if kind == "lbfgs" else OPTIMIZERS[kind](net.parameters())
        watcher = thermograd.watch(net, optimizer, sink=sink) if watched else None
        rows = []
        for t in range(3):

            def closure():
                optimizer.zero_grad()
                loss = loss_of(net, *batch(t, 0))
                loss.backward()
                return loss

            rows.append((flat(by_hand(net, *batch(t, 0))), flat(net.parameters()), float(loss_of(net, *batch(t, 0)))))
            optimizer.step(closure=closure) if named else optimizer.step(closure)
        if watcher:
            watcher.finish()
        return rows, flat(net.parameters())

    (rows, plain), (_, watched) = run(False), run(True)
    assert plain.tobytes() == watched.tobytes()
    assert len(sink.steps) == 3
    for step, (row, theta, loss) in zip(sink.steps, rows):
        assert step.loss == pytest.approx(loss, rel=1e-6)
        assert [m.examples for m in step.micro_batches] == [4]
        decay = 0.01 * theta if kind == "adam" else 0
        np.testing.assert_allclose(vector(step.micro_batches[0].grad_sketch), row + decay, atol=3e-6)
        np.testing.assert_allclose(vector(step.param_sketch), theta, atol=3e-6)
