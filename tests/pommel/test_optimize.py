"""`pommel.optimize`: roots, minima and fits that are known."""

import functools
import math

import pytest

import pommel as pm
from least_squares_problems import beale, helical, powell, rosenbrock, squares, wood
from pommel.optimize import (
    OptimizeWarning, _running, bisect, brentq, curve_fit, least_squares, minimize, minimize_scalar, newton, ridder,
    root_scalar,
)

BRACKETS = [brentq, bisect, ridder]
METHODS = ["Nelder-Mead", "BFGS"]


def numbers(values):
    return [float(value) for value in values]


@pytest.fixture
def always(monkeypatch):
    """Compiles everything at the second call."""
    monkeypatch.setattr(_running, "_LINE", 0.0)
    monkeypatch.setattr(_running, "_LEAST", 0.0)
    monkeypatch.setattr(_running, "_runners", {})
    monkeypatch.setattr(_running, "_short", {})


# Roots.

ROOTS = [
    (lambda x: x * x - 2, 0.0, 2.0, math.sqrt(2)),
    (lambda x: math.cos(x) - x, 0.0, 1.0, 0.7390851332151607),
    (lambda x: math.exp(x) - 5, -5.0, 5.0, math.log(5)),
    (lambda x: (x - 1) ** 3 + 0.1 * (x - 1), 0.0, 3.5, 1.0),
    (lambda x: x, -1.0, 1.0, 0.0),
    (lambda x: 1e-9 * (x - 3), 10.0, -10.0, 3.0),
]


@pytest.mark.parametrize("solve", BRACKETS)
@pytest.mark.parametrize("problem", ROOTS, ids=range(len(ROOTS)))
def test_roots_between(solve, problem, always):
    f, a, b, exact = problem
    found = [solve(f, a, b, full_output=True) for _ in range(4)]
    assert all(one == found[0] for one in found)
    root, about = found[0]
    assert root == pytest.approx(exact, abs=1e-10)
    assert about.converged and about.flag == "converged" and about.root == root and about["method"] == solve.__name__
    assert 2 < about.function_calls < 60


@pytest.mark.parametrize("solve", BRACKETS)
def test_calls_are_counted(solve):
    places = []

    def f(x):
        places.append(x)
        return x * x - 2

    for _ in range(3):
        places.clear()
        _, about = solve(f, 0, 2, full_output=True)
        assert len(places) == about.function_calls and type(places[0]) is float


@pytest.mark.parametrize("solve", BRACKETS)
def test_ends_that_are_roots(solve):
    for a, b in ((1, 5), (5, 1)):
        root, about = solve(lambda x: x - 1, a, b, full_output=True)
        assert (root, about.function_calls, about.iterations) == (1.0, 2, 0)


@pytest.mark.parametrize("solve", BRACKETS)
def test_errors_of_brackets(solve):
    with pytest.raises(ValueError, match="must have different signs"):
        solve(lambda x: x * x + 1, -1, 1)
    with pytest.raises(ValueError, match="The function value at x=-1.0 is NaN; solver cannot continue."):
        solve(lambda x: math.nan, -1, 1)
    with pytest.raises(ValueError, match=r"xtol too small \(0 <= 0\)"):
        solve(lambda x: x, -1, 2, xtol=0)
    with pytest.raises(ValueError, match="rtol too small"):
        solve(lambda x: x, -1, 2, rtol=0)
    with pytest.raises(RuntimeError, match="Failed to converge after 2 iterations."):
        solve(lambda x: math.exp(x) - 5, -5, 5, maxiter=2)
    about = bisect(lambda x: x - 0.3, -1, 7, maxiter=2, full_output=True, disp=False)[1]
    assert (about.converged, about.flag, about.iterations) == (False, "convergence error", 2)
    with pytest.raises(TypeError, match="argument 'f' must be a function, not 3"):
        solve(3, 0, 1)


