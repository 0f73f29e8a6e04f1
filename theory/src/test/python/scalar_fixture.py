#!/usr/bin/python3
"""Writes scalar-fixture.txt: integrals, quantiles, fits and roots by scipy and numpy.

Run from the module's folder with Debian's python3-scipy:

    src/test/python/scalar_fixture.py > src/test/resources/io/thermograd/theory/scalar-fixture.txt

Every line is a name, the arguments and the value.
"""

import math

import numpy as np
from scipy import integrate, optimize, stats


def show(name, *numbers):
    print(name, *(repr(float(x)) for x in numbers))


def passage(potential, t, reflecting, start, absorbing):
    """Integrated as an ordinary differential equation for (inner, outer), by DOP853."""

    def slopes(y, state):
        return [
            math.exp(-potential(y) / t),
            state[0] * math.exp(potential(y) / t) / t if y >= start else 0.0,
        ]

    state = [0.0, 0.0]
    for a, b in [(reflecting, start), (start, absorbing)]:
        if a < b:
            solved = integrate.solve_ivp(
                slopes, (a, b), state, method="DOP853", rtol=1e-12, atol=1e-16, max_step=0.01
            )
            state = [solved.y[0][-1], solved.y[1][-1] if a == start else 0.0]
    return state[1]


def main():
    for delta in [1e-4, 0.01, 0.3, 1, 4, 30]:
        value, _ = integrate.quad(
            lambda x: math.log(-math.expm1(-delta * (x * x + 0.25))) / (x * x + 0.25),
            0,
            math.inf,
            epsabs=1e-13,
            epsrel=1e-13,
            limit=2000,
        )
        show("depopulation", delta, math.exp(value / math.pi))
    for t in [0.05, 0.1, 0.3, 1.0]:
        well = lambda x: (x * x - 1) ** 2
        show("passage", t, -3, -1, 1, passage(well, t, -3, -1, 1))
        show("passage", t, -3, -1, 0, passage(well, t, -3, -1, 0))
    for level in [0.5, 0.95, 0.99]:
        for degrees in [1, 2, 3, 4, 7, 30, 101]:
            show("student", level, degrees, stats.t.ppf((1 + level) / 2, degrees))
    # u + log u = y for the learning rate of a wanted escape time.
    for barrier, prefactor, slope, steps in [
        (1.0, 1.11, 0.5, 1e4),
        (0.3, 7.0, 0.02, 1e9),
        (2.0, 0.4, 3.0, 50.0),
    ]:
        log_steps = lambda log_eta: (
            math.log(prefactor) + barrier / (slope * math.exp(log_eta)) - log_eta - math.log(steps)
        )
        root = optimize.brentq(log_steps, -40, 20, xtol=1e-14, rtol=1e-14)
        show("rate", barrier, prefactor, slope, steps, math.exp(root))
    # numpy's weighted least squares, with scipy's Student t.
    temperatures = np.array([0.1, 0.13, 0.2, 0.31])
    times = np.array([30000.0, 2900.0, 170.0, 31.0])
    events = np.array([20, 60, 300, 1000])
    weights = events - 0.5 + 1 / (12 * events)
    logs = np.log(times) + 1 / (2 * events) + 1 / (12 * events**2)
    (slope, intercept), covariance = np.polyfit(
        1 / temperatures, logs, 1, w=np.sqrt(weights), cov="unscaled"
    )
    residual = np.sum(weights * (logs - slope / temperatures - intercept) ** 2) / 2
    half = stats.t.ppf(0.975, 2) * math.sqrt(covariance[0][0] * residual)
    show("fit", slope, slope - half, slope + half)
    half = stats.t.ppf(0.975, 2) * math.sqrt(covariance[1][1] * residual)
    show("fitPrefactor", *np.exp([intercept, intercept - half, intercept + half]))


main()
