"""The callbacks under stand-ins that call them in the order which the frameworks document.

`real_packages.py` runs the same callbacks under the real ones, where they are installed.
"""

import importlib
import sys
import types

import numpy as np
import pytest
import torch
from torch import nn

from test_watch import batch, flat, loss_of, model, vector
from thermograd import thermograd_pb2 as pb


@pytest.fixture
def fake(monkeypatch):
    """Puts a module of that name in place, and imports what needs it."""

    def put(name, target, **contents):
        parts = name.split(".")
        for n in range(1, len(parts) + 1):
            module = types.ModuleType(".".join(parts[:n]))
            monkeypatch.setitem(sys.modules, module.__name__, module)
        vars(module).update(contents)
        monkeypatch.delitem(sys.modules, target, raising=False)
        return importlib.import_module(target)

    yield put
    for target in ("thermograd.lightning", "thermograd.huggingface"):
        sys.modules.pop(target, None)


# ---- Lightning


class Callback:
    """lightning.pytorch.callbacks.Callback: every hook there, doing nothing."""

    def state_dict(self):
        return {}

    def load_state_dict(self, state_dict):
        pass


for _hook in ("on_train_start", "on_train_batch_start", "on_train_batch_end", "on_validation_end", "on_train_end"):
    setattr(Callback, _hook, lambda self, *args: None)
for _hook in ("on_exception", "teardown"):
    setattr(Callback, _hook, lambda self, *args, **kwargs: None)