def test_arguments_and_methods_of_instances(always):
    class Cubic:
        def __init__(self, a):
            self.a = a

        def at(self, x):
            return x ** 3 - self.a

    for a in (1.0, 2.0, 3.0, 4.0):
        assert brentq(lambda x, a, b: x ** 3 - a + b, 0, 3, (a, 0)) == pytest.approx(a ** (1 / 3), abs=1e-11)
        assert brentq(lambda x, a: x ** 3 - a, 0, 3, a) == pytest.approx(a ** (1 / 3), abs=1e-11)
        assert brentq(Cubic(a).at, 0, 3) == pytest.approx(a ** (1 / 3), abs=1e-11)
        assert newton(lambda x, a: x ** 3 - a, 1.5, lambda x, a: 3 * x * x, (a,)) == pytest.approx(a ** (1 / 3))


def test_exceptions_of_callbacks(always):
    def f(x, bad):
        if bad and x > 1.2:
            raise KeyError("far")
        return x * x - 1.7

    for bad in (False, False, True, False, True):
        if not bad:
            assert brentq(f, 0, 2, (bad,)) == pytest.approx(math.sqrt(1.7))
            continue
        with pytest.raises(KeyError, match="far"):
            brentq(f, 0, 2, (bad,))


def test_newton(always):
    def f(x):
        return x ** 3 - 2 * x - 5

    def df(x):
        return 3 * x * x - 2

    def ddf(x):
        return 6 * x

    for _ in range(4):
        for arguments, method, calls in (((f, 2.0), "secant", 6), ((f, 2.0, df), "newton", 8),
                                         ((f, 2.0, df, (), 1e-8, 50, ddf), "halley", 9)):
            root, about = newton(*arguments, full_output=True)
            assert root == pytest.approx(2.0945514815423265, abs=1e-12)
            assert about.method == method and about.function_calls == pytest.approx(calls, abs=1)
        assert newton(f, 2.0, x1=3.0) == pytest.approx(2.0945514815423265)
    assert newton(lambda x: x * x + 1, 0.5 + 0.5j, lambda x: 2 * x) == pytest.approx(1j)


def test_errors_of_newton():
    with pytest.raises(RuntimeError, match="Derivative was zero. Failed to converge after 1 iterations, value is 0.0."):
        newton(lambda x: x * x - 2, 0, lambda x: 2 * x)
    with pytest.raises(RuntimeError, match="Failed to converge after 50 iterations, value is"):
        newton(lambda x: x * x + 2, 0.3)
    with pytest.raises(RuntimeError, match="Tolerance of 0.00012999999999996348 reached. Failed to converge after 1 "):
        newton(lambda x: 3.0, 0.3)
    with pytest.warns(RuntimeWarning, match="Derivative was zero."):
        root, about = newton(lambda x: x * x - 2, 0, lambda x: 2 * x, disp=False, full_output=True)
    assert (root, about.converged) == (0.0, False)
    for arguments, message in ((dict(tol=0), "tol too small"), (dict(maxiter=0), "maxiter must be greater than 0"),
                               (dict(x1=1.0), "x1 and x0 must be different")):
        with pytest.raises(ValueError, match=message):
            newton(lambda x: x - 2, 1.0, **arguments)
    with pytest.raises(TypeError, match="argument 'x0' must be a number, not .*: look for one zero at a time"):
        newton(lambda x: x, pm.array([1.0, 2.0]))


def test_root_scalar():
    def f(x):
        return x * x - 2

    def both(x):
        return x * x - 2, 2 * x

    for arguments, method in (({"bracket": [0, 2]}, "brentq"), ({"x0": 1}, "newton"), ({"x0": 1, "x1": 2}, "secant"),
                              ({"x0": 1, "fprime": lambda x: 2 * x}, "newton"),
                              ({"x0": 1, "fprime": lambda x: 2 * x, "fprime2": lambda x: 2}, "halley"),
                              ({"bracket": (0, 2), "method": "ridder"}, "ridder")):
        found = root_scalar(f, **arguments)
        assert found.method == method and found.converged and found.root == pytest.approx(math.sqrt(2))
    assert root_scalar(both, x0=1, fprime=True).function_calls == 5
    assert not root_scalar(lambda x: x * x + 2, x0=0.3, x1=0.4).converged
    for arguments, message in (({}, "neither bracket nor starting point"), ({"method": "brentq"}, "Bracket needed"),
                               ({"method": "newton"}, "x0 must not be None for newton"),
                               ({"method": "brent"}, "Unknown solver brent: there are brentq, bisect")):
        with pytest.raises(ValueError, match=message):
            root_scalar(f, **arguments)


