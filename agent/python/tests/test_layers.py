"""Sketches by layer, against the layers' own gradients computed by hand in float64."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

import thermograd
from test_watch import OPTIMIZERS, batch, flat, loss_of, model, vector
from thermograd import Sketcher
from thermograd.layers import layers_of


@pytest.mark.parametrize("name", ["momentum", "decayed", "adam"])
def test_each_layer_s_part_of_each_micro_batch(name, sink):
    net = model(width=100)  # 600 parameters, which are sketched, and 303
    optimizer = OPTIMIZERS[name](net.parameters())
    decay = optimizer.param_groups[0]["weight_decay"]
    expected = []
    with thermograd.watch(net, optimizer, sink=sink, dim=256, layer_sketch_dim=512, seed=3):
        for t in range(3):
            optimizer.zero_grad()
            rows = []
            for j in range(2):
                twin = copy.deepcopy(net).double()
                x, y = batch(t, j)
                grads = torch.autograd.grad(loss_of(twin, x.double(), y), list(twin.parameters()))
                rows.append([(g + decay * p).float() for g, p in zip(grads, twin.parameters())])
                (loss_of(net, x, y) / 2).backward()
            expected.append(rows)
            optimizer.step()
    assert list(sink.started.layer_names) == ["0", "2"]
    assert (sink.started.layer_sketch_dim, sink.started.sketch_dim) == (512, 256)
    whole = Sketcher(expected[0][0], 256, 3)
    first = Sketcher(expected[0][0][:2], 512, 3)
    for step, rows in zip(sink.steps, expected):
        assert len(vector(step.param_sketch)) == 256
        for m, row in zip(step.micro_batches, rows):
            np.testing.assert_allclose(vector(m.grad_sketch), whole.sketch(row).numpy(), atol=1e-5)
            one, two = m.layer_sketches
            np.testing.assert_allclose(vector(one), first.sketch(row[:2]).numpy(), atol=1e-5)
            np.testing.assert_allclose(vector(two), flat(row[2:]), atol=1e-5)


def test_a_clipped_gradient_keeps_its_raw_norm(sink):
    net = model()
    optimizer = OPTIMIZERS["sgd"](net.parameters())
    with thermograd.watch(net, optimizer, sink=sink, layer_sketch_dim=256):
        loss_of(net, *batch(0, 0)).backward()
        raw = float(nn.utils.clip_grad_norm_(net.parameters(), 0.01))
        optimizer.step()
    assert sink.steps[0].raw_grad_sqnorm == pytest.approx(raw**2, rel=1e-5)


class Deep(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))
        self.blocks = nn.ModuleList(nn.ModuleDict({"a": nn.Linear(2, 2), "b": nn.Linear(2, 2)}) for _ in range(blocks))


def test_layers_are_grouped_where_they_are_many():
    few, many = Deep(3), Deep(40)
    assert list(layers_of(few, list(few.parameters()))) == ["scale"] + [f"blocks.{i}.{part}" for i in range(3) for part in "ab"]
    grouped = layers_of(many, list(many.parameters()))
    assert list(grouped) == ["scale"] + [f"blocks.{i}" for i in range(40)]
    assert sorted(place for places in grouped.values() for place in places) == list(range(161))


@pytest.mark.parametrize(
    "net, dim, message",
    [
        (None, 256, "layer_sketch_dim should be 0 without a model"),
        (nn.Linear(9, 9), 256, "where the optimizer has parameters beside the model's: has 4"),
        (model(), 100, "layer_sketch_dim should be a power of two from 256 to 1048576: was 100"),
    ],
)
def test_refuses_in_one_line(net, dim, message, sink):
    trained = net if isinstance(net, nn.Sequential) else model()
    with pytest.raises(ValueError, match=message):
        thermograd.watch(net, OPTIMIZERS["sgd"](trained.parameters()), sink=sink, layer_sketch_dim=dim)


def test_refuses_more_parts_than_there_may_be(sink):
    net = nn.Sequential(*[nn.Linear(1, 1) for _ in range(65)])
    with pytest.raises(ValueError, match="for a model of more than 64 parts: has 65"):
        thermograd.watch(net, OPTIMIZERS["sgd"](net.parameters()), sink=sink, layer_sketch_dim=256)