class FakeLightning:
    """Lightning 2's fit with automatic optimization: the backward pass is in a closure of the optimizer's step; batches
    that only accumulate call the closure alone; zero_grad is in the closure, of the first batch of a step."""

    def __init__(self, callback, net, optimizer, accumulate=1, global_step=0):
        self.callback, self.net, self.model = callback, net, net
        self.optimizers = [optimizer]
        self.accumulate = accumulate
        self.global_step = global_step
        self.train_dataloader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.zeros(80, 5)))
        self.estimated_stepping_batches = 10
        self.callback_metrics = {}
        self.sanity_checking = False

    def fit(self, batches, fail=None):
        callback, net, optimizer = self.callback, self.net, self.optimizers[0]
        try:
            callback.on_train_start(self, net)
            for i in range(batches):
                rows = list(batch(i // self.accumulate, i % self.accumulate))
                callback.on_train_batch_start(self, net, rows, i)
                if fail is not None and i == 3:
                    raise fail
                kept = []

                def closure():
                    loss = loss_of(net, *rows)
                    if i % self.accumulate == 0:
                        optimizer.zero_grad()
                    kept.append(loss / self.accumulate)
                    kept[0].backward()
                    return kept[0]

                if (i + 1) % self.accumulate:
                    closure()
                else:
                    optimizer.step(closure=closure)
                    self.global_step += 1
                callback.on_train_batch_end(self, net, {"loss": kept[0].detach().clone()}, rows, i)
            self.callback_metrics["val_loss"] = torch.tensor(0.75)
            callback.on_validation_end(self, net)
            callback.on_train_end(self, net)
        except BaseException as error:
            callback.on_exception(self, net, error)
            raise
        finally:
            callback.teardown(self, net, stage="fit")


@pytest.fixture
def lightning(fake):
    return fake("lightning.pytorch.callbacks", "thermograd.lightning", Callback=Callback)


def train_by_hand(steps, chunks):
    net = model()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    rows, losses = [], []
    for t in range(steps):
        optimizer.zero_grad()
        of_step = []
        for j in range(chunks):
            loss = loss_of(net, *batch(t, j))
            rows.append(flat(torch.autograd.grad(loss, list(net.parameters()), retain_graph=True)))
            (loss / chunks).backward()
            of_step.append(loss.item())
        losses.append(np.mean(of_step))
        optimizer.step()
    return flat(net.parameters()), rows, losses


@pytest.mark.parametrize("accumulate", [1, 2])
def test_lightning(lightning, accumulate, sink):
    net = model()
    callback = lightning.ThermogradCallback(sink=sink, run_id="l")
    FakeLightning(callback, net, torch.optim.SGD(net.parameters(), lr=0.1), accumulate).fit(6)
    weights, rows, losses = train_by_hand(6 // accumulate, accumulate)
    assert flat(net.parameters()).tobytes() == weights.tobytes()
    assert (sink.started.dataset_size, sink.started.budget_steps) == (80, 10)
    assert [s.step for s in sink.steps] == list(range(6 // accumulate))
    sent = [m for s in sink.steps for m in s.micro_batches]
    assert [m.examples for m in sent] == [4] * 6
    for m, row in zip(sent, rows):
        np.testing.assert_allclose(vector(m.grad_sketch), row, atol=1e-6)
    np.testing.assert_allclose([s.loss for s in sink.steps], losses, rtol=1e-6)
    assert sink.steps[-1].validation_loss == 0.75
    assert sink.finished.status == pb.RunFinished.COMPLETED
    assert callback.watchers == []


@pytest.mark.parametrize("error, status", [(RuntimeError("mine"), "FAILED"), (KeyboardInterrupt(), "STOPPED")])
def test_lightning_that_ends_early(lightning, error, status, sink):
    net = model()
    callback = lightning.ThermogradCallback(sink=sink)
    with pytest.raises(type(error)):
        FakeLightning(callback, net, torch.optim.SGD(net.parameters(), lr=0.1)).fit(6, fail=error)
    assert sink.finished.status == pb.RunFinished.Status.Value(status)
    assert len(sink.steps) == 3


def test_lightning_resumed_from_a_checkpoint_is_the_next_attempt(lightning, sink):
    from conftest import ListSink

    net, states = model(), []
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)

    class Saving(lightning.ThermogradCallback):
        def on_train_batch_end(self, *args):
            super().on_train_batch_end(*args)
            states.append(self.state_dict())

    FakeLightning(Saving(sink=sink), net, optimizer).fit(3)
    again = ListSink()
    callback = lightning.ThermogradCallback(sink=again)
    callback.load_state_dict(states[1])
    FakeLightning(callback, net, optimizer, global_step=2).fit(2)
    assert sink.started.run_id == again.started.run_id
    assert (sink.started.attempt, again.started.attempt) == (0, 1)
    assert [s.step for s in again.steps] == [2, 3]


def test_lightning_that_cannot_be_watched_trains_all_the_same(lightning, caplog):
    net = model()
    callback = lightning.ThermogradCallback(sink="ftp://x")
    FakeLightning(callback, net, torch.optim.SGD(net.parameters(), lr=0.1)).fit(2)
    assert [r.getMessage().startswith("an optimizer is not watched: sink should be") for r in caplog.records] == [True]


# ---- Hugging Face


class TrainerCallback:
    """transformers.TrainerCallback: every event there, doing nothing."""

    def on_train_begin(self, args, state, control, **kwargs):
        pass

    on_step_begin = on_substep_end = on_pre_optimizer_step = on_optimizer_step = on_train_begin
    on_step_end = on_evaluate = on_log = on_train_end = on_train_begin


class Accelerated(torch.optim.Optimizer):
    """As accelerate wraps an optimizer: the real one inside."""

    def __init__(self, optimizer):
        self.optimizer = optimizer

    def step(self, closure=None):
        self.optimizer.step(closure)

    def zero_grad(self, set_to_none=None):
        self.optimizer.zero_grad()


class WithLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = model()

    def forward(self, x, labels, num_items_in_batch=None):
        loss = nn.functional.cross_entropy(self.body(x), labels, reduction="mean" if num_items_in_batch is None else "sum")
        return {"loss": loss if num_items_in_batch is None else loss / num_items_in_batch}


class FakeTrainer:
    """transformers' Trainer: the loss divided by the accumulated batches, or by the whole step's items in the model."""

    def __init__(self, callback, net, optimizer, accumulate, items):
        self.callback, self.net, self.optimizer = callback, net, Accelerated(optimizer)
        self.accumulate, self.items = accumulate, items
        self.loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.zeros(60, 5)))

    def train(self, steps):
        args, control = types.SimpleNamespace(), types.SimpleNamespace()
        state = types.SimpleNamespace(global_step=0, max_steps=steps)
        told = dict(model=self.net, optimizer=self.optimizer, train_dataloader=self.loader, lr_scheduler=None)

        def call(event, **more):
            getattr(self.callback, event)(args, state, control, **told, **more)

        call("on_train_begin")
        for t in range(steps):
            call("on_step_begin")
            for j in range(self.accumulate):
                self.net.train()
                x, y = batch(t, j)
                if self.items:
                    loss = self.net(x, y, num_items_in_batch=4 * self.accumulate)["loss"]
                else:
                    loss = self.net(x, y)["loss"] / self.accumulate
                loss.backward()
                if j + 1 < self.accumulate:
                    call("on_substep_end")
            call("on_pre_optimizer_step")
            self.optimizer.step()
            call("on_optimizer_step")
            self.net.zero_grad()
            state.global_step += 1
            call("on_step_end")
        self.net.eval()
        with torch.no_grad():
            self.net(*batch(0, 0))
        call("on_evaluate", metrics={"eval_loss": 0.5})
        call("on_train_end")


@pytest.mark.parametrize("items", [False, True])
def test_hugging_face(fake, items, sink):
    if items and torch.__version__.startswith("1."):
        pytest.skip("torch 1 does not show keywords to hooks")
    huggingface = fake("transformers", "thermograd.huggingface", TrainerCallback=TrainerCallback)
    net = WithLoss()
    callback = huggingface.ThermogradCallback(sink=sink, run_id="h")
    FakeTrainer(callback, net, torch.optim.SGD(net.parameters(), lr=0.1), 2, items).train(3)
    weights, rows, losses = train_by_hand(3, 2)
    np.testing.assert_allclose(flat(net.parameters()), weights, atol=1e-6)
    assert (sink.started.dataset_size, sink.started.budget_steps) == (60, 3)
    sent = [m for s in sink.steps for m in s.micro_batches]
    assert [m.examples for m in sent] == [4] * 6
    for m, row in zip(sent, rows):
        np.testing.assert_allclose(vector(m.grad_sketch), row, atol=2e-6)
    np.testing.assert_allclose([s.loss for s in sink.steps], losses, rtol=1e-6)
    assert sink.steps[-1].validation_loss == 0.5
    assert sink.finished.status == pb.RunFinished.COMPLETED
    assert callback.watcher is None and not net._forward_hooks


@pytest.mark.parametrize("name, package", [("lightning", "lightning"), ("huggingface", "transformers")])
def test_says_what_to_install(name, package, monkeypatch):
    for module in ("lightning", "lightning.pytorch", "lightning.pytorch.callbacks", "pytorch_lightning", "transformers"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"thermograd.{name}", raising=False)
    with pytest.raises(ImportError, match=f"pip install {package}"):
        importlib.import_module(f"thermograd.{name}")