# Minima of functions of one number.

@pytest.mark.parametrize("options", [{}, {"method": "golden"}, {"bounds": (0, 5)}, {"bracket": (0, 1)},
                                     {"bracket": (0, 1, 6)}])
def test_minima_of_functions_of_one_number(options, always):
    def f(x, a):
        return math.cosh(x - a)

    found = [minimize_scalar(f, args=(2.5,), **options) for _ in range(4)]
    assert all(one == found[0] for one in found)
    assert found[0].success and found[0].x == pytest.approx(2.5, abs=1e-5) and found[0].fun == pytest.approx(1)
    assert found[0].nfev < 60


def test_errors_of_minimize_scalar():
    for arguments, message in (({"method": "x"}, "Unknown solver x"), ({"method": "bounded"}, "mandatory"),
                               ({"bounds": (5, 0)}, "lower bound exceeds"),
                               ({"bracket": (3, 2, 1, 0)}, "length 2 or 3"),
                               ({"bracket": (3, 4, 5)}, "do not fulfill")):
        with pytest.raises(ValueError, match=message):
            minimize_scalar(lambda x: x * x, **arguments)
    with pytest.raises(RuntimeError, match="without finding a valid bracket"):
        minimize_scalar(lambda x: -x)
    found = minimize_scalar(lambda x: math.cosh(x - 2.5), options={"maxiter": 2})
    assert (found.success, found.nit) == (False, 2)


# Problems of Moré, Garbow and Hillstrom (1981): residuals, a start, and where the minimum is.

def freudenstein(x):
    return [-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]]


PROBLEMS = [
    (rosenbrock, [-1.2, 1.0], [1.0, 1.0]), (freudenstein, [0.5, -2.0], [11.41277, -0.89681]),
    (beale, [1.0, 1.0], [3.0, 0.5]), (helical, [-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]),
    (powell, [3.0, -1.0, 0.0, 1.0], [0.0] * 4), (wood, [-3.0, -1.0, -3.0, -1.0], [1.0] * 4),
]
NAMES = [problem[0].__name__ for problem in PROBLEMS]


@pytest.mark.parametrize("problem", PROBLEMS, ids=NAMES)
@pytest.mark.parametrize("method", METHODS)
def test_minima(method, problem, always):
    residuals, start, exact = problem
    options = {"xatol": 1e-8, "fatol": 1e-10, "maxfev": 5000, "maxiter": 5000} if method == "Nelder-Mead" else {}
    fun = squares(residuals)
    found = [minimize(fun, start, method=method, options=options) for _ in range(3)]
    # As it is, by way of the compiler, and compiled.
    assert len({(one.nfev, one.nit, float(one.fun), tuple(numbers(one.x))) for one in found}) == 1
    assert numbers(found[0].x) == pytest.approx(exact, abs=0.1 if residuals is powell else 1e-3)
    assert found[0].nfev < 1500


@pytest.mark.parametrize("problem", PROBLEMS, ids=NAMES)
def test_least_squares(problem, always):
    residuals, start, exact = problem
    found = [least_squares(residuals, start) for _ in range(3)]
    assert len({(one.nfev, one.cost, tuple(numbers(one.x))) for one in found}) == 1
    assert found[0].success and found[0].nfev < 100
    assert numbers(found[0].x) == pytest.approx(exact, abs=1e-3)
    assert found[0].cost == pytest.approx(sum(value * value for value in residuals(numbers(found[0].x))) / 2)


