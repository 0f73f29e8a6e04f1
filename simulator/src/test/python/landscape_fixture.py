#!/usr/bin/python3
"""Writes landscapes.txt: critical points, barriers and basins of the landscapes by scipy.

An implementation that shares nothing with the Java one: the formulas are written again with sympy's
derivatives, critical points come from MINPACK's hybrid method from a grid of starts, barriers from
flooding a grid of values (no saddle is used), basins from LSODA along -grad f. Run from the
module's folder with Debian's python3-scipy and python3-sympy:

    src/test/python/landscape_fixture.py \\
        > src/test/resources/io/thermograd/simulator/landscape/landscapes.txt

Lines, numbers by ascending value of the point they belong to:

    landscape NAME DIM
    critical INDEX VALUE X... EIGENVALUE...
    barrier FROM TO RISE        rise from minimum FROM on the lowest way to minimum TO; the grid's
                                step is 1/800 of the box
    basin MINIMUM X...          the flow from X ends in that minimum
"""

import math

import numpy as np
import scipy.integrate
import scipy.optimize
import sympy as sp

x, y = sp.symbols("x y", real=True)


def holes(background, centres, depths, widths):
    return background - sum(
        a * sp.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * w * w))
        for (cx, cy), a, w in zip(centres, depths, widths)
    )


def circle(depths, width):
    n = len(depths)
    centres = [(2 * math.cos(2 * math.pi * j / n), 2 * math.sin(2 * math.pi * j / n)) for j in range(n)]
    return holes((x**2 + y**2) ** 2 * 0.0125, centres, depths, [width] * n)


def four_wells(widths):
    """Depths such that all minima have the value -2, by a root search."""
    centres = [(1, 1), (-1, 1), (-1, -1), (1, -1)]

    def residual(depths):
        f = sp.lambdify((x, y), holes((x**2 - 1) ** 2 + (y**2 - 1) ** 2, centres, depths, widths))
        return [
            scipy.optimize.minimize(lambda p: f(*p), c, method="Nelder-Mead",
                                    options=dict(xatol=1e-12, fatol=1e-15)).fun + 2
            for c in centres
        ]

    depths = scipy.optimize.fsolve(residual, [2.0] * 4, xtol=1e-13)
    return holes((x**2 - 1) ** 2 + (y**2 - 1) ** 2, centres, depths, widths)


def muller_brown():
    terms = zip((-200, -100, -170, 15), (-1, -1, -6.5, 0.7), (0, 0, 11, 0.6), (-10, -10, -6.5, 0.7),
                (1, 0, -0.5, -1), (0, 0.5, 1.5, 1))
    return sum(A * sp.exp(a * (x - u) ** 2 + b * (x - u) * (y - v) + c * (y - v) ** 2)
               for A, a, b, c, u, v in terms)


def mixture():
    return -sp.log(sum(sp.exp(-((x - c) ** 2) / 2) / sp.sqrt(2 * sp.pi) / 2 for c in (-2, 2)))


