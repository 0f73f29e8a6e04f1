"""Sketches by layer, against the layers' own gradients computed by hand in float64."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import thermograd
from test_watch import OPTIMIZERS, batch, flat, loss_of, model, vector
from thermograd import Sketcher
from thermograd.layers import LayeredSketcher, layers_of


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


def test_splits_and_sends_whole_as_the_java_agent_does():
    lines = (Path(__file__).parents[2] / "jvm/src/test/resources/sketch/layers.csv").read_text().splitlines()
    whole = 0
    for line in lines:
        if line.startswith("#"):
            continue
        lengths, dim, seed, vector_seed, layer, values = line.split(",")
        expected = np.array([int(v, 16) for v in values.split()], np.uint32).view(np.float32)
        sizes, layer = [int(n) for n in lengths.split()], int(layer)
        parts = torch.tensor(steady(sum(sizes), int(vector_seed))).split(sizes)
        sketcher = LayeredSketcher(parts, {str(l): [l] for l in range(len(sizes))}, int(dim), 256, int(seed))
        found = sketcher.sketch(parts).split(sketcher.lengths)[1 + layer].numpy()
        assert len(found) == len(expected)
        if sizes[layer] <= int(dim):
            whole += 1
            np.testing.assert_array_equal(found, expected)
        else:  # By another scheme: S⟨x, x⟩ of both is ‖x‖² within five of its standard errors, at most √(4/dim).
            square = float((parts[layer].double() ** 2).sum())
            for sketch in (found, expected):
                assert float(np.sum(sketch.astype(float) ** 2)) == pytest.approx(square, rel=5 * (4 / int(dim)) ** 0.5)
    assert whole == 4


def steady(length, seed):
    """Multiples of 2**-23 in [-1, 1) by SplitMix64: the same floats in every language."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, length + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (((z >> np.uint64(40)).astype(np.int64) - 2**23) * 2.0**-23).astype(np.float32)
