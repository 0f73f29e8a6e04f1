"""The sketch against its definition, element by element, and against its variance bound."""

import numpy as np
import pytest
import torch

from thermograd import Sketcher
from thermograd.sketch import ROW, sqnorm

MASK = (1 << 64) - 1


def splitmix(seed, index):
    """The output number ``index`` of SplitMix64, by its published definition in whole numbers."""
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def by_definition(tensors, dim, seed):
    out = np.zeros(dim)
    lanes = splitmix(~seed & MASK, 0)
    row = 0
    for t in tensors:
        x = t.reshape(-1).double().numpy()
        for start in range(0, len(x), ROW):
            word = splitmix(seed, row)
            place = word >> (64 - (dim.bit_length() - 1))
            for j, v in enumerate(x[start : start + ROW]):
                sign = (-1) ** ((word & 1) + (lanes >> j & 1))
                out[(place - j) % dim] += sign * v
            row += 1
    return out


def test_splitmix_of_the_jdk():
    # new SplittableRandom(42).nextLong() three times, OpenJDK 17.
    expected = [-4767286540954276203, 2949826092126892291, 5139283748462763858]
    assert [splitmix(42, i) for i in range(3)] == [e & MASK for e in expected]


@pytest.mark.parametrize("sizes", [[5000], [300, 7, 65, 640], [1 << 16, 100], [70_001, 3, 66_000], [40_000, 30_001, 7]])
def test_follows_the_definition(sizes):
    generator = torch.Generator().manual_seed(1)
    tensors = [torch.randn(n, generator=generator) for n in sizes]
    sketch = Sketcher(tensors, 256, seed=9).sketch(tensors)
    expected = by_definition(tensors, 256, 9)
    # Float sums of P/dim terms.
    scale = np.sqrt(sum(sizes) / 256) * 1e-6 * 10
    np.testing.assert_allclose(sketch.numpy(), expected, atol=scale)


def test_is_the_vector_where_that_is_short():
    tensors = [torch.randn(10, 3), torch.randn(7)]
    s = Sketcher(tensors, 256)
    assert (s.scheme, s.dim) == ("identity", 37)
    assert torch.equal(s.sketch(tensors), torch.cat([t.reshape(-1) for t in tensors]))


def test_is_linear_and_takes_missing_tensors_as_zero():
    tensors = [torch.randn(70_000), torch.randn(100)]
    s = Sketcher(tensors, 512, seed=3)
    apart = s.sketch([tensors[0], None]) + s.sketch([None, tensors[1]])
    torch.testing.assert_close(s.sketch(tensors), apart, rtol=0, atol=1e-3)


def vectors():
    p = 1 << 15
    generator = torch.Generator().manual_seed(5)
    row = torch.randn(64, generator=generator)
    sparse = torch.zeros(p)
    sparse[torch.randperm(p, generator=generator)[:30]] = 1
    strided = torch.zeros(p)
    strided[::64] = 1
    return {
        "normal": torch.randn(p, generator=generator),
        "constant": torch.ones(p),
        "sparse": sparse,
        "strided": strided,
        "periodic": torch.sin(torch.arange(p) * 0.1),
        "repeated rows": row.repeat(p // 64),
        "rank one": torch.outer(torch.randn(128, generator=generator), torch.randn(256, generator=generator)).reshape(-1),
        "one row": torch.cat([row, torch.zeros(p - 64)]),
    }


@pytest.mark.parametrize("name", vectors().keys())
def test_keeps_norms_within_the_stated_variance(name):
    x = [vectors()[name]]
    square = float(sqnorm(x))
    dim, seeds = 256, 600
    ratios = np.array([float(Sketcher(x, dim, seed).sketch(x).square().sum()) / square for seed in range(seeds)])
    error = ratios.std(ddof=1)
    # Mean 1 within 4 standard errors; variance ≤ 4/dim, with 4 standard errors of a variance whose
    # kurtosis may reach 9 (products of two normal numbers).
    assert abs(ratios.mean() - 1) <= 4 * error / np.sqrt(seeds) + 1e-6  # float rounding
    assert error**2 <= 4 / dim * (1 + 4 * np.sqrt(8 / seeds))


def test_refuses_a_wrong_dim():
    with pytest.raises(ValueError, match="dim should be a power of two from 256 to 1048576: was 1000"):
        Sketcher([torch.zeros(5)], 1000)


def test_passes_non_finite_elements_on():
    x = torch.zeros(5000)
    x[77] = float("nan")
    assert torch.isnan(Sketcher([x], 256).sketch([x])).any()
