#!/usr/bin/python3
"""Writes linear-fixture.txt: minima, Hessians and noise covariances of linear models.

Minima by scikit-learn (logistic) and numpy's lstsq (least squares), Hessians by torch's autograd,
covariances by numpy from explicit per-example gradients. Run from the module's folder with Debian's
python3-sklearn and python3-torch:

    src/test/python/linear_fixture.py > src/test/resources/io/thermograd/simulator/model/linear-fixture.txt
"""

import gzip

import numpy as np
import sklearn
import torch
from sklearn.linear_model import LogisticRegression

DATA = "src/main/resources/io/thermograd/simulator/data/"


def table(name):
    rows = np.loadtxt(gzip.open(DATA + name, "rt"), delimiter=",")
    return rows[:, :-1].astype(np.float32).astype(np.float64), rows[:, -1].astype(np.int64)


def standardised(x):
    """As float32, which is what the Java side holds."""
    return ((x - x.mean(axis=0)) / x.std(axis=0)).astype(np.float32).astype(np.float64)


def with_bias(x):
    return np.hstack([x, np.ones((len(x), 1))])


def show(name, theta, loss_of, x, y, penalty):
    def example(t, xi, yi):
        return loss_of(xi @ t, yi)

    def total(t):
        return loss_of(torch.tensor(x) @ t, torch.tensor(y)).mean() + penalty / 2 * (t @ t)

    t = torch.tensor(theta)
    hessian = torch.autograd.functional.hessian(total, t).numpy()
    gradients = []
    for xi, yi in zip(torch.tensor(x), torch.tensor(y)):
        tt = t.clone().requires_grad_()
        example(tt, xi, yi).backward()
        gradients.append(tt.grad.numpy())
    sigma = np.cov(np.array(gradients), rowvar=False, bias=True)
    print("case", name)
    print("penalty", penalty)
    print("loss", repr(total(t).item()))
    print("optimum", *(repr(float(v)) for v in theta))
    print("hessian", *(repr(float(v)) for v in hessian.ravel()))
    print("sigma", *(repr(float(v)) for v in sigma.ravel()))


def logistic(name, x, y, penalty):
    model = LogisticRegression(
        C=1 / (len(y) * penalty) if penalty else 1.0,
        penalty="l2" if penalty else "none",
        fit_intercept=False,
        solver="newton-cg",
        tol=1e-14,
        max_iter=100_000,
    ).fit(x, y)
    sign = 2.0 * y - 1
    loss = lambda z, s: torch.nn.functional.softplus(-s * z)
    show(name, model.coef_[0], loss, x, sign, penalty)


def main():
    print(f"# sklearn {sklearn.__version__}, numpy {np.__version__}, torch {torch.__version__}")
    x, y = table("breast-cancer.csv.gz")
    logistic("logistic-4", with_bias(standardised(x)[:, :4]), y, 0.0)
    logistic("logistic-31", with_bias(standardised(x)), y, 0.01)
    x, _ = table("wine.csv.gz")
    x = standardised(x)
    inputs, targets = with_bias(x[:, :12]), x[:, 12]
    theta = np.linalg.lstsq(inputs, targets, rcond=None)[0]
    show("least-squares", theta, lambda z, t: 0.5 * (z - t) ** 2, inputs, targets, 0.0)


if __name__ == "__main__":
    main()
