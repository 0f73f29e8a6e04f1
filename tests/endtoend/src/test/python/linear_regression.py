"""What the README's trainer leaves out: a linear regression whose gradient noise is known exactly.

The parameters stay where they are (learning rate 0), so that the noise and the gradient are the
same at every step. Run by itself it prints their exact values, from all examples' gradients.
"""

import json

import numpy as np

n, P, m, b, steps, lr = 512, 6, 4, 8, 2_000, 0.0

_random = np.random.default_rng(20)
_x = _random.normal(size=(n, P)) * np.array([2.0, 1.0, 1.0, 0.5, 0.5, 0.25])
_y = _x @ _random.normal(size=P) + 0.3 * _random.normal(size=n)
_theta = np.zeros(P)


def _example_gradients(examples):
    residuals = _x[examples] @ _theta - _y[examples]
    return residuals[:, None] * _x[examples], 0.5 * residuals**2


def sq(v):
    return float(v @ v)


def one_step():
    """Loss, m micro-batch gradients and their mean, of m·b distinct examples."""
    gradients, losses = _example_gradients(_random.choice(n, size=m * b, replace=False))
    g = gradients.reshape(m, b, P).mean(axis=1)
    return float(losses.mean()), g, g.mean(axis=0)


if __name__ == "__main__":
    gradients, losses = _example_gradients(np.arange(n))
    print(
        json.dumps(
            {
                "noise_trace": float(gradients.var(axis=0).sum()),
                "gradient_sqnorm": sq(gradients.mean(axis=0)),
                "loss": float(losses.mean()),
            }
        )
    )