LINE = {
    "double-well": ((x**2 - 1) ** 2, -2, 2),
    "tilted-double-well": ((x**2 - 1) ** 2 + sp.Rational(3, 10) * x, -2, 2),
    "shifted-double-well": (x**2 * (x - 2) ** 2, -1, 3),
    "gaussian-mixture": (mixture(), -6, 6),
}
PLANE = {
    "double-well-2d": ((x**2 - 1) ** 2 + y**2, (-2, 2), (-2, 2)),
    "himmelblau": ((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2, (-6, 6), (-6, 6)),
    "three-humps": (2 * x**6 / 13 + x**5 / 8 - 91 * x**4 / 64 - 24 * x**3 / 48 + 42 * x**2 / 16
                    + 5 * y**2 / 4 + x * y, (-4, 4), (-4, 4)),
    "muller-brown": (muller_brown(), (-1.7, 1.3), (-0.5, 2.2)),
    "rosenbrock": (100 * (y - x**2) ** 2 + (1 - x) ** 2, (-3, 3), (-3, 3)),
    "hexagon": (circle([2, 2.2, 2.5, 3, 2.6, 2.3], 0.6), (-3.5, 3.5), (-3.5, 3.5)),
    "four-wells": (four_wells([0.12, 0.15, 0.19, 0.24]), (-2, 2), (-2, 2)),
    "ring": (circle([2] * 8, 0.5), (-3.5, 3.5), (-3.5, 3.5)),
    "corners": ((x**2 - 1) ** 2 + (y**2 - 1) ** 2, (-2, 2), (-2, 2)),
}


def functions(f, variables):
    gradient = [sp.diff(f, v) for v in variables]
    hessian = [[sp.diff(g, v) for v in variables] for g in gradient]
    f, gradient, hessian = (sp.lambdify(variables, e, "numpy") for e in (f, gradient, hessian))
    return f, (lambda p: np.array(gradient(*p), float)), (lambda p: np.array(hessian(*p), float))


def critical_points(gradient, hessian, f, lows, highs, per_axis):
    axes = [np.linspace(a, b, per_axis) for a, b in zip(lows, highs)]
    found = []
    for start in np.stack(np.meshgrid(*axes), -1).reshape(-1, len(lows)):
        with np.errstate(all="ignore"):
            solution = scipy.optimize.root(gradient, start, jac=hessian, tol=1e-14)
        p = solution.x
        inside = np.all(p >= lows) and np.all(p <= highs)
        if not inside or np.linalg.norm(gradient(p)) > 1e-8 * np.abs(hessian(p)).max():
            continue
        for _ in range(5):
            p = p - np.linalg.solve(hessian(p), gradient(p))
        if not any(np.linalg.norm(p - q) < 1e-5 for q in found):
            found.append(p)
    return sorted(found, key=lambda p: f(*p))


def show(numbers):
    return " ".join(repr(float(v)) for v in numbers)


def print_critical(points, f, hessian):
    minima = []
    for p in points:
        eigenvalues = np.linalg.eigvalsh(hessian(p))
        index = int(np.sum(eigenvalues < 0))
        if index == 0:
            minima.append(p)
        print("critical", index, show([f(*p), *p, *eigenvalues]))
    return minima


def flood(f, xs, ys, minima):
    """Rising water: cells in the order of their value; two minima are joined when their lakes meet."""
    n = len(xs)
    values = f(xs[:, None], ys[None, :]) + np.zeros((n, n))
    cell = [int(np.argmin(np.abs(xs - p[0]))) * n + int(np.argmin(np.abs(ys - p[1]))) for p in minima]
    flat = values.ravel()
    parent = np.full(n * n, -1)

    def root(i):
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    barriers = {}
    for c in np.argsort(flat, kind="stable"):
        parent[c] = c
        i, j = divmod(int(c), n)
        for u, v in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
            if 0 <= u < n and 0 <= v < n and parent[u * n + v] >= 0:
                parent[root(u * n + v)] = root(c)
        flooded = [m for m in range(len(cell)) if parent[cell[m]] >= 0]
        roots = {m: root(cell[m]) for m in flooded}
        for a in flooded:
            for b in flooded:
                if a != b and roots[a] == roots[b] and (a, b) not in barriers:
                    barriers[a, b] = flat[c] - f(*minima[a])
        if len(barriers) == len(cell) * (len(cell) - 1):
            break
    return barriers


def basin(gradient, start, minima):
    t = 1.0
    p = start
    while min(np.linalg.norm(p - m) for m in minima) > 1e-6 and t < 1e7:
        p = scipy.integrate.solve_ivp(lambda _, q: -gradient(q), (0, t), p, method="LSODA",
                                      rtol=1e-10, atol=1e-12).y[:, -1]
        t *= 4
    return int(np.argmin([np.linalg.norm(p - m) for m in minima]))


def main():
    print("# Written by src/test/python/landscape_fixture.py with numpy %s, scipy %s, sympy %s."
          % (np.__version__, scipy.__version__, sp.__version__))
    for name, (f, low, high) in LINE.items():
        print("landscape", name, 1)
        f, gradient, hessian = functions(f, [x])
        print_critical(critical_points(gradient, hessian, f, [low], [high], 200), f, hessian)
    random = np.random.default_rng(1)
    for name, (f, (x0, x1), (y0, y1)) in PLANE.items():
        print("landscape", name, 2)
        f, gradient, hessian = functions(f, [x, y])
        lows, highs = np.array([x0, y0]), np.array([x1, y1])
        minima = print_critical(
            critical_points(gradient, hessian, f, lows, highs, 40), f, hessian)
        for (a, b), rise in sorted(flood(f, np.linspace(x0, x1, 801), np.linspace(y0, y1, 801), minima).items()):
            print("barrier", a, b, "%.6g" % rise)
        for p in random.uniform(lows, highs, (40, 2)):
            print("basin", basin(gradient, p, minima), show(p))


if __name__ == "__main__":
    main()
