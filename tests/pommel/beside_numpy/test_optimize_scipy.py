"""`pommel.optimize` beside SciPy: the same roots, minima and fits, in as many evaluations."""

import math
import random
import warnings

import numpy as np
import pytest
import scipy.optimize as theirs

import pommel.optimize as ours
from least_squares_problems import beale, helical, powell, rosenbrock, squares, wood


def polynomial(coefficients):
    def fun(x):
        total = 0.0
        for coefficient in coefficients:
            total = total * x + coefficient
        return total

    return fun


def polynomials(count):
    drawn = random.Random(7)
    while count:
        fun = polynomial([drawn.uniform(-3, 3) for _ in range(drawn.randrange(2, 8))])
        a, b = drawn.uniform(-3, 3), drawn.uniform(-3, 3)
        if fun(a) * fun(b) < 0:
            count -= 1
            yield fun, a, b


@pytest.mark.parametrize("method", ["brentq", "bisect", "ridder"])
def test_roots_of_random_polynomials(method):
    same = 0
    problems = list(polynomials(100))
    for fun, a, b in problems:
        root, mine = getattr(ours, method)(fun, a, b, full_output=True)
        other, about = getattr(theirs, method)(fun, a, b, full_output=True)
        assert root == pytest.approx(other, abs=1e-10)
        assert abs(mine.function_calls - about.function_calls) <= 4
        same += (mine.function_calls, mine.iterations) == (about.function_calls, about.iterations)
    # Others differ by rounding.
    assert same >= 90


def flow(x, a):
    return math.exp(x) - a * x * x


def flow_slope(x, a):
    return math.exp(x) - 2 * a * x


def flow_bend(x, a):
    return math.exp(x) - 2 * a


@pytest.mark.parametrize("functions", [(), (flow_slope,), (flow_slope, flow_bend)])
def test_newton(functions):
    for k in range(40):
        arguments = {"fprime": functions[0]} if functions else {}
        if len(functions) == 2:
            arguments["fprime2"] = functions[1]
        # NumPy's numbers, and complex ones.
        for start in (1.0, np.float64(2.0), -2, 0.5 + 0.2j):
            if isinstance(start, complex):
                a = (lambda x: x * x + k, start, *(f for f in (lambda x: 2 * x, lambda x: 2)[:len(functions)]))
                a, given = a[:2], dict(zip(("fprime", "fprime2"), a[2:]))
                args = ()
            else:
                a, given, args = (flow, start), arguments, (1.5 + 0.1 * k,)
            mine = ours.newton(*a, args=args, full_output=True, disp=False, **given)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                other = theirs.newton(*a, args=args, full_output=True, disp=False, **given)
            assert mine[1].converged == other[1].converged
            if mine[1].converged:
                assert abs(mine[0] - other[0]) <= 1e-7 * (1 + abs(other[0]))
                assert mine[1].function_calls == pytest.approx(other[1].function_calls, abs=2)


def test_minima_of_functions_of_one_number():
    for fun in (lambda x: (x - 2) ** 2, lambda x: np.cos(x) + 0.1 * x * x, lambda x: abs(x - 0.7),
                lambda x: math.exp(x) - 5 * x):
        for options in ({}, {"method": "golden"}, {"bounds": (-1, 5)}, {"bracket": (1, 2)}, {"tol": 1e-3},
                        {"options": {"maxiter": 3}}):
            mine, other = ours.minimize_scalar(fun, **options), theirs.minimize_scalar(fun, **options)
            assert (mine.success, mine.keys()) == (other.success, other.keys())
            assert mine.nfev == pytest.approx(other.nfev, abs=2) and mine.x == pytest.approx(other.x, abs=1e-6)


# Problems of Moré, Garbow and Hillstrom (1981): residuals and a start.

def freudenstein(x):
    return np.array([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]])


BARD = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39]


def bard(x):
    return np.array([y - (x[0] + u / ((16 - u) * x[1] + min(u, 16 - u) * x[2])) for u, y in enumerate(BARD, 1)])


