"""The compiled sketch: its bits, its norms, and where it may come from. `test_sketch.py` has what it shares with plain torch."""

import copy
import math
import os
import pathlib
import pickle
import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

import thermograd
from thermograd import Sketcher, native
from thermograd._splitmix import words
from thermograd.native import NativeRowFold

SIZES = [1, 63, 64, 65, 1000, 4096, 33_333]
SRC = pathlib.Path(thermograd.__file__).parents[1]


def random_tensors(sizes, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(n, generator=generator) for n in sizes]


def test_every_instruction_set_gives_the_same_bits(compiled):
    tensors = random_tensors(SIZES)
    answers = [NativeRowFold(compiled, SIZES, 512, 3, level) for level in range(compiled.level + 1)]
    first = answers[0](tensors)
    for fold in answers[1:]:
        stored = fold(tensors)
        assert torch.equal(stored.get(), first.get())
        assert stored.square() == first.square()
        assert list(fold.squares) == list(answers[0].squares)


@pytest.mark.parametrize("seed", range(5))
def test_rounds_as_stated(compiled, seed):
    tensors = random_tensors(SIZES, seed)
    exact, sizes, terms = np.zeros(256), np.zeros(256), np.zeros(256)
    first, lane = 0, int(words(~seed, 0, 1)[0])
    for x in tensors:
        i = np.arange(len(x))
        w = words(seed, first, -(-len(x) // 64))[i // 64]
        first += -(-len(x) // 64)
        place = ((w >> np.uint64(56)).astype(np.int64) - i % 64) % 256
        sign = [1 - 2 * ((int(r) & 1) ^ (lane >> int(j) & 1)) for r, j in zip(w, i % 64)]
        values = x.double().numpy()
        np.add.at(exact, place, sign * values)
        np.add.at(sizes, place, np.abs(values))
        np.add.at(terms, place, 1)
    sums = NativeRowFold(compiled, SIZES, 256, seed)(tensors).get().double().numpy()
    assert (np.abs(sums - exact) <= terms * 2.0**-24 * sizes).all()


def test_squares_are_sums_of_exact_products(compiled):
    tensors = [10**k * t for k, t in zip((-18, -9, 0, 3, 6, 12, 18), random_tensors(SIZES, 1))]
    fold = NativeRowFold(compiled, SIZES, 256, 0)
    stored = fold(tensors)
    for t, square in zip(tensors, fold.squares):
        exact = math.fsum(float(x) ** 2 for x in t.tolist())
        # n/16 additions in each partial sum, and the four that put 16 together.
        assert abs(square - exact) <= (t.numel() / 16 + 5) * 2.0**-53 * exact
    assert stored.square() == pytest.approx(math.fsum(fold.squares), rel=1e-15)


@pytest.mark.parametrize("offset", [1, 3, 7, 15, 16, 17, 63])
def test_reads_tensors_where_they_begin_and_no_further(compiled, offset):
    for n in (1, 5, 64, 100, 1000):
        memory = torch.full((offset + n + 64,), float("nan"))
        values = random_tensors([n], offset)[0]
        memory[offset : offset + n] = values
        stored = NativeRowFold(compiled, [n], 256, 9)([memory[offset : offset + n]])
        aligned = NativeRowFold(compiled, [n], 256, 9)([values.clone()])
        assert torch.equal(stored.get(), aligned.get())
        assert stored.square() == aligned.square()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("at", [0, 63, 64, 127, 128, 130])
def test_the_square_tells_whether_an_element_is_not_finite(compiled, bad, at):
    x = torch.full((131,), 3.4e38)
    fold = NativeRowFold(compiled, [131], 256, 0)
    assert math.isfinite(fold([x]).square())
    x[at] = bad
    stored = fold([x])
    assert not math.isfinite(stored.square())
    assert not bool(torch.isfinite(stored.get()).all())
    x[at] = 0
    assert math.isfinite(fold([x]).square())


def test_sketches_that_were_given_stay_as_they_are(compiled):
    fold = NativeRowFold(compiled, [300], 256, 0)
    vectors = [random_tensors([300], seed) for seed in range(40)]
    stored = [fold(v) for v in vectors]
    for v, s in zip(vectors, stored):
        assert torch.equal(s.get(), fold(v).get())


def test_refuses_tensors_of_other_sizes(compiled):
    fold = NativeRowFold(compiled, [300, 100], 256, 0)
    with pytest.raises(ValueError, match="a tensor should have 300 elements in memory: had 299"):
        fold([torch.zeros(299), torch.zeros(100)])


def test_one_library_serves_where_the_other_is_chosen(compiled, monkeypatch):
    # One rank has the compiled code and another has not: the first one's choice, made by either, is the same map.
    sizes = [70_000, 3, 900]
    whole = [t.mul(8).round() for t in random_tensors(sizes)]
    ours = Sketcher(whole, 512, 4)
    assert ours.compiled
    monkeypatch.setenv(native.SWITCH, "0")
    native.forget()
    theirs = Sketcher(whole, 512, 4, compiled=True)
    native.forget()
    assert not theirs.compiled and theirs.scheme == ours.scheme == "row_fold"
    assert torch.equal(theirs.sketch(whole), ours.sketch(whole))


def test_a_watched_model_can_be_copied_and_pickled(compiled, sink):
    net = nn.Sequential(nn.Linear(40, 30), nn.Linear(30, 3))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with thermograd.watch(net, optimizer, sink=sink, run_id="r", dim=256):
        twin = copy.deepcopy(net)
        net(torch.ones(2, 40)).sum().backward()
        optimizer.step()
    assert torch.equal(twin(torch.ones(2, 40)), twin(torch.ones(2, 40)))
    fold = NativeRowFold(compiled, [300], 256, 5)
    x = random_tensors([300])
    assert torch.equal(pickle.loads(pickle.dumps(fold))(x).get(), fold(x).get())


def run(*command, **environment):
    env = {**os.environ, "PYTHONPATH": str(SRC), **environment}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.usefixtures("compiled")
def test_the_version_says_what_is_in_use():
    code, said = run(sys.executable, "-m", "thermograd", "--version")
    assert code == 0 and f"thermograd {thermograd.__version__}" in said and "sketches by compiled code" in said
    code, said = run(sys.executable, "-m", "thermograd", "--version", THERMOGRAD_NATIVE="0")
    assert code == 0 and "sketches by plain torch: THERMOGRAD_NATIVE says so" in said


@pytest.mark.usefixtures("compiled")
def test_builds_into_the_package_where_that_can_be_written(tmp_path):
    shutil.copytree(SRC / "thermograd", tmp_path / "thermograd", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    empty = str(tmp_path / "none")
    here = {"PYTHONPATH": str(tmp_path), "XDG_CACHE_HOME": empty}
    code, said = run(sys.executable, "-m", "thermograd", "--version", **here)
    assert code == 0 and "sketches by plain torch: none built; python -m thermograd native builds it" in said
    code, said = run(sys.executable, "-m", "thermograd", "native", **here)
    assert code == 0 and f"built {tmp_path / 'thermograd' / 'native' / native.file_name()}" in said
    assert "sketches by compiled code" in said
    assert not os.path.exists(empty)


def test_says_what_a_build_needs(tmp_path):
    code, said = run(sys.executable, "-m", "thermograd", "native", CC="no-such-compiler")
    assert code == 2
    assert "no-such-compiler should be a C compiler: is not there; install one (gcc), or name yours in CC" in said


def in_cache(tmp_path, monkeypatch, content):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    native.cache().mkdir(mode=0o700)
    path = native.cache() / native.file_name()
    path.write_bytes(content)
    path.chmod(0o700)
    native.forget()
    return path


@pytest.fixture
def fresh(monkeypatch):
    """As if the package's own folder had none."""
    monkeypatch.setattr(native, "folders", lambda: [native.cache()])
    yield
    native.forget()


@pytest.mark.usefixtures("fresh")
def test_takes_no_library_that_others_may_have_written(compiled, tmp_path, monkeypatch):
    path = in_cache(tmp_path, monkeypatch, compiled.path.read_bytes())
    assert native.library() is not None
    for place in (path, path.parent):
        place.chmod(0o722)
        native.forget()
        assert native.library() is None
        assert native.describe() == (
            f"sketches by plain torch: {place} should be writable by its owner only: others may write to it"
        )
        place.chmod(0o700)


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("content", [b"", b"not a library"])
def test_goes_on_with_plain_torch_where_the_library_is_broken(tmp_path, monkeypatch, content):
    path = in_cache(tmp_path, monkeypatch, content)
    assert native.library() is None
    assert str(path) in native.describe()
    x = torch.ones(2000)
    assert Sketcher([x], 256).scheme == "count_sketch"


@pytest.mark.usefixtures("compiled")
def test_is_built_at_installation_and_is_not_missed(tmp_path):
    pytest.importorskip("setuptools")
    project = tmp_path / "project"
    shutil.copytree(SRC.parent, project, ignore=shutil.ignore_patterns("*.so", "__pycache__", "tests", "examples", "*.egg-info", "build"))
    for compiler, found in (("cc", [native.file_name()]), ("no-such-compiler", [])):
        made = tmp_path / compiler
        done = subprocess.run(
            [sys.executable, "setup.py", "-q", "build", "--build-base", str(made)],
            cwd=project, env={**os.environ, "CC": compiler}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        assert [p.name for p in made.glob("lib*/thermograd/native/sketch-*.so")] == found
        assert list(made.rglob("native/sketch.c")), "the sources go with it"


@pytest.mark.usefixtures("compiled")
def test_numpy_agrees_on_the_square_of_a_sketch():
    # ‖Sx‖² is ‖x‖² in the mean over seeds: 4 standard errors of 400 seeds, variance at most 4/dim.
    x = torch.from_numpy(np.random.default_rng(0).standard_normal(5000).astype(np.float32))
    ratios = []
    for seed in range(400):
        sketcher = Sketcher([x], 256, seed)
        y = sketcher.sketch([x]).numpy().astype(np.float64)
        ratios.append(y @ y / sketcher.sqnorm)
    assert abs(np.mean(ratios) - 1) <= 4 * math.sqrt(4 / 256 / 400)
