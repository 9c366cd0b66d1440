"""The worker of the benchmark of solvers: `worker.py HOW`, where HOW is `scipy`, `pommel`, `numba` (SciPy with
functions that Numba compiled), `lowlevel` (SciPy with functions that Pommel compiled, as functions in C) or `c`
(SciPy with functions in C).

With `--first PART` it prints how long the first call of a part took, in a process that has imported everything.
"""

import os
import sys
from time import perf_counter
from types import FunctionType

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [FOLDER, os.path.dirname(FOLDER)]

import functions  # noqa: E402
from protocol import MadeParts, MadeResults, serve  # noqa: E402


def solvers(how):
    """The module whose solvers are called."""
    if how == "pommel":
        from pommel import integrate
    else:
        from scipy import integrate
    return integrate


def function(how, name, user="quad"):
    """A function as this rival has it, for a function of SciPy."""
    plain = getattr(functions, name)
    if how == "lowlevel":
        import pommel
        import scipy  # noqa: F401

        return pommel.jit(plain).lowlevel(user)
    if how == "numba":
        import numba

        return numba.njit(plain)
    if how == "c":
        import integrands
        from scipy import LowLevelCallable

        return LowLevelCallable(getattr(integrands, name))
    return plain


def solution(how, name, end, method, **options):
    """A function that solves an equation; it gives the state at the end."""
    solve, fun = solvers(how).solve_ivp, function(how, name)
    start = {"lorenz": [1.0, 1.0, 1.0], "robertson": [1.0, 0.0, 0.0], "van_der_pol": [2.0, 0.0]}.get(name, [0.0, 1.0, 1.0])
    return lambda: solve(fun, (0.0, end), start, method=method, **options).y[:, -1]


def states(how):
    """A function that solves a body's equations with `odeint`."""
    import numpy as np

    solve, fun = solvers(how).odeint, function(how, "rigid_body_turned")
    times = np.linspace(0.0, 300.0, 2001)
    return lambda: solve(fun, [0.0, 1.0, 1.0], times, rtol=1e-10, atol=1e-10)[-1]


def integral(how, name):
    quad, fun = solvers(how).quad, function(how, name)
    return lambda: quad(fun, 0.0, 1.0)


def filtered(how, name):
    """A function that filters a picture; it gives some of the pixels."""
    import numpy as np
    from scipy.ndimage import generic_filter

    picture, fun = np.sin(np.arange(64.0 * 64.0)).reshape(64, 64), function(how, name, "generic_filter")
    return lambda: generic_filter(picture, fun, size=5)[::16, ::16].ravel()


# The sleds of an ensemble, their steps, and how long a step is.
SLEDS, STEPS, STEP = 1000, 200, 0.01


def sleds(how, is_exact):
    """A function that lets many sleds slide: by arrays of all of them where no solver does that."""
    import numpy as np

    starts = np.array([[0.0, k / SLEDS, 3.5, 0.0] for k in range(SLEDS)])
    if how == "pommel":
        solve = solvers(how).solve_ensemble
        span = 0.0, STEPS * STEP
        return lambda: solve(functions.slide, span, starts, "RK4", steps=STEPS, exact=is_exact).y[:, :, -1].ravel()

    slide = FunctionType(functions.slide.__code__, {"pi": np.pi, "sin": np.sin, "cos": np.cos})

    def slope(states):
        return np.array(slide(0.0, states))

    def run():
        states = starts.T
        for _ in range(STEPS):
            k1 = slope(states)
            k2 = slope(states + STEP / 2 * k1)
            k3 = slope(states + STEP / 2 * k2)
            k4 = slope(states + STEP * k3)
            states = states + STEP / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return states.T.ravel()

    return run


# Solutions of Lorenz's equations that begin at different states.
MANY = 200


def many(how, method, end, **options):
    """A function that solves them all, each with steps of its own: one after the other where no solver does that."""
    import numpy as np

    starts = np.array([[1.0 + k / MANY, 1.0, 20.0 - k / MANY] for k in range(MANY)])
    span, fun = (0.0, end), functions.lorenz
    if how == "pommel":
        solve = solvers(how).solve_ensemble
        return lambda: solve(fun, span, starts, method, **options).y[:, :, -1].ravel()
    solve = solvers(how).solve_ivp
    return lambda: np.concatenate([
        solve(fun, span, start, method, t_eval=span, **options).y[:, -1] for start in starts])


PARTS = {
    "lorenz": lambda how: solution(how, "lorenz", 10.0, "RK45", rtol=1e-8, atol=1e-8),
    "rigid-body": lambda how: solution(how, "rigid_body", 100.0, "RK45", rtol=1e-8, atol=1e-8),
    "rigid-body-dop853": lambda how: solution(how, "rigid_body", 500.0, "DOP853", rtol=1e-10, atol=1e-10),
    "first-rigid-body": lambda how: solution(how, "rigid_body", 1800.0, "RK45", rtol=1e-8, atol=1e-8),
    "robertson": lambda how: solution(how, "robertson", 1e4, "BDF", rtol=1e-7, atol=1e-10),
    "van-der-pol-bdf": lambda how: solution(how, "van_der_pol", 3000.0, "BDF", rtol=1e-7, atol=1e-9),
    "van-der-pol-radau": lambda how: solution(how, "van_der_pol", 3000.0, "Radau", rtol=1e-7, atol=1e-9),
    "van-der-pol-lsoda": lambda how: solution(how, "van_der_pol", 3000.0, "LSODA", rtol=1e-7, atol=1e-9),
    "first-van-der-pol": lambda how: solution(how, "van_der_pol", 6000.0, "BDF", rtol=1e-7, atol=1e-9),
    "odeint": states,
    "gauss": lambda how: integral(how, "gauss"),
    "root": lambda how: integral(how, "root"),
    "peak": lambda how: integral(how, "peak"),
    "roughness": lambda how: filtered(how, "roughness"),
    "sleds-exact": lambda how: sleds(how, True),
    "sleds-near": lambda how: sleds(how, False),
    "lorenz-many": lambda how: many(how, "RK45", 2.0, rtol=1e-6, atol=1e-6),
}


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
        # The estimate of the error of an integral is part of it.
        serve(parts, MadeResults(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