def box(x):
    return [math.exp(-k / 10 * x[0]) - math.exp(-k / 10 * x[1]) - x[2] * (math.exp(-k / 10) - math.exp(-k))
            for k in range(1, 21)]


def singular_broyden(x):
    return (3 - 2 * x) * x - np.append(0, x[:-1]) - 2 * np.append(x[1:], 0) + 1


PROBLEMS = [(rosenbrock, [-1.2, 1.0]), (freudenstein, [0.5, -2.0]), (beale, [1.0, 1.0]), (helical, [-1.0, 0.0, 0.0]),
            (powell, [3.0, -1.0, 0.0, 1.0]), (wood, [-3.0, -1.0, -3.0, -1.0]), (bard, [1.0] * 3),
            (box, [0.0, 10.0, 20.0]), (singular_broyden, [-1.0] * 10)]
NAMES = [problem[0].__name__ for problem in PROBLEMS]


@pytest.mark.parametrize("problem", PROBLEMS[:-1], ids=NAMES[:-1])
def test_nelder_mead(problem):
    residuals, start = problem
    fun = squares(residuals)
    for options in ({}, {"adaptive": True}, {"maxfev": 57}, {"xatol": 1e-6, "fatol": 1e-6, "maxiter": 2000}):
        for _ in range(3):
            mine = ours.minimize(fun, start, method="Nelder-Mead", options=options)
        other = theirs.minimize(fun, start, method="Nelder-Mead", options=options)
        # To the last bit, unless a sum had another order.
        assert (mine.nfev, mine.nit, mine.status, mine.message) == (other.nfev, other.nit, other.status, other.message)
        assert isinstance(mine.x, np.ndarray) and mine.keys() == other.keys()
        np.testing.assert_allclose(mine.x, other.x, rtol=1e-12)
        np.testing.assert_allclose(mine.final_simplex[1], other.final_simplex[1], rtol=1e-9, atol=1e-30)


@pytest.mark.parametrize("problem", PROBLEMS, ids=NAMES)
def test_bfgs(problem):
    residuals, start = problem
    fun = squares(residuals)
    for jac in (None, lambda x: theirs.approx_fprime(x, fun)):
        for _ in range(2):
            mine = ours.minimize(fun, start, method="BFGS", jac=jac)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = theirs.minimize(fun, start, method="BFGS", jac=jac)
        assert mine.keys() == other.keys() and mine.nfev < 2.5 * other.nfev and mine.nit <= 1.2 * other.nit + 3
        assert mine.fun == pytest.approx(other.fun, rel=1e-6, abs=1e-7)
        np.testing.assert_allclose(mine.x, other.x, rtol=1e-3, atol=2e-2 if residuals is powell else 1e-3)


