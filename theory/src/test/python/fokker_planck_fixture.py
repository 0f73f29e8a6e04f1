#!/usr/bin/python3
"""Writes fokker-planck-fixture.txt: relaxation rates of Fokker-Planck operators by scipy.

Shares nothing with the Java scheme: the operator is brought to Schroedinger form
-T d2 + (U'^2/(4T) - U''/2), discretised by plain central differences with walls where the density
is nil, solved by LAPACK (1-D) or ARPACK (2-D), and extrapolated from three grids (Richardson).
Run from the module's folder:

    src/test/python/fokker_planck_fixture.py > src/test/resources/io/thermograd/theory/fokker-planck-fixture.txt
"""

import numpy as np
import scipy
from scipy.linalg import eigh_tridiagonal
from scipy.sparse import diags, identity, kron
from scipy.sparse.linalg import eigsh


def line(slope, curvature, temperature, low, high, n, count):
    h = (high - low) / (n + 1)
    x = low + h * np.arange(1, n + 1)
    well = slope(x) ** 2 / (4 * temperature) - curvature(x) / 2
    return eigh_tridiagonal(
        2 * temperature / h**2 + well,
        np.full(n - 1, -temperature / h**2),
        eigvals_only=True,
        select="i",
        select_range=(0, count),
        tol=1e-14,
    )


def plane(gradient, laplacian, temperature, box, n, count):
    (lx, hx), (ly, hy) = box
    h1, h2 = (hx - lx) / (n + 1), (hy - ly) / (n + 1)
    x = lx + h1 * np.arange(1, n + 1)
    y = ly + h2 * np.arange(1, n + 1)
    xx, yy = np.meshgrid(x, y, indexing="ij")
    gx, gy = gradient(xx, yy)
    well = (gx**2 + gy**2) / (4 * temperature) - laplacian(xx, yy) / 2

    def second(h):
        return diags([-1, 2, -1], [-1, 0, 1], shape=(n, n)) / h**2

    operator = temperature * (
        kron(second(h1), identity(n)) + kron(identity(n), second(h2))
    ) + diags(well.ravel())
    values = eigsh(
        operator.tocsc(), k=count + 1, sigma=-0.1, which="LM", return_eigenvectors=False, tol=1e-13
    )
    return np.sort(values)


def extrapolate(solve, n):
    """Error a h^2 + b h^4 removed from the grids h, h/2, h/4."""
    coarse, middle, fine = solve(n), solve(2 * n + 1), solve(4 * n + 3)
    first, second = (4 * middle - coarse) / 3, (4 * fine - middle) / 3
    best = (16 * second - first) / 15
    return best, np.abs(best - second)


def show(name, parameters, result):
    values, errors = result
    print(name, *parameters, "rates", *(repr(float(v)) for v in values[1:]))
    print("#   ground state", float(values[0]), "errors", *(f"{e:.1e}" for e in errors[1:]))


def main():
    print(f"# scipy {scipy.__version__}, numpy {np.__version__}")
    for tilt, temperature in ((0.0, 0.5), (0.0, 0.2), (0.0, 0.1), (0.2, 0.15)):
        result = extrapolate(
            lambda n: line(
                lambda x: 4 * x * (x**2 - 1) + tilt,
                lambda x: 12 * x**2 - 4,
                temperature,
                -3,
                3,
                n,
                4,
            ),
            2047,
        )
        show("double_well", (tilt, temperature), result)
    coupling, temperature = 0.5, 0.25
    result = extrapolate(
        lambda n: plane(
            lambda x, y: (4 * x * (x**2 - 1) + 2 * x - 2 * coupling * y, 2 * y - 2 * coupling * x),
            lambda x, y: 12 * x**2 - 4 + 2 + 2,
            temperature,
            ((-2.4, 2.4), (-3.4, 3.4)),
            n,
            4,
        ),
        79,
    )
    show("coupled_well", (coupling, temperature), result)


if __name__ == "__main__":
    main()
