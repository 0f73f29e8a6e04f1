"""Probes against dense Hessians and per-example gradients in float64."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

import thermograd
from thermograd.sketch import Sketcher

from test_watch import OPTIMIZERS, flat, model, train, vector


def data(n=64):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(n, 5, generator=generator), torch.randint(3, (n,), generator=generator)


def dense_hessian(net, batch):
    twin = copy.deepcopy(net).double()
    parameters = list(twin.parameters())
    loss = nn.functional.cross_entropy(twin(batch[0].double()), batch[1])
    grads = torch.autograd.grad(loss, parameters, create_graph=True)
    gradient = torch.cat([g.reshape(-1) for g in grads])
    rows = [torch.autograd.grad(g, parameters, retain_graph=True) for g in gradient]
    return np.stack([flat(row) for row in rows]), gradient.detach().numpy()


def probing(net, batch, **arguments):
    return thermograd.Probing(lambda b: nn.functional.cross_entropy(net(b[0]), b[1]), batch, **arguments)


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_curvature_is_that_of_the_dense_hessian(name, sink):
    net = model()
    optimizer = OPTIMIZERS[name](net.parameters())
    batch = data()
    exact = []

    def by_hand(t, net):
        h, g = dense_hessian(net, batch)
        preconditioned = None
        if name != "sgd" and t > 0:
            beta2, eps = optimizer.param_groups[0]["betas"][1], optimizer.param_groups[0]["eps"]
            v = flat([optimizer.state[p]["exp_avg_sq"] for p in net.parameters()]) / (1 - beta2**t)
            d = 1 / np.sqrt(np.sqrt(v) + eps)
            preconditioned = np.linalg.eigvalsh(d[:, None] * h * d)[-1]
        exact.append((np.linalg.eigvalsh(h), g @ h @ g, np.trace(h), preconditioned))

    with thermograd.watch(net, optimizer, sink=sink, probing=probing(net, batch, curvature_every=1, trace_vectors=100, most_products=40)):
        train(net, optimizer, steps=8, on_step=by_hand)
    for step, (values, along, trace, preconditioned) in zip(sink.steps, exact):
        p = step.probe
        assert p.hessian_top[0] == pytest.approx(values[-1], rel=0.01)
        assert p.grad_hess_grad == pytest.approx(along, rel=1e-3)
        # 100 vectors: standard error √(2‖H‖²_F/100).
        assert abs(p.hessian_trace - trace) <= 4 * np.sqrt(2 * np.sum(values**2) / 100)
        assert len(p.preconditioned_top) == 0 if preconditioned is None else p.preconditioned_top[0] == pytest.approx(preconditioned, rel=0.01)


def test_splits_give_the_noise_of_one_batch(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    batch = data(40)
    expected = []

    def by_hand(t, net):
        expected.append([])
        for j in range(5):
            twin = copy.deepcopy(net).double()
            part = slice(8 * j, 8 * j + 8)
            loss = nn.functional.cross_entropy(twin(batch[0][part].double()), batch[1][part])
            expected[-1].append(flat(torch.autograd.grad(loss, list(twin.parameters()))))

    with thermograd.watch(net, optimizer, sink=sink, probing=probing(net, batch, noise_every=2, splits=5)) as watcher:
        for t in range(3):
            by_hand(t, net)
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(batch[0]), batch[1]).backward()
            optimizer.step()
            watcher.log(loss=1.0)
    probed, plain, again = sink.steps
    assert [len(s.micro_batches) for s in sink.steps] == [5, 1, 5]
    assert (probed.batch_size, plain.batch_size) == (40, 40)
    assert not probed.HasField("grad_sqnorm") and plain.HasField("grad_sqnorm")
    for step, rows in ((probed, expected[0]), (again, expected[2])):
        for m, row in zip(step.micro_batches, rows):
            np.testing.assert_allclose(vector(m.grad_sketch), row, atol=2e-6)


class Noisy(nn.Module):
    """Has random numbers and buffers that a forward pass changes."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))

    def forward(self, x):
        return self.body(x)


def test_probes_change_no_bit_of_the_training(sink):
    def run(probed):
        net = Noisy()
        torch.manual_seed(1)
        optimizer = OPTIMIZERS["momentum"](net.parameters())
        looks = probing(net, data(), curvature_every=2, noise_every=3, splits=4) if probed else None
        watcher = thermograd.watch(net, optimizer, sink=sink, probing=looks) if probed else None
        train(net, optimizer, steps=9, chunks=2)
        if watcher:
            watcher.finish()
        return flat(list(net.parameters()) + list(net.buffers())), torch.rand(1).item()

    plain, probed = run(False), run(True)
    assert plain[0].tobytes() == probed[0].tobytes()
    assert plain[1] == probed[1]
    assert len(sink.steps) == 9 and sink.steps[0].probe.hessian_top


def test_a_probe_that_fails_costs_its_step_and_not_the_training(sink, caplog):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    looks = thermograd.Probing(lambda batch: 1 / 0, None, curvature_every=2)
    with thermograd.watch(net, optimizer, sink=sink, probing=looks):
        train(net, optimizer, steps=4)
    assert [s.step for s in sink.steps] == [0, 1, 2, 3]
    assert len([r for r in caplog.records if "probe" in r.getMessage()]) == 1
