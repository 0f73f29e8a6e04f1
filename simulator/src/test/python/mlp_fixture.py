#!/usr/bin/python3
"""Writes mlp-fixture.txt: losses, gradients and their covariance by PyTorch in float64.

An implementation that shares nothing with the Java one: autograd gives the gradients, and the
covariance is formed as a P x P matrix. Run from the module's folder with Debian's python3-torch:

    src/test/python/mlp_fixture.py > src/test/resources/io/thermograd/simulator/model/mlp-fixture.txt
"""

import gzip
import math
import pathlib

import numpy as np
import torch

EXAMPLES = 60
DIGITS = pathlib.Path("src/main/resources/io/thermograd/simulator/data/digits.csv.gz")


def parameters(count):
    """A formula both sides can evaluate: float32(0.3 sin(1.7 (p + 1)))."""
    theta = [0.3 * math.sin(1.7 * (p + 1)) for p in range(count)]
    return torch.tensor(np.array(theta, dtype=np.float32).astype(np.float64))


def loss(theta, widths, activation, x, y):
    """Cross-entropy of one example; theta holds, layer by layer, weights (inputs x outputs), biases."""
    at = 0
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        weights = theta[at : at + inputs * outputs].reshape(inputs, outputs)
        at += inputs * outputs
        x = x @ weights + theta[at : at + outputs]
        at += outputs
        if layer < len(widths) - 2:
            x = activation(x)
    return torch.nn.functional.cross_entropy(x[None], y[None])


def main():
    rows = np.loadtxt(gzip.open(DIGITS, "rt"), delimiter=",", max_rows=EXAMPLES)
    inputs = torch.tensor(rows[:, :64] / 16.0)
    labels = torch.tensor(rows[:, 64].astype(np.int64))
    print(f"# torch {torch.__version__}, numpy {np.__version__}, float64")
    for name, activation, widths in (
        ("RELU", torch.relu, (64, 7, 5, 10)),
        ("TANH", torch.tanh, (64, 6, 10)),
    ):
        count = sum((i + 1) * o for i, o in zip(widths, widths[1:]))
        gradients = []
        losses = []
        for x, y in zip(inputs, labels):
            theta = parameters(count).requires_grad_()
            value = loss(theta, widths, activation, x, y)
            value.backward()
            gradients.append(theta.grad.numpy())
            losses.append(value.item())
        g = np.array(gradients)
        sigma = np.cov(g, rowvar=False, bias=True)
        print("activation", name)
        print("widths", *widths)
        print("loss", repr(float(np.mean(losses))))
        print("gradient_sqnorm", repr(float(np.sum(g.mean(axis=0) ** 2))))
        print("noise_trace", repr(float(np.trace(sigma))))
        print("noise_trace_of_square", repr(float(np.sum(sigma * sigma))))
        print("example_sqnorms", *(repr(float(v)) for v in np.sum(g * g, axis=1)))
        print("mean_gradient", *(repr(float(v)) for v in g.mean(axis=0)))


if __name__ == "__main__":
    main()
