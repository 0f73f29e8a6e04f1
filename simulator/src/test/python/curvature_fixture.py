#!/usr/bin/python3
"""Writes curvature-fixture.txt: second derivatives of small networks by PyTorch in float64.

The Hessian comes from torch.autograd.functional.hessian as a P x P matrix, the Gauss-Newton term
from explicit Jacobians, eigenvalues and covariances from numpy; hvp is torch's own product. Run from
the module's folder with Debian's python3-torch:

    src/test/python/curvature_fixture.py > src/test/resources/io/thermograd/simulator/model/curvature-fixture.txt
"""

import gzip
import math

import numpy as np
import torch
from torch.autograd.functional import hessian, hvp, jacobian

EXAMPLES = 40
FIRST, LAST = 18, 24  # features
DIGITS = "src/main/resources/io/thermograd/simulator/data/digits.csv.gz"


def wave(count, size, speed):
    """A formula that both sides can evaluate."""
    return np.array([size * math.sin(speed * (p + 1)) for p in range(count)])


def outputs(theta, widths, activation, biases, x):
    at = 0
    for layer, (inputs, outs) in enumerate(zip(widths, widths[1:])):
        weights = theta[at : at + inputs * outs].reshape(inputs, outs)
        at += inputs * outs
        x = x @ weights
        if biases:
            x = x + theta[at : at + outs]
            at += outs
        if layer < len(widths) - 2:
            x = activation(x)
    return x


def cross_entropy(z, y):
    return torch.nn.functional.cross_entropy(z, y)


def squared(z, y):
    return 0.5 * ((z - torch.nn.functional.one_hot(y, z.shape[1])) ** 2).sum(dim=1).mean()


def show(key, values):
    print(key, *(repr(float(v)) for v in np.atleast_1d(values)))


def main():
    rows = np.loadtxt(gzip.open(DIGITS, "rt"), delimiter=",", max_rows=EXAMPLES)
    x = torch.tensor(rows[:, FIRST:LAST] / 16.0)
    y = torch.tensor(rows[:, 64].astype(np.int64))
    print(f"# torch {torch.__version__}, numpy {np.__version__}, float64")
    for name, activation, widths, biases, loss in (
        ("RELU", torch.relu, (6, 5, 4, 10), True, cross_entropy),
        ("TANH", torch.tanh, (6, 5, 4, 10), True, cross_entropy),
        ("LINEAR", lambda z: z, (6, 4, 10), True, squared),
        ("TANH", torch.tanh, (6, 5, 10), False, squared),
    ):
        count = sum((i + biases) * o for i, o in zip(widths, widths[1:]))
        theta = torch.tensor(wave(count, 0.8, 1.7))
        v = torch.tensor(wave(count, 1.0, 0.9))

        def total(t):
            return loss(outputs(t, widths, activation, biases, x), y)

        h = hessian(total, theta).numpy()
        product = hvp(total, theta, v)[1].numpy()
        gauss_newton = np.zeros((count, count))
        gradients = []
        for i in range(EXAMPLES):
            xi, yi = x[i : i + 1], y[i : i + 1]
            j = jacobian(lambda t: outputs(t, widths, activation, biases, xi)[0], theta).numpy()
            z = outputs(theta, widths, activation, biases, xi)[0].detach()
            s = hessian(lambda u: loss(u[None], yi), z).numpy()
            gauss_newton += j.T @ s @ j / EXAMPLES
            gradients.append(
                jacobian(lambda t: loss(outputs(t, widths, activation, biases, xi), yi), theta).numpy()
            )
        g = np.array(gradients)
        mean = g.mean(axis=0)
        sigma = np.cov(g, rowvar=False, bias=True)
        values, vectors = np.linalg.eigh(sigma)
        print("network", f"{name}-{'-'.join(map(str, widths))}{'' if biases else '-unbiased'}")
        show("loss", total(theta).item())
        show("gradient", mean)
        show("hessian_vector", product)
        show("gauss_newton_vector", gauss_newton @ v.numpy())
        show("hessian_eigenvalues", np.linalg.eigvalsh(h)[::-1])
        show("hessian_trace", np.trace(h))
        show("gradient_curvature", mean @ h @ mean)
        show("noise_curvature", np.trace(h @ sigma))
        show("sigma_eigenvalues", values[::-1][:12])
        show("sigma_top_vector", vectors[:, -1])


if __name__ == "__main__":
    main()