@pytest.mark.parametrize("problem", PROBLEMS, ids=NAMES)
def test_least_squares(problem):
    residuals, start = problem
    for options in ({}, {"max_nfev": 4}, {"ftol": 1e-4, "xtol": 1e-4, "gtol": 1e-4}):
        for _ in range(3):
            mine = ours.least_squares(residuals, start, **options)
        other = theirs.least_squares(residuals, start, method="lm", **options)
        assert (mine.nfev, mine.status, mine.message) == (other.nfev, other.status, other.message)
        assert mine.keys() == other.keys()
        np.testing.assert_allclose(mine.x, other.x, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(mine.jac, other.jac, rtol=1e-5, atol=1e-5)


# NIST's Statistical Reference Datasets: data, a start, the certified parameters and their standard deviations.

def misra1a(x, a, b):
    return a * (1 - np.exp(-b * x))


def mgh09(x, a, b, c, d):
    return a * (x * x + x * b) / (x * x + x * c + d)


def thurber(x, a, b, c, d, e, f, g):
    return (a + b * x + c * x ** 2 + d * x ** 3) / (1 + e * x + f * x ** 2 + g * x ** 3)


MISRA1A = ([77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0],
           [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78])
MGH09 = ([4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625],
         [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])
THURBER = ([-3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699, -2.633, -2.481, -2.363, -2.322, -1.501,
            -1.460, -1.274, -1.212, -1.100, -1.046, -0.915, -0.714, -0.566, -0.545, -0.400, -0.309, -0.109, -0.103,
            0.010, 0.119, 0.377, 0.790, 0.963, 1.006, 1.115, 1.572, 1.841, 2.047, 2.200],
           [80.574, 84.248, 87.264, 87.195, 89.076, 89.608, 89.868, 90.101, 92.405, 95.854, 100.696, 101.060, 401.672,
            390.724, 567.534, 635.316, 733.054, 759.087, 894.206, 990.785, 1090.109, 1080.914, 1122.643, 1178.351,
            1260.531, 1273.514, 1288.339, 1327.543, 1353.863, 1414.509, 1425.208, 1421.384, 1442.962, 1464.350,
            1468.705, 1447.894, 1457.628])

FITS = [
    (misra1a, MISRA1A, [500.0, 1e-4], [2.3894212918e2, 5.5015643181e-4], [2.7070075241, 7.2668688436e-6]),
    (misra1a, MISRA1A, [250.0, 5e-4], [2.3894212918e2, 5.5015643181e-4], [2.7070075241, 7.2668688436e-6]),
    (mgh09, MGH09, [0.25, 0.39, 0.415, 0.39], [1.9280693458e-1, 1.9128232873e-1, 1.2305650693e-1, 1.3606233068e-1],
     [1.1435312227e-2, 1.9633220911e-1, 8.0842031232e-2, 9.0025542308e-2]),
    (thurber, THURBER, [1300, 1500, 500, 75, 1, 0.4, 0.05],
     [1.2881396800e3, 1.4910792535e3, 5.8323836877e2, 7.5416644291e1, 9.6629502864e-1, 3.9797285797e-1,
      4.9727297349e-2],
     [4.6647963344, 3.9571156086e1, 2.8698696102e1, 5.5675370270, 3.1333340687e-2, 1.4984928198e-2,
      6.5842344623e-3]),
]


@pytest.mark.parametrize("fit", FITS, ids=["misra1a", "misra1a near", "mgh09", "thurber"])
def test_fits_of_nist(fit):
    model, (x, y), start, parameters, deviations = fit
    x, y = np.array(x), np.array(y)
    for k in range(3):
        mine = ours.curve_fit(model, x, y, start, full_output=True, maxfev=5000)
    other = theirs.curve_fit(model, x, y, start, full_output=True, maxfev=5000)
    np.testing.assert_allclose(mine[0], parameters, rtol=1e-3)
    np.testing.assert_allclose(np.sqrt(np.diag(mine[1])), deviations, rtol=5e-3)
    np.testing.assert_allclose(mine[0], other[0], rtol=1e-4)
    np.testing.assert_allclose(mine[1], other[1], rtol=2e-2)
    assert mine[2]["nfev"] == pytest.approx(other[2]["nfev"], rel=0.3, abs=10) and mine[4] == other[4]


def test_options_of_curve_fit():
    x = np.linspace(0.0, 4.0, 100)
    y = 2.5 * np.exp(-1.3 * x) + 0.5 + 0.01 * np.cos(37 * x)

    def model(x, a, b, c):
        return a * np.exp(-b * x) + c

    def derivatives(x, a, b, c):
        return np.stack([np.exp(-b * x), -a * x * np.exp(-b * x), np.ones_like(x)], axis=1)

    for options in ({}, {"sigma": 0.1 + x}, {"sigma": 0.1 + x, "absolute_sigma": True},
                    {"sigma": 0.1 * np.eye(100) + 0.01}, {"jac": derivatives}, {"p0": (2.0, 1.0, 0.4)},
                    {"jac": derivatives, "sigma": 0.1 + x}, {"ftol": 1e-3, "xtol": 1e-3}):
        mine = ours.curve_fit(model, x, y, full_output=True, **options)
        other = theirs.curve_fit(model, x, y, full_output=True, **options)
        assert (mine[2]["nfev"], mine[3:]) == (other[2]["nfev"], other[3:])
        np.testing.assert_allclose(mine[0], other[0], rtol=1e-5)
        np.testing.assert_allclose(mine[1], other[1], rtol=1e-4)
