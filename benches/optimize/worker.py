"""The worker of the benchmark of roots, minima and fits: `worker.py HOW`, where HOW is `scipy`, `pommel` or `numba`
(SciPy with functions that Numba compiled).

With `--first PART` it prints how long the first call of a part took, in a process that has imported everything.
"""

import os
import sys
from time import perf_counter

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [FOLDER, os.path.dirname(FOLDER)]

import functions  # noqa: E402
import numpy as np  # noqa: E402
from protocol import MadeParts, MadeResults, serve  # noqa: E402

ANOMALIES = [0.03 * k + 0.01 for k in range(100)]


def solvers(how):
    """The module whose solvers are called."""
    if how == "pommel":
        from pommel import optimize
    else:
        from scipy import optimize
    return optimize


def function(how, name):
    """A function as this rival has it."""
    plain = getattr(functions, name)
    if how == "numba":
        import numba

        return numba.njit(plain)
    return plain


def roots(how, method):
    """A function that solves Kepler's equation for many times."""
    solve, fun = getattr(solvers(how), "brentq" if method == "brentq" else "newton"), function(how, "kepler")
    if method == "brentq":
        return lambda: [sum(solve(fun, 0.0, 4.0, (0.6, anomaly)) for anomaly in ANOMALIES)]
    slope = function(how, "kepler_slope") if method == "newton" else None
    return lambda: [sum(solve(fun, anomaly, slope, (0.6, anomaly)) for anomaly in ANOMALIES)]


def minimum(how, method, n):
    solve, fun, start = solvers(how).minimize, function(how, "rosenbrock"), np.array([-1.2, 1.0] * (n // 2))
    options = {"xatol": 1e-8, "fatol": 1e-8} if method == "Nelder-Mead" else {}
    return lambda: solve(fun, start, method=method, options=options).x


def bounded(how):
    solve, fun = solvers(how).minimize_scalar, function(how, "valley")
    return lambda: [solve(fun, bounds=(-1.0, 5.0)).x]


def squares(how):
    solve, fun, start = solvers(how).least_squares, function(how, "wood"), np.array([-3.0, -1.0, -3.0, -1.0])
    return lambda: solve(fun, start, method="lm").x


def fit(how, name, wanted, points=200):
    solve, fun = solvers(how).curve_fit, function(how, name)
    x = np.linspace(0.0, 4.0, points)
    y = getattr(functions, name)(x, *wanted) + 0.01 * np.cos(37.0 * x)
    return lambda: solve(fun, x, y, p0=[1.0] * len(wanted))[0]


PARTS = {
    "brentq": lambda how: roots(how, "brentq"),
    "newton": lambda how: roots(how, "newton"),
    "secant": lambda how: roots(how, "secant"),
    "nelder-mead-2": lambda how: minimum(how, "Nelder-Mead", 2),
    "nelder-mead-4": lambda how: minimum(how, "Nelder-Mead", 4),
    "bfgs-2": lambda how: minimum(how, "BFGS", 2),
    "bfgs-4": lambda how: minimum(how, "BFGS", 4),
    "bfgs-8": lambda how: minimum(how, "BFGS", 8),
    "bfgs-20": lambda how: minimum(how, "BFGS", 20),
    "bounded": bounded,
    "least-squares": squares,
    "curve-fit-2": lambda how: fit(how, "decay", (2.5, 1.3)),
    "curve-fit-3": lambda how: fit(how, "decay_above", (2.5, 1.3, 0.5)),
    "curve-fit-many": lambda how: fit(how, "decay_above", (2.5, 1.3, 0.5), 20000),
}
PARTS.update({"first-" + part: make for part, make in PARTS.items()})


def first(how, part):
    """How long it takes to compile and call for the first time."""
    solvers(how)
    if how == "numba":
        import numba  # noqa: F401
    begin = perf_counter()
    PARTS[part](how)()
    return perf_counter() - begin


def main(how, *rest):
    if rest:
        print(first(how, rest[1]))
    else:
        parts = MadeParts(PARTS, lambda part: PARTS[part](how), [__file__, how])
        serve(parts, MadeResults(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