@pytest.mark.parametrize("n", [1, 3, 9])
@pytest.mark.parametrize("method", METHODS)
def test_sizes(method, n):
    def fun(x):
        return sum((i + 1) * (x[i] - i) ** 2 for i in range(len(x)))

    options = {"maxiter": 20000, "maxfev": 20000} if method == "Nelder-Mead" else {}
    found = minimize(fun, [0.5] * n, method=method, options=options)
    assert found.success and numbers(found.x) == pytest.approx(list(range(n)), abs=0.02)


@pytest.mark.parametrize("n", [2, 8])
def test_gradients(n):
    def fun(x):
        return sum((x[i] - i) ** 4 + (x[i] - i) ** 2 for i in range(len(x)))

    def slopes(x):
        return [4 * (x[i] - i) ** 3 + 2 * (x[i] - i) for i in range(len(x))]

    plain = minimize(fun, [0.5] * n)
    given = minimize(fun, [0.5] * n, jac=slopes)
    both = minimize(lambda x: (fun(x), slopes(x)), [0.5] * n, jac=True)
    assert given.njev == both.njev == given.nfev == both.nfev and abs(plain.njev - given.njev) < 10
    assert plain.nfev == plain.njev * (n + 1)
    for found in (plain, given, both):
        assert numbers(found.x) == pytest.approx(list(range(n)), abs=1e-4)
        assert found.hess_inv.shape == (n, n) and max(map(abs, numbers(found.jac))) <= 1e-5


@pytest.mark.parametrize("method", METHODS)
def test_calls_of_minimize_are_counted(method):
    places = []

    def fun(x, a):
        places.append(x)
        return (x[0] - a) ** 2 + x[1] ** 2

    found = minimize(fun, [3.0, 1.0], 2.0, method=method)
    assert found.nfev == len(places) and found.message == "Optimization terminated successfully."
    assert places[0].shape == (2,) and found["nit"] == found.nit and "nfev" in repr(found)


@pytest.mark.parametrize("method", METHODS)
def test_callbacks_and_limits(method):
    seen = []
    fun = squares(rosenbrock)
    plain = minimize(fun, [-1.2, 1.0], method=method)
    watched = minimize(fun, [-1.2, 1.0], method=method, callback=seen.append)
    assert (plain.nfev, plain.nit, numbers(plain.x)) == (watched.nfev, watched.nit, numbers(watched.x))
    assert abs(len(seen) - watched.nit) <= 1 and numbers(seen[-1]) == numbers(watched.x)

    def stop(intermediate_result):
        seen.append(intermediate_result.fun)
        if len(seen) == 5:
            raise StopIteration

    seen.clear()
    stopped = minimize(fun, [-1.2, 1.0], method=method, callback=stop)
    assert len(seen) == 5 and (stopped.status, stopped.success) == (99, False)
    limited = minimize(fun, [-1.2, 1.0], method=method, options={"maxiter": 3})
    assert limited.nit == 3 and not limited.success and "Maximum number of iterations" in limited.message
    with pytest.warns(OptimizeWarning, match="Unknown solver options: steps"):
        minimize(fun, [-1.2, 1.0], method=method, options={"steps": 3})
    path = minimize(fun, [-1.2, 1.0], method=method, options={"return_all": True}).allvecs
    assert numbers(path[-1]) == numbers(plain.x) and len(path) > 10


def test_simplex():
    fun = squares(rosenbrock)
    found = minimize(fun, [-1.2, 1.0], method="Nelder-Mead", options={"maxfev": 50})
    assert (found.nfev, found.status) == (50, 1)
    found = minimize(fun, [5.0, 5.0], method="Nelder-Mead", options={
        "initial_simplex": [[0, 0], [1, 0], [0, 1]], "adaptive": True})
    assert numbers(found.x) == pytest.approx([1, 1], abs=1e-3) and found.final_simplex[0].shape == (3, 2)
    # Steps that shrink everything: nothing is better than the best.
    found = minimize(lambda x: 0.0 if x[0] == 0.0 == x[1] else 1e-5, [0.0, 0.0], method="Nelder-Mead")
    assert found.success and numbers(found.x) == [0.0, 0.0]


