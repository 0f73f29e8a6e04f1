"""The sketches against their definitions, element by element, and against their variance bounds."""

import csv
import pathlib

import numpy as np
import pytest
import torch

from thermograd import Sketcher
from thermograd._folds import ShiftFold
from thermograd._splitmix import words
from thermograd.sketch import scheme_of, sqnorm, widths

CONFORMANCE = pathlib.Path(__file__).parent / "conformance/sketches.csv"
MASK = (1 << 64) - 1


def splitmix(seed, index):
    """The output number ``index`` of SplitMix64, by its published definition in whole numbers."""
    z = (seed + (index + 1) * 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def test_splitmix_of_the_jdk():
    # new SplittableRandom(42).nextLong() three times, OpenJDK 17.
    expected = [-4767286540954276203, 2949826092126892291, 5139283748462763858]
    assert [splitmix(42, i) for i in range(3)] == [e & MASK for e in expected]
    assert [int(w) for w in words(42, 0, 3)] == [e & MASK for e in expected]


def conformance():
    with open(CONFORMANCE, newline="") as file:
        rows = csv.reader(line for line in file if not line.startswith("#"))
        return [(r[0], [int(n) for n in r[1].split()], int(r[2]), int(r[3]), int(r[4]), r[5]) for r in rows]


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("case", conformance(), ids=lambda c: f"{c[0]}-{sum(c[1])}")
def test_has_the_bits_of_the_definition(case):
    scheme, sizes, dim, seed, vector_seed, expected = case
    with np.errstate(over="ignore"):
        x = (words(vector_seed, 0, sum(sizes)) >> np.uint64(54)).astype(np.float32) - 512
    tensors = list(torch.from_numpy(x).split(sizes))
    s = Sketcher(tensors, dim, seed, compiled=scheme == "row_fold")
    assert s.scheme == scheme
    for _ in range(2):  # nothing is left of the first
        assert s.sketch(tensors).tolist() == [float(v) for v in expected.split()]
    if s.sqnorm is not None:
        np.testing.assert_allclose(float(s.sqnorm), np.square(x.astype(np.float64)).sum(), rtol=1e-5)


def test_is_the_vector_where_that_is_short():
    tensors = [torch.randn(10, 3), torch.randn(7)]
    s = Sketcher(tensors, 256)
    assert (s.scheme, s.dim) == ("identity", 37)
    assert torch.equal(s.sketch(tensors), torch.cat([t.reshape(-1) for t in tensors]))


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("sizes", [[200, 30], [300, 100], [70_000, 100], [40_000, 30_000]])
def test_is_linear_and_takes_missing_tensors_as_zero(sizes):
    generator = torch.Generator().manual_seed(2)
    tensors = [torch.randn(n, generator=generator) for n in sizes]
    s = Sketcher(tensors, 512, seed=3)
    whole = s.sketch(tensors)
    apart = s.sketch([tensors[0], None]) + s.sketch([None, tensors[1]])
    torch.testing.assert_close(whole, apart, rtol=0, atol=1e-3)
    assert torch.equal(s.sketch([None, None]), torch.zeros(s.dim))


@pytest.mark.usefixtures("either")
@pytest.mark.parametrize("shape", [(6, 50), (300, 1000), (250, 260)])
def test_takes_any_layout_and_type(shape):
    generator = torch.Generator().manual_seed(4)
    x = torch.randint(-8, 8, shape, generator=generator).float()
    rest = torch.ones(7)
    s = Sketcher([x, rest], 256)
    expected = s.sketch([x, rest])
    for form in (x.double(), x.half(), x.bfloat16(), x.t().contiguous().t(), x.to_sparse()):
        assert torch.equal(s.sketch([form, rest]), expected)


@pytest.mark.usefixtures("plain")
def test_tables_stay_small_beside_the_parameters():
    for dim in (256, 1024, 4096):
        for p in (1 << 17, 10**6, 10**7, 10**8, 10**10):
            folds = widths(p, dim)
            # 12 bytes an element of a fold's answer, 8 an element that is counted.
            table = sum(12 * w for w in folds) + 8 * folds[-1]
            assert table <= max(0.02 * 4 * p, 640 * dim)
    sizes = [3 << 20, 5000, 2 << 20]
    s = Sketcher([torch.empty(n) for n in sizes], 256)
    assert s.scheme == scheme_of(sizes, 256) == "shift_fold"
    assert s.table_bytes == sum(12 * w for w in widths(sum(sizes), 256)) + 8 * 32 * 256


def vectors(p):
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
        "rank one": torch.outer(torch.randn(p // 256, generator=generator), torch.randn(256, generator=generator)).reshape(-1),
        "one row": torch.cat([row, torch.zeros(p - 64)]),
    }


NAMES = vectors(1 << 10).keys()


def assert_keeps_norms(answers, square, variance):
    """Mean 1 within 4 standard errors; variance at most as stated, with 4 standard errors of a variance whose
    kurtosis may reach 9 (products of two normal numbers)."""
    ratios = np.array([float(y.double().square().sum()) / square for y in answers])
    n, error = len(ratios), ratios.std(ddof=1)
    assert abs(ratios.mean() - 1) <= 4 * error / np.sqrt(n) + 1e-6  # float rounding
    assert error**2 <= variance * (1 + 4 * np.sqrt(8 / n))


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize("scheme, p, variance", [("count_sketch", 1 << 14, 2), ("row_fold", 1 << 16, 4), ("shift_fold", 1 << 15, 2.2)])
@pytest.mark.parametrize("name", NAMES)
def test_keeps_norms_within_the_stated_variance(name, scheme, p, variance):
    x = [vectors(p)[name]]
    assert scheme_of([p], 256) == scheme
    answers = (Sketcher(x, 256, seed).sketch(x) for seed in range(500))
    assert_keeps_norms(answers, float(sqnorm(x)), variance / 256)


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("p", [1 << 10, 1 << 14, 1 << 18])
@pytest.mark.parametrize("name", NAMES)
def test_keeps_norms_within_the_stated_variance_where_it_is_compiled(name, p):
    x = [vectors(p)[name]]
    assert Sketcher(x, 256).compiled
    answers = (Sketcher(x, 256, seed).sketch(x) for seed in range(500))
    assert_keeps_norms(answers, float(sqnorm(x)), 4 / 256)


@pytest.mark.parametrize("name", NAMES)
def test_one_fold_keeps_norms_within_its_variance(name):
    x = vectors(1 << 13)[name]
    answers = (ShiftFold([len(x)], 256, seed, x.device)([x]) for seed in range(500))
    assert_keeps_norms(answers, float(sqnorm([x])), 4 / 256)


def test_refuses_a_wrong_dim():
    with pytest.raises(ValueError, match="dim should be a power of two from 256 to 1048576: was 1000"):
        Sketcher([torch.zeros(5)], 1000)


@pytest.mark.usefixtures("either")
def test_passes_non_finite_elements_on():
    x = torch.zeros(5000)
    x[77] = float("nan")
    assert torch.isnan(Sketcher([x], 256).sketch([x])).any()
