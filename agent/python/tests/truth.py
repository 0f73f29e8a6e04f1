"""A PyTorch network on handwritten digits that is watched, and its noise and curvature by other means.

    python truth.py RECORDING.tgr DIM     # prints the exact values as JSON

With RANK, WORLD_SIZE and STORE (a file) set, it is one of several data-parallel processes, which share the chunks of a
step; the first one prints.

Trained for a while first, then kept where it is (learning rate 0), so that truth stands still. Exact values are from
every example's own gradient (functorch, torch.func since torch 2) and, for λ_max, from scipy's ARPACK over
Hessian-vector products in float64, or numpy's dense eigensolver where there is no scipy.
"""

import contextlib
import json
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

import thermograd

STEPS, CHUNKS, SIZE = 1_500, 4, 16
CURVATURE_EVERY = 250


def network():
    return nn.Sequential(nn.Linear(64, 32), nn.Tanh(), nn.Linear(32, 10))


def data():
    """(inputs, labels): scikit-learn's digits, or as many made-up ones where it is not installed."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        generator = torch.Generator().manual_seed(1)
        centres = torch.rand(10, 64, generator=generator)
        y = torch.randint(10, (1797,), generator=generator)
        return (centres[y] + 0.4 * torch.rand(1797, 64, generator=generator)).clamp(0, 1), y
    digits = load_digits()
    return torch.tensor(digits.data, dtype=torch.float32) / 16, torch.tensor(digits.target)


def watched(sink, model, x, y, dim, rank=0, size=1):
    """Trains a little, then stands still for all of the watched steps."""
    warm = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(20):
        warm.zero_grad()
        cross_entropy(model(x), y).backward()
        warm.step()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0, momentum=0.9)
    probing = thermograd.Probing(
        lambda batch: cross_entropy(model(batch[0]), batch[1]), (x, y), curvature_every=CURVATURE_EVERY
    )
    whole = model if size == 1 else nn.parallel.DistributedDataParallel(model)
    with thermograd.watch(
        whole, optimizer, run_id="digits", sink=sink, dataset_size=len(x), probing=probing if size == 1 else None, dim=dim
    ) as watcher:
        order, used = torch.randperm(len(x)), 0
        for _ in range(STEPS):
            if used + CHUNKS * SIZE > len(x):
                order, used = torch.randperm(len(x)), 0
            optimizer.zero_grad()
            total, mine = 0.0, range(rank, CHUNKS, size)
            for j in mine:
                rows = order[used + j * SIZE : used + (j + 1) * SIZE]
                with whole.no_sync() if j != mine[-1] and size > 1 else contextlib.nullcontext():
                    loss = cross_entropy(whole(x[rows]), y[rows])
                    (loss / len(mine)).backward()
                total += loss.item() / len(mine)
            used += CHUNKS * SIZE
            optimizer.step()
            watcher.log(loss=total)


def exact(model, x, y):
    """tr Σ, ‖G‖², their ratio and λ_max of the whole data's loss, in float64."""
    twin = network().double()
    twin.load_state_dict({name: value.double() for name, value in model.state_dict().items()})
    x = x.double()
    rows = per_example(twin, x, y)
    mean = rows.mean(axis=0)
    trace, square = float(((rows - mean) ** 2).sum(axis=1).mean()), float(mean @ mean)
    gram = rows @ rows.T / len(rows) - (rows @ mean)[:, None] / len(rows) - (rows @ mean)[None, :] / len(rows) + square / len(rows)
    return {
        "noise_trace": trace,
        "gradient_sqnorm": square,
        "gradient_noise_scale": trace / square,
        "sharpness_probe": largest_eigenvalue(twin, x, y),
        # (tr Σ)²/tr Σ², which says how far off a sketch can be.
        "effective_dimension": float(trace**2 / (gram**2).sum()),
    }


def per_example(twin, x, y):
    """Each example's gradient, a row each."""
    try:
        from torch.func import functional_call, grad, vmap

        weights = {name: p.detach() for name, p in twin.named_parameters()}
        each = vmap(grad(lambda w, a, b: cross_entropy(functional_call(twin, w, (a[None],)), b[None])), (None, 0, 0))(
            weights, x, y
        )
        parts = list(each.values())
    except ImportError:  # torch 1
        from functorch import grad, make_functional, vmap

        function, weights = make_functional(twin)
        parts = vmap(grad(lambda w, a, b: cross_entropy(function(w, a[None]), b[None])), (None, 0, 0))(weights, x, y)
    return torch.cat([g.reshape(len(x), -1) for g in parts], dim=1).detach().numpy()


def largest_eigenvalue(twin, x, y):
    parameters = list(twin.parameters())
    gradients = torch.autograd.grad(cross_entropy(twin(x), y), parameters, create_graph=True)
    flat = torch.cat([g.reshape(-1) for g in gradients])

    def product(v):
        answer = torch.autograd.grad(flat, parameters, torch.from_numpy(np.asarray(v).reshape(-1)), retain_graph=True)
        return torch.cat([a.reshape(-1) for a in answer]).numpy()

    n = len(flat)
    try:
        from scipy.sparse.linalg import LinearOperator, eigsh
    except ImportError:
        return float(np.linalg.eigvalsh(np.array([product(row) for row in np.eye(n)]))[-1])
    return float(eigsh(LinearOperator((n, n), product, dtype=np.float64), k=1, which="LA")[0][0])


def estimated(steps, n):
    """The same from what was sent alone, by the plainest unbiased estimates over all steps, no analyzer in between.

    Micro-batches of one step are distinct examples of n: E D = tr Σ·n/(n−1) for D = b Σ‖g_j − ḡ‖²/(m−1), and
    E‖ḡ‖² = ‖G‖² + tr Σ (n−B)/(B (n−1)).
    """
    traces, squares, tops = [], [], []
    for step in steps:
        g = np.array([np.frombuffer(m.grad_sketch.float32, "<f4") for m in step.micro_batches], dtype=np.float64)
        b, m = step.micro_batches[0].examples, len(g)
        d = b * ((g - g.mean(axis=0)) ** 2).sum() / (m - 1)
        traces.append(d * (n - 1) / n)
        squares.append((g.mean(axis=0) ** 2).sum() - d * (n - b * m) / (n * b * m))
        tops += list(step.probe.hessian_top)[:1]
    trace, square = float(np.mean(traces)), float(np.mean(squares))
    return {
        "noise_trace": trace,
        "gradient_sqnorm": square,
        "gradient_noise_scale": trace / square,
        "sharpness_probe": float(np.median(tops)),
    }


def table(truth, found):
    """One line a number: what was sent, the independent computation, how far apart."""
    lines = [f"{'quantity':<22}{'sent':>12}{'exact':>12}{'error':>9}"]
    for name in found:
        value = truth[name]
        lines.append(f"{name:<22}{found[name]:>12.5g}{value:>12.5g}{100 * (found[name] / value - 1):>8.2f} %")
    return "\n".join(lines)


def main(recording, dim):
    torch.set_num_threads(1)
    torch.manual_seed(7)
    rank, size = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if size > 1:
        store = f"file://{os.environ['STORE']}"
        torch.distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=size)
    x, y = data()
    model = network()
    watched(recording, model, x, y, int(dim), rank, size)
    if rank == 0:
        print(json.dumps(exact(model, x, y)))


if __name__ == "__main__":
    main(*sys.argv[1:])