def test_where_a_line_search_fails():
    found = minimize(lambda x: abs(x[0] - 0.3), [-1.2], method="BFGS")
    assert (found.status, found.success) == (2, False) and "precision loss" in found.message
    assert float(found.x[0]) == pytest.approx(0.3, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_what_objectives_may_give(method):
    for fun in (lambda x: (x[0] - 1) ** 2, lambda x: pm.array((x[0] - 1) ** 2), lambda x: (x - 1) * (x - 1),
                lambda x: int((x[0] - 1) ** 2 * 1e12)):
        assert float(minimize(fun, [3.0], method=method).x[0]) == pytest.approx(1, abs=1e-3)
    with pytest.raises(ValueError, match="must return a scalar value"):
        minimize(lambda x: x, [3.0, 1.0], method=method)

    def late(x):
        if x[0] < 1.5:
            raise ZeroDivisionError("late")
        return x[0] ** 2

    with pytest.raises(ZeroDivisionError, match="late"):
        minimize(late, [3.0], method=method)


@pytest.mark.parametrize("changes, message", [
    ({"method": "CG"}, "Unknown solver CG: argument 'method' must be"),
    ({"x0": [[1.0, 2.0]]}, "'x0' must only have one dimension."),
    ({"bounds": [(0, 1)]}, "argument 'bounds' must be None"),
    ({"jac": "3-point"}, "argument 'jac' must be a function, True or '2-point'"),
    ({"jac": lambda x: [1.0, 2.0]}, "argument 'jac' must give 1 numbers"),
    ({"options": {"norm": 2}}, "option 'norm' must be inf"),
])
def test_wrong_arguments_of_minimize(changes, message):
    with pytest.raises(ValueError) as info:
        minimize(**{"fun": lambda x: x[0] ** 2, "x0": [1.0], **changes})
    assert message in str(info.value)
    with pytest.warns(RuntimeWarning, match="does not use gradient information"):
        minimize(lambda x: x[0] ** 2, [1.0], method="Nelder-Mead", jac=lambda x: 2 * x)


# Least squares.

def decaying(x, a, b):
    return [a * math.exp(-b * t) for t in x.tolist()]


TIMES = [0.1 * k for k in range(60)]


def test_many_residuals():
    """With more residuals than are spelled out: by the library's arrays, and compiled."""
    wanted = decaying(pm.array(TIMES), 2.5, 1.3)

    def residuals(x):
        return [x[0] * math.exp(-x[1] * t) - w for t, w in zip(TIMES, wanted)]

    def derivatives(x):
        return [[math.exp(-x[1] * t), -x[0] * t * math.exp(-x[1] * t)] for t in TIMES]

    for jac in ("2-point", derivatives):
        found = least_squares(residuals, [1.0, 1.0], jac=jac)
        assert found.success and numbers(found.x) == pytest.approx([2.5, 1.3], rel=1e-6)
        assert found.jac.shape == (60, 2) and found.grad.shape == (2,) and found.fun.shape == (60,)
        assert (found.njev is None) == (jac == "2-point")


@pytest.mark.parametrize("jac", [False, True])
def test_many_residuals_compiled(jac, always, monkeypatch):
    from pommel.optimize import _least_squares

    monkeypatch.setattr(_least_squares, "_solvers", {})
    x = pm.array(TIMES)
    y = 2.5 * pm.exp(-1.3 * x)

    def model(x, a, b):
        return a * pm.exp(-b * x)

    def derivatives(x, a, b):
        return pm.stack([pm.exp(-b * x), -a * x * pm.exp(-b * x)], axis=1)

    found = [curve_fit(model, x, y, jac=derivatives if jac else None, full_output=True) for _ in range(3)]
    for one in found:
        assert numbers(one[0]) == pytest.approx([2.5, 1.3], rel=1e-7)
        assert one[2]["nfev"] == found[0][2]["nfev"] and one[1].shape == (2, 2)
    # A column of zeros is for the library.
    with pytest.warns(OptimizeWarning):
        assert float(curve_fit(lambda x, a, b: a * x, x, 2 * x)[0][0]) == pytest.approx(2.0)
    # What is no plain function is called as it is.
    residuals = functools.partial(lambda y, x: [x[0] * t + x[1] - w for t, w in zip(TIMES, y)], y.tolist())
    assert len({tuple(numbers(least_squares(residuals, [1.0, 1.0]).x)) for _ in range(4)}) <= 2


def test_triangles_agree():
    from pommel.optimize import _least_squares, _levenberg

    rows = pm.array([[math.sin(i * k + 1.0) for i in range(40)] for k in range(4)])
    r = pm.array([math.cos(2.0 * i) for i in range(40)])
    a = _least_squares._triangle_by_library(rows, r, pm.empty((5, 40)))
    b = _levenberg.triangle(rows.tolist(), r.tolist())
    assert a[2] == b[2] and a[3] == pytest.approx(b[3])
    for j in range(4):
        sign = math.copysign(1.0, a[0][j][j] * b[0][j][j])
        assert [sign * value for value in a[0][j]] == pytest.approx(b[0][j])
        assert sign * a[1][j] == pytest.approx(b[1][j])


def test_a_derivative_that_is_zero():
    # Straight lines are not for this: the rest is done with columns exchanged.
    found = least_squares(lambda x: [x[0] - 3, x[0] + x[1] * 0.0, 1.0], [1.0, 1.0])
    assert found.success and float(found.x[0]) == pytest.approx(1.5)


@pytest.mark.parametrize("changes, message", [
    ({"method": "trf"}, "`method` must be 'lm', not 'trf': leave it out"),
    ({"bounds": (0, 1)}, "Method 'lm' doesn't support bounds"),
    ({"loss": "huber"}, "supports only 'linear' loss function"),
    ({"x_scale": 2.0}, "`x_scale` must be 'jac'"),
    ({"fun": lambda x: [x[0]]}, "number of residuals is less than"),
    ({"fun": lambda x: [math.inf, 1.0]}, "Residuals are not finite in the initial point."),
    ({"fun": lambda x: [[1.0, 2.0], [1.0, 2.0]]}, "must return at most 1-d"),
    ({"jac": lambda x: [[1.0]]}, "expected (2, 2), actual (1, 1)"),
    ({"jac": "3-point"}, "`jac` must be '2-point' or a function"),
    ({"ftol": 0.0}, "All tolerances must be higher than machine epsilon"),
    ({"x0": [[1.0]]}, "`x0` must have at most 1 dimension."),
    ({"max_nfev": 0}, "`max_nfev` must be None or positive integer."),
])
def test_wrong_arguments_of_least_squares(changes, message):
    with pytest.raises(ValueError) as info:
        least_squares(**{"fun": lambda x: [x[0], x[1]], "x0": [1.0, 2.0], **changes})
    assert message in str(info.value)


def test_limits_of_least_squares():
    found = least_squares(rosenbrock, [-1.2, 1.0], max_nfev=5)
    assert (found.nfev, found.status, found.success) == (5, 0, False)
    found = least_squares(lambda x, a, b: [x[0] - a, b * (x[1] - 2)], [0.0, 0.0], args=(1.0,), kwargs={"b": 3.0})
    assert numbers(found.x) == pytest.approx([1.0, 2.0])


# The models and data of NIST's Statistical Reference Datasets, with the certified parameters and their deviations.

MISRA1A = ([77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0],
           [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78])
MGH09 = ([4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625],
         [0.1957, 0.1947, 0.1735, 0.16, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246])


@pytest.mark.parametrize("start", [[500.0, 1e-4], [250.0, 5e-4]])
def test_misra1a(start):
    x, y = map(pm.array, MISRA1A)
    found, covariances = curve_fit(lambda x, a, b: a * (1 - pm.exp(-b * x)), x, y, start)
    assert numbers(found) == pytest.approx([2.3894212918e2, 5.5015643181e-4], rel=1e-5)
    deviations = [math.sqrt(float(covariances[k, k])) for k in range(2)]
    assert deviations == pytest.approx([2.7070075241, 7.2668688436e-6], rel=1e-3)


def test_mgh09():
    def model(x, a, b, c, d):
        return a * (x * x + x * b) / (x * x + x * c + d)

    x, y = map(pm.array, MGH09)
    found, covariances = curve_fit(model, x, y, [0.25, 0.39, 0.415, 0.39], maxfev=2000)
    certified = [1.9280693458e-1, 1.9128232873e-1, 1.2305650693e-1, 1.3606233068e-1]
    assert numbers(found) == pytest.approx(certified, rel=1e-3)
    assert math.sqrt(float(covariances[0, 0])) == pytest.approx(1.1435312227e-2, rel=1e-3)


def test_curve_fit():
    x = pm.array(TIMES)
    y = 2.5 * pm.exp(-1.3 * x)

    def model(x, a, b):
        return a * pm.exp(-b * x)

    def derivatives(x, a, b):
        return pm.stack([pm.exp(-b * x), -a * x * pm.exp(-b * x)], axis=1)

    for options in ({}, {"jac": derivatives}, {"p0": [2.0, 1.0]}, {"sigma": [0.1] * 60}, {"method": "lm"}):
        found, covariances, details, message, number = curve_fit(model, x, y, full_output=True, **options)
        assert numbers(found) == pytest.approx([2.5, 1.3]) and 1 <= number <= 4 and "at most" in message
        assert covariances.shape == (2, 2) and details["nfev"] > 3 and details["fvec"].shape == (60,)
    absolute = curve_fit(model, x, y, sigma=[0.1] * 60, absolute_sigma=True)[1]
    whole = curve_fit(model, x, y, sigma=0.01 * pm.eye(60), absolute_sigma=True)[1]
    assert numbers(absolute.reshape(-1)) == pytest.approx(numbers(whole.reshape(-1)), rel=1e-5)
    for _ in range(40):
        assert numbers(curve_fit(model, x, y)[0]) == pytest.approx([2.5, 1.3])


def test_errors_of_curve_fit():
    x = pm.array(TIMES)

    def model(x, a, b):
        return a * x + b

    for arguments, kind, message in (
            ((model, [1.0], [1.0]), TypeError, "func parameters=2 must not exceed the number of data points=1"),
            ((model, [], []), ValueError, "`ydata` must not be empty!"),
            ((model, x, [math.inf] * 60), ValueError, "array must not contain infs or NaNs"),
            ((lambda x, *p: x, x, x), ValueError, "Unable to determine number of fit parameters."),
            ((lambda x: x, x, x), ValueError, "Unable to determine number of fit parameters."),
            ((model, x, x, None, [1.0, 2.0]), ValueError, "`sigma` has incorrect shape."),
            ((3, x, x), TypeError, "argument 'f' must be a function, not 3")):
        with pytest.raises(kind) as info:
            curve_fit(*arguments)
        assert message in str(info.value)
    with pytest.raises(RuntimeError, match="Number of calls to function has reached maxfev = 3"):
        curve_fit(lambda x, a, b: a * pm.exp(b * x), x, x, maxfev=3)
    with pytest.raises(ValueError, match="`method` must be 'lm'"):
        curve_fit(model, x, x, method="trf")
    with pytest.raises(ValueError, match="leave out the points that are not numbers"):
        curve_fit(model, x, x, nan_policy="omit")
    with pytest.raises(ValueError, match="express a parameter by one without"):
        curve_fit(model, x, x, bounds=(0, 1))
    with pytest.warns(OptimizeWarning, match="Covariance of the parameters could not be estimated"):
        assert math.isinf(curve_fit(lambda x, a, b: a * x, x, x)[1][0, 0])
